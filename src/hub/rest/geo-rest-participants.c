/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Participants through REST: they are in the book like those who came with a
 * wallet.  What they signed is kept as it was (S2), and what they sent is told
 * as it was sent.
 */
#include <string.h>

#include "core/geo-json.h"
#include "core/geo-rest-object.h"
#include "hub/geo-bucket.h"
#include "hub/rest/geo-rest-private.h"

/* Addresses whose registrations are counted; more, and those that have their
 * whole allowance again are forgotten. */
#define BUCKETS_MAX 10000
#define SEARCH_MAX 200

/* --- Showing ---------------------------------------------------------------
 */

const gchar *
geo_rest_status_word (GeoStatus status) {
  switch (status) {
  case GEO_STATUS_ACTIVE:
    return "active";
  case GEO_STATUS_FROZEN:
    return "suspended";
  case GEO_STATUS_BANNED:
    return "deleted";
  }
  g_assert_not_reached ();
}

/* What somebody said of themselves, all versions together. */
typedef struct {
  const GeoParticipant *participant;
  gchar *display_name;
  gchar *type;
  JsonNode *profile;
  GeoTime created_at;
  GeoTime updated_at;
} Person;

static void
person_clear (Person *person) {
  g_free (person->display_name);
  g_free (person->type);
  g_clear_pointer (&person->profile, json_node_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Person, person_clear)

static void
set_text (gchar **slot, const gchar *text) {
  g_free (*slot);
  *slot = g_strdup (text);
}

static const gchar *
type_of (GeoParticipantKind kind) {
  switch (kind) {
  case GEO_PARTICIPANT_KIND_PERSON:
    return "person";
  case GEO_PARTICIPANT_KIND_ORGANIZATION:
    return "business";
  case GEO_PARTICIPANT_KIND_HUB:
    return "hub";
  }
  g_assert_not_reached ();
}

static JsonNode *
parse_bytes (GBytes *bytes) {
  gsize len;
  const gchar *data = g_bytes_get_data (bytes, &len);

  return geo_json_parse (data, len, GEO_JSON_SIZE_MAX, NULL);
}

static void
fold (Person *person, const GeoParticipant *version) {
  g_autoptr (JsonNode) said = NULL;
  JsonObject *object;

  if (version->rest == NULL) {
    set_text (&person->display_name, version->name);
    /* Between a business and a hub our kinds make no difference. */
    if (person->type == NULL || version->kind == GEO_PARTICIPANT_KIND_PERSON ||
        g_str_equal (person->type, "person"))
      set_text (&person->type, type_of (version->kind));
    return;
  }
  said = parse_bytes (version->rest);
  if (said == NULL || !JSON_NODE_HOLDS_OBJECT (said))
    return;
  object = json_node_get_object (said);
  if (json_object_has_member (object, "display_name"))
    set_text (&person->display_name,
              json_object_get_string_member (object, "display_name"));
  if (json_object_has_member (object, "type"))
    set_text (&person->type, json_object_get_string_member (object, "type"));
  if (json_object_has_member (object, "profile")) {
    g_clear_pointer (&person->profile, json_node_unref);
    person->profile = json_object_dup_member (object, "profile");
  }
}

static gboolean
read_person (GeoHubRest *rest,
             const GeoPid *pid,
             Person *person,
             GError **error) {
  g_autoptr (GPtrArray) versions = geo_hub_store_list_person (
      geo_engine_get_reader (rest->engine), pid, error);

  *person = (Person){ 0 };
  if (versions == NULL)
    return FALSE;
  person->participant =
      geo_book_get_participant (geo_engine_get_book (rest->engine), pid);
  person->created_at = person->updated_at = geo_rest_now ();
  for (guint i = 0; i < versions->len; i++) {
    const GeoHubPersonVersion *version = g_ptr_array_index (versions, i);

    fold (person, version->participant);
    person->updated_at = version->at;
    if (i == 0)
      person->created_at = version->at;
  }
  /* On its way to the disk. */
  if (versions->len == 0 && person->participant != NULL)
    fold (person, person->participant);
  return TRUE;
}

gchar *
geo_rest_display_name (GeoHubRest *rest, const GeoPid *pid) {
  g_auto (Person) person = { 0 };

  if (!read_person (rest, pid, &person, NULL) || person.display_name == NULL)
    return g_strdup ("");
  return g_steal_pointer (&person.display_name);
}

/* As it was sent, with the members that are always there. */
static void
show_profile (JsonObject *object, JsonNode *profile) {
  static const gchar *const always[] = { "type", "description", "contacts" };
  JsonNode *copy;

  if (profile == NULL) {
    json_object_set_null_member (object, "profile");
    return;
  }
  copy = json_node_copy (profile);
  /* A copy of a node shares its object. */
  json_object_set_member (object, "profile", copy);
  for (guint i = 0; i < G_N_ELEMENTS (always); i++)
    if (!json_object_has_member (json_node_get_object (copy), always[i]))
      json_object_set_null_member (json_node_get_object (copy), always[i]);
}

static JsonObject *
show_person (const Person *person, const GeoPid *pid, GeoStatus status) {
  g_autofree gchar *key = geo_public_key_to_string (&person->participant->key);
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "display_name", person->display_name);
  json_object_set_string_member (object, "type", person->type);
  json_object_set_string_member (object, "public_key", key);
  geo_rest_set_pid (object, "pid", pid);
  json_object_set_string_member (object, "status",
                                 geo_rest_status_word (status));
  json_object_set_int_member (object, "verification_level", 0);
  geo_rest_set_time (object, "created_at", person->created_at);
  geo_rest_set_time (object, "updated_at", person->updated_at);
  show_profile (object, person->profile);
  json_object_set_null_member (object, "public_stats");
  return object;
}

