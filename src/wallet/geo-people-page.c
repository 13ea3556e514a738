/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoPeoplePage: a chooser whose choice opens that person's page.
 */
#include "config.h"

#include "wallet/geo-people-page.h"

#include "wallet/geo-person-chooser.h"

struct _GeoPeoplePage {
  AdwBin parent_instance;

  /* template children */
  GeoPersonChooser *chooser;
};

G_DEFINE_FINAL_TYPE (GeoPeoplePage, geo_people_page, ADW_TYPE_BIN)

static void
chosen_cb (GeoPersonChooser *chooser, GeoPerson *person, GeoPeoplePage *self) {
  const GeoLink *link = geo_person_chooser_get_link (chooser);
  g_autofree gchar *text = NULL;

  /* A link that asks for money is meant for paying. */
  if (link != NULL && link->kind == GEO_LINK_PAY) {
    text = geo_link_to_string (link);
    gtk_widget_activate_action (GTK_WIDGET (self), "win.pay", "s", text);
    return;
  }
  gtk_widget_activate_action (GTK_WIDGET (self), "win.show-person", "s",
                              geo_person_get_pid_text (person));
}

static gboolean
geo_people_page_grab_focus (GtkWidget *widget) {
  return gtk_widget_grab_focus (GTK_WIDGET (GEO_PEOPLE_PAGE (widget)->chooser));
}

static void
geo_people_page_class_init (GeoPeoplePageClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->grab_focus = geo_people_page_grab_focus;
  g_type_ensure (GEO_TYPE_PERSON_CHOOSER);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/net/geocredit/Wallet/ui/geo-people-page.ui");
  gtk_widget_class_bind_template_child (widget_class, GeoPeoplePage, chooser);
}

static void
geo_people_page_init (GeoPeoplePage *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect (self->chooser, "chosen", G_CALLBACK (chosen_cb), self);
}

void
geo_people_page_set_node (GeoPeoplePage *self, GeoNode *node) {
  g_return_if_fail (GEO_IS_PEOPLE_PAGE (self));

  geo_person_chooser_set_node (self->chooser, node);
  /* A hub of the public contract knows no invitations. */
  geo_person_chooser_set_inviting (self->chooser,
                                   node != NULL && !geo_node_is_hearsay (node));
}
