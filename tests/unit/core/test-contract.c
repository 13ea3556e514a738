/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Contracts, orders and certificates: what convinces a stranger, and that a
 * change anywhere in it does not.
 */
#include "core/geo-contract.h"

#include "core/geo-merkle.h"

#include "test-util.h"

#define DEADLINE G_GINT64_CONSTANT (1795169790000)

/* Anna pays Ben through Carl; the hub closes.  Dora is nobody here. */
enum { HUB = 1, ANNA, BEN, CARL, DORA, PEOPLE };

typedef struct {
  GeoSecret *secrets[PEOPLE];
  GeoPublicKey keys[PEOPLE];
  GeoPid pids[PEOPLE];
  GPtrArray *hops;
  GeoOrder *order;
  GeoContract *contract;
  GeoCertificate *certificate;
} Fixture;

static gboolean
lookup (const GeoPid *pid, GeoKeyChain *out, gpointer user_data) {
  Fixture *fixture = user_data;

  for (guint i = HUB; i < DORA; i++) {
    if (geo_pid_equal (pid, &fixture->pids[i])) {
      geo_key_chain_of_key (&fixture->keys[i], out);
      return TRUE;
    }
  }
  return FALSE;
}

static GeoHop *
make_hop (Fixture *fixture, guint from, guint to, gint64 minor) {
  GeoHop *hop = geo_hop_new ();

  hop->community = fixture->pids[HUB];
  hop->tx_id = g_strdup ("tx-1");
  hop->from = fixture->pids[from];
  hop->to = fixture->pids[to];
  hop->equivalent = g_strdup ("UAH");
  hop->amount = geo_decimal (GEO_AMOUNT (minor), 2);
  hop->lane = GEO_LANE_HUB;
  hop->salt = g_bytes_new_static ("0123456789abcdef", 16);
  return hop;
}

static GeoVote *
make_vote (Fixture *fixture, guint voter) {
  GeoVote *vote = geo_vote_new ();

  vote->community = fixture->pids[HUB];
  geo_contract_hash (fixture->contract, &vote->contract);
  vote->voter = fixture->pids[voter];
  geo_vote_sign (vote, fixture->secrets[voter]);
  return vote;
}

static void
set_up (Fixture *fixture, gconstpointer data) {
  for (guint i = HUB; i < PEOPLE; i++) {
    fixture->secrets[i] = make_secret ((guint8) i);
    geo_secret_get_public (fixture->secrets[i], &fixture->keys[i]);
    geo_secret_get_pid (fixture->secrets[i], &fixture->pids[i]);
  }
  fixture->hops =
      g_ptr_array_new_with_free_func ((GDestroyNotify) geo_hop_free);
  g_ptr_array_add (fixture->hops, make_hop (fixture, ANNA, CARL, 700));
  g_ptr_array_add (fixture->hops, make_hop (fixture, CARL, BEN, 700));
  g_ptr_array_add (fixture->hops, make_hop (fixture, ANNA, BEN, 300));

  GeoOrder *order = geo_order_new ();

  order->community = fixture->pids[HUB];
  order->tx_id = g_strdup ("tx-1");
  order->from = fixture->pids[ANNA];
  order->to = fixture->pids[BEN];
  order->equivalent = g_strdup ("UAH");
  order->amount = geo_decimal (GEO_AMOUNT (1000), 2);
  order->constraints = geo_constraints_new ();
  order->constraints->max_hops = 6;
  order->constraints->max_routes = 3;
  order->closer = fixture->pids[HUB];
  order->deadline = DEADLINE;
  order->created_at = DEADLINE - 10000;
  geo_order_sign (order, fixture->secrets[ANNA]);
  fixture->order = order;

  GeoContract *contract = geo_contract_new ();

  contract->community = fixture->pids[HUB];
  contract->tx_id = g_strdup ("tx-1");
  contract->kind = GEO_CONTRACT_KIND_PAYMENT;
  contract->has_order = TRUE;
  geo_order_hash (order, &contract->order);
  contract->equivalent = g_strdup ("UAH");
  contract->amount = order->amount;
  contract->has_payer = TRUE;
  contract->payer = fixture->pids[ANNA];
  contract->has_payee = TRUE;
  contract->payee = fixture->pids[BEN];
  geo_contract_set_hops (contract, fixture->hops);
  g_array_append_val (contract->voters, fixture->pids[ANNA]);
  g_array_append_val (contract->voters, fixture->pids[CARL]);
  g_array_append_val (contract->voters, fixture->pids[HUB]);
  contract->closer = fixture->pids[HUB];
  contract->deadline = DEADLINE;
  contract->created_at = DEADLINE - 9000;
  fixture->contract = contract;

  GeoCertificate *certificate = geo_certificate_new ();

  certificate->order = geo_order_copy (order);
  certificate->contract = geo_contract_copy (contract);
  g_ptr_array_add (certificate->votes, make_vote (fixture, CARL));
  g_ptr_array_add (certificate->votes, make_vote (fixture, HUB));
  fixture->certificate = certificate;
}

