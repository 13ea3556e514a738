/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Agreeing on what is owed: a checkpoint is proposed with what both journals
 * should have, compared with this one, and shown to anybody once both agreed.
 * It is a request like others (geo-node-requests.c), and agreed to as one.
 */
#include "config.h"

#include "node/geo-node-requests.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "node/geo-node-private.h"
#include "node/geo-phrases.h"
#include "node/geo-proof.h"
#include "node/geo-request-item-private.h"

/* So many payments of each other's are compared. */
#define HISTORY_MAX 64

/* --- Proposing ------------------------------------------------------------ */

typedef struct {
  GTask *task;
  GeoPid with;
  gchar *equivalent;
  GeoCheckpoint *checkpoint; /* to compare with */
  GPtrArray *theirs; /* GeoMovement, of the other */
} Compare;

static void
compare_free (gpointer data) {
  Compare *compare = data;

  g_free (compare->equivalent);
  geo_checkpoint_free (compare->checkpoint);
  g_clear_pointer (&compare->theirs, g_ptr_array_unref);
  g_free (compare);
}

static gpointer
history_job (GeoWorker *worker, gpointer data, GError **error) {
  const Compare *compare = data;

  return geo_journal_list_movements (geo_worker_get_journal (worker),
                                     &compare->with, compare->equivalent,
                                     HISTORY_MAX, error);
}

static void
propose_cb (gpointer *result, const GError *error, gpointer user_data) {
  Compare *compare = user_data;
  GTask *task = compare->task;
  GeoNode *node = g_task_get_source_object (task);
  g_autofree gchar *id = geo_node_make_request_id ();
  GPtrArray *actions;
  GError *why = NULL;
  gboolean holds;
  GeoHash hash;

  if (error != NULL) {
    g_task_return_error (task, geo_node_storage_error (error));
    g_object_unref (task);
    return;
  }
  if (!geo_node_can_ask (node, task))
    return;
  actions = geo_actions_new ();
  holds = geo_party_propose_checkpoint (node->party, id, &compare->with,
                                        compare->equivalent, *result,
                                        geo_node_now (), &hash, actions, &why);
  geo_node_finish_asking (node, task, holds, &hash, actions, why);
}

void
geo_node_propose_checkpoint_async (GeoNode *node,
                                   const GeoPid *with,
                                   const gchar *equivalent,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data) {
  GTask *task = g_task_new (node, cancellable, callback, user_data);
  Compare *compare;

  g_assert (GEO_IS_NODE (node) && with != NULL && equivalent != NULL);
  if (!geo_node_can_ask (node, task))
    return;
  compare = g_new0 (Compare, 1);
  compare->task = task;
  compare->with = *with;
  compare->equivalent = g_strdup (equivalent);
  geo_worker_push (node->worker, history_job, compare, compare_free,
                   (GDestroyNotify) g_ptr_array_unref, propose_cb, compare);
}

/* --- Comparing ------------------------------------------------------------ */

static const GeoMovement *
find_movement (GPtrArray *movements, const GeoHash *contract) {
  for (guint i = 0; i < movements->len; i++) {
    const GeoMovement *movement = g_ptr_array_index (movements, i);

    if (geo_hash_equal (&movement->contract, contract))
      return movement;
  }
  return NULL;
}

static gchar *
say_movement (const GeoMovement *movement,
              const gchar *equivalent,
              const gchar *format) {
  const GeoDecimal *amount = movement->has_gained ? &movement->gained
                                                  : &movement->lost;
  g_autofree gchar *text = geo_phrase_amount (amount->amount, amount->decimals,
                                              equivalent);
  g_autofree gchar *when = geo_phrase_date_time (movement->at);
  GString *out = g_string_new (format);

  g_string_replace (out, "{amount}", text, 1);
  g_string_replace (out, "{date}", when, 1);
  return g_string_free (out, FALSE);
}

/* What is only in one of them, as far as both go back. */
static void
say_missing (GString *out,
             GPtrArray *here,
             GPtrArray *there,
             const gchar *equivalent,
             const gchar *format) {
  const GeoMovement *oldest = there->len == HISTORY_MAX
                                  ? g_ptr_array_index (there, there->len - 1)
                                  : NULL;

  for (guint i = 0; i < here->len; i++) {
    const GeoMovement *movement = g_ptr_array_index (here, i);

    if (find_movement (there, &movement->contract) == NULL &&
        (oldest == NULL || movement->at > oldest->at)) {
      g_autofree gchar *line = say_movement (movement, equivalent, format);

      g_string_append_printf (out, "%s%s", out->len > 0 ? "\n" : "", line);
    }
  }
}

