/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoKeyWarning: says what a changed key may mean and leads to comparing.  The
 * node knows whose key is in doubt, and remembers what was answered.
 */
#include "config.h"

#include "wallet/geo-key-warning.h"

#include <glib/gi18n.h>

#include "node/geo-safety.h"
#include "wallet/geo-fit-text.h"
#include "wallet/geo-verify-dialog.h"

struct _GeoKeyWarning {
  AdwBin parent_instance;

  /* owned */
  GeoNode *node;
  GeoPerson *person;

  /* template children */
  GtkLabel *title_label;
  GtkLabel *text_label;
  GtkButton *compare_button;
  GtkButton *accept_button;
  GtkButton *other_button;
  GtkButton *proof_button;
};

enum {
  SETTLED,
  OTHER,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (GeoKeyWarning, geo_key_warning, ADW_TYPE_BIN)

/* --- What it says --------------------------------------------------------- */

gchar *
geo_key_warning_phrase (GeoNode *node, GeoPerson *person) {
  const gchar *name = geo_person_get_name (person);

  switch (geo_node_get_key_doubt (node, geo_person_get_pid (person))) {
  case GEO_KEY_DOUBT_NONE:
    break;
  case GEO_KEY_DOUBT_CHANGED:
    /* Translators: %s is a name. */
    return g_strdup_printf (_ ("The key of %s has changed"), name);
  case GEO_KEY_DOUBT_FORKED:
    /* Translators: %s is a name. */
    return g_strdup_printf (_ ("%s has two different keys"), name);
  }
  return NULL;
}

static void
say (GeoKeyWarning *self, const gchar *text, const gchar *accept) {
  g_autofree gchar *title = geo_key_warning_phrase (self->node, self->person);

  gtk_label_set_label (self->title_label, title);
  gtk_label_set_label (self->text_label, text);
  gtk_button_set_label (self->accept_button, accept);
  gtk_button_set_label (
      self->compare_button,
      geo_node_was_verified (self->node, geo_person_get_pid (self->person))
          ? _ ("_Compare Again…")
          : _ ("_Compare…"));
}

static void
update (GeoKeyWarning *self) {
  const gchar *name = geo_person_get_name (self->person);
  g_autofree gchar *text = NULL;

  switch (geo_node_get_key_doubt (self->node,
                                  geo_person_get_pid (self->person))) {
  case GEO_KEY_DOUBT_NONE:
    return;
  case GEO_KEY_DOUBT_CHANGED:
    text = g_strdup_printf (
        /* Translators: three times the same name. */
        _ ("This happens when %s makes new recovery words, because somebody "
           "may have seen the old ones. It can also mean that somebody else "
           "has the old words, and now acts as %s.\n\n"
           "Ask %s in person, or on a call where you know the voice, before "
           "you pay or trust."),
        name, name, name);
    say (self, text, _ ("_Accept New Key…"));
    gtk_widget_set_visible (GTK_WIDGET (self->proof_button), FALSE);
    break;
  case GEO_KEY_DOUBT_FORKED:
    text = g_strdup_printf (
        /* Translators: three times the same name. */
        _ ("Two new keys took the place of one that %s had, so somebody else "
           "has had it, too. Here, the one of them that was known first "
           "counts; it may be the one of %s, or not. What proves this is "
           "kept.\n\n"
           "Ask %s in person, or on a call where you know the voice, before "
           "you pay or trust."),
        name, name, name);
    say (self, text, _ ("_Go On With This Key…"));
    /* A dialog would be in front of it. */
    gtk_widget_set_visible (
        GTK_WIDGET (self->proof_button),
        gtk_widget_get_ancestor (GTK_WIDGET (self), ADW_TYPE_DIALOG) == NULL);
    break;
  }
}

/* --- What is done --------------------------------------------------------- */

static void
changed_cb (GeoKeyWarning *self) {
  if (geo_person_get_key_changed (self->person))
    update (self);
  else
    g_signal_emit (self, signals[SETTLED], 0);
}

static void
compare_cb (GeoKeyWarning *self) {
  adw_dialog_present (
      ADW_DIALOG (geo_verify_dialog_new (self->node, self->person)),
      GTK_WIDGET (self));
}

static void
accepted_cb (AdwAlertDialog *alert,
             const gchar *response,
             GeoKeyWarning *self) {
  if (g_str_equal (response, "accept") && self->person != NULL)
    geo_node_accept_key (self->node, geo_person_get_pid (self->person));
}

static void
accept_cb (GeoKeyWarning *self) {
  const gchar *name = geo_person_get_name (self->person);
  /* Translators: %s is a name. */
  g_autofree gchar *body = g_strdup_printf (
      _ ("Only if %s told you of it, by another way than this. Whoever has the "
         "old words could write to you here, too."),
      name);
  AdwDialog *alert = geo_fit_text_new_alert (_ ("Accept Without Comparing?"),
                                             body);

  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (alert), "cancel",
                                  _ ("_Cancel"), "accept", _ ("_Accept"), NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (alert), "accept",
                                            ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (alert), "cancel");
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (alert), "cancel");
  g_signal_connect_object (alert, "response", G_CALLBACK (accepted_cb), self,
                           G_CONNECT_DEFAULT);
  adw_dialog_present (alert, GTK_WIDGET (self));
}

