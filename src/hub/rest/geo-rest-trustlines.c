/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Trust lines through REST: each is a line like a wallet's, signed over the
 * bytes of the contract (S2), and goes the same way through the closer.
 */
#include <string.h>

#include "core/geo-contract.h"
#include "core/geo-json.h"
#include "core/geo-rest-object.h"
#include "hub/rest/geo-rest-private.h"

#define LAN_SHARE_MAX 10000

/* --- Showing ---------------------------------------------------------------
 */

static JsonArray *
show_pids (const GArray *pids) {
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < pids->len; i++) {
    g_autofree gchar *text =
        geo_pid_to_string (&g_array_index (pids, GeoPid, i));

    json_array_add_string_element (array, text);
  }
  return array;
}

static JsonObject *
show_policy (const GeoPolicy *policy) {
  JsonObject *object = json_object_new ();

  json_object_set_boolean_member (object, "auto_clearing",
                                  policy->auto_clearing);
  json_object_set_boolean_member (object, "can_be_intermediate",
                                  policy->can_be_intermediate);
  if (policy->has_daily_limit)
    geo_rest_set_amount (object, "daily_limit", policy->daily_limit.amount,
                         policy->daily_limit.decimals);
  else
    json_object_set_null_member (object, "daily_limit");
  json_object_set_array_member (object, "blocked_participants",
                                show_pids (policy->blocked_participants));
  /* A word of ours, told where it matters. */
  if (policy->consent == GEO_CONSENT_LIVE)
    json_object_set_string_member (object, "consent",
                                   geo_consent_to_string (policy->consent));
  if (policy->has_frozen && policy->frozen)
    json_object_set_boolean_member (object, "frozen", TRUE);
  if (policy->has_spare_clearing)
    geo_rest_set_amount (object, "spare_clearing",
                         policy->spare_clearing.amount,
                         policy->spare_clearing.decimals);
  return object;
}

/* When the line was opened, and when it became what it is. */
static gboolean
read_times (GeoHubRest *rest,
            const GeoTrustLine *line,
            GeoTime *created_at,
            GeoTime *updated_at,
            GError **error) {
  g_autoptr (GPtrArray) versions =
      geo_hub_store_list_line (geo_engine_get_reader (rest->engine),
                               &line->from, &line->to, line->equivalent, error);
  gboolean was_closed = TRUE;

  if (versions == NULL)
    return FALSE;
  *created_at = *updated_at = line->signed_at;
  for (guint i = 0; i < versions->len; i++) {
    const GeoHubLineVersion *version = g_ptr_array_index (versions, i);

    if (was_closed)
      *created_at = version->at;
    *updated_at = version->at;
    was_closed = version->line->status == GEO_LINE_STATUS_CLOSED;
  }
  return TRUE;
}

JsonObject *
geo_rest_show_line (GeoHubRest *rest,
                    const GeoTrustLine *line,
                    GError **error) {
  const GeoBook *book = geo_engine_get_book (rest->engine);
  GeoAmount used = geo_book_get_debt (book, &line->to, &line->from,
                                      line->equivalent);
  guint precision = line->limit.decimals;
  g_autofree gchar *from_name = NULL;
  g_autofree gchar *to_name = NULL;
  GeoTime created_at, updated_at;
  GeoAmount available;
  JsonObject *object;

  if (!read_times (rest, line, &created_at, &updated_at, error))
    return NULL;
  if (!geo_amount_sub (line->limit.amount, used, &available))
    available = GEO_AMOUNT_ZERO;
  from_name = geo_rest_display_name (rest, &line->from);
  to_name = geo_rest_display_name (rest, &line->to);
  object = json_object_new ();
  json_object_set_object_member (object, "policy", show_policy (line->policy));
  json_object_set_string_member (object, "id", line->line_id);
  geo_rest_set_pid (object, "from", &line->from);
  geo_rest_set_pid (object, "to", &line->to);
  json_object_set_string_member (object, "from_display_name", from_name);
  json_object_set_string_member (object, "to_display_name", to_name);
  json_object_set_string_member (object, "equivalent", line->equivalent);
  geo_rest_set_amount (object, "limit", line->limit.amount, precision);
  geo_rest_set_amount (object, "used", used, precision);
  geo_rest_set_amount (object, "available",
                       geo_amount_max (available, GEO_AMOUNT_ZERO), precision);
  json_object_set_string_member (object, "status",
                                 geo_line_status_to_string (line->status));
  geo_rest_set_time (object, "created_at", created_at);
  geo_rest_set_time (object, "updated_at", updated_at);
  return object;
}

