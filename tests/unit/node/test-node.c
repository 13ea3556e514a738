/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tests of the node with a hub in this process: joining, trusting, finding,
 * restoring, and hubs that are not what they were.
 */
#include "node-test.h"

#include <sodium.h>
#include <string.h>

#include "core/geo-words.h"
#include "node/geo-profile-private.h"

/* --- Joining -------------------------------------------------------------- */

static void
test_join (Fixture *f, gconstpointer data) {
  g_autoptr (GeoProfile) profile = make_profile (f->folder, "Olena", NULL);
  GeoNode *node = join (profile, f->hub);
  g_autofree gchar *community = geo_pid_to_string (fake_hub_get_pid (f->hub));
  g_autofree gchar *link = geo_node_get_contact_link (node);
  g_autoptr (GPtrArray) joined = geo_profile_list_communities (profile);
  g_autoptr (GeoActivityItem) item = NULL;
  const gchar *symbol;
  guint precision;

  g_assert_cmpint (geo_node_get_connection (node), ==, GEO_CONNECTION_HUB);
  g_assert_cmpstr (geo_node_get_name (node), ==, "Olena");
  g_assert_cmpstr (geo_node_get_community_name (node), ==, "Town");
  g_assert_cmpstr (geo_node_get_community_pid (node), ==, community);
  g_assert_true (g_str_has_prefix (link, "geo://v1/participant?"));
  g_assert_nonnull (strstr (link, geo_node_get_pid (node)));
  g_assert_cmpuint (joined->len, ==, 1);

  g_assert_cmpuint (geo_node_get_n_equivalents (node), ==, 2);
  g_assert_cmpstr (geo_node_get_equivalent (node, 1, &precision, &symbol), ==,
                   "HOUR");
  g_assert_cmpuint (precision, ==, 0);
  g_assert_null (symbol);
  g_assert_null (geo_node_get_equivalent (node, 2, NULL, NULL));
  g_assert_true (geo_node_get_precision (node, "UAH", &precision));
  g_assert_cmpuint (precision, ==, 2);
  g_assert_false (geo_node_get_precision (node, "EUR", &precision));

  g_assert_cmpuint (g_list_model_get_n_items (geo_node_get_totals (node)), ==,
                    2);
  g_assert_cmpint (geo_total_get_balance (get_total (node, 0)).minor, ==, 0);
  g_assert_cmpuint (g_list_model_get_n_items (geo_node_get_people (node)), ==,
                    0);
  g_assert_cmpuint (g_list_model_get_n_items (geo_node_get_activity (node)), ==,
                    1);
  item = get_newest (node, 1);
  g_assert_cmpint (geo_activity_item_get_kind (item), ==, GEO_ITEM_JOINED);
  g_assert_cmpint (verify (node), ==, 1);
  end_node (node);
}

/* What comes with the welcome is heard, though joining has to be stored first.
 */
static void
test_early_letter (Fixture *f, gconstpointer data) {
  g_autoptr (GeoProfile) profile = make_profile (f->folder, "Olena", NULL);
  GeoNode *node;

  fake_hub_set_letter (f->hub, "no letter");
  node = join (profile, f->hub);
  wait_until (fake_hub_count (f->hub, GEO_MESSAGE_LETTER_READ) == 1);
  end_node (node);
}

static GError *
join_error (GeoProfile *profile, const gchar *link) {
  g_autoptr (GAsyncResult) result = NULL;
  GError *error = NULL;

  geo_node_join_async (profile, link, NULL, keep_result_cb, &result);
  wait_until (result != NULL);
  g_assert_null (geo_node_join_finish (result, &error));
  return error;
}

