/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoBook: people, lines and debts of one community in memory, and their
 * graphs. It checks that what is loaded fits together; it checks no signatures
 * and decides nothing.
 */
#include "protocol/geo-book-private.h"

#include <string.h>

#include "core/geo-error.h"

/* A line that blocks somebody who is not known yet. */
typedef struct {
  GeoBookMarket *market;
  gint64 key;
} Awaiting;

struct _GeoBook {
  GeoCommunity *community;
  GHashTable *people; /* GeoPid → GeoBookPerson, owned by nodes */
  GHashTable *by_key; /* Digest of a later key, former or not → GeoBookPerson */
  GPtrArray *nodes; /* GeoBookPerson, by node */
  GHashTable *markets; /* Code → GeoBookMarket */
  GHashTable *awaited; /* GeoPid → GArray of Awaiting */
  gint64 day; /* The UTC day that caps are of. */
};

static void
person_free (GeoBookPerson *person) {
  geo_participant_free (person->participant);
  g_free (person->folded);
  g_ptr_array_unref (person->lines);
  g_free (person);
}

static void
line_free (GeoBookLine *line) {
  geo_trust_line_free (line->line);
  geo_entry_free (line->receipt);
  g_free (line);
}

static GeoNodeFlags
flags_of (const GeoBookPerson *person) {
  GeoNodeFlags flags = 0;

  if (person->present)
    flags |= GEO_NODE_PRESENT;
  if (person->frozen)
    flags |= GEO_NODE_FROZEN;
  return flags;
}

static void
market_free (GeoBookMarket *market) {
  g_hash_table_unref (market->lines);
  geo_graph_free (market->graph);
  g_free (market);
}

/* With a node for everybody who is there. */
static void
add_market (GeoBook *book, const GeoEquivalent *equivalent) {
  GeoBookMarket *market = g_new0 (GeoBookMarket, 1);

  market->equivalent = equivalent;
  market->graph = geo_graph_new ();
  market->lines = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free,
                                         (GDestroyNotify) line_free);
  for (guint i = 0; i < book->nodes->len; i++) {
    GeoNodeIndex node = geo_graph_add_node (market->graph);

    g_assert (node == i);
    geo_graph_set_node_flags (market->graph, node,
                              flags_of (g_ptr_array_index (book->nodes, i)));
  }
  g_hash_table_replace (book->markets, equivalent->code, market);
}

GeoBook *
geo_book_new (const GeoCommunity *community) {
  GeoBook *book = g_new0 (GeoBook, 1);

  book->community = geo_community_copy (community);
  book->people = g_hash_table_new (geo_pid_hash, geo_pid_equal);
  book->by_key = g_hash_table_new_full (geo_pid_hash, geo_pid_equal, g_free,
                                        NULL);
  book->nodes = g_ptr_array_new_with_free_func ((GDestroyNotify) person_free);
  book->markets = g_hash_table_new_full (g_str_hash, g_str_equal, NULL,
                                         (GDestroyNotify) market_free);
  book->awaited = g_hash_table_new_full (geo_pid_hash, geo_pid_equal, g_free,
                                         (GDestroyNotify) g_array_unref);

  for (guint i = 0; i < book->community->equivalents->len; i++)
    add_market (book, g_ptr_array_index (book->community->equivalents, i));
  return book;
}

gboolean
geo_book_set_community (GeoBook *book, const GeoCommunity *community) {
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, book->markets);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    const GeoBookMarket *market = value;
    const GeoEquivalent *next =
        geo_community_find_equivalent (community, market->equivalent->code);

    if (g_hash_table_size (market->lines) > 0 &&
        (next == NULL || next->precision != market->equivalent->precision))
      return FALSE;
  }

  /* Codes are the table's keys and the old community's texts. */
  g_autoptr (GHashTable) before = g_steal_pointer (&book->markets);
  g_autoptr (GeoCommunity) old G_GNUC_UNUSED =
      g_steal_pointer (&book->community);

  book->community = geo_community_copy (community);
  book->markets = g_hash_table_new_full (g_str_hash, g_str_equal, NULL,
                                         (GDestroyNotify) market_free);
  for (guint i = 0; i < book->community->equivalents->len; i++) {
    const GeoEquivalent *equivalent =
        g_ptr_array_index (book->community->equivalents, i);
    GeoBookMarket *market = NULL;

    if (g_hash_table_steal_extended (before, equivalent->code, NULL,
                                     (gpointer *) &market)) {
      market->equivalent = equivalent;
      g_hash_table_replace (book->markets, equivalent->code, market);
    } else {
      add_market (book, equivalent);
    }
  }
  return TRUE;
}

