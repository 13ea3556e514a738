/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How the book lies in memory, for the closer only: it is the one that changes
 * it.  A participant has the same node in the graph of every equivalent.
 */
#pragma once

#include "protocol/geo-book.h"

G_BEGIN_DECLS

typedef struct {
  GeoNodeIndex node;
  GeoParticipant *participant;
  gchar *folded; /* The name, as it is searched for. */
  gint64 sequence;
  GeoHash entry_hash; /* Of the last entry; zero where there is none. */
  gboolean frozen;
  gboolean present;
  gboolean forked; /* K5: another chain of its keys was shown. */
  /* K7: when the hub took the key that is in force, or a little later; 0: it is
   * the first one. */
  GeoTime rotated_at;
  /* P12: how many unknown hashes it may still have refused, as of then. */
  guint unknown_left;
  GeoTime unknown_at; /* 0: it never asked about one. */
  GPtrArray *lines; /* GeoBookLine, borrowed: this person's at either end */
} GeoBookPerson;

typedef struct {
  GeoTrustLine *line; /* The version in force, closed ones too. */
  /* I6: the largest limit under which an open reservation may have been made;
   * zero where the limit was not lowered since. */
  GeoAmount ceiling;
  /* daily_limit: what came in over the line on the UTC day of that number. */
  gint64 day;
  GeoAmount inbound;
  GeoEntry *receipt; /* The creditor's, where the line came in this life. */
} GeoBookLine;

typedef struct {
  const GeoEquivalent *equivalent;
  GeoGraph *graph;
  GHashTable *lines; /* gint64, creditor and debtor → GeoBookLine */
  gboolean frozen; /* §14: no more orders and lines after a violation. */
  gboolean closed; /* Its owner takes no more orders and lines in it. */
} GeoBookMarket;

/* All are borrowed, and NULL where there is no such thing. */
GeoBookPerson *geo_book_person (const GeoBook *book, const GeoPid *pid);
GeoBookPerson *geo_book_person_at (const GeoBook *book, GeoNodeIndex node);
GeoBookMarket *geo_book_market (const GeoBook *book, const gchar *equivalent);
GeoBookLine *geo_book_line (const GeoBookMarket *market,
                            GeoNodeIndex creditor,
                            GeoNodeIndex debtor);

/* Whoever is frozen neither pays, receives nor passes through, at once. */
void
geo_book_set_frozen (GeoBook *book, GeoBookPerson *person, gboolean frozen);

/* The next form of the community: what it has more is counted in from now on.
 * FALSE where something counts in an equivalent that it leaves out, or whose
 * precision it changes; nothing is changed then. */
gboolean geo_book_set_community (GeoBook *book, const GeoCommunity *community);

/* A participant that was checked: new, or the next version of one. */
void
geo_book_put_participant (GeoBook *book, const GeoParticipant *participant);

/* A line that was checked: its ends, its equivalent and its decimals are the
 * book's.  Replaces the version before. */
GeoBookLine *geo_book_put_line (GeoBook *book, const GeoTrustLine *line);

/* It is now: what daily limits leave is as of this UTC day. */
void geo_book_set_time (GeoBook *book, GeoTime now);

/* This much of a payment, 0 … GEO_AMOUNT_MAX, came in over v's line from u at
 * that time. */
void geo_book_add_inbound (GeoBook *book,
                           GeoBookMarket *market,
                           GeoNodeIndex u,
                           GeoNodeIndex v,
                           GeoAmount amount,
                           GeoTime at);

/* entry is this person's next. */
void geo_book_advance (GeoBookPerson *person, const GeoEntry *entry);

/* Something that was reserved for the hop u → v is not any more. */
void geo_book_relax (GeoBookMarket *market, GeoNodeIndex u, GeoNodeIndex v);

G_END_DECLS
