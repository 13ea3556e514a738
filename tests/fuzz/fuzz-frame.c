/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * WebSocket frames: what arrives in pieces is read as what arrives at once, and
 * what is written is read as it was.  The first byte says who reads, and how
 * large the pieces are.
 */
#include "fuzz.h"
#include "net/geo-frame.h"

#define MESSAGE_MAX 4096

/* Everything that is read until more is wanted, as text; FALSE when it ends
 * badly. */
static gboolean
drain (GeoFrameReader *reader, GByteArray *said) {
  GeoFrameCloseCode code = 0;
  GeoFrame frame;

  for (;;) {
    guint32 head[2];

    switch (geo_frame_reader_next (reader, &frame, &code)) {
    case GEO_FRAME_STATUS_MORE:
      return TRUE;
    case GEO_FRAME_STATUS_BAD:
      g_assert_cmpint ((gint) code, >=, (gint) GEO_FRAME_CLOSE_NORMAL);
      head[0] = (guint32) code;
      head[1] = G_MAXUINT32;
      g_byte_array_append (said, (const guint8 *) head, sizeof head);
      return FALSE;
    case GEO_FRAME_STATUS_READY:
      break;
    }
    g_assert_cmpuint (frame.len, <=, MESSAGE_MAX);
    if (frame.kind >= GEO_FRAME_CLOSE)
      g_assert_cmpuint (frame.len, <=, GEO_FRAME_CONTROL_MAX);
    if (frame.kind == GEO_FRAME_CLOSE) {
      g_autofree gchar *reason = NULL;
      GeoFrameCloseCode close_code;

      if (geo_frame_read_close (&frame, &close_code, &reason) && reason != NULL)
        g_assert_true (g_utf8_validate (reason, -1, NULL));
    }
    head[0] = (guint32) frame.kind;
    head[1] = (guint32) frame.len;
    g_byte_array_append (said, (const guint8 *) head, sizeof head);
    if (frame.len > 0)
      g_byte_array_append (said, frame.data, (guint) frame.len);
  }
}

/* Bytes as one frame each way. */
static void
check_writer (const guint8 *data, gsize size, gboolean masked) {
  static const guint8 mask[4] = { 0x12, 0x00, 0xff, 0x81 };
  g_autoptr (GByteArray) wire = g_byte_array_new ();
  g_autoptr (GeoFrameReader) reader = geo_frame_reader_new (masked,
                                                            MESSAGE_MAX);
  GeoFrameCloseCode code;
  GeoFrame frame;

  size = MIN (size, MESSAGE_MAX);
  geo_frame_append (wire, GEO_FRAME_BINARY, data, size, masked ? mask : NULL);
  g_assert_cmpuint (wire->len, <=, size + GEO_FRAME_HEAD_MAX);
  geo_frame_reader_feed (reader, wire->data, wire->len);
  g_assert_cmpint ((gint) geo_frame_reader_next (reader, &frame, &code), ==,
                   (gint) GEO_FRAME_STATUS_READY);
  g_assert_cmpint ((gint) frame.kind, ==, (gint) GEO_FRAME_BINARY);
  g_assert_cmpmem (frame.data, frame.len, data, size);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size) {
  g_autoptr (GByteArray) whole = g_byte_array_new ();
  g_autoptr (GByteArray) pieces = g_byte_array_new ();
  g_autoptr (GeoFrameReader) one = NULL;
  g_autoptr (GeoFrameReader) other = NULL;
  gboolean from_client;
  gsize piece;

  if (size == 0)
    return 0;
  from_client = (data[0] & 1) != 0;
  piece = 1 + (data[0] >> 1);
  data++;
  size--;

  one = geo_frame_reader_new (from_client, MESSAGE_MAX);
  geo_frame_reader_feed (one, data, size);
  drain (one, whole);

  other = geo_frame_reader_new (from_client, MESSAGE_MAX);
  for (gsize at = 0; at < size; at += piece) {
    geo_frame_reader_feed (other, data + at, MIN (piece, size - at));
    if (!drain (other, pieces))
      break;
  }
  g_assert_cmpmem (whole->data, whole->len, pieces->data, pieces->len);
  check_writer (data, size, from_client);
  return 0;
}