void
geo_book_free (GeoBook *book) {
  if (book == NULL)
    return;

  g_hash_table_unref (book->awaited);
  g_hash_table_unref (book->markets);
  g_hash_table_unref (book->people);
  g_hash_table_unref (book->by_key);
  g_ptr_array_unref (book->nodes);
  geo_community_free (book->community);
  g_free (book);
}

/* --- Looking ------------------------------------------------------------- */

GeoBookPerson *
geo_book_person (const GeoBook *book, const GeoPid *pid) {
  return g_hash_table_lookup (book->people, pid);
}

GeoBookPerson *
geo_book_person_at (const GeoBook *book, GeoNodeIndex node) {
  return g_ptr_array_index (book->nodes, node);
}

GeoBookMarket *
geo_book_market (const GeoBook *book, const gchar *equivalent) {
  return g_hash_table_lookup (book->markets, equivalent);
}

static gint64
line_key (GeoNodeIndex creditor, GeoNodeIndex debtor) {
  return (gint64) (((guint64) creditor << 32) | debtor);
}

GeoBookLine *
geo_book_line (const GeoBookMarket *market,
               GeoNodeIndex creditor,
               GeoNodeIndex debtor) {
  gint64 key = line_key (creditor, debtor);

  return g_hash_table_lookup (market->lines, &key);
}

const GeoCommunity *
geo_book_get_community (const GeoBook *book) {
  return book->community;
}

const GeoParticipant *
geo_book_get_participant (const GeoBook *book, const GeoPid *pid) {
  const GeoBookPerson *person = geo_book_person (book, pid);

  return person == NULL ? NULL : person->participant;
}

const GeoParticipant *
geo_book_find_by_key (const GeoBook *book, const GeoPid *digest) {
  const GeoBookPerson *person = g_hash_table_lookup (book->by_key, digest);

  if (person == NULL)
    person = geo_book_person (book, digest);
  return person == NULL ? NULL : person->participant;
}

gboolean
geo_book_has_others_key (const GeoBook *book,
                         const GeoParticipant *participant) {
  GeoKeyChain chain;

  geo_key_chain_of (participant, &chain);
  for (guint i = 0; i < chain.n; i++) {
    const GeoParticipant *owner;
    GeoPid digest;

    geo_pid_from_key (&chain.keys[i], &digest);
    owner = geo_book_find_by_key (book, &digest);
    if (owner != NULL && !geo_pid_equal (&owner->pid, &participant->pid))
      return TRUE;
  }
  return FALSE;
}

GeoTime
geo_book_get_rotated_at (const GeoBook *book, const GeoPid *pid) {
  const GeoBookPerson *person = geo_book_person (book, pid);

  return person == NULL ? 0 : person->rotated_at;
}

guint
geo_book_n_participants (const GeoBook *book) {
  return book->nodes->len;
}

const GeoTrustLine *
geo_book_get_line (const GeoBook *book,
                   const GeoPid *from,
                   const GeoPid *to,
                   const gchar *equivalent) {
  const GeoBookMarket *market = geo_book_market (book, equivalent);
  const GeoBookPerson *creditor = geo_book_person (book, from);
  const GeoBookPerson *debtor = geo_book_person (book, to);
  const GeoBookLine *line;

  if (market == NULL || creditor == NULL || debtor == NULL)
    return NULL;
  line = geo_book_line (market, creditor->node, debtor->node);
  return line == NULL ? NULL : line->line;
}

GeoAmount
geo_book_get_debt (const GeoBook *book,
                   const GeoPid *debtor,
                   const GeoPid *creditor,
                   const gchar *equivalent) {
  const GeoBookMarket *market = geo_book_market (book, equivalent);
  const GeoBookPerson *owing = geo_book_person (book, debtor);
  const GeoBookPerson *owed = geo_book_person (book, creditor);

  if (market == NULL || owing == NULL || owed == NULL)
    return GEO_AMOUNT_ZERO;
  return geo_graph_debt (market->graph, owing->node, owed->node);
}

