/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The writing half of the codec: objects in memory, and their canonical text,
 * which is written straight out of the struct.  What it is given was made by
 * this program, so that what does not fit is asserted; what comes from others
 * is read in geo-codec-decode.c.
 */
#include "core/geo-codec-private.h"

#include <sodium.h>
#include <string.h>

#include "core/geo-json.h"

#define AT(object, offset) ((gpointer) ((guint8 *) (object) + (offset)))
#define CONST_AT(object, offset) \
  ((gconstpointer) ((const guint8 *) (object) + (offset)))

/* What most objects need, so that the text seldom moves while it grows. */
#define TEXT_SIZE_HINT 1024
/* What one large object took is given back. */
#define TEXT_KEPT_MAX (64 * 1024)

/* What lies in memory before each object. */
typedef struct {
  gatomicrefcount refs;
  GBytes *text; /* With the signature; NULL until it is to be kept. */
  GeoHash *hash; /* Of the canonical bytes; NULL until it is to be kept. */
  GeoPublicKey *signer; /* With this key the signature is good; or NULL. */
} Head;

/* Objects are aligned as malloc () would. */
G_STATIC_ASSERT (sizeof (Head) % 16 == 0);

static Head *
head_of (gconstpointer object) {
  return (Head *) object - 1;
}

static gpointer
make_room (const GeoStructInfo *info) {
  Head *head = g_malloc0 (sizeof (Head) + info->size);

  g_atomic_ref_count_init (&head->refs);
  return head + 1;
}

gpointer
geo_codec_new (const GeoStructInfo *info) {
  gpointer object = make_room (info);

  for (gsize i = 0; i < info->n_fields; i++) {
    const GeoFieldInfo *field = &info->fields[i];

    if (field->type == GEO_FIELD_OBJECTS)
      *(GPtrArray **) AT (object, field->offset) =
          g_ptr_array_new_with_free_func (field->sub->destroy);
    else if (field->type == GEO_FIELD_PIDS)
      *(GArray **) AT (object, field->offset) = g_array_new (FALSE, FALSE,
                                                             sizeof (GeoPid));
    else if (field->type == GEO_FIELD_HASHES)
      *(GArray **) AT (object, field->offset) = g_array_new (FALSE, FALSE,
                                                             sizeof (GeoHash));
  }
  return object;
}

static void
free_field (const GeoFieldInfo *field, gpointer object) {
  gpointer place = AT (object, field->offset);

  switch (field->type) {
  case GEO_FIELD_EQUIVALENT:
  case GEO_FIELD_TXID:
  case GEO_FIELD_TEXT:
  case GEO_FIELD_CONST: {
    gchar *text = *(gchar **) place;

    if (field->secret && text != NULL)
      sodium_memzero (text, strlen (text));
    g_free (text);
    break;
  }
  case GEO_FIELD_BYTES:
    g_clear_pointer ((GBytes **) place, g_bytes_unref);
    break;
  case GEO_FIELD_OBJECT:
    geo_codec_free (field->sub, *(gpointer *) place);
    break;
  case GEO_FIELD_OBJECTS:
    g_clear_pointer ((GPtrArray **) place, g_ptr_array_unref);
    break;
  case GEO_FIELD_PIDS:
  case GEO_FIELD_HASHES:
    g_clear_pointer ((GArray **) place, g_array_unref);
    break;
  case GEO_FIELD_PID:
  case GEO_FIELD_HASH:
  case GEO_FIELD_KEY:
  case GEO_FIELD_SIGNATURE:
  case GEO_FIELD_AMOUNT:
  case GEO_FIELD_TIME:
  case GEO_FIELD_INT:
  case GEO_FIELD_BOOL:
  case GEO_FIELD_ENUM:
  case GEO_FIELD_CODE:
  case GEO_FIELD_TYPE:
  case GEO_FIELD_VERSION:
  case GEO_FIELD_ALGORITHM:
    break;
  }
}

void
geo_codec_free (const GeoStructInfo *info, gpointer object) {
  if (object == NULL || !g_atomic_ref_count_dec (&head_of (object)->refs))
    return;
  for (gsize i = 0; i < info->n_fields; i++)
    free_field (&info->fields[i], object);
  g_clear_pointer (&head_of (object)->text, g_bytes_unref);
  g_free (head_of (object)->hash);
  g_free (head_of (object)->signer);
  g_free (head_of (object));
}

gpointer
geo_codec_ref (gconstpointer object) {
  if (object == NULL)
    return NULL;
  g_atomic_ref_count_inc (&head_of (object)->refs);
  return (gpointer) object;
}

