/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoHubStore: the hub's journal and state in SQLite: participants, lines,
 * debts, certificates, refusals, entries.  The journal part is append-only;
 * debts are its projection (I1).
 *
 * One thread owns each handle: the writer opens it for writing (one at a time:
 * GEO_STORE_ERROR_LOCKED), others open the same path read-only (WAL).
 *
 * After GEO_STORE_ERROR_IO the disk did not say whether it took the last bytes:
 * a restart may find that transaction whole, or not at all.  A hub that cannot
 * write stops, and loads what is there when it starts again.
 */
#pragma once

#include "core/geo-change.h"
#include "store/geo-store-error.h"

G_BEGIN_DECLS

typedef struct _GeoHubStore GeoHubStore;

GeoHubStore *
geo_hub_store_open (const gchar *path, gboolean read_only, GError **error);
void geo_hub_store_adopt (GeoHubStore *store);
/* For when nothing is to be written: does what a later commit would have to
 * wait for. */
void geo_hub_store_rest (GeoHubStore *store);
void geo_hub_store_close (GeoHubStore *store); /* NULL is safe. */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GeoHubStore, geo_hub_store_close)

/* The community object that is in force; set at the first start and at each
 * change of it, with a larger seq; the same one again changes nothing. CONFLICT
 * for another community or an older form. */
gboolean geo_hub_store_set_community (GeoHubStore *store,
                                      const GeoCommunity *community,
                                      GError **error);
GeoCommunity *geo_hub_store_get_community (GeoHubStore *store,
                                           GError **error); /* NOT_FOUND */

/* Group commit: all changes (GPtrArray of GeoChange) in one transaction with
 * one fsync, in order; all or none. CONFLICT where one contradicts what is
 * there: a contract, order or (payer, tx_id) decided before (P4, P5, P11), a
 * seq that is taken, an entry that does not follow its participant's last one.
 */
gboolean
geo_hub_store_write (GeoHubStore *store, GPtrArray *changes, GError **error);
/* The same in three steps, so that the next changes are written while the disk
 * takes these: all that may be refused, in as many calls as it comes in; after
 * end_write () readers see it, and a crash may still take it away; it is on
 * disk when a sync () that began after that says TRUE.  FALSE of the first two:
 * nothing was stored of all since the last end_write ().  sync () may be called
 * in any thread, also while another one writes. */
gboolean geo_hub_store_write_some (GeoHubStore *store,
                                   GPtrArray *changes,
                                   GError **error);
gboolean geo_hub_store_end_write (GeoHubStore *store, GError **error);
gboolean geo_hub_store_sync (GeoHubStore *store, GError **error);
/* After end_write (), in its thread: whether somebody should call tidy (), in
 * any thread, one at a time, also while another one writes. */
gboolean geo_hub_store_wants_tidying (GeoHubStore *store);
void geo_hub_store_tidy (GeoHubStore *store);
/* How many transactions (fsyncs of the WAL) this handle has made. */
guint64 geo_hub_store_count_commits (GeoHubStore *store);

/* Loading. Each stops with FALSE when func returns FALSE (with its error) or
 * the disk fails. */
typedef gboolean (*GeoHubParticipantFunc) (const GeoParticipant *participant,
                                           gboolean frozen,
                                           gint64 last_sequence,
                                           const GeoHash *last_entry_hash,
                                           gpointer user_data,
                                           GError **error);
typedef gboolean (*GeoHubLineFunc) (const GeoTrustLine *line,
                                    gpointer user_data,
                                    GError **error);
typedef gboolean (*GeoHubDebtFunc) (const GeoPid *debtor,
                                    const GeoPid *creditor,
                                    const gchar *equivalent,
                                    GeoAmount debt,
                                    gpointer user_data,
                                    GError **error);
gboolean geo_hub_store_load_participants (GeoHubStore *store,
                                          GeoHubParticipantFunc func,
                                          gpointer user_data,
                                          GError **error);
