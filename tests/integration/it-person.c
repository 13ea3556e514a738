/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Asks the node and turns the main loop until it has answered.
 */
#include "it-person.h"

#include <sodium.h>

#include "core/geo-words.h"
#include "node/geo-node-private.h"
#include "node/geo-profile-private.h"

/* The least that Argon2id takes: nothing is protected here. */
#define PASSPHRASE "integration"
#define CONNECT_MS_MAX 60000

static void
result_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  GAsyncResult **out = user_data;

  *out = g_object_ref (result);
}

ItPerson *
it_person_new (const gchar *name) {
  ItPerson *person = g_new0 (ItPerson, 1);

  person->name = g_strdup (name);
  person->folder = it_make_folder ();
  person->owns_folder = TRUE;
  return person;
}

ItPerson *
it_person_new_in (const gchar *folder, const gchar *name) {
  ItPerson *person = g_new0 (ItPerson, 1);

  person->name = g_strdup (name);
  person->folder = g_strdup (folder);
  return person;
}

void
it_person_free (ItPerson *person) {
  if (person == NULL)
    return;
  if (person->node != NULL)
    it_person_leave (person);
  if (person->owns_folder)
    it_remove_folder (person->folder);
  g_free (person->folder);
  g_free (person->name);
  g_free (person);
}

/* --- Coming and going ----------------------------------------------------- */

void
it_person_unlock (ItPerson *person) {
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  gboolean has_pid;

  person->profile = geo_profile_new (person->folder);
  geo_profile_set_key_limits (person->profile, crypto_pwhash_OPSLIMIT_MIN,
                              crypto_pwhash_MEMLIMIT_MIN);
  if (geo_profile_get_key_place (person->profile) == GEO_KEY_PLACE_NONE) {
    gchar *words = geo_profile_make_words ();

    geo_profile_create_async (person->profile, person->name, words, PASSPHRASE,
                              NULL, result_cb, &result);
    geo_words_free (words);
    it_wait_until (result != NULL);
    geo_profile_create_finish (person->profile, result, &error);
  } else {
    geo_profile_unlock_async (person->profile, PASSPHRASE, NULL, result_cb,
                              &result);
    it_wait_until (result != NULL);
    geo_profile_unlock_finish (person->profile, result, &error);
  }
  g_assert_no_error (error);
  has_pid = geo_profile_has_pid (person->profile, &person->pid);
  g_assert_true (has_pid);
}

void
it_person_wait_connected (ItPerson *person) {
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  geo_node_hurry (person->node);
  geo_node_wait_connected_async (person->node, CONNECT_MS_MAX, NULL, result_cb,
                                 &result);
  it_wait_until (result != NULL);
  geo_node_wait_connected_finish (person->node, result, &error);
  g_assert_no_error (error);
}

void
it_person_arrive (ItPerson *person, const gchar *link) {
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (person->node);
  it_person_unlock (person);
  geo_node_join_async (person->profile, link, NULL, result_cb, &result);
  it_wait_until (result != NULL);
  person->node = geo_node_join_finish (result, &error);
  g_assert_no_error (error);
  it_person_wait_connected (person);
}

void
it_person_leave (ItPerson *person) {
  g_assert_nonnull (person->node);
  geo_node_stop (person->node);
  /* What waits in the main loop holds the node for a moment. */
  it_wait_until (G_OBJECT (person->node)->ref_count == 1);
  g_assert_finalize_object (person->node);
  person->node = NULL;
  g_clear_object (&person->profile);
}

void
it_person_return (ItPerson *person) {
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (person->node);
  it_person_unlock (person);
  geo_node_open_async (person->profile, NULL, NULL, result_cb, &result);
  it_wait_until (result != NULL);
  person->node = geo_node_open_finish (result, &error);
  g_assert_no_error (error);
  geo_node_start (person->node);
  it_person_wait_connected (person);
}

/* --- Doing ---------------------------------------------------------------- */

void
it_person_trust (ItPerson *person,
                 ItPerson *other,
                 gint64 limit,
                 gboolean live) {
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  it_person_find (person, other);
  geo_node_trust_async (person->node, &other->pid, IT_EQUIVALENT,
                        GEO_AMOUNT (limit), FALSE, live, NULL, result_cb,
                        &result);
  it_wait_until (result != NULL);
  geo_node_trust_finish (person->node, result, &error);
  g_assert_no_error (error);
}

void
it_person_find (ItPerson *person, ItPerson *other) {
  g_autofree gchar *text = geo_pid_to_string (&other->pid);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GListModel) found = NULL;
  g_autoptr (GError) error = NULL;

  geo_node_find_people_async (person->node, text, NULL, result_cb, &result);
  it_wait_until (result != NULL);
  found = geo_node_find_people_finish (person->node, result, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_list_model_get_n_items (found), ==, 1);
}

