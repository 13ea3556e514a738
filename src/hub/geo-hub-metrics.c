/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Counts, and prints what was counted.  It must not take anything in that is
 * about somebody: labels are codes and names of messages, of which there are
 * few.
 */
#include "hub/geo-hub-metrics.h"

#include "core/geo-error.h"

#define CODES 11 /* E001 … E010, from 1 on */
#define MESSAGES 128

/* Upper ends in microseconds. */
static const gint64 stage_ends[] = {
  100,   250,    500,    1000,   2500,    5000,    10000,    25000,
  50000, 100000, 250000, 500000, 1000000, 2500000, 10000000,
};

/* Changes in one transaction. */
static const gint64 batch_ends[] = { 1, 2, 4, 8, 16, 32, 64, 128, 256, 512 };

#define BUCKETS_MAX (G_N_ELEMENTS (stage_ends) + 1)

typedef struct {
  guint64 buckets[BUCKETS_MAX]; /* The last one: above all ends. */
  guint64 n;
  guint64 sum;
} Histogram;

struct _GeoHubMetrics {
  guint64 paid;
  guint64 cleared;
  guint64 over_spare;
  guint64 corrected;
  guint64 refused[CODES];
  guint64 tries_refused[CODES];
  guint64 lines;
  guint64 registered;
  guint64 messages[MESSAGES];
  guint64 held_back;
  Histogram batches;
  Histogram stages[GEO_HUB_STAGES];
};

GeoHubMetrics *
geo_hub_metrics_new (void) {
  return g_new0 (GeoHubMetrics, 1);
}

void
geo_hub_metrics_free (GeoHubMetrics *metrics) {
  g_free (metrics);
}

/* --- Counting ------------------------------------------------------------- */

static void
observe (Histogram *histogram, const gint64 *ends, gsize n_ends, gint64 value) {
  gsize i = 0;

  value = MAX (value, 0);
  while (i < n_ends && value > ends[i])
    i++;
  histogram->buckets[i]++;
  histogram->n++;
  histogram->sum += (guint64) value;
}

/* §7: somebody owes more than before; what clears debts alone only lowers them.
 */
static gboolean
is_over_spare (const GeoChange *change) {
  for (guint i = 0; i < change->debts->len; i++) {
    const GeoDebtChange *debt = &g_array_index (change->debts, GeoDebtChange,
                                                i);

    for (guint j = 0; debt->after.minor > 0 && j < change->hops->len; j++) {
      const GeoHop *hop = g_ptr_array_index (change->hops, j);

      if (geo_pid_equal (&hop->from, &debt->debtor) &&
          geo_pid_equal (&hop->to, &debt->creditor))
        return TRUE;
    }
  }
  return FALSE;
}

static void
count_commit (GeoHubMetrics *metrics, const GeoChange *change) {
  switch (change->certificate->contract->kind) {
  case GEO_CONTRACT_KIND_PAYMENT:
    metrics->paid++;
    return;
  case GEO_CONTRACT_KIND_CLEARING:
    metrics->cleared++;
    if (is_over_spare (change))
      metrics->over_spare++;
    return;
  case GEO_CONTRACT_KIND_CORRECTION:
    metrics->corrected++;
    return;
  }
}

void
geo_hub_metrics_stored (GeoHubMetrics *metrics, const GeoChange *change) {
  if (change->kind == GEO_CHANGE_COMMIT)
    count_commit (metrics, change);
  else if (change->kind == GEO_CHANGE_LINE)
    metrics->lines++;
  else if (change->kind == GEO_CHANGE_PARTICIPANT)
    metrics->registered++;
  else if (change->kind == GEO_CHANGE_REFUSAL && change->refusal->code < CODES)
    (change->refusal->has_order
         ? metrics->refused
         : metrics->tries_refused)[change->refusal->code]++;
}

