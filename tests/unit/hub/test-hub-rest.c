/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The REST side: the answers have the shapes of the recorded ones, and what is
 * registered is there after a restart.
 */
#include <string.h>

#include "core/geo-json.h"
#include "hub-test.h"

static JsonNode *
read_recordings (void) {
  g_autofree gchar *text = NULL;
  g_autoptr (GError) error = NULL;
  JsonNode *root;

  g_file_get_contents (
      g_test_get_filename (G_TEST_DIST, "unit", "hub", "recordings.json", NULL),
      &text, NULL, &error);
  g_assert_no_error (error);
  root = json_from_string (text, &error);
  g_assert_no_error (error);
  return root;
}

static JsonObject *
find_recording (JsonNode *recordings, const gchar *name) {
  JsonArray *array = json_node_get_array (recordings);

  for (guint i = 0; i < json_array_get_length (array); i++) {
    JsonObject *object = json_array_get_object_element (array, i);

    if (g_strcmp0 (json_object_get_string_member (object, "name"), name) == 0)
      return object;
  }
  g_assert_not_reached ();
}

/* What differs from hub to hub and from time to time. */
static const gchar *const own_values[] = {
  "timestamp",      "created_at", "updated_at", "version", "environment",
  "uptime_seconds", "latency_ms", "msg",        "error",   "description"
};

/* The same members of the same types; the same values but for those above. */
static void
assert_shape (JsonNode *expected, JsonNode *got, const gchar *name) {
  if (JSON_NODE_HOLDS_OBJECT (expected)) {
    JsonObject *a;
    JsonObject *b;
    JsonObjectIter iter;
    const gchar *member;
    JsonNode *value;

    if (!JSON_NODE_HOLDS_OBJECT (got))
      g_error ("%s is no object", name);
    a = json_node_get_object (expected);
    b = json_node_get_object (got);
    json_object_iter_init (&iter, a);
    while (json_object_iter_next (&iter, &member, &value)) {
      if (!json_object_has_member (b, member))
        g_error ("%s has no member %s", name, member);
      assert_shape (value, json_object_get_member (b, member), member);
    }
    json_object_iter_init (&iter, b);
    while (json_object_iter_next (&iter, &member, &value))
      if (!json_object_has_member (a, member))
        g_error ("%s has a member %s of its own", name, member);
    return;
  }
  for (gsize i = 0; i < G_N_ELEMENTS (own_values); i++)
    if (g_strcmp0 (name, own_values[i]) == 0)
      return;
  if (JSON_NODE_HOLDS_ARRAY (expected)) {
    JsonArray *a = json_node_get_array (expected);
    JsonArray *b;

    g_assert_true (JSON_NODE_HOLDS_ARRAY (got));
    b = json_node_get_array (got);
    /* Where in a text that is no JSON: each parser has its own place. */
    if (g_strcmp0 (name, "loc") == 0 && json_array_get_length (a) == 2 &&
        json_node_get_value_type (json_array_get_element (a, 1)) ==
            G_TYPE_INT64) {
      g_assert_cmpuint (json_array_get_length (b), ==, 2);
      return;
    }
    g_assert_cmpuint (json_array_get_length (a), ==, json_array_get_length (b));
    for (guint i = 0; i < json_array_get_length (a); i++)
      assert_shape (json_array_get_element (a, i),
                    json_array_get_element (b, i), name);
    return;
  }
  {
    g_autofree gchar *a = json_to_string (expected, FALSE);
    g_autofree gchar *b = json_to_string (got, FALSE);

    if (g_strcmp0 (a, b) != 0)
      g_error ("%s is %s, not %s", name, b, a);
  }
}

static gchar *
body_of (const gchar *answer) {
  const gchar *end = strstr (answer, "\r\n\r\n");

  g_assert_nonnull (end);
  g_assert_nonnull (strstr (answer, "X-Request-ID: test-1\r\n"));
  g_assert_nonnull (strstr (answer, "Content-Type: application/json\r\n"));
  return g_strdup (end + 4);
}

/* Asks as it was asked, and looks at the answer. */
static void
replay (const HubTest *test,
        JsonNode *recordings,
        const gchar *name,
        const gchar *path) {
  JsonObject *recording = find_recording (recordings, name);
  JsonNode *asked = json_object_get_member (recording, "body");
  g_autofree gchar *body = NULL;
  g_autofree gchar *answer = NULL;
  g_autofree gchar *text = NULL;
  g_autoptr (JsonNode) got = NULL;
  g_autoptr (GError) error = NULL;
  guint status;

  if (JSON_NODE_HOLDS_OBJECT (asked))
    body = json_to_string (asked, FALSE);
  else if (!JSON_NODE_HOLDS_NULL (asked))
    body = g_strdup (json_node_get_string (asked));
  answer = hub_test_ask (
      test, json_object_get_string_member (recording, "method"),
      path != NULL ? path : json_object_get_string_member (recording, "path"),
      body, &status);
  g_test_message ("%s: %u", name, status);
  g_assert_cmpuint (status, ==,
                    (guint) json_object_get_int_member (recording, "status"));
  text = body_of (answer);
  got = geo_json_parse (text, strlen (text), GEO_JSON_SIZE_MAX, &error);
  g_assert_no_error (error);
  assert_shape (json_object_get_member (recording, "answer"), got, name);
}

