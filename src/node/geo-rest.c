/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A hub of the public REST contract, asked again and again how things stand.
 * Its word is all there is: no certificate, no chain of entries.  What it says
 * is kept on disk so that it can be looked at without it; what this side wants
 * of it is on disk before it is sent (P1).
 */
#include "config.h"

#include "node/geo-rest-talk-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "core/geo-json.h"
#include "net/geo-fault.h"
#include "net/geo-http.h"
#include "node/geo-items-private.h"
#include "node/geo-profile-private.h"

#define PAGE_ITEMS 200
#define PAGES_MAX 100

static void
activity_free (gpointer data) {
  geo_activity_free (data);
}

static void ask_debts (GeoRest *rest);
static void ask_payments (GeoRest *rest);

/* --- A round of questions ------------------------------------------------- */

static gboolean
poll_cb (gpointer user_data) {
  GeoRest *rest = user_data;

  rest->poll_id = 0;
  geo_rest_poll_now (rest);
  return G_SOURCE_REMOVE;
}

static void
poll_ended (GeoRest *rest) {
  rest->polling = FALSE;
  g_clear_handle_id (&rest->poll_id, g_source_remove);
  if (!rest->node->wanted && rest->join_task == NULL)
    return;
  if (rest->poll_again) {
    rest->poll_again = FALSE;
    rest->poll_id = g_timeout_add (100, poll_cb, rest);
    return;
  }
  rest->poll_id = g_timeout_add (rest->node->open_count > 0 ? GEO_REST_DOUBT_MS
                                                            : GEO_REST_POLL_MS,
                                 poll_cb, rest);
}

static void
fail_join (GeoRest *rest, GeoNodeError code, const gchar *message) {
  g_autoptr (GTask) task = g_steal_pointer (&rest->join_task);

  if (task != NULL)
    g_task_return_new_error (task, GEO_NODE_ERROR, code, "%s", message);
}

static void
poll_failed (GeoRest *rest, guint status, JsonObject *answer) {
  gboolean is_foreign = rest->is_foreign && status == 0;
  g_autofree gchar *said = status != 0 ? geo_rest_phrase_refusal (answer, NULL)
                                       : NULL;
  const gchar *message =
      said != NULL ? said
                   : _ ("The hub cannot be reached; it is tried again by "
                        "itself. You can look at everything; paying waits "
                        "until then.");

  if (is_foreign) {
    geo_node_fault_foreign (rest->node);
    fail_join (rest, GEO_NODE_ERROR_FOREIGN,
               geo_node_get_connection_detail (rest->node));
    poll_ended (rest);
    return;
  }
  fail_join (rest,
             status != 0 ? GEO_NODE_ERROR_REFUSED : GEO_NODE_ERROR_OFFLINE,
             message);
  if (rest->node->wanted)
    geo_node_set_connection (rest->node, GEO_CONNECTION_OFFLINE, message);
  poll_ended (rest);
}

static void
joined_cb (gpointer *result, const GError *error, gpointer user_data) {
  g_autoptr (GTask) task = user_data;
  GeoNode *self = g_task_get_task_data (task);

  if (error != NULL)
    g_task_return_error (task, g_error_copy (error));
  else
    g_task_return_pointer (task, g_object_ref (self), g_object_unref);
}

/* Whoever waits for the connection finds the history that came with it. */
static void
shown_cb (gpointer *result, const GError *error, gpointer user_data) {
  g_autoptr (GeoNode) node = user_data;
  GeoRest *rest = node->rest;

  if (rest == NULL || !rest->polling)
    return;
  if (node->wanted) {
    geo_node_set_connection (node, GEO_CONNECTION_HUB,
                             _ ("Connected. This hub proves nothing: what you "
                                "see is what it says."));
    geo_rest_settle (rest);
    geo_http_listen (rest->http, GEO_REST_API "/ws", rest->token);
  }
  poll_ended (rest);
}

/* One job after another: when this has its turn, the lists have had theirs. */
static gpointer
turn_job (GeoWorker *worker, gpointer data, GError **error) {
  return NULL;
}

