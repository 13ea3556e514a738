/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every object and message of the table, filled by its description: written,
 * read and written again they are the same, and with a field missing, unknown
 * or wrong they are refused.
 */
#include "core/geo-codec-private.h"
#include "core/geo-json.h"

#include "test-util.h"

#define AT(object, offset) ((gpointer) ((guint8 *) (object) + (offset)))

/* Nothing optional and empty lists; everything; whatever comes. */
typedef enum { FILL_LEAST, FILL_MOST, FILL_RANDOM } Filling;

static gpointer make (const GeoStructInfo *info, Filling filling);

static void
fill_bytes (gpointer to, gsize len) {
  for (gsize i = 0; i < len; i++)
    ((guint8 *) to)[i] = (guint8) g_test_rand_int_range (0, 256);
}

static gchar *
make_text (const GeoFieldInfo *field, Filling filling) {
  static const gchar *const letters[] = { "a",  "Z",  "é", "Ж", "😀",
                                          "\"", "\\", " ", "/" };
  GString *text = g_string_new (NULL);
  gint64 len = filling == FILL_LEAST ? 1
               : filling == FILL_MOST
                   ? field->max
                   : g_test_rand_int_range (1, (gint32) field->max + 1);

  for (gint64 i = 0; i < len; i++)
    g_string_append (
        text, letters[g_test_rand_int_range (0, G_N_ELEMENTS (letters))]);
  if (field->max >= 1024 && len > 1) {
    g_string_truncate (text, 0);
    for (gint64 i = 0; i < len; i++)
      g_string_append_c (text, '\n');
  }
  return g_string_free (text, FALSE);
}

static void
fill_list (const GeoFieldInfo *field, gpointer place, Filling filling) {
  gint count = filling == FILL_LEAST  ? 0
               : filling == FILL_MOST ? 2
                                      : g_test_rand_int_range (0, MIN ((gint) field->max, 3) + 1);

  for (gint i = 0; i < count; i++) {
    if (field->type == GEO_FIELD_OBJECTS) {
      g_ptr_array_add (*(GPtrArray **) place, make (field->sub, filling));
    } else {
      GeoHash hash;

      /* GeoPid is as large. */
      fill_bytes (&hash, sizeof hash);
      g_array_append_vals (*(GArray **) place, &hash, 1);
    }
  }
}

static void
fill_field (const GeoFieldInfo *field, gpointer object, Filling filling) {
  gpointer place = AT (object, field->offset);

  if (field->optional) {
    if (filling == FILL_LEAST || (filling == FILL_RANDOM && g_test_rand_bit ()))
      return;
    if (field->type < GEO_FIELD_EQUIVALENT)
      *(gboolean *) AT (object, field->has_offset) = TRUE;
  }

  switch (field->type) {
  case GEO_FIELD_PID:
  case GEO_FIELD_HASH:
  case GEO_FIELD_KEY:
    fill_bytes (place, GEO_HASH_LEN);
    break;
  case GEO_FIELD_SIGNATURE:
    fill_bytes (place, GEO_SIGNATURE_LEN);
    break;
  case GEO_FIELD_AMOUNT:
    *(GeoDecimal *) place = geo_decimal (
        filling == FILL_LEAST  ? GEO_AMOUNT (0)
        : filling == FILL_MOST ? GEO_AMOUNT (GEO_AMOUNT_MAX)
                               : GEO_AMOUNT (g_test_rand_int_range (0, 9999)),
        (guint) g_test_rand_int_range (0, GEO_PRECISION_MAX + 1));
    break;
  case GEO_FIELD_TIME:
    *(GeoTime *) place = g_test_rand_int_range (0, G_MAXINT32);
    break;
  case GEO_FIELD_INT:
    *(gint64 *) place = filling == FILL_LEAST ? field->min : field->max;
    break;
  case GEO_FIELD_BOOL:
    *(gboolean *) place = filling == FILL_MOST;
    break;
  case GEO_FIELD_ENUM:
    *(gint *) place = filling == FILL_LEAST
                          ? 1
                          : (gint) g_strv_length ((gchar **) field->names);
    break;
  case GEO_FIELD_CODE:
    *(GeoCode *) place = (GeoCode) g_test_rand_int_range (1, 11);
    break;
  case GEO_FIELD_EQUIVALENT:
    *(gchar **) place = g_strdup (filling == FILL_LEAST ? "A" : "ABC_012");
    break;
  case GEO_FIELD_TXID:
    *(gchar **) place = g_strdup (filling == FILL_LEAST ? "." : "aZ0._:-");
    break;
  case GEO_FIELD_TEXT:
    *(gchar **) place = make_text (field, filling);
    break;
  case GEO_FIELD_CONST:
    if (filling != FILL_LEAST)
      *(gchar **) place = g_strdup (field->constant);
    break;
  case GEO_FIELD_BYTES: {
    gsize len = filling == FILL_LEAST ? 0 : (gsize) field->max;
    guint8 *data = g_malloc (len + 1);

    fill_bytes (data, len);
    *(GBytes **) place = g_bytes_new_take (data, len);
    break;
  }
  case GEO_FIELD_OBJECT:
    *(gpointer *) place = make (field->sub, filling);
    break;
  case GEO_FIELD_OBJECTS:
  case GEO_FIELD_PIDS:
  case GEO_FIELD_HASHES:
    fill_list (field, place, filling);
    break;
  case GEO_FIELD_TYPE:
  case GEO_FIELD_VERSION:
  case GEO_FIELD_ALGORITHM:
    break;
  }
}

