/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What amounts count in, as REST shows it: the community's equivalents with
 * what the hub's owner noted about them, and how that is changed.  It must not
 * change what amounts mean that people owe each other already.
 */
#include <string.h>

#include "core/geo-contract.h"
#include "core/geo-json.h"
#include "core/geo-text.h"
#include "hub/rest/geo-rest-private.h"

static gboolean
is_iso_code (const gchar *code) {
  for (guint i = 0; i < 3; i++)
    if (!g_ascii_isupper (code[i]))
      return FALSE;
  return code[3] == '\0';
}

/* Where nothing was noted: what the equivalent says itself. */
static JsonObject *
make_metadata (const GeoEquivalent *equivalent) {
  JsonObject *metadata = json_object_new ();

  json_object_set_string_member (
      metadata, "type", geo_equivalent_kind_to_string (equivalent->kind));
  if (equivalent->kind == GEO_EQUIVALENT_KIND_FIAT &&
      is_iso_code (equivalent->code))
    json_object_set_string_member (metadata, "iso_code", equivalent->code);
  return metadata;
}

static JsonNode *
get_note (GeoHubRest *rest, const gchar *code) {
  const gchar *text = g_hash_table_lookup (rest->notes, code);

  return text == NULL
             ? NULL
             : geo_json_parse (text, strlen (text), GEO_JSON_SIZE_MAX, NULL);
}

JsonObject *
geo_rest_show_equivalent (GeoHubRest *rest, const gchar *code) {
  const GeoCommunity *community =
      geo_book_get_community (geo_engine_get_book (rest->engine));
  const GeoEquivalent *equivalent = geo_community_find_equivalent (community,
                                                                   code);
  g_autoptr (JsonNode) note = get_note (rest, code);
  JsonObject *object = json_object_new ();

  g_assert (equivalent != NULL);
  json_object_set_string_member (object, "code", equivalent->code);
  geo_rest_set_text (object, "symbol", equivalent->symbol);
  geo_rest_set_text (object, "description", equivalent->name);
  json_object_set_int_member (object, "precision", equivalent->precision);
  json_object_set_object_member (object, "metadata",
                                 make_metadata (equivalent));
  json_object_set_boolean_member (object, "is_active", TRUE);
  geo_rest_set_time (object, "created_at", community->at);
  geo_rest_set_time (object, "updated_at", community->at);
  if (note != NULL && JSON_NODE_HOLDS_OBJECT (note)) {
    JsonObjectIter iter;
    const gchar *name;
    JsonNode *value;

    json_object_iter_init (&iter, json_node_get_object (note));
    while (json_object_iter_next (&iter, &name, &value))
      if (json_object_has_member (object, name))
        json_object_set_member (object, name, json_node_copy (value));
  }
  return object;
}

const GeoEquivalent *
geo_rest_main_equivalent (const GeoBook *book) {
  const GeoCommunity *community = geo_book_get_community (book);

  return community->equivalents->len == 0
             ? NULL
             : g_ptr_array_index (community->equivalents, 0);
}

const GeoEquivalent *
geo_rest_need_equivalent (GeoRestCall *call, const gchar *code) {
  const GeoEquivalent *equivalent =
      geo_community_find_equivalent (geo_book_get_community (call->book), code);
  g_autofree gchar *message = NULL;

  if (equivalent != NULL)
    return equivalent;
  message = g_strdup_printf ("Equivalent '%s' not found", code);
  geo_rest_refuse (geo_rest_take_reply (call), 404, GEO_CODE_NO_ROUTE, message,
                   NULL);
  return NULL;
}

void
geo_rest_get_equivalents (GeoRestCall *call) {
  const GeoCommunity *community = geo_book_get_community (call->book);
  JsonArray *items = json_array_new ();

  for (guint i = 0; i < community->equivalents->len; i++) {
    const GeoEquivalent *equivalent = g_ptr_array_index (community->equivalents,
                                                         i);
    JsonObject *object = geo_rest_show_equivalent (call->rest,
                                                   equivalent->code);

    if (json_object_get_boolean_member (object, "is_active"))
      json_array_add_object_element (items, object);
    else
      json_object_unref (object);
  }
  geo_rest_send_items (geo_rest_take_reply (call), items);
}

