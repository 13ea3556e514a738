/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reading and comparing what wallets were shown.  What a file says counts as
 * far as the hub signed it: a wallet that was tampered with can hide something,
 * and accuse nobody.
 */
#include "config.h"

#include "node/geo-heads.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "core/geo-contract.h"
#include "core/geo-error.h"
#include "core/geo-json.h"
#include "core/geo-log-audit.h"
#include "node/geo-node-private.h"
#include "node/geo-profile-private.h"

#define HEADS_KIND "geo-heads"
#define RECEIPT_KIND "geo-receipt"
#define JOURNAL_HEAD "SQLite format 3"
/* The newest of a journal: a line each in a file. */
#define SIGHTS_MAX 20000

struct _GeoHeads {
  GeoCommunity *community;
  GPtrArray *sights; /* GeoLogSight, the earliest first */
};

static GeoHeads *
heads_new (void) {
  GeoHeads *heads = g_new0 (GeoHeads, 1);

  heads->sights =
      g_ptr_array_new_with_free_func ((GDestroyNotify) geo_log_sight_free);
  return heads;
}

void
geo_heads_free (GeoHeads *heads) {
  if (heads == NULL)
    return;
  geo_community_free (heads->community);
  g_ptr_array_unref (heads->sights);
  g_free (heads);
}

const GeoPid *
geo_heads_get_community (const GeoHeads *heads) {
  return &heads->community->community;
}

guint
geo_heads_count (const GeoHeads *heads) {
  return heads->sights->len;
}

static gboolean
fail (GError **error, const gchar *sentence) {
  g_set_error_literal (error, GEO_CORE_ERROR, GEO_CORE_ERROR_PROOF, sentence);
  return FALSE;
}

static gboolean
fail_input (GError **error, const gchar *sentence) {
  g_set_error_literal (error, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT, sentence);
  return FALSE;
}

/* --- Journals ------------------------------------------------------------- */

static GeoLogSight *
sight_new (const GeoTreeHead *head) {
  GeoLogSight *sight = geo_log_sight_new ();

  sight->log = geo_log_proof_new ();
  sight->log->head = geo_tree_head_copy (head);
  return sight;
}

/* What was shown and not believed is in the evidence. */
static gboolean
add_evidence (GeoHeads *heads, GeoJournal *journal, GError **error) {
  g_autoptr (GPtrArray) held = geo_journal_list_evidence (journal, error);

  for (guint i = 0; held != NULL && i < held->len; i++) {
    const GeoJournalEvidence *one = g_ptr_array_index (held, i);

    for (guint j = 0; j < one->evidence->heads->len; j++)
      g_ptr_array_add (
          heads->sights,
          sight_new (g_ptr_array_index (one->evidence->heads, j)));
  }
  return held != NULL;
}

static gboolean
read_journal (GeoHeads *heads, const gchar *path, GError **error) {
  g_autoptr (GeoJournal) journal = geo_journal_open (path, TRUE, error);
  g_autoptr (GPtrArray) logs = NULL;
  g_autoptr (GPtrArray) subjects = NULL;

  if (journal == NULL ||
      !geo_journal_get_joined (journal, &heads->community, NULL, NULL,
                               error) ||
      (logs = geo_journal_list_log (journal, SIGHTS_MAX, &subjects, error)) ==
          NULL)
    return FALSE;
  for (guint i = logs->len; i > 0; i--) {
    const GArray *of = g_ptr_array_index (subjects, i - 1);
    GeoLogSight *sight = geo_log_sight_new ();

    sight->log = geo_log_proof_copy (g_ptr_array_index (logs, i - 1));
    if (of->len > 0)
      g_array_append_vals (sight->subjects, of->data, of->len);
    g_ptr_array_add (heads->sights, sight);
  }
  return add_evidence (heads, journal, error);
}

/* The journal of that community, or the only one, of a profile. */
static gchar *
find_journal (const gchar *folder, const GeoPid *community, GError **error) {
  g_autoptr (GDir) dir = g_dir_open (folder, 0, error);
  g_autofree gchar *found = NULL;
  const gchar *name;

  if (dir == NULL)
    return NULL;
  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree gchar *path = g_build_filename (folder, name, GEO_JOURNAL_FILE,
                                               NULL);
    GeoPid pid;

    if (!geo_pid_parse (name, &pid, NULL) ||
        !g_file_test (path, G_FILE_TEST_IS_REGULAR) ||
        (community != NULL && !geo_pid_equal (&pid, community)))
      continue;
    if (found != NULL) {
      fail_input (error, _ ("There are several communities in this profile: "
                            "say which one."));
      return NULL;
    }
    found = g_steal_pointer (&path);
  }
  if (found == NULL)
    fail_input (error,
                _ ("There is no journal of this community in this profile."));
  return g_steal_pointer (&found);
}

/* --- Files ---------------------------------------------------------------- */

