/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoCameraDialog: words around a GeoCameraView, which does the looking.
 */
#include "config.h"

#include "wallet/geo-camera-dialog.h"

#include <glib/gi18n.h>

#include "wallet/geo-camera-view.h"
#include "wallet/geo-say.h"

struct _GeoCameraDialog {
  GeoDialog parent_instance;

  gboolean has_ended;

  /* template children */
  GtkStack *stack;
  GeoCameraView *view;
  GtkWidget *spinner;
  GtkLabel *hint_label;
  AdwStatusPage *problem_page;
  GtkWidget *again_button;
  GtkWidget *picture_row;
  GtkWidget *clipboard_row;
};

enum {
  ENDED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (GeoCameraDialog, geo_camera_dialog, GEO_TYPE_DIALOG)

static void
end (GeoCameraDialog *self, GeoCameraDialogEnd how, const gchar *text) {
  if (self->has_ended)
    return;
  self->has_ended = TRUE;
  if (how != GEO_CAMERA_DIALOG_CLOSED)
    adw_dialog_close (ADW_DIALOG (self));
  g_signal_emit (self, signals[ENDED], 0, how, text);
}

static void
show_hint (GeoCameraDialog *self, const gchar *sentence, gboolean is_waiting) {
  gtk_widget_set_visible (self->spinner, is_waiting);
  gtk_label_set_label (self->hint_label, sentence);
  geo_say (GTK_WIDGET (self), sentence);
}

static void
asking_cb (GeoCameraDialog *self) {
  show_hint (self,
             _ ("Waiting for the camera. Your desktop may ask you whether Geo "
                "may use it."),
             TRUE);
}

static void
live_cb (GeoCameraDialog *self) {
  show_hint (self,
             _ ("The camera is on. Hold the code in front of it, so that all "
                "of it is seen."),
             FALSE);
}

static void
found_cb (GeoCameraDialog *self, const gchar *text) {
  GtkWidget *root = GTK_WIDGET (gtk_widget_get_root (GTK_WIDGET (self)));

  /* By the window: the dialog is about to go. */
  geo_say (root, _ ("The code was read, and the camera is off."));
  end (self, GEO_CAMERA_DIALOG_FOUND, text);
}

static void
failed_cb (GeoCameraDialog *self, GError *error) {
  adw_status_page_set_title (
      self->problem_page,
      g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED)
          ? _ ("The Camera Is Not Allowed")
      : g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND)
          ? _ ("There Is No Camera")
          : _ ("The Camera Is Not Working"));
  adw_status_page_set_description (self->problem_page, error->message);
  gtk_stack_set_visible_child_name (self->stack, "problem");
  gtk_widget_grab_focus (self->again_button);
  geo_say (GTK_WIDGET (self), error->message);
}

/* The view opens the camera as soon as it is seen. */
static void
again_cb (GeoCameraDialog *self) {
  gtk_stack_set_visible_child_name (self->stack, "camera");
}

static void
picture_cb (GeoCameraDialog *self) {
  end (self, GEO_CAMERA_DIALOG_PICTURE, NULL);
}

static void
clipboard_cb (GeoCameraDialog *self) {
  end (self, GEO_CAMERA_DIALOG_CLIPBOARD, NULL);
}

static void
geo_camera_dialog_closed (AdwDialog *dialog) {
  GeoCameraDialog *self = GEO_CAMERA_DIALOG (dialog);

  ADW_DIALOG_CLASS (geo_camera_dialog_parent_class)->closed (dialog);
  end (self, GEO_CAMERA_DIALOG_CLOSED, NULL);
}

/* A window that goes closes none of its dialogs; and whoever waits for this one
 * may hold the window. */
static void
geo_camera_dialog_unroot (GtkWidget *widget) {
  end (GEO_CAMERA_DIALOG (widget), GEO_CAMERA_DIALOG_CLOSED, NULL);
  GTK_WIDGET_CLASS (geo_camera_dialog_parent_class)->unroot (widget);
}

static void
geo_camera_dialog_class_init (GeoCameraDialogClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->unroot = geo_camera_dialog_unroot;
  ADW_DIALOG_CLASS (klass)->closed = geo_camera_dialog_closed;
  signals[ENDED] = g_signal_new ("ended", GEO_TYPE_CAMERA_DIALOG,
                                 G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 2, G_TYPE_INT, G_TYPE_STRING);
  g_type_ensure (GEO_TYPE_CAMERA_VIEW);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/net/geocredit/Wallet/ui/geo-camera-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, GeoCameraDialog, stack);
  gtk_widget_class_bind_template_child (widget_class, GeoCameraDialog, view);
  gtk_widget_class_bind_template_child (widget_class, GeoCameraDialog, spinner);
  gtk_widget_class_bind_template_child (widget_class, GeoCameraDialog,
                                        hint_label);
  gtk_widget_class_bind_template_child (widget_class, GeoCameraDialog,
                                        problem_page);
  gtk_widget_class_bind_template_child (widget_class, GeoCameraDialog,
                                        again_button);
  gtk_widget_class_bind_template_child (widget_class, GeoCameraDialog,
                                        picture_row);
  gtk_widget_class_bind_template_child (widget_class, GeoCameraDialog,
                                        clipboard_row);
}

static void
geo_camera_dialog_init (GeoCameraDialog *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_object (self->view, "asking", G_CALLBACK (asking_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->view, "live", G_CALLBACK (live_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->view, "found", G_CALLBACK (found_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->view, "failed", G_CALLBACK (failed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_swapped (self->again_button, "clicked",
                            G_CALLBACK (again_cb), self);
  g_signal_connect_swapped (self->picture_row, "activated",
                            G_CALLBACK (picture_cb), self);
  g_signal_connect_swapped (self->clipboard_row, "activated",
                            G_CALLBACK (clipboard_cb), self);
}

GeoCameraDialog *
geo_camera_dialog_new (void) {
  return g_object_new (GEO_TYPE_CAMERA_DIALOG, NULL);
}
