/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoPreferencesDialog: the lock, what is asked about before paying, and what
 * the desktop is told.  It keeps nothing itself: the settings and the lock do.
 */
#include "config.h"

#include "wallet/geo-preferences-dialog.h"

#include <glib/gi18n.h>

#include "node/geo-phrases.h"
#include "wallet/geo-amount-entry.h"
#include "wallet/geo-pin-dialog.h"
#include "wallet/geo-settings.h"

struct _GeoPreferencesDialog {
  GeoDialog parent_instance;

  /* owned */
  GeoNode *node;
  GeoLock *lock;
  GSettings *settings; /* May be NULL. */

  /* template children */
  AdwPreferencesRow *set_row;
  GtkWidget *remove_row;
  AdwComboRow *lock_row;
  AdwActionRow *backup_row;
  AdwActionRow *key_row;
  AdwPreferencesGroup *ask_group;
  AdwSwitchRow *background_row;
  AdwSwitchRow *notify_payments_row;
  AdwSwitchRow *notify_requests_row;
  AdwSwitchRow *notify_clearing_row;
  AdwSwitchRow *notify_doubt_row;
  AdwSwitchRow *notify_hub_row;
  AdwSwitchRow *notify_keys_row;
};

G_DEFINE_FINAL_TYPE (GeoPreferencesDialog,
                     geo_preferences_dialog,
                     GEO_TYPE_DIALOG)

/* As in the list of the template. */
static const guint lock_minutes[] = { 1, 5, 15, 30, 0 };

/* --- Lock --------------------------------------------------------------- */

static void
show_pin (GeoPreferencesDialog *self) {
  gboolean has_pin = geo_lock_has_pin (self->lock);

  adw_preferences_row_set_title (self->set_row, has_pin ? _ ("_Change PIN…")
                                                        : _ ("_Set PIN…"));
  gtk_widget_set_visible (self->remove_row, has_pin);
  gtk_widget_set_sensitive (GTK_WIDGET (self->lock_row), has_pin);
}

static void
set_cb (GeoPreferencesDialog *self) {
  adw_dialog_present (ADW_DIALOG (geo_pin_dialog_new (self->lock, FALSE)),
                      GTK_WIDGET (self));
}

static void
remove_cb (GeoPreferencesDialog *self) {
  adw_dialog_present (ADW_DIALOG (geo_pin_dialog_new (self->lock, TRUE)),
                      GTK_WIDGET (self));
}

static void
lock_after_cb (GeoPreferencesDialog *self) {
  guint selected = adw_combo_row_get_selected (self->lock_row);

  if (self->settings != NULL && selected < G_N_ELEMENTS (lock_minutes))
    g_settings_set_uint (self->settings, "lock-after", lock_minutes[selected]);
}

static void
show_lock_after (GeoPreferencesDialog *self) {
  guint minutes = geo_settings_get_lock_minutes (self->settings);
  guint selected = G_N_ELEMENTS (lock_minutes) - 1;

  /* Another number that somebody wrote by hand shows as the next longer one. */
  for (guint i = 0; minutes > 0 && i + 1 < G_N_ELEMENTS (lock_minutes); i++) {
    if (minutes <= lock_minutes[i]) {
      selected = i;
      break;
    }
  }
  adw_combo_row_set_selected (self->lock_row, selected);
}

/* --- Backup --------------------------------------------------------------- */

static void
show_backup (GeoPreferencesDialog *self) {
  gint64 last =
      geo_profile_get_backup_time (geo_node_get_profile (self->node));
  g_autofree gchar *date = last > 0 ? geo_phrase_date_time (last) : NULL;
  g_autofree gchar *text =
      date != NULL
          /* Translators: %s is a date and a time. */
          ? g_strdup_printf (_ ("The last one is of %s"), date)
          : g_strdup (_ ("There is none yet"));

  adw_action_row_set_subtitle (self->backup_row, text);
}

/* --- Asking again ------------------------------------------------------- */

static void
ask_cb (AdwEntryRow *row, GeoPreferencesDialog *self) {
  const gchar *equivalent = g_object_get_data (G_OBJECT (row), "equivalent");
  const gchar *text = gtk_editable_get_text (GTK_EDITABLE (row));
  guint precision;
  GeoAmount amount;

  if (!geo_node_get_precision (self->node, equivalent, &precision))
    return;
  gtk_widget_remove_css_class (GTK_WIDGET (row), "error");
  if (*text == '\0')
    geo_settings_set_ask_above (self->settings, equivalent, precision, NULL);
  else if (geo_amount_parse_typed (text, precision, &amount, NULL))
    geo_settings_set_ask_above (self->settings, equivalent, precision, &amount);
  else
    gtk_widget_add_css_class (GTK_WIDGET (row), "error");
}

