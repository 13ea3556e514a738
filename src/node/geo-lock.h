/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoLock: the PIN of one profile, which keeps others from using a wallet that
 * is open while its person is away.  It encrypts nothing: the key is the
 * keyring's or the passphrase's to keep.  Main context.
 */
#pragma once

#include "node/geo-profile.h"

G_BEGIN_DECLS

#define GEO_PIN_LENGTH_MIN 4
#define GEO_PIN_LENGTH_MAX 64

#define GEO_TYPE_LOCK (geo_lock_get_type ())
G_DECLARE_FINAL_TYPE (GeoLock, geo_lock, GEO, LOCK, GObject)

/* Reads lock.json in the profile's folder; makes nothing.  A file that cannot
 * be read is a PIN that nothing opens but the twelve words.  Property that
 * notifies: "has-pin". */
GeoLock *geo_lock_new (GeoProfile *profile);
gboolean geo_lock_has_pin (GeoLock *lock);

/* pin NULL: there is none from now on.  INPUT (too short or long), STORAGE;
 * nothing is changed then. */
void geo_lock_set_pin_async (GeoLock *lock,
                             const gchar *pin,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
gboolean
geo_lock_set_pin_finish (GeoLock *lock, GAsyncResult *result, GError **error);

/* Seconds until the next try counts; 0: now.  Grows with wrong ones: three are
 * free, then 30 s, 1, 5, 15 minutes, and an hour before each other. */
guint geo_lock_get_wait (GeoLock *lock);

/* PASSPHRASE: wrong; TIMEOUT: it is not time yet, and nothing was looked at;
 * STORAGE.  A try is on disk before it is looked at, so that ending the program
 * gives no other. */
void geo_lock_check_async (GeoLock *lock,
                           const gchar *pin,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
gboolean
geo_lock_check_finish (GeoLock *lock, GAsyncResult *result, GError **error);

/* Who knows the twelve words of the profile needs no PIN: it is taken off.
 * PASSPHRASE: these are not the words; TIMEOUT: as above; INPUT: they are no
 * recovery words; NO_KEY: the profile is locked. */
void geo_lock_forget_async (GeoLock *lock,
                            const gchar *words,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
gboolean
geo_lock_forget_finish (GeoLock *lock, GAsyncResult *result, GError **error);

G_END_DECLS
