/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The quark of the store room's error domain.  It owns nothing else.
 */
#include "store/geo-store-error.h"

G_DEFINE_QUARK (geo - store - error - quark, geo_store_error)
