/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the parts of GeoJournal share: whose journal it is, what a record has to
 * look like, and how a record changes the projection.  Nothing outside the
 * store room includes this.
 */
#pragma once

#include "store/geo-database-private.h"
#include "core/geo-key-chain.h"
#include "store/geo-journal.h"

G_BEGIN_DECLS

/* Whose journal it is: what the joined record says. */
typedef struct {
  gboolean known;
  GeoPid community;
  GeoPublicKey community_key;
  GeoPid self;
  /* With the last of them its records are signed; with those before it what
   * came back from the hub may be, too (K4). */
  GeoKeyChain keys;
} GeoJournalIdentity;

struct _GeoJournal {
  GeoDatabase *database;
  /* Read from the file with the first record that is appended. */
  GeoJournalIdentity identity;
};

/* The numbers of GeoPaymentState that stand in the file. */
typedef enum {
  GEO_STORED_SENDING = 2,
  GEO_STORED_PAID = 4,
  GEO_STORED_NOT_PAID = 5,
} GeoStoredState;

/* A record that does not hold. */
void
geo_journal_set_unfit (GeoRecordKind kind, const gchar *why, GError **error);

/* The body has what its kind needs, and the objects in it belong together:
 * hashes, proofs, the one community and, where identity is known, ourselves.
 * GEO_STORE_ERROR_VERIFY. */
gboolean geo_journal_check_body (const GeoJournalIdentity *identity,
                                 GeoRecordKind kind,
                                 const GeoRecordBody *body,
                                 GError **error);

/* The signatures of those objects that this journal alone is enough to check.
 */
gboolean geo_journal_check_signatures (const GeoJournalIdentity *identity,
                                       GeoRecordKind kind,
                                       const GeoRecordBody *body,
                                       GError **error);

/* A checked body of kind joined says who we are. */
void geo_journal_identity_set (GeoJournalIdentity *identity,
                               const GeoRecordBody *body);

/* Carries one checked record out on the projection in database, inside the
 * transaction that is open.  Changes nothing else; a failure leaves the
 * transaction to be rolled back. */
gboolean geo_projection_apply (GeoDatabase *database,
                               const GeoJournalIdentity *identity,
                               gint64 sequence,
                               GeoRecordKind kind,
                               GeoTime at,
                               const GeoRecordBody *body,
                               GError **error);
/* --- geo-journal-letters.c ------------------------------------------------ */

/* Letters and what is said of them, as geo_projection_apply () does.  who: the
 * person a record names was put down already. */
gboolean geo_letters_apply (GeoDatabase *database,
                            const GeoJournalIdentity *identity,
                            gint64 sequence,
                            GeoTime at,
                            const GeoRecordBody *body,
                            GError **error);
gboolean geo_letters_apply_sent (GeoDatabase *database,
                                 const GeoHash *letter,
                                 GError **error);
gboolean geo_letters_apply_block (GeoDatabase *database,
                                  const GeoPid *pid,
                                  gboolean blocked,
                                  GError **error);
/* A payment that names an invoice was committed; ours: we were paid. */
gboolean geo_letters_apply_paid (GeoDatabase *database,
                                 gint64 sequence,
                                 GeoTime at,
                                 const GeoHash *invoice,
                                 gboolean ours,
                                 GError **error);
/* An open payment of ours was refused because the request that it names does not
 * stand any more. */
gboolean geo_letters_apply_closed (GeoDatabase *database,
                                   gint64 sequence,
                                   GeoTime at,
                                   const GeoHash *order,
                                   GError **error);
/* A line is in force; given: it is ours. */
gboolean geo_letters_apply_line (GeoDatabase *database,
                                 gint64 sequence,
                                 GeoTime at,
                                 const GeoTrustLine *line,
                                 gboolean given,
                                 GError **error);
gboolean geo_letters_check_body (const GeoJournalIdentity *identity,
                                 GeoRecordKind kind,
                                 const GeoRecordBody *body,
                                 GError **error);
gboolean geo_letters_check_signatures (const GeoJournalIdentity *identity,
                                       GeoRecordKind kind,
                                       const GeoRecordBody *body,
                                       GError **error);

gboolean geo_projection_clear (GeoDatabase *database, GError **error);
/* Names the first table that differs: GEO_STORE_ERROR_VERIFY. */
gboolean geo_projection_compare (GeoDatabase *database,
                                 GeoDatabase *other,
                                 GError **error);

/* One row of the record table, as it is stored. */
typedef struct {
  gint64 sequence;
  GeoRecordKind kind;
  GeoTime at;
  gboolean has_previous;
  GeoHash previous;
  GeoHash hash;
  const gchar *body; /* Borrowed until the next step. */
  const gchar *record; /* Borrowed until the next step. */
} GeoStoredRecord;

/* The columns of such a row, in this order. */
#define GEO_RECORD_COLUMNS "sequence, kind, at, previous, hash, body, record"

gboolean
geo_stored_record_read (GeoQuery *query, GeoStoredRecord *out, GError **error);
/* The body of one record; GEO_STORE_ERROR_CORRUPT where it is not there. */
GeoRecordBody *
geo_journal_read_body (GeoDatabase *database, gint64 sequence, GError **error);

/* The record of evidence that says the same, 0 if none: what the hub signs anew
 * each time it is asked is held against it once. */
gboolean geo_journal_find_evidence (GeoJournal *journal,
                                    const GeoEvidence *evidence,
                                    gint64 *record,
                                    GError **error);
/* What evidence needs of what the journal holds is put into it, where it is not
 * there: the entries it contradicts, the refusal or the contract. */
gboolean geo_journal_complete_evidence (GeoJournal *journal,
                                        GeoEvidence *evidence,
                                        GError **error);
/* The record that holds the proof of what became of an order or contract; 0
 * where there is none. */
gboolean geo_journal_find_proof (GeoJournal *journal,
                                 const GeoHash *hash,
                                 gint64 *sequence,
                                 GError **error);
/* The head and the leaf of the entry in that record, both NULL where it was not
 * found in the log yet. */
gboolean geo_journal_find_leaf (GeoJournal *journal,
                                gint64 record,
                                GeoTreeHead **head,
                                GeoLeafProof **leaf,
                                GError **error);

G_END_DECLS
