/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * SQLite's own allocator with a counter in front of it.
 */
#include "fault-memory.h"

#include <sqlite3.h>

static sqlite3_mem_methods real;
static guint left; /* 0: not armed. */
static gboolean lasts;
static gboolean struck;

static gboolean
is_out (void) {
  if (struck && lasts)
    return TRUE;
  if (left == 0 || --left > 0)
    return FALSE;
  struck = TRUE;
  return TRUE;
}

static void *
allocate (int size) {
  return is_out () ? NULL : real.xMalloc (size);
}

static void *
reallocate (void *old, int size) {
  return is_out () ? NULL : real.xRealloc (old, size);
}

void
fault_memory_install (void) {
  sqlite3_mem_methods ours;

  g_assert_cmpint (sqlite3_config (SQLITE_CONFIG_GETMALLOC, &real), ==,
                   SQLITE_OK);
  ours = real;
  ours.xMalloc = allocate;
  ours.xRealloc = reallocate;
  g_assert_cmpint (sqlite3_config (SQLITE_CONFIG_MALLOC, &ours), ==, SQLITE_OK);
}

void
fault_memory_arm (guint n, gboolean lasting) {
  g_assert (n > 0);
  left = n;
  lasts = lasting;
  struck = FALSE;
}

gboolean
fault_memory_disarm (void) {
  gboolean was = struck;

  left = 0;
  lasts = FALSE;
  struck = FALSE;
  return was;
}
