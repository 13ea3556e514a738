/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoWindow: the one window: shows onboarding, unlocking or the pages, as the
 * wallet stands, and offers the actions that pages ask for by name.  It opens
 * nothing, and shows no money itself.
 *
 * Long because each of its pages and dialogs is asked for here, in a few lines.
 */
#include "config.h"

#include "wallet/geo-window.h"

#include <glib/gi18n.h>

#include "core/geo-link.h"
#include "node/geo-phrases.h"
#include "wallet/geo-activity-page.h"
#include "wallet/geo-camera.h"
#include "wallet/geo-clearing-dialog.h"
#include "wallet/geo-community-actions.h"
#include "wallet/geo-community-switcher.h"
#include "wallet/geo-connection-pill.h"
#include "wallet/geo-evidence-page.h"
#include "wallet/geo-fit-text.h"
#include "wallet/geo-help-dialog.h"
#include "wallet/geo-home-page.h"
#include "wallet/geo-idle-watch.h"
#include "wallet/geo-key-dialog.h"
#include "wallet/geo-key-warning.h"
#include "wallet/geo-lock-page.h"
#include "wallet/geo-market-page.h"
#include "wallet/geo-open-link.h"
#include "wallet/geo-pay-dialog.h"
#include "wallet/geo-people-page.h"
#include "wallet/geo-person-page.h"
#include "wallet/geo-preferences-dialog.h"
#include "wallet/geo-receipt-page.h"
#include "wallet/geo-request-answer.h"
#include "wallet/geo-restore-key-dialog.h"
#include "wallet/geo-settings.h"
#include "wallet/geo-statement-dialog.h"
#include "wallet/geo-toast-focus.h"
#include "wallet/geo-trust-dialog.h"
#include "wallet/geo-unlock-page.h"
#include "wallet/geo-welcome.h"
#include "wallet/geo-window-requests.h"

struct _GeoWindow {
  AdwApplicationWindow parent_instance;

  /* owned */
  GeoWallet *wallet;
  GeoIdleWatch *idle_watch;
  GeoCamera *camera;
  GeoNode *node; /* What the pages show. */
  GSettings *settings; /* NULL where the program is not installed. */
  gchar *link; /* Waits until there is somebody to open it for. */
  GeoErrand *errand; /* The same. */

  /* template children */
  AdwToastOverlay *toasts;
  GtkStack *root;
  AdwStatusPage *trouble_page;
  GeoCommunitySwitcher *trouble_switcher;
  GtkButton *retry_button;
  GtkWidget *restore_key_button;
  GeoWelcome *welcome; /* These two are NULL where nobody needed them. */
  GeoUnlockPage *unlock_page;
  GeoLockPage *lock_page;
  AdwOverlaySplitView *split_view;
  GeoCommunitySwitcher *switcher;
  GtkListBox *sidebar_list;
  AdwNavigationView *navigation;
  AdwNavigationPage *root_page;
  GeoConnectionPill *connection_pill;
  AdwBanner *practice_banner;
  AdwBanner *market_banner;
  AdwViewStack *pages;
  AdwBreakpoint *cramped_breakpoint;
};

G_DEFINE_FINAL_TYPE (GeoWindow, geo_window, ADW_TYPE_APPLICATION_WINDOW)

static AdwDialog *
get_dialog (gpointer window) {
  return adw_application_window_get_visible_dialog (window);
}

/* Whether a dialog about what the pages show may come to the front. */
static gboolean
can_ask (GeoWindow *self) {
  return self->node != NULL && get_dialog (self) == NULL;
}

/* --- Links ----------------------------------------------------------- */

/* An invitation is what a newcomer waits for. */
static void
welcome_link (GeoWindow *self) {
  g_autoptr (GeoLink) link = geo_link_parse (self->link, NULL);

  if (link == NULL || link->kind != GEO_LINK_JOIN)
    return;
  geo_welcome_set_link (self->welcome, self->link);
  g_clear_pointer (&self->link, g_free);
  geo_window_toast (self, _ ("Your invitation is there when you join"));
}

static void
open_waiting_link (GeoWindow *self) {
  g_autofree gchar *link = NULL;

  if (self->link == NULL)
    return;
  if (self->node == NULL) {
    if (g_strcmp0 (gtk_stack_get_visible_child_name (self->root), "welcome") ==
        0)
      welcome_link (self);
    return;
  }
  if (geo_wallet_is_locked (self->wallet) || get_dialog (self) != NULL)
    return;
  link = g_steal_pointer (&self->link);
  geo_open_link (GTK_WIDGET (self), self->node, link);
}

/* What a notification, or the desktop's search, was asked for. */
static void
run_errand (GeoWindow *self) {
  g_autoptr (GeoErrand) errand = NULL;

  if (self->errand == NULL || self->node == NULL ||
      geo_wallet_is_locked (self->wallet) || get_dialog (self) != NULL)
    return;
  /* Going there shows another node, and comes here again. */
  errand = g_steal_pointer (&self->errand);
  if (geo_errand_go_there (errand, self->wallet))
    geo_errand_run (errand, GTK_WIDGET (self));
}

