/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A town for tests: fixed keys, a hub, and ways to say things to it.  Every
 * message goes through its text both ways, as on the wire.
 */
#include "town.h"

#include <string.h>

GeoSecret *
town_secret (guint8 number) {
  guint8 seed[GEO_SEED_LEN];

  memset (seed, number, sizeof seed);
  return geo_secret_new_from_seed (seed);
}

static void
add_equivalent (GeoCommunity *community,
                const gchar *code,
                gint64 precision,
                GeoEquivalentKind kind) {
  GeoEquivalent *equivalent = geo_equivalent_new ();

  equivalent->code = g_strdup (code);
  equivalent->precision = precision;
  equivalent->kind = kind;
  g_ptr_array_add (community->equivalents, equivalent);
}

GeoCommunity *
town_community (GeoSecret *secret) {
  GeoCommunity *community = geo_community_new ();

  geo_secret_get_pid (secret, &community->community);
  community->name = g_strdup ("Town");
  geo_secret_get_public (secret, &community->key);
  add_equivalent (community, TOWN_EQUIVALENT, 2, GEO_EQUIVALENT_KIND_FIAT);
  add_equivalent (community, "HOUR", 0, GEO_EQUIVALENT_KIND_TIME);
  community->seq = 1;
  community->at = TOWN_START;
  geo_community_sign (community, secret);
  return community;
}

Person *
person_new (const GeoPid *community, guint8 number, const gchar *name) {
  Person *person = g_new0 (Person, 1);

  person->secret = town_secret (number);
  geo_secret_get_pid (person->secret, &person->pid);
  person->participant = geo_participant_new ();
  person->participant->community = *community;
  person->participant->pid = person->pid;
  person->participant->name = g_strdup (name);
  person->participant->kind = GEO_PARTICIPANT_KIND_PERSON;
  geo_secret_get_public (person->secret, &person->participant->key);
  person->participant->seq = 1;
  person->participant->at = TOWN_START;
  geo_participant_sign (person->participant, person->secret);
  return person;
}

void
person_free (Person *person) {
  geo_secret_unref (person->secret);
  geo_participant_free (person->participant);
  g_free (person);
}

static void
start (Town *town) {
  guint8 salt_key[32];

  memset (salt_key, 0xa5, sizeof salt_key);
  memcpy (salt_key, &town->n_starts, sizeof town->n_starts);
  town->n_starts++;
  town->book = ledger_load (town->ledger);
  town->closer = geo_closer_new (town->book, town->secret, salt_key,
                                 &town->limits);
}

/* What a driver does, in short: the disk is never slow here. */
static void
carry_out (Town *town) {
  for (guint i = 0; i < town->actions->len; i++) {
    GeoAction *action = g_ptr_array_index (town->actions, i);

    if (action->kind == GEO_ACTION_STORE_CHANGE) {
      ledger_apply (town->ledger, action->change);
    } else if (action->kind == GEO_ACTION_SEND) {
      g_autoptr (GError) error = NULL;
      g_autofree gchar *text = NULL;
      g_autoptr (GeoMessage) again = NULL;
      gsize len;

      g_assert_true (action->has_to);
      if (*action->message->msg_id == '\0')
        geo_message_set_id (action->message, "hub");
      text = geo_message_encode (action->message, &len);
      again = geo_message_decode (text, len, &error);
      g_assert_no_error (error);
    }
  }
  ledger_check_book (town->ledger, town->book);
}

