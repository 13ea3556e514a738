/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Texts and tables on A4 paper, as PDF with texts that can be searched and
 * copied, a page at a time into a stream.  It lays out what it is given and
 * knows nothing of money.  For any one thread; pages go out as they fill, so
 * that there may be as many as one likes.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define GEO_PAPER_COLUMNS_MAX 8

typedef struct {
  const gchar *head;
  guint width; /* Its share of the line's, in hundredths. */
  gboolean number; /* To the right. */
} GeoPaperColumn;

typedef struct _GeoPaper GeoPaper;

/* "Page 3 of 12" wants to know how many there are: the same is laid out twice,
 * first with stream NULL, which writes nothing, then with pages as counted. */
GeoPaper *geo_paper_new (const gchar *title,
                         const gchar *owner,
                         GOutputStream *stream,
                         guint pages,
                         GCancellable *cancellable);
void geo_paper_free (GeoPaper *paper);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GeoPaper, geo_paper_free)

void geo_paper_heading (GeoPaper *paper, const gchar *text);
void geo_paper_text (GeoPaper *paper, const gchar *text);
/* The columns' heads are repeated on each page until the next table, heading or
 * text. columns: G_N_ELEMENTS n, borrowed while the table lasts. */
void geo_paper_table (GeoPaper *paper, const GeoPaperColumn *columns, guint n);
/* As many cells as columns, NULL for an empty one; long ones are wrapped. FALSE
 * where the stream failed: nothing is written any more. */
gboolean
geo_paper_row (GeoPaper *paper, const gchar *const *cells, GError **error);
/* How many pages there are by now. */
guint geo_paper_get_pages (GeoPaper *paper);
/* The last page, and what makes the pages a file.  Once, and nothing after. */
gboolean geo_paper_finish (GeoPaper *paper, GError **error);

G_END_DECLS
