/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The encrypted copy of what only this wallet knows, left with the hub (§8):
 * asked for after signing in, used where this journal has less than it, and
 * made again whenever something in it has changed.  Nothing depends on it: a
 * hub that keeps none, or loses it, is no hindrance to anything else.
 */
#include "config.h"

#include "node/geo-node-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "net/geo-fault.h"
#include "node/geo-state-codec-private.h"

/* How long catching up waits for a copy, and a copy for the next change. */
#define ANSWER_MS_MAX 5000
#define CHANGE_MS 200
#define AGAIN_MS 60000
/* Sessions in which the hub may fail to hand out what it has. */
#define FAILURES_MAX 3

typedef enum {
  STAGE_NONE = 0,
  STAGE_ASKED = 1, /* For the list of parts. */
  STAGE_FETCHING = 2, /* For one part after another. */
  STAGE_STORING = 3, /* What they say is being stored. */
  STAGE_IDLE = 4,
  STAGE_MAKING = 5,
  STAGE_PUTTING = 6,
  STAGE_LOOKING = 7, /* Whether that was taken: nobody said so. */
} Stage;

struct _GeoNodeState {
  Stage stage;
  gchar *msg_id; /* Of what is waited for. */
  guint timeout_id;
  guint change_id;
  gboolean is_awaited; /* Catching up has not begun. */
  gboolean is_synced;
  gboolean is_changed;
  gboolean is_partial; /* What the hub has could not be read whole. */
  guint failures; /* So many times one after another. */
  GeoStateCopy *known; /* The last that this wallet knows the hub had. */
  GeoStateCopy *offered; /* What the hub has. */
  GPtrArray *parts; /* GBytes: fetched, or to be put */
  GeoStateCopy *putting;
  GeoStateMemory *memory;
};

static void make_copy (GeoNode *self);

/* --- Small things --------------------------------------------------------- */

void
geo_node_state_init (GeoNode *self) {
  self->state = g_new0 (GeoNodeState, 1);
  self->state->memory = geo_state_memory_new ();
}

static void
forget_exchange (GeoNodeState *state) {
  g_clear_handle_id (&state->timeout_id, g_source_remove);
  g_clear_handle_id (&state->change_id, g_source_remove);
  g_clear_pointer (&state->msg_id, g_free);
  g_clear_pointer (&state->offered, geo_state_copy_free);
  g_clear_pointer (&state->putting, geo_state_copy_free);
  g_clear_pointer (&state->parts, g_ptr_array_unref);
  state->stage = STAGE_NONE;
  state->is_awaited = FALSE;
  state->is_synced = FALSE;
  state->is_partial = FALSE;
}

void
geo_node_state_clear (GeoNode *self) {
  forget_exchange (self->state);
  geo_state_copy_free (self->state->known);
  geo_state_memory_free (self->state->memory);
  g_clear_pointer (&self->state, g_free);
}

void
geo_node_state_disconnected (GeoNode *self) {
  forget_exchange (self->state);
}

static const gchar *
text_cb (const GeoOrder *order, gpointer user_data) {
  GeoNode *self = user_data;

  return geo_state_memory_find_text (self->state->memory, order);
}

static gchar *
state_path (const gchar *journal_path) {
  g_autofree gchar *folder = g_path_get_dirname (journal_path);

  return g_build_filename (folder, "state.json", NULL);
}

GeoStateCopy *
geo_node_state_read (const gchar *journal_path) {
  g_autofree gchar *path = state_path (journal_path);
  g_autofree gchar *text = NULL;
  gsize len;

  /* Without it, or where it is damaged, what the hub has is looked at. */
  if (!g_file_get_contents (path, &text, &len, NULL))
    return NULL;
  return geo_state_copy_from_text (text, (gssize) len, NULL);
}

void
geo_node_state_load (GeoNode *self, GeoStateCopy *known) {
  GeoNodeState *state = self->state;

  geo_state_copy_free (state->known);
  state->known = known;
  geo_party_set_text_func (self->party, text_cb, self);
}

