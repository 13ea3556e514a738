/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoWallet: what is open in this run of the program: the profile, its lock,
 * its communities and the market on this computer, whether a window shows them
 * or not.  It shows nothing.
 */
#include "config.h"

#include "wallet/geo-wallet.h"

struct _GeoWallet {
  GObject parent_instance;

  /* owned */
  GeoProfile *profile;
  GeoLock *lock;
  GeoCommunities *communities; /* NULL unless open. */
  GeoCommunityItem *current;
  GeoOwnHub *own_hub;
  GCancellable *cancellable; /* Of opening; NULL: nothing is being opened. */
  gchar *problem;

  GeoWalletState state;
  gboolean is_locked;
  gboolean is_connecting; /* Not only looking. */
};

G_DEFINE_FINAL_TYPE (GeoWallet, geo_wallet, G_TYPE_OBJECT)

enum {
  PROP_0,
  PROP_STATE,
  PROP_CURRENT,
  PROP_NODE,
  PROP_PROBLEM,
  PROP_LOCKED,
  N_PROPS,
};

static GParamSpec *props[N_PROPS];

static void
notify (GeoWallet *self, guint prop) {
  g_object_notify_by_pspec (G_OBJECT (self), props[prop]);
}

static void
set_state (GeoWallet *self, GeoWalletState state) {
  if (state == self->state)
    return;
  self->state = state;
  notify (self, PROP_STATE);
}

static void
set_problem (GeoWallet *self, const gchar *problem) {
  if (g_set_str (&self->problem, problem))
    notify (self, PROP_PROBLEM);
}

static void
set_locked (GeoWallet *self, gboolean locked) {
  if (locked == self->is_locked)
    return;
  self->is_locked = locked;
  notify (self, PROP_LOCKED);
}

/* --- The communities ------------------------------------------------- */

/* The current one could not be opened before, or its node is another. */
static void
node_cb (GeoWallet *self) {
  notify (self, PROP_NODE);
}

static void
set_current (GeoWallet *self, GeoCommunityItem *item) {
  if (item == self->current)
    return;
  if (self->current != NULL)
    g_signal_handlers_disconnect_by_data (self->current, self);
  g_set_object (&self->current, item);
  if (item != NULL) {
    g_signal_connect_swapped (item, "notify::node", G_CALLBACK (node_cb), self);
    g_signal_connect_swapped (item, "notify::problem", G_CALLBACK (node_cb),
                              self);
  }
  notify (self, PROP_CURRENT);
  notify (self, PROP_NODE);
}

/* The current one may have been left. */
static void
items_changed_cb (GeoWallet *self) {
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->communities));

  for (guint i = 0; i < n; i++) {
    g_autoptr (GeoCommunityItem) item =
        g_list_model_get_item (G_LIST_MODEL (self->communities), i);

    if (item == self->current)
      return;
  }
  set_current (self,
               n > 0 ? geo_communities_get_default (self->communities) : NULL);
  set_state (self, n > 0 ? GEO_WALLET_OPEN : GEO_WALLET_NOT_JOINED);
}

static void
set_communities (GeoWallet *self, GeoCommunities *communities) {
  if (self->communities != NULL) {
    g_signal_handlers_disconnect_by_data (self->communities, self);
    geo_communities_stop (self->communities);
  }
  g_set_object (&self->communities, communities);
  if (communities == NULL)
    return;
  g_signal_connect_swapped (communities, "items-changed",
                            G_CALLBACK (items_changed_cb), self);
  if (self->is_connecting)
    geo_communities_start (communities);
}

/* --- Opening --------------------------------------------------------- */

static void
opened_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GeoWallet) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoCommunities) communities = geo_communities_open_finish (result,
                                                                        &error);

  /* Closed, and what it was opening is let go of; or joined meanwhile. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_object (&self->cancellable);
  if (communities != NULL) {
    /* Before anything can be seen. */
    set_locked (self, geo_lock_has_pin (self->lock));
    set_communities (self, communities);
    set_current (self, geo_communities_get_default (communities));
    set_state (self, GEO_WALLET_OPEN);
  } else if (g_error_matches (error, GEO_NODE_ERROR,
                              GEO_NODE_ERROR_NOT_JOINED)) {
    set_state (self, GEO_WALLET_NOT_JOINED);
  } else {
    set_problem (self, error->message);
    set_state (self, GEO_WALLET_TROUBLE);
  }
}

static void
open_communities (GeoWallet *self) {
  geo_communities_open_async (self->profile, FALSE, self->cancellable,
                              opened_cb, g_object_ref (self));
}

static void
unlocked_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GeoWallet) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean is_unlocked = geo_profile_unlock_finish (GEO_PROFILE (source),
                                                    result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ||
      self->cancellable == NULL)
    return;
  if (is_unlocked) {
    open_communities (self);
    return;
  }
  g_clear_object (&self->cancellable);
  if (g_error_matches (error, GEO_NODE_ERROR, GEO_NODE_ERROR_PASSPHRASE)) {
    set_state (self, GEO_WALLET_PASSPHRASE);
  } else {
    set_problem (self, error->message);
    set_state (self, GEO_WALLET_TROUBLE);
  }
}