JsonObject *
geo_rest_show_participant (GeoHubRest *rest,
                           const GeoPid *pid,
                           GError **error) {
  g_auto (Person) person = { 0 };
  GeoStatus status = GEO_STATUS_ACTIVE;

  if (!read_person (rest, pid, &person, error))
    return NULL;
  g_assert (person.participant != NULL);
  if (!geo_hub_store_get_status (geo_engine_get_reader (rest->engine), pid,
                                 &status, error))
    return NULL;
  if (person.display_name == NULL || person.type == NULL) {
    g_set_error_literal (error, GEO_STORE_ERROR, GEO_STORE_ERROR_CORRUPT,
                         "A stored participant says nothing of itself.");
    return NULL;
  }
  return show_person (&person, pid, status);
}

/* --- Totals ----------------------------------------------------------------
 */

/* Of one participant in the main equivalent. */
typedef struct {
  const GeoBook *book;
  const GeoPid *pid;
  const GeoEquivalent *equivalent;
  GeoAmount incoming; /* What others trust it with */
  GeoAmount outgoing;
  GeoAmount debt;
  GeoAmount credit;
} Totals;

static void
add (GeoAmount *sum, GeoAmount amount) {
  /* Sums of what is within the limits of one amount, by thousands. */
  if (!geo_amount_add (*sum, amount, sum))
    *sum = GEO_AMOUNT (G_MAXINT64);
}

static void
total_line_cb (const GeoTrustLine *line, gpointer user_data) {
  Totals *totals = user_data;
  gboolean mine = geo_pid_equal (&line->from, totals->pid);

  if (!g_str_equal (line->equivalent, totals->equivalent->code))
    return;
  if (line->status == GEO_LINE_STATUS_ACTIVE)
    add (mine ? &totals->outgoing : &totals->incoming, line->limit.amount);
  add (mine ? &totals->credit : &totals->debt,
       geo_book_get_debt (totals->book, &line->to, &line->from,
                          line->equivalent));
}

