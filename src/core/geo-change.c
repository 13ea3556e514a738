/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoChange as a value: making and freeing it.  It decides nothing and writes
 * nothing.
 */
#include "core/geo-change.h"

GeoChange *
geo_change_new (GeoChangeKind kind, GeoTime at) {
  GeoChange *change = g_new0 (GeoChange, 1);

  change->kind = kind;
  change->at = at;
  change->hops = g_ptr_array_new_with_free_func ((GDestroyNotify) geo_hop_free);
  change->debts = g_array_new (FALSE, FALSE, sizeof (GeoDebtChange));
  change->entries =
      g_ptr_array_new_with_free_func ((GDestroyNotify) geo_proven_entry_free);
  return change;
}

void
geo_audit_free (GeoAudit *audit) {
  if (audit == NULL)
    return;

  g_free (audit->id);
  g_free (audit->role);
  g_free (audit->action);
  g_free (audit->object_type);
  g_free (audit->object_id);
  g_free (audit->reason);
  g_free (audit->before);
  g_free (audit->after);
  g_free (audit->request_id);
  g_free (audit->address);
  g_free (audit);
}

void
geo_change_free (GeoChange *change) {
  if (change == NULL)
    return;

  geo_participant_free (change->participant);
  geo_trust_line_free (change->line);
  geo_certificate_free (change->certificate);
  geo_order_free (change->order);
  geo_contract_free (change->contract);
  geo_refusal_free (change->refusal);
  geo_entry_ack_free (change->ack);
  g_free (change->setting);
  g_free (change->value);
  g_free (change->token);
  geo_state_copy_free (change->copy);
  g_clear_pointer (&change->parts, g_ptr_array_unref);
  geo_community_free (change->community);
  g_free (change->note);
  geo_audit_free (change->audit);
  g_free (change->equivalent);
  g_free (change->text);
  g_clear_pointer (&change->sealed, g_bytes_unref);
  g_ptr_array_unref (change->hops);
  g_array_unref (change->debts);
  g_ptr_array_unref (change->entries);
  g_free (change);
}
