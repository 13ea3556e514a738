/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What an invitation means to somebody who is in its community already.
 */
#include "config.h"

#include "wallet/geo-open-invitation.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "node/geo-node-invitations.h"
#include "wallet/geo-fit-text.h"

typedef struct {
  GtkWidget *window; /* NULL when it is gone. */
  GeoNode *node;
  gchar *text;
} Opened;

static Opened *
opened_new (GtkWidget *window, GeoNode *node, const gchar *text) {
  Opened *opened = g_new0 (Opened, 1);

  g_set_weak_pointer (&opened->window, window);
  opened->node = g_object_ref (node);
  opened->text = g_strdup (text);
  return opened;
}

static void
opened_free (Opened *opened) {
  g_clear_weak_pointer (&opened->window);
  g_object_unref (opened->node);
  g_free (opened->text);
  g_free (opened);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Opened, opened_free)

static void
say (Opened *opened, const gchar *heading, const gchar *sentence) {
  AdwDialog *alert;

  if (opened->window == NULL)
    return;
  alert = geo_fit_text_new_alert (heading, sentence);
  adw_alert_dialog_add_response (ADW_ALERT_DIALOG (alert), "close",
                                 _ ("_Close"));
  adw_dialog_present (alert, opened->window);
}

static void
toast (Opened *opened, const gchar *sentence) {
  if (opened->window != NULL)
    gtk_widget_activate_action (opened->window, "win.toast", "s", sentence);
}

static AdwDialog *
ask (GtkWidget *window,
     const gchar *heading,
     const gchar *body,
     const gchar *no,
     const gchar *yes) {
  AdwDialog *alert = geo_fit_text_new_alert (heading, body);

  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (alert), "no", no, "yes",
                                  yes, NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (alert), "yes",
                                            ADW_RESPONSE_SUGGESTED);
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (alert), "no");
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (alert), "no");
  adw_dialog_present (alert, window);
  return alert;
}

/* --- Who invites --------------------------------------------------------- */

static void
taken_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (Opened) opened = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoRequestItem) item = geo_node_request_finish (GEO_NODE (source),
                                                             result, &error);

  if (item == NULL)
    say (opened, _ ("Nothing Was Asked"), error->message);
  else if (opened->window != NULL)
    gtk_widget_activate_action (opened->window, "win.show-request", "s",
                                geo_request_item_get_key (item));
}

static void
invited_cb (AdwAlertDialog *alert, const gchar *response, Opened *opened) {
  if (g_str_equal (response, "yes"))
    geo_node_take_invitation_async (
        opened->node, opened->text, NULL, taken_cb,
        opened_new (opened->window, opened->node, opened->text));
}

static void
offer_trust (GtkWidget *window,
             GeoNode *node,
             const GeoLink *link,
             const gchar *text) {
  g_autofree gchar *body = geo_phrase_invitation (link);

  g_signal_connect_data (ask (window, _ ("You Are Invited"), body,
                              _ ("_Cancel"), _ ("_Ask for It")),
                         "response", G_CALLBACK (invited_cb),
                         opened_new (window, node, text),
                         (GClosureNotify) (void (*) (void)) opened_free, 0);
}

static void
open_own (GtkWidget *window, GeoNode *node, const GeoInvitation *invitation) {
  GeoRequestItem *item = geo_node_find_request (node,
                                                invitation->invitation_id);

  if (item != NULL && geo_request_item_is_mine (item))
    gtk_widget_activate_action (window, "win.show-request", "s",
                                geo_request_item_get_key (item));
  else
    gtk_widget_activate_action (window, "win.toast", "s",
                                _ ("This is your own invitation"));
}

/* --- Where the hub is ---------------------------------------------------- */

static void
moved_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (Opened) opened = user_data;
  g_autoptr (GError) error = NULL;

  if (geo_node_move_finish (GEO_NODE (source), result, &error)) {
    toast (opened, _ ("The new address is used now"));
    return;
  }
  say (opened, _ ("The Address Stays as It Was"), error->message);
}

static void
address_cb (AdwAlertDialog *alert, const gchar *response, Opened *opened) {
  if (!g_str_equal (response, "yes"))
    return;
  toast (opened, _ ("The new address is tried…"));
  geo_node_move_async (opened->node, opened->text, moved_cb,
                       opened_new (opened->window, opened->node, opened->text));
}

static void
offer_address (GtkWidget *window,
               GeoNode *node,
               const GeoLink *link,
               const gchar *text) {
  g_autofree gchar *body = g_strdup_printf (
      /* Translators: community, its new address, its former address. */
      _ ("You are in %s already. This invitation says that its hub is at %s; "
         "you reach it at %s. The new address is kept only if the same "
         "community answers there."),
      geo_node_get_community_name (node), link->hub, geo_node_get_hub (node));

  g_signal_connect_data (ask (window, _ ("Use the New Address?"), body,
                              _ ("_Keep as It Is"), _ ("_Use New Address")),
                         "response", G_CALLBACK (address_cb),
                         opened_new (window, node, text),
                         (GClosureNotify) (void (*) (void)) opened_free, 0);
}

void
geo_open_invitation (GtkWidget *window,
                     GeoNode *node,
                     const GeoLink *link,
                     const gchar *text) {
  const GeoInvitation *invitation = link->invitation;
  gboolean moved = geo_node_has_other_address (node, link);
  g_autofree gchar *from = NULL;

  if (invitation != NULL)
    from = geo_pid_to_string (&invitation->from);
  if (invitation != NULL && g_str_equal (from, geo_node_get_pid (node)))
    open_own (window, node, invitation);
  /* While the hub is not reached, where it is comes first. */
  else if (moved && (invitation == NULL ||
                     geo_node_get_connection (node) != GEO_CONNECTION_HUB))
    offer_address (window, node, link, text);
  else if (invitation != NULL)
    offer_trust (window, node, link, text);
  else
    gtk_widget_activate_action (window, "win.toast", "s",
                                _ ("You are in this community already"));
}
