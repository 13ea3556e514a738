/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Blocking sockets: the hub is another process, so nothing here needs a main
 * loop.
 */
#include "it-raw.h"

#include <sodium.h>
#include <string.h>

#define ANSWER_MS_MAX 20000
#define WRITE_SECONDS_MAX 60
#define ORDER_MS 30000

/* --- Bytes ---------------------------------------------------------------- */

static void
shake_hands (ItRaw *raw) {
  static const gchar request[] = "GET /api/v1/node HTTP/1.1\r\n"
                                 "Host: hub\r\n"
                                 "Upgrade: websocket\r\n"
                                 "Connection: Upgrade\r\n"
                                 "Sec-WebSocket-Key: "
                                 "dGhlIHNhbXBsZSBub25jZQ==\r\n"
                                 "Sec-WebSocket-Version: 13\r\n\r\n";
  GInputStream *in =
      g_io_stream_get_input_stream (G_IO_STREAM (raw->connection));
  g_autoptr (GString) answer = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (it_raw_write (raw, request, strlen (request)));
  while (!g_str_has_suffix (answer->str, "\r\n\r\n")) {
    gchar byte;
    gssize n = g_input_stream_read (in, &byte, 1, NULL, &error);

    g_assert_no_error (error);
    g_assert_cmpint (n, ==, 1);
    g_string_append_c (answer, byte);
  }
  if (!g_str_has_prefix (answer->str, "HTTP/1.1 101 "))
    g_error ("no WebSocket: %s", answer->str);
}

ItRaw *
it_raw_open (ItHub *hub) {
  ItRaw *raw = g_new0 (ItRaw, 1);
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GError) error = NULL;

  g_socket_client_set_enable_proxy (client, FALSE);
  raw->connection = g_socket_client_connect_to_host (client, "127.0.0.1",
                                                     hub->port, NULL, &error);
  g_assert_no_error (error);
  g_socket_set_timeout (g_socket_connection_get_socket (raw->connection),
                        WRITE_SECONDS_MAX);
  raw->reader = geo_frame_reader_new (FALSE, 1024 * 1024);
  shake_hands (raw);
  return raw;
}

void
it_raw_free (ItRaw *raw) {
  if (raw == NULL)
    return;
  g_object_unref (raw->connection);
  geo_frame_reader_free (raw->reader);
  g_free (raw->why);
  g_free (raw);
}

gboolean
it_raw_write (ItRaw *raw, gconstpointer data, gsize len) {
  return g_output_stream_write_all (
      g_io_stream_get_output_stream (G_IO_STREAM (raw->connection)), data, len,
      NULL, NULL, NULL);
}

gboolean
it_raw_send_frame (ItRaw *raw,
                   GeoFrameKind kind,
                   gconstpointer data,
                   gsize len) {
  static const guint8 mask[4] = { 9, 8, 7, 6 };
  g_autoptr (GByteArray) frame = g_byte_array_new ();

  geo_frame_append (frame, kind, data, len, mask);
  return it_raw_write (raw, frame->data, frame->len);
}

gboolean
it_raw_send_text (ItRaw *raw, const gchar *text) {
  return it_raw_send_frame (raw, GEO_FRAME_TEXT, text, strlen (text));
}

gboolean
it_raw_send (ItRaw *raw, const GeoMessage *message) {
  gsize len;
  g_autofree gchar *text = geo_message_encode (message, &len);

  return it_raw_send_frame (raw, GEO_FRAME_TEXT, text, len);
}

/* FALSE at the end of the stream and after the time. */
static gboolean
read_more (ItRaw *raw, gint64 end_us) {
  GSocket *socket = g_socket_connection_get_socket (raw->connection);
  gint64 left_us = end_us - g_get_monotonic_time ();
  guint8 buffer[65536];
  gssize n;

  if (left_us <= 0 || !g_socket_condition_timed_wait (
                          socket, G_IO_IN | G_IO_HUP, left_us, NULL, NULL))
    return FALSE;
  n = g_socket_receive_with_blocking (socket, (gchar *) buffer, sizeof buffer,
                                      FALSE, NULL, NULL);
  if (n <= 0) {
    raw->closed = TRUE;
    return FALSE;
  }
  geo_frame_reader_feed (raw->reader, buffer, (gsize) n);
  return TRUE;
}

