/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the hub's owner does through REST to settings, participants and payments
 * that are under way.  It must not do anything that is not in the log, in the
 * same transaction.
 */
#include <string.h>

#include "core/geo-json.h"
#include "core/geo-rest-object.h"
#include "hub/rest/geo-rest-private.h"

#define ADMIN "admin"
#define FOUND_MAX 16
#define INCIDENTS_MAX 1000

/* --- Reasons ---------------------------------------------------------------
 */

/* The reason in the body, which has to be there; NULL, and it is answered.
 * Borrowed from *body. */
static const gchar *
need_reason (GeoRestCall *call, JsonNode **body) {
  g_auto (GeoRestFaults) faults;
  const gchar *reason;

  geo_rest_faults_init (&faults, "body");
  *body = geo_rest_read_body (call, NULL, &faults);
  if (*body == NULL)
    return NULL;
  reason = geo_rest_read_reason (json_node_get_object (*body), TRUE, &faults);
  return geo_rest_is_faulty (call, &faults) ? NULL : reason;
}

/* --- Settings --------------------------------------------------------------
 */

static void
add_item (JsonArray *items,
          const gchar *key,
          JsonNode *value,
          gboolean is_mutable) {
  JsonObject *item = json_object_new ();

  json_object_set_string_member (item, "key", key);
  json_object_set_member (item, "value", value);
  json_object_set_boolean_member (item, "mutable", is_mutable);
  json_array_add_object_element (items, item);
}

static JsonNode *
int_node (gint64 value) {
  return json_node_init_int (json_node_alloc (), value);
}

void
geo_rest_get_config (GeoRestCall *call) {
  const GeoHubConfig *config = call->rest->config;
  const gchar *const *names = geo_hub_settings_names ();
  JsonArray *items = json_array_new ();

  for (guint i = 0; names[i] != NULL; i++)
    add_item (items, names[i],
              geo_hub_settings_show (call->rest->settings, names[i]), TRUE);
  /* These are in the file, and need a restart. */
  add_item (items, "community.name",
            json_node_init_string (json_node_alloc (), config->name), FALSE);
  add_item (items, "joining.open",
            json_node_init_boolean (json_node_alloc (), config->open), FALSE);
  add_item (items, "clearing.interval", int_node (config->clearing_interval_s),
            FALSE);
  add_item (items, "clearing.max_length",
            int_node (config->clearing_max_length), FALSE);
  add_item (items, "limits.requests_per_second",
            int_node (config->requests_per_second), FALSE);
  add_item (items, "limits.registrations_per_minute",
            int_node (config->registrations_per_minute), FALSE);
  add_item (items, "limits.orders_open", int_node (config->orders_open_max),
            FALSE);
  geo_rest_send_items (geo_rest_take_reply (call), items);
}

static JsonObject *
show_flags (GeoHubRest *rest) {
  JsonObject *object = json_object_new ();

  json_object_set_boolean_member (
      object, "multipath_enabled",
      geo_hub_settings_is_on (rest->settings, GEO_HUB_SETTING_MULTIPATH));
  json_object_set_boolean_member (
      object, "full_multipath_enabled",
      geo_hub_settings_is_on (rest->settings, GEO_HUB_SETTING_FULL_MULTIPATH));
  json_object_set_boolean_member (
      object, "clearing_enabled",
      geo_hub_settings_is_on (rest->settings, GEO_HUB_SETTING_CLEARING));
  return object;
}

/* What is to be set: names and texts, all of them good. */
typedef struct {
  GPtrArray *names;
  GPtrArray *values;
} Updates;

