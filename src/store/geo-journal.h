/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoJournal: a participant's own append-only history in SQLite (protocol §8):
 * records chained by hash and signed one by one, and a projection of them
 * (lines, balances, payments, people) that is updated in the same transaction
 * and can be rebuilt from them.
 *
 * One thread owns it: the one that opened it.
 *
 * Every write is durable (fsync) when the call returns TRUE; FALSE leaves the
 * file as it was.  After GEO_STORE_ERROR_IO alone, where the disk did not say
 * whether it took the last bytes, a crash before the next successful write may
 * bring that one record back, whole; nothing was sent for it (P1), so this is
 * as if the crash had come between storing and sending.
 */
#pragma once

#include "core/geo-activity-filter.h"
#include "core/geo-letter.h"
#include "core/geo-messages.h"
#include "store/geo-store-error.h"

G_BEGIN_DECLS

typedef struct _GeoJournal GeoJournal;

/* Opens or creates path (mode 0600) and migrates it. Takes a write lock on a
 * .lock file beside it for as long as it is open (GEO_STORE_ERROR_LOCKED)
 * unless read_only: readers come and go while another process writes. */
GeoJournal *
geo_journal_open (const gchar *path, gboolean read_only, GError **error);
void geo_journal_close (GeoJournal *journal); /* NULL is safe. */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GeoJournal, geo_journal_close)

/* One record: the chain, the signature and the projection in one transaction.
 * sequence_out (may be NULL) receives its number; of evidence that is held
 * already, the number that it has.  The first record is a joined
 * one; later joined ones are newer forms of the same community and participant.
 *
 * GEO_STORE_ERROR_VERIFY: the body lacks what its kind needs, or what is in it
 * does not belong together (hashes, proofs, the chain of entries, a balance
 * that does not fit).  GEO_STORE_ERROR_CONFLICT: secret is not the journal's,
 * an order's tx_id was used before (P5), or the contract was voted on before
 * (P2). */
gboolean geo_journal_append (GeoJournal *journal,
                             const GeoSecret *secret,
                             GeoRecordKind kind,
                             const GeoRecordBody *body,
                             GeoTime at,
                             gint64 *sequence_out,
                             GError **error);

/* Whether a record of that would hold: what an append takes on trust, because
 * its caller has verified it, is verified, too.  GEO_STORE_ERROR_VERIFY. */
gboolean geo_journal_check (GeoJournal *journal,
                            GeoRecordKind kind,
                            const GeoRecordBody *body,
                            GError **error);

typedef struct {
  GeoRecordKind kind;
  const GeoRecordBody *body;
  GeoTime at;
} GeoJournalAppend;
/* The same of n records in their order, with one wait for the disk: all of them
 * are on it, or none. */
gboolean geo_journal_append_all (GeoJournal *journal,
                                 const GeoSecret *secret,
                                 const GeoJournalAppend *records,
                                 guint n,
                                 GError **error);

/* What a hub says that can prove nothing: lines of history without records, by
 * their tx_id and kind: one that is there becomes what is said now.  rows:
 * GeoActivity, oldest first, with a tx_id; names: GeoPid → name of whoever is
 * in them, may be NULL.  All in one transaction, on disk when this is TRUE.
 * Only for journals without records: GEO_STORE_ERROR_CONFLICT otherwise. */
gboolean geo_journal_hear (GeoJournal *journal,
                           GPtrArray *rows,
                           GHashTable *names,
                           GError **error);

/* --- What the projection says; arrays are owned by the caller ------------- */

/* The last "joined" record's content; GEO_STORE_ERROR_NOT_FOUND before there is
 * one. */
gboolean geo_journal_get_joined (GeoJournal *journal,
                                 GeoCommunity **community,
                                 GeoParticipant **self,
                                 gchar **hub,
                                 GError **error);
/* P2: until when another journal of this key, which was lost, may know of
 * answers that this one does not: it was begun long after the participant was.
 * 0: there was none. */
gboolean geo_journal_get_forgotten (GeoJournal *journal,
                                    GeoTime *until,
                                    GError **error);

