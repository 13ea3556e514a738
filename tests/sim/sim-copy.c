/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * State copies (§8) in the simulated town: a node leaves one with the hub after
 * each change and fetches one that is newer than it knows before it catches up,
 * when and as the light node does, over the network; what is in one, and what a
 * journal takes from it, is the light node's own.  In rest, that the words and
 * this bring back what the journal said, to the byte.
 */
#include "node/geo-state-codec-private.h"
#include "protocol/geo-party-private.h"
#include "sim-node-private.h"

/* As the light node has them. */
#define ANSWER_MS_MAX 5000
#define CHANGE_MS 200
#define AGAIN_MS 60000
#define FAILURES_MAX 3
#define ASKED_MS 5000
#define STORED_MS 4
#define LISTED_MAX 500

typedef enum {
  STAGE_NONE = 0,
  STAGE_ASKED, /* For the list of parts. */
  STAGE_FETCHING,
  STAGE_STORING,
  STAGE_IDLE,
  STAGE_MAKING,
  STAGE_PUTTING,
} Stage;

struct _SimCopy {
  Stage stage;
  gchar *msg_id; /* Of what is waited for. */
  guint due; /* The one event that counts. */
  gboolean change_due;
  gboolean is_awaited; /* Catching up has not begun. */
  gboolean is_synced;
  gboolean is_changed;
  gboolean is_partial; /* What the hub has could not be read whole. */
  guint failures;
  GeoStateCopy *known; /* In its own file. */
  GeoStateCopy *offered;
  GPtrArray *parts;
  GeoStateCopy *putting;
  GeoStateMemory *memory;
};

static void go_on (SimNode *node);
static void make_later (SimNode *node, gint64 in_ms);

/* --- Small things --------------------------------------------------------- */

SimCopy *
sim_copy_new (void) {
  SimCopy *copy = g_new0 (SimCopy, 1);

  copy->memory = geo_state_memory_new ();
  return copy;
}

static void
forget_exchange (SimCopy *copy) {
  copy->due++;
  copy->change_due = FALSE;
  g_clear_pointer (&copy->msg_id, g_free);
  g_clear_pointer (&copy->offered, geo_state_copy_free);
  g_clear_pointer (&copy->putting, geo_state_copy_free);
  g_clear_pointer (&copy->parts, g_ptr_array_unref);
  copy->stage = STAGE_NONE;
  copy->is_awaited = copy->is_synced = copy->is_partial = FALSE;
}

void
sim_copy_free (SimCopy *copy) {
  forget_exchange (copy);
  geo_state_copy_free (copy->known);
  geo_state_memory_free (copy->memory);
  g_free (copy);
}

void
sim_copy_disconnected (SimNode *node) {
  forget_exchange (node->copy);
}

/* What was in memory only is gone; with the journal, what was beside it. */
void
sim_copy_fall (SimNode *node, gboolean is_lost) {
  SimCopy *copy = node->copy;

  forget_exchange (copy);
  copy->failures = 0;
  copy->is_changed = FALSE;
  geo_state_memory_free (copy->memory);
  copy->memory = geo_state_memory_new ();
  if (is_lost)
    g_clear_pointer (&copy->known, geo_state_copy_free);
}

static const gchar *
text_cb (const GeoOrder *order, gpointer user_data) {
  const SimNode *node = user_data;

  return geo_state_memory_find_text (node->copy->memory, order);
}

void
sim_copy_use (SimNode *node) {
  if (node->party != NULL)
    geo_party_set_text_func (node->party, text_cb, node);
}

static SimEvent *
due_in (SimNode *node, gint64 in_ms) {
  SimEvent *event = sim_add_event (node->sim, SIM_EVENT_NODE_COPY, in_ms);

  event->node = node;
  event->life = node->life;
  event->generation = ++node->copy->due;
  return event;
}

/* Takes message. */
static void
ask (SimNode *node, GeoMessage *message) {
  SimCopy *copy = node->copy;

  g_free (copy->msg_id);
  copy->msg_id = g_strdup_printf ("copy-%u", ++node->sim->n_ids);
  geo_message_set_id (message, copy->msg_id);
  copy->change_due = FALSE;
  due_in (node, ANSWER_MS_MAX);
  sim_send_to_hub (node, message, 0);
  geo_message_free (message);
}

