/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoDatabase: one SQLite connection with the settings that every database here
 * needs, its prepared statements, its transactions, and the translation of what
 * SQLite says into GeoStoreError.  It knows no table and no rule of the
 * protocol.
 *
 * One thread owns each handle: the one that opened it or adopted it last.
 */
#pragma once

#include <sqlite3.h>

#include "core/geo-hash.h"
#include "core/geo-pid.h"
#include "store/geo-store-error.h"

G_BEGIN_DECLS

typedef struct _GeoMigrations GeoMigrations;
typedef struct _GeoDatabase GeoDatabase;

/* Opens or creates path (mode 0600) and brings it to the newest version.  A
 * writer holds an advisory lock on "<path>.lock" for as long as it is open, so
 * that there is one at a time; a reader takes no lock and creates nothing. path
 * NULL is a private scratch database that goes away when it is closed. */
GeoDatabase *geo_database_open (const gchar *path,
                                gboolean read_only,
                                const GeoMigrations *migrations,
                                GError **error);
/* The lock of a writer of path, or −1: a descriptor to close when the caller
 * has changed the file without opening it. */
gint geo_database_lock (const gchar *path, GError **error);
void geo_database_close (GeoDatabase *database); /* NULL is safe. */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GeoDatabase, geo_database_close)

/* The calling thread owns the handle from now on. */
void geo_database_adopt (GeoDatabase *database);
void geo_database_assert_owner (const GeoDatabase *database);

/* Brings the log into the file, which a later commit would have to wait for:
 * for when nothing else is to be done. */
void geo_database_rest (GeoDatabase *database);

/* Transactions that were committed by this handle. */
guint64 geo_database_count_commits (const GeoDatabase *database);

/* A writing transaction; TRUE of commit () says that it is on disk.  Rolling
 * back never fails: what could not be rolled back is gone when the file is
 * opened the next time.  Safe to call where no transaction is open. */
gboolean geo_database_begin (GeoDatabase *database, GError **error);
/* Whether a transaction is open. */
gboolean geo_database_is_open (GeoDatabase *database);
/* A reading one: sees one state of the file, whatever others write. */
gboolean geo_database_begin_read (GeoDatabase *database, GError **error);
gboolean geo_database_commit (GeoDatabase *database, GError **error);
/* TRUE: readers see it, and it is on disk when a geo_database_sync () that
 * began afterwards says so; that may be in any thread, while others use the
 * handle. */
gboolean geo_database_commit_ahead (GeoDatabase *database, GError **error);
gboolean geo_database_sync (GeoDatabase *database, GError **error);
/* After such a commit: whether the log is so long that some thread should call
 * geo_database_tidy (), one at a time, while others use the handle.  Only the
 * commits of a log that nobody tidies wait for it in the end. */
gboolean geo_database_wants_tidying (GeoDatabase *database);
void geo_database_tidy (GeoDatabase *database);
void geo_database_rollback (GeoDatabase *database);

/* One or several statements without parameters and without answers. */
gboolean
geo_database_execute (GeoDatabase *database, const gchar *sql, GError **error);

/* Every page of the file fits its seal, also where nothing is read from it:
 * GEO_STORE_ERROR_CORRUPT.  TRUE for a database without seals. */
gboolean geo_database_check_seals (GeoDatabase *database, GError **error);
/* SQLite's own look at its pages and indexes: GEO_STORE_ERROR_CORRUPT. */
gboolean geo_database_check_pages (GeoDatabase *database, GError **error);

/* Rows that the last INSERT, UPDATE or DELETE touched; rowid of the last
 * INSERT. */
gint64 geo_database_changes (const GeoDatabase *database);
gint64 geo_database_last_id (const GeoDatabase *database);

/* --- Statements ----------------------------------------------------------- */

/* One use of a prepared statement.  The SQL must be a string literal:
 * statements are kept by its address.  What is bound must live until the query
 * is cleared. One use at a time of each text. */
typedef struct {
  GeoDatabase *database;
  sqlite3_stmt *statement;
  gint bound;
} GeoQuery;

#define GEO_QUERY_INIT \
  { NULL, NULL, 0 }

gboolean geo_query_prepare (GeoQuery *query,
                            GeoDatabase *database,
                            const gchar *sql,
                            GError **error);
void geo_query_clear (GeoQuery *query);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (GeoQuery, geo_query_clear)

/* Parameters in order, one after another. */
void geo_query_bind_int (GeoQuery *query, gint64 value);
void geo_query_bind_text (GeoQuery *query, const gchar *text); /* NULL: NULL */
void geo_query_bind_blob (GeoQuery *query, gconstpointer data, gsize len);
void geo_query_bind_pid (GeoQuery *query, const GeoPid *pid); /* NULL: NULL */
void
geo_query_bind_hash (GeoQuery *query, const GeoHash *hash); /* NULL: NULL */

/* FALSE on an error; row_out says whether there is a (next) row. */
gboolean geo_query_step (GeoQuery *query, gboolean *row_out, GError **error);
/* For statements without rows. */
gboolean geo_query_run (GeoQuery *query, GError **error);

/* Columns of the current row.  What a disk gives is never asserted: a value of
 * the wrong type or length is GEO_STORE_ERROR_CORRUPT. Texts are borrowed until
 * the next step. */
gboolean geo_query_is_null (GeoQuery *query, gint column);
gint64 geo_query_get_int (GeoQuery *query, gint column);
const gchar *geo_query_get_text (GeoQuery *query, gint column, GError **error);
gchar *geo_query_dup_text (GeoQuery *query, gint column); /* NULL: NULL */
GBytes *geo_query_dup_blob (GeoQuery *query, gint column, GError **error);
gboolean
geo_query_get_pid (GeoQuery *query, gint column, GeoPid *out, GError **error);
gboolean
geo_query_get_hash (GeoQuery *query, gint column, GeoHash *out, GError **error);

/* --- Errors --------------------------------------------------------------- */

/* What is stored cannot be read as what it should be. */
void geo_store_set_corrupt (GError **error, const gchar *what);
/* The same, saying why: the error of the core room that is taken over. */
void
geo_store_propagate_corrupt (GError **error, GError *why, const gchar *what);

G_END_DECLS
