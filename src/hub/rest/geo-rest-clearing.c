/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Clearing through REST: which cycles there are, and clearing them now.  What
 * takes long is another thread's.  A participant is shown the cycles that it is
 * in, and no others: nobody learns what is between strangers.
 */
#include <string.h>

#include "core/geo-contract.h"
#include "hub/rest/geo-rest-private.h"

#define DEPTH 6
#define DEPTH_MIN 3
#define CYCLES_MAX 200
/* Looks for cycles at once: each may take seconds of a core. */
#define LOOKS_MAX 4

/* --- Which there are -------------------------------------------------------
 */

/* One look at one equivalent after another. */
typedef struct {
  GeoHubRest *rest;
  GeoReply *reply;
  GPtrArray *codes; /* Those that are still to do */
  gchar *code;
  guint depth;
  gboolean has_pid;
  GeoPid pid; /* Whose cycles */
  gboolean is_admin;
  GeoClearingPlan *plan;
  JsonArray *cycles; /* A participant's */
  JsonObject *equivalents; /* The owner's */
} Look;

static void look_on (Look *look);

static void
look_free (gpointer data) {
  Look *look = data;

  g_ptr_array_unref (look->codes);
  g_free (look->code);
  geo_clearing_plan_free (look->plan);
  g_clear_pointer (&look->cycles, json_array_unref);
  g_clear_pointer (&look->equivalents, json_object_unref);
  g_free (look);
}

/* The same debt has the same name. */
static gchar *
name_debt (const gchar *code, const GeoPid *debtor, const GeoPid *creditor) {
  g_autofree gchar *a = geo_pid_to_string (debtor);
  g_autofree gchar *b = geo_pid_to_string (creditor);
  g_autofree gchar *text = g_strjoin ("|", code, a, b, NULL);
  const guint8 *h;
  GeoHash hash;

  geo_hash_of (text, strlen (text), &hash);
  h = hash.bytes;
  return g_strdup_printf ("%02x%02x%02x%02x-%02x%02x-8%x%02x-a%x%02x-"
                          "%02x%02x%02x%02x%02x%02x",
                          h[0], h[1], h[2], h[3], h[4], h[5], h[6] & 15, h[7],
                          h[8] & 15, h[9], h[10], h[11], h[12], h[13], h[14],
                          h[15]);
}

static JsonArray *
show_cycle (const Look *look, const GeoClearingCycle *cycle) {
  const GeoBook *book = geo_engine_get_book (look->rest->engine);
  const GeoEquivalent *equivalent =
      geo_community_find_equivalent (geo_book_get_community (book), look->code);
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < cycle->pids->len; i++) {
    const GeoPid *debtor = &g_array_index (cycle->pids, GeoPid, i);
    const GeoPid *creditor = &g_array_index (cycle->pids, GeoPid,
                                             (i + 1) % cycle->pids->len);
    JsonObject *object = json_object_new ();
    g_autofree gchar *name = name_debt (look->code, debtor, creditor);

    if (look->is_admin)
      json_object_set_string_member (object, "equivalent", look->code);
    else
      json_object_set_string_member (object, "debt_id", name);
    geo_rest_set_pid (object, "debtor", debtor);
    geo_rest_set_pid (object, "creditor", creditor);
    geo_rest_set_amount (object, "amount",
                         geo_book_get_debt (book, debtor, creditor, look->code),
                         equivalent == NULL ? 0
                                            : (guint) equivalent->precision);
    json_array_add_object_element (array, object);
  }
  return array;
}

static gboolean
is_in (const GeoClearingCycle *cycle, const GeoPid *pid) {
  for (guint i = 0; i < cycle->pids->len; i++)
    if (geo_pid_equal (&g_array_index (cycle->pids, GeoPid, i), pid))
      return TRUE;
  return FALSE;
}

static void
add_cycles (Look *look, JsonArray *array) {
  g_autoptr (GPtrArray) cycles = geo_closer_list_cycles (
      geo_engine_get_closer (look->rest->engine), look->plan);

  for (guint i = 0;
       i < cycles->len && json_array_get_length (array) < CYCLES_MAX; i++) {
    const GeoClearingCycle *cycle = g_ptr_array_index (cycles, i);

    if (!look->has_pid || is_in (cycle, &look->pid))
      json_array_add_array_element (array, show_cycle (look, cycle));
  }
}

