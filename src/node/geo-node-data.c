/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Opening a journal and reading what a party and the lists begin with.  The
 * jobs here run in the worker's thread and touch nothing of the node; taking
 * the result over is the main context's.
 */
#include "config.h"

#include "node/geo-node-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "net/geo-fault.h"
#include "node/geo-profile-private.h"
#include "node/geo-rest-private.h"
#include "store/geo-store-error.h"

/* An order's deadline is at most this far ahead, so that older answers are of
 * contracts nobody can commit any more. */
/* So many of our payments that were not paid are remembered as such. */
#define REFUSED_MAX 1000
#define ANSWER_AGE_MS_MAX (24 * 3600 * G_GINT64_CONSTANT (1000))
#define RECENT_PAGE_ROWS 1000

void
geo_node_data_free (gpointer user_data) {
  GeoNodeData *data = user_data;

  if (data == NULL)
    return;
  g_clear_pointer (&data->notes, g_key_file_unref);
  g_free (data->path);
  geo_community_free (data->community);
  geo_participant_free (data->self);
  g_free (data->hub);
  g_clear_pointer (&data->rest, json_node_unref);
  g_clear_pointer (&data->lines, g_ptr_array_unref);
  g_clear_pointer (&data->balances, g_ptr_array_unref);
  g_clear_pointer (&data->people, g_ptr_array_unref);
  g_clear_pointer (&data->heard, g_ptr_array_unref);
  g_clear_pointer (&data->votes, g_ptr_array_unref);
  g_clear_pointer (&data->orders, g_ptr_array_unref);
  g_clear_pointer (&data->answers, g_ptr_array_unref);
  g_clear_pointer (&data->refused, g_array_unref);
  g_clear_pointer (&data->recent, g_ptr_array_unref);
  geo_state_copy_free (data->copy);
  g_clear_pointer (&data->requests, g_ptr_array_unref);
  geo_link_free (data->joined_by);
  g_clear_pointer (&data->outbox, g_ptr_array_unref);
  g_clear_pointer (&data->blocked, g_array_unref);
  g_clear_pointer (&data->rotations, g_ptr_array_unref);
  g_clear_pointer (&data->changed, g_array_unref);
  geo_tree_head_free (data->head);
  g_clear_pointer (&data->unproven, g_array_unref);
  g_clear_pointer (&data->evidence, g_ptr_array_unref);
  g_free (data);
}

void
geo_node_join_free (gpointer data) {
  GeoNodeJoin *join = data;

  g_free (join->path);
  g_free (join->link);
  geo_record_body_free (join->body);
  g_clear_pointer (&join->secret, geo_secret_unref);
  g_free (join);
}

/* --- Errors ------------------------------------------------------------- */

static const gchar *
storage_sentence (GeoStoreError code) {
  switch (code) {
  case GEO_STORE_ERROR_OPEN:
    return _ ("The journal could not be opened. Check that its folder is there "
              "and yours.");
  case GEO_STORE_ERROR_FULL:
    return _ ("The disk is full, so nothing was stored and nothing was sent. "
              "Make some room.");
  case GEO_STORE_ERROR_IO:
    return _ ("The disk could not be read or written, so nothing was sent.");
  case GEO_STORE_ERROR_CORRUPT:
    return _ ("The journal on disk is damaged. Keep a copy of it; your words "
              "bring everything back from the hub.");
  case GEO_STORE_ERROR_NEWER:
    return _ ("This journal was written by a newer version. Update first.");
  case GEO_STORE_ERROR_LOCKED:
    return _ ("Another program has this profile open. Close it and try again.");
  case GEO_STORE_ERROR_CONFLICT:
    return _ ("This contradicts what is stored already, so nothing was sent.");
  case GEO_STORE_ERROR_NOT_FOUND:
    return _ ("There is no such thing in the journal.");
  case GEO_STORE_ERROR_VERIFY:
    return _ ("A record of the journal does not hold.");
  }
  return _ ("The disk could not be used, so nothing was sent.");
}