/* FALSE where amounts count in nothing. */
static gboolean
total (const GeoBook *book, const GeoPid *pid, Totals *totals) {
  *totals = (Totals){ .book = book, .pid = pid };
  totals->equivalent = geo_rest_main_equivalent (book);
  if (totals->equivalent == NULL)
    return FALSE;
  geo_book_foreach_line_of (book, pid, total_line_cb, totals);
  return TRUE;
}

static JsonObject *
show_stats (const GeoBook *book, const GeoPid *pid) {
  JsonObject *stats = json_object_new ();
  Totals totals;
  GeoAmount net;
  guint precision;

  if (!total (book, pid, &totals))
    return stats;
  precision = (guint) totals.equivalent->precision;
  if (!geo_amount_sub (totals.credit, totals.debt, &net))
    net = GEO_AMOUNT_ZERO;
  geo_rest_set_amount (stats, "total_incoming_trust", totals.incoming,
                       precision);
  geo_rest_set_amount (stats, "total_outgoing_trust", totals.outgoing,
                       precision);
  geo_rest_set_amount (stats, "total_debt", totals.debt, precision);
  geo_rest_set_amount (stats, "total_credit", totals.credit, precision);
  geo_rest_set_amount (stats, "net_balance", net, precision);
  return stats;
}

static JsonObject *
show_public_stats (const GeoBook *book,
                   const GeoPid *pid,
                   const gchar *member_since) {
  JsonObject *stats = json_object_new ();
  Totals totals;

  if (total (book, pid, &totals))
    geo_rest_set_amount (stats, "total_incoming_trust", totals.incoming,
                         (guint) totals.equivalent->precision);
  json_object_set_string_member (stats, "member_since", member_since);
  return stats;
}

/* --- Looking ---------------------------------------------------------------
 */

void
geo_rest_get_participant (GeoRestCall *call) {
  g_autoptr (GError) error = NULL;
  JsonObject *object;
  GeoPid pid;

  if (!geo_pid_parse (call->args[0], &pid, NULL) ||
      geo_book_get_participant (call->book, &pid) == NULL) {
    geo_rest_send_missing (geo_rest_take_reply (call), "Participant",
                           call->args[0]);
    return;
  }
  object = geo_rest_show_participant (call->rest, &pid, &error);
  if (object == NULL) {
    geo_rest_send_unreadable (geo_rest_take_reply (call), error);
    return;
  }
  json_object_set_object_member (
      object, "public_stats",
      show_public_stats (call->book, &pid,
                         json_object_get_string_member (object, "created_at")));
  geo_rest_send (geo_rest_take_reply (call), 200, object);
}

void
geo_rest_get_me (GeoRestCall *call) {
  g_autoptr (GError) error = NULL;
  JsonObject *object = geo_rest_show_participant (call->rest, &call->pid,
                                                  &error);

  if (object == NULL) {
    geo_rest_send_unreadable (geo_rest_take_reply (call), error);
    return;
  }
  json_object_set_object_member (object, "stats",
                                 show_stats (call->book, &call->pid));
  geo_rest_send (geo_rest_take_reply (call), 200, object);
}

/* FALSE: it is answered. */
static gboolean
add_shown (GeoRestCall *call, JsonArray *items, const GeoPid *pid) {
  g_autoptr (GError) error = NULL;
  JsonObject *object = geo_rest_show_participant (call->rest, pid, &error);

  if (object == NULL) {
    json_array_unref (items);
    geo_rest_send_unreadable (geo_rest_take_reply (call), error);
    return FALSE;
  }
  json_array_add_object_element (items, object);
  return TRUE;
}