static void
tear_down (Fixture *fixture, gconstpointer data) {
  for (guint i = HUB; i < PEOPLE; i++)
    geo_secret_unref (fixture->secrets[i]);
  g_ptr_array_unref (fixture->hops);
  geo_order_free (fixture->order);
  geo_contract_free (fixture->contract);
  geo_certificate_free (fixture->certificate);
}

static void
test_hops (Fixture *fixture, gconstpointer data) {
  static const gint64 nets[] = { 0, 0, -1000, 1000, 0 };
  static const guint counts[] = { 0, 0, 2, 2, 2 };
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (fixture->contract->hops_count, ==, 3);
  for (guint who = ANNA; who <= CARL; who++) {
    g_autoptr (GPtrArray) proven =
        geo_contract_prove_hops_of (fixture->hops, &fixture->pids[who]);
    GeoAmount net;

    g_assert_cmpuint (proven->len, ==, counts[who]);
    for (guint i = 0; i < proven->len; i++) {
      g_assert_true (
          geo_contract_check_hop (fixture->contract, proven->pdata[i], &error));
      g_assert_no_error (error);
    }
    g_assert_true (geo_hops_net (proven, &fixture->pids[who], &net, &error));
    g_assert_cmpint (net.minor, ==, nets[who]);
  }

  g_autoptr (GPtrArray) none =
      geo_contract_prove_hops_of (fixture->hops, &fixture->pids[DORA]);
  g_autoptr (GPtrArray) annas =
      geo_contract_prove_hops_of (fixture->hops, &fixture->pids[ANNA]);
  GeoAmount net;

  g_assert_cmpuint (none->len, ==, 0);
  g_assert_false (geo_hops_net (annas, &fixture->pids[BEN], &net, &error));
  assert_core_error (error, GEO_CORE_ERROR_FIELD);
}

static void
test_hops_overflow (Fixture *fixture, gconstpointer data) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) proven =
      geo_contract_prove_hops_of (fixture->hops, &fixture->pids[BEN]);
  GeoAmount net = GEO_AMOUNT (42);

  for (guint i = 0; i < proven->len; i++)
    ((GeoProvenHop *) proven->pdata[i])->hop->amount.amount.minor = G_MAXINT64;
  g_assert_false (geo_hops_net (proven, &fixture->pids[BEN], &net, &error));
  assert_core_error (error, GEO_CORE_ERROR_RANGE);
  g_assert_cmpint (net.minor, ==, 42);
}

