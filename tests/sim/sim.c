/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The simulator's clock: what happens next, one event after another.  It knows
 * no rule of the protocol.
 */
#include "sim.h"

#include <string.h>

#define START G_GINT64_CONSTANT (1795000000000) /* In November 2026. */
#define SETTLE_MS 600000
#define CLEARING_MS (27 * 3600 * G_GINT64_CONSTANT (1000))
#define ALL_STEPS 1000
/* More than that and something runs in circles. */
#define SETTLE_STEPS_MAX 200000

static const gchar *const count_names[] = {
#define X(name) #name,
  SIM_COUNTS (X)
#undef X
};

static const gchar *const plant_names[SIM_N_PLANTS] = {
  [SIM_PLANT_NONE] = "none",
  [SIM_PLANT_HUB_DEBT] = "hub-debt",
  [SIM_PLANT_HUB_RESERVED] = "hub-reserved",
  [SIM_PLANT_HUB_LIMIT] = "hub-limit",
  [SIM_PLANT_HUB_SENDS_FIRST] = "hub-sends-first",
  [SIM_PLANT_HUB_DISK] = "hub-disk",
  [SIM_PLANT_HUB_ROW] = "hub-row",
  [SIM_PLANT_NODE_SENDS_FIRST] = "node-sends-first",
  [SIM_PLANT_NODE_VOTES_TWICE] = "node-votes-twice",
  [SIM_PLANT_NODE_BALANCE] = "node-balance",
  [SIM_PLANT_NODE_RESERVED] = "node-reserved",
  [SIM_PLANT_NODE_PAID] = "node-paid",
  [SIM_PLANT_NODE_LINE] = "node-line",
  [SIM_PLANT_NODE_DEAF] = "node-deaf",
  [SIM_PLANT_JOURNAL_BIT] = "journal-bit",
  [SIM_PLANT_LIE_BELIEVED] = "lie-believed",
  [SIM_PLANT_NOT_EXACT] = "not-exact",
  [SIM_PLANT_HUB_FROZEN] = "hub-frozen",
  [SIM_PLANT_HUB_ENTRY] = "hub-entry",
  [SIM_PLANT_NODE_FORGETS] = "node-forgets",
  [SIM_PLANT_NODE_SILENT] = "node-silent",
  [SIM_PLANT_NODE_UNPAID] = "node-unpaid",
  [SIM_PLANT_NODE_REBORN] = "node-reborn",
  [SIM_PLANT_LETTER_LOST] = "letter-lost",
  [SIM_PLANT_LETTER_UNREAD] = "letter-unread",
  [SIM_PLANT_LETTER_TWICE] = "letter-twice",
  [SIM_PLANT_COPY_IGNORED] = "copy-ignored",
  [SIM_PLANT_HUB_OLD_KEY] = "hub-old-key",
  [SIM_PLANT_KEY_EARLY] = "key-early",
  [SIM_PLANT_KEY_UNTOLD] = "key-untold",
  [SIM_PLANT_KEY_LOST] = "key-lost",
  [SIM_PLANT_OLD_BELIEVED] = "old-believed",
  [SIM_PLANT_OLD_POORER] = "old-poorer",
  [SIM_PLANT_LINE_THAWED] = "line-thawed",
  [SIM_PLANT_SPARE_BEYOND] = "spare-beyond",
  [SIM_PLANT_UNSAID_HELD] = "unsaid-held",
};

const gchar *
sim_count_name (SimCount count) {
  return count_names[count];
}

const gchar *
sim_plant_name (SimPlant plant) {
  return plant_names[plant];
}

void
sim_count (Sim *sim, SimCount count) {
  sim->counts[count]++;
}

gboolean
sim_chance (Sim *sim, guint in_10000) {
  return sim_random_chance (&sim->random, in_10000, 10000);
}

gboolean
sim_plants (Sim *sim, SimPlant plant) {
  return sim->options.plant == plant;
}

SimNode *
sim_node (Sim *sim, guint index) {
  return g_ptr_array_index (sim->nodes, index);
}

SimNode *
sim_find_node (Sim *sim, const GeoPid *pid) {
  for (guint i = 0; i < sim->nodes->len; i++)
    if (geo_pid_equal (&sim_node (sim, i)->pid, pid))
      return sim_node (sim, i);
  return NULL;
}

