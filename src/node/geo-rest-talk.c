/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Talking with a hub of the public REST contract: what stands in its answers,
 * and what is signed for it (S2).  It keeps nothing and decides nothing.
 */
#include "config.h"

#include "node/geo-rest-talk-private.h"

#include <string.h>

#include "core/geo-json.h"

/* --- Small things ------------------------------------------------------- */

void
geo_rest_community_pid (const gchar *address, GeoPid *out) {
  g_autofree gchar *text = g_strconcat ("geo-rest:", address, NULL);
  GeoHash hash;

  geo_hash_of (text, strlen (text), &hash);
  memcpy (out->bytes, hash.bytes, sizeof out->bytes);
}

const gchar *
geo_rest_get_text (JsonObject *object, const gchar *name) {
  JsonNode *node = object != NULL ? json_object_get_member (object, name)
                                  : NULL;

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) &&
                 json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

JsonArray *
geo_rest_get_array (JsonObject *object, const gchar *name) {
  JsonNode *node = object != NULL ? json_object_get_member (object, name)
                                  : NULL;

  return node != NULL && JSON_NODE_HOLDS_ARRAY (node)
             ? json_node_get_array (node)
             : NULL;
}

JsonObject *
geo_rest_get_object (JsonObject *object, const gchar *name) {
  JsonNode *node = object != NULL ? json_object_get_member (object, name)
                                  : NULL;

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node)
             ? json_node_get_object (node)
             : NULL;
}

JsonObject *
geo_rest_get_element (JsonArray *array, guint index) {
  JsonNode *node = json_array_get_element (array, index);

  return JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

gboolean
geo_rest_get_pid (JsonObject *object, const gchar *name, GeoPid *out) {
  const gchar *text = geo_rest_get_text (object, name);

  return text != NULL && geo_pid_parse (text, out, NULL);
}

/* Hubs write "10", "10.0" and "10.00000000" for one amount.  What is finer than
 * the equivalent counts in is none that can be owed here. */
gboolean
geo_rest_get_amount (JsonObject *object,
                     const gchar *name,
                     guint precision,
                     GeoAmount *out) {
  g_autofree gchar *text = g_strdup (geo_rest_get_text (object, name));
  gchar *point = text != NULL ? strchr (text, '.') : NULL;
  gboolean negative = text != NULL && text[0] == '-';
  GeoAmount amount;

  if (text == NULL)
    return FALSE;
  if (point != NULL) {
    gsize len = strlen (point);

    while (len > precision + 1 && point[len - 1] == '0')
      point[--len] = '\0';
    if (len <= 1)
      *point = '\0';
  }
  if (!geo_amount_parse_typed (text + negative, precision, &amount, NULL))
    return FALSE;
  if (negative)
    return geo_amount_neg (amount, out);
  *out = amount;
  return TRUE;
}

/* With or without fractions of a second, of whatever length. */
gboolean
geo_rest_get_time (JsonObject *object, const gchar *name, GeoTime *out) {
  const gchar *text = geo_rest_get_text (object, name);
  g_autoptr (GDateTime) time = text != NULL
                                   ? g_date_time_new_from_iso8601 (text, NULL)
                                   : NULL;

  if (time == NULL)
    return FALSE;
  *out = g_date_time_to_unix (time) * 1000 +
         g_date_time_get_microsecond (time) / 1000;
  return *out >= 0;
}

guint
geo_rest_get_precision (GeoRest *rest,
                        const gchar *equivalent,
                        gboolean *known) {
  guint precision = 0;

  *known = equivalent != NULL &&
           geo_node_get_precision (rest->node, equivalent, &precision);
  return precision;
}

gchar *
geo_rest_to_text (JsonNode *node) {
  return json_to_string (node, FALSE);
}

/* fields (name, value, …, NULL): strings; a NULL value is left out.  S2: the
 * canonical bytes of what is sent, but the signature. */
gchar *
geo_rest_sign (GeoRest *rest, ...) {
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (),
                                                     json_object_new ());
  JsonObject *object = json_node_get_object (node);
  g_autofree gchar *bytes = NULL;
  g_autofree gchar *text = NULL;
  GeoSignature signature;
  const gchar *name;
  va_list list;
  gsize len;

  json_object_unref (object);
  va_start (list, rest);
  while ((name = va_arg (list, const gchar *)) != NULL) {
    const gchar *value = va_arg (list, const gchar *);

    if (value != NULL)
      json_object_set_string_member (object, name, value);
  }
  va_end (list);
  bytes = geo_json_canonical (node, &len, NULL);
  /* What was checked before is UTF-8, and the names are ours. */
  g_assert (bytes != NULL);
  geo_secret_sign (rest->node->secret, bytes, len, &signature);
  text = geo_signature_to_string (&signature);
  json_object_set_string_member (object, "signature", text);
  return geo_rest_to_text (node);
}

/* --- Asking ------------------------------------------------------------- */

typedef struct {
  GeoNode *node;
  GeoRestAnswer func;
  gpointer data;
} Question;

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autofree Question *question = user_data;
  g_autoptr (GeoNode) node = question->node;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonParser) parser = json_parser_new ();
  guint status = 0;
  g_autofree gchar *text = geo_http_call_finish (GEO_HTTP (source), result,
                                                 &status, &error);
  JsonObject *answer = NULL;

  if (text == NULL) {
    g_debug ("rest: %s", error->message);
    status = 0;
    if (node->rest != NULL)
      node->rest->is_foreign = g_error_matches (error, GEO_NET_ERROR,
                                                GEO_NET_ERROR_FINGERPRINT);
  } else if (geo_json_check (text, strlen (text), GEO_HTTP_SIZE_MAX, TRUE,
                             NULL) &&
             json_parser_load_from_data (parser, text, -1, NULL) &&
             JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser))) {
    answer = json_node_get_object (json_parser_get_root (parser));
  } else if (status < 300) {
    /* What cannot be read was not understood, and says nothing. */
    status = 0;
  }
  /* 401: the token is over; the next round fetches another. */
  if (status == 401 && node->rest != NULL)
    g_clear_pointer (&node->rest->token, g_free);
  question->func (node->rest, status, answer, question->data);
}

/* func is always called; rest is NULL there when the node is going. */
void
geo_rest_ask (GeoRest *rest,
              const gchar *method,
              const gchar *path,
              const gchar *body,
              GeoRestAnswer func,
              gpointer data) {
  Question *question = g_new0 (Question, 1);

  question->node = g_object_ref (rest->node);
  question->func = func;
  question->data = data;
  geo_http_call_async (rest->http, method, path, rest->token, body,
                       rest->cancel, answered_cb, question);
}

gchar *
geo_rest_phrase_refusal (JsonObject *answer, gchar **code_out) {
  JsonObject *error = geo_rest_get_object (answer, "error");
  const gchar *code = geo_rest_get_text (error, "code");
  gchar *sentence = geo_phrase_refusal (code, NULL, NULL);

  if (code_out != NULL)
    *code_out = g_strdup (code);
  return sentence;
}
