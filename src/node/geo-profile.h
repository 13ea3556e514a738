/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoProfile: where one person's things are on this computer: the folder with a
 * journal for each community, and the key: in the system keyring (libsecret)
 * or, where there is none, in a file encrypted with a passphrase (Argon2id).
 * The key is the twelve recovery words' entropy.  It connects to nothing.
 * Main context; slow work is in threads.
 */
#pragma once

#include <gio/gio.h>

#include "core/geo-key.h"

G_BEGIN_DECLS

#define GEO_NODE_ERROR (geo_node_error_quark ())

/* Messages are sentences for people.  Codes are only appended. */
typedef enum {
  GEO_NODE_ERROR_NO_KEY = 1, /* No identity in this profile yet. */
  GEO_NODE_ERROR_PASSPHRASE = 2, /* Needed, or wrong. */
  GEO_NODE_ERROR_KEYRING = 3, /* There is none, or it is locked. */
  GEO_NODE_ERROR_EXISTS = 4, /* There is an identity already. */
  GEO_NODE_ERROR_NOT_JOINED = 5, /* No community yet. */
  GEO_NODE_ERROR_OFFLINE = 6, /* Needs the hub, which is not connected. */
  GEO_NODE_ERROR_REFUSED = 7, /* The hub said no; the message says why. */
  GEO_NODE_ERROR_TIMEOUT = 8,
  /* Another hub than the one joined answers at this address. */
  GEO_NODE_ERROR_FOREIGN = 9,
  GEO_NODE_ERROR_STORAGE = 10, /* The disk: nothing was sent. */
  /* What the person gave cannot be used; the message says why. */
  GEO_NODE_ERROR_INPUT = 11,
  GEO_NODE_ERROR_UNKNOWN_PERSON = 12,
  /* Another program has the journal open for writing. */
  GEO_NODE_ERROR_BUSY = 13,
  /* The words were restored, and this hub has nobody with them: nothing was
   * sent to it. */
  GEO_NODE_ERROR_STRANGER = 14,
} GeoNodeError;

GQuark geo_node_error_quark (void);

typedef enum {
  GEO_KEY_PLACE_NONE = 0,
  GEO_KEY_PLACE_KEYRING = 1,
  GEO_KEY_PLACE_FILE = 2, /* identity.key, with a passphrase. */
} GeoKeyPlace;

/* Property that notifies: "backup-time" (int64, see below). */
#define GEO_TYPE_PROFILE (geo_profile_get_type ())
G_DECLARE_FINAL_TYPE (GeoProfile, geo_profile, GEO, PROFILE, GObject)

/* name NULL: the default, $XDG_DATA_HOME/geo; a name: $XDG_DATA_HOME/geo/@name;
 * with a "/" in it: that folder.  (A development build keeps its own data in
 * geo-devel.)  Reads one small file; makes nothing. */
GeoProfile *geo_profile_new (const gchar *name);
const gchar *geo_profile_get_folder (GeoProfile *profile);
/* From identity.json in the folder, which names no secret. */
GeoKeyPlace geo_profile_get_key_place (GeoProfile *profile);
gboolean geo_profile_has_pid (GeoProfile *profile, GeoPid *out);
/* The name the person chose.  NULL before there is an identity; "" where it was
 * restored without, until a hub that knows its words has said it. */
const gchar *geo_profile_get_name (GeoProfile *profile);

/* Twelve new words; free with geo_words_free ().  Nothing is stored. */
gchar *geo_profile_make_words (void);

