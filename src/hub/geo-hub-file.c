/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Writes small files that only their owner may read.  It must not leave a part
 * of one under its name.
 */
#include "hub/geo-hub-file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

gboolean
geo_hub_file_fail (GError **error, const gchar *what, const gchar *path) {
  gint why = errno;

  g_set_error (error, GEO_HUB_ERROR, GEO_HUB_ERROR_DATA, "%s %s: %s", what,
               path, g_strerror (why));
  return FALSE;
}

static gboolean
write_whole (gint fd, const gchar *text, gsize len) {
  while (len > 0) {
    gssize n = write (fd, text, len);

    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return FALSE;
    text += n;
    len -= (gsize) n;
  }
  return fsync (fd) == 0;
}

gboolean
geo_hub_file_put (const gchar *path,
                  const gchar *text,
                  gsize len,
                  GError **error) {
  g_autofree gchar *folder = g_path_get_dirname (path);
  g_autofree gchar *temporary = g_strconcat (path, ".new", NULL);
  gboolean written;
  gint fd;

  unlink (temporary);
  fd = open (temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) {
    geo_hub_file_fail (error, "Cannot make", temporary);
    return FALSE;
  }
  written = write_whole (fd, text, len);
  if (close (fd) != 0 || !written || rename (temporary, path) != 0) {
    geo_hub_file_fail (error, "Cannot write", path);
    unlink (temporary);
    return FALSE;
  }
  return geo_hub_file_sync_folder (folder, error);
}

gboolean
geo_hub_file_sync_folder (const gchar *path, GError **error) {
  gint fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean done;

  if (fd < 0)
    return geo_hub_file_fail (error, "Cannot open", path);
  done = fsync (fd) == 0 || geo_hub_file_fail (error, "Cannot write", path);
  close (fd);
  return done;
}

gboolean
geo_hub_file_check_folder (const gchar *path, GError **error) {
  struct stat info;

  /* A group of one's own may write: with umask 002 every folder is so. */
  if (stat (path, &info) != 0 || (info.st_mode & S_IWOTH) == 0)
    return TRUE;
  g_set_error (error, GEO_HUB_ERROR, GEO_HUB_ERROR_DATA,
               "Anybody may write in the data folder %s, and so put another "
               "key or database there. Allow nobody else (chmod 700).",
               path);
  return FALSE;
}
