/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The hub of the simulator: closer, book and the real store, driven as geo-hub
 * drives them (one queue of lists, group commit, a reader beside the writer),
 * with the clock and the disk in other hands.  It decides nothing.
 */
#include "sim.h"

#include "hub/geo-engine-load.h"
#include "store/geo-hub-keeping.h"

#include <string.h>

#include <glib/gstdio.h>

#define BATCH_MAX 64
#define ASKED_AGAIN_MAX 32
#define START_MS_MAX 30000

typedef struct {
  GPtrArray *actions;
  guint next;
  guint collected;
  GeoEngineDoneFunc done; /* When all of it is carried out; or NULL */
  gpointer user_data;
  GDestroyNotify destroy;
} List;

static void pump (SimHub *hub);

static void
list_free (gpointer data) {
  List *list = data;

  if (list->destroy != NULL)
    list->destroy (list->user_data);
  g_ptr_array_unref (list->actions);
  g_free (list);
}

GeoTime
sim_hub_now (const SimHub *hub) {
  return hub->sim->now + hub->skew;
}

/* --- Making --------------------------------------------------------------- */

static GeoEquivalent *
equivalent_new (const gchar *code, guint precision, GeoEquivalentKind kind) {
  GeoEquivalent *equivalent = geo_equivalent_new ();

  equivalent->code = g_strdup (code);
  equivalent->precision = precision;
  equivalent->kind = kind;
  return equivalent;
}

static GeoCommunity *
community_new (SimHub *hub) {
  GeoCommunity *community = geo_community_new ();

  geo_secret_get_pid (hub->secret, &community->community);
  geo_secret_get_public (hub->secret, &community->key);
  community->name = g_strdup ("The simulated town");
  g_ptr_array_add (community->equivalents,
                   equivalent_new ("UAH", 2, GEO_EQUIVALENT_KIND_FIAT));
  g_ptr_array_add (community->equivalents,
                   equivalent_new ("EUR", 2, GEO_EQUIVALENT_KIND_FIAT));
  g_ptr_array_add (community->equivalents,
                   equivalent_new ("HOUR", 2, GEO_EQUIVALENT_KIND_TIME));
  community->seq = 1;
  community->at = hub->sim->now;
  geo_community_sign (community, hub->secret);
  return community;
}

SimHub *
sim_hub_new (Sim *sim) {
  SimHub *hub = g_new0 (SimHub, 1);
  g_autofree gchar *folder = g_strdup_printf (
      "%s/%" G_GUINT64_FORMAT "-hub", sim->options.folder, sim->options.seed);
  guint8 seed[GEO_SEED_LEN];

  hub->sim = sim;
  memset (seed, 0xee, sizeof seed);
  hub->secret = geo_secret_new_from_seed (seed);
  hub->community = community_new (hub);
  g_assert (g_mkdir_with_parents (folder, 0700) == 0);
  hub->path = g_build_filename (folder, "hub.db", NULL);
  hub->disk = sim_disk_new (folder);
  memset (hub->salt_key, 0x5a, sizeof hub->salt_key);
  hub->timers = g_hash_table_new_full (geo_hash_hash, geo_hash_equal, g_free,
                                       g_free);
  hub->guests = g_new0 (SimSession *, sim->options.n_nodes);
  hub->readers = g_new0 (SimReader, sim->options.n_nodes);
  hub->batch = g_ptr_array_new ();
  hub->uncertain = g_ptr_array_new ();
  hub->wreck = g_ptr_array_new_with_free_func (list_free);
  hub->taken = g_hash_table_new_full (geo_hash_hash, geo_hash_equal, g_free,
                                      NULL);
  hub->stale = g_hash_table_new_full (geo_hash_hash, geo_hash_equal, g_free,
                                      NULL);
  g_queue_init (&hub->lists);
  return hub;
}

static void
close_all (SimHub *hub) {
  hub->violations += hub->closer == NULL
                         ? 0
                         : geo_closer_get_violations (hub->closer);
  sim_keep_end (hub);
  g_clear_pointer (&hub->closer, geo_closer_free);
  g_clear_pointer (&hub->book, geo_book_free);
  g_clear_pointer (&hub->tree, geo_tree_free);
  g_clear_pointer (&hub->reader, geo_hub_store_close);
  g_clear_pointer (&hub->writer, geo_hub_store_close);
}

