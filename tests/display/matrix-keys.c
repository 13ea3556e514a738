/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Somebody whose key has changed: what says so, and what stands in the way of
 * paying and trusting them.
 */
#include "matrix.h"

#include "core/geo-words.h"
#include "node/geo-safety.h"
#include "wallet/geo-key-warning.h"

static void
begin (Matrix *m) {
  Scene *scene = &m->scene;
  GeoPerson *person;
  GeoPid olena;

  matrix_join (m, 2);
  scene_trust (scene);
  pid_of (scene->nodes[OLENA], &olena);
  g_assert_true (geo_node_set_verified (scene->nodes[MARTA], &olena, TRUE));
  person = geo_node_get_person (scene->nodes[MARTA], &olena);
  geo_words_free (change_key (scene->nodes[OLENA]));
  wait_until (geo_person_get_key_changed (person));
}

static void
show_home (Matrix *m) {
  matrix_do (m, "win.show-page", "home");
}

static void
show_people (Matrix *m) {
  matrix_do (m, "win.show-page", "people");
}

static void
show_person (Matrix *m) {
  matrix_do (m, "win.show-person", matrix_pid (m, OLENA));
  matrix_find (m, GEO_TYPE_KEY_WARNING);
}

static void
show_accept (Matrix *m) {
  show_person (m);
  click (matrix_find (m, GEO_TYPE_KEY_WARNING), "accept_button");
  wait_until (ADW_IS_ALERT_DIALOG (matrix_front (m)));
}

static void
show_pay (Matrix *m) {
  matrix_do (m, "win.pay", matrix_pid (m, OLENA));
  matrix_find (m, GEO_TYPE_KEY_WARNING);
}

static void
show_trust (Matrix *m) {
  matrix_do (m, "win.trust", matrix_pid (m, OLENA));
  matrix_find (m, GEO_TYPE_KEY_WARNING);
}

static void
show_evidence (Matrix *m) {
  matrix_do (m, "win.show-evidence", "");
}

static void
show_change (Matrix *m) {
  matrix_do (m, "win.change-key", NULL);
  matrix_front (m);
}

static const MatrixCase cases[] = {
  { "home", "GeoHomePage", show_home, NULL },
  { "people", "GeoPersonRow", show_people, NULL },
  { "person", "GeoPersonPage GeoKeyWarning", show_person, show_home },
  { "accept", "AdwAlertDialog", show_accept, show_home },
  { "pay", "GeoPayDialog GeoKeyWarning", show_pay, NULL },
  { "evidence", "GeoEvidencePage", show_evidence, show_home },
  { "change", "GeoKeyDialog", show_change, NULL },
  { "trust", "GeoTrustDialog GeoKeyWarning", show_trust, NULL },
};

const MatrixWorld matrix_keys = { "keys", begin, cases, G_N_ELEMENTS (cases) };
