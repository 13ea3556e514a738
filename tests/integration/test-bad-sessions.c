/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a hub is sent that is no message, or by somebody who may not: frames,
 * logins, floods, over real sockets.  Each is refused, nothing has changed, and
 * the others are served meanwhile.
 */
#include "it-town.h"

#include <string.h>

#include "protocol/geo-reasons.h"

/* What one who never reads may cost the hub: its queue, and some more. */
#define HUB_MEMORY_KIB_MAX (32 * 1024)
/* The address sanitizer keeps 256 MiB of what was freed. */
#define SANITIZER_MEMORY_KIB (320 * 1024)

/* --- Frames ------------------------------------------------------------------
 */

static gchar *
make_deep (guint depth) {
  GString *text = g_string_new ("{\"msg_id\":\"deep\",\"msg_type\":\"PING\","
                                "\"payload\":");

  /* The envelope is one. */
  for (guint i = 1; i < depth; i++)
    g_string_append_c (text, '[');
  for (guint i = 1; i < depth; i++)
    g_string_append_c (text, ']');
  g_string_append_c (text, '}');
  return g_string_free (text, FALSE);
}

/* A correct PING of that many bytes: space is no mistake. */
static gchar *
make_long (gsize len) {
  static const gchar ping[] = "{\"msg_id\":\"long\",\"msg_type\":\"PING\","
                              "\"payload\":{}}";
  gchar *text = g_malloc (len + 1);

  memset (text, ' ', len);
  memcpy (text, ping, strlen (ping));
  text[len] = '\0';
  return text;
}

/* Refused: an ERROR, or the end of the session; and the hub goes on. */
static void
send_bad (ItTown *town, GeoFrameKind kind, gconstpointer data, gsize len) {
  g_autoptr (ItRaw) raw = it_guest_sign_in (town->stranger, town->hub);
  g_autoptr (GeoMessage) message = NULL;

  it_raw_send_frame (raw, kind, data, len);
  message = it_raw_receive (raw, 20000);
  if (message != NULL) {
    g_assert_cmpint (message->type, ==, GEO_MESSAGE_ERROR);
    g_assert_cmpstr (geo_code_to_string (message->u.error->code), ==, "E009");
    g_assert_cmpstr (message->u.error->reason, ==, GEO_REASON_INVALID);
  } else {
    g_assert_true (raw->closed);
  }
  it_raw_settle (town->raw);
  it_town_check_unchanged (town);
}

