/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The question before a large payment.  It keeps a PIN no longer than the
 * question lasts.
 */
#include "config.h"

#include "wallet/geo-ask-again.h"

#include <glib/gi18n.h>

#include "wallet/geo-application.h"
#include "wallet/geo-fit-text.h"
#include "wallet/geo-settings.h"

gboolean
geo_ask_again_is_needed (const gchar *equivalent,
                         guint precision,
                         GeoAmount amount) {
  g_autoptr (GSettings) settings = geo_settings_new ();
  GeoAmount limit;

  return geo_settings_get_ask_above (settings, equivalent, precision, &limit) &&
         geo_amount_cmp (amount, limit) > 0;
}

/* Borrowed; NULL where there is no PIN to ask for. */
static GeoLock *
find_lock (void) {
  GApplication *app = g_application_get_default ();
  GeoLock *lock = GEO_IS_APPLICATION (app)
                      ? geo_wallet_get_lock (
                            geo_application_get_wallet (GEO_APPLICATION (app)))
                      : NULL;

  return lock != NULL && geo_lock_has_pin (lock) ? lock : NULL;
}

static void ask (GTask *task, const gchar *trouble);

static void
checked_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;

  if (geo_lock_check_finish (GEO_LOCK (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    ask (g_steal_pointer (&task), error->message);
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GTask) task = user_data;
  AdwAlertDialog *dialog = ADW_ALERT_DIALOG (source);
  GtkWidget *row = g_object_get_data (source, "pin-row");
  GeoLock *lock = find_lock ();
  gboolean yes = g_str_equal (adw_alert_dialog_choose_finish (dialog, result),
                              "pay");

  if (yes && lock != NULL)
    geo_lock_check_async (
        lock, row != NULL ? gtk_editable_get_text (GTK_EDITABLE (row)) : "",
        NULL, checked_cb, g_steal_pointer (&task));
  else
    g_task_return_boolean (task, yes);
}

static void
add_pin (AdwAlertDialog *dialog) {
  GtkWidget *group = adw_preferences_group_new ();
  GtkWidget *row = adw_password_entry_row_new ();

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _ ("PIN"));
  g_object_set (row, "activates-default", TRUE, NULL);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), row);
  adw_alert_dialog_set_extra_child (dialog, group);
  adw_dialog_set_focus (ADW_DIALOG (dialog), row);
  g_object_set_data (G_OBJECT (dialog), "pin-row", row);
}

typedef struct {
  gchar *question;
  gchar *button;
} Words;

static void
words_free (gpointer data) {
  Words *words = data;

  g_free (words->question);
  g_free (words->button);
  g_free (words);
}

/* Takes task. */
static void
ask (GTask *task, const gchar *trouble) {
  const Words *words = g_task_get_task_data (task);
  AdwAlertDialog *dialog = ADW_ALERT_DIALOG (geo_fit_text_new_alert (
      words->question, trouble != NULL ? trouble
                                       : _ ("This is more than what you want "
                                            "to be asked about only once.")));

  adw_alert_dialog_add_response (dialog, "cancel", _ ("_Cancel"));
  adw_alert_dialog_add_response (dialog, "pay", words->button);
  adw_alert_dialog_set_response_appearance (dialog, "pay",
                                            ADW_RESPONSE_SUGGESTED);
  adw_alert_dialog_set_close_response (dialog, "cancel");
  if (find_lock () != NULL) {
    add_pin (dialog);
    adw_alert_dialog_set_default_response (dialog, "pay");
  } else {
    /* Enter alone does not do it: that is what this question is for. */
    adw_alert_dialog_set_default_response (dialog, "cancel");
  }
  adw_alert_dialog_choose (dialog, g_task_get_source_object (task), NULL,
                           answered_cb, task);
}

void
geo_ask_again_async (GtkWidget *parent,
                     const gchar *question,
                     const gchar *button,
                     GAsyncReadyCallback callback,
                     gpointer user_data) {
  GTask *task = g_task_new (parent, NULL, callback, user_data);
  Words *words = g_new0 (Words, 1);

  words->question = g_strdup (question);
  words->button = g_strdup (button);
  g_task_set_task_data (task, words, words_free);
  ask (task, NULL);
}

gboolean
geo_ask_again_finish (GtkWidget *parent, GAsyncResult *result) {
  return g_task_propagate_boolean (G_TASK (result), NULL);
}
