/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The reading half of the codec: strict decoders over json-glib trees that have
 * been through the gate.  Everything here comes from a peer or a disk, so
 * nothing is asserted, and nothing that is not in the table is let through.
 */
#include "core/geo-codec-private.h"

#include <string.h>

#include "core/geo-json.h"
#include "core/geo-text.h"

#define AT(object, offset) ((gpointer) ((guint8 *) (object) + (offset)))

static gboolean
fail (GError **error, GeoCoreError code, const gchar *message) {
  g_set_error_literal (error, GEO_CORE_ERROR, (gint) code, message);
  return FALSE;
}

static const gchar *
get_string (JsonNode *node, GError **error) {
  if (!JSON_NODE_HOLDS_VALUE (node) ||
      json_node_get_value_type (node) != G_TYPE_STRING) {
    fail (error, GEO_CORE_ERROR_FIELD, "not a string");
    return NULL;
  }
  return json_node_get_string (node);
}

static gboolean
get_int (JsonNode *node, gint64 *out, GError **error) {
  if (!JSON_NODE_HOLDS_VALUE (node) ||
      json_node_get_value_type (node) != G_TYPE_INT64)
    return fail (error, GEO_CORE_ERROR_FIELD, "not an integer");
  *out = json_node_get_int (node);
  return TRUE;
}

static gboolean
check_text (const GeoFieldInfo *field, const gchar *text, GError **error) {
  /* §2: UTF-8, NFC, no control characters; a line feed only where there is
   * room for more than a line. */
  GeoTextKind kind = field->max >= 1024 ? GEO_TEXT_LINES : GEO_TEXT_LINE;
  /* A character is at most four bytes: what is longer need not be counted. */
  gsize bytes = strlen (text);

  if (bytes == 0)
    return field->optional ||
           fail (error, GEO_CORE_ERROR_SIZE, "must not be empty");
  if (bytes > 4 * (gsize) field->max)
    return fail (error, GEO_CORE_ERROR_SIZE, "too long");
  if (!g_utf8_validate_len (text, bytes, NULL))
    return fail (error, GEO_CORE_ERROR_SYNTAX, "not UTF-8");
  if (g_utf8_strlen (text, -1) > field->max)
    return fail (error, GEO_CORE_ERROR_SIZE, "too long");
  if (!geo_text_is_valid (text, kind))
    return fail (error, GEO_CORE_ERROR_SYNTAX,
                 "has control characters, or is not in NFC");
  return TRUE;
}

static gboolean
read_text (const GeoFieldInfo *field,
           JsonNode *node,
           gchar **out,
           GError **error) {
  const gchar *text = get_string (node, error);

  if (text == NULL)
    return FALSE;
  if (field->type == GEO_FIELD_EQUIVALENT) {
    if (!geo_equivalent_code_is_valid (text))
      return fail (error, GEO_CORE_ERROR_SYNTAX, "not an equivalent's code");
  } else if (field->type == GEO_FIELD_TXID) {
    if (!geo_tx_id_is_valid (text))
      return fail (error, GEO_CORE_ERROR_SYNTAX, "not a tx_id");
  } else if (field->type == GEO_FIELD_CONST) {
    if (!g_str_equal (text, field->constant))
      return fail (error, GEO_CORE_ERROR_FIELD, "not the one word allowed");
  } else if (!check_text (field, text, error)) {
    return FALSE;
  }
  *out = g_strdup (text);
  return TRUE;
}

static gboolean
read_fixed (const gchar *text, gpointer out, gsize len, GError **error) {
  g_autoptr (GBytes) bytes = NULL;

  /* Looking at the length first keeps long rubbish from being decoded. */
  if (strlen (text) != GEO_BASE64_LEN (len))
    return fail (error, GEO_CORE_ERROR_SIZE, "has the wrong length");
  bytes = geo_base64_decode (text, len, error);
  if (bytes == NULL)
    return FALSE;
  if (g_bytes_get_size (bytes) != len)
    return fail (error, GEO_CORE_ERROR_SIZE, "has the wrong length");
  memcpy (out, g_bytes_get_data (bytes, NULL), len);
  return TRUE;
}

