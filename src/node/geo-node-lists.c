/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The lists a window binds to: people with their relations, totals, activity.
 * They say what the party says and never compute a balance of their own.
 */
#include "config.h"

#include "node/geo-node-private.h"
#include "node/geo-rest-private.h"
#include "node/geo-safety.h"

typedef struct {
  GeoPid peer;
  gchar *equivalent;
} Pending;

static void
pending_free (gpointer data) {
  Pending *pending = data;

  g_free (pending->equivalent);
  g_free (pending);
}

/* --- Names -------------------------------------------------------------- */

const gchar *
geo_node_find_name (GeoNode *self, const GeoPid *pid) {
  const GeoParticipant *person;

  if (self->rest != NULL)
    return geo_rest_find_name (self->rest, pid);
  if (self->party == NULL)
    return NULL;
  person = geo_party_get_person (self->party, pid);
  return person != NULL ? person->name : NULL;
}

static GeoMoved
moved_of (gchar letter) {
  return letter == GEO_JOURNAL_MORE     ? GEO_MOVED_MORE
         : letter == GEO_JOURNAL_TURNED ? GEO_MOVED_TURNED
                                        : GEO_MOVED_LESS;
}

static void
describe_cb (const GeoActivity *activity,
             GeoActivityRow *row,
             gpointer user_data) {
  GeoNode *self = user_data;

  if (row->has_peer)
    row->peer_name = geo_node_find_name (self, &activity->peer);
  if (row->state == GEO_STATE_SENDING && activity->has_order_hash) {
    GeoPayment *payment = geo_node_find_order (self, &activity->order_hash);

    /* A doubt is not on disk: it ends with the evidence that is. */
    if (payment != NULL &&
        geo_payment_get_state (payment) == GEO_STATE_IN_DOUBT)
      row->state = GEO_STATE_IN_DOUBT;
  }
  if (row->state == GEO_STATE_SENDING && self->rest != NULL &&
      activity->tx_id != NULL) {
    GeoPayment *payment = g_hash_table_lookup (self->payments, activity->tx_id);

    if (payment != NULL)
      row->state = geo_payment_get_state (payment) == GEO_STATE_IN_DOUBT
                       ? GEO_STATE_IN_DOUBT
                       : GEO_STATE_SENDING;
  }
  row->unproven = self->rest != NULL;
  if (row->state == GEO_STATE_NOT_PAID) {
    g_autofree gchar *reason =
        activity->kind == GEO_ACTIVITY_REFUSED
            ? geo_phrase_refused_vote (activity->reason)
            : geo_phrase_refusal (activity->code != 0
                                      ? geo_code_to_string (activity->code)
                                      : NULL,
                                  activity->reason, NULL);

    /* Equal sentences are one string, of which there are few. */
    row->reason = g_intern_string (reason);
  } else if (g_strcmp0 (activity->reason, GEO_ACTIVITY_FROZEN) == 0) {
    row->reason = geo_phrase_frozen ();
  } else if (activity->kind == GEO_ACTIVITY_CLEARED &&
             activity->reason != NULL &&
             g_str_has_prefix (activity->reason, GEO_ACTIVITY_SPARE)) {
    const gchar *moved = activity->reason + strlen (GEO_ACTIVITY_SPARE);

    row->over_spares = TRUE;
    row->moved_in = moved_of (moved[0]);
    row->moved_out = moved[0] != '\0' ? moved_of (moved[1]) : GEO_MOVED_LESS;
  }
}

static void
added_cb (GeoActivityModel *model, GeoActivityItem *item, gpointer user_data) {
  GeoNode *self = user_data;
  const gchar *key = geo_activity_item_get_receipt_key (item);

  if (key == NULL || !g_hash_table_remove (self->expected_receipts, key))
    return;
  if (geo_activity_item_get_kind (item) == GEO_ITEM_RECEIVED)
    g_signal_emit_by_name (self, "payment-received", item);
  else if (geo_activity_item_get_kind (item) == GEO_ITEM_CLEARED)
    g_signal_emit_by_name (self, "cleared", item);
}

/* --- The lists themselves ----------------------------------------------- */

