/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What tests of the window look at: a window of a given size, light or dark,
 * settled; a picture of it; and what is wrong with how it is laid out.
 */
#include "config.h"

#include "geo-screen.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <locale.h>
#include <string.h>

/* A few frames; there are no animations. */
#define SETTLE_MS 80
#define SETTLE_FRAMES 2
/* Nobody waits that long, but a machine that is very busy. */
#define FRAMES_S_MAX 20
/* Of a window, in pixels, both sides together. */
#define BORDER_MAX 40
/* Rounding to whole pixels. */
#define SLACK 1.5

static gboolean
tick_cb (gpointer user_data) {
  gboolean *over = user_data;

  *over = TRUE;
  return G_SOURCE_REMOVE;
}

gboolean
geo_screen_wait (GeoScreenDone done, gpointer user_data, guint seconds) {
  gboolean over = FALSE;
  guint timer = g_timeout_add_seconds (seconds, tick_cb, &over);
  gboolean reached;

  while (!(reached = done (user_data)) && !over)
    g_main_context_iteration (NULL, TRUE);
  if (!over)
    g_source_remove (timer);
  return reached;
}

gboolean
geo_screen_set_language (const gchar *locale) {
  g_autofree gchar *folder = g_build_filename (g_getenv ("GEO_BUILD_ROOT"),
                                               "po", NULL);

  bindtextdomain (GETTEXT_PACKAGE, folder);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  return setlocale (LC_ALL, locale) != NULL;
}

void
geo_screen_init (int *argc, char ***argv) {
  g_autoptr (GtkCssProvider) provider = NULL;

  /* What a screen reader would be told is kept, and told to nobody. */
  g_setenv ("GTK_A11Y", "test", TRUE);
  gtk_test_init (argc, argv, NULL);
  adw_init ();
  /* After GTK, whose tests are American. */
  setlocale (LC_ALL, "C.UTF-8");
  /* GTK warns of a blinking cursor in what a program has typed. */
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE,
                "gtk-cursor-blink", FALSE, NULL);
  /* As the application does with what is below its base path. */
  gtk_icon_theme_add_resource_path (
      gtk_icon_theme_get_for_display (gdk_display_get_default ()),
      "/net/geocredit/Wallet/icons");
  provider = gtk_css_provider_new ();
  gtk_css_provider_load_from_resource (provider,
                                       "/net/geocredit/Wallet/style.css");
  gtk_style_context_add_provider_for_display (
      gdk_display_get_default (), GTK_STYLE_PROVIDER (provider),
      GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
}

static void
painted_cb (GdkFrameClock *clock, guint *left) {
  if (*left > 0 && --*left > 0)
    gdk_frame_clock_request_phase (clock, GDK_FRAME_CLOCK_PHASE_PAINT);
}

/* However long a busy machine takes for these frames. */
static void
wait_frames (GtkWidget *widget, guint left) {
  GdkFrameClock *own = gtk_widget_get_mapped (widget)
                           ? gtk_widget_get_frame_clock (widget)
                           : NULL;
  g_autoptr (GdkFrameClock) clock = own != NULL ? g_object_ref (own) : NULL;
  gboolean is_late = FALSE;
  guint guard;
  gulong id;

  if (clock == NULL)
    return;
  guard = g_timeout_add_seconds (FRAMES_S_MAX, tick_cb, &is_late);
  id = g_signal_connect (clock, "after-paint", G_CALLBACK (painted_cb), &left);
  gdk_frame_clock_request_phase (clock, GDK_FRAME_CLOCK_PHASE_PAINT);
  while (left > 0 && !is_late)
    g_main_context_iteration (NULL, TRUE);
  if (!is_late)
    g_source_remove (guard);
  g_signal_handler_disconnect (clock, id);
}

/* A breakpoint is applied in the frame after the size that it is for. */
void
geo_screen_lay_out (GtkWidget *widget) {
  wait_frames (widget, 3);
}

/* A moment, and however long a busy machine takes for two frames. */
void
geo_screen_settle (GtkWidget *widget) {
  gboolean over = FALSE;

  gtk_widget_queue_draw (widget);
  g_timeout_add (SETTLE_MS, tick_cb, &over);
  while (!over)
    g_main_context_iteration (NULL, TRUE);
  wait_frames (widget, SETTLE_FRAMES);
}

/* Without a compositor a window's size is with its border; a difference that is
 * larger is a size that is on its way. */