static void
test_join_refused (Fixture *f, gconstpointer data) {
  g_autoptr (GeoProfile) profile = make_profile (f->folder, "Olena", NULL);
  FakeHub *other = fake_hub_new (201);
  g_autofree gchar *community = geo_pid_to_string (fake_hub_get_pid (f->hub));
  g_autofree gchar *wrong =
      g_strdup_printf ("geo://v1/join?hub=http://127.0.0.1:%u&community=%s",
                       fake_hub_get_port (other), community);
  g_autofree gchar *plain = fake_hub_get_link (f->hub, NULL);
  g_autofree gchar *invited = fake_hub_get_link (f->hub, "abc");
  g_autofree gchar *address = g_strdup_printf ("127.0.0.1:%u",
                                               fake_hub_get_port (f->hub));
  static const gchar *const bad[] = {
    "geo://v1/pay?to=x",
    "geo://v2/join?hub=a",
    "http://",
    "",
  };
  g_autoptr (GPtrArray) joined = NULL;
  GError *error;
  GeoNode *node;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GAsyncResult) cancelled = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    error = join_error (profile, bad[i]);
    g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT);
    g_clear_error (&error);
  }
  error = join_error (profile, wrong);
  g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_FOREIGN);
  /* Nobody has joined any yet. */
  g_assert_null (strstr (error->message, "you joined"));
  g_clear_error (&error);
  error = join_error (profile, "127.0.0.1:1");
  g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_OFFLINE);
  g_clear_error (&error);

  fake_hub_set_code (f->hub, "abc");
  error = join_error (profile, plain);
  g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_REFUSED);
  g_clear_error (&error);
  /* Nothing is left of it. */
  joined = geo_profile_list_communities (profile);
  g_assert_cmpuint (joined->len, ==, 0);

  fake_hub_ignore (f->hub, GEO_MESSAGE_AUTH);
  geo_node_join_async (profile, invited, cancellable, keep_result_cb,
                       &cancelled);
  wait_until (fake_hub_count (f->hub, GEO_MESSAGE_AUTH) > 1);
  g_cancellable_cancel (cancellable);
  wait_until (cancelled != NULL);
  g_assert_null (geo_node_join_finish (cancelled, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  fake_hub_ignore (f->hub, 0);

  geo_node_join_async (profile, invited, NULL, keep_result_cb, &result);
  wait_until (result != NULL);
  node = geo_node_join_finish (result, &error);
  g_assert_no_error (error);
  g_clear_object (&result);
  end_node (node);

  /* By its address alone, what was joined is opened. */
  geo_node_join_async (profile, address, NULL, keep_result_cb, &result);
  wait_until (result != NULL);
  node = geo_node_join_finish (result, &error);
  g_assert_no_error (error);
  wait_connected (node);
  g_assert_cmpuint (g_list_model_get_n_items (geo_node_get_activity (node)), ==,
                    1);
  g_clear_object (&result);
  end_node (node);
  fake_hub_free (other);
}

static void
test_locked (Fixture *f, gconstpointer data) {
  g_autofree gchar *path = g_build_filename (f->folder, "nobody", NULL);
  g_autoptr (GeoProfile) nobody = geo_profile_new (path);
  g_autoptr (GeoProfile) profile = make_profile (f->folder, "Olena", NULL);
  g_autofree gchar *same = g_build_filename (f->folder, "Olena", NULL);
  g_autoptr (GeoProfile) locked = geo_profile_new (same);
  g_autoptr (GAsyncResult) first = NULL;
  g_autoptr (GAsyncResult) second = NULL;
  g_autoptr (GAsyncResult) third = NULL;
  GError *error = NULL;

  geo_node_open_async (nobody, NULL, NULL, keep_result_cb, &first);
  wait_until (first != NULL);
  g_assert_null (geo_node_open_finish (first, &error));
  g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_NO_KEY);
  g_clear_error (&error);

  geo_node_open_async (locked, NULL, NULL, keep_result_cb, &second);
  wait_until (second != NULL);
  g_assert_null (geo_node_open_finish (second, &error));
  g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_PASSPHRASE);
  g_clear_error (&error);

  geo_node_open_async (profile, NULL, NULL, keep_result_cb, &third);
  wait_until (third != NULL);
  g_assert_null (geo_node_open_finish (third, &error));
  g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_NOT_JOINED);
  g_clear_error (&error);
}

/* --- Others --------------------------------------------------------------- */

static GListModel *
find_text (GeoNode *node, const gchar *text) {
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GListModel *found;

  geo_node_find_people_async (node, text, NULL, keep_result_cb, &result);
  wait_until (result != NULL);
  found = geo_node_find_people_finish (node, result, &error);
  g_assert_no_error (error);
  return found;
}