/* --- The owner's -----------------------------------------------------------
 */

#define SYMBOL_MAX 8
#define TEXT_MAX 500
#define NAME_MAX_CHARS 100
#define EQUIVALENTS_MAX 64

/* What is to be; members that are NULL or missing are not said. */
typedef struct {
  const gchar *symbol;
  gboolean has_symbol;
  const gchar *description;
  gboolean has_description;
  JsonNode *metadata;
  gint64 precision; /* -1: not said */
  gboolean is_active;
  const gchar *reason;
} Wish;

static void
read_wish (JsonObject *object,
           gboolean was_active,
           Wish *wish,
           GeoRestFaults *faults) {
  const gchar *type;

  wish->symbol = geo_rest_get_text (object, "symbol", FALSE, faults);
  wish->has_symbol = json_object_has_member (object, "symbol");
  geo_rest_check_length (wish->symbol, "symbol", 1, SYMBOL_MAX, faults);
  if (wish->symbol != NULL && !geo_text_is_valid (wish->symbol, GEO_TEXT_LINE))
    geo_rest_faults_add (faults, "value_error", "symbol",
                         "Input should be plain text", NULL);
  wish->description = geo_rest_get_text (object, "description", FALSE, faults);
  wish->has_description = json_object_has_member (object, "description");
  geo_rest_check_length (wish->description, "description", 0, TEXT_MAX, faults);
  wish->precision = geo_rest_get_int (object, "precision", -1, 0,
                                      GEO_PRECISION_MAX, faults);
  wish->metadata = geo_rest_get_object (object, "metadata", faults);
  wish->is_active = geo_rest_get_bool (object, "is_active", was_active, faults);
  wish->reason = geo_rest_read_reason (object, FALSE, faults);
  if (wish->metadata == NULL)
    return;
  type = geo_rest_get_text (json_node_get_object (wish->metadata), "type",
                            FALSE, faults);
  if (type != NULL) {
    GeoEquivalentKind kind;

    if (!geo_equivalent_kind_from_string (type, &kind))
      geo_rest_faults_add (
          faults, "literal_error", "metadata/type",
          "Input should be 'fiat', 'time', 'commodity' or 'custom'", NULL);
  }
}

static void
set_text (gchar **slot, const gchar *text, glong max) {
  g_autofree gchar *plain =
      text == NULL ? NULL : geo_text_from_typed (text, max, GEO_TEXT_LINE);

  g_free (*slot);
  *slot = plain == NULL || plain[0] == '\0' ? NULL : g_steal_pointer (&plain);
}

static void
apply_wish (const Wish *wish, GeoEquivalent *equivalent) {
  if (wish->has_symbol)
    set_text (&equivalent->symbol, wish->symbol, SYMBOL_MAX);
  if (wish->has_description)
    set_text (&equivalent->name, wish->description, NAME_MAX_CHARS);
  if (wish->precision >= 0)
    equivalent->precision = wish->precision;
  if (wish->metadata != NULL &&
      json_object_has_member (json_node_get_object (wish->metadata), "type"))
    geo_equivalent_kind_from_string (
        json_object_get_string_member (json_node_get_object (wish->metadata),
                                       "type"),
        &equivalent->kind);
}

/* Takes node. */
static void
note_member (JsonObject *note,
             gboolean is_said,
             const gchar *name,
             JsonNode *node) {
  if (is_said)
    json_object_set_member (note, name, node);
  else
    json_node_unref (node);
}

static JsonNode *
text_node (const gchar *text) {
  return text == NULL ? json_node_new (JSON_NODE_NULL)
                      : json_node_init_string (json_node_alloc (), text);
}

/* What is shown besides the community's own object: what was noted before, with
 * what is said now. */
