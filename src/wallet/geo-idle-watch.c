/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Listens to all that is typed, clicked and moved in a window.  It does nothing
 * with it but look at the clock.
 */
#include "config.h"

#include "wallet/geo-idle-watch.h"

struct _GeoIdleWatch {
  GObject parent_instance;

  guint seconds;
  guint timer;
  gint64 touched; /* Monotonic, µs. */

  GtkWidget *widget; /* Borrowed. */
  GtkEventController *controller; /* The widget's. */
};

enum {
  IDLE,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (GeoIdleWatch, geo_idle_watch, G_TYPE_OBJECT)

static gboolean timer_cb (gpointer user_data);

/* One timer, however much is typed: it looks again when it ends. */
static void
start_timer (GeoIdleWatch *self, gint64 wait) {
  self->timer = g_timeout_add ((guint) MAX (wait / 1000, 1), timer_cb, self);
}

static gboolean
timer_cb (gpointer user_data) {
  GeoIdleWatch *self = user_data;
  gint64 end = self->touched + self->seconds * G_USEC_PER_SEC;
  gint64 now = g_get_monotonic_time ();

  self->timer = 0;
  if (now < end)
    start_timer (self, end - now);
  else
    g_signal_emit (self, signals[IDLE], 0);
  return G_SOURCE_REMOVE;
}

static gboolean
event_cb (GtkEventControllerLegacy *controller,
          GdkEvent *event,
          GeoIdleWatch *self) {
  self->touched = g_get_monotonic_time ();
  if (self->timer == 0 && self->seconds > 0)
    start_timer (self, self->seconds * G_USEC_PER_SEC);
  return GDK_EVENT_PROPAGATE;
}

static void
geo_idle_watch_dispose (GObject *object) {
  GeoIdleWatch *self = GEO_IDLE_WATCH (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  if (self->controller != NULL)
    gtk_widget_remove_controller (self->widget, self->controller);
  self->controller = NULL;
  G_OBJECT_CLASS (geo_idle_watch_parent_class)->dispose (object);
}

static void
geo_idle_watch_class_init (GeoIdleWatchClass *klass) {
  G_OBJECT_CLASS (klass)->dispose = geo_idle_watch_dispose;
  signals[IDLE] = g_signal_new ("idle", GEO_TYPE_IDLE_WATCH, G_SIGNAL_RUN_LAST,
                                0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
geo_idle_watch_init (GeoIdleWatch *self) {
  self->controller = gtk_event_controller_legacy_new ();
  gtk_event_controller_set_propagation_phase (self->controller,
                                              GTK_PHASE_CAPTURE);
  g_signal_connect (self->controller, "event", G_CALLBACK (event_cb), self);
}

GeoIdleWatch *
geo_idle_watch_new (GtkWidget *widget) {
  GeoIdleWatch *self = g_object_new (GEO_TYPE_IDLE_WATCH, NULL);

  self->widget = widget;
  gtk_widget_add_controller (widget, self->controller);
  return self;
}

void
geo_idle_watch_set_seconds (GeoIdleWatch *self, guint seconds) {
  g_return_if_fail (GEO_IS_IDLE_WATCH (self));

  self->seconds = seconds;
  self->touched = g_get_monotonic_time ();
  g_clear_handle_id (&self->timer, g_source_remove);
  if (seconds > 0)
    start_timer (self, seconds * G_USEC_PER_SEC);
}
