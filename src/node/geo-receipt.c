/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A receipt, checked with nothing but its own text: that it proves what it
 * says.  Who the community is, and that the hub kept no other journal, it
 * cannot show; it reads no disk and asks nobody.
 */
#include "config.h"

#include "node/geo-node.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "core/geo-contract.h"
#include "core/geo-evidence.h"
#include "core/geo-json.h"
#include "core/geo-messages.h"
#include "core/geo-rest-object.h"
#include "node/geo-items-private.h"
#include "node/geo-phrases.h"

#define RECEIPT_KIND "geo-receipt"

typedef struct {
  GeoCommunity *community;
  GeoParticipant *self;
  GeoRecord *record;
  GeoRecordBody *body;
  GeoTreeHead *head; /* §9: NULL where it was not seen in the log yet. */
  GeoLeafProof *leaf;
} Receipt;

static void
receipt_clear (Receipt *receipt) {
  geo_community_free (receipt->community);
  geo_participant_free (receipt->self);
  geo_record_free (receipt->record);
  geo_record_body_free (receipt->body);
  geo_tree_head_free (receipt->head);
  geo_leaf_proof_free (receipt->leaf);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Receipt, receipt_clear)

static gboolean
fail (GError **error, GeoCoreError code, const gchar *message) {
  g_set_error_literal (error, GEO_CORE_ERROR, (gint) code, message);
  return FALSE;
}

/* Takes failure, which is for programmers and in no other language: part is a
 * sentence. */
static gboolean
fail_part (GError **error, GError *failure, const gchar *part) {
  g_debug ("receipt: %s", failure->message);
  g_set_error_literal (error, GEO_CORE_ERROR,
                       failure->domain == GEO_CORE_ERROR
                           ? failure->code
                           : (gint) GEO_CORE_ERROR_PROOF,
                       part);
  g_error_free (failure);
  return FALSE;
}

/* --- Reading ------------------------------------------------------------ */

/* Both or neither. */
static gboolean
read_log_proof (JsonObject *object, Receipt *out, GError **error) {
  gboolean is_there = json_object_has_member (object, "head") ||
                      json_object_has_member (object, "leaf");
  JsonNode *head = geo_json_get_object (object, "head");
  JsonNode *leaf = geo_json_get_object (object, "leaf");

  if (!is_there)
    return TRUE;
  if (head == NULL || leaf == NULL) {
    g_set_error_literal (error, GEO_CORE_ERROR, GEO_CORE_ERROR_FIELD,
                         "head, leaf");
    return FALSE;
  }
  return (out->head = geo_tree_head_from_json (head, error)) != NULL &&
         (out->leaf = geo_leaf_proof_from_json (leaf, error)) != NULL;
}

static gboolean
read_receipt (const gchar *text, gsize len, Receipt *out, GError **error) {
  g_autoptr (JsonNode) root = NULL;
  GError *failure = NULL;
  JsonObject *object;
  JsonNode *kind;
  JsonNode *version;
  JsonNode *community;
  JsonNode *self;
  JsonNode *record;
  JsonNode *body;

  root = geo_json_parse (text, len, GEO_JSON_SYNC_SIZE_MAX, &failure);
  if (root == NULL)
    return fail_part (error, failure, _ ("This is not a receipt."));
  if (!JSON_NODE_HOLDS_OBJECT (root))
    return fail (error, GEO_CORE_ERROR_FIELD, _ ("This is not a receipt."));
  object = json_node_get_object (root);

  kind = json_object_get_member (object, "kind");
  version = json_object_get_member (object, "v");
  community = geo_json_get_object (object, "community");
  self = geo_json_get_object (object, "self");
  record = geo_json_get_object (object, "record");
  body = geo_json_get_object (object, "body");
  if (kind == NULL || !JSON_NODE_HOLDS_VALUE (kind) ||
      g_strcmp0 (json_node_get_string (kind), RECEIPT_KIND) != 0 ||
      version == NULL || !JSON_NODE_HOLDS_VALUE (version) ||
      community == NULL || self == NULL || record == NULL || body == NULL)
    return fail (error, GEO_CORE_ERROR_FIELD, _ ("This is not a receipt."));
  if (json_node_get_value_type (version) != G_TYPE_INT64 ||
      json_node_get_int (version) != 1)
    return fail (error, GEO_CORE_ERROR_VERSION,
                 _ ("This receipt was made by a newer version. Update first."));

  out->community = geo_community_from_json (community, &failure);
  if (out->community != NULL)
    out->self = geo_participant_from_json (self, &failure);
  if (out->self != NULL)
    out->record = geo_record_from_json (record, &failure);
  if (out->record != NULL)
    out->body = geo_record_body_from_json (body, &failure);
  if (out->body == NULL || !read_log_proof (object, out, &failure))
    return fail_part (error, failure, _ ("A part of this receipt is damaged."));
  return TRUE;
}

