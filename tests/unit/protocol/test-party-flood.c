/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A party under whatever can arrive: messages changed in one place, lost,
 * repeated and out of order, with restarts in between.  Nothing but a good
 * entry ever changes a balance, and what is loaded from the disk is what was
 * there.
 */
#include "party-town.h"

#define N_SEEDS 60
#define N_STEPS 120

/* A small generator, so that a seed is the same run on every machine. */
typedef struct {
  guint64 state;
} Dice;

static guint
roll (Dice *dice, guint n) {
  dice->state = dice->state * 6364136223846793005u + 1442695040888963407u;
  return (guint) (dice->state >> 33) % n;
}

/* Balances as the entries on the disk make them. */
static gint64
balance_on_disk (Town *town, guint peer) {
  gint64 balance = 0;

  for (guint i = 0; i < town->records->len; i++) {
    const GeoAction *action = g_ptr_array_index (town->records, i);
    GPtrArray *hops;

    if (action->record_kind != GEO_RECORD_KIND_ENTRY)
      continue;
    hops = action->record->entry->hops;
    for (guint j = 0; j < hops->len; j++) {
      const GeoProvenHop *proven = g_ptr_array_index (hops, j);

      if (geo_pid_equal (&proven->hop->from, &town->people[peer].pid))
        balance += proven->hop->amount.amount.minor;
      else if (geo_pid_equal (&proven->hop->to, &town->people[peer].pid))
        balance -= proven->hop->amount.amount.minor;
    }
  }
  return balance;
}

static void
check_balances (Town *town) {
  for (guint who = ANNA; who < N_PEOPLE; who++)
    g_assert_cmpint (town_balance (town, who), ==, balance_on_disk (town, who));
}

/* P2: no contract has both a vote and a refusal of ours. */
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

/* --- Every byte of every message ------------------------------------------ */

static GeoMessage *
sample (Town *town, guint kind) {
  g_autoptr (Deal) deal = deal_through_me (town, "tx-s", 100);
  g_autoptr (GeoTrustLine) line = NULL;
  GeoMessage *message;
  GeoHash hash;

  deal_hash (deal, &hash);
  switch (kind) {
  case 0:
    return deal_prepare (town, deal, "prepare");
  case 1:
    return town_commit (town_entry_of_deal (town, deal));
  case 2:
    line = town_line (town, CARL, ME, 100, 1);
    return town_receipt (town_entry_of_line (town, line));
  case 3:
    return town_abort (
        town_refusal (town, NULL, &hash, GEO_CODE_LIMIT, "limit_exceeded"));
  case 4:
    return town_entry (town_entry_of_deal (town, deal));
  case 5:
    message = geo_message_new (GEO_MESSAGE_RECOVERY_RESPONSE, "r");
    message->u.recovery_response->entry = town_entry_of_deal (town, deal);
    return message;
  case 6:
    message = geo_message_new (GEO_MESSAGE_PEOPLE_RESULT, "people");
    g_ptr_array_add (message->u.people_result->items,
                     geo_participant_copy (town->people[DORA].participant));
    return message;
  case 7:
    return town_sync_result (3);
  case 8:
    message = geo_message_new (GEO_MESSAGE_ERROR, "line-0-1");
    message->u.error->code = GEO_CODE_INVALID;
    message->u.error->reason = g_strdup (GEO_REASON_INVALID);
    message->u.error->message = g_strdup ("No.");
    return message;
  case 9:
    message = geo_message_new (GEO_MESSAGE_PONG, "pong");
    message->u.pong->time = town->now;
    return message;
  case 10:
    return geo_message_new (GEO_MESSAGE_PING, "ping");
  default: /* 11: what only a hub is sent. */
    message = geo_message_new (GEO_MESSAGE_SYNC, "sync");
    return message;
  }
}

#define N_SAMPLES 12

static void
spoil_text (Dice *dice, gchar *text, gsize len) {
  static const gchar letters[] =
      "0123456789ABCDEFabcdef+/=\"{}[],:truefalsn.- ";
  guint n = 1 + roll (dice, 2);

  while (n-- > 0)
    text[roll (dice, (guint) len)] =
        letters[roll (dice, (guint) sizeof letters - 1)];
}

