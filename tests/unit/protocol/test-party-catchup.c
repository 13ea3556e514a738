/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The hub's entries as a party takes them: in order, with evidence, inside the
 * mandate; and what it does about gaps, forks and lies.
 */
#include "core/geo-evidence.h"
#include "core/geo-key-chain.h"
#include "party-town.h"

static void
test_received (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) deal = deal_to_me (town, "tx-1", 2500);
  const GeoEntryAck *ack;
  const GeoTold *told;
  GeoHash hash;

  deal_describe (town, deal, "Two loaves", ME);
  deal_sign (town, deal, CARL);
  town_receive (town, town_commit (town_entry_of_deal (town, deal)));
  town_expect (town, "store:entry tell:person tell:received send:ENTRY_ACK");
  g_assert_cmpint (town_balance (town, ANNA), ==, 2500);
  g_assert_cmpstr (town_stored (town, GEO_RECORD_KIND_ENTRY)->text, ==,
                   "Two loaves");
  told = town_told (town, GEO_TOLD_RECEIVED);
  g_assert_cmpstr (told->order->tx_id, ==, "tx-1");
  g_assert_true (geo_hash_equal (&told->order_hash, &deal->contract->order));
  ack = town_sent (town, GEO_MESSAGE_ENTRY_ACK)->u.entry_ack->ack;
  g_assert_cmpint (ack->sequence, ==, 1);
  g_assert_cmpint (geo_party_get_sequence (town->party, &hash), ==, 1);
  g_assert_true (geo_hash_equal (&hash, &town->entry_hash));
  g_assert_true (geo_hash_equal (&hash, &ack->entry_hash));

  /* Once is enough. */
  town->sequence = 0;
  town_receive (town, town_commit (town_entry_of_deal (town, deal)));
  town_expect (town, "");
  g_assert_cmpint (town_balance (town, ANNA), ==, 2500);
}

/* The money does not depend on a text. */
static void
test_received_with_bad_text (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) deal = deal_to_me (town, "tx-1", 2500);

  deal_describe (town, deal, "Two loaves", ANNA);
  deal_sign (town, deal, CARL);
  town_receive (town, town_commit (town_entry_of_deal (town, deal)));
  g_assert_null (town_stored (town, GEO_RECORD_KIND_ENTRY)->text);
  g_assert_cmpint (town_balance (town, ANNA), ==, 2500);
}

static void
test_passed (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) deal = deal_through_me (town, "tx-1", 2500);
  g_autoptr (Deal) back = NULL;
  static const Step steps[] = { { BOB, ME, 3000 }, { ME, ANNA, 3000 } };

  town_receive (town, town_commit (town_entry_of_deal (town, deal)));
  town_expect (town, "store:entry tell:person tell:passed send:ENTRY_ACK");
  g_assert_cmpint (town_balance (town, ANNA), ==, 2500);
  g_assert_cmpint (town_balance (town, BOB), ==, -2500);
  back = deal_new (town, "tx-2", BOB, ANNA, 3000, steps, 2);
  town_receive (town, town_commit (town_entry_of_deal (town, back)));
  town_expect (town, "store:entry tell:passed send:ENTRY_ACK");
  g_assert_cmpint (town_balance (town, ANNA), ==, -500);
  g_assert_cmpint (town_balance (town, BOB), ==, 500);
}

/* --- Order and gaps ------------------------------------------------------- */

static void
test_sync (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) first = deal_to_me (town, "tx-1", 100);
  g_autoptr (Deal) second = deal_to_me (town, "tx-2", 100);
  g_autoptr (Deal) third = deal_to_me (town, "tx-3", 100);
  GeoProvenEntry *entries[3];
  const GeoMsgSync *sync;

  entries[0] = town_entry_of_deal (town, first);
  entries[1] = town_entry_of_deal (town, second);
  entries[2] = town_entry_of_deal (town, third);
  town_disconnect (town);
  town_connect (town);
  town_expect (town, "send:SYNC");
  sync = town_sent (town, GEO_MESSAGE_SYNC)->u.sync;
  g_assert_cmpint (sync->sequence, ==, 0);
  g_assert_false (sync->has_entry_hash);
  /* One acknowledgement for all. */
  town_receive (town, town_entry (entries[0]));
  town_expect (town, "store:entry tell:person tell:received");
  town_receive (town, town_entry (entries[1]));
  town_expect (town, "store:entry tell:received");
  /* Not all yet: WELCOME said three. */
  town_receive (town, town_sync_result (2));
  town_expect (town, "send:ENTRY_ACK send:SYNC");
  sync = town_sent (town, GEO_MESSAGE_SYNC)->u.sync;
  g_assert_cmpint (sync->sequence, ==, 2);
  g_assert_true (sync->has_entry_hash);
  town_receive (town, town_entry (entries[2]));
  town_receive (town, town_sync_result (3));
  town_expect (town, "send:ENTRY_ACK tell:synced");
  g_assert_cmpint (
      town_sent (town, GEO_MESSAGE_ENTRY_ACK)->u.entry_ack->ack->sequence, ==,
      3);
  town_receive (town, town_sync_result (3));
  town_expect (town, "tell:synced");
  /* What was acknowledged may be lost with the session. */
  town_connect (town);
  town_receive (town, town_sync_result (3));
  town_expect (town, "send:ENTRY_ACK tell:synced");
}

