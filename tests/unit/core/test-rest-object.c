/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Objects signed the way of the REST contract (S2): what other people's
 * programs signed holds, and nothing that the bytes name can be said otherwise.
 */
#include <json-glib/json-glib.h>

#include "core/geo-contract.h"
#include "core/geo-rest-object.h"

#include "test-util.h"

typedef struct {
  JsonParser *parser;
  JsonArray *valid;
} Vectors;

static void
set_up (Vectors *vectors, gconstpointer data) {
  g_autoptr (GError) error = NULL;
  g_autofree gchar *path = g_test_build_filename (G_TEST_DIST, "vectors",
                                                  "geo-v01.json", NULL);

  vectors->parser = json_parser_new ();
  json_parser_load_from_file (vectors->parser, path, &error);
  g_assert_no_error (error);
  vectors->valid = json_object_get_array_member (
      json_node_get_object (json_parser_get_root (vectors->parser)), "valid");
}

static void
tear_down (Vectors *vectors, gconstpointer data) {
  g_object_unref (vectors->parser);
}

static void
read_vector (const Vectors *vectors,
             const gchar *name,
             GBytes **rest,
             GeoPublicKey *key,
             GeoSignature *signature) {
  for (guint i = 0; i < json_array_get_length (vectors->valid); i++) {
    JsonObject *item = json_array_get_object_element (vectors->valid, i);
    const gchar *text = json_object_get_string_member (item, "signed");

    if (!g_str_equal (json_object_get_string_member (item, "name"), name))
      continue;
    *rest = g_bytes_new (text, strlen (text));
    g_assert_true (geo_public_key_parse (
        json_object_get_string_member (item, "public_key"), key, NULL));
    g_assert_true (geo_signature_parse (
        json_object_get_string_member (item, "signature"), signature, NULL));
    return;
  }
  g_assert_not_reached ();
}

static void
sign (const gchar *text,
      GeoSecret *secret,
      GBytes **rest,
      GeoSignature *signature) {
  g_clear_pointer (rest, g_bytes_unref);
  *rest = g_bytes_new (text, strlen (text));
  geo_secret_sign (secret, text, strlen (text), signature);
}

/* --- Participants --------------------------------------------------------- */

static GeoParticipant *
make_person (const Vectors *vectors, const gchar *name, const gchar *called) {
  GeoParticipant *person = geo_participant_new ();

  read_vector (vectors, name, &person->rest, &person->key, &person->signature);
  person->community = make_pid (9);
  geo_pid_from_key (&person->key, &person->pid);
  person->name = g_strdup (called);
  person->kind = GEO_PARTICIPANT_KIND_PERSON;
  person->seq = 1;
  person->at = 1;
  return person;
}

static void
rename_person (GeoParticipant *person, const gchar *name) {
  g_free (person->name);
  person->name = g_strdup (name);
}

static void
test_participant (Vectors *vectors, gconstpointer data) {
  g_autoptr (GeoParticipant) alice = make_person (vectors, "register", "Alice");
  g_autoptr (GeoParticipant) bob =
      make_person (vectors, "register-with-profile", "Bob Ж é");
  g_autoptr (GeoParticipant) probe = NULL;
  g_autoptr (GeoParticipant) copy = NULL;
  g_autofree gchar *text = NULL;
  g_autoptr (GError) error = NULL;
  GeoPid community = make_pid (9);

  geo_participant_check (alice, &community, &error);
  g_assert_no_error (error);
  /* It is written, read and still the same. */
  text = geo_participant_to_text (alice, NULL);
  copy = geo_participant_from_text (text, -1, &error);
  g_assert_no_error (error);
  g_assert_true (geo_participant_check (copy, &community, NULL));

  rename_person (alice, "Alicia");
  g_assert_false (geo_participant_check (alice, &community, &error));
  assert_core_error (error, GEO_CORE_ERROR_FIELD);
  rename_person (alice, "Alice");
  alice->kind = GEO_PARTICIPANT_KIND_ORGANIZATION;
  g_assert_false (geo_participant_check_signature (alice, NULL));
  alice->kind = GEO_PARTICIPANT_KIND_PERSON;
  /* A registration is the first of somebody. */
  alice->seq = 2;
  g_assert_false (geo_participant_check_signature (alice, NULL));
  alice->seq = 1;
  alice->signature.bytes[3] ^= 1;
  g_assert_false (geo_participant_check_signature (alice, &error));
  assert_core_error (error, GEO_CORE_ERROR_SIGNATURE);

  g_assert_false (geo_participant_check_signature (bob, NULL));
  bob->kind = GEO_PARTICIPANT_KIND_ORGANIZATION;
  g_assert_true (geo_participant_check_signature (bob, NULL));

  /* What is no text of ours is shown as near to it as can be. */
  probe = make_person (vectors, "register-escape-probe",
                       "tab \"q\"\\ \xe2\x80\xa8 😀 /");
  geo_participant_check_signature (probe, &error);
  g_assert_no_error (error);
}

