/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sessions of a hub.  It must not let anything of a session that has not signed
 * in reach the engine, and must not hold the main loop up for one that catches
 * up.
 */
#include "hub/geo-hub-guest.h"

#include "hub/geo-bucket.h"
#include "hub/geo-hub-letters.h"
#include "hub/geo-hub-login.h"
#include "hub/geo-hub-signed.h"
#include "hub/geo-hub-state.h"
#include "hub/geo-inbox.h"
#include "store/geo-hub-keeping.h"

/* How long a session that sends too fast is not read. */
#define PAUSE_MS 20
/* How long catching up waits for a peer to read. */
#define SYNC_PAUSE_MS 20
#define HELLO_VERSION 1

typedef enum {
  STEP_HELLO = 1,
  STEP_AUTH = 2,
  STEP_IN = 3,
  STEP_OVER = 4, /* Closed by us; what still comes is not for us. */
} Step;

typedef struct {
  GeoHubGuests *guests;
  GeoSession *session;
  Step step;
  gboolean welcomed;
  gint64 opened_us;
  GeoPid pid;
  gchar challenge[GEO_HUB_CHALLENGE_SIZE];
  /* WELCOME comes when the disk has been written, and there may be another
   * session then: which one it is for, and what its AUTH was called. */
  gchar *join_id;
  gchar *auth_id;
  gint64
      stored; /* Its entries when it signed in: on disk once it is welcome. */
  guint malformed;
  GeoBucket messages;
  guint pause_id;

  guint sync_id;
  gint64 sync_after; /* What has been sent of the entries. */
  gchar *sync_msg_id;
} Guest;

struct _GeoHubGuests {
  GeoEngine *engine;
  GeoInbox *inbox;
  GeoHubStates *states;
  GeoHubLetters *letters;
  const GeoHubConfig *config;
  GHashTable *by_session; /* GeoSession → Guest */
  GHashTable *by_pid; /* GeoPid of the guest → Guest: STEP_IN */
  guint watch_id;
  guint64 joins;
  gboolean stopping;
};

static GeoTime
now_ms (void) {
  return g_get_real_time () / 1000;
}

static void
guest_free (gpointer data) {
  Guest *guest = data;

  g_signal_handlers_disconnect_by_data (guest->session, guest);
  g_clear_handle_id (&guest->pause_id, g_source_remove);
  g_clear_handle_id (&guest->sync_id, g_source_remove);
  g_free (guest->sync_msg_id);
  g_free (guest->join_id);
  g_free (guest->auth_id);
  g_object_unref (guest->session);
  g_free (guest);
}

static void
say_error (Guest *guest,
           const gchar *msg_id,
           GeoCode code,
           const gchar *reason,
           const gchar *text) {
  g_autoptr (GeoMessage) message = geo_message_new (GEO_MESSAGE_ERROR, msg_id);

  message->u.error->code = code;
  message->u.error->reason = g_strdup (reason);
  message->u.error->message = g_strdup (text);
  geo_session_send (guest->session, message);
}

/* Is not counted among those who are here any more. */
static void
leave (Guest *guest) {
  GeoHubGuests *guests = guest->guests;
  gboolean here = g_hash_table_lookup (guests->by_pid, &guest->pid) == guest;

  g_clear_handle_id (&guest->sync_id, g_source_remove);
  guest->step = STEP_OVER;
  if (!here)
    return;
  /* What it said before it went. */
  geo_inbox_settle (guests->inbox);
  g_hash_table_remove (guests->by_pid, &guest->pid);
  geo_hub_states_leave (guests->states, &guest->pid);
  geo_hub_letters_present (guests->letters, &guest->pid, FALSE);
  geo_engine_present (guests->engine, &guest->pid, FALSE);
}

static void
dismiss (Guest *guest, const gchar *why) {
  leave (guest);
  geo_session_close (guest->session, why);
}

/* --- Catching up ---------------------------------------------------------- */

static gboolean sync_cb (gpointer user_data);

static void
sync_end (Guest *guest) {
  g_autoptr (GeoMessage) message = geo_message_new (GEO_MESSAGE_SYNC_RESULT,
                                                    guest->sync_msg_id);

  message->u.sync_result->sequence = guest->sync_after;
  geo_session_send (guest->session, message);
  g_clear_pointer (&guest->sync_msg_id, g_free);
}

