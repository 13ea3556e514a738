/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoMigrations: the steps that make each kind of database, oldest first. Steps
 * are only appended; one that was shipped is never edited, because files made
 * by it exist.
 */
#pragma once

#include "store/geo-database-private.h"

G_BEGIN_DECLS

struct _GeoMigrations {
  /* For people: "journal", "hub database". */
  const gchar *kind;
  /* Written into the file's head, so that one kind is not taken for another. */
  guint32 application_id;
  /* SQL of step 1, 2, …; the version of a file is how many it has seen. */
  const gchar *const *steps;
  guint n_steps;
  /* Each page has a checksum (geo-seal-private.h). */
  gboolean sealed;
};

const GeoMigrations *geo_migrations_get_journal (void);
const GeoMigrations *geo_migrations_get_hub (void);

/* Carries out the steps that the database has not seen, each in a transaction
 * of its own.  GEO_STORE_ERROR_NEWER where it has seen more than there are; a
 * reader changes nothing, and needs all of them to be there. */
gboolean geo_migrations_apply (const GeoMigrations *migrations,
                               GeoDatabase *database,
                               gboolean read_only,
                               GError **error);

G_END_DECLS
