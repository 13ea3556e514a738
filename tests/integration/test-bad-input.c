/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a hub is sent and must not take: over real sockets, by people who have
 * joined it and by strangers.  Each is refused with its code, and nothing has
 * changed: participants, lines, debts, entries and their numbers are what they
 * were.
 */
#include "it-raw.h"

#include <string.h>

#include "core/geo-json.h"
#include "protocol/geo-reasons.h"

#define LIMIT 100000
#define DAY_MS (24 * 3600 * G_GINT64_CONSTANT (1000))
#define HUB_MEMORY_KIB_MAX (64 * 1024)

/* The payer is there; X and the payee have gone away after giving their lines,
 * so that a good payment is made at once, by mandate (P7). */
typedef struct {
  ItHub *hub;
  ItGuest *payer;
  ItGuest *x;
  ItGuest *payee;
  ItGuest *stranger; /* Has joined, takes part in nothing. */
  ItRaw *raw; /* The payer's. */
  GeoTrustLine *line; /* The payer's, to X. */
  gchar *digest;
} Town;

static void
town_set_up (Town *town, gconstpointer data) {
  ItRaw *raw;
  g_autoptr (GeoTrustLine) x_line = NULL;
  g_autoptr (GeoTrustLine) payee_line = NULL;

  town->hub = it_hub_new (NULL);
  it_hub_start (town->hub);
  town->payer = it_guest_new ("Olena");
  town->x = it_guest_new ("Xenia");
  town->payee = it_guest_new ("Ivan");
  town->stranger = it_guest_new ("Petro");

  it_raw_free (it_guest_sign_in (town->stranger, town->hub));
  town->raw = it_guest_sign_in (town->payer, town->hub);
  raw = it_guest_sign_in (town->x, town->hub);
  x_line = it_guest_trust (town->x, raw, town->hub, &town->payer->pid, LIMIT);
  town->line = it_guest_trust (town->payer, town->raw, town->hub, &town->x->pid,
                               LIMIT);
  it_raw_free (raw);
  raw = it_guest_sign_in (town->payee, town->hub);
  payee_line = it_guest_trust (town->payee, raw, town->hub, &town->x->pid,
                               LIMIT);
  it_raw_free (raw);
  it_raw_settle (town->raw);
  town->digest = it_hub_digest (town->hub);
}

static void
check_unchanged (Town *town) {
  g_autofree gchar *digest = it_hub_digest (town->hub);

  g_assert_cmpstr (digest, ==, town->digest);
}

/* Who hangs up is away only when the hub has seen it: a good payment that
 * nobody is waited for says so. */
static GeoProvenEntry *
pay_well (Town *town, const gchar *tx_id) {
  g_autoptr (GeoOrder) order = it_guest_order (town->payer, town->hub, tx_id,
                                               &town->payee->pid, 100);
  g_autoptr (GeoMessage) request = it_order_message (order);
  g_autoptr (GeoMessage) commit = NULL;

  g_assert_true (it_raw_send (town->raw, request));
  commit = it_raw_expect (town->raw, GEO_MESSAGE_PAYMENT_COMMIT);
  g_free (town->digest);
  town->digest = it_hub_digest (town->hub);
  return geo_proven_entry_copy (commit->u.payment_commit->entry);
}

static void
town_tear_down (Town *town, gconstpointer data) {
  g_autofree gchar *tx_id = g_uuid_string_random ();

  /* After all that it still works. */
  if (town->raw->closed) {
    it_raw_free (town->raw);
    town->raw = it_guest_sign_in (town->payer, town->hub);
  }
  geo_proven_entry_free (pay_well (town, tx_id));

  it_raw_free (town->raw);
  it_hub_stop (town->hub);
  it_hub_check (town->hub);
  it_hub_free (town->hub);
  it_guest_free (town->payer);
  it_guest_free (town->x);
  it_guest_free (town->payee);
  it_guest_free (town->stranger);
  geo_trust_line_free (town->line);
  g_free (town->digest);
}

