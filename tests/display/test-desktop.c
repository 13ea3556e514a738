/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the desktop is told, and what it may ask, over a session bus with a
 * pretended notification service: a real wallet in a real community, at first
 * without any window, and somebody else there who pays it and asks it.
 */
#include "config.h"

#include <glib/gi18n.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

#include "core/geo-link.h"
#include "geo-screen.h"
#include "told.h"
#include "node/geo-node-requests.h"
#include "wallet/geo-about.h"
#include "wallet/geo-pay-dialog.h"
#include "wallet/geo-people-page.h"
#include "wallet/geo-person-page.h"
#include "wallet/geo-receipt-page.h"
#include "wallet/geo-settings.h"
#include "wallet/geo-window.h"

#define PASSPHRASE "correct horse"
#define PIN "2718"

static gchar *home;
static GSubprocess *hub;
static gchar *hub_address;
static gchar *hub_link;
static GeoApplication *app;
static GeoNode *nadia; /* Of the application. */
static GeoNode *ivan;
static GeoProfile *ivan_profile;

/* --- Waiting --------------------------------------------------------- */

static void
store_result_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  GAsyncResult **out = user_data;

  *out = g_object_ref (result);
}

static gboolean
is_there (gpointer pointer) {
  return *(gpointer *) pointer != NULL;
}

static GAsyncResult *
wait_result (GAsyncResult **result) {
  g_assert_true (geo_screen_wait (is_there, result, WAIT_S));
  return *result;
}

static gboolean
is_connected (gpointer node) {
  return geo_node_get_connection (node) == GEO_CONNECTION_HUB;
}

static gboolean
is_offline (gpointer node) {
  return geo_node_get_connection (node) == GEO_CONNECTION_OFFLINE;
}

static gboolean
is_paid (gpointer payment) {
  return geo_payment_get_state (payment) == GEO_STATE_PAID;
}

static gboolean
is_in_doubt (gpointer payment) {
  return geo_payment_get_state (payment) == GEO_STATE_IN_DOUBT;
}

static gboolean
is_decided (gpointer payment) {
  GeoState state = geo_payment_get_state (payment);

  return state == GEO_STATE_PAID || state == GEO_STATE_NOT_PAID;
}

/* --- The community --------------------------------------------------- */

static void
end_with_us (gpointer data) {
  prctl (PR_SET_PDEATHSIG, SIGTERM);
}

static void
start_hub (const gchar *listen) {
  g_autoptr (GSubprocessLauncher) launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autofree gchar *program = g_build_filename (g_getenv ("GEO_BUILD_ROOT"),
                                                "src", "geo-hub", NULL);
  g_autofree gchar *folder = g_build_filename (home, "hub", NULL);
  g_autofree gchar *config = g_build_filename (home, "hub.conf", NULL);
  g_autofree gchar *log = g_build_filename (home, "log", NULL);
  g_autoptr (GDataInputStream) lines = NULL;
  g_autofree gchar *line = NULL;
  g_auto (GStrv) words = NULL;
  g_autoptr (GeoLink) link = geo_link_new (GEO_LINK_JOIN);
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (config,
                                      "[community]\n"
                                      "name=Mill Lane\n"
                                      "equivalents=UAH:2:fiat:₴\n"
                                      "[joining]\n"
                                      "open=true\n",
                                      -1, NULL));
  g_subprocess_launcher_set_child_setup (launcher, end_with_us, NULL, NULL);
  g_subprocess_launcher_set_stderr_file_path (launcher, log);
  hub = g_subprocess_launcher_spawn (launcher, &error, program, "--data-dir",
                                     folder, "--config", config, "--listen",
                                     listen, NULL);
  g_assert_no_error (error);
  lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (hub));
  line = g_data_input_stream_read_line (lines, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (line);
  words = g_strsplit (line, " ", -1);
  g_assert_cmpuint (g_strv_length (words), >=, 6);
  g_assert_true (geo_pid_parse (words[5], &link->community, NULL));
  link->has_community = TRUE;
  link->hub = g_strdup (words[3]);
  g_free (hub_link);
  hub_link = geo_link_to_string (link);
  g_free (hub_address);
  hub_address = g_strdup (strstr (words[3], "://") + 3);
}

