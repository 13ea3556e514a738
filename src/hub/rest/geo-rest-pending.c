/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who waits for what.  It must not answer anybody before what they asked for is
 * on disk (P1), and it answers everybody once.
 */
#include "hub/rest/geo-rest-pending.h"

#include <string.h>

#define PREFIX_LEN 18

struct _GeoRestPending {
  GHashTable *by_subject; /* GeoHash → GeoRestWait, owned */
  GHashTable *by_msg_id; /* → GeoRestWait */
  GHashTable *by_tx_id; /* → GeoRestWait */
  gchar *prefix; /* Of our msg_ids; nobody else's begin so. */
};

static void
wait_free (gpointer data) {
  GeoRestWait *wait = data;

  g_assert (wait->replies->len == 0);
  g_ptr_array_unref (wait->replies);
  g_free (wait->msg_id);
  g_free (wait->tx_id);
  g_free (wait);
}

GeoRestPending *
geo_rest_pending_new (void) {
  GeoRestPending *pending = g_new0 (GeoRestPending, 1);

  pending->by_subject = g_hash_table_new_full (geo_hash_hash, geo_hash_equal,
                                               NULL, wait_free);
  pending->by_msg_id = g_hash_table_new (g_str_hash, g_str_equal);
  pending->by_tx_id = g_hash_table_new (g_str_hash, g_str_equal);
  pending->prefix = g_uuid_string_random ();
  pending->prefix[PREFIX_LEN] = '\0';
  return pending;
}

static void
finish (GeoRestPending *pending,
        GeoRestWait *wait,
        const GeoChange *change,
        const GeoMsgError *error) {
  /* Nothing more comes for it, whatever the answers bring. */
  g_hash_table_remove (pending->by_msg_id, wait->msg_id);
  if (wait->tx_id != NULL)
    g_hash_table_remove (pending->by_tx_id, wait->tx_id);
  g_hash_table_steal (pending->by_subject, &wait->subject);
  for (guint i = 0; i < wait->replies->len; i++)
    wait->func (wait, g_ptr_array_index (wait->replies, i), change, error);
  g_ptr_array_set_size (wait->replies, 0);
  wait_free (wait);
}

void
geo_rest_pending_free (GeoRestPending *pending) {
  GHashTableIter iter;
  gpointer wait;

  for (;;) {
    g_hash_table_iter_init (&iter, pending->by_subject);
    if (!g_hash_table_iter_next (&iter, NULL, &wait))
      break;
    finish (pending, wait, NULL, NULL);
  }
  g_hash_table_unref (pending->by_subject);
  g_hash_table_unref (pending->by_msg_id);
  g_hash_table_unref (pending->by_tx_id);
  g_free (pending->prefix);
  g_free (pending);
}

static gchar *
make_id (const GeoRestPending *pending) {
  g_autofree gchar *random = g_uuid_string_random ();

  return g_strconcat (pending->prefix, random, NULL);
}

GeoRestWait *
geo_rest_pending_add (GeoRestPending *pending,
                      const GeoHash *subject,
                      const GeoPid *pid,
                      const gchar *tx_id,
                      GeoReply *reply,
                      GeoRestWaitFunc func,
                      gpointer user_data) {
  GeoRestWait *wait = g_new0 (GeoRestWait, 1);

  wait->subject = *subject;
  wait->msg_id = make_id (pending);
  wait->pid = *pid;
  wait->tx_id = g_strdup (tx_id);
  wait->replies = g_ptr_array_new ();
  g_ptr_array_add (wait->replies, reply);
  wait->func = func;
  wait->user_data = user_data;
  g_assert (!g_hash_table_contains (pending->by_subject, subject));
  g_hash_table_insert (pending->by_subject, &wait->subject, wait);
  g_hash_table_insert (pending->by_msg_id, wait->msg_id, wait);
  if (wait->tx_id != NULL)
    g_hash_table_insert (pending->by_tx_id, wait->tx_id, wait);
  return wait;
}

GeoRestWait *
geo_rest_pending_find (GeoRestPending *pending, const gchar *tx_id) {
  return g_hash_table_lookup (pending->by_tx_id, tx_id);
}

/* What a change is about, where it is an order's outcome or a line. */
static gboolean
subject_of (const GeoChange *change, GeoHash *out) {
  if (change->kind == GEO_CHANGE_LINE) {
    geo_trust_line_hash (change->line, out);
    return TRUE;
  }
  if (change->kind == GEO_CHANGE_COMMIT &&
      change->certificate->contract->has_order) {
    *out = change->certificate->contract->order;
    return TRUE;
  }
  if (change->kind == GEO_CHANGE_REFUSAL && change->refusal->has_order) {
    *out = change->refusal->order;
    return TRUE;
  }
  return FALSE;
}

void
geo_rest_pending_stored (GeoRestPending *pending, const GeoChange *change) {
  GeoRestWait *wait;
  GeoHash subject;

  if (g_hash_table_size (pending->by_subject) == 0 ||
      !subject_of (change, &subject))
    return;
  wait = g_hash_table_lookup (pending->by_subject, &subject);
  if (wait != NULL)
    finish (pending, wait, change, NULL);
}

void
geo_rest_pending_fail (GeoRestPending *pending, const GeoHash *subject) {
  GeoRestWait *wait = g_hash_table_lookup (pending->by_subject, subject);
  GeoMsgError error = { 0 };

  if (wait == NULL)
    return;
  error.code = GEO_CODE_INTERNAL;
  error.message = (gchar *) "Internal error";
  finish (pending, wait, NULL, &error);
}

gboolean
geo_rest_pending_message (GeoRestPending *pending, GeoMessage *message) {
  GeoRestWait *wait;

  if (message->msg_id == NULL ||
      !g_str_has_prefix (message->msg_id, pending->prefix))
    return FALSE;
  wait = g_hash_table_lookup (pending->by_msg_id, message->msg_id);
  if (message->type == GEO_MESSAGE_ERROR) {
    if (wait != NULL)
      finish (pending, wait, NULL, message->u.error);
    return TRUE;
  }
  /* The refusal of an order that the wallet never made. */
  if (message->type == GEO_MESSAGE_PAYMENT_ABORT)
    return TRUE;
  geo_message_set_id (message, "");
  return FALSE;
}
