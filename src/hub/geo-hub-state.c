/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * State copies at the hub.  Whoever signs in writes its own only, signed by
 * itself and with a larger version than the last; parts wait in memory until
 * the list that names them comes.
 */
#include "hub/geo-hub-state.h"

#include "hub/geo-bucket.h"
#include "protocol/geo-reasons.h"
#include "store/geo-hub-keeping.h"

/* One participant's. */
typedef struct {
  GeoPid pid;
  GHashTable *parts; /* GeoHash → GBytes that wait for their list; or NULL */
  gsize bytes;
  gboolean writing; /* A copy is on its way to the disk. */
  GeoBucket copies;
} Keeper;

struct _GeoHubStates {
  grefcount refs;
  GeoEngine *engine;
  GeoEngineSendFunc send; /* NULL: it is over. */
  gpointer user_data;
  GHashTable *keepers; /* GeoPid of the keeper → Keeper */
};

static void
keeper_free (gpointer data) {
  Keeper *keeper = data;

  g_clear_pointer (&keeper->parts, g_hash_table_unref);
  g_free (keeper);
}

static GeoHubStates *
states_ref (GeoHubStates *states) {
  g_ref_count_inc (&states->refs);
  return states;
}

static void
states_unref (GeoHubStates *states) {
  if (!g_ref_count_dec (&states->refs))
    return;
  g_hash_table_unref (states->keepers);
  g_free (states);
}

GeoHubStates *
geo_hub_states_new (GeoEngine *engine,
                    GeoEngineSendFunc send,
                    gpointer user_data) {
  GeoHubStates *states = g_new0 (GeoHubStates, 1);

  g_ref_count_init (&states->refs);
  states->engine = engine;
  states->send = send;
  states->user_data = user_data;
  states->keepers = g_hash_table_new_full (geo_pid_hash, geo_pid_equal, NULL,
                                           keeper_free);
  return states;
}

void
geo_hub_states_free (GeoHubStates *states) {
  if (states == NULL)
    return;
  states->send = NULL;
  states_unref (states);
}

static Keeper *
get_keeper (GeoHubStates *states, const GeoPid *pid) {
  Keeper *keeper = g_hash_table_lookup (states->keepers, pid);

  if (keeper == NULL) {
    keeper = g_new0 (Keeper, 1);
    keeper->pid = *pid;
    geo_bucket_init (&keeper->copies, GEO_HUB_STATE_PER_MINUTE,
                     G_TIME_SPAN_MINUTE, GEO_HUB_STATE_BURST,
                     g_get_monotonic_time ());
    g_hash_table_insert (states->keepers, &keeper->pid, keeper);
  }
  return keeper;
}

static void
forget_parts (Keeper *keeper) {
  g_clear_pointer (&keeper->parts, g_hash_table_unref);
  keeper->bytes = 0;
}

void
geo_hub_states_leave (GeoHubStates *states, const GeoPid *pid) {
  Keeper *keeper = g_hash_table_lookup (states->keepers, pid);

  if (keeper == NULL)
    return;
  forget_parts (keeper);
  /* How often it may come again is remembered as long as it matters. */
  if (!keeper->writing &&
      geo_bucket_is_full (&keeper->copies, g_get_monotonic_time ()))
    g_hash_table_remove (states->keepers, pid);
}

/* --- Answers -------------------------------------------------------------- */

static void
send (GeoHubStates *states, const GeoPid *to, GeoMessage *message) {
  if (states->send != NULL)
    states->send (to, message, states->user_data);
}

static void
say_error (GeoHubStates *states,
           const GeoPid *to,
           const GeoMessage *message,
           GeoCode code,
           const gchar *reason,
           const gchar *text) {
  g_autoptr (GeoMessage) answer = geo_message_new (GEO_MESSAGE_ERROR,
                                                   message->msg_id);

  answer->u.error->code = code;
  answer->u.error->reason = g_strdup (reason);
  answer->u.error->message = g_strdup (text);
  send (states, to, answer);
}

static void
say_unreadable (GeoHubStates *states,
                const GeoPid *to,
                const GeoMessage *message,
                const GError *error) {
  g_warning ("the database cannot be read: %s", error->message);
  say_error (states, to, message, GEO_CODE_INTERNAL, GEO_REASON_INTERNAL,
             "The hub cannot read its database.");
}

/* Takes copy; missing may be NULL. */
static void
say_result (GeoHubStates *states,
            const GeoPid *to,
            const gchar *msg_id,
            GeoStateCopy *copy,
            GArray *missing) {
  g_autoptr (GeoMessage) answer = geo_message_new (GEO_MESSAGE_STATE_RESULT,
                                                   msg_id);

  answer->u.state_result->copy = copy;
  if (missing != NULL)
    g_array_append_vals (answer->u.state_result->missing, missing->data,
                         missing->len);
  send (states, to, answer);
}

