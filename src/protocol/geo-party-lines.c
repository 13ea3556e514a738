/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Our trust lines, and those to us: signing the next version of one of ours,
 * and taking over what the hub says is in force after checking it.  It knows no
 * payments.
 */
#include "core/geo-rest-object.h"
#include "protocol/geo-party-private.h"

#define BLOCKED_MAX 64
#define LAN_SHARE_MAX 10000

/* --- A wish to trust ------------------------------------------------------ */

static gboolean
line_id_is_taken (const GeoParty *party,
                  const gchar *line_id,
                  const GeoPair *except) {
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, party->pairs);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    const GeoPair *pair = value;

    if (pair == except)
      continue;
    if ((pair->given != NULL && g_str_equal (pair->given->line_id, line_id)) ||
        (pair->pending != NULL &&
         g_str_equal (pair->pending->line_id, line_id)))
      return TRUE;
  }
  return FALSE;
}

static gboolean
is_written (GeoDecimal decimal, guint precision) {
  return decimal.decimals == precision && decimal.amount.minor >= 0 &&
         decimal.amount.minor <= GEO_AMOUNT_MAX;
}

static gboolean
check_policy (const GeoPolicy *policy, guint precision, GError **error) {
  if (policy->lan_share < 0 || policy->lan_share > LAN_SHARE_MAX ||
      policy->blocked_participants->len > BLOCKED_MAX ||
      (policy->has_daily_limit &&
       !is_written (policy->daily_limit, precision)) ||
      (policy->has_spare_clearing &&
       !is_written (policy->spare_clearing, precision)))
    return geo_party_fail (error, GEO_CODE_INVALID,
                           "This policy cannot be written.");
  return TRUE;
}

static gboolean
check_wish (const GeoParty *party,
            const gchar *line_id,
            const GeoPid *to,
            const gchar *equivalent,
            GeoAmount limit,
            gboolean close,
            const GeoPolicy *policy,
            GError **error) {
  const GeoPair *pair = geo_party_find_pair (party, to, equivalent);
  const GeoTrustLine *given = pair != NULL ? pair->given : NULL;
  const GeoEquivalent *known = geo_community_find_equivalent (party->community,
                                                              equivalent);

  if (geo_party_is_self (party, to))
    return geo_party_fail (error, GEO_CODE_INVALID,
                           "Nobody can trust themselves with a line.");
  if (known == NULL)
    return geo_party_fail (error, GEO_CODE_INVALID,
                           "The community does not know this equivalent.");
  if (limit.minor < 0 || limit.minor > GEO_AMOUNT_MAX ||
      (close && limit.minor != 0))
    return geo_party_fail (error, GEO_CODE_INVALID,
                           "The limit is not one that a line can have.");
  if (policy != NULL && !check_policy (policy, (guint) known->precision, error))
    return FALSE;
  if (pair != NULL && pair->pending != NULL)
    return geo_party_fail (error, GEO_CODE_CONFLICT,
                           "A change of this line is still on its way.");
  if (close && (given == NULL || given->status == GEO_LINE_STATUS_CLOSED))
    return geo_party_fail (error, GEO_CODE_LINE_INACTIVE,
                           "There is no line that could be closed.");
  if (given == NULL && (line_id == NULL || !geo_tx_id_is_valid (line_id)))
    return geo_party_fail (error, GEO_CODE_INVALID,
                           "This is not an identifier for a line.");
  if (given == NULL && line_id_is_taken (party, line_id, pair))
    return geo_party_fail (error, GEO_CODE_CONFLICT,
                           "Another line has this identifier.");
  if (party->faulted)
    return geo_party_fail (error, GEO_CODE_NOT_ALLOWED,
                           "The hub sent what does not hold.");
  return TRUE;
}

/* seq 1 and the first after a close are created; see what was in force. */
static GeoMessageType
type_for (const GeoTrustLine *line, const GeoTrustLine *before) {
  if (line->status == GEO_LINE_STATUS_CLOSED)
    return GEO_MESSAGE_TRUST_LINE_CLOSE;
  if (before == NULL || before->status == GEO_LINE_STATUS_CLOSED)
    return GEO_MESSAGE_TRUST_LINE_CREATE;
  return GEO_MESSAGE_TRUST_LINE_UPDATE;
}

static void
send_line (const GeoPair *pair, GPtrArray *actions) {
  const GeoTrustLine *line = pair->pending;
  GeoMessageType type = type_for (line, pair->given);
  /* The answer repeats the msg_id, which so says which line it is about. */
  GeoMessage *message = geo_message_new (type, line->line_id);
  GeoTrustLine *copy = geo_trust_line_copy (line);

  if (type == GEO_MESSAGE_TRUST_LINE_CLOSE)
    message->u.trust_line_close->line = copy;
  else if (type == GEO_MESSAGE_TRUST_LINE_CREATE)
    message->u.trust_line_create->line = copy;
  else
    message->u.trust_line_update->line = copy;
  geo_actions_send (actions, NULL, message);
}

