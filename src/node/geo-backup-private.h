/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Encrypted backup files: a profile's journals in one file that its twelve
 * words open.  It knows the file and nothing of identities; slow work, for
 * threads.
 */
#pragma once

#include "node/geo-profile.h"

G_BEGIN_DECLS

/* How much of it is done; in the thread that works. */
typedef void (*GeoBackupStep) (gint64 done, gint64 total, gpointer user_data);

/* Writes path whole or not at all, mode 0600: name, and the journals of these
 * communities (GeoPid) in folder, each as it is now.  Cancelled between two
 * blocks, it leaves what was there before.  GEO_NODE_ERROR_STORAGE,
 * G_IO_ERROR_CANCELLED. */
gboolean geo_backup_write (const gchar *path,
                           const gchar *folder,
                           const gchar *name,
                           GPtrArray *communities,
                           const GeoSecret *secret,
                           GeoBackupStep step,
                           gpointer user_data,
                           GCancellable *cancellable,
                           GError **error);

/* Unpacks path beside what is in folder and looks at every record of it: a file
 * that is cut short, changed or somebody else's leaves nothing behind.
 * geo_backup_use () then puts it into its place; geo_backup_drop () takes it
 * away.  name_out: whom it is of.  Cancelled, it leaves nothing behind, either.
 * GEO_NODE_ERROR_STORAGE, _INPUT, G_IO_ERROR_CANCELLED. */
gboolean geo_backup_unpack (const gchar *path,
                            const gchar *folder,
                            const GeoSecret *secret,
                            gchar **name_out,
                            GeoBackupStep step,
                            gpointer user_data,
                            GCancellable *cancellable,
                            GError **error);
/* A journal that is in its place is kept beside it. */
gboolean geo_backup_use (const gchar *folder, GError **error);
void geo_backup_drop (const gchar *folder);

/* The same, and nothing is left of it: it is only looked at.  records_out: how
 * many hold in all journals. */
gboolean geo_backup_verify (const gchar *path,
                            const gchar *folder,
                            const GeoSecret *secret,
                            gchar **name_out,
                            gint64 *records_out,
                            GError **error);

/* Without the key: whether it begins like one, which 8 bytes tell, and whether
 * its length can be that of a whole one. */
gboolean geo_backup_is_one (const guint8 *head, gsize len);
gboolean geo_backup_check_shape (const gchar *path, GError **error);

/* The bytes of a backup, read with stream's position at its beginning; for
 * geo_backup_unpack () and for tests.  Journals go into staging, which is
 * there. */
gboolean geo_backup_read (GInputStream *stream,
                          const gchar *staging,
                          const GeoSecret *secret,
                          gchar **name_out,
                          GeoBackupStep step,
                          gpointer user_data,
                          GCancellable *cancellable,
                          GError **error);

/* What geo-backup.c and geo-backup-restore.c share. */

/* FALSE, for whoever returns it. */
gboolean geo_backup_fail_damaged (GError **error);
gboolean geo_backup_fail_restore (GError **error, const gchar *why);
/* Only what backups make is in these folders. */
void geo_backup_remove_folder (const gchar *folder);
/* NULL: it cannot be read. */
GInputStream *geo_backup_open (const gchar *path, GError **error);
/* Whether it begins like one of this identity's, where nobody has typed any
 * words. */
gboolean
geo_backup_is_of (const gchar *path, const GeoSecret *secret, GError **error);

/* Carries steps from a thread to the main context that made it, some times a
 * second; after the last unref nothing is told any more. */
typedef struct _GeoBackupTeller GeoBackupTeller;
GeoBackupTeller *
geo_backup_teller_new (GeoBackupProgress progress, gpointer user_data);
/* In the main context. */
void geo_backup_teller_unref (GeoBackupTeller *teller);
/* A GeoBackupStep; teller is its user_data. */
void geo_backup_teller_step (gint64 done, gint64 total, gpointer teller);

G_END_DECLS
