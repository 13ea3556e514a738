/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoTrustDialog: whom I trust, up to how much, and what that means.  The node
 * makes the line; it is there when the hub has confirmed it.
 */
#include "config.h"

#include "wallet/geo-trust-dialog.h"

#include <glib/gi18n.h>

#include "node/geo-phrases.h"
#include "wallet/geo-amount-entry.h"
#include "wallet/geo-fit-text.h"
#include "wallet/geo-key-warning.h"
#include "wallet/geo-person-chooser.h"

struct _GeoTrustDialog {
  GeoDialog parent_instance;

  gboolean is_busy;
  gboolean is_given; /* The window said whom. */
  gboolean is_ending; /* What is under way ends the line. */

  /* owned */
  GeoNode *node;
  GeoPerson *person;

  /* template children */
  AdwNavigationView *navigation;
  GeoPersonChooser *chooser;
  GeoKeyWarning *warning;
  AdwAvatar *avatar;
  GtkLabel *name_label;
  GeoAmountEntry *amount_entry;
  GtkLabel *meaning_label;
  AdwEntryRow *daily_row;
  AdwSwitchRow *live_row;
  AdwSwitchRow *ask_row;
  AdwSwitchRow *spare_row;
  GtkLabel *error_label;
  GtkButton *trust_button;
  GtkButton *stop_button;
  GtkWidget *spinner;
};

G_DEFINE_FINAL_TYPE (GeoTrustDialog, geo_trust_dialog, GEO_TYPE_DIALOG)

/* A new reference; NULL: nothing is between us in this equivalent. */
static GeoRelation *
find_relation (GeoTrustDialog *self) {
  GListModel *relations = geo_person_get_relations (self->person);
  const gchar *equivalent =
      geo_amount_entry_get_equivalent (self->amount_entry);

  for (guint i = 0; i < g_list_model_get_n_items (relations); i++) {
    g_autoptr (GeoRelation) relation = g_list_model_get_item (relations, i);

    if (g_str_equal (geo_relation_get_equivalent (relation), equivalent))
      return g_steal_pointer (&relation);
  }
  return NULL;
}

static gchar *
phrase (GeoTrustDialog *self, GeoAmount amount) {
  return geo_phrase_amount (
      amount, geo_amount_entry_get_precision (self->amount_entry),
      geo_amount_entry_get_equivalent (self->amount_entry));
}

/* --- The form ----------------------------------------------------------- */

/* More than now for somebody whose key is in doubt. */
static gboolean
is_too_early (GeoTrustDialog *self) {
  g_autoptr (GeoRelation) relation = NULL;
  GeoAmount amount, limit;

  if (!geo_person_get_key_changed (self->person) ||
      !geo_amount_entry_get_amount (self->amount_entry, &amount))
    return FALSE;
  relation = find_relation (self);
  return relation == NULL || !geo_relation_get_my_limit (relation, &limit) ||
         geo_amount_cmp (amount, limit) > 0;
}

/* FALSE: it is no amount.  Nothing is typed: there is no limit for a day. */
static gboolean
get_daily (GeoTrustDialog *self, gboolean *has_daily, GeoAmount *daily) {
  g_autofree gchar *text =
      g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->daily_row)));

  *has_daily = *g_strstrip (text) != '\0';
  return !*has_daily ||
         geo_amount_parse_typed (
             text, geo_amount_entry_get_precision (self->amount_entry), daily,
             NULL);
}

static gboolean
is_daily_wrong (GeoTrustDialog *self) {
  gboolean has_daily;
  GeoAmount daily;

  return !get_daily (self, &has_daily, &daily);
}

static gchar *
phrase_meaning (GeoTrustDialog *self) {
  const gchar *name = geo_person_get_name (self->person);
  g_autofree gchar *problem =
      geo_amount_entry_find_problem (self->amount_entry);
  g_autofree gchar *text = NULL;
  GeoAmount amount;

  if (problem != NULL)
    return g_steal_pointer (&problem);
  if (!geo_amount_entry_get_amount (self->amount_entry, &amount))
    /* Translators: %s is a name. */
    return g_strdup_printf (_ ("How much may %s owe you?"), name);
  if (is_daily_wrong (self))
    return g_strdup (_ ("The limit for one day is no amount. Leave it empty if "
                        "there is to be none."));
  if (is_too_early (self))
    return g_strdup (_ ("As long as their key is in doubt, you can lower or "
                        "end your trust, but not raise it."));
  text = phrase (self, amount);
  return g_strdup_printf (
      /* Translators: a name and an amount. */
      _ ("%s may owe you up to %s. You can lower it at any time; what is owed "
         "by then stays owed."),
      name, text);
}

