/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * geo-cheat-hub: a hub that lies, made of the same rooms as geo-hub and never
 * installed.  The linker puts it between the rooms (--wrap): it changes what
 * leaves for one participant and signs it with the hub's own key, as a hub that
 * cheats would; everything else is the hub as it is.
 *
 * The file that GEO_CHEAT_FILE names says "LIE PID"; it is read anew each time,
 * and without it the hub is honest.  The lies:
 *
 *   honest    none, and what they are told is remembered for the next lie
 *   drop      the next entry is never sent
 *   reorder   the next two entries are told in the other order, each signed
 *   amount    the next payment is twice as large as its payer ordered
 *   vote      the same, and the payer's order is made to fit and signed anew
 *   yes       the next payment has a vote of theirs that they never gave
 *   beyond    they are taken to trust a hundred times as far as they say,
 *   unasked   to have said that they need not be asked,
 *   thaw      not to have frozen what they did,
 *   daily     to have set no limit for one day,
 *   lend      and to let clearing use what is left of their limits
 *   line      the next trust is ten times as large as its owner gave
 *   both      the next payment is refused to them, and committed all the same
 *   fork      the last entry of theirs is signed anew with another time
 *   logs      the log that they are shown differs in its first leaf
 *   withhold  the next entry and all after it are not there for them
 */
#include "core/geo-contract.h"
#include "core/geo-merkle.h"
#include "hub/geo-hub-main.h"
#include "hub/geo-tree.h"
#include "net/geo-session.h"
#include "protocol/geo-book-private.h"
#include "protocol/geo-reasons.h"
#include "store/geo-hub-store-private.h"

#include <locale.h>
#include <string.h>

gboolean __real_geo_session_send (GeoSession *session, GeoMessage *message);
gboolean __wrap_geo_session_send (GeoSession *session, GeoMessage *message);
GeoTree *__real_geo_tree_new (GeoHubStore *reader,
                              const GeoPid *community,
                              GeoSecret *secret,
                              GError **error);
GeoTree *__wrap_geo_tree_new (GeoHubStore *reader,
                              const GeoPid *community,
                              GeoSecret *secret,
                              GError **error);
GeoMessage *__real_geo_tree_answer (GeoTree *tree,
                                    const GeoPid *pid,
                                    const GeoMessage *query,
                                    GeoTime now,
                                    GeoTime *reserve,
                                    GError **error);
GeoMessage *__wrap_geo_tree_answer (GeoTree *tree,
                                    const GeoPid *pid,
                                    const GeoMessage *query,
                                    GeoTime now,
                                    GeoTime *reserve,
                                    GError **error);
GeoBookLine *__real_geo_book_put_line (GeoBook *book, const GeoTrustLine *line);
GeoBookLine *__wrap_geo_book_put_line (GeoBook *book, const GeoTrustLine *line);
static GeoSecret *secret;
static GHashTable *sessions; /* GeoSession → GeoPid, of those welcomed */
static gint64 told; /* The victim's last entry that was told as it is. */
static gint64 lied; /* The one that a lie is about; 0: none yet. */
static GeoProvenEntry *held; /* reorder */
static GeoProvenEntry *changed; /* What took its place. */
static GeoHubStore *store;

/* --- Whom it lies to ------------------------------------------------------ */

/* A new lie begins with the next entry after those that were told honestly. */
static void
begin (const gchar *lie) {
  lied = 0;
  g_clear_pointer (&held, geo_proven_entry_free);
  if (g_str_has_prefix (lie, "honest"))
    told = 0;
  if (!g_str_has_prefix (lie, "fork"))
    g_clear_pointer (&changed, geo_proven_entry_free);
}

static gboolean
is_victim (const gchar *lie, const GeoPid *pid) {
  static gchar *last = NULL;
  g_autofree gchar *text = NULL;
  g_autofree gchar *meant = NULL;
  g_autofree gchar *name = geo_pid_to_string (pid);
  const gchar *path = g_getenv ("GEO_CHEAT_FILE");

  if (path == NULL || !g_file_get_contents (path, &text, NULL, NULL))
    return FALSE;
  g_strstrip (text);
  if (g_strcmp0 (text, last) != 0) {
    begin (text);
    g_free (last);
    last = g_strdup (text);
  }
  meant = g_strconcat (lie, " ", name, NULL);
  return strcmp (text, meant) == 0;
}

/* --- Forging -------------------------------------------------------------- */

static void
sign_anew (GeoProvenEntry *proven, const GeoHash *subject) {
  proven->entry->subject = *subject;
  geo_entry_sign (proven->entry, secret);
}

/* Larger, with all that the hub's own key can sign; order: the order, too, with
 * a signature that is not its payer's. */
