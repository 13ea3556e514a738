/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The engine without sockets: what waits for the disk, what waits for what is
 * said before it, and what waits for nothing.
 */
#include "hub-test.h"
#include "hub/geo-engine.h"
#include "hub/geo-hub-community.h"
#include "hub/geo-hub-signed.h"

#define N 6
#define LIMIT 100000

typedef struct {
  gchar *folder;
  GeoHubKey *key;
  GeoCommunity *community;
  GeoEngine *engine;
  GeoSecret *secrets[N];
  GeoPid pids[N];
  GPtrArray *said; /* "TYPE number of whom", in order */
  GeoContract *asked; /* The last that somebody was asked about */
  guint orders;
} Room;

static GeoTime
now_ms (void) {
  return g_get_real_time () / 1000;
}

static void
send_cb (const GeoPid *to, GeoMessage *message, gpointer user_data) {
  Room *room = user_data;
  guint who = 0;

  while (!geo_pid_equal (&room->pids[who], to))
    who++;
  if (message->type == GEO_MESSAGE_PAYMENT_PREPARE) {
    geo_contract_free (room->asked);
    room->asked = geo_contract_copy (message->u.payment_prepare->contract);
  }
  g_ptr_array_add (room->said,
                   g_strdup_printf ("%s %u",
                                    geo_message_type_to_string (message->type),
                                    who));
}

static void
failed_cb (const GError *error, gpointer user_data) {
  g_assert_no_error (error);
}

static gboolean
has_said (const Room *room, const gchar *what) {
  for (guint i = 0; i < room->said->len; i++)
    if (g_str_equal (g_ptr_array_index (room->said, i), what))
      return TRUE;
  return FALSE;
}

static void
settle (Room *room) {
  wait_until (geo_engine_is_idle (room->engine));
}

/* Takes message. */
static void
say (Room *room, guint from, GeoMessage *message) {
  g_autoptr (GError) error = NULL;

  geo_engine_message (room->engine, &room->pids[from], message, &error);
  g_assert_no_error (error);
  geo_message_free (message);
}

/* creditor trusts debtor. */
static void
trust_with (Room *room, guint creditor, guint debtor, GeoConsent consent) {
  GeoMessage *message = geo_message_new (GEO_MESSAGE_TRUST_LINE_CREATE, "line");
  GeoTrustLine *line = geo_trust_line_new ();

  line->community = room->community->community;
  line->line_id = g_strdup_printf ("line-%u-%u", creditor, debtor);
  line->from = room->pids[creditor];
  line->to = room->pids[debtor];
  line->equivalent = g_strdup ("UAH");
  line->limit = geo_decimal (GEO_AMOUNT (LIMIT), 2);
  line->policy = geo_policy_new_default ();
  line->policy->consent = consent;
  line->seq = 1;
  line->status = GEO_LINE_STATUS_ACTIVE;
  line->signed_at = now_ms ();
  geo_trust_line_sign (line, room->secrets[creditor]);
  message->u.trust_line_create->line = line;
  say (room, creditor, message);
}

static void
trust (Room *room, guint creditor, guint debtor) {
  trust_with (room, creditor, debtor, GEO_CONSENT_STANDING);
}

/* P7: who has to, to what it was asked about. */
static void
vote (Room *room, guint who) {
  GeoMessage *message = geo_message_new (GEO_MESSAGE_PAYMENT_PREPARE_ACK, "yes");
  GeoVote *said = geo_vote_new ();

  said->community = room->community->community;
  geo_contract_hash (room->asked, &said->contract);
  said->voter = room->pids[who];
  said->verdict = g_strdup ("accept");
  geo_vote_sign (said, room->secrets[who]);
  message->u.payment_prepare_ack->vote = said;
  say (room, who, message);
}

static gboolean
has_signed_since (Room *room, guint who, GeoTime since) {
  return geo_hub_has_signed_since (geo_engine_get_reader (room->engine),
                                   geo_engine_get_book (room->engine),
                                   geo_engine_get_closer (room->engine),
                                   &room->pids[who], since);
}

