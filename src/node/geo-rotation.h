/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Changing this person's key, in every community at once (protocol §5a): the
 * records first, then the key that this computer keeps, then the hubs hear of
 * it.  Main context.
 */
#pragma once

#include "node/geo-communities.h"

G_BEGIN_DECLS

/* The key becomes the one of words: twelve new ones that the person has written
 * down and given back.  passphrase: of the key file, NULL where the key is in
 * the keyring.  All communities are open for writing; those that are connected
 * sign in anew, and their hubs take the new key then (geo_node_wait_connected_
 * async ()); the others when they are connected next.  A stop at any time leaves
 * either key usable, and nothing half.
 *
 * INPUT (words; or a community whose hub speaks the REST contract only, where no
 * key can be changed), PASSPHRASE, BUSY (a community that could not be opened),
 * KEYRING, STORAGE: the old key stays. */
void geo_communities_rotate_key_async (GeoCommunities *communities,
                                       const gchar *words,
                                       const gchar *passphrase,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
gboolean geo_communities_rotate_key_finish (GeoCommunities *communities,
                                            GAsyncResult *result,
                                            GError **error);

G_END_DECLS
