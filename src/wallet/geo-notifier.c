/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoNotifier: tells the desktop what happens in any community while no window
 * shows it, and takes it back when it was seen.  It decides nothing, and keeps
 * nothing but what it told.
 */
#include "config.h"

#include "wallet/geo-notifier.h"

#include <glib/gi18n.h>

#include "node/geo-finding.h"
#include "node/geo-node-requests.h"
#include "node/geo-phrases.h"
#include "wallet/geo-errand.h"
#include "wallet/geo-key-warning.h"
#include "wallet/geo-settings.h"

/* Payments that are told one by one; more of them are told as a number. */
#define PAYMENTS_MAX 4

/* One community. */
typedef struct {
  GeoNotifier *notifier;
  GeoCommunityItem *item;
  GeoNode *node; /* NULL where it could not be opened. */
  GPtrArray *doubts; /* GeoPayment, of which nobody knew whether it is paid. */
  GHashTable *told; /* Ids of notifications that were not taken back. */
  guint payments; /* That were told, or counted, and not seen. */
} Watch;

struct _GeoNotifier {
  GObject parent_instance;

  GtkApplication *application;

  /* owned */
  GeoWallet *wallet;
  GeoCommunities *communities;
  GSettings *settings; /* May be NULL. */
  GPtrArray *watches;
};

G_DEFINE_FINAL_TYPE (GeoNotifier, geo_notifier, G_TYPE_OBJECT)

/* --- Telling --------------------------------------------------------- */

static gboolean
has_window_in_front (GeoNotifier *self) {
  for (GList *at = gtk_application_get_windows (self->application); at != NULL;
       at = at->next) {
    if (gtk_window_is_active (at->data))
      return TRUE;
  }
  return FALSE;
}

/* Somebody looks at what is in this community. */
static gboolean
is_seen (const Watch *watch) {
  GeoNotifier *self = watch->notifier;

  return !geo_wallet_is_locked (self->wallet) &&
         geo_wallet_get_current (self->wallet) == watch->item &&
         has_window_in_front (self);
}

static gboolean
is_wanted (const Watch *watch, const gchar *key) {
  GSettings *settings = watch->notifier->settings;

  return !is_seen (watch) &&
         (settings == NULL || g_settings_get_boolean (settings, key));
}

static GVariant *
make_errand (const Watch *watch, const gchar *action, const gchar *target) {
  return g_variant_new (GEO_ERRAND_TYPE,
                        geo_community_item_get_pid_text (watch->item), action,
                        target);
}

/* body may be NULL.  Whoever is in several communities is told in which. */
static GNotification *
make (const Watch *watch,
      const gchar *title,
      const gchar *body,
      const gchar *action,
      const gchar *target) {
  GNotification *notification = g_notification_new (title);
  g_autofree gchar *text = NULL;
  gboolean names_it = g_list_model_get_n_items (
                          G_LIST_MODEL (watch->notifier->communities)) > 1;

  if (names_it && body != NULL)
    text = g_strdup_printf ("%s\n%s", body,
                            geo_community_item_get_name (watch->item));
  else
    text = g_strdup (names_it ? geo_community_item_get_name (watch->item)
                              : body);
  if (text != NULL)
    g_notification_set_body (notification, text);
  g_notification_set_default_action_and_target_value (
      notification, "app.errand", make_errand (watch, action, target));
  return notification;
}

static void
add_show_button (const Watch *watch,
                 GNotification *notification,
                 const gchar *action,
                 const gchar *target) {
  g_notification_add_button_with_target_value (
      notification, _ ("Show"), "app.errand",
      make_errand (watch, action, target));
}

static gchar *
make_id (const Watch *watch, const gchar *kind, const gchar *key) {
  return g_strdup_printf ("%s:%s:%s", kind,
                          geo_community_item_get_pid_text (watch->item), key);
}

