/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Folders, hubs and people for tests.  What fails here fails the test.
 */
#include "hub-test.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

gboolean
hub_test_tick_cb (gpointer user_data) {
  return G_SOURCE_CONTINUE;
}

void
hub_test_wait_ms (guint ms) {
  gint64 end = g_get_monotonic_time () + ms * G_GINT64_CONSTANT (1000);

  wait_until (g_get_monotonic_time () >= end);
}

gchar *
hub_test_make_folder (void) {
  g_autoptr (GError) error = NULL;
  gchar *folder = g_dir_make_tmp ("geo-hub-XXXXXX", &error);

  g_assert_no_error (error);
  return folder;
}

void
hub_test_remove (gchar *folder) {
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const gchar *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree gchar *path = g_build_filename (folder, name, NULL);

    g_assert_cmpint (g_unlink (path), ==, 0);
  }
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  g_free (folder);
}

/* --- A hub ---------------------------------------------------------------- */

static void
stopped_cb (GeoHub *hub, gpointer user_data) {
  HubTest *test = user_data;

  test->stopped = TRUE;
}

void
hub_test_start (HubTest *test, const gchar *folder, const gchar *config) {
  g_autoptr (GError) error = NULL;
  g_autofree gchar *text = g_strconcat ("[hub]\nlisten=127.0.0.1:0\n", config,
                                        NULL);
  GeoHubConfig *read = geo_hub_config_parse (text, "test", &error);

  g_assert_no_error (error);
  test->stopped = FALSE;
  test->hub = geo_hub_new (read, folder);
  g_signal_connect (test->hub, "stopped", G_CALLBACK (stopped_cb), test);
  geo_hub_start (test->hub, &error);
  g_assert_no_error (error);
}

void
hub_test_stop (HubTest *test) {
  geo_hub_stop (test->hub);
  wait_until (test->stopped);
  g_assert_finalize_object (test->hub);
  test->hub = NULL;
}

gchar *
hub_test_address (const HubTest *test) {
  return g_strdup (geo_hub_get_address (test->hub) + strlen ("http://"));
}

gchar *
hub_test_ask (const HubTest *test,
              const gchar *method,
              const gchar *path,
              const gchar *body,
              guint *status) {
  g_autofree gchar *address = hub_test_address (test);
  g_autofree gchar *request = g_strdup_printf (
      "%s %s HTTP/1.1\r\nHost: hub\r\nX-Request-ID: test-1\r\n"
      "Content-Type: application/json\r\nContent-Length: %" G_GSIZE_FORMAT
      "\r\n\r\n%s",
      method, path, body == NULL ? 0 : strlen (body), body == NULL ? "" : body);
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GString) answer = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  GSocket *socket;

  g_socket_client_set_enable_proxy (client, FALSE);
  connection = g_socket_client_connect_to_host (client, address, 0, NULL,
                                                &error);
  g_assert_no_error (error);
  g_output_stream_write_all (
      g_io_stream_get_output_stream (G_IO_STREAM (connection)), request,
      strlen (request), NULL, NULL, &error);
  g_assert_no_error (error);
  socket = g_socket_connection_get_socket (connection);
  for (;;) {
    gchar buffer[4096];
    gssize n;

    wait_until (g_socket_condition_check (socket, G_IO_IN | G_IO_HUP) != 0);
    n = g_socket_receive (socket, buffer, sizeof buffer, NULL, NULL);
    if (n <= 0)
      break;
    g_string_append_len (answer, buffer, n);
  }
  g_assert_true (g_str_has_prefix (answer->str, "HTTP/1.1 "));
  *status = (guint) g_ascii_strtoull (answer->str + 9, NULL, 10);
  return g_string_free (g_steal_pointer (&answer), FALSE);
}

/* --- People --------------------------------------------------------------- */

static GeoTime
now_ms (void) {
  return g_get_real_time () / 1000;
}

HubPerson *
hub_person_new (guint seed, const gchar *name) {
  HubPerson *person = g_new0 (HubPerson, 1);
  guint8 bytes[GEO_SEED_LEN] = { 7, 7, 1, 1 };

  memcpy (bytes + 4, &seed, sizeof seed);
  person->secret = geo_secret_new_from_seed (bytes);
  geo_secret_get_pid (person->secret, &person->pid);
  geo_secret_get_public (person->secret, &person->key);
  person->name = g_strdup (name);
  person->introduce = TRUE;
  return person;
}

