/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the parts of the world share.
 */
#pragma once

#include "world.h"

G_BEGIN_DECLS

guint world_find (World *world, const GeoPid *pid);
/* A party with what is on the member's disk. */
GeoParty *world_load_party (Member *member);

G_END_DECLS
