/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Invitations of ours and of others (§8a, §13): they are made, taken up, and
 * known again when somebody asks for what they offer.  They promise nothing:
 * whether a line is given is said by people.
 */
#include "protocol/geo-party-private.h"

#include <string.h>

/* As an invitation has them. */
#define NAME_CHARS_MAX 50
#define TIME_MAX G_GINT64_CONSTANT (253402300799999)

/* A name of ours that is longer is cut. */
static gchar *
name_in_short (const gchar *name) {
  return g_utf8_strlen (name, -1) <= NAME_CHARS_MAX
             ? g_strdup (name)
             : g_utf8_substring (name, 0, NAME_CHARS_MAX);
}

gboolean
geo_party_invite (GeoParty *party,
                  const gchar *id,
                  const gchar *invited,
                  const gchar *equivalent,
                  GeoAmount limit,
                  const GeoAmount *asked,
                  GeoTime expires_at,
                  GeoTime now,
                  GeoHash *hash,
                  GPtrArray *actions,
                  GError **error) {
  GeoLetter *letter;
  GeoInvitation *invitation;

  if (!geo_letters_can_ask (party, id, NULL, equivalent, invited, now, error) ||
      !geo_letters_check_amount (limit, error) ||
      (asked != NULL && !geo_letters_check_amount (*asked, error)))
    return FALSE;
  if (invited != NULL && g_utf8_strlen (invited, -1) > NAME_CHARS_MAX)
    return geo_party_fail (error, GEO_CODE_INVALID, "The name is too long.");
  if (expires_at != 0 && (expires_at <= now || expires_at > TIME_MAX))
    return geo_party_fail (error, GEO_CODE_INVALID,
                           "The invitation would have expired already.");
  letter = geo_letters_new (party);
  invitation = letter->invitation = geo_invitation_new ();
  invitation->community = party->community->community;
  invitation->invitation_id = g_strdup (id);
  invitation->from = party->self->pid;
  invitation->name = name_in_short (party->self->name);
  invitation->invited = invited != NULL && *invited != '\0'
                            ? g_strdup (invited)
                            : NULL;
  invitation->equivalent = g_strdup (equivalent);
  invitation->limit = geo_letters_decimal_of (party, equivalent, limit);
  if (asked != NULL) {
    invitation->has_asked = TRUE;
    invitation->asked = geo_letters_decimal_of (party, equivalent, *asked);
  }
  invitation->has_expires_at = expires_at != 0;
  invitation->expires_at = expires_at;
  invitation->created_at = now;
  geo_invitation_sign (invitation, party->secret);
  return geo_letters_ask (party, letter, NULL, hash, actions, error);
}

static GeoPartyRequest *
find_by_id (const GeoParty *party,
            GeoRequestKind kind,
            const gchar *id,
            const GeoPid *to) {
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, party->requests);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    GeoPartyRequest *request = value;

    if (request->facts.kind == kind && geo_party_is_self (party, &request->facts.from) &&
        g_str_equal (request->facts.id, id) &&
        (to == NULL || geo_pid_equal (&request->facts.to, to)))
      return request;
  }
  return NULL;
}

gboolean
geo_party_take_invitation (GeoParty *party,
                           const GeoInvitation *invitation,
                           const GeoParticipant *who,
                           GeoTime now,
                           GeoHash *hash,
                           GPtrArray *actions,
                           GError **error) {
  const GeoPartyRequest *known;
  GeoKeyChain keys;
  GeoAmount limit;
  GeoNo no;

  if (geo_party_is_self (party, &invitation->from))
    return geo_party_fail (error, GEO_CODE_NOT_ALLOWED,
                           "The invitation is our own.");
  geo_key_chain_of (who, &keys);
  if (!geo_pid_equal (&invitation->community, &party->community->community) ||
      !geo_pid_equal (&invitation->from, &who->pid) ||
      !geo_key_chain_check_invitation (&keys, invitation, NULL) ||
      !geo_party_has_precision (party, invitation->equivalent,
                                invitation->limit, &limit, &no))
    return geo_party_fail (error, GEO_CODE_INVALID,
                           "The invitation does not hold.");
  known = find_by_id (party, GEO_REQUEST_TRUST, invitation->invitation_id,
                      &who->pid);
  if (known != NULL) {
    *hash = known->facts.hash;
    return TRUE;
  }
  if (invitation->has_expires_at &&
      now - GEO_CLOCK_TOLERANCE_MS > invitation->expires_at)
    return geo_party_fail (error, GEO_CODE_TIMEOUT,
                           "The invitation has expired.");
  return geo_party_ask_trust (party, invitation->invitation_id, &who->pid,
                              invitation->equivalent, limit, NULL, now, hash,
                              actions, error);
}

void
geo_invitations_taken (GeoParty *party,
                       const GeoRequestFacts *facts,
                       GeoTime now,
                       GPtrArray *actions) {
  GeoPartyRequest *request = find_by_id (party, GEO_REQUEST_INVITATION,
                                         facts->id, NULL);
  const GeoInvitation *invitation;
  g_autofree gchar *id = NULL;
  GeoTold *told;
  GeoHash hash;

  if (request == NULL || request->state != GEO_REQUEST_OPEN ||
      !g_str_equal (request->facts.equivalent, facts->equivalent) ||
      geo_amount_cmp (request->facts.amount.amount, facts->amount.amount) < 0)
    return;
  request->state = GEO_REQUEST_DONE;
  told = geo_actions_tell (actions, GEO_TOLD_REQUEST);
  told->order_hash = request->facts.hash;
  invitation = request->letter->invitation;
  id = g_strconcat (facts->id, ".back", NULL);
  /* Where it cannot be asked for now, it is left to people. */
  if (invitation->has_asked)
    geo_party_ask_trust (party, id, &facts->from, facts->equivalent,
                         invitation->asked.amount, NULL, now, &hash, actions,
                         NULL);
}
