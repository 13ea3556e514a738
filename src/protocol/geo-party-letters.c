/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What we say to others and they to us (§8a): requests to be paid and to be
 * trusted, checkpoints, and the responses.  It moves no money: a payment is an
 * order, a trust line a line; here is only what was asked for, and whether it
 * still is.
 */
#include "core/geo-text.h"
#include "protocol/geo-party-private.h"

#include <string.h>

/* So many requests of one person may wait for us, and so many of all. */
#define OPEN_OF_ONE_MAX 20
#define MEMO_CHARS_MAX 300
#define TIME_MAX G_GINT64_CONSTANT (253402300799999)

void
geo_party_request_free (gpointer data) {
  GeoPartyRequest *request = data;

  geo_letter_free (request->letter);
  g_free (request);
}

void
geo_outgoing_free (gpointer data) {
  GeoOutgoing *outgoing = data;

  geo_letter_free (outgoing->letter);
  g_free (outgoing);
}

static GeoPartyRequest *
find (const GeoParty *party, const GeoHash *hash) {
  return g_hash_table_lookup (party->requests, hash);
}

static gboolean
is_mine (const GeoParty *party, const GeoPartyRequest *request) {
  return geo_party_is_self (party, &request->facts.from);
}

/* Who the other one is; NULL where that is whoever has the link. */
static const GeoPid *
peer_of (const GeoParty *party, const GeoPartyRequest *request) {
  if (!is_mine (party, request))
    return &request->facts.from;
  return request->facts.has_to ? &request->facts.to : NULL;
}

static void
tell (GPtrArray *actions, const GeoHash *hash, gboolean is_new) {
  GeoTold *told = geo_actions_tell (actions, GEO_TOLD_REQUEST);

  told->order_hash = *hash;
  told->is_new = is_new;
}

/* Keys of whom we know, and of the writer, who speaks for itself.  K5: a change
 * that the hub has not said ends nobody's letters: whoever had the key for a
 * moment may have told it. */
static gboolean
check_letter (const GeoParty *party,
              const GeoLetter *letter,
              GeoRequestFacts *facts) {
  const GeoPid *community = &party->community->community;
  GeoKeys known = { .party = party };
  GeoKeys said = { .party = party, .is_hubs = TRUE };
  GeoAmount amount;
  GeoNo no;

  if (!geo_letter_check (letter, community, geo_party_lookup_key, &known, facts,
                         NULL) &&
      !geo_letter_check (letter, community, geo_party_lookup_key, &said, facts,
                         NULL))
    return FALSE;
  return !facts->has_amount ||
         geo_party_has_precision (party, facts->equivalent, facts->amount,
                                  &amount, &no);
}

/* Takes letter; its facts point into it. */
static GeoPartyRequest *
add_request (GeoParty *party, GeoLetter *letter) {
  GeoPartyRequest *request = g_new0 (GeoPartyRequest, 1);

  request->letter = letter;
  request->state = GEO_REQUEST_OPEN;
  if (!geo_letter_get_facts (letter, &party->community->community,
                             &request->facts, NULL) ||
      request->facts.kind == 0) {
    geo_party_request_free (request);
    return NULL;
  }
  if (letter->responses->len == 2)
    request->state = GEO_REQUEST_DONE;
  g_hash_table_replace (party->requests, &request->facts.hash, request);
  return request;
}

/* --- Loading -------------------------------------------------------------- */

void
geo_party_load_request (GeoParty *party,
                        const GeoLetter *letter,
                        GeoRequestState state) {
  GeoPartyRequest *request = add_request (party, geo_letter_copy (letter));

  if (request != NULL)
    request->state = state;
}

static void
add_outgoing (GeoParty *party, const GeoPid *to, const GeoLetter *letter) {
  GeoOutgoing *outgoing = g_new0 (GeoOutgoing, 1);
  g_autofree gchar *text = NULL;
  gsize len;

  text = geo_letter_to_text (letter, &len);
  geo_hash_of (text, len, &outgoing->hash);
  for (guint i = 0; i < GEO_HASH_LEN; i++)
    g_snprintf (outgoing->msg_id + 2 * i, 3, "%02x", outgoing->hash.bytes[i]);
  outgoing->to = *to;
  outgoing->letter = geo_letter_copy (letter);
  g_ptr_array_add (party->outbox, outgoing);
}

void
geo_party_load_outgoing (GeoParty *party,
                         const GeoPid *to,
                         const GeoLetter *letter) {
  add_outgoing (party, to, letter);
}

void
geo_party_load_blocked (GeoParty *party, const GeoPid *pid) {
  g_hash_table_add (party->blocked, geo_pid_dup (pid));
}

