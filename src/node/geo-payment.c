/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Payments and quotes as GObjects.  It keeps what the node tells it; it sends
 * and stores nothing.
 */
#include "config.h"

#include "node/geo-payment-private.h"

#include "node/geo-phrases.h"

/* --- GeoPayment --------------------------------------------------------- */

struct _GeoPayment {
  GObject parent_instance;

  gchar *tx_id;
  gchar *receipt_key;
  GeoPid to;
  gchar *equivalent;
  guint precision;
  GeoAmount amount;
  GeoTime started_at;

  GeoState state;
  gchar *code;
  gchar *reason;
  gchar *message;
  gboolean has_max_amount;
  GeoAmount max_amount;
};

G_DEFINE_FINAL_TYPE (GeoPayment, geo_payment, G_TYPE_OBJECT)

enum {
  PROP_0,
  PROP_STATE,
  PROP_TX_ID,
  PROP_EQUIVALENT,
  PROP_MESSAGE,
  N_PROPS,
};

static GParamSpec *props[N_PROPS];

static void
geo_payment_finalize (GObject *object) {
  GeoPayment *self = GEO_PAYMENT (object);

  g_clear_pointer (&self->tx_id, g_free);
  g_clear_pointer (&self->receipt_key, g_free);
  g_clear_pointer (&self->equivalent, g_free);
  g_clear_pointer (&self->code, g_free);
  g_clear_pointer (&self->reason, g_free);
  g_clear_pointer (&self->message, g_free);
  G_OBJECT_CLASS (geo_payment_parent_class)->finalize (object);
}

static void
geo_payment_get_property (GObject *object,
                          guint prop_id,
                          GValue *value,
                          GParamSpec *pspec) {
  GeoPayment *self = GEO_PAYMENT (object);

  switch (prop_id) {
  case PROP_STATE:
    g_value_set_int (value, (gint) self->state);
    break;
  case PROP_TX_ID:
    g_value_set_string (value, self->tx_id);
    break;
  case PROP_EQUIVALENT:
    g_value_set_string (value, self->equivalent);
    break;
  case PROP_MESSAGE:
    g_value_set_string (value, self->message);
    break;
  default: /* Not an enum: a number that GObject checked. */
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    break;
  }
}

