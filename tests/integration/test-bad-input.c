/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a hub is sent about money and must not take, over real sockets, by
 * people who have joined it: orders, lines, votes, acknowledgements.  Each is
 * refused with its code, and nothing has changed: participants, lines, debts,
 * entries and their numbers are what they were.
 */
#include "it-town.h"

#include <string.h>

#include "protocol/geo-reasons.h"

#define DAY_MS (24 * 3600 * G_GINT64_CONSTANT (1000))

/* --- Orders -----------------------------------------------------------------
 */

typedef void (*SpoilFunc) (ItTown *town, GeoOrder *order);

static void
spoil_foreign (ItTown *town, GeoOrder *order) {
  order->community = town->stranger->pid;
}

static void
spoil_closer (ItTown *town, GeoOrder *order) {
  order->closer = town->stranger->pid;
}

static void
spoil_expired (ItTown *town, GeoOrder *order) {
  order->created_at -= 60000;
  order->deadline = order->created_at + 30000;
}

static void
spoil_far (ItTown *town, GeoOrder *order) {
  order->deadline = order->created_at + DAY_MS + 60000;
}

static void
spoil_clock (ItTown *town, GeoOrder *order) {
  order->created_at -= GEO_CLOCK_TOLERANCE_MS + 60000;
}

static void
spoil_decimals (ItTown *town, GeoOrder *order) {
  order->amount = geo_decimal (GEO_AMOUNT (1000), 3);
}

static void
spoil_no_decimals (ItTown *town, GeoOrder *order) {
  order->amount = geo_decimal (GEO_AMOUNT (1), 0);
}

static void
spoil_zero (ItTown *town, GeoOrder *order) {
  order->amount = geo_decimal (GEO_AMOUNT_ZERO, 2);
}

static void
spoil_most (ItTown *town, GeoOrder *order) {
  order->amount = geo_decimal (GEO_AMOUNT (GEO_AMOUNT_MAX), 2);
}

static void
spoil_unknown (ItTown *town, GeoOrder *order) {
  memset (order->to.bytes, 7, sizeof order->to.bytes);
}

static void
spoil_self (ItTown *town, GeoOrder *order) {
  order->to = order->from;
}

static void
spoil_equivalent (ItTown *town, GeoOrder *order) {
  g_free (order->equivalent);
  order->equivalent = g_strdup ("GOLD");
}

static void
spoil_other_precision (ItTown *town, GeoOrder *order) {
  g_free (order->equivalent);
  order->equivalent = g_strdup ("HOUR");
}

static void
spoil_stranger (ItTown *town, GeoOrder *order) {
  order->to = town->stranger->pid;
}

static void
spoil_hash (ItTown *town, GeoOrder *order) {
  order->has_description_hash = TRUE;
  geo_hash_of ("x", 1, &order->description_hash);
}

static void
spoil_avoid (ItTown *town, GeoOrder *order) {
  g_array_append_val (order->constraints->avoid, town->x->pid);
}

static void
spoil_hops (ItTown *town, GeoOrder *order) {
  order->constraints->max_hops = 1;
}

/* refused: the order itself is, and stays so (PAYMENT_ABORT); otherwise it is
 * an ERROR that leaves nothing. */
