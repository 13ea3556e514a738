/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The payments we make: an order is signed, stored, sent, and asked about until
 * there is P4 evidence of what became of it.  It never calls a payment paid or
 * not paid without.
 */
#include "core/geo-text.h"
#include "protocol/geo-party-private.h"

#include <string.h>

/* 9999-12-31T23:59:59.999Z: the last time that can be written. */
#define TIME_MAX G_GINT64_CONSTANT (253402300799999)
#define HOPS_MAX 6
#define ROUTES_MAX 16
#define AVOID_MAX 64
#define TEXT_SIZE_MAX 1024

/* How long after a question the next one follows; the last one repeats. */
static const GeoTime ask_again_ms[] = { 5000, 10000, 30000 };

void
geo_open_order_free (gpointer data) {
  GeoOpenOrder *open = data;

  geo_order_free (open->order);
  g_clear_pointer (&open->sealed, g_bytes_unref);
  g_free (open->reason);
  g_free (open);
}

GeoOpenOrder *
geo_payer_find (const GeoParty *party, const GeoHash *hash) {
  for (guint i = 0; i < party->orders->len; i++) {
    GeoOpenOrder *open = g_ptr_array_index (party->orders, i);

    if (geo_hash_equal (&open->hash, hash))
      return open;
  }
  return NULL;
}

static GeoOpenOrder *
find_by_tx_id (const GeoParty *party, const gchar *tx_id) {
  for (guint i = 0; i < party->orders->len; i++) {
    GeoOpenOrder *open = g_ptr_array_index (party->orders, i);

    if (g_str_equal (open->order->tx_id, tx_id))
      return open;
  }
  return NULL;
}

void
geo_payer_add (GeoParty *party,
               const GeoOrder *order,
               GBytes *sealed,
               GeoOpenOrder **added) {
  GeoOpenOrder *open = g_new0 (GeoOpenOrder, 1);

  geo_order_hash (order, &open->hash);
  open->order = geo_order_copy (order);
  open->sealed = sealed != NULL ? g_bytes_ref (sealed) : NULL;
  open->state = GEO_PAYMENT_SENDING;
  g_ptr_array_add (party->orders, open);
  if (added != NULL)
    *added = open;
}

static GeoTold *
tell (const GeoHash *hash,
      const GeoOrder *order,
      GeoPaymentState state,
      GPtrArray *actions) {
  GeoTold *told = geo_actions_tell (actions, GEO_TOLD_PAYMENT);

  told->order_hash = *hash;
  told->order = geo_order_copy (order);
  told->state = state;
  return told;
}

static void
doubt (GeoOpenOrder *open, GPtrArray *actions) {
  if (open->state == GEO_PAYMENT_IN_DOUBT)
    return;
  open->state = GEO_PAYMENT_IN_DOUBT;
  tell (&open->hash, open->order, open->state, actions);
}

/* --- A wish to pay -------------------------------------------------------- */

static gboolean
check_constraints (const GeoConstraints *constraints, GError **error) {
  if (constraints->max_hops < 1 || constraints->max_hops > HOPS_MAX ||
      constraints->max_routes < 1 || constraints->max_routes > ROUTES_MAX ||
      constraints->avoid->len > AVOID_MAX)
    return geo_party_fail (error, GEO_CODE_INVALID,
                           "These constraints cannot be written.");
  return TRUE;
}

