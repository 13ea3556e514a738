/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Checks who signs in.  It must not tell more than it has to: a wrong code and
 * a closed door are one answer.
 */
#include "hub/geo-hub-login.h"

#include <sodium.h>
#include <string.h>

#include "protocol/geo-reasons.h"

void
geo_hub_challenge_make (gchar out[GEO_HUB_CHALLENGE_SIZE]) {
  guint8 random[32];

  randombytes_buf (random, sizeof random);
  sodium_bin2base64 (out, GEO_HUB_CHALLENGE_SIZE, random, sizeof random,
                     sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

static gboolean
say (GeoHubNo *out, GeoCode code, const gchar *reason, const gchar *text) {
  *out = (GeoHubNo){ code, reason, text };
  return FALSE;
}

/* In a time that does not tell how much of it was right. */
static gboolean
is_same_secret (const gchar *a, const gchar *b) {
  GeoHash a_hash;
  GeoHash b_hash;

  geo_hash_of (a, strlen (a), &a_hash);
  geo_hash_of (b, strlen (b), &b_hash);
  return sodium_memcmp (a_hash.bytes, b_hash.bytes, GEO_HASH_LEN) == 0;
}

/* K8: whoever has the key need not know whose it is; who has a former one is
 * told so, and is nobody new. */
const GeoParticipant *
geo_hub_login_find (const GeoBook *book, const GeoPid *pid) {
  const GeoParticipant *known = geo_book_get_participant (book, pid);

  return known != NULL ? known : geo_book_find_by_key (book, pid);
}

static gboolean
may_join (const GeoHubConfig *config, const GeoMsgAuth *auth) {
  if (!config->open)
    return FALSE;
  return config->code == NULL ||
         (auth->code != NULL && is_same_secret (auth->code, config->code));
}

static gboolean
is_former (const GeoParticipant *known, const GeoLogin *login) {
  for (guint i = 0; i < known->rotations->len; i++) {
    const GeoKeyRotation *rotation = g_ptr_array_index (known->rotations, i);

    if (geo_login_verify (login, &rotation->old_key, NULL))
      return TRUE;
  }
  return FALSE;
}

static const GeoKeyRotation *
rotation_of (const GeoParticipant *participant, guint i) {
  return g_ptr_array_index (participant->rotations, i);
}

/* K7: more than the hub knows of, which undoes nothing of what it has taken. */
static gboolean
check_rotations (const GeoBook *book,
                 const GeoParticipant *known,
                 const GeoParticipant *new,
                 GeoHubSignedFunc has_signed,
                 gpointer user_data,
                 GeoTime now,
                 GeoHubNo *no) {
  const guint n = known->rotations->len;
  const GeoTime ended = rotation_of (new, n)->at;

  if (rotation_of (new, new->rotations->len - 1)->at >
      now + GEO_CLOCK_TOLERANCE_MS)
    return say (no, GEO_CODE_INVALID, GEO_REASON_KEY_CLOCK,
                "A key is changed now, and not in a time to come.");
  /* No key has ended before it was said to. */
  if (geo_participant_ends_earlier (known, new))
    return say (no, GEO_CODE_INVALID, GEO_REASON_KEY_CLOCK,
                "This key was changed at another time.");
  /* The others were never in force here. */
  if (ended < now - GEO_CLOCK_TOLERANCE_MS &&
      has_signed (&known->pid, ended + GEO_KEY_GRACE_MS, user_data))
    return say (no, GEO_CODE_INVALID, GEO_REASON_KEY_USED,
                "Something was signed with the former key since then.");
  if (geo_book_has_others_key (book, new))
    return say (no, GEO_CODE_CONFLICT, GEO_REASON_KEY_TAKEN,
                "This key is somebody's already.");
  return TRUE;
}

gboolean
geo_hub_login_check (const GeoHubConfig *config,
                     const GeoBook *book,
                     const GeoPid *pid,
                     const gchar *challenge,
                     const GeoMsgAuth *auth,
                     GeoHubSignedFunc has_signed,
                     gpointer user_data,
                     GeoTime now,
                     GeoHubNo *no) {
  const GeoPid *community = &geo_book_get_community (book)->community;
  const GeoParticipant *known = geo_hub_login_find (book, pid);
  const GeoLogin *login = auth->login;
  const GeoParticipant *new = auth->participant;
  const GeoPublicKey *key;

  /* S1, S3: the community in it keeps one hub from using it at another, the
   * challenge keeps anybody from using it twice. */
  if (!geo_pid_equal (&login->community, community))
    return say (no, GEO_CODE_INVALID, GEO_REASON_FOREIGN_COMMUNITY,
                "This is another community.");
  if (!geo_pid_equal (&login->pid, pid))
    return say (no, GEO_CODE_NOT_ALLOWED, GEO_REASON_NOT_ALLOWED,
                "Somebody else said HELLO.");
  if (!is_same_secret (login->challenge, challenge))
    return say (no, GEO_CODE_NOT_ALLOWED, GEO_REASON_NOT_ALLOWED,
                "This answers another challenge.");
  if (login->at < now - GEO_CLOCK_TOLERANCE_MS ||
      login->at > now + GEO_CLOCK_TOLERANCE_MS)
    return say (no, GEO_CODE_INVALID, GEO_REASON_CLOCK,
                "Your clock and the hub's are too far apart.");
  if (new == NULL && known == NULL)
    return say (no, GEO_CODE_NO_ROUTE, GEO_REASON_UNKNOWN_PARTICIPANT,
                "The hub does not know you yet: introduce yourself.");
  if (new != NULL &&
      !geo_pid_equal (&new->pid, known != NULL ? &known->pid : pid))
    return say (no, GEO_CODE_NOT_ALLOWED, GEO_REASON_NOT_ALLOWED,
                "Nobody introduces somebody else.");
  if (new != NULL && !geo_participant_check (new, community, NULL))
    return say (no, GEO_CODE_SIGNATURE, GEO_REASON_BAD_SIGNATURE,
                "This introduction does not hold.");
  key = known != NULL ? &known->key : &new->key;
  /* K5: it is kept what shows that two people have had the key. */
  if (known != NULL && new != NULL &&
      geo_participant_compare_keys (known, new) == GEO_KEY_CHAIN_FORK &&
      geo_login_verify (login, &new->key, NULL))
    return say (no, GEO_CODE_CONFLICT, GEO_REASON_TWO_KEYS,
                "Another key took the place of yours.");
  /* The rotation in it is signed with the key that the hub knows. */
  if (known != NULL && new != NULL &&
      geo_participant_compare_keys (known, new) == GEO_KEY_CHAIN_LONGER) {
    if (!check_rotations (book, known, new, has_signed, user_data, now, no))
      return FALSE;
    key = &new->key;
  }
  if (known != NULL && !geo_login_verify (login, key, NULL) &&
      is_former (known, login))
    return say (no, GEO_CODE_NOT_ALLOWED, GEO_REASON_KEY_CHANGED,
                "This key was changed; sign in with the new one.");
  if (!geo_login_verify (login, key, NULL))
    return say (no, GEO_CODE_SIGNATURE, GEO_REASON_BAD_SIGNATURE,
                "The signature is not yours.");
  if (known == NULL && !may_join (config, auth))
    return say (no, GEO_CODE_NOT_ALLOWED, GEO_REASON_NOT_ALLOWED,
                "The hub takes nobody in without a valid invitation.");
  return TRUE;
}
