/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoEvidencePage: a row for each finding, which opens to what it proves, saving
 * it and checking it.  It checks with nothing but the file, as anybody would.
 */
#include "config.h"

#include "wallet/geo-evidence-page.h"

#include <glib/gi18n.h>
#include <string.h>

#include "node/geo-finding.h"
#include "node/geo-phrases.h"
#include "wallet/geo-say.h"

struct _GeoEvidencePage {
  AdwNavigationPage parent_instance;

  /* owned */
  GeoNode *node;

  /* template children */
  GtkStack *stack;
  GtkListBox *list;
};

G_DEFINE_FINAL_TYPE (GeoEvidencePage,
                     geo_evidence_page,
                     ADW_TYPE_NAVIGATION_PAGE)

/* --- What one of them can be asked ---------------------------------------- */

static void
verify_cb (AdwActionRow *row, GeoFinding *finding) {
  const gchar *file = geo_finding_get_file (finding);
  g_autoptr (GError) error = NULL;
  g_autofree gchar *said = geo_evidence_verify (file, strlen (file), &error);
  const gchar *text = said != NULL ? _ ("The proof holds") : error->message;

  adw_action_row_set_subtitle (row, text);
  geo_say (GTK_WIDGET (row), text);
}

static void
saved_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GtkWidget) widget = user_data;
  g_autoptr (GError) error = NULL;

  g_file_replace_contents_finish (G_FILE (source), result, NULL, &error);
  gtk_widget_activate_action (widget, "win.toast", "s",
                              error != NULL ? error->message
                                            : _ ("The proof is saved"));
}

static void
save (GtkWidget *widget, GeoFinding *finding, GFile *file) {
  const gchar *text = geo_finding_get_file (finding);
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  g_file_replace_contents_bytes_async (file, bytes, NULL, FALSE,
                                       G_FILE_CREATE_NONE, NULL, saved_cb,
                                       g_object_ref (widget));
}

void
geo_evidence_page_save (GeoEvidencePage *self,
                        GeoFinding *finding,
                        GFile *file) {
  g_return_if_fail (GEO_IS_EVIDENCE_PAGE (self));

  save (GTK_WIDGET (self), finding, file);
}

static void
chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GtkWidget) row = user_data;
  g_autoptr (GFile) file =
      gtk_file_dialog_save_finish (GTK_FILE_DIALOG (source), result, NULL);

  if (file != NULL)
    save (row, g_object_get_data (G_OBJECT (row), "finding"), file);
}

static void
save_cb (GtkWidget *row, GeoFinding *finding) {
  g_autoptr (GtkFileDialog) chooser = gtk_file_dialog_new ();
  g_autofree gchar *name =
      g_strdup_printf ("geo-evidence-%" G_GINT64_FORMAT ".json",
                       geo_finding_get_number (finding));

  gtk_file_dialog_set_initial_name (chooser, name);
  gtk_file_dialog_save (chooser, GTK_WINDOW (gtk_widget_get_root (row)), NULL,
                        chosen_cb, g_object_ref (row));
}

/* --- One of them ---------------------------------------------------------- */

static GtkWidget *
add_row (GtkWidget *expander, const gchar *title) {
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_expander_row_add_row (ADW_EXPANDER_ROW (expander), row);
  return row;
}

static GtkWidget *
add_way (GtkWidget *expander, const gchar *title, const gchar *icon_name) {
  GtkWidget *row = add_row (expander, title);

  adw_preferences_row_set_use_underline (ADW_PREFERENCES_ROW (row), TRUE);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row),
                             gtk_image_new_from_icon_name (icon_name));
  return row;
}

static GtkWidget *
make_row (gpointer item, gpointer user_data) {
  GeoFinding *finding = item;
  GtkWidget *expander = adw_expander_row_new ();
  g_autofree gchar *when =
      geo_phrase_date_time (geo_finding_get_time (finding));
  GtkWidget *row;

  /* Names are no markup. */
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (expander), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (expander),
                                 geo_finding_get_title (finding));
  adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (expander), when);
  row = adw_action_row_new ();
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row),
                                 _ ("What It Says"));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row),
                               geo_finding_get_sentence (finding));
  adw_action_row_set_subtitle_selectable (ADW_ACTION_ROW (row), TRUE);
  gtk_widget_add_css_class (row, "property");
  adw_expander_row_add_row (ADW_EXPANDER_ROW (expander), row);

  row = add_way (expander, _ ("_Save Proof…"), "document-save-symbolic");
  adw_action_row_set_subtitle (
      ADW_ACTION_ROW (row), _ ("Show it to others, and to whoever runs the hub."));
  g_object_set_data_full (G_OBJECT (row), "finding", g_object_ref (finding),
                          g_object_unref);
  g_signal_connect_object (row, "activated", G_CALLBACK (save_cb), finding,
                           G_CONNECT_DEFAULT);
  row = add_way (expander, _ ("_Verify"), "security-high-symbolic");
  adw_action_row_set_subtitle (
      ADW_ACTION_ROW (row),
      _ ("Anybody can do this with the file, without a network."));
  g_signal_connect_object (row, "activated", G_CALLBACK (verify_cb), finding,
                           G_CONNECT_DEFAULT);
  return expander;
}

/* --- All of them ---------------------------------------------------------- */

static void
changed_cb (GeoEvidencePage *self) {
  GListModel *list = geo_node_get_findings (self->node);

  gtk_stack_set_visible_child_name (
      self->stack, g_list_model_get_n_items (list) > 0 ? "list" : "empty");
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    geo_node_mark_findings (self->node);
}

static void
geo_evidence_page_map (GtkWidget *widget) {
  GTK_WIDGET_CLASS (geo_evidence_page_parent_class)->map (widget);
  geo_node_mark_findings (GEO_EVIDENCE_PAGE (widget)->node);
}

static void
geo_evidence_page_dispose (GObject *object) {
  GeoEvidencePage *self = GEO_EVIDENCE_PAGE (object);

  if (self->node != NULL)
    g_signal_handlers_disconnect_by_data (geo_node_get_findings (self->node),
                                          self);
  g_clear_object (&self->node);
  G_OBJECT_CLASS (geo_evidence_page_parent_class)->dispose (object);
}

static void
geo_evidence_page_class_init (GeoEvidencePageClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = geo_evidence_page_dispose;
  widget_class->map = geo_evidence_page_map;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/net/geocredit/Wallet/ui/geo-evidence-page.ui");
  gtk_widget_class_bind_template_child (widget_class, GeoEvidencePage, stack);
  gtk_widget_class_bind_template_child (widget_class, GeoEvidencePage, list);
}

static void
geo_evidence_page_init (GeoEvidencePage *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
}

GeoEvidencePage *
geo_evidence_page_new (GeoNode *node) {
  GeoEvidencePage *self = g_object_new (GEO_TYPE_EVIDENCE_PAGE, NULL);
  GListModel *list = geo_node_get_findings (node);

  self->node = g_object_ref (node);
  gtk_list_box_bind_model (self->list, list, make_row, NULL, NULL);
  g_signal_connect_swapped (list, "items-changed", G_CALLBACK (changed_cb),
                            self);
  changed_cb (self);
  return self;
}
