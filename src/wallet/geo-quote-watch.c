/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoQuoteWatch: one question at a time, the last one always.  It
 * shows nothing.
 */
#include "config.h"

#include "wallet/geo-quote-watch.h"

struct _GeoQuoteWatch {
  GObject parent_instance;

  guint delay_id;
  GeoPid to;
  gboolean has_amount;
  GeoAmount amount;
  gboolean is_exact;
  gboolean is_stale; /* Something else is asked since the hub was. */

  /* owned */
  GeoNode *node;
  gchar *equivalent;
  GCancellable *cancellable;
  GeoQuote *quote;
  gchar *message;
};

enum {
  CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (GeoQuoteWatch, geo_quote_watch, G_TYPE_OBJECT)

static gboolean delay_cb (gpointer user_data);

static void
stop (GeoQuoteWatch *self) {
  g_clear_handle_id (&self->delay_id, g_source_remove);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
}

static void
quote_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GeoQuoteWatch) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoQuote) quote = geo_node_quote_finish (GEO_NODE (source), result,
                                                      &error);

  /* Whoever cancelled it asks something else, or nothing. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_object (&self->cancellable);
  g_set_object (&self->quote, quote);
  g_set_str (&self->message, error != NULL ? error->message : NULL);
  self->is_exact = quote != NULL && !self->is_stale;
  if (self->is_stale && self->delay_id == 0)
    delay_cb (self);
  g_signal_emit (self, signals[CHANGED], 0);
}

static gboolean
delay_cb (gpointer user_data) {
  GeoQuoteWatch *self = user_data;

  self->delay_id = 0;
  /* The hub is asked one thing at a time, however fast somebody types. */
  if (self->cancellable != NULL)
    return G_SOURCE_REMOVE;
  self->is_stale = FALSE;
  self->cancellable = g_cancellable_new ();
  geo_node_quote_async (self->node, &self->to, self->equivalent,
                        self->has_amount ? &self->amount : NULL,
                        self->cancellable, quote_cb, g_object_ref (self));
  return G_SOURCE_REMOVE;
}

static void
geo_quote_watch_dispose (GObject *object) {
  GeoQuoteWatch *self = GEO_QUOTE_WATCH (object);

  stop (self);
  g_clear_object (&self->quote);
  g_clear_object (&self->node);
  G_OBJECT_CLASS (geo_quote_watch_parent_class)->dispose (object);
}

static void
geo_quote_watch_finalize (GObject *object) {
  GeoQuoteWatch *self = GEO_QUOTE_WATCH (object);

  g_free (self->equivalent);
  g_free (self->message);
  G_OBJECT_CLASS (geo_quote_watch_parent_class)->finalize (object);
}

static void
geo_quote_watch_class_init (GeoQuoteWatchClass *klass) {
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = geo_quote_watch_dispose;
  object_class->finalize = geo_quote_watch_finalize;
  signals[CHANGED] = g_signal_new ("changed", GEO_TYPE_QUOTE_WATCH,
                                   G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 0);
}

static void
geo_quote_watch_init (GeoQuoteWatch *self) {
}

GeoQuoteWatch *
geo_quote_watch_new (GeoNode *node) {
  GeoQuoteWatch *self = g_object_new (GEO_TYPE_QUOTE_WATCH, NULL);

  self->node = g_object_ref (node);
  return self;
}

void
geo_quote_watch_ask (GeoQuoteWatch *self,
                     const GeoPid *to,
                     const gchar *equivalent,
                     const GeoAmount *amount) {
  g_return_if_fail (GEO_IS_QUOTE_WATCH (self));

  /* An answer about the same person is worth waiting for: its limit holds for
   * every amount. */
  if (!geo_pid_equal (&self->to, to) ||
      g_strcmp0 (self->equivalent, equivalent) != 0) {
    stop (self);
    g_clear_object (&self->quote);
  }
  g_clear_handle_id (&self->delay_id, g_source_remove);
  self->to = *to;
  g_set_str (&self->equivalent, equivalent);
  self->has_amount = amount != NULL;
  self->amount = amount != NULL ? *amount : GEO_AMOUNT_ZERO;
  self->is_exact = FALSE;
  self->is_stale = TRUE;
  self->delay_id = g_timeout_add (GEO_QUOTE_WATCH_DELAY_MS, delay_cb, self);
}

void
geo_quote_watch_stop (GeoQuoteWatch *self) {
  g_return_if_fail (GEO_IS_QUOTE_WATCH (self));

  stop (self);
}

GeoQuote *
geo_quote_watch_get_quote (GeoQuoteWatch *self) {
  g_return_val_if_fail (GEO_IS_QUOTE_WATCH (self), NULL);

  return self->quote;
}

gboolean
geo_quote_watch_is_exact (GeoQuoteWatch *self) {
  g_return_val_if_fail (GEO_IS_QUOTE_WATCH (self), FALSE);

  return self->is_exact;
}

const gchar *
geo_quote_watch_get_message (GeoQuoteWatch *self) {
  g_return_val_if_fail (GEO_IS_QUOTE_WATCH (self), NULL);

  return self->message;
}

gboolean
geo_quote_watch_is_asking (GeoQuoteWatch *self) {
  g_return_val_if_fail (GEO_IS_QUOTE_WATCH (self), FALSE);

  return self->delay_id != 0 || self->cancellable != NULL;
}
