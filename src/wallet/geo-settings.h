/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the person has set, where the program's schema is installed.  It keeps
 * nothing itself.
 */
#pragma once

#include <gio/gio.h>

#include "core/geo-amount.h"

G_BEGIN_DECLS

/* A new reference; NULL where the program runs without its schema: then nothing
 * is kept, and what is asked of it is the default. */
GSettings *geo_settings_new (void);

/* Minutes of silence before the wallet locks; 0: never.  settings may be NULL.
 */
guint geo_settings_get_lock_minutes (GSettings *settings);

/* Above how much a payment is asked about once more; FALSE: never.  settings
 * may be NULL. */
gboolean geo_settings_get_ask_above (GSettings *settings,
                                     const gchar *equivalent,
                                     guint precision,
                                     GeoAmount *out);
/* amount NULL: never. */
void geo_settings_set_ask_above (GSettings *settings,
                                 const gchar *equivalent,
                                 guint precision,
                                 const GeoAmount *amount);

G_END_DECLS