static const struct {
  const gchar *name;
  SpoilFunc spoil;
  gboolean refused;
  GeoCode code;
  const gchar *reason;
} bad_orders[] = {
  { "foreign community", spoil_foreign, FALSE, GEO_CODE_INVALID,
    GEO_REASON_FOREIGN_COMMUNITY },
  { "other closer", spoil_closer, TRUE, GEO_CODE_INVALID, GEO_REASON_INVALID },
  { "expired deadline", spoil_expired, TRUE, GEO_CODE_TIMEOUT,
    GEO_REASON_DEADLINE_PASSED },
  { "far deadline", spoil_far, TRUE, GEO_CODE_INVALID, GEO_REASON_INVALID },
  { "old", spoil_clock, TRUE, GEO_CODE_INVALID, GEO_REASON_CLOCK },
  { "too many decimals", spoil_decimals, TRUE, GEO_CODE_INVALID,
    GEO_REASON_PRECISION },
  { "too few decimals", spoil_no_decimals, TRUE, GEO_CODE_INVALID,
    GEO_REASON_PRECISION },
  { "zero", spoil_zero, TRUE, GEO_CODE_INVALID, GEO_REASON_AMOUNT },
  { "10^15", spoil_most, TRUE, GEO_CODE_CAPACITY,
    GEO_REASON_NOT_ENOUGH_CAPACITY },
  { "unknown payee", spoil_unknown, TRUE, GEO_CODE_NO_ROUTE,
    GEO_REASON_UNKNOWN_PARTICIPANT },
  { "self", spoil_self, TRUE, GEO_CODE_INVALID, GEO_REASON_SELF },
  { "unknown equivalent", spoil_equivalent, TRUE, GEO_CODE_INVALID,
    GEO_REASON_UNKNOWN_EQUIVALENT },
  { "another's precision", spoil_other_precision, TRUE, GEO_CODE_INVALID,
    GEO_REASON_PRECISION },
  { "nobody trusts that way", spoil_stranger, TRUE, GEO_CODE_NO_ROUTE,
    GEO_REASON_NO_ROUTE },
  { "hash without text", spoil_hash, TRUE, GEO_CODE_INVALID,
    GEO_REASON_INVALID },
  { "only way avoided", spoil_avoid, TRUE, GEO_CODE_NO_ROUTE,
    GEO_REASON_NO_ROUTE },
  { "one hop is too few", spoil_hops, TRUE, GEO_CODE_NO_ROUTE,
    GEO_REASON_NO_ROUTE },
};

/* P4: the refusal is evidence. */
static void
check_abort (ItTown *town,
             const GeoMessage *message,
             const GeoOrder *order,
             GeoCode code,
             const gchar *reason) {
  const GeoRefusal *refusal = message->u.payment_abort->refusal;
  GeoHash hash;

  g_assert_cmpstr (geo_code_to_string (refusal->code), ==,
                   geo_code_to_string (code));
  g_assert_cmpstr (refusal->reason, ==, reason);
  g_assert_true (refusal->has_order);
  geo_order_hash (order, &hash);
  g_assert_true (geo_hash_equal (&refusal->order, &hash));
  g_assert_true (geo_pid_equal (&refusal->voter, &town->hub->community));
}

static void
test_orders (ItTown *town, gconstpointer data) {
  for (gsize i = 0; i < G_N_ELEMENTS (bad_orders); i++) {
    g_autofree gchar *tx_id = g_strdup_printf ("bad-%" G_GSIZE_FORMAT, i);
    g_autoptr (GeoOrder) order = it_guest_order (town->payer, town->hub, tx_id,
                                                 &town->payee->pid, 100);
    g_autoptr (GeoMessage) request = NULL;

    g_test_message ("%s", bad_orders[i].name);
    bad_orders[i].spoil (town, order);
    geo_order_sign (order, town->payer->secret);
    request = it_order_message (order);
    /* P5: the same answer, however often. */
    for (guint again = 0; again < 2; again++) {
      g_assert_true (it_raw_send (town->raw, request));
      if (bad_orders[i].refused) {
        g_autoptr (GeoMessage) abort =
            it_raw_expect (town->raw, GEO_MESSAGE_PAYMENT_ABORT);

        g_assert_cmpstr (abort->msg_id, ==, tx_id);
        check_abort (town, abort, order, bad_orders[i].code,
                     bad_orders[i].reason);
      } else {
        it_raw_expect_error (town->raw, bad_orders[i].code,
                             bad_orders[i].reason);
      }
    }
    it_town_check_unchanged (town);
  }
}