static void
open_link_cb (GtkWidget *widget, const gchar *name, GVariant *parameter) {
  geo_window_open_link (GEO_WINDOW (widget),
                        g_variant_get_string (parameter, NULL));
}

/* --- As the wallet stands -------------------------------------------- */

static void show_node (GeoWindow *self, GeoNode *node);
static void close_dialogs (GeoWindow *self);
static void update_actions (GeoWindow *self);

/* One community that cannot be opened keeps nobody from the others. */
static void
show_trouble (GeoWindow *self) {
  gboolean is_open = geo_wallet_get_state (self->wallet) == GEO_WALLET_OPEN;

  adw_status_page_set_title (self->trouble_page,
                             is_open ? _ ("This Community Cannot Be Opened")
                                     : _ ("Your Wallet Cannot Be Opened"));
  adw_status_page_set_description (self->trouble_page,
                                   geo_wallet_get_problem (self->wallet));
  gtk_widget_set_visible (GTK_WIDGET (self->trouble_switcher), is_open);
  gtk_widget_set_visible (self->restore_key_button,
                          geo_restore_key_dialog_is_needed (self->wallet));
  close_dialogs (self);
  gtk_stack_set_visible_child_name (self->root, "trouble");
  update_actions (self);
}

static void
welcome_done_cb (GeoWelcome *welcome, GeoNode *node, GeoWindow *self) {
  if (node != NULL)
    geo_wallet_add_node (self->wallet, node);
  else
    geo_wallet_open (self->wallet);
}

/* Most days nobody is welcomed, and the first frame need not wait for it. */
static void
show_welcome (GeoWindow *self, gboolean has_identity) {
  if (self->welcome == NULL) {
    self->welcome = g_object_new (GEO_TYPE_WELCOME, NULL);
    gtk_stack_add_named (self->root, GTK_WIDGET (self->welcome), "welcome");
    g_signal_connect (self->welcome, "done", G_CALLBACK (welcome_done_cb),
                      self);
  }
  geo_welcome_start (self->welcome, geo_wallet_get_profile (self->wallet),
                     has_identity);
  geo_welcome_set_own_hub (self->welcome,
                           geo_wallet_get_own_hub (self->wallet));
  gtk_stack_set_visible_child_name (self->root, "welcome");
  open_waiting_link (self);
}

static void
unlock_done_cb (GeoUnlockPage *page, GeoWindow *self) {
  geo_wallet_open (self->wallet);
}

static void
show_unlock (GeoWindow *self) {
  if (self->unlock_page == NULL) {
    self->unlock_page = g_object_new (GEO_TYPE_UNLOCK_PAGE, NULL);
    gtk_stack_add_named (self->root, GTK_WIDGET (self->unlock_page), "unlock");
    g_signal_connect (self->unlock_page, "done", G_CALLBACK (unlock_done_cb),
                      self);
  }
  geo_unlock_page_start (self->unlock_page,
                         geo_wallet_get_profile (self->wallet));
  gtk_stack_set_visible_child_name (self->root, "unlock");
}

static void
update_root (GeoWindow *self) {
  switch (geo_wallet_get_state (self->wallet)) {
  case GEO_WALLET_CLOSED:
  case GEO_WALLET_OPENING:
    gtk_stack_set_visible_child_name (self->root, "loading");
    break;
  case GEO_WALLET_NO_IDENTITY:
    show_welcome (self, FALSE);
    break;
  case GEO_WALLET_PASSPHRASE:
    show_unlock (self);
    break;
  case GEO_WALLET_NOT_JOINED:
    close_dialogs (self);
    show_welcome (self, TRUE);
    update_actions (self);
    break;
  case GEO_WALLET_TROUBLE:
    show_trouble (self);
    break;
  case GEO_WALLET_OPEN:
    if (geo_wallet_get_node (self->wallet) != NULL)
      show_node (self, geo_wallet_get_node (self->wallet));
    else
      show_trouble (self);
    break;
  }
}

/* --- The lock -------------------------------------------------------- */

/* What a shortcut would still reach while the pages are out of sight. */
static const gchar *const page_actions[] = {
  "win.show-page",     "win.show-person",    "win.show-receipt",
  "win.pay",           "win.show-evidence",  "win.trust",
  "win.show-clearing", "win.answer-request", "win.show-sidebar",
  "win.preferences",   "win.save-statement", "win.lock-keys",
  "win.request",       "win.pay-request",    "win.show-requests",
  "win.show-request",  "win.show-code",      "win.read-code",
};