GError *
geo_node_storage_error (const GError *error) {
  if (error->domain == GEO_NODE_ERROR)
    return g_error_copy (error);
  g_debug ("storage: %s", error->message);
  return g_error_new_literal (
      GEO_NODE_ERROR,
      g_error_matches (error, GEO_STORE_ERROR, GEO_STORE_ERROR_LOCKED)
          ? GEO_NODE_ERROR_BUSY
          : GEO_NODE_ERROR_STORAGE,
      error->domain == GEO_STORE_ERROR ? storage_sentence (error->code)
                                       : storage_sentence (0));
}

/* Of jobs. */
static gboolean
fail (GError **error, const GError *failure) {
  g_propagate_error (error, geo_node_storage_error (failure));
  return FALSE;
}

/* --- Reading ------------------------------------------------------------ */

static gboolean
is_open_vote (GeoNodeData *data, const GeoHash *contract) {
  for (guint i = 0; i < data->votes->len; i++) {
    const GeoJournalVote *vote = g_ptr_array_index (data->votes, i);
    GeoHash hash;

    geo_contract_hash (vote->contract, &hash);
    if (geo_hash_equal (&hash, contract))
      return TRUE;
  }
  return FALSE;
}

/* The contract that a record is about where it may still be asked about, or
 * NULL. */
static const GeoContract *
contract_of (const GeoRecordBody *body, GeoTime now) {
  const GeoContract *contract = body->contract;

  if (body->entry != NULL)
    contract = body->entry->certificate != NULL
                   ? body->entry->certificate->contract
                   : NULL;
  if (contract == NULL || contract->deadline + GEO_CLOCK_TOLERANCE_MS < now)
    return NULL;
  return contract;
}

/* P4: the hub's no is not forgotten, so that a yes after it is seen. */
static void
note_refused (GeoNodeData *data, const GeoRefusal *refusal) {
  if (refusal == NULL ||
      !geo_pid_equal (&refusal->voter, &data->community->community))
    return;
  g_array_append_vals (data->refused,
                       refusal->has_order ? &refusal->order
                                          : &refusal->contract,
                       1);
}

static void
not_paid_cb (GeoRecordKind kind,
             GeoTime at,
             GeoRecordBody *body,
             gpointer user_data) {
  if (kind == GEO_RECORD_KIND_REFUSED)
    note_refused (user_data, body->refusal);
  geo_record_body_free (body);
}

/* P2: what we said to a contract that may still be asked about must not be said
 * otherwise after a restart, and what was committed is not voted for again. */
static gboolean
read_answers (GeoJournal *journal, GeoNodeData *data, GError **error) {
  gint64 count = geo_journal_count_records (journal, error);
  GeoTime now = geo_node_now ();

  if (count < 0 ||
      !geo_journal_get_forgotten (journal, &data->horizon, error))
    return FALSE;
  for (gint64 n = count; n > 0 && n > count - GEO_NODE_RECENT_RECORDS_MAX;
       n--) {
    g_autoptr (GeoRecord) record = NULL;
    g_autofree gchar *text = NULL;
    g_autoptr (GeoRecordBody) body = NULL;
    const GeoContract *contract;
    GeoHash hash;

    if (!geo_journal_get_record (journal, n, &record, &text, error))
      return FALSE;
    if (record->at < now - ANSWER_AGE_MS_MAX - GEO_CLOCK_TOLERANCE_MS)
      break;
    if (n == count - GEO_NODE_RECENT_RECORDS_MAX + 1)
      data->horizon = MAX (data->horizon, record->at + GEO_CLOCK_TOLERANCE_MS);
    if (record->kind != GEO_RECORD_KIND_VOTE &&
        record->kind != GEO_RECORD_KIND_REFUSED &&
        record->kind != GEO_RECORD_KIND_REFUSAL &&
        record->kind != GEO_RECORD_KIND_ENTRY)
      continue;
    body = geo_record_body_from_text (text, -1, error);
    if (body == NULL)
      return FALSE;
    if (record->kind == GEO_RECORD_KIND_REFUSED) {
      note_refused (data, body->refusal);
      continue;
    }
    contract = contract_of (body, now);
    if (contract == NULL)
      continue;
    geo_contract_hash (contract, &hash);
    if (record->kind == GEO_RECORD_KIND_VOTE && is_open_vote (data, &hash))
      continue;
    g_ptr_array_add (data->answers, g_steal_pointer (&body));
  }
  return TRUE;
}

