/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * State copies (§8) in the simulated town: what a node leaves with the hub, the
 * real parts in the real store, and that its words and this bring back what its
 * journal said, to the byte.
 */
#include "node/geo-state-codec-private.h"
#include "protocol/geo-party-private.h"
#include "sim.h"
#include "store/geo-hub-keeping.h"

/* As the light node has them. */
#define TEXT_BYTES_MAX (448 * 1024)
#define NOT_PAID_MAX 64
#define REQUESTS_MAX 64
#define ASKED_MS 5000

/* --- Leaving -------------------------------------------------------------- */

static void
add_text_cb (const GeoHash *order, const gchar *text, gpointer user_data) {
  geo_state_memory_add_text (user_data, order, text);
}

static void
add_record_cb (GeoRecordKind kind,
               GeoTime at,
               GeoRecordBody *body,
               gpointer user_data) {
  g_clear_pointer (&body->sealed, g_bytes_unref);
  geo_state_memory_add_record (user_data, kind, at, body);
}

static GPtrArray *
make_parts (SimNode *node) {
  g_autoptr (GeoStateMemory) memory = geo_state_memory_new ();
  g_autoptr (GError) error = NULL;
  GPtrArray *texts = memory->texts;

  if (!geo_journal_foreach_text (node->journal, TEXT_BYTES_MAX, add_text_cb,
                                 memory, &error) ||
      !geo_journal_foreach_not_paid (node->journal, NOT_PAID_MAX, add_record_cb,
                                     memory, &error) ||
      !geo_journal_foreach_letter (node->journal, REQUESTS_MAX, add_record_cb,
                                   memory, &error) ||
      !geo_journal_foreach_blocked (node->journal, add_record_cb, memory,
                                    &error))
    sim_fail_store (node->sim, node, "store", error);
  for (guint i = 0, j = texts->len; i + 1 < j; i++) {
    gpointer one = texts->pdata[i];

    texts->pdata[i] = texts->pdata[--j];
    texts->pdata[j] = one;
  }
  for (guint i = 0; node->former != NULL && i < node->former->len; i++)
    g_ptr_array_add (memory->former,
                     geo_secret_ref (g_ptr_array_index (node->former, i)));
  return geo_state_encode (memory, node->secret, &node->community->community,
                           &node->pid);
}

static void
leave (SimNode *node) {
  Sim *sim = node->sim;
  g_autoptr (GPtrArray) changes =
      g_ptr_array_new_with_free_func ((GDestroyNotify) geo_change_free);
  g_autoptr (GPtrArray) parts = make_parts (node);
  GeoChange *change = geo_change_new (GEO_CHANGE_STATE, sim_hub_now (sim->hub));
  GeoStateCopy *before = NULL;
  GeoStateCopy *copy = change->copy = geo_state_copy_new ();
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (changes, change);
  if (!geo_hub_store_get_state (sim->hub->reader, &node->pid, &before, &error))
    sim_fail_store (sim, NULL, "store", error);
  copy->community = node->community->community;
  copy->participant = node->pid;
  copy->version = before != NULL ? before->version + 1 : 1;
  copy->at = sim_node_now (node);
  geo_state_copy_free (before);
  for (guint i = 0; i < parts->len; i++) {
    gsize len;
    gconstpointer bytes = g_bytes_get_data (g_ptr_array_index (parts, i), &len);
    GeoHash hash;

    geo_hash_of (bytes, len, &hash);
    g_array_append_val (copy->parts, hash);
  }
  geo_state_copy_sign (copy, node->secret);
  change->parts = g_ptr_array_ref (parts);
  if (!geo_hub_store_write (sim->hub->writer, changes, &error))
    sim_fail_store (sim, NULL, "store", error);
  sim_count (sim, SIM_COUNT_copies);
}

/* --- Bringing back -------------------------------------------------------- */

static const gchar *
text_cb (const GeoOrder *order, gpointer user_data) {
  const SimNode *node = user_data;

  return geo_state_memory_find_text (node->memory, order);
}

void
sim_copy_use (SimNode *node) {
  if (node->memory != NULL && node->party != NULL)
    geo_party_set_text_func (node->party, text_cb, node);
}

void
sim_copy_free (SimNode *node) {
  if (node->memory != NULL)
    geo_state_memory_free (node->memory);
  node->memory = NULL;
}

/* What was left with a former key can be read by whoever still has that. */
static gboolean
decode (SimNode *node, const GeoStateCopy *copy, GBytes *part, GError **error) {
  const GeoPid *community = &node->community->community;

  for (guint i = 0; node->former != NULL && i < node->former->len; i++)
    if (geo_state_decode (node->memory, part,
                          g_ptr_array_index (node->former, i), community,
                          &node->pid, NULL))
      return TRUE;
  if (geo_state_decode (node->memory, part, node->secret, community, &node->pid,
                        error))
    return TRUE;
  /* It was left before the key was changed. */
  if (geo_state_copy_verify (copy, &node->self->key, NULL))
    return FALSE;
  g_clear_error (error);
  return TRUE;
}

