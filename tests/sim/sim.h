/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A hub and light nodes in one process, made of the real rooms, with the
 * clock, the network and the disks in the simulator's hand.  What its files
 * share: the state of all of it, the faults that happen, and what is counted.
 *
 * One seed is one run, to the last byte.  Nothing here may read a clock, or ask
 * for chance anywhere but in sim->random.
 */
#pragma once

#include "hub/geo-hub-state.h"
#include "hub/geo-tree.h"
#include "protocol/geo-closer.h"
#include "protocol/geo-party.h"
#include "sim-disk.h"
#include "sim-truth.h"
#include "store/geo-hub-store.h"
#include "store/geo-journal.h"

typedef struct _Sim Sim;
typedef struct _SimNode SimNode;
typedef struct _SimHub SimHub;
typedef struct _SimSession SimSession;
typedef struct _SimCopy SimCopy;

/* --- What happens and is counted ------------------------------------------ */

/* clang-format off */
#define SIM_COUNTS(X)                                                         \
  X (messages) X (lost) X (doubled) X (reordered) X (cut) X (dropped)         \
  X (half_open) X (replaced) X (node_falls) X (hub_falls) X (power_cuts)      \
  X (writes_lost) X (writes_torn) X (syncs_lost) X (disk_full)                \
  X (disk_errors) X (disk_crashes) X (journals_lost) X (stores_in_doubt)      \
  X (clock_jumps) X (voted_twice) X (refused_late) X (silent_after_vote)      \
  X (lies) X (lies_caught) X (restores) X (ordered) X (paid) X (not_paid)     \
  X (in_doubt) X (refused_votes) X (lines) X (lowered) X (closed)             \
  X (quotes) X (orders_repeated) X (orders_forged) X (absences) X (quiet)     \
  X (days) X (checks) X (cleared) X (proposed) X (clearings_answered)         \
  X (clearings_asked) X (asked_again) X (replayed) X (frozen) X (thawed)       \
  X (aborted) X (asked_anew) X (letters) X (letters_read)                     \
  X (letters_refused) X (asked_to_pay) X (asked_to_trust) X (checkpoints)     \
  X (links) X (invoices_paid) X (agreed) X (declined) X (withdrawn) X (blocks)   \
  X (copies) X (copies_used) X (restored_same) X (keys_told) X (keys_changed)                 \
  X (keys_renewed) X (keys_restored) X (old_keys) X (thieves)             \
  X (put_back) X (forgotten) X (lines_frozen) X (lines_thawed)            \
  X (repaid_frozen) X (over_spares) X (unsaid_keys)                         \
  X (gathered_all) X (gathered_some) X (gathered) X (gather_lost)
/* clang-format on */

typedef enum {
#define X(name) SIM_COUNT_##name,
  SIM_COUNTS (X)
#undef X
      SIM_N_COUNTS
} SimCount;

const gchar *sim_count_name (SimCount count);

typedef enum {
  SIM_PROFILE_CALM,
  SIM_PROFILE_MARKET,
  SIM_PROFILE_STORM,
  SIM_PROFILE_TOWN,
} SimProfile;

/* How often, in 10,000, unless it says otherwise. */
typedef struct {
  guint lost; /* Messages. */
  guint doubled;
  guint reordered;
  guint cut;
  guint dropped; /* A session, with each message. */
  guint node_falls; /* Before each action. */
  guint hub_falls;
  guint disk_full; /* With each record. */
  guint disk_errors;
  guint disk_crashes;
  guint hub_disk; /* All of them, with each write of the hub. */
  guint power; /* In 100 falls: the power went, not the process. */
  guint latency_ms; /* At most, of one way. */
  guint refuses; /* A person says no to a contract. */
} SimFaults;

