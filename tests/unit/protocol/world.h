/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A community in one process: a hub and its members, each a state machine, with
 * the clock, the network and the disks in between.  Messages travel as text;
 * they may be lost, doubled and overtake each other, and any machine may fall
 * between two of its actions.
 */
#pragma once

#include "protocol/geo-party.h"
#include "town.h"

G_BEGIN_DECLS

typedef struct _World World;

typedef struct {
  World *world;
  guint index;
  Person *person;
  GeoParty *party;
  GPtrArray *records; /* GeoAction: what is on its disk */
  gboolean connected;
  guint session;
  gboolean deaf; /* Connected, but hears nothing. */
  guint refuse_percent;
  GHashTable *timers; /* GeoHash → GeoTime: one timer a hash */
  GHashTable *states; /* GeoHash of an order → GeoPaymentState */
  gchar *last_reason; /* Of the last payment that was not paid */
  guint n_received;
  guint n_passed;
  guint n_cleared;
} Member;

struct _World {
  GeoSecret *secret;
  GeoCommunity *community;
  GeoPid pid;
  Ledger *ledger;
  GeoBook *book;
  GeoCloser *closer;
  GPtrArray *members;
  GRand *rand;
  GeoTime now;
  GSequence *events;
  GHashTable *hub_timers;
  guint64 n_events;
  guint n_starts;
  guint n_ids;

  guint delay_ms_min;
  guint delay_ms_max; /* Above the least. */
  guint lost_percent;
  guint doubled_percent;
  guint hub_falls_permille; /* Before each action. */
  guint member_falls_permille;
  guint64 violations; /* Of hubs that fell. */
  guint n_falls;
  guint n_lost;
};

World *world_new (guint n_members, guint32 seed);
void world_free (World *world);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (World, world_free)

Member *world_member (World *world, guint index);
void world_connect (World *world, guint index);
void world_disconnect (World *world, guint index);
void world_connect_all (World *world);
/* Falls and starts again from what is on its disk, not connected. */
void world_restart_member (World *world, guint index);
void world_restart_hub (World *world);

/* FALSE: the party would not. */
gboolean
world_trust (World *world, guint from, guint to, gint64 limit, LineFlags flags);
gboolean world_pay (World *world,
                    guint from,
                    guint to,
                    gint64 amount,
                    const gchar *text,
                    gint64 deadline_ms,
                    GeoHash *order);

/* The hub looks for the largest clearing, as cycles of at most max_length. */
guint world_clear (World *world, guint max_length);
/* The member answers all clearings that it is asked about; how many. */
guint world_answer (World *world, guint index, gboolean accepts);
guint world_count_proposals (World *world, guint index);

/* Everything that happens in the next ms. */
void world_run (World *world, gint64 ms);
/* Until nothing is left to happen. */
void world_settle (World *world);

/* What the person was told; 0 for nothing. */
GeoPaymentState world_state (World *world, guint index, const GeoHash *order);
gint64 world_debt (World *world, guint debtor, guint creditor);
/* I5, I7: every pair is equal on both sides and at the hub; every order has one
 * outcome, the same for all; nothing is open.  All have to be connected. */
void world_check (World *world);

G_END_DECLS
