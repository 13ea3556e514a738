/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Signatures and PIDs that other people's programs made for GEO v0.1: the
 * extract in tests/vectors, and whole recordings where GEO_SHARED has them.
 */
#include <json-glib/json-glib.h>

#include "core/geo-json.h"

#include "test-util.h"

static JsonObject *
load (const gchar *path, JsonParser **parser) {
  g_autoptr (GError) error = NULL;

  *parser = json_parser_new ();
  json_parser_load_from_file (*parser, path, &error);
  g_assert_no_error (error);
  if (!JSON_NODE_HOLDS_OBJECT (json_parser_get_root (*parser)))
    return NULL;
  return json_node_get_object (json_parser_get_root (*parser));
}

static gboolean
verify (const gchar *text, const gchar *key_text, const gchar *signature_text) {
  GeoPublicKey key;
  GeoSignature signature;

  g_assert_true (geo_public_key_parse (key_text, &key, NULL));
  return geo_signature_parse (signature_text, &signature, NULL) &&
         geo_public_key_verify (&key, text, strlen (text), &signature);
}

static void
check_pid (const gchar *key_text, const gchar *pid_text) {
  GeoPublicKey key;
  GeoPid pid;
  g_autofree gchar *text = NULL;

  g_assert_true (geo_public_key_parse (key_text, &key, NULL));
  geo_pid_from_key (&key, &pid);
  text = geo_pid_to_string (&pid);
  g_assert_cmpstr (text, ==, pid_text);
}