static gboolean
check_wish (const GeoParty *party,
            const gchar *tx_id,
            const GeoPid *to,
            const gchar *equivalent,
            GeoAmount amount,
            const GeoConstraints *constraints,
            GeoTime now,
            gint64 deadline_ms,
            GError **error) {
  if (!geo_tx_id_is_valid (tx_id))
    return geo_party_fail (error, GEO_CODE_INVALID,
                           "This is not an identifier for a payment.");
  if (geo_party_is_self (party, to))
    return geo_party_fail (error, GEO_CODE_INVALID,
                           "Nobody can pay themselves.");
  if (geo_community_find_equivalent (party->community, equivalent) == NULL)
    return geo_party_fail (error, GEO_CODE_INVALID,
                           "The community does not know this equivalent.");
  if (geo_amount_cmp (amount, GEO_AMOUNT_ZERO) <= 0 ||
      geo_amount_cmp (amount, GEO_AMOUNT (GEO_AMOUNT_MAX)) > 0)
    return geo_party_fail (error, GEO_CODE_INVALID,
                           "The amount is zero or too large.");
  if (now < 0 || now > TIME_MAX || deadline_ms <= 0 ||
      deadline_ms > TIME_MAX - now)
    return geo_party_fail (error, GEO_CODE_INVALID,
                           "The deadline cannot be written.");
  if (constraints != NULL && !check_constraints (constraints, error))
    return FALSE;
  if (find_by_tx_id (party, tx_id) != NULL)
    return geo_party_fail (error, GEO_CODE_CONFLICT,
                           "A payment with this identifier is not settled.");
  if (party->orders->len >= GEO_PARTY_ORDERS_MAX)
    return geo_party_fail (error, GEO_CODE_INTERNAL,
                           "Too many payments are not settled.");
  if (party->faulted)
    return geo_party_fail (error, GEO_CODE_NOT_ALLOWED,
                           "The hub sent what does not hold.");
  if (!party->connected)
    return geo_party_fail (error, GEO_CODE_TIMEOUT,
                           "There is no connection to the hub.");
  return TRUE;
}

/* The text as it is hashed and sent; NULL and no error where there is none. */
static gboolean
normal_text (const gchar *text, gchar **out, GError **error) {
  g_autofree gchar *normal = NULL;

  if (text == NULL || *text == '\0')
    return TRUE;
  if (g_utf8_validate (text, -1, NULL))
    normal = g_utf8_normalize (text, -1, G_NORMALIZE_NFC);
  if (normal == NULL || strlen (normal) > TEXT_SIZE_MAX ||
      !geo_text_is_valid (normal, GEO_TEXT_LINES))
    return geo_party_fail (error, GEO_CODE_INVALID,
                           "The text is too long or has control characters.");
  *out = g_steal_pointer (&normal);
  return TRUE;
}

static gboolean
seal (const GeoParty *party,
      const GeoPid *to,
      const gchar *text,
      GBytes **sealed,
      GError **error) {
  const GeoParticipant *payee;

  if (text == NULL)
    return TRUE;
  payee = geo_party_get_person (party, to);
  if (payee == NULL)
    return geo_party_fail (error, GEO_CODE_NO_ROUTE,
                           "The payee's key is not known.");
  *sealed = geo_seal (&payee->key, text, NULL);
  if (*sealed == NULL)
    return geo_party_fail (error, GEO_CODE_INVALID,
                           "The text cannot be sealed for the payee.");
  return TRUE;
}

static GeoConstraints *
default_constraints (void) {
  GeoConstraints *constraints = geo_constraints_new ();

  constraints->max_hops = 6;
  /* As many as the hub's owner lets there be. */
  constraints->max_routes = ROUTES_MAX;
  return constraints;
}

static GeoMessage *
request (const GeoOpenOrder *open) {
  /* The answer repeats the msg_id, which so says which order it is about. */
  GeoMessage *message = geo_message_new (GEO_MESSAGE_PAYMENT_REQUEST,
                                         open->order->tx_id);

  message->u.payment_request->order = geo_order_copy (open->order);
  if (open->sealed != NULL)
    message->u.payment_request->sealed = g_bytes_ref (open->sealed);
  return message;
}