static void
update (GeoTrustDialog *self) {
  g_autoptr (GeoRelation) relation = NULL;
  g_autofree gchar *meaning = NULL;
  g_autofree gchar *problem = NULL;
  gboolean has_line;
  GeoAmount amount;

  if (self->person == NULL)
    return;
  relation = find_relation (self);
  meaning = phrase_meaning (self);
  problem = geo_amount_entry_find_problem (self->amount_entry);
  has_line = relation != NULL && geo_relation_get_my_limit (relation, NULL);

  gtk_label_set_label (self->meaning_label, meaning);
  geo_amount_entry_set_wrong (self->amount_entry,
                              problem != NULL || is_too_early (self));
  gtk_button_set_label (self->trust_button,
                        has_line ? _ ("_Change Trust") : _ ("_Trust"));
  gtk_widget_set_visible (GTK_WIDGET (self->stop_button), has_line);
  gtk_widget_set_visible (self->spinner, self->is_busy);
  gtk_widget_set_sensitive (GTK_WIDGET (self->amount_entry), !self->is_busy);
  gtk_widget_set_sensitive (GTK_WIDGET (self->daily_row), !self->is_busy);
  if (is_daily_wrong (self))
    gtk_widget_add_css_class (GTK_WIDGET (self->daily_row), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->daily_row), "error");
  gtk_widget_set_sensitive (GTK_WIDGET (self->live_row), !self->is_busy);
  gtk_widget_set_sensitive (GTK_WIDGET (self->ask_row), !self->is_busy);
  gtk_widget_set_sensitive (GTK_WIDGET (self->spare_row), !self->is_busy);
  gtk_widget_set_sensitive (GTK_WIDGET (self->stop_button), !self->is_busy);
  gtk_widget_set_sensitive (GTK_WIDGET (self->trust_button),
                            !self->is_busy && !is_too_early (self) &&
                                !is_daily_wrong (self) &&
                                geo_amount_entry_get_amount (self->amount_entry,
                                                             &amount));
}

static void
changed_cb (GeoTrustDialog *self) {
  gtk_widget_set_visible (GTK_WIDGET (self->error_label), FALSE);
  update (self);
}

/* Shows the line as it is. */
static void
fill (GeoTrustDialog *self) {
  g_autoptr (GeoRelation) relation = find_relation (self);
  g_autofree gchar *daily_text = NULL;
  GeoAmount limit, daily;

  if (relation != NULL && geo_relation_get_my_limit (relation, &limit))
    geo_amount_entry_set_amount (self->amount_entry, limit);
  if (relation != NULL && geo_relation_get_daily (relation, &daily, NULL))
    daily_text = geo_amount_entry_write (
        daily, geo_amount_entry_get_precision (self->amount_entry));
  gtk_editable_set_text (GTK_EDITABLE (self->daily_row),
                         daily_text != NULL ? daily_text : "");
  adw_switch_row_set_active (
      self->live_row, relation != NULL && geo_relation_get_live (relation));
  adw_switch_row_set_active (self->ask_row,
                             relation != NULL &&
                                 geo_relation_get_asks_clearing (relation));
  adw_switch_row_set_active (self->spare_row,
                             relation != NULL &&
                                 geo_relation_get_spare (relation, NULL));
}

static void
equivalent_cb (GeoTrustDialog *self) {
  if (self->person != NULL)
    fill (self);
}

static void
show_limit (GeoTrustDialog *self) {
  const gchar *pages[] = { "who", "limit", NULL };

  update (self);
  adw_navigation_view_replace_with_tags (
      self->navigation, self->is_given ? pages + 1 : pages,
      self->is_given ? 1 : 2);
  gtk_widget_grab_focus (GTK_WIDGET (self->amount_entry));
}

static void
show_warning (GeoTrustDialog *self) {
  const gchar *pages[] = { "who", "warning", NULL };

  geo_key_warning_set_other (self->warning,
                             geo_person_is_trusted (self->person) ? _ ("_Lower or End Trust…")
                                             : NULL);
  geo_key_warning_set_person (self->warning, self->node, self->person);
  adw_navigation_view_replace_with_tags (
      self->navigation, self->is_given ? pages + 1 : pages,
      self->is_given ? 1 : 2);
}

static void
chosen_cb (GeoPersonChooser *chooser, GeoPerson *person, GeoTrustDialog *self) {
  const gchar *name = geo_person_get_name (person);

  g_set_object (&self->person, person);
  adw_avatar_set_text (self->avatar, name);
  gtk_label_set_label (self->name_label, name);
  fill (self);
  changed_cb (self);
  if (geo_person_get_key_changed (person)) {
    show_warning (self);
    return;
  }
  if (self->is_given)
    show_limit (self);
  else
    adw_navigation_view_push_by_tag (self->navigation, "limit");
  gtk_widget_grab_focus (GTK_WIDGET (self->amount_entry));
}

/* --- Doing it ----------------------------------------------------------- */

