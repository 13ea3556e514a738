/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoMessage: the envelope around the payloads of the table.  The node protocol
 * keeps it to three members; what is signed is inside the payload.
 */
#include "core/geo-codec-private.h"
#include "core/geo-json.h"

/* NULL for a number that is no type. */
static const GeoMessageInfo *
find_info (GeoMessageType type) {
  gsize n;
  const GeoMessageInfo *infos = geo_codec_get_messages (&n);

  for (gsize i = 0; i < n; i++)
    if (infos[i].type == type)
      return &infos[i];
  return NULL;
}

static const GeoMessageInfo *
get_info (GeoMessageType type) {
  const GeoMessageInfo *info = find_info (type);

  g_assert (info != NULL);
  return info;
}

gsize
geo_message_type_get_size_max (GeoMessageType type) {
  return get_info (type)->size_max;
}

const gchar *
geo_message_type_to_string (GeoMessageType type) {
  const GeoMessageInfo *info = find_info (type);

  return info != NULL ? info->payload->name : NULL;
}

gboolean
geo_message_type_from_string (const gchar *text, GeoMessageType *out) {
  gsize n;
  const GeoMessageInfo *infos = geo_codec_get_messages (&n);

  for (gsize i = 0; i < n; i++) {
    if (g_str_equal (infos[i].payload->name, text)) {
      *out = infos[i].type;
      return TRUE;
    }
  }
  return FALSE;
}

GeoMessage *
geo_message_new (GeoMessageType type, const gchar *msg_id) {
  GeoMessage *message = g_new0 (GeoMessage, 1);

  message->type = type;
  message->u.any = geo_codec_new (get_info (type)->payload);
  geo_message_set_id (message, msg_id);
  return message;
}

void
geo_message_set_id (GeoMessage *message, const gchar *msg_id) {
  g_assert (msg_id == NULL || *msg_id == '\0' || geo_tx_id_is_valid (msg_id));

  gchar *id = g_strdup (msg_id != NULL ? msg_id : "");

  g_free (message->msg_id);
  message->msg_id = id;
}

GeoMessage *
geo_message_copy (const GeoMessage *message) {
  if (message == NULL)
    return NULL;

  GeoMessage *copy = g_new0 (GeoMessage, 1);

  copy->type = message->type;
  copy->msg_id = g_strdup (message->msg_id);
  copy->u.any = geo_codec_copy (get_info (message->type)->payload,
                                message->u.any);
  return copy;
}

void
geo_message_free (GeoMessage *message) {
  if (message == NULL)
    return;
  geo_codec_free (get_info (message->type)->payload, message->u.any);
  g_free (message->msg_id);
  g_free (message);
}

gchar *
geo_message_encode (const GeoMessage *message, gsize *len) {
  const GeoMessageInfo *info = get_info (message->type);
  GString *out = g_string_sized_new (1024);

  /* A message without an id could not be answered. */
  g_assert (geo_tx_id_is_valid (message->msg_id));

  g_string_append (out, "{\"msg_id\":\"");
  g_string_append (out, message->msg_id);
  g_string_append (out, "\",\"msg_type\":\"");
  g_string_append (out, info->payload->name);
  g_string_append (out, "\",\"payload\":");
  geo_codec_append (info->payload, message->u.any, TRUE, out);
  g_string_append_c (out, '}');

  if (len != NULL)
    *len = out->len;
  return g_string_free (out, FALSE);
}

GeoMessage *
geo_message_decode (const gchar *data, gsize len, GError **error) {
  return geo_message_decode_full (data, len, NULL, error);
}

static const gchar *
get_string_member (JsonObject *object, const gchar *name) {
  JsonNode *node = json_object_get_member (object, name);

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) ||
      json_node_get_value_type (node) != G_TYPE_STRING)
    return NULL;
  return json_node_get_string (node);
}

GeoMessage *
geo_message_decode_full (const gchar *data,
                         gsize len,
                         gchar **msg_id_out,
                         GError **error) {
  g_autoptr (JsonNode) root = NULL;
  GeoMessageType type;

  if (msg_id_out != NULL)
    *msg_id_out = NULL;

  /* The type, and with it the size allowed, is known only after reading. */
  root = geo_json_parse (data, len, GEO_JSON_SYNC_SIZE_MAX, error);
  if (root == NULL)
    return NULL;
  if (!JSON_NODE_HOLDS_OBJECT (root)) {
    g_set_error_literal (error, GEO_CORE_ERROR, GEO_CORE_ERROR_FIELD,
                         "A message is an object");
    return NULL;
  }

  JsonObject *object = json_node_get_object (root);
  const gchar *msg_id = get_string_member (object, "msg_id");
  const gchar *msg_type = get_string_member (object, "msg_type");
  JsonNode *payload = json_object_get_member (object, "payload");

  if (msg_id == NULL || !geo_tx_id_is_valid (msg_id)) {
    g_set_error_literal (error, GEO_CORE_ERROR, GEO_CORE_ERROR_FIELD,
                         "A message needs a msg_id of 1 to 64 characters");
    return NULL;
  }
  if (msg_id_out != NULL)
    *msg_id_out = g_strdup (msg_id);
  if (msg_type == NULL || payload == NULL ||
      json_object_get_size (object) != 3) {
    g_set_error_literal (error, GEO_CORE_ERROR, GEO_CORE_ERROR_FIELD,
                         "A message is msg_id, msg_type and payload");
    return NULL;
  }
  if (!geo_message_type_from_string (msg_type, &type)) {
    g_set_error_literal (error, GEO_CORE_ERROR, GEO_CORE_ERROR_FIELD,
                         "A message of an unknown type");
    return NULL;
  }

  const GeoMessageInfo *info = get_info (type);

  if (len > info->size_max) {
    g_set_error (error, GEO_CORE_ERROR, GEO_CORE_ERROR_SIZE,
                 "%s: more than %" G_GSIZE_FORMAT " bytes", info->payload->name,
                 info->size_max);
    return NULL;
  }

  gpointer decoded = geo_codec_from_json (info->payload, payload, error);

  if (decoded == NULL)
    return NULL;

  GeoMessage *message = g_new0 (GeoMessage, 1);

  message->type = type;
  message->msg_id = g_strdup (msg_id);
  message->u.any = decoded;
  return message;
}

gchar *
geo_message_describe (const GeoMessage *message) {
  const GeoStructInfo *info = get_info (message->type)->payload;
  GString *out = g_string_new (info->name);
  const gchar *before = "";

  g_string_append_printf (out, " %s (", message->msg_id);
  for (gsize i = 0; i < info->n_fields; i++) {
    const GeoFieldInfo *field = &info->fields[i];

    /* S4: what is secret is not even said to be there. */
    if (field->secret || !geo_codec_has (field, message->u.any))
      continue;
    g_string_append (out, before);
    g_string_append (out, field->name);
    before = ", ";
  }
  g_string_append_c (out, ')');
  return g_string_free (out, FALSE);
}
