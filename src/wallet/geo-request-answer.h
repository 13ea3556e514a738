/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Small questions about what people ask each other for: what to say to a
 * request, how much more trust to ask for, and whether to hear of somebody at
 * all.  Each is one alert; the node does the rest.
 */
#pragma once

#include <adwaita.h>

#include "node/geo-node-requests.h"

G_BEGIN_DECLS

/* A request that waits for me; nothing where there is none such. */
void geo_request_answer (GtkWidget *parent, GeoNode *node, const gchar *key);
/* What a button that says yes to it is called; static. */
const gchar *geo_request_answer_label (GeoRequestItem *item);
/* Asks somebody to trust me up to more. */
void
geo_request_ask_trust (GtkWidget *parent, GeoNode *node, GeoPerson *person);
/* Letters of somebody are not wanted any more, or are again. */
void geo_request_block (GtkWidget *parent, GeoNode *node, GeoPerson *person);

G_END_DECLS
