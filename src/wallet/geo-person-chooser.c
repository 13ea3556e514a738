/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoPersonChooser: a search entry above one list in sections: those I had
 * payments with last, people I know, others of the community.  It chooses
 * nobody itself.
 */
#include "config.h"

#include "wallet/geo-person-chooser.h"

#include <glib/gi18n.h>

#include "wallet/geo-camera.h"
#include "wallet/geo-person-row.h"
#include "wallet/geo-qr-read.h"
#include "wallet/geo-read-code.h"

/* Among as many of the newest rows of activity recent people are looked for,
 * so many of them are shown, and only where more people than that are known. */
#define RECENT_ROWS_MAX 64
#define RECENT_PEOPLE_MAX 5

struct _GeoPersonChooser {
  AdwBin parent_instance;

  gboolean show_recent;
  gboolean is_searching;
  gboolean is_interrupted; /* A search was stopped, its text stands. */
  gboolean is_looking_up;
  gboolean has_pid;
  GeoPid pid; /* Of a link or an identifier that is typed. */
  guint delay_id;

  /* owned */
  GeoCamera *camera;
  GeoNode *node;
  GeoLink *link;
  GCancellable *search;
  gchar *needle; /* Folded; "" shows all. */
  gchar *problem; /* Why nobody was found; NULL: nobody is called so. */
  GListStore *recent;
  GListStore *found;
  GtkCustomFilter *filter;
  GtkFilterListModel *own;
  GtkListItemFactory *header_factory;
  GPtrArray *headers; /* GtkListHeader, those that are there; borrowed. */

  /* template children */
  GtkSearchEntry *search_entry;
  GtkStack *stack;
  GtkWidget *invite_button;
  GtkWidget *invite_first_button;
  GtkListView *list_view;
  AdwStatusPage *nothing_page;
};

enum {
  PROP_0,
  PROP_SHOW_RECENT,
  N_PROPS,
};

static GParamSpec *props[N_PROPS];