/* K4: what was left there last may be of a former key; but not once the key in
 * use has left something. */
static gboolean
is_ours (GeoNode *self, const GeoStateCopy *copy) {
  const GeoStateCopy *known = self->state->known;
  GeoKeyChain keys;

  geo_key_chain_of (self->self, &keys);
  if (known != NULL && geo_state_copy_verify (known, &self->self->key, NULL))
    geo_key_chain_of_key (&self->self->key, &keys);
  return geo_pid_equal (&copy->participant, &self->pid) &&
         geo_pid_equal (&copy->community, &self->community->community) &&
         geo_key_chain_check_copy (&keys, copy, NULL);
}

static gboolean
is_signed_with (const GeoStateCopy *copy, const GeoSecret *secret) {
  GeoPublicKey key;

  geo_secret_get_public (secret, &key);
  return geo_state_copy_verify (copy, &key, NULL);
}

/* §8: what was left with a key that this computer does not have cannot be read
 * by anybody any more. */
static gboolean
is_unreadable (const GeoNode *self, const GeoStateCopy *copy) {
  if (is_signed_with (copy, self->secret))
    return FALSE;
  for (guint i = 0; self->former_keys != NULL && i < self->former_keys->len;
       i++) {
    if (is_signed_with (copy, g_ptr_array_index (self->former_keys, i)))
      return FALSE;
  }
  return TRUE;
}

static gboolean timeout_cb (gpointer user_data);

/* Takes message, which has no msg_id. */
static void
ask (GeoNode *self, GeoMessage *message) {
  GeoNodeState *state = self->state;

  g_free (state->msg_id);
  state->msg_id = g_uuid_string_random ();
  g_free (message->msg_id);
  message->msg_id = g_strdup (state->msg_id);
  g_clear_handle_id (&state->timeout_id, g_source_remove);
  state->timeout_id = g_timeout_add (ANSWER_MS_MAX, timeout_cb, self);
  geo_node_send (self, message);
  geo_message_free (message);
}

/* --- Using it ------------------------------------------------------------- */

/* Whatever there was to learn is learnt. */
static void
go_on (GeoNode *self) {
  GeoNodeState *state = self->state;
  gboolean is_awaited = state->is_awaited;

  g_clear_handle_id (&state->timeout_id, g_source_remove);
  g_clear_pointer (&state->msg_id, g_free);
  g_clear_pointer (&state->parts, g_ptr_array_unref);
  g_clear_pointer (&state->putting, geo_state_copy_free);
  state->stage = STAGE_IDLE;
  state->is_awaited = FALSE;
  if (is_awaited && self->party != NULL) {
    /* What the hub has said meanwhile it has not forgotten. */
    self->hub_sequence = MAX (self->hub_sequence,
                              geo_party_get_sequence (self->party, NULL));
    geo_node_catch_up (self);
  }
  if (state->is_synced)
    geo_node_state_changed (self);
}

typedef struct {
  GPtrArray *records; /* GeoStateRecord, borrowed from memory */
  GeoStateMemory *memory;
  GeoSecret *secret;
  GeoPid community;
  gchar *path;
} Remembering;

static void
remembering_free (gpointer data) {
  Remembering *remembering = data;

  geo_state_memory_free (remembering->memory);
  geo_secret_unref (remembering->secret);
  g_free (remembering->path);
  g_free (remembering);
}

/* In the worker. */
static gpointer
remember_job (GeoWorker *worker, gpointer data, GError **error) {
  Remembering *remembering = data;
  g_autoptr (GError) failure = NULL;

  if (!geo_state_memory_store (
          remembering->memory, geo_worker_get_journal (worker),
          remembering->secret, &remembering->community, &failure)) {
    g_propagate_error (error, geo_node_storage_error (failure));
    return NULL;
  }
  return geo_node_load_job (worker, remembering->path, error);
}

