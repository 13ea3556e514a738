/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoParty: one participant's side of the protocol in hub mode, pure: its lines
 * and balances, the payments it makes (payer), the contracts it is asked about
 * (participant), and what the hub tells it (catch-up, §8).  Events in, actions
 * out; it never reads a clock, a disk or a socket.
 *
 * Loaded from the journal's projection, and kept equal to it: what a STORE
 * action records changes the party in the same call.  One thread at a time.
 */
#pragma once

#include "core/geo-contract.h"
#include "core/geo-letter.h"
#include "protocol/geo-action.h"
#include "protocol/geo-reasons.h"

G_BEGIN_DECLS

typedef struct _GeoParty GeoParty;

/* community: checked already (geo_community_check). Copies what it keeps;
 * secret is referenced. */
GeoParty *geo_party_new (const GeoCommunity *community,
                         const GeoParticipant *self,
                         GeoSecret *secret);
void geo_party_free (GeoParty *party);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GeoParty, geo_party_free)

/* --- Loading what is on disk, before the first event ------------------- */

void geo_party_load_person (GeoParty *party, const GeoParticipant *person);
/* K5: somebody who was loaded, as far as the hub has said their keys. */
void geo_party_load_heard (GeoParty *party, const GeoParticipant *person);
/* §5a: a key that was ours: what is sealed to it is opened still. */
void geo_party_load_former (GeoParty *party, GeoSecret *secret);
/* K5: that there are two chains of somebody's keys is on disk already. */
void geo_party_load_forked (GeoParty *party, const GeoPid *pid);
/* Two chains of their keys are known; the first one counts. */
gboolean geo_party_is_forked (const GeoParty *party, const GeoPid *pid);
/* in_force FALSE: signed and stored by us, not receipted yet. */
void geo_party_load_line (GeoParty *party,
                          const GeoTrustLine *line,
                          gboolean in_force);
/* One in force, and since when, which its entry said: contracts that are older
 * are not held to it.  Of one that was loaded without, it is taken to be two
 * minutes after it was signed, by whatever clock. */
void geo_party_load_line_since (GeoParty *party,
                                const GeoTrustLine *line,
                                GeoTime since);
/* What peer owes us (positive) or we owe peer (negative). */
void geo_party_load_balance (GeoParty *party,
                             const GeoPid *peer,
                             const gchar *equivalent,
                             GeoAmount balance);
/* daily_limit: what payments of peer's brought in over our line to it on the
 * UTC day of that number. */
void geo_party_load_inbound (GeoParty *party,
                             const GeoPid *peer,
                             const gchar *equivalent,
                             gint64 day,
                             GeoAmount inbound);
/* A payment of ours without P4 evidence; sealed as it was sent, may be NULL. */
void geo_party_load_open_order (GeoParty *party,
                                const GeoOrder *order,
                                GBytes *sealed);
/* P9: a vote of ours without P4 evidence; hops: GeoProvenHop; order NULL for a
 * clearing. */
void geo_party_load_open_vote (GeoParty *party,
                               const GeoContract *contract,
                               const GeoOrder *order,
                               GPtrArray *hops);
/* The last entry that was applied; sequence 0 for none. */
void geo_party_load_sequence (GeoParty *party,
                              gint64 sequence,
                              const GeoHash *entry_hash);

/* §9, after the sequence: the last head of the hub's log that was stored (NULL:
 * none), our last entry that was found in it, and where (−1: none); and the
 * subjects of our entries after that one, in their order.  Without it, nothing
 * is looked for of what was there before. */
void geo_party_load_log (GeoParty *party,
                         const GeoTreeHead *head,
                         gint64 proven,
                         gint64 index);
void geo_party_load_unproven (GeoParty *party, const GeoHash *subject);

/* P4: an order of ours, or a contract that we voted for, that the hub refused.
 */
void geo_party_load_refused (GeoParty *party, const GeoHash *hash);

/* P2: what we said to a contract that is no open vote any more, so that we
 * never say the other thing too.  refusal: ours; NULL where we voted and the
 * evidence came since.  Only needed where the contract's deadline is not yet
 * GEO_CLOCK_TOLERANCE_MS past. */
void geo_party_load_answer (GeoParty *party,
                            const GeoContract *contract,
                            const GeoRefusal *refusal);

/* §8a: a request and what became of it, a letter of ours that the hub does not
 * have yet, and somebody whose letters are not wanted. */
void geo_party_load_request (GeoParty *party,
                             const GeoLetter *letter,
                             GeoRequestState state);
void geo_party_load_outgoing (GeoParty *party,
                              const GeoPid *to,
                              const GeoLetter *letter);
