/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the node is built on, for reports of what went wrong.
 */
#include "config.h"

#include "node/geo-libraries.h"

#include <libsecret/secret.h>
#include <sodium.h>

#include "net/geo-client.h"

gchar *
geo_libraries_describe (void) {
  g_autofree gchar *soup = geo_client_describe_library ();

  return g_strdup_printf ("%s, libsodium %s, libsecret %d.%d.%d", soup,
                          sodium_version_string (), SECRET_MAJOR_VERSION,
                          SECRET_MINOR_VERSION, SECRET_MICRO_VERSION);
}
