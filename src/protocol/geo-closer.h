/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoCloser: the hub's side of the protocol, pure: takes lines and orders,
 * finds routes, asks for votes, votes last, and answers what became of an order
 * (P2–P12). Events in, actions out; it never reads a clock, a disk or a socket.
 *
 * It decides at once in memory (GeoBook) and leaves the STORE as the first
 * action of everything that depends on it.  One thread at a time.
 */
#pragma once

#include "protocol/geo-action.h"
#include "protocol/geo-book.h"
#include "protocol/geo-reasons.h"

G_BEGIN_DECLS

typedef struct _GeoCloser GeoCloser;

typedef struct {
  gint64 prepare_ms; /* 3,000: how long votes are waited for */
  guint tries_max; /* 3 contracts an order */
  gint64 deadline_max_ms; /* 86,400,000: how far ahead a deadline may be */
  guint max_hops; /* 6 */
  guint max_routes; /* 3; 16 at most, and 10 where a message could grow too
                     * large otherwise */
  gint64 payment_units_max; /* 0: none; so many whole units a payment … */
  gint64 line_units_max; /* … and the limit of a line */
  guint orders_max; /* 10,000 open at once: more are answered E010 and nothing
                     * is stored */
  guint unknown_max; /* 1,000: of what nobody knows, one participant has so
                      * many refused at once (P12) … */
  gint64 unknown_ms; /* 10,000: … and one more each so often */
  gboolean clears; /* TRUE: after each payment, and when it is asked for */
  guint trigger_cycles_max_length; /* 4: after a payment; 3 or 4, 0 is none */
  GeoAmount min_clearing_amount; /* 1 minor unit: of a cycle */
} GeoCloserLimits;

void geo_closer_limits_init (GeoCloserLimits *limits); /* The defaults above. */

/* book is borrowed and changed; secret: the community's key, referenced;
 * salt_key: hop salts are derived from it, so that nothing here needs
 * randomness.  32 secret bytes that no closer of the community had before: P4,
 * what it makes is never what another one made and refused. */
GeoCloser *geo_closer_new (GeoBook *book,
                           GeoSecret *secret,
                           const guint8 salt_key[32],
                           const GeoCloserLimits *limits);
void geo_closer_free (GeoCloser *closer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GeoCloser, geo_closer_free)

/* What a GEO_CHANGE_COMMIT holds of the closer itself, its vote and the
 * entries, is not signed when the action is made: whoever stores it signs it
 * before, in another thread if it likes, and nothing of that list, nor of later
 * ones, is looked at meanwhile.  It is then signed in the SENDs as well, which
 * share it. So the vote comes to be together with the record of it (P1, P4). */
void geo_closer_set_signs_later (GeoCloser *closer);
/* Any change, once; does nothing where there is nothing to sign. */
void geo_closer_sign_change (GeoChange *change, const GeoSecret *secret);

/* What the store holds about an order or contract already; all NULL / FALSE for
 * nothing.  Borrowed for the call.
 *
 * For PAYMENT_REQUEST the driver looks (payer, tx_id) up, and where that is
 * nothing the order's hash: an order may have been refused before it arrived,
 * when nothing but its hash was known (P12).  For RECOVERY_QUERY it looks the
 * hash up.
 *
 * has_order_hash says that there is something: what a PAYMENT_REQUEST's tx_id
 * is taken by, or, for a RECOVERY_QUERY, that the order or contract was
 * committed or refused.  Without entry and refusal it then was committed, and
 * the one who asks takes no part in it. */
typedef struct {
  gboolean has_order_hash;
  GeoHash order_hash;
  const GeoProvenEntry *entry; /* Committed: the asking participant's own */
  const GeoRefusal *refusal; /* Refused: the order, or the contract that was
                              * asked about */

  /* The driver has found the signature of the PAYMENT_REQUEST's order or of the
   * PAYMENT_PREPARE_ACK's vote to be good with this key, in another thread for
   * instance; NULL: it is checked here. */
  const GeoPublicKey *checked;
} GeoKnown;

/* A message of a signed-in participant, whose presence was told before:
 * TRUST_LINE_*, PAYMENT_QUOTE, PAYMENT_REQUEST, PAYMENT_PREPARE_ACK,
 * RECOVERY_QUERY, PEOPLE_QUERY, ENTRY_ACK.  known: see above; NULL otherwise.
 * What cannot be done is answered with ERROR or PAYMENT_ABORT; a message that
 * is not for a hub with ERROR E009.
 *
 * Outcomes are answered from memory for 2 × GEO_CLOCK_TOLERANCE_MS after they
 * were decided, the last 1,000 in any case and 50,000 at most, so that nothing
 * depends on looking up what is not on disk yet; after that known is used. */
void geo_closer_message (GeoCloser *closer,
                         const GeoPid *from,
                         const GeoMessage *message,
                         const GeoKnown *known,
                         GeoTime now,
                         GPtrArray *actions);

/* Whether geo_closer_message () would check a signature in this order or vote,
 * which the driver may do beforehand (GeoKnown). */
gboolean geo_closer_wants_check (const GeoCloser *closer,
                                 const GeoPid *from,
                                 const GeoMessage *message);

/* A participant introduces itself (AUTH), new or with its next seq: checked,
 * stored, in the book; the same again changes nothing.  FALSE with a
 * GEO_CLOSER_ERROR (a GeoCode) when it does not hold.  The caller has checked
 * that joining is allowed. */
