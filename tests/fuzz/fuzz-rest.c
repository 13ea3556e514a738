/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What clients of the REST contract send: bodies, queries and tokens, what
 * listeners say, and the words of that contract that become ours.
 */
#include "core/geo-json.h"
#include "core/geo-rest-object.h"
#include "fuzz.h"
#include "hub/geo-hub-settings.h"
#include "hub/rest/geo-rest-events.h"
#include "hub/rest/geo-rest-json.h"
#include "hub/rest/geo-rest-token.h"

/* Whatever the body is, there is an object or a fault, and the faults can be
 * told. */
static void
try_body (const gchar *body, gsize len) {
  static const gchar *const texts[] = { "display_name", "public_key", "type",
                                        "to", "amount" };
  g_auto (GeoRestFaults) faults = { 0 };
  g_autoptr (JsonNode) root = NULL;
  g_autofree gchar *told = NULL;

  geo_rest_faults_init (&faults, "body");
  root = geo_rest_body_parse (body, len, NULL, &faults);
  g_assert_true ((root != NULL) == !geo_rest_faults_any (&faults));
  if (root != NULL) {
    JsonObject *object = json_node_get_object (root);
    gint64 number;

    for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
      const gchar *text = geo_rest_get_text (object, texts[i], TRUE, &faults);

      g_assert_true (text != NULL || geo_rest_faults_any (&faults));
      if (text != NULL)
        geo_rest_check_length (text, texts[i], 1, 64, &faults);
    }
    geo_rest_get_object (object, "profile", &faults);
    geo_rest_get_bool (object, "to", FALSE, &faults);
    number = geo_rest_get_int (object, "amount", 5, 1, 10, &faults);
    g_assert_cmpint (number, >=, 1);
    g_assert_cmpint (number, <=, 10);
  }
  told = geo_rest_error_text (GEO_CODE_INVALID, "No",
                              geo_rest_faults_take (&faults, "errors"));
  g_assert_true (g_utf8_validate (told, -1, NULL));
  g_assert_false (geo_rest_faults_any (&faults));
}

static void
try_query (const gchar *text) {
  g_autoptr (GHashTable) query = g_hash_table_new (g_str_hash, g_str_equal);
  g_auto (GeoRestFaults) faults = { 0 };
  GeoRestPage page;
  gint64 number;

  geo_rest_faults_init (&faults, "query");
  g_hash_table_insert (query, (gpointer) "page", (gpointer) text);
  g_hash_table_insert (query, (gpointer) "per_page", (gpointer) text);
  geo_rest_query_page (query, &page, &faults);
  g_assert_true (geo_rest_faults_any (&faults) ||
                 (page.page >= 1 && page.per_page >= 1 &&
                  page.per_page <= 200 && page.offset >= 0));
  number = geo_rest_query_int (query, "page", 1, -5, 5, &faults);
  g_assert_cmpint (ABS (number), <=, 5);
  geo_rest_query_bool (query, "page", FALSE, &faults);
  geo_rest_query_time (query, "page", 0, FALSE, &faults);
  geo_rest_query_time (query, "page", 0, TRUE, &faults);
}

/* One of the words, or nothing and a fault. */
static void
try_word (const gchar *text) {
  static const gchar *const words[] = { "all", "sent", "received", NULL };
  g_autoptr (GHashTable) query = g_hash_table_new (g_str_hash, g_str_equal);
  g_auto (GeoRestFaults) faults = { 0 };
  const gchar *word;

  geo_rest_faults_init (&faults, "query");
  g_hash_table_insert (query, (gpointer) "direction", (gpointer) text);
  word = geo_rest_query_word (query, "direction", words, &faults);
  g_assert_true ((word != NULL) == !geo_rest_faults_any (&faults));
  g_assert_true (word == NULL || g_strv_contains (words, word));
}

/* Whatever a listener says, there is one answer; only what is asked for and
 * there is subscribed to. */
static void
try_events (const gchar *text) {
  static const guint all = GEO_REST_EVENT_PAYMENT | GEO_REST_EVENT_LINE |
                           GEO_REST_EVENT_CLEARING;
  guint subscribed = GEO_REST_EVENT_LINE;
  gboolean good;
  g_autofree gchar *answer = geo_rest_events_answer (text, &subscribed, &good);
  g_autofree gchar *token = geo_rest_events_read_token (text);

  g_assert_true (g_utf8_validate (answer, -1, NULL));
  g_assert_cmpuint (strlen (answer), <, 200);
  g_assert_cmpuint (subscribed & ~all, ==, 0);
  if (!good)
    g_assert_cmpuint (subscribed, ==, GEO_REST_EVENT_LINE);
  g_assert_true (token == NULL || strchr (token, ',') == NULL);
}

/* What is taken as a setting is shown as it was said, also after it was in the
 * database. */
static void
try_settings (const gchar *text) {
  g_autoptr (JsonNode) value = geo_json_parse (text, strlen (text),
                                               GEO_JSON_SIZE_MAX, NULL);
  g_autoptr (GHashTable) stored = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GeoHubConfig) config = geo_hub_config_new ();
  g_autoptr (GeoHubSettings) settings = NULL;
  const gchar *const *names = geo_hub_settings_names ();

  settings = geo_hub_settings_new (config, stored);
  for (guint i = 0; names[i] != NULL; i++) {
    g_autofree gchar *why = NULL;
    g_autofree gchar *kept =
        value == NULL ? NULL : geo_hub_settings_check (names[i], value, &why);
    g_autoptr (JsonNode) shown = NULL;

    g_assert_true (value == NULL || (kept == NULL) == (why != NULL));
    geo_hub_settings_set (settings, names[i], kept != NULL ? kept : text);
    shown = geo_hub_settings_show (settings, names[i]);
    g_assert_true (kept == NULL || json_node_equal (shown, value));
  }
}

/* Nobody without the key makes a token. */
static void
try_token (const gchar *text) {
  static const guint8 key[GEO_REST_TOKEN_KEY_LEN] = { 3 };
  GeoRestToken token;

  g_assert_false (
      geo_rest_token_read (key, text, GEO_REST_TOKEN_ACCESS, 0, &token));
  g_assert_false (
      geo_rest_token_read (key, text, GEO_REST_TOKEN_REFRESH, 0, &token));
}

static void
try_words (const gchar *text) {
  g_autofree gchar *name = geo_rest_name (text);
  g_autofree gchar *description = geo_rest_description (text);
  GeoParticipantKind kind;

  /* What comes out fits an object of ours: normalized, and in one line. */
  g_assert_true (g_utf8_validate (name, -1, NULL));
  g_assert_true (description == NULL ||
                 g_utf8_validate (description, -1, NULL));
  geo_rest_kind (text, &kind);
  for (guint precision = 0; precision <= 8; precision++) {
    g_autoptr (GError) error = NULL;
    GeoAmount amount;
    gboolean done = geo_rest_parse_amount (text, precision, &amount, &error);

    fuzz_check_outcome (done, error);
    if (done) {
      g_autofree gchar *written = geo_amount_to_string (amount, precision);
      GeoAmount again;

      g_assert_true (geo_rest_parse_amount (written, precision, &again, NULL));
      g_assert_cmpint (again.minor, ==, amount.minor);
    }
  }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size) {
  g_autofree gchar *text = fuzz_text (data, size);

  /* The server ends bodies with a NUL. */
  try_body (text, size);
  /* Texts of people have passed the gate or the server before. */
  if (g_utf8_validate (text, -1, NULL)) {
    try_words (text);
    try_query (text);
    try_word (text);
    try_events (text);
    try_settings (text);
    try_token (text);
  }
  return 0;
}
