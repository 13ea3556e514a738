/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The node's life: opening, joining, waiting for the hub, and what can be asked
 * about it at any time.  Sessions, actions, lists, payments and calls are in
 * files of their own.
 */
#include "config.h"

#include "node/geo-node-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "core/geo-error.h"
#include "core/geo-link.h"
#include "node/geo-finding.h"
#include "node/geo-phrases.h"
#include "node/geo-profile-private.h"
#include "node/geo-request-item.h"
#include "node/geo-rest-private.h"

G_DEFINE_FINAL_TYPE (GeoNode, geo_node, G_TYPE_OBJECT)

enum {
  PROP_0,
  PROP_CONNECTION,
  PROP_CONNECTION_DETAIL,
  PROP_OPEN_COUNT,
  PROP_KEY_DOUBTS,
  PROP_NEW_FINDINGS,
  PROP_UNREAD,
  PROP_REQUEST_COUNT,
  PROP_PROGRESS,
  N_PROPS,
};

enum {
  SIGNAL_PAYMENT_RECEIVED,
  SIGNAL_CLEARED,
  SIGNAL_FAULT,
  SIGNAL_NOTICE,
  SIGNAL_REQUEST_RECEIVED,
  SIGNAL_KEY_CHANGED,
  SIGNAL_FOUND,
  SIGNAL_BLOCKED,
  N_SIGNALS,
};

static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

/* --- Life --------------------------------------------------------------- */

static void
geo_node_dispose (GObject *object) {
  GeoNode *self = GEO_NODE (object);

  /* Jobs, tasks and waiters hold the node, so that none is left here. */
  self->wanted = FALSE;
  geo_node_incoming_clear (self);
  geo_node_catch_up_clear (self);
  g_clear_handle_id (&self->retry_id, g_source_remove);
  g_clear_handle_id (&self->join_timeout_id, g_source_remove);
  g_clear_pointer (&self->join_cancel, geo_node_source_end);
  /* The party first: nothing that it would want now can be carried out. */
  geo_node_drop_party (self);
  g_clear_pointer (&self->rest, geo_rest_free);
  geo_node_disconnect (self);
  geo_node_lists_clear (self);
  G_OBJECT_CLASS (geo_node_parent_class)->dispose (object);
}

static void
geo_node_finalize (GObject *object) {
  GeoNode *self = GEO_NODE (object);

  /* Waits for what is being stored; nothing is, unless the program is in a
   * hurry to end. */
  g_clear_pointer (&self->worker, geo_worker_free);
  geo_node_pay_clear (self);
  geo_node_state_clear (self);
  geo_node_requests_clear (self);
  g_clear_pointer (&self->calls, g_hash_table_unref);
  g_clear_pointer (&self->changed_keys, g_hash_table_unref);
  g_clear_pointer (&self->former_keys, g_ptr_array_unref);
  g_clear_pointer (&self->waiters, g_ptr_array_unref);
  g_clear_pointer (&self->community, geo_community_free);
  g_clear_pointer (&self->offered, geo_community_free);
  g_clear_pointer (&self->self, geo_participant_free);
  g_clear_pointer (&self->secret, geo_secret_unref);
  g_clear_object (&self->profile);
  g_free (self->pid_text);
  g_free (self->community_pid_text);
  g_free (self->hub);
  g_free (self->fingerprint);
  g_free (self->dial_hub);
  g_free (self->dial_fingerprint);
  geo_link_free (self->join_link);
  geo_link_free (self->joined_by);
  g_free (self->hub_for_others);
  g_free (self->journal_path);
  g_free (self->detail);
  g_free (self->refused);
  g_free (self->giving_id);
  G_OBJECT_CLASS (geo_node_parent_class)->finalize (object);
}

