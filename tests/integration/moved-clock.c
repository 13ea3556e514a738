/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A clock that a test can put forward or back, for LD_PRELOAD: every clock that
 * the program asks is ahead by as many nanoseconds as the file that
 * GEO_CLOCK_FILE names begins with (int64).  The one that the person sees may
 * be moved without the one that only counts: the second int64 is for
 * CLOCK_REALTIME alone.  It changes nothing else.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define NS 1000000000

static const volatile int64_t *ahead; /* NULL: nothing is moved. */

__attribute__ ((constructor)) static void
open_file (void) {
  const char *name = getenv ("GEO_CLOCK_FILE");
  int fd = name == NULL ? -1 : open (name, O_RDONLY | O_CLOEXEC);
  void *memory;

  if (fd < 0)
    return;
  memory = mmap (NULL, 2 * sizeof *ahead, PROT_READ, MAP_SHARED, fd, 0);
  close (fd);
  if (memory != MAP_FAILED)
    ahead = memory;
}

/* The kernel is asked: a sanitizer looks at the clock before anything else of
 * the program can be called. */
int
clock_gettime (clockid_t clock, struct timespec *out) {
  int64_t moved;
  int64_t ns;
  int status;

  status = (int) syscall (SYS_clock_gettime, clock, out);
  /* How much a process or a thread has worked is no time of day. */
  if (status != 0 || ahead == NULL || clock == CLOCK_PROCESS_CPUTIME_ID ||
      clock == CLOCK_THREAD_CPUTIME_ID)
    return status;
  moved = ahead[0];
  if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)
    moved += ahead[1];
  ns = out->tv_nsec + moved % NS + NS;
  out->tv_sec += moved / NS + ns / NS - 1;
  out->tv_nsec = ns % NS;
  return status;
}

int
gettimeofday (struct timeval *restrict out, void *restrict zone) {
  struct timespec now;

  clock_gettime (CLOCK_REALTIME, &now);
  out->tv_sec = now.tv_sec;
  out->tv_usec = now.tv_nsec / 1000;
  return 0;
}

time_t
time (time_t *out) {
  struct timespec now;

  clock_gettime (CLOCK_REALTIME, &now);
  if (out != NULL)
    *out = now.tv_sec;
  return now.tv_sec;
}