static void
look_end (Look *look) {
  JsonObject *object = json_object_new ();

  if (look->is_admin)
    json_object_set_object_member (object, "equivalents",
                                   g_steal_pointer (&look->equivalents));
  else
    json_object_set_array_member (object, "cycles",
                                  g_steal_pointer (&look->cycles));
  geo_rest_send (g_steal_pointer (&look->reply), 200, object);
  look->rest->looks--;
  look_free (look);
}

static void
solve_in_thread (GTask *task,
                 gpointer source,
                 gpointer data,
                 GCancellable *cancellable) {
  geo_clearing_plan_solve (data);
  g_task_return_boolean (task, TRUE);
}

static void
add_found (Look *look) {
  JsonArray *array = look->is_admin ? json_array_new () : look->cycles;
  JsonObject *found;

  if (look->plan != NULL)
    add_cycles (look, array);
  if (!look->is_admin)
    return;
  found = json_object_new ();
  json_object_set_array_member (found, "cycles", array);
  json_object_set_object_member (look->equivalents, look->code, found);
}

static void
solved_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  Look *look = user_data;

  /* The hub stopped meanwhile. */
  if (g_cancellable_is_cancelled (g_task_get_cancellable (G_TASK (result)))) {
    geo_rest_refuse (g_steal_pointer (&look->reply), 503, GEO_CODE_INTERNAL,
                     "The hub is going down", NULL);
    look_free (look);
    return;
  }
  add_found (look);
  g_clear_pointer (&look->plan, geo_clearing_plan_free);
  look_on (look);
}

static void
look_on (Look *look) {
  while (look->codes->len > 0) {
    g_autoptr (GTask) task = NULL;

    g_free (look->code);
    look->code = g_ptr_array_steal_index (look->codes, 0);
    look->plan = geo_engine_plan_clearing (look->rest->engine, look->code,
                                           look->depth);
    if (look->plan == NULL) {
      add_found (look);
      continue;
    }
    task = g_task_new (NULL, look->rest->stop, solved_cb, look);
    g_task_set_check_cancellable (task, FALSE);
    g_task_set_task_data (task, look->plan, NULL);
    g_task_run_in_thread (task, solve_in_thread);
    return;
  }
  look_end (look);
}

/* TRUE: so many look already that it is answered. */
static gboolean
is_crowded (GeoRestCall *call) {
  JsonObject *details;
  GeoReply *reply;

  if (call->rest->looks < LOOKS_MAX)
    return FALSE;
  details = json_object_new ();
  json_object_set_boolean_member (details, "retryable", TRUE);
  reply = geo_rest_take_reply (call);
  geo_reply_set_header (reply, "Retry-After", "1");
  geo_rest_refuse (reply, 503, GEO_CODE_INTERNAL,
                   "Too many look for cycles at once", details);
  return TRUE;
}

static Look *
look_new (GeoRestCall *call, guint depth) {
  Look *look = g_new0 (Look, 1);

  look->rest = call->rest;
  call->rest->looks++;
  look->reply = geo_rest_take_reply (call);
  look->codes = g_ptr_array_new_with_free_func (g_free);
  look->depth = depth;
  look->cycles = json_array_new ();
  look->equivalents = json_object_new ();
  return look;
}

static guint
query_depth (GeoRestCall *call, GeoRestFaults *faults) {
  return (guint) geo_rest_query_int (call->request->query, "max_depth", DEPTH,
                                     DEPTH_MIN, GEO_CLOSER_CLEARING_LENGTH_MAX,
                                     faults);
}

void
geo_rest_get_cycles (GeoRestCall *call) {
  g_auto (GeoRestFaults) faults;
  const gchar *code;
  guint depth;
  Look *look;

  geo_rest_faults_init (&faults, "query");
  code = geo_rest_query_text (call->request->query, "equivalent", TRUE,
                              &faults);
  depth = query_depth (call, &faults);
  if (geo_rest_is_faulty (call, &faults) ||
      geo_rest_need_equivalent (call, code) == NULL || is_crowded (call))
    return;
  look = look_new (call, depth);
  g_ptr_array_add (look->codes, g_strdup (code));
  look->has_pid = TRUE;
  look->pid = call->pid;
  look_on (look);
}

