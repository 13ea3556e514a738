/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoWelcome: the first five minutes: a new wallet or one from recovery words,
 * with or without a backup, a name, the words, where the key is kept, and a
 * community.  It keeps no secret longer than the step that needs it, and copies
 * none to the clipboard.
 */
#include "config.h"

#include "wallet/geo-welcome.h"

#include <glib/gi18n.h>
#include <string.h>

#include "core/geo-text.h"
#include "core/geo-words.h"
#include "wallet/geo-backup-dialog.h"
#include "wallet/geo-choose-file.h"
#include "wallet/geo-join-page.h"
#include "wallet/geo-restored-page.h"
#include "wallet/geo-words-check.h"
#include "wallet/geo-words-grid.h"

#define NAME_CHARS_MAX 100
#define PASSPHRASE_CHARS_MIN 8

typedef enum {
  KEYRING_UNKNOWN = 0, /* Asked, no answer yet. */
  KEYRING_THERE = 1,
  KEYRING_MISSING = 2,
} Keyring;

struct _GeoWelcome {
  AdwBin parent_instance;

  /* owned */
  GeoProfile *profile;
  GCancellable *cancellable;
  GCancellable *attempt; /* To make the identity; NULL: there is none. */
  /* S4: zeroed when the identity is made; NULL while restoring. */
  gchar *words;

  /* What the restored wallet is made of, beside the words; NULL: they only. */
  GFile *backup;
  /* The community that was joined with restored words. */
  GeoNode *node;

  gboolean restoring;
  gboolean bad_file; /* Another one is to be chosen. */
  gboolean words_confirmed;
  Keyring keyring;
  /* The person is waiting for the keyring's answer. */
  gboolean waiting;
  /* Another attempt is wanted as soon as the cancelled one has ended. */
  gboolean again;

  /* template children */
  AdwNavigationView *navigation;
  AdwStatusPage *welcome_status;
  GtkButton *create_button;
  GtkButton *restore_button;
  AdwNavigationPage *name_page;
  AdwEntryRow *name_row;
  GtkButton *name_button;
  GeoWordsGrid *words_grid;
  GtkButton *words_button;
  GeoWordsCheck *words_check;
  GtkButton *check_button;
  GtkButton *later_button;
  AdwNavigationPage *restore_page;
  GtkTextView *restore_view;
  GtkLabel *restore_status;
  GtkButton *restore_next_button;
  AdwActionRow *hub_row;
  AdwActionRow *backup_row;
  AdwNavigationPage *passphrase_page;
  AdwPasswordEntryRow *passphrase_row;
  AdwPasswordEntryRow *repeat_row;
  GtkLabel *passphrase_status;
  GtkButton *passphrase_button;
  AdwNavigationPage *creating_page;
  AdwStatusPage *creating_status;
  GtkWidget *creating_spinner;
  GtkProgressBar *creating_bar;
  GtkLabel *creating_error;
  GtkButton *creating_button;
  GtkLabel *creating_label;
  GtkButton *other_place_button;
  GeoJoinPage *join_page;
  GeoRestoredPage *restored_page;
};

enum {
  DONE,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (GeoWelcome, geo_welcome, ADW_TYPE_BIN)

static void create (GeoWelcome *self);
static void choose_place (GeoWelcome *self);

/* --- Small things ---------------------------------------------------- */

static void
go_to (GeoWelcome *self, const gchar *tag) {
  adw_navigation_view_push_by_tag (self->navigation, tag);
}

static void
set_text (gpointer editable, const gchar *text) {
  gtk_editable_set_text (GTK_EDITABLE (editable), text);
}

/* The name as it would be stored; "" if there is nothing in it. */
static gchar *
get_name (GeoWelcome *self) {
  return geo_text_from_typed (
      gtk_editable_get_text (GTK_EDITABLE (self->name_row)), NAME_CHARS_MAX,
      GEO_TEXT_LINE);
}

/* S4: free with geo_words_free (). */
static gchar *
get_restore_words (GeoWelcome *self) {
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (self->restore_view);
  GtkTextIter start;
  GtkTextIter end;

  gtk_text_buffer_get_bounds (buffer, &start, &end);
  return gtk_text_buffer_get_text (buffer, &start, &end, FALSE);
}

static void
forget_secrets (GeoWelcome *self) {
  g_clear_pointer (&self->words, geo_words_free);
  geo_words_grid_set_words (self->words_grid, NULL);
  geo_words_check_start (self->words_check, NULL);
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (self->restore_view), "",
                            0);
  set_text (self->passphrase_row, "");
  set_text (self->repeat_row, "");
}

