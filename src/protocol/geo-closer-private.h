/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the parts of the closer share: the orders and contracts it has in hand
 * or has decided lately.  From the ground up: geo-closer-incident.c,
 * geo-closer-settle.c, geo-closer-state.c, geo-closer-lines.c,
 * geo-closer-clearing.c, geo-closer-recovery.c, geo-closer-commit.c,
 * geo-closer-order.c, and above them all geo-closer-owner.c and geo-closer.c;
 * each asks only those before it.  For geo-closer*.c only.
 */
#pragma once

#include "protocol/geo-book-private.h"
#include "protocol/geo-closer.h"

G_BEGIN_DECLS

typedef enum {
  GEO_CLOSER_OPEN = 1,
  GEO_CLOSER_COMMITTED = 2,
  GEO_CLOSER_REFUSED = 3,
} GeoCloserState;

typedef struct _GeoCloserOrder GeoCloserOrder;

/* Somebody who was sent a PAYMENT_PREPARE. */
typedef struct {
  GeoBookPerson *person;
  gboolean required; /* P7: one of the contract's voters. */
  gboolean gone; /* By mandate, and left: not waited for. */
  GeoVote *vote; /* NULL until it comes. */
} GeoCloserAsked;

/* A hop as the graph knows it. */
typedef struct {
  GeoNodeIndex u;
  GeoNodeIndex v;
  GeoAmount amount;
} GeoCloserFlow;

/* One contract.  Where only its hash is known (P12): hash and refusal. */
typedef struct {
  GeoHash hash;
  GeoCloserState state;
  GeoCloserOrder *order; /* The one it carries; NULL for a clearing. */
  GeoBookMarket *market;
  GeoContract *contract;
  GPtrArray *hops; /* GeoHop, in the contract's order */
  GeoHash *leaves; /* Of hops. */
  GArray *flows; /* GeoCloserFlow, the same hops */
  GPtrArray *asked; /* GeoCloserAsked */
  GeoRefusal *refusal;
  GeoCertificate *certificate; /* Committed. */
  GPtrArray *entries; /* GeoEntry: of everybody concerned */
} GeoCloserContract;

typedef struct {
  GeoPid payer;
  const gchar *tx_id;
} GeoCloserTxKey;

/* One order.  Where only its hash is known (P12): hash and refusal. */
struct _GeoCloserOrder {
  GeoHash hash;
  GeoCloserState state;
  GeoOrder *order;
  GeoCloserTxKey key;
  GBytes *sealed;
  gchar *msg_id; /* Of the request: the answer repeats it. */
  GeoBookMarket *market;
  GeoBookPerson *payer;
  GeoBookPerson *payee;

  guint tries;
  GPtrArray *contracts; /* GeoCloserContract: all tries, the last one last */
  GArray *avoid; /* GeoNodeIndex: who said no, or nothing */
  GArray *avoid_hops; /* GeoHopIndex */
  GeoCode code; /* Why the last try came to nothing. */
  gchar *reason;

  GeoRefusal *refusal;
  gboolean has_max_amount;
  GeoDecimal max_amount;
  GPtrArray *limits; /* GeoLimitHint */
};

/* What was decided, and until when it is kept in memory. */
typedef struct {
  GeoTime until;
  GeoCloserOrder *order; /* Either this, with its contracts, */
  GeoCloserContract *contract; /* or one of which only the hash is known. */
} GeoCloserKept;

/* A creditor who did not agree to clear what debtor owes it is not asked again
 * before that. */
typedef struct {
  const GeoBookMarket *market;
  GeoNodeIndex creditor;
  GeoNodeIndex debtor;
  GeoTime until;
} GeoCloserDeclined;

struct _GeoCloser {
  GeoBook *book;
  GeoSecret *secret;
  GeoPid self;
  guint8 salt_key[32];
  GeoCloserLimits limits;

  GHashTable *orders; /* GeoHash → GeoCloserOrder */
  GHashTable *by_tx; /* GeoCloserTxKey → GeoCloserOrder */
  GHashTable *contracts; /* GeoHash → GeoCloserContract */
  GHashTable *waiting; /* Node → GPtrArray of open GeoCloserContract */
  GPtrArray *clearings; /* GeoCloserContract: open, for live votes */
  GArray *declined; /* GeoCloserDeclined, the oldest first */
  guint32 n_clearings; /* Ever made in this life. */
  GQueue kept; /* GeoCloserKept, the oldest first */
  guint n_open;
  GeoTime created_last; /* The latest created_at of what is open. */
  guint64 violations;
  gboolean signs_later;
};