void
geo_hub_metrics_batch (GeoHubMetrics *metrics, guint changes) {
  observe (&metrics->batches, batch_ends, G_N_ELEMENTS (batch_ends), changes);
}

void
geo_hub_metrics_stage (GeoHubMetrics *metrics, GeoHubStage stage, gint64 us) {
  observe (&metrics->stages[stage], stage_ends, G_N_ELEMENTS (stage_ends), us);
}

void
geo_hub_metrics_message (GeoHubMetrics *metrics, GeoMessageType type) {
  if ((guint) type < MESSAGES)
    metrics->messages[type]++;
}

void
geo_hub_metrics_held_back (GeoHubMetrics *metrics) {
  metrics->held_back++;
}

/* --- Printing ------------------------------------------------------------- */

static void
head (GString *out, const gchar *name, const gchar *type, const gchar *help) {
  g_string_append_printf (out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name,
                          type);
}

static void
number (GString *out,
        const gchar *name,
        const gchar *type,
        const gchar *help,
        guint64 value) {
  head (out, name, type, help);
  g_string_append_printf (out, "%s %" G_GUINT64_FORMAT "\n", name, value);
}

/* Microseconds as seconds, or a plain number. */
static void
append_value (GString *out, guint64 value, gboolean is_time) {
  if (is_time)
    g_string_append_printf (out, "%" G_GUINT64_FORMAT ".%06u", value / 1000000,
                            (guint) (value % 1000000));
  else
    g_string_append_printf (out, "%" G_GUINT64_FORMAT, value);
}

/* label is `name="value"`, or empty. */
static void
histogram (GString *out,
           const gchar *name,
           const gchar *label,
           const Histogram *counted,
           const gint64 *ends,
           gsize n_ends,
           gboolean is_time) {
  const gchar *comma = label[0] != '\0' ? "," : "";
  g_autofree gchar *braces = label[0] != '\0' ? g_strdup_printf ("{%s}", label)
                                              : g_strdup ("");
  guint64 so_far = 0;

  for (gsize i = 0; i < n_ends; i++) {
    so_far += counted->buckets[i];
    g_string_append_printf (out, "%s_bucket{%s%sle=\"", name, label, comma);
    append_value (out, (guint64) ends[i], is_time);
    g_string_append_printf (out, "\"} %" G_GUINT64_FORMAT "\n", so_far);
  }
  g_string_append_printf (
      out, "%s_bucket{%s%sle=\"+Inf\"} %" G_GUINT64_FORMAT "\n%s_sum%s ", name,
      label, comma, counted->n, name, braces);
  append_value (out, counted->sum, is_time);
  g_string_append_printf (out, "\n%s_count%s %" G_GUINT64_FORMAT "\n", name,
                          braces, counted->n);
}

static void
codes (GString *out,
       const gchar *name,
       const gchar *label,
       const guint64 counts[CODES]) {
  for (guint code = GEO_CODE_NO_ROUTE; code < CODES; code++)
    g_string_append_printf (out, "%s{%scode=\"%s\"} %" G_GUINT64_FORMAT "\n",
                            name, label, geo_code_to_string ((GeoCode) code),
                            counts[code]);
}

static const gchar *
stage_name (GeoHubStage stage) {
  switch (stage) {
  case GEO_HUB_STAGE_PREPARE:
    return "order_to_prepare";
  case GEO_HUB_STAGE_VOTES:
    return "prepare_to_votes";
  case GEO_HUB_STAGE_STORED:
    return "votes_to_stored";
  case GEO_HUB_STAGE_SENT:
    return "stored_to_sent";
  }
  g_assert_not_reached ();
}