static GeoNode *
join (GeoProfile *profile, const gchar *name) {
  g_autoptr (GAsyncResult) created = NULL;
  g_autoptr (GAsyncResult) joined = NULL;
  g_autoptr (GError) error = NULL;
  gchar *words = geo_profile_make_words ();
  GeoNode *node;

  geo_profile_create_async (profile, name, words, PASSPHRASE, NULL,
                            store_result_cb, &created);
  geo_profile_create_finish (profile, wait_result (&created), &error);
  g_assert_no_error (error);
  geo_node_join_async (profile, hub_link, NULL, store_result_cb, &joined);
  node = geo_node_join_finish (wait_result (&joined), &error);
  g_assert_no_error (error);
  memset (words, 0, strlen (words));
  g_free (words);
  return node;
}

/* Who was found is known from then on. */
static GeoPid
find (GeoNode *node, const gchar *name) {
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GListModel) found = NULL;
  g_autoptr (GeoPerson) person = NULL;

  geo_node_find_people_async (node, name, NULL, store_result_cb, &result);
  found = geo_node_find_people_finish (node, wait_result (&result), NULL);
  g_assert_nonnull (found);
  person = g_list_model_get_item (found, 0);
  g_assert_nonnull (person);
  return *geo_person_get_pid (person);
}

static void
trust (GeoNode *node, const gchar *name) {
  GeoPid pid = find (node, name);
  g_autoptr (GAsyncResult) trusted = NULL;
  g_autoptr (GError) error = NULL;

  geo_node_trust_async (node, &pid, "UAH", GEO_AMOUNT (50000), FALSE, 0, NULL,
                        store_result_cb, &trusted);
  geo_node_trust_finish (node, wait_result (&trusted), &error);
  g_assert_no_error (error);
}

static void
open_community (void) {
  g_autofree gchar *folder = g_build_filename (home, "ivan", NULL);
  g_autoptr (GError) error = NULL;

  start_hub ("127.0.0.1:0");
  app = geo_application_new ();
  g_application_set_flags (G_APPLICATION (app), G_APPLICATION_NON_UNIQUE);
  g_application_register (G_APPLICATION (app), NULL, &error);
  g_assert_no_error (error);
  nadia = join (geo_wallet_get_profile (geo_application_get_wallet (app)),
                "Nadia");
  geo_wallet_add_node (geo_application_get_wallet (app), nadia);

  ivan_profile = geo_profile_new (folder);
  ivan = join (ivan_profile, "Ivan");
  geo_node_start (ivan);
  g_assert_true (geo_screen_wait (is_connected, nadia, WAIT_S));
  g_assert_true (geo_screen_wait (is_connected, ivan, WAIT_S));
  trust (nadia, "Ivan");
  trust (ivan, "Nadia");
}

static void
ivan_pays (GeoAmount amount, const gchar *note) {
  GeoPid pid = find (ivan, "Nadia");
  g_autoptr (GError) error = NULL;
  GeoPayment *payment = geo_node_pay (ivan, NULL, &pid, "UAH", amount, note,
                                      &error);

  g_assert_no_error (error);
  g_assert_true (geo_screen_wait (is_paid, payment, WAIT_S));
}

static void
ivan_asks (GeoAmount amount, const gchar *memo) {
  GeoPid pid = find (ivan, "Nadia");
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GeoRequestItem) item = NULL;
  g_autoptr (GError) error = NULL;

  geo_node_request_async (ivan, &pid, "UAH", &amount, memo, 0, TRUE, NULL,
                          store_result_cb, &result);
  item = geo_node_request_finish (ivan, wait_result (&result), &error);
  g_assert_no_error (error);
}

/* --- The window, if there is one ------------------------------------- */

static GeoWindow *
window (void) {
  GtkWindow *active = gtk_application_get_active_window (GTK_APPLICATION (app));

  return active != NULL ? GEO_WINDOW (active) : NULL;
}

