/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Requests when the disk takes nothing, at every step of their life: what was
 * not stored was not said, and is said once there is room.  And letters that
 * are none: read, dropped, and nobody is bothered.
 */
#include "node-test.h"

#include <string.h>

#include "core/geo-letter.h"
#include "node/geo-node-invitations.h"
#include "node/geo-node-requests.h"

static guint
count_requests (GeoNode *node) {
  return g_list_model_get_n_items (geo_node_get_requests (node));
}

static gboolean
is_there (GeoNode *node, const gchar *key, GeoRequestState state) {
  GeoRequestItem *item = geo_node_find_request (node, key);

  return item != NULL && geo_request_item_get_state (item) == state;
}

/* --- A full disk -----------------------------------------------------------
 */

/* What somebody does; key: of the request that it is about, or NULL. */
typedef void (*Start) (TownPair *f, const gchar *key, GAsyncResult **result);

static void
ask_ivan (TownPair *f, const gchar *key, GAsyncResult **result) {
  const GeoAmount amount = GEO_AMOUNT (250);

  geo_node_request_async (f->olena, &f->ivan_pid, "UAH", &amount, "Two loaves",
                          0, FALSE, NULL, keep_result_cb, result);
}

static void
ask_anybody (TownPair *f, const gchar *key, GAsyncResult **result) {
  const GeoAmount amount = GEO_AMOUNT (300);

  geo_node_request_async (f->olena, NULL, "UAH", &amount, NULL, 0, TRUE, NULL,
                          keep_result_cb, result);
}

static void
ask_for_trust (TownPair *f, const gchar *key, GAsyncResult **result) {
  geo_node_ask_trust_async (f->ivan, &f->olena_pid, "UAH", GEO_AMOUNT (20000),
                            NULL, NULL, keep_result_cb, result);
}

static void
propose (TownPair *f, const gchar *key, GAsyncResult **result) {
  geo_node_propose_checkpoint_async (f->olena, &f->ivan_pid, "UAH", NULL,
                                     keep_result_cb, result);
}

static void
invite (TownPair *f, const gchar *key, GAsyncResult **result) {
  geo_node_invite_async (f->olena, "Petro", "UAH", GEO_AMOUNT (500), NULL, 0,
                         NULL, keep_result_cb, result);
}

static void
take_link (TownPair *f, const gchar *key, GAsyncResult **result) {
  GeoRequestItem *item = geo_node_find_request (f->olena, key);

  geo_node_take_link_async (f->ivan, geo_request_item_get_link (item), NULL,
                            keep_result_cb, result);
}

static void
agree (TownPair *f, const gchar *key, GAsyncResult **result) {
  geo_node_respond_async (f->ivan, key, GEO_VERDICT_AGREED, NULL,
                          keep_result_cb, result);
}

static void
decline (TownPair *f, const gchar *key, GAsyncResult **result) {
  geo_node_respond_async (f->ivan, key, GEO_VERDICT_DECLINED, NULL,
                          keep_result_cb, result);
}

static void
withdraw (TownPair *f, const gchar *key, GAsyncResult **result) {
  geo_node_respond_async (f->olena, key, GEO_VERDICT_WITHDRAWN, NULL,
                          keep_result_cb, result);
}

/* There is room again, and everybody is back. */
static void
recover (TownPair *f) {
  empty_disk ();
  geo_node_hurry (f->olena);
  geo_node_hurry (f->ivan);
  wait_connected (f->olena);
  wait_connected (f->ivan);
}

static gboolean
nothing_waits (GeoNode *node) {
  GListModel *all = geo_node_get_requests (node);

  for (guint i = 0; i < g_list_model_get_n_items (all); i++) {
    g_autoptr (GeoRequestItem) item = g_list_model_get_item (all, i);

    if (geo_request_item_get_waits (item))
      return FALSE;
  }
  return TRUE;
}

/* Every letter was read, and its writer knows that the hub has it. */
static void
settle (TownPair *f) {
  wait_until (fake_hub_count (f->base.hub, GEO_MESSAGE_LETTER_READ) >=
                  fake_hub_count (f->base.hub, GEO_MESSAGE_LETTER_SEND) &&
              nothing_waits (f->olena) && nothing_waits (f->ivan));
}

