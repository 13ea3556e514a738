/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What waits: for the hub's answer, for the disk, for a change of the key, for
 * others, and a clearing for the person's word.  All of it is the real thing,
 * held where it is.
 */
#include "matrix.h"

#include "core/geo-words.h"
#include "gate.h"
#include "node/geo-proposal.h"
#include "node/geo-profile-private.h"
#include "wallet/geo-backup-dialog.h"
#include "wallet/geo-home-page.h"
#include "wallet/geo-key-dialog.h"
#include "wallet/geo-statement-dialog.h"

/* Who has this trust of theirs wants to be asked before it is cleared. */
static void
trust_asked (Matrix *m, guint who, guint whom, gint64 limit) {
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GeoPid pid;

  find (m->scene.nodes[who], m->scene.nodes[whom]);
  pid_of (m->scene.nodes[whom], &pid);
  geo_node_trust_async (m->scene.nodes[who], &pid, "UAH", GEO_AMOUNT (limit),
                        FALSE, GEO_TRUST_ASK_CLEARING, NULL, keep_result_cb,
                        &result);
  wait_until (result != NULL);
  geo_node_trust_finish (m->scene.nodes[who], result, &error);
  g_assert_no_error (error);
}

/* Marta owes Olena, who owes Ivan, who owes Marta. */
static void
begin (Matrix *m) {
  Scene *scene = &m->scene;

  matrix_join (m, 3);
  scene_trust (scene);
  trust_asked (m, MARTA, IVAN, 9000);
  trust_asked (m, IVAN, OLENA, 9000);
  scene_pay (scene, MARTA, OLENA, 5000);
  scene_pay (scene, OLENA, IVAN, 5000);
  scene_pay (scene, IVAN, MARTA, 3400);
}

/* --- The hub -------------------------------------------------------------- */

static void
hear (Matrix *m) {
  fake_hub_ignore (m->scene.hub, 0);
}

static void
show_pay_asking (Matrix *m) {
  guint asked = fake_hub_count (m->scene.hub, GEO_MESSAGE_PAYMENT_QUOTE);
  gpointer dialog;

  fake_hub_ignore (m->scene.hub, GEO_MESSAGE_PAYMENT_QUOTE);
  matrix_do (m, "win.pay", matrix_pid (m, IVAN));
  dialog = matrix_front (m);
  wait_until (matrix_is_at (dialog, "amount"));
  matrix_type_amount (dialog, "12");
  wait_until (fake_hub_count (m->scene.hub, GEO_MESSAGE_PAYMENT_QUOTE) > asked);
}

/* Another hub, which does not say who it is. */
static FakeHub *silent;

static void
show_joining (Matrix *m) {
  g_autofree gchar *link = NULL;
  gpointer page;

  silent = fake_hub_new (201);
  fake_hub_ignore (silent, GEO_MESSAGE_HELLO);
  link = fake_hub_get_link (silent, NULL);
  matrix_do (m, "win.join", link);
  page = child_of (matrix_front (m), "join_page");
  click (page, "join_button");
  wait_until (is_seen (page, "cancel_button"));
  wait_until (fake_hub_count (silent, GEO_MESSAGE_HELLO) > 0);
}

static void
leave_joining (Matrix *m) {
  g_clear_pointer (&silent, fake_hub_free);
}

/* --- The disk ------------------------------------------------------------- */

static GFile *
file_in (Matrix *m, const gchar *name) {
  return g_file_new_build_filename (m->scene.folder, name, NULL);
}

static void
open_gate (Matrix *m) {
  gate_open ();
}

static void
show_backup_saving (Matrix *m) {
  g_autoptr (GFile) file = file_in (m, "backup");

  matrix_do (m, "win.backup", NULL);
  if (!gate_is_there ())
    return;
  gate_close ("backup: before rename");
  geo_backup_dialog_save (matrix_front (m), file);
  wait_until (gate_is_reached ());
  wait_until (is_seen (matrix_front (m), "progress_bar"));
}

static void
show_statement_saving (Matrix *m) {
  g_autoptr (GFile) file = file_in (m, "statement");

  matrix_do (m, "win.save-statement", NULL);
  if (!gate_is_there ())
    return;
  gate_close ("statement: before writing");
  geo_statement_dialog_save (matrix_front (m), file);
  wait_until (gate_is_reached ());
  wait_until (is_seen (matrix_front (m), "progress_bar"));
}

/* --- The key -------------------------------------------------------------- */

static GeoPid before;

static void
get_key (Matrix *m, GeoPid *pid) {
  geo_secret_get_pid (geo_profile_get_secret (m->scene.profiles[MARTA]), pid);
}

static gboolean
has_changed (Matrix *m) {
  GeoPid now;

  get_key (m, &now);
  return !geo_pid_equal (&now, &before);
}

static void
show_changing (Matrix *m) {
  gpointer dialog = matrix_begin_key (m, "correct horse");

  if (!gate_is_there ())
    return;
  get_key (m, &before);
  gate_close ("rotate: before record");
  click (dialog, "change_button");
  wait_until (gate_is_reached ());
  wait_until (matrix_is_at (dialog, "progress"));
}

/* What was begun goes on without the dialog. */
static void
leave_changing (Matrix *m) {
  gate_open ();
  if (!gate_is_there ())
    return;
  wait_until (has_changed (m));
  wait_connected (m->scene.nodes[MARTA]);
}

/* As when the wallet is opened after it was stopped while the key was changed to
 * that. */
