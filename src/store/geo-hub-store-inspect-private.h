/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the two parts of the audit of a hub's file share.  For
 * geo-hub-store-inspect*.c only.
 */
#pragma once

#include "core/geo-key-chain.h"
#include "store/geo-hub-store-private.h"

G_BEGIN_DECLS

/* One version of a line, in the order of its chain. */
typedef struct {
  GeoHash hash;
  GeoPid from;
  GeoPid to;
  GeoAmount limit; /* 0 where it is closed. */
  GeoAmount spare; /* §7: what its owner lets clearing lend; or zero. */
  GeoTime at;
  gboolean told; /* Its entries have been read: it is in force. */
} GeoInspectVersion;

/* All versions of one line. */
typedef struct {
  GArray *versions; /* GeoInspectVersion */
  guint in_force; /* How many of them. */
} GeoInspectLine;

/* The end of somebody's chain of entries, as far as it was read. */
typedef struct {
  gint64 sequence;
  GeoHash hash;
} GeoInspectEnd;

typedef struct {
  GeoHubStore *store;
  GeoHubInspection *out;
  GeoHubFindingFunc func;
  gpointer user_data;

  GeoPid community;
  GeoPublicKey community_key;
  GHashTable *keys; /* GeoPid → GeoParticipant, the last version */
  GHashTable *ends; /* GeoPid → GeoInspectEnd */
  GHashTable *lines; /* "from to equivalent" → GeoInspectLine */
  GHashTable *by_hash; /* GeoHash of a version → GeoInspectLine */
  GHashTable *pairs; /* GeoPairDebt */

  /* The transaction or line whose entries are being read. */
  gint64 tx;
  GeoHash subject;
  GHashTable *awaited; /* GeoPid: who must get an entry about it … */
  GHashTable *told; /* … and who has got one. */
  GeoCertificate *certificate;
} GeoInspect;

/* Something does not hold: tells it and counts it. */
void geo_inspect_find (GeoInspect *inspect,
                       const gchar *rule,
                       const gchar *format,
                       ...) G_GNUC_PRINTF (3, 4);
/* A GeoKeyLookup over GeoInspect. */
gboolean
geo_inspect_find_key (const GeoPid *pid, GeoKeyChain *out, gpointer user_data);
gchar *geo_inspect_line_key (const GeoPid *from,
                             const GeoPid *to,
                             const gchar *equivalent);

/* FALSE when the disk cannot be read, or a row is damaged. */
gboolean geo_inspect_entries (GeoInspect *inspect, GError **error);
gboolean geo_inspect_log (GeoInspect *inspect, GError **error);
gboolean geo_inspect_untold (GeoInspect *inspect, GError **error);
/* What is being read has no more entries. */
void geo_inspect_end (GeoInspect *inspect);

G_END_DECLS
