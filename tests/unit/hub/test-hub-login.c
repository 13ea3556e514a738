/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Signing in: every way in which it fails, and the ways over a real socket.
 */
#include <string.h>

#include "core/geo-contract.h"
#include "core/geo-key-chain.h"
#include "hub-test.h"
#include "hub/geo-hub-login.h"
#include "protocol/geo-reasons.h"

/* --- The check by itself -------------------------------------------------- */

typedef struct {
  GeoSecret *hub;
  GeoPid community;
  GeoBook *book;
  HubPerson *known;
  HubPerson *new;
  gchar challenge[GEO_HUB_CHALLENGE_SIZE];
} Desk;

#define NOW G_GINT64_CONSTANT (1790000000000)

static void
desk_init (Desk *desk) {
  const guint8 seed[GEO_SEED_LEN] = { 9 };
  g_autoptr (GeoHubConfig) config = geo_hub_config_new ();
  g_autoptr (GeoCommunity) community = geo_community_new ();
  g_autoptr (GeoParticipant) known = NULL;
  g_autoptr (GError) error = NULL;

  desk->hub = geo_secret_new_from_seed (seed);
  geo_secret_get_pid (desk->hub, &desk->community);
  community->community = desk->community;
  geo_secret_get_public (desk->hub, &community->key);
  community->name = g_strdup ("C");
  g_ptr_array_add (
      community->equivalents,
      geo_equivalent_copy (g_ptr_array_index (config->equivalents, 0)));
  community->seq = 1;
  community->at = NOW;
  geo_community_sign (community, desk->hub);
  desk->book = geo_book_new (community);
  desk->known = hub_person_new (1, "Olena");
  desk->new = hub_person_new (2, "Ivan");
  known = hub_person_introduction (desk->known, &desk->community);
  geo_book_load_participant (desk->book, known, FALSE, 0, NULL, &error);
  g_assert_no_error (error);
  geo_hub_challenge_make (desk->challenge);
  g_assert_true (geo_challenge_is_valid (desk->challenge));
}

static void
desk_clear (Desk *desk) {
  geo_book_free (desk->book);
  geo_secret_unref (desk->hub);
  hub_person_free (desk->known);
  hub_person_free (desk->new);
}

typedef enum {
  GOOD,
  NEW,
  FOREIGN_COMMUNITY,
  OTHER_PID,
  OTHER_CHALLENGE,
  EARLY,
  LATE,
  JUST_EARLY,
  OTHERS_SIGNATURE,
  CHANGED,
  UNKNOWN,
  NEW_OTHERS_INTRODUCTION,
  NEW_FORGED_INTRODUCTION,
  NEW_FOREIGN_INTRODUCTION,
  NEW_OTHERS_LOGIN,
  CLOSED,
  CLOSED_KNOWN,
  CODE_MISSING,
  CODE_WRONG,
  CODE_RIGHT,
  CODE_CLOSED,
} Way;

static const struct {
  Way way;
  GeoCode code; /* 0: signs in */
  const gchar *reason;
} ways[] = {
  { GOOD, 0, NULL },
  { NEW, 0, NULL },
  { FOREIGN_COMMUNITY, GEO_CODE_INVALID, GEO_REASON_FOREIGN_COMMUNITY },
  { OTHER_PID, GEO_CODE_NOT_ALLOWED, GEO_REASON_NOT_ALLOWED },
  { OTHER_CHALLENGE, GEO_CODE_NOT_ALLOWED, GEO_REASON_NOT_ALLOWED },
  { EARLY, GEO_CODE_INVALID, GEO_REASON_CLOCK },
  { LATE, GEO_CODE_INVALID, GEO_REASON_CLOCK },
  { JUST_EARLY, 0, NULL },
  { OTHERS_SIGNATURE, GEO_CODE_SIGNATURE, GEO_REASON_BAD_SIGNATURE },
  { CHANGED, GEO_CODE_SIGNATURE, GEO_REASON_BAD_SIGNATURE },
  { UNKNOWN, GEO_CODE_NO_ROUTE, GEO_REASON_UNKNOWN_PARTICIPANT },
  { NEW_OTHERS_INTRODUCTION, GEO_CODE_NOT_ALLOWED, GEO_REASON_NOT_ALLOWED },
  { NEW_FORGED_INTRODUCTION, GEO_CODE_SIGNATURE, GEO_REASON_BAD_SIGNATURE },
  { NEW_FOREIGN_INTRODUCTION, GEO_CODE_SIGNATURE, GEO_REASON_BAD_SIGNATURE },
  { NEW_OTHERS_LOGIN, GEO_CODE_SIGNATURE, GEO_REASON_BAD_SIGNATURE },
  { CLOSED, GEO_CODE_NOT_ALLOWED, GEO_REASON_NOT_ALLOWED },
  { CLOSED_KNOWN, 0, NULL },
  { CODE_MISSING, GEO_CODE_NOT_ALLOWED, GEO_REASON_NOT_ALLOWED },
  { CODE_WRONG, GEO_CODE_NOT_ALLOWED, GEO_REASON_NOT_ALLOWED },
  { CODE_RIGHT, 0, NULL },
  { CODE_CLOSED, GEO_CODE_NOT_ALLOWED, GEO_REASON_NOT_ALLOWED },
};

