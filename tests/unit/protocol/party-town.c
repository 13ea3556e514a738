/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The town's people, hub and disk.  It signs what it is told to, right or
 * wrong, and judges only what a party stores and sends.
 */
#include "party-town.h"

#include <string.h>

#define START G_GINT64_CONSTANT (1790000000000)

static void
make_citizen (Town *town, guint who) {
  static const gchar *const names[N_PEOPLE] = { "Mia", "Anna", "Bob", "Carl",
                                                "Dora" };
  Citizen *citizen = &town->people[who];
  guint8 seed[GEO_SEED_LEN];

  memset (seed, (int) who + 1, sizeof seed);
  citizen->secret = geo_secret_new_from_seed (seed);
  geo_secret_get_pid (citizen->secret, &citizen->pid);
  citizen->participant = geo_participant_new ();
  citizen->participant->community = town->community->community;
  citizen->participant->pid = citizen->pid;
  citizen->participant->name = g_strdup (names[who]);
  citizen->participant->kind = GEO_PARTICIPANT_KIND_PERSON;
  geo_secret_get_public (citizen->secret, &citizen->participant->key);
  citizen->participant->seq = 1;
  citizen->participant->at = START;
  geo_participant_sign (citizen->participant, citizen->secret);
}

static void
add_equivalent (GeoCommunity *community,
                const gchar *code,
                gint64 precision,
                GeoEquivalentKind kind) {
  GeoEquivalent *equivalent = geo_equivalent_new ();

  equivalent->code = g_strdup (code);
  equivalent->precision = precision;
  equivalent->kind = kind;
  g_ptr_array_add (community->equivalents, equivalent);
}

static const gchar *
refuse (const GeoContract *contract, const GeoOrder *order, gpointer data) {
  Town *town = data;

  g_assert_nonnull (contract);
  g_assert_nonnull (order);
  town->n_asked++;
  return town->refuse_with;
}

static void
new_party (Town *town) {
  town->party = geo_party_new (town->community, town->people[ME].participant,
                               town->people[ME].secret);
  geo_party_set_refuse_func (town->party, refuse, town);
}

Town *
town_new_empty (void) {
  Town *town = g_new0 (Town, 1);
  guint8 seed[GEO_SEED_LEN];

  memset (seed, 99, sizeof seed);
  town->hub = geo_secret_new_from_seed (seed);
  town->now = START;
  town->community = geo_community_new ();
  geo_secret_get_pid (town->hub, &town->community->community);
  town->community->name = g_strdup ("Town");
  geo_secret_get_public (town->hub, &town->community->key);
  add_equivalent (town->community, "UAH", 2, GEO_EQUIVALENT_KIND_FIAT);
  add_equivalent (town->community, "HOUR", 0, GEO_EQUIVALENT_KIND_TIME);
  town->community->seq = 1;
  town->community->at = START;
  geo_community_sign (town->community, town->hub);
  for (guint who = 0; who < N_PEOPLE; who++)
    make_citizen (town, who);
  town->actions = geo_actions_new ();
  town->people_before =
      g_ptr_array_new_with_free_func ((GDestroyNotify) geo_participant_free);
  town->lines_before =
      g_ptr_array_new_with_free_func ((GDestroyNotify) geo_trust_line_free);
  town->records =
      g_ptr_array_new_with_free_func ((GDestroyNotify) geo_action_free);
  town->stored = g_hash_table_new_full (geo_hash_hash, geo_hash_equal, g_free,
                                        NULL);
  new_party (town);
  return town;
}

Town *
town_new (void) {
  Town *town = town_new_empty ();

  for (guint who = ANNA; who <= CARL; who++) {
    g_ptr_array_add (town->people_before,
                     geo_participant_copy (town->people[who].participant));
    geo_party_load_person (town->party, town->people[who].participant);
  }
  town_load_line (town, ME, ANNA, 10000);
  town_load_line (town, ME, BOB, 5000);
  town_load_line (town, ANNA, ME, 8000);
  town_load_line (town, BOB, ME, 8000);
  /* The contracts of the tests are later than these lines, for certain. */
  town->now += 2 * GEO_CLOCK_TOLERANCE_MS;
  town_connect (town);
  town_receive (town, town_sync_result (0));
  return town;
}