/* --- New, or restored ------------------------------------------------ */

static void
create_cb (GeoWelcome *self) {
  self->restoring = FALSE;
  g_clear_object (&self->backup);
  /* Who goes back to this page may have written the words down already. */
  if (self->words == NULL)
    self->words = geo_profile_make_words ();
  geo_words_grid_set_words (self->words_grid, self->words);
  go_to (self, "name");
}

static void
restore_cb (GeoWelcome *self) {
  self->restoring = TRUE;
  go_to (self, "restore");
}

/* --- The name -------------------------------------------------------- */

static void
name_changed_cb (GeoWelcome *self) {
  g_autofree gchar *name = get_name (self);

  gtk_widget_set_sensitive (GTK_WIDGET (self->name_button), *name != '\0');
}

static void
name_next_cb (GeoWelcome *self) {
  if (!gtk_widget_get_sensitive (GTK_WIDGET (self->name_button)))
    return;
  go_to (self, "words");
}

/* --- The words ------------------------------------------------------- */

static void
words_next_cb (GeoWelcome *self) {
  geo_words_check_start (self->words_check, self->words);
  go_to (self, "check");
}

static void
check_complete_cb (GeoWelcome *self) {
  gtk_widget_set_sensitive (GTK_WIDGET (self->check_button),
                            geo_words_check_get_complete (self->words_check));
}

static void
check_cb (GeoWelcome *self) {
  if (!geo_words_check_get_complete (self->words_check) ||
      !geo_words_check_try (self->words_check))
    return;
  self->words_confirmed = TRUE;
  choose_place (self);
}

static void
later_cb (GeoWelcome *self) {
  self->words_confirmed = FALSE;
  choose_place (self);
}

static guint
count_words (const gchar *text) {
  guint n = 0;
  gboolean inside = FALSE;

  for (const gchar *p = text; *p != '\0'; p++) {
    gboolean letter = !g_ascii_isspace (*p);

    n += letter && !inside;
    inside = letter;
  }
  return n;
}

/* The number of the first word that is none; 0: all are. */
static guint
find_unknown (const gchar *text) {
  gchar **words = g_strsplit_set (text, " \t\r\n", -1);
  guint number = 0;
  guint unknown = 0;

  for (guint i = 0; words[i] != NULL; i++) {
    g_autoptr (GPtrArray) list = NULL;
    gchar *lower;

    if (*words[i] != '\0' && unknown == 0) {
      number++;
      lower = g_ascii_strdown (words[i], -1);
      /* The shortest word that begins so comes first. */
      list = geo_words_complete (lower);
      if (list->len == 0 || strcmp (g_ptr_array_index (list, 0), lower) != 0)
        unknown = number;
      geo_words_free (lower);
    }
    geo_words_free (words[i]);
  }
  g_free (words);
  return unknown;
}

static void
show_restore_status (GeoWelcome *self, const gchar *status, gboolean bad) {
  GtkWidget *label = GTK_WIDGET (self->restore_status);

  gtk_label_set_label (self->restore_status, status);
  if (bad) {
    gtk_widget_remove_css_class (label, "dimmed");
    gtk_widget_add_css_class (label, "error");
  } else {
    gtk_widget_remove_css_class (label, "error");
    gtk_widget_add_css_class (label, "dimmed");
  }
}

