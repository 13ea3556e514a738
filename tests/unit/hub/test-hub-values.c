/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The hub's values: its configuration, its key file, its community object, its
 * token buckets, what it has seen, its log lines.
 */
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/geo-contract.h"
#include "hub-test.h"
#include "hub/geo-bucket.h"
#include "hub/geo-hub-community.h"
#include "hub/geo-hub-key.h"
#include "hub/geo-hub-log.h"
#include "hub/geo-seen.h"

/* --- Configuration -------------------------------------------------------- */

static const struct {
  const gchar *text;
  const gchar *error; /* Part of the message, or NULL: it is good. */
} configs[] = {
  { "", NULL },
  { "# nothing\n", NULL },
  { "[community]\nname=Село\n", NULL },
  { "[community]\nequivalents=UAH:2:fiat:₴:Hryvnia;HOUR:0:time\n", NULL },
  { "[community]\nequivalents=KWH:3:commodity\n", NULL },
  { "[hub]\nlisten=127.0.0.1:1;[::1]:2\n", NULL },
  { "[hub]\npublic_address=https://hub.example.org\n", NULL },
  { "[joining]\nopen=false\ncode=abc\n", NULL },
  { "[limits]\nsessions=10\norders_open=1\n", NULL },
  { "name=x\n", "start" },
  { "[community]\nname\n", "" },
  { "[people]\n", "f.conf: there is no group [people]" },
  { "[community]\nnames=x\n", "f.conf: group [community] has no key names" },
  { "[community]\nname=\n", "group [community], key name: a name has" },
  { "[community]\nname=\\n\n", "key name: a name has" },
  { "[community]\nequivalents=\n", "there must be 1 to 64" },
  { "[community]\nequivalents=UAH\n", "“UAH” is not CODE:PRECISION" },
  { "[community]\nequivalents=uah:2:fiat\n", "a code that is not" },
  { "[community]\nequivalents=UAH:9:fiat\n", "a precision that is not" },
  { "[community]\nequivalents=UAH:-1:fiat\n", "a precision that is not" },
  { "[community]\nequivalents=UAH:2:money\n", "a kind that is not" },
  { "[community]\nequivalents=UAH:2:fiat:\n", "a symbol that is not" },
  { "[community]\nequivalents=UAH:2:fiat:₴:\n", "a name that is not" },
  { "[community]\nequivalents=UAH:2:fiat;UAH:3:fiat\n", "UAH is there twice" },
  { "[hub]\nlisten=\n", "at least one address" },
  { "[hub]\nlisten=localhost:1\n", "is not a numeric address" },
  { "[hub]\nlisten=127.0.0.1\n", "is not a numeric address" },
  { "[hub]\npublic_address=ftp://x\n", "is not the address of a hub" },
  { "[tls]\ncertificate=cert.pem\n", "named from / on" },
  { "[tls]\nkey=/key.pem\n", "there is no certificate for the key" },
  { "[tls]\nkey=/key.pem\nself_made=true\n", "there is no certificate for" },
  { "[tls]\nkey=/key.pem\ncertificate=/c.pem\n", NULL },
  { "[clearing]\nmax_length=3\n", NULL },
  { "[clearing]\nmax_length=2\n", "is not a number from 3 to 32" },
  { "[admin]\ntoken=0123456789abcdef\ntoken_file=/dev/null\n",
    "key token_file: there is a token already" },
  { "[admin]\ntoken_file=/dev/null\n", "a token has 16 to 200" },
  { "[joining]\nopen=yes\n", "“yes” is neither true nor false" },
  { "[joining]\ncode=\n", "a code has" },
  { "[limits]\nsessions=0\n", "is not a number from 1 to" },
  { "[limits]\nsessions=-1\n", "is not a number from 1 to" },
  { "[limits]\nsessions=1e3\n", "is not a number from 1 to" },
  { "[limits]\nsessions=99999999999\n", "is not a number from 1 to" },
};

static void
test_config_table (void) {
  for (gsize i = 0; i < G_N_ELEMENTS (configs); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GeoHubConfig) config = geo_hub_config_parse (configs[i].text,
                                                            "f.conf", &error);

    if (configs[i].error == NULL) {
      g_assert_no_error (error);
      g_assert_nonnull (config);
      continue;
    }
    g_assert_error (error, GEO_HUB_ERROR, GEO_HUB_ERROR_CONFIG);
    g_assert_null (config);
    g_test_message ("%s", error->message);
    g_assert_nonnull (strstr (error->message, configs[i].error));
    g_assert_true (g_str_has_prefix (error->message, "f.conf: "));
  }
}

