/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoAmount: a count of minor units of one equivalent, with checked arithmetic
 * and the one text form of the wire (protocol §2).  Never floating point, never
 * rounded.  It knows no equivalents: whoever compares amounts sees to it that
 * both are of one.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The largest amount on the wire, in minor units. */
#define GEO_AMOUNT_MAX G_GINT64_CONSTANT (1000000000000000)
#define GEO_PRECISION_MAX 8

/* A plain value, copied freely.  Signed: a balance may be negative, what is on
 * the wire may not.  minor is read and written by name only, so that every
 * raw access is found by searching for it. */
typedef struct {
  gint64 minor;
} GeoAmount;

#define GEO_AMOUNT_ZERO ((GeoAmount){ 0 })
#define GEO_AMOUNT(minor_units) ((GeoAmount){ (minor_units) })

/* FALSE when the result does not fit; out is then untouched. */
G_GNUC_WARN_UNUSED_RESULT gboolean geo_amount_add (GeoAmount a,
                                                   GeoAmount b,
                                                   GeoAmount *out);
G_GNUC_WARN_UNUSED_RESULT gboolean geo_amount_sub (GeoAmount a,
                                                   GeoAmount b,
                                                   GeoAmount *out);
G_GNUC_WARN_UNUSED_RESULT gboolean geo_amount_neg (GeoAmount a, GeoAmount *out);

int geo_amount_cmp (GeoAmount a, GeoAmount b);
GeoAmount geo_amount_min (GeoAmount a, GeoAmount b);
GeoAmount geo_amount_max (GeoAmount a, GeoAmount b);

/* A decimal as it stands on the wire: how many decimals were written is kept,
 * so that it can be compared with the equivalent's precision (no rounding). */
typedef struct {
  GeoAmount amount;
  guint8 decimals;
} GeoDecimal;

/* "0", "3", "10.00"; no sign, no exponent, no leading zeros, no more than
 * GEO_PRECISION_MAX decimals, at most GEO_AMOUNT_MAX minor units. */
gboolean geo_decimal_parse (const gchar *text, GeoDecimal *out, GError **error);
gchar *geo_decimal_to_string (GeoDecimal decimal);

/* GEO_CORE_ERROR_PRECISION unless decimals == precision. */
gboolean geo_decimal_get (GeoDecimal decimal,
                          guint precision,
                          GeoAmount *out,
                          GError **error);

GeoDecimal geo_decimal (GeoAmount amount, guint precision);

/* Parses what a person typed: as above, but fewer decimals than the precision
 * are filled up ("5" is 5.00), a comma is read as the decimal point, and
 * spaces, no-break and thin spaces between digits are ignored. */
gboolean geo_amount_parse_typed (const gchar *text,
                                 guint precision,
                                 GeoAmount *out,
                                 GError **error);

/* Exactly `precision` decimals; a leading "-" if negative. */
gchar *geo_amount_to_string (GeoAmount amount, guint precision);

/* An equivalent's code: [A-Z0-9_]{1,16}. */
gboolean geo_equivalent_code_is_valid (const gchar *code);

/* A tx_id or line_id: [A-Za-z0-9._:-]{1,64}. */
gboolean geo_tx_id_is_valid (const gchar *tx_id);

G_END_DECLS