static void
test_frames (ItTown *town, gconstpointer data) {
  static const gchar *const texts[] = {
    "",
    "hello",
    "{",
    "[]",
    "null",
    "{}",
    "{\"msg_id\":\"a\",\"msg_type\":\"PING\"}",
    "{\"msg_id\":\"a\",\"msg_type\":\"PING\",\"payload\":{}}x",
    "{\"msg_id\":\"a\",\"msg_type\":\"PING\",\"payload\":{}}{}",
    "{\"msg_id\":\"a\",\"msg_id\":\"a\",\"msg_type\":\"PING\",\"payload\":{}}",
    "{\"msg_id\":\"a\",\"msg_type\":\"PING\",\"payload\":{},\"\\u0070ayload\":"
    "{}}",
    "{\"msg_id\":\"a\",\"msg_type\":\"MAKE_ME_RICH\",\"payload\":{}}",
    "{\"msg_id\":\"a\",\"msg_type\":\"PING\",\"payload\":{\"and\":1}}",
    "{\"msg_id\":\"a\",\"msg_type\":\"PING\",\"payload\":{},\"from\":\"b\"}",
    "{\"msg_id\":\"a b\",\"msg_type\":\"PING\",\"payload\":{}}",
    "{\"msg_id\":1,\"msg_type\":\"PING\",\"payload\":{}}",
    "{\"msg_id\":\"a\",\"msg_type\":\"PING\",\"payload\":{}, }",
    "/* */{\"msg_id\":\"a\",\"msg_type\":\"PING\",\"payload\":{}}",
    "{'msg_id':'a','msg_type':'PING','payload':{}}",
    "\xef\xbb\xbf{\"msg_id\":\"a\",\"msg_type\":\"PING\",\"payload\":{}}",
    "{\"msg_id\":\"a\",\"msg_type\":\"SYNC\",\"payload\":{\"sequence\":-1}}",
    "{\"msg_id\":\"a\",\"msg_type\":\"SYNC\",\"payload\":{\"sequence\":"
    "9007199254740992}}",
    "{\"msg_id\":\"a\",\"msg_type\":\"SYNC\",\"payload\":{\"sequence\":"
    "18446744073709551617}}",
    "{\"msg_id\":\"a\",\"msg_type\":\"SYNC\",\"payload\":{\"sequence\":0x1}}",
    "{\"msg_id\":\"a\",\"msg_type\":\"SYNC\",\"payload\":{\"sequence\":01}}",
    "{\"msg_id\":\"a\",\"msg_type\":\"PEOPLE_QUERY\",\"payload\":{\"pids\":[],"
    "\"text\":\"\\ud800\"}}",
    "{\"msg_id\":\"a\",\"msg_type\":\"PEOPLE_QUERY\",\"payload\":{\"pids\":[],"
    "\"text\":\"a\\u0000b\"}}",
    /* Not in the form that is compared (NFC). */
    "{\"msg_id\":\"a\",\"msg_type\":\"PEOPLE_QUERY\",\"payload\":{\"pids\":[],"
    "\"text\":\"e\\u0301\"}}",
    /* Not UTF-8: cut short, too long for what it says, a surrogate. */
    "{\"msg_id\":\"a\xc3\",\"msg_type\":\"PING\",\"payload\":{}}",
    "{\"msg_id\":\"a\xc0\xaf\",\"msg_type\":\"PING\",\"payload\":{}}",
    "{\"msg_id\":\"a\xed\xa0\x80\",\"msg_type\":\"PING\",\"payload\":{}}",
  };
  g_autofree gchar *deep = make_deep (17);
  g_autofree gchar *longer = make_long (64 * 1024 + 1);
  g_autofree gchar *much = make_long (2 * 1024 * 1024);
  g_autofree gchar *longest = make_long (64 * 1024);
  g_autoptr (GeoMessage) pong = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autofree gchar *shown = g_strescape (texts[i], NULL);

    g_test_message ("%s", shown);
    send_bad (town, GEO_FRAME_TEXT, texts[i], strlen (texts[i]));
  }
  g_test_message ("a NUL");
  send_bad (town, GEO_FRAME_TEXT, "{}\0{}", 5);
  g_test_message ("depth 17");
  send_bad (town, GEO_FRAME_TEXT, deep, strlen (deep));
  g_test_message ("64 KiB + 1");
  send_bad (town, GEO_FRAME_TEXT, longer, strlen (longer));
  g_test_message ("2 MiB");
  send_bad (town, GEO_FRAME_TEXT, much, strlen (much));
  g_test_message ("binary");
  send_bad (town, GEO_FRAME_BINARY, "{}", 2);
  send_bad (town, GEO_FRAME_BINARY, longest, 64 * 1024);

  /* And not one byte less is allowed. */
  g_assert_true (it_raw_send_text (town->raw, longest));
  pong = it_raw_expect (town->raw, GEO_MESSAGE_PONG);
  g_assert_cmpstr (pong->msg_id, ==, "long");
}

/* Whoever sends nothing but that is not heard for ever. */
static void
test_much_nonsense (ItTown *town, gconstpointer data) {
  g_autoptr (ItRaw) raw = it_guest_sign_in (town->stranger, town->hub);

  for (guint i = 0; i < 200 && it_raw_send_text (raw, "nonsense"); i++)
    ;
  it_raw_expect_closed (raw);
  it_town_check_unchanged (town);
}

/* Half a frame, half a handshake, and gone. */
static void
test_half (ItTown *town, gconstpointer data) {
  static const guint8 mask[4] = { 1, 2, 3, 4 };

  for (guint i = 0; i < 50; i++) {
    g_autoptr (ItRaw) raw = it_guest_sign_in (town->stranger, town->hub);
    g_autoptr (GByteArray) frame = g_byte_array_new ();

    geo_frame_append (frame, GEO_FRAME_TEXT, "{\"msg_id\":\"a\"", 13, mask);
    it_raw_write (raw, frame->data, 1 + i % (frame->len - 1));
  }
  it_raw_settle (town->raw);
  it_town_check_unchanged (town);
}