void
sim_hub_free (SimHub *hub) {
  if (hub == NULL)
    return;
  sim_disk_stop (hub->disk);
  close_all (hub);
  g_queue_clear_full (&hub->lists, list_free);
  g_ptr_array_unref (hub->batch);
  g_ptr_array_unref (hub->uncertain);
  g_ptr_array_unref (hub->wreck);
  g_hash_table_unref (hub->timers);
  g_hash_table_unref (hub->taken);
  g_hash_table_unref (hub->stale);
  sim_disk_free (hub->disk);
  geo_secret_unref (hub->secret);
  geo_community_free (hub->community);
  g_free (hub->guests);
  g_free (hub->readers);
  g_free (hub->path);
  g_free (hub);
}

/* --- Starting ------------------------------------------------------------- */

GeoBook *
sim_hub_load_book (SimHub *hub, GError **error) {
  g_autoptr (GeoBook) book = geo_book_new (hub->community);

  if (!geo_engine_load_book (hub->reader, book, sim_hub_now (hub), error))
    return NULL;
  return g_steal_pointer (&book);
}

typedef struct {
  const GeoParticipant *wanted;
  gboolean found;
} Search;

static gboolean
find_participant_cb (const GeoParticipant *participant,
                     gboolean frozen,
                     gint64 last_sequence,
                     const GeoHash *last_entry_hash,
                     gpointer user_data,
                     GError **error) {
  Search *search = user_data;
  GeoHash one, other;

  geo_participant_hash (participant, &one);
  geo_participant_hash (search->wanted, &other);
  search->found = search->found || geo_hash_equal (&one, &other);
  return TRUE;
}

static gint
is_status_on_disk (SimHub *hub, const GeoChange *change) {
  g_autoptr (GError) error = NULL;
  GeoStatus status;

  if (!geo_hub_store_get_status (hub->reader, &change->pid, &status, &error))
    sim_fail_store (hub->sim, NULL, "I8", error);
  return status == change->status;
}

/* 1: it is on disk; 0: it is not; −1: it cannot be told. */
static gint
is_on_disk (SimHub *hub, const GeoChange *change) {
  g_autoptr (GError) error = NULL;
  GeoHubOutcome outcome = { FALSE };
  gboolean found, asked;

  if (change->entries->len > 0) {
    const GeoProvenEntry *wanted = g_ptr_array_index (change->entries, 0);
    g_autoptr (GPtrArray) entries =
        geo_hub_store_list_entries (hub->reader, &wanted->entry->participant,
                                    wanted->entry->sequence - 1, 1, &error);
    const GeoProvenEntry *there;
    GeoHash one, other;

    if (entries == NULL)
      sim_fail_store (hub->sim, NULL, "I8", error);
    if (entries->len == 0)
      return 0;
    there = g_ptr_array_index (entries, 0);
    geo_entry_hash (wanted->entry, &one);
    geo_entry_hash (there->entry, &other);
    return geo_hash_equal (&one, &other);
  }
  if (change->kind == GEO_CHANGE_HUB && change->has_status)
    return is_status_on_disk (hub, change);
  if (change->kind == GEO_CHANGE_PARTICIPANT) {
    Search search = { change->participant, FALSE };

    if (!geo_hub_store_load_participants (hub->reader, find_participant_cb,
                                          &search, &error))
      sim_fail_store (hub->sim, NULL, "I8", error);
    return search.found;
  }
  if (change->kind != GEO_CHANGE_REFUSAL)
    return -1;
  asked = change->refusal->has_order
              ? geo_hub_store_find_order (hub->reader, &change->refusal->order,
                                          &hub->community->community, &outcome,
                                          &error)
              : geo_hub_store_find_contract (
                    hub->reader, &change->refusal->contract,
                    &hub->community->community, &outcome, &error);
  if (!asked)
    sim_fail_store (hub->sim, NULL, "I8", error);
  found = outcome.found && outcome.refusal != NULL &&
          outcome.refusal->has_order == change->refusal->has_order;
  geo_hub_outcome_clear (&outcome);
  return found;
}

