/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tests of the history as a list: a million lines are paged, not loaded, and
 * what comes on top moves nothing.
 */
#include "node-test.h"

#include <sqlite3.h>
#include <string.h>

#include "node/geo-activity-model-private.h"
#include "store/geo-seal-private.h"

#define MANY 1000000

typedef struct {
  gchar *folder;
  gchar *path;
  sqlite3 *database;
  GeoWorker *worker;
  GeoActivityModel *model;
  GPtrArray *added;
  guint changes;
} Own;

static void
run_sql (Own *f, const gchar *sql) {
  char *message = NULL;
  int code = sqlite3_exec (f->database, sql, NULL, NULL, &message);

  g_assert_cmpstr (message, ==, NULL);
  g_assert_cmpint (code, ==, SQLITE_OK);
}

/* n more lines; their numbers have gaps, as records that are no history leave
 * them. */
static void
add_rows (Own *f, guint n) {
  g_autofree gchar *sql = g_strdup_printf (
      "BEGIN;"
      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i"
      " < %u) INSERT INTO activity (id, kind, state, at, peer, equivalent,"
      " amount, decimals, tx_id, code) SELECT (SELECT activities FROM state) * "
      "3"
      " + i * 3, 2, 4, 1700000000000 + i, zeroblob (32), 'UAH', i, 2,"
      " 'tx-' || ((SELECT activities FROM state) + i), 0 FROM n;"
      "UPDATE state SET activities = activities + %u;"
      "COMMIT;",
      n, n);

  run_sql (f, sql);
}

static gpointer
open_job (GeoWorker *worker, gpointer data, GError **error) {
  GeoJournal *journal = geo_journal_open (data, FALSE, error);

  if (journal != NULL)
    geo_worker_set_journal (worker, journal);
  return NULL;
}

static void
opened_cb (gpointer *result, const GError *error, gpointer user_data) {
  gboolean *opened = user_data;

  g_assert_no_error (error);
  *opened = TRUE;
}

static void
added_cb (GeoActivityModel *model, GeoActivityItem *item, gpointer user_data) {
  Own *f = user_data;

  g_assert_true (geo_activity_item_get_loaded (item));
  g_ptr_array_add (f->added, g_object_ref (item));
}

static void
changed_cb (GListModel *model,
            guint position,
            guint removed,
            guint added,
            gpointer user_data) {
  Own *f = user_data;

  g_assert_cmpuint (position, ==, 0);
  g_assert_cmpuint (removed, ==, 0);
  f->changes += added;
}

static void
set_up_own (Own *f, gconstpointer data) {
  guint n = GPOINTER_TO_UINT (data);
  gboolean opened = FALSE;

  f->folder = make_folder ();
  f->path = g_build_filename (f->folder, "journal.db", NULL);
  f->worker = geo_worker_new ();
  geo_worker_push (f->worker, open_job, g_strdup (f->path), g_free, NULL,
                   opened_cb, &opened);
  wait_until (opened);
  g_assert_cmpint (sqlite3_open_v2 (f->path, &f->database,
                                    SQLITE_OPEN_READWRITE, GEO_SEAL_VFS),
                   ==, SQLITE_OK);
  if (n > 0)
    add_rows (f, n);

  f->added = g_ptr_array_new_with_free_func (g_object_unref);
  f->model = geo_activity_model_new (NULL, NULL);
  g_signal_connect (f->model, "added", G_CALLBACK (added_cb), f);
  g_signal_connect (f->model, "items-changed", G_CALLBACK (changed_cb), f);
  geo_activity_model_set_worker (f->model, f->worker, n);
  g_assert_cmpuint (f->changes, ==, n);
  f->changes = 0;
}

static void
tear_down_own (Own *f, gconstpointer data) {
  GeoActivityModel *weak = f->model;

  g_object_add_weak_pointer (G_OBJECT (f->model), (gpointer *) &weak);
  g_object_unref (f->model);
  wait_until (weak == NULL);
  sqlite3_close (f->database);
  geo_worker_free (f->worker);
  g_ptr_array_unref (f->added);
  remove_folder (f->folder);
  g_free (f->folder);
  g_free (f->path);
}

