/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoWallet: what is open in this run of the program: the profile, its lock,
 * its communities and the market on this computer, whether a window shows them
 * or not.  It shows nothing.  Main context.
 */
#pragma once

#include "node/geo-communities.h"
#include "node/geo-lock.h"
#include "node/geo-own-hub.h"

G_BEGIN_DECLS

typedef enum {
  GEO_WALLET_CLOSED = 1, /* Nobody has asked for it. */
  GEO_WALLET_OPENING = 2,
  GEO_WALLET_NO_IDENTITY = 3,
  GEO_WALLET_PASSPHRASE = 4, /* One is needed; unlock the profile. */
  GEO_WALLET_NOT_JOINED = 5,
  GEO_WALLET_TROUBLE = 6, /* "problem" says what. */
  GEO_WALLET_OPEN = 7, /* There is a current community. */
} GeoWalletState;

/* Properties that notify: "state" (GeoWalletState as int), "current"
 * (GeoCommunityItem: the community that is looked at), "node" (GeoNode: its
 * node; NULL where there is none, or it could not be opened), "problem"
 * (string: why), "locked" (gboolean: the PIN is asked for). */
#define GEO_TYPE_WALLET (geo_wallet_get_type ())
G_DECLARE_FINAL_TYPE (GeoWallet, geo_wallet, GEO, WALLET, GObject)

GeoWallet *geo_wallet_new (GeoProfile *profile);
/* All borrowed. */
GeoProfile *geo_wallet_get_profile (GeoWallet *wallet);
GeoLock *geo_wallet_get_lock (GeoWallet *wallet);
/* The market on this computer: it runs while the wallet is open, as far as that
 * was asked for. */
GeoOwnHub *geo_wallet_get_own_hub (GeoWallet *wallet);

/* Opens and connects what can be opened without asking; again, where it could
 * not be before.  "state" says how far that came. */
void geo_wallet_open (GeoWallet *wallet);
/* The same to look only: nothing is connected until it is opened. */
void geo_wallet_look (GeoWallet *wallet);
/* Disconnects, and lets go of everything. */
void geo_wallet_close (GeoWallet *wallet);
/* What was joined with this profile; it is connected, and current. */
void geo_wallet_add_node (GeoWallet *wallet, GeoNode *node);

GeoWalletState geo_wallet_get_state (GeoWallet *wallet);
/* A sentence for people; NULL where there is no problem. */
const gchar *geo_wallet_get_problem (GeoWallet *wallet);
/* These are borrowed, and NULL unless it is open. */
GeoCommunities *geo_wallet_get_communities (GeoWallet *wallet);
GeoCommunityItem *geo_wallet_get_current (GeoWallet *wallet);
GeoNode *geo_wallet_get_node (GeoWallet *wallet);
/* One of the communities; remembered for the next run. */
void geo_wallet_set_current (GeoWallet *wallet, GeoCommunityItem *item);

/* While it is locked, nothing of what is in it is shown to anybody. */
gboolean geo_wallet_is_locked (GeoWallet *wallet);
/* Where there is a PIN, and something to lock. */
gboolean geo_wallet_can_lock (GeoWallet *wallet);
void geo_wallet_lock (GeoWallet *wallet);
/* The PIN, or the words, were given. */
void geo_wallet_unlock (GeoWallet *wallet);

/* Something is not yet in the copy that is left with a hub: a program that ends
 * waits a moment. */
gboolean geo_wallet_has_unsaved (GeoWallet *wallet);

G_END_DECLS
