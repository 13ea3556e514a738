/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tests of what geo:// links ask a window for, and of how they get into one.
 */
#include "wallet-test.h"

#include <string.h>

#include "node/geo-node-requests.h"
#include "wallet/geo-open-link.h"

static AdwDialog *
front (Scene *scene) {
  return adw_window_get_visible_dialog (ADW_WINDOW (scene->window));
}

static void
test_kinds (Scene *scene, gconstpointer data) {
  g_autofree gchar *person = geo_node_get_contact_link (scene->nodes[OLENA]);
  g_autofree gchar *pay =
      g_strdup_printf (" geo://v1/pay?to=%s&amount=5 \n",
                       geo_node_get_pid (scene->nodes[OLENA]));
  g_autofree gchar *plain = g_strstrip (g_strdup (pay));
  g_autofree gchar *expected = g_strdup_printf ("win.pay %s", plain);
  g_autofree gchar *join =
      g_strdup_printf ("geo://v1/join?hub=%s&community=%s",
                       geo_node_get_hub (scene->nodes[MARTA]),
                       geo_node_get_community_pid (scene->nodes[MARTA]));
  g_autofree gchar *taken = NULL;
  g_autofree gchar *toast = NULL;

  geo_open_link (scene->window, scene->nodes[MARTA], person);
  scene_assert_action (scene, "win.show-person", OLENA);
  geo_open_link (scene->window, scene->nodes[MARTA], pay);
  taken = scene_take_action (scene);
  g_assert_cmpstr (taken, ==, expected);
  geo_open_link (scene->window, scene->nodes[MARTA], join);
  toast = scene_take_action (scene);
  g_assert_nonnull (toast);
  g_assert_true (g_str_has_prefix (toast, "win.toast "));
  g_assert_null (front (scene));
}

/* What I gave away and get back. */
static void
test_own (Scene *scene, gconstpointer data) {
  g_autofree gchar *person = geo_node_get_contact_link (scene->nodes[MARTA]);
  const GeoAmount amount = GEO_AMOUNT (100);
  g_autoptr (GeoRequestItem) item = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree gchar *toast = NULL;
  g_autofree gchar *action = NULL;
  g_autofree gchar *wanted = NULL;

  geo_open_link (scene->window, scene->nodes[MARTA], person);
  toast = scene_take_action (scene);
  g_assert_cmpstr (toast, ==, "win.toast This is your own link");
  geo_node_request_async (scene->nodes[MARTA], NULL, "UAH", &amount, NULL, 0,
                          TRUE, NULL, keep_result_cb, &result);
  wait_until (result != NULL);
  item = geo_node_request_finish (scene->nodes[MARTA], result, NULL);
  geo_open_link (scene->window, scene->nodes[MARTA],
                 geo_request_item_get_link (item));
  action = scene_take_action (scene);
  wanted = g_strconcat ("win.show-request ", geo_request_item_get_key (item),
                        NULL);
  g_assert_cmpstr (action, ==, wanted);
}

static void
test_others (Scene *scene, gconstpointer data) {
  static const struct {
    const gchar *text;
    const gchar *said;
  } others[] = {
    { "https://example.org/", "geo://" },
    { "geo://v2/pay?to=x", "Update Geo" },
    { "geo://v1/lan?pid=x", "does not know" },
    { "geo://v1/pay?to=x", "damaged" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (others); i++) {
    AdwDialog *dialog;

    geo_open_link (scene->window, scene->nodes[MARTA], others[i].text);
    dialog = front (scene);
    g_assert_true (ADW_IS_ALERT_DIALOG (dialog));
    g_assert_nonnull (strstr (
        adw_alert_dialog_get_body (ADW_ALERT_DIALOG (dialog)), others[i].said));
    g_assert_null (scene_take_action (scene));
    adw_dialog_force_close (dialog);
    geo_screen_settle (scene->window);
  }
}

int
main (int argc, char **argv) {
  geo_screen_init (&argc, &argv);

  g_test_add ("/wallet/open-link/kinds", Scene, GUINT_TO_POINTER (2),
              scene_set_up, test_kinds, scene_tear_down);
  g_test_add ("/wallet/open-link/own", Scene, GUINT_TO_POINTER (1),
              scene_set_up, test_own, scene_tear_down);
  g_test_add ("/wallet/open-link/others", Scene, GUINT_TO_POINTER (1),
              scene_set_up, test_others, scene_tear_down);
  return g_test_run ();
}