static void
test_participant_later (Vectors *vectors, gconstpointer data) {
  g_autoptr (GeoParticipant) alice = make_person (vectors, "me-patch",
                                                  "Alice 2");
  g_autoptr (GeoSecret) secret = make_secret (1);

  /* A change alone introduces nobody. */
  g_assert_false (geo_participant_check_signature (alice, NULL));
  alice->seq = 2;
  g_assert_true (geo_participant_check_signature (alice, NULL));

  geo_secret_get_public (secret, &alice->key);
  sign ("{}", secret, &alice->rest, &alice->signature);
  g_assert_false (geo_participant_check_signature (alice, NULL));
  sign ("{\"profile\":{}}", secret, &alice->rest, &alice->signature);
  g_assert_true (geo_participant_check_signature (alice, NULL));
  /* Not canonical, or no object, or of something else. */
  sign ("{\"profile\": {}}", secret, &alice->rest, &alice->signature);
  g_assert_false (geo_participant_check_signature (alice, NULL));
  sign ("[]", secret, &alice->rest, &alice->signature);
  g_assert_false (geo_participant_check_signature (alice, NULL));
  sign ("{\"id\":\"x\"}", secret, &alice->rest, &alice->signature);
  g_assert_false (geo_participant_check_signature (alice, NULL));
}

/* --- Trust lines ---------------------------------------------------------- */

static GeoTrustLine *
make_line (GeoSecret *secret, const gchar *signed_text) {
  GeoTrustLine *line = geo_trust_line_new ();

  line->community = make_pid (9);
  line->line_id = g_strdup ("line");
  geo_secret_get_pid (secret, &line->from);
  line->to = make_pid (2);
  line->equivalent = g_strdup ("UAH");
  line->limit = geo_decimal (GEO_AMOUNT (15050), 2);
  line->policy = geo_policy_new_default ();
  line->seq = 1;
  line->status = GEO_LINE_STATUS_ACTIVE;
  line->signed_at = 1;
  sign (signed_text, secret, &line->rest, &line->signature);
  return line;
}

static gboolean
line_holds (const GeoTrustLine *line) {
  g_autoptr (GeoSecret) secret = make_secret (1);
  GeoPublicKey key;

  geo_secret_get_public (secret, &key);
  return geo_trust_line_check_signature (line, &key, NULL);
}

static void
test_line_recorded (Vectors *vectors, gconstpointer data) {
  g_autoptr (GeoTrustLine) line = geo_trust_line_new ();
  GeoPublicKey key;

  read_vector (vectors, "trustline-create", &line->rest, &key,
               &line->signature);
  geo_pid_from_key (&key, &line->from);
  g_assert_true (geo_pid_parse ("DrqbC9be9DVsNQd22QewgAb4QDwfRuYxtGQvbnHT4gBu",
                                &line->to, NULL));
  line->equivalent = g_strdup ("UAH");
  line->line_id = g_strdup ("e176f759-f566-4ebe-a4cd-ae6dfa4913d2");
  line->limit = geo_decimal (GEO_AMOUNT (10000), 2);
  line->policy = geo_policy_new_default ();
  line->status = GEO_LINE_STATUS_ACTIVE;
  line->seq = 1;
  g_assert_true (geo_trust_line_check_signature (line, &key, NULL));
  /* Opened again, where one was closed before. */
  line->seq = 5;
  g_assert_true (geo_trust_line_check_signature (line, &key, NULL));
  line->limit.amount = GEO_AMOUNT (10001);
  g_assert_false (geo_trust_line_check_signature (line, &key, NULL));

  g_clear_pointer (&line->rest, g_bytes_unref);
  read_vector (vectors, "trustline-update", &line->rest, &key,
               &line->signature);
  line->limit.amount = GEO_AMOUNT (15050);
  g_assert_true (geo_trust_line_check_signature (line, &key, NULL));
  line->seq = 1;
  g_assert_false (geo_trust_line_check_signature (line, &key, NULL));
  line->seq = 2;

  g_clear_pointer (&line->rest, g_bytes_unref);
  read_vector (vectors, "trustline-close-with-debt", &line->rest, &key,
               &line->signature);
  g_assert_false (geo_trust_line_check_signature (line, &key, NULL));
  line->status = GEO_LINE_STATUS_CLOSED;
  g_assert_true (geo_trust_line_check_signature (line, &key, NULL));
  g_free (line->line_id);
  line->line_id = g_strdup ("45e47482-0c18-4767-876f-41703ac5407e");
  g_assert_false (geo_trust_line_check_signature (line, &key, NULL));
}