void
town_free (Town *town) {
  if (town == NULL)
    return;

  geo_party_free (town->party);
  g_ptr_array_unref (town->actions);
  g_ptr_array_unref (town->people_before);
  g_ptr_array_unref (town->lines_before);
  g_ptr_array_unref (town->records);
  g_hash_table_unref (town->stored);
  for (guint who = 0; who < N_PEOPLE; who++) {
    geo_secret_unref (town->people[who].secret);
    geo_participant_free (town->people[who].participant);
  }
  geo_community_free (town->community);
  geo_secret_unref (town->hub);
  g_free (town);
}

/* --- The disk ------------------------------------------------------------- */

static void
remember (Town *town, const GeoHash *hash) {
  g_hash_table_add (town->stored, geo_hash_dup (hash));
}

static void
hash_refusal_or_vote (const GeoRefusal *refusal,
                      const GeoVote *vote,
                      GeoHash *hash) {
  if (refusal != NULL)
    geo_refusal_hash (refusal, hash);
  else
    geo_vote_hash (vote, hash);
}

static void
put_on_disk (Town *town, const GeoAction *action) {
  const GeoRecordBody *body = action->record;
  g_autoptr (GeoRecordBody) again = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *text = NULL;
  GeoAction *copy = g_new0 (GeoAction, 1);
  GeoHash hash;
  gsize len;

  /* A journal has to be able to read what it wrote. */
  text = geo_record_body_to_text (body, &len);
  again = geo_record_body_from_text (text, (gssize) len, &error);
  g_assert_no_error (error);
  copy->kind = GEO_ACTION_STORE_RECORD;
  copy->record_kind = action->record_kind;
  copy->record = g_steal_pointer (&again);
  g_ptr_array_add (town->records, copy);

  switch (action->record_kind) {
  case GEO_RECORD_KIND_LINE:
    geo_trust_line_hash (body->line, &hash);
    remember (town, &hash);
    break;
  case GEO_RECORD_KIND_ORDER:
    geo_order_hash (body->order, &hash);
    remember (town, &hash);
    break;
  case GEO_RECORD_KIND_VOTE:
  case GEO_RECORD_KIND_REFUSAL:
    hash_refusal_or_vote (body->refusal, body->vote, &hash);
    remember (town, &hash);
    g_assert_nonnull (body->contract);
    /* A clearing has no order, nor what is refused as none. */
    if (body->vote != NULL && body->contract->has_order)
      g_assert_nonnull (body->order);
    break;
  case GEO_RECORD_KIND_ENTRY:
    geo_entry_hash (body->entry->entry, &hash);
    remember (town, &hash);
    break;
  case GEO_RECORD_KIND_REFUSED:
    g_assert_true ((body->refusal != NULL) != (body->line != NULL));
    break;
  case GEO_RECORD_KIND_LOG:
    g_assert_nonnull (body->log);
    break;
  case GEO_RECORD_KIND_EVIDENCE:
    g_assert_nonnull (body->evidence);
    break;
  case GEO_RECORD_KIND_ROTATION:
    /* The node's alone. */
    g_assert_not_reached ();
  case GEO_RECORD_KIND_PERSON:
    g_assert_nonnull (body->person);
    break;
  case GEO_RECORD_KIND_LETTER:
    g_assert_nonnull (body->letter);
    break;
  case GEO_RECORD_KIND_JOINED:
  case GEO_RECORD_KIND_SENT:
  case GEO_RECORD_KIND_BLOCK:
    g_assert_not_reached ();
  }
}

