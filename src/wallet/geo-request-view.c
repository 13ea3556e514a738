/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoRequestView: shows one request and follows it.  What is said to it is
 * stored by the node before it is sent; paying and trusting are the window's.
 */
#include "config.h"

#include "wallet/geo-request-view.h"

#include <glib/gi18n.h>

#include "node/geo-phrases.h"
#include "wallet/geo-code-box.h"
#include "wallet/geo-request-answer.h"
#include "wallet/geo-say.h"

struct _GeoRequestView {
  AdwBin parent_instance;

  gboolean is_busy;
  guint expiry_id;

  /* owned */
  GeoNode *node;
  gchar *key;
  gchar *state; /* What was said last. */
  GCancellable *cancellable; /* NULL once disposed. */

  /* template children */
  GeoCodeBox *code_box;
  GtkImage *state_icon;
  GtkLabel *asks_label;
  GtkLabel *state_label;
  GtkLabel *waits_label;
  AdwActionRow *memo_row;
  AdwActionRow *uses_row;
  AdwActionRow *asked_row;
  AdwActionRow *made_row;
  AdwActionRow *expires_row;
  GtkLabel *error_label;
  GtkWidget *buttons;
  GtkButton *withdraw_button;
  GtkButton *decline_button;
  GtkButton *answer_button;
};

G_DEFINE_FINAL_TYPE (GeoRequestView, geo_request_view, ADW_TYPE_BIN)

static gboolean
is_open (GeoRequestItem *item) {
  return geo_request_item_get_state (item) == GEO_REQUEST_OPEN &&
         !geo_request_item_is_expired (item);
}

static GeoRequestItem *
find_item (GeoRequestView *self) {
  return self->node != NULL ? geo_node_find_request (self->node, self->key)
                            : NULL;
}

/* --- What it says ------------------------------------------------------- */

static const gchar *
find_icon (GeoRequestItem *item) {
  if (geo_request_item_is_expired (item))
    return "document-open-recent-symbolic";
  switch (geo_request_item_get_state (item)) {
  case GEO_REQUEST_OPEN:
    return geo_request_item_is_mine (item) ? "mail-send-symbolic"
                                           : "mail-unread-symbolic";
  case GEO_REQUEST_DONE:
    return "object-select-symbolic";
  case GEO_REQUEST_DECLINED:
  case GEO_REQUEST_WITHDRAWN:
  case GEO_REQUEST_CLOSED:
    return "action-unavailable-symbolic";
  }
  return NULL;
}

static void
show_row (AdwActionRow *row, const gchar *text) {
  adw_action_row_set_subtitle (row, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (row), text != NULL);
}

static void
show_facts (GeoRequestView *self, GeoRequestItem *item) {
  g_autofree gchar *made =
      geo_phrase_date_time (geo_request_item_get_at (item));
  g_autofree gchar *expires = NULL;
  g_autofree gchar *asked = NULL;
  GeoAmount amount;
  GeoTime expires_at;

  if (geo_request_item_get_expires_at (item, &expires_at))
    expires = geo_phrase_date_time (expires_at);
  show_row (self->memo_row, geo_request_item_get_memo (item));
  show_row (self->uses_row,
            geo_request_item_is_mine (item) &&
                    geo_request_item_get_kind (item) == GEO_REQUEST_PAYMENT &&
                    geo_request_item_get_peer (item) == NULL
                ? (geo_request_item_get_single_use (item)
                       ? _ ("Once, by whoever has the link")
                       : _ ("Any number of times, by whoever has the link"))
                : NULL);
  if (geo_request_item_get_asked (item, &amount))
    asked = geo_phrase_amount (amount, geo_request_item_get_precision (item),
                               geo_request_item_get_equivalent (item));
  show_row (self->asked_row, asked);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->made_row),
                                 geo_request_item_get_kind (item) ==
                                         GEO_REQUEST_INVITATION
                                     ? _ ("Made on")
                                     : _ ("Asked on"));
  show_row (self->made_row, made);
  show_row (self->expires_row, expires);
}

