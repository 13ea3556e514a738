/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Writing a statement: two walks over the rows of a period in one state of the
 * journal, one for the hash that is signed and one for the file.  What the rows
 * are is the store's to say.
 */
#include "config.h"

#include "node/geo-statement.h"

#include <glib/gi18n-lib.h>
#include <locale.h>
#include <string.h>

#include "net/geo-fault.h"
#include "node/geo-phrases-private.h"
#include "node/geo-statement-private.h"

/* How often the caller is told, in rows. */
#define PROGRESS_ROWS 500
#define BALANCES_MAX 1024

static void
statement_free (gpointer data) {
  GeoStatementJob *self = data;

  g_clear_pointer (&self->names, g_hash_table_unref);
  g_clear_pointer (&self->sums, g_hash_table_unref);
  g_clear_pointer (&self->checksum, g_checksum_free);
  geo_secret_unref (self->secret);
  g_object_unref (self->stream);
  g_clear_object (&self->cancellable);
  g_free (self->equivalent);
  g_free (self->path);
  g_free (self->point);
  g_free (self->thousands);
  g_free (self->grouping);
  g_free (self);
}

/* --- Progress ------------------------------------------------------------- */

typedef struct {
  GTask *task;
  GFileProgressCallback progress;
  gpointer progress_data;
  gint64 done;
  gint64 total;
} Told;

static gboolean
told_cb (gpointer user_data) {
  g_autofree Told *told = user_data;

  /* Nobody is told of what is over. */
  if (!g_task_get_completed (told->task))
    told->progress (told->done, told->total, told->progress_data);
  g_object_unref (told->task);
  return G_SOURCE_REMOVE;
}

static void
tell (const GeoStatementJob *self) {
  Told *told;

  if (self->progress == NULL)
    return;
  told = g_new0 (Told, 1);
  told->task = g_object_ref (self->task);
  told->progress = self->progress;
  told->progress_data = self->progress_data;
  told->done = self->rows;
  told->total = self->total;
  g_main_context_invoke (g_task_get_context (self->task), told_cb, told);
}

static gboolean
write_text (GeoStatementJob *self,
            const gchar *text,
            gsize len,
            GError **error) {
  return g_output_stream_write_all (self->stream, text, len, NULL,
                                    self->cancellable, error);
}

gboolean
geo_statement_job_count_row (GeoStatementJob *self, GError **error) {
  self->rows++;
  if (self->rows % PROGRESS_ROWS == 0)
    tell (self);
  return !g_cancellable_set_error_if_cancelled (self->cancellable, error);
}

/* --- Names and sums --------------------------------------------------------
 */

static gboolean
fail_number (GError **error) {
  g_set_error_literal (error, GEO_NODE_ERROR, GEO_NODE_ERROR_STORAGE,
                       _ ("A balance does not fit a number."));
  return FALSE;
}

static GeoStatementSum *
sum_in (GeoStatementJob *self, const gchar *equivalent, guint precision) {
  GeoStatementSum *sum = g_hash_table_lookup (self->sums, equivalent);

  if (sum == NULL) {
    sum = g_new0 (GeoStatementSum, 1);
    sum->precision = precision;
    g_hash_table_insert (self->sums, g_strdup (equivalent), sum);
  }
  return sum;
}

gboolean
geo_statement_job_begin (GeoStatementJob *self,
                         GeoJournal *journal,
                         const GPtrArray *balances,
                         GError **error) {
  g_autoptr (GPtrArray) people = geo_journal_list_people (journal, error);

  if (people == NULL)
    return FALSE;
  self->names = g_hash_table_new_full (geo_pid_hash, geo_pid_equal, g_free,
                                       g_free);
  for (guint i = 0; i < people->len; i++) {
    const GeoParticipant *person = g_ptr_array_index (people, i);

    g_hash_table_insert (self->names, geo_pid_dup (&person->pid),
                         g_strdup (person->name));
  }
  self->sums = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  for (guint i = 0; i < balances->len; i++) {
    const GeoStatementBalance *item = g_ptr_array_index (balances, i);
    const GeoDecimal *opening = item->has_opening_claim  ? &item->opening_claim
                                : item->has_opening_debt ? &item->opening_debt
                                                         : NULL;
    GeoStatementSum *sum;
    gint64 minor;

    if (opening == NULL)
      continue;
    sum = sum_in (self, item->equivalent, (guint) opening->decimals);
    minor = item->has_opening_claim ? opening->amount.minor
                                    : -opening->amount.minor;
    if (__builtin_add_overflow (sum->opening, minor, &sum->opening))
      return fail_number (error);
    sum->balance = sum->opening;
  }
  return TRUE;
}