/* P1: nothing that binds leaves before the record of it is on disk. */
static void
check_sent (Town *town, const GeoMessage *message) {
  GeoHash hash;

  switch ((guint) message->type) {
  case GEO_MESSAGE_PAYMENT_REQUEST:
    geo_order_hash (message->u.payment_request->order, &hash);
    break;
  case GEO_MESSAGE_PAYMENT_PREPARE_ACK:
    g_assert_true ((message->u.payment_prepare_ack->vote != NULL) !=
                   (message->u.payment_prepare_ack->refusal != NULL));
    hash_refusal_or_vote (message->u.payment_prepare_ack->refusal,
                          message->u.payment_prepare_ack->vote, &hash);
    break;
  case GEO_MESSAGE_CLEARING_ACCEPT:
    geo_vote_hash (message->u.clearing_accept->vote, &hash);
    break;
  case GEO_MESSAGE_CLEARING_REJECT:
    geo_refusal_hash (message->u.clearing_reject->refusal, &hash);
    break;
  case GEO_MESSAGE_TRUST_LINE_CREATE:
  case GEO_MESSAGE_TRUST_LINE_UPDATE:
  case GEO_MESSAGE_TRUST_LINE_CLOSE:
    geo_trust_line_hash (message->u.trust_line_create->line, &hash);
    break;
  case GEO_MESSAGE_ENTRY_ACK:
    hash = message->u.entry_ack->ack->entry_hash;
    g_assert_true (geo_entry_ack_verify (
        message->u.entry_ack->ack, &town->people[ME].participant->key, NULL));
    break;
  case GEO_MESSAGE_SYNC:
  case GEO_MESSAGE_RECOVERY_QUERY:
  case GEO_MESSAGE_LOG_QUERY:
  case GEO_MESSAGE_PEOPLE_QUERY:
  case GEO_MESSAGE_LETTER_READ:
  case GEO_MESSAGE_ERROR:
    return;
  default: /* Nothing else is for a participant to send. */
    g_assert_not_reached ();
  }
  g_assert_true (g_hash_table_contains (town->stored, &hash));
}

static void
begin (Town *town) {
  g_ptr_array_set_size (town->actions, 0);
}

static void
carry_out (Town *town) {
  for (guint i = 0; i < town->actions->len; i++) {
    const GeoAction *action = g_ptr_array_index (town->actions, i);
    g_autofree gchar *text = NULL;
    g_autoptr (GeoMessage) again = NULL;
    g_autoptr (GError) error = NULL;
    gsize len;

    if (action->kind == GEO_ACTION_STORE_RECORD) {
      put_on_disk (town, action);
    } else if (action->kind == GEO_ACTION_SEND) {
      g_assert_false (action->has_to);
      check_sent (town, action->message);
      if (*action->message->msg_id == '\0')
        geo_message_set_id (action->message, "driver-1");
      text = geo_message_encode (action->message, &len);
      again = geo_message_decode (text, len, &error);
      g_assert_no_error (error);
    } else if (action->kind == GEO_ACTION_TELL &&
               action->told->kind == GEO_TOLD_FAULT) {
      town->n_faults++;
      g_assert_nonnull (action->told->reason);
      g_assert_cmpint ((gint) action->told->code, >, 0);
    }
  }
}

/* --- Events --------------------------------------------------------------- */

void
town_connect (Town *town) {
  begin (town);
  geo_party_connected (town->party, town->sequence, town->now, town->actions);
  carry_out (town);
}

void
town_disconnect (Town *town) {
  begin (town);
  geo_party_disconnected (town->party, town->now, town->actions);
  carry_out (town);
}

void
town_tick (Town *town, const GeoHash *timer, gint64 ms) {
  town->now += ms;
  begin (town);
  geo_party_timer (town->party, timer, town->now, town->actions);
  carry_out (town);
}

void
town_receive (Town *town, GeoMessage *message) {
  g_autoptr (GeoMessage) owned = message;

  begin (town);
  geo_party_message (town->party, owned, town->now, town->actions);
  carry_out (town);
}

gboolean
town_pay (Town *town,
          const gchar *tx_id,
          guint to,
          gint64 amount,
          const gchar *text,
          GeoHash *hash,
          GError **error) {
  gboolean done;

  begin (town);
  done = geo_party_pay (town->party, tx_id, &town->people[to].pid, "UAH",
                        GEO_AMOUNT (amount), text, NULL, town->now, 60000, hash,
                        town->actions, error);
  g_assert_true (done || town->actions->len == 0);
  carry_out (town);
  return done;
}

gboolean
town_answer_clearing (Town *town,
                      const GeoHash *contract,
                      gboolean accepts,
                      GError **error) {
  gboolean done;

  begin (town);
  done = geo_party_answer_clearing (town->party, contract, accepts, town->now,
                                    town->actions, error);
  carry_out (town);
  return done;
}

