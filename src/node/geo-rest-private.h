/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoRest: what stands in for the party where a hub speaks nothing but the REST
 * contract: it signs in, asks how things stand, pays and trusts, and fills the
 * node's lists with what the hub says.  It can prove nothing of that, and the
 * node says so.  Nobody outside this room may include this.  Main context.
 */
#pragma once

#include <json-glib/json-glib.h>

#include "node/geo-node-private.h"

G_BEGIN_DECLS

/* In front of an address: join it as such a hub. */
#define GEO_REST_PREFIX "rest:"
/* Beside the journal: the address, and the hub's last answers. */
#define GEO_REST_FILE "rest.json"

/* How often the hub is asked how things stand where it tells nothing by itself;
 * what is in doubt is asked about more often. */
#define GEO_REST_POLL_MS 15000
#define GEO_REST_DOUBT_MS 2000

/* The community that such a hub stands for has no key; its PID is the hash of
 * the address. */
void geo_rest_community_pid (const gchar *address, GeoPid *out);

/* What stands in the file; NULL where there is none.  Any thread. */
JsonNode *geo_rest_read_file (const gchar *journal_path, GError **error);

/* A node whose community is what the file says. FALSE: it cannot be used. */
gboolean geo_rest_take_data (GeoNode *self, GeoNodeData *data, GError **error);

/* Takes task, which answers with the node as geo_node_join_async () says.
 * text: the address, and "#" and the fingerprint of its certificate where one
 * is pinned. */
void geo_rest_join (GeoNode *self, const gchar *text, GTask *task);

void geo_rest_start (GeoRest *rest);
void geo_rest_stop (GeoRest *rest);
void geo_rest_free (GeoRest *rest); /* NULL is safe. */

const gchar *geo_rest_find_name (GeoRest *rest, const GeoPid *pid);

/* What was checked already is ordered: it is stored, then sent (P1). */
void geo_rest_pay (GeoRest *rest, GeoPayment *payment, const gchar *text);
/* Each takes task. */
void geo_rest_trust (GeoRest *rest,
                     const GeoPid *to,
                     const gchar *equivalent,
                     GeoAmount limit,
                     gboolean close,
                     GTask *task);
void geo_rest_quote (GeoRest *rest,
                     const GeoPid *to,
                     const gchar *equivalent,
                     const GeoAmount *amount,
                     guint precision,
                     GTask *task);
/* found (GeoPerson): taken, and added to. */
void geo_rest_find_people (GeoRest *rest,
                           const gchar *text,
                           GListStore *found,
                           GTask *task);
/* What the hub says of a payment; it proves nothing. */
void geo_rest_statement (GeoRest *rest, const gchar *tx_id, GTask *task);

G_END_DECLS