typedef struct {
  GeoTrustLine *line;
  gboolean in_force; /* FALSE: ours, stored, not receipted yet */
  GeoTime since; /* in_force: by the hub's clock; 0 otherwise */
  /* Ours in force: what payments brought in over it on the UTC day of that
   * number; 0: on none. */
  gint64 day;
  GeoAmount inbound;
} GeoJournalLine;

typedef struct {
  GeoPid peer;
  gchar *equivalent;
  GeoAmount balance; /* Positive: peer owes us. Zero rows are left out. */
} GeoJournalBalance;

typedef struct {
  GeoContract *contract;
  GeoOrder *order;
  GPtrArray *hops; /* GeoProvenHop */
} GeoJournalVote;

typedef struct {
  GeoOrder *order;
  GBytes *sealed; /* NULL where there is no text */
} GeoJournalOrder;

void geo_journal_line_free (GeoJournalLine *line);
void geo_journal_balance_free (GeoJournalBalance *balance);
void geo_journal_vote_free (GeoJournalVote *vote);
void geo_journal_order_free (GeoJournalOrder *order);

GPtrArray *geo_journal_list_lines (GeoJournal *journal,
                                   GError **error); /* GeoJournalLine */
GPtrArray *geo_journal_list_balances (GeoJournal *journal,
                                      GError **error); /* GeoJournalBalance */
GPtrArray *geo_journal_list_people (GeoJournal *journal,
                                    GError **error); /* GeoParticipant */
/* K5: those whose key was changed, as far as the hub has said it. */
GPtrArray *geo_journal_list_heard (GeoJournal *journal,
                                   GError **error); /* GeoParticipant */
GPtrArray *geo_journal_list_open_votes (GeoJournal *journal,
                                        GError **error); /* GeoJournalVote */
GPtrArray *geo_journal_list_open_orders (GeoJournal *journal,
                                         GError **error); /* GeoJournalOrder */
gboolean geo_journal_get_last_entry (GeoJournal *journal,
                                     gint64 *sequence,
                                     GeoHash *hash,
                                     GError **error);

/* The reason of a line that is frozen. */
#define GEO_ACTIVITY_FROZEN "frozen"

/* What the reason of a clearing over spare limits (§7) begins with.  It is
 * followed by one of these for what is owed between us and who pays us, and one
 * for us and whom we pay. */
#define GEO_ACTIVITY_SPARE "spare:"
typedef enum {
  GEO_JOURNAL_LESS = 'l', /* what the receiver owed is less */
  GEO_JOURNAL_MORE = 'm', /* who pays owes more */
  GEO_JOURNAL_TURNED = 't', /* what the receiver owed is over; who pays owes */
} GeoJournalMoved;

/* One line of history for people. Stored kinds: numbers stay. */
typedef enum {
  GEO_ACTIVITY_PAID = 1, /* a payment of ours, whatever its state */
  GEO_ACTIVITY_RECEIVED = 2,
  GEO_ACTIVITY_PASSED = 3, /* went through us, nothing gained or lost */
  GEO_ACTIVITY_TRUST_GIVEN = 4, /* our line in force: amount is the limit */
  GEO_ACTIVITY_TRUST_GOT = 5, /* reason of both: GEO_ACTIVITY_FROZEN, or NULL */
  GEO_ACTIVITY_CLEARED = 6, /* reason: GEO_ACTIVITY_SPARE…, or NULL */
  GEO_ACTIVITY_JOINED = 7,
  /* P8: a contract that we refused: nothing of it was done. */
  GEO_ACTIVITY_REFUSED = 8,
} GeoActivityKind;

typedef struct {
  gint64 id; /* Grows with time: the page key. */
  GeoActivityKind kind;
  gint state; /* GeoPaymentState's number for PAID: 2 sending … 5 not paid; 5
                 for REFUSED; 4 otherwise */
  GeoTime at;
  gboolean has_peer;
  GeoPid peer; /* payee, payer (RECEIVED, PASSED, REFUSED) or the line's other
                  end; none for JOINED, CLEARED and a clearing REFUSED */
  gchar *equivalent; /* NULL for JOINED */
  GeoDecimal amount; /* PASSED, CLEARED: what came to us over our own hops */
  gchar *text; /* NULL if none */
  gchar *tx_id; /* payments */
  gboolean has_order_hash;
  GeoHash order_hash;
  GeoCode code; /* NOT_PAID, REFUSED: why; 0 otherwise */
  gchar *reason;
} GeoActivity;

