/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Messages over one stream: frames in and out, with bounds on what is kept for
 * the peer and on how long it may do nothing.  It must not block, and must not
 * call out from within a call of its owner.
 */
#include "net/geo-session-private.h"

#include <sodium.h>
#include <string.h>

#include "core/geo-json.h"
#include "net/geo-frame.h"
#include "net/geo-poller-private.h"

/* What one turn of the main loop reads or writes for one session: large enough
 * for speed, small enough that others get their turn. */
#define READ_LEN (32 * 1024)
#define WRITE_LEN (256 * 1024)
/* An empty queue larger than this gives its memory back. */
#define QUEUE_KEPT_MAX (64 * 1024)
/* Pongs are not owed to a peer for whom this much waits already. */
#define PONG_QUEUE_MAX (64 * 1024)
#define MSG_ID_BYTES 12
/* Nearly every message is shorter; what one long one took is given back. */
#define TEXT_SIZE (8 * 1024)
#define TEXT_KEPT_MAX (64 * 1024)
/* How long TLS may take to say good-bye. */
#define LEAVE_SECONDS_MAX 5

typedef enum {
  STATE_OPEN = 1,
  STATE_CLOSING = 2, /* A close frame is queued or sent. */
  STATE_OVER = 3, /* Nothing moves; "closed" comes, or came. */
} State;

struct _GeoSession {
  GObject parent_instance;

  GIOStream *stream;
  GPollableInputStream *input;
  GPollableOutputStream *output;
  GSocket *socket;
  GMainContext *context;
  GeoPollerEntry *poller; /* Server, without TLS: instead of … */
  GSource *input_source;
  GSource *output_source;
  GSource *stall_source;
  GSource *close_source;

  GeoSessionEnd end;
  gboolean plain;
  State state;
  gboolean paused;
  gboolean
      peer_closed; /* Its close frame came: when all is sent, it is over. */
  GeoFrameReader *reader;
  GByteArray *outgoing; /* From sent on. */
  gsize sent;
  gint64 moved_us; /* When the system last took something. */
  gint64 last_heard_us;
  gchar *peer_address;
  GError *why;
};

