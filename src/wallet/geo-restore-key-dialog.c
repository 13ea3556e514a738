/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoRestoreKeyDialog: the twelve words, and a new passphrase where the key
 * goes into a file.  It keeps what is typed no longer than it is open.
 */
#include "config.h"

#include "wallet/geo-restore-key-dialog.h"

#include <glib/gi18n.h>

#include "wallet/geo-application.h"
#include "wallet/geo-form.h"

#define PASSPHRASE_CHARS_MIN 8

struct _GeoRestoreKeyDialog {
  GeoDialog parent_instance;

  gboolean is_busy;

  /* owned */
  GeoWallet *wallet;

  GtkWidget *rows[3]; /* In the order in which they are typed. */

  /* template children */
  GtkWidget *words_row;
  AdwPreferencesGroup *passphrase_group;
  GtkWidget *passphrase_row;
  GtkWidget *repeat_row;
  GtkLabel *error_label;
  GtkButton *done_button;
};

G_DEFINE_FINAL_TYPE (GeoRestoreKeyDialog,
                     geo_restore_key_dialog,
                     GEO_TYPE_DIALOG)

static gboolean
goes_into_file (GeoRestoreKeyDialog *self) {
  return gtk_widget_get_visible (GTK_WIDGET (self->passphrase_group));
}

static void
update (GeoRestoreKeyDialog *self) {
  const gchar *passphrase = geo_form_get_text (self->passphrase_row);
  gboolean has_place =
      !goes_into_file (self) ||
      (g_utf8_strlen (passphrase, -1) >= PASSPHRASE_CHARS_MIN &&
       g_str_equal (passphrase, geo_form_get_text (self->repeat_row)));

  gtk_widget_set_sensitive (GTK_WIDGET (self->done_button),
                            !self->is_busy && has_place &&
                                *geo_form_get_text (self->words_row) != '\0');
}

static void
changed_cb (GeoRestoreKeyDialog *self) {
  const gchar *passphrase = geo_form_get_text (self->passphrase_row);
  const gchar *again = geo_form_get_text (self->repeat_row);
  g_autofree gchar *status = NULL;

  if (*passphrase != '\0' &&
      g_utf8_strlen (passphrase, -1) < PASSPHRASE_CHARS_MIN)
    status = g_strdup_printf (ngettext ("At least %u character.",
                                        "At least %u characters.",
                                        PASSPHRASE_CHARS_MIN),
                              PASSPHRASE_CHARS_MIN);
  else if (!g_str_has_prefix (passphrase, again))
    status = g_strdup (_ ("The two are not the same."));
  geo_form_show_error (self->error_label, status);
  update (self);
}

static void
ask_passphrase (GeoRestoreKeyDialog *self) {
  gtk_widget_set_visible (GTK_WIDGET (self->passphrase_group), TRUE);
  update (self);
}

static void
put_back_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GeoRestoreKeyDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean is_back = geo_profile_put_key_back_finish (GEO_PROFILE (source),
                                                      result, &error);

  /* What was begun is done, whether the dialog is open or not. */
  if (is_back) {
    geo_wallet_open (self->wallet);
    if (!geo_dialog_is_closed (GEO_DIALOG (self)))
      adw_dialog_close (ADW_DIALOG (self));
    return;
  }
  if (geo_dialog_is_closed (GEO_DIALOG (self)))
    return;
  self->is_busy = FALSE;
  geo_form_show_error (self->error_label, error->message);
  if (g_error_matches (error, GEO_NODE_ERROR, GEO_NODE_ERROR_KEYRING))
    ask_passphrase (self);
  update (self);
  gtk_widget_grab_focus (
      g_error_matches (error, GEO_NODE_ERROR, GEO_NODE_ERROR_KEYRING)
          ? self->passphrase_row
          : self->words_row);
}

static void
done_cb (GeoRestoreKeyDialog *self) {
  if (!gtk_widget_get_sensitive (GTK_WIDGET (self->done_button)))
    return;
  self->is_busy = TRUE;
  geo_form_show_error (self->error_label, NULL);
  update (self);
  geo_profile_put_key_back_async (
      geo_wallet_get_profile (self->wallet),
      geo_form_get_text (self->words_row),
      goes_into_file (self) ? geo_form_get_text (self->passphrase_row) : NULL,
      put_back_cb, g_object_ref (self));
}