static void
update_actions (GeoWindow *self) {
  gboolean is_trouble =
      g_strcmp0 (gtk_stack_get_visible_child_name (self->root), "trouble") == 0;
  gboolean has_some = geo_wallet_get_state (self->wallet) == GEO_WALLET_OPEN;
  gboolean is_open = self->node != NULL && has_some && !is_trouble &&
                     !geo_wallet_is_locked (self->wallet);

  for (guint i = 0; i < G_N_ELEMENTS (page_actions); i++)
    gtk_widget_action_set_enabled (GTK_WIDGET (self), page_actions[i], is_open);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.invite",
                                 is_open && !geo_node_is_hearsay (self->node));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.scan-code",
                                 is_open &&
                                     geo_camera_is_present (self->camera));
  geo_community_actions_set_enabled (GTK_WIDGET (self), is_open);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.switch",
                                 is_open || (is_trouble && has_some));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.lock",
                                 geo_wallet_can_lock (self->wallet));
}

static void
update_idle (GeoWindow *self) {
  geo_idle_watch_set_seconds (
      self->idle_watch,
      geo_wallet_can_lock (self->wallet)
          ? geo_settings_get_lock_minutes (self->settings) * 60
          : 0);
}

static void
close_dialogs (GeoWindow *self) {
  AdwDialog *dialog;

  while ((dialog = get_dialog (self)) != NULL)
    adw_dialog_force_close (dialog);
}

static void
update_lock (GeoWindow *self) {
  if (geo_wallet_is_locked (self->wallet)) {
    close_dialogs (self);
    adw_toast_overlay_dismiss_all (self->toasts);
    gtk_stack_set_visible_child_name (self->root, "lock");
    geo_lock_page_start (self->lock_page, geo_wallet_get_lock (self->wallet));
  } else {
    gtk_stack_set_visible_child_name (self->root, "main");
    if (get_dialog (self) == NULL)
      geo_key_dialog_tell (GTK_WIDGET (self),
                           geo_wallet_get_profile (self->wallet));
  }
  update_actions (self);
  update_idle (self);
  open_waiting_link (self);
  run_errand (self);
}

static void
locked_cb (GeoWindow *self) {
  if (self->node != NULL)
    update_lock (self);
}

static void
lock_window (GeoWindow *self) {
  geo_wallet_lock (self->wallet);
}

static void
lock_done_cb (GeoLockPage *page, GeoWindow *self) {
  geo_wallet_unlock (self->wallet);
}

static void
pin_changed_cb (GeoWindow *self) {
  update_actions (self);
  update_idle (self);
}

/* The computer's own lock. */
static void
screensaver_cb (GeoWindow *self) {
  gboolean is_active = FALSE;

  g_object_get (gtk_window_get_application (GTK_WINDOW (self)),
                "screensaver-active", &is_active, NULL);
  if (is_active)
    lock_window (self);
}

static void
lock_cb (GtkWidget *widget, const gchar *name, GVariant *parameter) {
  lock_window (GEO_WINDOW (widget));
}

/* The keys are always there, the PIN is not. */
static void
lock_keys_cb (GtkWidget *widget, const gchar *name, GVariant *parameter) {
  GeoWindow *self = GEO_WINDOW (widget);

  if (geo_wallet_can_lock (self->wallet))
    lock_window (self);
  else
    geo_window_toast (self, _ ("To lock it, set a PIN in the preferences"));
}

static void
preferences_cb (GtkWidget *widget, const gchar *name, GVariant *parameter) {
  GeoWindow *self = GEO_WINDOW (widget);

  if (can_ask (self))
    adw_dialog_present (ADW_DIALOG (geo_preferences_dialog_new (
                            self->node, geo_wallet_get_lock (self->wallet))),
                        widget);
}

/* Whether there is a wallet or not. */
static void
show_help_cb (GtkWidget *widget, const gchar *name, GVariant *parameter) {
  if (get_dialog (widget) == NULL)
    adw_dialog_present (ADW_DIALOG (geo_help_dialog_new ()), widget);
}

static void
save_statement_cb (GtkWidget *widget, const gchar *name, GVariant *parameter) {
  GeoWindow *self = GEO_WINDOW (widget);

  if (can_ask (self))
    adw_dialog_present (ADW_DIALOG (geo_statement_dialog_new (self->node)),
                        widget);
}

/* --- The pages ------------------------------------------------------- */

static void
show_page (GeoWindow *self, const gchar *name) {
  guint n = 0;

  adw_navigation_view_pop_to_page (self->navigation, self->root_page);
  adw_view_stack_set_visible_child_name (self->pages, name);
  for (GtkListBoxRow *row =
           gtk_list_box_get_row_at_index (self->sidebar_list, 0);
       row != NULL;
       row = gtk_list_box_get_row_at_index (self->sidebar_list, (int) ++n)) {
    if (g_strcmp0 (g_object_get_data (G_OBJECT (row), "page"), name) == 0)
      gtk_list_box_select_row (self->sidebar_list, row);
  }
}

