/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Six pictures of two keys, and the notes of who was compared with: a small
 * file beside the journal, which holds PIDs and keys and nothing secret.  A
 * journal is evidence for others; this is a memory for one person, so it is no
 * record in it.
 */
#include "config.h"

#include "node/geo-safety.h"

#include <glib/gi18n-lib.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "node/geo-node-private.h"

#define OPS 2
#define MEMORY (64 * 1024 * 1024)
#define KEY_VERIFIED "verified"
#define KEY_ACCEPTED "accepted"
#define KEY_FORKED "forked"

static const struct {
  const gchar *picture;
  const gchar *name;
} kinds[GEO_SAFETY_KINDS] = {
  { "🐶", N_ ("Dog") },        { "🐱", N_ ("Cat") },
  { "🦁", N_ ("Lion") },       { "🐴", N_ ("Horse") },
  { "🐷", N_ ("Pig") },        { "🐘", N_ ("Elephant") },
  { "🐰", N_ ("Rabbit") },     { "🐻", N_ ("Bear") },
  { "🐓", N_ ("Rooster") },    { "🐧", N_ ("Penguin") },
  { "🐢", N_ ("Turtle") },     { "🐟", N_ ("Fish") },
  { "🐙", N_ ("Octopus") },    { "🦋", N_ ("Butterfly") },
  { "🐝", N_ ("Bee") },        { "🐌", N_ ("Snail") },
  { "🌷", N_ ("Tulip") },      { "🌳", N_ ("Tree") },
  { "🌵", N_ ("Cactus") },     { "🍄", N_ ("Mushroom") },
  { "🌍", N_ ("Globe") },      { "🌙", N_ ("Moon") },
  { "☁️", N_ ("Cloud") },      { "🔥", N_ ("Fire") },
  { "🍌", N_ ("Banana") },     { "🍎", N_ ("Apple") },
  { "🍓", N_ ("Strawberry") }, { "🌽", N_ ("Corn") },
  { "🍕", N_ ("Pizza") },      { "🎂", N_ ("Cake") },
  { "🍞", N_ ("Bread") },      { "🧀", N_ ("Cheese") },
  { "❤️", N_ ("Heart") },      { "😀", N_ ("Smile") },
  { "🤖", N_ ("Robot") },      { "🎩", N_ ("Hat") },
  { "👓", N_ ("Glasses") },    { "🔧", N_ ("Wrench") },
  { "⛄", N_ ("Snowman") },    { "✋", N_ ("Hand") },
  { "☂️", N_ ("Umbrella") },   { "⌛", N_ ("Hourglass") },
  { "⏰", N_ ("Clock") },      { "🎁", N_ ("Gift") },
  { "💡", N_ ("Light Bulb") }, { "📕", N_ ("Book") },
  { "✏️", N_ ("Pencil") },     { "📎", N_ ("Paper Clip") },
  { "✂️", N_ ("Scissors") },   { "🔒", N_ ("Padlock") },
  { "🔑", N_ ("Key") },        { "🔨", N_ ("Hammer") },
  { "☎️", N_ ("Telephone") },  { "🏁", N_ ("Flag") },
  { "🚂", N_ ("Train") },      { "🚲", N_ ("Bicycle") },
  { "✈️", N_ ("Aeroplane") },  { "🚀", N_ ("Rocket") },
  { "🏆", N_ ("Cup") },        { "⚽", N_ ("Ball") },
  { "🎸", N_ ("Guitar") },     { "🎺", N_ ("Trumpet") },
  { "🔔", N_ ("Bell") },       { "⚓", N_ ("Anchor") },
};

gboolean
geo_safety_numbers (const GeoPublicKey *one,
                    const GeoPublicKey *other,
                    guint8 numbers[GEO_SAFETY_PICTURES]) {
  static const guint8 salt[crypto_pwhash_SALTBYTES] = "geo-safety-v1";
  gboolean in_order = memcmp (one->bytes, other->bytes, sizeof one->bytes) < 0;
  gchar both[2 * GEO_PUBLIC_KEY_LEN];
  /* As many as it gives at least; five are used. */
  guint8 hash[crypto_pwhash_BYTES_MIN];
  guint64 bits = 0;

  memcpy (both, in_order ? one->bytes : other->bytes, GEO_PUBLIC_KEY_LEN);
  memcpy (both + GEO_PUBLIC_KEY_LEN, in_order ? other->bytes : one->bytes,
          GEO_PUBLIC_KEY_LEN);
  if (crypto_pwhash (hash, sizeof hash, both, sizeof both, salt, OPS, MEMORY,
                     crypto_pwhash_ALG_ARGON2ID13) != 0)
    return FALSE;
  for (guint i = 0; i < 5; i++)
    bits = bits << 8 | hash[i];
  for (guint i = 0; i < GEO_SAFETY_PICTURES; i++)
    numbers[i] = (bits >> (34 - 6 * i)) % GEO_SAFETY_KINDS;
  return TRUE;
}

