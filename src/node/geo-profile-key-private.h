/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the three files of GeoProfile share: what it holds, what identity.json
 * says, and what a thread is given to make, find or replace a key.  Nobody else
 * may include this.
 */
#pragma once

#include "node/geo-backup-private.h"
#include "node/geo-profile-private.h"

G_BEGIN_DECLS

#define GEO_IDENTITY_FILE "identity.json"
#define GEO_KEY_FILE "identity.key"
#define GEO_IDENTITY_KEYS_MAX 2

struct _GeoProfile {
  GObject parent_instance;

  gchar *folder;

  /* What identity.json says. */
  GeoKeyPlace place;
  gchar *name;
  GeoPid pid;
  /* K6: digests of the key, where it is not the first one: of the one in use,
   * and while it is being replaced of the next. */
  GeoPid keys[GEO_IDENTITY_KEYS_MAX];
  guint n_keys;
  gboolean is_changing; /* By this program, now. */
  gboolean words_confirmed;
  gboolean restored; /* Of words that somebody typed in. */
  gint64 backed_up; /* Milliseconds; 0: never. */
  /* There is an identity.json, but it cannot be read. */
  gboolean damaged;

  /* S4: NULL while locked. */
  GeoSecret *secret;
  guint8 *entropy;

  /* Argon2id's limits of a key file made here; 0: the usual ones. */
  guint64 key_ops;
  gsize key_memory;

  /* The last write of identity.json that was begun. */
  GThread *writer;
};

/* What identity.json says, for a thread. */
typedef struct {
  gchar *folder;
  gchar *name;
  GeoPid pid;
  GeoPid keys[GEO_IDENTITY_KEYS_MAX];
  guint n_keys;
  GeoKeyPlace place;
  gboolean words_confirmed;
  gboolean restored;
  gint64 backed_up;
} GeoIdentity;

GeoIdentity *geo_identity_new (GeoProfile *profile);
void geo_identity_free (GeoIdentity *identity);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GeoIdentity, geo_identity_free)
/* Any thread.  STORAGE. */
gboolean geo_identity_write (const GeoIdentity *identity, GError **error);
/* As the profile is now, in a thread; writes keep their order. */
void geo_profile_write_identity (GeoProfile *profile);

/* What a thread needs and makes; the secrets in it are zeroed with it. */
typedef struct {
  gchar *folder;
  gchar *name;
  GeoKeyPlace place;
  gchar *passphrase;
  guint8 *entropy;
  GeoSecret *secret;
  GeoPid pid; /* The digest of the key. */
  GeoIdentity *identity; /* Of create and replace: as it is to be. */
  GPtrArray *journals; /* Of put back: paths of all there are. */
  gboolean is_new;
  gboolean restored;
  guint64 ops;
  gsize memory;
  gchar *backup; /* Whose journals come with it; NULL: none. */
  GeoBackupTeller *teller;
} GeoKeyWork;

GeoKeyWork *geo_key_work_new (GeoProfile *profile, const gchar *passphrase);
void geo_key_work_free (gpointer data);
/* The words are the key: PBKDF2 takes some milliseconds. */
gboolean geo_key_work_derive (GeoKeyWork *work, GError **error);
/* Into the file at path, under the passphrase. */
gboolean
geo_key_work_write (GeoKeyWork *work, const gchar *path, GError **error);

G_END_DECLS
