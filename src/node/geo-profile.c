/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The profile: its folder, what identity.json says, and small questions.  Its
 * key is made and found by geo-profile-key.c and changed by geo-profile-change.c;
 * journals are left to the node.
 */
#include "config.h"

#include "node/geo-profile-key-private.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>

#include "core/geo-json.h"
#include "core/geo-words.h"
#include "node/geo-keyring-private.h"

#define IDENTITY_KIND "geo-identity"
#define NAME_CHARS_MAX 100

/* A development build keeps its own data. */
#if GEO_DEVELOPMENT
#define DATA_FOLDER "geo-devel"
#else
#define DATA_FOLDER "geo"
#endif

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

GeoIdentity *
geo_identity_new (GeoProfile *self) {
  GeoIdentity *identity = g_new0 (GeoIdentity, 1);

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

void
geo_identity_free (GeoIdentity *identity) {
  g_free (identity->folder);
  g_free (identity->name);
  g_free (identity);
}

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

gboolean
geo_identity_write (const GeoIdentity *identity, GError **error) {
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree gchar *pid = geo_pid_to_string (&identity->pid);
  g_autofree gchar *path = g_build_filename (identity->folder, GEO_IDENTITY_FILE,
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
  if (json_array_get_length (array) > GEO_IDENTITY_KEYS_MAX)
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
  kind = geo_json_get_text (object, "kind");
  name = geo_json_get_text (object, "name");
  pid = geo_json_get_text (object, "pid");
  place = geo_json_get_text (object, "key");
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

  path = g_build_filename (self->folder, GEO_IDENTITY_FILE, NULL);
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
  GeoIdentity *identity;
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
  if (!geo_identity_write (write->identity, &error))
    g_debug ("identity.json: %s", error->message);
  geo_identity_free (write->identity);
  g_free (write);
  return NULL;
}

void
geo_profile_write_identity (GeoProfile *profile) {
  Write *write = g_new0 (Write, 1);

  write->before = profile->writer;
  write->identity = geo_identity_new (profile);
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
  geo_profile_write_identity (profile);
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
  geo_profile_write_identity (profile);
}

void
geo_profile_set_name (GeoProfile *profile, const gchar *name) {
  g_assert (GEO_IS_PROFILE (profile) && name != NULL);
  g_free (profile->name);
  profile->name = g_strdup (name);
  geo_profile_write_identity (profile);
}

gboolean
geo_profile_check_folder (const gchar *folder, GError **error) {
  GStatBuf info;

  /* A group of one's own may write: with umask 002 every folder is so. */
  if (g_stat (folder, &info) != 0 || (info.st_mode & S_IWOTH) == 0)
    return TRUE;
  g_set_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_STORAGE,
               /* Translators: %s is a folder; “chmod 700” is a command. */
               _ ("Anybody on this computer may write in the folder %s, and so "
                  "put another key there. Allow nobody else (chmod 700)."),
               folder);
  return FALSE;
}

gboolean
geo_profile_make_folder (const gchar *folder, GError **error) {
  if (g_mkdir_with_parents (folder, 0700) == 0)
    return geo_profile_check_folder (folder, error);
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
