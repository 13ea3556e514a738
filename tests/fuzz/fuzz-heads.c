/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What somebody says they were shown of the hub's log: read or refused, and
 * compared with itself and with what holds.  Whatever is in it, an honest hub is
 * accused of nothing that it did not sign.
 */
#include <glib/gstdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "fuzz.h"
#include "node/geo-heads.h"
#include "node/geo-node.h"

static gchar *path;

static void
end (void) {
  g_unlink (path);
  g_clear_pointer (&path, g_free);
}

int
LLVMFuzzerInitialize (int *argc, char ***argv) {
  gint fd = g_file_open_tmp ("geo-fuzz-heads-XXXXXX", &path, NULL);

  g_assert (fd >= 0);
  close (fd);
  atexit (end);
  return 0;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size) {
  g_autoptr (GeoHeads) heads = NULL;
  g_auto (GeoHeadsResult) result = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) why = NULL;
  gboolean compared;

  /* Databases are another target's. */
  if (size >= 6 && memcmp (data, "SQLite", 6) == 0)
    return 0;
  g_assert_true (g_file_set_contents_full (path, (const gchar *) data,
                                           (gssize) size,
                                           G_FILE_SET_CONTENTS_NONE, 0600,
                                           NULL));
  heads = geo_heads_read (path, NULL, &error);
  fuzz_check_outcome (heads != NULL, error);
  if (heads == NULL)
    return 0;
  compared = geo_heads_compare (heads, heads, &result, &why);
  fuzz_check_outcome (compared, why);
  if (!compared)
    return 0;
  g_assert_true (result.sentence != NULL);
  g_assert_true ((result.evidence != NULL) ==
                 (result.outcome == GEO_HEADS_CONTRADICT));
  g_assert_cmpint (result.sizes[0], ==, result.sizes[1]);
  if (result.evidence != NULL) {
    g_autofree gchar *proves = geo_evidence_verify (
        result.evidence, strlen (result.evidence), NULL);

    g_assert_nonnull (proves);
  }
  return 0;
}
