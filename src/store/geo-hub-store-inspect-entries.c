/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The audit's way through what happened: entries in their order, and with them
 * the lines and transactions that they tell of, replayed one by one.  It only
 * reads.
 */
#include "store/geo-hub-store-inspect-private.h"
#include "store/geo-hub-store-people-private.h"

#include "core/geo-contract.h"

/* --- Transactions --------------------------------------------------------- */

/* What debtor owes creditor by the replay so far; below zero: the other way. */
static gint64
owed (GeoInspect *inspect,
      const GeoPid *debtor,
      const GeoPid *creditor,
      const gchar *equivalent) {
  const GeoPairDebt *pair;
  GeoPairDebt key;
  gboolean swapped;

  geo_pair_debt_init (&key, debtor, creditor, equivalent, &swapped);
  pair = g_hash_table_lookup (inspect->pairs, &key);
  if (pair == NULL)
    return 0;
  return swapped ? -pair->owed.minor : pair->owed.minor;
}

/* The most that debtor may owe creditor in a contract made at `since`: the
 * limit in force, or one that was in force after that, under which it may have
 * been reserved. */
static gint64
ceiling_of (GeoInspect *inspect,
            const GeoPid *debtor,
            const GeoPid *creditor,
            const gchar *equivalent,
            GeoTime since) {
  g_autofree gchar *name = geo_inspect_line_key (creditor, debtor, equivalent);
  const GeoInspectLine *line = g_hash_table_lookup (inspect->lines, name);
  gint64 most = 0;

  if (line == NULL)
    return 0;
  for (guint i = line->in_force; i > 0; i--) {
    const GeoInspectVersion *version =
        &g_array_index (line->versions, GeoInspectVersion, i - 1);

    most = MAX (most, version->limit.minor);
    /* What is older than this one was over before the contract was made. */
    if (version->at < since)
      break;
  }
  return most;
}

typedef struct {
  const GeoHop *hop;
  gint64 before;
} Step;

/* I2: debt ≤ limit, except where the limit was lowered by its owner afterwards;
 * there it may only shrink. */
static void
inspect_limits (GeoInspect *inspect,
                const GeoContract *contract,
                const GArray *steps) {
  for (guint i = 0; i < steps->len; i++) {
    const Step *step = &g_array_index (steps, Step, i);
    const GeoHop *hop = step->hop;
    gint64 after = owed (inspect, &hop->from, &hop->to, hop->equivalent);

    if (after > 0 && after > step->before &&
        after > ceiling_of (inspect, &hop->from, &hop->to, hop->equivalent,
                            contract->created_at))
      geo_inspect_find (inspect, "I2",
                        "Transaction %" G_GINT64_FORMAT
                        " makes a debt larger than its limit.",
                        inspect->tx);
  }
}

/* What debtor may come to owe creditor where clearing makes it owe more: as
 * both of them have it in the lines that are in force (§7). */
static gint64
spare_of (GeoInspect *inspect,
          const GeoPid *debtor,
          const GeoPid *creditor,
          const gchar *equivalent) {
  const GeoPid *ends[2] = { creditor, debtor };
  gint64 most = G_MAXINT64;

  for (guint i = 0; i < 2; i++) {
    g_autofree gchar *name = geo_inspect_line_key (ends[i], ends[1 - i],
                                                   equivalent);
    const GeoInspectLine *line = g_hash_table_lookup (inspect->lines, name);
    const GeoInspectVersion *version;

    if (line == NULL || line->in_force == 0)
      return 0;
    version = &g_array_index (line->versions, GeoInspectVersion,
                              line->in_force - 1);
    most = MIN (most, version->spare.minor);
    if (i == 0)
      most = MIN (most, version->limit.minor);
  }
  return most;
}

/* I4, §7: a clearing makes debts smaller, and turns none around, but for what
 * both ends lend to it. */
