/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A party under a hub that says anything: messages changed in a byte or two,
 * some of them signed anew, some made of nothing, out of order, with restarts
 * in between.  Balances are what the stored entries say, and each of those
 * holds; nobody both votes for and refuses one contract (P2); what is loaded
 * from the disk is what was there (I8).
 */
#include "fuzz.h"
#include "party-town.h"

#include "core/geo-contract.h"

#define STEPS_MAX 48

typedef struct {
  Town *town;
  FuzzInput input;
  GPtrArray *deals; /* Deal, all that were made; the last few */
  GHashTable *timers; /* GeoHash */
  guint n_checked; /* Records whose evidence was looked at. */
  guint n_ids;
} World;

/* --- Whom to believe ------------------------------------------------------ */

static gboolean
find_key (const GeoPid *pid, GeoKeyChain *out, gpointer user_data) {
  gpointer *data = user_data;
  const Town *town = data[0];
  const GeoProvenEntry *proven = data[1];

  if (geo_pid_equal (pid, &town->community->community)) {
    geo_key_chain_of_key (&town->community->key, out);
    return TRUE;
  }
  for (guint i = 0; i < N_PEOPLE; i++) {
    if (geo_pid_equal (pid, &town->people[i].pid)) {
      geo_key_chain_of (town->people[i].participant, out);
      return TRUE;
    }
  }
  for (guint i = 0; i < proven->people->len; i++) {
    const GeoParticipant *person = g_ptr_array_index (proven->people, i);

    if (geo_pid_equal (pid, &person->pid) &&
        geo_participant_check (person, &town->community->community, NULL)) {
      geo_key_chain_of (person, out);
      return TRUE;
    }
  }
  return FALSE;
}

static GeoSecret *
find_secret (const Town *town, const GeoPid *pid) {
  for (guint i = 0; i < N_PEOPLE; i++)
    if (geo_pid_equal (pid, &town->people[i].pid))
      return town->people[i].secret;
  return town->hub;
}

/* --- What must hold ------------------------------------------------------- */

/* §8: an entry that was taken is the hub's, and what it is about is signed by
 * those whom it binds. */
static void
check_entry (Town *town, const GeoProvenEntry *proven) {
  gpointer data[2] = { town, (gpointer) proven };
  g_autoptr (GError) error = NULL;
  GeoKeyChain keys;

  g_assert_true (
      geo_pid_equal (&proven->entry->participant, &town->people[ME].pid));
  geo_entry_verify (proven->entry, &town->community->key, &error);
  g_assert_no_error (error);
  if (proven->certificate != NULL) {
    geo_certificate_check (proven->certificate, find_key, data, &error);
    g_assert_no_error (error);
    for (guint i = 0; i < proven->hops->len; i++) {
      geo_contract_check_hop (proven->certificate->contract,
                              g_ptr_array_index (proven->hops, i), &error);
      g_assert_no_error (error);
    }
  } else {
    g_assert_nonnull (proven->line);
    g_assert_cmpuint (proven->hops->len, ==, 0);
    if (find_key (&proven->line->from, &keys, data))
      g_assert_true (geo_key_chain_check_line (&keys, proven->line, NULL));
  }
}

/* Balances as the entries on the disk make them. */
static gint64
balance_on_disk (Town *town, guint peer) {
  gint64 balance = 0;

  for (guint i = 0; i < town->records->len; i++) {
    const GeoAction *action = g_ptr_array_index (town->records, i);

    if (action->record_kind != GEO_RECORD_KIND_ENTRY)
      continue;
    for (guint j = 0; j < action->record->entry->hops->len; j++) {
      const GeoProvenHop *proven =
          g_ptr_array_index (action->record->entry->hops, j);

      if (!g_str_equal (proven->hop->equivalent, "UAH"))
        continue;
      if (geo_pid_equal (&proven->hop->from, &town->people[peer].pid))
        balance += proven->hop->amount.amount.minor;
      else if (geo_pid_equal (&proven->hop->to, &town->people[peer].pid))
        balance -= proven->hop->amount.amount.minor;
    }
  }
  return balance;
}