static int
ask_for (int asked, int wanted, int got) {
  return ABS (asked - got) <= BORDER_MAX ? wanted + asked - got : asked;
}

typedef struct {
  GtkWidget *widget;
  int width;
} Wanted;

static gboolean
has_width (gpointer user_data) {
  const Wanted *wanted = user_data;

  return gtk_widget_get_width (wanted->widget) == wanted->width;
}

void
geo_screen_resize (GtkWindow *window, int width, int height) {
  /* As it was the last time: most windows have the same border. */
  static int border_width;
  static int border_height;
  GtkWidget *widget = GTK_WIDGET (window);
  Wanted wanted = { widget, width };
  int ask_width = width + border_width;
  int ask_height = height + border_height;

  /* Drawing costs more than laying out, and is done once it has its size. */
  gtk_widget_set_opacity (widget, 0);
  /* A busy machine may need a while. */
  for (guint i = 0; i < 60; i++) {
    gtk_window_set_default_size (window, ask_width, ask_height);
    geo_screen_lay_out (widget);
    /* A busy computer takes its time; a height may be more than there is. */
    if (has_width (&wanted) || geo_screen_wait (has_width, &wanted, 1)) {
      border_width = ask_width - width;
      if (gtk_widget_get_height (widget) == height) {
        border_height = ask_height - height;
        break;
      }
    }
    ask_width = ask_for (ask_width, width, gtk_widget_get_width (widget));
    ask_height = ask_for (ask_height, height, gtk_widget_get_height (widget));
  }
  gtk_widget_set_opacity (widget, 1);
  geo_screen_lay_out (widget);
}

void
geo_screen_set_dark (gboolean dark) {
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (),
                                      dark ? ADW_COLOR_SCHEME_FORCE_DARK
                                           : ADW_COLOR_SCHEME_FORCE_LIGHT);
}

void
geo_screen_set_text_scale (double scale) {
  /* In 1024ths of a dot per inch. */
  int wanted = (int) (96 * 1024 * scale);
  int dpi;

  g_object_get (gtk_settings_get_default (), "gtk-xft-dpi", &dpi, NULL);
  /* The same once more would lay everything out anew. */
  if (dpi != wanted)
    g_object_set (gtk_settings_get_default (), "gtk-xft-dpi", wanted, NULL);
}

void
geo_screen_save (GtkWidget *widget, const gchar *name) {
  const gchar *build = g_getenv ("GEO_BUILD_ROOT");
  g_autofree gchar *folder = g_build_filename (
      build != NULL ? build : ".", "tests", "display", "screens", NULL);
  g_autofree gchar *file = g_strconcat (name, ".png", NULL);
  g_autofree gchar *path = g_build_filename (folder, file, NULL);
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (widget);
  GskRenderer *renderer =
      gtk_native_get_renderer (gtk_widget_get_native (widget));
  g_autoptr (GskRenderNode) node = NULL;
  g_autoptr (GdkTexture) texture = NULL;

  /* There is nothing to draw before the first frame. */
  for (guint i = 0; i < 20 && node == NULL; i++) {
    g_autoptr (GtkSnapshot) snapshot = gtk_snapshot_new ();

    gdk_paintable_snapshot (paintable, snapshot, gtk_widget_get_width (widget),
                            gtk_widget_get_height (widget));
    node = gtk_snapshot_to_node (snapshot);
    if (node == NULL)
      geo_screen_settle (widget);
  }
  g_assert_nonnull (node);
  texture = gsk_renderer_render_texture (renderer, node, NULL);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  g_assert_true (gdk_texture_save_to_png (texture, path));
}

/* --- Complaints ------------------------------------------------------ */

typedef struct {
  GtkWidget *root;
  GString *text;
  GArray *leaves; /* What is read or pressed and in sight, as it is come to. */
} Look;

typedef struct {
  GtkWidget *widget;
  GtkWidget *dialog; /* That it is in, or NULL. */
  graphene_rect_t seen;
} Leaf;

/* The next template around it that has a name: where to look for it. */
static const gchar *
place_of (GtkWidget *widget) {
  for (GtkWidget *at = gtk_widget_get_parent (widget); at != NULL;
       at = gtk_widget_get_parent (at)) {
    if (g_str_has_prefix (G_OBJECT_TYPE_NAME (at), "Geo"))
      return G_OBJECT_TYPE_NAME (at);
  }
  return "";
}

