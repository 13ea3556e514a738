/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoUnlockPage: asks for the passphrase of a key that lies in a file.  It
 * keeps the passphrase no longer than the question lasts.
 */
#include "config.h"

#include "wallet/geo-unlock-page.h"

#include <glib/gi18n.h>

struct _GeoUnlockPage {
  AdwBin parent_instance;

  /* owned */
  GeoProfile *profile;
  GCancellable *cancellable;

  /* template children */
  AdwPasswordEntryRow *passphrase_row;
  GtkLabel *error_label;
  GtkButton *unlock_button;
  GtkWidget *spinner;
};

enum {
  DONE,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (GeoUnlockPage, geo_unlock_page, ADW_TYPE_BIN)

static void
set_busy (GeoUnlockPage *self, gboolean busy) {
  const gchar *text =
      gtk_editable_get_text (GTK_EDITABLE (self->passphrase_row));

  /* Not insensitive: it would lose the focus. */
  gtk_editable_set_editable (GTK_EDITABLE (self->passphrase_row), !busy);
  gtk_widget_set_sensitive (GTK_WIDGET (self->unlock_button),
                            !busy && *text != '\0');
  gtk_widget_set_visible (self->spinner, busy);
}

static void
unlocked_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GeoUnlockPage) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean unlocked = geo_profile_unlock_finish (GEO_PROFILE (source), result,
                                                 &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (unlocked)
    gtk_editable_set_text (GTK_EDITABLE (self->passphrase_row), "");
  set_busy (self, FALSE);
  if (unlocked) {
    g_signal_emit (self, signals[DONE], 0);
    return;
  }
  gtk_label_set_label (
      self->error_label,
      g_error_matches (error, GEO_NODE_ERROR, GEO_NODE_ERROR_PASSPHRASE)
          ? _ ("That is not the passphrase of this wallet.")
          : error->message);
  gtk_widget_set_visible (GTK_WIDGET (self->error_label), TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (self->passphrase_row));
}

static void
unlock (GeoUnlockPage *self) {
  const gchar *text =
      gtk_editable_get_text (GTK_EDITABLE (self->passphrase_row));

  if (self->profile == NULL || *text == '\0' ||
      gtk_widget_get_visible (self->spinner))
    return;
  gtk_widget_set_visible (GTK_WIDGET (self->error_label), FALSE);
  geo_profile_unlock_async (self->profile, text, self->cancellable, unlocked_cb,
                            g_object_ref (self));
  set_busy (self, TRUE);
}

static void
changed_cb (GeoUnlockPage *self) {
  set_busy (self, FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->error_label), FALSE);
}

static void
geo_unlock_page_dispose (GObject *object) {
  GeoUnlockPage *self = GEO_UNLOCK_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->profile);
  G_OBJECT_CLASS (geo_unlock_page_parent_class)->dispose (object);
}

static void
geo_unlock_page_class_init (GeoUnlockPageClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = geo_unlock_page_dispose;
  signals[DONE] = g_signal_new ("done", GEO_TYPE_UNLOCK_PAGE, G_SIGNAL_RUN_LAST,
                                0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (
      widget_class, "/net/geocredit/Wallet/ui/geo-unlock-page.ui");
  gtk_widget_class_bind_template_child (widget_class, GeoUnlockPage,
                                        passphrase_row);
  gtk_widget_class_bind_template_child (widget_class, GeoUnlockPage,
                                        error_label);
  gtk_widget_class_bind_template_child (widget_class, GeoUnlockPage,
                                        unlock_button);
  gtk_widget_class_bind_template_child (widget_class, GeoUnlockPage, spinner);
}

static void
geo_unlock_page_init (GeoUnlockPage *self) {
  self->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_swapped (self->passphrase_row, "entry-activated",
                            G_CALLBACK (unlock), self);
  g_signal_connect_swapped (self->passphrase_row, "changed",
                            G_CALLBACK (changed_cb), self);
  g_signal_connect_swapped (self->unlock_button, "clicked", G_CALLBACK (unlock),
                            self);
}

void
geo_unlock_page_start (GeoUnlockPage *self, GeoProfile *profile) {
  g_return_if_fail (GEO_IS_UNLOCK_PAGE (self));

  g_set_object (&self->profile, profile);
  gtk_widget_grab_focus (GTK_WIDGET (self->passphrase_row));
}