/* Takes notification. */
static void
tell (Watch *watch,
      const gchar *kind,
      const gchar *key,
      GNotification *notification) {
  GApplication *application = G_APPLICATION (watch->notifier->application);

  /* Without a bus there is nobody to tell, and GLib does not ask. */
  if (g_application_get_dbus_connection (application) != NULL) {
    gchar *id = make_id (watch, kind, key);

    g_application_send_notification (application, id, notification);
    g_hash_table_add (watch->told, id);
  }
  g_object_unref (notification);
}

static void
take_back (Watch *watch, const gchar *kind, const gchar *key) {
  g_autofree gchar *id = make_id (watch, kind, key);

  if (g_hash_table_remove (watch->told, id))
    g_application_withdraw_notification (
        G_APPLICATION (watch->notifier->application), id);
}

static void
take_back_all (Watch *watch) {
  GHashTableIter iter;
  gpointer id;

  watch->payments = 0;
  g_hash_table_iter_init (&iter, watch->told);
  while (g_hash_table_iter_next (&iter, &id, NULL)) {
    g_application_withdraw_notification (
        G_APPLICATION (watch->notifier->application), id);
    g_hash_table_iter_remove (&iter);
  }
}

/* --- What happens ---------------------------------------------------- */

/* Many at once are those that came while nobody was there. */
static void
tell_number_of_payments (Watch *watch) {
  g_autofree gchar *title =
      g_strdup_printf (ngettext ("%u payment was received",
                                 "%u payments were received", watch->payments),
                       watch->payments);

  tell (watch, "payments", "",
        make (watch, title, NULL, "win.show-page", "activity"));
}

static void
payment_received_cb (GeoNode *node, GeoActivityItem *item, Watch *watch) {
  const gchar *key = geo_activity_item_get_receipt_key (item);
  g_autofree gchar *amount = NULL;
  g_autofree gchar *title = NULL;
  GNotification *notification;

  if (!is_wanted (watch, "notify-payments"))
    return;
  if (++watch->payments > PAYMENTS_MAX) {
    tell_number_of_payments (watch);
    return;
  }
  if (key == NULL || geo_wallet_is_locked (watch->notifier->wallet)) {
    tell (watch, "payment", key != NULL ? key : "",
          make (watch, _ ("A payment was received"), NULL, "win.show-page",
                "activity"));
    return;
  }
  amount = geo_phrase_amount (geo_activity_item_get_amount (item),
                              geo_activity_item_get_precision (item),
                              geo_activity_item_get_equivalent (item));
  /* Translators: a person's name, then an amount with its currency. */
  title = g_strdup_printf (_ ("%s paid you %s"),
                           geo_activity_item_get_peer_name (item), amount);
  notification = make (watch, title, geo_activity_item_get_text (item),
                       "win.show-receipt", key);
  add_show_button (watch, notification, "win.show-receipt", key);
  tell (watch, "payment", key, notification);
}

static void
cleared_cb (GeoNode *node, GeoActivityItem *item, Watch *watch) {
  const gchar *key = geo_activity_item_get_receipt_key (item);
  g_autofree gchar *amount = NULL;
  g_autofree gchar *body = NULL;
  GNotification *notification;
  GeoMoved in, out;

  if (!is_wanted (watch, "notify-clearing"))
    return;
  if (key == NULL || geo_wallet_is_locked (watch->notifier->wallet)) {
    tell (watch, "cleared", key != NULL ? key : "",
          make (watch, _ ("Debts were cleared"), NULL, "win.show-page",
                "activity"));
    return;
  }
  amount = geo_phrase_amount (geo_activity_item_get_amount (item),
                              geo_activity_item_get_precision (item),
                              geo_activity_item_get_equivalent (item));
  if (geo_activity_item_get_moved (item, &in, &out))
    /* Translators: an amount. */
    body = g_strdup_printf (_ ("A circle was cleared by %s with what was left "
                               "of limits; your balance is the same"),
                            amount);
  else
    /* Translators: an amount, and the same again. */
    body = g_strdup_printf (_ ("Cleared: you owe %s less, and are owed %s "
                               "less"),
                            amount, amount);
  notification = make (watch, _ ("Debts were cleared"), body,
                       "win.show-receipt", key);
  add_show_button (watch, notification, "win.show-receipt", key);
  tell (watch, "cleared", key, notification);
}

