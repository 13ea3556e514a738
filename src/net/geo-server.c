/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Accepts connections itself, so that it can count them and let idle ones go,
 * and has libsoup speak HTTP on them.  It must not know what a path means.
 */
#include "net/geo-server.h"

#include <libsoup/soup.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sodium.h>
#include <string.h>

#include "net/geo-address.h"
#include "net/geo-greeter.h"
#include "net/geo-session-private.h"

/* libsoup's own listeners take the system's short queue, on which hundreds of
 * simultaneous connects wait for tens of seconds. */
#define BACKLOG 1024
/* Connections accepted in one turn of the main loop. */
#define ACCEPTED_MAX 64
/* How long not to accept when the system gives no more file descriptors. */
#define ACCEPT_PAUSE_MS 200
/* What is read and thrown away of a body that is too large, so that the answer
 * can still be heard, before the connection is cut. */
#define BODY_THROWN_MAX (1024 * 1024)
#define REQUEST_ID_LEN_MAX 64
#define REQUEST_ID_BYTES 16

#define CONNECTION_DATA "geo-connection"
#define PLACE_DATA "geo-place"
#define TOTAL_DATA "geo-body-total"

/* How often is looked who takes too long. */
#define WATCH_MS 1000

/* Counts by peer address; outlives the server while a connection does. */
typedef struct {
  gatomicrefcount refs;
  guint total;
  GHashTable *by_address; /* address → GUINT_TO_POINTER */
  GQueue asking; /* Place, the oldest first: no whole request came yet. */
} Counts;

/* One accepted socket: its place in the counts. */
typedef struct {
  Counts *counts;
  gchar *address;
  GSocket *socket; /* Borrowed: it owns this. */
  gint64 accepted_us;
  GList link; /* In asking, while data is not NULL. */
} Place;

typedef struct {
  GSocket *socket;
  GTlsCertificate *certificate;
  GSource *source;
  GeoServer *server;
} Listener;

struct _GeoServer {
  GObject parent_instance;

  SoupServer *soup;
  GeoServerLimits limits;
  GPtrArray *listeners;
  Counts *connections;
  GeoGreeter *greeter;
  guint watch_id;
  guint port;

  GeoRequestFunc request_func;
  gpointer request_data;
  gchar *session_path;
  GeoSessionFunc session_func;
  gpointer session_data;
  gchar *text_path;
  GeoMayOpenFunc may_open;
  GeoTextSessionFunc text_func;
  gpointer text_data;
  GHashTable *sessions; /* GeoSession, referenced */
  GHashTable *replies; /* GeoReply that have not been sent */
};

struct _GeoReply {
  GeoServer *server; /* NULL: stopped */
  SoupServerMessage *message;
  gulong finished_handler;
  gboolean finished;
  GeoReplyGateFunc gate; /* NULL: it is answered at once. */
  gpointer gate_data;
};

G_DEFINE_FINAL_TYPE (GeoServer, geo_server, G_TYPE_OBJECT)

static Counts *
counts_new (void) {
  Counts *counts = g_new0 (Counts, 1);

  g_atomic_ref_count_init (&counts->refs);
  g_queue_init (&counts->asking);
  counts->by_address = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                              NULL);
  return counts;
}

static void
counts_unref (Counts *counts) {
  if (!g_atomic_ref_count_dec (&counts->refs))
    return;
  g_hash_table_unref (counts->by_address);
  g_free (counts);
}

static guint
counts_get (Counts *counts, const gchar *address) {
  return GPOINTER_TO_UINT (g_hash_table_lookup (counts->by_address, address));
}

/* Its request is there, or it is a session: it may take its time now. */
static void
place_is_served (Place *place) {
  if (place->link.data == NULL)
    return;
  g_queue_unlink (&place->counts->asking, &place->link);
  place->link.data = NULL;
}

