/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the hub's owner decides about participants, the community, limits and
 * orders that are under way.  It must not touch what is decided: a committed
 * payment stays committed, whoever is frozen afterwards.
 */
#include "protocol/geo-closer-private.h"

/* Orders that are open, at one moment: deciding one changes the table. */
static GPtrArray *
list_open (const GeoCloser *closer) {
  GPtrArray *open = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, closer->orders);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (((GeoCloserOrder *) value)->state == GEO_CLOSER_OPEN)
      g_ptr_array_add (open, value);
  return open;
}

/* P7: whose vote a contract has. */
static gboolean
has_vote_of (const GeoCloserContract *contract, const GeoBookPerson *person) {
  for (guint i = 0; contract != NULL && i < contract->asked->len; i++) {
    const GeoCloserAsked *asked = g_ptr_array_index (contract->asked, i);

    if (asked->person == person && asked->vote != NULL)
      return TRUE;
  }
  return FALSE;
}

gboolean
geo_closer_has_open_of (const GeoCloser *closer, const GeoPid *pid) {
  const GeoBookPerson *person = geo_book_person (closer->book, pid);
  g_autoptr (GPtrArray) open = list_open (closer);

  for (guint i = 0; i < open->len; i++) {
    const GeoCloserOrder *order = g_ptr_array_index (open, i);

    if (order->payer == person ||
        has_vote_of (geo_closer_open_contract (order), person))
      return TRUE;
  }
  for (guint i = 0; i < closer->clearings->len; i++) {
    if (has_vote_of (g_ptr_array_index (closer->clearings, i), person))
      return TRUE;
  }
  return FALSE;
}

static gboolean
takes_part (const GeoCloserContract *contract, GeoNodeIndex node) {
  for (guint i = 0; contract != NULL && i < contract->flows->len; i++) {
    const GeoCloserFlow *flow = &g_array_index (contract->flows, GeoCloserFlow,
                                                i);

    if (flow->u == node || flow->v == node)
      return TRUE;
  }
  return FALSE;
}

gboolean
geo_closer_set_frozen (GeoCloser *closer,
                       const GeoPid *pid,
                       gboolean frozen,
                       GeoTime now,
                       GPtrArray *actions) {
  GeoBookPerson *person = geo_book_person (closer->book, pid);
  g_autoptr (GPtrArray) open = NULL;
  g_autoptr (GPtrArray) clearings = NULL;

  geo_closer_sweep (closer, now);
  if (person == NULL)
    return FALSE;
  geo_book_set_frozen (closer->book, person, frozen);
  if (!frozen)
    return TRUE;

  /* At once: nothing is voted for any more that goes through it. */
  open = list_open (closer);
  for (guint i = 0; i < open->len; i++) {
    GeoCloserOrder *order = g_ptr_array_index (open, i);
    GeoCloserContract *contract = geo_closer_open_contract (order);

    g_assert (order->state == GEO_CLOSER_OPEN);
    if (order->payer == person || order->payee == person) {
      geo_closer_refuse_order (closer, order, GEO_CODE_NOT_ALLOWED,
                               GEO_REASON_FROZEN, now, actions);
    } else if (takes_part (contract, person->node)) {
      geo_closer_refuse_contract (closer, contract, GEO_CODE_NOT_ALLOWED,
                                  GEO_REASON_FROZEN, now, actions);
      order->code = GEO_CODE_NOT_ALLOWED;
      g_free (order->reason);
      order->reason = g_strdup (GEO_REASON_FROZEN);
      geo_closer_try (closer, order, now, actions);
    }
  }
  clearings = g_ptr_array_copy (closer->clearings, NULL, NULL);
  for (guint i = 0; i < clearings->len; i++) {
    GeoCloserContract *contract = g_ptr_array_index (clearings, i);

    if (takes_part (contract, person->node))
      geo_closer_refuse_clearing (closer, contract, GEO_CODE_NOT_ALLOWED,
                                  GEO_REASON_FROZEN, now, actions);
  }
  return TRUE;
}

gboolean
geo_closer_set_community (GeoCloser *closer, const GeoCommunity *community) {
  g_assert (geo_pid_equal (&community->community, &closer->self));
  return geo_book_set_community (closer->book, community);
}

gboolean
geo_closer_set_closed (GeoCloser *closer,
                       const gchar *equivalent,
                       gboolean closed) {
  GeoBookMarket *market = geo_book_market (closer->book, equivalent);

  if (market == NULL)
    return FALSE;
  market->closed = closed != FALSE;
  return TRUE;
}

guint
geo_closer_abort (GeoCloser *closer,
                  const gchar *tx_id,
                  GeoTime now,
                  GPtrArray *actions) {
  g_autoptr (GPtrArray) open = NULL;
  guint n = 0;

  geo_closer_sweep (closer, now);
  open = list_open (closer);
  for (guint i = 0; i < open->len; i++) {
    GeoCloserOrder *order = g_ptr_array_index (open, i);

    if (!g_str_equal (order->order->tx_id, tx_id))
      continue;
    /* P11: it has voted for none, or it would not be open. */
    geo_closer_refuse_order (closer, order, GEO_CODE_NOT_ALLOWED,
                             GEO_REASON_ABORTED, now, actions);
    n++;
  }
  return n;
}

void
geo_closer_foreach_open (const GeoCloser *closer,
                         GeoCloserOrderFunc func,
                         gpointer user_data) {
  g_autoptr (GPtrArray) open = list_open (closer);

  for (guint i = 0; i < open->len; i++)
    func (((GeoCloserOrder *) g_ptr_array_index (open, i))->order, user_data);
}