const GeoParticipant *
geo_book_get_nth (const GeoBook *book, guint n) {
  g_assert (n < book->nodes->len);
  return geo_book_person_at (book, n)->participant;
}

gboolean
geo_book_is_frozen (const GeoBook *book, const GeoPid *pid) {
  const GeoBookPerson *person = geo_book_person (book, pid);

  return person != NULL && person->frozen;
}

gboolean
geo_book_is_unused (const GeoBook *book, const gchar *equivalent) {
  const GeoBookMarket *market = geo_book_market (book, equivalent);

  return market == NULL || g_hash_table_size (market->lines) == 0;
}

GeoAmount
geo_book_get_capacity (const GeoBook *book,
                       const GeoPid *from,
                       const GeoPid *to,
                       const gchar *equivalent) {
  const GeoBookMarket *market = geo_book_market (book, equivalent);
  const GeoBookPerson *payer = geo_book_person (book, from);
  const GeoBookPerson *payee = geo_book_person (book, to);

  if (market == NULL || payer == NULL || payee == NULL || payer == payee)
    return GEO_AMOUNT_ZERO;
  return geo_graph_capacity (market->graph, payer->node, payee->node);
}

void
geo_book_foreach_line_of (const GeoBook *book,
                          const GeoPid *pid,
                          GeoBookLineFunc func,
                          gpointer user_data) {
  const GeoBookPerson *person = geo_book_person (book, pid);

  for (guint i = 0; person != NULL && i < person->lines->len; i++) {
    const GeoBookLine *line = g_ptr_array_index (person->lines, i);

    func (line->line, user_data);
  }
}

gint64
geo_book_get_sequence (const GeoBook *book, const GeoPid *pid, GeoHash *hash) {
  const GeoBookPerson *person = geo_book_person (book, pid);

  if (hash != NULL) {
    memset (hash, 0, sizeof *hash);
    if (person != NULL)
      *hash = person->entry_hash;
  }
  return person == NULL ? 0 : person->sequence;
}

gboolean
geo_book_is_present (const GeoBook *book, const GeoPid *pid) {
  const GeoBookPerson *person = geo_book_person (book, pid);

  return person != NULL && person->present;
}

static void
update_node_flags (GeoBook *book, const GeoBookPerson *person) {
  GHashTableIter iter;
  gpointer market;

  g_hash_table_iter_init (&iter, book->markets);
  while (g_hash_table_iter_next (&iter, NULL, &market))
    geo_graph_set_node_flags (((GeoBookMarket *) market)->graph, person->node,
                              flags_of (person));
}

void
geo_book_set_present (GeoBook *book, const GeoPid *pid, gboolean present) {
  GeoBookPerson *person = geo_book_person (book, pid);

  if (person == NULL || person->present == (present != FALSE))
    return;
  person->present = present != FALSE;
  update_node_flags (book, person);
}

void
geo_book_set_frozen (GeoBook *book, GeoBookPerson *person, gboolean frozen) {
  person->frozen = frozen != FALSE;
  update_node_flags (book, person);
}

static gchar *
fold (const gchar *text) {
  g_autofree gchar *normal = g_utf8_normalize (text, -1, G_NORMALIZE_ALL);

  return g_utf8_casefold (normal == NULL ? text : normal, -1);
}

GPtrArray *
geo_book_find_people (const GeoBook *book,
                      const gchar *text,
                      const GArray *pids,
                      guint max) {
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  GPtrArray *found = g_ptr_array_new ();

  for (guint i = 0; pids != NULL && i < pids->len && found->len < max; i++) {
    GeoBookPerson *person = geo_book_person (book,
                                             &g_array_index (pids, GeoPid, i));

    if (person != NULL && g_hash_table_add (seen, person))
      g_ptr_array_add (found, person->participant);
  }

  if (text != NULL && *text != '\0') {
    g_autofree gchar *wanted = fold (text);

    for (guint i = 0; i < book->nodes->len && found->len < max; i++) {
      GeoBookPerson *person = g_ptr_array_index (book->nodes, i);

      if (strstr (person->folded, wanted) != NULL &&
          g_hash_table_add (seen, person))
        g_ptr_array_add (found, person->participant);
    }
  }
  return found;
}