static gboolean
read_recent (GeoJournal *journal, GeoNodeData *data, GError **error) {
  gint64 before = 0;

  while (data->recent->len < GEO_NODE_RECENT_ROWS_MAX) {
    g_autoptr (GPtrArray) rows =
        geo_journal_list_activity (journal, before, RECENT_PAGE_ROWS, error);
    const GeoActivity *last;

    if (rows == NULL)
      return FALSE;
    if (rows->len == 0)
      break;
    last = g_ptr_array_index (rows, rows->len - 1);
    before = last->id;
    g_ptr_array_extend_and_steal (data->recent, g_steal_pointer (&rows));
    if (before <= 1)
      break;
  }
  return TRUE;
}

/* What happened without the person's doing. */
#define UNREAD_KINDS                                            \
  (1u << GEO_ACTIVITY_RECEIVED | 1u << GEO_ACTIVITY_TRUST_GOT | \
   1u << GEO_ACTIVITY_CLEARED | 1u << GEO_ACTIVITY_REFUSED)

gboolean
geo_node_count_unread (GeoJournal *journal,
                       gint64 seen,
                       guint *unread,
                       gint64 *newest,
                       GError **error) {
  const GeoActivityFilter filter = { .kinds = UNREAD_KINDS };
  g_autoptr (GPtrArray) last = geo_journal_list_activity (journal, 0, 1, error);
  g_autoptr (GArray) ids = NULL;

  if (last == NULL)
    return FALSE;
  *newest = last->len > 0 ? ((GeoActivity *) last->pdata[0])->id : 0;
  /* Where nobody has looked ever, nothing that was there is news. */
  if (seen < 0) {
    *unread = 0;
    return TRUE;
  }
  ids = geo_journal_find_activity_ids (journal, &filter, seen, error);
  if (ids == NULL)
    return FALSE;
  *unread = ids->len;
  return TRUE;
}

gchar *
geo_node_get_seen_path (const gchar *journal_path) {
  g_autofree gchar *folder = g_path_get_dirname (journal_path);

  return g_build_filename (folder, "seen", NULL);
}

/* A small file beside the journal: it proves nothing, and is lost without harm.
 */
static gint64
read_seen (const gchar *journal_path) {
  g_autofree gchar *path = geo_node_get_seen_path (journal_path);
  g_autofree gchar *text = NULL;
  gint64 seen;

  if (g_file_get_contents (path, &text, NULL, NULL) &&
      g_ascii_string_to_signed (g_strstrip (text), 10, 0, G_MAXINT64, &seen,
                                NULL))
    return seen;
  return -1;
}

static gboolean
read_unread (GeoJournal *journal, GeoNodeData *data, GError **error) {
  data->seen = read_seen (data->path);
  if (!geo_node_count_unread (journal, data->seen, &data->unread, &data->newest,
                              error))
    return FALSE;
  data->never_seen = data->seen < 0;
  if (data->never_seen)
    data->seen = data->newest;
  return TRUE;
}

