/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The error domain of the core room and the wire's refusal codes E001–E010
 * (protocol §12).  It owns names only and decides nothing.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define GEO_CORE_ERROR (geo_core_error_quark ())

/* Codes are only appended. */
typedef enum {
  GEO_CORE_ERROR_SYNTAX = 1, /* Not JSON, not UTF-8, not base58 … */
  GEO_CORE_ERROR_SIZE = 2, /* Too long, too deep, too many. */
  GEO_CORE_ERROR_FIELD = 3, /* A field missing, unknown or of a wrong type. */
  GEO_CORE_ERROR_RANGE = 4, /* A number, amount or time outside its limits. */
  GEO_CORE_ERROR_PRECISION = 5, /* Not the decimals the equivalent has. */
  GEO_CORE_ERROR_SIGNATURE = 6, /* A signature that does not verify. */
  GEO_CORE_ERROR_ALGORITHM = 7, /* S5: an unknown algorithm tag. */
  GEO_CORE_ERROR_PROOF = 8, /* A Merkle proof or a chain that does not fit. */
  GEO_CORE_ERROR_WORDS = 9, /* Recovery words with a wrong word or checksum. */
  GEO_CORE_ERROR_VERSION = 10, /* A link or object of another version. */
} GeoCoreError;

GQuark geo_core_error_quark (void);

/* The codes of protocol §12. */
typedef enum {
  GEO_CODE_NO_ROUTE = 1,
  GEO_CODE_CAPACITY = 2,
  GEO_CODE_LIMIT = 3,
  GEO_CODE_LINE_INACTIVE = 4,
  GEO_CODE_SIGNATURE = 5,
  GEO_CODE_NOT_ALLOWED = 6,
  GEO_CODE_TIMEOUT = 7,
  GEO_CODE_CONFLICT = 8,
  GEO_CODE_INVALID = 9,
  GEO_CODE_INTERNAL = 10,
} GeoCode;

/* "E001" … "E010"; static storage. */
const gchar *geo_code_to_string (GeoCode code);
gboolean geo_code_from_string (const gchar *text, GeoCode *out);

G_END_DECLS