/* --- Signing in
 * ------------------------------------------------------------------- */

typedef void (*LoginFunc) (ItTown *town, GeoMsgAuth *auth);

static void
login_signature (ItTown *town, GeoMsgAuth *auth) {
  geo_login_sign (auth->login, town->x->secret);
}

static void
login_foreign (ItTown *town, GeoMsgAuth *auth) {
  auth->login->community = town->x->pid;
  geo_login_sign (auth->login, town->stranger->secret);
}

static void
login_stale (ItTown *town, GeoMsgAuth *auth) {
  g_autoptr (ItRaw) raw = it_raw_open (town->hub);
  g_autoptr (GeoMessage) other = it_guest_hello (town->stranger, raw);

  g_assert_cmpstr (other->u.challenge->challenge, !=, auth->login->challenge);
  g_free (auth->login->challenge);
  auth->login->challenge = g_strdup (other->u.challenge->challenge);
  geo_login_sign (auth->login, town->stranger->secret);
}

static void
login_other (ItTown *town, GeoMsgAuth *auth) {
  auth->login->pid = town->x->pid;
  geo_login_sign (auth->login, town->x->secret);
}

static void
login_old (ItTown *town, GeoMsgAuth *auth) {
  auth->login->at -= GEO_CLOCK_TOLERANCE_MS + 60000;
  geo_login_sign (auth->login, town->stranger->secret);
}

static void
login_introduces_other (ItTown *town, GeoMsgAuth *auth) {
  auth->participant = it_guest_introduce (town->x, &town->hub->community);
}

static void
login_introduces_badly (ItTown *town, GeoMsgAuth *auth) {
  auth->participant = it_guest_introduce (town->stranger,
                                          &town->hub->community);
  g_free (auth->participant->name);
  auth->participant->name = g_strdup ("Olena");
}

static void
login_other_key (ItTown *town, GeoMsgAuth *auth) {
  auth->participant = it_guest_introduce (town->stranger,
                                          &town->hub->community);
  geo_secret_get_public (town->x->secret, &auth->participant->key);
  geo_participant_sign (auth->participant, town->x->secret);
}

static const struct {
  const gchar *name;
  LoginFunc spoil;
  GeoCode code;
  const gchar *reason;
} bad_logins[] = {
  { "wrong signature", login_signature, GEO_CODE_SIGNATURE,
    GEO_REASON_BAD_SIGNATURE },
  { "login of another community", login_foreign, GEO_CODE_INVALID,
    GEO_REASON_FOREIGN_COMMUNITY },
  { "stale challenge", login_stale, GEO_CODE_NOT_ALLOWED,
    GEO_REASON_NOT_ALLOWED },
  { "somebody else", login_other, GEO_CODE_NOT_ALLOWED,
    GEO_REASON_NOT_ALLOWED },
  { "old", login_old, GEO_CODE_INVALID, GEO_REASON_CLOCK },
  { "introduces somebody else", login_introduces_other, GEO_CODE_NOT_ALLOWED,
    GEO_REASON_NOT_ALLOWED },
  { "changed introduction", login_introduces_badly, GEO_CODE_SIGNATURE,
    GEO_REASON_BAD_SIGNATURE },
  { "introduction with another key", login_other_key, GEO_CODE_SIGNATURE,
    GEO_REASON_BAD_SIGNATURE },
};

static void
test_logins (ItTown *town, gconstpointer data) {
  for (gsize i = 0; i < G_N_ELEMENTS (bad_logins); i++) {
    g_autoptr (ItRaw) raw = it_raw_open (town->hub);
    g_autoptr (GeoMessage) challenge = it_guest_hello (town->stranger, raw);
    g_autoptr (GeoMessage) auth = it_guest_auth (town->stranger,
                                                 challenge->u.challenge);

    g_test_message ("%s", bad_logins[i].name);
    bad_logins[i].spoil (town, auth->u.auth);
    g_assert_true (it_raw_send (raw, auth));
    it_raw_expect_error (raw, bad_logins[i].code, bad_logins[i].reason);
    it_raw_expect_closed (raw);
    it_town_check_unchanged (town);
  }
}