static void
place_free (gpointer data) {
  Place *place = data;
  guint n = counts_get (place->counts, place->address);

  place_is_served (place);
  place->counts->total--;
  if (n > 1)
    g_hash_table_insert (place->counts->by_address, g_strdup (place->address),
                         GUINT_TO_POINTER (n - 1));
  else
    g_hash_table_remove (place->counts->by_address, place->address);
  counts_unref (place->counts);
  g_free (place->address);
  g_free (place);
}

static Place *
place_new (Counts *counts, GSocket *socket, const gchar *address) {
  Place *place = g_new0 (Place, 1);

  place->socket = socket;
  place->accepted_us = g_get_monotonic_time ();
  place->link.data = place;
  g_queue_push_tail_link (&counts->asking, &place->link);
  g_atomic_ref_count_inc (&counts->refs);
  place->counts = counts;
  place->address = g_strdup (address);
  counts->total++;
  g_hash_table_insert (counts->by_address, g_strdup (address),
                       GUINT_TO_POINTER (counts_get (counts, address) + 1));
  return place;
}

static void
listener_free (gpointer data) {
  Listener *listener = data;

  g_source_destroy (listener->source);
  g_source_unref (listener->source);
  g_socket_close (listener->socket, NULL);
  g_object_unref (listener->socket);
  g_clear_object (&listener->certificate);
  g_free (listener);
}

static void
geo_server_dispose (GObject *object) {
  geo_server_stop (GEO_SERVER (object));
  g_clear_handle_id (&GEO_SERVER (object)->watch_id, g_source_remove);

  G_OBJECT_CLASS (geo_server_parent_class)->dispose (object);
}

static void
geo_server_finalize (GObject *object) {
  GeoServer *self = GEO_SERVER (object);

  g_clear_object (&self->soup);
  g_clear_pointer (&self->listeners, g_ptr_array_unref);
  g_clear_pointer (&self->connections, counts_unref);
  g_clear_pointer (&self->sessions, g_hash_table_unref);
  g_clear_pointer (&self->replies, g_hash_table_unref);
  g_clear_pointer (&self->session_path, g_free);
  g_clear_pointer (&self->text_path, g_free);

  G_OBJECT_CLASS (geo_server_parent_class)->finalize (object);
}

static void
geo_server_class_init (GeoServerClass *class) {
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->dispose = geo_server_dispose;
  object_class->finalize = geo_server_finalize;
}

void
geo_server_limits_init (GeoServerLimits *limits) {
  limits->connections_max = 8192;
  limits->connections_per_address_max = 1024;
  limits->sessions_max = 4096;
  limits->sessions_per_address_max = 1024;
  limits->request_seconds_max = GEO_SERVER_REQUEST_SECONDS_MAX;
}

/* --- Replies -------------------------------------------------------------- */

static void
reply_finished_cb (SoupServerMessage *message, gpointer user_data) {
  GeoReply *reply = user_data;

  reply->finished = TRUE;
}

void
geo_reply_set_header (GeoReply *reply, const gchar *name, const gchar *value) {
  soup_message_headers_replace (
      soup_server_message_get_response_headers (reply->message), name, value);
}

void
geo_reply_set_gate (GeoReply *reply,
                    GeoReplyGateFunc func,
                    gpointer user_data) {
  reply->gate = func;
  reply->gate_data = user_data;
}

void
geo_reply_drop (GeoReply *reply) {
  if (reply->server != NULL)
    g_hash_table_remove (reply->server->replies, reply);
  g_signal_handler_disconnect (reply->message, reply->finished_handler);
  g_object_unref (reply->message);
  g_free (reply);
}

void
geo_reply_release (GeoReply *reply) {
  if (!reply->finished && reply->server != NULL)
    soup_server_message_unpause (reply->message);
  geo_reply_drop (reply);
}

void
geo_reply_send (GeoReply *reply,
                guint status,
                const gchar *content_type,
                const gchar *body,
                gssize len) {
  if (!reply->finished && reply->server != NULL) {
    soup_server_message_set_status (reply->message, status, NULL);
    if (body != NULL)
      soup_server_message_set_response (reply->message, content_type,
                                        SOUP_MEMORY_COPY, body,
                                        len < 0 ? strlen (body) : (gsize) len);
  }
  if (reply->gate != NULL)
    reply->gate (reply, reply->gate_data);
  else
    geo_reply_release (reply);
}

