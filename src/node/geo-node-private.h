/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the parts of the node share: its state, and what each part does for the
 * others.  Nobody outside this room and its tests may include this.  Main
 * context.
 */
#pragma once

#include "core/geo-link.h"
#include "node/geo-activity-model-private.h"
#include "node/geo-node.h"
#include "node/geo-payment-private.h"
#include "node/geo-phrases.h"
#include "node/geo-state-codec-private.h"
#include "node/geo-worker-private.h"

#include <json-glib/json-glib.h>

#include "net/geo-client.h"
#include "protocol/geo-party.h"

G_BEGIN_DECLS

/* How long the hub may take to answer a question, and each step of signing in.
 */
#define GEO_NODE_CALL_MS_MAX 10000
#define GEO_NODE_LOGIN_MS_MAX 20000
/* How long an acknowledgement waits for the next one, which says it too. */
#define GEO_NODE_ACK_MS 500
/* How long a payment may take before its closer may no longer vote for it. */
#define GEO_NODE_PAY_MS_MAX 30000
/* After a failed write: when the disk is tried again. */
#define GEO_NODE_DISK_RETRY_MS 30000
/* How much of the history is looked at when a journal is opened: for tx_ids
 * that are taken and for people we had payments with. */
#define GEO_NODE_RECENT_ROWS_MAX 10000
/* How many of the newest records are looked at for answers of ours that must
 * not change (P2). */
#define GEO_NODE_RECENT_RECORDS_MAX 1000
#define GEO_NODE_FOUND_MAX 64
/* Questions that wait at once. */
#define GEO_NODE_CALLS_MAX 256

typedef struct _GeoRest GeoRest;

typedef enum {
  GEO_LOGIN_NONE = 0,
  GEO_LOGIN_CHALLENGE = 1, /* HELLO is sent. */
  GEO_LOGIN_OPENING = 2, /* Joining, but the journal is there already. */
  GEO_LOGIN_WELCOME = 3, /* AUTH is sent. */
  GEO_LOGIN_STORING = 4, /* "joined" is being stored. */
  GEO_LOGIN_SIGNED_IN = 5,
  GEO_LOGIN_GIVING = 6, /* The hub was put back, and asks for its entries. */
} GeoLoginStage;

/* Everything a party and the lists begin with. */
typedef struct {
  gchar *path;
  GeoCommunity *community;
  GeoParticipant *self;
  gchar *hub; /* Address, then "#" and a fingerprint where one is pinned. */
  GPtrArray *lines; /* GeoJournalLine */
  GPtrArray *balances; /* GeoJournalBalance */
  GPtrArray *people; /* GeoParticipant */
  GPtrArray *heard; /* GeoParticipant: as far as the hub has said their keys */
  GPtrArray *votes; /* GeoJournalVote */
  GPtrArray *orders; /* GeoJournalOrder */
  /* GeoRecordBody: contract and perhaps refusal, or an entry */
  GPtrArray *answers;
  GArray *refused; /* GeoHash: orders and contracts, by the hub */
  GeoTime horizon; /* What was said of older contracts is not among them. */
  GPtrArray *recent; /* GeoActivity, newest first */
  GPtrArray *requests; /* GeoJournalRequest, newest first */
  GeoLink *joined_by; /* NULL: by an address alone, or it is not known. */
  GPtrArray *outbox; /* GeoJournalLetter */
  GArray *blocked; /* GeoPid */
  GPtrArray *rotations; /* GeoJournalRotation, newest first */
  GArray *changed; /* GeoPid */
  gboolean is_rotated;
  JsonNode *rest; /* What stands beside a journal of hearsay; or NULL. */
  gint64 activity_count;
  GKeyFile *notes;
  gint64 seen; /* The newest line of history somebody looked at. */
  gint64 newest;
  gboolean never_seen;
  guint unread;
  gint64 sequence;
  GeoHash entry_hash;
  GeoStateCopy *copy; /* The last that the hub is known to keep, or NULL. */
  GeoTreeHead *head; /* Of the hub's log; NULL: none yet. */
  gint64 proven;
  gint64 proven_index;
  GArray *unproven; /* GeoHash */
  GPtrArray *evidence; /* GeoJournalEvidence, newest first */
} GeoNodeData;

typedef struct _GeoNodeState GeoNodeState;
typedef struct _GeoNodeIncoming GeoNodeIncoming;

