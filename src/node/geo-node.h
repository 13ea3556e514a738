/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoNode: the light node of one profile in one community: drives the party
 * (protocol) with the journal (store, in a thread of its own), the hub's
 * session (net) and the clock, and shows the result as lists and calls.  It
 * decides nothing about money: the party does.  No GTK.  Main context; nothing
 * here waits on disk or network.
 */
#pragma once

#include "node/geo-activity-model.h"
#include "node/geo-payment.h"
#include "node/geo-profile.h"
#include "node/geo-proposal.h"

G_BEGIN_DECLS

typedef enum {
  GEO_CONNECTION_OFFLINE = 1, /* Not trying, or waiting to try again. */
  GEO_CONNECTION_CONNECTING = 2,
  GEO_CONNECTION_HUB = 3, /* Signed in and caught up. */
  /* The hub sent what does not hold, or is another one: we do not believe it.
   */
  GEO_CONNECTION_FAULT = 4,
} GeoConnection;

#define GEO_TYPE_NODE (geo_node_get_type ())
G_DECLARE_FINAL_TYPE (GeoNode, geo_node, GEO, NODE, GObject)

/* Properties that notify: "connection" (GeoConnection as int),
 * "connection-detail" (string), "open-count" (uint: payments and votes without
 * evidence), "key-doubts" (uint: how many of my people have a key that is in
 * doubt, see geo-safety.h), "unread" (uint), "progress" (double),
 * "new-findings" (uint, see geo-finding.h).
 * Signals: "payment-received", "cleared" (GeoActivityItem *item), "fault"
 * (const gchar *message), "notice" (const gchar *sentence: something to know
 * that nothing has to be done about), "key-changed" (GeoPerson *person: whose
 * key it is is in doubt, see geo_node_get_key_doubt ()), "found" (GeoFinding
 * *finding), "blocked" (somebody was, or is not any more, see
 * geo_node_is_blocked ()). */

/* Joins a community with an unlocked profile: link is geo://v1/join?…, an
 * address of a hub, or "rest:" and the address of one that speaks the public
 * REST contract only (see geo_node_is_hearsay ()).  Connects, checks who
 * answers (fingerprint, community in the link), introduces itself, stores
 * "joined" and stays connected.  If the community was joined already, that
 * journal is opened. OFFLINE, TIMEOUT, FOREIGN, REFUSED, INPUT, STORAGE,
 * NO_KEY; STRANGER where the profile was restored and the hub has nobody with
 * its words: perhaps they are not the ones that count there. */
void geo_node_join_async (GeoProfile *profile,
                          const gchar *link,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data);
GeoNode *geo_node_join_finish (GAsyncResult *result, GError **error);

/* The same after STRANGER, where the person wants to be somebody new there: name
 * is what others see, NULL: the one of the profile; INPUT where that has none.
 */
void geo_node_join_as_new_async (GeoProfile *profile,
                                 const gchar *link,
                                 const gchar *name,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);

/* Opens what was joined.  community NULL: the only or first one; NOT_JOINED if
 * there is none; BUSY where another program writes to it.  Works without a
 * network; call geo_node_start () to connect. */
void geo_node_open_async (GeoProfile *profile,
                          const GeoPid *community,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data);
GeoNode *geo_node_open_finish (GAsyncResult *result, GError **error);

/* The same to look only, which nobody has to stop writing for: it never
 * connects, and what needs the hub answers OFFLINE.  What others store later is
 * not seen. */
void geo_node_look_async (GeoProfile *profile,
                          const GeoPid *community,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data);
GeoNode *geo_node_look_finish (GAsyncResult *result, GError **error);

/* Connect and stay connected. */
void geo_node_start (GeoNode *node);
/* Disconnect and stay so.  What is being stored is stored. */
void geo_node_stop (GeoNode *node);
/* Try again now. */
void geo_node_hurry (GeoNode *node);
/* Completes when HUB is reached; with FOREIGN at once where another hub
 * answers; or with OFFLINE or TIMEOUT after timeout_ms in which nothing was
 * caught up with either. */
