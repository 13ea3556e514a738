/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A small community for the store's tests.  It plays no protocol.
 */
#include "store-sample.h"

#include <string.h>

#include <glib/gstdio.h>

#define START G_GINT64_CONSTANT (1795168800000) /* 2026-11-20T10:00:00Z */

static GeoSecret *
make_secret (guint number) {
  guint8 seed[GEO_SEED_LEN] = { 0 };

  memcpy (seed, &number, sizeof number);
  seed[GEO_SEED_LEN - 1] = 0x5a;
  return geo_secret_new_from_seed (seed);
}

Sample *
sample_new (guint n_people) {
  Sample *sample = g_new0 (Sample, 1);
  GeoEquivalent *equivalent = geo_equivalent_new ();
  GeoCommunity *community = geo_community_new ();

  sample->now = START;
  sample->secret = make_secret (0);
  equivalent->code = g_strdup (SAMPLE_EQUIVALENT);
  equivalent->precision = 2;
  equivalent->kind = GEO_EQUIVALENT_KIND_FIAT;
  community->name = g_strdup ("Ярмарка");
  geo_secret_get_public (sample->secret, &community->key);
  geo_secret_get_pid (sample->secret, &community->community);
  g_ptr_array_add (community->equivalents, equivalent);
  community->seq = 1;
  community->at = sample->now;
  geo_community_sign (community, sample->secret);
  sample->community = community;

  sample->n_people = n_people;
  sample->people = g_new0 (SamplePerson, n_people);
  sample->owed = g_new0 (gint64, (gsize) n_people * n_people);
  for (guint i = 0; i < n_people; i++) {
    SamplePerson *item = &sample->people[i];
    GeoParticipant *person = geo_participant_new ();

    item->secret = make_secret (i + 1);
    geo_secret_get_pid (item->secret, &item->pid);
    person->community = community->community;
    person->pid = item->pid;
    person->name = g_strdup_printf ("Person %u", i);
    person->kind = GEO_PARTICIPANT_KIND_PERSON;
    geo_secret_get_public (item->secret, &person->key);
    person->seq = 1;
    person->at = sample->now;
    geo_participant_sign (person, item->secret);
    item->person = person;
  }
  return sample;
}

void
sample_free (Sample *sample) {
  if (sample == NULL)
    return;
  for (guint i = 0; i < sample->n_people; i++) {
    geo_secret_unref (sample->people[i].secret);
    geo_participant_free (sample->people[i].person);
  }
  g_free (sample->people);
  g_free (sample->owed);
  geo_community_free (sample->community);
  geo_secret_unref (sample->secret);
  g_free (sample);
}

gchar *
sample_folder_new (void) {
  g_autoptr (GError) error = NULL;
  gchar *folder = g_dir_make_tmp ("geo-store-XXXXXX", &error);

  g_assert_no_error (error);
  return folder;
}

void
sample_folder_remove (const gchar *folder) {
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const gchar *name;

  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree gchar *path = g_build_filename (folder, name, NULL);

    g_assert_cmpint (g_unlink (path), ==, 0);
  }
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

void
sample_copy_database (const gchar *from, const gchar *to) {
  const gchar *ends[] = { "", "-wal", "-shm" };

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++) {
    g_autofree gchar *source = g_strconcat (from, ends[i], NULL);
    g_autofree gchar *target = g_strconcat (to, ends[i], NULL);
    g_autofree gchar *data = NULL;
    gsize len;

    g_unlink (target);
    if (!g_file_get_contents (source, &data, &len, NULL))
      continue;
    g_assert_true (g_file_set_contents (target, data, (gssize) len, NULL));
  }
}

/* --- Objects -------------------------------------------------------------- */

static GeoDecimal
money (gint64 minor) {
  return geo_decimal (GEO_AMOUNT (minor), 2);
}

GeoParticipant *
sample_rename (Sample *sample, guint who, const gchar *name) {
  GeoParticipant *person = sample->people[who].person;

  g_free (person->name);
  person->name = g_strdup (name);
  person->seq++;
  geo_participant_sign (person, sample->people[who].secret);
  return geo_participant_copy (person);
}