static GeoActivityItem *
get_loaded (Own *f, guint position) {
  GeoActivityItem *item = g_list_model_get_item (G_LIST_MODEL (f->model),
                                                 position);

  g_assert_nonnull (item);
  wait_until (geo_activity_item_get_loaded (item));
  return item;
}

/* The row at this place from the oldest is the one it should be. */
static void
check_row (Own *f, guint position) {
  guint n = g_list_model_get_n_items (G_LIST_MODEL (f->model));
  g_autoptr (GeoActivityItem) item = get_loaded (f, position);
  g_autofree gchar *tx_id = g_strdup_printf ("tx-%u", n - position);

  g_assert_cmpstr (geo_activity_item_get_tx_id (item), ==, tx_id);
  g_assert_cmpint (geo_activity_item_get_id (item), ==, (n - position) * 3);
}

static void
test_empty (Own *f, gconstpointer data) {
  GListModel *model = G_LIST_MODEL (f->model);

  g_assert_cmpuint (g_list_model_get_n_items (model), ==, 0);
  g_assert_null (g_list_model_get_item (model, 0));
  g_assert_true (g_list_model_get_item_type (model) == GEO_TYPE_ACTIVITY_ITEM);
  geo_activity_model_refresh (f->model);
  wait_ms (50);
  g_assert_cmpuint (f->changes, ==, 0);

  add_rows (f, 1);
  geo_activity_model_refresh (f->model);
  wait_until (f->changes == 1);
  check_row (f, 0);
  g_assert_cmpuint (f->added->len, ==, 1);
}

static void
loaded_cb (GObject *object, GParamSpec *pspec, gpointer user_data) {
  guint *notified = user_data;

  (*notified)++;
}

static void
all_changed_cb (GeoActivityItem *item, guint *changed) {
  /* All of it is there by then. */
  g_assert_true (geo_activity_item_get_loaded (item));
  g_assert_cmpstr (geo_activity_item_get_equivalent (item), ==, "UAH");
  (*changed)++;
}

static void
test_placeholder (Own *f, gconstpointer data) {
  g_autoptr (GeoActivityItem) item =
      g_list_model_get_item (G_LIST_MODEL (f->model), 5);
  g_autoptr (GeoActivityItem) same =
      g_list_model_get_item (G_LIST_MODEL (f->model), 5);
  g_autofree gchar *phrase = geo_phrase_activity (item);
  guint notified = 0, changed = 0;

  g_assert_true (item == same);
  g_assert_false (geo_activity_item_get_loaded (item));
  g_assert_cmpstr (geo_activity_item_get_peer_name (item), ==, "");
  g_assert_cmpstr (phrase, ==, "");
  g_signal_connect (item, "notify::loaded", G_CALLBACK (loaded_cb), &notified);
  g_signal_connect (item, "changed", G_CALLBACK (all_changed_cb), &changed);
  wait_until (geo_activity_item_get_loaded (item));
  g_assert_cmpuint (notified, ==, 1);
  g_assert_cmpuint (changed, ==, 1);
  check_row (f, 5);
}

static void
test_scroll (Own *f, gconstpointer data) {
  guint n = GPOINTER_TO_UINT (data);

  for (guint i = 0; i < n; i += 37)
    check_row (f, i);
  check_row (f, n - 1);
  for (guint i = n; i > 0; i -= MIN (i, 41))
    check_row (f, i - 1);
  g_assert_cmpuint (f->added->len, ==, 0);
}

static void
test_grow (Own *f, gconstpointer data) {
  static const guint steps[] = { 1, 1, 5, 127, 128, 129, 300, 1 };
  g_autoptr (GeoActivityItem) old = get_loaded (f, 3);
  guint before = g_list_model_get_n_items (G_LIST_MODEL (f->model));
  guint sum = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++) {
    g_autoptr (GeoActivityItem) again = NULL;

    g_ptr_array_set_size (f->added, 0);
    add_rows (f, steps[i]);
    sum += steps[i];
    geo_activity_model_refresh (f->model);
    geo_activity_model_refresh (f->model);
    wait_until (f->changes == sum);
    g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->model)), ==,
                      before + sum);
    g_assert_cmpuint (f->added->len, ==, MIN (steps[i], 128));
    /* The same line is the same object, further down. */
    again = g_list_model_get_item (G_LIST_MODEL (f->model), 3 + sum);
    g_assert_true (again == old);
    for (guint row = 0; row < before + sum; row += 17)
      check_row (f, row);
  }
}

