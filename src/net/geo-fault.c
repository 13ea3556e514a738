/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Counts fault points and kills the process at the one a test asked for.  It
 * must not do anything where no test asks.
 */
#include "net/geo-fault.h"

#if GEO_FAULT_POINTS

#include <signal.h>
#include <unistd.h>

static GMutex mutex;

void
geo_fault_point (const gchar *where) {
  static gint64 crash_at = -1;
  static gint64 passed = 0;
  static const gchar *count_file = NULL;

  g_mutex_lock (&mutex);
  if (crash_at < 0) {
    const gchar *text = g_getenv ("GEO_CRASH_AT");

    crash_at = text == NULL ? 0 : MAX (g_ascii_strtoll (text, NULL, 10), 0);
    count_file = g_getenv ("GEO_CRASH_COUNT");
  }
  passed++;
  if (count_file != NULL) {
    g_autofree gchar *line = g_strdup_printf ("%" G_GINT64_FORMAT " %s\n",
                                              passed, where);

    g_file_set_contents (count_file, line, -1, NULL);
  }
  /* Not abort (): nothing may be flushed, no handler may run, just as if the
   * power had gone. */
  if (passed == crash_at)
    kill (getpid (), SIGKILL);
  g_mutex_unlock (&mutex);
}

#endif
