/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Letters as values: whether what is in one belongs together and is signed.  It
 * knows no journal and no clock, so that it cannot say whether a request is
 * still open.
 */
#include "core/geo-letter.h"

static gboolean
fail (GError **error, GeoCoreError code, const gchar *message) {
  g_set_error_literal (error, GEO_CORE_ERROR, (gint) code, message);
  return FALSE;
}

void
geo_invoice_get_facts (const GeoInvoice *invoice, GeoRequestFacts *out) {
  *out = (GeoRequestFacts){
    .kind = GEO_REQUEST_PAYMENT,
    .id = invoice->invoice_id,
    .from = invoice->to,
    .has_to = invoice->has_from,
    .to = invoice->from,
    .equivalent = invoice->equivalent,
    .has_amount = invoice->has_amount,
    .amount = invoice->amount,
    .memo = invoice->memo,
    .single_use = invoice->single_use,
    .has_expires_at = invoice->has_expires_at,
    .expires_at = invoice->expires_at,
    .created_at = invoice->created_at,
  };
  geo_invoice_hash (invoice, &out->hash);
}

static void
get_trust_facts (const GeoTrustRequest *request, GeoRequestFacts *out) {
  *out = (GeoRequestFacts){
    .kind = GEO_REQUEST_TRUST,
    .id = request->request_id,
    .from = request->from,
    .has_to = TRUE,
    .to = request->to,
    .equivalent = request->equivalent,
    .has_amount = TRUE,
    .amount = request->limit,
    .memo = request->memo,
    .single_use = TRUE,
    .created_at = request->created_at,
  };
  geo_trust_request_hash (request, &out->hash);
}

/* Whoever has the link is invited, by the name that the writer gave them. */
static void
get_invitation_facts (const GeoInvitation *invitation, GeoRequestFacts *out) {
  *out = (GeoRequestFacts){
    .kind = GEO_REQUEST_INVITATION,
    .id = invitation->invitation_id,
    .from = invitation->from,
    .equivalent = invitation->equivalent,
    .has_amount = TRUE,
    .amount = invitation->limit,
    .memo = invitation->invited,
    .single_use = TRUE,
    .has_expires_at = invitation->has_expires_at,
    .expires_at = invitation->expires_at,
    .created_at = invitation->created_at,
  };
  geo_invitation_hash (invitation, &out->hash);
}

static const GeoResponse *
get_response (const GeoLetter *letter, guint i) {
  return g_ptr_array_index (letter->responses, i);
}

/* Who agreed first asks; the other is asked. */
static gboolean
get_checkpoint_facts (const GeoLetter *letter,
                      GeoRequestFacts *out,
                      GError **error) {
  const GeoCheckpoint *checkpoint = letter->checkpoint;
  gboolean by_creditor;

  *out = (GeoRequestFacts){
    .kind = GEO_REQUEST_CHECKPOINT,
    .id = checkpoint->checkpoint_id,
    .has_to = TRUE,
    .equivalent = checkpoint->equivalent,
    .has_amount = TRUE,
    .amount = checkpoint->amount,
    .single_use = TRUE,
    .created_at = checkpoint->at,
  };
  geo_checkpoint_hash (checkpoint, &out->hash);
  if (geo_pid_equal (&checkpoint->creditor, &checkpoint->debtor))
    return fail (error, GEO_CORE_ERROR_FIELD,
                 "The checkpoint is of one person alone");
  if (letter->responses->len == 0)
    return fail (error, GEO_CORE_ERROR_FIELD, "Nobody agreed to the checkpoint");
  for (guint i = 0; i < letter->responses->len; i++) {
    const GeoResponse *response = get_response (letter, i);

    if (!geo_hash_equal (&response->subject, &out->hash) ||
        response->verdict != GEO_VERDICT_AGREED)
      return fail (error, GEO_CORE_ERROR_FIELD,
                   "A response is not about this checkpoint");
    if ((!geo_pid_equal (&response->participant, &checkpoint->creditor) &&
         !geo_pid_equal (&response->participant, &checkpoint->debtor)) ||
        (i > 0 && geo_pid_equal (&response->participant,
                                 &get_response (letter, 0)->participant)))
      return fail (error, GEO_CORE_ERROR_FIELD,
                   "A response is not by one of the two");
  }
  if (!geo_pid_equal (
          &get_response (letter, letter->responses->len - 1)->participant,
          &letter->person->pid))
    return fail (error, GEO_CORE_ERROR_FIELD,
                 "The writer is not the last who agreed");
  by_creditor = geo_pid_equal (&get_response (letter, 0)->participant,
                               &checkpoint->creditor);
  out->from = by_creditor ? checkpoint->creditor : checkpoint->debtor;
  out->to = by_creditor ? checkpoint->debtor : checkpoint->creditor;
  return TRUE;
}

