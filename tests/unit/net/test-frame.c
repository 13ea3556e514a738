/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * WebSocket frames: what is written is read, whatever pieces it comes in, and
 * what breaks a rule ends the reader.
 */
#include <string.h>

#include "net/geo-frame.h"

#define MESSAGE_MAX 65536

static const guint8 mask[4] = { 0xde, 0xad, 0xbe, 0xef };

static void
test_round_trip (void) {
  static const gsize lengths[] = {
    0, 1, 125, 126, 127, 4096, 65535, MESSAGE_MAX
  };
  static const gsize pieces[] = { 1, 7, 1000, 1000000 };

  for (gsize masked = 0; masked < 2; masked++)
    for (gsize l = 0; l < G_N_ELEMENTS (lengths); l++)
      for (gsize p = 0; p < G_N_ELEMENTS (pieces); p++) {
        g_autoptr (GeoFrameReader) reader = geo_frame_reader_new (masked,
                                                                  MESSAGE_MAX);
        g_autoptr (GByteArray) wire = g_byte_array_new ();
        g_autofree guint8 *data = g_malloc (lengths[l] + 1);
        GeoFrameCloseCode code;
        GeoFrame frame;
        guint n = 0;

        for (gsize i = 0; i < lengths[l]; i++)
          data[i] = (guint8) (i * 31 + 7);
        for (guint i = 0; i < 3; i++)
          geo_frame_append (wire, GEO_FRAME_TEXT, data, lengths[l],
                            masked ? mask : NULL);
        for (gsize at = 0; at < wire->len; at += pieces[p]) {
          geo_frame_reader_feed (reader, wire->data + at,
                                 MIN (pieces[p], wire->len - at));
          while (geo_frame_reader_next (reader, &frame, &code) ==
                 GEO_FRAME_STATUS_READY) {
            g_assert_cmpint (frame.kind, ==, GEO_FRAME_TEXT);
            g_assert_cmpmem (frame.data, frame.len, data, lengths[l]);
            n++;
          }
        }
        g_assert_cmpuint (n, ==, 3);
        g_assert_cmpint (geo_frame_reader_next (reader, &frame, &code), ==,
                         GEO_FRAME_STATUS_MORE);
      }
}

/* Frames as a server writes them, unmasked. */
static const struct {
  const gchar *name;
  const gchar *bytes;
  gsize len;
  const gchar *text; /* What comes out, or NULL */
  guint close_code; /* … or this; neither: more is wanted. */
} frames[] = {
  { "text", "\x81\x02hi", 4, "hi", 0 },
  { "two fragments", "\x01\x01h\x80\x01i", 6, "hi", 0 },
  { "three fragments", "\x01\x01h\x00\x00\x80\x01i", 8, "hi", 0 },
  { "ping between fragments", "\x01\x01h\x89\x00\x80\x01i", 8, "hi", 0 },
  { "half a head", "\x81", 1, NULL, 0 },
  { "half a length", "\x81\x7e\x01", 3, NULL, 0 },
  { "half a body", "\x81\x02h", 3, NULL, 0 },
  { "masked where it must not be", "\x81\x80\1\2\3\4", 6, NULL, 1002 },
  { "reserved bit 1", "\xc1\x00", 2, NULL, 1002 },
  { "reserved bit 3", "\x91\x00", 2, NULL, 1002 },
  { "opcode 3", "\x83\x00", 2, NULL, 1002 },
  { "opcode 11", "\x8b\x00", 2, NULL, 1002 },
  { "continuation of nothing", "\x80\x00", 2, NULL, 1002 },
  { "text inside a message", "\x01\x01h\x81\x01i", 6, NULL, 1002 },
  { "ping in fragments", "\x09\x00", 2, NULL, 1002 },
  { "long ping", "\x89\x7e\x00\x7e", 4, NULL, 1002 },
  { "16-bit length for 125", "\x81\x7e\x00\x7d", 4, NULL, 1002 },
  { "64-bit length for 65535", "\x81\x7f\0\0\0\0\0\0\xff\xff", 10, NULL, 1002 },
  { "one byte too many", "\x81\x7f\0\0\0\0\0\1\0\1", 10, NULL, 1009 },
  { "the largest length", "\x81\x7f\xff\xff\xff\xff\xff\xff\xff\xff", 10, NULL,
    1009 },
  { "a length that overflows", "\x81\x7f\x7f\xff\xff\xff\xff\xff\xff\xff", 10,
    NULL, 1009 },
  { "fragments too large together", "\x01\x01h\x80\x7f\0\0\0\0\0\1\0\0", 13,
    NULL, 1009 },
};

