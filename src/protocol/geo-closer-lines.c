/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The closer's smaller duties: lines come into force, people join and are
 * found, entries are acknowledged.  Nothing here moves a debt.
 */
#include "core/geo-rest-object.h"
#include "protocol/geo-closer-private.h"

#include <string.h>

#define PEOPLE_MAX 64
/* What the answer may weigh: people may carry what they signed elsewhere. */
#define PEOPLE_BYTES_MAX (48 * 1024)

/* --- Lines -----------------------------------------------------------------
 */

typedef struct {
  GeoCode code;
  const gchar *reason;
  const gchar *text;
} Fault;

static const GeoTrustLine *
get_line (const GeoMessage *message, GeoLineStatus *status) {
  if (message->type == GEO_MESSAGE_TRUST_LINE_CREATE) {
    *status = GEO_LINE_STATUS_ACTIVE;
    return message->u.trust_line_create->line;
  }
  if (message->type == GEO_MESSAGE_TRUST_LINE_UPDATE) {
    *status = GEO_LINE_STATUS_ACTIVE;
    return message->u.trust_line_update->line;
  }
  g_assert (message->type == GEO_MESSAGE_TRUST_LINE_CLOSE);
  *status = GEO_LINE_STATUS_CLOSED;
  return message->u.trust_line_close->line;
}

static gboolean
say (Fault *out, GeoCode code, const gchar *reason, const gchar *text) {
  *out = (Fault){ code, reason, text };
  return FALSE;
}

/* Whose it is, and that it is a line at all. */
static gboolean
check_line (const GeoCloser *closer,
            const GeoBookPerson *creditor,
            const GeoTrustLine *line,
            GeoLineStatus status,
            Fault *out) {
  const GeoBookMarket *market = geo_book_market (closer->book,
                                                 line->equivalent);
  GeoAmount limit;

  if (!geo_pid_equal (&line->from, &creditor->participant->pid))
    return say (out, GEO_CODE_NOT_ALLOWED, GEO_REASON_NOT_ALLOWED,
                "A line is sent by its creditor.");
  if (!geo_pid_equal (&line->community, &closer->self))
    return say (out, GEO_CODE_INVALID, GEO_REASON_FOREIGN_COMMUNITY,
                "The line is of another community.");
  if (!geo_trust_line_check_signature (line, &creditor->participant->key, NULL))
    return say (out, GEO_CODE_SIGNATURE, GEO_REASON_BAD_SIGNATURE,
                "The line is not signed by its creditor.");
  if (geo_pid_equal (&line->from, &line->to))
    return say (out, GEO_CODE_INVALID, GEO_REASON_SELF,
                "Nobody has a line to themselves.");
  if (line->status != status || !geo_trust_line_check (line, NULL))
    return say (out, GEO_CODE_INVALID, GEO_REASON_INVALID,
                "The line does not hold.");
  /* A line can always be closed. */
  if (market == NULL || (market->closed && status == GEO_LINE_STATUS_ACTIVE))
    return say (out, GEO_CODE_INVALID, GEO_REASON_UNKNOWN_EQUIVALENT,
                "The community has no such equivalent.");
  if (!geo_decimal_get (line->limit, (guint) market->equivalent->precision,
                        &limit, NULL))
    return say (out, GEO_CODE_INVALID, GEO_REASON_PRECISION,
                "The limit has other decimals than the equivalent.");
  if (geo_closer_is_above (market, limit, closer->limits.line_units_max))
    return say (out, GEO_CODE_LIMIT, GEO_REASON_LIMIT_EXCEEDED,
                "This community has no lines of so much.");
  if (geo_book_person (closer->book, &line->to) == NULL)
    return say (out, GEO_CODE_NO_ROUTE, GEO_REASON_UNKNOWN_PARTICIPANT,
                "Nobody here has this PID.");
  return TRUE;
}

/* K4: what says it is of a time to come would not hold any more once its key is
 * changed before then; it may well be older, and have waited. */