/* What is wrong says by itself which invariant that is. */
static void
fail_truth (Sim *sim, const gchar *wrong) {
  gsize len = strcspn (wrong, ":");
  gchar invariant[16];

  g_assert (len + 1 < sizeof invariant && wrong[len] == ':');
  g_strlcpy (invariant, wrong, len + 1);
  sim_fail (sim, NULL, invariant, "%s", wrong + len + 2);
}

static void
believe (SimHub *hub, GPtrArray *changes) {
  Sim *sim = hub->sim;
  guint repaid = sim_truth_count_repaid_frozen (sim->truth);
  guint spares = sim_truth_count_over_spares (sim->truth);

  for (guint i = 0; i < changes->len; i++) {
    const GeoChange *change = g_ptr_array_index (changes, i);
    const gchar *wrong = sim_truth_add (sim->truth, change, sim->now);

    if (wrong != NULL)
      fail_truth (sim, wrong);
    if (sim->twin != NULL)
      sim_truth_add (sim->twin, change, sim->now);
    sim_keys_check_change (hub, change);
  }
  sim->counts[SIM_COUNT_repaid_frozen] +=
      sim_truth_count_repaid_frozen (sim->truth) - repaid;
  sim->counts[SIM_COUNT_over_spares] +=
      sim_truth_count_over_spares (sim->truth) - spares;
}

void
sim_hub_believe_again (SimHub *hub, GPtrArray *changes) {
  sim_truth_set_past (hub->sim->truth, TRUE);
  for (guint i = 0; i < changes->len; i++) {
    const GeoChange *change = g_ptr_array_index (changes, i);
    const gchar *wrong = sim_truth_add (hub->sim->truth, change, change->at);

    if (wrong != NULL)
      fail_truth (hub->sim, wrong);
  }
  sim_truth_set_past (hub->sim->truth, FALSE);
}

/* A later change of the same transaction says otherwise of the same person. */
static gboolean
is_undone (GPtrArray *changes, guint n) {
  const GeoChange *change = g_ptr_array_index (changes, n);

  for (guint i = n + 1; i < changes->len; i++) {
    const GeoChange *later = g_ptr_array_index (changes, i);

    if (later->kind == change->kind &&
        (change->kind == GEO_CHANGE_HUB
             ? later->has_status && geo_pid_equal (&later->pid, &change->pid)
             : change->kind == GEO_CHANGE_PARTICIPANT &&
                   geo_pid_equal (&later->participant->pid,
                                  &change->participant->pid)))
      return TRUE;
  }
  return FALSE;
}

/* I8: a transaction of which the disk said nothing is there whole, or not at
 * all. */
static void
find_out (SimHub *hub) {
  gint there = -1;

  for (guint i = 0; i < hub->uncertain->len; i++) {
    gint one = is_undone (hub->uncertain, i)
                   ? -1
                   : is_on_disk (hub, g_ptr_array_index (hub->uncertain, i));

    if (one < 0)
      continue;
    if (there >= 0 && one != there)
      sim_fail (hub->sim, NULL, "I8", "half a transaction is on disk");
    there = one;
  }
  if (there > 0)
    believe (hub, hub->uncertain);
  g_ptr_array_set_size (hub->uncertain, 0);
  g_ptr_array_set_size (hub->wreck, 0);
}

void
sim_hub_start (SimHub *hub) {
  Sim *sim = hub->sim;
  g_autoptr (GError) error = NULL;
  GeoCloserLimits limits;

  hub->writer = geo_hub_store_open (hub->path, FALSE, &error);
  if (hub->writer == NULL ||
      !geo_hub_store_set_community (hub->writer, hub->community, &error))
    sim_fail_store (sim, NULL, "I8", error);
  hub->reader = geo_hub_store_open (hub->path, TRUE, &error);
  if (hub->reader == NULL)
    sim_fail_store (sim, NULL, "I8", error);
  find_out (hub);
  hub->book = sim_hub_load_book (hub, &error);
  if (hub->book == NULL)
    sim_fail_store (sim, NULL, "I8", error);
  /* §9: the log fits the journal, however it fell. */
  hub->tree = geo_tree_new (hub->reader, &hub->community->community,
                            hub->secret, &error);
  if (hub->tree == NULL)
    sim_fail_store (sim, NULL, "log", error);
  geo_closer_limits_init (&limits);
  /* P4: of this start alone. */
  memcpy (hub->salt_key, &hub->life, sizeof hub->life);
  hub->closer = geo_closer_new (hub->book, hub->secret, hub->salt_key, &limits);
  sim_keep_begin (hub);
  hub->up = TRUE;
  hub->life++;
  sim_trace (sim, NULL, "starts");
  sim_check_book (sim);
}