static void
inspect_clearing (GeoInspect *inspect, const GArray *steps) {
  for (guint i = 0; i < steps->len; i++) {
    const Step *step = &g_array_index (steps, Step, i);
    const GeoHop *hop = step->hop;
    gint64 after = owed (inspect, &hop->from, &hop->to, hop->equivalent);

    if (after > 0 &&
        after > spare_of (inspect, &hop->from, &hop->to, hop->equivalent))
      geo_inspect_find (inspect, "I4",
                        "Transaction %" G_GINT64_FORMAT
                        " clears a debt that is not there.",
                        inspect->tx);
  }
}

/* I4, I7: each participant's net change is the contract's. */
static void
inspect_nets (GeoInspect *inspect,
              const GeoContract *contract,
              GPtrArray *hops) {
  g_autoptr (GHashTable) nets =
      g_hash_table_new_full (geo_pid_hash, geo_pid_equal, NULL, g_free);
  gint64 amount = contract->amount.amount.minor;
  GHashTableIter iter;
  gpointer key, value;

  for (guint i = 0; i < hops->len; i++) {
    const GeoHop *hop = g_ptr_array_index (hops, i);
    const GeoPid *ends[2] = { &hop->from, &hop->to };

    for (guint end = 0; end < 2; end++) {
      gint64 moved = end == 0 ? -hop->amount.amount.minor
                              : hop->amount.amount.minor;
      gint64 *net = g_hash_table_lookup (nets, ends[end]);

      if (net == NULL) {
        net = g_new0 (gint64, 1);
        g_hash_table_insert (nets, (gpointer) ends[end], net);
      }
      if (__builtin_add_overflow (*net, moved, net)) {
        geo_inspect_find (inspect, "I7",
                          "Transaction %" G_GINT64_FORMAT
                          " does not fit its numbers.",
                          inspect->tx);
        return;
      }
    }
  }
  g_hash_table_iter_init (&iter, nets);
  while (g_hash_table_iter_next (&iter, &key, &value)) {
    gint64 expected = 0;
    const gchar *rule = "I7";

    switch (contract->kind) {
    case GEO_CONTRACT_KIND_PAYMENT:
      if (contract->has_payer && geo_pid_equal (key, &contract->payer))
        expected = -amount;
      if (contract->has_payee && geo_pid_equal (key, &contract->payee))
        expected = amount;
      break;
    case GEO_CONTRACT_KIND_CLEARING:
      rule = "I4";
      break;
    case GEO_CONTRACT_KIND_CORRECTION:
      /* What it is for: somebody's position changes, and all have voted. */
      continue;
    }
    if (*(gint64 *) value != expected) {
      geo_inspect_find (
          inspect, rule,
          "Transaction %" G_GINT64_FORMAT
          " changes what somebody has in all by another amount than its "
          "contract.",
          inspect->tx);
      return;
    }
  }
}

/* What is about the certificate alone. */
static void
inspect_certificate (GeoInspect *inspect,
                     const GeoHash *stored,
                     const GeoHash *order) {
  const GeoCertificate *certificate = inspect->certificate;
  const GeoContract *contract = certificate->contract;
  g_autoptr (GError) why = NULL;
  GeoHash hash;

  geo_contract_hash (contract, &hash);
  if (!geo_hash_equal (&hash, stored) ||
      contract->has_order != (order != NULL) ||
      (order != NULL && !geo_hash_equal (order, &contract->order)))
    geo_inspect_find (inspect, "certificate",
                      "Transaction %" G_GINT64_FORMAT
                      " is filed as another one.",
                      inspect->tx);
  if (!geo_pid_equal (&contract->community, &inspect->community))
    geo_inspect_find (inspect, "certificate",
                      "Transaction %" G_GINT64_FORMAT
                      " is of another community.",
                      inspect->tx);
  /* P3, P4, P6, P7. */
  if (!geo_certificate_check (certificate, geo_inspect_find_key, inspect, &why))
    geo_inspect_find (inspect, "certificate",
                      "The certificate of transaction %" G_GINT64_FORMAT
                      " does not hold: %s",
                      inspect->tx, why->message);
}

