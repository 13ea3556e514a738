/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The question before words become somebody new.  It joins nothing.
 */
#include "config.h"

#include "wallet/geo-ask-stranger.h"

#include <glib/gi18n.h>

#include "core/geo-text.h"
#include "wallet/geo-fit-text.h"

#define NAME_CHARS_MAX 100

static gchar *
get_name (gpointer row) {
  return geo_text_from_typed (gtk_editable_get_text (GTK_EDITABLE (row)),
                              NAME_CHARS_MAX, GEO_TEXT_LINE);
}

static void
changed_cb (GtkWidget *row, AdwAlertDialog *dialog) {
  g_autofree gchar *name = get_name (row);

  adw_alert_dialog_set_response_enabled (dialog, "new", *name != '\0');
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GTask) task = user_data;
  gpointer row = g_object_get_data (source, "name-row");

  if (g_str_equal (adw_alert_dialog_choose_finish (ADW_ALERT_DIALOG (source),
                                                   result),
                   "new"))
    g_task_return_pointer (task, get_name (row), g_free);
  else
    g_task_return_pointer (task, NULL, NULL);
}

void
geo_ask_stranger_async (GtkWidget *parent,
                        GeoProfile *profile,
                        const gchar *why,
                        GAsyncReadyCallback callback,
                        gpointer user_data) {
  AdwAlertDialog *dialog = ADW_ALERT_DIALOG (
      geo_fit_text_new_alert (_ ("Nobody There Has Your Words"), why));
  GtkWidget *group = adw_preferences_group_new ();
  GtkWidget *row = adw_entry_row_new ();

  adw_preferences_row_set_use_underline (ADW_PREFERENCES_ROW (row), TRUE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _ ("_Name"));
  adw_entry_row_set_max_length (ADW_ENTRY_ROW (row), NAME_CHARS_MAX);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), row);
  adw_alert_dialog_set_extra_child (dialog, group);
  adw_alert_dialog_add_response (dialog, "cancel", _ ("_Cancel"));
  adw_alert_dialog_add_response (dialog, "new", _ ("_Join as New"));
  adw_alert_dialog_set_close_response (dialog, "cancel");
  /* Enter alone does not do it: other words are the better answer. */
  adw_alert_dialog_set_default_response (dialog, "cancel");
  g_object_set_data (G_OBJECT (dialog), "name-row", row);
  g_signal_connect_object (row, "changed", G_CALLBACK (changed_cb), dialog, 0);
  gtk_editable_set_text (GTK_EDITABLE (row), geo_profile_get_name (profile));
  changed_cb (row, dialog);
  adw_alert_dialog_choose (dialog, parent, NULL, answered_cb,
                           g_task_new (parent, NULL, callback, user_data));
}

gchar *
geo_ask_stranger_finish (GtkWidget *parent, GAsyncResult *result) {
  return g_task_propagate_pointer (G_TASK (result), NULL);
}