const GeoStatementSum *
geo_statement_job_add (GeoStatementJob *self,
                       const GeoStatementRow *row,
                       GError **error) {
  GeoStatementSum *sum = sum_in (self, row->equivalent, row->precision);
  gint64 *side = row->amount.minor < 0 ? &sum->out : &sum->in;

  if (!__builtin_add_overflow (*side, row->amount.minor, side) &&
      !__builtin_add_overflow (sum->balance, row->amount.minor, &sum->balance))
    return sum;
  fail_number (error);
  return NULL;
}

/* --- JSON ----------------------------------------------------------------- */

static gboolean
hash_row (const GeoStatementRow *row, gpointer user_data, GError **error) {
  GeoStatementJob *self = user_data;

  g_checksum_update (self->checksum, row->hash.bytes, GEO_HASH_LEN);
  return geo_statement_job_count_row (self, error);
}

static gboolean
write_record (const GeoStatementRow *row, gpointer user_data, GError **error) {
  GeoStatementJob *self = user_data;
  g_autofree gchar *line = g_strdup_printf ("{\"body\":%s,\"record\":%s}\n",
                                            row->body_text, row->record_text);

  return write_text (self, line, strlen (line), error) &&
         geo_statement_job_count_row (self, error);
}

static gboolean
write_json (GeoStatementJob *self,
            GeoJournal *journal,
            const GeoCommunity *community,
            const GeoParticipant *participant,
            GError **error) {
  g_autoptr (GeoStatement) statement = geo_statement_new ();
  g_autoptr (GString) head = g_string_new ("{\"community\":");
  gsize len = GEO_HASH_LEN;

  self->checksum = g_checksum_new (G_CHECKSUM_SHA256);
  self->total *= 2;
  if (!geo_journal_foreach_row (journal, &self->filter, FALSE, hash_row, self,
                                error))
    return FALSE;
  statement->community = community->community;
  statement->participant = participant->pid;
  statement->from = self->filter.from;
  statement->to = self->filter.to;
  statement->has_peer = self->filter.peer != NULL;
  statement->peer = self->peer;
  statement->equivalent = g_strdup (self->equivalent);
  statement->records = self->rows;
  g_checksum_get_digest (self->checksum, statement->records_hash.bytes, &len);
  g_ptr_array_unref (statement->balances);
  statement->balances = geo_journal_list_statement_balances (
      journal, community, &self->filter, error);
  if (statement->balances == NULL) {
    statement->balances = g_ptr_array_new ();
    return FALSE;
  }
  if (statement->balances->len > BALANCES_MAX) {
    g_set_error_literal (error, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT,
                         _ ("Too many people for one statement. Choose one "
                            "equivalent or one person."));
    return FALSE;
  }
  statement->at = geo_node_now ();
  geo_statement_sign (statement, self->secret);

  /* Canonical: the names are in order, and so is all that is in them. */
  geo_community_append (community, head);
  g_string_append (head, ",\"kind\":\"geo-statement\",\"self\":");
  geo_participant_append (participant, head);
  g_string_append (head, ",\"statement\":");
  geo_statement_append (statement, head);
  g_string_append (head, ",\"v\":1}\n");
  return write_text (self, head->str, head->len, error) &&
         geo_journal_foreach_row (journal, &self->filter, TRUE, write_record,
                                  self, error);
}

/* --- CSV ------------------------------------------------------------------ */