typedef struct {
  GeoNode *node;
  GeoSession *session;
  const Remembering *remembering; /* Of a job that remembers. */
} Storing;

static Storing *
storing_new (GeoNode *self) {
  Storing *storing = g_new0 (Storing, 1);

  storing->node = g_object_ref (self);
  storing->session = g_object_ref (self->session);
  return storing;
}

/* The session in which it was fetched is still there. */
static gboolean
is_current (const Storing *storing) {
  const GeoNode *self = storing->node;

  return self->session == storing->session && self->state != NULL &&
         self->state->stage == STAGE_STORING;
}

/* Nothing has happened here yet that a new start would lose. */
static gboolean
is_fresh (GeoNode *self) {
  return self->state->is_awaited && self->party != NULL &&
         geo_party_get_sequence (self->party, NULL) == 0 &&
         geo_party_count_open (self->party) == 0 &&
         g_queue_is_empty (&self->lists);
}

/* What is under way goes on; what was stored beside it is known from now on. */
static void
learn (GeoNode *self, GeoNodeData *data, const GeoStateMemory *memory) {
  g_autoptr (GPtrArray) waiting = geo_node_list_waiting (self);
  GPtrArray *actions = geo_actions_new ();

  /* K6: what was sealed to a former key can be read from now on. */
  if (self->party != NULL && self->former_keys == NULL &&
      geo_node_take_keys (self, data, NULL))
    geo_node_load_keys (self, data);
  for (guint i = 0; self->party != NULL && i < memory->records->len; i++) {
    const GeoStateRecord *record = g_ptr_array_index (memory->records, i);

    if (record->is_stored)
      geo_party_learn_stored (self->party, record->body, actions);
  }
  for (guint i = 0; self->party != NULL && i < data->requests->len; i++) {
    const GeoJournalRequest *request = g_ptr_array_index (data->requests, i);

    geo_party_learn_request (self->party, request->letter, request->state,
                             waiting, geo_node_now (), actions);
  }
  geo_node_run (self, actions);
  geo_activity_model_refresh (self->activity);
  geo_node_refresh_requests (self);
}

static void
remembered_cb (gpointer *result, const GError *error, gpointer user_data) {
  g_autofree Storing *storing = user_data;
  gboolean goes_on = is_current (storing);
  g_autoptr (GeoNode) self = storing->node;
  g_autoptr (GeoSession) session G_GNUC_UNUSED = storing->session;
  g_autoptr (GError) failure = NULL;

  if (error != NULL)
    failure = g_error_copy (error);
  else if (goes_on && is_fresh (self))
    geo_node_take_data (self, *result, &failure);
  else
    learn (self, *result, storing->remembering->memory);
  if (failure != NULL) {
    geo_node_storage_failed (self, failure);
    return;
  }
  if (goes_on)
    go_on (self);
}

/* K6: this computer never had the keys before the one in use. */
static gboolean
has_lost_keys (const GeoNode *self, const GeoStateMemory *fetched) {
  return fetched->former->len > 0 &&
         fetched->former->len == self->self->rotations->len &&
         self->former_keys == NULL;
}

static GeoRecordBody *
make_keys (GeoNode *self, const GeoStateMemory *fetched) {
  GeoRecordBody *body = geo_record_body_new ();

  body->person = geo_participant_copy (self->self);
  body->former = geo_state_encode_former (
      fetched, self->secret, &self->community->community, &self->pid);
  return body;
}

/* The notes are on disk.  Where the session is over, all of it is fetched
 * again. */
