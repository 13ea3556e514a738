/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The world's clock, network and disks, and what must hold at its end.  A
 * driver as a hub's and a wallet's are, with everything that can go wrong under
 * the test's hand.
 */
#include "world-private.h"

#include <string.h>

#define SYNC_MAX 50

typedef enum {
  EVENT_TO_HUB,
  EVENT_TO_MEMBER,
  EVENT_HUB_TIMER,
  EVENT_MEMBER_TIMER,
} EventKind;

typedef struct {
  EventKind kind;
  GeoTime at;
  guint64 number;
  guint member;
  guint session;
  gchar *text;
  GeoHash timer;
} Event;

static void carry_out_hub (World *world, GPtrArray *actions);
static void carry_out_member (Member *member, GPtrArray *actions);

static void
event_free (Event *event) {
  g_free (event->text);
  g_free (event);
}

static gint
compare_events (gconstpointer a, gconstpointer b, gpointer user_data) {
  const Event *left = a, *right = b;

  if (left->at != right->at)
    return left->at < right->at ? -1 : 1;
  return left->number < right->number ? -1 : 1;
}

static void
add_event (World *world, Event *event) {
  event->number = world->n_events++;
  g_sequence_insert_sorted (world->events, event, compare_events, NULL);
}

static guint
dice (World *world, guint sides) {
  return (guint) g_rand_int_range (world->rand, 0, (gint32) sides);
}

/* --- Members and the hub -----------------------------------------------------
 */

static const gchar *
refuse_sometimes (const GeoContract *contract,
                  const GeoOrder *order,
                  gpointer user_data) {
  Member *member = user_data;

  return dice (member->world, 100) < member->refuse_percent ? "not_now" : NULL;
}

static void
member_free (Member *member) {
  geo_party_free (member->party);
  person_free (member->person);
  g_ptr_array_unref (member->records);
  g_hash_table_unref (member->timers);
  g_hash_table_unref (member->states);
  g_free (member->last_reason);
  g_free (member);
}

Member *
world_member (World *world, guint index) {
  return g_ptr_array_index (world->members, index);
}

guint
world_find (World *world, const GeoPid *pid) {
  for (guint i = 0; i < world->members->len; i++)
    if (geo_pid_equal (&world_member (world, i)->person->pid, pid))
      return i;
  g_assert_not_reached ();
}

static void
start_hub (World *world) {
  GeoCloserLimits limits;
  guint8 salt_key[32];

  /* Of each start another one. */
  memset (salt_key, 0x5a, sizeof salt_key);
  memcpy (salt_key, &world->n_starts, sizeof world->n_starts);
  world->n_starts++;
  geo_closer_limits_init (&limits);
  world->book = ledger_load (world->ledger);
  world->closer = geo_closer_new (world->book, world->secret, salt_key,
                                  &limits);
}

World *
world_new (guint n_members, guint32 seed) {
  World *world = g_new0 (World, 1);

  world->secret = town_secret (254);
  world->community = town_community (world->secret);
  world->pid = world->community->community;
  world->ledger = ledger_new (world->community);
  world->members =
      g_ptr_array_new_with_free_func ((GDestroyNotify) member_free);
  world->rand = g_rand_new_with_seed (seed);
  world->now = TOWN_START;
  world->events = g_sequence_new ((GDestroyNotify) event_free);
  world->hub_timers = g_hash_table_new_full (geo_hash_hash, geo_hash_equal,
                                             g_free, g_free);
  world->delay_ms_max = 1;
  start_hub (world);

  for (guint i = 0; i < n_members; i++) {
    Member *member = g_new0 (Member, 1);
    g_autofree gchar *name = g_strdup_printf ("Member %u", i);
    g_autoptr (GPtrArray) actions = geo_actions_new ();
    g_autoptr (GError) error = NULL;

    member->world = world;
    member->index = i;
    member->person = person_new (&world->pid, (guint8) (i + 1), name);
    member->records =
        g_ptr_array_new_with_free_func ((GDestroyNotify) geo_action_free);
    member->timers = g_hash_table_new_full (geo_hash_hash, geo_hash_equal,
                                            g_free, g_free);
    member->states = g_hash_table_new_full (geo_hash_hash, geo_hash_equal,
                                            g_free, NULL);
    g_ptr_array_add (world->members, member);
    geo_closer_register (world->closer, member->person->participant, world->now,
                         actions, &error);
    g_assert_no_error (error);
    carry_out_hub (world, actions);
  }
  for (guint i = 0; i < n_members; i++) {
    Member *member = world_member (world, i);

    member->party = world_load_party (member);
    geo_party_set_refuse_func (member->party, refuse_sometimes, member);
  }
  return world;
}