static gboolean
pay (GeoParty *party,
     const gchar *tx_id,
     const GeoHash *invoice,
     const GeoPid *to,
     const gchar *equivalent,
     GeoAmount amount,
     const gchar *text,
     const GeoConstraints *constraints,
     GeoTime now,
     gint64 deadline_ms,
     GeoHash *order_hash,
     GPtrArray *actions,
     GError **error) {
  g_autoptr (GeoOrder) order = NULL;
  g_autoptr (GBytes) sealed = NULL;
  g_autofree gchar *normal = NULL;
  GeoRecordBody *body;
  GeoOpenOrder *open;

  if (!check_wish (party, tx_id, to, equivalent, amount, constraints, now,
                   deadline_ms, error) ||
      (invoice != NULL && !geo_letters_check_wish (party, invoice, to,
                                                   equivalent, amount, now,
                                                   error)) ||
      !normal_text (text, &normal, error) ||
      !seal (party, to, normal, &sealed, error))
    return FALSE;

  order = geo_order_new ();
  order->community = party->community->community;
  order->tx_id = g_strdup (tx_id);
  order->from = party->self->pid;
  order->to = *to;
  order->equivalent = g_strdup (equivalent);
  order->amount = geo_decimal (amount, (guint) geo_community_find_equivalent (
                                           party->community, equivalent)
                                           ->precision);
  if (normal != NULL) {
    order->has_description_hash = TRUE;
    geo_hash_of (normal, strlen (normal), &order->description_hash);
  }
  if (invoice != NULL) {
    order->has_invoice = TRUE;
    order->invoice = *invoice;
    if (geo_letters_is_for_anybody (party, invoice)) {
      order->has_consent = TRUE;
      order->consent = GEO_CONSENT_LIVE;
    }
  }
  order->constraints = constraints != NULL ? geo_constraints_copy (constraints)
                                           : default_constraints ();
  order->closer = party->community->community;
  order->deadline = now + deadline_ms;
  order->created_at = now;
  geo_order_sign (order, party->secret);
  geo_payer_add (party, order, sealed, &open);
  if (order_hash != NULL)
    *order_hash = open->hash;

  /* P1: Persist, then send. */
  body = geo_record_body_new ();
  body->order = geo_order_copy (order);
  body->text = g_steal_pointer (&normal);
  body->sealed = sealed != NULL ? g_bytes_ref (sealed) : NULL;
  body->person = geo_party_keep_person (party, to, actions);
  geo_actions_store_record (actions, GEO_RECORD_KIND_ORDER, body);
  geo_actions_send (actions, NULL, request (open));
  tell (&open->hash, order, open->state, actions);
  geo_actions_timer (actions, &open->hash, now + GEO_PARTY_SEND_MS);
  return TRUE;
}

gboolean
geo_party_pay (GeoParty *party,
               const gchar *tx_id,
               const GeoPid *to,
               const gchar *equivalent,
               GeoAmount amount,
               const gchar *text,
               const GeoConstraints *constraints,
               GeoTime now,
               gint64 deadline_ms,
               GeoHash *order_hash,
               GPtrArray *actions,
               GError **error) {
  return pay (party, tx_id, NULL, to, equivalent, amount, text, constraints,
              now, deadline_ms, order_hash, actions, error);
}

gboolean
geo_party_pay_invoice (GeoParty *party,
                       const gchar *tx_id,
                       const GeoHash *invoice,
                       const GeoPid *to,
                       const gchar *equivalent,
                       GeoAmount amount,
                       const gchar *text,
                       GeoTime now,
                       gint64 deadline_ms,
                       GeoHash *order_hash,
                       GPtrArray *actions,
                       GError **error) {
  return pay (party, tx_id, invoice, to, equivalent, amount, text, NULL, now,
              deadline_ms, order_hash, actions, error);
}

/* --- Asking --------------------------------------------------------------- */

static void
ask (GeoOpenOrder *open, GeoTime now, GPtrArray *actions) {
  guint n = MIN (open->asked, G_N_ELEMENTS (ask_again_ms) - 1);

  geo_party_send_query (&open->hash, NULL, actions);
  geo_actions_timer (actions, &open->hash, now + ask_again_ms[n]);
  open->asked++;
}

void
geo_payer_connected (GeoParty *party, GeoTime now, GPtrArray *actions) {
  for (guint i = 0; i < party->orders->len; i++) {
    GeoOpenOrder *open = g_ptr_array_index (party->orders, i);

    doubt (open, actions);
    open->asked = 0;
    ask (open, now, actions);
  }
}

