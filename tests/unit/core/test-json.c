/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The strict gate and the canonical form: what is refused and why, and that
 * what the gate lets through means to json-glib what it means to everybody.
 */
#include "core/geo-json.h"

#include "test-util.h"

#include <time.h>

typedef struct {
  const gchar *text;
  GeoCoreError code;
} BadCase;

static const BadCase bad_cases[] = {
  /* Nothing, or more than one root. */
  { "", GEO_CORE_ERROR_SYNTAX },
  { "   ", GEO_CORE_ERROR_SYNTAX },
  { "{} {}", GEO_CORE_ERROR_SYNTAX },
  { "{}x", GEO_CORE_ERROR_SYNTAX },
  { "1 2", GEO_CORE_ERROR_SYNTAX },
  { "null,", GEO_CORE_ERROR_SYNTAX },
  { "[]]", GEO_CORE_ERROR_SYNTAX },
  /* Brackets and commas. */
  { "{", GEO_CORE_ERROR_SYNTAX },
  { "[", GEO_CORE_ERROR_SYNTAX },
  { "}", GEO_CORE_ERROR_SYNTAX },
  { "[1", GEO_CORE_ERROR_SYNTAX },
  { "[1,", GEO_CORE_ERROR_SYNTAX },
  { "[1,]", GEO_CORE_ERROR_SYNTAX },
  { "[,1]", GEO_CORE_ERROR_SYNTAX },
  { "[1 2]", GEO_CORE_ERROR_SYNTAX },
  { "[1}", GEO_CORE_ERROR_SYNTAX },
  { "{\"a\":1]", GEO_CORE_ERROR_SYNTAX },
  { "{\"a\":1,}", GEO_CORE_ERROR_SYNTAX },
  { "{,\"a\":1}", GEO_CORE_ERROR_SYNTAX },
  { "{\"a\" 1}", GEO_CORE_ERROR_SYNTAX },
  { "{\"a\":}", GEO_CORE_ERROR_SYNTAX },
  { "{\"a\"}", GEO_CORE_ERROR_SYNTAX },
  { "{\"a\":1 \"b\":2}", GEO_CORE_ERROR_SYNTAX },
  { "{a:1}", GEO_CORE_ERROR_SYNTAX },
  { "{1:1}", GEO_CORE_ERROR_SYNTAX },
  { "{'a':1}", GEO_CORE_ERROR_SYNTAX },
  { "['a']", GEO_CORE_ERROR_SYNTAX },
  /* Words and comments. */
  { "nul", GEO_CORE_ERROR_SYNTAX },
  { "True", GEO_CORE_ERROR_SYNTAX },
  { "TRUE", GEO_CORE_ERROR_SYNTAX },
  { "truefalse", GEO_CORE_ERROR_SYNTAX },
  { "NaN", GEO_CORE_ERROR_SYNTAX },
  { "Infinity", GEO_CORE_ERROR_SYNTAX },
  { "undefined", GEO_CORE_ERROR_SYNTAX },
  { "// x\n1", GEO_CORE_ERROR_SYNTAX },
  { "/* x */ 1", GEO_CORE_ERROR_SYNTAX },
  { "1 // x", GEO_CORE_ERROR_SYNTAX },
  { "# x\n1", GEO_CORE_ERROR_SYNTAX },
  { "var x = 1;", GEO_CORE_ERROR_SYNTAX },
  { "1;", GEO_CORE_ERROR_SYNTAX },
  /* Spaces that are none in JSON. */
  { "\v1", GEO_CORE_ERROR_SYNTAX },
  { "\f1", GEO_CORE_ERROR_SYNTAX },
  { "\xc2\xa0"
    "1",
    GEO_CORE_ERROR_SYNTAX },
  { "\xef\xbb\xbf{}", GEO_CORE_ERROR_SYNTAX },
  /* Numbers. */
  { "01", GEO_CORE_ERROR_SYNTAX },
  { "00", GEO_CORE_ERROR_SYNTAX },
  { "-01", GEO_CORE_ERROR_SYNTAX },
  { "010", GEO_CORE_ERROR_SYNTAX },
  { "0x10", GEO_CORE_ERROR_SYNTAX },
  { "0b1", GEO_CORE_ERROR_SYNTAX },
  { "0o7", GEO_CORE_ERROR_SYNTAX },
  { "+1", GEO_CORE_ERROR_SYNTAX },
  { "-", GEO_CORE_ERROR_SYNTAX },
  { "--1", GEO_CORE_ERROR_SYNTAX },
  { "- 1", GEO_CORE_ERROR_SYNTAX },
  { "1.", GEO_CORE_ERROR_SYNTAX },
  { ".5", GEO_CORE_ERROR_SYNTAX },
  { "1e", GEO_CORE_ERROR_SYNTAX },
  { "1e+", GEO_CORE_ERROR_SYNTAX },
  { "1_000", GEO_CORE_ERROR_SYNTAX },
  { "1a", GEO_CORE_ERROR_SYNTAX },
  { "1.0", GEO_CORE_ERROR_RANGE },
  { "0.5", GEO_CORE_ERROR_RANGE },
  { "1e3", GEO_CORE_ERROR_RANGE },
  { "1E3", GEO_CORE_ERROR_RANGE },
  { "-1e-3", GEO_CORE_ERROR_RANGE },
  { "-0", GEO_CORE_ERROR_RANGE },
  { "[-0]", GEO_CORE_ERROR_RANGE },
  { "9007199254740992", GEO_CORE_ERROR_RANGE },
  { "-9007199254740992", GEO_CORE_ERROR_RANGE },
  { "9223372036854775807", GEO_CORE_ERROR_RANGE },
  { "9223372036854775808", GEO_CORE_ERROR_RANGE },
  { "18446744073709551617", GEO_CORE_ERROR_RANGE },
  { "100000000000000000000000000000000000000000", GEO_CORE_ERROR_RANGE },
  /* Strings. */
  { "\"", GEO_CORE_ERROR_SYNTAX },
  { "\"a", GEO_CORE_ERROR_SYNTAX },
  { "\"\\", GEO_CORE_ERROR_SYNTAX },
  { "\"\\\"", GEO_CORE_ERROR_SYNTAX },
  { "\"\n\"", GEO_CORE_ERROR_SYNTAX },
  { "\"\t\"", GEO_CORE_ERROR_SYNTAX },
  { "\"\x01\"", GEO_CORE_ERROR_SYNTAX },
  { "\"\\x41\"", GEO_CORE_ERROR_SYNTAX },
  { "\"\\'\"", GEO_CORE_ERROR_SYNTAX },
  { "\"\\a\"", GEO_CORE_ERROR_SYNTAX },
  { "\"\\0\"", GEO_CORE_ERROR_SYNTAX },
  { "\"\\U0041\"", GEO_CORE_ERROR_SYNTAX },
  { "\"\\u\"", GEO_CORE_ERROR_SYNTAX },
  { "\"\\u004\"", GEO_CORE_ERROR_SYNTAX },
  { "\"\\u004g\"", GEO_CORE_ERROR_SYNTAX },
  { "\"\\u+041\"", GEO_CORE_ERROR_SYNTAX },
  { "\"\\u0000\"", GEO_CORE_ERROR_SYNTAX },
  { "{\"\\u0000\":1}", GEO_CORE_ERROR_SYNTAX },
  { "\"\\ud800\"", GEO_CORE_ERROR_SYNTAX },
  { "\"\\udbff\"", GEO_CORE_ERROR_SYNTAX },
  { "\"\\udc00\"", GEO_CORE_ERROR_SYNTAX },
  { "\"\\ud800x\"", GEO_CORE_ERROR_SYNTAX },
  { "\"\\ud800\\n\"", GEO_CORE_ERROR_SYNTAX },
  { "\"\\ud800\\u0041\"", GEO_CORE_ERROR_SYNTAX },
  { "\"\\ud800\\ud800\"", GEO_CORE_ERROR_SYNTAX },
  { "\"\\udc00\\ud800\"", GEO_CORE_ERROR_SYNTAX },
  { "\"\\ud83d\\ude0\"", GEO_CORE_ERROR_SYNTAX },
  { "\"\\ud83d\\ude00", GEO_CORE_ERROR_SYNTAX },
  /* Keys that are there twice. */
  { "{\"a\":1,\"a\":1}", GEO_CORE_ERROR_SYNTAX },
  { "{\"a\":1,\"b\":2,\"a\":3}", GEO_CORE_ERROR_SYNTAX },
  { "{\"\":1,\"\":2}", GEO_CORE_ERROR_SYNTAX },
  { "{\"a\":1,\"\\u0061\":2}", GEO_CORE_ERROR_SYNTAX },
  { "{\"\\u0061\":1,\"\\u0061\":2}", GEO_CORE_ERROR_SYNTAX },
  { "{\"/\":1,\"\\/\":2}", GEO_CORE_ERROR_SYNTAX },
  { "{\"\\n\":1,\"\\u000a\":2}", GEO_CORE_ERROR_SYNTAX },
  { "{\"\\u000A\":1,\"\\u000a\":2}", GEO_CORE_ERROR_SYNTAX },
  { "{\"ж\":1,\"\\u0436\":2}", GEO_CORE_ERROR_SYNTAX },
  { "{\"😀\":1,\"\\ud83d\\ude00\":2}", GEO_CORE_ERROR_SYNTAX },
  { "{\"x\":{\"a\":1,\"a\":1}}", GEO_CORE_ERROR_SYNTAX },
  { "[{\"a\":1},{\"a\":1,\"b\":[{\"c\":1}],\"a\":1}]", GEO_CORE_ERROR_SYNTAX },
  /* UTF-8: stray and missing bytes, overlong forms, surrogates, beyond the
   * last character. */
  { "\"\x80\"", GEO_CORE_ERROR_SYNTAX },
  { "\"\xbf\"", GEO_CORE_ERROR_SYNTAX },
  { "\"\xc3\"", GEO_CORE_ERROR_SYNTAX },
  { "\"\xc3(\"", GEO_CORE_ERROR_SYNTAX },
  { "\"\xe2\x82\"", GEO_CORE_ERROR_SYNTAX },
  { "\"\xf0\x9f\x98\"", GEO_CORE_ERROR_SYNTAX },
  { "\"\xc0\x80\"", GEO_CORE_ERROR_SYNTAX },
  { "\"\xc0\xaf\"", GEO_CORE_ERROR_SYNTAX },
  { "\"\xc1\xbf\"", GEO_CORE_ERROR_SYNTAX },
  { "\"\xe0\x80\xaf\"", GEO_CORE_ERROR_SYNTAX },
  { "\"\xf0\x80\x80\xaf\"", GEO_CORE_ERROR_SYNTAX },
  { "\"\xed\xa0\x80\"", GEO_CORE_ERROR_SYNTAX },
  { "\"\xed\xbf\xbf\"", GEO_CORE_ERROR_SYNTAX },
  { "\"\xed\xa0\xbd\xed\xb8\x80\"", GEO_CORE_ERROR_SYNTAX },
  { "\"\xf4\x90\x80\x80\"", GEO_CORE_ERROR_SYNTAX },
  { "\"\xf5\x80\x80\x80\"", GEO_CORE_ERROR_SYNTAX },
  { "\"\xf8\x88\x80\x80\x80\"", GEO_CORE_ERROR_SYNTAX },
  { "\"\xfe\"", GEO_CORE_ERROR_SYNTAX },
  { "\"\xff\"", GEO_CORE_ERROR_SYNTAX },
  { "\xff\xfe{\x01}", GEO_CORE_ERROR_SYNTAX },
  { "é", GEO_CORE_ERROR_SYNTAX },
};

