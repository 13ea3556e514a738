/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sets up and looks; it does nothing bad itself.
 */
#include "it-town.h"

#define LIMIT 100000

void
it_town_set_up (ItTown *town, gconstpointer data) {
  ItRaw *raw;
  g_autoptr (GeoTrustLine) x_line = NULL;
  g_autoptr (GeoTrustLine) payee_line = NULL;

  town->hub = it_hub_new (NULL);
  it_hub_start (town->hub);
  town->payer = it_guest_new ("Olena");
  town->x = it_guest_new ("Xenia");
  town->payee = it_guest_new ("Ivan");
  town->stranger = it_guest_new ("Petro");

  it_raw_free (it_guest_sign_in (town->stranger, town->hub));
  town->raw = it_guest_sign_in (town->payer, town->hub);
  raw = it_guest_sign_in (town->x, town->hub);
  x_line = it_guest_trust (town->x, raw, town->hub, &town->payer->pid, LIMIT);
  town->line = it_guest_trust (town->payer, town->raw, town->hub, &town->x->pid,
                               LIMIT);
  it_raw_free (raw);
  raw = it_guest_sign_in (town->payee, town->hub);
  payee_line = it_guest_trust (town->payee, raw, town->hub, &town->x->pid,
                               LIMIT);
  it_raw_free (raw);
  it_raw_settle (town->raw);
  town->digest = it_hub_digest (town->hub);
}

void
it_town_check_unchanged (ItTown *town) {
  g_autofree gchar *digest = it_hub_digest (town->hub);

  g_assert_cmpstr (digest, ==, town->digest);
}

GeoProvenEntry *
it_town_pay_well (ItTown *town, const gchar *tx_id) {
  g_autoptr (GeoOrder) order = it_guest_order (town->payer, town->hub, tx_id,
                                               &town->payee->pid, 100);
  g_autoptr (GeoMessage) request = it_order_message (order);
  g_autoptr (GeoMessage) commit = NULL;

  g_assert_true (it_raw_send (town->raw, request));
  commit = it_raw_expect (town->raw, GEO_MESSAGE_PAYMENT_COMMIT);
  g_free (town->digest);
  town->digest = it_hub_digest (town->hub);
  return geo_proven_entry_copy (commit->u.payment_commit->entry);
}

void
it_town_tear_down (ItTown *town, gconstpointer data) {
  g_autofree gchar *tx_id = g_uuid_string_random ();

  /* After all that it still works. */
  if (town->raw->closed) {
    it_raw_free (town->raw);
    town->raw = it_guest_sign_in (town->payer, town->hub);
  }
  geo_proven_entry_free (it_town_pay_well (town, tx_id));

  it_raw_free (town->raw);
  it_hub_stop (town->hub);
  it_hub_check (town->hub);
  it_hub_free (town->hub);
  it_guest_free (town->payer);
  it_guest_free (town->x);
  it_guest_free (town->payee);
  it_guest_free (town->stranger);
  geo_trust_line_free (town->line);
  g_free (town->digest);
}