/* One deliberate mistake, to see that somebody notices. */
typedef enum {
  SIM_PLANT_NONE,
  SIM_PLANT_HUB_DEBT,
  SIM_PLANT_HUB_RESERVED,
  SIM_PLANT_HUB_LIMIT,
  SIM_PLANT_HUB_SENDS_FIRST,
  SIM_PLANT_HUB_DISK,
  SIM_PLANT_HUB_ROW,
  SIM_PLANT_NODE_SENDS_FIRST,
  SIM_PLANT_NODE_VOTES_TWICE,
  SIM_PLANT_NODE_BALANCE,
  SIM_PLANT_NODE_RESERVED,
  SIM_PLANT_NODE_PAID,
  SIM_PLANT_NODE_LINE,
  SIM_PLANT_NODE_DEAF,
  SIM_PLANT_JOURNAL_BIT,
  SIM_PLANT_LIE_BELIEVED,
  SIM_PLANT_NOT_EXACT,
  SIM_PLANT_HUB_FROZEN,
  SIM_PLANT_HUB_ENTRY,
  SIM_PLANT_NODE_FORGETS,
  SIM_PLANT_NODE_SILENT,
  SIM_PLANT_NODE_UNPAID,
  SIM_PLANT_NODE_REBORN,
  SIM_PLANT_LETTER_LOST,
  SIM_PLANT_LETTER_UNREAD,
  SIM_PLANT_LETTER_TWICE,
  SIM_PLANT_COPY_IGNORED,
  SIM_PLANT_HUB_OLD_KEY,
  SIM_PLANT_KEY_EARLY,
  SIM_PLANT_KEY_UNTOLD,
  SIM_PLANT_KEY_LOST,
  SIM_PLANT_OLD_BELIEVED,
  SIM_PLANT_OLD_POORER,
  SIM_PLANT_LINE_THAWED,
  SIM_PLANT_SPARE_BEYOND,
  SIM_PLANT_UNSAID_HELD,
  SIM_N_PLANTS
} SimPlant;

const gchar *sim_plant_name (SimPlant plant);

/* --- A light node --------------------------------------------------------- */

typedef enum {
  SIM_LOGIN_NONE,
  SIM_LOGIN_HELLO,
  SIM_LOGIN_AUTH,
  SIM_LOGIN_STORING,
  SIM_LOGIN_IN,
} SimLogin;

/* Who does not keep to the rules. */
typedef enum {
  SIM_HONEST = 0,
  SIM_VOTES_TWICE,
  SIM_REFUSES_LATE,
  SIM_SILENT_AFTER_VOTE,
} SimNature;

/* A letter that somebody wrote, or that came. */
typedef struct {
  GeoHash hash; /* Of its text. */
  gboolean stays; /* Whoever reads it stores it. */
  GeoPid to;
  GeoTime at;
  gboolean taken; /* The hub has said that it has it. */
} SimLetter;

struct _SimNode {
  Sim *sim;
  guint index;
  gchar *name;
  gchar *path;
  GeoSecret *secret; /* The key that its computer keeps. */
  GPtrArray *words; /* GeoSecret: of each sheet of words it ever wrote */
  GPtrArray *former; /* GeoSecret: former keys, of its journal; or NULL */
  GeoSecret *next; /* Of words: the journal was told of it. */
  gboolean rotating;
  gboolean is_rotated; /* "joined" does not say so yet. */
  GeoParticipant
      *unsaid; /* By which people know it, and not the hub; or NULL */
  gint64 hub_ahead; /* The hub's clock, before its own. */
  GeoPid hello; /* As whom it signs in: K8. */
  guint64 asked; /* The session in which it asked for people. */
  GeoPid pid;
  SimDisk *disk;
  SimNature nature;
  gint64 skew; /* Its clock, ahead of the true time. */
  gboolean was_ahead; /* Its clock was set back once. */
  gint64 behind; /* The most that its clock was since all was quiet. */
  guint64 verified; /* What was on its disk when its journal was verified. */

  gboolean up; /* The process runs. */
  guint life; /* Of the process: events of former ones count no more. */
  gboolean wanted; /* The person wants to be connected. */
  gboolean connecting; /* It is on its way to try. */
  guint tries;
  SimSession *session;
  SimLogin login;
  gchar *challenge;
  gint64 hub_sequence;
  GeoTime hub_time;
  GPtrArray *early; /* GeoMessage: came while joining was stored. */

