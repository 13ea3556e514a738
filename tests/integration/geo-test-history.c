/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * geo-test-history: makes the folder of a hub in which somebody has many
 * entries already, with the hub's own engine and nobody connected.
 *
 *   geo-test-history FOLDER N WORDS…
 *
 * WORDS are the twelve of whom they are for.  N payments between them and a few
 * neighbours follow the trust lines, to them and by them in turn, each with a
 * text.  FOLDER/hub.conf is written as well; geo-hub can be started on it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/geo-words.h"
#include "hub/geo-engine.h"
#include "hub/geo-hub-community.h"

#define NEIGHBOURS 8
#define WAITING_MAX 512
#define LIMIT G_GINT64_CONSTANT (100000000)
#define ORDER_MS 600000

static const gchar config_text[] = "[community]\n"
                                   "name=History\n"
                                   "equivalents=UAH:2:fiat\n"
                                   "[joining]\n"
                                   "open=true\n"
                                   "[limits]\n"
                                   "messages_per_second=1000000\n";

/* The one they are for is number 0. */
typedef struct {
  GeoEngine *engine;
  GeoCommunity *community;
  GeoSecret *secrets[NEIGHBOURS + 1];
  GeoPid pids[NEIGHBOURS + 1];
} History;

static GeoTime
now_ms (void) {
  return g_get_real_time () / 1000;
}

static void
check (const GError *error) {
  if (error != NULL)
    g_error ("%s", error->message);
}

static void
send_cb (const GeoPid *to, GeoMessage *message, gpointer user_data) {
  if (message->type == GEO_MESSAGE_PAYMENT_ABORT ||
      message->type == GEO_MESSAGE_ERROR) {
    g_autofree gchar *text = geo_message_encode (message, NULL);

    g_error ("the engine says %s", text);
  }
}

static void
failed_cb (const GError *error, gpointer user_data) {
  check (error);
}

static void
open_engine (History *history, const gchar *folder) {
  g_autofree gchar *config_path = g_build_filename (folder, "hub.conf", NULL);
  g_autofree gchar *key_path = g_build_filename (folder, "hub.key", NULL);
  g_autofree gchar *path = g_build_filename (folder, "hub.db", NULL);
  g_autoptr (GeoHubConfig) config = NULL;
  g_autoptr (GeoHubKey) key = NULL;
  g_autoptr (GError) error = NULL;
  GeoCloserLimits limits;
  GeoHubStore *writer;
  GeoHubStore *reader;

  g_file_set_contents (config_path, config_text, -1, &error);
  check (error);
  config = geo_hub_config_read (config_path, &error);
  check (error);
  key = geo_hub_key_open (key_path, TRUE, &error);
  check (error);
  history->community = geo_hub_community_make (config, NULL, key->secret, NULL,
                                               now_ms (), &error);
  check (error);
  writer = geo_hub_store_open (path, FALSE, &error);
  check (error);
  geo_hub_store_set_community (writer, history->community, &error);
  check (error);
  reader = geo_hub_store_open (path, TRUE, &error);
  check (error);
  geo_closer_limits_init (&limits);
  history->engine = geo_engine_new (writer, reader, history->community, key,
                                    &limits, &error);
  check (error);
  geo_engine_set_funcs (history->engine, send_cb, failed_cb, history);
}

static void
tell (History *history, guint who, GeoMessage *message) {
  g_autoptr (GError) error = NULL;

  geo_engine_message (history->engine, &history->pids[who], message, &error);
  check (error);
  geo_message_free (message);
}

static void
settle (History *history) {
  while (!geo_engine_is_idle (history->engine))
    g_main_context_iteration (NULL, TRUE);
}

static void
add_person (History *history, guint number, const gchar *name) {
  g_autoptr (GeoParticipant) person = geo_participant_new ();
  g_autoptr (GError) error = NULL;

  person->community = history->community->community;
  geo_secret_get_pid (history->secrets[number], &person->pid);
  geo_secret_get_public (history->secrets[number], &person->key);
  person->name = g_strdup (name);
  person->kind = GEO_PARTICIPANT_KIND_PERSON;
  person->seq = 1;
  person->at = now_ms ();
  geo_participant_sign (person, history->secrets[number]);
  history->pids[number] = person->pid;
  geo_engine_join (history->engine, &person->pid, person, "auth", &error);
  check (error);
}