/* --- Sending -------------------------------------------------------------- */

/* Sealed to the reader, so that the hub keeps what it cannot read. */
static void
send_outgoing (const GeoParty *party,
               const GeoOutgoing *outgoing,
               GPtrArray *actions) {
  const GeoParticipant *reader = geo_party_get_person (party, &outgoing->to);
  g_autofree gchar *text = NULL;
  g_autoptr (GBytes) sealed = NULL;
  GeoMessage *message;

  if (!party->connected || reader == NULL)
    return;
  text = geo_letter_to_text (outgoing->letter, NULL);
  sealed = geo_seal_letter (&reader->key, text, NULL);
  if (sealed == NULL)
    return;
  message = geo_message_new (GEO_MESSAGE_LETTER_SEND, outgoing->msg_id);
  message->u.letter_send->to = outgoing->to;
  message->u.letter_send->sealed = g_steal_pointer (&sealed);
  geo_actions_send (actions, NULL, message);
}

void
geo_letters_send (GeoParty *party,
                  const GeoPid *to,
                  const GeoLetter *letter,
                  GPtrArray *actions) {
  add_outgoing (party, to, letter);
  send_outgoing (party,
                 g_ptr_array_index (party->outbox, party->outbox->len - 1),
                 actions);
}

void
geo_letters_connected (GeoParty *party, GPtrArray *actions) {
  for (guint i = 0; i < party->outbox->len; i++)
    send_outgoing (party, g_ptr_array_index (party->outbox, i), actions);
}

static GeoOutgoing *
find_outgoing (const GeoParty *party, const gchar *msg_id, guint *index) {
  for (guint i = 0; i < party->outbox->len; i++) {
    GeoOutgoing *outgoing = g_ptr_array_index (party->outbox, i);

    if (g_str_equal (outgoing->msg_id, msg_id)) {
      *index = i;
      return outgoing;
    }
  }
  return NULL;
}

static void
tell_outgoing (const GeoParty *party,
               const GeoOutgoing *outgoing,
               GPtrArray *actions) {
  GeoRequestFacts facts;

  if (geo_letter_get_facts (outgoing->letter, &party->community->community,
                            &facts, NULL))
    tell (actions, &facts.hash, FALSE);
}

void
geo_letters_stored (GeoParty *party,
                    const GeoMessage *message,
                    GPtrArray *actions) {
  GeoRecordBody *body;
  GeoOutgoing *outgoing;
  guint index;

  outgoing = find_outgoing (party, message->msg_id, &index);
  if (outgoing == NULL)
    return;
  body = geo_record_body_new ();
  body->has_subject = TRUE;
  body->subject = outgoing->hash;
  geo_actions_store_record (actions, GEO_RECORD_KIND_SENT, body);
  tell_outgoing (party, outgoing, actions);
  g_ptr_array_remove_index (party->outbox, index);
}

gboolean
geo_letters_error (GeoParty *party,
                   const GeoMessage *message,
                   GPtrArray *actions) {
  const GeoOutgoing *outgoing;
  guint index;

  /* It stays, and is sent again at the next sign-in: a full box is emptied. */
  outgoing = find_outgoing (party, message->msg_id, &index);
  if (outgoing == NULL)
    return FALSE;
  tell_outgoing (party, outgoing, actions);
  return TRUE;
}

/* P1: Persist, then send.  Takes letter; to NULL: it goes nowhere. */
static void
write_letter (GeoParty *party,
              GeoLetter *letter,
              const GeoPid *to,
              GPtrArray *actions) {
  GeoRecordBody *body = geo_record_body_new ();

  body->letter = letter;
  if (to != NULL) {
    const GeoParticipant *reader = geo_party_get_person (party, to);

    body->has_to = TRUE;
    body->to = *to;
    /* Whoever reads the journal knows their key; ours is in it already. */
    if (reader != NULL) {
      body->person = geo_participant_copy (reader);
      geo_party_learn (party, reader, GEO_SAID_BY_PERSON, TRUE, actions);
    }
    add_outgoing (party, to, letter);
  }
  geo_actions_store_record (actions, GEO_RECORD_KIND_LETTER, body);
  if (to != NULL)
    send_outgoing (party,
                   g_ptr_array_index (party->outbox, party->outbox->len - 1),
                   actions);
}

/* --- Asking --------------------------------------------------------------- */

GeoLetter *
geo_letters_new (const GeoParty *party) {
  GeoLetter *letter = geo_letter_new ();

  letter->person = geo_participant_copy (party->self);
  return letter;
}