static void
test_line_policy (Vectors *vectors, gconstpointer data) {
  g_autoptr (GeoSecret) secret = make_secret (1);
  GeoPid blocked = make_pid (3);
  GeoPid to = make_pid (2);
  g_autofree gchar *blocked_text = geo_pid_to_string (&blocked);
  g_autofree gchar *to_text = geo_pid_to_string (&to);
  g_autofree gchar *text = g_strdup_printf (
      "{\"equivalent\":\"UAH\",\"limit\":\"150.5\",\"policy\":{\"auto_"
      "clearing\":false,\"blocked_participants\":[\"%s\"],\"can_be_"
      "intermediate\":false,\"daily_limit\":\"7\"},\"to\":\"%s\"}",
      blocked_text, to_text);
  g_autoptr (GeoTrustLine) line = make_line (secret, text);

  g_assert_false (line_holds (line));
  line->policy->auto_clearing = FALSE;
  line->policy->can_be_intermediate = FALSE;
  line->policy->has_daily_limit = TRUE;
  line->policy->daily_limit = geo_decimal (GEO_AMOUNT (700), 2);
  g_array_append_val (line->policy->blocked_participants, blocked);
  g_assert_true (line_holds (line));

  line->policy->auto_clearing = TRUE;
  g_assert_false (line_holds (line));
  line->policy->auto_clearing = FALSE;
  line->policy->can_be_intermediate = TRUE;
  g_assert_false (line_holds (line));
  line->policy->can_be_intermediate = FALSE;
  line->policy->daily_limit = geo_decimal (GEO_AMOUNT (701), 2);
  g_assert_false (line_holds (line));
  line->policy->has_daily_limit = FALSE;
  g_assert_false (line_holds (line));
  line->policy->has_daily_limit = TRUE;
  line->policy->daily_limit = geo_decimal (GEO_AMOUNT (700), 2);
  g_array_set_size (line->policy->blocked_participants, 0);
  g_assert_false (line_holds (line));
}

/* §7: what clearing may lend is said, said to be nothing, or not said. */
static void
test_line_spare (Vectors *vectors, gconstpointer data) {
  static const gchar *const texts[] = { "\"6.50\"", "6", "null", "true" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (GeoSecret) secret = make_secret (1);
    g_autofree gchar *text = g_strdup_printf (
        "{\"id\":\"line\",\"policy\":{\"spare_clearing\":%s}}", texts[i]);
    g_autoptr (GeoTrustLine) line = make_line (secret, text);

    line->seq = 2;
    line->has_previous = TRUE;
    g_assert_true (line_holds (line) == (i == 2));
    line->policy->has_spare_clearing = TRUE;
    line->policy->spare_clearing = geo_decimal (GEO_AMOUNT (650), 2);
    g_assert_true (line_holds (line) == (i == 0));
    line->policy->spare_clearing = geo_decimal (GEO_AMOUNT (600), 2);
    g_assert_true (line_holds (line) == (i == 1));
  }
}

/* Bytes of one kind are not read as another. */
static void
test_line_confused (Vectors *vectors, gconstpointer data) {
  static const gchar *const texts[] = {
    "{\"id\":\"line\"}",
    "{\"id\":\"line\",\"to\":\"x\"}",
    "{\"id\":\"other\",\"limit\":\"150.50\"}",
    "{\"limit\":\"150.50\"}",
    "{\"id\":\"line\",\"limit\":150}",
    "{\"id\":\"line\",\"limit\":\"150.500\"}",
    "{\"id\":\"line\",\"policy\":{\"unknown\":true}}",
    "{\"id\":\"line\",\"policy\":{\"max_hop_usage\":3}}",
    "{\"id\":\"line\",\"policy\":[]}",
  };
  g_autoptr (GeoSecret) secret = make_secret (1);

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (GeoTrustLine) line = make_line (secret, texts[i]);

    line->seq = 2;
    g_test_message ("%s", texts[i]);
    g_assert_false (line_holds (line));
  }
}