gboolean
geo_party_trust (GeoParty *party,
                 const gchar *line_id,
                 const GeoPid *to,
                 const gchar *equivalent,
                 GeoAmount limit,
                 gboolean close,
                 const GeoPolicy *policy,
                 GeoTime now,
                 GPtrArray *actions,
                 GError **error) {
  const GeoEquivalent *known;
  const GeoParticipant *person;
  GeoRecordBody *body;
  GeoTrustLine *line;
  GeoPair *pair;

  if (!check_wish (party, line_id, to, equivalent, limit, close, policy, error))
    return FALSE;

  known = geo_community_find_equivalent (party->community, equivalent);
  pair = geo_party_get_pair (party, to, equivalent);
  line = geo_trust_line_new ();
  line->community = party->community->community;
  line->from = party->self->pid;
  line->to = *to;
  line->equivalent = g_strdup (equivalent);
  line->limit = geo_decimal (limit, (guint) known->precision);
  line->status = close ? GEO_LINE_STATUS_CLOSED : GEO_LINE_STATUS_ACTIVE;
  line->signed_at = now;
  line->seq = 1;
  if (pair->given != NULL) {
    line->line_id = g_strdup (pair->given->line_id);
    line->seq = pair->given->seq + 1;
    line->has_previous = TRUE;
    geo_trust_line_hash (pair->given, &line->previous);
  } else {
    line->line_id = g_strdup (line_id);
  }
  if (policy != NULL)
    line->policy = geo_policy_copy (policy);
  else if (pair->given != NULL)
    line->policy = geo_policy_copy (pair->given->policy);
  else
    line->policy = geo_policy_new_default ();
  geo_trust_line_sign (line, party->secret);
  pair->pending = line;

  /* P1: Persist, then send. */
  body = geo_record_body_new ();
  body->line = geo_trust_line_copy (line);
  person = geo_party_get_person (party, to);
  if (person != NULL) {
    body->person = geo_participant_copy (person);
    geo_party_learn (party, person, GEO_SAID_BY_PERSON, TRUE, actions);
  }
  geo_actions_store_record (actions, GEO_RECORD_KIND_LINE, body);
  /* Without a session it goes out when there is one. */
  if (party->connected)
    send_line (pair, actions);
  return TRUE;
}

/* K7: the hub takes nothing new under a former key.  What the line says, and so
 * its hash, stays. */
static void
sign_again (const GeoParty *party, GeoPair *pair, GPtrArray *actions) {
  GeoRecordBody *body;

  if (party->self->rotations->len == 0 ||
      geo_trust_line_verify (pair->pending, &party->self->key, NULL))
    return;
  geo_trust_line_sign (pair->pending, party->secret);
  /* P1: Persist, then send. */
  body = geo_record_body_new ();
  body->line = geo_trust_line_copy (pair->pending);
  geo_actions_store_record (actions, GEO_RECORD_KIND_LINE, body);
}

static gint
compare_pending (gconstpointer a, gconstpointer b) {
  const GeoPair *one = *(GeoPair *const *) a;
  const GeoPair *other = *(GeoPair *const *) b;

  if (one->pending->signed_at != other->pending->signed_at)
    return one->pending->signed_at < other->pending->signed_at ? -1 : 1;
  return g_strcmp0 (one->pending->line_id, other->pending->line_id);
}

void
geo_lines_connected (GeoParty *party, GPtrArray *actions) {
  g_autoptr (GPtrArray) pairs = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, party->pairs);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    if (((GeoPair *) value)->pending != NULL)
      g_ptr_array_add (pairs, value);
  }
  g_ptr_array_sort (pairs, compare_pending);
  for (guint i = 0; i < pairs->len; i++) {
    sign_again (party, g_ptr_array_index (pairs, i), actions);
    send_line (g_ptr_array_index (pairs, i), actions);
  }
}

/* --- Refused -------------------------------------------------------------- */

/* Takes the line. */
static void
tell_refused (GeoTrustLine *line,
              GeoCode code,
              const gchar *reason,
              GPtrArray *actions) {
  GeoTold *told = geo_actions_tell (actions, GEO_TOLD_LINE_REFUSED);

  told->line = line;
  told->code = code;
  told->reason = g_strdup (reason);
}

gboolean
geo_lines_error (GeoParty *party,
                 const GeoMessage *message,
                 GPtrArray *actions) {
  const GeoMsgError *no = message->u.error;
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, party->pairs);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    GeoPair *pair = value;
    GeoRecordBody *body;

    if (pair->pending == NULL ||
        !g_str_equal (pair->pending->line_id, message->msg_id))
      continue;
    body = geo_record_body_new ();
    body->line = geo_trust_line_copy (pair->pending);
    body->text = g_strdup_printf ("%s %s", geo_code_to_string (no->code),
                                  no->reason);
    geo_actions_store_record (actions, GEO_RECORD_KIND_REFUSED, body);
    tell_refused (g_steal_pointer (&pair->pending), no->code, no->reason,
                  actions);
    return TRUE;
  }
  return FALSE;
}