/* TRUE when there is more. */
static gboolean
sync_page (Guest *guest) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) entries = geo_hub_store_list_entries (
      geo_engine_get_reader (guest->guests->engine), &guest->pid,
      guest->sync_after, GEO_HUB_SYNC_PAGE, &error);

  if (entries == NULL) {
    g_warning ("entries cannot be read: %s", error->message);
    say_error (guest, guest->sync_msg_id, GEO_CODE_INTERNAL,
               GEO_REASON_INTERNAL, "The hub cannot read its database.");
    g_clear_pointer (&guest->sync_msg_id, g_free);
    return FALSE;
  }
  /* P1: Persist, then send.  Nobody waits for what was there long before. */
  if ((!guest->welcomed ||
       guest->sync_after + (gint64) entries->len > guest->stored) &&
      !geo_engine_settle (guest->guests->engine))
    return FALSE;
  for (guint i = 0; i < entries->len; i++) {
    g_autoptr (GeoMessage) message = geo_message_new (GEO_MESSAGE_ENTRY,
                                                      guest->sync_msg_id);

    message->u.entry->entry =
        geo_proven_entry_copy (g_ptr_array_index (entries, i));
    guest->sync_after = message->u.entry->entry->entry->sequence;
    if (!geo_session_send (guest->session, message))
      return FALSE;
  }
  if (entries->len == GEO_HUB_SYNC_PAGE)
    return TRUE;
  sync_end (guest);
  return FALSE;
}

static gboolean
sync_cb (gpointer user_data) {
  Guest *guest = user_data;

  guest->sync_id = 0;
  if (geo_session_get_queued (guest->session) > GEO_HUB_SYNC_QUEUE_MAX)
    guest->sync_id = g_timeout_add (SYNC_PAUSE_MS, sync_cb, guest);
  else if (sync_page (guest))
    guest->sync_id = g_idle_add (sync_cb, guest);
  return G_SOURCE_REMOVE;
}

static void
take_sync (Guest *guest, const GeoMessage *message) {
  GeoEngine *engine = guest->guests->engine;
  gint64 last = geo_book_get_sequence (geo_engine_get_book (engine),
                                       &guest->pid, NULL);

  /* Who asks again while it is being told starts over from there. */
  g_clear_handle_id (&guest->sync_id, g_source_remove);
  g_free (guest->sync_msg_id);
  guest->sync_msg_id = g_strdup (message->msg_id);
  guest->sync_after = MIN (message->u.sync->sequence, last);
  guest->sync_id = g_idle_add (sync_cb, guest);
}

/* §9: what is on disk, and nothing that was sent before is on its way there. */
static void
take_log_query (Guest *guest, const GeoMessage *message) {
  g_autoptr (GError) error = NULL;

  if (geo_engine_prove (guest->guests->engine, &guest->pid, message, &error))
    return;
  g_warning ("the log cannot be read: %s", error->message);
  say_error (guest, message->msg_id, GEO_CODE_INTERNAL, GEO_REASON_INTERNAL,
             "The hub cannot read its database.");
}

/* --- Login ---------------------------------------------------------------- */

static void
take_hello (Guest *guest, const GeoMessage *message) {
  const GeoBook *book = geo_engine_get_book (guest->guests->engine);
  g_autoptr (GeoMessage) answer = NULL;

  if (message->u.hello->v != HELLO_VERSION) {
    say_error (guest, message->msg_id, GEO_CODE_INVALID, GEO_REASON_INVALID,
               "This hub speaks version 1 of the protocol.");
    dismiss (guest, "another version");
    return;
  }
  guest->pid = message->u.hello->pid;
  geo_hub_challenge_make (guest->challenge);
  guest->step = STEP_AUTH;
  answer = geo_message_new (GEO_MESSAGE_CHALLENGE, message->msg_id);
  answer->u.challenge->challenge = g_strdup (guest->challenge);
  answer->u.challenge->community =
      geo_community_copy (geo_book_get_community (book));
  answer->u.challenge->known = geo_hub_login_find (book, &guest->pid) != NULL;
  answer->u.challenge->time = now_ms ();
  geo_session_send (guest->session, answer);
}

static const gchar *
reason_of (GeoCode code) {
  switch (code) {
  case GEO_CODE_SIGNATURE:
    return GEO_REASON_BAD_SIGNATURE;
  case GEO_CODE_CONFLICT:
    return GEO_REASON_WRONG_SEQ;
  case GEO_CODE_NOT_ALLOWED:
    return GEO_REASON_NOT_ALLOWED;
  case GEO_CODE_INTERNAL:
    return GEO_REASON_INTERNAL;
  case GEO_CODE_NO_ROUTE:
  case GEO_CODE_CAPACITY:
  case GEO_CODE_LIMIT:
  case GEO_CODE_LINE_INACTIVE:
  case GEO_CODE_TIMEOUT:
  case GEO_CODE_INVALID:
    break;
  }
  return GEO_REASON_INVALID;
}

