/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * geo-hub backup and geo-hub restore: copies of a hub in a folder of their own,
 * and back.  A copy that does not hold is neither made nor put back, and what
 * was there before is kept.
 */
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hub/geo-hub-command.h"
#include "hub/geo-hub-file.h"
#include "hub/geo-hub-gathering.h"
#include "hub/geo-hub-key.h"
#include "hub/geo-hub-tls.h"

/* A configuration or a key is no larger. */
#define SMALL_FILE_MAX (256 * 1024)

/* In a folder that is no backup yet; held by whoever makes one of it. */
#define UNFINISHED "backup.lock"

/* Beside the database; secret: only with the key. */
static const struct {
  const gchar *name;
  gboolean secret;
} small_files[] = {
  { GEO_HUB_CONFIG_FILE, FALSE },
  { GEO_HUB_KEY_FILE, TRUE },
  { GEO_HUB_TLS_FILE, TRUE },
};

/* I1 for the copy, and SQLite's own look at it. */
static gboolean
verify (const gchar *path, gint64 *transactions, GError **error) {
  g_autoptr (GeoHubStore) store = geo_hub_store_open (path, TRUE, error);

  return store != NULL && geo_hub_store_check (store, transactions, error);
}

/* --- Small files ---------------------------------------------------------- */

/* Readable by its owner only, whatever the mode was: a configuration holds the
 * code of invitations.  Nothing is done where there is no such file. */
static gboolean
copy_small (const gchar *from_folder,
            const gchar *to_folder,
            const gchar *name,
            GError **error) {
  g_autofree gchar *from = g_build_filename (from_folder, name, NULL);
  g_autofree gchar *to = g_build_filename (to_folder, name, NULL);
  g_autofree gchar *data = NULL;
  gsize len;
  gboolean done;

  if (!g_file_test (from, G_FILE_TEST_EXISTS))
    return TRUE;
  if (!g_file_get_contents (from, &data, &len, error))
    return FALSE;
  if (len > SMALL_FILE_MAX) {
    g_set_error (error, GEO_HUB_ERROR, GEO_HUB_ERROR_DATA,
                 "%s is too large to be what it should be.", from);
    return FALSE;
  }
  done = geo_hub_file_put (to, data, len, error);
  /* S4: a key does not stay in memory. */
  explicit_bzero (data, len);
  return done;
}

/* --- Backup --------------------------------------------------------------- */

static void
remove_folder (const gchar *folder) {
  g_autofree gchar *database = g_build_filename (folder, GEO_HUB_DATABASE,
                                                 NULL);
  g_autofree gchar *lock = g_build_filename (folder, UNFINISHED, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (small_files); i++) {
    g_autofree gchar *path = g_build_filename (folder, small_files[i].name,
                                               NULL);
    g_autofree gchar *fresh = g_strconcat (path, ".new", NULL);

    g_unlink (path);
    g_unlink (fresh);
  }
  geo_hub_store_remove (database);
  g_unlink (lock);
  g_rmdir (folder);
}

/* FALSE without an error: it is not what a backup that was cut short left. */
static gboolean
remove_left (const gchar *folder, GError **error) {
  g_autofree gchar *path = g_build_filename (folder, UNFINISHED, NULL);
  gint lock = g_open (path, O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0);

  if (lock < 0)
    return g_rmdir (folder) == 0;
  if (flock (lock, LOCK_EX | LOCK_NB) != 0) {
    close (lock);
    g_set_error (error, GEO_HUB_ERROR, GEO_HUB_ERROR_DATA,
                 "Another backup is being made in %s.", folder);
    return FALSE;
  }
  remove_folder (folder);
  close (lock);
  return TRUE;
}

/* The lock on a new folder; −1. */
static gint
begin_folder (const gchar *folder, GError **error) {
  g_autofree gchar *path = g_build_filename (folder, UNFINISHED, NULL);
  g_autoptr (GError) why = NULL;
  gint lock;

  if (g_mkdir (folder, 0700) != 0 &&
      (errno != EEXIST || !remove_left (folder, &why) ||
       g_mkdir (folder, 0700) != 0)) {
    if (why != NULL)
      g_propagate_error (error, g_steal_pointer (&why));
    else
      geo_hub_file_fail (error, "Cannot make", folder);
    return -1;
  }
  lock = g_open (path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (lock >= 0 && flock (lock, LOCK_EX | LOCK_NB) == 0)
    return lock;
  geo_hub_file_fail (error, "Cannot make", path);
  if (lock >= 0)
    close (lock);
  return -1;
}

static gboolean
fill (const GeoHubPlace *place,
      const gchar *folder,
      gboolean with_key,
      gint64 *transactions,
      GError **error) {
  g_autofree gchar *database = g_build_filename (folder, GEO_HUB_DATABASE,
                                                 NULL);
  g_autoptr (GeoHubStore) store = geo_hub_place_open (place, error);

  if (store == NULL || !geo_hub_store_backup (store, database, error) ||
      !verify (database, transactions, error))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (small_files); i++) {
    if (small_files[i].secret && !with_key)
      continue;
    if (!copy_small (place->data_dir, folder, small_files[i].name, error))
      return FALSE;
  }
  return geo_hub_file_sync_folder (folder, error);
}

