/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Signing in through REST: challenges, which are good once, and tokens.  It
 * must not take anything for a signature of somebody that is not over the very
 * challenge it gave.
 */
#include <string.h>

#include "hub/geo-hub-login.h"
#include "hub/rest/geo-rest-private.h"

#define CHALLENGE_MS_MAX (300 * 1000)
/* Challenges that wait to be signed: the oldest make room. */
#define CHALLENGES_MAX 50000
#define CHALLENGES_OF_ONE_MAX 16
#define DEVICE_BYTES_MAX 1024
/* Tokens that are used up, before those that are over are looked for. */
#define USED_MAX 10000

typedef struct {
  gchar text[GEO_HUB_CHALLENGE_SIZE];
  GeoPid pid;
  GeoTime expires;
} Challenge;

struct _GeoRestLogins {
  GHashTable *challenges; /* text → link in queue */
  GQueue queue; /* Challenge, the oldest first */
  GHashTable *of_one; /* GeoPid → how many */
  GHashTable *used; /* Ids of refresh tokens → until when, a number as text */
  guint used_max; /* More, and those that are over are forgotten. */
};

GeoRestLogins *
geo_rest_logins_new (GHashTable *used_tokens) {
  GeoRestLogins *logins = g_new0 (GeoRestLogins, 1);

  logins->challenges = g_hash_table_new (g_str_hash, g_str_equal);
  logins->of_one = g_hash_table_new_full (geo_pid_hash, geo_pid_equal, g_free,
                                          NULL);
  logins->used = used_tokens;
  logins->used_max = USED_MAX;
  g_queue_init (&logins->queue);
  return logins;
}

void
geo_rest_logins_free (GeoRestLogins *logins) {
  g_hash_table_unref (logins->challenges);
  g_hash_table_unref (logins->of_one);
  g_hash_table_unref (logins->used);
  g_queue_clear_full (&logins->queue, g_free);
  g_free (logins);
}

/* --- Challenges ------------------------------------------------------------
 */

static guint
count_of (const GeoRestLogins *logins, const GeoPid *pid) {
  return GPOINTER_TO_UINT (g_hash_table_lookup (logins->of_one, pid));
}

static void
set_count (GeoRestLogins *logins, const GeoPid *pid, guint n) {
  if (n == 0)
    g_hash_table_remove (logins->of_one, pid);
  else
    g_hash_table_replace (logins->of_one, geo_pid_dup (pid),
                          GUINT_TO_POINTER (n));
}

static void
forget (GeoRestLogins *logins, GList *link) {
  Challenge *challenge = link->data;

  g_hash_table_remove (logins->challenges, challenge->text);
  set_count (logins, &challenge->pid, count_of (logins, &challenge->pid) - 1);
  g_queue_delete_link (&logins->queue, link);
  g_free (challenge);
}

static void
make_room (GeoRestLogins *logins, const GeoPid *pid, GeoTime now) {
  GList *link;

  while ((link = logins->queue.head) != NULL &&
         (((Challenge *) link->data)->expires <= now ||
          logins->queue.length >= CHALLENGES_MAX))
    forget (logins, link);
  if (count_of (logins, pid) < CHALLENGES_OF_ONE_MAX)
    return;
  for (link = logins->queue.head; link != NULL; link = link->next)
    if (geo_pid_equal (&((Challenge *) link->data)->pid, pid)) {
      forget (logins, link);
      return;
    }
}