void
geo_book_foreach_debt (const GeoBook *book,
                       GeoBookDebtFunc func,
                       gpointer user_data) {
  GHashTableIter markets;
  gpointer value;

  g_hash_table_iter_init (&markets, book->markets);
  while (g_hash_table_iter_next (&markets, NULL, &value)) {
    const GeoBookMarket *market = value;
    GHashTableIter lines;
    gpointer key;

    /* Nobody owes where there never was a line, and no line is forgotten. */
    g_hash_table_iter_init (&lines, market->lines);
    while (g_hash_table_iter_next (&lines, &key, &value)) {
      const GeoTrustLine *line = ((GeoBookLine *) value)->line;
      guint64 ends = (guint64) * (gint64 *) key;
      GeoAmount debt = geo_graph_debt (market->graph, (GeoNodeIndex) ends,
                                       (GeoNodeIndex) (ends >> 32));

      if (debt.minor > 0)
        func (&line->to, &line->from, market->equivalent->code, debt,
              user_data);
    }
  }
}

/* --- Changing ------------------------------------------------------------ */

/* Tells the graph whom the line blocks.  Somebody who is not known has no node:
 * the line is remembered until that participant joins. */
static void
apply_blocked (GeoBook *book, GeoBookMarket *market, gint64 key) {
  const GeoBookLine *line = g_hash_table_lookup (market->lines, &key);
  const GArray *pids = line->line->policy->blocked_participants;
  g_autofree GeoNodeIndex *blocked = g_new (GeoNodeIndex, pids->len + 1);
  guint64 ends = (guint64) key;
  gsize n = 0;

  for (guint i = 0; i < pids->len; i++) {
    const GeoPid *pid = &g_array_index (pids, GeoPid, i);
    const GeoBookPerson *person = geo_book_person (book, pid);

    if (person != NULL) {
      blocked[n++] = person->node;
    } else {
      GArray *waiting = g_hash_table_lookup (book->awaited, pid);
      Awaiting one = { market, key };

      if (waiting == NULL) {
        waiting = g_array_new (FALSE, FALSE, sizeof (Awaiting));
        g_hash_table_insert (book->awaited, geo_pid_dup (pid), waiting);
      }
      g_array_append_val (waiting, one);
    }
  }
  geo_graph_set_line_blocked (market->graph, (GeoNodeIndex) (ends >> 32),
                              (GeoNodeIndex) ends, blocked, n);
}

void
geo_book_put_participant (GeoBook *book, const GeoParticipant *participant) {
  GeoBookPerson *person = geo_book_person (book, &participant->pid);
  gboolean is_new = person == NULL;
  GeoPid digest;

  if (is_new) {
    GHashTableIter iter;
    gpointer market;

    person = g_new0 (GeoBookPerson, 1);
    person->node = book->nodes->len;
    person->lines = g_ptr_array_new ();
    g_ptr_array_add (book->nodes, person);
    g_hash_table_iter_init (&iter, book->markets);
    while (g_hash_table_iter_next (&iter, NULL, &market)) {
      GeoNodeIndex node =
          geo_graph_add_node (((GeoBookMarket *) market)->graph);

      g_assert (node == person->node);
    }
  } else {
    g_hash_table_remove (book->people, &participant->pid);
    geo_participant_free (person->participant);
    g_free (person->folded);
  }

  person->participant = geo_participant_copy (participant);
  /* It goes with each payment that it is in. */
  geo_participant_keep_text (person->participant);
  person->folded = fold (participant->name);
  g_hash_table_insert (book->people, &person->participant->pid, person);
  if (participant->rotations->len > 0) {
    const GeoKeyRotation *last = g_ptr_array_index (
        participant->rotations, participant->rotations->len - 1);

    for (guint i = 0; i < participant->rotations->len; i++) {
      const GeoKeyRotation *rotation =
          g_ptr_array_index (participant->rotations, i);

      geo_pid_from_key (&rotation->new_key, &digest);
      g_hash_table_replace (book->by_key, geo_pid_dup (&digest), person);
    }
    /* It was stored within the tolerance of that. */
    if (person->rotated_at == 0)
      person->rotated_at = last->at + GEO_CLOCK_TOLERANCE_MS;
  }

  if (is_new) {
    g_autoptr (GArray) waiting = NULL;
    g_autofree GeoPid *key = NULL;

    if (g_hash_table_steal_extended (book->awaited, &participant->pid,
                                     (gpointer *) &key, (gpointer *) &waiting))
      for (guint i = 0; i < waiting->len; i++) {
        const Awaiting *one = &g_array_index (waiting, Awaiting, i);

        apply_blocked (book, one->market, one->key);
      }
  }
}