/* --- Using it ------------------------------------------------------------- */

/* K4, as the light node looks at it. */
static gboolean
is_ours (const SimNode *node, const GeoStateCopy *there) {
  const GeoStateCopy *known = node->copy->known;
  GeoKeyChain keys;

  geo_key_chain_of (node->self, &keys);
  if (known != NULL && geo_state_copy_verify (known, &node->self->key, NULL))
    geo_key_chain_of_key (&node->self->key, &keys);
  return geo_pid_equal (&there->participant, &node->pid) &&
         geo_key_chain_check_copy (&keys, there, NULL);
}

static void
go_on (SimNode *node) {
  SimCopy *copy = node->copy;
  gboolean is_awaited = copy->is_awaited;

  copy->due++;
  g_clear_pointer (&copy->msg_id, g_free);
  g_clear_pointer (&copy->parts, g_ptr_array_unref);
  g_clear_pointer (&copy->putting, geo_state_copy_free);
  copy->stage = STAGE_IDLE;
  copy->is_awaited = FALSE;
  if (is_awaited) {
    /* What the hub has said meanwhile it has not forgotten. */
    node->hub_sequence = MAX (node->hub_sequence,
                              geo_party_get_sequence (node->party, NULL));
    sim_node_catch_up (node);
  }
  if (copy->is_synced)
    sim_copy_changed (node);
}

/* Nothing has happened here yet that a new start would lose. */
static gboolean
is_fresh (SimNode *node) {
  return node->copy->is_awaited && node->party != NULL &&
         geo_party_get_sequence (node->party, NULL) == 0 &&
         geo_party_count_open (node->party) == 0 &&
         g_queue_is_empty (&node->lists);
}

/* What the journal took: the simulator hears of each record. */
static void
hear_stored (SimNode *node) {
  g_autoptr (GError) error = NULL;
  gint64 count = geo_journal_count_records (node->journal, &error);

  if (count < 0)
    sim_fail_store (node->sim, node, "store", error);
  for (gint64 n = node->n_records + 1; n <= count; n++) {
    g_autoptr (GeoRecord) record = NULL;
    g_autofree gchar *text = NULL;
    g_autoptr (GeoRecordBody) body = NULL;

    if (!geo_journal_get_record (node->journal, n, &record, &text, &error) ||
        (body = geo_record_body_from_text (text, -1, &error)) == NULL)
      sim_fail_store (node->sim, node, "store", error);
    sim_said_stored (node, body, record->kind);
  }
}

/* As the light node does, where it is not made anew. */
static void
learn (SimNode *node, const GeoStateMemory *kept) {
  g_autoptr (GPtrArray) waiting = sim_node_list_waiting (node);
  GPtrArray *actions = geo_actions_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) requests =
      geo_journal_list_requests (node->journal, FALSE, 0, LISTED_MAX, &error);

  if (requests == NULL)
    sim_fail_store (node->sim, node, "store", error);
  if (node->party->former->len == 0)
    sim_keys_load (node, node->party);
  for (guint i = 0; i < kept->records->len; i++) {
    const GeoStateRecord *record = g_ptr_array_index (kept->records, i);

    if (record->is_stored)
      geo_party_learn_stored (node->party, record->body, actions);
  }
  for (guint i = 0; i < requests->len; i++) {
    const GeoJournalRequest *request = g_ptr_array_index (requests, i);

    geo_party_learn_request (node->party, request->letter, request->state,
                             waiting, sim_node_now (node), actions);
  }
  sim_node_run (node, actions);
}

static void
store (SimNode *node) {
  SimCopy *copy = node->copy;
  g_autoptr (GeoStateMemory) kept = geo_state_memory_new ();
  g_autoptr (GError) error = NULL;

  if (!sim_keys_bring_back (node, copy->memory->former))
    return;
  geo_state_memory_add_kept (kept, copy->memory);
  if (!geo_state_memory_store (kept, node->journal, node->secret,
                               &node->community->community, &error))
    sim_fail_store (node->sim, node, "copy", error);
  hear_stored (node);
  sim_count (node->sim, SIM_COUNT_copies_used);
  if (is_fresh (node))
    sim_node_load (node);
  else
    learn (node, kept);
  if (node->party != NULL && node->copy->stage == STAGE_STORING)
    go_on (node);
}