static GeoQuote *
quote (GeoNode *node, GeoNode *to, const GeoAmount *amount, GError **error) {
  g_autoptr (GAsyncResult) result = NULL;
  GeoPid pid;

  pid_of (to, &pid);
  geo_node_quote_async (node, &pid, "UAH", amount, NULL, keep_result_cb,
                        &result);
  wait_until (result != NULL);
  return geo_node_quote_finish (node, result, error);
}

static void
test_find_and_quote (Fixture *f, gconstpointer data) {
  Town3 town = { 0 };
  GeoNode *olena;
  GeoNode *ivan;
  g_autoptr (GListModel) found = NULL;
  g_autoptr (GListModel) none = NULL;
  g_autoptr (GListModel) link = NULL;
  g_autoptr (GListModel) offline = NULL;
  g_autoptr (GeoQuote) too_much = NULL;
  g_autoptr (GeoQuote) up_to = NULL;
  g_autoptr (GeoPerson) person = NULL;
  g_autofree gchar *contact = NULL;
  GeoPid neighbour;
  GeoPid pid;
  GeoAmount amount = GEO_AMOUNT (10001);
  GeoAmount available;
  GError *error = NULL;

  make_town (f, &town, 2);
  olena = town.nodes[0];
  ivan = town.nodes[1];
  pid_of (olena, &pid);

  found = find_text (ivan, " len ");
  g_assert_cmpuint (g_list_model_get_n_items (found), ==, 1);
  person = g_list_model_get_item (found, 0);
  g_assert_cmpstr (geo_person_get_name (person), ==, "Olena");
  none = find_text (ivan, "zz");
  g_assert_cmpuint (g_list_model_get_n_items (none), ==, 0);
  contact = geo_node_get_contact_link (olena);
  link = find_text (ivan, contact);
  g_assert_cmpuint (g_list_model_get_n_items (link), ==, 1);

  trust (olena, ivan, 10000);
  wait_until (geo_total_get_can_pay (get_total (ivan, 0)).minor == 10000);
  too_much = quote (ivan, olena, &amount, &error);
  g_assert_no_error (error);
  g_assert_false (geo_quote_get_can_pay (too_much));
  g_assert_cmpint (geo_quote_get_max_amount (too_much).minor, ==, 10000);
  g_assert_cmpuint (geo_quote_get_n_limits (too_much), ==, 1);
  g_assert_cmpstr (geo_quote_get_limit (too_much, 0, &neighbour, &available),
                   ==, "Olena");
  g_assert_true (geo_pid_equal (&neighbour, &pid));
  g_assert_cmpint (available.minor, ==, 10000);
  up_to = quote (ivan, olena, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (geo_quote_get_can_pay (up_to));
  g_assert_cmpuint (geo_quote_get_precision (up_to), ==, 2);

  geo_node_stop (ivan);
  offline = find_text (ivan, "OLENA");
  g_assert_cmpuint (g_list_model_get_n_items (offline), ==, 1);
  g_assert_null (quote (ivan, olena, NULL, &error));
  g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_OFFLINE);
  g_clear_error (&error);
  end_town (&town, 2);
}

static void
test_close_line (Fixture *f, gconstpointer data) {
  Town3 town = { 0 };
  GeoNode *olena;
  GeoNode *ivan;
  GeoPid pid;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GeoActivityItem) row = NULL;
  g_autofree gchar *phrase = NULL;
  GError *error = NULL;

  make_town (f, &town, 2);
  olena = town.nodes[0];
  ivan = town.nodes[1];
  pid_of (ivan, &pid);
  trust (olena, ivan, 10000);
  trust (olena, ivan, 5000);
  wait_until (geo_total_get_can_pay (get_total (ivan, 0)).minor == 5000);
  trust (olena, ivan, -1);
  wait_until (geo_total_get_can_pay (get_total (ivan, 0)).minor == 0);
  row = get_newest (olena, 4);
  phrase = geo_phrase_activity (row);
  g_assert_cmpstr (phrase, ==, "You no longer trust Ivan in UAH");

  geo_node_trust_async (olena, &pid, "UAH", GEO_AMOUNT_ZERO, TRUE, FALSE, NULL,
                        keep_result_cb, &result);
  wait_until (result != NULL);
  g_assert_false (geo_node_trust_finish (olena, result, &error));
  g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT);
  g_clear_error (&error);
  g_clear_object (&result);
  end_town (&town, 2);
}