static void
free_text (gpointer data) {
  g_string_free (data, TRUE);
}

/* Canonical text of which only what follows from it is kept: in memory of this
 * thread's, until the next one. */
static const GString *
write_down (const GeoStructInfo *info,
            gconstpointer object,
            gboolean with_signature) {
  static GPrivate texts = G_PRIVATE_INIT (free_text);
  GString *text = g_private_get (&texts);

  if (text == NULL || text->allocated_len > TEXT_KEPT_MAX) {
    text = g_string_sized_new (TEXT_SIZE_HINT);
    g_private_replace (&texts, text);
  }
  g_string_truncate (text, 0);
  geo_codec_append (info, object, with_signature, text);
  return text;
}

void
geo_codec_keep_text (const GeoStructInfo *info, gpointer object) {
  Head *head = head_of (object);
  const GString *text;

  if (head->text != NULL)
    return;
  text = write_down (info, object, TRUE);
  head->text = g_bytes_new (text->str, text->len);
}

void
geo_codec_keep_hash (const GeoStructInfo *info, gpointer object) {
  Head *head = head_of (object);
  GeoHash hash;

  if (head->hash != NULL)
    return;
  geo_codec_hash (info, object, &hash);
  head->hash = geo_hash_dup (&hash);
}

gboolean
geo_codec_keep_signer (const GeoStructInfo *info,
                       gpointer object,
                       const GeoPublicKey *key) {
  Head *head = head_of (object);

  if (!geo_codec_verify (info, object, key, NULL))
    return FALSE;
  if (head->signer == NULL)
    head->signer = g_memdup2 (key, sizeof *key);
  return TRUE;
}

static GPtrArray *
copy_objects (const GeoFieldInfo *field, GPtrArray *from) {
  GPtrArray *to = g_ptr_array_new_full (from->len, field->sub->destroy);

  for (guint i = 0; i < from->len; i++)
    g_ptr_array_add (to, geo_codec_copy (field->sub, from->pdata[i]));
  return to;
}

gpointer
geo_codec_copy (const GeoStructInfo *info, gconstpointer object) {
  if (object == NULL)
    return NULL;

  gpointer copy = memcpy (make_room (info), object, info->size);

  /* Values are copied by now; what is pointed at is copied in its place. */
  for (gsize i = 0; i < info->n_fields; i++) {
    const GeoFieldInfo *field = &info->fields[i];
    gpointer place = AT (copy, field->offset);

    switch (field->type) {
    case GEO_FIELD_EQUIVALENT:
    case GEO_FIELD_TXID:
    case GEO_FIELD_TEXT:
    case GEO_FIELD_CONST:
      *(gchar **) place = g_strdup (*(gchar **) place);
      break;
    case GEO_FIELD_BYTES:
      if (*(GBytes **) place != NULL)
        g_bytes_ref (*(GBytes **) place);
      break;
    case GEO_FIELD_OBJECT:
      *(gpointer *) place = geo_codec_copy (field->sub, *(gpointer *) place);
      break;
    case GEO_FIELD_OBJECTS:
      *(GPtrArray **) place = copy_objects (field, *(GPtrArray **) place);
      break;
    case GEO_FIELD_PIDS:
    case GEO_FIELD_HASHES:
      *(GArray **) place = g_array_copy (*(GArray **) place);
      break;
    case GEO_FIELD_PID:
    case GEO_FIELD_HASH:
    case GEO_FIELD_KEY:
    case GEO_FIELD_SIGNATURE:
    case GEO_FIELD_AMOUNT:
    case GEO_FIELD_TIME:
    case GEO_FIELD_INT:
    case GEO_FIELD_BOOL:
    case GEO_FIELD_ENUM:
    case GEO_FIELD_CODE:
    case GEO_FIELD_TYPE:
    case GEO_FIELD_VERSION:
    case GEO_FIELD_ALGORITHM:
      break;
    }
  }
  return copy;
}

gboolean
geo_codec_has (const GeoFieldInfo *field, gconstpointer object) {
  if (!field->optional)
    return TRUE;
  if (field->type < GEO_FIELD_EQUIVALENT)
    return *(const gboolean *) CONST_AT (object, field->has_offset);
  if (field->type == GEO_FIELD_OBJECTS)
    return (*(GPtrArray *const *) CONST_AT (object, field->offset))->len > 0;
  if (field->type == GEO_FIELD_PIDS || field->type == GEO_FIELD_HASHES)
    return (*(GArray *const *) CONST_AT (object, field->offset))->len > 0;
  return *(const gconstpointer *) CONST_AT (object, field->offset) != NULL;
}

