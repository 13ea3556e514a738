/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One statement being written, shared by those who know a format each.  Used in
 * its thread only.
 */
#pragma once

#include "node/geo-node-private.h"
#include "node/geo-statement.h"

G_BEGIN_DECLS

typedef struct {
  GTask *task;
  GeoWorker *worker;
  GeoStatementFormat format;
  gchar *path;
  GeoStatementFilter filter;
  GeoPid peer;
  gchar *equivalent;
  GeoSecret *secret;
  GOutputStream *stream;
  GCancellable *cancellable;
  GFileProgressCallback progress;
  gpointer progress_data;
  /* How the locale writes numbers: localeconv () is not for threads. */
  gchar *point;
  gchar *thousands;
  gchar *grouping;

  /* Of the walk. */
  GHashTable *names; /* GeoPid → gchar */
  GHashTable *sums; /* equivalent → GeoStatementSum */
  GChecksum *checksum;
  gint64 rows;
  gint64 total;
} GeoStatementJob;

/* With everybody together: what is owed us is more than nothing. */
typedef struct {
  gint64 opening;
  gint64 in;
  gint64 out; /* Less than nothing, or nothing. */
  gint64 balance;
  guint precision;
} GeoStatementSum;

/* names, and sums as they are when the period begins. balances: of
 * geo_journal_list_statement_balances (). */
gboolean geo_statement_job_begin (GeoStatementJob *self,
                                  GeoJournal *journal,
                                  const GPtrArray *balances,
                                  GError **error);
/* NULL: it does not fit a number. */
const GeoStatementSum *geo_statement_job_add (GeoStatementJob *self,
                                              const GeoStatementRow *row,
                                              GError **error);
/* Tells the progress; FALSE where it was cancelled. */
gboolean geo_statement_job_count_row (GeoStatementJob *self, GError **error);

gboolean geo_statement_job_write_pdf (GeoStatementJob *self,
                                      GeoJournal *journal,
                                      const GeoCommunity *community,
                                      const GeoParticipant *participant,
                                      GError **error);

G_END_DECLS
