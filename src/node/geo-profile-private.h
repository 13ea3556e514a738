/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where a profile keeps the journals of its communities, and what a key file
 * costs to open.  Nobody but this room, tests and the practice market may
 * include this.
 */
#pragma once

#include "node/geo-profile.h"

G_BEGIN_DECLS

#define GEO_JOURNAL_FILE "journal.db"

/* <folder>/<community>/journal.db */
gchar *
geo_profile_get_journal_path (GeoProfile *profile, const GeoPid *community);

/* Brings back the journal of a community that was left, where there is one. */
gboolean geo_profile_return_to_community (GeoProfile *profile,
                                          const GeoPid *community,
                                          GError **error);

/* K8: the words were typed in, so a hub may be expected to know them. */
gboolean geo_profile_is_restored (GeoProfile *profile);
/* Of an identity that was restored without one; written to disk in a thread. */
void geo_profile_set_name (GeoProfile *profile, const gchar *name);

/* A backup was made; written to disk in a thread. */
void geo_profile_set_backup_time (GeoProfile *profile, gint64 at);

/* It is not there yet, or not everybody may write in it.  Any thread.
 * GEO_NODE_ERROR_STORAGE. */
gboolean geo_profile_check_folder (const gchar *folder, GError **error);
/* Paths of the journals of all communities in a profile's folder.  Any thread.
 */
GPtrArray *geo_profile_find_journals (const gchar *folder);
/* Makes folder with mode 0700, or checks it.  Any thread.
 * GEO_NODE_ERROR_STORAGE. */
gboolean geo_profile_make_folder (const gchar *folder, GError **error);

/* What people type as a name: trimmed, composed, 1 to 100 characters, no
 * control characters; NULL and GEO_NODE_ERROR_INPUT where it cannot be one. */
gchar *geo_profile_clean_name (const gchar *name, GError **error);

/* K6: that the key of an unlocked profile is about to become next: on disk
 * before anything else of it, so that whoever is stopped is told later what
 * became of it.  STORAGE. */
void geo_profile_announce_key_async (GeoProfile *profile,
                                     GeoSecret *next,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
gboolean geo_profile_announce_key_finish (GeoProfile *profile,
                                          GAsyncResult *result,
                                          GError **error);
/* K6: whether the journal at path can go on with the key of this digest: it is
 * the one in use there, or the next one of which it was told.  Any thread.
 * STORAGE. */
gboolean geo_rotation_fits_journal (const gchar *path,
                                    const GeoPid *key,
                                    gboolean *fits,
                                    GError **error);
/* Announced, and given up before it was replaced. */
void geo_profile_retract_key (GeoProfile *profile);
/* The key that was announced becomes the one of these words, in the same place;
 * passphrase: of the file.  A stop at any time leaves one of the two.  STORAGE,
 * KEYRING. */
void geo_profile_replace_key_async (GeoProfile *profile,
                                    const gchar *words,
                                    const gchar *passphrase,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
gboolean geo_profile_replace_key_finish (GeoProfile *profile,
                                         GAsyncResult *result,
                                         GError **error);
/* The journals of communities that were left: paths. */
GPtrArray *geo_profile_list_left_journals (GeoProfile *profile);

/* Argon2id's limits for a key file that geo_profile_create_async () makes
 * later: for tests and for the pretended people of the practice market, whose
 * passphrases protect nothing. */
void
geo_profile_set_key_limits (GeoProfile *profile, guint64 ops, gsize memory);

G_END_DECLS
