/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoDatabase: connection, lock, statements, transactions, errors.  Nothing
 * here may know a table.
 */
#include "store/geo-database-private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "store/geo-migrations-private.h"
#include "store/geo-seal-private.h"
#include "store/geo-wal-private.h"

/* A reader that recovers the file after a crash may hold it for a moment. */
#define BUSY_TIMEOUT_MS 5000
/* Pages in the log before they are brought into the file: rarely, as pages that
 * change often are written once then; and as many as are worth a quiet moment.
 */
#define LOG_PAGES_MAX 16000
#define LOG_PAGES_QUIET 4000
/* The same where commits are ahead of the disk and nobody is to wait for it:
 * from here on another thread brings them into the file while more come, until
 * so few are left that a commit may do the rest, after which the log begins
 * anew.  Where that never comes about, commits do it from the last of these on.
 */
#define LOG_PAGES_LONG 32000
#define LOG_PAGES_LEFT 1000
#define LOG_PAGES_WORST 64000

struct _GeoDatabase {
  sqlite3 *handle;
  GThread *owner;
  /* SQL literal → sqlite3_stmt. */
  GHashTable *statements;
  gint lock_fd;
  guint64 commits;
  gboolean sealed;
  /* What the open transaction did. */
  gboolean writing;
  gint log_pages; /* After the last commit */
  /* Where commits are ahead of the disk: */
  gint log_fd; /* Of the log; or −1 */
  sqlite3 *keeper; /* What geo_database_tidy () uses. */
  gint tidied; /* Atomic: pages of the log that it brought into the file, … */
  gint looked_at; /* … and how many there were then. */
};

/* --- Errors --------------------------------------------------------------- */

static GeoStoreError
code_from_sqlite (gint code, gint system_errno) {
  if (system_errno == ENOSPC || system_errno == EDQUOT)
    return GEO_STORE_ERROR_FULL;
  switch (code & 0xff) {
  case SQLITE_FULL:
    return GEO_STORE_ERROR_FULL;
  case SQLITE_CORRUPT:
  case SQLITE_NOTADB:
  case SQLITE_FORMAT:
  case SQLITE_MISMATCH:
  /* No SQL here is wrong by itself: a table is missing, or not as we made it.
   */
  case SQLITE_ERROR:
  case SQLITE_SCHEMA:
    return GEO_STORE_ERROR_CORRUPT;
  case SQLITE_BUSY:
  case SQLITE_LOCKED:
    return GEO_STORE_ERROR_LOCKED;
  case SQLITE_CONSTRAINT:
    return GEO_STORE_ERROR_CONFLICT;
  case SQLITE_CANTOPEN:
  case SQLITE_PERM:
  case SQLITE_READONLY:
  case SQLITE_AUTH:
    return GEO_STORE_ERROR_OPEN;
  default: /* An int, and SQLite adds to its codes: all the rest is I/O. */
    return GEO_STORE_ERROR_IO;
  }
}

static void
set_sqlite_error (GError **error,
                  gint code,
                  gint system_errno,
                  const gchar *say) {
  GeoStoreError what = code_from_sqlite (code, system_errno);

  switch (what) {
  case GEO_STORE_ERROR_FULL:
    g_set_error_literal (error, GEO_STORE_ERROR, what,
                         "The disk is full; nothing was stored.");
    return;
  case GEO_STORE_ERROR_CORRUPT:
    g_set_error (error, GEO_STORE_ERROR, what, "The file is damaged (%s).",
                 say);
    return;
  case GEO_STORE_ERROR_LOCKED:
    g_set_error_literal (error, GEO_STORE_ERROR, what,
                         "Another program is writing to the file.");
    return;
  case GEO_STORE_ERROR_CONFLICT:
    g_set_error (error, GEO_STORE_ERROR, what,
                 "What is to be stored contradicts what is there (%s).", say);
    return;
  case GEO_STORE_ERROR_OPEN:
    g_set_error (error, GEO_STORE_ERROR, what,
                 "The file cannot be opened (%s).", say);
    return;
  case GEO_STORE_ERROR_IO:
  case GEO_STORE_ERROR_NEWER:
  case GEO_STORE_ERROR_NOT_FOUND:
  case GEO_STORE_ERROR_VERIFY:
    break;
  }
  g_set_error (error, GEO_STORE_ERROR, GEO_STORE_ERROR_IO,
               "The disk could not be read or written (%s).", say);
}

