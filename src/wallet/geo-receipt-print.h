/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A receipt on paper: a heading, an amount and lines below them, as they stand
 * on the page.  It knows no money and asks for no printer: whoever runs the
 * operation does.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* lines: pairs of a title and what it says, NULL-terminated; copied. */
GtkPrintOperation *geo_receipt_print_new (const gchar *heading,
                                          const gchar *amount,
                                          const gchar *const *lines);

G_END_DECLS