static void
test_gap (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) first = deal_to_me (town, "tx-1", 100);
  g_autoptr (Deal) second = deal_to_me (town, "tx-2", 100);
  g_autoptr (Deal) third = deal_to_me (town, "tx-3", 100);
  GeoProvenEntry *entries[3];

  entries[0] = town_entry_of_deal (town, first);
  entries[1] = town_entry_of_deal (town, second);
  entries[2] = town_entry_of_deal (town, third);
  town_receive (town, town_commit (geo_proven_entry_copy (entries[1])));
  town_expect (town, "send:SYNC");
  /* At most one on its way. */
  town_receive (town, town_commit (geo_proven_entry_copy (entries[2])));
  town_expect (town, "");
  g_assert_cmpint (town_balance (town, ANNA), ==, 0);
  town_receive (town, town_entry (geo_proven_entry_copy (entries[0])));
  town_receive (town, town_sync_result (1));
  /* It knows of three. */
  town_expect (town, "send:ENTRY_ACK send:SYNC");
  /* Once more where nothing comes. */
  town_receive (town, town_sync_result (1));
  town_expect (town, "send:SYNC");
  town_receive (town, town_entry (entries[1]));
  town_receive (town, town_entry (entries[2]));
  town_receive (town, town_entry (entries[0]));
  town_expect (town, "tell:old-entry");
  town_receive (town, town_sync_result (3));
  town_expect (town, "send:ENTRY_ACK tell:synced");
  g_assert_cmpint (town_balance (town, ANNA), ==, 300);
}

/* A SYNC that nobody answers is not the end of it. */
static void
test_gap_unanswered (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) first = deal_to_me (town, "tx-1", 100);
  g_autoptr (Deal) second = deal_to_me (town, "tx-2", 100);
  GeoProvenEntry *entry;

  geo_proven_entry_free (town_entry_of_deal (town, first));
  entry = town_entry_of_deal (town, second);
  town_receive (town, town_commit (geo_proven_entry_copy (entry)));
  town_expect (town, "send:SYNC");
  town->now += GEO_PARTY_SYNC_MS - 1;
  town_receive (town, town_commit (geo_proven_entry_copy (entry)));
  town_expect (town, "");
  town->now++;
  town_receive (town, town_commit (geo_proven_entry_copy (entry)));
  town_expect (town, "send:SYNC");
  town_receive (town, town_commit (entry));
  town_expect (town, "");
}

/* A commit between the entries of a SYNC is acknowledged by itself. */
static void
test_live_entry (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) first = deal_to_me (town, "tx-1", 100);

  town_receive (town, town_entry (town_entry_of_deal (town, first)));
  town_expect (town, "store:entry tell:person tell:received send:ENTRY_ACK");
}

static void
test_chain (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) first = deal_to_me (town, "tx-1", 100);
  g_autoptr (Deal) second = deal_to_me (town, "tx-2", 100);
  GeoProvenEntry *entry;

  town_receive (town, town_commit (town_entry_of_deal (town, first)));
  entry = town_entry_of_deal (town, second);
  entry->entry->previous.bytes[0] ^= 1;
  town_sign_entry (town, entry);
  town_receive (town, town_commit (geo_proven_entry_copy (entry)));
  town_expect_fault (town, GEO_REASON_CHAIN);
  /* From then on nothing is believed, right or wrong. */
  town->sequence = 1;
  geo_party_get_sequence (town->party, &town->entry_hash);
  geo_proven_entry_free (entry);
  entry = town_entry_of_deal (town, second);
  town_receive (town, town_commit (geo_proven_entry_copy (entry)));
  town_expect (town, "");
  town_receive (town, town_sync_result (2));
  town_expect (town, "");
  g_assert_cmpint (town_balance (town, ANNA), ==, 100);
  /* Until the journal is read anew. */
  town_reload (town);
  town_connect (town);
  town_receive (town, town_entry (entry));
  town_expect (town, "store:entry tell:received");
  g_assert_cmpint (town_balance (town, ANNA), ==, 200);
}

static void
test_no_previous (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) first = deal_to_me (town, "tx-1", 100);
  g_autoptr (Deal) second = deal_to_me (town, "tx-2", 100);
  GeoProvenEntry *entry = town_entry_of_deal (town, first);

  town_receive (town, town_commit (entry));
  entry = town_entry_of_deal (town, second);
  entry->entry->has_previous = FALSE;
  town_sign_entry (town, entry);
  town_receive (town, town_commit (entry));
  town_expect_fault (town, GEO_REASON_CHAIN);
}