/* --- Falling -------------------------------------------------------------- */

static void
go (SimHub *hub) {
  Sim *sim = hub->sim;

  hub->up = FALSE;
  hub->life++;
  /* P12: what it had in hand, it does not know any more. */
  g_hash_table_remove_all (hub->taken);
  g_hash_table_remove_all (hub->timers);
  hub->collected = hub->written = hub->passed = 0;
  g_ptr_array_set_size (hub->batch, 0);
  while (!g_queue_is_empty (&hub->lists))
    g_ptr_array_add (hub->wreck, g_queue_pop_head (&hub->lists));
  if (hub->uncertain->len == 0)
    g_ptr_array_set_size (hub->wreck, 0);
  for (guint i = 0; i < sim->sessions->len; i++) {
    SimSession *session = g_ptr_array_index (sim->sessions, i);

    if (session->hub_open)
      sim_session_close_hub (sim, session);
  }
  memset (hub->guests, 0, sim->options.n_nodes * sizeof *hub->guests);
  memset (hub->readers, 0, sim->options.n_nodes * sizeof *hub->readers);
  sim_add_event (sim, SIM_EVENT_HUB_START,
                 sim_random_range (&sim->random, 100, START_MS_MAX));
}

void
sim_hub_fall (SimHub *hub, SimPower power) {
  Sim *sim = hub->sim;
  SimDiskLosses losses = { 0 };

  if (!hub->up)
    return;
  sim_trace (sim, NULL, "falls (%d)", power);
  sim_count (sim, SIM_COUNT_hub_falls);
  if (power != SIM_POWER_KEPT)
    sim_count (sim, SIM_COUNT_power_cuts);
  sim_disk_stop (hub->disk);
  close_all (hub);
  go (hub);
  sim_disk_restart (hub->disk, power, &sim->random, &losses);
  sim->counts[SIM_COUNT_writes_lost] += losses.lost;
  sim->counts[SIM_COUNT_writes_torn] += losses.torn;
}

void
sim_hub_stop (SimHub *hub) {
  if (!hub->up)
    return;
  sim_trace (hub->sim, NULL, "stops");
  close_all (hub);
  go (hub);
}

/* What a machine's fall does to its disk. */
SimPower
sim_power (Sim *sim) {
  if (!sim_random_chance (&sim->random, sim->faults.power, 100))
    return SIM_POWER_KEPT;
  return sim_random_chance (&sim->random, 1, 2) ? SIM_POWER_LOST
                                                : SIM_POWER_MIXED;
}

/* --- Writing -------------------------------------------------------------- */

static void
collect (SimHub *hub) {
  Sim *sim = hub->sim;

  if (hub->batch->len > 0)
    return;
  for (GList *link = hub->lists.head;
       link != NULL && hub->batch->len < BATCH_MAX; link = link->next) {
    List *list = link->data;

    for (; list->collected < list->actions->len; list->collected++) {
      const GeoAction *action = g_ptr_array_index (list->actions,
                                                   list->collected);

      if (action->kind != GEO_ACTION_STORE_CHANGE)
        continue;
      if (hub->batch->len == BATCH_MAX)
        break;
      g_ptr_array_add (hub->batch, action->change);
    }
  }
  if (hub->batch->len == 0)
    return;
  hub->collected += hub->batch->len;
  sim_add_event (sim, SIM_EVENT_HUB_WRITE,
                 sim_random_chance (&sim->random, 1, 40)
                     ? sim_random_range (&sim->random, 10, 800)
                     : sim_random_range (&sim->random, 1, 4))
      ->life = hub->life;
}

static void
arm_disk (SimHub *hub) {
  Sim *sim = hub->sim;

  if (!sim_chance (sim, sim->faults.hub_disk))
    return;
  sim_disk_arm (hub->disk,
                (SimDiskFault) sim_random_range (&sim->random, SIM_DISK_FULL,
                                                 SIM_DISK_CRASH),
                (guint) sim_random_range (&sim->random, 1, 5));
}