static gboolean
has_window (gpointer data) {
  return window () != NULL;
}

static gboolean
shows_page (gpointer type) {
  GtkWidget *found = window () != NULL
                         ? geo_screen_find (GTK_WIDGET (window ()),
                                            GPOINTER_TO_SIZE (type), NULL)
                         : NULL;

  return found != NULL;
}

static gboolean
shows_dialog (gpointer type) {
  AdwDialog *dialog = window () != NULL
                          ? adw_application_window_get_visible_dialog (
                                ADW_APPLICATION_WINDOW (window ()))
                          : NULL;

  return dialog != NULL &&
         g_type_is_a (G_OBJECT_TYPE (dialog), GPOINTER_TO_SIZE (type));
}

static gboolean
says (gpointer text) {
  return geo_screen_find (GTK_WIDGET (window ()), GTK_TYPE_LABEL, text) != NULL;
}

static void
close_window (void) {
  AdwDialog *dialog;

  while ((dialog = adw_application_window_get_visible_dialog (
              ADW_APPLICATION_WINDOW (window ()))) != NULL) {
    adw_dialog_force_close (dialog);
    geo_screen_settle (GTK_WIDGET (window ()));
  }
  gtk_window_destroy (GTK_WINDOW (window ()));
}

/* --- Search ---------------------------------------------------------- */

static GVariant *
ask (const gchar *method, GVariant *parameters) {
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GVariant *answer;

  g_dbus_connection_call (
      bus, g_dbus_connection_get_unique_name (bus), GEO_SEARCH_PROVIDER_PATH,
      "org.gnome.Shell.SearchProvider2", method, parameters, NULL,
      G_DBUS_CALL_FLAGS_NONE, WAIT_S * 1000, NULL, store_result_cb, &result);
  answer = g_dbus_connection_call_finish (bus, wait_result (&result), &error);
  g_assert_no_error (error);
  return answer;
}

static GStrv
search (const gchar *first, const gchar *second) {
  const gchar *const terms[] = { first, second, NULL };
  g_autoptr (GVariant) answer = ask ("GetInitialResultSet",
                                     g_variant_new ("(^as)", terms));
  GStrv found;

  g_variant_get (answer, "(^as)", &found);
  return found;
}

/* What is asked now is answered after GLib has heard that what it told is
 * shown; before that it takes nothing back. */
static void
settle (void) {
  g_strfreev (search ("nobody", NULL));
}

/* --- Notifications --------------------------------------------------- */

static void
test_payment (void) {
  Told *one;

  g_assert_null (window ());
  ivan_pays (GEO_AMOUNT (1200), "for the honey");
  one = wait_told ("Ivan paid you 12.00 UAH");
  g_assert_cmpstr (one->body, ==, "for the honey");
  press (one, "Show");
  g_assert_true (geo_screen_wait (
      shows_page, GSIZE_TO_POINTER (GEO_TYPE_RECEIPT_PAGE), WAIT_S));
  close_window ();
  /* Without a window it is as open as before. */
  g_assert_true (is_connected (nadia));
}

static gboolean
is_declined (gpointer memo) {
  GListModel *requests = geo_node_get_requests (ivan);

  for (guint i = 0; i < g_list_model_get_n_items (requests); i++) {
    g_autoptr (GeoRequestItem) item = g_list_model_get_item (requests, i);

    if (g_strcmp0 (geo_request_item_get_memo (item), memo) == 0 &&
        geo_request_item_get_state (item) == GEO_REQUEST_DECLINED)
      return TRUE;
  }
  return FALSE;
}

/* In the wallet itself. */
static void
decline (const gchar *memo) {
  GListModel *requests = geo_node_get_requests (nadia);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GeoRequestItem) answered = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < g_list_model_get_n_items (requests); i++) {
    g_autoptr (GeoRequestItem) item = g_list_model_get_item (requests, i);

    if (g_strcmp0 (geo_request_item_get_memo (item), memo) == 0)
      geo_node_respond_async (nadia, geo_request_item_get_key (item),
                              GEO_VERDICT_DECLINED, NULL, store_result_cb,
                              &result);
  }
  answered = geo_node_request_finish (nadia, wait_result (&result), &error);
  g_assert_no_error (error);
}