gboolean geo_hub_store_load_lines (GeoHubStore *store,
                                   GeoHubLineFunc func,
                                   gpointer user_data,
                                   GError **error);
gboolean geo_hub_store_load_debts (GeoHubStore *store,
                                   GeoHubDebtFunc func,
                                   gpointer user_data,
                                   GError **error);

/* What came in from one to another in payments since that time or a little
 * before, and when, in the order of what was done. */
typedef gboolean (*GeoHubInboundFunc) (const GeoPid *from,
                                       const GeoPid *to,
                                       const gchar *equivalent,
                                       GeoAmount amount,
                                       GeoTime at,
                                       gpointer user_data,
                                       GError **error);
gboolean geo_hub_store_load_inbound (GeoHubStore *store,
                                     GeoTime since,
                                     GeoHubInboundFunc func,
                                     gpointer user_data,
                                     GError **error);

/* By what geo_hub_store_find_tx () and geo_hub_store_find_order () would find
 * something, in no order: either payer and tx_id or order, the others NULL. */
typedef void (*GeoHubDecidedFunc) (const GeoPid *payer,
                                   const gchar *tx_id,
                                   const GeoHash *order,
                                   gpointer user_data);
gboolean geo_hub_store_load_decided (GeoHubStore *store,
                                     GeoHubDecidedFunc func,
                                     gpointer user_data,
                                     GError **error);

/* What became of an order, for the closer's GeoKnown. Nothing is no error here:
 * found is FALSE.  An order that was refused by its hash alone, before it
 * arrived (P12), has no payer and tx_id: it is found by
 * geo_hub_store_find_order () only, so a driver that is handed an order asks
 * for both. */
typedef struct {
  gboolean found;
  GeoHash order_hash; /* zero where it is not known: a contract refused by its
                         hash alone */
  GeoProvenEntry *entry; /* of the participant that asks, where committed */
  GeoRefusal *refusal;
} GeoHubOutcome;
void geo_hub_outcome_clear (GeoHubOutcome *outcome);
gboolean geo_hub_store_find_tx (GeoHubStore *store,
                                const GeoPid *payer,
                                const gchar *tx_id,
                                GeoHubOutcome *out,
                                GError **error);
gboolean geo_hub_store_find_order (GeoHubStore *store,
                                   const GeoHash *order,
                                   const GeoPid *asking,
                                   GeoHubOutcome *out,
                                   GError **error);
gboolean geo_hub_store_find_contract (GeoHubStore *store,
                                      const GeoHash *contract,
                                      const GeoPid *asking,
                                      GeoHubOutcome *out,
                                      GError **error);

/* Entries of pid after sequence, in order, at most max: GPtrArray of
 * GeoProvenEntry. */
GPtrArray *geo_hub_store_list_entries (GeoHubStore *store,
                                       const GeoPid *pid,
                                       gint64 after,
                                       guint max,
                                       GError **error);

/* --- The log (§9) --------------------------------------------------------- */

/* How many leaves there are, and their root. */
gboolean geo_hub_store_read_log (GeoHubStore *store,
                                 gint64 *size,
                                 GeoHash *root,
                                 GError **error);
/* Heads may have been signed that say they are as late as this; 0: none. */
gboolean geo_hub_store_read_log_until (GeoHubStore *store,
                                       GeoTime *until,
                                       GError **error);
/* RFC 6962 §2.1.2 from m to n: GArray of GeoHash; 0 < m ≤ n ≤ size. */
GArray *geo_hub_store_prove_log (GeoHubStore *store,
                                 gint64 m,
                                 gint64 n,
                                 GError **error);
/* The subjects of pid's entries after sequence, at most max, in the log of the
 * first n leaves: GPtrArray of GeoLeafProof, in order.  It ends before the
 * first that is not in it. */
GPtrArray *geo_hub_store_prove_entries (GeoHubStore *store,
                                        const GeoPid *pid,
                                        gint64 after,
                                        guint max,
                                        gint64 n,
                                        GError **error);