/* P1: on a full disk it fails, nothing is sent, and nothing is there; with room
 * it works.  Answers its key. */
static gchar *
fails_and_works (TownPair *f, Start start, const gchar *key) {
  g_autoptr (GAsyncResult) failed = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GeoRequestItem) item = NULL;
  g_autoptr (GError) error = NULL;
  GeoNode *node;
  guint at_olena;
  guint at_ivan;

  settle (f);
  at_olena = count_requests (f->olena);
  at_ivan = count_requests (f->ivan);
  fill_disk ();
  start (f, key, &failed);
  wait_until (failed != NULL);
  empty_disk ();
  node = GEO_NODE (g_async_result_get_source_object (failed));
  g_assert_null (geo_node_request_finish (node, failed, &error));
  g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_STORAGE);
  g_assert_cmpuint (strlen (error->message), >, 10);
  g_clear_error (&error);
  g_assert_cmpint (geo_node_get_connection (node), ==, GEO_CONNECTION_OFFLINE);
  recover (f);
  settle (f);
  g_assert_cmpuint (count_requests (f->olena), ==, at_olena);
  g_assert_cmpuint (count_requests (f->ivan), ==, at_ivan);
  if (key != NULL) {
    g_assert_true (is_there (f->olena, key, GEO_REQUEST_OPEN));
    g_assert_true (geo_node_find_request (f->ivan, key) == NULL ||
                   is_there (f->ivan, key, GEO_REQUEST_OPEN));
  }

  start (f, key, &result);
  wait_until (result != NULL);
  item = geo_node_request_finish (node, result, &error);
  g_assert_no_error (error);
  g_object_unref (node);
  return g_strdup (geo_request_item_get_key (item));
}

static void
test_asking (TownPair *f, gconstpointer data) {
  g_autofree gchar *asked = fails_and_works (f, ask_ivan, NULL);
  g_autofree gchar *link = NULL;
  g_autofree gchar *taken = NULL;
  g_autofree gchar *trust_key = NULL;
  g_autofree gchar *invitation = NULL;

  wait_until (is_there (f->ivan, asked, GEO_REQUEST_OPEN));
  link = fails_and_works (f, ask_anybody, NULL);
  taken = fails_and_works (f, take_link, link);
  g_assert_cmpstr (taken, ==, link);
  trust_key = fails_and_works (f, ask_for_trust, NULL);
  wait_until (is_there (f->olena, trust_key, GEO_REQUEST_OPEN));
  invitation = fails_and_works (f, invite, NULL);
  g_assert_true (is_there (f->olena, invitation, GEO_REQUEST_OPEN));
  verify (f->olena);
  verify (f->ivan);
}

static void
test_answering (TownPair *f, gconstpointer data) {
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GeoRequestItem) item = NULL;
  g_autofree gchar *first = fails_and_works (f, ask_ivan, NULL);
  g_autofree gchar *second = NULL;
  g_autofree gchar *checkpoint = NULL;
  g_autofree gchar *answered = NULL;
  GeoPayment *payment = pay (f->ivan, f->olena, 500, NULL);

  wait_until (is_over (payment));
  wait_until (balance_with (f->olena, f->ivan).minor == 500);
  wait_until (is_there (f->ivan, first, GEO_REQUEST_OPEN));
  answered = fails_and_works (f, decline, first);
  g_assert_cmpstr (answered, ==, first);
  wait_until (is_there (f->olena, first, GEO_REQUEST_DECLINED));

  ask_ivan (f, NULL, &result);
  wait_until (result != NULL);
  item = geo_node_request_finish (f->olena, result, NULL);
  second = g_strdup (geo_request_item_get_key (item));
  wait_until (is_there (f->ivan, second, GEO_REQUEST_OPEN));
  g_free (fails_and_works (f, withdraw, second));
  wait_until (is_there (f->ivan, second, GEO_REQUEST_WITHDRAWN));

  checkpoint = fails_and_works (f, propose, NULL);
  wait_until (is_there (f->ivan, checkpoint, GEO_REQUEST_OPEN));
  g_free (fails_and_works (f, agree, checkpoint));
  wait_until (is_there (f->olena, checkpoint, GEO_REQUEST_DONE));
  verify (f->olena);
  verify (f->ivan);
}