static void
proof_cb (GeoKeyWarning *self) {
  gtk_widget_activate_action (GTK_WIDGET (self), "win.show-evidence", "s", "");
}

static void
other_cb (GeoKeyWarning *self) {
  g_signal_emit (self, signals[OTHER], 0);
}

/* --- Life ----------------------------------------------------------------- */

static void
geo_key_warning_dispose (GObject *object) {
  geo_key_warning_set_person (GEO_KEY_WARNING (object), NULL, NULL);
  G_OBJECT_CLASS (geo_key_warning_parent_class)->dispose (object);
}

static void
geo_key_warning_class_init (GeoKeyWarningClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = geo_key_warning_dispose;
  signals[SETTLED] = g_signal_new ("settled", GEO_TYPE_KEY_WARNING,
                                   G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 0);
  signals[OTHER] = g_signal_new ("other", GEO_TYPE_KEY_WARNING,
                                 G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 0);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/net/geocredit/Wallet/ui/geo-key-warning.ui");
  gtk_widget_class_bind_template_child (widget_class, GeoKeyWarning,
                                        title_label);
  gtk_widget_class_bind_template_child (widget_class, GeoKeyWarning,
                                        text_label);
  gtk_widget_class_bind_template_child (widget_class, GeoKeyWarning,
                                        compare_button);
  gtk_widget_class_bind_template_child (widget_class, GeoKeyWarning,
                                        accept_button);
  gtk_widget_class_bind_template_child (widget_class, GeoKeyWarning,
                                        other_button);
  gtk_widget_class_bind_template_child (widget_class, GeoKeyWarning,
                                        proof_button);
}

static void
geo_key_warning_init (GeoKeyWarning *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_swapped (self->compare_button, "clicked",
                            G_CALLBACK (compare_cb), self);
  g_signal_connect_swapped (self->accept_button, "clicked",
                            G_CALLBACK (accept_cb), self);
  g_signal_connect_swapped (self->other_button, "clicked",
                            G_CALLBACK (other_cb), self);
  g_signal_connect_swapped (self->proof_button, "clicked",
                            G_CALLBACK (proof_cb), self);
}

void
geo_key_warning_set_person (GeoKeyWarning *self,
                            GeoNode *node,
                            GeoPerson *person) {
  g_return_if_fail (GEO_IS_KEY_WARNING (self));

  if (self->person != NULL)
    g_signal_handlers_disconnect_by_data (self->person, self);
  g_set_object (&self->node, node);
  g_set_object (&self->person, person);
  if (person == NULL)
    return;
  g_signal_connect_swapped (person, "notify::key-changed",
                            G_CALLBACK (changed_cb), self);
  g_signal_connect_swapped (person, "notify::name", G_CALLBACK (update), self);
  update (self);
}

void
geo_key_warning_set_other (GeoKeyWarning *self, const gchar *label) {
  g_return_if_fail (GEO_IS_KEY_WARNING (self));

  gtk_button_set_label (self->other_button, label != NULL ? label : "");
  gtk_widget_set_visible (GTK_WIDGET (self->other_button), label != NULL);
}
