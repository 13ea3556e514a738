/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Keys: somebody's that has changed, what says so, and what stands in the way of
 * paying and trusting them; one that two people have had; changing one's own;
 * and evidence, of such a key and against a hub.
 */
#include "matrix.h"

#include <glib/gi18n.h>

#include "core/geo-words.h"
#include "node/geo-finding.h"
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

/* --- Somebody's ----------------------------------------------------------- */

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
show_no_evidence (Matrix *m) {
  matrix_do (m, "win.show-evidence", "");
}

/* --- One's own ------------------------------------------------------------ */

static void
show_change (Matrix *m) {
  matrix_do (m, "win.change-key", NULL);
  matrix_front (m);
}

static void
show_words (Matrix *m) {
  show_change (m);
  click (matrix_front (m), "begin_button");
  wait_until (matrix_is_at (matrix_front (m), "words"));
}

static void
show_check (Matrix *m) {
  matrix_begin_key (m, "correct horse");
}

static void
show_check_wrong (Matrix *m) {
  gpointer dialog = matrix_begin_key (m, "wrong horse");

  click (dialog, "change_button");
  wait_until (matrix_is_at (dialog, "check") && is_seen (dialog, "error_label"));
}

static void
show_changed (Matrix *m) {
  gpointer dialog = matrix_begin_key (m, "correct horse");

  click (dialog, "change_button");
  wait_until (matrix_is_at (dialog, "done"));
  wait_connected (m->scene.nodes[MARTA]);
}

static const MatrixCase cases[] = {
  { "home", "GeoHomePage", show_home, NULL },
  { "people", "GeoPersonRow", show_people, NULL },
  { "person", "GeoPersonPage GeoKeyWarning", show_person, show_home },
  { "accept", "AdwAlertDialog", show_accept, show_home },
  { "pay", "GeoPayDialog GeoKeyWarning", show_pay, NULL },
  { "trust", "GeoTrustDialog GeoKeyWarning", show_trust, NULL },
  { "no-evidence", "GeoEvidencePage", show_no_evidence, show_home },
  { "change", "GeoKeyDialog", show_change, NULL },
  { "change-words", "GeoKeyDialog GeoWordsGrid", show_words, NULL },
  { "change-check", "GeoKeyDialog GeoWordsCheck", show_check, NULL },
  { "change-wrong", "GeoKeyDialog GeoWordsCheck", show_check_wrong, NULL },
  { "changed", "GeoKeyDialog", show_changed, NULL },
};

const MatrixWorld matrix_keys = { "keys", begin, cases, G_N_ELEMENTS (cases) };

/* --- One that two have had ------------------------------------------------ */

static void
begin_theft (Matrix *m) {
  matrix_join (m, 2);
  scene_trust (&m->scene);
  scene_steal_key (&m->scene);
}

/* It is there until the evidence was looked at, which is in another world. */
static void
show_banner (Matrix *m) {
  show_home (m);
  wait_until (adw_banner_get_revealed (
      child_of (matrix_find (m, g_type_from_name ("GeoHomePage")),
                "evidence_banner")));
}

static const MatrixCase theft_cases[] = {
  { "home", "GeoHomePage", show_banner, NULL },
  { "person", "GeoPersonPage GeoKeyWarning", show_person, show_home },
  { "accept", "AdwAlertDialog", show_accept, show_home },
};

const MatrixWorld matrix_theft = { "theft", begin_theft, theft_cases,
                                   G_N_ELEMENTS (theft_cases) };

/* --- Evidence ------------------------------------------------------------- */

/* The hub shows Marta's last entry in two forms, too. */
static void
begin_evidence (Matrix *m) {
  GeoPid marta;

  begin_theft (m);
  pid_of (m->scene.nodes[MARTA], &marta);
  fake_hub_fork (m->scene.hub, &marta);
  wait_until (geo_node_get_connection (m->scene.nodes[MARTA]) ==
              GEO_CONNECTION_FAULT);
  wait_until (g_list_model_get_n_items (
                  geo_node_get_findings (m->scene.nodes[MARTA])) == 2);
}

/* The page with one of the two open, and checked. */
static void
show_evidence (Matrix *m, const gchar *title) {
  gpointer page;
  GtkWidget *row = NULL;

  matrix_do (m, "win.show-evidence", "");
  page = matrix_find (m, g_type_from_name ("GeoEvidencePage"));
  wait_until ((row = geo_screen_find (page, ADW_TYPE_EXPANDER_ROW, title)) !=
              NULL);
  adw_expander_row_set_expanded (ADW_EXPANDER_ROW (row), TRUE);
  wait_until ((row = geo_screen_find (page, ADW_TYPE_ACTION_ROW,
                                      gettext ("_Verify"))) != NULL);
  g_assert_true (gtk_widget_activate (row));
  g_assert_cmpstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (row)), ==,
                   gettext ("The proof holds"));
}

static const gchar *
get_title (Matrix *m, guint index) {
  g_autoptr (GeoFinding) finding = g_list_model_get_item (
      geo_node_get_findings (m->scene.nodes[MARTA]), index);

  return geo_finding_get_title (finding);
}

static void
show_hub_evidence (Matrix *m) {
  show_evidence (m, get_title (m, 0));
}

static void
show_key_evidence (Matrix *m) {
  show_evidence (m, get_title (m, 1));
}

static const MatrixCase evidence_cases[] = {
  { "hub", "GeoEvidencePage", show_hub_evidence, show_home },
  { "key", "GeoEvidencePage", show_key_evidence, show_home },
};

const MatrixWorld matrix_evidence = { "evidence", begin_evidence, evidence_cases,
                                      G_N_ELEMENTS (evidence_cases) };