void geo_party_load_blocked (GeoParty *party, const GeoPid *pid);
/* What was put on disk beside the party, at any time: who a record shows, or
 * blocks, and a letter that the hub does not have; and a request with what the
 * disk says of it, nothing where it is known and not open.  waiting:
 * GeoRecordBody in their order, what was wanted stored and was not on disk when
 * the disk said so: what it will say after them is known now. */
void geo_party_learn_stored (GeoParty *party,
                             const GeoRecordBody *body,
                             GPtrArray *actions);
void geo_party_learn_request (GeoParty *party,
                              const GeoLetter *letter,
                              GeoRequestState state,
                              const GPtrArray *waiting,
                              GeoTime now,
                              GPtrArray *actions);

/* What was committed, so that it is not voted for once more.  As above, only
 * needed where there is a deadline that is not past. */
void geo_party_load_committed (GeoParty *party, const GeoContract *contract);
/* What the two above said is not all: of payments whose contract was made at
 * this time or before it nothing may be known, and none is answered. */
void geo_party_load_horizon (GeoParty *party, GeoTime made_at);

/* --- Looking ---------------------------------------------------------------
 */

/* Zero where there is nothing. Positive: peer owes us. */
GeoAmount geo_party_get_balance (const GeoParty *party,
                                 const GeoPid *peer,
                                 const gchar *equivalent);
/* daily_limit: as it was loaded, and what came since. */
void geo_party_get_inbound (const GeoParty *party,
                            const GeoPid *peer,
                            const gchar *equivalent,
                            gint64 *day,
                            GeoAmount *inbound);
/* Lines in force; borrowed, NULL if there never was one.  A closed line is
 * still answered: its status says so.  from or to is ourselves. */
const GeoTrustLine *geo_party_get_line (const GeoParty *party,
                                        const GeoPid *from,
                                        const GeoPid *to,
                                        const gchar *equivalent);
gint64 geo_party_get_sequence (const GeoParty *party, GeoHash *entry_hash);
const GeoParticipant *
geo_party_get_person (const GeoParty *party, const GeoPid *pid);
/* §9: now, rather than when more have come: asks for what is not found in the
 * hub's log yet.  looking: it was asked and has not answered. */
void geo_party_look_at_log (GeoParty *party, GeoTime now, GPtrArray *actions);
gboolean geo_party_is_looking (const GeoParty *party);
/* §9: our last entry that was found in the hub's log. */
gint64 geo_party_get_proven (const GeoParty *party);
/* Payments in SENDING or IN_DOUBT, and votes without evidence. */
guint geo_party_count_open (const GeoParty *party);

/* --- Events ----------------------------------------------------------------
 */

/* The session is signed in (after WELCOME): asks for what is missing (SYNC),
 * about every open order and vote (RECOVERY_QUERY), and sends again what was
 * not receipted. hub_sequence: of WELCOME. */
void geo_party_connected (GeoParty *party,
                          gint64 hub_sequence,
                          GeoTime now,
                          GPtrArray *actions);
/* SENDING becomes IN_DOUBT. */
void geo_party_disconnected (GeoParty *party, GeoTime now, GPtrArray *actions);

/* A person's wish to pay.  Signs the order, stores it, then sends it (P1).
 *
 * FALSE and GEO_PARTY_ERROR, nothing changed, when it cannot be an order at
 * all: GEO_CODE_INVALID (self, amount, equivalent, deadline, text,
 * constraints), GEO_CODE_NO_ROUTE (a text for a payee whose key is not known),
 * GEO_CODE_CONFLICT (tx_id of a payment that is open), GEO_CODE_TIMEOUT (not
 * connected), GEO_CODE_NOT_ALLOWED (after a fault), GEO_CODE_INTERNAL (too many
 * are open).
 *
 * deadline_ms: how long it may take from now.  constraints NULL: 6 hops, 3
 * routes, nobody avoided.  text: may be NULL; sealed to the payee (§5), who
 * must be known (geo_party_load_person or PEOPLE_RESULT).  The PAYMENT_REQUEST
 * has the tx_id as its msg_id. */
gboolean geo_party_pay (GeoParty *party,
                        const gchar *tx_id,
                        const GeoPid *to,
                        const gchar *equivalent,
                        GeoAmount amount,
                        const gchar *text,
                        const GeoConstraints *constraints,
                        GeoTime now,
                        gint64 deadline_ms,
                        GeoHash *order_hash,
                        GPtrArray *actions,
                        GError **error);

/* The same of a request that is known here (geo_party_take_invoice (), or a
 * letter): the order names it.  Also GEO_CODE_CONFLICT where it is settled,
 * GEO_CODE_TIMEOUT where it has expired, GEO_CODE_INVALID where it asks for
 * something else. */
