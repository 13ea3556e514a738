/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Two participants who write to each other: what is asked, what is believed of
 * it, what is dropped; and P8 for whoever is paid for what they asked for.
 */
#include "party-town.h"

#define UAH "UAH"
#define DAY G_GINT64_CONSTANT (86400000)

/* ME and ANNA, with nothing but a relay between them. */
typedef struct {
  Town *town;
  GeoParty *parties[2];
  GPtrArray *records[2]; /* GeoAction of each, in order */
  GPtrArray *told[2]; /* GeoAction */
  GPtrArray *letters; /* GeoMessage: the hub's, for whoever is away */
  GeoTime now;
} Pair;

static GeoParty *
party_of (Town *town, guint who) {
  GeoParty *party = geo_party_new (town->community,
                                   town->people[who].participant,
                                   town->people[who].secret);

  for (guint i = 0; i < N_PEOPLE; i++)
    if (i != who)
      geo_party_load_person (party, town->people[i].participant);
  return party;
}

static void
set_up (Pair *pair, gconstpointer data) {
  pair->town = town_new ();
  pair->now = pair->town->now;
  pair->letters =
      g_ptr_array_new_with_free_func ((GDestroyNotify) geo_message_free);
  for (guint i = 0; i < 2; i++) {
    g_autoptr (GPtrArray) actions = geo_actions_new ();

    pair->parties[i] = party_of (pair->town, i);
    pair->records[i] = geo_actions_new ();
    pair->told[i] = geo_actions_new ();
    geo_party_connected (pair->parties[i], 0, pair->now, actions);
  }
}

static void
tear_down (Pair *pair, gconstpointer data) {
  for (guint i = 0; i < 2; i++) {
    geo_party_free (pair->parties[i]);
    g_ptr_array_unref (pair->records[i]);
    g_ptr_array_unref (pair->told[i]);
  }
  g_ptr_array_unref (pair->letters);
  town_free (pair->town);
}

static void run (Pair *pair, guint who, GPtrArray *actions);

static void
receive (Pair *pair, guint who, GeoMessage *message) {
  g_autoptr (GPtrArray) actions = geo_actions_new ();

  geo_party_message (pair->parties[who], message, pair->now, actions);
  geo_message_free (message);
  run (pair, who, actions);
}

/* As the hub does: a letter goes on, and its writer hears of it. */
static void
pass_on (Pair *pair, guint who, const GeoMessage *message) {
  GeoMessage *letter = geo_message_new (GEO_MESSAGE_LETTER, NULL);

  letter->u.letter->from = pair->town->people[who].pid;
  letter->u.letter->at = pair->now;
  letter->u.letter->sealed = g_bytes_ref (message->u.letter_send->sealed);
  g_assert_true (geo_pid_equal (&message->u.letter_send->to,
                                &pair->town->people[1 - who].pid));
  receive (pair, who, geo_message_new (GEO_MESSAGE_LETTER_STORED,
                                       message->msg_id));
  receive (pair, 1 - who, letter);
}

/* P1: the record comes before the letter. */
static void
run (Pair *pair, guint who, GPtrArray *actions) {
  guint n_stored = 0;

  g_ptr_array_ref (actions);
  for (guint i = 0; i < actions->len; i++) {
    GeoAction *action = g_ptr_array_index (actions, i);

    if (action->kind == GEO_ACTION_STORE_RECORD) {
      GeoAction *copy = g_new0 (GeoAction, 1);
      g_autofree gchar *text = geo_record_body_to_text (action->record, NULL);

      copy->kind = GEO_ACTION_STORE_RECORD;
      copy->record_kind = action->record_kind;
      copy->record = geo_record_body_from_text (text, -1, NULL);
      g_assert_nonnull (copy->record);
      g_ptr_array_add (pair->records[who], copy);
      n_stored++;
    } else if (action->kind == GEO_ACTION_TELL) {
      GeoAction *copy = g_new0 (GeoAction, 1);

      copy->kind = GEO_ACTION_TELL;
      copy->told = g_steal_pointer (&action->told);
      g_ptr_array_add (pair->told[who], copy);
    } else if (action->kind == GEO_ACTION_SEND &&
               action->message->type == GEO_MESSAGE_LETTER_SEND) {
      g_assert_cmpuint (n_stored, >, 0);
      pass_on (pair, who, action->message);
    }
  }
  g_ptr_array_unref (actions);
}

static guint
count_records (Pair *pair, guint who, GeoRecordKind kind) {
  guint n = 0;

  for (guint i = 0; i < pair->records[who]->len; i++)
    n += ((GeoAction *) g_ptr_array_index (pair->records[who], i))
             ->record_kind == kind;
  return n;
}

static GeoRequestState
state_of (Pair *pair, guint who, const GeoHash *hash) {
  const GeoPartyRequest *request =
      g_hash_table_lookup (pair->parties[who]->requests, hash);

  return request != NULL ? request->state : 0;
}

static gboolean
ask (Pair *pair,
     guint who,
     const gchar *id,
     gint64 amount,
     gboolean once,
     GeoTime expires_at,
     GeoHash *hash) {
  g_autoptr (GPtrArray) actions = geo_actions_new ();
  GeoAmount value = GEO_AMOUNT (amount);
  gboolean asked = geo_party_request (
      pair->parties[who], id, &pair->town->people[1 - who].pid, UAH,
      amount > 0 ? &value : NULL, "bread", once, expires_at, pair->now, hash,
      actions, NULL);

  run (pair, who, actions);
  return asked;
}

