/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The reading half of the codec: strict decoders over text that has been
 * through the gate, and what the gate has noted of it.  Everything here comes
 * from a peer or a disk, so nothing is asserted, and nothing that is not in the
 * table is let through.
 */
#include "core/geo-codec-private.h"

#include <string.h>

#include "core/geo-json-private.h"
#include "core/geo-text.h"

#define AT(object, offset) ((gpointer) ((guint8 *) (object) + (offset)))

/* Text that the gate has let through. */
typedef struct {
  const gchar *text;
  const GeoJsonToken *tokens;
  GString *string; /* What was read last. */
} Reader;

static gboolean
fail (GError **error, GeoCoreError code, const gchar *message) {
  g_set_error_literal (error, GEO_CORE_ERROR, (gint) code, message);
  return FALSE;
}

/* Valid until the next one is read. */
static const gchar *
get_string (const Reader *reader, const GeoJsonToken *token, GError **error) {
  if (token->kind != GEO_JSON_STRING) {
    fail (error, GEO_CORE_ERROR_FIELD, "not a string");
    return NULL;
  }
  geo_json_get_string (reader->text, token, reader->string);
  return reader->string->str;
}

static gboolean
get_int (const Reader *reader,
         const GeoJsonToken *token,
         gint64 *out,
         GError **error) {
  const gchar *at = reader->text + token->start;
  const gchar *end = at + token->len;
  gboolean is_negative = *at == '-';
  gint64 value = 0;

  if (token->kind != GEO_JSON_NUMBER)
    return fail (error, GEO_CORE_ERROR_FIELD, "not an integer");
  /* The gate lets nothing through that overflows. */
  for (at += is_negative; at < end; at++)
    value = value * 10 + (*at - '0');
  *out = is_negative ? -value : value;
  return TRUE;
}

static gboolean
check_text (const GeoFieldInfo *field, const gchar *text, GError **error) {
  /* §2: UTF-8, NFC, no control characters; a line feed only where there is
   * room for more than a line. */
  GeoTextKind kind = field->max >= 1024 ? GEO_TEXT_LINES : GEO_TEXT_LINE;
  /* A character is at most four bytes: what is longer need not be counted. */
  gsize bytes = strlen (text);

  if (bytes == 0)
    return field->optional ||
           fail (error, GEO_CORE_ERROR_SIZE, "must not be empty");
  if (bytes > 4 * (gsize) field->max)
    return fail (error, GEO_CORE_ERROR_SIZE, "too long");
  if (!g_utf8_validate_len (text, bytes, NULL))
    return fail (error, GEO_CORE_ERROR_SYNTAX, "not UTF-8");
  if (g_utf8_strlen (text, -1) > field->max)
    return fail (error, GEO_CORE_ERROR_SIZE, "too long");
  if (!geo_text_is_valid (text, kind))
    return fail (error, GEO_CORE_ERROR_SYNTAX,
                 "has control characters, or is not in NFC");
  return TRUE;
}

static gboolean
read_text (const Reader *reader,
           const GeoFieldInfo *field,
           const GeoJsonToken *token,
           gchar **out,
           GError **error) {
  const gchar *text = get_string (reader, token, error);

  if (text == NULL)
    return FALSE;
  if (field->type == GEO_FIELD_EQUIVALENT) {
    if (!geo_equivalent_code_is_valid (text))
      return fail (error, GEO_CORE_ERROR_SYNTAX, "not an equivalent's code");
  } else if (field->type == GEO_FIELD_TXID) {
    if (!geo_tx_id_is_valid (text))
      return fail (error, GEO_CORE_ERROR_SYNTAX, "not a tx_id");
  } else if (field->type == GEO_FIELD_CONST) {
    if (!g_str_equal (text, field->constant))
      return fail (error, GEO_CORE_ERROR_FIELD, "not the one word allowed");
  } else if (!check_text (field, text, error)) {
    return FALSE;
  }
  *out = g_strdup (text);
  return TRUE;
}

