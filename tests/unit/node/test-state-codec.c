/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Parts of state copies: what was put in comes out, equal memories make equal
 * bytes, new texts leave the old parts as they are, and what is changed, cut or
 * somebody else's is refused and adds nothing.
 */
#include <string.h>

#include "node/geo-state-codec-private.h"

static GeoSecret *
make_secret (guint8 number) {
  guint8 seed[GEO_SEED_LEN];

  memset (seed, number, sizeof seed);
  return geo_secret_new_from_seed (seed);
}

typedef struct {
  GeoSecret *secret;
  GeoPid community;
  GeoPid self;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer unused) {
  fixture->secret = make_secret (7);
  geo_secret_get_pid (fixture->secret, &fixture->self);
  memset (fixture->community.bytes, 3, sizeof fixture->community.bytes);
}

static void
tear_down (Fixture *fixture, gconstpointer unused) {
  geo_secret_unref (fixture->secret);
}

static GPtrArray *
encode (Fixture *fixture, const GeoStateMemory *memory) {
  return geo_state_encode (memory, fixture->secret, &fixture->community,
                           &fixture->self);
}

static gboolean
decode (Fixture *fixture, GeoStateMemory *memory, GBytes *part) {
  g_autoptr (GError) error = NULL;
  gboolean done = geo_state_decode (memory, part, fixture->secret,
                                    &fixture->community, &fixture->self,
                                    &error);

  g_assert_true (done == (error == NULL));
  return done;
}

/* A text whose words cannot be packed much smaller. */
static void
add_text (GeoStateMemory *memory, guint number, guint len) {
  g_autoptr (GString) text = g_string_new (NULL);
  GeoHash order;
  GRand *rand = g_rand_new_with_seed (number);

  geo_hash_of (&number, sizeof number, &order);
  while (text->len < len)
    g_string_append_c (text, (gchar) g_rand_int_range (rand, 'A', 'z' + 1));
  g_rand_free (rand);
  geo_state_memory_add_text (memory, &order, text->str);
}

static void
test_round_trip (Fixture *fixture, gconstpointer unused) {
  g_autoptr (GeoStateMemory) memory = geo_state_memory_new ();
  g_autoptr (GeoStateMemory) back = geo_state_memory_new ();
  g_autoptr (GPtrArray) parts = NULL;
  GeoRecordBody *body = geo_record_body_new ();
  const GeoStateMark *marks;
  GeoPublicKey keys[2];
  GeoPid pids[2];
  GeoHash order;

  geo_hash_of ("x", 1, &order);
  for (guint i = 0; i < 2; i++) {
    g_autoptr (GeoSecret) other = make_secret ((guint8) (3 + i));

    geo_secret_get_pid (other, &pids[i]);
    geo_secret_get_public (other, &keys[i]);
    geo_state_memory_add_mark (memory, &pids[i], &keys[i]);
  }
  geo_state_memory_add_text (memory, &order, "for “bread”\n\"and\" \\ milk");
  body->text = g_strdup ("E001 no_route");
  geo_state_memory_add_record (memory, GEO_RECORD_KIND_REFUSED, 12345, body);
  g_ptr_array_add (memory->former, make_secret (1));
  g_ptr_array_add (memory->former, make_secret (2));

  parts = encode (fixture, memory);
  g_assert_cmpuint (parts->len, ==, 4);
  for (guint i = 0; i < parts->len; i++)
    g_assert_true (decode (fixture, back, g_ptr_array_index (parts, i)));
  g_assert_cmpuint (back->texts->len, ==, 1);
  g_assert_true (geo_state_memory_has_text (back, &order));
  g_assert_cmpstr (((GeoStateText *) back->texts->pdata[0])->text, ==,
                   "for “bread”\n\"and\" \\ milk");
  g_assert_cmpuint (back->records->len, ==, 1);
  g_assert_cmpint (((GeoStateRecord *) back->records->pdata[0])->at, ==, 12345);
  g_assert_cmpuint (back->marks->len, ==, 2);
  marks = (const GeoStateMark *) (gpointer) back->marks->data;
  /* By PID, so that equal ones are equal bytes. */
  g_assert_cmpint (geo_pid_cmp (&marks[0].pid, &marks[1].pid), <, 0);
  for (guint i = 0; i < 2; i++) {
    guint other = geo_pid_equal (&marks[0].pid, &pids[i]) ? 0 : 1;

    g_assert_true (geo_pid_equal (&marks[other].pid, &pids[i]));
    g_assert_true (geo_public_key_equal (&marks[other].key, &keys[i]));
  }
  g_assert_cmpuint (back->former->len, ==, 2);
  for (guint i = 0; i < 2; i++) {
    GeoPublicKey was;
    GeoPublicKey is;

    geo_secret_get_public (memory->former->pdata[i], &was);
    geo_secret_get_public (back->former->pdata[i], &is);
    g_assert_true (geo_public_key_equal (&was, &is));
  }
}

static void
test_empty (Fixture *fixture, gconstpointer unused) {
  g_autoptr (GeoStateMemory) memory = geo_state_memory_new ();
  g_autoptr (GPtrArray) parts = encode (fixture, memory);

  g_assert_cmpuint (parts->len, ==, 0);
}