static gboolean
respond (Pair *pair, guint who, const GeoHash *hash, GeoVerdict verdict) {
  g_autoptr (GPtrArray) actions = geo_actions_new ();
  gboolean done = geo_party_respond (pair->parties[who], hash, verdict,
                                     pair->now, actions, NULL);

  run (pair, who, actions);
  return done;
}

static void
test_asked (Pair *pair, gconstpointer data) {
  const GeoTold *told;
  GeoHash hash;

  g_assert_true (ask (pair, ANNA, "r-1", 1250, TRUE, 0, &hash));
  g_assert_cmpint (state_of (pair, ANNA, &hash), ==, GEO_REQUEST_OPEN);
  g_assert_cmpint (state_of (pair, ME, &hash), ==, GEO_REQUEST_OPEN);
  g_assert_cmpuint (count_records (pair, ANNA, GEO_RECORD_KIND_LETTER), ==, 1);
  g_assert_cmpuint (count_records (pair, ANNA, GEO_RECORD_KIND_SENT), ==, 1);
  g_assert_cmpuint (count_records (pair, ME, GEO_RECORD_KIND_LETTER), ==, 1);
  g_assert_cmpuint (pair->parties[ANNA]->outbox->len, ==, 0);
  told = ((GeoAction *) g_ptr_array_index (pair->told[ME],
                                           pair->told[ME]->len - 1))
             ->told;
  g_assert_cmpint (told->kind, ==, GEO_TOLD_REQUEST);
  g_assert_true (told->is_new);

  /* Nobody says no to their own, and it is said once. */
  g_assert_false (respond (pair, ANNA, &hash, GEO_VERDICT_DECLINED));
  g_assert_false (respond (pair, ME, &hash, GEO_VERDICT_WITHDRAWN));
  g_assert_false (respond (pair, ME, &hash, GEO_VERDICT_AGREED));
  g_assert_true (respond (pair, ME, &hash, GEO_VERDICT_DECLINED));
  g_assert_cmpint (state_of (pair, ME, &hash), ==, GEO_REQUEST_DECLINED);
  g_assert_cmpint (state_of (pair, ANNA, &hash), ==, GEO_REQUEST_DECLINED);
  g_assert_false (respond (pair, ME, &hash, GEO_VERDICT_DECLINED));
}

static void
test_withdrawn (Pair *pair, gconstpointer data) {
  GeoHash hash;

  g_assert_true (ask (pair, ANNA, "r-1", 0, FALSE, pair->now + DAY, &hash));
  g_assert_true (respond (pair, ANNA, &hash, GEO_VERDICT_WITHDRAWN));
  g_assert_cmpint (state_of (pair, ME, &hash), ==, GEO_REQUEST_WITHDRAWN);
}

/* Without a connection it waits, and goes out at the next sign-in: also after
 * everything in memory was lost. */
static void
test_away (Pair *pair, gconstpointer data) {
  g_autoptr (GPtrArray) actions = geo_actions_new ();
  const GeoAction *record;
  GeoHash hash;

  geo_party_disconnected (pair->parties[ANNA], pair->now, actions);
  g_assert_true (ask (pair, ANNA, "r-1", 100, TRUE, 0, &hash));
  g_assert_cmpint (state_of (pair, ME, &hash), ==, 0);
  g_assert_cmpuint (pair->parties[ANNA]->outbox->len, ==, 1);

  record = g_ptr_array_index (pair->records[ANNA], 0);
  g_assert_true (record->record->has_to);
  geo_party_free (pair->parties[ANNA]);
  pair->parties[ANNA] = party_of (pair->town, ANNA);
  geo_party_load_request (pair->parties[ANNA], record->record->letter,
                          GEO_REQUEST_OPEN);
  geo_party_load_outgoing (pair->parties[ANNA], &record->record->to,
                           record->record->letter);
  g_ptr_array_set_size (actions, 0);
  geo_party_connected (pair->parties[ANNA], 0, pair->now, actions);
  /* Its record is on disk already. */
  for (guint i = 0; i < actions->len; i++) {
    const GeoAction *action = g_ptr_array_index (actions, i);

    if (action->kind == GEO_ACTION_SEND &&
        action->message->type == GEO_MESSAGE_LETTER_SEND)
      pass_on (pair, ANNA, action->message);
  }
  g_assert_cmpint (state_of (pair, ME, &hash), ==, GEO_REQUEST_OPEN);
  g_assert_cmpuint (count_records (pair, ANNA, GEO_RECORD_KIND_SENT), ==, 1);
}

/* What is no letter for ME, or none that is wanted, leaves nothing behind but
 * the word that it was read. */