/* --- Checking ----------------------------------------------------------- */

/* Whose receipt it is, and that they wrote exactly this down. */
static gboolean
check_frame (const Receipt *receipt, GError **error) {
  g_autofree gchar *body = NULL;
  GError *failure = NULL;
  GeoKeyChain keys;
  GeoHash hash;
  gsize len;

  if (!geo_community_check (receipt->community, &failure))
    return fail_part (error, failure,
                      _ ("What it says about the community does not hold."));
  if (!geo_participant_check (receipt->self, &receipt->community->community,
                              &failure))
    return fail_part (error, failure,
                      _ ("What it says about its owner does not hold."));
  if (!geo_pid_equal (&receipt->record->community,
                      &receipt->community->community) ||
      !geo_pid_equal (&receipt->record->participant, &receipt->self->pid))
    return fail (error, GEO_CORE_ERROR_PROOF,
                 _ ("The record is somebody else's than the receipt's owner."));
  geo_key_chain_of (receipt->self, &keys);
  if (!geo_key_chain_check_record (&keys, receipt->record, &failure))
    return fail_part (error, failure,
                      _ ("The owner's signature does not hold."));

  body = geo_record_body_to_text (receipt->body, &len);
  geo_hash_of (body, len, &hash);
  if (!geo_hash_equal (&hash, &receipt->record->body))
    return fail (error, GEO_CORE_ERROR_PROOF,
                 _ ("The content is not what its owner signed."));
  return TRUE;
}

typedef struct {
  const Receipt *receipt;
  GPtrArray *people; /* Borrowed; NULL where nobody is named. */
} Names;

static const GeoParticipant *
find_person (const Names *names, const GeoPid *pid) {
  if (geo_pid_equal (pid, &names->receipt->self->pid))
    return names->receipt->self;
  for (guint i = 0; names->people != NULL && i < names->people->len; i++) {
    const GeoParticipant *person = g_ptr_array_index (names->people, i);

    if (geo_pid_equal (pid, &person->pid))
      return person;
  }
  return NULL;
}

static gboolean
lookup_cb (const GeoPid *pid, GeoKeyChain *out, gpointer user_data) {
  const Names *names = user_data;
  const GeoCommunity *community = names->receipt->community;
  const GeoParticipant *person;

  if (geo_pid_equal (pid, &community->community)) {
    geo_key_chain_of_key (&community->key, out);
    return TRUE;
  }
  person = find_person (names, pid);
  if (person == NULL)
    return FALSE;
  geo_key_chain_of (person, out);
  return TRUE;
}

/* A name, or a shortened PID. */
static gchar *
name_of (const Names *names, const GeoPid *pid) {
  const GeoParticipant *person = find_person (names, pid);

  return person != NULL ? g_strdup (person->name) : geo_pid_shorten (pid);
}

/* A participant speaks for itself: nobody's name or key is taken on trust. */
static gboolean
check_people (const Names *names, GError **error) {
  for (guint i = 0; names->people != NULL && i < names->people->len; i++) {
    GError *failure = NULL;

    if (!geo_participant_check (g_ptr_array_index (names->people, i),
                                &names->receipt->community->community,
                                &failure))
      return fail_part (
          error, failure,
          _ ("What it says about somebody named in it does not hold."));
  }
  return TRUE;
}

/* §8: the hub's own word to this participant. */
static gboolean
check_entry (const Receipt *receipt, const GeoEntry *entry, GError **error) {
  GError *failure = NULL;

  if (!geo_pid_equal (&entry->community, &receipt->community->community) ||
      !geo_pid_equal (&entry->participant, &receipt->self->pid))
    return fail (error, GEO_CORE_ERROR_PROOF,
                 _ ("The hub's entry is somebody else's."));
  if (!geo_entry_verify (entry, &receipt->community->key, &failure))
    return fail_part (error, failure,
                      _ ("The community's signature does not hold."));
  return TRUE;
}

