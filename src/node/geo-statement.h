/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Statements: what moved the balances in a period, as a file: signed and with
 * all evidence for whoever wants to check it, as a table for a spreadsheet, or
 * as pages to read and print.  A row at a time, however many there are.  Main
 * context; the work is in a thread with a handle of its own that only reads.
 */
#pragma once

#include "node/geo-node.h"

G_BEGIN_DECLS

typedef enum {
  /* Lines of canonical JSON: the signed statement, then each record with its
   * evidence.  geo_proof_verify () checks it. */
  GEO_STATEMENT_JSON = 1,
  /* RFC 4180 in UTF-8 with a byte order mark, by which spreadsheets know it;
   * amounts with a point and no other signs, in a column of their own; a text
   * that a spreadsheet would take for a formula begins with an apostrophe. */
  GEO_STATEMENT_CSV = 2,
  /* For people: A4 pages with the balances of everybody, the rows and the
   * totals, in their language. Not signed. */
  GEO_STATEMENT_PDF = 3,
} GeoStatementFormat;

/* From one time to before another, by the hub's clock; peer NULL: with
 * everybody; equivalent NULL: in all.  progress (may be NULL) is told in the
 * main context.  The stream is left open; where it fails, or is cancelled,
 * what is in it is of no use. STORAGE, INPUT (too many people for one
 * statement), G_IO_ERROR. */
void geo_node_statement_async (GeoNode *node,
                               GeoStatementFormat format,
                               GeoTime from,
                               GeoTime to,
                               const GeoPid *peer,
                               const gchar *equivalent,
                               GOutputStream *stream,
                               GFileProgressCallback progress,
                               gpointer progress_data,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
/* rows may be NULL. */
gboolean geo_node_statement_finish (GeoNode *node,
                                    GAsyncResult *result,
                                    gint64 *rows,
                                    GError **error);

/* One text as a field of such a table; the caller's. */
gchar *geo_statement_csv_field (const gchar *text);

G_END_DECLS
