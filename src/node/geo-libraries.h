/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the node is built on, for reports of what went wrong.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* "libsoup 3.6.5, libsodium 1.0.18, libsecret 0.21.7". */
gchar *geo_libraries_describe (void);

G_END_DECLS
