/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoGreeter: agrees on TLS with whoever connects, before anybody listens to
 * them.  GLib lets each handshake wait in a thread of the pool that everything
 * shares; so one begins only when the whole first word has come, few are under
 * way at once, fewer of one address, and none for long.  Main context.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Under way at once, in all and of one address; the others wait, each address
 * in its turn.  GLib's pool has ten threads before it grows slowly. */
#define GEO_GREETER_MAX 6
#define GEO_GREETER_PER_ADDRESS_MAX 3
/* How long one may take once the client's first word is there. */
#define GEO_GREETER_MS_MAX 4000

typedef struct _GeoGreeter GeoGreeter;

/* TLS is agreed on; both are borrowed. */
typedef void (*GeoGreeterFunc) (GSocketConnection *connection,
                                GIOStream *stream,
                                gpointer user_data);

GeoGreeter *geo_greeter_new (GeoGreeterFunc func, gpointer user_data);
/* Whoever is not agreed with is let go.  NULL is safe. */
void geo_greeter_free (GeoGreeter *greeter);

/* References all it needs.  A connection that ends meanwhile, also because
 * somebody shut its socket down, is forgotten without a word. */
void geo_greeter_take (GeoGreeter *greeter,
                       GSocketConnection *connection,
                       GTlsCertificate *certificate,
                       const gchar *address);

G_END_DECLS
