/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * PIDs, hashes and base64: one text for each value.
 */
#include "core/geo-pid.h"

#include "test-util.h"

/* protocol §1 */
static void
test_check_value (void) {
  g_autofree gchar *text = NULL;
  GeoPublicKey key;
  GeoPid pid, back;

  from_hex ("3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29",
            key.bytes, sizeof key.bytes);
  geo_pid_from_key (&key, &pid);
  text = geo_pid_to_string (&pid);
  g_assert_cmpstr (text, ==, "2KagShR4Usj2uARXJeDw7XJEKvQ3XDr84dC47hUB3Uyd");
  g_assert_true (geo_pid_parse (text, &back, NULL));
  g_assert_true (geo_pid_equal (&pid, &back));
}

static void
test_zeros (void) {
  /* Each zero byte at the front is a 1, whatever follows. */
  for (gsize zeros = 0; zeros <= GEO_HASH_LEN; zeros++) {
    g_autofree gchar *text = NULL;
    GeoPid pid, back;

    memset (&pid, 0xff, sizeof pid);
    memset (&pid, 0, zeros);
    text = geo_pid_to_string (&pid);
    g_assert_cmpuint (strspn (text, "1"), ==, zeros);
    g_assert_cmpuint (strlen (text), <, GEO_PID_STRING_MAX);
    g_assert_true (geo_pid_parse (text, &back, NULL));
    g_assert_true (geo_pid_equal (&pid, &back));
    g_assert_true (geo_pid_is_zero (&pid) == (zeros == GEO_HASH_LEN));
  }
}

static void
test_random (void) {
  for (guint i = 0; i < 2000; i++) {
    g_autofree gchar *text = NULL;
    GeoPid pid, back;

    for (gsize byte = 0; byte < sizeof pid.bytes; byte++)
      pid.bytes[byte] = (guint8) g_test_rand_int_range (0, 256);
    text = geo_pid_to_string (&pid);
    g_assert_true (geo_pid_parse (text, &back, NULL));
    g_assert_true (geo_pid_equal (&pid, &back));
    g_assert_cmpint (geo_pid_cmp (&pid, &back), ==, 0);
    g_assert_cmpuint (geo_pid_hash (&pid), ==, geo_pid_hash (&back));
  }
}

static void
test_refused (void) {
  static const struct {
    const gchar *text;
    GeoCoreError code;
  } cases[] = {
    { "", GEO_CORE_ERROR_SIZE },
    { "1", GEO_CORE_ERROR_SIZE },
    { "2KagShR4Usj2uARXJeDw7XJEKvQ3XDr84dC47hUB3Uy", GEO_CORE_ERROR_SIZE },
    { "12KagShR4Usj2uARXJeDw7XJEKvQ3XDr84dC47hUB3Uyd", GEO_CORE_ERROR_SIZE },
    { "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz", GEO_CORE_ERROR_SIZE },
    { "0KagShR4Usj2uARXJeDw7XJEKvQ3XDr84dC47hUB3Uyd", GEO_CORE_ERROR_SYNTAX },
    { "OKagShR4Usj2uARXJeDw7XJEKvQ3XDr84dC47hUB3Uyd", GEO_CORE_ERROR_SYNTAX },
    { "IKagShR4Usj2uARXJeDw7XJEKvQ3XDr84dC47hUB3Uyd", GEO_CORE_ERROR_SYNTAX },
    { "lKagShR4Usj2uARXJeDw7XJEKvQ3XDr84dC47hUB3Uyd", GEO_CORE_ERROR_SYNTAX },
    { "2KagShR4Usj2uARXJeDw7XJEKvQ3XDr84dC47hUB3Uyd ", GEO_CORE_ERROR_SYNTAX },
    { " 2KagShR4Usj2uARXJeDw7XJEKvQ3XDr84dC47hUB3Uyd", GEO_CORE_ERROR_SYNTAX },
    { "2KagShR4Usj2uARXJeDw7XJEKvQ3XDr84dC47hUB3Uyé", GEO_CORE_ERROR_SYNTAX },
    /* 2^256: the first number that no longer fits. */
    { "JEKNVnkbo3jma5nREBBJCDoXFVeKkD56V3xKrvRmWxFH", GEO_CORE_ERROR_SIZE },
  };
  g_autoptr (GError) error = NULL;
  GeoPid pid;

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_assert_false (geo_pid_parse (cases[i].text, &pid, &error));
    assert_core_error (error, cases[i].code);
  }
  /* 2^256 - 1 does. */
  g_assert_true (geo_pid_parse ("JEKNVnkbo3jma5nREBBJCDoXFVeKkD56V3xKrvRmWxFG",
                                &pid, NULL));
}

static void
test_base64 (void) {
  static const gchar *const refused[] = {
    "YQ",   "YQ=",   "YR==", "YWJ=",  "YQ==\n", " YQ==", "YQ==YQ==",
    "Y-==", "YQ===", "====", "Y Q==", "=",      "YWI",   "E\xb0zA"
  };

  for (gsize len = 0; len < 100; len++) {
    guint8 data[100];
    gsize size;

    for (gsize i = 0; i < len; i++)
      data[i] = (guint8) g_test_rand_int_range (0, 256);

    g_autofree gchar *text = geo_base64_encode (data, len);
    g_autofree gchar *expected = g_base64_encode (data, len);
    g_autoptr (GBytes) bytes = geo_base64_decode (text, len, NULL);

    g_assert_cmpstr (text, ==, expected);
    g_assert_nonnull (bytes);
    gconstpointer back = g_bytes_get_data (bytes, &size);
    g_assert_cmpmem (data, len, back, size);
    if (len > 0) {
      g_autoptr (GError) error = NULL;

      g_assert_null (geo_base64_decode (text, len - 1, &error));
      assert_core_error (error, GEO_CORE_ERROR_SIZE);
    }
  }
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (geo_base64_decode (refused[i], 100, &error));
    assert_core_error (error, GEO_CORE_ERROR_SYNTAX);
  }
}

static void
test_hash (void) {
  g_autoptr (GError) error = NULL;
  g_autofree gchar *text = NULL;
  g_autofree GeoHash *copy = NULL;
  GeoHash hash, back;

  geo_hash_of ("abc", 3, &hash);
  assert_hex (
      hash.bytes, sizeof hash.bytes,
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  text = geo_hash_to_string (&hash);
  g_assert_true (geo_hash_parse (text, &back, &error));
  g_assert_true (geo_hash_equal (&hash, &back));
  g_assert_false (geo_hash_is_zero (&hash));
  copy = geo_hash_dup (&hash);
  g_assert_true (geo_hash_equal (&hash, copy));
  g_assert_null (geo_hash_dup (NULL));
  g_assert_false (geo_hash_parse ("YQ==", &back, &error));
  assert_core_error (error, GEO_CORE_ERROR_SIZE);
  g_assert_false (geo_hash_parse ("", &back, &error));
  assert_core_error (error, GEO_CORE_ERROR_SIZE);
}

int
main (int argc, char *argv[]) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pid/check-value", test_check_value);
  g_test_add_func ("/pid/zeros", test_zeros);
  g_test_add_func ("/pid/random", test_random);
  g_test_add_func ("/pid/refused", test_refused);
  g_test_add_func ("/pid/base64", test_base64);
  g_test_add_func ("/pid/hash", test_hash);
  return g_test_run ();
}