/* What the seals found says it better than what SQLite makes of it. */
static gboolean
set_damage (GeoDatabase *database, GError **error) {
  GeoSealDamage damage = { 0, FALSE };

  if (database->sealed)
    damage = geo_seal_take_damage (database->handle);
  if (damage.page > 0)
    g_set_error (error, GEO_STORE_ERROR, GEO_STORE_ERROR_CORRUPT,
                 "Page %u of the file is damaged; nothing was changed.",
                 damage.page);
  else if (damage.is_log)
    g_set_error_literal (error, GEO_STORE_ERROR, GEO_STORE_ERROR_CORRUPT,
                         "The file's log is damaged; nothing was changed.");
  return damage.page > 0 || damage.is_log;
}

static gboolean
fail (GeoDatabase *database, gint code, GError **error) {
  if (set_damage (database, error))
    return FALSE;
  /* The handle remembers the error number of its last failed call only; it is
   * looked at where this call failed on the disk.  A sync that finds no space
   * does not say what it wrote before, so it is not the error that promises
   * that nothing was stored. */
  gboolean disk =
      code != SQLITE_IOERR_FSYNC && code != SQLITE_IOERR_DIR_FSYNC &&
      ((code & 0xff) == SQLITE_IOERR || (code & 0xff) == SQLITE_FULL ||
       (code & 0xff) == SQLITE_CANTOPEN);

  set_sqlite_error (error, code,
                    disk ? sqlite3_system_errno (database->handle) : 0,
                    sqlite3_errmsg (database->handle));
  return FALSE;
}

void
geo_store_set_corrupt (GError **error, const gchar *what) {
  g_set_error (error, GEO_STORE_ERROR, GEO_STORE_ERROR_CORRUPT,
               "%s is damaged.", what);
}

void
geo_store_propagate_corrupt (GError **error, GError *why, const gchar *what) {
  g_set_error (error, GEO_STORE_ERROR, GEO_STORE_ERROR_CORRUPT,
               "%s is damaged: %s", what, why->message);
  g_error_free (why);
}

/* --- Opening -------------------------------------------------------------- */

static gboolean
fail_errno (const gchar *path, const gchar *what, GError **error) {
  gint saved = errno;

  g_set_error (error, GEO_STORE_ERROR,
               saved == ENOSPC || saved == EDQUOT ? GEO_STORE_ERROR_FULL
                                                  : GEO_STORE_ERROR_OPEN,
               "%s %s: %s.", path, what, g_strerror (saved));
  return FALSE;
}

