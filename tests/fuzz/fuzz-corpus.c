/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Writes messages, objects, receipts and registrations as they really are, for
 * the corpora: fuzz-corpus FOLDER.  Keys are fixed, so it writes the same every
 * time.  What can be typed by hand is not made here.
 */
#include "party-town.h"
#include "store-sample.h"

#include "core/geo-json.h"
#include "node/geo-keyfile-private.h"

static const gchar *top;

static void
put (const gchar *target, const gchar *name, gconstpointer data, gsize len) {
  g_autofree gchar *folder = g_build_filename (top, target, NULL);
  g_autofree gchar *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;

  g_mkdir_with_parents (folder, 0755);
  g_file_set_contents (path, data, (gssize) len, &error);
  g_assert_no_error (error);
}

/* Takes the message. */
static void
put_message (GeoMessage *message) {
  const gchar *type = geo_message_type_to_string (message->type);
  g_autofree gchar *name = g_ascii_strdown (type, -1);
  g_autofree gchar *text = NULL;
  gsize len;

  if (*message->msg_id == '\0')
    geo_message_set_id (message, "m1");
  text = geo_message_encode (message, &len);
  put ("messages", name, text, len);
  geo_message_free (message);
}

/* which: the place of the type in fuzz-objects.c.  Takes text. */
static void
put_object (gchar which, const gchar *name, gchar *text) {
  g_autoptr (GString) data = g_string_new (NULL);

  g_string_append_c (data, which);
  g_string_append (data, text);
  put ("objects", name, data->str, data->len);
  g_free (text);
}

/* --- Messages ------------------------------------------------------------- */

static void
put_greetings (Town *town) {
  GeoMessage *message = geo_message_new (GEO_MESSAGE_HELLO, "h1");
  GeoLogin *login = geo_login_new ();

  message->u.hello->pid = town->people[ME].pid;
  message->u.hello->client = g_strdup ("geo-wallet 0.1.0");
  message->u.hello->v = 1;
  put_message (message);

  message = geo_message_new (GEO_MESSAGE_CHALLENGE, "h1");
  message->u.challenge->challenge =
      g_strdup ("abcdefghijklmnopqrstuvwxyz0123456789-_ABCDE");
  message->u.challenge->community = geo_community_copy (town->community);
  message->u.challenge->time = town->now;
  put_message (message);

  login->community = town->community->community;
  login->pid = town->people[ME].pid;
  login->challenge = g_strdup ("abcdefghijklmnopqrstuvwxyz0123456789-_ABCDE");
  geo_login_sign (login, town->people[ME].secret);
  put_object (3, "login", geo_login_to_text (login, NULL));
  message = geo_message_new (GEO_MESSAGE_AUTH, "a1");
  message->u.auth->login = login;
  message->u.auth->participant = town_participant (town, ME, 1);
  message->u.auth->code = g_strdup ("spring-2026");
  put_message (message);

  message = geo_message_new (GEO_MESSAGE_WELCOME, "a1");
  message->u.welcome->self = town_participant (town, ME, 1);
  message->u.welcome->time = town->now;
  put_message (message);
}

