/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How a request is answered: at once, with what is wrong with it, or when the
 * disk has what it changes.  It knows no route.
 */
#include "core/geo-json.h"
#include "hub/rest/geo-rest-private.h"

#define JSON "application/json"
#define REASON_MAX 500

GeoTime
geo_rest_now (void) {
  return g_get_real_time () / 1000;
}

GeoReply *
geo_rest_take_reply (GeoRestCall *call) {
  g_assert (call->reply != NULL);
  return g_steal_pointer (&call->reply);
}

guint
geo_rest_status_of (GeoCode code) {
  switch (code) {
  case GEO_CODE_NOT_ALLOWED:
    return 403;
  case GEO_CODE_CONFLICT:
    return 409;
  case GEO_CODE_TIMEOUT:
    return 504;
  case GEO_CODE_INTERNAL:
    return 500;
  case GEO_CODE_NO_ROUTE:
  case GEO_CODE_CAPACITY:
  case GEO_CODE_LIMIT:
  case GEO_CODE_LINE_INACTIVE:
  case GEO_CODE_SIGNATURE:
  case GEO_CODE_INVALID:
    break;
  }
  return 400;
}

void
geo_rest_send (GeoReply *reply, guint status, JsonObject *object) {
  g_autofree gchar *text = geo_rest_object_to_text (object);

  geo_reply_send (reply, status, JSON, text, -1);
}

void
geo_rest_refuse (GeoReply *reply,
                 guint status,
                 GeoCode code,
                 const gchar *message,
                 JsonObject *details) {
  g_autofree gchar *text = geo_rest_error_text (code, message, details);

  geo_reply_send (reply, status, JSON, text, -1);
}

void
geo_rest_send_items (GeoReply *reply, JsonArray *items) {
  JsonObject *object = json_object_new ();

  json_object_set_array_member (object, "items", items);
  geo_rest_send (reply, 200, object);
}

void
geo_rest_send_shown (GeoRestCall *call,
                     const GPtrArray *list,
                     GeoRestShowFunc show) {
  g_autoptr (JsonArray) items = json_array_new ();

  for (guint i = 0; i < list->len; i++) {
    g_autoptr (GError) error = NULL;
    JsonObject *object = show (call, g_ptr_array_index (list, i), &error);

    if (object == NULL) {
      geo_rest_send_unreadable (geo_rest_take_reply (call), error);
      return;
    }
    json_array_add_object_element (items, object);
  }
  geo_rest_send_items (geo_rest_take_reply (call), g_steal_pointer (&items));
}

void
geo_rest_send_page (GeoReply *reply,
                    JsonArray *items,
                    const GeoRestPage *page,
                    gint64 total) {
  JsonObject *object = json_object_new ();

  json_object_set_array_member (object, "items", items);
  json_object_set_int_member (object, "page", page->page);
  json_object_set_int_member (object, "per_page", page->per_page);
  json_object_set_int_member (object, "total", total);
  geo_rest_send (reply, 200, object);
}

void
geo_rest_send_faults (GeoReply *reply, GeoRestFaults *faults) {
  geo_rest_refuse (reply, 422, GEO_CODE_INVALID, "Validation error",
                   geo_rest_faults_take (faults, "errors"));
}

void
geo_rest_send_unreadable (GeoReply *reply, const GError *error) {
  g_warning ("the database cannot be read: %s", error->message);
  geo_rest_refuse (reply, 500, GEO_CODE_INTERNAL, "Internal error", NULL);
}

void
geo_rest_send_missing (GeoReply *reply, const gchar *what, const gchar *name) {
  g_autofree gchar *message =
      name == NULL ? g_strdup_printf ("%s not found", what)
                   : g_strdup_printf ("%s %s not found", what, name);

  geo_rest_refuse (reply, 404, GEO_CODE_NO_ROUTE, message, NULL);
}

GeoRestLater *
geo_rest_later_new (GeoRestCall *call,
                    GeoRestLaterFunc func,
                    gpointer data,
                    GDestroyNotify destroy) {
  GeoRestLater *later = g_new0 (GeoRestLater, 1);

  later->rest = call->rest;
  later->reply = geo_rest_take_reply (call);
  later->func = func;
  later->data = data;
  later->destroy = destroy;
  return later;
}

void
geo_rest_later_done (gpointer data) {
  GeoRestLater *later = data;

  later->func (later->rest, g_steal_pointer (&later->reply), later->data);
}

void
geo_rest_later_free (gpointer data) {
  GeoRestLater *later = data;

  if (later->reply != NULL)
    geo_rest_refuse (g_steal_pointer (&later->reply), 500, GEO_CODE_INTERNAL,
                     "It could not be stored", NULL);
  if (later->destroy != NULL)
    later->destroy (later->data);
  g_free (later);
}

/* Or does not say what it is. */
static gboolean
is_json (const GeoRequest *request) {
  const gchar *type = request->content_type;

  return request->body_len == 0 || type == NULL ||
         g_ascii_strcasecmp (type, JSON) == 0;
}

JsonNode *
geo_rest_read_body (GeoRestCall *call,
                    const gchar *numbers,
                    GeoRestFaults *faults) {
  g_autoptr (JsonNode) root = NULL;

  if (is_json (call->request))
    root = geo_rest_body_parse (call->request->body, call->request->body_len,
                                numbers, faults);
  else
    geo_rest_faults_add (faults, "content_type", NULL,
                         "Content-Type should be application/json", NULL);
  if (root == NULL)
    geo_rest_send_faults (geo_rest_take_reply (call), faults);
  return g_steal_pointer (&root);
}

gboolean
geo_rest_is_faulty (GeoRestCall *call, GeoRestFaults *faults) {
  if (!geo_rest_faults_any (faults))
    return FALSE;
  geo_rest_send_faults (geo_rest_take_reply (call), faults);
  return TRUE;
}

const gchar *
geo_rest_read_reason (JsonObject *object,
                      gboolean required,
                      GeoRestFaults *faults) {
  const gchar *reason = geo_rest_get_text (object, "reason", required, faults);

  geo_rest_check_length (reason, "reason", required ? 1 : 0, REASON_MAX,
                         faults);
  return reason;
}

GBytes *
geo_rest_signed_bytes (JsonObject *object) {
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  gchar *text;
  gsize len;

  json_node_take_object (node, object);
  text = geo_json_canonical (node, &len, NULL);
  return text == NULL ? NULL : g_bytes_new_take (text, len);
}

static gchar *
state_text (JsonObject *object) {
  return object == NULL ? NULL : geo_rest_object_to_text (object);
}

GeoAudit *
geo_rest_audit (const GeoRestCall *call,
                const gchar *role,
                const gchar *action,
                const gchar *object_type,
                const gchar *object_id,
                const gchar *reason,
                JsonObject *before,
                JsonObject *after) {
  GeoAudit *audit = g_new0 (GeoAudit, 1);

  audit->id = g_uuid_string_random ();
  audit->role = g_strdup (role);
  audit->action = g_strdup (action);
  audit->object_type = g_strdup (object_type);
  audit->object_id = g_strdup (object_id);
  audit->reason = g_strdup (reason);
  audit->before = state_text (before);
  audit->after = state_text (after);
  audit->request_id = g_strdup (call->request->request_id);
  audit->address = g_strdup (call->request->peer_address);
  return audit;
}