static gchar *
make_note (GeoHubRest *rest,
           const gchar *code,
           const Wish *wish,
           gboolean is_new) {
  g_autoptr (JsonNode) before = is_new ? NULL : get_note (rest, code);
  JsonObject *note;

  if (before != NULL && JSON_NODE_HOLDS_OBJECT (before))
    note = json_object_ref (json_node_get_object (before));
  else
    note = json_object_new ();
  note_member (note, wish->has_symbol || is_new, "symbol",
               text_node (wish->symbol));
  note_member (note, wish->has_description || is_new, "description",
               text_node (wish->description));
  if (wish->metadata != NULL)
    json_object_set_member (note, "metadata", json_node_copy (wish->metadata));
  json_object_set_boolean_member (note, "is_active", wish->is_active);
  if (is_new)
    geo_rest_set_time (note, "created_at", geo_rest_now ());
  geo_rest_set_time (note, "updated_at", geo_rest_now ());
  return geo_rest_object_to_text (note);
}

/* The community with that list of equivalents (GeoEquivalent, taken), signed;
 * NULL where it says what it said before. */
static GeoCommunity *
next_community (GeoHubRest *rest, GPtrArray *equivalents) {
  const GeoCommunity *before =
      geo_book_get_community (geo_engine_get_book (rest->engine));
  GeoCommunity *community = geo_community_copy (before);

  g_ptr_array_unref (community->equivalents);
  community->equivalents = equivalents;
  community->seq++;
  community->at = MAX (geo_rest_now (), before->at);
  geo_community_sign (community, rest->secret);
  return community;
}

static GPtrArray *
copy_equivalents (const GeoCommunity *community) {
  GPtrArray *list =
      g_ptr_array_new_with_free_func ((GDestroyNotify) geo_equivalent_free);

  for (guint i = 0; i < community->equivalents->len; i++)
    g_ptr_array_add (list, geo_equivalent_copy (
                               g_ptr_array_index (community->equivalents, i)));
  return list;
}

static void
equivalent_stored (GeoHubRest *rest, GeoReply *reply, gpointer data) {
  geo_rest_send (reply, 200, geo_rest_show_equivalent (rest, data));
}

static void
equivalent_deleted (GeoHubRest *rest, GeoReply *reply, gpointer data) {
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "deleted", data);
  geo_rest_send (reply, 200, object);
}

/* In force at once, on disk with its line in the log.  Takes community, note
 * and the states. */
static void
decide (GeoRestCall *call,
        const gchar *code,
        const gchar *action,
        const gchar *reason,
        GeoCommunity *community,
        gchar *note,
        JsonObject *before,
        JsonObject *after,
        GeoRestLaterFunc func) {
  GeoHubRest *rest = call->rest;
  GeoChange *change = geo_change_new (GEO_CHANGE_HUB, geo_rest_now ());
  GeoRestLater *later;

  change->community = community;
  change->equivalent = g_strdup (code);
  change->note = note;
  change->audit = geo_rest_audit (call, "admin", action, "equivalent", code,
                                  reason, before, after);
  later = geo_rest_later_new (call, func, g_strdup (code), g_free);
  /* The answer is made of it, and may be made at once. */
  g_hash_table_replace (rest->notes, g_strdup (code), g_strdup (note));
  if (geo_engine_decide (rest->engine, change, geo_rest_later_done, later,
                         geo_rest_later_free))
    return;
  g_hash_table_remove (rest->notes, code);
  geo_rest_later_free (later);
}

void
geo_rest_apply_note (GeoHubRest *rest, const gchar *code) {
  g_autoptr (JsonNode) note = get_note (rest, code);

  if (note == NULL || !JSON_NODE_HOLDS_OBJECT (note))
    return;
  geo_engine_set_closed (rest->engine, code,
                         !json_object_get_boolean_member_with_default (
                             json_node_get_object (note), "is_active", TRUE));
}