void
geo_rest_post_challenge (GeoRestCall *call) {
  g_auto (GeoRestFaults) faults;
  g_autoptr (JsonNode) body = NULL;
  GeoRestLogins *logins = call->rest->logins;
  GeoTime now = geo_rest_now ();
  Challenge *challenge;
  JsonObject *object;
  const gchar *text;
  GeoPid pid;

  geo_rest_faults_init (&faults, "body");
  body = geo_rest_read_body (call, NULL, &faults);
  if (body == NULL)
    return;
  text = geo_rest_get_text (json_node_get_object (body), "pid", TRUE, &faults);
  if (geo_rest_is_faulty (call, &faults))
    return;
  if (!geo_pid_parse (text, &pid, NULL) ||
      geo_book_get_participant (call->book, &pid) == NULL) {
    geo_rest_send_missing (geo_rest_take_reply (call), "Participant", text);
    return;
  }

  make_room (logins, &pid, now);
  challenge = g_new0 (Challenge, 1);
  geo_hub_challenge_make (challenge->text);
  challenge->pid = pid;
  challenge->expires = now + CHALLENGE_MS_MAX;
  g_queue_push_tail (&logins->queue, challenge);
  g_hash_table_insert (logins->challenges, challenge->text, logins->queue.tail);
  set_count (logins, &pid, count_of (logins, &pid) + 1);

  object = json_object_new ();
  json_object_set_string_member (object, "challenge", challenge->text);
  geo_rest_set_time (object, "expires_at", challenge->expires);
  geo_rest_send (geo_rest_take_reply (call), 200, object);
}

/* --- Tokens ----------------------------------------------------------------
 */

gboolean
geo_rest_read_banned (GeoHubRest *rest,
                      const GeoPid *pid,
                      gboolean *banned,
                      GError **error) {
  GeoStatus status;

  *banned = FALSE;
  /* Who is frozen looks at what there is, and who is banned does not; most are
   * neither. */
  if (!geo_book_is_frozen (geo_engine_get_book (rest->engine), pid))
    return TRUE;
  if (!geo_hub_store_get_status (geo_engine_get_reader (rest->engine), pid,
                                 &status, error))
    return FALSE;
  *banned = status == GEO_STATUS_BANNED;
  return TRUE;
}

/* FALSE: it is answered. */
static gboolean
check_status (GeoRestCall *call, const GeoPid *pid) {
  g_autoptr (GError) error = NULL;
  gboolean banned;

  if (!geo_rest_read_banned (call->rest, pid, &banned, &error)) {
    geo_rest_send_unreadable (geo_rest_take_reply (call), error);
    return FALSE;
  }
  if (!banned)
    return TRUE;
  geo_rest_refuse (geo_rest_take_reply (call), 403, GEO_CODE_NOT_ALLOWED,
                   "Participant is banned", NULL);
  return FALSE;
}

static JsonObject *
make_tokens (GeoHubRest *rest, const GeoPid *pid) {
  GeoTime now = geo_rest_now ();
  g_autofree gchar *access = geo_rest_token_make (
      rest->token_key, pid, GEO_REST_TOKEN_ACCESS, now, NULL);
  g_autofree gchar *refresh = geo_rest_token_make (
      rest->token_key, pid, GEO_REST_TOKEN_REFRESH, now, NULL);
  g_autofree gchar *name = geo_rest_display_name (rest, pid);
  JsonObject *participant = json_object_new ();
  JsonObject *object = json_object_new ();
  GeoStatus status = GEO_STATUS_ACTIVE;

  if (geo_book_is_frozen (geo_engine_get_book (rest->engine), pid))
    status = GEO_STATUS_FROZEN;
  geo_rest_set_pid (participant, "pid", pid);
  json_object_set_string_member (participant, "display_name", name);
  json_object_set_string_member (participant, "status",
                                 geo_rest_status_word (status));
  json_object_set_string_member (object, "access_token", access);
  json_object_set_string_member (object, "refresh_token", refresh);
  json_object_set_string_member (object, "token_type", "Bearer");
  json_object_set_int_member (object, "expires_in", GEO_REST_ACCESS_SECONDS);
  json_object_set_object_member (object, "participant", participant);
  return object;
}