enum {
  CHOSEN,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (GeoPersonChooser, geo_person_chooser, ADW_TYPE_BIN)

static gchar *
fold (const gchar *text) {
  g_autofree gchar *normal = g_utf8_normalize (text, -1, G_NORMALIZE_ALL);
  g_autofree gchar *stripped = g_strdup (normal != NULL ? normal : text);

  return g_utf8_casefold (g_strstrip (stripped), -1);
}

static gboolean
matches (gpointer item, gpointer user_data) {
  GeoPersonChooser *self = user_data;
  GeoPerson *person = item;
  g_autofree gchar *name = NULL;

  if (self->has_pid)
    return geo_pid_equal (geo_person_get_pid (person), &self->pid);
  if (*self->needle == '\0')
    return TRUE;
  name = fold (geo_person_get_name (person));
  return strstr (name, self->needle) != NULL;
}

/* --- What is shown ------------------------------------------------------ */

static guint
count (gpointer list) {
  return g_list_model_get_n_items (G_LIST_MODEL (list));
}

static void
show_nothing (GeoPersonChooser *self) {
  const gchar *text;

  if (self->problem != NULL)
    text = self->problem;
  else if (geo_node_get_connection (self->node) != GEO_CONNECTION_HUB)
    text = _ ("There is no connection now, so only people you know were "
              "searched.");
  else
    text = _ ("Check how the name is written, or ask for the person’s link "
              "and paste it here.");
  adw_status_page_set_description (self->nothing_page, text);
  gtk_stack_set_visible_child_name (self->stack, "nothing");
}

static void choose (GeoPersonChooser *self, guint position);
static void show_headers (GeoPersonChooser *self);

static void
update (GeoPersonChooser *self) {
  if (self->node == NULL)
    return;
  if (self->is_looking_up && self->has_pid &&
      count (self->own) + count (self->found) > 0) {
    self->is_looking_up = FALSE;
    choose (self, 0);
  }
  show_headers (self);
  if (count (self->recent) + count (self->own) + count (self->found) > 0)
    gtk_stack_set_visible_child_name (self->stack, "list");
  else if (self->is_searching)
    gtk_stack_set_visible_child_name (self->stack, "searching");
  else if (*self->needle == '\0' && !self->has_pid && self->problem == NULL)
    gtk_stack_set_visible_child_name (self->stack, "empty");
  else
    show_nothing (self);
}

static gboolean
holds (GListStore *store, GeoPerson *person) {
  return g_list_store_find (store, person, NULL);
}

static void
fill_recent (GeoPersonChooser *self) {
  GListModel *activity = geo_node_get_activity (self->node);
  guint n_rows = MIN (count (activity), RECENT_ROWS_MAX);

  g_list_store_remove_all (self->recent);
  if (!self->show_recent || *self->needle != '\0' || self->has_pid ||
      count (geo_node_get_people (self->node)) <= RECENT_PEOPLE_MAX)
    return;
  for (guint i = 0; i < n_rows && count (self->recent) < RECENT_PEOPLE_MAX;
       i++) {
    g_autoptr (GeoActivityItem) item = g_list_model_get_item (activity, i);
    GeoPerson *person;
    GeoPid pid;

    if (!geo_activity_item_get_loaded (item) ||
        (geo_activity_item_get_kind (item) != GEO_ITEM_PAID &&
         geo_activity_item_get_kind (item) != GEO_ITEM_RECEIVED) ||
        !geo_pid_parse (geo_activity_item_get_peer_pid (item), &pid, NULL))
      continue;
    person = geo_node_get_person (self->node, &pid);
    if (person != NULL && !holds (self->recent, person))
      g_list_store_append (self->recent, person);
  }
}

/* Who was a stranger may have become one of mine. */
static void
people_changed_cb (GeoPersonChooser *self) {
  for (guint i = count (self->found); i > 0; i--) {
    g_autoptr (GeoPerson) person =
        g_list_model_get_item (G_LIST_MODEL (self->found), i - 1);

    if (geo_node_get_person (self->node, geo_person_get_pid (person)) != NULL)
      g_list_store_remove (self->found, i - 1);
  }
  update (self);
}

/* --- Asking the hub ----------------------------------------------------- */

static void
stop_search (GeoPersonChooser *self) {
  g_clear_handle_id (&self->delay_id, g_source_remove);
  g_cancellable_cancel (self->search);
  g_clear_object (&self->search);
  self->is_searching = FALSE;
}

static void
found_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GeoPersonChooser) self = user_data;
  GeoNode *node = GEO_NODE (source);
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) people = geo_node_find_people_finish (node, result,
                                                               &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ||
      self->node == NULL)
    return;
  self->is_searching = FALSE;
  if (people == NULL)
    g_set_str (&self->problem, error->message);
  for (guint i = 0; people != NULL && i < g_list_model_get_n_items (people);
       i++) {
    g_autoptr (GeoPerson) person = g_list_model_get_item (people, i);

    if (geo_node_get_person (node, geo_person_get_pid (person)) == NULL &&
        g_strcmp0 (geo_person_get_pid_text (person), geo_node_get_pid (node)) !=
            0)
      g_list_store_append (self->found, person);
  }
  update (self);
}

static gboolean
search_cb (gpointer user_data) {
  GeoPersonChooser *self = user_data;

  self->delay_id = 0;
  self->search = g_cancellable_new ();
  geo_node_find_people_async (
      self->node, gtk_editable_get_text (GTK_EDITABLE (self->search_entry)),
      self->search, found_cb, g_object_ref (self));
  return G_SOURCE_REMOVE;
}

