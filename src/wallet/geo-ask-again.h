/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Asks once more before a large payment, and for the PIN where there is one. It
 * pays nothing.
 */
#pragma once

#include <adwaita.h>

#include "node/geo-node.h"

G_BEGIN_DECLS

/* TRUE: this is above what the person set. */
gboolean geo_ask_again_is_needed (const gchar *equivalent,
                                  guint precision,
                                  GeoAmount amount);

/* question: "Pay 5,000.00 UAH to Olena?"; button: "Pay 5,000.00 UAH". */
void geo_ask_again_async (GtkWidget *parent,
                          const gchar *question,
                          const gchar *button,
                          GAsyncReadyCallback callback,
                          gpointer user_data);
/* TRUE: yes, and with the right PIN. */
gboolean geo_ask_again_finish (GtkWidget *parent, GAsyncResult *result);

G_END_DECLS