static void
test_unwanted (Pair *pair, gconstpointer data) {
  Town *town = pair->town;
  g_autoptr (GPtrArray) actions = geo_actions_new ();
  guint n = pair->records[ME]->len;
  GeoHash hash;

  for (guint kind = 0; kind < 6; kind++) {
    GeoMessage *message = geo_message_new (GEO_MESSAGE_LETTER, NULL);
    g_autoptr (GeoLetter) letter = geo_letter_new ();
    g_autofree gchar *text = NULL;
    guint writer = kind == 1 ? BOB : ANNA;

    letter->person = geo_participant_copy (town->people[ANNA].participant);
    letter->invoice = geo_invoice_new ();
    letter->invoice->community = town->community->community;
    letter->invoice->invoice_id = g_strdup ("i");
    letter->invoice->to = town->people[ANNA].pid;
    letter->invoice->has_from = TRUE;
    letter->invoice->from = town->people[kind == 2 ? BOB : ME].pid;
    letter->invoice->equivalent = g_strdup (kind == 3 ? "EUR" : UAH);
    letter->invoice->has_amount = TRUE;
    letter->invoice->amount = geo_decimal (GEO_AMOUNT (100), 2);
    letter->invoice->created_at = pair->now;
    if (kind == 5) {
      letter->invoice->has_expires_at = TRUE;
      letter->invoice->expires_at = pair->now - 1;
    }
    geo_invoice_sign (letter->invoice, town->people[ANNA].secret);
    if (kind == 4)
      letter->invoice->amount = geo_decimal (GEO_AMOUNT (1), 2);
    text = geo_letter_to_text (letter, NULL);
    message->u.letter->from = town->people[writer].pid;
    message->u.letter->at = pair->now;
    message->u.letter->sealed =
        kind == 0 ? g_bytes_new ("noise", 5)
                  : geo_seal_letter (&town->people[ME].participant->key, text,
                                     NULL);
    g_ptr_array_set_size (actions, 0);
    geo_party_message (pair->parties[ME], message, pair->now, actions);
    geo_message_free (message);
    g_assert_cmpuint (actions->len, ==, 1);
    g_assert_cmpint (
        ((GeoAction *) g_ptr_array_index (actions, 0))->message->type, ==,
        GEO_MESSAGE_LETTER_READ);
  }
  g_assert_cmpuint (pair->records[ME]->len, ==, n);

  /* Somebody whose letters are not wanted. */
  g_ptr_array_set_size (actions, 0);
  g_assert_true (geo_party_block (pair->parties[ME], &town->people[ANNA].pid,
                                  TRUE, actions, NULL));
  g_assert_cmpuint (actions->len, ==, 2);
  g_assert_true (ask (pair, ANNA, "r-1", 100, TRUE, 0, &hash));
  g_assert_cmpint (state_of (pair, ME, &hash), ==, 0);
  g_ptr_array_set_size (actions, 0);
  g_assert_true (geo_party_block (pair->parties[ME], &town->people[ANNA].pid,
                                  FALSE, actions, NULL));
  g_assert_true (ask (pair, ANNA, "r-2", 100, TRUE, 0, &hash));
  g_assert_cmpint (state_of (pair, ME, &hash), ==, GEO_REQUEST_OPEN);
}

/* One person cannot fill another's list. */
static void
test_flood (Pair *pair, gconstpointer data) {
  guint n = 0;
  GeoHash hash;

  for (guint i = 0; i < 50; i++) {
    g_autofree gchar *id = g_strdup_printf ("r-%u", i);

    g_assert_true (ask (pair, ANNA, id, 100, TRUE, 0, &hash));
    n += state_of (pair, ME, &hash) == GEO_REQUEST_OPEN;
  }
  g_assert_cmpuint (n, ==, 20);
}

static void
test_trust (Pair *pair, gconstpointer data) {
  g_autoptr (GPtrArray) actions = geo_actions_new ();
  g_autoptr (GeoTrustLine) line = NULL;
  GeoHash small, large;

  for (guint i = 0; i < 2; i++) {
    g_autofree gchar *id = g_strdup_printf ("t-%u", i);

    g_ptr_array_set_size (actions, 0);
    g_assert_true (geo_party_ask_trust (
        pair->parties[ANNA], id, &pair->town->people[ME].pid, UAH,
        GEO_AMOUNT (i == 0 ? 5000 : 50000), NULL, pair->now,
        i == 0 ? &small : &large, actions, NULL));
    run (pair, ANNA, actions);
  }
  g_assert_cmpint (state_of (pair, ME, &small), ==, GEO_REQUEST_OPEN);

  /* A line that is large enough is the answer. */
  line = town_line (pair->town, ME, ANNA, 10000, 1);
  g_ptr_array_set_size (actions, 0);
  geo_letters_line (pair->parties[ME], line, actions);
  geo_letters_line (pair->parties[ANNA], line, actions);
  g_assert_cmpint (state_of (pair, ME, &small), ==, GEO_REQUEST_DONE);
  g_assert_cmpint (state_of (pair, ANNA, &small), ==, GEO_REQUEST_DONE);
  g_assert_cmpint (state_of (pair, ME, &large), ==, GEO_REQUEST_OPEN);
  g_assert_cmpint (state_of (pair, ANNA, &large), ==, GEO_REQUEST_OPEN);
}

/* What was on its way while it was asked for is its answer; what is there is not
 * asked for. */
static void
test_trust_is_there (Pair *pair, gconstpointer data) {
  g_autoptr (GPtrArray) actions = geo_actions_new ();
  g_autoptr (GeoTrustLine) line = town_line (pair->town, ME, ANNA, 10000, 1);
  g_autoptr (GError) error = NULL;
  GeoHash hash, old;

  /* ME has it in force, ANNA has not heard of it. */
  geo_party_load_line (pair->parties[ME], line, TRUE);
  g_assert_true (geo_party_ask_trust (
      pair->parties[ANNA], "t-1", &pair->town->people[ME].pid, UAH,
      GEO_AMOUNT (10000), NULL, pair->now, &hash, actions, NULL));
  run (pair, ANNA, actions);
  g_assert_cmpint (state_of (pair, ANNA, &hash), ==, GEO_REQUEST_OPEN);
  g_assert_cmpint (state_of (pair, ME, &hash), ==, GEO_REQUEST_DONE);
  geo_party_load_line (pair->parties[ANNA], line, TRUE);
  g_ptr_array_set_size (actions, 0);
  g_assert_false (geo_party_ask_trust (
      pair->parties[ANNA], "t-2", &pair->town->people[ME].pid, UAH,
      GEO_AMOUNT (10000), NULL, pair->now, &old, actions, &error));
  g_assert_error (error, GEO_PARTY_ERROR, GEO_CODE_LIMIT);
  g_assert_cmpuint (actions->len, ==, 0);
  g_assert_true (geo_party_ask_trust (
      pair->parties[ANNA], "t-3", &pair->town->people[ME].pid, UAH,
      GEO_AMOUNT (10001), NULL, pair->now, &old, actions, NULL));
  run (pair, ANNA, actions);
  g_assert_cmpint (state_of (pair, ME, &old), ==, GEO_REQUEST_OPEN);
}