static GtkWidget *
make_page (const gchar *name) {
  if (g_str_equal (name, "home"))
    return g_object_new (GEO_TYPE_HOME_PAGE, NULL);
  if (g_str_equal (name, "activity"))
    return g_object_new (GEO_TYPE_ACTIVITY_PAGE, NULL);
  if (g_str_equal (name, "people"))
    return g_object_new (GEO_TYPE_PEOPLE_PAGE, NULL);
  g_assert (g_str_equal (name, "market"));
  return g_object_new (GEO_TYPE_MARKET_PAGE, NULL);
}

static void
set_page_node (GtkWidget *page, GeoNode *node) {
  if (GEO_IS_HOME_PAGE (page))
    geo_home_page_set_node (GEO_HOME_PAGE (page), node);
  else if (GEO_IS_ACTIVITY_PAGE (page))
    geo_activity_page_set_node (GEO_ACTIVITY_PAGE (page), node);
  else if (GEO_IS_PEOPLE_PAGE (page))
    geo_people_page_set_node (GEO_PEOPLE_PAGE (page), node);
  else
    geo_market_page_set_node (GEO_MARKET_PAGE (page), node);
}

/* A page is made when it is first seen: hundreds of rows, and a search through
 * the whole history for its circles, are not for who only looks at Home. */
static void
fill_visible_page (GeoWindow *self) {
  GtkWidget *place = adw_view_stack_get_visible_child (self->pages);
  GtkWidget *page;

  if (self->node == NULL || place == NULL ||
      adw_bin_get_child (ADW_BIN (place)) != NULL)
    return;
  page = make_page (adw_view_stack_get_visible_child_name (self->pages));
  adw_bin_set_child (ADW_BIN (place), page);
  set_page_node (page, self->node);
}

/* Another node: the pages that there are show it. */
static void
fill_pages (GeoWindow *self) {
  g_autoptr (GtkSelectionModel) model = adw_view_stack_get_pages (self->pages);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (model)); i++) {
    g_autoptr (AdwViewStackPage) page =
        g_list_model_get_item (G_LIST_MODEL (model), i);
    GtkWidget *child =
        adw_bin_get_child (ADW_BIN (adw_view_stack_page_get_child (page)));

    if (child != NULL)
      set_page_node (child, self->node);
  }
  fill_visible_page (self);
}

static void
visible_page_cb (GeoWindow *self) {
  GtkWidget *child = adw_view_stack_get_visible_child (self->pages);

  fill_visible_page (self);
  if (child != NULL)
    adw_navigation_page_set_title (
        self->root_page, adw_view_stack_page_get_title (
                             adw_view_stack_get_page (self->pages, child)));
  if (child != NULL && self->settings != NULL)
    g_settings_set_string (self->settings, "page",
                           adw_view_stack_get_visible_child_name (self->pages));
}

static void
sidebar_row_activated_cb (GtkListBox *list,
                          GtkListBoxRow *row,
                          GeoWindow *self) {
  show_page (self, g_object_get_data (G_OBJECT (row), "page"));
  if (adw_overlay_split_view_get_collapsed (self->split_view))
    adw_overlay_split_view_set_show_sidebar (self->split_view, FALSE);
}

/* Arrows go from page to page: what is marked is what is shown. */
static void
sidebar_row_selected_cb (GtkListBox *list,
                         GtkListBoxRow *row,
                         GeoWindow *self) {
  const gchar *page = row != NULL ? g_object_get_data (G_OBJECT (row), "page")
                                  : NULL;

  if (page != NULL &&
      g_strcmp0 (adw_view_stack_get_visible_child_name (self->pages), page) !=
          0)
    show_page (self, page);
}

static void
add_sidebar_rows (GeoWindow *self) {
  g_autoptr (GtkSelectionModel) model = adw_view_stack_get_pages (self->pages);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (model));

  for (guint i = 0; i < n; i++) {
    g_autoptr (AdwViewStackPage) page =
        g_list_model_get_item (G_LIST_MODEL (model), i);
    GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
    GtkWidget *label = gtk_label_new (adw_view_stack_page_get_title (page));
    GtkWidget *row = gtk_list_box_row_new ();
    GtkWidget *icon =
        gtk_image_new_from_icon_name (adw_view_stack_page_get_icon_name (page));

    gtk_accessible_update_property (GTK_ACCESSIBLE (row),
                                    GTK_ACCESSIBLE_PROPERTY_LABEL,
                                    adw_view_stack_page_get_title (page), -1);
    gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
    gtk_box_append (GTK_BOX (box), icon);
    gtk_box_append (GTK_BOX (box), label);
    gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
    g_object_set_data_full (G_OBJECT (row), "page",
                            g_strdup (adw_view_stack_page_get_name (page)),
                            g_free);
    gtk_list_box_append (self->sidebar_list, row);
  }
  show_page (self, "home");
}

/* --- Actions --------------------------------------------------------- */