/* --- Requests ------------------------------------------------------------- */

static GSocketConnection *
get_connection (SoupServerMessage *message) {
  GSocketAddress *remote = soup_server_message_get_remote_address (message);

  return remote == NULL
             ? NULL
             : g_object_get_data (G_OBJECT (remote), CONNECTION_DATA);
}

static void
note_served (GSocketConnection *connection) {
  Place *place =
      connection == NULL
          ? NULL
          : g_object_get_data (
                G_OBJECT (g_socket_connection_get_socket (connection)),
                PLACE_DATA);

  if (place != NULL)
    place_is_served (place);
}

static gchar *
address_of (GSocketAddress *remote) {
  if (!G_IS_INET_SOCKET_ADDRESS (remote))
    return g_strdup ("");
  return g_inet_address_to_string (
      g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (remote)));
}

static void
plain_answer (SoupServerMessage *message, guint status, const gchar *text) {
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, "text/plain; charset=utf-8",
                                    SOUP_MEMORY_COPY, text, strlen (text));
}

/* {"detail": …}: what is said of a request before anybody has seen it. */
static void
plain_detail (SoupServerMessage *message, guint status, const gchar *detail) {
  g_autofree gchar *text = g_strdup_printf ("{\"detail\":\"%s\"}", detail);

  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, "application/json",
                                    SOUP_MEMORY_COPY, text, strlen (text));
}

static void
session_closed_cb (GeoSession *session,
                   const GError *error,
                   gpointer user_data) {
  GeoServer *self = user_data;

  g_hash_table_remove (self->sessions, session);
}

static const gchar *
get_protocols (SoupServerMessage *message) {
  return soup_message_headers_get_list (
      soup_server_message_get_request_headers (message),
      "Sec-WebSocket-Protocol");
}

static void
open_session (GeoServer *self, SoupServerMessage *message, gboolean plain) {
  GSocketConnection *connection = get_connection (message);
  GSocket *socket = g_socket_connection_get_socket (connection);
  g_autofree gchar *address =
      address_of (soup_server_message_get_remote_address (message));
  g_autoptr (GIOStream) stream = NULL;
  g_autoptr (GeoSession) session = NULL;

  note_served (connection);
  stream = soup_server_message_steal_connection (message);
  /* The session watches over silence itself. */
  g_socket_set_timeout (socket, 0);
  session = geo_session_new (stream, socket, GEO_SESSION_SERVER, address, NULL);
  g_object_set_data_full (G_OBJECT (session), CONNECTION_DATA,
                          g_object_ref (connection), g_object_unref);
  g_hash_table_add (self->sessions, g_object_ref (session));
  g_signal_connect_object (session, "closed", G_CALLBACK (session_closed_cb),
                           self, 0);
  if (plain) {
    geo_session_set_plain (session);
    self->text_func (session, get_protocols (message), self->text_data);
  } else {
    self->session_func (session, self->session_data);
  }
}

/* The answer to the handshake is written: what comes now are frames. */
static void
upgraded_cb (SoupServerMessage *message, gpointer user_data) {
  open_session (user_data, message, FALSE);
}

static void
upgraded_plain_cb (SoupServerMessage *message, gpointer user_data) {
  open_session (user_data, message, TRUE);
}

static guint
count_sessions_of (GeoServer *self, const gchar *address) {
  GHashTableIter iter;
  gpointer session;
  guint n = 0;

  g_hash_table_iter_init (&iter, self->sessions);
  while (g_hash_table_iter_next (&iter, &session, NULL))
    if (g_strcmp0 (geo_session_get_peer_address (session), address) == 0)
      n++;
  return n;
}

