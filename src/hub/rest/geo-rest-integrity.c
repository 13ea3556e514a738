/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whether everything holds, through REST: the whole database is read as a
 * stranger would, in a thread of its own, so that what is said can also be no.
 * What does not hold is counted by rule; nobody's name or amount is told.
 */
#include <sodium.h>
#include <string.h>

#include "hub/rest/geo-rest-private.h"

/* Whoever asks sooner after the last time is told what was found then. */
#define FRESH_MS (10 * 1000)

/* What was found, the last time. */
struct _GeoRestIntegrity {
  gboolean known;
  GeoTime at;
  guint64 zero_sum; /* I1, I4, I7: debts are what the payments made them */
  guint64 limits; /* I2, I6 */
  guint64 symmetry; /* I3 */
  guint64 others; /* Signatures, chains, certificates */
  guint64 transactions;
  gboolean failed; /* It could not be read to the end. */
  GHashTable *checksums; /* Code → SHA-256 in hex */

  gboolean running;
  GPtrArray *waiting; /* Waiting */
};

typedef struct {
  GeoReply *reply;
  gboolean is_verify;
  gchar *code; /* NULL: all equivalents */
} Waiting;

static void
waiting_free (gpointer data) {
  Waiting *waiting = data;

  if (waiting->reply != NULL)
    geo_rest_refuse (waiting->reply, 503, GEO_CODE_INTERNAL,
                     "The hub is going down", NULL);
  g_free (waiting->code);
  g_free (waiting);
}

GeoRestIntegrity *
geo_rest_integrity_new (void) {
  GeoRestIntegrity *integrity = g_new0 (GeoRestIntegrity, 1);

  integrity->checksums = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                                g_free);
  integrity->waiting = g_ptr_array_new_with_free_func (waiting_free);
  return integrity;
}

void
geo_rest_integrity_free (GeoRestIntegrity *integrity) {
  g_hash_table_unref (integrity->checksums);
  g_ptr_array_unref (integrity->waiting);
  g_free (integrity);
}

/* --- In the thread ---------------------------------------------------------
 */

typedef struct {
  gchar *path;
  GeoRestIntegrity found;
} Job;

static void
job_free (gpointer data) {
  Job *job = data;

  g_clear_pointer (&job->found.checksums, g_hash_table_unref);
  g_free (job->path);
  g_free (job);
}

static void
finding_cb (const gchar *rule, const gchar *text, gpointer user_data) {
  GeoRestIntegrity *found = user_data;

  g_warning ("integrity %s: %s", rule, text);
  if (g_str_equal (rule, "I1") || g_str_equal (rule, "I4") ||
      g_str_equal (rule, "I7"))
    found->zero_sum++;
  else if (g_str_equal (rule, "I2") || g_str_equal (rule, "I6"))
    found->limits++;
  else if (g_str_equal (rule, "I3"))
    found->symmetry++;
  else
    found->others++;
}

/* Debts come sorted by equivalent, debtor and creditor. */
static gboolean
sum_debt_cb (const GeoPid *debtor,
             const GeoPid *creditor,
             const gchar *equivalent,
             GeoAmount debt,
             gpointer user_data,
             GError **error) {
  GHashTable *sums = user_data;
  crypto_hash_sha256_state *state = g_hash_table_lookup (sums, equivalent);
  g_autofree gchar *a = geo_pid_to_string (debtor);
  g_autofree gchar *b = geo_pid_to_string (creditor);
  g_autofree gchar *line = g_strdup_printf ("%s|%s|%" G_GINT64_FORMAT "\n", a,
                                            b, debt.minor);

  if (state == NULL) {
    state = g_new (crypto_hash_sha256_state, 1);
    crypto_hash_sha256_init (state);
    g_hash_table_insert (sums, g_strdup (equivalent), state);
  }
  crypto_hash_sha256_update (state, (const guint8 *) line, strlen (line));
  return TRUE;
}

