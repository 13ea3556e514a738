/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One way to check any file that proves something, with nothing but the file:
 * neither a network nor keys.  Any thread; it waits for the disk.
 */
#pragma once

#include "node/geo-profile.h"

G_BEGIN_DECLS

/* What a file is: "receipt", "statement", "checkpoint", "request" (a payment
 * link that its payee signed), "journal", "evidence", "backup". */
typedef struct {
  const gchar *kind; /* Static; NULL where it is nothing that is known. */
  gchar *sentence; /* What it proves, for people. */
  gint64 records; /* How many hold, of a statement, journal or backup. */
  /* A backup of which nothing but the shape could be looked at. */
  gboolean is_closed;
} GeoProof;

void geo_proof_clear (GeoProof *proof);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (GeoProof, geo_proof_clear)

/* FALSE and a sentence that names the first part that does not hold: a
 * GEO_CORE_ERROR or a GEO_STORE_ERROR; G_FILE_ERROR or G_IO_ERROR where it
 * cannot be read.  kind and records are set as far as they are known. */
gboolean geo_proof_verify (const gchar *path, GeoProof *out, GError **error);
/* Whether a key shows more of it. */
gboolean geo_proof_is_backup (const gchar *path);
/* A backup of this profile, which is unlocked: every record in it. */
gboolean geo_proof_verify_backup (const gchar *path,
                                  GeoProfile *profile,
                                  GeoProof *out,
                                  GError **error);
/* A text alone: everything but a journal and a backup. */
gboolean geo_proof_verify_text (const gchar *text,
                                gsize len,
                                GeoProof *out,
                                GError **error);

G_END_DECLS