static void
geo_node_get_property (GObject *object,
                       guint prop_id,
                       GValue *value,
                       GParamSpec *pspec) {
  GeoNode *self = GEO_NODE (object);

  switch (prop_id) {
  case PROP_CONNECTION:
    g_value_set_int (value, (gint) self->connection);
    break;
  case PROP_CONNECTION_DETAIL:
    g_value_set_string (value, self->detail);
    break;
  case PROP_OPEN_COUNT:
    g_value_set_uint (value, self->open_count);
    break;
  case PROP_KEY_DOUBTS:
    g_value_set_uint (value, self->key_doubts);
    break;
  case PROP_NEW_FINDINGS:
    g_value_set_uint (value, geo_node_get_new_findings (self));
    break;
  case PROP_UNREAD:
    g_value_set_uint (value, self->unread);
    break;
  case PROP_REQUEST_COUNT:
    g_value_set_uint (value, self->request_count);
    break;
  case PROP_PROGRESS:
    g_value_set_double (value, self->progress);
    break;
  default: /* Not an enum: a number that GObject checked. */
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    break;
  }
}

static void
geo_node_class_init (GeoNodeClass *klass) {
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS |
                            G_PARAM_EXPLICIT_NOTIFY;

  object_class->dispose = geo_node_dispose;
  object_class->finalize = geo_node_finalize;
  object_class->get_property = geo_node_get_property;

  props[PROP_CONNECTION] =
      g_param_spec_int ("connection", NULL, NULL, GEO_CONNECTION_OFFLINE,
                        GEO_CONNECTION_FAULT, GEO_CONNECTION_OFFLINE, flags);
  props[PROP_CONNECTION_DETAIL] = g_param_spec_string ("connection-detail",
                                                       NULL, NULL, NULL, flags);
  props[PROP_OPEN_COUNT] = g_param_spec_uint ("open-count", NULL, NULL, 0,
                                              G_MAXUINT, 0, flags);
  props[PROP_KEY_DOUBTS] = g_param_spec_uint ("key-doubts", NULL, NULL, 0,
                                              G_MAXUINT, 0, flags);
  props[PROP_NEW_FINDINGS] = g_param_spec_uint ("new-findings", NULL, NULL, 0,
                                                G_MAXUINT, 0, flags);
  props[PROP_UNREAD] = g_param_spec_uint ("unread", NULL, NULL, 0, G_MAXUINT, 0,
                                          flags);
  props[PROP_REQUEST_COUNT] = g_param_spec_uint (
      "request-count", NULL, NULL, 0, G_MAXUINT, 0, flags);
  props[PROP_PROGRESS] = g_param_spec_double ("progress", NULL, NULL, -1.0, 1.0,
                                              -1.0, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);

  signals[SIGNAL_PAYMENT_RECEIVED] = g_signal_new (
      "payment-received", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
      NULL, NULL, G_TYPE_NONE, 1, GEO_TYPE_ACTIVITY_ITEM);
  signals[SIGNAL_CLEARED] =
      g_signal_new ("cleared", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                    NULL, NULL, NULL, G_TYPE_NONE, 1, GEO_TYPE_ACTIVITY_ITEM);
  signals[SIGNAL_FAULT] = g_signal_new ("fault", G_TYPE_FROM_CLASS (klass),
                                        G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SIGNAL_NOTICE] = g_signal_new ("notice", G_TYPE_FROM_CLASS (klass),
                                         G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SIGNAL_KEY_CHANGED] = g_signal_new (
      "key-changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
      NULL, NULL, G_TYPE_NONE, 1, GEO_TYPE_PERSON);
  signals[SIGNAL_FOUND] = g_signal_new (
      "found", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
      NULL, G_TYPE_NONE, 1, GEO_TYPE_FINDING);
  signals[SIGNAL_BLOCKED] = g_signal_new (
      "blocked", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
      NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_REQUEST_RECEIVED] = g_signal_new (
      "request-received", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
      NULL, NULL, G_TYPE_NONE, 1, GEO_TYPE_REQUEST_ITEM);
}