static gboolean
read_list (const GeoFieldInfo *field,
           JsonNode *node,
           gpointer place,
           GError **error) {
  if (!JSON_NODE_HOLDS_ARRAY (node))
    return fail (error, GEO_CORE_ERROR_FIELD, "not an array");

  JsonArray *array = json_node_get_array (node);
  guint n = json_array_get_length (array);

  if (n > field->max)
    return fail (error, GEO_CORE_ERROR_SIZE, "has too many items");

  for (guint i = 0; i < n; i++) {
    JsonNode *item = json_array_get_element (array, i);

    if (field->type == GEO_FIELD_OBJECTS) {
      gpointer sub = geo_codec_from_json (field->sub, item, error);

      if (sub == NULL)
        return FALSE;
      g_ptr_array_add (*(GPtrArray **) place, sub);
    } else {
      const gchar *text = get_string (item, error);

      if (text == NULL)
        return FALSE;
      if (field->type == GEO_FIELD_PIDS) {
        GeoPid pid;

        if (!geo_pid_parse (text, &pid, error))
          return FALSE;
        g_array_append_val (*(GArray **) place, pid);
      } else {
        GeoHash hash;

        if (!geo_hash_parse (text, &hash, error))
          return FALSE;
        g_array_append_val (*(GArray **) place, hash);
      }
    }
  }
  return TRUE;
}

static gboolean
read_number (const GeoFieldInfo *field,
             JsonNode *node,
             gint64 *out,
             GError **error) {
  gint64 value;

  if (!get_int (node, &value, error))
    return FALSE;
  if (value < field->min || value > field->max)
    return fail (error, GEO_CORE_ERROR_RANGE, "out of range");
  *out = value;
  return TRUE;
}

/* What is written as a string and stored by value. */
static gboolean
read_value (const GeoFieldInfo *field,
            JsonNode *node,
            gpointer place,
            GError **error) {
  const gchar *text = get_string (node, error);

  if (text == NULL)
    return FALSE;
  if (field->type == GEO_FIELD_PID)
    return geo_pid_parse (text, place, error);
  if (field->type == GEO_FIELD_HASH)
    return read_fixed (text, place, GEO_HASH_LEN, error);
  if (field->type == GEO_FIELD_KEY)
    return read_fixed (text, place, GEO_PUBLIC_KEY_LEN, error);
  if (field->type == GEO_FIELD_SIGNATURE)
    return read_fixed (text, place, GEO_SIGNATURE_LEN, error);
  if (field->type == GEO_FIELD_AMOUNT)
    return geo_decimal_parse (text, place, error);
  if (field->type == GEO_FIELD_TIME)
    return geo_time_parse (text, place, error);
  if (field->type == GEO_FIELD_ENUM)
    return geo_codec_enum_from_string (field->names, text, place) ||
           fail (error, GEO_CORE_ERROR_FIELD, "none of the words allowed");
  if (field->type == GEO_FIELD_CODE)
    return geo_code_from_string (text, place) ||
           fail (error, GEO_CORE_ERROR_FIELD, "not an error code");
  g_assert_not_reached ();
}

static gboolean
read_header (const GeoFieldInfo *field, JsonNode *node, GError **error) {
  gint64 version;

  if (field->type == GEO_FIELD_VERSION) {
    if (!get_int (node, &version, error))
      return FALSE;
    return version == 1 ||
           fail (error, GEO_CORE_ERROR_VERSION, "an unknown version");
  }

  const gchar *text = get_string (node, error);

  if (text == NULL)
    return FALSE;
  /* S5: an unknown algorithm is refused, not guessed. */
  if (field->type == GEO_FIELD_ALGORITHM)
    return g_str_equal (text, "ed25519") ||
           fail (error, GEO_CORE_ERROR_ALGORITHM, "an unknown algorithm");
  /* S1: no object of one type can be read as another. */
  return g_str_equal (text, field->constant) ||
         fail (error, GEO_CORE_ERROR_FIELD, "an object of another type");
}

