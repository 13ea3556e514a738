/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Amounts: checked integer arithmetic and decimal text.  Nothing here rounds
 * and nothing here is a floating-point number (protocol §2).
 */
#include "core/geo-amount.h"

#include <string.h>

#include "core/geo-codec-private.h"
#include "core/geo-error.h"

/* What a person types may be longer, for its spaces. */
#define TYPED_LEN_MAX 64

/* The wire's identifiers, tx_id, line_id and msg_id. */
#define TX_ID_LEN_MAX 64
#define EQUIVALENT_LEN_MAX 16

gboolean
geo_amount_add (GeoAmount a, GeoAmount b, GeoAmount *out) {
  gint64 result;

  if (__builtin_add_overflow (a.minor, b.minor, &result))
    return FALSE;
  out->minor = result;
  return TRUE;
}

gboolean
geo_amount_sub (GeoAmount a, GeoAmount b, GeoAmount *out) {
  gint64 result;

  if (__builtin_sub_overflow (a.minor, b.minor, &result))
    return FALSE;
  out->minor = result;
  return TRUE;
}

gboolean
geo_amount_neg (GeoAmount a, GeoAmount *out) {
  return geo_amount_sub (GEO_AMOUNT_ZERO, a, out);
}

int
geo_amount_cmp (GeoAmount a, GeoAmount b) {
  return (a.minor > b.minor) - (a.minor < b.minor);
}

GeoAmount
geo_amount_min (GeoAmount a, GeoAmount b) {
  return a.minor < b.minor ? a : b;
}

GeoAmount
geo_amount_max (GeoAmount a, GeoAmount b) {
  return a.minor > b.minor ? a : b;
}

static gboolean
fail (GError **error, GeoCoreError code, const gchar *message) {
  g_set_error_literal (error, GEO_CORE_ERROR, (gint) code, message);
  return FALSE;
}

static gboolean
append_digit (gint64 *minor, gchar digit) {
  return !__builtin_mul_overflow (*minor, 10, minor) &&
         !__builtin_add_overflow (*minor, digit - '0', minor) &&
         *minor <= GEO_AMOUNT_MAX;
}

gboolean
geo_decimal_parse (const gchar *text, GeoDecimal *out, GError **error) {
  const gchar *at = text;
  gint64 minor = 0;
  guint decimals = 0;
  gboolean fits = TRUE;

  if (!g_ascii_isdigit (*at))
    return fail (error, GEO_CORE_ERROR_SYNTAX, "An amount begins with a digit");
  if (at[0] == '0' && g_ascii_isdigit (at[1]))
    return fail (error, GEO_CORE_ERROR_SYNTAX,
                 "An amount has no zeros before it");
  for (; g_ascii_isdigit (*at); at++)
    fits = fits && append_digit (&minor, *at);
  if (*at == '.') {
    at++;
    if (!g_ascii_isdigit (*at))
      return fail (error, GEO_CORE_ERROR_SYNTAX, "An amount ends with a digit");
    for (; g_ascii_isdigit (*at); at++) {
      /* §2: more decimals are an error, never rounded. */
      if (decimals == GEO_PRECISION_MAX)
        return fail (error, GEO_CORE_ERROR_PRECISION,
                     "An amount has at most 8 decimals");
      decimals++;
      fits = fits && append_digit (&minor, *at);
    }
  }
  if (*at != '\0')
    return fail (error, GEO_CORE_ERROR_SYNTAX,
                 "An amount is digits and one point");
  if (!fits)
    return fail (error, GEO_CORE_ERROR_RANGE, "The amount is too large");

  out->amount.minor = minor;
  out->decimals = (guint8) decimals;
  return TRUE;
}

/* Writes backwards, ending before end; returns where it begins. */
static gchar *
write_digits (gchar *end, guint64 minor, guint decimals) {
  gchar *at = end;

  for (guint written = 0; minor > 0 || written <= decimals; written++) {
    if (decimals > 0 && written == decimals)
      *--at = '.';
    *--at = (gchar) ('0' + minor % 10);
    minor /= 10;
  }
  return at;
}

/* Room for the 19 digits of a gint64, point and sign. */
#define DIGITS_SIZE 24

void
geo_decimal_append (GString *out, GeoDecimal decimal) {
  gchar buffer[DIGITS_SIZE];
  gchar *end = buffer + sizeof buffer;

  g_assert (decimal.decimals <= GEO_PRECISION_MAX);
  g_assert (decimal.amount.minor >= 0 &&
            decimal.amount.minor <= GEO_AMOUNT_MAX);

  gchar *start = write_digits (end, (guint64) decimal.amount.minor,
                               decimal.decimals);

  g_string_append_len (out, start, end - start);
}

gchar *
geo_decimal_to_string (GeoDecimal decimal) {
  GString *out = g_string_sized_new (DIGITS_SIZE);

  geo_decimal_append (out, decimal);
  return g_string_free (out, FALSE);
}