static void
test_fork (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) first = deal_to_me (town, "tx-1", 100);
  g_autoptr (Deal) other = deal_to_me (town, "tx-2", 100);

  town_receive (town, town_commit (town_entry_of_deal (town, first)));
  town->sequence = 0;
  town_receive (town, town_commit (town_entry_of_deal (town, other)));
  town_expect_fault (town, GEO_REASON_CHAIN);
}

/* A hub that lost what it signed is not followed either. */
static void
test_hub_behind (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) first = deal_to_me (town, "tx-1", 100);
  g_autoptr (Deal) second = deal_to_me (town, "tx-2", 100);

  town_receive (town, town_commit (town_entry_of_deal (town, first)));
  town_receive (town, town_commit (town_entry_of_deal (town, second)));
  town->sequence = 1;
  town_connect (town);
  town_expect (town, "send:SYNC store:evidence tell:fault");
  g_assert_cmpstr (town_told (town, GEO_TOLD_FAULT)->reason, ==,
                   GEO_REASON_FORGOTTEN);
}

static void
test_not_for_us (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (Town) other = town_new ();
  g_autoptr (Deal) deal = deal_to_me (town, "tx-1", 100);
  GeoProvenEntry *entry = town_entry_of_deal (town, deal);

  entry->entry->participant = town->people[ANNA].pid;
  town_sign_entry (town, entry);
  town_receive (town, town_commit (entry));
  town_expect_fault (town, GEO_REASON_NOT_ALLOWED);

  entry = town_entry_of_deal (other, deal);
  entry->entry->community = town->people[ANNA].pid;
  town_sign_entry (other, entry);
  town_receive (other, town_commit (entry));
  town_expect_fault (other, GEO_REASON_BAD_SIGNATURE);
}

/* --- Evidence ------------------------------------------------------------- */

typedef void (*Spoil) (Town *town, Deal *deal, GeoProvenEntry *entry);

/* What came with the entry is kept with it, so a stranger sees it, too. */
static void
expect_evidence (Town *town) {
  const GeoEvidence *evidence =
      town_stored (town, GEO_RECORD_KIND_EVIDENCE)->evidence;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (evidence->what, ==, GEO_EVIDENCE_KIND_BAD_ENTRY);
  g_assert_cmpint (geo_evidence_check (evidence, &town->community->community,
                                       &town->community->key, &error),
                   ==, GEO_EVIDENCE_ASKS);
  g_assert_no_error (error);
}

/* An entry of ANNA's payment to BOB through us, spoilt, is a fault; also one
 * that was prepared. */
static void
expect_fault_of (Spoil spoil_deal,
                 Spoil spoil_entry,
                 const gchar *reason,
                 gboolean prepared) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) deal = deal_through_me (town, "tx-1", 1000);
  GeoProvenEntry *entry;
  g_autofree gchar *before = NULL;
  g_autofree gchar *after = NULL;

  if (spoil_deal != NULL)
    spoil_deal (town, deal, NULL);
  entry = town_entry_of_deal (town, deal);
  if (spoil_entry != NULL)
    spoil_entry (town, deal, entry);
  before = town_state (town);
  if (prepared) {
    GeoMessage *message = town_entry (entry);

    g_assert_null (
        geo_party_prepare (message, town->community, town->people[ME].secret));
    town_receive (town, message);
  } else {
    town_receive (town, town_commit (entry));
  }
  town_expect_fault (town, reason);
  expect_evidence (town);
  after = town_state (town);
  g_assert_cmpstr (before, ==, after);
}

static void
expect_fault (Spoil spoil_deal, Spoil spoil_entry, const gchar *reason) {
  expect_fault_of (spoil_deal, spoil_entry, reason, FALSE);
  expect_fault_of (spoil_deal, spoil_entry, reason, TRUE);
}

/* What a thread has looked at is not looked at again, with the same end. */
static void
test_prepared (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) deal = deal_to_me (town, "tx-1", 100);
  g_autofree gchar *opened = NULL;
  GeoProvenEntry *entry;
  GeoMessage *message;
  GeoPublicKey key;

  deal_describe (town, deal, "for honey", ME);
  deal_sign (town, deal, CARL);
  entry = town_entry_of_deal (town, deal);
  message = town_entry (entry);
  opened = geo_party_prepare (message, town->community,
                              town->people[ME].secret);
  g_assert_cmpstr (opened, ==, "for honey");
  /* That it is remembered shows in an object that is not what was signed any
   * more; with another key nothing is. */
  entry->entry->signature.bytes[0] ^= 1;
  g_assert_true (geo_entry_verify (entry->entry, &town->community->key, NULL));
  geo_secret_get_public (town->people[ANNA].secret, &key);
  g_assert_false (geo_entry_verify (entry->entry, &key, NULL));
  entry->entry->signature.bytes[0] ^= 1;
  town_receive (town, message);
  g_assert_cmpstr (town_stored (town, GEO_RECORD_KIND_ENTRY)->text, ==,
                   "for honey");
  g_assert_cmpint (town_balance (town, ANNA), ==, 100);

  /* Nothing of others is touched. */
  message = geo_message_new (GEO_MESSAGE_PING, "ping");
  g_assert_null (
      geo_party_prepare (message, town->community, town->people[ME].secret));
  geo_message_free (message);
}

