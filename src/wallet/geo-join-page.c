/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoJoinPage: takes an invitation link, its QR code or an address and joins
 * that community with an unlocked profile; or leads to a market on this
 * computer.  Where the practice market started this program
 * (GEO_PRACTICE_LINK), joining it is one click, marked as what it is.
 */
#include "config.h"

#include "wallet/geo-join-page.h"

#include <glib/gi18n.h>

#include "node/geo-node-invitations.h"
#include "wallet/geo-ask-stranger.h"
#include "wallet/geo-camera.h"
#include "wallet/geo-qr-read.h"
#include "wallet/geo-read-code.h"
#include "wallet/geo-start-market-page.h"

struct _GeoJoinPage {
  AdwNavigationPage parent_instance;

  /* owned */
  GeoProfile *profile;
  GeoCamera *camera;
  GeoOwnHub *own_hub; /* NULL: no market can be started here. */
  GeoCommunities *communities; /* NULL: none has been joined yet. */
  GCancellable *cancellable; /* Of the attempt; NULL: there is none. */
  gchar *joining; /* The link of the last attempt. */

  /* template children */
  AdwStatusPage *status;
  AdwEntryRow *link_row;
  GtkWidget *invitation_card;
  AdwAvatar *invitation_avatar;
  GtkLabel *invitation_label;
  GtkLabel *error_label;
  GtkButton *join_button;
  GtkWidget *spinner;
  GtkButton *cancel_button;
  GtkWidget *qr_scan_row;
  GtkWidget *qr_file_row;
  GtkWidget *qr_clipboard_row;
  GtkWidget *market_group;
  AdwPreferencesRow *market_row;
  GtkWidget *practice_group;
  GtkWidget *practice_row;
};

enum {
  JOINED,
  KNOWN,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (GeoJoinPage, geo_join_page, ADW_TYPE_NAVIGATION_PAGE)

static gchar *
get_link (GeoJoinPage *self) {
  return g_strstrip (
      g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->link_row))));
}

static void
update (GeoJoinPage *self) {
  g_autofree gchar *link = get_link (self);
  gboolean busy = self->cancellable != NULL;

  /* Not insensitive: it would lose the focus. */
  gtk_editable_set_editable (GTK_EDITABLE (self->link_row), !busy);
  gtk_widget_set_sensitive (GTK_WIDGET (self->join_button), *link != '\0');
  gtk_widget_set_visible (GTK_WIDGET (self->join_button), !busy);
  gtk_widget_set_visible (self->spinner, busy);
  gtk_widget_set_visible (GTK_WIDGET (self->cancel_button), busy);
  gtk_widget_set_visible (self->qr_scan_row,
                          geo_camera_is_present (self->camera));
  gtk_widget_set_sensitive (self->qr_scan_row, !busy);
  gtk_widget_set_sensitive (self->qr_file_row, !busy);
  gtk_widget_set_sensitive (self->qr_clipboard_row, !busy);
  gtk_widget_set_sensitive (self->market_group, !busy);
  gtk_widget_set_sensitive (self->practice_group, !busy);
}

/* Who invites, before anything is joined. */
static void
show_invitation (GeoJoinPage *self) {
  g_autofree gchar *text = get_link (self);
  g_autoptr (GeoLink) link = geo_link_parse (text, NULL);
  g_autofree gchar *phrase = NULL;

  if (link != NULL && link->invitation != NULL) {
    phrase = geo_phrase_invitation (link);
    adw_avatar_set_text (self->invitation_avatar, link->invitation->name);
  }
  gtk_label_set_label (self->invitation_label, phrase != NULL ? phrase : "");
  gtk_widget_set_visible (self->invitation_card, phrase != NULL);
}

static void
show_error (GeoJoinPage *self, const gchar *message) {
  gtk_label_set_label (self->error_label, message != NULL ? message : "");
  gtk_widget_set_visible (GTK_WIDGET (self->error_label), message != NULL);
}

static void join_as (GeoJoinPage *self, const gchar *link, const gchar *name);

static void
stranger_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  GeoJoinPage *self = GEO_JOIN_PAGE (source);
  g_autofree gchar *name =
      geo_ask_stranger_finish (GTK_WIDGET (self), result);

  if (self->profile == NULL)
    return;
  if (name != NULL)
    join_as (self, self->joining, name);
  else
    gtk_widget_grab_focus (GTK_WIDGET (self->link_row));
}