static void
test_request (void) {
  Told *one;

  ivan_asks (GEO_AMOUNT (500), "for the jar");
  one = wait_told ("Ivan asks you for 5.00 UAH.");
  g_assert_cmpstr (one->title, ==, "Request from Ivan");
  g_assert_nonnull (strstr (one->body, "for the jar"));
  press (one, "Decline");
  g_assert_true (
      geo_screen_wait (is_declined, (gpointer) "for the jar", WAIT_S));
  /* It needed no window. */
  g_assert_null (window ());

  /* What was answered elsewhere is taken back. */
  ivan_asks (GEO_AMOUNT (600), "for the box");
  wait_told ("Ivan asks you for 6.00 UAH.");
  settle ();
  decline ("for the box");
  g_assert_true (geo_screen_wait (
      is_not_told, (gpointer) "Ivan asks you for 6.00 UAH.", WAIT_S));

  ivan_asks (GEO_AMOUNT (700), "for the lid");
  press (wait_told ("Ivan asks you for 7.00 UAH."), "Pay…");
  /* That asks; it does not pay. */
  g_assert_true (geo_screen_wait (
      shows_dialog, GSIZE_TO_POINTER (ADW_TYPE_ALERT_DIALOG), WAIT_S));
  close_window ();
}

/* What is not wanted is not told; what follows it is, so nothing is late. */
static void
test_settings (void) {
  g_autoptr (GSettings) settings = geo_settings_new ();

  g_assert_nonnull (settings);
  g_settings_set_boolean (settings, "notify-payments", FALSE);
  ivan_pays (GEO_AMOUNT (100), NULL);
  ivan_asks (GEO_AMOUNT (300), NULL);
  wait_told ("Ivan asks you for 3.00 UAH.");
  g_assert_null (find_told ("Ivan paid you 1.00 UAH"));
  g_settings_set_boolean (settings, "notify-payments", TRUE);
}

static gboolean
is_in_front (gpointer data) {
  return window () != NULL && gtk_window_is_active (GTK_WINDOW (window ()));
}

static gboolean
is_nothing_told (gpointer data) {
  return told->len == 0;
}

static void
test_seen (void) {
  ivan_pays (GEO_AMOUNT (800), NULL);
  wait_told ("Ivan paid you 8.00 UAH");
  settle ();
  g_application_activate (G_APPLICATION (app));
  g_assert_true (geo_screen_wait (is_in_front, NULL, WAIT_S));
  g_assert_true (geo_screen_wait (is_nothing_told, NULL, WAIT_S));

  /* Whoever looks at it needs not be told; the window says it. */
  ivan_pays (GEO_AMOUNT (850), NULL);
  g_assert_true (
      geo_screen_wait (says, (gpointer) "Ivan paid you 8.50 UAH", WAIT_S));
  g_assert_cmpuint (told->len, ==, 0);
  close_window ();
}

static void
test_doubt (void) {
  GeoPid pid = find (nadia, "Ivan");
  g_autofree gchar *address = g_strdup (hub_address);
  g_autoptr (GError) error = NULL;
  GeoPayment *payment;
  Told *one;

  /* The hub takes the order and says nothing any more. */
  g_subprocess_send_signal (hub, SIGSTOP);
  payment = geo_node_pay (nadia, NULL, &pid, "UAH", GEO_AMOUNT (900), NULL,
                          &error);
  g_assert_no_error (error);
  g_subprocess_force_exit (hub);
  g_subprocess_wait (hub, NULL, NULL);
  g_clear_object (&hub);
  g_assert_true (geo_screen_wait (is_in_doubt, payment, WAIT_S));
  g_assert_true (geo_screen_wait (is_offline, nadia, WAIT_S));

  start_hub (address);
  geo_node_hurry (nadia);
  geo_node_hurry (ivan);
  g_assert_true (geo_screen_wait (is_decided, payment, WAIT_S));
  if (is_paid (payment))
    one = wait_told ("Your payment in doubt is paid");
  else
    one = wait_told ("Your payment in doubt is not paid");
  g_assert_nonnull (strstr (one->body, "9.00 UAH to Ivan"));
  press (one, NULL);
  g_assert_true (geo_screen_wait (
      shows_page, GSIZE_TO_POINTER (GEO_TYPE_RECEIPT_PAGE), WAIT_S));
  close_window ();
  g_assert_true (geo_screen_wait (is_connected, ivan, WAIT_S));
}