GeoTrustLine *
sample_line (Sample *sample,
             guint from,
             guint to,
             gint64 limit,
             const GeoTrustLine *previous) {
  GeoTrustLine *line = geo_trust_line_new ();

  line->community = sample->community->community;
  line->line_id = g_strdup_printf ("line-%u-%u", from, to);
  line->from = sample->people[from].pid;
  line->to = sample->people[to].pid;
  line->equivalent = g_strdup (SAMPLE_EQUIVALENT);
  line->limit = money (limit);
  line->policy = geo_policy_new_default ();
  line->seq = previous != NULL ? previous->seq + 1 : 1;
  line->has_previous = previous != NULL;
  if (previous != NULL)
    geo_trust_line_hash (previous, &line->previous);
  line->status = GEO_LINE_STATUS_ACTIVE;
  line->signed_at = sample->now;
  geo_trust_line_sign (line, sample->people[from].secret);
  return line;
}

GeoOrder *
sample_order (Sample *sample,
              guint from,
              guint to,
              gint64 amount,
              const gchar *tx_id,
              const gchar *text) {
  GeoOrder *order = geo_order_new ();

  order->community = sample->community->community;
  order->tx_id = g_strdup (tx_id);
  order->from = sample->people[from].pid;
  order->to = sample->people[to].pid;
  order->equivalent = g_strdup (SAMPLE_EQUIVALENT);
  order->amount = money (amount);
  order->has_description_hash = text != NULL;
  if (text != NULL)
    geo_hash_of (text, strlen (text), &order->description_hash);
  order->constraints = geo_constraints_new ();
  order->constraints->max_hops = 6;
  order->constraints->max_routes = 3;
  order->closer = sample->community->community;
  order->deadline = sample->now + 60000;
  order->created_at = sample->now;
  geo_order_sign (order, sample->people[from].secret);
  return order;
}

static guint
find_person (Sample *sample, const GeoPid *pid) {
  for (guint i = 0; i < sample->n_people; i++) {
    if (geo_pid_equal (&sample->people[i].pid, pid))
      return i;
  }
  g_assert_not_reached ();
}

GPtrArray *
sample_hops (Sample *sample,
             const GeoOrder *order,
             const guint *route,
             guint n_route) {
  GPtrArray *hops =
      g_ptr_array_new_with_free_func ((GDestroyNotify) geo_hop_free);

  for (guint i = 0; i + 1 < n_route; i++) {
    GeoHop *hop = geo_hop_new ();
    guint64 salt[2] = { ++sample->salt, i };

    hop->community = order->community;
    hop->tx_id = g_strdup (order->tx_id);
    hop->from = sample->people[route[i]].pid;
    hop->to = sample->people[route[i + 1]].pid;
    hop->equivalent = g_strdup (order->equivalent);
    hop->amount = order->amount;
    hop->lane = GEO_LANE_HUB;
    hop->salt = g_bytes_new (salt, sizeof salt);
    g_ptr_array_add (hops, hop);
  }
  return hops;
}

GeoContract *
sample_contract (Sample *sample, const GeoOrder *order, GPtrArray *hops) {
  GeoContract *contract = geo_contract_new ();

  contract->community = order->community;
  contract->tx_id = g_strdup (order->tx_id);
  contract->kind = GEO_CONTRACT_KIND_PAYMENT;
  contract->has_order = TRUE;
  geo_order_hash (order, &contract->order);
  contract->equivalent = g_strdup (order->equivalent);
  contract->amount = order->amount;
  contract->has_payer = TRUE;
  contract->payer = order->from;
  contract->has_payee = TRUE;
  contract->payee = order->to;
  geo_contract_set_hops (contract, hops);
  g_array_append_val (contract->voters, order->from);
  g_array_append_val (contract->voters, order->closer);
  contract->closer = order->closer;
  contract->deadline = order->deadline;
  contract->created_at = sample->now;
  return contract;
}

static GeoVote *
make_vote (Sample *sample,
           GeoSecret *secret,
           const GeoPid *voter,
           const GeoContract *contract) {
  GeoVote *vote = geo_vote_new ();

  vote->community = sample->community->community;
  geo_contract_hash (contract, &vote->contract);
  vote->voter = *voter;
  geo_vote_sign (vote, secret);
  return vote;
}

GeoVote *
sample_vote (Sample *sample, guint voter, const GeoContract *contract) {
  return make_vote (sample, sample->people[voter].secret,
                    &sample->people[voter].pid, contract);
}

static GeoRefusal *
make_refusal (Sample *sample,
              GeoSecret *secret,
              const GeoHash *contract,
              const GeoHash *order) {
  GeoRefusal *refusal = geo_refusal_new ();

  refusal->community = sample->community->community;
  refusal->has_contract = contract != NULL;
  if (contract != NULL)
    refusal->contract = *contract;
  refusal->has_order = order != NULL;
  if (order != NULL)
    refusal->order = *order;
  geo_secret_get_pid (secret, &refusal->voter);
  refusal->code = GEO_CODE_CAPACITY;
  refusal->reason = g_strdup ("not_enough_capacity");
  refusal->at = sample->now;
  geo_refusal_sign (refusal, secret);
  return refusal;
}

