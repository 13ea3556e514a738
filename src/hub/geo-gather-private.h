/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What geo-gather.c and geo-gather-order.c share: the pool itself.  Nobody else
 * includes it.
 */
#pragma once

#include "hub/geo-gather.h"

G_BEGIN_DECLS

/* What the copy has of somebody. */
typedef struct {
  GeoParticipant *person; /* NULL: nothing. */
  gint64 seq; /* Of the participant object; 0: nothing. */
  gint64 sequence;
  GeoHash hash;
} GeoGatherStored;

/* Something that happened: a line, or a contract. */
typedef struct {
  GeoHash subject;
  GeoEntryKind kind;
  GeoTime at;
  gint64 index; /* In the log; −1: nobody was shown. */
  GeoTrustLine *line;
  GeoCertificate *certificate;
  GPtrArray *hops; /* GeoHop, NULL where it is not known yet */
  guint n_hops;
  GBytes *sealed;
  GHashTable *entries; /* GeoPid → GeoEntry: as they were given */
} GeoGatherItem;

/* One of somebody's entries. */
typedef struct {
  GeoPid pid;
  gint64 sequence;
} GeoGatherName;

struct _GeoGather {
  GeoCommunity *community;
  GeoSecret *secret;
  gint64 size;
  GHashTable *stored; /* GeoPid → GeoGatherStored */
  GHashTable *people; /* GeoPid → GeoParticipant */
  GHashTable *debts; /* name_pair () → gint64: what the smaller PID owes */
  GHashTable *items; /* &GeoGatherItem.subject → GeoGatherItem */
  GHashTable *by_entry; /* GeoGatherName → GeoGatherItem */
  GHashTable *by_signer; /* GeoPid → GPtrArray of GeoGatherItem */
  GHashTable *heads; /* gint64 → GeoHash */
  gint64 largest;
  GeoTime head_at;
  gint64 taken;
  GeoGatherSignedFunc has_signed;
  gpointer user_data;
};

guint geo_gather_name_hash (gconstpointer key);
gboolean geo_gather_name_equal (gconstpointer one, gconstpointer other);
GeoGatherName *geo_gather_name_new (const GeoPid *pid, gint64 sequence);

/* Lists (GPtrArray) of what belongs to a key, which is taken. */
void geo_gather_add_to_list (GHashTable *lists, gpointer key, gpointer value);
void geo_gather_free_list (gpointer list);

gchar *geo_gather_name_pair (const GeoPid *one,
                             const GeoPid *other,
                             const gchar *equivalent);
/* debtor owes creditor that much more.  FALSE where it cannot be counted. */
gboolean geo_gather_add_debt (GHashTable *debts,
                              const GeoPid *debtor,
                              const GeoPid *creditor,
                              const gchar *equivalent,
                              gint64 amount);

G_END_DECLS
