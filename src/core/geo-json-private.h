/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the gate notes of what it has let through: where each value is, in the
 * order in which they stand, so that nothing has to be built to read it.  For
 * the codec only.
 */
#pragma once

#include "core/geo-json.h"

G_BEGIN_DECLS

typedef enum {
  GEO_JSON_OBJECT = 1,
  GEO_JSON_ARRAY,
  GEO_JSON_STRING,
  GEO_JSON_NUMBER, /* An integer within ±(2^53−1) */
  GEO_JSON_TRUE,
  GEO_JSON_FALSE,
  GEO_JSON_NULL,
} GeoJsonKind;

/* Behind an object come its members, each a STRING and a value; behind an array
 * its items. */
typedef struct {
  GeoJsonKind kind;
  gboolean has_escapes; /* STRING */
  guint32 start; /* Of STRING: what is between the quotes */
  guint32 len; /* The same; of scalars only */
  guint32 n; /* Members or items */
  guint32 next; /* The token behind all that is in this one */
} GeoJsonToken;

/* Gate (geo_json_check () without floats): GArray of GeoJsonToken, the root
 * first, or NULL and an error. */
GArray *
geo_json_scan (const gchar *data, gsize len, gsize size_max, GError **error);

/* What a STRING says, in place of what is in out. */
void geo_json_get_string (const gchar *data,
                          const GeoJsonToken *token,
                          GString *out);

G_END_DECLS