struct _GeoNode {
  GObject parent_instance;

  GeoProfile *profile;
  GeoSecret *secret;
  GeoPid pid;
  gchar *pid_text;

  /* geo-node-keys.c: GeoSecret, the first one first */
  GPtrArray *former_keys;
  gboolean is_rotated; /* The journal does not say so yet. */
  gboolean is_renewed; /* K7: said anew since the hub welcomed us last. */
  gboolean people_asked; /* In this session. */

  /* From the journal; NULL until there is one. */
  GeoCommunity *community;
  GeoParticipant *self;
  gchar *community_pid_text;
  gchar *hub;
  gchar *fingerprint;
  gchar *journal_path;
  GeoWorker *worker;
  /* NULL also between a failed write and the new start from disk. */
  GeoParty *party;

  /* geo-node-session.c, geo-node-login.c */
  GeoClient *client;
  GeoSession *session;
  GeoLoginStage login;
  guint login_timeout_id;
  guint retry_id;
  GeoMessage *ack; /* The last ENTRY_ACK, which is not sent yet; or NULL. */
  guint ack_id;
  /* geo-rest.c: in place of party, client and session.  NULL: a hub that
   * speaks the protocol. */
  GeoRest *rest;
  gboolean looking; /* Opened read-only: it never connects. */
  gboolean wanted; /* Started, not stopped. */
  gboolean foreign;
  gboolean reloading;
  gboolean hurried; /* Somebody could not wait for that. */
  GeoConnection connection;
  gchar *detail;
  gchar *refused; /* What the hub said to our login, for people. */
  GeoTime hub_ahead; /* How far the hub's clock is ahead of ours. */
  GeoCommunity *offered; /* Of CHALLENGE; AUTH is for this. */
  gint64 hub_sequence;
  gchar *giving_id; /* Of the PING after what was given; or NULL */
  gint64 given; /* GEO_LOGIN_GIVING: up to here the hub was given it. */
  gboolean has_given; /* … and has taken all of it. */
  GPtrArray *early; /* GeoMessage: came while joining was stored; or NULL */
  GPtrArray *waiters; /* GTask of geo_node_wait_connected_async () */
  GeoNodeIncoming *incoming; /* geo-node-incoming.c */

  /* Joining, until the task is answered.  dial_hub: where to, if it is not
   * self->hub. */
  GTask *join_task;
  guint join_timeout_id;
  GSource *join_cancel;
  gchar *dial_hub;
  gchar *dial_fingerprint;
  gboolean has_expected;
  GeoPid expected;
  GeoLink *join_link; /* NULL: by an address alone. */
  gboolean may_be_new; /* K8: also where the hub has nobody with our key. */
  gboolean moving; /* geo-node-move.c */

  /* geo-node-actions.c */
  GQueue lists;
  gboolean pumping;
  gboolean storing;
  GPtrArray *stored_now; /* GeoRecordBody: what is on its way to the disk */
  guint generation; /* Of the party: what an older one wanted is dropped. */
  GHashTable *timers; /* GeoHash → GeoNodeTimer */
  guint open_count;
  guint key_doubts;
  GListStore *findings; /* geo-finding.c */

  /* geo-node-lists.c */
  GListStore *people;
  GHashTable *people_by_pid; /* GeoPid → GeoPerson */
  GListStore *totals;
  GListStore *proposals;
  GeoActivityModel *activity;
  gint64 seen;
  gint64 newest;
  guint unread;
  GHashTable *pending; /* line_id → the pair it is for */
  GKeyFile *notes; /* geo-safety.c; NULL before there is a journal. */
  GHashTable
      *changed_keys; /* GeoPid: their key was changed since they are known. */
  gboolean notes_saving;
  gboolean notes_changed; /* Since saving began. */
  GArray *notes_waiters; /* GeoNotesWaiter; NULL: nobody. */
  GHashTable *expected_receipts; /* Receipt keys of what is to be told */
  /* geo-node-catch-up.c: only where there is much to catch up with. */
  gboolean catching_up;
  gint64 caught_from;
  gint64 caught_to;
  gdouble progress; /* −1: there is none. */
  GHashTable *changed; /* GeoPid: with whom something is not as it is shown */
  guint changed_id;