static void
written_cb (gpointer *result, const GError *error, gpointer user_data) {
  g_autoptr (GeoNode) node = user_data;

  /* It is asked for again. */
  if (error != NULL)
    g_debug ("rest: %s", error->message);
  geo_activity_model_refresh (node->activity);
  geo_node_refresh_unread (node);
  geo_worker_push (node->worker, turn_job, NULL, NULL, NULL, shown_cb,
                   g_object_ref (node));
}

/* The first round makes folder, journal and file. */
static gpointer
join_job (GeoWorker *worker, gpointer data, GError **error) {
  const GeoRestWrite *write = data;
  g_autofree gchar *folder = g_path_get_dirname (write->path);
  g_autofree gchar *journal_path = g_build_filename (folder, GEO_JOURNAL_FILE,
                                                     NULL);
  g_autoptr (GError) failure = NULL;
  GeoJournal *journal;

  if (!geo_profile_make_folder (folder, error))
    return NULL;
  geo_fault_point ("rest: before joined");
  /* The file first: a journal without it would be one that was never joined. */
  if (!g_file_set_contents_full (write->path, write->text, -1,
                                 G_FILE_SET_CONTENTS_CONSISTENT |
                                     G_FILE_SET_CONTENTS_DURABLE,
                                 0600, error))
    return NULL;
  geo_fault_point ("rest: after joined");
  journal = geo_journal_open (journal_path, FALSE, &failure);
  if (journal == NULL)
    g_propagate_error (error, geo_node_storage_error (failure));
  else
    geo_worker_set_journal (worker, journal);
  return NULL;
}

static void
round_ended (GeoRest *rest) {
  GeoNode *self = rest->node;
  GeoRestWrite *write = g_new0 (GeoRestWrite, 1);

  geo_rest_show (rest);
  write->path = geo_rest_get_file_path (self->journal_path);
  write->text = geo_rest_make_file (rest);
  if (rest->join_task != NULL) {
    self->wanted = TRUE;
    geo_worker_push (self->worker, join_job, write, geo_rest_write_free, NULL,
                     joined_cb, g_steal_pointer (&rest->join_task));
    geo_activity_model_set_worker (self->activity, self->worker, 0);
    geo_node_set_connection (self, GEO_CONNECTION_HUB,
                             _ ("Connected. This hub proves nothing: what you "
                                "see is what it says."));
    /* History is asked for as soon as there is somewhere to keep it. */
    rest->poll_again = TRUE;
    poll_ended (rest);
    return;
  }
  geo_worker_push (self->worker, geo_rest_write_job, write, geo_rest_write_free,
                   NULL, written_cb, g_object_ref (self));
}

static void
payments_cb (GeoRest *rest, guint status, JsonObject *answer, gpointer data) {
  JsonArray *items = geo_rest_get_array (answer, "items");
  GPtrArray *rows;
  guint n = items != NULL ? json_array_get_length (items) : 0;
  gboolean news = FALSE;

  if (rest == NULL)
    return;
  if (status != 200) {
    poll_failed (rest, status, answer);
    return;
  }
  rows = g_ptr_array_new_with_free_func (activity_free);
  for (guint i = 0; i < n; i++) {
    GeoActivity *row = geo_rest_read_payment (rest,
                                              geo_rest_get_element (items, i));
    g_autofree gchar *key = NULL;

    if (row == NULL)
      continue;
    key = g_strdup_printf ("%d %d %s", (gint) row->kind, row->state,
                           row->tx_id);
    if (g_hash_table_add (rest->heard, g_steal_pointer (&key)))
      news = TRUE;
    g_ptr_array_add (rows, row);
  }
  /* The oldest first, as they happened; the hub has the newest first. */
  for (guint i = 0; i < rows->len / 2; i++) {
    gpointer other = rows->pdata[i];

    rows->pdata[i] = rows->pdata[rows->len - 1 - i];
    rows->pdata[rows->len - 1 - i] = other;
  }
  if (news)
    g_ptr_array_add (rest->pages, rows);
  else
    g_ptr_array_unref (rows);
  if (news && n == PAGE_ITEMS && rest->page < PAGES_MAX) {
    rest->page++;
    ask_payments (rest);
    return;
  }
  while (rest->pages->len > 0)
    geo_rest_hear (rest,
                   g_ptr_array_steal_index (rest->pages, rest->pages->len - 1));
  round_ended (rest);
}

