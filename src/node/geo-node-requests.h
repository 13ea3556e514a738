/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What people ask each other for, in the node (protocol §8a): requests to be
 * paid and to be trusted, and agreeing on what is owed.  Asking needs no
 * connection: what is for somebody goes to the hub as soon as that answers, and
 * waits there until they are back.  Main context.
 *
 * The node's signal "request-received" (GeoRequestItem *item) says that
 * somebody asks; its property "request-count" (uint) how many wait for me.
 */
#pragma once

#include "node/geo-node.h"
#include "node/geo-request-item.h"

G_BEGIN_DECLS

/* Of the ids that are made here. */
#define GEO_REQUEST_ID_LEN 13

/* GeoRequestItem, newest first: all that are open, and the latest that are
 * settled.  Borrowed, live. */
GListModel *geo_node_get_requests (GeoNode *node);
/* How many of them wait for me. */
guint geo_node_get_request_count (GeoNode *node);
/* By its key, or by the beginning of its id where only one has it; NULL if
 * there is none.  Borrowed. */
GeoRequestItem *geo_node_find_request (GeoNode *node, const gchar *key);

/* Each of these completes when it is stored; the answer is a new reference.
 * INPUT, UNKNOWN_PERSON (find them first), STORAGE.  memo may be NULL: one line
 * of at most 300 characters. */

/* "Pay me": from NULL: whoever has the link; amount NULL: whatever they like;
 * expires_at 0: never.  What one person is asked for can be paid once. */
void geo_node_request_async (GeoNode *node,
                             const GeoPid *from,
                             const gchar *equivalent,
                             const GeoAmount *amount,
                             const gchar *memo,
                             GeoTime expires_at,
                             gboolean single_use,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
/* "Trust me up to": answered with geo_node_trust_async (), or declined. */
void geo_node_ask_trust_async (GeoNode *node,
                               const GeoPid *to,
                               const gchar *equivalent,
                               GeoAmount limit,
                               const gchar *memo,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
/* "We agree on what is owed today": of the balance as it stands here. */
void geo_node_propose_checkpoint_async (GeoNode *node,
                                        const GeoPid *with,
                                        const gchar *equivalent,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);
/* A payment link of a signed request (geo://v1/pay?…&sig=…): is checked and
 * stored, and can then be paid or left alone.  Asks the hub who the payee is
 * where that is not known (OFFLINE). */
void geo_node_take_link_async (GeoNode *node,
                               const gchar *link,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
/* Of all four. */
GeoRequestItem *geo_node_request_finish (GeoNode *node,
                                         GAsyncResult *result,
                                         GError **error);

/* What I say to one: GEO_VERDICT_WITHDRAWN of my own, GEO_VERDICT_DECLINED of
 * what I was asked, GEO_VERDICT_AGREED to a checkpoint (REFUSED where the
 * balance is another one here: geo_node_compare_checkpoint_async () says what
 * differs).  The answer is the item as it is then. */
void geo_node_respond_async (GeoNode *node,
                             const gchar *key,
                             GeoVerdict verdict,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);

/* Pays a request that waits for me, as geo_node_pay () does: the order names
 * it, so that it is not paid twice.  amount NULL: what it says (INPUT where it
 * leaves that open).  text NULL: what it says it is for. */
GeoPayment *geo_node_pay_request (GeoNode *node,
                                  const gchar *tx_id,
                                  const gchar *key,
                                  const GeoAmount *amount,
                                  const gchar *text,
                                  GError **error);

/* Letters of somebody are not wanted any more, or are again; completes when that
 * is stored. */
void geo_node_set_blocked_async (GeoNode *node,
                                 const GeoPid *pid,
                                 gboolean blocked,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
gboolean geo_node_set_blocked_finish (GeoNode *node,
                                      GAsyncResult *result,
                                      GError **error);
gboolean geo_node_is_blocked (GeoNode *node, const GeoPid *pid);

/* What differs between a checkpoint that was proposed to me and my journal: a
 * sentence for people, one a line; "" where nothing does. */
void geo_node_compare_checkpoint_async (GeoNode *node,
                                        const gchar *key,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);
gchar *geo_node_compare_checkpoint_finish (GeoNode *node,
                                           GAsyncResult *result,
                                           GError **error);
/* A checkpoint that both agreed to, as a file for anybody; NULL: it is not. */
gchar *geo_node_get_checkpoint (GeoNode *node, const gchar *key);

G_END_DECLS