void
geo_rest_get_participants (GeoRestCall *call) {
  g_auto (GeoRestFaults) faults;
  guint n = geo_book_n_participants (call->book);
  GeoRestPage page;
  JsonArray *items;

  geo_rest_faults_init (&faults, "query");
  geo_rest_query_page (call->request->query, &page, &faults);
  if (geo_rest_is_faulty (call, &faults))
    return;
  items = json_array_new ();
  for (gint64 i = page.offset; i < n && i < page.offset + page.per_page; i++)
    if (!add_shown (call, items,
                    &geo_book_get_nth (call->book, (guint) i)->pid))
      return;
  geo_rest_send_items (geo_rest_take_reply (call), items);
}

void
geo_rest_search_participants (GeoRestCall *call) {
  static const gchar *const types[] = { "person", "business", "organization",
                                        "hub", NULL };
  g_auto (GeoRestFaults) faults;
  g_autoptr (GPtrArray) found = NULL;
  GHashTable *query = call->request->query;
  const gchar *text, *type;
  GeoRestPage page;
  JsonArray *items;
  gint64 limit, skip;

  geo_rest_faults_init (&faults, "query");
  text = geo_rest_query_text (query, "q", TRUE, &faults);
  geo_rest_check_length (text, "q", 1, GEO_REST_NAME_MAX, &faults);
  type = geo_rest_query_word (query, "type", types, &faults);
  geo_rest_query_page (query, &page, &faults);
  limit = geo_rest_query_int (query, "limit", page.per_page, 1, SEARCH_MAX,
                              &faults);
  if (geo_rest_is_faulty (call, &faults))
    return;

  found = geo_book_find_people (call->book, text, NULL, G_MAXUINT);
  items = json_array_new ();
  skip = page.offset;
  for (guint i = 0; i < found->len && json_array_get_length (items) < limit;
       i++) {
    const GeoParticipant *participant = g_ptr_array_index (found, i);
    GeoParticipantKind kind;

    if (type != NULL && geo_rest_kind (type, &kind) &&
        kind != participant->kind)
      continue;
    if (skip-- > 0)
      continue;
    if (!add_shown (call, items, &participant->pid))
      return;
  }
  geo_rest_send_items (geo_rest_take_reply (call), items);
}

/* --- Registering -----------------------------------------------------------
 */

static gboolean
forget_full_cb (gpointer key, gpointer value, gpointer user_data) {
  return geo_bucket_is_full (value, *(gint64 *) user_data);
}

/* FALSE when that address has to wait. */
static gboolean
may_register (GeoHubRest *rest, const gchar *address, gint64 *wait_us) {
  gint64 now_us = g_get_monotonic_time ();
  GeoBucket *bucket = g_hash_table_lookup (rest->buckets, address);

  *wait_us = G_TIME_SPAN_MINUTE;
  if (bucket == NULL) {
    if (g_hash_table_size (rest->buckets) >= BUCKETS_MAX)
      g_hash_table_foreach_remove (rest->buckets, forget_full_cb, &now_us);
    if (g_hash_table_size (rest->buckets) >= BUCKETS_MAX)
      return FALSE;
    bucket = g_new (GeoBucket, 1);
    geo_bucket_init (bucket, rest->config->registrations_per_minute,
                     G_TIME_SPAN_MINUTE, rest->config->registrations_per_minute,
                     now_us);
    g_hash_table_insert (rest->buckets, g_strdup (address), bucket);
  }
  if (geo_bucket_take (bucket, now_us))
    return TRUE;
  *wait_us = geo_bucket_wait_us (bucket, now_us);
  return FALSE;
}

static void
send_wait (GeoReply *reply, gint64 wait_us) {
  g_autofree gchar *seconds =
      g_strdup_printf ("%" G_GINT64_FORMAT, wait_us / G_TIME_SPAN_SECOND + 1);

  geo_reply_set_header (reply, "Retry-After", seconds);
  geo_rest_refuse (reply, 429, GEO_CODE_INVALID, "Too many registrations",
                   NULL);
}

