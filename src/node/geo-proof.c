/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The table of files that prove something, and those of them that are not
 * receipts.  It believes nothing that the file does not show, and asks nobody;
 * who the community is it cannot know.
 */
#include "config.h"

#include "node/geo-proof.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "core/geo-contract.h"
#include "core/geo-json.h"
#include "core/geo-letter.h"
#include "core/geo-link.h"
#include "node/geo-backup-private.h"
#include "node/geo-node.h"
#include "node/geo-phrases.h"
#include "store/geo-journal.h"

#define JOURNAL_HEAD "SQLite format 3"
/* A document in memory; a statement is read line by line. */
#define TEXT_SIZE_MAX GEO_JSON_SYNC_SIZE_MAX

void
geo_proof_clear (GeoProof *proof) {
  g_clear_pointer (&proof->sentence, g_free);
}

static gboolean
fail (GError **error, const gchar *sentence) {
  g_set_error_literal (error, GEO_CORE_ERROR, GEO_CORE_ERROR_PROOF, sentence);
  return FALSE;
}

/* Takes why, which is for programmers and in no other language. */
static gboolean
fail_part (GError **error, GError *why, const gchar *part) {
  g_autoptr (GError) inner = why;

  g_debug ("proof: %s", inner->message);
  return fail (error, part);
}

static JsonArray *
get_array (JsonObject *object, const gchar *name) {
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_ARRAY (node)
             ? json_node_get_array (node)
             : NULL;
}

/* What was written is canonical: nothing in a file says nothing.  otherwise is
 * said of what is no JSON. */
static JsonNode *
parse_canonical (const gchar *text,
                 gsize len,
                 const gchar *otherwise,
                 GError **error) {
  GError *why = NULL;
  g_autoptr (JsonNode) root = geo_json_parse (text, len, TEXT_SIZE_MAX, &why);
  g_autofree gchar *again = NULL;
  gsize again_len;

  if (root != NULL)
    again = geo_json_canonical (root, &again_len, &why);
  if (again == NULL) {
    fail_part (error, why, otherwise);
    return NULL;
  }
  if (again_len != len || memcmp (again, text, len) != 0) {
    fail (error, _ ("It is not written as it was signed."));
    return NULL;
  }
  return g_steal_pointer (&root);
}

static gboolean
check_community (JsonObject *object, GeoCommunity **out, GError **error) {
  JsonNode *node = geo_json_get_object (object, "community");
  GError *why = NULL;

  if (node == NULL)
    return fail (error, _ ("What it says about the community is missing."));
  *out = geo_community_from_json (node, &why);
  if (*out == NULL || !geo_community_check (*out, &why))
    return fail_part (error, why,
                      _ ("What it says about the community does not hold."));
  return TRUE;
}

static gboolean
check_person (JsonObject *object,
              const gchar *name,
              const GeoCommunity *community,
              GeoParticipant **out,
              GError **error) {
  JsonNode *node = geo_json_get_object (object, name);
  GError *why = NULL;

  if (node == NULL)
    return fail (error,
                 _ ("What it says about somebody named in it is missing."));
  *out = geo_participant_from_json (node, &why);
  if (*out == NULL ||
      !geo_participant_check (*out, &community->community, &why))
    return fail_part (
        error, why,
        _ ("What it says about somebody named in it does not hold."));
  return TRUE;
}

/* --- Receipts --------------------------------------------------------------
 */

static gboolean
verify_receipt (JsonObject *object,
                const gchar *text,
                gsize len,
                GeoProof *out,
                GError **error) {
  out->sentence = geo_receipt_verify (text, len, error);
  return out->sentence != NULL;
}

/* --- Checkpoints ----------------------------------------------------------- */

typedef struct {
  const GeoParticipant *creditor;
  const GeoParticipant *debtor;
} Pair;

