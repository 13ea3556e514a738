/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoCircleView: one circle of debts as a ring of people: I, who owes me, whom
 * I owe, and the others, whose names nobody told this wallet.  When it appears,
 * a light goes around once, unless the person wants no motion.
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define GEO_TYPE_CIRCLE_VIEW (geo_circle_view_get_type ())
G_DECLARE_FINAL_TYPE (
    GeoCircleView, geo_circle_view, GEO, CIRCLE_VIEW, GtkWidget)

/* others: everybody but me, those two among them. */
void geo_circle_view_set_people (GeoCircleView *self,
                                 const gchar *debtor,
                                 const gchar *creditor,
                                 guint others);

G_END_DECLS
