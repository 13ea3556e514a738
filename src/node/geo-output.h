/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoOutput: a file that a person named to write something into.  A regular
 * file, or a name that is free, is replaced whole or not at all; where a link
 * leads to one the link stays.  A pipe, a terminal or another device is written
 * into.  Nothing else is, and nothing is ever taken out of its place that is no
 * regular file.  Any thread; it waits for the disk.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct {
  gint fd; /* To write into. */
  /* Where it is replaced: the file, and the name of what will be it.  NULL: that
   * has no name yet, and is gone with the process. */
  gchar *target;
  gchar *part;
} GeoOutput;

#define GEO_OUTPUT_INIT \
  { -1, NULL, NULL }

/* What is made is for its owner only (mode 0600).  G_IO_ERROR. */
gboolean geo_output_open (GeoOutput *output, const gchar *name, GError **error);
/* All that was written is there under its name. */
gboolean geo_output_finish (GeoOutput *output, GError **error);
/* Without finish before it what was there stays.  Safe to call again. */
void geo_output_clear (GeoOutput *output);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (GeoOutput, geo_output_clear)

/* A text, from beginning to end. */
gboolean geo_output_put (const gchar *name, const gchar *text, GError **error);

/* The name is one of what this process prints to, as /dev/stdout is. */
gboolean geo_output_is_stdout (const gchar *name);

G_END_DECLS