static gboolean
decode (SimNode *node, GeoStateMemory *memory, GBytes *part) {
  const GeoPid *community = &node->community->community;

  for (guint i = 0; node->former != NULL && i < node->former->len; i++)
    if (geo_state_decode (memory, part, g_ptr_array_index (node->former, i),
                          community, &node->pid, NULL))
      return TRUE;
  return geo_state_decode (memory, part, node->secret, community, &node->pid,
                           NULL);
}

static void
use_parts (SimNode *node) {
  SimCopy *copy = node->copy;
  GeoStateMemory *fetched = geo_state_memory_new ();

  copy->failures = 0;
  for (guint i = 0; i < copy->parts->len; i++)
    if (!decode (node, fetched, g_ptr_array_index (copy->parts, i)))
      copy->is_partial = TRUE;
  sim_trace (node->sim, node, "has fetched its copy%s",
             copy->is_partial ? ", and cannot read all of it" : "");
  geo_state_memory_free (copy->memory);
  copy->memory = fetched;
  copy->stage = STAGE_STORING;
  due_in (node, sim_random_below (&node->sim->random, STORED_MS));
}

static void
fetch_failed (SimNode *node) {
  SimCopy *copy = node->copy;

  if (copy->is_awaited && ++copy->failures < FAILURES_MAX &&
      node->session != NULL) {
    sim_node_sign_in_again (node);
    return;
  }
  copy->is_partial = TRUE;
  node->lacks_copy |= copy->is_awaited;
  go_on (node);
}

static void
fetch_next (SimNode *node) {
  SimCopy *copy = node->copy;
  GeoMessage *message;

  if (copy->parts->len == copy->offered->parts->len) {
    use_parts (node);
    return;
  }
  message = geo_message_new (GEO_MESSAGE_STATE_GET, NULL);
  message->u.state_get->has_part = TRUE;
  message->u.state_get->part = g_array_index (copy->offered->parts, GeoHash,
                                              copy->parts->len);
  ask (node, message);
}

static void
take_list (SimNode *node, const GeoStateCopy *there) {
  SimCopy *copy = node->copy;
  gint64 known = copy->known != NULL ? copy->known->version : 0;

  if (there != NULL && !is_ours (node, there)) {
    /* K4: it left that by a clock that was ahead, with a key it left since. */
    if (!node->sim->is_old && !node->was_ahead)
      sim_fail (node->sim, node, "copy", "it is shown a copy that is not its");
    there = NULL;
  }
  if ((there == NULL && known > 0) ||
      (there != NULL && there->version < known)) {
    if (!node->sim->is_old && !node->was_ahead)
      sim_fail (node->sim, node, "copy", "the hub shows an older copy");
    copy->is_changed = TRUE;
    go_on (node);
    return;
  }
  if (there == NULL || sim_plants (node->sim, SIM_PLANT_COPY_IGNORED)) {
    copy->is_changed = TRUE;
    go_on (node);
    return;
  }
  copy->offered = geo_state_copy_copy (there);
  if (there->version == known) {
    go_on (node);
    return;
  }
  copy->stage = STAGE_FETCHING;
  copy->parts = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  fetch_next (node);
}

static void
take_part (SimNode *node, GBytes *data) {
  SimCopy *copy = node->copy;
  gsize len;
  gconstpointer bytes = g_bytes_get_data (data, &len);
  GeoHash hash;

  geo_hash_of (bytes, len, &hash);
  if (!geo_hash_equal (&hash, &g_array_index (copy->offered->parts, GeoHash,
                                              copy->parts->len)))
    sim_fail (node->sim, node, "copy", "a part of its copy is another one");
  g_ptr_array_add (copy->parts, g_bytes_ref (data));
  fetch_next (node);
}

/* TRUE where catching up waits for it. */
gboolean
sim_copy_begin (SimNode *node, gboolean has_more) {
  SimCopy *copy = node->copy;

  forget_exchange (copy);
  copy->stage = STAGE_ASKED;
  copy->is_awaited = has_more;
  ask (node, geo_message_new (GEO_MESSAGE_STATE_GET, NULL));
  return has_more;
}