/* What it is called in the end says that it is whole. */
static gboolean
end_folder (const gchar *fresh, const gchar *folder, GError **error) {
  g_autofree gchar *parent = g_path_get_dirname (folder);
  g_autofree gchar *lock = g_build_filename (folder, UNFINISHED, NULL);

  if (g_rename (fresh, folder) != 0)
    return geo_hub_file_fail (error, "Cannot make", folder);
  g_unlink (lock);
  return geo_hub_file_sync_folder (folder, error) &&
         geo_hub_file_sync_folder (parent, error);
}

/* The folder is there whole, or not at all. */
static gboolean
backup (const GeoHubPlace *place,
        const gchar *folder,
        gboolean with_key,
        gint64 *transactions,
        GError **error) {
  g_autofree gchar *fresh = g_strconcat (folder, ".new", NULL);
  gint lock = begin_folder (fresh, error);
  gboolean done;

  if (lock < 0)
    return FALSE;
  done = fill (place, fresh, with_key, transactions, error) &&
         end_folder (fresh, folder, error);
  if (!done)
    remove_folder (fresh);
  close (lock);
  return done;
}

/* "dir/" is "dir". */
static gchar *
name_folder (const gchar *text) {
  gchar *folder = g_strdup (text);

  for (gsize len = strlen (folder);
       len > 1 && G_IS_DIR_SEPARATOR (folder[len - 1]); len--)
    folder[len - 1] = '\0';
  return folder;
}

GeoHubExit
geo_hub_command_backup (int argc, char **argv) {
  g_auto (GeoHubPlace) place = { NULL };
  g_autofree gchar *folder = NULL;
  g_autoptr (GError) error = NULL;
  gboolean with_key = FALSE;
  gint64 transactions = 0;
  const GOptionEntry entries[] = {
    { "with-key", 0, 0, G_OPTION_ARG_NONE, &with_key,
      "Copy the community's key as well; whoever has it can speak as the hub",
      NULL },
    G_OPTION_ENTRY_NULL,
  };

  if (!geo_hub_command_parse (
          &argc, &argv, "FOLDER", 1,
          "Makes FOLDER with a copy of the database, checked, and the "
          "configuration.\nThe hub may be running.",
          entries, &place))
    return GEO_HUB_EXIT_USAGE;
  folder = name_folder (argv[1]);
  if (g_file_test (folder, G_FILE_TEST_EXISTS))
    return geo_hub_complain (GEO_HUB_EXIT_USAGE,
                             "%s is there already; a backup makes its folder.",
                             folder);
  if (!backup (&place, folder, with_key, &transactions, &error)) {
    if (g_error_matches (error, GEO_STORE_ERROR, GEO_STORE_ERROR_VERIFY) ||
        g_error_matches (error, GEO_STORE_ERROR, GEO_STORE_ERROR_CORRUPT))
      return geo_hub_complain (GEO_HUB_EXIT_NOT_VERIFIED,
                               "No copy was made, as the database does not "
                               "hold: %s",
                               error->message);
    return geo_hub_complain (GEO_HUB_EXIT_DATA, "%s", error->message);
  }
  printf ("%s: payments %" G_GINT64_FORMAT "%s\n", folder, transactions,
          with_key ? ", with the key" : "");
  if (!with_key)
    g_printerr ("geo-hub: The key (hub.key) is not in it; without it the copy "
                "is of no use, so keep it somewhere as well.\n");
  return GEO_HUB_EXIT_DONE;
}

/* --- Restore -------------------------------------------------------------- */

/* Root may do it for the user that the hub runs as, who owns the folder. */
static void
give_away (const GeoHubPlace *place) {
  static const gchar *const names[] = {
    GEO_HUB_DATABASE,    GEO_HUB_DATABASE ".lock", GEO_HUB_KEY_FILE,
    GEO_HUB_CONFIG_FILE, GEO_HUB_TLS_FILE,         GEO_HUB_PUT_BACK_FILE
  };
  struct stat info;

  if (geteuid () != 0 || stat (place->data_dir, &info) != 0)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree gchar *path = geo_hub_place_path (place, names[i]);

    if (lchown (path, info.st_uid, info.st_gid) != 0 && errno != ENOENT)
      g_printerr ("geo-hub: %s still belongs to root: %s.\n", path,
                  g_strerror (errno));
  }
}

