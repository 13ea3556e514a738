/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Several communities at the same time: a node for each.  They share the
 * profile's key and nothing else: no journal, no session, no balance.
 */
#include "config.h"

#include "node/geo-communities.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "core/geo-link.h"
#include "node/geo-node-private.h"
#include "node/geo-phrases.h"

struct _GeoCommunityItem {
  GObject parent_instance;

  GeoPid pid;
  gchar *pid_text;
  gchar *name; /* Where there is no node. */
  gchar *problem;
  GeoNode *node;
  gboolean is_reopening;
};

G_DEFINE_FINAL_TYPE (GeoCommunityItem, geo_community_item, G_TYPE_OBJECT)

struct _GeoCommunities {
  GObject parent_instance;

  GeoProfile *profile;
  GPtrArray *items; /* GeoCommunityItem */
  gboolean started;
};

static void geo_communities_list_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (
    GeoCommunities,
    geo_communities,
    G_TYPE_OBJECT,
    G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, geo_communities_list_init))

enum {
  PROP_0,
  PROP_PID,
  PROP_NAME,
  PROP_HUB,
  PROP_CONNECTION,
  PROP_CONNECTION_DETAIL,
  PROP_OPEN_COUNT,
  PROP_UNREAD,
  PROP_PROBLEM,
  PROP_NODE,
  N_PROPS,
};

static GParamSpec *props[N_PROPS];

/* --- One of them -------------------------------------------------------- */

static void
geo_community_item_finalize (GObject *object) {
  GeoCommunityItem *self = GEO_COMMUNITY_ITEM (object);

  g_clear_object (&self->node);
  g_free (self->pid_text);
  g_free (self->name);
  g_free (self->problem);
  G_OBJECT_CLASS (geo_community_item_parent_class)->finalize (object);
}

static void
geo_community_item_get_property (GObject *object,
                                 guint prop_id,
                                 GValue *value,
                                 GParamSpec *pspec) {
  GeoCommunityItem *self = GEO_COMMUNITY_ITEM (object);

  switch (prop_id) {
  case PROP_PID:
    g_value_set_string (value, self->pid_text);
    break;
  case PROP_NAME:
    g_value_set_string (value, geo_community_item_get_name (self));
    break;
  case PROP_HUB:
    g_value_set_string (
        value, self->node != NULL ? geo_node_get_hub (self->node) : NULL);
    break;
  case PROP_CONNECTION:
    g_value_set_int (value, self->node != NULL
                                ? (gint) geo_node_get_connection (self->node)
                                : (gint) GEO_CONNECTION_OFFLINE);
    break;
  case PROP_CONNECTION_DETAIL:
    g_value_set_string (value, self->node != NULL
                                   ? geo_node_get_connection_detail (self->node)
                                   : self->problem);
    break;
  case PROP_OPEN_COUNT:
    g_value_set_uint (
        value, self->node != NULL ? geo_node_get_open_count (self->node) : 0);
    break;
  case PROP_UNREAD:
    g_value_set_uint (
        value, self->node != NULL ? geo_node_get_unread (self->node) : 0);
    break;
  case PROP_PROBLEM:
    g_value_set_string (value, self->problem);
    break;
  case PROP_NODE:
    g_value_set_object (value, self->node);
    break;
  default: /* Not an enum: a number that GObject checked. */
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    break;
  }
}

