/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the parts of GeoHubStore share.  Nothing outside the store room includes
 * this.
 */
#pragma once

#include "core/geo-merkle-log.h"
#include "store/geo-database-private.h"
#include "store/geo-hub-store.h"

G_BEGIN_DECLS

struct _GeoHubStore {
  GeoDatabase *database;
  /* The writer's: where the log ends, as the open transaction leaves it. */
  gboolean knows_end;
  GeoMerkleEnd end;
  /* GeoPid → GeoChainEnd: the same of the chains that were written to. */
  GHashTable *chains;
  /* See geo-hub-store-people-private.h. */
  GHashTable *people;
};

typedef struct {
  gint64 sequence;
  GeoHash hash;
} GeoChainEnd;

/* A transaction was rolled back. */
void geo_hub_store_forget_ends (GeoHubStore *store);

/* The end of a participant's chain of entries; sequence 0 where there is none.
 */
gboolean geo_hub_store_read_end (GeoHubStore *store,
                                 const GeoPid *pid,
                                 gint64 *sequence,
                                 GeoHash *hash,
                                 GError **error);

/* The log (§9), in a transaction that is open: one more leaf, first told of in
 * that entry; and until when heads may be signed. */
gboolean geo_hub_store_append_leaf (GeoHubStore *store,
                                    const GeoHash *subject,
                                    gint64 entry,
                                    GError **error);
gboolean geo_hub_store_write_log_until (GeoHubStore *store,
                                        GeoTime until,
                                        GError **error);
/* Brings in what a file of an older version had before there was a log. */
gboolean geo_hub_store_fill_log (GeoHubStore *store, GError **error);

/* Of a transaction that is open. */
gboolean geo_hub_store_write_incident (GeoHubStore *store,
                                       const GeoChange *change,
                                       GError **error);

/* --- The replay ----------------------------------------------------------- */

/* What the smaller PID of a pair owes the larger one; negative: the other way.
 */
typedef struct {
  gchar equivalent[17];
  GeoPid low;
  GeoPid high;
  GeoAmount owed;
} GeoPairDebt;

/* Nothing is owed; swapped: the debtor is the larger one. */
void geo_pair_debt_init (GeoPairDebt *pair,
                         const GeoPid *debtor,
                         const GeoPid *creditor,
                         const gchar *equivalent,
                         gboolean *swapped);
gint geo_pair_debt_cmp (const GeoPairDebt *a, const GeoPairDebt *b);

/* A set of GeoPairDebt, by equivalent and pair. */
GHashTable *geo_pair_debts_new (void);
gboolean
geo_pair_debts_add (GHashTable *pairs, const GeoHop *hop, GError **error);
/* I1: GEO_STORE_ERROR_VERIFY names the first pair that differs.  Uses the set
 * up. */
gboolean geo_hub_store_compare_debts (GeoHubStore *store,
                                      GHashTable *pairs,
                                      GError **error);

/* The hops of a transaction in order, GeoHop; none is no error. */
GPtrArray *geo_hub_store_read_hops (GeoHubStore *store,
                                    gint64 tx,
                                    const GeoContract *contract,
                                    GError **error);
/* There are some, and their root and number are the contract's. */
gboolean geo_hub_hops_are_of (GPtrArray *hops, const GeoContract *contract);

G_END_DECLS