  GeoJournal *journal;
  GeoCommunity *community;
  GeoParticipant *self;
  GeoRecordBody *joining;
  GeoParty *party; /* NULL before joining and while the disk fails. */
  GQueue lists;
  gboolean storing;
  gboolean pumping;
  guint generation; /* Of the party. */
  GHashTable *timers; /* GeoHash → GeoTime: the one that counts */

  /* What the disk holds for certain, and what it may hold. */
  gint64 n_records;
  GeoRecordBody *uncertain;
  GeoRecordKind uncertain_kind;
  SimCopy *copy; /* What it leaves with the hub, and gets back. */
  gboolean lacks_copy; /* It came back without one that there was. */
  gboolean reborn; /* It has its words only. */
  gboolean checked_exact; /* Its disk has kept all that it said it kept. */
  GHashTable *stored; /* GeoHash of orders, votes, refusals, lines */
  gint64 stored_sequence;
  GHashTable *said; /* GeoHash of contracts → 1 vote, 2 refusal */
  GHashTable *states; /* GeoHash of orders → GeoPaymentState */
  GHashTable *paid; /* GeoHash of orders → the payee's index, and one more */
  GHashTable *ended; /* GeoHash of orders and contracts with evidence on disk */
  GPtrArray *heard; /* What was sent to it: the last of it, in a ring. */
  guint n_heard;

  /* §8a. */
  GHashTable *letters_heard; /* GeoHash of sealed bytes → SimLetter */
  GHashTable *letters_sent; /* GeoHash of a letter's text → SimLetter */
  GHashTable *letters_stored; /* GeoHash of a letter's text */
  GHashTable *letters_read; /* likewise */
  GHashTable *spent; /* GeoHash of invoices that were paid */
  gboolean letter_refused; /* The hub did not take all it wrote. */
  gboolean has_blocked;
  gboolean has_forgotten; /* Its disk has. */

  /* A lie is on its way to it, and has to be noticed. */
  gboolean lied;
  gboolean expects_fault;
  GeoTime lied_at;
  gint64 planted_records;
  gboolean noticed_old; /* That the hub was put back to an older state. */
  gboolean is_forgotten; /* What it was told the hub does not know any more. */
  gboolean comes; /* To the hub that was put back. */
  GeoTime mute_until; /* It says nothing until then. */
};

/* --- The hub -------------------------------------------------------------- */

/* Whose letters are passed on. */
typedef struct {
  gboolean here;
  gboolean more; /* There may be more on disk. */
  gint64 after;
  guint unread;
} SimReader;

struct _SimHub {
  Sim *sim;
  gchar *path;
  GeoSecret *secret;
  GeoCommunity *community;
  SimDisk *disk;
  guint8 salt_key[32];
  gint64 skew;

  gboolean up;
  gboolean is_held; /* It does not start now. */
  guint life;
  GeoHubStore *writer;
  GeoHubStore *reader;
  GeoTree *tree;
  GeoHubStates *states;
  GeoBook *book;
  GeoCloser *closer;
  GQueue lists; /* SimHubList */
  GPtrArray *batch; /* GeoChange, borrowed from the lists: being written */
  guint64 collected;
  guint64 written;
  guint64 passed;
  gboolean pumping;
  GHashTable *timers;
  SimSession **guests; /* By node. */
  SimReader *readers; /* By node. */
  GPtrArray *uncertain; /* GeoChange, borrowed: may be on disk or not */
  GPtrArray *wreck; /* The lists they are borrowed from. */
  guint64 violations;
  GHashTable *taken; /* GeoHash of orders that came while their key was good */
  GHashTable *stale; /* GeoHash of signatures by keys that were left */
  guint late_changes; /* Changes of keys of long ago that it was shown */
};

/* --- A session ------------------------------------------------------------ */