static void
ask_payments (GeoRest *rest) {
  g_autofree gchar *path = g_strdup_printf (
      GEO_REST_API "/payments?page=%u&per_page=%d", rest->page, PAGE_ITEMS);

  geo_rest_ask (rest, "GET", path, NULL, payments_cb, NULL);
}

static void
debts_cb (GeoRest *rest, guint status, JsonObject *answer, gpointer data) {
  const GeoEquivalent *equivalent;
  JsonObject *debts;

  if (rest == NULL)
    return;
  if (status != 200) {
    poll_failed (rest, status, answer);
    return;
  }
  equivalent = rest->node->community->equivalents->pdata[rest->debts_asked];
  debts = geo_rest_get_object (rest->answers, "debts");
  json_object_set_object_member (debts, equivalent->code,
                                 json_object_ref (answer));
  rest->debts_asked++;
  ask_debts (rest);
}

static void
ask_debts (GeoRest *rest) {
  GPtrArray *equivalents = rest->node->community->equivalents;
  const GeoEquivalent *equivalent;
  g_autofree gchar *path = NULL;

  if (rest->debts_asked >= equivalents->len) {
    rest->page = 1;
    /* Joining has nowhere to keep history yet. */
    if (rest->join_task != NULL)
      round_ended (rest);
    else
      ask_payments (rest);
    return;
  }
  equivalent = equivalents->pdata[rest->debts_asked];
  path = g_strdup_printf (GEO_REST_API
                          "/balance/debts?equivalent=%s&direction=all",
                          equivalent->code);
  geo_rest_ask (rest, "GET", path, NULL, debts_cb, NULL);
}

static void ask_lines (GeoRest *rest);

static void
lines_cb (GeoRest *rest, guint status, JsonObject *answer, gpointer data) {
  JsonArray *items = geo_rest_get_array (answer, "items");
  guint n = items != NULL ? json_array_get_length (items) : 0;

  if (rest == NULL)
    return;
  if (status != 200) {
    poll_failed (rest, status, answer);
    return;
  }
  for (guint i = 0; i < n; i++)
    json_array_add_element (rest->gathered, json_array_dup_element (items, i));
  if (n == PAGE_ITEMS && rest->page < PAGES_MAX) {
    rest->page++;
    ask_lines (rest);
    return;
  }
  json_object_set_array_member (rest->answers, "trustlines",
                                g_steal_pointer (&rest->gathered));
  json_object_set_object_member (rest->answers, "debts", json_object_new ());
  rest->debts_asked = 0;
  ask_debts (rest);
}

static void
ask_lines (GeoRest *rest) {
  g_autofree gchar *path = g_strdup_printf (
      GEO_REST_API "/trustlines?direction=all&page=%u&per_page=%d", rest->page,
      PAGE_ITEMS);

  geo_rest_ask (rest, "GET", path, NULL, lines_cb, NULL);
}

static void
equivalents_cb (GeoRest *rest,
                guint status,
                JsonObject *answer,
                gpointer data) {
  JsonArray *items = geo_rest_get_array (answer, "items");

  if (rest == NULL)
    return;
  if (status != 200 || !geo_rest_take_equivalents (rest, items)) {
    poll_failed (rest, status == 200 ? 0 : status, answer);
    return;
  }
  json_object_set_array_member (rest->answers, "equivalents",
                                json_array_ref (items));
  geo_node_load_totals (rest->node);
  g_clear_pointer (&rest->gathered, json_array_unref);
  rest->gathered = json_array_new ();
  rest->page = 1;
  ask_lines (rest);
}

static void
login_cb (GeoRest *rest, guint status, JsonObject *answer, gpointer data) {
  const gchar *token = geo_rest_get_text (answer, "access_token");

  if (rest == NULL)
    return;
  if (status != 200 || token == NULL) {
    poll_failed (rest, status, answer);
    return;
  }
  rest->token = g_strdup (token);
  geo_rest_ask (rest, "GET", GEO_REST_API "/equivalents", NULL, equivalents_cb,
                NULL);
}

static void sign_in (GeoRest *rest);

static void
registered_cb (GeoRest *rest, guint status, JsonObject *answer, gpointer data) {
  if (rest == NULL)
    return;
  /* 409: it knows us, after all. */
  if (status != 200 && status != 201 && status != 409) {
    poll_failed (rest, status, answer);
    return;
  }
  sign_in (rest);
}

