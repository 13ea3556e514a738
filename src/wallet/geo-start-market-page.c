/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoStartMarketPage: asks what a market on this computer needs, says what it
 * means, starts it and joins it.  It runs nothing itself.
 */
#include "config.h"

#include "wallet/geo-start-market-page.h"

#include <glib/gi18n.h>

#include "wallet/geo-ask-stranger.h"
#include "wallet/geo-choose-file.h"

struct _GeoStartMarketPage {
  AdwNavigationPage parent_instance;

  gboolean is_busy;

  /* owned */
  GeoProfile *profile;
  GeoOwnHub *hub;
  GCancellable *cancellable;

  /* template children */
  GtkWidget *form;
  AdwEntryRow *name_row;
  AdwComboRow *unit_row;
  AdwEntryRow *code_row;
  AdwSpinRow *decimals_row;
  GtkWidget *copy_row;
  GtkLabel *error_label;
  GtkButton *start_button;
  GtkWidget *spinner;
};

enum {
  JOINED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (GeoStartMarketPage,
                     geo_start_market_page,
                     ADW_TYPE_NAVIGATION_PAGE)

/* As in the list of the template, with what is usual for each. */
static const struct {
  GeoOwnHubUnit unit;
  const gchar *code;
  guint decimals;
} units[] = {
  { GEO_OWN_HUB_MONEY, "UAH", 2 },
  { GEO_OWN_HUB_TIME, "HOUR", 2 },
  { GEO_OWN_HUB_GOODS, "KG", 3 },
  { GEO_OWN_HUB_OTHER, "POINT", 0 },
};

static gchar *
get_text (AdwEntryRow *row) {
  return g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (row))));
}

/* Whoever types "uah" means UAH. */
static gchar *
get_code (GeoStartMarketPage *self) {
  g_autofree gchar *text = get_text (self->code_row);

  return g_ascii_strup (text, -1);
}

static void
update (GeoStartMarketPage *self) {
  g_autofree gchar *name = get_text (self->name_row);
  g_autofree gchar *code = get_code (self);
  gboolean is_code = geo_own_hub_is_code (code);
  gboolean is_new = geo_own_hub_get_state (self->hub) == GEO_OWN_HUB_NONE;

  if (is_code || *code == '\0')
    gtk_widget_remove_css_class (GTK_WIDGET (self->code_row), "error");
  else
    gtk_widget_add_css_class (GTK_WIDGET (self->code_row), "error");
  /* Once it is made only joining it is left. */
  gtk_widget_set_visible (self->form, is_new);
  gtk_widget_set_sensitive (self->form, !self->is_busy);
  gtk_widget_set_sensitive (GTK_WIDGET (self->start_button),
                            !is_new || (is_code && *name != '\0'));
  gtk_widget_set_visible (GTK_WIDGET (self->start_button), !self->is_busy);
  gtk_widget_set_visible (self->spinner, self->is_busy);
}

static void
show_error (GeoStartMarketPage *self, const gchar *message) {
  gtk_label_set_label (self->error_label, message != NULL ? message : "");
  gtk_widget_set_visible (GTK_WIDGET (self->error_label), message != NULL);
}

static void
set_busy (GeoStartMarketPage *self, gboolean busy) {
  self->is_busy = busy;
  update (self);
}

static void
changed_cb (GeoStartMarketPage *self) {
  if (self->is_busy)
    return;
  show_error (self, NULL);
  update (self);
}

static void
unit_cb (GeoStartMarketPage *self) {
  guint selected = adw_combo_row_get_selected (self->unit_row);

  if (selected >= G_N_ELEMENTS (units))
    return;
  gtk_editable_set_text (GTK_EDITABLE (self->code_row), units[selected].code);
  adw_spin_row_set_value (self->decimals_row, units[selected].decimals);
}

/* --- Starting ------------------------------------------------------------ */

static void joined_cb (GObject *source, GAsyncResult *result, gpointer data);

