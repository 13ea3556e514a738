/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * For the tests of book and closer: a town of people with fixed keys, its hub's
 * book and closer, and a ledger that stands for the hub's store.  The ledger
 * fails the test when a change breaks a rule.
 */
#pragma once

#include "protocol/geo-closer.h"

G_BEGIN_DECLS

#define TOWN_EQUIVALENT "UAH"
#define TOWN_START G_GINT64_CONSTANT (1795000000000)

/* --- What a hub has on disk ------------------------------------------------
 */

typedef struct _Ledger Ledger;

typedef struct {
  GeoKnown known;
  GeoProvenEntry *entry;
  GeoRefusal *refusal;
} LedgerKnown;

Ledger *ledger_new (const GeoCommunity *community);
void ledger_free (Ledger *ledger);
/* P4, P11, I1, I3, I7 and the chain of entries are checked. */
void ledger_apply (Ledger *ledger, const GeoChange *change);
GeoBook *ledger_load (const Ledger *ledger);
/* What a driver passes with a message of from. */
void ledger_find (const Ledger *ledger,
                  const GeoPid *from,
                  const GeoMessage *message,
                  LedgerKnown *out);
void ledger_known_clear (LedgerKnown *known);
/* GeoProvenEntry, all of pid's; borrowed. */
/* The LOG_PROOF for a LOG_QUERY. */
GeoMessage *ledger_prove (const Ledger *ledger,
                          GeoSecret *secret,
                          const GeoPid *pid,
                          const GeoMessage *query,
                          GeoTime now);
const GPtrArray *ledger_entries (const Ledger *ledger, const GeoPid *pid);
GeoAmount ledger_debt (const Ledger *ledger,
                       const GeoPid *debtor,
                       const GeoPid *creditor,
                       const gchar *equivalent);
guint ledger_count_commits (const Ledger *ledger);
guint ledger_count_clearings (const Ledger *ledger);
guint ledger_count_refusals (const Ledger *ledger);
/* NULL: the order was not refused; borrowed. */
const GeoRefusal *ledger_refusal (const Ledger *ledger, const GeoHash *order);
gboolean ledger_is_committed (const Ledger *ledger, const GeoHash *order);
/* The debts of a book are the ledger's. */
void ledger_check_book (const Ledger *ledger, const GeoBook *book);

/* --- Who lives there ---------------------------------------------------------
 */

typedef struct {
  GeoSecret *secret;
  GeoPid pid;
  GeoParticipant *participant;
} Person;

typedef struct {
  GeoSecret *secret;
  GeoPid pid;
  GeoCommunity *community;
  GeoBook *book;
  GeoCloser *closer;
  GeoCloserLimits limits;
  Ledger *ledger;
  GPtrArray *people; /* Person */
  GeoTime now;
  guint n_ids;
  guint n_starts; /* No two have the same key for salts. */
  GPtrArray *actions; /* What the last event brought about. */
} Town;

typedef enum {
  LINE_LIVE = 1 << 0,
  LINE_NOT_THROUGH = 1 << 1,
  LINE_ASK_CLEARING = 1 << 2, /* Without auto_clearing. */
  LINE_FROZEN = 1 << 3,
} LineFlags;

GeoSecret *town_secret (guint8 number);
GeoCommunity *town_community (GeoSecret *secret);
Person *person_new (const GeoPid *community, guint8 number, const gchar *name);
void person_free (Person *person);

/* n people, A, B, C …, all of them joined and away. */
Town *town_new (guint n);
void town_free (Town *town);
Person *town_person (Town *town, guint index);
/* The hub starts anew from its ledger; everybody is away. */
void town_restart (Town *town);

/* Each replaces town->actions; STOREs are in the ledger when it returns. */
void town_say (Town *town, guint from, GeoMessage *message);
void town_timer (Town *town, const GeoHash *timer);
void town_present (Town *town, guint index, gboolean present);
void town_everybody (Town *town);
/* How many circles were cleared or proposed. */
guint town_clear (Town *town, guint max_length);

GeoTrustLine *town_make_line (Town *town,
                              guint from,
                              guint to,
                              gint64 limit,
                              LineFlags flags);
/* Puts a line into force and expects that to work. */
void
town_line (Town *town, guint from, guint to, gint64 limit, LineFlags flags);
GeoMessage *town_line_message (Town *town,
                               GeoMessageType type,
                               guint from,
                               GeoTrustLine *line);

GeoOrder *town_make_order (Town *town, guint from, guint to, gint64 amount);
GeoMessage *town_order_message (const GeoOrder *order);
/* Sends a good order; hash may be NULL. */
void town_pay (Town *town, guint from, guint to, gint64 amount, GeoHash *hash);
gint64 town_debt (Town *town, guint debtor, guint creditor);

/* --- What came of it ---------------------------------------------------------
 */

/* The nth action, SEND to that person, of that type; NULL where there is none.
 */
const GeoMessage *town_sent (Town *town, guint to, GeoMessageType type);
guint town_count (Town *town, GeoActionKind kind);
GeoMessage *town_vote (Town *town, guint from, const GeoMessage *prepare);
GeoMessage *town_refuse (Town *town,
                         guint from,
                         const GeoMessage *prepare,
                         GeoCode code,
                         const gchar *reason);
/* The one PAYMENT_PREPARE for that person; copies it. */
GeoMessage *town_asked (Town *town, guint to);
void town_check_error (Town *town, guint to, GeoCode code, const gchar *reason);
void town_check_abort (Town *town, guint to, GeoCode code, const gchar *reason);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Town, town_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Person, person_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Ledger, ledger_free)

G_END_DECLS