static void
test_refused (void) {
  for (gsize i = 0; i < G_N_ELEMENTS (bad_cases); i++) {
    g_autoptr (GError) error = NULL;
    const gchar *text = bad_cases[i].text;
    gsize len = strlen (text);
    /* Exactly as long as it is, so that reading on is seen. */
    g_autofree gchar *exact = g_memdup2 (text, len);

    if (geo_json_check (exact, len, 1000, FALSE, &error))
      g_error ("let through: %s", text);
    assert_core_error (error, bad_cases[i].code);
    g_assert_null (geo_json_parse (text, len, 1000, &error));
    assert_core_error (error, bad_cases[i].code);
  }
}

static void
test_nul (void) {
  static const gchar in_string[] = "\"a\0b\"";
  static const gchar after[] = "{}\0";
  static const gchar before[] = "\0{}";
  g_autoptr (GError) error = NULL;

  g_assert_false (
      geo_json_check (in_string, sizeof in_string - 1, 99, FALSE, &error));
  assert_core_error (error, GEO_CORE_ERROR_SYNTAX);
  g_assert_false (geo_json_check (after, sizeof after - 1, 99, FALSE, &error));
  assert_core_error (error, GEO_CORE_ERROR_SYNTAX);
  g_assert_false (
      geo_json_check (before, sizeof before - 1, 99, FALSE, &error));
  assert_core_error (error, GEO_CORE_ERROR_SYNTAX);
}