static void
register_self (GeoRest *rest) {
  GeoPublicKey key;
  g_autofree gchar *key_text = NULL;
  g_autofree gchar *body = NULL;

  rest->registered = TRUE;
  geo_secret_get_public (rest->node->secret, &key);
  key_text = geo_public_key_to_string (&key);
  body = geo_rest_sign (rest, "display_name", rest->node->self->name,
                        "public_key", key_text, "type", "person", NULL);
  geo_rest_ask (rest, "POST", GEO_REST_API "/participants", body, registered_cb,
                NULL);
}

static void
challenge_cb (GeoRest *rest, guint status, JsonObject *answer, gpointer data) {
  const gchar *challenge = geo_rest_get_text (answer, "challenge");
  g_autoptr (JsonBuilder) builder = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autofree gchar *signature_text = NULL;
  g_autofree gchar *body = NULL;
  GeoSignature signature;

  if (rest == NULL)
    return;
  if (status >= 400 && status < 500 && status != 429 && !rest->registered) {
    if (rest->join_task != NULL && !rest->node->may_be_new) {
      g_autoptr (GError) error = geo_node_stranger_error ();

      fail_join (rest, GEO_NODE_ERROR_STRANGER, error->message);
      poll_ended (rest);
      return;
    }
    register_self (rest);
    return;
  }
  /* S3: signed only if it is exactly 43 base64url characters. */
  if (status != 200 || challenge == NULL ||
      !geo_challenge_is_valid (challenge)) {
    poll_failed (rest, status == 200 ? 0 : status, answer);
    return;
  }
  geo_secret_sign (rest->node->secret, challenge, strlen (challenge),
                   &signature);
  signature_text = geo_signature_to_string (&signature);
  builder = json_builder_new ();
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "pid");
  json_builder_add_string_value (builder, rest->node->pid_text);
  json_builder_set_member_name (builder, "challenge");
  json_builder_add_string_value (builder, challenge);
  json_builder_set_member_name (builder, "signature");
  json_builder_add_string_value (builder, signature_text);
  json_builder_end_object (builder);
  node = json_builder_get_root (builder);
  body = geo_rest_to_text (node);
  geo_rest_ask (rest, "POST", GEO_REST_API "/auth/login", body, login_cb, NULL);
}

static void
sign_in (GeoRest *rest) {
  g_autofree gchar *body = g_strdup_printf ("{\"pid\":\"%s\"}",
                                            rest->node->pid_text);

  geo_rest_ask (rest, "POST", GEO_REST_API "/auth/challenge", body,
                challenge_cb, NULL);
}

void
geo_rest_poll_now (GeoRest *rest) {
  if (rest->polling) {
    rest->poll_again = TRUE;
    return;
  }
  g_clear_handle_id (&rest->poll_id, g_source_remove);
  if (!rest->node->wanted && rest->join_task == NULL)
    return;
  rest->polling = TRUE;
  g_ptr_array_set_size (rest->pages, 0);
  if (rest->token == NULL)
    sign_in (rest);
  else
    geo_rest_ask (rest, "GET", GEO_REST_API "/equivalents", NULL,
                  equivalents_cb, NULL);
}

static void
event_cb (GeoHttp *http, gpointer user_data) {
  GeoNode *self = user_data;

  if (self->rest != NULL)
    geo_rest_poll_now (self->rest);
}

/* --- Life --------------------------------------------------------------- */

/* fingerprint NULL: the system says whom to believe. */
static GeoHttp *
http_new (GeoNode *node,
          const gchar *address,
          const gchar *fingerprint,
          GError **error) {
  g_autoptr (GError) failure = NULL;
  GeoHttp *http = geo_http_new (address, fingerprint, &failure);

  if (http == NULL) {
    g_debug ("address: %s", failure->message);
    g_set_error_literal (error, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT,
                         _ ("This is not the address of a hub. One is like "
                            "https://hub.example."));
    return NULL;
  }
  g_signal_connect_object (http, "event", G_CALLBACK (event_cb), node, 0);
  return http;
}