typedef enum {
  SIM_STEP_HELLO,
  SIM_STEP_AUTH,
  SIM_STEP_IN,
  SIM_STEP_OVER,
} SimStep;

struct _SimSession {
  guint64 number;
  SimNode *node;
  GeoTime opened;
  gboolean alive; /* What is sent arrives. */
  gboolean hub_open;
  SimStep step; /* The hub's. */
  GeoPid hello;
  gboolean is_thief; /* Somebody has a former key of the node's. */
  gboolean welcomed;
  gchar *auth_id; /* Of what WELCOME answers. */
  gchar *challenge;
  GeoTime last_to_hub; /* What was sent later arrives later. */
  GeoTime last_to_node;
};

/* --- All of it ------------------------------------------------------------ */

typedef enum {
  SIM_EVENT_TO_HUB,
  SIM_EVENT_TO_NODE,
  SIM_EVENT_HUB_TIMER,
  SIM_EVENT_NODE_TIMER,
  SIM_EVENT_HUB_WRITE,
  SIM_EVENT_NODE_STORE,
  SIM_EVENT_NODE_CONNECT,
  SIM_EVENT_HUB_CLOSED,
  SIM_EVENT_NODE_CLOSED,
  SIM_EVENT_HUB_START,
  SIM_EVENT_NODE_START,
  SIM_EVENT_NODE_RELOAD,
  SIM_EVENT_NODE_RETURN,
  SIM_EVENT_NODE_KEY,
  SIM_EVENT_NODE_COPY,
  SIM_EVENT_THIEF,
  SIM_EVENT_WISH,
} SimEventKind;

typedef struct {
  SimEventKind kind;
  GeoTime at;
  guint64 number;
  SimNode *node;
  SimSession *session;
  guint life; /* Of the node or the hub. */
  guint generation;
  gboolean lie;
  gboolean joining;
  gchar *text;
  GeoHash timer;
} SimEvent;

typedef struct {
  guint64 seed;
  guint n_nodes;
  guint n_steps;
  SimProfile profile;
  guint until; /* 0: to the end. */
  gboolean verbose;
  gboolean no_memo; /* What was reckoned once is reckoned again. */
  SimPlant plant;
  const gchar *town; /* A file, or NULL. */
  const gchar *folder; /* For what has to be on a real disk: locks. */
} SimOptions;

typedef struct _SimTrace SimTrace;

typedef struct {
  guint from;
  guint to;
  gchar *equivalent;
  gint64 amount;
} SimTownPayment;

struct _Sim {
  SimOptions options;
  SimFaults faults; /* In force. */
  SimFaults storm; /* Of the profile. */
  SimRandom random;
  SimRandom sodium;
  SimRandom sqlite;
  GeoTime now; /* The true time. */
  GeoTime started;
  guint step;
  guint64 n_events;
  GPtrArray *events; /* A heap of SimEvent. */
  GPtrArray *sessions;
  SimHub *hub;
  GPtrArray *nodes;
  SimTruth *truth;
  SimTruth *twin; /* The same, until the hub is copied; or NULL */
  SimTruth *old_truth; /* Of that copy. */
  gboolean is_old; /* The hub was put back to it. */
  guint n_ids;
  gboolean quiet; /* Nothing goes wrong any more … */
  GeoTime quiet_since; /* … since then. */
  gboolean planted;
  guint64 counts[SIM_N_COUNTS];
  guint64 hash; /* Of everything that was sent. */
  guint plant_commits;
  GPtrArray *town; /* SimTownPayment, or NULL. */
  guint town_next;
  guint *weights; /* Of the scenes. */
  guint pace; /* How much faster wishes come. */
  SimTrace *trace;
};

