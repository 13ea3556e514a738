/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Makes the community object out of the configuration.  It must not let a
 * configuration change what amounts mean that people owe each other already.
 */
#include "hub/geo-hub-community.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "core/geo-contract.h"
#include "core/geo-json.h"

static gboolean
check_equivalents (const GeoCommunity *before,
                   const GeoCommunity *after,
                   GError **error) {
  for (guint i = 0; i < before->equivalents->len; i++) {
    const GeoEquivalent *old = g_ptr_array_index (before->equivalents, i);
    const GeoEquivalent *new = geo_community_find_equivalent (after, old->code);

    if (new == NULL) {
      g_set_error (error, GEO_HUB_ERROR, GEO_HUB_ERROR_CONFIG,
                   "The equivalent %s cannot be removed: people may owe each "
                   "other in it. Put it back into [community] equivalents.",
                   old->code);
      return FALSE;
    }
    if (new->precision != old->precision || new->kind != old->kind) {
      g_set_error (error, GEO_HUB_ERROR, GEO_HUB_ERROR_CONFIG,
                   "The equivalent %s has precision %" G_GINT64_FORMAT
                   " and kind %s, and keeps them: people may owe each other "
                   "in it.",
                   old->code, old->precision,
                   geo_equivalent_kind_to_string (old->kind));
      return FALSE;
    }
  }
  return TRUE;
}

gboolean
geo_hub_community_note_is_removed (const gchar *note) {
  g_autoptr (JsonNode) node = geo_json_parse (note, strlen (note),
                                              GEO_JSON_SIZE_MAX, NULL);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) &&
         json_object_has_member (json_node_get_object (node), "removed");
}

static gint
find_code (const GPtrArray *equivalents, const gchar *code) {
  for (guint i = 0; i < equivalents->len; i++)
    if (g_str_equal (
            ((GeoEquivalent *) g_ptr_array_index (equivalents, i))->code, code))
      return (gint) i;
  return -1;
}

void
geo_hub_community_apply_notes (GeoHubConfig *config,
                               const GeoCommunity *before,
                               GHashTable *notes) {
  GHashTableIter iter;
  gpointer code, note;

  g_hash_table_iter_init (&iter, notes);
  while (g_hash_table_iter_next (&iter, &code, &note)) {
    gint configured = find_code (config->equivalents, code);
    gint there = find_code (before->equivalents, code);

    if (geo_hub_community_note_is_removed (note)) {
      if (configured >= 0 && config->equivalents->len > 1)
        g_ptr_array_remove_index (config->equivalents, (guint) configured);
    } else if (there >= 0) {
      GeoEquivalent *equivalent = geo_equivalent_copy (
          g_ptr_array_index (before->equivalents, (guint) there));

      if (configured >= 0)
        g_ptr_array_remove_index (config->equivalents, (guint) configured);
      g_ptr_array_insert (config->equivalents, configured, equivalent);
    }
  }
}

/* As text, apart from seq and time. */
static gboolean
says_the_same (const GeoCommunity *a, const GeoCommunity *b) {
  g_autoptr (GeoCommunity) copy = geo_community_copy (b);
  g_autofree gchar *a_text = NULL;
  g_autofree gchar *b_text = NULL;

  copy->seq = a->seq;
  copy->at = a->at;
  a_text = geo_community_canonical (a, NULL);
  b_text = geo_community_canonical (copy, NULL);
  return g_str_equal (a_text, b_text);
}

GeoCommunity *
geo_hub_community_make (const GeoHubConfig *config,
                        const gchar *fingerprint,
                        GeoSecret *secret,
                        const GeoCommunity *before,
                        GeoTime now,
                        GError **error) {
  g_autoptr (GeoCommunity) community = geo_community_new ();

  geo_secret_get_pid (secret, &community->community);
  geo_secret_get_public (secret, &community->key);
  community->name = g_strdup (config->name);
  for (guint i = 0; i < config->equivalents->len; i++)
    g_ptr_array_add (
        community->equivalents,
        geo_equivalent_copy (g_ptr_array_index (config->equivalents, i)));
  community->hub = g_strdup (config->public_address);
  community->fingerprint = g_strdup (fingerprint);
  community->seq = 1;
  community->at = now;

  if (before != NULL) {
    if (!geo_pid_equal (&before->community, &community->community)) {
      g_set_error (error, GEO_HUB_ERROR, GEO_HUB_ERROR_DATA,
                   "The hub's key and its database are of two communities");
      return NULL;
    }
    if (!check_equivalents (before, community, error))
      return NULL;
    if (says_the_same (before, community))
      return geo_community_copy (before);
    community->seq = before->seq + 1;
    /* A clock that was set back makes no order of time out of it. */
    community->at = MAX (now, before->at);
  }
  geo_community_sign (community, secret);
  if (!geo_community_check (community, error)) {
    g_prefix_error (error, "The configured community does not hold: ");
    return NULL;
  }
  return g_steal_pointer (&community);
}