static gboolean
read_all (GeoJournal *journal, GeoNodeData *data, GError **error) {
  return geo_journal_get_joined (journal, &data->community, &data->self,
                                 &data->hub, error) &&
         (data->lines = geo_journal_list_lines (journal, error)) != NULL &&
         (data->balances = geo_journal_list_balances (journal, error)) !=
             NULL &&
         (data->people = geo_journal_list_people (journal, error)) != NULL &&
         (data->heard = geo_journal_list_heard (journal, error)) != NULL &&
         (data->votes = geo_journal_list_open_votes (journal, error)) != NULL &&
         (data->orders = geo_journal_list_open_orders (journal, error)) !=
             NULL &&
         read_unread (journal, data, error) &&
         geo_journal_get_last_entry (journal, &data->sequence,
                                     &data->entry_hash, error) &&
         geo_journal_get_log (journal, &data->head, &data->proven,
                              &data->proven_index, error) &&
         (data->unproven = geo_journal_list_unproven (journal, data->proven,
                                                      error)) != NULL &&
         (data->evidence = geo_journal_list_evidence (journal, error)) !=
             NULL &&
         (data->activity_count = geo_journal_count_activity (journal, error)) >=
             0 &&
         (data->requests = geo_node_read_requests (journal, error)) != NULL &&
         (data->outbox = geo_journal_list_outbox (journal, error)) != NULL &&
         (data->blocked = geo_journal_list_blocked (journal, error)) != NULL &&
         (data->rotations = geo_journal_list_rotations (journal, error)) !=
             NULL &&
         (data->changed = geo_journal_list_changed (journal, error)) != NULL &&
         read_recent (journal, data, error) &&
         geo_journal_foreach_not_paid (journal, REFUSED_MAX, not_paid_cb, data,
                                       error) &&
         read_answers (journal, data, error);
}

/* There are no records: history is all there is. */
static gboolean
read_hearsay (GeoJournal *journal, GeoNodeData *data, GError **error) {
  data->lines = g_ptr_array_new ();
  data->balances = g_ptr_array_new ();
  data->people = g_ptr_array_new ();
  data->votes = g_ptr_array_new ();
  data->orders = g_ptr_array_new ();
  data->activity_count = geo_journal_count_activity (journal, error);
  return data->activity_count >= 0 && read_unread (journal, data, error) &&
         read_recent (journal, data, error);
}

gpointer
geo_node_load_job (GeoWorker *worker, gpointer data, GError **error) {
  const gchar *path = data;
  g_autoptr (GeoNodeData) read = g_new0 (GeoNodeData, 1);
  g_autoptr (GError) failure = NULL;

  read->path = g_strdup (path);
  read->recent =
      g_ptr_array_new_with_free_func ((GDestroyNotify) geo_activity_free);
  read->answers =
      g_ptr_array_new_with_free_func ((GDestroyNotify) geo_record_body_free);
  read->refused = g_array_new (FALSE, FALSE, sizeof (GeoHash));
  read->copy = geo_node_state_read (path);
  read->notes = geo_node_notes_read (path);
  read->joined_by = geo_node_read_joined_by (path);
  read->rest = geo_rest_read_file (path, &failure);
  if (failure != NULL) {
    fail (error, failure);
    return NULL;
  }
  if (read->rest != NULL) {
    if (read_hearsay (geo_worker_get_journal (worker), read, &failure))
      return g_steal_pointer (&read);
    fail (error, failure);
    return NULL;
  }
  if (read_all (geo_worker_get_journal (worker), read, &failure))
    return g_steal_pointer (&read);
  if (read->community == NULL &&
      g_error_matches (failure, GEO_STORE_ERROR, GEO_STORE_ERROR_NOT_FOUND)) {
    g_set_error_literal (error, GEO_NODE_ERROR, GEO_NODE_ERROR_NOT_JOINED,
                         _ ("No community has been joined yet."));
    return NULL;
  }
  fail (error, failure);
  return NULL;
}

static gpointer
open_one (GeoWorker *worker,
          GPtrArray *paths,
          gboolean read_only,
          GError **error) {
  g_assert (paths->len > 0);
  for (guint i = 0; i < paths->len; i++) {
    const gchar *path = g_ptr_array_index (paths, i);
    g_autoptr (GError) failure = NULL;
    GeoJournal *journal = geo_journal_open (path, read_only, &failure);
    GeoNodeData *read;

    if (journal == NULL) {
      fail (error, failure);
      return NULL;
    }
    geo_worker_set_journal (worker, journal);
    read = geo_node_load_job (worker, (gpointer) path, &failure);
    if (read != NULL)
      return read;
    /* Joining was cut short here once: perhaps another one was joined. */
    geo_worker_set_journal (worker, NULL);
    if (i + 1 < paths->len &&
        g_error_matches (failure, GEO_NODE_ERROR, GEO_NODE_ERROR_NOT_JOINED))
      continue;
    g_propagate_error (error, g_steal_pointer (&failure));
    break;
  }
  return NULL;
}