static gboolean
lookup_cb (const GeoPid *pid, GeoKeyChain *out, gpointer user_data) {
  const Pair *pair = user_data;
  const GeoParticipant *person = NULL;

  if (geo_pid_equal (pid, &pair->creditor->pid))
    person = pair->creditor;
  else if (geo_pid_equal (pid, &pair->debtor->pid))
    person = pair->debtor;
  if (person == NULL)
    return FALSE;
  geo_key_chain_of (person, out);
  return TRUE;
}

static gboolean
verify_checkpoint (JsonObject *object,
                   const gchar *text,
                   gsize len,
                   GeoProof *out,
                   GError **error) {
  g_autoptr (GeoCommunity) community = NULL;
  g_autoptr (GeoParticipant) creditor = NULL;
  g_autoptr (GeoParticipant) debtor = NULL;
  g_autoptr (GeoLetter) letter = geo_letter_new ();
  g_autofree gchar *amount = NULL;
  g_autofree gchar *when = NULL;
  JsonArray *responses = get_array (object, "responses");
  JsonNode *node = geo_json_get_object (object, "checkpoint");
  GeoRequestFacts facts;
  GError *why = NULL;
  Pair pair;

  if (!check_community (object, &community, error) ||
      !check_person (object, "creditor", community, &creditor, error) ||
      !check_person (object, "debtor", community, &debtor, error))
    return FALSE;
  letter->checkpoint = node != NULL ? geo_checkpoint_from_json (node, &why)
                                    : NULL;
  if (letter->checkpoint == NULL || responses == NULL ||
      json_array_get_length (responses) != 2 ||
      json_object_get_size (object) != 7) {
    g_clear_error (&why);
    return fail (error, _ ("What both agreed to is missing."));
  }
  for (guint i = 0; i < 2; i++) {
    GeoResponse *response = geo_response_from_json (
        json_array_get_element (responses, i), &why);

    if (response == NULL)
      return fail_part (error, why, _ ("A signature in it does not hold."));
    g_ptr_array_add (letter->responses, response);
  }
  if (!geo_pid_equal (&letter->checkpoint->creditor, &creditor->pid) ||
      !geo_pid_equal (&letter->checkpoint->debtor, &debtor->pid))
    return fail (error, _ ("It is about other people than it names."));
  /* The writer of such a letter is who agreed last. */
  letter->person = geo_participant_copy (
      geo_pid_equal (&((GeoResponse *) g_ptr_array_index (letter->responses,
                                                          1))
                          ->participant,
                     &creditor->pid)
          ? creditor
          : debtor);
  pair.creditor = creditor;
  pair.debtor = debtor;
  if (!geo_letter_check (letter, &community->community, lookup_cb, &pair,
                         &facts, &why))
    return fail_part (error, why, _ ("A signature in it does not hold."));
  when = geo_phrase_date_time (letter->checkpoint->at);
  if (geo_amount_cmp (letter->checkpoint->amount.amount, GEO_AMOUNT_ZERO) ==
      0) {
    out->sentence = g_strdup_printf (
        /* Translators: two names, equivalent, date and time, community. */
        _ ("%s and %s both signed that neither owes the other anything in %s "
           "on %s, in %s."),
        creditor->name, debtor->name, letter->checkpoint->equivalent, when,
        community->name);
    return TRUE;
  }
  amount = geo_phrase_amount (letter->checkpoint->amount.amount,
                              letter->checkpoint->amount.decimals,
                              letter->checkpoint->equivalent);
  out->sentence = g_strdup_printf (
      /* Translators: two names, amount, date and time, community. */
      _ ("%s and %s both signed that the second owes the first %s on %s, in "
         "%s."),
      creditor->name, debtor->name, amount, when, community->name);
  return TRUE;
}

/* --- Statements ------------------------------------------------------------ */

/* What the records say moved, by peer and equivalent. */
typedef struct {
  GeoCommunity *community;
  GeoParticipant *self;
  GeoStatement *statement;
  GHashTable *moved; /* "pid equivalent" → gint64 */
  GChecksum *checksum;
  gint64 records;
  gint64 last; /* Their numbers grow. */
} Check;