static void
geo_community_item_class_init (GeoCommunityItemClass *klass) {
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS |
                            G_PARAM_EXPLICIT_NOTIFY;

  object_class->finalize = geo_community_item_finalize;
  object_class->get_property = geo_community_item_get_property;
  props[PROP_PID] = g_param_spec_string ("pid", NULL, NULL, NULL, flags);
  props[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  props[PROP_HUB] = g_param_spec_string ("hub", NULL, NULL, NULL, flags);
  props[PROP_CONNECTION] =
      g_param_spec_int ("connection", NULL, NULL, GEO_CONNECTION_OFFLINE,
                        GEO_CONNECTION_FAULT, GEO_CONNECTION_OFFLINE, flags);
  props[PROP_CONNECTION_DETAIL] = g_param_spec_string ("connection-detail",
                                                       NULL, NULL, NULL, flags);
  props[PROP_OPEN_COUNT] = g_param_spec_uint ("open-count", NULL, NULL, 0,
                                              G_MAXUINT, 0, flags);
  props[PROP_UNREAD] = g_param_spec_uint ("unread", NULL, NULL, 0, G_MAXUINT, 0,
                                          flags);
  props[PROP_PROBLEM] = g_param_spec_string ("problem", NULL, NULL, NULL,
                                             flags);
  props[PROP_NODE] = g_param_spec_object ("node", NULL, NULL, GEO_TYPE_NODE,
                                          flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
geo_community_item_init (GeoCommunityItem *self) {
}

/* What the node says of itself, the item says of its community; what happens
 * while it connects may change its name and its hub. */
static void
notify_cb (GeoNode *node, GParamSpec *pspec, gpointer user_data) {
  GObject *item = user_data;

  if (g_str_equal (pspec->name, "connection")) {
    g_object_notify_by_pspec (item, props[PROP_NAME]);
    g_object_notify_by_pspec (item, props[PROP_HUB]);
  }
  if (g_object_class_find_property (G_OBJECT_GET_CLASS (item), pspec->name) !=
      NULL)
    g_object_notify (item, pspec->name);
}

/* Takes node. */
static void
set_node (GeoCommunityItem *self, GeoNode *node) {
  self->node = node;
  g_signal_connect_object (node, "notify", G_CALLBACK (notify_cb), self, 0);
}

/* One that could not be opened can. */
static void
mend_item (GeoCommunityItem *self, GeoNode *node) {
  static const guint changed[] = { PROP_NODE, PROP_PROBLEM, PROP_NAME,
                                   PROP_HUB };

  g_clear_pointer (&self->problem, g_free);
  set_node (self, g_object_ref (node));
  for (guint i = 0; i < G_N_ELEMENTS (changed); i++)
    g_object_notify_by_pspec (G_OBJECT (self), props[changed[i]]);
}

/* Takes node and problem, of which one is NULL. */
static GeoCommunityItem *
item_new (const GeoPid *pid, GeoNode *node, gchar *problem) {
  GeoCommunityItem *self = g_object_new (GEO_TYPE_COMMUNITY_ITEM, NULL);

  self->pid = *pid;
  self->pid_text = geo_pid_to_string (pid);
  self->name = g_strndup (self->pid_text, 8);
  self->problem = problem;
  if (node != NULL)
    set_node (self, node);
  return self;
}

const gchar *
geo_community_item_get_pid_text (GeoCommunityItem *item) {
  g_assert (GEO_IS_COMMUNITY_ITEM (item));
  return item->pid_text;
}

const gchar *
geo_community_item_get_name (GeoCommunityItem *item) {
  g_assert (GEO_IS_COMMUNITY_ITEM (item));
  return item->node != NULL ? geo_node_get_community_name (item->node)
                            : item->name;
}

GeoNode *
geo_community_item_get_node (GeoCommunityItem *item) {
  g_assert (GEO_IS_COMMUNITY_ITEM (item));
  return item->node;
}

const gchar *
geo_community_item_get_problem (GeoCommunityItem *item) {
  g_assert (GEO_IS_COMMUNITY_ITEM (item));
  return item->problem;
}

gchar *
geo_community_item_describe_leaving (GeoCommunityItem *item) {
  g_autoptr (GString) text = NULL;
  GListModel *totals;

  g_assert (GEO_IS_COMMUNITY_ITEM (item));
  text = g_string_new (
      _ ("Leaving forgets the community on this computer only. What you owe "
         "and are owed there stays as it is, and so does your trust. Your "
         "journal is kept; joining again brings everything back."));
  if (item->node == NULL)
    return g_string_free (g_steal_pointer (&text), FALSE);
  totals = geo_node_get_totals (item->node);
  for (guint i = 0; i < g_list_model_get_n_items (totals); i++) {
    g_autoptr (GeoTotal) total = g_list_model_get_item (totals, i);
    GeoAmount balance = geo_total_get_balance (total);
    g_autofree gchar *phrase =
        geo_phrase_total (balance, geo_total_get_precision (total),
                          geo_total_get_equivalent (total));

    if (geo_amount_cmp (balance, GEO_AMOUNT_ZERO) != 0)
      g_string_append_printf (text, "\n%s.", phrase);
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* --- All of them -------------------------------------------------------- */

static void
geo_communities_finalize (GObject *object) {
  GeoCommunities *self = GEO_COMMUNITIES (object);

  g_clear_pointer (&self->items, g_ptr_array_unref);
  g_clear_object (&self->profile);
  G_OBJECT_CLASS (geo_communities_parent_class)->finalize (object);
}

static void
geo_communities_class_init (GeoCommunitiesClass *klass) {
  G_OBJECT_CLASS (klass)->finalize = geo_communities_finalize;
}

static void
geo_communities_init (GeoCommunities *self) {
  self->items = g_ptr_array_new_with_free_func (g_object_unref);
}

static GType
geo_communities_get_item_type (GListModel *list) {
  return GEO_TYPE_COMMUNITY_ITEM;
}

static guint
geo_communities_get_n_items (GListModel *list) {
  return GEO_COMMUNITIES (list)->items->len;
}

static gpointer
geo_communities_get_item (GListModel *list, guint position) {
  GeoCommunities *self = GEO_COMMUNITIES (list);

  return position < self->items->len
             ? g_object_ref (self->items->pdata[position])
             : NULL;
}

static void
geo_communities_list_init (GListModelInterface *iface) {
  iface->get_item_type = geo_communities_get_item_type;
  iface->get_n_items = geo_communities_get_n_items;
  iface->get_item = geo_communities_get_item;
}

static gint
compare_items (gconstpointer a, gconstpointer b) {
  GeoCommunityItem *one = *(GeoCommunityItem *const *) a;
  GeoCommunityItem *other = *(GeoCommunityItem *const *) b;
  gint order = g_utf8_collate (geo_community_item_get_name (one),
                               geo_community_item_get_name (other));

  return order != 0 ? order : geo_pid_cmp (&one->pid, &other->pid);
}

static GeoCommunityItem *
find_pid (GeoCommunities *self, const GeoPid *pid) {
  for (guint i = 0; i < self->items->len; i++) {
    GeoCommunityItem *item = self->items->pdata[i];

    if (geo_pid_equal (&item->pid, pid))
      return item;
  }
  return NULL;
}

/* Takes item. */
static void
add_item (GeoCommunities *self, GeoCommunityItem *item) {
  guint position = 0;

  while (position < self->items->len &&
         compare_items (&self->items->pdata[position], &item) < 0)
    position++;
  g_ptr_array_insert (self->items, (gint) position, item);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 0, 1);
}

GeoProfile *
geo_communities_get_profile (GeoCommunities *communities) {
  g_assert (GEO_IS_COMMUNITIES (communities));
  return communities->profile;
}

GeoCommunities *
geo_communities_new (GeoProfile *profile) {
  GeoCommunities *self = g_object_new (GEO_TYPE_COMMUNITIES, NULL);

  g_assert (GEO_IS_PROFILE (profile));
  self->profile = g_object_ref (profile);
  return self;
}

GeoCommunityItem *
geo_communities_add (GeoCommunities *communities, GeoNode *node) {
  GeoCommunityItem *item;
  GeoPid pid;

  g_assert (GEO_IS_COMMUNITIES (communities) && GEO_IS_NODE (node));
  if (!geo_pid_parse (geo_node_get_community_pid (node), &pid, NULL))
    g_assert_not_reached ();
  item = find_pid (communities, &pid);
  if (item == NULL) {
    item = item_new (&pid, g_object_ref (node), NULL);
    add_item (communities, item);
  } else if (item->node == NULL) {
    mend_item (item, node);
  }
  if (communities->started && item->node != NULL)
    geo_node_start (item->node);
  return item;
}

/* --- Opening ------------------------------------------------------------ */

typedef struct {
  GeoCommunities *communities;
  GPtrArray *pids;
  guint next;
  gboolean looking;
} Open;

static void
open_free (gpointer data) {
  Open *open = data;

  g_clear_object (&open->communities);
  g_ptr_array_unref (open->pids);
  g_free (open);
}

static void open_next (GTask *task);

static void
opened_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  GTask *task = user_data;
  Open *open = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  GeoNode *node = geo_node_open_finish (result, &error);

  if (node != NULL)
    add_item (open->communities,
              item_new (open->pids->pdata[open->next], node, NULL));
  /* One where joining was cut short was never joined. */
  else if (!g_error_matches (error, GEO_NODE_ERROR, GEO_NODE_ERROR_NOT_JOINED))
    add_item (open->communities, item_new (open->pids->pdata[open->next], NULL,
                                           g_strdup (error->message)));
  open->next++;
  open_next (task);
}

/* One after another: opening each takes all of the disk's attention anyway. */
static void
open_next (GTask *task) {
  Open *open = g_task_get_task_data (task);

  if (open->next < open->pids->len) {
    const GeoPid *pid = open->pids->pdata[open->next];

    if (open->looking)
      geo_node_look_async (open->communities->profile, pid, NULL, opened_cb,
                           task);
    else
      geo_node_open_async (open->communities->profile, pid, NULL, opened_cb,
                           task);
    return;
  }
  if (open->communities->items->len > 0)
    g_task_return_pointer (task, g_steal_pointer (&open->communities),
                           g_object_unref);
  else
    g_task_return_new_error (task, GEO_NODE_ERROR, GEO_NODE_ERROR_NOT_JOINED,
                             "%s", _ ("No community has been joined yet."));
  g_object_unref (task);
}

void
geo_communities_open_async (GeoProfile *profile,
                            gboolean looking,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data) {
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  Open *open = g_new0 (Open, 1);

  g_assert (GEO_IS_PROFILE (profile));
  open->communities = geo_communities_new (profile);
  open->pids = geo_profile_list_communities (profile);
  open->looking = looking;
  g_task_set_task_data (task, open, open_free);
  open_next (task);
}

GeoCommunities *
geo_communities_open_finish (GAsyncResult *result, GError **error) {
  g_assert (g_task_is_valid (result, NULL));
  return g_task_propagate_pointer (G_TASK (result), error);
}

typedef struct {
  GeoCommunities *communities;
  GeoCommunityItem *item;
} Reopen;

static void
reopened_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autofree Reopen *reopen = user_data;
  g_autoptr (GeoCommunities) self = reopen->communities;
  g_autoptr (GeoCommunityItem) item = reopen->item;
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoNode) node = geo_node_open_finish (result, &error);

  item->is_reopening = FALSE;
  /* It may have been joined anew, or left, meanwhile. */
  if (item->node != NULL || !g_ptr_array_find (self->items, item, NULL))
    return;
  if (node == NULL) {
    g_free (item->problem);
    item->problem = g_strdup (error->message);
    g_object_notify_by_pspec (G_OBJECT (item), props[PROP_PROBLEM]);
    return;
  }
  mend_item (item, node);
  if (self->started)
    geo_node_start (node);
}

void
geo_communities_reopen (GeoCommunities *communities, GeoCommunityItem *item) {
  Reopen *reopen;

  g_assert (GEO_IS_COMMUNITIES (communities) && GEO_IS_COMMUNITY_ITEM (item));
  if (item->node != NULL || item->is_reopening)
    return;
  item->is_reopening = TRUE;
  reopen = g_new (Reopen, 1);
  reopen->communities = g_object_ref (communities);
  reopen->item = g_object_ref (item);
  geo_node_open_async (communities->profile, &item->pid, NULL, reopened_cb,
                       reopen);
}

void
geo_communities_start (GeoCommunities *communities) {
  g_assert (GEO_IS_COMMUNITIES (communities));
  communities->started = TRUE;
  for (guint i = 0; i < communities->items->len; i++) {
    GeoCommunityItem *item = communities->items->pdata[i];

    if (item->node != NULL)
      geo_node_start (item->node);
  }
}

void
geo_communities_stop (GeoCommunities *communities) {
  g_assert (GEO_IS_COMMUNITIES (communities));
  communities->started = FALSE;
  for (guint i = 0; i < communities->items->len; i++) {
    GeoCommunityItem *item = communities->items->pdata[i];

    if (item->node != NULL)
      geo_node_stop (item->node);
  }
}

/* --- Finding ------------------------------------------------------------ */

GeoCommunityItem *
geo_communities_get_default (GeoCommunities *communities) {
  g_autoptr (GPtrArray) pids = NULL;

  g_assert (GEO_IS_COMMUNITIES (communities));
  pids = geo_profile_list_communities (communities->profile);
  for (guint i = 0; i < pids->len; i++) {
    GeoCommunityItem *item = find_pid (communities, pids->pdata[i]);

    if (item != NULL)
      return item;
  }
  return NULL;
}

GeoCommunityItem *
geo_communities_find (GeoCommunities *communities,
                      const gchar *name_or_pid,
                      GError **error) {
  g_autofree gchar *folded = g_utf8_casefold (name_or_pid, -1);
  GeoCommunityItem *found = NULL;
  GeoPid pid;

  g_assert (GEO_IS_COMMUNITIES (communities));
  if (geo_pid_parse (name_or_pid, &pid, NULL))
    found = find_pid (communities, &pid);
  for (guint i = 0; found == NULL && i < communities->items->len; i++) {
    GeoCommunityItem *item = communities->items->pdata[i];
    g_autofree gchar *name =
        g_utf8_casefold (geo_community_item_get_name (item), -1);

    if (!g_str_equal (name, folded))
      continue;
    for (guint j = i + 1; j < communities->items->len; j++) {
      g_autofree gchar *other = g_utf8_casefold (
          geo_community_item_get_name (communities->items->pdata[j]), -1);

      if (!g_str_equal (other, folded))
        continue;
      g_set_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT,
                   _ ("Several communities are called %s: say which by its "
                      "PID."),
                   name_or_pid);
      return NULL;
    }
    found = item;
  }
  if (found == NULL)
    g_set_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT,
                 _ ("You are in no community that is called %s."), name_or_pid);
  return found;
}

