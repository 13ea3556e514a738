/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A statement for people: the balances with everybody at both ends of a period,
 * what moved them, and the totals.  Laid out twice, once to know how many pages
 * there are; a row at a time.  What it looks like is the room paper's to say.
 */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "node/geo-phrases-private.h"
#include "node/geo-phrases.h"
#include "node/geo-statement-private.h"
#include "paper/geo-paper.h"

typedef struct {
  GeoStatementJob *job;
  GeoPaper *paper;
} Pages;

/* In a column of numbers there is no sentence to say which way it goes: a sign
 * does, and the text above the table says what it means. */
static gchar *
signed_amount (const GeoStatementJob *job,
               gint64 minor,
               guint precision,
               const gchar *equivalent) {
  g_autofree gchar *number = geo_phrase_number (
      GEO_AMOUNT (minor), precision, job->point, job->thousands, job->grouping);

  return g_strdup_printf ("%s%s\u00a0%s",
                          minor < 0   ? "\u2212"
                          : minor > 0 ? "+"
                                      : "",
                          number, equivalent);
}

static const gchar *
name_of (const GeoStatementJob *job, const GeoPid *pid, gchar **to_free) {
  const gchar *name = g_hash_table_lookup (job->names, pid);

  *to_free = name == NULL ? geo_pid_to_string (pid) : NULL;
  return name != NULL ? name : *to_free;
}

/* --- The balances --------------------------------------------------------- */

static gchar *
side_text (const GeoStatementJob *job,
           gboolean has_claim,
           const GeoDecimal *claim,
           gboolean has_debt,
           const GeoDecimal *debt,
           guint precision,
           const gchar *equivalent) {
  if (has_claim)
    return signed_amount (job, claim->amount.minor, claim->decimals,
                          equivalent);
  if (has_debt)
    return signed_amount (job, -debt->amount.minor, debt->decimals, equivalent);
  return signed_amount (job, 0, precision, equivalent);
}

static gboolean
put_balances (Pages *pages,
              const GeoCommunity *community,
              const GPtrArray *balances,
              GError **error) {
  const GeoPaperColumn columns[] = {
    { _ ("Person"), 40, FALSE },
    { C_ ("statement", "At the beginning"), 30, TRUE },
    { C_ ("statement", "At the end"), 30, TRUE },
  };
  GeoStatementJob *job = pages->job;

  geo_paper_heading (pages->paper, C_ ("statement", "Balances"));
  geo_paper_text (pages->paper,
                  _ ("+ is what you are owed, \u2212 is what you owe."));
  if (balances->len == 0) {
    geo_paper_text (pages->paper, _ ("There are none in this period."));
    return TRUE;
  }
  geo_paper_table (pages->paper, columns, G_N_ELEMENTS (columns));
  for (guint i = 0; i < balances->len; i++) {
    const GeoStatementBalance *item = g_ptr_array_index (balances, i);
    const GeoEquivalent *known =
        geo_community_find_equivalent (community, item->equivalent);
    guint precision = (guint) known->precision;
    g_autofree gchar *opening =
        side_text (job, item->has_opening_claim, &item->opening_claim,
                   item->has_opening_debt, &item->opening_debt, precision,
                   item->equivalent);
    g_autofree gchar *closing =
        side_text (job, item->has_closing_claim, &item->closing_claim,
                   item->has_closing_debt, &item->closing_debt, precision,
                   item->equivalent);
    g_autofree gchar *to_free = NULL;
    const gchar *cells[] = { name_of (job, &item->peer, &to_free), opening,
                             closing };

    if (g_cancellable_set_error_if_cancelled (job->cancellable, error) ||
        !geo_paper_row (pages->paper, cells, error))
      return FALSE;
  }
  return TRUE;
}

/* --- The rows ------------------------------------------------------------- */