static void
test_order_signature (ItTown *town, gconstpointer data) {
  g_autoptr (GeoOrder) order = it_guest_order (town->payer, town->hub, "signed",
                                               &town->payee->pid, 100);
  g_autoptr (GeoMessage) request = NULL;
  g_autoptr (GeoMessage) other = NULL;
  g_autoptr (ItRaw) raw = NULL;

  /* Changed after it was signed, signed by somebody else, not signed. */
  order->amount = geo_decimal (GEO_AMOUNT (1), 2);
  request = it_order_message (order);
  g_assert_true (it_raw_send (town->raw, request));
  it_raw_expect_error (town->raw, GEO_CODE_SIGNATURE, GEO_REASON_BAD_SIGNATURE);

  geo_order_sign (order, town->stranger->secret);
  g_clear_pointer (&request, geo_message_free);
  request = it_order_message (order);
  g_assert_true (it_raw_send (town->raw, request));
  it_raw_expect_error (town->raw, GEO_CODE_SIGNATURE, GEO_REASON_BAD_SIGNATURE);

  memset (&order->signature, 0, sizeof order->signature);
  g_clear_pointer (&request, geo_message_free);
  request = it_order_message (order);
  g_assert_true (it_raw_send (town->raw, request));
  it_raw_expect_error (town->raw, GEO_CODE_SIGNATURE, GEO_REASON_BAD_SIGNATURE);

  /* A good one, but it is not the sender's. */
  geo_order_sign (order, town->payer->secret);
  other = it_order_message (order);
  raw = it_guest_sign_in (town->stranger, town->hub);
  g_assert_true (it_raw_send (raw, other));
  it_raw_expect_error (raw, GEO_CODE_NOT_ALLOWED, GEO_REASON_NOT_ALLOWED);
  it_town_check_unchanged (town);
}

static void
check_same_entry (const GeoProvenEntry *a, const GeoProvenEntry *b) {
  g_autofree gchar *a_text = geo_proven_entry_to_text (a, NULL);
  g_autofree gchar *b_text = geo_proven_entry_to_text (b, NULL);

  g_assert_cmpstr (a_text, ==, b_text);
}

static void
replay (ItTown *town, const GeoOrder *order, const GeoProvenEntry *entry) {
  g_autoptr (GeoMessage) request = it_order_message (order);
  g_autoptr (GeoMessage) commit = NULL;

  g_assert_true (it_raw_send (town->raw, request));
  commit = it_raw_expect (town->raw, GEO_MESSAGE_PAYMENT_COMMIT);
  check_same_entry (commit->u.payment_commit->entry, entry);
  it_town_check_unchanged (town);
}

static void
test_same_tx_id (ItTown *town, gconstpointer data) {
  g_autoptr (GeoProvenEntry) entry = it_town_pay_well (town, "once");
  g_autoptr (GeoOrder) other = it_guest_order (town->payer, town->hub, "once",
                                               &town->payee->pid, 101);
  const GeoOrder *order = entry->certificate->order;
  g_autoptr (GeoMessage) request = it_order_message (other);

  /* P5: replayed, and with other bytes; also after a new start. */
  for (guint i = 0; i < 2; i++) {
    replay (town, order, entry);
    g_assert_true (it_raw_send (town->raw, request));
    it_raw_expect_error (town->raw, GEO_CODE_CONFLICT, GEO_REASON_TX_ID_TAKEN);
    it_town_check_unchanged (town);

    it_hub_kill (town->hub);
    it_raw_free (town->raw);
    it_hub_start (town->hub);
    town->raw = it_guest_sign_in (town->payer, town->hub);
  }
  g_assert_cmpint (
      it_hub_debt (town->hub, &town->payer->pid, &town->x->pid, "UAH"), ==,
      100);
}

/* What no encoder of ours writes: the text is changed, and signed again. */
static gchar *
sign_text (ItTown *town,
           const GeoOrder *order,
           const gchar *was,
           const gchar *becomes) {
  g_autofree gchar *canonical = geo_order_canonical (order, NULL);
  g_autofree gchar *old_signature = geo_signature_to_string (&order->signature);
  g_autoptr (GString) signed_text = g_string_new (canonical);
  g_autoptr (GeoMessage) message = it_order_message (order);
  g_autofree gchar *sent = geo_message_encode (message, NULL);
  g_autoptr (GString) text = g_string_new (sent);
  g_autofree gchar *new_signature = NULL;
  GeoSignature signature;

  g_assert_cmpuint (g_string_replace (signed_text, was, becomes, 0), ==, 1);
  geo_secret_sign (town->payer->secret, signed_text->str, signed_text->len,
                   &signature);
  new_signature = geo_signature_to_string (&signature);
  g_assert_cmpuint (g_string_replace (text, was, becomes, 0), ==, 1);
  g_assert_cmpuint (g_string_replace (text, old_signature, new_signature, 0),
                    ==, 1);
  return g_strdup (text->str);
}