static void
test_hub (void) {
  Told *one;

  g_signal_emit_by_name (nadia, "fault", "It said two different things.");
  one = wait_told ("The hub cannot be believed");
  g_assert_cmpstr (one->body, ==, "It said two different things.");
}

/* --- Searching ------------------------------------------------------- */

static void
activate (const gchar *id) {
  const gchar *const terms[] = { "ivan", NULL };
  g_autoptr (GVariant) answer = ask ("ActivateResult",
                                     g_variant_new ("(s^asu)", id, terms, 0));
}

static void
test_search (void) {
  const gchar *const nothing[] = { "nobody", NULL };
  g_auto (GStrv) found = search ("iVA", NULL);
  g_auto (GStrv) paying = search ("pay", "ivan");
  g_auto (GStrv) none = search ("nobody", NULL);
  g_autoptr (GVariant) metas = NULL;
  g_autoptr (GVariant) meta = NULL;
  g_autoptr (GVariant) less = NULL;
  g_autofree gchar *name = NULL;
  g_autofree gchar *description = NULL;

  g_assert_cmpuint (g_strv_length (found), ==, 1);
  g_assert_cmpuint (g_strv_length (paying), ==, 1);
  g_assert_cmpuint (g_strv_length (none), ==, 0);
  less = ask ("GetSubsearchResultSet",
              g_variant_new ("(^as^as)", found, nothing));
  g_assert_cmpuint (g_variant_n_children (less), ==, 1);

  metas = ask ("GetResultMetas", g_variant_new ("(^as)", found));
  meta = g_variant_get_child_value (metas, 0);
  g_assert_cmpuint (g_variant_n_children (meta), ==, 1);
  g_variant_unref (g_steal_pointer (&meta));
  g_variant_get (metas, "(@aa{sv})", &meta);
  {
    g_autoptr (GVariant) first = g_variant_get_child_value (meta, 0);

    g_assert_true (g_variant_lookup (first, "name", "s", &name));
    g_assert_true (g_variant_lookup (first, "description", "s", &description));
  }
  g_assert_cmpstr (name, ==, "Ivan");
  g_assert_nonnull (strstr (description, "Ivan"));

  activate (found[0]);
  g_assert_true (geo_screen_wait (
      shows_page, GSIZE_TO_POINTER (GEO_TYPE_PERSON_PAGE), WAIT_S));
  activate (paying[0]);
  g_assert_true (geo_screen_wait (
      shows_dialog, GSIZE_TO_POINTER (GEO_TYPE_PAY_DIALOG), WAIT_S));
  /* What nobody found is nobody. */
  activate ("show:nothing:nobody");
  close_window ();
}

/* The file that makes the desktop ask at all. */
static void
test_search_file (void) {
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree gchar *path = g_strconcat (g_getenv ("GEO_BUILD_ROOT"), "/data/",
                                        GEO_APPLICATION_ID,
                                        ".search-provider.ini", NULL);
  g_autofree gchar *bus_name = NULL;
  g_autofree gchar *object = NULL;
  g_autofree gchar *desktop = NULL;
  g_autoptr (GError) error = NULL;

  g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, &error);
  g_assert_no_error (error);
  bus_name = g_key_file_get_string (file, "Shell Search Provider", "BusName",
                                    NULL);
  object = g_key_file_get_string (file, "Shell Search Provider", "ObjectPath",
                                  NULL);
  desktop = g_key_file_get_string (file, "Shell Search Provider", "DesktopId",
                                   NULL);
  g_assert_cmpstr (bus_name, ==, GEO_APPLICATION_ID);
  g_assert_cmpstr (object, ==, GEO_SEARCH_PROVIDER_PATH);
  g_assert_cmpstr (desktop, ==, GEO_APPLICATION_ID ".desktop");
}

