/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A request as a window shows it.  It keeps what the journal says, and decides
 * nothing.
 */
#include "node/geo-request-item-private.h"

#include "core/geo-link.h"
#include "node/geo-items-private.h"

struct _GeoRequestItem {
  GObject parent_instance;

  gchar *key;
  GeoHash hash;
  GeoRequestKind kind;
  gboolean mine;
  gboolean has_peer;
  GeoPid peer;
  gchar *peer_name;
  gchar *id;
  gchar *equivalent;
  gboolean has_amount;
  GeoDecimal amount;
  gchar *memo;
  gboolean single_use;
  GeoTime at;
  gboolean has_expires_at;
  GeoTime expires_at;
  GeoRequestState state;
  GeoTime changed_at;
  gint64 paid;
  gboolean waits;
  gboolean i_owe;
  gchar *link;
  GeoLetter *letter;
  GeoParticipant *person;
};

G_DEFINE_FINAL_TYPE (GeoRequestItem, geo_request_item, G_TYPE_OBJECT)

static void
geo_request_item_finalize (GObject *object) {
  GeoRequestItem *self = GEO_REQUEST_ITEM (object);

  g_free (self->key);
  g_free (self->peer_name);
  g_free (self->id);
  g_free (self->equivalent);
  g_free (self->memo);
  g_free (self->link);
  geo_letter_free (self->letter);
  geo_participant_free (self->person);
  G_OBJECT_CLASS (geo_request_item_parent_class)->finalize (object);
}

static void
geo_request_item_class_init (GeoRequestItemClass *class) {
  G_OBJECT_CLASS (class)->finalize = geo_request_item_finalize;
}

static void
geo_request_item_init (GeoRequestItem *self) {
}

/* With the key that signed it, which may not be the last one any more. */
static gchar *
make_link (const GeoLetter *letter, GeoLink *join) {
  const GeoPublicKey *key = &letter->person->key;
  g_autoptr (GeoLink) link = NULL;
  gchar *text;

  if (letter->invoice != NULL) {
    link = geo_link_new_invoice (letter->invoice, key, join->hub);
    return geo_link_to_string (link);
  }
  if (letter->invitation == NULL)
    return NULL;
  /* Lent for as long as it is written. */
  join->equivalent = letter->invitation->equivalent;
  join->invitation = letter->invitation;
  join->invitation_key = *key;
  text = geo_link_to_string (join);
  join->equivalent = NULL;
  join->invitation = NULL;
  return text;
}

GeoRequestItem *
geo_request_item_new (const GeoJournalRequest *request,
                      const gchar *name,
                      GeoLink *join) {
  GeoRequestItem *self = g_object_new (GEO_TYPE_REQUEST_ITEM, NULL);

  self->hash = request->hash;
  self->key = geo_hash_to_string (&request->hash);
  self->kind = request->kind;
  self->mine = request->mine;
  self->has_peer = request->has_peer;
  self->peer = request->peer;
  if (name != NULL)
    self->peer_name = g_strdup (name);
  else
    self->peer_name = request->has_peer ? geo_pid_shorten (&request->peer)
                                        : g_strdup ("");
  self->id = g_strdup (request->id);
  self->equivalent = g_strdup (request->equivalent);
  self->has_amount = request->has_amount;
  self->amount = request->amount;
  self->memo = g_strdup (request->memo);
  self->single_use = request->single_use;
  self->at = request->at;
  self->has_expires_at = request->has_expires_at;
  self->expires_at = request->expires_at;
  self->state = request->state;
  self->changed_at = request->changed_at;
  self->paid = request->paid;
  self->waits = request->waits;
  self->letter = geo_letter_copy (request->letter);
  if (request->person != NULL)
    self->person = geo_participant_copy (request->person);
  if (self->letter->checkpoint != NULL)
    self->i_owe = geo_pid_equal (&self->letter->checkpoint->creditor,
                                 &request->peer);
  if (self->mine)
    self->link = make_link (self->letter, join);
  return self;
}

gboolean
geo_request_item_equal (GeoRequestItem *a, GeoRequestItem *b) {
  return geo_hash_equal (&a->hash, &b->hash) && a->state == b->state &&
         a->paid == b->paid && a->waits == b->waits &&
         a->changed_at == b->changed_at && g_strcmp0 (a->link, b->link) == 0 &&
         g_str_equal (a->peer_name, b->peer_name);
}

const GeoHash *
geo_request_item_get_hash (GeoRequestItem *item) {
  return &item->hash;
}

const GeoLetter *
geo_request_item_get_letter (GeoRequestItem *item) {
  return item->letter;
}

const GeoParticipant *
geo_request_item_get_person (GeoRequestItem *item) {
  return item->person;
}

const gchar *
geo_request_item_get_key (GeoRequestItem *item) {
  return item->key;
}

const gchar *
geo_request_item_get_id (GeoRequestItem *item) {
  return item->id;
}

GeoRequestKind
geo_request_item_get_kind (GeoRequestItem *item) {
  return item->kind;
}

gboolean
geo_request_item_is_mine (GeoRequestItem *item) {
  return item->mine;
}

const GeoPid *
geo_request_item_get_peer (GeoRequestItem *item) {
  return item->has_peer ? &item->peer : NULL;
}

const gchar *
geo_request_item_get_peer_name (GeoRequestItem *item) {
  return item->peer_name;
}

const gchar *
geo_request_item_get_equivalent (GeoRequestItem *item) {
  return item->equivalent;
}

guint
geo_request_item_get_precision (GeoRequestItem *item) {
  return item->amount.decimals;
}

gboolean
geo_request_item_get_amount (GeoRequestItem *item, GeoAmount *amount) {
  if (item->has_amount)
    *amount = item->amount.amount;
  return item->has_amount;
}

gboolean
geo_request_item_get_asked (GeoRequestItem *item, GeoAmount *amount) {
  const GeoInvitation *invitation = item->letter->invitation;

  if (invitation == NULL || !invitation->has_asked)
    return FALSE;
  *amount = invitation->asked.amount;
  return TRUE;
}

gboolean
geo_request_item_i_owe (GeoRequestItem *item) {
  return item->i_owe;
}

const gchar *
geo_request_item_get_memo (GeoRequestItem *item) {
  return item->memo;
}

GeoTime
geo_request_item_get_at (GeoRequestItem *item) {
  return item->at;
}

gboolean
geo_request_item_get_expires_at (GeoRequestItem *item, GeoTime *at) {
  if (item->has_expires_at)
    *at = item->expires_at;
  return item->has_expires_at;
}

gboolean
geo_request_item_get_single_use (GeoRequestItem *item) {
  return item->single_use;
}

GeoRequestState
geo_request_item_get_state (GeoRequestItem *item) {
  return item->state;
}

gboolean
geo_request_item_is_expired (GeoRequestItem *item) {
  return item->state == GEO_REQUEST_OPEN && item->has_expires_at &&
         item->expires_at <= g_get_real_time () / 1000;
}

gboolean
geo_request_item_waits_for_me (GeoRequestItem *item) {
  return item->state == GEO_REQUEST_OPEN && !item->mine &&
         !geo_request_item_is_expired (item);
}

GeoTime
geo_request_item_get_changed_at (GeoRequestItem *item) {
  return item->changed_at;
}

guint
geo_request_item_get_paid (GeoRequestItem *item) {
  return (guint) CLAMP (item->paid, 0, G_MAXUINT);
}

gboolean
geo_request_item_get_waits (GeoRequestItem *item) {
  return item->waits;
}

const gchar *
geo_request_item_get_link (GeoRequestItem *item) {
  return item->link;
}