static void
shake_hands (GeoServer *self, SoupServerMessage *message, gboolean plain) {
  g_autofree gchar *address =
      address_of (soup_server_message_get_remote_address (message));
  const gchar *protocols[] = { NULL, NULL };

  if (get_connection (message) == NULL ||
      g_hash_table_size (self->sessions) >= self->limits.sessions_max) {
    plain_answer (message, SOUP_STATUS_SERVICE_UNAVAILABLE,
                  "No more sessions.\n");
    return;
  }
  if (count_sessions_of (self, address) >=
      self->limits.sessions_per_address_max) {
    plain_answer (message, 429, "No more sessions from this address.\n");
    return;
  }
  if (plain) {
    protocols[0] = self->may_open (get_protocols (message), self->text_data);
    if (protocols[0] == NULL) {
      plain_answer (message, SOUP_STATUS_FORBIDDEN, "Forbidden.\n");
      return;
    }
  }
  /* No extensions: each connection with permessage-deflate costs 300 kB. */
  if (soup_websocket_server_process_handshake (
          message, NULL, plain ? (gchar **) protocols : NULL, NULL, NULL))
    g_signal_connect_object (message, "wrote-informational",
                             plain ? G_CALLBACK (upgraded_plain_cb)
                                   : G_CALLBACK (upgraded_cb),
                             self, 0);
}

/* TRUE where frames begin at that path. */
static gboolean
is_at (const gchar *wanted, SoupServerMessage *message, const gchar *path) {
  return wanted != NULL && g_strcmp0 (path, wanted) == 0 &&
         g_strcmp0 (soup_server_message_get_method (message), "GET") == 0;
}

static void
chunk_cb (SoupServerMessage *message, GBytes *chunk, gpointer user_data) {
  gsize total =
      GPOINTER_TO_SIZE (g_object_get_data (G_OBJECT (message), TOTAL_DATA));
  GSocketConnection *connection = get_connection (message);

  total += g_bytes_get_size (chunk);
  g_object_set_data (G_OBJECT (message), TOTAL_DATA, GSIZE_TO_POINTER (total));
  if (total > GEO_SERVER_BODY_MAX) {
    soup_message_body_set_accumulate (
        soup_server_message_get_request_body (message), FALSE);
    if (soup_server_message_get_status (message) == 0)
      plain_detail (message, SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE,
                    "The body is too large");
  }
  if (total > BODY_THROWN_MAX && connection != NULL)
    g_socket_close (g_socket_connection_get_socket (connection), NULL);
}

/* The head of a request is read, its body is not. */
static void
early_cb (SoupServer *soup,
          SoupServerMessage *message,
          const char *path,
          GHashTable *query,
          gpointer user_data) {
  GeoServer *self = user_data;

  if (is_at (self->session_path, message, path) ||
      is_at (self->text_path, message, path)) {
    shake_hands (self, message, is_at (self->text_path, message, path));
    return;
  }
  /* One request a connection.  libsoup keeps no connection that it did not
   * accept itself; and of those that it did, 3.2 never lets go of one that its
   * client closed after a request. */
  soup_message_headers_replace (
      soup_server_message_get_response_headers (message), "Connection",
      "close");
  g_signal_connect (message, "got-chunk", G_CALLBACK (chunk_cb), NULL);
}

static gboolean
request_id_is_good (const gchar *id) {
  gsize len = id == NULL ? 0 : strlen (id);

  if (len == 0 || len > REQUEST_ID_LEN_MAX)
    return FALSE;
  for (const gchar *c = id; *c != '\0'; c++)
    if (!g_ascii_isalnum (*c) && strchr ("._:-", *c) == NULL)
      return FALSE;
  return TRUE;
}

static gboolean
query_is_utf8 (GHashTable *query) {
  GHashTableIter iter;
  gpointer name;
  gpointer value;

  if (query == NULL)
    return TRUE;
  g_hash_table_iter_init (&iter, query);
  while (g_hash_table_iter_next (&iter, &name, &value))
    if (!g_utf8_validate (name, -1, NULL) || !g_utf8_validate (value, -1, NULL))
      return FALSE;
  return TRUE;
}

