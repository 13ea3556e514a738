/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the parts of a GeoParty share: its state, and what they ask of each
 * other.  From the ground up: geo-party-state.c what all of them stand on;
 * geo-party-people.c whom we know; geo-party-checks.c what two of them check;
 * geo-party-log.c the hub's log; geo-party-letters.c what is asked for;
 * geo-party-lines.c our lines; geo-payer.c the payments we make;
 * geo-participant.c the contracts we are asked about; geo-party-clearing.c what
 * is cleared; geo-catchup.c the hub's entries; geo-party.c hands events out.
 * Beside them, geo-prepare.c is what is done before, and geo-party-learn.c what
 * comes to know what was stored beside the party.
 *
 * Each asks only those before it, but for one pair: geo-party-invitations.c
 * belongs to geo-party-letters.c.  An invitation is asked for as other requests
 * are, and taken up by a letter, before that is said to be read.
 * Used by these files only.
 */
#pragma once

#include "protocol/geo-party.h"

G_BEGIN_DECLS

/* How long is waited, in milliseconds. */
#define GEO_PARTY_SEND_MS 10000
#define GEO_PARTY_ERROR_MS 1000
#define GEO_PARTY_PEOPLE_MS 2000
#define GEO_PARTY_VOTE_MS 30000
#define GEO_PARTY_SYNC_MS 10000
/* How long entries wait for others before they are looked for in the hub's
 * log, how many do at most, how long its answer may take, and how often it is
 * asked before its silence is a fault. */
#define GEO_PARTY_LOG_MS 30000
#define GEO_PARTY_LOG_ENOUGH 64
#define GEO_PARTY_LOG_ANSWER_MS 20000
#define GEO_PARTY_LOG_TRIES 8
/* Answers without what there is, before that is a fault. */
#define GEO_PARTY_GAPS_MAX 64

/* Every queue has an end. */
#define GEO_PARTY_PEOPLE_MAX 1000
#define GEO_PARTY_ORDERS_MAX 1000
#define GEO_PARTY_VOTES_MAX 1000
#define GEO_PARTY_ANSWERS_MAX 100000
#define GEO_PARTY_OUTCOMES_MAX 1000
#define GEO_PARTY_KEPT_MAX 64
#define GEO_PARTY_PROPOSALS_MAX 256
#define GEO_PARTY_REQUESTS_MAX 20000
#define GEO_PARTY_OPEN_MAX 1000
#define GEO_PARTY_OUTBOX_MAX 1000

/* A no: the code and the word of geo-reasons.h that say why. */
typedef struct {
  GeoCode code;
  const gchar *reason;
} GeoNo;

/* Everything between us and one peer in one equivalent. */
typedef struct {
  GeoPid peer;
  gchar *equivalent;
  GeoAmount balance; /* Positive: peer owes us. */
  /* P9: what open votes would add to the balance, and take from it. */
  GeoAmount reserved_in;
  GeoAmount reserved_out;
  GeoTrustLine *given; /* Ours in force, also when closed, or NULL. */
  GeoTrustLine *got; /* The peer's. */
  /* By the hub's clock: contracts made later than this are held to the line. */
  GeoTime given_since;
  GeoTime got_since;
  GeoTrustLine *pending; /* Ours, stored and not receipted. */
  /* daily_limit: what payments brought in over our line on the UTC day of that
   * number. */
  gint64 day;
  GeoAmount inbound;
} GeoPair;

typedef struct {
  GeoPid pid;
  GeoParticipant *participant;
  /* K5: the keys that the hub has said, by which its word is taken; the
   * participant's keys go on from them.  NULL: it has said of no change. */
  GeoParticipant *heard;
  GList *passing; /* Where in party->passing; NULL for those on disk. */
} GeoPerson;

/* A payment of ours without P4 evidence. */
typedef struct {
  GeoHash hash;
  GeoOrder *order;
  GBytes *sealed;
  GeoPaymentState state; /* SENDING or IN_DOUBT */
  guint asked; /* RECOVERY_QUERYs since the last event. */
  /* What an ERROR said: no evidence, but the better reason. */
  gboolean has_no;
  GeoCode code;
  gchar *reason;
} GeoOpenOrder;

/* P9: a vote of ours without P4 evidence. */
typedef struct {
  GeoHash hash;
  GeoContract *contract;
  GeoOrder *order; /* NULL for a clearing. */
  GPtrArray *hops; /* GeoProvenHop */
  gboolean reserved;
} GeoOpenVote;

/* A clearing that the person has not answered. */
typedef struct {
  GeoHash hash;
  GeoContract *contract;
  GPtrArray *hops; /* GeoProvenHop */
} GeoProposal;