static void
test_checkpoint (Pair *pair, gconstpointer data) {
  g_autoptr (GPtrArray) actions = geo_actions_new ();
  const GeoPartyRequest *request;
  GeoHash hash;

  geo_party_load_balance (pair->parties[ME], &pair->town->people[ANNA].pid, UAH,
                          GEO_AMOUNT (24000));
  geo_party_load_balance (pair->parties[ANNA], &pair->town->people[ME].pid, UAH,
                          GEO_AMOUNT (-23000));
  g_assert_true (geo_party_propose_checkpoint (
      pair->parties[ME], "c-1", &pair->town->people[ANNA].pid, UAH, NULL,
      pair->now, &hash, actions, NULL));
  run (pair, ME, actions);
  g_assert_cmpint (state_of (pair, ANNA, &hash), ==, GEO_REQUEST_OPEN);
  /* Nobody signs what their own journal does not say. */
  g_assert_false (respond (pair, ANNA, &hash, GEO_VERDICT_AGREED));
  g_assert_cmpint (state_of (pair, ANNA, &hash), ==, GEO_REQUEST_OPEN);

  geo_party_load_balance (pair->parties[ANNA], &pair->town->people[ME].pid, UAH,
                          GEO_AMOUNT (-24000));
  g_assert_true (respond (pair, ANNA, &hash, GEO_VERDICT_AGREED));
  g_assert_cmpint (state_of (pair, ANNA, &hash), ==, GEO_REQUEST_DONE);
  g_assert_cmpint (state_of (pair, ME, &hash), ==, GEO_REQUEST_DONE);
  request = g_hash_table_lookup (pair->parties[ME]->requests, &hash);
  g_assert_cmpuint (request->letter->responses->len, ==, 2);
}

/* --- P8 ------------------------------------------------------------------- */

/* What ME says to a payment of `amount` by CARL for invoice; NULL: yes.
 */
static gchar *
word_to (Town *town,
         const gchar *tx_id,
         const GeoHash *invoice,
         gint64 amount) {
  g_autoptr (Deal) deal = deal_to_me (town, tx_id, amount);
  const GeoMessage *answer;

  deal->order->has_invoice = TRUE;
  deal->order->invoice = *invoice;
  deal_sign (town, deal, CARL);
  town_receive (town, deal_prepare (town, deal, tx_id));
  answer = town_sent (town, GEO_MESSAGE_PAYMENT_PREPARE_ACK);
  return answer->u.payment_prepare_ack->refusal != NULL
             ? g_strdup (answer->u.payment_prepare_ack->refusal->reason)
             : NULL;
}

static void
make (Town *town,
      const gchar *id,
      const GeoPid *from,
      gint64 amount,
      gboolean once,
      GeoTime expires_at,
      GeoHash *hash) {
  g_autoptr (GPtrArray) actions = geo_actions_new ();
  GeoAmount value = GEO_AMOUNT (amount);

  g_assert_true (geo_party_request (town->party, id, from, UAH,
                                    amount > 0 ? &value : NULL, NULL, once,
                                    expires_at, town->now, hash, actions,
                                    NULL));
}

static void
test_paid_for (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (GPtrArray) actions = geo_actions_new ();
  GeoHash once, any, soon, other, unknown, back;

  make (town, "once", NULL, 1000, TRUE, 0, &once);
  make (town, "any", NULL, 0, FALSE, 0, &any);
  make (town, "soon", NULL, 1000, TRUE, town->now + 1000, &soon);
  make (town, "other", &town->people[BOB].pid, 1000, TRUE, 0, &other);
  make (town, "back", NULL, 1000, TRUE, 0, &back);
  geo_hash_of ("x", 1, &unknown);
  g_assert_true (geo_party_respond (town->party, &back, GEO_VERDICT_WITHDRAWN,
                                    town->now, actions, NULL));

#define EXPECT(tx, invoice, amount, word)                        \
  G_STMT_START {                                                 \
    g_autofree gchar *said_ = word_to (town, tx, invoice, amount); \
    g_assert_cmpstr (said_, ==, word);                           \
  }                                                              \
  G_STMT_END
  EXPECT ("p-1", &unknown, 1000, GEO_REASON_INVOICE_CLOSED);
  EXPECT ("p-2", &back, 1000, GEO_REASON_INVOICE_CLOSED);
  EXPECT ("p-3", &once, 999, GEO_REASON_INVOICE_MISMATCH);
  EXPECT ("p-4", &other, 1000, GEO_REASON_INVOICE_MISMATCH);
  EXPECT ("p-5", &any, 100, NULL);
  EXPECT ("p-6", &any, 200, NULL);
  /* Once: while the first is not decided, and ever after. */
  EXPECT ("p-7", &once, 1000, NULL);
  EXPECT ("p-8", &once, 1000, GEO_REASON_INVOICE_BUSY);
  town->now += 1000 + 2 * GEO_CLOCK_TOLERANCE_MS;
  EXPECT ("p-9", &soon, 1000, GEO_REASON_INVOICE_EXPIRED);
#undef EXPECT
}

