/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the hub's journal says of one participant, one line or one payment, for
 * those who are shown it: all versions, and the outcomes of payments.  Only
 * reading.
 */
#pragma once

#include "store/geo-hub-store.h"

G_BEGIN_DECLS

/* Everything that pid said of itself, the first first: GPtrArray of
 * GeoHubPersonVersion. */
typedef struct {
  GeoTime at;
  GeoParticipant *participant;
} GeoHubPersonVersion;
GPtrArray *geo_hub_store_list_person (GeoHubStore *store,
                                      const GeoPid *pid,
                                      GError **error);

/* Every version of a line, the first first: GPtrArray of GeoHubLineVersion. */
typedef struct {
  GeoTime at;
  GeoTrustLine *line;
} GeoHubLineVersion;
GPtrArray *geo_hub_store_list_line (GeoHubStore *store,
                                    const GeoPid *from,
                                    const GeoPid *to,
                                    const gchar *equivalent,
                                    GError **error);

/* A payment that was decided. */
typedef struct {
  gint64 tx; /* Committed: names its hops; 0 where it was refused. */
  GeoPid payer;
  GeoPid payee;
  gchar *tx_id;
  gchar *equivalent;
  GeoDecimal amount;
  GeoTime created_at;
  GeoTime at; /* When it was decided. */
  gboolean has_signed;
  GeoHash signed_hash; /* Of the bytes that were signed through REST (S2) */
  GeoRefusal *refusal;
} GeoHubPayment;
void geo_hub_payment_free (GeoHubPayment *payment); /* NULL is safe. */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GeoHubPayment, geo_hub_payment_free)

typedef enum {
  GEO_HUB_PAYMENTS_ALL = 0,
  GEO_HUB_PAYMENTS_COMMITTED = 1,
  GEO_HUB_PAYMENTS_REFUSED = 2,
} GeoHubPaymentsKind;

typedef struct {
  gboolean sent;
  gboolean received;
  const gchar *equivalent; /* NULL: all */
  GeoHubPaymentsKind kind;
  GeoTime from; /* created_at, both included */
  GeoTime to;
} GeoHubPaymentFilter;

/* Of pid, the newest first: GPtrArray of GeoHubPayment.  What was refused is the
 * payer's alone. */
GPtrArray *geo_hub_store_list_payments (GeoHubStore *store,
                                        const GeoPid *pid,
                                        const GeoHubPaymentFilter *filter,
                                        gint64 offset,
                                        guint max,
                                        GError **error);
/* With this tx_id, whoever paid (it is unique for a payer only), at most max,
 * the newest first. */
GPtrArray *geo_hub_store_find_payments (GeoHubStore *store,
                                        const gchar *tx_id,
                                        guint max,
                                        GError **error);
/* The hops of a committed one, in order: GPtrArray of GeoHop without tx_id and
 * salt. */
GPtrArray *
geo_hub_store_list_hops (GeoHubStore *store, gint64 tx, GError **error);

/* Lines (versions in force or not), debts and decided payments that count in
 * code. */
typedef struct {
  gint64 lines;
  gint64 debts;
  gint64 payments;
} GeoHubUsage;
gboolean geo_hub_store_count_usage (GeoHubStore *store,
                                    const gchar *code,
                                    GeoHubUsage *out,
                                    GError **error);

/* The newest form of the file, and the one this program writes. */
gboolean
geo_hub_store_get_version (GeoHubStore *store, gint64 *out, GError **error);

G_END_DECLS
