/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The hub's engine in this process, with its store and without sockets: orders,
 * votes and acknowledgements go in as messages, and what it costs beside making
 * those is counted.
 */
#include "bench.h"

#include <glib/gstdio.h>
#include <string.h>

#include "hub/geo-engine.h"
#include "hub/geo-hub-community.h"
#include "hub/geo-inbox.h"

#define TOWN 96
#define IN_FLIGHT 64
#define MEAN_HOPS 2.0
#define LIMIT G_GINT64_CONSTANT (100000000000000)
/* As our own wallet does: the last entry is acknowledged, after so long. */
#define ACK_SECONDS 0.5

typedef struct {
  GeoEngine *engine;
  GeoInbox *inbox;
  GeoCommunity *community;
  GHashTable *numbers; /* GeoPid → number + 1 */
  GeoSecret *secrets[TOWN];
  GeoPid pids[TOWN];
  GeoEntry *entries[TOWN]; /* The last; NULL: it is acknowledged. */
  gdouble acks_at; /* When they are, at the latest. */
  GQueue events; /* Event: what was sent and is not in yet. */
  gdouble making; /* CPU of making messages: not the engine's. */
  guint counter;
  guint left; /* Orders that are still to be made. */
  guint under_way;
  guint64 paid, refused;
} Desk;

typedef struct {
  guint from;
  GeoMessage *message;
} Event;

static GeoTime
now_ms (void) {
  return g_get_real_time () / 1000;
}

static void
add_event (Desk *desk, guint from, GeoMessage *message) {
  Event *event = g_new (Event, 1);

  *event = (Event){ from, message };
  g_queue_push_tail (&desk->events, event);
}

static void
add_order (Desk *desk) {
  guint from = desk->counter * 7 % TOWN;
  guint to = (from + desk->counter % 3 + 1) % TOWN;
  g_autofree gchar *tx_id = g_strdup_printf ("e-%u", desk->counter++);
  GeoMessage *message = geo_message_new (GEO_MESSAGE_PAYMENT_REQUEST, tx_id);

  message->u.payment_request->order =
      bench_order (desk->secrets[from], &desk->pids[to], tx_id, 1,
                   &desk->community->community, now_ms ());
  desk->left--;
  desk->under_way++;
  add_event (desk, from, message);
}

static void
answer_prepare (Desk *desk, guint who, const GeoMsgPaymentPrepare *asked) {
  GeoMessage *message = geo_message_new (GEO_MESSAGE_PAYMENT_PREPARE_ACK,
                                         "vote");
  GeoVote *vote = geo_vote_new ();

  vote->community = desk->community->community;
  geo_contract_hash (asked->contract, &vote->contract);
  vote->voter = desk->pids[who];
  g_free (vote->verdict);
  vote->verdict = g_strdup ("accept");
  geo_vote_sign (vote, desk->secrets[who]);
  message->u.payment_prepare_ack->vote = vote;
  add_event (desk, who, message);
}

static void
acknowledge (Desk *desk, guint who, const GeoEntry *entry) {
  GeoMessage *message = geo_message_new (GEO_MESSAGE_ENTRY_ACK, "ack");
  GeoEntryAck *ack = geo_entry_ack_new ();

  ack->community = desk->community->community;
  ack->participant = desk->pids[who];
  ack->sequence = entry->sequence;
  geo_entry_hash (entry, &ack->entry_hash);
  ack->at = now_ms ();
  geo_entry_ack_sign (ack, desk->secrets[who]);
  message->u.entry_ack->ack = ack;
  add_event (desk, who, message);
}

static void
acknowledge_all (Desk *desk) {
  for (guint i = 0; i < TOWN; i++) {
    if (desk->entries[i] == NULL)
      continue;
    acknowledge (desk, i, desk->entries[i]);
    g_clear_pointer (&desk->entries[i], geo_entry_free);
  }
  desk->acks_at = bench_now () + ACK_SECONDS;
}

static void
send_cb (const GeoPid *to, GeoMessage *message, gpointer user_data) {
  Desk *desk = user_data;
  gdouble began = bench_thread_cpu ();
  guint who = GPOINTER_TO_UINT (g_hash_table_lookup (desk->numbers, to)) - 1;
  const GeoProvenEntry *entry;

  if (message->type == GEO_MESSAGE_PAYMENT_PREPARE) {
    answer_prepare (desk, who, message->u.payment_prepare);
  } else if (message->type == GEO_MESSAGE_PAYMENT_COMMIT) {
    entry = message->u.payment_commit->entry;
    g_clear_pointer (&desk->entries[who], geo_entry_free);
    desk->entries[who] = geo_entry_ref (entry->entry);
    if (geo_pid_equal (&entry->certificate->order->from, to)) {
      desk->under_way--;
      desk->paid++;
    }
  } else if (message->type == GEO_MESSAGE_PAYMENT_ABORT &&
             g_str_has_prefix (message->msg_id, "e-")) {
    desk->under_way--;
    desk->refused++;
  } else if (message->type == GEO_MESSAGE_ERROR) {
    g_error ("the engine says %s", message->u.error->message);
  }
  desk->making += bench_thread_cpu () - began;
}

static void
failed_cb (const GError *error, gpointer user_data) {
  g_error ("%s", error->message);
}

static void
unread_cb (const GeoPid *from,
           const gchar *msg_id,
           const GError *error,
           gpointer user_data) {
  g_error ("%s", error->message);
}

static void
feed (Desk *desk) {
  Event *event = g_queue_pop_head (&desk->events);

  geo_inbox_take (desk->inbox, &desk->pids[event->from], event->message);
  geo_message_free (event->message);
  g_free (event);
}