/* --- geo-closer-state.c: what all parts need ------------------------------ */

void geo_closer_say_error (const GeoPid *to,
                           const GeoMessage *answered,
                           GeoCode code,
                           const gchar *reason,
                           const gchar *text,
                           GPtrArray *actions);

GeoCloserOrder *geo_closer_order_new (const GeoHash *hash);
GeoCloserContract *geo_closer_contract_new (const GeoHash *hash);

/* NULL: this person has no part in the votes. */
GeoCloserAsked *geo_closer_find_asked (const GeoCloserContract *contract,
                                       const GeoBookPerson *person);
void geo_closer_contract_free (GeoCloserContract *contract);

/* A contract is made now, beside so many others that are open. */
void geo_closer_note_created (GeoCloser *closer, guint others, GeoTime now);
/* When a line comes into force: after everything that is open was made, also
 * where the hub's clock was set back since.  Participants hold a contract to
 * the line as it was when the contract was made. */
GeoTime geo_closer_line_time (const GeoCloser *closer, GeoTime now);

/* Nothing is open about it any more: it is kept for a while (P5). */
void geo_closer_keep (GeoCloser *closer,
                      GeoCloserOrder *order,
                      GeoCloserContract *contract,
                      GeoTime now);

/* Signs a no: to the order, or else to the contract, with that hash. */
GeoRefusal *geo_closer_sign_refusal (const GeoCloser *closer,
                                     gboolean of_order,
                                     const GeoHash *hash,
                                     GeoCode code,
                                     const gchar *reason,
                                     GeoTime now);

/* The open contract of an open order, or NULL. */
GeoCloserContract *geo_closer_open_contract (const GeoCloserOrder *order);

/* P4: from here on the contract cannot be committed; what was reserved for it
 * is free.  The order stays open. */
void geo_closer_refuse_contract (GeoCloser *closer,
                                 GeoCloserContract *contract,
                                 GeoCode code,
                                 const gchar *reason,
                                 GeoTime now,
                                 GPtrArray *actions);

/* P11: from here on nothing is voted for that carries the order.  An open
 * contract is refused with it. */
void geo_closer_refuse_order (GeoCloser *closer,
                              GeoCloserOrder *order,
                              GeoCode code,
                              const gchar *reason,
                              GeoTime now,
                              GPtrArray *actions);

/* The same answer as before (P5); nothing while it is open. */
void geo_closer_repeat (GeoCloser *closer,
                        GeoCloserOrder *order,
                        const GeoPid *to,
                        const gchar *msg_id,
                        GPtrArray *actions);

/* Forgets what was kept for long enough. */
void geo_closer_sweep (GeoCloser *closer, GeoTime now);

/* The driver has checked the signature with the key that is person's. */
gboolean
geo_closer_was_checked (const GeoBookPerson *person, const GeoKnown *known);

/* Does not wait for votes to this contract any more. */
void geo_closer_stop_waiting (GeoCloser *closer, GeoCloserContract *contract);

/* More than so many whole units of the equivalent; 0 is no bound. */
gboolean geo_closer_is_above (const GeoBookMarket *market,
                              GeoAmount amount,
                              gint64 units_max);

/* --- geo-closer-incident.c -------------------------------------------------
 */

/* §14: what was to be done would have broken that rule ("I2", …): nothing more
 * is done in this equivalent, and the incident is stored.  subject: the
 * contract or order.  What is still open is refused when its turn comes. */
void geo_closer_freeze (GeoCloser *closer,
                        GeoBookMarket *market,
                        const gchar *rule,
                        const GeoHash *subject,
                        GeoTime now,
                        GPtrArray *actions);

/* --- geo-closer-order.c ----------------------------------------------------
 */

void geo_closer_take_order (GeoCloser *closer,
                            GeoBookPerson *payer,
                            const GeoMessage *message,
                            const GeoKnown *known,
                            GeoTime now,
                            GPtrArray *actions);
void geo_closer_quote (GeoCloser *closer,
                       GeoBookPerson *payer,
                       const GeoMessage *message,
                       GeoTime now,
                       GPtrArray *actions);