static void
updates_clear (Updates *updates) {
  g_clear_pointer (&updates->names, g_ptr_array_unref);
  g_clear_pointer (&updates->values, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Updates, updates_clear)

static void
add_update (Updates *updates,
            const gchar *name,
            const gchar *place,
            JsonNode *value,
            GeoRestFaults *faults) {
  g_autofree gchar *why = NULL;
  gchar *text = geo_hub_settings_check (name, value, &why);

  if (text == NULL) {
    geo_rest_faults_add (faults, "value_error", place, why, value);
    return;
  }
  g_ptr_array_add (updates->names, g_strdup (name));
  g_ptr_array_add (updates->values, text);
}

static void
updates_init (Updates *updates) {
  updates->names = g_ptr_array_new_with_free_func (g_free);
  updates->values = g_ptr_array_new_with_free_func (g_free);
}

static void
settings_stored (GeoHubRest *rest, GeoReply *reply, gpointer data) {
  const Updates *updates = data;
  JsonObject *object = json_object_new ();
  JsonArray *names = json_array_new ();

  for (guint i = 0; i < updates->names->len; i++)
    json_array_add_string_element (names,
                                   g_ptr_array_index (updates->names, i));
  json_object_set_array_member (object, "updated", names);
  geo_rest_send (reply, 200, object);
}

static void
flags_stored (GeoHubRest *rest, GeoReply *reply, gpointer data) {
  geo_rest_send (reply, 200, show_flags (rest));
}

static void
free_updates (gpointer data) {
  updates_clear (data);
  g_free (data);
}

/* At once in force; the answer comes when all of them are on disk. */
static void
store_updates (GeoRestCall *call,
               Updates *updates,
               const gchar *action,
               const gchar *reason,
               GeoRestLaterFunc func) {
  GeoHubRest *rest = call->rest;
  g_autoptr (GPtrArray) audits = g_ptr_array_new ();
  GeoCloserLimits limits;
  Updates *kept;
  GeoRestLater *later;

  for (guint i = 0; i < updates->names->len; i++) {
    const gchar *name = g_ptr_array_index (updates->names, i);
    JsonObject *before = json_object_new ();
    JsonObject *after = json_object_new ();

    json_object_set_member (before, "value",
                            geo_hub_settings_show (rest->settings, name));
    geo_hub_settings_set (rest->settings, name,
                          g_ptr_array_index (updates->values, i));
    json_object_set_member (after, "value",
                            geo_hub_settings_show (rest->settings, name));
    g_ptr_array_add (audits, geo_rest_audit (call, ADMIN, action, "config",
                                             name, reason, before, after));
  }
  geo_closer_get_limits (geo_engine_get_closer (rest->engine), &limits);
  geo_hub_settings_apply (rest->settings, &limits);
  geo_engine_set_limits (rest->engine, &limits);

  kept = g_new0 (Updates, 1);
  kept->names = g_ptr_array_ref (updates->names);
  later = geo_rest_later_new (call, func, kept, free_updates);
  for (guint i = 0; i < updates->names->len; i++) {
    gboolean is_last = i + 1 == updates->names->len;
    GeoChange *change = geo_change_new (GEO_CHANGE_HUB, geo_rest_now ());

    change->setting = g_strdup (g_ptr_array_index (updates->names, i));
    change->value = g_strdup (g_ptr_array_index (updates->values, i));
    change->audit = g_ptr_array_index (audits, i);
    geo_engine_store (
        rest->engine, change, is_last ? geo_rest_later_done : NULL,
        is_last ? later : NULL, is_last ? geo_rest_later_free : NULL);
  }
}

/* {"updates": {…}, "reason"}, or the settings at the top. */
void
geo_rest_patch_config (GeoRestCall *call) {
  g_auto (GeoRestFaults) faults;
  g_auto (Updates) updates = { NULL, NULL };
  g_autoptr (JsonNode) body = NULL;
  JsonObject *object;
  JsonNode *wanted;
  JsonObjectIter iter;
  const gchar *name, *reason;
  JsonNode *value;

  updates_init (&updates);
  geo_rest_faults_init (&faults, "body");
  body = geo_rest_read_body (call, NULL, &faults);
  if (body == NULL)
    return;
  object = json_node_get_object (body);
  reason = geo_rest_read_reason (object, FALSE, &faults);
  wanted = geo_rest_get_object (object, "updates", &faults);
  json_object_iter_init (&iter, wanted != NULL ? json_node_get_object (wanted)
                                               : object);
  while (json_object_iter_next (&iter, &name, &value)) {
    g_autofree gchar *place = wanted != NULL
                                  ? g_strconcat ("updates/", name, NULL)
                                  : g_strdup (name);

    if (wanted != NULL || !g_str_equal (name, "reason"))
      add_update (&updates, name, place, value, &faults);
  }
  if (!geo_rest_faults_any (&faults) && updates.names->len == 0)
    geo_rest_faults_add (&faults, "missing", "updates", "Nothing to change",
                         body);
  if (geo_rest_is_faulty (call, &faults))
    return;
  store_updates (call, &updates, "admin.config.patch", reason, settings_stored);
}

void
geo_rest_get_flags (GeoRestCall *call) {
  geo_rest_send (geo_rest_take_reply (call), 200, show_flags (call->rest));
}

void
geo_rest_patch_flags (GeoRestCall *call) {
  static const struct {
    const gchar *flag;
    const gchar *setting;
  } flags[] = {
    { "multipath_enabled", GEO_HUB_SETTING_MULTIPATH },
    { "full_multipath_enabled", GEO_HUB_SETTING_FULL_MULTIPATH },
    { "clearing_enabled", GEO_HUB_SETTING_CLEARING },
  };
  g_auto (GeoRestFaults) faults;
  g_auto (Updates) updates = { NULL, NULL };
  g_autoptr (JsonNode) body = NULL;
  JsonObject *object;
  const gchar *reason;

  updates_init (&updates);
  geo_rest_faults_init (&faults, "body");
  body = geo_rest_read_body (call, NULL, &faults);
  if (body == NULL)
    return;
  object = json_node_get_object (body);
  reason = geo_rest_read_reason (object, FALSE, &faults);
  for (gsize i = 0; i < G_N_ELEMENTS (flags); i++) {
    JsonNode *value = json_object_get_member (object, flags[i].flag);

    if (value != NULL && !JSON_NODE_HOLDS_NULL (value))
      add_update (&updates, flags[i].setting, flags[i].flag, value, &faults);
  }
  if (!geo_rest_faults_any (&faults) && updates.names->len == 0)
    geo_rest_faults_add (&faults, "missing", NULL, "Nothing to change", body);
  if (geo_rest_is_faulty (call, &faults))
    return;
  store_updates (call, &updates, "admin.feature_flags.patch", reason,
                 flags_stored);
}

void
geo_rest_get_whoami (GeoRestCall *call) {
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "role", ADMIN);
  geo_rest_send (geo_rest_take_reply (call), 200, object);
}