/* --- Orders -----------------------------------------------------------------
 */

typedef void (*SpoilFunc) (Town *town, GeoOrder *order);

static void
spoil_foreign (Town *town, GeoOrder *order) {
  order->community = town->stranger->pid;
}

static void
spoil_closer (Town *town, GeoOrder *order) {
  order->closer = town->stranger->pid;
}

static void
spoil_expired (Town *town, GeoOrder *order) {
  order->created_at -= 60000;
  order->deadline = order->created_at + 30000;
}

static void
spoil_far (Town *town, GeoOrder *order) {
  order->deadline = order->created_at + DAY_MS + 60000;
}

static void
spoil_clock (Town *town, GeoOrder *order) {
  order->created_at -= GEO_CLOCK_TOLERANCE_MS + 60000;
}

static void
spoil_decimals (Town *town, GeoOrder *order) {
  order->amount = geo_decimal (GEO_AMOUNT (1000), 3);
}

static void
spoil_no_decimals (Town *town, GeoOrder *order) {
  order->amount = geo_decimal (GEO_AMOUNT (1), 0);
}

static void
spoil_zero (Town *town, GeoOrder *order) {
  order->amount = geo_decimal (GEO_AMOUNT_ZERO, 2);
}

static void
spoil_most (Town *town, GeoOrder *order) {
  order->amount = geo_decimal (GEO_AMOUNT (GEO_AMOUNT_MAX), 2);
}

static void
spoil_unknown (Town *town, GeoOrder *order) {
  memset (order->to.bytes, 7, sizeof order->to.bytes);
}

static void
spoil_self (Town *town, GeoOrder *order) {
  order->to = order->from;
}

static void
spoil_equivalent (Town *town, GeoOrder *order) {
  g_free (order->equivalent);
  order->equivalent = g_strdup ("GOLD");
}

static void
spoil_other_precision (Town *town, GeoOrder *order) {
  g_free (order->equivalent);
  order->equivalent = g_strdup ("HOUR");
}

static void
spoil_stranger (Town *town, GeoOrder *order) {
  order->to = town->stranger->pid;
}

static void
spoil_hash (Town *town, GeoOrder *order) {
  order->has_description_hash = TRUE;
  geo_hash_of ("x", 1, &order->description_hash);
}

static void
spoil_avoid (Town *town, GeoOrder *order) {
  g_array_append_val (order->constraints->avoid, town->x->pid);
}