/* Paid, and shown so; the same request is not paid twice. */
static void
test_paid_once (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (Deal) deal = NULL;
  g_autofree gchar *again = NULL;
  const GeoPartyRequest *request;
  GeoHash once;

  make (town, "once", NULL, 1000, TRUE, 0, &once);
  deal = deal_to_me (town, "p-1", 1000);
  deal->order->has_invoice = TRUE;
  deal->order->invoice = once;
  deal_sign (town, deal, CARL);
  town_receive (town, deal_prepare (town, deal, "p-1"));
  town_receive (town, town_commit (town_entry_of_deal (town, deal)));
  g_assert_nonnull (town_told (town, GEO_TOLD_REQUEST));
  request = g_hash_table_lookup (town->party->requests, &once);
  g_assert_cmpint (request->state, ==, GEO_REQUEST_DONE);
  again = word_to (town, "p-2", &once, 1000);
  g_assert_cmpstr (again, ==, GEO_REASON_INVOICE_CLOSED);
}

/* What an honest payer does not even sign. */
static void
test_payer (Pair *pair, gconstpointer data) {
  g_autoptr (GPtrArray) actions = geo_actions_new ();
  g_autoptr (GError) error = NULL;
  const GeoPid *anna = &pair->town->people[ANNA].pid;
  GeoParty *me = pair->parties[ME];
  GeoHash hash, order;

  g_assert_true (ask (pair, ANNA, "r-1", 1000, TRUE, pair->now + DAY, &hash));
#define PAY(tx, amount, when, code_)                                          \
  G_STMT_START {                                                              \
    gboolean paid_ = geo_party_pay_invoice (me, tx, &hash, anna, UAH,         \
                                            GEO_AMOUNT (amount), NULL, when,  \
                                            30000, &order, actions, &error);  \
    g_assert_cmpint (paid_, ==, code_ == 0);                                  \
    g_assert_true (code_ == 0 || error->code == (gint) code_);                \
    g_clear_error (&error);                                                   \
  }                                                                           \
  G_STMT_END
  PAY ("p-1", 999, pair->now, GEO_CODE_INVALID);
  PAY ("p-1", 1000, pair->now + 2 * DAY, GEO_CODE_TIMEOUT);
  g_assert_cmpuint (actions->len, ==, 0);
  PAY ("p-1", 1000, pair->now, 0);
  PAY ("p-2", 1000, pair->now, GEO_CODE_CONFLICT);
  g_assert_true (((GeoAction *) g_ptr_array_index (actions, 0))
                     ->record->order->has_invoice);
#undef PAY
}

/* A link that anybody may have: ME orders with the payee's vote, and what comes
 * of it. */
static void
pay_link (Pair *pair,
          const gchar *id,
          const gchar *reason,
          GeoRequestState state) {
  g_autoptr (GPtrArray) actions = geo_actions_new ();
  g_autoptr (GeoMessage) message = NULL;
  GeoParty *anna = pair->parties[ANNA];
  GeoParty *me = pair->parties[ME];
  const GeoPartyRequest *request;
  const GeoOrder *order;
  GeoHash hash, order_hash;
  gboolean done;

  done = geo_party_request (anna, id, NULL, UAH, &GEO_AMOUNT (1000), NULL, TRUE,
                            0, pair->now, &hash, actions, NULL) &&
         geo_party_take_invoice (
             me,
             ((GeoPartyRequest *) g_hash_table_lookup (anna->requests, &hash))
                 ->letter->invoice,
             pair->town->people[ANNA].participant, pair->now, &hash, actions,
             NULL);
  g_assert_true (done);
  g_ptr_array_set_size (actions, 0);
  done = geo_party_pay_invoice (me, id, &hash, &pair->town->people[ANNA].pid,
                                UAH, GEO_AMOUNT (1000), NULL, pair->now, 30000,
                                &order_hash, actions, NULL);
  g_assert_true (done);
  order = ((GeoAction *) g_ptr_array_index (actions, 0))->record->order;
  g_assert_true (geo_order_asks_payee (order));
  g_ptr_array_set_size (actions, 0);
  message = town_abort (town_refusal (pair->town, &order_hash, NULL,
                                      GEO_CODE_CONFLICT, reason));
  geo_party_message (me, message, pair->now, actions);
  request = g_hash_table_lookup (me->requests, &hash);
  g_assert_cmpint (request->state, ==, state);
  g_ptr_array_set_size (actions, 0);
  done = geo_party_pay_invoice (me, "again", &hash,
                                &pair->town->people[ANNA].pid, UAH,
                                GEO_AMOUNT (1000), NULL, pair->now, 30000, NULL,
                                actions, NULL);
  g_assert_cmpint (done, ==, state == GEO_REQUEST_OPEN);
}

static void
test_link (Pair *pair, gconstpointer data) {
  pay_link (pair, "l-1", GEO_REASON_INVOICE_CLOSED, GEO_REQUEST_CLOSED);
  pay_link (pair, "l-2", GEO_REASON_INVOICE_BUSY, GEO_REQUEST_OPEN);
}

static void
test_not_for_anybody (Pair *pair, gconstpointer data) {
  g_autoptr (GPtrArray) actions = geo_actions_new ();
  GeoHash hash;
  gboolean done;

  /* What one person is asked for is paid while who asks is away. */
  g_assert_true (ask (pair, ANNA, "r-1", 1000, TRUE, 0, &hash));
  done = geo_party_pay_invoice (pair->parties[ME], "p-1", &hash,
                                &pair->town->people[ANNA].pid, UAH,
                                GEO_AMOUNT (1000), NULL, pair->now, 30000, NULL,
                                actions, NULL);
  g_assert_true (done);
  g_assert_false (geo_order_asks_payee (
      ((GeoAction *) g_ptr_array_index (actions, 0))->record->order));
}