GeoRefusal *
sample_refuse_order (Sample *sample, const GeoHash *order) {
  return make_refusal (sample, sample->secret, NULL, order);
}

GeoRefusal *
sample_refuse_contract (Sample *sample, const GeoHash *contract) {
  return make_refusal (sample, sample->secret, contract, NULL);
}

GeoRefusal *
sample_refuse_contract_by (Sample *sample,
                           guint voter,
                           const GeoHash *contract) {
  return make_refusal (sample, sample->people[voter].secret, contract, NULL);
}

GeoCertificate *
sample_certificate (Sample *sample,
                    const GeoOrder *order,
                    const GeoContract *contract) {
  GeoCertificate *certificate = geo_certificate_new ();

  certificate->order = geo_order_copy (order);
  certificate->contract = geo_contract_copy (contract);
  g_ptr_array_add (certificate->votes,
                   make_vote (sample, sample->secret,
                              &sample->community->community, contract));
  return certificate;
}

static GeoProvenEntry *
make_entry (Sample *sample,
            guint who,
            GeoEntryKind kind,
            const GeoHash *subject) {
  SamplePerson *person = &sample->people[who];
  GeoProvenEntry *proven = geo_proven_entry_new ();
  GeoEntry *entry = geo_entry_new ();

  entry->community = sample->community->community;
  entry->participant = person->pid;
  entry->sequence = ++person->sequence;
  entry->has_previous = entry->sequence > 1;
  if (entry->has_previous)
    entry->previous = person->entry_hash;
  entry->kind = kind;
  entry->subject = *subject;
  entry->at = sample->now;
  geo_entry_sign (entry, sample->secret);
  geo_entry_hash (entry, &person->entry_hash);
  proven->entry = entry;
  return proven;
}

static void
name_person (Sample *sample,
             GeoProvenEntry *entry,
             guint who,
             const GeoPid *pid) {
  if (geo_pid_equal (pid, &sample->people[who].pid))
    return;
  g_ptr_array_add (
      entry->people,
      geo_participant_copy (sample->people[find_person (sample, pid)].person));
}

GeoProvenEntry *
sample_line_entry (Sample *sample, guint who, const GeoTrustLine *line) {
  GeoProvenEntry *entry;
  GeoHash hash;

  geo_trust_line_hash (line, &hash);
  entry = make_entry (sample, who, GEO_ENTRY_KIND_TRUST_LINE, &hash);
  entry->line = geo_trust_line_copy (line);
  name_person (sample, entry, who, &line->from);
  name_person (sample, entry, who, &line->to);
  return entry;
}

GeoProvenEntry *
sample_payment_entry (Sample *sample,
                      guint who,
                      const GeoCertificate *certificate,
                      GPtrArray *hops) {
  GeoProvenEntry *entry;
  GeoHash hash;

  geo_contract_hash (certificate->contract, &hash);
  entry = make_entry (sample, who, GEO_ENTRY_KIND_PAYMENT, &hash);
  entry->certificate = geo_certificate_copy (certificate);
  g_ptr_array_unref (entry->hops);
  entry->hops = geo_contract_prove_hops_of (hops, &sample->people[who].pid);
  name_person (sample, entry, who, &certificate->order->from);
  name_person (sample, entry, who, &certificate->order->to);
  return entry;
}

GeoProvenEntry *
sample_clearing_entry (Sample *sample,
                       guint who,
                       const GeoCertificate *certificate,
                       GPtrArray *hops) {
  GeoProvenEntry *entry;
  GeoHash hash;

  geo_contract_hash (certificate->contract, &hash);
  entry = make_entry (sample, who, GEO_ENTRY_KIND_CLEARING, &hash);
  entry->certificate = geo_certificate_copy (certificate);
  g_ptr_array_unref (entry->hops);
  entry->hops = geo_contract_prove_hops_of (hops, &sample->people[who].pid);
  return entry;
}

/* --- Bodies --------------------------------------------------------------- */

GeoRecordBody *
sample_joined (Sample *sample, guint who) {
  GeoRecordBody *body = geo_record_body_new ();

  body->community = geo_community_copy (sample->community);
  body->person = geo_participant_copy (sample->people[who].person);
  body->hub = g_strdup ("ws://hub.example:7171");
  return body;
}