static gboolean
fetch (SimNode *node) {
  SimHub *hub = node->sim->hub;
  GeoStateCopy *copy = NULL;
  g_autoptr (GError) error = NULL;
  GeoKeyChain keys;

  if (!geo_hub_store_get_state (hub->reader, &node->pid, &copy, &error))
    sim_fail_store (node->sim, NULL, "store", error);
  if (copy == NULL)
    return FALSE;
  geo_key_chain_of (node->self, &keys);
  if (!geo_key_chain_check_copy (&keys, copy, &error))
    sim_fail_store (node->sim, node, "copy", error);
  sim_copy_free (node);
  node->memory = geo_state_memory_new ();
  for (guint i = 0; i < copy->parts->len; i++) {
    g_autoptr (GBytes) part = NULL;

    if (!geo_hub_store_get_state_part (hub->reader, &node->pid,
                                       &g_array_index (copy->parts, GeoHash, i),
                                       &part, &error) ||
        part == NULL || !decode (node, copy, part, &error))
      sim_fail (node->sim, node, "copy", "part %u of its copy: %s", i,
                error != NULL ? error->message : "it is not there");
  }
  geo_state_copy_free (copy);
  return TRUE;
}

static void
store_kept (SimNode *node, gboolean letters) {
  const GeoStateMemory *memory = node->memory;

  for (guint i = 0; i < memory->records->len; i++) {
    const GeoStateRecord *record = g_ptr_array_index (memory->records, i);
    g_autoptr (GError) error = NULL;

    if ((record->kind == GEO_RECORD_KIND_LETTER) != letters)
      continue;
    if (geo_journal_check (node->journal, record->kind, record->body, &error) &&
        geo_journal_append (node->journal, node->secret, record->kind,
                            record->body, record->at, NULL, &error))
      sim_said_stored (node, record->body, record->kind);
    else if (!g_error_matches (error, GEO_STORE_ERROR,
                               GEO_STORE_ERROR_CONFLICT) &&
             !g_error_matches (error, GEO_STORE_ERROR, GEO_STORE_ERROR_VERIFY))
      sim_fail_store (node->sim, node, "copy", error);
  }
}

/* Between joining and catching up: what no entry brings back is stored, what
 * was asked before what was said to a payment of it. */
void
sim_copy_fetch (SimNode *node) {
  if (!node->sim->hub->up || !fetch (node) ||
      sim_plants (node->sim, SIM_PLANT_COPY_IGNORED))
    return;
  if (!sim_keys_bring_back (node, ((GeoStateMemory *) node->memory)->former))
    return;
  store_kept (node, TRUE);
  store_kept (node, FALSE);
}

/* --- What must hold ------------------------------------------------------- */

static gboolean
export_cb (const gchar *text, gsize len, gpointer user_data, GError **error) {
  g_string_append_len (user_data, text, (gssize) len);
  return TRUE;
}

static gchar *export(SimNode *node) {
  GString *text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  if (!geo_journal_export (node->journal, "[]", export_cb, text, &error))
    sim_fail_store (node->sim, node, "copy", error);
  return g_string_free (text, FALSE);
}

static void
count_cb (GeoRecordKind kind,
          GeoTime at,
          GeoRecordBody *body,
          gpointer user_data) {
  *(guint *) user_data += kind == GEO_RECORD_KIND_ORDER;
  geo_record_body_free (body);
}

static void
check_same (SimNode *node, const gchar *one, const gchar *other) {
  guint at = 0;

  while (one[at] != '\0' && one[at] == other[at])
    at++;
  if (one[at] == other[at])
    return;
  at -= MIN (at, 120);
  sim_fail (node->sim, node, "copy",
            "its words bring back another journal:\n%.240s\n%.240s", one + at,
            other + at);
}

/* What was trusted before it was asked for stays open where the letter came
 * last, and is done where it is restored first: the order is in no copy. */
static gboolean
was_asked_to_trust (const SimNode *node) {
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, node->party->requests);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (((GeoPartyRequest *) value)->facts.kind == GEO_REQUEST_TRUST)
      return TRUE;
  return FALSE;
}

/* In rest: somebody loses everything but the words. */
void
sim_copy_check (Sim *sim, SimNode *node) {
  g_autofree gchar *before = NULL;
  g_autofree gchar *after = NULL;
  g_autoptr (GError) error = NULL;
  guint n_former = node->former != NULL ? node->former->len : 0;
  guint n = 0;

  if (!geo_journal_foreach_not_paid (node->journal, NOT_PAID_MAX + 1, count_cb,
                                     &n, &error))
    sim_fail_store (sim, node, "store", error);
  /* K4: what it signed by a clock that was ahead, with a key that it left
   * since, is no good any more. */
  if (node->was_ahead && node->self->rotations->len > 0)
    return;
  /* More than is kept. */
  if (n > NOT_PAID_MAX ||
      g_hash_table_size (node->party->requests) > REQUESTS_MAX ||
      was_asked_to_trust (node))
    return;
  /* Whom it has nothing to do with may have changed the key since it asked. */
  node->asked = 0;
  sim_keys_ask (node);
  sim_let (sim, ASKED_MS);
  before = export(node);
  leave (node);
  sim_node_lose_journal (node);
  sim_let (sim, SIM_RESTORE_MS);
  if (!sim_node_is_in (node))
    sim_fail (sim, node, "copy", "its words do not bring it back");
  sim_trace (sim, node, "is back by its words");
  after = export(node);
  /* K6: one that had lost some of them keeps none in its copy. */
  if (n_former == node->self->rotations->len &&
      n_former != (node->former != NULL ? node->former->len : 0))
    sim_fail (sim, node, "keys", "its words do not bring back its former keys");
  check_same (node, before, after);
  sim_count (sim, SIM_COUNT_restored_same);
}
