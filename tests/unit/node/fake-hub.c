/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The hub of the node's tests: a real server and a real closer over a ledger in
 * memory, which fails the test when a change breaks a rule.
 */
#include "node-test.h"

#include <string.h>

#include "../protocol/town.h"
#include "core/geo-link.h"

typedef struct {
  FakeHub *hub;
  GeoSession *session;
  gboolean signed_in;
  GeoPid pid;
  gchar *challenge;
  /* What it asked for with SYNC and still has to get; NULL: nothing. */
  gchar *sync_id;
  guint sync_next;
} Guest;

struct _FakeHub {
  GeoSecret *secret;
  GeoCommunity *community;
  Ledger *ledger;
  GeoBook *book;
  GeoCloser *closer;
  GeoServer *server;
  guint port;
  GPtrArray *guests; /* Guest */
  GPtrArray *letters; /* Letter: what nobody has read yet */
  GHashTable *timers; /* GeoHash → source id */
  GHashTable *said; /* GeoMessageType → how many */
  GeoMessageType ignored;
  gchar *code;
  guint stale;
  gint64 ahead_ms;
  gboolean keeps_states;
  FakeHubPuts puts;
  GeoStateCopy *copy; /* The last one, whoever's it is */
  GHashTable *parts; /* GeoHash → GBytes */
  guint slow; /* Entries at a time; 0: all. */
  gboolean lies;
  gboolean bends;
  GBytes *letter;
  FakeHubPutBack put_back;
};

static void carry_out (FakeHub *hub, GPtrArray *actions);
static void send_letters (FakeHub *hub, Guest *guest);

/* --- Sessions ------------------------------------------------------------- */

static void
guest_free (gpointer data) {
  Guest *guest = data;

  g_signal_handlers_disconnect_by_data (guest->session, guest);
  g_object_unref (guest->session);
  g_free (guest->challenge);
  g_free (guest->sync_id);
  g_free (guest);
}

static Guest *
find_guest (FakeHub *hub, const GeoPid *pid) {
  for (guint i = 0; i < hub->guests->len; i++) {
    Guest *guest = g_ptr_array_index (hub->guests, i);

    if (guest->signed_in && geo_pid_equal (&guest->pid, pid))
      return guest;
  }
  return NULL;
}

static void
send_error (Guest *guest,
            const gchar *msg_id,
            GeoCode code,
            const gchar *reason) {
  g_autoptr (GeoMessage) message = geo_message_new (GEO_MESSAGE_ERROR, msg_id);

  message->u.error->code = code;
  message->u.error->reason = g_strdup (reason);
  message->u.error->message = g_strdup ("no");
  geo_session_send (guest->session, message);
}

static void
send_entry (FakeHub *hub, Guest *guest, const GeoProvenEntry *entry) {
  g_autoptr (GeoMessage) message = geo_message_new (GEO_MESSAGE_ENTRY, NULL);

  message->u.entry->entry = geo_proven_entry_copy (entry);
  geo_session_send (guest->session, message);
}

static void
send_entries (FakeHub *hub, Guest *guest) {
  const GPtrArray *entries = ledger_entries (hub->ledger, &guest->pid);
  guint len = entries != NULL ? entries->len : 0;
  guint end = hub->slow > 0 ? MIN (len, guest->sync_next + hub->slow) : len;
  g_autoptr (GeoMessage) result = NULL;

  for (; guest->sync_next < end; guest->sync_next++)
    send_entry (hub, guest, g_ptr_array_index (entries, guest->sync_next));
  if (end < len)
    return;
  result = geo_message_new (GEO_MESSAGE_SYNC_RESULT, guest->sync_id);
  result->u.sync_result->sequence = len;
  g_clear_pointer (&guest->sync_id, g_free);
  geo_session_send (guest->session, result);
}

static void
answer_sync (FakeHub *hub, Guest *guest, const GeoMessage *message) {
  g_free (guest->sync_id);
  guest->sync_id = g_strdup (message->msg_id);
  guest->sync_next = (guint) message->u.sync->sequence;
  send_entries (hub, guest);
}