static void
request_cb (SoupServer *soup,
            SoupServerMessage *message,
            const char *path,
            GHashTable *query,
            gpointer user_data) {
  GeoServer *self = user_data;
  SoupMessageHeaders *headers =
      soup_server_message_get_request_headers (message);
  g_autofree gchar *address =
      address_of (soup_server_message_get_remote_address (message));
  g_autofree gchar *body = NULL;
  g_autoptr (GBytes) bytes = NULL;
  const gchar *id = soup_message_headers_get_one (headers, "X-Request-ID");
  gchar made[2 * REQUEST_ID_BYTES + 1];
  GeoRequest request = { 0 };
  GeoReply *reply;

  note_served (get_connection (message));
  if (!request_id_is_good (id)) {
    guint8 random[REQUEST_ID_BYTES];

    randombytes_buf (random, sizeof random);
    sodium_bin2hex (made, sizeof made, random, sizeof random);
    id = made;
  }
  soup_message_headers_replace (
      soup_server_message_get_response_headers (message), "X-Request-ID", id);
  if (self->request_func == NULL) {
    plain_answer (message, SOUP_STATUS_NOT_FOUND, "Nothing is here.\n");
    return;
  }
  if (!g_utf8_validate (path, -1, NULL) || !query_is_utf8 (query)) {
    plain_detail (message, SOUP_STATUS_BAD_REQUEST, "Not UTF-8");
    return;
  }

  bytes = soup_message_body_flatten (
      soup_server_message_get_request_body (message));
  request.body_len = g_bytes_get_size (bytes);
  body = g_malloc (request.body_len + 1);
  if (request.body_len > 0)
    memcpy (body, g_bytes_get_data (bytes, NULL), request.body_len);
  body[request.body_len] = '\0';
  request.body = body;
  request.method = soup_server_message_get_method (message);
  request.path = path;
  request.query = query;
  request.authorization = soup_message_headers_get_one (headers,
                                                        "Authorization");
  request.admin_token = soup_message_headers_get_one (headers, "X-Admin-Token");
  request.content_type = soup_message_headers_get_content_type (headers, NULL);
  if (request.content_type == NULL &&
      soup_message_headers_get_one (headers, "Content-Type") != NULL)
    request.content_type = "";
  request.request_id = id;
  request.peer_address = address;

  reply = g_new0 (GeoReply, 1);
  reply->server = self;
  g_hash_table_add (self->replies, reply);
  reply->message = g_object_ref (message);
  reply->finished_handler = g_signal_connect (
      message, "finished", G_CALLBACK (reply_finished_cb), reply);
  soup_server_message_pause (message);
  self->request_func (&request, reply, self->request_data);
}

/* --- Connections ---------------------------------------------------------- */

static void
speak (GSocketConnection *connection, GIOStream *stream, gpointer user_data) {
  GeoServer *self = user_data;
  g_autoptr (GSocketAddress) local =
      g_socket_connection_get_local_address (connection, NULL);
  g_autoptr (GSocketAddress) remote =
      g_socket_connection_get_remote_address (connection, NULL);

  /* Gone already. */
  if (remote == NULL || local == NULL)
    return;
  /* How a request finds its socket again.  The address belongs to this
   * connection only, and libsoup keeps it no longer than the connection. */
  g_object_set_data (G_OBJECT (remote), CONNECTION_DATA, connection);
  soup_server_accept_iostream (self->soup, stream, local, remote, NULL);
}

static void
take (GeoServer *self, Listener *listener, GSocket *socket) {
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GSocketAddress) remote = g_socket_get_remote_address (socket,
                                                                   NULL);
  g_autofree gchar *address = NULL;

  /* Gone already. */
  if (remote == NULL)
    return;
  address = address_of (remote);
  if (self->connections->total >= self->limits.connections_max ||
      counts_get (self->connections, address) >=
          self->limits.connections_per_address_max)
    return;
  g_object_set_data_full (G_OBJECT (socket), PLACE_DATA,
                          place_new (self->connections, socket, address),
                          place_free);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
  g_socket_set_timeout (socket, GEO_SERVER_IDLE_SECONDS_MAX);

  connection = g_socket_connection_factory_create_connection (socket);
  if (listener->certificate != NULL)
    geo_greeter_take (self->greeter, connection, listener->certificate,
                      address);
  else
    speak (connection, G_IO_STREAM (connection), self);
}