/* §9: the hub's log has what its entry tells of. */
static gboolean
check_log (const Receipt *receipt, const GeoEntry *entry, GError **error) {
  GError *failure = NULL;

  if (receipt->head == NULL)
    return TRUE;
  if (!geo_pid_equal (&receipt->head->community,
                      &receipt->community->community))
    return fail (error, GEO_CORE_ERROR_PROOF,
                 _ ("The head of the log is another community's."));
  if (!geo_tree_head_verify (receipt->head, &receipt->community->key, &failure))
    return fail_part (error, failure,
                      _ ("The community's signature does not hold."));
  if (receipt->leaf->sequence != entry->sequence ||
      !geo_leaf_proof_check (receipt->leaf, &entry->subject, receipt->head))
    return fail (error, GEO_CORE_ERROR_PROOF,
                 _ ("The hub's log does not have it where it says."));
  return TRUE;
}

static gboolean
check_hops (const Receipt *receipt,
            const GeoProvenEntry *proven,
            GError **error) {
  const GeoContract *contract = proven->certificate->contract;
  GError *failure = NULL;
  GeoAmount net;
  GeoAmount expected = GEO_AMOUNT_ZERO;

  for (guint i = 0; i < proven->hops->len; i++) {
    if (!geo_contract_check_hop (contract, g_ptr_array_index (proven->hops, i),
                                 &failure))
      return fail_part (error, failure,
                        _ ("A part of its way does not belong to it."));
  }
  if (!geo_hops_net (proven->hops, &receipt->self->pid, &net, &failure))
    return fail_part (error, failure,
                      _ ("A part of its way does not belong to its owner."));

  /* P8: the payer loses the amount, the payee gains it, nobody else anything.
   */
  if (contract->has_payee &&
      geo_pid_equal (&contract->payee, &receipt->self->pid))
    expected = contract->amount.amount;
  else if (contract->has_payer &&
           geo_pid_equal (&contract->payer, &receipt->self->pid))
    expected = GEO_AMOUNT (-contract->amount.amount.minor);
  if (geo_amount_cmp (net, expected) != 0)
    return fail (error, GEO_CORE_ERROR_PROOF,
                 _ ("The parts of its way do not add up to the amount."));
  return TRUE;
}

static gchar *
say_amount (const Receipt *receipt,
            GeoDecimal amount,
            const gchar *code,
            GError **error) {
  const GeoEquivalent *equivalent =
      geo_community_find_equivalent (receipt->community, code);
  GeoAmount value;

  if (equivalent == NULL ||
      !geo_decimal_get (amount, (guint) equivalent->precision, &value, NULL)) {
    fail (error, GEO_CORE_ERROR_PRECISION,
          _ ("The amount is not one this community can count."));
    return NULL;
  }
  return geo_phrase_amount (value, (guint) equivalent->precision, code);
}

static gchar *
verify_payment (const Names *names,
                const GeoProvenEntry *proven,
                GError **error) {
  const Receipt *receipt = names->receipt;
  const GeoContract *contract;
  GError *failure = NULL;
  GeoHash hash;
  g_autofree gchar *payer = NULL;
  g_autofree gchar *payee = NULL;
  g_autofree gchar *amount = NULL;
  g_autofree gchar *when = NULL;

  if (proven->certificate == NULL) {
    fail (error, GEO_CORE_ERROR_PROOF, _ ("The certificate is missing."));
    return NULL;
  }
  contract = proven->certificate->contract;
  if (!geo_certificate_check (proven->certificate, lookup_cb, (gpointer) names,
                              &failure)) {
    fail_part (error, failure, _ ("The certificate does not hold."));
    return NULL;
  }
  geo_contract_hash (contract, &hash);
  if (!geo_hash_equal (&hash, &proven->entry->subject) ||
      !geo_pid_equal (&contract->community, &receipt->community->community)) {
    fail (error, GEO_CORE_ERROR_PROOF,
          _ ("The hub's entry is about another payment."));
    return NULL;
  }
  if (!contract->has_payer || !contract->has_payee) {
    fail (error, GEO_CORE_ERROR_PROOF, _ ("This is not a payment."));
    return NULL;
  }
  if (!check_hops (receipt, proven, error))
    return NULL;

  amount = say_amount (receipt, contract->amount, contract->equivalent, error);
  if (amount == NULL)
    return NULL;
  payer = name_of (names, &contract->payer);
  payee = name_of (names, &contract->payee);
  when = geo_phrase_date_time (proven->entry->at);
  return g_strdup_printf (
      /* Translators: payer, amount, payee, date and time, community. */
      _ ("Paid: %s paid %s to %s on %s; signed by the payer and committed by "
         "%s."),
      payer, amount, payee, when, receipt->community->name);
}

