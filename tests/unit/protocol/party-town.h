/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A town for the tests of GeoParty: five people with keys, a hub that signs by
 * hand whatever a test wants, and a disk that keeps what a party stores.  Town
 * checks by itself that nothing binding is sent before it is stored (P1).
 */
#pragma once

#include "protocol/geo-party-private.h"

G_BEGIN_DECLS

/* ME is the participant whose party is tested. */
enum { ME, ANNA, BOB, CARL, DORA, N_PEOPLE };

typedef struct {
  GeoSecret *secret;
  GeoPid pid;
  GeoParticipant *participant;
} Citizen;

typedef struct {
  GeoSecret *hub;
  GeoCommunity *community;
  Citizen people[N_PEOPLE];

  GeoParty *party;
  GPtrArray *actions; /* Of the last event. */
  GeoTime now;

  /* The disk: all records in order, and what is open on it. */
  GPtrArray *people_before; /* GeoParticipant, before the first event */
  GPtrArray *lines_before; /* GeoTrustLine, likewise */
  GPtrArray *records; /* GeoAction */
  GHashTable *stored; /* GeoHash of orders, lines, votes, refusals, entries */
  guint n_faults;

  /* The hub's end of ME's chain. */
  gint64 sequence;
  GeoHash entry_hash;

  const gchar *refuse_with;
  guint n_asked;
} Town;

/* A hop by the people's numbers, in minor units. */
typedef struct {
  guint from;
  guint to;
  gint64 amount;
} Step;

/* A payment as the hub would make it; parts may be changed before use. */
typedef struct {
  GeoOrder *order;
  GeoContract *contract;
  GPtrArray *hops; /* GeoHop, all */
  GBytes *sealed;
} Deal;

/* With lines of 100.00 and 50.00 from ME to ANNA and BOB, and of 80.00 from
 * both of them to ME; connected and synced. CARL is known, DORA is not. */
Town *town_new (void);
/* Without anything loaded and not connected. */
Town *town_new_empty (void);
void town_free (Town *town);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Town, town_free)

/* Events; the actions of the event replace those before and are stored. */
void town_connect (Town *town);
void town_disconnect (Town *town);
void town_tick (Town *town, const GeoHash *timer, gint64 ms);
/* Takes the message. */
void town_receive (Town *town, GeoMessage *message);
gboolean town_pay (Town *town,
                   const gchar *tx_id,
                   guint to,
                   gint64 amount,
                   const gchar *text,
                   GeoHash *hash,
                   GError **error);
gboolean town_trust (Town *town,
                     const gchar *line_id,
                     guint to,
                     gint64 limit,
                     gboolean close,
                     GError **error);

gboolean town_answer_clearing (Town *town,
                               const GeoHash *contract,
                               gboolean accepts,
                               GError **error);

/* What the last event's actions were, e.g. "store:order send:PAYMENT_REQUEST
 * tell:payment/sending timer". */
gchar *town_describe (Town *town);
#define town_expect(town, text)                     \
  G_STMT_START {                                    \
    g_autofree gchar *said_ = town_describe (town); \
    g_assert_cmpstr (said_, ==, text);              \
  }                                                 \
  G_STMT_END
/* The n-th of its kind in the last event's actions; asserted to be there. */
const GeoAction *town_find (Town *town, GeoActionKind kind, guint n);
const GeoMessage *town_sent (Town *town, GeoMessageType type);
const GeoTold *town_told (Town *town, GeoToldKind kind);
const GeoRecordBody *town_stored (Town *town, GeoRecordKind kind);
/* The fault of the last event, and that it was the only action. */
void town_expect_fault (Town *town, const gchar *reason);
gint64 town_balance (Town *town, guint peer);
/* The whole state as text, to compare before and after. */
gchar *town_state (Town *town);
/* A party made anew from the disk takes the place of the one there is. */
void town_reload (Town *town);

/* Objects. */
void town_load_line (Town *town, guint from, guint to, gint64 limit);
GeoTrustLine *
town_line (Town *town, guint from, guint to, gint64 limit, gint64 seq);
GeoParticipant *town_participant (Town *town, guint who, gint64 seq);
GeoRefusal *town_refusal (Town *town,
                          const GeoHash *order,
                          const GeoHash *contract,
                          GeoCode code,
                          const gchar *reason);
GeoMessage *town_abort (GeoRefusal *refusal); /* Takes it. */

Deal *deal_new (Town *town,
                const gchar *tx_id,
                guint payer,
                guint payee,
                gint64 amount,
                const Step *steps,
                guint n_steps);
/* Over an order of ME's that was sent. */
Deal *deal_of_order (Town *town,
                     const GeoOrder *order,
                     const Step *steps,
                     guint n_steps);
/* The usual: ANNA pays BOB through ME. */
Deal *deal_through_me (Town *town, const gchar *tx_id, gint64 amount);
Deal *deal_to_me (Town *town, const gchar *tx_id, gint64 amount);
void deal_free (Deal *deal);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Deal, deal_free)
/* After changes: the order's signature by payer and hash, the root. */
void deal_sign (Town *town, Deal *deal, guint payer);
void deal_describe (Town *town, Deal *deal, const gchar *text, guint reader);
void deal_hash (const Deal *deal, GeoHash *hash);
GeoMessage *deal_prepare (Town *town, const Deal *deal, const gchar *msg_id);

/* Entries: the next of ME's chain, signed. */
GeoProvenEntry *town_entry_of_line (Town *town, const GeoTrustLine *line);
GeoProvenEntry *town_entry_of_deal (Town *town, const Deal *deal);
/* After changes: the hub's signature again; the chain's end is moved to it. */
void town_sign_entry (Town *town, GeoProvenEntry *entry);
GeoMessage *town_commit (GeoProvenEntry *entry); /* Takes it. */
GeoMessage *town_receipt (GeoProvenEntry *entry); /* Takes it. */
GeoMessage *town_entry (GeoProvenEntry *entry); /* Takes it. */
GeoMessage *town_sync_result (gint64 sequence);

G_END_DECLS
