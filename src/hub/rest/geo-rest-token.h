/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tokens of the REST contract: JSON Web Tokens (RFC 7519) with HS256 and
 * nothing else.  Values: it reads no clock, and does not know which are used
 * up.
 */
#pragma once

#include "core/geo-pid.h"
#include "core/geo-time.h"

G_BEGIN_DECLS

#define GEO_REST_ACCESS_SECONDS 900
#define GEO_REST_REFRESH_SECONDS (7 * 24 * 3600)
#define GEO_REST_TOKEN_KEY_LEN 32
#define GEO_REST_TOKEN_LEN_MAX 1024

typedef enum {
  GEO_REST_TOKEN_ACCESS = 1,
  GEO_REST_TOKEN_REFRESH = 2,
} GeoRestTokenType;

typedef struct {
  GeoPid pid;
  GeoRestTokenType type;
  gchar id[37]; /* jti */
  GeoTime expires;
} GeoRestToken;

/* A key of its own, out of one that the hub keeps anyway. */
void geo_rest_token_derive_key (const guint8 secret[32],
                                guint8 out[GEO_REST_TOKEN_KEY_LEN]);

/* out may be NULL. */
gchar *geo_rest_token_make (const guint8 key[GEO_REST_TOKEN_KEY_LEN],
                            const GeoPid *pid,
                            GeoRestTokenType type,
                            GeoTime now,
                            GeoRestToken *out);

/* FALSE: not ours, of the other type, or over. */
gboolean geo_rest_token_read (const guint8 key[GEO_REST_TOKEN_KEY_LEN],
                              const gchar *text,
                              GeoRestTokenType type,
                              GeoTime now,
                              GeoRestToken *out);

G_END_DECLS