/* What was signed is canonical already; a login challenge is no JSON. */
static void
check_canonical (const gchar *text) {
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autofree gchar *canonical = NULL;

  if (*text != '{')
    return;
  node = geo_json_parse (text, strlen (text), GEO_JSON_SIZE_MAX, &error);
  g_assert_no_error (error);
  canonical = geo_json_canonical (node, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (canonical, ==, text);
}

static void
test_extract (void) {
  g_autoptr (JsonParser) parser = NULL;
  g_autofree gchar *path = g_test_build_filename (G_TEST_DIST, "vectors",
                                                  "geo-v01.json", NULL);
  JsonObject *root = load (path, &parser);
  JsonArray *people = json_object_get_array_member (root, "people");
  JsonArray *valid = json_object_get_array_member (root, "valid");
  JsonArray *invalid = json_object_get_array_member (root, "invalid");

  g_assert_cmpuint (json_array_get_length (people), >=, 7);
  for (guint i = 0; i < json_array_get_length (people); i++) {
    JsonObject *item = json_array_get_object_element (people, i);

    check_pid (json_object_get_string_member (item, "public_key"),
               json_object_get_string_member (item, "pid"));
  }
  g_assert_cmpuint (json_array_get_length (valid), >=, 30);
  for (guint i = 0; i < json_array_get_length (valid); i++) {
    JsonObject *item = json_array_get_object_element (valid, i);
    const gchar *text = json_object_get_string_member (item, "signed");

    g_test_message ("%s", json_object_get_string_member (item, "name"));
    g_assert_true (verify (text,
                           json_object_get_string_member (item, "public_key"),
                           json_object_get_string_member (item, "signature")));
    check_canonical (text);
  }
  for (guint i = 0; i < json_array_get_length (invalid); i++) {
    JsonObject *item = json_array_get_object_element (invalid, i);

    g_assert_false (verify (json_object_get_string_member (item, "signed"),
                            json_object_get_string_member (item, "public_key"),
                            json_object_get_string_member (item, "signature")));
  }
}

/* Collects the public keys by PID, and checks the PID that is next to each. */
static void
collect_keys (JsonNode *node, GHashTable *keys) {
  if (JSON_NODE_HOLDS_ARRAY (node)) {
    JsonArray *array = json_node_get_array (node);

    for (guint i = 0; i < json_array_get_length (array); i++)
      collect_keys (json_array_get_element (array, i), keys);
  } else if (JSON_NODE_HOLDS_OBJECT (node)) {
    JsonObject *object = json_node_get_object (node);
    const gchar *key =
        json_object_get_string_member_with_default (object, "public_key", NULL);
    const gchar *pid = json_object_get_string_member_with_default (object,
                                                                   "pid", NULL);
    g_autoptr (GList) values = json_object_get_values (object);

    if (key != NULL && pid != NULL) {
      check_pid (key, pid);
      g_hash_table_replace (keys, g_strdup (pid), g_strdup (key));
    }
    for (GList *at = values; at != NULL; at = at->next)
      collect_keys (at->data, keys);
  }
}

/* Who sent a request, where its answer says so or it is a payment of those that
 * Alice sent to try what is refused; else NULL. */
static const gchar *
find_sender (JsonObject *recording) {
  JsonObject *response = json_object_get_object_member (recording, "response");
  JsonNode *body = json_object_get_member (response, "body");
  const gchar *name = json_object_get_string_member (recording, "name");

  if (g_str_equal (name, "payment-bad-signature"))
    return "DrqbC9be9DVsNQd22QewgAb4QDwfRuYxtGQvbnHT4gBu";
  if (body == NULL || !JSON_NODE_HOLDS_OBJECT (body))
    return NULL;
  return json_object_get_string_member_with_default (
      json_node_get_object (body), "from", NULL);
}

/* The signed bytes of a request whose recording does not give them: its fields
 * without nulls and the signature, and the id of its path. */
static gchar *
rebuild (JsonObject *request, JsonObject *body) {
  const gchar *path = json_object_get_string_member (request, "path");
  const gchar *line = strstr (path, "/trustlines/");
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autoptr (JsonObject) object = json_object_new ();
  JsonObjectIter iter;
  const gchar *name;
  JsonNode *value;

  if (g_str_has_suffix (path, "/auth/login"))
    return g_strdup (json_object_get_string_member (body, "challenge"));
  json_object_iter_init (&iter, body);
  while (json_object_iter_next (&iter, &name, &value))
    if (!JSON_NODE_HOLDS_NULL (value) && !g_str_equal (name, "signature"))
      json_object_set_member (object, name, json_node_copy (value));
  if (line != NULL)
    json_object_set_string_member (object, "id",
                                   line + strlen ("/trustlines/"));
  json_node_set_object (node, object);
  return geo_json_canonical (node, NULL, NULL);
}

/* Where the bytes are given, those of the fields are the same ones, but for a
 * limit that was sent as a number and signed as a string. */
static void
check_recording (JsonObject *recording,
                 GHashTable *keys,
                 guint *verified,
                 guint *strangers) {
  JsonObject *request = json_object_get_object_member (recording, "request");
  JsonNode *body_node = json_object_get_member (request, "body");
  const gchar *name = json_object_get_string_member (recording, "name");
  const gchar *text = json_object_get_string_member_with_default (
      recording, "signed_bytes_utf8", NULL);
  const gchar *signature;
  g_autofree gchar *rebuilt = NULL;
  GHashTableIter iter;
  gpointer key;
  gboolean found = FALSE;

  if (body_node == NULL || !JSON_NODE_HOLDS_OBJECT (body_node))
    return;

  JsonObject *body = json_node_get_object (body_node);

  signature = json_object_get_string_member_with_default (body, "signature",
                                                          NULL);
  if (signature == NULL)
    return;
  rebuilt = rebuild (request, body);
  if (text != NULL) {
    check_canonical (text);
    if (rebuilt != NULL && strstr (text, "\"id\"") == NULL &&
        !g_str_equal (name, "trustline-limit-as-number") && *text == '{')
      g_assert_cmpstr (rebuilt, ==, text);
  } else {
    text = rebuilt;
  }
  g_assert_nonnull (text);

  const gchar *sender = find_sender (recording);
  gboolean is_bad = strstr (name, "bad-signature") != NULL;

  if (g_str_equal (name, "register-bad-signature"))
    g_assert_false (verify (
        text, json_object_get_string_member (body, "public_key"), signature));
  if (sender != NULL) {
    key = g_hash_table_lookup (keys, sender);
    if (key != NULL)
      g_assert_true (verify (text, key, signature) == !is_bad);
  }
  if (is_bad)
    return;

  g_hash_table_iter_init (&iter, keys);
  while (g_hash_table_iter_next (&iter, NULL, &key))
    found = found || verify (text, key, signature);
  g_test_message ("%s: %s", name, found ? "verifies" : "key not recorded");
  if (found)
    (*verified)++;
  else
    (*strangers)++;
}

static void
test_recordings (void) {
  const gchar *shared = g_getenv ("GEO_SHARED");
  g_autofree gchar *folder =
      shared != NULL ? g_build_filename (shared, "contract", "recordings", NULL)
                     : NULL;
  g_autoptr (GPtrArray) parsers =
      g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GHashTable) keys = g_hash_table_new_full (g_str_hash, g_str_equal,
                                                       g_free, g_free);
  g_autoptr (GDir) dir = folder != NULL ? g_dir_open (folder, 0, NULL) : NULL;
  const gchar *name;
  guint verified = 0, strangers = 0;

  if (dir == NULL) {
    g_test_skip ("GEO_SHARED has no recordings");
    return;
  }
  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree gchar *path = g_build_filename (folder, name, NULL);
    JsonParser *parser;

    if (!g_str_has_suffix (name, ".json"))
      continue;
    load (path, &parser);
    g_ptr_array_add (parsers, parser);
    collect_keys (json_parser_get_root (parser), keys);
  }
  for (guint i = 0; i < parsers->len; i++) {
    JsonNode *root = json_parser_get_root (parsers->pdata[i]);

    if (JSON_NODE_HOLDS_OBJECT (root))
      check_recording (json_node_get_object (root), keys, &verified,
                       &strangers);
  }
  g_test_message ("%u signatures verify, %u are of keys that are not recorded",
                  verified, strangers);
  g_assert_cmpuint (verified, >=, 30);
}

int
main (int argc, char *argv[]) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/vectors/extract", test_extract);
  g_test_add_func ("/vectors/recordings", test_recordings);
  return g_test_run ();
}