static void
request_received_cb (GeoNode *node, GeoRequestItem *item, Watch *watch) {
  const gchar *key = geo_request_item_get_key (item);
  g_autofree gchar *title = NULL;
  g_autofree gchar *body = NULL;
  GNotification *notification;

  if (!geo_request_item_waits_for_me (item) ||
      !is_wanted (watch, "notify-requests"))
    return;
  if (geo_wallet_is_locked (watch->notifier->wallet)) {
    tell (watch, "request", key,
          make (watch, _ ("Somebody asks you for something"), NULL,
                "win.answer-request", key));
    return;
  }
  /* Translators: %s is a name. */
  title = g_strdup_printf (_ ("Request from %s"),
                           geo_request_item_get_peer_name (item));
  body = geo_phrase_request (item);
  notification = make (watch, title, body, "win.answer-request", key);
  g_notification_set_priority (notification, G_NOTIFICATION_PRIORITY_HIGH);
  g_notification_add_button_with_target_value (
      notification,
      geo_request_item_get_kind (item) == GEO_REQUEST_PAYMENT ? _ ("Pay…")
                                                              : _ ("Show"),
      "app.errand", make_errand (watch, "win.answer-request", key));
  g_notification_add_button_with_target_value (
      notification, _ ("Decline"), "app.decline",
      g_variant_new (GEO_NOTIFIER_DECLINE_TYPE,
                     geo_community_item_get_pid_text (watch->item), key));
  tell (watch, "request", key, notification);
}

/* What was answered elsewhere, or withdrawn, waits for nobody. */
static void
requests_changed_cb (GListModel *requests,
                     guint position,
                     guint removed,
                     guint added,
                     Watch *watch) {
  for (guint i = position; i < position + added; i++) {
    g_autoptr (GeoRequestItem) item = g_list_model_get_item (requests, i);

    if (!geo_request_item_waits_for_me (item))
      take_back (watch, "request", geo_request_item_get_key (item));
  }
}

static void
proposals_changed_cb (GListModel *proposals,
                      guint position,
                      guint removed,
                      guint added,
                      Watch *watch) {
  for (guint i = position; i < position + added; i++) {
    g_autoptr (GeoProposalItem) item = g_list_model_get_item (proposals, i);
    const gchar *id = geo_proposal_item_get_id (item);
    g_autofree gchar *body = NULL;
    g_autofree gchar *told = make_id (watch, "proposal", id);
    GNotification *notification;

    if (g_hash_table_contains (watch->told, told) ||
        !is_wanted (watch, "notify-clearing"))
      continue;
    if (!geo_wallet_is_locked (watch->notifier->wallet))
      body = geo_phrase_proposal (item);
    notification = make (watch, _ ("Debts can be cleared"), body,
                         "win.show-clearing", id);
    add_show_button (watch, notification, "win.show-clearing", id);
    tell (watch, "proposal", id, notification);
  }
}

/* --- In doubt, and settled ------------------------------------------- */

static void
tell_settled (Watch *watch, GeoPayment *payment) {
  const gchar *tx_id = geo_payment_get_tx_id (payment);
  gboolean is_paid = geo_payment_get_state (payment) == GEO_STATE_PAID;
  GeoPerson *person = geo_node_get_person (watch->node,
                                           geo_payment_get_to (payment));
  g_autofree gchar *amount = NULL;
  g_autofree gchar *title = NULL;
  g_autofree gchar *body = NULL;
  GNotification *notification;

  if (!is_wanted (watch, "notify-doubt"))
    return;
  if (geo_wallet_is_locked (watch->notifier->wallet)) {
    tell (watch, "settled", tx_id,
          make (watch, _ ("A payment is in doubt no longer"), NULL,
                "win.show-receipt", tx_id));
    return;
  }
  amount = geo_phrase_amount (geo_payment_get_amount (payment),
                              geo_payment_get_precision (payment),
                              geo_payment_get_equivalent (payment));
  if (person != NULL)
    body = g_strdup_printf (
        is_paid
            /* Translators: an amount with its currency, then a name. */
            ? _ ("%s to %s are paid. Nothing is to be done.")
            /* Translators: an amount with its currency, then a name. */
            : _ ("%s to %s are not paid. Nothing was taken from you."),
        amount, geo_person_get_name (person));
  else
    body = g_strdup_printf (
        is_paid ? _ ("%s are paid. Nothing is to be done.")
                : _ ("%s are not paid. Nothing was taken from you."),
        amount);
  title = g_strdup (is_paid ? _ ("Your payment in doubt is paid")
                            : _ ("Your payment in doubt is not paid"));
  notification = make (watch, title, body, "win.show-receipt", tx_id);
  add_show_button (watch, notification, "win.show-receipt", tx_id);
  tell (watch, "settled", tx_id, notification);
}