/* --- Without a window ------------------------------------------------ */

static gboolean portal_allows;
static gboolean portal_waits; /* For the person, who says nothing. */
static guint portal_asked;

/* The answer comes where the caller said that it listens. */
static void
portal_cb (GDBusConnection *connection,
           const gchar *sender,
           const gchar *path,
           const gchar *interface,
           const gchar *method,
           GVariant *parameters,
           GDBusMethodInvocation *invocation,
           gpointer user_data) {
  g_autoptr (GVariant) options = NULL;
  g_autofree gchar *name = g_strdelimit (g_strdup (sender + 1), ".", '_');
  g_autofree gchar *handle = NULL;
  const gchar *token;
  g_auto (GVariantBuilder) results =
      G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);

  g_variant_get (parameters, "(&s@a{sv})", NULL, &options);
  g_assert_true (g_variant_lookup (options, "handle_token", "&s", &token));
  handle = g_strdup_printf ("/org/freedesktop/portal/desktop/request/%s/%s",
                            name, token);
  portal_asked++;
  g_dbus_method_invocation_return_value (invocation,
                                         g_variant_new ("(o)", handle));
  if (portal_waits)
    return;
  g_variant_builder_add (&results, "{sv}", "background",
                         g_variant_new_boolean (portal_allows));
  g_dbus_connection_emit_signal (connection, NULL, handle,
                                 "org.freedesktop.portal.Request", "Response",
                                 g_variant_new ("(ua{sv})", 0, &results), NULL);
}