static void
spoil_certificate (Town *town, Deal *deal, GeoProvenEntry *entry) {
  g_clear_pointer (&entry->certificate, geo_certificate_free);
}

static void
spoil_order (Town *town, Deal *deal, GeoProvenEntry *entry) {
  g_clear_pointer (&entry->certificate->order, geo_order_free);
}

static void
spoil_subject (Town *town, Deal *deal, GeoProvenEntry *entry) {
  entry->entry->subject.bytes[0] ^= 1;
  town_sign_entry (town, entry);
}

static void
spoil_kind (Town *town, Deal *deal, GeoProvenEntry *entry) {
  entry->entry->kind = GEO_ENTRY_KIND_CLEARING;
  town_sign_entry (town, entry);
}

static void
spoil_amount (Town *town, Deal *deal, GeoProvenEntry *entry) {
  deal->contract->amount.amount = GEO_AMOUNT (999);
}

static void
spoil_votes (Town *town, Deal *deal, GeoProvenEntry *entry) {
  g_ptr_array_set_size (entry->certificate->votes, 0);
}

static void
spoil_payer (Town *town, Deal *deal, GeoProvenEntry *entry) {
  deal_sign (town, deal, CARL);
}

static void
spoil_hops (Town *town, Deal *deal, GeoProvenEntry *entry) {
  g_ptr_array_set_size (entry->hops, 0);
}

static void
spoil_one_hop (Town *town, Deal *deal, GeoProvenEntry *entry) {
  g_ptr_array_remove_index (entry->hops, 0);
}

static void
spoil_once (Town *town, Deal *deal, GeoProvenEntry *entry) {
  g_ptr_array_add (entry->hops,
                   geo_proven_hop_copy (g_ptr_array_index (entry->hops, 0)));
}

static void
spoil_proof (Town *town, Deal *deal, GeoProvenEntry *entry) {
  GeoProvenHop *hop = g_ptr_array_index (entry->hops, 0);

  hop->hop->amount.amount = GEO_AMOUNT (500);
}

static void
spoil_net (Town *town, Deal *deal, GeoProvenEntry *entry) {
  GeoHop *hop = g_ptr_array_index (deal->hops, 0);

  hop->amount.amount = GEO_AMOUNT (999);
  deal_sign (town, deal, ANNA);
}

static void
spoil_voter (Town *town, Deal *deal, GeoProvenEntry *entry) {
  /* Somebody else's vote was needed and is not there. */
  g_array_append_val (deal->contract->voters, town->people[CARL].pid);
  deal_sign (town, deal, ANNA);
}

static void
spoil_time (Town *town, Deal *deal, GeoProvenEntry *entry) {
  entry->entry->at = deal->contract->deadline + 1;
  town_sign_entry (town, entry);
}

static void
test_faults (void) {
  expect_fault (NULL, spoil_certificate, GEO_REASON_INVALID);
  expect_fault (NULL, spoil_order, GEO_REASON_INVALID);
  expect_fault (NULL, spoil_subject, GEO_REASON_BAD_PROOF);
  expect_fault (NULL, spoil_kind, GEO_REASON_INVALID);
  expect_fault (spoil_amount, NULL, GEO_REASON_INVALID);
  expect_fault (NULL, spoil_time, GEO_REASON_DEADLINE_PASSED);
  expect_fault (NULL, spoil_votes, GEO_REASON_BAD_SIGNATURE);
  expect_fault (spoil_payer, NULL, GEO_REASON_BAD_SIGNATURE);
  expect_fault (spoil_voter, NULL, GEO_REASON_BAD_SIGNATURE);
  expect_fault (NULL, spoil_hops, GEO_REASON_BAD_PROOF);
  expect_fault (NULL, spoil_one_hop, GEO_REASON_NOT_NEUTRAL);
  expect_fault (NULL, spoil_once, GEO_REASON_BAD_PROOF);
  expect_fault (NULL, spoil_proof, GEO_REASON_BAD_PROOF);
  expect_fault (spoil_net, NULL, GEO_REASON_NOT_NEUTRAL);
}

