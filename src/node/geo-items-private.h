/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How the node makes and changes the items of its lists.  Nobody outside this
 * room and its tests may include this.  Main context.
 */
#pragma once

#include "node/geo-items.h"

G_BEGIN_DECLS

typedef struct {
  GeoAmount balance;
  gboolean has_my_limit;
  GeoAmount my_limit;
  gboolean live; /* My line's consent. */
  gboolean asks_clearing; /* My line's policy has no auto_clearing. */
  gboolean frozen; /* My line is. */
  gboolean has_spare; /* My line's policy has spare_clearing. */
  GeoAmount spare;
  gboolean has_daily; /* My line's policy has daily_limit. */
  GeoAmount daily;
  gint64 day; /* The last UTC day something came in over my line, … */
  GeoAmount inbound; /* … and how much. */
  gboolean has_their_daily;
  GeoAmount their_daily;
  gboolean has_their_spare;
  GeoAmount their_spare;
  gboolean their_frozen;
  gboolean has_their_limit;
  GeoAmount their_limit;
  gboolean pending;
} GeoRelationState;

/* name NULL: not known. */
GeoPerson *geo_person_new (const GeoPid *pid, const gchar *name);
/* TRUE when the name is another than it was. */
gboolean geo_person_set_name (GeoPerson *person, const gchar *name);
void geo_person_set_verified (GeoPerson *person, gboolean verified);
void geo_person_set_key_changed (GeoPerson *person, gboolean changed);
/* rank: the equivalent's place in its community.  state NULL: there is nothing
 * between us in it. */
void geo_person_set_relation (GeoPerson *person,
                              const gchar *equivalent,
                              guint precision,
                              guint rank,
                              const GeoRelationState *state);
/* Borrowed; NULL if there is none. */
GeoRelation *
geo_person_find_relation (GeoPerson *person, const gchar *equivalent);
/* "2KagSh…3Uyd": for people where no name is known. */
gchar *geo_pid_shorten (const GeoPid *pid);

typedef struct {
  GeoAmount balance;
  GeoAmount owed_to_me;
  GeoAmount i_owe;
  GeoAmount can_pay;
  GeoAmount can_receive;
} GeoTotalSums;

GeoTotal *
geo_total_new (const gchar *equivalent, const gchar *symbol, guint precision);
void geo_total_set_sums (GeoTotal *total, const GeoTotalSums *sums);

/* What a row of activity says; strings are copied. */
typedef struct {
  gint64 id;
  GeoItemKind kind;
  GeoState state;
  GeoTime time_ms;
  gboolean has_peer;
  GeoPid peer;
  const gchar *peer_name;
  const gchar *equivalent;
  guint precision;
  GeoAmount amount;
  const gchar *text;
  const gchar *tx_id;
  const gchar *receipt_key;
  const gchar *reason;
  gboolean over_spares; /* CLEARED */
  GeoMoved moved_in;
  GeoMoved moved_out;
  gboolean unproven;
} GeoActivityRow;

/* A placeholder: not loaded. */
GeoActivityItem *geo_activity_item_new (void);
void geo_activity_item_fill (GeoActivityItem *item, const GeoActivityRow *row);
void geo_activity_item_set_state (GeoActivityItem *item, GeoState state);
void geo_activity_item_set_peer_name (GeoActivityItem *item, const gchar *name);

G_END_DECLS