static gboolean
read_community (GeoHeads *heads, JsonObject *object, GError **error) {
  JsonNode *node = geo_json_get_object (object, "community");

  if (node == NULL)
    return fail (error, _ ("What it says about the community is missing."));
  heads->community = geo_community_from_json (node, error);
  return heads->community != NULL &&
         geo_community_check (heads->community, error);
}

/* A payment's place in the log is a sight of it, too. */
static gboolean
read_receipt (GeoHeads *heads, JsonObject *object, GError **error) {
  JsonNode *head = geo_json_get_object (object, "head");
  JsonNode *leaf = geo_json_get_object (object, "leaf");
  JsonNode *body = geo_json_get_object (object, "body");
  g_autoptr (GeoRecordBody) record = NULL;
  g_autoptr (GeoTreeHead) shown = NULL;
  GeoLeafProof *proof;
  GeoLogSight *sight;

  if (!read_community (heads, object, error))
    return FALSE;
  if (head == NULL || leaf == NULL || body == NULL)
    return fail (error, _ ("This receipt does not show the hub's log."));
  shown = geo_tree_head_from_json (head, error);
  if (shown != NULL)
    record = geo_record_body_from_json (body, error);
  proof = record != NULL ? geo_leaf_proof_from_json (leaf, error) : NULL;
  if (proof == NULL)
    return FALSE;
  sight = sight_new (shown);
  g_ptr_array_add (heads->sights, sight);
  g_ptr_array_add (sight->log->leaves, proof);
  if (record->entry == NULL)
    return fail (error, _ ("This receipt does not show the hub's log."));
  g_array_append_vals (sight->subjects, &record->entry->entry->subject, 1);
  return TRUE;
}

static gboolean
read_lines (GeoHeads *heads, GDataInputStream *lines, GError **error) {
  for (;;) {
    g_autoptr (JsonNode) root = NULL;
    g_autofree gchar *line = NULL;
    GError *why = NULL;
    GeoLogSight *sight;
    gsize len;

    line = g_data_input_stream_read_line (lines, &len, NULL, &why);
    if (why != NULL) {
      g_propagate_error (error, why);
      return FALSE;
    }
    if (line == NULL)
      return TRUE;
    if (heads->sights->len == SIGHTS_MAX)
      return fail (error, _ ("There is too much in this file."));
    root = geo_json_parse (line, len, GEO_JSON_SYNC_SIZE_MAX, error);
    sight = root != NULL ? geo_log_sight_from_json (root, error) : NULL;
    if (sight == NULL)
      return FALSE;
    g_ptr_array_add (heads->sights, sight);
  }
}

static gboolean
read_document (GeoHeads *heads, GDataInputStream *lines, GError **error) {
  g_autoptr (JsonNode) root = NULL;
  g_autofree gchar *first = NULL;
  JsonObject *object;
  GError *why = NULL;
  gsize len;

  first = g_data_input_stream_read_line (lines, &len, NULL, &why);
  if (why != NULL) {
    g_propagate_error (error, why);
    return FALSE;
  }
  if (first != NULL)
    root = geo_json_parse (first, len, GEO_JSON_SYNC_SIZE_MAX, NULL);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return fail (error, _ ("This does not show what a wallet was shown."));
  object = json_node_get_object (root);
  if (g_strcmp0 (geo_json_get_text (object, "kind"), RECEIPT_KIND) == 0)
    return read_receipt (heads, object, error);
  if (g_strcmp0 (geo_json_get_text (object, "kind"), HEADS_KIND) != 0)
    return fail (error, _ ("This does not show what a wallet was shown."));
  return read_community (heads, object, error) &&
         read_lines (heads, lines, error);
}

static gboolean
is_journal (GDataInputStream *lines, gboolean *out, GError **error) {
  const void *begin;
  gsize available;

  if (g_buffered_input_stream_fill (G_BUFFERED_INPUT_STREAM (lines), 64, NULL,
                                    error) < 0)
    return FALSE;
  begin = g_buffered_input_stream_peek_buffer (G_BUFFERED_INPUT_STREAM (lines),
                                               &available);
  *out = available >= sizeof JOURNAL_HEAD &&
         memcmp (begin, JOURNAL_HEAD, sizeof JOURNAL_HEAD) == 0;
  return TRUE;
}

static gboolean
read_any (GeoHeads *heads,
          const gchar *path,
          const GeoPid *community,
          GError **error) {
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) stream = NULL;
  g_autoptr (GDataInputStream) lines = NULL;
  gboolean journal;

  if (g_file_test (path, G_FILE_TEST_IS_DIR)) {
    g_autofree gchar *found = find_journal (path, community, error);

    return found != NULL && read_journal (heads, found, error);
  }
  stream = g_file_read (file, NULL, error);
  if (stream == NULL)
    return FALSE;
  lines = g_data_input_stream_new (G_INPUT_STREAM (stream));
  g_data_input_stream_set_newline_type (lines, G_DATA_STREAM_NEWLINE_TYPE_LF);
  if (!is_journal (lines, &journal, error))
    return FALSE;
  return journal ? read_journal (heads, path, error)
                 : read_document (heads, lines, error);
}