static gboolean
is_about_known (Way way) {
  return way == GOOD || way == CLOSED_KNOWN ||
         (way >= FOREIGN_COMMUNITY && way <= CHANGED);
}

static void
test_ways (void) {
  for (gsize i = 0; i < G_N_ELEMENTS (ways); i++) {
    Way way = ways[i].way;
    Desk desk;
    g_autoptr (GeoHubConfig) config = geo_hub_config_new ();
    g_autoptr (GeoMessage) message = geo_message_new (GEO_MESSAGE_AUTH, "a");
    GeoMsgAuth *auth = message->u.auth;
    HubPerson *who;
    GeoPid community;
    GeoHubNo no = { 0 };
    gboolean in;

    desk_init (&desk);
    who = is_about_known (way) ? desk.known : desk.new;
    community = desk.community;
    if (way == FOREIGN_COMMUNITY)
      community = desk.new->pid;
    auth->login = hub_person_login (
        way == OTHERS_SIGNATURE ? desk.new : who, &community,
        way == OTHER_CHALLENGE ? "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
                               : desk.challenge,
        way == EARLY        ? NOW - 120001
        : way == LATE       ? NOW + 120001
        : way == JUST_EARLY ? NOW - 120000
                            : NOW);
    if (way == OTHERS_SIGNATURE)
      auth->login->pid = who->pid;
    if (way == CHANGED)
      auth->login->at++;
    if (way == OTHER_PID)
      auth->login->pid = desk.new->pid;
    if (who == desk.new &&way != UNKNOWN)
      auth->participant = hub_person_introduction (
          way == NEW_OTHERS_INTRODUCTION ? desk.known : who,
          way == NEW_FOREIGN_INTRODUCTION ? &desk.new->pid : &community);
    if (way == NEW_FORGED_INTRODUCTION) {
      g_free (auth->participant->name);
      auth->participant->name = g_strdup ("Somebody");
    }
    if (way == NEW_OTHERS_LOGIN)
      geo_login_sign (auth->login, desk.known->secret);
    config->open = way != CLOSED && way != CLOSED_KNOWN && way != CODE_CLOSED;
    if (way >= CODE_MISSING)
      config->code = g_strdup ("sesame");
    if (way == CODE_RIGHT || way == CODE_CLOSED)
      auth->code = g_strdup ("sesame");
    if (way == CODE_WRONG)
      auth->code = g_strdup ("sesam");

    in = geo_hub_login_check (config, desk.book, &who->pid, desk.challenge,
                              auth, NULL, NULL, NOW, &no);
    g_test_message ("way %d: %s", (gint) way, in ? "in" : no.text);
    g_assert_cmpint (in, ==, ways[i].code == 0);
    if (!in) {
      g_assert_cmpint (no.code, ==, ways[i].code);
      g_assert_cmpstr (no.reason, ==, ways[i].reason);
    }
    desk_clear (&desk);
  }
}

/* --- Changed keys --------------------------------------------------------- */

/* Olena, whom the hub knows with the keys 1 to n_known, signs in with n_shown
 * keys of hers (0: says nothing of herself). */
typedef struct {
  const gchar *name;
  guint n_known;
  guint n_shown;
  guint last; /* The number of the last key that is shown; 0: as it comes */
  gint64 late_ms; /* Of the last change, by the hub's clock */
  guint signs; /* Which key signs the login */
  guint hello; /* HELLO is said with the digest of this key */
  GeoCode code; /* 0: signs in */
  const gchar *reason;
  gboolean signs_since; /* The hub holds what was signed after that */
} Chain;