/* --- Finding ---------------------------------------------------------------
 */

typedef struct {
  const GeoPid *pid;
  const gchar *id;
  gboolean outgoing;
  gboolean incoming;
  const gchar *equivalent;
  const gchar *status;
  GPtrArray *lines; /* GeoTrustLine, borrowed */
} Wanted;

static void
want_cb (const GeoTrustLine *line, gpointer user_data) {
  Wanted *wanted = user_data;
  gboolean mine = geo_pid_equal (&line->from, wanted->pid);

  if ((wanted->id == NULL || g_str_equal (line->line_id, wanted->id)) &&
      (mine ? wanted->outgoing : wanted->incoming) &&
      (wanted->equivalent == NULL ||
       g_str_equal (line->equivalent, wanted->equivalent)) &&
      (wanted->status == NULL ||
       g_str_equal (geo_line_status_to_string (line->status), wanted->status)))
    g_ptr_array_add (wanted->lines, (gpointer) line);
}

/* A line of the one who asks, whose id names it: ids are chosen by those who
 * sign the lines, so they say something among one's own lines only. */
static const GeoTrustLine *
find_line (GeoRestCall *call) {
  g_autoptr (GPtrArray) lines = g_ptr_array_new ();
  Wanted wanted = { &call->pid, call->args[0], TRUE, TRUE, NULL, NULL, lines };

  geo_book_foreach_line_of (call->book, &call->pid, want_cb, &wanted);
  if (lines->len > 0)
    return g_ptr_array_index (lines, 0);
  geo_rest_send_missing (geo_rest_take_reply (call), "Trustline", NULL);
  return NULL;
}

/* The same, of which the one who asks is the creditor. */
static const GeoTrustLine *
find_own_line (GeoRestCall *call) {
  const GeoTrustLine *line = find_line (call);

  if (line == NULL)
    return NULL;
  if (!geo_pid_equal (&line->from, &call->pid)) {
    geo_rest_refuse (geo_rest_take_reply (call), 403, GEO_CODE_NOT_ALLOWED,
                     "Only the creditor can change a trustline", NULL);
    return NULL;
  }
  if (line->status != GEO_LINE_STATUS_ACTIVE) {
    geo_rest_refuse (geo_rest_take_reply (call), 400, GEO_CODE_LINE_INACTIVE,
                     "Trustline is not active", NULL);
    return NULL;
  }
  return line;
}

void
geo_rest_get_trustline (GeoRestCall *call) {
  const GeoTrustLine *line = find_line (call);
  g_autoptr (GError) error = NULL;
  JsonObject *object;

  if (line == NULL)
    return;
  object = geo_rest_show_line (call->rest, line, &error);
  if (object == NULL)
    geo_rest_send_unreadable (geo_rest_take_reply (call), error);
  else
    geo_rest_send (geo_rest_take_reply (call), 200, object);
}

static JsonObject *
show_line_cb (GeoRestCall *call, gconstpointer line, GError **error) {
  return geo_rest_show_line (call->rest, line, error);
}

void
geo_rest_get_trustlines (GeoRestCall *call) {
  static const gchar *const directions[] = { "all", "outgoing", "incoming",
                                             NULL };
  static const gchar *const statuses[] = { "active", "closed", "frozen", NULL };
  g_autoptr (GPtrArray) lines = g_ptr_array_new ();
  g_autoptr (GPtrArray) shown = NULL;
  g_auto (GeoRestFaults) faults;
  GHashTable *query = call->request->query;
  Wanted wanted = { .pid = &call->pid, .lines = lines };
  const gchar *direction;
  GeoRestPage page;

  geo_rest_faults_init (&faults, "query");
  direction = geo_rest_query_word (query, "direction", directions, &faults);
  wanted.status = geo_rest_query_word (query, "status", statuses, &faults);
  wanted.equivalent = geo_rest_query_text (query, "equivalent", FALSE, &faults);
  geo_rest_query_page (query, &page, &faults);
  if (geo_rest_is_faulty (call, &faults))
    return;
  wanted.outgoing = g_strcmp0 (direction, "incoming") != 0;
  wanted.incoming = g_strcmp0 (direction, "outgoing") != 0;
  geo_book_foreach_line_of (call->book, &call->pid, want_cb, &wanted);

  shown = g_ptr_array_new ();
  /* The newest first. */
  for (gint64 i = (gint64) lines->len - 1 - page.offset;
       i >= 0 && i > (gint64) lines->len - 1 - page.offset - page.per_page; i--)
    g_ptr_array_add (shown, g_ptr_array_index (lines, (guint) i));
  geo_rest_send_shown (call, shown, show_line_cb);
}