static gboolean
sum_up (GeoHubStore *store, GeoRestIntegrity *found, GError **error) {
  g_autoptr (GHashTable) sums = g_hash_table_new_full (g_str_hash, g_str_equal,
                                                       g_free, g_free);
  GHashTableIter iter;
  gpointer code, state;

  if (!geo_hub_store_load_debts (store, sum_debt_cb, sums, error))
    return FALSE;
  g_hash_table_iter_init (&iter, sums);
  while (g_hash_table_iter_next (&iter, &code, &state)) {
    guint8 hash[crypto_hash_sha256_BYTES];
    gchar hex[2 * crypto_hash_sha256_BYTES + 1];

    crypto_hash_sha256_final (state, hash);
    sodium_bin2hex (hex, sizeof hex, hash, sizeof hash);
    g_hash_table_insert (found->checksums, g_strdup (code), g_strdup (hex));
  }
  return TRUE;
}

static void
inspect_in_thread (GTask *task,
                   gpointer source,
                   gpointer data,
                   GCancellable *cancellable) {
  Job *job = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoHubStore) store = geo_hub_store_open (job->path, TRUE, &error);
  GeoHubInspection inspection = { 0 };

  job->found.at = geo_rest_now ();
  if (store == NULL ||
      !geo_hub_store_inspect (store, finding_cb, &job->found, &inspection,
                              &error) ||
      !sum_up (store, &job->found, &error)) {
    g_warning ("the database cannot be checked: %s", error->message);
    job->found.failed = TRUE;
  }
  job->found.transactions = inspection.transactions;
  g_task_return_boolean (task, TRUE);
}

/* --- Showing ---------------------------------------------------------------
 */

static gboolean
is_healthy (const GeoRestIntegrity *integrity) {
  return !integrity->failed && integrity->zero_sum == 0 &&
         integrity->limits == 0 && integrity->symmetry == 0 &&
         integrity->others == 0;
}

static JsonObject *
show_invariant (guint64 violations, gboolean has_value) {
  JsonObject *object = json_object_new ();

  json_object_set_boolean_member (object, "passed", violations == 0);
  if (has_value) {
    g_autofree gchar *text = g_strdup_printf ("%" G_GUINT64_FORMAT, violations);

    json_object_set_string_member (object, "value", text);
    json_object_set_null_member (object, "violations");
  } else {
    json_object_set_null_member (object, "value");
    json_object_set_int_member (object, "violations", (gint64) violations);
  }
  json_object_set_null_member (object, "details");
  return object;
}

static JsonObject *
show_invariants (const GeoRestIntegrity *integrity) {
  JsonObject *object = json_object_new ();

  json_object_set_object_member (object, "zero_sum",
                                 show_invariant (integrity->zero_sum, TRUE));
  json_object_set_object_member (object, "trust_limits",
                                 show_invariant (integrity->limits, FALSE));
  json_object_set_object_member (object, "debt_symmetry",
                                 show_invariant (integrity->symmetry, FALSE));
  return object;
}

static gboolean
has_code (const GPtrArray *codes, const gchar *code) {
  return codes != NULL && g_ptr_array_find_with_equal_func (
                              (GPtrArray *) codes, code, g_str_equal, NULL);
}

static const gchar *
status_word (gboolean healthy) {
  return healthy ? "healthy" : "critical";
}

static JsonObject *
show_equivalent (const GeoRestIntegrity *integrity,
                 const gchar *code,
                 gboolean is_frozen) {
  const gchar *checksum = g_hash_table_lookup (integrity->checksums, code);
  JsonObject *object = json_object_new ();

  json_object_set_string_member (
      object, "status", status_word (is_healthy (integrity) && !is_frozen));
  json_object_set_string_member (object, "checksum",
                                 checksum != NULL ? checksum : "");
  geo_rest_set_time (object, "last_verified", integrity->at);
  json_object_set_object_member (object, "invariants",
                                 show_invariants (integrity));
  return object;
}

static void
add_alerts (const GeoRestIntegrity *integrity,
            const GPtrArray *frozen,
            JsonArray *alerts) {
  if (integrity->failed)
    json_array_add_string_element (alerts, "The database cannot be read");
  else if (!is_healthy (integrity))
    json_array_add_string_element (alerts,
                                   "The database does not hold; see the log");
  for (guint i = 0; frozen != NULL && i < frozen->len; i++) {
    g_autofree gchar *text = g_strdup_printf (
        "%s is frozen", (const gchar *) g_ptr_array_index (frozen, i));

    json_array_add_string_element (alerts, text);
  }
}