static gboolean
inspect_hops (GeoInspect *inspect, GError **error) {
  const GeoContract *contract = inspect->certificate->contract;
  g_autoptr (GPtrArray) hops =
      geo_hub_store_read_hops (inspect->store, inspect->tx, contract, error);
  g_autoptr (GArray) steps = g_array_new (FALSE, FALSE, sizeof (Step));

  if (hops == NULL)
    return FALSE;
  if (!geo_hub_hops_are_of (hops, contract))
    geo_inspect_find (inspect, "hops",
                      "The hops of transaction %" G_GINT64_FORMAT
                      " are not those of its contract.",
                      inspect->tx);
  for (guint i = 0; i < hops->len; i++) {
    const GeoHop *hop = g_ptr_array_index (hops, i);
    g_autoptr (GError) why = NULL;
    Step step = { hop, owed (inspect, &hop->from, &hop->to, hop->equivalent) };

    g_array_append_val (steps, step);
    if (!geo_pair_debts_add (inspect->pairs, hop, &why))
      geo_inspect_find (inspect, "I1", "%s", why->message);
    g_hash_table_add (inspect->awaited,
                      g_memdup2 (&hop->from, sizeof hop->from));
    g_hash_table_add (inspect->awaited, g_memdup2 (&hop->to, sizeof hop->to));
  }
  inspect_nets (inspect, contract, hops);
  inspect_limits (inspect, contract, steps);
  if (contract->kind == GEO_CONTRACT_KIND_CLEARING)
    inspect_clearing (inspect, steps);
  return TRUE;
}

static gboolean
inspect_tx (GeoInspect *inspect, GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  g_autoptr (GError) why = NULL;
  const gchar *text;
  GeoHash contract;
  GeoHash order;
  gboolean has_order;
  gboolean row;

  if (!geo_query_prepare (
          &query, inspect->store->database,
          "SELECT contract, order_hash, certificate FROM tx WHERE id = ?",
          error))
    return FALSE;
  geo_query_bind_int (&query, inspect->tx);
  if (!geo_query_step (&query, &row, error))
    return FALSE;
  if (!row) {
    geo_inspect_find (inspect, "I5",
                      "Transaction %" G_GINT64_FORMAT
                      " is gone, and entries tell of it.",
                      inspect->tx);
    return TRUE;
  }
  has_order = !geo_query_is_null (&query, 1);
  text = geo_query_get_text (&query, 2, error);
  if (text == NULL || !geo_query_get_hash (&query, 0, &contract, error) ||
      (has_order && !geo_query_get_hash (&query, 1, &order, error)))
    return FALSE;
  inspect->out->transactions++;
  inspect->certificate = geo_certificate_from_text (text, -1, &why);
  if (inspect->certificate == NULL) {
    geo_inspect_find (inspect, "certificate",
                      "The certificate of transaction %" G_GINT64_FORMAT
                      " cannot be read: %s",
                      inspect->tx, why->message);
    return TRUE;
  }
  inspect_certificate (inspect, &contract, has_order ? &order : NULL);
  return inspect_hops (inspect, error);
}

/* --- Entries -------------------------------------------------------------- */

/* I5: both parties of a hop hold the same certificate or none; both sides of a
 * line have been told of it. */
void
geo_inspect_end (GeoInspect *inspect) {
  GHashTableIter iter;
  gpointer key;

  if (inspect->awaited != NULL) {
    g_hash_table_iter_init (&iter, inspect->awaited);
    while (g_hash_table_iter_next (&iter, &key, NULL)) {
      g_autofree gchar *name = NULL;

      if (g_hash_table_contains (inspect->told, key))
        continue;
      name = geo_pid_to_string (key);
      if (inspect->tx != 0)
        geo_inspect_find (inspect, "I5",
                          "%s has no entry about transaction %" G_GINT64_FORMAT
                          ".",
                          name, inspect->tx);
      else
        geo_inspect_find (inspect, "I5",
                          "%s has no entry about a line of its own.", name);
    }
  }
  g_clear_pointer (&inspect->awaited, g_hash_table_unref);
  g_clear_pointer (&inspect->told, g_hash_table_unref);
  g_clear_pointer (&inspect->certificate, geo_certificate_free);
  inspect->tx = 0;
}

