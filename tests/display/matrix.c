/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Goes through the cases of one world in every language, and looks at each.
 *
 * usage: test-matrix (WORLD | cover)
 *
 * With ADW_DEBUG_HIGH_CONTRAST=1 it looks for high contrast only, in the
 * language with the longest words.  GEO_TEST_PICTURES=1 keeps a picture of each
 * look; one is always kept of what there is to complain about.
 */
#include "config.h"

#include "matrix.h"

#include <glib/gstdio.h>
#include <string.h>

#include "core/geo-words.h"
#include "node/geo-profile-private.h"

#define FOLDER "/net/geocredit/Wallet/ui/"

static const MatrixWorld *const worlds[] = {
  &matrix_new,   &matrix_pages,   &matrix_dialogs, &matrix_offline,
  &matrix_fault, &matrix_keys,    &matrix_theft,   &matrix_evidence,
  &matrix_lock,  &matrix_start,   &matrix_own,     &matrix_damaged,
  &matrix_lost,  &matrix_keyless, &matrix_waiting, &matrix_camera,
};

/* Another one first: GLib decides by the first whether there is anything to
 * translate at all. */
static const gchar *const languages[] = { "uk_UA.UTF-8", "ru_RU.UTF-8",
                                          "pl_PL.UTF-8", "en_US.UTF-8" };

typedef struct {
  const gchar *name;
  int width;
  int height;
  double scale;
  gboolean dark;
} View;

/* One after the other differ by one thing; every other case goes through them
 * backwards. */
static const View views[] = {
  { "wide", 1000, 700, 1, FALSE },
  { "narrow", 360, 640, 1, FALSE },
  { "narrow-large", 360, 640, 2, FALSE },
  { "wide-large", 1000, 700, 2, FALSE },
};
/* Colours change no words: they are looked at in one language. */
static const View dark_views[] = { { "narrow-dark", 360, 640, 1, TRUE } };
static const View contrast_views[] = {
  { "narrow-contrast", 360, 640, 1, FALSE },
};

static const MatrixWorld *world;
static GString *warnings; /* Of the view that is looked at. */
static Matrix matrix;
static const gchar *language; /* Of the window. */
static gboolean is_backwards;

/* --- Worlds --------------------------------------------------------------- */

static void
open_app (Matrix *m) {
  g_autoptr (GError) error = NULL;

  m->scene.folder = make_folder ();
  g_setenv ("XDG_DATA_HOME", m->scene.folder, TRUE);
  if (world->prepare != NULL)
    world->prepare (m);
  m->scene.hub = fake_hub_new (200);
  m->app = geo_application_new ();
  g_application_set_flags (G_APPLICATION (m->app), G_APPLICATION_NON_UNIQUE);
  g_application_register (G_APPLICATION (m->app), NULL, &error);
  g_assert_no_error (error);
  m->wallet = geo_application_get_wallet (m->app);
}

void
matrix_create (Matrix *m, const gchar *words) {
  GeoProfile *profile = geo_wallet_get_profile (m->wallet);
  gchar *made = words != NULL ? g_strdup (words) : geo_profile_make_words ();
  g_autoptr (GAsyncResult) created = NULL;
  g_autoptr (GError) error = NULL;

  geo_profile_set_key_limits (profile, 1, 8192);
  geo_profile_create_async (profile, "Marta Kovalenko", made, "correct horse",
                            NULL, keep_result_cb, &created);
  geo_words_free (made);
  wait_until (created != NULL);
  geo_profile_create_finish (profile, created, &error);
  g_assert_no_error (error);
  m->scene.profiles[MARTA] = g_object_ref (profile);
}

void
matrix_join (Matrix *m, guint n) {
  static const gchar *const names[N_PEOPLE] = {
    NULL,
    "Olena",
    "Ivan Petrenko-Vashchuk from the Mill on the Other Side of the River",
    "Zoya",
  };
  Scene *scene = &m->scene;

  if (scene->profiles[MARTA] == NULL)
    matrix_create (m, NULL);
  scene->nodes[MARTA] = join (scene->profiles[MARTA], scene->hub);
  geo_wallet_add_node (m->wallet, scene->nodes[MARTA]);
  for (guint i = 1; i < n; i++) {
    scene->profiles[i] = make_profile (scene->folder, names[i], NULL);
    scene->nodes[i] = join (scene->profiles[i], scene->hub);
  }
}

