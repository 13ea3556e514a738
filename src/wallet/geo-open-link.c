/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * geo:// links in a window: reads one, and asks the window for what it means.
 * It keeps nothing.
 */
#include "config.h"

#include "wallet/geo-open-link.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <string.h>

#include "core/geo-error.h"
#include "core/geo-link.h"
#include "node/geo-node-requests.h"
#include "wallet/geo-fit-text.h"
#include "wallet/geo-open-invitation.h"
#include "wallet/geo-read-code.h"

/* A page of text is no link; whatever is longer is not even read. */
#define LINK_LEN_MAX 4096

static void
explain (GtkWidget *window, const gchar *sentence) {
  AdwDialog *dialog = geo_fit_text_new_alert (_ ("This Link Cannot Be Opened"),
                                              sentence);

  adw_alert_dialog_add_response (ADW_ALERT_DIALOG (dialog), "close",
                                 _ ("_Close"));
  adw_dialog_present (dialog, window);
}

static const gchar *
phrase_unreadable (const gchar *text, const GError *error) {
  if (g_ascii_strncasecmp (text, "geo://", strlen ("geo://")) != 0)
    return _ ("It is not a link of Geo: those begin with geo://.");
  if (g_error_matches (error, GEO_CORE_ERROR, GEO_CORE_ERROR_VERSION))
    return _ ("It comes from another version of Geo. Update Geo and open it "
              "again.");
  return _ ("It is damaged, or asks for something that this version of Geo "
            "does not know. Ask for it again.");
}

static void
open_invitation (GtkWidget *window,
                 GeoNode *node,
                 const GeoLink *link,
                 const gchar *text) {
  GeoPid here;

  if (link->has_community &&
      geo_pid_parse (geo_node_get_community_pid (node), &here, NULL) &&
      geo_pid_equal (&here, &link->community))
    geo_open_invitation (window, node, link, text);
  else
    gtk_widget_activate_action (window, "win.join", "s", text);
}

/* Nobody pays themselves. */
static void
open_own (GtkWidget *window, GeoNode *node, const GeoLink *link) {
  GeoRequestItem *item = link->invoice != NULL
                             ? geo_node_find_request (node,
                                                      link->invoice->invoice_id)
                             : NULL;

  if (item != NULL && geo_request_item_is_mine (item))
    gtk_widget_activate_action (window, "win.show-request", "s",
                                geo_request_item_get_key (item));
  else
    gtk_widget_activate_action (window, "win.toast", "s",
                                _ ("This is your own link"));
}

void
geo_open_link (GtkWidget *window, GeoNode *node, const gchar *text) {
  g_autofree gchar *plain = g_strstrip (g_strdup (text));
  g_autofree gchar *pid = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoLink) link = geo_link_parse (plain, &error);

  g_return_if_fail (GTK_IS_WIDGET (window));
  g_return_if_fail (GEO_IS_NODE (node));

  if (link == NULL) {
    explain (window, phrase_unreadable (plain, error));
    return;
  }
  if (link->has_pid)
    pid = geo_pid_to_string (&link->pid);
  if (g_strcmp0 (pid, geo_node_get_pid (node)) == 0) {
    open_own (window, node, link);
    return;
  }
  switch (link->kind) {
  case GEO_LINK_PARTICIPANT:
    gtk_widget_activate_action (window, "win.show-person", "s", pid);
    break;
  case GEO_LINK_PAY:
    gtk_widget_activate_action (window, "win.pay", "s", plain);
    break;
  case GEO_LINK_JOIN:
    open_invitation (window, node, link, plain);
    break;
  }
}

/* --- How links get into a window ---------------------------------------- */

static gboolean
open_text (GtkWidget *window, const gchar *text) {
  if (text == NULL || *text == '\0' || strlen (text) > LINK_LEN_MAX)
    return FALSE;
  return gtk_widget_activate_action (window, "win.open-link", "s", text);
}

static gboolean
is_link (const gchar *text) {
  return g_ascii_strncasecmp (text, "geo://", strlen ("geo://")) == 0;
}

/* Of several files, the first: who drops two codes wants to see one. */
static gboolean
open_files (GtkWidget *window, GSList *files) {
  g_autofree gchar *uri = NULL;

  if (files == NULL)
    return FALSE;
  uri = g_file_get_uri (files->data);
  if (is_link (uri))
    return open_text (window, uri);
  geo_read_code_of (window, files->data);
  return TRUE;
}

static gboolean
drop_cb (GtkDropTarget *target,
         const GValue *value,
         double x,
         double y,
         GtkWidget *window) {
  if (G_VALUE_HOLDS (value, GDK_TYPE_FILE_LIST))
    return open_files (window, g_value_get_boxed (value));
  return open_text (window, g_value_get_string (value));
}

static gboolean
has_picture (GdkClipboard *clipboard) {
  GdkContentFormats *formats = gdk_clipboard_get_formats (clipboard);

  return gdk_content_formats_contain_gtype (formats, GDK_TYPE_TEXTURE) ||
         gdk_content_formats_contain_gtype (formats, GDK_TYPE_FILE_LIST) ||
         gdk_content_formats_contain_mime_type (formats, "image/png") ||
         gdk_content_formats_contain_mime_type (formats, "text/uri-list");
}

static void
pasted_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GtkWidget) window = user_data;
  GdkClipboard *clipboard = GDK_CLIPBOARD (source);
  g_autofree gchar *text = gdk_clipboard_read_text_finish (clipboard, result,
                                                           NULL);

  if (text != NULL)
    g_strchug (text);
  if (text != NULL && is_link (text) && open_text (window, text))
    return;
  /* What else is on the clipboard is nobody's business here. */
  if (has_picture (clipboard))
    geo_read_code_from_clipboard (window);
  else
    gtk_widget_activate_action (window, "win.toast", "s",
                                _ ("There is no link of Geo on the clipboard"));
}

void
geo_open_link_paste (GtkWidget *window) {
  g_return_if_fail (GTK_IS_WIDGET (window));

  gdk_clipboard_read_text_async (gtk_widget_get_clipboard (window), NULL,
                                 pasted_cb, g_object_ref (window));
}

static gboolean
paste_cb (GtkWidget *window, GVariant *args, gpointer user_data) {
  geo_open_link_paste (window);
  return TRUE;
}

void
geo_open_link_listen (GtkWidget *window) {
  GtkDropTarget *target = gtk_drop_target_new (G_TYPE_INVALID, GDK_ACTION_COPY);
  GType types[] = { GDK_TYPE_FILE_LIST, G_TYPE_STRING };
  /* Comes last: entries take what is pasted into them. */
  GtkEventController *shortcuts = gtk_shortcut_controller_new ();

  g_return_if_fail (GTK_IS_WIDGET (window));

  gtk_drop_target_set_gtypes (target, types, G_N_ELEMENTS (types));
  g_signal_connect (target, "drop", G_CALLBACK (drop_cb), window);
  gtk_widget_add_controller (window, GTK_EVENT_CONTROLLER (target));
  gtk_shortcut_controller_add_shortcut (
      GTK_SHORTCUT_CONTROLLER (shortcuts),
      gtk_shortcut_new (gtk_shortcut_trigger_parse_string ("<Control>v"),
                        gtk_callback_action_new (paste_cb, NULL, NULL)));
  gtk_widget_add_controller (window, shortcuts);
}
