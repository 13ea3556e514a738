/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The error domain of the store room.  It owns names only.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define GEO_STORE_ERROR (geo_store_error_quark ())

/* Codes are only appended. */
typedef enum {
  GEO_STORE_ERROR_OPEN = 1, /* No such folder, no rights, no database. */
  GEO_STORE_ERROR_FULL =
      2, /* Disk full: nothing of this transaction is stored. */
  GEO_STORE_ERROR_IO = 3,
  GEO_STORE_ERROR_CORRUPT = 4,
  GEO_STORE_ERROR_NEWER = 5, /* Written by a newer version. */
  GEO_STORE_ERROR_LOCKED = 6, /* Another process has it open for writing. */
  GEO_STORE_ERROR_CONFLICT = 7, /* A uniqueness rule: what is there stays. */
  GEO_STORE_ERROR_NOT_FOUND = 8,
  GEO_STORE_ERROR_VERIFY = 9, /* A record that does not hold. */
} GeoStoreError;

GQuark geo_store_error_quark (void);

G_END_DECLS