static GeoRequestItem *
finish (GeoNode *node, GAsyncResult **result) {
  g_autoptr (GError) error = NULL;
  GeoRequestItem *item;

  wait_until (*result != NULL);
  item = geo_node_request_finish (node, *result, &error);
  g_assert_no_error (error);
  g_clear_object (result);
  return item;
}

GeoRequestItem *
matrix_ask (Matrix *m, guint who, gint64 amount, GeoTime expires_at) {
  const GeoAmount asked = GEO_AMOUNT (amount);
  GAsyncResult *result = NULL;

  geo_node_request_async (
      m->scene.nodes[who], NULL, "UAH", amount > 0 ? &asked : NULL,
      "Two jars of honey from the hives behind the mill, "
      "and the glass to bring back",
      expires_at, amount > 0, NULL, keep_result_cb, &result);
  return finish (m->scene.nodes[who], &result);
}

gchar *
matrix_take (Matrix *m, GeoRequestItem *asked) {
  GAsyncResult *result = NULL;
  g_autoptr (GeoRequestItem) taken = NULL;

  geo_node_take_link_async (m->scene.nodes[MARTA],
                            geo_request_item_get_link (asked), NULL,
                            keep_result_cb, &result);
  taken = finish (m->scene.nodes[MARTA], &result);
  return g_strdup (geo_request_item_get_key (taken));
}

const gchar *
matrix_pid (Matrix *m, guint who) {
  return geo_node_get_pid (m->scene.nodes[who]);
}

static void
close_app (Matrix *m) {
  for (guint i = 1; i < N_PEOPLE; i++) {
    if (m->scene.nodes[i] != NULL)
      end_node (m->scene.nodes[i]);
    g_clear_object (&m->scene.profiles[i]);
  }
  geo_wallet_close (m->wallet);
  g_clear_object (&m->scene.nodes[MARTA]);
  g_clear_object (&m->scene.profiles[MARTA]);
  g_clear_object (&m->app);
  fake_hub_free (m->scene.hub);
  remove_folder (m->scene.folder);
  g_free (m->scene.folder);
}

/* --- Showing -------------------------------------------------------------- */

void
matrix_do (Matrix *m, const gchar *action, const gchar *parameter) {
  g_assert_true (
      parameter != NULL
          ? gtk_widget_activate_action (m->scene.window, action, "s", parameter)
          : gtk_widget_activate_action (m->scene.window, action, NULL));
  geo_screen_lay_out (m->scene.window);
}

static AdwDialog *
find_dialog (Matrix *m) {
  return adw_application_window_get_visible_dialog (
      ADW_APPLICATION_WINDOW (m->scene.window));
}

gpointer
matrix_front (Matrix *m) {
  wait_until (find_dialog (m) != NULL);
  return find_dialog (m);
}

gpointer
matrix_find (Matrix *m, GType type) {
  GtkWidget *found = NULL;

  wait_until ((found = geo_screen_find (m->scene.window, type, NULL)) != NULL);
  return found;
}

/* A window that becomes another size closes what was open over it. */
static void
pop_up (Matrix *m) {
  if (m->popover == NULL)
    return;
  gtk_menu_button_popup (m->button);
  wait_until (gtk_widget_get_mapped (m->popover));
  geo_screen_lay_out (m->popover);
}

void
matrix_pop_up (Matrix *m, gpointer button) {
  m->button = button;
  m->popover = GTK_WIDGET (gtk_menu_button_get_popover (button));
  pop_up (m);
}

void
matrix_type (gpointer widget, const gchar *name, const gchar *text) {
  gtk_editable_set_text (GTK_EDITABLE (child_of (widget, name)), text);
}

void
matrix_type_amount (gpointer dialog, const gchar *text) {
  matrix_type (child_of (dialog, "amount_entry"), "entry", text);
}