#define OTHERS 40 /* Keys of somebody whom the hub knows with three of them */

static const Chain chains[] = {
  { "changes", 1, 2, 0, 0, 2, 1, 0, NULL },
  { "changes again", 2, 3, 0, 0, 3, 1, 0, NULL },
  { "two changes at once", 1, 3, 0, 0, 3, 1, 0, NULL },
  { "a little early", 1, 2, 0, -120000, 2, 1, 0, NULL },
  { "a little late", 1, 2, 0, 120000, 2, 1, 0, NULL },
  { "long ago", 1, 2, 0, -999999, 2, 1, 0, NULL },
  { "long ago, and used since", 1, 2, 0, -120001, 2, 1, GEO_CODE_INVALID,
    GEO_REASON_KEY_USED, TRUE },
  { "used just now", 1, 2, 0, -120000, 2, 1, 0, NULL, TRUE },
  { "two changes of long ago", 1, 3, 0, -999999, 3, 1, 0, NULL },
  { "two changes of long ago, and used since", 1, 3, 0, -999999, 3, 1,
    GEO_CODE_INVALID, GEO_REASON_KEY_USED, TRUE },
  { "an earlier end of a former key", 2, 3, 0, -1000001, 3, 1,
    GEO_CODE_INVALID, GEO_REASON_KEY_CLOCK },
  { "too late", 1, 2, 0, 120001, 2, 1, GEO_CODE_INVALID, GEO_REASON_KEY_CLOCK },
  { "the old key signs", 1, 2, 0, 0, 1, 1, GEO_CODE_SIGNATURE,
    GEO_REASON_BAD_SIGNATURE },
  { "nobody's key signs", 1, 2, 0, 0, 9, 1, GEO_CODE_SIGNATURE,
    GEO_REASON_BAD_SIGNATURE },
  { "known so", 2, 2, 0, 0, 2, 1, 0, NULL },
  { "known so, long ago", 2, 2, 0, -999999, 2, 1, 0, NULL },
  { "known so, silent", 2, 0, 0, 0, 2, 1, 0, NULL },
  { "the first key", 2, 0, 0, 0, 1, 1, GEO_CODE_NOT_ALLOWED,
    GEO_REASON_KEY_CHANGED },
  { "the first key, shown", 2, 1, 0, 0, 1, 1, GEO_CODE_NOT_ALLOWED,
    GEO_REASON_KEY_CHANGED },
  { "a key between", 3, 0, 0, 0, 2, 1, GEO_CODE_NOT_ALLOWED,
    GEO_REASON_KEY_CHANGED },
  { "a key between, shown", 3, 2, 0, 0, 2, 1, GEO_CODE_NOT_ALLOWED,
    GEO_REASON_KEY_CHANGED },
  { "another second key", 2, 2, 8, 0, 8, 1, GEO_CODE_CONFLICT,
    GEO_REASON_TWO_KEYS },
  { "another second key, of long ago", 2, 2, 8, -9999999, 8, 1,
    GEO_CODE_CONFLICT, GEO_REASON_TWO_KEYS },
  { "another second key, not theirs", 2, 2, 8, 0, 9, 1, GEO_CODE_SIGNATURE,
    GEO_REASON_BAD_SIGNATURE },
  { "another third key", 3, 3, 8, 0, 8, 1, GEO_CODE_CONFLICT,
    GEO_REASON_TWO_KEYS },
  { "somebody's first key", 1, 2, OTHERS + 1, 0, OTHERS + 1, 1,
    GEO_CODE_CONFLICT, GEO_REASON_KEY_TAKEN },
  { "somebody's former key", 1, 2, OTHERS + 2, 0, OTHERS + 2, 1,
    GEO_CODE_CONFLICT, GEO_REASON_KEY_TAKEN },
  { "somebody's key", 1, 2, OTHERS + 3, 0, OTHERS + 3, 1, GEO_CODE_CONFLICT,
    GEO_REASON_KEY_TAKEN },
  /* K8 */
  { "by the key", 3, 0, 0, 0, 3, 3, 0, NULL },
  { "by the key, changing", 2, 3, 0, 0, 3, 2, 0, NULL },
  { "by the key, not theirs", 3, 0, 0, 0, 9, 3, GEO_CODE_SIGNATURE,
    GEO_REASON_BAD_SIGNATURE },
  { "by a former key", 3, 0, 0, 0, 2, 2, GEO_CODE_NOT_ALLOWED,
    GEO_REASON_KEY_CHANGED },
  { "by a former key, with the last", 3, 0, 0, 0, 3, 2, 0, NULL },
  /* Whom the hub does not know at all: it was put back to before. */
  { "new, with a change", 0, 2, 0, 0, 2, 1, 0, NULL },
  { "new, with a change of long ago", 0, 3, 0, -999999, 3, 1, 0, NULL },
  { "new, the old key signs", 0, 2, 0, 0, 1, 1, GEO_CODE_SIGNATURE,
    GEO_REASON_BAD_SIGNATURE },
};