static void
check_clear (Check *check) {
  geo_community_free (check->community);
  geo_participant_free (check->self);
  geo_statement_free (check->statement);
  g_clear_pointer (&check->moved, g_hash_table_unref);
  g_clear_pointer (&check->checksum, g_checksum_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Check, check_clear)

static gchar *
key_of (const GeoPid *peer, const gchar *equivalent) {
  g_autofree gchar *pid = geo_pid_to_string (peer);

  return g_strdup_printf ("%s %s", pid, equivalent);
}

static gboolean
read_statement (JsonObject *object, Check *check, GError **error) {
  JsonNode *node = geo_json_get_object (object, "statement");
  GError *why = NULL;
  GeoKeyChain keys;

  if (!check_community (object, &check->community, error) ||
      !check_person (object, "self", check->community, &check->self, error))
    return FALSE;
  if (node == NULL || json_object_get_size (object) != 5)
    return fail (error, _ ("The statement itself is missing."));
  check->statement = geo_statement_from_json (node, &why);
  if (check->statement == NULL)
    return fail_part (error, why, _ ("The statement itself does not hold."));
  if (!geo_pid_equal (&check->statement->community,
                      &check->community->community) ||
      !geo_pid_equal (&check->statement->participant, &check->self->pid))
    return fail (error, _ ("The statement is somebody else's."));
  geo_key_chain_of (check->self, &keys);
  if (!geo_key_chain_check_statement (&keys, check->statement, &why))
    return fail_part (error, why, _ ("The owner's signature does not hold."));
  check->moved = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                        g_free);
  check->checksum = g_checksum_new (G_CHECKSUM_SHA256);
  return TRUE;
}

static gboolean
add_hop (Check *check, const GeoHop *hop) {
  const GeoStatement *statement = check->statement;
  gboolean to_us = geo_pid_equal (&hop->to, &check->self->pid);
  const GeoPid *peer = to_us ? &hop->from : &hop->to;
  gint64 amount = to_us ? hop->amount.amount.minor : -hop->amount.amount.minor;
  gchar *key;
  gint64 *sum;

  if (statement->has_peer && !geo_pid_equal (&statement->peer, peer))
    return TRUE;
  key = key_of (peer, hop->equivalent);
  sum = g_hash_table_lookup (check->moved, key);
  if (sum == NULL) {
    sum = g_new0 (gint64, 1);
    g_hash_table_insert (check->moved, g_strdup (key), sum);
  }
  g_free (key);
  return !__builtin_add_overflow (*sum, amount, sum);
}