/* §1: whoever has frozen a line neither lends nor borrows more over it. */
static GeoAmount
limit_of (const GeoBookLine *line, const GeoBookLine *back) {
  if (line == NULL || line->line->status != GEO_LINE_STATUS_ACTIVE ||
      geo_trust_line_is_frozen (line->line) ||
      (back != NULL && geo_trust_line_is_frozen (back->line)))
    return GEO_AMOUNT_ZERO;
  return line->line->limit.amount;
}

/* What the line's owner lets in today is in the graph, so that routes are found
 * around a line that is used up. */
static void
apply_daily (const GeoBook *book,
             GeoBookMarket *market,
             const GeoBookLine *line,
             GeoNodeIndex creditor,
             GeoNodeIndex debtor) {
  const GeoPolicy *policy = line->line->policy;
  GeoAmount left = GEO_AMOUNT_ZERO;
  gboolean limited = line->line->status == GEO_LINE_STATUS_ACTIVE &&
                     policy->has_daily_limit;

  if (limited) {
    left = policy->daily_limit.amount;
    if (line->day >= book->day)
      left.minor = MAX (left.minor - line->inbound.minor, 0);
  }
  geo_graph_set_line_cap (market->graph, creditor, debtor,
                          limited ? &left : NULL);
}

/* §7: both lines of a pair say what clearing may lend over either of them. */
static void
apply_spare (GeoBook *book,
             GeoBookMarket *market,
             const GeoBookLine *entry,
             const GeoBookLine *back) {
  const GeoTrustLine *line = entry->line;
  const GeoTrustLine *other = back != NULL ? back->line : NULL;
  GeoNodeIndex creditor = geo_book_person (book, &line->from)->node;
  GeoNodeIndex debtor = geo_book_person (book, &line->to)->node;

  geo_graph_set_spare (market->graph, creditor, debtor,
                       geo_trust_line_spare_bound (line, other));
  geo_graph_set_spare (market->graph, debtor, creditor,
                       geo_trust_line_spare_bound (other, line));
}

/* before: what it lent until now. */
static void
apply_line (GeoBook *book,
            GeoBookMarket *market,
            GeoBookLine *entry,
            const GeoBookLine *back,
            GeoAmount before) {
  const GeoTrustLine *line = entry->line;
  GeoNodeIndex creditor = geo_book_person (book, &line->from)->node;
  GeoNodeIndex debtor = geo_book_person (book, &line->to)->node;
  GeoAmount limit = limit_of (entry, back);
  GeoLineFlags flags = 0;

  if (geo_graph_reserved (market->graph, debtor, creditor).minor == 0)
    entry->ceiling = GEO_AMOUNT_ZERO;
  else if (geo_amount_cmp (limit, before) < 0)
    entry->ceiling = geo_amount_max (entry->ceiling, before);

  if (line->status == GEO_LINE_STATUS_ACTIVE) {
    flags |= GEO_LINE_ACTIVE;
    if (line->policy->can_be_intermediate)
      flags |= GEO_LINE_INTERMEDIATE;
    if (line->policy->consent == GEO_CONSENT_LIVE)
      flags |= GEO_LINE_LIVE;
  }
  /* §7: a debt stays cleared as its creditor allowed, also of a closed line. */
  if (line->policy->auto_clearing)
    flags |= GEO_LINE_CLEARING;
  geo_graph_set_line (market->graph, creditor, debtor, limit, flags);
  apply_blocked (book, market, line_key (creditor, debtor));
  apply_daily (book, market, entry, creditor, debtor);
}

