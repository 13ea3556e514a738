/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * geo-test-node: one light node in a process of its own, which a test tells
 * what to do line by line, and which it may kill at any moment.  It answers
 * each line with one, and tells in between what became of payments.
 *
 *   geo-test-node FOLDER NAME
 *   join LINK              joined PID | failed MESSAGE
 *   wait                   connected | failed MESSAGE
 *   trust PID LIMIT live|standing
 *                          trusted | failed MESSAGE
 *   pay TX_ID PID AMOUNT   ordered | failed MESSAGE
 *   ask AMOUNT once|many   asked KEY LINK | failed MESSAGE
 *   take LINK              taken KEY | failed MESSAGE
 *   pay-asked TX_ID KEY    ordered | failed MESSAGE
 *   take-back KEY          done | failed MESSAGE
 *   asked KEY              asked STATE PAID
 *   why TX_ID              why REASON SENTENCE
 *   status                 status CONNECTION OPEN SEQUENCE PENDING CHANGES
 *                          (how often CONNECTION was another)
 *   hurry                  hurried
 *   (the end)              ends
 *   in between             state TX_ID STATE CODE
 */
#include "it-person.h"

#include <stdio.h>
#include <string.h>

#include "node/geo-node-private.h"
#include "node/geo-node-requests.h"

#define CONNECT_MS_MAX 60000

typedef struct {
  ItPerson *person;
  GMainLoop *loop;
} Program;

static guint connection_changes;

static void say (const gchar *format, ...) G_GNUC_PRINTF (1, 2);

static void
say (const gchar *format, ...) {
  va_list arguments;

  va_start (arguments, format);
  vprintf (format, arguments);
  va_end (arguments);
  putchar ('\n');
  fflush (stdout);
}

static void
result_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  GAsyncResult **out = user_data;

  *out = g_object_ref (result);
}

static void
say_result (const gchar *good, const GError *error) {
  if (error == NULL)
    say ("%s", good);
  else
    say ("failed %s", error->message);
}

static void
connection_cb (GeoNode *node, GParamSpec *spec, gpointer user_data) {
  connection_changes++;
}

static void
do_join (ItPerson *person, const gchar *link) {
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *pid = NULL;

  if (person->profile == NULL)
    it_person_unlock (person);
  geo_node_join_async (person->profile, link, NULL, result_cb, &result);
  it_wait_until (result != NULL);
  person->node = geo_node_join_finish (result, &error);
  pid = geo_pid_to_string (&person->pid);
  if (person->node != NULL) {
    g_signal_connect (person->node, "notify::connection",
                      G_CALLBACK (connection_cb), NULL);
    geo_node_start (person->node);
    say ("joined %s", pid);
  } else {
    say ("failed %s", error->message);
  }
}

static void
do_wait (ItPerson *person) {
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  geo_node_wait_connected_async (person->node, CONNECT_MS_MAX, NULL, result_cb,
                                 &result);
  it_wait_until (result != NULL);
  geo_node_wait_connected_finish (person->node, result, &error);
  say_result ("connected", error);
}

/* Learns who pid is. */
static gboolean
find (ItPerson *person, const gchar *pid, GeoPid *out, GError **error) {
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GListModel) found = NULL;

  if (!geo_pid_parse (pid, out, error))
    return FALSE;
  geo_node_find_people_async (person->node, pid, NULL, result_cb, &result);
  it_wait_until (result != NULL);
  found = geo_node_find_people_finish (person->node, result, error);
  return found != NULL;
}

static void
do_trust (ItPerson *person,
          const gchar *pid,
          const gchar *limit,
          gboolean live) {
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GeoPid to;

  if (find (person, pid, &to, &error)) {
    geo_node_trust_async (person->node, &to, IT_EQUIVALENT,
                          GEO_AMOUNT (g_ascii_strtoll (limit, NULL, 10)), FALSE,
                          live, NULL, result_cb, &result);
    it_wait_until (result != NULL);
    geo_node_trust_finish (person->node, result, &error);
  }
  say_result ("trusted", error);
}

/* A line whose owner wants to be asked about each clearing; it is in force when
 * its entry is there. */
