/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoRestoreKeyDialog: puts the key of a wallet that is there back from its
 * words, where the keyring lost it or nobody knows the passphrase.  It deletes
 * nothing, and makes no wallet.
 */
#pragma once

#include "wallet/geo-dialog.h"
#include "wallet/geo-wallet.h"

G_BEGIN_DECLS

#define GEO_TYPE_RESTORE_KEY_DIALOG (geo_restore_key_dialog_get_type ())
G_DECLARE_FINAL_TYPE (GeoRestoreKeyDialog,
                      geo_restore_key_dialog,
                      GEO,
                      RESTORE_KEY_DIALOG,
                      GeoDialog)

/* There is a wallet, and its key is not at hand. */
gboolean geo_restore_key_dialog_is_needed (GeoWallet *wallet);
/* The action "win.restore-key": the dialog, where it is needed; then the wallet
 * is opened. */
void geo_restore_key_dialog_install (GtkWidgetClass *window_class);

G_END_DECLS
