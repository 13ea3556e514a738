/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoAmountEntry: an amount as people type it, in one of the community's
 * equivalents.  It never rounds, and knows no limits.
 */
#pragma once

#include <adwaita.h>

#include "node/geo-node.h"

G_BEGIN_DECLS

#define GEO_TYPE_AMOUNT_ENTRY (geo_amount_entry_get_type ())
G_DECLARE_FINAL_TYPE (GeoAmountEntry,
                      geo_amount_entry,
                      GEO,
                      AMOUNT_ENTRY,
                      AdwBin)

/* Signals: "changed": another text or equivalent; "equivalent-changed", after
 * it: another equivalent; "activate": Enter. */
GeoAmountEntry *geo_amount_entry_new (void);
void geo_amount_entry_set_node (GeoAmountEntry *self, GeoNode *node);
/* What the amount is for, to those who cannot see the window. */
void geo_amount_entry_set_label (GeoAmountEntry *self, const gchar *label);

/* "" before there is a node. */
const gchar *geo_amount_entry_get_equivalent (GeoAmountEntry *self);
guint geo_amount_entry_get_precision (GeoAmountEntry *self);
/* FALSE where the community has no such equivalent; nothing changes then. */
gboolean
geo_amount_entry_set_equivalent (GeoAmountEntry *self, const gchar *equivalent);

/* FALSE where nothing is typed, or what is typed is no amount above zero. */
gboolean geo_amount_entry_get_amount (GeoAmountEntry *self, GeoAmount *out);
void geo_amount_entry_set_amount (GeoAmountEntry *self, GeoAmount amount);
/* As somebody in this locale would type it. */
gchar *geo_amount_entry_write (GeoAmount amount, guint precision);
gboolean geo_amount_entry_is_empty (GeoAmountEntry *self);
/* A sentence about why what is typed is no amount above zero; NULL where it is
 * one, or where nothing is typed. */
gchar *geo_amount_entry_find_problem (GeoAmountEntry *self);
/* Draws it as wrong, or not; what is wrong is said beside it. */
void geo_amount_entry_set_wrong (GeoAmountEntry *self, gboolean wrong);

G_END_DECLS
