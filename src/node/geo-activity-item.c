/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One line of activity as a GObject: what the journal's row says, for people.
 * It reads nothing: whoever loads rows fills it in.
 */
#include "config.h"

#include "node/geo-items-private.h"

struct _GeoActivityItem {
  GObject parent_instance;

  gboolean loaded;
  gint64 id;
  GeoItemKind kind;
  GeoState state;
  GeoTime time_ms;
  gchar *peer_name;
  gchar *peer_pid;
  gchar *equivalent;
  guint precision;
  GeoAmount amount;
  gchar *text;
  gchar *tx_id;
  gchar *receipt_key;
  gchar *reason;
  gboolean over_spares;
  GeoMoved moved_in;
  GeoMoved moved_out;
  gboolean unproven;
};

G_DEFINE_FINAL_TYPE (GeoActivityItem, geo_activity_item, G_TYPE_OBJECT)

enum {
  PROP_0,
  PROP_LOADED,
  PROP_ID,
  PROP_KIND,
  PROP_STATE,
  PROP_TIME,
  PROP_PEER_NAME,
  PROP_PEER_PID,
  PROP_EQUIVALENT,
  PROP_PRECISION,
  PROP_AMOUNT,
  PROP_TEXT,
  PROP_TX_ID,
  PROP_RECEIPT_KEY,
  PROP_REASON,
  N_PROPS,
};

enum {
  SIGNAL_CHANGED,
  N_SIGNALS,
};

static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

static void
geo_activity_item_finalize (GObject *object) {
  GeoActivityItem *self = GEO_ACTIVITY_ITEM (object);

  g_clear_pointer (&self->peer_name, g_free);
  g_clear_pointer (&self->peer_pid, g_free);
  g_clear_pointer (&self->equivalent, g_free);
  g_clear_pointer (&self->text, g_free);
  g_clear_pointer (&self->tx_id, g_free);
  g_clear_pointer (&self->receipt_key, g_free);
  g_clear_pointer (&self->reason, g_free);
  G_OBJECT_CLASS (geo_activity_item_parent_class)->finalize (object);
}

static void
geo_activity_item_get_property (GObject *object,
                                guint prop_id,
                                GValue *value,
                                GParamSpec *pspec) {
  GeoActivityItem *self = GEO_ACTIVITY_ITEM (object);

  switch (prop_id) {
  case PROP_LOADED:
    g_value_set_boolean (value, self->loaded);
    break;
  case PROP_ID:
    g_value_set_int64 (value, self->id);
    break;
  case PROP_KIND:
    g_value_set_int (value, (gint) self->kind);
    break;
  case PROP_STATE:
    g_value_set_int (value, (gint) self->state);
    break;
  case PROP_TIME:
    g_value_set_int64 (value, self->time_ms);
    break;
  case PROP_PEER_NAME:
    g_value_set_string (value, self->peer_name);
    break;
  case PROP_PEER_PID:
    g_value_set_string (value, self->peer_pid);
    break;
  case PROP_EQUIVALENT:
    g_value_set_string (value, self->equivalent);
    break;
  case PROP_PRECISION:
    g_value_set_uint (value, self->precision);
    break;
  case PROP_AMOUNT:
    g_value_set_int64 (value, self->amount.minor);
    break;
  case PROP_TEXT:
    g_value_set_string (value, self->text);
    break;
  case PROP_TX_ID:
    g_value_set_string (value, self->tx_id);
    break;
  case PROP_RECEIPT_KEY:
    g_value_set_string (value, self->receipt_key);
    break;
  case PROP_REASON:
    g_value_set_string (value, self->reason);
    break;
  default: /* Not an enum: a number that GObject checked. */
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    break;
  }
}

/* Who shows all of it is told once, not once a property. */
static void
geo_activity_item_dispatch (GObject *object, guint n, GParamSpec **pspecs) {
  G_OBJECT_CLASS (geo_activity_item_parent_class)
      ->dispatch_properties_changed (object, n, pspecs);
  g_signal_emit (object, signals[SIGNAL_CHANGED], 0);
}