GeoMessage *
it_raw_receive (ItRaw *raw, guint timeout_ms) {
  gint64 end_us = g_get_monotonic_time () +
                  timeout_ms * G_GINT64_CONSTANT (1000);

  while (!raw->closed) {
    GeoFrameCloseCode code;
    GeoFrame frame;
    GeoFrameStatus status = geo_frame_reader_next (raw->reader, &frame, &code);
    g_autoptr (GError) error = NULL;
    GeoMessage *message;

    g_assert_cmpint (status, !=, GEO_FRAME_STATUS_BAD);
    if (status == GEO_FRAME_STATUS_MORE) {
      if (!read_more (raw, end_us))
        return NULL;
      continue;
    }
    switch (frame.kind) {
    case GEO_FRAME_TEXT:
      message = geo_message_decode ((const gchar *) frame.data, frame.len,
                                    &error);
      g_assert_no_error (error);
      return message;
    case GEO_FRAME_CLOSE:
      geo_frame_read_close (&frame, &code, &raw->why);
      raw->closed = TRUE;
      break;
    case GEO_FRAME_PING:
    case GEO_FRAME_PONG:
      break;
    case GEO_FRAME_BINARY:
      g_error ("the hub sent a binary frame");
    }
  }
  return NULL;
}

GeoMessage *
it_raw_expect (ItRaw *raw, GeoMessageType type) {
  for (;;) {
    GeoMessage *message = it_raw_receive (raw, ANSWER_MS_MAX);

    if (message == NULL)
      g_error ("no %s: %s", geo_message_type_to_string (type),
               raw->closed ? raw->why != NULL ? raw->why : "closed"
                           : "nothing comes");
    if (message->type == type)
      return message;
    if (message->type == GEO_MESSAGE_ERROR && type != GEO_MESSAGE_ERROR)
      g_error ("no %s but E%03d %s: %s", geo_message_type_to_string (type),
               message->u.error->code, message->u.error->reason,
               message->u.error->message);
    geo_message_free (message);
  }
}

void
it_raw_expect_error (ItRaw *raw, GeoCode code, const gchar *reason) {
  g_autoptr (GeoMessage) message = it_raw_expect (raw, GEO_MESSAGE_ERROR);

  g_assert_cmpstr (geo_code_to_string (message->u.error->code), ==,
                   geo_code_to_string (code));
  g_assert_cmpstr (message->u.error->reason, ==, reason);
}

void
it_raw_expect_closed (ItRaw *raw) {
  while (!raw->closed) {
    g_autoptr (GeoMessage) message = it_raw_receive (raw, ANSWER_MS_MAX);

    if (message == NULL && !raw->closed)
      g_error ("the hub keeps the connection");
  }
}

void
it_raw_settle (ItRaw *raw) {
  g_autoptr (GeoMessage) ping = geo_message_new (GEO_MESSAGE_PING, "settle");
  g_autoptr (GeoMessage) pong = NULL;

  g_assert_true (it_raw_send (raw, ping));
  pong = it_raw_expect (raw, GEO_MESSAGE_PONG);
  g_assert_cmpstr (pong->msg_id, ==, "settle");
}

/* --- Signed objects ---------------------------------------------------------
 */

GeoTime
it_now (void) {
  return g_get_real_time () / 1000;
}

ItGuest *
it_guest_new (const gchar *name) {
  ItGuest *guest = g_new0 (ItGuest, 1);
  guint8 seed[GEO_SEED_LEN];

  randombytes_buf (seed, sizeof seed);
  guest->name = g_strdup (name);
  guest->secret = geo_secret_new_from_seed (seed);
  geo_secret_get_pid (guest->secret, &guest->pid);
  sodium_memzero (seed, sizeof seed);
  return guest;
}

void
it_guest_free (ItGuest *guest) {
  if (guest == NULL)
    return;
  g_free (guest->name);
  geo_secret_unref (guest->secret);
  g_free (guest);
}

GeoParticipant *
it_guest_introduce (ItGuest *guest, const GeoPid *community) {
  GeoParticipant *participant = geo_participant_new ();

  participant->community = *community;
  participant->pid = guest->pid;
  participant->name = g_strdup (guest->name);
  participant->kind = GEO_PARTICIPANT_KIND_PERSON;
  geo_secret_get_public (guest->secret, &participant->key);
  participant->seq = 1;
  participant->at = it_now ();
  geo_participant_sign (participant, guest->secret);
  return participant;
}

GeoMessage *
it_guest_hello (ItGuest *guest, ItRaw *raw) {
  g_autoptr (GeoMessage) hello = geo_message_new (GEO_MESSAGE_HELLO, "hello");

  hello->u.hello->pid = guest->pid;
  hello->u.hello->client = g_strdup ("integration test");
  hello->u.hello->v = 1;
  g_assert_true (it_raw_send (raw, hello));
  return it_raw_expect (raw, GEO_MESSAGE_CHALLENGE);
}

