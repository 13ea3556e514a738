/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is shown while many entries are caught up with: how far it is, and the
 * lists now and then instead of after each.  A few are shown as they come.
 */
#include "config.h"

#include "node/geo-node-private.h"

/* More than that are many. */
#define MANY 64
#define SHOW_MS 250

static void
show_changed (GeoNode *self) {
  GHashTableIter iter;
  gpointer pid;

  g_clear_handle_id (&self->changed_id, g_source_remove);
  g_hash_table_iter_init (&iter, self->changed);
  while (g_hash_table_iter_next (&iter, &pid, NULL))
    geo_node_refresh_person (self, pid, TRUE);
  g_hash_table_remove_all (self->changed);
  geo_node_refresh_totals (self);
  geo_activity_model_refresh (self->activity);
  if (!self->catching_up)
    geo_node_refresh_unread (self);
}

static gboolean
show_cb (gpointer user_data) {
  GeoNode *self = user_data;
  gint64 done, total;

  self->changed_id = 0;
  show_changed (self);
  if (geo_node_get_catching_up (self, &done, &total))
    geo_node_set_progress (self, (gdouble) done / (gdouble) total);
  return G_SOURCE_REMOVE;
}

static void
show_soon (GeoNode *self) {
  if (self->changed_id == 0)
    self->changed_id = g_timeout_add (SHOW_MS, show_cb, self);
}

/* --- What changes --------------------------------------------------------- */

void
geo_node_changed_with (GeoNode *self, const GeoPid *pid) {
  if (!self->catching_up) {
    geo_node_refresh_person (self, pid, TRUE);
    return;
  }
  if (!g_hash_table_contains (self->changed, pid))
    g_hash_table_add (self->changed, geo_pid_dup (pid));
  show_soon (self);
}

void
geo_node_changed_totals (GeoNode *self) {
  if (self->catching_up)
    show_soon (self);
  else
    geo_node_refresh_totals (self);
}

void
geo_node_changed_history (GeoNode *self) {
  if (self->catching_up) {
    show_soon (self);
    return;
  }
  geo_activity_model_refresh (self->activity);
  geo_node_refresh_unread (self);
}

gboolean
geo_node_is_news (GeoNode *self, const GeoEntry *entry) {
  return !self->catching_up || entry->sequence > self->caught_to - MANY;
}

/* --- How far -------------------------------------------------------------- */

void
geo_node_begin_catch_up (GeoNode *self) {
  self->caught_from = geo_party_get_sequence (self->party, NULL);
  self->caught_to = self->hub_sequence;
  self->catching_up = self->caught_to - self->caught_from > MANY;
  if (self->catching_up)
    geo_node_set_progress (self, 0);
}

void
geo_node_told_progress (GeoNode *self) {
  if (self->catching_up)
    show_soon (self);
}

void
geo_node_end_catch_up (GeoNode *self) {
  if (!self->catching_up)
    return;
  self->catching_up = FALSE;
  show_changed (self);
  geo_node_set_progress (self, -1);
}

gboolean
geo_node_get_catching_up (GeoNode *node, gint64 *done, gint64 *total) {
  gint64 sequence;

  g_assert (GEO_IS_NODE (node));
  if (!node->catching_up || node->party == NULL)
    return FALSE;
  sequence = geo_party_get_sequence (node->party, NULL);
  *total = node->caught_to - node->caught_from;
  *done = CLAMP (sequence - node->caught_from, 0, *total);
  return TRUE;
}

/* --- Beginning and end ---------------------------------------------------- */

void
geo_node_catch_up_init (GeoNode *self) {
  self->progress = -1;
  self->changed = g_hash_table_new_full (geo_pid_hash, geo_pid_equal, g_free,
                                         NULL);
}

void
geo_node_catch_up_clear (GeoNode *self) {
  self->catching_up = FALSE;
  g_clear_handle_id (&self->changed_id, g_source_remove);
  g_clear_pointer (&self->changed, g_hash_table_unref);
}