/* --- Reading what is to be -------------------------------------------------
 */

/* FALSE: it is answered. */
static gboolean
read_limit (GeoRestCall *call,
            const gchar *text,
            const GeoEquivalent *equivalent,
            GeoAmount *out) {
  g_autoptr (GError) error = NULL;
  const gchar *message = "Invalid limit format";

  if (geo_rest_parse_amount (text, (guint) equivalent->precision, out, &error))
    return TRUE;
  if (text[0] == '-')
    message = "Limit must not be negative";
  else if (!g_error_matches (error, GEO_CORE_ERROR, GEO_CORE_ERROR_SYNTAX))
    message = error->message;
  geo_rest_refuse (geo_rest_take_reply (call), 400, GEO_CODE_INVALID, message,
                   NULL);
  return FALSE;
}

/* An amount that may be null, which is none. */
static void
read_amount (JsonObject *object,
             const gchar *name,
             guint precision,
             gboolean *has,
             GeoDecimal *out,
             GeoRestFaults *faults) {
  JsonNode *node = json_object_get_member (object, name);
  g_autofree gchar *text = NULL;
  GeoAmount amount;

  if (node == NULL)
    return;
  *has = FALSE;
  if (JSON_NODE_HOLDS_NULL (node))
    return;
  if (JSON_NODE_HOLDS_VALUE (node) &&
      json_node_get_value_type (node) == G_TYPE_INT64)
    text = g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (node));
  else if (JSON_NODE_HOLDS_VALUE (node) &&
           json_node_get_value_type (node) == G_TYPE_STRING)
    text = g_strdup (json_node_get_string (node));
  if (text == NULL || !geo_rest_parse_amount (text, precision, &amount, NULL)) {
    g_autofree gchar *place = g_strconcat ("policy/", name, NULL);

    geo_rest_faults_add (faults, "decimal_parsing", place,
                         "Input should be an amount of the equivalent", node);
    return;
  }
  *has = TRUE;
  *out = geo_decimal (amount, precision);
}

/* Those fields that are named; the others stay. */
static void
read_policy (JsonNode *node,
             guint precision,
             GeoPolicy *policy,
             GeoRestFaults *faults) {
  static const gchar *const names[] = {
    "auto_clearing", "blocked_participants", "can_be_intermediate",
    "consent",       "daily_limit",          "lan_share",
    "max_hop_usage", "spare_clearing",       NULL
  };
  JsonObject *object;
  JsonObjectIter iter;
  const gchar *name, *consent;
  JsonNode *value;

  if (node == NULL)
    return;
  object = json_node_get_object (node);
  json_object_iter_init (&iter, object);
  while (json_object_iter_next (&iter, &name, &value)) {
    g_autofree gchar *place = g_strconcat ("policy/", name, NULL);
    gboolean may_be_null = g_str_equal (name, "daily_limit") ||
                           g_str_equal (name, "spare_clearing") ||
                           g_str_equal (name, "max_hop_usage");

    /* What nobody keeps to is not taken. */
    if (!g_strv_contains (names, name))
      geo_rest_faults_add (faults, "extra_forbidden", place,
                           "Extra inputs are not permitted", value);
    else if (g_str_equal (name, "max_hop_usage") &&
             !JSON_NODE_HOLDS_NULL (value))
      geo_rest_faults_add (faults, "value_error", place,
                           "This hub does not bound the use of single hops",
                           value);
    else if (!may_be_null && JSON_NODE_HOLDS_NULL (value))
      geo_rest_faults_add (faults, "value_error", place,
                           "Input should not be null", value);
  }
  policy->auto_clearing = geo_rest_get_bool (object, "auto_clearing",
                                             policy->auto_clearing, faults);
  policy->can_be_intermediate = geo_rest_get_bool (
      object, "can_be_intermediate", policy->can_be_intermediate, faults);
  policy->lan_share = geo_rest_get_int (object, "lan_share", policy->lan_share,
                                        0, LAN_SHARE_MAX, faults);
  consent = geo_rest_get_text (object, "consent", FALSE, faults);
  if (consent != NULL && !geo_consent_from_string (consent, &policy->consent))
    geo_rest_faults_add (faults, "literal_error", "policy/consent",
                         "Input should be 'standing' or 'live'", NULL);
  /* Named anew, they take the place of those before. */
  if (json_object_has_member (object, "blocked_participants"))
    g_array_set_size (policy->blocked_participants, 0);
  geo_rest_get_pids (object, "policy/blocked_participants",
                     policy->blocked_participants, faults);
  read_amount (object, "daily_limit", precision, &policy->has_daily_limit,
               &policy->daily_limit, faults);
  read_amount (object, "spare_clearing", precision, &policy->has_spare_clearing,
               &policy->spare_clearing, faults);
}