/* A record is a receipt without who is who. */
static gboolean
check_record (Check *check, const gchar *line, gsize len, GError **error) {
  const GeoStatement *statement = check->statement;
  const gchar *otherwise = _ ("This is no record.");
  g_autoptr (JsonNode) root = parse_canonical (line, len, otherwise, error);
  g_autoptr (GeoRecord) record = NULL;
  g_autoptr (GeoRecordBody) body = NULL;
  g_autoptr (GString) receipt = NULL;
  g_autofree gchar *sentence = NULL;
  g_autofree gchar *body_text = NULL;
  g_autofree gchar *record_text = NULL;
  JsonObject *object;
  const GeoContract *contract;
  GError *why = NULL;
  GeoHash hash;

  if (root == NULL)
    return FALSE;
  if (!JSON_NODE_HOLDS_OBJECT (root) ||
      json_object_get_size (object = json_node_get_object (root)) != 2 ||
      geo_json_get_object (object, "record") == NULL ||
      geo_json_get_object (object, "body") == NULL)
    return fail (error, otherwise);
  record = geo_record_from_json (geo_json_get_object (object, "record"), &why);
  if (record != NULL)
    body = geo_record_body_from_json (geo_json_get_object (object, "body"),
                                      &why);
  if (body == NULL)
    return fail_part (error, why, otherwise);
  body_text = geo_record_body_to_text (body, NULL);
  record_text = geo_record_to_text (record, NULL);
  receipt = g_string_new ("{\"body\":");
  g_string_append (receipt, body_text);
  g_string_append (receipt, ",\"community\":");
  geo_community_append (check->community, receipt);
  g_string_append (receipt, ",\"kind\":\"geo-receipt\",\"record\":");
  g_string_append (receipt, record_text);
  g_string_append (receipt, ",\"self\":");
  geo_participant_append (check->self, receipt);
  g_string_append (receipt, ",\"v\":1}");
  sentence = geo_receipt_verify (receipt->str, receipt->len, error);
  if (sentence == NULL)
    return FALSE;

  if (record->sequence <= check->last || body->entry == NULL ||
      body->entry->certificate == NULL)
    return fail (error, _ ("It does not belong into this statement."));
  contract = body->entry->certificate->contract;
  if (body->entry->entry->at < statement->from ||
      body->entry->entry->at >= statement->to ||
      (statement->equivalent != NULL &&
       !g_str_equal (statement->equivalent, contract->equivalent)))
    return fail (error, _ ("It does not belong into this statement."));
  for (guint i = 0; i < body->entry->hops->len; i++) {
    const GeoProvenHop *proven = g_ptr_array_index (body->entry->hops, i);

    if (!add_hop (check, proven->hop))
      return fail (error, _ ("Its amounts do not fit a number."));
  }
  check->last = record->sequence;
  geo_record_hash (record, &hash);
  g_checksum_update (check->checksum, hash.bytes, GEO_HASH_LEN);
  check->records++;
  return TRUE;
}

/* At both ends, and what moved between them. */
static gboolean
check_balances (Check *check, GError **error) {
  const GeoStatement *statement = check->statement;
  GeoHash hash;
  gsize len = GEO_HASH_LEN;

  g_checksum_get_digest (check->checksum, hash.bytes, &len);
  if (check->records != statement->records ||
      !geo_hash_equal (&hash, &statement->records_hash))
    return fail (error, _ ("Records of the statement are missing, or others "
                           "than were signed."));
  for (guint i = 0; i < statement->balances->len; i++) {
    const GeoStatementBalance *item = g_ptr_array_index (statement->balances,
                                                         i);
    g_autofree gchar *key = key_of (&item->peer, item->equivalent);
    const gint64 *moved = g_hash_table_lookup (check->moved, key);
    gint64 opening = (item->has_opening_claim
                          ? item->opening_claim.amount.minor
                          : 0) -
                     (item->has_opening_debt ? item->opening_debt.amount.minor
                                             : 0);
    gint64 closing = (item->has_closing_claim
                          ? item->closing_claim.amount.minor
                          : 0) -
                     (item->has_closing_debt ? item->closing_debt.amount.minor
                                             : 0);

    if ((item->has_opening_claim && item->has_opening_debt) ||
        (item->has_closing_claim && item->has_closing_debt) ||
        closing - opening != (moved != NULL ? *moved : 0))
      return fail (error, _ ("The records do not lead from the balance at the "
                             "beginning to the one at the end."));
    g_hash_table_remove (check->moved, key);
  }
  if (g_hash_table_size (check->moved) > 0)
    return fail (error, _ ("The records do not lead from the balance at the "
                           "beginning to the one at the end."));
  return TRUE;
}

static void
say_statement (const Check *check, GeoProof *out) {
  g_autofree gchar *from = geo_phrase_date_time (check->statement->from);
  g_autofree gchar *to = geo_phrase_date_time (check->statement->to);
  g_autofree gchar *count = g_strdup_printf ("%" G_GINT64_FORMAT,
                                             check->records);

  if (check->statement->from <= 0) {
    out->sentence = g_strdup_printf (
        /* Translators: a name, community, a date and time, a number. */
        _ ("Statement of %s in %s from the beginning to %s: %s records with "
           "all signatures, and the balances that follow from them."),
        check->self->name, check->community->name, to, count);
    return;
  }
  out->sentence = g_strdup_printf (
      /* Translators: a name, community, two dates and times, a number. */
      _ ("Statement of %s in %s from %s to %s: %s records with all "
         "signatures, and the balances that follow from them."),
      check->self->name, check->community->name, from, to, count);
}