static void
test_depth (void) {
  for (guint depth = 1; depth < 40; depth++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GString) arrays = g_string_new (NULL);
    g_autoptr (GString) objects = g_string_new (NULL);

    for (guint i = 0; i < depth; i++) {
      g_string_append_c (arrays, '[');
      g_string_append (objects, i > 0 ? "\"a\":{" : "{");
    }
    for (guint i = 0; i < depth; i++) {
      g_string_append_c (arrays, ']');
      g_string_append_c (objects, '}');
    }
    if (depth > 1) {
      g_string_insert (arrays, depth - 1, "1,");
    }
    g_assert_true (geo_json_check (arrays->str, arrays->len, 1000, FALSE,
                                   &error) == (depth <= GEO_JSON_DEPTH_MAX));
    if (depth > GEO_JSON_DEPTH_MAX)
      assert_core_error (error, GEO_CORE_ERROR_SIZE);
    g_assert_true (geo_json_check (objects->str, objects->len, 1000, FALSE,
                                   &error) == (depth <= GEO_JSON_DEPTH_MAX));
    if (depth > GEO_JSON_DEPTH_MAX)
      assert_core_error (error, GEO_CORE_ERROR_SIZE);
  }
}

static void
test_size (void) {
  g_autofree gchar *text = g_strnfill (GEO_JSON_SIZE_MAX + 1, ' ');
  g_autofree gchar *nested = g_strnfill (100000, '[');
  g_autoptr (GError) error = NULL;

  text[0] = '1';
  g_assert_true (geo_json_check (text, GEO_JSON_SIZE_MAX, GEO_JSON_SIZE_MAX,
                                 FALSE, &error));
  g_assert_false (geo_json_check (text, GEO_JSON_SIZE_MAX + 1,
                                  GEO_JSON_SIZE_MAX, FALSE, &error));
  assert_core_error (error, GEO_CORE_ERROR_SIZE);
  g_assert_false (geo_json_check (nested, 100000, 100000, FALSE, &error));
  assert_core_error (error, GEO_CORE_ERROR_SIZE);
}