static void
show_code (GeoRequestView *self, GeoRequestItem *item) {
  /* A code that nobody can pay any more is of no use. */
  const gchar *link = is_open (item) ? geo_request_item_get_link (item) : NULL;
  g_autofree gchar *name =
      /* Not translated: a file that others open, too. */
      g_strdup_printf (geo_request_item_get_kind (item) ==
                               GEO_REQUEST_INVITATION
                           ? "geo-invitation-%s"
                           : "geo-request-%s",
                       geo_request_item_get_id (item));

  geo_code_box_set_link (self->code_box, link, name);
  gtk_widget_set_visible (GTK_WIDGET (self->code_box), link != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->state_icon), link == NULL);
}

static void
show_buttons (GeoRequestView *self, GeoRequestItem *item) {
  gboolean waits = geo_request_item_waits_for_me (item);
  gboolean can_withdraw = geo_request_item_is_mine (item) && is_open (item);

  gtk_button_set_label (self->answer_button, geo_request_answer_label (item));
  gtk_widget_set_visible (GTK_WIDGET (self->answer_button), waits);
  gtk_widget_set_visible (GTK_WIDGET (self->decline_button), waits);
  gtk_widget_set_visible (GTK_WIDGET (self->withdraw_button), can_withdraw);
  gtk_widget_set_visible (self->buttons, waits || can_withdraw);
  gtk_widget_set_sensitive (self->buttons, !self->is_busy);
}

static void
show_state (GeoRequestView *self, GeoRequestItem *item) {
  g_autofree gchar *state = geo_phrase_request_state (item);
  gboolean is_done = geo_request_item_get_state (item) == GEO_REQUEST_DONE;

  gtk_image_set_from_icon_name (self->state_icon, find_icon (item));
  gtk_label_set_label (self->state_label, state);
  if (is_done)
    gtk_widget_add_css_class (GTK_WIDGET (self->state_icon), "success");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->state_icon), "success");
  /* Who watches the screen sees it change; others are told. */
  if (self->state != NULL && g_strcmp0 (self->state, state) != 0)
    geo_say (GTK_WIDGET (self), state);
  g_set_str (&self->state, state);
}

static void
update (GeoRequestView *self) {
  GeoRequestItem *item = find_item (self);
  g_autofree gchar *asks = NULL;

  if (item == NULL)
    return;
  asks = geo_phrase_request_asks (item);
  gtk_label_set_label (self->asks_label, asks);
  gtk_widget_set_visible (GTK_WIDGET (self->waits_label),
                          geo_request_item_get_waits (item));
  show_state (self, item);
  show_facts (self, item);
  show_code (self, item);
  show_buttons (self, item);
}

static gboolean
expired_cb (gpointer user_data) {
  GeoRequestView *self = user_data;
  GeoRequestItem *item = find_item (self);

  update (self);
  if (item != NULL && is_open (item))
    return G_SOURCE_CONTINUE;
  self->expiry_id = 0;
  return G_SOURCE_REMOVE;
}

/* Time alone changes what is shown; the list does not say so. */
static void
watch_expiry (GeoRequestView *self) {
  GeoRequestItem *item = find_item (self);
  GeoTime expires_at;

  g_clear_handle_id (&self->expiry_id, g_source_remove);
  if (item != NULL && is_open (item) &&
      geo_request_item_get_expires_at (item, &expires_at))
    self->expiry_id = g_timeout_add_seconds (1, expired_cb, self);
}

static void
changed_cb (GeoRequestView *self) {
  update (self);
  watch_expiry (self);
}

/* --- What is said to it ------------------------------------------------- */

static void
show_error (GeoRequestView *self, const gchar *message) {
  gtk_label_set_label (self->error_label, message != NULL ? message : "");
  gtk_widget_set_visible (GTK_WIDGET (self->error_label), message != NULL);
}

static void
responded_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GeoRequestView) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoRequestItem) item = geo_node_request_finish (GEO_NODE (source),
                                                             result, &error);

  if (self->cancellable == NULL)
    return;
  self->is_busy = FALSE;
  show_error (self, item == NULL ? error->message : NULL);
  update (self);
}

static void
respond (GeoRequestView *self, GeoVerdict verdict) {
  if (self->is_busy || self->node == NULL)
    return;
  self->is_busy = TRUE;
  show_error (self, NULL);
  geo_node_respond_async (self->node, self->key, verdict, self->cancellable,
                          responded_cb, g_object_ref (self));
  update (self);
}

