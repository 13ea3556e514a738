/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Made people and what they sign.  Their keys follow from their numbers, so
 * that several processes know them; nobody real has one.
 */
#include "bench.h"

#include <string.h>

#define ORDER_MS 60000

GeoSecret *
bench_secret (guint number) {
  guint8 seed[GEO_SEED_LEN] = "a person of the bench";

  memcpy (seed + sizeof seed - sizeof number, &number, sizeof number);
  return geo_secret_new_from_seed (seed);
}

void
bench_pid (guint number, GeoPid *out) {
  GeoSecret *secret = bench_secret (number);

  geo_secret_get_pid (secret, out);
  geo_secret_unref (secret);
}

GeoParticipant *
bench_participant (guint number, const GeoPid *community, GeoTime now) {
  GeoSecret *secret = bench_secret (number);
  GeoParticipant *participant = geo_participant_new ();

  participant->community = *community;
  geo_secret_get_pid (secret, &participant->pid);
  participant->name = g_strdup_printf ("Person %u", number);
  participant->kind = GEO_PARTICIPANT_KIND_PERSON;
  geo_secret_get_public (secret, &participant->key);
  participant->seq = 1;
  participant->at = now;
  geo_participant_sign (participant, secret);
  geo_secret_unref (secret);
  return participant;
}

GeoTrustLine *
bench_line (guint from,
            guint to,
            gint64 limit,
            const GeoPid *community,
            GeoTime now) {
  GeoSecret *secret = bench_secret (from);
  GeoTrustLine *line = geo_trust_line_new ();

  line->community = *community;
  line->line_id = g_strdup_printf ("line-%u-%u", from, to);
  geo_secret_get_pid (secret, &line->from);
  bench_pid (to, &line->to);
  line->equivalent = g_strdup ("UAH");
  line->limit = geo_decimal (GEO_AMOUNT (limit), 2);
  line->policy = geo_policy_new_default ();
  line->seq = 1;
  line->status = GEO_LINE_STATUS_ACTIVE;
  line->signed_at = now;
  geo_trust_line_sign (line, secret);
  geo_secret_unref (secret);
  return line;
}

GeoOrder *
bench_order (GeoSecret *payer,
             const GeoPid *to,
             const gchar *tx_id,
             gint64 amount,
             const GeoPid *community,
             GeoTime now) {
  GeoOrder *order = geo_order_new ();

  order->community = *community;
  order->tx_id = g_strdup (tx_id);
  geo_secret_get_pid (payer, &order->from);
  order->to = *to;
  order->equivalent = g_strdup ("UAH");
  order->amount = geo_decimal (GEO_AMOUNT (amount), 2);
  order->constraints = geo_constraints_new ();
  order->constraints->max_hops = 6;
  order->constraints->max_routes = 3;
  order->closer = *community;
  order->created_at = now;
  order->deadline = now + ORDER_MS;
  geo_order_sign (order, payer);
  return order;
}
