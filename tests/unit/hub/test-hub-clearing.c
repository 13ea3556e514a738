/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Clearing by schedule and on demand in a hub's loop: a large market is cleared
 * while payments go on, and no turn of the loop takes long.
 */
#include "hub-test.h"

#include <time.h>

#include "hub/geo-hub-clearing.h"
#include "hub/geo-hub-community.h"

#if defined __SANITIZE_ADDRESS__
#define SANITIZED 1
#elif defined __has_feature
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

#define PEOPLE (SANITIZED ? 200 : 1000)
#define DEBTS_EACH 10
#define AT_ONCE 50
#define LIMIT 1000000
/* One turn of the loop computes a small part only; others wait for theirs. */
#define TURNS_MIN 25

typedef struct {
  gchar *folder;
  GeoHubKey *key;
  GeoCommunity *community;
  GeoEngine *engine;
  GPtrArray *people; /* HubPerson */
  guint n_orders;
  guint commits; /* PAYMENT_COMMITs that were sent. */
  guint others;
  gboolean cleared;
  GeoClearingFigures figures;
} Market;

static void
sent_cb (const GeoPid *to, GeoMessage *message, gpointer user_data) {
  Market *market = user_data;

  if (message->type == GEO_MESSAGE_PAYMENT_COMMIT)
    market->commits++;
  else
    market->others++;
}

static void
failed_cb (const GError *error, gpointer user_data) {
  g_error ("%s", error->message);
}

static HubPerson *
person (Market *market, guint index) {
  return g_ptr_array_index (market->people, index % market->people->len);
}

static void
say (Market *market, guint from, GeoMessage *message) {
  g_autoptr (GError) error = NULL;

  geo_engine_message (market->engine, &person (market, from)->pid, message,
                      &error);
  g_assert_no_error (error);
  geo_message_free (message);
}

static void
trust (Market *market, guint from, guint to) {
  GeoMessage *message = geo_message_new (GEO_MESSAGE_TRUST_LINE_CREATE, "t");
  GeoTrustLine *line = geo_trust_line_new ();

  line->community = market->community->community;
  line->line_id = g_strdup_printf ("line-%u-%u", from, to % PEOPLE);
  line->from = person (market, from)->pid;
  line->to = person (market, to)->pid;
  line->equivalent = g_strdup ("UAH");
  line->limit = geo_decimal (GEO_AMOUNT (LIMIT), 2);
  line->policy = geo_policy_new_default ();
  line->seq = 1;
  line->status = GEO_LINE_STATUS_ACTIVE;
  line->signed_at = g_get_real_time () / 1000;
  geo_trust_line_sign (line, person (market, from)->secret);
  message->u.trust_line_create->line = line;
  say (market, from, message);
}

/* Over one hop, so that each makes one debt. */
static void
pay (Market *market, guint from, guint to, gint64 amount) {
  GeoMessage *message = geo_message_new (GEO_MESSAGE_PAYMENT_REQUEST, "p");
  GeoOrder *order = geo_order_new ();
  HubPerson *payer = person (market, from);

  order->community = market->community->community;
  order->tx_id = g_strdup_printf ("tx-%u", market->n_orders++);
  order->from = payer->pid;
  order->to = person (market, to)->pid;
  order->equivalent = g_strdup ("UAH");
  order->amount = geo_decimal (GEO_AMOUNT (amount), 2);
  order->constraints = geo_constraints_new ();
  order->constraints->max_hops = 1;
  order->constraints->max_routes = 1;
  order->closer = market->community->community;
  order->created_at = g_get_real_time () / 1000;
  order->deadline = order->created_at + 30000;
  geo_order_sign (order, payer->secret);
  message->u.payment_request->order = order;
  say (market, from, message);
}

static void
settle (Market *market) {
  while (!geo_engine_is_idle (market->engine))
    g_main_context_iteration (NULL, TRUE);
}

/* Whom somebody owes: j = 0 … DEBTS_EACH - 1; many circles of 4 to 10. */
static guint
creditor_of (guint debtor, guint j) {
  static const guint steps[DEBTS_EACH] = {
    1,          2,          5,          10,         PEOPLE / 10,
    PEOPLE / 8, PEOPLE / 5, PEOPLE / 4, PEOPLE / 3, PEOPLE / 2 - 1
  };

  return (debtor + steps[j]) % PEOPLE;
}

static void
market_init (Market *market) {
  g_autoptr (GeoHubConfig) config = geo_hub_config_new ();
  g_autofree gchar *path = NULL;
  g_autofree gchar *key_path = NULL;
  g_autoptr (GError) error = NULL;
  GeoHubStore *writer;
  GeoHubStore *reader;
  GeoCloserLimits limits;

  *market = (Market){ .folder = hub_test_make_folder () };
  path = g_build_filename (market->folder, "hub.db", NULL);
  key_path = g_build_filename (market->folder, "hub.key", NULL);
  market->key = geo_hub_key_open (key_path, TRUE, &error);
  g_assert_no_error (error);
  market->community = geo_hub_community_make (config, NULL, market->key->secret,
                                              NULL, 1, &error);
  g_assert_no_error (error);
  writer = geo_hub_store_open (path, FALSE, &error);
  g_assert_no_error (error);
  geo_hub_store_set_community (writer, market->community, &error);
  g_assert_no_error (error);
  reader = geo_hub_store_open (path, TRUE, &error);
  g_assert_no_error (error);
  geo_closer_limits_init (&limits);
  /* Nothing is cleared while the debts are made. */
  limits.trigger_cycles_max_length = 0;
  market->engine = geo_engine_new (writer, reader, market->community,
                                   market->key, &limits, &error);
  g_assert_no_error (error);
  geo_engine_set_funcs (market->engine, sent_cb, failed_cb, market);
  market->people =
      g_ptr_array_new_with_free_func ((GDestroyNotify) hub_person_free);

  for (guint i = 0; i < PEOPLE; i++) {
    g_autofree gchar *name = g_strdup_printf ("P%u", i);
    HubPerson *one = hub_person_new (i, name);
    g_autoptr (GeoParticipant) self =
        hub_person_introduction (one, &market->community->community);

    g_ptr_array_add (market->people, one);
    geo_engine_join (market->engine, &one->pid, self, "a", &error);
    g_assert_no_error (error);
    if (i % AT_ONCE == 0)
      settle (market);
  }
  for (guint i = 0; i < PEOPLE; i++)
    for (guint j = 0; j < DEBTS_EACH; j++) {
      guint to = creditor_of (i, j);

      trust (market, to, i);
      pay (market, i, to, 1000 + (i * 7 + j * 13) % 997);
      if (j == 0 && i % AT_ONCE == 0)
        settle (market);
    }
  settle (market);
}