/* --- Joining and leaving ------------------------------------------------ */

static void
joined_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GTask) task = user_data;
  GeoCommunities *self = g_task_get_source_object (task);
  GError *error = NULL;
  g_autoptr (GeoNode) node = geo_node_join_finish (result, &error);

  if (node == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, geo_communities_add (self, node), NULL);
}

/* By what the invitation says, or by the address. */
static GeoCommunityItem *
find_joined (GeoCommunities *self, const gchar *text) {
  g_autoptr (GeoLink) link = NULL;
  g_autofree gchar *address = NULL;
  g_autofree gchar *fingerprint = NULL;

  if (g_str_has_prefix (text, "geo:"))
    link = geo_link_parse (text, NULL);
  if (g_str_has_prefix (text, "rest:")) {
    geo_node_read_hub (text + strlen ("rest:"), &address, &fingerprint);
    text = address;
  }
  if (link != NULL && link->has_community)
    return find_pid (self, &link->community);
  for (guint i = 0; i < self->items->len; i++) {
    GeoCommunityItem *item = self->items->pdata[i];
    const gchar *hub = item->node != NULL ? geo_node_get_hub (item->node)
                                          : NULL;
    const gchar *bare = hub != NULL ? g_strrstr (hub, "://") : NULL;
    const gchar *dialled = link != NULL ? link->hub : text;

    if (hub != NULL && dialled != NULL &&
        (g_str_equal (hub, dialled) ||
         (bare != NULL && g_str_equal (bare + 3, dialled))))
      return item;
  }
  return NULL;
}

