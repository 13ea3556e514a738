/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A hub that was put back to an older copy gets from people's wallets what it
 * told them since, as geo-hub does: what everybody gives back it has again, and
 * what it has then holds.  Some are away, some give less than they have, and
 * some give what was never signed.
 */
#include "core/geo-merkle.h"
#include "hub/geo-gather-load.h"
#include "hub/geo-gather-write.h"
#include "hub/geo-hub-error.h"
#include "hub/geo-hub-gathering.h"
#include "hub/geo-hub-signed.h"
#include "protocol/geo-party-private.h"
#include "sim.h"

#define PROOFS_MAX 4096
#define SCRATCH ".gathered"

typedef struct {
  SimHub *hub;
  GeoBook *book;
  GeoGather *gather;
} Gathering;

/* --- The disk ------------------------------------------------------------- */

/* NOLINTBEGIN(bugprone-reserved-identifier): the linker names them. */
void __real_geo_hub_store_remove (const gchar *path);
void __wrap_geo_hub_store_remove (const gchar *path);

/* Its lock is a real file, the others are in memory. */
void
__wrap_geo_hub_store_remove (const gchar *path) {
  __real_geo_hub_store_remove (path);
  sim_disk_remove (path);
}
/* NOLINTEND(bugprone-reserved-identifier) */

static void
open_copy (SimHub *hub) {
  g_autoptr (GError) error = NULL;

  hub->writer = geo_hub_store_open (hub->path, FALSE, &error);
  if (hub->writer != NULL)
    hub->reader = geo_hub_store_open (hub->path, TRUE, &error);
  if (hub->reader == NULL)
    sim_fail_store (hub->sim, NULL, "I8", error);
}

static void
close_copy (SimHub *hub) {
  g_clear_pointer (&hub->reader, geo_hub_store_close);
  g_clear_pointer (&hub->writer, geo_hub_store_close);
}

/* --- What the copy has ---------------------------------------------------- */

static gboolean
has_signed_cb (const GeoPid *pid, GeoTime since, gpointer user_data) {
  const Gathering *gathering = user_data;

  return geo_hub_has_signed_since (gathering->hub->reader, gathering->book,
                                   NULL, pid, since);
}

static void
load (Gathering *gathering) {
  SimHub *hub = gathering->hub;
  g_autoptr (GError) error = NULL;

  gathering->book = sim_hub_load_book (hub, &error);
  if (gathering->book != NULL)
    gathering->gather = geo_gather_load (hub->reader, gathering->book,
                                         hub->secret, &error);
  if (gathering->gather == NULL)
    sim_fail_store (hub->sim, NULL, "I8", error);
  geo_gather_set_signed_func (gathering->gather, has_signed_cb, gathering);
}

/* --- What people give ----------------------------------------------------- */

/* What the hub did not sign, or not so, is not taken. */
static void
give_lie (Gathering *gathering, SimNode *node, const GeoProvenEntry *entry) {
  Sim *sim = node->sim;
  g_autofree gchar *text = geo_proven_entry_to_text (entry, NULL);
  g_autoptr (GeoProvenEntry) lie = geo_proven_entry_from_text (text, -1, NULL);

  g_assert (lie != NULL);
  switch (sim_random_below (&sim->random, 3)) {
  case 0:
    lie->entry->sequence++;
    break;
  case 1:
    lie->entry->at++;
    geo_entry_sign (lie->entry, node->secret);
    break;
  default:
    if (lie->line != NULL)
      lie->line->limit.amount.minor++;
    else
      lie->certificate->contract->deadline++;
    break;
  }
  sim_count (sim, SIM_COUNT_lies);
  if (geo_gather_take_entry (gathering->gather, &node->pid, node->self, lie))
    sim_fail (sim, node, "old", "the hub takes back what it never signed");
  sim_count (sim, SIM_COUNT_lies_caught);
}

static void
give_log (Gathering *gathering, SimNode *node) {
  g_autoptr (GPtrArray) subjects = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) proofs =
      geo_journal_list_log (node->journal, PROOFS_MAX, &subjects, &error);

  if (proofs == NULL)
    sim_fail_store (node->sim, node, "store", error);
  for (guint i = 0; i < proofs->len; i++)
    if (!geo_gather_take_log (gathering->gather, &node->pid,
                              g_ptr_array_index (proofs, i)))
      sim_fail (node->sim, node, "old", "the hub does not know its own head");
}

/* TRUE: all that it has. */
static gboolean
give (Gathering *gathering, SimNode *node) {
  Sim *sim = node->sim;
  const gboolean is_known = geo_gather_knows (gathering->gather, &node->pid);
  g_autoptr (GError) error = NULL;
  GeoHash hash;
  gint64 after, last, end;

  after = geo_gather_get_sequence (gathering->gather, &node->pid, &hash);
  if (!geo_journal_get_last_entry (node->journal, &last, NULL, &error))
    sim_fail_store (sim, node, "store", error);
  end = last > after && sim_random_chance (&sim->random, 1, 12)
            ? after + sim_random_range (&sim->random, 0, last - after - 1)
            : last;
  if (is_known)
    geo_gather_take_person (gathering->gather, node->self);
  for (gint64 n = after + 1; n <= end; n++) {
    g_autoptr (GeoProvenEntry) entry = geo_journal_get_entry (node->journal, n,
                                                              &error);

    if (entry == NULL)
      sim_fail_store (sim, node, "store", error);
    if (sim_random_chance (&sim->random, 1, 20))
      give_lie (gathering, node, entry);
    if (!geo_gather_take_entry (gathering->gather, &node->pid,
                                is_known ? NULL : node->self, entry))
      sim_fail (sim, node, "old", "the hub does not take back its own word");
  }
  give_log (gathering, node);
  return end == last;
}