/* The text has to be the one that was signed. */
static void
test_find (Fixture *fixture, gconstpointer unused) {
  g_autoptr (GeoStateMemory) memory = geo_state_memory_new ();
  g_autoptr (GeoOrder) order = geo_order_new ();
  GeoHash hash;

  order->tx_id = g_strdup ("a");
  order->equivalent = g_strdup ("UAH");
  order->amount = geo_decimal (GEO_AMOUNT (1), 2);
  order->constraints = geo_constraints_new ();
  order->constraints->max_hops = order->constraints->max_routes = 1;
  order->has_description_hash = TRUE;
  geo_hash_of ("bread", 5, &order->description_hash);
  geo_order_hash (order, &hash);
  g_assert_null (geo_state_memory_find_text (memory, order));
  geo_state_memory_add_text (memory, &hash, "bread");
  g_assert_cmpstr (geo_state_memory_find_text (memory, order), ==, "bread");
  geo_state_memory_add_text (memory, &hash, "butter");
  g_assert_null (geo_state_memory_find_text (memory, order));
}

static gboolean
is_among (GPtrArray *parts, GBytes *part) {
  for (guint i = 0; i < parts->len; i++)
    if (g_bytes_equal (g_ptr_array_index (parts, i), part))
      return TRUE;
  return FALSE;
}

static void
test_limits (Fixture *fixture, gconstpointer unused) {
  g_autoptr (GeoStateMemory) memory = geo_state_memory_new ();
  g_autoptr (GeoStateMemory) back = geo_state_memory_new ();
  g_autoptr (GPtrArray) parts = NULL;
  g_autoptr (GPtrArray) again = NULL;
  g_autoptr (GPtrArray) more = NULL;
  gsize bytes = 0;
  guint fresh = 0;

  for (guint i = 0; i < 1000; i++)
    add_text (memory, i, 1000);
  parts = encode (fixture, memory);
  again = encode (fixture, memory);
  g_assert_cmpuint (parts->len, <=, GEO_STATE_PARTS_MAX);
  g_assert_cmpuint (parts->len, ==, again->len);
  for (guint i = 0; i < parts->len; i++) {
    GBytes *part = g_ptr_array_index (parts, i);

    g_assert_cmpuint (g_bytes_get_size (part), <=, GEO_STATE_PART_MAX);
    g_assert_true (g_bytes_equal (part, g_ptr_array_index (again, i)));
    bytes += g_bytes_get_size (part);
    g_assert_true (decode (fixture, back, part));
  }
  g_assert_cmpuint (bytes, <=, GEO_STATE_BYTES_MAX);
  /* The newest are there. */
  g_assert_cmpuint (back->texts->len, >, 200);
  g_assert_cmpstr (
      ((GeoStateText *) back->texts->pdata[back->texts->len - 1])->text, ==,
      ((GeoStateText *) memory->texts->pdata[999])->text);

  add_text (memory, 1000, 1000);
  more = encode (fixture, memory);
  for (guint i = 0; i < more->len; i++)
    fresh += !is_among (parts, g_ptr_array_index (more, i));
  g_assert_cmpuint (fresh, <=, 2);
}

static void
test_refused (Fixture *fixture, gconstpointer unused) {
  g_autoptr (GeoStateMemory) memory = geo_state_memory_new ();
  g_autoptr (GeoStateMemory) back = geo_state_memory_new ();
  g_autoptr (GPtrArray) parts = NULL;
  GeoPid was = fixture->self;
  GBytes *part;
  gsize len;

  add_text (memory, 1, 40);
  parts = encode (fixture, memory);
  part = g_ptr_array_index (parts, 0);
  len = g_bytes_get_size (part);
  for (gsize i = 0; i < len; i++) {
    g_autofree guint8 *bytes = g_memdup2 (g_bytes_get_data (part, NULL), len);
    g_autoptr (GBytes) changed = NULL;
    g_autoptr (GBytes) cut = g_bytes_new_from_bytes (part, 0, i);

    bytes[i] ^= 1;
    changed = g_bytes_new_take (g_steal_pointer (&bytes), len);
    g_assert_false (decode (fixture, back, changed));
    g_assert_false (decode (fixture, back, cut));
  }
  fixture->self.bytes[0] ^= 1;
  g_assert_false (decode (fixture, back, part));
  fixture->self = was;
  fixture->community.bytes[0] ^= 1;
  g_assert_false (decode (fixture, back, part));
  fixture->community.bytes[0] ^= 1;
  geo_secret_unref (fixture->secret);
  fixture->secret = make_secret (8);
  g_assert_false (decode (fixture, back, part));
  g_assert_cmpuint (back->texts->len + back->records->len, ==, 0);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/state-codec/round-trip", Fixture, NULL, set_up, test_round_trip,
              tear_down);
  g_test_add ("/state-codec/empty", Fixture, NULL, set_up, test_empty,
              tear_down);
  g_test_add ("/state-codec/find", Fixture, NULL, set_up, test_find, tear_down);
  g_test_add ("/state-codec/limits", Fixture, NULL, set_up, test_limits,
              tear_down);
  g_test_add ("/state-codec/refused", Fixture, NULL, set_up, test_refused,
              tear_down);
  return g_test_run ();
}