static gboolean
check_time (const GeoTrustLine *line, GeoTime now, Fault *out) {
  return line->signed_at <= now + GEO_CLOCK_TOLERANCE_MS ||
         say (out, GEO_CODE_INVALID, GEO_REASON_CLOCK,
              "The line says it is of a time to come.");
}

/* A line's versions are one chain, which goes on where a closed line is opened
 * again. */
static gboolean
check_chain (const GeoMessage *message,
             const GeoTrustLine *line,
             const GeoTrustLine *before,
             Fault *out) {
  gboolean is_new = message->type == GEO_MESSAGE_TRUST_LINE_CREATE;
  gboolean was_active = before != NULL &&
                        before->status == GEO_LINE_STATUS_ACTIVE;
  GeoHash hash;

  if (is_new && was_active)
    return say (out, GEO_CODE_CONFLICT, GEO_REASON_WRONG_SEQ,
                "There is a line already.");
  if (!is_new && !was_active)
    return say (out, GEO_CODE_LINE_INACTIVE, GEO_REASON_LINE_NOT_ACTIVE,
                "There is no open line.");
  if (before == NULL) {
    if (line->seq != 1 || line->has_previous)
      return say (out, GEO_CODE_CONFLICT, GEO_REASON_WRONG_SEQ,
                  "The first version of a line has seq 1.");
    return TRUE;
  }
  geo_trust_line_hash (before, &hash);
  if (line->seq != before->seq + 1 || !line->has_previous ||
      !geo_hash_equal (&line->previous, &hash) ||
      (!is_new && !g_str_equal (line->line_id, before->line_id)))
    return say (out, GEO_CODE_CONFLICT, GEO_REASON_WRONG_SEQ,
                "The line does not follow the one in force.");
  return TRUE;
}

/* Who is frozen is given no more trust, and gives none; less of it can always
 * be signed towards somebody who is. */
static gboolean
check_frozen (const GeoBookPerson *creditor,
              const GeoBookPerson *debtor,
              const GeoTrustLine *line,
              const GeoTrustLine *before,
              Fault *out) {
  gboolean grows = line->status == GEO_LINE_STATUS_ACTIVE &&
                   (before == NULL ||
                    geo_amount_cmp (line->limit.amount, before->limit.amount) >
                        0);

  if (creditor->frozen || (debtor->frozen && grows))
    return say (out, GEO_CODE_NOT_ALLOWED, GEO_REASON_FROZEN,
                "This participant is frozen.");
  return TRUE;
}

static GeoProvenEntry *
prove_line (const GeoEntry *entry,
            const GeoTrustLine *line,
            const GeoBookPerson *other) {
  GeoProvenEntry *proven = geo_proven_entry_new ();

  proven->entry = geo_entry_copy (entry);
  proven->line = geo_trust_line_copy (line);
  g_ptr_array_add (proven->people, geo_participant_copy (other->participant));
  return proven;
}

static void
send_receipt (const GeoBookPerson *to,
              const gchar *msg_id,
              GeoProvenEntry *entry,
              GPtrArray *actions) {
  GeoMessage *message = geo_message_new (GEO_MESSAGE_TRUST_LINE_RECEIPT,
                                         msg_id);

  message->u.trust_line_receipt->entry = entry;
  geo_actions_send (actions, &to->participant->pid, message);
}

static void
repeat_receipt (const GeoBookPerson *creditor,
                const GeoBookPerson *debtor,
                const GeoBookLine *line,
                const GeoMessage *message,
                GPtrArray *actions) {
  GeoMessage *answer;

  if (line->receipt != NULL) {
    send_receipt (creditor, message->msg_id,
                  prove_line (line->receipt, line->line, debtor), actions);
    return;
  }
  /* It came before a restart: the entry is in the store. */
  answer = geo_message_new (GEO_MESSAGE_SYNC_RESULT, message->msg_id);
  answer->u.sync_result->sequence = creditor->sequence;
  geo_actions_send (actions, &creditor->participant->pid, answer);
}

/* The limit may be below the debt, or below what an open contract has reserved
 * under the limit before (I2, I6): a debt can always be paid back. */