/* A payment of a request that could not be stored was never ordered. */
static void
test_paying (TownPair *f, gconstpointer data) {
  g_autofree gchar *key = fails_and_works (f, ask_ivan, NULL);
  g_autoptr (GError) error = NULL;
  GeoPayment *payment;

  wait_until (is_there (f->ivan, key, GEO_REQUEST_OPEN));
  fill_disk ();
  payment = geo_node_pay_request (f->ivan, NULL, key, NULL, NULL, &error);
  g_assert_no_error (error);
  wait_until (geo_payment_get_state (payment) == GEO_STATE_NOT_PAID);
  recover (f);
  g_assert_cmpuint (fake_hub_count (f->base.hub, GEO_MESSAGE_PAYMENT_REQUEST),
                    ==, 0);
  g_assert_true (is_there (f->ivan, key, GEO_REQUEST_OPEN));
  payment = geo_node_pay_request (f->ivan, NULL, key, NULL, NULL, &error);
  g_assert_no_error (error);
  wait_until (geo_payment_get_state (payment) == GEO_STATE_PAID);
  wait_until (is_there (f->ivan, key, GEO_REQUEST_DONE));
  wait_until (is_there (f->olena, key, GEO_REQUEST_DONE));
  verify (f->olena);
  verify (f->ivan);
}

/* What comes while the disk is full is not read: it comes again.  Nor is it
 * known to whoever sent it that the hub has it: it is sent again, and is there
 * once. */
static void
test_coming (TownPair *f, gconstpointer data) {
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GeoRequestItem) item = NULL;
  guint read = fake_hub_count (f->base.hub, GEO_MESSAGE_LETTER_READ);
  const gchar *key;

  fake_hub_ignore (f->base.hub, GEO_MESSAGE_LETTER_SEND);
  ask_ivan (f, NULL, &result);
  wait_until (result != NULL);
  item = geo_node_request_finish (f->olena, result, NULL);
  key = geo_request_item_get_key (item);
  wait_until (fake_hub_count (f->base.hub, GEO_MESSAGE_LETTER_SEND) == 1);

  /* It is sent again at the next sign-in. */
  fake_hub_go (f->base.hub);
  wait_until (geo_node_get_connection (f->olena) != GEO_CONNECTION_HUB &&
              geo_node_get_connection (f->ivan) != GEO_CONNECTION_HUB);
  fake_hub_ignore (f->base.hub, 0);
  fake_hub_come_back (f->base.hub);
  geo_node_hurry (f->ivan);
  wait_connected (f->ivan);
  fill_disk ();
  geo_node_hurry (f->olena);
  wait_until (fake_hub_count (f->base.hub, GEO_MESSAGE_LETTER_SEND) == 2);
  wait_until (geo_node_get_connection (f->ivan) == GEO_CONNECTION_OFFLINE);
  wait_until (geo_node_get_connection (f->olena) == GEO_CONNECTION_OFFLINE);
  g_assert_cmpuint (fake_hub_count (f->base.hub, GEO_MESSAGE_LETTER_READ), ==,
                    read);
  g_assert_null (geo_node_find_request (f->ivan, key));
  g_assert_true (
      geo_request_item_get_waits (geo_node_find_request (f->olena, key)));

  recover (f);
  wait_until (is_there (f->ivan, key, GEO_REQUEST_OPEN));
  wait_until (
      !geo_request_item_get_waits (geo_node_find_request (f->olena, key)));
  g_assert_cmpuint (count_requests (f->ivan), ==, 1);
  verify (f->olena);
  verify (f->ivan);
}