/* A name of which something is left when it is one of ours. */
static void
check_name (const gchar *name, GeoRestFaults *faults) {
  g_autofree gchar *ours = name == NULL ? NULL : geo_rest_name (name);

  geo_rest_check_length (name, "display_name", 1, GEO_REST_NAME_MAX, faults);
  if (ours != NULL && name[0] != '\0' && ours[0] == '\0')
    geo_rest_faults_add (faults, "value_error", "display_name",
                         "String should have a character that can be seen",
                         NULL);
}

static void
check_size (GBytes *rest, GeoRestFaults *faults) {
  if (rest != NULL && g_bytes_get_size (rest) > GEO_REST_PERSON_MAX)
    geo_rest_faults_add (faults, "too_long", "profile",
                         "A participant should be signed in at most 2048 bytes",
                         NULL);
}

static gboolean
sign_with (GeoParticipant *participant, const gchar *signature) {
  return geo_signature_parse (signature, &participant->signature, NULL) &&
         geo_participant_check_signature (participant, NULL);
}

static void
send_bad_signature (GeoRestCall *call) {
  geo_rest_refuse (geo_rest_take_reply (call), 400, GEO_CODE_SIGNATURE,
                   "Invalid signature", NULL);
}

static void
registered (GeoHubRest *rest, GeoReply *reply, gpointer data, guint status) {
  g_autoptr (GError) error = NULL;
  JsonObject *object = geo_rest_show_participant (rest, data, &error);

  if (object == NULL)
    geo_rest_send_unreadable (reply, error);
  else
    geo_rest_send (reply, status, object);
}

static void
created (GeoHubRest *rest, GeoReply *reply, gpointer data) {
  registered (rest, reply, data, 201);
}

static void
changed (GeoHubRest *rest, GeoReply *reply, gpointer data) {
  registered (rest, reply, data, 200);
}

static void
store (GeoRestCall *call,
       const GeoParticipant *participant,
       GeoRestLaterFunc func) {
  g_autoptr (GError) error = NULL;
  GeoRestLater *later =
      geo_rest_later_new (call, func, geo_pid_dup (&participant->pid), g_free);

  if (geo_engine_register (call->rest->engine, participant, geo_rest_later_done,
                           later, geo_rest_later_free, &error))
    return;
  geo_rest_refuse (g_steal_pointer (&later->reply),
                   geo_rest_status_of ((GeoCode) error->code),
                   (GeoCode) error->code, error->message, NULL);
  geo_rest_later_free (later);
}

/* S2: {display_name, public_key, type[, profile]}. */
static GBytes *
registration_bytes (const gchar *name,
                    const gchar *key,
                    const gchar *type,
                    JsonNode *profile) {
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "display_name", name);
  json_object_set_string_member (object, "public_key", key);
  json_object_set_string_member (object, "type", type);
  if (profile != NULL)
    json_object_set_member (object, "profile", json_node_copy (profile));
  return geo_rest_signed_bytes (object);
}

static void
check_type (const gchar *type, JsonNode *input, GeoRestFaults *faults) {
  GeoParticipantKind kind;

  if (!geo_rest_kind (type, &kind))
    geo_rest_faults_add (faults, "literal_error", "type",
                         "Input should be 'person', 'business' or 'hub'",
                         input);
}

