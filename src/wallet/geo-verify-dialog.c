/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoVerifyDialog: shows what the node made of both keys and takes the answer
 * there.  It compares nothing itself: people do.
 */
#include "config.h"

#include "wallet/geo-verify-dialog.h"

#include <glib/gi18n.h>

#include "core/geo-link.h"
#include "node/geo-safety.h"
#include "wallet/geo-camera.h"
#include "wallet/geo-fit-text.h"
#include "wallet/geo-read-code.h"

struct _GeoVerifyDialog {
  GeoDialog parent_instance;

  /* owned */
  GeoCamera *camera;
  GeoNode *node;
  GeoPerson *person;

  /* template children */
  GtkStack *stack;
  GtkLabel *how_label;
  AdwWrapBox *pictures;
  GtkButton *same_button;
  GtkButton *other_button;
  GtkButton *scan_button;
  GtkButton *code_button;
  AdwStatusPage *other_page;
  AdwStatusPage *problem_page;
};

G_DEFINE_FINAL_TYPE (GeoVerifyDialog, geo_verify_dialog, GEO_TYPE_DIALOG)

static void
add_picture (GeoVerifyDialog *self, guint8 number) {
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *picture = gtk_label_new (geo_safety_picture (number));
  GtkWidget *name = gtk_label_new (geo_safety_name (number));

  gtk_widget_add_css_class (picture, "safety-picture");
  /* A screen reader says the name once. */
  gtk_accessible_update_state (GTK_ACCESSIBLE (picture),
                               GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
  gtk_label_set_wrap (GTK_LABEL (name), TRUE);
  gtk_box_append (GTK_BOX (box), picture);
  gtk_box_append (GTK_BOX (box), name);
  gtk_widget_set_size_request (box, 92, -1);
  adw_wrap_box_append (self->pictures, box);
}

static void
compared_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GeoVerifyDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  guint8 numbers[GEO_SAFETY_PICTURES];
  gboolean ok = geo_node_compare_finish (GEO_NODE (source), result, numbers,
                                         &error);

  if (self->node == NULL ||
      g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (!ok) {
    adw_status_page_set_description (self->problem_page, error->message);
    gtk_stack_set_visible_child_name (self->stack, "problem");
    return;
  }
  for (guint i = 0; i < GEO_SAFETY_PICTURES; i++)
    add_picture (self, numbers[i]);
  gtk_stack_set_visible_child_name (self->stack, "pictures");
  gtk_widget_grab_focus (GTK_WIDGET (self->same_button));
}

static void
same_cb (GeoVerifyDialog *self) {
  g_autofree gchar *said = g_strdup_printf (
      /* Translators: %s is a name. */
      _ ("You verified %s"), geo_person_get_name (self->person));

  if (geo_node_set_verified (self->node, geo_person_get_pid (self->person),
                             TRUE))
    gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s", said);
  adw_dialog_close (ADW_DIALOG (self));
}

static void
other_cb (GeoVerifyDialog *self) {
  geo_node_set_verified (self->node, geo_person_get_pid (self->person), FALSE);
  gtk_stack_set_visible_child_name (self->stack, "other");
}

/* --- By their code ------------------------------------------------------ */

static gboolean
is_about_them (GeoVerifyDialog *self, const GeoLink *link) {
  return link != NULL && link->kind == GEO_LINK_PARTICIPANT && link->has_pid &&
         geo_pid_equal (&link->pid, geo_person_get_pid (self->person));
}

/* It is theirs; but the key in it is not the one that is known here. */
static gchar *
phrase_other_key (const gchar *name) {
  return g_strdup_printf (
      /* Translators: twice the same name. */
      _ ("It names %s, but with another key than the one that is known here. "
         "If it was changed a moment ago, wait until you are both connected, "
         "and let the code be shown anew. Otherwise somebody may stand between "
         "you: neither pay nor trust %s until you found out."),
      name, name);
}

static gchar *
phrase_somebody_else (const gchar *name) {
  return g_strdup_printf (
      /* Translators: %s is a name. */
      _ ("It does not belong to the %s you know here. If %s showed it to you "
         "as "
         "their own, somebody may stand between you: neither pay nor trust "
         "until you found out."),
      name, name);
}

static void
warn (GeoVerifyDialog *self, gboolean is_about_them) {
  const gchar *name = geo_person_get_name (self->person);
  g_autofree gchar *body = is_about_them ? phrase_other_key (name)
                                         : phrase_somebody_else (name);
  AdwDialog *alert = geo_fit_text_new_alert (_ ("Another Code"), body);

  adw_alert_dialog_add_response (ADW_ALERT_DIALOG (alert), "close",
                                 _ ("_Close"));
  adw_dialog_present (alert, GTK_WIDGET (self));
}

void
geo_verify_dialog_take_code (GeoVerifyDialog *self, const gchar *text) {
  g_autoptr (GeoLink) link = geo_link_parse (text, NULL);
  gboolean is_theirs;

  g_return_if_fail (GEO_IS_VERIFY_DIALOG (self));

  is_theirs = is_about_them (self, link);
  if (is_theirs && geo_node_link_shows_key (self->node, link))
    same_cb (self);
  else
    warn (self, is_theirs);
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GeoVerifyDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *text = geo_read_code_finish (result, &error);

  if (self->node == NULL || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  if (text != NULL)
    geo_verify_dialog_take_code (self, text);
  else
    geo_read_code_explain (GTK_WIDGET (self), error);
}

static void
code_cb (GeoVerifyDialog *self) {
  geo_read_code_choose_async (GTK_WIDGET (self),
                              geo_dialog_get_cancellable (GEO_DIALOG (self)),
                              read_cb, g_object_ref (self));
}

static void
scan_cb (GeoVerifyDialog *self) {
  geo_read_code_scan_async (GTK_WIDGET (self),
                            geo_dialog_get_cancellable (GEO_DIALOG (self)),
                            read_cb, g_object_ref (self));
}

static void
camera_cb (GeoVerifyDialog *self) {
  gtk_widget_set_visible (GTK_WIDGET (self->scan_button),
                          geo_camera_is_present (self->camera));
}

static void
geo_verify_dialog_dispose (GObject *object) {
  GeoVerifyDialog *self = GEO_VERIFY_DIALOG (object);

  g_clear_object (&self->camera);
  g_clear_object (&self->person);
  g_clear_object (&self->node);
  G_OBJECT_CLASS (geo_verify_dialog_parent_class)->dispose (object);
}

static void
geo_verify_dialog_class_init (GeoVerifyDialogClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = geo_verify_dialog_dispose;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/net/geocredit/Wallet/ui/geo-verify-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, GeoVerifyDialog, stack);
  gtk_widget_class_bind_template_child (widget_class, GeoVerifyDialog,
                                        how_label);
  gtk_widget_class_bind_template_child (widget_class, GeoVerifyDialog,
                                        pictures);
  gtk_widget_class_bind_template_child (widget_class, GeoVerifyDialog,
                                        same_button);
  gtk_widget_class_bind_template_child (widget_class, GeoVerifyDialog,
                                        other_button);
  gtk_widget_class_bind_template_child (widget_class, GeoVerifyDialog,
                                        scan_button);
  gtk_widget_class_bind_template_child (widget_class, GeoVerifyDialog,
                                        code_button);
  gtk_widget_class_bind_template_child (widget_class, GeoVerifyDialog,
                                        other_page);
  gtk_widget_class_bind_template_child (widget_class, GeoVerifyDialog,
                                        problem_page);
}

static void
geo_verify_dialog_init (GeoVerifyDialog *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_swapped (self->same_button, "clicked", G_CALLBACK (same_cb),
                            self);
  g_signal_connect_swapped (self->other_button, "clicked",
                            G_CALLBACK (other_cb), self);
  g_signal_connect_swapped (self->scan_button, "clicked", G_CALLBACK (scan_cb),
                            self);
  g_signal_connect_swapped (self->code_button, "clicked", G_CALLBACK (code_cb),
                            self);
  self->camera = geo_camera_get ();
  g_signal_connect_object (self->camera, "notify::present",
                           G_CALLBACK (camera_cb), self, G_CONNECT_SWAPPED);
  camera_cb (self);
}

GeoVerifyDialog *
geo_verify_dialog_new (GeoNode *node, GeoPerson *person) {
  GeoVerifyDialog *self = g_object_new (GEO_TYPE_VERIFY_DIALOG, NULL);
  const gchar *name = geo_person_get_name (person);
  g_autofree gchar *how = g_strdup_printf (
      /* Translators: %s is a name. */
      _ ("Meet %s, or talk where you know the voice, and both open this page "
         "for each other. If the six pictures are the same and in the same "
         "order, nobody stands between you."),
      name);
  g_autofree gchar *warning = g_strdup_printf (
      /* Translators: %s is a name. */
      _ ("Whoever answers here as %s may be somebody else. Neither pay nor "
         "trust them, and ask %s in person which community they joined."),
      name, name);

  self->node = g_object_ref (node);
  self->person = g_object_ref (person);
  gtk_label_set_label (self->how_label, how);
  adw_status_page_set_description (self->other_page, warning);
  geo_node_compare_async (node, geo_person_get_pid (person),
                          geo_dialog_get_cancellable (GEO_DIALOG (self)),
                          compared_cb, g_object_ref (self));
  return self;
}