/* One sample with a byte or two changed on the wire. */
static void
receive_spoilt (Town *town, Dice *dice) {
  gint64 sequence = town->sequence;
  GeoHash hash = town->entry_hash;
  g_autoptr (GeoMessage) good = sample (town, roll (dice, N_SAMPLES));
  g_autofree gchar *text = NULL;
  g_autofree gchar *original = NULL;
  GeoMessage *bad;
  gsize len;

  text = geo_message_encode (good, &len);
  original = g_strndup (text, len);
  spoil_text (dice, text, len);
  bad = geo_message_decode (text, len, NULL);
  if (bad != NULL)
    town_receive (town, bad);
  /* It may have been taken as it is: an msg_id is not signed. */
  if (geo_party_get_sequence (town->party, NULL) == sequence) {
    town->sequence = sequence;
    town->entry_hash = hash;
  }
}

static void
test_spoilt_bytes (void) {
  for (guint64 seed = 1; seed <= N_SEEDS; seed++) {
    g_autoptr (Town) town = town_new ();
    Dice dice = { seed };

    for (guint i = 0; i < N_STEPS; i++) {
      gint64 before = geo_party_get_sequence (town->party, NULL);
      gint64 balance = town_balance (town, ANNA);

      town->now += roll (&dice, 1000);
      receive_spoilt (town, &dice);
      check_balances (town);
      if (geo_party_get_sequence (town->party, NULL) == before)
        g_assert_cmpint (town_balance (town, ANNA), ==, balance);
      if (town->party->faulted) {
        town_reload (town);
        town_connect (town);
      }
    }
    check_votes (town);
  }
}

/* --- Spoilt and signed ---------------------------------------------------- */

/* A hub that signs whatever it likes: numbers and ends of hops by chance. */
static void
receive_lie (Town *town, Dice *dice) {
  Step steps[3];
  guint n = 1 + roll (dice, 3);
  g_autoptr (Deal) deal = NULL;
  g_autofree gchar *tx_id = g_strdup_printf ("tx-%u", roll (dice, 1000));
  gint64 amount = 1 + roll (dice, 12000);
  GeoProvenEntry *entry;
  gint64 sequence = town->sequence;
  GeoHash hash = town->entry_hash;
  guint payer = roll (dice, CARL + 1);
  guint payee = roll (dice, CARL + 1);

  for (guint i = 0; i < n; i++) {
    steps[i].from = roll (dice, CARL + 1);
    steps[i].to = roll (dice, CARL + 1);
    steps[i].amount = roll (dice, 4) == 0 ? 1 + roll (dice, 12000) : amount;
  }
  deal = deal_new (town, tx_id, payer, payee, amount, steps, n);
  if (roll (dice, 2) == 0)
    town_receive (town, deal_prepare (town, deal, "prepare"));
  entry = town_entry_of_deal (town, deal);
  if (roll (dice, 4) == 0) {
    entry->entry->sequence += (gint64) roll (dice, 3) - 1;
    if (entry->entry->sequence < 1)
      entry->entry->sequence = 1;
    town_sign_entry (town, entry);
  }
  town_receive (town, town_commit (entry));
  if (geo_party_get_sequence (town->party, NULL) == sequence) {
    town->sequence = sequence;
    town->entry_hash = hash;
  }
}

/* Whatever was taken left us with what the contract said, inside the lines. */
static void
check_mandate (Town *town) {
  gint64 worth = 0;

  for (guint i = 0; i < town->records->len; i++) {
    const GeoAction *action = g_ptr_array_index (town->records, i);
    const GeoContract *contract;

    if (action->record_kind != GEO_RECORD_KIND_ENTRY)
      continue;
    contract = action->record->entry->certificate->contract;
    if (geo_pid_equal (&contract->payee, &town->people[ME].pid))
      worth += contract->amount.amount.minor;
    else if (geo_pid_equal (&contract->payer, &town->people[ME].pid))
      worth -= contract->amount.amount.minor;
  }
  for (guint who = ANNA; who < N_PEOPLE; who++)
    worth -= town_balance (town, who);
  /* I7. */
  g_assert_cmpint (worth, ==, 0);
  /* I2: the lines never change here. */
  g_assert_cmpint (town_balance (town, ANNA), <=, 10000);
  g_assert_cmpint (town_balance (town, BOB), <=, 5000);
  g_assert_cmpint (town_balance (town, ANNA), >=, -8000);
  g_assert_cmpint (town_balance (town, BOB), >=, -8000);
  g_assert_cmpint (town_balance (town, CARL), ==, 0);
  g_assert_cmpint (town_balance (town, DORA), ==, 0);
}