/* With the keys first, first + 1, …; the last one may be another. */
static GeoParticipant *
make_chain (const Desk *desk, guint first, guint n, guint last, GeoTime at) {
  HubPerson *now = hub_person_new (first, "Olena");
  GeoParticipant *self = hub_person_introduction (now, &desk->community);

  for (guint i = 1; i < n; i++) {
    HubPerson *next = hub_person_new (
        i + 1 == n && last != 0 ? last : first + i, "Olena");
    g_autoptr (GError) error = NULL;
    GeoParticipant *later = geo_participant_rotate (
        self, now->secret, next->secret, at - (n - 1 - i), &error);

    g_assert_no_error (error);
    geo_participant_free (self);
    self = later;
    hub_person_free (now);
    now = next;
  }
  hub_person_free (now);
  return self;
}

static void
load_chain (const Desk *desk, guint first, guint n) {
  g_autoptr (GeoParticipant) known = make_chain (desk, first, n, 0,
                                                 NOW - 1000000);
  g_autoptr (GError) error = NULL;

  geo_book_load_participant (desk->book, known, FALSE, 0, NULL, &error);
  g_assert_no_error (error);
}

/* The first of the keys that the hub does not know yet took the place of the one
 * that it does. */
static gboolean
has_signed_cb (const GeoPid *pid, GeoTime since, gpointer user_data) {
  const Chain *chain = user_data;
  const guint changes = chain->n_shown - chain->n_known;

  g_assert_cmpint (since, ==, NOW + chain->late_ms - (changes - 1) +
                                  GEO_KEY_GRACE_MS);
  return chain->signs_since;
}

static void
test_chain (gconstpointer data) {
  const Chain *chain = data;
  const guint olena = 11;
  g_autoptr (GeoHubConfig) config = geo_hub_config_new ();
  g_autoptr (GeoMessage) message = geo_message_new (GEO_MESSAGE_AUTH, "a");
  GeoMsgAuth *auth = message->u.auth;
  HubPerson *signs = hub_person_new (
      chain->signs > OTHERS ? chain->signs : olena - 1 + chain->signs, "Olena");
  HubPerson *says = hub_person_new (olena - 1 + chain->hello, "Olena");
  GeoHubNo no = { 0 };
  gboolean in;
  Desk desk;

  desk_init (&desk);
  load_chain (&desk, OTHERS + 1, 3);
  if (chain->n_known > 0)
    load_chain (&desk, olena, chain->n_known);
  if (chain->n_shown > 0)
    auth->participant = make_chain (
        &desk, olena, chain->n_shown,
        chain->last == 0 || chain->last > OTHERS ? chain->last
                                                 : olena - 1 + chain->last,
        NOW + chain->late_ms);
  auth->login = hub_person_login (signs, &desk.community, desk.challenge, NOW);
  auth->login->pid = says->pid;
  geo_login_sign (auth->login, signs->secret);

  in = geo_hub_login_check (config, desk.book, &says->pid, desk.challenge, auth,
                            has_signed_cb, (gpointer) chain, NOW, &no);
  if (!in)
    g_test_message ("%s", no.text);
  g_assert_cmpint (in, ==, chain->code == 0);
  if (!in) {
    g_assert_cmpint (no.code, ==, chain->code);
    g_assert_cmpstr (no.reason, ==, chain->reason);
  } else if (chain->n_known > 0) {
    HubPerson *first = hub_person_new (olena, "Olena");

    g_assert_true (geo_pid_equal (
        &geo_hub_login_find (desk.book, &says->pid)->pid, &first->pid));
    hub_person_free (first);
  }
  hub_person_free (signs);
  hub_person_free (says);
  desk_clear (&desk);
}