GeoRecordBody *
sample_body_line (const GeoTrustLine *line) {
  GeoRecordBody *body = geo_record_body_new ();

  body->line = geo_trust_line_copy (line);
  return body;
}

GeoRecordBody *
sample_body_order (const GeoOrder *order, const gchar *text) {
  GeoRecordBody *body = geo_record_body_new ();

  body->order = geo_order_copy (order);
  body->text = g_strdup (text);
  if (text != NULL)
    body->sealed = g_bytes_new_static ("sealed", 6);
  return body;
}

GeoRecordBody *
sample_body_vote (Sample *sample,
                  guint who,
                  const GeoContract *contract,
                  const GeoOrder *order,
                  GPtrArray *hops) {
  GeoRecordBody *body = geo_record_body_new ();

  body->vote = sample_vote (sample, who, contract);
  body->contract = geo_contract_copy (contract);
  body->order = geo_order_copy (order);
  g_ptr_array_unref (body->hops);
  body->hops = geo_contract_prove_hops_of (hops, &sample->people[who].pid);
  return body;
}

GeoRecordBody *
sample_body_refusal (GeoRefusal *refusal) {
  GeoRecordBody *body = geo_record_body_new ();

  body->refusal = refusal;
  return body;
}

GeoRecordBody *
sample_body_entry (GeoProvenEntry *entry, const gchar *text) {
  GeoRecordBody *body = geo_record_body_new ();

  body->entry = entry;
  body->text = g_strdup (text);
  return body;
}

gint64
sample_append (Sample *sample,
               GeoJournal *journal,
               guint who,
               GeoRecordKind kind,
               GeoRecordBody *body) {
  g_autoptr (GeoRecordBody) owned = body;
  g_autoptr (GError) error = NULL;
  gint64 sequence = 0;

  geo_journal_append (journal, sample->people[who].secret, kind, owned,
                      sample->now++, &sequence, &error);
  g_assert_no_error (error);
  g_assert_cmpint (sequence, >, 0);
  return sequence;
}

void
sample_append_fails (Sample *sample,
                     GeoJournal *journal,
                     guint who,
                     GeoRecordKind kind,
                     GeoRecordBody *body,
                     GeoStoreError code) {
  g_autoptr (GeoRecordBody) owned = body;
  g_autoptr (GError) error = NULL;
  gint64 before = geo_journal_count_records (journal, NULL);

  g_assert_false (geo_journal_append (journal, sample->people[who].secret, kind,
                                      owned, sample->now, NULL, &error));
  g_assert_error (error, GEO_STORE_ERROR, (gint) code);
  g_assert_cmpint (geo_journal_count_records (journal, NULL), ==, before);
}

/* --- Payments ------------------------------------------------------------- */

SamplePayment *
sample_payment (Sample *sample,
                const guint *route,
                guint n_route,
                gint64 amount,
                const gchar *tx_id,
                const gchar *text) {
  SamplePayment *payment = g_new0 (SamplePayment, 1);

  payment->order = sample_order (sample, route[0], route[n_route - 1], amount,
                                 tx_id, text);
  payment->hops = sample_hops (sample, payment->order, route, n_route);
  payment->contract = sample_contract (sample, payment->order, payment->hops);
  payment->certificate = sample_certificate (sample, payment->order,
                                             payment->contract);
  geo_order_hash (payment->order, &payment->order_hash);
  geo_contract_hash (payment->contract, &payment->contract_hash);
  return payment;
}

void
sample_payment_free (SamplePayment *payment) {
  if (payment == NULL)
    return;
  geo_order_free (payment->order);
  g_ptr_array_unref (payment->hops);
  geo_contract_free (payment->contract);
  geo_certificate_free (payment->certificate);
  g_free (payment);
}

/* --- Changes -------------------------------------------------------------- */

GeoChange *
sample_change_participant (Sample *sample, guint who) {
  GeoChange *change = geo_change_new (GEO_CHANGE_PARTICIPANT, sample->now++);

  change->participant = geo_participant_copy (sample->people[who].person);
  return change;
}

GeoChange *
sample_change_line (Sample *sample,
                    guint from,
                    guint to,
                    const GeoTrustLine *line) {
  GeoChange *change = geo_change_new (GEO_CHANGE_LINE, sample->now++);

  change->line = geo_trust_line_copy (line);
  g_ptr_array_add (change->entries, sample_line_entry (sample, from, line));
  g_ptr_array_add (change->entries, sample_line_entry (sample, to, line));
  return change;
}

