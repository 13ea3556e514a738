/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A market on this computer with the real geo-hub: it starts, invites, comes
 * back after it was killed, stops, and is copied and brought back.
 */
#include "node-test.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

#include "core/geo-link.h"
#include "node/geo-hub-process.h"
#include "node/geo-own-hub.h"

typedef struct {
  gchar *folder;
  GeoProfile *profile;
  GeoOwnHub *hub;
} Own;

static void
set_up_own (Own *f, gconstpointer data) {
  f->folder = make_folder ();
  f->profile = make_profile (f->folder, "olena", NULL);
  f->hub = geo_own_hub_new (f->profile);
}

static void
tear_down_own (Own *f, gconstpointer data) {
  geo_own_hub_end (f->hub);
  g_assert_finalize_object (f->hub);
  g_object_unref (f->profile);
  remove_folder (f->folder);
  g_free (f->folder);
}

static void
make (Own *f) {
  g_autoptr (GError) error = NULL;

  g_assert_true (geo_own_hub_make (f->hub, " Our  street\n", "UAH",
                                   GEO_OWN_HUB_MONEY, 2, &error));
  g_assert_no_error (error);
  g_assert_cmpint (geo_own_hub_get_state (f->hub), ==, GEO_OWN_HUB_STARTING);
  wait_until (geo_own_hub_get_state (f->hub) == GEO_OWN_HUB_RUNNING);
}

/* The hub's process, as its own folder's lock names none: by its parent. */
static GPid
find_child (Own *f) {
  g_autoptr (GDir) dir = g_dir_open ("/proc", 0, NULL);
  const gchar *folder = geo_own_hub_get_folder (f->hub);
  const gchar *name;

  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree gchar *path = g_build_filename ("/proc", name, "cmdline", NULL);
    g_autofree gchar *text = NULL;
    gsize len;

    if (!g_ascii_isdigit (*name) ||
        !g_file_get_contents (path, &text, &len, NULL))
      continue;
    for (gsize i = 0; i < len; i += strlen (text + i) + 1)
      if (g_str_equal (text + i, folder))
        return (GPid) g_ascii_strtoll (name, NULL, 10);
  }
  return 0;
}

static GeoNode *
join_own (Own *f, const gchar *link, const gchar *name) {
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoProfile) other = make_profile (f->folder, name, NULL);
  GeoNode *node;

  geo_node_join_async (other, link, NULL, keep_result_cb, &result);
  wait_until (result != NULL);
  node = geo_node_join_finish (result, &error);
  g_assert_no_error (error);
  wait_until (geo_node_get_connection (node) == GEO_CONNECTION_HUB);
  return node;
}

/* --- Tests ---------------------------------------------------------------- */

static void
test_life (Own *f, gconstpointer data) {
  g_autofree gchar *text = NULL;
  g_autoptr (GeoLink) link = NULL;
  g_autoptr (GPtrArray) links = NULL;
  g_autoptr (GError) error = NULL;
  GeoNode *node;

  g_assert_true (geo_own_hub_is_possible ());
  g_assert_cmpint (geo_own_hub_get_state (f->hub), ==, GEO_OWN_HUB_NONE);
  g_assert_null (geo_own_hub_get_own_link (f->hub));
  /* There is nothing to begin, or to turn on. */
  geo_own_hub_begin (f->hub);
  geo_own_hub_set_wanted (f->hub, TRUE);
  g_assert_cmpint (geo_own_hub_get_state (f->hub), ==, GEO_OWN_HUB_NONE);

  make (f);
  g_assert_cmpstr (geo_own_hub_get_name (f->hub), ==, "Our  street");
  text = geo_own_hub_get_own_link (f->hub);
  link = geo_link_parse (text, &error);
  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (link->hub, "https://127.0.0.1:"));
  g_assert_cmpuint (strlen (link->fingerprint), ==, 64);
  g_assert_cmpuint (strlen (link->code), ==, 16);
  links = geo_own_hub_list_links (f->hub);
  for (guint i = 0; i < links->len; i++) {
    g_autoptr (GeoLink) other = geo_link_parse (links->pdata[i], &error);

    g_assert_no_error (error);
    g_assert_cmpstr (other->fingerprint, ==, link->fingerprint);
    g_assert_null (strstr (other->hub, "127.0.0.1"));
  }

  /* The way into it is open to who has the invitation, and to nobody else. */
  node = join_own (f, text, "ivan");
  g_assert_cmpstr (geo_node_get_community_name (node), ==, "Our  street");
  end_node (node);

  g_assert_false (geo_own_hub_make (f->hub, "Other", "UAH", GEO_OWN_HUB_MONEY,
                                    2, &error));
  g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_EXISTS);
}