Town *
town_new (guint n) {
  Town *town = g_new0 (Town, 1);

  town->secret = town_secret (255);
  geo_secret_get_pid (town->secret, &town->pid);
  town->community = town_community (town->secret);
  geo_closer_limits_init (&town->limits);
  town->ledger = ledger_new (town->community);
  town->people = g_ptr_array_new_with_free_func ((GDestroyNotify) person_free);
  town->now = TOWN_START;
  town->actions = geo_actions_new ();
  start (town);

  for (guint i = 0; i < n; i++) {
    gchar name[] = { (gchar) ('A' + i), '\0' };
    Person *person = person_new (&town->pid, (guint8) (i + 1), name);
    g_autoptr (GError) error = NULL;

    g_ptr_array_add (town->people, person);
    g_ptr_array_set_size (town->actions, 0);
    geo_closer_register (town->closer, person->participant, town->now,
                         town->actions, &error);
    g_assert_no_error (error);
    carry_out (town);
  }
  return town;
}

void
town_free (Town *town) {
  geo_closer_free (town->closer);
  geo_book_free (town->book);
  g_ptr_array_unref (town->actions);
  g_ptr_array_unref (town->people);
  ledger_free (town->ledger);
  geo_community_free (town->community);
  geo_secret_unref (town->secret);
  g_free (town);
}

Person *
town_person (Town *town, guint index) {
  return g_ptr_array_index (town->people, index);
}

void
town_restart (Town *town) {
  geo_closer_free (town->closer);
  geo_book_free (town->book);
  start (town);
  ledger_check_book (town->ledger, town->book);
}

void
town_say (Town *town, guint from, GeoMessage *message) {
  const GeoPid *pid = &town_person (town, from)->pid;
  g_autoptr (GeoMessage) received = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *text = NULL;
  LedgerKnown known;
  gsize len;

  if (*message->msg_id == '\0') {
    g_autofree gchar *id = g_strdup_printf ("m%u", ++town->n_ids);

    geo_message_set_id (message, id);
  }
  text = geo_message_encode (message, &len);
  received = geo_message_decode (text, len, &error);
  g_assert_no_error (error);

  ledger_find (town->ledger, pid, received, &known);
  g_ptr_array_set_size (town->actions, 0);
  geo_closer_message (town->closer, pid, received, &known.known, town->now,
                      town->actions);
  ledger_known_clear (&known);
  geo_message_free (message);
  carry_out (town);
}

void
town_timer (Town *town, const GeoHash *timer) {
  g_ptr_array_set_size (town->actions, 0);
  geo_closer_timer (town->closer, timer, town->now, town->actions);
  carry_out (town);
}

void
town_present (Town *town, guint index, gboolean present) {
  g_ptr_array_set_size (town->actions, 0);
  geo_closer_present (town->closer, &town_person (town, index)->pid, present,
                      town->now, town->actions);
  carry_out (town);
}

guint
town_clear (Town *town, guint max_length) {
  guint n;

  g_ptr_array_set_size (town->actions, 0);
  n = geo_closer_clear (town->closer, TOWN_EQUIVALENT, max_length, town->now,
                        town->actions);
  carry_out (town);
  return n;
}

void
town_everybody (Town *town) {
  for (guint i = 0; i < town->people->len; i++)
    town_present (town, i, TRUE);
}

/* --- Lines -------------------------------------------------------------------
 */

/* What follows the version in force. */
GeoTrustLine *
town_make_line (Town *town,
                guint from,
                guint to,
                gint64 limit,
                LineFlags flags) {
  Person *creditor = town_person (town, from);
  Person *debtor = town_person (town, to);
  const GeoTrustLine *before = geo_book_get_line (
      town->book, &creditor->pid, &debtor->pid, TOWN_EQUIVALENT);
  GeoTrustLine *line = geo_trust_line_new ();

  line->community = town->pid;
  line->line_id = before == NULL ? g_strdup_printf ("line-%u-%u", from, to)
                                 : g_strdup (before->line_id);
  line->from = creditor->pid;
  line->to = debtor->pid;
  line->equivalent = g_strdup (TOWN_EQUIVALENT);
  line->limit = geo_decimal (GEO_AMOUNT (MAX (limit, 0)), 2);
  line->policy = geo_policy_new_default ();
  if (flags & LINE_LIVE)
    line->policy->consent = GEO_CONSENT_LIVE;
  if (flags & LINE_NOT_THROUGH)
    line->policy->can_be_intermediate = FALSE;
  if (flags & LINE_ASK_CLEARING)
    line->policy->auto_clearing = FALSE;
  if (flags & LINE_FROZEN)
    line->policy->has_frozen = line->policy->frozen = TRUE;
  line->seq = before == NULL ? 1 : before->seq + 1;
  if (before != NULL) {
    line->has_previous = TRUE;
    geo_trust_line_hash (before, &line->previous);
  }
  line->status = limit < 0 ? GEO_LINE_STATUS_CLOSED : GEO_LINE_STATUS_ACTIVE;
  line->signed_at = town->now;
  geo_trust_line_sign (line, creditor->secret);
  return line;
}