static void
test_unreadable_orders (ItTown *town, gconstpointer data) {
  static const gchar *const bad[][2] = {
    { "\"amount\":\"1.00\"", "\"amount\":\"-1.00\"" },
    { "\"amount\":\"1.00\"", "\"amount\":\"+1.00\"" },
    { "\"amount\":\"1.00\"", "\"amount\":\"01.00\"" },
    { "\"amount\":\"1.00\"", "\"amount\":\"1e2\"" },
    { "\"amount\":\"1.00\"", "\"amount\":1" },
    { "\"amount\":\"1.00\"", "\"amount\":\"10000000000000.01\"" },
    { "\"amount\":\"1.00\"", "\"amount\":\"99999999999999999999.00\"" },
    { "\"alg\":\"ed25519\"", "\"alg\":\"none\"" },
    { "\"type\":\"order\"", "\"type\":\"trust_line\"" },
    { "\"v\":1", "\"v\":2" },
    { "\"v\":1", "\"v\":1,\"tip\":\"1.00\"" },
    { "\"max_hops\":6", "\"max_hops\":7" },
    { "\"max_hops\":6", "\"max_hops\":6.0" },
    { "\"equivalent\":\"UAH\"", "\"equivalent\":\"uah\"" },
    { "\"equivalent\":\"UAH\",", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GeoOrder) order = it_guest_order (
        town->payer, town->hub, "unreadable", &town->payee->pid, 100);
    g_autofree gchar *text = sign_text (town, order, bad[i][0], bad[i][1]);
    g_autoptr (GeoMessage) error = NULL;

    g_test_message ("%s", bad[i][1]);
    g_assert_true (it_raw_send_text (town->raw, text));
    error = it_raw_expect (town->raw, GEO_MESSAGE_ERROR);
    g_assert_cmpint (error->u.error->code, ==, GEO_CODE_INVALID);
    g_assert_cmpstr (error->u.error->reason, ==, GEO_REASON_INVALID);
    /* The payer knows which of its messages it was, unless it did not even
     * pass the gate. */
    if (!g_str_has_suffix (bad[i][1], "6.0"))
      g_assert_cmpstr (error->msg_id, ==, "unreadable");
    it_town_check_unchanged (town);
  }
}

/* --- Messages that are not theirs to send
 * -------------------------------------- */

static void
test_not_for_hubs (ItTown *town, gconstpointer data) {
  g_autoptr (GeoProvenEntry) entry = it_town_pay_well (town, "real");
  g_autoptr (GeoMessage) commit = geo_message_new (GEO_MESSAGE_PAYMENT_COMMIT,
                                                   "m");
  g_autoptr (GeoMessage) receipt =
      geo_message_new (GEO_MESSAGE_TRUST_LINE_RECEIPT, "m");
  g_autoptr (GeoMessage) result = geo_message_new (GEO_MESSAGE_SYNC_RESULT,
                                                   "m");
  g_autoptr (GeoMessage) people = geo_message_new (GEO_MESSAGE_PEOPLE_RESULT,
                                                   "m");
  g_autoptr (GeoMessage) found = geo_message_new (GEO_MESSAGE_ENTRY, "m");
  GeoMessage *all[] = { commit, receipt, result, people, found };

  commit->u.payment_commit->entry = geo_proven_entry_copy (entry);
  receipt->u.trust_line_receipt->entry = geo_proven_entry_copy (entry);
  found->u.entry->entry = geo_proven_entry_copy (entry);
  for (gsize i = 0; i < G_N_ELEMENTS (all); i++) {
    g_test_message ("%s", geo_message_type_to_string (all[i]->type));
    g_assert_true (it_raw_send (town->raw, all[i]));
    it_raw_expect_error (town->raw, GEO_CODE_INVALID, GEO_REASON_INVALID);
    it_town_check_unchanged (town);
  }
}