gpointer
geo_node_open_job (GeoWorker *worker, gpointer data, GError **error) {
  return open_one (worker, data, FALSE, error);
}

gpointer
geo_node_look_job (GeoWorker *worker, gpointer data, GError **error) {
  return open_one (worker, data, TRUE, error);
}

gpointer
geo_node_join_job (GeoWorker *worker, gpointer data, GError **error) {
  const GeoNodeJoin *join = data;
  g_autofree gchar *folder = g_path_get_dirname (join->path);
  g_autoptr (GError) failure = NULL;

  if (!geo_profile_make_folder (folder, error))
    return NULL;
  if (geo_worker_get_journal (worker) == NULL) {
    GeoJournal *journal = geo_journal_open (join->path, FALSE, &failure);

    if (journal == NULL) {
      fail (error, failure);
      return NULL;
    }
    geo_worker_set_journal (worker, journal);
  }
  if (join->link != NULL &&
      !geo_node_write_joined_by (join->path, join->link, &failure)) {
    g_debug ("joined-by: %s", failure->message);
    g_set_error_literal (error, GEO_NODE_ERROR, GEO_NODE_ERROR_STORAGE,
                         storage_sentence (0));
    return NULL;
  }
  geo_fault_point ("node: before joined");
  if (!geo_journal_append (geo_worker_get_journal (worker), join->secret,
                           GEO_RECORD_KIND_JOINED, join->body, join->at, NULL,
                           &failure)) {
    fail (error, failure);
    return NULL;
  }
  geo_fault_point ("node: after joined");
  return geo_node_load_job (worker, join->path, error);
}

/* --- Taking over -------------------------------------------------------- */

gchar *
geo_node_write_hub (const gchar *address, const gchar *fingerprint) {
  return fingerprint != NULL ? g_strconcat (address, "#", fingerprint, NULL)
                             : g_strdup (address);
}

void
geo_node_read_hub (const gchar *text, gchar **address, gchar **fingerprint) {
  const gchar *mark = text != NULL ? strchr (text, '#') : NULL;

  g_free (*address);
  g_free (*fingerprint);
  *address = mark != NULL ? g_strndup (text, (gsize) (mark - text))
                          : g_strdup (text != NULL ? text : "");
  *fingerprint = mark != NULL ? g_strdup (mark + 1) : NULL;
}

/* The journal is ours and says what it should: what is on disk is never
 * believed unseen. */
static gboolean
check_data (GeoNode *self, const GeoNodeData *data, GError **error) {
  g_autoptr (GError) failure = NULL;

  if (!geo_community_check (data->community, &failure) ||
      !geo_participant_check (data->self, &data->community->community,
                              &failure)) {
    g_debug ("joined: %s", failure->message);
    g_set_error_literal (error, GEO_NODE_ERROR, GEO_NODE_ERROR_STORAGE,
                         storage_sentence (GEO_STORE_ERROR_CORRUPT));
    return FALSE;
  }
  return TRUE;
}

