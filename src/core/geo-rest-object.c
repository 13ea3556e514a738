/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Holds an object to the bytes of the REST contract that were signed in its
 * place.  It must not let a hub write anything down that those bytes name and
 * say otherwise; and as none of them carries a type, one kind of bytes must
 * never be read as another.
 */
#include "core/geo-rest-object.h"

#include <string.h>

#include "core/geo-error.h"
#include "core/geo-json.h"
#include "core/geo-text.h"

#define NAME_LEN_MAX 100
#define HOPS_MAX 6
#define HOPS_NAMED_MAX 10
#define ROUTES_NAMED_MAX 10

static gboolean
fail (GError **error, const gchar *message) {
  g_set_error_literal (error, GEO_CORE_ERROR, GEO_CORE_ERROR_FIELD, message);
  return FALSE;
}

/* --- Words ---------------------------------------------------------------- */

gboolean
geo_rest_parse_amount (const gchar *text,
                       guint precision,
                       GeoAmount *out,
                       GError **error) {
  GeoDecimal decimal;
  gint64 minor;

  if (!geo_decimal_parse (text, &decimal, error))
    return FALSE;
  /* §2: More decimals than the precision is an error, never rounding. */
  if (decimal.decimals > precision) {
    g_set_error (error, GEO_CORE_ERROR, GEO_CORE_ERROR_PRECISION,
                 "The amount has more than %u decimals", precision);
    return FALSE;
  }
  minor = decimal.amount.minor;
  for (guint i = decimal.decimals; i < precision; i++)
    if (__builtin_mul_overflow (minor, 10, &minor) || minor > GEO_AMOUNT_MAX) {
      g_set_error_literal (error, GEO_CORE_ERROR, GEO_CORE_ERROR_RANGE,
                           "The amount is too large");
      return FALSE;
    }
  *out = GEO_AMOUNT (minor);
  return TRUE;
}

gchar *
geo_rest_name (const gchar *display_name) {
  return geo_text_from_typed (display_name, NAME_LEN_MAX, GEO_TEXT_LINE);
}

gboolean
geo_rest_kind (const gchar *type, GeoParticipantKind *out) {
  if (g_str_equal (type, "person"))
    *out = GEO_PARTICIPANT_KIND_PERSON;
  else if (g_str_equal (type, "business") || g_str_equal (type, "hub") ||
           g_str_equal (type, "organization"))
    *out = GEO_PARTICIPANT_KIND_ORGANIZATION;
  else
    return FALSE;
  return TRUE;
}

gchar *
geo_rest_description (const gchar *description) {
  g_autofree gchar *text = geo_text_from_typed (
      description, GEO_REST_DESCRIPTION_BYTES_MAX, GEO_TEXT_LINES);

  return text[0] == '\0' ? NULL : g_steal_pointer (&text);
}

/* --- Reading what was signed ---------------------------------------------- */

/* The tree of bytes that are canonical, and their signature holds. */
static JsonNode *
open_bytes (GBytes *rest,
            const GeoPublicKey *key,
            const GeoSignature *signature,
            GError **error) {
  g_autoptr (JsonNode) root = NULL;
  g_autofree gchar *canonical = NULL;
  gconstpointer data;
  gsize canonical_len, len;

  data = g_bytes_get_data (rest, &len);
  if (!geo_public_key_verify (key, data, len, signature)) {
    g_set_error_literal (error, GEO_CORE_ERROR, GEO_CORE_ERROR_SIGNATURE,
                         "The signature does not verify");
    return NULL;
  }
  root = geo_json_parse (data, len, GEO_REST_BYTES_MAX, error);
  if (root == NULL)
    return NULL;
  if (!JSON_NODE_HOLDS_OBJECT (root)) {
    fail (error, "What was signed is no object");
    return NULL;
  }
  /* §3: there is one form, so that nothing can hide in another one. */
  canonical = geo_json_canonical (root, &canonical_len, error);
  if (canonical == NULL)
    return NULL;
  if (canonical_len != len || memcmp (canonical, data, len) != 0) {
    fail (error, "What was signed is not canonical");
    return NULL;
  }
  return g_steal_pointer (&root);
}

/* Every member is one of these names. */
static gboolean
has_only (JsonObject *object, const gchar *const *names) {
  g_autoptr (GList) members = json_object_get_members (object);

  for (GList *at = members; at != NULL; at = at->next)
    if (!g_strv_contains (names, at->data))
      return FALSE;
  return TRUE;
}

static gboolean
holds (JsonNode *node, GType type) {
  return node != NULL && JSON_NODE_HOLDS_VALUE (node) &&
         json_node_get_value_type (node) == type;
}

static gboolean
says_pid (JsonObject *object, const gchar *name, const GeoPid *pid) {
  const gchar *text = geo_json_get_text (object, name);
  GeoPid said;

  return text != NULL && geo_pid_parse (text, &said, NULL) &&
         geo_pid_equal (&said, pid);
}