/* A link, an identifier, or a part of a name. */
static void
read_text (GeoPersonChooser *self) {
  g_autofree gchar *text =
      g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->search_entry)));
  g_autoptr (GError) error = NULL;

  g_strstrip (text);
  g_clear_pointer (&self->link, geo_link_free);
  g_clear_pointer (&self->needle, g_free);
  g_clear_pointer (&self->problem, g_free);
  self->has_pid = FALSE;

  if (g_ascii_strncasecmp (text, "geo:", 4) == 0) {
    self->link = geo_link_parse (text, &error);
    if (self->link == NULL)
      self->problem = g_strdup (_ ("This link cannot be read. Ask for it "
                                   "again."));
    else if (!self->link->has_pid)
      self->problem = g_strdup (_ ("This link invites to a community and "
                                   "names nobody in it."));
    else
      self->pid = self->link->pid;
    self->has_pid = self->link != NULL && self->link->has_pid;
  } else {
    self->has_pid = geo_pid_parse (text, &self->pid, NULL);
  }
  self->needle = fold (text);
}

static void
search_changed_cb (GeoPersonChooser *self) {
  if (self->node == NULL)
    return;
  stop_search (self);
  self->is_interrupted = FALSE;
  g_list_store_remove_all (self->found);
  read_text (self);
  if (!self->has_pid)
    self->is_looking_up = FALSE;
  gtk_filter_changed (GTK_FILTER (self->filter), GTK_FILTER_CHANGE_DIFFERENT);
  fill_recent (self);
  if (*self->needle != '\0' && self->problem == NULL) {
    self->is_searching = TRUE;
    self->delay_id = g_timeout_add (GEO_PERSON_CHOOSER_DELAY_MS, search_cb,
                                    self);
  }
  update (self);
}

/* --- Codes -------------------------------------------------------------- */

/* Takes text and error. */
static void
take_code (GeoPersonChooser *self, gchar *text, GError *error) {
  g_autofree gchar *owned = text;
  g_autoptr (GError) why = error;

  if (!gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  if (text != NULL)
    geo_person_chooser_look_up (self, text);
  else
    geo_read_code_explain (GTK_WIDGET (self), why);
}

static void
code_chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GeoPersonChooser) self = user_data;
  GError *error = NULL;
  gchar *text = geo_read_code_finish (result, &error);

  take_code (self, text, error);
}

static void
code_pasted_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GeoPersonChooser) self = user_data;
  GError *error = NULL;
  gchar *text = geo_qr_read_finish (result, &error);

  take_code (self, text, error);
}

static void
read_file_cb (GtkWidget *widget, const gchar *name, GVariant *parameter) {
  if (GEO_PERSON_CHOOSER (widget)->node != NULL)
    geo_read_code_choose_async (widget, NULL, code_chosen_cb,
                                g_object_ref (widget));
}

static void
read_clipboard_cb (GtkWidget *widget, const gchar *name, GVariant *parameter) {
  if (GEO_PERSON_CHOOSER (widget)->node != NULL)
    geo_qr_read_clipboard_async (gtk_widget_get_clipboard (widget), NULL,
                                 code_pasted_cb, g_object_ref (widget));
}

static void
scan_cb (GtkWidget *widget, const gchar *name, GVariant *parameter) {
  if (GEO_PERSON_CHOOSER (widget)->node != NULL)
    geo_read_code_scan_async (widget, NULL, code_chosen_cb,
                              g_object_ref (widget));
}

static void
camera_cb (GeoPersonChooser *self) {
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "chooser.scan",
                                 geo_camera_is_present (self->camera));
}

/* --- The list ----------------------------------------------------------- */

static void
choose (GeoPersonChooser *self, guint position) {
  GListModel *model = G_LIST_MODEL (gtk_list_view_get_model (self->list_view));
  g_autoptr (GeoPerson) person = g_list_model_get_item (model, position);

  if (person != NULL)
    g_signal_emit (self, signals[CHOSEN], 0, person);
}

static void
activate_cb (GtkListView *view, guint position, GeoPersonChooser *self) {
  choose (self, position);
}

static void
search_activate_cb (GtkSearchEntry *entry, GeoPersonChooser *self) {
  if (gtk_list_view_get_model (self->list_view) != NULL)
    choose (self, 0);
}

static void
row_setup_cb (GtkSignalListItemFactory *factory,
              GtkListItem *item,
              gpointer user_data) {
  gtk_list_item_set_child (item, GTK_WIDGET (geo_person_row_new ()));
}