void
geo_node_lists_init (GeoNode *self) {
  self->people = g_list_store_new (GEO_TYPE_PERSON);
  self->people_by_pid = g_hash_table_new_full (geo_pid_hash, geo_pid_equal,
                                               g_free, g_object_unref);
  self->totals = g_list_store_new (GEO_TYPE_TOTAL);
  self->proposals = g_list_store_new (GEO_TYPE_PROPOSAL_ITEM);
  self->activity = geo_activity_model_new (describe_cb, self);
  g_signal_connect_object (self->activity, "added", G_CALLBACK (added_cb), self,
                           0);
  self->pending = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                         pending_free);
  self->expected_receipts = g_hash_table_new_full (g_str_hash, g_str_equal,
                                                   g_free, NULL);
}

void
geo_node_lists_clear (GeoNode *self) {
  /* Somebody may hold the model for longer than the node lives. */
  if (self->activity != NULL)
    geo_activity_model_set_worker (self->activity, NULL, 0);
  g_clear_object (&self->people);
  g_clear_object (&self->findings);
  g_clear_pointer (&self->people_by_pid, g_hash_table_unref);
  g_clear_object (&self->totals);
  g_clear_object (&self->proposals);
  g_clear_object (&self->activity);
  g_clear_pointer (&self->pending, g_hash_table_unref);
  g_clear_pointer (&self->expected_receipts, g_hash_table_unref);
  g_clear_pointer (&self->notes, g_key_file_unref);
}

static gint
compare_people (gconstpointer a, gconstpointer b, gpointer user_data) {
  GeoPerson *one = (GeoPerson *) a;
  GeoPerson *other = (GeoPerson *) b;
  gint order = g_utf8_collate (geo_person_get_name (one),
                               geo_person_get_name (other));

  /* Two of one name keep an order. */
  return order != 0 ? order
                    : geo_pid_cmp (geo_person_get_pid (one),
                                   geo_person_get_pid (other));
}

static gboolean
is_pending (GeoNode *self, const GeoPid *pid, const gchar *equivalent) {
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->pending);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    const Pending *pending = value;

    if (geo_pid_equal (&pending->peer, pid) &&
        g_str_equal (pending->equivalent, equivalent))
      return TRUE;
  }
  return FALSE;
}

/* TRUE when there is anything between us. */
static gboolean
get_state (GeoNode *self,
           const GeoPid *pid,
           const gchar *equivalent,
           GeoRelationState *state) {
  const GeoTrustLine *mine = geo_party_get_line (self->party, &self->pid, pid,
                                                 equivalent);
  const GeoTrustLine *theirs = geo_party_get_line (self->party, pid, &self->pid,
                                                   equivalent);

  *state = (GeoRelationState){ 0 };
  state->balance = geo_party_get_balance (self->party, pid, equivalent);
  state->pending = is_pending (self, pid, equivalent);
  if (mine != NULL && mine->status == GEO_LINE_STATUS_ACTIVE) {
    state->has_my_limit = TRUE;
    state->my_limit = mine->limit.amount;
    state->live = mine->policy->consent == GEO_CONSENT_LIVE;
    state->asks_clearing = !mine->policy->auto_clearing;
    state->frozen = geo_trust_line_is_frozen (mine);
    state->has_spare = mine->policy->has_spare_clearing;
    state->spare = mine->policy->spare_clearing.amount;
    state->has_daily = mine->policy->has_daily_limit;
    state->daily = mine->policy->daily_limit.amount;
    geo_party_get_inbound (self->party, pid, equivalent, &state->day,
                           &state->inbound);
  }
  if (theirs != NULL && theirs->status == GEO_LINE_STATUS_ACTIVE) {
    state->has_their_limit = TRUE;
    state->their_limit = theirs->limit.amount;
    state->their_frozen = geo_trust_line_is_frozen (theirs);
    state->has_their_spare = theirs->policy->has_spare_clearing;
    state->their_spare = theirs->policy->spare_clearing.amount;
    state->has_their_daily = theirs->policy->has_daily_limit;
    state->their_daily = theirs->policy->daily_limit.amount;
  }
  return state->pending || state->has_my_limit || state->has_their_limit ||
         geo_amount_cmp (state->balance, GEO_AMOUNT_ZERO) != 0;
}

