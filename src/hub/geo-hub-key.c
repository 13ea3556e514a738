/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reads and makes the hub's key file.  It must not use a key that others may
 * read, and must not make a second one where there was a first.
 */
#include "hub/geo-hub-key.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hub/geo-hub-file.h"

/* geo-hub key 1
 * seed <base64 of 32 bytes>
 * salt <base64 of 32 bytes>
 */
#define HEAD "geo-hub key 1\n"
#define SEED "seed "
#define SALT "salt "
#define BASE64_LEN 44 /* Of 32 bytes, with padding. */
#define FILE_LEN                                                          \
  (sizeof HEAD - 1 + sizeof SEED - 1 + BASE64_LEN + 1 + sizeof SALT - 1 + \
   BASE64_LEN + 1)

void
geo_hub_key_free (GeoHubKey *key) {
  if (key == NULL)
    return;
  g_clear_pointer (&key->secret, geo_secret_unref);
  /* S4: zeroed after use. */
  sodium_memzero (key->salt_key, sizeof key->salt_key);
  g_free (key);
}

static GeoHubKey *
key_new (const guint8 seed[GEO_SEED_LEN],
         const guint8 salt[GEO_HUB_SALT_KEY_LEN]) {
  GeoHubKey *key = g_new0 (GeoHubKey, 1);

  key->secret = geo_secret_new_from_seed (seed);
  memcpy (key->salt_key, salt, GEO_HUB_SALT_KEY_LEN);
  return key;
}

/* "<label><44 characters>\n" */
static gboolean
read_field (const gchar **at, const gchar *label, guint8 out[32]) {
  gsize label_len = strlen (label);
  gsize len = 0;
  const char *end = NULL;

  if (strncmp (*at, label, label_len) != 0)
    return FALSE;
  *at += label_len;
  if (sodium_base642bin (out, 32, *at, BASE64_LEN, NULL, &len, &end,
                         sodium_base64_VARIANT_ORIGINAL) != 0 ||
      len != 32 || end != *at + BASE64_LEN || *end != '\n')
    return FALSE;
  *at = end + 1;
  return TRUE;
}

static GeoHubKey *
read_key (gint fd, const gchar *path, GError **error) {
  gchar text[FILE_LEN + 2] = "";
  guint8 seed[GEO_SEED_LEN];
  guint8 salt[GEO_HUB_SALT_KEY_LEN];
  const gchar *at = text;
  GeoHubKey *key = NULL;
  struct stat info;
  gssize len;

  if (fstat (fd, &info) != 0) {
    geo_hub_file_fail (error, "Cannot look at", path);
    return NULL;
  }
  if ((info.st_mode & 077) != 0) {
    g_set_error (error, GEO_HUB_ERROR, GEO_HUB_ERROR_DATA,
                 "Others than its owner may read or write the hub's key %s. "
                 "Allow nobody else (chmod 600), and think about whether "
                 "somebody has read it.",
                 path);
    return NULL;
  }
  len = read (fd, text, FILE_LEN + 1);
  if (len < 0) {
    geo_hub_file_fail (error, "Cannot read", path);
    return NULL;
  }
  if ((gsize) len == FILE_LEN && strncmp (at, HEAD, sizeof HEAD - 1) == 0) {
    at += sizeof HEAD - 1;
    if (read_field (&at, SEED, seed) && read_field (&at, SALT, salt))
      key = key_new (seed, salt);
  }
  sodium_memzero (text, sizeof text);
  sodium_memzero (seed, sizeof seed);
  sodium_memzero (salt, sizeof salt);
  if (key == NULL)
    g_set_error (error, GEO_HUB_ERROR, GEO_HUB_ERROR_DATA,
                 "The hub's key %s is damaged", path);
  return key;
}

static GeoHubKey *
make_key (const gchar *path, GError **error) {
  guint8 seed[GEO_SEED_LEN];
  guint8 salt[GEO_HUB_SALT_KEY_LEN];
  gchar seed_text[BASE64_LEN + 1];
  gchar salt_text[BASE64_LEN + 1];
  gchar text[FILE_LEN + 1];
  GeoHubKey *key = NULL;

  randombytes_buf (seed, sizeof seed);
  randombytes_buf (salt, sizeof salt);
  sodium_bin2base64 (seed_text, sizeof seed_text, seed, sizeof seed,
                     sodium_base64_VARIANT_ORIGINAL);
  sodium_bin2base64 (salt_text, sizeof salt_text, salt, sizeof salt,
                     sodium_base64_VARIANT_ORIGINAL);
  g_snprintf (text, sizeof text, HEAD SEED "%s\n" SALT "%s\n", seed_text,
              salt_text);
  if (geo_hub_file_put (path, text, FILE_LEN, error))
    key = key_new (seed, salt);
  sodium_memzero (text, sizeof text);
  sodium_memzero (seed_text, sizeof seed_text);
  sodium_memzero (salt_text, sizeof salt_text);
  sodium_memzero (seed, sizeof seed);
  sodium_memzero (salt, sizeof salt);
  return key;
}

GeoHubKey *
geo_hub_key_open (const gchar *path, gboolean may_create, GError **error) {
  GeoHubKey *key;
  gint fd;

  if (sodium_init () < 0)
    g_error ("libsodium cannot be used");
  fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0 && errno == ENOENT && may_create)
    return make_key (path, error);
  if (fd < 0) {
    geo_hub_file_fail (error, "Cannot open the hub's key", path);
    return NULL;
  }
  key = read_key (fd, path, error);
  close (fd);
  return key;
}