static void
test_acks (ItTown *town, gconstpointer data) {
  g_autoptr (GeoProvenEntry) entry = it_town_pay_well (town, "acked");
  g_autoptr (GeoMessage) message = geo_message_new (GEO_MESSAGE_ENTRY_ACK, "m");
  GeoEntryAck *ack = geo_entry_ack_new ();

  message->u.entry_ack->ack = ack;
  ack->community = town->hub->community;
  ack->participant = town->payer->pid;
  ack->sequence = entry->entry->sequence;
  geo_entry_hash (entry->entry, &ack->entry_hash);
  ack->at = it_now ();

  geo_entry_ack_sign (ack, town->stranger->secret);
  g_assert_true (it_raw_send (town->raw, message));
  it_raw_expect_error (town->raw, GEO_CODE_SIGNATURE, GEO_REASON_BAD_SIGNATURE);

  ack->sequence += 1;
  geo_entry_ack_sign (ack, town->payer->secret);
  g_assert_true (it_raw_send (town->raw, message));
  it_raw_expect_error (town->raw, GEO_CODE_CONFLICT, GEO_REASON_WRONG_SEQ);

  ack->sequence -= 1;
  ack->community = town->stranger->pid;
  geo_entry_ack_sign (ack, town->payer->secret);
  g_assert_true (it_raw_send (town->raw, message));
  it_raw_expect_error (town->raw, GEO_CODE_INVALID,
                       GEO_REASON_FOREIGN_COMMUNITY);
  it_town_check_unchanged (town);
}

/* --- Lines
 * --------------------------------------------------------------------- */

static void
send_line (ItTown *town,
           GeoMessageType type,
           const GeoTrustLine *line,
           GeoCode code,
           const gchar *reason) {
  g_autoptr (GeoMessage) message = geo_message_new (type, "line");
  GeoTrustLine *copy = geo_trust_line_copy (line);

  if (type == GEO_MESSAGE_TRUST_LINE_CREATE)
    message->u.trust_line_create->line = copy;
  else if (type == GEO_MESSAGE_TRUST_LINE_UPDATE)
    message->u.trust_line_update->line = copy;
  else
    message->u.trust_line_close->line = copy;
  g_assert_true (it_raw_send (town->raw, message));
  it_raw_expect_error (town->raw, code, reason);
  it_town_check_unchanged (town);
}

static GeoTrustLine *
next_line (ItTown *town) {
  return it_guest_line (town->payer, town->hub, &town->x->pid, 5, town->line);
}