GeoHeads *
geo_heads_read (const gchar *path, const GeoPid *community, GError **error) {
  g_autoptr (GeoHeads) heads = heads_new ();

  if (!read_any (heads, path, community, error))
    return NULL;
  if (community != NULL &&
      !geo_pid_equal (community, geo_heads_get_community (heads))) {
    fail_input (error, _ ("This is of another community."));
    return NULL;
  }
  return g_steal_pointer (&heads);
}

gboolean
geo_heads_write (const GeoHeads *heads, const gchar *path, GError **error) {
  g_autoptr (GString) text = g_string_new ("{\"community\":");

  geo_community_append (heads->community, text);
  g_string_append (text, ",\"kind\":\"" HEADS_KIND "\",\"v\":1}\n");
  for (guint i = 0; i < heads->sights->len; i++) {
    geo_log_sight_append (g_ptr_array_index (heads->sights, i), text);
    g_string_append_c (text, '\n');
  }
  return g_file_set_contents_full (
      path, text->str, (gssize) text->len,
      G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600,
      error);
}

/* --- Comparing ------------------------------------------------------------ */

void
geo_heads_result_clear (GeoHeadsResult *result) {
  g_clear_pointer (&result->sentence, g_free);
  g_clear_pointer (&result->evidence, g_free);
}

static gboolean
add (GeoLogAudit *audit, guint side, const GeoHeads *heads, GError **error) {
  for (guint i = 0; i < heads->sights->len; i++) {
    GError *why = NULL;

    if (geo_log_audit_add (audit, side, g_ptr_array_index (heads->sights, i),
                           &why))
      continue;
    g_set_error (error, GEO_CORE_ERROR, GEO_CORE_ERROR_PROOF,
                 side == 0
                     /* Translators: the reason, in English. */
                     ? _ ("What the first one shows does not hold. (%s)")
                     : _ ("What the second one shows does not hold. (%s)"),
                 why->message);
    g_error_free (why);
    return FALSE;
  }
  return TRUE;
}

static gchar *
say_unknown (const GeoHeads *one, const GeoHeadsResult *result) {
  if (result->sizes[0] == 0 || result->sizes[1] == 0)
    /* Translators: the name of a community. */
    return g_strdup_printf (_ ("Nothing can be concluded: one of the two was "
                               "not shown the log of %s yet."),
                            one->community->name);
  return g_strdup_printf (
      /* Translators: the name of a community. */
      _ ("Nothing can be concluded: the two were shown the log of %s at "
         "times that have nothing in common."),
      one->community->name);
}

static gchar *
say_fit (const GeoHeads *one, const GeoHeadsResult *result) {
  g_autofree gchar *common = g_strdup_printf ("%" G_GINT64_FORMAT,
                                              result->common);

  if (result->common == MIN (result->sizes[0], result->sizes[1]))
    return g_strdup_printf (
        /* Translators: the name of a community, a number. */
        _ ("Both were shown the same log of %s, up to line %s, which is all "
           "that one of them has seen."),
        one->community->name, common);
  return g_strdup_printf (
      /* Translators: the name of a community, a number. */
      _ ("Both were shown the same log of %s up to line %s; of what follows "
         "nothing can be concluded."),
      one->community->name, common);
}

gboolean
geo_heads_compare (const GeoHeads *one,
                   const GeoHeads *other,
                   GeoHeadsResult *out,
                   GError **error) {
  g_autoptr (GeoLogAudit) audit = NULL;
  g_autoptr (GeoEvidence) evidence = NULL;
  GeoCommunity *community = one->community;

  *out = (GeoHeadsResult){ 0 };
  if (!geo_pid_equal (&community->community, &other->community->community))
    return fail_input (error,
                       _ ("These are of two communities, each with a log of "
                          "its own."));
  audit = geo_log_audit_new (&community->community, &community->key);
  if (!add (audit, 0, one, error) || !add (audit, 1, other, error))
    return FALSE;
  out->sizes[0] = geo_log_audit_get_size (audit, 0);
  out->sizes[1] = geo_log_audit_get_size (audit, 1);
  out->common = geo_log_audit_get_common (audit);
  evidence = geo_log_audit_find (audit);
  if (evidence != NULL) {
    out->outcome = GEO_HEADS_CONTRADICT;
    out->sentence = geo_evidence_say (community, evidence);
    out->evidence = geo_evidence_write (community, evidence);
  } else if (out->common == 0) {
    out->outcome = GEO_HEADS_UNKNOWN;
    out->sentence = say_unknown (one, out);
  } else {
    out->outcome = GEO_HEADS_FIT;
    out->sentence = say_fit (one, out);
  }
  return TRUE;
}