void
geo_payer_disconnected (GeoParty *party, GPtrArray *actions) {
  GeoHash timer;

  for (guint i = 0; i < party->orders->len; i++) {
    GeoOpenOrder *open = g_ptr_array_index (party->orders, i);

    doubt (open, actions);
    timer = open->hash;
    geo_actions_timer (actions, &timer, 0);
  }
}

gboolean
geo_payer_timer (GeoParty *party,
                 const GeoHash *timer,
                 GeoTime now,
                 GPtrArray *actions) {
  GeoOpenOrder *open = geo_payer_find (party, timer);

  if (open == NULL)
    return FALSE;
  if (!party->connected)
    return TRUE;
  /* An ERROR came: the hub refuses the order when it is asked (P12), so there
   * is no doubt yet. */
  if (!open->has_no || open->asked > 0)
    doubt (open, actions);
  ask (open, now, actions);
  return TRUE;
}

void
geo_payer_error (GeoParty *party,
                 const GeoMessage *message,
                 GeoTime now,
                 GPtrArray *actions) {
  GeoOpenOrder *open = find_by_tx_id (party, message->msg_id);

  /* P4: an ERROR is no evidence: nobody signed it.  It only says where to look
   * and what to tell when the evidence is there. */
  if (open == NULL || open->has_no)
    return;
  open->has_no = TRUE;
  open->code = message->u.error->code;
  open->reason = g_strdup (message->u.error->reason);
  geo_actions_timer (actions, &open->hash, now + GEO_PARTY_ERROR_MS);
}

/* --- What became of it ---------------------------------------------------- */

static GPtrArray *
copy_limits (GPtrArray *limits) {
  GPtrArray *copy =
      g_ptr_array_new_with_free_func ((GDestroyNotify) geo_limit_hint_free);

  for (guint i = 0; i < limits->len; i++)
    g_ptr_array_add (copy, geo_limit_hint_copy (g_ptr_array_index (limits, i)));
  return copy;
}

static void
forget (GeoParty *party, GeoOpenOrder *open, GPtrArray *actions) {
  geo_actions_timer (actions, &open->hash, 0);
  g_ptr_array_remove (party->orders, open);
}

void
geo_payer_refused (GeoParty *party,
                   GeoOpenOrder *open,
                   const GeoRefusal *refusal,
                   const GeoMsgPaymentAbort *abort,
                   GPtrArray *actions) {
  GeoRecordBody *body = geo_record_body_new ();
  GeoTold *told;
  /* P12: what the hub would not take, it does not know; why it would not, it
   * said before. */
  gboolean said = open->has_no &&
                  g_str_equal (refusal->reason, GEO_REASON_UNKNOWN_ORDER);

  body->refusal = geo_refusal_copy (refusal);
  if (said)
    body->text = g_strdup_printf ("%s %s", geo_code_to_string (open->code),
                                  open->reason);
  geo_actions_store_record (actions, GEO_RECORD_KIND_REFUSED, body);
  geo_party_add_outcome (party, &open->hash, FALSE, 0);

  told = tell (&open->hash, open->order, GEO_PAYMENT_NOT_PAID, actions);
  told->code = said ? open->code : refusal->code;
  told->reason = g_strdup (said ? open->reason : refusal->reason);
  if (abort != NULL) {
    told->has_max_amount = abort->has_max_amount;
    told->max_amount = abort->max_amount;
    told->limits = copy_limits (abort->limits);
  }
  geo_letters_not_paid (party, open->order, refusal->reason, actions);
  forget (party, open, actions);
}

void
geo_payer_paid (GeoParty *party,
                const GeoProvenEntry *entry,
                GPtrArray *actions) {
  const GeoOrder *order = entry->certificate->order;
  GeoOpenOrder *open;
  GeoHash hash;
  GeoTold *told;

  /* An order that is not open here was sent with the same key from
   * elsewhere, or before this journal was restored. */
  geo_order_hash (order, &hash);
  told = tell (&hash, order, GEO_PAYMENT_PAID, actions);
  told->entry = geo_proven_entry_copy (entry);
  open = geo_payer_find (party, &hash);
  if (open != NULL)
    forget (party, open, actions);
}
