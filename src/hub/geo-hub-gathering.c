/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The sessions and the disk of a hub that gets its own entries back.  It must
 * not judge what it is given (GeoGather does), nor leave the database with half
 * of it.
 */
#include "hub/geo-hub-gathering.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#include "hub/geo-bucket.h"
#include "hub/geo-engine-load.h"
#include "hub/geo-gather-load.h"
#include "hub/geo-gather-write.h"
#include "hub/geo-hub-command.h"
#include "hub/geo-hub-file.h"
#include "hub/geo-hub-guest.h"
#include "hub/geo-hub-key.h"
#include "hub/geo-hub-listen.h"
#include "hub/geo-hub-login.h"
#include "hub/geo-hub-notify.h"
#include "hub/geo-hub-signed.h"
#include "hub/geo-hub-tls.h"
#include "net/geo-dial.h"
#include "net/geo-fault.h"
#include "net/geo-server.h"
#include "protocol/geo-reasons.h"

/* How long a session that sends too fast is not read. */
#define PAUSE_MS 20
#define PAUSE_MS_MAX 60000
/* What takes longer than this is followed by a pause. */
#define WORK_US 5000
#define SCRATCH ".gathered"
/* So many times as long as something took, other things are done. */
#define REST_TIMES 10

typedef enum {
  STEP_HELLO = 1,
  STEP_AUTH = 2,
  STEP_IN = 3,
  STEP_OVER = 4,
} Step;

typedef struct {
  GeoHubGathering *gathering;
  GeoSession *session;
  Step step;
  gint64 opened_us;
  GeoPid pid;
  GeoParticipant *self; /* Who it says it is; NULL: it did not say. */
  gchar challenge[GEO_HUB_CHALLENGE_SIZE];
  gint64 asked; /* For what comes after this one. */
  gint64 given; /* The last that came. */
  GeoHash given_hash;
  GeoBucket messages;
  guint pause_id;
} Visitor;

struct _GeoHubGathering {
  GeoHubConfig *config;
  gchar *path; /* Of the database */
  gchar *marker;
  GeoHubGatheringFunc func;
  gpointer user_data;

  GeoHubKey *key;
  GeoHubStore *writer; /* Held, so that nobody else writes. */
  GeoHubStore *reader;
  GeoBook *book;
  GeoGather *gather;
  gint64 size;

  GTlsCertificate *certificate;
  GeoServer *server;
  gchar *address;
  GHashTable *visitors; /* GeoSession → Visitor */
  GHashTable *there; /* GeoPid: has given what it has */
  GeoTime since;
  gboolean is_ordered; /* To wait for nobody. */
  gint64 seen; /* What was taken when it was last looked at, or −1. */
  gint64 rests_until_us;
  gint64 lost;
  guint watch_id;
};

static GeoTime
now_ms (void) {
  return g_get_real_time () / 1000;
}