static void
put_relation (GeoNode *self,
              GeoPerson *person,
              guint rank,
              const GeoRelationState *state) {
  const GeoEquivalent *equivalent =
      g_ptr_array_index (self->community->equivalents, rank);

  geo_person_set_relation (person, equivalent->code,
                           (guint) equivalent->precision, rank, state);
}

void
geo_node_refresh_person (GeoNode *self, const GeoPid *pid, gboolean present) {
  GeoPerson *person = g_hash_table_lookup (self->people_by_pid, pid);
  g_autoptr (GeoPerson) made = NULL;
  guint n = self->community != NULL ? self->community->equivalents->len : 0;
  gboolean is_doubted;

  /* Between a failed write and the new start nothing is known for sure, so what
   * is shown stays. */
  if (self->party == NULL || geo_pid_equal (pid, &self->pid))
    return;

  if (person == NULL)
    person = made = geo_person_new (pid, geo_node_find_name (self, pid));
  geo_person_set_verified (person, geo_node_get_verified (self, pid));
  is_doubted = geo_person_get_key_changed (person);
  geo_person_set_key_changed (person, geo_node_get_key_changed (self, pid));
  for (guint i = 0; i < n; i++) {
    const GeoEquivalent *equivalent =
        g_ptr_array_index (self->community->equivalents, i);
    GeoRelationState state;
    gboolean any = get_state (self, pid, equivalent->code, &state);

    put_relation (self, person, i, any ? &state : NULL);
    present = present || any;
  }
  if (made != NULL && !present)
    return;
  if (made != NULL) {
    g_hash_table_insert (self->people_by_pid, geo_pid_dup (pid),
                         g_object_ref (made));
    g_list_store_insert_sorted (self->people, made, compare_people, NULL);
  }
  if (is_doubted != geo_person_get_key_changed (person))
    geo_node_update_key_doubts (self);
}

void
geo_node_put_person (GeoNode *self, const GeoPid *pid, const gchar *name) {
  g_autoptr (GeoPerson) made = NULL;

  if (g_hash_table_contains (self->people_by_pid, pid) ||
      geo_pid_equal (pid, &self->pid))
    return;
  made = geo_person_new (pid, name);
  g_hash_table_insert (self->people_by_pid, geo_pid_dup (pid),
                       g_object_ref (made));
  g_list_store_insert_sorted (self->people, made, compare_people, NULL);
}

void
geo_node_refresh_people (GeoNode *self) {
  GListModel *people = G_LIST_MODEL (self->people);

  for (guint i = 0; i < g_list_model_get_n_items (people); i++) {
    g_autoptr (GeoPerson) person = g_list_model_get_item (people, i);

    geo_node_refresh_person (self, geo_person_get_pid (person), TRUE);
  }
}

void
geo_node_refresh_name (GeoNode *self, const GeoParticipant *participant) {
  GeoPerson *person = g_hash_table_lookup (self->people_by_pid,
                                           &participant->pid);
  guint position;

  geo_activity_model_rename (self->activity, &participant->pid,
                             participant->name);
  /* What was compared was the key of then. */
  if (person != NULL)
    geo_person_set_verified (person,
                             geo_node_get_verified (self, &participant->pid));
  if (person == NULL || !geo_person_set_name (person, participant->name) ||
      !g_list_store_find (self->people, person, &position))
    return;
  /* The hash table keeps it meanwhile. */
  g_list_store_remove (self->people, position);
  g_list_store_insert_sorted (self->people, person, compare_people, NULL);
}

/* --- Unread ------------------------------------------------------------- */

typedef struct {
  gint64 seen;
  gint64 newest;
  guint unread;
} Unread;

static gpointer
unread_job (GeoWorker *worker, gpointer data, GError **error) {
  Unread *unread = data;

  if (geo_node_count_unread (geo_worker_get_journal (worker), unread->seen,
                             &unread->unread, &unread->newest, error))
    return g_memdup2 (unread, sizeof *unread);
  return NULL;
}

