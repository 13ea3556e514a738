/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The codec: walks the descriptions that build-aux/gen-messages makes of each
 * object and message, to create, copy, encode and decode them.  It knows the
 * types of the table and nothing of what an object means.  Used by the
 * generated source, geo-message.c and the tests only.
 */
#pragma once

#include <json-glib/json-glib.h>

#include "core/geo-key.h"
#include "core/geo-messages.h"

G_BEGIN_DECLS

typedef enum {
  /* Stored by value. */
  GEO_FIELD_PID = 1,
  GEO_FIELD_HASH,
  GEO_FIELD_KEY,
  GEO_FIELD_SIGNATURE,
  GEO_FIELD_AMOUNT,
  GEO_FIELD_TIME,
  GEO_FIELD_INT,
  GEO_FIELD_BOOL,
  GEO_FIELD_ENUM,
  GEO_FIELD_CODE,
  /* gchar *. */
  GEO_FIELD_EQUIVALENT,
  GEO_FIELD_TXID,
  GEO_FIELD_TEXT,
  GEO_FIELD_CONST,
  /* GBytes *. */
  GEO_FIELD_BYTES,
  /* A pointer to the struct that sub describes. */
  GEO_FIELD_OBJECT,
  /* GPtrArray * of such structs, GArray * of GeoPid, of GeoHash. */
  GEO_FIELD_OBJECTS,
  GEO_FIELD_PIDS,
  GEO_FIELD_HASHES,
  /* On the wire only: S1 type and v, S5 alg. */
  GEO_FIELD_TYPE,
  GEO_FIELD_VERSION,
  GEO_FIELD_ALGORITHM,
} GeoFieldType;

typedef struct _GeoStructInfo GeoStructInfo;

typedef struct {
  const gchar *name;
  GeoFieldType type;
  gsize offset;
  gboolean optional;
  /* Where the gboolean of an optional value is. */
  gsize has_offset;
  gboolean secret;
  /* Of an integer; max also: characters of a text, bytes, items of a list. */
  gint64 min;
  gint64 max;
  const GeoStructInfo *sub;
  const gchar *const *names;
  const gchar *constant;
} GeoFieldInfo;

struct _GeoStructInfo {
  const gchar *name;
  gsize size;
  /* Sorted by name, as they stand on the wire. */
  const GeoFieldInfo *fields;
  gsize n_fields;
  /* Carries community, type, v and alg; and a signature. */
  gboolean is_sealed;
  gboolean is_signed;
  GDestroyNotify destroy;
};

typedef struct {
  GeoMessageType type;
  const GeoStructInfo *payload;
  gsize size_max;
} GeoMessageInfo;

/* Generated: everything in the table; messages sorted by type. */
const GeoStructInfo *const *geo_codec_get_objects (gsize *n);
const GeoMessageInfo *geo_codec_get_messages (gsize *n);

gpointer geo_codec_new (const GeoStructInfo *info);
gpointer geo_codec_copy (const GeoStructInfo *info, gconstpointer object);
/* Lets go of a reference, of which geo_codec_new () and _copy () make one. */
void geo_codec_free (const GeoStructInfo *info, gpointer object);
gpointer geo_codec_ref (gconstpointer object);
void geo_codec_keep_text (const GeoStructInfo *info, gpointer object);
void geo_codec_keep_hash (const GeoStructInfo *info, gpointer object);
gboolean geo_codec_keep_signer (const GeoStructInfo *info,
                                gpointer object,
                                const GeoPublicKey *key);

/* FALSE where an optional field is absent. */
gboolean geo_codec_has (const GeoFieldInfo *field, gconstpointer object);

void geo_codec_append (const GeoStructInfo *info,
                       gconstpointer object,
                       gboolean with_signature,
                       GString *out);
gchar *geo_codec_to_text (const GeoStructInfo *info,
                          gconstpointer object,
                          gboolean with_signature,
                          gsize *len);

gpointer
geo_codec_from_json (const GeoStructInfo *info, JsonNode *node, GError **error);
/* The value at index of what geo_json_scan () has made of text. */
gpointer geo_codec_from_tokens (const GeoStructInfo *info,
                                const gchar *text,
                                const GArray *tokens,
                                guint index,
                                GError **error);
gpointer geo_codec_from_text (const GeoStructInfo *info,
                              const gchar *text,
                              gssize len,
                              GError **error);

void
geo_codec_hash (const GeoStructInfo *info, gconstpointer object, GeoHash *out);
void geo_codec_sign (const GeoStructInfo *info,
                     gpointer object,
                     const GeoSecret *secret);
gboolean geo_codec_verify (const GeoStructInfo *info,
                           gconstpointer object,
                           const GeoPublicKey *key,
                           GError **error);

/* Names are counted from 1. */
const gchar *geo_codec_enum_to_string (const gchar *const *names, gint value);
gboolean geo_codec_enum_from_string (const gchar *const *names,
                                     const gchar *text,
                                     gint *out);

/* Appends without allocating; used by the codec and the public text forms. */
#define GEO_BASE64_LEN(n) (((n) + 2) / 3 * 4)
void geo_base64_append (GString *out, gconstpointer data, gsize len);
/* Strict: out has room for len bytes, of which *size are written. */
gboolean geo_base64_read (const gchar *text,
                          gpointer out,
                          gsize len,
                          gsize *size,
                          GError **error);
void geo_pid_append (GString *out, const GeoPid *pid);
void geo_time_append (GString *out, GeoTime time_ms);
void geo_decimal_append (GString *out, GeoDecimal decimal);
void geo_int_append (GString *out, gint64 value);

G_END_DECLS
