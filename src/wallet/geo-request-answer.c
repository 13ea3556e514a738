/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Small questions about what people ask each other for.  What is answered is
 * stored by the node before it is sent.
 */
#include "config.h"

#include "wallet/geo-request-answer.h"

#include <glib/gi18n.h>

#include "node/geo-node-invitations.h"
#include "node/geo-phrases.h"
#include "wallet/geo-amount-entry.h"
#include "wallet/geo-fit-text.h"
#include "wallet/geo-key-warning.h"

typedef struct {
  GtkWidget *parent;
  GeoNode *node;
  GeoRequestItem *item; /* NULL: about the person. */
  GeoPerson *person;
  GeoAmountEntry *entry; /* In the alert, which holds it. */
  gchar *done; /* What is said when it is. */
} Question;

static void
question_free (gpointer data, GClosure *closure) {
  Question *question = data;

  g_clear_object (&question->parent);
  g_clear_object (&question->node);
  g_clear_object (&question->item);
  g_clear_object (&question->person);
  g_free (question->done);
  g_free (question);
}

static Question *
question_new (GtkWidget *parent, GeoNode *node) {
  Question *question = g_new0 (Question, 1);

  question->parent = g_object_ref (parent);
  question->node = g_object_ref (node);
  return question;
}

static void
toast (GtkWidget *widget, const gchar *text) {
  gtk_widget_activate_action (widget, "win.toast", "s", text);
}

typedef struct {
  GtkWidget *widget;
  gchar *done;
} Waiting;

static Waiting *
waiting_new (Question *question) {
  Waiting *waiting = g_new0 (Waiting, 1);

  waiting->widget = g_object_ref (question->parent);
  waiting->done = g_strdup (question->done);
  return waiting;
}

/* Says what came of it; takes waiting. */
static void
finish (Waiting *waiting, const GError *error) {
  toast (waiting->widget, error != NULL ? error->message : waiting->done);
  g_object_unref (waiting->widget);
  g_free (waiting->done);
  g_free (waiting);
}

static void
responded_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoRequestItem) item = geo_node_request_finish (GEO_NODE (source),
                                                             result, &error);

  finish (user_data, error);
}

static void
trusted_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GError) error = NULL;

  geo_node_trust_finish (GEO_NODE (source), result, &error);
  finish (user_data, error);
}

static void
blocked_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GError) error = NULL;

  geo_node_set_blocked_finish (GEO_NODE (source), result, &error);
  finish (user_data, error);
}

/* --- Answering ---------------------------------------------------------- */

static void
trust (Question *question) {
  const GeoPid *peer = geo_request_item_get_peer (question->item);
  GeoAmount limit;

  if (peer == NULL || !geo_request_item_get_amount (question->item, &limit))
    return;
  g_set_str (&question->done, _ ("You trust as you were asked to"));
  geo_node_trust_async (question->node, peer,
                        geo_request_item_get_equivalent (question->item), limit,
                        FALSE, 0, NULL, trusted_cb, waiting_new (question));
}

static void
respond (Question *question, GeoVerdict verdict, const gchar *done) {
  g_set_str (&question->done, done);
  geo_node_respond_async (question->node,
                          geo_request_item_get_key (question->item), verdict,
                          NULL, responded_cb, waiting_new (question));
}

static void
answer_cb (AdwAlertDialog *alert, const gchar *response, Question *question) {
  if (g_str_equal (response, "decline")) {
    respond (question, GEO_VERDICT_DECLINED, _ ("You said no"));
    return;
  }
  if (g_str_equal (response, "look"))
    gtk_widget_activate_action (question->parent, "win.show-person", "s",
                                geo_person_get_pid_text (question->person));
  if (!g_str_equal (response, "accept"))
    return;
  switch (geo_request_item_get_kind (question->item)) {
  case GEO_REQUEST_PAYMENT:
    /* Whether it can be paid, and the last word, belong to paying. */
    gtk_widget_activate_action (question->parent, "win.pay-request", "s",
                                geo_request_item_get_key (question->item));
    break;
  case GEO_REQUEST_TRUST:
    trust (question);
    break;
  case GEO_REQUEST_CHECKPOINT:
    respond (question, GEO_VERDICT_AGREED, _ ("You both agree now"));
    break;
  case GEO_REQUEST_INVITATION:
    break; /* Waits for nobody's answer here. */
  }
}

