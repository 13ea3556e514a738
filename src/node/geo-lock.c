/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The PIN and its wrong tries, in lock.json.  It owns that file and decides
 * nothing about what is shown while the wallet is locked.
 */
#include "config.h"

#include "node/geo-lock.h"

#include <glib/gi18n-lib.h>
#include <sodium.h>
#include <string.h>

#include "core/geo-json.h"
#include "core/geo-words.h"
#include "node/geo-profile-private.h"

#define LOCK_FILE "lock.json"
#define KIND "geo-lock"
#define FREE_TRIES 3
#define TRIES_MAX 1000000

struct _GeoLock {
  GObject parent_instance;

  /* What lock.json says.  hash NULL: there is no PIN. */
  gchar *hash;
  gint64 tries; /* Wrong ones since the last right one. */
  gint64 last_at; /* Wall clock, seconds. */
  gboolean is_damaged;

  gint64 last_monotonic; /* The last try of this run, µs; 0: none. */
  gboolean is_busy;

  /* owned */
  GeoProfile *profile;
  gchar *path;
};

G_DEFINE_FINAL_TYPE (GeoLock, geo_lock, G_TYPE_OBJECT)

enum {
  PROP_HAS_PIN = 1,
  N_PROPS,
};

static GParamSpec *props[N_PROPS];

/* --- lock.json ----------------------------------------------------------- */

static gboolean
read_number (JsonObject *object, const gchar *name, gint64 max, gint64 *out) {
  JsonNode *node = json_object_get_member (object, name);

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) ||
      json_node_get_value_type (node) != G_TYPE_INT64)
    return FALSE;
  *out = json_node_get_int (node);
  return *out >= 0 && *out <= max;
}

static const gchar *
read_text (JsonObject *object, const gchar *name) {
  JsonNode *node = json_object_get_member (object, name);

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) ||
      json_node_get_value_type (node) != G_TYPE_STRING)
    return NULL;
  return json_node_get_string (node);
}

static gboolean
lock_from_text (GeoLock *self, const gchar *text, gsize len) {
  g_autoptr (JsonNode) root = geo_json_parse (text, len, GEO_JSON_SIZE_MAX,
                                              NULL);
  JsonObject *object;
  const gchar *hash;
  gint64 version;

  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return FALSE;
  object = json_node_get_object (root);
  hash = read_text (object, "hash");
  if (g_strcmp0 (read_text (object, "kind"), KIND) != 0 || hash == NULL ||
      strlen (hash) >= crypto_pwhash_STRBYTES ||
      !read_number (object, "v", 1, &version) || version != 1 ||
      !read_number (object, "tries", TRIES_MAX, &self->tries) ||
      !read_number (object, "last_at", G_MAXINT32, &self->last_at))
    return FALSE;
  self->hash = g_strdup (hash);
  return TRUE;
}

static void
load (GeoLock *self) {
  g_autofree gchar *text = NULL;
  gsize len;
  g_autoptr (GError) error = NULL;

  if (g_file_get_contents (self->path, &text, &len, &error))
    self->is_damaged = !lock_from_text (self, text, len);
  else
    self->is_damaged = !g_error_matches (error, G_FILE_ERROR,
                                         G_FILE_ERROR_NOENT);
}

/* In any thread.  hash NULL: the file goes. */
static gboolean
write_lock (const gchar *path,
            const gchar *hash,
            gint64 tries,
            gint64 last_at,
            GError **error) {
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree gchar *text = NULL;
  g_autofree gchar *folder = g_path_get_dirname (path);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GError) failure = NULL;
  gboolean done;

  if (hash == NULL) {
    done = g_file_delete (file, NULL, &failure) ||
           g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  } else {
    json_builder_begin_object (builder);
    json_builder_set_member_name (builder, "kind");
    json_builder_add_string_value (builder, KIND);
    json_builder_set_member_name (builder, "v");
    json_builder_add_int_value (builder, 1);
    json_builder_set_member_name (builder, "hash");
    json_builder_add_string_value (builder, hash);
    json_builder_set_member_name (builder, "tries");
    json_builder_add_int_value (builder, tries);
    json_builder_set_member_name (builder, "last_at");
    json_builder_add_int_value (builder, last_at);
    json_builder_end_object (builder);
    root = json_builder_get_root (builder);
    text = json_to_string (root, TRUE);
    if (!geo_profile_make_folder (folder, error))
      return FALSE;
    done = g_file_set_contents_full (path, text, -1,
                                     G_FILE_SET_CONTENTS_CONSISTENT |
                                         G_FILE_SET_CONTENTS_DURABLE,
                                     0600, &failure);
  }
  if (!done)
    g_set_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_STORAGE,
                 /* Translators: %s is what the system says. */
                 _ ("The PIN could not be stored: %s."), failure->message);
  return done;
}