static void
answer_hello (FakeHub *hub, Guest *guest, const GeoMessage *message) {
  g_autoptr (GeoMessage) answer = geo_message_new (GEO_MESSAGE_CHALLENGE,
                                                   message->msg_id);
  GeoMsgChallenge *challenge = answer->u.challenge;

  guest->pid = message->u.hello->pid;
  g_free (guest->challenge);
  guest->challenge = g_strdup ("AbcdefghijklmnopqrstuvwxyZ0123456789-_abcde");
  challenge->challenge = g_strdup (guest->challenge);
  challenge->community = geo_community_copy (hub->community);
  challenge->known = geo_book_find_by_key (hub->book, &guest->pid) != NULL;
  challenge->time = g_get_real_time () / 1000 + hub->ahead_ms;
  geo_session_send (guest->session, answer);
}

static void
present (FakeHub *hub, const GeoPid *pid, gboolean is_present) {
  g_autoptr (GPtrArray) actions = geo_actions_new ();

  geo_closer_present (hub->closer, pid, is_present, g_get_real_time () / 1000,
                      actions);
  carry_out (hub, actions);
}

/* The key that the login is to be signed with; FALSE: nobody's. */
static const GeoParticipant *
find_signer (FakeHub *hub, Guest *guest, const GeoMsgAuth *auth) {
  const GeoParticipant *known = geo_book_find_by_key (hub->book, &guest->pid);

  /* K7 */
  if (known == NULL || (auth->participant != NULL &&
                        geo_participant_compare_keys (
                            known, auth->participant) == GEO_KEY_CHAIN_LONGER))
    return auth->participant;
  return known;
}

static gboolean
check_login (FakeHub *hub, Guest *guest, const GeoMsgAuth *auth) {
  const GeoParticipant *participant = find_signer (hub, guest, auth);

  return participant != NULL && guest->challenge != NULL &&
         g_str_equal (auth->login->challenge, guest->challenge) &&
         geo_pid_equal (&auth->login->pid, &guest->pid) &&
         geo_pid_equal (&auth->login->community, &hub->community->community) &&
         geo_login_verify (auth->login, &participant->key, NULL);
}

static GeoPutBack *
make_put_back (const Guest *guest, GeoTime now) {
  const FakeHub *hub = guest->hub;
  guint8 seed[GEO_SEED_LEN] = { 77 };
  g_autoptr (GeoSecret) other = geo_secret_new_from_seed (seed);
  GeoPutBack *put_back = geo_put_back_new ();

  put_back->community = hub->community->community;
  put_back->participant = hub->put_back == FAKE_HUB_PUT_BACK_OF_ANOTHER
                              ? hub->community->community
                              : guest->pid;
  put_back->at = now;
  geo_put_back_sign (put_back, hub->put_back == FAKE_HUB_PUT_BACK_FORGED
                                   ? other
                                   : hub->secret);
  return put_back;
}

static void
ask_back (Guest *guest) {
  g_autoptr (GeoMessage) message = geo_message_new (GEO_MESSAGE_SYNC, NULL);

  geo_session_send (guest->session, message);
}

void
fake_hub_put_back (FakeHub *hub, FakeHubPutBack put_back) {
  hub->put_back = put_back;
}

static void
answer_auth (FakeHub *hub, Guest *guest, const GeoMessage *message) {
  const GeoMsgAuth *auth = message->u.auth;
  GeoTime now = g_get_real_time () / 1000;
  g_autoptr (GeoMessage) answer = NULL;
  const GeoParticipant *known = geo_book_find_by_key (hub->book, &guest->pid);
  gboolean is_known = known != NULL;
  Guest *before;

  if (hub->stale > 0 && auth->participant != NULL &&
      auth->participant->rotations->len > 0) {
    hub->stale--;
    send_error (guest, message->msg_id, GEO_CODE_INVALID, GEO_REASON_KEY_CLOCK);
    geo_session_close (guest->session, "not signed in");
    return;
  }
  if (!check_login (hub, guest, auth)) {
    send_error (guest, message->msg_id, GEO_CODE_SIGNATURE,
                GEO_REASON_BAD_SIGNATURE);
    return;
  }
  if (!is_known && g_strcmp0 (hub->code, auth->code) != 0) {
    send_error (guest, message->msg_id, GEO_CODE_NOT_ALLOWED,
                GEO_REASON_NOT_ALLOWED);
    return;
  }
  if (auth->participant != NULL) {
    g_autoptr (GPtrArray) actions = geo_actions_new ();
    g_autoptr (GError) error = NULL;

    geo_closer_register (hub->closer, auth->participant, now, actions, &error);
    g_assert_no_error (error);
    carry_out (hub, actions);
  }
  /* K8 */
  known = geo_book_find_by_key (hub->book, &guest->pid);
  guest->pid = known->pid;
  before = find_guest (hub, &guest->pid);
  if (before != NULL)
    geo_session_close (before->session, "replaced");
  guest->signed_in = TRUE;

  answer = geo_message_new (GEO_MESSAGE_WELCOME, message->msg_id);
  answer->u.welcome->self =
      geo_participant_copy (geo_book_get_participant (hub->book, &guest->pid));
  answer->u.welcome->sequence = geo_book_get_sequence (hub->book, &guest->pid,
                                                       NULL);
  answer->u.welcome->time = now + hub->ahead_ms;
  if (hub->put_back != FAKE_HUB_AS_IT_IS) {
    answer->u.welcome->put_back = make_put_back (guest, now);
    geo_session_send (guest->session, answer);
    ask_back (guest);
    return;
  }
  geo_session_send (guest->session, answer);
  present (hub, &guest->pid, TRUE);
  if (hub->letter != NULL) {
    g_autoptr (GeoMessage) letter = geo_message_new (GEO_MESSAGE_LETTER, NULL);

    letter->u.letter->from = hub->community->community;
    letter->u.letter->at = now;
    letter->u.letter->sealed = g_bytes_ref (hub->letter);
    geo_session_send (guest->session, letter);
  }
  send_letters (hub, guest);
}

