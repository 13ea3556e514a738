/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Paying, asking, trusting and verifying, from the first question to
 * what comes of it, with a hub that answers.
 */
#include "matrix.h"

#include <glib/gi18n.h>
#include <string.h>

#include "wallet/geo-amount-entry.h"
#include "wallet/geo-pay-dialog.h"
#include "wallet/geo-settings.h"

static gchar *incoming; /* What Olena asks for. */

static void
begin (Matrix *m) {
  g_autoptr (GeoRequestItem) asked = NULL;

  matrix_join (m, 3);
  scene_trust (&m->scene);
  scene_pay (&m->scene, OLENA, MARTA, 6000);
  asked = matrix_ask (m, OLENA, 4200, 0);
  incoming = matrix_take (m, asked);
}

/* The question that a dialog asks, over it. */
static gpointer
wait_alert (Matrix *m) {
  wait_until (ADW_IS_ALERT_DIALOG (matrix_front (m)));
  return matrix_front (m);
}

/* --- Paying --------------------------------------------------------------- */

static void
show_pay_who (Matrix *m) {
  matrix_do (m, "win.pay", "");
}

static gpointer
begin_to_pay (Matrix *m, guint who, const gchar *amount) {
  gpointer dialog;

  matrix_do (m, "win.pay", matrix_pid (m, who));
  dialog = matrix_front (m);
  wait_until (matrix_is_at (dialog, "amount"));
  matrix_type_amount (dialog, amount);
  return dialog;
}

static void
show_pay_amount (Matrix *m) {
  gpointer dialog = begin_to_pay (m, IVAN, "12");

  matrix_type (dialog, "note_row", "Two jars of honey");
  wait_until (can_click (dialog, "continue_button"));
}

static void
show_pay_wrong (Matrix *m) {
  begin_to_pay (m, OLENA, "12.5.5");
}

static void
show_pay_too_much (Matrix *m) {
  gpointer dialog = begin_to_pay (m, OLENA, "700");

  wait_until (is_seen (child_of (dialog, "remedy"), "ask_button"));
}

static void
show_pay_asked (Matrix *m) {
  gpointer dialog = begin_to_pay (m, OLENA, "700");
  gpointer remedy = child_of (dialog, "remedy");

  wait_until (is_seen (remedy, "ask_button") || is_seen (remedy, "told_label"));
  if (!is_seen (remedy, "told_label"))
    click (remedy, "ask_button");
  wait_until (is_seen (remedy, "told_label"));
}

static gpointer
confirm (Matrix *m, guint who, const gchar *amount) {
  gpointer dialog = begin_to_pay (m, who, amount);

  matrix_type (dialog, "note_row",
               "Two jars of honey from the hives behind the mill");
  click (dialog, "continue_button");
  wait_until (matrix_is_at (dialog, "confirm"));
  return dialog;
}

static void
show_pay_confirm (Matrix *m) {
  confirm (m, IVAN, "1.50");
}

static void
show_pay_sending (Matrix *m) {
  gpointer dialog = confirm (m, OLENA, "1.50");

  fake_hub_ignore (m->scene.hub, GEO_MESSAGE_PAYMENT_REQUEST);
  click (dialog, "pay_button");
  wait_until (matrix_is_at (dialog, "result"));
}

static void
hear (Matrix *m) {
  fake_hub_ignore (m->scene.hub, 0);
}

static void
show_pay_paid (Matrix *m) {
  gpointer dialog = confirm (m, OLENA, "1.50");

  click (dialog, "pay_button");
  wait_until (is_seen (child_of (dialog, "payment_view"), "receipt_button"));
}

/* Trust went while the question was on the screen. */
static void
show_pay_not_paid (Matrix *m) {
  GeoNode **nodes = m->scene.nodes;
  gpointer dialog = confirm (m, OLENA, "150");

  trust (nodes[OLENA], nodes[MARTA], 100);
  click (dialog, "pay_button");
  wait_until (is_seen (child_of (dialog, "payment_view"), "retry_button"));
}

static void
trust_again (Matrix *m) {
  trust (m->scene.nodes[OLENA], m->scene.nodes[MARTA], 50000);
}

