/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoOwnMarketDialog: how the market on this computer is, who is asked in and
 * how, and copies of it.  It runs nothing itself.
 */
#include "config.h"

#include "wallet/geo-own-market-dialog.h"

#include <glib/gi18n.h>

#include "core/geo-link.h"
#include "wallet/geo-choose-file.h"
#include "wallet/geo-code-box.h"
#include "wallet/geo-form.h"

struct _GeoOwnMarketDialog {
  GeoDialog parent_instance;

  gboolean is_saving;

  /* owned */
  GeoOwnHub *hub;
  GPtrArray *links; /* Invitations, in the order of address_row. */

  /* template children */
  AdwActionRow *state_row;
  AdwSwitchRow *wanted_row;
  AdwButtonRow *again_row;
  GtkWidget *invite_group;
  GtkWidget *alone_group;
  GeoCodeBox *code_box;
  AdwComboRow *address_row;
  AdwButtonRow *save_row;
  GtkWidget *spinner;
  GtkLabel *error_label;
};

G_DEFINE_FINAL_TYPE (GeoOwnMarketDialog, geo_own_market_dialog, GEO_TYPE_DIALOG)

const gchar *
geo_own_market_say_state (GeoOwnHub *hub) {
  switch (geo_own_hub_get_state (hub)) {
  case GEO_OWN_HUB_NONE:
    return _ ("There is none");
  case GEO_OWN_HUB_OFF:
    return _ ("It is off: nobody can pay there");
  case GEO_OWN_HUB_STARTING:
    return _ ("It is starting");
  case GEO_OWN_HUB_RUNNING:
    return _ ("It is open");
  case GEO_OWN_HUB_STOPPING:
    return _ ("It is closing");
  case GEO_OWN_HUB_WAITING:
  case GEO_OWN_HUB_FAILED:
    return geo_own_hub_get_detail (hub);
  }
  g_assert_not_reached ();
}

/* --- Inviting ------------------------------------------------------------- */

static const gchar *
get_link (GeoOwnMarketDialog *self) {
  guint selected = adw_combo_row_get_selected (self->address_row);

  return self->links != NULL && selected < self->links->len
             ? self->links->pdata[selected]
             : NULL;
}

static void
show_link (GeoOwnMarketDialog *self) {
  geo_code_box_set_link (self->code_box, get_link (self), "geo-market");
}

/* A network may have come, or gone. */
static void
show_links (GeoOwnMarketDialog *self) {
  g_autoptr (GtkStringList) addresses = gtk_string_list_new (NULL);
  gboolean is_open = geo_own_hub_get_state (self->hub) == GEO_OWN_HUB_RUNNING;

  g_clear_pointer (&self->links, g_ptr_array_unref);
  self->links = geo_own_hub_list_links (self->hub);
  for (guint i = 0; i < self->links->len; i++) {
    g_autoptr (GeoLink) link = geo_link_parse (self->links->pdata[i], NULL);

    gtk_string_list_append (addresses, link != NULL ? link->hub : "");
  }
  adw_combo_row_set_model (self->address_row, G_LIST_MODEL (addresses));
  gtk_widget_set_visible (self->invite_group, is_open && self->links->len > 0);
  gtk_widget_set_visible (self->alone_group, is_open && self->links->len == 0);
  show_link (self);
}

/* --- How it is ------------------------------------------------------------ */

static void
wanted_cb (GeoOwnMarketDialog *self) {
  gboolean wanted = adw_switch_row_get_active (self->wanted_row);

  if (wanted != geo_own_hub_get_wanted (self->hub))
    geo_own_hub_set_wanted (self->hub, wanted);
}

static void
again_cb (GeoOwnMarketDialog *self) {
  geo_own_hub_set_wanted (self->hub, TRUE);
}

static void
show_state (GeoOwnMarketDialog *self) {
  GeoOwnHubState state = geo_own_hub_get_state (self->hub);

  adw_action_row_set_subtitle (self->state_row,
                               geo_own_market_say_state (self->hub));
  adw_switch_row_set_active (self->wanted_row,
                             geo_own_hub_get_wanted (self->hub));
  gtk_widget_set_visible (
      GTK_WIDGET (self->again_row),
      state == GEO_OWN_HUB_WAITING || state == GEO_OWN_HUB_FAILED);
  show_links (self);
}

/* --- Copies --------------------------------------------------------------- */

static void
set_saving (GeoOwnMarketDialog *self, gboolean is_saving) {
  self->is_saving = is_saving;
  gtk_widget_set_sensitive (GTK_WIDGET (self->save_row), !is_saving);
  gtk_widget_set_visible (self->spinner, is_saving);
}

