/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoHttp: requests to one hub that speaks nothing but the REST contract, and
 * its word over /api/v1/ws that something happened.  It knows the paths of
 * neither and keeps no token: whoever asks brings both.  Main context.
 */
#pragma once

#include <gio/gio.h>

#include "net/geo-net-error.h"

G_BEGIN_DECLS

/* How long an answer may take, and how large it may be. */
#define GEO_HTTP_SECONDS_MAX 20
#define GEO_HTTP_SIZE_MAX (1024 * 1024)

#define GEO_TYPE_HTTP (geo_http_get_type ())
G_DECLARE_FINAL_TYPE (GeoHttp, geo_http, GEO, HTTP, GObject)

/* address and fingerprint as in geo_address_parse ().  The hub's certificate is
 * then accepted whoever signed it, and no other; fingerprint NULL: the system's
 * trust.  Signal: "event": the hub has something new to tell, or its WebSocket
 * is gone. */
GeoHttp *
geo_http_new (const gchar *address, const gchar *fingerprint, GError **error);
/* NULL: none is pinned. */
const gchar *geo_http_get_fingerprint (GeoHttp *http);
const gchar *geo_http_get_address (GeoHttp *http); /* Normalized. */

/* path: from "/api/…" on, escaped.  token (Bearer) and body (JSON) may be NULL.
 * The answer's text, whatever its status is; GEO_NET_ERROR_UNREACHABLE where
 * there is none: then nobody knows whether the hub had the request;
 * GEO_NET_ERROR_FINGERPRINT where somebody else answers, who had none of it. */
void geo_http_call_async (GeoHttp *http,
                          const gchar *method,
                          const gchar *path,
                          const gchar *token,
                          const gchar *body,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data);
gchar *geo_http_call_finish (GeoHttp *http,
                             GAsyncResult *result,
                             guint *status,
                             GError **error);

/* Listens for events until it is told not to; without a hub that has them there
 * are none.  A second call changes nothing while the first listens. */
void geo_http_listen (GeoHttp *http, const gchar *path, const gchar *token);
void geo_http_deafen (GeoHttp *http);

G_END_DECLS