static void
show_pay_again (Matrix *m) {
  g_autoptr (GSettings) settings = geo_settings_new ();
  GeoAmount limit = GEO_AMOUNT (100);

  geo_settings_set_ask_above (settings, "UAH", 2, &limit);
  click (confirm (m, OLENA, "1.50"), "pay_button");
  wait_alert (m);
}

static void
ask_no_more (Matrix *m) {
  g_autoptr (GSettings) settings = geo_settings_new ();

  geo_settings_set_ask_above (settings, "UAH", 2, NULL);
}

static void
show_pay_request (Matrix *m) {
  matrix_do (m, "win.pay-request", incoming);
  wait_until (is_seen (matrix_front (m), "asked_label"));
}

static void
show_answer (Matrix *m) {
  matrix_do (m, "win.answer-request", incoming);
  wait_alert (m);
}

/* --- Asking --------------------------------------------------------------- */

static gpointer
begin_to_ask (Matrix *m, const gchar *who) {
  gpointer dialog;

  matrix_do (m, "win.request", who);
  dialog = matrix_front (m);
  wait_until (matrix_is_at (dialog, "form"));
  matrix_type_amount (dialog, "12.50");
  matrix_type (dialog, "memo_row", "Two jars of honey");
  return dialog;
}

static void
show_request_form (Matrix *m) {
  begin_to_ask (m, matrix_pid (m, IVAN));
}

static void
show_request_wrong (Matrix *m) {
  matrix_type_amount (begin_to_ask (m, ""), "12.345");
}

static void
show_request_who (Matrix *m) {
  g_assert_true (
      gtk_widget_activate (child_of (begin_to_ask (m, ""), "from_row")));
  wait_until (matrix_is_at (matrix_front (m), "who"));
}

static void
show_request_shown (Matrix *m) {
  gpointer dialog = begin_to_ask (m, "");

  click (dialog, "ask_button");
  wait_until (matrix_is_at (dialog, "shown"));
  click (child_of (child_of (dialog, "view"), "code_box"), "copy_button");
}

static gpointer
begin_to_invite (Matrix *m) {
  matrix_do (m, "win.invite", NULL);
  matrix_type_amount (matrix_front (m), "500");
  matrix_type (matrix_front (m), "name_row", "Daria");
  return matrix_front (m);
}

static void
show_invite (Matrix *m) {
  begin_to_invite (m);
}

static void
show_invite_shown (Matrix *m) {
  gpointer dialog = begin_to_invite (m);

  click (dialog, "invite_button");
  wait_until (matrix_is_at (dialog, "shown"));
}

/* --- Trusting ------------------------------------------------------------- */

static gpointer
begin_to_trust (Matrix *m, guint who) {
  matrix_do (m, "win.trust", matrix_pid (m, who));
  wait_until (matrix_is_at (matrix_front (m), "limit"));
  return matrix_front (m);
}

static void
show_trust_who (Matrix *m) {
  matrix_do (m, "win.trust", "");
}

static void
show_trust_new (Matrix *m) {
  matrix_type_amount (begin_to_trust (m, IVAN), "300");
}

static void
show_trust_change (Matrix *m) {
  begin_to_trust (m, OLENA);
}

static void
show_trust_stop (Matrix *m) {
  click (begin_to_trust (m, OLENA), "stop_button");
  wait_alert (m);
}

/* Another limit each time: the same would be no change. */
static void
show_trust_busy (Matrix *m) {
  static guint limit = 301;
  g_autofree gchar *text = g_strdup_printf ("%u", limit++);
  gpointer dialog = begin_to_trust (m, OLENA);

  fake_hub_ignore (m->scene.hub, GEO_MESSAGE_TRUST_LINE_UPDATE);
  matrix_type_amount (dialog, text);
  click (dialog, "trust_button");
  wait_until (is_seen (dialog, "spinner"));
}

/* What the hub did not hear it is told again. */
static void
tell_again (Matrix *m) {
  GeoNode *marta = m->scene.nodes[MARTA];

  fake_hub_go (m->scene.hub);
  wait_until (geo_node_get_connection (marta) != GEO_CONNECTION_HUB);
  hear (m);
  scene_come_back (&m->scene);
}