static void
put_line (GeoCloser *closer,
          GeoBookPerson *creditor,
          GeoBookPerson *debtor,
          const GeoTrustLine *line,
          const GeoHash *hash,
          const gchar *msg_id,
          GeoTime now,
          GPtrArray *actions) {
  GeoBookLine *held = geo_book_put_line (closer->book, line);
  GeoTime at = geo_closer_line_time (closer, now);
  g_autoptr (GeoEntry) entry = geo_closer_next_entry (
      closer, creditor, GEO_ENTRY_KIND_TRUST_LINE, hash, at);
  g_autoptr (GeoEntry) debtor_entry = geo_closer_next_entry (
      closer, debtor, GEO_ENTRY_KIND_TRUST_LINE, hash, at);
  GeoChange *change;

  held->receipt = geo_entry_copy (entry);

  /* P1: Persist, then send. */
  change = geo_change_new (GEO_CHANGE_LINE, now);
  change->line = geo_trust_line_copy (line);
  g_ptr_array_add (change->entries, prove_line (entry, line, debtor));
  g_ptr_array_add (change->entries, prove_line (debtor_entry, line, creditor));
  geo_actions_store_change (actions, change);
  if (creditor->present)
    send_receipt (creditor, msg_id, prove_line (entry, line, debtor), actions);
  if (debtor->present)
    send_receipt (debtor, NULL, prove_line (debtor_entry, line, creditor),
                  actions);
}

void
geo_closer_take_line (GeoCloser *closer,
                      GeoBookPerson *creditor,
                      const GeoMessage *message,
                      GeoTime now,
                      GPtrArray *actions) {
  GeoLineStatus status;
  const GeoTrustLine *line = get_line (message, &status);
  const GeoBookMarket *market;
  const GeoBookLine *held;
  GeoBookPerson *debtor;
  GeoHash hash, before;
  Fault fault;

  if (!check_line (closer, creditor, line, status, &fault)) {
    geo_closer_say_error (&creditor->participant->pid, message, fault.code,
                          fault.reason, fault.text, actions);
    return;
  }
  market = geo_book_market (closer->book, line->equivalent);
  debtor = geo_book_person (closer->book, &line->to);
  held = geo_book_line (market, creditor->node, debtor->node);
  geo_trust_line_hash (line, &hash);
  if (held != NULL) {
    geo_trust_line_hash (held->line, &before);
    if (geo_hash_equal (&hash, &before)) {
      /* P5: the same bytes, the same answer. */
      repeat_receipt (creditor, debtor, held, message, actions);
      return;
    }
  }
  if (market->frozen) {
    geo_closer_say_error (&creditor->participant->pid, message,
                          GEO_CODE_NOT_ALLOWED, GEO_REASON_EQUIVALENT_FROZEN,
                          "Nothing is done in this equivalent until the hub's "
                          "owner has looked at it.",
                          actions);
    return;
  }
  if (!check_time (line, now, &fault) ||
      !check_chain (message, line, held == NULL ? NULL : held->line, &fault) ||
      !check_frozen (creditor, debtor, line, held == NULL ? NULL : held->line,
                     &fault)) {
    geo_closer_say_error (&creditor->participant->pid, message, fault.code,
                          fault.reason, fault.text, actions);
    return;
  }
  put_line (closer, creditor, debtor, line, &hash, message->msg_id, now,
            actions);
}

/* --- People ----------------------------------------------------------------
 */

/* K5: what shows that somebody else has had the key is kept, once. */
static void
keep_fork (GeoBookPerson *person,
           const GeoParticipant *other,
           GeoTime now,
           GPtrArray *actions) {
  GeoChange *change;

  if (person->forked)
    return;
  person->forked = TRUE;
  change = geo_change_new (GEO_CHANGE_HUB, now);
  change->audit = g_new0 (GeoAudit, 1);
  change->audit->role = g_strdup ("participant");
  change->audit->action = g_strdup ("participant.two_keys");
  change->audit->object_type = g_strdup ("participant");
  change->audit->object_id = geo_pid_to_string (&other->pid);
  change->audit->before = geo_participant_to_text (person->participant, NULL);
  change->audit->after = geo_participant_to_text (other, NULL);
  geo_actions_store_change (actions, change);
}