/* TRUE when a keyring answers; asks once, for 2 s at most. */
void geo_profile_probe_keyring_async (GeoProfile *profile,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
gboolean geo_profile_probe_keyring_finish (GeoProfile *profile,
                                           GAsyncResult *result,
                                           GError **error);

/* Makes the identity of these words.  passphrase NULL: in the keyring, KEYRING
 * where there is none; else in the file.  The profile is unlocked then.
 * EXISTS, INPUT (words or name), STORAGE. */
void geo_profile_create_async (GeoProfile *profile,
                               const gchar *name,
                               const gchar *words,
                               const gchar *passphrase,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
gboolean geo_profile_create_finish (GeoProfile *profile,
                                    GAsyncResult *result,
                                    GError **error);

/* How much of a backup is written or read; in the main context, at most some
 * times a second, and not after the call has ended. */
typedef void (*GeoBackupProgress) (gint64 done,
                                   gint64 total,
                                   gpointer user_data);

/* All journals of an unlocked profile in one encrypted file, which only its
 * twelve words open: whole or not at all, while they are in use or not.
 * progress may be NULL.  What is cancelled leaves no file, and one that was
 * there as it was; once the file is whole it succeeds all the same.  PASSPHRASE
 * (locked), STORAGE, G_IO_ERROR_CANCELLED. */
void geo_profile_backup_async (GeoProfile *profile,
                               const gchar *path,
                               GeoBackupProgress progress,
                               gpointer progress_data,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
gboolean geo_profile_backup_finish (GeoProfile *profile,
                                    GAsyncResult *result,
                                    GError **error);
/* When the last backup was made on this computer, in milliseconds; 0: none. */
gint64 geo_profile_get_backup_time (GeoProfile *profile);
/* Makes the identity of these words, like create, with the journals of its
 * backup, every record of which is checked first.  path NULL: of the words
 * alone; everything comes from the hub.  name NULL: the one in the backup, or
 * the one that the hub knows.  A hub that has nobody with these words is not
 * joined without asking (geo_node_join_as_new_async ()).  A file that is cut
 * short, changed or another identity's changes nothing, and reading it can be
 * cancelled; from then on the identity is made.  EXISTS, INPUT (words or file),
 * STORAGE, KEYRING, G_IO_ERROR_CANCELLED. */
void geo_profile_restore_async (GeoProfile *profile,
                                const gchar *path,
                                const gchar *name,
                                const gchar *words,
                                const gchar *passphrase,
                                GeoBackupProgress progress,
                                gpointer progress_data,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
gboolean geo_profile_restore_finish (GeoProfile *profile,
                                     GAsyncResult *result,
                                     GError **error);

/* Loads the key.  PASSPHRASE where one is needed and passphrase is NULL or
 * wrong; NO_KEY; KEYRING. */
void geo_profile_unlock_async (GeoProfile *profile,
                               const gchar *passphrase,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
gboolean geo_profile_unlock_finish (GeoProfile *profile,
                                    GAsyncResult *result,
                                    GError **error);
/* The key is gone, or its passphrase is: puts it back from its twelve words,
 * beside everything that is there.  passphrase: in a file that is opened with
 * it; NULL: in the keyring, where it was.  The profile is unlocked then. INPUT:
 * other words, or those of a change that was cut short and that not every
 * community can go on with, and nothing was changed; PASSPHRASE: it was in a file, and one
 * is needed; NO_KEY, KEYRING, STORAGE. */
void geo_profile_put_key_back_async (GeoProfile *profile,
                                     const gchar *words,
                                     const gchar *passphrase,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
gboolean geo_profile_put_key_back_finish (GeoProfile *profile,
                                          GAsyncResult *result,
                                          GError **error);
/* identity.json is there and cannot be read: unlocking fails with a sentence.
 * Putting the key back makes it anew, as the journals say that are there, and
 * keeps the damaged one beside it. */
gboolean geo_profile_is_damaged (GeoProfile *profile);
gboolean geo_profile_is_unlocked (GeoProfile *profile);
/* Borrowed; NULL while locked. */
GeoSecret *geo_profile_get_secret (GeoProfile *profile);
/* Free with geo_words_free (); NULL while locked. */
gchar *geo_profile_get_words (GeoProfile *profile);

typedef enum {
  GEO_KEY_CHANGE_NONE = 0,
  GEO_KEY_CHANGE_DONE = 1, /* The new words count. */
  GEO_KEY_CHANGE_UNDONE = 2, /* The old ones do; the new ones are nothing. */
} GeoKeyChange;

/* What became of a change of the key (geo-rotation.h) that was stopped before
 * it could be told: the person has two papers, and must know which one counts.
 * NONE while locked. */
GeoKeyChange geo_profile_get_key_change (GeoProfile *profile);
/* They know; written to disk in a thread. */
void geo_profile_settle_key (GeoProfile *profile);
/* Until all that was to be written in a thread is: for a program that ends
 * soon, and has nobody to keep waiting. */
void geo_profile_wait_written (GeoProfile *profile);

/* Whether the person has written the words down (Home keeps asking until
 * then).  Written to disk in a thread. */
gboolean geo_profile_get_words_confirmed (GeoProfile *profile);
void geo_profile_set_words_confirmed (GeoProfile *profile, gboolean confirmed);

/* Communities whose journals are in the folder: GPtrArray of GeoPid, the
 * default first, the others sorted. */
GPtrArray *geo_profile_list_communities (GeoProfile *profile);
/* Which one is meant where none is named; else it is the first.  Writes a small
 * file.  STORAGE. */
gboolean geo_profile_set_default_community (GeoProfile *profile,
                                            const GeoPid *community,
                                            GError **error);

/* Leaving is forgetting on this computer: the hub, and what is owed, are as
 * they were.  The journal, which proves all of that, is moved aside and kept;
 * joining again brings it back.  Nobody may have it open.  STORAGE. */
gboolean geo_profile_leave_community (GeoProfile *profile,
                                      const GeoPid *community,
                                      GError **error);
/* Those that were left: GPtrArray of GeoPid, sorted. */
GPtrArray *geo_profile_list_left (GeoProfile *profile);

G_END_DECLS