static void
join_ended (GeoJoinPage *self, GeoNode *node, const GError *error) {
  g_clear_object (&self->cancellable);
  update (self);
  if (node != NULL) {
    gtk_editable_set_text (GTK_EDITABLE (self->link_row), "");
    g_signal_emit (self, signals[JOINED], 0, node);
    return;
  }
  /* K8: perhaps these are not the words that count there. */
  if (g_error_matches (error, GEO_NODE_ERROR, GEO_NODE_ERROR_STRANGER)) {
    geo_ask_stranger_async (GTK_WIDGET (self), self->profile, error->message,
                            stranger_cb, NULL);
    return;
  }
  if (error != NULL &&
      !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    show_error (self, error->message);
  gtk_widget_grab_focus (GTK_WIDGET (self->link_row));
}

static void
joined_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GeoJoinPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoNode) node = geo_node_join_finish (result, &error);

  /* Disposed meanwhile: nobody is here to see it. */
  if (self->profile != NULL)
    join_ended (self, node, error);
}

/* One more; or one of those that are there already. */
static void
item_joined_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GeoJoinPage) self = user_data;
  g_autoptr (GError) error = NULL;
  GeoCommunityItem *item =
      geo_communities_join_finish (GEO_COMMUNITIES (source), result, &error);
  GeoNode *node = item != NULL ? geo_community_item_get_node (item) : NULL;

  if (self->profile == NULL)
    return;
  join_ended (self, node, error);
  if (item != NULL && node == NULL)
    show_error (self, geo_community_item_get_problem (item));
}

/* An invitation to where one is already says something else than to join. */
static gboolean
is_known (GeoJoinPage *self, const gchar *text) {
  g_autoptr (GeoLink) link = geo_link_parse (text, NULL);
  g_autofree gchar *pid = NULL;
  GeoCommunityItem *item;

  if (self->communities == NULL || link == NULL || !link->has_community)
    return FALSE;
  pid = geo_pid_to_string (&link->community);
  item = geo_communities_find (self->communities, pid, NULL);
  return item != NULL && geo_community_item_get_node (item) != NULL;
}

/* name: of somebody new there; NULL: nobody is to become that. */
static void
join_as (GeoJoinPage *self, const gchar *link, const gchar *name) {
  g_set_str (&self->joining, link);
  self->cancellable = g_cancellable_new ();
  update (self);
  if (self->communities != NULL && name != NULL)
    geo_communities_join_as_new_async (self->communities, self->joining, name,
                                       self->cancellable, item_joined_cb,
                                       g_object_ref (self));
  else if (self->communities != NULL)
    geo_communities_join_async (self->communities, link, self->cancellable,
                                item_joined_cb, g_object_ref (self));
  else if (name != NULL)
    geo_node_join_as_new_async (self->profile, self->joining, name,
                                self->cancellable, joined_cb,
                                g_object_ref (self));
  else
    geo_node_join_async (self->profile, link, self->cancellable, joined_cb,
                         g_object_ref (self));
}

static void
join (GeoJoinPage *self, const gchar *link) {
  if (self->profile == NULL || self->cancellable != NULL || *link == '\0')
    return;
  show_error (self, NULL);
  if (is_known (self, link)) {
    g_signal_emit (self, signals[KNOWN], 0, link);
    return;
  }
  join_as (self, link, NULL);
}

static void
join_cb (GeoJoinPage *self) {
  g_autofree gchar *link = get_link (self);

  join (self, link);
}

static void
practice_cb (GeoJoinPage *self) {
  const gchar *link = g_getenv ("GEO_PRACTICE_LINK");

  if (link != NULL)
    join (self, link);
}

/* --- From a picture ------------------------------------------------------ */

/* Takes text and error. */
static void
take_code (GeoJoinPage *self, gchar *text, GError *error) {
  g_autofree gchar *owned = text;
  g_autoptr (GError) why = error;

  if (self->profile == NULL || self->cancellable != NULL ||
      g_error_matches (why, G_IO_ERROR, G_IO_ERROR_CANCELLED) ||
      g_error_matches (why, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED))
    return;
  /* What it is is seen before anything is joined. */
  if (text != NULL) {
    geo_join_page_set_link (self, text);
    gtk_widget_grab_focus (GTK_WIDGET (self->join_button));
  } else {
    show_error (self, why->message);
  }
}

static void
qr_read_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GeoJoinPage) self = user_data;
  GError *error = NULL;
  gchar *text = geo_qr_read_finish (result, &error);

  take_code (self, text, error);
}

static void
qr_chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GeoJoinPage) self = user_data;
  GError *error = NULL;
  gchar *text = geo_read_code_finish (result, &error);

  take_code (self, text, error);
}