static void
test_blocking (TownPair *f, gconstpointer data) {
  for (guint i = 0; i < 2; i++) {
    gboolean blocked = i == 0;
    g_autoptr (GAsyncResult) failed = NULL;
    g_autoptr (GAsyncResult) result = NULL;
    g_autoptr (GError) error = NULL;

    fill_disk ();
    geo_node_set_blocked_async (f->ivan, &f->olena_pid, blocked, NULL,
                                keep_result_cb, &failed);
    wait_until (failed != NULL);
    empty_disk ();
    g_assert_false (geo_node_set_blocked_finish (f->ivan, failed, &error));
    g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_STORAGE);
    g_clear_error (&error);
    recover (f);
    g_assert_cmpint (geo_node_is_blocked (f->ivan, &f->olena_pid), ==,
                     !blocked);
    geo_node_set_blocked_async (f->ivan, &f->olena_pid, blocked, NULL,
                                keep_result_cb, &result);
    wait_until (result != NULL);
    g_assert_true (geo_node_set_blocked_finish (f->ivan, result, &error));
    g_assert_no_error (error);
    g_assert_cmpint (geo_node_is_blocked (f->ivan, &f->olena_pid), ==, blocked);
  }
  verify (f->ivan);
}

/* --- Letters that are none -------------------------------------------------
 */

/* Somebody with a key, and what is wrong with the letter they write. */
typedef struct {
  TownPair *pair;
  GeoSecret *secret;
  GeoPid pid;
  GeoPublicKey reader;
  guint letters;
} Mallory;

static void
mallory_init (Mallory *mallory, TownPair *f) {
  guint8 seed[GEO_SEED_LEN];

  memset (seed, 77, sizeof seed);
  mallory->pair = f;
  mallory->letters = 0;
  mallory->secret = geo_secret_new_from_seed (seed);
  geo_secret_get_pid (mallory->secret, &mallory->pid);
  mallory->reader = fake_hub_get_participant (f->base.hub, &f->ivan_pid)->key;
}

static GeoParticipant *
introduce (const Mallory *mallory) {
  GeoParticipant *person = geo_participant_new ();

  person->community = *fake_hub_get_pid (mallory->pair->base.hub);
  person->pid = mallory->pid;
  person->name = g_strdup ("Mallory");
  person->kind = GEO_PARTICIPANT_KIND_PERSON;
  geo_secret_get_public (mallory->secret, &person->key);
  person->seq = 1;
  person->at = g_get_real_time () / 1000;
  geo_participant_sign (person, mallory->secret);
  return person;
}

/* A letter that holds: Ivan is asked to pay 1.00. */
static GeoLetter *
write_letter (Mallory *mallory) {
  GeoLetter *letter = geo_letter_new ();
  GeoInvoice *invoice = letter->invoice = geo_invoice_new ();

  letter->person = introduce (mallory);
  invoice->community = *fake_hub_get_pid (mallory->pair->base.hub);
  invoice->invoice_id = g_strdup_printf ("invoice-%u", ++mallory->letters);
  invoice->to = mallory->pid;
  invoice->has_from = TRUE;
  invoice->from = mallory->pair->ivan_pid;
  invoice->equivalent = g_strdup ("UAH");
  invoice->has_amount = TRUE;
  invoice->amount = geo_decimal (GEO_AMOUNT (100), 2);
  invoice->memo = g_strdup ("Two loaves");
  invoice->single_use = TRUE;
  invoice->created_at = g_get_real_time () / 1000;
  geo_invoice_sign (invoice, mallory->secret);
  return letter;
}

static GeoTrustRequest *
write_trust_request (Mallory *mallory) {
  GeoTrustRequest *request = geo_trust_request_new ();

  request->community = *fake_hub_get_pid (mallory->pair->base.hub);
  request->request_id = g_strdup_printf ("trust-%u", ++mallory->letters);
  request->from = mallory->pid;
  request->to = mallory->pair->ivan_pid;
  request->equivalent = g_strdup ("UAH");
  request->limit = geo_decimal (GEO_AMOUNT (100), 2);
  request->created_at = g_get_real_time () / 1000;
  geo_trust_request_sign (request, mallory->secret);
  return request;
}

static void
say_two_things (Mallory *mallory, GeoLetter *letter) {
  letter->trust_request = write_trust_request (mallory);
}

static void
say_nothing (Mallory *mallory, GeoLetter *letter) {
  g_clear_pointer (&letter->invoice, geo_invoice_free);
}

