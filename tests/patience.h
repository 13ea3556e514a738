/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How long a test waits for what is to come.  A computer that stands still for a
 * while, and everything on it, is not waited for: nothing that is looked at once
 * counts for more than a second.  It does not say what is waited for.
 */
#pragma once

#include <glib.h>

typedef struct {
  gint64 left_us;
  gint64 looked_us;
} Patience;

static inline Patience
patience_new (gint seconds) {
  return (Patience){ seconds * G_USEC_PER_SEC, g_get_monotonic_time () };
}

static inline gboolean
patience_is_over (Patience *patience) {
  gint64 now_us = g_get_monotonic_time ();

  patience->left_us -= MIN (now_us - patience->looked_us, G_USEC_PER_SEC);
  patience->looked_us = now_us;
  return patience->left_us <= 0;
}