static void
test_config_values (void) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoHubConfig) config = geo_hub_config_parse (
      "[community]\nname=Village\n"
      "equivalents= UAH:2:fiat:₴:Hryvnia ; HOUR:0:time; \n"
      "[hub]\nlisten=127.0.0.1:1; [::1]:2\npublic_address=Hub.example.org\n"
      "[joining]\ncode=open sesame\n"
      "[limits]\nmessages_per_second=7\n",
      "f.conf", &error);
  const GeoEquivalent *first;
  const GeoEquivalent *second;

  g_assert_no_error (error);
  g_assert_cmpstr (config->name, ==, "Village");
  g_assert_cmpuint (config->equivalents->len, ==, 2);
  first = g_ptr_array_index (config->equivalents, 0);
  second = g_ptr_array_index (config->equivalents, 1);
  g_assert_cmpstr (first->code, ==, "UAH");
  g_assert_cmpint (first->precision, ==, 2);
  g_assert_cmpint (first->kind, ==, GEO_EQUIVALENT_KIND_FIAT);
  g_assert_cmpstr (first->symbol, ==, "₴");
  g_assert_cmpstr (first->name, ==, "Hryvnia");
  g_assert_cmpstr (second->code, ==, "HOUR");
  g_assert_null (second->symbol);
  g_assert_cmpuint (g_strv_length (config->listen), ==, 2);
  g_assert_cmpstr (config->listen[1], ==, "[::1]:2");
  g_assert_cmpstr (config->public_address, ==, "https://hub.example.org");
  g_assert_true (config->open);
  g_assert_cmpstr (config->code, ==, "open sesame");
  g_assert_cmpuint (config->messages_per_second, ==, 7);
  g_assert_cmpuint (config->sessions_max, ==, 4096);
}

static void
test_config_file (void) {
  g_autoptr (GError) error = NULL;

  g_assert_null (geo_hub_config_read ("/nonexistent/hub.conf", &error));
  g_assert_error (error, GEO_HUB_ERROR, GEO_HUB_ERROR_CONFIG);
}

/* The example that is installed is the defaults and nothing else. */
static void
test_config_example (void) {
  g_autofree gchar *path = g_build_filename (
      g_getenv ("GEO_SOURCE_ROOT"), "data", "geo-hub.conf.example", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoHubConfig) config = geo_hub_config_read (path, &error);
  g_autoptr (GeoHubConfig) defaults = geo_hub_config_new ();

  g_assert_no_error (error);
  g_assert_cmpstr (config->name, ==, defaults->name);
  g_assert_cmpuint (config->equivalents->len, ==, defaults->equivalents->len);
  g_assert_cmpstrv (config->listen, defaults->listen);
  g_assert_cmpint (config->open, ==, defaults->open);
  g_assert_cmpuint (config->sessions_max, ==, defaults->sessions_max);
  g_assert_cmpuint (config->connections_max, ==, defaults->connections_max);
  g_assert_cmpuint (config->messages_per_second, ==,
                    defaults->messages_per_second);
  g_assert_cmpuint (config->registrations_per_minute, ==,
                    defaults->registrations_per_minute);
  g_assert_cmpuint (config->orders_open_max, ==, defaults->orders_open_max);
}

/* --- Key ------------------------------------------------------------------ */

