/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What lists of the node hold, as GObjects a window can bind to: people, their
 * relations in each equivalent, totals, activity.  All properties are read-only
 * and notify; amounts are in minor units with their precision (as gint64 in
 * properties), and become text for people in geo-phrases.h.  Only the node
 * changes them.  Main context.
 */
#pragma once

#include <gio/gio.h>

#include "core/geo-amount.h"
#include "core/geo-key.h"
#include "core/geo-time.h"

G_BEGIN_DECLS

/* Two people in one equivalent.
 * Properties: "equivalent" (string), "precision" (uint), "balance" (int64),
 * "has-my-limit", "has-their-limit" (boolean), "my-limit", "their-limit"
 * (int64), "live", "frozen", "their-frozen", "pending" (boolean), "spare",
 * "their-spare" (int64; below zero: nothing), "daily", "their-daily" (int64;
 * below zero: none; the first one notifies of what is left, too). */
#define GEO_TYPE_RELATION (geo_relation_get_type ())
G_DECLARE_FINAL_TYPE (GeoRelation, geo_relation, GEO, RELATION, GObject)

const gchar *geo_relation_get_equivalent (GeoRelation *relation);
guint geo_relation_get_precision (GeoRelation *relation);
/* Positive: they owe me. */
GeoAmount geo_relation_get_balance (GeoRelation *relation);
/* I trust them up to; FALSE: there is no active line. */
gboolean geo_relation_get_my_limit (GeoRelation *relation, GeoAmount *limit);
/* They trust me up to. */
gboolean geo_relation_get_their_limit (GeoRelation *relation, GeoAmount *limit);
/* My line is used only while I am connected; FALSE without one. */
gboolean geo_relation_get_live (GeoRelation *relation);
/* No debt over my line is cleared without my word; FALSE without one. */
gboolean geo_relation_get_asks_clearing (GeoRelation *relation);
/* §7: up to which clearing may make them owe me more over my line, where the
 * limit lets it (GEO_AMOUNT_MAX: all of it); FALSE: it may not, or there is no
 * line. */
gboolean geo_relation_get_spare (GeoRelation *relation, GeoAmount *bound);
/* The same of their line. Nothing is lent over either line unless both say so.
 */
gboolean geo_relation_get_their_spare (GeoRelation *relation, GeoAmount *bound);
/* What payments bring in over my line in one UTC day is at most that, and how
 * much of it is left today (may be NULL); what I owe them is paid back all the
 * same.  FALSE: there is no such limit, or no line. */
gboolean geo_relation_get_daily (GeoRelation *relation,
                                 GeoAmount *limit,
                                 GeoAmount *left);
/* The same of their line; how much of it is left only the hub knows. */
gboolean geo_relation_get_their_daily (GeoRelation *relation, GeoAmount *limit);
/* I have frozen my line: nothing more is owed either way until I unfreeze it;
 * FALSE without one. */
gboolean geo_relation_get_frozen (GeoRelation *relation);
/* They have frozen theirs, which does the same. */
gboolean geo_relation_get_their_frozen (GeoRelation *relation);
/* A line of mine is not receipted yet. */
gboolean geo_relation_get_pending (GeoRelation *relation);

/* Properties: "name" (string), "pid" (string), "verified", "key-changed"
 * (boolean). */
#define GEO_TYPE_PERSON (geo_person_get_type ())
G_DECLARE_FINAL_TYPE (GeoPerson, geo_person, GEO, PERSON, GObject)

/* Never NULL: a shortened PID where the name is not known. */
const gchar *geo_person_get_name (GeoPerson *person);
const gchar *geo_person_get_pid_text (GeoPerson *person);
const GeoPid *geo_person_get_pid (GeoPerson *person);
/* Their key was compared in person, and is still that one (geo-safety.h). */
gboolean geo_person_get_verified (GeoPerson *person);
/* They use another key than when they became known here, and nobody has said
 * that this is all right (geo_node_accept_key ()). */
gboolean geo_person_get_key_changed (GeoPerson *person);
/* GeoRelation, one for each equivalent there is something in.  Borrowed; it
 * emits "items-changed", its items notify. */
GListModel *geo_person_get_relations (GeoPerson *person);
/* Whether I trust them with something, in whatever. */
gboolean geo_person_is_trusted (GeoPerson *person);

/* My totals in one equivalent.
 * Properties: "equivalent", "symbol" (string), "precision" (uint), "balance",
 * "owed-to-me", "i-owe", "can-pay", "can-receive" (int64). */
#define GEO_TYPE_TOTAL (geo_total_get_type ())
G_DECLARE_FINAL_TYPE (GeoTotal, geo_total, GEO, TOTAL, GObject)