/* --- Over a socket -------------------------------------------------------- */

static void
test_sign_in (void) {
  gchar *folder = hub_test_make_folder ();
  HubTest test;
  HubPerson *olena = hub_person_new (1, "Olena");
  HubPerson *again = hub_person_new (1, "Olena");
  GeoHubFigures figures;

  hub_test_start (&test, folder, NULL);
  hub_person_connect (olena, geo_hub_get_address (test.hub));
  wait_until (olena->signed_in);
  geo_hub_get_figures (test.hub, &figures);
  g_assert_cmpuint (figures.participants, ==, 1);
  g_assert_cmpuint (figures.signed_in, ==, 1);
  g_assert_cmpuint (figures.engine.commits, ==, 1);

  /* Who comes later is where the participant is. */
  hub_person_connect (again, geo_hub_get_address (test.hub));
  wait_until (again->signed_in && olena->closed == 1);
  g_assert_cmpstr (olena->last_close, ==, "replaced");
  geo_client_stop (olena->client);
  wait_until (again->synced);
  geo_hub_get_figures (test.hub, &figures);
  g_assert_cmpuint (figures.participants, ==, 1);
  g_assert_cmpuint (figures.signed_in, ==, 1);
  /* It introduced itself no second time: nothing was written. */
  g_assert_cmpuint (figures.engine.commits, ==, 1);

  hub_person_disconnect (again);
  wait_until ((geo_hub_get_figures (test.hub, &figures), figures.sessions) ==
              0);
  g_assert_cmpuint (figures.signed_in, ==, 0);
  hub_person_free (olena);
  hub_person_free (again);
  hub_test_stop (&test);
  hub_test_remove (folder);
}

/* K7: a change of long ago, which the hub has not heard of or has forgotten: it
 * is taken where nothing was signed with the former key since. */
static void
test_change_of_long_ago (void) {
  for (guint i = 0; i < 2; i++) {
    gchar *folder = hub_test_make_folder ();
    const guint8 seed[GEO_SEED_LEN] = { 77 };
    HubTest test;
    HubPerson *olena = hub_person_new (1, "Olena");
    HubPerson *ivan = hub_person_new (2, "Ivan");
    HubPerson *later = hub_person_new (1, "Olena");

    hub_test_start (&test, folder, NULL);
    hub_person_connect (olena, geo_hub_get_address (test.hub));
    hub_person_connect (ivan, geo_hub_get_address (test.hub));
    wait_until (olena->signed_in && ivan->signed_in);
    if (i == 1)
      hub_person_trust (olena, ivan, "UAH", 100);
    hub_person_trust (ivan, olena, "UAH", 100);
    wait_until (olena->lines == 1 + i && ivan->lines == 1 + i);
    hub_person_disconnect (olena);
    later->next = geo_secret_new_from_seed (seed);
    later->next_at = g_get_real_time () / 1000 - 3600 * 1000;
    hub_person_connect (later, geo_hub_get_address (test.hub));
    if (i == 1) {
      wait_until (later->closed == 1);
      g_assert_cmpstr (later->last_reason, ==, GEO_REASON_KEY_USED);
      g_assert_cmpuint (later->welcomes, ==, 0);
      hub_person_disconnect (later);
      later->next_at = g_get_real_time () / 1000;
      hub_person_connect (later, geo_hub_get_address (test.hub));
    }
    wait_until (later->signed_in);
    hub_person_free (olena);
    hub_person_free (later);
    hub_person_free (ivan);
    hub_test_stop (&test);
    hub_test_remove (folder);
  }
}