static gboolean
freeze (GeoNode *node, const GeoPid *to, gboolean frozen, GError **error) {
  g_autoptr (GAsyncResult) result = NULL;

  geo_node_freeze_async (node, to, "UAH", frozen, NULL, keep_result_cb,
                         &result);
  wait_until (result != NULL);
  return geo_node_freeze_finish (node, result, error);
}

static GeoRelation *
relation_with (GeoNode *node, const GeoPid *pid) {
  GeoPerson *person = geo_node_get_person (node, pid);

  g_assert_nonnull (person);
  return g_list_model_get_item (geo_person_get_relations (person), 0);
}

/* Nothing more is owed over a line that is frozen; the limit stays. */
static void
test_freeze (Fixture *f, gconstpointer data) {
  Town3 town = { 0 };
  GeoNode *olena;
  GeoNode *ivan;
  GeoPid olena_pid, ivan_pid;
  g_autoptr (GeoRelation) mine = NULL;
  g_autoptr (GeoRelation) theirs = NULL;
  g_autoptr (GeoRelation) again = NULL;
  g_autoptr (GeoActivityItem) row = NULL;
  GeoPayment *payment;
  GError *error = NULL;
  GeoAmount limit;

  make_town (f, &town, 2);
  olena = town.nodes[0];
  ivan = town.nodes[1];
  pid_of (olena, &olena_pid);
  pid_of (ivan, &ivan_pid);
  find (olena, ivan);
  g_assert_false (freeze (olena, &ivan_pid, TRUE, &error));
  g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT);
  g_clear_error (&error);
  trust (olena, ivan, 10000);
  trust (ivan, olena, 10000);
  wait_until (geo_total_get_can_pay (get_total (ivan, 0)).minor == 10000);
  wait_until (geo_total_get_can_pay (get_total (olena, 0)).minor == 10000);

  g_assert_true (freeze (olena, &ivan_pid, TRUE, &error));
  g_assert_no_error (error);
  mine = relation_with (olena, &ivan_pid);
  theirs = relation_with (ivan, &olena_pid);
  g_assert_true (geo_relation_get_frozen (mine));
  g_assert_false (geo_relation_get_their_frozen (mine));
  wait_until (geo_relation_get_their_frozen (theirs));
  g_assert_true (geo_relation_get_my_limit (mine, &limit));
  g_assert_cmpint (limit.minor, ==, 10000);
  wait_until (geo_total_get_can_pay (get_total (ivan, 0)).minor == 0);
  g_assert_cmpint (geo_total_get_can_receive (get_total (ivan, 0)).minor, ==,
                   0);
  g_assert_cmpint (geo_total_get_can_pay (get_total (olena, 0)).minor, ==, 0);
  row = get_newest (olena, 4);
  g_assert_cmpstr (geo_activity_item_get_reason (row), ==,
                   geo_phrase_frozen ());
  payment = pay (ivan, olena, 1, NULL);
  wait_until (is_over (payment));
  g_assert_cmpint (geo_payment_get_state (payment), ==, GEO_STATE_NOT_PAID);
  payment = pay (olena, ivan, 1, NULL);
  wait_until (is_over (payment));
  g_assert_cmpint (geo_payment_get_state (payment), ==, GEO_STATE_NOT_PAID);

  /* Again is nothing new; another limit does not thaw it, nor a new start. */
  g_assert_true (freeze (olena, &ivan_pid, TRUE, &error));
  trust (olena, ivan, 20000);
  end_node (g_steal_pointer (&town.nodes[0]));
  olena = town.nodes[0] = open_node (town.profiles[0]);
  geo_node_start (olena);
  wait_connected (olena);
  again = relation_with (olena, &ivan_pid);
  g_assert_true (geo_relation_get_frozen (again));

  g_assert_true (freeze (olena, &ivan_pid, FALSE, &error));
  g_assert_false (geo_relation_get_frozen (again));
  wait_until (geo_total_get_can_pay (get_total (ivan, 0)).minor == 20000);
  payment = pay (ivan, olena, 20000, NULL);
  wait_until (is_over (payment));
  g_assert_cmpint (geo_payment_get_state (payment), ==, GEO_STATE_PAID);

  /* What was closed while it was frozen begins anew. */
  g_assert_true (freeze (olena, &ivan_pid, TRUE, &error));
  trust (olena, ivan, -1);
  trust (olena, ivan, 30000);
  g_assert_false (geo_relation_get_frozen (again));
  end_town (&town, 2);
}