static void
restore_changed_cb (GeoWelcome *self) {
  gchar *text = get_restore_words (self);
  guint n = count_words (text);
  guint unknown = n >= GEO_WORDS_COUNT ? find_unknown (text) : 0;
  guint8 entropy[GEO_WORDS_ENTROPY_LEN];
  g_autofree gchar *status = NULL;
  gboolean good = FALSE;

  if (n == GEO_WORDS_COUNT && unknown == 0) {
    good = geo_words_to_entropy (text, entropy, NULL);
    memset (entropy, 0, sizeof entropy);
  }
  geo_words_free (text);

  if (n == 0)
    status = g_strdup ("");
  else if (n < GEO_WORDS_COUNT)
    status = g_strdup_printf (
        /* Translators: of the recovery words; the second number is twelve. */
        ngettext ("%u word of %u", "%u words of %u", n), n, GEO_WORDS_COUNT);
  else if (n > GEO_WORDS_COUNT)
    status = g_strdup_printf (
        /* Translators: the number of recovery words that are needed: twelve. */
        _ ("There are more than %u words."), GEO_WORDS_COUNT);
  else if (unknown > 0)
    status = g_strdup_printf (
        /* Translators: the number of a recovery word, from 1 to 12. */
        _ ("Word %u is not a recovery word. Is it written right?"), unknown);
  else if (!good)
    status = g_strdup (_ ("These words do not fit together. One of them is "
                          "another, or in another place."));
  else
    status = g_strdup (_ ("These words fit together."));
  show_restore_status (self, status, n >= GEO_WORDS_COUNT && !good);
  gtk_widget_set_sensitive (GTK_WIDGET (self->restore_next_button), good);
}

static void
restore_next_cb (GeoWelcome *self) {
  if (!gtk_widget_get_sensitive (GTK_WIDGET (self->restore_next_button)))
    return;
  self->words_confirmed = TRUE;
  go_to (self, "source");
}

/* Words are not written in lines: who has typed the last one goes on. */
static gboolean
restore_key_cb (GeoWelcome *self, guint keyval) {
  if (keyval != GDK_KEY_Return && keyval != GDK_KEY_KP_Enter &&
      keyval != GDK_KEY_ISO_Enter)
    return GDK_EVENT_PROPAGATE;
  restore_next_cb (self);
  return GDK_EVENT_STOP;
}

/* --- What comes back, and from where --------------------------------- */

/* The hub knows the name, too. */
static void
hub_row_cb (GeoWelcome *self) {
  g_clear_object (&self->backup);
  choose_place (self);
}

void
geo_welcome_restore_backup (GeoWelcome *self, GFile *file) {
  g_return_if_fail (GEO_IS_WELCOME (self));

  g_set_object (&self->backup, file);
  /* Where the key goes is known already when another file was no backup. */
  if (adw_navigation_view_get_visible_page (self->navigation) ==
      self->creating_page)
    create (self);
  else
    choose_place (self);
}

static void
backup_chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GeoWelcome) self = user_data;
  g_autoptr (GFile) file =
      gtk_file_dialog_open_finish (GTK_FILE_DIALOG (source), result, NULL);

  if (file != NULL && self->profile != NULL && self->restoring)
    geo_welcome_restore_backup (self, file);
}

static void
choose_backup (GeoWelcome *self) {
  g_autoptr (GtkFileDialog) chooser =
      geo_choose_file_new (_ ("Choose a Backup"));

  geo_choose_file_set_kind (chooser, _ ("Backups"), GEO_BACKUP_SUFFIX);
  gtk_file_dialog_open (chooser,
                        GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))),
                        self->cancellable, backup_chosen_cb,
                        g_object_ref (self));
}

/* --- Where the key is kept ------------------------------------------- */

static void
show_working (GeoWelcome *self) {
  gboolean has_file = self->backup != NULL;

  adw_status_page_set_title (self->creating_status,
                             self->restoring ? _ ("Restoring Your Wallet")
                                             : _ ("Making Your Wallet"));
  adw_status_page_set_description (
      self->creating_status,
      self->keyring == KEYRING_MISSING
          ? NULL
          : _ ("Your key goes into the system keyring, which may ask for a "
               "password."));
  gtk_widget_set_visible (self->creating_spinner, !has_file);
  gtk_progress_bar_set_fraction (self->creating_bar, 0);
  gtk_widget_set_visible (GTK_WIDGET (self->creating_bar), has_file);
  gtk_widget_set_visible (GTK_WIDGET (self->creating_error), FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->creating_button), FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->other_place_button), FALSE);
  if (adw_navigation_view_get_visible_page (self->navigation) !=
      self->creating_page)
    go_to (self, "creating");
}