static void
fill (const GeoStructInfo *info, gpointer object, Filling filling) {
  for (gsize i = 0; i < info->n_fields; i++)
    fill_field (&info->fields[i], object, filling);
}

static gpointer
make (const GeoStructInfo *info, Filling filling) {
  gpointer object = geo_codec_new (info);

  fill (info, object, filling);
  return object;
}

/* What the encoder writes is what the canonical writer would. */
static void
check_canonical (const gchar *text, gsize len) {
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = geo_json_parse (text, len, GEO_JSON_SYNC_SIZE_MAX,
                                              &error);
  g_autofree gchar *canonical = NULL;
  gsize canonical_len;

  g_assert_no_error (error);
  canonical = geo_json_canonical (node, &canonical_len, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (text, len, canonical, canonical_len);
}

static void
check_round_trip (const GeoStructInfo *info, Filling filling) {
  g_autoptr (GError) error = NULL;
  gpointer object = make (info, filling);
  gsize len, back_len;
  g_autofree gchar *text = geo_codec_to_text (info, object, TRUE, &len);
  gpointer back = geo_codec_from_text (info, text, (gssize) len, &error);

  check_canonical (text, len);
  g_assert_no_error (error);

  /* The copy must not lean on what it was made of. */
  gpointer copy = geo_codec_copy (info, back);
  g_autofree gchar *back_text = geo_codec_to_text (info, back, TRUE, NULL);

  geo_codec_free (info, back);

  g_autofree gchar *copy_text = geo_codec_to_text (info, copy, TRUE, &back_len);

  g_assert_cmpmem (text, len, copy_text, back_len);
  g_assert_cmpstr (text, ==, back_text);
  geo_codec_free (info, copy);

  if (info->is_sealed) {
    g_autofree gchar *canonical = geo_codec_to_text (info, object, FALSE, &len);
    GeoHash hash, expected;

    g_autoptr (JsonNode) root = json_from_string (canonical, NULL);

    /* Its own; those of what is in it are part of it. */
    g_assert_false (json_object_has_member (json_node_get_object (root),
                                            "signature"));
    geo_codec_hash (info, object, &hash);
    geo_hash_of (canonical, len, &expected);
    g_assert_true (geo_hash_equal (&hash, &expected));
  }
  geo_codec_free (info, object);
}

static void
test_round_trips (void) {
  gsize n;
  const GeoStructInfo *const *objects = geo_codec_get_objects (&n);

  g_assert_cmpuint (n, >=, 20);
  for (gsize i = 0; i < n; i++) {
    check_round_trip (objects[i], FILL_LEAST);
    check_round_trip (objects[i], FILL_MOST);
    for (guint round = 0; round < 10; round++)
      check_round_trip (objects[i], FILL_RANDOM);
    geo_codec_free (objects[i], NULL);
    g_assert_null (geo_codec_copy (objects[i], NULL));
  }
}

/* Reads object with one member changed (or, value NULL, left out). */
static gboolean
reads_with (const GeoStructInfo *info,
            JsonObject *object,
            const gchar *name,
            JsonNode *value,
            GError **error) {
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autoptr (JsonObject) changed = json_object_new ();
  JsonObjectIter iter;
  const gchar *member;
  g_autofree gchar *text = NULL;
  g_autoptr (GError) other = NULL;
  JsonNode *old;
  gpointer decoded, in_order;

  json_object_iter_init (&iter, object);
  while (json_object_iter_next (&iter, &member, &old))
    if (!g_str_equal (member, name))
      json_object_set_member (changed, member, json_node_copy (old));
  if (value != NULL)
    json_object_set_member (changed, name, value);
  json_node_set_object (node, changed);
  /* Members in the order in which they were set, and sorted. */
  text = json_to_string (node, FALSE);
  decoded = geo_codec_from_text (info, text, -1, error);
  in_order = geo_codec_from_json (info, node, &other);
  g_assert_true ((decoded != NULL) == (in_order != NULL));
  if (other != NULL && error != NULL)
    g_assert_error (*error, other->domain, other->code);
  geo_codec_free (info, decoded);
  geo_codec_free (info, in_order);
  return decoded != NULL;
}

static JsonNode *
string_node (const gchar *text) {
  return json_node_init_string (json_node_alloc (), text);
}

static JsonNode *
int_node (gint64 value) {
  return json_node_init_int (json_node_alloc (), value);
}

/* Values that no field takes, or not this one. */
static void
check_wrong_values (const GeoStructInfo *info,
                    const GeoFieldInfo *field,
                    JsonObject *object) {
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) empty = json_object_new ();
  g_autoptr (JsonArray) items = json_array_new ();
  gboolean is_int = field->type == GEO_FIELD_INT ||
                    field->type == GEO_FIELD_VERSION;
  gboolean is_list = field->type == GEO_FIELD_OBJECTS ||
                     field->type == GEO_FIELD_PIDS ||
                     field->type == GEO_FIELD_HASHES;
  gboolean is_string = !is_int && !is_list && field->type != GEO_FIELD_BOOL &&
                       field->type != GEO_FIELD_OBJECT;

  g_test_message ("%s.%s", info->name, field->name);

  /* Other kinds of JSON. */
  JsonNode *object_node = json_node_init_object (json_node_alloc (), empty);
  g_assert_false (reads_with (info, object, field->name, object_node, &error));
  assert_core_error (error, GEO_CORE_ERROR_FIELD);
  JsonNode *real = json_node_init_double (json_node_alloc (), 1.0);
  g_assert_false (reads_with (info, object, field->name, real, &error));
  /* §3: no floats, wherever they stand. */
  assert_core_error (error, GEO_CORE_ERROR_RANGE);
  if (!is_int) {
    g_assert_false (
        reads_with (info, object, field->name, int_node (1), &error));
    assert_core_error (error, GEO_CORE_ERROR_FIELD);
  }
  if (field->type != GEO_FIELD_BOOL) {
    JsonNode *yes = json_node_init_boolean (json_node_alloc (), TRUE);

    g_assert_false (reads_with (info, object, field->name, yes, &error));
    assert_core_error (error, GEO_CORE_ERROR_FIELD);
  }
  if (!is_string) {
    g_assert_false (
        reads_with (info, object, field->name, string_node ("1"), &error));
    assert_core_error (error, GEO_CORE_ERROR_FIELD);
  } else {
    g_autofree gchar *longest = g_strnfill (60000, 'A');

    /* No string at all takes this one. */
    g_assert_false (
        reads_with (info, object, field->name, string_node (longest), &error));
    g_assert_error (error, GEO_CORE_ERROR, error->code);
    g_clear_error (&error);
    if (!(field->type == GEO_FIELD_TEXT && field->optional) &&
        field->type != GEO_FIELD_BYTES) {
      g_assert_false (
          reads_with (info, object, field->name, string_node (""), &error));
      g_clear_error (&error);
    }
    g_assert_false (
        reads_with (info, object, field->name, string_node ("\x01"), &error));
    g_clear_error (&error);
  }

  /* Just outside. */
  if (field->type == GEO_FIELD_INT) {
    g_assert_false (reads_with (info, object, field->name,
                                int_node (field->min - 1), &error));
    assert_core_error (error, GEO_CORE_ERROR_RANGE);
    g_assert_false (reads_with (info, object, field->name,
                                int_node (field->max + 1), &error));
    assert_core_error (error, GEO_CORE_ERROR_RANGE);
  }
  if (field->type == GEO_FIELD_VERSION) {
    g_assert_false (
        reads_with (info, object, field->name, int_node (2), &error));
    assert_core_error (error, GEO_CORE_ERROR_VERSION);
  }
  /* S5: an unknown algorithm is refused, not guessed. */
  if (field->type == GEO_FIELD_ALGORITHM) {
    g_assert_false (
        reads_with (info, object, field->name, string_node ("ed448"), &error));
    assert_core_error (error, GEO_CORE_ERROR_ALGORITHM);
  }
  if (field->type == GEO_FIELD_TYPE) {
    g_assert_false (
        reads_with (info, object, field->name, string_node ("policy"), &error));
    assert_core_error (error, GEO_CORE_ERROR_FIELD);
  }
  if (field->type == GEO_FIELD_TEXT) {
    g_autofree gchar *longer = g_strnfill ((gsize) field->max + 1, 'x');

    g_assert_false (
        reads_with (info, object, field->name, string_node (longer), &error));
    assert_core_error (error, GEO_CORE_ERROR_SIZE);
    /* Not in NFC, DEL, and a control character beyond ASCII. */
    g_assert_false (reads_with (info, object, field->name,
                                string_node ("e\xcc\x81"), &error));
    assert_core_error (error, GEO_CORE_ERROR_SYNTAX);
    g_assert_false (
        reads_with (info, object, field->name, string_node ("a\x7f"), &error));
    assert_core_error (error, GEO_CORE_ERROR_SYNTAX);
    g_assert_false (reads_with (info, object, field->name,
                                string_node ("a\xc2\x85"), &error));
    assert_core_error (error, GEO_CORE_ERROR_SYNTAX);
    g_assert_true (reads_with (info, object, field->name, string_node ("a\nb"),
                               &error) == (field->max >= 1024));
    g_clear_error (&error);
  }
  if (is_list) {
    JsonArray *full = json_object_get_array_member (object, field->name);

    g_assert_cmpuint (json_array_get_length (full), >, 0);
    for (gint64 i = 0; i <= field->max; i++)
      json_array_add_element (
          items, json_node_copy (json_array_get_element (full, 0)));

    JsonNode *too_many = json_node_init_array (json_node_alloc (), items);

    g_assert_false (reads_with (info, object, field->name, too_many, &error));
    assert_core_error (error, GEO_CORE_ERROR_SIZE);
    json_array_remove_element (items, 0);
    JsonNode *enough = json_node_init_array (json_node_alloc (), items);
    g_autofree gchar *whole = json_to_string (enough, FALSE);

    /* Of the largest, fewer are too much already. */
    if (strlen (whole) < GEO_JSON_SYNC_SIZE_MAX / 2)
      g_assert_true (reads_with (info, object, field->name, enough, &error));
    else
      json_node_unref (enough);
    json_array_remove_element (items, 0);
    json_array_add_int_element (items, 1);
    JsonNode *mixed = json_node_init_array (json_node_alloc (), items);
    g_assert_false (reads_with (info, object, field->name, mixed, &error));
    if (strlen (whole) < GEO_JSON_SYNC_SIZE_MAX / 2)
      g_assert_error (error, GEO_CORE_ERROR, GEO_CORE_ERROR_FIELD);
    g_clear_error (&error);

    g_autoptr (JsonArray) nothing = json_array_new ();
    JsonNode *none = json_node_init_array (json_node_alloc (), nothing);

    /* An optional one that is empty is absent, and nothing else. */
    g_assert_true (reads_with (info, object, field->name, none, &error) !=
                   field->optional);
    g_clear_error (&error);
  }
}