gboolean
town_trust (Town *town,
            const gchar *line_id,
            guint to,
            gint64 limit,
            gboolean close,
            GError **error) {
  gboolean done;

  begin (town);
  done = geo_party_trust (town->party, line_id, &town->people[to].pid, "UAH",
                          GEO_AMOUNT (limit), close, NULL, town->now,
                          town->actions, error);
  g_assert_true (done || town->actions->len == 0);
  carry_out (town);
  return done;
}

/* --- Looking -------------------------------------------------------------- */

static const gchar *
told_name (const GeoTold *told) {
  switch (told->kind) {
  case GEO_TOLD_PAYMENT:
    switch (told->state) {
    case GEO_PAYMENT_DRAFT:
      return "payment/draft";
    case GEO_PAYMENT_SENDING:
      return "payment/sending";
    case GEO_PAYMENT_IN_DOUBT:
      return "payment/in-doubt";
    case GEO_PAYMENT_PAID:
      return "payment/paid";
    case GEO_PAYMENT_NOT_PAID:
      return "payment/not-paid";
    }
    return "payment";
  case GEO_TOLD_RECEIVED:
    return "received";
  case GEO_TOLD_PASSED:
    return "passed";
  case GEO_TOLD_LINE:
    return "line";
  case GEO_TOLD_LINE_REFUSED:
    return "line-refused";
  case GEO_TOLD_REFUSED_VOTE:
    return "refused-vote";
  case GEO_TOLD_SYNCED:
    return "synced";
  case GEO_TOLD_FAULT:
    return "fault";
  case GEO_TOLD_PERSON:
    return "person";
  case GEO_TOLD_CLEARED:
    return "cleared";
  case GEO_TOLD_PROPOSALS:
  case GEO_TOLD_REQUEST:
  case GEO_TOLD_BLOCKED:
    return "proposals";
  case GEO_TOLD_OLD_ENTRY:
    return "old-entry";
  case GEO_TOLD_NEW_KEY:
    return "new-key";
  case GEO_TOLD_TWO_KEYS:
    return "two-keys";
  }
  return "?";
}

static gboolean
is_about_log (const GeoAction *action) {
  static const gchar name[] = "the hub's log";
  GeoHash timer;

  geo_hash_of (name, sizeof name, &timer);
  return (action->kind == GEO_ACTION_TIMER &&
          geo_hash_equal (&action->timer, &timer)) ||
         (action->kind == GEO_ACTION_SEND &&
          action->message->type == GEO_MESSAGE_LOG_QUERY);
}

gchar *
town_describe (Town *town) {
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < town->actions->len; i++) {
    const GeoAction *action = g_ptr_array_index (town->actions, i);

    /* How the hub's log is followed is a test of its own. */
    if (is_about_log (action))
      continue;
    if (text->len > 0)
      g_string_append_c (text, ' ');
    switch (action->kind) {
    case GEO_ACTION_STORE_RECORD:
      g_string_append_printf (text, "store:%s",
                              geo_record_kind_to_string (action->record_kind));
      break;
    case GEO_ACTION_SEND:
      g_string_append_printf (
          text, "send:%s", geo_message_type_to_string (action->message->type));
      break;
    case GEO_ACTION_TIMER:
      g_string_append (text, action->at == 0 ? "no-timer" : "timer");
      if (action->at != 0)
        g_string_append_printf (text, "+%" G_GINT64_FORMAT,
                                action->at - town->now);
      break;
    case GEO_ACTION_TELL:
      g_string_append_printf (text, "tell:%s", told_name (action->told));
      break;
    case GEO_ACTION_STORE_CHANGE:
      g_assert_not_reached ();
    }
  }
  return g_string_free (text, FALSE);
}

const GeoAction *
town_find (Town *town, GeoActionKind kind, guint n) {
  for (guint i = 0; i < town->actions->len; i++) {
    const GeoAction *action = g_ptr_array_index (town->actions, i);

    if (action->kind == kind && n-- == 0)
      return action;
  }
  g_assert_not_reached ();
}

const GeoMessage *
town_sent (Town *town, GeoMessageType type) {
  for (guint i = 0; i < town->actions->len; i++) {
    const GeoAction *action = g_ptr_array_index (town->actions, i);

    if (action->kind == GEO_ACTION_SEND && action->message->type == type)
      return action->message;
  }
  g_assert_not_reached ();
}