static void
ask_passphrase (GeoWelcome *self) {
  /* In the place of the page that waited, if it is there. */
  if (adw_navigation_view_get_visible_page (self->navigation) ==
      self->creating_page)
    adw_navigation_view_pop (self->navigation);
  go_to (self, "passphrase");
}

static void
choose_place (GeoWelcome *self) {
  switch (self->keyring) {
  case KEYRING_UNKNOWN:
    self->waiting = TRUE;
    show_working (self);
    break;
  case KEYRING_THERE:
    create (self);
    break;
  case KEYRING_MISSING:
    ask_passphrase (self);
    break;
  }
}

static void
probed_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GeoWelcome) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean there = geo_profile_probe_keyring_finish (GEO_PROFILE (source),
                                                     result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  self->keyring = there ? KEYRING_THERE : KEYRING_MISSING;
  if (self->waiting) {
    self->waiting = FALSE;
    choose_place (self);
  }
}

static void
passphrase_changed_cb (GeoWelcome *self) {
  const gchar *first =
      gtk_editable_get_text (GTK_EDITABLE (self->passphrase_row));
  const gchar *second = gtk_editable_get_text (GTK_EDITABLE (self->repeat_row));
  gboolean is_long = g_utf8_strlen (first, -1) >= PASSPHRASE_CHARS_MIN;
  gboolean same = strcmp (first, second) == 0;
  g_autofree gchar *status = NULL;

  if (!is_long)
    status = g_strdup_printf (ngettext ("At least %u character.",
                                        "At least %u characters.",
                                        PASSPHRASE_CHARS_MIN),
                              PASSPHRASE_CHARS_MIN);
  else if (*second != '\0' && !same)
    status = g_strdup (_ ("The two are not the same."));
  else
    status = g_strdup (_ ("Without it only your recovery words open the "
                          "wallet."));
  gtk_label_set_label (self->passphrase_status, status);
  gtk_widget_set_sensitive (GTK_WIDGET (self->passphrase_button),
                            is_long && same);
}

static void
passphrase_next_cb (GeoWelcome *self) {
  if (gtk_widget_get_sensitive (GTK_WIDGET (self->passphrase_button)))
    create (self);
  else
    gtk_widget_grab_focus (GTK_WIDGET (self->repeat_row));
}

static void
other_place_cb (GeoWelcome *self) {
  self->keyring = KEYRING_MISSING;
  ask_passphrase (self);
}

/* --- The identity ---------------------------------------------------- */

static void
show_created (GeoWelcome *self) {
  gboolean has_file = self->backup != NULL;
  const char *next = has_file ? "restored" : "join";

  if (self->words_confirmed)
    geo_profile_set_words_confirmed (self->profile, TRUE);
  forget_secrets (self);
  g_clear_object (&self->backup);
  if (has_file)
    geo_restored_page_look (self->restored_page, self->profile);
  else
    geo_join_page_set_restoring (self->join_page, self->restoring);
  adw_navigation_view_replace_with_tags (self->navigation, &next, 1);
}

static void
show_not_created (GeoWelcome *self, const GError *error) {
  gboolean is_bad_file =
      self->backup != NULL &&
      g_error_matches (error, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT);

  adw_status_page_set_title (self->creating_status,
                             self->restoring
                                 ? _ ("Your Wallet Was Not Restored")
                                 : _ ("Your Wallet Was Not Made"));
  adw_status_page_set_description (self->creating_status, NULL);
  gtk_label_set_label (self->creating_error, error->message);
  gtk_label_set_label (self->creating_label,
                       is_bad_file ? _ ("_Choose Another File…")
                                   : _ ("_Try Again"));
  gtk_widget_set_visible (self->creating_spinner, FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->creating_bar), FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->creating_error), TRUE);
  gtk_widget_set_visible (GTK_WIDGET (self->creating_button), TRUE);
  gtk_widget_set_visible (
      GTK_WIDGET (self->other_place_button),
      g_error_matches (error, GEO_NODE_ERROR, GEO_NODE_ERROR_KEYRING));
  if (adw_navigation_view_get_visible_page (self->navigation) ==
      self->creating_page)
    gtk_widget_grab_focus (GTK_WIDGET (self->creating_button));
  self->bad_file = is_bad_file;
}