gboolean
matrix_is_at (gpointer dialog, const gchar *tag) {
  return g_strcmp0 (adw_navigation_page_get_tag (
                        adw_navigation_view_get_visible_page (
                            child_of (dialog, "navigation"))),
                    tag) == 0;
}

/* Whichever words are asked for: the titles say their numbers. */
static void
answer_words (gpointer dialog) {
  gpointer check = child_of (dialog, "check");

  for (guint i = 1; i <= 3; i++) {
    g_autofree gchar *name = g_strdup_printf ("row_%u", i);
    gpointer row = child_of (check, name);
    const gchar *title = adw_preferences_row_get_title (row);
    const gchar *digits = strpbrk (title, "0123456789");
    g_autofree gchar *word = NULL;

    g_assert_nonnull (digits);
    word = shown_word (child_of (dialog, "grid"),
                       (guint) g_ascii_strtoull (digits, NULL, 10) - 1);
    gtk_editable_set_text (GTK_EDITABLE (row), word);
  }
}

gpointer
matrix_begin_key (Matrix *m, const gchar *passphrase) {
  gpointer dialog;

  matrix_do (m, "win.change-key", NULL);
  dialog = matrix_front (m);
  click (dialog, "begin_button");
  wait_until (matrix_is_at (dialog, "words"));
  click (dialog, "written_button");
  wait_until (matrix_is_at (dialog, "check"));
  answer_words (dialog);
  matrix_type (dialog, "passphrase_row", passphrase);
  wait_until (can_click (dialog, "change_button"));
  return dialog;
}

/* --- Warnings ------------------------------------------------------------- */

/* What a library complains about belongs to the state that it was seen in. */
static void
log_cb (const gchar *domain,
        GLogLevelFlags level,
        const gchar *message,
        gpointer data) {
  if (
      (level & (G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING)) != 0)
    g_string_append_printf (warnings, "%s: %s\n", domain, message);
}

/* GTK's own go another way. */
static GLogWriterOutput
writer_cb (GLogLevelFlags level,
           const GLogField *fields,
           gsize n_fields,
           gpointer data) {
  for (gsize i = 0; i < n_fields; i++) {
    if (g_str_equal (fields[i].key, "MESSAGE"))
      log_cb ("GTK", level, fields[i].value, NULL);
  }
  return G_LOG_WRITER_HANDLED;
}

static void
collect_warnings (void) {
  warnings = g_string_new (NULL);
  g_log_set_always_fatal (G_LOG_FATAL_MASK);
  g_log_set_default_handler (log_cb, NULL);
  g_log_set_writer_func (writer_cb, NULL, NULL);
}

static void
report_warnings (const MatrixCase *one, const gchar *view) {
  if (warnings->len == 0)
    return;
  g_test_message ("%s, %s:\n%s", one->name, view, warnings->str);
  g_string_truncate (warnings, 0);
  g_test_fail ();
}

/* --- Looking -------------------------------------------------------------- */

static gboolean
is_contrast (void) {
  return g_getenv ("ADW_DEBUG_HIGH_CONTRAST") != NULL;
}

static void
assert_shown (Matrix *m, const MatrixCase *one) {
  g_auto (GStrv) classes = g_strsplit (one->templates, " ", -1);

  for (guint i = 0; classes[i] != NULL; i++) {
    GType type = g_type_from_name (classes[i]);
    GtkWidget *root = m->scene.window;

    if (type != 0 && (geo_screen_find (root, type, NULL) != NULL ||
                      (m->popover != NULL &&
                       geo_screen_find (m->popover, type, NULL) != NULL)))
      continue;
    g_test_message ("%s is not seen.", classes[i]);
    geo_screen_save (m->scene.window, one->name);
    g_test_fail ();
  }
}