void
geo_join_page_read_picture (GeoJoinPage *self, GFile *file) {
  g_return_if_fail (GEO_IS_JOIN_PAGE (self));

  show_error (self, NULL);
  geo_qr_read_file_async (file, NULL, qr_read_cb, g_object_ref (self));
}

static void
qr_scan_cb (GeoJoinPage *self) {
  show_error (self, NULL);
  geo_read_code_scan_async (GTK_WIDGET (self), NULL, qr_chosen_cb,
                            g_object_ref (self));
}

static void
qr_file_cb (GeoJoinPage *self) {
  show_error (self, NULL);
  geo_read_code_choose_async (GTK_WIDGET (self), NULL, qr_chosen_cb,
                              g_object_ref (self));
}

static void
qr_clipboard_cb (GeoJoinPage *self) {
  show_error (self, NULL);
  geo_qr_read_clipboard_async (gtk_widget_get_clipboard (GTK_WIDGET (self)),
                               NULL, qr_read_cb, g_object_ref (self));
}

/* --- A market of one's own ----------------------------------------------- */

static void
market_joined_cb (GeoJoinPage *self, GeoNode *node) {
  g_signal_emit (self, signals[JOINED], 0, node);
}

static void
market_cb (GeoJoinPage *self) {
  GtkWidget *view = gtk_widget_get_ancestor (GTK_WIDGET (self),
                                             ADW_TYPE_NAVIGATION_VIEW);
  GeoStartMarketPage *page;

  if (self->profile == NULL || self->own_hub == NULL)
    return;
  page = geo_start_market_page_new (self->profile, self->own_hub);
  g_signal_connect_object (page, "joined", G_CALLBACK (market_joined_cb), self,
                           G_CONNECT_SWAPPED);
  adw_navigation_view_push (ADW_NAVIGATION_VIEW (view),
                            ADW_NAVIGATION_PAGE (page));
}

/* --- Life ---------------------------------------------------------------- */

void
geo_join_page_cancel (GeoJoinPage *self) {
  g_return_if_fail (GEO_IS_JOIN_PAGE (self));

  g_cancellable_cancel (self->cancellable);
}

static void
changed_cb (GeoJoinPage *self) {
  show_error (self, NULL);
  show_invitation (self);
  update (self);
}

static void
geo_join_page_dispose (GObject *object) {
  GeoJoinPage *self = GEO_JOIN_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->camera);
  g_clear_object (&self->own_hub);
  g_clear_object (&self->communities);
  g_clear_object (&self->profile);
  g_clear_pointer (&self->joining, g_free);
  G_OBJECT_CLASS (geo_join_page_parent_class)->dispose (object);
}

static void
geo_join_page_class_init (GeoJoinPageClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = geo_join_page_dispose;
  signals[JOINED] = g_signal_new ("joined", GEO_TYPE_JOIN_PAGE,
                                  G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, GEO_TYPE_NODE);

  signals[KNOWN] = g_signal_new ("known", GEO_TYPE_JOIN_PAGE, G_SIGNAL_RUN_LAST,
                                 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                 G_TYPE_STRING);

  gtk_widget_class_set_template_from_resource (
      widget_class, "/net/geocredit/Wallet/ui/geo-join-page.ui");
  gtk_widget_class_bind_template_child (widget_class, GeoJoinPage, status);
  gtk_widget_class_bind_template_child (widget_class, GeoJoinPage, link_row);
  gtk_widget_class_bind_template_child (widget_class, GeoJoinPage,
                                        invitation_card);
  gtk_widget_class_bind_template_child (widget_class, GeoJoinPage,
                                        invitation_avatar);
  gtk_widget_class_bind_template_child (widget_class, GeoJoinPage,
                                        invitation_label);
  gtk_widget_class_bind_template_child (widget_class, GeoJoinPage, error_label);
  gtk_widget_class_bind_template_child (widget_class, GeoJoinPage, join_button);
  gtk_widget_class_bind_template_child (widget_class, GeoJoinPage, spinner);
  gtk_widget_class_bind_template_child (widget_class, GeoJoinPage,
                                        cancel_button);
  gtk_widget_class_bind_template_child (widget_class, GeoJoinPage, qr_scan_row);
  gtk_widget_class_bind_template_child (widget_class, GeoJoinPage, qr_file_row);
  gtk_widget_class_bind_template_child (widget_class, GeoJoinPage,
                                        qr_clipboard_row);
  gtk_widget_class_bind_template_child (widget_class, GeoJoinPage,
                                        market_group);
  gtk_widget_class_bind_template_child (widget_class, GeoJoinPage, market_row);
  gtk_widget_class_bind_template_child (widget_class, GeoJoinPage,
                                        practice_group);
  gtk_widget_class_bind_template_child (widget_class, GeoJoinPage,
                                        practice_row);
}

