/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Lists of edges by node, and strongly connected components: R. Tarjan,
 * "Depth-first search and linear graph algorithms", SIAM Journal on Computing
 * 1 (1972).  It looks at who owes whom and never at how much.
 */
#include "graph/geo-components-private.h"

void
geo_edge_index_init (GeoEdgeIndex *index,
                     guint n_nodes,
                     const GeoEdge *edges,
                     guint n_edges,
                     gboolean by_head) {
  guint32 sum = 0;

  index->first = g_new0 (guint32, (gsize) n_nodes + 1);
  index->list = g_new (guint32, n_edges);

  for (guint i = 0; i < n_edges; i++)
    index->first[by_head ? edges[i].head : edges[i].tail]++;
  /* Each node's count becomes the end of its part … */
  for (guint u = 0; u <= n_nodes; u++) {
    sum += index->first[u];
    index->first[u] = sum;
  }
  /* … and, filled from the back, its start. */
  for (guint i = n_edges; i-- > 0;) {
    guint32 u = by_head ? edges[i].head : edges[i].tail;

    index->list[--index->first[u]] = i;
  }
}

void
geo_edge_index_clear (GeoEdgeIndex *index) {
  g_clear_pointer (&index->first, g_free);
  g_clear_pointer (&index->list, g_free);
}

/* Tarjan's stacks and numbers; a node is numbered from 1, in the order that the
 * search meets them. */
typedef struct {
  const GeoEdge *edges;
  GeoEdgeIndex out;
  guint32 *number; /* 0: not met yet. */
  guint32 *low;
  guint32 *next; /* Where in out.list the node goes on. */
  guint32 *component;
  guint32 *open; /* Nodes whose component is not known yet. */
  guint n_open;
  guint32 *path; /* From the root to the node the search is at. */
  guint n_path;
  guint32 n_met;
  guint32 n_components;
} Search;

static void
enter (Search *search, guint32 node) {
  search->number[node] = ++search->n_met;
  search->low[node] = search->n_met;
  search->next[node] = search->out.first[node];
  search->component[node] = G_MAXUINT32;
  search->open[search->n_open++] = node;
  search->path[search->n_path++] = node;
}

static void
leave (Search *search, guint32 node) {
  search->n_path--;
  if (search->n_path > 0) {
    guint32 parent = search->path[search->n_path - 1];

    search->low[parent] = MIN (search->low[parent], search->low[node]);
  }
  if (search->low[node] != search->number[node])
    return;

  /* Nothing below reaches above it: all that is open since is its own. */
  for (;;) {
    guint32 member = search->open[--search->n_open];

    search->component[member] = search->n_components;
    if (member == node)
      break;
  }
  search->n_components++;
}

static void
search_from (Search *search, guint32 root) {
  enter (search, root);
  while (search->n_path > 0) {
    guint32 node = search->path[search->n_path - 1];
    guint32 head;

    if (search->next[node] == search->out.first[node + 1]) {
      leave (search, node);
      continue;
    }
    head = search->edges[search->out.list[search->next[node]++]].head;
    if (search->number[head] == 0)
      enter (search, head);
    else if (search->component[head] == G_MAXUINT32)
      search->low[node] = MIN (search->low[node], search->number[head]);
  }
}

void
geo_components_find (guint n_nodes,
                     const GeoEdge *edges,
                     guint n_edges,
                     guint32 *component) {
  g_auto (GeoEdgeIndex) out = { 0 };
  g_autofree guint32 *number = g_new0 (guint32, n_nodes);
  g_autofree guint32 *low = g_new (guint32, n_nodes);
  g_autofree guint32 *next = g_new (guint32, n_nodes);
  g_autofree guint32 *open = g_new (guint32, n_nodes);
  g_autofree guint32 *path = g_new (guint32, n_nodes);
  Search search = {
    .edges = edges,
    .number = number,
    .low = low,
    .next = next,
    .component = component,
    .open = open,
    .path = path,
  };

  geo_edge_index_init (&out, n_nodes, edges, n_edges, FALSE);
  search.out = out;
  for (guint32 u = 0; u < n_nodes; u++) {
    if (number[u] == 0)
      search_from (&search, u);
  }
}
