/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoOutput: writing into what a person named, by what it is.
 */
#include "config.h"

#include "node/geo-output.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/geo-fault.h"

/* As many as Linux follows. */
#define LINKS_MAX 40
#define OPEN_FILES "/proc/self/fd"
#define NAMES_MAX 100

static gboolean
fail (GError **error, gint why) {
  g_set_error_literal (error, G_IO_ERROR, g_io_error_from_errno (why),
                       g_strerror (why));
  return FALSE;
}

/* Where the links lead, also where nothing is there yet. */
static gchar *
follow (const gchar *name, GError **error) {
  g_autofree gchar *path = g_strdup (name);

  for (guint i = 0; i < LINKS_MAX; i++) {
    g_autofree gchar *folder = NULL;
    g_autofree gchar *next = NULL;
    struct stat found;

    if (lstat (path, &found) != 0 || !S_ISLNK (found.st_mode))
      return g_steal_pointer (&path);
    next = g_file_read_link (path, NULL);
    if (next == NULL)
      break;
    folder = g_path_get_dirname (path);
    g_free (path);
    path = g_path_is_absolute (next) ? g_steal_pointer (&next)
                                     : g_build_filename (folder, next, NULL);
  }
  fail (error, ELOOP);
  return NULL;
}

/* Nothing is left of it, wherever the process is stopped.  Not every disk can
 * do that, and it is given its name by what only /proc calls it. */
static gboolean
open_nameless (GeoOutput *output) {
  g_autofree gchar *folder = g_path_get_dirname (output->target);

  if (access (OPEN_FILES, X_OK) == 0)
    output->fd = g_open (folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
  return output->fd >= 0;
}

static gboolean
give_name (GeoOutput *output, GError **error) {
  g_autofree gchar *called = g_strdup_printf (OPEN_FILES "/%d", output->fd);

  for (guint i = 0; i < NAMES_MAX; i++) {
    g_autofree gchar *part = g_strdup_printf ("%s.part-%08x", output->target,
                                              g_random_int ());

    if (linkat (AT_FDCWD, called, AT_FDCWD, part, AT_SYMLINK_FOLLOW) == 0) {
      output->part = g_steal_pointer (&part);
      return TRUE;
    }
    if (errno != EEXIST)
      break;
  }
  return fail (error, errno);
}

static gboolean
open_part (GeoOutput *output, const gchar *name, GError **error) {
  output->target = follow (name, error);
  if (output->target == NULL)
    return FALSE;
  if (open_nameless (output))
    return TRUE;
  output->part = g_strconcat (output->target, ".part-XXXXXX", NULL);
  output->fd = g_mkstemp_full (output->part, O_WRONLY | O_CLOEXEC, 0600);
  if (output->fd >= 0)
    return TRUE;
  g_clear_pointer (&output->part, g_free);
  return fail (error, errno);
}

static gboolean
open_as_it_is (GeoOutput *output, const gchar *name, GError **error) {
  output->fd = g_open (name, O_WRONLY | O_CLOEXEC | O_NOCTTY, 0);
  return output->fd >= 0 || fail (error, errno);
}

static gboolean
is_same (gint fd, const struct stat *found) {
  struct stat open;

  return fstat (fd, &open) == 0 && open.st_dev == found->st_dev &&
         open.st_ino == found->st_ino;
}

gboolean
geo_output_open (GeoOutput *output, const gchar *name, GError **error) {
  struct stat found;

  *output = (GeoOutput) GEO_OUTPUT_INIT;
  if (stat (name, &found) != 0)
    return errno == ENOENT ? open_part (output, name, error)
                           : fail (error, errno);
  /* Opened by its name once more, it would be written from its beginning. */
  for (gint fd = STDOUT_FILENO; fd <= STDERR_FILENO; fd++) {
    if (!is_same (fd, &found))
      continue;
    output->fd = fcntl (fd, F_DUPFD_CLOEXEC, 0);
    return output->fd >= 0 || fail (error, errno);
  }
  if (S_ISDIR (found.st_mode))
    return fail (error, EISDIR);
  /* A disk is no place for a file. */
  if (S_ISBLK (found.st_mode))
    return fail (error, EPERM);
  if (!S_ISREG (found.st_mode))
    return open_as_it_is (output, name, error);
  /* Whoever may not write into it does not replace it. */
  if (access (name, W_OK) != 0)
    return fail (error, errno);
  return open_part (output, name, error);
}

static gboolean
sync_folder_of (const gchar *path) {
  g_autofree gchar *folder = g_path_get_dirname (path);
  gint fd = g_open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  gboolean done = fd >= 0 && fsync (fd) == 0;

  if (fd >= 0)
    close (fd);
  return done;
}

gboolean
geo_output_finish (GeoOutput *output, GError **error) {
  gint fd = output->fd;

  geo_fault_point ("output: before sync");
  if (output->target != NULL && fsync (fd) != 0)
    return fail (error, errno);
  geo_fault_point ("output: before rename");
  if (output->target != NULL && output->part == NULL &&
      !give_name (output, error))
    return FALSE;
  output->fd = -1;
  if (close (fd) != 0)
    return fail (error, errno);
  if (output->target == NULL)
    return TRUE;
  if (g_rename (output->part, output->target) != 0)
    return fail (error, errno);
  g_clear_pointer (&output->part, g_free);
  return sync_folder_of (output->target) || fail (error, errno);
}

void
geo_output_clear (GeoOutput *output) {
  if (output->fd >= 0)
    close (output->fd);
  output->fd = -1;
  if (output->part != NULL)
    g_unlink (output->part);
  g_clear_pointer (&output->part, g_free);
  g_clear_pointer (&output->target, g_free);
}

gboolean
geo_output_put (const gchar *name, const gchar *text, GError **error) {
  g_auto (GeoOutput) output = GEO_OUTPUT_INIT;
  gsize left = strlen (text);

  if (!geo_output_open (&output, name, error))
    return FALSE;
  while (left > 0) {
    gssize n = write (output.fd, text, left);

    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return fail (error, errno);
    text += n;
    left -= (gsize) n;
  }
  return geo_output_finish (&output, error);
}

gboolean
geo_output_is_stdout (const gchar *name) {
  struct stat found;

  return stat (name, &found) == 0 && is_same (STDOUT_FILENO, &found);
}