  /* geo-node-pay.c */
  GHashTable *payments; /* tx_id → GeoPayment */
  GHashTable *payments_by_order; /* GeoHash → GeoPayment */
  GHashTable *former; /* tx_id → GeoActivity of a payment of a former run */
  GPtrArray *lost; /* GeoPayment that never came to disk; somebody may look */

  /* geo-node-state.c */
  GeoNodeState *state;
  /* geo-node-invitations.c */
  GeoLink *joined_by; /* NULL: it is not known. */
  gchar *hub_for_others; /* NULL: self->hub. */
  gboolean taking_invitation;

  /* geo-node-requests.c */
  GListStore *requests;
  GPtrArray *request_waiters;
  GHashTable *new_requests; /* GeoHash of what was told and is not listed */
  guint request_count;
  gboolean reading_requests;
  gboolean requests_changed; /* Since it was begun to read them. */

  /* geo-node-calls.c */
  GHashTable *calls; /* msg_id → GeoNodeCall */
};

/* --- geo-node.c --------------------------------------------------------- */

/* Destroys and unrefs. */
void geo_node_source_end (GSource *source);
/* Wall-clock time in milliseconds. */
GeoTime geo_node_now (void);
GeoNode *geo_node_new (GeoProfile *profile);
void geo_node_set_connection (GeoNode *self,
                              GeoConnection connection,
                              const gchar *detail);
void geo_node_update_key_doubts (GeoNode *self);
void geo_node_update_open_count (GeoNode *self);
void geo_node_set_open_count (GeoNode *self, guint count);
/* Waiters for the hub get their answer if there is one now. */
void geo_node_answer_waiters (GeoNode *self);
void geo_node_refresh_unread (GeoNode *self);
void geo_node_set_progress (GeoNode *self, gdouble progress);
void geo_node_set_unread (GeoNode *self, guint unread);
/* The session sends; FALSE: there is none. */
gboolean geo_node_send (GeoNode *self, GeoMessage *message);
/* An ENTRY_ACK: within GEO_NODE_ACK_MS, in place of one that waits already. */
void geo_node_send_soon (GeoNode *self, const GeoMessage *ack);
/* Tells the person a sentence that nothing has to be done about. */
void geo_node_notice (GeoNode *self, const gchar *sentence);

/* --- geo-node-data.c ---------------------------------------------------- */

void geo_node_data_free (gpointer data); /* A GDestroyNotify. */
/* Jobs of a worker.  The result is a GeoNodeData; errors are GEO_NODE_ERROR. */
/* data: the path of the journal, which is open. */
gpointer geo_node_load_job (GeoWorker *worker, gpointer data, GError **error);
/* data: GPtrArray of paths; the first that was joined is opened and read.
 * GEO_NODE_ERROR_NOT_JOINED. */
gpointer geo_node_open_job (GeoWorker *worker, gpointer data, GError **error);
/* The same to look only, while others may write. */
gpointer geo_node_look_job (GeoWorker *worker, gpointer data, GError **error);
/* How many lines of history after seen the person does not know of; seen -1: it
 * is not known what was. */
gboolean geo_node_count_unread (GeoJournal *journal,
                                gint64 seen,
                                guint *unread,
                                gint64 *newest,
                                GError **error);
gchar *geo_node_get_seen_path (const gchar *journal_path);
/* data: a GeoNodeJoin; makes folder and journal where they are not there. */
typedef struct {
  gchar *path;
  gchar *link; /* With which it was joined just now; or NULL */
  GeoRecordBody *body;
  GeoSecret *secret;
  GeoTime at;
} GeoNodeJoin;
void geo_node_join_free (gpointer data);
gpointer geo_node_join_job (GeoWorker *worker, gpointer data, GError **error);
/* The store's error, for people. */
GError *geo_node_storage_error (const GError *error);
/* A new party and lists of what is on disk.  FALSE: what is there does not
 * hold. */
gboolean geo_node_take_data (GeoNode *self, GeoNodeData *data, GError **error);
/* "joined" as it stands on disk: the address and the fingerprint. */
gchar *geo_node_write_hub (const gchar *address, const gchar *fingerprint);
void
geo_node_read_hub (const gchar *text, gchar **address, gchar **fingerprint);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GeoNodeData, geo_node_data_free)

/* --- geo-node-session.c ------------------------------------------------- */

