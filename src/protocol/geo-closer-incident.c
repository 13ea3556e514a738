/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the closer does when an invariant would be broken: nothing more in that
 * equivalent, and a word about it that stays.  It repairs nothing; a person has
 * to look first.
 */
#include "protocol/geo-closer-private.h"

void
geo_closer_freeze (GeoCloser *closer,
                   GeoBookMarket *market,
                   const gchar *rule,
                   const GeoHash *subject,
                   GeoTime now,
                   GPtrArray *actions) {
  g_autofree gchar *hash = geo_hash_to_string (subject);
  GeoChange *change;

  closer->violations++;
  if (market->frozen)
    return;
  market->frozen = TRUE;
  change = geo_change_new (GEO_CHANGE_INCIDENT, now);
  change->incident = GEO_INCIDENT_FROZEN;
  change->equivalent = g_strdup (market->equivalent->code);
  change->text = g_strdup_printf ("%s would have been broken by %s.", rule,
                                  hash);
  geo_actions_store_change (actions, change);
}