const gchar *
geo_safety_picture (guint8 number) {
  return kinds[number % GEO_SAFETY_KINDS].picture;
}

const gchar *
geo_safety_name (guint8 number) {
  return _ (kinds[number % GEO_SAFETY_KINDS].name);
}

/* --- Comparing ---------------------------------------------------------- */

typedef struct {
  GeoPublicKey mine;
  GeoPublicKey theirs;
} Keys;

/* NULL: it is not known here. */
static const GeoPublicKey *
find_key (GeoNode *node, const GeoPid *pid) {
  const GeoParticipant *person = node->party != NULL
                                     ? geo_party_get_person (node->party, pid)
                                     : NULL;

  return person != NULL ? &person->key : NULL;
}

static void
compare_thread (GTask *task,
                gpointer source,
                gpointer data,
                GCancellable *cancellable) {
  const Keys *keys = data;
  g_autofree guint8 *numbers = g_new0 (guint8, GEO_SAFETY_PICTURES);

  if (geo_safety_numbers (&keys->mine, &keys->theirs, numbers))
    g_task_return_pointer (task, g_steal_pointer (&numbers), g_free);
  else
    g_task_return_new_error (task, GEO_NODE_ERROR, GEO_NODE_ERROR_STORAGE, "%s",
                             _ ("There is not enough memory for this."));
}

void
geo_node_compare_async (GeoNode *node,
                        const GeoPid *with,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data) {
  g_autoptr (GTask) task = g_task_new (node, cancellable, callback, user_data);
  const GeoPublicKey *key = find_key (node, with);
  Keys *keys;

  if (key == NULL || node->self == NULL) {
    g_task_return_new_error (task, GEO_NODE_ERROR,
                             GEO_NODE_ERROR_UNKNOWN_PERSON, "%s",
                             _ ("This person’s key is not known here."));
    return;
  }
  keys = g_new0 (Keys, 1);
  keys->mine = node->self->key;
  keys->theirs = *key;
  g_task_set_task_data (task, keys, g_free);
  g_task_run_in_thread (task, compare_thread);
}

gboolean
geo_node_compare_finish (GeoNode *node,
                         GAsyncResult *result,
                         guint8 *numbers,
                         GError **error) {
  g_autofree guint8 *found = g_task_propagate_pointer (G_TASK (result), error);

  if (found == NULL)
    return FALSE;
  memcpy (numbers, found, GEO_SAFETY_PICTURES);
  return TRUE;
}

/* --- Notes -------------------------------------------------------------- */

static gchar *
path_of (const gchar *journal_path) {
  g_autofree gchar *folder = g_path_get_dirname (journal_path);

  return g_build_filename (folder, "people.ini", NULL);
}

/* One that cannot be read is one without notes. */
GKeyFile *
geo_node_notes_read (const gchar *journal_path) {
  g_autofree gchar *path = path_of (journal_path);
  g_autoptr (GKeyFile) notes = g_key_file_new ();

  g_key_file_load_from_file (notes, path, G_KEY_FILE_NONE, NULL);
  return g_steal_pointer (&notes);
}

/* Whoever waits goes on, also where they could not be saved: they are lost
 * without harm. */
static void
saved_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GeoNode) node = user_data;
  g_autoptr (GArray) waiters = NULL;
  g_autoptr (GError) error = NULL;

  if (!g_file_replace_contents_finish (G_FILE (source), result, NULL, &error))
    g_debug ("notes: %s", error->message);
  node->notes_saving = FALSE;
  if (node->notes_changed && node->notes != NULL &&
      node->journal_path != NULL) {
    geo_node_notes_save (node);
    return;
  }
  waiters = g_steal_pointer (&node->notes_waiters);
  for (guint i = 0; waiters != NULL && i < waiters->len; i++) {
    const GeoNotesWaiter *waiter = &g_array_index (waiters, GeoNotesWaiter, i);

    waiter->func (waiter->user_data);
  }
}

