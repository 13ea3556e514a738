/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoOwnHub: a market that this computer is the hub of: its settings, its
 * geo-hub as a child of this program, started again where it ends by itself,
 * its invitations and its copies.  It has nothing to do with what this person
 * owes there: that is a community like any other.  Main context.
 */
#pragma once

#include "node/geo-profile.h"

G_BEGIN_DECLS

typedef enum {
  GEO_OWN_HUB_NONE = 1, /* This computer is no market's. */
  GEO_OWN_HUB_OFF = 2,
  GEO_OWN_HUB_STARTING = 3,
  GEO_OWN_HUB_RUNNING = 4,
  GEO_OWN_HUB_STOPPING = 5,
  /* It ended by itself, and starts again in a while. */
  GEO_OWN_HUB_WAITING = 6,
  /* It cannot run; trying again by itself would not help. */
  GEO_OWN_HUB_FAILED = 7,
} GeoOwnHubState;

/* What is counted in the market; as in the protocol. */
typedef enum {
  GEO_OWN_HUB_MONEY = 1,
  GEO_OWN_HUB_TIME = 2,
  GEO_OWN_HUB_GOODS = 3,
  GEO_OWN_HUB_OTHER = 4,
} GeoOwnHubUnit;

/* Properties that notify: "state" (GeoOwnHubState as int), "detail" (a sentence
 * for people, or NULL). */
#define GEO_TYPE_OWN_HUB (geo_own_hub_get_type ())
G_DECLARE_FINAL_TYPE (GeoOwnHub, geo_own_hub, GEO, OWN_HUB, GObject)

/* The one of this profile, in its folder; it does not run yet. */
GeoOwnHub *geo_own_hub_new (GeoProfile *profile);

GeoOwnHubState geo_own_hub_get_state (GeoOwnHub *self);
const gchar *geo_own_hub_get_detail (GeoOwnHub *self);
/* NULL where there is none. */
const gchar *geo_own_hub_get_name (GeoOwnHub *self);
/* Where its data is, whether it is there or not. */
const gchar *geo_own_hub_get_folder (GeoOwnHub *self);

/* Whether a market can be started here at all: geo-hub is installed. */
gboolean geo_own_hub_is_possible (void);

/* Makes one and starts it; "state" tells the rest.  code: 1 to 16 of A-Z, 0-9
 * and _; decimals: 0 to 8.  EXISTS, INPUT, STORAGE. */
gboolean geo_own_hub_make (GeoOwnHub *self,
                           const gchar *name,
                           const gchar *code,
                           GeoOwnHubUnit unit,
                           guint decimals,
                           GError **error);
/* TRUE: such a code can be a unit's. */
gboolean geo_own_hub_is_code (const gchar *code);

/* Whether it is to run while this program does; kept on disk.  TRUE starts it
 * (again, at once), FALSE stops it. */
void geo_own_hub_set_wanted (GeoOwnHub *self, gboolean wanted);
gboolean geo_own_hub_get_wanted (GeoOwnHub *self);
/* At the start of the program, where it is wanted; and at its end. */
void geo_own_hub_begin (GeoOwnHub *self);
void geo_own_hub_end (GeoOwnHub *self);

/* Invitations, once it has run: geo://v1/join?… with its certificate's
 * fingerprint and its code.  For this computer's own wallet, or NULL. */
gchar *geo_own_hub_get_own_link (GeoOwnHub *self);
/* For others: one for each address that this computer has in its networks now,
 * as gchar *; empty where it is in none. */
GPtrArray *geo_own_hub_list_links (GeoOwnHub *self);

/* A copy of everything, the market's key included, as a new folder; while it
 * runs, too.  INPUT: there is something of that name; STORAGE. */
void geo_own_hub_copy_async (GeoOwnHub *self,
                             const gchar *folder,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
gboolean geo_own_hub_copy_finish (GeoOwnHub *self,
                                  GAsyncResult *result,
                                  GError **error);
/* Makes the market of such a copy, and starts it.  EXISTS; INPUT: it is none,
 * or does not hold; STORAGE.  Nothing is changed then. */
void geo_own_hub_bring_back_async (GeoOwnHub *self,
                                   const gchar *folder,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
gboolean geo_own_hub_bring_back_finish (GeoOwnHub *self,
                                        GAsyncResult *result,
                                        GError **error);

G_END_DECLS