/* --- Giving --------------------------------------------------------------- */

static void
take_get (GeoHubStates *states, const GeoPid *from, const GeoMessage *message) {
  GeoHubStore *reader = geo_engine_get_reader (states->engine);
  g_autoptr (GeoMessage) answer = NULL;
  g_autoptr (GBytes) data = NULL;
  g_autoptr (GError) error = NULL;
  GeoStateCopy *copy;

  if (!message->u.state_get->has_part) {
    if (!geo_hub_store_get_state (reader, from, &copy, &error))
      say_unreadable (states, from, message, error);
    /* P1: Persist, then send. */
    else if (geo_engine_settle (states->engine))
      say_result (states, from, message->msg_id, copy, NULL);
    else
      geo_state_copy_free (copy);
    return;
  }
  if (!geo_hub_store_get_state_part (reader, from, &message->u.state_get->part,
                                     &data, &error)) {
    say_unreadable (states, from, message, error);
  } else if (data == NULL) {
    say_error (states, from, message, GEO_CODE_INVALID, GEO_REASON_INVALID,
               "There is no such part.");
  } else if (geo_engine_settle (states->engine)) {
    answer = geo_message_new (GEO_MESSAGE_STATE_PART, message->msg_id);
    answer->u.state_part->data = g_steal_pointer (&data);
    send (states, from, answer);
  }
}

/* --- Taking --------------------------------------------------------------- */

static void
take_part (GeoHubStates *states,
           const GeoPid *from,
           const GeoMessage *message) {
  Keeper *keeper = get_keeper (states, from);
  GBytes *data = message->u.state_part->data;
  gsize len;
  gconstpointer bytes = g_bytes_get_data (data, &len);
  GeoHash hash;

  if (len > GEO_HUB_STATE_BYTES_MAX - keeper->bytes) {
    forget_parts (keeper);
    say_error (states, from, message, GEO_CODE_LIMIT, GEO_REASON_LIMIT_EXCEEDED,
               "This is more than the hub keeps for one participant.");
    return;
  }
  if (keeper->parts == NULL)
    keeper->parts = g_hash_table_new_full (
        geo_hash_hash, geo_hash_equal, g_free, (GDestroyNotify) g_bytes_unref);
  geo_hash_of (bytes, len, &hash);
  if (g_hash_table_insert (keeper->parts, geo_hash_dup (&hash),
                           g_bytes_ref (data)))
    keeper->bytes += len;
}

typedef struct {
  GeoHubStates *states;
  GeoPid to;
  gchar *msg_id;
  GeoStateCopy *copy;
} Putting;

static void
putting_free (gpointer data) {
  Putting *putting = data;
  Keeper *keeper = g_hash_table_lookup (putting->states->keepers, &putting->to);

  if (keeper != NULL)
    keeper->writing = FALSE;
  states_unref (putting->states);
  g_free (putting->msg_id);
  geo_state_copy_free (putting->copy);
  g_free (putting);
}

/* P1: it is on disk. */
static void
put_cb (gpointer user_data) {
  Putting *putting = user_data;

  say_result (putting->states, &putting->to, putting->msg_id,
              g_steal_pointer (&putting->copy), NULL);
}

/* What of the copy's parts is neither here nor in the database, and how long
 * all the others are together. */
static gboolean
look_for_parts (GeoHubStates *states,
                const Keeper *keeper,
                const GeoStateCopy *copy,
                GArray *missing,
                GPtrArray *fresh,
                gint64 *bytes,
                GError **error) {
  *bytes = 0;
  for (guint i = 0; i < copy->parts->len; i++) {
    const GeoHash *hash = &g_array_index (copy->parts, GeoHash, i);
    GBytes *data = keeper->parts != NULL
                       ? g_hash_table_lookup (keeper->parts, hash)
                       : NULL;
    gint64 size = -1;

    if (data != NULL) {
      g_ptr_array_add (fresh, g_bytes_ref (data));
      *bytes += (gint64) g_bytes_get_size (data);
      continue;
    }
    if (!geo_hub_store_get_state_size (geo_engine_get_reader (states->engine),
                                       &keeper->pid, hash, &size, error))
      return FALSE;
    if (size < 0)
      g_array_append_vals (missing, hash, 1);
    else
      *bytes += size;
  }
  return TRUE;
}

static gboolean
has_twice (const GeoStateCopy *copy) {
  for (guint i = 0; i < copy->parts->len; i++)
    for (guint j = 0; j < i; j++)
      if (geo_hash_equal (&g_array_index (copy->parts, GeoHash, i),
                          &g_array_index (copy->parts, GeoHash, j)))
        return TRUE;
  return FALSE;
}