/* The file stays when it is let go of: another process may hold it already. */
gint
geo_database_lock (const gchar *path, GError **error) {
  g_autofree gchar *name = g_strconcat (path, ".lock", NULL);
  gint fd = g_open (name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

  if (fd < 0) {
    fail_errno (name, "cannot be opened", error);
    return -1;
  }
  if (flock (fd, LOCK_EX | LOCK_NB) == 0)
    return fd;
  if (errno != EWOULDBLOCK)
    fail_errno (name, "cannot be locked", error);
  else
    g_set_error (error, GEO_STORE_ERROR, GEO_STORE_ERROR_LOCKED,
                 "%s is open in another program.", path);
  close (fd);
  return -1;
}

/* What was written to path, or the names in it, survive a power cut. */
static gboolean
sync_path (const gchar *path, gint flags, GError **error) {
  gint fd = g_open (path, O_RDONLY | O_CLOEXEC | flags, 0);
  gboolean done;

  if (fd < 0)
    return fail_errno (path, "cannot be opened", error);
  done = fsync (fd) == 0 || fail_errno (path, "cannot be written", error);
  close (fd);
  return done;
}

/* Only a file that is not there yet is opened here: closing any descriptor of a
 * file drops the locks that SQLite may have on it in this process. */
static gboolean
create_private (const gchar *path, GError **error) {
  gint fd = g_open (path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

  if (fd < 0)
    return errno == EEXIST || fail_errno (path, "cannot be created", error);
  close (fd);

  /* The name has to survive a power cut as well as what is in the file. */
  g_autofree gchar *folder = g_path_get_dirname (path);
  return sync_path (folder, O_DIRECTORY, error);
}

/* SQLite keeps the former mode, and says so, where it cannot change it. */
static gboolean
set_wal (GeoDatabase *database, GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  const gchar *mode;
  gboolean row;

  if (!geo_query_prepare (&query, database, "PRAGMA journal_mode = WAL",
                          error) ||
      !geo_query_step (&query, &row, error))
    return FALSE;
  mode = row ? (const gchar *) sqlite3_column_text (query.statement, 0) : NULL;
  if (g_strcmp0 (mode, "wal") == 0)
    return TRUE;
  g_set_error_literal (error, GEO_STORE_ERROR, GEO_STORE_ERROR_OPEN,
                       "This file system cannot hold a database that several "
                       "programs read.");
  return FALSE;
}

/* geo_fold (text): what two texts have in common that differ only in case and
 * in how their letters are put together; NULL where it is no text.  SQLite's
 * own functions know the case of English letters only. */
static void
fold_cb (sqlite3_context *context, int n, sqlite3_value **values) {
  const gchar *text = (const gchar *) sqlite3_value_text (values[0]);
  g_autofree gchar *normal = NULL;

  if (text != NULL && sqlite3_value_type (values[0]) == SQLITE_TEXT)
    normal = g_utf8_normalize (text, -1, G_NORMALIZE_ALL_COMPOSE);
  if (normal == NULL)
    sqlite3_result_null (context);
  else
    sqlite3_result_text (context, g_utf8_casefold (normal, -1), -1, g_free);
}

/* It replaces SQLite's own hook for this. */
static int
committed_cb (void *data, sqlite3 *handle, const char *name, int pages) {
  GeoDatabase *database = data;

  database->log_pages = pages;
  return SQLITE_OK;
}

/* As SQLite's own hook, this ignores what fails: the next commit tries again.
 */
static void
shorten_log (GeoDatabase *database, gint pages_max) {
  if (database->log_pages >= pages_max)
    sqlite3_wal_checkpoint_v2 (database->handle, NULL,
                               SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
}

void
geo_database_rest (GeoDatabase *database) {
  geo_database_assert_owner (database);
  shorten_log (database, LOG_PAGES_QUIET);
  database->log_pages = 0;
}

static gboolean
configure (GeoDatabase *database,
           gboolean read_only,
           gboolean scratch,
           GError **error) {
  gint code;

  sqlite3_extended_result_codes (database->handle, 1);
  sqlite3_busy_timeout (database->handle, BUSY_TIMEOUT_MS);
  /* A file may come from anywhere: its schema is not to be trusted. */
  code = sqlite3_db_config (database->handle, SQLITE_DBCONFIG_DEFENSIVE, 1,
                            (int *) NULL);
  if (code == SQLITE_OK)
    code = sqlite3_db_config (database->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA,
                              0, (int *) NULL);
  if (code == SQLITE_OK)
    code = sqlite3_create_function_v2 (database->handle, "geo_fold", 1,
                                       SQLITE_UTF8 | SQLITE_DETERMINISTIC |
                                           SQLITE_DIRECTONLY,
                                       NULL, fold_cb, NULL, NULL, NULL);
  if (code != SQLITE_OK)
    return fail (database, code, error);
  if (!geo_database_execute (database,
                             "PRAGMA foreign_keys = ON;"
                             "PRAGMA cell_size_check = ON;",
                             error))
    return FALSE;
  if (scratch)
    return geo_database_execute (
        database, "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF;",
        error);
  if (read_only)
    return TRUE;
  if (database->sealed) {
    /* The pragma takes the request back. */
    if (!geo_database_execute (database, "PRAGMA page_size = 4096", error))
      return FALSE;
    geo_seal_request (database->handle);
  }
  sqlite3_wal_hook (database->handle, committed_cb, database);
  /* P1: TRUE from a commit has to mean that it is on disk, hence FULL.  16 MiB
   * in memory keep the indexes of hashes from being read again. */
  return set_wal (database, error) &&
         geo_database_execute (database,
                               "PRAGMA synchronous = FULL;"
                               "PRAGMA cache_size = -16384;"
                               "PRAGMA journal_size_limit = 167772160;",
                               error);
}

/* It answers again what the last step said. */
static void
finalize (gpointer statement) {
  sqlite3_finalize (statement);
}

/* What SQLite counts of memory nobody reads, and counting takes a lock with
 * each of thousands of small pieces. */
static void
init_sqlite (void) {
  static gsize once = 0;

  if (g_once_init_enter (&once)) {
    sqlite3_config (SQLITE_CONFIG_MEMSTATUS, 0);
    geo_seal_init ();
    g_once_init_leave (&once, 1);
  }
}

static gboolean
connect_to (GeoDatabase *database,
            const gchar *path,
            gboolean read_only,
            const GeoMigrations *migrations,
            GError **error) {
  gint flags = SQLITE_OPEN_NOMUTEX;
  gint code;

  flags |= read_only ? SQLITE_OPEN_READONLY
                     : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  code = sqlite3_open_v2 (path != NULL ? path : "", &database->handle, flags,
                          database->sealed ? GEO_SEAL_VFS : geo_wal_vfs ());
  if (code != SQLITE_OK) {
    g_set_error (error, GEO_STORE_ERROR, GEO_STORE_ERROR_OPEN,
                 "%s cannot be opened (%s).",
                 path != NULL ? path : "A scratch file", sqlite3_errstr (code));
    return FALSE;
  }
  /* Before SQLite reads the log, and forgets what does not hold. */
  if (database->sealed && !read_only) {
    code = geo_seal_check_log (database->handle);
    if (code != SQLITE_OK)
      return fail (database, code, error);
    if (set_damage (database, error))
      return FALSE;
  }
  return configure (database, read_only, path == NULL, error) &&
         geo_migrations_apply (migrations, database, read_only, error);
}

static void
disconnect (GeoDatabase *database) {
  if (database->log_fd >= 0)
    close (database->log_fd);
  database->log_fd = -1;
  sqlite3_close (g_steal_pointer (&database->keeper));
  /* Statements first: a handle with statements does not close. */
  g_hash_table_remove_all (database->statements);
  if (database->handle != NULL) {
    gint code = sqlite3_close (database->handle);
    g_assert (code == SQLITE_OK);
  }
  database->handle = NULL;
}

/* A file from before there were seals is copied with room for them, and the
 * copy takes its place in one step: whenever this is cut short there is the one
 * or the other.  Nobody else may have it open: its log would be taken for the
 * copy's. */
static gboolean
seal (GeoDatabase *database, const gchar *path, GError **error) {
  g_autofree gchar *sealed = g_strconcat (path, ".sealing", NULL);
  g_autofree gchar *folder = g_path_get_dirname (path);
  g_auto (GeoQuery) query = GEO_QUERY_INIT;

  if (g_unlink (sealed) != 0 && errno != ENOENT)
    return fail_errno (sealed, "cannot be removed", error);
  /* Without a log, and locked until it is closed. */
  if (!geo_database_execute (database,
                             "PRAGMA locking_mode = EXCLUSIVE;"
                             "PRAGMA journal_mode = DELETE;"
                             "BEGIN EXCLUSIVE; COMMIT;",
                             error) ||
      !create_private (sealed, error) ||
      !geo_query_prepare (&query, database, "VACUUM INTO ?", error))
    return FALSE;
  geo_query_bind_text (&query, sealed);
  if (!geo_query_run (&query, error) || !sync_path (sealed, 0, error)) {
    g_unlink (sealed);
    return FALSE;
  }
  if (g_rename (sealed, path) != 0)
    return fail_errno (path, "cannot be replaced", error);
  return sync_path (folder, O_DIRECTORY, error);
}

GeoDatabase *
geo_database_open (const gchar *path,
                   gboolean read_only,
                   const GeoMigrations *migrations,
                   GError **error) {
  g_autoptr (GeoDatabase) database = g_new0 (GeoDatabase, 1);

  g_assert (path != NULL || !read_only);
  init_sqlite ();
  database->owner = g_thread_self ();
  database->lock_fd = -1;
  database->log_fd = -1;
  database->sealed = migrations->sealed && path != NULL;
  database->statements = g_hash_table_new_full (NULL, NULL, NULL, finalize);

  if (path != NULL && !read_only) {
    database->lock_fd = geo_database_lock (path, error);
    if (database->lock_fd < 0 || !create_private (path, error))
      return NULL;
  }
  if (!connect_to (database, path, read_only, migrations, error))
    return NULL;
  if (!database->sealed || geo_seal_is_sealed (database->handle))
    return g_steal_pointer (&database);
  if (read_only) {
    g_set_error (error, GEO_STORE_ERROR, GEO_STORE_ERROR_OPEN,
                 "This %s has to be opened for writing once before it can be "
                 "read.",
                 migrations->kind);
    return NULL;
  }
  if (!seal (database, path, error))
    return NULL;
  disconnect (database);
  return connect_to (database, path, read_only, migrations, error)
             ? g_steal_pointer (&database)
             : NULL;
}

void
geo_database_close (GeoDatabase *database) {
  if (database == NULL)
    return;

  geo_database_assert_owner (database);
  disconnect (database);
  g_clear_pointer (&database->statements, g_hash_table_unref);
  /* The lock last: nobody else may write while this one still does. */
  if (database->lock_fd >= 0)
    close (database->lock_fd);
  g_free (database);
}

void
geo_database_adopt (GeoDatabase *database) {
  database->owner = g_thread_self ();
}

void
geo_database_assert_owner (const GeoDatabase *database) {
  g_assert (database->owner == g_thread_self ());
}

guint64
geo_database_count_commits (const GeoDatabase *database) {
  return database->commits;
}

gint64
geo_database_changes (const GeoDatabase *database) {
  return sqlite3_changes64 (database->handle);
}

gint64
geo_database_last_id (const GeoDatabase *database) {
  return sqlite3_last_insert_rowid (database->handle);
}

/* --- Transactions --------------------------------------------------------- */

gboolean
geo_database_execute (GeoDatabase *database, const gchar *sql, GError **error) {
  gint code = sqlite3_exec (database->handle, sql, NULL, NULL, NULL);

  return code == SQLITE_OK || fail (database, code, error);
}

static gboolean
run (GeoDatabase *database, const gchar *sql, GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;

  return geo_query_prepare (&query, database, sql, error) &&
         geo_query_run (&query, error);
}

gboolean
geo_database_begin (GeoDatabase *database, GError **error) {
  database->writing = TRUE;
  return run (database, "BEGIN IMMEDIATE", error);
}

gboolean
geo_database_is_open (GeoDatabase *database) {
  return !sqlite3_get_autocommit (database->handle);
}

gboolean
geo_database_begin_read (GeoDatabase *database, GError **error) {
  database->writing = FALSE;
  return run (database, "BEGIN DEFERRED", error);
}

gboolean
geo_database_commit (GeoDatabase *database, GError **error) {
  /* A COMMIT that fails leaves the transaction open. */
  if (!run (database, "COMMIT", error)) {
    geo_database_rollback (database);
    return FALSE;
  }
  if (!database->writing)
    return TRUE;
  database->commits++;
  shorten_log (database, LOG_PAGES_MAX);
  return TRUE;
}

/* The log stays where it is as long as the handle is open. */
static gboolean
open_ahead (GeoDatabase *database) {
  const gchar *name = sqlite3_db_filename (database->handle, "main");

  if (database->log_fd >= 0)
    return TRUE;
  if (name == NULL || name[0] == '\0' || database->sealed)
    return FALSE;
  database->log_fd = g_open (sqlite3_filename_wal (name), O_RDWR | O_CLOEXEC,
                             0);
  if (database->log_fd < 0)
    return FALSE;
  if (sqlite3_open_v2 (name, &database->keeper,
                       SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READWRITE,
                       geo_wal_vfs ()) != SQLITE_OK ||
      sqlite3_exec (database->keeper,
                    "PRAGMA synchronous = FULL; SELECT 1 FROM sqlite_schema;",
                    NULL, NULL, NULL) != SQLITE_OK)
    sqlite3_close (g_steal_pointer (&database->keeper));
  return TRUE;
}

static void
shorten_log_ahead (GeoDatabase *database, gint pages_before) {
  gint pages = database->log_pages;

  if (database->keeper == NULL) {
    shorten_log (database, LOG_PAGES_MAX);
    return;
  }
  /* It has begun anew. */
  if (pages < pages_before) {
    g_atomic_int_set (&database->tidied, 0);
    g_atomic_int_set (&database->looked_at, 0);
  }
  if (pages - g_atomic_int_get (&database->tidied) <= LOG_PAGES_LEFT)
    shorten_log (database, LOG_PAGES_LONG);
  else
    shorten_log (database, LOG_PAGES_WORST);
}

gboolean
geo_database_commit_ahead (GeoDatabase *database, GError **error) {
  gint pages = database->log_pages;
  gboolean done;

  /* Where it cannot be synced apart, it is not ahead. */
  if (!open_ahead (database) || !geo_wal_set_ahead (database->handle, TRUE))
    return geo_database_commit (database, error);
  done = run (database, "COMMIT", error);
  geo_wal_set_ahead (database->handle, FALSE);
  if (!done) {
    geo_database_rollback (database);
    return FALSE;
  }
  database->commits++;
  shorten_log_ahead (database, pages);
  return TRUE;
}

gboolean
geo_database_wants_tidying (GeoDatabase *database) {
  geo_database_assert_owner (database);
  return database->keeper != NULL && database->log_pages >= LOG_PAGES_LONG &&
         database->log_pages - g_atomic_int_get (&database->looked_at) >
             LOG_PAGES_LEFT;
}

void
geo_database_tidy (GeoDatabase *database) {
  int pages = 0;
  int tidied = 0;

  if (sqlite3_wal_checkpoint_v2 (database->keeper, NULL,
                                 SQLITE_CHECKPOINT_PASSIVE, &pages,
                                 &tidied) != SQLITE_OK)
    return;
  g_atomic_int_set (&database->tidied, tidied);
  g_atomic_int_set (&database->looked_at, pages);
}

gboolean
geo_database_sync (GeoDatabase *database, GError **error) {
  if (database->log_fd < 0 || fdatasync (database->log_fd) == 0)
    return TRUE;
  /* Nothing is said of a full disk: what was written may come about. */
  g_set_error (error, GEO_STORE_ERROR, GEO_STORE_ERROR_IO,
               "The disk could not be written (%s).", g_strerror (errno));
  return FALSE;
}

void
geo_database_rollback (GeoDatabase *database) {
  /* Some errors (disk full, I/O) roll back by themselves. */
  if (geo_database_is_open (database))
    run (database, "ROLLBACK", NULL);
}

gboolean
geo_database_check_seals (GeoDatabase *database, GError **error) {
  gint code;

  if (!database->sealed)
    return TRUE;
  code = geo_seal_check_pages (database->handle);
  if (code != SQLITE_OK)
    return fail (database, code, error);
  return !set_damage (database, error);
}

gboolean
geo_database_check_pages (GeoDatabase *database, GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  const gchar *text;
  gboolean row;

  if (!geo_query_prepare (&query, database, "PRAGMA integrity_check (1)",
                          error) ||
      !geo_query_step (&query, &row, error))
    return FALSE;
  text = row ? (const gchar *) sqlite3_column_text (query.statement, 0) : NULL;
  if (g_strcmp0 (text, "ok") == 0)
    return TRUE;
  if (!set_damage (database, error))
    g_set_error (error, GEO_STORE_ERROR, GEO_STORE_ERROR_CORRUPT,
                 "The file is damaged (%s).",
                 text != NULL ? text : "no answer");
  return FALSE;
}

/* --- Statements ----------------------------------------------------------- */

gboolean
geo_query_prepare (GeoQuery *query,
                   GeoDatabase *database,
                   const gchar *sql,
                   GError **error) {
  g_assert (query->statement == NULL);
  geo_database_assert_owner (database);

  sqlite3_stmt *statement = g_hash_table_lookup (database->statements, sql);
  if (statement == NULL) {
    gint code = sqlite3_prepare_v3 (
        database->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL);
    if (code != SQLITE_OK)
      return fail (database, code, error);
    g_hash_table_insert (database->statements, (gpointer) sql, statement);
  }
  /* Two uses of one statement at a time would read each other's rows. */
  g_assert (!sqlite3_stmt_busy (statement));
  query->database = database;
  query->statement = statement;
  query->bound = 0;
  return TRUE;
}

void
geo_query_clear (GeoQuery *query) {
  if (query->statement == NULL)
    return;
  /* What the last step said is known already. */
  sqlite3_reset (query->statement);
  sqlite3_clear_bindings (query->statement);
  query->statement = NULL;
  query->database = NULL;
  query->bound = 0;
}

/* Binding fails for a parameter that is not there: a programmer's mistake. */
static void
bound (gint code) {
  g_assert (code == SQLITE_OK);
}

void
geo_query_bind_int (GeoQuery *query, gint64 value) {
  bound (sqlite3_bind_int64 (query->statement, ++query->bound, value));
}

void
geo_query_bind_text (GeoQuery *query, const gchar *text) {
  bound (sqlite3_bind_text (query->statement, ++query->bound, text, -1,
                            SQLITE_STATIC));
}

void
geo_query_bind_blob (GeoQuery *query, gconstpointer data, gsize len) {
  bound (sqlite3_bind_blob64 (query->statement, ++query->bound, data, len,
                              SQLITE_STATIC));
}

void
geo_query_bind_pid (GeoQuery *query, const GeoPid *pid) {
  geo_query_bind_blob (query, pid != NULL ? pid->bytes : NULL,
                       pid != NULL ? GEO_HASH_LEN : 0);
}

void
geo_query_bind_hash (GeoQuery *query, const GeoHash *hash) {
  geo_query_bind_blob (query, hash != NULL ? hash->bytes : NULL,
                       hash != NULL ? GEO_HASH_LEN : 0);
}

gboolean
geo_query_step (GeoQuery *query, gboolean *row_out, GError **error) {
  gint code = sqlite3_step (query->statement);

  *row_out = code == SQLITE_ROW;
  return code == SQLITE_ROW || code == SQLITE_DONE ||
         fail (query->database, code, error);
}

gboolean
geo_query_run (GeoQuery *query, GError **error) {
  gboolean row;

  if (!geo_query_step (query, &row, error))
    return FALSE;
  g_assert (!row);
  return TRUE;
}

gboolean
geo_query_is_null (GeoQuery *query, gint column) {
  return sqlite3_column_type (query->statement, column) == SQLITE_NULL;
}

gint64
geo_query_get_int (GeoQuery *query, gint column) {
  return sqlite3_column_int64 (query->statement, column);
}

const gchar *
geo_query_get_text (GeoQuery *query, gint column, GError **error) {
  const gchar *text = NULL;

  if (sqlite3_column_type (query->statement, column) == SQLITE_TEXT)
    text = (const gchar *) sqlite3_column_text (query->statement, column);
  /* A NUL inside would hide what comes after it from everybody who reads. */
  if (text == NULL || strlen (text) != (gsize) sqlite3_column_bytes (
                                           query->statement, column)) {
    geo_store_set_corrupt (error, "A stored text");
    return NULL;
  }
  return text;
}

gchar *
geo_query_dup_text (GeoQuery *query, gint column) {
  return g_strdup (
      (const gchar *) sqlite3_column_text (query->statement, column));
}

static gboolean
get_digest (GeoQuery *query, gint column, guint8 *out, GError **error) {
  if (sqlite3_column_type (query->statement, column) != SQLITE_BLOB ||
      sqlite3_column_bytes (query->statement, column) != GEO_HASH_LEN) {
    geo_store_set_corrupt (error, "A stored identifier");
    return FALSE;
  }
  memcpy (out, sqlite3_column_blob (query->statement, column), GEO_HASH_LEN);
  return TRUE;
}

gboolean
geo_query_get_pid (GeoQuery *query, gint column, GeoPid *out, GError **error) {
  return get_digest (query, column, out->bytes, error);
}

gboolean
geo_query_get_hash (GeoQuery *query,
                    gint column,
                    GeoHash *out,
                    GError **error) {
  return get_digest (query, column, out->bytes, error);
}

GBytes *
geo_query_dup_blob (GeoQuery *query, gint column, GError **error) {
  if (sqlite3_column_type (query->statement, column) != SQLITE_BLOB) {
    geo_store_set_corrupt (error, "A blob in the file");
    return NULL;
  }
  return g_bytes_new (sqlite3_column_blob (query->statement, column),
                      (gsize) sqlite3_column_bytes (query->statement, column));
}
