/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoWriter: the threads that own the hub's store for writing.  One batch is
 * written at a time, while the disk takes the one before, and the next may be
 * given meanwhile; what comes then is the caller's to collect, so that many
 * changes share one fsync (group commit).  All calls and answers in the main
 * context of the thread that made it.
 */
#pragma once

#include "core/geo-key.h"
#include "store/geo-hub-store.h"

G_BEGIN_DECLS

/* Changes of one batch, at most: bounds how long the others wait for theirs. */
#define GEO_WRITER_BATCH_MAX 512
/* The disk takes one, one is written, one waits. */
#define GEO_WRITER_JOBS_MAX 3

typedef struct _GeoWriter GeoWriter;

/* A batch with so many changes, in the order in which they were given.  error
 * NULL: it is on disk (P1); else no later one is written either. */
typedef void (*GeoWriterFunc) (guint n_changes,
                               const GError *error,
                               gpointer user_data);

/* Takes store over, to close it, and signs with secret what the
 * closer has left to be signed (geo_closer_set_signs_later ()). */
GeoWriter *geo_writer_new (GeoHubStore *store,
                           GeoSecret *secret,
                           GeoWriterFunc func,
                           gpointer user_data);

/* Waits for what is being written; its answer is not given any more. */
void geo_writer_free (GeoWriter *writer); /* NULL is safe. */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GeoWriter, geo_writer_free)

/* A change that will be in a batch to come: it is signed meanwhile.  It has to
 * be there until that is written, or the writer is freed. */
void geo_writer_sign_ahead (GeoWriter *writer, GeoChange *change);

/* Into the batch that is open, or a new one, and written while more comes.
 * changes (GPtrArray of GeoChange) is taken, what is in it is borrowed until
 * the answer. */
void geo_writer_write (GeoWriter *writer, GPtrArray *changes);
/* The batch that is open, if one is, is on its way to the disk; only while it
 * has fewer than GEO_WRITER_JOBS_MAX of these. */
void geo_writer_close (GeoWriter *writer);
/* P1: waits until all is on disk that a reader may have seen by now.  FALSE: a
 * write failed, and nothing more is to be told. */
gboolean geo_writer_settle (GeoWriter *writer);
/* Closed batches without an answer */
guint geo_writer_count_jobs (const GeoWriter *writer);

/* How many transactions it has made, and how many changes were in them. */
guint64 geo_writer_count_commits (const GeoWriter *writer);
guint64 geo_writer_count_changes (const GeoWriter *writer);

G_END_DECLS