static void
show_page_cb (GtkWidget *widget, const gchar *name, GVariant *parameter) {
  GeoWindow *self = GEO_WINDOW (widget);
  GtkWidget *focus, *page;

  show_page (self, g_variant_get_string (parameter, NULL));
  if (adw_overlay_split_view_get_collapsed (self->split_view))
    adw_overlay_split_view_set_show_sidebar (self->split_view, FALSE);
  /* Who asked for the page goes on in it. */
  page = adw_view_stack_get_visible_child (self->pages);
  focus = gtk_window_get_focus (GTK_WINDOW (self));
  if (page != NULL && get_dialog (self) == NULL &&
      (focus == NULL || !gtk_widget_is_ancestor (focus, page)))
    gtk_widget_child_focus (page, GTK_DIR_TAB_FORWARD);
}

static void
push_person (GeoWindow *self, GeoPerson *person) {
  adw_navigation_view_push (
      self->navigation,
      ADW_NAVIGATION_PAGE (geo_person_page_new (self->node, person)));
}

static void
stranger_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GeoWindow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) found = geo_node_find_people_finish (GEO_NODE (source),
                                                              result, &error);
  g_autoptr (GeoPerson) person = NULL;

  if (self->node != GEO_NODE (source) ||
      g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (found != NULL)
    person = g_list_model_get_item (found, 0);
  if (person != NULL)
    push_person (self, person);
  else
    geo_window_toast (self, error != NULL ? error->message
                                          : _ ("This person was not found"));
}

static void
show_person_cb (GtkWidget *widget, const gchar *name, GVariant *parameter) {
  GeoWindow *self = GEO_WINDOW (widget);
  GeoPerson *person;
  GeoPid pid;

  if (self->node == NULL ||
      !geo_pid_parse (g_variant_get_string (parameter, NULL), &pid, NULL))
    return;
  person = geo_node_get_person (self->node, &pid);
  if (person != NULL)
    push_person (self, person);
  else
    geo_node_find_people_async (self->node,
                                g_variant_get_string (parameter, NULL), NULL,
                                stranger_cb, g_object_ref (self));
}

static void
show_activity_cb (GtkWidget *widget, const gchar *name, GVariant *parameter) {
  GeoWindow *self = GEO_WINDOW (widget);

  if (self->node == NULL)
    return;
  show_page (self, "activity");
  geo_activity_page_show_person (
      GEO_ACTIVITY_PAGE (adw_bin_get_child (
          ADW_BIN (adw_view_stack_get_visible_child (self->pages)))),
      g_variant_get_string (parameter, NULL));
}

static void
show_receipt_cb (GtkWidget *widget, const gchar *name, GVariant *parameter) {
  GeoWindow *self = GEO_WINDOW (widget);

  if (self->node != NULL)
    adw_navigation_view_push (
        self->navigation,
        ADW_NAVIGATION_PAGE (geo_receipt_page_new (
            self->node, g_variant_get_string (parameter, NULL))));
}

static void
show_evidence_cb (GtkWidget *widget, const gchar *name, GVariant *parameter) {
  GeoWindow *self = GEO_WINDOW (widget);

  if (self->node == NULL ||
      GEO_IS_EVIDENCE_PAGE (
          adw_navigation_view_get_visible_page (self->navigation)))
    return;
  adw_navigation_view_push (
      self->navigation,
      ADW_NAVIGATION_PAGE (geo_evidence_page_new (self->node)));
}

static void
pay_cb (GtkWidget *widget, const gchar *name, GVariant *parameter) {
  GeoWindow *self = GEO_WINDOW (widget);

  if (can_ask (self))
    adw_dialog_present (
        ADW_DIALOG (geo_pay_dialog_new (
            self->node, g_variant_get_string (parameter, NULL))),
        widget);
}

static void
trust_cb (GtkWidget *widget, const gchar *name, GVariant *parameter) {
  GeoWindow *self = GEO_WINDOW (widget);

  if (can_ask (self))
    adw_dialog_present (
        ADW_DIALOG (geo_trust_dialog_new (
            self->node, g_variant_get_string (parameter, NULL))),
        widget);
}

static void
answer_request_cb (GtkWidget *widget, const gchar *name, GVariant *parameter) {
  GeoWindow *self = GEO_WINDOW (widget);

  if (can_ask (self))
    geo_request_answer (widget, self->node,
                        g_variant_get_string (parameter, NULL));
}

static void
show_clearing_cb (GtkWidget *widget, const gchar *name, GVariant *parameter) {
  GeoWindow *self = GEO_WINDOW (widget);

  if (can_ask (self))
    adw_dialog_present (
        ADW_DIALOG (geo_clearing_dialog_new (
            self->node, g_variant_get_string (parameter, NULL))),
        widget);
}

static void
toast_cb (GtkWidget *widget, const gchar *name, GVariant *parameter) {
  geo_window_toast (GEO_WINDOW (widget),
                    g_variant_get_string (parameter, NULL));
}

