/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A passphrase from a file or from the terminal.  It keeps none: what it hands
 * out is wiped by geo_passphrase_free ().  Errors are
 * GEO_NODE_ERROR_PASSPHRASE.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* In bytes; more is an error, not a shorter passphrase. */
#define GEO_PASSPHRASE_LEN_MAX 1023

/* The first line, without its end. */
gchar *geo_passphrase_read (const gchar *path, GError **error);
/* There is a terminal to ask on. */
gboolean geo_passphrase_can_ask (void);
/* Asks on the terminal, whatever stdin and stdout are, and shows nothing of
 * what is typed. */
gchar *geo_passphrase_ask (const gchar *question, GError **error);
/* Zeroes it first; NULL is safe. */
void geo_passphrase_free (gchar *passphrase);

G_END_DECLS