/* --- Invitations ---------------------------------------------------------- */

static const GeoPartyRequest *
invite (Pair *pair,
        const gchar *invited,
        gint64 limit,
        gint64 asked,
        GeoTime expires_at) {
  g_autoptr (GPtrArray) actions = geo_actions_new ();
  g_autoptr (GError) error = NULL;
  const GeoAmount back = GEO_AMOUNT (asked);
  GeoHash hash;

  geo_party_invite (pair->parties[ANNA], "i-1", invited, UAH,
                    GEO_AMOUNT (limit), asked > 0 ? &back : NULL, expires_at,
                    pair->now, &hash, actions, &error);
  g_assert_no_error (error);
  /* It goes to nobody. */
  for (guint i = 0; i < actions->len; i++)
    g_assert_cmpint (((GeoAction *) g_ptr_array_index (actions, i))->kind, !=,
                     GEO_ACTION_SEND);
  run (pair, ANNA, actions);
  g_assert_cmpint (state_of (pair, ANNA, &hash), ==, GEO_REQUEST_OPEN);
  return g_hash_table_lookup (pair->parties[ANNA]->requests, &hash);
}

static gint
take (Pair *pair, const GeoInvitation *invitation, guint who, GeoHash *hash) {
  g_autoptr (GPtrArray) actions = geo_actions_new ();
  g_autoptr (GError) error = NULL;
  gboolean taken = geo_party_take_invitation (
      pair->parties[ME], invitation, pair->town->people[who].participant,
      pair->now, hash, actions, &error);

  run (pair, ME, actions);
  return taken ? 0 : error->code;
}

/* Who takes it up asks to be trusted that far, and is asked in return. */
static void
test_invited (Pair *pair, gconstpointer data) {
  const GeoPartyRequest *request = invite (pair, "Petro", 50000, 10000,
                                           pair->now + DAY);
  g_autoptr (GeoInvitation) invitation =
      geo_invitation_copy (request->letter->invitation);
  const GeoPartyRequest *asked = NULL;
  const GeoPartyRequest *back = NULL;
  GHashTableIter iter;
  gpointer value;
  GeoHash hash, again;

  g_assert_cmpstr (invitation->invited, ==, "Petro");
  g_assert_cmpint (take (pair, invitation, ANNA, &hash), ==, 0);
  g_assert_cmpint (state_of (pair, ANNA, &request->facts.hash), ==,
                   GEO_REQUEST_DONE);
  g_hash_table_iter_init (&iter, pair->parties[ANNA]->requests);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    const GeoPartyRequest *one = value;

    if (one->facts.kind == GEO_REQUEST_TRUST &&
        geo_pid_equal (&one->facts.from, &pair->town->people[ME].pid))
      asked = one;
    else if (one->facts.kind == GEO_REQUEST_TRUST)
      back = one;
  }
  g_assert_true (geo_hash_equal (&asked->facts.hash, &hash));
  g_assert_cmpint (asked->facts.amount.amount.minor, ==, 50000);
  g_assert_cmpint (asked->state, ==, GEO_REQUEST_OPEN);
  g_assert_cmpint (back->facts.amount.amount.minor, ==, 10000);
  g_assert_cmpint (state_of (pair, ME, &back->facts.hash), ==,
                   GEO_REQUEST_OPEN);

  /* A second time changes nothing, whenever it is. */
  pair->now += 3 * DAY;
  g_assert_cmpint (take (pair, invitation, ANNA, &again), ==, 0);
  g_assert_true (geo_hash_equal (&hash, &again));
  g_assert_cmpuint (g_hash_table_size (pair->parties[ME]->requests), ==, 2);
  g_assert_cmpuint (g_hash_table_size (pair->parties[ANNA]->requests), ==, 3);
}

/* What asks for more than was offered, or names another unit, is a request like
 * any other. */
static void
test_invited_more (Pair *pair, gconstpointer data) {
  const GeoPartyRequest *request = invite (pair, NULL, 50000, 10000, 0);
  g_autoptr (GPtrArray) actions = geo_actions_new ();
  GeoHash hash;

  geo_party_ask_trust (pair->parties[ME], "i-1", &pair->town->people[ANNA].pid,
                       UAH, GEO_AMOUNT (50001), NULL, pair->now, &hash, actions,
                       NULL);
  run (pair, ME, actions);
  g_assert_cmpint (state_of (pair, ANNA, &hash), ==, GEO_REQUEST_OPEN);
  g_assert_cmpint (state_of (pair, ANNA, &request->facts.hash), ==,
                   GEO_REQUEST_OPEN);
  g_assert_cmpuint (g_hash_table_size (pair->parties[ME]->requests), ==, 1);

  /* Taken back, it is taken up by nobody. */
  hash = request->facts.hash;
  g_assert_true (respond (pair, ANNA, &hash, GEO_VERDICT_WITHDRAWN));
  g_ptr_array_set_size (actions, 0);
  geo_party_ask_trust (pair->parties[ME], "i-1", &pair->town->people[ANNA].pid,
                       UAH, GEO_AMOUNT (50000), NULL, pair->now, &hash, actions,
                       NULL);
  run (pair, ME, actions);
  g_assert_cmpint (state_of (pair, ANNA, &request->facts.hash), ==,
                   GEO_REQUEST_WITHDRAWN);
  g_assert_cmpuint (g_hash_table_size (pair->parties[ANNA]->requests), ==, 3);
}