/* A word to what nobody asked. */
static void
answer_nothing (Mallory *mallory, GeoLetter *letter) {
  GeoResponse *response = geo_response_new ();

  geo_invoice_hash (letter->invoice, &response->subject);
  g_clear_pointer (&letter->invoice, geo_invoice_free);
  response->community = *fake_hub_get_pid (mallory->pair->base.hub);
  response->participant = mallory->pid;
  response->verdict = GEO_VERDICT_DECLINED;
  response->at = g_get_real_time () / 1000;
  geo_response_sign (response, mallory->secret);
  g_ptr_array_add (letter->responses, response);
}

static void
be_from_elsewhere (Mallory *mallory, GeoLetter *letter) {
  letter->person->community = mallory->pid;
  geo_participant_sign (letter->person, mallory->secret);
}

static void
be_somebody_else (Mallory *mallory, GeoLetter *letter) {
  geo_participant_free (letter->person);
  letter->person = geo_participant_copy (fake_hub_get_participant (
      mallory->pair->base.hub, &mallory->pair->olena_pid));
}

static void
ask_for_olena (Mallory *mallory, GeoLetter *letter) {
  letter->invoice->to = mallory->pair->olena_pid;
  geo_invoice_sign (letter->invoice, mallory->secret);
}

static void
ask_somebody_else (Mallory *mallory, GeoLetter *letter) {
  letter->invoice->from = mallory->pair->olena_pid;
  geo_invoice_sign (letter->invoice, mallory->secret);
}

static void
ask_elsewhere (Mallory *mallory, GeoLetter *letter) {
  letter->invoice->community = mallory->pid;
  geo_invoice_sign (letter->invoice, mallory->secret);
}

static void
ask_too_late (Mallory *mallory, GeoLetter *letter) {
  letter->invoice->has_expires_at = TRUE;
  letter->invoice->expires_at = letter->invoice->created_at - 1;
  geo_invoice_sign (letter->invoice, mallory->secret);
}

static void
ask_unknown (Mallory *mallory, GeoLetter *letter) {
  g_free (letter->invoice->equivalent);
  letter->invoice->equivalent = g_strdup ("XYZ");
  geo_invoice_sign (letter->invoice, mallory->secret);
}

static void
ask_finely (Mallory *mallory, GeoLetter *letter) {
  letter->invoice->amount = geo_decimal (GEO_AMOUNT (1000), 3);
  geo_invoice_sign (letter->invoice, mallory->secret);
}

static void
ask_unsigned (Mallory *mallory, GeoLetter *letter) {
  letter->invoice->amount = geo_decimal (GEO_AMOUNT (200), 2);
}

/* Read and dropped: nobody is told, nothing is stored, and the hub is the
 * same. */
static void
expect_dropped (Mallory *mallory, const GeoPid *from, GBytes *sealed) {
  TownPair *f = mallory->pair;
  guint read = fake_hub_count (f->base.hub, GEO_MESSAGE_LETTER_READ);

  fake_hub_pass_on (f->base.hub, from, &f->ivan_pid, sealed);
  wait_until (fake_hub_count (f->base.hub, GEO_MESSAGE_LETTER_READ) > read);
  g_assert_cmpuint (count_requests (f->ivan), ==, 0);
  g_assert_cmpint (geo_node_get_connection (f->ivan), ==, GEO_CONNECTION_HUB);
}

static void
drop_text (Mallory *mallory, const gchar *text) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) sealed = geo_seal_letter (&mallory->reader, text, &error);

  g_assert_no_error (error);
  expect_dropped (mallory, &mallory->pid, sealed);
}

static void
test_wrong_letters (TownPair *f, gconstpointer data) {
  static void (*const wrong[]) (Mallory *, GeoLetter *) = {
    say_two_things, say_nothing,       answer_nothing, be_from_elsewhere,
    ask_for_olena,  ask_somebody_else, ask_elsewhere,  ask_too_late,
    ask_unknown,    ask_finely,        ask_unsigned,   be_somebody_else,
  };
  gint64 records = verify (f->ivan);
  Mallory mallory;

  mallory_init (&mallory, f);
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_autoptr (GeoLetter) letter = write_letter (&mallory);
    g_autofree gchar *text = NULL;

    wrong[i](&mallory, letter);
    text = geo_letter_to_text (letter, NULL);
    drop_text (&mallory, text);
  }
  g_assert_cmpint (verify (f->ivan), ==, records);
  geo_secret_unref (mallory.secret);
}