static void
test_people (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) deal = deal_to_me (town, "tx-1", 100);
  GeoProvenEntry *entry = town_entry_of_deal (town, deal);
  GeoParticipant *forged = town_participant (town, DORA, 2);
  const GPtrArray *stored;

  /* A newer ANNA, a forged DORA, and the rest as they are known. */
  g_ptr_array_set_size (entry->people, 0);
  g_ptr_array_add (entry->people, town_participant (town, ANNA, 2));
  g_free (forged->name);
  forged->name = g_strdup ("Somebody");
  g_ptr_array_add (entry->people, forged);
  g_ptr_array_add (entry->people,
                   geo_participant_copy (town->people[CARL].participant));
  g_ptr_array_add (entry->people,
                   geo_participant_copy (town->people[ME].participant));
  town_receive (town, town_commit (entry));
  town_expect (town, "store:entry tell:person tell:received send:ENTRY_ACK");
  g_assert_cmpstr (
      geo_party_get_person (town->party, &town->people[ANNA].pid)->name, ==,
      "Version 2");
  g_assert_null (geo_party_get_person (town->party, &town->people[DORA].pid));
  /* Nor does the journal get to know what does not check out. */
  stored = town_stored (town, GEO_RECORD_KIND_ENTRY)->entry->people;
  g_assert_cmpuint (stored->len, ==, 3);
}

static GeoMessage *
people_result (Town *town, guint who, gint64 seq) {
  GeoMessage *message = geo_message_new (GEO_MESSAGE_PEOPLE_RESULT, "people");

  g_ptr_array_add (message->u.people_result->items,
                   town_participant (town, who, seq));
  return message;
}

/* Whom we only looked up is forgotten again, oldest first. */
static void
test_people_in_passing (void) {
  g_autoptr (Town) town = town_new ();

  town_receive (town, people_result (town, DORA, 1));
  town_expect (town, "tell:person");
  town_receive (town, people_result (town, DORA, 1));
  town_expect (town, "");
  town_receive (town, people_result (town, DORA, 2));
  town_expect (town, "tell:person");
  town_receive (town, people_result (town, ME, 2));
  town_expect (town, "");
  for (guint i = 0; i < GEO_PARTY_PEOPLE_MAX; i++) {
    g_autoptr (GeoParticipant) stranger = town_participant (town, DORA, 3);

    stranger->pid.bytes[0] = (guint8) (i >> 8);
    stranger->pid.bytes[1] = (guint8) i;
    geo_party_learn (town->party, stranger, GEO_SAID_BY_HUB, FALSE, NULL);
  }
  g_assert_null (geo_party_get_person (town->party, &town->people[DORA].pid));
  g_assert_nonnull (
      geo_party_get_person (town->party, &town->people[ANNA].pid));
  g_assert_cmpuint (g_hash_table_size (town->party->people), ==,
                    3 + GEO_PARTY_PEOPLE_MAX);
}

/* K5: somebody was looked up and has changed the key; then an entry of before
 * that comes.  What is remembered is remembered with the key in force. */
static void
test_key_in_passing (void) {
  g_autoptr (Town) town = town_new ();
  GeoMessage *message = geo_message_new (GEO_MESSAGE_PEOPLE_RESULT, "people");
  guint8 seed[GEO_SEED_LEN] = { 7 };
  g_autoptr (GeoSecret) next = geo_secret_new_from_seed (seed);
  g_autoptr (GeoParticipant) before = town_participant (town, DORA, 1);
  GeoParticipant *after = geo_participant_rotate (
      before, town->people[DORA].secret, next, town->now, NULL);
  g_autoptr (GeoTrustLine) line = town_line (town, DORA, ME, 100, 1);
  GeoProvenEntry *entry;

  g_ptr_array_add (message->u.people_result->items, after);
  town_receive (town, message);
  town_expect (town, "tell:person");
  geo_trust_line_sign (line, town->people[DORA].secret);
  entry = town_entry_of_line (town, line);
  town_receive (town, town_receipt (entry));
  town_expect (town, "store:entry store:person tell:line send:ENTRY_ACK");
  town_reload (town);
  g_assert_cmpuint (geo_party_get_person (town->party, &town->people[DORA].pid)
                        ->rotations->len,
                    ==, 1);
}

/* --- The mandate ---------------------------------------------------------- */

/* Our line to ANNA is changed by an entry, a second later than now. */
static void
change_line (Town *town,
             gint64 limit,
             void (*change) (Town *town, GeoTrustLine *line)) {
  g_autoptr (GeoTrustLine) line = NULL;

  town->now += 1000;
  line = town_line (town, ME, ANNA, limit, 2);
  if (change != NULL)
    change (town, line);
  geo_trust_line_sign (line, town->people[ME].secret);
  town_receive (town, town_receipt (town_entry_of_line (town, line)));
  town_expect (town, "store:entry tell:person tell:line send:ENTRY_ACK");
}

