/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoFinding: something that was signed and does not fit together, as the journal
 * holds it: what happened, when it was found, and the file that proves it to
 * anybody.  Main context.
 */
#pragma once

#include "node/geo-node.h"

G_BEGIN_DECLS

#define GEO_TYPE_FINDING (geo_finding_get_type ())
G_DECLARE_FINAL_TYPE (GeoFinding, geo_finding, GEO, FINDING, GObject)

/* Of the record in the journal. */
gint64 geo_finding_get_number (GeoFinding *finding);
/* Milliseconds. */
gint64 geo_finding_get_time (GeoFinding *finding);
/* What happened, for people, in a few words. */
const gchar *geo_finding_get_title (GeoFinding *finding);
/* What the file proves, and with whose key that is signed. */
const gchar *geo_finding_get_sentence (GeoFinding *finding);
/* For geo_evidence_verify (). */
const gchar *geo_finding_get_file (GeoFinding *finding);

/* GeoFinding, the newest first; borrowed, live.  What is found later comes with
 * the node's signal "found", too. */
GListModel *geo_node_get_findings (GeoNode *node);
/* How many nobody has looked at ("new-findings", which notifies). */
guint geo_node_get_new_findings (GeoNode *node);
/* Somebody has; remembered on disk. */
void geo_node_mark_findings (GeoNode *node);

G_END_DECLS