static void
answer (GeoHubRest *rest, Waiting *waiting) {
  const GeoRestIntegrity *integrity = rest->integrity;
  const GeoCommunity *community =
      geo_book_get_community (geo_engine_get_book (rest->engine));
  g_autoptr (GPtrArray) frozen =
      geo_hub_store_list_frozen (geo_engine_get_reader (rest->engine), NULL);
  JsonObject *object = json_object_new ();
  JsonObject *equivalents = json_object_new ();
  JsonArray *alerts = json_array_new ();

  for (guint i = 0; i < community->equivalents->len; i++) {
    const GeoEquivalent *equivalent = g_ptr_array_index (community->equivalents,
                                                         i);

    if (waiting->code == NULL || g_str_equal (waiting->code, equivalent->code))
      json_object_set_object_member (
          equivalents, equivalent->code,
          show_equivalent (integrity, equivalent->code,
                           has_code (frozen, equivalent->code)));
  }
  add_alerts (integrity, frozen, alerts);
  json_object_set_string_member (
      object, "status", status_word (json_array_get_length (alerts) == 0));
  geo_rest_set_time (object, waiting->is_verify ? "checked_at" : "last_check",
                     integrity->at);
  json_object_set_object_member (object, "equivalents", equivalents);
  json_object_set_array_member (object, "alerts", alerts);
  geo_rest_send (g_steal_pointer (&waiting->reply), 200, object);
}

/* --- One run at a time -----------------------------------------------------
 */

static void
take_over (GeoRestIntegrity *integrity, GeoRestIntegrity *found) {
  integrity->known = TRUE;
  integrity->at = found->at;
  integrity->zero_sum = found->zero_sum;
  integrity->limits = found->limits;
  integrity->symmetry = found->symmetry;
  integrity->others = found->others;
  integrity->transactions = found->transactions;
  integrity->failed = found->failed;
  g_hash_table_unref (integrity->checksums);
  integrity->checksums = g_steal_pointer (&found->checksums);
}

static void
inspected_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  GeoHubRest *rest = user_data;
  Job *job = g_task_get_task_data (G_TASK (result));
  GeoRestIntegrity *integrity;

  /* The hub stopped meanwhile, and those who waited are answered. */
  if (g_cancellable_is_cancelled (g_task_get_cancellable (G_TASK (result))))
    return;
  integrity = rest->integrity;
  integrity->running = FALSE;
  take_over (integrity, &job->found);
  for (guint i = 0; i < integrity->waiting->len; i++)
    answer (rest, g_ptr_array_index (integrity->waiting, i));
  g_ptr_array_set_size (integrity->waiting, 0);
}

static void
run (GeoHubRest *rest) {
  g_autoptr (GTask) task = NULL;
  Job *job;

  if (rest->integrity->running)
    return;
  rest->integrity->running = TRUE;
  job = g_new0 (Job, 1);
  job->path = g_strdup (rest->path);
  job->found.checksums = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                                g_free);
  task = g_task_new (NULL, rest->stop, inspected_cb, rest);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, job, job_free);
  g_task_run_in_thread (task, inspect_in_thread);
}

/* Answers now where what is known is new enough, or when it is. */
static void
wait_for (GeoRestCall *call,
          gboolean is_verify,
          const gchar *code,
          gboolean is_fresh) {
  GeoHubRest *rest = call->rest;
  Waiting *waiting = g_new0 (Waiting, 1);

  waiting->reply = geo_rest_take_reply (call);
  waiting->is_verify = is_verify;
  waiting->code = g_strdup (code);
  if (is_fresh) {
    answer (rest, waiting);
    waiting_free (waiting);
    return;
  }
  g_ptr_array_add (rest->integrity->waiting, waiting);
  run (rest);
}

