/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Invitations in the node (protocol §13): a link with which somebody joins this
 * community, which says who invites them and how far those would trust them. An
 * invitation promises nothing: who takes it up asks to be trusted, and is
 * answered.  Main context.
 */
#pragma once

#include "core/geo-link.h"
#include "node/geo-node-requests.h"

G_BEGIN_DECLS

/* Names in invitations are no longer, in characters. */
#define GEO_INVITED_CHARS_MAX 50

/* "Come in, and I would trust you up to limit": one of the node's requests, of
 * the kind GEO_REQUEST_INVITATION, whose link is the invitation.  invited NULL:
 * somebody; asked NULL: nothing in return; expires_at 0: never.  Completes as
 * geo_node_request_async () does. */
void geo_node_invite_async (GeoNode *node,
                            const gchar *invited,
                            const gchar *equivalent,
                            GeoAmount limit,
                            const GeoAmount *asked,
                            GeoTime expires_at,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
/* Takes up the invitation in a link of this community: asks whoever invites to
 * trust me as far as it says.  The answer is that request.  Whoever joins with
 * such a link has it taken up by itself.  INPUT: it is no such link, does not
 * hold, is my own or has expired; OFFLINE; UNKNOWN_PERSON: who invites is not
 * in the community. */
void geo_node_take_invitation_async (GeoNode *node,
                                     const gchar *link,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
/* geo_node_request_finish () ends both. */

/* The invitation of mine that a request to be trusted takes up; NULL: none.
 * Borrowed. */
GeoRequestItem *geo_node_find_invitation (GeoNode *node, GeoRequestItem *item);

/* What others need to join: where the hub is, who it is, and its code where
 * this computer knows it (from the link that was joined with, or said later);
 * hubs that ask for none need none.  A new one. */
GeoLink *geo_node_make_join_link (GeoNode *node);
gboolean geo_node_has_join_code (GeoNode *node);
/* Kept on this computer; "": none. */
void geo_node_set_join_code (GeoNode *node, const gchar *code);
/* Where others reach the hub, if not where we do; NULL: there. */
void geo_node_set_hub_for_others (GeoNode *node, const gchar *address);

/* Whether a link says that the hub is elsewhere than where this node finds it.
 */
gboolean geo_node_has_other_address (GeoNode *node, const GeoLink *link);
/* Looks for the hub at the address in a join link of this community, and keeps
 * it where it answers there.  Otherwise all is as it was before: OFFLINE,
 * TIMEOUT, FOREIGN, REFUSED, INPUT. */
void geo_node_move_async (GeoNode *node,
                          const gchar *link,
                          GAsyncReadyCallback callback,
                          gpointer user_data);
gboolean
geo_node_move_finish (GeoNode *node, GAsyncResult *result, GError **error);

/* Of a link that carries an invitation: who invites, what they offer, what they
 * will ask for, and that it has expired; whole sentences. */
gchar *geo_phrase_invitation (const GeoLink *link);

G_END_DECLS