static void
change_debt (Sample *sample, GeoChange *change, guint from, guint to) {
  gint64 amount = change->certificate->contract->amount.amount.minor;
  gint64 *owed = &sample->owed[(gsize) to * sample->n_people + from];
  GeoDebtChange debt;

  *owed += amount;
  sample->owed[(gsize) from * sample->n_people + to] = -*owed;
  debt.debtor = sample->people[*owed >= 0 ? from : to].pid;
  debt.creditor = sample->people[*owed >= 0 ? to : from].pid;
  debt.after = GEO_AMOUNT (*owed >= 0 ? *owed : -*owed);
  g_array_append_val (change->debts, debt);
}

GeoChange *
sample_change_commit (Sample *sample,
                      const SamplePayment *payment,
                      const guint *route,
                      guint n_route) {
  GeoChange *change = geo_change_new (GEO_CHANGE_COMMIT, sample->now++);

  change->certificate = geo_certificate_copy (payment->certificate);
  change->equivalent = g_strdup (payment->contract->equivalent);
  for (guint i = 0; i < payment->hops->len; i++)
    g_ptr_array_add (change->hops,
                     geo_hop_copy (g_ptr_array_index (payment->hops, i)));
  for (guint i = 0; i + 1 < n_route; i++)
    change_debt (sample, change, route[i], route[i + 1]);
  for (guint i = 0; i < n_route; i++)
    g_ptr_array_add (change->entries, sample_payment_entry (
                                          sample, route[i],
                                          payment->certificate, payment->hops));
  return change;
}

GeoChange *
sample_change_refusal (Sample *sample,
                       GeoRefusal *refusal,
                       const GeoOrder *order,
                       const GeoContract *contract) {
  GeoChange *change = geo_change_new (GEO_CHANGE_REFUSAL, sample->now++);

  change->refusal = refusal;
  if (order != NULL)
    change->order = geo_order_copy (order);
  if (contract != NULL)
    change->contract = geo_contract_copy (contract);
  return change;
}

GeoChange *
sample_change_ack (Sample *sample, guint who) {
  GeoChange *change = geo_change_new (GEO_CHANGE_ACK, sample->now++);
  GeoEntryAck *ack = geo_entry_ack_new ();

  ack->community = sample->community->community;
  ack->participant = sample->people[who].pid;
  ack->sequence = sample->people[who].sequence;
  ack->entry_hash = sample->people[who].entry_hash;
  ack->at = sample->now;
  geo_entry_ack_sign (ack, sample->people[who].secret);
  change->ack = ack;
  return change;
}

void
sample_write_people (Sample *sample, GeoHubStore *store) {
  g_autoptr (GPtrArray) changes =
      g_ptr_array_new_with_free_func ((GDestroyNotify) geo_change_free);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < sample->n_people; i++)
    g_ptr_array_add (changes, sample_change_participant (sample, i));
  geo_hub_store_write (store, changes, &error);
  g_assert_no_error (error);
}

void
sample_write (GeoHubStore *store, GeoChange *change) {
  g_autoptr (GPtrArray) changes =
      g_ptr_array_new_with_free_func ((GDestroyNotify) geo_change_free);
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (changes, change);
  geo_hub_store_write (store, changes, &error);
  g_assert_no_error (error);
}

void
sample_write_fails (GeoHubStore *store, GeoChange *change, GeoStoreError code) {
  g_autoptr (GPtrArray) changes =
      g_ptr_array_new_with_free_func ((GDestroyNotify) geo_change_free);
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (changes, change);
  g_assert_false (geo_hub_store_write (store, changes, &error));
  g_assert_error (error, GEO_STORE_ERROR, (gint) code);
}

/* --- Whole files ---------------------------------------------------------- */

