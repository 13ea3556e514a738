/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Evidence against a hub as a file: written, and checked with nothing but its
 * own text.
 */
#include "config.h"

#include "node/geo-node-private.h"

#include <glib/gi18n-lib.h>

#include "core/geo-contract.h"
#include "core/geo-evidence.h"
#include "core/geo-json.h"

#define EVIDENCE_KIND "geo-evidence"

void
geo_evidence_item_free (GeoEvidenceItem *item) {
  if (item == NULL)
    return;
  g_free (item->title);
  g_free (item->sentence);
  g_free (item->file);
  g_free (item);
}

gchar *
geo_evidence_write (const GeoCommunity *community,
                    const GeoEvidence *evidence) {
  GString *out = g_string_new ("{\"community\":");

  geo_community_append (community, out);
  g_string_append (out, ",\"evidence\":");
  geo_evidence_append (evidence, out);
  g_string_append (out, ",\"kind\":\"" EVIDENCE_KIND "\",\"v\":1}");
  return g_string_free (out, FALSE);
}

/* --- Saying --------------------------------------------------------------- */

/* %s is the name of the community. */
static const gchar *
get_sentence (GeoEvidenceKind what) {
  switch (what) {
  case GEO_EVIDENCE_KIND_FORK:
    return _ ("This proves that %s signed two different entries of one "
              "number.");
  case GEO_EVIDENCE_KIND_CHAIN:
    return _ ("This proves that %s signed entries that do not follow one "
              "another.");
  case GEO_EVIDENCE_KIND_TWO_OUTCOMES:
    return _ ("This proves that %s both committed and refused one payment.");
  case GEO_EVIDENCE_KIND_TWO_CONTRACTS:
    return _ ("This proves that %s carried out one order twice.");
  case GEO_EVIDENCE_KIND_TWO_HEADS:
    return _ ("This proves that %s keeps two logs: it signed two heads of one "
              "size.");
  case GEO_EVIDENCE_KIND_SHRUNK:
    return _ ("This proves that the log of %s became smaller: something was "
              "taken out of it.");
  case GEO_EVIDENCE_KIND_TWO_PREFIXES:
    return _ ("This proves that %s keeps two logs: they differ where both must "
              "be the same.");
  case GEO_EVIDENCE_KIND_GAP:
    return _ ("%s signed a later entry and has to show the one before it.");
  case GEO_EVIDENCE_KIND_FORGOTTEN:
    return _ ("%s signed this entry and has to say where it is now.");
  case GEO_EVIDENCE_KIND_BAD_ENTRY:
    return _ ("%s signed this entry and has to show better evidence for it.");
  case GEO_EVIDENCE_KIND_MANDATE:
    return _ ("%s signed this entry and has to show the trust that allowed "
              "it.");
  case GEO_EVIDENCE_KIND_NOT_LOGGED:
    return _ ("%s signed this entry and has to show it in its log.");
  case GEO_EVIDENCE_KIND_NOT_CONSISTENT:
    return _ ("%s signed both heads and has to show that they are of one log.");
  case GEO_EVIDENCE_KIND_TWO_KEYS:
    /* Said of a person. */
    break;
  }
  return NULL;
}

/* K5: it is whoever had the key that this is held against. */
static gchar *
say_two_keys (const GeoEvidence *evidence) {
  const GeoParticipant *person = g_ptr_array_index (evidence->people, 0);
  g_autofree gchar *pid = geo_pid_to_string (&person->pid);

  return g_strdup_printf (
      /* Translators: a person's name, and their identifier (PID). */
      _ ("This proves that two people had the key of %s, or one who gave two "
         "new keys for it. What counts is signed with the keys of %s."),
      person->name, pid);
}