/* Who nobody has heard the name of yet is somebody there already, or asked. */
static void
join (GeoStartMarketPage *self, const gchar *name) {
  g_autofree gchar *link = geo_own_hub_get_own_link (self->hub);

  if (link == NULL) {
    show_error (self, _ ("The settings of this market cannot be read."));
    set_busy (self, FALSE);
  } else if (*name == '\0') {
    geo_node_join_async (self->profile, link, self->cancellable, joined_cb,
                         g_object_ref (self));
  } else {
    /* Nobody is there yet, whatever words this wallet was restored with. */
    geo_node_join_as_new_async (self->profile, link, name, self->cancellable,
                                joined_cb, g_object_ref (self));
  }
}

static void
stranger_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  GeoStartMarketPage *self = GEO_START_MARKET_PAGE (source);
  g_autofree gchar *name = geo_ask_stranger_finish (GTK_WIDGET (self), result);

  if (self->profile == NULL)
    return;
  if (name != NULL)
    join (self, name);
  else
    set_busy (self, FALSE);
}

static void
joined_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GeoStartMarketPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoNode) node = geo_node_join_finish (result, &error);
  g_autoptr (GtkWidget) window = NULL;
  GtkRoot *root;

  if (self->profile == NULL)
    return;
  if (g_error_matches (error, GEO_NODE_ERROR, GEO_NODE_ERROR_STRANGER)) {
    geo_ask_stranger_async (GTK_WIDGET (self), self->profile, error->message,
                            stranger_cb, NULL);
    return;
  }
  set_busy (self, FALSE);
  if (node == NULL) {
    show_error (self, error->message);
    return;
  }
  root = gtk_widget_get_root (GTK_WIDGET (self));
  if (root != NULL)
    window = g_object_ref (GTK_WIDGET (root));
  g_signal_emit (self, signals[JOINED], 0, node);
  /* Whom to ask in is the next thing to think of. */
  if (window != NULL)
    gtk_widget_activate_action (window, "win.own-market", NULL);
}

/* Each state that ends the waiting for it. */
static void
state_cb (GeoStartMarketPage *self) {
  if (!self->is_busy || self->cancellable != NULL)
    return;
  switch (geo_own_hub_get_state (self->hub)) {
  case GEO_OWN_HUB_RUNNING:
    self->cancellable = g_cancellable_new ();
    join (self, geo_profile_get_name (self->profile));
    break;
  case GEO_OWN_HUB_FAILED:
    show_error (self, geo_own_hub_get_detail (self->hub));
    set_busy (self, FALSE);
    break;
  case GEO_OWN_HUB_WAITING:
    /* It goes on by itself. */
    show_error (self, geo_own_hub_get_detail (self->hub));
    break;
  case GEO_OWN_HUB_NONE:
  case GEO_OWN_HUB_OFF:
  case GEO_OWN_HUB_STARTING:
  case GEO_OWN_HUB_STOPPING:
    show_error (self, NULL);
    break;
  }
}

static void
start_cb (GeoStartMarketPage *self) {
  g_autofree gchar *name = get_text (self->name_row);
  g_autofree gchar *code = get_code (self);
  guint selected = adw_combo_row_get_selected (self->unit_row);
  g_autoptr (GError) error = NULL;

  if (self->is_busy || !gtk_widget_get_sensitive (GTK_WIDGET (self->start_button)))
    return;
  show_error (self, NULL);
  g_clear_object (&self->cancellable);
  if (geo_own_hub_get_state (self->hub) != GEO_OWN_HUB_NONE)
    geo_own_hub_set_wanted (self->hub, TRUE);
  else if (!geo_own_hub_make (
               self->hub, name, code, units[selected].unit,
               (guint) adw_spin_row_get_value (self->decimals_row), &error)) {
    show_error (self, error->message);
    return;
  }
  set_busy (self, TRUE);
  state_cb (self);
}

/* --- From a copy --------------------------------------------------------- */

static void
brought_back_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GeoStartMarketPage) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean done = geo_own_hub_bring_back_finish (GEO_OWN_HUB (source), result,
                                                 &error);

  if (self->profile == NULL)
    return;
  g_clear_object (&self->cancellable);
  if (!done) {
    set_busy (self, FALSE);
    show_error (self, error->message);
    return;
  }
  update (self);
  state_cb (self);
}