/* A challenge is for one session, and for one answer. */
static void
test_challenge_once (ItTown *town, gconstpointer data) {
  g_autoptr (ItRaw) raw = it_raw_open (town->hub);
  g_autoptr (ItRaw) other = it_raw_open (town->hub);
  g_autoptr (GeoMessage) challenge = it_guest_hello (town->stranger, raw);
  g_autoptr (GeoMessage) auth = it_guest_auth (town->stranger,
                                               challenge->u.challenge);
  g_autoptr (GeoMessage) welcome = NULL;
  g_autoptr (GeoMessage) second = NULL;

  g_assert_true (it_raw_send (raw, auth));
  welcome = it_raw_expect (raw, GEO_MESSAGE_WELCOME);
  second = it_guest_hello (town->stranger, other);
  g_assert_true (it_raw_send (other, auth));
  it_raw_expect_error (other, GEO_CODE_NOT_ALLOWED, GEO_REASON_NOT_ALLOWED);
  it_raw_expect_closed (other);
  /* Who was there is still there. */
  it_raw_settle (raw);
  g_assert_true (it_raw_send (raw, auth));
  it_raw_expect_error (raw, GEO_CODE_NOT_ALLOWED, GEO_REASON_NOT_ALLOWED);
  it_raw_expect_closed (raw);
  it_town_check_unchanged (town);
}

static void
test_not_signed_in (ItTown *town, gconstpointer data) {
  g_autoptr (GeoOrder) order = it_guest_order (town->payer, town->hub, "early",
                                               &town->payee->pid, 100);
  g_autoptr (GeoMessage) request = it_order_message (order);
  g_autoptr (GeoMessage) sync = geo_message_new (GEO_MESSAGE_SYNC, "s");
  GeoMessage *early[] = { request, sync };

  for (gsize i = 0; i < G_N_ELEMENTS (early); i++) {
    g_autoptr (ItRaw) before = it_raw_open (town->hub);
    g_autoptr (ItRaw) between = it_raw_open (town->hub);
    g_autoptr (GeoMessage) challenge = NULL;

    g_assert_true (it_raw_send (before, early[i]));
    it_raw_expect_error (before, GEO_CODE_NOT_ALLOWED, GEO_REASON_NOT_ALLOWED);
    it_raw_expect_closed (before);

    challenge = it_guest_hello (town->payer, between);
    g_assert_true (it_raw_send (between, early[i]));
    it_raw_expect_error (between, GEO_CODE_NOT_ALLOWED, GEO_REASON_NOT_ALLOWED);
    it_raw_expect_closed (between);
    it_town_check_unchanged (town);
  }
  it_raw_settle (town->raw);
}

static void
test_unknown_participant (ItTown *town, gconstpointer data) {
  g_autoptr (ItGuest) guest = it_guest_new ("Nobody");
  g_autoptr (ItRaw) raw = it_raw_open (town->hub);
  g_autoptr (GeoMessage) challenge = it_guest_hello (guest, raw);
  g_autoptr (GeoMessage) auth = it_guest_auth (guest, challenge->u.challenge);

  g_assert_false (challenge->u.challenge->known);
  g_clear_pointer (&auth->u.auth->participant, geo_participant_free);
  g_assert_true (it_raw_send (raw, auth));
  it_raw_expect_error (raw, GEO_CODE_NO_ROUTE, GEO_REASON_UNKNOWN_PARTICIPANT);
  it_raw_expect_closed (raw);
  it_town_check_unchanged (town);
}

