/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Opens the hub's certificate, or makes it.  It must not make a second one
 * where there was a first: everybody who was invited knows that one's
 * fingerprint.
 */
#include "hub/geo-hub-tls.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <string.h>
#include <sys/stat.h>

#include "hub/geo-hub-file.h"

/* It is known by its fingerprint, so its dates say nothing; clocks differ. */
#define BEFORE_SECONDS (24 * 3600)
#define VALID_SECONDS (30 * 365 * 24 * 3600)
#define SERIAL_LEN 16
#define NAME "geo-hub"

typedef struct {
  gnutls_x509_privkey_t key;
  gnutls_x509_crt_t certificate;
  gnutls_datum_t key_text;
  gnutls_datum_t certificate_text;
} Made;

static void
made_clear (Made *made) {
  /* S4: zeroed after use. */
  if (made->key_text.data != NULL)
    gnutls_memset (made->key_text.data, 0, made->key_text.size);
  gnutls_free (made->key_text.data);
  gnutls_free (made->certificate_text.data);
  if (made->certificate != NULL)
    gnutls_x509_crt_deinit (made->certificate);
  if (made->key != NULL)
    gnutls_x509_privkey_deinit (made->key);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Made, made_clear)

/* The first code below zero, or 0. */
static gint
make (Made *made, gint64 now_seconds) {
  guint8 serial[SERIAL_LEN];
  gint code;

  if ((code = gnutls_rnd (GNUTLS_RND_NONCE, serial, sizeof serial)) < 0 ||
      (code = gnutls_x509_privkey_init (&made->key)) < 0 ||
      (code = gnutls_x509_privkey_generate (
           made->key, GNUTLS_PK_ECDSA,
           GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1), 0)) < 0 ||
      (code = gnutls_x509_crt_init (&made->certificate)) < 0)
    return code;
  /* A serial number is above zero. */
  serial[0] = (serial[0] & 0x7f) | 0x40;
  if ((code = gnutls_x509_crt_set_version (made->certificate, 3)) < 0 ||
      (code = gnutls_x509_crt_set_serial (made->certificate, serial,
                                          sizeof serial)) < 0 ||
      (code = gnutls_x509_crt_set_activation_time (
           made->certificate, now_seconds - BEFORE_SECONDS)) < 0 ||
      (code = gnutls_x509_crt_set_expiration_time (
           made->certificate, now_seconds + VALID_SECONDS)) < 0 ||
      (code = gnutls_x509_crt_set_dn_by_oid (made->certificate,
                                             GNUTLS_OID_X520_COMMON_NAME, 0,
                                             NAME, sizeof NAME - 1)) < 0 ||
      (code = gnutls_x509_crt_set_basic_constraints (made->certificate, 0,
                                                     -1)) < 0 ||
      (code = gnutls_x509_crt_set_key (made->certificate, made->key)) < 0 ||
      (code = gnutls_x509_crt_sign2 (made->certificate, made->certificate,
                                     made->key, GNUTLS_DIG_SHA256, 0)) < 0 ||
      (code = gnutls_x509_crt_export2 (made->certificate, GNUTLS_X509_FMT_PEM,
                                       &made->certificate_text)) < 0)
    return code;
  return gnutls_x509_privkey_export2_pkcs8 (
      made->key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN, &made->key_text);
}

static gboolean
make_file (const gchar *path, GError **error) {
  g_auto (Made) made = { NULL };
  g_autofree gchar *text = NULL;
  gsize len;
  gint code = make (&made, g_get_real_time () / G_USEC_PER_SEC);
  gboolean done;

  if (code < 0) {
    g_set_error (error, GEO_HUB_ERROR, GEO_HUB_ERROR_DATA,
                 "A certificate cannot be made: %s", gnutls_strerror (code));
    return FALSE;
  }
  text = g_strdup_printf ("%.*s%.*s", (int) made.certificate_text.size,
                          (const gchar *) made.certificate_text.data,
                          (int) made.key_text.size,
                          (const gchar *) made.key_text.data);
  len = strlen (text);
  done = geo_hub_file_put (path, text, len, error);
  gnutls_memset (text, 0, len);
  return done;
}

static GTlsCertificate *
open_own (const gchar *data_dir, GError **error) {
  g_autofree gchar *path = g_build_filename (data_dir, GEO_HUB_TLS_FILE, NULL);
  g_autoptr (GError) why = NULL;
  GTlsCertificate *certificate;
  struct stat info;

  if (!g_file_test (path, G_FILE_TEST_EXISTS) && !make_file (path, error))
    return NULL;
  if (stat (path, &info) == 0 && (info.st_mode & 077) != 0) {
    g_set_error (error, GEO_HUB_ERROR, GEO_HUB_ERROR_DATA,
                 "Others than its owner may read or write %s. Allow nobody "
                 "else (chmod 600).",
                 path);
    return NULL;
  }
  certificate = g_tls_certificate_new_from_file (path, &why);
  if (certificate == NULL)
    g_set_error (error, GEO_HUB_ERROR, GEO_HUB_ERROR_DATA,
                 "The hub's certificate %s cannot be used: %s", path,
                 why->message);
  return certificate;
}

/* GLib takes a certificate without its key, or with another's, and then no
 * connection is made: better no hub than one that only seems to listen. */
static gboolean
has_its_key (const GeoHubConfig *config, GError **error) {
  const gchar *key = config->certificate_key != NULL ? config->certificate_key
                                                     : config->certificate;
  gnutls_certificate_credentials_t both;
  gint code = gnutls_certificate_allocate_credentials (&both);

  if (code >= 0) {
    code = gnutls_certificate_set_x509_key_file (both, config->certificate, key,
                                                 GNUTLS_X509_FMT_PEM);
    gnutls_certificate_free_credentials (both);
  }
  if (code < 0)
    g_set_error (error, GEO_HUB_ERROR, GEO_HUB_ERROR_CONFIG,
                 "The certificate %s cannot be used with the key in %s: %s",
                 config->certificate, key, gnutls_strerror (code));
  return code >= 0;
}

GTlsCertificate *
geo_hub_tls_open (const GeoHubConfig *config,
                  const gchar *data_dir,
                  GError **error) {
  g_autoptr (GError) why = NULL;
  GTlsCertificate *certificate;

  if (config->certificate == NULL)
    return config->self_made ? open_own (data_dir, error) : NULL;
  certificate =
      config->certificate_key == NULL
          ? g_tls_certificate_new_from_file (config->certificate, &why)
          : g_tls_certificate_new_from_files (config->certificate,
                                              config->certificate_key, &why);
  if (certificate == NULL)
    g_set_error (error, GEO_HUB_ERROR, GEO_HUB_ERROR_CONFIG,
                 "The certificate %s cannot be used: %s", config->certificate,
                 why->message);
  else if (!has_its_key (config, error))
    g_clear_object (&certificate);
  return certificate;
}
