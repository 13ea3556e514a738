/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoPid: who somebody is.  PID = base58 (SHA-256 (first public key)), protocol
 * §1.  A plain value; no I/O.
 */
#pragma once

#include "core/geo-hash.h"

G_BEGIN_DECLS

typedef struct {
  guint8 bytes[GEO_HASH_LEN];
} GeoPid;

/* 32 bytes are at most 44 base58 characters. */
#define GEO_PID_STRING_MAX 45

gboolean geo_pid_equal (gconstpointer a, gconstpointer b); /* GEqualFunc */
guint geo_pid_hash (gconstpointer pid); /* GHashFunc */
int geo_pid_cmp (gconstpointer a, gconstpointer b); /* GCompareFunc */
GeoPid *geo_pid_dup (const GeoPid *pid); /* g_free () */
gboolean geo_pid_is_zero (const GeoPid *pid);

gchar *geo_pid_to_string (const GeoPid *pid);
gboolean geo_pid_parse (const gchar *text, GeoPid *out, GError **error);

G_END_DECLS