static void
check_votes (Town *town) {
  g_autoptr (GHashTable) said =
      g_hash_table_new_full (geo_hash_hash, geo_hash_equal, g_free, NULL);

  for (guint i = 0; i < town->records->len; i++) {
    const GeoAction *action = g_ptr_array_index (town->records, i);
    GeoHash hash;

    if (action->record_kind != GEO_RECORD_KIND_VOTE &&
        action->record_kind != GEO_RECORD_KIND_REFUSAL)
      continue;
    geo_contract_hash (action->record->contract, &hash);
    g_assert_true (g_hash_table_add (said, geo_hash_dup (&hash)));
  }
}

static void
check_all (World *world) {
  Town *town = world->town;
  gint64 last = 0;

  for (guint who = ANNA; who < N_PEOPLE; who++)
    g_assert_cmpint (town_balance (town, who), ==, balance_on_disk (town, who));
  for (guint i = 0; i < town->records->len; i++) {
    const GeoAction *action = g_ptr_array_index (town->records, i);

    if (action->record_kind != GEO_RECORD_KIND_ENTRY)
      continue;
    g_assert_cmpint (action->record->entry->entry->sequence, ==, ++last);
    if (i >= world->n_checked)
      check_entry (town, action->record->entry);
  }
  world->n_checked = town->records->len;
  check_votes (town);
  for (guint i = 0; i < town->actions->len; i++) {
    const GeoAction *action = g_ptr_array_index (town->actions, i);

    if (action->kind == GEO_ACTION_TIMER)
      g_hash_table_add (world->timers, geo_hash_dup (&action->timer));
  }
}

/* Everything that binds.  Names that were only passed on may be known longer
 * or shorter. */
static gchar *
describe (Town *town) {
  g_autofree gchar *all = town_state (town);
  g_auto (GStrv) lines = g_strsplit (all, "\n", -1);
  GString *binding = g_string_new (NULL);

  for (guint i = 0; lines[i] != NULL; i++)
    if (!g_str_has_prefix (lines[i], "person "))
      g_string_append_printf (binding, "%s\n", lines[i]);
  return g_string_free (binding, FALSE);
}

static void
check_reload (Town *town) {
  gboolean connected = town->party->connected;
  gboolean faulted = town->party->faulted;
  g_autofree gchar *before = describe (town);
  g_autofree gchar *after = NULL;

  town_reload (town);
  after = describe (town);
  if (!faulted)
    g_assert_cmpstr (before, ==, after);
  if (connected)
    town_connect (town);
}

/* --- What the hub says ---------------------------------------------------- */

static void
sign_entry (Town *town, GeoProvenEntry *proven, gboolean deep) {
  if (proven == NULL)
    return;
  if (deep && proven->line != NULL) {
    geo_trust_line_sign (proven->line, find_secret (town, &proven->line->from));
    geo_trust_line_hash (proven->line, &proven->entry->subject);
  }
  if (deep && proven->certificate != NULL) {
    GeoCertificate *certificate = proven->certificate;

    if (certificate->order != NULL) {
      geo_order_sign (certificate->order,
                      find_secret (town, &certificate->order->from));
      geo_order_hash (certificate->order, &certificate->contract->order);
    }
    geo_contract_hash (certificate->contract, &proven->entry->subject);
    for (guint i = 0; i < certificate->votes->len; i++) {
      GeoVote *vote = g_ptr_array_index (certificate->votes, i);

      vote->contract = proven->entry->subject;
      geo_vote_sign (vote, find_secret (town, &vote->voter));
    }
  }
  geo_entry_sign (proven->entry, town->hub);
}

static void
sign_message (Town *town, GeoMessage *message, gboolean deep) {
  switch ((guint) message->type) {
  case GEO_MESSAGE_TRUST_LINE_RECEIPT:
    sign_entry (town, message->u.trust_line_receipt->entry, deep);
    break;
  case GEO_MESSAGE_PAYMENT_COMMIT:
    sign_entry (town, message->u.payment_commit->entry, deep);
    break;
  case GEO_MESSAGE_ENTRY:
    sign_entry (town, message->u.entry->entry, deep);
    break;
  case GEO_MESSAGE_RECOVERY_RESPONSE:
    sign_entry (town, message->u.recovery_response->entry, deep);
    break;
  case GEO_MESSAGE_PAYMENT_ABORT:
    geo_refusal_sign (message->u.payment_abort->refusal, town->hub);
    break;
  case GEO_MESSAGE_PAYMENT_PREPARE:
    geo_order_sign (
        message->u.payment_prepare->order,
        find_secret (town, &message->u.payment_prepare->order->from));
    geo_order_hash (message->u.payment_prepare->order,
                    &message->u.payment_prepare->contract->order);
    break;
  default: /* Nothing in it is signed. */
    break;
  }
}