gboolean
geo_hub_gathering_is_due (const gchar *data_dir) {
  g_autofree gchar *path = g_build_filename (data_dir, GEO_HUB_PUT_BACK_FILE,
                                             NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

/* --- Writing it down ------------------------------------------------------ */

/* In the place of the database, which is kept, whole or not at all. */
static gboolean
put_in_place (GeoHubGathering *gathering,
              const gchar *scratch,
              GError **error) {
  g_autoptr (GeoHubStore) store = geo_hub_store_open (scratch, TRUE, error);
  g_autofree gchar *kept = NULL;

  if (store == NULL)
    return FALSE;
  g_clear_pointer (&gathering->reader, geo_hub_store_close);
  g_clear_pointer (&gathering->writer, geo_hub_store_close);
  geo_fault_point ("gathering: before replacing");
  if (!geo_hub_store_restore (store, gathering->path, TRUE, &kept, error))
    return FALSE;
  geo_fault_point ("gathering: after replacing");
  g_info ("what was given back is written; the copy is kept");
  return TRUE;
}

/* FALSE without an error: somebody may still bring what is missing. */
static gboolean
finish (GeoHubGathering *gathering, gint64 *size, GError **error) {
  const gint64 wanted = geo_gather_get_size (gathering->gather);
  g_autofree gchar *scratch = g_strconcat (gathering->path, SCRATCH, NULL);
  g_autofree gchar *folder = g_path_get_dirname (gathering->path);
  g_autoptr (GPtrArray) list = geo_gather_list (gathering->gather, wanted);
  g_autoptr (GError) why = NULL;
  gboolean done;

  *size = gathering->size + (gint64) list->len;
  if (*size < wanted && !gathering->is_ordered)
    return FALSE;
  done = geo_gather_write (gathering->gather, gathering->reader, scratch, list,
                           gathering->is_ordered, size, &why) &&
         (*size == gathering->size || put_in_place (gathering, scratch, &why));
  if (done && g_unlink (gathering->marker) != 0)
    done = geo_hub_file_fail (&why, "Cannot remove", gathering->marker);
  if (done)
    done = geo_hub_file_sync_folder (folder, &why);
  geo_fault_point ("gathering: after all");
  geo_hub_store_remove (scratch);
  /* Its owner may say that less of it will do. */
  if (g_error_matches (why, GEO_HUB_ERROR, GEO_HUB_ERROR_NOT_VERIFIED))
    g_warning ("%s", why->message);
  else if (why != NULL)
    g_propagate_error (error, g_steal_pointer (&why));
  return done;
}

/* --- Who is there --------------------------------------------------------- */

static void
count_cb (const GeoPid *pid, gpointer user_data) {
  gpointer *counts = user_data;

  (*(guint *) counts[1])++;
  if (g_hash_table_contains (counts[0], pid))
    (*(guint *) counts[2])++;
}

static void
count_people (const GeoHubGathering *gathering, guint *all, guint *there) {
  gpointer counts[3] = { gathering->there, all, there };

  *all = *there = 0;
  geo_gather_foreach_wallet (gathering->gather, count_cb, counts);
}

static void
end (GeoHubGathering *gathering, const GError *error) {
  g_clear_handle_id (&gathering->watch_id, g_source_remove);
  gathering->func (error, gathering->user_data);
}

/* Whether there is anything to look at, and looking has not just taken long:
 * whoever is here is answered meanwhile. */
static gboolean
is_worth_a_look (const GeoHubGathering *gathering, gint64 now_us) {
  if (now_ms () - gathering->since < GEO_HUB_PUT_BACK_MS)
    return FALSE;
  return gathering->is_ordered ||
         (gathering->seen != geo_gather_count_taken (gathering->gather) &&
          now_us >= gathering->rests_until_us);
}

/* Goes on where everybody was there and everything fits, or where its owner
 * said so. */
static void
look (GeoHubGathering *gathering) {
  g_autoptr (GError) error = NULL;
  gint64 began_us = g_get_monotonic_time ();
  gint64 size, lost;
  guint all, there;
  gboolean done;

  count_people (gathering, &all, &there);
  if ((there < all && !gathering->is_ordered) ||
      !is_worth_a_look (gathering, began_us))
    return;
  gathering->seen = geo_gather_count_taken (gathering->gather);
  geo_hub_notify_busy (TRUE);
  done = finish (gathering, &size, &error);
  geo_hub_notify_busy (FALSE);
  gathering->rests_until_us = began_us +
                              REST_TIMES * (g_get_monotonic_time () - began_us);
  lost = geo_gather_get_size (gathering->gather) - size;
  if (done) {
    gathering->lost = lost;
    if (lost > 0 || there < all)
      g_warning ("goes on, and what was not given back is lost people=%u of=%u "
                 "log=%" G_GINT64_FORMAT " lost=%" G_GINT64_FORMAT,
                 there, all, size, lost);
    else
      g_info ("everything was given back people=%u log=%" G_GINT64_FORMAT, all,
              size);
    end (gathering, NULL);
  } else if (error != NULL) {
    end (gathering, error);
  } else {
    g_warning (
        "everybody was there, and something is missing log=%" G_GINT64_FORMAT
        " of=%" G_GINT64_FORMAT,
        size, size + lost);
  }
}

void
geo_hub_gathering_go_on (GeoHubGathering *gathering) {
  gathering->is_ordered = TRUE;
}

/* --- Sessions ------------------------------------------------------------- */

static void
visitor_free (gpointer data) {
  Visitor *visitor = data;

  g_signal_handlers_disconnect_by_data (visitor->session, visitor);
  g_clear_handle_id (&visitor->pause_id, g_source_remove);
  g_object_unref (visitor->session);
  geo_participant_free (visitor->self);
  g_free (visitor);
}

static void
dismiss (Visitor *visitor, const gchar *why) {
  visitor->step = STEP_OVER;
  geo_session_close (visitor->session, why);
}

static void
refuse (Visitor *visitor,
        const GeoMessage *message,
        GeoCode code,
        const gchar *reason,
        const gchar *text) {
  g_autoptr (GeoMessage) answer = geo_message_new (GEO_MESSAGE_ERROR,
                                                   message->msg_id);

  answer->u.error->code = code;
  answer->u.error->reason = g_strdup (reason);
  answer->u.error->message = g_strdup (text);
  geo_session_send (visitor->session, answer);
}

static void
take_hello (Visitor *visitor, const GeoMessage *message) {
  const GeoBook *book = visitor->gathering->book;
  g_autoptr (GeoMessage) answer = NULL;

  visitor->pid = message->u.hello->pid;
  geo_hub_challenge_make (visitor->challenge);
  visitor->step = STEP_AUTH;
  answer = geo_message_new (GEO_MESSAGE_CHALLENGE, message->msg_id);
  answer->u.challenge->challenge = g_strdup (visitor->challenge);
  answer->u.challenge->community =
      geo_community_copy (geo_book_get_community (book));
  answer->u.challenge->known = geo_hub_login_find (book, &visitor->pid) != NULL;
  answer->u.challenge->time = now_ms ();
  geo_session_send (visitor->session, answer);
}

/* What was told after the last that is here. */
static void
ask (Visitor *visitor) {
  g_autoptr (GeoMessage) message = geo_message_new (GEO_MESSAGE_SYNC, NULL);

  visitor->asked = visitor->given;
  message->u.sync->sequence = visitor->given;
  message->u.sync->has_entry_hash = visitor->given > 0;
  message->u.sync->entry_hash = visitor->given_hash;
  geo_session_send (visitor->session, message);
}

/* It says so under its own name: nobody gives their history to somebody else.
 */
static GeoPutBack *
sign_put_back (const Visitor *visitor) {
  const GeoHubGathering *gathering = visitor->gathering;
  GeoPutBack *put_back = geo_put_back_new ();

  put_back->community = *geo_hub_gathering_get_community (gathering);
  put_back->participant = visitor->pid;
  put_back->sequence = visitor->given;
  put_back->size = gathering->size;
  put_back->at = now_ms ();
  geo_put_back_sign (put_back, gathering->key->secret);
  return put_back;
}

static gboolean
has_signed_cb (const GeoPid *pid, GeoTime since, gpointer user_data) {
  const GeoHubGathering *gathering = user_data;

  return geo_hub_has_signed_since (gathering->reader, gathering->book, NULL,
                                   pid, since);
}

static void
take_auth (Visitor *visitor, const GeoMessage *message) {
  GeoHubGathering *gathering = visitor->gathering;
  const GeoMsgAuth *auth = message->u.auth;
  const GeoParticipant *known;
  g_autoptr (GeoMessage) answer = NULL;
  GeoHubNo no;

  if (!geo_hub_login_check (gathering->config, gathering->book, &visitor->pid,
                            visitor->challenge, auth, has_signed_cb, gathering,
                            now_ms (), &no)) {
    refuse (visitor, message, no.code, no.reason, no.text);
    dismiss (visitor, "not signed in");
    return;
  }
  known = geo_hub_login_find (gathering->book, &visitor->pid);
  if (known != NULL)
    visitor->pid = known->pid;
  /* Somebody whom the copy does not know shows first what the hub told them. */
  if (auth->participant != NULL && known != NULL)
    geo_gather_take_person (gathering->gather, auth->participant);
  else if (auth->participant != NULL)
    visitor->self = geo_participant_copy (auth->participant);
  visitor->step = STEP_IN;
  visitor->given = geo_gather_get_sequence (gathering->gather, &visitor->pid,
                                            &visitor->given_hash);
  answer = geo_message_new (GEO_MESSAGE_WELCOME, message->msg_id);
  answer->u.welcome->self = geo_participant_copy (
      auth->participant != NULL ? auth->participant : known);
  answer->u.welcome->sequence = visitor->given;
  answer->u.welcome->time = now_ms ();
  answer->u.welcome->put_back = sign_put_back (visitor);
  geo_session_send (visitor->session, answer);
  ask (visitor);
}

static void
take_entry (Visitor *visitor, const GeoProvenEntry *proven) {
  if (!geo_gather_take_entry (visitor->gathering->gather, &visitor->pid,
                              visitor->self, proven)) {
    g_info ("something was given that is not the hub's own");
    return;
  }
  if (proven->entry->sequence <= visitor->given)
    return;
  visitor->given = proven->entry->sequence;
  geo_entry_hash (proven->entry, &visitor->given_hash);
}

/* All that somebody has up to there has come. */
static void
take_result (Visitor *visitor, gint64 sequence) {
  GeoHubGathering *gathering = visitor->gathering;
  guint all, there;

  if (sequence > visitor->given && visitor->given > visitor->asked) {
    ask (visitor);
    return;
  }
  /* Whoever is here for the first time has nothing to give. */
  if (geo_gather_knows (gathering->gather, &visitor->pid) &&
      !g_hash_table_contains (gathering->there, &visitor->pid))
    g_hash_table_add (gathering->there, geo_pid_dup (&visitor->pid));
  count_people (gathering, &all, &there);
  g_info ("given back people=%u of=%u log=%" G_GINT64_FORMAT
          " of=%" G_GINT64_FORMAT,
          there, all, gathering->size + geo_gather_count (gathering->gather),
          geo_gather_get_size (gathering->gather));
}

static void
take_signed_in (Visitor *visitor, const GeoMessage *message) {
  g_autoptr (GeoMessage) pong = NULL;

  if (message->type == GEO_MESSAGE_ENTRY) {
    take_entry (visitor, message->u.entry->entry);
  } else if (message->type == GEO_MESSAGE_LOG_PROOF) {
    if (!geo_gather_take_log (visitor->gathering->gather, &visitor->pid,
                              message->u.log_proof->proof))
      g_info ("something was given that is not the hub's own");
  } else if (message->type == GEO_MESSAGE_SYNC_RESULT) {
    take_result (visitor, message->u.sync_result->sequence);
  } else if (message->type == GEO_MESSAGE_PING) {
    pong = geo_message_new (GEO_MESSAGE_PONG, message->msg_id);
    pong->u.pong->time = now_ms ();
    geo_session_send (visitor->session, pong);
  } else if (message->type != GEO_MESSAGE_PONG) {
    refuse (visitor, message, GEO_CODE_INTERNAL, GEO_REASON_INTERNAL,
            "The hub was put back to an older copy, and does nothing before it "
            "has what came after it.");
  }
}

static gboolean
resume_cb (gpointer user_data) {
  Visitor *visitor = user_data;

  visitor->pause_id = 0;
  geo_session_set_paused (visitor->session, FALSE);
  return G_SOURCE_REMOVE;
}

static void
hold_back (Visitor *visitor, guint ms) {
  if (visitor->pause_id != 0)
    return;
  geo_session_set_paused (visitor->session, TRUE);
  visitor->pause_id = g_timeout_add (ms, resume_cb, visitor);
}

static void
message_cb (GeoSession *session, GeoMessage *message, gpointer user_data) {
  Visitor *visitor = user_data;

  gint64 began_us = g_get_monotonic_time ();
  gint64 took_us;

  /* Who sends too fast waits; nothing of it is lost. */
  if (!geo_bucket_take (&visitor->messages, began_us))
    hold_back (visitor, PAUSE_MS);
  if (visitor->step == STEP_IN)
    take_signed_in (visitor, message);
  else if (visitor->step == STEP_HELLO && message->type == GEO_MESSAGE_HELLO)
    take_hello (visitor, message);
  else if (visitor->step == STEP_AUTH && message->type == GEO_MESSAGE_AUTH)
    take_auth (visitor, message);
  else if (visitor->step != STEP_OVER)
    dismiss (visitor, "wrong step");
  /* Who makes much work does it at their own expense. */
  took_us = g_get_monotonic_time () - began_us;
  if (took_us > WORK_US)
    hold_back (visitor,
               (guint) MIN (REST_TIMES * took_us / 1000, PAUSE_MS_MAX));
}

static void
malformed_cb (GeoSession *session,
              const gchar *msg_id,
              const GError *error,
              gpointer user_data) {
  dismiss (user_data, "malformed messages");
}

static void
closed_cb (GeoSession *session, const GError *error, gpointer user_data) {
  Visitor *visitor = user_data;

  g_hash_table_remove (visitor->gathering->visitors, session);
}

static void
session_cb (GeoSession *session, gpointer user_data) {
  GeoHubGathering *gathering = user_data;
  Visitor *visitor = g_new0 (Visitor, 1);
  guint each_second = gathering->config->messages_per_second;

  visitor->gathering = gathering;
  visitor->session = g_object_ref (session);
  visitor->step = STEP_HELLO;
  visitor->opened_us = g_get_monotonic_time ();
  geo_bucket_init (&visitor->messages, each_second, G_TIME_SPAN_SECOND,
                   2 * each_second, visitor->opened_us);
  g_hash_table_insert (gathering->visitors, session, visitor);
  g_signal_connect (session, "message", G_CALLBACK (message_cb), visitor);
  g_signal_connect (session, "malformed", G_CALLBACK (malformed_cb), visitor);
  g_signal_connect (session, "closed", G_CALLBACK (closed_cb), visitor);
}

static gboolean
watch_cb (gpointer user_data) {
  GeoHubGathering *gathering = user_data;
  gint64 now_us = g_get_monotonic_time ();
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, gathering->visitors);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    Visitor *visitor = value;
    gint64 heard_us = geo_session_get_last_heard_us (visitor->session);

    if (visitor->step != STEP_IN && visitor->step != STEP_OVER &&
        now_us - visitor->opened_us >
            GEO_HUB_LOGIN_SECONDS_MAX * G_TIME_SPAN_SECOND)
      dismiss (visitor, "not signed in");
    else if (visitor->step == STEP_IN && visitor->pause_id == 0 &&
             now_us - heard_us >
                 GEO_HUB_SILENCE_SECONDS_MAX * G_TIME_SPAN_SECOND)
      dismiss (visitor, "silent");
  }
  look (gathering);
  return G_SOURCE_CONTINUE;
}