/* --- In force ------------------------------------------------------------- */

static gboolean
follows (const GeoTrustLine *line, const GeoTrustLine *before) {
  GeoHash hash;

  if (before == NULL)
    return line->seq == 1 && !line->has_previous;
  if (line->seq != before->seq + 1 || !line->has_previous)
    return FALSE;
  geo_trust_line_hash (before, &hash);
  /* After a close it may be a new line by name; the chain goes on. */
  return geo_hash_equal (&hash, &line->previous) &&
         (before->status == GEO_LINE_STATUS_CLOSED ||
          g_str_equal (line->line_id, before->line_id));
}

gboolean
geo_lines_check (GeoParty *party,
                 const GeoProvenEntry *entry,
                 GeoKeys *keys,
                 GeoNo *no) {
  const GeoTrustLine *line = entry->line;
  GeoKeyChain chain;
  const GeoPair *pair;
  GeoAmount limit;
  GeoHash hash;
  gboolean ours;

  if (line == NULL || !geo_trust_line_check (line, NULL) ||
      !geo_party_is_hub (party, &line->community))
    return geo_no (no, GEO_CODE_INVALID, GEO_REASON_INVALID);
  geo_trust_line_hash (line, &hash);
  if (!geo_hash_equal (&hash, &entry->entry->subject))
    return geo_no (no, GEO_CODE_INVALID, GEO_REASON_BAD_PROOF);
  ours = geo_party_is_self (party, &line->from);
  if (!ours && !geo_party_is_self (party, &line->to))
    return geo_no (no, GEO_CODE_NOT_ALLOWED, GEO_REASON_NOT_ALLOWED);
  if (!geo_party_has_precision (party, line->equivalent, line->limit, &limit,
                                no))
    return FALSE;
  /* A line of ours need not be the one that waits: the same key may have
   * signed it on another machine, or before this journal was restored.  That
   * we signed it is what the signature says. */
  if (!geo_party_lookup_key (&line->from, &chain, keys) ||
      !geo_key_chain_check_line (&chain, line, NULL))
    return geo_no (no, GEO_CODE_SIGNATURE, GEO_REASON_BAD_SIGNATURE);
  pair = geo_party_find_pair (party, ours ? &line->to : &line->from,
                              line->equivalent);
  if (!follows (line, pair == NULL ? NULL : ours ? pair->given : pair->got))
    return geo_no (no, GEO_CODE_CONFLICT, GEO_REASON_WRONG_SEQ);
  return TRUE;
}

void
geo_lines_apply (GeoParty *party,
                 const GeoProvenEntry *entry,
                 GPtrArray *actions) {
  const GeoTrustLine *line = entry->line;
  gboolean ours = geo_party_is_self (party, &line->from);
  GeoPair *pair = geo_party_get_pair (party, ours ? &line->to : &line->from,
                                      line->equivalent);
  GeoTrustLine **place = ours ? &pair->given : &pair->got;
  GeoHash hash;

  geo_trust_line_free (*place);
  *place = geo_trust_line_copy (line);
  if (ours)
    pair->given_since = entry->entry->at;
  else
    pair->got_since = entry->entry->at;

  if (ours && pair->pending != NULL) {
    /* Another version of ours took its number: this one can never be. */
    geo_trust_line_hash (pair->pending, &hash);
    if (geo_hash_equal (&hash, &entry->entry->subject))
      g_clear_pointer (&pair->pending, geo_trust_line_free);
    else
      tell_refused (g_steal_pointer (&pair->pending), GEO_CODE_CONFLICT,
                    GEO_REASON_WRONG_SEQ, actions);
  }
  geo_actions_tell (actions, GEO_TOLD_LINE)->line = geo_trust_line_copy (line);
  geo_letters_line (party, line, actions);
}

void
geo_party_load_inbound (GeoParty *party,
                        const GeoPid *peer,
                        const gchar *equivalent,
                        gint64 day,
                        GeoAmount inbound) {
  GeoPair *pair = geo_party_get_pair (party, peer, equivalent);

  pair->day = day;
  pair->inbound = inbound;
}

void
geo_party_get_inbound (const GeoParty *party,
                       const GeoPid *peer,
                       const gchar *equivalent,
                       gint64 *day,
                       GeoAmount *inbound) {
  const GeoPair *pair = geo_party_find_pair (party, peer, equivalent);

  *day = pair != NULL ? pair->day : 0;
  *inbound = pair != NULL ? pair->inbound : GEO_AMOUNT_ZERO;
}