static void
forbid_passing (Town *town, GeoTrustLine *line) {
  line->policy->can_be_intermediate = FALSE;
}

static void
block_bob (Town *town, GeoTrustLine *line) {
  g_array_append_val (line->policy->blocked_participants,
                      town->people[BOB].pid);
}

static void
want_to_vote (Town *town, GeoTrustLine *line) {
  line->policy->consent = GEO_CONSENT_LIVE;
}

static void
close_line (Town *town, GeoTrustLine *line) {
  line->status = GEO_LINE_STATUS_CLOSED;
}

/* A contract from before the change is carried out; one from after it is a
 * fault, unless we voted for it. */
static void
expect_held (gint64 limit,
             void (*change) (Town *town, GeoTrustLine *line),
             const gchar *reason) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) before = deal_through_me (town, "tx-1", 1000);
  g_autoptr (Deal) after = NULL;

  change_line (town, limit, change);
  town->now += 1000;
  after = deal_through_me (town, "tx-2", 1000);
  town_receive (town, town_commit (town_entry_of_deal (town, before)));
  town_expect (town, "store:entry tell:passed send:ENTRY_ACK");
  town_receive (town, town_commit (town_entry_of_deal (town, after)));
  town_expect_fault (town, reason);
  g_assert_cmpint (town_balance (town, ANNA), ==, 1000);
}

static void
freeze_line (Town *town, GeoTrustLine *line) {
  line->policy->has_frozen = line->policy->frozen = TRUE;
}

/* Whoever has frozen a line: not more is owed over it, less is. */
static void
test_frozen (void) {
  static const Step out[] = { { ME, ANNA, 500 } };
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) back = NULL;
  g_autoptr (Deal) beyond = NULL;

  geo_party_load_balance (town->party, &town->people[ANNA].pid, "UAH",
                          GEO_AMOUNT (1000));
  change_line (town, 10000, freeze_line);
  town->now += 1000;
  back = deal_new (town, "tx-2", ME, ANNA, 500, out, 1);
  town_receive (town, town_commit (town_entry_of_deal (town, back)));
  g_assert_cmpint (town_balance (town, ANNA), ==, 500);
  {
    static const Step more[] = { { ME, ANNA, 501 } };

    /* Our own line stops what we would owe, too. */
    beyond = deal_new (town, "tx-3", ME, ANNA, 501, more, 1);
  }
  town_receive (town, town_commit (town_entry_of_deal (town, beyond)));
  town_expect_fault (town, GEO_REASON_LINE_FROZEN);
}

static void
test_mandate (void) {
  expect_held (9000, freeze_line, GEO_REASON_LINE_FROZEN);
  expect_held (1500, NULL, GEO_REASON_LIMIT_EXCEEDED);
  expect_held (9000, forbid_passing, GEO_REASON_NOT_ALLOWED);
  expect_held (9000, block_bob, GEO_REASON_NOT_ALLOWED);
  expect_held (9000, want_to_vote, GEO_REASON_NOT_ALLOWED);
  expect_held (0, close_line, GEO_REASON_LINE_NOT_ACTIVE);
}

/* The limit was lowered since: what comes only pays back. */
static void
test_lowered_limit (void) {
  static const Step back[] = { { ME, ANNA, 500 } };
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) first = deal_to_me (town, "tx-1", 9000);
  g_autoptr (Deal) second = NULL;

  town_receive (town, town_commit (town_entry_of_deal (town, first)));
  town->now += 1000;
  {
    g_autoptr (GeoTrustLine) line = town_line (town, ME, ANNA, 0, 2);

    town_receive (town, town_receipt (town_entry_of_line (town, line)));
  }
  town->now += 1000;
  second = deal_new (town, "tx-2", ME, ANNA, 500, back, 1);
  town_receive (town, town_commit (town_entry_of_deal (town, second)));
  town_expect (town, "store:entry tell:payment/paid send:ENTRY_ACK");
  g_assert_cmpint (town_balance (town, ANNA), ==, 8500);
}

/* A vote is a consent of its own. */
static void
test_voted (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) deal = deal_through_me (town, "tx-1", 1000);

  town_receive (town, deal_prepare (town, deal, "prepare"));
  town_expect (town, "store:vote send:PAYMENT_PREPARE_ACK timer+90000");
  town->now -= 10000;
  change_line (town, 10000, forbid_passing);
  town_receive (town, town_commit (town_entry_of_deal (town, deal)));
  town_expect (town, "store:entry tell:passed no-timer send:ENTRY_ACK");
}