static void
geo_activity_item_class_init (GeoActivityItemClass *klass) {
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS |
                            G_PARAM_EXPLICIT_NOTIFY;
  static const struct {
    guint prop;
    const gchar *name;
  } texts[] = {
    { PROP_PEER_NAME, "peer-name" },   { PROP_PEER_PID, "peer-pid" },
    { PROP_EQUIVALENT, "equivalent" }, { PROP_TEXT, "text" },
    { PROP_TX_ID, "tx-id" },           { PROP_RECEIPT_KEY, "receipt-key" },
    { PROP_REASON, "reason" },
  };

  object_class->finalize = geo_activity_item_finalize;
  object_class->get_property = geo_activity_item_get_property;
  object_class->dispatch_properties_changed = geo_activity_item_dispatch;

  props[PROP_LOADED] = g_param_spec_boolean ("loaded", NULL, NULL, FALSE,
                                             flags);
  props[PROP_ID] = g_param_spec_int64 ("id", NULL, NULL, 0, G_MAXINT64, 0,
                                       flags);
  props[PROP_KIND] = g_param_spec_int ("kind", NULL, NULL, GEO_ITEM_PAID,
                                       GEO_ITEM_REFUSED, GEO_ITEM_PAID, flags);
  props[PROP_STATE] = g_param_spec_int ("state", NULL, NULL, GEO_STATE_DRAFT,
                                        GEO_STATE_NOT_PAID, GEO_STATE_DRAFT,
                                        flags);
  props[PROP_TIME] = g_param_spec_int64 ("time", NULL, NULL, 0, G_MAXINT64, 0,
                                         flags);
  props[PROP_PRECISION] = g_param_spec_uint ("precision", NULL, NULL, 0,
                                             GEO_PRECISION_MAX, 0, flags);
  props[PROP_AMOUNT] = g_param_spec_int64 ("amount", NULL, NULL, G_MININT64,
                                           G_MAXINT64, 0, flags);
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    props[texts[i].prop] = g_param_spec_string (texts[i].name, NULL, NULL, NULL,
                                                flags);
  g_object_class_install_properties (object_class, N_PROPS, props);

  signals[SIGNAL_CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass),
                                          G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                          NULL, G_TYPE_NONE, 0);
}

static void
geo_activity_item_init (GeoActivityItem *self) {
  self->kind = GEO_ITEM_PAID;
  self->state = GEO_STATE_DRAFT;
  self->peer_name = g_strdup ("");
  self->peer_pid = g_strdup ("");
  self->equivalent = g_strdup ("");
}

GeoActivityItem *
geo_activity_item_new (void) {
  return g_object_new (GEO_TYPE_ACTIVITY_ITEM, NULL);
}

static void
replace (GeoActivityItem *self, gchar **field, const gchar *text, guint prop) {
  if (g_strcmp0 (*field, text) == 0)
    return;
  g_free (*field);
  *field = g_strdup (text);
  g_object_notify_by_pspec (G_OBJECT (self), props[prop]);
}

void
geo_activity_item_fill (GeoActivityItem *item, const GeoActivityRow *row) {
  GObject *object = G_OBJECT (item);
  g_autofree gchar *pid = NULL;
  g_autofree gchar *short_pid = NULL;
  const gchar *name = "";

  if (row->has_peer) {
    pid = geo_pid_to_string (&row->peer);
    short_pid = geo_pid_shorten (&row->peer);
    name = row->peer_name != NULL ? row->peer_name : short_pid;
  }

  item->over_spares = row->over_spares;
  item->moved_in = row->moved_in;
  item->moved_out = row->moved_out;
  g_object_freeze_notify (object);
#define SET(field, value, prop)                       \
  G_STMT_START {                                      \
    if (item->field != (value)) {                     \
      item->field = (value);                          \
      g_object_notify_by_pspec (object, props[prop]); \
    }                                                 \
  }                                                   \
  G_STMT_END
  SET (id, row->id, PROP_ID);
  SET (kind, row->kind, PROP_KIND);
  SET (state, row->state, PROP_STATE);
  SET (time_ms, row->time_ms, PROP_TIME);
  SET (precision, row->precision, PROP_PRECISION);
  SET (amount.minor, row->amount.minor, PROP_AMOUNT);
  item->unproven = row->unproven;
  SET (loaded, TRUE, PROP_LOADED);
#undef SET
  replace (item, &item->peer_name, name, PROP_PEER_NAME);
  replace (item, &item->peer_pid, pid != NULL ? pid : "", PROP_PEER_PID);
  replace (item, &item->equivalent,
           row->equivalent != NULL ? row->equivalent : "", PROP_EQUIVALENT);
  replace (item, &item->text, row->text, PROP_TEXT);
  replace (item, &item->tx_id, row->tx_id, PROP_TX_ID);
  replace (item, &item->receipt_key, row->receipt_key, PROP_RECEIPT_KEY);
  replace (item, &item->reason, row->reason, PROP_REASON);
  g_object_thaw_notify (object);
}

