/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The way from a command line to a node: the profile, its key, the journal, the
 * hub; and who is meant by a name.  All of these fail by telling it: they set
 * *status to what the command returns.
 */
#pragma once

#include "cli/geo-cli-private.h"
#include "node/geo-node.h"

G_BEGIN_DECLS

/* The profile of --profile, locked. */
GeoProfile *geo_cli_get_profile (GeoCli *cli);
/* The community of --community, which was typed. */
gboolean geo_cli_find_community (GeoCli *cli,
                                 GeoProfile *profile,
                                 GeoPid *out,
                                 int *status);
/* Loads its key; asks for a passphrase where one is needed. */
gboolean geo_cli_unlock (GeoCli *cli, GeoProfile *profile, int *status);
/* The journal of what was joined; not connected. */
GeoNode *geo_cli_open (GeoCli *cli, int *status);
/* The same for what only tells: where another program has it open, what is on
 * disk is told. */
GeoNode *geo_cli_open_to_look (GeoCli *cli, int *status);
/* Connects, for what cannot be done without the hub. */
gboolean geo_cli_connect (GeoCli *cli, GeoNode *node, int *status);
/* Connects where that can be done at once, for what can also be told without
 * the hub, and waits for what the hub shows of its log.  FALSE: it is not
 * connected; that is no failure. */
gboolean geo_cli_try_connect (GeoCli *cli, GeoNode *node);
/* Waits a moment for what was said with a request to be with the hub. */
void geo_cli_wait_sent (GeoNode *node, const gchar *key);

/* "sending", "paid", …: names of states and totals in JSON documents. */
const gchar *geo_cli_state_name (GeoState state);
void geo_cli_report_totals (GeoReport *report, GListModel *totals);
/* That the hub was not asked, and why not; or that it is not believed. */
void
geo_cli_say_connection (GeoCli *cli, GeoNode *node, gboolean is_connected);
/* The same: "connected", and "fault" with a sentence. */
void geo_cli_report_connection (GeoReport *report,
                                GeoNode *node,
                                gboolean is_connected);

/* Disconnects, once what only this wallet knows is left with the hub. */
void geo_cli_close (GeoNode *node);

/* Runs the main context until test says TRUE, or for timeout_ms. */
typedef gboolean (*GeoCliTest) (gpointer user_data);
gboolean
geo_cli_wait_until (GeoCliTest test, gpointer user_data, guint timeout_ms);

/* Whom a PID, a link to a person or a name means: exactly one, or a failure
 * that lists whom it could mean.  The hub is asked. */
GeoPerson *
geo_cli_find_person (GeoCli *cli, GeoNode *node, const gchar *who, int *status);
/* Whether there is no doubt about which key is theirs, or it is taken with
 * --accept-key: before something is given or owed to them. FALSE: a failure,
 * with the command that goes on. */
gboolean geo_cli_check_key (GeoCli *cli,
                            GeoNode *node,
                            GeoPerson *person,
                            int *status);
/* The equivalent that was typed, or the only one there is. */
const gchar *geo_cli_find_equivalent (GeoCli *cli,
                                      GeoNode *node,
                                      const gchar *typed,
                                      guint *precision,
                                      int *status);

G_END_DECLS