static void
state_cb (GeoPayment *payment, GParamSpec *pspec, Watch *watch) {
  guint position;

  switch (geo_payment_get_state (payment)) {
  case GEO_STATE_DRAFT:
  case GEO_STATE_SENDING:
    return;
  case GEO_STATE_IN_DOUBT:
    if (!g_ptr_array_find (watch->doubts, payment, NULL))
      g_ptr_array_add (watch->doubts, g_object_ref (payment));
    return;
  case GEO_STATE_PAID:
  case GEO_STATE_NOT_PAID:
    g_signal_handlers_disconnect_by_data (payment, watch);
    /* What went well at once was seen by whoever paid. */
    if (g_ptr_array_find (watch->doubts, payment, &position)) {
      tell_settled (watch, payment);
      g_ptr_array_remove_index_fast (watch->doubts, position);
    }
    return;
  }
}

static void
open_count_cb (Watch *watch) {
  g_autoptr (GListModel) open = geo_node_list_open_payments (watch->node);

  for (guint i = 0; i < g_list_model_get_n_items (open); i++) {
    g_autoptr (GeoPayment) payment = g_list_model_get_item (open, i);

    if (g_signal_handler_find (payment, G_SIGNAL_MATCH_DATA, 0, 0, NULL, NULL,
                               watch) != 0)
      continue;
    g_signal_connect (payment, "notify::state", G_CALLBACK (state_cb), watch);
    state_cb (payment, NULL, watch);
  }
}

static void
fault_cb (GeoNode *node, const gchar *message, Watch *watch) {
  GNotification *notification;

  if (!is_wanted (watch, "notify-hub"))
    return;
  notification = make (watch, _ ("The hub cannot be believed"), message,
                       "win.show-page", "home");
  g_notification_set_priority (notification, G_NOTIFICATION_PRIORITY_URGENT);
  tell (watch, "fault", "", notification);
}

static void
found_cb (GeoNode *node, GeoFinding *finding, Watch *watch) {
  GNotification *notification;

  if (!is_wanted (watch, "notify-hub"))
    return;
  notification = make (watch, _ ("Something does not fit together"),
                       geo_wallet_is_locked (watch->notifier->wallet)
                           ? NULL
                           : geo_finding_get_title (finding),
                       "win.show-evidence", "");
  g_notification_set_priority (notification, G_NOTIFICATION_PRIORITY_URGENT);
  add_show_button (watch, notification, "win.show-evidence", "");
  tell (watch, "evidence", "", notification);
}

static void
key_changed_cb (GeoNode *node, GeoPerson *person, Watch *watch) {
  const gchar *pid = geo_person_get_pid_text (person);
  g_autofree gchar *title = NULL;
  GNotification *notification;

  if (!is_wanted (watch, "notify-keys"))
    return;
  if (geo_wallet_is_locked (watch->notifier->wallet))
    title = g_strdup (_ ("Somebody’s key has changed"));
  else
    title = geo_key_warning_phrase (node, person);
  notification = make (watch, title,
                       _ ("See what it means before you pay or trust."),
                       "win.show-person", pid);
  g_notification_set_priority (notification, G_NOTIFICATION_PRIORITY_HIGH);
  add_show_button (watch, notification, "win.show-person", pid);
  tell (watch, "key", pid, notification);
}