static gpointer
person_page (Matrix *m, guint who) {
  matrix_do (m, "win.show-person", matrix_pid (m, who));
  return matrix_find (m, g_type_from_name ("GeoPersonPage"));
}

static void
show_person_pending (Matrix *m) {
  show_trust_busy (m);
  adw_dialog_force_close (matrix_front (m));
  person_page (m, OLENA);
}

static void
leave_page (Matrix *m) {
  matrix_do (m, "win.show-page", "home");
}

static void
leave_pending (Matrix *m) {
  leave_page (m);
  tell_again (m);
}

/* --- A limit for one day --------------------------------------------------- */

static GeoRelation *find_relation (Matrix *m);

static void
let_olena_limit (Matrix *m, gboolean has_daily) {
  const GeoTrustTerms terms = { .has_daily = has_daily,
                                .daily = GEO_AMOUNT (10000) };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GeoAmount daily;
  GeoPid marta;

  pid_of (m->scene.nodes[MARTA], &marta);
  geo_node_trust_on_async (m->scene.nodes[OLENA], &marta, "UAH",
                           GEO_AMOUNT (50000), &terms, NULL, keep_result_cb,
                           &result);
  wait_until (result != NULL);
  geo_node_trust_finish (m->scene.nodes[OLENA], result, &error);
  g_assert_no_error (error);
  wait_until (geo_relation_get_their_daily (find_relation (m), &daily) ==
              has_daily);
}

static void
show_pay_daily (Matrix *m) {
  gpointer dialog;

  let_olena_limit (m, TRUE);
  dialog = begin_to_pay (m, OLENA, "550");
  wait_until (!g_str_equal (label_of (dialog, "hint_label"),
                            gettext ("Asking how much you can pay…")));
}

static void
show_person_daily (Matrix *m) {
  let_olena_limit (m, TRUE);
  person_page (m, OLENA);
}

static void
limit_no_more (Matrix *m) {
  let_olena_limit (m, FALSE);
  leave_page (m);
}

/* --- Freezing ------------------------------------------------------------- */

static GeoRelation *
find_relation (Matrix *m) {
  GeoPid pid;
  GeoPerson *person;
  GListModel *relations;

  pid_of (m->scene.nodes[OLENA], &pid);
  person = geo_node_get_person (m->scene.nodes[MARTA], &pid);
  relations = geo_person_get_relations (person);
  for (guint i = 0; i < g_list_model_get_n_items (relations); i++) {
    g_autoptr (GeoRelation) relation = g_list_model_get_item (relations, i);

    if (g_str_equal (geo_relation_get_equivalent (relation), "UAH"))
      return relation; /* The person has it. */
  }
  g_assert_not_reached ();
}

static void
show_freeze (Matrix *m) {
  g_assert_true (gtk_widget_activate_action (person_page (m, OLENA),
                                             "person.freeze", "s", "UAH"));
  wait_alert (m);
}

static void
show_frozen (Matrix *m) {
  g_autoptr (AdwDialog) alert = NULL;

  show_freeze (m);
  alert = g_object_ref (matrix_front (m));
  adw_dialog_force_close (alert);
  g_signal_emit_by_name (alert, "response", "freeze");
  wait_until (geo_relation_get_frozen (find_relation (m)));
}

static void
unfreeze (Matrix *m) {
  g_assert_true (gtk_widget_activate_action (
      matrix_find (m, g_type_from_name ("GeoPersonPage")), "person.unfreeze",
      "s", "UAH"));
  wait_until (!geo_relation_get_frozen (find_relation (m)));
  leave_page (m);
}

static void
let_olena_freeze (Matrix *m, gboolean frozen) {
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GeoPid marta;

  pid_of (m->scene.nodes[MARTA], &marta);
  geo_node_freeze_async (m->scene.nodes[OLENA], &marta, "UAH", frozen, NULL,
                         keep_result_cb, &result);
  wait_until (result != NULL);
  geo_node_freeze_finish (m->scene.nodes[OLENA], result, &error);
  g_assert_no_error (error);
  wait_until (geo_relation_get_their_frozen (find_relation (m)) == frozen);
}