static void
tell_cut_short (Matrix *m, GeoSecret *next) {
  GeoProfile *profile = m->scene.profiles[MARTA];
  g_autoptr (GeoProfile) again = NULL;
  g_autoptr (GAsyncResult) announced = NULL;
  g_autoptr (GAsyncResult) unlocked = NULL;
  g_autoptr (GError) error = NULL;

  geo_profile_announce_key_async (profile, next, keep_result_cb, &announced);
  wait_until (announced != NULL);
  geo_profile_announce_key_finish (profile, announced, &error);
  g_assert_no_error (error);
  again = geo_profile_new (geo_profile_get_folder (profile));
  geo_profile_unlock_async (again, "correct horse", NULL, keep_result_cb,
                            &unlocked);
  wait_until (unlocked != NULL);
  geo_profile_unlock_finish (again, unlocked, &error);
  g_assert_no_error (error);
  geo_key_dialog_tell (m->scene.window, again);
  wait_until (ADW_IS_ALERT_DIALOG (matrix_front (m)));
}

static void
show_cut_short (Matrix *m) {
  gchar *words = geo_profile_make_words ();
  GeoSecret *next = geo_words_to_secret (words, NULL);

  tell_cut_short (m, next);
  geo_secret_unref (next);
  geo_words_free (words);
}

/* The new key was kept already. */
static void
show_cut_short_done (Matrix *m) {
  tell_cut_short (m, geo_profile_get_secret (m->scene.profiles[MARTA]));
}

static void
retract (Matrix *m) {
  geo_profile_retract_key (m->scene.profiles[MARTA]);
}

/* --- A clearing ----------------------------------------------------------- */

static GListModel *
proposals (Matrix *m, guint who) {
  return geo_node_get_proposals (m->scene.nodes[who]);
}

static gboolean
is_asked (Matrix *m, guint who) {
  return g_list_model_get_n_items (proposals (m, who)) == 1;
}

static gchar *
get_id (Matrix *m, guint who) {
  g_autoptr (GeoProposalItem) item = g_list_model_get_item (proposals (m, who),
                                                            0);

  return g_strdup (geo_proposal_item_get_id (item));
}

/* The hub falls, with all that it asked, and asks anew. */
static void
ask_anew (Matrix *m) {
  fake_hub_go (m->scene.hub);
  wait_until (!is_asked (m, MARTA) && !is_asked (m, IVAN));
  fake_hub_forget (m->scene.hub);
  scene_come_back (&m->scene);
  fake_hub_clear (m->scene.hub, "UAH");
  wait_until (is_asked (m, MARTA) && is_asked (m, IVAN));
}

static void
need_proposal (Matrix *m) {
  if (!is_asked (m, MARTA) || !is_asked (m, IVAN))
    ask_anew (m);
}

static void
show_home (Matrix *m) {
  need_proposal (m);
  matrix_do (m, "win.show-page", "home");
  wait_until (
      is_seen (matrix_find (m, GEO_TYPE_HOME_PAGE), "attention_group"));
}

static void
show_clearing (Matrix *m) {
  g_autofree gchar *id = NULL;

  need_proposal (m);
  id = get_id (m, MARTA);
  matrix_do (m, "win.show-clearing", id);
  wait_until (can_click (matrix_front (m), "accept_button"));
}

static void
answer (Matrix *m, guint who, gboolean accepts) {
  g_autofree gchar *id = get_id (m, who);
  g_autoptr (GError) error = NULL;

  geo_node_answer_clearing (m->scene.nodes[who], id, accepts, &error);
  g_assert_no_error (error);
}

/* Marta agreed already to what the hub then forgot: her word still holds the
 * debts. */
static void
show_clearing_error (Matrix *m) {
  need_proposal (m);
  answer (m, MARTA, TRUE);
  fake_hub_ignore (m->scene.hub, GEO_MESSAGE_RECOVERY_QUERY);
  ask_anew (m);
  show_clearing (m);
  click (matrix_front (m), "accept_button");
  wait_until (is_seen (matrix_front (m), "error_label"));
}

static void
leave_clearing_error (Matrix *m) {
  hear (m);
  ask_anew (m);
}

/* Ivan does not want it. */
static void
show_clearing_over (Matrix *m) {
  show_clearing (m);
  answer (m, IVAN, FALSE);
  wait_until (!is_seen (matrix_front (m), "accept_button"));
}

static const MatrixCase cases[] = {
  { "home", "GeoHomePage", show_home, NULL },
  { "clearing", "GeoClearingDialog", show_clearing, NULL },
  { "clearing-over", "GeoClearingDialog", show_clearing_over, NULL },
  { "clearing-error", "GeoClearingDialog", show_clearing_error,
    leave_clearing_error },
  { "pay-asking", "GeoPayDialog", show_pay_asking, hear },
  { "joining", "GeoJoinPage", show_joining, leave_joining },
  { "backup", "GeoBackupDialog", show_backup_saving, open_gate },
  { "statement", "GeoStatementDialog", show_statement_saving, open_gate },
  { "key", "GeoKeyDialog", show_changing, leave_changing },
  { "key-cut-short", "AdwAlertDialog", show_cut_short, retract },
  { "key-cut-short-done", "AdwAlertDialog", show_cut_short_done, retract },
};

const MatrixWorld matrix_waiting = { "waiting", begin, cases,
                                     G_N_ELEMENTS (cases) };
