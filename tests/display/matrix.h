/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every page, dialog and state of the wallet, each in the real window, in every
 * language, wide and narrow, with text as usual and twice as large, and in
 * light, dark and with high contrast.
 *
 * A world is a community and what has happened in it; its cases are what there
 * is to see in it.  Each case names the templates that it shows: a template
 * that no case shows fails the test "matrix-cover".
 */
#pragma once

#include "node/geo-node-requests.h"
#include "wallet-test.h"
#include "wallet/geo-application.h"
#include "wallet/geo-window.h"

G_BEGIN_DECLS

typedef struct {
  /* Marta's node is the wallet's, and the window the real one. */
  Scene scene;
  GeoApplication *app;
  GeoWallet *wallet;
  GtkWidget *popover; /* Looked at instead of the window; NULL: none. */
  gpointer button; /* That it belongs to. */
} Matrix;

typedef struct {
  const gchar *name;
  const gchar *templates; /* Classes, parted by blanks; all are seen. */
  /* Until all of it is there. */
  void (*show) (Matrix *m);
  /* When dialogs and pages are closed again; may be NULL. */
  void (*leave) (Matrix *m);
} MatrixCase;

typedef struct {
  const gchar *name;
  /* What happened before the first window; may be NULL. */
  void (*begin) (Matrix *m);
  const MatrixCase *cases;
  gsize n_cases;
  /* Before the application begins, in whose folder nothing is yet; may be NULL. */
  void (*prepare) (Matrix *m);
  /* After the application ended; may be NULL. */
  void (*finish) (void);
} MatrixWorld;

extern const MatrixWorld matrix_camera;
extern const MatrixWorld matrix_new;
extern const MatrixWorld matrix_pages;
extern const MatrixWorld matrix_dialogs;
extern const MatrixWorld matrix_offline;
extern const MatrixWorld matrix_fault;
extern const MatrixWorld matrix_keys;
extern const MatrixWorld matrix_theft;
extern const MatrixWorld matrix_evidence;
extern const MatrixWorld matrix_damaged;
extern const MatrixWorld matrix_keyless;
extern const MatrixWorld matrix_lost;
extern const MatrixWorld matrix_lock;
extern const MatrixWorld matrix_start;
extern const MatrixWorld matrix_own;
extern const MatrixWorld matrix_waiting;

/* --- Worlds ----------------------------------------------------------- */

/* Marta's wallet with these words, or new ones. */
void matrix_create (Matrix *m, const gchar *words);
/* The same, joined and connected, and the others up to n people. */
void matrix_join (Matrix *m, guint n);
/* A request of somebody's, for whoever has the link; amount 0: any. */
GeoRequestItem *
matrix_ask (Matrix *m, guint who, gint64 amount, GeoTime expires_at);
/* Marta opens the link of it; its key there. */
gchar *matrix_take (Matrix *m, GeoRequestItem *asked);
const gchar *matrix_pid (Matrix *m, guint who);

/* --- Showing ---------------------------------------------------------- */

/* One of the window's actions; parameter NULL: it has none. */
void matrix_do (Matrix *m, const gchar *action, const gchar *parameter);
/* The dialog in front. */
gpointer matrix_front (Matrix *m);
/* The first of this class that is seen, as soon as there is one. */
gpointer matrix_find (Matrix *m, GType type);
/* Opens what a button has, and looks at that instead of the window. */
void matrix_pop_up (Matrix *m, gpointer button);
void matrix_type (gpointer widget, const gchar *name, const gchar *text);
/* The page of that tag is in front in the dialog's navigation view. */
gboolean matrix_is_at (gpointer dialog, const gchar *tag);
/* As far as the last button before a change of the key; the dialog. */
gpointer matrix_begin_key (Matrix *m, const gchar *passphrase);
/* Into the entry of an amount. */
void matrix_type_amount (gpointer dialog, const gchar *text);

G_END_DECLS
