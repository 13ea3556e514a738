/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Memory that can run out under SQLite: the n-th of its allocations finds none.
 * Our own are GLib's, which ends the program where there is none; so nothing is
 * half done then either, and the next start is one after a crash.  One thread.
 */
#pragma once

#include <glib.h>

/* Before SQLite's first use. */
void fault_memory_install (void);

/* lasting: and all after it too. */
void fault_memory_arm (guint n, gboolean lasting);
/* There is enough from now on.  Tells whether it struck. */
gboolean fault_memory_disarm (void);