void
geo_rest_post_participants (GeoRestCall *call) {
  g_autoptr (GeoParticipant) participant = geo_participant_new ();
  g_auto (GeoRestFaults) faults;
  g_autoptr (JsonNode) body = NULL;
  const gchar *name, *key, *type, *signature;
  JsonObject *object;
  JsonNode *profile;
  gint64 wait_us;

  geo_rest_faults_init (&faults, "body");
  if (!may_register (call->rest, call->request->peer_address, &wait_us)) {
    send_wait (geo_rest_take_reply (call), wait_us);
    return;
  }
  body = geo_rest_read_body (call, NULL, &faults);
  if (body == NULL)
    return;
  object = json_node_get_object (body);
  name = geo_rest_get_text (object, "display_name", TRUE, &faults);
  check_name (name, &faults);
  type = geo_rest_get_text (object, "type", FALSE, &faults);
  /* It defaults to person, and is signed all the same. */
  if (type == NULL)
    type = "person";
  check_type (type, json_object_get_member (object, "type"), &faults);
  key = geo_rest_get_text (object, "public_key", TRUE, &faults);
  if (key != NULL && !geo_public_key_parse (key, &participant->key, NULL))
    geo_rest_faults_add (&faults, "value_error", "public_key",
                         "Input should be the base64 of 32 bytes",
                         json_object_get_member (object, "public_key"));
  profile = geo_rest_get_object (object, "profile", &faults);
  signature = geo_rest_get_text (object, "signature", TRUE, &faults);
  if (!geo_rest_faults_any (&faults)) {
    participant->rest = registration_bytes (name, key, type, profile);
    check_size (participant->rest, &faults);
  }
  if (geo_rest_is_faulty (call, &faults))
    return;

  participant->community = geo_book_get_community (call->book)->community;
  geo_pid_from_key (&participant->key, &participant->pid);
  participant->name = geo_rest_name (name);
  if (!geo_rest_kind (type, &participant->kind))
    g_assert_not_reached ();
  participant->seq = 1;
  participant->at = geo_rest_now ();
  if (participant->rest == NULL || !sign_with (participant, signature)) {
    send_bad_signature (call);
    return;
  }
  if (geo_book_get_participant (call->book, &participant->pid) != NULL) {
    geo_rest_refuse (geo_rest_take_reply (call), 409, GEO_CODE_CONFLICT,
                     "Participant already exists", NULL);
    return;
  }
  /* This contract has no place for an invitation's code. */
  if (!call->rest->config->open || call->rest->config->code != NULL) {
    geo_rest_refuse (geo_rest_take_reply (call), 403, GEO_CODE_NOT_ALLOWED,
                     "Joining is by invitation", NULL);
    return;
  }
  store (call, participant, created);
}

/* S2: the fields sent. */
static GBytes *
change_bytes (const gchar *name, JsonNode *profile) {
  JsonObject *object = json_object_new ();

  if (name != NULL)
    json_object_set_string_member (object, "display_name", name);
  if (profile != NULL)
    json_object_set_member (object, "profile", json_node_copy (profile));
  return geo_rest_signed_bytes (object);
}

void
geo_rest_patch_me (GeoRestCall *call) {
  g_autoptr (GeoParticipant) participant =
      geo_participant_copy (geo_book_get_participant (call->book, &call->pid));
  g_auto (GeoRestFaults) faults;
  g_autoptr (JsonNode) body = NULL;
  const gchar *name, *signature;
  JsonObject *object;
  JsonNode *profile;

  geo_rest_faults_init (&faults, "body");
  body = geo_rest_read_body (call, NULL, &faults);
  if (body == NULL)
    return;
  object = json_node_get_object (body);
  name = geo_rest_get_text (object, "display_name", FALSE, &faults);
  check_name (name, &faults);
  profile = geo_rest_get_object (object, "profile", &faults);
  signature = geo_rest_get_text (object, "signature", TRUE, &faults);
  if (!geo_rest_faults_any (&faults) && name == NULL && profile == NULL)
    geo_rest_faults_add (&faults, "missing", NULL, "Nothing to change", body);
  if (!geo_rest_faults_any (&faults)) {
    g_clear_pointer (&participant->rest, g_bytes_unref);
    participant->rest = change_bytes (name, profile);
    check_size (participant->rest, &faults);
  }
  if (geo_rest_is_faulty (call, &faults))
    return;

  if (name != NULL) {
    g_free (participant->name);
    participant->name = geo_rest_name (name);
  }
  participant->seq++;
  participant->at = geo_rest_now ();
  if (participant->rest == NULL || !sign_with (participant, signature)) {
    send_bad_signature (call);
    return;
  }
  store (call, participant, changed);
}