/* --- Participants ----------------------------------------------------------
 */

static const gchar *const status_words[] = { "active", "suspended", "deleted",
                                             "frozen", "banned",    "left",
                                             NULL };

static gboolean
is_status (GeoStatus status, const gchar *word) {
  if (g_str_equal (word, "frozen"))
    return status == GEO_STATUS_FROZEN;
  if (g_str_equal (word, "banned"))
    return status == GEO_STATUS_BANNED;
  return g_str_equal (word, geo_rest_status_word (status));
}

/* Most are active, which the book knows. */
static gboolean
read_status (GeoRestCall *call,
             const GeoPid *pid,
             GeoStatus *status,
             GError **error) {
  *status = GEO_STATUS_ACTIVE;
  return !geo_book_is_frozen (call->book, pid) ||
         geo_hub_store_get_status (call->reader, pid, status, error);
}

/* Those that the query asks for: GPtrArray of borrowed GeoParticipant. */
static GPtrArray *
find_people (GeoRestCall *call,
             const gchar *text,
             const gchar *type,
             const gchar *word,
             GError **error) {
  g_autoptr (GPtrArray) found = NULL;
  g_autoptr (GPtrArray) wanted = g_ptr_array_new ();
  GeoParticipantKind kind = GEO_PARTICIPANT_KIND_PERSON;
  GeoStatus status;

  if (text != NULL && text[0] != '\0') {
    found = geo_book_find_people (call->book, text, NULL, G_MAXUINT);
  } else {
    found = g_ptr_array_new ();
    for (guint i = 0; i < geo_book_n_participants (call->book); i++)
      g_ptr_array_add (found, (gpointer) geo_book_get_nth (call->book, i));
  }
  if (type != NULL && !geo_rest_kind (type, &kind))
    g_assert_not_reached ();
  for (guint i = 0; i < found->len; i++) {
    const GeoParticipant *participant = g_ptr_array_index (found, i);

    if (type != NULL && participant->kind != kind)
      continue;
    if (word != NULL) {
      if (!read_status (call, &participant->pid, &status, error))
        return NULL;
      if (!is_status (status, word))
        continue;
    }
    g_ptr_array_add (wanted, (gpointer) participant);
  }
  return g_steal_pointer (&wanted);
}