static void
join (ItHub *hub, const gchar *code, gboolean allowed) {
  g_autoptr (ItGuest) guest = it_guest_new ("New");
  g_autoptr (ItRaw) raw = it_raw_open (hub);
  g_autoptr (GeoMessage) challenge = it_guest_hello (guest, raw);
  g_autoptr (GeoMessage) auth = it_guest_auth (guest, challenge->u.challenge);

  auth->u.auth->code = g_strdup (code);
  g_assert_true (it_raw_send (raw, auth));
  if (allowed) {
    geo_message_free (it_raw_expect (raw, GEO_MESSAGE_WELCOME));
    return;
  }
  it_raw_expect_error (raw, GEO_CODE_NOT_ALLOWED, GEO_REASON_NOT_ALLOWED);
  it_raw_expect_closed (raw);
}

static void
test_joining (void) {
  g_autoptr (ItHub) hub = it_hub_new ("[community]\nname=Club\n"
                                      "equivalents=UAH:2:fiat\n"
                                      "[joining]\nopen=true\ncode=plum-tree\n");
  g_autoptr (ItHub) shut = it_hub_new ("[community]\nname=Club\n"
                                       "equivalents=UAH:2:fiat\n"
                                       "[joining]\nopen=false\n");

  it_hub_start (hub);
  it_hub_start (shut);
  join (hub, NULL, FALSE);
  join (hub, "plum-trees", FALSE);
  join (hub, "plum-tree", TRUE);
  join (shut, NULL, FALSE);
  join (shut, "plum-tree", FALSE);
}

/* --- Floods
 * ------------------------------------------------------------------------- */

static guint64
hub_memory_kib (ItHub *hub) {
  g_autofree gchar *path = g_strdup_printf (
      "/proc/%s/status", g_subprocess_get_identifier (hub->process));
  g_autofree gchar *text = NULL;
  const gchar *at;

  g_file_get_contents (path, &text, NULL, NULL);
  at = text == NULL ? NULL : strstr (text, "VmRSS:");
  return at == NULL ? 0 : g_ascii_strtoull (at + strlen ("VmRSS:"), NULL, 10);
}

static gboolean
is_sanitized (void) {
#if defined(__SANITIZE_ADDRESS__)
  return TRUE;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
  return TRUE;
#else
  return FALSE;
#endif
#else
  return FALSE;
#endif
}

/* Asks and asks, and reads nothing of what it is told. */
static void
test_never_reads (ItTown *town, gconstpointer data) {
  g_autoptr (ItRaw) raw = it_guest_sign_in (town->stranger, town->hub);
  g_autoptr (GeoMessage) query = geo_message_new (GEO_MESSAGE_PEOPLE_QUERY,
                                                  "q");
  g_autoptr (GeoProvenEntry) entry = NULL;
  GSocket *socket = g_socket_connection_get_socket (raw->connection);
  guint64 before = hub_memory_kib (town->hub);
  guint64 most = before;
  gint64 end_us = g_get_monotonic_time () +
                  IT_WAIT_SECONDS_MAX * G_USEC_PER_SEC;
  guint asked = 0;
  gint64 began_us;
  gint64 slowest_us = 0;
  guint payments = 0;
  GeoPid pids[4] = { town->payer->pid, town->x->pid, town->payee->pid,
                     town->stranger->pid };

  g_array_append_vals (query->u.people_query->pids, pids, 4);
  g_socket_set_option (socket, 1 /* SOL_SOCKET */, 8 /* SO_RCVBUF */, 4096,
                       NULL);
  g_socket_set_timeout (socket, 1);
  /* It pushes on until the hub has hung up; the others are served. */
  while (it_raw_send (raw, query)) {
    asked++;
    if (g_get_monotonic_time () > end_us)
      g_error ("the hub goes on to listen to one who never reads");
    if (asked % 2000 == 0) {
      g_autofree gchar *tx_id = g_strdup_printf ("beside-%u", asked);

      began_us = g_get_monotonic_time ();
      geo_proven_entry_free (it_town_pay_well (town, tx_id));
      slowest_us = MAX (slowest_us, g_get_monotonic_time () - began_us);
      payments++;
      most = MAX (most, hub_memory_kib (town->hub));
    }
  }
  g_test_message ("%u questions; %" G_GUINT64_FORMAT
                  " KiB before, %" G_GUINT64_FORMAT
                  " at most; %u payments meanwhile, the "
                  "slowest took %" G_GINT64_FORMAT " ms",
                  asked, before, most, payments, slowest_us / 1000);
  entry = it_town_pay_well (town, "beside");
  most = MAX (most, hub_memory_kib (town->hub));
  g_assert_cmpuint (most, <,
                    before + HUB_MEMORY_KIB_MAX +
                        (is_sanitized () ? SANITIZER_MEMORY_KIB : 0));
}

