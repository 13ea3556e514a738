/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoPinDialog: the PIN that is in force, and twice the new one.  It keeps what
 * is typed no longer than the dialog is open.
 */
#include "config.h"

#include "wallet/geo-pin-dialog.h"

#include <glib/gi18n.h>

#include "wallet/geo-form.h"

struct _GeoPinDialog {
  GeoDialog parent_instance;

  gboolean removes;
  gboolean is_busy;

  /* owned */
  GeoLock *lock;

  GtkWidget *rows[3]; /* In the order in which they are typed. */

  /* template children */
  GtkWidget *old_row;
  GtkWidget *new_row;
  GtkWidget *again_row;
  GtkLabel *error_label;
  GtkButton *done_button;
};

G_DEFINE_FINAL_TYPE (GeoPinDialog, geo_pin_dialog, GEO_TYPE_DIALOG)

static gboolean
needs_old (GeoPinDialog *self) {
  return gtk_widget_get_visible (self->old_row);
}

static void
update (GeoPinDialog *self) {
  glong length = g_utf8_strlen (geo_form_get_text (self->new_row), -1);
  gboolean has_new = self->removes ||
                     (length >= GEO_PIN_LENGTH_MIN &&
                      length <= GEO_PIN_LENGTH_MAX &&
                      g_str_equal (geo_form_get_text (self->new_row),
                                   geo_form_get_text (self->again_row)));

  gtk_widget_set_sensitive (
      GTK_WIDGET (self->done_button),
      !self->is_busy && has_new &&
          (!needs_old (self) || *geo_form_get_text (self->old_row) != '\0'));
}

static void
failed (GeoPinDialog *self, const GError *error) {
  self->is_busy = FALSE;
  geo_form_show_error (self->error_label, error->message);
  update (self);
  gtk_widget_grab_focus (needs_old (self) ? self->old_row : self->new_row);
}

static void
set_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GeoPinDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean is_set = geo_lock_set_pin_finish (GEO_LOCK (source), result, &error);
  GtkWidget *window;

  if (geo_dialog_is_closed (GEO_DIALOG (self)))
    return;
  if (!is_set) {
    failed (self, error);
    return;
  }
  window = GTK_WIDGET (gtk_widget_get_root (GTK_WIDGET (self)));
  adw_dialog_close (ADW_DIALOG (self));
  gtk_widget_activate_action (window, "win.toast", "s",
                              self->removes ? _ ("The PIN is off")
                                            : _ ("The PIN is set"));
}

static void
set_pin (GeoPinDialog *self) {
  geo_lock_set_pin_async (
      self->lock, self->removes ? NULL : geo_form_get_text (self->new_row),
      geo_dialog_get_cancellable (GEO_DIALOG (self)), set_cb,
      g_object_ref (self));
}

static void
checked_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GeoPinDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean is_right = geo_lock_check_finish (GEO_LOCK (source), result, &error);

  if (geo_dialog_is_closed (GEO_DIALOG (self)))
    return;
  if (is_right)
    set_pin (self);
  else
    failed (self, error);
}

static void
done_cb (GeoPinDialog *self) {
  if (!gtk_widget_get_sensitive (GTK_WIDGET (self->done_button)))
    return;
  self->is_busy = TRUE;
  geo_form_show_error (self->error_label, NULL);
  update (self);
  if (needs_old (self))
    geo_lock_check_async (self->lock, geo_form_get_text (self->old_row),
                          geo_dialog_get_cancellable (GEO_DIALOG (self)),
                          checked_cb, g_object_ref (self));
  else
    set_pin (self);
}

/* Enter goes on to what is still to be typed. */
static void
entered_cb (GeoPinDialog *self) {
  if (!geo_form_go_on (self->rows, G_N_ELEMENTS (self->rows)))
    done_cb (self);
}

static void
changed_cb (GeoPinDialog *self) {
  const gchar *typed = geo_form_get_text (self->new_row);
  const gchar *again = geo_form_get_text (self->again_row);

  geo_form_show_error (self->error_label,
                       *again != '\0' && !g_str_has_prefix (typed, again)
                           ? _ ("These are two different PINs.")
                           : NULL);
  update (self);
}

static void
geo_pin_dialog_dispose (GObject *object) {
  g_clear_object (&GEO_PIN_DIALOG (object)->lock);
  G_OBJECT_CLASS (geo_pin_dialog_parent_class)->dispose (object);
}

static void
geo_pin_dialog_class_init (GeoPinDialogClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = geo_pin_dialog_dispose;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/net/geocredit/Wallet/ui/geo-pin-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, GeoPinDialog, old_row);
  gtk_widget_class_bind_template_child (widget_class, GeoPinDialog, new_row);
  gtk_widget_class_bind_template_child (widget_class, GeoPinDialog, again_row);
  gtk_widget_class_bind_template_child (widget_class, GeoPinDialog,
                                        error_label);
  gtk_widget_class_bind_template_child (widget_class, GeoPinDialog,
                                        done_button);
}

static void
geo_pin_dialog_init (GeoPinDialog *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
  self->rows[0] = self->old_row;
  self->rows[1] = self->new_row;
  self->rows[2] = self->again_row;
  geo_form_watch (self->rows, G_N_ELEMENTS (self->rows),
                  G_CALLBACK (changed_cb), G_CALLBACK (entered_cb), self);
  g_signal_connect_swapped (self->done_button, "clicked", G_CALLBACK (done_cb),
                            self);
}

GeoPinDialog *
geo_pin_dialog_new (GeoLock *lock, gboolean removes) {
  GeoPinDialog *self = g_object_new (GEO_TYPE_PIN_DIALOG, NULL);

  self->lock = g_object_ref (lock);
  self->removes = removes;
  gtk_widget_set_visible (self->old_row, geo_lock_has_pin (lock));
  gtk_widget_set_visible (self->new_row, !removes);
  gtk_widget_set_visible (self->again_row, !removes);
  if (removes) {
    adw_dialog_set_title (ADW_DIALOG (self), _ ("Remove PIN"));
    gtk_button_set_label (self->done_button, _ ("_Remove"));
  } else if (geo_lock_has_pin (lock)) {
    adw_dialog_set_title (ADW_DIALOG (self), _ ("Change PIN"));
  }
  return self;
}
