/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoWorker: the one thread that owns a journal.  Jobs run in the order they
 * were pushed; their results come back to the main context that made the
 * worker.  It knows nothing of what jobs do.
 */
#pragma once

#include <gio/gio.h>

#include "store/geo-journal.h"

G_BEGIN_DECLS

typedef struct _GeoWorker GeoWorker;

/* In the thread.  The result is freed with result_free unless done steals it;
 * NULL is no error by itself. */
typedef gpointer (*GeoWorkerFunc) (GeoWorker *worker,
                                   gpointer data,
                                   GError **error);
/* In the main context.  *result may be stolen. */
typedef void (*GeoWorkerDone) (gpointer *result,
                               const GError *error,
                               gpointer user_data);

GeoWorker *geo_worker_new (void);
/* Lets what was pushed finish, then ends the thread, which closes the journal:
 * another may open it when this returns.  NULL is safe. */
void geo_worker_free (GeoWorker *worker);

/* data belongs to the job and is freed in the main context, with the result,
 * after done.  done is always called; data_free, result_free and done may be
 * NULL. */
void geo_worker_push (GeoWorker *worker,
                      GeoWorkerFunc func,
                      gpointer data,
                      GDestroyNotify data_free,
                      GDestroyNotify result_free,
                      GeoWorkerDone done,
                      gpointer user_data);

/* Of jobs only.  NULL until one has set it. */
GeoJournal *geo_worker_get_journal (GeoWorker *worker);
/* Takes journal and closes the one before. */
void geo_worker_set_journal (GeoWorker *worker, GeoJournal *journal);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GeoWorker, geo_worker_free)

G_END_DECLS
