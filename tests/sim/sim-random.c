/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * SplitMix64: small, and good enough for faults.  It must never be used for
 * keys of anybody.
 */
#include "sim-random.h"

#include <sodium.h>

void
sim_random_init (SimRandom *random, guint64 seed, guint64 stream) {
  random->state = seed * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15) ^
                  stream * G_GUINT64_CONSTANT (0xd1342543de82ef95);
  sim_random_next (random);
}

guint64
sim_random_next (SimRandom *random) {
  guint64 z = random->state += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);

  z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return z ^ (z >> 31);
}

guint
sim_random_below (SimRandom *random, guint n) {
  g_assert (n > 0);
  return (guint) ((sim_random_next (random) >> 32) % n);
}

gint64
sim_random_range (SimRandom *random, gint64 least, gint64 most) {
  g_assert (least <= most);
  return least +
         (gint64) (sim_random_next (random) % (guint64) (most - least + 1));
}

gboolean
sim_random_chance (SimRandom *random, guint part, guint whole) {
  return part > 0 && sim_random_below (random, whole) < part;
}

/* --- libsodium ------------------------------------------------------------ */

static SimRandom *sodium_stream;

static const char *
implementation_name (void) {
  return "geo-sim";
}

static uint32_t
draw (void) {
  return (uint32_t) (sim_random_next (sodium_stream) >> 32);
}

static void
fill (void *const data, const size_t len) {
  guint8 *bytes = data;

  for (size_t i = 0; i < len; i++)
    bytes[i] = (guint8) (sim_random_next (sodium_stream) >> 56);
}

void
sim_random_install (SimRandom *random) {
  static struct randombytes_implementation implementation = {
    .implementation_name = implementation_name,
    .random = draw,
    .buf = fill,
  };

  /* What it draws once in a process must not come out of the first run. */
  g_assert (sodium_init () >= 0);
  sodium_stream = random;
  randombytes_set_implementation (&implementation);
}