/* Lines: the next one, without its end; NULL at the end. */
typedef gchar *(*NextLine) (gpointer source, gsize *len, GError **error);

static gboolean
verify_lines (JsonObject *head,
              NextLine next,
              gpointer source,
              GeoProof *out,
              GError **error) {
  g_auto (Check) check = { NULL };

  if (!read_statement (head, &check, error))
    return FALSE;
  for (;;) {
    g_autofree gchar *line = NULL;
    GError *why = NULL;
    gsize len;

    line = next (source, &len, &why);
    if (why != NULL) {
      g_propagate_error (error, why);
      return FALSE;
    }
    if (line == NULL)
      break;
    if (!check_record (&check, line, len, &why)) {
      g_autofree gchar *number = g_strdup_printf ("%" G_GINT64_FORMAT,
                                                  check.records + 1);

      g_set_error (error, GEO_CORE_ERROR, GEO_CORE_ERROR_PROOF,
                   /* Translators: a number, and a sentence that says why. */
                   _ ("Record %s of the statement does not hold: %s"), number,
                   why->message);
      g_error_free (why);
      return FALSE;
    }
    out->records = check.records;
  }
  if (!check_balances (&check, error))
    return FALSE;
  say_statement (&check, out);
  return TRUE;
}

typedef struct {
  const gchar *at;
  const gchar *end;
} Text;

static gchar *
next_of_text (gpointer source, gsize *len, GError **error) {
  Text *text = source;
  const gchar *end;
  gchar *line;

  if (text->at == text->end)
    return NULL;
  end = memchr (text->at, '\n', (gsize) (text->end - text->at));
  *len = (gsize) ((end != NULL ? end : text->end) - text->at);
  line = g_strndup (text->at, *len);
  text->at = end != NULL ? end + 1 : text->end;
  return line;
}

static gchar *
next_of_stream (gpointer source, gsize *len, GError **error) {
  return g_data_input_stream_read_line (source, len, NULL, error);
}

static gboolean
verify_statement (JsonObject *object,
                  const gchar *text,
                  gsize len,
                  GeoProof *out,
                  GError **error) {
  Text rest = { text, text + len };
  gsize head;

  g_free (next_of_text (&rest, &head, NULL));
  return verify_lines (object, next_of_text, &rest, out, error);
}

/* --- Requests --------------------------------------------------------------- */

static gboolean
verify_link (const gchar *text, GeoProof *out, GError **error) {
  g_autoptr (GError) failure = NULL;
  g_autoptr (GeoLink) link = geo_link_parse (text, &failure);
  g_autofree gchar *amount = NULL;
  g_autofree gchar *pid = NULL;
  GeoPid owner;

  if (link == NULL)
    return fail (error, geo_phrase_wrong_link (failure));
  out->kind = "request";
  if (link->invoice == NULL)
    return fail (error, _ ("Nobody signed this link, so it proves nothing."));
  geo_pid_from_key (&link->invoice_key, &owner);
  if (!geo_pid_equal (&owner, &link->invoice->to))
    return fail (error, _ ("This link alone does not show that its payee "
                           "signed it: they use another key by now."));
  pid = geo_pid_to_string (&owner);
  amount = link->invoice->has_amount
               ? geo_phrase_amount (link->invoice->amount.amount,
                                    link->invoice->amount.decimals,
                                    link->invoice->equivalent)
               : g_strdup (link->invoice->equivalent);
  out->sentence = g_strdup_printf (
      /* Translators: an identifier (PID), and an amount or an equivalent. */
      _ ("%s signed this request to be paid: %s."), pid, amount);
  return TRUE;
}