static Deal *
make_deal (World *world) {
  Town *town = world->town;
  FuzzInput *input = &world->input;
  Step steps[3];
  guint shape = fuzz_byte (input);
  guint n = 1 + shape / 8 % 3;
  g_autofree gchar *tx_id = g_strdup_printf ("tx-%u", fuzz_byte (input));
  gint64 amount = 1 + fuzz_below (input, 12000);
  Deal *deal;

  switch (shape % 4) {
  case 0:
    deal = deal_through_me (town, tx_id, amount);
    break;
  case 1:
    deal = deal_to_me (town, tx_id, amount);
    break;
  case 2:
    if (world->deals->len > 0)
      return g_ptr_array_index (world->deals,
                                fuzz_byte (input) % world->deals->len);
    deal = deal_to_me (town, tx_id, amount);
    break;
  default: /* 3: whatever comes */
    for (guint i = 0; i < n; i++) {
      guint ends = fuzz_byte (input);

      steps[i] = (Step){ ends % (CARL + 1), ends / 16 % (CARL + 1), amount };
      if (ends & 8)
        steps[i].amount = 1 + fuzz_byte (input);
    }
    deal = deal_new (town, tx_id, fuzz_byte (input) % (CARL + 1),
                     fuzz_byte (input) % (CARL + 1), amount, steps, n);
    break;
  }
  g_ptr_array_add (world->deals, deal);
  return deal;
}

static GeoMessage *
make_message (World *world, guint kind) {
  Town *town = world->town;
  FuzzInput *input = &world->input;
  g_autoptr (GeoTrustLine) line = NULL;
  const GeoPair *pair;
  const Deal *deal;
  GeoMessage *message;
  GeoHash hash;

  switch (kind % 12) {
  case 0:
    return deal_prepare (town, make_deal (world), "prepare");
  case 1:
    return town_commit (town_entry_of_deal (town, make_deal (world)));
  case 2:
    return town_entry (town_entry_of_deal (town, make_deal (world)));
  case 3:
    line = town_line (town, CARL, ME, 1 + fuzz_byte (input), 1);
    return town_receipt (town_entry_of_line (town, line));
  case 4:
    deal = make_deal (world);
    deal_hash (deal, &hash);
    return town_abort (
        town_refusal (town, NULL, &hash, GEO_CODE_LIMIT, "limit_exceeded"));
  case 5:
    deal = make_deal (world);
    geo_order_hash (deal->order, &hash);
    return town_abort (
        town_refusal (town, &hash, NULL, GEO_CODE_NO_ROUTE, "no_route"));
  case 6:
    deal = make_deal (world);
    message = geo_message_new (GEO_MESSAGE_RECOVERY_RESPONSE, "r");
    message->u.recovery_response->entry = town_entry_of_deal (town, deal);
    message->u.recovery_response->has_order = TRUE;
    geo_order_hash (deal->order, &message->u.recovery_response->order);
    return message;
  case 7:
    message = geo_message_new (GEO_MESSAGE_PEOPLE_RESULT, "people");
    g_ptr_array_add (message->u.people_result->items,
                     town_participant (town, 1 + fuzz_byte (input) % DORA,
                                       1 + fuzz_byte (input) % 3));
    return message;
  case 8:
    return town_sync_result (fuzz_byte (input) % 8);
  case 9:
    message = geo_message_new (GEO_MESSAGE_ERROR, "line-0-1");
    message->u.error->code = GEO_CODE_INVALID;
    message->u.error->reason = g_strdup (GEO_REASON_INVALID);
    message->u.error->message = g_strdup ("No.");
    return message;
  case 10:
    pair = geo_party_find_pair (town->party, &town->people[CARL].pid, "UAH");
    if (pair == NULL || pair->pending == NULL)
      return geo_message_new (GEO_MESSAGE_PING, "ping");
    return town_receipt (town_entry_of_line (town, pair->pending));
  default: /* 11 */
    message = geo_message_new (GEO_MESSAGE_PONG, "pong");
    message->u.pong->time = town->now;
    return message;
  }
}

