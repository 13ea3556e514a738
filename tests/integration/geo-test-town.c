/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * geo-test-town: everybody of a town around a real hub, each with a WebSocket
 * of its own that is signed in: lines, then debts, then payments, as a file
 * says.  What each is told is written down for somebody else to judge.
 *
 * They are lean: a GeoParty on a GeoClient, without a disk.  What they would
 * store is gone when this ends; everything else is as in a light node.
 *
 *   geo-test-town HUB TOWN.json FOLDER WINDOW
 *
 * WINDOW: payments under way at once.  The hub may go and come back meanwhile:
 * everybody signs in again and asks what became of what is open.  FOLDER gets
 * entries.jsonl (a member's number and an entry as it came, line by line) and
 * result.json.
 */
#include "it-hub.h"

#include <json-glib/json-glib.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "net/geo-client.h"
#include "protocol/geo-party.h"

#define ORDER_MS 60000
#define WAIT_SECONDS_TOWN_MAX 500
#define RETRY_MS 50

typedef struct _Town Town;

typedef struct {
  Town *town;
  guint index;
  GeoSecret *secret;
  GeoPid pid;
  GeoParticipant *participant;
  GeoClient *client;
  GeoSession *session;
  GeoParty *party;
  GHashTable *timers; /* GeoHash → source id */
  gboolean signed_in;
  gboolean synced;
  gboolean ponged;
} Member;

typedef struct {
  guint index;
  guint payer, payee;
  const gchar *equivalent;
  GeoAmount amount;
  gint64 began_us;
  gint64 took_us;
  GeoPaymentState state;
  GeoCode code;
  gchar *reason;
} Payment;

struct _Town {
  const gchar *hub;
  JsonObject *file;
  GeoCommunity *community;
  GPtrArray *members;
  GPtrArray *payments; /* Payment */
  GHashTable *under_way; /* GeoHash of the order → Payment */
  guint window;
  guint n_lines; /* In force, told to their creditors. */
  FILE *entries;
  gint64 end_us;
};

static GeoTime
now_ms (void) {
  return g_get_real_time () / 1000;
}

#define wait_for(town, condition)                                     \
  G_STMT_START {                                                      \
    guint wait_tick = g_timeout_add (50, it_tick_cb, NULL);           \
                                                                      \
    while (!(condition)) {                                            \
      if (g_get_monotonic_time () >= (town)->end_us)                  \
        g_error ("%d: waited in vain for: %s", __LINE__, #condition); \
      g_main_context_iteration (NULL, TRUE);                          \
    }                                                                 \
    g_source_remove (wait_tick);                                      \
  }                                                                   \
  G_STMT_END

/* --- Doing what the party wants ------------------------------------------- */

static void run (Member *member, GPtrArray *actions);

typedef struct {
  Member *member;
  GeoHash hash;
} Timer;

static gboolean
timer_cb (gpointer user_data) {
  Timer *timer = user_data;
  Member *member = timer->member;
  GeoHash hash = timer->hash;
  GPtrArray *actions = geo_actions_new ();

  /* The source frees the timer. */
  g_hash_table_remove (member->timers, &hash);
  geo_party_timer (member->party, &hash, now_ms (), actions);
  run (member, actions);
  return G_SOURCE_REMOVE;
}

static void
set_timer (Member *member, const GeoHash *hash, GeoTime at) {
  guint id = GPOINTER_TO_UINT (g_hash_table_lookup (member->timers, hash));
  Timer *timer;

  if (id != 0)
    g_source_remove (id);
  g_hash_table_remove (member->timers, hash);
  if (at == 0)
    return;
  timer = g_new (Timer, 1);
  *timer = (Timer){ member, *hash };
  id = g_timeout_add_full (G_PRIORITY_DEFAULT, (guint) MAX (at - now_ms (), 0),
                           timer_cb, timer, g_free);
  g_hash_table_insert (member->timers, geo_hash_dup (hash),
                       GUINT_TO_POINTER (id));
}

static void
write_entry (Member *member, const GeoProvenEntry *entry) {
  gsize len;
  g_autofree gchar *text = geo_proven_entry_to_text (entry, &len);

  fprintf (member->town->entries, "%u %s\n", member->index, text);
}

static void
tell (Member *member, const GeoTold *told) {
  Town *town = member->town;
  Payment *payment;

  switch (told->kind) {
  case GEO_TOLD_NEW_KEY:
  case GEO_TOLD_TWO_KEYS:
    return;
  case GEO_TOLD_PAYMENT:
    payment = g_hash_table_lookup (town->under_way, &told->order_hash);
    if (payment == NULL || (told->state != GEO_PAYMENT_PAID &&
                            told->state != GEO_PAYMENT_NOT_PAID))
      return;
    payment->state = told->state;
    payment->code = told->code;
    payment->reason = g_strdup (told->reason);
    payment->took_us = g_get_monotonic_time () - payment->began_us;
    g_hash_table_remove (town->under_way, &told->order_hash);
    return;
  case GEO_TOLD_LINE:
    town->n_lines += geo_pid_equal (&told->line->from, &member->pid);
    return;
  case GEO_TOLD_SYNCED:
    member->synced = TRUE;
    return;
  case GEO_TOLD_FAULT:
    g_error ("member %u does not believe the hub: %s", member->index,
             told->reason);
  case GEO_TOLD_LINE_REFUSED:
    g_error ("a line of member %u was refused: %s", member->index,
             told->reason);
  case GEO_TOLD_REFUSED_VOTE:
    g_message ("member %u refuses: %s", member->index, told->reason);
    return;
  case GEO_TOLD_RECEIVED:
  case GEO_TOLD_PASSED:
  case GEO_TOLD_CLEARED:
  case GEO_TOLD_PROPOSALS:
  case GEO_TOLD_REQUEST:
  case GEO_TOLD_BLOCKED:
  case GEO_TOLD_OLD_ENTRY:
  case GEO_TOLD_PERSON:
    return;
  }
}

static void
perform (Member *member, const GeoAction *action) {
  switch (action->kind) {
  case GEO_ACTION_STORE_RECORD:
    if (action->record_kind == GEO_RECORD_KIND_ENTRY)
      write_entry (member, action->record->entry);
    return;
  case GEO_ACTION_SEND:
    /* Without a hub it is dropped: the party asks again when there is one. */
    if (member->signed_in)
      geo_session_send (member->session, action->message);
    return;
  case GEO_ACTION_TIMER:
    set_timer (member, &action->timer, action->at);
    return;
  case GEO_ACTION_TELL:
    tell (member, action->told);
    return;
  case GEO_ACTION_STORE_CHANGE:
    g_assert_not_reached ();
  }
}

/* Takes actions. */
static void
run (Member *member, GPtrArray *actions) {
  for (guint i = 0; i < actions->len; i++)
    perform (member, g_ptr_array_index (actions, i));
  g_ptr_array_unref (actions);
}

/* --- Signing in ------------------------------------------------------------
 */

static GeoParticipant *
introduce (Member *member, const GeoPid *community) {
  GeoParticipant *participant = geo_participant_new ();

  participant->community = *community;
  participant->pid = member->pid;
  participant->name = g_strdup_printf ("Member %u", member->index);
  participant->kind = GEO_PARTICIPANT_KIND_PERSON;
  geo_secret_get_public (member->secret, &participant->key);
  participant->seq = 1;
  participant->at = now_ms ();
  geo_participant_sign (participant, member->secret);
  return participant;
}

static void
answer_challenge (Member *member, const GeoMsgChallenge *challenge) {
  g_autoptr (GeoMessage) message = geo_message_new (GEO_MESSAGE_AUTH, NULL);
  GeoMsgAuth *auth = message->u.auth;
  g_autoptr (GError) error = NULL;

  geo_community_check (challenge->community, &error);
  g_assert_no_error (error);
  if (member->town->community == NULL)
    member->town->community = geo_community_copy (challenge->community);
  if (member->participant == NULL)
    member->participant = introduce (member, &challenge->community->community);
  auth->login = geo_login_new ();
  auth->login->community = challenge->community->community;
  auth->login->pid = member->pid;
  auth->login->challenge = g_strdup (challenge->challenge);
  auth->login->at = now_ms ();
  geo_login_sign (auth->login, member->secret);
  if (!challenge->known)
    auth->participant = geo_participant_copy (member->participant);
  geo_session_send (member->session, message);
}

static void
message_cb (GeoSession *session, GeoMessage *message, gpointer user_data) {
  Member *member = user_data;
  GPtrArray *actions;

  if (message->type == GEO_MESSAGE_CHALLENGE) {
    answer_challenge (member, message->u.challenge);
    return;
  }
  if (message->type == GEO_MESSAGE_PONG) {
    member->ponged = TRUE;
    return;
  }
  actions = geo_actions_new ();
  if (message->type == GEO_MESSAGE_WELCOME) {
    if (member->party == NULL)
      member->party = geo_party_new (member->town->community,
                                     member->participant, member->secret);
    member->signed_in = TRUE;
    geo_party_connected (member->party, message->u.welcome->sequence, now_ms (),
                         actions);
  } else {
    if (message->type == GEO_MESSAGE_ERROR)
      g_message ("member %u is told E%03d %s", member->index,
                 message->u.error->code, message->u.error->reason);
    g_assert_nonnull (member->party);
    geo_party_message (member->party, message, now_ms (), actions);
  }
  run (member, actions);
}

static void
session_cb (GeoClient *client, GeoSession *session, gpointer user_data) {
  Member *member = user_data;
  g_autoptr (GeoMessage) hello = geo_message_new (GEO_MESSAGE_HELLO, NULL);

  member->session = g_object_ref (session);
  g_signal_connect (session, "message", G_CALLBACK (message_cb), member);
  hello->u.hello->pid = member->pid;
  hello->u.hello->client = g_strdup ("geo-test-town");
  hello->u.hello->v = 1;
  geo_session_send (session, hello);
}

static gboolean
hurry_cb (gpointer user_data) {
  geo_client_hurry (user_data);
  return G_SOURCE_REMOVE;
}

static void
lost_cb (GeoClient *client, GError *error, gpointer user_data) {
  Member *member = user_data;
  gboolean was_signed_in = member->signed_in;

  member->signed_in = FALSE;
  member->synced = FALSE;
  if (member->session != NULL)
    g_signal_handlers_disconnect_by_data (member->session, member);
  g_clear_object (&member->session);
  /* A town has less patience than people. */
  g_timeout_add_full (G_PRIORITY_DEFAULT, RETRY_MS, hurry_cb,
                      g_object_ref (client), g_object_unref);
  if (was_signed_in) {
    GPtrArray *actions = geo_actions_new ();

    geo_party_disconnected (member->party, now_ms (), actions);
    run (member, actions);
  }
}

static Member *
member_new (Town *town, guint index) {
  Member *member = g_new0 (Member, 1);
  guint8 seed[GEO_SEED_LEN];
  g_autoptr (GError) error = NULL;

  member->town = town;
  member->index = index;
  randombytes_buf (seed, sizeof seed);
  member->secret = geo_secret_new_from_seed (seed);
  sodium_memzero (seed, sizeof seed);
  geo_secret_get_pid (member->secret, &member->pid);
  member->timers = g_hash_table_new_full (geo_hash_hash, geo_hash_equal, g_free,
                                          NULL);
  member->client = geo_client_new (town->hub, NULL, &error);
  g_assert_no_error (error);
  g_signal_connect (member->client, "session", G_CALLBACK (session_cb), member);
  g_signal_connect (member->client, "lost", G_CALLBACK (lost_cb), member);
  geo_client_start (member->client);
  return member;
}

static void
member_free (gpointer data) {
  Member *member = data;
  GHashTableIter iter;
  gpointer id;

  g_hash_table_iter_init (&iter, member->timers);
  while (g_hash_table_iter_next (&iter, NULL, &id))
    g_source_remove (GPOINTER_TO_UINT (id));
  g_hash_table_unref (member->timers);
  g_signal_handlers_disconnect_by_data (member->client, member);
  if (member->session != NULL)
    g_signal_handlers_disconnect_by_data (member->session, member);
  geo_client_stop (member->client);
  g_clear_object (&member->session);
  g_clear_object (&member->client);
  geo_party_free (member->party);
  geo_participant_free (member->participant);
  geo_secret_unref (member->secret);
  g_free (member);
}

static void
move_in (Town *town) {
  gint64 n = json_object_get_int_member (town->file, "n");

  for (gint64 i = 0; i < n; i++)
    g_ptr_array_add (town->members, member_new (town, (guint) i));
  for (gint64 i = 0; i < n; i++) {
    Member *member = g_ptr_array_index (town->members, (guint) i);

    wait_for (town, member->synced);
  }
}

static gboolean
is_everybody_here (Town *town) {
  for (guint i = 0; i < town->members->len; i++) {
    const Member *member = g_ptr_array_index (town->members, i);

    if (!member->synced)
      return FALSE;
  }
  return TRUE;
}

/* --- Lines ------------------------------------------------------------------
 */

static guint
precision_of (Town *town, const gchar *equivalent) {
  const GeoEquivalent *found = geo_community_find_equivalent (town->community,
                                                              equivalent);

  g_assert_nonnull (found);
  return (guint) found->precision;
}

static GeoAmount
read_amount (Town *town, const gchar *text, const gchar *equivalent) {
  GeoDecimal decimal = { 0 };
  GeoAmount amount = GEO_AMOUNT_ZERO;
  g_autoptr (GError) error = NULL;

  if (!geo_decimal_parse (text, &decimal, &error) ||
      !geo_decimal_get (decimal, precision_of (town, equivalent), &amount,
                        &error))
    g_error ("%s: %s", text, error->message);
  return amount;
}

static GeoPolicy *
read_policy (JsonObject *object) {
  GeoPolicy *policy = geo_policy_new_default ();

  policy->auto_clearing = json_object_get_boolean_member (object,
                                                          "auto_clearing");
  policy->can_be_intermediate =
      json_object_get_boolean_member (object, "can_be_intermediate");
  if (json_object_has_member (object, "consent"))
    policy->consent =
        g_str_equal (json_object_get_string_member (object, "consent"), "live")
            ? GEO_CONSENT_LIVE
            : GEO_CONSENT_STANDING;
  return policy;
}

static void
draw_lines (Town *town) {
  JsonArray *lines = json_object_get_array_member (town->file, "trust_lines");

  for (guint i = 0; i < json_array_get_length (lines); i++) {
    JsonArray *line = json_array_get_array_element (lines, i);
    Member *from = g_ptr_array_index (
        town->members, (guint) json_array_get_int_element (line, 0));
    Member *to = g_ptr_array_index (
        town->members, (guint) json_array_get_int_element (line, 1));
    const gchar *equivalent = json_array_get_string_element (line, 2);
    const gchar *limit = json_array_get_string_element (line, 3);
    g_autoptr (GeoPolicy) policy =
        read_policy (json_array_get_object_element (line, 4));
    g_autofree gchar *line_id = g_strdup_printf ("line-%u", i);
    g_autoptr (GError) error = NULL;
    GPtrArray *actions = geo_actions_new ();

    geo_party_trust (from->party, line_id, &to->pid, equivalent,
                     read_amount (town, limit, equivalent), FALSE, policy,
                     now_ms (), actions, &error);
    g_assert_no_error (error);
    run (from, actions);
  }
  wait_for (town, town->n_lines == json_array_get_length (lines));
}

/* --- Payments ----------------------------------------------------------------
 */

static void
payment_free (gpointer data) {
  Payment *payment = data;

  g_free (payment->reason);
  g_free (payment);
}

static void
begin (Town *town, const gchar *kind, Payment *payment, guint max_hops) {
  Member *payer = g_ptr_array_index (town->members, payment->payer);
  const Member *payee = g_ptr_array_index (town->members, payment->payee);
  g_autofree gchar *tx_id = g_strdup_printf ("%s-%u", kind, payment->index);
  g_autoptr (GeoConstraints) constraints = geo_constraints_new ();
  GPtrArray *actions = geo_actions_new ();
  g_autoptr (GError) error = NULL;
  GeoHash hash;

  constraints->max_hops = max_hops;
  constraints->max_routes = 3;
  payment->began_us = g_get_monotonic_time ();
  geo_party_pay (payer->party, tx_id, &payee->pid, payment->equivalent,
                 payment->amount, NULL, constraints, now_ms (), ORDER_MS, &hash,
                 actions, &error);
  g_assert_no_error (error);
  g_hash_table_insert (town->under_way, geo_hash_dup (&hash), payment);
  run (payer, actions);
}

static gboolean
is_here (Town *town, guint index) {
  const Member *member = g_ptr_array_index (town->members, index);

  return member->synced;
}

static gboolean
is_anybody_in_doubt (Town *town) {
  for (guint i = 0; i < town->members->len; i++) {
    const Member *member = g_ptr_array_index (town->members, i);

    if (geo_party_count_open (member->party) > 0)
      return TRUE;
  }
  return FALSE;
}

/* Every order and every vote has its evidence, and there is a PONG of
 * everybody: whatever was sent to them before has come. */
static void
settle (Town *town) {
  gboolean settled = FALSE;

  while (!settled) {
    wait_for (town, is_everybody_here (town) && !is_anybody_in_doubt (town));
    for (guint i = 0; i < town->members->len; i++) {
      Member *member = g_ptr_array_index (town->members, i);
      g_autoptr (GeoMessage) ping = geo_message_new (GEO_MESSAGE_PING, NULL);

      member->ponged = FALSE;
      geo_session_send (member->session, ping);
    }
    settled = TRUE;
    for (guint i = 0; i < town->members->len; i++) {
      Member *member = g_ptr_array_index (town->members, i);

      wait_for (town, member->ponged || !member->synced);
      settled = settled && member->ponged;
    }
  }
}

/* Microseconds that all of them took. */
static gint64
pay_all (Town *town, const gchar *kind, const gchar *name, guint max_hops) {
  JsonArray *list = json_object_get_array_member (town->file, name);
  gint64 began_us = g_get_monotonic_time ();

  g_ptr_array_set_size (town->payments, 0);
  for (guint i = 0; i < json_array_get_length (list); i++) {
    JsonArray *item = json_array_get_array_element (list, i);
    Payment *payment = g_new0 (Payment, 1);

    payment->index = i;
    payment->payer = (guint) json_array_get_int_element (item, 0);
    payment->payee = (guint) json_array_get_int_element (item, 1);
    payment->equivalent = json_array_get_string_element (item, 2);
    payment->amount = read_amount (
        town, json_array_get_string_element (item, 3), payment->equivalent);
    g_ptr_array_add (town->payments, payment);
    wait_for (town, g_hash_table_size (town->under_way) < town->window &&
                        is_here (town, payment->payer));
    begin (town, kind, payment, max_hops);
  }
  wait_for (town, g_hash_table_size (town->under_way) == 0);
  began_us = g_get_monotonic_time () - began_us;
  settle (town);
  return began_us;
}

/* --- What came of it ---------------------------------------------------------
 */

static void
put_int (JsonBuilder *out, const gchar *name, gint64 value) {
  json_builder_set_member_name (out, name);
  json_builder_add_int_value (out, value);
}

static void
put_payments (Town *town, JsonBuilder *out, const gchar *name) {
  json_builder_set_member_name (out, name);
  json_builder_begin_array (out);
  for (guint i = 0; i < town->payments->len; i++) {
    const Payment *payment = g_ptr_array_index (town->payments, i);

    json_builder_begin_array (out);
    json_builder_add_boolean_value (out, payment->state == GEO_PAYMENT_PAID);
    json_builder_add_string_value (
        out, payment->code == 0 ? "" : geo_code_to_string (payment->code));
    json_builder_add_string_value (
        out, payment->reason == NULL ? "" : payment->reason);
    json_builder_add_int_value (out, payment->took_us);
    json_builder_end_array (out);
  }
  json_builder_end_array (out);
}

/* What each says about each other. */
static void
put_balances (Town *town, JsonBuilder *out) {
  json_builder_set_member_name (out, "balances");
  json_builder_begin_array (out);
  for (guint i = 0; i < town->members->len; i++) {
    for (guint j = 0; j < town->members->len; j++) {
      const Member *me = g_ptr_array_index (town->members, i);
      const Member *peer = g_ptr_array_index (town->members, j);

      for (guint k = 0; k < town->community->equivalents->len; k++) {
        const GeoEquivalent *equivalent =
            g_ptr_array_index (town->community->equivalents, k);
        gint64 balance = geo_party_get_balance (me->party, &peer->pid,
                                                equivalent->code)
                             .minor;

        if (i == j || balance == 0)
          continue;
        json_builder_begin_array (out);
        json_builder_add_int_value (out, i);
        json_builder_add_int_value (out, j);
        json_builder_add_string_value (out, equivalent->code);
        json_builder_add_int_value (out, balance);
        json_builder_end_array (out);
      }
    }
  }
  json_builder_end_array (out);
}

static void
put_people (Town *town, JsonBuilder *out) {
  json_builder_set_member_name (out, "people");
  json_builder_begin_array (out);
  for (guint i = 0; i < town->members->len; i++) {
    const Member *member = g_ptr_array_index (town->members, i);
    g_autofree gchar *pid = geo_pid_to_string (&member->pid);

    json_builder_add_string_value (out, pid);
    g_assert_cmpuint (geo_party_count_open (member->party), ==, 0);
  }
  json_builder_end_array (out);
}

static void
live (Town *town, const gchar *folder) {
  g_autofree gchar *path = g_build_filename (folder, "result.json", NULL);
  g_autoptr (JsonBuilder) out = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree gchar *text = NULL;
  g_autoptr (GError) error = NULL;
  gint64 began_us = g_get_monotonic_time ();
  gint64 took_us;

  move_in (town);
  draw_lines (town);
  json_builder_begin_object (out);
  put_int (out, "lines_us", g_get_monotonic_time () - began_us);
  /* Debts come about as payments to the creditor itself. */
  took_us = pay_all (town, "debt", "debts", 1);
  put_int (out, "debts_us", took_us);
  put_payments (town, out, "debts");
  took_us = pay_all (town, "payment", "payments", 6);
  put_int (out, "payments_us", took_us);
  put_payments (town, out, "payments");
  put_people (town, out);
  put_balances (town, out);
  json_builder_end_object (out);

  root = json_builder_get_root (out);
  text = json_to_string (root, FALSE);
  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
}

int
main (int argc, char **argv) {
  Town town = { 0 };
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autofree gchar *path = NULL;
  g_autoptr (GError) error = NULL;

  if (argc != 5) {
    fprintf (stderr, "usage: geo-test-town HUB TOWN.json FOLDER WINDOW\n");
    return 2;
  }
  json_parser_load_from_file (parser, argv[2], &error);
  g_assert_no_error (error);
  town.hub = argv[1];
  town.file = json_node_get_object (json_parser_get_root (parser));
  town.window = (guint) g_ascii_strtoull (argv[4], NULL, 10);
  town.members = g_ptr_array_new_with_free_func (member_free);
  town.payments = g_ptr_array_new_with_free_func (payment_free);
  town.under_way = g_hash_table_new_full (geo_hash_hash, geo_hash_equal, g_free,
                                          NULL);
  town.end_us = g_get_monotonic_time () +
                WAIT_SECONDS_TOWN_MAX * G_USEC_PER_SEC;
  path = g_build_filename (argv[3], "entries.jsonl", NULL);
  town.entries = fopen (path, "w");
  g_assert_nonnull (town.entries);

  live (&town, argv[3]);

  fclose (town.entries);
  g_ptr_array_unref (town.members);
  g_ptr_array_unref (town.payments);
  g_hash_table_unref (town.under_way);
  geo_community_free (town.community);
  return 0;
}