void
fake_hub_find_keys_stale (FakeHub *hub, guint times) {
  hub->stale = times;
}

guint
fake_hub_count_stale (FakeHub *hub) {
  return hub->stale;
}

void
fake_hub_set_ahead (FakeHub *hub, gint64 ms) {
  hub->ahead_ms = ms;
}

/* --- State copies --------------------------------------------------------- */

static void
unref_bytes (gpointer bytes) {
  g_bytes_unref (bytes);
}

static void
put_part (FakeHub *hub, GBytes *data) {
  gsize len;
  gconstpointer bytes = g_bytes_get_data (data, &len);
  GeoHash hash;

  geo_hash_of (bytes, len, &hash);
  g_hash_table_replace (hub->parts, g_memdup2 (&hash, sizeof hash),
                        g_bytes_ref (data));
}

static void
take_state (FakeHub *hub, Guest *guest, const GeoMessage *message) {
  g_autoptr (GeoMessage) answer = NULL;

  if (message->type == GEO_MESSAGE_STATE_PART) {
    put_part (hub, message->u.state_part->data);
    return;
  }
  if (message->type == GEO_MESSAGE_STATE_GET &&
      message->u.state_get->has_part) {
    answer = geo_message_new (GEO_MESSAGE_STATE_PART, message->msg_id);
    answer->u.state_part->data = g_bytes_ref (
        g_hash_table_lookup (hub->parts, &message->u.state_get->part));
    geo_session_send (guest->session, answer);
    return;
  }
  if (message->type == GEO_MESSAGE_STATE_PUT) {
    geo_state_copy_free (hub->copy);
    hub->copy = geo_state_copy_copy (message->u.state_put->copy);
    if (hub->puts == FAKE_HUB_PUTS_UNANSWERED)
      return;
    if (hub->puts == FAKE_HUB_PUTS_REFUSED) {
      answer = geo_message_new (GEO_MESSAGE_ERROR, message->msg_id);
      answer->u.error->code = GEO_CODE_CONFLICT;
      answer->u.error->reason = g_strdup (GEO_REASON_WRONG_SEQ);
      answer->u.error->message = g_strdup ("There is a newer copy already.");
      geo_session_send (guest->session, answer);
      return;
    }
  }
  answer = geo_message_new (GEO_MESSAGE_STATE_RESULT, message->msg_id);
  if (hub->copy != NULL && geo_pid_equal (&hub->copy->participant, &guest->pid))
    answer->u.state_result->copy = geo_state_copy_copy (hub->copy);
  geo_session_send (guest->session, answer);
}

void
fake_hub_keep_states (FakeHub *hub) {
  hub->keeps_states = TRUE;
}

void
fake_hub_set_puts (FakeHub *hub, FakeHubPuts puts) {
  hub->puts = puts;
}

const GeoStateCopy *
fake_hub_get_copy (FakeHub *hub) {
  return hub->copy;
}

void
fake_hub_set_copy (FakeHub *hub, const GeoStateCopy *copy, GBytes *part) {
  geo_state_copy_free (hub->copy);
  hub->copy = geo_state_copy_copy (copy);
  put_part (hub, part);
}