static void
add_line (History *history, guint from, guint to) {
  GeoMessage *message = geo_message_new (GEO_MESSAGE_TRUST_LINE_CREATE, "line");
  GeoTrustLine *line = geo_trust_line_new ();

  line->community = history->community->community;
  line->line_id = g_strdup_printf ("line-%u-%u", from, to);
  line->from = history->pids[from];
  line->to = history->pids[to];
  line->equivalent = g_strdup ("UAH");
  line->limit = geo_decimal (GEO_AMOUNT (LIMIT), 2);
  line->policy = geo_policy_new_default ();
  line->seq = 1;
  line->status = GEO_LINE_STATUS_ACTIVE;
  line->signed_at = now_ms ();
  geo_trust_line_sign (line, history->secrets[from]);
  message->u.trust_line_create->line = line;
  tell (history, from, message);
}

static void
move_in (History *history, GeoSecret *secret) {
  history->secrets[0] = geo_secret_ref (secret);
  add_person (history, 0, "Olena");
  for (guint i = 1; i <= NEIGHBOURS; i++) {
    g_autofree gchar *name = g_strdup_printf ("Neighbour %u", i);
    guint8 seed[GEO_SEED_LEN];

    memset (seed, (int) i, sizeof seed);
    history->secrets[i] = geo_secret_new_from_seed (seed);
    add_person (history, i, name);
    settle (history);
    add_line (history, 0, i);
    add_line (history, i, 0);
  }
  settle (history);
}

static void
pay (History *history, guint n) {
  guint peer = 1 + n / 2 % NEIGHBOURS;
  guint from = n % 2 == 0 ? peer : 0;
  guint to = n % 2 == 0 ? 0 : peer;
  g_autofree gchar *tx_id = g_strdup_printf ("history-%u", n);
  g_autofree gchar *text = g_strdup_printf ("for honey, %u", n);
  GeoMessage *message = geo_message_new (GEO_MESSAGE_PAYMENT_REQUEST, tx_id);
  GeoOrder *order = geo_order_new ();
  GeoPublicKey reader;

  order->community = history->community->community;
  order->tx_id = g_strdup (tx_id);
  order->from = history->pids[from];
  order->to = history->pids[to];
  order->equivalent = g_strdup ("UAH");
  order->amount = geo_decimal (GEO_AMOUNT (100 + n % 50), 2);
  order->constraints = geo_constraints_new ();
  order->constraints->max_hops = 6;
  order->constraints->max_routes = 3;
  order->closer = history->community->community;
  order->created_at = now_ms ();
  order->deadline = order->created_at + ORDER_MS;
  order->has_description_hash = TRUE;
  geo_hash_of (text, strlen (text), &order->description_hash);
  geo_order_sign (order, history->secrets[from]);
  geo_secret_get_public (history->secrets[to], &reader);
  message->u.payment_request->order = order;
  message->u.payment_request->sealed = geo_seal (&reader, text, NULL);
  tell (history, from, message);
}

int
main (int argc, char **argv) {
  History history = { 0 };
  g_autoptr (GeoSecret) secret = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *words = NULL;
  gint64 sequence;
  guint n;

  if (argc < 4) {
    fputs ("usage: geo-test-history FOLDER N WORDS…\n", stderr);
    return 2;
  }
  n = (guint) g_ascii_strtoull (argv[2], NULL, 10);
  words = g_strjoinv (" ", argv + 3);
  secret = geo_words_to_secret (words, &error);
  check (error);
  open_engine (&history, argv[1]);
  move_in (&history, secret);
  for (guint i = 0; i < n; i++) {
    pay (&history, i);
    while (geo_engine_count_waiting (history.engine) > WAITING_MAX)
      g_main_context_iteration (NULL, TRUE);
  }
  settle (&history);
  sequence = geo_book_get_sequence (geo_engine_get_book (history.engine),
                                    &history.pids[0], NULL);
  /* Two lines with each neighbour. */
  if (sequence != 2 * NEIGHBOURS + (gint64) n)
    g_error ("there are %" G_GINT64_FORMAT " entries", sequence);
  geo_engine_free (history.engine);
  geo_community_free (history.community);
  for (guint i = 0; i <= NEIGHBOURS; i++)
    geo_secret_unref (history.secrets[i]);
  return 0;
}