static void
row_bind_cb (GtkSignalListItemFactory *factory,
             GtkListItem *item,
             gpointer user_data) {
  GeoPerson *person = gtk_list_item_get_item (item);

  geo_person_row_set_person (GEO_PERSON_ROW (gtk_list_item_get_child (item)),
                             person);
  gtk_list_item_set_accessible_label (item, geo_person_get_name (person));
}

static void
row_unbind_cb (GtkSignalListItemFactory *factory,
               GtkListItem *item,
               gpointer user_data) {
  geo_person_row_set_person (GEO_PERSON_ROW (gtk_list_item_get_child (item)),
                             NULL);
}

static void
show_header (GtkListHeader *header, GeoPersonChooser *self) {
  GtkWidget *label = gtk_list_header_get_child (header);
  guint start = gtk_list_header_get_start (header);
  g_autofree gchar *title = NULL;

  if (self->node == NULL || start == GTK_INVALID_LIST_POSITION)
    return;
  if (start < count (self->recent))
    title = g_strdup (_ ("Recent"));
  else if (start < count (self->recent) + count (self->own))
    title = g_strdup (_ ("People You Know"));
  else
    /* Translators: %s is the name of a community. */
    title = g_strdup_printf (_ ("Others in %s"),
                             geo_node_get_community_name (self->node));
  gtk_label_set_label (GTK_LABEL (label), title);
}

/* One section needs no title, and an empty one would take its place. */
static void
show_headers (GeoPersonChooser *self) {
  gboolean is_alone = count (self->recent) + count (self->found) == 0;

  gtk_list_view_set_header_factory (self->list_view,
                                    is_alone ? NULL : self->header_factory);
  for (guint i = 0; i < self->headers->len; i++)
    show_header (self->headers->pdata[i], self);
}

static void
header_setup_cb (GtkSignalListItemFactory *factory,
                 GtkListHeader *header,
                 GeoPersonChooser *self) {
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_widget_set_margin_start (label, 12);
  gtk_widget_add_css_class (label, "heading");
  gtk_list_header_set_child (header, label);
  g_ptr_array_add (self->headers, header);
}

static void
header_bind_cb (GtkSignalListItemFactory *factory,
                GtkListHeader *header,
                GeoPersonChooser *self) {
  show_header (header, self);
}

static void
header_teardown_cb (GtkSignalListItemFactory *factory,
                    GtkListHeader *header,
                    GeoPersonChooser *self) {
  g_ptr_array_remove (self->headers, header);
}

static void
make_factories (GeoPersonChooser *self) {
  g_autoptr (GtkListItemFactory) rows = gtk_signal_list_item_factory_new ();
  GtkListItemFactory *headers = gtk_signal_list_item_factory_new ();

  g_signal_connect (rows, "setup", G_CALLBACK (row_setup_cb), NULL);
  g_signal_connect (rows, "bind", G_CALLBACK (row_bind_cb), NULL);
  g_signal_connect (rows, "unbind", G_CALLBACK (row_unbind_cb), NULL);
  gtk_list_view_set_factory (self->list_view, rows);
  g_signal_connect (headers, "setup", G_CALLBACK (header_setup_cb), self);
  g_signal_connect (headers, "bind", G_CALLBACK (header_bind_cb), self);
  g_signal_connect (headers, "teardown", G_CALLBACK (header_teardown_cb), self);
  self->header_factory = headers;
}

static void
make_model (GeoPersonChooser *self) {
  GListStore *sections = g_list_store_new (G_TYPE_LIST_MODEL);
  g_autoptr (GtkNoSelection) selection = NULL;

  g_list_store_append (sections, self->recent);
  g_list_store_append (sections, self->own);
  g_list_store_append (sections, self->found);
  selection = gtk_no_selection_new (
      G_LIST_MODEL (gtk_flatten_list_model_new (G_LIST_MODEL (sections))));
  gtk_list_view_set_model (self->list_view, GTK_SELECTION_MODEL (selection));
}

/* --- Life --------------------------------------------------------------- */

