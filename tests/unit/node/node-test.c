/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the tests of this room share: people and waiting.
 */
#include "node-test.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sodium.h>
#include <sys/resource.h>

#include "core/geo-words.h"
#include "node/geo-profile-private.h"
#include "node/geo-rotation.h"

gboolean
wait_tick (gpointer unused) {
  return G_SOURCE_CONTINUE;
}

void
wait_ms (guint ms) {
  gint64 end = g_get_monotonic_time () + ms * G_GINT64_CONSTANT (1000);

  wait_until (g_get_monotonic_time () >= end);
}

void
keep_result_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  GAsyncResult **kept = user_data;

  *kept = g_object_ref (result);
}

gchar *
make_folder (void) {
  g_autoptr (GError) error = NULL;
  gchar *folder = g_dir_make_tmp ("geo-node-XXXXXX", &error);

  g_assert_no_error (error);
  return folder;
}

void
remove_folder (const gchar *folder) {
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const gchar *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree gchar *path = g_build_filename (folder, name, NULL);

    if (g_file_test (path, G_FILE_TEST_IS_DIR) &&
        !g_file_test (path, G_FILE_TEST_IS_SYMLINK))
      remove_folder (path);
    else
      g_unlink (path);
  }
  g_rmdir (folder);
}

GeoProfile *
make_profile (const gchar *folder, const gchar *name, const gchar *words) {
  g_autofree gchar *path = g_build_filename (folder, name, NULL);
  GeoProfile *profile = geo_profile_new (path);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  gchar *made = words != NULL ? g_strdup (words) : geo_profile_make_words ();

  geo_profile_set_key_limits (profile, crypto_pwhash_OPSLIMIT_MIN,
                              crypto_pwhash_MEMLIMIT_MIN);
  geo_profile_create_async (profile, name, made, "passphrase", NULL,
                            keep_result_cb, &result);
  geo_words_free (made);
  wait_until (result != NULL);
  geo_profile_create_finish (profile, result, &error);
  g_assert_no_error (error);
  return profile;
}

GeoNode *
join (GeoProfile *profile, FakeHub *hub) {
  g_autofree gchar *link = fake_hub_get_link (hub, NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GeoNode *node;

  geo_node_join_async (profile, link, NULL, keep_result_cb, &result);
  wait_until (result != NULL);
  node = geo_node_join_finish (result, &error);
  g_assert_no_error (error);
  wait_connected (node);
  return node;
}

GeoNode *
open_node (GeoProfile *profile) {
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GeoNode *node;

  geo_node_open_async (profile, NULL, NULL, keep_result_cb, &result);
  wait_until (result != NULL);
  node = geo_node_open_finish (result, &error);
  g_assert_no_error (error);
  return node;
}

void
wait_connected (GeoNode *node) {
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  geo_node_wait_connected_async (node, 30000, NULL, keep_result_cb, &result);
  wait_until (result != NULL);
  geo_node_wait_connected_finish (node, result, &error);
  g_assert_no_error (error);
}

void
end_node (GeoNode *node) {
  GeoNode *weak = node;

  g_object_add_weak_pointer (G_OBJECT (node), (gpointer *) &weak);
  geo_node_stop (node);
  g_object_unref (node);
  /* Jobs on their way keep it until they are done. */
  wait_until (weak == NULL);
}

void
pid_of (GeoNode *node, GeoPid *pid) {
  g_assert_true (geo_pid_parse (geo_node_get_pid (node), pid, NULL));
}

gchar *
change_key (GeoNode *node) {
  g_autoptr (GeoCommunities) communities =
      geo_communities_new (geo_node_get_profile (node));
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  gchar *words = geo_profile_make_words ();

  geo_communities_add (communities, node);
  geo_communities_rotate_key_async (communities, words, "passphrase",
                                    keep_result_cb, &result);
  wait_until (result != NULL);
  geo_communities_rotate_key_finish (communities, result, &error);
  g_assert_no_error (error);
  wait_connected (node);
  return words;
}

void
find (GeoNode *node, GeoNode *other) {
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) found = NULL;

  geo_node_find_people_async (node, geo_node_get_pid (other), NULL,
                              keep_result_cb, &result);
  wait_until (result != NULL);
  found = geo_node_find_people_finish (node, result, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_list_model_get_n_items (found), ==, 1);
}

void
trust (GeoNode *node, GeoNode *other, gint64 limit) {
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GeoPid pid;

  find (node, other);
  pid_of (other, &pid);
  geo_node_trust_async (node, &pid, "UAH", GEO_AMOUNT (MAX (limit, 0)),
                        limit < 0, FALSE, NULL, keep_result_cb, &result);
  wait_until (result != NULL);
  geo_node_trust_finish (node, result, &error);
  g_assert_no_error (error);
}

