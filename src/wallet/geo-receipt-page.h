/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoReceiptPage: what became of one payment, and what proves it.  It verifies
 * with nothing but the receipt itself.
 */
#pragma once

#include <adwaita.h>

#include "node/geo-node.h"

G_BEGIN_DECLS

#define GEO_TYPE_RECEIPT_PAGE (geo_receipt_page_get_type ())
G_DECLARE_FINAL_TYPE (GeoReceiptPage,
                      geo_receipt_page,
                      GEO,
                      RECEIPT_PAGE,
                      AdwNavigationPage)

/* key: of an activity item or a payment. */
GeoReceiptPage *geo_receipt_page_new (GeoNode *node, const gchar *key);

/* What stands on the page, for paper or a file; a new reference. */
GtkPrintOperation *geo_receipt_page_make_print (GeoReceiptPage *self);

G_END_DECLS
