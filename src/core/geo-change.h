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
  GEO_CHANGE_HUB = 6, /* The hub's own, not the closer's: status, setting,
                       * token, community, note, log_until; each may be
                       * missing */
  GEO_CHANGE_STATE = 8, /* copy, and those of its parts that are new */
  GEO_CHANGE_LETTER = 9, /* pid (reader), from, hash, sealed: kept until read */
  GEO_CHANGE_LETTER_READ = 10, /* pid, hash */
} GeoChangeKind;

/* What the hub's owner made of a participant.  Stored: numbers stay. */
typedef enum {
  GEO_STATUS_ACTIVE = 0,
  GEO_STATUS_FROZEN = 1, /* Neither pays, receives nor passes through. */
  GEO_STATUS_BANNED = 2, /* Nor signs in. */
} GeoStatus;

/* One line of the log of what was done to the hub, and by whom.  Texts may be
 * NULL; before and after are JSON. */
typedef struct {
  gchar *id; /* NULL: any. */
  gchar *role;
  gchar *action;
  gchar *object_type;
  gchar *object_id;
  gchar *reason;
  gchar *before;
  gchar *after;
  gchar *request_id;
  gchar *address;
} GeoAudit;

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
  gboolean has_status;
  GeoPid pid; /* of status; who reads a letter */
  GeoPid from; /* Who wrote it, */
  GeoHash hash; /* that of its sealed bytes, and */
  GBytes *sealed; /* those. */
  GeoStatus status;
  gchar *setting; /* A name, and its */
  gchar *value; /* value; NULL forgets it. */
  gchar *token; /* A token's id that is used up, remembered */
  GeoTime until; /* until then. */
  GeoStateCopy *copy; /* What a participant leaves with the hub: */
  GPtrArray *parts; /* GBytes; NULL: none are new. */
  GeoCommunity *community; /* The next form of it. */
  GeoTime log_until; /* Heads of the log may say they are as late as this. */
  gchar *note; /* About `equivalent`, JSON. */
  GeoAudit *audit; /* Of any kind of change. */
  gchar *equivalent; /* of debts; of note */
  GPtrArray *hops; /* GeoHop */
  GArray *debts; /* GeoDebtChange */
  GPtrArray *entries; /* GeoProvenEntry */
  GeoIncident incident; /* about `equivalent` */
  gchar *text; /* One sentence about it, with nobody's name or amount in it */
} GeoChange;

void geo_audit_free (GeoAudit *audit); /* NULL is safe. */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GeoAudit, geo_audit_free)

/* Arrays are there, empty. */
GeoChange *geo_change_new (GeoChangeKind kind, GeoTime at);
void geo_change_free (GeoChange *change);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GeoChange, geo_change_free)

G_END_DECLS