gboolean geo_party_pay_invoice (GeoParty *party,
                                const gchar *tx_id,
                                const GeoHash *invoice,
                                const GeoPid *to,
                                const gchar *equivalent,
                                GeoAmount amount,
                                const gchar *text,
                                GeoTime now,
                                gint64 deadline_ms,
                                GeoHash *order_hash,
                                GPtrArray *actions,
                                GError **error);

/* A person's wish to trust: limit for `to`; close with limit 0 and close TRUE.
 * Makes the next seq of our line (or seq 1 with line_id, which is not looked at
 * otherwise), signs, stores, sends; without a connection it is sent when there
 * is one.  policy NULL: as it was, or the default.  The message has the line_id
 * as its msg_id.
 *
 * FALSE and GEO_PARTY_ERROR, nothing changed: GEO_CODE_INVALID (self, limit,
 * equivalent, policy, line_id), GEO_CODE_CONFLICT (one is on its way to the
 * same peer, or line_id is another line's), GEO_CODE_LINE_INACTIVE (nothing to
 * close), GEO_CODE_NOT_ALLOWED (after a fault). */
gboolean geo_party_trust (GeoParty *party,
                          const gchar *line_id,
                          const GeoPid *to,
                          const gchar *equivalent,
                          GeoAmount limit,
                          gboolean close,
                          const GeoPolicy *policy,
                          GeoTime now,
                          GPtrArray *actions,
                          GError **error);

/* Whatever the hub sent after WELCOME. Unknown replies are ignored; what does
 * not hold is told as GEO_TOLD_FAULT or refused, never asserted. */
void geo_party_message (GeoParty *party,
                        const GeoMessage *message,
                        GeoTime now,
                        GPtrArray *actions);

/* Any thread, and before anybody else has the message: does of an ENTRY what
 * needs no party, most of all checking signatures, which is not done again
 * then; nothing of any other.  What a sealed text opens to, or NULL: a message
 * that nobody prepared, or that does not hold, is no less safe to hand over. */
gchar *geo_party_prepare (GeoMessage *message,
                          const GeoCommunity *community,
                          const GeoSecret *secret);
/* geo_party_message () of one that was prepared, with what came of it. */
void geo_party_message_prepared (GeoParty *party,
                                 const GeoMessage *message,
                                 const gchar *opened,
                                 GeoTime now,
                                 GPtrArray *actions);

/* A timer that an action set is due. */
void geo_party_timer (GeoParty *party,
                      const GeoHash *timer,
                      GeoTime now,
                      GPtrArray *actions);

/* §7: clearings that wait for the person: GEO_TOLD_PROPOSALS says that there
 * are others now.  Everything is borrowed; hops: ours, GeoProvenHop.  They are
 * of this session: after the next sign-in the hub asks again. */
typedef void (*GeoPartyProposalFunc) (const GeoHash *contract,
                                      const GeoContract *object,
                                      GPtrArray *hops,
                                      gpointer user_data);
void geo_party_foreach_proposal (const GeoParty *party,
                                 GeoPartyProposalFunc func,
                                 gpointer user_data);
/* The person's word, which is stored, then sent (P1), and never withdrawn (P2).
 * FALSE and GEO_PARTY_ERROR, nothing changed: GEO_CODE_CONFLICT (there is no
 * such proposal), GEO_CODE_TIMEOUT (not connected, or too late),
 * GEO_CODE_CAPACITY (to accept: the debts are not what they were),
 * GEO_CODE_NOT_ALLOWED (after a fault). */
gboolean geo_party_answer_clearing (GeoParty *party,
                                    const GeoHash *contract,
                                    gboolean accepts,
                                    GeoTime now,
                                    GPtrArray *actions,
                                    GError **error);

/* --- Letters (§8a) ---------------------------------------------------------
 *
 * Each is signed, stored, then sent where it is for somebody (P1), now or when
 * there is a connection.  FALSE and GEO_PARTY_ERROR, nothing changed:
 * GEO_CODE_INVALID, GEO_CODE_NO_ROUTE (the person's key is not known),
 * GEO_CODE_INTERNAL (too many are open).  hash: what it is called from then on.
 */

/* "Pay me": from NULL: whoever has the link; amount NULL: whatever they like;
 * expires_at 0: never. */
gboolean geo_party_request (GeoParty *party,
                            const gchar *id,
                            const GeoPid *from,
                            const gchar *equivalent,
                            const GeoAmount *amount,
                            const gchar *memo,
                            gboolean single_use,
                            GeoTime expires_at,
                            GeoTime now,
                            GeoHash *hash,
                            GPtrArray *actions,
                            GError **error);