/* Who wants to be asked was asked: its vote is in the certificate. */
static void
test_live (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) deal = NULL;
  GeoProvenEntry *entry;
  GeoVote *vote;

  change_line (town, 10000, want_to_vote);
  town->now += 1000;
  deal = deal_through_me (town, "tx-1", 1000);
  g_array_append_val (deal->contract->voters, town->people[ME].pid);
  deal_sign (town, deal, ANNA);
  town_receive (town, deal_prepare (town, deal, "prepare"));
  vote = geo_vote_copy (town_sent (town, GEO_MESSAGE_PAYMENT_PREPARE_ACK)
                            ->u.payment_prepare_ack->vote);
  entry = town_entry_of_deal (town, deal);
  g_ptr_array_insert (entry->certificate->votes, 0, vote);
  town_receive (town, town_commit (entry));
  town_expect (town, "store:entry tell:passed no-timer send:ENTRY_ACK");
}

static void
test_no_line (void) {
  static const Step in[] = { { CARL, ME, 100 } };
  static const Step out[] = { { ME, CARL, 100 } };
  static const Step through[] = { { CARL, ME, 100 }, { ME, BOB, 100 } };
  g_autoptr (Town) payee = town_new ();
  g_autoptr (Town) payer = town_new ();
  g_autoptr (Town) passing = town_new ();
  g_autoptr (Deal) to_me = deal_new (payee, "tx-1", CARL, ME, 100, in, 1);
  g_autoptr (Deal) from_me = deal_new (payer, "tx-1", ME, CARL, 100, out, 1);
  g_autoptr (Deal) between = deal_new (passing, "tx-1", CARL, BOB, 100, through,
                                       2);

  /* Nobody can make us trust somebody. */
  town_receive (payee, town_commit (town_entry_of_deal (payee, to_me)));
  town_expect_fault (payee, GEO_REASON_LINE_NOT_ACTIVE);
  town_receive (payer, town_commit (town_entry_of_deal (payer, from_me)));
  town_expect_fault (payer, GEO_REASON_LINE_NOT_ACTIVE);
  town_receive (passing, town_commit (town_entry_of_deal (passing, between)));
  town_expect_fault (passing, GEO_REASON_LINE_NOT_ACTIVE);
}

static void
test_pay_back_without_line (void) {
  static const Step in[] = { { CARL, ME, 100 } };
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) deal = deal_new (town, "tx-1", CARL, ME, 100, in, 1);

  geo_party_load_balance (town->party, &town->people[CARL].pid, "UAH",
                          GEO_AMOUNT (-100));
  town_receive (town, town_commit (town_entry_of_deal (town, deal)));
  town_expect (town, "store:entry tell:person tell:received send:ENTRY_ACK");
  g_assert_cmpint (town_balance (town, CARL), ==, 0);
}

static void
test_closed_line_pays_back (void) {
  static const Step in[] = { { ANNA, ME, 100 } };
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) deal = NULL;

  geo_party_load_balance (town->party, &town->people[ANNA].pid, "UAH",
                          GEO_AMOUNT (-100));
  change_line (town, 0, close_line);
  town->now += 1000;
  deal = deal_new (town, "tx-1", ANNA, ME, 100, in, 1);
  town_receive (town, town_commit (town_entry_of_deal (town, deal)));
  town_expect (town, "store:entry tell:received send:ENTRY_ACK");
  g_assert_cmpint (town_balance (town, ANNA), ==, 0);
}

static void
test_debt_limit (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) deal = deal_through_me (town, "tx-1", 8001);

  town_receive (town, town_commit (town_entry_of_deal (town, deal)));
  town_expect_fault (town, GEO_REASON_LIMIT_EXCEEDED);
}

static void
test_overflow (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) deal = deal_to_me (town, "tx-1", 1000);

  geo_party_load_balance (town->party, &town->people[ANNA].pid, "UAH",
                          GEO_AMOUNT (G_MAXINT64));
  town_receive (town, town_commit (town_entry_of_deal (town, deal)));
  town_expect_fault (town, GEO_REASON_AMOUNT);
}

/* --- P2, P4, P11 ---------------------------------------------------------- */

/* What the hub has of our vote, if we had said yes. */
static void
add_our_vote (Town *town, const Deal *deal, GeoProvenEntry *entry) {
  GeoVote *vote = geo_vote_new ();

  vote->community = town->community->community;
  deal_hash (deal, &vote->contract);
  vote->voter = town->people[ME].pid;
  geo_vote_sign (vote, town->people[ME].secret);
  g_ptr_array_insert (entry->certificate->votes, 0, vote);
}

static void
test_refused_and_committed (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) deal = deal_through_me (town, "tx-1", 1000);
  GeoProvenEntry *entry;

  g_array_append_val (deal->contract->voters, town->people[ME].pid);
  deal_sign (town, deal, ANNA);
  town->refuse_with = "closed";
  town_receive (town, deal_prepare (town, deal, "prepare"));
  town_expect (town,
               "store:refusal send:PAYMENT_PREPARE_ACK tell:refused-vote");
  entry = town_entry_of_deal (town, deal);
  add_our_vote (town, deal, entry);
  town_receive (town, town_commit (entry));
  town_expect_fault (town, GEO_REASON_REFUSED_BY_PARTICIPANT);
  g_assert_cmpint (town_balance (town, ANNA), ==, 0);
}

