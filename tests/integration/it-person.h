/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * ItPerson: a person with a light node in this process, for a test: everything
 * the node does later is waited for here, and a test fails where it does not
 * come.  Amounts are UAH in minor units.
 */
#pragma once

#include "it-hub.h"

#include "node/geo-node.h"
#include "protocol/geo-party.h"
#include "store/geo-journal.h"

G_BEGIN_DECLS

#define IT_EQUIVALENT "UAH"

typedef struct {
  gchar *name;
  gchar *folder;
  gboolean owns_folder;
  GeoProfile *profile;
  GeoNode *node; /* NULL while away */
  GeoPid pid;
} ItPerson;

/* In a folder of its own, which is removed with it. */
ItPerson *it_person_new (const gchar *name);
/* In that folder, which stays. */
ItPerson *it_person_new_in (const gchar *folder, const gchar *name);
void it_person_free (ItPerson *person);

/* Makes or loads the identity. */
void it_person_unlock (ItPerson *person);
/* That and joins, and is caught up. */
void it_person_arrive (ItPerson *person, const gchar *link);
/* The node is gone, as if the program had ended. */
void it_person_leave (ItPerson *person);
/* Back from what is on disk, and caught up. */
void it_person_return (ItPerson *person);
void it_person_wait_connected (ItPerson *person);

void it_person_trust (ItPerson *person,
                      ItPerson *other,
                      gint64 limit,
                      gboolean live);
/* Learns whom it will pay. */
void it_person_find (ItPerson *person, ItPerson *other);
/* Orders it; the payment is borrowed from the node. */
GeoPayment *it_person_order (ItPerson *person,
                             const gchar *tx_id,
                             ItPerson *to,
                             gint64 amount,
                             const gchar *text);
/* Until it is paid or not; never in doubt for ever. */
GeoState it_payment_wait (GeoPayment *payment);
GeoState it_person_pay (ItPerson *person, ItPerson *to, gint64 amount);

/* What other owes person; negative: what person owes. */
gint64 it_person_balance (ItPerson *person, ItPerson *other);
/* Both ends and the hub agree that debtor owes creditor this; waits for what is
 * still on its way. */
void
it_check_debt (ItHub *hub, ItPerson *debtor, ItPerson *creditor, gint64 debt);
/* Nobody is in doubt, everything in the journal holds. */
void it_person_verify (ItPerson *person);

/* For reading, beside the node; to be closed. */
GeoJournal *it_person_open_journal (ItPerson *person);
/* How many records of that kind there are about this tx_id. */
guint it_person_count_records (ItPerson *person,
                               GeoRecordKind kind,
                               const gchar *tx_id);
/* Its refusal; func NULL: no more. */
void it_person_set_refuse_func (ItPerson *person, GeoPartyRefuseFunc func);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ItPerson, it_person_free)

G_END_DECLS
