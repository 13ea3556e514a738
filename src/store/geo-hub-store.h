/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoHubStore: the hub's journal and state in SQLite: participants, lines,
 * debts, certificates, refusals, entries.  The journal part is append-only;
 * debts are its projection (I1).
 *
 * One thread owns each handle: the writer opens it for writing (one at a time:
 * GEO_STORE_ERROR_LOCKED), others open the same path read-only (WAL).
 *
 * After GEO_STORE_ERROR_IO the disk did not say whether it took the last bytes:
 * a restart may find that transaction whole, or not at all.  A hub that cannot
 * write stops, and loads what is there when it starts again.
 */
#pragma once

#include "core/geo-change.h"
#include "store/geo-store-error.h"

G_BEGIN_DECLS

typedef struct _GeoHubStore GeoHubStore;

GeoHubStore *
geo_hub_store_open (const gchar *path, gboolean read_only, GError **error);
void geo_hub_store_adopt (GeoHubStore *store);
void geo_hub_store_close (GeoHubStore *store); /* NULL is safe. */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GeoHubStore, geo_hub_store_close)

/* The community object that is in force; set at the first start and at each
 * change of it, with a larger seq; the same one again changes nothing. CONFLICT
 * for another community or an older form. */
gboolean geo_hub_store_set_community (GeoHubStore *store,
                                      const GeoCommunity *community,
                                      GError **error);
GeoCommunity *geo_hub_store_get_community (GeoHubStore *store,
                                           GError **error); /* NOT_FOUND */

/* Group commit: all changes (GPtrArray of GeoChange) in one transaction with
 * one fsync, in order; all or none. CONFLICT where one contradicts what is
 * there: a contract, order or (payer, tx_id) decided before (P4, P5, P11), a
 * seq that is taken, an entry that does not follow its participant's last one.
 */
gboolean
geo_hub_store_write (GeoHubStore *store, GPtrArray *changes, GError **error);
/* How many transactions (fsyncs of the WAL) this handle has made. */
guint64 geo_hub_store_count_commits (GeoHubStore *store);

/* Loading. Each stops with FALSE when func returns FALSE (with its error) or
 * the disk fails. */
typedef gboolean (*GeoHubParticipantFunc) (const GeoParticipant *participant,
                                           gboolean frozen,
                                           gint64 last_sequence,
                                           const GeoHash *last_entry_hash,
                                           gpointer user_data,
                                           GError **error);
typedef gboolean (*GeoHubLineFunc) (const GeoTrustLine *line,
                                    gpointer user_data,
                                    GError **error);
typedef gboolean (*GeoHubDebtFunc) (const GeoPid *debtor,
                                    const GeoPid *creditor,
                                    const gchar *equivalent,
                                    GeoAmount debt,
                                    gpointer user_data,
                                    GError **error);
gboolean geo_hub_store_load_participants (GeoHubStore *store,
                                          GeoHubParticipantFunc func,
                                          gpointer user_data,
                                          GError **error);
gboolean geo_hub_store_load_lines (GeoHubStore *store,
                                   GeoHubLineFunc func,
                                   gpointer user_data,
                                   GError **error);
gboolean geo_hub_store_load_debts (GeoHubStore *store,
                                   GeoHubDebtFunc func,
                                   gpointer user_data,
                                   GError **error);

/* What became of an order, for the closer's GeoKnown. Nothing is no error here:
 * found is FALSE.  An order that was refused by its hash alone, before it
 * arrived (P12), has no payer and tx_id: it is found by
 * geo_hub_store_find_order () only, so a driver that is handed an order asks
 * for both. */
typedef struct {
  gboolean found;
  GeoHash order_hash; /* zero where it is not known: a contract refused by its
                         hash alone */
  GeoProvenEntry *entry; /* of the participant that asks, where committed */
  GeoRefusal *refusal;
} GeoHubOutcome;
void geo_hub_outcome_clear (GeoHubOutcome *outcome);
gboolean geo_hub_store_find_tx (GeoHubStore *store,
                                const GeoPid *payer,
                                const gchar *tx_id,
                                GeoHubOutcome *out,
                                GError **error);
gboolean geo_hub_store_find_order (GeoHubStore *store,
                                   const GeoHash *order,
                                   const GeoPid *asking,
                                   GeoHubOutcome *out,
                                   GError **error);
gboolean geo_hub_store_find_contract (GeoHubStore *store,
                                      const GeoHash *contract,
                                      const GeoPid *asking,
                                      GeoHubOutcome *out,
                                      GError **error);

/* What somebody registered with through the REST contract (S2), as it was
 * written.  NULL without an error where there is nothing. */
gchar *geo_hub_store_find_registration (GeoHubStore *store,
                                        const GeoPid *pid,
                                        GeoTime *at,
                                        GError **error);

/* Entries of pid after sequence, in order, at most max: GPtrArray of
 * GeoProvenEntry. */
GPtrArray *geo_hub_store_list_entries (GeoHubStore *store,
                                       const GeoPid *pid,
                                       gint64 after,
                                       guint max,
                                       GError **error);

/* I1: replays every committed hop, whose root is in the contract, and compares
 * with the debts; FALSE and GEO_STORE_ERROR_VERIFY names the first transaction
 * that does not hold or the first pair that differs. */
gboolean geo_hub_store_check (GeoHubStore *store,
                              gint64 *transactions_out,
                              GError **error);

G_END_DECLS
