/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Holds a worker at one of the program's own fault points (net/geo-fault.h), so
 * that what is soon over can be looked at: the linker puts it before them
 * (--wrap).  Main thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* FALSE: this build has no fault points. */
gboolean gate_is_there (void);
/* Whoever comes to this point from now on waits there. */
void gate_close (const gchar *where);
/* Somebody waits. */
gboolean gate_is_reached (void);
/* How many came to the last point that was closed, since then. */
guint gate_count (void);
/* They go on. */
void gate_open (void);

G_END_DECLS