/* --- Making it ------------------------------------------------------------ */

static void
hash_part (GBytes *part, GeoHash *out) {
  gsize len;
  gconstpointer bytes = g_bytes_get_data (part, &len);

  geo_hash_of (bytes, len, out);
}

static GPtrArray *
make_parts (SimNode *node) {
  g_autoptr (GeoStateMemory) memory = geo_state_memory_new ();
  g_autoptr (GError) error = NULL;

  if (!geo_state_memory_load (memory, node->journal, node->copy->memory,
                              &error))
    sim_fail_store (node->sim, node, "store", error);
  for (guint i = 0; node->former != NULL && i < node->former->len; i++)
    g_ptr_array_add (memory->former,
                     geo_secret_ref (g_ptr_array_index (node->former, i)));
  return geo_state_encode (memory, node->secret, &node->community->community,
                           &node->pid);
}

static gboolean
has_part (const GeoStateCopy *there, const GeoHash *hash) {
  for (guint i = 0; there != NULL && i < there->parts->len; i++)
    if (geo_hash_equal (&g_array_index (there->parts, GeoHash, i), hash))
      return TRUE;
  return FALSE;
}

/* Parts that the hub has not, then the list. */
static void
put (SimNode *node, const GeoStateCopy *there) {
  SimCopy *copy = node->copy;
  GeoMessage *message;

  for (guint i = 0; i < copy->parts->len; i++) {
    GBytes *part = g_ptr_array_index (copy->parts, i);
    g_autoptr (GeoMessage) one = NULL;
    GeoHash hash;

    hash_part (part, &hash);
    if (has_part (there, &hash))
      continue;
    one = geo_message_new (GEO_MESSAGE_STATE_PART, NULL);
    one->u.state_part->data = g_bytes_ref (part);
    sim_send_to_hub (node, one, 0);
  }
  message = geo_message_new (GEO_MESSAGE_STATE_PUT, NULL);
  message->u.state_put->copy = geo_state_copy_copy (copy->putting);
  ask (node, message);
}

static gint64
next_version (const SimCopy *copy) {
  gint64 last = copy->known != NULL ? copy->known->version : 0;

  return (copy->offered != NULL ? MAX (last, copy->offered->version) : last) +
         1;
}

static void
set_known (SimCopy *copy, const GeoStateCopy *known) {
  GeoStateCopy *before = copy->known;

  copy->known = geo_state_copy_copy (known);
  geo_state_copy_free (before);
}

static GeoStateCopy *
make_list (SimNode *node, GPtrArray *parts) {
  GeoStateCopy *list = geo_state_copy_new ();
  GeoHash last;

  list->community = node->community->community;
  list->participant = node->pid;
  list->version = next_version (node->copy);
  list->entry_sequence = geo_party_get_sequence (node->party, &last);
  for (guint i = 0; i < parts->len; i++) {
    GeoHash hash;

    hash_part (g_ptr_array_index (parts, i), &hash);
    g_array_append_val (list->parts, hash);
  }
  list->at = sim_node_now (node);
  geo_state_copy_sign (list, node->secret);
  return list;
}

static gboolean
says_the_same (const GeoStateCopy *one, const GeoStateCopy *other) {
  if ((one != NULL ? one->parts->len : 0) != other->parts->len)
    return FALSE;
  for (guint i = 0; i < other->parts->len; i++)
    if (!geo_hash_equal (&g_array_index (one->parts, GeoHash, i),
                         &g_array_index (other->parts, GeoHash, i)))
      return FALSE;
  return TRUE;
}

static void
make_copy (SimNode *node) {
  SimCopy *copy = node->copy;
  g_autoptr (GPtrArray) parts = NULL;
  GeoStateCopy *list;

  /* What could not be read is not written over. */
  if (copy->stage != STAGE_IDLE || !copy->is_synced || copy->is_partial ||
      !sim_node_is_in (node))
    return;
  copy->is_changed = FALSE;
  parts = make_parts (node);
  list = make_list (node, parts);
  if (says_the_same (copy->offered, list)) {
    if (copy->offered != NULL &&
        (copy->known == NULL || copy->known->version < copy->offered->version))
      set_known (copy, copy->offered);
    geo_state_copy_free (list);
    return;
  }
  g_clear_pointer (&copy->parts, g_ptr_array_unref);
  copy->parts = g_steal_pointer (&parts);
  geo_state_copy_free (copy->putting);
  copy->putting = list;
  copy->stage = STAGE_PUTTING;
  put (node, copy->offered);
}