gboolean
geo_letter_get_facts (const GeoLetter *letter,
                      const GeoPid *community,
                      GeoRequestFacts *out,
                      GError **error) {
  const GeoPid *of = NULL;

  if ((letter->invoice != NULL) + (letter->trust_request != NULL) +
          (letter->checkpoint != NULL) + (letter->invitation != NULL) >
      1)
    return fail (error, GEO_CORE_ERROR_FIELD,
                 "The letter says more than one thing");
  if (letter->checkpoint == NULL && letter->history->len > 0)
    return fail (error, GEO_CORE_ERROR_FIELD,
                 "Only a checkpoint comes with a history");
  if (letter->checkpoint != NULL) {
    of = &letter->checkpoint->community;
    if (!get_checkpoint_facts (letter, out, error))
      return FALSE;
  } else if (letter->invoice != NULL || letter->trust_request != NULL ||
             letter->invitation != NULL) {
    if (letter->responses->len > 0)
      return fail (error, GEO_CORE_ERROR_FIELD,
                   "Only a checkpoint comes with a response");
    if (letter->invoice != NULL) {
      of = &letter->invoice->community;
      geo_invoice_get_facts (letter->invoice, out);
    } else if (letter->invitation != NULL) {
      of = &letter->invitation->community;
      get_invitation_facts (letter->invitation, out);
    } else {
      of = &letter->trust_request->community;
      get_trust_facts (letter->trust_request, out);
    }
    if (!geo_pid_equal (&out->from, &letter->person->pid))
      return fail (error, GEO_CORE_ERROR_FIELD,
                   "The letter is not by whom the request is from");
    if (out->has_to && geo_pid_equal (&out->from, &out->to))
      return fail (error, GEO_CORE_ERROR_FIELD,
                   "Somebody asks themselves for something");
  } else {
    const GeoResponse *response;

    if (letter->responses->len != 1)
      return fail (error, GEO_CORE_ERROR_FIELD, "The letter says nothing");
    response = get_response (letter, 0);
    of = &response->community;
    if (!geo_pid_equal (&response->participant, &letter->person->pid) ||
        response->verdict == GEO_VERDICT_AGREED)
      return fail (error, GEO_CORE_ERROR_FIELD,
                   "The response is not the writer's own");
    *out = (GeoRequestFacts){ .from = response->participant,
                              .hash = response->subject,
                              .created_at = response->at,
                              .response = response };
  }
  if (!geo_pid_equal (of, community))
    return fail (error, GEO_CORE_ERROR_FIELD,
                 "The letter is of another community");
  /* A response that is not about our community would be nobody's. */
  for (guint i = 0; i < letter->responses->len; i++) {
    if (!geo_pid_equal (&get_response (letter, i)->community, community))
      return fail (error, GEO_CORE_ERROR_FIELD,
                   "A response is of another community");
  }
  if (out->has_amount && geo_amount_cmp (out->amount.amount,
                                         GEO_AMOUNT_ZERO) < 0)
    return fail (error, GEO_CORE_ERROR_RANGE, "The amount is below nothing");
  return TRUE;
}

/* Whoever writes speaks for itself; but a key of theirs that is known to be a
 * former one counts for its time only (K4), and another chain than the known one
 * for nothing (K5). */
static gboolean
find_writer (const GeoParticipant *person,
             GeoKeyLookup lookup,
             gpointer user_data,
             GeoKeyChain *out,
             GError **error) {
  GeoKeyChain known;

  geo_key_chain_of (person, out);
  if (lookup == NULL || !lookup (&person->pid, &known, user_data))
    return TRUE;
  switch (geo_key_chain_compare (&known, out)) {
  case GEO_KEY_CHAIN_SAME:
  case GEO_KEY_CHAIN_LONGER:
    break;
  case GEO_KEY_CHAIN_SHORTER:
    *out = known;
    break;
  case GEO_KEY_CHAIN_FORK:
    return fail (error, GEO_CORE_ERROR_SIGNATURE,
                 "The keys of who wrote do not go on from those known");
  }
  return TRUE;
}

gboolean
geo_letter_check (const GeoLetter *letter,
                  const GeoPid *community,
                  GeoKeyLookup lookup,
                  gpointer user_data,
                  GeoRequestFacts *out,
                  GError **error) {
  GeoKeyChain writer;

  if (!geo_letter_get_facts (letter, community, out, error) ||
      !geo_participant_check (letter->person, community, error) ||
      !find_writer (letter->person, lookup, user_data, &writer, error))
    return FALSE;
  if (letter->invoice != NULL &&
      !geo_key_chain_check_invoice (&writer, letter->invoice, error))
    return FALSE;
  if (letter->trust_request != NULL &&
      !geo_key_chain_check_trust_request (&writer, letter->trust_request,
                                          error))
    return FALSE;
  if (letter->invitation != NULL &&
      !geo_key_chain_check_invitation (&writer, letter->invitation, error))
    return FALSE;
  for (guint i = 0; i < letter->responses->len; i++) {
    const GeoResponse *response = get_response (letter, i);
    GeoKeyChain by = writer;

    if (!geo_pid_equal (&response->participant, &letter->person->pid) &&
        (lookup == NULL || !lookup (&response->participant, &by, user_data)))
      return fail (error, GEO_CORE_ERROR_SIGNATURE,
                   "The key of who agreed is not known");
    if (!geo_key_chain_check_response (&by, response, error))
      return FALSE;
  }
  return TRUE;
}

gchar *
geo_checkpoint_to_proof (const GeoLetter *letter,
                         const GeoCommunity *community,
                         const GeoParticipant *creditor,
                         const GeoParticipant *debtor) {
  GString *out = g_string_new ("{\"checkpoint\":");

  /* Canonical: the names are in order, and so is all that is in them. */
  geo_checkpoint_append (letter->checkpoint, out);
  g_string_append (out, ",\"community\":");
  geo_community_append (community, out);
  g_string_append (out, ",\"creditor\":");
  geo_participant_append (creditor, out);
  g_string_append (out, ",\"debtor\":");
  geo_participant_append (debtor, out);
  g_string_append (out, ",\"kind\":\"geo-checkpoint\",\"responses\":[");
  for (guint i = 0; i < letter->responses->len; i++) {
    if (i > 0)
      g_string_append_c (out, ',');
    geo_response_append (get_response (letter, i), out);
  }
  g_string_append (out, "],\"v\":1}");
  return g_string_free (out, FALSE);
}