static void
do_trust_asking (ItPerson *person, const gchar *pid, const gchar *limit) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) actions = geo_actions_new ();
  g_autoptr (GeoPolicy) policy = geo_policy_new_default ();
  g_autofree gchar *line_id = g_uuid_string_random ();
  GeoPid to;

  policy->auto_clearing = FALSE;
  if (find (person, pid, &to, &error) &&
      geo_party_trust (person->node->party, line_id, &to, IT_EQUIVALENT,
                       GEO_AMOUNT (g_ascii_strtoll (limit, NULL, 10)), FALSE,
                       policy, geo_node_now (), actions, &error))
    geo_node_run (person->node, g_steal_pointer (&actions));
  say_result ("trusted", error);
}

/* Says yes to every clearing that waits for this person's word. */
static void
do_accept (ItPerson *person) {
  GListModel *proposals = geo_node_get_proposals (person->node);
  guint n = g_list_model_get_n_items (proposals);
  guint accepted = 0;

  for (guint i = 0; i < n; i++) {
    g_autoptr (GeoProposalItem) item = g_list_model_get_item (proposals, i);

    accepted += geo_node_answer_clearing (
        person->node, geo_proposal_item_get_id (item), TRUE, NULL);
    if (g_list_model_get_n_items (proposals) != n)
      break;
  }
  say ("accepted %u", accepted);
}

static void
state_cb (GeoPayment *payment, GParamSpec *spec, gpointer user_data) {
  const gchar *code = geo_payment_get_code (payment);

  say ("state %s %d %s", geo_payment_get_tx_id (payment),
       geo_payment_get_state (payment), code != NULL ? code : "-");
}

static void
do_pay (ItPerson *person,
        const gchar *tx_id,
        const gchar *pid,
        const gchar *amount) {
  g_autoptr (GError) error = NULL;
  GeoPayment *payment = NULL;
  GeoPid to;

  if (find (person, pid, &to, &error))
    payment = geo_node_pay (person->node, tx_id, &to, IT_EQUIVALENT,
                            GEO_AMOUNT (g_ascii_strtoll (amount, NULL, 10)),
                            NULL, &error);
  if (payment != NULL)
    g_signal_connect (payment, "notify::state", G_CALLBACK (state_cb), NULL);
  say_result ("ordered", error);
}

/* --- Requests -------------------------------------------------------------- */

static GeoRequestItem *
end_request (ItPerson *person, GAsyncResult **result, GError **error) {
  GeoRequestItem *item;

  it_wait_until (*result != NULL);
  item = geo_node_request_finish (person->node, *result, error);
  g_clear_object (result);
  return item;
}

static void
do_ask (ItPerson *person, const gchar *amount, gboolean once) {
  GAsyncResult *result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoRequestItem) item = NULL;
  GeoAmount asked = GEO_AMOUNT (g_ascii_strtoll (amount, NULL, 10));

  geo_node_request_async (person->node, NULL, IT_EQUIVALENT, &asked, NULL, 0,
                          once, NULL, result_cb, &result);
  item = end_request (person, &result, &error);
  if (item != NULL)
    say ("asked %s %s", geo_request_item_get_key (item),
         geo_request_item_get_link (item));
  else
    say_result ("", error);
}

static void
do_take (ItPerson *person, const gchar *link) {
  GAsyncResult *result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoRequestItem) item = NULL;

  geo_node_take_link_async (person->node, link, NULL, result_cb, &result);
  item = end_request (person, &result, &error);
  if (item != NULL)
    say ("taken %s", geo_request_item_get_key (item));
  else
    say_result ("", error);
}

static void
do_take_back (ItPerson *person, const gchar *key) {
  GAsyncResult *result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoRequestItem) item = NULL;

  geo_node_respond_async (person->node, key, GEO_VERDICT_WITHDRAWN, NULL,
                          result_cb, &result);
  item = end_request (person, &result, &error);
  say_result ("done", error);
}

static void
do_pay_asked (ItPerson *person, const gchar *tx_id, const gchar *key) {
  g_autoptr (GError) error = NULL;
  GeoPayment *payment = geo_node_pay_request (person->node, tx_id, key, NULL,
                                              NULL, &error);

  if (payment != NULL)
    g_signal_connect (payment, "notify::state", G_CALLBACK (state_cb), NULL);
  say_result ("ordered", error);
}