void
geo_start_market_page_bring_back (GeoStartMarketPage *self, GFile *folder) {
  g_autofree gchar *path = NULL;

  g_return_if_fail (GEO_IS_START_MARKET_PAGE (self));

  path = g_file_get_path (folder);
  if (path == NULL || self->is_busy)
    return;
  show_error (self, NULL);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  set_busy (self, TRUE);
  geo_own_hub_bring_back_async (self->hub, path, self->cancellable,
                                brought_back_cb, g_object_ref (self));
}

static void
chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GeoStartMarketPage) self = user_data;
  g_autoptr (GFile) folder = gtk_file_dialog_select_folder_finish (
      GTK_FILE_DIALOG (source), result, NULL);

  if (folder != NULL && self->profile != NULL)
    geo_start_market_page_bring_back (self, folder);
}

static void
copy_cb (GeoStartMarketPage *self) {
  g_autoptr (GtkFileDialog) chooser =
      geo_choose_file_new (_ ("Choose the Folder of a Copy"));

  gtk_file_dialog_select_folder (
      chooser, GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), NULL,
      chosen_cb, g_object_ref (self));
}

/* --- Life ---------------------------------------------------------------- */

static void
geo_start_market_page_dispose (GObject *object) {
  GeoStartMarketPage *self = GEO_START_MARKET_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->hub);
  g_clear_object (&self->profile);
  G_OBJECT_CLASS (geo_start_market_page_parent_class)->dispose (object);
}

static void
geo_start_market_page_class_init (GeoStartMarketPageClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = geo_start_market_page_dispose;
  signals[JOINED] = g_signal_new ("joined", GEO_TYPE_START_MARKET_PAGE,
                                  G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, GEO_TYPE_NODE);

  gtk_widget_class_set_template_from_resource (
      widget_class, "/net/geocredit/Wallet/ui/geo-start-market-page.ui");
  gtk_widget_class_bind_template_child (widget_class, GeoStartMarketPage, form);
  gtk_widget_class_bind_template_child (widget_class, GeoStartMarketPage,
                                        name_row);
  gtk_widget_class_bind_template_child (widget_class, GeoStartMarketPage,
                                        unit_row);
  gtk_widget_class_bind_template_child (widget_class, GeoStartMarketPage,
                                        code_row);
  gtk_widget_class_bind_template_child (widget_class, GeoStartMarketPage,
                                        decimals_row);
  gtk_widget_class_bind_template_child (widget_class, GeoStartMarketPage,
                                        copy_row);
  gtk_widget_class_bind_template_child (widget_class, GeoStartMarketPage,
                                        error_label);
  gtk_widget_class_bind_template_child (widget_class, GeoStartMarketPage,
                                        start_button);
  gtk_widget_class_bind_template_child (widget_class, GeoStartMarketPage,
                                        spinner);
}

static void
geo_start_market_page_init (GeoStartMarketPage *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_swapped (self->unit_row, "notify::selected",
                            G_CALLBACK (unit_cb), self);
  g_signal_connect_swapped (self->name_row, "changed", G_CALLBACK (changed_cb),
                            self);
  g_signal_connect_swapped (self->name_row, "entry-activated",
                            G_CALLBACK (start_cb), self);
  g_signal_connect_swapped (self->code_row, "changed", G_CALLBACK (changed_cb),
                            self);
  g_signal_connect_swapped (self->code_row, "entry-activated",
                            G_CALLBACK (start_cb), self);
  g_signal_connect_swapped (self->start_button, "clicked",
                            G_CALLBACK (start_cb), self);
  g_signal_connect_swapped (self->copy_row, "activated", G_CALLBACK (copy_cb),
                            self);
}

GeoStartMarketPage *
geo_start_market_page_new (GeoProfile *profile, GeoOwnHub *hub) {
  GeoStartMarketPage *self = g_object_new (GEO_TYPE_START_MARKET_PAGE, NULL);

  self->profile = g_object_ref (profile);
  self->hub = g_object_ref (hub);
  g_signal_connect_object (hub, "notify::state", G_CALLBACK (state_cb), self,
                           G_CONNECT_SWAPPED);
  unit_cb (self);
  update (self);
  return self;
}
