/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoPaymentView: one payment in the state it is in: what that means, what is
 * safe, and what can be done.  It does nothing itself.
 */
#pragma once

#include <adwaita.h>

#include "node/geo-payment.h"

G_BEGIN_DECLS

#define GEO_TYPE_PAYMENT_VIEW (geo_payment_view_get_type ())
G_DECLARE_FINAL_TYPE (GeoPaymentView,
                      geo_payment_view,
                      GEO,
                      PAYMENT_VIEW,
                      AdwBin)

/* Signals: "try-again", "show-receipt" (const gchar *key), "close": somebody
 * wants that. */
/* NULL: none; it follows the payment until then.  name: of the payee. */
void geo_payment_view_set_payment (GeoPaymentView *self,
                                   GeoPayment *payment,
                                   const gchar *name);

G_END_DECLS