void
geo_activity_item_set_state (GeoActivityItem *item, GeoState state) {
  if (item->state == state)
    return;
  item->state = state;
  g_object_notify_by_pspec (G_OBJECT (item), props[PROP_STATE]);
}

void
geo_activity_item_set_peer_name (GeoActivityItem *item, const gchar *name) {
  replace (item, &item->peer_name, name, PROP_PEER_NAME);
}

gboolean
geo_activity_item_get_loaded (GeoActivityItem *item) {
  g_assert (GEO_IS_ACTIVITY_ITEM (item));
  return item->loaded;
}

gint64
geo_activity_item_get_id (GeoActivityItem *item) {
  g_assert (GEO_IS_ACTIVITY_ITEM (item));
  return item->id;
}

GeoItemKind
geo_activity_item_get_kind (GeoActivityItem *item) {
  g_assert (GEO_IS_ACTIVITY_ITEM (item));
  return item->kind;
}

GeoState
geo_activity_item_get_state (GeoActivityItem *item) {
  g_assert (GEO_IS_ACTIVITY_ITEM (item));
  return item->state;
}

GeoTime
geo_activity_item_get_time (GeoActivityItem *item) {
  g_assert (GEO_IS_ACTIVITY_ITEM (item));
  return item->time_ms;
}

const gchar *
geo_activity_item_get_peer_name (GeoActivityItem *item) {
  g_assert (GEO_IS_ACTIVITY_ITEM (item));
  return item->peer_name;
}

const gchar *
geo_activity_item_get_peer_pid (GeoActivityItem *item) {
  g_assert (GEO_IS_ACTIVITY_ITEM (item));
  return item->peer_pid;
}

const gchar *
geo_activity_item_get_equivalent (GeoActivityItem *item) {
  g_assert (GEO_IS_ACTIVITY_ITEM (item));
  return item->equivalent;
}

guint
geo_activity_item_get_precision (GeoActivityItem *item) {
  g_assert (GEO_IS_ACTIVITY_ITEM (item));
  return item->precision;
}

GeoAmount
geo_activity_item_get_amount (GeoActivityItem *item) {
  g_assert (GEO_IS_ACTIVITY_ITEM (item));
  return item->amount;
}

const gchar *
geo_activity_item_get_text (GeoActivityItem *item) {
  g_assert (GEO_IS_ACTIVITY_ITEM (item));
  return item->text;
}

const gchar *
geo_activity_item_get_tx_id (GeoActivityItem *item) {
  g_assert (GEO_IS_ACTIVITY_ITEM (item));
  return item->tx_id;
}

const gchar *
geo_activity_item_get_receipt_key (GeoActivityItem *item) {
  g_assert (GEO_IS_ACTIVITY_ITEM (item));
  return item->receipt_key;
}

const gchar *
geo_activity_item_get_reason (GeoActivityItem *item) {
  g_assert (GEO_IS_ACTIVITY_ITEM (item));
  return item->reason;
}

gboolean
geo_activity_item_get_moved (GeoActivityItem *item,
                             GeoMoved *in,
                             GeoMoved *out) {
  g_assert (GEO_IS_ACTIVITY_ITEM (item));
  *in = item->moved_in;
  *out = item->moved_out;
  return item->over_spares;
}

gboolean
geo_activity_item_get_proven (GeoActivityItem *item) {
  g_assert (GEO_IS_ACTIVITY_ITEM (item));
  return !item->unproven;
}