static void
inflate (GeoProvenEntry *proven, gboolean order) {
  GeoCertificate *certificate = proven->certificate;
  GeoContract *contract = certificate->contract;
  g_autoptr (GPtrArray) hops = g_ptr_array_new ();
  GeoHash hash;

  contract->amount.amount.minor *= 2;
  for (guint i = 0; i < proven->hops->len; i++) {
    GeoProvenHop *hop = g_ptr_array_index (proven->hops, i);

    hop->hop->amount.amount.minor *= 2;
    g_ptr_array_add (hops, hop->hop);
  }
  g_assert (hops->len == (guint) contract->hops_count);
  geo_contract_set_hops (contract, hops);
  if (order) {
    certificate->order->amount.amount.minor *= 2;
    geo_order_sign (certificate->order, secret);
    geo_order_hash (certificate->order, &contract->order);
  }
  geo_contract_hash (contract, &hash);
  for (guint i = 0; i < certificate->votes->len; i++) {
    GeoVote *vote = g_ptr_array_index (certificate->votes, i);

    vote->contract = hash;
    if (geo_pid_equal (&vote->voter, &proven->entry->community))
      geo_vote_sign (vote, secret);
  }
  sign_anew (proven, &hash);
}

/* P3: as if they had been asked, and had said yes. */
static void
forge_vote (GeoProvenEntry *proven) {
  GeoCertificate *certificate = proven->certificate;
  GeoContract *contract = certificate->contract;
  GeoVote *forged = geo_vote_new ();
  GeoHash hash;

  g_array_append_val (contract->voters, proven->entry->participant);
  g_array_sort (contract->voters, geo_pid_cmp);
  forged->community = proven->entry->community;
  forged->voter = proven->entry->participant;
  forged->verdict = g_strdup ("accept");
  g_ptr_array_insert (certificate->votes, 0, forged);
  geo_contract_hash (contract, &hash);
  for (guint i = 0; i < certificate->votes->len; i++) {
    GeoVote *vote = g_ptr_array_index (certificate->votes, i);

    vote->contract = hash;
    geo_vote_sign (vote, secret);
  }
  sign_anew (proven, &hash);
}

static void
forge_line (GeoProvenEntry *proven) {
  GeoHash hash;

  proven->line->limit.amount.minor *= 10;
  geo_trust_line_sign (proven->line, secret);
  geo_trust_line_hash (proven->line, &hash);
  sign_anew (proven, &hash);
}

static GeoMessage *
tell_entry (const GeoMessage *like, const GeoProvenEntry *entry) {
  GeoMessage *message = geo_message_new (GEO_MESSAGE_ENTRY, like->msg_id);

  message->u.entry->entry = geo_proven_entry_copy (entry);
  return message;
}

static gboolean
send_entry (GeoSession *session,
            const GeoMessage *like,
            const GeoProvenEntry *entry) {
  g_autoptr (GeoMessage) message = tell_entry (like, entry);

  return __real_geo_session_send (session, message);
}

/* The hub's word that what it has just committed was not. */
static gboolean
send_refusal (GeoSession *session,
              const GeoMessage *like,
              const GeoProvenEntry *entry) {
  g_autoptr (GeoMessage) message = geo_message_new (GEO_MESSAGE_PAYMENT_ABORT,
                                                    like->msg_id);
  GeoRefusal *refusal = message->u.payment_abort->refusal = geo_refusal_new ();

  refusal->community = refusal->voter = entry->entry->community;
  refusal->has_order = TRUE;
  refusal->order = entry->certificate->contract->order;
  refusal->code = GEO_CODE_TIMEOUT;
  refusal->reason = g_strdup (GEO_REASON_DEADLINE_PASSED);
  refusal->at = entry->entry->at;
  geo_refusal_sign (refusal, secret);
  return __real_geo_session_send (session, message);
}

/* Two entries change places; both were to be told for the first time. */
static gboolean
send_swapped (GeoSession *session,
              const GeoMessage *message,
              const GeoProvenEntry *later) {
  g_autoptr (GeoProvenEntry) first = geo_proven_entry_copy (later);
  g_autoptr (GeoProvenEntry) second = geo_proven_entry_copy (held);

  first->entry->sequence = held->entry->sequence;
  first->entry->has_previous = held->entry->has_previous;
  first->entry->previous = held->entry->previous;
  sign_anew (first, &later->entry->subject);
  second->entry->sequence = later->entry->sequence;
  second->entry->has_previous = TRUE;
  geo_entry_hash (first->entry, &second->entry->previous);
  sign_anew (second, &held->entry->subject);
  return send_entry (session, message, first) &&
         send_entry (session, message, second);
}

/* --- What leaves ---------------------------------------------------------- */

