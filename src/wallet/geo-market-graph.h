/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoMarketGraph: what this wallet knows of the market as points and ties, and
 * where each point lies.  It reads nothing and draws nothing: pages fill it,
 * geo_market_graph_arrange () places it, GeoMarketView draws it.  Positions are
 * in units of the usual distance between two people.
 *
 * Only what this wallet knows itself is in it: I, people I have to do with, the
 * ties between them and me, and circles of clearing that I was on, of which I
 * know the length, who owed me and whom I owed.  The others on a circle are
 * points without a name.  Ties between two others appear only where a circle of
 * three proves one.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A larger market is drawn in part, and is whole in the list. */
#define GEO_MARKET_POINTS_MAX 600

typedef enum {
  GEO_MARKET_ME = 1,
  GEO_MARKET_PERSON = 2,
  GEO_MARKET_UNKNOWN = 3, /* Somebody on a circle. */
} GeoMarketPointKind;

typedef struct {
  GeoMarketPointKind kind;
  gchar *key; /* The PID; NULL: not known. */
  gchar *name; /* NULL where it is not known. */
  gchar *sentence; /* What is between us. */
  double x;
  double y;
} GeoMarketPoint;

typedef enum {
  GEO_MARKET_OWES = 1, /* from owes to. */
  GEO_MARKET_TRUSTS = 2, /* Nothing is owed; in either direction. */
  GEO_MARKET_KNOWS = 3, /* They only paid each other. */
  GEO_MARKET_CLEARED = 4, /* Next to each other on a circle. */
} GeoMarketTieKind;

typedef struct {
  GeoMarketTieKind kind;
  guint from;
  guint to;
} GeoMarketTie;

/* A circle's points in order. */
typedef struct {
  GArray *points; /* guint */
  gboolean is_proposal; /* Not cleared yet. */
} GeoMarketCircle;

typedef struct {
  GPtrArray *points; /* GeoMarketPoint; the first is me */
  GArray *ties; /* GeoMarketTie */
  GPtrArray *circles; /* GeoMarketCircle */
} GeoMarketGraph;

/* With me in it. */
GeoMarketGraph *geo_market_graph_new (const gchar *my_key,
                                      const gchar *my_name,
                                      const gchar *my_sentence);
GeoMarketGraph *geo_market_graph_ref (GeoMarketGraph *graph);
void geo_market_graph_unref (gpointer graph); /* A GDestroyNotify. */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GeoMarketGraph, geo_market_graph_unref)

/* The point's number; G_MAXUINT where the graph is full.  key NULL: somebody
 * unknown. */
guint geo_market_graph_add (GeoMarketGraph *graph,
                            const gchar *key,
                            const gchar *name,
                            const gchar *sentence);
/* G_MAXUINT: not there. */
guint geo_market_graph_find (GeoMarketGraph *graph, const gchar *key);
void geo_market_graph_tie (GeoMarketGraph *graph,
                           GeoMarketTieKind kind,
                           guint from,
                           guint to);
/* debtor, I and creditor, and as many strangers as others says beyond those
 * two; the circle's ties are made, too.  Nothing where the graph is full. */
void geo_market_graph_add_circle (GeoMarketGraph *graph,
                                  guint debtor,
                                  guint creditor,
                                  guint others,
                                  gboolean is_proposal);
/* People who were in former stay about where they were. */
void geo_market_graph_follow (GeoMarketGraph *graph,
                              const GeoMarketGraph *former);

/* Places all points; takes its time, so it belongs into a thread, which alone
 * has the graph meanwhile.  The same graph gives the same places.  FALSE: it was
 * cancelled. */
gboolean geo_market_graph_arrange (GeoMarketGraph *graph,
                                   GCancellable *cancellable);
void geo_market_graph_arrange_async (GeoMarketGraph *graph,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
/* The graph, a new reference. */
GeoMarketGraph *
geo_market_graph_arrange_finish (GAsyncResult *result, GError **error);

G_END_DECLS
