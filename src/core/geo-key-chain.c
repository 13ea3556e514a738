/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Chains of keys: made, checked, compared, and asked which key was in force.
 */
#include "core/geo-key-chain.h"

#include "core/geo-rest-object.h"

static gboolean
fail (GError **error, GeoCoreError code, const gchar *message) {
  g_set_error_literal (error, GEO_CORE_ERROR, (gint) code, message);
  return FALSE;
}

static const GeoKeyRotation *
rotation_of (const GeoParticipant *participant, guint i) {
  return g_ptr_array_index (participant->rotations, i);
}

/* --- Which key ------------------------------------------------------------ */

void
geo_key_chain_of_key (const GeoPublicKey *key, GeoKeyChain *out) {
  out->n = 1;
  out->keys[0] = *key;
}

void
geo_key_chain_of (const GeoParticipant *participant, GeoKeyChain *out) {
  guint n = MIN (participant->rotations->len, GEO_ROTATIONS_MAX);

  for (guint i = 0; i < n; i++) {
    out->keys[i] = rotation_of (participant, i)->old_key;
    out->ended[i] = rotation_of (participant, i)->at;
  }
  out->keys[n] = participant->key;
  out->n = n + 1;
}

/* K4: an earlier key counts for what is of its time.  A later key is never too
 * early: what is answered today may have been asked long ago. */
const GeoPublicKey *
geo_key_chain_nth (const GeoKeyChain *chain, GeoTime at, guint n) {
  guint i = chain->n - 1 - n;

  if (n >= chain->n)
    return NULL;
  if (n > 0 && at - GEO_KEY_GRACE_MS > chain->ended[i])
    return NULL;
  return &chain->keys[i];
}

/* The error is that of the last key: the one that would be expected. */
#define CHECK(chain, at, object, verify, error)                                \
  do {                                                                         \
    const GeoPublicKey *last = geo_key_chain_nth (chain, at, 0);               \
    const GeoPublicKey *key;                                                   \
                                                                               \
    if (last == NULL)                                                          \
      return fail (error, GEO_CORE_ERROR_SIGNATURE,                            \
                   "The key of who signed is not known");                      \
    for (guint i = 1; (key = geo_key_chain_nth (chain, at, i)) != NULL; i++) { \
      if (verify (object, key, NULL))                                          \
        return TRUE;                                                           \
    }                                                                          \
    return verify (object, last, error);                                       \
  } while (0)

gboolean
geo_key_chain_check_order (const GeoKeyChain *chain,
                           const GeoOrder *order,
                           GError **error) {
  CHECK (chain, order->created_at, order, geo_order_check_signature, error);
}

gboolean
geo_key_chain_check_line (const GeoKeyChain *chain,
                          const GeoTrustLine *line,
                          GError **error) {
  CHECK (chain, line->signed_at, line, geo_trust_line_check_signature, error);
}

gboolean
geo_key_chain_check_vote (const GeoKeyChain *chain,
                          const GeoVote *vote,
                          const GeoContract *contract,
                          GError **error) {
  CHECK (chain, contract->created_at, vote, geo_vote_verify, error);
}

gboolean
geo_key_chain_check_refusal (const GeoKeyChain *chain,
                             const GeoRefusal *refusal,
                             GError **error) {
  CHECK (chain, refusal->at, refusal, geo_refusal_verify, error);
}

gboolean
geo_key_chain_check_invoice (const GeoKeyChain *chain,
                             const GeoInvoice *invoice,
                             GError **error) {
  CHECK (chain, invoice->created_at, invoice, geo_invoice_verify, error);
}

gboolean
geo_key_chain_check_trust_request (const GeoKeyChain *chain,
                                   const GeoTrustRequest *request,
                                   GError **error) {
  CHECK (chain, request->created_at, request, geo_trust_request_verify, error);
}

gboolean
geo_key_chain_check_invitation (const GeoKeyChain *chain,
                                const GeoInvitation *invitation,
                                GError **error) {
  CHECK (chain, invitation->created_at, invitation, geo_invitation_verify,
         error);
}

gboolean
geo_key_chain_check_response (const GeoKeyChain *chain,
                              const GeoResponse *response,
                              GError **error) {
  CHECK (chain, response->at, response, geo_response_verify, error);
}

gboolean
geo_key_chain_check_statement (const GeoKeyChain *chain,
                               const GeoStatement *statement,
                               GError **error) {
  CHECK (chain, statement->at, statement, geo_statement_verify, error);
}

