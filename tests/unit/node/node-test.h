/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * For the tests of this room: a hub in this process that keeps everything in
 * memory, people with profiles in a temporary folder, and turning the main loop
 * until something is so.
 */
#pragma once

#include "node/geo-node.h"
#include "node/geo-phrases.h"

#include "net/geo-server.h"
#include "protocol/geo-closer.h"

#include "../../patience.h"

G_BEGIN_DECLS

#define WAIT_SECONDS_MAX 180

/* The test ends here if it never is so. */
#define wait_until(condition)                                         \
  G_STMT_START {                                                      \
    Patience wait_patience = patience_new (WAIT_SECONDS_MAX);         \
    guint wait_id = g_timeout_add (5, wait_tick, NULL);               \
    while (!(condition)) {                                            \
      if (patience_is_over (&wait_patience))                          \
        g_error ("%s:%d: waited in vain for: %s", __FILE__, __LINE__, \
                 #condition);                                         \
      g_main_context_iteration (NULL, TRUE);                          \
    }                                                                 \
    g_source_remove (wait_id);                                        \
  }                                                                   \
  G_STMT_END

gboolean wait_tick (gpointer unused);
void wait_ms (guint ms);
/* A GAsyncReadyCallback; user_data: GAsyncResult **, which is referenced. */
void keep_result_cb (GObject *source, GAsyncResult *result, gpointer user_data);
/* A new temporary folder, and its end with all that is in it. */
gchar *make_folder (void);
void remove_folder (const gchar *folder);

/* Every write to a file fails from now on, as on a full disk; and does not. */
void fill_disk (void);
void empty_disk (void);

/* --- A hub ---------------------------------------------------------------- */

typedef struct _FakeHub FakeHub;

/* UAH with two decimals, HOUR with none. */
FakeHub *fake_hub_new (guint8 seed);
FakeHub *fake_hub_new_at (guint8 seed, guint port);
void fake_hub_free (FakeHub *hub);
const GeoPid *fake_hub_get_pid (FakeHub *hub);
guint fake_hub_get_port (FakeHub *hub);
/* geo://v1/join?… */
gchar *fake_hub_get_link (FakeHub *hub, const gchar *code);
/* Nobody answers any more; what it knows stays. */
void fake_hub_go (FakeHub *hub);
void fake_hub_come_back (FakeHub *hub);
/* While it is gone: it knows only what is on its disk, as one that fell. */
void fake_hub_forget (FakeHub *hub);
/* Messages of this type are not heard; 0 hears all. */
void fake_hub_ignore (FakeHub *hub, GeoMessageType type);
/* How many of this type were heard, ignored ones too. */
guint fake_hub_count (FakeHub *hub, GeoMessageType type);
/* Answers SYNC with so many entries at a time, the next ones when it is told
 * to; 0: with all of them. */
void fake_hub_set_slow (FakeHub *hub, guint slow);
void fake_hub_send_more (FakeHub *hub);
/* Joining needs this code; NULL: none. */
void fake_hub_set_code (FakeHub *hub, const gchar *code);
/* Sends everybody who signs in a letter that is none. */
void fake_hub_set_letter (FakeHub *hub, const gchar *text);
/* Passes a letter on, and says who wrote it. */
void fake_hub_pass_on (FakeHub *hub,
                       const GeoPid *from,
                       const GeoPid *to,
                       GBytes *sealed);
/* Says its next word about itself: another name, and KWH with three decimals.
 */
void fake_hub_rename (FakeHub *hub, const gchar *name);
/* Signs entries wrongly from now on. */
void fake_hub_lie (FakeHub *hub, gboolean lies);
/* Shows somebody who is there another form of their last entry, signed as well.
 */
void fake_hub_fork (FakeHub *hub, const GeoPid *pid);
/* Shows hops that are not in the contract when it asks for votes. */
void fake_hub_bend (FakeHub *hub, gboolean bends);
/* Shows everybody who is here this form of somebody. */
void fake_hub_show (FakeHub *hub, const GeoParticipant *participant);
/* As it is known there; borrowed. */
const GeoParticipant *
fake_hub_get_participant (FakeHub *hub, const GeoPid *pid);
/* Clears what closes a circle, or asks; how many circles. */
guint fake_hub_clear (FakeHub *hub, const gchar *equivalent);
guint fake_hub_count_commits (FakeHub *hub);
/* K7: answers so many who sign in with a changed key that it is too old. */
void fake_hub_find_keys_stale (FakeHub *hub, guint times);
guint fake_hub_count_stale (FakeHub *hub); /* How many are left of these. */
/* Keeps state copies from now on, the last one of anybody; and shows another
 * one, which has that part. */
void fake_hub_keep_states (FakeHub *hub);
/* What is put is kept, and its owner does not hear so. */
typedef enum {
  FAKE_HUB_PUTS_ANSWERED = 0,
  FAKE_HUB_PUTS_UNANSWERED = 1,
  FAKE_HUB_PUTS_REFUSED = 2,
} FakeHubPuts;
void fake_hub_set_puts (FakeHub *hub, FakeHubPuts puts);
const GeoStateCopy *fake_hub_get_copy (FakeHub *hub);
void fake_hub_set_copy (FakeHub *hub, const GeoStateCopy *copy, GBytes *part);
/* Its clock, which it tells those who sign in. */
void fake_hub_set_ahead (FakeHub *hub, gint64 ms);
/* From the next WELCOME on it says that it was put back to before everything,
 * and asks for that; as whom: itself, somebody else, or to somebody else. */
typedef enum {
  FAKE_HUB_AS_IT_IS = 0,
  FAKE_HUB_PUT_BACK = 1,
  FAKE_HUB_PUT_BACK_FORGED = 2,
  FAKE_HUB_PUT_BACK_OF_ANOTHER = 3,
} FakeHubPutBack;
void fake_hub_put_back (FakeHub *hub, FakeHubPutBack put_back);
/* Asks pid for its vote on every payment that it has an entry of. */
void fake_hub_ask_again (FakeHub *hub, const GeoPid *pid);

/* --- People ----------------------------------------------------------------
 */

/* A profile with a cheap key file in folder/name, unlocked.  words NULL: new
 * ones. */
GeoProfile *
make_profile (const gchar *folder, const gchar *name, const gchar *words);
/* Joined and connected. */
GeoNode *join (GeoProfile *profile, FakeHub *hub);
GeoNode *open_node (GeoProfile *profile);
void wait_connected (GeoNode *node);
/* No reference but ours is left. */
void end_node (GeoNode *node);
void pid_of (GeoNode *node, GeoPid *pid);
/* They have another key then, which the hub knows; answers its words, for
 * geo_words_free (). */
gchar *change_key (GeoNode *node);
/* The truster must know the other one. */
void find (GeoNode *node, GeoNode *other);
void trust (GeoNode *node, GeoNode *other, gint64 limit);
GeoAmount balance_with (GeoNode *node, GeoNode *other);
GeoTotal *get_total (GeoNode *node, guint index);
/* The newest line of a history of n lines, when it has come and is loaded. */
GeoActivityItem *get_newest (GeoNode *node, guint n);

/* A payment that could be ordered. */
GeoPayment *pay (GeoNode *node, GeoNode *to, gint64 amount, const gchar *text);
gboolean is_over (GeoPayment *payment);
gchar *get_receipt (GeoNode *node, const gchar *key, GError **error);
/* How many records the journal has, all of which hold. */
gint64 verify (GeoNode *node);

/* --- Fixtures --------------------------------------------------------------
 */

typedef struct {
  gchar *folder;
  FakeHub *hub;
} Fixture;

void set_up (Fixture *f, gconstpointer data);
void tear_down (Fixture *f, gconstpointer data);

/* Olena, Ivan, Petro: the first n of them. */
typedef struct {
  GeoProfile *profiles[3];
  GeoNode *nodes[3];
} Town3;

void make_town (Fixture *f, Town3 *town, guint n);
void end_town (Town3 *town, guint n);

/* Olena trusts Ivan up to 100.00 UAH, and both know it. */
typedef struct {
  Fixture base;
  Town3 town;
  GeoNode *olena;
  GeoNode *ivan;
  GeoPid olena_pid;
  GeoPid ivan_pid;
} TownPair;

void town_pair_set_up (TownPair *f, gconstpointer data);
void town_pair_tear_down (TownPair *f, gconstpointer data);

G_END_DECLS