static gint64
resident_kib (void) {
  g_autofree gchar *text = NULL;
  const gchar *line;

  if (!g_file_get_contents ("/proc/self/status", &text, NULL, NULL))
    return 0;
  line = strstr (text, "VmRSS:");
  return line != NULL ? g_ascii_strtoll (line + 6, NULL, 10) : 0;
}

static void
test_many (Own *f, gconstpointer data) {
  gint64 before_kib = resident_kib ();
  gint64 start = g_get_monotonic_time ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);

  check_row (f, 0);
  g_test_message ("first row of %d after %" G_GINT64_FORMAT " us", MANY,
                  g_get_monotonic_time () - start);
  for (guint i = 0; i < 200 * GEO_ACTIVITY_PAGE_ROWS; i += 64)
    check_row (f, i);
  g_assert_cmpuint (geo_activity_model_count_pages (f->model), <=,
                    GEO_ACTIVITY_PAGES_MAX);
  start = g_get_monotonic_time ();
  check_row (f, MANY - 1);
  g_test_message ("the oldest after %" G_GINT64_FORMAT " ms",
                  (g_get_monotonic_time () - start) / 1000);
  start = g_get_monotonic_time ();
  for (guint i = 0; i < 1000; i++)
    check_row (f, (guint) g_rand_int_range (rand, 0, MANY));
  g_test_message ("1,000 rows here and there after %" G_GINT64_FORMAT " ms",
                  (g_get_monotonic_time () - start) / 1000);
  g_assert_cmpuint (geo_activity_model_count_pages (f->model), <=,
                    GEO_ACTIVITY_PAGES_MAX);
  g_test_message ("%" G_GINT64_FORMAT " KiB more than before",
                  resident_kib () - before_kib);
}

/* Somebody may hold the list for longer than there is a journal. */
static void
test_without_worker (Own *f, gconstpointer data) {
  g_autoptr (GeoActivityItem) item = NULL;

  geo_activity_model_set_worker (f->model, NULL, 0);
  item = g_list_model_get_item (G_LIST_MODEL (f->model), 0);
  geo_activity_model_refresh (f->model);
  geo_activity_model_touch (f->model, "tx-1");
  wait_ms (20);
  g_assert_false (geo_activity_item_get_loaded (item));
}

/* --- Filters ------------------------------------------------------------ */

static void
counted_cb (GListModel *model,
            guint position,
            guint removed,
            guint added,
            gpointer user_data) {
  guint *n = user_data;

  g_assert_cmpuint (position, ==, 0);
  g_assert_cmpuint (removed, <=, *n);
  *n = *n - removed + added;
  g_assert_cmpuint (*n, ==, g_list_model_get_n_items (model));
}

typedef struct {
  GeoActivityModel *model;
  guint n;
} View;

static void
view_open (Own *f, View *view) {
  view->model = geo_activity_model_new_view (f->model);
  view->n = g_list_model_get_n_items (G_LIST_MODEL (view->model));
  g_signal_connect (view->model, "items-changed", G_CALLBACK (counted_cb),
                    &view->n);
}

static void
view_ask (View *view, const GeoActivityFilter *filter) {
  geo_activity_model_set_filter (view->model, filter);
  wait_until (!geo_activity_model_get_searching (view->model));
}

static void
view_check (View *view, guint position, const gchar *tx_id) {
  g_autoptr (GeoActivityItem) item =
      g_list_model_get_item (G_LIST_MODEL (view->model), position);

  g_assert_nonnull (item);
  wait_until (geo_activity_item_get_loaded (item));
  g_assert_cmpstr (geo_activity_item_get_tx_id (item), ==, tx_id);
}