static void
pay (Room *room, guint from, guint to) {
  g_autofree gchar *tx_id = g_strdup_printf ("tx-%u", room->orders++);
  GeoMessage *message = geo_message_new (GEO_MESSAGE_PAYMENT_REQUEST, tx_id);
  GeoOrder *order = geo_order_new ();

  order->community = room->community->community;
  order->tx_id = g_strdup (tx_id);
  order->from = room->pids[from];
  order->to = room->pids[to];
  order->equivalent = g_strdup ("UAH");
  order->amount = geo_decimal (GEO_AMOUNT (100), 2);
  order->constraints = geo_constraints_new ();
  order->constraints->max_hops = 6;
  order->constraints->max_routes = 3;
  order->closer = room->community->community;
  order->created_at = now_ms ();
  order->deadline = order->created_at + 60000;
  geo_order_sign (order, room->secrets[from]);
  message->u.payment_request->order = order;
  say (room, from, message);
}

static void
open_room (Room *room) {
  g_autoptr (GeoHubConfig) config = geo_hub_config_new ();
  g_autoptr (GError) error = NULL;
  g_autofree gchar *key_path = NULL;
  g_autofree gchar *path = NULL;
  GeoCloserLimits limits;
  GeoHubStore *writer, *reader;

  *room = (Room){ .folder = hub_test_make_folder () };
  room->said = g_ptr_array_new_with_free_func (g_free);
  key_path = g_build_filename (room->folder, "hub.key", NULL);
  path = g_build_filename (room->folder, "hub.db", NULL);
  room->key = geo_hub_key_open (key_path, TRUE, &error);
  g_assert_no_error (error);
  room->community = geo_hub_community_make (config, NULL, room->key->secret,
                                            NULL, now_ms (), &error);
  g_assert_no_error (error);
  writer = geo_hub_store_open (path, FALSE, &error);
  g_assert_no_error (error);
  geo_hub_store_set_community (writer, room->community, &error);
  g_assert_no_error (error);
  reader = geo_hub_store_open (path, TRUE, &error);
  g_assert_no_error (error);
  geo_closer_limits_init (&limits);
  room->engine = geo_engine_new (writer, reader, room->community, room->key,
                                 &limits, &error);
  g_assert_no_error (error);
  geo_engine_set_funcs (room->engine, send_cb, failed_cb, room);

  for (guint i = 0; i < N; i++) {
    g_autoptr (GeoParticipant) participant = geo_participant_new ();
    guint8 seed[GEO_SEED_LEN] = { (guint8) (i + 1) };

    room->secrets[i] = geo_secret_new_from_seed (seed);
    participant->community = room->community->community;
    geo_secret_get_pid (room->secrets[i], &participant->pid);
    participant->name = g_strdup_printf ("Person %u", i);
    participant->kind = GEO_PARTICIPANT_KIND_PERSON;
    geo_secret_get_public (room->secrets[i], &participant->key);
    participant->seq = 1;
    participant->at = now_ms ();
    geo_participant_sign (participant, room->secrets[i]);
    room->pids[i] = participant->pid;
    geo_engine_join (room->engine, &room->pids[i], participant, "auth", &error);
    g_assert_no_error (error);
  }
  settle (room);
}

static void
close_room (Room *room) {
  settle (room);
  geo_engine_free (room->engine);
  for (guint i = 0; i < N; i++)
    geo_secret_unref (room->secrets[i]);
  geo_contract_free (room->asked);
  geo_community_free (room->community);
  geo_hub_key_free (room->key);
  g_ptr_array_unref (room->said);
  hub_test_remove (room->folder);
}

/* 0 pays 1, who is away: committed at once, and on its way to the disk.  What
 * asks 3 goes out meanwhile; what asks 0 waits until it has heard of its own
 * payment. */
static void
test_overtaking (void) {
  Room room;

  open_room (&room);
  trust (&room, 1, 0);
  trust (&room, 3, 2);
  trust (&room, 0, 4);
  settle (&room);
  geo_engine_present (room.engine, &room.pids[0], TRUE);
  geo_engine_present (room.engine, &room.pids[2], TRUE);
  geo_engine_present (room.engine, &room.pids[3], TRUE);
  geo_engine_present (room.engine, &room.pids[4], TRUE);
  settle (&room);
  g_ptr_array_set_size (room.said, 0);

  pay (&room, 0, 1);
  g_assert_cmpuint (room.said->len, ==, 0);
  pay (&room, 2, 3);
  g_assert_cmpuint (room.said->len, ==, 1);
  g_assert_true (has_said (&room, "PAYMENT_PREPARE 3"));
  pay (&room, 4, 0);
  /* P1: Persist, then send. */
  g_assert_cmpuint (room.said->len, ==, 1);

  wait_until (has_said (&room, "PAYMENT_PREPARE 0"));
  g_assert_cmpuint (room.said->len, ==, 3);
  g_assert_cmpstr (g_ptr_array_index (room.said, 1), ==, "PAYMENT_COMMIT 0");

  /* With nothing in the queue. */
  g_ptr_array_set_size (room.said, 0);
  pay (&room, 2, 3);
  g_assert_true (has_said (&room, "PAYMENT_PREPARE 3"));
  close_room (&room);
}