/* --- Asking the closer -----------------------------------------------------
 */

static void
line_known_cb (const GeoRestWait *wait,
               GeoReply *reply,
               const GeoChange *change,
               const GeoMsgError *no) {
  g_autoptr (GError) error = NULL;
  JsonObject *object;

  if (no != NULL) {
    geo_rest_refuse (reply, geo_rest_status_of (no->code), no->code,
                     no->message, NULL);
    return;
  }
  if (change == NULL) {
    geo_rest_refuse (reply, 500, GEO_CODE_INTERNAL, "It could not be stored",
                     NULL);
    return;
  }
  if (change->line->status == GEO_LINE_STATUS_CLOSED) {
    object = json_object_new ();
    json_object_set_string_member (object, "status", "success");
    json_object_set_string_member (object, "message", "Trustline closed");
    geo_rest_send (reply, wait->created_status, object);
    return;
  }
  object = geo_rest_show_line (wait->user_data, change->line, &error);
  if (object == NULL)
    geo_rest_send_unreadable (reply, error);
  else
    geo_rest_send (reply, wait->created_status, object);
}

/* Takes line. */
static void
ask (GeoRestCall *call, GeoMessageType type, GeoTrustLine *line, guint status) {
  GeoHubRest *rest = call->rest;
  g_autoptr (GeoMessage) message = NULL;
  g_autoptr (GError) error = NULL;
  GeoRestWait *wait;
  GeoHash hash;

  geo_trust_line_hash (line, &hash);
  wait = geo_rest_pending_add (rest->pending, &hash, &call->pid, NULL,
                               geo_rest_take_reply (call), line_known_cb, rest);
  wait->created_status = status;
  message = geo_message_new (type, wait->msg_id);
  if (type == GEO_MESSAGE_TRUST_LINE_CREATE)
    message->u.trust_line_create->line = line;
  else if (type == GEO_MESSAGE_TRUST_LINE_UPDATE)
    message->u.trust_line_update->line = line;
  else
    message->u.trust_line_close->line = line;
  if (geo_engine_message (rest->engine, &call->pid, message, &error))
    return;
  g_warning ("the database cannot be read: %s", error->message);
  geo_rest_pending_fail (rest->pending, &hash);
}

/* What follows before, which may be NULL; its limit and policy stay. */
static GeoTrustLine *
next_line (const GeoRestCall *call, const GeoTrustLine *before) {
  GeoTrustLine *line = before == NULL ? geo_trust_line_new ()
                                      : geo_trust_line_copy (before);

  line->community = geo_book_get_community (call->book)->community;
  line->from = call->pid;
  line->status = GEO_LINE_STATUS_ACTIVE;
  line->signed_at = geo_rest_now ();
  line->seq++;
  if (before != NULL) {
    line->has_previous = TRUE;
    geo_trust_line_hash (before, &line->previous);
  }
  if (line->policy == NULL)
    line->policy = geo_policy_new_default ();
  return line;
}