/* The end of the log fits the end of the journal: what a hub looks at before it
 * adds to it.  GEO_STORE_ERROR_VERIFY says what does not. */
gboolean geo_hub_store_check_log (GeoHubStore *store, GError **error);

/* I1: replays every committed hop, whose root is in the contract, and compares
 * with the debts; FALSE and GEO_STORE_ERROR_VERIFY names the first transaction
 * that does not hold or the first pair that differs. */
gboolean geo_hub_store_check (GeoHubStore *store,
                              gint64 *transactions_out,
                              GError **error);

/* Incidents, the newest first, before that id (0: from the last one on):
 * GPtrArray of GeoHubIncident. */
typedef struct {
  gint64 id;
  GeoTime at;
  GeoIncident kind;
  gchar *equivalent;
  gchar *text;
} GeoHubIncident;
void geo_hub_incident_free (GeoHubIncident *incident); /* NULL is safe. */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GeoHubIncident, geo_hub_incident_free)
GPtrArray *geo_hub_store_list_incidents (GeoHubStore *store,
                                         gint64 before,
                                         guint max,
                                         GError **error);
/* Codes of the equivalents that are frozen: GPtrArray of gchar *. */
GPtrArray *geo_hub_store_list_frozen (GeoHubStore *store, GError **error);

/* Everything that can be seen in the file: its pages, who is who, lines and
 * their chains, certificates and hops, limits as they were when a payment was
 * made, everybody's chain of entries, refusals, acknowledgements and debts
 * (§14, I1–I8).  func is told of each thing that does not hold: rule is "I1" …
 * "I8", "P4", or one word for what is none of them; text is one sentence.
 * FALSE only where the file could not be read to the end. */
typedef struct {
  guint64 findings;
  guint64 participants; /* Versions of them, as of lines. */
  guint64 lines;
  guint64 transactions;
  guint64 refusals;
  guint64 entries;
  guint64 debts;
  guint64 leaves; /* Of the log. */
} GeoHubInspection;
typedef void (*GeoHubFindingFunc) (const gchar *rule,
                                   const gchar *text,
                                   gpointer user_data);
gboolean geo_hub_store_inspect (GeoHubStore *store,
                                GeoHubFindingFunc func,
                                gpointer user_data,
                                GeoHubInspection *out,
                                GError **error);

/* A copy of the file as it is now, whole and on disk, while others go on
 * writing.  path must not be there; it is then readable by its owner only.
 * Nothing is left of it on failure. */
gboolean
geo_hub_store_backup (GeoHubStore *store, const gchar *path, GError **error);

/* A database that nobody has open, with all that belongs to it. */
void geo_hub_store_remove (const gchar *path);

/* FALSE where a restore of that path was begun and not finished. */
gboolean geo_hub_store_is_restored (const gchar *path, GError **error);
/* Puts what store holds in the place of the database path, which no hub may
 * have open (LOCKED).  CONFLICT where there is one already and it is not to be
 * replaced; a replaced one is kept as *kept_out.  A hub does not open what was
 * not finished.  geo_hub_store_may_restore () says beforehand whether it would
 * be refused. */
gboolean
geo_hub_store_may_restore (const gchar *path, gboolean replace, GError **error);
gboolean geo_hub_store_restore (GeoHubStore *store,
                                const gchar *path,
                                gboolean replace,
                                gchar **kept_out,
                                GError **error);

/* Every signed object of the file, one JSON object each on one line: kind, the
 * object as it was signed, when it was written down (at_ms), and of a
 * certificate all its hops.  What is only known to some (who passed what on) is
 * in it: it is the hub's owner's. */
typedef gboolean (*GeoHubExportFunc) (const gchar *line,
                                      gpointer user_data,
                                      GError **error);
gboolean geo_hub_store_export (GeoHubStore *store,
                               GeoHubExportFunc func,
                               gpointer user_data,
                               GError **error);

G_END_DECLS