void
geo_communities_join_as_new_async (GeoCommunities *communities,
                                   const gchar *link,
                                   const gchar *name,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data) {
  g_assert (GEO_IS_COMMUNITIES (communities) && link != NULL);
  geo_node_join_as_new_async (
      communities->profile, link, name, cancellable, joined_cb,
      g_task_new (communities, cancellable, callback, user_data));
}

void
geo_communities_join_async (GeoCommunities *communities,
                            const gchar *link,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data) {
  GTask *task = g_task_new (communities, cancellable, callback, user_data);
  GeoCommunityItem *item;

  g_assert (GEO_IS_COMMUNITIES (communities) && link != NULL);
  item = find_joined (communities, link);
  if (item != NULL) {
    g_task_return_pointer (task, item, NULL);
    g_object_unref (task);
    return;
  }
  geo_node_join_async (communities->profile, link, cancellable, joined_cb,
                       task);
}

GeoCommunityItem *
geo_communities_join_finish (GeoCommunities *communities,
                             GAsyncResult *result,
                             GError **error) {
  g_assert (g_task_is_valid (result, communities));
  return g_task_propagate_pointer (G_TASK (result), error);
}

gboolean
geo_communities_leave (GeoCommunities *communities,
                       GeoCommunityItem *item,
                       GError **error) {
  guint position;

  g_assert (GEO_IS_COMMUNITIES (communities) && GEO_IS_COMMUNITY_ITEM (item));
  if (!g_ptr_array_find (communities->items, item, &position))
    g_assert_not_reached ();
  if (item->node != NULL && geo_node_get_open_count (item->node) > 0) {
    g_set_error_literal (
        error, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT,
        _ ("Something is in doubt there. Connect, wait until it is decided, "
           "then leave."));
    return FALSE;
  }
  if (item->node != NULL)
    geo_node_stop (item->node);
  /* The journal's own files stay open where they are until the node is gone. */
  if (!geo_profile_leave_community (communities->profile, &item->pid, error)) {
    if (item->node != NULL && communities->started)
      geo_node_start (item->node);
    return FALSE;
  }
  g_ptr_array_remove_index (communities->items, position);
  g_list_model_items_changed (G_LIST_MODEL (communities), position, 1, 0);
  return TRUE;
}