/* The next contract for an open order, or its end. */
void geo_closer_try (GeoCloser *closer,
                     GeoCloserOrder *order,
                     GeoTime now,
                     GPtrArray *actions);

/* --- geo-closer-commit.c ---------------------------------------------------
 */

/* Every vote that is needed is there: the hub votes (P3), or refuses where it
 * must not (P11, invariants). */
void geo_closer_commit (GeoCloser *closer,
                        GeoCloserContract *contract,
                        GeoTime now,
                        GPtrArray *actions);

/* --- geo-closer-settle.c ---------------------------------------------------
 */

/* P4: turns what is reserved into debt, in memory: the change that holds the
 * hub's vote and everything that follows from it.  NULL: an invariant would be
 * broken, and that is dealt with; no debt is changed, but the reservations
 * are gone. */
GeoChange *geo_closer_settle (GeoCloser *closer,
                              GeoCloserContract *contract,
                              GeoTime now,
                              GPtrArray *actions);

/* The participant's next entry, signed; the book knows it from now on. */
GeoEntry *geo_closer_next_entry (GeoCloser *closer,
                                 GeoBookPerson *person,
                                 GeoEntryKind kind,
                                 const GeoHash *subject,
                                 GeoTime now);

/* The entry with the evidence that its participant is shown; NULL where pid
 * takes no part in this committed contract. */
GeoProvenEntry *geo_closer_prove (const GeoCloser *closer,
                                  const GeoCloserContract *contract,
                                  const GeoPid *pid);

/* I6, of the hop u → v: what u owes v and may come to owe it is within the
 * limit, or within the one under which it was reserved. */
gboolean
geo_closer_holds (const GeoBookMarket *market, GeoNodeIndex u, GeoNodeIndex v);

/* All hops (GeoCloserFlow) of a contract, or none (P10). */
gboolean geo_closer_reserve (const GeoBookMarket *market, const GArray *flows);

/* --- geo-closer-clearing.c -------------------------------------------------
 */

/* Short cycles through the hops (GeoCloserFlow) of what was just committed. */
void geo_closer_clear_after (GeoCloser *closer,
                             GeoBookMarket *market,
                             const GArray *flows,
                             GeoTime now,
                             GPtrArray *actions);
/* CLEARING_ACCEPT or CLEARING_REJECT. */
void geo_closer_take_clearing_answer (GeoCloser *closer,
                                      GeoBookPerson *voter,
                                      const GeoMessage *message,
                                      GeoTime now,
                                      GPtrArray *actions);
/* P4: an open one comes to nothing. */
void geo_closer_refuse_clearing (GeoCloser *closer,
                                 GeoCloserContract *contract,
                                 GeoCode code,
                                 const gchar *reason,
                                 GeoTime now,
                                 GPtrArray *actions);
/* Somebody is back: whoever has not answered is asked again. */
void geo_closer_remind (GeoCloser *closer,
                        const GeoBookPerson *person,
                        GeoTime now,
                        GPtrArray *actions);
gboolean geo_closer_is_clearing (const GeoCloserContract *contract);

/* --- geo-closer-recovery.c -------------------------------------------------
 */

void geo_closer_recover (GeoCloser *closer,
                         GeoBookPerson *asking,
                         const GeoMessage *message,
                         const GeoKnown *known,
                         GeoTime now,
                         GPtrArray *actions);
/* P12: an order of which the closer knows nothing but the hash, or nothing but
 * the order itself (NULL), is refused. */
const GeoRefusal *geo_closer_refuse_unknown_order (GeoCloser *closer,
                                                   const GeoHash *hash,
                                                   const GeoOrder *order,
                                                   GeoTime now,
                                                   GPtrArray *actions);

/* --- geo-closer-lines.c ----------------------------------------------------
 */

void geo_closer_take_line (GeoCloser *closer,
                           GeoBookPerson *creditor,
                           const GeoMessage *message,
                           GeoTime now,
                           GPtrArray *actions);
void geo_closer_find_people (GeoCloser *closer,
                             GeoBookPerson *asking,
                             const GeoMessage *message,
                             GPtrArray *actions);
void geo_closer_take_ack (GeoCloser *closer,
                          GeoBookPerson *person,
                          const GeoMessage *message,
                          GeoTime now,
                          GPtrArray *actions);

G_END_DECLS