static void
test_code (void) {
  gchar *folder = hub_test_make_folder ();
  HubTest test;
  HubPerson *olena = hub_person_new (1, "Olena");
  HubPerson *ivan = hub_person_new (2, "Ivan");

  hub_test_start (&test, folder, "[joining]\ncode=sesame\n");
  olena->code = g_strdup ("sesame");
  ivan->code = g_strdup ("wrong");
  hub_person_connect (olena, geo_hub_get_address (test.hub));
  hub_person_connect (ivan, geo_hub_get_address (test.hub));
  wait_until (olena->signed_in && ivan->closed == 1);
  g_assert_cmpint (ivan->last_code, ==, GEO_CODE_NOT_ALLOWED);
  g_assert_cmpuint (ivan->welcomes, ==, 0);
  hub_person_free (ivan);
  hub_test_stop (&test);
  wait_until (olena->closed == 1);
  g_assert_cmpstr (olena->last_close, ==, "The hub is going down");
  hub_person_free (olena);
  hub_test_remove (folder);
}

/* A session that does not do what it must as its first step. */
static const gchar *const first_words[] = {
  "{\"msg_id\":\"a\",\"msg_type\":\"PING\",\"payload\":{}}",
  "{\"msg_id\":\"a\",\"msg_type\":\"SYNC\",\"payload\":{\"sequence\":0}}",
  "{\"msg_id\":\"a\",\"msg_type\":\"PONG\",\"payload\":{\"time\":"
  "\"2026-11-20T10:15:30.123Z\"}}",
  "{\"msg_id\":\"a\",\"msg_type\":\"HELLO\",\"payload\":{\"pid\":"
  "\"2KagShR4Usj2uARXJeDw7XJEKvQ3XDr84dC47hUB3Uyd\",\"client\":\"x\","
  "\"v\":2}}",
};

typedef struct {
  GeoClient *client;
  const gchar *word;
  guint errors;
  guint closed;
} Stranger;

static void
stranger_message_cb (GeoSession *session,
                     GeoMessage *message,
                     gpointer user_data) {
  Stranger *stranger = user_data;

  g_assert_cmpint (message->type, ==, GEO_MESSAGE_ERROR);
  g_assert_cmpstr (message->msg_id, ==, "a");
  stranger->errors++;
}

static void
stranger_closed_cb (GeoSession *session,
                    const GError *error,
                    gpointer user_data) {
  Stranger *stranger = user_data;

  stranger->closed++;
}

static void
stranger_session_cb (GeoClient *client,
                     GeoSession *session,
                     gpointer user_data) {
  Stranger *stranger = user_data;
  g_autoptr (GeoMessage) message = NULL;

  g_signal_connect (session, "message", G_CALLBACK (stranger_message_cb),
                    stranger);
  g_signal_connect (session, "closed", G_CALLBACK (stranger_closed_cb),
                    stranger);
  message = geo_message_decode (stranger->word, strlen (stranger->word), NULL);
  g_assert_nonnull (message);
  geo_session_send (session, message);
}

static void
test_wrong_step (void) {
  gchar *folder = hub_test_make_folder ();
  HubTest test;

  hub_test_start (&test, folder, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (first_words); i++) {
    Stranger stranger = { .word = first_words[i] };

    g_test_message ("%s", first_words[i]);
    stranger.client = geo_client_new (geo_hub_get_address (test.hub), NULL,
                                      NULL);
    g_signal_connect (stranger.client, "session",
                      G_CALLBACK (stranger_session_cb), &stranger);
    geo_client_start (stranger.client);
    wait_until (stranger.closed == 1);
    g_assert_cmpuint (stranger.errors, ==, 1);
    geo_client_stop (stranger.client);
    g_object_unref (stranger.client);
  }
  hub_test_stop (&test);
  hub_test_remove (folder);
}

/* A challenge is good once: the same AUTH again is a wrong step. */
static void
replay_cb (GeoSession *session, GeoMessage *message, gpointer user_data) {
  HubPerson *person = user_data;
  g_autoptr (GeoMessage) hello = NULL;

  if (message->type != GEO_MESSAGE_WELCOME)
    return;
  hello = geo_message_new (GEO_MESSAGE_HELLO, NULL);
  hello->u.hello->pid = person->pid;
  hello->u.hello->client = g_strdup ("again");
  hello->u.hello->v = 1;
  geo_session_send (session, hello);
}

