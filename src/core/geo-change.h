/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoChange: one thing that a hub writes down, whole or not at all: what the
 * closer decides and the hub's store carries out in one transaction.  A value:
 * it changes nothing by itself.
 */
#pragma once

#include "core/geo-messages.h"

G_BEGIN_DECLS

/* What stays to be known of an equivalent.  Stored: numbers stay. */
typedef enum {
  GEO_INCIDENT_FROZEN = 1, /* An invariant would have been broken (§14). */
  GEO_INCIDENT_THAWED = 2, /* Its owner has looked, and goes on. */
} GeoIncident;

/* Stored in no file: numbers may change. */
typedef enum {
  GEO_CHANGE_PARTICIPANT = 1, /* participant: new or next seq */
  GEO_CHANGE_LINE = 2, /* line, entries (one for each side) */
  GEO_CHANGE_COMMIT = 3, /* certificate, hops (all of them), debts, entries */
  GEO_CHANGE_INCIDENT = 7, /* incident, equivalent, text */
  GEO_CHANGE_REFUSAL = 4, /* refusal, and the order it refuses or whose contract
                             it refuses; contract where it refuses one */
  GEO_CHANGE_ACK = 5, /* ack */
  GEO_CHANGE_REGISTRATION = 6, /* pid, registration */
} GeoChangeKind;

/* After the change the pair's debt is `after` from debtor to creditor, and
 * nothing the other way (I3). */
typedef struct {
  GeoPid debtor;
  GeoPid creditor;
  GeoAmount after;
} GeoDebtChange;

typedef struct {
  GeoChangeKind kind;
  GeoTime at;
  GeoParticipant *participant;
  GeoTrustLine *line;
  GeoCertificate *certificate;
  GeoOrder *order;
  GeoContract *contract;
  GeoRefusal *refusal;
  GeoEntryAck *ack;
  GeoPid pid; /* Who registered … */
  gchar *registration; /* … with what, as canonical JSON with its signature:
                        * through the REST contract (S2) */
  gchar *equivalent; /* of debts */
  GPtrArray *hops; /* GeoHop */
  GArray *debts; /* GeoDebtChange */
  GPtrArray *entries; /* GeoProvenEntry */
  GeoIncident incident; /* about `equivalent` */
  gchar *text; /* One sentence about it, with nobody's name or amount in it */
} GeoChange;

/* Arrays are there, empty. */
GeoChange *geo_change_new (GeoChangeKind kind, GeoTime at);
void geo_change_free (GeoChange *change);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GeoChange, geo_change_free)

G_END_DECLS
