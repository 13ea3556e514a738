/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoDialog: the end of a dialog.  It knows nothing of what is in it.
 */
#include "config.h"

#include "wallet/geo-dialog.h"

typedef struct {
  GCancellable *cancellable; /* owned */
} GeoDialogPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (GeoDialog, geo_dialog, ADW_TYPE_DIALOG)

GCancellable *
geo_dialog_get_cancellable (GeoDialog *self) {
  GeoDialogPrivate *priv = geo_dialog_get_instance_private (self);

  g_return_val_if_fail (GEO_IS_DIALOG (self), NULL);
  return priv->cancellable;
}

gboolean
geo_dialog_is_closed (GeoDialog *self) {
  return g_cancellable_is_cancelled (geo_dialog_get_cancellable (self));
}

void
geo_dialog_say (AdwDialog *dialog, const gchar *text) {
  GApplication *app = g_application_get_default ();
  GtkWidget *widget = GTK_WIDGET (dialog);

  /* Whoever is closed is in no window any more. */
  if (gtk_widget_get_root (widget) == NULL)
    widget = GTK_IS_APPLICATION (app)
                 ? GTK_WIDGET (gtk_application_get_active_window (
                       GTK_APPLICATION (app)))
                 : NULL;
  if (widget != NULL)
    gtk_widget_activate_action (widget, "win.toast", "s", text);
}

static void
geo_dialog_closed (AdwDialog *dialog) {
  g_cancellable_cancel (geo_dialog_get_cancellable (GEO_DIALOG (dialog)));
}

static void
geo_dialog_dispose (GObject *object) {
  /* libadwaita 1.7 never lets go of what holds the child of a dialog that was
   * closed with the focus in it. */
  adw_dialog_set_child (ADW_DIALOG (object), NULL);
  G_OBJECT_CLASS (geo_dialog_parent_class)->dispose (object);
}

static void
geo_dialog_finalize (GObject *object) {
  GeoDialogPrivate *priv =
      geo_dialog_get_instance_private (GEO_DIALOG (object));

  g_object_unref (priv->cancellable);
  G_OBJECT_CLASS (geo_dialog_parent_class)->finalize (object);
}

static void
geo_dialog_class_init (GeoDialogClass *klass) {
  G_OBJECT_CLASS (klass)->dispose = geo_dialog_dispose;
  G_OBJECT_CLASS (klass)->finalize = geo_dialog_finalize;
  ADW_DIALOG_CLASS (klass)->closed = geo_dialog_closed;
}

static void
geo_dialog_init (GeoDialog *self) {
  GeoDialogPrivate *priv = geo_dialog_get_instance_private (self);

  priv->cancellable = g_cancellable_new ();
}