/* --- Events: a heap, the next one on top ---------------------------------- */

static void
event_free (gpointer data) {
  SimEvent *event = data;

  g_free (event->text);
  g_free (event);
}

static gboolean
is_before (const Sim *sim, guint a, guint b) {
  const SimEvent *one = g_ptr_array_index (sim->events, a);
  const SimEvent *other = g_ptr_array_index (sim->events, b);

  return one->at != other->at ? one->at < other->at
                              : one->number < other->number;
}

static void
swap (Sim *sim, guint a, guint b) {
  gpointer one = sim->events->pdata[a];

  sim->events->pdata[a] = sim->events->pdata[b];
  sim->events->pdata[b] = one;
}

/* Its time is given before it goes into the heap, the rest afterwards. */
SimEvent *
sim_add_event (Sim *sim, SimEventKind kind, gint64 in_ms) {
  SimEvent *event = g_new0 (SimEvent, 1);
  guint i = sim->events->len;

  event->kind = kind;
  event->at = sim->now + MAX (in_ms, 0);
  event->number = ++sim->n_events;
  g_ptr_array_add (sim->events, event);
  for (; i > 0 && is_before (sim, i, (i - 1) / 2); i = (i - 1) / 2)
    swap (sim, i, (i - 1) / 2);
  return event;
}

static SimEvent *
take_event (Sim *sim, GeoTime until) {
  SimEvent *event;
  guint i = 0;

  if (sim->events->len == 0)
    return NULL;
  event = g_ptr_array_index (sim->events, 0);
  if (event->at > until)
    return NULL;
  swap (sim, 0, sim->events->len - 1);
  g_ptr_array_steal_index (sim->events, sim->events->len - 1);
  for (;;) {
    guint least = i;

    for (guint child = 2 * i + 1; child <= 2 * i + 2; child++)
      if (child < sim->events->len && is_before (sim, child, least))
        least = child;
    if (least == i)
      return event;
    swap (sim, i, least);
    i = least;
  }
}

static void
happen (Sim *sim, SimEvent *event) {
  SimNode *node = event->node;

  switch (event->kind) {
  case SIM_EVENT_TO_HUB:
  case SIM_EVENT_TO_NODE:
    sim_net_event (sim, event);
    return;
  case SIM_EVENT_HUB_TIMER:
    if (sim->hub->up && event->life == sim->hub->life)
      sim_hub_timer (sim->hub, event);
    return;
  case SIM_EVENT_HUB_WRITE:
    if (sim->hub->up && event->life == sim->hub->life)
      sim_hub_write (sim->hub);
    return;
  case SIM_EVENT_HUB_CLOSED:
    if (sim->hub->up && event->session->hub_open)
      sim_hub_closed (sim->hub, event->session);
    return;
  case SIM_EVENT_HUB_START:
    if (!sim->hub->up && !sim->hub->is_held)
      sim_hub_start (sim->hub);
    return;
  case SIM_EVENT_NODE_TIMER:
    if (node->up && event->life == node->life)
      sim_node_timer (node, event);
    return;
  case SIM_EVENT_NODE_STORE:
    if (node->up && event->life == node->life)
      sim_node_store (node, event);
    return;
  case SIM_EVENT_NODE_RELOAD:
    if (node->up && event->life == node->life)
      sim_node_reload (node, event);
    return;
  case SIM_EVENT_NODE_CONNECT:
    if (node->up && event->life == node->life)
      sim_node_connect (node);
    return;
  case SIM_EVENT_NODE_CLOSED:
    if (node->session == event->session)
      sim_node_closed (node, event->session);
    return;
  case SIM_EVENT_NODE_KEY:
    if (node->up && event->life == node->life)
      sim_keys_replace (node);
    return;
  case SIM_EVENT_NODE_COPY:
    if (node->up && event->life == node->life)
      sim_copy_event (node, event);
    return;
  case SIM_EVENT_THIEF:
    sim_keys_thief (sim, event->session);
    return;
  case SIM_EVENT_NODE_RETURN:
    sim_node_return (node, 1);
    return;
  case SIM_EVENT_NODE_START:
    if (!node->up)
      sim_node_start (node);
    return;
  case SIM_EVENT_WISH:
    sim_life_next (sim);
    return;
  }
}