static void
noted_cb (gpointer user_data) {
  g_autofree Storing *storing = user_data;
  gboolean goes_on = is_current (storing);
  g_autoptr (GeoNode) self = storing->node;
  g_autoptr (GeoSession) session G_GNUC_UNUSED = storing->session;
  const GeoStateMemory *fetched;
  Remembering *remembering;
  Storing *next;

  if (!goes_on)
    return;
  fetched = self->state->memory;
  if (fetched->records->len == 0 && !has_lost_keys (self, fetched)) {
    go_on (self);
    return;
  }
  remembering = g_new0 (Remembering, 1);
  remembering->memory = geo_state_memory_new ();
  if (has_lost_keys (self, fetched))
    geo_state_memory_add_record (remembering->memory, GEO_RECORD_KIND_ROTATION,
                                 geo_node_now (), make_keys (self, fetched));
  geo_state_memory_add_kept (remembering->memory, fetched);
  remembering->secret = geo_secret_ref (self->secret);
  remembering->community = self->community->community;
  remembering->path = g_strdup (self->journal_path);
  next = storing_new (self);
  next->remembering = remembering;
  geo_worker_push (self->worker, remember_job, remembering, remembering_free,
                   geo_node_data_free, remembered_cb, next);
}

static void
remember (GeoNode *self, GeoStateMemory *fetched) {
  GeoNodeState *state = self->state;

  geo_state_memory_free (state->memory);
  state->memory = fetched;
  state->stage = STAGE_STORING;
  geo_node_notes_take (self, fetched, noted_cb, storing_new (self));
}

/* With the key in use, or with one of those before it: what was left there last
 * may be of before the key was changed. */
static gboolean
decode (GeoNode *self, GeoStateMemory *memory, GBytes *part, GError **error) {
  const GeoPid *community = &self->community->community;

  for (guint i = 0; self->former_keys != NULL && i < self->former_keys->len;
       i++) {
    if (geo_state_decode (memory, part,
                          g_ptr_array_index (self->former_keys, i), community,
                          &self->pid, NULL))
      return TRUE;
  }
  return geo_state_decode (memory, part, self->secret, community, &self->pid,
                           error);
}

static void
use_parts (GeoNode *self) {
  GeoNodeState *state = self->state;
  g_autoptr (GeoStateMemory) fetched = geo_state_memory_new ();

  state->failures = 0;
  for (guint i = 0; i < state->parts->len; i++) {
    g_autoptr (GError) error = NULL;

    /* One that does not open takes nothing from the others. */
    if (!decode (self, fetched, g_ptr_array_index (state->parts, i), &error)) {
      g_debug ("state copy: %s", error->message);
      state->is_partial = TRUE;
    }
  }
  remember (self, g_steal_pointer (&fetched));
}

/* The hub has a copy and does not hand it out.  An entry that is stored without
 * its text stays so, so the session is tried anew; but nobody is kept from
 * their money by it for ever. */
static void
fetch_failed (GeoNode *self) {
  GeoNodeState *state = self->state;

  if (state->is_awaited && ++state->failures < FAILURES_MAX &&
      self->session != NULL) {
    geo_session_close (self->session, "no state copy");
    return;
  }
  if (state->is_awaited)
    geo_node_notice (
        self, _ ("The hub does not hand out the encrypted copy of your notes, "
                 "so the notes of some payments are missing here. Balances and "
                 "payments are complete."));
  state->is_partial = TRUE;
  go_on (self);
}

static void
fetch_next (GeoNode *self) {
  GeoNodeState *state = self->state;
  GeoMessage *message;

  if (state->parts->len == state->offered->parts->len) {
    use_parts (self);
    return;
  }
  message = geo_message_new (GEO_MESSAGE_STATE_GET, NULL);
  message->u.state_get->has_part = TRUE;
  message->u.state_get->part = g_array_index (state->offered->parts, GeoHash,
                                              state->parts->len);
  ask (self, message);
}

/* The hub may lose a copy, or show an old one after a restore of its own: the
 * person is told, and it is made again from what is here. */
static void
tell_lost (GeoNode *self) {
  geo_node_notice (
      self, _ ("The hub has lost the encrypted copy of your notes, or shows an "
               "old one. It is being made again from this computer; nothing "
               "is missing here."));
}

