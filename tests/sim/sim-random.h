/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Chance for the simulator: one stream of numbers for each purpose, all from
 * one seed, and the same for libsodium's own randomness.  The same seed gives
 * the same numbers on every machine.
 */
#pragma once

#include <glib.h>

typedef struct {
  guint64 state;
} SimRandom;

void sim_random_init (SimRandom *random, guint64 seed, guint64 stream);
guint64 sim_random_next (SimRandom *random);
/* 0 … n − 1; n above 0. */
guint sim_random_below (SimRandom *random, guint n);
/* Both ends included. */
gint64 sim_random_range (SimRandom *random, gint64 least, gint64 most);
/* As often as part in whole. */
gboolean sim_random_chance (SimRandom *random, guint part, guint whole);

/* libsodium draws from this stream from now on. Before its first use. */
void sim_random_install (SimRandom *random);