/* Many who connect and say nothing: the others are served. */
static void
test_silent_crowd (ItTown *town, gconstpointer data) {
  g_autoptr (GPtrArray) crowd =
      g_ptr_array_new_with_free_func ((GDestroyNotify) it_raw_free);
  gint64 began_us;

  for (guint i = 0; i < 200; i++)
    g_ptr_array_add (crowd, it_raw_open (town->hub));
  began_us = g_get_monotonic_time ();
  geo_proven_entry_free (it_town_pay_well (town, "crowd"));
  g_assert_cmpint (g_get_monotonic_time () - began_us, <, 30 * G_USEC_PER_SEC);
}

/* Takes what comes until it is welcomed; FALSE where the hub closed instead.
 * A reply repeats the msg_id of what it answers. */
static gboolean
is_welcomed (ItRaw *raw, const gchar *msg_id) {
  for (;;) {
    g_autoptr (GeoMessage) message =
        it_raw_receive (raw, IT_WAIT_SECONDS_MAX * 1000);

    if (message == NULL) {
      g_assert_true (raw->closed);
      return FALSE;
    }
    if (message->type != GEO_MESSAGE_WELCOME)
      continue;
    g_assert_cmpstr (message->msg_id, ==, msg_id);
    return TRUE;
  }
}

/* Who comes back while the hub still writes down who they are: what was said
 * to the session before is not said in this one. */
static void
test_comes_back_at_once (ItTown *town, gconstpointer data) {
  for (guint i = 0; i < 20; i++) {
    g_autofree gchar *name = g_strdup_printf ("In a hurry %u", i);
    g_autoptr (ItGuest) guest = it_guest_new (name);
    g_autoptr (ItRaw) one = it_raw_open (town->hub);
    g_autoptr (ItRaw) other = it_raw_open (town->hub);
    g_autoptr (GeoMessage) one_hello = it_guest_hello (guest, one);
    g_autoptr (GeoMessage) other_hello = it_guest_hello (guest, other);
    g_autoptr (GeoMessage) one_auth = it_guest_auth (guest,
                                                     one_hello->u.challenge);
    g_autoptr (GeoMessage) other_auth =
        it_guest_auth (guest, other_hello->u.challenge);
    gboolean is_one, is_other;

    geo_message_set_id (one_auth, "one");
    geo_message_set_id (other_auth, "other");
    g_assert_true (it_raw_send (one, one_auth));
    g_assert_true (it_raw_send (other, other_auth));
    is_other = is_welcomed (other, "other");
    is_one = is_welcomed (one, "one");
    g_assert_true (is_one || is_other);
  }
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  IT_TOWN_ADD ("/bad-sessions/frames", test_frames);
  IT_TOWN_ADD ("/bad-sessions/much-nonsense", test_much_nonsense);
  IT_TOWN_ADD ("/bad-sessions/half", test_half);
  IT_TOWN_ADD ("/bad-sessions/logins", test_logins);
  IT_TOWN_ADD ("/bad-sessions/challenge-once", test_challenge_once);
  IT_TOWN_ADD ("/bad-sessions/not-signed-in", test_not_signed_in);
  IT_TOWN_ADD ("/bad-sessions/unknown-participant", test_unknown_participant);
  g_test_add_func ("/bad-sessions/joining", test_joining);
  IT_TOWN_ADD ("/bad-sessions/comes-back-at-once", test_comes_back_at_once);
  IT_TOWN_ADD ("/bad-sessions/never-reads", test_never_reads);
  IT_TOWN_ADD ("/bad-sessions/silent-crowd", test_silent_crowd);
  return g_test_run ();
}
