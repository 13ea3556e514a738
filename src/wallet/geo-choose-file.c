/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The question which file is to be read, or which folder.  It opens none.
 */
#include "config.h"

#include "wallet/geo-choose-file.h"

GtkFileDialog *
geo_choose_file_new (const gchar *title) {
  g_autoptr (GFile) home = g_file_new_for_path (g_get_home_dir ());
  GtkFileDialog *dialog = gtk_file_dialog_new ();

  gtk_file_dialog_set_title (dialog, title);
  gtk_file_dialog_set_initial_folder (dialog, home);
  return dialog;
}