/* sim.c */
Sim *sim_new (const SimOptions *options);
void sim_free (Sim *sim);
/* Everything, checks and all. */
void sim_run (Sim *sim);
void sim_count (Sim *sim, SimCount count);
SimNode *sim_node (Sim *sim, guint index);
SimNode *sim_find_node (Sim *sim, const GeoPid *pid);
/* The event's members but at and number are the caller's. */
SimEvent *sim_add_event (Sim *sim, SimEventKind kind, gint64 in_ms);
gboolean sim_chance (Sim *sim, guint in_10000);
/* Until nothing is under way, or for that long. */
void sim_let (Sim *sim, gint64 ms);
/* Nothing goes wrong any more, everybody is there and waits for all; then what
 * holds only in rest is checked. */
void sim_settle (Sim *sim);
gboolean sim_plants (Sim *sim, SimPlant plant);

/* sim-trace.c: what happened last, and the end where it was wrong. */
SimTrace *sim_trace_new (gboolean verbose);
void sim_trace_free (SimTrace *trace);
/* node NULL: the hub. */
void sim_trace (Sim *sim, const SimNode *node, const gchar *format, ...)
    G_GNUC_PRINTF (3, 4);
/* The failure of an invariant: prints all there is to know and ends the
 * program. */
void sim_fail (Sim *sim,
               const SimNode *node,
               const gchar *invariant,
               const gchar *format,
               ...) G_GNUC_PRINTF (4, 5) G_GNUC_NORETURN;
void sim_fail_store (Sim *sim,
                     const SimNode *node,
                     const gchar *invariant,
                     const GError *error) G_GNUC_NORETURN;

/* sim-net.c */
SimSession *sim_session_open (SimNode *node);
void sim_session_free (gpointer session);
void sim_send_to_hub (SimNode *node, GeoMessage *message, gint64 late_ms);
void sim_send_to_node (SimSession *session, GeoMessage *message, gboolean lie);
/* By whoever has the session. */
void sim_post_to_hub (SimSession *session, GeoMessage *message);
/* Something that was sent to the node before comes once more. */
void sim_replay (SimNode *node);
/* All questions that it was asked before it lost its disk, perhaps. */
void sim_ask_anew (SimNode *node);
/* The wire breaks; both ends learn of it later. */
void sim_session_break (Sim *sim, SimSession *session);
/* One end closes in order. */
void sim_session_close_node (SimSession *session);
void sim_session_close_hub (Sim *sim, SimSession *session);
/* Likewise, and what was said last still arrives. */
void sim_session_dismiss (Sim *sim, SimSession *session);
void sim_net_event (Sim *sim, SimEvent *event);

/* sim-hub.c */
SimHub *sim_hub_new (Sim *sim);
void sim_hub_free (SimHub *hub);
void sim_hub_start (SimHub *hub);
void sim_hub_fall (SimHub *hub, SimPower power);
/* In order: what is to be written is written. */
void sim_hub_stop (SimHub *hub);
SimPower sim_power (Sim *sim);
/* §7: the largest total that can be cleared now. */
void sim_hub_clear (SimHub *hub, const gchar *equivalent);
/* What the hub's owner does. */
void sim_hub_freeze (SimHub *hub, SimNode *node, gboolean frozen);
void sim_hub_abort (SimHub *hub);
/* Asks for a vote on what was committed long ago. */
void sim_hub_ask_again (SimHub *hub, SimNode *node);
/* Takes actions. */
void sim_hub_submit (SimHub *hub, GPtrArray *actions);
/* Likewise; done when all of it is on disk, destroy in any case. */
void sim_hub_submit_done (SimHub *hub,
                          GPtrArray *actions,
                          GeoEngineDoneFunc done,
                          gpointer user_data,
                          GDestroyNotify destroy);
void sim_hub_timer (SimHub *hub, const SimEvent *event);
void sim_hub_write (SimHub *hub);
/* It is on the disk, and was of the time that it says. */
void sim_hub_believe_again (SimHub *hub, GPtrArray *changes);
GeoTime sim_hub_now (const SimHub *hub);
gboolean sim_hub_is_idle (const SimHub *hub);
GeoBook *sim_hub_load_book (SimHub *hub, GError **error);
void sim_hub_check_said (SimHub *hub,
                         const SimNode *node,
                         const GeoMessage *message);