static void
take_list (GeoNode *self, const GeoStateCopy *copy) {
  GeoNodeState *state = self->state;
  gint64 known = state->known != NULL ? state->known->version : 0;

  if (copy != NULL && !is_ours (self, copy)) {
    g_debug ("the hub's state copy is not ours");
    copy = NULL;
  }
  if (copy == NULL || copy->version < known) {
    if (known > 0)
      tell_lost (self);
    state->is_changed = TRUE;
    go_on (self);
    return;
  }
  state->offered = geo_state_copy_copy (copy);
  if (copy->version > known && is_unreadable (self, copy)) {
    geo_node_notice (
        self, _ ("The encrypted copy of your notes was made with a former key, "
                 "which this computer does not have, so the notes of some "
                 "payments are missing here. Balances and payments are "
                 "complete."));
    state->is_changed = TRUE;
    go_on (self);
    return;
  }
  if (copy->version == known) {
    go_on (self);
    return;
  }
  state->stage = STAGE_FETCHING;
  state->parts =
      g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  fetch_next (self);
}

static void
take_part (GeoNode *self, GBytes *data) {
  GeoNodeState *state = self->state;
  const GeoHash *expected = &g_array_index (state->offered->parts, GeoHash,
                                            state->parts->len);
  gsize len;
  gconstpointer bytes = g_bytes_get_data (data, &len);
  GeoHash hash;

  geo_hash_of (bytes, len, &hash);
  if (!geo_hash_equal (&hash, expected)) {
    g_debug ("a part of the state copy is another one");
    fetch_failed (self);
    return;
  }
  g_ptr_array_add (state->parts, g_bytes_ref (data));
  fetch_next (self);
}

gboolean
geo_node_state_begin (GeoNode *self, gboolean has_more) {
  GeoNodeState *state = self->state;

  forget_exchange (state);
  state->stage = STAGE_ASKED;
  state->is_awaited = has_more;
  ask (self, geo_message_new (GEO_MESSAGE_STATE_GET, NULL));
  return has_more;
}

/* --- Making it ------------------------------------------------------------ */

typedef struct {
  GeoSecret *secret;
  GeoPid community;
  GeoPid self;
  GeoStateMemory *memory;
  GeoStateMemory *remembered;
} Making;

typedef struct {
  GPtrArray *parts;
  gint64 entry_sequence;
} Made;

static void
making_free (gpointer data) {
  Making *making = data;

  geo_secret_unref (making->secret);
  geo_state_memory_free (making->memory);
  geo_state_memory_free (making->remembered);
  g_free (making);
}

static GeoStateMemory *
copy_texts (const GeoStateMemory *memory) {
  GeoStateMemory *copy = geo_state_memory_new ();

  for (guint i = 0; i < memory->texts->len; i++) {
    const GeoStateText *text = g_ptr_array_index (memory->texts, i);

    geo_state_memory_add_text (copy, &text->order, text->text);
  }
  return copy;
}

static void
made_free (gpointer data) {
  Made *made = data;

  g_clear_pointer (&made->parts, g_ptr_array_unref);
  g_free (made);
}

static gpointer
make_job (GeoWorker *worker, gpointer data, GError **error) {
  const Making *making = data;
  GeoJournal *journal = geo_worker_get_journal (worker);
  Made *made;
  GeoHash hash;
  gint64 sequence;

  if (!geo_journal_get_last_entry (journal, &sequence, &hash, error) ||
      !geo_state_memory_load (making->memory, journal, making->remembered,
                              error))
    return NULL;
  made = g_new0 (Made, 1);
  made->entry_sequence = sequence;
  made->parts = geo_state_encode (making->memory, making->secret,
                                  &making->community, &making->self);
  return made;
}

static void
hash_part (GBytes *part, GeoHash *out) {
  gsize len;
  gconstpointer bytes = g_bytes_get_data (part, &len);

  geo_hash_of (bytes, len, out);
}