gboolean
geo_letters_can_ask (const GeoParty *party,
                     const gchar *id,
                     const GeoPid *whom,
                     const gchar *equivalent,
                     const gchar *memo,
                     GeoTime now,
                     GError **error) {
  if (!geo_tx_id_is_valid (id))
    return geo_party_fail (error, GEO_CODE_INVALID,
                           "This is not an identifier for a request.");
  if (whom != NULL && geo_party_is_self (party, whom))
    return geo_party_fail (error, GEO_CODE_INVALID,
                           "Nobody can ask themselves for something.");
  if (geo_community_find_equivalent (party->community, equivalent) == NULL)
    return geo_party_fail (error, GEO_CODE_INVALID,
                           "The community does not know this equivalent.");
  if (memo != NULL && (g_utf8_strlen (memo, -1) > MEMO_CHARS_MAX ||
                       !geo_text_is_valid (memo, GEO_TEXT_LINE)))
    return geo_party_fail (error, GEO_CODE_INVALID,
                           "The text is too long or has control characters.");
  if (now <= 0 || now > TIME_MAX)
    return geo_party_fail (error, GEO_CODE_INVALID,
                           "The time cannot be written.");
  if (whom != NULL && geo_party_get_person (party, whom) == NULL)
    return geo_party_fail (error, GEO_CODE_NO_ROUTE,
                           "The person's key is not known.");
  if (g_hash_table_size (party->requests) >= GEO_PARTY_REQUESTS_MAX ||
      party->outbox->len >= GEO_PARTY_OUTBOX_MAX)
    return geo_party_fail (error, GEO_CODE_INTERNAL,
                           "Too many requests are not settled.");
  return TRUE;
}

gboolean
geo_letters_check_amount (GeoAmount amount, GError **error) {
  if (geo_amount_cmp (amount, GEO_AMOUNT_ZERO) <= 0 ||
      geo_amount_cmp (amount, GEO_AMOUNT (GEO_AMOUNT_MAX)) > 0)
    return geo_party_fail (error, GEO_CODE_INVALID,
                           "The amount is zero or too large.");
  return TRUE;
}

GeoDecimal
geo_letters_decimal_of (const GeoParty *party,
                        const gchar *equivalent,
                        GeoAmount amount) {
  return geo_decimal (amount, (guint) geo_community_find_equivalent (
                                  party->community, equivalent)
                                  ->precision);
}

/* What is asked for may be there already, on its way while it was asked for. */
static void
settle_by_line (GeoParty *party,
                const GeoRequestFacts *facts,
                GPtrArray *actions) {
  gboolean mine = geo_party_is_self (party, &facts->from);
  const GeoPair *pair;
  const GeoTrustLine *line;

  if (facts->kind != GEO_REQUEST_TRUST)
    return;
  pair = geo_party_find_pair (party, mine ? &facts->to : &facts->from,
                              facts->equivalent);
  line = pair == NULL ? NULL : mine ? pair->got : pair->given;
  if (line != NULL)
    geo_letters_line (party, line, actions);
}

gboolean
geo_letters_ask (GeoParty *party,
                 GeoLetter *letter,
                 const GeoPid *to,
                 GeoHash *hash,
                 GPtrArray *actions,
                 GError **error) {
  GeoPartyRequest *request = add_request (party, geo_letter_copy (letter));

  if (request == NULL) {
    geo_letter_free (letter);
    return geo_party_fail (error, GEO_CODE_INVALID,
                           "The request cannot be written.");
  }
  *hash = request->facts.hash;
  write_letter (party, letter, to, actions);
  tell (actions, hash, FALSE);
  settle_by_line (party, &request->facts, actions);
  return TRUE;
}

