/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Lists of actions: making, appending, freeing.  Nothing here carries an action
 * out.
 */
#include "protocol/geo-action.h"

GPtrArray *
geo_actions_new (void) {
  return g_ptr_array_new_with_free_func ((GDestroyNotify) geo_action_free);
}

void
geo_told_free (GeoTold *told) {
  if (told == NULL)
    return;

  geo_order_free (told->order);
  geo_proven_entry_free (told->entry);
  geo_trust_line_free (told->line);
  geo_participant_free (told->person);
  g_free (told->reason);
  g_clear_pointer (&told->limits, g_ptr_array_unref);
  g_free (told);
}

void
geo_action_free (GeoAction *action) {
  if (action == NULL)
    return;

  geo_record_body_free (action->record);
  geo_change_free (action->change);
  geo_message_free (action->message);
  geo_told_free (action->told);
  g_free (action);
}

static GeoAction *
append (GPtrArray *actions, GeoActionKind kind) {
  GeoAction *action = g_new0 (GeoAction, 1);

  action->kind = kind;
  g_ptr_array_add (actions, action);
  return action;
}

void
geo_actions_store_record (GPtrArray *actions,
                          GeoRecordKind kind,
                          GeoRecordBody *body) {
  GeoAction *action;

  g_assert (body != NULL);
  action = append (actions, GEO_ACTION_STORE_RECORD);
  action->record_kind = kind;
  action->record = body;
}

void
geo_actions_store_change (GPtrArray *actions, GeoChange *change) {
  g_assert (change != NULL);
  append (actions, GEO_ACTION_STORE_CHANGE)->change = change;
}

void
geo_actions_send (GPtrArray *actions, const GeoPid *to, GeoMessage *message) {
  GeoAction *action;

  g_assert (message != NULL);
  action = append (actions, GEO_ACTION_SEND);
  action->message = message;
  if (to != NULL) {
    action->has_to = TRUE;
    action->to = *to;
  }
}

void
geo_actions_timer (GPtrArray *actions, const GeoHash *timer, GeoTime at) {
  GeoAction *action;

  g_assert (timer != NULL && at >= 0);
  action = append (actions, GEO_ACTION_TIMER);
  action->timer = *timer;
  action->at = at;
}

GeoTold *
geo_actions_tell (GPtrArray *actions, GeoToldKind kind) {
  GeoAction *action = append (actions, GEO_ACTION_TELL);

  action->told = g_new0 (GeoTold, 1);
  action->told->kind = kind;
  return action->told;
}
