/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * ItHub: a real geo-hub process for a test: its folder, its start, its end by
 * a request or by a kill, and what is in its database afterwards.  It stays at
 * its address from one start to the next.  A test fails where it does not do
 * what it should.
 */
#pragma once

#include <gio/gio.h>

#include "store/geo-hub-store.h"

#include "../patience.h"

G_BEGIN_DECLS

/* How long anything may take before the test fails. */
#define IT_WAIT_SECONDS_MAX 180

typedef struct {
  gchar *folder;
  gchar *address; /* http://127.0.0.1:PORT; NULL before the first start */
  gchar *link; /* geo://v1/join?… */
  guint16 port;
  GeoPid community;
  GSubprocess *process; /* NULL while it is down */
} ItHub;

/* Turns the main loop until condition; the test ends here if it never is so. */
#define it_wait_until(condition)                                      \
  G_STMT_START {                                                      \
    Patience it_patience = patience_new (IT_WAIT_SECONDS_MAX);        \
    guint it_tick = g_timeout_add (10, it_tick_cb, NULL);             \
                                                                      \
    while (!(condition)) {                                            \
      if (patience_is_over (&it_patience))                            \
        g_error ("%s:%d: waited in vain for: %s", __FILE__, __LINE__, \
                 #condition);                                         \
      g_main_context_iteration (NULL, TRUE);                          \
    }                                                                 \
    g_source_remove (it_tick);                                        \
  }                                                                   \
  G_STMT_END

gboolean it_tick_cb (gpointer user_data);
void it_wait_ms (guint ms);

/* A folder that is there until it_remove_folder (). */
gchar *it_make_folder (void);
void it_remove_folder (const gchar *folder);

/* config: the text of its hub.conf; NULL: a community that anybody may join,
 * with UAH (two decimals) and HOUR (none). */
ItHub *it_hub_new (const gchar *config);
void it_hub_free (ItHub *hub);
/* Returns when it listens. */
void it_hub_start (ItHub *hub);
/* SIGTERM: ends in order, with exit status 0. */
void it_hub_stop (ItHub *hub);
/* SIGKILL. */
void it_hub_kill (ItHub *hub);

/* For reading; to be closed. */
GeoHubStore *it_hub_open_store (ItHub *hub);
/* What debtor owes creditor in minor units; negative the other way round. */
gint64 it_hub_debt (ItHub *hub,
                    const GeoPid *debtor,
                    const GeoPid *creditor,
                    const gchar *equivalent);
/* I1, and that nothing was made of nothing (I7). */
void it_hub_check (ItHub *hub);
/* SHA-256 of everything that is in it: participants, lines, debts, entries. */
gchar *it_hub_digest (ItHub *hub);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ItHub, it_hub_free)

G_END_DECLS