/* Whoever has to do with it and is here hears of a new key at once. */
static void
tell_neighbours (const GeoCloser *closer,
                 const GeoBookPerson *person,
                 GPtrArray *actions) {
  g_autoptr (GHashTable) told = g_hash_table_new (geo_pid_hash, geo_pid_equal);

  for (guint i = 0; i < person->lines->len; i++) {
    const GeoTrustLine *line =
        ((GeoBookLine *) g_ptr_array_index (person->lines, i))->line;

    g_hash_table_add (told, geo_pid_equal (&line->from,
                                           &person->participant->pid)
                                ? (gpointer) &line->to
                                : (gpointer) &line->from);
  }
  for (guint i = 0; i < person->lines->len; i++) {
    const GeoTrustLine *line =
        ((GeoBookLine *) g_ptr_array_index (person->lines, i))->line;
    const GeoPid *peer = geo_pid_equal (&line->from, &person->participant->pid)
                             ? &line->to
                             : &line->from;
    GeoMessage *message;

    if (!g_hash_table_remove (told, peer) ||
        !geo_book_is_present (closer->book, peer))
      continue;
    message = geo_message_new (GEO_MESSAGE_PEOPLE_RESULT, NULL);
    g_ptr_array_add (message->u.people_result->items,
                     geo_participant_copy (person->participant));
    geo_actions_send (actions, peer, message);
  }
}

static gboolean
refuse (GError **error, GeoCode code, const gchar *text) {
  g_set_error_literal (error, GEO_CLOSER_ERROR, code, text);
  return FALSE;
}

/* What somebody says of itself in place of what is known.  *is_known: it is
 * known already. */
static gboolean
check_follows (GeoCloser *closer,
               const GeoParticipant *before,
               const GeoParticipant *participant,
               GeoTime now,
               gboolean *is_known,
               gboolean *is_rotated,
               GPtrArray *actions,
               GError **error) {
  GeoHash new_hash, old_hash;

  geo_participant_hash (participant, &new_hash);
  geo_participant_hash (before, &old_hash);
  *is_known = geo_hash_equal (&new_hash, &old_hash);
  if (*is_known)
    return TRUE;
  switch (geo_participant_compare_keys (before, participant)) {
  case GEO_KEY_CHAIN_SAME:
    /* K7: said anew because it was not heard that it had been taken. */
    *is_known =
        participant->seq == before->seq && participant->rotations->len > 0;
    if (*is_known)
      return TRUE;
    break;
  case GEO_KEY_CHAIN_LONGER:
    *is_rotated = TRUE;
    break;
  case GEO_KEY_CHAIN_FORK:
    keep_fork (geo_book_person (closer->book, &participant->pid), participant,
               now, actions);
    G_GNUC_FALLTHROUGH;
  case GEO_KEY_CHAIN_SHORTER:
    return refuse (error, GEO_CODE_CONFLICT, "Another key is in force");
  }
  if (geo_participant_ends_earlier (before, participant))
    return refuse (error, GEO_CODE_CONFLICT,
                   "A former key would have ended earlier");
  /* A hub that was put back to an older state takes what it has forgotten. */
  if (*is_rotated ? participant->seq <= before->seq
                  : participant->seq != before->seq + 1)
    return refuse (error, GEO_CODE_CONFLICT,
                   "This does not follow what the participant said of itself "
                   "before");
  return TRUE;
}