/* P2: what we said to a contract that is no open vote any more. */
typedef struct {
  GeoHash hash;
  GeoTime deadline;
  GeoRefusal *refusal; /* NULL: a vote */
} GeoAnswer;

/* P4: what became of an order or contract. */
typedef struct {
  GeoHash hash;
  gboolean committed;
  GeoTime made_at; /* The contract; 0 where it is in no PREPARE or in answers. */
} GeoOutcome;

/* What hops of one contract do to the balance with one peer. */
typedef struct {
  GeoPid peer;
  GeoAmount in; /* The peer pays us. */
  GeoAmount out; /* We pay the peer. */
} GeoDelta;

/* What an entry leaves a balance at. */
typedef struct {
  GeoPid peer;
  GeoAmount after;
} GeoAfter;

/* Something that was asked of us, or that we ask (§8a). */
typedef struct {
  GeoLetter *letter;
  GeoRequestFacts facts; /* Points into letter. */
  GeoRequestState state;
} GeoPartyRequest;

/* A letter of ours that the hub does not have yet. */
typedef struct {
  GeoHash hash; /* Of its text. */
  gchar msg_id[2 * GEO_HASH_LEN + 1];
  GeoPid to;
  GeoLetter *letter;
} GeoOutgoing;

struct _GeoParty {
  GeoCommunity *community;
  GeoParticipant *self;
  GeoSecret *secret;

  GHashTable *pairs; /* GeoPair, by peer and equivalent */
  GHashTable *people; /* GeoPerson, by PID */
  GQueue passing; /* GeoPerson that are in no record, oldest first */
  GPtrArray *orders; /* GeoOpenOrder */
  GPtrArray *votes; /* GeoOpenVote */
  GPtrArray *proposals; /* GeoProposal, of this session */
  GHashTable *answers; /* GeoAnswer, by contract */
  GeoTime answers_swept_at;
  GHashTable *outcomes; /* GeoOutcome, by order or contract */
  GQueue outcomes_in_order; /* The same, oldest first; borrowed */
  GeoTime horizon; /* Contracts made until then may be forgotten. */
  GHashTable *requests; /* GeoPartyRequest, by hash */
  GPtrArray *outbox; /* GeoOutgoing */
  GHashTable *blocked; /* GeoPid */
  GHashTable *forked; /* GeoPid: two chains of their keys are on disk. */
  GPtrArray *former; /* GeoSecret of our former keys, the first one first */
  GPtrArray *kept; /* GeoMessage: PREPAREs that wait for a key or an entry */

  gint64 sequence; /* The last entry that was applied. */
  GeoHash entry_hash;
  gint64 hub_sequence; /* The last that we heard of. */
  gboolean connected;
  gboolean syncing; /* A SYNC is on its way. */
  gint64 synced_from; /* sequence when it was sent, */
  GeoTime synced_at; /* and that time. */
  gint64 acknowledged; /* In this session. */
  gboolean faulted; /* Nothing of the hub's is applied until reload. */
  guint gaps; /* Answers to SYNC in a row that did not bring what there is. */
  GeoProvenEntry *ahead; /* An entry that cannot be next, or NULL. */

  /* §9: the hub's log, as far as it was shown. */
  GeoTreeHead *head; /* NULL: not yet. */
  gint64 proven; /* Our last entry whose subject is in it … */
  gint64 proven_index; /* … and where; −1: none. */
  GArray *unproven; /* GeoHash: the subjects of our entries after that. */
  gboolean log_asked; /* A LOG_QUERY is on its way … */
  guint log_unproven; /* … and so many subjects were waiting then. */
  gchar log_msg_id[48]; /* What its answer repeats. */
  guint log_number;
  guint log_tries;
  gboolean log_probed; /* Whether it answers other things is being seen. */
  gboolean log_waits; /* The timer runs. */
  GeoNo log_fault; /* To be told when the log has been looked at; code 0: none.
                    */

  GeoPartyRefuseFunc refuse_func;
  gpointer refuse_data;
  GeoPartyTextFunc text_func;
  gpointer text_data;
  const gchar *opened; /* Borrowed, during one message; or NULL. */
};

/* --- geo-party-state.c ---------------------------------------------------- */

gboolean geo_party_fail (GError **error, GeoCode code, const gchar *text);
gboolean geo_no (GeoNo *no, GeoCode code, const gchar *reason);
gboolean geo_party_is_self (const GeoParty *party, const GeoPid *pid);
gboolean geo_party_is_hub (const GeoParty *party, const GeoPid *pid);