static void
geo_node_init (GeoNode *self) {
  self->connection = GEO_CONNECTION_OFFLINE;
  self->detail = g_strdup (
      _ ("Offline. You can look at everything; paying needs the hub."));
  g_queue_init (&self->lists);
  self->waiters = g_ptr_array_new_with_free_func (g_object_unref);
  geo_node_lists_init (self);
  geo_node_pay_init (self);
  geo_node_state_init (self);
  geo_node_calls_init (self);
  geo_node_requests_init (self);
  geo_node_incoming_init (self);
  geo_node_catch_up_init (self);
}

void
geo_node_notice (GeoNode *self, const gchar *sentence) {
  g_signal_emit (self, signals[SIGNAL_NOTICE], 0, sentence);
}

void
geo_node_source_end (GSource *source) {
  g_source_destroy (source);
  g_source_unref (source);
}

GeoTime
geo_node_now (void) {
  return g_get_real_time () / 1000;
}

GeoNode *
geo_node_new (GeoProfile *profile) {
  GeoNode *self = g_object_new (GEO_TYPE_NODE, NULL);

  self->profile = g_object_ref (profile);
  self->secret = geo_secret_ref (geo_profile_get_secret (profile));
  geo_secret_get_pid (self->secret, &self->pid);
  self->pid_text = geo_pid_to_string (&self->pid);
  self->worker = geo_worker_new ();
  return self;
}

void
geo_node_set_connection (GeoNode *self,
                         GeoConnection connection,
                         const gchar *detail) {
  GObject *object = G_OBJECT (self);

  g_object_freeze_notify (object);
  if (g_strcmp0 (self->detail, detail) != 0) {
    gchar *copy = g_strdup (detail);

    /* detail may be the one that is there. */
    g_free (self->detail);
    self->detail = copy;
    g_object_notify_by_pspec (object, props[PROP_CONNECTION_DETAIL]);
  }
  if (self->connection != connection) {
    self->connection = connection;
    g_object_notify_by_pspec (object, props[PROP_CONNECTION]);
  }
  g_object_thaw_notify (object);
  geo_node_answer_waiters (self);
}

void
geo_node_set_open_count (GeoNode *self, guint count) {
  if (count == self->open_count)
    return;
  self->open_count = count;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_OPEN_COUNT]);
}

void
geo_node_update_key_doubts (GeoNode *self) {
  GListModel *people = geo_node_get_people (self);
  guint count = 0;

  for (guint i = 0; i < g_list_model_get_n_items (people); i++) {
    g_autoptr (GeoPerson) person = g_list_model_get_item (people, i);

    if (geo_person_get_key_changed (person))
      count++;
  }
  if (count == self->key_doubts)
    return;
  self->key_doubts = count;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_KEY_DOUBTS]);
}

void
geo_node_update_open_count (GeoNode *self) {
  guint count;

  /* Between a failed write and the new start it is as it was. */
  if (self->party == NULL)
    return;
  count = geo_party_count_open (self->party);
  /* What became of it counts when it is on disk and has been told. */
  if (count < self->open_count && !g_queue_is_empty (&self->lists))
    return;
  geo_node_set_open_count (self, count);
}

void
geo_node_set_progress (GeoNode *self, gdouble progress) {
  if (progress >= self->progress && progress <= self->progress)
    return;
  self->progress = progress;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_PROGRESS]);
}

gdouble
geo_node_get_progress (GeoNode *node) {
  g_assert (GEO_IS_NODE (node));
  return node->progress;
}

void
geo_node_set_unread (GeoNode *self, guint unread) {
  if (unread == self->unread)
    return;
  self->unread = unread;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_UNREAD]);
}

guint
geo_node_get_unread (GeoNode *node) {
  g_assert (GEO_IS_NODE (node));
  return node->unread;
}

/* --- Opening ------------------------------------------------------------ */

/* FALSE and an answered task while the profile is locked. */
static gboolean
is_unlocked (GeoProfile *profile, GTask *task) {
  if (geo_profile_is_unlocked (profile))
    return TRUE;
  if (geo_profile_get_key_place (profile) == GEO_KEY_PLACE_NONE)
    g_task_return_new_error (
        task, GEO_NODE_ERROR, GEO_NODE_ERROR_NO_KEY, "%s",
        _ ("There is no identity in this profile yet. Create one, or restore "
           "yours from its twelve words."));
  else
    g_task_return_new_error (task, GEO_NODE_ERROR, GEO_NODE_ERROR_PASSPHRASE,
                             "%s",
                             _ ("This profile is locked. Unlock it first."));
  return FALSE;
}

