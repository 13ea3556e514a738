/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * identity.json and identity.key: the same bytes as either.  A key file may ask
 * for as much time and memory as the format allows; those that ask for more
 * than the least are left to the unit tests.
 */
#include "core/geo-json.h"
#include "fuzz.h"
#include "node/geo-keyfile-private.h"
#include "node/geo-profile.h"

#include <glib/gstdio.h>
#include <stdlib.h>

static gchar *folder;
static gchar *identity_path;
static gchar *key_path;

static void
remove_folder (void) {
  g_unlink (identity_path);
  g_unlink (key_path);
  g_rmdir (folder);
  g_clear_pointer (&identity_path, g_free);
  g_clear_pointer (&key_path, g_free);
  g_clear_pointer (&folder, g_free);
}

int
LLVMFuzzerInitialize (int *argc, char ***argv) {
  folder = g_dir_make_tmp ("geo-fuzz-XXXXXX", NULL);
  g_assert_nonnull (folder);
  identity_path = g_build_filename (folder, "identity.json", NULL);
  key_path = g_build_filename (folder, "identity.key", NULL);
  atexit (remove_folder);
  return 0;
}

static void
put (const gchar *path, const guint8 *data, gsize size) {
  g_autoptr (GError) error = NULL;

  g_file_set_contents_full (path, (const gchar *) data, (gssize) size,
                            G_FILE_SET_CONTENTS_NONE, 0600, &error);
  g_assert_no_error (error);
}

static void
try_identity (const guint8 *data, gsize size) {
  g_autoptr (GeoProfile) profile = NULL;
  g_autoptr (GPtrArray) communities = NULL;
  GeoPid pid;
  gboolean has_pid;

  put (identity_path, data, size);
  profile = geo_profile_new (folder);
  has_pid = geo_profile_has_pid (profile, &pid);
  /* Whole or not at all. */
  g_assert_true (has_pid ==
                 (geo_profile_get_key_place (profile) != GEO_KEY_PLACE_NONE));
  if (has_pid)
    g_assert_true (g_utf8_validate (geo_profile_get_name (profile), -1, NULL));
  communities = geo_profile_list_communities (profile);
  g_assert_cmpuint (communities->len, ==, 0);
}

/* TRUE where it asks for no more than Argon2id's least. */
static gboolean
is_cheap (const guint8 *data, gsize size) {
  g_autoptr (JsonNode) root = geo_json_parse ((const gchar *) data, size,
                                              GEO_JSON_SIZE_MAX, NULL);
  static const gchar *const names[] = { "ops", "memory" };
  static const gint64 most[] = { 2, 65536 };

  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    JsonNode *node = json_object_get_member (json_node_get_object (root),
                                             names[i]);

    if (node != NULL && JSON_NODE_HOLDS_VALUE (node) &&
        json_node_get_value_type (node) == G_TYPE_INT64 &&
        json_node_get_int (node) > most[i])
      return FALSE;
  }
  return TRUE;
}

static void
try_key (const guint8 *data, gsize size) {
  g_autoptr (GError) error = NULL;
  guint8 entropy[GEO_WORDS_ENTROPY_LEN];
  gboolean done;

  if (!is_cheap (data, size))
    return;
  put (key_path, data, size);
  done = geo_keyfile_read (key_path, "passphrase", entropy, &error);
  fuzz_check_outcome (done, error);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size) {
  try_identity (data, size);
  try_key (data, size);
  return 0;
}