static gboolean
step (Sim *sim, GeoTime until) {
  SimEvent *event = take_event (sim, until);

  if (event == NULL)
    return FALSE;
  sim->now = event->at;
  sim->step++;
  if (sim->options.until > 0 && sim->step >= sim->options.until) {
    g_print ("# stopped before step %u\n", sim->step);
    sim_fail (sim, event->node, "until", "this was asked for");
  }
  happen (sim, event);
  sim_check_step (sim, event);
  event_free (event);
  return TRUE;
}

void
sim_let (Sim *sim, gint64 ms) {
  GeoTime until = sim->now + ms;
  guint n = 0;

  while (step (sim, until))
    if (++n > SETTLE_STEPS_MAX)
      sim_fail (sim, NULL, "rest", "this never ends");
  sim->now = until;
}

/* --- A run ---------------------------------------------------------------- */

static void
set_faults (Sim *sim) {
  SimFaults *faults = &sim->storm;
  SimRandom *random = &sim->random;

  faults->latency_ms = 40;
  switch (sim->options.profile) {
  case SIM_PROFILE_CALM:
    faults->dropped = 5;
    faults->refuses = 100;
    return;
  case SIM_PROFILE_TOWN:
    faults->dropped = 8;
    faults->node_falls = 2;
    faults->hub_falls = 1;
    faults->refuses = 100;
    faults->power = 50;
    return;
  case SIM_PROFILE_MARKET:
    faults->dropped = 20;
    faults->lost = 10;
    faults->doubled = 10;
    faults->reordered = 50;
    faults->cut = 5;
    faults->node_falls = 8;
    faults->hub_falls = 3;
    faults->disk_full = 5;
    faults->disk_errors = 5;
    faults->disk_crashes = 5;
    faults->hub_disk = 5;
    faults->refuses = 200;
    faults->power = 50;
    faults->latency_ms = 150;
    return;
  case SIM_PROFILE_STORM:
    break;
  }
  /* Each storm has its own mixture, and some winds do not blow at all. */
#define WIND(most) \
  (sim_random_chance (random, 1, 4) ? 0 : sim_random_below (random, (most) + 1))
  faults->lost = WIND (800);
  faults->doubled = WIND (800);
  faults->reordered = WIND (1500);
  faults->cut = WIND (100);
  faults->dropped = WIND (150);
  faults->node_falls = WIND (60);
  faults->hub_falls = WIND (25);
  faults->disk_full = WIND (100);
  faults->disk_errors = WIND (100);
  faults->disk_crashes = WIND (100);
  faults->hub_disk = WIND (100);
  faults->refuses = WIND (1500);
  faults->power = sim_random_below (random, 101);
  faults->latency_ms = sim_random_chance (random, 1, 3)
                           ? sim_random_below (random, 4000)
                           : sim_random_below (random, 200);
#undef WIND
}

Sim *
sim_new (const SimOptions *options) {
  Sim *sim = g_new0 (Sim, 1);

  sim->options = *options;
  sim->trace = sim_trace_new (options->verbose);
  sim_random_init (&sim->random, options->seed, 1);
  sim_random_init (&sim->sodium, options->seed, 2);
  sim_random_init (&sim->sqlite, options->seed, 3);
  sim_random_install (&sim->sodium);
  sim_memo_begin (!options->no_memo);
  sim_disk_install (&sim->sqlite);
  sim->now = sim->started = START;
  sim->hash = G_GUINT64_CONSTANT (0xcbf29ce484222325);
  sim->events = g_ptr_array_new_with_free_func (event_free);
  sim->sessions = g_ptr_array_new_with_free_func (sim_session_free);
  sim->nodes = g_ptr_array_new_with_free_func (sim_node_free);
  sim->faults.latency_ms = 5;
  sim->quiet = TRUE;
  sim->hub = sim_hub_new (sim);
  sim->truth = sim_truth_new (sim->hub->community);
  for (guint i = 0; i < options->n_nodes; i++)
    g_ptr_array_add (sim->nodes, sim_node_new (sim, i));
  return sim;
}