static void
test_members (void) {
  g_autoptr (GString) text = g_string_new ("{\"0\":0");
  g_autoptr (GError) error = NULL;
  gsize end;

  for (guint i = 1; i < GEO_JSON_MEMBERS_MAX; i++)
    g_string_append_printf (text, ",\"%u\":0", i);
  end = text->len;
  g_string_append_c (text, '}');
  g_assert_true (geo_json_check (text->str, text->len, text->len, FALSE, NULL));
  g_string_insert (text, (gssize) end, ",\"x\":0");
  g_assert_false (
      geo_json_check (text->str, text->len, text->len, FALSE, &error));
  assert_core_error (error, GEO_CORE_ERROR_SIZE);
}

/* As many keys as fit, all the same but for their end: this must not take long.
 */
static void
test_many_keys (void) {
  g_autoptr (GString) text = g_string_new ("[");
  g_autofree gchar *same = g_strnfill (200, 'k');
  clock_t start; /* What the machine does beside is not counted. */

  while (text->len < GEO_JSON_SYNC_SIZE_MAX - 100000) {
    g_string_append (text, text->len > 1 ? ",{" : "{");
    for (guint i = 0; i < 500; i++)
      g_string_append_printf (text, "%s\"%s%03u\":0", i > 0 ? "," : "", same,
                              i);
    g_string_append_c (text, '}');
  }
  g_string_append_c (text, ']');
  start = clock ();
  g_assert_true (geo_json_check (text->str, text->len, text->len, FALSE, NULL));
  g_assert_cmpint (clock () - start, <, CLOCKS_PER_SEC);
}

static void
test_floats_allowed (void) {
  static const gchar *const texts[] = { "1.0",   "-0",      "0.5",   "1e3",
                                        "-1E-3", "1.5e+10", "[-0.0]" };
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    g_assert_true (
        geo_json_check (texts[i], strlen (texts[i]), 99, TRUE, NULL));
  g_assert_false (geo_json_check ("9007199254740992", 16, 99, TRUE, &error));
  assert_core_error (error, GEO_CORE_ERROR_RANGE);
}