static void
reconnect_cb (GtkWidget *widget, const gchar *name, GVariant *parameter) {
  GeoWindow *self = GEO_WINDOW (widget);

  if (self->node != NULL)
    geo_node_hurry (self->node);
}

static void
show_sidebar_cb (GtkWidget *widget, const gchar *name, GVariant *parameter) {
  AdwOverlaySplitView *split = GEO_WINDOW (widget)->split_view;

  adw_overlay_split_view_set_show_sidebar (
      split, !adw_overlay_split_view_get_show_sidebar (split));
}

/* --- What happens elsewhere appears here ----------------------------- */

static void
payment_received_cb (GeoNode *node, GeoActivityItem *item, GeoWindow *self) {
  g_autofree gchar *amount =
      geo_phrase_amount (geo_activity_item_get_amount (item),
                         geo_activity_item_get_precision (item),
                         geo_activity_item_get_equivalent (item));
  /* Translators: a person's name, then an amount with its currency. */
  g_autofree gchar *text = g_strdup_printf (
      _ ("%s paid you %s"), geo_activity_item_get_peer_name (item), amount);

  /* Who locked the window shows nobody what arrives. */
  if (!geo_wallet_is_locked (self->wallet))
    geo_window_toast (self, text);
}

static void
cleared_cb (GeoNode *node, GeoActivityItem *item, GeoWindow *self) {
  g_autofree gchar *amount =
      geo_phrase_amount (geo_activity_item_get_amount (item),
                         geo_activity_item_get_precision (item),
                         geo_activity_item_get_equivalent (item));
  g_autofree gchar *text = g_strdup_printf (
      /* Translators: an amount, and the same again. */
      _ ("Cleared: you owe %s less, and are owed %s less"), amount, amount);
  g_autoptr (AdwToast) toast = adw_toast_new (text);
  const gchar *key = geo_activity_item_get_receipt_key (item);

  if (geo_wallet_is_locked (self->wallet))
    return;
  if (key != NULL) {
    adw_toast_set_button_label (toast, _ ("_Show"));
    adw_toast_set_action_name (toast, "win.show-receipt");
    adw_toast_set_action_target (toast, "s", key);
  }
  adw_toast_overlay_add_toast (self->toasts, g_steal_pointer (&toast));
}

static void
fault_cb (GeoNode *node, const gchar *message, GeoWindow *self) {
  geo_window_toast (self, message);
}

static void
notice_cb (GeoNode *node, const gchar *sentence, GeoWindow *self) {
  geo_window_toast (self, sentence);
}

static void
key_changed_cb (GeoNode *node, GeoPerson *person, GeoWindow *self) {
  g_autofree gchar *text = geo_key_warning_phrase (node, person);
  g_autoptr (AdwToast) toast = adw_toast_new (text);

  if (geo_wallet_is_locked (self->wallet))
    return;
  adw_toast_set_use_markup (toast, FALSE);
  adw_toast_set_button_label (toast, _ ("_Show"));
  adw_toast_set_action_name (toast, "win.show-person");
  adw_toast_set_action_target (toast, "s", geo_person_get_pid_text (person));
  adw_toast_overlay_add_toast (self->toasts, g_steal_pointer (&toast));
}

/* The practice market's people are pretended, and that is always in sight. */
static gboolean
is_practice (GeoNode *node) {
  const gchar *text = g_getenv ("GEO_PRACTICE_LINK");
  g_autoptr (GeoLink) link = text != NULL ? geo_link_parse (text, NULL) : NULL;
  GeoPid community;

  return link != NULL && link->has_community &&
         geo_pid_parse (geo_node_get_community_pid (node), &community, NULL) &&
         geo_pid_equal (&community, &link->community);
}

static void
show_node (GeoWindow *self, GeoNode *node) {
  if (node != self->node) {
    /* What is open belongs to another community. */
    if (self->node != NULL) {
      g_signal_handlers_disconnect_by_data (self->node, self);
      close_dialogs (self);
      adw_navigation_view_pop_to_page (self->navigation, self->root_page);
    }
    g_set_object (&self->node, node);
    g_signal_connect (node, "payment-received",
                      G_CALLBACK (payment_received_cb), self);
    g_signal_connect (node, "cleared", G_CALLBACK (cleared_cb), self);
    g_signal_connect (node, "fault", G_CALLBACK (fault_cb), self);
    g_signal_connect (node, "notice", G_CALLBACK (notice_cb), self);
    g_signal_connect (node, "key-changed", G_CALLBACK (key_changed_cb), self);

    adw_banner_set_revealed (self->practice_banner, is_practice (node));
    geo_connection_pill_set_node (self->connection_pill, node);
    fill_pages (self);
  }
  update_lock (self);
}

/* Another community, or one that can be opened now. */
static void
node_cb (GeoWindow *self) {
  if (geo_wallet_get_state (self->wallet) == GEO_WALLET_OPEN)
    update_root (self);
}

