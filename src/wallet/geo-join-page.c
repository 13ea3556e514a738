/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoJoinPage: takes an invitation link or an address and joins that community
 * with an unlocked profile.  Where the practice market started this program
 * (GEO_PRACTICE_LINK), joining it is one click, marked as what it is.
 */
#include "config.h"

#include "wallet/geo-join-page.h"

#include <glib/gi18n.h>

struct _GeoJoinPage {
  AdwNavigationPage parent_instance;

  /* owned */
  GeoProfile *profile;
  GCancellable *cancellable; /* Of the attempt; NULL: there is none. */

  /* template children */
  AdwStatusPage *status;
  AdwEntryRow *link_row;
  GtkLabel *error_label;
  GtkButton *join_button;
  GtkWidget *spinner;
  GtkButton *cancel_button;
  GtkWidget *practice_group;
  GtkWidget *practice_row;
};

enum {
  JOINED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (GeoJoinPage, geo_join_page, ADW_TYPE_NAVIGATION_PAGE)

static gchar *
get_link (GeoJoinPage *self) {
  return g_strstrip (
      g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->link_row))));
}

static void
update (GeoJoinPage *self) {
  g_autofree gchar *link = get_link (self);
  gboolean busy = self->cancellable != NULL;

  /* Not insensitive: it would lose the focus. */
  gtk_editable_set_editable (GTK_EDITABLE (self->link_row), !busy);
  gtk_widget_set_sensitive (GTK_WIDGET (self->join_button), *link != '\0');
  gtk_widget_set_visible (GTK_WIDGET (self->join_button), !busy);
  gtk_widget_set_visible (self->spinner, busy);
  gtk_widget_set_visible (GTK_WIDGET (self->cancel_button), busy);
  gtk_widget_set_sensitive (self->practice_group, !busy);
}

static void
show_error (GeoJoinPage *self, const gchar *message) {
  gtk_label_set_label (self->error_label, message != NULL ? message : "");
  gtk_widget_set_visible (GTK_WIDGET (self->error_label), message != NULL);
}

static void
joined_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GeoJoinPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoNode) node = geo_node_join_finish (result, &error);

  /* Disposed meanwhile: nobody is here to see it. */
  if (self->profile == NULL)
    return;
  g_clear_object (&self->cancellable);
  update (self);
  if (node != NULL) {
    gtk_editable_set_text (GTK_EDITABLE (self->link_row), "");
    g_signal_emit (self, signals[JOINED], 0, node);
    return;
  }
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    show_error (self, error->message);
  gtk_widget_grab_focus (GTK_WIDGET (self->link_row));
}

static void
join (GeoJoinPage *self, const gchar *link) {
  if (self->profile == NULL || self->cancellable != NULL || *link == '\0')
    return;
  show_error (self, NULL);
  self->cancellable = g_cancellable_new ();
  update (self);
  geo_node_join_async (self->profile, link, self->cancellable, joined_cb,
                       g_object_ref (self));
}

static void
join_cb (GeoJoinPage *self) {
  g_autofree gchar *link = get_link (self);

  join (self, link);
}

static void
practice_cb (GeoJoinPage *self) {
  const gchar *link = g_getenv ("GEO_PRACTICE_LINK");

  if (link != NULL)
    join (self, link);
}

static void
cancel_cb (GeoJoinPage *self) {
  g_cancellable_cancel (self->cancellable);
}

static void
changed_cb (GeoJoinPage *self) {
  show_error (self, NULL);
  update (self);
}

static void
geo_join_page_dispose (GObject *object) {
  GeoJoinPage *self = GEO_JOIN_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->profile);
  G_OBJECT_CLASS (geo_join_page_parent_class)->dispose (object);
}

static void
geo_join_page_class_init (GeoJoinPageClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = geo_join_page_dispose;
  signals[JOINED] = g_signal_new ("joined", GEO_TYPE_JOIN_PAGE,
                                  G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, GEO_TYPE_NODE);

  gtk_widget_class_set_template_from_resource (
      widget_class, "/net/geocredit/Wallet/ui/geo-join-page.ui");
  gtk_widget_class_bind_template_child (widget_class, GeoJoinPage, status);
  gtk_widget_class_bind_template_child (widget_class, GeoJoinPage, link_row);
  gtk_widget_class_bind_template_child (widget_class, GeoJoinPage, error_label);
  gtk_widget_class_bind_template_child (widget_class, GeoJoinPage, join_button);
  gtk_widget_class_bind_template_child (widget_class, GeoJoinPage, spinner);
  gtk_widget_class_bind_template_child (widget_class, GeoJoinPage,
                                        cancel_button);
  gtk_widget_class_bind_template_child (widget_class, GeoJoinPage,
                                        practice_group);
  gtk_widget_class_bind_template_child (widget_class, GeoJoinPage,
                                        practice_row);
}

static void
geo_join_page_init (GeoJoinPage *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_swapped (self->link_row, "changed", G_CALLBACK (changed_cb),
                            self);
  g_signal_connect_swapped (self->link_row, "entry-activated",
                            G_CALLBACK (join_cb), self);
  g_signal_connect_swapped (self->join_button, "clicked", G_CALLBACK (join_cb),
                            self);
  g_signal_connect_swapped (self->cancel_button, "clicked",
                            G_CALLBACK (cancel_cb), self);
  g_signal_connect_swapped (self->practice_row, "activated",
                            G_CALLBACK (practice_cb), self);
}

void
geo_join_page_start (GeoJoinPage *self, GeoProfile *profile) {
  const gchar *practice = g_getenv ("GEO_PRACTICE_LINK");

  g_return_if_fail (GEO_IS_JOIN_PAGE (self));

  g_set_object (&self->profile, profile);
  gtk_widget_set_visible (self->practice_group,
                          practice != NULL && *practice != '\0');
  show_error (self, NULL);
  update (self);
}

void
geo_join_page_set_link (GeoJoinPage *self, const gchar *link) {
  g_return_if_fail (GEO_IS_JOIN_PAGE (self));

  gtk_editable_set_text (GTK_EDITABLE (self->link_row), link);
}

void
geo_join_page_set_restoring (GeoJoinPage *self, gboolean restoring) {
  g_return_if_fail (GEO_IS_JOIN_PAGE (self));

  adw_status_page_set_title (self->status, restoring
                                               ? _ ("Where Is Your Community?")
                                               : _ ("Join a Community"));
  adw_status_page_set_description (
      self->status,
      restoring ? _ ("Its hub has kept what you owe and are owed. Type its "
                     "address, or the invitation that you or somebody else got.")
                : _ ("Somebody who is in a community can give you its "
                     "invitation link or its address."));
}