static JsonObject *
show_short (GeoRestCall *call, const GeoPid *pid, GError **error) {
  static const gchar *const members[] = {
    "pid", "display_name", "type", "status", "verification_level", "created_at"
  };
  g_autoptr (JsonObject) full = geo_rest_show_participant (call->rest, pid,
                                                           error);
  JsonObject *object;

  if (full == NULL)
    return NULL;
  object = json_object_new ();
  for (gsize i = 0; i < G_N_ELEMENTS (members); i++)
    json_object_set_member (object, members[i],
                            json_object_dup_member (full, members[i]));
  return object;
}

void
geo_rest_admin_participants (GeoRestCall *call) {
  static const gchar *const types[] = { "person", "business", "organization",
                                        "hub", NULL };
  g_auto (GeoRestFaults) faults;
  g_autoptr (GPtrArray) people = NULL;
  g_autoptr (GError) error = NULL;
  GHashTable *query = call->request->query;
  const gchar *text, *type, *word;
  GeoRestPage page;
  JsonArray *items;

  geo_rest_faults_init (&faults, "query");
  text = geo_rest_query_text (query, "q", FALSE, &faults);
  type = geo_rest_query_word (query, "type", types, &faults);
  word = geo_rest_query_word (query, "status", status_words, &faults);
  geo_rest_query_page (query, &page, &faults);
  if (geo_rest_is_faulty (call, &faults))
    return;
  people = find_people (call, text, type, word, &error);
  if (people == NULL) {
    geo_rest_send_unreadable (geo_rest_take_reply (call), error);
    return;
  }
  items = json_array_new ();
  for (gint64 i = page.offset;
       i < people->len && i < page.offset + page.per_page; i++) {
    const GeoParticipant *participant = g_ptr_array_index (people, (guint) i);
    JsonObject *object = show_short (call, &participant->pid, &error);

    if (object == NULL) {
      json_array_unref (items);
      geo_rest_send_unreadable (geo_rest_take_reply (call), error);
      return;
    }
    json_array_add_object_element (items, object);
  }
  geo_rest_send_page (geo_rest_take_reply (call), items, &page, people->len);
}

void
geo_rest_admin_participants_stats (GeoRestCall *call) {
  guint n = geo_book_n_participants (call->book);
  JsonObject *by_status = json_object_new ();
  JsonObject *by_type = json_object_new ();
  JsonObject *object = json_object_new ();
  guint statuses[GEO_STATUS_BANNED + 1] = { 0 };
  guint persons = 0;

  for (guint i = 0; i < n; i++) {
    const GeoParticipant *participant = geo_book_get_nth (call->book, i);
    GeoStatus status = GEO_STATUS_ACTIVE;

    if (read_status (call, &participant->pid, &status, NULL))
      statuses[status]++;
    persons += participant->kind == GEO_PARTICIPANT_KIND_PERSON;
  }
  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++)
    json_object_set_int_member (by_status, geo_rest_status_word ((GeoStatus) i),
                                statuses[i]);
  json_object_set_int_member (by_type, "person", persons);
  json_object_set_int_member (by_type, "business", n - persons);
  json_object_set_object_member (object, "participants_by_status", by_status);
  json_object_set_object_member (object, "participants_by_type", by_type);
  json_object_set_int_member (object, "total_participants", n);
  geo_rest_send (geo_rest_take_reply (call), 200, object);
}

