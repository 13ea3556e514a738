/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What forms have in common: rows that are typed one after another, and a
 * sentence about what is wrong.  It does not know what is asked.
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* What is typed there by now.  Borrowed. */
const gchar *geo_form_get_text (GtkWidget *row);

/* changed and entered (which Enter calls) get form alone. */
void geo_form_watch (GtkWidget *const *rows,
                     guint n,
                     GCallback changed,
                     GCallback entered,
                     gpointer form);

/* Gives the focus to the first that is still to be typed, of those that are
 * seen.  FALSE: there is none. */
gboolean geo_form_go_on (GtkWidget *const *rows, guint n);

/* text NULL: nothing is wrong. */
void geo_form_show_error (GtkLabel *label, const gchar *text);

G_END_DECLS