gboolean
geo_party_request (GeoParty *party,
                   const gchar *id,
                   const GeoPid *from,
                   const gchar *equivalent,
                   const GeoAmount *amount,
                   const gchar *memo,
                   gboolean single_use,
                   GeoTime expires_at,
                   GeoTime now,
                   GeoHash *hash,
                   GPtrArray *actions,
                   GError **error) {
  GeoLetter *letter;
  GeoInvoice *invoice;

  if (!geo_letters_can_ask (party, id, from, equivalent, memo, now, error) ||
      (amount != NULL && !geo_letters_check_amount (*amount, error)))
    return FALSE;
  if (expires_at != 0 && (expires_at <= now || expires_at > TIME_MAX))
    return geo_party_fail (error, GEO_CODE_INVALID,
                           "The request would have expired already.");
  letter = geo_letters_new (party);
  invoice = letter->invoice = geo_invoice_new ();
  invoice->community = party->community->community;
  invoice->invoice_id = g_strdup (id);
  invoice->to = party->self->pid;
  if (from != NULL) {
    invoice->has_from = TRUE;
    invoice->from = *from;
  }
  invoice->equivalent = g_strdup (equivalent);
  if (amount != NULL) {
    invoice->has_amount = TRUE;
    invoice->amount = geo_letters_decimal_of (party, equivalent, *amount);
  }
  invoice->memo = memo != NULL && *memo != '\0' ? g_strdup (memo) : NULL;
  /* What one person is asked for is asked for once. */
  invoice->single_use = single_use || from != NULL;
  invoice->has_expires_at = expires_at != 0;
  invoice->expires_at = expires_at;
  invoice->created_at = now;
  geo_invoice_sign (invoice, party->secret);
  return geo_letters_ask (party, letter, from, hash, actions, error);
}

gboolean
geo_party_ask_trust (GeoParty *party,
                     const gchar *id,
                     const GeoPid *to,
                     const gchar *equivalent,
                     GeoAmount limit,
                     const gchar *memo,
                     GeoTime now,
                     GeoHash *hash,
                     GPtrArray *actions,
                     GError **error) {
  GeoLetter *letter;
  GeoTrustRequest *request;
  const GeoPair *pair;

  if (!geo_letters_can_ask (party, id, to, equivalent, memo, now, error) ||
      !geo_letters_check_amount (limit, error))
    return FALSE;
  pair = geo_party_find_pair (party, to, equivalent);
  if (pair != NULL && pair->got != NULL && !geo_pair_is_frozen (pair) &&
      pair->got->status == GEO_LINE_STATUS_ACTIVE &&
      geo_amount_cmp (limit, pair->got->limit.amount) <= 0)
    return geo_party_fail (error, GEO_CODE_LIMIT,
                           "They trust us up to that already.");
  letter = geo_letters_new (party);
  request = letter->trust_request = geo_trust_request_new ();
  request->community = party->community->community;
  request->request_id = g_strdup (id);
  request->from = party->self->pid;
  request->to = *to;
  request->equivalent = g_strdup (equivalent);
  request->limit = geo_letters_decimal_of (party, equivalent, limit);
  request->memo = memo != NULL && *memo != '\0' ? g_strdup (memo) : NULL;
  request->created_at = now;
  geo_trust_request_sign (request, party->secret);
  return geo_letters_ask (party, letter, to, hash, actions, error);
}

static GeoResponse *
new_response (const GeoParty *party,
              const GeoHash *subject,
              GeoVerdict verdict,
              GeoTime now) {
  GeoResponse *response = geo_response_new ();

  response->community = party->community->community;
  response->subject = *subject;
  response->participant = party->self->pid;
  response->verdict = verdict;
  response->at = now;
  geo_response_sign (response, party->secret);
  return response;
}

/* Whoever has changed their key often has less room: the oldest goes first. */
static void
fit_history (GeoLetter *letter) {
  gsize len;

  for (;;) {
    g_free (geo_letter_to_text (letter, &len));
    if (len <= GEO_LETTER_SIZE_MAX || letter->history->len == 0)
      return;
    g_ptr_array_set_size (letter->history, (gint) letter->history->len - 1);
  }
}

gboolean
geo_party_propose_checkpoint (GeoParty *party,
                              const gchar *id,
                              const GeoPid *with,
                              const gchar *equivalent,
                              GPtrArray *history,
                              GeoTime now,
                              GeoHash *hash,
                              GPtrArray *actions,
                              GError **error) {
  GeoAmount balance = geo_party_get_balance (party, with, equivalent);
  GeoAmount amount = balance;
  GeoLetter *letter;
  GeoCheckpoint *checkpoint;
  gboolean owed;

  if (!geo_letters_can_ask (party, id, with, equivalent, NULL, now, error))
    return FALSE;
  owed = geo_amount_cmp (balance, GEO_AMOUNT_ZERO) >= 0;
  if (!owed && !geo_amount_neg (balance, &amount))
    return geo_party_fail (error, GEO_CODE_INVALID,
                           "The balance cannot be written.");
  letter = geo_letters_new (party);
  checkpoint = letter->checkpoint = geo_checkpoint_new ();
  checkpoint->community = party->community->community;
  checkpoint->checkpoint_id = g_strdup (id);
  checkpoint->creditor = owed ? party->self->pid : *with;
  checkpoint->debtor = owed ? *with : party->self->pid;
  checkpoint->equivalent = g_strdup (equivalent);
  checkpoint->amount = geo_letters_decimal_of (party, equivalent, amount);
  checkpoint->at = now;
  for (guint i = 0; history != NULL && i < MIN (history->len, 64); i++) {
    const GeoMovement *movement = g_ptr_array_index (history, i);

    if (i == 0) {
      checkpoint->has_last = TRUE;
      checkpoint->last = movement->contract;
    }
    g_ptr_array_add (letter->history, geo_movement_copy (movement));
  }
  geo_checkpoint_hash (checkpoint, hash);
  g_ptr_array_add (letter->responses,
                   new_response (party, hash, GEO_VERDICT_AGREED, now));
  fit_history (letter);
  return geo_letters_ask (party, letter, with, hash, actions, error);
}

