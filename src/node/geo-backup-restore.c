/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a backup held comes back: its journals are taken out beside those that
 * are there, looked at record by record, and then put into their place.  It
 * knows nothing of the bytes of the file (geo-backup.c).
 */
#include "config.h"

#include "node/geo-backup-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "net/geo-fault.h"
#include "node/geo-profile-private.h"
#include "store/geo-journal.h"

#define STAGING ".restoring"
#define LOOKED_AT ".verifying"
#define REPLACED_MAX 1000

/* --- Taking it out -------------------------------------------------------- */

typedef gboolean (*JournalFunc) (const gchar *community,
                                 const gchar *path,
                                 gpointer user_data,
                                 GError **error);

/* Those that were unpacked. */
static gboolean
foreach_journal (const gchar *staging,
                 JournalFunc func,
                 gpointer user_data,
                 GError **error) {
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  GDir *dir = g_dir_open (staging, 0, NULL);
  const gchar *name;

  if (dir == NULL)
    return TRUE;
  while ((name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_strdup (name));
  g_dir_close (dir);
  for (guint i = 0; i < names->len; i++) {
    g_autofree gchar *path =
        g_build_filename (staging, g_ptr_array_index (names, i), NULL);

    if (!func (g_ptr_array_index (names, i), path, user_data, error))
      return FALSE;
  }
  return TRUE;
}

typedef struct {
  const GeoSecret *secret;
  GCancellable *cancellable;
  gint64 records; /* That hold. */
} Check;

/* Every record holds, and is this identity's. */
static gboolean
check_journal (const gchar *community,
               const gchar *folder,
               gpointer user_data,
               GError **error) {
  Check *check = user_data;
  g_autofree gchar *path = g_build_filename (folder, GEO_JOURNAL_FILE, NULL);
  g_autoptr (GeoJournal) journal = geo_journal_open (path, FALSE, NULL);
  g_autoptr (GeoParticipant) self = NULL;
  g_autoptr (GPtrArray) rotations = NULL;
  gint64 records = 0;
  gboolean is_ours;
  GeoPublicKey key;

  geo_secret_get_public (check->secret, &key);
  if (g_cancellable_set_error_if_cancelled (check->cancellable, error))
    return FALSE;
  if (journal == NULL ||
      !geo_journal_verify (journal, NULL, NULL, &records, NULL))
    return geo_backup_fail_damaged (error);
  check->records += records;
  /* A journal whose joining was cut short belongs to nobody yet. */
  if (!geo_journal_get_joined (journal, NULL, &self, NULL, NULL))
    return TRUE;
  is_ours = geo_public_key_equal (&key, &self->key);
  rotations = geo_journal_list_rotations (journal, NULL);
  /* K6: the backup was made before "joined" said so. */
  for (guint i = 0; rotations != NULL && i < rotations->len; i++) {
    const GeoJournalRotation *rotation = g_ptr_array_index (rotations, i);

    is_ours = is_ours || (rotation->is_pending &&
                          geo_public_key_equal (&key, &rotation->self->key));
  }
  return is_ours || geo_backup_fail_damaged (error);
}

static gboolean
unpack (const gchar *path,
        const gchar *staging,
        Check *check,
        gchar **name_out,
        GeoBackupStep step,
        gpointer user_data,
        GCancellable *cancellable,
        GError **error) {
  g_autoptr (GInputStream) in = geo_backup_open (path, error);

  if (in == NULL)
    return FALSE;
  geo_backup_remove_folder (staging);
  if (!geo_profile_make_folder (staging, error))
    return FALSE;
  if (geo_backup_read (in, staging, check->secret, name_out, step, user_data,
                       cancellable, error) &&
      /* Only read from here on. */
      foreach_journal (staging, check_journal, check, error) &&
      !g_cancellable_set_error_if_cancelled (cancellable, error))
    return TRUE;
  g_clear_pointer (name_out, g_free);
  geo_backup_remove_folder (staging);
  return FALSE;
}

gboolean
geo_backup_unpack (const gchar *path,
                   const gchar *folder,
                   const GeoSecret *secret,
                   gchar **name_out,
                   GeoBackupStep step,
                   gpointer user_data,
                   GCancellable *cancellable,
                   GError **error) {
  g_autofree gchar *staging = g_build_filename (folder, STAGING, NULL);
  Check check = { .secret = secret, .cancellable = cancellable };

  return unpack (path, staging, &check, name_out, step, user_data, cancellable,
                 error);
}

gboolean
geo_backup_verify (const gchar *path,
                   const gchar *folder,
                   const GeoSecret *secret,
                   gchar **name_out,
                   gint64 *records_out,
                   GError **error) {
  g_autofree gchar *staging = g_build_filename (folder, LOOKED_AT, NULL);
  Check check = { .secret = secret };

  if (!geo_backup_is_of (path, secret, error) ||
      !unpack (path, staging, &check, name_out, NULL, NULL, NULL, error))
    return FALSE;
  geo_backup_remove_folder (staging);
  *records_out = check.records;
  return TRUE;
}

/* --- Into its place ------------------------------------------------------- */

static gboolean
move_aside (const gchar *path, GError **error) {
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;
  for (guint i = 1; i <= REPLACED_MAX; i++) {
    g_autofree gchar *name = g_strdup_printf ("%s.replaced-%u", path, i);

    if (g_file_test (name, G_FILE_TEST_EXISTS))
      continue;
    if (g_rename (path, name) == 0)
      return TRUE;
    return geo_backup_fail_restore (error, g_strerror (errno));
  }
  return geo_backup_fail_restore (error, g_strerror (EEXIST));
}

static gboolean
sync_folder_of (const gchar *path) {
  g_autofree gchar *folder = g_path_get_dirname (path);
  int fd = g_open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  gboolean done = fd >= 0 && fsync (fd) == 0;

  if (fd >= 0)
    close (fd);
  return done;
}

static gboolean
place_journal (const gchar *community,
               const gchar *path,
               gpointer user_data,
               GError **error) {
  const gchar *folder = user_data;
  g_autofree gchar *target = g_build_filename (folder, community, NULL);

  if (!move_aside (target, error))
    return FALSE;
  geo_fault_point ("restore: before rename");
  if (g_rename (path, target) != 0)
    return geo_backup_fail_restore (error, g_strerror (errno));
  return sync_folder_of (target) ||
         geo_backup_fail_restore (error, g_strerror (errno));
}

gboolean
geo_backup_use (const gchar *folder, GError **error) {
  g_autofree gchar *staging = g_build_filename (folder, STAGING, NULL);

  if (!foreach_journal (staging, place_journal, (gpointer) folder, error))
    return FALSE;
  g_rmdir (staging);
  return TRUE;
}

void
geo_backup_drop (const gchar *folder) {
  g_autofree gchar *staging = g_build_filename (folder, STAGING, NULL);

  geo_backup_remove_folder (staging);
}