static void
load_party (GeoParty *party, const GeoNodeData *data) {
  for (guint i = 0; i < data->people->len; i++)
    geo_party_load_person (party, g_ptr_array_index (data->people, i));
  for (guint i = 0; i < data->heard->len; i++)
    geo_party_load_heard (party, g_ptr_array_index (data->heard, i));
  for (guint i = 0; i < data->lines->len; i++) {
    const GeoJournalLine *line = g_ptr_array_index (data->lines, i);

    if (line->since > 0)
      geo_party_load_line_since (party, line->line, line->since);
    else
      geo_party_load_line (party, line->line, line->in_force);
    if (line->day > 0)
      geo_party_load_inbound (party, &line->line->to, line->line->equivalent,
                              line->day, line->inbound);
  }
  for (guint i = 0; i < data->balances->len; i++) {
    const GeoJournalBalance *balance = g_ptr_array_index (data->balances, i);

    geo_party_load_balance (party, &balance->peer, balance->equivalent,
                            balance->balance);
  }
  geo_party_load_sequence (party, data->sequence,
                           data->sequence > 0 ? &data->entry_hash : NULL);
  geo_party_load_log (party, data->head, data->proven, data->proven_index);
  for (guint i = 0; i < data->unproven->len; i++)
    geo_party_load_unproven (party,
                             &g_array_index (data->unproven, GeoHash, i));
  for (guint i = 0; i < data->orders->len; i++) {
    const GeoJournalOrder *order = g_ptr_array_index (data->orders, i);

    geo_party_load_open_order (party, order->order, order->sealed);
  }
  /* P9: reservations come back with their votes. */
  for (guint i = 0; i < data->votes->len; i++) {
    const GeoJournalVote *vote = g_ptr_array_index (data->votes, i);

    geo_party_load_open_vote (party, vote->contract, vote->order, vote->hops);
  }
  for (guint i = 0; i < data->requests->len; i++) {
    const GeoJournalRequest *request = g_ptr_array_index (data->requests, i);

    geo_party_load_request (party, request->letter, request->state);
  }
  for (guint i = 0; i < data->outbox->len; i++) {
    const GeoJournalLetter *letter = g_ptr_array_index (data->outbox, i);

    geo_party_load_outgoing (party, &letter->to, letter->letter);
  }
  for (guint i = 0; i < data->blocked->len; i++)
    geo_party_load_blocked (party,
                            &g_array_index (data->blocked, GeoPid, i));
  /* Oldest first, as it happened: memory has an end. */
  for (guint i = data->answers->len; i > 0; i--) {
    const GeoRecordBody *body = g_ptr_array_index (data->answers, i - 1);

    if (body->entry != NULL)
      geo_party_load_committed (party, body->entry->certificate->contract);
    else
      geo_party_load_answer (party, body->contract, body->refusal);
  }
  for (guint i = 0; i < data->refused->len; i++)
    geo_party_load_refused (party,
                            &g_array_index (data->refused, GeoHash, i));
  geo_party_load_horizon (party, data->horizon);
}

gboolean
geo_node_take_data (GeoNode *self, GeoNodeData *data, GError **error) {
  if (data->rest != NULL)
    return geo_rest_take_data (self, data, error);
  if (!check_data (self, data, error) ||
      !geo_node_take_keys (self, data, error))
    return FALSE;

  geo_node_drop_party (self);
  g_clear_pointer (&self->community, geo_community_free);
  g_clear_pointer (&self->self, geo_participant_free);
  g_free (self->community_pid_text);
  self->community = g_steal_pointer (&data->community);
  self->self = g_steal_pointer (&data->self);
  self->community_pid_text = geo_pid_to_string (&self->community->community);
  geo_node_read_hub (data->hub, &self->hub, &self->fingerprint);
  if (self->journal_path == NULL)
    self->journal_path = g_strdup (data->path);

  self->party = geo_party_new (self->community, self->self, self->secret);
  load_party (self->party, data);
  geo_node_load_keys (self, data);
  geo_node_state_load (self, g_steal_pointer (&data->copy));
  g_clear_pointer (&self->notes, g_key_file_unref);
  self->notes = g_steal_pointer (&data->notes);
  geo_node_findings_load (self, data);
  geo_link_free (self->joined_by);
  self->joined_by = g_steal_pointer (&data->joined_by);
  geo_node_pay_load (self, data);
  geo_node_lists_load (self, data);
  geo_node_requests_load (self, data->requests);
  geo_node_update_open_count (self);
  geo_node_confirm_keys (self);
  return TRUE;
}