static void
saved_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GeoOwnMarketDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean saved = geo_own_hub_copy_finish (GEO_OWN_HUB (source), result,
                                            &error);

  set_saving (self, FALSE);
  if (saved || geo_dialog_is_closed (GEO_DIALOG (self)))
    geo_dialog_say (
        ADW_DIALOG (self),
        saved ? _ ("The copy of the market is saved") : error->message);
  else
    geo_form_show_error (self->error_label, error->message);
}

void
geo_own_market_dialog_save (GeoOwnMarketDialog *self, GFile *folder) {
  g_autofree gchar *path = NULL;

  g_return_if_fail (GEO_IS_OWN_MARKET_DIALOG (self));

  if (self->is_saving)
    return;
  path = g_file_get_path (folder);
  if (path == NULL) {
    geo_form_show_error (self->error_label,
                         _ ("A copy can be saved in a folder of this computer "
                            "only, or on a disk that is connected to it."));
    return;
  }
  geo_form_show_error (self->error_label, NULL);
  set_saving (self, TRUE);
  geo_own_hub_copy_async (self->hub, path, NULL, saved_cb, g_object_ref (self));
}

static void
chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GeoOwnMarketDialog) self = user_data;
  g_autoptr (GFile) parent = gtk_file_dialog_select_folder_finish (
      GTK_FILE_DIALOG (source), result, NULL);
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autoptr (GFile) folder = NULL;
  g_autofree gchar *moment = NULL;
  g_autofree gchar *name = NULL;

  if (parent == NULL || self->hub == NULL)
    return;
  moment = g_date_time_format (now, "%Y-%m-%d-%H%M%S");
  /* Translators: the name of a folder; %s is a day and a time. */
  name = g_strdup_printf (_ ("geo-market-%s"), moment);
  folder = g_file_get_child (parent, name);
  geo_own_market_dialog_save (self, folder);
}

static void
save_cb (GeoOwnMarketDialog *self) {
  g_autoptr (GtkFileDialog) chooser =
      geo_choose_file_new (_ ("Where to Save the Copy"));

  gtk_file_dialog_select_folder (
      chooser, GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), NULL,
      chosen_cb, g_object_ref (self));
}

/* --- Life ----------------------------------------------------------------- */

static void
geo_own_market_dialog_dispose (GObject *object) {
  GeoOwnMarketDialog *self = GEO_OWN_MARKET_DIALOG (object);

  g_clear_object (&self->hub);
  g_clear_pointer (&self->links, g_ptr_array_unref);
  G_OBJECT_CLASS (geo_own_market_dialog_parent_class)->dispose (object);
}

static void
geo_own_market_dialog_class_init (GeoOwnMarketDialogClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = geo_own_market_dialog_dispose;
  g_type_ensure (GEO_TYPE_CODE_BOX);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/net/geocredit/Wallet/ui/geo-own-market-dialog.ui");
#define CHILD(name) \
  gtk_widget_class_bind_template_child (widget_class, GeoOwnMarketDialog, name)
  CHILD (state_row);
  CHILD (wanted_row);
  CHILD (again_row);
  CHILD (invite_group);
  CHILD (alone_group);
  CHILD (code_box);
  CHILD (address_row);
  CHILD (save_row);
  CHILD (spinner);
  CHILD (error_label);
#undef CHILD
}

static void
geo_own_market_dialog_init (GeoOwnMarketDialog *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_swapped (self->address_row, "notify::selected",
                            G_CALLBACK (show_link), self);
  g_signal_connect_swapped (self->again_row, "activated", G_CALLBACK (again_cb),
                            self);
  g_signal_connect_swapped (self->save_row, "activated", G_CALLBACK (save_cb),
                            self);
}

GeoOwnMarketDialog *
geo_own_market_dialog_new (GeoOwnHub *hub) {
  GeoOwnMarketDialog *self = g_object_new (GEO_TYPE_OWN_MARKET_DIALOG, NULL);

  self->hub = g_object_ref (hub);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->state_row),
                                 geo_own_hub_get_name (hub));
  show_state (self);
  g_signal_connect_object (hub, "notify::state", G_CALLBACK (show_state), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (hub, "notify::detail", G_CALLBACK (show_state), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (g_network_monitor_get_default (), "network-changed",
                           G_CALLBACK (show_links), self, G_CONNECT_SWAPPED);
  g_signal_connect_swapped (self->wanted_row, "notify::active",
                            G_CALLBACK (wanted_cb), self);
  return self;
}
