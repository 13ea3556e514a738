/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The error domain of the hub room.  It owns a name and does nothing else.
 */
#include "hub/geo-hub-error.h"

G_DEFINE_QUARK (geo - hub - error - quark, geo_hub_error)