/* The participant whose challenge that was, which is used up by asking. */
static const GeoParticipant *
take_challenge (GeoRestCall *call,
                const gchar *pid_text,
                const gchar *challenge) {
  GeoRestLogins *logins = call->rest->logins;
  GList *link = g_hash_table_lookup (logins->challenges, challenge);
  GeoPid pid, given_to;
  GeoTime expires;

  if (link == NULL)
    return NULL;
  given_to = ((Challenge *) link->data)->pid;
  expires = ((Challenge *) link->data)->expires;
  forget (logins, link);
  if (expires <= geo_rest_now () || !geo_pid_parse (pid_text, &pid, NULL) ||
      !geo_pid_equal (&pid, &given_to))
    return NULL;
  return geo_book_get_participant (call->book, &pid);
}

static void
note_login (GeoRestCall *call, const GeoPid *pid, JsonNode *device) {
  g_autofree gchar *text = geo_pid_to_string (pid);
  GeoChange *change = geo_change_new (GEO_CHANGE_HUB, geo_rest_now ());
  JsonObject *after = json_object_new ();

  json_object_set_member (after, "device_info",
                          device != NULL ? json_node_copy (device)
                                         : json_node_new (JSON_NODE_NULL));
  change->audit = geo_rest_audit (call, NULL, "auth.login", "participant", text,
                                  NULL, NULL, after);
  geo_engine_store (call->rest->engine, change, NULL, NULL, NULL);
}

/* It is kept in the log for ever. */
static void
check_device (JsonNode *device, GeoRestFaults *faults) {
  g_autofree gchar *text = device == NULL ? NULL
                                          : json_to_string (device, FALSE);

  if (text != NULL && strlen (text) > DEVICE_BYTES_MAX)
    geo_rest_faults_add (faults, "too_long", "device_info",
                         "Input should have at most 1024 bytes", NULL);
}

void
geo_rest_post_login (GeoRestCall *call) {
  g_auto (GeoRestFaults) faults;
  g_autoptr (JsonNode) body = NULL;
  const gchar *pid_text, *challenge, *signature_text;
  const GeoParticipant *participant;
  GeoSignature signature;
  JsonObject *object;
  JsonNode *device;

  geo_rest_faults_init (&faults, "body");
  body = geo_rest_read_body (call, NULL, &faults);
  if (body == NULL)
    return;
  object = json_node_get_object (body);
  pid_text = geo_rest_get_text (object, "pid", TRUE, &faults);
  challenge = geo_rest_get_text (object, "challenge", TRUE, &faults);
  signature_text = geo_rest_get_text (object, "signature", TRUE, &faults);
  device = geo_rest_get_object (object, "device_info", &faults);
  check_device (device, &faults);
  if (geo_rest_is_faulty (call, &faults))
    return;
  participant = take_challenge (call, pid_text, challenge);
  if (participant == NULL) {
    geo_rest_refuse (geo_rest_take_reply (call), 401, GEO_CODE_NOT_ALLOWED,
                     "Invalid or expired challenge", NULL);
    return;
  }
  if (!geo_signature_parse (signature_text, &signature, NULL) ||
      !geo_public_key_verify (&participant->key, challenge, strlen (challenge),
                              &signature)) {
    geo_rest_refuse (geo_rest_take_reply (call), 400, GEO_CODE_SIGNATURE,
                     "Invalid signature", NULL);
    return;
  }
  if (!check_status (call, &participant->pid))
    return;
  note_login (call, &participant->pid, device);
  geo_rest_send (geo_rest_take_reply (call), 200,
                 make_tokens (call->rest, &participant->pid));
}

static void
refused_token (GeoRestCall *call) {
  geo_rest_refuse (geo_rest_take_reply (call), 401, GEO_CODE_NOT_ALLOWED,
                   "Could not validate credentials", NULL);
}

static void
refreshed (GeoHubRest *rest, GeoReply *reply, gpointer data) {
  geo_rest_send (reply, 200, make_tokens (rest, data));
}