static gboolean
is_same (const GeoStateCopy *copy, const GeoStateCopy *other) {
  GeoHash here, there;

  geo_state_copy_hash (copy, &here);
  geo_state_copy_hash (other, &there);
  return geo_hash_equal (&here, &there);
}

static gboolean
is_its_own (GeoHubStates *states,
            const GeoPid *from,
            const GeoStateCopy *copy) {
  const GeoBook *book = geo_engine_get_book (states->engine);
  const GeoParticipant *person = geo_book_get_participant (book, from);

  return person != NULL && geo_pid_equal (&copy->participant, from) &&
         geo_pid_equal (&copy->community,
                        &geo_book_get_community (book)->community) &&
         geo_state_copy_verify (copy, &person->key, NULL);
}

static void
write_copy (GeoHubStates *states,
            Keeper *keeper,
            const GeoMessage *message,
            GPtrArray *fresh) {
  GeoChange *change = geo_change_new (GEO_CHANGE_STATE,
                                      g_get_real_time () / 1000);
  Putting *putting = g_new0 (Putting, 1);

  change->copy = geo_state_copy_copy (message->u.state_put->copy);
  change->parts = g_ptr_array_ref (fresh);
  putting->states = states_ref (states);
  putting->to = keeper->pid;
  putting->msg_id = g_strdup (message->msg_id);
  putting->copy = geo_state_copy_copy (message->u.state_put->copy);
  keeper->writing = TRUE;
  forget_parts (keeper);
  geo_engine_store (states->engine, change, put_cb, putting, putting_free);
}

static void
take_put (GeoHubStates *states, const GeoPid *from, const GeoMessage *message) {
  const GeoStateCopy *copy = message->u.state_put->copy;
  Keeper *keeper = get_keeper (states, from);
  g_autoptr (GArray) missing = g_array_new (FALSE, FALSE, sizeof (GeoHash));
  g_autoptr (GPtrArray) fresh =
      g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  GeoStateCopy *before = NULL;
  g_autoptr (GError) error = NULL;
  gint64 last;
  gint64 bytes;

  /* One at a time: what is written next is held to what was written last. */
  if (keeper->writing ||
      !geo_bucket_take (&keeper->copies, g_get_monotonic_time ())) {
    say_error (states, from, message, GEO_CODE_NOT_ALLOWED,
               GEO_REASON_NOT_ALLOWED, "Not so often: try again later.");
    return;
  }
  if (has_twice (copy)) {
    say_error (states, from, message, GEO_CODE_INVALID, GEO_REASON_INVALID,
               "A part is named twice.");
    return;
  }
  if (!is_its_own (states, from, copy)) {
    say_error (states, from, message, GEO_CODE_SIGNATURE,
               GEO_REASON_BAD_SIGNATURE, "This is no copy of yours.");
    return;
  }
  if (!geo_hub_store_get_state (geo_engine_get_reader (states->engine), from,
                                &before, &error) ||
      !look_for_parts (states, keeper, copy, missing, fresh, &bytes, &error)) {
    geo_state_copy_free (before);
    say_unreadable (states, from, message, error);
    return;
  }
  /* What was taken is taken, however often it is put. */
  if (before != NULL && is_same (copy, before)) {
    forget_parts (keeper);
    if (geo_engine_settle (states->engine))
      say_result (states, from, message->msg_id, before, NULL);
    else
      geo_state_copy_free (before);
    return;
  }
  last = before != NULL ? before->version : 0;
  if (copy->version <= last) {
    geo_state_copy_free (before);
    say_error (states, from, message, GEO_CODE_CONFLICT, GEO_REASON_WRONG_SEQ,
               "There is a newer copy already.");
    return;
  }
  if (missing->len > 0) {
    if (geo_engine_settle (states->engine))
      say_result (states, from, message->msg_id, before, missing);
    else
      geo_state_copy_free (before);
    return;
  }
  geo_state_copy_free (before);
  if (bytes > GEO_HUB_STATE_BYTES_MAX)
    say_error (states, from, message, GEO_CODE_LIMIT, GEO_REASON_LIMIT_EXCEEDED,
               "This is more than the hub keeps for one participant.");
  else
    write_copy (states, keeper, message, fresh);
}

gboolean
geo_hub_states_takes (const GeoMessage *message) {
  return message->type == GEO_MESSAGE_STATE_PART ||
         message->type == GEO_MESSAGE_STATE_PUT ||
         message->type == GEO_MESSAGE_STATE_GET;
}

void
geo_hub_states_take (GeoHubStates *states,
                     const GeoPid *from,
                     const GeoMessage *message) {
  if (message->type == GEO_MESSAGE_STATE_PART)
    take_part (states, from, message);
  else if (message->type == GEO_MESSAGE_STATE_PUT)
    take_put (states, from, message);
  else
    take_get (states, from, message);
}