/* Whoever runs it sees how far it is; to everybody else it is away. */
static void
request_cb (const GeoRequest *request, GeoReply *reply, gpointer user_data) {
  GeoHubGathering *gathering = user_data;
  g_autofree gchar *text = NULL;
  guint all, there;

  count_people (gathering, &all, &there);
  text = g_strdup_printf (
      "{\"status\":\"put_back\",\"people\":%u,\"people_there\":%u,"
      "\"log\":%" G_GINT64_FORMAT ",\"log_there\":%" G_GINT64_FORMAT "}",
      all, there, geo_gather_get_size (gathering->gather),
      gathering->size + geo_gather_count (gathering->gather));
  geo_reply_set_header (reply, "Retry-After", "60");
  geo_reply_send (reply, 503, "application/json", text, -1);
}

/* --- Beginning ------------------------------------------------------------ */

static gboolean
load (GeoHubGathering *gathering, GError **error) {
  g_autoptr (GeoCommunity) community =
      geo_hub_store_get_community (gathering->reader, error);
  g_autoptr (GeoSeen) seen = geo_seen_new ();
  GeoPid pid;

  if (community == NULL)
    return FALSE;
  geo_secret_get_pid (gathering->key->secret, &pid);
  if (!geo_pid_equal (&pid, &community->community)) {
    g_set_error_literal (error, GEO_HUB_ERROR, GEO_HUB_ERROR_DATA,
                         "The hub's key and its database are of two "
                         "communities");
    return FALSE;
  }
  gathering->book = geo_book_new (community);
  if (!geo_engine_load (gathering->reader, gathering->book, seen, error))
    return FALSE;
  gathering->gather = geo_gather_load (gathering->reader, gathering->book,
                                       gathering->key->secret, error);
  if (gathering->gather == NULL)
    return FALSE;
  geo_gather_set_signed_func (gathering->gather, has_signed_cb, gathering);
  gathering->size = geo_gather_get_copied (gathering->gather);
  return TRUE;
}