static void
print_payments (GString *out, const GeoHubMetrics *metrics) {
  head (out, "geo_hub_payments_total", "counter",
        "Orders that were decided, by what became of them.");
  g_string_append_printf (out,
                          "geo_hub_payments_total{outcome=\"paid\",code=\"\"} "
                          "%" G_GUINT64_FORMAT "\n",
                          metrics->paid);
  codes (out, "geo_hub_payments_total", "outcome=\"not_paid\",",
         metrics->refused);
  head (out, "geo_hub_tries_refused_total", "counter",
        "Contracts that were refused; their orders may have been paid by "
        "another one.");
  codes (out, "geo_hub_tries_refused_total", "", metrics->tries_refused);
  number (out, "geo_hub_clearings_total", "counter",
          "Cycles that were cleared.", metrics->cleared);
  number (out, "geo_hub_spare_clearings_total", "counter",
          "Of these, the ones over spare limits: somebody owes more by it.",
          metrics->over_spare);
  number (out, "geo_hub_corrections_total", "counter",
          "Corrections that were committed.", metrics->corrected);
  number (out, "geo_hub_lines_total", "counter",
          "Trust lines that were made, changed or closed.", metrics->lines);
  number (out, "geo_hub_registrations_total", "counter",
          "Participants who joined or changed what they say of themselves.",
          metrics->registered);
}

static void
print_gauges (GString *out, const GeoHubGauges *gauges) {
  number (out, "geo_hub_commits_total", "counter",
          "Transactions of the database, each with one fsync.",
          gauges->commits);
  number (out, "geo_hub_violations_total", "counter",
          "Changes that would have broken an invariant; each was stopped.",
          gauges->violations);
  number (out, "geo_hub_orders_open", "gauge",
          "Orders that are not decided yet.", gauges->open);
  number (out, "geo_hub_lists_waiting", "gauge",
          "Decisions that wait for the disk.", gauges->waiting);
  number (out, "geo_hub_sessions", "gauge", "Sockets that are open.",
          gauges->sessions);
  number (out, "geo_hub_signed_in", "gauge", "Participants who are here.",
          gauges->signed_in);
  number (out, "geo_hub_listeners", "gauge",
          "Sockets that are told of events through REST.", gauges->listeners);
  number (out, "geo_hub_participants", "gauge", "Participants.",
          gauges->participants);
  number (out, "geo_hub_equivalents_frozen", "gauge",
          "Equivalents in which nothing is done after a violation.",
          gauges->frozen_equivalents);
  number (
      out, "geo_hub_log_lost", "gauge",
      "Places of the log that nobody gave back when the hub was put back to "
      "an older copy, just before it started.",
      gauges->lost);
}

gchar *
geo_hub_metrics_print (const GeoHubMetrics *metrics,
                       const GeoHubGauges *gauges) {
  GString *out = g_string_new (NULL);

  print_payments (out, metrics);
  print_gauges (out, gauges);
  number (out, "geo_hub_held_back_total", "counter",
          "Times that somebody was too fast and had to wait.",
          metrics->held_back);

  head (out, "geo_hub_messages_total", "counter",
        "Messages of sessions, by type.");
  for (guint type = 0; type < MESSAGES; type++)
    if (metrics->messages[type] > 0)
      g_string_append_printf (
          out, "geo_hub_messages_total{type=\"%s\"} %" G_GUINT64_FORMAT "\n",
          geo_message_type_to_string ((GeoMessageType) type),
          metrics->messages[type]);

  head (out, "geo_hub_batch_changes", "histogram",
        "Changes in one transaction of the database.");
  histogram (out, "geo_hub_batch_changes", "", &metrics->batches, batch_ends,
             G_N_ELEMENTS (batch_ends), FALSE);
  head (out, "geo_hub_stage_seconds", "histogram",
        "How long each stage of a payment took.");
  for (guint stage = 0; stage < GEO_HUB_STAGES; stage++) {
    g_autofree gchar *label =
        g_strdup_printf ("stage=\"%s\"", stage_name ((GeoHubStage) stage));

    histogram (out, "geo_hub_stage_seconds", label, &metrics->stages[stage],
               stage_ends, G_N_ELEMENTS (stage_ends), TRUE);
  }
  return g_string_free (out, FALSE);
}
