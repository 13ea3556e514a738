/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoHelpDialog: the guide for whoever uses the wallet, a page for each topic.
 * It is all in here and in the translations: who needs help may have no
 * network.  The same in English is README.md in this folder.
 */
#include "config.h"

#include "wallet/geo-help-dialog.h"

#include <glib/gi18n.h>

#define PARAGRAPHS_MAX 6

typedef struct {
  const gchar *icon_name;
  const gchar *title;
  const gchar *paragraphs[PARAGRAPHS_MAX];
} Topic;

static const Topic topics[] = {
  { "help-about-symbolic",
    N_ ("What Geo Is"),
    { N_ ("Geo keeps account of what people owe each other. There are no coins "
          "in it: when you pay, you owe somebody who trusts you more, or "
          "somebody owes you less."),
      N_ ("A payment may go through people in between. Afterwards each of them "
          "stands exactly as before: what they owe one and what they are owed "
          "by another changed by the same."),
      N_ ("The hub finds the way for a payment and brings the signatures "
          "together. It holds nothing of yours, and what it says can be "
          "checked.") } },
  { "system-users-symbolic",
    N_ ("What Trust Means"),
    { N_ ("To trust somebody up to 300 says: they may owe you as much as that. "
          "It is also the most that you can lose if they never make it good."),
      N_ ("Trust those to whom you would lend as much anyway. You can lower "
          "your trust or end it at any time; what is owed already stays owed."),
      N_ ("You can freeze your trust in somebody on their page: nothing more can "
          "come to be owed between you, either way, until you unfreeze it. What "
          "is owed already can still be paid back."),
      N_ ("You can pay with what others trust you with, and be paid with what "
          "you trust others with. Whom to ask for more is said where a payment "
          "does not fit.") } },
  { "contact-new-symbolic",
    N_ ("Inviting People"),
    { N_ ("Invite Somebody, in the main menu, makes a link and a QR code. They "
          "say where your community is, who you are, and how far you would "
          "trust whoever you invite; you can ask to be trusted in return."),
      N_ ("An invitation promises nothing: you are asked once more when somebody "
          "has joined with it. You find it among your requests, and can take "
          "it back there."),
      N_ ("A QR code is read from a picture, from the clipboard, or with the "
          "camera where your desktop offers one. The camera is on only while "
          "you see what it sees, and nothing of that is kept.") } },
  { "mail-send-symbolic",
    N_ ("How a Payment Goes"),
    { N_ ("It is paid whole or not at all. Its receipt proves that to anybody, "
          "with no hub and no network."),
      N_ ("In doubt means that the answer has not come yet. You may close the "
          "window. Do not pay again: as soon as the hub answers it is paid or "
          "not paid, and you are told which."),
      N_ ("Not paid means that nothing was taken from you. It says why, and "
          "what you can do.") } },
  { "object-rotate-right-symbolic",
    N_ ("Clearing"),
    { N_ ("Where debts close a circle, they can cancel each other: everybody "
          "on it then owes less, and is owed less by as much. Your balance "
          "stays the same."),
      N_ ("That is good for everybody, so it happens by itself. For a line of "
          "trust of yours you can choose to be asked before."),
      N_ ("Where a circle does not close by itself, what is left of a limit can "
          "close it: somebody then owes another person instead. That is used "
          "only between two who both switched it on, in their trust in each "
          "other.") } },
  { "dialog-warning-symbolic",
    N_ ("What Can Go Wrong"),
    { N_ ("The hub is away: you can look at everything, and paying waits until "
          "it is back. Nothing is lost, because everybody keeps their own "
          "signed history."),
      N_ ("Somebody does not make good what they owe: no program can make "
          "them. Speak with them, and lower or end your trust."),
      N_ ("The hub says what does not hold: the wallet notices, stops "
          "believing it and keeps the evidence, which anybody can check; it is "
          "under Evidence in the main menu. Nobody can make you owe anything "
          "without your signature."),
      N_ ("Somebody says they are a friend: compare the six pictures in "
          "person, or on a call. Whoever was compared has a mark beside their "
          "name."),
      N_ ("Somebody’s key has changed: you are warned before you pay or trust "
          "them. They made new words, or somebody else has their old ones. Ask "
          "them in person, and compare again."),
      N_ ("Somebody asks you again and again: block them on their page, and "
          "their requests no longer reach you. Trust and debts between you stay "
          "as they are.") } },
  { "dialog-password-symbolic",
    N_ ("When Others Know Your Words"),
    { N_ ("If somebody may have seen your recovery words, or has a computer with "
          "your wallet on it, change your key in the preferences. You get twelve "
          "new words."),
      N_ ("You stay who you are: what you owe and are owed remains, and so does "
          "your trust. The people you deal with are warned that your key has "
          "changed; tell them yourself, too."),
      N_ ("A community that is not connected hears of the new key later; until "
          "then the old one counts there, so keep the old words. They also open "
          "the backups that were made before, so save a new one.") } },
  { "computer-symbolic",
    N_ ("When the Computer Is Lost"),
    { N_ ("Your twelve recovery words are your key. Install Geo on another "
          "computer, choose to restore, enter them, and say where your community "
          "is: your balances and your trust come back from its hub."),
      N_ ("A backup file brings back the whole history, with notes. Only your "
          "words open it."),
      N_ ("Whoever has the words has your wallet. Keep them on paper and away "
          "from the computer. Nobody who helps you needs them."),
      N_ ("Without the words nobody can bring it back. What you owe and are "
          "owed is still known to those with whom you have it: speak with "
          "them.") } },
  { "changes-prevent-symbolic",
    N_ ("Keeping Others Out"),
    { N_ ("A PIN keeps others from using a wallet that is open while you are "
          "away. Set it in the preferences; it is asked for after a while "
          "without you, and before large payments if you want that."),
      N_ ("If you forget the PIN, your twelve words take it off.") } },
};