typedef struct {
  GeoPid pid;
  GeoStatus status;
} Verdict;

static void
status_stored (GeoHubRest *rest, GeoReply *reply, gpointer data) {
  const Verdict *verdict = data;
  JsonObject *object = json_object_new ();

  geo_rest_set_pid (object, "pid", &verdict->pid);
  json_object_set_string_member (object, "status",
                                 geo_rest_status_word (verdict->status));
  geo_rest_send (reply, 200, object);
}

static JsonObject *
show_status (GeoStatus status) {
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "status",
                                 geo_rest_status_word (status));
  return object;
}

/* from: what a participant may be before; the others are a conflict. */
static void
set_status (GeoRestCall *call,
            const gchar *action,
            GeoStatus to,
            gboolean (*may) (GeoStatus from)) {
  g_autoptr (JsonNode) body = NULL;
  g_autoptr (GError) error = NULL;
  const gchar *reason;
  GeoRestLater *later;
  GeoChange *change;
  Verdict *verdict;
  GeoStatus from;
  GeoPid pid;

  reason = need_reason (call, &body);
  if (reason == NULL)
    return;
  if (!geo_pid_parse (call->args[0], &pid, NULL) ||
      geo_book_get_participant (call->book, &pid) == NULL) {
    geo_rest_send_missing (geo_rest_take_reply (call), "Participant",
                           call->args[0]);
    return;
  }
  if (!read_status (call, &pid, &from, &error)) {
    geo_rest_send_unreadable (geo_rest_take_reply (call), error);
    return;
  }
  if (!may (from)) {
    g_autofree gchar *message = g_strdup_printf ("Participant is %s",
                                                 geo_rest_status_word (from));

    geo_rest_refuse (geo_rest_take_reply (call), 409, GEO_CODE_CONFLICT,
                     message, NULL);
    return;
  }

  change = geo_change_new (GEO_CHANGE_HUB, geo_rest_now ());
  change->has_status = TRUE;
  change->pid = pid;
  change->status = to;
  change->audit = geo_rest_audit (call, ADMIN, action, "participant",
                                  call->args[0], reason, show_status (from),
                                  show_status (to));
  verdict = g_new0 (Verdict, 1);
  *verdict = (Verdict){ pid, to };
  later = geo_rest_later_new (call, status_stored, verdict, g_free);
  if (!geo_engine_decide (call->rest->engine, change, geo_rest_later_done,
                          later, geo_rest_later_free))
    geo_rest_later_free (later);
}

static gboolean
may_freeze (GeoStatus from) {
  return from != GEO_STATUS_BANNED;
}

static gboolean
may_unfreeze (GeoStatus from) {
  return from != GEO_STATUS_BANNED;
}

static gboolean
may_ban (GeoStatus from) {
  return TRUE;
}

static gboolean
may_unban (GeoStatus from) {
  return from != GEO_STATUS_FROZEN;
}

void
geo_rest_admin_freeze (GeoRestCall *call) {
  set_status (call, "admin.participants.freeze", GEO_STATUS_FROZEN, may_freeze);
}

void
geo_rest_admin_unfreeze (GeoRestCall *call) {
  set_status (call, "admin.participants.unfreeze", GEO_STATUS_ACTIVE,
              may_unfreeze);
}

void
geo_rest_admin_ban (GeoRestCall *call) {
  set_status (call, "admin.participants.ban", GEO_STATUS_BANNED, may_ban);
}

void
geo_rest_admin_unban (GeoRestCall *call) {
  set_status (call, "admin.participants.unban", GEO_STATUS_ACTIVE, may_unban);
}