/* --- Orders --------------------------------------------------------------- */

static GeoOrder *
make_order (void) {
  GeoOrder *order = geo_order_new ();

  order->community = make_pid (9);
  order->equivalent = g_strdup ("UAH");
  order->constraints = geo_constraints_new ();
  order->constraints->max_hops = 6;
  order->constraints->max_routes = 3;
  order->closer = make_pid (9);
  order->created_at = 1000;
  order->deadline = 11000;
  return order;
}

static void
test_order (Vectors *vectors, gconstpointer data) {
  g_autoptr (GeoOrder) order = make_order ();
  g_autoptr (GError) error = NULL;
  GeoPublicKey key;

  read_vector (vectors, "payment-one-hop", &order->rest, &key,
               &order->signature);
  geo_pid_from_key (&key, &order->from);
  g_assert_true (geo_pid_parse ("EJSktkbQH3LkfbKa4nkrgNESxMwqjeUznSkNRN625UxQ",
                                &order->to, NULL));
  order->tx_id = g_strdup ("tx-onehop-6d343839");
  order->amount = geo_decimal (GEO_AMOUNT (1000), 2);
  g_assert_false (geo_order_check_signature (order, &key, NULL));
  order->has_description_hash = TRUE;
  geo_hash_of ("хліб", strlen ("хліб"), &order->description_hash);
  geo_order_check_signature (order, &key, &error);
  g_assert_no_error (error);

  order->amount.amount = GEO_AMOUNT (1001);
  g_assert_false (geo_order_check_signature (order, &key, NULL));
  order->amount.amount = GEO_AMOUNT (1000);
  order->to = make_pid (4);
  g_assert_false (geo_order_check_signature (order, &key, NULL));
  g_assert_true (geo_pid_parse ("EJSktkbQH3LkfbKa4nkrgNESxMwqjeUznSkNRN625UxQ",
                                &order->to, NULL));
  order->tx_id[0] = 'T';
  g_assert_false (geo_order_check_signature (order, &key, NULL));
  order->tx_id[0] = 't';
  order->equivalent[0] = 'E';
  g_assert_false (geo_order_check_signature (order, &key, NULL));
  order->equivalent[0] = 'U';
  order->description_hash.bytes[0] ^= 1;
  g_assert_false (geo_order_check_signature (order, &key, NULL));
  order->description_hash.bytes[0] ^= 1;
  g_assert_true (geo_order_check_signature (order, &key, NULL));

  /* Bytes that an order cannot say. */
  g_clear_pointer (&order->rest, g_bytes_unref);
  read_vector (vectors, "payment-unknown-constraint", &order->rest, &key,
               &order->signature);
  g_assert_false (geo_order_check_signature (order, &key, &error));
  assert_core_error (error, GEO_CORE_ERROR_FIELD);
}

static void
test_order_constraints (Vectors *vectors, gconstpointer data) {
  g_autoptr (GeoSecret) secret = make_secret (1);
  g_autoptr (GeoOrder) order = make_order ();
  GeoPid avoided = make_pid (7);
  g_autofree gchar *avoided_text = geo_pid_to_string (&avoided);
  g_autofree gchar *to = NULL;
  g_autofree gchar *text = NULL;
  GeoPublicKey key;

  geo_secret_get_public (secret, &key);
  geo_secret_get_pid (secret, &order->from);
  order->to = make_pid (2);
  to = geo_pid_to_string (&order->to);
  order->tx_id = g_strdup ("t");
  order->amount = geo_decimal (GEO_AMOUNT (100), 2);
  text = g_strdup_printf (
      "{\"amount\":\"1\",\"constraints\":{\"avoid\":[\"%s\"],\"max_hops\":9,"
      "\"max_paths\":2,\"timeout_ms\":5000},\"description\":\" \","
      "\"equivalent\":\"UAH\",\"to\":\"%s\",\"tx_id\":\"t\"}",
      avoided_text, to);
  sign (text, secret, &order->rest, &order->signature);
  g_assert_false (geo_order_check_signature (order, &key, NULL));
  order->constraints->max_routes = 2;
  order->deadline = order->created_at + 5000;
  g_array_append_val (order->constraints->avoid, avoided);
  /* More hops than anybody has are as many as there are. */
  g_assert_true (geo_order_check_signature (order, &key, NULL));

  order->deadline++;
  g_assert_false (geo_order_check_signature (order, &key, NULL));
  order->deadline--;
  order->constraints->max_hops = 5;
  g_assert_false (geo_order_check_signature (order, &key, NULL));
  order->constraints->max_hops = 6;
  g_array_append_val (order->constraints->avoid, avoided);
  g_assert_false (geo_order_check_signature (order, &key, NULL));
}

