/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Runs a target over the files that it is given: what a compiler without
 * libFuzzer makes of it.  It changes nothing and invents nothing.
 */
#include "fuzz.h"

int __attribute__ ((weak)) LLVMFuzzerInitialize (int *argc, char ***argv) {
  return 0;
}

int
main (int argc, char **argv) {
  LLVMFuzzerInitialize (&argc, &argv);
  /* Nothing at all can arrive, too. */
  LLVMFuzzerTestOneInput ((const guint8 *) "", 0);
  for (int i = 1; i < argc; i++) {
    g_autofree gchar *data = NULL;
    g_autofree guint8 *exact = NULL;
    g_autoptr (GError) error = NULL;
    gsize len;

    if (!g_file_get_contents (argv[i], &data, &len, &error))
      g_error ("%s", error->message);
    /* Without the NUL that GLib adds, so that sanitizers see the end. */
    exact = g_memdup2 (data, len);
    LLVMFuzzerTestOneInput (exact, len);
  }
  return 0;
}