static gboolean
says_text (JsonObject *object, const gchar *name, const gchar *text) {
  return g_strcmp0 (geo_json_get_text (object, name), text) == 0;
}

static gboolean
says_amount (const gchar *text, GeoDecimal amount) {
  GeoAmount said;

  return text != NULL &&
         geo_rest_parse_amount (text, amount.decimals, &said, NULL) &&
         geo_amount_cmp (said, amount.amount) == 0;
}

static gboolean
says_pids (JsonNode *node, const GArray *pids) {
  JsonArray *array;

  if (node == NULL || !JSON_NODE_HOLDS_ARRAY (node))
    return FALSE;
  array = json_node_get_array (node);
  if (json_array_get_length (array) != pids->len)
    return FALSE;
  for (guint i = 0; i < pids->len; i++) {
    JsonNode *element = json_array_get_element (array, i);
    GeoPid said;

    if (!holds (element, G_TYPE_STRING) ||
        !geo_pid_parse (json_node_get_string (element), &said, NULL) ||
        !geo_pid_equal (&said, &g_array_index (pids, GeoPid, i)))
      return FALSE;
  }
  return TRUE;
}

/* --- Participants --------------------------------------------------------- */

static gboolean
participant_says (const GeoParticipant *participant, JsonObject *object) {
  static const gchar *const first[] = { "display_name", "profile", "public_key",
                                        "type", NULL };
  static const gchar *const later[] = { "display_name", "profile", NULL };
  gboolean is_first = participant->seq == 1;
  const gchar *name = geo_json_get_text (object, "display_name");
  g_autofree gchar *key = geo_public_key_to_string (&participant->key);
  const gchar *type = geo_json_get_text (object, "type");
  GeoParticipantKind kind;

  if (!has_only (object, is_first ? first : later) ||
      json_object_get_size (object) == 0)
    return FALSE;
  if (is_first &&
      (name == NULL || type == NULL || !geo_rest_kind (type, &kind) ||
       kind != participant->kind || !says_text (object, "public_key", key)))
    return FALSE;
  if (json_object_has_member (object, "display_name")) {
    g_autofree gchar *said = name == NULL ? NULL : geo_rest_name (name);

    if (g_strcmp0 (said, participant->name) != 0)
      return FALSE;
  }
  return TRUE;
}

gboolean
geo_participant_check_signature (const GeoParticipant *participant,
                                 GError **error) {
  g_autoptr (JsonNode) root = NULL;

  if (participant->rest == NULL)
    return geo_participant_verify (participant, &participant->key, error);
  root = open_bytes (participant->rest, &participant->key,
                     &participant->signature, error);
  if (root == NULL)
    return FALSE;
  return participant_says (participant, json_node_get_object (root)) ||
         fail (error, "The participant is not what was signed");
}

/* --- Trust lines ---------------------------------------------------------- */

static gboolean
says_bool (JsonObject *object, const gchar *name, gboolean value) {
  JsonNode *node = json_object_get_member (object, name);

  return node == NULL || (holds (node, G_TYPE_BOOLEAN) &&
                          json_node_get_boolean (node) == (value != FALSE));
}

/* One that may be null: there is none. */
static gboolean
says_maybe (JsonNode *node, gboolean has, GeoDecimal decimal) {
  g_autofree gchar *number = NULL;

  if (node == NULL)
    return TRUE;
  if (JSON_NODE_HOLDS_NULL (node))
    return !has;
  if (!has)
    return FALSE;
  if (holds (node, G_TYPE_INT64)) {
    number = g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (node));
    return says_amount (number, decimal);
  }
  return holds (node, G_TYPE_STRING) &&
         says_amount (json_node_get_string (node), decimal);
}

/* Those fields that it names. */
static gboolean
policy_says (const GeoPolicy *policy, JsonNode *node) {
  static const gchar *const names[] = {
    "auto_clearing", "blocked_participants", "can_be_intermediate",
    "consent",       "daily_limit",          "lan_share",
    "max_hop_usage", "spare_clearing",       NULL
  };
  JsonObject *object;
  JsonNode *member;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return FALSE;
  object = json_node_get_object (node);
  if (!has_only (object, names) ||
      !says_bool (object, "auto_clearing", policy->auto_clearing) ||
      !says_bool (object, "can_be_intermediate", policy->can_be_intermediate) ||
      !says_maybe (json_object_get_member (object, "daily_limit"),
                   policy->has_daily_limit, policy->daily_limit) ||
      !says_maybe (json_object_get_member (object, "spare_clearing"),
                   policy->has_spare_clearing, policy->spare_clearing))
    return FALSE;
  member = json_object_get_member (object, "blocked_participants");
  if (member != NULL && !says_pids (member, policy->blocked_participants))
    return FALSE;
  if (json_object_has_member (object, "consent") &&
      !says_text (object, "consent", geo_consent_to_string (policy->consent)))
    return FALSE;
  member = json_object_get_member (object, "lan_share");
  if (member != NULL && (!holds (member, G_TYPE_INT64) ||
                         json_node_get_int (member) != policy->lan_share))
    return FALSE;
  /* A bound that nothing here keeps is only taken where it is none. */
  member = json_object_get_member (object, "max_hop_usage");
  return member == NULL || JSON_NODE_HOLDS_NULL (member);
}