static void
test_wrong_texts (TownPair *f, gconstpointer data) {
  static const struct {
    const gchar *from;
    const gchar *to;
  } changes[] = {
    { "\"UAH\"", "\"uah\"" },
    { "\"UAH\"", "1" },
    { "\"UAH\"", "null" },
    { "\"1.00\"", "1.00" },
    { "\"1.00\"", "\"-1.00\"" },
    { "\"1.00\"", "\"1e2\"" },
    { "\"1.00\"", "\"9999999999999999.00\"" },
    { "\"Two loaves\"", "\"Two\\u0000loaves\"" },
    { "\"Two loaves\"", "\"\\ud800\"" },
    { "\"single_use\":true", "\"single_use\":1" },
    { "\"single_use\":true", "\"single_use\":true,\"single_use\":true" },
    { "\"single_use\":true", "\"single_use\":true,\"unknown\":true" },
    { "\"v\":1", "\"v\":2" },
    { "\"responses\":[]", "\"responses\":{}" },
    { "\"alg\":\"ed25519\"", "\"alg\":\"none\"" },
  };
  static const gchar *const texts[] = {
    "",  "{}",   "[]",         "null",    "0",     "{\"person\":{}}",
    "{", "\"\"", "{\"a\":1}x", "\\u0000", "[[[[[", "{\"person\":null}",
  };
  g_autoptr (GString) deep = g_string_new (NULL);
  g_autoptr (GeoLetter) letter = NULL;
  g_autofree gchar *good = NULL;
  g_autofree gchar *half = NULL;
  g_autoptr (GBytes) sealed = NULL;
  g_autoptr (GBytes) cut = NULL;
  g_autoptr (GBytes) to_olena = NULL;
  g_autoptr (GBytes) noise = g_bytes_new_static ("no letter at all", 16);
  gint64 records = verify (f->ivan);
  Mallory mallory;

  mallory_init (&mallory, f);
  letter = write_letter (&mallory);
  good = geo_letter_to_text (letter, NULL);
  half = g_strndup (good, strlen (good) / 2);
  for (gsize i = 0; i < G_N_ELEMENTS (changes); i++) {
    g_autoptr (GString) text = g_string_new (good);

    g_assert_cmpuint (
        g_string_replace (text, changes[i].from, changes[i].to, 1), ==, 1);
    drop_text (&mallory, text->str);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    drop_text (&mallory, texts[i]);
  drop_text (&mallory, half);
  for (guint i = 0; i < 1000; i++)
    g_string_append (deep, "[");
  drop_text (&mallory, deep->str);

  /* Not sealed, not to him, not whole, and as if somebody else had sent it. */
  expect_dropped (&mallory, &mallory.pid, noise);
  to_olena = geo_seal_letter (
      &fake_hub_get_participant (f->base.hub, &f->olena_pid)->key, good, NULL);
  expect_dropped (&mallory, &mallory.pid, to_olena);
  sealed = geo_seal_letter (&mallory.reader, good, NULL);
  cut = g_bytes_new_from_bytes (sealed, 0, g_bytes_get_size (sealed) - 1);
  expect_dropped (&mallory, &mallory.pid, cut);
  expect_dropped (&mallory, &f->olena_pid, sealed);
  g_assert_cmpint (verify (f->ivan), ==, records);

  /* As it was written it holds. */
  fake_hub_pass_on (f->base.hub, &mallory.pid, &f->ivan_pid, sealed);
  wait_until (
      is_there (f->ivan, letter->invoice->invoice_id, GEO_REQUEST_OPEN));
  g_assert_cmpint (verify (f->ivan), >, records);
  geo_secret_unref (mallory.secret);
}

#define ADD(path, func) \
  g_test_add (path, TownPair, NULL, town_pair_set_up, func, town_pair_tear_down)

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  ADD ("/node-letters/asking", test_asking);
  ADD ("/node-letters/answering", test_answering);
  ADD ("/node-letters/paying", test_paying);
  ADD ("/node-letters/coming", test_coming);
  ADD ("/node-letters/blocking", test_blocking);
  ADD ("/node-letters/wrong-letters", test_wrong_letters);
  ADD ("/node-letters/wrong-texts", test_wrong_texts);
  return g_test_run ();
}