GeoMessage *
it_guest_auth (ItGuest *guest, const GeoMsgChallenge *challenge) {
  GeoMessage *message = geo_message_new (GEO_MESSAGE_AUTH, "auth");
  GeoMsgAuth *auth = message->u.auth;

  auth->login = geo_login_new ();
  auth->login->community = challenge->community->community;
  auth->login->pid = guest->pid;
  auth->login->challenge = g_strdup (challenge->challenge);
  auth->login->at = it_now ();
  geo_login_sign (auth->login, guest->secret);
  if (!challenge->known)
    auth->participant = it_guest_introduce (guest,
                                            &challenge->community->community);
  return message;
}

ItRaw *
it_guest_sign_in (ItGuest *guest, ItHub *hub) {
  ItRaw *raw = it_raw_open (hub);
  g_autoptr (GeoMessage) challenge = it_guest_hello (guest, raw);
  g_autoptr (GeoMessage) auth = it_guest_auth (guest, challenge->u.challenge);
  g_autoptr (GeoMessage) welcome = NULL;

  g_assert_true (it_raw_send (raw, auth));
  welcome = it_raw_expect (raw, GEO_MESSAGE_WELCOME);
  g_assert_true (geo_pid_equal (&welcome->u.welcome->self->pid, &guest->pid));
  return raw;
}

GeoTrustLine *
it_guest_line (ItGuest *guest,
               ItHub *hub,
               const GeoPid *to,
               gint64 limit,
               const GeoTrustLine *previous) {
  GeoTrustLine *line = geo_trust_line_new ();

  line->community = hub->community;
  line->line_id = previous == NULL ? g_uuid_string_random ()
                                   : g_strdup (previous->line_id);
  line->from = guest->pid;
  line->to = *to;
  line->equivalent = g_strdup ("UAH");
  line->limit = geo_decimal (GEO_AMOUNT (limit), 2);
  line->policy = geo_policy_new_default ();
  line->seq = previous == NULL ? 1 : previous->seq + 1;
  if (previous != NULL) {
    line->has_previous = TRUE;
    geo_trust_line_hash (previous, &line->previous);
  }
  line->status = GEO_LINE_STATUS_ACTIVE;
  line->signed_at = it_now ();
  geo_trust_line_sign (line, guest->secret);
  return line;
}

GeoTrustLine *
it_guest_trust (ItGuest *guest,
                ItRaw *raw,
                ItHub *hub,
                const GeoPid *to,
                gint64 limit) {
  g_autoptr (GeoMessage) message =
      geo_message_new (GEO_MESSAGE_TRUST_LINE_CREATE, "trust");
  g_autoptr (GeoMessage) receipt = NULL;
  GeoTrustLine *line = it_guest_line (guest, hub, to, limit, NULL);

  message->u.trust_line_create->line = geo_trust_line_copy (line);
  g_assert_true (it_raw_send (raw, message));
  receipt = it_raw_expect (raw, GEO_MESSAGE_TRUST_LINE_RECEIPT);
  return line;
}

GeoOrder *
it_guest_order (ItGuest *guest,
                ItHub *hub,
                const gchar *tx_id,
                const GeoPid *to,
                gint64 amount) {
  GeoOrder *order = geo_order_new ();

  order->community = hub->community;
  order->tx_id = g_strdup (tx_id);
  order->from = guest->pid;
  order->to = *to;
  order->equivalent = g_strdup ("UAH");
  order->amount = geo_decimal (GEO_AMOUNT (amount), 2);
  order->constraints = geo_constraints_new ();
  order->constraints->max_hops = 6;
  order->constraints->max_routes = 3;
  order->closer = hub->community;
  order->created_at = it_now ();
  order->deadline = order->created_at + ORDER_MS;
  geo_order_sign (order, guest->secret);
  return order;
}

GeoMessage *
it_order_message (const GeoOrder *order) {
  GeoMessage *message = geo_message_new (GEO_MESSAGE_PAYMENT_REQUEST,
                                         order->tx_id);

  message->u.payment_request->order = geo_order_copy (order);
  return message;
}

GeoMessage *
it_vote_message (ItGuest *guest, const GeoMsgPaymentPrepare *asked) {
  GeoMessage *message = geo_message_new (GEO_MESSAGE_PAYMENT_PREPARE_ACK,
                                         "vote");
  GeoVote *vote = geo_vote_new ();

  vote->community = asked->contract->community;
  geo_contract_hash (asked->contract, &vote->contract);
  vote->voter = guest->pid;
  if (vote->verdict == NULL)
    vote->verdict = g_strdup ("accept");
  geo_vote_sign (vote, guest->secret);
  message->u.payment_prepare_ack->vote = vote;
  return message;
}
