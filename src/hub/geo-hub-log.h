/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where a hub's messages go: one line each on stderr, time, level, and what
 * happened with its values as key=value.  Names, amounts, addresses of people
 * and what is in messages never stand above the level debug.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* From now on, for the whole process.  verbose: debug lines of our own rooms
 * too. */
void geo_hub_log_start (gboolean verbose);

/* One line of what g_log_structured () was given, without its end. */
gchar *
geo_hub_log_format (GLogLevelFlags level, gint64 now_us, const gchar *message);

G_END_DECLS