/* Makes the client for the hub's address and starts it. */
gboolean geo_node_connect (GeoNode *self, GError **error);
/* The same; why not is said as the state of the connection. */
void geo_node_dial (GeoNode *self);
/* Closes the session and tells the party and whoever waits for an answer. */
void geo_node_disconnect (GeoNode *self);
gboolean geo_node_is_signed_in (GeoNode *self);
/* A new party of what is on disk.  message: why the last one had to go, where a
 * write failed; NULL otherwise.  Then, if the node is wanted, the hub. */
void geo_node_reload (GeoNode *self, const gchar *message);
/* geo-node-give-back.c: answers the SYNC of a hub that was put back. */
void geo_node_give_back (GeoNode *self, const GeoMessage *sync);
void geo_node_say_put_back (GeoNode *self);
/* The hub has read what was sent before the PING that this answers. */
void geo_node_heard_given (GeoNode *self, const GeoMessage *pong);

void geo_node_told_synced (GeoNode *self);
/* Stops believing the hub. */
void geo_node_fault (GeoNode *self, const gchar *message, gboolean foreign);
/* Another hub answers than the one that was joined. */
void geo_node_fault_foreign (GeoNode *self);
/* What is missing, and everything that is open. */
void geo_node_catch_up (GeoNode *self);
/* opened: as below. */
void geo_node_hand_to_party (GeoNode *self,
                             const GeoMessage *message,
                             const gchar *opened);

/* Whatever the hub says after it answered.  opened: of a message that was
 * prepared, what came of it; or NULL. */
void
geo_node_hear (GeoNode *self, const GeoMessage *message, const gchar *opened);

/* --- geo-node-login.c --------------------------------------------------- */

/* There is a session: says HELLO. */
void geo_node_login_begin (GeoNode *self);
/* Nobody is signed in any more. */
void geo_node_login_drop (GeoNode *self);
/* FALSE: it was not said while signing in. */
gboolean geo_node_login_hear (GeoNode *self, const GeoMessage *message);
/* Until there is a party to hear it. */
void geo_node_login_keep (GeoNode *self, const GeoMessage *message);
/* Takes error. */
void geo_node_fail_join (GeoNode *self, GError *error);

/* --- geo-node-incoming.c ------------------------------------------------- */

void geo_node_incoming_init (GeoNode *self);
void geo_node_incoming_clear (GeoNode *self);
/* What comes from a hub that is signed in at.  FALSE: it need not wait. */
gboolean geo_node_incoming_take (GeoNode *self, const GeoMessage *message);
/* There is room on the way to the disk again. */
void geo_node_incoming_go_on (GeoNode *self);
/* Nothing of that session is heard any more. */
void geo_node_incoming_drop (GeoNode *self);

/* --- geo-node-catch-up.c ------------------------------------------------- */

void geo_node_catch_up_init (GeoNode *self);
void geo_node_catch_up_clear (GeoNode *self);
/* SYNC is about to be sent. */
void geo_node_begin_catch_up (GeoNode *self);
void geo_node_end_catch_up (GeoNode *self);
/* An entry was applied. */
void geo_node_told_progress (GeoNode *self);
/* One of the hub's last, which somebody may want to be told of. */
gboolean geo_node_is_news (GeoNode *self, const GeoEntry *entry);
/* What is between us and them has changed: it is shown now, or in a moment. */
void geo_node_changed_with (GeoNode *self, const GeoPid *pid);
void geo_node_changed_totals (GeoNode *self);
/* History has grown: the same. */
void geo_node_changed_history (GeoNode *self);

/* --- geo-node-state.c --------------------------------------------------- */

void geo_node_state_init (GeoNode *self);
void geo_node_state_clear (GeoNode *self);
/* Any thread: what is known of the copy of that journal, or NULL. */
GeoStateCopy *geo_node_state_read (const gchar *journal_path);
/* A new party; takes known. */
void geo_node_state_load (GeoNode *self, GeoStateCopy *known);
/* Signed in; has_more: there are entries to catch up with.  TRUE: catching up
 * waits for the copy, and geo_node_catch_up () is called later. */
