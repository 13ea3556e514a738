/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * WebSocket frames (RFC 6455 §5) as bytes: a strict reader that holds never
 * more than one message of the agreed size, and a writer.  No extensions.  It
 * does no I/O and knows nothing of what is in a message.
 *
 * It is here rather than libsoup's, because that one hides how much waits to be
 * sent, answers pings without a bound, and (3.2) puts fragments together
 * without one.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  GEO_FRAME_TEXT = 1,
  GEO_FRAME_BINARY = 2,
  GEO_FRAME_CLOSE = 8,
  GEO_FRAME_PING = 9,
  GEO_FRAME_PONG = 10,
} GeoFrameKind;

/* Codes of a close frame (RFC 6455 §7.4.1). */
typedef enum {
  GEO_FRAME_CLOSE_NORMAL = 1000,
  GEO_FRAME_CLOSE_GOING_AWAY = 1001,
  GEO_FRAME_CLOSE_PROTOCOL = 1002,
  GEO_FRAME_CLOSE_UNSUPPORTED = 1003,
  GEO_FRAME_CLOSE_NONE = 1005, /* Never sent: a close frame without a code. */
  GEO_FRAME_CLOSE_POLICY = 1008,
  GEO_FRAME_CLOSE_TOO_BIG = 1009,
} GeoFrameCloseCode;

/* What a control frame may carry. */
#define GEO_FRAME_CONTROL_MAX 125
/* What a frame adds to what it carries, at most. */
#define GEO_FRAME_HEAD_MAX 14

typedef struct _GeoFrameReader GeoFrameReader;

/* from_client: what is read is masked, as clients must; or must not be.
 * message_max: bytes of one message, all fragments together. */
GeoFrameReader *geo_frame_reader_new (gboolean from_client, gsize message_max);
void geo_frame_reader_free (GeoFrameReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GeoFrameReader, geo_frame_reader_free)

void
geo_frame_reader_feed (GeoFrameReader *reader, gconstpointer data, gsize len);

typedef enum {
  GEO_FRAME_STATUS_MORE = 0, /* Feed more. */
  GEO_FRAME_STATUS_READY = 1,
  GEO_FRAME_STATUS_BAD = 2, /* Close with close_code; the reader is of no more
                             * use. */
} GeoFrameStatus;

/* A whole message or a control frame.  data is borrowed until the next call. */
typedef struct {
  GeoFrameKind kind;
  const guint8 *data;
  gsize len;
} GeoFrame;

GeoFrameStatus geo_frame_reader_next (GeoFrameReader *reader,
                                      GeoFrame *out,
                                      GeoFrameCloseCode *close_code);

/* Appends one frame to out.  mask: four unpredictable bytes where a client
 * writes, else NULL. */
void geo_frame_append (GByteArray *out,
                       GeoFrameKind kind,
                       gconstpointer data,
                       gsize len,
                       const guint8 *mask);

/* The code and the reason (UTF-8, owned by the caller) in a close frame; FALSE
 * when they are not what they must be. */
gboolean geo_frame_read_close (const GeoFrame *frame,
                               GeoFrameCloseCode *code,
                               gchar **reason);

G_END_DECLS