static void
make_later (SimNode *node, gint64 in_ms) {
  if (node->copy->change_due)
    return;
  due_in (node, in_ms);
  node->copy->change_due = TRUE;
}

void
sim_copy_changed (SimNode *node) {
  node->copy->is_changed = TRUE;
  if (node->copy->is_synced && node->copy->stage == STAGE_IDLE)
    make_later (node, CHANGE_MS);
}

void
sim_copy_synced (SimNode *node) {
  if (node->copy->is_synced)
    return;
  node->copy->is_synced = TRUE;
  sim_copy_changed (node);
}

static void
take_put_answer (SimNode *node, const GeoMsgStateResult *answer) {
  SimCopy *copy = node->copy;

  copy->due++;
  if (answer->missing->len > 0) {
    if (copy->putting->version > next_version (copy)) {
      go_on (node);
      return;
    }
    copy->putting->version++;
    geo_state_copy_sign (copy->putting, node->secret);
    put (node, NULL);
    return;
  }
  geo_state_copy_free (copy->offered);
  copy->offered = g_steal_pointer (&copy->putting);
  g_clear_pointer (&copy->parts, g_ptr_array_unref);
  copy->stage = STAGE_IDLE;
  set_known (copy, copy->offered);
  sim_count (node->sim, SIM_COUNT_copies);
  if (copy->is_changed)
    make_later (node, CHANGE_MS);
}

/* --- Hearing -------------------------------------------------------------- */

static void
give_up (SimNode *node) {
  SimCopy *copy = node->copy;

  g_clear_pointer (&copy->putting, geo_state_copy_free);
  if (copy->stage == STAGE_PUTTING) {
    copy->stage = STAGE_IDLE;
    g_clear_pointer (&copy->parts, g_ptr_array_unref);
    g_clear_pointer (&copy->msg_id, g_free);
    copy->is_changed = TRUE;
    copy->change_due = FALSE;
    make_later (node, AGAIN_MS);
  } else if (copy->stage == STAGE_FETCHING) {
    fetch_failed (node);
  } else if (copy->stage == STAGE_ASKED) {
    node->lacks_copy |= copy->is_awaited;
    go_on (node);
    copy->stage = STAGE_NONE;
  }
}

void
sim_copy_event (SimNode *node, const SimEvent *event) {
  SimCopy *copy = node->copy;

  if (event->generation != copy->due)
    return;
  if (copy->stage == STAGE_STORING) {
    store (node);
  } else if (copy->change_due) {
    copy->change_due = FALSE;
    make_copy (node);
  } else {
    give_up (node);
  }
}

/* TRUE where the message is about copies. */
gboolean
sim_copy_answer (SimNode *node, const GeoMessage *message) {
  SimCopy *copy = node->copy;
  gboolean is_answer = copy->msg_id != NULL &&
                       g_str_equal (copy->msg_id, message->msg_id);

  if (message->type == GEO_MESSAGE_ERROR) {
    if (is_answer)
      give_up (node);
    return is_answer;
  }
  if (message->type == GEO_MESSAGE_STATE_PART) {
    if (is_answer && copy->stage == STAGE_FETCHING)
      take_part (node, message->u.state_part->data);
    return TRUE;
  }
  if (message->type != GEO_MESSAGE_STATE_RESULT)
    return FALSE;
  if (is_answer && copy->stage == STAGE_ASKED)
    take_list (node, message->u.state_result->copy);
  else if (is_answer && copy->stage == STAGE_PUTTING)
    take_put_answer (node, message->u.state_result);
  return TRUE;
}

/* --- What must hold ------------------------------------------------------- */

static gboolean
export_cb (const gchar *text, gsize len, gpointer user_data, GError **error) {
  g_string_append_len (user_data, text, (gssize) len);
  return TRUE;
}

static gchar *
export_all (SimNode *node) {
  GString *text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  if (!geo_journal_export (node->journal, "[]", export_cb, text, &error))
    sim_fail_store (node->sim, node, "copy", error);
  return g_string_free (text, FALSE);
}

