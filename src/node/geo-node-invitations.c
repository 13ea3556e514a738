/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Invitations in the node: making them, and taking up the one that was joined
 * with.  With which link a community was joined stands in a small file beside
 * the journal until its invitation is taken up, so that nothing is forgotten
 * when the program ends in between; its code stays there for whoever invites
 * others.
 */
#include "config.h"

#include "node/geo-node-invitations.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "core/geo-error.h"
#include "core/geo-text.h"
#include "net/geo-fault.h"
#include "node/geo-node-private.h"
#include "node/geo-phrases.h"

#define CODE_CHARS_MAX 100

/* --- The link that was joined with ---------------------------------------- */

static gchar *
get_path (const gchar *journal_path) {
  g_autofree gchar *folder = g_path_get_dirname (journal_path);

  return g_build_filename (folder, "joined-by", NULL);
}

GeoLink *
geo_node_read_joined_by (const gchar *journal_path) {
  g_autofree gchar *path = get_path (journal_path);
  g_autofree gchar *text = NULL;
  g_autoptr (GeoLink) link = NULL;

  /* Without it, or where it is damaged, others are told the code by whoever
   * runs the hub. */
  if (g_file_get_contents (path, &text, NULL, NULL))
    link = geo_link_parse (g_strstrip (text), NULL);
  return link != NULL && link->kind == GEO_LINK_JOIN ? g_steal_pointer (&link)
                                                     : NULL;
}

gboolean
geo_node_write_joined_by (const gchar *journal_path,
                          const gchar *link,
                          GError **error) {
  g_autofree gchar *path = get_path (journal_path);

  geo_fault_point ("node: before joined-by");
  /* The code in it is a secret of the community's. */
  return g_file_set_contents_full (path, link, -1,
                                   G_FILE_SET_CONTENTS_CONSISTENT |
                                       G_FILE_SET_CONTENTS_DURABLE,
                                   0600, error);
}

typedef struct {
  gchar *path;
  gchar *link;
} Joined;

static void
joined_free (gpointer data) {
  Joined *joined = data;

  g_free (joined->path);
  g_free (joined->link);
  g_free (joined);
}

static gpointer
joined_job (GeoWorker *worker, gpointer data, GError **error) {
  const Joined *joined = data;

  geo_node_write_joined_by (joined->path, joined->link, error);
  return NULL;
}

static void
joined_cb (gpointer *result, const GError *error, gpointer user_data) {
  /* An invitation that is taken up twice changes nothing. */
  if (error != NULL)
    g_debug ("joined-by: %s", error->message);
}

static void
save (GeoNode *self) {
  Joined *joined;

  if (self->looking || self->journal_path == NULL)
    return;
  joined = g_new0 (Joined, 1);
  joined->path = g_strdup (self->journal_path);
  joined->link = geo_link_to_string (self->joined_by);
  geo_worker_push (self->worker, joined_job, joined, joined_free, NULL,
                   joined_cb, NULL);
}

gchar *
geo_node_write_join_link (GeoNode *self) {
  if (self->join_link == NULL)
    return NULL;
  /* An invitation without the code does not take away what is known. */
  if (self->join_link->code == NULL && self->joined_by != NULL)
    self->join_link->code = g_strdup (self->joined_by->code);
  return geo_link_to_string (self->join_link);
}

void
geo_node_joined_again (GeoNode *self) {
  g_autofree gchar *text = geo_node_write_join_link (self);
  GeoLink *link = text != NULL ? geo_link_parse (text, NULL) : NULL;

  if (link == NULL)
    return;
  geo_link_free (self->joined_by);
  self->joined_by = link;
  save (self);
}

GeoLink *
geo_node_make_join_link (GeoNode *node) {
  GeoLink *link = geo_link_new (GEO_LINK_JOIN);

  g_assert (GEO_IS_NODE (node));
  link->hub = g_strdup (node->hub_for_others != NULL ? node->hub_for_others
                                                     : node->hub);
  /* A link says how it is spoken to. */
  if (strstr (link->hub, "://") == NULL) {
    g_autofree gchar *bare = g_steal_pointer (&link->hub);

    link->hub = g_strconcat (node->fingerprint != NULL ? "https://" : "http://",
                             bare, NULL);
  }
  link->has_community = TRUE;
  link->community = node->community->community;
  link->fingerprint = g_strdup (node->fingerprint);
  if (node->joined_by != NULL)
    link->code = g_strdup (node->joined_by->code);
  return link;
}

gboolean
geo_node_has_join_code (GeoNode *node) {
  g_assert (GEO_IS_NODE (node));
  return node->joined_by != NULL && node->joined_by->code != NULL;
}

