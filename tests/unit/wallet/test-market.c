/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tests of the market: where people are placed, how the picture is walked
 * through, zoomed and moved, how fast it is drawn with many, and the page with
 * real nodes.
 */
#include "wallet-test.h"

#include <math.h>
#include <string.h>
#include <time.h>

#include "wallet/geo-clearing-dialog.h"
#include "wallet/geo-market-page.h"
#include "wallet/geo-market-view.h"
#include "wallet/geo-receipt-page.h"

#define MANY 500
/* A sixtieth of a second.  It is counted in the time of this process alone: what
 * else the machine does says nothing of the picture. */
#define FRAME_US_MAX 16667

/* --- The graph ---------------------------------------------------------- */

/* A star with circles, as a wallet knows it. */
static GeoMarketGraph *
make_graph (guint people, guint circles) {
  GeoMarketGraph *graph = geo_market_graph_new ("me", "Marta",
                                                "You owe nothing");

  for (guint i = 0; i < people; i++) {
    g_autofree gchar *key = g_strdup_printf ("key %u", i);
    g_autofree gchar *name = g_strdup_printf ("Olena %u", i);
    guint number = geo_market_graph_add (graph, key, name, "She owes you");

    geo_market_graph_tie (graph, 1 + i % 3, i % 2 == 0 ? number : 0,
                          i % 2 == 0 ? 0 : number);
  }
  for (guint i = 0; i < circles; i++)
    geo_market_graph_add_circle (graph, 1 + 2 * i, 2 + 2 * i, 2 + i % 4,
                                 i % 2 == 0);
  return graph;
}

static const GeoMarketPoint *
point (GeoMarketGraph *graph, guint i) {
  return graph->points->pdata[i];
}

static void
test_arrange (void) {
  g_autoptr (GeoMarketGraph) graph = make_graph (40, 3);
  g_autoptr (GeoMarketGraph) again = make_graph (40, 3);
  double nearest = G_MAXDOUBLE;

  g_assert_true (geo_market_graph_arrange (graph, NULL));
  g_assert_true (geo_market_graph_arrange (again, NULL));
  g_assert_cmpfloat (point (graph, 0)->x, ==, 0);
  g_assert_cmpfloat (point (graph, 0)->y, ==, 0);
  for (guint i = 0; i < graph->points->len; i++) {
    /* The same graph is the same picture. */
    g_assert_cmpfloat (point (graph, i)->x, ==, point (again, i)->x);
    g_assert_cmpfloat (point (graph, i)->y, ==, point (again, i)->y);
    g_assert_true (isfinite (point (graph, i)->x));
    for (guint j = 0; j < i; j++)
      nearest = MIN (nearest, hypot (point (graph, i)->x - point (graph, j)->x,
                                     point (graph, i)->y -
                                         point (graph, j)->y));
  }
  g_assert_cmpfloat (nearest, >, 0.55);
}

/* Those whom much holds together lie nearer to each other than others. */
static void
test_circle_lies_together (void) {
  g_autoptr (GeoMarketGraph) graph = make_graph (60, 0);
  g_autoptr (GeoMarketGraph) with = make_graph (60, 0);
  guint one = 4;
  guint other = 33;
  double before, after;

  geo_market_graph_add_circle (with, one, other, 2, FALSE);
  g_assert_cmpuint (with->circles->len, ==, 1);
  g_assert_true (geo_market_graph_arrange (graph, NULL));
  g_assert_true (geo_market_graph_arrange (with, NULL));
  before = hypot (point (graph, one)->x - point (graph, other)->x,
                  point (graph, one)->y - point (graph, other)->y);
  after = hypot (point (with, one)->x - point (with, other)->x,
                 point (with, one)->y - point (with, other)->y);
  g_assert_cmpfloat (after, <, before);
}