void
geo_rest_admin_get_equivalents (GeoRestCall *call) {
  const GeoCommunity *community = geo_book_get_community (call->book);
  g_auto (GeoRestFaults) faults;
  gboolean inactive;
  JsonArray *items;

  geo_rest_faults_init (&faults, "query");
  inactive = geo_rest_query_bool (call->request->query, "include_inactive",
                                  FALSE, &faults);
  if (geo_rest_is_faulty (call, &faults))
    return;
  items = json_array_new ();
  for (guint i = 0; i < community->equivalents->len; i++) {
    const GeoEquivalent *equivalent = g_ptr_array_index (community->equivalents,
                                                         i);
    JsonObject *object = geo_rest_show_equivalent (call->rest,
                                                   equivalent->code);

    if (inactive || json_object_get_boolean_member (object, "is_active"))
      json_array_add_object_element (items, object);
    else
      json_object_unref (object);
  }
  geo_rest_send_items (geo_rest_take_reply (call), items);
}

void
geo_rest_admin_post_equivalent (GeoRestCall *call) {
  const GeoCommunity *community = geo_book_get_community (call->book);
  g_auto (GeoRestFaults) faults;
  g_autoptr (JsonNode) body = NULL;
  GeoEquivalent *equivalent;
  JsonObject *object;
  const gchar *code;
  GPtrArray *list;
  Wish wish;

  geo_rest_faults_init (&faults, "body");
  body = geo_rest_read_body (call, NULL, &faults);
  if (body == NULL)
    return;
  object = json_node_get_object (body);
  code = geo_rest_get_text (object, "code", TRUE, &faults);
  if (code != NULL && !geo_equivalent_code_is_valid (code))
    geo_rest_faults_add (&faults, "string_pattern_mismatch", "code",
                         "String should match pattern '^[A-Z0-9_]{1,16}$'",
                         json_object_get_member (object, "code"));
  read_wish (object, TRUE, &wish, &faults);
  if (geo_rest_is_faulty (call, &faults))
    return;
  if (geo_community_find_equivalent (community, code) != NULL) {
    geo_rest_refuse (geo_rest_take_reply (call), 409, GEO_CODE_CONFLICT,
                     "Equivalent already exists", NULL);
    return;
  }
  if (community->equivalents->len >= EQUIVALENTS_MAX) {
    geo_rest_refuse (geo_rest_take_reply (call), 400, GEO_CODE_INVALID,
                     "There are 64 equivalents already", NULL);
    return;
  }
  equivalent = geo_equivalent_new ();
  equivalent->code = g_strdup (code);
  equivalent->kind = GEO_EQUIVALENT_KIND_CUSTOM;
  equivalent->precision = 2;
  apply_wish (&wish, equivalent);
  list = copy_equivalents (community);
  g_ptr_array_add (list, equivalent);
  decide (call, code, "admin.equivalents.create", wish.reason,
          next_community (call->rest, list),
          make_note (call->rest, code, &wish, TRUE), NULL,
          json_object_ref (object), equivalent_stored);
  geo_rest_apply_note (call->rest, code);
}

/* FALSE: it is answered. */
static gboolean
check_unused (GeoRestCall *call, const gchar *code, const gchar *message) {
  g_autoptr (GError) error = NULL;
  JsonObject *details;
  GeoHubUsage usage;

  if (!geo_hub_store_count_usage (call->reader, code, &usage, &error)) {
    geo_rest_send_unreadable (geo_rest_take_reply (call), error);
    return FALSE;
  }
  if (usage.lines == 0 && usage.debts == 0 &&
      geo_book_is_unused (call->book, code))
    return TRUE;
  details = json_object_new ();
  json_object_set_int_member (details, "trustlines", usage.lines);
  json_object_set_int_member (details, "debts", usage.debts);
  geo_rest_refuse (geo_rest_take_reply (call), 409, GEO_CODE_CONFLICT, message,
                   details);
  return FALSE;
}