/* Who is only frozen signs in, and looks. */
static gboolean
is_banned (GeoHubGuests *guests, const GeoPid *pid) {
  g_autoptr (GError) error = NULL;
  GeoStatus status;

  if (!geo_book_is_frozen (geo_engine_get_book (guests->engine), pid))
    return FALSE;
  if (geo_hub_store_get_status (geo_engine_get_reader (guests->engine), pid,
                                &status, &error))
    return status == GEO_STATUS_BANNED;
  g_warning ("the database cannot be read: %s", error->message);
  return TRUE;
}

static gboolean
has_signed_cb (const GeoPid *pid, GeoTime since, gpointer user_data) {
  const GeoHubGuests *guests = user_data;

  return geo_hub_has_signed_since (geo_engine_get_reader (guests->engine),
                                   geo_engine_get_book (guests->engine),
                                   geo_engine_get_closer (guests->engine), pid,
                                   since);
}

static void
take_auth (Guest *guest, const GeoMessage *message) {
  GeoHubGuests *guests = guest->guests;
  const GeoMsgAuth *auth = message->u.auth;
  const GeoBook *book = geo_engine_get_book (guests->engine);
  g_autoptr (GError) error = NULL;
  const GeoParticipant *introduced;
  const GeoParticipant *known;
  Guest *before;
  GeoHubNo no;

  if (!geo_hub_login_check (guests->config, book, &guest->pid, guest->challenge,
                            auth, has_signed_cb, guests, now_ms (), &no)) {
    if (g_str_equal (no.reason, GEO_REASON_TWO_KEYS))
      geo_engine_register (guests->engine, auth->participant, NULL, NULL, NULL,
                           NULL);
    say_error (guest, message->msg_id, no.code, no.reason, no.text);
    dismiss (guest, "not signed in");
    return;
  }
  /* K8: from here on it is the participant that counts, not what it said. */
  known = geo_hub_login_find (book, &guest->pid);
  if (known != NULL)
    guest->pid = known->pid;
  if (is_banned (guests, &guest->pid)) {
    say_error (guest, message->msg_id, GEO_CODE_NOT_ALLOWED, GEO_REASON_FROZEN,
               "The hub's owner has banned you.");
    dismiss (guest, "banned");
    return;
  }
  /* Known before it is welcomed: WELCOME may be sent at once. */
  before = g_hash_table_lookup (guests->by_pid, &guest->pid);
  g_hash_table_replace (guests->by_pid, &guest->pid, guest);
  guest->step = STEP_IN;
  /* Who is known by these keys has no more to say of itself here. */
  introduced = auth->participant;
  if (known != NULL && introduced != NULL && introduced->rotations->len > 0 &&
      geo_participant_compare_keys (known, introduced) == GEO_KEY_CHAIN_SAME)
    introduced = NULL;
  guest->auth_id = g_strdup (message->msg_id);
  guest->stored = geo_book_get_sequence (book, &guest->pid, NULL);
  guest->join_id = g_strdup_printf ("join-%" G_GUINT64_FORMAT, ++guests->joins);
  if (!geo_engine_join (guests->engine, &guest->pid, introduced, guest->join_id,
                        &error)) {
    if (before != NULL)
      g_hash_table_replace (guests->by_pid, &before->pid, before);
    else
      g_hash_table_remove (guests->by_pid, &guest->pid);
    guest->step = STEP_OVER;
    say_error (guest, message->msg_id, (GeoCode) error->code,
               reason_of ((GeoCode) error->code), error->message);
    dismiss (guest, "not signed in");
    return;
  }
  /* One session each: whoever came last is where the participant is.  What it
   * may send is the participant's, not the session's. */
  if (before != NULL) {
    guest->messages = before->messages;
    dismiss (before, "replaced");
  }
  geo_engine_present (guests->engine, &guest->pid, TRUE);
}

/* --- Messages ------------------------------------------------------------- */

static void
wrong_step (Guest *guest, const GeoMessage *message) {
  say_error (
      guest, message->msg_id, GEO_CODE_NOT_ALLOWED, GEO_REASON_NOT_ALLOWED,
      guest->step == STEP_IN ? "You are signed in already." : "Sign in first.");
  dismiss (guest, "wrong step");
}

