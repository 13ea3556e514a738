/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A wallet whose own file is damaged, one whose key is gone, and a community
 * whose journal is damaged.
 */
#include "matrix.h"

static void
damage (const gchar *folder, const gchar *name) {
  g_autofree gchar *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_file_set_contents (path, "This was something else before.", -1, &error);
  g_assert_no_error (error);
}

static void
show_trouble (Matrix *m) {
  wait_until (is_seen (m->scene.window, "trouble_page"));
}

/* --- The wallet ----------------------------------------------------------- */

static void
damage_identity (Matrix *m) {
  g_autoptr (GeoProfile) profile = geo_profile_new (NULL);

  damage (geo_profile_get_folder (profile), "identity.json");
}

static void
begin_damaged (Matrix *m) {
  geo_wallet_open (m->wallet);
  wait_until (geo_wallet_get_state (m->wallet) == GEO_WALLET_TROUBLE);
}

/* --- Its key -------------------------------------------------------------- */

/* Where there is no keyring now. */
static void
keep_in_keyring (Matrix *m) {
  g_autoptr (GeoProfile) profile = geo_profile_new (NULL);
  const gchar *folder = geo_profile_get_folder (profile);
  g_autofree gchar *path = g_build_filename (folder, "identity.json", NULL);
  GeoPid pid = { { 1 } };
  g_autofree gchar *pid_text = geo_pid_to_string (&pid);
  g_autofree gchar *text =
      g_strdup_printf ("{\"kind\":\"geo-identity\",\"v\":1,\"name\":\"Marta\","
                       "\"pid\":\"%s\",\"key\":\"keyring\"}",
                       pid_text);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
}

static void
show_keyless (Matrix *m) {
  show_trouble (m);
  g_assert_true (is_seen (m->scene.window, "restore_key_button"));
}

static void
show_restore_key (Matrix *m) {
  show_keyless (m);
  click (m->scene.window, "restore_key_button");
  wait_until (is_seen (matrix_front (m), "passphrase_row"));
}

static void
show_restore_key_wrong (Matrix *m) {
  gpointer dialog;

  show_restore_key (m);
  dialog = matrix_front (m);
  matrix_type (dialog, "words_row",
               "legal winner thank year wave sausage worth useful legal winner "
               "thank yellow");
  matrix_type (dialog, "passphrase_row", "correct horse");
  matrix_type (dialog, "repeat_row", "correct horse");
  click (dialog, "done_button");
  wait_until (is_seen (dialog, "error_label"));
}

static const MatrixCase damaged_cases[] = {
  { "trouble", "AdwStatusPage", show_keyless, NULL },
  { "restore", "GeoRestoreKeyDialog", show_restore_key, NULL },
};

const MatrixWorld matrix_damaged = { "damaged", begin_damaged, damaged_cases,
                                     G_N_ELEMENTS (damaged_cases),
                                     damage_identity };

static const MatrixCase keyless_cases[] = {
  { "trouble", "AdwStatusPage", show_keyless, NULL },
  { "restore", "GeoRestoreKeyDialog", show_restore_key, NULL },
  { "restore-wrong", "GeoRestoreKeyDialog", show_restore_key_wrong, NULL },
};

const MatrixWorld matrix_keyless = { "keyless", begin_damaged, keyless_cases,
                                     G_N_ELEMENTS (keyless_cases),
                                     keep_in_keyring };

/* --- A community ---------------------------------------------------------- */

static void
begin_lost (Matrix *m) {
  GeoNode *node;
  g_autofree gchar *folder = NULL;

  matrix_join (m, 1);
  node = m->scene.nodes[MARTA];
  folder = g_build_filename (geo_profile_get_folder (m->scene.profiles[MARTA]),
                             geo_node_get_community_pid (node), NULL);
  g_object_add_weak_pointer (G_OBJECT (node), (gpointer *) &node);
  geo_wallet_close (m->wallet);
  g_clear_object (&m->scene.nodes[MARTA]);
  wait_until (node == NULL);
  damage (folder, "journal.db");
  geo_wallet_open (m->wallet);
  wait_until (geo_wallet_get_state (m->wallet) == GEO_WALLET_OPEN);
}

static void
show_switcher (Matrix *m) {
  show_trouble (m);
  matrix_pop_up (
      m, child_of (child_of (m->scene.window, "trouble_switcher"), "button"));
}

static const MatrixCase lost_cases[] = {
  { "trouble", "AdwStatusPage GeoCommunitySwitcher", show_trouble, NULL },
  { "switcher", "GeoCommunitySwitcher", show_switcher, NULL },
};

const MatrixWorld matrix_lost = { "lost", begin_lost, lost_cases,
                                  G_N_ELEMENTS (lost_cases) };
