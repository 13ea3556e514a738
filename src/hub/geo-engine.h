/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoEngine: drives the closer (protocol) with the store and the clock: events
 * go in, its actions are carried out in order, and nothing that binds the hub
 * leaves it before it is on disk (P1).  It knows no sockets: whom a message is
 * for is a PID.  Main context.
 */
#pragma once

#include "hub/geo-hub-key.h"
#include "hub/geo-hub-metrics.h"
#include "protocol/geo-closer.h"
#include "store/geo-hub-store.h"

G_BEGIN_DECLS

typedef struct _GeoEngine GeoEngine;

/* to is somebody who may have gone. */
typedef void (*GeoEngineSendFunc) (const GeoPid *to,
                                   GeoMessage *message,
                                   gpointer user_data);
/* Once: a write failed.  Nothing is sent or written any more. */
typedef void (*GeoEngineFailedFunc) (const GError *error, gpointer user_data);

/* Loads everything.  The stores are taken: writer has been opened for writing,
 * reader read-only, both by this thread and of one file. */
GeoEngine *geo_engine_new (GeoHubStore *writer,
                           GeoHubStore *reader,
                           const GeoCommunity *community,
                           const GeoHubKey *key,
                           const GeoCloserLimits *limits,
                           GError **error);
/* Waits for the write that is under way. */
void geo_engine_free (GeoEngine *engine); /* NULL is safe. */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GeoEngine, geo_engine_free)

void geo_engine_set_funcs (GeoEngine *engine,
                           GeoEngineSendFunc send,
                           GeoEngineFailedFunc failed,
                           gpointer user_data);

/* Messages are on their way to this engine, and will be here in no time: what
 * waits for the disk waits for those too, for some milliseconds at most. */
void geo_engine_set_more_comes (GeoEngine *engine, gboolean more_comes);

const GeoBook *geo_engine_get_book (const GeoEngine *engine);
/* For reading what is written; this thread's.  The disk may not have all of it
 * yet (P1), so nothing that was read is told before one of the next two. */
GeoHubStore *geo_engine_get_reader (GeoEngine *engine);
/* done is called when all that was read so far is on disk, and has been told to
 * whom it concerns; never, where that fails. */
typedef void (*GeoEngineDoneFunc) (gpointer user_data);
void geo_engine_when_stored (GeoEngine *engine,
                             GeoEngineDoneFunc done,
                             gpointer user_data,
                             GDestroyNotify destroy);
/* Waits until all that was read so far is on disk: for what is rare, as nothing
 * else is done meanwhile.  FALSE: it never is, and is told to nobody. */
gboolean geo_engine_settle (GeoEngine *engine);

/* Events.  A message of a signed-in participant: FALSE and an error when the
 * disk could not be asked about it; nothing has been done then. */
gboolean geo_engine_message (GeoEngine *engine,
                             const GeoPid *from,
                             const GeoMessage *message,
                             GError **error);
/* The same of a message whose signature was found to be good with the key
 * checked; NULL: it was not looked at. */
gboolean geo_engine_message_checked (GeoEngine *engine,
                                     const GeoPid *from,
                                     const GeoMessage *message,
                                     const GeoPublicKey *checked,
                                     GError **error);
/* A LOG_QUERY of a signed-in participant (§9), answered when all that it tells
 * of is on disk: as geo_engine_message (). */
gboolean geo_engine_prove (GeoEngine *engine,
                           const GeoPid *from,
                           const GeoMessage *query,
                           GError **error);
/* Whether it would look for a signature (geo_closer_wants_check ()). */
gboolean geo_engine_wants_check (const GeoEngine *engine,
                                 const GeoPid *from,
                                 const GeoMessage *message);
/* pid has signed in: registers participant, where it introduces itself (NULL:
 * it is known already), and answers msg_id with WELCOME when that is on disk,
 * with everything that was decided before.  FALSE with a GEO_CLOSER_ERROR. */
gboolean geo_engine_join (GeoEngine *engine,
                          const GeoPid *pid,
                          const GeoParticipant *participant,
                          const gchar *msg_id,
                          GError **error);
void
geo_engine_present (GeoEngine *engine, const GeoPid *pid, gboolean present);

/* A participant that is new here, or its next version, without a session: done
 * is called when it is on disk.  FALSE with a GEO_CLOSER_ERROR, and nothing is
 * called. */
gboolean geo_engine_register (GeoEngine *engine,
                              const GeoParticipant *participant,
                              GeoEngineDoneFunc done,
                              gpointer user_data,
                              GDestroyNotify destroy,
                              GError **error);

/* Each change, in order, once it is on disk. */
typedef void (*GeoEngineChangeFunc) (const GeoChange *change,
                                     gpointer user_data);
void geo_engine_set_change_func (GeoEngine *engine,
                                 GeoEngineChangeFunc func,
                                 gpointer user_data);

/* What the hub's owner decides: at once in the book, and then on disk with the
 * rest of change (GEO_CHANGE_HUB, taken).  FALSE: it does not hold; nothing is
 * called or stored. */
gboolean geo_engine_decide (GeoEngine *engine,
                            GeoChange *change,
                            GeoEngineDoneFunc done,
                            gpointer user_data,
                            GDestroyNotify destroy);
/* Refuses what is open under tx_id; audit (taken) is stored with it.  How many
 * orders there were; nothing is called or stored where there was none. */
guint geo_engine_abort (GeoEngine *engine,
                        const gchar *tx_id,
                        GeoAudit *audit,
                        GeoEngineDoneFunc done,
                        gpointer user_data,
                        GDestroyNotify destroy);
/* For reading. */
const GeoCloser *geo_engine_get_closer (const GeoEngine *engine);
void geo_engine_set_limits (GeoEngine *engine, const GeoCloserLimits *limits);
/* See geo_closer_set_closed (). */
void geo_engine_set_closed (GeoEngine *engine,
                            const gchar *equivalent,
                            gboolean closed);

/* Carries a change out that is not the closer's; done is called in its turn,
 * when it is on disk. */
void geo_engine_store (GeoEngine *engine,
                       GeoChange *change,
                       GeoEngineDoneFunc done,
                       gpointer user_data,
                       GDestroyNotify destroy);

/* What happens is counted there; borrowed. */
GeoHubMetrics *geo_engine_get_metrics (GeoEngine *engine);

/* Clearing (§7): a snapshot to be solved, in any thread, and then carried out a
 * cycle at a time; see geo-closer.h. */
GeoClearingPlan *geo_engine_plan_clearing (GeoEngine *engine,
                                           const gchar *equivalent,
                                           guint max_length);
/* FALSE: there is no cycle left. */
gboolean geo_engine_clear_next (GeoEngine *engine, GeoClearingPlan *plan);

/* Nothing waits to be written or sent. */
gboolean geo_engine_is_idle (const GeoEngine *engine);
/* Lists that wait for the disk, or for one that does. */
guint geo_engine_count_waiting (const GeoEngine *engine);

typedef struct {
  guint64 commits;
  guint64 changes;
  guint64 violations;
  guint open; /* Orders that are not decided. */
  guint waiting; /* Lists that wait for the disk. */
} GeoEngineFigures;
void geo_engine_get_figures (const GeoEngine *engine, GeoEngineFigures *out);

G_END_DECLS