static void
test_circle_shape (void) {
  g_autoptr (GeoMarketGraph) graph = make_graph (4, 0);
  const GeoMarketCircle *circle;

  /* Two cannot be a circle, and one is not two of its people. */
  geo_market_graph_add_circle (graph, 1, 2, 1, FALSE);
  geo_market_graph_add_circle (graph, 1, 1, 4, FALSE);
  g_assert_cmpuint (graph->circles->len, ==, 0);

  geo_market_graph_add_circle (graph, 1, 2, 5, FALSE);
  circle = graph->circles->pdata[0];
  g_assert_cmpuint (circle->points->len, ==, 6);
  g_assert_cmpuint (graph->points->len, ==, 8);
  for (guint i = 5; i < 8; i++) {
    g_assert_cmpint (point (graph, i)->kind, ==, GEO_MARKET_UNKNOWN);
    g_assert_null (point (graph, i)->name);
  }
}

static void
test_full (void) {
  g_autoptr (GeoMarketGraph) graph = make_graph (GEO_MARKET_POINTS_MAX - 2, 0);
  guint n = graph->points->len;

  geo_market_graph_add_circle (graph, 1, 2, 9, FALSE);
  g_assert_cmpuint (graph->circles->len, ==, 0);
  g_assert_cmpuint (graph->points->len, ==, n);
  g_assert_cmpuint (geo_market_graph_add (graph, "x", "X", "X"), ==, n);
  g_assert_cmpuint (geo_market_graph_add (graph, "y", "Y", "Y"), ==, G_MAXUINT);
}

static void
test_follow (void) {
  g_autoptr (GeoMarketGraph) former = make_graph (20, 0);
  g_autoptr (GeoMarketGraph) graph = make_graph (21, 0);

  g_assert_true (geo_market_graph_arrange (former, NULL));
  geo_market_graph_follow (graph, former);
  g_assert_cmpfloat (point (graph, 7)->x, ==, point (former, 7)->x);
  g_assert_true (geo_market_graph_arrange (graph, NULL));
  /* One more moves nobody across the picture. */
  for (guint i = 0; i < former->points->len; i++)
    g_assert_cmpfloat (hypot (point (graph, i)->x - point (former, i)->x,
                              point (graph, i)->y - point (former, i)->y),
                       <, 1.5);
}

static void
test_cancel (void) {
  g_autoptr (GeoMarketGraph) graph = make_graph (MANY, 0);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  g_cancellable_cancel (cancellable);
  g_assert_false (geo_market_graph_arrange (graph, cancellable));
}

static void
arranged_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  GeoMarketGraph **graph = user_data;

  *graph = geo_market_graph_arrange_finish (result, NULL);
}

/* What this thread reckoned, however busy the machine is. */
static gint64
cpu_us (void) {
  struct timespec used;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &used);
  return (gint64) used.tv_sec * G_USEC_PER_SEC + used.tv_nsec / 1000;
}

/* Many are placed elsewhere: the main loop goes on meanwhile. */
static void
test_worker (void) {
  g_autoptr (GeoMarketGraph) graph = make_graph (MANY, 12);
  g_autoptr (GeoMarketGraph) done = NULL;
  gint64 began = cpu_us ();

  geo_market_graph_arrange_async (graph, NULL, arranged_cb, &done);
  g_assert_cmpint (cpu_us () - began, <, 50000);
  wait_until (done != NULL);
  g_assert_true (done == graph);
  g_test_message ("%u people are placed in %.0f ms.", MANY,
                  (double) (g_get_monotonic_time () - began) / 1000);
}

/* --- The picture -------------------------------------------------------- */

typedef struct {
  GtkWidget *window;
  GeoMarketView *view;
  guint n_selected;
  gchar *activated;
} Picture;

static void
selected_cb (Picture *picture) {
  picture->n_selected++;
}

static void
activated_key_cb (GeoMarketView *view, const gchar *key, Picture *picture) {
  g_set_str (&picture->activated, key);
}

static void
picture_set_up (Picture *picture, gconstpointer people) {
  g_autoptr (GeoMarketGraph) graph = make_graph (GPOINTER_TO_UINT (people), 3);

  picture->window = adw_window_new ();
  picture->view = geo_market_view_new ();
  adw_window_set_content (ADW_WINDOW (picture->window),
                          GTK_WIDGET (picture->view));
  gtk_window_present (GTK_WINDOW (picture->window));
  geo_screen_resize (GTK_WINDOW (picture->window), 800, 600);
  g_assert_true (geo_market_graph_arrange (graph, NULL));
  g_signal_connect_swapped (picture->view, "selected", G_CALLBACK (selected_cb),
                            picture);
  g_signal_connect (picture->view, "activated", G_CALLBACK (activated_key_cb),
                    picture);
  geo_market_view_set_graph (picture->view, graph);
  geo_screen_settle (picture->window);
}