static void
pretend_portal (void) {
  static const gchar xml[] =
      "<node><interface name='org.freedesktop.portal.Background'>"
      "<method name='RequestBackground'><arg type='s' direction='in'/>"
      "<arg type='a{sv}' direction='in'/><arg type='o' direction='out'/>"
      "</method></interface></node>";
  static const GDBusInterfaceVTable vtable = { .method_call = portal_cb };
  g_autoptr (GDBusNodeInfo) info = g_dbus_node_info_new_for_xml (xml, NULL);
  g_autoptr (GVariant) answer = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (g_dbus_connection_register_object (
                        bus, "/org/freedesktop/portal/desktop",
                        info->interfaces[0], &vtable, NULL, NULL, &error),
                    !=, 0);
  g_assert_no_error (error);
  answer = g_dbus_connection_call_sync (
      bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
      "org.freedesktop.DBus", "RequestName",
      g_variant_new ("(su)", "org.freedesktop.portal.Desktop", 4), NULL,
      G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
  g_assert_no_error (error);
}

static gboolean
is_unset (gpointer settings) {
  return !g_settings_get_boolean (settings, "run-in-background");
}

static void
test_background (void) {
  GeoBackground *background = geo_application_get_background (app);
  g_autoptr (GSettings) settings = geo_settings_new ();

  /* Off by default.  Where there is no portal, nobody objects. */
  g_assert_true (is_unset (settings));
  g_assert_false (geo_background_is_active (background));
  g_settings_set_boolean (settings, "run-in-background", TRUE);
  g_assert_true (geo_background_is_active (background));
  settle ();
  g_assert_true (geo_background_is_active (background));
  g_settings_set_boolean (settings, "run-in-background", FALSE);
  g_assert_false (geo_background_is_active (background));

  pretend_portal ();
  g_settings_set_boolean (settings, "run-in-background", TRUE);
  g_assert_true (geo_screen_wait (is_unset, settings, WAIT_S));
  g_assert_false (geo_background_is_active (background));
  g_assert_true (geo_screen_wait (has_window, NULL, WAIT_S));
  g_assert_true (geo_screen_wait (
      says, (gpointer) "Your desktop does not allow it to run without a window",
      WAIT_S));
  close_window ();

  portal_allows = TRUE;
  g_settings_set_boolean (settings, "run-in-background", TRUE);
  settle ();
  g_assert_cmpuint (portal_asked, ==, 2);
  g_assert_true (geo_background_is_active (background));
}

static void
begin_other_cb (GApplication *other, GeoBackground **background) {
  g_autoptr (GSettings) settings = geo_settings_new ();

  *background = geo_background_new (other, geo_application_get_wallet (app));
  g_settings_set_boolean (settings, "run-in-background", TRUE);
  g_application_quit (other);
}

/* An application that has ended has no bus to ask for any more. */
static void
test_background_ends (void) {
  g_autoptr (GApplication) other =
      g_application_new ("net.geocredit.Test", G_APPLICATION_NON_UNIQUE);
  g_autoptr (GSettings) settings = geo_settings_new ();
  GeoBackground *background = NULL;
  guint asked = portal_asked;

  portal_waits = TRUE;
  g_settings_set_boolean (settings, "run-in-background", FALSE);
  g_signal_connect (other, "activate", G_CALLBACK (begin_other_cb),
                    &background);
  g_assert_cmpint (g_application_run (other, 0, NULL), ==, 0);
  /* The application's own, and this one's. */
  while (portal_asked < asked + 2)
    g_main_context_iteration (NULL, TRUE);
  g_assert_finalize_object (background);
  portal_waits = FALSE;
}

/* --- The end --------------------------------------------------------- */

static gboolean
has_no_window (gpointer data) {
  return window () == NULL;
}

/* Closing the window is not the end; Quit is. */
static void
test_quit (void) {
  GeoBackground *background = geo_application_get_background (app);

  g_application_activate (G_APPLICATION (app));
  g_assert_true (geo_screen_wait (has_window, NULL, WAIT_S));
  gtk_window_close (GTK_WINDOW (window ()));
  g_assert_true (geo_screen_wait (has_no_window, NULL, WAIT_S));
  g_assert_true (geo_background_is_active (background));
  g_assert_true (is_connected (nadia));
  g_application_activate (G_APPLICATION (app));
  g_assert_true (geo_screen_wait (has_window, NULL, WAIT_S));
  g_action_group_activate_action (G_ACTION_GROUP (app), "quit", NULL);
  g_assert_true (geo_screen_wait (has_no_window, NULL, WAIT_S));
  g_assert_false (geo_background_is_active (background));
}

/* --- About ----------------------------------------------------------- */

/* What a report needs, and nothing of the person. */
static void
test_about (void) {
  g_autofree gchar *report = NULL;
  const gchar *const secrets[] = {
    "Nadia", "Ivan", "Mill Lane", "127.0.0.1", geo_node_get_pid (nadia), home
  };

  g_application_activate (G_APPLICATION (app));
  g_assert_true (geo_screen_wait (has_window, NULL, WAIT_S));
  report = geo_about_describe (GTK_WIDGET (window ()),
                               geo_application_get_wallet (app));
  g_test_message ("%s", report);
  g_assert_nonnull (strstr (report, "libadwaita 1."));
  g_assert_nonnull (strstr (report, "libsoup 3."));
  g_assert_nonnull (strstr (report, "Key: file with a passphrase\n"));
  g_assert_nonnull (strstr (report, "Community 1: hub, connected, "));
  for (guint i = 0; i < G_N_ELEMENTS (secrets); i++)
    g_assert_null (strstr (report, secrets[i]));
  close_window ();
}

/* The page that was shown last is shown first. */
static void
test_page (void) {
  for (guint i = 0; i < 2; i++) {
    g_application_activate (G_APPLICATION (app));
    g_assert_true (geo_screen_wait (has_window, NULL, WAIT_S));
    if (i == 0)
      gtk_widget_activate_action (GTK_WIDGET (window ()), "win.show-page", "s",
                                  "people");
    g_assert_true (geo_screen_wait (
        shows_page, GSIZE_TO_POINTER (GEO_TYPE_PEOPLE_PAGE), WAIT_S));
    close_window ();
  }
}

/* --- Locked ---------------------------------------------------------- */

static void
test_locked (void) {
  GeoWallet *wallet = geo_application_get_wallet (app);
  GeoLock *lock = geo_wallet_get_lock (wallet);
  g_autoptr (GAsyncResult) set = NULL;
  g_auto (GStrv) found = NULL;
  Told *one;

  geo_lock_set_pin_async (lock, PIN, NULL, store_result_cb, &set);
  g_assert_true (geo_lock_set_pin_finish (lock, wait_result (&set), NULL));
  ivan_pays (GEO_AMOUNT (200), NULL);
  wait_told ("Ivan paid you 2.00 UAH");
  settle ();
  geo_wallet_lock (wallet);
  g_assert_true (geo_wallet_is_locked (wallet));
  /* What was told with names and amounts is not left to be read. */
  g_assert_true (geo_screen_wait (is_not_told,
                                  (gpointer) "Ivan paid you 2.00 UAH", WAIT_S));

  ivan_pays (GEO_AMOUNT (4200), "a secret");
  one = wait_told ("A payment was received");
  g_assert_cmpstr (one->body, ==, "");
  ivan_asks (GEO_AMOUNT (4300), "another");
  one = wait_told ("Somebody asks you for something");
  g_assert_cmpstr (one->body, ==, "");
  for (guint i = 0; i < told->len; i++) {
    one = told->pdata[i];
    g_assert_null (strstr (one->title, "Ivan"));
    g_assert_null (strstr (one->title, "4"));
    /* Nobody says no for somebody who is away. */
    for (guint j = 0; one->actions[j] != NULL; j++)
      g_assert_cmpstr (one->actions[j], !=, "Decline");
  }
  found = search ("ivan", NULL);
  g_assert_cmpuint (g_strv_length (found), ==, 0);

  /* It shows the lock, and what it is about afterwards. */
  press (wait_told ("Somebody asks you for something"), NULL);
  g_assert_true (geo_screen_wait (has_window, NULL, WAIT_S));
  g_assert_false (shows_dialog (GSIZE_TO_POINTER (ADW_TYPE_ALERT_DIALOG)));
  geo_wallet_unlock (wallet);
  g_assert_true (geo_screen_wait (
      shows_dialog, GSIZE_TO_POINTER (ADW_TYPE_ALERT_DIALOG), WAIT_S));
  close_window ();
  /* Closed is away, too. */
  g_assert_true (geo_wallet_is_locked (wallet));
}

int
main (int argc, char **argv) {
  int status;

  home = g_dir_make_tmp ("geo-desktop-XXXXXX", NULL);
  g_assert_nonnull (home);
  g_setenv ("XDG_DATA_HOME", home, TRUE);
  geo_screen_init (&argc, &argv);
  pretend_service ();
  open_community ();

  g_test_add_func ("/desktop/payment", test_payment);
  g_test_add_func ("/desktop/request", test_request);
  g_test_add_func ("/desktop/settings", test_settings);
  g_test_add_func ("/desktop/seen", test_seen);
  g_test_add_func ("/desktop/doubt", test_doubt);
  g_test_add_func ("/desktop/hub", test_hub);
  g_test_add_func ("/desktop/search", test_search);
  g_test_add_func ("/desktop/search-file", test_search_file);
  g_test_add_func ("/desktop/about", test_about);
  g_test_add_func ("/desktop/page", test_page);
  g_test_add_func ("/desktop/background", test_background);
  g_test_add_func ("/desktop/background-ends", test_background_ends);
  g_test_add_func ("/desktop/locked", test_locked);
  g_test_add_func ("/desktop/quit", test_quit);
  status = g_test_run ();

  geo_wallet_close (geo_application_get_wallet (app));
  geo_node_stop (ivan);
  g_clear_object (&ivan);
  g_clear_object (&nadia);
  g_clear_object (&ivan_profile);
  g_subprocess_force_exit (hub);
  g_object_unref (hub);
  g_clear_object (&app);
  g_ptr_array_unref (told);
  g_object_unref (bus);
  geo_screen_remove_folder (home);
  g_free (home);
  g_free (hub_address);
  g_free (hub_link);
  return status;
}