static const gchar *
what_of (GeoActivityKind kind) {
  switch (kind) {
  case GEO_ACTIVITY_PAID:
    return C_ ("statement", "Paid");
  case GEO_ACTIVITY_RECEIVED:
    return C_ ("statement", "Received");
  case GEO_ACTIVITY_PASSED:
    return C_ ("statement", "Passed through you");
  case GEO_ACTIVITY_CLEARED:
    return C_ ("statement", "Cleared");
  case GEO_ACTIVITY_TRUST_GIVEN:
  case GEO_ACTIVITY_TRUST_GOT:
  case GEO_ACTIVITY_JOINED:
  case GEO_ACTIVITY_REFUSED:
    break;
  }
  return C_ ("statement", "Other");
}

static gboolean
put_row (const GeoStatementRow *row, gpointer user_data, GError **error) {
  Pages *pages = user_data;
  GeoStatementJob *job = pages->job;
  const GeoStatementSum *sum = geo_statement_job_add (job, row, error);
  g_autofree gchar *at = NULL;
  g_autofree gchar *note = NULL;
  g_autofree gchar *amount = NULL;
  g_autofree gchar *after = NULL;
  g_autofree gchar *to_free = NULL;
  const gchar *cells[6];

  if (sum == NULL)
    return FALSE;
  at = geo_phrase_date_time (row->at);
  note = row->text != NULL ? g_strdelimit (g_strdup (row->text), "\r\n\t", ' ')
                           : NULL;
  amount = signed_amount (job, row->amount.minor, row->precision,
                          row->equivalent);
  after = signed_amount (job, sum->balance, row->precision, row->equivalent);
  cells[0] = at;
  cells[1] = what_of (row->kind);
  cells[2] = row->has_peer ? name_of (job, &row->peer, &to_free) : NULL;
  cells[3] = note;
  cells[4] = amount;
  cells[5] = after;
  return geo_paper_row (pages->paper, cells, error) &&
         geo_statement_job_count_row (job, error);
}

static gboolean
put_rows (Pages *pages, GeoJournal *journal, GError **error) {
  const GeoPaperColumn columns[] = {
    { C_ ("statement", "Date"), 14, FALSE },
    { C_ ("statement", "What"), 12, FALSE },
    { _ ("Person"), 19, FALSE },
    { C_ ("statement", "Note"), 23, FALSE },
    { C_ ("statement", "Amount"), 16, TRUE },
    { C_ ("statement", "Balance"), 16, TRUE },
  };

  geo_paper_heading (pages->paper, C_ ("statement", "What moved them"));
  if (pages->job->total == 0) {
    geo_paper_text (pages->paper, _ ("Nothing in this period."));
    return TRUE;
  }
  geo_paper_text (pages->paper,
                  _ ("The balance is that of one equivalent with everybody on "
                     "this statement together."));
  geo_paper_table (pages->paper, columns, G_N_ELEMENTS (columns));
  return geo_journal_foreach_row (journal, &pages->job->filter, FALSE, put_row,
                                  pages, error);
}

/* --- The totals ----------------------------------------------------------- */

static gboolean
put_totals (Pages *pages, GError **error) {
  const GeoPaperColumn columns[] = {
    { C_ ("statement", "Equivalent"), 16, FALSE },
    { C_ ("statement", "At the beginning"), 21, TRUE },
    { C_ ("statement", "Came in"), 21, TRUE },
    { C_ ("statement", "Went out"), 21, TRUE },
    { C_ ("statement", "At the end"), 21, TRUE },
  };
  GeoStatementJob *job = pages->job;
  g_autoptr (GList) names = g_list_sort (g_hash_table_get_keys (job->sums),
                                         (GCompareFunc) g_strcmp0);

  if (names == NULL)
    return TRUE;
  geo_paper_heading (pages->paper, C_ ("statement", "Totals"));
  geo_paper_table (pages->paper, columns, G_N_ELEMENTS (columns));
  for (const GList *l = names; l != NULL; l = l->next) {
    const GeoStatementSum *sum = g_hash_table_lookup (job->sums, l->data);
    g_autofree gchar *opening = signed_amount (job, sum->opening,
                                               sum->precision, l->data);
    g_autofree gchar *in = signed_amount (job, sum->in, sum->precision,
                                          l->data);
    g_autofree gchar *out = signed_amount (job, sum->out, sum->precision,
                                           l->data);
    g_autofree gchar *closing = signed_amount (job, sum->balance,
                                               sum->precision, l->data);
    const gchar *cells[] = { l->data, opening, in, out, closing };

    if (!geo_paper_row (pages->paper, cells, error))
      return FALSE;
  }
  return TRUE;
}

