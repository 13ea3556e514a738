/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the tests of this room share: a folder of their own, a hub in it, and
 * people: a GeoParty each behind a real socket, with a memory instead of a
 * journal.
 */
#pragma once

#include "hub/geo-hub.h"
#include "net/geo-client.h"
#include "protocol/geo-party.h"

#include "../../patience.h"

G_BEGIN_DECLS

#define HUB_TEST_WAIT_SECONDS_MAX 180

gboolean hub_test_tick_cb (gpointer user_data);

/* The test ends here if it never is so. */
#define wait_until(condition)                                          \
  G_STMT_START {                                                       \
    Patience wait_patience = patience_new (HUB_TEST_WAIT_SECONDS_MAX); \
    guint wait_id = g_timeout_add (5, hub_test_tick_cb, NULL);         \
    while (!(condition)) {                                             \
      if (patience_is_over (&wait_patience))                           \
        g_error ("%s:%d: waited in vain for: %s", __FILE__, __LINE__,  \
                 #condition);                                          \
      g_main_context_iteration (NULL, TRUE);                           \
    }                                                                  \
    g_source_remove (wait_id);                                         \
  }                                                                    \
  G_STMT_END

void hub_test_wait_ms (guint ms);

/* A new folder, removed with all that is in it by hub_test_remove (). */
gchar *hub_test_make_folder (void);
void hub_test_remove (gchar *folder);

/* A hub on a port of its own; config is text for the key file, may be NULL. */
typedef struct {
  GeoHub *hub;
  gchar *folder;
  gboolean stopped;
} HubTest;
void hub_test_start (HubTest *test, const gchar *folder, const gchar *config);
/* Stops it in order. */
void hub_test_stop (HubTest *test);
gchar *hub_test_address (const HubTest *test); /* 127.0.0.1:PORT */

/* One answer on a connection of its own; the whole of it. */
gchar *hub_test_ask (const HubTest *test,
                     const gchar *method,
                     const gchar *path,
                     const gchar *body,
                     guint *status);

typedef struct _HubPerson HubPerson;

/* A PaymentDone is called for each payment of the person that is Paid or Not
 * paid. */
typedef void (*HubPersonDone) (HubPerson *person, gpointer user_data);

struct _HubPerson {
  GeoSecret *secret;
  GeoPid pid;
  GeoPublicKey key;
  gchar *name;
  gchar *code; /* For AUTH */
  gchar *fingerprint; /* Of the hub's certificate */
  gboolean introduce;
  GeoSecret *next; /* §5a: the key that took the place of the first, */
  GeoTime next_at; /* at that time; NULL: none did. */

  GeoClient *client;
  GeoSession *session;
  GeoCommunity *community;
  GeoParty *party;
  gboolean signed_in;
  gboolean synced;
  guint welcomes;
  guint errors;
  GeoCode last_code;
  gchar *last_reason;
  guint closed;
  gchar *last_close; /* Why, "" in order */
  guint messages;

  guint paid;
  guint not_paid;
  guint received;
  guint lines;
  guint faults;
  guint entries; /* ENTRY messages */
  guint tx;
  HubPersonDone done;
  gpointer user_data;
};

/* seed: who it is; the same number is the same person. */
HubPerson *hub_person_new (guint seed, const gchar *name);
void hub_person_free (HubPerson *person);
/* Connects, and signs in by itself. */
void hub_person_connect (HubPerson *person, const gchar *address);
void hub_person_disconnect (HubPerson *person);
void hub_person_trust (HubPerson *person,
                       const HubPerson *to,
                       const gchar *equivalent,
                       gint64 minor);
void hub_person_pay (HubPerson *person,
                     const GeoPid *to,
                     const gchar *equivalent,
                     gint64 minor);
GeoParticipant *
hub_person_introduction (const HubPerson *person, const GeoPid *community);
GeoLogin *hub_person_login (const HubPerson *person,
                            const GeoPid *community,
                            const gchar *challenge,
                            GeoTime at);

G_END_DECLS