static void
look_once (Matrix *m, const MatrixCase *one, const View *view) {
  GtkWidget *seen = m->popover != NULL ? m->popover : m->scene.window;
  g_autofree gchar *complaints = NULL;
  g_autofree gchar *picture = g_strdup_printf ("%s-%s-%.2s-%s", world->name,
                                               one->name, language, view->name);
  int width;

  geo_screen_set_dark (view->dark);
  geo_screen_set_text_scale (view->scale);
  /* They come and go by themselves. */
  adw_toast_overlay_dismiss_all (child_of (m->scene.window, "toasts"));
  geo_screen_resize (GTK_WINDOW (m->scene.window), view->width, view->height);
  pop_up (m);
  complaints = geo_screen_complaints (seen);
  width = gtk_widget_get_width (seen);
  if (complaints != NULL || width > view->width ||
      g_getenv ("GEO_TEST_PICTURES") != NULL)
    geo_screen_save (seen, picture);
  if (complaints != NULL) {
    g_test_message ("%s, %s:\n%s", one->name, view->name, complaints);
    g_test_fail ();
  }
  if (width > view->width) {
    g_test_message ("%s, %s: it needs %d pixels.", one->name, view->name,
                    width);
    g_test_fail ();
  }
  report_warnings (one, view->name);
}

static void
look (Matrix *m, const MatrixCase *one, const View *all, gsize n) {
  for (gsize i = 0; i < n; i++)
    look_once (m, one, &all[is_backwards ? n - 1 - i : i]);
  is_backwards = !is_backwards;
}

static void
tidy_up (Matrix *m) {
  AdwDialog *dialog;

  if (m->popover != NULL)
    gtk_popover_popdown (GTK_POPOVER (m->popover));
  m->popover = NULL;
  while ((dialog = find_dialog (m)) != NULL)
    adw_dialog_force_close (dialog);
  adw_toast_overlay_dismiss_all (child_of (m->scene.window, "toasts"));
}

static void
end_window (Matrix *m) {
  GtkWidget *weak = m->scene.window;

  if (weak == NULL)
    return;
  g_object_add_weak_pointer (G_OBJECT (weak), (gpointer *) &weak);
  gtk_window_destroy (GTK_WINDOW (weak));
  wait_until (weak == NULL);
  m->scene.window = NULL;
}

static void
begin_window (Matrix *m, const gchar *locale) {
  if (!geo_screen_set_language (locale))
    g_error ("There is no locale %s here.", locale);
  language = locale;
  g_application_activate (G_APPLICATION (m->app));
  m->scene.window =
      GTK_WIDGET (gtk_application_get_active_window (GTK_APPLICATION (m->app)));
  /* Closing the one before was going away. */
  geo_wallet_unlock (m->wallet);
  geo_screen_lay_out (m->scene.window);
}

typedef struct {
  const MatrixCase *one;
  const gchar *language;
} Test;

static void
test_case (gconstpointer data) {
  const Test *test = data;
  Matrix *m = &matrix;

  if (g_strcmp0 (test->language, language) != 0) {
    end_window (m);
    begin_window (m, test->language);
  }
  test->one->show (m);
  geo_screen_lay_out (m->scene.window);
  assert_shown (m, test->one);
  if (is_contrast ()) {
    look (m, test->one, contrast_views, G_N_ELEMENTS (contrast_views));
  } else {
    look (m, test->one, views, G_N_ELEMENTS (views));
    if (test->language == languages[0])
      look (m, test->one, dark_views, G_N_ELEMENTS (dark_views));
  }
  tidy_up (m);
  if (test->one->leave != NULL)
    test->one->leave (m);
  report_warnings (test->one, "left");
}

/* --- All templates -------------------------------------------------------- */

/* "geo-pay-dialog.ui" → "GeoPayDialog" */
static gchar *
class_of_file (const gchar *file) {
  GString *name = g_string_new (NULL);
  gboolean upper = TRUE;

  for (const gchar *p = file; *p != '.' && *p != '\0'; p++) {
    if (*p == '-') {
      upper = TRUE;
      continue;
    }
    g_string_append_c (name, upper ? g_ascii_toupper (*p) : *p);
    upper = FALSE;
  }
  return g_string_free (name, FALSE);
}