static gchar *
say (const GeoCommunity *community, const GeoEvidence *evidence) {
  const gchar *format = get_sentence (evidence->what);
  g_autofree gchar *key = geo_pid_to_string (&community->community);
  g_autoptr (GString) out = NULL;

  if (format == NULL)
    return say_two_keys (evidence);
  out = g_string_new (format);

  g_string_replace (out, "%s", community->name, 1);
  g_string_append_c (out, ' ');
  /* Translators: %s is the PID of the community. */
  g_string_append_printf (out, _ ("What counts is signed with the key of %s."),
                          key);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

gchar *
geo_evidence_say (const GeoCommunity *community, const GeoEvidence *evidence) {
  g_autoptr (GError) error = NULL;

  if (geo_evidence_check (evidence, &community->community, &community->key,
                          &error) != GEO_EVIDENCE_NOTHING)
    return say (community, evidence);
  g_debug ("evidence: %s", error->message);
  return g_strdup (_ ("What was signed is not enough to show it to others."));
}

/* --- Checking ------------------------------------------------------------- */

static gboolean
fail (GError **error, GeoCoreError code, const gchar *message) {
  g_set_error_literal (error, GEO_CORE_ERROR, (gint) code, message);
  return FALSE;
}

gchar *
geo_evidence_verify (const gchar *text, gsize len, GError **error) {
  g_autoptr (JsonNode) root = NULL;
  g_autoptr (GeoCommunity) community = NULL;
  g_autoptr (GeoEvidence) evidence = NULL;
  g_autoptr (GError) failure = NULL;
  JsonObject *object;
  JsonNode *first, *second, *version;

  g_assert (text != NULL);
  root = geo_json_parse (text, len, GEO_JSON_SYNC_SIZE_MAX, &failure);
  object = root != NULL && JSON_NODE_HOLDS_OBJECT (root)
               ? json_node_get_object (root)
               : NULL;
  if (object == NULL ||
      g_strcmp0 (geo_json_get_text (object, "kind"), EVIDENCE_KIND) != 0 ||
      (first = geo_json_get_object (object, "community")) == NULL ||
      (second = geo_json_get_object (object, "evidence")) == NULL ||
      (version = json_object_get_member (object, "v")) == NULL ||
      !JSON_NODE_HOLDS_VALUE (version) ||
      json_node_get_value_type (version) != G_TYPE_INT64 ||
      json_node_get_int (version) != 1) {
    fail (error, GEO_CORE_ERROR_FIELD, _ ("This is not evidence."));
    return NULL;
  }
  community = geo_community_from_json (first, &failure);
  if (community != NULL && geo_community_check (community, &failure))
    evidence = geo_evidence_from_json (second, &failure);
  if (evidence != NULL &&
      geo_evidence_check (evidence, &community->community, &community->key,
                          &failure) != GEO_EVIDENCE_NOTHING)
    return say (community, evidence);
  g_debug ("evidence: %s", failure->message);
  fail (error, GEO_CORE_ERROR_PROOF, _ ("This evidence does not hold."));
  return NULL;
}

/* --- The log -------------------------------------------------------------- */

void
geo_node_look_at_log (GeoNode *node) {
  GPtrArray *actions;

  g_assert (GEO_IS_NODE (node));
  if (node->party == NULL || !geo_node_is_signed_in (node))
    return;
  actions = geo_actions_new ();
  geo_party_look_at_log (node->party, geo_node_now (), actions);
  geo_node_run (node, actions);
}

gboolean
geo_node_is_looking_at_log (GeoNode *node) {
  g_assert (GEO_IS_NODE (node));
  /* What was shown is judged when what follows from it is done. */
  return node->party != NULL && geo_node_is_signed_in (node) &&
         (geo_party_is_looking (node->party) ||
          !g_queue_is_empty (&node->lists));
}

/* --- What the journal holds ----------------------------------------------- */

static void
free_item (gpointer item) {
  geo_evidence_item_free (item);
}

static gchar *
make_title (const GeoEvidence *evidence) {
  switch (evidence->what) {
  case GEO_EVIDENCE_KIND_FORK:
  case GEO_EVIDENCE_KIND_CHAIN:
    return g_strdup (_ ("The hub wrote two different histories for you"));
  case GEO_EVIDENCE_KIND_TWO_OUTCOMES:
    return g_strdup (_ ("The hub said of one payment that it was made, and that "
                        "it was not"));
  case GEO_EVIDENCE_KIND_TWO_CONTRACTS:
    return g_strdup (_ ("The hub carried out one payment twice"));
  case GEO_EVIDENCE_KIND_TWO_HEADS:
  case GEO_EVIDENCE_KIND_TWO_PREFIXES:
    return g_strdup (_ ("The hub keeps two logs, and shows people different "
                        "things"));
  case GEO_EVIDENCE_KIND_SHRUNK:
    return g_strdup (_ ("The hub took something out of its log"));
  case GEO_EVIDENCE_KIND_GAP:
    return g_strdup (_ ("The hub left something out of your history"));
  case GEO_EVIDENCE_KIND_FORGOTTEN:
    return g_strdup (_ ("The hub has forgotten something that it signed"));
  case GEO_EVIDENCE_KIND_BAD_ENTRY:
    return g_strdup (_ ("The hub wrote something that it did not prove"));
  case GEO_EVIDENCE_KIND_MANDATE:
    return g_strdup (_ ("The hub wrote a debt without the trust that allows "
                        "it"));
  case GEO_EVIDENCE_KIND_NOT_LOGGED:
    return g_strdup (_ ("The hub did not put something into its log"));
  case GEO_EVIDENCE_KIND_NOT_CONSISTENT:
    return g_strdup (_ ("The hub did not show that its log is still the same"));
  case GEO_EVIDENCE_KIND_TWO_KEYS:
    break;
  }
  /* Translators: %s is a person's name. */
  return g_strdup_printf (
      _ ("Two people may have had the key of %s"),
      ((GeoParticipant *) g_ptr_array_index (evidence->people, 0))->name);
}

GPtrArray *
geo_evidence_make_items (const GeoCommunity *community, const GPtrArray *held) {
  GPtrArray *items = g_ptr_array_new_with_free_func (free_item);

  for (guint i = 0; i < held->len; i++) {
    const GeoJournalEvidence *one = g_ptr_array_index (held, i);
    GeoEvidenceItem *item = g_new0 (GeoEvidenceItem, 1);

    item->number = one->record;
    item->at = one->at;
    item->title = make_title (one->evidence);
    item->sentence = geo_evidence_say (community, one->evidence);
    item->file = geo_evidence_write (community, one->evidence);
    g_ptr_array_add (items, item);
  }
  return items;
}

static gpointer
list_job (GeoWorker *worker, gpointer data, GError **error) {
  GeoJournal *journal = geo_worker_get_journal (worker);
  g_autoptr (GeoCommunity) community = NULL;
  g_autoptr (GPtrArray) held = NULL;

  if (!geo_journal_get_joined (journal, &community, NULL, NULL, error) ||
      (held = geo_journal_list_evidence (journal, error)) == NULL)
    return NULL;
  return geo_evidence_make_items (community, held);
}

static void
free_items (gpointer items) {
  g_ptr_array_unref (items);
}

static void
listed_cb (gpointer *result, const GError *error, gpointer user_data) {
  g_autoptr (GTask) task = user_data;

  if (error != NULL)
    g_task_return_error (task, geo_node_storage_error (error));
  else
    g_task_return_pointer (task, g_steal_pointer (result), free_items);
}

void
geo_node_list_evidence_async (GeoNode *node,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data) {
  GTask *task = g_task_new (node, cancellable, callback, user_data);

  g_assert (GEO_IS_NODE (node));
  geo_worker_push (node->worker, list_job, NULL, NULL, free_items, listed_cb,
                   task);
}

GPtrArray *
geo_node_list_evidence_finish (GeoNode *node,
                               GAsyncResult *result,
                               GError **error) {
  g_assert (g_task_is_valid (result, node));
  return g_task_propagate_pointer (G_TASK (result), error);
}
