/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoEvidencePage: what was signed and does not fit together, as the journal
 * holds it, and the files that prove it to others.
 */
#pragma once

#include <adwaita.h>

#include "node/geo-finding.h"

G_BEGIN_DECLS

#define GEO_TYPE_EVIDENCE_PAGE (geo_evidence_page_get_type ())
G_DECLARE_FINAL_TYPE (GeoEvidencePage,
                      geo_evidence_page,
                      GEO,
                      EVIDENCE_PAGE,
                      AdwNavigationPage)

/* Whoever is shown it has looked at what is there. */
GeoEvidencePage *geo_evidence_page_new (GeoNode *node);
/* The file that proves it; what came of that is said in the window. */
void geo_evidence_page_save (GeoEvidencePage *self,
                             GeoFinding *finding,
                             GFile *file);

G_END_DECLS