void geo_node_wait_connected_async (GeoNode *node,
                                    guint timeout_ms,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
gboolean geo_node_wait_connected_finish (GeoNode *node,
                                         GAsyncResult *result,
                                         GError **error);

GeoConnection geo_node_get_connection (GeoNode *node);
/* While there is much to catch up with: how far that is, from 0 to 1; -1
 * otherwise. */
gdouble geo_node_get_progress (GeoNode *node);
/* The same in numbers; FALSE: there is nothing to tell. */
gboolean
geo_node_get_catching_up (GeoNode *node, gint64 *done, gint64 *total);
/* A hub that was put back to an older copy is being given what it told, up to
 * the entry with that number; FALSE: it is not, or has all of it.  A program that
 * ends waits for that. */
gboolean geo_node_get_giving_back (GeoNode *node, gint64 *given);
/* What only this wallet knows is not yet in the encrypted copy that is left
 * with the hub: a program that ends waits a moment. */
gboolean geo_node_has_unsaved_state (GeoNode *node);
/* A sentence for people: what works now, what waits. */
const gchar *geo_node_get_connection_detail (GeoNode *node);
guint geo_node_get_open_count (GeoNode *node);
/* Lines of history that came without the person's doing since somebody looked
 * last. */
guint geo_node_get_unread (GeoNode *node);
/* Somebody has looked; remembered on disk. */
void geo_node_mark_read (GeoNode *node);
GeoProfile *geo_node_get_profile (GeoNode *node);
/* The hub's address. */
const gchar *geo_node_get_hub (GeoNode *node);
/* A hub of the public REST contract, joined as "rest:ADDRESS": everything about
 * this community is what it says, and nothing of it can be proven. */
gboolean geo_node_is_hearsay (GeoNode *node);
const gchar *geo_node_get_community_name (GeoNode *node);
const gchar *geo_node_get_community_pid (GeoNode *node);
/* My own. */
const gchar *geo_node_get_name (GeoNode *node);
const gchar *geo_node_get_pid (GeoNode *node);
/* geo://v1/participant?… to give to others. */
gchar *geo_node_get_contact_link (GeoNode *node);

/* Equivalents of the community, in its order; NULL past the end.  precision
 * and symbol may be NULL. */
guint geo_node_get_n_equivalents (GeoNode *node);
const gchar *geo_node_get_equivalent (GeoNode *node,
                                      guint index,
                                      guint *precision,
                                      const gchar **symbol);
/* FALSE: there is no such equivalent here. */
gboolean geo_node_get_precision (GeoNode *node,
                                 const gchar *equivalent,
                                 guint *precision);

/* Lists, borrowed from the node, live. */
/* GeoPerson, by name: everybody I have a line, a balance or a payment with. */
GListModel *geo_node_get_people (GeoNode *node);
/* GeoTotal, one for each equivalent. */
GListModel *geo_node_get_totals (GeoNode *node);
/* GeoActivityItem, newest first, paged from disk. */
GListModel *geo_node_get_activity (GeoNode *node);
/* The same as a list of one's own, live too, which can be given a filter.  A
 * new reference; it may outlive the node, and then stays as it is. */
GeoActivityModel *geo_node_make_activity (GeoNode *node);
/* One of the people above, or NULL.  Borrowed. */
GeoPerson *geo_node_get_person (GeoNode *node, const GeoPid *pid);

/* Somebody by name, part of a name, PID, or geo://v1/participant (or pay) link:
 * own people first, then the hub is asked; without a hub, own people only.  A
 * new GListModel of GeoPerson, at most 64. */
void geo_node_find_people_async (GeoNode *node,
                                 const gchar *text,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
GListModel *geo_node_find_people_finish (GeoNode *node,
                                         GAsyncResult *result,
                                         GError **error);

/* amount NULL: only "up to".  The answer is a new reference. */
void geo_node_quote_async (GeoNode *node,
                           const GeoPid *to,
                           const gchar *equivalent,
                           const GeoAmount *amount,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
GeoQuote *
geo_node_quote_finish (GeoNode *node, GAsyncResult *result, GError **error);

/* Orders a payment: it is SENDING when this returns; its order is stored before
 * it is sent (P1).  NULL and an error when it cannot be tried at all: OFFLINE,
 * INPUT, UNKNOWN_PERSON (find the payee first).  tx_id NULL: a new random one;
 * given (scripts): the same tx_id with the same to, equivalent and amount gives
 * the payment that is there, with others INPUT.  Borrowed: the node keeps the
 * payments of its run. */
GeoPayment *geo_node_pay (GeoNode *node,
                          const gchar *tx_id,
                          const GeoPid *to,
                          const gchar *equivalent,
                          GeoAmount amount,
                          const gchar *text,
                          GError **error);
/* Payments of this run, open ones and the latest of former runs; NULL if
 * unknown.  Borrowed. */
GeoPayment *geo_node_get_payment (GeoNode *node, const gchar *tx_id);

/* The same for any payment of the journal, however old.  Borrowed.  INPUT:
 * there is none, so nothing was ever sent with this number (P1); STORAGE. */
void geo_node_find_payment_async (GeoNode *node,
                                  const gchar *tx_id,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
GeoPayment *geo_node_find_payment_finish (GeoNode *node,
                                          GAsyncResult *result,
                                          GError **error);
/* GeoPayment, oldest first: those of which nobody knows yet whether they are
 * paid.  A new list; it does not change. */
GListModel *geo_node_list_open_payments (GeoNode *node);

typedef enum {
  GEO_TRUST_LIVE = 1, /* Payments use the line only while I am connected. */
  GEO_TRUST_ASK_CLEARING = 2, /* No debt over it is cleared without my word. */
} GeoTrustFlags;

/* My line to somebody: limit, or close.  Completes when the hub has receipted
 * it (in force), or with REFUSED and why; OFFLINE: nothing was changed;
 * TIMEOUT: it is stored and goes to the hub as soon as that answers. */
void geo_node_trust_async (GeoNode *node,
                           const GeoPid *to,
                           const gchar *equivalent,
                           GeoAmount limit,
                           gboolean close,
                           GeoTrustFlags flags,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
gboolean
geo_node_trust_finish (GeoNode *node, GAsyncResult *result, GError **error);

/* What a line of mine says beside its limit. */
typedef struct {
  GeoTrustFlags flags;
  /* What clearing may use of it (§7): it may make them owe me more, up to spare
   * and the limit, where they agree too; GEO_AMOUNT_MAX: all of the limit, also
   * when that changes. */
  gboolean has_spare;
  GeoAmount spare;
  /* What payments bring in over it in one UTC day, at most (§5). */
  gboolean has_daily;
  GeoAmount daily;
} GeoTrustTerms;

/* The same with all of that; geo_node_trust_async () leaves spare and daily as
 * they were. */
void geo_node_trust_on_async (GeoNode *node,
                              const GeoPid *to,
                              const gchar *equivalent,
                              GeoAmount limit,
                              const GeoTrustTerms *terms,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);

/* Freezes my line to somebody, or unfreezes it: until then nothing more is owed
 * between us over it in either direction; what is owed can be paid back and is
 * cleared.  The limit stays as it was.  Completes as geo_node_trust_async ()
 * does; at once where it is so already; INPUT where there is no line. */
void geo_node_freeze_async (GeoNode *node,
                            const GeoPid *to,
                            const gchar *equivalent,
                            gboolean frozen,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
gboolean
geo_node_freeze_finish (GeoNode *node, GAsyncResult *result, GError **error);

/* GeoProposalItem: clearings that wait for my word, as long as the hub is
 * connected; borrowed, live. */
GListModel *geo_node_get_proposals (GeoNode *node);
/* My word, by the item's id; it is stored, then sent, and never withdrawn.
 * OFFLINE; INPUT: there is no such clearing; REFUSED: too late, or the debts
 * are not what they were.  Nothing is changed then. */
gboolean geo_node_answer_clearing (GeoNode *node,
                                   const gchar *id,
                                   gboolean accepts,
                                   GError **error);

/* The receipt with all its proofs, JSON; key: a tx_id or receipt key. */
void geo_node_get_receipt_async (GeoNode *node,
                                 const gchar *key,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
gchar *geo_node_get_receipt_finish (GeoNode *node,
                                    GAsyncResult *result,
                                    GError **error);

/* Everything that matters as one canonical JSON document, written to stream,
 * which is closed at the end: the same for each of this person's computers that
 * has caught up.  G_IO_ERROR where stream fails. */
void geo_node_export_async (GeoNode *node,
                            GOutputStream *stream,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
gboolean
geo_node_export_finish (GeoNode *node, GAsyncResult *result, GError **error);

/* Checks the whole journal: how many records hold.  records (may be NULL) is
 * set where it fails, too. */
void geo_node_verify_async (GeoNode *node,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
gboolean geo_node_verify_finish (GeoNode *node,
                                 GAsyncResult *result,
                                 gint64 *records,
                                 GError **error);

/* A receipt's proof, checked with nothing but the text: what it proves as a
 * sentence for people, or NULL and which part does not hold (GEO_CORE_ERROR).
 */
gchar *geo_receipt_verify (const gchar *text, gsize len, GError **error);
/* The same of evidence against a hub. */
gchar *geo_evidence_verify (const gchar *text, gsize len, GError **error);

/* §9: what the hub's log was not seen to have is asked for now, rather than
 * when more has come; and whether an answer is awaited, or not dealt with yet. */
void geo_node_look_at_log (GeoNode *node);
gboolean geo_node_is_looking_at_log (GeoNode *node);

/* What the journal holds against the hub, the newest first: GPtrArray of
 * GeoEvidenceItem. */
typedef struct {
  gint64 number; /* Of the record. */
  gint64 at; /* Milliseconds. */
  gchar *title; /* What happened, for people, in a few words. */
  gchar *sentence; /* What it says, for people. */
  gchar *file; /* For geo_evidence_verify (). */
} GeoEvidenceItem;
void geo_evidence_item_free (GeoEvidenceItem *item); /* NULL is safe. */
void geo_node_list_evidence_async (GeoNode *node,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
GPtrArray *geo_node_list_evidence_finish (GeoNode *node,
                                          GAsyncResult *result,
                                          GError **error);

G_END_DECLS