static void
settle (Desk *desk) {
  acknowledge_all (desk);
  while (!g_queue_is_empty (&desk->events) ||
         !geo_engine_is_idle (desk->engine)) {
    while (!g_queue_is_empty (&desk->events))
      feed (desk);
    geo_inbox_settle (desk->inbox);
    geo_inbox_take_acks (desk->inbox);
    g_main_context_iteration (NULL, !geo_engine_is_idle (desk->engine));
  }
}

static void
pay (Desk *desk, guint n) {
  desk->left = n;
  while (desk->left > 0 || desk->under_way > 0) {
    gdouble began = bench_thread_cpu ();

    while (desk->left > 0 && desk->under_way < IN_FLIGHT)
      add_order (desk);
    if (bench_now () >= desk->acks_at)
      acknowledge_all (desk);
    desk->making += bench_thread_cpu () - began;
    while (!g_queue_is_empty (&desk->events))
      feed (desk);
    g_main_context_iteration (NULL, TRUE);
    while (g_main_context_iteration (NULL, FALSE))
      ;
  }
  settle (desk);
}

static void
move_in (Desk *desk) {
  GeoTime now = now_ms ();

  desk->numbers = g_hash_table_new (geo_pid_hash, geo_pid_equal);
  for (guint i = 0; i < TOWN; i++) {
    g_autoptr (GeoParticipant) participant =
        bench_participant (i, &desk->community->community, now);
    g_autoptr (GError) error = NULL;

    desk->secrets[i] = bench_secret (i);
    desk->pids[i] = participant->pid;
    g_hash_table_insert (desk->numbers, &desk->pids[i],
                         GUINT_TO_POINTER (i + 1));
    geo_engine_join (desk->engine, &desk->pids[i], participant, "auth", &error);
    g_assert_no_error (error);
    geo_engine_present (desk->engine, &desk->pids[i], TRUE);
  }
  for (guint i = 0; i < TOWN; i++) {
    GeoMessage *message = geo_message_new (GEO_MESSAGE_TRUST_LINE_CREATE,
                                           "line");

    message->u.trust_line_create->line = bench_line (
        i, (i + TOWN - 1) % TOWN, LIMIT, &desk->community->community, now);
    add_event (desk, i, message);
  }
  settle (desk);
}

static void
open_engine (Desk *desk, const gchar *folder) {
  g_autofree gchar *key_path = g_build_filename (folder, "hub.key", NULL);
  g_autofree gchar *path = g_build_filename (folder, "hub.db", NULL);
  g_autoptr (GeoHubConfig) config = geo_hub_config_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoHubKey) key = NULL;
  GeoCloserLimits limits;
  GeoHubStore *writer;
  GeoHubStore *reader;

  key = geo_hub_key_open (key_path, TRUE, &error);
  g_assert_no_error (error);
  desk->community = geo_hub_community_make (config, NULL, key->secret, NULL,
                                            now_ms (), &error);
  g_assert_no_error (error);
  writer = geo_hub_store_open (path, FALSE, &error);
  g_assert_no_error (error);
  geo_hub_store_set_community (writer, desk->community, &error);
  g_assert_no_error (error);
  reader = geo_hub_store_open (path, TRUE, &error);
  g_assert_no_error (error);
  geo_closer_limits_init (&limits);
  desk->engine = geo_engine_new (writer, reader, desk->community, key, &limits,
                                 &error);
  g_assert_no_error (error);
  geo_engine_set_funcs (desk->engine, send_cb, failed_cb, desk);
  desk->inbox = geo_inbox_new (desk->engine, unread_cb, desk);
}

static void
remove_folder (const gchar *folder) {
  static const gchar *const names[] = { "hub.key",     "hub.db",
                                        "hub.db-wal",  "hub.db-shm",
                                        "hub.db-lock", "hub.db.lock" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree gchar *path = g_build_filename (folder, names[i], NULL);

    g_unlink (path);
  }
  g_rmdir (folder);
}

gdouble
bench_engine_seconds (gdouble *verify) {
  static gdouble known;
  static gdouble known_verify;
  g_autofree gchar *folder = NULL;
  Desk desk = { 0 };
  guint n = bench_scale (20000, 4000);
  gdouble cpu, meter_cpu;
  BenchMeter *meter;

  if (verify != NULL)
    *verify = known_verify;
  if (known > 0)
    return known;
  folder = g_dir_make_tmp ("geo-bench-XXXXXX", NULL);
  g_assert (folder != NULL);
  g_queue_init (&desk.events);
  open_engine (&desk, folder);
  move_in (&desk);
  pay (&desk, bench_scale (2000, 500));

  desk.making = 0;
  cpu = bench_process_cpu ();
  meter = bench_meter_start ();
  pay (&desk, n);
  known_verify = bench_meter_stop (meter, &meter_cpu);
  cpu = bench_process_cpu () - cpu - desk.making - meter_cpu;
  if (desk.refused > 0)
    bench_note ("the engine refused %" G_GUINT64_FORMAT, desk.refused);
  known = cpu / n;
  if (verify != NULL)
    *verify = known_verify;

  geo_inbox_free (desk.inbox);
  geo_engine_free (desk.engine);
  geo_community_free (desk.community);
  g_hash_table_unref (desk.numbers);
  for (guint i = 0; i < TOWN; i++)
    geo_secret_unref (desk.secrets[i]);
  remove_folder (folder);
  return known;
}

void
bench_engine (void) {
  static const gchar *const names[] = { "engine-cpu", NULL };

  gdouble seconds, verify;

  if (!bench_wants (names))
    return;
  seconds = bench_engine_seconds (&verify);
  bench_figure ("engine-cpu", "µs/payment", seconds * 1e6,
                (MEAN_HOPS + 2) * verify * 1e6, BENCH_AT_MOST, 1.6);
}