static gboolean
geo_person_chooser_grab_focus (GtkWidget *widget) {
  return gtk_widget_grab_focus (
      GTK_WIDGET (GEO_PERSON_CHOOSER (widget)->search_entry));
}

static void
geo_person_chooser_map (GtkWidget *widget) {
  GeoPersonChooser *self = GEO_PERSON_CHOOSER (widget);

  if (self->is_interrupted)
    search_changed_cb (self);
  else if (self->node != NULL)
    fill_recent (self);
  GTK_WIDGET_CLASS (geo_person_chooser_parent_class)->map (widget);
}

/* A search on its way keeps the chooser; nobody waits for it any more, unless a
 * dialog only becomes a sheet. */
static void
geo_person_chooser_unroot (GtkWidget *widget) {
  GeoPersonChooser *self = GEO_PERSON_CHOOSER (widget);

  self->is_interrupted |= self->is_searching;
  stop_search (self);
  GTK_WIDGET_CLASS (geo_person_chooser_parent_class)->unroot (widget);
}

static void
geo_person_chooser_get_property (GObject *object,
                                 guint prop_id,
                                 GValue *value,
                                 GParamSpec *pspec) {
  switch (prop_id) {
  case PROP_SHOW_RECENT:
    g_value_set_boolean (value, GEO_PERSON_CHOOSER (object)->show_recent);
    break;
  default: /* Not an enum: a number that GObject checked. */
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    break;
  }
}

static void
geo_person_chooser_set_property (GObject *object,
                                 guint prop_id,
                                 const GValue *value,
                                 GParamSpec *pspec) {
  switch (prop_id) {
  case PROP_SHOW_RECENT:
    GEO_PERSON_CHOOSER (object)->show_recent = g_value_get_boolean (value);
    break;
  default: /* Not an enum: a number that GObject checked. */
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    break;
  }
}

static void
geo_person_chooser_dispose (GObject *object) {
  GeoPersonChooser *self = GEO_PERSON_CHOOSER (object);

  stop_search (self);
  if (self->node != NULL)
    g_signal_handlers_disconnect_by_data (geo_node_get_people (self->node),
                                          self);
  if (self->filter != NULL)
    gtk_custom_filter_set_filter_func (self->filter, NULL, NULL, NULL);
  g_clear_object (&self->camera);
  g_clear_object (&self->header_factory);
  g_clear_object (&self->own);
  g_clear_object (&self->filter);
  g_clear_object (&self->recent);
  g_clear_object (&self->found);
  g_clear_object (&self->node);
  G_OBJECT_CLASS (geo_person_chooser_parent_class)->dispose (object);
}

static void
geo_person_chooser_finalize (GObject *object) {
  GeoPersonChooser *self = GEO_PERSON_CHOOSER (object);

  g_ptr_array_unref (self->headers);
  geo_link_free (self->link);
  g_free (self->needle);
  g_free (self->problem);
  G_OBJECT_CLASS (geo_person_chooser_parent_class)->finalize (object);
}