/* --- The whole ------------------------------------------------------------ */

static void
put_opening (Pages *pages,
             const GeoCommunity *community,
             const GeoParticipant *participant) {
  GeoStatementJob *job = pages->job;
  g_autofree gchar *pid = geo_pid_to_string (&participant->pid);
  g_autofree gchar *from = geo_phrase_date_time (job->filter.from);
  /* The last second that belongs to it. */
  g_autofree gchar *to = geo_phrase_date_time (job->filter.to - 1);
  /* Translators: a person, their identifier and a community. */
  g_autofree gchar *who = g_strdup_printf (
      _ ("%s (%s) in %s"), participant->name, pid, community->name);
  g_autofree gchar *period =
      job->filter.from > 0
          /* Translators: two dates with times. */
          ? g_strdup_printf (_ ("From %s to %s"), from, to)
          /* Translators: %s is a date with a time. */
          : g_strdup_printf (_ ("From the beginning to %s"), to);

  geo_paper_heading (pages->paper, C_ ("statement", "Statement"));
  geo_paper_text (pages->paper, who);
  geo_paper_text (pages->paper, period);
  if (job->filter.peer != NULL) {
    g_autofree gchar *to_free = NULL;
    g_autofree gchar *only = g_strdup_printf (
        /* Translators: %s is a person. */
        _ ("Only what moved the balance with %s"),
        name_of (job, job->filter.peer, &to_free));

    geo_paper_text (pages->paper, only);
  }
  if (job->filter.equivalent != NULL) {
    g_autofree gchar *only = g_strdup_printf (
        /* Translators: %s is an equivalent: "UAH". */
        _ ("Only in %s"), job->filter.equivalent);

    geo_paper_text (pages->paper, only);
  }
}

static gboolean
put_all (GeoStatementJob *job,
         GeoJournal *journal,
         const GeoCommunity *community,
         const GeoParticipant *participant,
         const GPtrArray *balances,
         GOutputStream *stream,
         guint *pages_inout,
         GError **error) {
  g_autofree gchar *owner = g_strdup_printf ("%s, %s", participant->name,
                                             community->name);
  g_autoptr (GeoPaper) paper = geo_paper_new (C_ ("statement", "Statement"),
                                              owner, stream, *pages_inout,
                                              job->cancellable);
  Pages pages = { job, paper };

  g_clear_pointer (&job->names, g_hash_table_unref);
  g_clear_pointer (&job->sums, g_hash_table_unref);
  if (!geo_statement_job_begin (job, journal, balances, error))
    return FALSE;
  put_opening (&pages, community, participant);
  if (!put_balances (&pages, community, balances, error) ||
      !put_rows (&pages, journal, error) || !put_totals (&pages, error))
    return FALSE;
  if (stream != NULL)
    return geo_paper_finish (paper, error);
  *pages_inout = geo_paper_get_pages (paper);
  return TRUE;
}

gboolean
geo_statement_job_write_pdf (GeoStatementJob *self,
                             GeoJournal *journal,
                             const GeoCommunity *community,
                             const GeoParticipant *participant,
                             GError **error) {
  g_autoptr (GPtrArray) balances = geo_journal_list_statement_balances (
      journal, community, &self->filter, error);
  guint pages = 0;

  self->total *= 2;
  return balances != NULL &&
         put_all (self, journal, community, participant, balances, NULL, &pages,
                  error) &&
         put_all (self, journal, community, participant, balances, self->stream,
                  &pages, error);
}
