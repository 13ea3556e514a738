/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * ItTown: the fixture of the tests that misbehave: a hub and four people, a
 * line of trust from each to the next, and a digest of all that the hub holds,
 * which bad input must not change.
 */
#pragma once

#include "it-raw.h"

G_BEGIN_DECLS

/* The payer is there; X and the payee have gone away after giving their lines,
 * so that a good payment is made at once, by mandate (P7). */
typedef struct {
  ItHub *hub;
  ItGuest *payer;
  ItGuest *x;
  ItGuest *payee;
  ItGuest *stranger; /* Has joined, takes part in nothing. */
  ItRaw *raw; /* The payer's. */
  GeoTrustLine *line; /* The payer's, to X. */
  gchar *digest;
} ItTown;

void it_town_set_up (ItTown *town, gconstpointer data);
/* After all that the hub still works. */
void it_town_tear_down (ItTown *town, gconstpointer data);
void it_town_check_unchanged (ItTown *town);
/* A good payment of 1.00 that nobody is waited for: the payer's entry.  What
 * the hub holds now is what is unchanged from here on. */
GeoProvenEntry *it_town_pay_well (ItTown *town, const gchar *tx_id);
#define IT_TOWN_ADD(path, func) \
  g_test_add (path, ItTown, NULL, it_town_set_up, func, it_town_tear_down)

G_END_DECLS