const gchar *
geo_request_answer_label (GeoRequestItem *item) {
  switch (geo_request_item_get_kind (item)) {
  case GEO_REQUEST_PAYMENT:
    return _ ("_Pay…");
  case GEO_REQUEST_TRUST:
    return _ ("_Trust");
  case GEO_REQUEST_CHECKPOINT:
    return _ ("_Agree");
  case GEO_REQUEST_INVITATION:
    break;
  }
  return "";
}

/* Whoever asks, where their key is in doubt: that comes first.  Borrowed. */
static GeoPerson *
find_doubtful (GeoNode *node, GeoRequestItem *item) {
  const GeoPid *peer = geo_request_item_get_peer (item);
  GeoPerson *person = peer != NULL ? geo_node_get_person (node, peer) : NULL;

  return person != NULL && geo_person_get_key_changed (person) ? person : NULL;
}

void
geo_request_answer (GtkWidget *parent, GeoNode *node, const gchar *key) {
  GeoRequestItem *item = geo_node_find_request (node, key);
  g_autofree gchar *phrase = NULL;
  g_autofree gchar *doubt = NULL;
  g_autofree gchar *body = NULL;
  const gchar *memo;
  GeoPerson *person;
  Question *question;
  AdwDialog *alert;

  if (item == NULL || !geo_request_item_waits_for_me (item))
    return;
  phrase = geo_phrase_request_asks (item);
  question = question_new (parent, node);
  question->item = g_object_ref (item);
  person = find_doubtful (node, item);
  if (person != NULL)
    question->person = g_object_ref (person);
  memo = geo_request_item_get_memo (item);
  if (person != NULL)
    doubt = geo_key_warning_phrase (node, person);
  if (geo_node_find_invitation (node, item) != NULL)
    memo = _ ("They came by your invitation, which offers this.");
  body = g_strconcat (phrase, memo != NULL ? "\n\n" : "",
                      memo != NULL ? memo : "", doubt != NULL ? "\n\n" : "",
                      doubt, NULL);
  /* Headings break between words only, and names are long. */
  alert = geo_fit_text_new_alert (_ ("You Are Asked"), body);
  adw_alert_dialog_add_responses (
      ADW_ALERT_DIALOG (alert), "later", _ ("_Later"), "decline",
      _ ("_Decline"), person != NULL ? "look" : "accept",
      person != NULL ? _ ("_See Their Key") : geo_request_answer_label (item),
      NULL);
  adw_alert_dialog_set_response_appearance (
      ADW_ALERT_DIALOG (alert), person != NULL ? "look" : "accept",
      ADW_RESPONSE_SUGGESTED);
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (alert), "later");
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (alert), "later");
  g_signal_connect_data (alert, "response", G_CALLBACK (answer_cb), question,
                         question_free, 0);
  adw_dialog_present (alert, parent);
}

/* --- Asking for trust --------------------------------------------------- */

typedef struct {
  Question *question;
  AdwDialog *dialog;
  GtkWidget *button;
} Asking;

static void
asking_free (gpointer data, GClosure *closure) {
  Asking *asking = data;

  question_free (asking->question, NULL);
  g_free (asking);
}

static void
ask_cb (Asking *asking) {
  Question *question = asking->question;
  GeoAmount limit;

  if (question->node == NULL ||
      !geo_amount_entry_get_amount (question->entry, &limit))
    return;
  geo_node_ask_trust_async (
      question->node, geo_person_get_pid (question->person),
      geo_amount_entry_get_equivalent (question->entry), limit, NULL, NULL,
      responded_cb, waiting_new (question));
  adw_dialog_close (asking->dialog);
}

/* libadwaita 1.7 may keep what is in a dialog that was closed with the focus in
 * it; that is not to keep a node and a page. */
static void
closed_cb (Asking *asking) {
  adw_dialog_set_child (asking->dialog, NULL);
}

static void
clicked_cb (GtkButton *button, Asking *asking) {
  ask_cb (asking);
}

static void
typed_cb (GeoAmountEntry *entry, GtkWidget *button) {
  GeoAmount limit;

  gtk_widget_set_sensitive (button,
                            geo_amount_entry_get_amount (entry, &limit));
}

static GtkWidget *
make_body (const gchar *text, GtkWidget *entry, GtkWidget *button) {
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 18);
  GtkWidget *label = gtk_label_new (text);
  GtkWidget *scrolled = gtk_scrolled_window_new ();

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_justify (GTK_LABEL (label), GTK_JUSTIFY_CENTER);
  gtk_widget_set_halign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_margin_top (box, 12);
  gtk_widget_set_margin_bottom (box, 24);
  gtk_widget_set_margin_start (box, 18);
  gtk_widget_set_margin_end (box, 18);
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), entry);
  gtk_box_append (GTK_BOX (box), button);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled),
                                  GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (
      GTK_SCROLLED_WINDOW (scrolled), TRUE);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), box);
  return scrolled;
}