/* sim-guest.c: its sessions. */
void sim_hub_message (SimHub *hub, SimSession *session, GeoMessage *message);
void sim_hub_closed (SimHub *hub, SimSession *session);

#define SIM_HUB_ADDRESS "hub.sim"

/* sim-node.c, sim-start.c */
SimNode *sim_node_new (Sim *sim, guint index);
void sim_node_free (gpointer node);
void sim_node_start (SimNode *node);
void sim_node_fall (SimNode *node, SimPower power);
/* In order; it starts again by itself. */
void sim_node_stop (SimNode *node);
void sim_node_lose_journal (SimNode *node);
void sim_node_connect (SimNode *node);
void sim_node_leave (SimNode *node);
void sim_node_return (SimNode *node, gint64 in_ms);
void sim_node_message (SimNode *node, GeoMessage *message, gboolean lie);
void sim_node_closed (SimNode *node, SimSession *session);
void sim_node_timer (SimNode *node, const SimEvent *event);
void sim_node_store (SimNode *node, const SimEvent *event);
void sim_node_reload (SimNode *node, const SimEvent *event);
/* §7: the person says yes or no to the clearings that wait for it. */
void sim_node_answer_clearings (SimNode *node);
/* Takes actions. */
void sim_node_run (SimNode *node, GPtrArray *actions);
GeoTime sim_node_now (const SimNode *node);
gboolean sim_node_is_in (const SimNode *node);

/* sim-said.c: what a node says is on its disk, and what its disk says. */
void sim_said_check (SimNode *node, const GeoMessage *message);
void
sim_said_stored (SimNode *node, const GeoRecordBody *body, GeoRecordKind kind);

/* sim-letters.c: what people write to each other (§8a); the hub's part, */
void sim_letters_present (SimHub *hub, SimNode *node, gboolean present);
void sim_letters_written (SimHub *hub, const GeoChange *change);
gboolean
sim_letters_take (SimHub *hub, SimNode *node, const GeoMessage *message);
/* what a node hears, says and stores of it, */
void sim_letters_heard (SimNode *node, const GeoMessage *message);
void sim_letters_said (SimNode *node, const GeoMessage *message);
void sim_letters_stored (SimNode *node, const GeoRecordBody *body);
void sim_letters_sent (SimNode *node, const GeoHash *hash);
void sim_letters_check_order (SimNode *node, const GeoOrder *order);
void sim_letters_paid (SimNode *node, const GeoOrder *order);
/* what must hold, */
void sim_letters_check_same (const SimNode *node,
                             const GeoParty *one,
                             const GeoParty *other);
void sim_letters_check_rest (Sim *sim);
/* and what people do. */
void sim_scene_ask (Sim *sim);
void sim_scene_link (Sim *sim);
void sim_scene_settle (Sim *sim);
void sim_scene_block (Sim *sim);

/* sim-copy.c: what is left with the hub for who has only the words (§8). */
#define SIM_RESTORE_MS 600000
SimCopy *sim_copy_new (void);
void sim_copy_free (SimCopy *copy);
void sim_copy_use (SimNode *node);
gboolean sim_copy_begin (SimNode *node, gboolean has_more);
gboolean sim_copy_answer (SimNode *node, const GeoMessage *message);
void sim_copy_event (SimNode *node, const SimEvent *event);
void sim_copy_changed (SimNode *node);
void sim_copy_synced (SimNode *node);
void sim_copy_disconnected (SimNode *node);
void sim_copy_fall (SimNode *node, gboolean is_lost);
void sim_copy_check (Sim *sim, SimNode *node);

/* sim-keep.c: the hub's own room for copies. */
void sim_keep_begin (SimHub *hub);
void sim_keep_end (SimHub *hub);
/* FALSE: it is about something else. */
gboolean sim_keep_take (SimHub *hub, SimNode *node, const GeoMessage *message);

