/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Fills what is gathered from the copy, once.  It judges nothing of it.
 */
#include "hub/geo-gather-load.h"

static gboolean
load_participant_cb (const GeoParticipant *participant,
                     gboolean frozen,
                     gint64 last_sequence,
                     const GeoHash *last_entry_hash,
                     gpointer user_data,
                     GError **error) {
  geo_gather_load_participant (user_data, participant, last_sequence,
                               last_entry_hash);
  return TRUE;
}

static void
load_debt_cb (const GeoPid *debtor,
              const GeoPid *creditor,
              const gchar *equivalent,
              GeoAmount debt,
              gpointer user_data) {
  geo_gather_load_debt (user_data, debtor, creditor, equivalent, debt);
}

GeoGather *
geo_gather_load (GeoHubStore *reader,
                 const GeoBook *book,
                 GeoSecret *secret,
                 GError **error) {
  g_autoptr (GeoGather) gather = NULL;
  GeoHash root;
  gint64 size;

  if (!geo_hub_store_read_log (reader, &size, &root, error))
    return NULL;
  gather = geo_gather_new (geo_book_get_community (book), secret, size);
  if (!geo_hub_store_load_participants (reader, load_participant_cb, gather,
                                        error))
    return NULL;
  geo_book_foreach_debt (book, load_debt_cb, gather);
  return g_steal_pointer (&gather);
}