static void
check_strict (const GeoStructInfo *info) {
  g_autoptr (GError) error = NULL;
  gpointer sample = make (info, FILL_MOST);
  gsize len;
  g_autofree gchar *text = geo_codec_to_text (info, sample, TRUE, &len);
  g_autoptr (JsonNode) node = geo_json_parse (text, len, GEO_JSON_SYNC_SIZE_MAX,
                                              NULL);
  JsonObject *object = json_node_get_object (node);

  geo_codec_free (info, sample);
  g_assert_cmpuint (json_object_get_size (object), ==, info->n_fields);
  g_assert_false (
      reads_with (info, object, "unknown", string_node ("x"), &error));
  assert_core_error (error, GEO_CORE_ERROR_FIELD);
  g_assert_false (reads_with (info, object, "unknown",
                              json_node_init_null (json_node_alloc ()),
                              &error));
  assert_core_error (error, GEO_CORE_ERROR_FIELD);

  for (gsize i = 0; i < info->n_fields; i++) {
    const GeoFieldInfo *field = &info->fields[i];
    JsonNode *null = json_node_init_null (json_node_alloc ());

    /* Absent and null are one; a list is neither. */
    g_assert_true (reads_with (info, object, field->name, NULL, &error) ==
                   field->optional);
    if (!field->optional)
      assert_core_error (error, GEO_CORE_ERROR_FIELD);
    g_assert_true (reads_with (info, object, field->name, null, &error) ==
                   field->optional);
    if (!field->optional)
      assert_core_error (error, GEO_CORE_ERROR_FIELD);
    check_wrong_values (info, field, object);
  }

  g_autoptr (JsonNode) array = json_from_string ("[]", NULL);

  g_assert_null (geo_codec_from_json (info, array, &error));
  assert_core_error (error, GEO_CORE_ERROR_FIELD);
}

