/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The hub of a community that is joined has another address: it is tried, and
 * kept only where that same community answers there.  Until it does, what is on
 * disk names the address of before.
 */
#include "config.h"

#include "node/geo-node-invitations.h"

#include <glib/gi18n-lib.h>

#include "net/geo-address.h"
#include "node/geo-node-private.h"

#define MOVE_MS 20000

/* One try is enough: who is not there now may be asked again by a person. */
static void
connection_cb (GeoNode *self, GParamSpec *pspec, GCancellable *enough) {
  if (self->connection == GEO_CONNECTION_OFFLINE)
    g_cancellable_cancel (enough);
}

static void
moved_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  GeoNode *self = GEO_NODE (source);
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  g_signal_handlers_disconnect_by_data (self, g_task_get_task_data (task));
  self->moving = FALSE;
  g_clear_pointer (&self->dial_hub, g_free);
  g_clear_pointer (&self->dial_fingerprint, g_free);
  g_clear_pointer (&self->join_link, geo_link_free);
  if (geo_node_wait_connected_finish (self, result, &error)) {
    g_task_return_boolean (task, TRUE);
    return;
  }
  /* Back to where it was, whatever was there instead. */
  geo_node_stop (self);
  geo_node_start (self);
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
    g_task_return_error (task, error);
    return;
  }
  g_error_free (error);
  g_task_return_new_error (task, GEO_NODE_ERROR, GEO_NODE_ERROR_OFFLINE, "%s",
                           _ ("No hub answers at this address. Check it, and "
                              "that you are connected."));
}

gboolean
geo_node_has_other_address (GeoNode *node, const GeoLink *link) {
  g_autoptr (GeoAddress) other = NULL;
  g_autoptr (GeoAddress) own = NULL;
  g_autofree gchar *theirs = NULL;
  g_autofree gchar *ours = NULL;

  g_assert (GEO_IS_NODE (node));
  if (geo_node_is_hearsay (node) || link->hub == NULL)
    return FALSE;
  other = geo_address_parse (link->hub, link->fingerprint, NULL);
  own = geo_address_parse (node->hub, node->fingerprint, NULL);
  if (other == NULL || own == NULL)
    return FALSE;
  /* Who runs the hub on this computer needs no other way to it. */
  if (geo_address_is_loopback (own) && !geo_address_is_loopback (other))
    return FALSE;
  theirs = geo_address_to_string (other);
  ours = geo_address_to_string (own);
  return g_strcmp0 (theirs, ours) != 0;
}

void
geo_node_move_async (GeoNode *node,
                     const gchar *link,
                     GAsyncReadyCallback callback,
                     gpointer user_data) {
  g_autoptr (GTask) task = g_task_new (node, NULL, callback, user_data);
  GCancellable *enough = g_cancellable_new ();
  g_autoptr (GeoLink) parsed = NULL;

  g_assert (GEO_IS_NODE (node) && link != NULL);
  g_task_set_task_data (task, enough, g_object_unref);
  parsed = geo_link_parse (link, NULL);
  if (parsed == NULL || parsed->kind != GEO_LINK_JOIN ||
      !parsed->has_community || node->looking || node->party == NULL ||
      node->moving || node->join_task != NULL ||
      !geo_pid_equal (&parsed->community, &node->community->community)) {
    g_task_return_new_error (task, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT, "%s",
                             _ ("This is not an invitation to this "
                                "community."));
    return;
  }
  geo_node_stop (node);
  node->moving = TRUE;
  g_free (node->dial_hub);
  g_free (node->dial_fingerprint);
  node->dial_hub = g_strdup (parsed->hub);
  node->dial_fingerprint = g_strdup (parsed->fingerprint);
  geo_link_free (node->join_link);
  node->join_link = g_steal_pointer (&parsed);
  g_signal_connect (node, "notify::connection", G_CALLBACK (connection_cb),
                    enough);
  geo_node_start (node);
  geo_node_wait_connected_async (node, MOVE_MS, enough, moved_cb,
                                 g_steal_pointer (&task));
}

gboolean
geo_node_move_finish (GeoNode *node, GAsyncResult *result, GError **error) {
  g_assert (g_task_is_valid (result, node));
  return g_task_propagate_boolean (G_TASK (result), error);
}