const GeoTold *
town_told (Town *town, GeoToldKind kind) {
  for (guint i = 0; i < town->actions->len; i++) {
    const GeoAction *action = g_ptr_array_index (town->actions, i);

    if (action->kind == GEO_ACTION_TELL && action->told->kind == kind)
      return action->told;
  }
  g_assert_not_reached ();
}

const GeoRecordBody *
town_stored (Town *town, GeoRecordKind kind) {
  for (guint i = 0; i < town->actions->len; i++) {
    const GeoAction *action = g_ptr_array_index (town->actions, i);

    if (action->kind == GEO_ACTION_STORE_RECORD && action->record_kind == kind)
      return action->record;
  }
  g_assert_not_reached ();
}

void
town_expect_fault (Town *town, const gchar *reason) {
  g_autofree gchar *said = town_describe (town);

  /* Whatever was signed is kept as evidence before anybody is told. */
  if (!g_str_equal (said, "store:evidence tell:fault"))
    town_expect (town, "tell:fault");
  g_assert_cmpstr (town_told (town, GEO_TOLD_FAULT)->reason, ==, reason);
}

gint64
town_balance (Town *town, guint peer) {
  return geo_party_get_balance (town->party, &town->people[peer].pid, "UAH")
      .minor;
}

static void
append_line (GString *text, const gchar *name, const GeoTrustLine *line) {
  g_autofree gchar *line_text = NULL;

  if (line == NULL)
    return;
  line_text = geo_trust_line_to_text (line, NULL);
  g_string_append_printf (text, "  %s %s\n", name, line_text);
}

static gint
compare_texts (gconstpointer a, gconstpointer b) {
  return strcmp (*(const gchar *const *) a, *(const gchar *const *) b);
}

static gchar *
pair_state (const GeoPair *pair) {
  GString *text = g_string_new (NULL);
  g_autofree gchar *peer = geo_pid_to_string (&pair->peer);

  g_string_append_printf (text,
                          "%s %s %" G_GINT64_FORMAT " +%" G_GINT64_FORMAT
                          " -%" G_GINT64_FORMAT " today %" G_GINT64_FORMAT "\n",
                          peer, pair->equivalent, pair->balance.minor,
                          pair->reserved_in.minor, pair->reserved_out.minor,
                          pair->inbound.minor);
  append_line (text, "given", pair->given);
  append_line (text, "got", pair->got);
  append_line (text, "pending", pair->pending);
  return g_string_free (text, FALSE);
}

static gboolean
is_blank (const GeoPair *pair) {
  return pair->balance.minor == 0 && pair->given == NULL && pair->got == NULL &&
         pair->pending == NULL && pair->reserved_in.minor == 0 &&
         pair->reserved_out.minor == 0;
}

gchar *
town_state (Town *town) {
  const GeoParty *party = town->party;
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gpointer value;
  GString *text;

  g_hash_table_iter_init (&iter, party->pairs);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    if (!is_blank (value))
      g_ptr_array_add (lines, pair_state (value));
  }
  for (guint i = 0; i < party->orders->len; i++) {
    const GeoOpenOrder *open = g_ptr_array_index (party->orders, i);
    g_autofree gchar *order = geo_order_to_text (open->order, NULL);

    g_ptr_array_add (lines, g_strdup_printf ("order %s\n", order));
  }
  for (guint i = 0; i < party->votes->len; i++) {
    const GeoOpenVote *vote = g_ptr_array_index (party->votes, i);
    g_autofree gchar *contract = geo_contract_to_text (vote->contract, NULL);

    g_ptr_array_add (lines, g_strdup_printf ("vote %s\n", contract));
  }
  g_hash_table_iter_init (&iter, party->people);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    const GeoPerson *person = value;
    g_autofree gchar *known = geo_participant_to_text (person->participant,
                                                       NULL);

    if (person->passing == NULL)
      g_ptr_array_add (lines, g_strdup_printf ("person %s\n", known));
  }
  g_ptr_array_sort (lines, compare_texts);
  text = g_string_new (NULL);
  g_string_append_printf (text, "sequence %" G_GINT64_FORMAT "\n",
                          party->sequence);
  for (guint i = 0; i < lines->len; i++)
    g_string_append (text, g_ptr_array_index (lines, i));
  return g_string_free (text, FALSE);
}