/* §8, §9. */
static gboolean
verify_evidence (JsonObject *object,
                 const gchar *text,
                 gsize len,
                 GeoProof *out,
                 GError **error) {
  out->sentence = geo_evidence_verify (text, len, error);
  return out->sentence != NULL;
}

/* --- All of them ------------------------------------------------------------ */

/* One kind of document is one row. */
static const struct {
  const gchar *kind; /* As the file says. */
  const gchar *name; /* As people do. */
  gboolean lines; /* The first line is the document, the rest follows. */
  gboolean (*verify) (JsonObject *object,
                      const gchar *text,
                      gsize len,
                      GeoProof *out,
                      GError **error);
} documents[] = {
  { "geo-receipt", "receipt", FALSE, verify_receipt },
  { "geo-statement", "statement", TRUE, verify_statement },
  { "geo-checkpoint", "checkpoint", FALSE, verify_checkpoint },
  { "geo-evidence", "evidence", FALSE, verify_evidence },
};

static gint
find_document (JsonObject *object) {
  const gchar *kind = geo_json_get_text (object, "kind");

  for (guint i = 0; i < G_N_ELEMENTS (documents); i++) {
    if (g_strcmp0 (kind, documents[i].kind) == 0)
      return (gint) i;
  }
  return -1;
}

static gboolean
is_version (JsonObject *object) {
  JsonNode *version = json_object_get_member (object, "v");

  return version != NULL && JSON_NODE_HOLDS_VALUE (version) &&
         json_node_get_value_type (version) == G_TYPE_INT64 &&
         json_node_get_int (version) == 1;
}

/* The document, or the first line of one; −1 and an error. */
static gint
open_document (const gchar *text,
               gsize len,
               JsonNode **root,
               GeoProof *out,
               GError **error) {
  gint found;

  *root = parse_canonical (text, len,
                           _ ("This is nothing that can be checked."), error);
  if (*root == NULL)
    return -1;
  found = JSON_NODE_HOLDS_OBJECT (*root)
              ? find_document (json_node_get_object (*root))
              : -1;
  if (found < 0) {
    fail (error, _ ("This is nothing that can be checked."));
    return -1;
  }
  out->kind = documents[found].name;
  if (!is_version (json_node_get_object (*root))) {
    fail (error, _ ("This was made by a newer version. Update first."));
    return -1;
  }
  return found;
}

gboolean
geo_proof_verify_text (const gchar *text,
                       gsize len,
                       GeoProof *out,
                       GError **error) {
  g_autoptr (JsonNode) root = NULL;
  const gchar *end;
  gsize head;
  gint found;

  *out = (GeoProof){ NULL };
  /* The end of the last line is no part of the document. */
  if (len > 0 && text[len - 1] == '\n')
    len--;
  if (len >= 4 && g_ascii_strncasecmp (text, "geo:", 4) == 0) {
    g_autofree gchar *link = g_strndup (text, len);

    return verify_link (link, out, error);
  }
  end = memchr (text, '\n', len);
  head = end != NULL ? (gsize) (end - text) : len;
  found = open_document (text, head, &root, out, error);
  if (found < 0)
    return FALSE;
  if (end != NULL && !documents[found].lines)
    return fail (error, _ ("Something follows that does not belong to it."));
  return documents[found].verify (json_node_get_object (root), text, len, out,
                                  error);
}

static gboolean
verify_journal (const gchar *path, GeoProof *out, GError **error) {
  g_autoptr (GeoJournal) journal = NULL;
  g_autofree gchar *count = NULL;

  out->kind = "journal";
  journal = geo_journal_open (path, TRUE, error);
  if (journal == NULL ||
      !geo_journal_verify (journal, NULL, NULL, &out->records, error))
    return FALSE;
  count = g_strdup_printf ("%" G_GINT64_FORMAT, out->records);
  out->sentence = g_strdup_printf (
      g_dngettext (GETTEXT_PACKAGE, "The journal holds: %s record.",
                   "The journal holds: %s records.", (gulong) out->records),
      count);
  return TRUE;
}

