/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Freezing the trust in somebody, in one equivalent: the question, and what
 * becomes of the answer.  The node makes the line.
 */
#include "config.h"

#include "wallet/geo-freeze.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "wallet/geo-fit-text.h"

typedef struct {
  GtkWidget *parent; /* NULL when it is gone. */
  GeoNode *node;
  GeoPerson *person;
  gchar *equivalent;
  gboolean frozen;
} Freeze;

static Freeze *
freeze_new (GtkWidget *parent,
            GeoNode *node,
            GeoPerson *person,
            const gchar *equivalent,
            gboolean frozen) {
  Freeze *freeze = g_new0 (Freeze, 1);

  g_set_weak_pointer (&freeze->parent, parent);
  freeze->node = g_object_ref (node);
  freeze->person = g_object_ref (person);
  freeze->equivalent = g_strdup (equivalent);
  freeze->frozen = frozen;
  return freeze;
}

static void
freeze_free (gpointer data) {
  Freeze *freeze = data;

  g_clear_weak_pointer (&freeze->parent);
  g_object_unref (freeze->node);
  g_object_unref (freeze->person);
  g_free (freeze->equivalent);
  g_free (freeze);
}

static void
freeze_closed (gpointer data, GClosure *closure) {
  freeze_free (data);
}

static void
done_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  Freeze *freeze = user_data;
  g_autoptr (GError) error = NULL;
  gboolean done = geo_node_freeze_finish (GEO_NODE (source), result, &error);

  if (freeze->parent != NULL && done) {
    gtk_widget_activate_action (freeze->parent, "win.toast", "s",
                                freeze->frozen ? _ ("The trust is frozen")
                                               : _ ("The trust is no longer frozen"));
  } else if (freeze->parent != NULL) {
    AdwDialog *alert = geo_fit_text_new_alert (
        freeze->frozen ? _ ("Not Frozen") : _ ("Still Frozen"), error->message);

    /* It is stored, and goes to the hub by itself. */
    if (g_error_matches (error, GEO_NODE_ERROR, GEO_NODE_ERROR_TIMEOUT))
      adw_alert_dialog_set_heading (ADW_ALERT_DIALOG (alert),
                                    _ ("Waiting for the Hub"));
    adw_alert_dialog_add_response (ADW_ALERT_DIALOG (alert), "close",
                                   _ ("_Close"));
    adw_dialog_present (alert, freeze->parent);
  }
  freeze_free (freeze);
}

/* Takes freeze. */
static void
carry_out (Freeze *freeze) {
  geo_node_freeze_async (freeze->node, geo_person_get_pid (freeze->person),
                         freeze->equivalent, freeze->frozen, NULL, done_cb,
                         freeze);
}

static void
answer_cb (AdwAlertDialog *alert, const gchar *response, Freeze *freeze) {
  if (g_str_equal (response, "freeze") && freeze->parent != NULL)
    carry_out (freeze_new (freeze->parent, freeze->node, freeze->person,
                           freeze->equivalent, TRUE));
}

void
geo_freeze_ask (GtkWidget *parent,
                GeoNode *node,
                GeoPerson *person,
                const gchar *equivalent) {
  g_autofree gchar *body = g_strdup_printf (
      /* Translators: an equivalent (UAH), and somebody's name. */
      _ ("Until you unfreeze it, nothing more can come to be owed in %s "
         "between you and %s, in either direction. What is owed already stays "
         "owed; it can be paid back, and clearing can lower it. Your limit "
         "stays as it is."),
      equivalent, geo_person_get_name (person));
  /* Headings break between words only, and names are long. */
  AdwDialog *alert = geo_fit_text_new_alert (_ ("Freeze This Trust?"), body);

  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (alert), "cancel",
                                  _ ("_Cancel"), "freeze", _ ("_Freeze"), NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (alert), "freeze",
                                            ADW_RESPONSE_SUGGESTED);
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (alert), "cancel");
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (alert), "cancel");
  g_signal_connect_data (alert, "response", G_CALLBACK (answer_cb),
                         freeze_new (parent, node, person, equivalent, TRUE),
                         freeze_closed, 0);
  adw_dialog_present (alert, parent);
}

void
geo_freeze_undo (GtkWidget *parent,
                 GeoNode *node,
                 GeoPerson *person,
                 const gchar *equivalent) {
  carry_out (freeze_new (parent, node, person, equivalent, FALSE));
}