GeoPair *geo_party_find_pair (const GeoParty *party,
                              const GeoPid *peer,
                              const gchar *equivalent); /* or NULL */
GeoPair *geo_party_get_pair (GeoParty *party,
                             const GeoPid *peer,
                             const gchar *equivalent);

GeoOutcome *geo_party_find_outcome (GeoParty *party, const GeoHash *hash);
void geo_party_add_outcome (GeoParty *party,
                            const GeoHash *hash,
                            gboolean committed,
                            GeoTime made_at);

void geo_party_tell_fault (GPtrArray *actions, const GeoNo *no);
/* What can be shown of it is stored, and nothing more is believed.  evidence is
 * taken; what the journal holds of it is left out: it is filled in there. NULL:
 * nothing was signed. */
void geo_party_fault (GeoParty *party,
                      const GeoNo *no,
                      GeoEvidence *evidence,
                      GPtrArray *actions);
void geo_party_store_evidence (GeoEvidence *evidence,
                               const GeoNo *no,
                               GPtrArray *actions);
void geo_party_send_sync (GeoParty *party, GeoTime now, GPtrArray *actions);
void geo_party_send_query (const GeoHash *order,
                           const GeoHash *contract,
                           GPtrArray *actions);

/* --- geo-party-people.c --------------------------------------------------- */

typedef enum {
  GEO_SAID_BY_HUB = 1,
  GEO_SAID_BY_PERSON = 2, /* In a letter, or with a link */
} GeoSaidBy;

/* Told only when something new is learnt; on_disk: a record holds it.  The
 * participant has been checked. */
void geo_party_learn (GeoParty *party,
                      const GeoParticipant *participant,
                      GeoSaidBy by,
                      gboolean on_disk,
                      GPtrArray *actions);
/* Of whoever is known, for the record that is stored next: a copy, with which
 * pid stays; NULL where it stays already, or is not known.  What the hub has
 * said of their keys is stored before it. */
GeoParticipant *geo_party_keep_person (GeoParty *party,
                                       const GeoPid *pid,
                                       GPtrArray *actions);
/* K5: as far as the hub has said their changed keys; NULL: it has not. */
const GeoParticipant *
geo_party_get_heard (const GeoParty *party, const GeoPid *pid);
/* Whoever is shown to us is known by that very object, which was checked then.
 */
gboolean geo_party_knows_form (const GeoParty *party,
                               const GeoParticipant *shown);

/* GeoKeyLookup over whom we know, ourselves and the community. user_data:
 * GeoKeys. */
typedef struct {
  const GeoParty *party;
  /* K5: what is checked is held against the hub, by what it has said. */
  gboolean is_hubs;
  GPtrArray *people; /* Checked GeoParticipants that it says so with, or NULL */
} GeoKeys;
gboolean
geo_party_lookup_key (const GeoPid *pid, GeoKeyChain *out, gpointer keys);

/* --- geo-party-checks.c --------------------------------------------------- */

/* What can be said of a contract and the order it carries without keys. */
gboolean geo_party_check_contract (const GeoParty *party,
                                   const GeoContract *contract,
                                   const GeoOrder *order,
                                   GeoNo *no);
/* Proofs, ends and amounts; P8: the net change is the contract's. deltas:
 * GeoDelta, unless NULL. */
gboolean geo_party_check_hops (const GeoParty *party,
                               const GeoContract *contract,
                               GPtrArray *hops,
                               GArray **deltas,
                               GeoNo *no);
gboolean geo_party_has_precision (const GeoParty *party,
                                  const gchar *equivalent,
                                  GeoDecimal decimal,
                                  GeoAmount *amount,
                                  GeoNo *no);
/* P7: whether a contract needs the vote of pid. */
gboolean geo_party_is_voter (const GeoContract *contract, const GeoPid *pid);
/* §1: one of the two has frozen their line. */
gboolean geo_pair_is_frozen (const GeoPair *pair);
/* daily_limit: whether our line, which is active, lets that much in at that
 * time.  What we owe the peer can always be paid back. */
gboolean geo_pair_lets_in (const GeoPair *pair, GeoAmount in, GeoTime at);
gboolean
geo_policy_blocks (const GeoPolicy *policy, const GeoContract *contract);
/* What the sealed text opens to, if it is what the order's hash says; NULL
 * otherwise.  Any thread. */
/* The same with whichever of our keys it was sealed to. */
gchar *geo_party_unseal (const GeoParty *party,
                         const GeoOrder *order,
                         GBytes *sealed);
gchar *geo_order_unseal (const GeoOrder *order,
                         GBytes *sealed,
                         const GeoSecret *secret);