/* --- Words ---------------------------------------------------------------- */

static void
test_amount (void) {
  static const struct {
    const gchar *text;
    guint precision;
    gint64 minor; /* −1: refused with … */
    GeoCoreError code;
  } cases[] = {
    { "1", 2, 100, 0 },
    { "1.5", 2, 150, 0 },
    { "1.50", 2, 150, 0 },
    { "0", 0, 0, 0 },
    { "0.00000001", 8, 1, 0 },
    { "10000000000000.00", 2, GEO_AMOUNT_MAX, 0 },
    { "10000000000000", 2, GEO_AMOUNT_MAX, 0 },
    { "10000000000001", 2, -1, GEO_CORE_ERROR_RANGE },
    { "99999999999999999999", 2, -1, GEO_CORE_ERROR_RANGE },
    { "1.500", 2, -1, GEO_CORE_ERROR_PRECISION },
    { "0.001", 2, -1, GEO_CORE_ERROR_PRECISION },
    { "1.0", 0, -1, GEO_CORE_ERROR_PRECISION },
    { "0.000000001", 8, -1, GEO_CORE_ERROR_PRECISION },
    { "1e3", 2, -1, GEO_CORE_ERROR_SYNTAX },
    { "1E-9", 2, -1, GEO_CORE_ERROR_SYNTAX },
    { "-1", 2, -1, GEO_CORE_ERROR_SYNTAX },
    { "+1", 2, -1, GEO_CORE_ERROR_SYNTAX },
    { "01", 2, -1, GEO_CORE_ERROR_SYNTAX },
    { "", 2, -1, GEO_CORE_ERROR_SYNTAX },
    { ".5", 2, -1, GEO_CORE_ERROR_SYNTAX },
    { "5.", 2, -1, GEO_CORE_ERROR_SYNTAX },
    { " 1", 2, -1, GEO_CORE_ERROR_SYNTAX },
    { "1,5", 2, -1, GEO_CORE_ERROR_SYNTAX },
    { "NaN", 2, -1, GEO_CORE_ERROR_SYNTAX },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    GeoAmount amount = GEO_AMOUNT (-1);
    gboolean good = geo_rest_parse_amount (cases[i].text, cases[i].precision,
                                           &amount, &error);

    g_test_message ("%s", cases[i].text);
    g_assert_cmpint (good, ==, cases[i].minor >= 0);
    g_assert_cmpint (amount.minor, ==, cases[i].minor);
    if (!good)
      g_assert_error (error, GEO_CORE_ERROR, (gint) cases[i].code);
  }
}

static void
test_words (void) {
  g_autofree gchar *nothing = geo_rest_name (" \t\n ");
  g_autofree gchar *description = geo_rest_description ("e\xcc\x81\n\tb ");
  g_autofree gchar *none = geo_rest_description ("\x01 ");
  GeoParticipantKind kind;

  g_assert_cmpstr (nothing, ==, "");
  g_assert_cmpstr (description, ==, "\xc3\xa9\n b");
  g_assert_null (none);
  g_assert_true (geo_rest_kind ("hub", &kind));
  g_assert_cmpint (kind, ==, GEO_PARTICIPANT_KIND_ORGANIZATION);
  g_assert_false (geo_rest_kind ("Person", &kind));
}

#define ADD(path, func) \
  g_test_add (path, Vectors, NULL, set_up, func, tear_down)

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);

  ADD ("/rest-object/participant", test_participant);
  ADD ("/rest-object/participant-later", test_participant_later);
  ADD ("/rest-object/line-recorded", test_line_recorded);
  ADD ("/rest-object/line-policy", test_line_policy);
  ADD ("/rest-object/line-spare", test_line_spare);
  ADD ("/rest-object/line-confused", test_line_confused);
  ADD ("/rest-object/order", test_order);
  ADD ("/rest-object/order-constraints", test_order_constraints);
  g_test_add_func ("/rest-object/amount", test_amount);
  g_test_add_func ("/rest-object/words", test_words);

  return g_test_run ();
}
