/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoRequestPage: a heading above a GeoRequestView, which does everything.
 */
#include "config.h"

#include "wallet/geo-request-page.h"

#include "wallet/geo-request-view.h"

struct _GeoRequestPage {
  AdwNavigationPage parent_instance;

  /* template children */
  GeoRequestView *view;
};

G_DEFINE_FINAL_TYPE (GeoRequestPage, geo_request_page, ADW_TYPE_NAVIGATION_PAGE)

static void
geo_request_page_class_init (GeoRequestPageClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (GEO_TYPE_REQUEST_VIEW);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/net/geocredit/Wallet/ui/geo-request-page.ui");
  gtk_widget_class_bind_template_child (widget_class, GeoRequestPage, view);
}

static void
geo_request_page_init (GeoRequestPage *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
}

GeoRequestPage *
geo_request_page_new (GeoNode *node, const gchar *key) {
  GeoRequestPage *self = g_object_new (GEO_TYPE_REQUEST_PAGE, NULL);

  geo_request_view_set_request (self->view, node, key);
  return self;
}
