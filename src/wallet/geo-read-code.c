/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where pictures with codes come from.  It reads none itself and opens nothing
 * itself.
 */
#include "config.h"

#include "wallet/geo-read-code.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "wallet/geo-camera-dialog.h"
#include "wallet/geo-choose-file.h"
#include "wallet/geo-fit-text.h"
#include "wallet/geo-qr-read.h"

/* --- Choosing ----------------------------------------------------------- */

static void
chosen_text_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  gchar *text = geo_qr_read_finish (result, &error);

  if (text == NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_pointer (task, text, g_free);
}

static void
chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) file =
      gtk_file_dialog_open_finish (GTK_FILE_DIALOG (source), result, &error);

  if (file == NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    geo_qr_read_file_async (file, g_task_get_cancellable (task), chosen_text_cb,
                            g_object_ref (task));
}

/* Takes task. */
static void
choose (GTask *task) {
  GtkWidget *widget = g_task_get_source_object (task);
  g_autoptr (GtkFileDialog) dialog =
      geo_choose_file_new (_ ("Choose a Picture With a QR Code"));
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, _ ("Pictures"));
  gtk_file_filter_add_mime_type (filter, "image/*");
  gtk_file_dialog_set_default_filter (dialog, filter);
  gtk_file_dialog_open (dialog, GTK_WINDOW (gtk_widget_get_root (widget)),
                        g_task_get_cancellable (task), chosen_cb, task);
}

void
geo_read_code_choose_async (GtkWidget *widget,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data) {
  choose (g_task_new (widget, cancellable, callback, user_data));
}

/* --- Scanning ----------------------------------------------------------- */

static void
scanned_cb (GeoCameraDialog *dialog,
            GeoCameraDialogEnd end,
            const gchar *text,
            gpointer user_data) {
  g_autoptr (GTask) task = user_data;
  GtkWidget *widget = g_task_get_source_object (task);

  switch (end) {
  case GEO_CAMERA_DIALOG_CLOSED:
    g_task_return_new_error_literal (task, GTK_DIALOG_ERROR,
                                     GTK_DIALOG_ERROR_DISMISSED, "");
    break;
  case GEO_CAMERA_DIALOG_FOUND:
    g_task_return_pointer (task, g_strdup (text), g_free);
    break;
  case GEO_CAMERA_DIALOG_PICTURE:
    choose (g_object_ref (task));
    break;
  case GEO_CAMERA_DIALOG_CLIPBOARD:
    geo_qr_read_clipboard_async (gtk_widget_get_clipboard (widget),
                                 g_task_get_cancellable (task), chosen_text_cb,
                                 g_object_ref (task));
    break;
  }
}

void
geo_read_code_scan_async (GtkWidget *widget,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data) {
  GeoCameraDialog *dialog = geo_camera_dialog_new ();

  /* It comes once, whatever happens. */
  g_signal_connect (dialog, "ended", G_CALLBACK (scanned_cb),
                    g_task_new (widget, cancellable, callback, user_data));
  adw_dialog_present (ADW_DIALOG (dialog), widget);
}

/* --- The end of both ---------------------------------------------------- */

gchar *
geo_read_code_finish (GAsyncResult *result, GError **error) {
  g_return_val_if_fail (G_IS_TASK (result), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- For the window ----------------------------------------------------- */

void
geo_read_code_explain (GtkWidget *widget, const GError *error) {
  AdwDialog *dialog;

  if (g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED) ||
      g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  dialog = geo_fit_text_new_alert (_ ("No Code Was Read"), error->message);
  adw_alert_dialog_add_response (ADW_ALERT_DIALOG (dialog), "close",
                                 _ ("_Close"));
  adw_dialog_present (dialog, widget);
}

/* Takes text and error. */
static void
open_text (GtkWidget *window, gchar *text, GError *error) {
  g_autofree gchar *owned = text;
  g_autoptr (GError) why = error;

  if (text != NULL)
    gtk_widget_activate_action (window, "win.open-link", "s", text);
  else if (gtk_widget_get_mapped (window))
    geo_read_code_explain (window, why);
}

static void
opened_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GtkWidget) window = user_data;
  GError *error = NULL;
  gchar *text = geo_read_code_finish (result, &error);

  open_text (window, text, error);
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GtkWidget) window = user_data;
  GError *error = NULL;
  gchar *text = geo_qr_read_finish (result, &error);

  open_text (window, text, error);
}

void
geo_read_code_from_file (GtkWidget *window) {
  g_return_if_fail (GTK_IS_WIDGET (window));

  geo_read_code_choose_async (window, NULL, opened_cb, g_object_ref (window));
}

void
geo_read_code_from_clipboard (GtkWidget *window) {
  g_return_if_fail (GTK_IS_WIDGET (window));

  geo_qr_read_clipboard_async (gtk_widget_get_clipboard (window), NULL, read_cb,
                               g_object_ref (window));
}

static void
camera_ended_cb (GeoCameraDialog *dialog,
                 GeoCameraDialogEnd end,
                 const gchar *text,
                 GtkWidget *window) {
  switch (end) {
  case GEO_CAMERA_DIALOG_CLOSED:
    break;
  case GEO_CAMERA_DIALOG_FOUND:
    open_text (window, g_strdup (text), NULL);
    break;
  case GEO_CAMERA_DIALOG_PICTURE:
    geo_read_code_from_file (window);
    break;
  case GEO_CAMERA_DIALOG_CLIPBOARD:
    geo_read_code_from_clipboard (window);
    break;
  }
}

void
geo_read_code_from_camera (GtkWidget *window) {
  GeoCameraDialog *dialog;

  g_return_if_fail (GTK_IS_WIDGET (window));

  /* No task: that would hold the window, which then could not go. */
  dialog = geo_camera_dialog_new ();
  g_signal_connect_object (dialog, "ended", G_CALLBACK (camera_ended_cb),
                           window, G_CONNECT_DEFAULT);
  adw_dialog_present (ADW_DIALOG (dialog), window);
}

void
geo_read_code_of (GtkWidget *window, GFile *file) {
  g_return_if_fail (GTK_IS_WIDGET (window));

  geo_qr_read_file_async (file, NULL, read_cb, g_object_ref (window));
}
