/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pages of one column from top to bottom.  It holds the page that is being
 * filled and nothing of those before it.
 */
#include "config.h"

#include "paper/geo-paper.h"

#include <cairo-pdf.h>
#include <glib/gi18n-lib.h>
#include <pango/pangocairo.h>

/* A4 in points, and what is on it. */
#define PAGE_WIDTH 595.28
#define PAGE_HEIGHT 841.89
#define MARGIN 45.0
#define WIDTH (PAGE_WIDTH - 2 * MARGIN)
#define TOP (MARGIN + 24.0)
#define BOTTOM (PAGE_HEIGHT - MARGIN - 20.0)
#define GAP 4.0
/* What is longer than this many lines in one cell is cut, with an ellipsis: a
 * row always fits a page. */
#define CELL_LINES 40

typedef enum {
  STYLE_TITLE,
  STYLE_HEADING,
  STYLE_TEXT,
  STYLE_HEAD,
  STYLE_SMALL,
} Style;

static const gchar *const fonts[] = {
  [STYLE_TITLE] = "Sans Bold 16", [STYLE_HEADING] = "Sans Bold 11",
  [STYLE_TEXT] = "Sans 8",        [STYLE_HEAD] = "Sans Bold 8",
  [STYLE_SMALL] = "Sans 7",
};

struct _GeoPaper {
  gchar *title;
  gchar *owner;
  GOutputStream *stream; /* NULL: only counts */
  GCancellable *cancellable;
  GError *error; /* The stream's */
  guint pages;
  cairo_surface_t *surface;
  cairo_t *cairo;
  PangoLayout *layouts[G_N_ELEMENTS (fonts)];

  guint page; /* From 1; 0 before the first. */
  double y;
  const GeoPaperColumn *columns;
  guint n_columns;
};

static cairo_status_t
write_cb (void *closure, const unsigned char *data, unsigned int length) {
  GeoPaper *self = closure;

  /* What comes after a failure is not written: cairo's end of a file would make
   * it look whole. */
  if (self->error != NULL ||
      g_cancellable_set_error_if_cancelled (self->cancellable, &self->error) ||
      !g_output_stream_write_all (self->stream, data, length, NULL,
                                  self->cancellable, &self->error))
    return CAIRO_STATUS_WRITE_ERROR;
  return CAIRO_STATUS_SUCCESS;
}

GeoPaper *
geo_paper_new (const gchar *title,
               const gchar *owner,
               GOutputStream *stream,
               guint pages,
               GCancellable *cancellable) {
  GeoPaper *self = g_new0 (GeoPaper, 1);

  self->title = g_strdup (title);
  self->owner = g_strdup (owner);
  self->pages = pages;
  if (cancellable != NULL)
    self->cancellable = g_object_ref (cancellable);
  if (stream != NULL) {
    self->stream = g_object_ref (stream);
    self->surface = cairo_pdf_surface_create_for_stream (
        write_cb, self, PAGE_WIDTH, PAGE_HEIGHT);
    cairo_pdf_surface_set_metadata (self->surface, CAIRO_PDF_METADATA_TITLE,
                                    title);
    cairo_pdf_surface_set_metadata (self->surface, CAIRO_PDF_METADATA_AUTHOR,
                                    owner);
  } else {
    /* A surface of the same kind, so that texts are as wide, and none of it is
     * kept. */
    self->surface = cairo_pdf_surface_create_for_stream (NULL, NULL, PAGE_WIDTH,
                                                         PAGE_HEIGHT);
  }
  self->cairo = cairo_create (self->surface);
  for (guint i = 0; i < G_N_ELEMENTS (fonts); i++) {
    PangoFontDescription *font = pango_font_description_from_string (fonts[i]);

    self->layouts[i] = pango_cairo_create_layout (self->cairo);
    /* A point of a font is a point of the page. */
    pango_cairo_context_set_resolution (
        pango_layout_get_context (self->layouts[i]), 72);
    pango_layout_context_changed (self->layouts[i]);
    pango_layout_set_font_description (self->layouts[i], font);
    pango_layout_set_wrap (self->layouts[i], PANGO_WRAP_WORD_CHAR);
    pango_layout_set_ellipsize (self->layouts[i], PANGO_ELLIPSIZE_END);
    /* At the head and foot of a page one line, however long a name is. */
    pango_layout_set_height (self->layouts[i],
                             i == STYLE_SMALL ? -1 : -CELL_LINES);
    pango_font_description_free (font);
  }
  return self;
}

void
geo_paper_free (GeoPaper *self) {
  if (self == NULL)
    return;
  /* Cairo would write the end of the file now. */
  if (self->error == NULL)
    g_set_error_literal (&self->error, G_IO_ERROR, G_IO_ERROR_CLOSED, "");
  for (guint i = 0; i < G_N_ELEMENTS (fonts); i++)
    g_object_unref (self->layouts[i]);
  cairo_destroy (self->cairo);
  cairo_surface_destroy (self->surface);
  g_clear_object (&self->stream);
  g_clear_object (&self->cancellable);
  g_clear_error (&self->error);
  g_free (self->title);
  g_free (self->owner);
  g_free (self);
}

/* --- Drawing -------------------------------------------------------------- */

