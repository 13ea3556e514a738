/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoServer: listens for HTTP and WebSockets with libsoup behind a face without
 * libsoup's types: REST requests go to a handler, sockets on a path become
 * GeoSessions.  Bounded: connections, bodies, sessions, queues.  Main context.
 */
#pragma once

#include "net/geo-session.h"

G_BEGIN_DECLS

/* The largest body of a request. */
#define GEO_SERVER_BODY_MAX (64 * 1024)
/* How long a connection that is no session may say nothing. */
#define GEO_SERVER_IDLE_SECONDS_MAX 60

/* How long its head and body may take in all, and TLS before: whoever sends a
 * byte now and then keeps no connection from the others. */
#define GEO_SERVER_REQUEST_SECONDS_MAX 30

#define GEO_TYPE_SERVER (geo_server_get_type ())
G_DECLARE_FINAL_TYPE (GeoServer, geo_server, GEO, SERVER, GObject)

/* One connection more than allowed is closed as soon as it is accepted; one
 * session more is answered 503, or 429 where it is the address's own limit. */
typedef struct {
  guint connections_max; /* 8,192 */
  guint connections_per_address_max; /* 1,024 */
  guint sessions_max; /* 4,096 */
  guint sessions_per_address_max; /* 1,024 */
  guint request_seconds_max; /* GEO_SERVER_REQUEST_SECONDS_MAX */
} GeoServerLimits;

void geo_server_limits_init (GeoServerLimits *limits); /* The above. */

typedef struct {
  const gchar *method; /* "GET" … */
  const gchar *path; /* Decoded, UTF-8 */
  GHashTable *query; /* Decoded names and values; may be NULL */
  const gchar *body; /* NUL-terminated copy, at most GEO_SERVER_BODY_MAX */
  gsize body_len;
  const gchar *authorization; /* Header, or NULL */
  const gchar *admin_token; /* X-Admin-Token, or NULL */
  const gchar *content_type; /* Without parameters, "": none, or NULL */
  const gchar *request_id; /* X-Request-ID, or a new one */
  const gchar *peer_address;
} GeoRequest;

/* An answer may be given later: each request gets exactly one geo_reply_send
 * (), which frees the reply.  Where the peer is gone meanwhile, or the server
 * stopped, it does nothing else.  X-Request-ID is sent with every answer. */
typedef struct _GeoReply GeoReply;
void
geo_reply_set_header (GeoReply *reply, const gchar *name, const gchar *value);
void geo_reply_send (GeoReply *reply,
                     guint status,
                     const gchar *content_type,
                     const gchar *body,
                     gssize len);
/* What is sent from now on is given to func, which keeps it for a release () or
 * a drop ().  Either frees the reply. */
typedef void (*GeoReplyGateFunc) (GeoReply *reply, gpointer user_data);
void
geo_reply_set_gate (GeoReply *reply, GeoReplyGateFunc func, gpointer user_data);
void geo_reply_release (GeoReply *reply);
/* It is never answered. */
void geo_reply_drop (GeoReply *reply);

typedef void (*GeoRequestFunc) (const GeoRequest *request,
                                GeoReply *reply,
                                gpointer user_data);
typedef void (*GeoSessionFunc) (GeoSession *session, gpointer user_data);

GeoServer *geo_server_new (void);
void geo_server_set_limits (GeoServer *server, const GeoServerLimits *limits);
void geo_server_set_request_handler (GeoServer *server,
                                     GeoRequestFunc func,
                                     gpointer user_data);
/* A WebSocket on path: func receives (borrows) the open session; the server
 * keeps it alive until it is closed. */
void geo_server_set_session_handler (GeoServer *server,
                                     const gchar *path,
                                     GeoSessionFunc func,
                                     gpointer user_data);
/* The same with plain texts, for those only who may: may_open is asked what
 * subprotocols are offered ("a, b", or NULL), and says which one is taken
 * (static), or NULL, and it is answered 403.  All count as sessions. */
typedef const gchar *(*GeoMayOpenFunc) (const gchar *protocols,
                                        gpointer user_data);
typedef void (*GeoTextSessionFunc) (GeoSession *session,
                                    const gchar *protocols,
                                    gpointer user_data);
void geo_server_set_text_handler (GeoServer *server,
                                  const gchar *path,
                                  GeoMayOpenFunc may_open,
                                  GeoTextSessionFunc func,
                                  gpointer user_data);
/* "127.0.0.1:7711", "[::1]:0", "0.0.0.0:7711"; port 0 picks one.  certificate
 * may be NULL (plain).  May be called for several addresses, with one
 * certificate. */
gboolean geo_server_listen (GeoServer *server,
                            const gchar *address,
                            GTlsCertificate *certificate,
                            GError **error);
/* Of the first address. */
guint geo_server_get_port (GeoServer *server);
guint geo_server_get_n_sessions (GeoServer *server);
guint geo_server_get_n_connections (GeoServer *server);

/* No new connections; those that are there stay. */
void geo_server_stop_listening (GeoServer *server);
/* Asks every session to close, in order; again changes nothing. */
void geo_server_close_sessions (GeoServer *server);
/* Closes all sessions and connections. */
void geo_server_stop (GeoServer *server);

G_END_DECLS