GeoMessage *
town_line_message (Town *town,
                   GeoMessageType type,
                   guint from,
                   GeoTrustLine *line) {
  GeoMessage *message = geo_message_new (type, line->line_id);

  geo_trust_line_sign (line, town_person (town, from)->secret);
  if (type == GEO_MESSAGE_TRUST_LINE_CREATE)
    message->u.trust_line_create->line = line;
  else if (type == GEO_MESSAGE_TRUST_LINE_UPDATE)
    message->u.trust_line_update->line = line;
  else
    message->u.trust_line_close->line = line;
  return message;
}

void
town_line (Town *town, guint from, guint to, gint64 limit, LineFlags flags) {
  const GeoTrustLine *before =
      geo_book_get_line (town->book, &town_person (town, from)->pid,
                         &town_person (town, to)->pid, TOWN_EQUIVALENT);
  GeoMessageType type = GEO_MESSAGE_TRUST_LINE_UPDATE;

  if (before == NULL || before->status == GEO_LINE_STATUS_CLOSED)
    type = GEO_MESSAGE_TRUST_LINE_CREATE;
  else if (limit < 0)
    type = GEO_MESSAGE_TRUST_LINE_CLOSE;
  town_say (town, from,
            town_line_message (town, type, from,
                               town_make_line (town, from, to, limit, flags)));
  g_assert_cmpuint (town_count (town, GEO_ACTION_STORE_CHANGE), ==, 1);
}

/* --- Orders ------------------------------------------------------------------
 */

GeoOrder *
town_make_order (Town *town, guint from, guint to, gint64 amount) {
  Person *payer = town_person (town, from);
  GeoOrder *order = geo_order_new ();

  order->community = town->pid;
  order->tx_id = g_strdup_printf ("tx-%u", ++town->n_ids);
  order->from = payer->pid;
  order->to = town_person (town, to)->pid;
  order->equivalent = g_strdup (TOWN_EQUIVALENT);
  order->amount = geo_decimal (GEO_AMOUNT (amount), 2);
  order->constraints = geo_constraints_new ();
  order->constraints->max_hops = 6;
  order->constraints->max_routes = 3;
  order->closer = town->pid;
  order->deadline = town->now + 30000;
  order->created_at = town->now;
  geo_order_sign (order, payer->secret);
  return order;
}

GeoMessage *
town_order_message (const GeoOrder *order) {
  GeoMessage *message = geo_message_new (GEO_MESSAGE_PAYMENT_REQUEST,
                                         order->tx_id);

  message->u.payment_request->order = geo_order_copy (order);
  return message;
}

void
town_pay (Town *town, guint from, guint to, gint64 amount, GeoHash *hash) {
  g_autoptr (GeoOrder) order = town_make_order (town, from, to, amount);

  if (hash != NULL)
    geo_order_hash (order, hash);
  town_say (town, from, town_order_message (order));
}

gint64
town_debt (Town *town, guint debtor, guint creditor) {
  return geo_book_get_debt (town->book, &town_person (town, debtor)->pid,
                            &town_person (town, creditor)->pid, TOWN_EQUIVALENT)
      .minor;
}

