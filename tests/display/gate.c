/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The gate that workers wait at.
 */
#include "gate.h"

#include "net/geo-fault.h"

static GMutex mutex;
static GCond opened;
static const gchar *closed; /* NULL: it is open. */
static gboolean is_reached;
static const gchar *watched; /* The last one that was closed. */
static guint count;

#if GEO_FAULT_POINTS

void __real_geo_fault_point (const gchar *where);
void __wrap_geo_fault_point (const gchar *where);

void
__wrap_geo_fault_point (const gchar *where) {
  g_mutex_lock (&mutex);
  if (g_strcmp0 (where, watched) == 0)
    count++;
  while (g_strcmp0 (where, closed) == 0) {
    /* Nobody would open it. */
    g_assert_false (g_main_context_is_owner (NULL));
    is_reached = TRUE;
    g_cond_wait (&opened, &mutex);
  }
  g_mutex_unlock (&mutex);
  __real_geo_fault_point (where);
}

#endif

gboolean
gate_is_there (void) {
  return GEO_FAULT_POINTS;
}

void
gate_close (const gchar *where) {
  g_mutex_lock (&mutex);
  closed = where;
  watched = where;
  count = 0;
  is_reached = FALSE;
  g_mutex_unlock (&mutex);
}

gboolean
gate_is_reached (void) {
  gboolean reached;

  g_mutex_lock (&mutex);
  reached = is_reached;
  g_mutex_unlock (&mutex);
  return reached;
}

guint
gate_count (void) {
  guint n;

  g_mutex_lock (&mutex);
  n = count;
  g_mutex_unlock (&mutex);
  return n;
}

void
gate_open (void) {
  g_mutex_lock (&mutex);
  closed = NULL;
  g_cond_broadcast (&opened);
  g_mutex_unlock (&mutex);
}
