/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A pretended notification service on the session bus, for tests of what the
 * desktop is told: what is shown there, and pressing it.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A busy machine may need a while; usually it is there at once. */
#define WAIT_S 60

typedef struct {
  guint id;
  gchar *title;
  gchar *body;
  gchar **actions; /* Name and label by turns. */
} Told;

extern GDBusConnection *bus;
extern GPtrArray *told; /* Those that are shown. */
extern guint taken_back; /* How many were. */

void pretend_service (void);
/* By what its title is, or its body begins with; NULL. */
Told *find_told (const gchar *text);
/* The same, for geo_screen_wait (). */
gboolean is_told (gpointer text);
gboolean is_not_told (gpointer text);
Told *wait_told (const gchar *title);
/* As somebody who presses it; label NULL: the notification itself.  It goes
 * then. */
void press (Told *one, const gchar *label);

G_END_DECLS
