/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Says a sentence to whoever listens to the screen.  It shows nothing.
 */
#include "config.h"

#include "wallet/geo-say.h"

void
geo_say (GtkWidget *widget, const gchar *sentence) {
  /* What GTK 4.18 keeps for tests has nobody to say it to, and calls nothing
   * where that would be. */
  if (g_strcmp0 (g_getenv ("GTK_A11Y"), "test") != 0)
    gtk_accessible_announce (GTK_ACCESSIBLE (widget), sentence,
                             GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
}
