/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The profile: its folder, identity.json, and the key while it is unlocked.  It
 * leaves the keyring to geo-keyring.c, the key file to geo-keyfile.c and every
 * journal to the node.
 *
 * Long because making, unlocking and replacing a key share what a thread is
 * given and what is zeroed with it.
 */
#include "config.h"

#include "node/geo-profile-private.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <sodium.h>
#include <string.h>

#include "core/geo-json.h"
#include "core/geo-words.h"
#include "net/geo-fault.h"
#include "node/geo-backup-private.h"
#include "node/geo-keyfile-private.h"
#include "node/geo-keyring-private.h"

#define IDENTITY_FILE "identity.json"
#define KEY_FILE "identity.key"
#define IDENTITY_KIND "geo-identity"
#define NAME_CHARS_MAX 100
#define KEYS_MAX 2

/* A development build keeps its own data. */
#if GEO_DEVELOPMENT
#define DATA_FOLDER "geo-devel"
#else
#define DATA_FOLDER "geo"
#endif

struct _GeoProfile {
  GObject parent_instance;

  gchar *folder;

  /* What identity.json says. */
  GeoKeyPlace place;
  gchar *name;
  GeoPid pid;
  /* K6: digests of the key, where it is not the first one: of the one in use,
   * and while it is being replaced of the next. */
  GeoPid keys[KEYS_MAX];
  guint n_keys;
  gboolean is_changing; /* By this program, now. */
  gboolean words_confirmed;
  gboolean restored; /* Of words that somebody typed in. */
  gint64 backed_up; /* Milliseconds; 0: never. */
  /* There is an identity.json, but it cannot be read. */
  gboolean damaged;

  /* S4: NULL while locked. */
  GeoSecret *secret;
  guint8 *entropy;

  /* Argon2id's limits of a key file made here; 0: the usual ones. */
  guint64 key_ops;
  gsize key_memory;

  /* The last write of identity.json that was begun. */
  GThread *writer;
};

G_DEFINE_FINAL_TYPE (GeoProfile, geo_profile, G_TYPE_OBJECT)

GQuark
geo_node_error_quark (void) {
  return g_quark_from_static_string ("geo-node-error-quark");
}

static void
geo_profile_finalize (GObject *object) {
  GeoProfile *self = GEO_PROFILE (object);

  if (self->writer != NULL)
    g_thread_join (g_steal_pointer (&self->writer));
  g_clear_pointer (&self->folder, g_free);
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->secret, geo_secret_unref);
  g_clear_pointer (&self->entropy, sodium_free);
  G_OBJECT_CLASS (geo_profile_parent_class)->finalize (object);
}

enum {
  PROP_0,
  PROP_BACKUP_TIME,
  N_PROPS,
};

static GParamSpec *props[N_PROPS];

static void
geo_profile_get_property (GObject *object,
                          guint prop_id,
                          GValue *value,
                          GParamSpec *pspec) {
  switch (prop_id) {
  case PROP_BACKUP_TIME:
    g_value_set_int64 (value, GEO_PROFILE (object)->backed_up);
    break;
  default: /* Not an enum: a number that GObject checked. */
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    break;
  }
}

static void
geo_profile_class_init (GeoProfileClass *klass) {
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = geo_profile_finalize;
  object_class->get_property = geo_profile_get_property;
  props[PROP_BACKUP_TIME] = g_param_spec_int64 (
      "backup-time", NULL, NULL, 0, G_MAXINT64, 0,
      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
geo_profile_init (GeoProfile *self) {
  if (sodium_init () < 0)
    g_error ("libsodium cannot be used on this computer");
}

/* --- identity.json ------------------------------------------------------ */

typedef struct {
  gchar *folder;
  gchar *name;
  GeoPid pid;
  GeoPid keys[KEYS_MAX];
  guint n_keys;
  GeoKeyPlace place;
  gboolean words_confirmed;
  gboolean restored;
  gint64 backed_up;
} Identity;

static Identity *
identity_new (GeoProfile *self) {
  Identity *identity = g_new0 (Identity, 1);

  identity->folder = g_strdup (self->folder);
  identity->name = g_strdup (self->name);
  identity->pid = self->pid;
  memcpy (identity->keys, self->keys, sizeof identity->keys);
  identity->n_keys = self->n_keys;
  identity->place = self->place;
  identity->words_confirmed = self->words_confirmed;
  identity->restored = self->restored;
  identity->backed_up = self->backed_up;
  return identity;
}

static void
identity_free (Identity *identity) {
  g_free (identity->folder);
  g_free (identity->name);
  g_free (identity);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Identity, identity_free)

static const gchar *
place_to_string (GeoKeyPlace place) {
  switch (place) {
  case GEO_KEY_PLACE_NONE:
    return "none";
  case GEO_KEY_PLACE_KEYRING:
    return "keyring";
  case GEO_KEY_PLACE_FILE:
    return "file";
  }
  g_assert_not_reached ();
}

static gboolean
identity_write (const Identity *identity, GError **error) {
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree gchar *pid = geo_pid_to_string (&identity->pid);
  g_autofree gchar *path = g_build_filename (identity->folder, IDENTITY_FILE,
                                             NULL);
  g_autofree gchar *text = NULL;
  g_autoptr (GError) failure = NULL;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "kind");
  json_builder_add_string_value (builder, IDENTITY_KIND);
  json_builder_set_member_name (builder, "v");
  json_builder_add_int_value (builder, 1);
  json_builder_set_member_name (builder, "name");
  json_builder_add_string_value (builder, identity->name);
  json_builder_set_member_name (builder, "pid");
  json_builder_add_string_value (builder, pid);
  json_builder_set_member_name (builder, "key");
  json_builder_add_string_value (builder, place_to_string (identity->place));
  if (identity->n_keys > 0) {
    json_builder_set_member_name (builder, "keys");
    json_builder_begin_array (builder);
    for (guint i = 0; i < identity->n_keys; i++) {
      g_autofree gchar *digest = geo_pid_to_string (&identity->keys[i]);

      json_builder_add_string_value (builder, digest);
    }
    json_builder_end_array (builder);
  }
  json_builder_set_member_name (builder, "words_confirmed");
  json_builder_add_boolean_value (builder, identity->words_confirmed);
  if (identity->restored) {
    json_builder_set_member_name (builder, "restored");
    json_builder_add_boolean_value (builder, TRUE);
  }
  if (identity->backed_up > 0) {
    json_builder_set_member_name (builder, "backed_up");
    json_builder_add_int_value (builder, identity->backed_up);
  }
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  text = json_to_string (root, TRUE);

  if (!g_file_set_contents_full (path, text, -1,
                                 G_FILE_SET_CONTENTS_CONSISTENT |
                                     G_FILE_SET_CONTENTS_DURABLE,
                                 0600, &failure)) {
    g_set_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_STORAGE,
                 /* Translators: %s is what the system says. */
                 _ ("The profile could not be stored: %s."), failure->message);
    return FALSE;
  }
  return TRUE;
}