void geo_activity_free (GeoActivity *activity);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GeoActivity, geo_activity_free)

/* Newest first; before 0: from the newest. At most max. */
GPtrArray *geo_journal_list_activity (GeoJournal *journal,
                                      gint64 before,
                                      guint max,
                                      GError **error);
/* The same of what fits: the rows with an id above after, where that is not 0,
 * too.  It looks at a row a time from the newest on, so that what is found
 * often is there at once, and what is nowhere after about 0.1 us a row. */
GPtrArray *geo_journal_find_activity (GeoJournal *journal,
                                      const GeoActivityFilter *filter,
                                      gint64 before,
                                      gint64 after,
                                      guint max,
                                      GError **error);
/* The ids (gint64) of all rows above after that fit, oldest first. */
GArray *geo_journal_find_activity_ids (GeoJournal *journal,
                                       const GeoActivityFilter *filter,
                                       gint64 after,
                                       GError **error);
GeoActivity *
geo_journal_get_activity (GeoJournal *journal, gint64 id, GError **error);
/* A payment of ours, however old; NOT_FOUND. */
GeoActivity *geo_journal_find_payment (GeoJournal *journal,
                                       const gchar *tx_id,
                                       GError **error);
gint64 geo_journal_count_activity (GeoJournal *journal, GError **error);

/* --- Requests (protocol §8a) ---------------------------------------------- */

typedef struct {
  gint64 record; /* That it came with; the page key. */
  GeoHash hash; /* Of the invoice, trust_request, checkpoint or invitation. */
  GeoRequestKind kind;
  gboolean mine; /* I ask; FALSE: I am asked. */
  gboolean has_peer; /* FALSE: whoever has the link */
  GeoPid peer;
  gchar *id;
  gchar *equivalent;
  gboolean has_amount;
  GeoDecimal amount;
  gchar *memo; /* NULL if none */
  gboolean single_use;
  GeoTime at;
  gboolean has_expires_at;
  GeoTime expires_at;
  GeoRequestState state; /* Whether it has expired is for a clock to say. */
  GeoTime changed_at;
  gint64 paid; /* How many payments name it. */
  gint64 decided; /* The record that settled it, 0 if none */
  gboolean waits; /* A letter of ours about it is not at the hub yet. */
  GeoLetter *letter; /* What was said */
  /* Of a checkpoint that both agreed to, the other as they were known then; else
   * NULL. */
  GeoParticipant *person;
} GeoJournalRequest;

/* A letter of ours that the hub does not have yet. */
typedef struct {
  GeoPid to;
  GeoLetter *letter;
} GeoJournalLetter;

void geo_journal_request_free (GeoJournalRequest *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GeoJournalRequest, geo_journal_request_free)
void geo_journal_letter_free (GeoJournalLetter *letter);

/* GeoJournalRequest, newest first, before that record (0: from the newest), at
 * most max; open: only those that are not settled. */
GPtrArray *geo_journal_list_requests (GeoJournal *journal,
                                      gboolean open,
                                      gint64 before,
                                      guint max,
                                      GError **error);
GeoJournalRequest *geo_journal_get_request (GeoJournal *journal,
                                            const GeoHash *hash,
                                            GError **error); /* NOT_FOUND */
/* GeoJournalLetter, in the order in which they were written. */
GPtrArray *geo_journal_list_outbox (GeoJournal *journal, GError **error);
/* GeoPid of those whose letters are not wanted. */
GArray *geo_journal_list_blocked (GeoJournal *journal, GError **error);

/* --- Statements ----------------------------------------------------------- */

/* What moved balances from one time to before another, by the hub's clock. */
typedef struct {
  GeoTime from;
  GeoTime to;
  const GeoPid *peer; /* NULL: with everybody */
  const gchar *equivalent; /* NULL: in all */
} GeoStatementFilter;

