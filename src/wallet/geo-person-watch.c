/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoPersonWatch: listens to a person, to the list of relations and to each
 * relation in it, and says "changed" for all of them.  It looks at nothing.
 */
#include "config.h"

#include "wallet/geo-person-watch.h"

struct _GeoPersonWatch {
  GObject parent_instance;

  /* owned */
  GeoPerson *person;
  GPtrArray *relations; /* In the order of the list. */
};

enum {
  CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (GeoPersonWatch, geo_person_watch, G_TYPE_OBJECT)

static void
say_changed (GeoPersonWatch *self) {
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
listen (GeoPersonWatch *self, GListModel *list, guint position, guint n) {
  for (guint i = position; i < position + n; i++) {
    GObject *relation = g_list_model_get_item (list, i);

    g_signal_connect_swapped (relation, "notify", G_CALLBACK (say_changed),
                              self);
    g_ptr_array_insert (self->relations, (gint) i, relation);
  }
}

static void
unlisten (GeoPersonWatch *self, guint position, guint n) {
  for (guint i = position; i < position + n; i++)
    g_signal_handlers_disconnect_by_data (self->relations->pdata[i], self);
  if (n > 0)
    g_ptr_array_remove_range (self->relations, position, n);
}

static void
items_changed_cb (GListModel *list,
                  guint position,
                  guint removed,
                  guint added,
                  GeoPersonWatch *self) {
  unlisten (self, position, removed);
  listen (self, list, position, added);
  say_changed (self);
}

static void
geo_person_watch_dispose (GObject *object) {
  GeoPersonWatch *self = GEO_PERSON_WATCH (object);

  if (self->person != NULL) {
    unlisten (self, 0, self->relations->len);
    g_signal_handlers_disconnect_by_data (
        geo_person_get_relations (self->person), self);
    g_signal_handlers_disconnect_by_data (self->person, self);
  }
  g_clear_object (&self->person);
  G_OBJECT_CLASS (geo_person_watch_parent_class)->dispose (object);
}

static void
geo_person_watch_finalize (GObject *object) {
  GeoPersonWatch *self = GEO_PERSON_WATCH (object);

  g_clear_pointer (&self->relations, g_ptr_array_unref);
  G_OBJECT_CLASS (geo_person_watch_parent_class)->finalize (object);
}

static void
geo_person_watch_class_init (GeoPersonWatchClass *klass) {
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = geo_person_watch_dispose;
  object_class->finalize = geo_person_watch_finalize;
  signals[CHANGED] = g_signal_new ("changed", GEO_TYPE_PERSON_WATCH,
                                   G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 0);
}

static void
geo_person_watch_init (GeoPersonWatch *self) {
  self->relations = g_ptr_array_new_with_free_func (g_object_unref);
}

GeoPersonWatch *
geo_person_watch_new (GeoPerson *person) {
  GeoPersonWatch *self = g_object_new (GEO_TYPE_PERSON_WATCH, NULL);
  GListModel *list = geo_person_get_relations (person);

  self->person = g_object_ref (person);
  g_signal_connect_swapped (person, "notify", G_CALLBACK (say_changed), self);
  g_signal_connect (list, "items-changed", G_CALLBACK (items_changed_cb), self);
  listen (self, list, 0, g_list_model_get_n_items (list));
  return self;
}
