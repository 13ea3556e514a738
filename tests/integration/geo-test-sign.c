/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Signs for tests that are not written in C: each line of its input is a seed
 * in hex and a message in base64, each line of its output the public key, the
 * PID and the signature.
 */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "core/geo-key.h"

#define LINE_LEN_MAX (256 * 1024)

static void
sign (const gchar *seed_text, const gchar *message_text) {
  guint8 seed[GEO_SEED_LEN];
  g_autoptr (GeoSecret) secret = NULL;
  g_autofree gchar *key_text = NULL;
  g_autofree gchar *pid_text = NULL;
  g_autofree gchar *signature_text = NULL;
  g_autofree guint8 *message = NULL;
  GeoSignature signature;
  GeoPublicKey key;
  GeoPid pid;
  gsize len;

  if (sodium_hex2bin (seed, sizeof seed, seed_text, strlen (seed_text), NULL,
                      NULL, NULL) != 0)
    g_error ("no seed: %s", seed_text);
  message = g_base64_decode (message_text, &len);
  secret = geo_secret_new_from_seed (seed);
  geo_secret_get_public (secret, &key);
  geo_secret_get_pid (secret, &pid);
  geo_secret_sign (secret, message, len, &signature);
  key_text = geo_public_key_to_string (&key);
  pid_text = geo_pid_to_string (&pid);
  signature_text = geo_signature_to_string (&signature);
  printf ("%s %s %s\n", key_text, pid_text, signature_text);
  fflush (stdout);
}

int
main (void) {
  g_autofree gchar *line = g_malloc (LINE_LEN_MAX);

  while (fgets (line, LINE_LEN_MAX, stdin) != NULL) {
    gchar *space;

    line[strcspn (line, "\n")] = '\0';
    space = strchr (line, ' ');
    if (space == NULL)
      g_error ("no line of a seed and a message");
    *space = '\0';
    sign (line, space + 1);
  }
  return 0;
}
