/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Writes log lines to stderr.  It must not decide what is worth one.
 */
#include "hub/geo-hub-log.h"

#include <string.h>
#include <unistd.h>

#include "core/geo-time.h"

static gboolean log_verbose;

static const gchar *
level_name (GLogLevelFlags level) {
  if ((level & G_LOG_LEVEL_ERROR) != 0 || (level & G_LOG_LEVEL_CRITICAL) != 0)
    return "error";
  if ((level & G_LOG_LEVEL_WARNING) != 0)
    return "warning";
  if ((level & G_LOG_LEVEL_DEBUG) != 0)
    return "debug";
  return "info";
}

gchar *
geo_hub_log_format (GLogLevelFlags level, gint64 now_us, const gchar *message) {
  g_autofree gchar *time = geo_time_to_string (now_us / 1000);
  g_autofree gchar *line = g_strdup (message);

  /* One line each, whatever is in it. */
  for (gchar *c = line; *c != '\0'; c++)
    if (g_ascii_iscntrl (*c))
      *c = ' ';
  return g_strdup_printf ("%s %s %s", time, level_name (level), line);
}

static GLogWriterOutput
write_cb (GLogLevelFlags level,
          const GLogField *fields,
          gsize n_fields,
          gpointer user_data) {
  const gchar *message = NULL;
  const gchar *domain = NULL;
  g_autofree gchar *line = NULL;
  g_autofree gchar *whole = NULL;

  for (gsize i = 0; i < n_fields; i++) {
    if (g_strcmp0 (fields[i].key, "MESSAGE") == 0)
      message = fields[i].value;
    else if (g_strcmp0 (fields[i].key, "GLIB_DOMAIN") == 0)
      domain = fields[i].value;
  }
  if (message == NULL)
    return G_LOG_WRITER_HANDLED;
  if ((level & G_LOG_LEVEL_DEBUG) != 0 &&
      (!log_verbose || domain == NULL || !g_str_has_prefix (domain, "geo-")))
    return G_LOG_WRITER_HANDLED;
  line = geo_hub_log_format (level, g_get_real_time (), message);
  whole = g_strconcat (line, "\n", NULL);
  /* One call, so that lines of two threads do not mix. */
  if (write (STDERR_FILENO, whole, strlen (whole)) < 0)
    return G_LOG_WRITER_UNHANDLED;
  return G_LOG_WRITER_HANDLED;
}

void
geo_hub_log_start (gboolean verbose) {
  log_verbose = verbose;
  g_log_set_writer_func (write_cb, NULL, NULL);
}