gboolean geo_closer_register (GeoCloser *closer,
                              const GeoParticipant *participant,
                              GeoTime now,
                              GPtrArray *actions,
                              GError **error);

/* Whether something that pid has signed is not decided yet. */
gboolean geo_closer_has_open_of (const GeoCloser *closer, const GeoPid *pid);

/* Presence decides who is asked (P7).  A voter that leaves before its vote
 * counts as silent at once. */
void geo_closer_present (GeoCloser *closer,
                         const GeoPid *pid,
                         gboolean present,
                         GeoTime now,
                         GPtrArray *actions);

/* A timer that an action set is due. */
void geo_closer_timer (GeoCloser *closer,
                       const GeoHash *timer,
                       GeoTime now,
                       GPtrArray *actions);

/* What the hub's owner decides: it changes the book at once; the driver stores
 * it (GEO_CHANGE_HUB).  FALSE where there is no such participant. */
gboolean geo_closer_set_frozen (GeoCloser *closer,
                                const GeoPid *pid,
                                gboolean frozen,
                                GeoTime now,
                                GPtrArray *actions);
/* FALSE where something counts in an equivalent that is left out or changed. */
gboolean
geo_closer_set_community (GeoCloser *closer, const GeoCommunity *community);
/* Takes no more orders and lines in it, or does again; debts stay, and can be
 * cleared.  FALSE where there is no such equivalent. */
gboolean geo_closer_set_closed (GeoCloser *closer,
                                const gchar *equivalent,
                                gboolean closed);
/* For orders that come from now on. */
void geo_closer_set_limits (GeoCloser *closer, const GeoCloserLimits *limits);
void geo_closer_get_limits (const GeoCloser *closer, GeoCloserLimits *limits);
/* Refuses the open orders with this tx_id, whoever pays; how many there were.
 */
guint geo_closer_abort (GeoCloser *closer,
                        const gchar *tx_id,
                        GeoTime now,
                        GPtrArray *actions);
/* An open order, borrowed, until the next event. */
typedef void (*GeoCloserOrderFunc) (const GeoOrder *order, gpointer user_data);
void geo_closer_foreach_open (const GeoCloser *closer,
                              GeoCloserOrderFunc func,
                              gpointer user_data);

/* --- Clearing (§7) --------------------------------------------------------
 */

#define GEO_CLOSER_CLEARING_LENGTH_DEFAULT 12
#define GEO_CLOSER_CLEARING_LENGTH_MAX 32

/* The largest total of one equivalent, as cycles of at most max_length debts (2
 * … GEO_CLOSER_CLEARING_LENGTH_MAX): committed where every creditor's line has
 * auto_clearing; otherwise those creditors who lack it and are connected are
 * asked (CLEARING_PROPOSE), with the debts reserved meanwhile.  Returns how
 * many cycles were cleared or proposed. */
guint geo_closer_clear (GeoCloser *closer,
                        const gchar *equivalent,
                        guint max_length,
                        GeoTime now,
                        GPtrArray *actions);

/* The same in three steps, so that the second, which takes long in a large
 * market, can be another thread's.  A plan is a value: it borrows nothing. */
typedef struct _GeoClearingPlan GeoClearingPlan;

/* A snapshot of the debts.  NULL where there is no such equivalent, or limits
 * say that nothing is cleared. */
GeoClearingPlan *geo_closer_plan_clearing (const GeoCloser *closer,
                                           const gchar *equivalent,
                                           guint max_length);
void geo_clearing_plan_solve (GeoClearingPlan *plan); /* Any thread. */
/* The next of its cycles, as much of it as can still be cleared.  FALSE: there
 * is none left. */
gboolean geo_closer_clear_next (GeoCloser *closer,
                                GeoClearingPlan *plan,
                                GeoTime now,
                                GPtrArray *actions);
void geo_clearing_plan_free (GeoClearingPlan *plan); /* NULL is safe. */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GeoClearingPlan, geo_clearing_plan_free)

typedef struct {
  guint cleared; /* cycles */
  guint over_spares; /* of these, as far as spare limits were needed for them */
  guint proposed; /* cycles */
  GeoAmount total; /* What all debts together have become less. */
} GeoClearingFigures;
/* What has come of a plan so far. */
void geo_clearing_plan_get_figures (const GeoClearingPlan *plan,
                                    GeoClearingFigures *out);

/* What a solved plan would clear, but for cycles over spare limits: those are
 * no cycles of debts.  GPtrArray of GeoClearingCycle. */
typedef struct {
  GArray *pids; /* GeoPid: each owes the next, the last owes the first. */
  GeoAmount amount;
} GeoClearingCycle;
void geo_clearing_cycle_free (GeoClearingCycle *cycle);
GPtrArray *
geo_closer_list_cycles (const GeoCloser *closer, const GeoClearingPlan *plan);

/* Those that wait for live votes. */
guint geo_closer_count_clearings (const GeoCloser *closer);

/* I2, I3, I6 on the pairs and I7 on the participants that a change touches are
 * checked before it becomes an action; a violation refuses the order E010 and
 * counts here. */
guint64 geo_closer_get_violations (const GeoCloser *closer);
guint geo_closer_count_open (const GeoCloser *closer);

#define GEO_CLOSER_ERROR (geo_closer_error_quark ())
GQuark geo_closer_error_quark (void);

G_END_DECLS