static void
withdraw_cb (GeoRequestView *self) {
  respond (self, GEO_VERDICT_WITHDRAWN);
}

static void
decline_cb (GeoRequestView *self) {
  respond (self, GEO_VERDICT_DECLINED);
}

static void
answer_cb (GeoRequestView *self) {
  GeoRequestItem *item = find_item (self);

  if (item == NULL)
    return;
  switch (geo_request_item_get_kind (item)) {
  case GEO_REQUEST_PAYMENT:
    gtk_widget_activate_action (GTK_WIDGET (self), "win.pay-request", "s",
                                self->key);
    break;
  case GEO_REQUEST_TRUST:
  case GEO_REQUEST_CHECKPOINT:
    geo_request_answer (GTK_WIDGET (self), self->node, self->key);
    break;
  case GEO_REQUEST_INVITATION:
    break; /* Waits for nobody's answer here. */
  }
}

/* --- Life --------------------------------------------------------------- */

static void
forget_node (GeoRequestView *self) {
  g_clear_handle_id (&self->expiry_id, g_source_remove);
  if (self->node != NULL)
    g_signal_handlers_disconnect_by_data (geo_node_get_requests (self->node),
                                          self);
  g_clear_object (&self->node);
}

static void
geo_request_view_dispose (GObject *object) {
  GeoRequestView *self = GEO_REQUEST_VIEW (object);

  forget_node (self);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->key, g_free);
  g_clear_pointer (&self->state, g_free);
  G_OBJECT_CLASS (geo_request_view_parent_class)->dispose (object);
}

static void
geo_request_view_class_init (GeoRequestViewClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = geo_request_view_dispose;
  g_type_ensure (GEO_TYPE_CODE_BOX);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/net/geocredit/Wallet/ui/geo-request-view.ui");
  gtk_widget_class_bind_template_child (widget_class, GeoRequestView, code_box);
  gtk_widget_class_bind_template_child (widget_class, GeoRequestView,
                                        state_icon);
  gtk_widget_class_bind_template_child (widget_class, GeoRequestView,
                                        asks_label);
  gtk_widget_class_bind_template_child (widget_class, GeoRequestView,
                                        state_label);
  gtk_widget_class_bind_template_child (widget_class, GeoRequestView,
                                        waits_label);
  gtk_widget_class_bind_template_child (widget_class, GeoRequestView, memo_row);
  gtk_widget_class_bind_template_child (widget_class, GeoRequestView, uses_row);
  gtk_widget_class_bind_template_child (widget_class, GeoRequestView,
                                        asked_row);
  gtk_widget_class_bind_template_child (widget_class, GeoRequestView, made_row);
  gtk_widget_class_bind_template_child (widget_class, GeoRequestView,
                                        expires_row);
  gtk_widget_class_bind_template_child (widget_class, GeoRequestView,
                                        error_label);
  gtk_widget_class_bind_template_child (widget_class, GeoRequestView, buttons);
  gtk_widget_class_bind_template_child (widget_class, GeoRequestView,
                                        withdraw_button);
  gtk_widget_class_bind_template_child (widget_class, GeoRequestView,
                                        decline_button);
  gtk_widget_class_bind_template_child (widget_class, GeoRequestView,
                                        answer_button);
}

static void
geo_request_view_init (GeoRequestView *self) {
  self->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_swapped (self->withdraw_button, "clicked",
                            G_CALLBACK (withdraw_cb), self);
  g_signal_connect_swapped (self->decline_button, "clicked",
                            G_CALLBACK (decline_cb), self);
  g_signal_connect_swapped (self->answer_button, "clicked",
                            G_CALLBACK (answer_cb), self);
}

void
geo_request_view_set_request (GeoRequestView *self,
                              GeoNode *node,
                              const gchar *key) {
  g_return_if_fail (GEO_IS_REQUEST_VIEW (self));
  g_return_if_fail (GEO_IS_NODE (node));

  forget_node (self);
  self->node = g_object_ref (node);
  g_set_str (&self->key, key);
  g_clear_pointer (&self->state, g_free);
  g_signal_connect_swapped (geo_node_get_requests (node), "items-changed",
                            G_CALLBACK (changed_cb), self);
  changed_cb (self);
}