static void
test_strict (void) {
  gsize n;
  const GeoStructInfo *const *objects = geo_codec_get_objects (&n);
  const GeoMessageInfo *messages;

  for (gsize i = 0; i < n; i++)
    check_strict (objects[i]);
  messages = geo_codec_get_messages (&n);
  for (gsize i = 0; i < n; i++)
    check_strict (messages[i].payload);
}

/* No object is read as one of another type (S1). */
static void
test_types (void) {
  gsize n;
  const GeoStructInfo *const *objects = geo_codec_get_objects (&n);

  for (gsize i = 0; i < n; i++) {
    gpointer sample = make (objects[i], FILL_MOST);
    g_autofree gchar *text = geo_codec_to_text (objects[i], sample, TRUE, NULL);

    for (gsize j = 0; j < n; j++) {
      if (i == j)
        continue;
      g_assert_null (geo_codec_from_text (objects[j], text, -1, NULL));
    }
    geo_codec_free (objects[i], sample);
  }
}

static void
check_message (const GeoMessageInfo *info, Filling filling) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoMessage) message = geo_message_new (info->type, NULL);
  g_autoptr (GeoMessage) back = NULL;
  g_autoptr (GeoMessage) copy = NULL;
  g_autofree gchar *text = NULL;
  g_autofree gchar *copy_text = NULL;
  g_autofree gchar *describe = NULL;
  g_autofree gchar *expected = NULL;
  gsize len, copy_len;
  GeoMessageType type;

  g_assert_cmpstr (message->msg_id, ==, "");
  geo_message_set_id (message, "m-1");
  fill (info->payload, message->u.any, filling);
  text = geo_message_encode (message, &len);
  g_assert_cmpuint (len, <, GEO_JSON_SIZE_MAX);
  check_canonical (text, len);
  back = geo_message_decode (text, len, &error);
  g_assert_no_error (error);
  g_assert_cmpint (back->type, ==, info->type);
  g_assert_cmpstr (back->msg_id, ==, "m-1");
  copy = geo_message_copy (back);
  g_clear_pointer (&back, geo_message_free);
  copy_text = geo_message_encode (copy, &copy_len);
  g_assert_cmpmem (text, len, copy_text, copy_len);

  describe = geo_message_describe (message);
  expected = g_strconcat (info->payload->name, " m-1 (", NULL);
  g_assert_true (g_str_has_prefix (describe, expected));
  g_assert_true (geo_message_type_from_string (info->payload->name, &type));
  g_assert_cmpint (type, ==, info->type);
  g_assert_cmpstr (geo_message_type_to_string (type), ==, info->payload->name);
  g_assert_cmpuint (geo_message_type_get_size_max (type), ==, info->size_max);
}