void
sim_free (Sim *sim) {
  if (sim == NULL)
    return;
  g_ptr_array_unref (sim->events);
  g_ptr_array_unref (sim->nodes);
  sim_hub_free (sim->hub);
  g_ptr_array_unref (sim->sessions);
  sim_truth_free (sim->truth);
  sim_truth_free (sim->twin);
  sim_truth_free (sim->old_truth);
  g_clear_pointer (&sim->town, g_ptr_array_unref);
  sim_trace_free (sim->trace);
  g_free (sim->weights);
  g_free (sim);
}

void
sim_settle (Sim *sim) {
  SimFaults none = { .latency_ms = 5 };
  SimFaults was = sim->faults;

  sim_count (sim, SIM_COUNT_quiet);
  sim_trace (sim, NULL, "nothing goes wrong any more");
  sim->quiet = TRUE;
  sim->quiet_since = sim->now;
  sim->faults = none;
  sim_disk_disarm (sim->hub->disk);
  sim->hub->skew = 0;
  for (guint i = 0; i < sim->nodes->len; i++) {
    SimNode *node = sim_node (sim, i);

    sim_disk_disarm (node->disk);
    node->was_ahead |= node->skew > 0;
    node->skew = 0;
    node->mute_until = 0;
    node->lied = FALSE;
  }
  /* What is half-open is found out, and what was on its way arrives. */
  sim_let (sim, SETTLE_MS / 2);
  for (guint i = 0; i < sim->nodes->len; i++) {
    SimNode *node = sim_node (sim, i);

    if (node->up)
      sim_node_leave (node);
  }
  sim_let (sim, SETTLE_MS);
  for (guint i = 0; i < sim->nodes->len; i++)
    sim_node_return (sim_node (sim, i), 1 + i);
  sim_let (sim, SETTLE_MS);
  for (guint i = 0; i < sim->nodes->len; i++)
    sim_node_answer_clearings (sim_node (sim, i));
  sim_let (sim, SETTLE_MS);
  /* Who was asked with a deadline that cannot be is silent until then. */
  if (geo_closer_count_clearings (sim->hub->closer) > 0)
    sim_let (sim, CLEARING_MS);
  for (guint i = 0; i < sim->nodes->len; i++)
    sim_node (sim, i)->behind = 0;
  sim_check_all (sim);
  sim_check_rest (sim);
  if (sim_plants (sim, SIM_PLANT_COPY_IGNORED) ||
      sim_plants (sim, SIM_PLANT_KEY_LOST) ||
      sim_random_chance (&sim->random, 1, 4)) {
    sim_copy_check (sim, sim_keys_somebody (sim));
    sim_check_rest (sim);
  }
  sim->quiet = FALSE;
  sim->faults = was;
}

void
sim_run (Sim *sim) {
  guint next_all = ALL_STEPS, next_rest, begun;

  sim_old_begin (sim);
  sim_hub_start (sim->hub);
  for (guint i = 0; i < sim->nodes->len; i++)
    sim_node_return (sim_node (sim, i), i);
  sim_let (sim, 10000);
  sim_life_begin (sim);
  sim_settle (sim);

  set_faults (sim);
  sim->faults = sim->storm;
  sim->quiet = FALSE;
  begun = sim->step;
  next_rest = begun + ALL_STEPS / 2 +
              sim_random_below (&sim->random, ALL_STEPS);
  next_all = begun + ALL_STEPS;
  sim_add_event (sim, SIM_EVENT_WISH, 1);
  while (sim->step < begun + sim->options.n_steps && step (sim, G_MAXINT64)) {
    if (sim->step >= next_all) {
      sim_check_all (sim);
      next_all += ALL_STEPS;
    }
    if (sim->step >= next_rest) {
      guint before = sim->step;

      sim_settle (sim);
      sim_old_copy (sim);
      /* Resting is no part of the life that was asked for. */
      begun += sim->step - before;
      next_all += sim->step - before;
      next_rest = sim->step + ALL_STEPS +
                  sim_random_below (&sim->random, ALL_STEPS);
    }
  }
  sim_settle (sim);
  sim_old_put_back (sim);
  sim->counts[SIM_COUNT_days] +=
      (guint64) ((sim->now - sim->started) / G_GINT64_CONSTANT (86400000));
}