static gboolean
read_fixed (const gchar *text, gpointer out, gsize len, GError **error) {
  gsize size;

  /* Looking at the length first keeps long rubbish from being decoded. */
  if (strlen (text) != GEO_BASE64_LEN (len))
    return fail (error, GEO_CORE_ERROR_SIZE, "has the wrong length");
  if (!geo_base64_read (text, out, len, &size, error))
    return FALSE;
  return size == len ||
         fail (error, GEO_CORE_ERROR_SIZE, "has the wrong length");
}

static gpointer read_object (const Reader *reader,
                             const GeoStructInfo *info,
                             const GeoJsonToken *token,
                             GError **error);

static gboolean
read_item (const Reader *reader,
           const GeoFieldInfo *field,
           const GeoJsonToken *token,
           gpointer place,
           GError **error) {
  const gchar *text;

  if (field->type == GEO_FIELD_OBJECTS) {
    gpointer sub = read_object (reader, field->sub, token, error);

    if (sub == NULL)
      return FALSE;
    g_ptr_array_add (*(GPtrArray **) place, sub);
    return TRUE;
  }

  text = get_string (reader, token, error);
  if (text == NULL)
    return FALSE;
  if (field->type == GEO_FIELD_PIDS) {
    GeoPid pid;

    if (!geo_pid_parse (text, &pid, error))
      return FALSE;
    g_array_append_val (*(GArray **) place, pid);
  } else {
    GeoHash hash;

    if (!geo_hash_parse (text, &hash, error))
      return FALSE;
    g_array_append_val (*(GArray **) place, hash);
  }
  return TRUE;
}

static gboolean
read_list (const Reader *reader,
           const GeoFieldInfo *field,
           const GeoJsonToken *token,
           gpointer place,
           GError **error) {
  const GeoJsonToken *item = token + 1;

  if (token->kind != GEO_JSON_ARRAY)
    return fail (error, GEO_CORE_ERROR_FIELD, "not an array");
  if (token->n > field->max)
    return fail (error, GEO_CORE_ERROR_SIZE, "has too many items");
  /* One way of writing it, so that what was signed is written again alike. */
  if (token->n == 0 && field->optional)
    return fail (error, GEO_CORE_ERROR_FIELD, "there, and empty");

  for (guint32 i = 0; i < token->n; i++) {
    if (!read_item (reader, field, item, place, error))
      return FALSE;
    item = reader->tokens + item->next;
  }
  return TRUE;
}

static gboolean
read_number (const Reader *reader,
             const GeoFieldInfo *field,
             const GeoJsonToken *token,
             gint64 *out,
             GError **error) {
  gint64 value;

  if (!get_int (reader, token, &value, error))
    return FALSE;
  if (value < field->min || value > field->max)
    return fail (error, GEO_CORE_ERROR_RANGE, "out of range");
  *out = value;
  return TRUE;
}

/* What is written as a string and stored by value. */
static gboolean
read_value (const Reader *reader,
            const GeoFieldInfo *field,
            const GeoJsonToken *token,
            gpointer place,
            GError **error) {
  const gchar *text = get_string (reader, token, error);

  if (text == NULL)
    return FALSE;
  if (field->type == GEO_FIELD_PID)
    return geo_pid_parse (text, place, error);
  if (field->type == GEO_FIELD_HASH)
    return read_fixed (text, place, GEO_HASH_LEN, error);
  if (field->type == GEO_FIELD_KEY)
    return read_fixed (text, place, GEO_PUBLIC_KEY_LEN, error);
  if (field->type == GEO_FIELD_SIGNATURE)
    return read_fixed (text, place, GEO_SIGNATURE_LEN, error);
  if (field->type == GEO_FIELD_AMOUNT)
    return geo_decimal_parse (text, place, error);
  if (field->type == GEO_FIELD_TIME)
    return geo_time_parse (text, place, error);
  if (field->type == GEO_FIELD_ENUM)
    return geo_codec_enum_from_string (field->names, text, place) ||
           fail (error, GEO_CORE_ERROR_FIELD, "none of the words allowed");
  if (field->type == GEO_FIELD_CODE)
    return geo_code_from_string (text, place) ||
           fail (error, GEO_CORE_ERROR_FIELD, "not an error code");
  g_assert_not_reached ();
}