/* RFC 8785, as far as §3 takes it over. */
static void
test_canonical (void) {
  static const struct {
    const gchar *text;
    const gchar *canonical;
  } cases[] = {
    { " { } ", "{}" },
    { "[ ]", "[]" },
    { "\t[1 ,\r\n2]", "[1,2]" },
    { "{\"b\":1,\"a\":2}", "{\"a\":2,\"b\":1}" },
    { "{\"aa\":1,\"a\":2,\"B\":3,\"\":4,\"_\":5,\"a0\":6}",
      "{\"\":4,\"B\":3,\"_\":5,\"a\":2,\"a0\":6,\"aa\":1}" },
    { "{\"10\":1,\"9\":2,\"1\":3}", "{\"1\":3,\"10\":1,\"9\":2}" },
    { "[true,false,null]", "[true,false,null]" },
    { "[0,1,-1,9007199254740991,-9007199254740991]",
      "[0,1,-1,9007199254740991,-9007199254740991]" },
    { "\"\\/\"", "\"/\"" },
    { "\"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\"",
      "\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"" },
    { "\"\\b\\f\\n\\r\\t\\u0001\\u001f\\u007f\"",
      "\"\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\"" },
    { "\"\\u0008\\u0009\\u000a\\u000c\\u000d\"", "\"\\b\\t\\n\\f\\r\"" },
    { "\"\\ud83d\\ude00\"", "\"😀\"" },
    { "\"\\uD83D\\uDE00\\u00e9e\\u0301\"", "\"😀ée\xcc\x81\"" },
    { "\"\\ufffd\\uffff\\u2028\\u2029\"",
      "\"\xef\xbf\xbd\xef\xbf\xbf\xe2\x80\xa8\xe2\x80\xa9\"" },
    { "\"\\udbff\\udfff\\ud800\\udc00\"",
      "\"\xf4\x8f\xbf\xbf\xf0\x90\x80\x80\"" },
    { "{\"a\":{\"c\":[{\"z\":1,\"y\":{}}],\"b\":\"\"}}",
      "{\"a\":{\"b\":\"\",\"c\":[{\"y\":{},\"z\":1}]}}" },
    { "{\"\\u0062\":1,\"a\\\"\":2}", "{\"a\\\"\":2,\"b\":1}" },
    { "{\"k\":{\"k\":1},\"l\":[{\"k\":2},{\"k\":3}]}",
      "{\"k\":{\"k\":1},\"l\":[{\"k\":2},{\"k\":3}]}" },
    { "\"plain\"", "\"plain\"" },
    { "-5", "-5" },
    { "null", "null" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (JsonNode) node =
        geo_json_parse (cases[i].text, strlen (cases[i].text), 1000, &error);
    g_autofree gchar *text = NULL;
    gsize len;

    g_assert_no_error (error);
    text = geo_json_canonical (node, &len, &error);
    g_assert_no_error (error);
    g_assert_cmpstr (text, ==, cases[i].canonical);
    g_assert_cmpuint (len, ==, strlen (text));
  }
}

/* Trees made by hand. */
static void
test_canonical_refused (void) {
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_VALUE);

  json_node_set_double (node, 1.0);
  g_assert_null (geo_json_canonical (node, NULL, &error));
  assert_core_error (error, GEO_CORE_ERROR_RANGE);
  json_node_set_int (node, GEO_JSON_INT_MAX + 1);
  g_assert_null (geo_json_canonical (node, NULL, &error));
  assert_core_error (error, GEO_CORE_ERROR_RANGE);
  json_node_set_int (node, G_MININT64);
  g_assert_null (geo_json_canonical (node, NULL, &error));
  assert_core_error (error, GEO_CORE_ERROR_RANGE);
  json_node_set_string (node, "\xff");
  g_assert_null (geo_json_canonical (node, NULL, &error));
  assert_core_error (error, GEO_CORE_ERROR_SYNTAX);

  g_autoptr (JsonNode) keyed = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "é", 1);
  json_node_take_object (keyed, object);
  g_assert_null (geo_json_canonical (keyed, NULL, &error));
  assert_core_error (error, GEO_CORE_ERROR_SYNTAX);

  JsonNode *deep = json_node_init_null (json_node_alloc ());

  for (guint i = 0; i < 17; i++) {
    JsonArray *array = json_array_new ();

    json_array_add_element (array, deep);
    deep = json_node_init_array (json_node_alloc (), array);
    json_array_unref (array);
  }
  g_assert_null (geo_json_canonical (deep, NULL, &error));
  assert_core_error (error, GEO_CORE_ERROR_SIZE);
  json_node_unref (deep);
}

