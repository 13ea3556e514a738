/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A wallet whose own file is damaged, and a community whose journal is.
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

static const MatrixCase damaged_cases[] = {
  { "trouble", "AdwStatusPage", show_trouble, NULL },
};

const MatrixWorld matrix_damaged = { "damaged", begin_damaged, damaged_cases,
                                     G_N_ELEMENTS (damaged_cases),
                                     damage_identity };

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
  matrix_pop_up (m, child_of (child_of (m->scene.window, "trouble_switcher"),
                              "button"));
}

static const MatrixCase lost_cases[] = {
  { "trouble", "AdwStatusPage GeoCommunitySwitcher", show_trouble, NULL },
  { "switcher", "GeoCommunitySwitcher", show_switcher, NULL },
};

const MatrixWorld matrix_lost = { "lost", begin_lost, lost_cases,
                                  G_N_ELEMENTS (lost_cases) };
