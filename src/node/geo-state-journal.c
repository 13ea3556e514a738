/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What of a journal a state copy holds (§8), and how a journal gets it back.
 * It knows nothing of the hub, nor of when.
 */
#include "net/geo-fault.h"
#include "node/geo-state-codec-private.h"

/* --- From a journal ------------------------------------------------------- */

static void
add_text_cb (const GeoHash *order, const gchar *text, gpointer user_data) {
  geo_state_memory_add_text (user_data, order, text);
}

static void
add_record_cb (GeoRecordKind kind,
               GeoTime at,
               GeoRecordBody *body,
               gpointer user_data) {
  /* Sent already, or never: it is not sent again. */
  g_clear_pointer (&body->sealed, g_bytes_unref);
  geo_state_memory_add_record (user_data, kind, at, body);
}

static void
turn_around (GPtrArray *array) {
  for (guint i = 0, j = array->len; i + 1 < j; i++) {
    gpointer one = array->pdata[i];

    array->pdata[i] = array->pdata[--j];
    array->pdata[j] = one;
  }
}

gboolean
geo_state_memory_load (GeoStateMemory *memory,
                       GeoJournal *journal,
                       const GeoStateMemory *remembered,
                       GError **error) {
  if (!geo_journal_foreach_text (journal, GEO_STATE_TEXT_BYTES_MAX, add_text_cb,
                                 memory, error) ||
      !geo_journal_foreach_not_paid (journal, GEO_STATE_NOT_PAID_MAX,
                                     add_record_cb, memory, error) ||
      !geo_journal_foreach_letter (journal, GEO_STATE_REQUESTS_MAX,
                                   add_record_cb, memory, error) ||
      !geo_journal_foreach_blocked (journal, add_record_cb, memory, error))
    return FALSE;
  /* What came too late for this journal stays in the copy. */
  for (guint i = remembered->texts->len; i > 0; i--) {
    const GeoStateText *text = g_ptr_array_index (remembered->texts, i - 1);

    if (!geo_state_memory_has_text (memory, &text->order))
      geo_state_memory_add_text (memory, &text->order, text->text);
  }
  turn_around (memory->texts);
  return TRUE;
}

/* --- Into a journal ------------------------------------------------------- */

static gboolean
is_kept_kind (GeoRecordKind kind) {
  return kind == GEO_RECORD_KIND_ORDER || kind == GEO_RECORD_KIND_REFUSED ||
         kind == GEO_RECORD_KIND_LETTER || kind == GEO_RECORD_KIND_BLOCK;
}

static void
add_kept (GeoStateMemory *out,
          const GeoStateMemory *fetched,
          gboolean letters) {
  for (guint i = 0; i < fetched->records->len; i++) {
    const GeoStateRecord *record = g_ptr_array_index (fetched->records, i);

    if (is_kept_kind (record->kind) &&
        (record->kind == GEO_RECORD_KIND_LETTER) == letters)
      geo_state_memory_add_record (out, record->kind, record->at,
                                   geo_record_body_copy (record->body));
  }
}

void
geo_state_memory_add_kept (GeoStateMemory *out, const GeoStateMemory *fetched) {
  /* What was asked comes before what was said to a payment of it. */
  add_kept (out, fetched, TRUE);
  add_kept (out, fetched, FALSE);
}

/* It was asked for once, and was paid: where the copy came after the entries,
 * nothing would settle it any more.  TRUE also where it cannot be asked. */
static gboolean
is_paid (GeoJournal *journal, const GeoRequestFacts *facts) {
  gboolean paid;

  return facts->kind == GEO_REQUEST_PAYMENT && facts->single_use &&
         (!geo_journal_has_paid (journal, &facts->hash, &paid, NULL) || paid);
}

/* What somebody wrote is here once.  TRUE also where it cannot be asked. */
static gboolean
is_known_letter (GeoJournal *journal,
                 const GeoLetter *letter,
                 const GeoPid *community) {
  g_autoptr (GeoJournalRequest) request = NULL;
  GeoRequestFacts facts;

  if (letter == NULL || !geo_letter_get_facts (letter, community, &facts, NULL))
    return TRUE;
  request = geo_journal_get_request (journal, &facts.hash, NULL);
  if (facts.kind == 0)
    return request == NULL || request->state != GEO_REQUEST_OPEN;
  if (request == NULL)
    return is_paid (journal, &facts);
  return letter->responses->len < 2 || request->state != GEO_REQUEST_OPEN;
}

static gboolean
is_blocked (GeoJournal *journal, const GeoParticipant *person) {
  g_autoptr (GArray) blocked = geo_journal_list_blocked (journal, NULL);

  for (guint i = 0; person != NULL && blocked != NULL && i < blocked->len; i++)
    if (geo_pid_equal (&g_array_index (blocked, GeoPid, i), &person->pid))
      return TRUE;
  return FALSE;
}

/* K4: what a former key signed by a clock that was ahead holds no more. */
static gboolean
append (GeoJournal *journal,
        GeoSecret *secret,
        const GeoStateRecord *record,
        GError **error) {
  return geo_journal_check (journal, record->kind, record->body, error) &&
         geo_journal_append (journal, secret, record->kind, record->body,
                             record->at, NULL, error);
}

gboolean
geo_state_memory_store (GeoStateMemory *memory,
                        GeoJournal *journal,
                        GeoSecret *secret,
                        const GeoPid *community,
                        GError **error) {
  for (guint i = 0; i < memory->records->len; i++) {
    GeoStateRecord *record = g_ptr_array_index (memory->records, i);
    g_autoptr (GError) failure = NULL;

    if ((record->kind == GEO_RECORD_KIND_LETTER &&
         is_known_letter (journal, record->body->letter, community)) ||
        (record->kind == GEO_RECORD_KIND_BLOCK &&
         is_blocked (journal, record->body->person)))
      continue;
    /* An order comes before what became of it; where the one is not taken, the
     * other changes nothing. */
    geo_fault_point ("node: before remember");
    record->is_stored = append (journal, secret, record, &failure);
    if (record->is_stored ||
        g_error_matches (failure, GEO_STORE_ERROR, GEO_STORE_ERROR_CONFLICT) ||
        g_error_matches (failure, GEO_STORE_ERROR, GEO_STORE_ERROR_VERIFY)) {
      if (failure != NULL && record->kind == GEO_RECORD_KIND_ORDER)
        i++;
      continue;
    }
    g_propagate_error (error, g_steal_pointer (&failure));
    return FALSE;
  }
  return TRUE;
}