static void
unread_cb (gpointer *result, const GError *error, gpointer user_data) {
  g_autoptr (GeoNode) self = user_data;
  const Unread *unread = *result;

  /* Somebody may have looked meanwhile. */
  if (error != NULL || unread->seen != self->seen)
    return;
  self->newest = unread->newest;
  geo_node_set_unread (self, unread->unread);
}

void
geo_node_refresh_unread (GeoNode *self) {
  Unread unread = { .seen = self->seen };

  geo_worker_push (self->worker, unread_job, g_memdup2 (&unread, sizeof unread),
                   g_free, g_free, unread_cb, g_object_ref (self));
}

typedef struct {
  gchar *path;
  gint64 seen;
} Seen;

static void
seen_free (gpointer data) {
  Seen *seen = data;

  g_free (seen->path);
  g_free (seen);
}

static gpointer
seen_job (GeoWorker *worker, gpointer data, GError **error) {
  const Seen *seen = data;
  g_autofree gchar *text = g_strdup_printf ("%" G_GINT64_FORMAT "\n",
                                            seen->seen);

  g_file_set_contents_full (seen->path, text, -1,
                            G_FILE_SET_CONTENTS_CONSISTENT, 0600, error);
  return NULL;
}

static void
seen_cb (gpointer *result, const GError *error, gpointer user_data) {
  /* It is asked about again after the next start, and no harm is done. */
  if (error != NULL)
    g_debug ("seen: %s", error->message);
}

void
geo_node_mark_read (GeoNode *node) {
  Seen *seen;

  g_assert (GEO_IS_NODE (node));
  if (node->looking || node->journal_path == NULL)
    return;
  node->seen = node->newest;
  geo_node_set_unread (node, 0);
  seen = g_new0 (Seen, 1);
  seen->path = geo_node_get_seen_path (node->journal_path);
  seen->seen = node->seen;
  geo_worker_push (node->worker, seen_job, seen, seen_free, NULL, seen_cb,
                   NULL);
}

/* --- Totals ------------------------------------------------------------- */

/* A sum that does not fit is shown as the largest there is. */
static void
add_to (GeoAmount *sum, GeoAmount amount) {
  if (!geo_amount_add (*sum, amount, sum))
    *sum = geo_amount_cmp (amount, GEO_AMOUNT_ZERO) > 0
               ? GEO_AMOUNT (G_MAXINT64)
               : GEO_AMOUNT (-G_MAXINT64);
}

static void
add_relation (GeoTotalSums *sums, GeoRelation *relation) {
  GeoAmount balance = geo_relation_get_balance (relation);
  gboolean frozen = geo_relation_get_frozen (relation) ||
                    geo_relation_get_their_frozen (relation);
  GeoAmount limit = GEO_AMOUNT_ZERO;
  GeoAmount room, daily, owed;

  add_to (&sums->balance, balance);
  if (geo_amount_cmp (balance, GEO_AMOUNT_ZERO) > 0) {
    add_to (&sums->owed_to_me, balance);
  } else {
    if (geo_amount_neg (balance, &owed))
      add_to (&sums->i_owe, owed);
  }

  /* §1, capacity: their limit, less what I owe, and what they owe me; a debt
   * can be paid back where there is no line, or a frozen one, and whatever is
   * left of a day. */
  if (!frozen)
    geo_relation_get_their_limit (relation, &limit);
  if (geo_amount_add (limit, balance, &room)) {
    if (geo_relation_get_their_daily (relation, &daily))
      room = geo_amount_min (room, geo_amount_max (daily, balance));
    add_to (&sums->can_pay, geo_amount_max (room, GEO_AMOUNT_ZERO));
  }
  limit = GEO_AMOUNT_ZERO;
  if (!frozen)
    geo_relation_get_my_limit (relation, &limit);
  if (geo_amount_sub (limit, balance, &room)) {
    if (geo_relation_get_daily (relation, NULL, &daily) &&
        geo_amount_neg (balance, &owed))
      room = geo_amount_min (room, geo_amount_max (daily, owed));
    add_to (&sums->can_receive, geo_amount_max (room, GEO_AMOUNT_ZERO));
  }
}