/* §7: what goes around a circle is the same amount everywhere, and changes
 * nobody's balance.  Whether a debt shrank, or was made with what was left of a
 * limit, is not in one receipt. */
static gchar *
verify_clearing (const Names *names,
                 const GeoProvenEntry *proven,
                 GError **error) {
  const Receipt *receipt = names->receipt;
  const GeoContract *contract;
  GError *failure = NULL;
  GeoHash hash;
  g_autofree gchar *amount = NULL;
  g_autofree gchar *when = NULL;

  if (proven->certificate == NULL) {
    fail (error, GEO_CORE_ERROR_PROOF, _ ("The certificate is missing."));
    return NULL;
  }
  contract = proven->certificate->contract;
  if (!geo_certificate_check (proven->certificate, lookup_cb, (gpointer) names,
                              &failure)) {
    fail_part (error, failure, _ ("The certificate does not hold."));
    return NULL;
  }
  geo_contract_hash (contract, &hash);
  if (contract->kind != GEO_CONTRACT_KIND_CLEARING ||
      !geo_hash_equal (&hash, &proven->entry->subject) ||
      !geo_pid_equal (&contract->community, &receipt->community->community)) {
    fail (error, GEO_CORE_ERROR_PROOF,
          _ ("The hub's entry is about something else."));
    return NULL;
  }
  if (!check_hops (receipt, proven, error))
    return NULL;
  amount = say_amount (receipt, contract->amount, contract->equivalent, error);
  if (amount == NULL)
    return NULL;
  when = geo_phrase_date_time (proven->entry->at);
  return g_strdup_printf (
      /* Translators: how many, an amount, date and time, community. */
      g_dngettext (GETTEXT_PACKAGE,
                   "Cleared around a circle of %u person by %s on %s, and "
                   "nobody's balance changed; committed by %s.",
                   "Cleared around a circle of %u people by %s on %s, and "
                   "nobody's balance changed; committed by %s.",
                   (gulong) contract->hops_count),
      (guint) contract->hops_count, amount, when, receipt->community->name);
}

static gchar *
verify_line (const Names *names, const GeoProvenEntry *proven, GError **error) {
  const Receipt *receipt = names->receipt;
  const GeoTrustLine *line = proven->line;
  GeoKeyChain keys;
  GError *failure = NULL;
  GeoHash hash;
  g_autofree gchar *from = NULL;
  g_autofree gchar *to = NULL;
  g_autofree gchar *amount = NULL;
  g_autofree gchar *when = NULL;

  if (line == NULL || !geo_trust_line_check (line, NULL) ||
      !lookup_cb (&line->from, &keys, (gpointer) names)) {
    fail (error, GEO_CORE_ERROR_PROOF, _ ("The trust in it does not hold."));
    return NULL;
  }
  if (!geo_key_chain_check_line (&keys, line, &failure)) {
    fail_part (error, failure,
               _ ("The trusting person's signature does not "
                  "hold."));
    return NULL;
  }
  geo_trust_line_hash (line, &hash);
  if (!geo_hash_equal (&hash, &proven->entry->subject) ||
      !geo_pid_equal (&line->community, &receipt->community->community)) {
    fail (error, GEO_CORE_ERROR_PROOF,
          _ ("The hub's entry is about another trust."));
    return NULL;
  }

  amount = say_amount (receipt, line->limit, line->equivalent, error);
  if (amount == NULL)
    return NULL;
  from = name_of (names, &line->from);
  to = name_of (names, &line->to);
  when = geo_phrase_date_time (proven->entry->at);
  return g_strdup_printf (
      /* Translators: who trusts, whom, amount, date and time, community. */
      _ ("Trust: %s trusts %s up to %s since %s; signed by the one who trusts "
         "and confirmed by %s."),
      from, to, amount, when, receipt->community->name);
}