static const gchar *
get_text (JsonObject *object, const gchar *name) {
  JsonNode *node = json_object_get_member (object, name);

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) ||
      json_node_get_value_type (node) != G_TYPE_STRING)
    return NULL;
  return json_node_get_string (node);
}

static gboolean
get_flag (JsonObject *object, const gchar *name) {
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) &&
         json_node_get_value_type (node) == G_TYPE_BOOLEAN &&
         json_node_get_boolean (node);
}

static gboolean
read_keys (GeoProfile *self, JsonNode *node) {
  JsonArray *array;

  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_ARRAY (node))
    return FALSE;
  array = json_node_get_array (node);
  if (json_array_get_length (array) > KEYS_MAX)
    return FALSE;
  for (guint i = 0; i < json_array_get_length (array); i++) {
    JsonNode *item = json_array_get_element (array, i);

    if (!JSON_NODE_HOLDS_VALUE (item) ||
        json_node_get_value_type (item) != G_TYPE_STRING ||
        !geo_pid_parse (json_node_get_string (item), &self->keys[i], NULL))
      return FALSE;
    self->n_keys = i + 1;
  }
  return TRUE;
}

static gboolean
identity_read (GeoProfile *self, const gchar *text, gsize len) {
  g_autoptr (JsonNode) root = geo_json_parse (text, len, GEO_JSON_SIZE_MAX,
                                              NULL);
  JsonObject *object;
  JsonNode *backed_up;
  const gchar *kind;
  const gchar *name;
  const gchar *pid;
  const gchar *place;

  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return FALSE;
  object = json_node_get_object (root);
  kind = get_text (object, "kind");
  name = get_text (object, "name");
  pid = get_text (object, "pid");
  place = get_text (object, "key");
  if (g_strcmp0 (kind, IDENTITY_KIND) != 0 || name == NULL || pid == NULL ||
      place == NULL || !geo_pid_parse (pid, &self->pid, NULL) ||
      !read_keys (self, json_object_get_member (object, "keys")))
    return FALSE;
  if (g_str_equal (place, "keyring"))
    self->place = GEO_KEY_PLACE_KEYRING;
  else if (g_str_equal (place, "file"))
    self->place = GEO_KEY_PLACE_FILE;
  else
    return FALSE;
  self->name = g_strdup (name);

  self->words_confirmed = get_flag (object, "words_confirmed");
  self->restored = get_flag (object, "restored");
  backed_up = json_object_get_member (object, "backed_up");
  if (backed_up != NULL && JSON_NODE_HOLDS_VALUE (backed_up) &&
      json_node_get_value_type (backed_up) == G_TYPE_INT64)
    self->backed_up = MAX (json_node_get_int (backed_up), 0);
  return TRUE;
}

GeoProfile *
geo_profile_new (const gchar *name) {
  GeoProfile *self = g_object_new (GEO_TYPE_PROFILE, NULL);
  g_autofree gchar *path = NULL;
  g_autofree gchar *text = NULL;
  gsize len;
  g_autoptr (GError) error = NULL;

  if (name != NULL && strchr (name, '/') != NULL) {
    self->folder = g_canonicalize_filename (name, NULL);
  } else if (name != NULL && *name != '\0') {
    g_autofree gchar *leaf = g_strconcat ("@", name, NULL);

    self->folder = g_build_filename (g_get_user_data_dir (), DATA_FOLDER, leaf,
                                     NULL);
  } else {
    self->folder = g_build_filename (g_get_user_data_dir (), DATA_FOLDER, NULL);
  }

  path = g_build_filename (self->folder, IDENTITY_FILE, NULL);
  if (g_file_get_contents (path, &text, &len, &error))
    self->damaged = !identity_read (self, text, len);
  else
    self->damaged = !g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
  return self;
}