static GeoRest *
rest_new (GeoNode *node,
          const gchar *address,
          const gchar *fingerprint,
          GError **error) {
  g_autoptr (GeoHttp) http = http_new (node, address, fingerprint, error);
  GeoRest *rest;

  if (http == NULL)
    return NULL;
  rest = g_new0 (GeoRest, 1);
  rest->node = node;
  rest->http = g_steal_pointer (&http);
  rest->cancel = g_cancellable_new ();
  rest->answers = json_object_new ();
  rest->names = g_hash_table_new_full (geo_pid_hash, geo_pid_equal, g_free,
                                       g_free);
  rest->sending = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  rest->heard = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  rest->former =
      g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);
  rest->pages =
      g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);
  return rest;
}

void
geo_rest_free (GeoRest *rest) {
  if (rest == NULL)
    return;
  g_cancellable_cancel (rest->cancel);
  g_clear_handle_id (&rest->poll_id, g_source_remove);
  g_clear_object (&rest->cancel);
  g_clear_object (&rest->http);
  g_clear_object (&rest->join_task);
  g_clear_pointer (&rest->gathered, json_array_unref);
  json_object_unref (rest->answers);
  g_hash_table_unref (rest->names);
  g_hash_table_unref (rest->sending);
  g_hash_table_unref (rest->heard);
  g_ptr_array_unref (rest->pages);
  g_ptr_array_unref (rest->former);
  g_free (rest->token);
  g_free (rest);
}

void
geo_rest_start (GeoRest *rest) {
  rest->node->wanted = TRUE;
  rest->is_foreign = FALSE;
  if (rest->node->connection != GEO_CONNECTION_HUB)
    geo_node_set_connection (rest->node, GEO_CONNECTION_CONNECTING,
                             _ ("Connecting to the hub…"));
  geo_rest_poll_now (rest);
}

void
geo_rest_stop (GeoRest *rest) {
  rest->node->wanted = FALSE;
  g_clear_handle_id (&rest->poll_id, g_source_remove);
  geo_http_deafen (rest->http);
  /* What was being sent is in doubt then. */
  g_cancellable_cancel (rest->cancel);
  g_object_unref (rest->cancel);
  rest->cancel = g_cancellable_new ();
}

/* A community that nobody signed: the hub's address is all that is known. */
static void
make_community (GeoNode *self, const gchar *address, const gchar *name) {
  const gchar *bare = strstr (address, "://");

  g_clear_pointer (&self->community, geo_community_free);
  g_clear_pointer (&self->self, geo_participant_free);
  self->community = geo_community_new ();
  geo_rest_community_pid (address, &self->community->community);
  self->community->name = g_strdup (bare != NULL ? bare + 3 : address);
  self->self = geo_participant_new ();
  self->self->community = self->community->community;
  self->self->pid = self->pid;
  self->self->name = g_strdup (name);
  g_free (self->community_pid_text);
  self->community_pid_text = geo_pid_to_string (&self->community->community);
  g_free (self->hub);
  self->hub = g_strdup (address);
}

static void
rejoined (GTask *task, GeoNode *node) {
  geo_node_start (node);
  g_task_return_pointer (task, g_object_ref (node), g_object_unref);
}

static void
pinned_cb (gpointer *result, const GError *error, gpointer user_data) {
  g_autoptr (GTask) task = user_data;

  if (error != NULL)
    g_task_return_error (task, g_error_copy (error));
  else
    rejoined (task, g_task_get_task_data (task));
}

/* The hub has another certificate, and its owner said so.  Takes task. */
static void
pin (GeoNode *self, const gchar *fingerprint, GTask *given) {
  g_autoptr (GTask) task = given;
  GError *error = NULL;
  GeoHttp *http = http_new (self, self->hub, fingerprint, &error);
  GeoRestWrite *write;

  if (http == NULL) {
    g_task_return_error (task, error);
    return;
  }
  g_object_unref (self->rest->http);
  self->rest->http = http;
  write = g_new0 (GeoRestWrite, 1);
  write->path = geo_rest_get_file_path (self->journal_path);
  write->text = geo_rest_make_file (self->rest);
  g_task_set_task_data (task, g_object_ref (self), g_object_unref);
  geo_worker_push (self->worker, geo_rest_write_job, write, geo_rest_write_free,
                   NULL, pinned_cb, g_steal_pointer (&task));
}