void
geo_int_append (GString *out, gint64 value) {
  gchar buffer[DIGITS_SIZE];
  gchar *end = buffer + sizeof buffer;
  guint64 size = value < 0 ? 0 - (guint64) value : (guint64) value;
  gchar *start = write_digits (end, size, 0);

  if (value < 0)
    *--start = '-';
  g_string_append_len (out, start, end - start);
}

gboolean
geo_decimal_get (GeoDecimal decimal,
                 guint precision,
                 GeoAmount *out,
                 GError **error) {
  /* §2: exactly the equivalent's decimals. */
  if (decimal.decimals != precision) {
    g_set_error (error, GEO_CORE_ERROR, GEO_CORE_ERROR_PRECISION,
                 "The amount has %u decimals instead of %u", decimal.decimals,
                 precision);
    return FALSE;
  }
  *out = decimal.amount;
  return TRUE;
}

GeoDecimal
geo_decimal (GeoAmount amount, guint precision) {
  g_assert (precision <= GEO_PRECISION_MAX);
  return (GeoDecimal){ amount, (guint8) precision };
}

/* Spaces that languages put between groups of digits. */
static gboolean
is_group_space (gunichar character) {
  return character == ' ' || character == 0x00a0 || character == 0x2009 ||
         character == 0x202f;
}

gboolean
geo_amount_parse_typed (const gchar *text,
                        guint precision,
                        GeoAmount *out,
                        GError **error) {
  gchar plain[TYPED_LEN_MAX + GEO_PRECISION_MAX + 2];
  gsize len = 0;
  guint decimals = 0;
  gboolean after_point = FALSE;

  g_assert (precision <= GEO_PRECISION_MAX);

  if (strlen (text) > TYPED_LEN_MAX)
    return fail (error, GEO_CORE_ERROR_SIZE, "The amount is too long");
  if (!g_utf8_validate (text, -1, NULL))
    return fail (error, GEO_CORE_ERROR_SYNTAX, "The amount is not UTF-8");

  for (const gchar *at = text; *at != '\0'; at = g_utf8_next_char (at)) {
    gunichar character = g_utf8_get_char (at);

    if (is_group_space (character))
      continue;
    if (character == ',' || character == '.') {
      if (after_point)
        return fail (error, GEO_CORE_ERROR_SYNTAX,
                     "An amount has one decimal point");
      after_point = TRUE;
      plain[len++] = '.';
    } else if (character < 0x80 && g_ascii_isdigit ((gchar) character)) {
      decimals += after_point;
      plain[len++] = (gchar) character;
    } else {
      return fail (error, GEO_CORE_ERROR_SYNTAX,
                   "An amount is digits and one point");
    }
  }
  if (after_point && decimals == 0)
    return fail (error, GEO_CORE_ERROR_SYNTAX, "An amount ends with a digit");
  if (decimals > precision) {
    g_set_error (error, GEO_CORE_ERROR, GEO_CORE_ERROR_PRECISION,
                 "The amount has %u decimals instead of %u", decimals,
                 precision);
    return FALSE;
  }
  if (!after_point && precision > 0 && len > 0)
    plain[len++] = '.';
  for (; decimals < precision && len > 0; decimals++)
    plain[len++] = '0';
  plain[len] = '\0';

  GeoDecimal decimal;

  if (!geo_decimal_parse (plain, &decimal, error))
    return FALSE;
  *out = decimal.amount;
  return TRUE;
}

gchar *
geo_amount_to_string (GeoAmount amount, guint precision) {
  gchar buffer[DIGITS_SIZE];
  gchar *end = buffer + sizeof buffer;
  guint64 size = amount.minor < 0 ? 0 - (guint64) amount.minor
                                  : (guint64) amount.minor;

  g_assert (precision <= GEO_PRECISION_MAX);

  gchar *start = write_digits (end, size, precision);

  if (amount.minor < 0)
    *--start = '-';
  return g_strndup (start, (gsize) (end - start));
}

gboolean
geo_equivalent_code_is_valid (const gchar *code) {
  gsize len;

  for (len = 0; code[len] != '\0'; len++) {
    if (len == EQUIVALENT_LEN_MAX)
      return FALSE;
    if (!g_ascii_isupper (code[len]) && !g_ascii_isdigit (code[len]) &&
        code[len] != '_')
      return FALSE;
  }
  return len > 0;
}

gboolean
geo_tx_id_is_valid (const gchar *tx_id) {
  gsize len;

  for (len = 0; tx_id[len] != '\0'; len++) {
    if (len == TX_ID_LEN_MAX)
      return FALSE;
    if (!g_ascii_isalnum (tx_id[len]) && strchr ("._:-", tx_id[len]) == NULL)
      return FALSE;
  }
  return len > 0;
}