static void
created_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GeoWelcome) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean created = geo_profile_create_finish (GEO_PROFILE (source), result,
                                                &error);

  /* Disposed, or begun anew. */
  if (self->attempt == NULL || GEO_PROFILE (source) != self->profile)
    return;
  g_clear_object (&self->attempt);
  if (created) {
    show_created (self);
    return;
  }
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    show_not_created (self, error);
  else if (self->again)
    create (self);
}

static void
backup_progress_cb (gint64 done, gint64 total, gpointer user_data) {
  GeoWelcome *self = user_data;

  /* Disposed meanwhile: the call goes on without anybody here. */
  if (self->attempt != NULL && total > 0)
    gtk_progress_bar_set_fraction (self->creating_bar,
                                   MIN ((double) done / (double) total, 1));
}

static void
create (GeoWelcome *self) {
  g_autofree gchar *name = get_name (self);
  g_autofree gchar *path = self->backup != NULL ? g_file_get_path (self->backup)
                                                : NULL;
  gchar *typed = self->restoring ? get_restore_words (self) : NULL;
  const gchar *passphrase =
      self->keyring == KEYRING_MISSING
          ? gtk_editable_get_text (GTK_EDITABLE (self->passphrase_row))
          : NULL;

  show_working (self);
  self->again = self->attempt != NULL;
  if (!self->again) {
    self->attempt = g_cancellable_new ();
    if (self->restoring)
      geo_profile_restore_async (self->profile, path, NULL, typed, passphrase,
                                 path != NULL ? backup_progress_cb : NULL, self,
                                 self->attempt, created_cb,
                                 g_object_ref (self));
    else
      geo_profile_create_async (self->profile, name, self->words, passphrase,
                                self->attempt, created_cb, g_object_ref (self));
  }
  geo_words_free (typed);
}

static void
try_again_cb (GeoWelcome *self) {
  if (self->bad_file)
    choose_backup (self);
  else
    create (self);
}

/* Who goes back does not wait for it any more. */
static void
popped_cb (GeoWelcome *self, AdwNavigationPage *page) {
  if (page != self->creating_page)
    return;
  self->waiting = FALSE;
  self->again = FALSE;
  g_cancellable_cancel (self->attempt);
}

/* NULL: what was restored is to be opened. */
static void
finish (GeoWelcome *self) {
  g_autoptr (GeoNode) node = g_steal_pointer (&self->node);

  geo_restored_page_clear (self->restored_page);
  g_signal_emit (self, signals[DONE], 0, node);
}

static void
joined_cb (GeoWelcome *self, GeoNode *node) {
  g_set_object (&self->node, node);
  if (!self->restoring) {
    finish (self);
    return;
  }
  geo_restored_page_follow (self->restored_page, node);
  adw_navigation_view_replace_with_tags (self->navigation,
                                         (const char *[]){ "restored" }, 1);
}

/* --- Life ------------------------------------------------------------ */

static void
geo_welcome_dispose (GObject *object) {
  GeoWelcome *self = GEO_WELCOME (object);

  if (self->join_page != NULL)
    geo_join_page_cancel (self->join_page);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_cancellable_cancel (self->attempt);
  g_clear_object (&self->attempt);
  g_clear_object (&self->profile);
  g_clear_object (&self->backup);
  g_clear_object (&self->node);
  g_clear_pointer (&self->words, geo_words_free);
  G_OBJECT_CLASS (geo_welcome_parent_class)->dispose (object);
}