static void
show_error (GeoTrustDialog *self, const GError *error) {
  gtk_label_set_label (self->error_label, error->message);
  gtk_widget_set_visible (GTK_WIDGET (self->error_label), TRUE);
}

static gchar *
phrase_done (GeoTrustDialog *self) {
  const gchar *equivalent =
      geo_amount_entry_get_equivalent (self->amount_entry);
  GeoAmount amount;

  if (self->is_ending ||
      !geo_amount_entry_get_amount (self->amount_entry, &amount))
    /* Translators: a name and an equivalent's code: "UAH". */
    return g_strdup_printf (_ ("You no longer trust %s in %s"),
                            geo_person_get_name (self->person), equivalent);
  return geo_phrase_my_line (
      geo_person_get_name (self->person), amount,
      geo_amount_entry_get_precision (self->amount_entry), equivalent);
}

static void
trusted_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GeoTrustDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *done = NULL;
  gboolean ok = geo_node_trust_finish (GEO_NODE (source), result, &error);

  /* What is stored goes to the hub all the same. */
  if (geo_dialog_is_closed (GEO_DIALOG (self)))
    return;
  self->is_busy = FALSE;
  update (self);
  if (!ok) {
    show_error (self, error);
    return;
  }
  done = phrase_done (self);
  gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s", done);
  adw_dialog_close (ADW_DIALOG (self));
}

static GeoTrustFlags
chosen_flags (GeoTrustDialog *self) {
  GeoTrustFlags flags = 0;

  if (adw_switch_row_get_active (self->live_row))
    flags |= GEO_TRUST_LIVE;
  if (adw_switch_row_get_active (self->ask_row))
    flags |= GEO_TRUST_ASK_CLEARING;
  return flags;
}

static void
send (GeoTrustDialog *self, GeoAmount limit, gboolean close) {
  const GeoPid *pid = geo_person_get_pid (self->person);
  const gchar *equivalent =
      geo_amount_entry_get_equivalent (self->amount_entry);
  g_autoptr (GeoRelation) relation = find_relation (self);
  GeoTrustTerms terms = { .flags = chosen_flags (self) };

  self->is_busy = TRUE;
  /* An entry that becomes insensitive would keep its cursor blinking. */
  adw_dialog_set_focus (ADW_DIALOG (self), NULL);
  self->is_ending = close;
  gtk_widget_set_visible (GTK_WIDGET (self->error_label), FALSE);
  /* An own bound, which only "geo" sets, stays. */
  if (relation == NULL || !geo_relation_get_spare (relation, &terms.spare))
    terms.spare = GEO_AMOUNT (GEO_AMOUNT_MAX);
  terms.has_spare = adw_switch_row_get_active (self->spare_row);
  if (!get_daily (self, &terms.has_daily, &terms.daily))
    terms.has_daily = FALSE;
  if (close)
    geo_node_trust_async (self->node, pid, equivalent, limit, TRUE, 0,
                          geo_dialog_get_cancellable (GEO_DIALOG (self)),
                          trusted_cb, g_object_ref (self));
  else
    geo_node_trust_on_async (self->node, pid, equivalent, limit, &terms,
                             geo_dialog_get_cancellable (GEO_DIALOG (self)),
                             trusted_cb, g_object_ref (self));
  update (self);
}

static void
trust_cb (GeoTrustDialog *self) {
  GeoAmount limit;

  if (self->person != NULL && !self->is_busy && !is_too_early (self) &&
      !is_daily_wrong (self) &&
      geo_amount_entry_get_amount (self->amount_entry, &limit))
    send (self, limit, FALSE);
}

static void
stop_response_cb (AdwAlertDialog *alert,
                  const gchar *response,
                  GeoTrustDialog *self) {
  if (g_str_equal (response, "stop") && self->person != NULL && !self->is_busy)
    send (self, GEO_AMOUNT_ZERO, TRUE);
}

static void
stop_cb (GeoTrustDialog *self) {
  const gchar *name = geo_person_get_name (self->person);
  g_autoptr (GeoRelation) relation = find_relation (self);
  g_autofree gchar *owed = NULL;
  g_autofree gchar *body = NULL;
  /* Translators: %s is a name. */
  g_autofree gchar *heading = g_strdup_printf (_ ("Stop Trusting %s?"), name);
  AdwDialog *alert;

  if (relation != NULL && geo_amount_cmp (geo_relation_get_balance (relation),
                                          GEO_AMOUNT_ZERO) > 0) {
    owed = phrase (self, geo_relation_get_balance (relation));
    body = g_strdup_printf (
        /* Translators: a name and an amount. */
        _ ("%s owes you %s; that stays owed until it is paid back. No payment "
           "can add to it."),
        name, owed);
  } else {
    /* Translators: %s is a name. */
    body = g_strdup_printf (_ ("No payment can make %s owe you anything. You "
                               "can trust again at any time."),
                            name);
  }
  alert = geo_fit_text_new_alert (heading, body);
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (alert), "keep",
                                  _ ("_Keep Trust"), "stop",
                                  _ ("_Stop Trusting"), NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (alert), "stop",
                                            ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (alert), "keep");
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (alert), "keep");
  g_signal_connect_object (alert, "response", G_CALLBACK (stop_response_cb),
                           self, G_CONNECT_DEFAULT);
  adw_dialog_present (alert, GTK_WIDGET (self));
}