static void
append_quoted_base64 (GString *out, gconstpointer data, gsize len) {
  g_string_append_c (out, '"');
  geo_base64_append (out, data, len);
  g_string_append_c (out, '"');
}

static void
append_quoted_pid (GString *out, const GeoPid *pid) {
  g_string_append_c (out, '"');
  geo_pid_append (out, pid);
  g_string_append_c (out, '"');
}

/* For text that is known to need no escapes. */
static void
append_quoted (GString *out, const gchar *text) {
  g_string_append_c (out, '"');
  g_string_append (out, text);
  g_string_append_c (out, '"');
}

/* What is inside of another object is never on the stack, so that there is
 * something before it. */
static void
append_object (const GeoStructInfo *info, gconstpointer object, GString *out) {
  const Head *head = head_of (object);
  gconstpointer text;
  gsize len;

  if (head->text == NULL) {
    geo_codec_append (info, object, TRUE, out);
    return;
  }
  text = g_bytes_get_data (head->text, &len);
  g_string_append_len (out, text, (gssize) len);
}

static void
append_list (const GeoFieldInfo *field, gconstpointer place, GString *out) {
  g_string_append_c (out, '[');
  if (field->type == GEO_FIELD_OBJECTS) {
    const GPtrArray *list = *(GPtrArray *const *) place;

    g_assert (list != NULL);
    for (guint i = 0; i < list->len; i++) {
      if (i > 0)
        g_string_append_c (out, ',');
      append_object (field->sub, list->pdata[i], out);
    }
  } else {
    GArray *list = *(GArray *const *) place;

    g_assert (list != NULL);
    for (guint i = 0; i < list->len; i++) {
      if (i > 0)
        g_string_append_c (out, ',');
      if (field->type == GEO_FIELD_PIDS)
        append_quoted_pid (out, &g_array_index (list, GeoPid, i));
      else
        append_quoted_base64 (out, &g_array_index (list, GeoHash, i),
                              GEO_HASH_LEN);
    }
  }
  g_string_append_c (out, ']');
}

static void
append_field (const GeoFieldInfo *field, gconstpointer object, GString *out) {
  gconstpointer place = CONST_AT (object, field->offset);

  switch (field->type) {
  case GEO_FIELD_PID:
    append_quoted_pid (out, place);
    break;
  case GEO_FIELD_HASH:
    append_quoted_base64 (out, place, GEO_HASH_LEN);
    break;
  case GEO_FIELD_KEY:
    append_quoted_base64 (out, place, GEO_PUBLIC_KEY_LEN);
    break;
  case GEO_FIELD_SIGNATURE:
    append_quoted_base64 (out, place, GEO_SIGNATURE_LEN);
    break;
  case GEO_FIELD_AMOUNT:
    g_string_append_c (out, '"');
    geo_decimal_append (out, *(const GeoDecimal *) place);
    g_string_append_c (out, '"');
    break;
  case GEO_FIELD_TIME:
    g_string_append_c (out, '"');
    geo_time_append (out, *(const GeoTime *) place);
    g_string_append_c (out, '"');
    break;
  case GEO_FIELD_INT: {
    gint64 value = *(const gint64 *) place;

    g_assert (value >= field->min && value <= field->max);
    geo_int_append (out, value);
    break;
  }
  case GEO_FIELD_BOOL:
    g_string_append (out, *(const gboolean *) place ? "true" : "false");
    break;
  case GEO_FIELD_ENUM: {
    const gchar *name = geo_codec_enum_to_string (field->names,
                                                  *(const gint *) place);

    g_assert (name != NULL);
    append_quoted (out, name);
    break;
  }
  case GEO_FIELD_CODE: {
    const gchar *code = geo_code_to_string (*(const GeoCode *) place);

    g_assert (code != NULL);
    append_quoted (out, code);
    break;
  }
  case GEO_FIELD_EQUIVALENT:
  case GEO_FIELD_TXID:
  case GEO_FIELD_TEXT: {
    const gchar *text = *(gchar *const *) place;

    g_assert (text != NULL);
    geo_json_append_string (out, text);
    break;
  }
  case GEO_FIELD_CONST: {
    const gchar *text = *(gchar *const *) place;

    g_assert (text == NULL || g_str_equal (text, field->constant));
    append_quoted (out, field->constant);
    break;
  }
  case GEO_FIELD_BYTES: {
    GBytes *bytes = *(GBytes *const *) place;
    gsize len;

    g_assert (bytes != NULL);
    gconstpointer data = g_bytes_get_data (bytes, &len);
    append_quoted_base64 (out, data, len);
    break;
  }
  case GEO_FIELD_OBJECT: {
    gconstpointer sub = *(const gconstpointer *) place;

    g_assert (sub != NULL);
    append_object (field->sub, sub, out);
    break;
  }
  case GEO_FIELD_OBJECTS:
  case GEO_FIELD_PIDS:
  case GEO_FIELD_HASHES:
    append_list (field, place, out);
    break;
  case GEO_FIELD_TYPE:
    append_quoted (out, field->constant);
    break;
  case GEO_FIELD_VERSION:
    g_string_append_c (out, '1');
    break;
  case GEO_FIELD_ALGORITHM:
    /* S5: every object says its algorithm, and there is one. */
    append_quoted (out, "ed25519");
    break;
  }
}

