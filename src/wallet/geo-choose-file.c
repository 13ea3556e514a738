/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The question which file is to be read, or which folder.  It opens none.
 */
#include "config.h"

#include "wallet/geo-choose-file.h"

#include <glib/gi18n.h>

GtkFileDialog *
geo_choose_file_new (const gchar *title) {
  g_autoptr (GFile) home = g_file_new_for_path (g_get_home_dir ());
  GtkFileDialog *dialog = gtk_file_dialog_new ();

  gtk_file_dialog_set_title (dialog, title);
  gtk_file_dialog_set_initial_folder (dialog, home);
  return dialog;
}

void
geo_choose_file_set_kind (GtkFileDialog *dialog,
                          const gchar *kind,
                          const gchar *suffix) {
  g_autoptr (GListStore) filters = g_list_store_new (GTK_TYPE_FILE_FILTER);
  g_autoptr (GtkFileFilter) some = gtk_file_filter_new ();
  g_autoptr (GtkFileFilter) all = gtk_file_filter_new ();

  gtk_file_filter_set_name (some, kind);
  gtk_file_filter_add_suffix (some, suffix);
  gtk_file_filter_set_name (all, _ ("All files"));
  gtk_file_filter_add_pattern (all, "*");
  g_list_store_append (filters, some);
  g_list_store_append (filters, all);
  gtk_file_dialog_set_filters (dialog, G_LIST_MODEL (filters));
  gtk_file_dialog_set_default_filter (dialog, some);
}
