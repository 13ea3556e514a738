/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Amounts: what is read, what is refused and that nothing is rounded.
 */
#include "core/geo-amount.h"

#include "test-util.h"

static void
test_decimal (void) {
  static const struct {
    const gchar *text;
    gint64 minor;
    guint decimals;
  } cases[] = {
    { "0", 0, 0 },
    { "3", 3, 0 },
    { "10.00", 1000, 2 },
    { "0.00", 0, 2 },
    { "0.01", 1, 2 },
    { "0.00000001", 1, 8 },
    { "1000000000000000", GEO_AMOUNT_MAX, 0 },
    { "10000000000000.00", GEO_AMOUNT_MAX, 2 },
    { "10000000.00000000", GEO_AMOUNT_MAX, 8 },
    { "9999999.99999999", GEO_AMOUNT_MAX - 1, 8 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_autofree gchar *back = NULL;
    GeoDecimal decimal;

    g_assert_true (geo_decimal_parse (cases[i].text, &decimal, &error));
    g_assert_no_error (error);
    g_assert_cmpint (decimal.amount.minor, ==, cases[i].minor);
    g_assert_cmpuint (decimal.decimals, ==, cases[i].decimals);
    back = geo_decimal_to_string (decimal);
    g_assert_cmpstr (back, ==, cases[i].text);
  }
}

static void
test_decimal_refused (void) {
  static const struct {
    const gchar *text;
    GeoCoreError code;
  } cases[] = {
    { "", GEO_CORE_ERROR_SYNTAX },
    { "00.1", GEO_CORE_ERROR_SYNTAX },
    { "01", GEO_CORE_ERROR_SYNTAX },
    { "00", GEO_CORE_ERROR_SYNTAX },
    { "1.", GEO_CORE_ERROR_SYNTAX },
    { ".5", GEO_CORE_ERROR_SYNTAX },
    { ".", GEO_CORE_ERROR_SYNTAX },
    { "1e3", GEO_CORE_ERROR_SYNTAX },
    { "1E-9", GEO_CORE_ERROR_SYNTAX },
    { "+1", GEO_CORE_ERROR_SYNTAX },
    { "-1", GEO_CORE_ERROR_SYNTAX },
    { "-0", GEO_CORE_ERROR_SYNTAX },
    { " 1", GEO_CORE_ERROR_SYNTAX },
    { "1 ", GEO_CORE_ERROR_SYNTAX },
    { "1,5", GEO_CORE_ERROR_SYNTAX },
    { "1.2.3", GEO_CORE_ERROR_SYNTAX },
    { "0x10", GEO_CORE_ERROR_SYNTAX },
    { "NaN", GEO_CORE_ERROR_SYNTAX },
    { "٣", GEO_CORE_ERROR_SYNTAX },
    { "1.123456789", GEO_CORE_ERROR_PRECISION },
    { "1.000000000", GEO_CORE_ERROR_PRECISION },
    { "1000000000000001", GEO_CORE_ERROR_RANGE },
    { "10000000000000.01", GEO_CORE_ERROR_RANGE },
    { "9223372036854775807", GEO_CORE_ERROR_RANGE },
    { "9223372036854775808", GEO_CORE_ERROR_RANGE },
    { "18446744073709551617", GEO_CORE_ERROR_RANGE },
    { "99999999999999999999999999999999999999.99", GEO_CORE_ERROR_RANGE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    GeoDecimal decimal = { { 42 }, 7 };

    g_assert_false (geo_decimal_parse (cases[i].text, &decimal, &error));
    assert_core_error (error, cases[i].code);
    g_assert_cmpint (decimal.amount.minor, ==, 42);
  }
}

static void
test_precision (void) {
  g_autoptr (GError) error = NULL;
  GeoAmount amount = GEO_AMOUNT (1);
  GeoDecimal decimal;

  g_assert_true (geo_decimal_parse ("1.50", &decimal, &error));
  g_assert_true (geo_decimal_get (decimal, 2, &amount, &error));
  g_assert_cmpint (amount.minor, ==, 150);
  g_assert_false (geo_decimal_get (decimal, 1, &amount, &error));
  assert_core_error (error, GEO_CORE_ERROR_PRECISION);
  g_assert_false (geo_decimal_get (decimal, 3, &amount, &error));
  assert_core_error (error, GEO_CORE_ERROR_PRECISION);
  decimal = geo_decimal (GEO_AMOUNT (7), 0);
  g_assert_true (geo_decimal_get (decimal, 0, &amount, &error));
  g_assert_cmpint (amount.minor, ==, 7);
}

static void
test_arithmetic (void) {
  GeoAmount most = GEO_AMOUNT (G_MAXINT64);
  GeoAmount least = GEO_AMOUNT (G_MININT64);
  GeoAmount one = GEO_AMOUNT (1);
  GeoAmount out = GEO_AMOUNT (42);

  g_assert_false (geo_amount_add (most, one, &out));
  g_assert_false (geo_amount_sub (least, one, &out));
  g_assert_false (geo_amount_neg (least, &out));
  g_assert_cmpint (out.minor, ==, 42);
  g_assert_true (geo_amount_add (most, least, &out));
  g_assert_cmpint (out.minor, ==, -1);
  g_assert_true (geo_amount_sub (one, most, &out));
  g_assert_cmpint (out.minor, ==, -G_MAXINT64 + 1);
  g_assert_true (geo_amount_neg (most, &out));
  g_assert_cmpint (out.minor, ==, -G_MAXINT64);
  g_assert_cmpint (geo_amount_cmp (least, most), <, 0);
  g_assert_cmpint (geo_amount_cmp (most, least), >, 0);
  g_assert_cmpint (geo_amount_cmp (one, one), ==, 0);
  g_assert_cmpint (geo_amount_min (least, one).minor, ==, G_MININT64);
  g_assert_cmpint (geo_amount_max (least, one).minor, ==, 1);
}

static void
test_to_string (void) {
  static const struct {
    gint64 minor;
    guint precision;
    const gchar *text;
  } cases[] = {
    { 0, 0, "0" },
    { 0, 2, "0.00" },
    { 5, 2, "0.05" },
    { -5, 2, "-0.05" },
    { -150, 2, "-1.50" },
    { 150, 0, "150" },
    { 123456789, 8, "1.23456789" },
    { G_MAXINT64, 0, "9223372036854775807" },
    { G_MININT64, 8, "-92233720368.54775808" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *text = geo_amount_to_string (GEO_AMOUNT (cases[i].minor),
                                                   cases[i].precision);

    g_assert_cmpstr (text, ==, cases[i].text);
  }
}

static void
test_typed (void) {
  static const struct {
    const gchar *text;
    guint precision;
    gint64 minor;
  } cases[] = {
    { "5", 2, 500 },
    { "5.5", 2, 550 },
    { "5,5", 2, 550 },
    { " 5 ", 2, 500 },
    { "1 000,50", 2, 100050 },
    { "1\xc2\xa0"
      "000.50",
      2, 100050 },
    { "1\xe2\x80\xaf"
      "000",
      0, 1000 },
    { "1\xe2\x80\x89"
      "000",
      0, 1000 },
    { "0", 8, 0 },
    { "10000000", 8, GEO_AMOUNT_MAX },
    { "0,00000001", 8, 1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    GeoAmount amount;

    g_assert_true (geo_amount_parse_typed (cases[i].text, cases[i].precision,
                                           &amount, &error));
    g_assert_no_error (error);
    g_assert_cmpint (amount.minor, ==, cases[i].minor);
  }
}

static void
test_typed_refused (void) {
  static const struct {
    const gchar *text;
    guint precision;
    GeoCoreError code;
  } cases[] = {
    { "", 2, GEO_CORE_ERROR_SYNTAX },
    { "   ", 2, GEO_CORE_ERROR_SYNTAX },
    { "5,", 2, GEO_CORE_ERROR_SYNTAX },
    { ",5", 2, GEO_CORE_ERROR_SYNTAX },
    { ",", 2, GEO_CORE_ERROR_SYNTAX },
    { "1,000.50", 2, GEO_CORE_ERROR_SYNTAX },
    { "1.2.3", 2, GEO_CORE_ERROR_SYNTAX },
    { "-5", 2, GEO_CORE_ERROR_SYNTAX },
    { "5 UAH", 2, GEO_CORE_ERROR_SYNTAX },
    { "007", 2, GEO_CORE_ERROR_SYNTAX },
    { "\xff", 2, GEO_CORE_ERROR_SYNTAX },
    { "5.123", 2, GEO_CORE_ERROR_PRECISION },
    { "5.0", 0, GEO_CORE_ERROR_PRECISION },
    { "10000000.1", 8, GEO_CORE_ERROR_RANGE },
    { "99999999999999999999999999999999999999999999999999999999999999999", 2,
      GEO_CORE_ERROR_SIZE },
    { "9999999999999999999999999999999999999999999999999999999999999999", 8,
      GEO_CORE_ERROR_RANGE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    GeoAmount amount;

    g_assert_false (geo_amount_parse_typed (cases[i].text, cases[i].precision,
                                            &amount, &error));
    assert_core_error (error, cases[i].code);
  }
}

static void
test_names (void) {
  g_autofree gchar *longest = g_strnfill (64, 'a');
  g_autofree gchar *longer = g_strnfill (65, 'a');

  g_assert_true (geo_equivalent_code_is_valid ("UAH"));
  g_assert_true (geo_equivalent_code_is_valid ("KWH_2"));
  g_assert_true (geo_equivalent_code_is_valid ("ABCDEFGHIJKLMNOP"));
  g_assert_false (geo_equivalent_code_is_valid ("ABCDEFGHIJKLMNOPQ"));
  g_assert_false (geo_equivalent_code_is_valid (""));
  g_assert_false (geo_equivalent_code_is_valid ("uah"));
  g_assert_false (geo_equivalent_code_is_valid ("ÄH"));
  g_assert_true (geo_tx_id_is_valid ("a-B.9_:"));
  g_assert_true (geo_tx_id_is_valid (longest));
  g_assert_false (geo_tx_id_is_valid (longer));
  g_assert_false (geo_tx_id_is_valid (""));
  g_assert_false (geo_tx_id_is_valid ("a b"));
  g_assert_false (geo_tx_id_is_valid ("a/b"));
}

int
main (int argc, char *argv[]) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/amount/decimal", test_decimal);
  g_test_add_func ("/amount/decimal-refused", test_decimal_refused);
  g_test_add_func ("/amount/precision", test_precision);
  g_test_add_func ("/amount/arithmetic", test_arithmetic);
  g_test_add_func ("/amount/to-string", test_to_string);
  g_test_add_func ("/amount/typed", test_typed);
  g_test_add_func ("/amount/typed-refused", test_typed_refused);
  g_test_add_func ("/amount/names", test_names);
  return g_test_run ();
}