/* Everybody, one after another, from anybody on.  FALSE: some did not come, or
 * gave less than they have. */
static gboolean
give_all (Gathering *gathering) {
  Sim *sim = gathering->hub->sim;
  const guint away = sim_random_chance (&sim->random, 1, 2) ? 0 : 4;
  const guint first = sim_random_below (&sim->random, sim->nodes->len);
  gboolean all = TRUE;

  for (guint i = 0; i < sim->nodes->len; i++) {
    SimNode *node = sim_node (sim, (first + i) % sim->nodes->len);

    if (!node->comes ||
        (away > 0 && sim_random_chance (&sim->random, 1, away)) ||
        !give (gathering, node))
      all = FALSE;
  }
  return all;
}

/* --- Taking it up --------------------------------------------------------- */

static void
take_up (Gathering *gathering, gboolean all) {
  SimHub *hub = gathering->hub;
  Sim *sim = hub->sim;
  g_autofree gchar *scratch = g_strconcat (hub->path, SCRATCH, NULL);
  const gint64 wanted = geo_gather_get_size (gathering->gather);
  g_autoptr (GPtrArray) list = geo_gather_list (gathering->gather, wanted);
  const gint64 copied = geo_gather_get_copied (gathering->gather);
  g_autoptr (GError) error = NULL;
  gint64 size;

  if (all && copied + (gint64) list->len != wanted)
    sim_fail (sim, NULL, "old",
              "everybody gave all, and %" G_GINT64_FORMAT
              " leaves of %" G_GINT64_FORMAT " follow",
              copied + (gint64) list->len, wanted);
  if (!geo_gather_write (gathering->gather, hub->reader, scratch, list, !all,
                         &size, &error))
    sim_fail_store (sim, NULL, "old", error);
  sim_trace (sim, NULL,
             "gets back %" G_GINT64_FORMAT " leaves to %" G_GINT64_FORMAT
             " of %" G_GINT64_FORMAT,
             size - copied, copied, wanted);
  close_copy (hub);
  if (size > copied)
    sim_disk_replace (hub->path, scratch);
  for (guint i = 0; i < (guint) (size - copied); i++)
    sim_hub_believe_again (
        hub, ((GeoGathered *) g_ptr_array_index (list, i))->changes);
  sim->counts[SIM_COUNT_gathered] += (guint64) (size - copied);
  sim->counts[SIM_COUNT_gather_lost] += (guint64) (wanted - size);
}

/* --- Who is right --------------------------------------------------------- */

static gboolean
fits_log (SimHub *hub, const GeoTreeHead *head) {
  g_autoptr (GArray) proof = NULL;
  g_autoptr (GError) error = NULL;
  GeoHash root;
  gint64 size;

  if (!geo_hub_store_read_log (hub->reader, &size, &root, &error))
    sim_fail_store (hub->sim, NULL, "I8", error);
  if (head == NULL || head->size == 0)
    return TRUE;
  if (head->size >= size)
    return head->size == size && geo_hash_equal (&root, &head->root);
  proof = geo_hub_store_prove_log (hub->reader, head->size, size, &error);
  if (proof == NULL)
    sim_fail_store (hub->sim, NULL, "I8", error);
  return geo_merkle_consistency_verify (
      (gsize) head->size, (gsize) size, &head->root, &root,
      (const GeoHash *) (gpointer) proof->data, proof->len);
}

gboolean
sim_gather_forgot (SimHub *hub, SimNode *node) {
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (GError) error = NULL;
  GeoHash here, there;
  gint64 sequence = geo_party_get_sequence (node->party, &here);
  gboolean forgot;

  open_copy (hub);
  forgot = !fits_log (hub, node->party->head);
  if (!forgot && sequence > 0) {
    entries = geo_hub_store_list_entries (hub->reader, &node->pid, sequence - 1,
                                          1, &error);
    if (entries == NULL)
      sim_fail_store (hub->sim, NULL, "I8", error);
    forgot = entries->len == 0;
    if (!forgot) {
      geo_entry_hash (
          ((GeoProvenEntry *) g_ptr_array_index (entries, 0))->entry, &there);
      forgot = !geo_hash_equal (&here, &there);
    }
  }
  close_copy (hub);
  return forgot;
}

gboolean
sim_gather (Sim *sim) {
  SimHub *hub = sim->hub;
  Gathering gathering = { hub, NULL, NULL };
  gboolean all;

  open_copy (hub);
  load (&gathering);
  all = give_all (&gathering);
  take_up (&gathering, all);
  sim_count (sim, all ? SIM_COUNT_gathered_all : SIM_COUNT_gathered_some);
  geo_gather_free (gathering.gather);
  geo_book_free (gathering.book);
  /* P5: what was ordered before is too old by then. */
  hub->is_held = TRUE;
  sim_let (sim, GEO_HUB_PUT_BACK_MS);
  hub->is_held = FALSE;
  sim_add_event (sim, SIM_EVENT_HUB_START, 1);
  return all;
}