void
world_free (World *world) {
  g_sequence_free (world->events);
  g_hash_table_unref (world->hub_timers);
  g_ptr_array_unref (world->members);
  geo_closer_free (world->closer);
  geo_book_free (world->book);
  ledger_free (world->ledger);
  geo_community_free (world->community);
  geo_secret_unref (world->secret);
  g_rand_free (world->rand);
  g_free (world);
}

/* --- The network
 * --------------------------------------------------------------- */

static void
post (World *world, Member *member, EventKind kind, GeoMessage *message) {
  guint copies = 1;
  g_autofree gchar *text = NULL;
  gsize len;

  if (*message->msg_id == '\0') {
    g_autofree gchar *id = g_strdup_printf ("id-%u", world->n_ids++);

    geo_message_set_id (message, id);
  }
  text = geo_message_encode (message, &len);
  if (dice (world, 100) < world->lost_percent) {
    world->n_lost++;
    copies = 0;
  } else if (dice (world, 100) < world->doubled_percent) {
    copies = 2;
  }
  for (guint i = 0; i < copies; i++) {
    Event *event = g_new0 (Event, 1);

    event->kind = kind;
    event->at = world->now + 1 + world->delay_ms_min +
                dice (world, world->delay_ms_max);
    event->member = member->index;
    event->session = member->session;
    event->text = g_strdup (text);
    add_event (world, event);
  }
}

static void
close_session (World *world, Member *member) {
  g_autoptr (GPtrArray) actions = geo_actions_new ();

  if (!member->connected)
    return;
  member->connected = FALSE;
  member->session++;
  geo_party_disconnected (member->party, world->now, actions);
  carry_out_member (member, actions);
}

void
world_disconnect (World *world, guint index) {
  Member *member = world_member (world, index);
  g_autoptr (GPtrArray) actions = geo_actions_new ();

  if (!member->connected)
    return;
  close_session (world, member);
  geo_closer_present (world->closer, &member->person->pid, FALSE, world->now,
                      actions);
  carry_out_hub (world, actions);
}

void
world_connect (World *world, guint index) {
  Member *member = world_member (world, index);
  g_autoptr (GPtrArray) hub_actions = geo_actions_new ();
  g_autoptr (GPtrArray) actions = geo_actions_new ();
  gint64 sequence;

  if (member->connected)
    return;
  member->connected = TRUE;
  member->session++;
  geo_closer_present (world->closer, &member->person->pid, TRUE, world->now,
                      hub_actions);
  carry_out_hub (world, hub_actions);
  if (!member->connected)
    return;
  sequence = geo_book_get_sequence (world->book, &member->person->pid, NULL);
  geo_party_connected (member->party, sequence, world->now, actions);
  carry_out_member (member, actions);
}

void
world_connect_all (World *world) {
  for (guint i = 0; i < world->members->len; i++)
    world_connect (world, i);
}

void
world_restart_member (World *world, guint index) {
  Member *member = world_member (world, index);
  g_autoptr (GPtrArray) actions = geo_actions_new ();
  gboolean was_connected = member->connected;

  member->connected = FALSE;
  member->session++;
  geo_party_free (member->party);
  g_hash_table_remove_all (member->timers);
  member->party = world_load_party (member);
  geo_party_set_refuse_func (member->party, refuse_sometimes, member);
  if (!was_connected)
    return;
  geo_closer_present (world->closer, &member->person->pid, FALSE, world->now,
                      actions);
  carry_out_hub (world, actions);
}

void
world_restart_hub (World *world) {
  world->violations += geo_closer_get_violations (world->closer);
  geo_closer_free (world->closer);
  geo_book_free (world->book);
  g_hash_table_remove_all (world->hub_timers);
  start_hub (world);
  ledger_check_book (world->ledger, world->book);
  for (guint i = 0; i < world->members->len; i++)
    close_session (world, world_member (world, i));
}