static gchar *
verify_entry (const Receipt *receipt, GError **error) {
  const GeoProvenEntry *proven = receipt->body->entry;
  Names names = { receipt, NULL };

  if (proven == NULL) {
    fail (error, GEO_CORE_ERROR_PROOF, _ ("The hub's entry is missing."));
    return NULL;
  }
  names.people = proven->people;
  if (!check_people (&names, error) ||
      !check_entry (receipt, proven->entry, error) ||
      !check_log (receipt, proven->entry, error))
    return NULL;
  switch (proven->entry->kind) {
  case GEO_ENTRY_KIND_PAYMENT:
    return verify_payment (&names, proven, error);
  case GEO_ENTRY_KIND_TRUST_LINE:
    return verify_line (&names, proven, error);
  case GEO_ENTRY_KIND_CLEARING:
    return verify_clearing (&names, proven, error);
  }
  fail (error, GEO_CORE_ERROR_VERSION,
        _ ("This receipt was made by a newer version. Update first."));
  return NULL;
}

/* P4: the closer's no to an order makes its commit impossible. */
static gchar *
verify_refused (const Receipt *receipt, GError **error) {
  const GeoRefusal *refusal = receipt->body->refusal;
  const GeoOrder *order = receipt->body->order;
  GError *failure = NULL;
  GeoHash hash;
  g_autofree gchar *when = NULL;
  g_autofree gchar *why = NULL;

  if (refusal == NULL || !refusal->has_order) {
    fail (error, GEO_CORE_ERROR_PROOF, _ ("The hub's refusal is missing."));
    return NULL;
  }
  if (!geo_pid_equal (&refusal->community, &receipt->community->community) ||
      !geo_pid_equal (&refusal->voter, &receipt->community->community)) {
    fail (error, GEO_CORE_ERROR_PROOF,
          _ ("The refusal is not this community's."));
    return NULL;
  }
  if (!geo_refusal_verify (refusal, &receipt->community->key, &failure)) {
    fail_part (error, failure, _ ("The community's signature does not hold."));
    return NULL;
  }
  if (order != NULL) {
    geo_order_hash (order, &hash);
    if (!geo_hash_equal (&hash, &refusal->order)) {
      fail (error, GEO_CORE_ERROR_PROOF,
            _ ("The refusal is about another payment."));
      return NULL;
    }
  }

  when = geo_phrase_date_time (refusal->at);
  why = geo_phrase_refusal (geo_code_to_string (refusal->code), refusal->reason,
                            NULL);
  return g_strdup_printf (
      /* Translators: community, date and time, a sentence that says why. */
      _ ("Not paid: %s refused this payment on %s, and it can never be paid. "
         "%s"),
      receipt->community->name, when, why);
}

gchar *
geo_receipt_verify (const gchar *text, gsize len, GError **error) {
  g_auto (Receipt) receipt = { 0 };

  g_assert (text != NULL);
  if (!read_receipt (text, len, &receipt, error) ||
      !check_frame (&receipt, error))
    return NULL;

  switch (receipt.record->kind) {
  case GEO_RECORD_KIND_ENTRY:
    return verify_entry (&receipt, error);
  case GEO_RECORD_KIND_REFUSED:
    return verify_refused (&receipt, error);
  case GEO_RECORD_KIND_JOINED:
  case GEO_RECORD_KIND_LINE:
  case GEO_RECORD_KIND_ORDER:
  case GEO_RECORD_KIND_VOTE:
  case GEO_RECORD_KIND_REFUSAL:
  case GEO_RECORD_KIND_PERSON:
  case GEO_RECORD_KIND_LETTER:
  case GEO_RECORD_KIND_SENT:
  case GEO_RECORD_KIND_BLOCK:
  case GEO_RECORD_KIND_LOG:
  case GEO_RECORD_KIND_EVIDENCE:
  case GEO_RECORD_KIND_ROTATION:
    break;
  }
  fail (error, GEO_CORE_ERROR_PROOF,
        _ ("This says what its owner did, but proves no payment."));
  return NULL;
}