static void
show_frozen_by_them (Matrix *m) {
  let_olena_freeze (m, TRUE);
  person_page (m, OLENA);
}

static void
let_olena_unfreeze (Matrix *m) {
  let_olena_freeze (m, FALSE);
  leave_page (m);
}

static void
show_ask_trust (Matrix *m) {
  GtkWidget *entry = NULL;

  gtk_widget_activate (child_of (person_page (m, IVAN), "ask_row"));
  wait_until ((entry = geo_screen_find (matrix_front (m), GEO_TYPE_AMOUNT_ENTRY,
                                        NULL)) != NULL);
  geo_amount_entry_set_amount (GEO_AMOUNT_ENTRY (entry), GEO_AMOUNT (70000));
}

/* --- Verifying ------------------------------------------------------------ */

static void
show_verify (Matrix *m) {
  g_assert_true (
      gtk_widget_activate (child_of (person_page (m, OLENA), "verify_row")));
  wait_until (is_seen (matrix_front (m), "same_button"));
}

static void
show_verify_other (Matrix *m) {
  show_verify (m);
  click (matrix_front (m), "other_button");
}

static const MatrixCase cases[] = {
  { "pay-who", "GeoPayDialog GeoPersonChooser", show_pay_who, NULL },
  { "pay-amount", "GeoPayDialog GeoAmountEntry", show_pay_amount, NULL },
  { "pay-wrong", "GeoPayDialog", show_pay_wrong, NULL },
  { "pay-too-much", "GeoPayDialog GeoTrustRemedy", show_pay_too_much, NULL },
  { "pay-asked", "GeoTrustRemedy", show_pay_asked, NULL },
  { "pay-confirm", "GeoPayDialog", show_pay_confirm, NULL },
  { "pay-sending", "GeoPaymentView", show_pay_sending, hear },
  { "pay-paid", "GeoPaymentView", show_pay_paid, NULL },
  { "pay-not-paid", "GeoPaymentView", show_pay_not_paid, trust_again },
  { "pay-again", "AdwAlertDialog", show_pay_again, ask_no_more },
  { "pay-request", "GeoPayDialog", show_pay_request, NULL },
  { "answer", "AdwAlertDialog", show_answer, NULL },
  { "request-form", "GeoRequestDialog GeoAmountEntry", show_request_form,
    NULL },
  { "request-wrong", "GeoRequestDialog", show_request_wrong, NULL },
  { "request-who", "GeoRequestDialog GeoPersonChooser", show_request_who,
    NULL },
  { "request-shown", "GeoRequestDialog GeoRequestView GeoCodeBox",
    show_request_shown, NULL },
  { "invite", "GeoInviteDialog GeoAmountEntry", show_invite, NULL },
  { "invite-shown", "GeoInviteDialog GeoRequestView", show_invite_shown, NULL },
  { "trust-who", "GeoTrustDialog GeoPersonChooser", show_trust_who, NULL },
  { "trust-new", "GeoTrustDialog", show_trust_new, NULL },
  { "trust-change", "GeoTrustDialog", show_trust_change, NULL },
  { "trust-stop", "AdwAlertDialog", show_trust_stop, NULL },
  { "trust-busy", "GeoTrustDialog", show_trust_busy, tell_again },
  { "person-pending", "GeoPersonPage", show_person_pending, leave_pending },
  { "pay-daily", "GeoPayDialog", show_pay_daily, limit_no_more },
  { "person-daily", "GeoPersonPage", show_person_daily, limit_no_more },
  { "freeze", "AdwAlertDialog", show_freeze, leave_page },
  { "person-frozen", "GeoPersonPage", show_frozen, unfreeze },
  { "person-frozen-by-them", "GeoPersonPage", show_frozen_by_them,
    let_olena_unfreeze },
  { "ask-trust", "GeoAmountEntry", show_ask_trust, leave_page },
  { "verify", "GeoVerifyDialog", show_verify, leave_page },
  { "verify-other", "GeoVerifyDialog", show_verify_other, leave_page },
};

const MatrixWorld matrix_dialogs = { "dialogs", begin, cases,
                                     G_N_ELEMENTS (cases) };