static void
test_filter (Own *f, gconstpointer data) {
  GeoActivityFilter filter = { .text = "МЕД" };
  View view;

  /* Row i has the number i * 3. */
  run_sql (f, "UPDATE activity SET text = 'Мед', folded = 'мед'"
              " WHERE id IN (3, 900, 1497);"
              "UPDATE activity SET kind = 1, state = 2, order_hash ="
              " zeroblob (32) WHERE id = 30;");
  view_open (f, &view);
  g_assert_cmpuint (view.n, ==, 500);
  view_check (&view, 0, "tx-500");

  view_ask (&view, &filter);
  g_assert_cmpuint (view.n, ==, 3);
  view_check (&view, 0, "tx-499");
  view_check (&view, 1, "tx-300");
  view_check (&view, 2, "tx-1");

  /* What is new comes on top where it fits. */
  add_rows (f, 200);
  run_sql (f, "UPDATE activity SET folded = 'мед' WHERE id = 1800");
  geo_activity_model_refresh (f->model);
  wait_until (view.n == 4);
  view_check (&view, 0, "tx-600");
  view_check (&view, 3, "tx-1");
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->model)), ==,
                    700);

  /* What no longer fits goes, and what fits now comes. */
  filter = (GeoActivityFilter){ .states = 1u << GEO_STATE_IN_DOUBT };
  view_ask (&view, &filter);
  g_assert_cmpuint (view.n, ==, 1);
  view_check (&view, 0, "tx-10");
  run_sql (f, "UPDATE activity SET state = 4 WHERE id = 30");
  geo_activity_model_touch (f->model, "any");
  wait_until (view.n == 0);

  /* Only the last of many counts. */
  for (guint i = 0; i < 50; i++) {
    filter = (GeoActivityFilter){ .kinds = 1u << (1 + i % 2) };
    geo_activity_model_set_filter (view.model, &filter);
    geo_activity_model_refresh (f->model);
    if (i % 7 == 3)
      geo_activity_model_set_filter (view.model, NULL);
  }
  wait_until (!geo_activity_model_get_searching (view.model));
  g_assert_cmpuint (view.n, ==, 699);
  for (guint i = 0; i < 699; i += 13) {
    guint row = 700 - i > 10 ? 700 - i : 699 - i;
    g_autofree gchar *tx_id = g_strdup_printf ("tx-%u", row);

    view_check (&view, i, tx_id);
  }

  view_ask (&view, NULL);
  wait_until (view.n == 700);
  view_check (&view, 699, "tx-1");
  add_rows (f, 5);
  geo_activity_model_refresh (f->model);
  wait_until (view.n == 705);
  view_check (&view, 0, "tx-705");

  /* One that somebody holds longer than there is a journal. */
  geo_activity_model_set_worker (f->model, NULL, 0);
  filter = (GeoActivityFilter){ .text = "x" };
  geo_activity_model_set_filter (view.model, &filter);
  g_object_unref (view.model);
}

static void
test_filter_many (Own *f, gconstpointer data) {
  GeoActivityFilter filter = { .text = "honey" };
  gint64 start;
  View view;

  run_sql (f, "UPDATE activity SET text = 'For bread', folded = 'for bread';"
              "UPDATE activity SET folded = 'for honey' WHERE id % 3000 = 0");
  view_open (f, &view);
  start = g_get_monotonic_time ();
  view_ask (&view, &filter);
  view_check (&view, 0, "tx-1000000");
  g_test_message ("searched %d rows in %" G_GINT64_FORMAT " ms", MANY,
                  (g_get_monotonic_time () - start) / 1000);
  g_assert_cmpuint (view.n, ==, 1000);
  view_check (&view, 999, "tx-1000");
  g_object_unref (view.model);
}

int
main (int argc, char *argv[]) {
  g_test_init (&argc, &argv, NULL);
#define ADD(path, n, test) \
  g_test_add (path, Own, GUINT_TO_POINTER (n), set_up_own, test, tear_down_own)
  ADD ("/node-activity/empty", 0, test_empty);
  ADD ("/node-activity/placeholder", 300, test_placeholder);
  ADD ("/node-activity/scroll/1", 1, test_scroll);
  ADD ("/node-activity/scroll/127", 127, test_scroll);
  ADD ("/node-activity/scroll/128", 128, test_scroll);
  ADD ("/node-activity/scroll/129", 129, test_scroll);
  ADD ("/node-activity/scroll/20000", 20000, test_scroll);
  ADD ("/node-activity/grow", 100, test_grow);
  ADD ("/node-activity/many", MANY, test_many);
  ADD ("/node-activity/filter", 500, test_filter);
  ADD ("/node-activity/filter-many", MANY, test_filter_many);
  ADD ("/node-activity/without-worker", 10, test_without_worker);
  return g_test_run ();
}