static gchar *
describe (GtkWidget *widget) {
  const gchar *name = gtk_buildable_get_buildable_id (GTK_BUILDABLE (widget));
  const gchar *text = NULL;

  if (GTK_IS_LABEL (widget))
    text = gtk_label_get_text (GTK_LABEL (widget));
  else if (ADW_IS_PREFERENCES_ROW (widget))
    text = adw_preferences_row_get_title (ADW_PREFERENCES_ROW (widget));
  return g_strdup_printf ("%s %s%s%s%s%.60s%s", place_of (widget),
                          G_OBJECT_TYPE_NAME (widget),
                          name != NULL ? " #" : "", name != NULL ? name : "",
                          text != NULL ? " \"" : "", text != NULL ? text : "",
                          text != NULL ? "\"" : "");
}

static void
complain (Look *look, GtkWidget *widget, const gchar *what) {
  g_autofree gchar *who = describe (widget);

  g_string_append_printf (look->text, "%s %s\n", who, what);
}

static gboolean
is_scrolled (GtkWidget *widget) {
  return gtk_widget_get_ancestor (widget, GTK_TYPE_SCROLLED_WINDOW) != NULL ||
         gtk_widget_get_ancestor (widget, GTK_TYPE_VIEWPORT) != NULL;
}

/* What somebody else wrote is as long as they like, an entry, an answer to an
 * alert and what was chosen from a list have one line, and what a row tells is
 * whole on its page: these may end in dots where the whole can still be had. */
static gboolean
may_be_cut (GtkWidget *widget) {
  static const gchar *const others[] = { "Ivan", "Two jars", "Mill" };
  const gchar *text = gtk_label_get_text (GTK_LABEL (widget));
  gboolean is_excused =
      gtk_widget_get_ancestor (widget, ADW_TYPE_ENTRY_ROW) != NULL ||
      gtk_widget_get_ancestor (widget, GTK_TYPE_SEARCH_ENTRY) != NULL ||
      gtk_widget_get_ancestor (widget, GTK_TYPE_DROP_DOWN) != NULL ||
      gtk_widget_get_ancestor (widget, ADW_TYPE_ALERT_DIALOG) != NULL ||
      g_str_equal (place_of (widget), "GeoActivityRow") ||
      g_str_equal (place_of (widget), "GeoCommunitySwitcher");

  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    is_excused = is_excused || strstr (text, others[i]) != NULL;
  for (GtkWidget *at = widget; is_excused && at != NULL;
       at = gtk_widget_get_parent (at)) {
    if (gtk_widget_get_has_tooltip (at))
      return TRUE;
  }
  return FALSE;
}

static void
check_label (Look *look, GtkWidget *widget) {
  GtkLabel *label = GTK_LABEL (widget);
  PangoLayout *layout = gtk_label_get_layout (label);
  int width = gtk_widget_get_width (widget);
  int height = gtk_widget_get_height (widget);
  int text_width;
  int text_height;

  if (*gtk_label_get_text (label) == '\0')
    return;
  pango_layout_get_pixel_size (layout, &text_width, &text_height);
  if (gtk_label_get_ellipsize (label) == PANGO_ELLIPSIZE_NONE &&
      text_width > width + SLACK)
    complain (look, widget, "is wider than its place");
  if (text_height > height + SLACK)
    complain (look, widget, "is higher than its place");
  if (pango_layout_is_ellipsized (layout) &&
      (width < 24 || !may_be_cut (widget)))
    complain (look, widget, "is cut");
  if (pango_layout_get_unknown_glyphs_count (layout) > 0)
    complain (look, widget, "has letters that no font here has");
}

/* Reaches out of the window, where nothing scrolls it into sight. */
static void
check_bounds (Look *look, GtkWidget *widget) {
  graphene_rect_t rect;
  double right = gtk_widget_get_width (look->root);
  double bottom = gtk_widget_get_height (look->root);

  if (widget == look->root)
    return;
  if (!gtk_widget_compute_bounds (widget, look->root, &rect))
    return;
  if (rect.origin.x < -SLACK || rect.origin.x + rect.size.width > right + SLACK)
    complain (look, widget, "reaches over the side of the window");
  if (!is_scrolled (widget) &&
      (rect.origin.y < -SLACK ||
       rect.origin.y + rect.size.height > bottom + SLACK))
    complain (look, widget, "reaches over the top or bottom of the window");
}