static void
test_key (void) {
  gchar *folder = hub_test_make_folder ();
  g_autofree gchar *path = g_build_filename (folder, "hub.key", NULL);
  g_autofree gchar *text = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoHubKey) first = NULL;
  g_autoptr (GeoHubKey) second = NULL;
  struct stat info;
  GeoPid first_pid;
  GeoPid second_pid;

  g_assert_null (geo_hub_key_open (path, FALSE, &error));
  g_assert_error (error, GEO_HUB_ERROR, GEO_HUB_ERROR_DATA);
  g_clear_error (&error);

  first = geo_hub_key_open (path, TRUE, &error);
  g_assert_no_error (error);
  g_assert_cmpint (stat (path, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 0777, ==, 0600);
  second = geo_hub_key_open (path, TRUE, &error);
  g_assert_no_error (error);
  geo_secret_get_pid (first->secret, &first_pid);
  geo_secret_get_pid (second->secret, &second_pid);
  g_assert_true (geo_pid_equal (&first_pid, &second_pid));
  g_assert_cmpmem (first->salt_key, 32, second->salt_key, 32);

  /* Whoever else may read it, it is not used. */
  for (guint mode = 0601; mode <= 0640; mode++) {
    if ((mode & 077) == 0)
      continue;
    g_assert_cmpint (g_chmod (path, (int) mode), ==, 0);
    g_assert_null (geo_hub_key_open (path, TRUE, &error));
    g_assert_error (error, GEO_HUB_ERROR, GEO_HUB_ERROR_DATA);
    g_clear_error (&error);
  }

  /* Any change of the text is noticed, and no new key is made. */
  g_file_get_contents (path, &text, NULL, NULL);
  for (gsize i = 0; i < strlen (text); i++) {
    g_autofree gchar *changed = g_strdup (text);
    gchar c = changed[i];

    changed[i] = c == '!' ? '?' : '!';
    g_file_set_contents (path, changed, -1, NULL);
    g_chmod (path, 0600);
    g_assert_null (geo_hub_key_open (path, TRUE, &error));
    g_assert_error (error, GEO_HUB_ERROR, GEO_HUB_ERROR_DATA);
    g_clear_error (&error);
    changed[i] = '\0';
    g_file_set_contents (path, changed, -1, NULL);
    g_chmod (path, 0600);
    g_assert_null (geo_hub_key_open (path, TRUE, &error));
    g_assert_error (error, GEO_HUB_ERROR, GEO_HUB_ERROR_DATA);
    g_clear_error (&error);
  }
  hub_test_remove (folder);
}

/* --- Community ------------------------------------------------------------ */

static GeoCommunity *
make (GeoSecret *secret,
      const gchar *equivalents,
      const gchar *name,
      const GeoCommunity *before,
      GError **error) {
  g_autofree gchar *text = g_strdup_printf (
      "[community]\nname=%s\nequivalents=%s\n", name, equivalents);
  g_autoptr (GeoHubConfig) config = geo_hub_config_parse (text, "f", error);

  return geo_hub_community_make (config, NULL, secret, before, 5000, error);
}

static void
test_community (void) {
  const guint8 seed[GEO_SEED_LEN] = { 1 };
  const guint8 other_seed[GEO_SEED_LEN] = { 2 };
  g_autoptr (GeoSecret) secret = geo_secret_new_from_seed (seed);
  g_autoptr (GeoSecret) other = geo_secret_new_from_seed (other_seed);
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoCommunity) first = make (secret, "UAH:2:fiat", "A", NULL,
                                         &error);
  g_autoptr (GeoCommunity) same = NULL;
  g_autoptr (GeoCommunity) named = NULL;
  g_autoptr (GeoCommunity) more = NULL;
  g_autofree gchar *first_text = NULL;
  g_autofree gchar *same_text = NULL;

  g_assert_no_error (error);
  g_assert_cmpint (first->seq, ==, 1);
  g_assert_true (geo_community_check (first, NULL));
  first->at = 4000;
  geo_community_sign (first, secret);

  same = make (secret, "UAH:2:fiat", "A", first, &error);
  g_assert_no_error (error);
  first_text = geo_community_to_text (first, NULL);
  same_text = geo_community_to_text (same, NULL);
  g_assert_cmpstr (first_text, ==, same_text);

  named = make (secret, "UAH:2:fiat", "B", first, &error);
  g_assert_no_error (error);
  g_assert_cmpint (named->seq, ==, 2);
  g_assert_true (geo_community_check (named, NULL));
  more = make (secret, "HOUR:0:time;UAH:2:fiat:₴", "B", named, &error);
  g_assert_no_error (error);
  g_assert_cmpint (more->seq, ==, 3);

  /* What people owe each other in stays as it is. */
  g_assert_null (make (secret, "HOUR:0:time", "B", more, &error));
  g_assert_error (error, GEO_HUB_ERROR, GEO_HUB_ERROR_CONFIG);
  g_clear_error (&error);
  g_assert_null (make (secret, "HOUR:1:time;UAH:2:fiat", "B", more, &error));
  g_assert_error (error, GEO_HUB_ERROR, GEO_HUB_ERROR_CONFIG);
  g_clear_error (&error);
  g_assert_null (make (secret, "HOUR:0:custom;UAH:2:fiat", "B", more, &error));
  g_assert_error (error, GEO_HUB_ERROR, GEO_HUB_ERROR_CONFIG);
  g_clear_error (&error);
  g_assert_null (make (other, "HOUR:0:time;UAH:2:fiat", "B", more, &error));
  g_assert_error (error, GEO_HUB_ERROR, GEO_HUB_ERROR_DATA);
}