static gboolean
line_says (const GeoTrustLine *line, JsonObject *object) {
  static const gchar *const created[] = { "equivalent", "limit", "policy", "to",
                                          NULL };
  static const gchar *const changed[] = { "id", "limit", "policy", NULL };
  gboolean is_active = line->status == GEO_LINE_STATUS_ACTIVE;
  JsonNode *limit = json_object_get_member (object, "limit");
  JsonNode *policy = json_object_get_member (object, "policy");

  if (json_object_has_member (object, "id")) {
    /* {id} alone closes; with a limit or a policy it changes. */
    if (line->seq == 1 || !has_only (object, changed) ||
        !says_text (object, "id", line->line_id) ||
        is_active == (limit == NULL && policy == NULL))
      return FALSE;
  } else if (!has_only (object, created) || !is_active || limit == NULL ||
             !says_pid (object, "to", &line->to) ||
             !says_text (object, "equivalent", line->equivalent)) {
    return FALSE;
  }
  if (limit != NULL &&
      !says_amount (geo_json_get_text (object, "limit"), line->limit))
    return FALSE;
  return policy == NULL || policy_says (line->policy, policy);
}

gboolean
geo_trust_line_check_signature (const GeoTrustLine *line,
                                const GeoPublicKey *key,
                                GError **error) {
  g_autoptr (JsonNode) root = NULL;

  if (line->rest == NULL)
    return geo_trust_line_verify (line, key, error);
  root = open_bytes (line->rest, key, &line->signature, error);
  if (root == NULL)
    return FALSE;
  return line_says (line, json_node_get_object (root)) ||
         fail (error, "The line is not what was signed");
}

/* --- Orders --------------------------------------------------------------- */

/* An integer that is there, within 1 … max, or null like one that is not. */
static gboolean
get_int (JsonObject *object, const gchar *name, gint64 max, gint64 *out) {
  JsonNode *node = json_object_get_member (object, name);

  *out = 0;
  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  if (!holds (node, G_TYPE_INT64))
    return FALSE;
  *out = json_node_get_int (node);
  return *out >= 1 && *out <= max;
}

static gboolean
constraints_say (const GeoOrder *order, JsonNode *node) {
  static const gchar *const names[] = { "avoid", "max_hops", "max_paths",
                                        "timeout_ms", NULL };
  JsonObject *object;
  JsonNode *avoid;
  gint64 number;

  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return FALSE;
  object = json_node_get_object (node);
  if (!has_only (object, names))
    return FALSE;
  if (!get_int (object, "max_hops", HOPS_NAMED_MAX, &number) ||
      (number != 0 && order->constraints->max_hops != MIN (number, HOPS_MAX)))
    return FALSE;
  if (!get_int (object, "max_paths", ROUTES_NAMED_MAX, &number) ||
      (number != 0 && order->constraints->max_routes != number))
    return FALSE;
  if (!get_int (object, "timeout_ms", G_MAXINT, &number) ||
      (number != 0 && order->deadline - order->created_at > number))
    return FALSE;
  avoid = json_object_get_member (object, "avoid");
  return avoid == NULL || JSON_NODE_HOLDS_NULL (avoid) ||
         says_pids (avoid, order->constraints->avoid);
}

/* §5: a text and its hash come together. */
static gboolean
description_says (const GeoOrder *order, JsonObject *object) {
  const gchar *said = geo_json_get_text (object, "description");
  g_autofree gchar *text = said == NULL ? NULL : geo_rest_description (said);
  GeoHash hash;

  if (json_object_has_member (object, "description") && said == NULL)
    return FALSE;
  if (text == NULL)
    return !order->has_description_hash;
  geo_hash_of (text, strlen (text), &hash);
  return order->has_description_hash &&
         geo_hash_equal (&hash, &order->description_hash);
}

static gboolean
order_says (const GeoOrder *order, JsonObject *object) {
  static const gchar *const names[] = {
    "amount", "constraints", "description", "equivalent", "to", "tx_id", NULL
  };

  return has_only (object, names) &&
         says_text (object, "tx_id", order->tx_id) &&
         says_pid (object, "to", &order->to) &&
         says_text (object, "equivalent", order->equivalent) &&
         says_amount (geo_json_get_text (object, "amount"), order->amount) &&
         description_says (order, object) &&
         constraints_say (order,
                          json_object_get_member (object, "constraints"));
}

gboolean
geo_order_check_signature (const GeoOrder *order,
                           const GeoPublicKey *key,
                           GError **error) {
  g_autoptr (JsonNode) root = NULL;

  if (order->rest == NULL)
    return geo_order_verify (order, key, error);
  root = open_bytes (order->rest, key, &order->signature, error);
  if (root == NULL)
    return FALSE;
  return order_says (order, json_node_get_object (root)) ||
         fail (error, "The order is not what was signed");
}
