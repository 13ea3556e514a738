/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a simulated node's two halves, running and starting, ask of each other,
 * and nobody else.
 */
#pragma once

#include "sim.h"

/* sim-node.c */
void sim_node_drop_party (SimNode *node);
void sim_node_connect_in (SimNode *node, gint64 in_ms);
void sim_node_disconnect (SimNode *node);
/* Asks for what it missed; it may have waited for a copy. */
void sim_node_catch_up (SimNode *node);
void sim_node_sign_in_again (SimNode *node);
/* GeoRecordBody in their order, borrowed: what is to be stored and is not on
 * disk. */
GPtrArray *sim_node_list_waiting (const SimNode *node);
/* FALSE where the node fell, or made itself anew. */
gboolean
sim_node_append (SimNode *node, GeoRecordKind kind, GeoRecordBody **body);

/* sim-start.c */
void sim_node_load (SimNode *node);
GPtrArray *sim_node_new_messages (void);
