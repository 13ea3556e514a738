/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Recovery words: BIP-39 English list, 12 words for 128 bits, and the key they
 * stand for: BIP-39 seed (PBKDF2-HMAC-SHA512, 2,048 rounds, empty passphrase),
 * then SLIP-0010 ed25519 at m/44'/4671823'/0' (4671823 is "GEO" in ASCII).
 */
#pragma once

#include "core/geo-key.h"

G_BEGIN_DECLS

#define GEO_WORDS_COUNT 12
#define GEO_WORDS_ENTROPY_LEN 16

/* Twelve words, separated by single spaces. Free with geo_words_free (). */
gchar *geo_words_from_entropy (const guint8 entropy[GEO_WORDS_ENTROPY_LEN]);
/* Case, and space around the words, do not matter.  GEO_CORE_ERROR_WORDS says
 * which word is unknown, or that the checksum does not fit. */
gboolean geo_words_to_entropy (const gchar *words,
                               guint8 out[GEO_WORDS_ENTROPY_LEN],
                               GError **error);
/* The first word that is not in the list, counted from 1; 0 where all are. */
guint geo_words_find_unknown (const gchar *words);
GeoSecret *geo_words_to_secret (const gchar *words, GError **error);
void geo_words_free (gchar *words); /* Zeroes it first; NULL is safe. */
/* Words of the list that begin with prefix, at most 8; static strings. */
GPtrArray *geo_words_complete (const gchar *prefix);

/* For the test vectors of the two standards. */
void
geo_bip39_seed (const gchar *words, const gchar *passphrase, guint8 out[64]);
void geo_slip10_master (gconstpointer seed,
                        gsize len,
                        guint8 key[32],
                        guint8 chain[32]);
void
geo_slip10_child (guint8 key[32], guint8 chain[32], guint32 hardened_index);

G_END_DECLS