static void
test_lies (void) {
  guint n_taken = 0;
  guint n_faults = 0;

  for (guint64 seed = 1; seed <= N_SEEDS; seed++) {
    g_autoptr (Town) town = town_new ();
    Dice dice = { seed * 1000 };

    for (guint i = 0; i < N_STEPS; i++) {
      town->now += roll (&dice, 1000);
      receive_lie (town, &dice);
      check_balances (town);
      check_mandate (town);
      if (town->party->faulted) {
        town_reload (town);
        town_connect (town);
      }
    }
    check_votes (town);
    n_taken += (guint) town->sequence;
    n_faults += town->n_faults;
  }
  g_test_message ("%u entries were taken, %u were faults", n_taken, n_faults);
  g_assert_cmpuint (n_taken, >, 0);
  g_assert_cmpuint (n_faults, >, 0);
}

/* --- An honest hub, a bad line and restarts ------------------------------- */

/* What the hub has made of it: deals that are open at the hub, and the entries
 * that it made. */
typedef struct {
  Town *town;
  Dice dice;
  GPtrArray *deals; /* Deal that are neither committed nor refused */
  GPtrArray *entries; /* GeoProvenEntry, all */
  guint n;
} World;

static Deal *
take_deal (World *world) {
  if (world->deals->len == 0)
    return NULL;
  return g_ptr_array_steal_index (world->deals,
                                  roll (&world->dice, world->deals->len));
}

/* Lost one time in four, there twice one time in four. */
static void
deliver (World *world, GeoMessage *message) {
  guint n = roll (&world->dice, 4);

  if (n == 1)
    town_receive (world->town, geo_message_copy (message));
  if (n != 0)
    town_receive (world->town, geo_message_copy (message));
  geo_message_free (message);
}

static void
hub_asks (World *world) {
  g_autofree gchar *tx_id = g_strdup_printf ("deal-%u", world->n++);
  gint64 amount = 1 + roll (&world->dice, 3000);
  Deal *deal = roll (&world->dice, 2) == 0
                   ? deal_to_me (world->town, tx_id, amount)
                   : deal_through_me (world->town, tx_id, amount);

  deliver (world, deal_prepare (world->town, deal, "prepare"));
  g_ptr_array_add (world->deals, deal);
}

/* An honest hub commits some of what we said yes to, and refuses the rest. */
static void
hub_decides (World *world) {
  g_autoptr (Deal) deal = take_deal (world);
  GeoProvenEntry *entry;
  GeoHash hash;

  if (deal == NULL)
    return;
  deal_hash (deal, &hash);
  if (geo_participant_find (world->town->party, &hash) == NULL ||
      roll (&world->dice, 3) == 0) {
    deliver (world, town_abort (town_refusal (world->town, NULL, &hash,
                                              GEO_CODE_TIMEOUT, "no_vote")));
    return;
  }
  entry = town_entry_of_deal (world->town, deal);
  g_ptr_array_add (world->entries, geo_proven_entry_copy (entry));
  deliver (world, town_commit (entry));
}

static void
we_pay (World *world) {
  static const Step step[] = { { ME, BOB, 0 } };
  g_autofree gchar *tx_id = g_strdup_printf ("pay-%u", world->n++);
  Step steps[1] = { step[0] };
  Deal *deal;

  if (!world->town->party->connected)
    return;
  steps[0].amount = 1 + roll (&world->dice, 50);
  g_assert_true (town_pay (world->town, tx_id, BOB, steps[0].amount,
                           roll (&world->dice, 2) == 0 ? "Text" : NULL, NULL,
                           NULL));
  if (roll (&world->dice, 4) == 0)
    return;
  deal = deal_of_order (world->town,
                        town_sent (world->town, GEO_MESSAGE_PAYMENT_REQUEST)
                            ->u.payment_request->order,
                        steps, 1);
  deliver (world, deal_prepare (world->town, deal, "prepare"));
  g_ptr_array_add (world->deals, deal);
}