gboolean
geo_key_chain_check_record (const GeoKeyChain *chain,
                            const GeoRecord *record,
                            GError **error) {
  CHECK (chain, record->at, record, geo_record_verify, error);
}

gboolean
geo_key_chain_check_copy (const GeoKeyChain *chain,
                          const GeoStateCopy *copy,
                          GError **error) {
  CHECK (chain, copy->at, copy, geo_state_copy_verify, error);
}

gboolean
geo_key_chain_check_ack (const GeoKeyChain *chain,
                         const GeoEntryAck *ack,
                         GError **error) {
  CHECK (chain, ack->at, ack, geo_entry_ack_verify, error);
}

/* --- Checking ------------------------------------------------------------- */

/* K1: both signatures are over the same bytes. */
static gboolean
check_signatures (const GeoKeyRotation *rotation, GError **error) {
  gsize len;
  g_autofree gchar *text = geo_key_rotation_canonical (rotation, &len);

  if (!geo_key_rotation_verify (rotation, &rotation->old_key, error))
    return FALSE;
  /* libsodium takes no key of a low order, nor one that is not canonical. */
  return geo_public_key_verify (&rotation->new_key, text, len,
                                &rotation->accepted) ||
         fail (error, GEO_CORE_ERROR_SIGNATURE,
               "The new key did not sign its rotation");
}

static gboolean
was_used (const GeoParticipant *participant,
          guint n,
          const GeoPublicKey *key) {
  for (guint i = 0; i < n; i++) {
    if (geo_public_key_equal (&rotation_of (participant, i)->old_key, key))
      return TRUE;
  }
  return FALSE;
}

gboolean
geo_key_chain_check (const GeoParticipant *participant, GError **error) {
  const guint n = participant->rotations->len;
  const GeoPublicKey *key = &participant->key;
  GeoTime at = 0;
  GeoPid of_key;

  if (n > GEO_ROTATIONS_MAX)
    return fail (error, GEO_CORE_ERROR_SIZE, "The key was changed too often");
  if (n > 0)
    key = &rotation_of (participant, 0)->old_key;
  /* §1: a PID is the digest of the participant's first key. */
  geo_pid_from_key (key, &of_key);
  if (!geo_pid_equal (&participant->pid, &of_key))
    return fail (error, GEO_CORE_ERROR_SIGNATURE,
                 "The PID is not the digest of the first key");

  for (guint i = 0; i < n; i++) {
    const GeoKeyRotation *rotation = rotation_of (participant, i);

    /* S1: what was said in another community, or by somebody else, is nothing
     * here. */
    if (!geo_pid_equal (&rotation->community, &participant->community) ||
        !geo_pid_equal (&rotation->pid, &participant->pid))
      return fail (error, GEO_CORE_ERROR_FIELD,
                   "A key rotation is somebody else's");
    /* K2: 1, 2, 3 …, each from the key that the one before led to. */
    if (rotation->number != (gint64) i + 1 ||
        !geo_public_key_equal (&rotation->old_key, key))
      return fail (error, GEO_CORE_ERROR_FIELD,
                   "A key rotation does not follow the one before");
    if (i > 0 && rotation->at <= at)
      return fail (error, GEO_CORE_ERROR_FIELD,
                   "A key rotation is not later than the one before");
    /* K3: a key that was left does not come back. */
    if (was_used (participant, i + 1, &rotation->new_key))
      return fail (error, GEO_CORE_ERROR_FIELD, "A key is there twice");
    if (!check_signatures (rotation, error))
      return FALSE;
    key = &rotation->new_key;
    at = rotation->at;
  }
  return geo_public_key_equal (key, &participant->key) ||
         fail (error, GEO_CORE_ERROR_SIGNATURE,
               "The rotations lead to another key");
}

/* --- Making --------------------------------------------------------------- */