static void
copy_pointers (GPtrArray *to, GPtrArray *from) {
  for (guint i = 0; i < from->len; i++)
    g_ptr_array_add (to, g_ptr_array_index (from, i));
}

void
sim_hub_write (SimHub *hub) {
  Sim *sim = hub->sim;
  g_autoptr (GError) error = NULL;
  gboolean written, gone;

  if (sim_plants (sim, SIM_PLANT_HUB_ENTRY) && !sim->quiet)
    sim_plant_entry (hub->batch);
  arm_disk (hub);
  written = geo_hub_store_write (hub->writer, hub->batch, &error);
  gone = sim_disk_is_gone (hub->disk);
  if (!gone)
    sim_disk_disarm (hub->disk);
  if (written) {
    believe (hub, hub->batch);
    if (gone) {
      g_ptr_array_set_size (hub->batch, 0);
      sim_count (sim, SIM_COUNT_disk_crashes);
      sim_hub_fall (hub, sim_power (sim));
      return;
    }
    for (guint i = 0; i < hub->batch->len; i++)
      sim_letters_written (hub, g_ptr_array_index (hub->batch, i));
    g_ptr_array_set_size (hub->batch, 0);
    hub->written = hub->collected;
    pump (hub);
    return;
  }

  /* A hub that cannot write stops. */
  sim_trace (sim, NULL, "cannot write: %s", error->message);
  if (gone)
    sim_count (sim, SIM_COUNT_disk_crashes);
  else if (g_error_matches (error, GEO_STORE_ERROR, GEO_STORE_ERROR_FULL))
    sim_count (sim, SIM_COUNT_disk_full);
  else if (g_error_matches (error, GEO_STORE_ERROR, GEO_STORE_ERROR_IO))
    sim_count (sim, SIM_COUNT_disk_errors);
  else
    sim_fail_store (sim, NULL, "store", error);
  if (!g_error_matches (error, GEO_STORE_ERROR, GEO_STORE_ERROR_FULL)) {
    sim_count (sim, SIM_COUNT_stores_in_doubt);
    copy_pointers (hub->uncertain, hub->batch);
  }
  sim_hub_fall (hub, sim_power (sim));
}

/* --- Carrying out --------------------------------------------------------- */

/* P1: nothing is said that is not on disk. */
void
sim_hub_check_said (SimHub *hub,
                    const SimNode *node,
                    const GeoMessage *message) {
  SimTruth *truth = hub->sim->truth;
  const GeoProvenEntry *entry = NULL;
  const GeoRefusal *refusal = NULL;
  SimOutcome outcome;

  if (message->type == GEO_MESSAGE_PAYMENT_COMMIT)
    entry = message->u.payment_commit->entry;
  else if (message->type == GEO_MESSAGE_TRUST_LINE_RECEIPT)
    entry = message->u.trust_line_receipt->entry;
  else if (message->type == GEO_MESSAGE_ENTRY)
    entry = message->u.entry->entry;
  else if (message->type == GEO_MESSAGE_CLEARING_COMMIT)
    entry = message->u.clearing_commit->entry;
  else if (message->type == GEO_MESSAGE_PAYMENT_ABORT)
    refusal = message->u.payment_abort->refusal;
  else if (message->type == GEO_MESSAGE_CLEARING_ABORT)
    refusal = message->u.clearing_abort->refusal;
  else if (message->type == GEO_MESSAGE_RECOVERY_RESPONSE) {
    entry = message->u.recovery_response->entry;
    refusal = message->u.recovery_response->refusal;
  } else if (message->type == GEO_MESSAGE_WELCOME &&
             message->u.welcome->sequence >
                 sim_truth_sequence (truth, &node->pid)) {
    sim_fail (hub->sim, node, "P1", "a welcome to what is not on disk");
  }
  if (entry != NULL &&
      entry->entry->sequence > sim_truth_sequence (truth, &node->pid))
    sim_fail (hub->sim, node, "P1", "an entry was sent before it was stored");
  if (refusal == NULL)
    return;
  outcome = refusal->has_order ? sim_truth_order (truth, &refusal->order)
                               : sim_truth_contract (truth, &refusal->contract);
  if (outcome != SIM_OUTCOME_REFUSED)
    sim_fail (hub->sim, node, "P1", "a refusal was sent before it was stored");
}