gboolean geo_node_state_begin (GeoNode *self, gboolean has_more);
void geo_node_state_disconnected (GeoNode *self);
void geo_node_state_synced (GeoNode *self);
/* Something that the copy holds is not as it was. */
void geo_node_state_changed (GeoNode *self);
void geo_node_state_answer (GeoNode *self, const GeoMessage *message);
/* TRUE: it was an answer to a question from there. */
gboolean geo_node_state_error (GeoNode *self, const GeoMessage *message);

/* --- geo-node-actions.c ------------------------------------------------- */

/* Takes actions. */
void geo_node_run (GeoNode *self, GPtrArray *actions);
/* GeoRecordBody in their order, borrowed: what the party wants stored and is
 * not known to be on disk. */
GPtrArray *geo_node_list_waiting (const GeoNode *self);
/* A change of their key is on its way to the disk, and nobody was told yet. */
gboolean geo_node_will_tell_key (const GeoNode *self, const GeoPid *pid);
/* Drops the party and all it wanted. */
void geo_node_drop_party (GeoNode *self);
void geo_node_storage_failed (GeoNode *self, const GError *error);

/* --- geo-node-lists.c --------------------------------------------------- */

void geo_node_lists_init (GeoNode *self);
void geo_node_lists_clear (GeoNode *self);
void geo_node_lists_load (GeoNode *self, const GeoNodeData *data);
/* One for each equivalent of the community as it is now. */
void geo_node_load_totals (GeoNode *self);
/* In the list, if it was not there. */
void geo_node_put_person (GeoNode *self, const GeoPid *pid, const gchar *name);
/* The name where the party knows one, else NULL.  Borrowed. */
const gchar *geo_node_find_name (GeoNode *self, const GeoPid *pid);
/* What is between us and them may have changed; present: they belong in the
 * list even if there is nothing. */
void
geo_node_refresh_person (GeoNode *self, const GeoPid *pid, gboolean present);
void geo_node_refresh_people (GeoNode *self);
void geo_node_refresh_totals (GeoNode *self);
void geo_node_refresh_name (GeoNode *self, const GeoParticipant *person);
void geo_node_set_pending (GeoNode *self,
                           const GeoTrustLine *line,
                           gboolean pending);

/* --- geo-safety.c ------------------------------------------------------- */

/* Whom this person compared keys with.  Any thread. */
GKeyFile *geo_node_notes_read (const gchar *journal_path);
/* {PID: key} as canonical JSON. */
/* By and by. */
void geo_node_notes_save (GeoNode *node);
gchar *geo_node_notes_write (GKeyFile *notes);
/* Into the state copy, and from it what is not known here; func is called, at
 * once or later, when that is on disk: before it is said anywhere that what was
 * fetched is here, and before the file is read again. */
typedef void (*GeoNotesFunc) (gpointer user_data);
typedef struct {
  GeoNotesFunc func;
  gpointer user_data;
} GeoNotesWaiter;
void geo_node_notes_give (GeoNode *self, GeoStateMemory *memory);
void geo_node_notes_take (GeoNode *self,
                          const GeoStateMemory *memory,
                          GeoNotesFunc func,
                          gpointer user_data);

/* --- geo-node-keys.c ---------------------------------------------------- */

/* K6: which key this profile uses here, and with what words it is shown; takes
 * it from data.  FALSE: the journal belongs to somebody else. */
gboolean geo_node_take_keys (GeoNode *self, GeoNodeData *data, GError **error);
/* Of a new party. */
void geo_node_load_keys (GeoNode *self, const GeoNodeData *data);
/* K6: where the new key has signed nothing yet, "joined" is the first. */
void geo_node_confirm_keys (GeoNode *self);
/* How far the hub's clock is from ours, as far as a key is changed by it: one
 * that is years ahead would make a key that was left count for years (K4). */
GeoTime geo_node_trust_clock (GeoTime ahead);
/* K7: the hub found our change of the key too old: it is said anew.  FALSE:
 * that cannot be, or was done already. */
gboolean geo_node_renew_rotation (GeoNode *self);
/* Caught up: whether those who matter here use another key by now. */
void geo_node_ask_people (GeoNode *self);
void geo_node_told_key (GeoNode *self, const GeoTold *told);

/* --- geo-node-clearing.c ------------------------------------------------ */

/* As the party has them now. */
void geo_node_refresh_proposals (GeoNode *self);

/* --- geo-node-invitations.c --------------------------------------------- */