/* --- Which communities there are ------------------------------------- */

static void
forget_payments (Watch *watch) {
  g_autoptr (GListModel) open = geo_node_list_open_payments (watch->node);

  for (guint i = 0; i < g_list_model_get_n_items (open); i++) {
    g_autoptr (GeoPayment) payment = g_list_model_get_item (open, i);

    g_signal_handlers_disconnect_by_data (payment, watch);
  }
  for (guint i = 0; i < watch->doubts->len; i++)
    g_signal_handlers_disconnect_by_data (watch->doubts->pdata[i], watch);
  g_ptr_array_set_size (watch->doubts, 0);
}

static void
set_node (Watch *watch, GeoNode *node) {
  if (node == watch->node)
    return;
  if (watch->node != NULL) {
    forget_payments (watch);
    g_signal_handlers_disconnect_by_data (watch->node, watch);
    g_signal_handlers_disconnect_by_data (geo_node_get_requests (watch->node),
                                          watch);
    g_signal_handlers_disconnect_by_data (geo_node_get_proposals (watch->node),
                                          watch);
  }
  g_set_object (&watch->node, node);
  if (node == NULL)
    return;
  g_signal_connect (node, "payment-received", G_CALLBACK (payment_received_cb),
                    watch);
  g_signal_connect (node, "cleared", G_CALLBACK (cleared_cb), watch);
  g_signal_connect (node, "request-received", G_CALLBACK (request_received_cb),
                    watch);
  g_signal_connect (node, "fault", G_CALLBACK (fault_cb), watch);
  g_signal_connect (node, "found", G_CALLBACK (found_cb), watch);
  g_signal_connect (node, "key-changed", G_CALLBACK (key_changed_cb), watch);
  g_signal_connect_swapped (node, "notify::open-count",
                            G_CALLBACK (open_count_cb), watch);
  g_signal_connect (geo_node_get_requests (node), "items-changed",
                    G_CALLBACK (requests_changed_cb), watch);
  g_signal_connect (geo_node_get_proposals (node), "items-changed",
                    G_CALLBACK (proposals_changed_cb), watch);
  open_count_cb (watch);
}

static void
node_cb (Watch *watch) {
  set_node (watch, geo_community_item_get_node (watch->item));
}

static void
watch_free (gpointer data) {
  Watch *watch = data;

  set_node (watch, NULL);
  g_signal_handlers_disconnect_by_data (watch->item, watch);
  g_clear_object (&watch->item);
  g_clear_pointer (&watch->doubts, g_ptr_array_unref);
  g_clear_pointer (&watch->told, g_hash_table_unref);
  g_free (watch);
}

static Watch *
watch_new (GeoNotifier *self, GeoCommunityItem *item) {
  Watch *watch = g_new0 (Watch, 1);

  watch->notifier = self;
  watch->item = g_object_ref (item);
  watch->doubts = g_ptr_array_new_with_free_func (g_object_unref);
  watch->told = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_signal_connect_swapped (item, "notify::node", G_CALLBACK (node_cb), watch);
  node_cb (watch);
  return watch;
}

static void
items_changed_cb (GeoNotifier *self) {
  GListModel *list = G_LIST_MODEL (self->communities);
  g_autoptr (GPtrArray) former = g_steal_pointer (&self->watches);

  self->watches = g_ptr_array_new_with_free_func (watch_free);
  for (guint i = 0; list != NULL && i < g_list_model_get_n_items (list); i++) {
    g_autoptr (GeoCommunityItem) item = g_list_model_get_item (list, i);
    Watch *watch = NULL;

    for (guint j = 0; watch == NULL && j < former->len; j++) {
      if (((Watch *) former->pdata[j])->item == item)
        watch = g_ptr_array_steal_index_fast (former, j);
    }
    g_ptr_array_add (self->watches,
                     watch != NULL ? watch : watch_new (self, item));
  }
  for (guint i = 0; i < former->len; i++)
    take_back_all (former->pdata[i]);
}

