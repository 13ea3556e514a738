/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoPersonChooser: finds somebody: people I know as one types, others of the
 * community from the hub, a pasted link or identifier.  It chooses nobody
 * itself.
 */
#pragma once

#include <adwaita.h>

#include "core/geo-link.h"
#include "node/geo-node.h"

G_BEGIN_DECLS

#define GEO_TYPE_PERSON_CHOOSER (geo_person_chooser_get_type ())
G_DECLARE_FINAL_TYPE (GeoPersonChooser,
                      geo_person_chooser,
                      GEO,
                      PERSON_CHOOSER,
                      AdwBin)

/* How long somebody stops typing before the hub is asked. */
#define GEO_PERSON_CHOOSER_DELAY_MS 300

/* Property: "show-recent" (boolean): those I had payments with last come first.
 * Signal: "chosen" (GeoPerson *person). */
GeoPersonChooser *geo_person_chooser_new (void);
void geo_person_chooser_set_node (GeoPersonChooser *self, GeoNode *node);
/* Whether somebody who is not here yet can be invited from it. */
void
geo_person_chooser_set_inviting (GeoPersonChooser *self, gboolean inviting);
/* What is typed, as if somebody had typed it. */
void geo_person_chooser_set_text (GeoPersonChooser *self, const gchar *text);
/* The same, and as soon as it is found whom a link or an identifier means, that
 * one is chosen. */
void geo_person_chooser_look_up (GeoPersonChooser *self, const gchar *text);
/* The link that was pasted; NULL where it is none.  Borrowed. */
const GeoLink *geo_person_chooser_get_link (GeoPersonChooser *self);

G_END_DECLS