GeoBookLine *
geo_book_put_line (GeoBook *book, const GeoTrustLine *line) {
  GeoBookMarket *market = geo_book_market (book, line->equivalent);
  const GeoBookPerson *creditor = geo_book_person (book, &line->from);
  const GeoBookPerson *debtor = geo_book_person (book, &line->to);
  GeoAmount before, back_before;
  GeoBookLine *entry;
  GeoBookLine *back;
  gint64 key;

  g_assert (market != NULL && creditor != NULL && debtor != NULL);
  key = line_key (creditor->node, debtor->node);
  entry = g_hash_table_lookup (market->lines, &key);
  back = geo_book_line (market, debtor->node, creditor->node);
  before = limit_of (entry, back);
  back_before = limit_of (back, entry);
  if (entry == NULL) {
    entry = g_new0 (GeoBookLine, 1);
    g_hash_table_insert (market->lines, g_memdup2 (&key, sizeof key), entry);
    g_ptr_array_add (creditor->lines, entry);
    g_ptr_array_add (debtor->lines, entry);
  } else {
    geo_trust_line_free (entry->line);
  }
  entry->line = geo_trust_line_copy (line);
  g_clear_pointer (&entry->receipt, geo_entry_free);
  apply_line (book, market, entry, back, before);
  if (geo_amount_cmp (limit_of (back, entry), back_before) != 0)
    apply_line (book, market, back, entry, back_before);
  apply_spare (book, market, entry, back);
  return entry;
}

/* --- Daily limits --------------------------------------------------------- */

void
geo_book_set_time (GeoBook *book, GeoTime now) {
  GHashTableIter markets;
  gpointer market;

  if (now / GEO_DAY_MS == book->day)
    return;
  book->day = now / GEO_DAY_MS;
  g_hash_table_iter_init (&markets, book->markets);
  while (g_hash_table_iter_next (&markets, NULL, &market)) {
    GHashTableIter lines;
    gpointer key, value;

    g_hash_table_iter_init (&lines, ((GeoBookMarket *) market)->lines);
    while (g_hash_table_iter_next (&lines, &key, &value)) {
      guint64 ends = (guint64) * (const gint64 *) key;

      apply_daily (book, market, value, (GeoNodeIndex) (ends >> 32),
                   (GeoNodeIndex) ends);
    }
  }
}

void
geo_book_add_inbound (GeoBook *book,
                      GeoBookMarket *market,
                      GeoNodeIndex u,
                      GeoNodeIndex v,
                      GeoAmount amount,
                      GeoTime at) {
  GeoBookLine *line = geo_book_line (market, v, u);
  gint64 day = at / GEO_DAY_MS;

  if (line == NULL)
    return;
  /* A clock that was set back does not begin a day anew. */
  if (line->day < day)
    line->inbound = GEO_AMOUNT_ZERO;
  line->day = MAX (line->day, day);
  /* No limit is larger. */
  line->inbound.minor = MIN (line->inbound.minor + amount.minor,
                             GEO_AMOUNT_MAX);
  apply_daily (book, market, line, v, u);
}

void
geo_book_load_inbound (GeoBook *book,
                       const GeoPid *from,
                       const GeoPid *to,
                       const gchar *equivalent,
                       GeoAmount amount,
                       GeoTime at) {
  GeoBookMarket *market = geo_book_market (book, equivalent);
  const GeoBookPerson *payer = geo_book_person (book, from);
  const GeoBookPerson *payee = geo_book_person (book, to);

  if (market != NULL && payer != NULL && payee != NULL && amount.minor > 0)
    geo_book_add_inbound (book, market, payer->node, payee->node, amount, at);
}

void
geo_book_advance (GeoBookPerson *person, const GeoEntry *entry) {
  g_assert (entry->sequence == person->sequence + 1);
  person->sequence = entry->sequence;
  geo_entry_hash (entry, &person->entry_hash);
}

void
geo_book_relax (GeoBookMarket *market, GeoNodeIndex u, GeoNodeIndex v) {
  GeoBookLine *line = geo_book_line (market, v, u);

  if (line != NULL && geo_graph_reserved (market->graph, u, v).minor == 0)
    line->ceiling = GEO_AMOUNT_ZERO;
}

guint
geo_book_count_frozen_equivalents (const GeoBook *book) {
  GHashTableIter iter;
  gpointer value;
  guint n = 0;

  g_hash_table_iter_init (&iter, book->markets);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    n += ((GeoBookMarket *) value)->frozen ? 1 : 0;
  return n;
}

/* --- Loading ------------------------------------------------------------- */

void
geo_book_load_frozen_equivalent (GeoBook *book, const gchar *equivalent) {
  GeoBookMarket *market = geo_book_market (book, equivalent);

  if (market != NULL)
    market->frozen = TRUE;
}

