/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What lists of the node hold, as GObjects a window can bind to: people, their
 * relations in each equivalent, totals, activity.  All properties are read-only and
 * notify; amounts are in minor units with their precision, and as text for people
 * in the locale.  Main context.
 */
#pragma once

#include <gio/gio.h>

#include "core/geo-key.h"
#include "core/geo-time.h"

G_BEGIN_DECLS

/* Two people in one equivalent. */
#define GEO_TYPE_RELATION (geo_relation_get_type ())
G_DECLARE_FINAL_TYPE (GeoRelation, geo_relation, GEO, RELATION, GObject)
const gchar *geo_relation_get_equivalent (GeoRelation *relation);
guint        geo_relation_get_precision (GeoRelation *relation);
GeoAmount    geo_relation_get_balance (GeoRelation *relation);     /* Positive: they owe me. */
gboolean     geo_relation_get_my_limit (GeoRelation *relation, GeoAmount *limit);    /* I trust them up to; FALSE: no line */
gboolean     geo_relation_get_their_limit (GeoRelation *relation, GeoAmount *limit); /* They trust me up to. */
gboolean     geo_relation_get_pending (GeoRelation *relation);     /* A line of mine is not receipted yet. */

#define GEO_TYPE_PERSON (geo_person_get_type ())
G_DECLARE_FINAL_TYPE (GeoPerson, geo_person, GEO, PERSON, GObject)
/* Properties: "name" (string), "pid" (string). */
const gchar  *geo_person_get_name (GeoPerson *person);
const gchar  *geo_person_get_pid_text (GeoPerson *person);
const GeoPid *geo_person_get_pid (GeoPerson *person);
GListModel   *geo_person_get_relations (GeoPerson *person); /* GeoRelation, borrowed; "items-changed" and notify */

/* My totals in one equivalent. */
#define GEO_TYPE_TOTAL (geo_total_get_type ())
G_DECLARE_FINAL_TYPE (GeoTotal, geo_total, GEO, TOTAL, GObject)
const gchar *geo_total_get_equivalent (GeoTotal *total);
const gchar *geo_total_get_symbol (GeoTotal *total); /* NULL if none */
guint        geo_total_get_precision (GeoTotal *total);
GeoAmount    geo_total_get_balance (GeoTotal *total);      /* owed to me − what I owe */
GeoAmount    geo_total_get_owed_to_me (GeoTotal *total);
GeoAmount    geo_total_get_i_owe (GeoTotal *total);
GeoAmount    geo_total_get_can_pay (GeoTotal *total);      /* by my own lines: Σ (their limit − I owe + they owe) */
GeoAmount    geo_total_get_can_receive (GeoTotal *total);

/* One line of activity; properties notify when its state changes. */
#define GEO_TYPE_ACTIVITY_ITEM (geo_activity_item_get_type ())
G_DECLARE_FINAL_TYPE (GeoActivityItem, geo_activity_item, GEO, ACTIVITY_ITEM, GObject)
/* kind: GeoActivityKind's number, state: GeoPaymentState's (store/geo-journal.h and protocol/geo-action.h
 * define them; the enums here have the same numbers for rooms above). */
typedef enum {
  GEO_ITEM_PAID = 1, GEO_ITEM_RECEIVED = 2, GEO_ITEM_PASSED = 3, GEO_ITEM_TRUST_GIVEN = 4,
  GEO_ITEM_TRUST_GOT = 5, GEO_ITEM_CLEARED = 6, GEO_ITEM_JOINED = 7,
} GeoItemKind;
typedef enum {
  GEO_STATE_DRAFT = 1, GEO_STATE_SENDING = 2, GEO_STATE_IN_DOUBT = 3, GEO_STATE_PAID = 4, GEO_STATE_NOT_PAID = 5,
} GeoState;
gint64       geo_activity_item_get_id (GeoActivityItem *item);
GeoItemKind  geo_activity_item_get_kind (GeoActivityItem *item);
GeoState     geo_activity_item_get_state (GeoActivityItem *item);
GeoTime      geo_activity_item_get_time (GeoActivityItem *item);
const gchar *geo_activity_item_get_peer_name (GeoActivityItem *item); /* "" for JOINED; a shortened PID if unknown */
const gchar *geo_activity_item_get_peer_pid (GeoActivityItem *item);
const gchar *geo_activity_item_get_equivalent (GeoActivityItem *item);
guint        geo_activity_item_get_precision (GeoActivityItem *item);
GeoAmount    geo_activity_item_get_amount (GeoActivityItem *item);
const gchar *geo_activity_item_get_text (GeoActivityItem *item);   /* NULL if none */
const gchar *geo_activity_item_get_tx_id (GeoActivityItem *item);
const gchar *geo_activity_item_get_receipt_key (GeoActivityItem *item); /* For geo_node_get_receipt_async; NULL if none */
/* Why it was not paid, one sentence for people; NULL otherwise. */
const gchar *geo_activity_item_get_reason (GeoActivityItem *item);

G_END_DECLS