GeoPayment *
it_person_order (ItPerson *person,
                 const gchar *tx_id,
                 ItPerson *to,
                 gint64 amount,
                 const gchar *text) {
  g_autoptr (GError) error = NULL;
  GeoPayment *payment;

  it_person_find (person, to);
  payment = geo_node_pay (person->node, tx_id, &to->pid, IT_EQUIVALENT,
                          GEO_AMOUNT (amount), text, &error);
  g_assert_no_error (error);
  return payment;
}

static gboolean
is_over (GeoPayment *payment) {
  switch (geo_payment_get_state (payment)) {
  case GEO_STATE_DRAFT:
  case GEO_STATE_SENDING:
  case GEO_STATE_IN_DOUBT:
    return FALSE;
  case GEO_STATE_PAID:
  case GEO_STATE_NOT_PAID:
    return TRUE;
  }
  g_assert_not_reached ();
}

GeoState
it_payment_wait (GeoPayment *payment) {
  it_wait_until (is_over (payment));
  return geo_payment_get_state (payment);
}

GeoState
it_person_pay (ItPerson *person, ItPerson *to, gint64 amount) {
  return it_payment_wait (it_person_order (person, NULL, to, amount, NULL));
}

void
it_person_set_refuse_func (ItPerson *person, GeoPartyRefuseFunc func) {
  g_assert_nonnull (person->node->party);
  geo_party_set_refuse_func (person->node->party, func, NULL);
}

/* --- Looking -------------------------------------------------------------- */

gint64
it_person_balance (ItPerson *person, ItPerson *other) {
  if (person->node->party == NULL)
    return 0;
  return geo_party_get_balance (person->node->party, &other->pid, IT_EQUIVALENT)
      .minor;
}

/* What the lists show is what the party says. */
static gint64
shown_balance (ItPerson *person, ItPerson *other) {
  GeoPerson *shown = geo_node_get_person (person->node, &other->pid);
  GListModel *relations;

  if (shown == NULL)
    return 0;
  relations = geo_person_get_relations (shown);
  for (guint i = 0; i < g_list_model_get_n_items (relations); i++) {
    g_autoptr (GeoRelation) relation = g_list_model_get_item (relations, i);

    if (g_str_equal (geo_relation_get_equivalent (relation), IT_EQUIVALENT))
      return geo_relation_get_balance (relation).minor;
  }
  return 0;
}

void
it_check_debt (ItHub *hub, ItPerson *debtor, ItPerson *creditor, gint64 debt) {
  if (debtor->node != NULL)
    it_wait_until (it_person_balance (debtor, creditor) == -debt);
  if (creditor->node != NULL)
    it_wait_until (it_person_balance (creditor, debtor) == debt);
  if (debtor->node != NULL)
    it_wait_until (shown_balance (debtor, creditor) == -debt);
  if (creditor->node != NULL)
    it_wait_until (shown_balance (creditor, debtor) == debt);
  g_assert_cmpint (
      it_hub_debt (hub, &debtor->pid, &creditor->pid, IT_EQUIVALENT), ==, debt);
}

GeoJournal *
it_person_open_journal (ItPerson *person) {
  g_autofree gchar *path = NULL;
  g_autoptr (GError) error = NULL;
  GeoJournal *journal;

  g_assert_nonnull (person->node);
  path = g_strdup (person->node->journal_path);
  journal = geo_journal_open (path, TRUE, &error);
  g_assert_no_error (error);
  return journal;
}

void
it_person_verify (ItPerson *person) {
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  gint64 records = 0;

  it_wait_until (geo_node_get_open_count (person->node) == 0);
  geo_node_verify_async (person->node, NULL, result_cb, &result);
  it_wait_until (result != NULL);
  geo_node_verify_finish (person->node, result, &records, &error);
  g_assert_no_error (error);
  g_assert_cmpint (records, >, 0);
}

/* Whom a record is about. */
static const gchar *
record_tx_id (const GeoRecordBody *body) {
  if (body->contract != NULL)
    return body->contract->tx_id;
  if (body->order != NULL)
    return body->order->tx_id;
  if (body->entry != NULL && body->entry->certificate != NULL)
    return body->entry->certificate->contract->tx_id;
  return NULL;
}

guint
it_person_count_records (ItPerson *person,
                         GeoRecordKind kind,
                         const gchar *tx_id) {
  g_autoptr (GeoJournal) journal = it_person_open_journal (person);
  g_autoptr (GError) error = NULL;
  gint64 count = geo_journal_count_records (journal, &error);
  guint found = 0;

  g_assert_no_error (error);
  for (gint64 n = 1; n <= count; n++) {
    g_autoptr (GeoRecord) record = NULL;
    g_autofree gchar *text = NULL;
    g_autoptr (GeoRecordBody) body = NULL;

    geo_journal_get_record (journal, n, &record, &text, &error);
    g_assert_no_error (error);
    body = geo_record_body_from_text (text, -1, &error);
    g_assert_no_error (error);
    if (record->kind == kind && g_strcmp0 (record_tx_id (body), tx_id) == 0)
      found++;
  }
  return found;
}
