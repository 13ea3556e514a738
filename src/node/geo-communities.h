/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoCommunities: all communities of one profile as a live list, each with its
 * own journal, its own hub and its own GeoNode: what a window switches between.
 * It knows nothing of what happens inside them.  Main context.
 */
#pragma once

#include "node/geo-node.h"

G_BEGIN_DECLS

/* One community.
 * Properties that notify: "name", "hub" (string), "connection" (GeoConnection
 * as int), "connection-detail" (string), "open-count", "unread" (uint), "node"
 * (GeoNode, NULL where "problem" says why it could not be opened), "problem"
 * (string).  Constant: "pid" (string). */
#define GEO_TYPE_COMMUNITY_ITEM (geo_community_item_get_type ())
G_DECLARE_FINAL_TYPE (GeoCommunityItem,
                      geo_community_item,
                      GEO,
                      COMMUNITY_ITEM,
                      GObject)

const gchar *geo_community_item_get_pid_text (GeoCommunityItem *item);
/* The start of its PID where it could not be opened. */
const gchar *geo_community_item_get_name (GeoCommunityItem *item);
/* Borrowed; NULL where it could not be opened.  Balances are its totals. */
GeoNode *geo_community_item_get_node (GeoCommunityItem *item);
/* A sentence for people; NULL where there is none. */
const gchar *geo_community_item_get_problem (GeoCommunityItem *item);

/* A GListModel of GeoCommunityItem, by name. */
#define GEO_TYPE_COMMUNITIES (geo_communities_get_type ())
G_DECLARE_FINAL_TYPE (GeoCommunities,
                      geo_communities,
                      GEO,
                      COMMUNITIES,
                      GObject)

/* Of a profile that is in none yet; geo_communities_add () begins it. */
GeoCommunities *geo_communities_new (GeoProfile *profile);
/* Borrowed. */
GeoProfile *geo_communities_get_profile (GeoCommunities *communities);
/* A node of this profile that was joined or opened elsewhere; where its
 * community is there already, that one is answered.  Borrowed. */
GeoCommunityItem *
geo_communities_add (GeoCommunities *communities, GeoNode *node);
/* Another try at one that could not be opened; its "node" or its "problem" is
 * the answer. */
void
geo_communities_reopen (GeoCommunities *communities, GeoCommunityItem *item);

/* Opens every journal of an unlocked profile.  looking: to look only, as
 * geo_node_look_async () does.  Fails as geo_node_open_async () does where
 * nothing was joined; a journal that cannot be opened is a "problem". */
void geo_communities_open_async (GeoProfile *profile,
                                 gboolean looking,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
GeoCommunities *
geo_communities_open_finish (GAsyncResult *result, GError **error);

/* All of them connect, each to its own hub, or none. */
void geo_communities_start (GeoCommunities *communities);
void geo_communities_stop (GeoCommunities *communities);

/* The one that is meant where none is named: the profile's default, or the
 * first.  Borrowed. */
GeoCommunityItem *geo_communities_get_default (GeoCommunities *communities);
/* By PID, or by name in any case.  Borrowed; NULL and INPUT where there is
 * none, or more than one of that name. */
GeoCommunityItem *geo_communities_find (GeoCommunities *communities,
                                        const gchar *name_or_pid,
                                        GError **error);

/* One more, as geo_node_join_async () joins it; it is connected then.  One that
 * is there already is answered.  Borrowed. */
void geo_communities_join_async (GeoCommunities *communities,
                                 const gchar *link,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
/* The same as geo_node_join_as_new_async () does it. */
void geo_communities_join_as_new_async (GeoCommunities *communities,
                                        const gchar *link,
                                        const gchar *name,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);
GeoCommunityItem *geo_communities_join_finish (GeoCommunities *communities,
                                               GAsyncResult *result,
                                               GError **error);

/* What leaving it means, for people: what is owed there stays owed. */
gchar *geo_community_item_describe_leaving (GeoCommunityItem *item);
/* Forgets it on this computer; see geo_profile_leave_community ().  Its node
 * stops, and is not to be used any more.  INPUT: something is in doubt there,
 * so it cannot be left now; STORAGE. */
gboolean geo_communities_leave (GeoCommunities *communities,
                                GeoCommunityItem *item,
                                GError **error);

G_END_DECLS