void
hub_person_disconnect (HubPerson *person) {
  if (person->session != NULL)
    g_signal_handlers_disconnect_by_data (person->session, person);
  g_clear_object (&person->session);
  if (person->client != NULL) {
    g_signal_handlers_disconnect_by_data (person->client, person);
    geo_client_stop (person->client);
  }
  g_clear_object (&person->client);
  person->signed_in = FALSE;
  person->synced = FALSE;
}

void
hub_person_free (HubPerson *person) {
  hub_person_disconnect (person);
  geo_secret_unref (person->secret);
  g_clear_pointer (&person->next, geo_secret_unref);
  geo_party_free (person->party);
  geo_community_free (person->community);
  g_free (person->name);
  g_free (person->code);
  g_free (person->fingerprint);
  g_free (person->last_reason);
  g_free (person->last_close);
  g_free (person);
}

GeoParticipant *
hub_person_introduction (const HubPerson *person, const GeoPid *community) {
  GeoParticipant *self = geo_participant_new ();

  self->community = *community;
  self->pid = person->pid;
  self->name = g_strdup (person->name);
  self->kind = GEO_PARTICIPANT_KIND_PERSON;
  self->key = person->key;
  self->seq = 1;
  /* The same each time, so that it is the same introduction. */
  self->at = 1700000000000;
  geo_participant_sign (self, person->secret);
  return self;
}

GeoLogin *
hub_person_login (const HubPerson *person,
                  const GeoPid *community,
                  const gchar *challenge,
                  GeoTime at) {
  GeoLogin *login = geo_login_new ();

  login->community = *community;
  login->pid = person->pid;
  login->challenge = g_strdup (challenge);
  login->at = at;
  geo_login_sign (login, person->secret);
  return login;
}

static void
note_told (HubPerson *person, const GeoTold *told) {
  switch (told->kind) {
  case GEO_TOLD_PAYMENT:
    if (told->state == GEO_PAYMENT_PAID)
      person->paid++;
    else if (told->state == GEO_PAYMENT_NOT_PAID)
      person->not_paid++;
    else
      break;
    if (person->done != NULL)
      person->done (person, person->user_data);
    break;
  case GEO_TOLD_RECEIVED:
    person->received++;
    break;
  case GEO_TOLD_LINE:
    person->lines++;
    break;
  case GEO_TOLD_SYNCED:
    person->synced = TRUE;
    break;
  case GEO_TOLD_FAULT:
    g_test_message ("%s: fault %s", person->name, told->reason);
    person->faults++;
    break;
  case GEO_TOLD_PASSED:
  case GEO_TOLD_CLEARED:
  case GEO_TOLD_PROPOSALS:
  case GEO_TOLD_REQUEST:
  case GEO_TOLD_BLOCKED:
  case GEO_TOLD_OLD_ENTRY:
  case GEO_TOLD_LINE_REFUSED:
  case GEO_TOLD_REFUSED_VOTE:
  case GEO_TOLD_PERSON:
  case GEO_TOLD_NEW_KEY:
  case GEO_TOLD_TWO_KEYS:
    break;
  }
}

/* Takes actions.  The journal is this memory, so a STORE is done at once. */
static void
carry_out (HubPerson *person, GPtrArray *actions) {
  for (guint i = 0; i < actions->len; i++) {
    GeoAction *action = g_ptr_array_index (actions, i);

    if (action->kind == GEO_ACTION_SEND && person->session != NULL)
      geo_session_send (person->session, action->message);
    else if (action->kind == GEO_ACTION_TELL)
      note_told (person, action->told);
  }
  g_ptr_array_unref (actions);
}

static void
answer_challenge (HubPerson *person, const GeoMessage *message) {
  g_autoptr (GeoMessage) answer = geo_message_new (GEO_MESSAGE_AUTH, NULL);
  const GeoMsgChallenge *challenge = message->u.challenge;
  const GeoPid *community = &challenge->community->community;

  g_assert_true (geo_challenge_is_valid (challenge->challenge));
  g_assert_true (geo_community_check (challenge->community, NULL));
  geo_community_free (person->community);
  person->community = geo_community_copy (challenge->community);
  answer->u.auth->login = hub_person_login (person, community,
                                            challenge->challenge, now_ms ());
  if (person->introduce && !challenge->known)
    answer->u.auth->participant = hub_person_introduction (person, community);
  if (person->next != NULL) {
    g_autoptr (GeoParticipant) before = hub_person_introduction (person,
                                                                 community);

    geo_participant_free (answer->u.auth->participant);
    answer->u.auth->participant = geo_participant_rotate (
        before, person->secret, person->next, person->next_at, NULL);
    g_assert_nonnull (answer->u.auth->participant);
    geo_login_sign (answer->u.auth->login, person->next);
  }
  answer->u.auth->code = g_strdup (person->code);
  geo_session_send (person->session, answer);
}

