/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Actions of the window that ask for pages and dialogs about requests and
 * codes.  Which of them can be used now is the window's to say.
 */
#include "config.h"

#include "wallet/geo-window-requests.h"

#include "wallet/geo-community-actions.h"
#include "wallet/geo-invite-dialog.h"
#include "wallet/geo-my-code-dialog.h"
#include "wallet/geo-pay-dialog.h"
#include "wallet/geo-read-code.h"
#include "wallet/geo-request-dialog.h"
#include "wallet/geo-request-page.h"
#include "wallet/geo-requests-page.h"
#include "wallet/geo-window.h"

/* One dialog at a time. */
static GeoNode *
find_node_for_dialog (GtkWidget *widget) {
  return adw_application_window_get_visible_dialog (
             ADW_APPLICATION_WINDOW (widget)) == NULL
             ? geo_window_get_node (GEO_WINDOW (widget))
             : NULL;
}

static void
request_cb (GtkWidget *widget, const gchar *name, GVariant *parameter) {
  GeoNode *node = find_node_for_dialog (widget);

  if (node != NULL)
    adw_dialog_present (ADW_DIALOG (geo_request_dialog_new (
                            node, g_variant_get_string (parameter, NULL))),
                        widget);
}

static void
pay_request_cb (GtkWidget *widget, const gchar *name, GVariant *parameter) {
  GeoNode *node = find_node_for_dialog (widget);
  const gchar *key = g_variant_get_string (parameter, NULL);
  GeoRequestItem *item = node != NULL ? geo_node_find_request (node, key)
                                      : NULL;

  if (item != NULL && geo_request_item_waits_for_me (item) &&
      geo_request_item_get_kind (item) == GEO_REQUEST_PAYMENT)
    adw_dialog_present (ADW_DIALOG (geo_pay_dialog_new_for_request (node, key)),
                        widget);
}

static void
invite_cb (GtkWidget *widget, const gchar *name, GVariant *parameter) {
  GeoNode *node = find_node_for_dialog (widget);

  if (node == NULL)
    return;
  geo_community_actions_say_hub (widget, node);
  adw_dialog_present (ADW_DIALOG (geo_invite_dialog_new (node)), widget);
}

static void
show_requests_cb (GtkWidget *widget, const gchar *name, GVariant *parameter) {
  GeoNode *node = geo_window_get_node (GEO_WINDOW (widget));

  if (node == NULL)
    return;
  geo_community_actions_say_hub (widget, node);
  geo_window_push_page (GEO_WINDOW (widget),
                        ADW_NAVIGATION_PAGE (geo_requests_page_new (node)));
}

static void
show_request_cb (GtkWidget *widget, const gchar *name, GVariant *parameter) {
  GeoNode *node = geo_window_get_node (GEO_WINDOW (widget));
  const gchar *key = g_variant_get_string (parameter, NULL);

  if (node != NULL && geo_node_find_request (node, key) != NULL)
    geo_window_push_page (
        GEO_WINDOW (widget),
        ADW_NAVIGATION_PAGE (geo_request_page_new (node, key)));
}

static void
show_code_cb (GtkWidget *widget, const gchar *name, GVariant *parameter) {
  GeoNode *node = find_node_for_dialog (widget);

  if (node != NULL)
    adw_dialog_present (ADW_DIALOG (geo_my_code_dialog_new (node)), widget);
}

static void
read_code_cb (GtkWidget *widget, const gchar *name, GVariant *parameter) {
  if (find_node_for_dialog (widget) != NULL)
    geo_read_code_from_file (widget);
}

static void
scan_code_cb (GtkWidget *widget, const gchar *name, GVariant *parameter) {
  if (find_node_for_dialog (widget) != NULL)
    geo_read_code_from_camera (widget);
}

void
geo_window_requests_install (GtkWidgetClass *klass) {
  gtk_widget_class_install_action (klass, "win.request", "s", request_cb);
  gtk_widget_class_install_action (klass, "win.invite", NULL, invite_cb);
  gtk_widget_class_install_action (klass, "win.pay-request", "s",
                                   pay_request_cb);
  gtk_widget_class_install_action (klass, "win.show-requests", NULL,
                                   show_requests_cb);
  gtk_widget_class_install_action (klass, "win.show-request", "s",
                                   show_request_cb);
  gtk_widget_class_install_action (klass, "win.show-code", NULL, show_code_cb);
  gtk_widget_class_install_action (klass, "win.read-code", NULL, read_code_cb);
  gtk_widget_class_install_action (klass, "win.scan-code", NULL, scan_code_cb);
}