static void
take_signed_in (Guest *guest, const GeoMessage *message) {
  g_autoptr (GeoMessage) pong = NULL;

  /* These are answered here, and not before what was said before. */
  if (message->type == GEO_MESSAGE_PING || message->type == GEO_MESSAGE_SYNC) {
    geo_inbox_settle (guest->guests->inbox);
    geo_inbox_take_acks (guest->guests->inbox);
  }
  if (message->type == GEO_MESSAGE_HELLO || message->type == GEO_MESSAGE_AUTH) {
    wrong_step (guest, message);
  } else if (message->type == GEO_MESSAGE_PING) {
    pong = geo_message_new (GEO_MESSAGE_PONG, message->msg_id);
    pong->u.pong->time = now_ms ();
    geo_session_send (guest->session, pong);
  } else if (message->type == GEO_MESSAGE_SYNC) {
    take_sync (guest, message);
  } else if (message->type == GEO_MESSAGE_LOG_QUERY) {
    take_log_query (guest, message);
  } else if (geo_hub_states_takes (message)) {
    geo_hub_states_take (guest->guests->states, &guest->pid, message);
  } else if (!geo_hub_letters_take (guest->guests->letters, &guest->pid,
                                    message)) {
    geo_inbox_take (guest->guests->inbox, &guest->pid, message);
  }
}

static void
inbox_failed_cb (const GeoPid *from,
                 const gchar *msg_id,
                 const GError *error,
                 gpointer user_data) {
  GeoHubGuests *guests = user_data;
  Guest *guest = g_hash_table_lookup (guests->by_pid, from);

  g_warning ("the database cannot be read: %s", error->message);
  if (guest != NULL)
    say_error (guest, msg_id, GEO_CODE_INTERNAL, GEO_REASON_INTERNAL,
               "The hub cannot read its database.");
}

/* So much waits for the disk that nothing more is taken in. */
static gboolean
is_crowded (const GeoHubGuests *guests) {
  return geo_engine_count_waiting (guests->engine) >
         guests->config->waiting_max;
}

static gboolean
resume_cb (gpointer user_data) {
  Guest *guest = user_data;

  if (is_crowded (guest->guests))
    return G_SOURCE_CONTINUE;
  guest->pause_id = 0;
  geo_session_set_paused (guest->session, FALSE);
  return G_SOURCE_REMOVE;
}

/* Who sends too fast waits; nothing of it is lost. */
static void
hold_back (Guest *guest) {
  if (guest->pause_id != 0 ||
      (!is_crowded (guest->guests) &&
       geo_bucket_take (&guest->messages, g_get_monotonic_time ())))
    return;
  geo_hub_metrics_held_back (geo_engine_get_metrics (guest->guests->engine));
  geo_session_set_paused (guest->session, TRUE);
  guest->pause_id = g_timeout_add (PAUSE_MS, resume_cb, guest);
}

static void
message_cb (GeoSession *session, GeoMessage *message, gpointer user_data) {
  Guest *guest = user_data;

  if (guest->guests->stopping || guest->step == STEP_OVER)
    return;
  geo_hub_metrics_message (geo_engine_get_metrics (guest->guests->engine),
                           message->type);
  hold_back (guest);
  switch (guest->step) {
  case STEP_HELLO:
    if (message->type == GEO_MESSAGE_HELLO)
      take_hello (guest, message);
    else
      wrong_step (guest, message);
    return;
  case STEP_AUTH:
    if (message->type == GEO_MESSAGE_AUTH)
      take_auth (guest, message);
    else
      wrong_step (guest, message);
    return;
  case STEP_IN:
    take_signed_in (guest, message);
    return;
  case STEP_OVER:
    return;
  }
}

static void
malformed_cb (GeoSession *session,
              const gchar *msg_id,
              const GError *error,
              gpointer user_data) {
  Guest *guest = user_data;

  if (guest->step == STEP_OVER)
    return;
  hold_back (guest);
  g_debug ("malformed message: %s", error->message);
  say_error (guest, msg_id, GEO_CODE_INVALID, GEO_REASON_INVALID,
             "The hub cannot read this message.");
  if (++guest->malformed > GEO_HUB_MALFORMED_MAX || guest->step != STEP_IN)
    dismiss (guest, "malformed messages");
}

static void
closed_cb (GeoSession *session, const GError *error, gpointer user_data) {
  Guest *guest = user_data;

  g_debug ("session closed: %s", error == NULL ? "in order" : error->message);
  leave (guest);
  g_hash_table_remove (guest->guests->by_session, session);
}

/* --- All of them ---------------------------------------------------------- */

static void
send_cb (const GeoPid *to, GeoMessage *message, gpointer user_data) {
  geo_hub_guests_send (user_data, to, message);
}