void
geo_request_ask_trust (GtkWidget *parent, GeoNode *node, GeoPerson *person) {
  const gchar *name = geo_person_get_name (person);
  g_autofree gchar *body = g_strdup_printf (
      /* Translators: %s is a name. */
      _ ("How much would you like to be able to owe %s, at most? They "
         "decide."),
      name);
  AdwDialog *dialog = adw_dialog_new ();
  GtkWidget *view = adw_toolbar_view_new ();
  GtkWidget *button = gtk_button_new_with_mnemonic (_ ("_Ask"));
  GtkWidget *entry = GTK_WIDGET (geo_amount_entry_new ());
  Asking *asking = g_new0 (Asking, 1);

  asking->dialog = dialog;
  asking->question = question_new (parent, node);
  asking->question->person = g_object_ref (person);
  /* Translators: %s is a name. */
  asking->question->done = g_strdup_printf (_ ("%s is asked"), name);
  asking->question->entry = GEO_AMOUNT_ENTRY (entry);
  geo_amount_entry_set_node (GEO_AMOUNT_ENTRY (entry), node);
  geo_amount_entry_set_label (GEO_AMOUNT_ENTRY (entry), _ ("Trust up to"));
  gtk_widget_add_css_class (button, "pill");
  gtk_widget_add_css_class (button, "suggested-action");
  gtk_widget_set_sensitive (button, FALSE);
  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (view), adw_header_bar_new ());
  adw_toolbar_view_set_content (ADW_TOOLBAR_VIEW (view),
                                make_body (body, entry, button));
  adw_dialog_set_title (dialog, _ ("Ask for Trust"));
  adw_dialog_set_content_width (dialog, 460);
  adw_dialog_set_child (dialog, view);
  g_signal_connect_object (entry, "changed", G_CALLBACK (typed_cb), button, 0);
  g_signal_connect_swapped (entry, "activate", G_CALLBACK (ask_cb), asking);
  g_signal_connect_swapped (dialog, "closed", G_CALLBACK (closed_cb), asking);
  g_signal_connect_data (button, "clicked", G_CALLBACK (clicked_cb), asking,
                         asking_free, 0);
  adw_dialog_present (dialog, parent);
}

/* --- Not hearing of somebody -------------------------------------------- */

static void
block_cb (AdwAlertDialog *alert, const gchar *response, Question *question) {
  if (g_str_equal (response, "block"))
    geo_node_set_blocked_async (question->node,
                                geo_person_get_pid (question->person), TRUE,
                                NULL, blocked_cb, waiting_new (question));
}

void
geo_request_block (GtkWidget *parent, GeoNode *node, GeoPerson *person) {
  const gchar *name = geo_person_get_name (person);
  Question *question = question_new (parent, node);
  g_autofree gchar *heading = NULL;
  AdwDialog *alert;

  question->person = g_object_ref (person);
  if (geo_node_is_blocked (node, geo_person_get_pid (person))) {
    /* Translators: %s is a name. */
    question->done = g_strdup_printf (_ ("%s is unblocked"), name);
    geo_node_set_blocked_async (node, geo_person_get_pid (person), FALSE, NULL,
                                blocked_cb, waiting_new (question));
    question_free (question, NULL);
    return;
  }
  /* Translators: %s is a name. */
  question->done = g_strdup_printf (_ ("%s is blocked"), name);
  /* Translators: %s is a name. */
  heading = g_strdup_printf (_ ("Block %s?"), name);
  alert = geo_fit_text_new_alert (
      heading,
      geo_person_is_trusted (person)
          ? _ ("Their requests no longer reach you. Trust and debts between "
               "you stay as they are; you can end your trust yourself.")
          : _ ("Their requests no longer reach you. Trust and debts between "
               "you stay as they are."));
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (alert), "cancel",
                                  _ ("_Cancel"), "block", _ ("_Block"), NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (alert), "block",
                                            ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (alert), "cancel");
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (alert), "cancel");
  g_signal_connect_data (alert, "response", G_CALLBACK (block_cb), question,
                         question_free, 0);
  adw_dialog_present (alert, parent);
}
