/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a hub keeps for itself, beside the journal: what its owner made of
 * participants and equivalents, settings, tokens that are used up, and the
 * append-only log of who did what to it.  Reading; it is written as changes
 * (GEO_CHANGE_HUB).
 */
#pragma once

#include "store/geo-hub-store.h"

G_BEGIN_DECLS

/* ACTIVE for who is not there. */
gboolean geo_hub_store_get_status (GeoHubStore *store,
                                   const GeoPid *pid,
                                   GeoStatus *out,
                                   GError **error);

/* Name and value of each setting, or code and note of each equivalent that has
 * one: GHashTable of gchar *, the caller's. */
GHashTable *geo_hub_store_load_settings (GeoHubStore *store, GError **error);
GHashTable *geo_hub_store_load_notes (GeoHubStore *store, GError **error);
/* The ids of tokens that are used up and are to be remembered after now, and
 * until when, as a number. */
GHashTable *
geo_hub_store_load_tokens (GeoHubStore *store, GeoTime now, GError **error);

/* What pid left with the hub last; NULL in *out: nothing. */
gboolean geo_hub_store_get_state (GeoHubStore *store,
                                  const GeoPid *pid,
                                  GeoStateCopy **out,
                                  GError **error);
/* One of its parts, or how long it is; NULL, and −1: it is not there. */
gboolean geo_hub_store_get_state_part (GeoHubStore *store,
                                       const GeoPid *pid,
                                       const GeoHash *hash,
                                       GBytes **out,
                                       GError **error);
gboolean geo_hub_store_get_state_size (GeoHubStore *store,
                                       const GeoPid *pid,
                                       const GeoHash *hash,
                                       gint64 *out,
                                       GError **error);

/* One line of the log. */
typedef struct {
  GeoTime at;
  GeoAudit *audit;
} GeoHubAudit;

/* NULL: all.  text is looked for in action, object and reason. */
typedef struct {
  const gchar *action;
  const gchar *object_type;
  const gchar *object_id;
  const gchar *text;
} GeoHubAuditFilter;

/* The newest first: GPtrArray of GeoHubAudit; total may be NULL. */
GPtrArray *geo_hub_store_list_audit (GeoHubStore *store,
                                     const GeoHubAuditFilter *filter,
                                     gint64 offset,
                                     guint max,
                                     gint64 *total,
                                     GError **error);

G_END_DECLS