static void
count_cb (GeoRecordKind kind,
          GeoTime at,
          GeoRecordBody *body,
          gpointer user_data) {
  *(guint *) user_data += kind == GEO_RECORD_KIND_ORDER;
  geo_record_body_free (body);
}

static void
check_same (SimNode *node, const gchar *one, const gchar *other) {
  guint at = 0;

  while (one[at] != '\0' && one[at] == other[at])
    at++;
  if (one[at] == other[at])
    return;
  at -= MIN (at, 120);
  sim_fail (node->sim, node, "copy",
            "its words bring back another journal:\n%.240s\n%.240s", one + at,
            other + at);
}

/* What was trusted before it was asked for stays open where the letter came
 * last, and is done where it is restored first: the order is in no copy. */
static gboolean
was_asked_to_trust (const SimNode *node) {
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, node->party->requests);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (((GeoPartyRequest *) value)->facts.kind == GEO_REQUEST_TRUST)
      return TRUE;
  return FALSE;
}

/* What came too late for its journal is in the copy only. */
static gboolean
lacks_text (SimNode *node) {
  g_autoptr (GeoStateMemory) nothing = geo_state_memory_new ();
  g_autoptr (GeoStateMemory) own = geo_state_memory_new ();
  const GPtrArray *texts = node->copy->memory->texts;
  g_autoptr (GError) error = NULL;

  if (!geo_state_memory_load (own, node->journal, nothing, &error))
    sim_fail_store (node->sim, node, "store", error);
  for (guint i = 0; i < texts->len; i++) {
    const GeoStateText *text = g_ptr_array_index (texts, i);

    if (!geo_state_memory_has_text (own, &text->order))
      return TRUE;
  }
  return node->lacks_copy || node->copy->is_partial;
}

/* What it would leave now is what the hub has. */
static gboolean
is_left (SimNode *node) {
  g_autoptr (GPtrArray) parts = make_parts (node);
  GeoStateCopy *list = make_list (node, parts);
  gboolean same = says_the_same (node->copy->known, list);

  geo_state_copy_free (list);
  return same;
}

/* In rest: somebody loses everything but the words. */
void
sim_copy_check (Sim *sim, SimNode *node) {
  g_autofree gchar *before = NULL;
  g_autofree gchar *after = NULL;
  g_autoptr (GError) error = NULL;
  guint n_former = node->former != NULL ? node->former->len : 0;
  guint n = 0;

  if (!geo_journal_foreach_not_paid (node->journal, GEO_STATE_NOT_PAID_MAX + 1,
                                     count_cb, &n, &error))
    sim_fail_store (sim, node, "store", error);
  /* K4: what it signed by a clock that was ahead, with a key that it left
   * since, is no good any more. */
  if (node->was_ahead && node->self->rotations->len > 0)
    return;
  /* What was sealed to a key that it had only shown can be read once it has
   * changed to it: by whoever is restored, all of it. */
  if (node->unsaid != NULL)
    return;
  /* More than is kept. */
  if (n > GEO_STATE_NOT_PAID_MAX ||
      g_hash_table_size (node->party->requests) > GEO_STATE_REQUESTS_MAX ||
      was_asked_to_trust (node) || lacks_text (node))
    return;
  /* Whom it has nothing to do with may have changed the key since it asked. */
  node->asked = 0;
  sim_keys_ask (node);
  sim_let (sim, ASKED_MS);
  if (!is_left (node))
    sim_fail (sim, node, "copy", "in rest it has not left all it has");
  before = export_all (node);
  sim_node_lose_journal (node);
  sim_let (sim, SIM_RESTORE_MS);
  if (!sim_node_is_in (node))
    sim_fail (sim, node, "copy", "its words do not bring it back");
  sim_trace (sim, node, "is back by its words");
  after = export_all (node);
  /* K6: one that had lost some of them keeps none in its copy. */
  if (n_former == node->self->rotations->len &&
      n_former != (node->former != NULL ? node->former->len : 0))
    sim_fail (sim, node, "keys", "its words do not bring back its former keys");
  check_same (node, before, after);
  sim_count (sim, SIM_COUNT_restored_same);
}