void
geo_wallet_look (GeoWallet *wallet) {
  g_return_if_fail (GEO_IS_WALLET (wallet));

  if (wallet->state == GEO_WALLET_OPEN && wallet->current != NULL &&
      geo_community_item_get_node (wallet->current) == NULL)
    geo_communities_reopen (wallet->communities, wallet->current);
  if (wallet->state == GEO_WALLET_OPEN || wallet->state == GEO_WALLET_OPENING)
    return;
  set_problem (wallet, NULL);
  /* Others pay there, whether this person's own key is asked for or not. */
  geo_own_hub_begin (wallet->own_hub);
  if (geo_profile_get_key_place (wallet->profile) == GEO_KEY_PLACE_NONE &&
      !geo_profile_is_damaged (wallet->profile)) {
    set_state (wallet, GEO_WALLET_NO_IDENTITY);
    return;
  }
  wallet->cancellable = g_cancellable_new ();
  set_state (wallet, GEO_WALLET_OPENING);
  if (geo_profile_is_unlocked (wallet->profile))
    open_communities (wallet);
  else
    geo_profile_unlock_async (wallet->profile, NULL, wallet->cancellable,
                              unlocked_cb, g_object_ref (wallet));
}

void
geo_wallet_open (GeoWallet *wallet) {
  g_return_if_fail (GEO_IS_WALLET (wallet));

  if (!wallet->is_connecting && wallet->communities != NULL)
    geo_communities_start (wallet->communities);
  wallet->is_connecting = TRUE;
  geo_wallet_look (wallet);
}

static void
stop_opening (GeoWallet *self) {
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
}

void
geo_wallet_close (GeoWallet *wallet) {
  g_return_if_fail (GEO_IS_WALLET (wallet));

  stop_opening (wallet);
  wallet->is_connecting = FALSE;
  set_current (wallet, NULL);
  set_communities (wallet, NULL);
  set_problem (wallet, NULL);
  /* After the sessions with it. */
  geo_own_hub_end (wallet->own_hub);
  set_state (wallet, GEO_WALLET_CLOSED);
}

void
geo_wallet_add_node (GeoWallet *wallet, GeoNode *node) {
  GeoCommunityItem *item;

  g_return_if_fail (GEO_IS_WALLET (wallet));
  g_return_if_fail (GEO_IS_NODE (node));

  stop_opening (wallet);
  wallet->is_connecting = TRUE;
  if (wallet->communities == NULL) {
    g_autoptr (GeoCommunities) communities =
        geo_communities_new (wallet->profile);

    set_locked (wallet, geo_lock_has_pin (wallet->lock));
    set_communities (wallet, communities);
  }
  item = geo_communities_add (wallet->communities, node);
  geo_wallet_set_current (wallet, item);
  set_problem (wallet, NULL);
  set_state (wallet, GEO_WALLET_OPEN);
}

/* --- Life ------------------------------------------------------------ */

static void
geo_wallet_get_property (GObject *object,
                         guint prop_id,
                         GValue *value,
                         GParamSpec *pspec) {
  GeoWallet *self = GEO_WALLET (object);

  switch (prop_id) {
  case PROP_STATE:
    g_value_set_int (value, (gint) self->state);
    break;
  case PROP_CURRENT:
    g_value_set_object (value, self->current);
    break;
  case PROP_NODE:
    g_value_set_object (value, geo_wallet_get_node (self));
    break;
  case PROP_PROBLEM:
    g_value_set_string (value, geo_wallet_get_problem (self));
    break;
  case PROP_LOCKED:
    g_value_set_boolean (value, self->is_locked);
    break;
  default: /* Not an enum: a number that GObject checked. */
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    break;
  }
}

static void
geo_wallet_dispose (GObject *object) {
  GeoWallet *self = GEO_WALLET (object);

  if (self->own_hub != NULL)
    geo_wallet_close (self);
  g_clear_object (&self->own_hub);
  g_clear_object (&self->lock);
  g_clear_object (&self->profile);
  G_OBJECT_CLASS (geo_wallet_parent_class)->dispose (object);
}