void
geo_node_set_join_code (GeoNode *node, const gchar *code) {
  g_autofree gchar *clean = NULL;

  g_assert (GEO_IS_NODE (node) && code != NULL);
  clean = geo_text_from_typed (code, CODE_CHARS_MAX, GEO_TEXT_LINE);
  if (node->joined_by == NULL)
    node->joined_by = geo_node_make_join_link (node);
  g_free (node->joined_by->code);
  node->joined_by->code = clean != NULL && *clean != '\0'
                              ? g_steal_pointer (&clean)
                              : NULL;
  save (node);
  geo_node_refresh_requests (node);
}

void
geo_node_set_hub_for_others (GeoNode *node, const gchar *address) {
  g_assert (GEO_IS_NODE (node));
  if (g_strcmp0 (node->hub_for_others, address) == 0)
    return;
  g_free (node->hub_for_others);
  node->hub_for_others = g_strdup (address);
  geo_node_refresh_requests (node);
}

/* --- Inviting ------------------------------------------------------------- */

void
geo_node_invite_async (GeoNode *node,
                       const gchar *invited,
                       const gchar *equivalent,
                       GeoAmount limit,
                       const GeoAmount *asked,
                       GeoTime expires_at,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data) {
  GTask *task = g_task_new (node, cancellable, callback, user_data);
  g_autofree gchar *id = geo_node_make_request_id ();
  g_autofree gchar *clean = NULL;
  GPtrArray *actions;
  GError *error = NULL;
  gboolean holds;
  GeoHash hash;

  g_assert (GEO_IS_NODE (node) && equivalent != NULL);
  if (!geo_node_can_ask (node, task))
    return;
  if (invited != NULL)
    clean = geo_text_from_typed (invited, GEO_INVITED_CHARS_MAX, GEO_TEXT_LINE);
  actions = geo_actions_new ();
  holds = geo_party_invite (node->party, id, clean, equivalent, limit, asked,
                            expires_at, geo_node_now (), &hash, actions,
                            &error);
  geo_node_finish_asking (node, task, holds, &hash, actions, error);
}

GeoRequestItem *
geo_node_find_invitation (GeoNode *node, GeoRequestItem *item) {
  GListModel *all = geo_node_get_requests (node);
  const GeoPid *peer = geo_request_item_get_peer (item);

  if (geo_request_item_get_kind (item) != GEO_REQUEST_TRUST ||
      geo_request_item_is_mine (item) || peer == NULL)
    return NULL;
  for (guint i = 0; i < g_list_model_get_n_items (all); i++) {
    g_autoptr (GeoRequestItem) other = g_list_model_get_item (all, i);
    const GeoPid *by = geo_request_item_get_peer (other);

    if (geo_request_item_get_kind (other) == GEO_REQUEST_INVITATION &&
        by != NULL && geo_pid_equal (by, peer) &&
        g_str_equal (geo_request_item_get_id (other),
                     geo_request_item_get_id (item)))
      return other; /* The list holds it. */
  }
  return NULL;
}

/* --- Being invited -------------------------------------------------------- */

/* Takes task. */
static void
answer (GTask *task, GeoNodeError code, const gchar *sentence) {
  g_task_return_new_error (task, GEO_NODE_ERROR, (gint) code, "%s", sentence);
  g_object_unref (task);
}

/* Takes task. */
static void
take_up (GeoNode *node, GTask *task) {
  const GeoInvitation *invitation =
      ((const GeoLink *) g_task_get_task_data (task))->invitation;
  const GeoParticipant *who = geo_party_get_person (node->party,
                                                    &invitation->from);
  GPtrArray *actions;
  GError *error = NULL;
  GeoHash hash;

  if (who == NULL) {
    answer (task,
            geo_node_is_signed_in (node) ? GEO_NODE_ERROR_UNKNOWN_PERSON
                                         : GEO_NODE_ERROR_OFFLINE,
            geo_node_is_signed_in (node)
                ? _ ("Whoever invites you is not in this community.")
                : _ ("Who invites you is not known without the hub. Try again "
                     "when it answers."));
    return;
  }
  actions = geo_actions_new ();
  if (geo_party_take_invitation (node->party, invitation, who, geo_node_now (),
                                 &hash, actions, &error)) {
    geo_node_finish_asking (node, task, TRUE, &hash, actions, NULL);
    return;
  }
  g_debug ("invitation: %s", error->message);
  if (error->code == GEO_CODE_INTERNAL) {
    geo_node_finish_asking (node, task, FALSE, NULL, actions, error);
    return;
  }
  answer (task, GEO_NODE_ERROR_INPUT,
          error->code == GEO_CODE_TIMEOUT
              ? _ ("This invitation has expired. Ask for another one.")
          : error->code == GEO_CODE_NOT_ALLOWED
              ? _ ("This is your own invitation.")
              : _ ("This invitation is not by whom it says. Take up nothing "
                   "that it offers."));
  g_ptr_array_unref (actions);
  g_error_free (error);
}