static void
test_again (Own *f, gconstpointer data) {
  g_autofree gchar *first = NULL;
  g_autofree gchar *second = NULL;
  GPid child;

  make (f);
  first = geo_own_hub_get_own_link (f->hub);

  /* Killed, it is seen and comes back by itself, at the same address. */
  child = find_child (f);
  g_assert_cmpint (child, >, 1);
  g_assert_cmpint (kill (child, SIGKILL), ==, 0);
  wait_until (geo_own_hub_get_state (f->hub) == GEO_OWN_HUB_WAITING);
  g_assert_nonnull (geo_own_hub_get_detail (f->hub));
  wait_until (geo_own_hub_get_state (f->hub) == GEO_OWN_HUB_RUNNING);
  g_assert_null (geo_own_hub_get_detail (f->hub));
  second = geo_own_hub_get_own_link (f->hub);
  g_assert_cmpstr (first, ==, second);

  /* Turned off it stays off, at the next start of the program, too. */
  geo_own_hub_set_wanted (f->hub, FALSE);
  wait_until (geo_own_hub_get_state (f->hub) == GEO_OWN_HUB_OFF);
  g_assert_cmpint (find_child (f), ==, 0);
  g_assert_finalize_object (f->hub);
  f->hub = geo_own_hub_new (f->profile);
  geo_own_hub_begin (f->hub);
  g_assert_cmpint (geo_own_hub_get_state (f->hub), ==, GEO_OWN_HUB_OFF);
  geo_own_hub_set_wanted (f->hub, TRUE);
  wait_until (geo_own_hub_get_state (f->hub) == GEO_OWN_HUB_RUNNING);

  /* At the end of the program nothing of it is left. */
  geo_own_hub_end (f->hub);
  g_assert_cmpint (find_child (f), ==, 0);
  g_assert_finalize_object (f->hub);
  f->hub = geo_own_hub_new (f->profile);
  geo_own_hub_begin (f->hub);
  wait_until (geo_own_hub_get_state (f->hub) == GEO_OWN_HUB_RUNNING);
}

static void
test_trouble (Own *f, gconstpointer data) {
  g_autofree gchar *config = NULL;
  g_autofree gchar *text = NULL;
  g_autofree gchar *broken = NULL;
  g_autofree gchar *link = NULL;
  g_autoptr (GeoLink) parsed = NULL;
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (GError) error = NULL;
  guint16 port;

  make (f);
  link = geo_own_hub_get_own_link (f->hub);
  parsed = geo_link_parse (link, NULL);
  port = (guint16) g_ascii_strtoull (strrchr (parsed->hub, ':') + 1, NULL, 10);
  geo_own_hub_end (f->hub);

  /* Its port is somebody else's: it waits for it. */
  socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM,
                         G_SOCKET_PROTOCOL_TCP, NULL);
  address = g_inet_socket_address_new_from_string ("0.0.0.0", port);
  g_assert_true (g_socket_bind (socket, address, TRUE, &error));
  g_assert_true (g_socket_listen (socket, &error));
  geo_own_hub_set_wanted (f->hub, TRUE);
  wait_until (geo_own_hub_get_state (f->hub) == GEO_OWN_HUB_WAITING);
  g_test_message ("%s", geo_own_hub_get_detail (f->hub));
  g_clear_object (&socket);
  wait_until (geo_own_hub_get_state (f->hub) == GEO_OWN_HUB_RUNNING);
  geo_own_hub_end (f->hub);

  /* What it cannot read it says, and does not try again by itself. */
  config = g_build_filename (geo_own_hub_get_folder (f->hub),
                             GEO_HUB_PROCESS_CONFIG, NULL);
  g_assert_true (g_file_get_contents (config, &text, NULL, NULL));
  broken = g_strconcat (text, "\n[nonsense]\nkey=1\n", NULL);
  g_assert_true (g_file_set_contents (config, broken, -1, NULL));
  geo_own_hub_set_wanted (f->hub, TRUE);
  wait_until (geo_own_hub_get_state (f->hub) == GEO_OWN_HUB_FAILED);
  g_test_message ("%s", geo_own_hub_get_detail (f->hub));
  g_assert_nonnull (strstr (geo_own_hub_get_detail (f->hub), "nonsense"));
  g_assert_true (g_file_set_contents (config, text, -1, NULL));
  geo_own_hub_set_wanted (f->hub, TRUE);
  wait_until (geo_own_hub_get_state (f->hub) == GEO_OWN_HUB_RUNNING);
}