/* --- geo-payer.c ---------------------------------------------------------- */

GeoOpenOrder *geo_payer_find (const GeoParty *party, const GeoHash *hash);
void geo_payer_add (GeoParty *party,
                    const GeoOrder *order,
                    GBytes *sealed,
                    GeoOpenOrder **added);
void geo_payer_connected (GeoParty *party, GeoTime now, GPtrArray *actions);
void geo_payer_disconnected (GeoParty *party, GPtrArray *actions);
/* FALSE: not a timer of the payer. */
gboolean geo_payer_timer (GeoParty *party,
                          const GeoHash *timer,
                          GeoTime now,
                          GPtrArray *actions);
void geo_payer_error (GeoParty *party,
                      const GeoMessage *message,
                      GeoTime now,
                      GPtrArray *actions);
void geo_payer_refused (GeoParty *party,
                        GeoOpenOrder *open,
                        const GeoRefusal *refusal,
                        const GeoMsgPaymentAbort *abort,
                        GPtrArray *actions);
void geo_payer_paid (GeoParty *party,
                     const GeoProvenEntry *entry,
                     GPtrArray *actions);
void geo_open_order_free (gpointer open);

/* --- geo-participant.c ---------------------------------------------------- */

GeoOpenVote *geo_participant_find (const GeoParty *party, const GeoHash *hash);
void geo_participant_add_vote (GeoParty *party,
                               const GeoContract *contract,
                               const GeoOrder *order,
                               GPtrArray *hops);
void geo_participant_add_answer (GeoParty *party,
                                 const GeoHash *contract,
                                 GeoTime deadline,
                                 const GeoRefusal *refusal);
void
geo_participant_connected (GeoParty *party, GeoTime now, GPtrArray *actions);
void geo_participant_disconnected (GeoParty *party, GPtrArray *actions);
gboolean geo_participant_timer (GeoParty *party,
                                const GeoHash *timer,
                                GeoTime now,
                                GPtrArray *actions);
void geo_participant_prepare (GeoParty *party,
                              const GeoMessage *message,
                              GeoTime now,
                              GPtrArray *actions);
/* Somebody's key was learnt, or we have caught up. */
void
geo_participant_decide_kept (GeoParty *party, GeoTime now, GPtrArray *actions);
/* P9: evidence is on disk: the reservation is lifted. */
void geo_participant_resolve (GeoParty *party,
                              GeoOpenVote *vote,
                              GPtrArray *actions);
void geo_open_vote_free (gpointer vote);
void geo_answer_free (gpointer answer);

/* --- geo-party-clearing.c ------------------------------------------------- */

/* §8: whether what an entry says was cleared may be; afters: GeoAfter. */
gboolean geo_clearing_check (GeoParty *party,
                             const GeoProvenEntry *entry,
                             GeoKeys *keys,
                             GArray *afters,
                             GeoNo *no);
/* The line between us and an end of the entry's hops that it does not keep to;
 * borrowed, or NULL. */
const GeoTrustLine *
geo_clearing_find_breach (const GeoParty *party, const GeoProvenEntry *entry);
void geo_clearing_apply (GeoParty *party,
                         const GeoProvenEntry *entry,
                         const GArray *afters,
                         GPtrArray *actions);
void geo_clearing_propose (GeoParty *party,
                           const GeoMessage *message,
                           GeoTime now,
                           GPtrArray *actions);
/* The person is not asked about it any more. */
void geo_clearing_abort (GeoParty *party,
                         const GeoRefusal *refusal,
                         GPtrArray *actions);
void geo_clearing_disconnected (GeoParty *party, GPtrArray *actions);
void geo_proposal_free (gpointer proposal);

/* --- geo-party-lines.c ---------------------------------------------------- */

void geo_lines_connected (GeoParty *party, GPtrArray *actions);
/* TRUE: it was about a line. */
gboolean geo_lines_error (GeoParty *party,
                          const GeoMessage *message,
                          GPtrArray *actions);
/* §8: whether a line that an entry says is in force may be. */
gboolean geo_lines_check (GeoParty *party,
                          const GeoProvenEntry *entry,
                          GeoKeys *keys,
                          GeoNo *no);
void geo_lines_apply (GeoParty *party,
                      const GeoProvenEntry *entry,
                      GPtrArray *actions);

/* --- geo-party-letters.c -------------------------------------------------- */

void geo_letters_connected (GeoParty *party, GPtrArray *actions);
void geo_letters_receive (GeoParty *party,
                          const GeoMessage *message,
                          GeoTime now,
                          GPtrArray *actions);