static void
test_table (void) {
  for (gsize i = 0; i < G_N_ELEMENTS (frames); i++) {
    g_autoptr (GeoFrameReader) reader = geo_frame_reader_new (FALSE,
                                                              MESSAGE_MAX);
    GeoFrameStatus status;
    GeoFrameCloseCode code = 0;
    GeoFrame frame = { 0 };

    g_test_message ("%s", frames[i].name);
    geo_frame_reader_feed (reader, frames[i].bytes, frames[i].len);
    do
      status = geo_frame_reader_next (reader, &frame, &code);
    while (status == GEO_FRAME_STATUS_READY && frame.kind == GEO_FRAME_PING);
    if (frames[i].text != NULL) {
      g_assert_cmpint (status, ==, GEO_FRAME_STATUS_READY);
      g_assert_cmpmem (frame.data, frame.len, frames[i].text,
                       strlen (frames[i].text));
    } else if (frames[i].close_code != 0) {
      g_assert_cmpint (status, ==, GEO_FRAME_STATUS_BAD);
      g_assert_cmpuint ((guint) code, ==, frames[i].close_code);
      /* It stays so, whatever comes. */
      geo_frame_reader_feed (reader, "\x81\x02hi", 4);
      g_assert_cmpint (geo_frame_reader_next (reader, &frame, &code), ==,
                       GEO_FRAME_STATUS_BAD);
    } else {
      g_assert_cmpint (status, ==, GEO_FRAME_STATUS_MORE);
    }
  }
}

static void
test_close (void) {
  static const struct {
    const gchar *bytes;
    gsize len;
    gboolean good;
    guint code;
    const gchar *reason;
  } closes[] = {
    { "", 0, TRUE, 1005, NULL },
    { "\x03", 1, FALSE, 0, NULL },
    { "\x03\xe8", 2, TRUE, 1000, "" },
    { "\x03\xe8"
      "bye",
      5, TRUE, 1000, "bye" },
    { "\x03\xe8\xff", 3, FALSE, 0, NULL },
    { "\x03\xed", 2, FALSE, 0, NULL },
    { "\x03\xee", 2, FALSE, 0, NULL },
    { "\x03\xe7", 2, FALSE, 0, NULL },
    { "\x13\x88", 2, FALSE, 0, NULL },
    { "\x0f\xa0", 2, TRUE, 4000, "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (closes); i++) {
    GeoFrame frame = { GEO_FRAME_CLOSE, (const guint8 *) closes[i].bytes,
                       closes[i].len };
    g_autofree gchar *reason = NULL;
    GeoFrameCloseCode code;

    g_assert_cmpint (geo_frame_read_close (&frame, &code, &reason), ==,
                     closes[i].good);
    if (closes[i].good) {
      g_assert_cmpuint ((guint) code, ==, closes[i].code);
      g_assert_cmpstr (reason, ==, closes[i].reason);
    }
  }
}

/* Whatever comes, it neither reads past its bytes nor keeps more than it may;
 * the sanitizers see the first. */
static void
test_noise (void) {
  g_autoptr (GRand) rand = g_rand_new_with_seed (7711);

  for (guint round = 0; round < 2000; round++) {
    gboolean from_client = g_rand_boolean (rand);
    g_autoptr (GeoFrameReader) reader = geo_frame_reader_new (from_client,
                                                              1024);
    g_autoptr (GByteArray) wire = g_byte_array_new ();
    GeoFrameStatus status = GEO_FRAME_STATUS_MORE;
    gsize at = 0;

    for (guint i = 0; i < 8; i++) {
      guint8 data[300];

      for (gsize j = 0; j < sizeof data; j++)
        data[j] = (guint8) g_rand_int (rand);
      geo_frame_append (wire, GEO_FRAME_BINARY, data,
                        (gsize) g_rand_int_range (rand, 0, sizeof data),
                        from_client ? mask : NULL);
    }
    for (gint32 flips = g_rand_int_range (rand, 0, 4); flips > 0; flips--)
      wire->data[g_rand_int_range (rand, 0, (gint32) wire->len)] ^=
          (guint8) (1 << g_rand_int_range (rand, 0, 8));
    while (at < wire->len && status != GEO_FRAME_STATUS_BAD) {
      gsize want = (gsize) g_rand_int_range (rand, 1, 200);
      gsize len = MIN (want, wire->len - at);
      g_autofree guint8 *piece = g_memdup2 (wire->data + at, len);
      GeoFrameCloseCode code;
      GeoFrame frame;

      geo_frame_reader_feed (reader, piece, len);
      at += len;
      while ((status = geo_frame_reader_next (reader, &frame, &code)) ==
             GEO_FRAME_STATUS_READY) {
        guint sum = 0;

        g_assert_cmpuint (frame.len, <=, 1024);
        for (gsize i = 0; i < frame.len; i++)
          sum += frame.data[i];
        g_assert_cmpuint (sum, <=, 1024 * 255);
      }
    }
  }
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net/frame/round-trip", test_round_trip);
  g_test_add_func ("/net/frame/table", test_table);
  g_test_add_func ("/net/frame/close", test_close);
  g_test_add_func ("/net/frame/noise", test_noise);
  return g_test_run ();
}