/* Of workers. */
GeoLink *geo_node_read_joined_by (const gchar *journal_path);
gboolean geo_node_write_joined_by (const gchar *journal_path,
                                   const gchar *link,
                                   GError **error);
/* The link that is being joined with, as it is kept; NULL: there is none. */
gchar *geo_node_write_join_link (GeoNode *self);
/* K8: that the hub to be joined knows nobody with our words. */
GError *geo_node_stranger_error (void);
/* It is joined already; the link is kept in the place of the former one. */
void geo_node_joined_again (GeoNode *self);
/* What was joined with is taken up, if it has not been yet. */
void geo_node_invitation_connected (GeoNode *self);

/* --- geo-node-requests.c ------------------------------------------------ */

/* FALSE and an answered task, which is taken then: nothing can be signed now.
 */
gboolean geo_node_can_ask (GeoNode *self, GTask *task);
gchar *geo_node_make_request_id (void);
/* Takes task, actions and error: answers when the request is stored, or why it
 * cannot be made. */
void geo_node_finish_asking (GeoNode *self,
                             GTask *task,
                             gboolean holds,
                             const GeoHash *hash,
                             GPtrArray *actions,
                             GError *error);

void geo_node_requests_init (GeoNode *self);
void geo_node_requests_clear (GeoNode *self);
/* Of a job: GeoJournalRequest. */
GPtrArray *geo_node_read_requests (GeoJournal *journal, GError **error);
void geo_node_requests_load (GeoNode *self, GPtrArray *requests);
void geo_node_refresh_requests (GeoNode *self);
void geo_node_told_request (GeoNode *self, const GeoTold *told);
void geo_node_told_blocked (GeoNode *self, const GeoPid *pid);
void
geo_node_fail_requests (GeoNode *self, GeoNodeError code, const gchar *message);

/* --- geo-evidence-file.c ------------------------------------------------ */

gchar *
geo_evidence_write (const GeoCommunity *community, const GeoEvidence *evidence);
gchar *
geo_evidence_say (const GeoCommunity *community, const GeoEvidence *evidence);
/* GeoEvidenceItem of GeoJournalEvidence, in the same order.  Any thread. */
GPtrArray *
geo_evidence_make_items (const GeoCommunity *community, const GPtrArray *held);

/* --- geo-finding.c ------------------------------------------------------ */

void geo_node_findings_load (GeoNode *node, const GeoNodeData *data);
/* Evidence was stored. */
void geo_node_findings_refresh (GeoNode *node);

/* --- geo-node-pay.c ----------------------------------------------------- */

void geo_node_pay_init (GeoNode *self);
void geo_node_pay_clear (GeoNode *self);
void geo_node_pay_load (GeoNode *self, const GeoNodeData *data);
void geo_node_told_payment (GeoNode *self, const GeoTold *told);
/* One without an order, as GeoRest makes them.  Borrowed. */
GeoPayment *geo_node_put_payment (GeoNode *self,
                                  const gchar *tx_id,
                                  const GeoPid *to,
                                  const gchar *equivalent,
                                  guint precision,
                                  GeoAmount amount,
                                  GeoTime started_at);
/* Payments that are not among these open orders were never stored; message: why
 * not. */
void geo_node_forget_unstored (GeoNode *self,
                               GPtrArray *orders,
                               const gchar *message);
/* geo_node_pay () of a request that is stored. */
GeoPayment *geo_node_pay_invoice (GeoNode *self,
                                  const gchar *tx_id,
                                  const GeoHash *invoice,
                                  const GeoPid *to,
                                  const gchar *equivalent,
                                  GeoAmount amount,
                                  const gchar *text,
                                  GError **error);
/* Borrowed; NULL if it is none of ours. */
GeoPayment *geo_node_find_order (GeoNode *self, const GeoHash *order);

/* --- geo-node-calls.c --------------------------------------------------- */

void geo_node_calls_init (GeoNode *self);
/* All that wait get this answer. */
void
geo_node_fail_calls (GeoNode *self, GeoNodeError code, const gchar *message);
/* An answer to one of them; the party has seen it where it concerns it. */
void geo_node_answer_call (GeoNode *self, const GeoMessage *message);
void geo_node_told_line (GeoNode *self, const GeoTold *told);
/* What a GEO_PARTY_ERROR means here; takes error. */
GError *geo_node_party_error (GError *error);

G_END_DECLS