/* What is drawn, or only how high it is. */
static double
put (GeoPaper *self,
     Style style,
     const gchar *text,
     double x,
     double y,
     double width,
     PangoAlignment alignment,
     gboolean draws) {
  PangoLayout *layout = self->layouts[style];
  gint height;

  pango_layout_set_alignment (layout, alignment);
  pango_layout_set_width (layout, (int) (width * PANGO_SCALE));
  pango_layout_set_text (layout, text, -1);
  pango_layout_get_size (layout, NULL, &height);
  if (draws && self->stream != NULL) {
    cairo_move_to (self->cairo, x, y);
    pango_cairo_show_layout (self->cairo, layout);
  }
  return (double) height / PANGO_SCALE;
}

static void
line_at (GeoPaper *self, double y, double grey) {
  if (self->stream == NULL)
    return;
  cairo_save (self->cairo);
  cairo_set_source_rgb (self->cairo, grey, grey, grey);
  cairo_set_line_width (self->cairo, 0.5);
  cairo_move_to (self->cairo, MARGIN, y);
  cairo_line_to (self->cairo, MARGIN + WIDTH, y);
  cairo_stroke (self->cairo);
  cairo_restore (self->cairo);
}

static void
end_page (GeoPaper *self) {
  g_autofree gchar *number = NULL;

  if (self->page == 0 || self->stream == NULL)
    return;
  /* Translators: at the foot of each page of a printed statement. */
  number = g_strdup_printf (_ ("Page %u of %u"), self->page, self->pages);
  line_at (self, BOTTOM + 8, 0.6);
  put (self, STYLE_SMALL, number, MARGIN, BOTTOM + 12, WIDTH, PANGO_ALIGN_RIGHT,
       TRUE);
  cairo_show_page (self->cairo);
}

static void
new_page (GeoPaper *self) {
  end_page (self);
  self->page++;
  self->y = TOP;
  if (self->stream == NULL)
    return;
  put (self, STYLE_SMALL, self->title, MARGIN, MARGIN, WIDTH / 2 - GAP,
       PANGO_ALIGN_LEFT, TRUE);
  put (self, STYLE_SMALL, self->owner, MARGIN + WIDTH / 2, MARGIN, WIDTH / 2,
       PANGO_ALIGN_RIGHT, TRUE);
  line_at (self, MARGIN + 12, 0.6);
}

/* TRUE: a page was begun for it. */
static gboolean
need (GeoPaper *self, double height) {
  if (self->page > 0 && self->y + height <= BOTTOM)
    return FALSE;
  new_page (self);
  return TRUE;
}

static void
put_alone (GeoPaper *self,
           Style style,
           const gchar *text,
           double before,
           double keep) {
  double height = put (self, style, text, 0, 0, WIDTH, PANGO_ALIGN_LEFT, FALSE);

  self->columns = NULL;
  if (!need (self, before + height + keep))
    self->y += before;
  put (self, style, text, MARGIN, self->y, WIDTH, PANGO_ALIGN_LEFT, TRUE);
  self->y += height + GAP / 2;
}

void
geo_paper_heading (GeoPaper *self, const gchar *text) {
  if (self->page == 0)
    put_alone (self, STYLE_TITLE, text, 0, 0);
  else
    /* It is not left alone at the end of a page. */
    put_alone (self, STYLE_HEADING, text, 3 * GAP, 60);
}

void
geo_paper_text (GeoPaper *self, const gchar *text) {
  put_alone (self, STYLE_TEXT, text, 0, 0);
}

/* --- Tables --------------------------------------------------------------- */

static double
put_cells (GeoPaper *self,
           Style style,
           const gchar *const *cells,
           gboolean draws) {
  double x = MARGIN;
  double height = 0;

  for (guint i = 0; i < self->n_columns; i++) {
    const GeoPaperColumn *column = &self->columns[i];
    double width = WIDTH * column->width / 100;
    const gchar *text = cells != NULL ? cells[i] : column->head;
    double cell =
        put (self, style, text != NULL ? text : "", x, self->y, width - GAP,
             column->number ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT, draws);

    height = MAX (height, cell);
    x += width;
  }
  return height;
}

static void
put_head (GeoPaper *self) {
  self->y += put_cells (self, STYLE_HEAD, NULL, TRUE) + GAP / 2;
  line_at (self, self->y - GAP / 4, 0);
}

void
geo_paper_table (GeoPaper *self, const GeoPaperColumn *columns, guint n) {
  g_assert (n <= GEO_PAPER_COLUMNS_MAX);
  self->columns = columns;
  self->n_columns = n;
  if (!need (self, 40))
    self->y += GAP;
  put_head (self);
}

gboolean
geo_paper_row (GeoPaper *self, const gchar *const *cells, GError **error) {
  double height = put_cells (self, STYLE_TEXT, cells, FALSE) + GAP / 2;

  if (need (self, height))
    put_head (self);
  if (self->stream != NULL) {
    put_cells (self, STYLE_TEXT, cells, TRUE);
    line_at (self, self->y + height - GAP / 4, 0.85);
  }
  self->y += height;
  if (self->error == NULL)
    return TRUE;
  g_propagate_error (error, g_error_copy (self->error));
  return FALSE;
}

guint
geo_paper_get_pages (GeoPaper *self) {
  return self->page;
}

gboolean
geo_paper_finish (GeoPaper *self, GError **error) {
  cairo_status_t status;

  if (self->page == 0)
    new_page (self);
  end_page (self);
  cairo_surface_finish (self->surface);
  status = cairo_surface_status (self->surface);
  if (self->error != NULL) {
    g_propagate_error (error, g_error_copy (self->error));
    return FALSE;
  }
  if (status == CAIRO_STATUS_SUCCESS)
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED,
                       cairo_status_to_string (status));
  return FALSE;
}