/* --- Carrying out
 * -------------------------------------------------------------- */

/* One timer a hash: the table says which of the events still counts. */
static void
set_timer (World *world,
           GHashTable *timers,
           EventKind kind,
           guint member,
           const GeoAction *action) {
  Event *event;

  if (action->at == 0) {
    g_hash_table_remove (timers, &action->timer);
    return;
  }
  event = g_new0 (Event, 1);
  event->kind = kind;
  event->at = MAX (action->at, world->now);
  event->member = member;
  event->timer = action->timer;
  g_hash_table_replace (timers, geo_hash_dup (&action->timer),
                        g_memdup2 (&event->at, sizeof event->at));
  add_event (world, event);
}

static gboolean
is_due (GHashTable *timers, const Event *event) {
  const GeoTime *at = g_hash_table_lookup (timers, &event->timer);

  if (at == NULL || *at != event->at)
    return FALSE;
  g_hash_table_remove (timers, &event->timer);
  return TRUE;
}

/* The hub falls between two actions: what is not on disk never was. */
static void
carry_out_hub (World *world, GPtrArray *actions) {
  for (guint i = 0; i < actions->len; i++) {
    GeoAction *action = g_ptr_array_index (actions, i);

    if (dice (world, 1000) < world->hub_falls_permille) {
      world->n_falls++;
      world_restart_hub (world);
      return;
    }
    switch (action->kind) {
    case GEO_ACTION_STORE_CHANGE:
      ledger_apply (world->ledger, action->change);
      break;
    case GEO_ACTION_SEND: {
      Member *member = world_member (world, world_find (world, &action->to));

      if (member->connected)
        post (world, member, EVENT_TO_MEMBER, action->message);
      break;
    }
    case GEO_ACTION_TIMER:
      set_timer (world, world->hub_timers, EVENT_HUB_TIMER, 0, action);
      break;
    case GEO_ACTION_STORE_RECORD:
    case GEO_ACTION_TELL:
      g_assert_not_reached ();
    }
  }
}

static void
hear (Member *member, const GeoTold *told) {
  GeoPaymentState before;

  switch (told->kind) {
  case GEO_TOLD_PAYMENT:
    before = (GeoPaymentState) GPOINTER_TO_INT (
        g_hash_table_lookup (member->states, &told->order_hash));
    /* Nothing comes after Paid or Not paid. */
    g_assert_true (before != GEO_PAYMENT_PAID || told->state == before);
    g_assert_true (before != GEO_PAYMENT_NOT_PAID || told->state == before);
    g_hash_table_replace (member->states, geo_hash_dup (&told->order_hash),
                          GINT_TO_POINTER ((gint) told->state));
    if (told->state == GEO_PAYMENT_NOT_PAID) {
      g_free (member->last_reason);
      member->last_reason = g_strdup (told->reason);
    }
    return;
  case GEO_TOLD_RECEIVED:
    member->n_received++;
    return;
  case GEO_TOLD_PASSED:
    member->n_passed++;
    return;
  case GEO_TOLD_CLEARED:
    member->n_cleared++;
    return;
  case GEO_TOLD_FAULT:
    /* Nobody here lies. */
    g_error ("member %u was told of a fault: %s", member->index, told->reason);
  case GEO_TOLD_LINE:
  case GEO_TOLD_LINE_REFUSED:
  case GEO_TOLD_REFUSED_VOTE:
  case GEO_TOLD_PROPOSALS:
  case GEO_TOLD_REQUEST:
  case GEO_TOLD_BLOCKED:
  case GEO_TOLD_OLD_ENTRY:
  case GEO_TOLD_SYNCED:
  case GEO_TOLD_PERSON:
  case GEO_TOLD_NEW_KEY:
  case GEO_TOLD_TWO_KEYS:
    return;
  }
}