struct _GeoHelpDialog {
  GeoDialog parent_instance;

  /* template children */
  AdwNavigationView *navigation;
  AdwPreferencesGroup *topics_group;
};

G_DEFINE_FINAL_TYPE (GeoHelpDialog, geo_help_dialog, GEO_TYPE_DIALOG)

static GtkWidget *
make_text (const Topic *topic) {
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkWidget *heading = gtk_label_new (gettext (topic->title));

  /* In the header bar large text does not always have room for it. */
  gtk_label_set_wrap (GTK_LABEL (heading), TRUE);
  gtk_label_set_xalign (GTK_LABEL (heading), 0);
  gtk_widget_add_css_class (heading, "title-2");
  gtk_box_append (GTK_BOX (box), heading);
  for (guint i = 0; i < PARAGRAPHS_MAX && topic->paragraphs[i] != NULL; i++) {
    GtkWidget *label = gtk_label_new (gettext (topic->paragraphs[i]));

    gtk_label_set_wrap (GTK_LABEL (label), TRUE);
    gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
    gtk_label_set_natural_wrap_mode (GTK_LABEL (label), GTK_NATURAL_WRAP_NONE);
    gtk_label_set_xalign (GTK_LABEL (label), 0);
    gtk_widget_add_css_class (label, "body");
    gtk_box_append (GTK_BOX (box), label);
  }
  gtk_widget_set_margin_top (box, 12);
  gtk_widget_set_margin_bottom (box, 24);
  gtk_widget_set_margin_start (box, 18);
  gtk_widget_set_margin_end (box, 18);
  return box;
}

static AdwNavigationPage *
make_page (const Topic *topic) {
  GtkWidget *view = adw_toolbar_view_new ();
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  GtkWidget *clamp = adw_clamp_new ();
  GtkWidget *header = adw_header_bar_new ();

  adw_clamp_set_child (ADW_CLAMP (clamp), make_text (topic));
  /* So that the keys scroll it. */
  gtk_widget_set_focusable (scrolled, TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (scrolled),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  gettext (topic->title), -1);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled),
                                  GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), clamp);
  adw_header_bar_set_show_title (ADW_HEADER_BAR (header), FALSE);
  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (view), header);
  adw_toolbar_view_set_content (ADW_TOOLBAR_VIEW (view), scrolled);
  return adw_navigation_page_new (view, gettext (topic->title));
}

static void
row_cb (AdwActionRow *row, GeoHelpDialog *self) {
  geo_help_dialog_show_topic (
      self, GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (row), "topic")));
}

static void
add_row (GeoHelpDialog *self, guint topic) {
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row),
                                 gettext (topics[topic].title));
  adw_action_row_add_prefix (
      ADW_ACTION_ROW (row),
      gtk_image_new_from_icon_name (topics[topic].icon_name));
  adw_action_row_add_suffix (ADW_ACTION_ROW (row),
                             gtk_image_new_from_icon_name ("go-next-symbolic"));
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  g_object_set_data (G_OBJECT (row), "topic", GUINT_TO_POINTER (topic));
  g_signal_connect (row, "activated", G_CALLBACK (row_cb), self);
  adw_preferences_group_add (self->topics_group, row);
}

static void
geo_help_dialog_class_init (GeoHelpDialogClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_template_from_resource (
      widget_class, "/net/geocredit/Wallet/ui/geo-help-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, GeoHelpDialog,
                                        navigation);
  gtk_widget_class_bind_template_child (widget_class, GeoHelpDialog,
                                        topics_group);
}

static void
geo_help_dialog_init (GeoHelpDialog *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
  for (guint i = 0; i < G_N_ELEMENTS (topics); i++)
    add_row (self, i);
}

GeoHelpDialog *
geo_help_dialog_new (void) {
  return g_object_new (GEO_TYPE_HELP_DIALOG, NULL);
}

guint
geo_help_dialog_get_n_topics (void) {
  return G_N_ELEMENTS (topics);
}

void
geo_help_dialog_show_topic (GeoHelpDialog *self, guint topic) {
  g_return_if_fail (GEO_IS_HELP_DIALOG (self));
  g_return_if_fail (topic < G_N_ELEMENTS (topics));

  adw_navigation_view_push (self->navigation, make_page (&topics[topic]));
}