/* FALSE: it is answered.  Takes bytes. */
static gboolean
sign_with (GeoRestCall *call,
           GeoTrustLine *line,
           GBytes *bytes,
           const gchar *signature) {
  const GeoParticipant *me = geo_book_get_participant (call->book, &call->pid);

  g_clear_pointer (&line->rest, g_bytes_unref);
  line->rest = bytes;
  if (bytes != NULL && g_bytes_get_size (bytes) <= GEO_REST_BYTES_MAX &&
      geo_signature_parse (signature, &line->signature, NULL) &&
      geo_trust_line_check_signature (line, &me->key, NULL))
    return TRUE;
  geo_rest_refuse (geo_rest_take_reply (call), 400, GEO_CODE_SIGNATURE,
                   "Invalid signature", NULL);
  return FALSE;
}

/* S2: {equivalent, limit, [policy,] to}. */
static GBytes *
created_bytes (const gchar *equivalent,
               const gchar *limit,
               JsonNode *policy,
               const gchar *to) {
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "equivalent", equivalent);
  json_object_set_string_member (object, "limit", limit);
  if (policy != NULL)
    json_object_set_member (object, "policy", json_node_copy (policy));
  json_object_set_string_member (object, "to", to);
  return geo_rest_signed_bytes (object);
}

/* FALSE: it is answered. */
static gboolean
check_new (GeoRestCall *call,
           const gchar *to_text,
           const GeoPid *to,
           const GeoTrustLine *before) {
  if (geo_book_get_participant (call->book, to) == NULL) {
    geo_rest_send_missing (geo_rest_take_reply (call), "Participant", to_text);
    return FALSE;
  }
  if (before != NULL && before->status == GEO_LINE_STATUS_ACTIVE) {
    geo_rest_refuse (geo_rest_take_reply (call), 409, GEO_CODE_CONFLICT,
                     "Active trustline already exists", NULL);
    return FALSE;
  }
  return TRUE;
}

void
geo_rest_post_trustlines (GeoRestCall *call) {
  g_auto (GeoRestFaults) faults;
  g_autoptr (JsonNode) body = NULL;
  g_autoptr (GeoTrustLine) line = NULL;
  const gchar *to_text, *code, *limit, *signature;
  const GeoEquivalent *equivalent;
  const GeoTrustLine *before;
  JsonObject *object;
  JsonNode *policy;
  GeoAmount amount;
  GeoPid to;

  geo_rest_faults_init (&faults, "body");
  body = geo_rest_read_body (call, "limit", &faults);
  if (body == NULL)
    return;
  object = json_node_get_object (body);
  to_text = geo_rest_get_text (object, "to", TRUE, &faults);
  code = geo_rest_get_text (object, "equivalent", TRUE, &faults);
  limit = geo_rest_get_text (object, "limit", TRUE, &faults);
  policy = geo_rest_get_object (object, "policy", &faults);
  signature = geo_rest_get_text (object, "signature", TRUE, &faults);
  if (geo_rest_is_faulty (call, &faults))
    return;
  if (!geo_pid_parse (to_text, &to, NULL)) {
    geo_rest_send_missing (geo_rest_take_reply (call), "Participant", to_text);
    return;
  }
  if (geo_pid_equal (&to, &call->pid)) {
    geo_rest_refuse (geo_rest_take_reply (call), 400, GEO_CODE_INVALID,
                     "Cannot create trustline to self", NULL);
    return;
  }
  equivalent = geo_rest_need_equivalent (call, code);
  if (equivalent == NULL || !read_limit (call, limit, equivalent, &amount))
    return;

  before = geo_book_get_line (call->book, &call->pid, &to, code);
  line = next_line (call, before);
  geo_policy_free (line->policy);
  line->policy = geo_policy_new_default ();
  read_policy (policy, (guint) equivalent->precision, line->policy, &faults);
  if (geo_rest_is_faulty (call, &faults))
    return;
  g_free (line->line_id);
  line->line_id = g_uuid_string_random ();
  line->to = to;
  g_free (line->equivalent);
  line->equivalent = g_strdup (code);
  line->limit = geo_decimal (amount, (guint) equivalent->precision);
  if (sign_with (call, line, created_bytes (code, limit, policy, to_text),
                 signature) &&
      check_new (call, to_text, &to, before))
    ask (call, GEO_MESSAGE_TRUST_LINE_CREATE, g_steal_pointer (&line), 201);
}

/* S2: {id[, limit][, policy]}; {id} alone closes. */
static GBytes *
changed_bytes (const gchar *id, const gchar *limit, JsonNode *policy) {
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "id", id);
  if (limit != NULL)
    json_object_set_string_member (object, "limit", limit);
  if (policy != NULL)
    json_object_set_member (object, "policy", json_node_copy (policy));
  return geo_rest_signed_bytes (object);
}