static void
spoil_hops (Town *town, GeoOrder *order) {
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
check_abort (Town *town,
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
test_orders (Town *town, gconstpointer data) {
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
    check_unchanged (town);
  }
}

static void
test_order_signature (Town *town, gconstpointer data) {
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
  check_unchanged (town);
}

static void
check_same_entry (const GeoProvenEntry *a, const GeoProvenEntry *b) {
  g_autofree gchar *a_text = geo_proven_entry_to_text (a, NULL);
  g_autofree gchar *b_text = geo_proven_entry_to_text (b, NULL);

  g_assert_cmpstr (a_text, ==, b_text);
}

static void
replay (Town *town, const GeoOrder *order, const GeoProvenEntry *entry) {
  g_autoptr (GeoMessage) request = it_order_message (order);
  g_autoptr (GeoMessage) commit = NULL;

  g_assert_true (it_raw_send (town->raw, request));
  commit = it_raw_expect (town->raw, GEO_MESSAGE_PAYMENT_COMMIT);
  check_same_entry (commit->u.payment_commit->entry, entry);
  check_unchanged (town);
}

static void
test_same_tx_id (Town *town, gconstpointer data) {
  g_autoptr (GeoProvenEntry) entry = pay_well (town, "once");
  g_autoptr (GeoOrder) other = it_guest_order (town->payer, town->hub, "once",
                                               &town->payee->pid, 101);
  const GeoOrder *order = entry->certificate->order;
  g_autoptr (GeoMessage) request = it_order_message (other);

  /* P5: replayed, and with other bytes; also after a new start. */
  for (guint i = 0; i < 2; i++) {
    replay (town, order, entry);
    g_assert_true (it_raw_send (town->raw, request));
    it_raw_expect_error (town->raw, GEO_CODE_CONFLICT, GEO_REASON_TX_ID_TAKEN);
    check_unchanged (town);

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
sign_text (Town *town,
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
test_unreadable_orders (Town *town, gconstpointer data) {
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
    check_unchanged (town);
  }
}

/* --- Frames ------------------------------------------------------------------
 */

static gchar *
make_deep (guint depth) {
  GString *text = g_string_new ("{\"msg_id\":\"deep\",\"msg_type\":\"PING\","
                                "\"payload\":");

  /* The envelope is one. */
  for (guint i = 1; i < depth; i++)
    g_string_append_c (text, '[');
  for (guint i = 1; i < depth; i++)
    g_string_append_c (text, ']');
  g_string_append_c (text, '}');
  return g_string_free (text, FALSE);
}

/* A correct PING of that many bytes: space is no mistake. */
static gchar *
make_long (gsize len) {
  static const gchar ping[] = "{\"msg_id\":\"long\",\"msg_type\":\"PING\","
                              "\"payload\":{}}";
  gchar *text = g_malloc (len + 1);

  memset (text, ' ', len);
  memcpy (text, ping, strlen (ping));
  text[len] = '\0';
  return text;
}

/* Refused: an ERROR, or the end of the session; and the hub goes on. */
static void
send_bad (Town *town, GeoFrameKind kind, gconstpointer data, gsize len) {
  g_autoptr (ItRaw) raw = it_guest_sign_in (town->stranger, town->hub);
  g_autoptr (GeoMessage) message = NULL;

  it_raw_send_frame (raw, kind, data, len);
  message = it_raw_receive (raw, 20000);
  if (message != NULL) {
    g_assert_cmpint (message->type, ==, GEO_MESSAGE_ERROR);
    g_assert_cmpstr (geo_code_to_string (message->u.error->code), ==, "E009");
    g_assert_cmpstr (message->u.error->reason, ==, GEO_REASON_INVALID);
  } else {
    g_assert_true (raw->closed);
  }
  it_raw_settle (town->raw);
  check_unchanged (town);
}

static void
test_frames (Town *town, gconstpointer data) {
  static const gchar *const texts[] = {
    "",
    "hello",
    "{",
    "[]",
    "null",
    "{}",
    "{\"msg_id\":\"a\",\"msg_type\":\"PING\"}",
    "{\"msg_id\":\"a\",\"msg_type\":\"PING\",\"payload\":{}}x",
    "{\"msg_id\":\"a\",\"msg_type\":\"PING\",\"payload\":{}}{}",
    "{\"msg_id\":\"a\",\"msg_id\":\"a\",\"msg_type\":\"PING\",\"payload\":{}}",
    "{\"msg_id\":\"a\",\"msg_type\":\"PING\",\"payload\":{},\"\\u0070ayload\":"
    "{}}",
    "{\"msg_id\":\"a\",\"msg_type\":\"MAKE_ME_RICH\",\"payload\":{}}",
    "{\"msg_id\":\"a\",\"msg_type\":\"PING\",\"payload\":{\"and\":1}}",
    "{\"msg_id\":\"a\",\"msg_type\":\"PING\",\"payload\":{},\"from\":\"b\"}",
    "{\"msg_id\":\"a b\",\"msg_type\":\"PING\",\"payload\":{}}",
    "{\"msg_id\":1,\"msg_type\":\"PING\",\"payload\":{}}",
    "{\"msg_id\":\"a\",\"msg_type\":\"PING\",\"payload\":{}, }",
    "/* */{\"msg_id\":\"a\",\"msg_type\":\"PING\",\"payload\":{}}",
    "{'msg_id':'a','msg_type':'PING','payload':{}}",
    "\xef\xbb\xbf{\"msg_id\":\"a\",\"msg_type\":\"PING\",\"payload\":{}}",
    "{\"msg_id\":\"a\",\"msg_type\":\"SYNC\",\"payload\":{\"sequence\":-1}}",
    "{\"msg_id\":\"a\",\"msg_type\":\"SYNC\",\"payload\":{\"sequence\":"
    "9007199254740992}}",
    "{\"msg_id\":\"a\",\"msg_type\":\"SYNC\",\"payload\":{\"sequence\":"
    "18446744073709551617}}",
    "{\"msg_id\":\"a\",\"msg_type\":\"SYNC\",\"payload\":{\"sequence\":0x1}}",
    "{\"msg_id\":\"a\",\"msg_type\":\"SYNC\",\"payload\":{\"sequence\":01}}",
    "{\"msg_id\":\"a\",\"msg_type\":\"PEOPLE_QUERY\",\"payload\":{\"pids\":[],"
    "\"text\":\"\\ud800\"}}",
    "{\"msg_id\":\"a\",\"msg_type\":\"PEOPLE_QUERY\",\"payload\":{\"pids\":[],"
    "\"text\":\"a\\u0000b\"}}",
    /* Not in the form that is compared (NFC). */
    "{\"msg_id\":\"a\",\"msg_type\":\"PEOPLE_QUERY\",\"payload\":{\"pids\":[],"
    "\"text\":\"e\\u0301\"}}",
    /* Not UTF-8: cut short, too long for what it says, a surrogate. */
    "{\"msg_id\":\"a\xc3\",\"msg_type\":\"PING\",\"payload\":{}}",
    "{\"msg_id\":\"a\xc0\xaf\",\"msg_type\":\"PING\",\"payload\":{}}",
    "{\"msg_id\":\"a\xed\xa0\x80\",\"msg_type\":\"PING\",\"payload\":{}}",
  };
  g_autofree gchar *deep = make_deep (17);
  g_autofree gchar *longer = make_long (64 * 1024 + 1);
  g_autofree gchar *much = make_long (2 * 1024 * 1024);
  g_autofree gchar *longest = make_long (64 * 1024);
  g_autoptr (GeoMessage) pong = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_test_message ("%s", texts[i]);
    send_bad (town, GEO_FRAME_TEXT, texts[i], strlen (texts[i]));
  }
  g_test_message ("a NUL");
  send_bad (town, GEO_FRAME_TEXT, "{}\0{}", 5);
  g_test_message ("depth 17");
  send_bad (town, GEO_FRAME_TEXT, deep, strlen (deep));
  g_test_message ("64 KiB + 1");
  send_bad (town, GEO_FRAME_TEXT, longer, strlen (longer));
  g_test_message ("2 MiB");
  send_bad (town, GEO_FRAME_TEXT, much, strlen (much));
  g_test_message ("binary");
  send_bad (town, GEO_FRAME_BINARY, "{}", 2);
  send_bad (town, GEO_FRAME_BINARY, longest, 64 * 1024);

  /* And not one byte less is allowed. */
  g_assert_true (it_raw_send_text (town->raw, longest));
  pong = it_raw_expect (town->raw, GEO_MESSAGE_PONG);
  g_assert_cmpstr (pong->msg_id, ==, "long");
}

/* Whoever sends nothing but that is not heard for ever. */
static void
test_much_nonsense (Town *town, gconstpointer data) {
  g_autoptr (ItRaw) raw = it_guest_sign_in (town->stranger, town->hub);

  for (guint i = 0; i < 200 && it_raw_send_text (raw, "nonsense"); i++)
    ;
  it_raw_expect_closed (raw);
  check_unchanged (town);
}

/* Half a frame, half a handshake, and gone. */
static void
test_half (Town *town, gconstpointer data) {
  static const guint8 mask[4] = { 1, 2, 3, 4 };

  for (guint i = 0; i < 50; i++) {
    g_autoptr (ItRaw) raw = it_guest_sign_in (town->stranger, town->hub);
    g_autoptr (GByteArray) frame = g_byte_array_new ();

    geo_frame_append (frame, GEO_FRAME_TEXT, "{\"msg_id\":\"a\"", 13, mask);
    it_raw_write (raw, frame->data, 1 + i % (frame->len - 1));
  }
  it_raw_settle (town->raw);
  check_unchanged (town);
}

/* --- Messages that are not theirs to send
 * -------------------------------------- */

static void
test_not_for_hubs (Town *town, gconstpointer data) {
  g_autoptr (GeoProvenEntry) entry = pay_well (town, "real");
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
    check_unchanged (town);
  }
}

static void
test_acks (Town *town, gconstpointer data) {
  g_autoptr (GeoProvenEntry) entry = pay_well (town, "acked");
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
  check_unchanged (town);
}

/* --- Lines
 * --------------------------------------------------------------------- */

static void
send_line (Town *town,
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
  check_unchanged (town);
}

static GeoTrustLine *
next_line (Town *town) {
  return it_guest_line (town->payer, town->hub, &town->x->pid, 5, town->line);
}

static void
test_lines (Town *town, gconstpointer data) {
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
test_votes (Town *town, gconstpointer data) {
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

  g_test_message ("X's name, a stranger's key");
  theirs->u.payment_prepare_ack->vote->voter = town->x->pid;
  geo_vote_sign (theirs->u.payment_prepare_ack->vote, town->stranger->secret);
  g_assert_true (it_raw_send (raw, theirs));
  it_raw_expect_error (raw, GEO_CODE_SIGNATURE, GEO_REASON_BAD_SIGNATURE);
  g_test_message ("about no contract");
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
  check_unchanged (town);

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
  check_unchanged (town);
}

/* --- Signing in
 * ------------------------------------------------------------------- */

typedef void (*LoginFunc) (Town *town, GeoMsgAuth *auth);

static void
login_signature (Town *town, GeoMsgAuth *auth) {
  geo_login_sign (auth->login, town->x->secret);
}

static void
login_foreign (Town *town, GeoMsgAuth *auth) {
  auth->login->community = town->x->pid;
  geo_login_sign (auth->login, town->stranger->secret);
}

static void
login_stale (Town *town, GeoMsgAuth *auth) {
  g_autoptr (ItRaw) raw = it_raw_open (town->hub);
  g_autoptr (GeoMessage) other = it_guest_hello (town->stranger, raw);

  g_assert_cmpstr (other->u.challenge->challenge, !=, auth->login->challenge);
  g_free (auth->login->challenge);
  auth->login->challenge = g_strdup (other->u.challenge->challenge);
  geo_login_sign (auth->login, town->stranger->secret);
}

static void
login_other (Town *town, GeoMsgAuth *auth) {
  auth->login->pid = town->x->pid;
  geo_login_sign (auth->login, town->x->secret);
}

static void
login_old (Town *town, GeoMsgAuth *auth) {
  auth->login->at -= GEO_CLOCK_TOLERANCE_MS + 60000;
  geo_login_sign (auth->login, town->stranger->secret);
}

static void
login_introduces_other (Town *town, GeoMsgAuth *auth) {
  auth->participant = it_guest_introduce (town->x, &town->hub->community);
}

static void
login_introduces_badly (Town *town, GeoMsgAuth *auth) {
  auth->participant = it_guest_introduce (town->stranger,
                                          &town->hub->community);
  g_free (auth->participant->name);
  auth->participant->name = g_strdup ("Olena");
}

static void
login_other_key (Town *town, GeoMsgAuth *auth) {
  auth->participant = it_guest_introduce (town->stranger,
                                          &town->hub->community);
  geo_secret_get_public (town->x->secret, &auth->participant->key);
  geo_participant_sign (auth->participant, town->x->secret);
}

static const struct {
  const gchar *name;
  LoginFunc spoil;
  GeoCode code;
  const gchar *reason;
} bad_logins[] = {
  { "wrong signature", login_signature, GEO_CODE_SIGNATURE,
    GEO_REASON_BAD_SIGNATURE },
  { "login of another community", login_foreign, GEO_CODE_INVALID,
    GEO_REASON_FOREIGN_COMMUNITY },
  { "stale challenge", login_stale, GEO_CODE_NOT_ALLOWED,
    GEO_REASON_NOT_ALLOWED },
  { "somebody else", login_other, GEO_CODE_NOT_ALLOWED,
    GEO_REASON_NOT_ALLOWED },
  { "old", login_old, GEO_CODE_INVALID, GEO_REASON_CLOCK },
  { "introduces somebody else", login_introduces_other, GEO_CODE_NOT_ALLOWED,
    GEO_REASON_NOT_ALLOWED },
  { "changed introduction", login_introduces_badly, GEO_CODE_SIGNATURE,
    GEO_REASON_BAD_SIGNATURE },
  { "introduction with another key", login_other_key, GEO_CODE_SIGNATURE,
    GEO_REASON_BAD_SIGNATURE },
};

static void
test_logins (Town *town, gconstpointer data) {
  for (gsize i = 0; i < G_N_ELEMENTS (bad_logins); i++) {
    g_autoptr (ItRaw) raw = it_raw_open (town->hub);
    g_autoptr (GeoMessage) challenge = it_guest_hello (town->stranger, raw);
    g_autoptr (GeoMessage) auth = it_guest_auth (town->stranger,
                                                 challenge->u.challenge);

    g_test_message ("%s", bad_logins[i].name);
    bad_logins[i].spoil (town, auth->u.auth);
    g_assert_true (it_raw_send (raw, auth));
    it_raw_expect_error (raw, bad_logins[i].code, bad_logins[i].reason);
    it_raw_expect_closed (raw);
    check_unchanged (town);
  }
}

/* A challenge is for one session, and for one answer. */
static void
test_challenge_once (Town *town, gconstpointer data) {
  g_autoptr (ItRaw) raw = it_raw_open (town->hub);
  g_autoptr (ItRaw) other = it_raw_open (town->hub);
  g_autoptr (GeoMessage) challenge = it_guest_hello (town->stranger, raw);
  g_autoptr (GeoMessage) auth = it_guest_auth (town->stranger,
                                               challenge->u.challenge);
  g_autoptr (GeoMessage) welcome = NULL;
  g_autoptr (GeoMessage) second = NULL;

  g_assert_true (it_raw_send (raw, auth));
  welcome = it_raw_expect (raw, GEO_MESSAGE_WELCOME);
  second = it_guest_hello (town->stranger, other);
  g_assert_true (it_raw_send (other, auth));
  it_raw_expect_error (other, GEO_CODE_NOT_ALLOWED, GEO_REASON_NOT_ALLOWED);
  it_raw_expect_closed (other);
  /* Who was there is still there. */
  it_raw_settle (raw);
  g_assert_true (it_raw_send (raw, auth));
  it_raw_expect_error (raw, GEO_CODE_NOT_ALLOWED, GEO_REASON_NOT_ALLOWED);
  it_raw_expect_closed (raw);
  check_unchanged (town);
}

static void
test_not_signed_in (Town *town, gconstpointer data) {
  g_autoptr (GeoOrder) order = it_guest_order (town->payer, town->hub, "early",
                                               &town->payee->pid, 100);
  g_autoptr (GeoMessage) request = it_order_message (order);
  g_autoptr (GeoMessage) sync = geo_message_new (GEO_MESSAGE_SYNC, "s");
  GeoMessage *early[] = { request, sync };

  for (gsize i = 0; i < G_N_ELEMENTS (early); i++) {
    g_autoptr (ItRaw) before = it_raw_open (town->hub);
    g_autoptr (ItRaw) between = it_raw_open (town->hub);
    g_autoptr (GeoMessage) challenge = NULL;

    g_assert_true (it_raw_send (before, early[i]));
    it_raw_expect_error (before, GEO_CODE_NOT_ALLOWED, GEO_REASON_NOT_ALLOWED);
    it_raw_expect_closed (before);

    challenge = it_guest_hello (town->payer, between);
    g_assert_true (it_raw_send (between, early[i]));
    it_raw_expect_error (between, GEO_CODE_NOT_ALLOWED, GEO_REASON_NOT_ALLOWED);
    it_raw_expect_closed (between);
    check_unchanged (town);
  }
  it_raw_settle (town->raw);
}

static void
test_unknown_participant (Town *town, gconstpointer data) {
  g_autoptr (ItGuest) guest = it_guest_new ("Nobody");
  g_autoptr (ItRaw) raw = it_raw_open (town->hub);
  g_autoptr (GeoMessage) challenge = it_guest_hello (guest, raw);
  g_autoptr (GeoMessage) auth = it_guest_auth (guest, challenge->u.challenge);

  g_assert_false (challenge->u.challenge->known);
  g_clear_pointer (&auth->u.auth->participant, geo_participant_free);
  g_assert_true (it_raw_send (raw, auth));
  it_raw_expect_error (raw, GEO_CODE_NO_ROUTE, GEO_REASON_UNKNOWN_PARTICIPANT);
  it_raw_expect_closed (raw);
  check_unchanged (town);
}

static void
join (ItHub *hub, const gchar *code, gboolean allowed) {
  g_autoptr (ItGuest) guest = it_guest_new ("New");
  g_autoptr (ItRaw) raw = it_raw_open (hub);
  g_autoptr (GeoMessage) challenge = it_guest_hello (guest, raw);
  g_autoptr (GeoMessage) auth = it_guest_auth (guest, challenge->u.challenge);

  auth->u.auth->code = g_strdup (code);
  g_assert_true (it_raw_send (raw, auth));
  if (allowed) {
    geo_message_free (it_raw_expect (raw, GEO_MESSAGE_WELCOME));
    return;
  }
  it_raw_expect_error (raw, GEO_CODE_NOT_ALLOWED, GEO_REASON_NOT_ALLOWED);
  it_raw_expect_closed (raw);
}

static void
test_joining (void) {
  g_autoptr (ItHub) hub = it_hub_new ("[community]\nname=Club\n"
                                      "equivalents=UAH:2:fiat\n"
                                      "[joining]\nopen=true\ncode=plum-tree\n");
  g_autoptr (ItHub) shut = it_hub_new ("[community]\nname=Club\n"
                                       "equivalents=UAH:2:fiat\n"
                                       "[joining]\nopen=false\n");

  it_hub_start (hub);
  it_hub_start (shut);
  join (hub, NULL, FALSE);
  join (hub, "plum-trees", FALSE);
  join (hub, "plum-tree", TRUE);
  join (shut, NULL, FALSE);
  join (shut, "plum-tree", FALSE);
}

/* --- Floods
 * ------------------------------------------------------------------------- */

static guint64
hub_memory_kib (ItHub *hub) {
  g_autofree gchar *path = g_strdup_printf (
      "/proc/%s/status", g_subprocess_get_identifier (hub->process));
  g_autofree gchar *text = NULL;
  const gchar *at;

  g_file_get_contents (path, &text, NULL, NULL);
  at = text == NULL ? NULL : strstr (text, "VmRSS:");
  return at == NULL ? 0 : g_ascii_strtoull (at + strlen ("VmRSS:"), NULL, 10);
}

/* Asks and asks, and reads nothing of what it is told. */
static void
test_never_reads (Town *town, gconstpointer data) {
  g_autoptr (ItRaw) raw = it_guest_sign_in (town->stranger, town->hub);
  g_autoptr (GeoMessage) query = geo_message_new (GEO_MESSAGE_PEOPLE_QUERY,
                                                  "q");
  g_autoptr (GeoProvenEntry) entry = NULL;
  GSocket *socket = g_socket_connection_get_socket (raw->connection);
  guint64 before = hub_memory_kib (town->hub);
  guint64 most = before;
  gint64 end_us = g_get_monotonic_time () +
                  IT_WAIT_SECONDS_MAX * G_USEC_PER_SEC;
  guint asked = 0;
  gint64 began_us;
  gint64 slowest_us = 0;
  guint payments = 0;
  GeoPid pids[4] = { town->payer->pid, town->x->pid, town->payee->pid,
                     town->stranger->pid };

  g_array_append_vals (query->u.people_query->pids, pids, 4);
  g_socket_set_option (socket, 1 /* SOL_SOCKET */, 8 /* SO_RCVBUF */, 4096,
                       NULL);
  g_socket_set_timeout (socket, 1);
  /* It pushes on until the hub has hung up; the others are served. */
  while (it_raw_send (raw, query)) {
    asked++;
    if (g_get_monotonic_time () > end_us)
      g_error ("the hub goes on to listen to one who never reads");
    if (asked % 2000 == 0) {
      g_autofree gchar *tx_id = g_strdup_printf ("beside-%u", asked);

      began_us = g_get_monotonic_time ();
      geo_proven_entry_free (pay_well (town, tx_id));
      slowest_us = MAX (slowest_us, g_get_monotonic_time () - began_us);
      payments++;
      most = MAX (most, hub_memory_kib (town->hub));
    }
  }
  g_test_message ("%u questions; %" G_GUINT64_FORMAT
                  " KiB before, %" G_GUINT64_FORMAT
                  " at most; %u payments meanwhile, the "
                  "slowest took %" G_GINT64_FORMAT " ms",
                  asked, before, most, payments, slowest_us / 1000);
  entry = pay_well (town, "beside");
  most = MAX (most, hub_memory_kib (town->hub));
  g_assert_cmpuint (most, <, before + HUB_MEMORY_KIB_MAX);
}

/* Many who connect and say nothing: the others are served. */
static void
test_silent_crowd (Town *town, gconstpointer data) {
  g_autoptr (GPtrArray) crowd =
      g_ptr_array_new_with_free_func ((GDestroyNotify) it_raw_free);
  gint64 began_us;

  for (guint i = 0; i < 200; i++)
    g_ptr_array_add (crowd, it_raw_open (town->hub));
  began_us = g_get_monotonic_time ();
  geo_proven_entry_free (pay_well (town, "crowd"));
  g_assert_cmpint (g_get_monotonic_time () - began_us, <, 2 * G_USEC_PER_SEC);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) \
  g_test_add ("/bad-input/" path, Town, NULL, town_set_up, func, town_tear_down)
  ADD ("orders", test_orders);
  ADD ("order-signature", test_order_signature);
  ADD ("same-tx-id", test_same_tx_id);
  ADD ("unreadable-orders", test_unreadable_orders);
  ADD ("frames", test_frames);
  ADD ("much-nonsense", test_much_nonsense);
  ADD ("half", test_half);
  ADD ("not-for-hubs", test_not_for_hubs);
  ADD ("acks", test_acks);
  ADD ("lines", test_lines);
  ADD ("votes", test_votes);
  ADD ("logins", test_logins);
  ADD ("challenge-once", test_challenge_once);
  ADD ("not-signed-in", test_not_signed_in);
  ADD ("unknown-participant", test_unknown_participant);
  g_test_add_func ("/bad-input/joining", test_joining);
  ADD ("never-reads", test_never_reads);
  ADD ("silent-crowd", test_silent_crowd);
#undef ADD
  return g_test_run ();
}