static void
carry_out_member (Member *member, GPtrArray *actions) {
  World *world = member->world;
  guint session = member->session;

  for (guint i = 0; i < actions->len; i++) {
    GeoAction *action = g_ptr_array_index (actions, i);

    if (dice (world, 1000) < world->member_falls_permille) {
      world->n_falls++;
      world_restart_member (world, member->index);
      return;
    }
    switch (action->kind) {
    case GEO_ACTION_STORE_RECORD: {
      g_autofree gchar *text = geo_record_body_to_text (action->record, NULL);
      g_autoptr (GError) error = NULL;
      GeoAction *copy = g_new0 (GeoAction, 1);

      copy->kind = action->kind;
      copy->record_kind = action->record_kind;
      copy->record = geo_record_body_from_text (text, -1, &error);
      g_assert_no_error (error);
      g_ptr_array_add (member->records, copy);
      break;
    }
    case GEO_ACTION_SEND:
      g_assert_false (action->has_to);
      if (member->connected && session == member->session)
        post (world, member, EVENT_TO_HUB, action->message);
      break;
    case GEO_ACTION_TIMER:
      set_timer (world, member->timers, EVENT_MEMBER_TIMER, member->index,
                 action);
      break;
    case GEO_ACTION_TELL:
      hear (member, action->told);
      break;
    case GEO_ACTION_STORE_CHANGE:
      g_assert_not_reached ();
    }
  }
}

/* --- What happens
 * --------------------------------------------------------------- */

static void
send_entries (World *world, Member *member, const GeoMessage *message) {
  const GPtrArray *chain = ledger_entries (world->ledger, &member->person->pid);
  gint64 from = message->u.sync->sequence;
  gint64 to = from;
  GeoMessage *result;

  for (guint i = (guint) from;
       chain != NULL && i < chain->len && i < from + SYNC_MAX; i++) {
    g_autoptr (GeoMessage) entry = geo_message_new (GEO_MESSAGE_ENTRY, NULL);

    entry->u.entry->entry =
        geo_proven_entry_copy (g_ptr_array_index (chain, i));
    post (world, member, EVENT_TO_MEMBER, entry);
    to = i + 1;
  }
  result = geo_message_new (GEO_MESSAGE_SYNC_RESULT, message->msg_id);
  result->u.sync_result->sequence = to;
  post (world, member, EVENT_TO_MEMBER, result);
  geo_message_free (result);
}

static void
deliver_to_hub (World *world, Member *member, const GeoMessage *message) {
  g_autoptr (GPtrArray) actions = geo_actions_new ();
  LedgerKnown known;

  if (message->type == GEO_MESSAGE_SYNC) {
    send_entries (world, member, message);
    return;
  }
  if (message->type == GEO_MESSAGE_LOG_QUERY) {
    g_autoptr (GeoMessage) answer = ledger_prove (world->ledger, world->secret,
                                                  &member->person->pid, message,
                                                  world->now);

    post (world, member, EVENT_TO_MEMBER, answer);
    return;
  }
  ledger_find (world->ledger, &member->person->pid, message, &known);
  geo_closer_message (world->closer, &member->person->pid, message,
                      &known.known, world->now, actions);
  ledger_known_clear (&known);
  carry_out_hub (world, actions);
}

static void
happen (World *world, Event *event) {
  Member *member = world_member (world, event->member);
  g_autoptr (GPtrArray) actions = geo_actions_new ();
  g_autoptr (GeoMessage) message = NULL;
  g_autoptr (GError) error = NULL;

  if (event->text != NULL) {
    /* A session that ended takes what was on its way with it. */
    if (!member->connected || event->session != member->session)
      return;
    message = geo_message_decode (event->text, strlen (event->text), &error);
    g_assert_no_error (error);
  }
  switch (event->kind) {
  case EVENT_TO_HUB:
    deliver_to_hub (world, member, message);
    return;
  case EVENT_TO_MEMBER:
    if (member->deaf)
      return;
    geo_party_message (member->party, message, world->now, actions);
    carry_out_member (member, actions);
    return;
  case EVENT_HUB_TIMER:
    if (!is_due (world->hub_timers, event))
      return;
    geo_closer_timer (world->closer, &event->timer, world->now, actions);
    carry_out_hub (world, actions);
    return;
  case EVENT_MEMBER_TIMER:
    if (!is_due (member->timers, event))
      return;
    geo_party_timer (member->party, &event->timer, world->now, actions);
    carry_out_member (member, actions);
    return;
  }
}