static gboolean
has_name (GtkWidget *widget) {
  GtkAccessible *accessible = GTK_ACCESSIBLE (widget);

  if (gtk_test_accessible_has_property (accessible,
                                        GTK_ACCESSIBLE_PROPERTY_LABEL) ||
      gtk_test_accessible_has_relation (accessible,
                                        GTK_ACCESSIBLE_RELATION_LABELLED_BY) ||
      gtk_widget_get_tooltip_text (widget) != NULL ||
      (GTK_IS_LABEL (widget) && *gtk_label_get_text (GTK_LABEL (widget)) != 0))
    return TRUE;
  /* A label inside is a name, too. */
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child)) {
    if (has_name (child))
      return TRUE;
  }
  return FALSE;
}

/* Whatever takes the focus, or a click. */
static gboolean
is_interactive (GtkWidget *widget) {
  return gtk_widget_get_focusable (widget) || GTK_IS_BUTTON (widget) ||
         GTK_IS_MENU_BUTTON (widget) || GTK_IS_TEXT_VIEW (widget) ||
         GTK_IS_EDITABLE (widget) || GTK_IS_LIST_BOX_ROW (widget) ||
         GTK_IS_DROP_DOWN (widget) || GTK_IS_SWITCH (widget) ||
         GTK_IS_RANGE (widget) || ADW_IS_TOGGLE_GROUP (widget);
}

/* Parts of something that has the name: the button in a menu button, the text
 * in an entry, the switch and the entry in a row. */
static gboolean
is_part (GtkWidget *widget) {
  GtkWidget *parent = gtk_widget_get_parent (widget);

  if (parent == NULL)
    return FALSE;
  return GTK_IS_MENU_BUTTON (parent) || GTK_IS_DROP_DOWN (parent) ||
         GTK_IS_SPIN_BUTTON (parent) ||
         (GTK_IS_TEXT (widget) && GTK_IS_EDITABLE (parent)) ||
         gtk_widget_get_ancestor (parent, ADW_TYPE_SWITCH_ROW) != NULL ||
         gtk_widget_get_ancestor (parent, ADW_TYPE_ENTRY_ROW) != NULL;
}

static void
check_name (Look *look, GtkWidget *widget) {
  GtkAccessibleRole role =
      gtk_accessible_get_accessible_role (GTK_ACCESSIBLE (widget));

  if (!gtk_widget_is_sensitive (widget) || !is_interactive (widget) ||
      is_part (widget))
    return;
  if (!has_name (widget))
    complain (look, widget, "has no name for a screen reader");
  if (role == GTK_ACCESSIBLE_ROLE_NONE)
    complain (look, widget, "has no role for a screen reader");
}

/* A card or list that is there and holds nothing. */
static void
check_empty (Look *look, GtkWidget *widget) {
  gboolean empty = TRUE;

  if (!GTK_IS_LIST_BOX (widget) && !gtk_widget_has_css_class (widget, "card"))
    return;
  if (GTK_IS_EDITABLE (widget) || GTK_IS_TEXT_VIEW (widget) ||
      GTK_IS_LABEL (widget))
    return;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    empty = empty && !gtk_widget_get_visible (child);
  if (empty)
    complain (look, widget, "is empty");
}

/* --- One over the other ---------------------------------------------- */

/* Their children lie over one another, and are meant to; an entry in a row fades
 * from its title to its text. */
static gboolean
is_pile (GtkWidget *widget) {
  return gtk_widget_get_ancestor (widget, ADW_TYPE_ENTRY_ROW) != NULL ||
         GTK_IS_OVERLAY (widget) || GTK_IS_STACK (widget) ||
         ADW_IS_TOAST_OVERLAY (widget) || ADW_IS_OVERLAY_SPLIT_VIEW (widget) ||
         ADW_IS_NAVIGATION_VIEW (widget) || ADW_IS_BOTTOM_SHEET (widget);
}

static gboolean
is_leaf (GtkWidget *widget) {
  return (GTK_IS_LABEL (widget) &&
          *gtk_label_get_text (GTK_LABEL (widget)) != '\0') ||
         GTK_IS_IMAGE (widget) || GTK_IS_BUTTON (widget) ||
         GTK_IS_TEXT (widget) || GTK_IS_TEXT_VIEW (widget) ||
         GTK_IS_SWITCH (widget) || ADW_IS_AVATAR (widget) ||
         ADW_IS_SPINNER (widget);
}