static void
do_asked (ItPerson *person, const gchar *key) {
  GeoRequestItem *item = geo_node_find_request (person->node, key);

  if (item == NULL)
    say ("failed unknown");
  else
    say ("asked %d %u", geo_request_item_get_state (item),
         geo_request_item_get_paid (item));
}

static void
do_why (ItPerson *person, const gchar *tx_id) {
  GeoPayment *payment = geo_node_get_payment (person->node, tx_id);

  if (payment == NULL || geo_payment_get_reason (payment) == NULL)
    say ("failed unknown");
  else
    say ("why %s %s", geo_payment_get_reason (payment),
         geo_payment_get_message (payment));
}

static void
do_status (ItPerson *person) {
  gint64 sequence = -1;

  if (person->node->party != NULL)
    sequence = geo_party_get_sequence (person->node->party, NULL);
  say ("status %d %u %" G_GINT64_FORMAT " %u %u",
       geo_node_get_connection (person->node),
       geo_node_get_open_count (person->node), sequence,
       g_hash_table_size (person->node->pending), connection_changes);
}

static void
obey (ItPerson *person, const gchar *line) {
  g_auto (GStrv) words = g_strsplit (line, " ", -1);
  guint n = g_strv_length (words);

  if (n == 2 && g_str_equal (words[0], "join")) {
    do_join (person, words[1]);
  } else if (n == 1 && g_str_equal (words[0], "wait")) {
    do_wait (person);
  } else if (n == 4 && g_str_equal (words[0], "trust")) {
    do_trust (person, words[1], words[2], g_str_equal (words[3], "live"));
  } else if (n == 4 && g_str_equal (words[0], "pay")) {
    do_pay (person, words[1], words[2], words[3]);
  } else if (n == 3 && g_str_equal (words[0], "trust-asking")) {
    do_trust_asking (person, words[1], words[2]);
  } else if (n == 1 && g_str_equal (words[0], "accept")) {
    do_accept (person);
  } else if (n == 3 && g_str_equal (words[0], "ask")) {
    do_ask (person, words[1], g_str_equal (words[2], "once"));
  } else if (n == 2 && g_str_equal (words[0], "take")) {
    do_take (person, words[1]);
  } else if (n == 3 && g_str_equal (words[0], "pay-asked")) {
    do_pay_asked (person, words[1], words[2]);
  } else if (n == 2 && g_str_equal (words[0], "take-back")) {
    do_take_back (person, words[1]);
  } else if (n == 2 && g_str_equal (words[0], "asked")) {
    do_asked (person, words[1]);
  } else if (n == 2 && g_str_equal (words[0], "why")) {
    do_why (person, words[1]);
  } else if (n == 1 && g_str_equal (words[0], "status")) {
    do_status (person);
  } else if (n == 1 && g_str_equal (words[0], "hurry")) {
    geo_node_hurry (person->node);
    say ("hurried");
  } else {
    say ("failed no such command");
  }
}

static gboolean
line_cb (GIOChannel *channel, GIOCondition condition, gpointer user_data) {
  Program *program = user_data;
  g_autofree gchar *line = NULL;
  gsize end = 0;

  if (g_io_channel_read_line (channel, &line, NULL, &end, NULL) !=
      G_IO_STATUS_NORMAL) {
    g_main_loop_quit (program->loop);
    return G_SOURCE_REMOVE;
  }
  line[end] = '\0';
  obey (program->person, line);
  return G_SOURCE_CONTINUE;
}

int
main (int argc, char **argv) {
  g_autoptr (GIOChannel) channel = g_io_channel_unix_new (0);
  Program program = { 0 };

  if (argc != 3) {
    fprintf (stderr, "usage: geo-test-node FOLDER NAME\n");
    return 2;
  }
  program.person = it_person_new_in (argv[1], argv[2]);
  program.loop = g_main_loop_new (NULL, FALSE);
  g_io_add_watch (channel, G_IO_IN | G_IO_HUP, line_cb, &program);
  g_main_loop_run (program.loop);
  g_main_loop_unref (program.loop);
  it_person_free (program.person);
  return 0;
}
