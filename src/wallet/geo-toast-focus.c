/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where the focus goes when what had it is gone: not to a toast, which stays as
 * long as it has the focus.  It shows no toasts itself.
 */
#include "config.h"

#include "wallet/geo-toast-focus.h"

typedef struct {
  AdwToastOverlay *toasts; /* A part of the window. */
  GtkWidget *last; /* Weak: what had the focus before; no toast. */
  GtkWidget *toast; /* Weak: what has it in a toast, or had it just now. */
  gboolean was_toast;
} Watch;

static void
watch_free (gpointer data, GClosure *closure) {
  Watch *watch = data;

  g_clear_weak_pointer (&watch->last);
  g_clear_weak_pointer (&watch->toast);
  g_free (watch);
}

static void
focus_cb (GtkWindow *window, GParamSpec *spec, Watch *watch) {
  GtkWidget *focus = gtk_window_get_focus (window);
  GtkWidget *content = adw_toast_overlay_get_child (watch->toasts);
  gboolean is_toast = focus != NULL && content != NULL &&
                      gtk_widget_is_ancestor (focus,
                                              GTK_WIDGET (watch->toasts)) &&
                      !gtk_widget_is_ancestor (focus, content);

  /* A toast that goes does not take the focus with it.  Nobody has it first,
   * and then whoever GTK finds. */
  if (watch->was_toast && focus == NULL)
    return;
  if (watch->was_toast && !is_toast) {
    gboolean is_gone = watch->toast == NULL ||
                       !gtk_widget_get_mapped (watch->toast);

    watch->was_toast = FALSE;
    if (is_gone && watch->last != NULL && gtk_widget_get_mapped (watch->last)) {
      gtk_widget_grab_focus (watch->last);
      return;
    }
  }
  watch->was_toast = is_toast;
  g_set_weak_pointer (&watch->toast, is_toast ? focus : NULL);
  /* Who went there from what is still there, wanted to. */
  if (is_toast &&
      (watch->last == NULL || !gtk_widget_get_mapped (watch->last) ||
       !gtk_widget_is_ancestor (watch->last, GTK_WIDGET (watch->toasts)))) {
    /* The way on begins where the focus was; behind that there may be nothing,
     * and before it there is what one came by. */
    if (!gtk_widget_child_focus (content, GTK_DIR_TAB_BACKWARD))
      gtk_widget_child_focus (content, GTK_DIR_TAB_FORWARD);
    return;
  }
  if (!is_toast)
    g_set_weak_pointer (&watch->last, focus);
}

void
geo_toast_focus_watch (GtkWindow *window, AdwToastOverlay *toasts) {
  Watch *watch = g_new0 (Watch, 1);

  watch->toasts = toasts;
  g_signal_connect_data (window, "notify::focus-widget", G_CALLBACK (focus_cb),
                         watch, watch_free, G_CONNECT_DEFAULT);
}