static const GeoProvenEntry *
entry_of (const GeoMessage *message) {
  switch ((gint) message->type) {
  case GEO_MESSAGE_TRUST_LINE_RECEIPT:
    return message->u.trust_line_receipt->entry;
  case GEO_MESSAGE_PAYMENT_COMMIT:
    return message->u.payment_commit->entry;
  case GEO_MESSAGE_CLEARING_COMMIT:
    return message->u.clearing_commit->entry;
  case GEO_MESSAGE_ENTRY:
    return message->u.entry->entry;
  case GEO_MESSAGE_RECOVERY_RESPONSE:
    return message->u.recovery_response->entry;
  default: /* Not for people. */
    return NULL;
  }
}

static gboolean
is_payment (const GeoProvenEntry *entry) {
  return entry->entry->kind == GEO_ENTRY_KIND_PAYMENT;
}

/* Each lie about entries takes what it is about first, and stays with it. */
static gboolean
may_lie (const GeoProvenEntry *entry, gboolean fits) {
  if (lied == 0 && fits && entry->entry->sequence > told)
    lied = entry->entry->sequence;
  return lied == entry->entry->sequence;
}

static gboolean
lie_about (GeoSession *session,
           GeoMessage *message,
           const GeoProvenEntry *entry,
           gboolean *sent) {
  const GeoPid *pid = &entry->entry->participant;
  gboolean amount = is_victim ("amount", pid);
  gboolean vote = is_victim ("vote", pid);

  *sent = TRUE;
  if (is_victim ("drop", pid))
    return may_lie (entry, TRUE);
  if (is_victim ("withhold", pid))
    return may_lie (entry, TRUE) || (lied > 0 && entry->entry->sequence > lied);
  if ((amount || vote) && may_lie (entry, is_payment (entry))) {
    if (changed == NULL) {
      changed = geo_proven_entry_copy (entry);
      inflate (changed, vote);
    }
    *sent = send_entry (session, message, changed);
    return TRUE;
  }
  if (is_victim ("yes", pid) && may_lie (entry, is_payment (entry))) {
    if (changed == NULL) {
      changed = geo_proven_entry_copy (entry);
      forge_vote (changed);
    }
    *sent = send_entry (session, message, changed);
    return TRUE;
  }
  if (is_victim ("line", pid) && may_lie (entry, entry->line != NULL)) {
    if (changed == NULL) {
      changed = geo_proven_entry_copy (entry);
      forge_line (changed);
    }
    *sent = send_entry (session, message, changed);
    return TRUE;
  }
  /* In the session in which it was ordered it is refused; whoever asks later is
   * told what was done. */
  if (is_victim ("both", pid) && message->type == GEO_MESSAGE_PAYMENT_COMMIT &&
      may_lie (entry, TRUE)) {
    *sent = send_refusal (session, message, entry);
    return TRUE;
  }
  if (is_victim ("reorder", pid) && may_lie (entry, TRUE)) {
    if (held == NULL)
      held = geo_proven_entry_copy (entry);
    return TRUE;
  }
  if (is_victim ("reorder", pid) && held != NULL &&
      entry->entry->sequence == lied + 1) {
    *sent = send_swapped (session, message, entry);
    return TRUE;
  }
  return FALSE;
}

/* §8: what it told before is told again, and is another. */
static gboolean
send_fork (GeoSession *session, const GeoMessage *welcome) {
  g_autoptr (GeoProvenEntry) other = NULL;

  if (changed == NULL || !is_victim ("fork", &changed->entry->participant))
    return TRUE;
  other = geo_proven_entry_copy (changed);
  other->entry->at++;
  sign_anew (other, &other->entry->subject);
  return send_entry (session, welcome, other);
}

/* withhold: what is not there is not counted either. */
static void
hide (GeoSession *session, GeoMessage *message) {
  const GeoPid *pid = g_hash_table_lookup (sessions, session);
  gint64 *sequence = NULL;

  if (message->type == GEO_MESSAGE_WELCOME) {
    pid = &message->u.welcome->self->pid;
    sequence = &message->u.welcome->sequence;
  } else if (message->type == GEO_MESSAGE_SYNC_RESULT) {
    sequence = &message->u.sync_result->sequence;
  }
  if (sequence != NULL && pid != NULL && lied > 0 &&
      is_victim ("withhold", pid))
    *sequence = MIN (*sequence, lied - 1);
}

static void
forget_cb (gpointer data, GObject *gone) {
  g_hash_table_remove (sessions, gone);
}

static void
note_welcome (GeoSession *session, const GeoMessage *message) {
  if (sessions == NULL)
    sessions = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  if (!g_hash_table_contains (sessions, session))
    g_object_weak_ref (G_OBJECT (session), forget_cb, NULL);
  g_hash_table_replace (sessions, session,
                        geo_pid_dup (&message->u.welcome->self->pid));
}

