/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Fills the book and what was decided from the store, once, when the hub is
 * started.  It decides nothing about what it finds.
 */
#include "hub/geo-engine-load.h"

static gboolean
load_participant_cb (const GeoParticipant *participant,
                     gboolean frozen,
                     gint64 last_sequence,
                     const GeoHash *last_entry_hash,
                     gpointer user_data,
                     GError **error) {
  return geo_book_load_participant (user_data, participant, frozen,
                                    last_sequence, last_entry_hash, error);
}

static gboolean
load_line_cb (const GeoTrustLine *line, gpointer user_data, GError **error) {
  return geo_book_load_line (user_data, line, error);
}

static gboolean
load_debt_cb (const GeoPid *debtor,
              const GeoPid *creditor,
              const gchar *equivalent,
              GeoAmount debt,
              gpointer user_data,
              GError **error) {
  return geo_book_load_debt (user_data, debtor, creditor, equivalent, debt,
                             error);
}

static gboolean
load_inbound_cb (const GeoPid *from,
                 const GeoPid *to,
                 const gchar *equivalent,
                 GeoAmount amount,
                 GeoTime at,
                 gpointer user_data,
                 GError **error) {
  geo_book_load_inbound (user_data, from, to, equivalent, amount, at);
  return TRUE;
}

/* daily_limit: since midnight, and the day before, as the clock may have been
 * set back. */
static gboolean
load_inbound (GeoHubStore *reader, GeoBook *book, GeoTime now, GError **error) {
  return geo_hub_store_load_inbound (reader,
                                     now - now % GEO_DAY_MS - GEO_DAY_MS,
                                     load_inbound_cb, book, error);
}

static gboolean
load_frozen (GeoHubStore *reader, GeoBook *book, GError **error) {
  g_autoptr (GPtrArray) codes = geo_hub_store_list_frozen (reader, error);

  for (guint i = 0; codes != NULL && i < codes->len; i++)
    geo_book_load_frozen_equivalent (book, g_ptr_array_index (codes, i));
  return codes != NULL;
}

static void
decided_cb (const GeoPid *payer,
            const gchar *tx_id,
            const GeoHash *order,
            gpointer user_data) {
  if (order != NULL)
    geo_seen_add_order (user_data, order);
  else
    geo_seen_add_tx (user_data, payer, tx_id);
}

gboolean
geo_engine_load_book (GeoHubStore *reader,
                      GeoBook *book,
                      GeoTime now,
                      GError **error) {
  return geo_hub_store_load_participants (reader, load_participant_cb, book,
                                          error) &&
         geo_hub_store_load_lines (reader, load_line_cb, book, error) &&
         geo_hub_store_load_debts (reader, load_debt_cb, book, error) &&
         load_inbound (reader, book, now, error) &&
         load_frozen (reader, book, error);
}

gboolean
geo_engine_load (GeoHubStore *reader,
                 GeoBook *book,
                 GeoSeen *seen,
                 GError **error) {
  return geo_engine_load_book (reader, book, g_get_real_time () / 1000,
                               error) &&
         geo_hub_store_load_decided (reader, decided_cb, seen, error);
}