/* Enter goes on to what is still to be typed. */
static void
entered_cb (GeoRestoreKeyDialog *self) {
  if (!geo_form_go_on (self->rows, G_N_ELEMENTS (self->rows)))
    done_cb (self);
}

/* Where there is no keyring, a file takes its place. */
static void
probed_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GeoRestoreKeyDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean is_there = geo_profile_probe_keyring_finish (GEO_PROFILE (source),
                                                        result, &error);

  if (!is_there && !geo_dialog_is_closed (GEO_DIALOG (self)))
    ask_passphrase (self);
}

static void
geo_restore_key_dialog_dispose (GObject *object) {
  g_clear_object (&GEO_RESTORE_KEY_DIALOG (object)->wallet);
  G_OBJECT_CLASS (geo_restore_key_dialog_parent_class)->dispose (object);
}

static void
geo_restore_key_dialog_class_init (GeoRestoreKeyDialogClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = geo_restore_key_dialog_dispose;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/net/geocredit/Wallet/ui/geo-restore-key-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, GeoRestoreKeyDialog,
                                        words_row);
  gtk_widget_class_bind_template_child (widget_class, GeoRestoreKeyDialog,
                                        passphrase_group);
  gtk_widget_class_bind_template_child (widget_class, GeoRestoreKeyDialog,
                                        passphrase_row);
  gtk_widget_class_bind_template_child (widget_class, GeoRestoreKeyDialog,
                                        repeat_row);
  gtk_widget_class_bind_template_child (widget_class, GeoRestoreKeyDialog,
                                        error_label);
  gtk_widget_class_bind_template_child (widget_class, GeoRestoreKeyDialog,
                                        done_button);
}

static void
geo_restore_key_dialog_init (GeoRestoreKeyDialog *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
  self->rows[0] = self->words_row;
  self->rows[1] = self->passphrase_row;
  self->rows[2] = self->repeat_row;
  geo_form_watch (self->rows, G_N_ELEMENTS (self->rows),
                  G_CALLBACK (changed_cb), G_CALLBACK (entered_cb), self);
  g_signal_connect_swapped (self->done_button, "clicked", G_CALLBACK (done_cb),
                            self);
}

static AdwDialog *
make_dialog (GeoWallet *wallet) {
  GeoRestoreKeyDialog *self = g_object_new (GEO_TYPE_RESTORE_KEY_DIALOG, NULL);
  GeoProfile *profile = geo_wallet_get_profile (wallet);

  self->wallet = g_object_ref (wallet);
  if (geo_profile_get_key_place (profile) == GEO_KEY_PLACE_FILE)
    ask_passphrase (self);
  else
    geo_profile_probe_keyring_async (
        profile, geo_dialog_get_cancellable (GEO_DIALOG (self)), probed_cb,
        g_object_ref (self));
  return ADW_DIALOG (self);
}

gboolean
geo_restore_key_dialog_is_needed (GeoWallet *wallet) {
  GeoProfile *profile = geo_wallet_get_profile (wallet);

  return (geo_profile_get_key_place (profile) != GEO_KEY_PLACE_NONE ||
          geo_profile_is_damaged (profile)) &&
         !geo_profile_is_unlocked (profile);
}

static void
restore_key_cb (GtkWidget *window, const gchar *name, GVariant *parameter) {
  GtkApplication *app = gtk_window_get_application (GTK_WINDOW (window));
  GeoWallet *wallet = geo_application_get_wallet (GEO_APPLICATION (app));

  if (geo_restore_key_dialog_is_needed (wallet) &&
      adw_application_window_get_visible_dialog (
          ADW_APPLICATION_WINDOW (window)) == NULL)
    adw_dialog_present (make_dialog (wallet), window);
}

void
geo_restore_key_dialog_install (GtkWidgetClass *window_class) {
  gtk_widget_class_install_action (window_class, "win.restore-key", NULL,
                                   restore_key_cb);
}