/* --- Responding ----------------------------------------------------------- */

/* The other's checkpoint says of our balance what we do. */
static gboolean
is_our_balance (const GeoParty *party, const GeoCheckpoint *checkpoint) {
  gboolean owed = geo_party_is_self (party, &checkpoint->creditor);
  GeoAmount expected = checkpoint->amount.amount;
  GeoAmount balance = geo_party_get_balance (
      party, owed ? &checkpoint->debtor : &checkpoint->creditor,
      checkpoint->equivalent);

  if (!owed && !geo_amount_neg (expected, &expected))
    return FALSE;
  return geo_amount_cmp (expected, balance) == 0;
}

gboolean
geo_party_respond (GeoParty *party,
                   const GeoHash *hash,
                   GeoVerdict verdict,
                   GeoTime now,
                   GPtrArray *actions,
                   GError **error) {
  GeoPartyRequest *request = find (party, hash);
  const GeoPid *peer;
  GeoLetter *letter;

  if (request == NULL || request->state != GEO_REQUEST_OPEN)
    return geo_party_fail (error, GEO_CODE_CONFLICT,
                           "There is no such request, or it is settled.");
  if (is_mine (party, request) != (verdict == GEO_VERDICT_WITHDRAWN) ||
      (verdict == GEO_VERDICT_AGREED &&
       request->facts.kind != GEO_REQUEST_CHECKPOINT))
    return geo_party_fail (error, GEO_CODE_NOT_ALLOWED,
                           "This cannot be said to that request.");
  if (verdict == GEO_VERDICT_AGREED &&
      !is_our_balance (party, request->letter->checkpoint))
    return geo_party_fail (error, GEO_CODE_CAPACITY,
                           "The balance is another one here.");
  peer = peer_of (party, request);
  if (peer != NULL && geo_party_get_person (party, peer) == NULL)
    peer = NULL;

  letter = geo_letters_new (party);
  if (verdict == GEO_VERDICT_AGREED) {
    letter->checkpoint = geo_checkpoint_copy (request->letter->checkpoint);
    g_ptr_array_add (letter->responses, geo_response_copy (g_ptr_array_index (
                                            request->letter->responses, 0)));
  }
  g_ptr_array_add (letter->responses, new_response (party, hash, verdict, now));
  request->state = verdict == GEO_VERDICT_AGREED     ? GEO_REQUEST_DONE
                   : verdict == GEO_VERDICT_DECLINED ? GEO_REQUEST_DECLINED
                                                     : GEO_REQUEST_WITHDRAWN;
  write_letter (party, letter, peer, actions);
  tell (actions, hash, FALSE);
  return TRUE;
}

gboolean
geo_party_block (GeoParty *party,
                 const GeoPid *pid,
                 gboolean blocked,
                 GPtrArray *actions,
                 GError **error) {
  const GeoParticipant *person = geo_party_get_person (party, pid);
  GeoRecordBody *body;

  if (geo_party_is_self (party, pid) || person == NULL)
    return geo_party_fail (error, GEO_CODE_NO_ROUTE,
                           "The person is not known.");
  if (g_hash_table_contains (party->blocked, pid) == blocked)
    return TRUE;
  body = geo_record_body_new ();
  body->person = geo_participant_copy (person);
  body->has_blocked = TRUE;
  body->blocked = blocked;
  geo_party_learn (party, person, GEO_SAID_BY_PERSON, TRUE, actions);
  if (blocked)
    g_hash_table_add (party->blocked, geo_pid_dup (pid));
  else
    g_hash_table_remove (party->blocked, pid);
  geo_actions_store_record (actions, GEO_RECORD_KIND_BLOCK, body);
  geo_actions_tell (actions, GEO_TOLD_BLOCKED)->person =
      geo_participant_copy (person);
  return TRUE;
}

gboolean
geo_party_is_blocked (const GeoParty *party, const GeoPid *pid) {
  return g_hash_table_contains (party->blocked, pid);
}