static void
test_hello_twice (void) {
  gchar *folder = hub_test_make_folder ();
  HubTest test;
  HubPerson *olena = hub_person_new (1, "Olena");

  hub_test_start (&test, folder, NULL);
  hub_person_connect (olena, geo_hub_get_address (test.hub));
  wait_until (olena->session != NULL);
  g_signal_connect (olena->session, "message", G_CALLBACK (replay_cb), olena);
  wait_until (olena->closed == 1);
  g_assert_cmpuint (olena->errors, ==, 1);
  g_assert_cmpint (olena->last_code, ==, GEO_CODE_NOT_ALLOWED);
  g_assert_cmpstr (olena->last_close, ==, "wrong step");
  hub_person_free (olena);
  hub_test_stop (&test);
  hub_test_remove (folder);
}

/* With a certificate of its own, which people know by its fingerprint. */
static void
test_certificate (void) {
  gchar *folder = hub_test_make_folder ();
  g_autofree gchar *path = g_test_build_filename (G_TEST_DIST, "unit", "net",
                                                  "hub-one.pem", NULL);
  g_autofree gchar *config = g_strdup_printf ("[tls]\ncertificate=%s\n", path);
  HubTest test;
  HubPerson *olena = hub_person_new (1, "Olena");
  HubPerson *ivan = hub_person_new (2, "Ivan");

  if (!g_tls_backend_supports_tls (g_tls_backend_get_default ())) {
    g_test_skip ("GLib has no TLS here");
    hub_person_free (olena);
    hub_person_free (ivan);
    hub_test_remove (folder);
    return;
  }
  hub_test_start (&test, folder, config);
  g_assert_true (g_str_has_prefix (geo_hub_get_address (test.hub), "https://"));
  olena->fingerprint = g_strdup (geo_hub_get_community (test.hub)->fingerprint);
  g_assert_cmpuint (strlen (olena->fingerprint), ==, 64);
  hub_person_connect (olena, geo_hub_get_address (test.hub));
  hub_person_connect (ivan, geo_hub_get_address (test.hub));
  wait_until (olena->synced);
  wait_until (geo_client_get_retry_at_us (ivan->client) != 0);
  g_assert_cmpuint (ivan->messages, ==, 0);
  hub_person_free (ivan);
  hub_test_stop (&test);
  wait_until (olena->closed == 1);
  hub_person_free (olena);
  hub_test_remove (folder);
}

#define PINGS 60

static void
pong_cb (GeoSession *session, GeoMessage *message, gpointer user_data) {
  guint *pongs = user_data;

  if (message->type == GEO_MESSAGE_PONG)
    (*pongs)++;
}

/* Who sends too fast waits, and loses nothing. */
static void
test_too_fast (void) {
  gchar *folder = hub_test_make_folder ();
  HubTest test;
  HubPerson *olena = hub_person_new (1, "Olena");
  g_autoptr (GeoMessage) ping = geo_message_new (GEO_MESSAGE_PING, "p");
  gint64 start_us;
  guint pongs = 0;

  /* 40 at once. */
  hub_test_start (&test, folder, "[limits]\nmessages_per_second=20\n");
  hub_person_connect (olena, geo_hub_get_address (test.hub));
  wait_until (olena->synced);
  g_signal_connect (olena->session, "message", G_CALLBACK (pong_cb), &pongs);
  start_us = g_get_monotonic_time ();
  for (guint i = 0; i < PINGS; i++)
    geo_session_send (olena->session, ping);
  wait_until (pongs == PINGS);
  g_assert_cmpint (g_get_monotonic_time () - start_us, >=, 200 * 1000);
  g_assert_cmpuint (olena->closed, ==, 0);
  g_signal_handlers_disconnect_by_data (olena->session, &pongs);
  hub_person_free (olena);
  hub_test_stop (&test);
  hub_test_remove (folder);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hub/login/ways", test_ways);
  for (gsize i = 0; i < G_N_ELEMENTS (chains); i++) {
    g_autofree gchar *path = g_strdup_printf ("/hub/login/chain/%s",
                                              chains[i].name);

    g_test_add_data_func (path, &chains[i], test_chain);
  }
  g_test_add_func ("/hub/login/sign-in", test_sign_in);
  g_test_add_func ("/hub/login/change-of-long-ago", test_change_of_long_ago);
  g_test_add_func ("/hub/login/code", test_code);
  g_test_add_func ("/hub/login/wrong-step", test_wrong_step);
  g_test_add_func ("/hub/login/hello-twice", test_hello_twice);
  g_test_add_func ("/hub/login/certificate", test_certificate);
  g_test_add_func ("/hub/login/too-fast", test_too_fast);
  return g_test_run ();
}