static void
opened_cb (gpointer *result, const GError *error, gpointer user_data) {
  g_autoptr (GTask) task = user_data;
  GeoNode *self = g_task_get_task_data (task);
  GError *failure = NULL;

  if (error != NULL)
    g_task_return_error (task, g_error_copy (error));
  else if (!geo_node_take_data (self, *result, &failure))
    g_task_return_error (task, failure);
  else
    g_task_return_pointer (task, g_object_ref (self), g_object_unref);
}

static void
open_node (GeoProfile *profile,
           const GeoPid *community,
           gboolean looking,
           GTask *given) {
  g_autoptr (GTask) task = given;
  g_autoptr (GPtrArray) all = NULL;
  GPtrArray *paths;
  GeoNode *self;

  g_assert (GEO_IS_PROFILE (profile));
  if (!is_unlocked (profile, task))
    return;

  paths = g_ptr_array_new_with_free_func (g_free);
  all = geo_profile_list_communities (profile);
  for (guint i = 0; i < all->len; i++) {
    const GeoPid *pid = g_ptr_array_index (all, i);

    if (community == NULL || geo_pid_equal (pid, community))
      g_ptr_array_add (paths, geo_profile_get_journal_path (profile, pid));
  }
  if (paths->len == 0) {
    g_ptr_array_unref (paths);
    g_task_return_new_error (task, GEO_NODE_ERROR, GEO_NODE_ERROR_NOT_JOINED,
                             "%s", _ ("No community has been joined yet."));
    return;
  }

  self = geo_node_new (profile);
  self->looking = looking;
  g_task_set_task_data (task, self, g_object_unref);
  geo_worker_push (self->worker,
                   looking ? geo_node_look_job : geo_node_open_job, paths,
                   (GDestroyNotify) g_ptr_array_unref, geo_node_data_free,
                   opened_cb, g_steal_pointer (&task));
}

void
geo_node_open_async (GeoProfile *profile,
                     const GeoPid *community,
                     GCancellable *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer user_data) {
  open_node (profile, community, FALSE,
             g_task_new (NULL, cancellable, callback, user_data));
}

void
geo_node_look_async (GeoProfile *profile,
                     const GeoPid *community,
                     GCancellable *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer user_data) {
  open_node (profile, community, TRUE,
             g_task_new (NULL, cancellable, callback, user_data));
}

GeoNode *
geo_node_look_finish (GAsyncResult *result, GError **error) {
  return geo_node_open_finish (result, error);
}