static gboolean
has_part (const GeoStateCopy *copy, const GeoHash *hash) {
  for (guint i = 0; copy != NULL && i < copy->parts->len; i++)
    if (geo_hash_equal (&g_array_index (copy->parts, GeoHash, i), hash))
      return TRUE;
  return FALSE;
}

static gboolean
says_the_same (const GeoStateCopy *copy, GPtrArray *parts) {
  if ((copy != NULL ? copy->parts->len : 0) != parts->len)
    return FALSE;
  for (guint i = 0; i < parts->len; i++) {
    GeoHash hash;

    hash_part (g_ptr_array_index (parts, i), &hash);
    if (!geo_hash_equal (&g_array_index (copy->parts, GeoHash, i), &hash))
      return FALSE;
  }
  return TRUE;
}

/* Parts that are neither at the hub nor in skip, then the list. */
static void
put (GeoNode *self, const GeoStateCopy *there) {
  GeoNodeState *state = self->state;
  GeoMessage *message;

  for (guint i = 0; i < state->parts->len; i++) {
    GBytes *part = g_ptr_array_index (state->parts, i);
    GeoHash hash;

    hash_part (part, &hash);
    if (has_part (there, &hash))
      continue;
    message = geo_message_new (GEO_MESSAGE_STATE_PART, NULL);
    message->u.state_part->data = g_bytes_ref (part);
    geo_node_send (self, message);
    geo_message_free (message);
  }
  message = geo_message_new (GEO_MESSAGE_STATE_PUT, NULL);
  message->u.state_put->copy = geo_state_copy_copy (state->putting);
  ask (self, message);
}

/* Whatever the hub has, and whatever it had, is older. */
static gint64
next_version (const GeoNodeState *state) {
  gint64 last = 0;

  if (state->known != NULL)
    last = state->known->version;
  if (state->offered != NULL)
    last = MAX (last, state->offered->version);
  return last + 1;
}

static gpointer write_job (GeoWorker *worker, gpointer data, GError **error);

typedef struct {
  gchar *path;
  gchar *text;
} Writing;

static void
writing_free (gpointer data) {
  Writing *writing = data;

  g_free (writing->path);
  g_free (writing->text);
  g_free (writing);
}

/* So that an older one is known for what it is. */
static gpointer
write_job (GeoWorker *worker, gpointer data, GError **error) {
  const Writing *writing = data;
  g_autoptr (GError) failure = NULL;

  geo_fault_point ("node: before state");
  if (!g_file_set_contents_full (writing->path, writing->text, -1,
                                 G_FILE_SET_CONTENTS_CONSISTENT |
                                     G_FILE_SET_CONTENTS_DURABLE,
                                 0600, &failure))
    g_debug ("state.json: %s", failure->message);
  return NULL;
}

/* Takes copy: what the hub keeps now. */
static void
set_known (GeoNode *self, GeoStateCopy *copy) {
  GeoNodeState *state = self->state;
  Writing *writing = g_new0 (Writing, 1);

  geo_state_copy_free (state->known);
  state->known = copy;
  writing->path = state_path (self->journal_path);
  writing->text = geo_state_copy_to_text (copy, NULL);
  geo_worker_push (self->worker, write_job, writing, writing_free, NULL, NULL,
                   NULL);
}

