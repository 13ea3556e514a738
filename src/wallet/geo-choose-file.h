/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The question which file is to be read, or which folder.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Begins in the person's own folder: what was used lately is nothing yet where
 * somebody has just come to this computer. */
GtkFileDialog *geo_choose_file_new (const gchar *title);
/* What it shows first: files whose names end so (without the dot); all of them
 * can be shown instead. */
void geo_choose_file_set_kind (GtkFileDialog *dialog,
                               const gchar *kind,
                               const gchar *suffix);

G_END_DECLS