/* sim-keys.c: keys that are changed (§5a); what a node has of its own, */
void sim_keys_begin (SimNode *node);
void sim_keys_free (SimNode *node);
void sim_keys_choose (SimNode *node);
/* FALSE where the journal is another key's. */
gboolean sim_keys_take (SimNode *node);
void sim_keys_load (const SimNode *node, GeoParty *party);
void sim_keys_confirm (SimNode *node);
void sim_keys_replace (SimNode *node);
void sim_keys_renew (SimNode *node);
void sim_keys_ask (SimNode *node);
gboolean sim_keys_are_known (const SimNode *node);
/* Somebody, rather one who has changed its key. */
SimNode *sim_keys_somebody (Sim *sim);
/* former: of its state copy; FALSE where its disk failed. */
gboolean sim_keys_bring_back (SimNode *node, GPtrArray *former);
/* what people do, and who is none of them, */
void sim_scene_rotate (Sim *sim);
void sim_scene_thief (Sim *sim);
void sim_scene_old_key (Sim *sim);
void sim_scene_unsaid_key (Sim *sim);
void sim_keys_thief (Sim *sim, SimSession *session);
/* and what must hold. */
void sim_keys_check_said (SimNode *node, const GeoParticipant *self);
void sim_keys_check_login (SimHub *hub,
                           const SimSession *session,
                           const GeoLogin *login);
/* TRUE where a key signed it that was left before. */
gboolean
sim_keys_hand_in (SimHub *hub, SimNode *node, const GeoMessage *message);
void sim_keys_check_change (SimHub *hub, const GeoChange *change);
void sim_keys_check_entry (SimNode *node, const GeoProvenEntry *entry);
void sim_keys_check_same (const SimNode *node,
                          const GeoParty *one,
                          const GeoParty *other);
void sim_keys_check_rest (Sim *sim);

/* sim-old.c: a hub that is put back to an older copy, at the end of all. */
void sim_old_begin (Sim *sim);
void sim_old_copy (Sim *sim);
void sim_old_put_back (Sim *sim);
/* It is told of a fault; TRUE where it is that. */
gboolean sim_old_notice (SimNode *node);

/* sim-gather.c: while the hub that was put back is down: it gets back what it
 * told since.  TRUE: everybody came, and gave all. */
gboolean sim_gather (Sim *sim);
/* Whether the hub's disk has something else than it told the node. */
gboolean sim_gather_forgot (SimHub *hub, SimNode *node);

/* sim-load.c: a party from a journal. */
GeoParty *sim_load_party (SimNode *node, GError **error);

/* sim-check.c: what must hold after a step, now and then, and in rest. */
void sim_check_step (Sim *sim, const SimEvent *event);
/* The hub's book is what is true; while nothing waits to be written. */
void sim_check_book (Sim *sim);
void sim_check_all (Sim *sim);
void sim_check_rest (Sim *sim);

/* sim-lie.c: a hub that lies. */
void sim_lie (SimHub *hub, SimNode *node);
/* A changed copy of what is about to be sent, or NULL. */
GeoMessage *sim_lie_change (SimHub *hub, SimNode *node, const GeoMessage *said);

/* Whether this node can see now that it is one. */
gboolean sim_lie_shows (const SimNode *node, const GeoMessage *message);

/* sim-memo.c: a run begins, and no signature is remembered. */
void sim_memo_begin (gboolean wanted);

/* sim-plant.c: the deliberate mistake, once. */
void sim_plant (Sim *sim);
/* The hub goes by the key before, or by the one in force again. */
void sim_plant_former (SimHub *hub, const SimNode *node, gboolean former);
/* Somebody is not told of what it takes part in. */
void sim_plant_entry (GPtrArray *changes);

/* sim-life.c: scenes. */
void sim_life_begin (Sim *sim);
void sim_life_next (Sim *sim);
void sim_scene_line_freezes (Sim *sim);
void sim_life_trust (SimNode *from,
                     const SimNode *to,
                     const gchar *equivalent,
                     gint64 limit);