static gboolean
is_over_cb (gpointer key, gpointer value, gpointer user_data) {
  return g_ascii_strtoll (value, NULL, 10) <= *(GeoTime *) user_data;
}

static void
remember_used (GeoRestLogins *logins, const GeoRestToken *token) {
  GeoTime now = geo_rest_now ();

  if (g_hash_table_size (logins->used) >= logins->used_max) {
    g_hash_table_foreach_remove (logins->used, is_over_cb, &now);
    logins->used_max = MAX (USED_MAX, 2 * g_hash_table_size (logins->used));
  }
  g_hash_table_replace (logins->used, g_strdup (token->id),
                        g_strdup_printf ("%" G_GINT64_FORMAT, token->expires));
}

/* K7: what was given out before the key was changed is over.  Times in a token
 * are whole seconds: one of that very second is over, too. */
static gboolean
is_good_still (const GeoBook *book, const GeoRestToken *token) {
  GeoTime rotated_at = geo_book_get_rotated_at (book, &token->pid);
  gint64 seconds = token->type == GEO_REST_TOKEN_ACCESS
                       ? GEO_REST_ACCESS_SECONDS
                       : GEO_REST_REFRESH_SECONDS;

  return geo_book_get_participant (book, &token->pid) != NULL &&
         (rotated_at == 0 ||
          token->expires / 1000 - seconds > rotated_at / 1000);
}

void
geo_rest_post_refresh (GeoRestCall *call) {
  g_auto (GeoRestFaults) faults;
  g_autoptr (JsonNode) body = NULL;
  GeoHubRest *rest = call->rest;
  GeoChange *change;
  GeoRestToken token;
  const gchar *text;

  geo_rest_faults_init (&faults, "body");
  body = geo_rest_read_body (call, NULL, &faults);
  if (body == NULL)
    return;
  text = geo_rest_get_text (json_node_get_object (body), "refresh_token", TRUE,
                            &faults);
  if (geo_rest_is_faulty (call, &faults))
    return;
  if (!geo_rest_token_read (rest->token_key, text, GEO_REST_TOKEN_REFRESH,
                            geo_rest_now (), &token) ||
      g_hash_table_contains (rest->logins->used, token.id) ||
      !is_good_still (call->book, &token)) {
    refused_token (call);
    return;
  }
  if (!check_status (call, &token.pid))
    return;

  /* It is good once: at once here, and after a restart too. */
  remember_used (rest->logins, &token);
  change = geo_change_new (GEO_CHANGE_HUB, geo_rest_now ());
  change->token = g_strdup (token.id);
  change->until = token.expires;
  geo_engine_store (
      rest->engine, change, geo_rest_later_done,
      geo_rest_later_new (call, refreshed, geo_pid_dup (&token.pid), g_free),
      geo_rest_later_free);
}

gboolean
geo_rest_read_access (GeoHubRest *rest, const gchar *token, GeoRestToken *out) {
  return geo_rest_token_read (rest->token_key, token, GEO_REST_TOKEN_ACCESS,
                              geo_rest_now (), out) &&
         is_good_still (geo_engine_get_book (rest->engine), out);
}

gboolean
geo_rest_sign_in (GeoRestCall *call) {
  const gchar *header = call->request->authorization;
  GeoRestToken token;

  if (header == NULL || g_ascii_strncasecmp (header, "Bearer ", 7) != 0) {
    GeoReply *reply = geo_rest_take_reply (call);
    JsonObject *object = json_object_new ();

    json_object_set_string_member (object, "detail", "Not authenticated");
    geo_reply_set_header (reply, "WWW-Authenticate", "Bearer");
    geo_rest_send (reply, 401, object);
    return FALSE;
  }
  if (!geo_rest_read_access (call->rest, header + 7, &token)) {
    refused_token (call);
    return FALSE;
  }
  call->pid = token.pid;
  return check_status (call, &call->pid);
}