static void
communities_cb (GeoNotifier *self) {
  GeoCommunities *communities = geo_wallet_get_communities (self->wallet);

  if (communities == self->communities)
    return;
  if (self->communities != NULL)
    g_signal_handlers_disconnect_by_data (self->communities, self);
  g_set_object (&self->communities, communities);
  if (communities != NULL)
    g_signal_connect_swapped (communities, "items-changed",
                              G_CALLBACK (items_changed_cb), self);
  items_changed_cb (self);
}

/* --- Seen ------------------------------------------------------------ */

static void
seen_cb (GeoNotifier *self) {
  for (guint i = 0; i < self->watches->len; i++) {
    if (is_seen (self->watches->pdata[i]))
      take_back_all (self->watches->pdata[i]);
  }
}

static void
window_added_cb (GtkApplication *application,
                 GtkWindow *window,
                 GeoNotifier *self) {
  g_signal_connect_object (window, "notify::is-active", G_CALLBACK (seen_cb),
                           self, G_CONNECT_SWAPPED);
}

/* What was told in full does not stay to be read by others. */
static void
locked_cb (GeoNotifier *self) {
  if (!geo_wallet_is_locked (self->wallet)) {
    seen_cb (self);
    return;
  }
  for (guint i = 0; i < self->watches->len; i++)
    take_back_all (self->watches->pdata[i]);
}

/* --- Saying no ------------------------------------------------------- */

static void
declined_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GtkApplication) application = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoRequestItem) item = geo_node_request_finish (GEO_NODE (source),
                                                             result, &error);

  if (item == NULL)
    g_action_group_activate_action (
        G_ACTION_GROUP (application), "errand",
        g_variant_new (GEO_ERRAND_TYPE,
                       geo_node_get_community_pid (GEO_NODE (source)),
                       "win.toast", error->message));
}

void
geo_notifier_decline (GeoNotifier *notifier, GVariant *parameter) {
  const gchar *community;
  const gchar *key;
  GeoCommunityItem *item;
  GeoNode *node;

  g_return_if_fail (GEO_IS_NOTIFIER (notifier));

  g_variant_get (parameter, "(&s&s)", &community, &key);
  item = notifier->communities != NULL
             ? geo_communities_find (notifier->communities, community, NULL)
             : NULL;
  node = item != NULL ? geo_community_item_get_node (item) : NULL;
  if (node == NULL || geo_wallet_is_locked (notifier->wallet) ||
      geo_node_find_request (node, key) == NULL)
    return;
  geo_node_respond_async (node, key, GEO_VERDICT_DECLINED, NULL, declined_cb,
                          g_object_ref (notifier->application));
}

/* --- Life ------------------------------------------------------------ */

static void
geo_notifier_dispose (GObject *object) {
  GeoNotifier *self = GEO_NOTIFIER (object);

  if (self->communities != NULL)
    g_signal_handlers_disconnect_by_data (self->communities, self);
  g_clear_pointer (&self->watches, g_ptr_array_unref);
  g_clear_object (&self->communities);
  g_clear_object (&self->wallet);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (geo_notifier_parent_class)->dispose (object);
}

static void
geo_notifier_class_init (GeoNotifierClass *klass) {
  G_OBJECT_CLASS (klass)->dispose = geo_notifier_dispose;
}

static void
geo_notifier_init (GeoNotifier *self) {
  self->settings = geo_settings_new ();
  self->watches = g_ptr_array_new_with_free_func (watch_free);
}

GeoNotifier *
geo_notifier_new (GtkApplication *application, GeoWallet *wallet) {
  GeoNotifier *self = g_object_new (GEO_TYPE_NOTIFIER, NULL);

  self->application = application;
  self->wallet = g_object_ref (wallet);
  g_signal_connect_object (application, "window-added",
                           G_CALLBACK (window_added_cb), self,
                           G_CONNECT_DEFAULT);
  g_signal_connect_object (wallet, "notify::state", G_CALLBACK (communities_cb),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (wallet, "notify::current", G_CALLBACK (seen_cb),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (wallet, "notify::locked", G_CALLBACK (locked_cb),
                           self, G_CONNECT_SWAPPED);
  communities_cb (self);
  return self;
}