static gboolean
watch_cb (gpointer user_data) {
  GeoHubGuests *guests = user_data;
  gint64 now_us = g_get_monotonic_time ();
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, guests->by_session);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    Guest *guest = value;
    gint64 heard_us = geo_session_get_last_heard_us (guest->session);

    if (guest->step == STEP_OVER)
      continue;
    if (guest->step != STEP_IN &&
        now_us - guest->opened_us >
            GEO_HUB_LOGIN_SECONDS_MAX * G_TIME_SPAN_SECOND)
      dismiss (guest, "not signed in");
    else if (guest->pause_id == 0 &&
             now_us - heard_us >
                 GEO_HUB_SILENCE_SECONDS_MAX * G_TIME_SPAN_SECOND)
      dismiss (guest, "silent");
  }
  return G_SOURCE_CONTINUE;
}

static void
send_letter_cb (const GeoPid *to, GeoMessage *message, gpointer user_data) {
  geo_hub_guests_send (user_data, to, message);
}

GeoHubGuests *
geo_hub_guests_new (GeoEngine *engine, const GeoHubConfig *config) {
  GeoHubGuests *guests = g_new0 (GeoHubGuests, 1);

  guests->engine = engine;
  guests->inbox = geo_inbox_new (engine, inbox_failed_cb, guests);
  guests->states = geo_hub_states_new (engine, send_cb, guests);
  guests->letters = geo_hub_letters_new (engine, send_letter_cb, guests);
  guests->config = config;
  guests->by_session = g_hash_table_new_full (NULL, NULL, NULL, guest_free);
  guests->by_pid = g_hash_table_new (geo_pid_hash, geo_pid_equal);
  guests->watch_id = g_timeout_add_seconds (1, watch_cb, guests);
  return guests;
}

void
geo_hub_guests_free (GeoHubGuests *guests) {
  if (guests == NULL)
    return;
  g_source_remove (guests->watch_id);
  geo_inbox_free (guests->inbox);
  geo_hub_states_free (guests->states);
  geo_hub_letters_free (guests->letters);
  g_hash_table_unref (guests->by_pid);
  g_hash_table_unref (guests->by_session);
  g_free (guests);
}

void
geo_hub_guests_add (GeoHubGuests *guests, GeoSession *session) {
  Guest *guest = g_new0 (Guest, 1);

  guest->guests = guests;
  guest->session = g_object_ref (session);
  guest->step = STEP_HELLO;
  guest->opened_us = g_get_monotonic_time ();
  /* Twice as many at once as in a second. */
  geo_bucket_init (&guest->messages, guests->config->messages_per_second,
                   G_TIME_SPAN_SECOND, 2 * guests->config->messages_per_second,
                   guest->opened_us);
  g_hash_table_insert (guests->by_session, session, guest);
  g_signal_connect (session, "message", G_CALLBACK (message_cb), guest);
  g_signal_connect (session, "malformed", G_CALLBACK (malformed_cb), guest);
  g_signal_connect (session, "closed", G_CALLBACK (closed_cb), guest);
}

void
geo_hub_guests_send (GeoHubGuests *guests,
                     const GeoPid *to,
                     GeoMessage *message) {
  Guest *guest = g_hash_table_lookup (guests->by_pid, to);

  if (guest == NULL)
    return;
  /* What was decided before it signed in is in its entries; it asks for them.
   */
  if (message->type == GEO_MESSAGE_WELCOME) {
    if (!g_str_equal (message->msg_id, guest->join_id))
      return;
    geo_message_set_id (message, guest->auth_id);
    guest->welcomed = TRUE;
  } else if (!guest->welcomed) {
    return;
  }
  geo_session_send (guest->session, message);
  /* Letters come after it. */
  if (message->type == GEO_MESSAGE_WELCOME)
    geo_hub_letters_present (guests->letters, to, TRUE);
}

void
geo_hub_guests_ban (GeoHubGuests *guests, const GeoPid *pid) {
  Guest *guest = g_hash_table_lookup (guests->by_pid, pid);

  if (guest == NULL)
    return;
  say_error (guest, NULL, GEO_CODE_NOT_ALLOWED, GEO_REASON_FROZEN,
             "The hub's owner has banned you.");
  dismiss (guest, "banned");
}

void
geo_hub_guests_stop (GeoHubGuests *guests) {
  guests->stopping = TRUE;
  geo_inbox_settle (guests->inbox);
  geo_inbox_drop_acks (guests->inbox);
}

guint
geo_hub_guests_count (const GeoHubGuests *guests, guint *signed_in) {
  if (signed_in != NULL)
    *signed_in = g_hash_table_size (guests->by_pid);
  return g_hash_table_size (guests->by_session);
}
