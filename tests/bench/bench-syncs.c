/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Preloaded into a hub that is measured: counts every fsync and fdatasync that
 * the program asks the system for, whoever asks, in a file that the bench maps
 * too.  It changes nothing of what they do.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static uint64_t *counter;
/* ISO C has no conversion from what dlsym () gives to a function. */
typedef union {
  void *object;
  int (*function) (int fd);
} Symbol;

static Symbol real_fsync;
static Symbol real_fdatasync;

int fsync (int fd);
int fdatasync (int fd);

__attribute__ ((constructor)) static void
open_counter (void) {
  const char *path = getenv ("GEO_BENCH_SYNCS");
  void *place;
  int fd;

  real_fsync.object = dlsym (RTLD_NEXT, "fsync");
  real_fdatasync.object = dlsym (RTLD_NEXT, "fdatasync");
  if (path == NULL || (fd = open (path, O_RDWR | O_CLOEXEC)) < 0)
    return;
  place = mmap (NULL, sizeof *counter, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
                0);
  close (fd);
  if (place != MAP_FAILED)
    counter = place;
}

static void
count (void) {
  if (counter != NULL)
    __atomic_fetch_add (counter, 1, __ATOMIC_RELAXED);
}

int
fsync (int fd) {
  count ();
  return real_fsync.function (fd);
}

int
fdatasync (int fd) {
  count ();
  return real_fdatasync.function (fd);
}