static void
test_lines (ItTown *town, gconstpointer data) {
  GeoSecret *secret = town->payer->secret;
  g_autoptr (GeoTrustLine) new = it_guest_line (town->payer, town->hub,
                                                &town->payee->pid, 5, NULL);
  g_autoptr (GeoTrustLine) second = it_guest_line (town->payer, town->hub,
                                                   &town->x->pid, 5, NULL);
  g_autoptr (GeoTrustLine) skipped = next_line (town);
  g_autoptr (GeoTrustLine) forked = next_line (town);
  g_autoptr (GeoTrustLine) renamed = next_line (town);
  g_autoptr (GeoTrustLine) unsigned_ = next_line (town);
  g_autoptr (GeoTrustLine) theirs =
      it_guest_line (town->x, town->hub, &town->payer->pid, 900000, NULL);

  g_test_message ("somebody else's");
  send_line (town, GEO_MESSAGE_TRUST_LINE_CREATE, theirs, GEO_CODE_NOT_ALLOWED,
             GEO_REASON_NOT_ALLOWED);
  theirs->from = town->payer->pid;
  theirs->to = town->payee->pid;
  g_test_message ("signed by somebody else");
  geo_trust_line_sign (theirs, town->x->secret);
  send_line (town, GEO_MESSAGE_TRUST_LINE_CREATE, theirs, GEO_CODE_SIGNATURE,
             GEO_REASON_BAD_SIGNATURE);
  g_test_message ("changed after it was signed");
  unsigned_->limit = geo_decimal (GEO_AMOUNT (6), 2);
  send_line (town, GEO_MESSAGE_TRUST_LINE_UPDATE, unsigned_, GEO_CODE_SIGNATURE,
             GEO_REASON_BAD_SIGNATURE);

  g_test_message ("a second one");
  send_line (town, GEO_MESSAGE_TRUST_LINE_CREATE, second, GEO_CODE_CONFLICT,
             GEO_REASON_WRONG_SEQ);
  g_test_message ("a number left out");
  skipped->seq++;
  geo_trust_line_sign (skipped, secret);
  send_line (town, GEO_MESSAGE_TRUST_LINE_UPDATE, skipped, GEO_CODE_CONFLICT,
             GEO_REASON_WRONG_SEQ);
  g_test_message ("after another one");
  geo_hash_of ("x", 1, &forked->previous);
  geo_trust_line_sign (forked, secret);
  send_line (town, GEO_MESSAGE_TRUST_LINE_UPDATE, forked, GEO_CODE_CONFLICT,
             GEO_REASON_WRONG_SEQ);
  g_test_message ("another name");
  g_free (renamed->line_id);
  renamed->line_id = g_strdup ("another");
  geo_trust_line_sign (renamed, secret);
  send_line (town, GEO_MESSAGE_TRUST_LINE_UPDATE, renamed, GEO_CODE_CONFLICT,
             GEO_REASON_WRONG_SEQ);
  g_test_message ("nothing to update, nothing to close");
  send_line (town, GEO_MESSAGE_TRUST_LINE_UPDATE, new, GEO_CODE_LINE_INACTIVE,
             GEO_REASON_LINE_NOT_ACTIVE);

  g_test_message ("foreign");
  new->community = town->stranger->pid;
  geo_trust_line_sign (new, secret);
  send_line (town, GEO_MESSAGE_TRUST_LINE_CREATE, new, GEO_CODE_INVALID,
             GEO_REASON_FOREIGN_COMMUNITY);
  g_test_message ("to nobody");
  new->community = town->hub->community;
  memset (new->to.bytes, 3, sizeof new->to.bytes);
  geo_trust_line_sign (new, secret);
  send_line (town, GEO_MESSAGE_TRUST_LINE_CREATE, new, GEO_CODE_NO_ROUTE,
             GEO_REASON_UNKNOWN_PARTICIPANT);
  g_test_message ("to oneself");
  new->to = new->from;
  geo_trust_line_sign (new, secret);
  send_line (town, GEO_MESSAGE_TRUST_LINE_CREATE, new, GEO_CODE_INVALID,
             GEO_REASON_SELF);
  g_test_message ("decimals");
  new->to = town->payee->pid;
  new->limit = geo_decimal (GEO_AMOUNT (5), 3);
  geo_trust_line_sign (new, secret);
  send_line (town, GEO_MESSAGE_TRUST_LINE_CREATE, new, GEO_CODE_INVALID,
             GEO_REASON_PRECISION);
  g_test_message ("closed when it is made");
  new->limit = geo_decimal (GEO_AMOUNT_ZERO, 2);
  new->status = GEO_LINE_STATUS_CLOSED;
  geo_trust_line_sign (new, secret);
  send_line (town, GEO_MESSAGE_TRUST_LINE_CREATE, new, GEO_CODE_INVALID,
             GEO_REASON_INVALID);
  g_test_message ("equivalent");
  new->status = GEO_LINE_STATUS_ACTIVE;
  g_free (new->equivalent);
  new->equivalent = g_strdup ("GOLD");
  geo_trust_line_sign (new, secret);
  send_line (town, GEO_MESSAGE_TRUST_LINE_CREATE, new, GEO_CODE_INVALID,
             GEO_REASON_UNKNOWN_EQUIVALENT);
}

/* --- Votes
 * ----------------------------------------------------------------------- */