static void
picture_tear_down (Picture *picture, gconstpointer people) {
  GeoMarketView *view = g_object_ref (picture->view);

  gtk_window_destroy (GTK_WINDOW (picture->window));
  g_assert_finalize_object (view);
  g_free (picture->activated);
}

/* What a key is bound to. */
static void
press (Picture *picture, const gchar *action, const gchar *way) {
  g_assert_true (
      way != NULL
          ? gtk_widget_activate_action (GTK_WIDGET (picture->view), action, "s",
                                        way)
          : gtk_widget_activate_action (GTK_WIDGET (picture->view), action,
                                        NULL));
}

static void
test_keys (Picture *picture, gconstpointer data) {
  const GeoMarketPoint *selected;
  g_autofree gchar *first = NULL;
  double zoom;

  g_assert_null (geo_market_view_get_selected (picture->view));
  press (picture, "market.me", NULL);
  selected = geo_market_view_get_selected (picture->view);
  g_assert_cmpint (selected->kind, ==, GEO_MARKET_ME);
  /* I have no page. */
  press (picture, "market.show", NULL);
  g_assert_null (picture->activated);

  press (picture, "market.walk", "right");
  selected = geo_market_view_get_selected (picture->view);
  g_assert_cmpint (selected->kind, ==, GEO_MARKET_PERSON);
  g_assert_cmpfloat (selected->x, >, 0);
  first = g_strdup (selected->key);
  g_assert_true (gtk_test_accessible_has_property (
      GTK_ACCESSIBLE (picture->view), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION));
  press (picture, "market.show", NULL);
  g_assert_cmpstr (picture->activated, ==, first);
  geo_market_view_select (picture->view, NULL);
  g_assert_null (geo_market_view_get_selected (picture->view));
  g_assert_cmpuint (picture->n_selected, >=, 3);

  zoom = geo_market_view_get_zoom (picture->view);
  press (picture, "market.zoom-in", NULL);
  g_assert_cmpfloat (geo_market_view_get_zoom (picture->view), >, zoom);
  press (picture, "market.zoom-out", NULL);
  g_assert_cmpfloat_with_epsilon (geo_market_view_get_zoom (picture->view),
                                  zoom, 0.0001);
  for (guint i = 0; i < 50; i++)
    press (picture, "market.zoom-out", NULL);
  g_assert_cmpfloat (geo_market_view_get_zoom (picture->view), >, 0.01);
  press (picture, "market.move", "left");
  press (picture, "market.fit", NULL);
  g_assert_cmpfloat_with_epsilon (geo_market_view_get_zoom (picture->view),
                                  zoom, 0.0001);
}

/* Every person can be reached from me by the arrow keys. */
static void
test_reach (Picture *picture, gconstpointer data) {
  static const gchar *const ways[] = { "left", "right", "up", "down" };
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal,
                                                       g_free, NULL);
  g_autoptr (GPtrArray) open = g_ptr_array_new ();
  gchar *me = g_strdup ("me");

  g_hash_table_add (seen, me);
  g_ptr_array_add (open, me);
  while (open->len > 0) {
    gchar *from = g_ptr_array_steal_index (open, open->len - 1);

    for (gsize i = 0; i < G_N_ELEMENTS (ways); i++) {
      gchar *key;

      geo_market_view_select (picture->view, from);
      press (picture, "market.walk", ways[i]);
      key = g_strdup (geo_market_view_get_selected (picture->view)->key);
      if (g_hash_table_contains (seen, key)) {
        g_free (key);
        continue;
      }
      g_hash_table_add (seen, key);
      g_ptr_array_add (open, key);
    }
  }
  g_assert_cmpuint (g_hash_table_size (seen), ==,
                    GPOINTER_TO_UINT (data) + 1);
}