void
geo_node_notes_save (GeoNode *node) {
  g_autofree gchar *path = path_of (node->journal_path);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GBytes) bytes = NULL;
  gchar *text;
  gsize len;

  node->notes_changed = node->notes_saving;
  if (node->notes_saving)
    return;
  text = g_key_file_to_data (node->notes, &len, NULL);
  bytes = g_bytes_new_take (text, len);
  node->notes_saving = TRUE;
  g_file_replace_contents_bytes_async (file, bytes, NULL, FALSE,
                                       G_FILE_CREATE_PRIVATE, NULL, saved_cb,
                                       g_object_ref (node));
}

/* What was noted of somebody is about the key they have now. */
static gboolean
is_noted (GeoNode *node, const GeoPid *pid, const gchar *what) {
  const GeoPublicKey *key = find_key (node, pid);
  g_autofree gchar *group = geo_pid_to_string (pid);
  g_autofree gchar *noted = NULL;
  g_autofree gchar *now = NULL;

  if (key == NULL || node->notes == NULL)
    return FALSE;
  noted = g_key_file_get_string (node->notes, group, what, NULL);
  now = geo_public_key_to_string (key);
  return g_strcmp0 (noted, now) == 0;
}

gboolean
geo_node_get_verified (GeoNode *node, const GeoPid *pid) {
  return is_noted (node, pid, KEY_VERIFIED);
}

gboolean
geo_node_was_verified (GeoNode *node, const GeoPid *pid) {
  g_autofree gchar *group = geo_pid_to_string (pid);

  return node->notes != NULL &&
         g_key_file_has_key (node->notes, group, KEY_VERIFIED, NULL);
}

GeoKeyDoubt
geo_node_get_key_doubt (GeoNode *node, const GeoPid *pid) {
  if (is_noted (node, pid, KEY_VERIFIED))
    return GEO_KEY_DOUBT_NONE;
  /* Who accepted a key did not know yet of another one beside it. */
  if (node->party != NULL && geo_party_is_forked (node->party, pid) &&
      !is_noted (node, pid, KEY_FORKED))
    return GEO_KEY_DOUBT_FORKED;
  if (node->changed_keys != NULL &&
      g_hash_table_contains (node->changed_keys, pid) &&
      !is_noted (node, pid, KEY_ACCEPTED))
    return GEO_KEY_DOUBT_CHANGED;
  return GEO_KEY_DOUBT_NONE;
}

GeoKeyDoubt
geo_node_look_at_key (GeoNode *node, const GeoPid *pid) {
  GeoKeyDoubt doubt = geo_node_get_key_doubt (node, pid);

  if (doubt != GEO_KEY_DOUBT_NONE || is_noted (node, pid, KEY_VERIFIED) ||
      is_noted (node, pid, KEY_ACCEPTED) ||
      geo_node_get_person (node, pid) == NULL)
    return doubt;
  return geo_node_will_tell_key (node, pid) ? GEO_KEY_DOUBT_CHANGED
                                            : GEO_KEY_DOUBT_NONE;
}

gboolean
geo_node_get_key_changed (GeoNode *node, const GeoPid *pid) {
  return geo_node_get_key_doubt (node, pid) != GEO_KEY_DOUBT_NONE;
}

gboolean
geo_node_link_shows_key (GeoNode *node, const GeoLink *link) {
  const GeoPublicKey *key;
  GeoPid digest;

  g_assert (link->kind == GEO_LINK_PARTICIPANT && link->has_pid);
  key = find_key (node, &link->pid);
  if (key == NULL)
    return FALSE;
  if (link->has_key)
    return geo_public_key_equal (key, &link->key);
  /* §1: the PID is made of the first key, and shows nothing of a later one. */
  geo_pid_from_key (key, &digest);
  return geo_pid_equal (&digest, &link->pid);
}

