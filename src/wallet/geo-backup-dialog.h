/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoBackupDialog: saves everything in one encrypted file, and says what opens
 * it and what is not in it.  The profile writes the file.
 */
#pragma once

#include "node/geo-own-hub.h"
#include "node/geo-profile.h"
#include "wallet/geo-dialog.h"

G_BEGIN_DECLS

#define GEO_TYPE_BACKUP_DIALOG (geo_backup_dialog_get_type ())
G_DECLARE_FINAL_TYPE (GeoBackupDialog,
                      geo_backup_dialog,
                      GEO,
                      BACKUP_DIALOG,
                      GeoDialog)

/* What the name of a backup ends with, after a dot. */
#define GEO_BACKUP_SUFFIX "geo-backup"

/* own_hub: the market on this computer, which is not in the file; may be NULL.
 */
GeoBackupDialog *
geo_backup_dialog_new (GeoProfile *profile, GeoOwnHub *own_hub);

/* As if this file were chosen. */
void geo_backup_dialog_save (GeoBackupDialog *self, GFile *file);

/* Whether it is time to remind of one, where the last was made at last (0: none
 * was) and there are so many lines of history.  Milliseconds. */
gboolean geo_backup_is_due (gint64 last, guint lines, gint64 now);

G_END_DECLS