void
sample_fill_journal (Sample *sample, GeoJournal *journal) {
  g_autoptr (GeoTrustLine) line = sample_line (sample, 0, 1, 10000, NULL);
  g_autoptr (GeoTrustLine) next = sample_line (sample, 0, 1, 500, line);
  g_autoptr (SamplePayment) paid =
      sample_payment (sample, SAMPLE_ROUTE (0, 1, 2), 50, "tx-paid", "Мед");
  g_autoptr (SamplePayment) refused =
      sample_payment (sample, SAMPLE_ROUTE (0, 1), 60, "tx-refused", NULL);
  g_autoptr (SamplePayment) open = sample_payment (sample, SAMPLE_ROUTE (0, 1),
                                                   70, "tx-open", NULL);
  g_autoptr (SamplePayment) through =
      sample_payment (sample, SAMPLE_ROUTE (1, 0, 2), 80, "tx-through", NULL);
  g_autoptr (SamplePayment) no = sample_payment (sample, SAMPLE_ROUTE (2, 0, 1),
                                                 90, "tx-no", NULL);
  GeoRecordBody *person = geo_record_body_new ();

  person->person = geo_participant_copy (sample->people[2].person);
  sample_append (sample, journal, 0, GEO_RECORD_KIND_JOINED,
                 sample_joined (sample, 0));
  sample_append (sample, journal, 0, GEO_RECORD_KIND_PERSON, person);
  sample_append (sample, journal, 0, GEO_RECORD_KIND_LINE,
                 sample_body_line (line));
  sample_append (sample, journal, 0, GEO_RECORD_KIND_ENTRY,
                 sample_body_entry (sample_line_entry (sample, 0, line), NULL));
  sample_append (sample, journal, 0, GEO_RECORD_KIND_ORDER,
                 sample_body_order (paid->order, "Мед"));
  sample_append (
      sample, journal, 0, GEO_RECORD_KIND_ENTRY,
      sample_body_entry (
          sample_payment_entry (sample, 0, paid->certificate, paid->hops),
          NULL));
  sample_append (sample, journal, 0, GEO_RECORD_KIND_ORDER,
                 sample_body_order (refused->order, NULL));
  sample_append (
      sample, journal, 0, GEO_RECORD_KIND_REFUSED,
      sample_body_refusal (sample_refuse_order (sample, &refused->order_hash)));
  sample_append (sample, journal, 0, GEO_RECORD_KIND_ORDER,
                 sample_body_order (open->order, NULL));
  sample_append (sample, journal, 0, GEO_RECORD_KIND_VOTE,
                 sample_body_vote (sample, 0, through->contract, through->order,
                                   through->hops));
  sample_append (sample, journal, 0, GEO_RECORD_KIND_REFUSAL,
                 sample_body_refusal (sample_refuse_contract_by (
                     sample, 0, &no->contract_hash)));
  sample_append (sample, journal, 0, GEO_RECORD_KIND_LINE,
                 sample_body_line (next));
}

void
sample_fill_hub (Sample *sample, GeoHubStore *store) {
  g_autoptr (GeoTrustLine) line = sample_line (sample, 1, 0, 10000, NULL);
  g_autoptr (GeoTrustLine) next = sample_line (sample, 1, 0, 500, line);
  g_autoptr (SamplePayment) first =
      sample_payment (sample, SAMPLE_ROUTE (0, 1, 2), 50, "tx-first", NULL);
  g_autoptr (SamplePayment) second =
      sample_payment (sample, SAMPLE_ROUTE (2, 1), 80, "tx-second", NULL);
  g_autoptr (SamplePayment) refused =
      sample_payment (sample, SAMPLE_ROUTE (0, 1), 60, "tx-refused", NULL);

  g_assert_true (geo_hub_store_set_community (store, sample->community, NULL));
  sample_write_people (sample, store);
  sample_write (store, sample_change_line (sample, 1, 0, line));
  sample_write (store, sample_change_line (sample, 1, 0, next));
  sample_write (store,
                sample_change_commit (sample, first, SAMPLE_ROUTE (0, 1, 2)));
  sample_write (store,
                sample_change_commit (sample, second, SAMPLE_ROUTE (2, 1)));
  sample_write (store,
                sample_change_refusal (
                    sample,
                    sample_refuse_contract (sample, &refused->contract_hash),
                    refused->order, refused->contract));
  sample_write (store,
                sample_change_refusal (
                    sample, sample_refuse_order (sample, &refused->order_hash),
                    refused->order, NULL));
  sample_write (store, sample_change_ack (sample, 1));
}

void
sample_journal_set_up (SampleJournal *fixture, gconstpointer data) {
  fixture->sample = sample_new (3);
  fixture->folder = sample_folder_new ();
  fixture->path = g_build_filename (fixture->folder, "journal.db", NULL);
  fixture->journal = geo_journal_open (fixture->path, FALSE, NULL);
  g_assert_nonnull (fixture->journal);
  sample_fill_journal (fixture->sample, fixture->journal);
}

void
sample_journal_tear_down (SampleJournal *fixture, gconstpointer data) {
  geo_journal_close (fixture->journal);
  sample_folder_remove (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->path);
  sample_free (fixture->sample);
}