static gboolean
read_field (const GeoFieldInfo *field,
            JsonNode *node,
            gpointer object,
            GError **error) {
  gpointer place = AT (object, field->offset);

  switch (field->type) {
  case GEO_FIELD_PID:
  case GEO_FIELD_HASH:
  case GEO_FIELD_KEY:
  case GEO_FIELD_SIGNATURE:
  case GEO_FIELD_AMOUNT:
  case GEO_FIELD_TIME:
  case GEO_FIELD_ENUM:
  case GEO_FIELD_CODE:
    return read_value (field, node, place, error);
  case GEO_FIELD_INT:
    return read_number (field, node, place, error);
  case GEO_FIELD_BOOL:
    if (!JSON_NODE_HOLDS_VALUE (node) ||
        json_node_get_value_type (node) != G_TYPE_BOOLEAN)
      return fail (error, GEO_CORE_ERROR_FIELD, "neither true nor false");
    *(gboolean *) place = json_node_get_boolean (node);
    return TRUE;
  case GEO_FIELD_EQUIVALENT:
  case GEO_FIELD_TXID:
  case GEO_FIELD_TEXT:
  case GEO_FIELD_CONST:
    return read_text (field, node, place, error);
  case GEO_FIELD_BYTES: {
    const gchar *text = get_string (node, error);

    if (text == NULL)
      return FALSE;
    *(GBytes **) place = geo_base64_decode (text, (gsize) field->max, error);
    return *(GBytes **) place != NULL;
  }
  case GEO_FIELD_OBJECT:
    *(gpointer *) place = geo_codec_from_json (field->sub, node, error);
    return *(gpointer *) place != NULL;
  case GEO_FIELD_OBJECTS:
  case GEO_FIELD_PIDS:
  case GEO_FIELD_HASHES:
    return read_list (field, node, place, error);
  case GEO_FIELD_TYPE:
  case GEO_FIELD_VERSION:
  case GEO_FIELD_ALGORITHM:
    return read_header (field, node, error);
  }
  g_assert_not_reached ();
}

/* The object stays the caller's, to free, where this fails half-way. */
static gboolean
read_fields (const GeoStructInfo *info,
             JsonObject *json,
             gpointer object,
             GError **error) {
  guint seen = 0;

  for (gsize i = 0; i < info->n_fields; i++) {
    const GeoFieldInfo *field = &info->fields[i];
    JsonNode *node = json_object_get_member (json, field->name);

    if (node != NULL)
      seen++;
    if (node == NULL || JSON_NODE_HOLDS_NULL (node)) {
      if (field->optional)
        continue;
      g_set_error (error, GEO_CORE_ERROR, GEO_CORE_ERROR_FIELD,
                   "%s.%s: missing", info->name, field->name);
      return FALSE;
    }
    if (!read_field (field, node, object, error)) {
      g_prefix_error (error, "%s.%s: ", info->name, field->name);
      return FALSE;
    }
    if (field->optional && field->type < GEO_FIELD_EQUIVALENT)
      *(gboolean *) AT (object, field->has_offset) = TRUE;
  }
  if (seen != json_object_get_size (json)) {
    /* What the unknown field is called is a stranger's text: not repeated. */
    g_set_error (error, GEO_CORE_ERROR, GEO_CORE_ERROR_FIELD,
                 "%s: has an unknown field", info->name);
    return FALSE;
  }
  return TRUE;
}

gpointer
geo_codec_from_json (const GeoStructInfo *info,
                     JsonNode *node,
                     GError **error) {
  if (!JSON_NODE_HOLDS_OBJECT (node)) {
    g_set_error (error, GEO_CORE_ERROR, GEO_CORE_ERROR_FIELD,
                 "%s: not an object", info->name);
    return NULL;
  }

  gpointer object = geo_codec_new (info);

  if (!read_fields (info, json_node_get_object (node), object, error)) {
    geo_codec_free (info, object);
    return NULL;
  }
  return object;
}

gpointer
geo_codec_from_text (const GeoStructInfo *info,
                     const gchar *text,
                     gssize len,
                     GError **error) {
  gsize size = len < 0 ? strlen (text) : (gsize) len;
  g_autoptr (JsonNode) node = geo_json_parse (text, size,
                                              GEO_JSON_SYNC_SIZE_MAX, error);

  if (node == NULL)
    return NULL;
  return geo_codec_from_json (info, node, error);
}