/* The key that is to work with this database: the one in place, or the
 * backup's.  Without one the hub would not start, and with another it would
 * not either. */
static gboolean
check_key (const GeoHubPlace *place,
           const gchar *folder,
           GeoHubStore *store,
           GError **error) {
  g_autofree gchar *here = geo_hub_place_path (place, GEO_HUB_KEY_FILE);
  g_autofree gchar *there = g_build_filename (folder, GEO_HUB_KEY_FILE, NULL);
  const gchar *path = g_file_test (here, G_FILE_TEST_EXISTS) ? here : there;
  g_autoptr (GeoCommunity) community = geo_hub_store_get_community (store,
                                                                    error);
  g_autoptr (GeoHubKey) key = NULL;
  GeoPid pid;

  if (community == NULL)
    return FALSE;
  if (!g_file_test (path, G_FILE_TEST_EXISTS)) {
    g_set_error (error, GEO_HUB_ERROR, GEO_HUB_ERROR_DATA,
                 "There is no hub.key in %s or in %s: put the community's key "
                 "there first.",
                 place->data_dir, folder);
    return FALSE;
  }
  key = geo_hub_key_open (path, FALSE, error);
  if (key == NULL)
    return FALSE;
  geo_secret_get_pid (key->secret, &pid);
  if (geo_pid_equal (&pid, &community->community))
    return TRUE;
  g_set_error (error, GEO_HUB_ERROR, GEO_HUB_ERROR_DATA,
               "The key %s is of another community than the backup.", path);
  return FALSE;
}

/* How many lines of the log the database that is there has beside those of the
 * backup: 0 where it has none, −1 where it cannot be read any more, or is not
 * backup is there. */
static gboolean
count_newer (const gchar *path,
             GeoHubStore *backup,
             gint64 *newer,
             GError **error) {
  g_autoptr (GeoHubStore) there = NULL;
  gint64 here_size, there_size;
  GeoHash root;

  *newer = -1;
  if (!geo_hub_store_read_log (backup, &here_size, &root, error))
    return FALSE;
  there = g_file_test (path, G_FILE_TEST_EXISTS)
              ? geo_hub_store_open (path, TRUE, NULL)
              : NULL;
  if (there != NULL && geo_hub_store_read_log (there, &there_size, &root, NULL))
    *newer = MAX (there_size - here_size, 0);
  return TRUE;
}

/* §9: what people were told is a promise, which a hub that goes on from before
 * it cannot keep. */
static gboolean
check_newer (gint64 newer, GError **error) {
  if (newer <= 0)
    return TRUE;
  g_set_error (error, GEO_HUB_ERROR, GEO_HUB_ERROR_DATA,
               "The database that is there has lines of the log that the "
               "backup has not: %" G_GINT64_FORMAT ". People were told "
               "of them: the hub would have to get them back from their "
               "wallets. Only if it cannot be used any more: --forget.",
               newer);
  return FALSE;
}

/* §9: the hub asks for what came after the backup before it goes on.  Where it
 * has to, that is said before the backup is there, and nobody starts that
 * without it; where it has not, what was said before is forgotten when the
 * backup is there. */
static gboolean
put_back (const GeoHubPlace *place,
          GeoHubStore *store,
          const gchar *to,
          gboolean replace,
          gboolean is_complete,
          gchar **kept,
          GError **error) {
  g_autofree gchar *path = geo_hub_place_path (place, GEO_HUB_PUT_BACK_FILE);
  gboolean was_there = g_file_test (path, G_FILE_TEST_EXISTS);

  if (!is_complete && !geo_hub_file_put (path, "", 0, error))
    return FALSE;
  if (!geo_hub_store_restore (store, to, replace, kept, error)) {
    /* What is there, and goes on, is what was there. */
    if (!was_there && geo_hub_store_is_restored (to, NULL))
      g_unlink (path);
    return FALSE;
  }
  return !is_complete || g_unlink (path) == 0 || errno == ENOENT ||
         geo_hub_file_fail (error, "Cannot remove", path);
}