/* --- The log ---------------------------------------------------------------
 */

JsonObject *
geo_rest_show_audit (const GeoHubAudit *line) {
  const GeoAudit *audit = line->audit;
  JsonObject *object = json_object_new ();

  geo_rest_set_text (object, "id", audit->id);
  geo_rest_set_time (object, "timestamp", line->at);
  json_object_set_null_member (object, "actor_id");
  geo_rest_set_text (object, "actor_role", audit->role);
  geo_rest_set_text (object, "action", audit->action);
  geo_rest_set_text (object, "object_type", audit->object_type);
  geo_rest_set_text (object, "object_id", audit->object_id);
  geo_rest_set_text (object, "reason", audit->reason);
  geo_rest_set_json (object, "before_state", audit->before);
  geo_rest_set_json (object, "after_state", audit->after);
  geo_rest_set_text (object, "request_id", audit->request_id);
  geo_rest_set_text (object, "ip_address", audit->address);
  json_object_set_null_member (object, "user_agent");
  return object;
}

void
geo_rest_admin_audit_log (GeoRestCall *call) {
  GHashTable *query = call->request->query;
  g_auto (GeoRestFaults) faults;
  g_autoptr (GPtrArray) lines = NULL;
  g_autoptr (GError) error = NULL;
  GeoHubAuditFilter filter;
  GeoRestPage page;
  JsonArray *items;
  gint64 total;

  geo_rest_faults_init (&faults, "query");
  filter.action = geo_rest_query_text (query, "action", FALSE, &faults);
  filter.object_type = geo_rest_query_text (query, "object_type", FALSE,
                                            &faults);
  filter.object_id = geo_rest_query_text (query, "object_id", FALSE, &faults);
  filter.text = geo_rest_query_text (query, "q", FALSE, &faults);
  geo_rest_query_page (query, &page, &faults);
  if (geo_rest_is_faulty (call, &faults))
    return;
  lines = geo_hub_store_list_audit (call->reader, &filter, page.offset,
                                    (guint) page.per_page, &total, &error);
  if (lines == NULL) {
    geo_rest_send_unreadable (geo_rest_take_reply (call), error);
    return;
  }
  items = json_array_new ();
  for (guint i = 0; i < lines->len; i++)
    json_array_add_object_element (
        items, geo_rest_show_audit (g_ptr_array_index (lines, i)));
  geo_rest_send_page (geo_rest_take_reply (call), items, &page, total);
}

/* --- Payments under way ----------------------------------------------------
 */

static void
aborted (GeoHubRest *rest, GeoReply *reply, gpointer data) {
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "tx_id", data);
  json_object_set_string_member (object, "status", "aborted");
  geo_rest_send (reply, 200, object);
}

/* Nothing is open under that tx_id: it is decided, or not known. */
static void
say_decided (GeoRestCall *call, GeoReply *reply) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) payments = geo_hub_store_find_payments (
      call->reader, call->args[0], FOUND_MAX, &error);
  JsonObject *details;

  if (payments == NULL) {
    geo_rest_send_unreadable (reply, error);
  } else if (payments->len == 0) {
    geo_rest_send_missing (reply, "Transaction", call->args[0]);
  } else {
    details = json_object_new ();
    json_object_set_boolean_member (details, "retryable", FALSE);
    /* P4: a committed payment stays committed. */
    geo_rest_refuse (reply, 409, GEO_CODE_CONFLICT,
                     "Transaction is decided already", details);
  }
}

void
geo_rest_admin_abort (GeoRestCall *call) {
  g_autoptr (JsonNode) body = NULL;
  const gchar *reason = need_reason (call, &body);
  GeoRestLater *later;
  GeoAudit *audit;

  if (reason == NULL)
    return;
  audit = geo_rest_audit (call, ADMIN, "admin.transactions.abort",
                          "transaction", call->args[0], reason, NULL, NULL);
  later = geo_rest_later_new (call, aborted, g_strdup (call->args[0]), g_free);
  if (geo_engine_abort (call->rest->engine, call->args[0], audit,
                        geo_rest_later_done, later, geo_rest_later_free) > 0)
    return;
  say_decided (call, g_steal_pointer (&later->reply));
  geo_rest_later_free (later);
}