void
geo_rest_admin_patch_equivalent (GeoRestCall *call) {
  const GeoCommunity *community = geo_book_get_community (call->book);
  const gchar *code = call->args[0];
  const GeoEquivalent *old = geo_rest_need_equivalent (call, code);
  g_auto (GeoRestFaults) faults;
  g_autoptr (JsonNode) body = NULL;
  g_autoptr (JsonObject) shown = NULL;
  g_autoptr (GeoEquivalent) equivalent = NULL;
  GPtrArray *list;
  Wish wish;

  geo_rest_faults_init (&faults, "body");
  if (old == NULL)
    return;
  body = geo_rest_read_body (call, NULL, &faults);
  if (body == NULL)
    return;
  shown = geo_rest_show_equivalent (call->rest, code);
  read_wish (json_node_get_object (body),
             json_object_get_boolean_member (shown, "is_active"), &wish,
             &faults);
  if (geo_rest_is_faulty (call, &faults))
    return;
  equivalent = geo_equivalent_copy (old);
  apply_wish (&wish, equivalent);
  /* What amounts mean that people owe each other already stays. */
  if ((equivalent->precision != old->precision ||
       equivalent->kind != old->kind) &&
      !check_unused (call, code,
                     "Precision and type stay while there are trustlines"))
    return;
  list = copy_equivalents (community);
  for (guint i = 0; i < list->len; i++)
    if (g_str_equal (((GeoEquivalent *) g_ptr_array_index (list, i))->code,
                     code)) {
      g_ptr_array_remove_index (list, i);
      g_ptr_array_insert (list, (gint) i, g_steal_pointer (&equivalent));
      break;
    }
  decide (call, code, "admin.equivalents.update", wish.reason,
          next_community (call->rest, list),
          make_note (call->rest, code, &wish, FALSE), g_steal_pointer (&shown),
          json_object_ref (json_node_get_object (body)), equivalent_stored);
  geo_rest_apply_note (call->rest, code);
}

void
geo_rest_admin_delete_equivalent (GeoRestCall *call) {
  const GeoCommunity *community = geo_book_get_community (call->book);
  const gchar *code = call->args[0];
  g_auto (GeoRestFaults) faults;
  g_autoptr (JsonNode) body = NULL;
  const gchar *reason;
  GPtrArray *list;

  geo_rest_faults_init (&faults, "body");
  if (geo_rest_need_equivalent (call, code) == NULL)
    return;
  body = geo_rest_read_body (call, NULL, &faults);
  if (body == NULL)
    return;
  reason = geo_rest_read_reason (json_node_get_object (body), TRUE, &faults);
  if (geo_rest_is_faulty (call, &faults) ||
      !check_unused (call, code, "Equivalent is in use"))
    return;
  if (community->equivalents->len == 1) {
    geo_rest_refuse (geo_rest_take_reply (call), 409, GEO_CODE_CONFLICT,
                     "A community has at least one equivalent", NULL);
    return;
  }
  list = copy_equivalents (community);
  for (guint i = 0; i < list->len; i++)
    if (g_str_equal (((GeoEquivalent *) g_ptr_array_index (list, i))->code,
                     code)) {
      g_ptr_array_remove_index (list, i);
      break;
    }
  decide (call, code, "admin.equivalents.delete", reason,
          next_community (call->rest, list), g_strdup ("{\"removed\":true}"),
          geo_rest_show_equivalent (call->rest, code), NULL,
          equivalent_deleted);
}

void
geo_rest_admin_usage (GeoRestCall *call) {
  const gchar *code = call->args[0];
  g_autoptr (GError) error = NULL;
  JsonObject *object;
  GeoHubUsage usage;

  if (geo_rest_need_equivalent (call, code) == NULL)
    return;
  if (!geo_hub_store_count_usage (call->reader, code, &usage, &error)) {
    geo_rest_send_unreadable (geo_rest_take_reply (call), error);
    return;
  }
  object = json_object_new ();
  json_object_set_string_member (object, "code", code);
  json_object_set_int_member (object, "trustlines", usage.lines);
  json_object_set_int_member (object, "debts", usage.debts);
  json_object_set_int_member (object, "integrity_checkpoints", 0);
  geo_rest_send (geo_rest_take_reply (call), 200, object);
}
