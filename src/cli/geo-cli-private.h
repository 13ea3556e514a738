/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of this room share: GeoCli, one run of the program with what
 * was typed, the table's row GeoCommand, and how results and failures are told.
 * Commands return the value of geo_cli_done () or of one of the geo_cli_fail
 * functions and print in no other way.
 */
#pragma once

#include <gio/gio.h>

#include "cli/geo-cli.h"
#include "cli/geo-report.h"

G_BEGIN_DECLS

/* How long a command waits for the hub, in seconds. */
#define GEO_CLI_CONNECT_S 10
/* How long `geo pay' waits for a final state unless --wait says otherwise. */
#define GEO_CLI_PAY_S 15
#define GEO_CLI_PAY_S_MAX 86400
/* How long `geo history' waits for what was in doubt. */
#define GEO_CLI_OPEN_MS 3000
/* How long the encrypted copy of what was changed may take. */
#define GEO_CLI_SAVE_MS 3000
/* How long the hub may take to show its log. */
#define GEO_CLI_LOG_MS 1000
#define GEO_CLI_HISTORY_LINES 20
#define GEO_CLI_HISTORY_LINES_MAX 1000

/* What may stand before the command and after it. */
typedef struct {
  gboolean json;
  gboolean help;
  gboolean version;
  gboolean offline;
  gchar *profile;
  gchar *community;
  gchar *passphrase_file;
} GeoCliCommon;

typedef struct {
  FILE *out;
  FILE *err;
  GeoCliCommon common;

  /* Options of single commands, as typed. */
  gchar *name;
  gchar *words_file;
  gboolean no_keyring;
  gboolean restores;
  gboolean close;
  gboolean live;
  gboolean freeze;
  gboolean unfreeze;
  gchar *clearing;
  gchar *spare;
  gchar *daily;
  gboolean is_new;
  gchar *note;
  gchar *id;
  gint wait_s;
  gboolean accept_key;
  gint stay_s;
  gint limit;
  gint64 before;
  gchar *output;
  gchar *export;
  gboolean force;
  gchar *search;
  gchar *with;
  gchar *kinds;
  gchar *states;
  gchar *equivalent;
  gchar *since;
  gchar *until;
  gchar *from;
  gchar *to;
  gchar *person;
  gchar *csv;
  gchar *pdf;
  gchar *expires;
  gchar *asks;
  gchar *code;
  gboolean once;
  gboolean qr;
  gboolean all;
  gboolean off;

  /* Another program writes to the journal: it is only looked at. */
  gboolean is_looking;
  /* A payment is final: a result that cannot be written must not look like a
   * payment that failed. */
  gboolean is_settled;
  /* owned: what a failure tells with --json, begun by geo_cli_detail (). */
  GeoReport *failure;
} GeoCli;

typedef struct {
  const gchar *name;
  /* All of these are marked for translation. */
  const gchar *arguments;
  const gchar *summary;
  const gchar *description;
  guint arguments_min;
  guint arguments_max;
  void (*add_options) (GeoCli *cli, GOptionContext *context);
  int (*run) (GeoCli *cli, gchar **arguments);
} GeoCommand;

/* Each is in the file of its group; the table is in geo-cli.c. */
extern const GeoCommand geo_command_init;
extern const GeoCommand geo_command_join;
extern const GeoCommand geo_command_trust;
extern const GeoCommand geo_command_pay;
extern const GeoCommand geo_command_balance;
extern const GeoCommand geo_command_people;
extern const GeoCommand geo_command_history;
extern const GeoCommand geo_command_receipt;
extern const GeoCommand geo_command_verify;
extern const GeoCommand geo_command_evidence;
extern const GeoCommand geo_command_audit;
extern const GeoCommand geo_command_clearing;
extern const GeoCommand geo_command_status;
extern const GeoCommand geo_command_communities;
extern const GeoCommand geo_command_leave;
extern const GeoCommand geo_command_export;
extern const GeoCommand geo_command_backup;
extern const GeoCommand geo_command_restore;
extern const GeoCommand geo_command_invite;
extern const GeoCommand geo_command_request;
extern const GeoCommand geo_command_requests;
extern const GeoCommand geo_command_decline;
extern const GeoCommand geo_command_ask_trust;
extern const GeoCommand geo_command_checkpoint;
extern const GeoCommand geo_command_block;
extern const GeoCommand geo_command_statement;
extern const GeoCommand geo_command_key;

/* A line of the result; nothing with --json. */
void geo_cli_say (GeoCli *cli, const gchar *format, ...) G_GNUC_PRINTF (2, 3);

/* The document of a success, begun. */
GeoReport *geo_cli_report_new (GeoCli *cli);
/* Writes the document; report NULL: the result was said. */
int geo_cli_done (GeoCli *cli, GeoReport *report);

/* Borrowed; members added to it are told with --json by the failure that
 * follows. */
GeoReport *geo_cli_detail (GeoCli *cli);
/* sentence: for people, translated. */
int geo_cli_fail (GeoCli *cli, GeoExit code, const gchar *sentence);
int geo_cli_fail_printf (GeoCli *cli, GeoExit code, const gchar *format, ...)
    G_GNUC_PRINTF (3, 4);
/* The code by the error's domain and code: see the table in geo-cli-fail.c. */
int geo_cli_fail_error (GeoCli *cli, const GError *error);

/* Runs the main context until *result is there: for the asynchronous calls of
 * the node, with geo_cli_result_cb as their callback. */
void
geo_cli_result_cb (GObject *source, GAsyncResult *result, gpointer user_data);
GAsyncResult *geo_cli_wait_result (GAsyncResult **result);

G_END_DECLS