static void
welcomed (HubPerson *person, const GeoMessage *message) {
  GPtrArray *actions = geo_actions_new ();

  person->welcomes++;
  person->signed_in = TRUE;
  if (person->party == NULL)
    person->party = geo_party_new (person->community, message->u.welcome->self,
                                   person->secret);
  geo_party_connected (person->party, message->u.welcome->sequence, now_ms (),
                       actions);
  carry_out (person, actions);
}

static void
message_cb (GeoSession *session, GeoMessage *message, gpointer user_data) {
  HubPerson *person = user_data;
  GPtrArray *actions;

  person->messages++;
  if (message->type == GEO_MESSAGE_CHALLENGE) {
    answer_challenge (person, message);
    return;
  }
  if (message->type == GEO_MESSAGE_WELCOME) {
    welcomed (person, message);
    return;
  }
  if (message->type == GEO_MESSAGE_ERROR) {
    person->errors++;
    person->last_code = message->u.error->code;
    g_free (person->last_reason);
    person->last_reason = g_strdup (message->u.error->reason);
  }
  if (message->type == GEO_MESSAGE_ENTRY)
    person->entries++;
  if (person->party == NULL)
    return;
  actions = geo_actions_new ();
  geo_party_message (person->party, message, now_ms (), actions);
  carry_out (person, actions);
}

static void
closed_cb (GeoSession *session, const GError *error, gpointer user_data) {
  HubPerson *person = user_data;

  person->closed++;
  person->signed_in = FALSE;
  person->synced = FALSE;
  g_free (person->last_close);
  person->last_close = g_strdup (error == NULL ? "" : error->message);
  g_clear_object (&person->session);
}

static void
session_cb (GeoClient *client, GeoSession *session, gpointer user_data) {
  HubPerson *person = user_data;
  g_autoptr (GeoMessage) hello = geo_message_new (GEO_MESSAGE_HELLO, NULL);

  g_set_object (&person->session, session);
  g_signal_connect (session, "message", G_CALLBACK (message_cb), person);
  g_signal_connect (session, "closed", G_CALLBACK (closed_cb), person);
  hello->u.hello->pid = person->pid;
  hello->u.hello->client = g_strdup ("test");
  hello->u.hello->v = 1;
  geo_session_send (session, hello);
}

void
hub_person_connect (HubPerson *person, const gchar *address) {
  g_autoptr (GError) error = NULL;

  person->client = geo_client_new (address, person->fingerprint, &error);
  g_assert_no_error (error);
  g_signal_connect (person->client, "session", G_CALLBACK (session_cb), person);
  geo_client_start (person->client);
}

void
hub_person_trust (HubPerson *person,
                  const HubPerson *to,
                  const gchar *equivalent,
                  gint64 minor) {
  g_autofree gchar *line_id = g_strdup_printf ("line-%s-%s", person->name,
                                               to->name);
  GPtrArray *actions = geo_actions_new ();
  g_autoptr (GError) error = NULL;

  geo_party_trust (person->party, line_id, &to->pid, equivalent,
                   GEO_AMOUNT (minor), FALSE, NULL, now_ms (), actions, &error);
  g_assert_no_error (error);
  carry_out (person, actions);
}

void
hub_person_pay (HubPerson *person,
                const GeoPid *to,
                const gchar *equivalent,
                gint64 minor) {
  g_autofree gchar *tx_id = g_strdup_printf ("tx-%s-%u", person->name,
                                             person->tx++);
  GPtrArray *actions = geo_actions_new ();
  g_autoptr (GError) error = NULL;
  GeoHash hash;

  geo_party_pay (person->party, tx_id, to, equivalent, GEO_AMOUNT (minor), NULL,
                 NULL, now_ms (), 60000, &hash, actions, &error);
  g_assert_no_error (error);
  carry_out (person, actions);
}
