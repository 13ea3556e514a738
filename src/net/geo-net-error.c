/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The error domain of the net room.  It owns a name and does nothing else.
 */
#include "net/geo-net-error.h"

G_DEFINE_QUARK (geo - net - error - quark, geo_net_error)
