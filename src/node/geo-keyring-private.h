/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The entropy of the recovery words in the system keyring (libsecret), one for
 * each profile folder.  It never hangs: a keyring that does not answer is none.
 * Main context.
 */
#pragma once

#include <gio/gio.h>

#include "core/geo-words.h"

G_BEGIN_DECLS

/* How long a keyring may take to answer at all, and how long a person may take
 * to unlock it.  GEO_KEYRING_ANSWER_MS in the environment says another time for
 * the first: computers that run tests are busy. */
#define GEO_KEYRING_ANSWER_MS_MAX 2000
#define GEO_KEYRING_UNLOCK_MS_MAX 60000

/* GEO_NODE_ERROR_KEYRING where there is none. */
void geo_keyring_probe_async (GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
gboolean geo_keyring_probe_finish (GAsyncResult *result, GError **error);

void geo_keyring_store_async (const gchar *folder,
                              const guint8 entropy[GEO_WORDS_ENTROPY_LEN],
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
gboolean geo_keyring_store_finish (GAsyncResult *result, GError **error);

/* GEO_NODE_ERROR_NO_KEY where the keyring answers but has none for folder.  The
 * caller zeroes out. */
void geo_keyring_load_async (const gchar *folder,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
gboolean geo_keyring_load_finish (GAsyncResult *result,
                                  guint8 out[GEO_WORDS_ENTROPY_LEN],
                                  GError **error);

G_END_DECLS