static gboolean
step (World *world, GeoTime until) {
  GSequenceIter *first = g_sequence_get_begin_iter (world->events);
  Event *event, *copy;

  if (g_sequence_iter_is_end (first))
    return FALSE;
  event = g_sequence_get (first);
  if (event->at > until)
    return FALSE;
  copy = g_memdup2 (event, sizeof *event);
  copy->text = g_strdup (event->text);
  g_sequence_remove (first);
  world->now = MAX (world->now, copy->at);
  happen (world, copy);
  event_free (copy);
  return TRUE;
}

void
world_run (World *world, gint64 ms) {
  GeoTime until = world->now + ms;

  while (step (world, until))
    ;
  world->now = until;
}

void
world_settle (World *world) {
  guint n = 0;

  while (step (world, G_MAXINT64))
    g_assert_cmpuint (++n, <, 100000);
}

/* --- Wishes
 * --------------------------------------------------------------------- */

gboolean
world_trust (World *world,
             guint from,
             guint to,
             gint64 limit,
             LineFlags flags) {
  Member *member = world_member (world, from);
  g_autoptr (GPtrArray) actions = geo_actions_new ();
  g_autoptr (GeoPolicy) policy = geo_policy_new_default ();
  g_autofree gchar *id = g_strdup_printf ("line-%u-%u-%u", from, to,
                                          world->n_ids++);

  if (flags & LINE_LIVE)
    policy->consent = GEO_CONSENT_LIVE;
  if (flags & LINE_NOT_THROUGH)
    policy->can_be_intermediate = FALSE;
  if (flags & LINE_ASK_CLEARING)
    policy->auto_clearing = FALSE;
  if (!geo_party_trust (member->party, id,
                        &world_member (world, to)->person->pid, TOWN_EQUIVALENT,
                        GEO_AMOUNT (MAX (limit, 0)), limit < 0, policy,
                        world->now, actions, NULL))
    return FALSE;
  carry_out_member (member, actions);
  return TRUE;
}

gboolean
world_pay (World *world,
           guint from,
           guint to,
           gint64 amount,
           const gchar *text,
           gint64 deadline_ms,
           GeoHash *order) {
  Member *member = world_member (world, from);
  g_autoptr (GPtrArray) actions = geo_actions_new ();
  g_autofree gchar *id = g_strdup_printf ("tx-%u", world->n_ids++);
  GeoHash hash;

  if (!geo_party_pay (member->party, id, &world_member (world, to)->person->pid,
                      TOWN_EQUIVALENT, GEO_AMOUNT (amount), text, NULL,
                      world->now, deadline_ms, &hash, actions, NULL))
    return FALSE;
  if (order != NULL)
    *order = hash;
  carry_out_member (member, actions);
  return TRUE;
}

guint
world_clear (World *world, guint max_length) {
  g_autoptr (GPtrArray) actions = geo_actions_new ();
  guint n = geo_closer_clear (world->closer, TOWN_EQUIVALENT, max_length,
                              world->now, actions);

  carry_out_hub (world, actions);
  return n;
}

static void
list_proposal (const GeoHash *contract,
               const GeoContract *object,
               GPtrArray *hops,
               gpointer user_data) {
  g_array_append_vals (user_data, contract, 1);
}

guint
world_count_proposals (World *world, guint index) {
  g_autoptr (GArray) hashes = g_array_new (FALSE, FALSE, sizeof (GeoHash));

  geo_party_foreach_proposal (world_member (world, index)->party, list_proposal,
                              hashes);
  return hashes->len;
}

guint
world_answer (World *world, guint index, gboolean accepts) {
  Member *member = world_member (world, index);
  g_autoptr (GArray) hashes = g_array_new (FALSE, FALSE, sizeof (GeoHash));
  guint n = 0;

  geo_party_foreach_proposal (member->party, list_proposal, hashes);
  for (guint i = 0; i < hashes->len; i++) {
    g_autoptr (GPtrArray) actions = geo_actions_new ();

    n += geo_party_answer_clearing (member->party,
                                    &g_array_index (hashes, GeoHash, i),
                                    accepts, world->now, actions, NULL);
    carry_out_member (member, actions);
  }
  return n;
}

