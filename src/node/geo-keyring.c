/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The system keyring.  libsecret talks to whatever secret service there is, and
 * where there is none it may wait for one; every call here ends in its own
 * time, and an answer that comes later is thrown away.
 */
#include "config.h"

#include "node/geo-keyring-private.h"

#include <glib/gi18n-lib.h>
#include <libsecret/secret.h>
#include <sodium.h>
#include <string.h>

#include "node/geo-profile.h"

static const SecretSchema schema = {
  .name = "net.geocredit.Identity",
  .flags = SECRET_SCHEMA_NONE,
  .attributes = {
    { "profile", SECRET_SCHEMA_ATTRIBUTE_STRING },
    { NULL, 0 },
  },
};

/* What is read by: gnome-keyring does not know the schemas of what is locked,
 * so that whoever asks for one is told that there is nothing. */
static const SecretSchema any_schema = {
  .name = "net.geocredit.Identity",
  .flags = SECRET_SCHEMA_DONT_MATCH_NAME,
  .attributes = {
    { "profile", SECRET_SCHEMA_ATTRIBUTE_STRING },
    { NULL, 0 },
  },
};

typedef enum {
  CALL_PROBE = 1,
  CALL_STORE = 2,
  CALL_LOAD = 3,
} CallKind;

typedef struct {
  gatomicrefcount refs;
  CallKind kind;
  gchar *folder;
  guint8 *entropy; /* sodium_malloc (); of STORE and LOAD. */
  GCancellable *cancellable;
  guint timeout_id;
  /* NULL once the caller has its answer. */
  GTask *task;
} Call;

static Call *
call_ref (Call *call) {
  g_atomic_ref_count_inc (&call->refs);
  return call;
}

static void
call_unref (Call *call) {
  if (!g_atomic_ref_count_dec (&call->refs))
    return;
  g_assert (call->task == NULL && call->timeout_id == 0);
  g_free (call->folder);
  sodium_free (call->entropy);
  g_object_unref (call->cancellable);
  g_free (call);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Call, call_unref)

/* Takes error; NULL is success. */
static void
call_end (Call *call, GError *error) {
  g_autoptr (GTask) task = g_steal_pointer (&call->task);

  g_clear_handle_id (&call->timeout_id, g_source_remove);
  if (task == NULL) {
    /* Too late. */
    g_clear_error (&error);
  } else if (error != NULL) {
    g_task_return_error (task, error);
  } else if (call->kind == CALL_LOAD) {
    g_task_return_pointer (task, g_steal_pointer (&call->entropy), sodium_free);
  } else {
    g_task_return_boolean (task, TRUE);
  }
}

static GError *
no_keyring (void) {
  return g_error_new_literal (
      GEO_NODE_ERROR, GEO_NODE_ERROR_KEYRING,
      _ ("No system keyring answers. Unlock it, or keep the key in a file with "
         "a passphrase."));
}

static gboolean
timeout_cb (gpointer user_data) {
  Call *call = user_data;

  call->timeout_id = 0;
  /* The caller first: what is cancelled may end at once. */
  call_end (call, no_keyring ());
  g_cancellable_cancel (call->cancellable);
  return G_SOURCE_REMOVE;
}

static guint
answer_ms_max (void) {
  const gchar *text = g_getenv ("GEO_KEYRING_ANSWER_MS");
  guint64 ms = 0;

  if (text != NULL && g_ascii_string_to_unsigned (
                          text, 10, 1, GEO_KEYRING_UNLOCK_MS_MAX, &ms, NULL))
    return (guint) ms;
  return GEO_KEYRING_ANSWER_MS_MAX;
}

static void
call_wait (Call *call, guint timeout_ms) {
  g_clear_handle_id (&call->timeout_id, g_source_remove);
  call->timeout_id = g_timeout_add_full (G_PRIORITY_DEFAULT, timeout_ms,
                                         timeout_cb, call_ref (call),
                                         (GDestroyNotify) call_unref);
}

/* What libsecret says is for programmers, and may be nothing (NULL); a
 * cancelled call stays cancelled.  Who shares a connection that another call
 * gave up hears "cancelled", too. */
static void
call_fail (Call *call, GError *error) {
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) &&
      g_cancellable_is_cancelled (call->cancellable)) {
    call_end (call, g_steal_pointer (&error));
    return;
  }
  g_debug ("keyring: %s", error != NULL ? error->message : "no reason");
  g_clear_error (&error);
  call_end (call, no_keyring ());
}

static void
stored_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (Call) call = user_data;
  GError *error = NULL;

  if (!secret_password_store_finish (result, &error))
    call_fail (call, error);
  else
    call_end (call, NULL);
}

static void
found_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (Call) call = user_data;
  GError *error = NULL;
  GList *items = secret_password_search_finish (result, &error);

  if (error != NULL)
    call_fail (call, error);
  else if (items != NULL)
    call_end (call, no_keyring ());
  else
    call_end (call,
              g_error_new_literal (
                  GEO_NODE_ERROR, GEO_NODE_ERROR_NO_KEY,
                  _ ("The keyring has no key for this profile. Restore the "
                     "identity from its twelve words.")));
  g_list_free_full (items, g_object_unref);
}

