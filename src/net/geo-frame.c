/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reads and writes WebSocket frames.  Every length is compared with its limit
 * before anything is kept; what does not hold ends the reader, it is never
 * skipped.
 */
#include "net/geo-frame.h"

#include <string.h>

#define OPCODE_CONTINUATION 0
#define FLAG_FIN 0x80
#define FLAG_RESERVED 0x70
#define FLAG_MASKED 0x80
#define MASK_LEN 4

struct _GeoFrameReader {
  gboolean from_client;
  gsize message_max;

  GByteArray *incoming; /* Bytes that are no whole frame yet, from start on. */
  gsize start;
  gboolean in_message; /* A fragment was read, its last one was not. */
  GeoFrameKind kind;
  GByteArray *message; /* Fragments of that message. */
  gboolean bad;
};

GeoFrameReader *
geo_frame_reader_new (gboolean from_client, gsize message_max) {
  GeoFrameReader *reader = g_new0 (GeoFrameReader, 1);

  reader->from_client = from_client;
  reader->message_max = message_max;
  reader->incoming = g_byte_array_new ();
  reader->message = g_byte_array_new ();
  return reader;
}

void
geo_frame_reader_free (GeoFrameReader *reader) {
  if (reader == NULL)
    return;
  g_byte_array_unref (reader->incoming);
  g_byte_array_unref (reader->message);
  g_free (reader);
}

/* Forgets what was read already, before it is fed more, and gives memory back
 * that one large message took. */
static void
compact (GeoFrameReader *reader) {
  const gsize kept_max = 16 * 1024;
  gsize left = reader->incoming->len - reader->start;

  if (reader->start == 0)
    return;
  if (left == 0 && reader->incoming->len > kept_max) {
    g_byte_array_unref (reader->incoming);
    reader->incoming = g_byte_array_new ();
  } else {
    g_byte_array_remove_range (reader->incoming, 0, (guint) reader->start);
  }
  reader->start = 0;
}

void
geo_frame_reader_feed (GeoFrameReader *reader, gconstpointer data, gsize len) {
  g_assert (len <= G_MAXUINT / 4);

  if (reader->bad)
    return;
  compact (reader);
  g_byte_array_append (reader->incoming, data, (guint) len);
}

static GeoFrameStatus
bad (GeoFrameReader *reader,
     GeoFrameCloseCode code,
     GeoFrameCloseCode *close_code) {
  reader->bad = TRUE;
  *close_code = code;
  return GEO_FRAME_STATUS_BAD;
}

static void
apply_mask (guint8 *data, gsize len, const guint8 mask[MASK_LEN]) {
  for (gsize i = 0; i < len; i++)
    data[i] ^= mask[i % MASK_LEN];
}

typedef struct {
  gboolean fin;
  guint opcode;
  gsize head_len;
  gsize len;
} Head;

/* The head of a frame that is there as a whole. */
static GeoFrameStatus
read_head (GeoFrameReader *reader, Head *out, GeoFrameCloseCode *close_code) {
  gsize have = reader->incoming->len - reader->start;
  gsize head_len = 2;
  const guint8 *head;
  guint64 len;

  if (have < head_len)
    return GEO_FRAME_STATUS_MORE;
  head = reader->incoming->data + reader->start;
  out->fin = (head[0] & FLAG_FIN) != 0;
  out->opcode = head[0] & 0x0f;
  len = head[1] & 0x7f;

  if ((head[0] & FLAG_RESERVED) != 0 ||
      ((head[1] & FLAG_MASKED) != 0) != reader->from_client)
    return bad (reader, GEO_FRAME_CLOSE_PROTOCOL, close_code);
  if (out->opcode >= GEO_FRAME_CLOSE) {
    if (out->opcode > GEO_FRAME_PONG || !out->fin ||
        len > GEO_FRAME_CONTROL_MAX)
      return bad (reader, GEO_FRAME_CLOSE_PROTOCOL, close_code);
  } else if (out->opcode > GEO_FRAME_BINARY ||
             (out->opcode == OPCODE_CONTINUATION) != reader->in_message) {
    return bad (reader, GEO_FRAME_CLOSE_PROTOCOL, close_code);
  }

  if (len >= 126) {
    gsize len_len = len == 126 ? 2 : 8;

    if (have < head_len + len_len)
      return GEO_FRAME_STATUS_MORE;
    len = 0;
    for (gsize i = 0; i < len_len; i++)
      len = len << 8 | head[head_len + i];
    /* One way only to write each length. */
    if (len < (len_len == 2 ? 126 : 65536))
      return bad (reader, GEO_FRAME_CLOSE_PROTOCOL, close_code);
    head_len += len_len;
  }
  if (out->opcode < GEO_FRAME_CLOSE &&
      len > reader->message_max - reader->message->len)
    return bad (reader, GEO_FRAME_CLOSE_TOO_BIG, close_code);
  if (reader->from_client)
    head_len += MASK_LEN;
  if (have < head_len || have - head_len < len)
    return GEO_FRAME_STATUS_MORE;
  out->head_len = head_len;
  out->len = (gsize) len;
  return GEO_FRAME_STATUS_READY;
}