/* --- What came of it ---------------------------------------------------------
 */

const GeoMessage *
town_sent (Town *town, guint to, GeoMessageType type) {
  const GeoPid *pid = &town_person (town, to)->pid;

  for (guint i = 0; i < town->actions->len; i++) {
    const GeoAction *action = g_ptr_array_index (town->actions, i);

    if (action->kind == GEO_ACTION_SEND && action->message->type == type &&
        geo_pid_equal (&action->to, pid))
      return action->message;
  }
  return NULL;
}

guint
town_count (Town *town, GeoActionKind kind) {
  guint n = 0;

  for (guint i = 0; i < town->actions->len; i++)
    n += ((GeoAction *) g_ptr_array_index (town->actions, i))->kind == kind;
  return n;
}

GeoMessage *
town_asked (Town *town, guint to) {
  const GeoMessage *message = town_sent (town, to, GEO_MESSAGE_PAYMENT_PREPARE);

  g_assert_nonnull (message);
  return geo_message_copy (message);
}

GeoMessage *
town_vote (Town *town, guint from, const GeoMessage *prepare) {
  Person *person = town_person (town, from);
  GeoMessage *message = geo_message_new (GEO_MESSAGE_PAYMENT_PREPARE_ACK,
                                         prepare->msg_id);
  GeoVote *vote = geo_vote_new ();

  vote->community = town->pid;
  geo_contract_hash (prepare->u.payment_prepare->contract, &vote->contract);
  vote->voter = person->pid;
  vote->verdict = g_strdup ("accept");
  geo_vote_sign (vote, person->secret);
  message->u.payment_prepare_ack->vote = vote;
  return message;
}

GeoMessage *
town_refuse (Town *town,
             guint from,
             const GeoMessage *prepare,
             GeoCode code,
             const gchar *reason) {
  Person *person = town_person (town, from);
  GeoMessage *message = geo_message_new (GEO_MESSAGE_PAYMENT_PREPARE_ACK,
                                         prepare->msg_id);
  GeoRefusal *refusal = geo_refusal_new ();

  refusal->community = town->pid;
  refusal->has_contract = TRUE;
  geo_contract_hash (prepare->u.payment_prepare->contract, &refusal->contract);
  refusal->voter = person->pid;
  refusal->code = code;
  refusal->reason = g_strdup (reason);
  refusal->at = town->now;
  geo_refusal_sign (refusal, person->secret);
  message->u.payment_prepare_ack->refusal = refusal;
  return message;
}

void
town_check_error (Town *town, guint to, GeoCode code, const gchar *reason) {
  const GeoMessage *message = town_sent (town, to, GEO_MESSAGE_ERROR);

  /* An ERROR changes and stores nothing. */
  g_assert_nonnull (message);
  g_assert_cmpuint (town->actions->len, ==, 1);
  g_assert_cmpstr (message->u.error->reason, ==, reason);
  g_assert_cmpint (message->u.error->code, ==, code);
}

void
town_check_abort (Town *town, guint to, GeoCode code, const gchar *reason) {
  const GeoPid *pid = &town_person (town, to)->pid;
  const GeoRefusal *refusal = NULL;

  for (guint i = 0; i < town->actions->len; i++) {
    const GeoAction *action = g_ptr_array_index (town->actions, i);

    if (action->kind == GEO_ACTION_SEND &&
        action->message->type == GEO_MESSAGE_PAYMENT_ABORT &&
        action->message->u.payment_abort->refusal->has_order &&
        geo_pid_equal (&action->to, pid))
      refusal = action->message->u.payment_abort->refusal;
  }
  g_assert_nonnull (refusal);
  g_assert_cmpstr (refusal->reason, ==, reason);
  g_assert_cmpint (refusal->code, ==, code);
  g_assert_nonnull (ledger_refusal (town->ledger, &refusal->order));
}