static void
test_votes (ItTown *town, gconstpointer data) {
  g_autoptr (ItRaw) raw = it_guest_sign_in (town->x, town->hub);
  g_autoptr (ItRaw) stranger = it_guest_sign_in (town->stranger, town->hub);
  g_autoptr (GeoOrder) order = it_guest_order (town->payer, town->hub, "voted",
                                               &town->payee->pid, 100);
  g_autoptr (GeoMessage) request = it_order_message (order);
  g_autoptr (GeoMessage) asked = NULL;
  g_autoptr (GeoMessage) theirs = NULL;
  g_autoptr (GeoMessage) vote = NULL;
  g_autoptr (GeoMessage) no = geo_message_new (GEO_MESSAGE_PAYMENT_PREPARE_ACK,
                                               "no");
  g_autoptr (GeoMessage) both = NULL;
  g_autoptr (GeoMessage) commit = NULL;
  GeoRefusal *refusal = geo_refusal_new ();

  g_assert_true (it_raw_send (town->raw, request));
  asked = it_raw_expect (raw, GEO_MESSAGE_PAYMENT_PREPARE);
  vote = it_vote_message (town->x, asked->u.payment_prepare);

  g_test_message ("a stranger's");
  theirs = it_vote_message (town->stranger, asked->u.payment_prepare);
  g_assert_true (it_raw_send (stranger, theirs));
  it_raw_expect_error (stranger, GEO_CODE_NOT_ALLOWED, GEO_REASON_NOT_ALLOWED);
  g_test_message ("X's, sent by a stranger");
  g_assert_true (it_raw_send (stranger, vote));
  it_raw_expect_error (stranger, GEO_CODE_SIGNATURE, GEO_REASON_BAD_SIGNATURE);
  g_test_message ("a stranger's, sent by X");
  g_assert_true (it_raw_send (raw, theirs));
  it_raw_expect_error (raw, GEO_CODE_SIGNATURE, GEO_REASON_BAD_SIGNATURE);

  g_test_message ("about no contract");
  theirs->u.payment_prepare_ack->vote->voter = town->x->pid;
  geo_hash_of ("x", 1, &theirs->u.payment_prepare_ack->vote->contract);
  geo_vote_sign (theirs->u.payment_prepare_ack->vote, town->x->secret);
  g_assert_true (it_raw_send (raw, theirs));
  it_raw_expect_error (raw, GEO_CODE_CONFLICT, GEO_REASON_UNKNOWN_ORDER);

  g_test_message ("both yes and no, neither");
  refusal->community = town->hub->community;
  refusal->has_contract = TRUE;
  geo_contract_hash (asked->u.payment_prepare->contract, &refusal->contract);
  refusal->voter = town->x->pid;
  refusal->code = GEO_CODE_NOT_ALLOWED;
  refusal->reason = g_strdup ("changed_my_mind");
  refusal->at = it_now ();
  geo_refusal_sign (refusal, town->x->secret);
  both = geo_message_copy (vote);
  both->u.payment_prepare_ack->refusal = geo_refusal_copy (refusal);
  g_assert_true (it_raw_send (raw, both));
  it_raw_expect_error (raw, GEO_CODE_INVALID, GEO_REASON_INVALID);
  g_assert_true (it_raw_send (raw, no));
  it_raw_expect_error (raw, GEO_CODE_INVALID, GEO_REASON_INVALID);
  it_town_check_unchanged (town);

  /* A good one; then again, and withdrawn (P2). */
  no->u.payment_prepare_ack->refusal = refusal;
  g_assert_true (it_raw_send (raw, vote));
  commit = it_raw_expect (town->raw, GEO_MESSAGE_PAYMENT_COMMIT);
  g_free (town->digest);
  town->digest = it_hub_digest (town->hub);
  g_test_message ("twice, and withdrawn");
  g_assert_true (it_raw_send (raw, vote));
  g_assert_true (it_raw_send (raw, no));
  it_raw_settle (raw);
  it_town_check_unchanged (town);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  IT_TOWN_ADD ("/bad-input/orders", test_orders);
  IT_TOWN_ADD ("/bad-input/order-signature", test_order_signature);
  IT_TOWN_ADD ("/bad-input/same-tx-id", test_same_tx_id);
  IT_TOWN_ADD ("/bad-input/unreadable-orders", test_unreadable_orders);
  IT_TOWN_ADD ("/bad-input/not-for-hubs", test_not_for_hubs);
  IT_TOWN_ADD ("/bad-input/acks", test_acks);
  IT_TOWN_ADD ("/bad-input/lines", test_lines);
  IT_TOWN_ADD ("/bad-input/votes", test_votes);
  return g_test_run ();
}