enum {
  SIGNAL_MESSAGE,
  SIGNAL_MALFORMED,
  SIGNAL_TEXT,
  SIGNAL_CLOSED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (GeoSession, geo_session, G_TYPE_OBJECT)

static void
clear_source (GSource **source) {
  if (*source == NULL)
    return;
  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static void
geo_session_finalize (GObject *object) {
  GeoSession *self = GEO_SESSION (object);

  g_assert (self->state == STATE_OVER);

  g_clear_object (&self->stream);
  g_clear_object (&self->socket);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_clear_pointer (&self->reader, geo_frame_reader_free);
  g_clear_pointer (&self->outgoing, g_byte_array_unref);
  g_clear_pointer (&self->peer_address, g_free);
  g_clear_error (&self->why);

  G_OBJECT_CLASS (geo_session_parent_class)->finalize (object);
}

static void
geo_session_class_init (GeoSessionClass *class) {
  G_OBJECT_CLASS (class)->finalize = geo_session_finalize;

  /* Masks and message ids are random. */
  if (sodium_init () < 0)
    g_error ("libsodium cannot be used");

  signals[SIGNAL_MESSAGE] = g_signal_new ("message", G_TYPE_FROM_CLASS (class),
                                          G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                          NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
  signals[SIGNAL_MALFORMED] = g_signal_new (
      "malformed", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
      NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_ERROR);
  signals[SIGNAL_TEXT] = g_signal_new ("text", G_TYPE_FROM_CLASS (class),
                                       G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                       G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SIGNAL_CLOSED] = g_signal_new ("closed", G_TYPE_FROM_CLASS (class),
                                         G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
geo_session_init (GeoSession *self) {
  self->state = STATE_OPEN;
  self->outgoing = g_byte_array_new ();
  self->last_heard_us = g_get_monotonic_time ();
}

static void
attach (GeoSession *self, GSource **slot, GSource *source, GSourceFunc func) {
  clear_source (slot);
  *slot = source;
  g_source_set_callback (source, func, self, NULL);
  g_source_attach (source, self->context);
}

static void
stop_reading (GeoSession *self) {
  clear_source (&self->input_source);
  if (self->poller != NULL)
    geo_poller_entry_set_reading (self->poller, FALSE);
}

static gboolean
emit_closed_cb (gpointer user_data) {
  GeoSession *self = user_data;

  g_signal_emit (self, signals[SIGNAL_CLOSED], 0, self->why);
  return G_SOURCE_REMOVE;
}

/* It is over: takes error.  in_order: the close went through, so the stream may
 * take leave of its peer (TLS); else the socket is cut. */
static void
finish (GeoSession *self, gboolean in_order, GError *error) {
  g_autoptr (GSource) source = NULL;

  if (self->state == STATE_OVER) {
    g_clear_error (&error);
    return;
  }
  self->state = STATE_OVER;
  if (self->why == NULL)
    self->why = g_steal_pointer (&error);
  g_clear_error (&error);

  stop_reading (self);
  g_clear_pointer (&self->poller, geo_poller_entry_remove);
  clear_source (&self->output_source);
  clear_source (&self->stall_source);
  clear_source (&self->close_source);
  g_byte_array_set_size (self->outgoing, 0);
  self->sent = 0;
  if (self->socket != NULL) {
    if (in_order)
      g_socket_set_timeout (self->socket, LEAVE_SECONDS_MAX);
    else
      g_socket_close (self->socket, NULL);
  }
  g_io_stream_close_async (self->stream, G_PRIORITY_DEFAULT, NULL, NULL, NULL);

  /* The reference that geo_session_new () took goes with this source. */
  source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, emit_closed_cb, self, g_object_unref);
  g_source_attach (source, self->context);
}

static void
end_with (GeoSession *self, GeoNetError code, const gchar *message) {
  finish (self, FALSE,
          g_error_new_literal (GEO_NET_ERROR, (gint) code, message));
}

/* The peer has been asked to close and does not: what waits is dropped. */
static gboolean
close_timeout_cb (gpointer user_data) {
  finish (user_data, FALSE, NULL);
  return G_SOURCE_REMOVE;
}

static gboolean
output_cb (GObject *pollable, gpointer user_data) {
  GeoSession *self = user_data;
  g_autoptr (GError) error = NULL;
  gsize left = self->outgoing->len - self->sent;
  gssize n;

  n = g_pollable_output_stream_write_nonblocking (
      self->output, self->outgoing->data + self->sent, MIN (left, WRITE_LEN),
      NULL, &error);
  if (n < 0) {
    if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
      return G_SOURCE_CONTINUE;
    end_with (self, GEO_NET_ERROR_CLOSED, "The connection was lost");
    return G_SOURCE_REMOVE;
  }
  self->sent += (gsize) n;
  self->moved_us = g_get_monotonic_time ();
  if (self->sent < self->outgoing->len)
    return G_SOURCE_CONTINUE;

  self->sent = 0;
  if (self->outgoing->len > QUEUE_KEPT_MAX) {
    g_byte_array_unref (self->outgoing);
    self->outgoing = g_byte_array_new ();
  } else {
    g_byte_array_set_size (self->outgoing, 0);
  }
  clear_source (&self->output_source);
  if (self->peer_closed)
    finish (self, TRUE, NULL);
  return G_SOURCE_REMOVE;
}

static gboolean
stall_cb (gpointer user_data) {
  GeoSession *self = user_data;
  gint64 still_us = g_get_monotonic_time () - self->moved_us;

  if (self->outgoing->len == 0) {
    clear_source (&self->stall_source);
    return G_SOURCE_REMOVE;
  }
  if (still_us < GEO_SESSION_STALL_MS_MAX * G_GINT64_CONSTANT (1000))
    return G_SOURCE_CONTINUE;
  end_with (self, GEO_NET_ERROR_FLOOD, "The other side stopped reading");
  return G_SOURCE_REMOVE;
}

/* Writes when the system takes more, and watches that it does. */
static void
wait_for_room (GeoSession *self) {
  self->moved_us = g_get_monotonic_time ();
  attach (self, &self->output_source,
          g_pollable_output_stream_create_source (self->output, NULL),
          G_SOURCE_FUNC (output_cb));
  if (self->stall_source == NULL)
    attach (self, &self->stall_source,
            g_timeout_source_new (GEO_SESSION_STALL_MS_MAX / 3), stall_cb);
}

/* Nearly always the system takes everything at once. */
static void
flush_cb (gpointer user_data) {
  g_autoptr (GeoSession) self = g_object_ref (user_data);

  if (self->output_source == NULL && self->outgoing->len > self->sent &&
      output_cb (NULL, self) == G_SOURCE_CONTINUE)
    wait_for_room (self);
}

/* FALSE when there is no room; the session is then over. */
static gboolean
queue_frame (GeoSession *self,
             GeoFrameKind kind,
             gconstpointer data,
             gsize len) {
  guint8 mask[4];
  gsize waiting = self->outgoing->len - self->sent;

  if (waiting + len + GEO_FRAME_HEAD_MAX > GEO_SESSION_QUEUE_MAX) {
    end_with (self, GEO_NET_ERROR_FLOOD,
              "The other side does not read what is sent to it");
    return FALSE;
  }
  /* What was sent is dropped before the array would grow past its limit. */
  if (self->sent > 0 && self->sent >= waiting) {
    g_byte_array_remove_range (self->outgoing, 0, (guint) self->sent);
    self->sent = 0;
  }
  if (self->end == GEO_SESSION_CLIENT)
    randombytes_buf (mask, sizeof mask);
  geo_frame_append (self->outgoing, kind, data, len,
                    self->end == GEO_SESSION_CLIENT ? mask : NULL);

  /* Not written here: what one turn of the main loop sends goes out at once. */
  if (self->output_source != NULL)
    return TRUE;
  if (self->poller != NULL)
    geo_poller_entry_mark (self->poller);
  else
    wait_for_room (self);
  return TRUE;
}

static void
queue_close (GeoSession *self, GeoFrameCloseCode code, const gchar *reason) {
  guint8 data[GEO_FRAME_CONTROL_MAX];
  gsize len = 2;

  data[0] = (guint8) ((guint) code >> 8);
  data[1] = (guint8) ((guint) code & 0xff);
  if (reason != NULL) {
    /* Cut where a character ends. */
    gsize reason_len = MIN (strlen (reason), sizeof data - 2);
    const gchar *end_valid;

    g_utf8_validate (reason, (gssize) reason_len, &end_valid);
    reason_len = (gsize) (end_valid - reason);
    memcpy (data + 2, reason, reason_len);
    len += reason_len;
  }
  self->state = STATE_CLOSING;
  attach (self, &self->close_source,
          g_timeout_source_new (GEO_SESSION_CLOSE_MS_MAX), close_timeout_cb);
  queue_frame (self, GEO_FRAME_CLOSE, data, len);
}

/* The peer broke the rules of WebSockets: it is told, and is not believed
 * another word. */
static void
refuse (GeoSession *self, GeoFrameCloseCode code, const gchar *message) {
  stop_reading (self);
  self->why = g_error_new_literal (GEO_NET_ERROR, GEO_NET_ERROR_CLOSED,
                                   message);
  self->peer_closed = TRUE;
  queue_close (self, code, NULL);
}

static void
receive_close (GeoSession *self, const GeoFrame *frame) {
  GeoFrameCloseCode code;
  g_autofree gchar *reason = NULL;

  self->peer_closed = TRUE;
  stop_reading (self);
  if (self->state == STATE_CLOSING) {
    /* The answer to ours, or the two crossed. */
    if (self->outgoing->len == 0)
      finish (self, TRUE, NULL);
    return;
  }
  if (!geo_frame_read_close (frame, &code, &reason)) {
    refuse (self, GEO_FRAME_CLOSE_PROTOCOL, "The other side closed wrongly");
    return;
  }
  if (reason != NULL && reason[0] != '\0')
    self->why = g_error_new_literal (GEO_NET_ERROR, GEO_NET_ERROR_CLOSED,
                                     reason);
  else if ((guint) code != GEO_FRAME_CLOSE_NORMAL &&
           (guint) code != GEO_FRAME_CLOSE_GOING_AWAY &&
           (guint) code != GEO_FRAME_CLOSE_NONE)
    self->why = g_error_new (GEO_NET_ERROR, GEO_NET_ERROR_CLOSED,
                             "The other side closed with code %u",
                             (guint) code);
  queue_close (self, GEO_FRAME_CLOSE_NORMAL, NULL);
}

/* What is neither UTF-8 nor free of NULs is no text (RFC 6455 §8.1). */
static void
receive_plain (GeoSession *self, const GeoFrame *frame) {
  g_autofree gchar *text = NULL;

  if (!g_utf8_validate ((const gchar *) frame->data, (gssize) frame->len,
                        NULL)) {
    refuse (self, GEO_FRAME_CLOSE_PROTOCOL,
            "The other side sent something that is not text");
    return;
  }
  text = g_strndup ((const gchar *) frame->data, frame->len);
  g_signal_emit (self, signals[SIGNAL_TEXT], 0, text);
}

static void
receive_text (GeoSession *self, const GeoFrame *frame) {
  g_autoptr (GError) error = NULL;
  g_autofree gchar *msg_id = NULL;
  g_autoptr (GeoMessage) message = geo_message_decode_full (
      (const gchar *) frame->data, frame->len, &msg_id, &error);

  if (message != NULL)
    g_signal_emit (self, signals[SIGNAL_MESSAGE], 0, message);
  else
    g_signal_emit (self, signals[SIGNAL_MALFORMED], 0, msg_id, error);
}

static void
receive (GeoSession *self, const GeoFrame *frame) {
  switch (frame->kind) {
  case GEO_FRAME_TEXT:
    if (self->state == STATE_OPEN && self->plain)
      receive_plain (self, frame);
    else if (self->state == STATE_OPEN)
      receive_text (self, frame);
    break;
  case GEO_FRAME_BINARY:
    if (self->state == STATE_OPEN)
      refuse (self, GEO_FRAME_CLOSE_UNSUPPORTED,
              "The other side sent something that is not text");
    break;
  case GEO_FRAME_CLOSE:
    receive_close (self, frame);
    break;
  case GEO_FRAME_PING:
    if (self->state == STATE_OPEN &&
        self->outgoing->len - self->sent <= PONG_QUEUE_MAX)
      queue_frame (self, GEO_FRAME_PONG, frame->data, frame->len);
    break;
  case GEO_FRAME_PONG:
    break;
  }
}

/* Frames that have been read; a handler may end the session at any of them. */
static void
receive_all (GeoSession *self) {
  GeoFrameCloseCode code;
  GeoFrame frame;

  while (self->state != STATE_OVER && !self->peer_closed && !self->paused) {
    switch (geo_frame_reader_next (self->reader, &frame, &code)) {
    case GEO_FRAME_STATUS_MORE:
      return;
    case GEO_FRAME_STATUS_READY:
      receive (self, &frame);
      break;
    case GEO_FRAME_STATUS_BAD:
      if (self->state == STATE_CLOSING)
        finish (self, FALSE, NULL);
      else
        refuse (self, code,
                (guint) code == GEO_FRAME_CLOSE_TOO_BIG
                    ? "The other side sent too large a message"
                    : "The other side does not speak WebSocket as it should");
      return;
    }
  }
}

static gboolean
input_cb (GObject *pollable, gpointer user_data) {
  g_autoptr (GeoSession) self = g_object_ref (user_data);
  g_autoptr (GError) error = NULL;
  guint8 buffer[READ_LEN];
  gssize n;

  n = g_pollable_input_stream_read_nonblocking (self->input, buffer,
                                                sizeof buffer, NULL, &error);
  if (n < 0) {
    if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
      return G_SOURCE_CONTINUE;
    end_with (self, GEO_NET_ERROR_CLOSED, "The connection was lost");
    return G_SOURCE_REMOVE;
  }
  if (n == 0) {
    if (self->state == STATE_CLOSING)
      finish (self, TRUE, NULL);
    else
      end_with (self, GEO_NET_ERROR_CLOSED, "The other side went away");
    return G_SOURCE_REMOVE;
  }
  self->last_heard_us = g_get_monotonic_time ();
  geo_frame_reader_feed (self->reader, buffer, (gsize) n);
  receive_all (self);
  return self->input_source == NULL ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

static void
ready_cb (gpointer user_data) {
  input_cb (NULL, user_data);
}

/* The stream is the socket itself, so that the descriptor says all there is to
 * know: TLS may hold what was read from it long ago. */
static gboolean
is_plain (GIOStream *stream) {
  g_autoptr (GIOStream) base = NULL;

  if (G_IS_SOCKET_CONNECTION (stream))
    return TRUE;
  /* What libsoup puts around it. */
  if (g_object_class_find_property (G_OBJECT_GET_CLASS (stream),
                                    "base-iostream") == NULL)
    return FALSE;
  if (G_IS_TLS_CONNECTION (stream))
    return FALSE;
  g_object_get (stream, "base-iostream", &base, NULL);
  return base != NULL && is_plain (base);
}

/* What was read already, behind the handshake or before a pause, comes before
 * what the stream has. */
static gboolean
early_cb (gpointer user_data) {
  g_autoptr (GeoSession) self = g_object_ref (user_data);

  clear_source (&self->input_source);
  if (self->poller == NULL ||
      !geo_poller_entry_set_reading (self->poller, TRUE))
    attach (self, &self->input_source,
            g_pollable_input_stream_create_source (self->input, NULL),
            G_SOURCE_FUNC (input_cb));
  receive_all (self);
  /* libsoup may have read on behind the handshake. */
  if (self->poller != NULL && self->input_source == NULL && !self->paused &&
      !self->peer_closed && self->state != STATE_OVER)
    input_cb (NULL, self);
  return G_SOURCE_REMOVE;
}

static void
start_reading (GeoSession *self) {
  attach (self, &self->input_source, g_idle_source_new (), early_cb);
  g_source_set_priority (self->input_source, G_PRIORITY_DEFAULT);
}

GeoSession *
geo_session_new (GIOStream *stream,
                 GSocket *socket,
                 GeoSessionEnd end,
                 const gchar *peer_address,
                 GBytes *early) {
  GeoSession *self = g_object_new (GEO_TYPE_SESSION, NULL);

  self->stream = g_object_ref (stream);
  self->input = G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (stream));
  self->output =
      G_POLLABLE_OUTPUT_STREAM (g_io_stream_get_output_stream (stream));
  g_set_object (&self->socket, socket);
  self->context = g_main_context_ref_thread_default ();
  self->end = end;
  self->peer_address = g_strdup (peer_address);
  self->reader = geo_frame_reader_new (
      end == GEO_SESSION_SERVER,
      end == GEO_SESSION_SERVER ? GEO_JSON_SIZE_MAX : GEO_JSON_SYNC_SIZE_MAX);
  if (end == GEO_SESSION_SERVER && socket != NULL && is_plain (stream))
    self->poller = geo_poller_add (self->context, g_socket_get_fd (socket),
                                   ready_cb, flush_cb, self);
  if (early != NULL)
    geo_frame_reader_feed (self->reader, g_bytes_get_data (early, NULL),
                           g_bytes_get_size (early));
  start_reading (self);

  /* Until it is over. */
  return g_object_ref (self);
}

void
geo_session_set_plain (GeoSession *self) {
  self->plain = TRUE;
}

void
geo_session_abort (GeoSession *self, GError *error) {
  g_return_if_fail (GEO_IS_SESSION (self));

  finish (self, FALSE, error);
}

static void
free_text (gpointer data) {
  g_string_free (data, TRUE);
}

/* Empty, and this thread's: for one message at a time. */
static GString *
take_text (void) {
  static GPrivate texts = G_PRIVATE_INIT (free_text);
  GString *text = g_private_get (&texts);

  if (text == NULL || text->allocated_len > TEXT_KEPT_MAX) {
    text = g_string_sized_new (TEXT_SIZE);
    g_private_replace (&texts, text);
  }
  return g_string_truncate (text, 0);
}

gboolean
geo_session_send (GeoSession *self, GeoMessage *message) {
  GString *text;

  g_return_val_if_fail (GEO_IS_SESSION (self), FALSE);

  if (self->state != STATE_OPEN)
    return FALSE;
  if (message->msg_id == NULL || message->msg_id[0] == '\0') {
    guint8 random[MSG_ID_BYTES];
    gchar id[2 * MSG_ID_BYTES + 1];

    randombytes_buf (random, sizeof random);
    sodium_bin2hex (id, sizeof id, random, sizeof random);
    geo_message_set_id (message, id);
  }
  text = take_text ();
  geo_message_append (message, text);
  return queue_frame (self, GEO_FRAME_TEXT, text->str, text->len);
}

gboolean
geo_session_send_text (GeoSession *self, const gchar *text) {
  g_return_val_if_fail (GEO_IS_SESSION (self), FALSE);
  g_return_val_if_fail (self->plain, FALSE);

  return self->state == STATE_OPEN &&
         queue_frame (self, GEO_FRAME_TEXT, text, strlen (text));
}

void
geo_session_ping (GeoSession *self) {
  g_return_if_fail (GEO_IS_SESSION (self));

  if (self->state == STATE_OPEN)
    queue_frame (self, GEO_FRAME_PING, "", 0);
}

void
geo_session_close (GeoSession *self, const gchar *why) {
  g_return_if_fail (GEO_IS_SESSION (self));

  if (self->state != STATE_OPEN)
    return;
  geo_session_set_paused (self, FALSE);
  queue_close (self, GEO_FRAME_CLOSE_NORMAL, why);
}

void
geo_session_set_paused (GeoSession *self, gboolean paused) {
  g_return_if_fail (GEO_IS_SESSION (self));

  if (self->paused == paused || self->state == STATE_OVER || self->peer_closed)
    return;
  self->paused = paused;
  if (paused) {
    stop_reading (self);
  } else {
    self->last_heard_us = g_get_monotonic_time ();
    start_reading (self);
  }
}

gboolean
geo_session_is_open (GeoSession *self) {
  g_return_val_if_fail (GEO_IS_SESSION (self), FALSE);

  return self->state == STATE_OPEN;
}

const gchar *
geo_session_get_peer_address (GeoSession *self) {
  g_return_val_if_fail (GEO_IS_SESSION (self), NULL);

  return self->peer_address;
}

gint64
geo_session_get_last_heard_us (GeoSession *self) {
  g_return_val_if_fail (GEO_IS_SESSION (self), 0);

  return self->last_heard_us;
}

gsize
geo_session_get_queued (GeoSession *self) {
  g_return_val_if_fail (GEO_IS_SESSION (self), 0);

  return self->outgoing->len - self->sent;
}