/* FALSE: it is answered. */
static gboolean
check_lowered (GeoRestCall *call,
               const GeoTrustLine *before,
               const GeoTrustLine *line) {
  GeoAmount used = geo_book_get_debt (call->book, &line->to, &line->from,
                                      line->equivalent);
  guint precision = line->limit.decimals;
  JsonObject *details;

  if (geo_amount_cmp (line->limit.amount, before->limit.amount) >= 0 ||
      geo_amount_cmp (line->limit.amount, used) >= 0)
    return TRUE;
  details = json_object_new ();
  geo_rest_set_amount (details, "used", used, precision);
  geo_rest_set_amount (details, "limit", line->limit.amount, precision);
  geo_rest_refuse (geo_rest_take_reply (call), 400, GEO_CODE_INVALID,
                   "Cannot reduce trustline limit below used amount", details);
  return FALSE;
}

void
geo_rest_patch_trustline (GeoRestCall *call) {
  g_auto (GeoRestFaults) faults;
  g_autoptr (JsonNode) body = NULL;
  g_autoptr (GeoTrustLine) line = NULL;
  const gchar *limit, *signature;
  const GeoEquivalent *equivalent;
  const GeoTrustLine *before;
  JsonObject *object;
  JsonNode *policy;
  GeoAmount amount;

  geo_rest_faults_init (&faults, "body");
  body = geo_rest_read_body (call, "limit", &faults);
  if (body == NULL)
    return;
  object = json_node_get_object (body);
  limit = geo_rest_get_text (object, "limit", FALSE, &faults);
  policy = geo_rest_get_object (object, "policy", &faults);
  signature = geo_rest_get_text (object, "signature", TRUE, &faults);
  /* What would be signed then is what closes a line. */
  if (!geo_rest_faults_any (&faults) && limit == NULL && policy == NULL)
    geo_rest_faults_add (&faults, "missing", NULL, "Nothing to change", body);
  if (geo_rest_is_faulty (call, &faults))
    return;
  before = find_own_line (call);
  if (before == NULL)
    return;
  equivalent = geo_rest_need_equivalent (call, before->equivalent);
  if (equivalent == NULL)
    return;
  line = next_line (call, before);
  read_policy (policy, (guint) equivalent->precision, line->policy, &faults);
  if (geo_rest_is_faulty (call, &faults))
    return;
  if (limit != NULL) {
    if (!read_limit (call, limit, equivalent, &amount))
      return;
    line->limit = geo_decimal (amount, (guint) equivalent->precision);
  }
  if (sign_with (call, line, changed_bytes (line->line_id, limit, policy),
                 signature) &&
      check_lowered (call, before, line))
    ask (call, GEO_MESSAGE_TRUST_LINE_UPDATE, g_steal_pointer (&line), 200);
}

void
geo_rest_delete_trustline (GeoRestCall *call) {
  g_auto (GeoRestFaults) faults;
  g_autoptr (JsonNode) body = NULL;
  g_autoptr (GeoTrustLine) line = NULL;
  const GeoTrustLine *before;
  const gchar *signature;
  GeoAmount used;

  geo_rest_faults_init (&faults, "body");
  body = geo_rest_read_body (call, NULL, &faults);
  if (body == NULL)
    return;
  signature = geo_rest_get_text (json_node_get_object (body), "signature", TRUE,
                                 &faults);
  if (geo_rest_is_faulty (call, &faults))
    return;
  before = find_own_line (call);
  if (before == NULL)
    return;
  line = next_line (call, before);
  line->status = GEO_LINE_STATUS_CLOSED;
  line->limit.amount = GEO_AMOUNT_ZERO;
  if (!sign_with (call, line, changed_bytes (line->line_id, NULL, NULL),
                  signature))
    return;
  used = geo_book_get_debt (call->book, &line->to, &line->from,
                            line->equivalent);
  if (used.minor != 0) {
    geo_rest_refuse (geo_rest_take_reply (call), 400, GEO_CODE_INVALID,
                     "Cannot close trustline with non-zero debt", NULL);
    return;
  }
  ask (call, GEO_MESSAGE_TRUST_LINE_CLOSE, g_steal_pointer (&line), 200);
}