gboolean
geo_book_load_participant (GeoBook *book,
                           const GeoParticipant *participant,
                           gboolean frozen,
                           gint64 last_sequence,
                           const GeoHash *last_entry_hash,
                           GError **error) {
  GeoBookPerson *person;

  if (!geo_pid_equal (&participant->community, &book->community->community)) {
    g_set_error_literal (error, GEO_CORE_ERROR, GEO_CORE_ERROR_FIELD,
                         "A participant belongs to another community.");
    return FALSE;
  }
  if (geo_book_person (book, &participant->pid) != NULL) {
    g_set_error_literal (error, GEO_CORE_ERROR, GEO_CORE_ERROR_FIELD,
                         "A participant is there twice.");
    return FALSE;
  }
  if (last_sequence < 0 || (last_sequence > 0 && last_entry_hash == NULL)) {
    g_set_error_literal (error, GEO_CORE_ERROR, GEO_CORE_ERROR_RANGE,
                         "A participant's last entry does not hold.");
    return FALSE;
  }

  geo_book_put_participant (book, participant);
  person = geo_book_person (book, &participant->pid);
  person->frozen = frozen != FALSE;
  person->sequence = last_sequence;
  if (last_sequence > 0)
    person->entry_hash = *last_entry_hash;
  update_node_flags (book, person);
  return TRUE;
}

gboolean
geo_book_load_line (GeoBook *book, const GeoTrustLine *line, GError **error) {
  const GeoBookMarket *market = geo_book_market (book, line->equivalent);
  GeoAmount limit;

  if (!geo_pid_equal (&line->community, &book->community->community)) {
    g_set_error_literal (error, GEO_CORE_ERROR, GEO_CORE_ERROR_FIELD,
                         "A line belongs to another community.");
    return FALSE;
  }
  if (!geo_trust_line_check (line, error))
    return FALSE;
  if (market == NULL) {
    g_set_error (error, GEO_CORE_ERROR, GEO_CORE_ERROR_FIELD,
                 "A line counts in %s, which the community does not have.",
                 line->equivalent);
    return FALSE;
  }
  if (!geo_decimal_get (line->limit, (guint) market->equivalent->precision,
                        &limit, error))
    return FALSE;
  if (geo_book_person (book, &line->from) == NULL ||
      geo_book_person (book, &line->to) == NULL) {
    g_set_error_literal (error, GEO_CORE_ERROR, GEO_CORE_ERROR_FIELD,
                         "A line is of somebody who is not there.");
    return FALSE;
  }
  if (geo_book_get_line (book, &line->from, &line->to, line->equivalent) !=
      NULL) {
    g_set_error_literal (error, GEO_CORE_ERROR, GEO_CORE_ERROR_FIELD,
                         "A line is there twice.");
    return FALSE;
  }

  geo_book_put_line (book, line);
  return TRUE;
}

gboolean
geo_book_load_debt (GeoBook *book,
                    const GeoPid *debtor,
                    const GeoPid *creditor,
                    const gchar *equivalent,
                    GeoAmount debt,
                    GError **error) {
  const GeoBookMarket *market = geo_book_market (book, equivalent);
  const GeoBookPerson *owing = geo_book_person (book, debtor);
  const GeoBookPerson *owed = geo_book_person (book, creditor);

  if (market == NULL || owing == NULL || owed == NULL || owing == owed ||
      geo_book_line (market, owed->node, owing->node) == NULL) {
    g_set_error_literal (error, GEO_CORE_ERROR, GEO_CORE_ERROR_FIELD,
                         "A debt is where there never was a line.");
    return FALSE;
  }
  if (debt.minor < 0 ||
      geo_graph_debt (market->graph, owing->node, owed->node).minor != 0) {
    g_set_error_literal (error, GEO_CORE_ERROR, GEO_CORE_ERROR_RANGE,
                         "A debt is there twice, or is below zero.");
    return FALSE;
  }
  /* I3: one direction per pair. */
  if (!geo_graph_set_debt (market->graph, owing->node, owed->node, debt)) {
    g_set_error_literal (error, GEO_CORE_ERROR, GEO_CORE_ERROR_RANGE,
                         "Two participants owe each other.");
    return FALSE;
  }
  return TRUE;
}