static void
we_trust (World *world) {
  gint64 limit = 9000 + roll (&world->dice, 2000);
  g_autofree gchar *line_id = g_strdup_printf ("line-%u", world->n++);
  guint who = roll (&world->dice, 2) == 0 ? ANNA : CARL;

  town_trust (world->town, line_id, who, limit, FALSE, NULL);
}

static void
hub_takes_line (World *world) {
  const GeoPair *pair = geo_party_find_pair (
      world->town->party, &world->town->people[CARL].pid, "UAH");
  GeoProvenEntry *entry;
  GeoMessage *message;

  if (pair == NULL || pair->pending == NULL)
    return;
  if (roll (&world->dice, 3) == 0) {
    message = geo_message_new (GEO_MESSAGE_ERROR, pair->pending->line_id);
    message->u.error->code = GEO_CODE_NOT_ALLOWED;
    message->u.error->reason = g_strdup (GEO_REASON_FROZEN);
    message->u.error->message = g_strdup ("No.");
    town_receive (world->town, message);
    return;
  }
  /* Only where the hub has not taken that version before. */
  if (geo_party_get_sequence (world->town->party, NULL) !=
      world->town->sequence)
    return;
  entry = town_entry_of_line (world->town, pair->pending);
  g_ptr_array_add (world->entries, geo_proven_entry_copy (entry));
  deliver (world, town_receipt (entry));
}

static void
sync_all (World *world) {
  town_disconnect (world->town);
  town_connect (world->town);
  for (guint i = 0; i < world->entries->len; i++)
    town_receive (world->town, town_entry (geo_proven_entry_copy (
                                   g_ptr_array_index (world->entries, i))));
  town_receive (world->town, town_sync_result (world->town->sequence));
}

static void
one_step (World *world) {
  Town *town = world->town;

  town->now += 1 + roll (&world->dice, 500);
  switch (roll (&world->dice, 10)) {
  case 0:
  case 1:
    hub_asks (world);
    break;
  case 2:
  case 3:
  case 4:
    hub_decides (world);
    break;
  case 5:
    we_pay (world);
    break;
  case 6:
    we_trust (world);
    break;
  case 7:
    hub_takes_line (world);
    break;
  case 8:
    if (world->entries->len > 0)
      town_receive (town, town_entry (geo_proven_entry_copy (g_ptr_array_index (
                              world->entries,
                              roll (&world->dice, world->entries->len)))));
    break;
  default: /* 9 */
    sync_all (world);
    break;
  }
}

/* I8: a restart at any moment gives the same as none. */
static void
check_reload (Town *town) {
  gboolean connected = town->party->connected;
  g_autofree gchar *before = town_state (town);
  g_autofree gchar *after = NULL;

  town_reload (town);
  after = town_state (town);
  g_assert_cmpstr (before, ==, after);
  if (connected)
    town_connect (town);
}

static void
test_restarts (void) {
  guint n_entries = 0;

  for (guint64 seed = 1; seed <= N_SEEDS; seed++) {
    g_autoptr (Town) town = town_new ();
    World world = { .town = town, .dice = { seed * 77 } };

    world.deals = g_ptr_array_new_with_free_func ((GDestroyNotify) deal_free);
    world.entries =
        g_ptr_array_new_with_free_func ((GDestroyNotify) geo_proven_entry_free);
    for (guint i = 0; i < N_STEPS; i++) {
      one_step (&world);
      check_balances (town);
      if (roll (&world.dice, 5) == 0)
        check_reload (town);
    }
    sync_all (&world);
    g_assert_cmpint (geo_party_get_sequence (town->party, NULL), ==,
                     town->sequence);
    check_balances (town);
    check_votes (town);
    check_reload (town);
    g_assert_cmpuint (town->n_faults, ==, 0);
    n_entries += world.entries->len;
    g_ptr_array_unref (world.deals);
    g_ptr_array_unref (world.entries);
  }
  g_test_message ("%u entries", n_entries);
  g_assert_cmpuint (n_entries, >, N_SEEDS);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/party/flood/spoilt-bytes", test_spoilt_bytes);
  g_test_add_func ("/party/flood/lies", test_lies);
  g_test_add_func ("/party/flood/restarts", test_restarts);
  return g_test_run ();
}