/* However many there are, they are signed, written and said in order. */
static void
test_many (void) {
  const guint n = 200;
  Room room;

  open_room (&room);
  trust (&room, 1, 0);
  settle (&room);
  geo_engine_present (room.engine, &room.pids[0], TRUE);
  g_ptr_array_set_size (room.said, 0);
  for (guint i = 0; i < n; i++)
    pay (&room, 0, 1);
  wait_until (room.said->len == n);
  for (guint i = 0; i < n; i++)
    g_assert_cmpstr (g_ptr_array_index (room.said, i), ==, "PAYMENT_COMMIT 0");
  close_room (&room);
}

static void
wait_for_next_ms (void) {
  const GeoTime now = now_ms ();

  wait_until (now_ms () > now);
}

/* K7: what somebody has signed, and what others did to them. */
static void
test_signed (void) {
  const guint n = 200;
  GeoTime start, then;
  Room room;

  open_room (&room);
  start = now_ms ();
  wait_for_next_ms ();
  for (guint i = 0; i < N; i++)
    g_assert_false (has_signed_since (&room, i, 0));
  trust (&room, 1, 0);
  /* It is not on the disk yet. */
  g_assert_true (has_signed_since (&room, 0, start));
  settle (&room);
  g_assert_true (has_signed_since (&room, 1, start));
  g_assert_false (has_signed_since (&room, 1, now_ms ()));
  g_assert_false (has_signed_since (&room, 0, start));

  wait_for_next_ms ();
  then = now_ms ();
  wait_for_next_ms ();
  for (guint i = 0; i < n; i++)
    pay (&room, 0, 1);
  settle (&room);
  g_assert_true (has_signed_since (&room, 0, then));
  g_assert_false (has_signed_since (&room, 0, now_ms ()));
  /* Behind all that was paid to them. */
  g_assert_true (has_signed_since (&room, 1, start));
  g_assert_false (has_signed_since (&room, 1, then));

  /* A vote that was given, first open, then in what was committed. */
  trust_with (&room, 3, 2, GEO_CONSENT_LIVE);
  settle (&room);
  geo_engine_present (room.engine, &room.pids[3], TRUE);
  wait_for_next_ms ();
  then = now_ms ();
  wait_for_next_ms ();
  /* The hub waits three seconds for a vote. */
  while (!has_signed_since (&room, 3, then)) {
    pay (&room, 2, 3);
    wait_until (room.asked != NULL);
    g_assert_true (has_signed_since (&room, 2, now_ms ()));
    g_assert_false (has_signed_since (&room, 3, then));
    vote (&room, 3);
    settle (&room);
    g_clear_pointer (&room.asked, geo_contract_free);
  }
  g_assert_true (has_signed_since (&room, 3, then));
  g_assert_false (has_signed_since (&room, 3, now_ms ()));
  close_room (&room);
}

/* Freed while much is under way. */
static void
test_free (void) {
  Room room;

  open_room (&room);
  trust (&room, 1, 0);
  settle (&room);
  for (guint i = 0; i < 50; i++)
    pay (&room, 0, 1);
  g_main_context_iteration (NULL, FALSE);
  for (guint i = 0; i < 50; i++)
    pay (&room, 0, 1);
  geo_engine_free (room.engine);
  for (guint i = 0; i < N; i++)
    geo_secret_unref (room.secrets[i]);
  geo_community_free (room.community);
  geo_hub_key_free (room.key);
  g_ptr_array_unref (room.said);
  hub_test_remove (room.folder);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hub-engine/overtaking", test_overtaking);
  g_test_add_func ("/hub-engine/many", test_many);
  g_test_add_func ("/hub-engine/signed", test_signed);
  g_test_add_func ("/hub-engine/free", test_free);
  return g_test_run ();
}