void
geo_rest_get_integrity (GeoRestCall *call) {
  wait_for (call, FALSE, NULL, call->rest->integrity->known);
}

void
geo_rest_post_verify (GeoRestCall *call) {
  const GeoRestIntegrity *integrity = call->rest->integrity;
  g_autofree gchar *pid = geo_pid_to_string (&call->pid);
  g_auto (GeoRestFaults) faults;
  g_autoptr (JsonNode) body = NULL;
  const gchar *code = NULL;
  GeoChange *change;
  gboolean is_fresh;

  geo_rest_faults_init (&faults, "body");
  if (call->request->body_len > 0) {
    body = geo_rest_read_body (call, NULL, &faults);
    if (body == NULL)
      return;
    code = geo_rest_get_text (json_node_get_object (body), "equivalent", FALSE,
                              &faults);
    if (geo_rest_is_faulty (call, &faults))
      return;
  }
  if (code != NULL && geo_rest_need_equivalent (call, code) == NULL)
    return;
  is_fresh = integrity->known && geo_rest_now () - integrity->at < FRESH_MS;
  if (!is_fresh && !integrity->running) {
    change = geo_change_new (GEO_CHANGE_HUB, geo_rest_now ());
    change->audit = geo_rest_audit (call, "participant", "integrity.verify",
                                    "integrity", pid, NULL, NULL, NULL);
    geo_engine_store (call->rest->engine, change, NULL, NULL, NULL);
  }
  wait_for (call, TRUE, code, is_fresh);
}

void
geo_rest_get_checksum (GeoRestCall *call) {
  const GeoRestIntegrity *integrity = call->rest->integrity;
  const gchar *code = call->args[0];
  g_autofree gchar *message = NULL;
  JsonObject *object, *invariants;
  const gchar *checksum;

  if (geo_rest_need_equivalent (call, code) == NULL)
    return;
  if (!integrity->known || integrity->failed) {
    message = g_strdup_printf ("Integrity checkpoint for %s not found", code);
    geo_rest_refuse (geo_rest_take_reply (call), 404, GEO_CODE_NO_ROUTE,
                     message, NULL);
    return;
  }
  checksum = g_hash_table_lookup (integrity->checksums, code);
  object = json_object_new ();
  invariants = show_invariants (integrity);
  json_object_set_string_member (object, "equivalent", code);
  json_object_set_string_member (object, "checksum",
                                 checksum != NULL ? checksum : "");
  geo_rest_set_time (object, "created_at", integrity->at);
  json_object_set_object_member (object, "invariants_status", invariants);
  geo_rest_send (geo_rest_take_reply (call), 200, object);
}

/* What was checked when; who asked is not told. */
void
geo_rest_get_integrity_log (GeoRestCall *call) {
  static const gchar *const members[] = { "timestamp", "actor_id", "action",
                                          "object_type", "after_state" };
  GeoHubAuditFilter filter = { .object_type = "integrity" };
  g_auto (GeoRestFaults) faults;
  g_autoptr (GPtrArray) lines = NULL;
  g_autoptr (GError) error = NULL;
  GeoRestPage page;
  JsonArray *items;

  geo_rest_faults_init (&faults, "query");
  geo_rest_query_page (call->request->query, &page, &faults);
  if (geo_rest_is_faulty (call, &faults))
    return;
  lines = geo_hub_store_list_audit (call->reader, &filter, page.offset,
                                    (guint) page.per_page, NULL, &error);
  if (lines == NULL) {
    geo_rest_send_unreadable (geo_rest_take_reply (call), error);
    return;
  }
  items = json_array_new ();
  for (guint i = 0; i < lines->len; i++) {
    g_autoptr (JsonObject) full =
        geo_rest_show_audit (g_ptr_array_index (lines, i));
    JsonObject *object = json_object_new ();

    for (gsize j = 0; j < G_N_ELEMENTS (members); j++)
      json_object_set_member (object, members[j],
                              json_object_dup_member (full, members[j]));
    json_object_set_null_member (object, "object_id");
    json_array_add_object_element (items, object);
  }
  geo_rest_send_items (geo_rest_take_reply (call), items);
}
