/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoMessage: the envelope around the payloads of the table.  The node protocol
 * keeps it to three members; what is signed is inside the payload.
 */
#include "core/geo-codec-private.h"
#include "core/geo-json-private.h"

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

GeoMessage *
geo_message_share (const GeoMessage *message) {
  GeoMessage *share = g_new0 (GeoMessage, 1);

  share->type = message->type;
  share->msg_id = g_strdup (message->msg_id);
  share->u.any = geo_codec_ref (message->u.any);
  return share;
}

void
geo_message_free (GeoMessage *message) {
  if (message == NULL)
    return;
  geo_codec_free (get_info (message->type)->payload, message->u.any);
  g_free (message->msg_id);
  g_free (message);
}

void
geo_message_append (const GeoMessage *message, GString *out) {
  const GeoMessageInfo *info = get_info (message->type);

  /* A message without an id could not be answered. */
  g_assert (geo_tx_id_is_valid (message->msg_id));

  g_string_append (out, "{\"msg_id\":\"");
  g_string_append (out, message->msg_id);
  g_string_append (out, "\",\"msg_type\":\"");
  g_string_append (out, info->payload->name);
  g_string_append (out, "\",\"payload\":");
  geo_codec_append (info->payload, message->u.any, TRUE, out);
  g_string_append_c (out, '}');
}

gchar *
geo_message_encode (const GeoMessage *message, gsize *len) {
  GString *out = g_string_sized_new (1024);

  geo_message_append (message, out);
  if (len != NULL)
    *len = out->len;
  return g_string_free (out, FALSE);
}

GeoMessage *
geo_message_decode (const gchar *data, gsize len, GError **error) {
  return geo_message_decode_full (data, len, NULL, error);
}

/* What the envelope says, or NULL; *value is its token, 0 where there is none.
 */
static gchar *
get_member (const gchar *data,
            const GArray *tokens,
            const gchar *name,
            guint *value) {
  const GeoJsonToken *all = (const GeoJsonToken *) tokens->data;
  g_autoptr (GString) string = g_string_sized_new (40);

  *value = 0;
  for (guint i = 1; i < tokens->len; i = all[i + 1].next) {
    geo_json_get_string (data, &all[i], string);
    if (!g_str_equal (string->str, name))
      continue;
    *value = i + 1;
    if (all[i + 1].kind != GEO_JSON_STRING)
      return NULL;
    geo_json_get_string (data, &all[i + 1], string);
    return g_string_free (g_steal_pointer (&string), FALSE);
  }
  return NULL;
}

GeoMessage *
geo_message_decode_full (const gchar *data,
                         gsize len,
                         gchar **msg_id_out,
                         GError **error) {
  g_autoptr (GArray) tokens = NULL;
  g_autofree gchar *msg_id = NULL;
  g_autofree gchar *msg_type = NULL;
  const GeoJsonToken *root;
  GeoMessageType type;
  guint at, payload;

  if (msg_id_out != NULL)
    *msg_id_out = NULL;

  /* The type, and with it the size allowed, is known only after reading. */
  tokens = geo_json_scan (data, len, GEO_JSON_SYNC_SIZE_MAX, error);
  if (tokens == NULL)
    return NULL;
  root = &g_array_index (tokens, GeoJsonToken, 0);
  if (root->kind != GEO_JSON_OBJECT) {
    g_set_error_literal (error, GEO_CORE_ERROR, GEO_CORE_ERROR_FIELD,
                         "A message is an object");
    return NULL;
  }

  msg_id = get_member (data, tokens, "msg_id", &at);
  msg_type = get_member (data, tokens, "msg_type", &at);
  g_free (get_member (data, tokens, "payload", &payload));

  if (msg_id == NULL || !geo_tx_id_is_valid (msg_id)) {
    g_set_error_literal (error, GEO_CORE_ERROR, GEO_CORE_ERROR_FIELD,
                         "A message needs a msg_id of 1 to 64 characters");
    return NULL;
  }
  if (msg_id_out != NULL)
    *msg_id_out = g_strdup (msg_id);
  if (msg_type == NULL || payload == 0 || root->n != 3) {
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

  gpointer decoded = geo_codec_from_tokens (info->payload, data, tokens,
                                            payload, error);

  if (decoded == NULL)
    return NULL;

  GeoMessage *message = g_new0 (GeoMessage, 1);

  message->type = type;
  message->msg_id = g_steal_pointer (&msg_id);
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