static void
made_cb (gpointer *result, const GError *error, gpointer user_data) {
  g_autofree Storing *storing = user_data;
  g_autoptr (GeoNode) self = storing->node;
  g_autoptr (GeoSession) session = storing->session;
  GeoNodeState *state = self->state;
  Made *made = *result;

  if (state == NULL || self->session != session || state->stage != STAGE_MAKING)
    return;
  state->stage = STAGE_IDLE;
  if (error != NULL) {
    g_debug ("state copy: %s", error->message);
    return;
  }
  if (says_the_same (state->offered, made->parts)) {
    if (state->offered != NULL &&
        (state->known == NULL ||
         state->known->version < state->offered->version))
      set_known (self, geo_state_copy_copy (state->offered));
    if (state->is_changed)
      make_copy (self);
    return;
  }
  g_clear_pointer (&state->parts, g_ptr_array_unref);
  state->parts = g_ptr_array_ref (made->parts);
  geo_state_copy_free (state->putting);
  state->putting = geo_state_copy_new ();
  state->putting->community = self->community->community;
  state->putting->participant = self->pid;
  state->putting->version = next_version (state);
  state->putting->entry_sequence = made->entry_sequence;
  for (guint i = 0; i < made->parts->len; i++) {
    GeoHash hash;

    hash_part (g_ptr_array_index (made->parts, i), &hash);
    g_array_append_val (state->putting->parts, hash);
  }
  state->putting->at = geo_node_now ();
  geo_state_copy_sign (state->putting, self->secret);
  state->stage = STAGE_PUTTING;
  put (self, state->offered);
}

static void
make_copy (GeoNode *self) {
  GeoNodeState *state = self->state;
  Making *making;
  Storing *storing;

  /* What could not be read is not written over. */
  if (state->stage != STAGE_IDLE || !state->is_synced || state->is_partial ||
      !geo_node_is_signed_in (self))
    return;
  state->stage = STAGE_MAKING;
  state->is_changed = FALSE;
  making = g_new0 (Making, 1);
  making->secret = geo_secret_ref (self->secret);
  making->community = self->community->community;
  making->self = self->pid;
  making->memory = geo_state_memory_new ();
  geo_node_notes_give (self, making->memory);
  for (guint i = 0; self->former_keys != NULL && i < self->former_keys->len;
       i++)
    g_ptr_array_add (making->memory->former,
                     geo_secret_ref (g_ptr_array_index (self->former_keys, i)));
  making->remembered = copy_texts (state->memory);
  storing = g_new0 (Storing, 1);
  storing->node = g_object_ref (self);
  storing->session = g_object_ref (self->session);
  geo_worker_push (self->worker, make_job, making, making_free, made_free,
                   made_cb, storing);
}

static gboolean
change_cb (gpointer user_data) {
  GeoNode *self = user_data;

  self->state->change_id = 0;
  make_copy (self);
  return G_SOURCE_REMOVE;
}

static void
make_later (GeoNode *self, guint delay_ms) {
  if (self->state->change_id == 0)
    self->state->change_id = g_timeout_add (delay_ms, change_cb, self);
}

void
geo_node_state_changed (GeoNode *self) {
  self->state->is_changed = TRUE;
  if (self->state->is_synced && self->state->stage == STAGE_IDLE)
    make_later (self, CHANGE_MS);
}

void
geo_node_state_synced (GeoNode *self) {
  if (self->state->is_synced)
    return;
  self->state->is_synced = TRUE;
  geo_node_state_changed (self);
}

/* The hub has what was put. */
static void
taken (GeoNode *self) {
  GeoNodeState *state = self->state;

  g_clear_handle_id (&state->timeout_id, g_source_remove);
  g_clear_pointer (&state->msg_id, g_free);
  geo_state_copy_free (state->offered);
  state->offered = g_steal_pointer (&state->putting);
  g_clear_pointer (&state->parts, g_ptr_array_unref);
  state->stage = STAGE_IDLE;
  set_known (self, geo_state_copy_copy (state->offered));
  if (state->is_changed)
    make_later (self, CHANGE_MS);
}

/* It is not there: the same again, in a while. */
static void
put_later (GeoNode *self) {
  GeoNodeState *state = self->state;

  g_clear_handle_id (&state->timeout_id, g_source_remove);
  g_clear_pointer (&state->msg_id, g_free);
  g_clear_pointer (&state->putting, geo_state_copy_free);
  g_clear_pointer (&state->parts, g_ptr_array_unref);
  state->stage = STAGE_IDLE;
  state->is_changed = TRUE;
  make_later (self, AGAIN_MS);
}

