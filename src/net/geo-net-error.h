/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The error domain of the net room.  It owns names only.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define GEO_NET_ERROR (geo_net_error_quark ())

/* Codes are only appended. */
typedef enum {
  GEO_NET_ERROR_ADDRESS = 1, /* Not an address of a hub. */
  GEO_NET_ERROR_UNREACHABLE = 2, /* Nobody answers there. */
  GEO_NET_ERROR_FINGERPRINT =
      3, /* Somebody else's certificate: not connected. */
  GEO_NET_ERROR_NOT_A_HUB = 4, /* Something answers, but no hub. */
  GEO_NET_ERROR_CLOSED = 5,
  GEO_NET_ERROR_FLOOD = 6, /* A queue over its named maximum. */
  GEO_NET_ERROR_SILENT = 7, /* No answer to PING within 90 s. */
  GEO_NET_ERROR_IN_USE = 8, /* The address to listen on is taken. */
} GeoNetError;

GQuark geo_net_error_quark (void);

G_END_DECLS
