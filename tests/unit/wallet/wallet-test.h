/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * For the tests of pages and dialogs: a few people around a hub in this process
 * and a window that writes down which of its actions were asked for.
 */
#pragma once

#include <adwaita.h>

#include "geo-screen.h"
#include "node-test.h"

G_BEGIN_DECLS

/* Marta, whose wallet it is; Olena and Ivan, whom she may know; Zoya, whom she
 * does not. */
enum {
  MARTA,
  OLENA,
  IVAN,
  ZOYA,
  N_PEOPLE,
};

typedef struct {
  gchar *folder;
  FakeHub *hub;
  GeoProfile *profiles[N_PEOPLE];
  GeoNode *nodes[N_PEOPLE];

  GtkWidget *window;
  GPtrArray *actions; /* "win.pay <PID>", … */
} Scene;

/* g_test_add () fixtures.  data: how many people there are, as a pointer. */
void scene_set_up (Scene *scene, gconstpointer data);
void scene_tear_down (Scene *scene, gconstpointer data);

/* Marta trusts Olena up to 300.00 UAH, Olena trusts her up to 500.00, Ivan
 * trusts Olena up to 80.00. */
void scene_trust (Scene *scene);
/* Pays and waits until it is Paid. */
void scene_pay (Scene *scene, guint from, guint to, gint64 amount);
/* The hub is back, and everybody here is connected to it again: whoever is
 * paid has to vote. */
void scene_come_back (Scene *scene);

/* Marta sees Olena's key change twice, from the same one to two: somebody else
 * has had it. */
void scene_steal_key (Scene *scene);

/* A line of somebody's history, newest first, loaded; a new reference. */
GeoActivityItem *scene_get_row (Scene *scene, guint who, guint row);

/* The window's content; a page is put into a navigation view of its own.
 * Returns child. */
GtkWidget *scene_show (Scene *scene, GtkWidget *child);
void scene_show_dialog (Scene *scene, gpointer dialog);
/* Takes the last action that was asked for; NULL: none. */
gchar *scene_take_action (Scene *scene);
/* "win.pay <PID of who>" */
void scene_assert_action (Scene *scene, const gchar *name, guint who);

/* A template child. */
gpointer child_of (gpointer widget, const gchar *name);
const gchar *label_of (gpointer widget, const gchar *name);
gboolean is_seen (gpointer widget, const gchar *name);
gboolean can_click (gpointer widget, const gchar *name);
void click (gpointer widget, const gchar *name);
/* Into a dialog's GeoAmountEntry. */
void type_amount (gpointer dialog, const gchar *text);
/* The tag of what a dialog's navigation shows. */
const gchar *page_of (gpointer dialog);
/* Until it is gone. */
void close_dialog (gpointer dialog);
/* One of the twelve in a GeoWordsGrid. */
gchar *shown_word (gpointer grid, guint index);

/* Pictures in both widths, without complaints; the matrix sees the rest. */
void scene_look (Scene *scene, const gchar *name);
/* Nobody but the test holds object. */
void end_widget (gpointer object);

G_END_DECLS