static void
put_questions (Town *town) {
  GeoMessage *message = geo_message_new (GEO_MESSAGE_PEOPLE_QUERY, "p1");
  GeoLimitHint *hint = geo_limit_hint_new ();

  g_array_append_val (message->u.people_query->pids, town->people[ANNA].pid);
  message->u.people_query->text = g_strdup ("Ann");
  put_message (message);

  message = geo_message_new (GEO_MESSAGE_PEOPLE_RESULT, "p1");
  g_ptr_array_add (message->u.people_result->items,
                   town_participant (town, ANNA, 1));
  put_message (message);

  message = geo_message_new (GEO_MESSAGE_PAYMENT_QUOTE, "q1");
  message->u.payment_quote->to = town->people[BOB].pid;
  message->u.payment_quote->equivalent = g_strdup ("UAH");
  message->u.payment_quote->has_amount = TRUE;
  message->u.payment_quote->amount = geo_decimal (GEO_AMOUNT (1050), 2);
  message->u.payment_quote->constraints = geo_constraints_new ();
  message->u.payment_quote->constraints->max_hops = 6;
  message->u.payment_quote->constraints->max_routes = 3;
  put_message (message);

  hint->neighbour = town->people[BOB].pid;
  hint->available = geo_decimal (GEO_AMOUNT (300), 2);
  put_object (19, "limit-hint", geo_limit_hint_to_text (hint, NULL));
  message = geo_message_new (GEO_MESSAGE_PAYMENT_QUOTE_RESULT, "q1");
  message->u.payment_quote_result->to = town->people[BOB].pid;
  message->u.payment_quote_result->equivalent = g_strdup ("UAH");
  message->u.payment_quote_result->max_amount = geo_decimal (GEO_AMOUNT (300),
                                                             2);
  message->u.payment_quote_result->routes = 1;
  message->u.payment_quote_result->hops = 2;
  g_ptr_array_add (message->u.payment_quote_result->limits, hint);
  put_message (message);

  message = geo_message_new (GEO_MESSAGE_SYNC, "s1");
  message->u.sync->sequence = 3;
  message->u.sync->has_entry_hash = TRUE;
  put_message (message);
  put_message (town_sync_result (3));

  message = geo_message_new (GEO_MESSAGE_RECOVERY_QUERY, "r1");
  message->u.recovery_query->has_order = TRUE;
  put_message (message);

  put_message (geo_message_new (GEO_MESSAGE_PING, "ping"));
  message = geo_message_new (GEO_MESSAGE_PONG, "ping");
  message->u.pong->time = town->now;
  put_message (message);

  message = geo_message_new (GEO_MESSAGE_ERROR, "line-0-1");
  message->u.error->code = GEO_CODE_INVALID;
  message->u.error->reason = g_strdup (GEO_REASON_INVALID);
  message->u.error->message = g_strdup ("No.");
  put_message (message);
}

static void
put_payments (Town *town) {
  g_autoptr (Deal) deal = deal_through_me (town, "tx-1", 1050);
  g_autoptr (GeoTrustLine) line = town_line (town, CARL, ME, 100, 1);
  g_autoptr (GeoPolicy) spare = NULL;
  GeoMessage *message = geo_message_new (GEO_MESSAGE_PAYMENT_REQUEST, "tx-1");
  GeoEntryAck *ack = geo_entry_ack_new ();
  GeoVote *vote = geo_vote_new ();
  GeoHash hash;

  deal_describe (town, deal, "Apples", BOB);
  message->u.payment_request->order = geo_order_copy (deal->order);
  put_message (message);
  message = deal_prepare (town, deal, "prepare");
  put_object (7, "order", geo_order_to_text (deal->order, NULL));
  put_object (9, "contract", geo_contract_to_text (deal->contract, NULL));
  put_object (8, "hop",
              geo_hop_to_text (g_ptr_array_index (deal->hops, 0), NULL));
  put_object (
      13, "proven-hop",
      geo_proven_hop_to_text (
          g_ptr_array_index (message->u.payment_prepare->hops, 0), NULL));
  put_object (6, "constraints",
              geo_constraints_to_text (deal->order->constraints, NULL));
  put_message (message);

  deal_hash (deal, &hash);
  vote->community = town->community->community;
  vote->contract = hash;
  vote->voter = town->people[ME].pid;
  vote->verdict = g_strdup ("accept");
  geo_vote_sign (vote, town->people[ME].secret);
  put_object (10, "vote", geo_vote_to_text (vote, NULL));
  message = geo_message_new (GEO_MESSAGE_PAYMENT_PREPARE_ACK, "prepare");
  message->u.payment_prepare_ack->vote = vote;
  put_message (message);

  message = town_commit (town_entry_of_deal (town, deal));
  put_object (12, "certificate",
              geo_certificate_to_text (
                  message->u.payment_commit->entry->certificate, NULL));
  put_object (
      14, "entry",
      geo_entry_to_text (message->u.payment_commit->entry->entry, NULL));
  put_object (
      15, "proven-entry",
      geo_proven_entry_to_text (message->u.payment_commit->entry, NULL));
  put_message (message);

  message = town_abort (
      town_refusal (town, NULL, &hash, GEO_CODE_LIMIT, "limit_exceeded"));
  put_object (11, "refusal",
              geo_refusal_to_text (message->u.payment_abort->refusal, NULL));
  put_message (message);
  message = geo_message_new (GEO_MESSAGE_RECOVERY_RESPONSE, "r1");
  message->u.recovery_response->entry = town_entry_of_deal (town, deal);
  put_message (message);

  put_object (5, "trust-line", geo_trust_line_to_text (line, NULL));
  put_object (4, "policy", geo_policy_to_text (line->policy, NULL));
  spare = geo_policy_copy (line->policy);
  spare->has_spare_clearing = TRUE;
  spare->spare_clearing = geo_decimal (GEO_AMOUNT (1250), 2);
  put_object (4, "policy-spare", geo_policy_to_text (spare, NULL));
  put_message (town_receipt (town_entry_of_line (town, line)));
  message = geo_message_new (GEO_MESSAGE_TRUST_LINE_CREATE, "line-1");
  message->u.trust_line_create->line = geo_trust_line_copy (line);
  put_message (message);
  message = town_entry (town_entry_of_line (town, line));
  put_object (15, "proven-entry-line",
              geo_proven_entry_to_text (message->u.entry->entry, NULL));
  put_message (message);

  ack->community = town->community->community;
  ack->participant = town->people[ME].pid;
  ack->sequence = 1;
  ack->at = town->now;
  geo_entry_ack_sign (ack, town->people[ME].secret);
  put_object (16, "entry-ack", geo_entry_ack_to_text (ack, NULL));
  message = geo_message_new (GEO_MESSAGE_ENTRY_ACK, "e1");
  message->u.entry_ack->ack = ack;
  put_message (message);
}