static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (Call) call = user_data;
  GError *error = NULL;
  gchar *text = secret_password_lookup_nonpageable_finish (result, &error);
  gsize len = 0;
  gboolean holds;

  if (error != NULL) {
    call_fail (call, error);
    return;
  }
  if (text == NULL) {
    /* There is none, or nobody unlocked it. */
    secret_password_search (&any_schema, SECRET_SEARCH_NONE, call->cancellable,
                            found_cb, call_ref (call), "profile", call->folder,
                            NULL);
    return;
  }

  call->entropy = sodium_malloc (GEO_WORDS_ENTROPY_LEN);
  holds = call->entropy != NULL &&
          sodium_base642bin (call->entropy, GEO_WORDS_ENTROPY_LEN, text,
                             strlen (text), NULL, &len, NULL,
                             sodium_base64_VARIANT_ORIGINAL) == 0 &&
          len == GEO_WORDS_ENTROPY_LEN;
  secret_password_free (text);
  call_end (call,
            holds
                ? NULL
                : g_error_new_literal (
                      GEO_NODE_ERROR, GEO_NODE_ERROR_KEYRING,
                      _ ("What the keyring keeps for this profile is damaged. "
                         "Restore the identity from its twelve words.")));
}

/* The keyring answers: now a person may have to unlock it, which takes longer.
 */
static void
go_on (Call *call) {
  switch (call->kind) {
  case CALL_PROBE:
    call_end (call, NULL);
    break;
  case CALL_STORE: {
    gchar text[sodium_base64_ENCODED_LEN (GEO_WORDS_ENTROPY_LEN,
                                          sodium_base64_VARIANT_ORIGINAL)];

    call_wait (call, GEO_KEYRING_UNLOCK_MS_MAX);
    sodium_bin2base64 (text, sizeof text, call->entropy, GEO_WORDS_ENTROPY_LEN,
                       sodium_base64_VARIANT_ORIGINAL);
    secret_password_store (&schema, SECRET_COLLECTION_DEFAULT,
                           /* Translators: what a keyring's list shows. */
                           _ ("Geo identity"), text, call->cancellable,
                           stored_cb, call_ref (call), "profile", call->folder,
                           NULL);
    sodium_memzero (text, sizeof text);
    break;
  }
  case CALL_LOAD:
    call_wait (call, GEO_KEYRING_UNLOCK_MS_MAX);
    secret_password_lookup (&any_schema, call->cancellable, loaded_cb,
                            call_ref (call), "profile", call->folder, NULL);
    break;
  }
}

static void
probed_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (Call) call = user_data;
  GError *error = NULL;
  gchar *text = secret_password_lookup_nonpageable_finish (result, &error);

  secret_password_free (text);
  if (call->task == NULL)
    g_clear_error (&error);
  else if (error != NULL)
    call_fail (call, error);
  else
    go_on (call);
}

static void
call_start (CallKind kind,
            const gchar *folder,
            const guint8 *entropy,
            GCancellable *cancellable,
            GAsyncReadyCallback callback,
            gpointer user_data) {
  g_autoptr (Call) call = g_new0 (Call, 1);

  if (sodium_init () < 0)
    g_error ("libsodium cannot be used on this computer");

  g_atomic_ref_count_init (&call->refs);
  call->kind = kind;
  call->folder = g_strdup (folder);
  call->task = g_task_new (NULL, cancellable, callback, user_data);
  call->cancellable = g_cancellable_new ();
  if (cancellable != NULL)
    g_signal_connect_object (cancellable, "cancelled",
                             G_CALLBACK (g_cancellable_cancel),
                             call->cancellable, G_CONNECT_SWAPPED);
  if (entropy != NULL) {
    call->entropy = sodium_malloc (GEO_WORDS_ENTROPY_LEN);
    if (call->entropy == NULL)
      g_error ("no guarded memory for a key");
    memcpy (call->entropy, entropy, GEO_WORDS_ENTROPY_LEN);
  }

  /* No profile has this folder, so that there is nothing to unlock: the answer
   * comes at once or not at all. */
  call_wait (call, answer_ms_max ());
  secret_password_lookup (&any_schema, call->cancellable, probed_cb,
                          call_ref (call), "profile", "", NULL);
}

void
geo_keyring_probe_async (GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data) {
  call_start (CALL_PROBE, NULL, NULL, cancellable, callback, user_data);
}

gboolean
geo_keyring_probe_finish (GAsyncResult *result, GError **error) {
  g_assert (g_task_is_valid (result, NULL));
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
geo_keyring_store_async (const gchar *folder,
                         const guint8 entropy[GEO_WORDS_ENTROPY_LEN],
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data) {
  call_start (CALL_STORE, folder, entropy, cancellable, callback, user_data);
}

gboolean
geo_keyring_store_finish (GAsyncResult *result, GError **error) {
  g_assert (g_task_is_valid (result, NULL));
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
geo_keyring_load_async (const gchar *folder,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data) {
  call_start (CALL_LOAD, folder, NULL, cancellable, callback, user_data);
}

gboolean
geo_keyring_load_finish (GAsyncResult *result,
                         guint8 out[GEO_WORDS_ENTROPY_LEN],
                         GError **error) {
  guint8 *entropy;

  g_assert (g_task_is_valid (result, NULL));
  entropy = g_task_propagate_pointer (G_TASK (result), error);
  if (entropy == NULL)
    return FALSE;
  memcpy (out, entropy, GEO_WORDS_ENTROPY_LEN);
  sodium_free (entropy);
  return TRUE;
}
