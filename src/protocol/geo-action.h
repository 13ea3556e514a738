/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoAction: what a state machine wants done.  Machines take an event and
 * append actions to a list; whoever drives them carries the list out in order
 * and does not go past a STORE before it is on disk (P1).  Lists of different
 * events may be interleaved, except that STOREs keep their order.
 *
 * If a STORE fails, the rest of its list is dropped, and the machine is thrown
 * away and loaded anew from what is on disk.
 */
#pragma once

#include "core/geo-change.h"
#include "core/geo-messages.h"

G_BEGIN_DECLS

typedef enum {
  GEO_ACTION_STORE_RECORD = 1, /* A participant: append to its own journal. */
  GEO_ACTION_STORE_CHANGE = 2, /* A hub: carry out in one transaction. */
  GEO_ACTION_SEND = 3,
  GEO_ACTION_TIMER = 4,
  GEO_ACTION_TELL = 5,
} GeoActionKind;

/* What a person sees of a payment, and nothing else (protocol §6).  Stored in
 * the journal's projection: numbers stay. */
typedef enum {
  GEO_PAYMENT_DRAFT = 1,
  GEO_PAYMENT_SENDING = 2,
  GEO_PAYMENT_IN_DOUBT = 3,
  GEO_PAYMENT_PAID = 4,
  GEO_PAYMENT_NOT_PAID = 5,
} GeoPaymentState;

typedef enum {
  /* order_hash, order, state; code, reason, limits, max_amount of NOT_PAID */
  GEO_TOLD_PAYMENT = 1,
  GEO_TOLD_RECEIVED = 2, /* entry: a payment to us was committed */
  GEO_TOLD_PASSED = 3, /* entry: a payment passed through us */
  GEO_TOLD_LINE = 4, /* line: a line of ours, or to us, is in force */
  GEO_TOLD_LINE_REFUSED = 5, /* line: ours was refused; code, reason */
  GEO_TOLD_REFUSED_VOTE = 6, /* order: we refused a contract; code, reason */
  GEO_TOLD_SYNCED = 7, /* All entries up to the hub's last are applied. */
  /* reason: the hub sent what does not hold.  We stop believing it. */
  GEO_TOLD_FAULT = 8,
  GEO_TOLD_PERSON = 9, /* person: somebody's name or key was learnt */
  /* entry: debts around a cycle were cleared; owed_before, owed_after: what we
   * owe all others together in that equivalent */
  GEO_TOLD_CLEARED = 10,
  /* The clearings that wait for us are others now: geo_party_foreach_proposal
   */
  GEO_TOLD_PROPOSALS = 11,
  /* order_hash: of a request (§8a) that is new, or whose state is another now;
   * is_new: somebody asks us, and did not before. */
  GEO_TOLD_REQUEST = 12,
  GEO_TOLD_BLOCKED = 13, /* person: their letters are wanted or not now */
  /* entry: of a number that was applied before, bare: the journal knows whether
   * it is the same one (§8) */
  GEO_TOLD_OLD_ENTRY = 14,
  GEO_TOLD_NEW_KEY = 15, /* person: whom we know, with another key than before */
  /* K5: person: with the key that stays; somebody else has had the one before.
   */
  GEO_TOLD_TWO_KEYS = 16,
} GeoToldKind;

typedef struct {
  GeoToldKind kind;
  GeoHash order_hash; /* PAYMENT */
  GeoPaymentState state;
  GeoOrder *order;
  GeoProvenEntry *entry;
  GeoTrustLine *line;
  GeoParticipant *person;
  GeoCode code;
  gchar *reason; /* Machine-readable: see geo-reasons.h */
  gboolean has_max_amount;
  GeoDecimal max_amount;
  GPtrArray *limits; /* GeoLimitHint, or NULL */
  gboolean is_new; /* REQUEST */
  GeoDecimal owed_before; /* CLEARED */
  GeoDecimal owed_after;
} GeoTold;

typedef struct {
  GeoActionKind kind;
  GeoRecordKind record_kind; /* STORE_RECORD */
  GeoRecordBody *record;
  GeoChange *change; /* STORE_CHANGE */
  gboolean has_to; /* SEND: FALSE is "to the hub" */
  GeoPid to;
  /* msg_id is empty where it is no reply: the driver makes one. */
  GeoMessage *message;
  GeoHash timer; /* TIMER: which one */
  GeoTime at; /* TIMER: when; 0 clears it. One timer a hash. */
  GeoTold *told; /* TELL */
} GeoAction;

/* A list is a GPtrArray of GeoAction that frees them. */
GPtrArray *geo_actions_new (void);
void geo_action_free (GeoAction *action);
void geo_told_free (GeoTold *told);

/* All take ownership of what they are given. */
void geo_actions_store_record (GPtrArray *actions,
                               GeoRecordKind kind,
                               GeoRecordBody *body);
void geo_actions_store_change (GPtrArray *actions, GeoChange *change);
void
geo_actions_send (GPtrArray *actions, const GeoPid *to, GeoMessage *message);
void geo_actions_timer (GPtrArray *actions, const GeoHash *timer, GeoTime at);
/* Borrowed: fill it in. */
GeoTold *geo_actions_tell (GPtrArray *actions, GeoToldKind kind);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GeoTold, geo_told_free)

G_END_DECLS