gchar *
geo_statement_csv_field (const gchar *text) {
  g_autoptr (GString) out = g_string_new (NULL);
  const gchar *at = text;

  if (text == NULL)
    return g_strdup ("");
  /* What a spreadsheet would carry out is text: an apostrophe says so.  Blanks
   * before it do not help it. */
  while (*at == ' ' || *at == '\n')
    at++;
  if (*at != '\0' && strchr ("=+-@\t\r|%", *at) != NULL)
    g_string_append_c (out, '\'');
  g_string_append (out, text);
  if (strpbrk (out->str, ",\"\r\n;\t") == NULL)
    return g_string_free (g_steal_pointer (&out), FALSE);
  g_string_replace (out, "\"", "\"\"", 0);
  g_string_prepend_c (out, '"');
  g_string_append_c (out, '"');
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static const gchar *
name_of_kind (GeoActivityKind kind) {
  switch (kind) {
  case GEO_ACTIVITY_PAID:
    return "paid";
  case GEO_ACTIVITY_RECEIVED:
    return "received";
  case GEO_ACTIVITY_PASSED:
    return "passed";
  case GEO_ACTIVITY_CLEARED:
    return "cleared";
  case GEO_ACTIVITY_TRUST_GIVEN:
  case GEO_ACTIVITY_TRUST_GOT:
  case GEO_ACTIVITY_JOINED:
  case GEO_ACTIVITY_REFUSED:
    break;
  }
  return "other";
}

/* A number as every program reads it; it may be negative, which is why it has
 * no text beside it. */
static gchar *
number_of (gint64 minor, guint precision) {
  g_autofree gchar *plain =
      geo_amount_to_string (GEO_AMOUNT (minor < 0 ? -minor : minor), precision);

  return g_strconcat (minor < 0 ? "-" : "", plain, NULL);
}

static gboolean
write_line (const GeoStatementRow *row, gpointer user_data, GError **error) {
  GeoStatementJob *self = user_data;
  g_autofree gchar *at = geo_time_to_string (row->at);
  g_autofree gchar *pid = row->has_peer ? geo_pid_to_string (&row->peer)
                                        : g_strdup ("");
  g_autofree gchar *name = geo_statement_csv_field (
      row->has_peer ? g_hash_table_lookup (self->names, &row->peer) : NULL);
  g_autofree gchar *note = geo_statement_csv_field (row->text);
  g_autofree gchar *tx_id = geo_statement_csv_field (row->tx_id);
  g_autofree gchar *amount = number_of (row->amount.minor, row->precision);
  g_autofree gchar *after = NULL;
  g_autofree gchar *line = NULL;
  const GeoStatementSum *sum = geo_statement_job_add (self, row, error);

  if (sum == NULL)
    return FALSE;
  after = number_of (sum->balance, row->precision);
  line = g_strdup_printf ("%s,%s,%s,%s,%s,%s,%s,%s,%s,%" G_GINT64_FORMAT "\r\n",
                          at, name_of_kind (row->kind), name, pid, note,
                          row->equivalent, amount, after, tx_id, row->record);
  return write_text (self, line, strlen (line), error) &&
         geo_statement_job_count_row (self, error);
}

static gboolean
write_csv (GeoStatementJob *self,
           GeoJournal *journal,
           const GeoCommunity *community,
           GError **error) {
  static const gchar head[] =
      "\xEF\xBB\xBF"
      "date,kind,person,person_pid,note,equivalent,amount,balance,tx_id,"
      "record\r\n";
  g_autoptr (GPtrArray) balances = geo_journal_list_statement_balances (
      journal, community, &self->filter, error);

  if (balances == NULL ||
      !geo_statement_job_begin (self, journal, balances, error))
    return FALSE;
  return write_text (self, head, sizeof head - 1, error) &&
         geo_journal_foreach_row (journal, &self->filter, FALSE, write_line,
                                  self, error);
}

/* --- The job -------------------------------------------------------------- */

static gboolean
write_statement (GeoStatementJob *self, GeoJournal *journal, GError **error) {
  g_autoptr (GeoCommunity) community = NULL;
  g_autoptr (GeoParticipant) participant = NULL;

  if (!geo_journal_get_joined (journal, &community, &participant, NULL, error))
    return FALSE;
  self->total = geo_journal_count_rows (journal, &self->filter, error);
  if (self->total < 0)
    return FALSE;
  switch (self->format) {
  case GEO_STATEMENT_JSON:
    return write_json (self, journal, community, participant, error);
  case GEO_STATEMENT_CSV:
    return write_csv (self, journal, community, error);
  case GEO_STATEMENT_PDF:
    return geo_statement_job_write_pdf (self, journal, community, participant,
                                        error);
  }
  g_assert_not_reached ();
}

static gpointer
statement_job (GeoWorker *worker, gpointer data, GError **error) {
  GeoStatementJob *self = data;
  GeoJournal *journal = geo_journal_open (self->path, TRUE, error);

  if (journal == NULL)
    return NULL;
  geo_worker_set_journal (worker, journal);
  geo_fault_point ("statement: before writing");
  /* One state of the file, whatever is written meanwhile. */
  if (!geo_journal_begin_reading (journal, error))
    return NULL;
  write_statement (self, journal, error);
  geo_journal_end_reading (journal);
  return NULL;
}

static void
statement_cb (gpointer *result, const GError *error, gpointer user_data) {
  GeoStatementJob *self = user_data;
  GeoWorker *worker = self->worker;
  g_autoptr (GTask) task = self->task;
  gint64 *rows = g_new (gint64, 1);

  /* A table is one walk, the others are two. */
  *rows = self->format == GEO_STATEMENT_CSV ? self->rows : self->rows / 2;
  g_task_set_task_data (task, rows, g_free);
  if (error == NULL)
    g_task_return_boolean (task, TRUE);
  else if (error->domain == G_IO_ERROR || error->domain == GEO_NODE_ERROR)
    g_task_return_error (task, g_error_copy (error));
  else
    g_task_return_error (task, geo_node_storage_error (error));
  /* Its thread has nothing left to do, so that this does not wait. */
  geo_worker_free (worker);
}

void
geo_node_statement_async (GeoNode *node,
                          GeoStatementFormat format,
                          GeoTime from,
                          GeoTime to,
                          const GeoPid *peer,
                          const gchar *equivalent,
                          GOutputStream *stream,
                          GFileProgressCallback progress,
                          gpointer progress_data,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data) {
  const struct lconv *locale = localeconv ();
  GeoStatementJob *self = g_new0 (GeoStatementJob, 1);

  g_assert (GEO_IS_NODE (node) && G_IS_OUTPUT_STREAM (stream));
  self->task = g_task_new (node, cancellable, callback, user_data);
  /* A row that was written is one that can be cancelled after. */
  g_task_set_check_cancellable (self->task, FALSE);
  self->worker = geo_worker_new ();
  self->format = format;
  self->path = g_strdup (node->journal_path);
  self->secret = geo_secret_ref (node->secret);
  self->equivalent = g_strdup (equivalent);
  self->filter.from = from;
  self->filter.to = to;
  self->filter.equivalent = self->equivalent;
  if (peer != NULL) {
    self->peer = *peer;
    self->filter.peer = &self->peer;
  }
  self->stream = g_object_ref (stream);
  self->point = geo_phrase_separator (locale->decimal_point, ".");
  self->thousands = geo_phrase_separator (locale->thousands_sep, "");
  self->grouping = g_strdup (locale->grouping);
  if (cancellable != NULL)
    self->cancellable = g_object_ref (cancellable);
  self->progress = progress;
  self->progress_data = progress_data;
  geo_worker_push (self->worker, statement_job, self, statement_free, NULL,
                   statement_cb, self);
}

gboolean
geo_node_statement_finish (GeoNode *node,
                           GAsyncResult *result,
                           gint64 *rows,
                           GError **error) {
  const gint64 *written;

  g_assert (g_task_is_valid (result, node));
  written = g_task_get_task_data (G_TASK (result));
  if (rows != NULL)
    *rows = written != NULL ? *written : 0;
  return g_task_propagate_boolean (G_TASK (result), error);
}