void
geo_rest_admin_cycles (GeoRestCall *call) {
  const GeoCommunity *community = geo_book_get_community (call->book);
  GHashTable *query = call->request->query;
  g_auto (GeoRestFaults) faults;
  const gchar *pid_text;
  GeoPid pid = { { 0 } };
  guint depth;
  Look *look;

  geo_rest_faults_init (&faults, "query");
  pid_text = geo_rest_query_text (query, "participant_pid", FALSE, &faults);
  depth = query_depth (call, &faults);
  /* Clients send it empty for all. */
  if (pid_text != NULL && pid_text[0] == '\0')
    pid_text = NULL;
  if (pid_text != NULL && !geo_pid_parse (pid_text, &pid, NULL))
    geo_rest_faults_add (&faults, "value_error", "participant_pid",
                         "Input should be a PID", NULL);
  if (geo_rest_is_faulty (call, &faults) || is_crowded (call))
    return;
  look = look_new (call, depth);
  look->is_admin = TRUE;
  look->has_pid = pid_text != NULL;
  look->pid = pid;
  for (guint i = 0; i < community->equivalents->len; i++)
    g_ptr_array_add (look->codes,
                     g_strdup (((const GeoEquivalent *) g_ptr_array_index (
                                    community->equivalents, i))
                                   ->code));
  look_on (look);
}

/* --- Clearing now ----------------------------------------------------------
 */

typedef struct {
  GeoHubRest *rest;
  GeoReply *reply;
  GeoAudit *audit;
  gchar *code;
  guint cleared;
} Run;

static void
run_free (gpointer data) {
  Run *run = data;

  if (run->reply != NULL)
    geo_rest_refuse (run->reply, 500, GEO_CODE_INTERNAL,
                     "The hub is going down", NULL);
  geo_audit_free (run->audit);
  g_free (run->code);
  g_free (run);
}

static void
run_stored (gpointer data) {
  Run *run = data;
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "equivalent", run->code);
  json_object_set_int_member (object, "cleared_cycles", run->cleared);
  geo_rest_send (g_steal_pointer (&run->reply), 200, object);
}

/* Decided: on disk it is with what is stored after it. */
static void
run_decided (const GeoClearingFigures *figures, gpointer user_data) {
  Run *run = user_data;
  Run *stored = g_new0 (Run, 1);
  GeoChange *change = geo_change_new (GEO_CHANGE_HUB, geo_rest_now ());

  stored->rest = run->rest;
  stored->reply = g_steal_pointer (&run->reply);
  stored->code = g_strdup (run->code);
  stored->cleared = figures->cleared;
  change->audit = g_steal_pointer (&run->audit);
  change->audit->after = g_strdup_printf ("{\"cleared_cycles\":%u}",
                                          figures->cleared);
  geo_engine_store (run->rest->engine, change, run_stored, stored, run_free);
}

static void
refuse_busy (GeoReply *reply, const gchar *message, gboolean retryable) {
  JsonObject *details = json_object_new ();

  json_object_set_boolean_member (details, "retryable", retryable);
  geo_rest_refuse (reply, 409, GEO_CODE_CONFLICT, message, details);
}

void
geo_rest_post_clearing (GeoRestCall *call) {
  g_autofree gchar *pid = geo_pid_to_string (&call->pid);
  g_auto (GeoRestFaults) faults;
  const gchar *code;
  guint depth;
  Run *run;

  geo_rest_faults_init (&faults, "query");
  code = geo_rest_query_text (call->request->query, "equivalent", TRUE,
                              &faults);
  depth = query_depth (call, &faults);
  if (geo_rest_is_faulty (call, &faults) ||
      geo_rest_need_equivalent (call, code) == NULL)
    return;
  if (!geo_hub_settings_is_on (call->rest->settings,
                               GEO_HUB_SETTING_CLEARING)) {
    geo_rest_refuse (geo_rest_take_reply (call), 403, GEO_CODE_NOT_ALLOWED,
                     "Clearing is switched off", NULL);
    return;
  }
  if (call->rest->clearing == NULL ||
      geo_hub_clearing_is_running (call->rest->clearing)) {
    refuse_busy (geo_rest_take_reply (call), "Clearing is under way", TRUE);
    return;
  }
  run = g_new0 (Run, 1);
  run->rest = call->rest;
  run->reply = geo_rest_take_reply (call);
  run->code = g_strdup (code);
  run->audit = geo_rest_audit (call, "participant", "clearing.auto",
                               "participant", pid, NULL, NULL, NULL);
  if (!geo_hub_clearing_run (call->rest->clearing, code, depth, run_decided,
                             run, run_free))
    g_assert_not_reached ();
}