static void
test_hop_refused (Fixture *fixture, gconstpointer data) {
  static const GeoCoreError codes[] = {
    GEO_CORE_ERROR_FIELD, /* community */
    GEO_CORE_ERROR_FIELD, /* tx_id */
    GEO_CORE_ERROR_FIELD, /* equivalent */
    GEO_CORE_ERROR_PRECISION, /* decimals */
    GEO_CORE_ERROR_RANGE, /* nothing */
    GEO_CORE_ERROR_FIELD, /* to itself */
    GEO_CORE_ERROR_PROOF, /* amount */
    GEO_CORE_ERROR_PROOF, /* from */
    GEO_CORE_ERROR_PROOF, /* lane */
    GEO_CORE_ERROR_PROOF, /* index */
    GEO_CORE_ERROR_PROOF, /* index beyond the last */
    GEO_CORE_ERROR_PROOF, /* no proof */
  };

  for (guint what = 0; what < G_N_ELEMENTS (codes); what++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GPtrArray) proven =
        geo_contract_prove_hops_of (fixture->hops, &fixture->pids[CARL]);
    GeoProvenHop *item = proven->pdata[0];
    GeoHop *hop = item->hop;

    if (what == 0)
      hop->community = fixture->pids[DORA];
    else if (what == 1)
      hop->tx_id[0] = 'T';
    else if (what == 2)
      hop->equivalent[0] = 'A';
    else if (what == 3)
      hop->amount.decimals = 1;
    else if (what == 4)
      hop->amount.amount.minor = 0;
    else if (what == 5)
      hop->to = hop->from;
    else if (what == 6)
      hop->amount.amount.minor++;
    else if (what == 7)
      hop->from = fixture->pids[DORA];
    else if (what == 8)
      hop->lane = GEO_LANE_LAN;
    else if (what == 9)
      item->index++;
    else if (what == 10)
      item->index = 3;
    else
      g_array_set_size (item->proof, 0);
    g_assert_false (geo_contract_check_hop (fixture->contract, item, &error));
    assert_core_error (error, codes[what]);
  }
}

static void
test_carries_order (Fixture *fixture, gconstpointer data) {
  g_autoptr (GError) error = NULL;

  g_assert_true (
      geo_contract_carries_order (fixture->contract, fixture->order, &error));
  g_assert_no_error (error);

  for (guint what = 0; what < 13; what++) {
    g_autoptr (GeoContract) contract = geo_contract_copy (fixture->contract);

    if (what == 0)
      contract->community = fixture->pids[DORA];
    else if (what == 1)
      contract->tx_id[0] = 'T';
    else if (what == 2)
      contract->kind = GEO_CONTRACT_KIND_CLEARING;
    else if (what == 3)
      contract->has_order = FALSE;
    else if (what == 4)
      contract->order.bytes[0] ^= 1;
    else if (what == 5)
      contract->equivalent[0] = 'A';
    else if (what == 6)
      contract->amount.amount.minor++;
    else if (what == 7)
      contract->amount.decimals++;
    else if (what == 8)
      contract->payer = fixture->pids[DORA];
    else if (what == 9)
      contract->has_payee = FALSE;
    else if (what == 10)
      contract->payee = fixture->pids[DORA];
    else if (what == 11)
      contract->closer = fixture->pids[DORA];
    else
      contract->deadline++;
    g_assert_false (
        geo_contract_carries_order (contract, fixture->order, &error));
    assert_core_error (error, GEO_CORE_ERROR_FIELD);
  }
}

/* P7: an order that asks for the payee's vote is carried with it only. */
static void
test_asks_payee (Fixture *fixture, gconstpointer data) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoContract) contract = geo_contract_copy (fixture->contract);
  g_autoptr (GeoOrder) order = geo_order_copy (fixture->order);

  g_assert_false (geo_order_asks_payee (order));
  order->has_consent = TRUE;
  order->consent = GEO_CONSENT_STANDING;
  geo_order_hash (order, &contract->order);
  g_assert_true (geo_contract_carries_order (contract, order, &error));
  order->consent = GEO_CONSENT_LIVE;
  g_assert_true (geo_order_asks_payee (order));
  geo_order_hash (order, &contract->order);
  g_assert_false (geo_contract_carries_order (contract, order, &error));
  assert_core_error (error, GEO_CORE_ERROR_FIELD);
  g_array_append_val (contract->voters, order->to);
  g_assert_true (geo_contract_carries_order (contract, order, &error));
  g_assert_no_error (error);
}

static gboolean
check (Fixture *fixture, GError **error) {
  return geo_certificate_check (fixture->certificate, lookup, fixture, error);
}