/* --- What others write ---------------------------------------------------- */

static guint
count_open_of (const GeoParty *party, const GeoPid *from, guint *all) {
  GHashTableIter iter;
  gpointer value;
  guint n = 0;

  *all = 0;
  g_hash_table_iter_init (&iter, party->requests);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    const GeoPartyRequest *request = value;

    if (request->state != GEO_REQUEST_OPEN || is_mine (party, request))
      continue;
    (*all)++;
    n += geo_pid_equal (&request->facts.from, from);
  }
  return n;
}

/* Whether a letter is news: it is for us, about something that is open, and
 * not more than anybody would read. */
static gboolean
is_wanted (GeoParty *party,
           const GeoLetter *letter,
           const GeoRequestFacts *facts,
           GeoTime now) {
  GeoPartyRequest *known = find (party, &facts->hash);
  guint all;

  if (geo_party_is_self (party, &letter->person->pid) ||
      geo_party_is_blocked (party, &letter->person->pid))
    return FALSE;
  if (facts->kind == 0) {
    const GeoPid *peer = known != NULL ? peer_of (party, known) : NULL;

    return known != NULL && known->state == GEO_REQUEST_OPEN && peer != NULL &&
           geo_pid_equal (peer, &letter->person->pid) &&
           is_mine (party, known) !=
               (facts->response->verdict == GEO_VERDICT_WITHDRAWN);
  }
  /* Whom it is from keeps it; to others it comes as a link. */
  if (facts->kind == GEO_REQUEST_INVITATION)
    return FALSE;
  if (facts->kind == GEO_REQUEST_CHECKPOINT && letter->responses->len == 2)
    return known != NULL && known->state == GEO_REQUEST_OPEN &&
           is_mine (party, known) && geo_party_is_self (party, &facts->from);
  if (known != NULL ||
      (facts->has_to && !geo_party_is_self (party, &facts->to)))
    return FALSE;
  if (facts->has_expires_at && facts->expires_at <= now)
    return FALSE;
  return count_open_of (party, &facts->from, &all) < OPEN_OF_ONE_MAX &&
         all < GEO_PARTY_OPEN_MAX &&
         g_hash_table_size (party->requests) < GEO_PARTY_REQUESTS_MAX;
}

/* Takes letter, which is wanted. */
static void
take_letter (GeoParty *party,
             GeoLetter *letter,
             const GeoRequestFacts *facts,
             gboolean is_new,
             GPtrArray *actions) {
  GeoPartyRequest *known = find (party, &facts->hash);
  GeoHash hash = facts->hash;
  GeoRecordBody *body = geo_record_body_new ();

  geo_party_learn (party, letter->person, GEO_SAID_BY_PERSON, TRUE, actions);
  if (facts->kind != 0)
    add_request (party, geo_letter_copy (letter));
  else
    known->state = facts->response->verdict == GEO_VERDICT_WITHDRAWN
                       ? GEO_REQUEST_WITHDRAWN
                       : GEO_REQUEST_DECLINED;
  /* P1: Persist, then send. */
  body->letter = letter;
  geo_actions_store_record (actions, GEO_RECORD_KIND_LETTER, body);
  tell (actions, &hash, is_new);
  known = find (party, &hash);
  if (known != NULL)
    settle_by_line (party, &known->facts, actions);
}

/* Whoever sealed it may not have known our key's successor. */
static gchar *
unseal (const GeoParty *party, GBytes *sealed) {
  gchar *text = geo_unseal_letter (party->secret, sealed, NULL);

  for (guint i = party->former->len; text == NULL && i > 0; i--)
    text = geo_unseal_letter (g_ptr_array_index (party->former, i - 1), sealed,
                              NULL);
  return text;
}

/* K5: who writes with other keys than theirs is not believed, and kept. */
static void
note_fork (GeoParty *party, const GeoParticipant *person, GPtrArray *actions) {
  const GeoParticipant *known = geo_party_get_person (party, &person->pid);

  if (known != NULL &&
      geo_participant_compare_keys (known, person) == GEO_KEY_CHAIN_FORK &&
      geo_participant_check (person, &party->community->community, NULL))
    geo_party_learn (party, person, GEO_SAID_BY_PERSON, FALSE, actions);
}

