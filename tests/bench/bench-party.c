/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A participant's side of the protocol without disk and network: how long a
 * vote takes beside the signatures that it is made of, and how fast entries are
 * caught up with.
 */
#include "bench.h"

#include <string.h>

#include "party-town.h"

/* --- A vote -----------------------------------------------------------------
 */

/* From the text on the wire to the text of the answer. */
static gdouble
vote_seconds (void) {
  g_autoptr (Town) town = town_new ();
  guint n = bench_scale (2000, 300);
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  gdouble took = 0;

  for (guint i = 0; i < n; i++) {
    g_autofree gchar *tx_id = g_strdup_printf ("bench-%u", i);
    g_autoptr (Deal) deal = deal_through_me (town, tx_id, 1);
    g_autoptr (GeoMessage) message = deal_prepare (town, deal, tx_id);

    g_ptr_array_add (texts, geo_message_encode (message, NULL));
  }
  for (guint i = 0; i < n; i++) {
    gdouble began = bench_thread_cpu ();
    g_autoptr (GPtrArray) actions = geo_actions_new ();
    g_autoptr (GeoMessage) message =
        geo_message_decode (texts->pdata[i], strlen (texts->pdata[i]), NULL);
    const GeoAction *answer = NULL;
    g_autofree gchar *text = NULL;
    GeoHash hash;

    geo_party_message (town->party, message, town->now, actions);
    for (guint j = 0; j < actions->len; j++) {
      const GeoAction *action = actions->pdata[j];

      if (action->kind == GEO_ACTION_SEND)
        answer = action;
    }
    g_assert (answer != NULL &&
              answer->message->u.payment_prepare_ack->vote != NULL);
    text = geo_message_encode (answer->message, NULL);
    took += bench_thread_cpu () - began;

    /* The hub gives it up: the next vote finds the same room. */
    geo_contract_hash (message->u.payment_prepare->contract, &hash);
    town_receive (town,
                  town_abort (town_refusal (town, NULL, &hash, GEO_CODE_TIMEOUT,
                                            GEO_REASON_NO_VOTE)));
  }
  return took / n;
}

static void
bench_vote (void) {
  static const gchar *const names[] = { "node-vote", NULL };
  gdouble bare;

  if (!bench_wants (names))
    return;
  bare = bench_verify_seconds () + bench_sign_seconds ();
  bench_figure ("node-vote", "us", vote_seconds () * 1e6, bare * 1e6,
                BENCH_AT_MOST, 3);
}

/* --- Catching up ------------------------------------------------------------
 */

typedef struct {
  GThreadPool *pool;
  const Town *town;
  gint left; /* Atomic: messages that are not prepared yet. */
  gint cpu_us; /* Atomic: what that took, in all threads. */
} Preparing;

static void
prepare_func (gpointer data, gpointer user_data) {
  Preparing *preparing = user_data;
  gdouble began = bench_thread_cpu ();

  g_free (geo_party_prepare (data, preparing->town->community,
                             preparing->town->people[ME].secret));
  g_atomic_int_add (&preparing->cpu_us,
                    (gint) ((bench_thread_cpu () - began) * 1e6));
  g_atomic_int_add (&preparing->left, -1);
}

/* From the text on the wire, as a node does it: threads check what the party
 * then takes in its order.  All processors but one prepare; whoever has more to
 * do, these or the party, is how long it takes.  CPU is counted, as the others
 * on this machine may want some of it too. */
static void
bench_catch_up (void) {
  static const gchar *const names[] = { "node-catch-up", NULL };
  g_autoptr (Town) town = NULL;
  g_autoptr (GPtrArray) texts = NULL;
  g_autoptr (GPtrArray) messages = NULL;
  Preparing preparing = { 0 };
  guint n = bench_scale (4000, 600);
  guint threads = MAX (g_get_num_processors () - 1, 1);
  gdouble took;
  gdouble began;

  if (!bench_wants (names))
    return;
  town = town_new ();
  texts = g_ptr_array_new_with_free_func (g_free);
  messages = g_ptr_array_new ();
  for (guint i = 0; i < n; i++) {
    g_autofree gchar *tx_id = g_strdup_printf ("bench-%u", i);
    g_autoptr (Deal) deal = deal_to_me (town, tx_id, 1);
    g_autoptr (GeoMessage) message =
        town_entry (town_entry_of_deal (town, deal));

    g_ptr_array_add (texts, geo_message_encode (message, NULL));
  }
  preparing.town = town;
  preparing.left = (gint) n;
  preparing.pool = g_thread_pool_new (prepare_func, &preparing,
                                      (gint) threads, TRUE, NULL);
  began = bench_thread_cpu ();
  for (guint i = 0; i < n; i++) {
    GeoMessage *message = geo_message_decode (texts->pdata[i],
                                              strlen (texts->pdata[i]), NULL);

    g_ptr_array_add (messages, message);
    g_thread_pool_push (preparing.pool, message, NULL);
  }
  took = bench_thread_cpu () - began;
  while (g_atomic_int_get (&preparing.left) > 0)
    g_usleep (100);
  began = bench_thread_cpu ();
  for (guint i = 0; i < n; i++) {
    g_autoptr (GPtrArray) actions = geo_actions_new ();

    geo_party_message (town->party, messages->pdata[i], town->now, actions);
    g_assert (actions->len > 0);
    geo_message_free (messages->pdata[i]);
  }
  took += bench_thread_cpu () - began;
  g_thread_pool_free (preparing.pool, FALSE, TRUE);
  bench_note ("catching up: %.1f us of the party, %.1f us of %u threads an "
              "entry",
              took / n * 1e6, (gdouble) preparing.cpu_us / n, threads);
  took = MAX (took, preparing.cpu_us / 1e6 / threads);
  g_assert (geo_party_get_sequence (town->party, NULL) == (gint64) n);
  bench_figure ("node-catch-up", "entries/s", n / took,
                1 / bench_verify_seconds (), BENCH_AT_LEAST, 0.5);
}

void
bench_party (void) {
  bench_vote ();
  bench_catch_up ();
}
