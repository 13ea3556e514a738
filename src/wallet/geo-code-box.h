/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoCodeBox: a link to give away: its QR code, and buttons that copy the link
 * and keep the code as a picture.  It knows nothing of what the link means.
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define GEO_TYPE_CODE_BOX (geo_code_box_get_type ())
G_DECLARE_FINAL_TYPE (GeoCodeBox, geo_code_box, GEO, CODE_BOX, AdwBin)

/* file_name: what the picture is called where nobody says otherwise, without an
 * ending.  A link that is too long for a code can still be copied.  NULL:
 * nothing is shown. */
void geo_code_box_set_link (GeoCodeBox *self,
                            const gchar *link,
                            const gchar *file_name);

G_END_DECLS
