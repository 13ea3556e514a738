/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * identity.key: the entropy of the recovery words in a file that a passphrase
 * opens (Argon2id, then XSalsa20-Poly1305).  It never holds anything in the
 * clear.  Slow by design: call it in a thread.
 */
#pragma once

#include "core/geo-words.h"

G_BEGIN_DECLS

/* What a file may ask of this computer before it is believed to be one of
 * ours: Argon2id passes, and bytes. */
#define GEO_KEYFILE_OPS_MAX 16
#define GEO_KEYFILE_MEMORY_MAX (1024 * 1024 * 1024)

/* Writes path whole or not at all, mode 0600, with libsodium's MODERATE limits.
 * GEO_NODE_ERROR_STORAGE, _PASSPHRASE (empty). */
gboolean geo_keyfile_write (const gchar *path,
                            const guint8 entropy[GEO_WORDS_ENTROPY_LEN],
                            const gchar *passphrase,
                            GError **error);
/* The same with other limits, which the file remembers. */
gboolean
geo_keyfile_write_with_limits (const gchar *path,
                               const guint8 entropy[GEO_WORDS_ENTROPY_LEN],
                               const gchar *passphrase,
                               guint64 ops,
                               gsize memory,
                               GError **error);

/* GEO_NODE_ERROR_NO_KEY, _PASSPHRASE (wrong), _STORAGE (damaged). The caller
 * zeroes out. */
gboolean geo_keyfile_read (const gchar *path,
                           const gchar *passphrase,
                           guint8 out[GEO_WORDS_ENTROPY_LEN],
                           GError **error);

G_END_DECLS