static void
test_certificate (Fixture *fixture, gconstpointer data) {
  g_autoptr (GError) error = NULL;
  g_autofree gchar *text = geo_certificate_to_text (fixture->certificate, NULL);
  g_autoptr (GeoCertificate) back = geo_certificate_from_text (text, -1,
                                                               &error);

  g_assert_no_error (error);
  g_assert_true (check (fixture, &error));
  g_assert_no_error (error);
  g_assert_true (geo_certificate_check (back, lookup, fixture, &error));
  g_assert_no_error (error);
}

/* Votes, and whose they are. */
static void
test_certificate_votes (Fixture *fixture, gconstpointer data) {
  GPtrArray *votes = fixture->certificate->votes;
  g_autoptr (GError) error = NULL;

  /* P4: without the closer's vote nothing is committed. */
  g_autoptr (GeoVote) hubs = g_ptr_array_steal_index (votes, 1);
  g_assert_false (check (fixture, &error));
  assert_core_error (error, GEO_CORE_ERROR_FIELD);

  /* The same vote twice is not two votes. */
  g_ptr_array_add (votes, geo_vote_copy (votes->pdata[0]));
  g_assert_false (check (fixture, &error));
  assert_core_error (error, GEO_CORE_ERROR_FIELD);

  /* Somebody who is not a voter. */
  g_ptr_array_remove_index (votes, 1);
  g_ptr_array_add (votes, make_vote (fixture, DORA));
  g_assert_false (check (fixture, &error));
  assert_core_error (error, GEO_CORE_ERROR_FIELD);

  /* In the closer's name, but signed by another. */
  g_ptr_array_remove_index (votes, 1);
  GeoVote *forged = make_vote (fixture, DORA);
  forged->voter = fixture->pids[HUB];
  g_ptr_array_add (votes, forged);
  g_assert_false (check (fixture, &error));
  assert_core_error (error, GEO_CORE_ERROR_SIGNATURE);

  /* For another contract. */
  g_ptr_array_remove_index (votes, 1);
  GeoVote *other = geo_vote_copy (hubs);
  other->contract.bytes[0] ^= 1;
  geo_vote_sign (other, fixture->secrets[HUB]);
  g_ptr_array_add (votes, other);
  g_assert_false (check (fixture, &error));
  assert_core_error (error, GEO_CORE_ERROR_FIELD);

  /* In another community. */
  g_ptr_array_remove_index (votes, 1);
  GeoVote *elsewhere = geo_vote_copy (hubs);
  elsewhere->community = fixture->pids[DORA];
  geo_vote_sign (elsewhere, fixture->secrets[HUB]);
  g_ptr_array_add (votes, elsewhere);
  g_assert_false (check (fixture, &error));
  assert_core_error (error, GEO_CORE_ERROR_FIELD);

  g_ptr_array_remove_index (votes, 1);
  g_ptr_array_add (votes, geo_vote_copy (hubs));
  g_assert_true (check (fixture, &error));
}

static void
test_certificate_order (Fixture *fixture, gconstpointer data) {
  GeoCertificate *certificate = fixture->certificate;
  g_autoptr (GError) error = NULL;

  certificate->order->signature.bytes[0] ^= 1;
  g_assert_false (check (fixture, &error));
  assert_core_error (error, GEO_CORE_ERROR_SIGNATURE);

  /* Changed and signed again: by its hash it is another order. */
  certificate->order->created_at++;
  geo_order_sign (certificate->order, fixture->secrets[ANNA]);
  g_assert_false (check (fixture, &error));
  assert_core_error (error, GEO_CORE_ERROR_FIELD);

  g_clear_pointer (&certificate->order, geo_order_free);
  g_assert_false (check (fixture, &error));
  assert_core_error (error, GEO_CORE_ERROR_FIELD);
}