/* --- Life ------------------------------------------------------------ */

static void
geo_window_dispose (GObject *object) {
  GeoWindow *self = GEO_WINDOW (object);

  g_clear_object (&self->idle_watch);
  g_clear_object (&self->camera);
  g_clear_object (&self->settings);
  if (self->node != NULL)
    g_signal_handlers_disconnect_by_data (self->node, self);
  g_clear_object (&self->node);
  g_clear_object (&self->wallet);
  g_clear_pointer (&self->errand, geo_errand_free);
  G_OBJECT_CLASS (geo_window_parent_class)->dispose (object);
}

static void
geo_window_class_init (GeoWindowClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = geo_window_dispose;

  g_type_ensure (GEO_TYPE_COMMUNITY_SWITCHER);
  g_type_ensure (GEO_TYPE_CONNECTION_PILL);
  g_type_ensure (GEO_TYPE_LOCK_PAGE);

  gtk_widget_class_set_template_from_resource (
      widget_class, "/net/geocredit/Wallet/ui/geo-window.ui");
  gtk_widget_class_bind_template_child (widget_class, GeoWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, GeoWindow, root);
  gtk_widget_class_bind_template_child (widget_class, GeoWindow, trouble_page);
  gtk_widget_class_bind_template_child (widget_class, GeoWindow,
                                        trouble_switcher);
  gtk_widget_class_bind_template_child (widget_class, GeoWindow, retry_button);
  gtk_widget_class_bind_template_child (widget_class, GeoWindow,
                                        restore_key_button);
  gtk_widget_class_bind_template_child (widget_class, GeoWindow, lock_page);
  gtk_widget_class_bind_template_child (widget_class, GeoWindow, split_view);
  gtk_widget_class_bind_template_child (widget_class, GeoWindow, switcher);
  gtk_widget_class_bind_template_child (widget_class, GeoWindow, market_banner);
  gtk_widget_class_bind_template_child (widget_class, GeoWindow, sidebar_list);
  gtk_widget_class_bind_template_child (widget_class, GeoWindow, navigation);
  gtk_widget_class_bind_template_child (widget_class, GeoWindow, root_page);
  gtk_widget_class_bind_template_child (widget_class, GeoWindow,
                                        connection_pill);
  gtk_widget_class_bind_template_child (widget_class, GeoWindow,
                                        practice_banner);
  gtk_widget_class_bind_template_child (widget_class, GeoWindow, pages);
  gtk_widget_class_bind_template_child (widget_class, GeoWindow,
                                        cramped_breakpoint);

  geo_community_actions_install (widget_class);
  gtk_widget_class_install_action (widget_class, "win.show-page", "s",
                                   show_page_cb);
  gtk_widget_class_install_action (widget_class, "win.show-person", "s",
                                   show_person_cb);
  gtk_widget_class_install_action (widget_class, "win.show-receipt", "s",
                                   show_receipt_cb);
  gtk_widget_class_install_action (widget_class, "win.show-evidence", "s",
                                   show_evidence_cb);
  gtk_widget_class_install_action (widget_class, "win.pay", "s", pay_cb);
  gtk_widget_class_install_action (widget_class, "win.trust", "s", trust_cb);
  geo_window_requests_install (widget_class);
  gtk_widget_class_install_action (widget_class, "win.show-activity", "s",
                                   show_activity_cb);
  gtk_widget_class_install_action (widget_class, "win.show-clearing", "s",
                                   show_clearing_cb);
  gtk_widget_class_install_action (widget_class, "win.answer-request", "s",
                                   answer_request_cb);
  gtk_widget_class_install_action (widget_class, "win.toast", "s", toast_cb);
  gtk_widget_class_install_action (widget_class, "win.open-link", "s",
                                   open_link_cb);
  gtk_widget_class_install_action (widget_class, "win.show-help", NULL,
                                   show_help_cb);
  geo_restore_key_dialog_install (widget_class);
  gtk_widget_class_install_action (widget_class, "win.reconnect", NULL,
                                   reconnect_cb);
  gtk_widget_class_install_action (widget_class, "win.show-sidebar", NULL,
                                   show_sidebar_cb);
  gtk_widget_class_install_action (widget_class, "win.lock", NULL, lock_cb);
  gtk_widget_class_install_action (widget_class, "win.lock-keys", NULL,
                                   lock_keys_cb);
  gtk_widget_class_install_action (widget_class, "win.preferences", NULL,
                                   preferences_cb);
  gtk_widget_class_install_action (widget_class, "win.save-statement", NULL,
                                   save_statement_cb);
}

/* A page of another version is none. */
static void
restore_page (GeoWindow *self) {
  g_autofree gchar *name = g_settings_get_string (self->settings, "page");

  if (adw_view_stack_get_child_by_name (self->pages, name) != NULL)
    show_page (self, name);
}