GeoFrameStatus
geo_frame_reader_next (GeoFrameReader *reader,
                       GeoFrame *out,
                       GeoFrameCloseCode *close_code) {
  while (!reader->bad) {
    Head head;
    GeoFrameStatus status = read_head (reader, &head, close_code);
    guint8 *data;

    if (status != GEO_FRAME_STATUS_READY)
      return status;
    data = reader->incoming->data + reader->start + head.head_len;
    if (reader->from_client)
      apply_mask (data, head.len, data - MASK_LEN);
    reader->start += head.head_len + head.len;

    if (head.opcode >= GEO_FRAME_CLOSE || (head.fin && !reader->in_message)) {
      *out = (GeoFrame){ (GeoFrameKind) head.opcode, data, head.len };
      return GEO_FRAME_STATUS_READY;
    }
    if (!reader->in_message) {
      reader->in_message = TRUE;
      reader->kind = (GeoFrameKind) head.opcode;
    }
    g_byte_array_append (reader->message, data, (guint) head.len);
    if (head.fin) {
      /* The array's length is set to zero already, its bytes stay until the
       * next fragment. */
      *out = (GeoFrame){ reader->kind, reader->message->data,
                         reader->message->len };
      g_byte_array_set_size (reader->message, 0);
      reader->in_message = FALSE;
      return GEO_FRAME_STATUS_READY;
    }
  }
  *close_code = GEO_FRAME_CLOSE_PROTOCOL;
  return GEO_FRAME_STATUS_BAD;
}

void
geo_frame_append (GByteArray *out,
                  GeoFrameKind kind,
                  gconstpointer data,
                  gsize len,
                  const guint8 *mask) {
  guint8 head[GEO_FRAME_HEAD_MAX];
  gsize head_len = 2;
  gsize len_len = len < 126 ? 0 : len < 65536 ? 2 : 8;

  head[0] = (guint8) (FLAG_FIN | (guint) kind);
  head[1] = len_len == 0 ? (guint8) len : len_len == 2 ? 126 : 127;
  for (gsize i = 0; i < len_len; i++)
    head[head_len++] = (guint8) ((guint64) len >> (8 * (len_len - 1 - i)));
  if (mask != NULL) {
    head[1] |= FLAG_MASKED;
    memcpy (head + head_len, mask, MASK_LEN);
    head_len += MASK_LEN;
  }
  g_byte_array_append (out, head, (guint) head_len);
  g_byte_array_append (out, data, (guint) len);
  if (mask != NULL)
    apply_mask (out->data + out->len - len, len, mask);
}

gboolean
geo_frame_read_close (const GeoFrame *frame,
                      GeoFrameCloseCode *code,
                      gchar **reason) {
  guint number;

  *code = GEO_FRAME_CLOSE_NONE;
  *reason = NULL;
  if (frame->len == 0)
    return TRUE;
  if (frame->len == 1)
    return FALSE;
  number = (guint) frame->data[0] << 8 | frame->data[1];
  /* 1004 to 1006 and 1015 are never sent. */
  if (number < 1000 || number >= 5000 || (number >= 1004 && number <= 1006) ||
      number == 1015 ||
      !g_utf8_validate ((const gchar *) frame->data + 2,
                        (gssize) frame->len - 2, NULL))
    return FALSE;
  *code = (GeoFrameCloseCode) number;
  *reason = g_strndup ((const gchar *) frame->data + 2, frame->len - 2);
  return TRUE;
}