static void
bind_children (GtkWidgetClass *klass) {
  gtk_widget_class_bind_template_child (klass, GeoWelcome, navigation);
  gtk_widget_class_bind_template_child (klass, GeoWelcome, welcome_status);
  gtk_widget_class_bind_template_child (klass, GeoWelcome, create_button);
  gtk_widget_class_bind_template_child (klass, GeoWelcome, restore_button);
  gtk_widget_class_bind_template_child (klass, GeoWelcome, name_page);
  gtk_widget_class_bind_template_child (klass, GeoWelcome, name_row);
  gtk_widget_class_bind_template_child (klass, GeoWelcome, name_button);
  gtk_widget_class_bind_template_child (klass, GeoWelcome, words_grid);
  gtk_widget_class_bind_template_child (klass, GeoWelcome, words_button);
  gtk_widget_class_bind_template_child (klass, GeoWelcome, words_check);
  gtk_widget_class_bind_template_child (klass, GeoWelcome, check_button);
  gtk_widget_class_bind_template_child (klass, GeoWelcome, later_button);
  gtk_widget_class_bind_template_child (klass, GeoWelcome, restore_page);
  gtk_widget_class_bind_template_child (klass, GeoWelcome, restore_view);
  gtk_widget_class_bind_template_child (klass, GeoWelcome, restore_status);
  gtk_widget_class_bind_template_child (klass, GeoWelcome, restore_next_button);
  gtk_widget_class_bind_template_child (klass, GeoWelcome, hub_row);
  gtk_widget_class_bind_template_child (klass, GeoWelcome, backup_row);
  gtk_widget_class_bind_template_child (klass, GeoWelcome, passphrase_page);
  gtk_widget_class_bind_template_child (klass, GeoWelcome, passphrase_row);
  gtk_widget_class_bind_template_child (klass, GeoWelcome, repeat_row);
  gtk_widget_class_bind_template_child (klass, GeoWelcome, passphrase_status);
  gtk_widget_class_bind_template_child (klass, GeoWelcome, passphrase_button);
  gtk_widget_class_bind_template_child (klass, GeoWelcome, creating_page);
  gtk_widget_class_bind_template_child (klass, GeoWelcome, creating_status);
  gtk_widget_class_bind_template_child (klass, GeoWelcome, creating_spinner);
  gtk_widget_class_bind_template_child (klass, GeoWelcome, creating_bar);
  gtk_widget_class_bind_template_child (klass, GeoWelcome, creating_error);
  gtk_widget_class_bind_template_child (klass, GeoWelcome, creating_button);
  gtk_widget_class_bind_template_child (klass, GeoWelcome, creating_label);
  gtk_widget_class_bind_template_child (klass, GeoWelcome, other_place_button);
  gtk_widget_class_bind_template_child (klass, GeoWelcome, join_page);
  gtk_widget_class_bind_template_child (klass, GeoWelcome, restored_page);
}

static void
geo_welcome_class_init (GeoWelcomeClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = geo_welcome_dispose;
  signals[DONE] = g_signal_new ("done", GEO_TYPE_WELCOME, G_SIGNAL_RUN_LAST, 0,
                                NULL, NULL, NULL, G_TYPE_NONE, 1,
                                GEO_TYPE_NODE);

  g_type_ensure (GEO_TYPE_JOIN_PAGE);
  g_type_ensure (GEO_TYPE_RESTORED_PAGE);
  g_type_ensure (GEO_TYPE_WORDS_CHECK);
  g_type_ensure (GEO_TYPE_WORDS_GRID);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/net/geocredit/Wallet/ui/geo-welcome.ui");
  bind_children (widget_class);
}

static void
name_shown_cb (GeoWelcome *self) {
  gtk_widget_grab_focus (GTK_WIDGET (self->name_row));
}

static void
restore_shown_cb (GeoWelcome *self) {
  gtk_widget_grab_focus (GTK_WIDGET (self->restore_view));
}

static void
passphrase_shown_cb (GeoWelcome *self) {
  gtk_widget_grab_focus (GTK_WIDGET (self->passphrase_row));
}