static void
found_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  GeoNode *node = GEO_NODE (source);
  GTask *task = user_data;
  GError *error = NULL;
  g_autoptr (GListModel) found = geo_node_find_people_finish (node, result,
                                                              &error);

  if (found == NULL) {
    g_task_return_error (task, error);
    g_object_unref (task);
  } else if (geo_node_can_ask (node, task)) {
    take_up (node, task);
  }
}

void
geo_node_take_invitation_async (GeoNode *node,
                                const gchar *link,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data) {
  GTask *task = g_task_new (node, cancellable, callback, user_data);
  g_autofree gchar *pid = NULL;
  GeoLink *parsed;

  g_assert (GEO_IS_NODE (node) && link != NULL);
  if (!geo_node_can_ask (node, task))
    return;
  parsed = geo_link_parse (link, NULL);
  if (parsed == NULL || parsed->invitation == NULL ||
      !geo_pid_equal (&parsed->community, &node->community->community)) {
    geo_link_free (parsed);
    answer (task, GEO_NODE_ERROR_INPUT,
            _ ("This is not an invitation to this community."));
    return;
  }
  g_task_set_task_data (task, parsed, (GDestroyNotify) geo_link_free);
  /* They may have changed their key since they were heard of. */
  pid = geo_pid_to_string (&parsed->invitation->from);
  geo_node_find_people_async (node, pid, cancellable, found_cb, task);
}

/* --- By itself ------------------------------------------------------------ */

/* What is settled, one way or the other, is not tried again. */
static void
forget_invitation (GeoNode *self) {
  if (self->joined_by == NULL || self->joined_by->invitation == NULL)
    return;
  g_clear_pointer (&self->joined_by->invitation, geo_invitation_free);
  save (self);
}

static void
taken_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  GeoNode *self = GEO_NODE (source);
  g_autofree gchar *sentence = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoRequestItem) item = geo_node_request_finish (self, result,
                                                             &error);

  self->taking_invitation = FALSE;
  if (item != NULL) {
    sentence = geo_phrase_request_asks (item);
  } else if (g_error_matches (error, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT) ||
             g_error_matches (error, GEO_NODE_ERROR,
                              GEO_NODE_ERROR_UNKNOWN_PERSON)) {
    sentence = g_strdup (error->message);
  } else {
    /* It is tried again when the hub is back. */
    g_debug ("invitation: %s", error->message);
    return;
  }
  forget_invitation (self);
  g_signal_emit_by_name (self, "notice", sentence);
}

void
geo_node_invitation_connected (GeoNode *self) {
  g_autofree gchar *text = NULL;

  if (self->joined_by == NULL || self->joined_by->invitation == NULL ||
      self->taking_invitation || self->party == NULL)
    return;
  self->taking_invitation = TRUE;
  text = geo_link_to_string (self->joined_by);
  geo_node_take_invitation_async (self, text, NULL, taken_cb, NULL);
}

/* --- Words ---------------------------------------------------------------- */

gchar *
geo_phrase_invitation (const GeoLink *link) {
  const GeoInvitation *invitation = link->invitation;
  g_autofree gchar *limit = NULL;
  g_autoptr (GString) out = NULL;

  g_assert (invitation != NULL);
  limit = geo_phrase_amount (invitation->limit.amount,
                             invitation->limit.decimals,
                             invitation->equivalent);
  out = g_string_new (NULL);
  /* Translators: who invites, amount. */
  g_string_append_printf (out,
                          _ ("%s invites you, and would trust you up to %s."),
                          invitation->name, limit);
  if (invitation->has_asked) {
    g_autofree gchar *asked = geo_phrase_amount (invitation->asked.amount,
                                                 invitation->asked.decimals,
                                                 invitation->equivalent);

    g_string_append_c (out, ' ');
    g_string_append_printf (
        /* Translators: amount. */
        out, _ ("They will ask you to trust them up to %s."), asked);
  }
  if (invitation->has_expires_at && invitation->expires_at < geo_node_now ()) {
    g_string_append_c (out, ' ');
    g_string_append (out, _ ("The invitation has expired: you can join, and "
                             "ask them for another one."));
  }
  return g_string_free (g_steal_pointer (&out), FALSE);
}