static void
geo_join_page_init (GeoJoinPage *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
  self->camera = geo_camera_get ();
  g_signal_connect_object (self->camera, "notify::present", G_CALLBACK (update),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_swapped (self->link_row, "changed", G_CALLBACK (changed_cb),
                            self);
  g_signal_connect_swapped (self->link_row, "entry-activated",
                            G_CALLBACK (join_cb), self);
  g_signal_connect_swapped (self->join_button, "clicked", G_CALLBACK (join_cb),
                            self);
  g_signal_connect_swapped (self->cancel_button, "clicked",
                            G_CALLBACK (geo_join_page_cancel), self);
  g_signal_connect_swapped (self->qr_scan_row, "activated",
                            G_CALLBACK (qr_scan_cb), self);
  g_signal_connect_swapped (self->qr_file_row, "activated",
                            G_CALLBACK (qr_file_cb), self);
  g_signal_connect_swapped (self->qr_clipboard_row, "activated",
                            G_CALLBACK (qr_clipboard_cb), self);
  g_signal_connect_swapped (self->market_row, "activated",
                            G_CALLBACK (market_cb), self);
  g_signal_connect_swapped (self->practice_row, "activated",
                            G_CALLBACK (practice_cb), self);
}

/* Who is in it already is not asked again. */
static gboolean
has_practice (GeoJoinPage *self) {
  const gchar *text = g_getenv ("GEO_PRACTICE_LINK");
  g_autoptr (GeoLink) link = text != NULL ? geo_link_parse (text, NULL) : NULL;
  g_autofree gchar *community = NULL;

  if (link == NULL || !link->has_community)
    return text != NULL && *text != '\0';
  community = geo_pid_to_string (&link->community);
  return self->communities == NULL ||
         geo_communities_find (self->communities, community, NULL) == NULL;
}

void
geo_join_page_start (GeoJoinPage *self, GeoProfile *profile) {
  g_return_if_fail (GEO_IS_JOIN_PAGE (self));

  g_set_object (&self->profile, profile);
  gtk_widget_set_visible (self->practice_group, has_practice (self));
  show_error (self, NULL);
  update (self);
}

void
geo_join_page_set_link (GeoJoinPage *self, const gchar *link) {
  g_return_if_fail (GEO_IS_JOIN_PAGE (self));

  gtk_editable_set_text (GTK_EDITABLE (self->link_row), link);
}

void
geo_join_page_set_restoring (GeoJoinPage *self, gboolean restoring) {
  g_return_if_fail (GEO_IS_JOIN_PAGE (self));

  adw_status_page_set_title (self->status, restoring
                                               ? _ ("Where Is Your Community?")
                                               : _ ("Join a Community"));
  adw_status_page_set_description (
      self->status,
      restoring ? _ ("Its hub has kept what you owe and are owed. Type its "
                     "address, or the invitation that you or somebody else got.")
                : _ ("Somebody who is in a community can give you its "
                     "invitation link or its address."));
  gtk_button_set_label (self->join_button,
                        restoring ? _ ("_Restore") : _ ("_Join"));
}

/* Where there is one already, its owner may have left it, or come back. */
void
geo_join_page_set_own_hub (GeoJoinPage *self, GeoOwnHub *hub) {
  g_return_if_fail (GEO_IS_JOIN_PAGE (self));

  g_set_object (&self->own_hub, hub);
  adw_preferences_row_set_title (self->market_row,
                                 hub != NULL && geo_own_hub_get_state (hub) !=
                                                    GEO_OWN_HUB_NONE
                                     ? _ ("Join the _Market on This Computer")
                                     : _ ("Start a _Market on This Computer"));
  gtk_widget_set_visible (self->market_group,
                          hub != NULL && geo_own_hub_is_possible ());
}

void
geo_join_page_set_communities (GeoJoinPage *self, GeoCommunities *communities) {
  g_return_if_fail (GEO_IS_JOIN_PAGE (self));

  g_set_object (&self->communities, communities);
}

void
geo_join_page_start_market (GeoJoinPage *self) {
  g_return_if_fail (GEO_IS_JOIN_PAGE (self));

  if (gtk_widget_get_visible (self->market_group))
    market_cb (self);
}
