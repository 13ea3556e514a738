/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What amounts count in, as REST shows it: the community's equivalents with
 * what their owner noted about them.
 */
#include <string.h>

#include "core/geo-contract.h"
#include "core/geo-json.h"
#include "hub/geo-rest-private.h"

static gboolean
is_iso_code (const gchar *code) {
  for (guint i = 0; i < 3; i++)
    if (!g_ascii_isupper (code[i]))
      return FALSE;
  return code[3] == '\0';
}

/* Where nothing was noted: what the equivalent says itself. */
static JsonObject *
make_metadata (const GeoEquivalent *equivalent) {
  JsonObject *metadata = json_object_new ();

  json_object_set_string_member (
      metadata, "type", geo_equivalent_kind_to_string (equivalent->kind));
  if (equivalent->kind == GEO_EQUIVALENT_KIND_FIAT &&
      is_iso_code (equivalent->code))
    json_object_set_string_member (metadata, "iso_code", equivalent->code);
  return metadata;
}

static JsonNode *
get_note (GeoHubRest *rest, const gchar *code) {
  const gchar *text = g_hash_table_lookup (rest->notes, code);

  return text == NULL
             ? NULL
             : geo_json_parse (text, strlen (text), GEO_JSON_SIZE_MAX, NULL);
}

JsonObject *
geo_rest_show_equivalent (GeoHubRest *rest, const gchar *code) {
  const GeoCommunity *community =
      geo_book_get_community (geo_engine_get_book (rest->engine));
  const GeoEquivalent *equivalent = geo_community_find_equivalent (community,
                                                                   code);
  g_autoptr (JsonNode) note = get_note (rest, code);
  JsonObject *object = json_object_new ();

  g_assert (equivalent != NULL);
  json_object_set_string_member (object, "code", equivalent->code);
  geo_rest_set_text (object, "symbol", equivalent->symbol);
  geo_rest_set_text (object, "description", equivalent->name);
  json_object_set_int_member (object, "precision", equivalent->precision);
  json_object_set_object_member (object, "metadata",
                                 make_metadata (equivalent));
  json_object_set_boolean_member (object, "is_active", TRUE);
  geo_rest_set_time (object, "created_at", community->at);
  geo_rest_set_time (object, "updated_at", community->at);
  if (note != NULL && JSON_NODE_HOLDS_OBJECT (note)) {
    JsonObjectIter iter;
    const gchar *name;
    JsonNode *value;

    json_object_iter_init (&iter, json_node_get_object (note));
    while (json_object_iter_next (&iter, &name, &value))
      json_object_set_member (object, name, json_node_copy (value));
  }
  return object;
}

const GeoEquivalent *
geo_rest_main_equivalent (const GeoBook *book) {
  const GeoCommunity *community = geo_book_get_community (book);

  return community->equivalents->len == 0
             ? NULL
             : g_ptr_array_index (community->equivalents, 0);
}

const GeoEquivalent *
geo_rest_need_equivalent (GeoRestCall *call, const gchar *code) {
  const GeoEquivalent *equivalent =
      geo_community_find_equivalent (geo_book_get_community (call->book), code);
  g_autofree gchar *message = NULL;

  if (equivalent != NULL)
    return equivalent;
  message = g_strdup_printf ("Equivalent '%s' not found", code);
  geo_rest_refuse (geo_rest_take_reply (call), 404, GEO_CODE_NO_ROUTE, message,
                   NULL);
  return NULL;
}

void
geo_rest_get_equivalents (GeoRestCall *call) {
  const GeoCommunity *community = geo_book_get_community (call->book);
  JsonArray *items = json_array_new ();

  for (guint i = 0; i < community->equivalents->len; i++) {
    const GeoEquivalent *equivalent = g_ptr_array_index (community->equivalents,
                                                         i);
    JsonObject *object = geo_rest_show_equivalent (call->rest,
                                                   equivalent->code);

    if (json_object_get_boolean_member (object, "is_active"))
      json_array_add_object_element (items, object);
    else
      json_object_unref (object);
  }
  geo_rest_send_items (geo_rest_take_reply (call), items);
}