void
geo_letters_receive (GeoParty *party,
                     const GeoMessage *message,
                     GeoTime now,
                     GPtrArray *actions) {
  const GeoMsgLetter *envelope = message->u.letter;
  g_autofree gchar *text = unseal (party, envelope->sealed);
  g_autoptr (GeoLetter) letter = NULL;
  GeoRequestFacts facts;
  GeoMessage *read;
  gconstpointer data;
  gsize len;

  if (text != NULL)
    letter = geo_letter_from_text (text, -1, NULL);
  if (letter != NULL)
    note_fork (party, letter->person, actions);
  if (letter != NULL && check_letter (party, letter, &facts) &&
      geo_pid_equal (&letter->person->pid, &envelope->from) &&
      is_wanted (party, letter, &facts, now)) {
    take_letter (party, g_steal_pointer (&letter), &facts,
                 find (party, &facts.hash) == NULL, actions);
    if (facts.kind == GEO_REQUEST_TRUST)
      geo_invitations_taken (party, &facts, now, actions);
  }

  /* Stored or not wanted: nobody has to send it again. */
  read = geo_message_new (GEO_MESSAGE_LETTER_READ, NULL);
  data = g_bytes_get_data (envelope->sealed, &len);
  geo_hash_of (data, len, &read->u.letter_read->letter);
  geo_actions_send (actions, NULL, read);
}

gboolean
geo_party_take_invoice (GeoParty *party,
                        const GeoInvoice *invoice,
                        const GeoParticipant *payee,
                        GeoTime now,
                        GeoHash *hash,
                        GPtrArray *actions,
                        GError **error) {
  g_autoptr (GeoLetter) letter = geo_letter_new ();
  GeoRequestFacts facts;

  geo_invoice_hash (invoice, hash);
  if (find (party, hash) != NULL)
    return TRUE;
  letter->person = geo_participant_copy (payee);
  letter->invoice = geo_invoice_copy (invoice);
  if (!check_letter (party, letter, &facts) ||
      geo_party_is_self (party, &facts.from))
    return geo_party_fail (error, GEO_CODE_INVALID,
                           "The request does not hold.");
  if (facts.has_to && !geo_party_is_self (party, &facts.to))
    return geo_party_fail (error, GEO_CODE_NOT_ALLOWED,
                           "The request is for somebody else.");
  if (g_hash_table_size (party->requests) >= GEO_PARTY_REQUESTS_MAX)
    return geo_party_fail (error, GEO_CODE_INTERNAL,
                           "Too many requests are not settled.");
  take_letter (party, g_steal_pointer (&letter), &facts, FALSE, actions);
  return TRUE;
}

/* --- Paying and being paid ------------------------------------------------ */

/* An order that names the invoice, and what it says; P8 for the payee, and for
 * an honest payer before it signs. */
static gboolean
fits (const GeoPartyRequest *request,
      const GeoPid *payer,
      const gchar *equivalent,
      GeoAmount amount,
      GeoTime created_at,
      GeoTime now,
      GeoNo *no) {
  const GeoRequestFacts *facts = &request->facts;

  if (facts->kind != GEO_REQUEST_PAYMENT ||
      (facts->has_to && !geo_pid_equal (&facts->to, payer)) ||
      !g_str_equal (facts->equivalent, equivalent) ||
      (facts->has_amount && geo_amount_cmp (facts->amount.amount, amount) != 0))
    return geo_no (no, GEO_CODE_INVALID, GEO_REASON_INVOICE_MISMATCH);
  if (facts->has_expires_at &&
      (created_at > facts->expires_at ||
       now - GEO_CLOCK_TOLERANCE_MS > facts->expires_at))
    return geo_no (no, GEO_CODE_TIMEOUT, GEO_REASON_INVOICE_EXPIRED);
  return TRUE;
}

/* P11: of two contracts of one order at most one is carried out. */
static gboolean
is_same_order (const GeoOrder *order, const GeoOrder *other) {
  GeoHash hash, other_hash;

  geo_order_hash (order, &hash);
  geo_order_hash (other, &other_hash);
  return geo_hash_equal (&hash, &other_hash);
}

gboolean
geo_letters_check_order (const GeoParty *party,
                         const GeoOrder *order,
                         GeoTime now,
                         GeoNo *no) {
  const GeoPartyRequest *request;

  if (!order->has_invoice || !geo_party_is_self (party, &order->to))
    return TRUE;
  request = find (party, &order->invoice);
  if (request == NULL || !is_mine (party, request) ||
      request->state != GEO_REQUEST_OPEN)
    return geo_no (no, GEO_CODE_CONFLICT, GEO_REASON_INVOICE_CLOSED);
  if (!fits (request, &order->from, order->equivalent, order->amount.amount,
             order->created_at, now, no))
    return FALSE;
  /* Once is once: another payment of it that we voted for is not decided.  It
   * may still come to nothing. */
  for (guint i = 0; request->facts.single_use && i < party->votes->len; i++) {
    const GeoOpenVote *vote = g_ptr_array_index (party->votes, i);

    if (vote->order != NULL && vote->order->has_invoice &&
        geo_hash_equal (&vote->order->invoice, &order->invoice) &&
        !is_same_order (vote->order, order))
      return geo_no (no, GEO_CODE_CONFLICT, GEO_REASON_INVOICE_BUSY);
  }
  return TRUE;
}

