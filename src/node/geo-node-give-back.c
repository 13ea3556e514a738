/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Giving a hub that was put back to an older copy what it told us since
 * (protocol §9): entries and proofs, as the journal holds them.  Nothing of the
 * journal changes by it, and nothing is believed: when the hub goes on, all is
 * checked as at any other time.
 */
#include "config.h"

#include "node/geo-node-private.h"

#include <glib/gi18n-lib.h>

/* Entries in one answer; the hub asks for more. */
#define PAGE 64
/* Proofs that are looked at for those that prove them, the newest first. */
#define PROOFS_MAX 4096

typedef struct {
  gint64 after;
  gint64 last; /* Ours */
  GPtrArray *entries; /* GeoProvenEntry */
  GPtrArray *proofs; /* GeoLogProof */
} Page;

typedef struct {
  GeoNode *node;
  GeoSession *session;
} Giving;

static void
page_free (gpointer data) {
  Page *page = data;

  g_ptr_array_unref (page->entries);
  g_clear_pointer (&page->proofs, g_ptr_array_unref);
  g_free (page);
}

static void
free_entry (gpointer entry) {
  geo_proven_entry_free (entry);
}

/* Of the proofs those that end in this page; the last page has the newest head
 * as well. */
static gboolean
read_proofs (GeoJournal *journal, Page *page, GError **error) {
  g_autoptr (GPtrArray) subjects = NULL;
  gint64 last = page->after + (gint64) page->entries->len;

  page->proofs = geo_journal_list_log (journal, PROOFS_MAX, &subjects, error);
  if (page->proofs == NULL)
    return FALSE;
  for (guint i = page->proofs->len; i > 0; i--) {
    const GeoLogProof *proof = g_ptr_array_index (page->proofs, i - 1);
    gint64 end = proof->after + (gint64) proof->leaves->len;

    if ((end <= page->after || end > last) && (i > 1 || last < page->last))
      g_ptr_array_remove_index (page->proofs, i - 1);
  }
  return TRUE;
}

static gpointer
read_job (GeoWorker *worker, gpointer data, GError **error) {
  GeoJournal *journal = geo_worker_get_journal (worker);
  const gint64 *after = data;
  Page *page = g_new0 (Page, 1);
  gboolean read;

  page->after = *after;
  page->entries = g_ptr_array_new_with_free_func (free_entry);
  read = geo_journal_get_last_entry (journal, &page->last, NULL, error);
  for (gint64 next = page->after + 1;
       read && next <= page->last && page->entries->len < PAGE; next++) {
    GeoProvenEntry *entry = geo_journal_get_entry (journal, next, error);

    read = entry != NULL;
    if (read)
      g_ptr_array_add (page->entries, entry);
  }
  if (read && read_proofs (journal, page, error))
    return page;
  page_free (page);
  return NULL;
}

static void
read_cb (gpointer *result, const GError *error, gpointer user_data) {
  g_autofree Giving *giving = user_data;
  g_autoptr (GeoNode) self = giving->node;
  g_autoptr (GeoSession) session = giving->session;
  g_autoptr (GeoMessage) end = NULL;
  g_autoptr (GeoMessage) ping = NULL;
  const Page *page = *result;

  if (self->session != session || self->login != GEO_LOGIN_GIVING)
    return;
  if (error != NULL) {
    geo_session_close (session, "the journal cannot be read");
    return;
  }
  for (guint i = 0; i < page->entries->len; i++) {
    g_autoptr (GeoMessage) message = geo_message_new (GEO_MESSAGE_ENTRY, NULL);

    message->u.entry->entry =
        geo_proven_entry_ref (g_ptr_array_index (page->entries, i));
    geo_node_send (self, message);
  }
  for (guint i = page->proofs->len; i > 0; i--) {
    g_autoptr (GeoMessage) message = geo_message_new (GEO_MESSAGE_LOG_PROOF,
                                                      NULL);

    message->u.log_proof->proof =
        geo_log_proof_copy (g_ptr_array_index (page->proofs, i - 1));
    geo_node_send (self, message);
  }
  end = geo_message_new (GEO_MESSAGE_SYNC_RESULT, NULL);
  end->u.sync_result->sequence = page->last;
  geo_node_send (self, end);
  /* The hub says nothing to that where it wants no more; its answer to this
   * says that it has read it. */
  self->given = page->after + (gint64) page->entries->len;
  self->giving_id = g_uuid_string_random ();
  ping = geo_message_new (GEO_MESSAGE_PING, self->giving_id);
  geo_node_send (self, ping);
}

void
geo_node_give_back (GeoNode *self, const GeoMessage *sync) {
  gint64 *after = g_new0 (gint64, 1);
  Giving *giving = g_new0 (Giving, 1);

  g_clear_pointer (&self->giving_id, g_free);
  /* Nothing of what it says that it has. */
  *after = MAX (sync->u.sync->sequence, self->hub_sequence);
  giving->node = g_object_ref (self);
  giving->session = g_object_ref (self->session);
  geo_worker_push (self->worker, read_job, after, g_free, page_free, read_cb,
                   giving);
}

void
geo_node_heard_given (GeoNode *self, const GeoMessage *pong) {
  if (g_strcmp0 (self->giving_id, pong->msg_id) == 0)
    self->has_given = TRUE;
}

gboolean
geo_node_get_giving_back (GeoNode *self, gint64 *given) {
  g_return_val_if_fail (GEO_IS_NODE (self), FALSE);

  *given = self->given;
  return self->login == GEO_LOGIN_GIVING && !self->has_given;
}

void
geo_node_say_put_back (GeoNode *self) {
  geo_node_set_connection (
      self, GEO_CONNECTION_OFFLINE,
      _ ("The hub was put back to an older copy. You are giving it back what "
         "it "
         "told you; it goes on when it has that from everybody. Your records "
         "are safe."));
}