/* Twelve words bring back every balance from the hub. */
static void
test_restore (Fixture *f, gconstpointer data) {
  Town3 town = { 0 };
  GeoNode *olena;
  GeoNode *ivan;
  GeoPayment *payment;
  gchar *words;
  g_autoptr (GeoProfile) restored = NULL;
  GeoNode *again;

  make_town (f, &town, 2);
  olena = town.nodes[0];
  ivan = town.nodes[1];
  trust (olena, ivan, 10000);
  wait_until (geo_total_get_can_pay (get_total (ivan, 0)).minor == 10000);
  for (guint i = 0; i < 5; i++) {
    payment = pay (ivan, olena, 100, NULL);
    wait_until (is_over (payment));
  }

  words = geo_profile_get_words (town.profiles[1]);
  end_node (ivan);
  town.nodes[1] = NULL;
  restored = make_profile (f->folder, "Ivan again", words);
  geo_words_free (words);
  again = join (restored, f->hub);
  g_assert_cmpstr (geo_node_get_name (again), ==, "Ivan");
  g_assert_cmpint (balance_with (again, olena).minor, ==, -500);
  g_assert_cmpint (verify (again), ==, 7);
  payment = pay (again, olena, 100, "from the new one");
  wait_until (is_over (payment));
  g_assert_cmpint (geo_payment_get_state (payment), ==, GEO_STATE_PAID);
  end_node (again);
  end_town (&town, 2);
}

static void
fault_cb (GeoNode *node, const gchar *message, gpointer user_data) {
  guint *faults = user_data;

  g_assert_cmpstr (message, !=, "");
  (*faults)++;
}

/* The profile of twelve words that somebody typed in, and of nothing else. */
static GeoProfile *
restore_words (Fixture *f, const gchar *name, const gchar *words) {
  g_autofree gchar *path = g_build_filename (f->folder, name, NULL);
  GeoProfile *profile = geo_profile_new (path);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  geo_profile_set_key_limits (profile, crypto_pwhash_OPSLIMIT_MIN,
                              crypto_pwhash_MEMLIMIT_MIN);
  geo_profile_restore_async (profile, NULL, NULL, words, "passphrase", NULL,
                             NULL, NULL, keep_result_cb, &result);
  wait_until (result != NULL);
  geo_profile_restore_finish (profile, result, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (geo_profile_get_name (profile), ==, "");
  geo_profile_wait_written (profile);
  return profile;
}

static GeoProfile *
reopen_profile (GeoProfile *profile) {
  g_autofree gchar *folder = g_strdup (geo_profile_get_folder (profile));
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GeoProfile *again;

  g_object_unref (profile);
  again = geo_profile_new (folder);
  geo_profile_unlock_async (again, "passphrase", NULL, keep_result_cb, &result);
  wait_until (result != NULL);
  geo_profile_unlock_finish (again, result, &error);
  g_assert_no_error (error);
  return again;
}

/* Words alone know no name; the hub that knows them says it. */
static void
test_restore_words (Fixture *f, gconstpointer data) {
  Town3 town = { 0 };
  g_autoptr (GeoProfile) profile = NULL;
  GeoNode *node;
  gchar *words;

  make_town (f, &town, 1);
  words = geo_profile_get_words (town.profiles[0]);
  end_town (&town, 1);
  profile = restore_words (f, "again", words);
  geo_words_free (words);
  node = join (profile, f->hub);
  g_assert_cmpstr (geo_node_get_name (node), ==, "Olena");
  g_assert_cmpstr (geo_profile_get_name (profile), ==, "Olena");
  end_node (node);
  profile = reopen_profile (g_steal_pointer (&profile));
  g_assert_cmpstr (geo_profile_get_name (profile), ==, "Olena");
}

/* K8: to a hub that has not heard of them, words are a stranger's: it is not
 * joined before the person has said so, and hears nothing of them. */
static void
test_restore_stranger (Fixture *f, gconstpointer data) {
  g_autofree gchar *link = fake_hub_get_link (f->hub, NULL);
  gchar *words = geo_profile_make_words ();
  g_autoptr (GeoProfile) profile = restore_words (f, "other", words);
  g_autoptr (GAsyncResult) nameless = NULL;
  g_autoptr (GAsyncResult) named = NULL;
  g_autoptr (GPtrArray) joined = NULL;
  GError *error = NULL;
  GeoNode *node;

  geo_words_free (words);
  /* Also after another start. */
  for (guint i = 0; i < 2; i++) {
    error = join_error (profile, link);
    g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_STRANGER);
    g_clear_error (&error);
    profile = reopen_profile (g_steal_pointer (&profile));
  }
  g_assert_cmpuint (fake_hub_count (f->hub, GEO_MESSAGE_AUTH), ==, 0);
  joined = geo_profile_list_communities (profile);
  g_assert_cmpuint (joined->len, ==, 0);

  geo_node_join_as_new_async (profile, link, NULL, NULL, keep_result_cb,
                              &nameless);
  wait_until (nameless != NULL);
  g_assert_null (geo_node_join_finish (nameless, &error));
  g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT);
  g_clear_error (&error);
  geo_node_join_as_new_async (profile, link, "Nadia", NULL, keep_result_cb,
                              &named);
  wait_until (named != NULL);
  node = geo_node_join_finish (named, &error);
  g_assert_no_error (error);
  wait_connected (node);
  g_assert_cmpstr (geo_node_get_name (node), ==, "Nadia");
  g_clear_object (&named);
  end_node (node);
}