static gboolean
restore (const GeoHubPlace *place,
         const gchar *folder,
         gboolean replace,
         gboolean forget,
         gboolean *is_complete,
         gint64 *transactions,
         gchar **kept,
         GError **error) {
  g_autofree gchar *from = g_build_filename (folder, GEO_HUB_DATABASE, NULL);
  g_autofree gchar *to = geo_hub_place_path (place, GEO_HUB_DATABASE);
  g_autoptr (GeoHubStore) store = NULL;
  gint64 newer;

  if (!g_file_test (from, G_FILE_TEST_EXISTS)) {
    g_set_error (error, GEO_HUB_ERROR, GEO_HUB_ERROR_DATA,
                 "There is no backup in %s.", folder);
    return FALSE;
  }
  store = geo_hub_store_open (from, TRUE, error);
  if (store == NULL || !geo_hub_store_check (store, transactions, error))
    return FALSE;
  if (g_mkdir_with_parents (place->data_dir, 0700) != 0)
    return geo_hub_file_fail (error, "Cannot make", place->data_dir);
  if (!check_key (place, folder, store, error) ||
      !count_newer (to, store, &newer, error) ||
      (replace && !forget && !check_newer (newer, error)) ||
      !geo_hub_store_may_restore (to, replace, error))
    return FALSE;
  /* Where all that was told is in the backup there is nothing to ask for. */
  *is_complete = *is_complete || newer == 0;
  if (!put_back (place, store, to, replace, *is_complete, kept, error))
    return FALSE;
  /* What is there of these stays: it may be newer. */
  for (gsize i = 0; i < G_N_ELEMENTS (small_files); i++) {
    g_autofree gchar *path = geo_hub_place_path (place, small_files[i].name);

    if (!g_file_test (path, G_FILE_TEST_EXISTS) &&
        !copy_small (folder, place->data_dir, small_files[i].name, error))
      return FALSE;
  }
  give_away (place);
  return geo_hub_file_sync_folder (place->data_dir, error);
}

GeoHubExit
geo_hub_command_restore (int argc, char **argv) {
  g_auto (GeoHubPlace) place = { NULL };
  g_autofree gchar *folder = NULL;
  g_autofree gchar *kept = NULL;
  g_autoptr (GError) error = NULL;
  gboolean replace = FALSE;
  gboolean forget = FALSE;
  gboolean is_complete = FALSE;
  gint64 transactions = 0;
  const GOptionEntry entries[] = {
    { "complete", 0, 0, G_OPTION_ARG_NONE, &is_complete,
      "The hub did nothing after this backup: nobody is asked for what came "
      "after it",
      NULL },
    { "forget", 0, 0, G_OPTION_ARG_NONE, &forget,
      "With --replace, also where that database knows more than the backup",
      NULL },
    { "replace", 0, 0, G_OPTION_ARG_NONE, &replace,
      "Replace the database that is there; it is kept under another name",
      NULL },
    G_OPTION_ENTRY_NULL,
  };

  if (!geo_hub_command_parse (
          &argc, &argv, "FOLDER", 1,
          "Checks the backup in FOLDER and puts it into the data folder.  The "
          "hub must not run.\nWhat came after the backup is not in it: when "
          "the "
          "hub is started it asks\npeople's wallets for that before it goes on "
          "(SIGUSR1: without whoever is missing).",
          entries, &place))
    return GEO_HUB_EXIT_USAGE;
  folder = name_folder (argv[1]);
  if (restore (&place, folder, replace, forget, &is_complete, &transactions,
               &kept, &error)) {
    printf ("%s: payments %" G_GINT64_FORMAT "\n", place.data_dir,
            transactions);
    if (kept != NULL)
      printf ("what was there is kept as %s\n", kept);
    if (!is_complete)
      printf ("the hub will ask people's wallets for what came after it\n");
    return GEO_HUB_EXIT_DONE;
  }
  if (g_error_matches (error, GEO_STORE_ERROR, GEO_STORE_ERROR_VERIFY) ||
      g_error_matches (error, GEO_STORE_ERROR, GEO_STORE_ERROR_CORRUPT))
    return geo_hub_complain (GEO_HUB_EXIT_NOT_VERIFIED,
                             "Nothing was changed, as the backup does not "
                             "hold: %s",
                             error->message);
  if (g_error_matches (error, GEO_STORE_ERROR, GEO_STORE_ERROR_LOCKED))
    return geo_hub_complain (GEO_HUB_EXIT_DATA,
                             "A hub runs on the data folder %s; stop it first.",
                             place.data_dir);
  if (g_error_matches (error, GEO_STORE_ERROR, GEO_STORE_ERROR_CONFLICT))
    return geo_hub_complain (
        GEO_HUB_EXIT_DATA,
        "%s Nothing was changed; --replace puts the backup "
        "in its place and keeps it.",
        error->message);
  return geo_hub_complain (GEO_HUB_EXIT_DATA, "%s", error->message);
}