GeoNode *
geo_node_open_finish (GAsyncResult *result, GError **error) {
  g_assert (g_task_is_valid (result, NULL));
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- Joining ------------------------------------------------------------ */

static gboolean
join_timeout_cb (gpointer user_data) {
  GeoNode *self = user_data;

  self->join_timeout_id = 0;
  geo_node_fail_join (
      self,
      g_error_new_literal (GEO_NODE_ERROR, GEO_NODE_ERROR_TIMEOUT,
                           _ ("The hub did not answer in time. Try again.")));
  return G_SOURCE_REMOVE;
}

static gboolean
join_cancel_cb (GCancellable *cancellable, gpointer user_data) {
  GError *error = NULL;

  g_cancellable_set_error_if_cancelled (cancellable, &error);
  geo_node_fail_join (user_data, error);
  return G_SOURCE_REMOVE;
}

GError *
geo_node_stranger_error (void) {
  return g_error_new_literal (
      GEO_NODE_ERROR, GEO_NODE_ERROR_STRANGER,
      _ ("This hub has nobody with these twelve words, so nothing was sent to "
         "it. If you were in this community before, other words count there: "
         "your newest ones or, where the hub has not heard of a change of your "
         "key, those of before."));
}

/* geo://v1/join?…, or the address of a hub. */
static gboolean
read_invitation (GeoNode *self, const gchar *text, GError **error) {
  g_autoptr (GeoLink) link = NULL;
  g_autoptr (GError) failure = NULL;

  if (!g_str_has_prefix (text, "geo:")) {
    self->dial_hub = g_strstrip (g_strdup (text));
    return TRUE;
  }
  link = geo_link_parse (text, &failure);
  if (link == NULL || link->kind != GEO_LINK_JOIN || link->hub == NULL) {
    if (failure != NULL)
      g_debug ("link: %s", failure->message);
    g_set_error_literal (
        error, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT,
        g_str_has_prefix (text, "geo://v1/join") ||
                g_error_matches (failure, GEO_CORE_ERROR,
                                 GEO_CORE_ERROR_VERSION)
            ? geo_phrase_wrong_link (failure)
            : _ ("This is not an invitation. It begins with geo://v1/join."));
    return FALSE;
  }
  self->dial_hub = g_strdup (link->hub);
  self->dial_fingerprint = g_strdup (link->fingerprint);
  self->has_expected = link->has_community;
  self->expected = link->community;
  self->join_link = g_steal_pointer (&link);
  return TRUE;
}

/* A hub that speaks the public REST contract and nothing else. */
static void
join_rest (GeoProfile *profile,
           const gchar *address,
           gboolean is_new,
           GTask *given) {
  g_autoptr (GTask) task = given;
  g_autoptr (GeoNode) self = geo_node_new (profile);

  self->may_be_new = is_new;
  geo_rest_join (self, address, g_steal_pointer (&task));
}

/* Takes owned.  is_new: also where the hub has nobody with these words. */
static void
join (GeoProfile *profile, const gchar *link, gboolean is_new, GTask *owned) {
  g_autoptr (GTask) task = owned;
  GCancellable *cancellable = g_task_get_cancellable (task);
  g_autoptr (GeoNode) self = NULL;
  GError *error = NULL;

  g_assert (GEO_IS_PROFILE (profile) && link != NULL);
  if (!is_unlocked (profile, task))
    return;

  if (g_str_has_prefix (link, GEO_REST_PREFIX)) {
    join_rest (profile, link + strlen (GEO_REST_PREFIX), is_new,
               g_steal_pointer (&task));
    return;
  }
  self = geo_node_new (profile);
  self->may_be_new = is_new;
  if (!read_invitation (self, link, &error) ||
      !geo_node_connect (self, &error)) {
    g_task_return_error (task, error);
    return;
  }
  self->wanted = TRUE;
  self->join_timeout_id = g_timeout_add (GEO_NODE_LOGIN_MS_MAX, join_timeout_cb,
                                         self);
  if (cancellable != NULL) {
    self->join_cancel = g_cancellable_source_new (cancellable);
    g_source_set_callback (self->join_cancel, G_SOURCE_FUNC (join_cancel_cb),
                           self, NULL);
    g_source_attach (self->join_cancel, g_task_get_context (task));
  }
  /* The task keeps the node while it is nobody else's. */
  g_task_set_task_data (task, g_object_ref (self), g_object_unref);
  self->join_task = g_steal_pointer (&task);
}

void
geo_node_join_async (GeoProfile *profile,
                     const gchar *link,
                     GCancellable *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer user_data) {
  join (profile, link, !geo_profile_is_restored (profile),
        g_task_new (NULL, cancellable, callback, user_data));
}

void
geo_node_join_as_new_async (GeoProfile *profile,
                            const gchar *link,
                            const gchar *name,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data) {
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  g_autofree gchar *clean = NULL;
  GError *error = NULL;

  g_assert (GEO_IS_PROFILE (profile));
  clean = geo_profile_clean_name (
      name != NULL ? name : geo_profile_get_name (profile), &error);
  if (clean == NULL) {
    g_task_return_error (task, error);
    return;
  }
  if (g_strcmp0 (clean, geo_profile_get_name (profile)) != 0)
    geo_profile_set_name (profile, clean);
  join (profile, link, TRUE, g_steal_pointer (&task));
}

GeoNode *
geo_node_join_finish (GAsyncResult *result, GError **error) {
  g_assert (g_task_is_valid (result, NULL));
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- Waiting for the hub ------------------------------------------------ */

typedef struct {
  guint timeout_id;
  GSource *cancel;
  gint64 done; /* Of catching up, when the time was last over. */
} Wait;

static void
wait_free (gpointer data) {
  Wait *wait = data;

  g_clear_handle_id (&wait->timeout_id, g_source_remove);
  g_clear_pointer (&wait->cancel, geo_node_source_end);
  g_free (wait);
}

/* Takes error; NULL is success. */
static void
wait_end (GeoNode *self, GTask *task, GError *error) {
  Wait *wait = g_task_get_task_data (task);

  g_object_ref (task);
  g_ptr_array_remove (self->waiters, task);
  g_clear_handle_id (&wait->timeout_id, g_source_remove);
  g_clear_pointer (&wait->cancel, geo_node_source_end);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

void
geo_node_answer_waiters (GeoNode *self) {
  gboolean is_fault = self->connection == GEO_CONNECTION_FAULT;

  if (self->connection != GEO_CONNECTION_HUB && !is_fault)
    return;
  while (self->waiters->len > 0) {
    GError *error = NULL;

    if (is_fault)
      error = g_error_new_literal (GEO_NODE_ERROR,
                                   self->foreign ? GEO_NODE_ERROR_FOREIGN
                                                 : GEO_NODE_ERROR_REFUSED,
                                   self->detail);
    wait_end (self, g_ptr_array_index (self->waiters, 0), error);
  }
}

static gboolean
wait_timeout_cb (gpointer user_data) {
  GTask *task = user_data;
  GeoNode *self = g_task_get_source_object (task);
  Wait *wait = g_task_get_task_data (task);
  gboolean offline = self->connection == GEO_CONNECTION_OFFLINE;
  gint64 done, total;

  /* Whoever sends one entry after another does answer. */
  if (geo_node_get_catching_up (self, &done, &total) && done > wait->done) {
    wait->done = done;
    return G_SOURCE_CONTINUE;
  }
  wait->timeout_id = 0;
  wait_end (self, task,
            g_error_new_literal (
                GEO_NODE_ERROR,
                offline ? GEO_NODE_ERROR_OFFLINE : GEO_NODE_ERROR_TIMEOUT,
                offline ? self->detail
                        : _ ("The hub did not answer in time. Try again.")));
  return G_SOURCE_REMOVE;
}

static gboolean
wait_cancel_cb (GCancellable *cancellable, gpointer user_data) {
  GTask *task = user_data;
  GError *error = NULL;

  g_cancellable_set_error_if_cancelled (cancellable, &error);
  wait_end (g_task_get_source_object (task), task, error);
  return G_SOURCE_REMOVE;
}

void
geo_node_wait_connected_async (GeoNode *node,
                               guint timeout_ms,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data) {
  GTask *task = g_task_new (node, cancellable, callback, user_data);
  Wait *wait = g_new0 (Wait, 1);

  g_assert (GEO_IS_NODE (node));
  wait->timeout_id = g_timeout_add (timeout_ms, wait_timeout_cb, task);
  if (cancellable != NULL) {
    wait->cancel = g_cancellable_source_new (cancellable);
    g_source_set_callback (wait->cancel, G_SOURCE_FUNC (wait_cancel_cb), task,
                           NULL);
    g_source_attach (wait->cancel, g_task_get_context (task));
  }
  g_task_set_task_data (task, wait, wait_free);
  g_ptr_array_add (node->waiters, task);
  geo_node_answer_waiters (node);
}

gboolean
geo_node_wait_connected_finish (GeoNode *node,
                                GAsyncResult *result,
                                GError **error) {
  g_assert (g_task_is_valid (result, node));
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* --- Small questions ---------------------------------------------------- */

GeoConnection
geo_node_get_connection (GeoNode *node) {
  g_assert (GEO_IS_NODE (node));
  return node->connection;
}

const gchar *
geo_node_get_connection_detail (GeoNode *node) {
  g_assert (GEO_IS_NODE (node));
  return node->detail;
}

guint
geo_node_get_open_count (GeoNode *node) {
  g_assert (GEO_IS_NODE (node));
  return node->open_count;
}

GeoProfile *
geo_node_get_profile (GeoNode *node) {
  g_assert (GEO_IS_NODE (node));
  return node->profile;
}

const gchar *
geo_node_get_hub (GeoNode *node) {
  g_assert (GEO_IS_NODE (node));
  return node->hub;
}

gboolean
geo_node_is_hearsay (GeoNode *node) {
  g_assert (GEO_IS_NODE (node));
  return node->rest != NULL;
}

const gchar *
geo_node_get_community_name (GeoNode *node) {
  g_assert (GEO_IS_NODE (node));
  return node->community->name;
}

const gchar *
geo_node_get_community_pid (GeoNode *node) {
  g_assert (GEO_IS_NODE (node));
  return node->community_pid_text;
}

const gchar *
geo_node_get_name (GeoNode *node) {
  g_assert (GEO_IS_NODE (node));
  return node->self->name;
}

const gchar *
geo_node_get_pid (GeoNode *node) {
  g_assert (GEO_IS_NODE (node));
  return node->pid_text;
}

gchar *
geo_node_get_contact_link (GeoNode *node) {
  g_autoptr (GeoLink) link = geo_link_new (GEO_LINK_PARTICIPANT);

  g_assert (GEO_IS_NODE (node));
  link->has_pid = TRUE;
  link->pid = node->pid;
  link->name = g_strdup (node->self->name);
  link->hub = g_strdup (node->hub);
  /* §13: of what the PID alone no longer shows. */
  link->has_key = node->self->rotations->len > 0;
  link->key = node->self->key;
  return geo_link_to_string (link);
}

guint
geo_node_get_n_equivalents (GeoNode *node) {
  g_assert (GEO_IS_NODE (node));
  return node->community->equivalents->len;
}

const gchar *
geo_node_get_equivalent (GeoNode *node,
                         guint index,
                         guint *precision,
                         const gchar **symbol) {
  const GeoEquivalent *equivalent;

  g_assert (GEO_IS_NODE (node));
  if (index >= node->community->equivalents->len)
    return NULL;
  equivalent = g_ptr_array_index (node->community->equivalents, index);
  if (precision != NULL)
    *precision = (guint) equivalent->precision;
  if (symbol != NULL)
    *symbol = equivalent->symbol;
  return equivalent->code;
}

gboolean
geo_node_get_precision (GeoNode *node,
                        const gchar *equivalent,
                        guint *precision) {
  const GeoEquivalent *found;

  g_assert (GEO_IS_NODE (node));
  found = geo_community_find_equivalent (node->community, equivalent);
  if (found != NULL && precision != NULL)
    *precision = (guint) found->precision;
  return found != NULL;
}

GListModel *
geo_node_get_people (GeoNode *node) {
  g_assert (GEO_IS_NODE (node));
  return G_LIST_MODEL (node->people);
}

GListModel *
geo_node_get_totals (GeoNode *node) {
  g_assert (GEO_IS_NODE (node));
  return G_LIST_MODEL (node->totals);
}

GListModel *
geo_node_get_activity (GeoNode *node) {
  g_assert (GEO_IS_NODE (node));
  return G_LIST_MODEL (node->activity);
}

GeoActivityModel *
geo_node_make_activity (GeoNode *node) {
  g_assert (GEO_IS_NODE (node));
  return geo_activity_model_new_view (node->activity);
}

GeoPerson *
geo_node_get_person (GeoNode *node, const GeoPid *pid) {
  g_assert (GEO_IS_NODE (node) && pid != NULL);
  return g_hash_table_lookup (node->people_by_pid, pid);
}