static void
test_input (Own *f, gconstpointer data) {
  static const struct {
    const gchar *name;
    const gchar *code;
    guint decimals;
  } bad[] = {
    { "  ", "UAH", 2 },  { "Street", "", 2 },     { "Street", "uah", 2 },
    { "Street", "U:", 2 }, { "Street", "UAH", 9 },
    { "Street", "ABCDEFGHIJKLMNOPQ", 2 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_false (geo_own_hub_make (f->hub, bad[i].name, bad[i].code,
                                      GEO_OWN_HUB_OTHER, bad[i].decimals,
                                      &error));
    g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT);
    g_assert_cmpint (geo_own_hub_get_state (f->hub), ==, GEO_OWN_HUB_NONE);
    g_assert_false (
        g_file_test (geo_own_hub_get_folder (f->hub), G_FILE_TEST_EXISTS));
  }
}

static gboolean
copy (GeoOwnHub *hub, const gchar *folder, GError **error) {
  g_autoptr (GAsyncResult) result = NULL;

  geo_own_hub_copy_async (hub, folder, NULL, keep_result_cb, &result);
  wait_until (result != NULL);
  return geo_own_hub_copy_finish (hub, result, error);
}

static gboolean
bring_back (GeoOwnHub *hub, const gchar *folder, GError **error) {
  g_autoptr (GAsyncResult) result = NULL;

  geo_own_hub_bring_back_async (hub, folder, NULL, keep_result_cb, &result);
  wait_until (result != NULL);
  return geo_own_hub_bring_back_finish (hub, result, error);
}

static void
test_copy (Own *f, gconstpointer data) {
  g_autofree gchar *folder = g_build_filename (f->folder, "copy", NULL);
  g_autofree gchar *first = NULL;
  g_autofree gchar *second = NULL;
  g_autoptr (GeoLink) one = NULL;
  g_autoptr (GeoLink) other = NULL;
  g_autoptr (GError) error = NULL;

  /* Nothing, or something else, is no copy. */
  g_assert_false (bring_back (f->hub, folder, &error));
  g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT);
  g_clear_error (&error);
  g_assert_cmpint (geo_own_hub_get_state (f->hub), ==, GEO_OWN_HUB_NONE);

  make (f);
  first = geo_own_hub_get_own_link (f->hub);
  g_assert_true (copy (f->hub, folder, &error));
  g_assert_no_error (error);
  g_assert_false (copy (f->hub, folder, &error));
  g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT);
  g_clear_error (&error);
  g_assert_false (bring_back (f->hub, folder, &error));
  g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_EXISTS);
  g_clear_error (&error);

  /* On another computer it is the same market. */
  geo_own_hub_end (f->hub);
  g_assert_finalize_object (f->hub);
  remove_folder (geo_profile_get_folder (f->profile));
  f->hub = geo_own_hub_new (f->profile);
  g_assert_cmpint (geo_own_hub_get_state (f->hub), ==, GEO_OWN_HUB_NONE);
  g_assert_cmpint (
      g_mkdir_with_parents (geo_profile_get_folder (f->profile), 0700), ==, 0);
  g_assert_true (bring_back (f->hub, folder, &error));
  g_assert_no_error (error);
  wait_until (geo_own_hub_get_state (f->hub) == GEO_OWN_HUB_RUNNING);
  second = geo_own_hub_get_own_link (f->hub);
  one = geo_link_parse (first, NULL);
  other = geo_link_parse (second, NULL);
  g_assert_true (geo_pid_equal (&one->community, &other->community));
  g_assert_cmpstr (one->fingerprint, ==, other->fingerprint);
  g_assert_cmpstr (one->code, ==, other->code);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);

#define TEST(path, function) \
  g_test_add (path, Own, NULL, set_up_own, function, tear_down_own)
  TEST ("/own-hub/life", test_life);
  TEST ("/own-hub/again", test_again);
  TEST ("/own-hub/trouble", test_trouble);
  TEST ("/own-hub/input", test_input);
  TEST ("/own-hub/copy", test_copy);
#undef TEST

  return g_test_run ();
}
