/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A disk that cannot keep what it took, for LD_PRELOAD: once the file that
 * GEO_FSYNC_FILE names holds a number n, the n-th fsync or fdatasync of an
 * SQLite file fails with EIO.  Only that one does, as with a real kernel, which
 * forgets the pages and says nothing the next time.  It changes nothing else.
 */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int fsync (int fd);
int fdatasync (int fd);

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static long count;
static bool failed;

static bool
is_database (int fd) {
  char link[64];
  char path[4096];
  ssize_t len;

  snprintf (link, sizeof link, "/proc/self/fd/%d", fd);
  len = readlink (link, path, sizeof path - 1);
  if (len < 0)
    return false;
  path[len] = '\0';
  return strstr (path, ".db") != NULL;
}

static bool
fails (int fd) {
  const char *name = getenv ("GEO_FSYNC_FILE");
  FILE *file = name == NULL ? NULL : fopen (name, "r");
  long wanted = 0;
  bool is_the_one;

  if (file == NULL)
    return false;
  if (fscanf (file, "%ld", &wanted) != 1)
    wanted = 0;
  fclose (file);
  if (wanted <= 0 || !is_database (fd))
    return false;
  pthread_mutex_lock (&mutex);
  is_the_one = !failed && ++count == wanted;
  failed |= is_the_one;
  pthread_mutex_unlock (&mutex);
  return is_the_one;
}

static int
sync_as (const char *name, int fd) {
  int (*real) (int) = NULL;
  void *symbol = dlsym (RTLD_NEXT, name);

  memcpy (&real, &symbol, sizeof real);
  if (fails (fd)) {
    errno = EIO;
    return -1;
  }
  return real (fd);
}

int
fsync (int fd) {
  return sync_as ("fsync", fd);
}

int
fdatasync (int fd) {
  return sync_as ("fdatasync", fd);
}
