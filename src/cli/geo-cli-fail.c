/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How the command tells what came of it: lines or one JSON document on stdout,
 * one sentence on stderr for a failure, and which exit status each failure has.
 * Nothing else in this room prints.
 */
#include "config.h"

#include "cli/geo-cli-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "core/geo-error.h"
#include "node/geo-profile.h"

/* Stable names of the exit statuses for readers of the JSON document. */
static const gchar *
exit_name (GeoExit code) {
  switch (code) {
  case GEO_EXIT_DONE:
    return "done";
  case GEO_EXIT_FAILED:
    return "failed";
  case GEO_EXIT_USAGE:
    return "usage";
  case GEO_EXIT_REFUSED:
    return "refused";
  case GEO_EXIT_IN_DOUBT:
    return "in-doubt";
  case GEO_EXIT_OFFLINE:
    return "offline";
  case GEO_EXIT_NOT_VERIFIED:
    return "not-verified";
  case GEO_EXIT_KEY:
    return "key";
  case GEO_EXIT_UNKNOWN:
    return "unknown";
  }
  g_assert_not_reached ();
}

static GeoExit
exit_of_node_error (GeoNodeError code) {
  switch (code) {
  case GEO_NODE_ERROR_NO_KEY:
  case GEO_NODE_ERROR_PASSPHRASE:
  case GEO_NODE_ERROR_KEYRING:
    return GEO_EXIT_KEY;
  case GEO_NODE_ERROR_OFFLINE:
  case GEO_NODE_ERROR_TIMEOUT:
    return GEO_EXIT_OFFLINE;
  case GEO_NODE_ERROR_REFUSED:
  case GEO_NODE_ERROR_STRANGER:
    return GEO_EXIT_REFUSED;
  case GEO_NODE_ERROR_FOREIGN:
    return GEO_EXIT_NOT_VERIFIED;
  case GEO_NODE_ERROR_INPUT:
  case GEO_NODE_ERROR_UNKNOWN_PERSON:
    return GEO_EXIT_USAGE;
  case GEO_NODE_ERROR_EXISTS:
  case GEO_NODE_ERROR_NOT_JOINED:
  case GEO_NODE_ERROR_STORAGE:
  case GEO_NODE_ERROR_BUSY:
    return GEO_EXIT_FAILED;
  }
  return GEO_EXIT_FAILED;
}

/* What to type next, where the node's own words cannot know of commands. */
static const gchar *
advice_of_node_error (GeoNodeError code) {
  if (code == GEO_NODE_ERROR_NO_KEY)
    return _ ("There is no identity here yet: “geo init --name NAME” makes "
              "one.");
  if (code == GEO_NODE_ERROR_NOT_JOINED)
    return _ ("You have joined no community yet: “geo join LINK” does.");
  return NULL;
}

void
geo_cli_say (GeoCli *cli, const gchar *format, ...) {
  va_list args;

  if (cli->common.json)
    return;
  va_start (args, format);
  vfprintf (cli->out, format, args);
  va_end (args);
  fputc ('\n', cli->out);
}

GeoReport *
geo_cli_report_new (GeoCli *cli) {
  GeoReport *report = geo_report_new ();

  geo_report_flag (report, "ok", TRUE);
  return report;
}

int
geo_cli_done (GeoCli *cli, GeoReport *report) {
  if (report != NULL && cli->common.json)
    fputs (geo_report_close (report), cli->out);
  geo_report_free (report);
  return GEO_EXIT_DONE;
}

GeoReport *
geo_cli_detail (GeoCli *cli) {
  if (cli->failure == NULL) {
    cli->failure = geo_report_new ();
    geo_report_flag (cli->failure, "ok", FALSE);
    geo_report_begin (cli->failure, "error");
  }
  return cli->failure;
}

/* One line that ends as a sentence, whatever library it comes from. */
static gchar *
tidy_sentence (const gchar *text) {
  g_autofree gchar *valid = g_utf8_make_valid (text, -1);
  gsize len;

  g_strdelimit (valid, "\r\n\t", ' ');
  g_strstrip (valid);
  len = strlen (valid);
  if (len > 0 && strchr (".!?", valid[len - 1]) == NULL &&
      !g_str_has_suffix (valid, "…"))
    return g_strconcat (valid, ".", NULL);
  return g_steal_pointer (&valid);
}

int
geo_cli_fail (GeoCli *cli, GeoExit code, const gchar *sentence) {
  g_autofree gchar *text = tidy_sentence (sentence);

  if (cli->common.json) {
    GeoReport *report = geo_cli_detail (cli);

    geo_report_number (report, "exit", code);
    geo_report_text (report, "kind", exit_name (code));
    geo_report_text (report, "message", text);
    geo_report_end (report);
    fputs (geo_report_close (report), cli->out);
  }
  g_clear_pointer (&cli->failure, geo_report_free);
  fprintf (cli->err, "geo: %s\n", text);
  return code;
}

int
geo_cli_fail_printf (GeoCli *cli, GeoExit code, const gchar *format, ...) {
  g_autofree gchar *sentence = NULL;
  va_list args;

  va_start (args, format);
  sentence = g_strdup_vprintf (format, args);
  va_end (args);
  return geo_cli_fail (cli, code, sentence);
}

int
geo_cli_fail_error (GeoCli *cli, const GError *error) {
  GeoExit code = GEO_EXIT_FAILED;
  const gchar *advice = NULL;

  g_assert (error != NULL);
  if (error->domain == GEO_NODE_ERROR) {
    code = exit_of_node_error ((GeoNodeError) error->code);
    advice = advice_of_node_error ((GeoNodeError) error->code);
  } else if (error->domain == GEO_CORE_ERROR ||
             error->domain == G_OPTION_ERROR) {
    /* An amount, a link, a PID or an option that somebody typed. */
    code = GEO_EXIT_USAGE;
  }
  return geo_cli_fail (cli, code, advice != NULL ? advice : error->message);
}

void
geo_cli_result_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  GAsyncResult **slot = user_data;

  *slot = g_object_ref (result);
}

GAsyncResult *
geo_cli_wait_result (GAsyncResult **result) {
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return *result;
}