/* What is not so, is not by whom it says, or comes as a letter. */
static void
test_invited_wrongly (Pair *pair, gconstpointer data) {
  const GeoPartyRequest *request = invite (pair, "Petro", 50000, 0,
                                           pair->now + DAY);
  g_autoptr (GeoInvitation) good =
      geo_invitation_copy (request->letter->invitation);
  g_autoptr (GeoInvitation) other = geo_invitation_copy (good);
  g_autoptr (GPtrArray) actions = geo_actions_new ();
  g_autoptr (GError) error = NULL;
  GeoMessage *message = geo_message_new (GEO_MESSAGE_LETTER, NULL);
  g_autofree gchar *text = NULL;
  GeoHash hash;

  other->limit.amount.minor++;
  g_assert_cmpint (take (pair, other, ANNA, &hash), ==, GEO_CODE_INVALID);
  g_assert_cmpint (take (pair, good, BOB, &hash), ==, GEO_CODE_INVALID);
  other->limit = geo_decimal (GEO_AMOUNT (500), 0);
  geo_invitation_sign (other, pair->town->people[ANNA].secret);
  g_assert_cmpint (take (pair, other, ANNA, &hash), ==, GEO_CODE_INVALID);
  other->limit = good->limit;
  other->community = pair->town->people[BOB].pid;
  geo_invitation_sign (other, pair->town->people[ANNA].secret);
  g_assert_cmpint (take (pair, other, ANNA, &hash), ==, GEO_CODE_INVALID);
  g_assert_false (geo_party_take_invitation (
      pair->parties[ANNA], good, pair->town->people[ANNA].participant,
      pair->now, &hash, actions, &error));
  g_assert_cmpint (error->code, ==, GEO_CODE_NOT_ALLOWED);

  text = geo_letter_to_text (request->letter, NULL);
  message->u.letter->from = pair->town->people[ANNA].pid;
  message->u.letter->at = pair->now;
  message->u.letter->sealed =
      geo_seal_letter (&pair->town->people[ME].participant->key, text, NULL);
  receive (pair, ME, message);
  g_assert_cmpint (state_of (pair, ME, &request->facts.hash), ==, 0);

  pair->now += 2 * DAY;
  g_assert_cmpint (take (pair, good, ANNA, &hash), ==, GEO_CODE_TIMEOUT);
  g_assert_cmpuint (g_hash_table_size (pair->parties[ME]->requests), ==, 0);
}