/* --- Growing delays ------------------------------------------------------ */

static gint64
get_delay (gint64 tries) {
  static const gint64 delays[] = { 30, 60, 300, 900, 3600 };
  gint64 n = tries - FREE_TRIES;

  if (n < 0)
    return 0;
  return delays[MIN (n, (gint64) G_N_ELEMENTS (delays) - 1)];
}

guint
geo_lock_get_wait (GeoLock *self) {
  gint64 delay;
  gint64 passed;

  g_assert (GEO_IS_LOCK (self));
  delay = get_delay (self->tries);
  passed = g_get_real_time () / G_USEC_PER_SEC - self->last_at;
  /* A clock that was set back makes nobody wait for longer than the delay; one
   * that is set forward shortens nothing of this run. */
  if (passed < 0) {
    self->last_at = g_get_real_time () / G_USEC_PER_SEC;
    passed = 0;
  }
  if (self->last_monotonic > 0)
    passed = MIN (passed, (g_get_monotonic_time () - self->last_monotonic) /
                              G_USEC_PER_SEC);
  return (guint) MAX (delay - passed, 0);
}

/* --- Work in a thread ---------------------------------------------------- */

typedef enum {
  WORK_SET,
  WORK_CHECK,
  WORK_FORGET,
} WorkKind;

typedef struct {
  WorkKind kind;
  gchar *path;
  gchar *hash; /* The PIN's that is in force, or with WORK_SET the new one's. */
  gchar *text; /* A PIN or words; zeroed with it. */
  gchar *words;
  gint64 tries;
  gint64 at;
} Work;

static void
free_secret (gchar *text) {
  if (text != NULL)
    sodium_memzero (text, strlen (text));
  g_free (text);
}

static void
work_free (gpointer data) {
  Work *work = data;

  g_free (work->path);
  g_free (work->hash);
  free_secret (work->text);
  geo_words_free (work->words);
  g_free (work);
}

static gboolean
set_in_thread (Work *work, GError **error) {
  gchar hash[crypto_pwhash_STRBYTES];

  if (work->text != NULL) {
    if (crypto_pwhash_str (hash, work->text, strlen (work->text),
                           crypto_pwhash_OPSLIMIT_INTERACTIVE,
                           crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0) {
      g_set_error_literal (error, GEO_NODE_ERROR, GEO_NODE_ERROR_STORAGE,
                           _ ("There is not enough free memory. Close other "
                              "programs and try again."));
      return FALSE;
    }
    work->hash = g_strdup (hash);
  }
  return write_lock (work->path, work->hash, 0, 0, error);
}

static gboolean
is_same_key (const Work *work, gboolean *is_same, GError **error) {
  guint8 given[GEO_WORDS_ENTROPY_LEN];
  guint8 own[GEO_WORDS_ENTROPY_LEN];
  g_autoptr (GError) failure = NULL;

  if (!geo_words_to_entropy (work->text, given, &failure)) {
    g_set_error_literal (error, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT,
                         _ ("These are not twelve recovery words."));
    return FALSE;
  }
  *is_same = geo_words_to_entropy (work->words, own, NULL) &&
             sodium_memcmp (given, own, sizeof given) == 0;
  sodium_memzero (given, sizeof given);
  sodium_memzero (own, sizeof own);
  return TRUE;
}

static gboolean
try_in_thread (Work *work, GError **error) {
  gboolean is_right;

  /* P1 in small: the try is on disk before its answer is known. */
  if (work->hash != NULL &&
      !write_lock (work->path, work->hash, work->tries, work->at, error))
    return FALSE;
  if (work->kind == WORK_FORGET) {
    if (!is_same_key (work, &is_right, error))
      return FALSE;
  } else {
    is_right = crypto_pwhash_str_verify (work->hash, work->text,
                                         strlen (work->text)) == 0;
  }
  if (!is_right) {
    g_set_error_literal (error, GEO_NODE_ERROR, GEO_NODE_ERROR_PASSPHRASE,
                         work->kind == WORK_FORGET
                             ? _ ("These are the words of another wallet.")
                             : _ ("That is not the PIN."));
    return FALSE;
  }
  return write_lock (work->path, work->kind == WORK_FORGET ? NULL : work->hash,
                     0, 0, error);
}

static void
work_thread (GTask *task,
             gpointer source,
             gpointer task_data,
             GCancellable *cancellable) {
  Work *work = task_data;
  GError *error = NULL;
  gboolean done = work->kind == WORK_SET ? set_in_thread (work, &error)
                                         : try_in_thread (work, &error);

  if (done)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
set_hash (GeoLock *self, const gchar *hash) {
  gboolean had_pin = geo_lock_has_pin (self);

  g_free (self->hash);
  self->hash = g_strdup (hash);
  self->is_damaged = FALSE;
  self->tries = 0;
  if (geo_lock_has_pin (self) != had_pin)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_HAS_PIN]);
}