static void
send (SimHub *hub, const GeoPid *to, GeoMessage *message) {
  SimNode *node = sim_find_node (hub->sim, to);
  SimSession *session = hub->guests[node->index];
  g_autoptr (GeoMessage) lie = NULL;

  if (session == NULL)
    return;
  sim_hub_check_said (hub, node, message);
  /* It may have come back since. */
  if (message->type == GEO_MESSAGE_WELCOME &&
      !g_str_equal (message->msg_id, session->auth_id))
    return;
  /* What was decided before it signed in is in its entries. */
  if (message->type == GEO_MESSAGE_WELCOME)
    session->welcomed = TRUE;
  else if (!session->welcomed)
    return;
  if (node->lied)
    lie = sim_lie_change (hub, node, message);
  sim_send_to_node (session, lie != NULL ? lie : message, lie != NULL);
  if (message->type == GEO_MESSAGE_WELCOME)
    sim_letters_present (hub, node, TRUE);
}

static void
set_timer (SimHub *hub, const GeoAction *action) {
  SimEvent *event;
  GeoTime due;

  if (action->at == 0) {
    g_hash_table_remove (hub->timers, &action->timer);
    return;
  }
  event = sim_add_event (hub->sim, SIM_EVENT_HUB_TIMER,
                         action->at - sim_hub_now (hub));
  event->timer = action->timer;
  event->life = hub->life;
  due = event->at;
  g_hash_table_replace (hub->timers, geo_hash_dup (&action->timer),
                        g_memdup2 (&due, sizeof due));
}

/* FALSE when the list waits for the disk, or the hub fell. */
static gboolean
run_list (SimHub *hub, List *list) {
  Sim *sim = hub->sim;

  while (list->next < list->actions->len) {
    GeoAction *action = g_ptr_array_index (list->actions, list->next);

    if (sim_chance (sim, sim->faults.hub_falls)) {
      sim_hub_fall (hub, sim_power (sim));
      return FALSE;
    }
    switch (action->kind) {
    case GEO_ACTION_STORE_CHANGE:
      /* P1: Persist, then send. */
      if (hub->passed == hub->written) {
        if (!sim_plants (sim, SIM_PLANT_HUB_SENDS_FIRST) || sim->quiet)
          return FALSE;
        hub->passed--;
      }
      hub->passed++;
      break;
    case GEO_ACTION_SEND:
      send (hub, &action->to, action->message);
      break;
    case GEO_ACTION_TIMER:
      set_timer (hub, action);
      break;
    case GEO_ACTION_STORE_RECORD:
    case GEO_ACTION_TELL:
      g_assert_not_reached ();
    }
    list->next++;
  }
  return TRUE;
}

static void
pump (SimHub *hub) {
  List *list;

  if (hub->pumping)
    return;
  hub->pumping = TRUE;
  while (hub->up && (list = g_queue_peek_head (&hub->lists)) != NULL &&
         run_list (hub, list)) {
    g_queue_pop_head (&hub->lists);
    if (list->done != NULL)
      list->done (list->user_data);
    list_free (list);
  }
  hub->pumping = FALSE;
  if (hub->up)
    collect (hub);
}

void
sim_hub_submit (SimHub *hub, GPtrArray *actions) {
  if (actions->len == 0)
    g_ptr_array_unref (actions);
  else
    sim_hub_submit_done (hub, actions, NULL, NULL, NULL);
}

void
sim_hub_submit_done (SimHub *hub,
                     GPtrArray *actions,
                     GeoEngineDoneFunc done,
                     gpointer user_data,
                     GDestroyNotify destroy) {
  List *list = g_new0 (List, 1);

  list->actions = actions;
  list->done = done;
  list->user_data = user_data;
  list->destroy = destroy;
  g_queue_push_tail (&hub->lists, list);
  pump (hub);
}

gboolean
sim_hub_is_idle (const SimHub *hub) {
  return hub->up && g_queue_is_empty ((GQueue *) &hub->lists) &&
         hub->batch->len == 0;
}