/* What the gate lets through is parsed, and written the same ever after. */
static void
check_accepted (const gchar *text, gsize len) {
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = geo_json_parse (text, len, 100000, &error);
  g_autoptr (JsonNode) again = NULL;
  g_autofree gchar *first = NULL;
  g_autofree gchar *second = NULL;
  gsize first_len, second_len;

  if (node == NULL)
    g_error ("accepted, but not parsed: %.*s: %s", (int) len, text,
             error->message);
  first = geo_json_canonical (node, &first_len, &error);
  if (first == NULL) {
    /* Only a key that is not ASCII gets here. */
    assert_core_error (error, GEO_CORE_ERROR_SYNTAX);
    return;
  }
  again = geo_json_parse (first, first_len, 1000000, &error);
  g_assert_no_error (error);
  second = geo_json_canonical (again, &second_len, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (first, first_len, second, second_len);
  g_assert_true (json_node_equal (node, again));
}

static void
test_mutations (void) {
  static const gchar *const seeds[] = {
    "{\"a\":[1,-2,true,false,null],\"b\":{\"c\":9007199254740991},\"é\":0}",
    "[\"x\\u0041\\ud83d\\ude00\",\"\\n\\t\\\"\\\\\\/\"]",
    "[{\"k\":1},{\"k\":{\"k\":[]}},\"хліб\",0,-1]",
    "{\"alg\":\"ed25519\",\"amount\":\"10.00\",\"list\":[\"a\",\"b\"],\"v\":1}",
    "\"\\uD83D\\uDE00 \\u0001 \xf0\x9f\x98\x80\"",
  };
  static const gchar pieces[] =
      "{}[]\",:\\u0123dDeE89+-.ntf \n/*#'x\x7f\x80\xc3";
  guint accepted = 0;

  for (guint round = 0; round < 40000; round++) {
    const gchar *seed = seeds[g_test_rand_int_range (0, G_N_ELEMENTS (seeds))];
    g_autoptr (GString) text = g_string_new (seed);
    gint changes = g_test_rand_int_range (1, 4);

    for (gint i = 0; i < changes; i++) {
      gsize at = (gsize) g_test_rand_int_range (0, (gint32) text->len);
      gchar piece = pieces[g_test_rand_int_range (0, sizeof pieces - 1)];
      gint kind = g_test_rand_int_range (0, 5);

      if (kind == 0)
        text->str[at] = piece;
      else if (kind == 1)
        g_string_insert_c (text, (gssize) at, piece);
      else if (kind == 2 && text->len > 1)
        g_string_erase (text, (gssize) at, 1);
      else if (kind == 3)
        text->str[at] ^= (gchar) (1 << g_test_rand_int_range (0, 8));
      else
        g_string_insert_len (text, (gssize) at, seed,
                             g_test_rand_int_range (1, 9));
    }

    g_autofree gchar *exact = g_memdup2 (text->str, text->len);

    if (geo_json_check (exact, text->len, 100000, FALSE, NULL)) {
      accepted++;
      check_accepted (exact, text->len);
    }
  }
  g_test_message ("%u mutations accepted", accepted);
  g_assert_cmpuint (accepted, >, 100);
}

int
main (int argc, char *argv[]) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json/refused", test_refused);
  g_test_add_func ("/json/nul", test_nul);
  g_test_add_func ("/json/depth", test_depth);
  g_test_add_func ("/json/size", test_size);
  g_test_add_func ("/json/members", test_members);
  g_test_add_func ("/json/many-keys", test_many_keys);
  g_test_add_func ("/json/floats-allowed", test_floats_allowed);
  g_test_add_func ("/json/canonical", test_canonical);
  g_test_add_func ("/json/canonical-refused", test_canonical_refused);
  g_test_add_func ("/json/mutations", test_mutations);
  return g_test_run ();
}