static void
geo_welcome_init (GeoWelcome *self) {
  GtkEventController *keys = gtk_event_controller_key_new ();

  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_swapped (keys, "key-pressed", G_CALLBACK (restore_key_cb),
                            self);
  gtk_widget_add_controller (GTK_WIDGET (self->restore_view), keys);

  const struct {
    gpointer object;
    const gchar *signal;
    void (*callback) (GeoWelcome *self);
  } connections[] = {
    { self->create_button, "clicked", create_cb },
    { self->restore_button, "clicked", restore_cb },
    { self->name_page, "shown", name_shown_cb },
    { self->name_row, "changed", name_changed_cb },
    { self->name_row, "entry-activated", name_next_cb },
    { self->name_button, "clicked", name_next_cb },
    { self->words_button, "clicked", words_next_cb },
    { self->words_check, "notify::complete", check_complete_cb },
    { self->words_check, "activated", check_cb },
    { self->check_button, "clicked", check_cb },
    { self->later_button, "clicked", later_cb },
    { self->restore_page, "shown", restore_shown_cb },
    { gtk_text_view_get_buffer (self->restore_view), "changed",
      restore_changed_cb },
    { self->restore_next_button, "clicked", restore_next_cb },
    { self->hub_row, "activated", hub_row_cb },
    { self->backup_row, "activated", choose_backup },
    { self->passphrase_page, "shown", passphrase_shown_cb },
    { self->passphrase_row, "changed", passphrase_changed_cb },
    { self->passphrase_row, "entry-activated", passphrase_next_cb },
    { self->repeat_row, "changed", passphrase_changed_cb },
    { self->repeat_row, "entry-activated", passphrase_next_cb },
    { self->passphrase_button, "clicked", passphrase_next_cb },
    { self->creating_button, "clicked", try_again_cb },
    { self->other_place_button, "clicked", other_place_cb },
  };

  for (guint i = 0; i < G_N_ELEMENTS (connections); i++)
    g_signal_connect_swapped (connections[i].object, connections[i].signal,
                              G_CALLBACK (connections[i].callback), self);
  /* The page is there until what it asked for has ended. */
  g_signal_connect_object (self->join_page, "joined", G_CALLBACK (joined_cb),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_swapped (self->restored_page, "done", G_CALLBACK (finish),
                            self);
  g_signal_connect_swapped (self->navigation, "popped", G_CALLBACK (popped_cb),
                            self);
  adw_status_page_set_icon_name (self->welcome_status, GEO_APPLICATION_ID);
  passphrase_changed_cb (self);
}

void
geo_welcome_start (GeoWelcome *self,
                   GeoProfile *profile,
                   gboolean has_identity) {
  const char *first = has_identity ? "join" : "welcome";

  g_return_if_fail (GEO_IS_WELCOME (self));
  g_return_if_fail (GEO_IS_PROFILE (profile));

  /* What a former start asked for answers nobody. */
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  g_cancellable_cancel (self->attempt);
  g_clear_object (&self->attempt);
  self->again = FALSE;
  self->restoring = FALSE;
  g_clear_object (&self->backup);
  g_clear_object (&self->node);
  geo_restored_page_clear (self->restored_page);
  g_set_object (&self->profile, profile);
  forget_secrets (self);
  self->words_confirmed = FALSE;
  self->waiting = FALSE;
  self->keyring = KEYRING_UNKNOWN;
  set_text (self->name_row, "");
  geo_join_page_start (self->join_page, profile);
  geo_join_page_set_restoring (self->join_page, FALSE);
  adw_navigation_view_replace_with_tags (self->navigation, &first, 1);
  /* Asked now, so that it is known when it is needed. */
  if (!has_identity)
    geo_profile_probe_keyring_async (profile, self->cancellable, probed_cb,
                                     g_object_ref (self));
}

void
geo_welcome_set_link (GeoWelcome *self, const gchar *link) {
  g_return_if_fail (GEO_IS_WELCOME (self));

  geo_join_page_set_link (self->join_page, link);
}

void
geo_welcome_set_own_hub (GeoWelcome *self, GeoOwnHub *hub) {
  g_return_if_fail (GEO_IS_WELCOME (self));

  geo_join_page_set_own_hub (self->join_page, hub);
}
