/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which communities a profile has: a folder with a journal for each, which of
 * them is meant where none is named, and those that were left, whose journals
 * are kept.  It opens no journal and knows no hub.
 */
#include "config.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "net/geo-fault.h"
#include "node/geo-profile-private.h"

/* The PID of the default community, as text. */
#define DEFAULT_FILE "default-community"
/* A folder of folders: communities that were left. */
#define LEFT_FOLDER "left"

static gint
compare_pids (gconstpointer a, gconstpointer b) {
  const GeoPid *const *one = a;
  const GeoPid *const *other = b;

  return geo_pid_cmp (*one, *other);
}

static GPtrArray *
list_in (const gchar *folder) {
  GPtrArray *pids = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const gchar *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    GeoPid pid;
    g_autofree gchar *path = g_build_filename (folder, name, GEO_JOURNAL_FILE,
                                               NULL);

    if (geo_pid_parse (name, &pid, NULL) &&
        g_file_test (path, G_FILE_TEST_IS_REGULAR))
      g_ptr_array_add (pids, geo_pid_dup (&pid));
  }
  g_ptr_array_sort (pids, compare_pids);
  return pids;
}

GPtrArray *
geo_profile_find_journals (const gchar *folder) {
  g_autoptr (GPtrArray) pids = list_in (folder);
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < pids->len; i++) {
    g_autofree gchar *name = geo_pid_to_string (pids->pdata[i]);

    g_ptr_array_add (paths,
                     g_build_filename (folder, name, GEO_JOURNAL_FILE, NULL));
  }
  return paths;
}

static gchar *
get_folder_of (GeoProfile *profile, const GeoPid *community, gboolean left) {
  g_autofree gchar *name = geo_pid_to_string (community);
  const gchar *folder = geo_profile_get_folder (profile);

  return left ? g_build_filename (folder, LEFT_FOLDER, name, NULL)
              : g_build_filename (folder, name, NULL);
}

gchar *
geo_profile_get_journal_path (GeoProfile *profile, const GeoPid *community) {
  g_autofree gchar *folder = get_folder_of (profile, community, FALSE);

  return g_build_filename (folder, GEO_JOURNAL_FILE, NULL);
}

/* The default comes first. */
GPtrArray *
geo_profile_list_communities (GeoProfile *profile) {
  GPtrArray *pids;
  g_autofree gchar *path = NULL;
  g_autofree gchar *text = NULL;
  GeoPid chosen;

  g_assert (GEO_IS_PROFILE (profile));
  pids = list_in (geo_profile_get_folder (profile));
  path = g_build_filename (geo_profile_get_folder (profile), DEFAULT_FILE,
                           NULL);
  if (!g_file_get_contents (path, &text, NULL, NULL) ||
      !geo_pid_parse (g_strstrip (text), &chosen, NULL))
    return pids;
  for (guint i = 1; i < pids->len; i++) {
    if (geo_pid_equal (pids->pdata[i], &chosen))
      g_ptr_array_insert (pids, 0, g_ptr_array_steal_index (pids, i));
  }
  return pids;
}

gboolean
geo_profile_set_default_community (GeoProfile *profile,
                                   const GeoPid *community,
                                   GError **error) {
  g_autofree gchar *path = g_build_filename (geo_profile_get_folder (profile),
                                             DEFAULT_FILE, NULL);
  g_autofree gchar *text = geo_pid_to_string (community);
  g_autoptr (GError) failure = NULL;

  if (g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT,
                                0600, &failure))
    return TRUE;
  g_set_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_STORAGE,
               _ ("The disk could not be written: %s"), failure->message);
  return FALSE;
}

GPtrArray *
geo_profile_list_left (GeoProfile *profile) {
  g_autofree gchar *folder = NULL;

  g_assert (GEO_IS_PROFILE (profile));
  folder = g_build_filename (geo_profile_get_folder (profile), LEFT_FOLDER,
                             NULL);
  return list_in (folder);
}

GPtrArray *
geo_profile_list_left_journals (GeoProfile *profile) {
  g_autoptr (GPtrArray) pids = geo_profile_list_left (profile);
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < pids->len; i++) {
    g_autofree gchar *folder =
        get_folder_of (profile, g_ptr_array_index (pids, i), TRUE);

    g_ptr_array_add (paths, g_build_filename (folder, GEO_JOURNAL_FILE, NULL));
  }
  return paths;
}

static gboolean
move (const gchar *from, const gchar *to, GError **error) {
  geo_fault_point ("profile: before moving a journal");
  if (g_rename (from, to) == 0) {
    geo_fault_point ("profile: after moving a journal");
    return TRUE;
  }
  g_set_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_STORAGE,
               _ ("The disk could not be written: %s"), g_strerror (errno));
  return FALSE;
}

gboolean
geo_profile_leave_community (GeoProfile *profile,
                             const GeoPid *community,
                             GError **error) {
  g_autofree gchar *from = get_folder_of (profile, community, FALSE);
  g_autofree gchar *to = get_folder_of (profile, community, TRUE);
  g_autofree gchar *parent = g_path_get_dirname (to);

  return geo_profile_make_folder (parent, error) && move (from, to, error);
}

gboolean
geo_profile_return_to_community (GeoProfile *profile,
                                 const GeoPid *community,
                                 GError **error) {
  g_autofree gchar *from = get_folder_of (profile, community, TRUE);
  g_autofree gchar *to = get_folder_of (profile, community, FALSE);

  if (!g_file_test (from, G_FILE_TEST_IS_DIR) ||
      g_file_test (to, G_FILE_TEST_EXISTS))
    return TRUE;
  return move (from, to, error);
}
