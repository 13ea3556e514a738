/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoWriter: the one thread that owns the hub's store for writing.  It takes
 * one batch at a time; what comes meanwhile is the caller's to collect, so that
 * many changes share one fsync (group commit).  All calls and answers in the
 * main context of the thread that made it.
 */
#pragma once

#include "core/geo-key.h"
#include "store/geo-hub-store.h"

G_BEGIN_DECLS

/* Changes of one batch, at most: bounds how long the others wait for theirs. */
#define GEO_WRITER_BATCH_MAX 512

typedef struct _GeoWriter GeoWriter;

/* error NULL: the batch is on disk (P1). */
typedef void (*GeoWriterFunc) (const GError *error, gpointer user_data);

/* Takes store over, to close it in its thread, and signs with secret what the
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

/* Only while it is not busy.  changes (GPtrArray of GeoChange) is taken, what
 * is in it is borrowed until the answer. */
void geo_writer_write (GeoWriter *writer, GPtrArray *changes);
gboolean geo_writer_is_busy (const GeoWriter *writer);

/* How many transactions it has made, and how many changes were in them. */
guint64 geo_writer_count_commits (const GeoWriter *writer);
guint64 geo_writer_count_changes (const GeoWriter *writer);

G_END_DECLS