static void
geo_wallet_class_init (GeoWalletClass *klass) {
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS |
                            G_PARAM_EXPLICIT_NOTIFY;

  object_class->dispose = geo_wallet_dispose;
  object_class->get_property = geo_wallet_get_property;
  props[PROP_STATE] = g_param_spec_int ("state", NULL, NULL, GEO_WALLET_CLOSED,
                                        GEO_WALLET_OPEN, GEO_WALLET_CLOSED,
                                        flags);
  props[PROP_CURRENT] = g_param_spec_object ("current", NULL, NULL,
                                             GEO_TYPE_COMMUNITY_ITEM, flags);
  props[PROP_NODE] = g_param_spec_object ("node", NULL, NULL, GEO_TYPE_NODE,
                                          flags);
  props[PROP_PROBLEM] = g_param_spec_string ("problem", NULL, NULL, NULL,
                                             flags);
  props[PROP_LOCKED] = g_param_spec_boolean ("locked", NULL, NULL, FALSE,
                                             flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
geo_wallet_init (GeoWallet *self) {
  self->state = GEO_WALLET_CLOSED;
}

GeoWallet *
geo_wallet_new (GeoProfile *profile) {
  GeoWallet *self;

  g_return_val_if_fail (GEO_IS_PROFILE (profile), NULL);

  self = g_object_new (GEO_TYPE_WALLET, NULL);
  self->profile = g_object_ref (profile);
  self->lock = geo_lock_new (profile);
  self->own_hub = geo_own_hub_new (profile);
  return self;
}

/* --- What it holds --------------------------------------------------- */

GeoProfile *
geo_wallet_get_profile (GeoWallet *wallet) {
  g_return_val_if_fail (GEO_IS_WALLET (wallet), NULL);

  return wallet->profile;
}

GeoLock *
geo_wallet_get_lock (GeoWallet *wallet) {
  g_return_val_if_fail (GEO_IS_WALLET (wallet), NULL);

  return wallet->lock;
}

GeoOwnHub *
geo_wallet_get_own_hub (GeoWallet *wallet) {
  g_return_val_if_fail (GEO_IS_WALLET (wallet), NULL);

  return wallet->own_hub;
}

GeoWalletState
geo_wallet_get_state (GeoWallet *wallet) {
  g_return_val_if_fail (GEO_IS_WALLET (wallet), GEO_WALLET_CLOSED);

  return wallet->state;
}

const gchar *
geo_wallet_get_problem (GeoWallet *wallet) {
  g_return_val_if_fail (GEO_IS_WALLET (wallet), NULL);

  return wallet->current != NULL
             ? geo_community_item_get_problem (wallet->current)
             : wallet->problem;
}

GeoCommunities *
geo_wallet_get_communities (GeoWallet *wallet) {
  g_return_val_if_fail (GEO_IS_WALLET (wallet), NULL);

  return wallet->communities;
}

GeoCommunityItem *
geo_wallet_get_current (GeoWallet *wallet) {
  g_return_val_if_fail (GEO_IS_WALLET (wallet), NULL);

  return wallet->current;
}

GeoNode *
geo_wallet_get_node (GeoWallet *wallet) {
  g_return_val_if_fail (GEO_IS_WALLET (wallet), NULL);

  return wallet->current != NULL ? geo_community_item_get_node (wallet->current)
                                 : NULL;
}

void
geo_wallet_set_current (GeoWallet *wallet, GeoCommunityItem *item) {
  g_autoptr (GError) error = NULL;
  GeoPid pid;

  g_return_if_fail (GEO_IS_WALLET (wallet));
  g_return_if_fail (GEO_IS_COMMUNITY_ITEM (item));

  if (item == wallet->current)
    return;
  /* A disk that is full keeps nobody from looking at it now. */
  if (geo_communities_get_default (wallet->communities) != item &&
      geo_pid_parse (geo_community_item_get_pid_text (item), &pid, NULL) &&
      !geo_profile_set_default_community (wallet->profile, &pid, &error))
    g_info ("The community is not remembered: %s", error->message);
  set_current (wallet, item);
}

/* --- The lock -------------------------------------------------------- */

gboolean
geo_wallet_is_locked (GeoWallet *wallet) {
  g_return_val_if_fail (GEO_IS_WALLET (wallet), TRUE);

  return wallet->is_locked;
}

gboolean
geo_wallet_can_lock (GeoWallet *wallet) {
  g_return_val_if_fail (GEO_IS_WALLET (wallet), FALSE);

  return wallet->state == GEO_WALLET_OPEN && !wallet->is_locked &&
         geo_lock_has_pin (wallet->lock);
}

void
geo_wallet_lock (GeoWallet *wallet) {
  if (geo_wallet_can_lock (wallet))
    set_locked (wallet, TRUE);
}

void
geo_wallet_unlock (GeoWallet *wallet) {
  g_return_if_fail (GEO_IS_WALLET (wallet));

  set_locked (wallet, FALSE);
}

gboolean
geo_wallet_has_unsaved (GeoWallet *wallet) {
  guint n;

  g_return_val_if_fail (GEO_IS_WALLET (wallet), FALSE);

  n = wallet->communities != NULL
          ? g_list_model_get_n_items (G_LIST_MODEL (wallet->communities))
          : 0;
  for (guint i = 0; i < n; i++) {
    g_autoptr (GeoCommunityItem) item =
        g_list_model_get_item (G_LIST_MODEL (wallet->communities), i);
    GeoNode *node = geo_community_item_get_node (item);

    if (node != NULL && geo_node_has_unsaved_state (node))
      return TRUE;
  }
  return FALSE;
}