static void
test_lying_hub (Fixture *f, gconstpointer data) {
  Town3 town = { 0 };
  GeoNode *olena;
  GeoNode *ivan;
  GeoPayment *payment;
  guint faults = 0;
  g_autoptr (GAsyncResult) result = NULL;
  GError *error = NULL;

  make_town (f, &town, 2);
  olena = town.nodes[0];
  ivan = town.nodes[1];
  trust (olena, ivan, 10000);
  wait_until (geo_total_get_can_pay (get_total (ivan, 0)).minor == 10000);
  g_signal_connect (ivan, "fault", G_CALLBACK (fault_cb), &faults);
  fake_hub_lie (f->hub, TRUE);
  payment = pay (ivan, olena, 1000, NULL);
  wait_until (faults == 1);
  g_assert_cmpint (geo_node_get_connection (ivan), ==, GEO_CONNECTION_FAULT);
  g_assert_cmpint (geo_payment_get_state (payment), ==, GEO_STATE_IN_DOUBT);
  g_assert_cmpint (balance_with (ivan, olena).minor, ==, 0);

  geo_node_wait_connected_async (ivan, 1000, NULL, keep_result_cb, &result);
  wait_until (result != NULL);
  g_assert_false (geo_node_wait_connected_finish (ivan, result, &error));
  g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_REFUSED);
  g_clear_error (&error);
  g_clear_object (&result);

  /* A person tries again: what is on disk begins anew, and an honest hub brings
   * the entry. */
  fake_hub_lie (f->hub, FALSE);
  geo_node_start (ivan);
  wait_connected (ivan);
  wait_until (is_over (payment));
  g_assert_cmpint (geo_payment_get_state (payment), ==, GEO_STATE_PAID);
  g_assert_cmpint (balance_with (ivan, olena).minor, ==, -1000);
  end_town (&town, 2);
}

/* §8: what comes while a wallet that has nothing yet waits for its copy is no
 * sign that the hub has forgotten something. */
static void
test_trusted_while_asking (Fixture *f, gconstpointer data) {
  Town3 town;
  GeoNode *olena, *ivan;
  guint faults = 0, asked;

  make_town (f, &town, 2);
  olena = town.nodes[0];
  ivan = town.nodes[1];
  g_signal_connect (ivan, "fault", G_CALLBACK (fault_cb), &faults);
  fake_hub_ignore (f->hub, GEO_MESSAGE_STATE_GET);
  asked = fake_hub_count (f->hub, GEO_MESSAGE_STATE_GET);
  geo_node_stop (ivan);
  geo_node_start (ivan);
  wait_until (fake_hub_count (f->hub, GEO_MESSAGE_STATE_GET) > asked);
  trust (olena, ivan, 10000);
  wait_until (faults > 0 ||
              geo_node_get_connection (ivan) == GEO_CONNECTION_HUB);
  g_assert_cmpuint (faults, ==, 0);
  wait_until (geo_total_get_can_pay (get_total (ivan, 0)).minor == 10000);
  end_town (&town, 2);
}