/* State kept between runs.  A program that runs where it was built may have no
 * schema; then nothing is kept. */
static void
bind_settings (GeoWindow *self) {
  self->settings = geo_settings_new ();
  if (self->settings == NULL)
    return;
  g_settings_bind (self->settings, "window-width", self, "default-width",
                   G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "window-height", self, "default-height",
                   G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "window-maximized", self, "maximized",
                   G_SETTINGS_BIND_DEFAULT);
  g_signal_connect_object (self->settings, "changed::lock-after",
                           G_CALLBACK (update_idle), self, G_CONNECT_SWAPPED);
  restore_page (self);
}

static void
geo_window_init (GeoWindow *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
  geo_fit_text_cramp (GTK_WIDGET (self), self->cramped_breakpoint);
  if (GEO_DEVELOPMENT)
    gtk_widget_add_css_class (GTK_WIDGET (self), "devel");

  g_signal_connect (self->lock_page, "done", G_CALLBACK (lock_done_cb), self);
  self->idle_watch = geo_idle_watch_new (GTK_WIDGET (self));
  g_signal_connect_swapped (self->idle_watch, "idle", G_CALLBACK (lock_window),
                            self);
  g_signal_connect (self->sidebar_list, "row-activated",
                    G_CALLBACK (sidebar_row_activated_cb), self);
  g_signal_connect (self->sidebar_list, "row-selected",
                    G_CALLBACK (sidebar_row_selected_cb), self);
  g_signal_connect_swapped (self->pages, "notify::visible-child",
                            G_CALLBACK (visible_page_cb), self);
  g_signal_connect (self, "notify::visible-dialog",
                    G_CALLBACK (open_waiting_link), NULL);
  g_signal_connect (self, "notify::visible-dialog", G_CALLBACK (run_errand),
                    NULL);
  geo_open_link_listen (GTK_WIDGET (self));
  geo_toast_focus_watch (GTK_WINDOW (self), self->toasts);
  add_sidebar_rows (self);
  bind_settings (self);
}

GeoWindow *
geo_window_new (GeoApplication *application) {
  GeoWindow *self = g_object_new (GEO_TYPE_WINDOW, "application", application,
                                  NULL);
  GeoWallet *wallet = geo_application_get_wallet (application);

  self->wallet = g_object_ref (wallet);
  g_signal_connect_object (wallet, "notify::state", G_CALLBACK (update_root),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (wallet, "notify::node", G_CALLBACK (node_cb), self,
                           G_CONNECT_SWAPPED);
  self->camera = geo_camera_get ();
  g_signal_connect_object (self->camera, "notify::present",
                           G_CALLBACK (update_actions), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (wallet, "notify::locked", G_CALLBACK (locked_cb),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (geo_wallet_get_lock (wallet), "notify::has-pin",
                           G_CALLBACK (pin_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (application, "notify::screensaver-active",
                           G_CALLBACK (screensaver_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->retry_button, "clicked",
                           G_CALLBACK (geo_wallet_open), wallet,
                           G_CONNECT_SWAPPED);
  geo_community_switcher_set_wallet (self->switcher, wallet);
  geo_community_switcher_set_wallet (self->trouble_switcher, wallet);
  geo_community_actions_warn (self->market_banner,
                              geo_wallet_get_own_hub (wallet));
  update_actions (self);
  update_root (self);
  geo_wallet_open (wallet);
  return self;
}

GeoNode *
geo_window_get_node (GeoWindow *self) {
  g_return_val_if_fail (GEO_IS_WINDOW (self), NULL);

  return self->node;
}

void
geo_window_push_page (GeoWindow *self, AdwNavigationPage *page) {
  g_return_if_fail (GEO_IS_WINDOW (self));

  adw_navigation_view_push (self->navigation, page);
}

/* What is said behind a dialog is not seen. */
static AdwToastOverlay *
find_toasts (GeoWindow *self) {
  AdwDialog *dialog = get_dialog (self);
  GtkWidget *child = dialog != NULL ? adw_dialog_get_child (dialog) : NULL;

  return ADW_IS_TOAST_OVERLAY (child) ? ADW_TOAST_OVERLAY (child)
                                      : self->toasts;
}

void
geo_window_toast (GeoWindow *self, const gchar *text) {
  g_return_if_fail (GEO_IS_WINDOW (self));

  adw_toast_overlay_add_toast (find_toasts (self), adw_toast_new (text));
}

void
geo_window_run_errand (GeoWindow *self, GeoErrand *errand) {
  g_return_if_fail (GEO_IS_WINDOW (self));

  if (errand == NULL)
    return;
  g_clear_pointer (&self->errand, geo_errand_free);
  self->errand = errand;
  run_errand (self);
}

void
geo_window_open_link (GeoWindow *self, const gchar *text) {
  g_return_if_fail (GEO_IS_WINDOW (self));

  g_set_str (&self->link, text);
  open_waiting_link (self);
}