gboolean
geo_closer_register (GeoCloser *closer,
                     const GeoParticipant *participant,
                     GeoTime now,
                     GPtrArray *actions,
                     GError **error) {
  const GeoParticipant *before = geo_book_get_participant (closer->book,
                                                           &participant->pid);
  g_autoptr (GError) wrong = NULL;
  gboolean is_known = FALSE, is_rotated = FALSE;
  GeoBookPerson *person;
  GeoChange *change;

  geo_closer_sweep (closer, now);
  if (!geo_participant_check (participant, &closer->self, &wrong))
    return refuse (
        error,
        g_error_matches (wrong, GEO_CORE_ERROR, GEO_CORE_ERROR_SIGNATURE)
            ? GEO_CODE_SIGNATURE
            : GEO_CODE_INVALID,
        wrong->message);
  /* The community's own key is its hub, and takes part in nothing. */
  if (participant->kind == GEO_PARTICIPANT_KIND_HUB ||
      geo_pid_equal (&participant->pid, &closer->self))
    return refuse (error, GEO_CODE_NOT_ALLOWED,
                   "A hub is no participant of its community");
  if (before != NULL &&
      !check_follows (closer, before, participant, now, &is_known, &is_rotated,
                      actions, error))
    return FALSE;
  if (is_known)
    return TRUE;
  /* K7: one key is one participant's. */
  if (geo_book_has_others_key (closer->book, participant))
    return refuse (error, GEO_CODE_CONFLICT, "This key is somebody else's");

  geo_book_put_participant (closer->book, participant);
  change = geo_change_new (GEO_CHANGE_PARTICIPANT, now);
  change->participant = geo_participant_copy (participant);
  geo_actions_store_change (actions, change);
  if (is_rotated) {
    person = geo_book_person (closer->book, &participant->pid);
    person->rotated_at = now;
    tell_neighbours (closer, person, actions);
  }
  return TRUE;
}

void
geo_closer_find_people (GeoCloser *closer,
                        GeoBookPerson *asking,
                        const GeoMessage *message,
                        GPtrArray *actions) {
  const GeoMsgPeopleQuery *query = message->u.people_query;
  g_autoptr (GPtrArray) found = geo_book_find_people (closer->book, query->text,
                                                      query->pids, PEOPLE_MAX);
  GeoMessage *answer = geo_message_new (GEO_MESSAGE_PEOPLE_RESULT,
                                        message->msg_id);
  gsize bytes = 0;

  for (guint i = 0; i < found->len && bytes < PEOPLE_BYTES_MAX; i++) {
    const GeoParticipant *person = g_ptr_array_index (found, i);
    g_autofree gchar *text = geo_participant_to_text (person, NULL);

    bytes += strlen (text);
    g_ptr_array_add (answer->u.people_result->items,
                     geo_participant_copy (person));
  }
  geo_actions_send (actions, &asking->participant->pid, answer);
}

/* --- Acknowledgements ------------------------------------------------------
 */

void
geo_closer_take_ack (GeoCloser *closer,
                     GeoBookPerson *person,
                     const GeoMessage *message,
                     GeoTime now,
                     GPtrArray *actions) {
  const GeoEntryAck *ack = message->u.entry_ack->ack;
  const GeoPid *from = &person->participant->pid;
  GeoChange *change;

  if (!geo_pid_equal (&ack->community, &closer->self)) {
    geo_closer_say_error (from, message, GEO_CODE_INVALID,
                          GEO_REASON_FOREIGN_COMMUNITY,
                          "This is of another community.", actions);
    return;
  }
  if (!geo_pid_equal (&ack->participant, from) ||
      !geo_entry_ack_verify (ack, &person->participant->key, NULL)) {
    geo_closer_say_error (from, message, GEO_CODE_SIGNATURE,
                          GEO_REASON_BAD_SIGNATURE,
                          "This is not signed by who sent it.", actions);
    return;
  }
  /* K4: as for lines. */
  if (ack->at > now + GEO_CLOCK_TOLERANCE_MS) {
    geo_closer_say_error (from, message, GEO_CODE_INVALID, GEO_REASON_CLOCK,
                          "This says it is of a time to come.", actions);
    return;
  }
  if (ack->sequence > person->sequence ||
      (ack->sequence == person->sequence &&
       !geo_hash_equal (&ack->entry_hash, &person->entry_hash))) {
    geo_closer_say_error (from, message, GEO_CODE_CONFLICT,
                          GEO_REASON_WRONG_SEQ, "There is no such entry.",
                          actions);
    return;
  }
  change = geo_change_new (GEO_CHANGE_ACK, now);
  change->ack = geo_entry_ack_copy (ack);
  geo_actions_store_change (actions, change);
}
