/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoCodeBox: the code, and two buttons below it.
 */
#include "config.h"

#include "wallet/geo-code-box.h"

#include <glib/gi18n.h>

#include "wallet/geo-qr-view.h"
#include "wallet/geo-say.h"

struct _GeoCodeBox {
  AdwBin parent_instance;

  /* owned */
  gchar *link;
  gchar *file_name;

  /* template children */
  GeoQrView *qr_view;
  GtkLabel *long_label;
  GtkWidget *buttons;
  GtkButton *copy_button;
  GtkButton *save_button;
  GtkLabel *told_label;
};

G_DEFINE_FINAL_TYPE (GeoCodeBox, geo_code_box, ADW_TYPE_BIN)

/* Beside the buttons: what is said behind a dialog is not seen. */
static void
tell (GeoCodeBox *self, const gchar *sentence) {
  gtk_label_set_label (self->told_label, sentence != NULL ? sentence : "");
  gtk_widget_set_visible (GTK_WIDGET (self->told_label), sentence != NULL);
  if (sentence != NULL)
    geo_say (GTK_WIDGET (self), sentence);
}

static void
copy_cb (GeoCodeBox *self) {
  if (self->link == NULL)
    return;
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)),
                          self->link);
  tell (self, _ ("The link is on the clipboard."));
}

/* --- As a picture ------------------------------------------------------- */

static void
written_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GeoCodeBox) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *text = NULL;

  if (g_file_replace_contents_finish (G_FILE (source), result, NULL, &error))
    text = g_strdup (_ ("The picture is saved."));
  else
    /* Translators: %s is why. */
    text = g_strdup_printf (_ ("The picture was not saved: %s"),
                            error->message);
  tell (self, text);
}

static void
chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GeoCodeBox) self = user_data;
  g_autoptr (GFile) file =
      gtk_file_dialog_save_finish (GTK_FILE_DIALOG (source), result, NULL);
  g_autoptr (GdkTexture) texture = NULL;
  g_autoptr (GBytes) bytes = NULL;

  if (file == NULL)
    return;
  texture = geo_qr_view_make_texture (self->qr_view);
  if (texture == NULL)
    return;
  bytes = gdk_texture_save_to_png_bytes (texture);
  g_file_replace_contents_bytes_async (file, bytes, NULL, FALSE,
                                       G_FILE_CREATE_NONE, NULL, written_cb,
                                       g_object_ref (self));
}

static void
save_cb (GeoCodeBox *self) {
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  g_autofree gchar *name = g_strconcat (self->file_name, ".png", NULL);

  gtk_file_dialog_set_title (dialog, _ ("Save the QR Code"));
  gtk_file_dialog_set_initial_name (dialog, name);
  gtk_file_dialog_save (dialog,
                        GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))),
                        NULL, chosen_cb, g_object_ref (self));
}

/* --- Life --------------------------------------------------------------- */

static void
geo_code_box_finalize (GObject *object) {
  GeoCodeBox *self = GEO_CODE_BOX (object);

  g_free (self->link);
  g_free (self->file_name);
  G_OBJECT_CLASS (geo_code_box_parent_class)->finalize (object);
}

static void
geo_code_box_class_init (GeoCodeBoxClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = geo_code_box_finalize;
  g_type_ensure (GEO_TYPE_QR_VIEW);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/net/geocredit/Wallet/ui/geo-code-box.ui");
  gtk_widget_class_bind_template_child (widget_class, GeoCodeBox, qr_view);
  gtk_widget_class_bind_template_child (widget_class, GeoCodeBox, long_label);
  gtk_widget_class_bind_template_child (widget_class, GeoCodeBox, buttons);
  gtk_widget_class_bind_template_child (widget_class, GeoCodeBox, copy_button);
  gtk_widget_class_bind_template_child (widget_class, GeoCodeBox, save_button);
  gtk_widget_class_bind_template_child (widget_class, GeoCodeBox, told_label);
}

static void
geo_code_box_init (GeoCodeBox *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_swapped (self->copy_button, "clicked", G_CALLBACK (copy_cb),
                            self);
  g_signal_connect_swapped (self->save_button, "clicked", G_CALLBACK (save_cb),
                            self);
}

void
geo_code_box_set_link (GeoCodeBox *self,
                       const gchar *link,
                       const gchar *file_name) {
  gboolean has_code;

  g_return_if_fail (GEO_IS_CODE_BOX (self));

  g_set_str (&self->file_name, file_name);
  if (!g_set_str (&self->link, link))
    return;
  has_code = geo_qr_view_set_text (self->qr_view, link) && link != NULL;
  gtk_widget_set_visible (GTK_WIDGET (self->qr_view), has_code);
  gtk_widget_set_visible (GTK_WIDGET (self->save_button), has_code);
  gtk_widget_set_visible (GTK_WIDGET (self->long_label),
                          link != NULL && !has_code);
  gtk_widget_set_visible (self->buttons, link != NULL);
  tell (self, NULL);
}