static void
test_invite_refused (Pair *pair, gconstpointer data) {
  g_autoptr (GPtrArray) actions = geo_actions_new ();
  g_autofree gchar *long_name = g_strnfill (51, 'a');
  const struct {
    const gchar *invited;
    const gchar *equivalent;
    gint64 limit;
    gint64 asked;
    GeoTime expires_at;
  } cases[] = {
    { "Petro", "XYZ", 100, 0, 0 }, { "Petro", UAH, 0, 0, 0 },
    { "Petro", UAH, -1, 0, 0 },    { "Petro", UAH, 100, -1, 0 },
    { "Petro", UAH, 100, 0, 1 },   { "Pe\ntro", UAH, 100, 0, 0 },
    { long_name, UAH, 100, 0, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    const GeoAmount asked = GEO_AMOUNT (cases[i].asked);
    g_autoptr (GError) error = NULL;
    GeoHash hash;

    g_assert_false (geo_party_invite (
        pair->parties[ANNA], "i-1", cases[i].invited, cases[i].equivalent,
        GEO_AMOUNT (cases[i].limit), cases[i].asked != 0 ? &asked : NULL,
        cases[i].expires_at, pair->now, &hash, actions, &error));
    g_assert_cmpint (error->code, ==, GEO_CODE_INVALID);
  }
  g_assert_cmpuint (actions->len, ==, 0);
}

/* A journal takes a request from a copy after the party has heard of entries
 * that are not on disk yet: what they say of it on disk, they say in memory. */
static GeoRequestState
learn (Town *town,
       const GeoLetter *letter,
       GeoRequestState state,
       const GPtrArray *waiting,
       const GeoHash *hash) {
  g_autoptr (GPtrArray) actions = geo_actions_new ();

  geo_party_learn_request (town->party, letter, state, waiting, town->now,
                           actions);
  return ((GeoPartyRequest *) g_hash_table_lookup (town->party->requests, hash))
      ->state;
}

static void
add_waiting (GPtrArray *waiting, GeoProvenEntry *entry) {
  GeoRecordBody *body = geo_record_body_new ();

  body->entry = geo_proven_entry_ref (entry);
  g_ptr_array_add (waiting, body);
}

static void
free_body (gpointer body) {
  geo_record_body_free (body);
}

/* What was asked for in a life before this one; the party forgets it. */
static GeoLetter *
forget (Town *town, const GeoHash *hash) {
  const GeoPartyRequest *request = g_hash_table_lookup (town->party->requests,
                                                        hash);
  GeoLetter *letter = geo_letter_copy (request->letter);

  g_hash_table_remove (town->party->requests, hash);
  return letter;
}

static void
hear_line (Town *town, GPtrArray *waiting, gint64 limit, gint64 seq) {
  g_autoptr (GeoTrustLine) line = town_line (town, CARL, ME, limit, seq);
  GeoProvenEntry *entry = town_entry_of_line (town, line);

  add_waiting (waiting, entry);
  town_receive (town, town_entry (entry));
}

static void
test_learnt_line (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (GPtrArray) waiting = g_ptr_array_new_with_free_func (free_body);
  g_autoptr (GPtrArray) nothing = g_ptr_array_new ();
  g_autoptr (GPtrArray) actions = geo_actions_new ();
  g_autoptr (GeoLetter) letter = NULL;
  GeoHash hash;
  gboolean asked = geo_party_ask_trust (
      town->party, "t-1", &town->people[CARL].pid, UAH, GEO_AMOUNT (5000), NULL,
      town->now, &hash, actions, NULL);

  g_assert_true (asked);
  letter = forget (town, &hash);
  /* The line in force in the end is not the one that was the answer. */
  hear_line (town, waiting, 5000, 1);
  hear_line (town, waiting, 1000, 2);
  g_assert_cmpint (geo_party_get_line (town->party, &town->people[CARL].pid,
                                       &town->people[ME].pid, UAH)
                       ->seq,
                   ==, 2);
  /* On disk it came after both: nothing answers it. */
  g_assert_cmpint (learn (town, letter, GEO_REQUEST_OPEN, nothing, &hash), ==,
                   GEO_REQUEST_OPEN);
  /* It is known, and open: the disk knows more. */
  g_assert_cmpint (learn (town, letter, GEO_REQUEST_OPEN, waiting, &hash), ==,
                   GEO_REQUEST_DONE);
  g_assert_cmpint (learn (town, letter, GEO_REQUEST_OPEN, nothing, &hash), ==,
                   GEO_REQUEST_DONE);
}

/* The record of a letter of ours says who its reader is. */
static void
test_learnt_reader (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (GPtrArray) actions = geo_actions_new ();
  g_autoptr (GeoRecordBody) body = geo_record_body_new ();
  const GeoPid *dora = &town->people[DORA].pid;

  body->letter = geo_letter_new ();
  body->letter->person = geo_participant_copy (town->people[ME].participant);
  body->person = geo_participant_copy (town->people[DORA].participant);
  g_assert_null (geo_party_get_person (town->party, dora));
  geo_party_learn_stored (town->party, body, actions);
  g_assert_nonnull (geo_party_get_person (town->party, dora));
}

/* What a copy brings while there is a connection does not wait for the next. */
static void
test_learnt_outgoing (Pair *pair, gconstpointer data) {
  g_autoptr (GPtrArray) actions = geo_actions_new ();
  const GeoAction *record;
  guint n_sent = 0;
  GeoHash hash;

  g_assert_true (ask (pair, ANNA, "r-1", 100, TRUE, 0, &hash));
  record = g_ptr_array_index (pair->records[ANNA], 0);
  g_assert_true (record->record->has_to);
  g_assert_cmpuint (pair->parties[ANNA]->outbox->len, ==, 0);
  geo_party_learn_stored (pair->parties[ANNA], record->record, actions);
  for (guint i = 0; i < actions->len; i++) {
    const GeoAction *action = g_ptr_array_index (actions, i);

    n_sent += action->kind == GEO_ACTION_SEND &&
              action->message->type == GEO_MESSAGE_LETTER_SEND;
  }
  g_assert_cmpuint (n_sent, ==, 1);
}

static void
test_learnt_paid (void) {
  g_autoptr (Town) town = town_new ();
  g_autoptr (GPtrArray) waiting = g_ptr_array_new_with_free_func (free_body);
  g_autoptr (Deal) deal = NULL;
  g_autoptr (GeoLetter) letter = NULL;
  g_autoptr (GeoLetter) other = NULL;
  g_autofree gchar *again = NULL;
  GeoProvenEntry *entry;
  GeoHash once, unpaid;

  make (town, "once", NULL, 1000, TRUE, 0, &once);
  make (town, "unpaid", NULL, 1000, TRUE, 0, &unpaid);
  deal = deal_to_me (town, "p-1", 1000);
  deal->order->has_invoice = TRUE;
  deal->order->invoice = once;
  deal_sign (town, deal, CARL);
  letter = forget (town, &once);
  other = forget (town, &unpaid);
  entry = town_entry_of_deal (town, deal);
  add_waiting (waiting, entry);
  town_receive (town, town_commit (entry));
  g_assert_cmpint (learn (town, letter, GEO_REQUEST_OPEN, waiting, &once), ==,
                   GEO_REQUEST_DONE);
  g_assert_cmpint (learn (town, other, GEO_REQUEST_OPEN, waiting, &unpaid), ==,
                   GEO_REQUEST_OPEN);
  /* P8: it is not paid once more before the next start, either. */
  again = word_to (town, "p-2", &once, 1000);
  g_assert_cmpstr (again, ==, GEO_REASON_INVOICE_CLOSED);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) \
  g_test_add ("/party/letters/" name, Pair, NULL, set_up, func, tear_down)
  ADD ("asked", test_asked);
  ADD ("withdrawn", test_withdrawn);
  ADD ("away", test_away);
  ADD ("unwanted", test_unwanted);
  ADD ("flood", test_flood);
  ADD ("trust", test_trust);
  ADD ("trust-is-there", test_trust_is_there);
  ADD ("checkpoint", test_checkpoint);
  ADD ("payer", test_payer);
  ADD ("invited", test_invited);
  ADD ("invited-more", test_invited_more);
  ADD ("invited-wrongly", test_invited_wrongly);
  ADD ("invite-refused", test_invite_refused);
  ADD ("link", test_link);
  ADD ("not-for-anybody", test_not_for_anybody);
  ADD ("learnt-outgoing", test_learnt_outgoing);
#undef ADD
  g_test_add_func ("/party/letters/paid-for", test_paid_for);
  g_test_add_func ("/party/letters/paid-once", test_paid_once);
  g_test_add_func ("/party/letters/learnt-line", test_learnt_line);
  g_test_add_func ("/party/letters/learnt-reader", test_learnt_reader);
  g_test_add_func ("/party/letters/learnt-paid", test_learnt_paid);
  return g_test_run ();
}