void
geo_codec_append (const GeoStructInfo *info,
                  gconstpointer object,
                  gboolean with_signature,
                  GString *out) {
  gchar before = '{';

  g_assert (object != NULL);

  for (gsize i = 0; i < info->n_fields; i++) {
    const GeoFieldInfo *field = &info->fields[i];

    if (field->type == GEO_FIELD_SIGNATURE && !with_signature)
      continue;
    if (!geo_codec_has (field, object))
      continue;
    g_string_append_c (out, before);
    append_quoted (out, field->name);
    g_string_append_c (out, ':');
    append_field (field, object, out);
    before = ',';
  }
  if (before == '{')
    g_string_append_c (out, '{');
  g_string_append_c (out, '}');
}

gchar *
geo_codec_to_text (const GeoStructInfo *info,
                   gconstpointer object,
                   gboolean with_signature,
                   gsize *len) {
  GString *out = g_string_sized_new (TEXT_SIZE_HINT);

  geo_codec_append (info, object, with_signature, out);
  if (len != NULL)
    *len = out->len;
  return g_string_free (out, FALSE);
}

void
geo_codec_hash (const GeoStructInfo *info, gconstpointer object, GeoHash *out) {
  const Head *head = head_of (object);
  const GString *text;

  g_assert (info->is_sealed);
  if (head->hash != NULL) {
    *out = *head->hash;
    return;
  }
  text = write_down (info, object, FALSE);
  geo_hash_of (text->str, text->len, out);
}

static const GeoFieldInfo *
find_signature (const GeoStructInfo *info) {
  for (gsize i = 0; i < info->n_fields; i++)
    /* A second one has a name of its own. */
    if (info->fields[i].type == GEO_FIELD_SIGNATURE &&
        g_str_equal (info->fields[i].name, "signature"))
      return &info->fields[i];
  g_assert_not_reached ();
}

/* S1: what is signed carries community, type and v, so that an object can be
 * read neither as one of another type nor in another community. */
void
geo_codec_sign (const GeoStructInfo *info,
                gpointer object,
                const GeoSecret *secret) {
  const GString *text = write_down (info, object, FALSE);
  const GeoFieldInfo *field = find_signature (info);

  g_clear_pointer (&head_of (object)->signer, g_free);
  geo_secret_sign (secret, text->str, text->len, AT (object, field->offset));
}

gboolean
geo_codec_verify (const GeoStructInfo *info,
                  gconstpointer object,
                  const GeoPublicKey *key,
                  GError **error) {
  const Head *head = head_of (object);
  const GeoFieldInfo *field;
  const GString *text;

  if (head->signer != NULL && geo_public_key_equal (head->signer, key))
    return TRUE;
  text = write_down (info, object, FALSE);
  field = find_signature (info);
  if (!geo_public_key_verify (key, text->str, text->len,
                              CONST_AT (object, field->offset))) {
    g_set_error (error, GEO_CORE_ERROR, GEO_CORE_ERROR_SIGNATURE,
                 "The signature of the %s does not verify", info->name);
    return FALSE;
  }
  return TRUE;
}

const gchar *
geo_codec_enum_to_string (const gchar *const *names, gint value) {
  for (gint i = 1; names[i - 1] != NULL; i++)
    if (i == value)
      return names[i - 1];
  return NULL;
}

gboolean
geo_codec_enum_from_string (const gchar *const *names,
                            const gchar *text,
                            gint *out) {
  for (gint i = 1; names[i - 1] != NULL; i++) {
    if (g_str_equal (names[i - 1], text)) {
      *out = i;
      return TRUE;
    }
  }
  return FALSE;
}