static void
test_messages (void) {
  gsize n;
  const GeoMessageInfo *messages = geo_codec_get_messages (&n);

  g_assert_cmpuint (n, >=, 25);
  for (gsize i = 0; i < n; i++) {
    check_message (&messages[i], FILL_LEAST);
    check_message (&messages[i], FILL_MOST);
    for (guint round = 0; round < 10; round++)
      check_message (&messages[i], FILL_RANDOM);
  }
  geo_message_free (NULL);
  g_assert_null (geo_message_copy (NULL));
  g_assert_null (geo_message_type_to_string ((GeoMessageType) 999));
}

/* Whatever is made of a message, it is read or refused, and what is read can be
 * written and read again. */
static void
test_mutations (void) {
  static const gchar pieces[] = "{}[]\",:\\u01nullAZ=+/-. \xc3";
  gsize n;
  const GeoMessageInfo *messages = geo_codec_get_messages (&n);
  guint accepted = 0;

  for (guint round = 0; round < 4000; round++) {
    const GeoMessageInfo *info = &messages[round % n];
    g_autoptr (GeoMessage) message = geo_message_new (info->type, "m-1");
    g_autoptr (GeoMessage) changed = NULL;
    g_autofree gchar *encoded = NULL;
    g_autofree gchar *exact = NULL;

    fill (info->payload, message->u.any, FILL_RANDOM);
    encoded = geo_message_encode (message, NULL);

    g_autoptr (GString) text = g_string_new (encoded);
    gsize at = (gsize) g_test_rand_int_range (0, (gint32) text->len);

    if (g_test_rand_bit ())
      g_string_erase (text, (gssize) at, 1);
    if (g_test_rand_bit ())
      text->str[at] = pieces[g_test_rand_int_range (0, sizeof pieces - 1)];
    exact = g_memdup2 (text->str, text->len);
    changed = geo_message_decode (exact, text->len, NULL);
    if (changed != NULL) {
      gsize len;
      g_autofree gchar *again = geo_message_encode (changed, &len);
      g_autoptr (GeoMessage) back = geo_message_decode (again, len, NULL);

      g_assert_nonnull (back);
      accepted++;
    }
  }
  g_test_message ("%u mutations accepted", accepted);
  g_assert_cmpuint (accepted, >, 100);
}