static void
compare_cb (gpointer *result, const GError *error, gpointer user_data) {
  Compare *compare = user_data;
  g_autoptr (GTask) task = compare->task;
  GeoNode *node = g_task_get_source_object (task);
  const GeoCheckpoint *checkpoint = compare->checkpoint;
  g_autoptr (GString) out = g_string_new (NULL);
  GeoAmount balance, theirs;
  gboolean owed;

  if (error != NULL) {
    g_task_return_error (task, geo_node_storage_error (error));
    return;
  }
  if (node->party == NULL) {
    g_task_return_new_error (task, GEO_NODE_ERROR, GEO_NODE_ERROR_STORAGE, "%s",
                             _ ("The journal cannot be read now."));
    return;
  }
  owed = geo_pid_equal (&checkpoint->creditor, &node->pid);
  balance = geo_party_get_balance (node->party, &compare->with,
                                   compare->equivalent);
  theirs = checkpoint->amount.amount;
  if (!owed && !geo_amount_neg (theirs, &theirs))
    theirs = GEO_AMOUNT_ZERO;
  if (geo_amount_cmp (balance, theirs) != 0) {
    guint precision = checkpoint->amount.decimals;
    const gchar *name = geo_node_find_name (node, &compare->with);
    g_autofree gchar *here = geo_phrase_balance (
        name != NULL ? name : "", balance, precision, compare->equivalent);
    g_autofree gchar *there = geo_phrase_balance (
        name != NULL ? name : "", theirs, precision, compare->equivalent);

    g_string_append_printf (
        /* Translators: two balances, e.g. "You owe 12.00 UAH". */
        out, _ ("Your journal says: %s. Theirs says: %s."), here, there);
  }
  say_missing (out, *result, compare->theirs, compare->equivalent,
               /* Translators: keep {amount} and {date} as they are. */
               _ ("Only your journal has {amount} of {date}."));
  say_missing (out, compare->theirs, *result, compare->equivalent,
               /* Translators: keep {amount} and {date} as they are. */
               _ ("Only their journal has {amount} of {date}."));
  g_task_return_pointer (task, g_string_free (g_steal_pointer (&out), FALSE),
                         g_free);
}

void
geo_node_compare_checkpoint_async (GeoNode *node,
                                   const gchar *key,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data) {
  GTask *task = g_task_new (node, cancellable, callback, user_data);
  GeoRequestItem *item = geo_node_find_request (node, key);
  const GeoLetter *letter = item != NULL ? geo_request_item_get_letter (item)
                                         : NULL;
  Compare *compare;

  if (letter == NULL || letter->checkpoint == NULL ||
      geo_request_item_get_peer (item) == NULL) {
    g_task_return_new_error (task, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT, "%s",
                             _ ("There is no such request, or it is settled "
                                "already."));
    g_object_unref (task);
    return;
  }
  compare = g_new0 (Compare, 1);
  compare->task = task;
  compare->with = *geo_request_item_get_peer (item);
  compare->equivalent = g_strdup (letter->checkpoint->equivalent);
  compare->checkpoint = geo_checkpoint_copy (letter->checkpoint);
  compare->theirs =
      g_ptr_array_new_with_free_func ((GDestroyNotify) geo_movement_free);
  for (guint i = 0; i < letter->history->len; i++)
    g_ptr_array_add (compare->theirs, geo_movement_copy (g_ptr_array_index (
                                          letter->history, i)));
  geo_worker_push (node->worker, history_job, compare, compare_free,
                   (GDestroyNotify) g_ptr_array_unref, compare_cb, compare);
}

gchar *
geo_node_compare_checkpoint_finish (GeoNode *node,
                                    GAsyncResult *result,
                                    GError **error) {
  g_assert (g_task_is_valid (result, node));
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- Proving -------------------------------------------------------------- */

/* NULL where it would not hold with what is known of the other. */
static gchar *
prove (GeoNode *node, const GeoLetter *letter, const GeoParticipant *other) {
  gboolean is_creditor = other != NULL &&
                         geo_pid_equal (&other->pid,
                                        &letter->checkpoint->creditor);
  g_autofree gchar *text = NULL;
  g_autoptr (GError) error = NULL;
  GeoProof proof = { NULL };
  gboolean holds;

  if (other == NULL)
    return NULL;
  text = geo_checkpoint_to_proof (letter, node->community,
                                  is_creditor ? other : node->self,
                                  is_creditor ? node->self : other);
  holds = geo_proof_verify_text (text, strlen (text), &proof, &error);
  geo_proof_clear (&proof);
  if (!holds)
    g_debug ("checkpoint: %s", error->message);
  return holds ? g_steal_pointer (&text) : NULL;
}

gchar *
geo_node_get_checkpoint (GeoNode *node, const gchar *key) {
  GeoRequestItem *item = geo_node_find_request (node, key);
  const GeoLetter *letter;
  const GeoPid *other;
  gchar *text;

  if (item == NULL || node->party == NULL)
    return NULL;
  letter = geo_request_item_get_letter (item);
  if (letter->checkpoint == NULL || letter->responses->len != 2)
    return NULL;
  other = geo_pid_equal (&letter->checkpoint->creditor, &node->pid)
              ? &letter->checkpoint->debtor
              : &letter->checkpoint->creditor;
  text = prove (node, letter, geo_party_get_person (node->party, other));
  /* K4: who says now that their key had ended before they signed with it does
   * not take back what they signed. */
  if (text == NULL)
    text = prove (node, letter, geo_request_item_get_person (item));
  return text;
}