gboolean
geo_letters_is_for_anybody (const GeoParty *party, const GeoHash *invoice) {
  const GeoPartyRequest *request = find (party, invoice);

  return request != NULL && !request->facts.has_to;
}

void
geo_letters_not_paid (GeoParty *party,
                      const GeoOrder *order,
                      const gchar *reason,
                      GPtrArray *actions) {
  GeoPartyRequest *request;

  if (!order->has_invoice || !g_str_equal (reason, GEO_REASON_INVOICE_CLOSED))
    return;
  request = find (party, &order->invoice);
  if (request == NULL || request->state != GEO_REQUEST_OPEN ||
      is_mine (party, request))
    return;
  request->state = GEO_REQUEST_CLOSED;
  tell (actions, &order->invoice, FALSE);
}

gboolean
geo_letters_check_wish (const GeoParty *party,
                        const GeoHash *invoice,
                        const GeoPid *to,
                        const gchar *equivalent,
                        GeoAmount amount,
                        GeoTime now,
                        GError **error) {
  const GeoPartyRequest *request = find (party, invoice);
  GeoNo no;

  if (request == NULL || is_mine (party, request) ||
      !geo_pid_equal (&request->facts.from, to))
    return geo_party_fail (error, GEO_CODE_INVALID,
                           "There is no such request.");
  if (request->state != GEO_REQUEST_OPEN &&
      (request->facts.single_use || request->state != GEO_REQUEST_DONE))
    return geo_party_fail (error, GEO_CODE_CONFLICT,
                           "The request is settled already.");
  if (!fits (request, &party->self->pid, equivalent, amount, now, now, &no))
    return geo_party_fail (error, no.code,
                           no.code == GEO_CODE_TIMEOUT
                               ? "The request has expired."
                               : "The request is for something else.");
  for (guint i = 0; i < party->orders->len; i++) {
    const GeoOpenOrder *open = g_ptr_array_index (party->orders, i);

    if (open->order->has_invoice && request->facts.single_use &&
        geo_hash_equal (&open->order->invoice, invoice))
      return geo_party_fail (error, GEO_CODE_CONFLICT,
                             "A payment of this request is not settled.");
  }
  return TRUE;
}

void
geo_letters_paid (GeoParty *party, const GeoOrder *order, GPtrArray *actions) {
  GeoPartyRequest *request;
  gboolean ours = geo_party_is_self (party, &order->to);

  if (!order->has_invoice ||
      (!ours && !geo_party_is_self (party, &order->from)))
    return;
  request = find (party, &order->invoice);
  if (request == NULL || request->facts.kind != GEO_REQUEST_PAYMENT ||
      is_mine (party, request) != ours)
    return;
  if (!ours || request->facts.single_use)
    request->state = GEO_REQUEST_DONE;
  tell (actions, &order->invoice, FALSE);
}

void
geo_letters_settle (GeoParty *party,
                    GeoPartyRequest *request,
                    const GeoTrustLine *line,
                    GPtrArray *actions) {
  gboolean given = geo_party_is_self (party, &line->from);
  const GeoPid *other = peer_of (party, request);

  /* A frozen one lends nothing. */
  if (line->status != GEO_LINE_STATUS_ACTIVE ||
      geo_trust_line_is_frozen (line) ||
      request->facts.kind != GEO_REQUEST_TRUST ||
      request->state != GEO_REQUEST_OPEN || is_mine (party, request) == given ||
      other == NULL ||
      !geo_pid_equal (other, given ? &line->to : &line->from) ||
      !g_str_equal (request->facts.equivalent, line->equivalent) ||
      geo_amount_cmp (request->facts.amount.amount, line->limit.amount) > 0 ||
      request->facts.created_at > line->signed_at + GEO_CLOCK_TOLERANCE_MS)
    return;
  request->state = GEO_REQUEST_DONE;
  tell (actions, &request->facts.hash, FALSE);
}

void
geo_letters_line (GeoParty *party,
                  const GeoTrustLine *line,
                  GPtrArray *actions) {
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, party->requests);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    geo_letters_settle (party, value, line, actions);
}