static void
add_ask_row (GeoPreferencesDialog *self,
             const gchar *equivalent,
             guint precision) {
  GtkWidget *row = adw_entry_row_new ();
  /* Translators: %s is a currency or another unit, such as UAH. */
  g_autofree gchar *title = g_strdup_printf (_ ("Above, in %s"), equivalent);
  GeoAmount amount;

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_entry_row_set_show_apply_button (ADW_ENTRY_ROW (row), TRUE);
  adw_entry_row_set_input_purpose (ADW_ENTRY_ROW (row),
                                   GTK_INPUT_PURPOSE_NUMBER);
  g_object_set_data_full (G_OBJECT (row), "equivalent", g_strdup (equivalent),
                          g_free);
  if (geo_settings_get_ask_above (self->settings, equivalent, precision,
                                  &amount)) {
    g_autofree gchar *text = geo_amount_entry_write (amount, precision);

    gtk_editable_set_text (GTK_EDITABLE (row), text);
  }
  g_signal_connect_object (row, "apply", G_CALLBACK (ask_cb), self,
                           G_CONNECT_DEFAULT);
  adw_preferences_group_add (self->ask_group, row);
}

/* --- Life --------------------------------------------------------------- */

static void
geo_preferences_dialog_dispose (GObject *object) {
  GeoPreferencesDialog *self = GEO_PREFERENCES_DIALOG (object);

  g_clear_object (&self->settings);
  g_clear_object (&self->lock);
  g_clear_object (&self->node);
  G_OBJECT_CLASS (geo_preferences_dialog_parent_class)->dispose (object);
}

static void
geo_preferences_dialog_class_init (GeoPreferencesDialogClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = geo_preferences_dialog_dispose;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/net/geocredit/Wallet/ui/geo-preferences-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, GeoPreferencesDialog,
                                        set_row);
  gtk_widget_class_bind_template_child (widget_class, GeoPreferencesDialog,
                                        remove_row);
  gtk_widget_class_bind_template_child (widget_class, GeoPreferencesDialog,
                                        lock_row);
  gtk_widget_class_bind_template_child (widget_class, GeoPreferencesDialog,
                                        backup_row);
  gtk_widget_class_bind_template_child (widget_class, GeoPreferencesDialog,
                                        key_row);
  gtk_widget_class_bind_template_child (widget_class, GeoPreferencesDialog,
                                        ask_group);
  gtk_widget_class_bind_template_child (widget_class, GeoPreferencesDialog,
                                        background_row);
  gtk_widget_class_bind_template_child (widget_class, GeoPreferencesDialog,
                                        notify_payments_row);
  gtk_widget_class_bind_template_child (widget_class, GeoPreferencesDialog,
                                        notify_requests_row);
  gtk_widget_class_bind_template_child (widget_class, GeoPreferencesDialog,
                                        notify_clearing_row);
  gtk_widget_class_bind_template_child (widget_class, GeoPreferencesDialog,
                                        notify_doubt_row);
  gtk_widget_class_bind_template_child (widget_class, GeoPreferencesDialog,
                                        notify_hub_row);
  gtk_widget_class_bind_template_child (widget_class, GeoPreferencesDialog,
                                        notify_keys_row);
}

/* Where nothing is kept, nothing can be switched. */
static void
bind_switches (GeoPreferencesDialog *self) {
  const struct {
    const gchar *key;
    AdwSwitchRow *row;
  } switches[] = {
    { "run-in-background", self->background_row },
    { "notify-payments", self->notify_payments_row },
    { "notify-requests", self->notify_requests_row },
    { "notify-clearing", self->notify_clearing_row },
    { "notify-doubt", self->notify_doubt_row },
    { "notify-hub", self->notify_hub_row },
    { "notify-keys", self->notify_keys_row },
  };

  for (guint i = 0; i < G_N_ELEMENTS (switches); i++) {
    if (self->settings != NULL) {
      g_settings_bind (self->settings, switches[i].key, switches[i].row,
                       "active", G_SETTINGS_BIND_DEFAULT);
    } else {
      gtk_widget_set_sensitive (GTK_WIDGET (switches[i].row), FALSE);
    }
  }
}

static void
geo_preferences_dialog_init (GeoPreferencesDialog *self) {
  self->settings = geo_settings_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_swapped (self->set_row, "activated", G_CALLBACK (set_cb),
                            self);
  g_signal_connect_swapped (self->remove_row, "activated",
                            G_CALLBACK (remove_cb), self);
  bind_switches (self);
}

GeoPreferencesDialog *
geo_preferences_dialog_new (GeoNode *node, GeoLock *lock) {
  GeoPreferencesDialog *self = g_object_new (GEO_TYPE_PREFERENCES_DIALOG, NULL);

  self->node = g_object_ref (node);
  self->lock = g_object_ref (lock);
  g_signal_connect_object (lock, "notify::has-pin", G_CALLBACK (show_pin), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (geo_node_get_profile (node), "notify::backup-time",
                           G_CALLBACK (show_backup), self, G_CONNECT_SWAPPED);
  show_backup (self);
  show_pin (self);
  show_lock_after (self);
  g_signal_connect_swapped (self->lock_row, "notify::selected",
                            G_CALLBACK (lock_after_cb), self);
  for (guint i = 0; i < geo_node_get_n_equivalents (node); i++) {
    guint precision;
    const gchar *code = geo_node_get_equivalent (node, i, &precision, NULL);

    add_ask_row (self, code, precision);
  }
  return self;
}
