/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Links and QR strings geo://v1/… (protocol §13): join, participant, pay.  Pure
 * text in and out; unknown parameters are ignored, unknown versions refused.
 */
#pragma once

#include "core/geo-amount.h"
#include "core/geo-messages.h"
#include "core/geo-pid.h"

G_BEGIN_DECLS

typedef enum {
  GEO_LINK_PARTICIPANT = 1,
  GEO_LINK_PAY = 2,
  GEO_LINK_JOIN = 3,
} GeoLinkKind;

/* Fields that the kind does not have, or the link did not carry, are NULL /
 * has_… FALSE. */
typedef struct {
  GeoLinkKind kind;
  gboolean has_pid;
  GeoPid pid; /* participant: pid=, pay: to= */
  gchar *name; /* participant: name= */
  /* participant: key=, the one in force where the PID is made of a former one. */
  gboolean has_key;
  GeoPublicKey key;
  gchar *hub; /* http(s):// or ws(s):// address of the hub */
  gboolean has_community;
  GeoPid community; /* join: community= */
  gchar *fingerprint; /* join: SHA-256 of the TLS certificate, hex */
  gchar *code; /* join: code= */
  gchar *equivalent; /* pay, and proposed with an invitation */
  gchar *amount; /* pay: as written, checked as a GeoDecimal */
  gchar *memo; /* pay */
  /* pay: the signed request the link carries, or NULL; what it says stands in
   * the fields above, too.  Its signature is by invoice_key, which may be a
   * later key of the payee than the one its PID is made of. */
  GeoInvoice *invoice;
  GeoPublicKey invoice_key;
  /* join: the signed invitation the link carries, or NULL, and the key that
   * signed it, of which the same is true. */
  GeoInvitation *invitation;
  GeoPublicKey invitation_key;
} GeoLink;

GeoLink *geo_link_parse (const gchar *text, GError **error);
gchar *geo_link_to_string (const GeoLink *link);
GeoLink *geo_link_new (GeoLinkKind kind);
/* A payment link of a signed request (§13); hub may be NULL. */
GeoLink *geo_link_new_invoice (const GeoInvoice *invoice,
                               const GeoPublicKey *key,
                               const gchar *hub);
void geo_link_free (GeoLink *link);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GeoLink, geo_link_free)

G_END_DECLS