gboolean
__wrap_geo_session_send (GeoSession *session, GeoMessage *message) {
  const GeoProvenEntry *entry = entry_of (message);
  gboolean sent;

  if (entry != NULL) {
    if (lie_about (session, message, entry, &sent))
      return sent;
    if (is_victim ("honest", &entry->entry->participant)) {
      told = MAX (told, entry->entry->sequence);
      geo_proven_entry_free (changed);
      changed = geo_proven_entry_copy (entry);
    }
    return __real_geo_session_send (session, message);
  }
  if (message->type == GEO_MESSAGE_WELCOME)
    note_welcome (session, message);
  if (sessions != NULL)
    hide (session, message);
  sent = __real_geo_session_send (session, message);
  if (message->type == GEO_MESSAGE_WELCOME)
    sent = sent && send_fork (session, message);
  return sent;
}

/* --- What it reckons with --------------------------------------------------
 */

/* The line is stored and receipted as it is. */
GeoBookLine *
__wrap_geo_book_put_line (GeoBook *book, const GeoTrustLine *line) {
  g_autoptr (GeoTrustLine) other = geo_trust_line_copy (line);

  if (is_victim ("beyond", &line->from))
    other->limit.amount.minor *= 100;
  if (is_victim ("unasked", &line->from))
    other->policy->consent = GEO_CONSENT_STANDING;
  if (is_victim ("thaw", &line->from))
    other->policy->has_frozen = FALSE;
  if (is_victim ("daily", &line->from))
    other->policy->has_daily_limit = FALSE;
  if (is_victim ("lend", &line->from)) {
    other->policy->has_spare_clearing = TRUE;
    other->policy->spare_clearing = line->limit;
  }
  return __real_geo_book_put_line (book, other);
}

/* --- The log -------------------------------------------------------------- */

GeoTree *
__wrap_geo_tree_new (GeoHubStore *reader,
                     const GeoPid *community,
                     GeoSecret *key,
                     GError **error) {
  secret = key;
  store = reader;
  return __real_geo_tree_new (reader, community, key, error);
}

/* The first n, with another at the beginning. */
static GeoHash *
make_other_log (gsize n) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  GeoHash *leaves = g_new0 (GeoHash, n);
  gboolean row;

  g_assert (geo_query_prepare (&query, store->database,
                               "SELECT nodes FROM leaf ORDER BY position",
                               NULL));
  for (gsize i = 0; i < n; i++) {
    g_assert (geo_query_step (&query, &row, NULL) && row);
    memcpy (&leaves[i], sqlite3_column_blob (query.statement, 0),
            sizeof *leaves);
  }
  leaves[0].bytes[0] ^= 1;
  return leaves;
}

static void
show_other_log (GeoLogProof *proof) {
  gsize n = (gsize) proof->head->size;
  g_autofree GeoHash *others = make_other_log (n);

  geo_merkle_root (others, n, &proof->head->root);
  geo_tree_head_sign (proof->head, secret);
  if (proof->consistency->len > 0) {
    g_array_unref (proof->consistency);
    proof->consistency = geo_merkle_consistency (others, (gsize) proof->size,
                                                 n);
  }
  for (guint i = 0; i < proof->leaves->len; i++) {
    GeoLeafProof *leaf = g_ptr_array_index (proof->leaves, i);

    g_array_unref (leaf->proof);
    leaf->proof = geo_merkle_inclusion (others, n, (gsize) leaf->index);
  }
}

/* reorder: each subject is shown where it stands, so that every proof holds. */
static void
swap_leaves (GeoLogProof *proof) {
  for (guint i = 0; i + 1 < proof->leaves->len; i++) {
    GeoLeafProof *one = g_ptr_array_index (proof->leaves, i);
    GeoLeafProof *other = g_ptr_array_index (proof->leaves, i + 1);

    if (one->sequence != lied)
      continue;
    proof->leaves->pdata[i] = other;
    proof->leaves->pdata[i + 1] = one;
    one->sequence++;
    other->sequence--;
    return;
  }
}

GeoMessage *
__wrap_geo_tree_answer (GeoTree *tree,
                        const GeoPid *pid,
                        const GeoMessage *query,
                        GeoTime now,
                        GeoTime *reserve,
                        GError **error) {
  GeoMessage *answer = __real_geo_tree_answer (tree, pid, query, now, reserve,
                                               error);

  if (answer == NULL)
    return NULL;
  if (is_victim ("logs", pid))
    show_other_log (answer->u.log_proof->proof);
  else if (is_victim ("reorder", pid))
    swap_leaves (answer->u.log_proof->proof);
  else if (is_victim ("withhold", pid) && lied > 0)
    g_ptr_array_set_size (answer->u.log_proof->proof->leaves, 0);
  return answer;
}

int
main (int argc, char **argv) {
  setlocale (LC_ALL, "");
  return (int) geo_hub_main (argc, argv);
}