/* Whoever has not said what it wants in time is cut off, however busily it
 * sends a byte now and then. */
static gboolean
watch_cb (gpointer user_data) {
  GeoServer *self = user_data;
  gint64 before_us = g_get_monotonic_time () -
                     self->limits.request_seconds_max * G_TIME_SPAN_SECOND;
  Place *place;

  while ((place = g_queue_peek_head (&self->connections->asking)) != NULL &&
         place->accepted_us < before_us) {
    place_is_served (place);
    /* Whoever reads from it finds its end, and frees it. */
    g_socket_shutdown (place->socket, TRUE, TRUE, NULL);
  }
  return G_SOURCE_CONTINUE;
}

static gboolean
accept_cb (GSocket *socket, GIOCondition condition, gpointer user_data);

static void
listener_watch (Listener *listener) {
  listener->source = g_socket_create_source (listener->socket, G_IO_IN, NULL);
  g_source_set_callback (listener->source, G_SOURCE_FUNC (accept_cb), listener,
                         NULL);
  g_source_attach (listener->source, g_main_context_get_thread_default ());
}

static gboolean
accept_again_cb (gpointer user_data) {
  Listener *listener = user_data;

  g_source_unref (listener->source);
  listener_watch (listener);
  return G_SOURCE_REMOVE;
}

static gboolean
accept_cb (GSocket *socket, GIOCondition condition, gpointer user_data) {
  Listener *listener = user_data;

  for (guint i = 0; i < ACCEPTED_MAX; i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GSocket) accepted = g_socket_accept (socket, NULL, &error);

    if (accepted != NULL) {
      take (listener->server, listener, accepted);
      continue;
    }
    if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
      break;
    /* Most likely there are no file descriptors left: asking again at once
     * would only burn time. */
    g_source_unref (listener->source);
    listener->source = g_timeout_source_new (ACCEPT_PAUSE_MS);
    g_source_set_callback (listener->source, accept_again_cb, listener, NULL);
    g_source_attach (listener->source, g_main_context_get_thread_default ());
    return G_SOURCE_REMOVE;
  }
  return G_SOURCE_CONTINUE;
}

static void
geo_server_init (GeoServer *self) {
  self->soup = soup_server_new (NULL, NULL);
  /* It would accept extensions for sockets on paths that are not ours. */
  soup_server_remove_websocket_extension (
      self->soup, SOUP_TYPE_WEBSOCKET_EXTENSION_DEFLATE);
  soup_server_add_early_handler (self->soup, "/", early_cb, self, NULL);
  soup_server_add_handler (self->soup, "/", request_cb, self, NULL);
  geo_server_limits_init (&self->limits);
  self->listeners = g_ptr_array_new_with_free_func (listener_free);
  self->connections = counts_new ();
  self->greeter = geo_greeter_new (speak, self);
  self->watch_id = g_timeout_add (WATCH_MS, watch_cb, self);
  self->sessions = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  self->replies = g_hash_table_new (NULL, NULL);
}

GeoServer *
geo_server_new (void) {
  return g_object_new (GEO_TYPE_SERVER, NULL);
}

void
geo_server_set_limits (GeoServer *self, const GeoServerLimits *limits) {
  g_return_if_fail (GEO_IS_SERVER (self));

  self->limits = *limits;
}

void
geo_server_set_request_handler (GeoServer *self,
                                GeoRequestFunc func,
                                gpointer user_data) {
  g_return_if_fail (GEO_IS_SERVER (self));

  self->request_func = func;
  self->request_data = user_data;
}

void
geo_server_set_session_handler (GeoServer *self,
                                const gchar *path,
                                GeoSessionFunc func,
                                gpointer user_data) {
  g_return_if_fail (GEO_IS_SERVER (self));
  g_return_if_fail (path != NULL && func != NULL);

  g_free (self->session_path);
  self->session_path = g_strdup (path);
  self->session_func = func;
  self->session_data = user_data;
}