void
geo_node_accept_key (GeoNode *node, const GeoPid *pid) {
  const GeoPublicKey *key = find_key (node, pid);
  g_autofree gchar *group = geo_pid_to_string (pid);
  g_autofree gchar *text = NULL;

  if (key == NULL || node->notes == NULL || node->journal_path == NULL)
    return;
  text = geo_public_key_to_string (key);
  g_key_file_set_string (node->notes, group, KEY_ACCEPTED, text);
  if (geo_party_is_forked (node->party, pid))
    g_key_file_set_string (node->notes, group, KEY_FORKED, text);
  geo_node_notes_save (node);
  geo_node_refresh_person (node, pid, FALSE);
}

gboolean
geo_node_set_verified (GeoNode *node, const GeoPid *pid, gboolean verified) {
  const GeoPublicKey *key = find_key (node, pid);
  g_autofree gchar *group = geo_pid_to_string (pid);
  g_autofree gchar *text = NULL;

  if (key == NULL || node->notes == NULL || node->journal_path == NULL)
    return FALSE;
  if (verified) {
    text = geo_public_key_to_string (key);
    g_key_file_set_string (node->notes, group, KEY_VERIFIED, text);
  } else {
    g_key_file_remove_key (node->notes, group, KEY_VERIFIED, NULL);
  }
  geo_node_notes_save (node);
  geo_node_state_changed (node);
  geo_node_refresh_person (node, pid, FALSE);
  return TRUE;
}

static int
compare_texts (const void *a, const void *b) {
  return strcmp (*(gchar *const *) a, *(gchar *const *) b);
}

/* --- What others keep of them --------------------------------------------- */

typedef void (*NoteFunc) (const GeoPid *pid,
                          const GeoPublicKey *key,
                          gpointer user_data);

/* By the text of the PID. */
static void
foreach_note (GKeyFile *notes, NoteFunc func, gpointer user_data) {
  g_auto (GStrv) groups = g_key_file_get_groups (notes, NULL);
  GeoPublicKey key;
  GeoPid pid;

  qsort (groups, g_strv_length (groups), sizeof *groups, compare_texts);
  for (guint i = 0; groups[i] != NULL; i++) {
    g_autofree gchar *text = g_key_file_get_string (notes, groups[i],
                                                    KEY_VERIFIED, NULL);

    if (text != NULL && geo_pid_parse (groups[i], &pid, NULL) &&
        geo_public_key_parse (text, &key, NULL))
      func (&pid, &key, user_data);
  }
}

static void
write_note (const GeoPid *pid, const GeoPublicKey *key, gpointer user_data) {
  GString *out = user_data;
  g_autofree gchar *pid_text = geo_pid_to_string (pid);
  g_autofree gchar *key_text = geo_public_key_to_string (key);

  g_string_append_printf (out, "%s\"%s\":\"%s\"", out->len > 1 ? "," : "",
                          pid_text, key_text);
}

gchar *
geo_node_notes_write (GKeyFile *notes) {
  GString *out = g_string_new ("{");

  foreach_note (notes, write_note, out);
  g_string_append_c (out, '}');
  return g_string_free (out, FALSE);
}

static void
give_note (const GeoPid *pid, const GeoPublicKey *key, gpointer user_data) {
  geo_state_memory_add_mark (user_data, pid, key);
}

void
geo_node_notes_give (GeoNode *self, GeoStateMemory *memory) {
  if (self->notes != NULL)
    foreach_note (self->notes, give_note, memory);
}

void
geo_node_notes_take (GeoNode *self,
                     const GeoStateMemory *memory,
                     GeoNotesFunc func,
                     gpointer user_data) {
  const GeoNotesWaiter waiter = { func, user_data };
  gboolean any = FALSE;

  for (guint i = 0; self->notes != NULL && i < memory->marks->len; i++) {
    const GeoStateMark *mark = &g_array_index (memory->marks, GeoStateMark, i);
    g_autofree gchar *group = geo_pid_to_string (&mark->pid);
    g_autofree gchar *text = geo_public_key_to_string (&mark->key);

    if (g_key_file_has_group (self->notes, group))
      continue;
    g_key_file_set_string (self->notes, group, KEY_VERIFIED, text);
    any = TRUE;
  }
  if (!any) {
    func (user_data);
    return;
  }
  if (self->notes_waiters == NULL)
    self->notes_waiters = g_array_new (FALSE, FALSE, sizeof waiter);
  g_array_append_val (self->notes_waiters, waiter);
  geo_node_notes_save (self);
  geo_node_refresh_people (self);
}