static void
check_icons (const gchar *file, const gchar *text) {
  GtkIconTheme *theme =
      gtk_icon_theme_get_for_display (gdk_display_get_default ());
  g_autoptr (GRegex) regex = g_regex_new ("name=\"[a-z-]*icon-name\">([^<]+)<",
                                          0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;

  g_regex_match (regex, text, 0, &match);
  while (g_match_info_matches (match)) {
    g_autofree gchar *icon = g_match_info_fetch (match, 1);

    if (!gtk_icon_theme_has_icon (theme, icon)) {
      g_test_message ("%s: there is no icon %s", file, icon);
      g_test_fail ();
    }
    g_match_info_next (match, NULL);
  }
}

static gboolean
has_case (const gchar *name) {
  for (gsize i = 0; i < G_N_ELEMENTS (worlds); i++) {
    for (gsize j = 0; j < worlds[i]->n_cases; j++) {
      g_auto (GStrv) classes = g_strsplit (worlds[i]->cases[j].templates, " ",
                                           -1);

      if (g_strv_contains ((const gchar *const *) classes, name))
        return TRUE;
    }
  }
  return FALSE;
}

/* Every template is that of the class of its name, each icon it names is there,
 * and some case shows it. */
static void
test_cover (void) {
  g_auto (GStrv) files = g_resources_enumerate_children (FOLDER, 0, NULL);

  g_assert_nonnull (files);
  g_assert_cmpuint (g_strv_length (files), >=, 20);
  for (guint i = 0; files[i] != NULL; i++) {
    g_autofree gchar *name = class_of_file (files[i]);
    g_autofree gchar *path = g_strconcat (FOLDER, files[i], NULL);
    g_autofree gchar *head = g_strdup_printf ("<template class=\"%s\"", name);
    g_autoptr (GBytes) bytes = g_resources_lookup_data (path, 0, NULL);
    g_autofree gchar *text = NULL;

    g_assert_nonnull (bytes);
    text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
    g_assert_nonnull (strstr (text, head));
    check_icons (files[i], text);
    if (!has_case (name)) {
      g_test_message ("No case in tests/display/matrix-*.c shows %s.", name);
      g_test_fail ();
    }
  }
}

/* --- Running -------------------------------------------------------------- */

static void
add_tests (gsize n_languages) {
  for (gsize i = 0; i < n_languages; i++) {
    for (gsize j = 0; j < world->n_cases; j++) {
      Test *test = g_new (Test, 1);
      g_autofree gchar *path = g_strdup_printf ("/matrix/%s/%.2s/%s",
                                                world->name, languages[i],
                                                world->cases[j].name);

      *test = (Test){ &world->cases[j], languages[i] };
      g_test_add_data_func_full (path, test, test_case, g_free);
    }
  }
}

int
main (int argc, char **argv) {
  int status;

  /* Any bus would start a keyring that nobody can unlock. */
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent", TRUE);
  g_unsetenv ("LANGUAGE");
  geo_screen_init (&argc, &argv);
  if (argc == 2 && g_str_equal (argv[1], "cover")) {
    g_test_add_func ("/matrix/cover", test_cover);
    return g_test_run ();
  }
  for (gsize i = 0; i < G_N_ELEMENTS (worlds); i++) {
    if (argc == 2 && g_str_equal (argv[1], worlds[i]->name))
      world = worlds[i];
  }
  if (world == NULL)
    g_error ("usage: test-matrix (WORLD | cover)");

  geo_screen_set_language (languages[0]);
  /* GTK warns of a blinking cursor in what a program has typed. */
  g_object_set (gtk_settings_get_default (), "gtk-cursor-blink", FALSE, NULL);
  add_tests (is_contrast () ? 1 : G_N_ELEMENTS (languages));
  collect_warnings ();
  open_app (&matrix);
  if (world->begin != NULL)
    world->begin (&matrix);
  status = g_test_run ();
  end_window (&matrix);
  close_app (&matrix);
  if (world->finish != NULL)
    world->finish ();
  g_assert_cmpstr (warnings->str, ==, "");
  g_string_free (warnings, TRUE);
  return status;
}