static gboolean
finish (GeoLock *self, GAsyncResult *result, GError **error) {
  const Work *work;
  gboolean done;

  g_assert (g_task_is_valid (result, self));
  work = g_task_get_task_data (G_TASK (result));
  done = g_task_propagate_boolean (G_TASK (result), error);
  if (work == NULL)
    return done; /* It never came as far as the thread. */
  self->is_busy = FALSE;
  if (!done)
    return FALSE;
  set_hash (self, work->kind == WORK_FORGET ? NULL : work->hash);
  return TRUE;
}

static Work *
work_new (GeoLock *self, WorkKind kind, const gchar *text) {
  Work *work = g_new0 (Work, 1);

  if (sodium_init () < 0)
    g_error ("libsodium cannot be used on this computer");
  work->kind = kind;
  work->path = g_strdup (self->path);
  work->text = g_strdup (text);
  return work;
}

static void
run (GeoLock *self, GTask *task, Work *work) {
  self->is_busy = TRUE;
  g_task_set_task_data (task, work, work_free);
  /* What was begun is finished: a try that is cancelled counts. */
  g_task_set_check_cancellable (task, FALSE);
  g_task_run_in_thread (task, work_thread);
}

static gboolean
fail_early (GTask *task, gint code, const gchar *message) {
  g_task_return_new_error (task, GEO_NODE_ERROR, code, "%s", message);
  return FALSE;
}

/* FALSE: answered already. */
static gboolean
may_try (GeoLock *self, GTask *task) {
  guint wait = geo_lock_get_wait (self);
  g_autofree gchar *text = NULL;

  if (self->is_busy)
    return fail_early (task, GEO_NODE_ERROR_TIMEOUT,
                       _ ("One try after the other, please."));
  if (wait == 0)
    return TRUE;
  text = g_strdup_printf (
      wait < 60
          ? g_dngettext (GETTEXT_PACKAGE,
                         "Too many wrong tries. Try again in %u second.",
                         "Too many wrong tries. Try again in %u seconds.", wait)
          : g_dngettext (GETTEXT_PACKAGE,
                         "Too many wrong tries. Try again in %u minute.",
                         "Too many wrong tries. Try again in %u minutes.",
                         (wait + 59) / 60),
      wait < 60 ? wait : (wait + 59) / 60);
  return fail_early (task, GEO_NODE_ERROR_TIMEOUT, text);
}

static void
run_try (GeoLock *self, GTask *task, Work *work) {
  self->tries = MIN (self->tries + 1, TRIES_MAX);
  self->last_at = g_get_real_time () / G_USEC_PER_SEC;
  self->last_monotonic = g_get_monotonic_time ();
  work->hash = g_strdup (self->hash);
  work->tries = self->tries;
  work->at = self->last_at;
  run (self, task, work);
}