static void
test_certificate_voters (Fixture *fixture, gconstpointer data) {
  g_autoptr (GError) error = NULL;

  for (guint what = 0; what < 5; what++) {
    GeoContract *contract = fixture->certificate->contract;
    g_autoptr (GArray) voters = g_array_copy (contract->voters);

    if (what == 0)
      g_array_remove_index (contract->voters, 0); /* the payer */
    else if (what == 1)
      g_array_remove_index (contract->voters, 2); /* the closer */
    else if (what == 2)
      g_array_append_val (contract->voters, fixture->pids[CARL]);
    else if (what == 3)
      contract->has_payer = FALSE;
    else
      contract->kind = GEO_CONTRACT_KIND_CLEARING;
    g_assert_false (check (fixture, &error));
    assert_core_error (error, GEO_CORE_ERROR_FIELD);
    contract->has_payer = TRUE;
    contract->kind = GEO_CONTRACT_KIND_PAYMENT;
    g_array_unref (contract->voters);
    contract->voters = g_steal_pointer (&voters);
  }
  g_assert_true (check (fixture, &error));
}

/* A clearing has no order: everybody votes. */
static void
test_certificate_clearing (Fixture *fixture, gconstpointer data) {
  GeoCertificate *certificate = fixture->certificate;
  g_autoptr (GError) error = NULL;

  fixture->contract->kind = GEO_CONTRACT_KIND_CLEARING;
  fixture->contract->has_order = FALSE;
  fixture->contract->has_payer = FALSE;
  fixture->contract->has_payee = FALSE;
  geo_contract_free (certificate->contract);
  certificate->contract = geo_contract_copy (fixture->contract);
  g_ptr_array_set_size (certificate->votes, 0);
  g_ptr_array_add (certificate->votes, make_vote (fixture, HUB));
  g_ptr_array_add (certificate->votes, make_vote (fixture, CARL));
  g_assert_false (check (fixture, &error));
  assert_core_error (error, GEO_CORE_ERROR_FIELD);
  g_clear_pointer (&certificate->order, geo_order_free);
  g_assert_false (check (fixture, &error));
  assert_core_error (error, GEO_CORE_ERROR_FIELD);
  g_ptr_array_add (certificate->votes, make_vote (fixture, ANNA));
  g_assert_true (check (fixture, &error));
  g_assert_no_error (error);
}

static void
test_participant (Fixture *fixture, gconstpointer data) {
  g_autoptr (GeoParticipant) person = geo_participant_new ();
  g_autoptr (GError) error = NULL;

  person->community = fixture->pids[HUB];
  person->pid = fixture->pids[ANNA];
  person->name = g_strdup ("Anna");
  person->kind = GEO_PARTICIPANT_KIND_PERSON;
  person->key = fixture->keys[ANNA];
  person->seq = 1;
  geo_participant_sign (person, fixture->secrets[ANNA]);
  g_assert_true (geo_participant_check (person, &fixture->pids[HUB], &error));
  g_assert_false (geo_participant_check (person, &fixture->pids[BEN], &error));
  assert_core_error (error, GEO_CORE_ERROR_FIELD);
  person->pid = fixture->pids[BEN];
  geo_participant_sign (person, fixture->secrets[ANNA]);
  g_assert_false (geo_participant_check (person, &fixture->pids[HUB], &error));
  assert_core_error (error, GEO_CORE_ERROR_SIGNATURE);
  person->pid = fixture->pids[ANNA];
  geo_participant_sign (person, fixture->secrets[BEN]);
  g_assert_false (geo_participant_check (person, &fixture->pids[HUB], &error));
  assert_core_error (error, GEO_CORE_ERROR_SIGNATURE);
}

static GeoEquivalent *
make_equivalent (const gchar *code) {
  GeoEquivalent *equivalent = geo_equivalent_new ();

  equivalent->code = g_strdup (code);
  equivalent->precision = 2;
  equivalent->kind = GEO_EQUIVALENT_KIND_FIAT;
  return equivalent;
}

