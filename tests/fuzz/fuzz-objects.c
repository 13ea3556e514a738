/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Objects: the first byte says which, the rest is its text.  What is read is
 * written to what is read to the same; checks answer for all that can be read.
 */
#include "core/geo-contract.h"
#include "core/geo-messages.h"
#include "core/geo-rest-object.h"
#include "fuzz.h"

static gboolean
any_key (const GeoPid *pid, GeoKeyChain *out, gpointer user_data) {
  geo_key_chain_of_key (user_data, out);
  return TRUE;
}

/* Reads, writes, reads, writes, copies and writes once more. */
#define TRIP(Type, name)                                          \
  g_autoptr (GError) error = NULL;                                \
  g_autoptr (Type) object = name##_from_text (text, len, &error); \
  g_autoptr (Type) again = NULL;                                  \
  g_autoptr (Type) copy = NULL;                                   \
  g_autofree gchar *first = NULL;                                 \
  g_autofree gchar *second = NULL;                                \
  g_autofree gchar *third = NULL;                                 \
  gsize first_len, second_len, third_len;                         \
                                                                  \
  fuzz_check_outcome (object != NULL, error);                     \
  if (object == NULL)                                             \
    return;                                                       \
  first = name##_to_text (object, &first_len);                    \
  again = name##_from_text (first, (gssize) first_len, &error);   \
  g_assert_no_error (error);                                      \
  second = name##_to_text (again, &second_len);                   \
  g_assert_cmpmem (first, first_len, second, second_len);         \
  copy = name##_copy (object);                                    \
  third = name##_to_text (copy, &third_len);                      \
  g_assert_cmpmem (first, first_len, third, third_len)

/* A signed one may have been signed by anybody: whether the signature holds
 * does not depend on how often it was written. */
#define SIGNED(Type, name, key)                            \
  TRIP (Type, name);                                       \
  g_autoptr (GError) forged = NULL;                        \
  gboolean holds = name##_verify (object, (key), &forged); \
                                                           \
  fuzz_check_outcome (holds, forged);                      \
  g_assert_true (holds == name##_verify (again, (key), NULL))

#define PLAIN_OBJECT(Type, name)                           \
  static void try_##name (const gchar *text, gssize len) { \
    TRIP (Type, name);                                     \
  }

#define SIGNED_OBJECT(Type, name)                          \
  static void try_##name (const gchar *text, gssize len) { \
    static const GeoPublicKey key = { { 1 } };             \
    SIGNED (Type, name, &key);                             \
  }

PLAIN_OBJECT (GeoEquivalent, geo_equivalent)
PLAIN_OBJECT (GeoPolicy, geo_policy)
PLAIN_OBJECT (GeoConstraints, geo_constraints)
PLAIN_OBJECT (GeoProvenHop, geo_proven_hop)
PLAIN_OBJECT (GeoRecordBody, geo_record_body)
PLAIN_OBJECT (GeoLimitHint, geo_limit_hint)
PLAIN_OBJECT (GeoHop, geo_hop)
PLAIN_OBJECT (GeoContract, geo_contract)
SIGNED_OBJECT (GeoLogin, geo_login)
SIGNED_OBJECT (GeoVote, geo_vote)
SIGNED_OBJECT (GeoRefusal, geo_refusal)
SIGNED_OBJECT (GeoEntry, geo_entry)
SIGNED_OBJECT (GeoEntryAck, geo_entry_ack)
SIGNED_OBJECT (GeoRecord, geo_record)

static void
try_community (const gchar *text, gssize len) {
  TRIP (GeoCommunity, geo_community);
  g_autoptr (GError) failure = NULL;
  gboolean holds = geo_community_check (object, &failure);

  fuzz_check_outcome (holds, failure);
  geo_community_find_equivalent (object, "UAH");
}

static void
try_participant (const gchar *text, gssize len) {
  TRIP (GeoParticipant, geo_participant);
  g_autoptr (GError) failure = NULL;
  gboolean holds = geo_participant_check (object, &object->community, &failure);

  fuzz_check_outcome (holds, failure);
}

static void
try_trust_line (const gchar *text, gssize len) {
  static const GeoPublicKey key = { { 1 } };
  TRIP (GeoTrustLine, geo_trust_line);
  g_autoptr (GError) failure = NULL;
  g_autoptr (GError) forged = NULL;
  gboolean holds = geo_trust_line_check (object, &failure);

  fuzz_check_outcome (holds, failure);
  holds = geo_trust_line_check_signature (object, &key, &forged);
  fuzz_check_outcome (holds, forged);
}

static void
try_order (const gchar *text, gssize len) {
  static const GeoPublicKey key = { { 1 } };
  TRIP (GeoOrder, geo_order);
  g_autoptr (GError) forged = NULL;
  gboolean holds = geo_order_check_signature (object, &key, &forged);

  fuzz_check_outcome (holds, forged);
}

static void
try_certificate (const gchar *text, gssize len) {
  static GeoPublicKey key = { { 1 } };
  TRIP (GeoCertificate, geo_certificate);
  g_autoptr (GError) failure = NULL;
  gboolean holds = geo_certificate_check (object, any_key, &key, &failure);

  fuzz_check_outcome (holds, failure);
}

static void
try_proven_entry (const gchar *text, gssize len) {
  TRIP (GeoProvenEntry, geo_proven_entry);
  GeoAmount net;

  for (guint i = 0; i < object->hops->len && object->certificate != NULL; i++) {
    const GeoProvenHop *hop = g_ptr_array_index (object->hops, i);
    g_autoptr (GError) failure = NULL;
    gboolean holds = geo_contract_check_hop (object->certificate->contract, hop,
                                             &failure);

    fuzz_check_outcome (holds, failure);
  }
  /* Sums of what nobody has checked must not overflow. */
  if (geo_hops_net (object->hops, &object->entry->participant, &net, NULL))
    (void) geo_amount_cmp (net, GEO_AMOUNT (0));
  if (object->certificate != NULL)
    geo_contract_carries_order (object->certificate->contract,
                                object->certificate->order, NULL);
}

typedef void (*TryFunc) (const gchar *text, gssize len);

/* Only appended: the corpus counts on the order. */
static const TryFunc tries[] = {
  try_geo_equivalent,  try_community,      try_participant,
  try_geo_login,       try_geo_policy,     try_trust_line,
  try_geo_constraints, try_order,          try_geo_hop,
  try_geo_contract,    try_geo_vote,       try_geo_refusal,
  try_certificate,     try_geo_proven_hop, try_geo_entry,
  try_proven_entry,    try_geo_entry_ack,  try_geo_record,
  try_geo_record_body, try_geo_limit_hint,
};

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size) {
  if (size > 0)
    tries[data[0] % G_N_ELEMENTS (tries)]((const gchar *) data + 1,
                                          (gssize) size - 1);
  return 0;
}
