/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Receipts: as they are, and with every part signed anew, so that what stands
 * behind the signatures is reached too.  What is proved is said, what is not is
 * an error.
 */
#include "core/geo-json.h"
#include "node/geo-node.h"
#include "store-sample.h"

#include "fuzz.h"

static Sample *sample;

typedef struct {
  GeoCommunity *community;
  GeoParticipant *self;
  GeoRecord *record;
  GeoRecordBody *body;
} Parts;

static void
parts_clear (Parts *parts) {
  geo_community_free (parts->community);
  geo_participant_free (parts->self);
  geo_record_free (parts->record);
  geo_record_body_free (parts->body);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Parts, parts_clear)

static GeoSecret *
find_secret (const GeoPid *pid) {
  for (guint i = 0; i < sample->n_people; i++)
    if (geo_pid_equal (pid, &sample->people[i].pid))
      return sample->people[i].secret;
  return sample->secret;
}

static gboolean
read_parts (const gchar *text, gsize len, Parts *parts) {
  g_autoptr (JsonNode) root = geo_json_parse (text, len, GEO_JSON_SYNC_SIZE_MAX,
                                              NULL);
  static const gchar *const names[] = { "community", "self", "record", "body" };
  JsonObject *object;
  JsonNode *nodes[G_N_ELEMENTS (names)];

  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return FALSE;
  object = json_node_get_object (root);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    nodes[i] = json_object_get_member (object, names[i]);
    if (nodes[i] == NULL || !JSON_NODE_HOLDS_OBJECT (nodes[i]))
      return FALSE;
  }
  parts->community = geo_community_from_json (nodes[0], NULL);
  parts->self = geo_participant_from_json (nodes[1], NULL);
  parts->record = geo_record_from_json (nodes[2], NULL);
  parts->body = geo_record_body_from_json (nodes[3], NULL);
  return parts->community != NULL && parts->self != NULL &&
         parts->record != NULL && parts->body != NULL;
}

static void
sign_entry (GeoProvenEntry *proven, const GeoPid *community) {
  proven->entry->community = *community;
  if (proven->line != NULL) {
    geo_trust_line_sign (proven->line, find_secret (&proven->line->from));
    geo_trust_line_hash (proven->line, &proven->entry->subject);
  }
  if (proven->certificate != NULL) {
    GeoCertificate *certificate = proven->certificate;

    if (certificate->order != NULL) {
      geo_order_sign (certificate->order,
                      find_secret (&certificate->order->from));
      geo_order_hash (certificate->order, &certificate->contract->order);
    }
    geo_contract_hash (certificate->contract, &proven->entry->subject);
    for (guint i = 0; i < certificate->votes->len; i++) {
      GeoVote *vote = g_ptr_array_index (certificate->votes, i);

      vote->contract = proven->entry->subject;
      geo_vote_sign (vote, find_secret (&vote->voter));
    }
  }
  geo_entry_sign (proven->entry, sample->secret);
}

/* The same words from people whose keys we have. */
static gchar *
sign_anew (Parts *parts) {
  GeoPid *pid = &parts->community->community;
  g_autofree gchar *community = NULL;
  g_autofree gchar *self = NULL;
  g_autofree gchar *record = NULL;
  g_autofree gchar *body = NULL;
  gsize len;

  geo_secret_get_pid (sample->secret, pid);
  geo_secret_get_public (sample->secret, &parts->community->key);
  geo_community_sign (parts->community, sample->secret);
  parts->self->community = *pid;
  parts->self->pid = sample->people[0].pid;
  geo_secret_get_public (sample->people[0].secret, &parts->self->key);
  geo_participant_sign (parts->self, sample->people[0].secret);
  if (parts->body->entry != NULL)
    sign_entry (parts->body->entry, pid);
  if (parts->body->refusal != NULL) {
    parts->body->refusal->community = *pid;
    geo_refusal_sign (parts->body->refusal,
                      find_secret (&parts->body->refusal->voter));
  }
  body = geo_record_body_to_text (parts->body, &len);
  geo_hash_of (body, len, &parts->record->body);
  parts->record->community = *pid;
  parts->record->participant = parts->self->pid;
  geo_record_sign (parts->record, sample->people[0].secret);

  community = geo_community_to_text (parts->community, NULL);
  self = geo_participant_to_text (parts->self, NULL);
  record = geo_record_to_text (parts->record, NULL);
  return g_strdup_printf ("{\"body\":%s,\"community\":%s,"
                          "\"kind\":\"geo-receipt\","
                          "\"record\":%s,\"self\":%s,\"v\":1}",
                          body, community, record, self);
}

static void
verify (const gchar *text, gsize len) {
  g_autoptr (GError) error = NULL;
  g_autofree gchar *sentence = geo_receipt_verify (text, len, &error);

  fuzz_check_outcome (sentence != NULL, error);
  g_assert_true (sentence == NULL ||
                 (*sentence != '\0' && g_utf8_validate (sentence, -1, NULL)));
}

int
LLVMFuzzerInitialize (int *argc, char ***argv) {
  sample = sample_new (3);
  return 0;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size) {
  g_auto (Parts) parts = { 0 };

  verify ((const gchar *) data, size);
  if (read_parts ((const gchar *) data, size, &parts)) {
    g_autofree gchar *forged = sign_anew (&parts);

    verify (forged, strlen (forged));
  }
  return 0;
}
