/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Fault points: places between two steps of a program where a test may kill it,
 * to see what is on disk and what was sent.  Nothing is decided here, and in a
 * release build (meson option fault_points) nothing is left of it.
 *
 * GEO_CRASH_AT=n in the environment kills the process (SIGKILL) when it comes
 * to its n-th point, counted from 1.  GEO_CRASH_COUNT=file makes it write after
 * each point how many it has passed and the name of the last one.  Any thread.
 */
#pragma once

#include <glib.h>

#include "net/geo-net-config.h"

G_BEGIN_DECLS

#if GEO_FAULT_POINTS

void geo_fault_point (const gchar *where);

#else

static inline void
geo_fault_point (const gchar *where) {
}

#endif

G_END_DECLS