/* --- What went wrong -------------------------------------------------------
 */

static JsonObject *
show_incident (const GeoHubIncident *incident, const GeoPid *community) {
  g_autofree gchar *name = g_strdup_printf ("incident-%" G_GINT64_FORMAT,
                                            incident->id);
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "tx_id", name);
  json_object_set_string_member (object, "state", "FROZEN");
  geo_rest_set_pid (object, "initiator_pid", community);
  json_object_set_string_member (object, "equivalent", incident->equivalent);
  json_object_set_int_member (object, "age_seconds",
                              MAX (0, geo_rest_now () - incident->at) / 1000);
  json_object_set_int_member (object, "sla_seconds", 0);
  geo_rest_set_time (object, "created_at", incident->at);
  json_object_set_string_member (object, "text", incident->text);
  return object;
}

/* Those whose equivalent is still frozen.  No payment can hang here: each is
 * decided by its deadline, or refused after a restart (P12). */
JsonArray *
geo_rest_show_incidents (GeoRestCall *call, GError **error) {
  const GeoPid *community = &geo_book_get_community (call->book)->community;
  g_autoptr (GPtrArray) frozen = geo_hub_store_list_frozen (call->reader,
                                                            error);
  g_autoptr (GPtrArray) incidents = NULL;
  JsonArray *items;

  if (frozen == NULL)
    return NULL;
  incidents = geo_hub_store_list_incidents (call->reader, 0, INCIDENTS_MAX,
                                            error);
  if (incidents == NULL)
    return NULL;
  items = json_array_new ();
  for (guint i = 0; i < incidents->len; i++) {
    const GeoHubIncident *incident = g_ptr_array_index (incidents, i);

    if (incident->kind == GEO_INCIDENT_FROZEN &&
        g_ptr_array_find_with_equal_func (frozen, incident->equivalent,
                                          g_str_equal, NULL))
      json_array_add_object_element (items,
                                     show_incident (incident, community));
  }
  return items;
}

void
geo_rest_admin_incidents (GeoRestCall *call) {
  g_auto (GeoRestFaults) faults;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonArray) all = NULL;
  GeoRestPage page;
  JsonArray *items;
  gint64 total;

  geo_rest_faults_init (&faults, "query");
  geo_rest_query_page (call->request->query, &page, &faults);
  if (geo_rest_is_faulty (call, &faults))
    return;
  all = geo_rest_show_incidents (call, &error);
  if (all == NULL) {
    geo_rest_send_unreadable (geo_rest_take_reply (call), error);
    return;
  }
  total = json_array_get_length (all);
  items = json_array_new ();
  for (gint64 i = page.offset; i < total && i < page.offset + page.per_page;
       i++)
    json_array_add_element (items, json_array_dup_element (all, (guint) i));
  geo_rest_send_page (geo_rest_take_reply (call), items, &page, total);
}

void
geo_rest_admin_migrations (GeoRestCall *call) {
  JsonObject *object = json_object_new ();
  g_autoptr (GError) error = NULL;
  g_autofree gchar *text = NULL;
  gint64 version;

  if (!geo_hub_store_get_version (call->reader, &version, &error)) {
    json_object_unref (object);
    geo_rest_send_unreadable (geo_rest_take_reply (call), error);
    return;
  }
  /* A hub only runs on a database of its own version. */
  text = g_strdup_printf ("%" G_GINT64_FORMAT, version);
  json_object_set_string_member (object, "current_revision", text);
  json_object_set_string_member (object, "head_revision", text);
  json_object_set_boolean_member (object, "is_up_to_date", TRUE);
  geo_rest_send (geo_rest_take_reply (call), 200, object);
}
