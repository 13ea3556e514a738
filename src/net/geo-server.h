/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoServer: listens for HTTP and WebSockets with libsoup behind a face without
 * libsoup's types: REST requests go to a handler, sockets on a path become
 * GeoSessions.  Bounded: bodies, sessions, queues.  Main context.
 */
#pragma once

#include "net/geo-session.h"

G_BEGIN_DECLS

#define GEO_TYPE_SERVER (geo_server_get_type ())
G_DECLARE_FINAL_TYPE (GeoServer, geo_server, GEO, SERVER, GObject)

typedef struct {
  const gchar *method;      /* "GET" … */
  const gchar *path;        /* Decoded */
  GHashTable  *query;       /* Decoded names and values; may be NULL */
  const gchar *body;        /* NUL-terminated copy, at most 64 KiB */
  gsize        body_len;
  const gchar *authorization; /* Header, or NULL */
  const gchar *admin_token;   /* X-Admin-Token, or NULL */
  const gchar *request_id;    /* X-Request-ID, or a new one */
  const gchar *peer_address;
} GeoRequest;

/* An answer may be given later: each request gets exactly one geo_reply_send (). */
typedef struct _GeoReply GeoReply;
void geo_reply_send (GeoReply *reply, guint status, const gchar *content_type, const gchar *body, gssize len);

typedef void (*GeoRequestFunc) (const GeoRequest *request, GeoReply *reply, gpointer user_data);
typedef void (*GeoSessionFunc) (GeoSession *session, gpointer user_data);

GeoServer *geo_server_new (void);
void       geo_server_set_request_handler (GeoServer *server, GeoRequestFunc func, gpointer user_data);
/* A WebSocket on path: func receives (borrows) the open session; the server keeps it alive until it is closed. */
void       geo_server_set_session_handler (GeoServer *server, const gchar *path, GeoSessionFunc func, gpointer user_data);
/* "127.0.0.1:7711", "[::1]:0", "0.0.0.0:7711"; port 0 picks one. certificate may be NULL (plain). */
gboolean   geo_server_listen (GeoServer *server, const gchar *address, GTlsCertificate *certificate, GError **error);
guint      geo_server_get_port (GeoServer *server);
void       geo_server_stop (GeoServer *server); /* Closes all sessions. */

G_END_DECLS
