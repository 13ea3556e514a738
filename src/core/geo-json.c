/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Trees and the canonical form (RFC 8785 for objects, arrays, strings,
 * booleans, null and integers, protocol §3).  What comes from outside has been
 * through geo-json-gate.c before it is a tree.
 */
#include "core/geo-json.h"

#include <string.h>

#include "core/geo-codec-private.h"
#include "core/geo-error.h"

JsonNode *
geo_json_parse (const gchar *data, gsize len, gsize size_max, GError **error) {
  if (!geo_json_check (data, len, size_max, FALSE, error))
    return NULL;

  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (GError) local = NULL;

  if (!json_parser_load_from_data (parser, data, (gssize) len, &local)) {
    g_set_error (error, GEO_CORE_ERROR, GEO_CORE_ERROR_SYNTAX, "Not JSON: %s",
                 local->message);
    return NULL;
  }
  return json_parser_steal_root (parser);
}

void
geo_json_append_string (GString *out, const gchar *text) {
  static const gchar hex[] = "0123456789abcdef";
  const gchar *plain = text;
  const gchar *at;

  g_assert (g_utf8_validate (text, -1, NULL));

  g_string_append_c (out, '"');
  for (at = text; *at != '\0'; at++) {
    guchar byte = (guchar) *at;

    if (byte >= 0x20 && byte != '"' && byte != '\\')
      continue;
    g_string_append_len (out, plain, at - plain);
    plain = at + 1;
    g_string_append_c (out, '\\');
    if (byte == '"' || byte == '\\') {
      g_string_append_c (out, *at);
    } else if (byte == '\b') {
      g_string_append_c (out, 'b');
    } else if (byte == '\t') {
      g_string_append_c (out, 't');
    } else if (byte == '\n') {
      g_string_append_c (out, 'n');
    } else if (byte == '\f') {
      g_string_append_c (out, 'f');
    } else if (byte == '\r') {
      g_string_append_c (out, 'r');
    } else {
      g_string_append (out, "u00");
      g_string_append_c (out, hex[byte >> 4]);
      g_string_append_c (out, hex[byte & 15]);
    }
  }
  g_string_append_len (out, plain, at - plain);
  g_string_append_c (out, '"');
}

static gboolean
fail (GError **error, GeoCoreError code, const gchar *message) {
  g_set_error_literal (error, GEO_CORE_ERROR, (gint) code, message);
  return FALSE;
}

static gboolean
write_string (const gchar *text, GString *out, GError **error) {
  if (!g_utf8_validate (text, -1, NULL))
    return fail (error, GEO_CORE_ERROR_SYNTAX, "A string is not UTF-8");
  geo_json_append_string (out, text);
  return TRUE;
}

static gint
compare_names (gconstpointer a, gconstpointer b) {
  return strcmp (*(const gchar *const *) a, *(const gchar *const *) b);
}

static gboolean
write_node (JsonNode *node, guint depth, GString *out, GError **error);

static gboolean
write_object (JsonObject *object, guint depth, GString *out, GError **error) {
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  JsonObjectIter iter;
  const gchar *name;

  json_object_iter_init (&iter, object);
  while (json_object_iter_next (&iter, &name, NULL)) {
    /* ASCII sorts the same by code point and by UTF-16, which RFC 8785 asks
     * for; §3 leaves it at that. */
    if (!g_str_is_ascii (name))
      return fail (error, GEO_CORE_ERROR_SYNTAX, "A key is not ASCII");
    g_ptr_array_add (names, (gpointer) name);
  }
  g_ptr_array_sort (names, compare_names);

  g_string_append_c (out, '{');
  for (guint i = 0; i < names->len; i++) {
    if (i > 0)
      g_string_append_c (out, ',');
    geo_json_append_string (out, names->pdata[i]);
    g_string_append_c (out, ':');
    if (!write_node (json_object_get_member (object, names->pdata[i]), depth,
                     out, error))
      return FALSE;
  }
  g_string_append_c (out, '}');
  return TRUE;
}

static gboolean
write_array (JsonArray *array, guint depth, GString *out, GError **error) {
  guint n = json_array_get_length (array);

  g_string_append_c (out, '[');
  for (guint i = 0; i < n; i++) {
    if (i > 0)
      g_string_append_c (out, ',');
    if (!write_node (json_array_get_element (array, i), depth, out, error))
      return FALSE;
  }
  g_string_append_c (out, ']');
  return TRUE;
}

static gboolean
write_value (JsonNode *node, GString *out, GError **error) {
  GType type = json_node_get_value_type (node);

  if (type == G_TYPE_STRING)
    return write_string (json_node_get_string (node), out, error);
  if (type == G_TYPE_BOOLEAN) {
    g_string_append (out, json_node_get_boolean (node) ? "true" : "false");
    return TRUE;
  }
  /* §3: no floats, not even those that stand for an integer. */
  if (type != G_TYPE_INT64)
    return fail (error, GEO_CORE_ERROR_RANGE, "A number is not an integer");

  gint64 value = json_node_get_int (node);

  if (value > GEO_JSON_INT_MAX || value < -GEO_JSON_INT_MAX)
    return fail (error, GEO_CORE_ERROR_RANGE, "An integer is beyond 2^53 - 1");
  geo_int_append (out, value);
  return TRUE;
}

/* depth counts the brackets around node: it bounds the recursion. */
static gboolean
write_node (JsonNode *node, guint depth, GString *out, GError **error) {
  switch (json_node_get_node_type (node)) {
  case JSON_NODE_OBJECT:
    if (depth == GEO_JSON_DEPTH_MAX)
      return fail (error, GEO_CORE_ERROR_SIZE, "Nested too deeply");
    return write_object (json_node_get_object (node), depth + 1, out, error);
  case JSON_NODE_ARRAY:
    if (depth == GEO_JSON_DEPTH_MAX)
      return fail (error, GEO_CORE_ERROR_SIZE, "Nested too deeply");
    return write_array (json_node_get_array (node), depth + 1, out, error);
  case JSON_NODE_VALUE:
    return write_value (node, out, error);
  case JSON_NODE_NULL:
    g_string_append (out, "null");
    return TRUE;
  }
  g_assert_not_reached ();
}

gchar *
geo_json_canonical (JsonNode *node, gsize *len, GError **error) {
  g_autoptr (GString) out = g_string_sized_new (1024);

  if (!write_node (node, 0, out, error))
    return NULL;
  if (len != NULL)
    *len = out->len;
  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* --- Members -------------------------------------------------------------- */

JsonNode *
geo_json_get_object (JsonObject *object, const gchar *name) {
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? node : NULL;
}

const gchar *
geo_json_get_text (JsonObject *object, const gchar *name) {
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) &&
                 json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}