static gboolean
begin (GeoHubGathering *gathering, const gchar *data_dir, GError **error) {
  g_autofree gchar *key = g_build_filename (data_dir, GEO_HUB_KEY_FILE, NULL);
  GStatBuf info;

  if (g_stat (gathering->marker, &info) != 0)
    return geo_hub_file_fail (error, "Cannot read", gathering->marker);
  gathering->since = (GeoTime) info.st_mtime * 1000;
  gathering->key = geo_hub_key_open (key, FALSE, error);
  if (gathering->key == NULL)
    return FALSE;
  gathering->writer = geo_hub_store_open (gathering->path, FALSE, error);
  gathering->reader = gathering->writer == NULL
                          ? NULL
                          : geo_hub_store_open (gathering->path, TRUE, error);
  if (gathering->reader == NULL || !load (gathering, error))
    return FALSE;
  gathering->certificate = geo_hub_tls_open (gathering->config, data_dir,
                                             error);
  if (gathering->certificate == NULL && error != NULL && *error != NULL)
    return FALSE;
  gathering->server = geo_server_new ();
  geo_server_set_session_handler (gathering->server, GEO_NODE_PATH, session_cb,
                                  gathering);
  geo_server_set_request_handler (gathering->server, request_cb, gathering);
  gathering->address = geo_hub_listen (gathering->server, gathering->config,
                                       gathering->certificate, error);
  return gathering->address != NULL;
}