/* It was joined before. */
static void
reopened_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GTask) task = user_data;
  g_autofree gchar *fingerprint = g_strdup (g_task_get_task_data (task));
  GError *error = NULL;
  g_autoptr (GeoNode) node = geo_node_open_finish (result, &error);

  if (node == NULL)
    g_task_return_error (task, error);
  else if (fingerprint != NULL && node->rest != NULL)
    pin (node, fingerprint, g_steal_pointer (&task));
  else
    rejoined (task, node);
}

void
geo_rest_join (GeoNode *self, const gchar *text, GTask *given) {
  g_autoptr (GTask) task = given;
  GError *error = NULL;
  g_autofree gchar *address = NULL;
  g_autofree gchar *fingerprint = NULL;

  if (*geo_profile_get_name (self->profile) == '\0') {
    g_task_return_new_error (
        task, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT, "%s",
        _ ("This hub does not say who it knows you as: say your name, and that "
           "you may be new to it."));
    return;
  }
  geo_node_read_hub (text, &address, &fingerprint);
  self->rest = rest_new (self, address, fingerprint, &error);
  if (self->rest == NULL) {
    g_task_return_error (task, error);
    return;
  }
  make_community (self, geo_http_get_address (self->rest->http),
                  geo_profile_get_name (self->profile));
  if (!geo_profile_return_to_community (self->profile,
                                        &self->community->community, &error)) {
    g_task_return_error (task, error);
    return;
  }
  self->journal_path =
      geo_profile_get_journal_path (self->profile, &self->community->community);
  if (g_file_test (self->journal_path, G_FILE_TEST_EXISTS)) {
    g_task_set_task_data (task, g_steal_pointer (&fingerprint), g_free);
    geo_node_open_async (self->profile, &self->community->community,
                         g_task_get_cancellable (task), reopened_cb,
                         g_object_ref (task));
    return;
  }
  g_task_set_task_data (task, g_object_ref (self), g_object_unref);
  self->rest->join_task = g_steal_pointer (&task);
  geo_rest_poll_now (self->rest);
}

gboolean
geo_rest_take_data (GeoNode *self, GeoNodeData *data, GError **error) {
  JsonObject *answers = JSON_NODE_HOLDS_OBJECT (data->rest)
                            ? json_node_get_object (data->rest)
                            : NULL;
  const gchar *hub = geo_rest_get_text (answers, "hub");

  if (g_strcmp0 (geo_rest_get_text (answers, "kind"), GEO_REST_FILE_KIND) !=
          0 ||
      hub == NULL) {
    g_set_error_literal (error, GEO_NODE_ERROR, GEO_NODE_ERROR_STORAGE,
                         _ ("What is stored of this hub cannot be read."));
    return FALSE;
  }
  self->rest = rest_new (self, hub, geo_rest_get_text (answers, "fingerprint"),
                         error);
  if (self->rest == NULL)
    return FALSE;
  json_object_unref (self->rest->answers);
  self->rest->answers = json_object_ref (answers);
  make_community (self, geo_http_get_address (self->rest->http),
                  geo_profile_get_name (self->profile));
  geo_rest_take_equivalents (self->rest,
                             geo_rest_get_array (answers, "equivalents"));
  if (self->journal_path == NULL)
    self->journal_path = g_strdup (data->path);
  geo_rest_take_names (self->rest, geo_rest_get_object (answers, "names"));

  /* Nobody knows what became of them until the hub is asked. */
  for (guint i = 0; i < data->recent->len; i++) {
    const GeoActivity *row = data->recent->pdata[i];

    if (row->kind == GEO_ACTIVITY_PAID && row->tx_id != NULL &&
        row->equivalent != NULL && row->state == GEO_PAYMENT_SENDING)
      geo_payment_set_state (geo_node_put_payment (self, row->tx_id, &row->peer,
                                                   row->equivalent,
                                                   row->amount.decimals,
                                                   row->amount.amount, row->at),
                             GEO_STATE_IN_DOUBT);
  }
  geo_node_pay_load (self, data);
  geo_node_lists_load (self, data);
  geo_rest_show (self->rest);
  geo_rest_count_open (self->rest);
  return TRUE;
}