static void
geo_payment_class_init (GeoPaymentClass *klass) {
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS |
                            G_PARAM_EXPLICIT_NOTIFY;

  object_class->finalize = geo_payment_finalize;
  object_class->get_property = geo_payment_get_property;

  props[PROP_STATE] = g_param_spec_int ("state", NULL, NULL, GEO_STATE_DRAFT,
                                        GEO_STATE_NOT_PAID, GEO_STATE_DRAFT,
                                        flags);
  props[PROP_TX_ID] = g_param_spec_string ("tx-id", NULL, NULL, NULL, flags);
  props[PROP_EQUIVALENT] = g_param_spec_string ("equivalent", NULL, NULL, NULL,
                                                flags);
  props[PROP_MESSAGE] = g_param_spec_string ("message", NULL, NULL, NULL,
                                             flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
geo_payment_init (GeoPayment *self) {
  self->state = GEO_STATE_SENDING;
}

GeoPayment *
geo_payment_new (const gchar *tx_id,
                 const GeoPid *to,
                 const gchar *equivalent,
                 guint precision,
                 GeoAmount amount,
                 GeoTime started_at) {
  GeoPayment *self = g_object_new (GEO_TYPE_PAYMENT, NULL);

  self->tx_id = g_strdup (tx_id);
  self->receipt_key = g_strdup (tx_id);
  self->to = *to;
  self->equivalent = g_strdup (equivalent);
  self->precision = precision;
  self->amount = amount;
  self->started_at = started_at;
  return self;
}

void
geo_payment_set_receipt_key (GeoPayment *payment, const gchar *key) {
  g_free (payment->receipt_key);
  payment->receipt_key = g_strdup (key);
}

static gboolean
is_over (GeoPayment *payment) {
  return payment->state == GEO_STATE_PAID ||
         payment->state == GEO_STATE_NOT_PAID;
}

static void
set_message (GeoPayment *payment, gchar *message) {
  GObject *object = G_OBJECT (payment);

  g_free (payment->message);
  payment->message = message;
  g_object_notify_by_pspec (object, props[PROP_MESSAGE]);
}

void
geo_payment_set_state (GeoPayment *payment, GeoState state) {
  GObject *object = G_OBJECT (payment);

  g_assert (state != GEO_STATE_NOT_PAID);
  /* P4: evidence is final. */
  if (is_over (payment) || payment->state == state)
    return;

  g_object_freeze_notify (object);
  payment->state = state;
  set_message (payment, state == GEO_STATE_IN_DOUBT
                            ? geo_phrase_in_doubt (payment->started_at)
                            : NULL);
  g_object_notify_by_pspec (object, props[PROP_STATE]);
  g_object_thaw_notify (object);
}

void
geo_payment_set_not_paid (GeoPayment *payment,
                          const gchar *code,
                          const gchar *reason,
                          const GeoAmount *max_amount,
                          const gchar *message) {
  GObject *object = G_OBJECT (payment);
  g_autofree gchar *max_text = NULL;

  if (is_over (payment))
    return;

  g_object_freeze_notify (object);
  payment->state = GEO_STATE_NOT_PAID;
  payment->code = g_strdup (code);
  payment->reason = g_strdup (reason);
  if (max_amount != NULL) {
    payment->has_max_amount = TRUE;
    payment->max_amount = *max_amount;
    max_text = geo_phrase_amount (*max_amount, payment->precision,
                                  payment->equivalent);
  }
  set_message (payment, message != NULL
                            ? g_strdup (message)
                            : geo_phrase_refusal (code, reason, max_text));
  g_object_notify_by_pspec (object, props[PROP_STATE]);
  g_object_thaw_notify (object);
}

GeoState
geo_payment_get_state (GeoPayment *payment) {
  g_assert (GEO_IS_PAYMENT (payment));
  return payment->state;
}

const gchar *
geo_payment_get_tx_id (GeoPayment *payment) {
  g_assert (GEO_IS_PAYMENT (payment));
  return payment->tx_id;
}

const gchar *
geo_payment_get_receipt_key (GeoPayment *payment) {
  g_assert (GEO_IS_PAYMENT (payment));
  return payment->receipt_key;
}

const GeoPid *
geo_payment_get_to (GeoPayment *payment) {
  g_assert (GEO_IS_PAYMENT (payment));
  return &payment->to;
}

const gchar *
geo_payment_get_equivalent (GeoPayment *payment) {
  g_assert (GEO_IS_PAYMENT (payment));
  return payment->equivalent;
}

guint
geo_payment_get_precision (GeoPayment *payment) {
  g_assert (GEO_IS_PAYMENT (payment));
  return payment->precision;
}

GeoAmount
geo_payment_get_amount (GeoPayment *payment) {
  g_assert (GEO_IS_PAYMENT (payment));
  return payment->amount;
}

GeoTime
geo_payment_get_started_at (GeoPayment *payment) {
  g_assert (GEO_IS_PAYMENT (payment));
  return payment->started_at;
}

const gchar *
geo_payment_get_code (GeoPayment *payment) {
  g_assert (GEO_IS_PAYMENT (payment));
  return payment->code;
}

const gchar *
geo_payment_get_reason (GeoPayment *payment) {
  g_assert (GEO_IS_PAYMENT (payment));
  return payment->reason;
}

gboolean
geo_payment_may_pay_again (GeoPayment *payment) {
  g_assert (GEO_IS_PAYMENT (payment));
  /* P4: only a refusal of the order says that it is not paid, for ever. */
  return payment->state == GEO_STATE_NOT_PAID;
}

gchar *
geo_payment_get_advice (GeoPayment *payment) {
  g_assert (GEO_IS_PAYMENT (payment));
  return geo_phrase_pay_again (payment->state);
}

const gchar *
geo_payment_get_message (GeoPayment *payment) {
  g_assert (GEO_IS_PAYMENT (payment));
  return payment->message;
}

gboolean
geo_payment_get_max_amount (GeoPayment *payment, GeoAmount *out) {
  g_assert (GEO_IS_PAYMENT (payment));
  if (payment->has_max_amount && out != NULL)
    *out = payment->max_amount;
  return payment->has_max_amount;
}

/* --- GeoQuote ----------------------------------------------------------- */

typedef struct {
  GeoPid neighbour;
  gchar *name;
  GeoAmount available;
  gboolean daily;
} Limit;

struct _GeoQuote {
  GObject parent_instance;

  GeoAmount max_amount;
  guint precision;
  gboolean can_pay;
  GArray *limits;
};

G_DEFINE_FINAL_TYPE (GeoQuote, geo_quote, G_TYPE_OBJECT)

static void
limit_clear (gpointer data) {
  Limit *limit = data;

  g_free (limit->name);
}

static void
geo_quote_finalize (GObject *object) {
  GeoQuote *self = GEO_QUOTE (object);

  g_clear_pointer (&self->limits, g_array_unref);
  G_OBJECT_CLASS (geo_quote_parent_class)->finalize (object);
}

static void
geo_quote_class_init (GeoQuoteClass *klass) {
  G_OBJECT_CLASS (klass)->finalize = geo_quote_finalize;
}

static void
geo_quote_init (GeoQuote *self) {
  self->limits = g_array_new (FALSE, FALSE, sizeof (Limit));
  g_array_set_clear_func (self->limits, limit_clear);
}

GeoQuote *
geo_quote_new (GeoAmount max_amount, guint precision, gboolean can_pay) {
  GeoQuote *self = g_object_new (GEO_TYPE_QUOTE, NULL);

  self->max_amount = max_amount;
  self->precision = precision;
  self->can_pay = can_pay;
  return self;
}

void
geo_quote_add_limit (GeoQuote *quote,
                     const GeoPid *neighbour,
                     const gchar *name,
                     GeoAmount available,
                     gboolean daily) {
  Limit limit = { *neighbour, g_strdup (name), available, daily };

  g_array_append_val (quote->limits, limit);
}

GeoAmount
geo_quote_get_max_amount (GeoQuote *quote) {
  g_assert (GEO_IS_QUOTE (quote));
  return quote->max_amount;
}

guint
geo_quote_get_precision (GeoQuote *quote) {
  g_assert (GEO_IS_QUOTE (quote));
  return quote->precision;
}

gboolean
geo_quote_get_can_pay (GeoQuote *quote) {
  g_assert (GEO_IS_QUOTE (quote));
  return quote->can_pay;
}

guint
geo_quote_get_n_limits (GeoQuote *quote) {
  g_assert (GEO_IS_QUOTE (quote));
  return quote->limits->len;
}

const gchar *
geo_quote_get_limit (GeoQuote *quote,
                     guint index,
                     GeoPid *neighbour,
                     GeoAmount *available) {
  const Limit *limit;

  g_assert (GEO_IS_QUOTE (quote));
  g_assert (index < quote->limits->len);
  limit = &g_array_index (quote->limits, Limit, index);
  if (neighbour != NULL)
    *neighbour = limit->neighbour;
  if (available != NULL)
    *available = limit->available;
  return limit->name;
}

gchar *
geo_quote_phrase_daily (GeoQuote *quote, const gchar *equivalent) {
  g_assert (GEO_IS_QUOTE (quote));
  for (guint i = 0; i < quote->limits->len; i++) {
    const Limit *limit = &g_array_index (quote->limits, Limit, i);

    if (limit->daily)
      return geo_phrase_daily_over (limit->name, limit->available,
                                    quote->precision, equivalent,
                                    g_get_real_time () / 1000);
  }
  return NULL;
}