static void
test_recordings (void) {
  gchar *folder = hub_test_make_folder ();
  g_autoptr (JsonNode) recordings = read_recordings ();
  HubTest test;

  hub_test_start (&test, folder,
                  "[community]\nequivalents=UAH:2:fiat:₴:Hryvnia\n");
  replay (&test, recordings, "health", NULL);
  replay (&test, recordings, "health", "/health");
  replay (&test, recordings, "healthz", NULL);
  replay (&test, recordings, "healthz", "/healthz");
  replay (&test, recordings, "health-db", NULL);
  replay (&test, recordings, "health-db", "/health/db");
  replay (&test, recordings, "equivalents-list", NULL);
  replay (&test, recordings, "not-found-route", NULL);
  replay (&test, recordings, "not-found-route", "/equivalents");
  replay (&test, recordings, "register", NULL);
  replay (&test, recordings, "register-with-profile", NULL);
  replay (&test, recordings, "register-escape-probe", NULL);
  replay (&test, recordings, "register-duplicate", NULL);
  replay (&test, recordings, "register-bad-signature", NULL);
  replay (&test, recordings, "register-invalid-body", NULL);
  replay (&test, recordings, "malformed-json", "/api/v1/participants");

  /* What was said stays said. */
  hub_test_stop (&test);
  hub_test_start (&test, folder,
                  "[community]\nequivalents=UAH:2:fiat:₴:Hryvnia\n");
  replay (&test, recordings, "register-duplicate", NULL);
  hub_test_stop (&test);
  hub_test_remove (folder);
}

static void
assert_answer (const HubTest *test,
               const gchar *method,
               const gchar *path,
               const gchar *body,
               guint expected,
               const gchar *part) {
  guint status;
  g_autofree gchar *answer = hub_test_ask (test, method, path, body, &status);

  g_test_message ("%s %s: %s", method, path, answer);
  g_assert_cmpuint (status, ==, expected);
  if (part != NULL)
    g_assert_nonnull (strstr (answer, part));
}

#define ALICE                                  \
  "\"display_name\":\"Alice\",\"public_key\":" \
  "\"gVtJ2yVk+kAUxt6rN3xlx9ocMgFGFG+ojLE1PIhcGR0=\""
#define SIGNATURE                                                            \
  "\"signature\":\"JAuGdMo5x+Gf99M/unl3obGuzI3io/RHy83/yNBrLjb0CjVSdSOQV2Y4" \
  "iR/Yp40GOw5N8ztx+1pIXeV92kTTDQ==\""

static void
test_answers (void) {
  gchar *folder = hub_test_make_folder ();
  HubTest test;

  hub_test_start (&test, folder, "[limits]\nregistrations_per_minute=1000\n");
  assert_answer (&test, "POST", "/api/v1/health", "", 405, "Allow: GET, HEAD\r\n");
  assert_answer (&test, "PUT", "/api/v1/participants", NULL, 405,
                 "Allow: POST, GET, HEAD\r\n");
  assert_answer (&test, "GET", "/api/v1/participants", NULL, 401,
                 "WWW-Authenticate: Bearer\r\n");
  assert_answer (&test, "DELETE", "/api/v1/participants/x", NULL, 405, NULL);
  assert_answer (&test, "GET", "/api/v1/participants/", NULL, 404, NULL);
  assert_answer (&test, "GET", "/api/v1/participants/a/b", NULL, 404, NULL);
  assert_answer (&test, "GET", "/api/v1/participants/nobody", NULL, 401, NULL);
  assert_answer (&test, "POST", "/api/v1/auth/challenge",
                 "{\"pid\":\"nobody\"}", 404, "Participant nobody not found");
  assert_answer (&test, "GET", "/api/v1", NULL, 404, NULL);
  assert_answer (&test, "GET", "/api/v1healthz", NULL, 404, NULL);
  assert_answer (&test, "GET", "/", NULL, 404, "{\"detail\":\"Not Found\"}");

  assert_answer (&test, "POST", "/api/v1/participants", "", 422, "missing");
  assert_answer (&test, "POST", "/api/v1/participants", "[]", 422, "E009");
  assert_answer (&test, "POST", "/api/v1/participants", "{\"a\":1.5}", 422,
                 "json_invalid");
  assert_answer (&test, "POST", "/api/v1/participants", "{\"a\":1,\"a\":1}",
                 422, "json_invalid");
  assert_answer (&test, "POST", "/api/v1/participants", "\xff", 422,
                 "json_invalid");
  assert_answer (&test, "POST", "/api/v1/participants",
                 "{\"display_name\":7,\"public_key\":[],\"signature\":null}",
                 422, "string_type");
  assert_answer (&test, "POST", "/api/v1/participants",
                 "{" ALICE "," SIGNATURE ",\"type\":\"robot\"}", 422,
                 "literal_error");
  assert_answer (&test, "POST", "/api/v1/participants",
                 "{" ALICE "," SIGNATURE ",\"type\":5}", 422, "string_type");
  assert_answer (&test, "POST", "/api/v1/participants",
                 "{" ALICE "," SIGNATURE ",\"profile\":5}", 422, "dict_type");
  assert_answer (&test, "POST", "/api/v1/participants",
                 "{\"display_name\":\"\",\"public_key\":\"AAAA\"," SIGNATURE
                 "}",
                 422, "string_too_short");
  assert_answer (&test, "POST", "/api/v1/participants",
                 "{" ALICE ",\"signature\":\"x\"}", 400, "E005");
  /* What is signed is signed: another type, or a profile, is not. */
  assert_answer (&test, "POST", "/api/v1/participants",
                 "{" ALICE "," SIGNATURE ",\"type\":\"business\"}", 400,
                 "E005");
  assert_answer (&test, "POST", "/api/v1/participants",
                 "{" ALICE "," SIGNATURE ",\"profile\":{}}", 400, "E005");
  /* The type defaults to person, and null is no profile. */
  assert_answer (&test, "POST", "/api/v1/participants",
                 "{" ALICE "," SIGNATURE ",\"profile\":null}", 201,
                 "DrqbC9be9DVsNQd22QewgAb4QDwfRuYxtGQvbnHT4gBu");
  assert_answer (&test, "POST", "/api/v1/auth/challenge",
                 "{\"pid\":\"DrqbC9be9DVsNQd22QewgAb4QDwfRuYxtGQvbnHT4gBu\"}",
                 200, "\"challenge\":\"");
  hub_test_stop (&test);
  hub_test_remove (folder);
}

