/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A receipt on paper, in as many lines as the paper is wide.  What is longer
 * than one page is no receipt of ours, so there is one page.
 */
#include "config.h"

#include "wallet/geo-receipt-print.h"

#include <glib/gi18n.h>

#define HEADING_POINTS 14
#define AMOUNT_POINTS 24
#define TEXT_POINTS 11
#define GAP_POINTS 8.0

typedef struct {
  gchar *heading;
  gchar *amount;
  GStrv lines;
} Paper;

static void
paper_free (gpointer data, GClosure *closure) {
  Paper *paper = data;

  g_free (paper->heading);
  g_free (paper->amount);
  g_strfreev (paper->lines);
  g_free (paper);
}

/* Where the next one begins. */
static double
draw_text (GtkPrintContext *context,
           double y,
           const gchar *text,
           int points,
           PangoWeight weight) {
  g_autoptr (PangoLayout) layout = gtk_print_context_create_pango_layout (
      context);
  PangoFontDescription *font = pango_font_description_from_string ("Sans");
  cairo_t *cr = gtk_print_context_get_cairo_context (context);
  int height;

  pango_font_description_set_size (font, points * PANGO_SCALE);
  pango_font_description_set_weight (font, weight);
  pango_layout_set_font_description (layout, font);
  pango_font_description_free (font);
  pango_layout_set_width (
      layout, (int) (gtk_print_context_get_width (context) * PANGO_SCALE));
  pango_layout_set_wrap (layout, PANGO_WRAP_WORD_CHAR);
  pango_layout_set_text (layout, text, -1);
  pango_layout_get_size (layout, NULL, &height);
  cairo_move_to (cr, 0, y);
  pango_cairo_show_layout (cr, layout);
  return y + (double) height / PANGO_SCALE + GAP_POINTS;
}

static void
draw_cb (GtkPrintOperation *operation,
         GtkPrintContext *context,
         int page,
         Paper *paper) {
  double y = 0;

  y = draw_text (context, y, paper->heading, HEADING_POINTS,
                 PANGO_WEIGHT_NORMAL);
  if (paper->amount[0] != '\0')
    y = draw_text (context, y, paper->amount, AMOUNT_POINTS, PANGO_WEIGHT_BOLD);
  y += GAP_POINTS;
  for (gsize i = 0; paper->lines[i] != NULL && paper->lines[i + 1] != NULL;
       i += 2) {
    y = draw_text (context, y, paper->lines[i], TEXT_POINTS - 2,
                   PANGO_WEIGHT_BOLD) -
        GAP_POINTS / 2;
    y = draw_text (context, y, paper->lines[i + 1], TEXT_POINTS,
                   PANGO_WEIGHT_NORMAL);
  }
}

GtkPrintOperation *
geo_receipt_print_new (const gchar *heading,
                       const gchar *amount,
                       const gchar *const *lines) {
  GtkPrintOperation *operation = gtk_print_operation_new ();
  Paper *paper = g_new0 (Paper, 1);

  paper->heading = g_strdup (heading);
  paper->amount = g_strdup (amount);
  paper->lines = g_strdupv ((gchar **) lines);
  gtk_print_operation_set_job_name (operation, _ ("Receipt"));
  gtk_print_operation_set_n_pages (operation, 1);
  gtk_print_operation_set_unit (operation, GTK_UNIT_POINTS);
  gtk_print_operation_set_embed_page_setup (operation, TRUE);
  g_signal_connect_data (operation, "draw-page", G_CALLBACK (draw_cb), paper,
                         paper_free, 0);
  return operation;
}
