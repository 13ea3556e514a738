/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The market as points that push each other away and ties that hold them
 * together, until they rest (after Fruchterman and Reingold).  Every point is
 * compared with every other, which for as many as are drawn takes a worker a
 * fraction of a second.  Nothing here is by chance: where a point begins follows
 * from its name's number, so that people find each other where they were.
 */
#include "config.h"

#include "wallet/geo-market-graph.h"

#include <math.h>

/* So often everything is moved, and how much less each time. */
#define ROUNDS 180
/* Nobody's circle touches another's. */
#define DISTANCE_MIN 0.62
#define SPREAD_ROUNDS 80

static void
point_free (gpointer data) {
  GeoMarketPoint *point = data;

  g_free (point->key);
  g_free (point->name);
  g_free (point->sentence);
  g_free (point);
}

static void
circle_free (gpointer data) {
  GeoMarketCircle *circle = data;

  g_array_unref (circle->points);
  g_free (circle);
}

static void
graph_clear (gpointer data) {
  GeoMarketGraph *graph = data;

  g_ptr_array_unref (graph->points);
  g_array_unref (graph->ties);
  g_ptr_array_unref (graph->circles);
}

static GeoMarketPoint *
add_point (GeoMarketGraph *graph,
           GeoMarketPointKind kind,
           const gchar *key,
           const gchar *name,
           const gchar *sentence) {
  GeoMarketPoint *point = g_new0 (GeoMarketPoint, 1);
  guint number = graph->points->len;
  /* Sunflower seeds lie evenly, whatever their number. */
  double angle = number * (G_PI * (3 - sqrt (5)));
  double radius = 0.9 * sqrt (number);

  point->kind = kind;
  point->key = g_strdup (key);
  point->name = g_strdup (name);
  point->sentence = g_strdup (sentence);
  point->x = radius * cos (angle);
  point->y = radius * sin (angle);
  g_ptr_array_add (graph->points, point);
  return point;
}

GeoMarketGraph *
geo_market_graph_new (const gchar *my_key,
                      const gchar *my_name,
                      const gchar *my_sentence) {
  GeoMarketGraph *graph = g_atomic_rc_box_new0 (GeoMarketGraph);

  graph->points = g_ptr_array_new_with_free_func (point_free);
  graph->ties = g_array_new (FALSE, FALSE, sizeof (GeoMarketTie));
  graph->circles = g_ptr_array_new_with_free_func (circle_free);
  add_point (graph, GEO_MARKET_ME, my_key, my_name, my_sentence);
  return graph;
}

GeoMarketGraph *
geo_market_graph_ref (GeoMarketGraph *graph) {
  return g_atomic_rc_box_acquire (graph);
}

void
geo_market_graph_unref (gpointer graph) {
  if (graph != NULL)
    g_atomic_rc_box_release_full (graph, graph_clear);
}

guint
geo_market_graph_add (GeoMarketGraph *graph,
                      const gchar *key,
                      const gchar *name,
                      const gchar *sentence) {
  if (graph->points->len >= GEO_MARKET_POINTS_MAX)
    return G_MAXUINT;
  add_point (graph, key != NULL ? GEO_MARKET_PERSON : GEO_MARKET_UNKNOWN, key,
             name, sentence);
  return graph->points->len - 1;
}

guint
geo_market_graph_find (GeoMarketGraph *graph, const gchar *key) {
  for (guint i = 0; i < graph->points->len; i++) {
    const GeoMarketPoint *point = graph->points->pdata[i];

    if (g_strcmp0 (point->key, key) == 0)
      return i;
  }
  return G_MAXUINT;
}

void
geo_market_graph_tie (GeoMarketGraph *graph,
                      GeoMarketTieKind kind,
                      guint from,
                      guint to) {
  GeoMarketTie tie = { .kind = kind, .from = from, .to = to };

  g_return_if_fail (from < graph->points->len && to < graph->points->len);
  g_array_append_val (graph->ties, tie);
}

void
geo_market_graph_add_circle (GeoMarketGraph *graph,
                             guint debtor,
                             guint creditor,
                             guint others,
                             gboolean is_proposal) {
  GeoMarketCircle *circle;
  guint me = 0;

  g_return_if_fail (debtor < graph->points->len &&
                    creditor < graph->points->len);
  if (others < 2 || debtor == creditor ||
      graph->points->len + others - 2 > GEO_MARKET_POINTS_MAX)
    return;
  circle = g_new0 (GeoMarketCircle, 1);
  circle->points = g_array_new (FALSE, FALSE, sizeof (guint));
  circle->is_proposal = is_proposal;
  g_array_append_val (circle->points, debtor);
  g_array_append_val (circle->points, me);
  g_array_append_val (circle->points, creditor);
  for (guint i = 2; i < others; i++) {
    guint stranger = geo_market_graph_add (graph, NULL, NULL, NULL);

    g_array_append_val (circle->points, stranger);
  }
  for (guint i = 0; i < circle->points->len; i++)
    geo_market_graph_tie (graph, GEO_MARKET_CLEARED,
                          g_array_index (circle->points, guint, i),
                          g_array_index (circle->points, guint,
                                         (i + 1) % circle->points->len));
  g_ptr_array_add (graph->circles, circle);
}

void
geo_market_graph_follow (GeoMarketGraph *graph,
                         const GeoMarketGraph *former) {
  g_autoptr (GHashTable) places = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < former->points->len; i++) {
    GeoMarketPoint *point = former->points->pdata[i];

    if (point->key != NULL)
      g_hash_table_insert (places, point->key, point);
  }
  for (guint i = 0; i < graph->points->len; i++) {
    GeoMarketPoint *point = graph->points->pdata[i];
    const GeoMarketPoint *old =
        point->key != NULL ? g_hash_table_lookup (places, point->key) : NULL;

    if (old != NULL) {
      point->x = old->x;
      point->y = old->y;
    }
  }
}

