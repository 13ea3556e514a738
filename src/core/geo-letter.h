/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What people say to each other (protocol §8a): requests to be paid, requests
 * to be trusted, checkpoints, and the responses to them; and the invitations
 * that their writer keeps.  Whether a letter holds
 * by itself; what follows from it is the protocol room's.
 */
#pragma once

#include "core/geo-contract.h"
#include "core/geo-messages.h"

G_BEGIN_DECLS

/* Stored in the journal's projection: numbers stay. */
typedef enum {
  GEO_REQUEST_PAYMENT = 1, /* an invoice: pay me */
  GEO_REQUEST_TRUST = 2, /* a trust_request: trust me up to */
  GEO_REQUEST_CHECKPOINT = 3, /* a checkpoint: we agree on what is owed */
  GEO_REQUEST_INVITATION = 4, /* an invitation: come in, I would trust you */
} GeoRequestKind;

typedef enum {
  GEO_REQUEST_OPEN = 1,
  GEO_REQUEST_DONE = 2, /* paid, trusted, agreed, taken up */
  GEO_REQUEST_DECLINED = 3,
  GEO_REQUEST_WITHDRAWN = 4,
  /* Whoever asked says that it is settled: by somebody else, or taken back. */
  GEO_REQUEST_CLOSED = 5,
} GeoRequestState;

/* The reason of whoever asked to be paid, and is not any more (§8a). */
#define GEO_LETTER_CLOSED "invoice_closed"

/* What a letter asks for, whatever the kind; everything is borrowed. */
typedef struct {
  GeoRequestKind kind; /* 0: the letter only responses. */
  GeoHash hash; /* of the object; of a response alone, what it is about */
  const gchar *id;
  GeoPid from; /* who asks */
  gboolean has_to;
  GeoPid to; /* who is asked */
  const gchar *equivalent;
  gboolean has_amount;
  GeoDecimal amount;
  const gchar *memo;
  gboolean single_use;
  gboolean has_expires_at;
  GeoTime expires_at;
  GeoTime created_at;
  const GeoResponse *response; /* of a response alone */
} GeoRequestFacts;

/* Of one object. */
void geo_invoice_get_facts (const GeoInvoice *invoice, GeoRequestFacts *out);

/* Everything in it is of this community, belongs together and is signed by
 * whom it should be; lookup finds the keys of others than the writer, and what
 * is known of the writer's (it may be NULL where there are none).  A checkpoint
 * is asked for by who agreed to it first.  GEO_CORE_ERROR. */
gboolean geo_letter_check (const GeoLetter *letter,
                           const GeoPid *community,
                           GeoKeyLookup lookup,
                           gpointer user_data,
                           GeoRequestFacts *out,
                           GError **error);
/* The same without the signatures: what a journal looks at each time. */
gboolean geo_letter_get_facts (const GeoLetter *letter,
                               const GeoPid *community,
                               GeoRequestFacts *out,
                               GError **error);

/* A checkpoint with the responses of both, as a file: canonical JSON that
 * geo_proof_verify () of the node checks. */
gchar *geo_checkpoint_to_proof (const GeoLetter *letter,
                                const GeoCommunity *community,
                                const GeoParticipant *creditor,
                                const GeoParticipant *debtor);

G_END_DECLS
