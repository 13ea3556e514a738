/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Small files of the hub that only their owner may read.
 */
#pragma once

#include "hub/geo-hub-error.h"

G_BEGIN_DECLS

/* The file is there whole, under its name, on the disk, mode 0600, or it is not
 * there.  GEO_HUB_ERROR_DATA. */
gboolean geo_hub_file_put (const gchar *path,
                           const gchar *text,
                           gsize len,
                           GError **error);
/* The names in the folder are on the disk. */
gboolean geo_hub_file_sync_folder (const gchar *path, GError **error);
/* The folder is not there yet, or not everybody may write in it, who could put
 * another key or database there.  GEO_HUB_ERROR_DATA. */
gboolean geo_hub_file_check_folder (const gchar *path, GError **error);
/* GEO_HUB_ERROR_DATA: "<what> <path>: <errno>." */
gboolean
geo_hub_file_fail (GError **error, const gchar *what, const gchar *path);

G_END_DECLS