void
geo_server_set_text_handler (GeoServer *self,
                             const gchar *path,
                             GeoMayOpenFunc may_open,
                             GeoTextSessionFunc func,
                             gpointer user_data) {
  g_return_if_fail (GEO_IS_SERVER (self));
  g_return_if_fail (path != NULL && may_open != NULL && func != NULL);

  g_free (self->text_path);
  self->text_path = g_strdup (path);
  self->may_open = may_open;
  self->text_func = func;
  self->text_data = user_data;
}

gboolean
geo_server_listen (GeoServer *self,
                   const gchar *address,
                   GTlsCertificate *certificate,
                   GError **error) {
  g_autoptr (GSocketAddress) numeric = NULL;
  g_autoptr (GSocketAddress) bound = NULL;
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (GError) local_error = NULL;
  Listener *listener;

  g_return_val_if_fail (GEO_IS_SERVER (self), FALSE);

  numeric = geo_address_parse_numeric (address, error);
  if (numeric == NULL)
    return FALSE;
  socket = g_socket_new (g_socket_address_get_family (numeric),
                         G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP,
                         &local_error);
  if (socket == NULL)
    goto failed;
  g_socket_set_listen_backlog (socket, BACKLOG);
  g_socket_set_blocking (socket, FALSE);
  if (!g_socket_bind (socket, numeric, TRUE, &local_error) ||
      !g_socket_listen (socket, &local_error))
    goto failed;
  bound = g_socket_get_local_address (socket, &local_error);
  if (bound == NULL)
    goto failed;
  if (self->listeners->len == 0)
    self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));

  listener = g_new0 (Listener, 1);
  listener->socket = g_steal_pointer (&socket);
  g_set_object (&listener->certificate, certificate);
  listener->server = self;
  listener_watch (listener);
  g_ptr_array_add (self->listeners, listener);
  return TRUE;

failed:
  if (g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE))
    g_set_error (error, GEO_NET_ERROR, GEO_NET_ERROR_IN_USE,
                 "Another program listens at %s already", address);
  else
    g_set_error (error, GEO_NET_ERROR, GEO_NET_ERROR_ADDRESS,
                 "Cannot listen at %s: %s", address, local_error->message);
  return FALSE;
}

guint
geo_server_get_port (GeoServer *self) {
  g_return_val_if_fail (GEO_IS_SERVER (self), 0);

  return self->port;
}

guint
geo_server_get_n_sessions (GeoServer *self) {
  g_return_val_if_fail (GEO_IS_SERVER (self), 0);

  return g_hash_table_size (self->sessions);
}

guint
geo_server_get_n_connections (GeoServer *self) {
  g_return_val_if_fail (GEO_IS_SERVER (self), 0);

  return self->connections->total;
}

void
geo_server_stop_listening (GeoServer *self) {
  g_return_if_fail (GEO_IS_SERVER (self));

  g_ptr_array_set_size (self->listeners, 0);
}

void
geo_server_close_sessions (GeoServer *self) {
  GHashTableIter iter;
  gpointer session;

  g_return_if_fail (GEO_IS_SERVER (self));

  g_hash_table_iter_init (&iter, self->sessions);
  while (g_hash_table_iter_next (&iter, &session, NULL))
    geo_session_close (session, "The hub is going down");
}

void
geo_server_stop (GeoServer *self) {
  GHashTableIter iter;
  gpointer reply;

  g_return_if_fail (GEO_IS_SERVER (self));

  geo_server_stop_listening (self);
  g_clear_pointer (&self->greeter, geo_greeter_free);
  geo_server_close_sessions (self);
  /* libsoup tears their connections down without telling. */
  g_hash_table_iter_init (&iter, self->replies);
  while (g_hash_table_iter_next (&iter, &reply, NULL))
    ((GeoReply *) reply)->server = NULL;
  g_hash_table_remove_all (self->replies);
  soup_server_disconnect (self->soup);
}