/* --- Life --------------------------------------------------------------- */

static void
geo_trust_dialog_dispose (GObject *object) {
  GeoTrustDialog *self = GEO_TRUST_DIALOG (object);

  g_clear_object (&self->person);
  g_clear_object (&self->node);
  G_OBJECT_CLASS (geo_trust_dialog_parent_class)->dispose (object);
}

static void
geo_trust_dialog_class_init (GeoTrustDialogClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = geo_trust_dialog_dispose;
  g_type_ensure (GEO_TYPE_AMOUNT_ENTRY);
  g_type_ensure (GEO_TYPE_KEY_WARNING);
  g_type_ensure (GEO_TYPE_PERSON_CHOOSER);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/net/geocredit/Wallet/ui/geo-trust-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, GeoTrustDialog,
                                        navigation);
  gtk_widget_class_bind_template_child (widget_class, GeoTrustDialog, chooser);
  gtk_widget_class_bind_template_child (widget_class, GeoTrustDialog, warning);
  gtk_widget_class_bind_template_child (widget_class, GeoTrustDialog, avatar);
  gtk_widget_class_bind_template_child (widget_class, GeoTrustDialog,
                                        name_label);
  gtk_widget_class_bind_template_child (widget_class, GeoTrustDialog,
                                        amount_entry);
  gtk_widget_class_bind_template_child (widget_class, GeoTrustDialog,
                                        meaning_label);
  gtk_widget_class_bind_template_child (widget_class, GeoTrustDialog,
                                        daily_row);
  gtk_widget_class_bind_template_child (widget_class, GeoTrustDialog, live_row);
  gtk_widget_class_bind_template_child (widget_class, GeoTrustDialog, ask_row);
  gtk_widget_class_bind_template_child (widget_class, GeoTrustDialog,
                                        spare_row);
  gtk_widget_class_bind_template_child (widget_class, GeoTrustDialog,
                                        error_label);
  gtk_widget_class_bind_template_child (widget_class, GeoTrustDialog,
                                        trust_button);
  gtk_widget_class_bind_template_child (widget_class, GeoTrustDialog,
                                        stop_button);
  gtk_widget_class_bind_template_child (widget_class, GeoTrustDialog, spinner);
}

static void
geo_trust_dialog_init (GeoTrustDialog *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
  geo_amount_entry_set_label (self->amount_entry, _ ("Trust up to"));
  g_signal_connect (self->chooser, "chosen", G_CALLBACK (chosen_cb), self);
  g_signal_connect_swapped (self->warning, "settled", G_CALLBACK (show_limit),
                            self);
  g_signal_connect_swapped (self->warning, "other", G_CALLBACK (show_limit),
                            self);
  g_signal_connect_swapped (self->amount_entry, "changed",
                            G_CALLBACK (changed_cb), self);
  g_signal_connect_swapped (self->amount_entry, "equivalent-changed",
                            G_CALLBACK (equivalent_cb), self);
  g_signal_connect_swapped (self->amount_entry, "activate",
                            G_CALLBACK (trust_cb), self);
  g_signal_connect_swapped (self->daily_row, "changed", G_CALLBACK (changed_cb),
                            self);
  g_signal_connect_swapped (self->daily_row, "entry-activated",
                            G_CALLBACK (trust_cb), self);
  g_signal_connect_swapped (self->trust_button, "clicked",
                            G_CALLBACK (trust_cb), self);
  g_signal_connect_swapped (self->stop_button, "clicked", G_CALLBACK (stop_cb),
                            self);
}

GeoTrustDialog *
geo_trust_dialog_new (GeoNode *node, const gchar *who) {
  GeoTrustDialog *self = g_object_new (GEO_TYPE_TRUST_DIALOG, NULL);

  self->node = g_object_ref (node);
  geo_amount_entry_set_node (self->amount_entry, node);
  gtk_widget_set_visible (GTK_WIDGET (self->spare_row),
                          !geo_node_is_hearsay (node));
  gtk_widget_set_visible (GTK_WIDGET (self->daily_row),
                          !geo_node_is_hearsay (node));
  geo_person_chooser_set_node (self->chooser, node);
  if (*who != '\0') {
    self->is_given = TRUE;
    geo_person_chooser_look_up (self->chooser, who);
  }
  return self;
}
