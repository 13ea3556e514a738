/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Disks in memory that can do everything a disk can do to a database: be full,
 * fail, tear a write, lose what was not synced when the power goes, and say
 * that they synced when they did not.  An SQLite VFS; every machine of the
 * simulator has a disk of its own.  One thread.
 */
#pragma once

#include "sim-random.h"

typedef struct _SimDisk SimDisk;

typedef enum {
  SIM_DISK_SOUND = 0,
  /* From the n-th write on there is no space. */
  SIM_DISK_FULL,
  /* The n-th write or sync fails, the next one works again. */
  SIM_DISK_ERROR,
  /* The n-th is cut off half-way and nothing works any more, reading neither:
   * the machine is gone. */
  SIM_DISK_CRASH,
} SimDiskFault;

/* What becomes of writes that were not synced when a machine fell. */
typedef enum {
  SIM_POWER_KEPT = 0, /* Only the process ended. */
  SIM_POWER_LOST,
  SIM_POWER_MIXED, /* Each by itself is kept, torn or lost. */
} SimPower;

/* Becomes SQLite's default VFS; random is for SQLite's own use. */
void sim_disk_install (SimRandom *random);

/* For all files whose name begins with folder. */
SimDisk *sim_disk_new (const gchar *folder);
void sim_disk_free (SimDisk *disk);

void sim_disk_arm (SimDisk *disk, SimDiskFault fault, guint n);
/* Works again; tells whether the fault struck. */
gboolean sim_disk_disarm (SimDisk *disk);
gboolean sim_disk_is_gone (const SimDisk *disk);
/* No reading or writing from now on, until the restart. */
void sim_disk_stop (SimDisk *disk);
/* Syncs are said to be done, and are not, until the restart. */
void sim_disk_lie (SimDisk *disk);
gboolean sim_disk_has_lied (const SimDisk *disk);

typedef struct {
  guint lost; /* Writes. */
  guint torn;
} SimDiskLosses;
/* Another number after whatever changed a byte of it. */
guint64 sim_disk_state (const SimDisk *disk);
/* With all files closed: what the disk holds when the machine starts again. */
void sim_disk_restart (SimDisk *disk,
                       SimPower power,
                       SimRandom *random,
                       SimDiskLosses *losses);
/* With all files closed: what is on it is kept, and put back once. */
void sim_disk_save (SimDisk *disk);
void sim_disk_put_back (SimDisk *disk);
/* With its files closed: a database that is not there any more, or that takes
 * the place of another one. */
void sim_disk_remove (const gchar *path);
void sim_disk_replace (const gchar *path, const gchar *with);
/* With all files closed: an empty disk. */
void sim_disk_wipe (SimDisk *disk);
/* Turns a bit of the largest file round. */
void sim_disk_flip (SimDisk *disk, SimRandom *random);