static void
put_people (Town *town) {
  put_object (0, "equivalent",
              geo_equivalent_to_text (
                  g_ptr_array_index (town->community->equivalents, 0), NULL));
  put_object (1, "community", geo_community_to_text (town->community, NULL));
  put_object (2, "participant",
              geo_participant_to_text (town->people[ANNA].participant, NULL));
}

/* --- What is on disk ------------------------------------------------------ */

static void
put_receipts (void) {
  g_autoptr (Sample) sample = sample_new (3);
  g_autofree gchar *folder = sample_folder_new ();
  g_autofree gchar *path = g_build_filename (folder, "journal.db", NULL);
  g_autoptr (GeoJournal) journal = geo_journal_open (path, FALSE, NULL);
  guint n = 0;

  sample_fill_journal (sample, journal);
  for (gint64 i = 1; i <= geo_journal_count_records (journal, NULL); i++) {
    g_autofree gchar *name = g_strdup_printf ("record-%u", (guint) i);
    g_autoptr (GeoRecord) record = NULL;
    g_autofree gchar *body = NULL;
    g_autofree gchar *receipt = NULL;
    g_autofree gchar *community = geo_community_to_text (sample->community,
                                                         NULL);
    g_autofree gchar *self = geo_participant_to_text (sample->people[0].person,
                                                      NULL);
    g_autofree gchar *text = NULL;

    g_assert_true (geo_journal_get_record (journal, i, &record, &body, NULL));
    text = geo_record_to_text (record, NULL);
    if (i == 1)
      put_object (17, "record", g_strdup (text));
    put_object (18, name, g_strdup (body));
    receipt = g_strdup_printf ("{\"body\":%s,\"community\":%s,"
                               "\"kind\":\"geo-receipt\","
                               "\"record\":%s,\"self\":%s,\"v\":1}",
                               body, community, text, self);
    name = (g_free (name), g_strdup_printf ("receipt-%u", n++));
    put ("receipt", name, receipt, strlen (receipt));
  }
  geo_journal_close (g_steal_pointer (&journal));
  sample_folder_remove (folder);
}

static void
put_key (void) {
  g_autofree gchar *folder = sample_folder_new ();
  g_autofree gchar *path = g_build_filename (folder, "identity.key", NULL);
  g_autofree gchar *text = NULL;
  const guint8 entropy[GEO_WORDS_ENTROPY_LEN] = { 7 };
  gsize len;

  g_assert_true (geo_keyfile_write_with_limits (path, entropy, "passphrase", 1,
                                                8192, NULL));
  g_assert_true (g_file_get_contents (path, &text, &len, NULL));
  put ("profile", "key", text, len);
  sample_folder_remove (folder);
}

int
main (int argc, char **argv) {
  g_autoptr (Town) town = NULL;

  if (argc != 2) {
    g_printerr ("usage: fuzz-corpus FOLDER\n");
    return 2;
  }
  top = argv[1];
  town = town_new ();
  put_people (town);
  put_greetings (town);
  put_questions (town);
  put_payments (town);
  put_receipts ();
  put_key ();
  return 0;
}
