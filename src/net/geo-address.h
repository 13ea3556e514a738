/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoAddress: where a hub is, as a person types it or a link carries it, and
 * the fingerprint that its certificate must have.  Text in, values out; it
 * resolves no names.
 */
#pragma once

#include <gio/gio.h>

#include "net/geo-net-error.h"

G_BEGIN_DECLS

/* Where a hub listens when nobody says otherwise. */
#define GEO_HUB_PORT 7711

typedef struct {
  gboolean secure; /* TLS */
  gchar *host; /* A name in lower case, or a numeric address. */
  guint16 port;
  gchar *fingerprint; /* 64 hexadecimal digits in lower case, or NULL. */
} GeoAddress;

/* "http(s)://host[:port]", "ws(s)://…" or "host[:port]", with or without a
 * final
 * "/".  A bare host on loopback or with a port is http, any other https; a bare
 * loopback without a port means GEO_HUB_PORT.  With a fingerprint (hexadecimal,
 * colons and case do not matter) a bare host is https, and http is refused, as
 * nothing could be checked there.  GEO_NET_ERROR_ADDRESS. */
GeoAddress *
geo_address_parse (const gchar *text, const gchar *fingerprint, GError **error);
void geo_address_free (GeoAddress *address);

/* "https://hub.example.org", "http://127.0.0.1:7711": parsed again it gives the
 * same.  The fingerprint is not in it. */
gchar *geo_address_to_string (const GeoAddress *address);
/* "host:port", as a Host header has it; without the scheme's own port. */
gchar *geo_address_get_authority (const GeoAddress *address);

/* On this very machine. */
gboolean geo_address_is_loopback (const GeoAddress *address);

/* Hexadecimal SHA-256 of the certificate (DER). */
gchar *geo_certificate_get_fingerprint (GTlsCertificate *certificate);

/* "127.0.0.1:7711", "[::1]:0", "0.0.0.0:7711": numeric, for listening. */
GSocketAddress *geo_address_parse_numeric (const gchar *text, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GeoAddress, geo_address_free)

G_END_DECLS
