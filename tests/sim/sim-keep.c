/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * State copies at the simulated hub: the hub's own room for them, which asks
 * its engine for the book, the reader and the disk.  Here the engine is the
 * simulated hub and the clock the simulator's: the linker puts these in the
 * place of the real ones (--wrap), in the simulator only.
 */
#include "sim.h"
#include "store/geo-hub-keeping.h"

static SimHub *keeping;

/* The names are the linker's. */
/* NOLINTBEGIN(bugprone-reserved-identifier) */
const GeoBook *__wrap_geo_engine_get_book (const GeoEngine *engine);
GeoHubStore *__wrap_geo_engine_get_reader (GeoEngine *engine);
gboolean __wrap_geo_engine_settle (GeoEngine *engine);
void __wrap_geo_engine_store (GeoEngine *engine,
                              GeoChange *change,
                              GeoEngineDoneFunc done,
                              gpointer user_data,
                              GDestroyNotify destroy);
gint64 __wrap_g_get_real_time (void);
gint64 __wrap_g_get_monotonic_time (void);

const GeoBook *
__wrap_geo_engine_get_book (const GeoEngine *engine) {
  return ((const SimHub *) engine)->book;
}

GeoHubStore *
__wrap_geo_engine_get_reader (GeoEngine *engine) {
  return ((SimHub *) engine)->reader;
}

/* What is written here is on the disk when it can be read. */
gboolean
__wrap_geo_engine_settle (GeoEngine *engine) {
  return TRUE;
}

void
__wrap_geo_engine_store (GeoEngine *engine,
                         GeoChange *change,
                         GeoEngineDoneFunc done,
                         gpointer user_data,
                         GDestroyNotify destroy) {
  GPtrArray *actions = geo_actions_new ();

  geo_actions_store_change (actions, change);
  sim_hub_submit_done ((SimHub *) engine, actions, done, user_data, destroy);
}

gint64
__wrap_g_get_real_time (void) {
  return sim_hub_now (keeping) * 1000;
}

gint64
__wrap_g_get_monotonic_time (void) {
  return keeping->sim->now * 1000;
}
/* NOLINTEND(bugprone-reserved-identifier) */

/* P1: nobody is told that a copy is kept before it is. */
static void
check_said (SimHub *hub, const SimNode *node, const GeoMessage *message) {
  const GeoMsgStateResult *result = message->u.state_result;
  GeoStateCopy *there = NULL;
  g_autoptr (GError) error = NULL;
  gboolean is_there;

  if (message->type != GEO_MESSAGE_STATE_RESULT || result->copy == NULL)
    return;
  if (!geo_hub_store_get_state (hub->reader, &node->pid, &there, &error))
    sim_fail_store (hub->sim, NULL, "store", error);
  is_there = there != NULL && there->version >= result->copy->version;
  geo_state_copy_free (there);
  if (!is_there)
    sim_fail (hub->sim, node, "P1", "a copy is said to be kept, and is not");
}

static void
send (const GeoPid *to, GeoMessage *message, gpointer user_data) {
  SimHub *hub = user_data;
  SimNode *node = sim_find_node (hub->sim, to);
  SimSession *session = hub->guests[node->index];

  if (session == NULL)
    return;
  check_said (hub, node, message);
  sim_send_to_node (session, message, FALSE);
}

void
sim_keep_begin (SimHub *hub) {
  keeping = hub;
  hub->states = geo_hub_states_new ((GeoEngine *) hub, send, hub);
}

void
sim_keep_end (SimHub *hub) {
  g_clear_pointer (&hub->states, geo_hub_states_free);
}

gboolean
sim_keep_take (SimHub *hub, SimNode *node, const GeoMessage *message) {
  if (!geo_hub_states_takes (message))
    return FALSE;
  sim_keys_hand_in (hub, node, message);
  geo_hub_states_take (hub->states, &node->pid, message);
  return TRUE;
}