/* --- Letters -------------------------------------------------------------- */

typedef struct {
  GeoPid from;
  GeoPid to;
  GBytes *sealed;
} Letter;

static void
letter_free (gpointer data) {
  Letter *letter = data;

  g_bytes_unref (letter->sealed);
  g_free (letter);
}

static void
send_letter (Guest *guest, const Letter *letter) {
  g_autoptr (GeoMessage) message = geo_message_new (GEO_MESSAGE_LETTER, NULL);

  message->u.letter->from = letter->from;
  message->u.letter->at = g_get_real_time () / 1000;
  message->u.letter->sealed = g_bytes_ref (letter->sealed);
  geo_session_send (guest->session, message);
}

static void
send_letters (FakeHub *hub, Guest *guest) {
  for (guint i = 0; i < hub->letters->len; i++) {
    const Letter *letter = g_ptr_array_index (hub->letters, i);

    if (geo_pid_equal (&letter->to, &guest->pid))
      send_letter (guest, letter);
  }
}

void
fake_hub_pass_on (FakeHub *hub,
                  const GeoPid *from,
                  const GeoPid *to,
                  GBytes *sealed) {
  Letter *letter = g_new0 (Letter, 1);
  Guest *reader = find_guest (hub, to);

  letter->from = *from;
  letter->to = *to;
  letter->sealed = g_bytes_ref (sealed);
  g_ptr_array_add (hub->letters, letter);
  if (reader != NULL)
    send_letter (reader, letter);
}

static void
hash_letter (GBytes *sealed, GeoHash *out) {
  gsize len;
  gconstpointer bytes = g_bytes_get_data (sealed, &len);

  geo_hash_of (bytes, len, out);
}

static void
take_letter (FakeHub *hub, Guest *guest, const GeoMessage *message) {
  g_autoptr (GeoMessage) answer = geo_message_new (GEO_MESSAGE_LETTER_STORED,
                                                   message->msg_id);

  geo_session_send (guest->session, answer);
  fake_hub_pass_on (hub, &guest->pid, &message->u.letter_send->to,
                    message->u.letter_send->sealed);
}

static void
drop_letter (FakeHub *hub, const GeoHash *hash) {
  for (guint i = 0; i < hub->letters->len; i++) {
    const Letter *letter = g_ptr_array_index (hub->letters, i);
    GeoHash its;

    hash_letter (letter->sealed, &its);
    if (geo_hash_equal (&its, hash)) {
      g_ptr_array_remove_index (hub->letters, i);
      return;
    }
  }
}

static void
answer_closer (FakeHub *hub, Guest *guest, const GeoMessage *message) {
  g_autoptr (GPtrArray) actions = geo_actions_new ();
  LedgerKnown known;

  ledger_find (hub->ledger, &guest->pid, message, &known);
  geo_closer_message (hub->closer, &guest->pid, message, &known.known,
                      g_get_real_time () / 1000, actions);
  ledger_known_clear (&known);
  carry_out (hub, actions);
}

static void
message_cb (GeoSession *session, GeoMessage *message, gpointer user_data) {
  Guest *guest = user_data;
  FakeHub *hub = guest->hub;
  gpointer type = GINT_TO_POINTER (message->type);

  g_hash_table_insert (
      hub->said, type,
      GUINT_TO_POINTER (
          GPOINTER_TO_UINT (g_hash_table_lookup (hub->said, type)) + 1));
  if (message->type == hub->ignored)
    return;
  if (message->type == GEO_MESSAGE_HELLO)
    answer_hello (hub, guest, message);
  else if (message->type == GEO_MESSAGE_AUTH)
    answer_auth (hub, guest, message);
  else if (message->type == GEO_MESSAGE_SYNC)
    answer_sync (hub, guest, message);
  else if (hub->keeps_states && (message->type == GEO_MESSAGE_STATE_GET ||
                                 message->type == GEO_MESSAGE_STATE_PART ||
                                 message->type == GEO_MESSAGE_STATE_PUT))
    take_state (hub, guest, message);
  else if (message->type == GEO_MESSAGE_LETTER_SEND)
    take_letter (hub, guest, message);
  else if (message->type == GEO_MESSAGE_LETTER_READ)
    drop_letter (hub, &message->u.letter_read->letter);
  else
    answer_closer (hub, guest, message);
}