static gboolean
begin_subject (GeoInspect *inspect,
               gint64 tx,
               const GeoHash *subject,
               GError **error) {
  GeoInspectLine *line;

  geo_inspect_end (inspect);
  inspect->tx = tx;
  inspect->subject = *subject;
  inspect->awaited = g_hash_table_new_full (geo_pid_hash, geo_pid_equal, g_free,
                                            NULL);
  inspect->told = g_hash_table_new_full (geo_pid_hash, geo_pid_equal, g_free,
                                         NULL);
  if (tx != 0)
    return inspect_tx (inspect, error);

  line = g_hash_table_lookup (inspect->by_hash, subject);
  if (line == NULL) {
    geo_inspect_find (inspect, "I5",
                      "An entry is about a line that is not there.");
    return TRUE;
  }
  for (guint i = 0; i < line->versions->len; i++) {
    GeoInspectVersion *version = &g_array_index (line->versions,
                                                 GeoInspectVersion, i);

    if (!geo_hash_equal (&version->hash, subject))
      continue;
    if (i != line->in_force)
      geo_inspect_find (inspect, "line",
                        "Versions of a line came into force out of order.");
    line->in_force = i + 1;
    version->told = TRUE;
    g_hash_table_add (inspect->awaited,
                      g_memdup2 (&version->from, sizeof version->from));
    g_hash_table_add (inspect->awaited,
                      g_memdup2 (&version->to, sizeof version->to));
  }
  return TRUE;
}

/* §8: each participant's entries are one chain, signed by the hub. */
static gchar *
judge_entry (GeoInspect *inspect,
             const GeoEntry *entry,
             const GeoInspectEnd *end,
             const GeoHash *stored) {
  g_autoptr (GError) why = NULL;
  GeoHash hash;

  if (!geo_pid_equal (&entry->community, &inspect->community))
    return g_strdup ("is of another community");
  if (!geo_entry_verify (entry, &inspect->community_key, &why))
    return g_strdup_printf ("is not signed by the hub: %s", why->message);
  geo_entry_hash (entry, &hash);
  if (!geo_hash_equal (&hash, stored))
    return g_strdup ("has another hash");
  if (entry->sequence != end->sequence + 1 ||
      entry->has_previous != (end->sequence > 0) ||
      (end->sequence > 0 && !geo_hash_equal (&entry->previous, &end->hash)))
    return g_strdup ("does not follow the one before");
  return NULL;
}

/* The evidence that the participant was shown with it. */
static void
inspect_evidence (GeoInspect *inspect,
                  const GeoProvenEntry *proven,
                  const gchar *name) {
  const GeoEntry *entry = proven->entry;
  GeoHash hash;

  if (inspect->certificate != NULL) {
    geo_contract_hash (inspect->certificate->contract, &hash);
    if (!geo_hash_equal (&hash, &entry->subject))
      geo_inspect_find (inspect, "I5",
                        "Entry %" G_GINT64_FORMAT " of %s is about another "
                        "contract than its transaction.",
                        entry->sequence, name);
    for (guint i = 0; i < proven->hops->len; i++) {
      g_autoptr (GError) why = NULL;

      if (!geo_contract_check_hop (inspect->certificate->contract,
                                   g_ptr_array_index (proven->hops, i), &why))
        geo_inspect_find (inspect, "hops",
                          "A hop that %s was shown is not of its contract: %s",
                          name, why->message);
    }
  }
  if (!g_hash_table_contains (inspect->awaited, &entry->participant))
    geo_inspect_find (inspect, "I5",
                      "Entry %" G_GINT64_FORMAT
                      " of %s is about what it takes no part "
                      "in.",
                      entry->sequence, name);
  if (!g_hash_table_add (inspect->told, g_memdup2 (&entry->participant,
                                                   sizeof entry->participant)))
    geo_inspect_find (inspect, "I5", "%s has two entries about the same.",
                      name);
}