/* --- Small questions ---------------------------------------------------- */

const gchar *
geo_profile_get_folder (GeoProfile *profile) {
  g_assert (GEO_IS_PROFILE (profile));
  return profile->folder;
}

GeoKeyPlace
geo_profile_get_key_place (GeoProfile *profile) {
  g_assert (GEO_IS_PROFILE (profile));
  return profile->place;
}

gboolean
geo_profile_has_pid (GeoProfile *profile, GeoPid *out) {
  g_assert (GEO_IS_PROFILE (profile));
  if (profile->place == GEO_KEY_PLACE_NONE)
    return FALSE;
  if (out != NULL)
    *out = profile->pid;
  return TRUE;
}

const gchar *
geo_profile_get_name (GeoProfile *profile) {
  g_assert (GEO_IS_PROFILE (profile));
  return profile->name;
}

gboolean
geo_profile_is_restored (GeoProfile *profile) {
  g_assert (GEO_IS_PROFILE (profile));
  return profile->restored;
}

gboolean
geo_profile_is_damaged (GeoProfile *profile) {
  g_assert (GEO_IS_PROFILE (profile));
  return profile->damaged;
}

gboolean
geo_profile_is_unlocked (GeoProfile *profile) {
  g_assert (GEO_IS_PROFILE (profile));
  return profile->secret != NULL;
}

GeoSecret *
geo_profile_get_secret (GeoProfile *profile) {
  g_assert (GEO_IS_PROFILE (profile));
  return profile->secret;
}

gchar *
geo_profile_get_words (GeoProfile *profile) {
  g_assert (GEO_IS_PROFILE (profile));
  return profile->entropy != NULL ? geo_words_from_entropy (profile->entropy)
                                  : NULL;
}

gchar *
geo_profile_make_words (void) {
  guint8 entropy[GEO_WORDS_ENTROPY_LEN];
  gchar *words;

  if (sodium_init () < 0)
    g_error ("libsodium cannot be used on this computer");
  randombytes_buf (entropy, sizeof entropy);
  words = geo_words_from_entropy (entropy);
  sodium_memzero (entropy, sizeof entropy);
  return words;
}

gboolean
geo_profile_get_words_confirmed (GeoProfile *profile) {
  g_assert (GEO_IS_PROFILE (profile));
  return profile->words_confirmed;
}

typedef struct {
  GThread *before;
  Identity *identity;
} Write;

static gpointer
write_thread (gpointer data) {
  Write *write = data;
  g_autoptr (GError) error = NULL;

  /* Writes keep their order. */
  if (write->before != NULL)
    g_thread_join (write->before);
  /* If it fails the person is asked again at the next start, and loses nothing.
   */
  if (!identity_write (write->identity, &error))
    g_debug ("identity.json: %s", error->message);
  identity_free (write->identity);
  g_free (write);
  return NULL;
}

static void
write_identity (GeoProfile *profile) {
  Write *write = g_new0 (Write, 1);

  write->before = profile->writer;
  write->identity = identity_new (profile);
  profile->writer = g_thread_new ("geo-profile", write_thread, write);
}

gint64
geo_profile_get_backup_time (GeoProfile *profile) {
  g_assert (GEO_IS_PROFILE (profile));
  return profile->backed_up;
}

void
geo_profile_set_backup_time (GeoProfile *profile, gint64 at) {
  profile->backed_up = at;
  write_identity (profile);
  g_object_notify_by_pspec (G_OBJECT (profile), props[PROP_BACKUP_TIME]);
}

void
geo_profile_set_words_confirmed (GeoProfile *profile, gboolean confirmed) {
  g_assert (GEO_IS_PROFILE (profile));
  confirmed = !!confirmed;
  if (profile->place == GEO_KEY_PLACE_NONE ||
      profile->words_confirmed == confirmed)
    return;
  profile->words_confirmed = confirmed;
  write_identity (profile);
}

void
geo_profile_set_name (GeoProfile *profile, const gchar *name) {
  g_assert (GEO_IS_PROFILE (profile) && name != NULL);
  g_free (profile->name);
  profile->name = g_strdup (name);
  write_identity (profile);
}

gboolean
geo_profile_make_folder (const gchar *folder, GError **error) {
  if (g_mkdir_with_parents (folder, 0700) == 0)
    return TRUE;
  g_set_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_STORAGE,
               /* Translators: %s is what the system says. */
               _ ("The profile's folder could not be made: %s."),
               g_strerror (errno));
  return FALSE;
}

gchar *
geo_profile_clean_name (const gchar *name, GError **error) {
  g_autofree gchar *normal = NULL;
  const gchar *p;

  if (name != NULL)
    normal = g_utf8_normalize (name, -1, G_NORMALIZE_NFC);
  if (normal != NULL) {
    g_strstrip (normal);
    for (p = normal; *p != '\0'; p = g_utf8_next_char (p)) {
      if (g_unichar_iscntrl (g_utf8_get_char (p)))
        break;
    }
    if (*normal != '\0' && *p == '\0' &&
        g_utf8_strlen (normal, -1) <= NAME_CHARS_MAX)
      return g_steal_pointer (&normal);
  }
  g_set_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT,
               g_dngettext (GETTEXT_PACKAGE, "A name has at most %d letter.",
                            "A name has 1 to %d letters.", NAME_CHARS_MAX),
               NAME_CHARS_MAX);
  return NULL;
}

/* --- The keyring's face ------------------------------------------------- */