static void
closed_cb (GeoSession *session, GError *error, gpointer user_data) {
  Guest *guest = user_data;
  FakeHub *hub = guest->hub;
  gboolean signed_in = guest->signed_in;
  GeoPid pid = guest->pid;

  g_ptr_array_remove (hub->guests, guest);
  if (signed_in && find_guest (hub, &pid) == NULL)
    present (hub, &pid, FALSE);
}

static void
session_cb (GeoSession *session, gpointer user_data) {
  FakeHub *hub = user_data;
  Guest *guest = g_new0 (Guest, 1);

  guest->hub = hub;
  guest->session = g_object_ref (session);
  g_signal_connect (session, "message", G_CALLBACK (message_cb), guest);
  g_signal_connect (session, "closed", G_CALLBACK (closed_cb), guest);
  g_ptr_array_add (hub->guests, guest);
}

/* --- Actions -------------------------------------------------------------- */

typedef struct {
  FakeHub *hub;
  GeoHash hash;
} Timer;

static gboolean
timer_cb (gpointer user_data) {
  Timer *timer = user_data;
  FakeHub *hub = timer->hub;
  g_autoptr (GPtrArray) actions = geo_actions_new ();
  GeoHash hash = timer->hash;

  g_hash_table_remove (hub->timers, &hash);
  geo_closer_timer (hub->closer, &hash, g_get_real_time () / 1000, actions);
  carry_out (hub, actions);
  return G_SOURCE_REMOVE;
}

static void
set_timer (FakeHub *hub, const GeoHash *hash, GeoTime at) {
  guint id = GPOINTER_TO_UINT (g_hash_table_lookup (hub->timers, hash));
  Timer *timer;
  gint64 delay;

  if (id != 0)
    g_source_remove (id);
  g_hash_table_remove (hub->timers, hash);
  if (at == 0)
    return;
  timer = g_new0 (Timer, 1);
  timer->hub = hub;
  timer->hash = *hash;
  delay = CLAMP (at - g_get_real_time () / 1000, 0, G_MAXINT);
  id = g_timeout_add_full (G_PRIORITY_DEFAULT, (guint) delay, timer_cb, timer,
                           g_free);
  g_hash_table_insert (hub->timers, geo_hash_dup (hash), GUINT_TO_POINTER (id));
}

/* What is said to many is shared: only a copy may be changed. */
static void
spoil_entry (GeoProvenEntry **entry) {
  GeoProvenEntry *copy = geo_proven_entry_copy (*entry);

  copy->entry->signature.bytes[0] ^= 1;
  geo_proven_entry_free (*entry);
  *entry = copy;
}

static void
spoil (GeoMessage *message) {
  if (message->type == GEO_MESSAGE_PAYMENT_COMMIT)
    spoil_entry (&message->u.payment_commit->entry);
  else if (message->type == GEO_MESSAGE_TRUST_LINE_RECEIPT)
    spoil_entry (&message->u.trust_line_receipt->entry);
}

/* A hop that is not what the contract's root says. */
static void
bend (GeoMsgPaymentPrepare *prepare) {
  GPtrArray *hops =
      g_ptr_array_new_with_free_func ((GDestroyNotify) geo_proven_hop_free);

  for (guint i = 0; i < prepare->hops->len; i++) {
    GeoProvenHop *copy = geo_proven_hop_copy (prepare->hops->pdata[i]);

    copy->hop->amount.amount.minor += 1;
    g_ptr_array_add (hops, copy);
  }
  g_ptr_array_unref (prepare->hops);
  prepare->hops = hops;
}

static void
carry_out (FakeHub *hub, GPtrArray *actions) {
  for (guint i = 0; i < actions->len; i++) {
    GeoAction *action = g_ptr_array_index (actions, i);
    Guest *guest;

    switch (action->kind) {
    case GEO_ACTION_STORE_CHANGE:
      ledger_apply (hub->ledger, action->change);
      break;
    case GEO_ACTION_SEND:
      guest = find_guest (hub, &action->to);
      if (guest == NULL)
        break;
      if (hub->bends && action->message->type == GEO_MESSAGE_PAYMENT_PREPARE)
        bend (action->message->u.payment_prepare);
      if (hub->lies)
        spoil (action->message);
      geo_session_send (guest->session, action->message);
      break;
    case GEO_ACTION_TIMER:
      set_timer (hub, &action->timer, action->at);
      break;
    case GEO_ACTION_STORE_RECORD:
    case GEO_ACTION_TELL:
      break;
    }
  }
}