/* One record's; texts are borrowed until the next one. */
typedef struct {
  gint64 record;
  GeoTime at;
  GeoActivityKind kind;
  gboolean has_peer;
  GeoPid peer; /* Who paid or was paid, whoever it went through. */
  const gchar *equivalent;
  guint precision;
  GeoAmount amount; /* By how much we are owed more, or owe less. */
  const gchar *text; /* NULL if none */
  const gchar *tx_id; /* NULL if none */
  GeoHash hash; /* of the record */
  const gchar *record_text; /* Only where they were asked for. */
  const gchar *body_text;
} GeoStatementRow;

/* FALSE with an error stops. */
typedef gboolean (*GeoStatementFunc) (const GeoStatementRow *row,
                                      gpointer user_data,
                                      GError **error);
/* One state of the file, whatever others write, from one to the other. */
gboolean geo_journal_begin_reading (GeoJournal *journal, GError **error);
void geo_journal_end_reading (GeoJournal *journal);
/* Every row in its order, one at a time; records: with their texts. */
gboolean geo_journal_foreach_row (GeoJournal *journal,
                                  const GeoStatementFilter *filter,
                                  gboolean records,
                                  GeoStatementFunc func,
                                  gpointer user_data,
                                  GError **error);
/* −1 on an error. */
gint64 geo_journal_count_rows (GeoJournal *journal,
                               const GeoStatementFilter *filter,
                               GError **error);
/* GeoStatementBalance of the community's equivalents, by equivalent and peer;
 * those with whom there was nothing are left out. */
GPtrArray *geo_journal_list_statement_balances (GeoJournal *journal,
                                                const GeoCommunity *community,
                                                const GeoStatementFilter *filter,
                                                GError **error);

/* GeoMovement: the last contracts that moved what peer owes us, newest first, at
 * most max. */
GPtrArray *geo_journal_list_movements (GeoJournal *journal,
                                       const GeoPid *peer,
                                       const gchar *equivalent,
                                       guint max,
                                       GError **error);

/* Everything that proves what became of one payment, by its tx_id (ours first)
 * or the text of its order's or contract's hash: the canonical JSON {"body",
 * "community", "kind": "geo-receipt", "record", "self", "v": 1} of the record
 * that says so, its body with all evidence, and who is who; and where the hub's
 * log was seen to have it (§9), "head" and "leaf".  NOT_FOUND, also while it is
 * not decided. */
gchar *geo_journal_get_receipt (GeoJournal *journal,
                                const gchar *tx_id_or_hash,
                                GError **error);

/* --- The hub's log (§9) ----------------------------------------------------
 */

/* The last head (NULL: none yet), our last entry that was found in the log, and
 * where (0 and −1: none). */
gboolean geo_journal_get_log (GeoJournal *journal,
                              GeoTreeHead **head,
                              gint64 *proven,
                              gint64 *index,
                              GError **error);
/* The subjects of our entries after that one: GArray of GeoHash. */
GArray *
geo_journal_list_unproven (GeoJournal *journal, gint64 proven, GError **error);
/* What the log has shown us, the newest first: GPtrArray of GeoLogProof, with
 * the subject of each leaf in *subjects (GPtrArray of GArray of GeoHash). */
GPtrArray *geo_journal_list_log (GeoJournal *journal,
                                 guint max,
                                 GPtrArray **subjects,
                                 GError **error);
/* The entry of that number, as it was stored; NOT_FOUND. */
GeoProvenEntry *
geo_journal_get_entry (GeoJournal *journal, gint64 sequence, GError **error);

/* When the hub last said something, by its clock: of the last entry; 0: it said
 * nothing yet. */
gboolean geo_journal_get_last_entry_at (GeoJournal *journal,
                                        GeoTime *at,
                                        GError **error);

/* K6: our changes of the key, the newest first: ourselves with the next one, and
 * the seeds of those before it, encrypted (what a state copy has of them).
 * GPtrArray of GeoJournalRotation. */
typedef struct {
  GeoParticipant *self;
  GBytes *former;
  gboolean is_pending; /* "joined" does not say so yet. */
} GeoJournalRotation;
void geo_journal_rotation_free (GeoJournalRotation *rotation);
GPtrArray *geo_journal_list_rotations (GeoJournal *journal, GError **error);