static gboolean
read_header (const Reader *reader,
             const GeoFieldInfo *field,
             const GeoJsonToken *token,
             GError **error) {
  gint64 version;

  if (field->type == GEO_FIELD_VERSION) {
    if (!get_int (reader, token, &version, error))
      return FALSE;
    return version == 1 ||
           fail (error, GEO_CORE_ERROR_VERSION, "an unknown version");
  }

  const gchar *text = get_string (reader, token, error);

  if (text == NULL)
    return FALSE;
  /* S5: an unknown algorithm is refused, not guessed. */
  if (field->type == GEO_FIELD_ALGORITHM)
    return g_str_equal (text, "ed25519") ||
           fail (error, GEO_CORE_ERROR_ALGORITHM, "an unknown algorithm");
  /* S1: no object of one type can be read as another. */
  return g_str_equal (text, field->constant) ||
         fail (error, GEO_CORE_ERROR_FIELD, "an object of another type");
}

static gboolean
read_field (const Reader *reader,
            const GeoFieldInfo *field,
            const GeoJsonToken *token,
            gpointer object,
            GError **error) {
  gpointer place = AT (object, field->offset);

  switch (field->type) {
  case GEO_FIELD_PID:
  case GEO_FIELD_HASH:
  case GEO_FIELD_KEY:
  case GEO_FIELD_SIGNATURE:
  case GEO_FIELD_AMOUNT:
  case GEO_FIELD_TIME:
  case GEO_FIELD_ENUM:
  case GEO_FIELD_CODE:
    return read_value (reader, field, token, place, error);
  case GEO_FIELD_INT:
    return read_number (reader, field, token, place, error);
  case GEO_FIELD_BOOL:
    if (token->kind != GEO_JSON_TRUE && token->kind != GEO_JSON_FALSE)
      return fail (error, GEO_CORE_ERROR_FIELD, "neither true nor false");
    *(gboolean *) place = token->kind == GEO_JSON_TRUE;
    return TRUE;
  case GEO_FIELD_EQUIVALENT:
  case GEO_FIELD_TXID:
  case GEO_FIELD_TEXT:
  case GEO_FIELD_CONST:
    return read_text (reader, field, token, place, error);
  case GEO_FIELD_BYTES: {
    const gchar *text = get_string (reader, token, error);

    if (text == NULL)
      return FALSE;
    *(GBytes **) place = geo_base64_decode (text, (gsize) field->max, error);
    return *(GBytes **) place != NULL;
  }
  case GEO_FIELD_OBJECT:
    *(gpointer *) place = read_object (reader, field->sub, token, error);
    return *(gpointer *) place != NULL;
  case GEO_FIELD_OBJECTS:
  case GEO_FIELD_PIDS:
  case GEO_FIELD_HASHES:
    return read_list (reader, field, token, place, error);
  case GEO_FIELD_TYPE:
  case GEO_FIELD_VERSION:
  case GEO_FIELD_ALGORITHM:
    return read_header (reader, field, token, error);
  }
  g_assert_not_reached ();
}

static gboolean
is_key (const Reader *reader, const GeoJsonToken *key, const gchar *name) {
  gsize len = strlen (name);

  if (!key->has_escapes)
    return key->len == len &&
           memcmp (reader->text + key->start, name, len) == 0;
  geo_json_get_string (reader->text, key, reader->string);
  return g_str_equal (reader->string->str, name);
}