/* --- Bucket and log ------------------------------------------------------- */

static void
test_bucket (void) {
  GeoBucket bucket;
  guint taken = 0;

  geo_bucket_init (&bucket, 10, 1000, 5, 0);
  g_assert_true (geo_bucket_is_full (&bucket, 0));
  for (guint i = 0; i < 5; i++)
    g_assert_true (geo_bucket_take (&bucket, 0));
  g_assert_false (geo_bucket_take (&bucket, 0));
  g_assert_cmpint (geo_bucket_wait_us (&bucket, 0), ==, 100);
  g_assert_cmpint (geo_bucket_wait_us (&bucket, 40), ==, 60);
  g_assert_false (geo_bucket_take (&bucket, 99));
  g_assert_true (geo_bucket_take (&bucket, 100));
  /* Set back, the clock gives nothing, and later not twice. */
  g_assert_false (geo_bucket_take (&bucket, 0));
  g_assert_true (geo_bucket_take (&bucket, 100));
  g_assert_false (geo_bucket_take (&bucket, 150));
  /* However long nobody came, no more than the burst. */
  for (guint i = 0; i < 100; i++)
    taken += geo_bucket_take (&bucket, G_MAXINT64 / 2) ? 1 : 0;
  g_assert_cmpuint (taken, ==, 5);
}

/* Through several layers: what was added is always there, and of what was not
 * hardly anything. */
static void
test_seen (void) {
  const guint n = 400000;
  g_autoptr (GeoSeen) seen = geo_seen_new ();
  GeoPid payer = { { 1 } };
  GeoPid other = { { 2 } };
  guint wrong = 0;

  g_assert_false (geo_seen_has_tx (seen, &payer, ""));
  for (guint i = 0; i < n; i++) {
    GeoHash hash = { { 0 } };
    gchar tx_id[65];

    memcpy (&hash, &i, sizeof i);
    /* As long as a tx_id may be, and different at its end only. */
    g_snprintf (tx_id, sizeof tx_id, "%064u", i);
    wrong += geo_seen_has_tx (seen, &payer, tx_id) ? 1 : 0;
    wrong += geo_seen_has_order (seen, &hash) ? 1 : 0;
    if (i % 2 == 0)
      geo_seen_add_tx (seen, &payer, tx_id);
    else
      geo_seen_add_order (seen, &hash);
  }
  g_assert_cmpuint (wrong, <, n / 100);
  wrong = 0;
  for (guint i = 0; i < n; i++) {
    GeoHash hash = { { 0 } };
    gchar tx_id[65];

    memcpy (&hash, &i, sizeof i);
    g_snprintf (tx_id, sizeof tx_id, "%064u", i);
    g_assert_true (i % 2 == 0 ? geo_seen_has_tx (seen, &payer, tx_id)
                              : geo_seen_has_order (seen, &hash));
    wrong += geo_seen_has_tx (seen, &other, tx_id) ? 1 : 0;
  }
  g_assert_cmpuint (wrong, <, n / 100);
}

static void
test_log (void) {
  g_autofree gchar *line = geo_hub_log_format (G_LOG_LEVEL_WARNING, 1000,
                                               "disk\nfull \x1b[31m key=value");

  g_assert_cmpstr (line, ==,
                   "1970-01-01T00:00:00.001Z warning disk full  [31m "
                   "key=value");
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hub/config/table", test_config_table);
  g_test_add_func ("/hub/config/values", test_config_values);
  g_test_add_func ("/hub/config/file", test_config_file);
  g_test_add_func ("/hub/config/example", test_config_example);
  g_test_add_func ("/hub/key", test_key);
  g_test_add_func ("/hub/community", test_community);
  g_test_add_func ("/hub/bucket", test_bucket);
  g_test_add_func ("/hub/seen", test_seen);
  g_test_add_func ("/hub/log", test_log);
  return g_test_run ();
}