/* §9: a hub that was put back is given what it told, and nobody else is. */
static void
test_put_back (Fixture *f, gconstpointer data) {
  static const FakeHubPutBack lies[] = { FAKE_HUB_PUT_BACK_FORGED,
                                         FAKE_HUB_PUT_BACK_OF_ANOTHER };
  Town3 town = { 0 };
  GeoNode *ivan;
  guint results;

  make_town (f, &town, 2);
  ivan = town.nodes[1];
  trust (town.nodes[0], ivan, 10000);
  wait_until (geo_total_get_can_pay (get_total (ivan, 0)).minor == 10000);
  for (gsize i = 0; i < G_N_ELEMENTS (lies); i++) {
    geo_node_stop (ivan);
    fake_hub_put_back (f->hub, lies[i]);
    geo_node_start (ivan);
    wait_until (geo_node_get_connection (ivan) == GEO_CONNECTION_FAULT);
  }
  g_assert_cmpuint (fake_hub_count (f->hub, GEO_MESSAGE_ENTRY), ==, 0);

  results = fake_hub_count (f->hub, GEO_MESSAGE_SYNC_RESULT);
  fake_hub_put_back (f->hub, FAKE_HUB_PUT_BACK);
  geo_node_start (ivan);
  wait_until (fake_hub_count (f->hub, GEO_MESSAGE_SYNC_RESULT) > results);
  g_assert_cmpuint (fake_hub_count (f->hub, GEO_MESSAGE_ENTRY), ==, 1);
  g_assert_cmpint (geo_node_get_connection (ivan), ==, GEO_CONNECTION_OFFLINE);
  g_assert_nonnull (strstr (geo_node_get_connection_detail (ivan), "put back"));

  geo_node_stop (ivan);
  fake_hub_put_back (f->hub, FAKE_HUB_AS_IT_IS);
  geo_node_start (ivan);
  wait_connected (ivan);
  end_town (&town, 2);
}

static void
test_another_hub (Fixture *f, gconstpointer data) {
  g_autoptr (GeoProfile) profile = make_profile (f->folder, "Olena", NULL);
  GeoNode *node = join (profile, f->hub);
  FakeHub *other = fake_hub_new (201);
  g_autofree gchar *link = fake_hub_get_link (other, NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GAsyncResult) waited = NULL;
  g_autoptr (GPtrArray) joined = NULL;
  GeoNode *second;
  GError *error = NULL;
  guint port = fake_hub_get_port (f->hub);
  FakeHub *impostor;

  /* Somebody else answers at the address that was joined. */
  fake_hub_go (f->hub);
  impostor = fake_hub_new_at (202, port);
  geo_node_hurry (node);
  geo_node_wait_connected_async (node, 20000, NULL, keep_result_cb, &waited);
  wait_until (waited != NULL);
  g_assert_false (geo_node_wait_connected_finish (node, waited, &error));
  g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_FOREIGN);
  g_clear_error (&error);
  g_assert_cmpint (geo_node_get_connection (node), ==, GEO_CONNECTION_FAULT);
  g_assert_cmpuint (fake_hub_count (impostor, GEO_MESSAGE_AUTH), ==, 0);
  fake_hub_free (impostor);
  g_clear_object (&waited);
  end_node (node);

  /* Two communities in one profile. */
  geo_node_join_async (profile, link, NULL, keep_result_cb, &result);
  wait_until (result != NULL);
  second = geo_node_join_finish (result, &error);
  g_assert_no_error (error);
  g_clear_object (&result);
  end_node (second);
  joined = geo_profile_list_communities (profile);
  g_assert_cmpuint (joined->len, ==, 2);
  fake_hub_free (other);
}