GeoAmount
balance_with (GeoNode *node, GeoNode *other) {
  GeoPid pid;
  GeoPerson *person;
  g_autoptr (GeoRelation) relation = NULL;

  pid_of (other, &pid);
  person = geo_node_get_person (node, &pid);
  if (person == NULL ||
      g_list_model_get_n_items (geo_person_get_relations (person)) == 0)
    return GEO_AMOUNT_ZERO;
  relation = g_list_model_get_item (geo_person_get_relations (person), 0);
  return geo_relation_get_balance (relation);
}

GeoTotal *
get_total (GeoNode *node, guint index) {
  GeoTotal *total = g_list_model_get_item (geo_node_get_totals (node), index);

  g_assert_nonnull (total);
  /* The list keeps it. */
  g_object_unref (total);
  return total;
}

GeoActivityItem *
get_newest (GeoNode *node, guint n) {
  GListModel *activity = geo_node_get_activity (node);
  GeoActivityItem *item;

  wait_until (g_list_model_get_n_items (activity) >= n);
  g_assert_cmpuint (g_list_model_get_n_items (activity), ==, n);
  item = g_list_model_get_item (activity, 0);
  wait_until (geo_activity_item_get_loaded (item));
  return item;
}

void
set_up (Fixture *f, gconstpointer data) {
  f->folder = make_folder ();
  f->hub = fake_hub_new (200);
}

void
tear_down (Fixture *f, gconstpointer data) {
  fake_hub_free (f->hub);
  remove_folder (f->folder);
  g_free (f->folder);
}

GeoPayment *
pay (GeoNode *node, GeoNode *to, gint64 amount, const gchar *text) {
  g_autoptr (GError) error = NULL;
  GeoPid pid;
  GeoPayment *payment;

  pid_of (to, &pid);
  payment = geo_node_pay (node, NULL, &pid, "UAH", GEO_AMOUNT (amount), text,
                          &error);
  g_assert_no_error (error);
  g_assert_nonnull (payment);
  return payment;
}

gboolean
is_over (GeoPayment *payment) {
  return geo_payment_get_state (payment) == GEO_STATE_PAID ||
         geo_payment_get_state (payment) == GEO_STATE_NOT_PAID;
}

gchar *
get_receipt (GeoNode *node, const gchar *key, GError **error) {
  g_autoptr (GAsyncResult) result = NULL;

  geo_node_get_receipt_async (node, key, NULL, keep_result_cb, &result);
  wait_until (result != NULL);
  return geo_node_get_receipt_finish (node, result, error);
}

gint64
verify (GeoNode *node) {
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  gint64 records = 0;

  geo_node_verify_async (node, NULL, keep_result_cb, &result);
  wait_until (result != NULL);
  geo_node_verify_finish (node, result, &records, &error);
  g_assert_no_error (error);
  return records;
}

/* Ivan owes Petro, Petro owes Olena: trust the other way round. */
void
make_town (Fixture *f, Town3 *town, guint n) {
  static const gchar *const names[] = { "Olena", "Ivan", "Petro" };

  for (guint i = 0; i < n; i++) {
    town->profiles[i] = make_profile (f->folder, names[i], NULL);
    town->nodes[i] = join (town->profiles[i], f->hub);
  }
}

void
end_town (Town3 *town, guint n) {
  for (guint i = 0; i < n; i++) {
    if (town->nodes[i] != NULL)
      end_node (town->nodes[i]);
    g_object_unref (town->profiles[i]);
  }
}

/* --- A disk ----------------------------------------------------------------
 */

static void
limit_files (gboolean full) {
  static struct rlimit usual;
  static gsize once = 0;
  struct rlimit limit;

  if (g_once_init_enter (&once)) {
    /* The write itself says that it failed. */
    signal (SIGXFSZ, SIG_IGN);
    g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &usual), ==, 0);
    g_once_init_leave (&once, 1);
  }
  limit = usual;
  if (full)
    limit.rlim_cur = 0;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
}

void
fill_disk (void) {
  limit_files (TRUE);
}

void
empty_disk (void) {
  limit_files (FALSE);
}

void
town_pair_set_up (TownPair *f, gconstpointer data) {
  set_up (&f->base, NULL);
  make_town (&f->base, &f->town, 2);
  f->olena = f->town.nodes[0];
  f->ivan = f->town.nodes[1];
  pid_of (f->olena, &f->olena_pid);
  pid_of (f->ivan, &f->ivan_pid);
  trust (f->olena, f->ivan, 10000);
  find (f->ivan, f->olena);
  wait_until (geo_total_get_can_pay (get_total (f->ivan, 0)).minor == 10000);
}

void
town_pair_tear_down (TownPair *f, gconstpointer data) {
  end_town (&f->town, 2);
  tear_down (&f->base, data);
}