/* The query's row; people are in its column 6. */
static void
inspect_entry (GeoInspect *inspect,
               GeoQuery *query,
               const gchar *text,
               const GeoPid *pid,
               gint64 sequence,
               const GeoHash *stored) {
  g_autoptr (GError) why = NULL;
  g_autoptr (GeoProvenEntry) proven = geo_proven_entry_from_text (text, -1,
                                                                  &why);
  g_autofree gchar *name = geo_pid_to_string (pid);
  g_autofree gchar *wrong = NULL;
  GeoInspectEnd *end = g_hash_table_lookup (inspect->ends, pid);

  inspect->out->entries++;
  if (end == NULL) {
    end = g_new0 (GeoInspectEnd, 1);
    g_hash_table_insert (inspect->ends, g_memdup2 (pid, sizeof *pid), end);
  }
  if (proven == NULL)
    wrong = g_strdup_printf ("cannot be read: %s", why->message);
  else if (!geo_pid_equal (&proven->entry->participant, pid) ||
           proven->entry->sequence != sequence ||
           !geo_hash_equal (&proven->entry->subject, &inspect->subject))
    wrong = g_strdup ("is filed as another one");
  else if (!geo_hub_people_read (inspect->store, query, 6, proven->people,
                                 &why))
    wrong = g_strdup_printf ("is damaged: %s", why->message);
  else
    wrong = judge_entry (inspect, proven->entry, end, stored);
  if (wrong != NULL)
    geo_inspect_find (inspect, "chain", "Entry %" G_GINT64_FORMAT " of %s %s.",
                      sequence, name, wrong);
  if (proven != NULL)
    inspect_evidence (inspect, proven, name);
  end->sequence = sequence;
  end->hash = *stored;
}

/* Entries are written with what they tell, so their order is the order in which
 * everything happened. */
gboolean
geo_inspect_entries (GeoInspect *inspect, GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gboolean first = TRUE;
  gboolean row;

  if (!geo_query_prepare (&query, inspect->store->database,
                          "SELECT participant, sequence, tx, subject, hash,"
                          " entry, people FROM entry ORDER BY id",
                          error))
    return FALSE;
  for (;;) {
    GeoHash subject;
    GeoHash hash;
    const gchar *text;
    gint64 tx;
    GeoPid pid;

    if (!geo_query_step (&query, &row, error))
      return FALSE;
    if (!row)
      break;
    tx = geo_query_is_null (&query, 2) ? 0 : geo_query_get_int (&query, 2);
    text = geo_query_get_text (&query, 5, error);
    if (text == NULL || !geo_query_get_pid (&query, 0, &pid, error) ||
        !geo_query_get_hash (&query, 3, &subject, error) ||
        !geo_query_get_hash (&query, 4, &hash, error))
      return FALSE;
    if ((first || tx != inspect->tx ||
         !geo_hash_equal (&subject, &inspect->subject)) &&
        !begin_subject (inspect, tx, &subject, error))
      return FALSE;
    first = FALSE;
    inspect_entry (inspect, &query, text, &pid, geo_query_get_int (&query, 1),
                   &hash);
  }
  geo_inspect_end (inspect);
  return TRUE;
}

/* What nobody was told of. */
gboolean
geo_inspect_untold (GeoInspect *inspect, GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  GHashTableIter iter;
  gpointer key, value;
  gboolean row;

  if (!geo_query_prepare (&query, inspect->store->database,
                          "SELECT id FROM tx WHERE NOT EXISTS"
                          " (SELECT 1 FROM entry WHERE entry.tx = tx.id)",
                          error))
    return FALSE;
  for (;;) {
    if (!geo_query_step (&query, &row, error))
      return FALSE;
    if (!row)
      break;
    geo_inspect_find (inspect, "I5",
                      "Transaction %" G_GINT64_FORMAT " has no entries at all.",
                      geo_query_get_int (&query, 0));
  }

  g_hash_table_iter_init (&iter, inspect->lines);
  while (g_hash_table_iter_next (&iter, &key, &value)) {
    const GeoInspectLine *line = value;

    for (guint i = 0; i < line->versions->len; i++)
      if (!g_array_index (line->versions, GeoInspectVersion, i).told)
        geo_inspect_find (inspect, "I5",
                          "A version of the line %s has no entries.",
                          (const gchar *) key);
  }
  return TRUE;
}