/* GeoPid of those whose key was changed since they are known here. */
GArray *geo_journal_list_changed (GeoJournal *journal, GError **error);

/* What is held against the hub, the newest first. */
typedef struct {
  gint64 record;
  GeoTime at;
  GeoEvidence *evidence;
} GeoJournalEvidence;
void geo_journal_evidence_free (GeoJournalEvidence *evidence);
GPtrArray *geo_journal_list_evidence (GeoJournal *journal, GError **error);

/* Checks the chain and each signature, record by record, the evidence in them
 * as far as the journal alone can, that the projection equals what the records
 * say, and the file's pages. records_out (may be NULL): how many hold.  FALSE:
 * GEO_STORE_ERROR_VERIFY names the first record that does not hold and why;
 * CORRUPT where the file itself is broken. */
typedef void (*GeoProgressFunc) (gint64 done, gint64 total, gpointer user_data);
gboolean geo_journal_verify (GeoJournal *journal,
                             GeoProgressFunc progress,
                             gpointer user_data,
                             gint64 *records_out,
                             GError **error);
/* Drops the projection and makes it anew from the records, in one transaction.
 */
gboolean geo_journal_rebuild (GeoJournal *journal, GError **error);

/* What a state copy holds (§8).  The texts of our own payments, the newest
 * first, until they are more than bytes_max together. */
typedef void (*GeoJournalTextFunc) (const GeoHash *order,
                                    const gchar *text,
                                    gpointer user_data);
gboolean geo_journal_foreach_text (GeoJournal *journal,
                                   gsize bytes_max,
                                   GeoJournalTextFunc func,
                                   gpointer user_data,
                                   GError **error);
/* Of the newest max payments of ours that were not paid, in order: the record
 * of the order, then the one of its refusal.  func takes body. */
typedef void (*GeoJournalRecordFunc) (GeoRecordKind kind,
                                      GeoTime at,
                                      GeoRecordBody *body,
                                      gpointer user_data);
gboolean geo_journal_foreach_not_paid (GeoJournal *journal,
                                       guint max,
                                       GeoJournalRecordFunc func,
                                       gpointer user_data,
                                       GError **error);

/* The letters of the max requests that are open or the newest, and those that
 * settled them; and a record for each whose letters are not wanted.  Both as
 * above. */
gboolean geo_journal_foreach_letter (GeoJournal *journal,
                                     guint max,
                                     GeoJournalRecordFunc func,
                                     gpointer user_data,
                                     GError **error);
gboolean geo_journal_foreach_blocked (GeoJournal *journal,
                                      GeoJournalRecordFunc func,
                                      gpointer user_data,
                                      GError **error);

/* Whether an entry carries out an order of that invoice; reads every entry. */
gboolean geo_journal_has_paid (GeoJournal *journal,
                               const GeoHash *invoice,
                               gboolean *out,
                               GError **error);

/* All that matters as one canonical JSON document, piece by piece: the same for
 * every journal of one participant that has caught up, also for one that was
 * restored.  verified: canonical JSON of what stands beside the journal, the
 * last member.  Stops with FALSE when func does. */
typedef gboolean (*GeoJournalExportFunc) (const gchar *text,
                                          gsize len,
                                          gpointer user_data,
                                          GError **error);
gboolean geo_journal_export (GeoJournal *journal,
                             const gchar *verified,
                             GeoJournalExportFunc func,
                             gpointer user_data,
                             GError **error);

/* A copy of the whole file as it is now, whatever another process writes, into
 * path, which must not be there or be empty.  Not synced to the disk. */
gboolean
geo_journal_copy (GeoJournal *journal, const gchar *path, GError **error);

/* The n-th record and its body as stored; NOT_FOUND past the end. Both outs may
 * be NULL. */
gboolean geo_journal_get_record (GeoJournal *journal,
                                 gint64 sequence,
                                 GeoRecord **record,
                                 gchar **body_text,
                                 GError **error);
/* −1 on an error; so is geo_journal_count_activity (). */
gint64 geo_journal_count_records (GeoJournal *journal, GError **error);

G_END_DECLS