/* --- The hub -------------------------------------------------------------- */

static void
listen_on (FakeHub *hub, guint port) {
  g_autofree gchar *address = g_strdup_printf ("127.0.0.1:%u", port);
  g_autoptr (GError) error = NULL;

  hub->server = geo_server_new ();
  geo_server_set_session_handler (hub->server, "/api/v1/node", session_cb, hub);
  geo_server_listen (hub->server, address, NULL, &error);
  g_assert_no_error (error);
  hub->port = geo_server_get_port (hub->server);
}

FakeHub *
fake_hub_new (guint8 seed) {
  return fake_hub_new_at (seed, 0);
}

static void
load (FakeHub *hub) {
  GeoCloserLimits limits;
  guint8 salt_key[32];

  memset (salt_key, 0x5a, sizeof salt_key);
  geo_closer_limits_init (&limits);
  hub->book = ledger_load (hub->ledger);
  hub->closer = geo_closer_new (hub->book, hub->secret, salt_key, &limits);
}

static void
stop_timers (FakeHub *hub) {
  GHashTableIter iter;
  gpointer id;

  g_hash_table_iter_init (&iter, hub->timers);
  while (g_hash_table_iter_next (&iter, NULL, &id))
    g_source_remove (GPOINTER_TO_UINT (id));
  g_hash_table_remove_all (hub->timers);
}

void
fake_hub_forget (FakeHub *hub) {
  g_assert_null (hub->server);
  stop_timers (hub);
  geo_closer_free (hub->closer);
  geo_book_free (hub->book);
  load (hub);
}

FakeHub *
fake_hub_new_at (guint8 seed, guint port) {
  FakeHub *hub = g_new0 (FakeHub, 1);

  hub->secret = town_secret (seed);
  hub->community = town_community (hub->secret);
  hub->ledger = ledger_new (hub->community);
  load (hub);
  hub->guests = g_ptr_array_new_with_free_func (guest_free);
  hub->letters = g_ptr_array_new_with_free_func (letter_free);
  hub->timers = g_hash_table_new_full (geo_hash_hash, geo_hash_equal, g_free,
                                       NULL);
  hub->said = g_hash_table_new (NULL, NULL);
  hub->parts = g_hash_table_new_full (geo_hash_hash, geo_hash_equal, g_free,
                                      unref_bytes);
  listen_on (hub, port);
  return hub;
}

void
fake_hub_go (FakeHub *hub) {
  if (hub->server == NULL)
    return;
  geo_server_stop (hub->server);
  wait_until (hub->guests->len == 0);
  g_clear_object (&hub->server);
}

void
fake_hub_come_back (FakeHub *hub) {
  listen_on (hub, hub->port);
}

void
fake_hub_free (FakeHub *hub) {
  fake_hub_go (hub);
  stop_timers (hub);
  g_hash_table_unref (hub->timers);
  g_hash_table_unref (hub->said);
  g_hash_table_unref (hub->parts);
  geo_state_copy_free (hub->copy);
  g_ptr_array_unref (hub->guests);
  g_ptr_array_unref (hub->letters);
  geo_closer_free (hub->closer);
  geo_book_free (hub->book);
  ledger_free (hub->ledger);
  geo_community_free (hub->community);
  geo_secret_unref (hub->secret);
  g_clear_pointer (&hub->letter, g_bytes_unref);
  g_free (hub->code);
  g_free (hub);
}

void
fake_hub_set_letter (FakeHub *hub, const gchar *text) {
  g_clear_pointer (&hub->letter, g_bytes_unref);
  hub->letter = g_bytes_new (text, strlen (text));
}

const GeoPid *
fake_hub_get_pid (FakeHub *hub) {
  return &hub->community->community;
}

guint
fake_hub_get_port (FakeHub *hub) {
  return hub->port;
}

gchar *
fake_hub_get_link (FakeHub *hub, const gchar *code) {
  g_autoptr (GeoLink) link = geo_link_new (GEO_LINK_JOIN);

  link->hub = g_strdup_printf ("http://127.0.0.1:%u", hub->port);
  link->has_community = TRUE;
  link->community = hub->community->community;
  link->code = g_strdup (code);
  return geo_link_to_string (link);
}

void
fake_hub_ignore (FakeHub *hub, GeoMessageType type) {
  hub->ignored = type;
}

