/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Copies of a hub's file: made while the hub goes on, and put back in its place
 * while it does not run.  It looks at no row; whether a copy holds is the
 * inspection's to say.
 */
#include "store/geo-hub-store-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

/* Beside the database for as long as it is being replaced. */
#define UNFINISHED ".restoring"
#define KEPT_MAX 1000

static gboolean
fail_file (const gchar *path, GError **error) {
  gint why = errno;

  g_set_error (error, GEO_STORE_ERROR,
               why == ENOSPC || why == EDQUOT ? GEO_STORE_ERROR_FULL
                                              : GEO_STORE_ERROR_OPEN,
               "%s cannot be written: %s.", path, g_strerror (why));
  return FALSE;
}

/* What was written under this name, or the names in this folder, survive a
 * power cut. */
static gboolean
sync_path (const gchar *path, gint flags, GError **error) {
  gint fd = g_open (path, O_RDONLY | O_CLOEXEC | flags, 0);
  gboolean done;

  if (fd < 0)
    return fail_file (path, error);
  done = fsync (fd) == 0 || fail_file (path, error);
  close (fd);
  return done;
}

static gboolean
sync_folder_of (const gchar *path, GError **error) {
  g_autofree gchar *folder = g_path_get_dirname (path);

  return sync_path (folder, O_DIRECTORY, error);
}

static gboolean
make_empty (const gchar *path, gint flags, GError **error) {
  gint fd = g_open (path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0600);

  if (fd < 0)
    return fail_file (path, error);
  close (fd);
  return TRUE;
}

static gboolean
copy_into (GeoHubStore *store, const gchar *path, GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;

  /* One state of the file; nobody who writes has to wait. */
  if (!geo_query_prepare (&query, store->database, "VACUUM INTO ?", error))
    return FALSE;
  geo_query_bind_text (&query, path);
  return geo_query_run (&query, error);
}

gboolean
geo_hub_store_backup (GeoHubStore *store, const gchar *path, GError **error) {
  geo_database_assert_owner (store->database);
  /* SQLite takes an empty file, and so it has our mode from the beginning. */
  if (!make_empty (path, O_EXCL, error))
    return FALSE;
  if (copy_into (store, path, error) && sync_path (path, 0, error) &&
      sync_folder_of (path, error))
    return TRUE;
  geo_hub_store_remove (path);
  return FALSE;
}

void
geo_hub_store_remove (const gchar *path) {
  static const gchar *const parts[] = { "", "-wal", "-shm", "-journal",
                                        ".lock" };

  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++) {
    g_autofree gchar *part = g_strconcat (path, parts[i], NULL);

    g_unlink (part);
  }
}

/* --- Putting one back ----------------------------------------------------- */

gboolean
geo_hub_store_is_restored (const gchar *path, GError **error) {
  g_autofree gchar *unfinished = g_strconcat (path, UNFINISHED, NULL);

  if (!g_file_test (unfinished, G_FILE_TEST_EXISTS))
    return TRUE;
  g_set_error (error, GEO_STORE_ERROR, GEO_STORE_ERROR_OPEN,
               "Putting a backup into the place of %s was not finished; do it "
               "again.",
               path);
  return FALSE;
}

static gboolean
move (const gchar *from, const gchar *to, GError **error) {
  if (g_rename (from, to) == 0 || errno == ENOENT)
    return TRUE;
  return fail_file (to, error);
}

/* A name that is free. */
static gchar *
name_kept (const gchar *path, GError **error) {
  for (guint i = 1; i <= KEPT_MAX; i++) {
    g_autofree gchar *name = g_strdup_printf ("%s.replaced-%u", path, i);

    if (!g_file_test (name, G_FILE_TEST_EXISTS))
      return g_steal_pointer (&name);
  }
  g_set_error (error, GEO_STORE_ERROR, GEO_STORE_ERROR_CONFLICT,
               "There are too many replaced databases beside %s.", path);
  return NULL;
}

/* The database with what is in its log, as it was. */
static gboolean
keep_former (const gchar *path, const gchar *kept, GError **error) {
  static const gchar *const parts[] = { "", "-wal", "-shm" };

  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++) {
    g_autofree gchar *from = g_strconcat (path, parts[i], NULL);
    g_autofree gchar *to = g_strconcat (kept, parts[i], NULL);

    if (!move (from, to, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
put_in_place (const gchar *path,
              const gchar *fresh,
              const gchar *kept,
              GError **error) {
  g_autofree gchar *unfinished = g_strconcat (path, UNFINISHED, NULL);

  /* Between these steps the names do not belong together: the marker keeps a
   * hub from taking them for a database. */
  if (!make_empty (unfinished, 0, error) || !sync_folder_of (path, error) ||
      (kept != NULL && !keep_former (path, kept, error)) ||
      !move (fresh, path, error) || !sync_folder_of (path, error))
    return FALSE;
  if (g_unlink (unfinished) != 0)
    return fail_file (unfinished, error);
  return sync_folder_of (path, error);
}

/* The lock, where it may be put there; −1. */
static gint
lock_for_restore (const gchar *path, gboolean replace, GError **error) {
  gint lock = geo_database_lock (path, error);

  if (lock < 0 || replace || !g_file_test (path, G_FILE_TEST_EXISTS))
    return lock;
  g_set_error (error, GEO_STORE_ERROR, GEO_STORE_ERROR_CONFLICT,
               "%s is there already.", path);
  close (lock);
  return -1;
}

gboolean
geo_hub_store_may_restore (const gchar *path,
                           gboolean replace,
                           GError **error) {
  gint lock = lock_for_restore (path, replace, error);

  if (lock < 0)
    return FALSE;
  close (lock);
  return TRUE;
}

gboolean
geo_hub_store_restore (GeoHubStore *store,
                       const gchar *path,
                       gboolean replace,
                       gchar **kept_out,
                       GError **error) {
  g_autofree gchar *fresh = g_strconcat (path, ".new", NULL);
  g_autofree gchar *log = g_strconcat (path, "-wal", NULL);
  g_autofree gchar *kept = NULL;
  gboolean there;
  gboolean done;
  gint lock;

  geo_database_assert_owner (store->database);
  lock = lock_for_restore (path, replace, error);
  if (lock < 0)
    return FALSE;
  there = g_file_test (path, G_FILE_TEST_EXISTS);
  geo_hub_store_remove (fresh);
  /* A log without its database is left where this was begun before; the new
   * database must not take it for its own. */
  there = there || g_file_test (log, G_FILE_TEST_EXISTS);
  if (there)
    kept = name_kept (path, error);
  done = (!there || kept != NULL) &&
         geo_hub_store_backup (store, fresh, error) &&
         put_in_place (path, fresh, kept, error);
  close (lock);
  if (done && kept_out != NULL)
    *kept_out = g_steal_pointer (&kept);
  return done;
}