static void
test_envelope (void) {
  static const struct {
    const gchar *text;
    const gchar *msg_id;
    GeoCoreError code;
  } cases[] = {
    { "", NULL, GEO_CORE_ERROR_SYNTAX },
    { "[]", NULL, GEO_CORE_ERROR_FIELD },
    { "{}", NULL, GEO_CORE_ERROR_FIELD },
    { "{\"msg_type\":\"PING\",\"payload\":{}}", NULL, GEO_CORE_ERROR_FIELD },
    { "{\"msg_id\":1,\"msg_type\":\"PING\",\"payload\":{}}", NULL,
      GEO_CORE_ERROR_FIELD },
    { "{\"msg_id\":\"\",\"msg_type\":\"PING\",\"payload\":{}}", NULL,
      GEO_CORE_ERROR_FIELD },
    { "{\"msg_id\":\"a b\",\"msg_type\":\"PING\",\"payload\":{}}", NULL,
      GEO_CORE_ERROR_FIELD },
    { "{\"msg_id\":\"a\",\"msg_type\":\"PING\"}", "a", GEO_CORE_ERROR_FIELD },
    { "{\"msg_id\":\"a\",\"payload\":{}}", "a", GEO_CORE_ERROR_FIELD },
    { "{\"msg_id\":\"a\",\"msg_type\":\"NONE\",\"payload\":{}}", "a",
      GEO_CORE_ERROR_FIELD },
    { "{\"msg_id\":\"a\",\"msg_type\":\"ping\",\"payload\":{}}", "a",
      GEO_CORE_ERROR_FIELD },
    { "{\"msg_id\":\"a\",\"msg_type\":\"PING\",\"payload\":[]}", "a",
      GEO_CORE_ERROR_FIELD },
    { "{\"msg_id\":\"a\",\"msg_type\":\"PING\",\"payload\":null}", "a",
      GEO_CORE_ERROR_FIELD },
    { "{\"msg_id\":\"a\",\"msg_type\":\"PING\",\"payload\":{\"x\":1}}", "a",
      GEO_CORE_ERROR_FIELD },
    { "{\"msg_id\":\"a\",\"msg_type\":\"PING\",\"payload\":{},\"x\":1}", "a",
      GEO_CORE_ERROR_FIELD },
    { "{\"msg_id\":\"a\",\"msg_type\":\"SYNC\",\"payload\":{\"sequence\":-1}}",
      "a", GEO_CORE_ERROR_RANGE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_autofree gchar *msg_id = NULL;
    gsize len = strlen (cases[i].text);

    g_assert_null (
        geo_message_decode_full (cases[i].text, len, &msg_id, &error));
    assert_core_error (error, cases[i].code);
    g_assert_cmpstr (msg_id, ==, cases[i].msg_id);
    g_assert_null (geo_message_decode (cases[i].text, len, NULL));
  }
}

static void
test_sizes (void) {
  static const gchar ping[] =
      "{\"msg_id\":\"a\",\"msg_type\":\"PING\",\"payload\":{}}";
  g_autofree gchar *text = g_strnfill (GEO_JSON_SYNC_SIZE_MAX + 1, ' ');
  g_autoptr (GeoMessage) message = geo_message_new (GEO_MESSAGE_ENTRY, "a");
  g_autoptr (GeoMessage) back = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *entry = NULL;
  gsize len;

  memcpy (text, ping, sizeof ping - 1);
  back = geo_message_decode (text, GEO_JSON_SIZE_MAX, &error);
  g_assert_no_error (error);
  g_assert_null (geo_message_decode (text, GEO_JSON_SIZE_MAX + 1, &error));
  assert_core_error (error, GEO_CORE_ERROR_SIZE);

  g_clear_pointer (&back, geo_message_free);
  message->u.entry->entry = geo_proven_entry_new ();
  message->u.entry->entry->entry = geo_entry_new ();
  message->u.entry->entry->entry->sequence = 1;
  message->u.entry->entry->entry->kind = GEO_ENTRY_KIND_PAYMENT;
  entry = geo_message_encode (message, &len);
  memset (text, ' ', GEO_JSON_SYNC_SIZE_MAX + 1);
  memcpy (text, entry, len);
  back = geo_message_decode (text, GEO_JSON_SYNC_SIZE_MAX, &error);
  g_assert_no_error (error);
  g_assert_null (geo_message_decode (text, GEO_JSON_SYNC_SIZE_MAX + 1, &error));
  assert_core_error (error, GEO_CORE_ERROR_SIZE);
}

static void
test_describe (void) {
  g_autoptr (GeoMessage) message = geo_message_new (GEO_MESSAGE_AUTH, "m-7");
  g_autofree gchar *text = NULL;

  message->u.auth->code = g_strdup ("open-sesame");
  message->u.auth->login = geo_login_new ();
  text = geo_message_describe (message);
  g_assert_cmpstr (text, ==, "AUTH m-7 (login)");
}

static GeoTrustLine *
make_line (void) {
  GeoTrustLine *line = geo_trust_line_new ();
  GeoPid blocked = make_pid (4);

  line->community = make_pid (1);
  line->line_id = g_strdup ("line-1");
  line->from = make_pid (2);
  line->to = make_pid (3);
  line->equivalent = g_strdup ("UAH");
  line->limit = geo_decimal (GEO_AMOUNT (10000), 2);
  line->policy = geo_policy_new ();
  line->policy->auto_clearing = TRUE;
  line->policy->consent = GEO_CONSENT_LIVE;
  g_array_append_val (line->policy->blocked_participants, blocked);
  line->policy->lan_share = 2500;
  line->seq = 1;
  line->status = GEO_LINE_STATUS_ACTIVE;
  line->signed_at = G_GINT64_CONSTANT (1795169730123);
  return line;
}

/* The exact bytes, so that a change of the generator cannot change them. */
static void
test_known_text (void) {
  g_autoptr (GeoTrustLine) line = make_line ();
  g_autoptr (GeoSecret) secret = make_secret (2);
  g_autoptr (GString) out = g_string_new ("x");
  g_autofree gchar *community = geo_pid_to_string (&line->community);
  g_autofree gchar *from = geo_pid_to_string (&line->from);
  g_autofree gchar *to = geo_pid_to_string (&line->to);
  g_autofree gchar *blocked = NULL;
  g_autofree gchar *expected = NULL;
  g_autofree gchar *canonical = NULL;
  g_autofree gchar *text = NULL;
  g_autofree gchar *signature = NULL;
  GeoPid blocked_pid = make_pid (4);
  gsize len;

  blocked = geo_pid_to_string (&blocked_pid);
  geo_trust_line_sign (line, secret);
  canonical = geo_trust_line_canonical (line, &len);
  expected = g_strdup_printf (
      "{\"alg\":\"ed25519\",\"community\":\"%s\",\"equivalent\":\"UAH\","
      "\"from\":\"%s\",\"limit\":\"100.00\",\"line_id\":\"line-1\","
      "\"policy\":{\"auto_clearing\":true,\"blocked_participants\":[\"%s\"],"
      "\"can_be_intermediate\":false,\"consent\":\"live\",\"lan_share\":2500},"
      "\"seq\":1,\"signed_at\":\"2026-11-20T10:15:30.123Z\","
      "\"status\":\"active\",\"to\":\"%s\",\"type\":\"trust_line\",\"v\":1}",
      community, from, blocked, to);
  g_assert_cmpstr (canonical, ==, expected);
  g_assert_cmpuint (len, ==, strlen (canonical));

  text = geo_trust_line_to_text (line, NULL);
  signature = geo_signature_to_string (&line->signature);
  g_assert_nonnull (strstr (text, signature));
  geo_trust_line_append (line, out);
  g_assert_cmpstr (out->str + 1, ==, text);
}

static void
test_signed (void) {
  g_autoptr (GeoTrustLine) line = make_line ();
  g_autoptr (GeoTrustLine) copy = NULL;
  g_autoptr (GeoSecret) secret = make_secret (2);
  g_autoptr (GeoSecret) other = make_secret (3);
  g_autoptr (GError) error = NULL;
  g_autofree gchar *text = NULL;
  g_autofree gchar *canonical = NULL;
  GeoPublicKey key, other_key;
  gsize len, canonical_len;
  guint read = 0;

  geo_secret_get_public (secret, &key);
  geo_secret_get_public (other, &other_key);
  geo_trust_line_sign (line, secret);
  g_assert_true (geo_trust_line_verify (line, &key, &error));
  g_assert_no_error (error);
  g_assert_false (geo_trust_line_verify (line, &other_key, &error));
  assert_core_error (error, GEO_CORE_ERROR_SIGNATURE);

  /* What was found good is remembered with its key, until it is signed anew;
   * a copy is looked at again. */
  g_assert_false (geo_trust_line_keep_signer (line, &other_key));
  g_assert_true (geo_trust_line_keep_signer (line, &key));
  line->signature.bytes[0] ^= 1;
  g_assert_true (geo_trust_line_verify (line, &key, NULL));
  g_assert_false (geo_trust_line_verify (line, &other_key, NULL));
  copy = geo_trust_line_copy (line);
  g_assert_false (geo_trust_line_verify (copy, &key, NULL));
  geo_trust_line_sign (line, other);
  g_assert_false (geo_trust_line_verify (line, &key, NULL));
  geo_trust_line_sign (line, secret);

  /* No bit of what is sent can be changed unseen. */
  text = geo_trust_line_to_text (line, &len);
  for (gsize bit = 0; bit < 8 * len; bit++) {
    g_autoptr (GeoTrustLine) changed = NULL;

    text[bit / 8] ^= (gchar) (1 << bit % 8);
    changed = geo_trust_line_from_text (text, (gssize) len, NULL);
    if (changed != NULL) {
      read++;
      g_assert_false (geo_trust_line_verify (changed, &key, NULL));
    }
    text[bit / 8] ^= (gchar) (1 << bit % 8);
  }
  g_assert_cmpuint (read, >, 500);

  canonical = geo_trust_line_canonical (line, &canonical_len);
  for (gsize bit = 0; bit < 8 * canonical_len; bit++) {
    canonical[bit / 8] ^= (gchar) (1 << bit % 8);
    g_assert_false (geo_public_key_verify (&key, canonical, canonical_len,
                                           &line->signature));
    canonical[bit / 8] ^= (gchar) (1 << bit % 8);
  }
}

static void
test_enums (void) {
  GeoLineStatus status;
  GeoContractKind kind;
  GeoCode code;

  g_assert_cmpstr (geo_line_status_to_string (GEO_LINE_STATUS_CLOSED), ==,
                   "closed");
  g_assert_null (geo_line_status_to_string ((GeoLineStatus) 0));
  g_assert_null (geo_line_status_to_string ((GeoLineStatus) 3));
  g_assert_true (geo_line_status_from_string ("active", &status));
  g_assert_cmpint (status, ==, GEO_LINE_STATUS_ACTIVE);
  g_assert_false (geo_line_status_from_string ("Active", &status));
  g_assert_true (geo_contract_kind_from_string ("clearing", &kind));
  g_assert_cmpint (kind, ==, GEO_CONTRACT_KIND_CLEARING);
  g_assert_cmpstr (geo_code_to_string (GEO_CODE_INTERNAL), ==, "E010");
  g_assert_true (geo_code_from_string ("E001", &code));
  g_assert_cmpint (code, ==, GEO_CODE_NO_ROUTE);
  g_assert_false (geo_code_from_string ("E011", &code));
  g_assert_null (geo_code_to_string ((GeoCode) 0));
  g_assert_null (geo_code_to_string ((GeoCode) 11));
}

/* Where nothing mandatory may be left out, leaving it out is a mistake in this
 * program. */
static void
test_null_is_a_mistake (void) {
  if (g_test_subprocess ()) {
    g_autoptr (GeoTrustLine) line = make_line ();
    g_autofree gchar *text = NULL;

    g_clear_pointer (&line->policy, geo_policy_free);
    text = geo_trust_line_to_text (line, NULL);
    return;
  }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr ("*sub != NULL*");
}

int
main (int argc, char *argv[]) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/messages/round-trips", test_round_trips);
  g_test_add_func ("/messages/strict", test_strict);
  g_test_add_func ("/messages/types", test_types);
  g_test_add_func ("/messages/messages", test_messages);
  g_test_add_func ("/messages/mutations", test_mutations);
  g_test_add_func ("/messages/envelope", test_envelope);
  g_test_add_func ("/messages/sizes", test_sizes);
  g_test_add_func ("/messages/describe", test_describe);
  g_test_add_func ("/messages/known-text", test_known_text);
  g_test_add_func ("/messages/signed", test_signed);
  g_test_add_func ("/messages/enums", test_enums);
  g_test_add_func ("/messages/null-is-a-mistake", test_null_is_a_mistake);
  return g_test_run ();
}