void geo_letters_stored (GeoParty *party,
                         const GeoMessage *message,
                         GPtrArray *actions);
/* TRUE: it was about a letter. */
gboolean geo_letters_error (GeoParty *party,
                            const GeoMessage *message,
                            GPtrArray *actions);
/* P8: what we are paid for is what we asked for, and still do. */
gboolean geo_letters_check_order (const GeoParty *party,
                                  const GeoOrder *order,
                                  GeoTime now,
                                  GeoNo *no);
/* A link: only the payee knows whether it still stands. */
gboolean geo_letters_is_for_anybody (const GeoParty *party,
                                     const GeoHash *invoice);
gboolean geo_letters_check_wish (const GeoParty *party,
                                 const GeoHash *invoice,
                                 const GeoPid *to,
                                 const gchar *equivalent,
                                 GeoAmount amount,
                                 GeoTime now,
                                 GError **error);
/* A payment was committed; a line is in force. */
void
geo_letters_paid (GeoParty *party, const GeoOrder *order, GPtrArray *actions);
/* An order of ours came to nothing. */
void geo_letters_not_paid (GeoParty *party,
                           const GeoOrder *order,
                           const gchar *reason,
                           GPtrArray *actions);
/* What whoever asks for something needs: whether it can be asked for (whom
 * NULL: whoever has the link), the amounts, and the letter, which is stored and
 * told of; to NULL: it is sent to nobody.  geo_letters_ask () takes letter. */
gboolean geo_letters_can_ask (const GeoParty *party,
                              const gchar *id,
                              const GeoPid *whom,
                              const gchar *equivalent,
                              const gchar *memo,
                              GeoTime now,
                              GError **error);
gboolean geo_letters_check_amount (GeoAmount amount, GError **error);
GeoDecimal geo_letters_decimal_of (const GeoParty *party,
                                   const gchar *equivalent,
                                   GeoAmount amount);
GeoLetter *geo_letters_new (const GeoParty *party);
gboolean geo_letters_ask (GeoParty *party,
                          GeoLetter *letter,
                          const GeoPid *to,
                          GeoHash *hash,
                          GPtrArray *actions,
                          GError **error);
/* Somebody asks to be trusted as an invitation of ours offers: it is taken up,
 * and what it says that we will ask for is asked for. */
void geo_invitations_taken (GeoParty *party,
                            const GeoRequestFacts *facts,
                            GeoTime now,
                            GPtrArray *actions);
/* It is on disk; it goes out now, or when there is a connection. */
void geo_letters_send (GeoParty *party,
                       const GeoPid *to,
                       const GeoLetter *letter,
                       GPtrArray *actions);
void geo_letters_line (GeoParty *party,
                       const GeoTrustLine *line,
                       GPtrArray *actions);
/* The same of one request. */
void geo_letters_settle (GeoParty *party,
                         GeoPartyRequest *request,
                         const GeoTrustLine *line,
                         GPtrArray *actions);
void geo_party_request_free (gpointer request);
void geo_outgoing_free (gpointer outgoing);

/* --- geo-party-log.c ------------------------------------------------------ */

/* An entry was applied; bulk: part of a SYNC. */
void geo_log_added (GeoParty *party,
                    const GeoHash *subject,
                    gboolean bulk,
                    GeoTime now,
                    GPtrArray *actions);
void geo_log_ask (GeoParty *party, GeoTime now, GPtrArray *actions);
/* All entries up to the hub's last are applied. */
void geo_log_synced (GeoParty *party, GeoTime now, GPtrArray *actions);
/* The hub has fewer entries than it gave us: whether its log shows it too, and
 * then it is told. */
void geo_log_ask_last (GeoParty *party,
                       const GeoNo *no,
                       GeoTime now,
                       GPtrArray *actions);
void geo_log_proof (GeoParty *party,
                    const GeoMessage *message,
                    GeoTime now,
                    GPtrArray *actions);
gboolean geo_log_timer (GeoParty *party,
                        const GeoHash *timer,
                        GeoTime now,
                        GPtrArray *actions);
void geo_log_disconnected (GeoParty *party, GPtrArray *actions);

/* --- geo-catchup.c -------------------------------------------------------- */

/* bulk: part of a SYNC, acknowledged at its end. */
void geo_catchup_entry (GeoParty *party,
                        const GeoProvenEntry *entry,
                        gboolean bulk,
                        GeoTime now,
                        GPtrArray *actions);
void geo_catchup_result (GeoParty *party,
                         gint64 sequence,
                         GeoTime now,
                         GPtrArray *actions);

G_END_DECLS