GeoParticipant *
geo_participant_rotate (const GeoParticipant *participant,
                        const GeoSecret *now,
                        const GeoSecret *next,
                        GeoTime at,
                        GError **error) {
  g_autoptr (GeoParticipant) later = geo_participant_copy (participant);
  GeoKeyRotation *rotation = geo_key_rotation_new ();
  const guint n = later->rotations->len;
  g_autofree gchar *text = NULL;
  GeoPublicKey key;
  gsize len;

  g_ptr_array_add (later->rotations, rotation);
  geo_secret_get_public (now, &key);
  if (!geo_public_key_equal (&key, &later->key)) {
    fail (error, GEO_CORE_ERROR_SIGNATURE, "This key is not in force");
    return NULL;
  }
  if (n >= GEO_ROTATIONS_MAX) {
    fail (error, GEO_CORE_ERROR_SIZE, "The key was changed too often");
    return NULL;
  }
  rotation->community = later->community;
  rotation->pid = later->pid;
  rotation->number = (gint64) n + 1;
  rotation->old_key = key;
  geo_secret_get_public (next, &rotation->new_key);
  rotation->at = at;
  geo_key_rotation_sign (rotation, now);
  text = geo_key_rotation_canonical (rotation, &len);
  geo_secret_sign (next, text, len, &rotation->accepted);

  later->key = rotation->new_key;
  later->seq++;
  later->at = at;
  g_clear_pointer (&later->rest, g_bytes_unref);
  geo_participant_sign (later, next);
  if (!geo_key_chain_check (later, error))
    return NULL;
  return g_steal_pointer (&later);
}

static const GeoSecret *
find_secret (GPtrArray *secrets, const GeoPublicKey *key) {
  for (guint i = 0; i < secrets->len; i++) {
    const GeoSecret *secret = g_ptr_array_index (secrets, i);
    GeoPublicKey public_key;

    geo_secret_get_public (secret, &public_key);
    if (geo_public_key_equal (&public_key, key))
      return secret;
  }
  return NULL;
}

GeoParticipant *
geo_participant_rotate_anew (const GeoParticipant *participant,
                             GPtrArray *former,
                             const GeoSecret *secret,
                             GeoTime at,
                             GError **error) {
  g_autoptr (GeoParticipant) form = geo_participant_copy (participant);
  const GeoSecret *now[GEO_ROTATIONS_MAX + 1];
  const guint n = form->rotations->len;
  guint left = n;

  if (n > GEO_ROTATIONS_MAX) {
    fail (error, GEO_CORE_ERROR_SIZE, "The key was changed too often");
    return NULL;
  }
  for (now[n] = secret; left > 0; left--) {
    now[left - 1] = find_secret (former, &rotation_of (form, left - 1)->old_key);
    if (now[left - 1] == NULL)
      break;
  }
  if (left == n) {
    fail (error, GEO_CORE_ERROR_SIGNATURE, "The former key is not there");
    return NULL;
  }
  form->key = rotation_of (form, left)->old_key;
  form->seq -= n - left;
  g_ptr_array_set_size (form->rotations, (gint) left);
  for (guint i = left; i < n; i++) {
    GeoParticipant *later = geo_participant_rotate (form, now[i], now[i + 1],
                                                    at - (n - 1 - i), error);

    if (later == NULL)
      return NULL;
    geo_participant_free (form);
    form = later;
  }
  return g_steal_pointer (&form);
}

/* --- Comparing ------------------------------------------------------------ */

GeoKeyChainOrder
geo_key_chain_compare (const GeoKeyChain *chain, const GeoKeyChain *other) {
  for (guint i = 0; i < MIN (chain->n, other->n); i++) {
    if (!geo_public_key_equal (&chain->keys[i], &other->keys[i]))
      return GEO_KEY_CHAIN_FORK;
  }
  return chain->n == other->n  ? GEO_KEY_CHAIN_SAME
         : chain->n < other->n ? GEO_KEY_CHAIN_LONGER
                               : GEO_KEY_CHAIN_SHORTER;
}

GeoKeyChainOrder
geo_participant_compare_keys (const GeoParticipant *participant,
                              const GeoParticipant *other) {
  GeoKeyChain one, two;

  geo_key_chain_of (participant, &one);
  geo_key_chain_of (other, &two);
  return geo_key_chain_compare (&one, &two);
}

gboolean
geo_participant_ends_earlier (const GeoParticipant *participant,
                              const GeoParticipant *other) {
  const guint n = MIN (participant->rotations->len, other->rotations->len);

  for (guint i = 0; i < n; i++) {
    if (rotation_of (other, i)->at < rotation_of (participant, i)->at)
      return TRUE;
  }
  return FALSE;
}

gboolean
geo_participant_is_later (const GeoParticipant *participant,
                          const GeoParticipant *other) {
  return other->seq > participant->seq ||
         (other->seq == participant->seq && other->rotations->len > 0 &&
          other->at > participant->at);
}