static void
geo_person_chooser_class_init (GeoPersonChooserClass *klass) {
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = geo_person_chooser_dispose;
  object_class->finalize = geo_person_chooser_finalize;
  object_class->get_property = geo_person_chooser_get_property;
  object_class->set_property = geo_person_chooser_set_property;
  widget_class->grab_focus = geo_person_chooser_grab_focus;
  widget_class->map = geo_person_chooser_map;
  widget_class->unroot = geo_person_chooser_unroot;

  gtk_widget_class_install_action (widget_class, "chooser.scan", NULL, scan_cb);
  gtk_widget_class_install_action (widget_class, "chooser.read-file", NULL,
                                   read_file_cb);
  gtk_widget_class_install_action (widget_class, "chooser.read-clipboard", NULL,
                                   read_clipboard_cb);

  props[PROP_SHOW_RECENT] =
      g_param_spec_boolean ("show-recent", NULL, NULL, FALSE,
                            G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  signals[CHOSEN] = g_signal_new ("chosen", GEO_TYPE_PERSON_CHOOSER,
                                  G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, GEO_TYPE_PERSON);

  gtk_widget_class_set_template_from_resource (
      widget_class, "/net/geocredit/Wallet/ui/geo-person-chooser.ui");
  gtk_widget_class_bind_template_child (widget_class, GeoPersonChooser,
                                        search_entry);
  gtk_widget_class_bind_template_child (widget_class, GeoPersonChooser, stack);
  gtk_widget_class_bind_template_child (widget_class, GeoPersonChooser,
                                        invite_button);
  gtk_widget_class_bind_template_child (widget_class, GeoPersonChooser,
                                        invite_first_button);
  gtk_widget_class_bind_template_child (widget_class, GeoPersonChooser,
                                        list_view);
  gtk_widget_class_bind_template_child (widget_class, GeoPersonChooser,
                                        nothing_page);
}

static void
geo_person_chooser_init (GeoPersonChooser *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
  self->camera = geo_camera_get ();
  g_signal_connect_object (self->camera, "notify::present",
                           G_CALLBACK (camera_cb), self, G_CONNECT_SWAPPED);
  camera_cb (self);
  self->needle = g_strdup ("");
  self->recent = g_list_store_new (GEO_TYPE_PERSON);
  self->found = g_list_store_new (GEO_TYPE_PERSON);
  self->headers = g_ptr_array_new ();
  self->filter = gtk_custom_filter_new (matches, self, NULL);
  self->own = gtk_filter_list_model_new (
      NULL, g_object_ref (GTK_FILTER (self->filter)));
  make_factories (self);
  g_signal_connect_swapped (self->search_entry, "changed",
                            G_CALLBACK (search_changed_cb), self);
  g_signal_connect (self->search_entry, "activate",
                    G_CALLBACK (search_activate_cb), self);
  g_signal_connect (self->list_view, "activate", G_CALLBACK (activate_cb),
                    self);
}

GeoPersonChooser *
geo_person_chooser_new (void) {
  return g_object_new (GEO_TYPE_PERSON_CHOOSER, NULL);
}

void
geo_person_chooser_set_node (GeoPersonChooser *self, GeoNode *node) {
  GListModel *people = geo_node_get_people (node);

  g_return_if_fail (GEO_IS_PERSON_CHOOSER (self));

  if (self->node != NULL)
    g_signal_handlers_disconnect_by_data (geo_node_get_people (self->node),
                                          self);
  g_set_object (&self->node, node);
  gtk_filter_list_model_set_model (self->own, people);
  if (gtk_list_view_get_model (self->list_view) == NULL)
    make_model (self);
  fill_recent (self);
  /* After the filter has seen it, which listens since before. */
  g_signal_connect_object (people, "items-changed",
                           G_CALLBACK (people_changed_cb), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  update (self);
}

void
geo_person_chooser_set_inviting (GeoPersonChooser *self, gboolean inviting) {
  g_return_if_fail (GEO_IS_PERSON_CHOOSER (self));

  gtk_widget_set_visible (self->invite_button, inviting);
  gtk_widget_set_visible (self->invite_first_button, inviting);
}

void
geo_person_chooser_set_text (GeoPersonChooser *self, const gchar *text) {
  g_return_if_fail (GEO_IS_PERSON_CHOOSER (self));

  gtk_editable_set_text (GTK_EDITABLE (self->search_entry), text);
}

void
geo_person_chooser_look_up (GeoPersonChooser *self, const gchar *text) {
  g_return_if_fail (GEO_IS_PERSON_CHOOSER (self));
  g_return_if_fail (self->node != NULL);

  /* Replacing a text empties it first, and nobody is looked up by that. */
  geo_person_chooser_set_text (self, "");
  self->is_looking_up = TRUE;
  geo_person_chooser_set_text (self, text);
}

const GeoLink *
geo_person_chooser_get_link (GeoPersonChooser *self) {
  g_return_val_if_fail (GEO_IS_PERSON_CHOOSER (self), NULL);

  return self->link;
}