static void
test_community (Fixture *fixture, gconstpointer data) {
  g_autoptr (GeoCommunity) community = geo_community_new ();
  g_autoptr (GError) error = NULL;

  community->community = fixture->pids[HUB];
  community->name = g_strdup ("Town");
  community->key = fixture->keys[HUB];
  community->seq = 1;
  g_ptr_array_add (community->equivalents, make_equivalent ("UAH"));
  g_ptr_array_add (community->equivalents, make_equivalent ("HOUR"));
  geo_community_sign (community, fixture->secrets[HUB]);
  g_assert_true (geo_community_check (community, &error));
  g_assert_no_error (error);
  g_assert_true (geo_community_find_equivalent (community, "HOUR") ==
                 community->equivalents->pdata[1]);
  g_assert_null (geo_community_find_equivalent (community, "KWH"));

  community->seq = 2;
  g_assert_false (geo_community_check (community, &error));
  assert_core_error (error, GEO_CORE_ERROR_SIGNATURE);
  g_ptr_array_add (community->equivalents, make_equivalent ("UAH"));
  geo_community_sign (community, fixture->secrets[HUB]);
  g_assert_false (geo_community_check (community, &error));
  assert_core_error (error, GEO_CORE_ERROR_FIELD);
  g_ptr_array_set_size (community->equivalents, 0);
  community->community = fixture->pids[ANNA];
  geo_community_sign (community, fixture->secrets[HUB]);
  g_assert_false (geo_community_check (community, &error));
  assert_core_error (error, GEO_CORE_ERROR_SIGNATURE);
}

static void
test_trust_line (Fixture *fixture, gconstpointer data) {
  g_autoptr (GError) error = NULL;

  for (guint what = 0; what < 8; what++) {
    g_autoptr (GeoTrustLine) line = geo_trust_line_new ();

    line->community = fixture->pids[HUB];
    line->line_id = g_strdup ("line-1");
    line->from = fixture->pids[ANNA];
    line->to = fixture->pids[BEN];
    line->equivalent = g_strdup ("UAH");
    line->limit = geo_decimal (GEO_AMOUNT (10000), 2);
    line->policy = geo_policy_new_default ();
    line->seq = 1;
    line->status = GEO_LINE_STATUS_ACTIVE;

    if (what == 1)
      line->to = line->from;
    else if (what == 2)
      line->status = GEO_LINE_STATUS_CLOSED;
    else if (what == 3)
      memset (&line->community, 0, sizeof line->community);
    else if (what == 4)
      line->seq = 2;
    else if (what == 5)
      line->has_previous = TRUE;
    else if (what == 6)
      line->policy->has_daily_limit = TRUE;
    else if (what == 7)
      line->policy->has_spare_clearing = TRUE;
    g_assert_true (geo_trust_line_check (line, &error) == (what == 0));
    if (what > 0)
      assert_core_error (error, what >= 6 ? GEO_CORE_ERROR_PRECISION
                                          : GEO_CORE_ERROR_FIELD);
  }

  g_autoptr (GeoPolicy) policy = geo_policy_new_default ();

  g_assert_true (policy->auto_clearing);
  g_assert_true (policy->can_be_intermediate);
  g_assert_cmpint (policy->consent, ==, GEO_CONSENT_STANDING);
  g_assert_cmpint (policy->lan_share, ==, 2500);
  g_assert_false (policy->has_daily_limit);
  g_assert_cmpuint (policy->blocked_participants->len, ==, 0);
}

#define ADD(name, function) \
  g_test_add ("/contract/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char *argv[]) {
  g_test_init (&argc, &argv, NULL);
  ADD ("hops", test_hops);
  ADD ("hops-overflow", test_hops_overflow);
  ADD ("hop-refused", test_hop_refused);
  ADD ("carries-order", test_carries_order);
  ADD ("asks-payee", test_asks_payee);
  ADD ("certificate", test_certificate);
  ADD ("certificate-votes", test_certificate_votes);
  ADD ("certificate-order", test_certificate_order);
  ADD ("certificate-voters", test_certificate_voters);
  ADD ("certificate-clearing", test_certificate_clearing);
  ADD ("participant", test_participant);
  ADD ("community", test_community);
  ADD ("trust-line", test_trust_line);
  return g_test_run ();
}