void
sim_hub_clear (SimHub *hub, const gchar *equivalent) {
  GPtrArray *actions;

  if (!hub->up)
    return;
  sim_count (hub->sim, SIM_COUNT_clearings_asked);
  sim_trace (hub->sim, NULL, "clears %s", equivalent);
  actions = geo_actions_new ();
  geo_closer_clear (hub->closer, equivalent, GEO_CLOSER_CLEARING_LENGTH_DEFAULT,
                    sim_hub_now (hub), actions);
  sim_hub_submit (hub, actions);
}

void
sim_hub_freeze (SimHub *hub, SimNode *node, gboolean frozen) {
  GPtrArray *actions = geo_actions_new ();
  GeoChange *change;

  if (!hub->up || !geo_closer_set_frozen (hub->closer, &node->pid, frozen,
                                          sim_hub_now (hub), actions)) {
    g_ptr_array_unref (actions);
    return;
  }
  sim_count (hub->sim, frozen ? SIM_COUNT_frozen : SIM_COUNT_thawed);
  sim_trace (hub->sim, NULL, "%s %s", frozen ? "freezes" : "thaws", node->name);
  change = geo_change_new (GEO_CHANGE_HUB, sim_hub_now (hub));
  change->has_status = TRUE;
  change->pid = node->pid;
  change->status = frozen ? GEO_STATUS_FROZEN : GEO_STATUS_ACTIVE;
  geo_actions_store_change (actions, change);
  sim_hub_submit (hub, actions);
}

static void
note_open_cb (const GeoOrder *order, gpointer user_data) {
  gchar **tx_id = user_data;

  g_free (*tx_id);
  *tx_id = g_strdup (order->tx_id);
}

void
sim_hub_abort (SimHub *hub) {
  g_autofree gchar *tx_id = NULL;
  GPtrArray *actions;

  if (!hub->up)
    return;
  geo_closer_foreach_open (hub->closer, note_open_cb, &tx_id);
  if (tx_id == NULL)
    return;
  actions = geo_actions_new ();
  sim_count (hub->sim, SIM_COUNT_aborted);
  geo_closer_abort (hub->closer, tx_id, sim_hub_now (hub), actions);
  sim_hub_submit (hub, actions);
}

void
sim_hub_ask_again (SimHub *hub, SimNode *node) {
  SimSession *session = hub->guests[node->index];
  gint64 last = sim_truth_sequence (hub->sim->truth, &node->pid);
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (GeoMessage) message = NULL;
  g_autoptr (GError) error = NULL;
  const GeoProvenEntry *entry = NULL;
  GeoMsgPaymentPrepare *prepare;

  if (!hub->up || session == NULL || !session->welcomed || last == 0)
    return;
  entries = geo_hub_store_list_entries (hub->reader, &node->pid,
                                        MAX (0, last - ASKED_AGAIN_MAX),
                                        ASKED_AGAIN_MAX, &error);
  if (entries == NULL)
    sim_fail_store (hub->sim, NULL, "store", error);
  /* One that may still be asked about, the oldest. */
  for (guint i = 0; i < entries->len && entry == NULL; i++) {
    const GeoProvenEntry *one = g_ptr_array_index (entries, i);

    if (one->entry->kind == GEO_ENTRY_KIND_PAYMENT &&
        one->certificate->contract->deadline > hub->sim->now)
      entry = one;
  }
  if (entry == NULL)
    return;
  message = geo_message_new (GEO_MESSAGE_PAYMENT_PREPARE, NULL);
  prepare = message->u.payment_prepare;
  prepare->contract = geo_contract_copy (entry->certificate->contract);
  prepare->order = geo_order_copy (entry->certificate->order);
  for (guint i = 0; i < entry->hops->len; i++)
    g_ptr_array_add (prepare->hops,
                     geo_proven_hop_copy (g_ptr_array_index (entry->hops, i)));
  sim_count (hub->sim, SIM_COUNT_asked_again);
  sim_send_to_node (session, message, FALSE);
}

void
sim_hub_timer (SimHub *hub, const SimEvent *event) {
  const GeoTime *due = g_hash_table_lookup (hub->timers, &event->timer);
  GPtrArray *actions;

  if (due == NULL || *due != event->at)
    return;
  g_hash_table_remove (hub->timers, &event->timer);
  actions = geo_actions_new ();
  geo_closer_timer (hub->closer, &event->timer, sim_hub_now (hub), actions);
  sim_hub_submit (hub, actions);
}