/* Who is selected stays so when the picture is another one. */
static void
test_stays (Picture *picture, gconstpointer data) {
  g_autoptr (GeoMarketGraph) graph = make_graph (GPOINTER_TO_UINT (data) + 1,
                                                 1);
  g_autoptr (GeoMarketGraph) small = make_graph (1, 0);

  g_assert_true (geo_market_graph_arrange (graph, NULL));
  g_assert_true (geo_market_graph_arrange (small, NULL));
  geo_market_view_select (picture->view, "key 3");
  geo_market_view_set_graph (picture->view, graph);
  g_assert_cmpstr (geo_market_view_get_selected (picture->view)->key, ==,
                   "key 3");
  geo_market_view_set_graph (picture->view, small);
  g_assert_null (geo_market_view_get_selected (picture->view));
}

typedef struct {
  GArray *times;
  gint64 last;
  guint left;
  Picture *picture;
} Ride;

static gint64
own_time (void) {
  struct timespec now;

  g_assert_cmpint (clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now), ==, 0);
  return (gint64) now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

static gboolean
ride_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data) {
  Ride *ride = user_data;
  gint64 now = own_time ();

  if (ride->last != 0) {
    gint64 took = now - ride->last;

    g_array_append_val (ride->times, took);
  }
  ride->last = now;
  if (ride->left % 2 == 0)
    geo_market_view_zoom (ride->picture->view, ride->left > 60 ? 1.02 : 0.98);
  else
    geo_market_view_pan (ride->picture->view, 7, 3);
  return --ride->left > 0 ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static gint
compare_times (gconstpointer a, gconstpointer b) {
  gint64 one = *(const gint64 *) a;
  gint64 other = *(const gint64 *) b;

  return (one > other) - (one < other);
}

/* What this picture adds to a frame, and what whole frames take on a display
 * whose every point is made by the processor. */
static void
test_fluid (Picture *picture, gconstpointer data) {
  Ride ride = { .left = 120, .picture = picture };
  g_autoptr (GArray) own = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (
      GTK_WIDGET (picture->view));
  gint64 median;

  for (guint i = 0; i < 60; i++) {
    g_autoptr (GtkSnapshot) snapshot = gtk_snapshot_new ();
    gint64 began = own_time ();
    gint64 took;

    geo_market_view_zoom (picture->view, i < 30 ? 1.03 : 1 / 1.03);
    GTK_WIDGET_GET_CLASS (picture->view)
        ->snapshot (GTK_WIDGET (picture->view), snapshot);
    took = own_time () - began;
    g_array_append_val (own, took);
  }
  g_array_sort (own, compare_times);
  median = g_array_index (own, gint64, own->len / 2);
  g_test_message ("A zoomed picture of %u takes %.1f ms to make.", MANY,
                  (double) median / 1000);
  g_assert_cmpint (median, <, FRAME_US_MAX);

  ride.times = g_array_new (FALSE, FALSE, sizeof (gint64));
  gtk_widget_add_tick_callback (GTK_WIDGET (picture->view), ride_cb, &ride,
                                NULL);
  wait_until (ride.left == 0);
  g_array_sort (ride.times, compare_times);
  g_test_message (
      "Frames cost %.1f ms in the middle, %.1f ms at the most.",
      (double) g_array_index (ride.times, gint64, ride.times->len / 2) / 1000,
      (double) g_array_index (ride.times, gint64, ride.times->len - 1) / 1000);
  g_assert_cmpint (g_array_index (ride.times, gint64, ride.times->len / 2), <,
                   FRAME_US_MAX);
  g_array_unref (ride.times);
  geo_market_view_fit (picture->view);
  geo_screen_save (picture->window, "market-many");
  geo_screen_set_dark (TRUE);
  geo_market_view_zoom (picture->view, 4);
  geo_market_view_select (picture->view, "key 9");
  geo_screen_settle (picture->window);
  geo_screen_save (picture->window, "market-many-near-dark");
  geo_screen_set_dark (FALSE);
}

/* --- The page ----------------------------------------------------------- */

static GeoMarketPage *
show_market (Scene *scene) {
  GeoMarketPage *page = g_object_new (GEO_TYPE_MARKET_PAGE, NULL);

  geo_market_page_set_node (page, scene->nodes[MARTA]);
  scene_show (scene, GTK_WIDGET (page));
  return page;
}

static void
test_page_empty (Scene *scene, gconstpointer data) {
  g_autofree gchar *action = NULL;
  GeoMarketPage *page = show_market (scene);
  GtkWidget *button;

  geo_screen_settle (scene->window);
  g_assert_cmpstr (gtk_stack_get_visible_child_name (child_of (page, "stack")),
                   ==, "empty");
  scene_look (scene, "market-empty");
  button = geo_screen_find (GTK_WIDGET (page), GTK_TYPE_BUTTON,
                            "_Trust Somebody…");
  g_assert_nonnull (button);
  g_signal_emit_by_name (button, "clicked");
  action = scene_take_action (scene);
  g_assert_cmpstr (action, ==, "win.trust ");
}

static void
test_page (Scene *scene, gconstpointer data) {
  g_autofree gchar *olena =
      g_strdup (geo_node_get_pid (scene->nodes[OLENA]));
  GeoMarketView *view;
  GeoMarketPage *page;

  scene_trust (scene);
  page = show_market (scene);
  view = child_of (page, "view");
  wait_until (!is_seen (page, "spinner"));
  scene_look (scene, "market");

  geo_market_view_select (view, olena);
  geo_screen_settle (scene->window);
  g_assert_cmpstr (label_of (page, "card_name"), ==, "Olena");
  g_assert_nonnull (strstr (label_of (page, "card_label"),
                            "Olena trusts you up to 500.00"));
  scene_look (scene, "market-selected");
  click (page, "card_pay");
  scene_assert_action (scene, "win.pay", OLENA);
  click (page, "card_open");
  scene_assert_action (scene, "win.show-person", OLENA);

  /* What happens is seen. */
  scene_pay (scene, OLENA, MARTA, 6000);
  wait_until (strstr (label_of (page, "card_label"), "Olena owes you 60.00") !=
              NULL);

  adw_toggle_group_set_active_name (child_of (page, "modes"), "list");
  geo_screen_settle (scene->window);
  g_assert_nonnull (geo_screen_find (GTK_WIDGET (page), GTK_TYPE_LABEL,
                                     "Olena owes you 60.00 UAH"));
  scene_look (scene, "market-list");
}

/* --- Circles ------------------------------------------------------------- */

static void
cleared_cb (GeoNode *node, GeoActivityItem *item, guint *n) {
  g_assert_cmpint (geo_activity_item_get_kind (item), ==, GEO_ITEM_CLEARED);
  (*n)++;
}

/* Marta owes Olena, Olena owes Ivan, and when Ivan owes Marta the hub clears it
 * all: that is seen in the picture, in the list and in the receipt. */
static void
test_circle (Scene *scene, gconstpointer data) {
  GeoNode **nodes = scene->nodes;
  GeoMarketPage *page;
  GeoReceiptPage *receipt;
  g_autoptr (GeoActivityItem) item = NULL;
  g_autofree gchar *action = NULL;
  guint cleared = 0;

  scene_trust (scene);
  trust (nodes[MARTA], nodes[IVAN], 8000);
  g_signal_connect (nodes[MARTA], "cleared", G_CALLBACK (cleared_cb), &cleared);
  page = show_market (scene);
  wait_until (!is_seen (page, "spinner"));
  scene_pay (scene, MARTA, OLENA, 5000);
  scene_pay (scene, OLENA, IVAN, 5000);
  g_assert_cmpuint (cleared, ==, 0);
  scene_pay (scene, IVAN, MARTA, 5000);
  wait_until (cleared == 1);
  geo_screen_settle (scene->window);
  scene_look (scene, "market-circle");

  adw_toggle_group_set_active_name (child_of (page, "modes"), "list");
  wait_until (geo_screen_find (GTK_WIDGET (page), GTK_TYPE_LABEL,
                               "Circles That Were Cleared") != NULL);
  scene_look (scene, "market-circle-list");
  g_signal_emit_by_name (child_of (page, "list_view"), "activate", 0);
  action = scene_take_action (scene);
  g_assert_true (g_str_has_prefix (action, "win.show-receipt "));

  receipt = geo_receipt_page_new (nodes[MARTA],
                                  action + strlen ("win.show-receipt "));
  scene_show (scene, GTK_WIDGET (receipt));
  wait_until (is_seen (receipt, "circle"));
  g_assert_nonnull (strstr (label_of (receipt, "reason_label"),
                            "You and 2 others owe less now"));
  g_assert_nonnull (strstr (label_of (receipt, "reason_label"),
                            "you owe Olena less"));
  click (receipt, "verify_row");
  scene_look (scene, "receipt-circle");
}

/* What Ivan owes Marta is cleared only when she says so. */
static void
test_asked (Scene *scene, gconstpointer data) {
  GeoNode **nodes = scene->nodes;
  GListModel *proposals = geo_node_get_proposals (nodes[MARTA]);
  g_autoptr (GeoProposalItem) item = NULL;
  GeoClearingDialog *dialog;
  GeoPid ivan;
  guint cleared = 0;

  scene_trust (scene);
  trust (nodes[MARTA], nodes[IVAN], 8000);
  pid_of (nodes[IVAN], &ivan);
  geo_node_trust_async (nodes[MARTA], &ivan, "UAH", GEO_AMOUNT (9000), FALSE,
                        GEO_TRUST_ASK_CLEARING, NULL, NULL, NULL);
  show_market (scene);
  scene_pay (scene, MARTA, OLENA, 5000);
  scene_pay (scene, OLENA, IVAN, 5000);
  scene_pay (scene, IVAN, MARTA, 5000);
  g_signal_connect (nodes[MARTA], "cleared", G_CALLBACK (cleared_cb), &cleared);
  fake_hub_clear (scene->hub, "UAH");
  wait_until (g_list_model_get_n_items (proposals) == 1);
  g_assert_cmpuint (cleared, ==, 0);
  geo_screen_settle (scene->window);
  scene_look (scene, "market-proposal");

  item = g_list_model_get_item (proposals, 0);
  dialog = geo_clearing_dialog_new (nodes[MARTA],
                                    geo_proposal_item_get_id (item));
  scene_show_dialog (scene, dialog);
  wait_until (can_click (dialog, "accept_button"));
  click (dialog, "accept_button");
  wait_until (cleared == 1);
  g_assert_cmpuint (g_list_model_get_n_items (proposals), ==, 0);
}

#define ADD(path, test) \
  g_test_add (path, Scene, GUINT_TO_POINTER (3), scene_set_up, test, \
              scene_tear_down)
#define ADD_PICTURE(path, people, test) \
  g_test_add (path, Picture, GUINT_TO_POINTER (people), picture_set_up, test, \
              picture_tear_down)

int
main (int argc, char **argv) {
  geo_screen_init (&argc, &argv);

  g_test_add_func ("/wallet/market/graph/arrange", test_arrange);
  g_test_add_func ("/wallet/market/graph/circle-lies-together",
                   test_circle_lies_together);
  g_test_add_func ("/wallet/market/graph/circle-shape", test_circle_shape);
  g_test_add_func ("/wallet/market/graph/full", test_full);
  g_test_add_func ("/wallet/market/graph/follow", test_follow);
  g_test_add_func ("/wallet/market/graph/cancel", test_cancel);
  g_test_add_func ("/wallet/market/graph/worker", test_worker);
  ADD_PICTURE ("/wallet/market/view/keys", 12, test_keys);
  ADD_PICTURE ("/wallet/market/view/reach", 60, test_reach);
  ADD_PICTURE ("/wallet/market/view/stays", 12, test_stays);
  ADD_PICTURE ("/wallet/market/view/fluid", MANY, test_fluid);
  ADD ("/wallet/market/page/empty", test_page_empty);
  ADD ("/wallet/market/page", test_page);
  ADD ("/wallet/market/circle", test_circle);
  ADD ("/wallet/market/asked", test_asked);

  return g_test_run ();
}