void
fake_hub_set_slow (FakeHub *hub, guint slow) {
  hub->slow = slow;
}

void
fake_hub_send_more (FakeHub *hub) {
  for (guint i = 0; i < hub->guests->len; i++) {
    Guest *guest = g_ptr_array_index (hub->guests, i);

    if (guest->sync_id != NULL)
      send_entries (hub, guest);
  }
}

guint
fake_hub_count (FakeHub *hub, GeoMessageType type) {
  return GPOINTER_TO_UINT (
      g_hash_table_lookup (hub->said, GINT_TO_POINTER (type)));
}

void
fake_hub_set_code (FakeHub *hub, const gchar *code) {
  g_free (hub->code);
  hub->code = g_strdup (code);
}

void
fake_hub_rename (FakeHub *hub, const gchar *name) {
  GeoEquivalent *equivalent = geo_equivalent_new ();

  equivalent->code = g_strdup ("KWH");
  equivalent->precision = 3;
  equivalent->kind = GEO_EQUIVALENT_KIND_COMMODITY;
  g_ptr_array_add (hub->community->equivalents, equivalent);
  g_free (hub->community->name);
  hub->community->name = g_strdup (name);
  hub->community->seq++;
  geo_community_sign (hub->community, hub->secret);
}

void
fake_hub_bend (FakeHub *hub, gboolean bends) {
  hub->bends = bends;
}

void
fake_hub_lie (FakeHub *hub, gboolean lies) {
  hub->lies = lies;
}

/* §8: its last entry, signed once more with another time. */
void
fake_hub_fork (FakeHub *hub, const GeoPid *pid) {
  const GPtrArray *entries = ledger_entries (hub->ledger, pid);
  Guest *guest = find_guest (hub, pid);
  g_autoptr (GeoProvenEntry) other = NULL;

  g_assert_true (guest != NULL && entries != NULL && entries->len > 0);
  other = geo_proven_entry_copy (g_ptr_array_index (entries, entries->len - 1));
  other->entry->at++;
  geo_entry_sign (other->entry, hub->secret);
  send_entry (hub, guest, other);
}

const GeoParticipant *
fake_hub_get_participant (FakeHub *hub, const GeoPid *pid) {
  return geo_book_get_participant (hub->book, pid);
}

void
fake_hub_show (FakeHub *hub, const GeoParticipant *participant) {
  g_autoptr (GeoMessage) message = geo_message_new (GEO_MESSAGE_PEOPLE_RESULT,
                                                    NULL);

  g_ptr_array_add (message->u.people_result->items,
                   geo_participant_copy (participant));
  for (guint i = 0; i < hub->guests->len; i++)
    geo_session_send (((Guest *) g_ptr_array_index (hub->guests, i))->session,
                      message);
}

guint
fake_hub_count_commits (FakeHub *hub) {
  return ledger_count_commits (hub->ledger);
}

void
fake_hub_ask_again (FakeHub *hub, const GeoPid *pid) {
  const GPtrArray *entries = ledger_entries (hub->ledger, pid);
  Guest *guest = find_guest (hub, pid);

  g_assert_nonnull (guest);
  for (guint i = 0; entries != NULL && i < entries->len; i++) {
    const GeoProvenEntry *entry = g_ptr_array_index (entries, i);
    g_autoptr (GeoMessage) message =
        geo_message_new (GEO_MESSAGE_PAYMENT_PREPARE, "again");
    GeoMsgPaymentPrepare *prepare = message->u.payment_prepare;

    if (entry->entry->kind != GEO_ENTRY_KIND_PAYMENT)
      continue;
    prepare->contract = geo_contract_copy (entry->certificate->contract);
    prepare->order = geo_order_copy (entry->certificate->order);
    for (guint j = 0; j < entry->hops->len; j++)
      g_ptr_array_add (prepare->hops, geo_proven_hop_copy (
                                          g_ptr_array_index (entry->hops, j)));
    geo_session_send (guest->session, message);
  }
}

guint
fake_hub_clear (FakeHub *hub, const gchar *equivalent) {
  g_autoptr (GPtrArray) actions = geo_actions_new ();
  guint n = geo_closer_clear (hub->closer, equivalent,
                              GEO_CLOSER_CLEARING_LENGTH_DEFAULT,
                              g_get_real_time () / 1000, actions);

  carry_out (hub, actions);
  return n;
}