GeoHubGathering *
geo_hub_gathering_new (GeoHubConfig *config,
                       const gchar *data_dir,
                       GeoHubGatheringFunc func,
                       gpointer user_data,
                       GError **error) {
  g_autoptr (GeoHubGathering) gathering = g_new0 (GeoHubGathering, 1);
  g_autoptr (GError) why = NULL;

  gathering->config = config;
  /* Entries say who was let in; with none somebody only looks. */
  config->open = TRUE;
  g_clear_pointer (&config->code, g_free);
  gathering->path = g_build_filename (data_dir, GEO_HUB_DATABASE, NULL);
  gathering->marker = g_build_filename (data_dir, GEO_HUB_PUT_BACK_FILE, NULL);
  gathering->func = func;
  gathering->user_data = user_data;
  gathering->visitors = g_hash_table_new_full (NULL, NULL, NULL, visitor_free);
  gathering->there = g_hash_table_new_full (geo_pid_hash, geo_pid_equal, g_free,
                                            NULL);
  if (!begin (gathering, data_dir, &why)) {
    if (why->domain == GEO_HUB_ERROR)
      g_propagate_error (error, g_steal_pointer (&why));
    else
      g_set_error (error, GEO_HUB_ERROR, GEO_HUB_ERROR_DATA,
                   "The database in the data folder %s cannot be used: %s",
                   data_dir, why->message);
    return NULL;
  }
  gathering->seen = -1;
  gathering->watch_id = g_timeout_add_seconds (1, watch_cb, gathering);
  g_info ("put back to an older copy, and asks for what came after it "
          "log=%" G_GINT64_FORMAT,
          gathering->size);
  return g_steal_pointer (&gathering);
}

void
geo_hub_gathering_free (GeoHubGathering *gathering) {
  if (gathering == NULL)
    return;
  g_clear_handle_id (&gathering->watch_id, g_source_remove);
  g_hash_table_unref (gathering->visitors);
  if (gathering->server != NULL)
    geo_server_stop (gathering->server);
  g_clear_object (&gathering->server);
  g_clear_object (&gathering->certificate);
  g_hash_table_unref (gathering->there);
  geo_gather_free (gathering->gather);
  g_clear_pointer (&gathering->book, geo_book_free);
  geo_hub_store_close (gathering->reader);
  geo_hub_store_close (gathering->writer);
  geo_hub_key_free (gathering->key);
  geo_hub_config_free (gathering->config);
  g_free (gathering->address);
  g_free (gathering->marker);
  g_free (gathering->path);
  g_free (gathering);
}

gint64
geo_hub_gathering_get_lost (const GeoHubGathering *gathering) {
  return gathering->lost;
}

const gchar *
geo_hub_gathering_get_address (const GeoHubGathering *gathering) {
  return gathering->address;
}

const GeoPid *
geo_hub_gathering_get_community (const GeoHubGathering *gathering) {
  return &geo_book_get_community (gathering->book)->community;
}