static void
test_new_word_of_the_hub (Fixture *f, gconstpointer data) {
  Town3 town = { 0 };
  GeoNode *olena;

  make_town (f, &town, 1);
  olena = town.nodes[0];
  fake_hub_go (f->hub);
  wait_until (geo_node_get_connection (olena) != GEO_CONNECTION_HUB);
  fake_hub_rename (f->hub, "City");
  fake_hub_come_back (f->hub);
  geo_node_hurry (olena);
  wait_until (geo_node_get_connection (olena) == GEO_CONNECTION_HUB);
  g_assert_cmpstr (geo_node_get_community_name (olena), ==, "City");
  g_assert_cmpuint (geo_node_get_n_equivalents (olena), ==, 3);
  g_assert_cmpuint (g_list_model_get_n_items (geo_node_get_totals (olena)), ==,
                    3);
  end_node (olena);

  olena = town.nodes[0] = open_node (town.profiles[0]);
  g_assert_cmpstr (geo_node_get_community_name (olena), ==, "City");
  end_town (&town, 1);
}

static void
test_wait_times_out (Fixture *f, gconstpointer data) {
  Town3 town = { 0 };
  GeoNode *olena;
  g_autoptr (GAsyncResult) offline = NULL;
  g_autoptr (GAsyncResult) silent = NULL;
  GError *error = NULL;

  make_town (f, &town, 1);
  olena = town.nodes[0];
  geo_node_stop (olena);
  geo_node_wait_connected_async (olena, 100, NULL, keep_result_cb, &offline);
  wait_until (offline != NULL);
  g_assert_false (geo_node_wait_connected_finish (olena, offline, &error));
  g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_OFFLINE);
  g_clear_error (&error);

  fake_hub_ignore (f->hub, GEO_MESSAGE_HELLO);
  geo_node_start (olena);
  geo_node_wait_connected_async (olena, 500, NULL, keep_result_cb, &silent);
  wait_until (silent != NULL);
  g_assert_false (geo_node_wait_connected_finish (olena, silent, &error));
  g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_TIMEOUT);
  g_clear_error (&error);
  g_clear_object (&offline);
  g_clear_object (&silent);
  end_town (&town, 1);
}

/* The same identity elsewhere: the one that was here first gives way. */
static void
test_replaced (Fixture *f, gconstpointer data) {
  Town3 town = { 0 };
  GeoNode *olena;
  GeoNode *elsewhere;
  gchar *words;
  g_autoptr (GeoProfile) profile = NULL;

  make_town (f, &town, 1);
  olena = town.nodes[0];
  words = geo_profile_get_words (town.profiles[0]);
  profile = make_profile (f->folder, "elsewhere", words);
  geo_words_free (words);
  elsewhere = join (profile, f->hub);
  wait_until (geo_node_get_connection (olena) == GEO_CONNECTION_OFFLINE);
  g_assert_nonnull (
      strstr (geo_node_get_connection_detail (olena), "elsewhere"));
  wait_ms (1500);
  g_assert_cmpint (geo_node_get_connection (elsewhere), ==, GEO_CONNECTION_HUB);
  end_node (elsewhere);
  end_town (&town, 1);
}

int
main (int argc, char *argv[]) {
  g_test_init (&argc, &argv, NULL);
#define ADD(path, test) \
  g_test_add (path, Fixture, NULL, set_up, test, tear_down)
  ADD ("/node/join", test_join);
  ADD ("/node/join/early-letter", test_early_letter);
  ADD ("/node/join/refused", test_join_refused);
  ADD ("/node/locked", test_locked);
  ADD ("/node/find-and-quote", test_find_and_quote);
  ADD ("/node/close-line", test_close_line);
  ADD ("/node/freeze", test_freeze);
  ADD ("/node/restore", test_restore);
  ADD ("/node/restore/words", test_restore_words);
  ADD ("/node/restore/stranger", test_restore_stranger);
  ADD ("/node/lying-hub", test_lying_hub);
  ADD ("/node/trusted-while-asking", test_trusted_while_asking);
  ADD ("/node/put-back", test_put_back);
  ADD ("/node/another-hub", test_another_hub);
  ADD ("/node/new-word-of-the-hub", test_new_word_of_the_hub);
  ADD ("/node/wait-times-out", test_wait_times_out);
  ADD ("/node/replaced", test_replaced);
  return g_test_run ();
}