/* --- Finding places ----------------------------------------------------- */

typedef struct {
  double x, y; /* Where it is. */
  double dx, dy; /* Where it is pulled. */
} Body;

static void
push_apart (Body *bodies, guint n) {
  for (guint i = 0; i < n; i++) {
    Body *one = &bodies[i];
    double px = 0;
    double py = 0;

    for (guint j = i + 1; j < n; j++) {
      Body *other = &bodies[j];
      double x = one->x - other->x;
      double y = one->y - other->y;
      double push = 1 / (x * x + y * y + 0.01);

      px += x * push;
      py += y * push;
      other->dx -= x * push;
      other->dy -= y * push;
    }
    one->dx += px;
    one->dy += py;
  }
}

/* Circles are pulled tighter than debts, and those than mere trust. */
static double
pull_of (GeoMarketTieKind kind) {
  switch (kind) {
  case GEO_MARKET_CLEARED:
    return 0.9;
  case GEO_MARKET_OWES:
    return 0.6;
  case GEO_MARKET_TRUSTS:
    return 0.35;
  case GEO_MARKET_KNOWS:
    return 0.15;
  }
  return 0;
}

static void
pull_together (Body *bodies, const GArray *ties) {
  for (guint i = 0; i < ties->len; i++) {
    const GeoMarketTie *tie = &g_array_index (ties, GeoMarketTie, i);
    Body *one = &bodies[tie->from];
    Body *other = &bodies[tie->to];
    double x = one->x - other->x;
    double y = one->y - other->y;
    double pull = pull_of (tie->kind) * sqrt (x * x + y * y);

    one->dx -= x * pull;
    one->dy -= y * pull;
    other->dx += x * pull;
    other->dy += y * pull;
  }
}

/* I am the middle and stay there; nothing else drifts away. */
static void
move (Body *bodies, guint n, double step_max) {
  bodies[0].x = bodies[0].y = 0;
  for (guint i = 1; i < n; i++) {
    Body *body = &bodies[i];
    double dx = body->dx - 0.02 * body->x;
    double dy = body->dy - 0.02 * body->y;
    double length = sqrt (dx * dx + dy * dy);

    if (length > 0) {
      double step = MIN (length * 0.25, step_max) / length;

      body->x += dx * step;
      body->y += dy * step;
    }
    body->dx = body->dy = 0;
  }
}

/* TRUE: somebody still touched somebody. */
static gboolean
spread (Body *bodies, guint n) {
  gboolean touched = FALSE;

  for (guint i = 0; i < n; i++) {
    for (guint j = i + 1; j < n; j++) {
      Body *one = &bodies[i];
      Body *other = &bodies[j];
      double x = other->x - one->x;
      double y = other->y - one->y;
      double square = x * x + y * y;
      double distance;
      double part;

      if (square >= DISTANCE_MIN * DISTANCE_MIN)
        continue;
      touched = TRUE;
      /* Two at one place part in a direction of their own. */
      if (square < 1e-9) {
        x = cos (j);
        y = sin (j);
        square = 1;
      }
      distance = sqrt (square);
      part = (DISTANCE_MIN * 1.02 - MIN (distance, DISTANCE_MIN)) / distance;
      if (i > 0) {
        one->x -= x * part / 2;
        one->y -= y * part / 2;
      }
      other->x += x * part * (i > 0 ? 0.5 : 1);
      other->y += y * part * (i > 0 ? 0.5 : 1);
    }
  }
  return touched;
}

gboolean
geo_market_graph_arrange (GeoMarketGraph *graph, GCancellable *cancellable) {
  guint n = graph->points->len;
  g_autofree Body *bodies = g_new0 (Body, n);

  for (guint i = 0; i < n; i++) {
    const GeoMarketPoint *point = graph->points->pdata[i];

    bodies[i].x = point->x;
    bodies[i].y = point->y;
  }
  for (guint round = 0; round < ROUNDS; round++) {
    double left = 1 - (double) round / ROUNDS;

    if (g_cancellable_is_cancelled (cancellable))
      return FALSE;
    push_apart (bodies, n);
    pull_together (bodies, graph->ties);
    move (bodies, n, 0.02 + 0.6 * left * left);
  }
  for (guint round = 0; round < SPREAD_ROUNDS && spread (bodies, n); round++) {
    if (g_cancellable_is_cancelled (cancellable))
      return FALSE;
  }
  for (guint i = 0; i < n; i++) {
    GeoMarketPoint *point = graph->points->pdata[i];

    point->x = bodies[i].x;
    point->y = bodies[i].y;
  }
  return TRUE;
}

static void
arrange_thread (GTask *task,
                gpointer source,
                gpointer data,
                GCancellable *cancellable) {
  if (geo_market_graph_arrange (data, cancellable))
    g_task_return_pointer (task, geo_market_graph_ref (data),
                           geo_market_graph_unref);
  else
    g_task_return_error_if_cancelled (task);
}

void
geo_market_graph_arrange_async (GeoMarketGraph *graph,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data) {
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_task_data (task, geo_market_graph_ref (graph),
                        geo_market_graph_unref);
  g_task_run_in_thread (task, arrange_thread);
}

GeoMarketGraph *
geo_market_graph_arrange_finish (GAsyncResult *result, GError **error) {
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