/* --- Backups --------------------------------------------------------------- */

static gboolean
verify_shape (const gchar *path, GeoProof *out, GError **error) {
  out->kind = "backup";
  if (!geo_backup_check_shape (path, error))
    return FALSE;
  out->is_closed = TRUE;
  out->sentence =
      g_strdup (_ ("This is a backup, and its length fits. What is in it can "
                   "be checked only where its owner’s key is."));
  return TRUE;
}

gboolean
geo_proof_is_backup (const gchar *path) {
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) in = g_file_read (file, NULL, NULL);
  guint8 head[8];
  gsize len = 0;

  return in != NULL &&
         g_input_stream_read_all (G_INPUT_STREAM (in), head, sizeof head, &len,
                                  NULL, NULL) &&
         geo_backup_is_one (head, len);
}

gboolean
geo_proof_verify_backup (const gchar *path,
                         GeoProfile *profile,
                         GeoProof *out,
                         GError **error) {
  g_autofree gchar *name = NULL;
  g_autofree gchar *count = NULL;

  *out = (GeoProof){ .kind = "backup" };
  if (!geo_backup_verify (path, geo_profile_get_folder (profile),
                          geo_profile_get_secret (profile), &name,
                          &out->records, error))
    return FALSE;
  count = g_strdup_printf ("%" G_GINT64_FORMAT, out->records);
  out->sentence = g_strdup_printf (
      /* Translators: the name of a person, and a number. */
      g_dngettext (GETTEXT_PACKAGE, "The backup of %s holds: %s record.",
                   "The backup of %s holds: %s records.",
                   (gulong) out->records),
      name, count);
  return TRUE;
}

/* --- Any file -------------------------------------------------------------- */

gboolean
geo_proof_verify (const gchar *path, GeoProof *out, GError **error) {
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) stream = NULL;
  g_autoptr (GDataInputStream) lines = NULL;
  g_autoptr (JsonNode) root = NULL;
  g_autofree gchar *head = NULL;
  g_autofree gchar *rest = NULL;
  GError *why = NULL;
  gsize rest_len;
  gsize len;
  gint found;

  *out = (GeoProof){ NULL };
  stream = g_file_read (file, NULL, error);
  if (stream == NULL)
    return FALSE;
  lines = g_data_input_stream_new (G_INPUT_STREAM (stream));
  g_data_input_stream_set_newline_type (lines,
                                        G_DATA_STREAM_NEWLINE_TYPE_LF);
  if (g_buffered_input_stream_fill (G_BUFFERED_INPUT_STREAM (lines), 64, NULL,
                                    error) < 0)
    return FALSE;
  {
    gsize available;
    const void *begin = g_buffered_input_stream_peek_buffer (
        G_BUFFERED_INPUT_STREAM (lines), &available);

    if (available >= sizeof JOURNAL_HEAD &&
        memcmp (begin, JOURNAL_HEAD, sizeof JOURNAL_HEAD) == 0)
      return verify_journal (path, out, error);
    if (geo_backup_is_one (begin, available))
      return verify_shape (path, out, error);
  }
  head = g_data_input_stream_read_line (lines, &len, NULL, &why);
  if (why != NULL) {
    g_propagate_error (error, why);
    return FALSE;
  }
  if (head == NULL)
    return fail (error, _ ("This is nothing that can be checked."));
  if (len >= 4 && g_ascii_strncasecmp (head, "geo:", 4) == 0)
    return verify_link (head, out, error);
  found = open_document (head, len, &root, out, error);
  if (found < 0)
    return FALSE;
  if (documents[found].lines)
    return verify_lines (json_node_get_object (root), next_of_stream, lines,
                         out, error);
  rest = next_of_stream (lines, &rest_len, NULL);
  if (rest != NULL)
    return fail (error, _ ("Something follows that does not belong to it."));
  return documents[found].verify (json_node_get_object (root), head,
                                  len, out, error);
}