static void
market_clear (Market *market) {
  geo_engine_free (market->engine);
  geo_hub_key_free (market->key);
  geo_community_free (market->community);
  g_ptr_array_unref (market->people);
  hub_test_remove (market->folder);
}

static gint64
cpu_us (void) {
  struct timespec now;

  g_assert_cmpint (clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now), ==, 0);
  return (gint64) now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

static void
cleared_cb (const GeoClearingFigures *figures, gpointer user_data) {
  Market *market = user_data;

  market->cleared = TRUE;
  market->figures = *figures;
}

static gint64
sum_debts (Market *market, guint *n_debts) {
  const GeoBook *book = geo_engine_get_book (market->engine);
  gint64 sum = 0;

  *n_debts = 0;
  for (guint i = 0; i < PEOPLE; i++)
    for (guint j = 0; j < DEBTS_EACH; j++) {
      GeoAmount debt =
          geo_book_get_debt (book, &person (market, i)->pid,
                             &person (market, creditor_of (i, j))->pid, "UAH");

      sum += debt.minor;
      *n_debts += debt.minor > 0;
    }
  return sum;
}

static void
test_large (void) {
  GeoHubClearing *clearing;
  GeoEngineFigures engine_figures;
  gint64 cpu_most_us = 0, cpu_all_us = 0, wall_most_us = 0;
  gint64 began_us, before, after;
  guint n_debts, orders_before, commits_before, turns = 0;
  Patience patience;
  Market market;

  market_init (&market);
  before = sum_debts (&market, &n_debts);
  g_assert_cmpuint (n_debts, ==, PEOPLE * DEBTS_EACH);
  /* The payer hears what became of its payments from now on. */
  geo_engine_present (market.engine, &person (&market, 0)->pid, TRUE);
  settle (&market);
  orders_before = market.n_orders;
  commits_before = market.commits;

  clearing = geo_hub_clearing_new (market.engine, 0, 12);
  began_us = g_get_monotonic_time ();
  patience = patience_new (HUB_TEST_WAIT_SECONDS_MAX);
  {
    gint64 cpu_us_before = cpu_us ();

    g_assert_true (
        geo_hub_clearing_run (clearing, "UAH", 0, cleared_cb, &market, NULL));
    cpu_most_us = cpu_all_us = cpu_us () - cpu_us_before;
  }
  /* Not two at once. */
  g_assert_false (
      geo_hub_clearing_run (clearing, "UAH", 0, cleared_cb, &market, NULL));
  while (!market.cleared) {
    gint64 cpu_us_before = cpu_us ();
    gint64 wall_us_before = g_get_monotonic_time ();
    gint64 cpu_turn_us;

    g_main_context_iteration (NULL, FALSE);
    cpu_turn_us = cpu_us () - cpu_us_before;
    cpu_most_us = MAX (cpu_most_us, cpu_turn_us);
    cpu_all_us += cpu_turn_us;
    wall_most_us = MAX (wall_most_us, g_get_monotonic_time () - wall_us_before);
    /* One payment after the other goes on meanwhile. */
    if (market.commits - commits_before == market.n_orders - orders_before)
      pay (&market, 0, 1, 1);
    turns++;
    g_assert_false (patience_is_over (&patience));
  }
  g_test_message ("%u people, %u debts: %u cycles in %" G_GINT64_FORMAT
                  " ms; %u payments beside it; of %u turns the longest "
                  "computed %" G_GINT64_FORMAT " ms and took %" G_GINT64_FORMAT
                  " ms",
                  PEOPLE, n_debts, market.figures.cleared,
                  (g_get_monotonic_time () - began_us) / 1000,
                  market.commits - commits_before, turns, cpu_most_us / 1000,
                  wall_most_us / 1000);
  settle (&market);
  after = sum_debts (&market, &n_debts);
  g_assert_cmpuint (market.figures.cleared, >, PEOPLE / 10);
  g_assert_cmpint (after, ==,
                   before + (market.n_orders - orders_before) -
                       market.figures.total.minor);
  /* Everything that was asked for meanwhile was paid, and some of it was. */
  g_assert_cmpuint (market.commits - commits_before, ==,
                    market.n_orders - orders_before);
  g_assert_cmpuint (market.commits - commits_before, >, 5);
  geo_engine_get_figures (market.engine, &engine_figures);
  g_assert_cmpuint (engine_figures.violations, ==, 0);
  /* However fast this computer is: no turn is a large part of it all. */
  if (!SANITIZED)
    g_assert_cmpint (cpu_most_us, <, cpu_all_us / TURNS_MIN);

  geo_hub_clearing_free (clearing);
  market_clear (&market);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hub/clearing/large", test_large);
  return g_test_run ();
}