/* Who was told of is on the disk, which is the driver's part. */
static void
receive (Town *town, GeoMessage *message) {
  town_receive (town, message);
  for (guint i = 0; i < town->actions->len; i++) {
    const GeoAction *action = g_ptr_array_index (town->actions, i);

    if (action->kind == GEO_ACTION_TELL &&
        action->told->kind == GEO_TOLD_PERSON)
      g_ptr_array_add (town->people_before,
                       geo_participant_copy (action->told->person));
  }
}

/* Carried over the wire, spoilt there or not, signed anew or not. */
static void
hub_says (World *world, guint kind) {
  Town *town = world->town;
  g_autoptr (GeoMessage) good = make_message (world, kind);
  guint how = fuzz_byte (&world->input);
  g_autofree gchar *text = NULL;
  GeoMessage *message;
  gsize len;

  text = geo_message_encode (good, &len);
  if (how & 1)
    fuzz_spoil (&world->input, text, len);
  message = geo_message_decode (text, len, NULL);
  if (message == NULL)
    return;
  if (how & 2)
    sign_message (town, message, (how & 4) != 0);
  if (how & 8)
    receive (town, geo_message_copy (message));
  receive (town, message);
}

static void
hub_raves (World *world) {
  gsize len = fuzz_byte (&world->input) * 16;
  const guint8 *data = fuzz_bytes (&world->input, &len);
  GeoMessage *message = geo_message_decode ((const gchar *) data, len, NULL);

  if (message == NULL)
    return;
  sign_message (world->town, message, TRUE);
  receive (world->town, message);
}

static void
we_act (World *world, guint what) {
  Town *town = world->town;
  FuzzInput *input = &world->input;
  g_autofree gchar *id = g_strdup_printf ("own-%u", world->n_ids++);
  guint who = 1 + fuzz_byte (input) % DORA;
  gint64 amount = fuzz_below (input, 12000);
  const GeoMessage *request;
  Step step = { ME, who, amount };

  if (what % 2 == 0) {
    town_trust (town, id, who, amount, amount == 0, NULL);
    return;
  }
  if (!town_pay (town, id, who, amount, amount % 2 == 0 ? "Text" : NULL, NULL,
                 NULL))
    return;
  request = town_sent (town, GEO_MESSAGE_PAYMENT_REQUEST);
  g_ptr_array_add (
      world->deals,
      deal_of_order (town, request->u.payment_request->order, &step, 1));
}

static void
tick (World *world) {
  GHashTableIter iter;
  gpointer timer;
  guint n = fuzz_byte (&world->input);

  world->town->now += (gint64) n * n;
  g_hash_table_iter_init (&iter, world->timers);
  if (g_hash_table_iter_next (&iter, &timer, NULL)) {
    GeoHash hash = *(GeoHash *) timer;

    g_hash_table_iter_remove (&iter);
    town_tick (world->town, &hash, 1);
  }
}

static void
step (World *world) {
  Town *town = world->town;
  guint what = fuzz_byte (&world->input);

  switch (what % 8) {
  case 0:
  case 1:
  case 2:
  case 3:
    hub_says (world, what / 8);
    break;
  case 4:
    hub_raves (world);
    break;
  case 5:
    we_act (world, what / 8);
    break;
  case 6:
    tick (world);
    break;
  default: /* 7 */
    if (what & 64)
      town_disconnect (town);
    else if (what & 32)
      town_connect (town);
    else
      check_reload (town);
    break;
  }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size) {
  World world = { .town = town_new (), .input = { data, size } };

  world.deals = g_ptr_array_new_with_free_func ((GDestroyNotify) deal_free);
  world.timers = g_hash_table_new_full (geo_hash_hash, geo_hash_equal, g_free,
                                        NULL);
  for (guint i = 0; i < STEPS_MAX && world.input.left > 0; i++) {
    step (&world);
    check_all (&world);
    /* The hub knows how far we are. */
    world.town->sequence = geo_party_get_sequence (world.town->party,
                                                   &world.town->entry_hash);
    if (world.town->party->faulted) {
      town_reload (world.town);
      town_connect (world.town);
    }
  }
  check_reload (world.town);
  g_ptr_array_unref (world.deals);
  g_hash_table_unref (world.timers);
  town_free (world.town);
  return 0;
}