void
geo_node_refresh_totals (GeoNode *self) {
  GListModel *totals = G_LIST_MODEL (self->totals);

  for (guint i = 0; i < g_list_model_get_n_items (totals); i++) {
    g_autoptr (GeoTotal) total = g_list_model_get_item (totals, i);
    GeoTotalSums sums = { 0 };
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init (&iter, self->people_by_pid);
    while (g_hash_table_iter_next (&iter, NULL, &value)) {
      GeoRelation *relation =
          geo_person_find_relation (value, geo_total_get_equivalent (total));

      if (relation != NULL)
        add_relation (&sums, relation);
    }
    geo_total_set_sums (total, &sums);
  }
}

void
geo_node_load_totals (GeoNode *self) {
  GListModel *totals = G_LIST_MODEL (self->totals);
  GPtrArray *equivalents = self->community->equivalents;
  gboolean same = g_list_model_get_n_items (totals) == equivalents->len;

  for (guint i = 0; same && i < equivalents->len; i++) {
    const GeoEquivalent *equivalent = g_ptr_array_index (equivalents, i);
    g_autoptr (GeoTotal) total = g_list_model_get_item (totals, i);

    same = g_str_equal (geo_total_get_equivalent (total), equivalent->code) &&
           g_strcmp0 (geo_total_get_symbol (total), equivalent->symbol) == 0;
  }
  /* Windows keep what they are bound to where nothing changed. */
  if (same)
    return;
  g_list_store_remove_all (self->totals);
  for (guint i = 0; i < equivalents->len; i++) {
    const GeoEquivalent *equivalent = g_ptr_array_index (equivalents, i);
    g_autoptr (GeoTotal) total = geo_total_new (
        equivalent->code, equivalent->symbol, (guint) equivalent->precision);

    g_list_store_append (self->totals, total);
  }
}

/* --- Loading ------------------------------------------------------------ */

void
geo_node_set_pending (GeoNode *self,
                      const GeoTrustLine *line,
                      gboolean pending) {
  Pending *pair;

  if (!geo_pid_equal (&line->from, &self->pid))
    return;
  if (!pending) {
    g_hash_table_remove (self->pending, line->line_id);
    return;
  }
  pair = g_new0 (Pending, 1);
  pair->peer = line->to;
  pair->equivalent = g_strdup (line->equivalent);
  g_hash_table_replace (self->pending, g_strdup (line->line_id), pair);
}

void
geo_node_lists_load (GeoNode *self, const GeoNodeData *data) {
  geo_node_load_totals (self);
  geo_activity_model_set_worker (self->activity, self->worker,
                                 data->activity_count);
  self->seen = data->seen;
  self->newest = data->newest;
  geo_node_set_unread (self, data->unread);
  /* From now on there is news. */
  if (data->never_seen)
    geo_node_mark_read (self);

  g_hash_table_remove_all (self->pending);
  for (guint i = 0; i < data->lines->len; i++) {
    const GeoJournalLine *line = g_ptr_array_index (data->lines, i);

    if (!line->in_force)
      geo_node_set_pending (self, line->line, TRUE);
  }
  /* Those who are shown already first, so that what is gone goes. */
  geo_node_refresh_people (self);
  for (guint i = 0; i < data->lines->len; i++) {
    const GeoJournalLine *line = g_ptr_array_index (data->lines, i);
    gboolean mine = geo_pid_equal (&line->line->from, &self->pid);

    geo_node_refresh_person (self, mine ? &line->line->to : &line->line->from,
                             TRUE);
  }
  for (guint i = 0; i < data->balances->len; i++) {
    const GeoJournalBalance *balance = g_ptr_array_index (data->balances, i);

    geo_node_refresh_person (self, &balance->peer, TRUE);
  }
  for (guint i = 0; i < data->recent->len; i++) {
    const GeoActivity *activity = g_ptr_array_index (data->recent, i);

    if ((activity->kind == GEO_ACTIVITY_PAID ||
         activity->kind == GEO_ACTIVITY_RECEIVED) &&
        !g_hash_table_contains (self->people_by_pid, &activity->peer))
      geo_node_refresh_person (self, &activity->peer, TRUE);
  }
  geo_node_refresh_totals (self);
}