const gchar *geo_total_get_equivalent (GeoTotal *total);
/* NULL if there is none. */
const gchar *geo_total_get_symbol (GeoTotal *total);
guint geo_total_get_precision (GeoTotal *total);
/* What is owed to me less what I owe. */
GeoAmount geo_total_get_balance (GeoTotal *total);
GeoAmount geo_total_get_owed_to_me (GeoTotal *total);
GeoAmount geo_total_get_i_owe (GeoTotal *total);
/* By my own lines: the sum of their limit, less what I owe, and what they owe
 * me; no more than may come in today over mine, or in one day over theirs. */
GeoAmount geo_total_get_can_pay (GeoTotal *total);
GeoAmount geo_total_get_can_receive (GeoTotal *total);

/* The numbers of store's GeoActivityKind and protocol's GeoPaymentState, for
 * rooms that may not see those. */
typedef enum {
  GEO_ITEM_PAID = 1,
  GEO_ITEM_RECEIVED = 2,
  GEO_ITEM_PASSED = 3,
  GEO_ITEM_TRUST_GIVEN = 4,
  GEO_ITEM_TRUST_GOT = 5,
  GEO_ITEM_CLEARED = 6,
  GEO_ITEM_JOINED = 7,
  GEO_ITEM_REFUSED = 8, /* P8: this node said no to a contract; NOT_PAID. */
} GeoItemKind;

typedef enum {
  GEO_STATE_DRAFT = 1,
  GEO_STATE_SENDING = 2,
  GEO_STATE_IN_DOUBT = 3,
  GEO_STATE_PAID = 4,
  GEO_STATE_NOT_PAID = 5,
} GeoState;

/* What a clearing did to what is owed between two. */
typedef enum {
  GEO_MOVED_LESS = 0, /* What was owed is less. */
  GEO_MOVED_MORE = 1, /* What was owed, or nothing, is more. */
  GEO_MOVED_TURNED = 2, /* What was owed is over, and the other one owes. */
} GeoMoved;

/* One line of activity.  A row that is not read from disk yet is there with
 * "loaded" FALSE and fills in by itself.
 * Properties: "loaded" (boolean), "id" (int64), "kind" (int), "state" (int),
 * "time" (int64), "peer-name", "peer-pid", "equivalent" (string), "precision"
 * (uint), "amount" (int64), "text", "tx-id", "receipt-key", "reason" (string).
 * Signal: "changed" (): once after however many of them changed together. */
#define GEO_TYPE_ACTIVITY_ITEM (geo_activity_item_get_type ())
G_DECLARE_FINAL_TYPE (GeoActivityItem,
                      geo_activity_item,
                      GEO,
                      ACTIVITY_ITEM,
                      GObject)

gboolean geo_activity_item_get_loaded (GeoActivityItem *item);
gint64 geo_activity_item_get_id (GeoActivityItem *item);
GeoItemKind geo_activity_item_get_kind (GeoActivityItem *item);
GeoState geo_activity_item_get_state (GeoActivityItem *item);
GeoTime geo_activity_item_get_time (GeoActivityItem *item);
/* "" for JOINED, CLEARED and a clearing REFUSED; a shortened PID where the name
 * is not known. */
const gchar *geo_activity_item_get_peer_name (GeoActivityItem *item);
/* "" for JOINED. */
const gchar *geo_activity_item_get_peer_pid (GeoActivityItem *item);
/* "" for JOINED. */
const gchar *geo_activity_item_get_equivalent (GeoActivityItem *item);
guint geo_activity_item_get_precision (GeoActivityItem *item);
GeoAmount geo_activity_item_get_amount (GeoActivityItem *item);
/* NULL if there is none. */
const gchar *geo_activity_item_get_text (GeoActivityItem *item);
/* NULL where it is no payment. */
const gchar *geo_activity_item_get_tx_id (GeoActivityItem *item);
/* For geo_node_get_receipt_async (); NULL if there is none. */
const gchar *geo_activity_item_get_receipt_key (GeoActivityItem *item);
/* FALSE: it is what a hub says that can prove nothing. */
gboolean geo_activity_item_get_proven (GeoActivityItem *item);
/* Why it was not paid, or why this node refused it; a sentence for people; NULL
 * otherwise. */
const gchar *geo_activity_item_get_reason (GeoActivityItem *item);
/* §7: a clearing that used spare limits, and what it did to what is owed between
 * me and who paid me, and me and whom I paid.  FALSE: anything else; where that
 * is a clearing, both debts became less. */
gboolean geo_activity_item_get_moved (GeoActivityItem *item,
                                      GeoMoved *in,
                                      GeoMoved *out);

G_END_DECLS
