/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tells the service manager how the hub is (sd_notify): ready, alive, stopping.
 * Without one ($NOTIFY_SOCKET) it does nothing.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* "READY=1", "STOPPING=1", … FALSE when there is nobody to tell, or the telling
 * failed; nothing depends on it. */
gboolean geo_hub_notify (const gchar *state);

/* From now on says that it is alive, from this main context, as often as the
 * service manager wants to hear it ($WATCHDOG_USEC). */
void geo_hub_notify_watchdog (void);

/* What comes now may take long, and nothing else is done meanwhile: it is not
 * missed for an hour.  FALSE: as usual again. */
void geo_hub_notify_busy (gboolean is_busy);

G_END_DECLS