/* --- Calls --------------------------------------------------------------- */

gboolean
geo_lock_has_pin (GeoLock *self) {
  g_assert (GEO_IS_LOCK (self));
  return self->hash != NULL || self->is_damaged;
}

void
geo_lock_set_pin_async (GeoLock *self,
                        const gchar *pin,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data) {
  g_autoptr (GTask) task = NULL;
  glong length = pin != NULL ? g_utf8_strlen (pin, -1) : 0;

  g_assert (GEO_IS_LOCK (self));
  task = g_task_new (self, cancellable, callback, user_data);
  if (pin != NULL &&
      (length < GEO_PIN_LENGTH_MIN || length > GEO_PIN_LENGTH_MAX))
    fail_early (task, GEO_NODE_ERROR_INPUT,
                _ ("A PIN has at least four characters."));
  else if (self->is_busy)
    fail_early (task, GEO_NODE_ERROR_TIMEOUT,
                _ ("One try after the other, please."));
  else
    run (self, task, work_new (self, WORK_SET, pin));
}

gboolean
geo_lock_set_pin_finish (GeoLock *self, GAsyncResult *result, GError **error) {
  return finish (self, result, error);
}

void
geo_lock_check_async (GeoLock *self,
                      const gchar *pin,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data) {
  g_autoptr (GTask) task = NULL;

  g_assert (GEO_IS_LOCK (self));
  task = g_task_new (self, cancellable, callback, user_data);
  if (self->is_damaged)
    fail_early (task, GEO_NODE_ERROR_STORAGE,
                _ ("The file with the PIN is damaged. Your twelve recovery "
                   "words open the wallet."));
  else if (self->hash == NULL)
    g_task_return_boolean (task, TRUE);
  else if (may_try (self, task))
    run_try (self, task, work_new (self, WORK_CHECK, pin));
}

gboolean
geo_lock_check_finish (GeoLock *self, GAsyncResult *result, GError **error) {
  return finish (self, result, error);
}

void
geo_lock_forget_async (GeoLock *self,
                       const gchar *words,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data) {
  g_autoptr (GTask) task = NULL;
  gchar *own;
  Work *work;

  g_assert (GEO_IS_LOCK (self));
  task = g_task_new (self, cancellable, callback, user_data);
  if (!may_try (self, task))
    return;
  own = geo_profile_get_words (self->profile);
  if (own == NULL) {
    fail_early (task, GEO_NODE_ERROR_NO_KEY,
                _ ("The wallet’s key is not there."));
    return;
  }
  work = work_new (self, WORK_FORGET, words);
  work->words = own;
  run_try (self, task, work);
}

gboolean
geo_lock_forget_finish (GeoLock *self, GAsyncResult *result, GError **error) {
  return finish (self, result, error);
}

/* --- Life ---------------------------------------------------------------- */

static void
geo_lock_get_property (GObject *object,
                       guint id,
                       GValue *value,
                       GParamSpec *pspec) {
  GeoLock *self = GEO_LOCK (object);

  if (id == PROP_HAS_PIN)
    g_value_set_boolean (value, geo_lock_has_pin (self));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
geo_lock_finalize (GObject *object) {
  GeoLock *self = GEO_LOCK (object);

  g_clear_object (&self->profile);
  g_free (self->hash);
  g_free (self->path);
  G_OBJECT_CLASS (geo_lock_parent_class)->finalize (object);
}

static void
geo_lock_class_init (GeoLockClass *klass) {
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = geo_lock_get_property;
  object_class->finalize = geo_lock_finalize;
  props[PROP_HAS_PIN] = g_param_spec_boolean (
      "has-pin", NULL, NULL, FALSE,
      G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
geo_lock_init (GeoLock *self) {
}

GeoLock *
geo_lock_new (GeoProfile *profile) {
  GeoLock *self;

  g_assert (GEO_IS_PROFILE (profile));
  self = g_object_new (GEO_TYPE_LOCK, NULL);
  self->profile = g_object_ref (profile);
  self->path = g_build_filename (geo_profile_get_folder (profile), LOCK_FILE,
                                 NULL);
  load (self);
  return self;
}