/* P7: a no that was not needed may come too late. */
static void
test_refused_too_late (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) deal = deal_through_me (town, "tx-1", 1000);

  town->refuse_with = "closed";
  town_receive (town, deal_prepare (town, deal, "prepare"));
  town_expect (town,
               "store:refusal send:PAYMENT_PREPARE_ACK tell:refused-vote");
  town_receive (town, town_commit (town_entry_of_deal (town, deal)));
  town_expect (town, "store:entry tell:person tell:passed send:ENTRY_ACK");
  g_assert_cmpint (town_balance (town, ANNA), ==, 1000);
  /* P2: it stays what we said. */
  town_receive (town, deal_prepare (town, deal, "prepare"));
  town_expect (town, "send:PAYMENT_PREPARE_ACK");
  g_assert_nonnull (town_sent (town, GEO_MESSAGE_PAYMENT_PREPARE_ACK)
                        ->u.payment_prepare_ack->refusal);
}

static void
test_twice_committed (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) first = deal_through_me (town, "tx-1", 1000);
  g_autoptr (Deal) second = NULL;

  town_receive (town, town_commit (town_entry_of_deal (town, first)));
  town->now++;
  second = deal_of_order (town, first->order,
                          (Step[]){ { ANNA, ME, 1000 }, { ME, BOB, 1000 } }, 2);
  /* P11: one order, one contract. */
  town_receive (town, town_commit (town_entry_of_deal (town, second)));
  town_expect_fault (town, GEO_REASON_TWO_OUTCOMES);
}

static void
test_outcomes_are_bounded (void) {
  g_autoptr (Town) town = town_new ();
  GeoHash hash = { { 0 } };

  for (guint i = 0; i < 2 * GEO_PARTY_OUTCOMES_MAX; i++) {
    hash.bytes[0] = (guint8) i;
    hash.bytes[1] = (guint8) (i >> 8);
    geo_party_add_outcome (town->party, &hash, TRUE, 0);
    geo_party_add_outcome (town->party, &hash, FALSE, 0);
  }
  g_assert_cmpuint (g_hash_table_size (town->party->outcomes), ==,
                    GEO_PARTY_OUTCOMES_MAX);
  g_assert_true (geo_party_find_outcome (town->party, &hash)->committed);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/party/entry/received", test_received);
  g_test_add_func ("/party/entry/received-with-bad-text",
                   test_received_with_bad_text);
  g_test_add_func ("/party/entry/passed", test_passed);
  g_test_add_func ("/party/entry/sync", test_sync);
  g_test_add_func ("/party/entry/gap", test_gap);
  g_test_add_func ("/party/entry/gap-unanswered", test_gap_unanswered);
  g_test_add_func ("/party/entry/live", test_live_entry);
  g_test_add_func ("/party/entry/chain", test_chain);
  g_test_add_func ("/party/entry/no-previous", test_no_previous);
  g_test_add_func ("/party/entry/fork", test_fork);
  g_test_add_func ("/party/entry/hub-behind", test_hub_behind);
  g_test_add_func ("/party/entry/not-for-us", test_not_for_us);
  g_test_add_func ("/party/entry/faults", test_faults);
  g_test_add_func ("/party/entry/prepared", test_prepared);
  g_test_add_func ("/party/entry/people", test_people);
  g_test_add_func ("/party/entry/people-in-passing", test_people_in_passing);
  g_test_add_func ("/party/entry/key-in-passing", test_key_in_passing);
  g_test_add_func ("/party/mandate/changes", test_mandate);
  g_test_add_func ("/party/mandate/frozen", test_frozen);
  g_test_add_func ("/party/mandate/lowered-limit", test_lowered_limit);
  g_test_add_func ("/party/mandate/voted", test_voted);
  g_test_add_func ("/party/mandate/consent-live", test_live);
  g_test_add_func ("/party/mandate/no-line", test_no_line);
  g_test_add_func ("/party/mandate/pay-back", test_pay_back_without_line);
  g_test_add_func ("/party/mandate/closed-line", test_closed_line_pays_back);
  g_test_add_func ("/party/mandate/debt-limit", test_debt_limit);
  g_test_add_func ("/party/mandate/overflow", test_overflow);
  g_test_add_func ("/party/outcome/refused-and-committed",
                   test_refused_and_committed);
  g_test_add_func ("/party/outcome/refused-too-late", test_refused_too_late);
  g_test_add_func ("/party/outcome/twice-committed", test_twice_committed);
  g_test_add_func ("/party/outcome/bounded", test_outcomes_are_bounded);
  return g_test_run ();
}