static void
take_look (GeoNode *self, const GeoStateCopy *copy) {
  GeoNodeState *state = self->state;
  gint64 last = state->offered != NULL ? state->offered->version : 0;

  if (copy != NULL && !is_ours (self, copy))
    copy = NULL;
  if (copy != NULL && copy->version == state->putting->version &&
      says_the_same (copy, state->parts))
    taken (self);
  /* Somebody else with this key has left one: what is in it is learnt as it
   * always is. */
  else if (copy != NULL && copy->version > last)
    geo_session_close (self->session, "another state copy");
  else
    put_later (self);
}

static void
take_put_answer (GeoNode *self, const GeoMsgStateResult *answer) {
  GeoNodeState *state = self->state;

  if (answer->missing->len > 0) {
    /* It has fewer than it said; all of them are sent, once. */
    g_clear_handle_id (&state->timeout_id, g_source_remove);
    if (state->putting->version > next_version (state)) {
      go_on (self);
      return;
    }
    state->putting->version++;
    geo_state_copy_sign (state->putting, self->secret);
    put (self, NULL);
    return;
  }
  taken (self);
}

/* --- Hearing -------------------------------------------------------------- */

static gboolean
is_answer (const GeoNodeState *state, const GeoMessage *message) {
  return state->msg_id != NULL &&
         g_strcmp0 (state->msg_id, message->msg_id) == 0;
}

static void
give_up (GeoNode *self) {
  GeoNodeState *state = self->state;

  if (state->stage == STAGE_PUTTING) {
    state->stage = STAGE_LOOKING;
    ask (self, geo_message_new (GEO_MESSAGE_STATE_GET, NULL));
  } else if (state->stage == STAGE_LOOKING) {
    put_later (self);
  } else if (state->stage == STAGE_FETCHING) {
    fetch_failed (self);
  } else if (state->stage == STAGE_ASKED) {
    /* A hub that does not know of copies keeps none. */
    go_on (self);
    state->stage = STAGE_NONE;
  }
}

static gboolean
timeout_cb (gpointer user_data) {
  GeoNode *self = user_data;

  self->state->timeout_id = 0;
  /* What is there has to be known before another one is put. */
  if (self->state->stage == STAGE_LOOKING)
    ask (self, geo_message_new (GEO_MESSAGE_STATE_GET, NULL));
  else
    give_up (self);
  return G_SOURCE_REMOVE;
}

void
geo_node_state_answer (GeoNode *self, const GeoMessage *message) {
  GeoNodeState *state = self->state;

  if (!is_answer (state, message))
    return;
  if (message->type == GEO_MESSAGE_STATE_PART) {
    if (state->stage == STAGE_FETCHING)
      take_part (self, message->u.state_part->data);
  } else if (state->stage == STAGE_ASKED) {
    take_list (self, message->u.state_result->copy);
  } else if (state->stage == STAGE_PUTTING) {
    take_put_answer (self, message->u.state_result);
  } else if (state->stage == STAGE_LOOKING) {
    take_look (self, message->u.state_result->copy);
  }
}

gboolean
geo_node_state_error (GeoNode *self, const GeoMessage *message) {
  if (!is_answer (self->state, message))
    return FALSE;
  g_debug ("state copy: %s", message->u.error->message);
  give_up (self);
  return TRUE;
}

gboolean
geo_node_has_unsaved_state (GeoNode *node) {
  const GeoNodeState *state;

  g_assert (GEO_IS_NODE (node));
  state = node->state;
  return geo_node_is_signed_in (node) && state->is_synced &&
         !state->is_partial &&
         (state->stage == STAGE_MAKING || state->stage == STAGE_PUTTING ||
          state->stage == STAGE_LOOKING ||
          (state->stage == STAGE_IDLE && state->is_changed));
}