static void
probed_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (geo_keyring_probe_finish (result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
geo_profile_probe_keyring_async (GeoProfile *profile,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data) {
  GTask *task = g_task_new (profile, cancellable, callback, user_data);

  geo_keyring_probe_async (cancellable, probed_cb, task);
}

gboolean
geo_profile_probe_keyring_finish (GeoProfile *profile,
                                  GAsyncResult *result,
                                  GError **error) {
  g_assert (g_task_is_valid (result, profile));
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
geo_profile_set_key_limits (GeoProfile *profile, guint64 ops, gsize memory) {
  g_assert (GEO_IS_PROFILE (profile));
  g_assert (ops > 0 && memory > 0);
  profile->key_ops = ops;
  profile->key_memory = memory;
}

/* --- Creating and unlocking --------------------------------------------- */

/* What a thread needs and makes; the secrets in it are zeroed with it. */
typedef struct {
  gchar *folder;
  gchar *name;
  GeoKeyPlace place;
  gchar *passphrase;
  guint8 *entropy;
  GeoSecret *secret;
  GeoPid pid; /* Of create: the digest of the key, which is the first. */
  Identity *identity; /* Of replace: as it is to be. */
  GPtrArray *journals; /* Of put back: paths of all there are. */
  gboolean is_new;
  gboolean restored;
  guint64 ops;
  gsize memory;
  gchar *backup; /* Whose journals come with it; NULL: none. */
  GeoBackupTeller *teller;
} KeyWork;

static KeyWork *
key_work_new (GeoProfile *profile, const gchar *passphrase) {
  KeyWork *work = g_new0 (KeyWork, 1);

  work->folder = g_strdup (profile->folder);
  work->passphrase = g_strdup (passphrase);
  work->ops = profile->key_ops;
  work->memory = profile->key_memory;
  work->entropy = sodium_malloc (GEO_WORDS_ENTROPY_LEN);
  if (work->entropy == NULL)
    g_error ("no guarded memory for a key");
  return work;
}

static void
key_work_free (gpointer data) {
  KeyWork *work = data;

  g_free (work->folder);
  g_free (work->name);
  if (work->passphrase != NULL)
    sodium_memzero (work->passphrase, strlen (work->passphrase));
  g_free (work->passphrase);
  sodium_free (work->entropy);
  g_clear_pointer (&work->secret, geo_secret_unref);
  g_free (work->backup);
  g_clear_pointer (&work->identity, identity_free);
  g_clear_pointer (&work->journals, g_ptr_array_unref);
  g_clear_pointer (&work->teller, geo_backup_teller_unref);
  g_free (work);
}

/* The words are the key: PBKDF2 takes some milliseconds. */
static gboolean
derive_secret (KeyWork *work, GError **error) {
  gchar *words = geo_words_from_entropy (work->entropy);

  work->secret = geo_words_to_secret (words, error);
  geo_words_free (words);
  if (work->secret == NULL)
    return FALSE;
  geo_secret_get_pid (work->secret, &work->pid);
  return TRUE;
}

static gboolean
write_key (KeyWork *work, const gchar *path, GError **error) {
  if (work->ops == 0)
    return geo_keyfile_write (path, work->entropy, work->passphrase, error);
  return geo_keyfile_write_with_limits (path, work->entropy, work->passphrase,
                                        work->ops, work->memory, error);
}

/* Until there is an identity, journals are nobody's: whoever is stopped in
 * between begins again. */
static gboolean
restore_journals (KeyWork *work, GError **error) {
  g_autofree gchar *name = NULL;

  if (!geo_backup_unpack (work->backup, work->folder, work->secret, &name,
                          work->teller != NULL ? geo_backup_teller_step : NULL,
                          work->teller, error))
    return FALSE;
  if (work->name == NULL)
    work->name = geo_profile_clean_name (name, error);
  if (work->name != NULL && geo_backup_use (work->folder, error))
    return TRUE;
  geo_backup_drop (work->folder);
  return FALSE;
}

static gboolean
create_in_thread (KeyWork *work, GError **error) {
  g_autofree gchar *identity_path = g_build_filename (work->folder,
                                                      IDENTITY_FILE, NULL);
  g_autofree gchar *key_path = g_build_filename (work->folder, KEY_FILE, NULL);
  g_autoptr (Identity) identity = NULL;

  if (!derive_secret (work, error) ||
      !geo_profile_make_folder (work->folder, error))
    return FALSE;
  if (g_file_test (identity_path, G_FILE_TEST_EXISTS)) {
    g_set_error_literal (error, GEO_NODE_ERROR, GEO_NODE_ERROR_EXISTS,
                         _ ("There is an identity in this profile already."));
    return FALSE;
  }
  if (work->backup != NULL && !restore_journals (work, error))
    return FALSE;
  /* The key comes first: an identity without its key would be a dead end, a key
   * without its identity is only written over. */
  if (work->place == GEO_KEY_PLACE_FILE && !write_key (work, key_path, error))
    return FALSE;

  geo_fault_point ("restore: before identity");
  identity = g_new0 (Identity, 1);
  identity->folder = g_strdup (work->folder);
  identity->name = g_strdup (work->name);
  identity->pid = work->pid;
  identity->place = work->place;
  identity->restored = work->restored;
  return identity_write (identity, error);
}

/* Whether the key in it is the one of the identity that is there. */
static gboolean
is_own_key (const KeyWork *work) {
  for (guint i = 0; i < work->identity->n_keys; i++) {
    if (geo_pid_equal (&work->identity->keys[i], &work->pid))
      return TRUE;
  }
  return work->identity->n_keys == 0 &&
         geo_pid_equal (&work->identity->pid, &work->pid);
}

static gboolean
unlock_in_thread (KeyWork *work, GError **error) {
  if (work->place == GEO_KEY_PLACE_FILE) {
    g_autofree gchar *path = g_build_filename (work->folder, KEY_FILE, NULL);

    if (!geo_keyfile_read (path, work->passphrase, work->entropy, error))
      return FALSE;
  }
  if (!derive_secret (work, error))
    return FALSE;
  if (!is_own_key (work)) {
    g_set_error_literal (error, GEO_NODE_ERROR, GEO_NODE_ERROR_KEYRING,
                         _ ("The key that is kept for this profile belongs to "
                            "somebody else. Restore the identity from its "
                            "twelve words."));
    return FALSE;
  }
  return TRUE;
}

static void
key_thread (GTask *task,
            gpointer source,
            gpointer task_data,
            GCancellable *cancellable) {
  KeyWork *work = task_data;
  GError *error = NULL;

  if (work->is_new ? create_in_thread (work, &error)
                   : unlock_in_thread (work, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
key_done_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GTask) task = user_data;
  GeoProfile *self = GEO_PROFILE (g_task_get_source_object (task));
  KeyWork *work = g_task_get_task_data (task);
  GError *error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error)) {
    g_task_return_error (task, error);
    return;
  }
  if (work->is_new) {
    g_free (self->name);
    self->name = g_strdup (work->name);
    self->pid = work->pid;
    self->place = work->place;
    self->words_confirmed = FALSE;
    self->restored = work->restored;
  }
  g_clear_pointer (&self->secret, geo_secret_unref);
  g_clear_pointer (&self->entropy, sodium_free);
  self->secret = g_steal_pointer (&work->secret);
  self->entropy = g_steal_pointer (&work->entropy);
  g_task_return_boolean (task, TRUE);
}

/* Takes task, whose data is a KeyWork. */
static void
run_key_thread (GTask *task) {
  /* A key that is half made would be worse than a late answer: not cancelled.
   * Without a source, so that no thread ever lets go of the profile last. */
  g_autoptr (GTask) inner = g_task_new (NULL, NULL, key_done_cb, task);

  /* The outer task keeps the work until the callback has run. */
  g_task_set_task_data (inner, g_task_get_task_data (task), NULL);
  g_task_run_in_thread (inner, key_thread);
}

static void
key_stored_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (!geo_keyring_store_finish (result, &error))
    g_task_return_error (task, error);
  else
    run_key_thread (g_steal_pointer (&task));
}

/* Takes outer and teller; name may be NULL where something is restored. */
static void
create_identity (GTask *outer,
                 const gchar *name,
                 const gchar *words,
                 const gchar *passphrase,
                 gboolean restored,
                 const gchar *backup,
                 GeoBackupTeller *teller) {
  g_autoptr (GTask) task = outer;
  GeoProfile *profile = g_task_get_source_object (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  KeyWork *work;
  GError *error = NULL;

  g_task_set_check_cancellable (task, FALSE);
  work = key_work_new (profile, passphrase);
  g_task_set_task_data (task, work, key_work_free);
  work->backup = g_strdup (backup);
  work->teller = teller;
  work->is_new = TRUE;
  work->restored = restored;
  work->place = passphrase != NULL ? GEO_KEY_PLACE_FILE : GEO_KEY_PLACE_KEYRING;

  if (profile->place != GEO_KEY_PLACE_NONE || profile->damaged) {
    g_task_return_new_error (
        task, GEO_NODE_ERROR, GEO_NODE_ERROR_EXISTS, "%s",
        _ ("There is an identity in this profile already."));
    return;
  }
  if (name != NULL || !restored)
    work->name = geo_profile_clean_name (name, &error);
  else if (backup == NULL)
    work->name = g_strdup ("");
  if (error != NULL) {
    g_task_return_error (task, error);
    return;
  }
  if (passphrase != NULL && *passphrase == '\0') {
    g_task_return_new_error (task, GEO_NODE_ERROR, GEO_NODE_ERROR_PASSPHRASE,
                             "%s", _ ("A passphrase is needed."));
    return;
  }
  if (!geo_words_to_entropy (words, work->entropy, &error)) {
    g_task_return_new_error (task, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT,
                             /* Translators: %s says which word is wrong. */
                             _ ("These are not the twelve words: %s"),
                             error->message);
    g_clear_error (&error);
    return;
  }

  if (work->place == GEO_KEY_PLACE_KEYRING)
    geo_keyring_store_async (profile->folder, work->entropy, cancellable,
                             key_stored_cb, g_steal_pointer (&task));
  else
    run_key_thread (g_steal_pointer (&task));
}

void
geo_profile_create_async (GeoProfile *profile,
                          const gchar *name,
                          const gchar *words,
                          const gchar *passphrase,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data) {
  g_assert (GEO_IS_PROFILE (profile));
  create_identity (g_task_new (profile, cancellable, callback, user_data), name,
                   words, passphrase, FALSE, NULL, NULL);
}

void
geo_profile_restore_async (GeoProfile *profile,
                           const gchar *path,
                           const gchar *name,
                           const gchar *words,
                           const gchar *passphrase,
                           GeoBackupProgress progress,
                           gpointer progress_data,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data) {
  g_assert (GEO_IS_PROFILE (profile));
  create_identity (g_task_new (profile, cancellable, callback, user_data), name,
                   words, passphrase, TRUE, path,
                   progress != NULL
                       ? geo_backup_teller_new (progress, progress_data)
                       : NULL);
}

gboolean
geo_profile_restore_finish (GeoProfile *profile,
                            GAsyncResult *result,
                            GError **error) {
  g_assert (g_task_is_valid (result, profile));
  return g_task_propagate_boolean (G_TASK (result), error);
}

gboolean
geo_profile_create_finish (GeoProfile *profile,
                           GAsyncResult *result,
                           GError **error) {
  g_assert (g_task_is_valid (result, profile));
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
key_loaded_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GTask) task = user_data;
  KeyWork *work = g_task_get_task_data (task);
  GError *error = NULL;

  if (!geo_keyring_load_finish (result, work->entropy, &error))
    g_task_return_error (task, error);
  else
    run_key_thread (g_steal_pointer (&task));
}

void
geo_profile_unlock_async (GeoProfile *profile,
                          const gchar *passphrase,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data) {
  g_autoptr (GTask) task = g_task_new (profile, cancellable, callback,
                                       user_data);
  KeyWork *work;

  g_assert (GEO_IS_PROFILE (profile));
  g_task_set_check_cancellable (task, FALSE);
  work = key_work_new (profile, passphrase);
  g_task_set_task_data (task, work, key_work_free);
  work->place = profile->place;
  work->identity = identity_new (profile);

  switch (profile->place) {
  case GEO_KEY_PLACE_NONE:
    if (profile->damaged)
      g_task_return_new_error (
          task, GEO_NODE_ERROR, GEO_NODE_ERROR_STORAGE,
          _ ("This profile is damaged: %s in its folder cannot be read."),
          IDENTITY_FILE);
    else
      g_task_return_new_error (
          task, GEO_NODE_ERROR, GEO_NODE_ERROR_NO_KEY, "%s",
          _ ("There is no identity in this profile yet. Create one, or restore "
             "yours from its twelve words."));
    break;
  case GEO_KEY_PLACE_KEYRING:
    geo_keyring_load_async (profile->folder, cancellable, key_loaded_cb,
                            g_steal_pointer (&task));
    break;
  case GEO_KEY_PLACE_FILE:
    if (passphrase == NULL || *passphrase == '\0')
      g_task_return_new_error (task, GEO_NODE_ERROR, GEO_NODE_ERROR_PASSPHRASE,
                               "%s",
                               _ ("The passphrase of this profile is needed."));
    else
      run_key_thread (g_steal_pointer (&task));
    break;
  }
}

gboolean
geo_profile_unlock_finish (GeoProfile *profile,
                           GAsyncResult *result,
                           GError **error) {
  g_assert (g_task_is_valid (result, profile));
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* --- A key that was lost ------------------------------------------------- */

/* K6: a change of the key was cut short, and which of the two was kept is lost
 * with it: it is the one that all journals can go on with. */
static gboolean
check_journals (const KeyWork *work, GError **error) {
  gboolean fits;

  for (guint i = 0; work->identity->n_keys > 1 && i < work->journals->len;
       i++) {
    if (!geo_rotation_fits_journal (g_ptr_array_index (work->journals, i),
                                    &work->pid, &fits, error))
      return FALSE;
    if (!fits) {
      g_set_error_literal (
          error, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT,
          geo_pid_equal (&work->pid, &work->identity->keys[0])
              ? _ ("Your key was changed already, so these words count no "
                   "more. Use the new ones.")
              : _ ("The change to these words was cut short before all your "
                   "communities were told of it, so they are nothing. Use the "
                   "words of before."));
      return FALSE;
    }
  }
  return TRUE;
}

static GPtrArray *
list_journals (GeoProfile *profile) {
  g_autoptr (GPtrArray) communities = geo_profile_list_communities (profile);
  GPtrArray *paths = geo_profile_list_left_journals (profile);

  for (guint i = 0; i < communities->len; i++)
    g_ptr_array_add (paths,
                     geo_profile_get_journal_path (
                         profile, g_ptr_array_index (communities, i)));
  return paths;
}

/* Nothing is written before the words are known to be the right ones. */
static gboolean
put_back_in_thread (KeyWork *work, GError **error) {
  g_autofree gchar *path = g_build_filename (work->folder, KEY_FILE, NULL);

  if (!derive_secret (work, error))
    return FALSE;
  if (!is_own_key (work)) {
    g_set_error_literal (error, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT,
                         _ ("These are the words of another wallet."));
    return FALSE;
  }
  if (!check_journals (work, error))
    return FALSE;
  if (work->place != GEO_KEY_PLACE_FILE)
    return TRUE;
  /* The key comes first: an identity without its key would be a dead end. */
  if (!write_key (work, path, error))
    return FALSE;
  if (work->identity->place == GEO_KEY_PLACE_FILE)
    return TRUE;
  work->identity->place = GEO_KEY_PLACE_FILE;
  return identity_write (work->identity, error);
}

static void
put_back_thread (GTask *task,
                 gpointer source,
                 gpointer task_data,
                 GCancellable *cancellable) {
  GError *error = NULL;

  if (put_back_in_thread (task_data, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
put_back (GTask *task) {
  GeoProfile *self = GEO_PROFILE (g_task_get_source_object (task));
  KeyWork *work = g_task_get_task_data (task);

  self->place = work->place;
  g_clear_pointer (&self->secret, geo_secret_unref);
  g_clear_pointer (&self->entropy, sodium_free);
  self->secret = g_steal_pointer (&work->secret);
  self->entropy = g_steal_pointer (&work->entropy);
  g_task_return_boolean (task, TRUE);
}

static void
put_back_stored_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (geo_keyring_store_finish (result, &error))
    put_back (task);
  else
    g_task_return_error (task, error);
}

static void
put_back_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GTask) task = user_data;
  KeyWork *work = g_task_get_task_data (task);
  GError *error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    g_task_return_error (task, error);
  else if (work->place == GEO_KEY_PLACE_FILE)
    put_back (task);
  else
    geo_keyring_store_async (work->folder, work->entropy, NULL,
                             put_back_stored_cb, g_steal_pointer (&task));
}

void
geo_profile_put_key_back_async (GeoProfile *profile,
                                const gchar *words,
                                const gchar *passphrase,
                                GAsyncReadyCallback callback,
                                gpointer user_data) {
  g_autoptr (GTask) task = g_task_new (profile, NULL, callback, user_data);
  g_autoptr (GTask) inner = NULL;
  KeyWork *work;
  g_autoptr (GError) error = NULL;

  g_assert (GEO_IS_PROFILE (profile));
  work = key_work_new (profile, passphrase);
  g_task_set_task_data (task, work, key_work_free);
  work->identity = identity_new (profile);
  work->journals = list_journals (profile);
  work->place = passphrase != NULL ? GEO_KEY_PLACE_FILE : profile->place;
  if (profile->place == GEO_KEY_PLACE_NONE) {
    g_task_return_new_error (
        task, GEO_NODE_ERROR, GEO_NODE_ERROR_NO_KEY, "%s",
        _ ("There is no identity in this profile yet. Create one, or restore "
           "yours from its twelve words."));
  } else if (work->place == GEO_KEY_PLACE_FILE &&
             (passphrase == NULL || *passphrase == '\0')) {
    g_task_return_new_error (task, GEO_NODE_ERROR, GEO_NODE_ERROR_PASSPHRASE,
                             "%s", _ ("A passphrase is needed."));
  } else if (!geo_words_to_entropy (words, work->entropy, &error)) {
    g_task_return_new_error (task, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT,
                             /* Translators: %s says which word is wrong. */
                             _ ("These are not the twelve words: %s"),
                             error->message);
  } else {
    inner = g_task_new (NULL, NULL, put_back_cb, g_object_ref (task));
    g_task_set_task_data (inner, work, NULL);
    g_task_run_in_thread (inner, put_back_thread);
  }
}

gboolean
geo_profile_put_key_back_finish (GeoProfile *profile,
                                 GAsyncResult *result,
                                 GError **error) {
  g_assert (g_task_is_valid (result, profile));
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* --- Another key ---------------------------------------------------------- */

/* K6: from before the first journal is told until the key is replaced,
 * identity.json knows both. */
typedef struct {
  GThread *before;
  Identity *identity;
} Announcing;

static void
announcing_free (gpointer data) {
  Announcing *announcing = data;

  identity_free (announcing->identity);
  g_free (announcing);
}

static void
announce_thread (GTask *task,
                 gpointer source,
                 gpointer task_data,
                 GCancellable *cancellable) {
  const Announcing *announcing = task_data;
  GError *error = NULL;

  /* Writes keep their order. */
  if (announcing->before != NULL)
    g_thread_join (announcing->before);
  geo_fault_point ("rotate: before announcing the key");
  if (identity_write (announcing->identity, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* One key is known again, the one in use. */
static void
know_one_key (GeoProfile *self) {
  geo_secret_get_pid (self->secret, &self->keys[0]);
  self->n_keys = 1;
  self->is_changing = FALSE;
}

static void
announced_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GTask) task = user_data;
  GeoProfile *self = GEO_PROFILE (g_task_get_source_object (task));
  GError *error = NULL;

  if (g_task_propagate_boolean (G_TASK (result), &error)) {
    g_task_return_boolean (task, TRUE);
    return;
  }
  know_one_key (self);
  g_task_return_error (task, error);
}

void
geo_profile_announce_key_async (GeoProfile *profile,
                                GeoSecret *next,
                                GAsyncReadyCallback callback,
                                gpointer user_data) {
  GTask *task = g_task_new (profile, NULL, callback, user_data);
  g_autoptr (GTask) inner = g_task_new (NULL, NULL, announced_cb, task);
  Announcing *announcing = g_new0 (Announcing, 1);

  g_assert (profile->secret != NULL);
  geo_secret_get_pid (profile->secret, &profile->keys[0]);
  geo_secret_get_pid (next, &profile->keys[1]);
  profile->n_keys = 2;
  profile->is_changing = TRUE;
  announcing->before = g_steal_pointer (&profile->writer);
  announcing->identity = identity_new (profile);
  g_task_set_task_data (inner, announcing, announcing_free);
  g_task_run_in_thread (inner, announce_thread);
}

gboolean
geo_profile_announce_key_finish (GeoProfile *profile,
                                 GAsyncResult *result,
                                 GError **error) {
  g_assert (g_task_is_valid (result, profile));
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
geo_profile_retract_key (GeoProfile *profile) {
  know_one_key (profile);
  write_identity (profile);
}

GeoKeyChange
geo_profile_get_key_change (GeoProfile *profile) {
  GeoPid now;

  g_assert (GEO_IS_PROFILE (profile));
  if (profile->n_keys != 2 || profile->is_changing || profile->secret == NULL)
    return GEO_KEY_CHANGE_NONE;
  geo_secret_get_pid (profile->secret, &now);
  return geo_pid_equal (&now, &profile->keys[1]) ? GEO_KEY_CHANGE_DONE
                                                 : GEO_KEY_CHANGE_UNDONE;
}

void
geo_profile_settle_key (GeoProfile *profile) {
  GeoKeyChange change = geo_profile_get_key_change (profile);

  if (change == GEO_KEY_CHANGE_NONE)
    return;
  /* They were given back before the change began. */
  if (change == GEO_KEY_CHANGE_DONE)
    profile->words_confirmed = TRUE;
  know_one_key (profile);
  write_identity (profile);
}

void
geo_profile_wait_written (GeoProfile *profile) {
  g_assert (GEO_IS_PROFILE (profile));
  if (profile->writer != NULL)
    g_thread_join (g_steal_pointer (&profile->writer));
}

static gboolean
settle_key (KeyWork *work, GError **error) {
  geo_fault_point ("rotate: after replacing the key");
  work->identity->keys[0] = work->pid;
  work->identity->n_keys = 1;
  work->identity->words_confirmed = TRUE;
  if (!identity_write (work->identity, error))
    return FALSE;
  geo_fault_point ("rotate: after settling the key");
  return TRUE;
}

static void
replace_thread (GTask *task,
                gpointer source,
                gpointer task_data,
                GCancellable *cancellable) {
  KeyWork *work = task_data;
  g_autofree gchar *path = g_build_filename (work->folder, KEY_FILE, NULL);
  GError *error = NULL;

  geo_fault_point ("rotate: before replacing the key");
  if (!derive_secret (work, &error) ||
      (work->place == GEO_KEY_PLACE_FILE && !write_key (work, path, &error)))
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static void
settle_thread (GTask *task,
               gpointer source,
               gpointer task_data,
               GCancellable *cancellable) {
  KeyWork *work = task_data;
  GError *error = NULL;

  if (settle_key (work, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
settled_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GTask) task = user_data;
  GeoProfile *self = GEO_PROFILE (g_task_get_source_object (task));
  KeyWork *work = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  /* The key is replaced: that identity.json still knows the former one, too, is
   * no harm. */
  if (!g_task_propagate_boolean (G_TASK (result), &error))
    g_debug ("identity.json: %s", error->message);
  self->words_confirmed = TRUE;
  g_clear_pointer (&self->secret, geo_secret_unref);
  g_clear_pointer (&self->entropy, sodium_free);
  self->secret = g_steal_pointer (&work->secret);
  self->entropy = work->entropy;
  work->entropy = sodium_malloc (GEO_WORDS_ENTROPY_LEN);
  know_one_key (self);
  g_task_return_boolean (task, TRUE);
}

/* Which of the two is kept now is seen at the next start. */
static void
fail_replacing (GTask *task, GError *error) {
  GEO_PROFILE (g_task_get_source_object (task))->is_changing = FALSE;
  g_task_return_error (task, error);
}

/* Takes task, whose data is a KeyWork. */
static void
run_thread (GTask *task, GTaskThreadFunc func, GAsyncReadyCallback done) {
  g_autoptr (GTask) inner = g_task_new (NULL, NULL, done, task);

  g_task_set_task_data (inner, g_task_get_task_data (task), NULL);
  g_task_run_in_thread (inner, func);
}

static void
replaced_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (!geo_keyring_store_finish (result, &error))
    fail_replacing (task, error);
  else
    run_thread (g_steal_pointer (&task), settle_thread, settled_cb);
}

static void
derived_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GTask) task = user_data;
  KeyWork *work = g_task_get_task_data (task);
  GError *error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    fail_replacing (task, error);
  else if (work->place == GEO_KEY_PLACE_FILE)
    run_thread (g_steal_pointer (&task), settle_thread, settled_cb);
  else
    geo_keyring_store_async (work->folder, work->entropy, NULL, replaced_cb,
                             g_steal_pointer (&task));
}

void
geo_profile_replace_key_async (GeoProfile *profile,
                               const gchar *words,
                               const gchar *passphrase,
                               GAsyncReadyCallback callback,
                               gpointer user_data) {
  g_autoptr (GTask) task = g_task_new (profile, NULL, callback, user_data);
  KeyWork *work = key_work_new (profile, passphrase);
  GError *error = NULL;

  g_assert (profile->secret != NULL && profile->is_changing);
  g_assert ((profile->place == GEO_KEY_PLACE_FILE) == (passphrase != NULL));
  g_task_set_task_data (task, work, key_work_free);
  work->place = profile->place;
  work->identity = identity_new (profile);
  if (!geo_words_to_entropy (words, work->entropy, &error)) {
    fail_replacing (task, error);
    return;
  }
  run_thread (g_steal_pointer (&task), replace_thread, derived_cb);
}

gboolean
geo_profile_replace_key_finish (GeoProfile *profile,
                                GAsyncResult *result,
                                GError **error) {
  g_assert (g_task_is_valid (result, profile));
  return g_task_propagate_boolean (G_TASK (result), error);
}