static void
test_closed (void) {
  gchar *folder = hub_test_make_folder ();
  HubTest test;

  hub_test_start (&test, folder, "[joining]\nopen=false\n");
  assert_answer (&test, "POST", "/api/v1/participants",
                 "{" ALICE "," SIGNATURE "}", 403, "E006");
  hub_test_stop (&test);
  hub_test_start (&test, folder, "[joining]\ncode=sesame\n");
  assert_answer (&test, "POST", "/api/v1/participants",
                 "{" ALICE "," SIGNATURE "}", 403, "E006");
  hub_test_stop (&test);
  hub_test_remove (folder);
}

static void
test_rate (void) {
  gchar *folder = hub_test_make_folder ();
  HubTest test;

  hub_test_start (&test, folder, "[limits]\nregistrations_per_minute=3\n");
  for (guint i = 0; i < 3; i++)
    assert_answer (&test, "POST", "/api/v1/participants", "{}", 422, NULL);
  assert_answer (&test, "POST", "/api/v1/participants", "{}", 429,
                 "Retry-After: ");
  assert_answer (&test, "GET", "/api/v1/health", NULL, 200, NULL);
  hub_test_stop (&test);
  hub_test_remove (folder);
}

/* A key that registered through REST signs in as a node and is one person. */
static void
test_registered_node (void) {
  gchar *folder = hub_test_make_folder ();
  HubPerson *person = hub_person_new (1, "Olena");
  g_autofree gchar *key = geo_public_key_to_string (&person->key);
  g_autofree gchar *pid = geo_pid_to_string (&person->pid);
  g_autofree gchar *bytes = g_strdup_printf (
      "{\"display_name\":\"Olena\",\"public_key\":\"%s\",\"type\":\"person\"}",
      key);
  g_autofree gchar *signature_text = NULL;
  g_autofree gchar *body = NULL;
  GeoSignature signature;
  HubTest test;

  geo_secret_sign (person->secret, bytes, strlen (bytes), &signature);
  signature_text = geo_signature_to_string (&signature);
  bytes[strlen (bytes) - 1] = '\0';
  body = g_strdup_printf ("%s,\"signature\":\"%s\"}", bytes, signature_text);

  hub_test_start (&test, folder, NULL);
  assert_answer (&test, "POST", "/api/v1/participants", body, 201, pid);
  hub_person_connect (person, geo_hub_get_address (test.hub));
  wait_until (person->synced);
  assert_answer (&test, "POST", "/api/v1/participants", body, 409, "E008");
  hub_person_free (person);
  hub_test_stop (&test);
  hub_test_remove (folder);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hub/rest/recordings", test_recordings);
  g_test_add_func ("/hub/rest/answers", test_answers);
  g_test_add_func ("/hub/rest/closed", test_closed);
  g_test_add_func ("/hub/rest/rate", test_rate);
  g_test_add_func ("/hub/rest/registered-node", test_registered_node);
  return g_test_run ();
}