/* The value of that member, or NULL.  *likely is where it is in what is
 * canonical, which is sorted as the table is, and moves on. */
static const GeoJsonToken *
find_member (const Reader *reader,
             const GeoJsonToken *object,
             const gchar *name,
             const GeoJsonToken **likely) {
  const GeoJsonToken *end = reader->tokens + object->next;
  const GeoJsonToken *key = *likely;

  if (key == end || !is_key (reader, key, name)) {
    for (key = object + 1; key < end; key = reader->tokens + key[1].next)
      if (is_key (reader, key, name))
        break;
    if (key == end)
      return NULL;
  }
  *likely = reader->tokens + key[1].next;
  return key + 1;
}

/* The object stays the caller's, to free, where this fails half-way. */
static gboolean
read_fields (const Reader *reader,
             const GeoStructInfo *info,
             const GeoJsonToken *token,
             gpointer object,
             GError **error) {
  const GeoJsonToken *likely = token + 1;
  guint seen = 0;

  for (gsize i = 0; i < info->n_fields; i++) {
    const GeoFieldInfo *field = &info->fields[i];
    const GeoJsonToken *value = find_member (reader, token, field->name,
                                             &likely);

    if (value != NULL)
      seen++;
    if (value == NULL || value->kind == GEO_JSON_NULL) {
      if (field->optional)
        continue;
      g_set_error (error, GEO_CORE_ERROR, GEO_CORE_ERROR_FIELD,
                   "%s.%s: missing", info->name, field->name);
      return FALSE;
    }
    if (!read_field (reader, field, value, object, error)) {
      g_prefix_error (error, "%s.%s: ", info->name, field->name);
      return FALSE;
    }
    if (field->optional && field->type < GEO_FIELD_EQUIVALENT)
      *(gboolean *) AT (object, field->has_offset) = TRUE;
  }
  if (seen != token->n) {
    /* What the unknown field is called is a stranger's text: not repeated. */
    g_set_error (error, GEO_CORE_ERROR, GEO_CORE_ERROR_FIELD,
                 "%s: has an unknown field", info->name);
    return FALSE;
  }
  return TRUE;
}

static gpointer
read_object (const Reader *reader,
             const GeoStructInfo *info,
             const GeoJsonToken *token,
             GError **error) {
  gpointer object;

  if (token->kind != GEO_JSON_OBJECT) {
    g_set_error (error, GEO_CORE_ERROR, GEO_CORE_ERROR_FIELD,
                 "%s: not an object", info->name);
    return NULL;
  }
  object = geo_codec_new (info);
  if (!read_fields (reader, info, token, object, error)) {
    geo_codec_free (info, object);
    return NULL;
  }
  return object;
}

gpointer
geo_codec_from_tokens (const GeoStructInfo *info,
                       const gchar *text,
                       const GArray *tokens,
                       guint index,
                       GError **error) {
  g_autoptr (GString) string = g_string_sized_new (128);
  const GeoJsonToken *all = (const GeoJsonToken *) tokens->data;
  Reader reader = { text, all, string };

  return read_object (&reader, info, all + index, error);
}

gpointer
geo_codec_from_text (const GeoStructInfo *info,
                     const gchar *text,
                     gssize len,
                     GError **error) {
  gsize size = len < 0 ? strlen (text) : (gsize) len;
  g_autoptr (GArray) tokens = geo_json_scan (text, size, GEO_JSON_SYNC_SIZE_MAX,
                                             error);

  if (tokens == NULL)
    return NULL;
  return geo_codec_from_tokens (info, text, tokens, 0, error);
}

gpointer
geo_codec_from_json (const GeoStructInfo *info,
                     JsonNode *node,
                     GError **error) {
  gsize len;
  g_autofree gchar *text = geo_json_canonical (node, &len, error);

  if (text == NULL)
    return NULL;
  return geo_codec_from_text (info, text, (gssize) len, error);
}
