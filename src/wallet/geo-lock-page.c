/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoLockPage: the PIN, the wait after wrong ones, and the way out for those
 * who forgot it.  It keeps what is typed no longer than the question lasts.
 */
#include "config.h"

#include "wallet/geo-lock-page.h"

#include <glib/gi18n.h>

#include "wallet/geo-form.h"

struct _GeoLockPage {
  AdwBin parent_instance;

  gboolean is_busy;
  guint timer; /* While it has to be waited. */

  /* owned */
  GeoLock *lock;
  GCancellable *cancellable;

  /* template children */
  GtkStack *stack;
  AdwPasswordEntryRow *pin_row;
  AdwEntryRow *words_row;
  GtkLabel *error_label;
  GtkButton *unlock_button;
  GtkButton *other_button;
};

enum {
  DONE,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (GeoLockPage, geo_lock_page, ADW_TYPE_BIN)

static gboolean
is_words (GeoLockPage *self) {
  return g_str_equal (gtk_stack_get_visible_child_name (self->stack), "words");
}

static GtkEditable *
get_entry (GeoLockPage *self) {
  return is_words (self) ? GTK_EDITABLE (self->words_row)
                         : GTK_EDITABLE (self->pin_row);
}

static void
update (GeoLockPage *self) {
  GtkEditable *entry = get_entry (self);

  /* Not insensitive: it would lose the focus. */
  gtk_editable_set_editable (entry, !self->is_busy);
  gtk_widget_set_sensitive (GTK_WIDGET (self->unlock_button),
                            !self->is_busy && self->timer == 0 &&
                                *gtk_editable_get_text (entry) != '\0');
}

/* While there is a timer: how long it still is; FALSE: no longer. */
static gboolean
show_wait (GeoLockPage *self) {
  guint wait = geo_lock_get_wait (self->lock);
  g_autofree gchar *text = NULL;

  if (wait == 0) {
    g_clear_handle_id (&self->timer, g_source_remove);
    geo_form_show_error (self->error_label, NULL);
    update (self);
    return FALSE;
  }
  text = g_strdup_printf (
      /* Translators: minutes and seconds, such as 4:05. */
      _ ("Too many wrong tries. Try again in %u:%02u."), wait / 60, wait % 60);
  geo_form_show_error (self->error_label, text);
  return TRUE;
}

static gboolean
timer_cb (gpointer user_data) {
  return show_wait (user_data) ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static void
start_waiting (GeoLockPage *self) {
  if (self->timer == 0 && geo_lock_get_wait (self->lock) > 0) {
    self->timer = g_timeout_add_seconds (1, timer_cb, self);
    show_wait (self);
  }
  update (self);
}

static void
forget_typed (GeoLockPage *self) {
  gtk_editable_set_text (GTK_EDITABLE (self->pin_row), "");
  gtk_editable_set_text (GTK_EDITABLE (self->words_row), "");
}

static void
tried (GeoLockPage *self, gboolean is_open, const GError *error) {
  self->is_busy = FALSE;
  if (is_open) {
    forget_typed (self);
    g_signal_emit (self, signals[DONE], 0);
    return;
  }
  if (!is_words (self))
    gtk_editable_set_text (GTK_EDITABLE (self->pin_row), "");
  geo_form_show_error (self->error_label, error->message);
  start_waiting (self);
  gtk_widget_grab_focus (GTK_WIDGET (get_entry (self)));
}

static void
checked_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GeoLockPage) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean is_open = geo_lock_check_finish (GEO_LOCK (source), result, &error);

  if (!g_cancellable_is_cancelled (self->cancellable))
    tried (self, is_open, error);
}

static void
forgotten_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GeoLockPage) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean is_open = geo_lock_forget_finish (GEO_LOCK (source), result, &error);

  if (!g_cancellable_is_cancelled (self->cancellable))
    tried (self, is_open, error);
}

static void
unlock (GeoLockPage *self) {
  const gchar *text = gtk_editable_get_text (get_entry (self));

  if (self->lock == NULL || self->is_busy || self->timer != 0 || *text == '\0')
    return;
  self->is_busy = TRUE;
  geo_form_show_error (self->error_label, NULL);
  if (is_words (self))
    geo_lock_forget_async (self->lock, text, self->cancellable, forgotten_cb,
                           g_object_ref (self));
  else
    geo_lock_check_async (self->lock, text, self->cancellable, checked_cb,
                          g_object_ref (self));
  update (self);
}

static void
changed_cb (GeoLockPage *self) {
  if (self->timer == 0 && *gtk_editable_get_text (get_entry (self)) != '\0')
    geo_form_show_error (self->error_label, NULL);
  update (self);
}

static void
show_question (GeoLockPage *self, const gchar *name) {
  gtk_stack_set_visible_child_name (self->stack, name);
  gtk_button_set_label (self->other_button, is_words (self)
                                                ? _ ("_Enter the PIN")
                                                : _ ("I _Forgot the PIN"));
  forget_typed (self);
  geo_form_show_error (self->error_label, NULL);
  if (self->timer != 0)
    show_wait (self);
  update (self);
  gtk_widget_grab_focus (GTK_WIDGET (get_entry (self)));
}

static void
other_cb (GeoLockPage *self) {
  if (!self->is_busy)
    show_question (self, is_words (self) ? "pin" : "words");
}

static void
geo_lock_page_dispose (GObject *object) {
  GeoLockPage *self = GEO_LOCK_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_object (&self->lock);
  G_OBJECT_CLASS (geo_lock_page_parent_class)->dispose (object);
}

static void
geo_lock_page_finalize (GObject *object) {
  g_clear_object (&GEO_LOCK_PAGE (object)->cancellable);
  G_OBJECT_CLASS (geo_lock_page_parent_class)->finalize (object);
}

static void
geo_lock_page_class_init (GeoLockPageClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = geo_lock_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = geo_lock_page_finalize;
  signals[DONE] = g_signal_new ("done", GEO_TYPE_LOCK_PAGE, G_SIGNAL_RUN_LAST,
                                0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (
      widget_class, "/net/geocredit/Wallet/ui/geo-lock-page.ui");
  gtk_widget_class_bind_template_child (widget_class, GeoLockPage, stack);
  gtk_widget_class_bind_template_child (widget_class, GeoLockPage, pin_row);
  gtk_widget_class_bind_template_child (widget_class, GeoLockPage, words_row);
  gtk_widget_class_bind_template_child (widget_class, GeoLockPage, error_label);
  gtk_widget_class_bind_template_child (widget_class, GeoLockPage,
                                        unlock_button);
  gtk_widget_class_bind_template_child (widget_class, GeoLockPage,
                                        other_button);
}

static void
geo_lock_page_init (GeoLockPage *self) {
  self->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_swapped (self->pin_row, "entry-activated",
                            G_CALLBACK (unlock), self);
  g_signal_connect_swapped (self->words_row, "entry-activated",
                            G_CALLBACK (unlock), self);
  g_signal_connect_swapped (self->pin_row, "changed", G_CALLBACK (changed_cb),
                            self);
  g_signal_connect_swapped (self->words_row, "changed", G_CALLBACK (changed_cb),
                            self);
  g_signal_connect_swapped (self->unlock_button, "clicked", G_CALLBACK (unlock),
                            self);
  g_signal_connect_swapped (self->other_button, "clicked",
                            G_CALLBACK (other_cb), self);
}

void
geo_lock_page_start (GeoLockPage *self, GeoLock *lock) {
  g_return_if_fail (GEO_IS_LOCK_PAGE (self));

  g_set_object (&self->lock, lock);
  show_question (self, "pin");
  start_waiting (self);
}