/* "Trust me up to": the answer is the line.  Also GEO_CODE_LIMIT where that is
 * there already. */
gboolean geo_party_ask_trust (GeoParty *party,
                              const gchar *id,
                              const GeoPid *to,
                              const gchar *equivalent,
                              GeoAmount limit,
                              const gchar *memo,
                              GeoTime now,
                              GeoHash *hash,
                              GPtrArray *actions,
                              GError **error);
/* "Come in, and I would trust you up to limit", for whoever has the link (§13):
 * it stands in the journal and is sent to nobody.  invited, asked: NULL, or
 * what we call them and how far we will ask to be trusted in return. */
gboolean geo_party_invite (GeoParty *party,
                           const gchar *id,
                           const gchar *invited,
                           const gchar *equivalent,
                           GeoAmount limit,
                           const GeoAmount *asked,
                           GeoTime expires_at,
                           GeoTime now,
                           GeoHash *hash,
                           GPtrArray *actions,
                           GError **error);
/* Takes up an invitation of who: asks them to trust us as far as it says, and
 * hash is that of the request.  A second time it changes nothing. INVALID: it
 * does not hold; NOT_ALLOWED: it is our own; TIMEOUT: it has expired. */
gboolean geo_party_take_invitation (GeoParty *party,
                                    const GeoInvitation *invitation,
                                    const GeoParticipant *who,
                                    GeoTime now,
                                    GeoHash *hash,
                                    GPtrArray *actions,
                                    GError **error);
/* "We agree on what is owed today."  history: GeoMovement of the last contracts
 * between us, newest first; may be NULL. */
gboolean geo_party_propose_checkpoint (GeoParty *party,
                                       const gchar *id,
                                       const GeoPid *with,
                                       const gchar *equivalent,
                                       GPtrArray *history,
                                       GeoTime now,
                                       GeoHash *hash,
                                       GPtrArray *actions,
                                       GError **error);
/* WITHDRAWN of what we asked, DECLINED of what we were asked, AGREED to a
 * checkpoint.  GEO_CODE_CONFLICT (there is none, or it is settled),
 * GEO_CODE_NOT_ALLOWED, GEO_CODE_CAPACITY (our balance is another one). */
gboolean geo_party_respond (GeoParty *party,
                            const GeoHash *hash,
                            GeoVerdict verdict,
                            GeoTime now,
                            GPtrArray *actions,
                            GError **error);
/* A request that came by a link: it is stored before it is paid. The same again
 * changes nothing. */
gboolean geo_party_take_invoice (GeoParty *party,
                                 const GeoInvoice *invoice,
                                 const GeoParticipant *payee,
                                 GeoTime now,
                                 GeoHash *hash,
                                 GPtrArray *actions,
                                 GError **error);
/* Letters of somebody are dropped unread. */
gboolean geo_party_block (GeoParty *party,
                          const GeoPid *pid,
                          gboolean blocked,
                          GPtrArray *actions,
                          GError **error);
gboolean geo_party_is_blocked (const GeoParty *party, const GeoPid *pid);

/* A person's own rule, e.g. a shop that is closed: asked about a contract when
 * all checks have passed.  Answers the word to refuse it with (E006; at most 64
 * characters, static), or NULL to vote for it. */
typedef const gchar *(*GeoPartyRefuseFunc) (const GeoContract *contract,
                                            const GeoOrder *order,
                                            gpointer user_data);
/* func NULL: no rule.  user_data is borrowed until the next call or the party's
 * end. */
void geo_party_set_refuse_func (GeoParty *party,
                                GeoPartyRefuseFunc func,
                                gpointer user_data);

/* The text of a payment of ours that this journal does not know: it was
 * restored, or the order was made elsewhere with the same key.  Borrowed; NULL:
 * nobody knows it.  It has to be the one that the order hashes to. */
typedef const gchar *(*GeoPartyTextFunc) (const GeoOrder *order,
                                          gpointer user_data);
void geo_party_set_text_func (GeoParty *party,
                              GeoPartyTextFunc func,
                              gpointer user_data);
/* Evidence with that in it, to be completed and stored; entry and refusal are
 * copied and may be NULL; bare: without what is not signed. */
GeoEvidence *geo_party_evidence (GeoEvidenceKind what,
                                 const GeoProvenEntry *entry,
                                 gboolean bare,
                                 const GeoRefusal *refusal);

#define GEO_PARTY_ERROR (geo_party_error_quark ())
/* code: a GeoCode. */
GQuark geo_party_error_quark (void);

G_END_DECLS