/* --- What must hold
 * -------------------------------------------------------------- */

GeoPaymentState
world_state (World *world, guint index, const GeoHash *order) {
  return (GeoPaymentState) GPOINTER_TO_INT (
      g_hash_table_lookup (world_member (world, index)->states, order));
}

gint64
world_debt (World *world, guint debtor, guint creditor) {
  return ledger_debt (world->ledger, &world_member (world, debtor)->person->pid,
                      &world_member (world, creditor)->person->pid,
                      TOWN_EQUIVALENT)
      .minor;
}

/* Every order that is on a member's disk has the outcome that the hub has, and
 * only that one.  Adds up what the member paid and was paid. */
static void
check_orders (World *world, Member *member, gint64 *nets) {
  for (guint i = 0; i < member->records->len; i++) {
    const GeoAction *action = g_ptr_array_index (member->records, i);
    const GeoOrder *order = action->record->order;
    gboolean paid = FALSE, refused = FALSE;
    GeoPaymentState told;
    GeoHash hash;

    if (action->record_kind != GEO_RECORD_KIND_ORDER)
      continue;
    geo_order_hash (order, &hash);
    for (guint j = i; j < member->records->len; j++) {
      const GeoAction *later = g_ptr_array_index (member->records, j);
      const GeoRecordBody *body = later->record;

      if (later->record_kind == GEO_RECORD_KIND_ENTRY &&
          body->entry->certificate != NULL &&
          geo_hash_equal (&body->entry->certificate->contract->order, &hash))
        paid = TRUE;
      if (later->record_kind == GEO_RECORD_KIND_REFUSED &&
          body->refusal != NULL && body->refusal->has_order &&
          geo_hash_equal (&body->refusal->order, &hash))
        refused = TRUE;
    }
    g_assert_true (paid != refused);
    g_assert_true (paid == ledger_is_committed (world->ledger, &hash));
    g_assert_true (refused == (ledger_refusal (world->ledger, &hash) != NULL));
    /* A fall may have come between the disk and the telling. */
    told = world_state (world, member->index, &hash);
    g_assert_true (!paid || told != GEO_PAYMENT_NOT_PAID);
    g_assert_true (!refused || told != GEO_PAYMENT_PAID);
    if (paid) {
      nets[member->index] -= order->amount.amount.minor;
      nets[world_find (world, &order->to)] += order->amount.amount.minor;
    }
  }
}

void
world_check (World *world) {
  guint n = world->members->len;
  g_autofree gint64 *nets = g_new0 (gint64, n);

  g_assert_cmpuint (
      world->violations + geo_closer_get_violations (world->closer), ==, 0);
  g_assert_cmpuint (geo_closer_count_open (world->closer), ==, 0);
  g_assert_cmpuint (geo_closer_count_clearings (world->closer), ==, 0);
  ledger_check_book (world->ledger, world->book);
  for (guint i = 0; i < n; i++)
    check_orders (world, world_member (world, i), nets);

  for (guint i = 0; i < n; i++) {
    Member *member = world_member (world, i);
    gint64 net = 0;

    g_assert_true (member->connected);
    g_assert_cmpuint (geo_party_count_open (member->party), ==, 0);
    g_assert_cmpint (
        geo_party_get_sequence (member->party, NULL), ==,
        geo_book_get_sequence (world->book, &member->person->pid, NULL));
    for (guint j = 0; j < n; j++) {
      Member *peer = world_member (world, j);
      gint64 own, other;

      if (i == j)
        continue;
      own = geo_party_get_balance (member->party, &peer->person->pid,
                                   TOWN_EQUIVALENT)
                .minor;
      other = geo_party_get_balance (peer->party, &member->person->pid,
                                     TOWN_EQUIVALENT)
                  .minor;
      /* I5: both parties of a hop have the same. */
      g_assert_cmpint (own, ==, -other);
      g_assert_cmpint (own, ==,
                       world_debt (world, j, i) - world_debt (world, i, j));
      net += own;
    }
    /* I7: what came to it is what was paid to it, less what it paid. */
    g_assert_cmpint (net, ==, nets[i]);
  }
}