/* Where it is seen; FALSE: it is scrolled out of sight. */
static gboolean
find_seen (Look *look, GtkWidget *widget, graphene_rect_t *seen) {
  if (!gtk_widget_compute_bounds (widget, look->root, seen))
    return FALSE;
  for (GtkWidget *at = gtk_widget_get_parent (widget);
       at != NULL && at != look->root; at = gtk_widget_get_parent (at)) {
    graphene_rect_t part;

    if (!GTK_IS_SCROLLED_WINDOW (at))
      continue;
    if (!gtk_widget_compute_bounds (at, look->root, &part) ||
        !graphene_rect_intersection (seen, &part, seen))
      return FALSE;
  }
  return TRUE;
}

static GtkWidget *
nearest_of_both (GtkWidget *one, GtkWidget *other) {
  GtkWidget *at = one;

  while (at != NULL && !gtk_widget_is_ancestor (other, at))
    at = gtk_widget_get_parent (at);
  return at;
}

static void
check_overlap (Look *look, const Leaf *one, const Leaf *other) {
  graphene_rect_t both;
  g_autofree gchar *what = NULL;
  g_autofree gchar *who = NULL;

  if (!graphene_rect_intersection (&one->seen, &other->seen, &both) ||
      both.size.width <= SLACK || both.size.height <= SLACK ||
      /* One of them is behind a dialog. */
      one->dialog != other->dialog ||
      gtk_widget_is_ancestor (one->widget, other->widget) ||
      gtk_widget_is_ancestor (other->widget, one->widget) ||
      is_pile (nearest_of_both (one->widget, other->widget)))
    return;
  who = describe (other->widget);
  what = g_strconcat ("lies over ", who, NULL);
  complain (look, one->widget, what);
}

static void
check_overlaps (Look *look) {
  for (guint i = 0; i < look->leaves->len; i++) {
    for (guint j = 0; j < i; j++)
      check_overlap (look, &g_array_index (look->leaves, Leaf, i),
                     &g_array_index (look->leaves, Leaf, j));
  }
}

static void
add_leaf (Look *look, GtkWidget *widget) {
  Leaf leaf = { .widget = widget,
                .dialog = gtk_widget_get_ancestor (widget, ADW_TYPE_DIALOG) };

  if (find_seen (look, widget, &leaf.seen))
    g_array_append_val (look->leaves, leaf);
}

static void
look_at (Look *look, GtkWidget *widget) {
  if (!gtk_widget_get_mapped (widget) || !gtk_widget_get_child_visible (widget))
    return;
  /* Popovers and dialogs have surfaces or overlays of their own. */
  if (GTK_IS_NATIVE (widget) && widget != look->root)
    return;
  /* What they are made of moves about. */
  if (GTK_IS_SCROLLBAR (widget))
    return;
  if (GTK_IS_LABEL (widget))
    check_label (look, widget);
  check_name (look, widget);
  check_empty (look, widget);
  if (is_leaf (widget)) {
    check_bounds (look, widget);
    add_leaf (look, widget);
  }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    look_at (look, child);
}

gchar *
geo_screen_complaints (GtkWidget *widget) {
  g_autoptr (GArray) leaves = g_array_new (FALSE, FALSE, sizeof (Leaf));
  Look look = { .root = widget,
                .text = g_string_new (NULL),
                .leaves = leaves };

  look_at (&look, widget);
  check_overlaps (&look);
  if (look.text->len == 0) {
    g_string_free (look.text, TRUE);
    return NULL;
  }
  return g_string_free (look.text, FALSE);
}

GtkWidget *
geo_screen_find (GtkWidget *root, GType type, const gchar *text) {
  if (!gtk_widget_get_mapped (root))
    return NULL;
  if (g_type_is_a (G_OBJECT_TYPE (root), type)) {
    const gchar *own = NULL;

    if (text == NULL)
      return root;
    if (GTK_IS_LABEL (root))
      own = gtk_label_get_text (GTK_LABEL (root));
    else if (GTK_IS_BUTTON (root))
      own = gtk_button_get_label (GTK_BUTTON (root));
    else if (ADW_IS_PREFERENCES_ROW (root))
      own = adw_preferences_row_get_title (ADW_PREFERENCES_ROW (root));
    if (own != NULL && strcmp (own, text) == 0)
      return root;
  }
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child)) {
    GtkWidget *found = geo_screen_find (child, type, text);

    if (found != NULL)
      return found;
  }
  return NULL;
}

void
geo_screen_remove_folder (const gchar *path) {
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const gchar *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree gchar *child = g_build_filename (path, name, NULL);

    if (g_file_test (child, G_FILE_TEST_IS_DIR))
      geo_screen_remove_folder (child);
    else
      g_remove (child);
  }
  g_rmdir (path);
}
