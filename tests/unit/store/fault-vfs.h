/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A disk that can fail: a SQLite VFS in front of the real one that counts what
 * changes the disk (writes, truncations, syncs), makes the n-th of them fail,
 * and remembers what was written since the last sync, so that a test can cut
 * the power.  One thread.
 */
#pragma once

#include <glib.h>

typedef enum {
  FAULT_NONE = 0,
  /* The n-th and all later writes find no space. */
  FAULT_FULL,
  /* The n-th fails, the next one works again. */
  FAULT_ERROR,
  /* The n-th and everything after it fails, also reading: the machine is gone.
   * Half of a write is done first. */
  FAULT_CRASH,
} FaultKind;

/* What becomes of writes that were not synced when the power went. */
typedef enum {
  FAULT_POWER_KEPT = 0,
  FAULT_POWER_LOST,
  FAULT_POWER_MIXED, /* Each by itself, as the seed has it. */
} FaultPower;

/* Becomes the default VFS. */
void fault_vfs_install (void);

void fault_vfs_arm (FaultKind kind, guint n);
/* Works again from now on; counting starts anew.  Tells whether it struck. */
gboolean fault_vfs_disarm (void);
guint fault_vfs_count (void);
guint fault_vfs_count_syncs (void);

/* Once all files are closed: what the disk holds after the power cut. */
void fault_vfs_cut_power (FaultPower power, guint32 seed);
/* Forgets what was not synced: the files are about to be replaced. */
void fault_vfs_forget (void);
