/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One run after another, each equivalent by itself: a snapshot here, the best
 * cycles in a thread, and then, a few at a time, those of them that still fit.
 */
#include "hub/geo-hub-clearing.h"

#include <gio/gio.h>

/* How long one turn of carrying out may hold the loop; a cycle that has begun
 * is finished. */
#define TURN_US_MAX 10000
/* Between two turns, for everybody else. */
#define PAUSE_MS 5

typedef struct {
  GeoHubClearing *clearing; /* NULL: it was given up. */
  GeoClearingPlan *plan;
} Job;

struct _GeoHubClearing {
  GeoEngine *engine;
  guint max_length;
  guint interval_id;

  /* The run that is under way. */
  gboolean running;
  GPtrArray *equivalents; /* Codes that are still to do */
  guint run_length;
  GeoClearingFigures figures;
  GeoHubClearingFunc func;
  gpointer user_data;
  GDestroyNotify destroy;
  Job *job; /* In the thread; borrowed */
  GeoClearingPlan *plan; /* Being carried out. */
  guint turn_id;
};

static void
job_free (gpointer data) {
  Job *job = data;

  geo_clearing_plan_free (job->plan);
  g_free (job);
}

static void start_next (GeoHubClearing *self);

static void
end_run (GeoHubClearing *self) {
  GeoHubClearingFunc func = self->func;
  gpointer user_data = self->user_data;
  GDestroyNotify destroy = self->destroy;
  GeoClearingFigures figures = self->figures;

  self->running = FALSE;
  self->func = NULL;
  self->destroy = NULL;
  if (figures.cleared > 0 || figures.proposed > 0)
    g_info ("clearing cycles=%u spare=%u proposed=%u", figures.cleared,
            figures.over_spares, figures.proposed);
  if (func != NULL)
    func (&figures, user_data);
  if (destroy != NULL)
    destroy (user_data);
}

static void
end_plan (GeoHubClearing *self) {
  GeoClearingFigures figures;

  geo_clearing_plan_get_figures (self->plan, &figures);
  g_clear_pointer (&self->plan, geo_clearing_plan_free);
  self->figures.cleared += figures.cleared;
  self->figures.over_spares += figures.over_spares;
  self->figures.proposed += figures.proposed;
  /* Of several equivalents the sum says nothing, but it is one number. */
  if (!geo_amount_add (self->figures.total, figures.total,
                       &self->figures.total))
    self->figures.total = GEO_AMOUNT (G_MAXINT64);
  start_next (self);
}

static gboolean
turn_cb (gpointer user_data) {
  GeoHubClearing *self = user_data;
  gint64 until = g_get_monotonic_time () + TURN_US_MAX;

  while (geo_engine_clear_next (self->engine, self->plan))
    if (g_get_monotonic_time () >= until)
      return G_SOURCE_CONTINUE;
  self->turn_id = 0;
  end_plan (self);
  return G_SOURCE_REMOVE;
}

static void
solve_in_thread (GTask *task,
                 gpointer source,
                 gpointer data,
                 GCancellable *cancellable) {
  Job *job = data;

  geo_clearing_plan_solve (job->plan);
  g_task_return_boolean (task, TRUE);
}

static void
solved_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  Job *job = g_task_get_task_data (G_TASK (result));
  GeoHubClearing *self = job->clearing;

  if (self == NULL)
    return;
  self->job = NULL;
  self->plan = g_steal_pointer (&job->plan);
  self->turn_id = g_timeout_add (PAUSE_MS, turn_cb, self);
}

/* The next equivalent, or the end. */
static void
start_next (GeoHubClearing *self) {
  while (self->equivalents->len > 0) {
    g_autofree gchar *code = g_ptr_array_steal_index (self->equivalents, 0);
    g_autoptr (GTask) task = NULL;
    GeoClearingPlan *plan;

    plan = geo_engine_plan_clearing (self->engine, code, self->run_length);
    if (plan == NULL)
      continue;
    self->job = g_new0 (Job, 1);
    self->job->clearing = self;
    self->job->plan = plan;
    task = g_task_new (NULL, NULL, solved_cb, NULL);
    g_task_set_task_data (task, self->job, job_free);
    g_task_run_in_thread (task, solve_in_thread);
    return;
  }
  end_run (self);
}

gboolean
geo_hub_clearing_run (GeoHubClearing *clearing,
                      const gchar *equivalent,
                      guint max_length,
                      GeoHubClearingFunc func,
                      gpointer user_data,
                      GDestroyNotify destroy) {
  const GeoCommunity *community;

  if (clearing->running)
    return FALSE;
  clearing->running = TRUE;
  clearing->run_length = max_length > 0 ? max_length : clearing->max_length;
  clearing->figures = (GeoClearingFigures){ 0 };
  clearing->func = func;
  clearing->user_data = user_data;
  clearing->destroy = destroy;
  community =
      geo_book_get_community (geo_engine_get_book (clearing->engine));
  for (guint i = 0; equivalent == NULL && i < community->equivalents->len; i++)
    g_ptr_array_add (
        clearing->equivalents,
        g_strdup (((GeoEquivalent *) community->equivalents->pdata[i])->code));
  if (equivalent != NULL)
    g_ptr_array_add (clearing->equivalents, g_strdup (equivalent));
  start_next (clearing);
  return TRUE;
}

gboolean
geo_hub_clearing_is_running (const GeoHubClearing *clearing) {
  return clearing->running;
}

static gboolean
interval_cb (gpointer user_data) {
  /* One that takes longer than the interval is not begun twice. */
  geo_hub_clearing_run (user_data, NULL, 0, NULL, NULL, NULL);
  return G_SOURCE_CONTINUE;
}

GeoHubClearing *
geo_hub_clearing_new (GeoEngine *engine, guint interval_s, guint max_length) {
  GeoHubClearing *self = g_new0 (GeoHubClearing, 1);

  self->engine = engine;
  self->max_length = max_length;
  self->equivalents = g_ptr_array_new_with_free_func (g_free);
  if (interval_s > 0)
    self->interval_id = g_timeout_add_seconds (interval_s, interval_cb, self);
  return self;
}

void
geo_hub_clearing_free (GeoHubClearing *clearing) {
  if (clearing == NULL)
    return;
  g_clear_handle_id (&clearing->interval_id, g_source_remove);
  g_clear_handle_id (&clearing->turn_id, g_source_remove);
  if (clearing->job != NULL)
    clearing->job->clearing = NULL;
  g_clear_pointer (&clearing->plan, geo_clearing_plan_free);
  if (clearing->destroy != NULL)
    clearing->destroy (clearing->user_data);
  g_ptr_array_unref (clearing->equivalents);
  g_free (clearing);
}
