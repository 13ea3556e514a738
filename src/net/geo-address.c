/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reads addresses of hubs and fingerprints of certificates.  It must not touch
 * the network: what a name stands for is found out when it is dialled.
 */
#include "net/geo-address.h"

#include <string.h>

#define HOST_LEN_MAX 253
#define FINGERPRINT_LEN 64

void
geo_address_free (GeoAddress *address) {
  if (address == NULL)
    return;
  g_free (address->host);
  g_free (address->fingerprint);
  g_free (address);
}

static gboolean
is_loopback (const gchar *host) {
  g_autoptr (GInetAddress) inet = g_inet_address_new_from_string (host);

  if (inet != NULL)
    return g_inet_address_get_is_loopback (inet);
  return g_strcmp0 (host, "localhost") == 0 ||
         g_str_has_suffix (host, ".localhost");
}

/* The digits in lower case, or NULL. */
static gchar *
read_fingerprint (const gchar *text) {
  g_autoptr (GString) digits = g_string_sized_new (FINGERPRINT_LEN);

  for (const gchar *c = text; *c != '\0'; c++) {
    if (*c == ':')
      continue;
    if (!g_ascii_isxdigit (*c) || digits->len == FINGERPRINT_LEN)
      return NULL;
    g_string_append_c (digits, g_ascii_tolower (*c));
  }
  if (digits->len != FINGERPRINT_LEN)
    return NULL;
  return g_string_free (g_steal_pointer (&digits), FALSE);
}

/* With a zone ("fe80::1%eth0") too, in which g_hostname_is_ip_address () takes
 * anything, as it takes ":" for an address. */
static gboolean
is_numeric (const gchar *host) {
  gsize len = strcspn (host, "%");
  g_autofree gchar *plain = g_strndup (host, len);
  g_autoptr (GInetAddress) inet = g_inet_address_new_from_string (plain);

  if (inet == NULL || host[len] == '\0')
    return inet != NULL;
  for (const gchar *c = host + len + 1; *c != '\0'; c++)
    if (!g_ascii_isalnum (*c) && strchr ("-._", *c) == NULL)
      return FALSE;
  return host[len + 1] != '\0' &&
         g_inet_address_get_family (inet) == G_SOCKET_FAMILY_IPV6;
}

/* A name of letters, digits, "-" and "." (what is not ASCII is to be written in
 * its xn-- form), or a numeric address. */
static gboolean
host_is_valid (const gchar *host) {
  gsize len = strlen (host);

  if (len == 0 || len > HOST_LEN_MAX)
    return FALSE;
  if (is_numeric (host))
    return TRUE;
  for (const gchar *c = host; *c != '\0'; c++)
    if (!g_ascii_isalnum (*c) && *c != '-' && *c != '.' && *c != '_')
      return FALSE;
  return host[0] != '.' && host[0] != '-' && strstr (host, "..") == NULL;
}

static gboolean
read_port (const gchar *text, gboolean zero_allowed, guint16 *out) {
  guint64 port;

  if (strlen (text) > 5 ||
      !g_ascii_string_to_unsigned (text, 10, zero_allowed ? 0 : 1, G_MAXUINT16,
                                   &port, NULL))
    return FALSE;
  *out = (guint16) port;
  return TRUE;
}

/* "host", "host:port", "[v6]" or "[v6]:port"; a v6 address in brackets only,
 * except by itself. */
static gboolean
split_authority (const gchar *text, gchar **host_out, gchar **port_out) {
  const gchar *colon;

  *host_out = NULL;
  *port_out = NULL;
  if (text[0] == '[') {
    const gchar *end = strchr (text, ']');

    if (end == NULL || (end[1] != '\0' && end[1] != ':'))
      return FALSE;
    *host_out = g_strndup (text + 1, (gsize) (end - text - 1));
    if (end[1] == ':')
      *port_out = g_strdup (end + 2);
    return strchr (*host_out, ':') != NULL;
  }
  colon = strchr (text, ':');
  if (colon != NULL && strchr (colon + 1, ':') != NULL) {
    *host_out = g_strdup (text);
    return is_numeric (text);
  }
  if (colon == NULL) {
    *host_out = g_strdup (text);
  } else {
    *host_out = g_strndup (text, (gsize) (colon - text));
    *port_out = g_strdup (colon + 1);
  }
  return TRUE;
}

GeoAddress *
geo_address_parse (const gchar *text,
                   const gchar *fingerprint,
                   GError **error) {
  g_autoptr (GeoAddress) address = g_new0 (GeoAddress, 1);
  g_autofree gchar *stripped = NULL;
  g_autofree gchar *host = NULL;
  g_autofree gchar *port = NULL;
  g_autofree gchar *scheme = NULL;
  gchar *rest;
  gchar *mark;

  g_return_val_if_fail (text != NULL, NULL);

  if (!g_utf8_validate (text, -1, NULL) || strlen (text) > 2 * HOST_LEN_MAX)
    goto wrong;
  stripped = g_strstrip (g_strdup (text));
  rest = stripped;
  mark = strstr (stripped, "://");
  if (mark != NULL) {
    scheme = g_ascii_strdown (stripped, mark - stripped);
    rest = mark + 3;
  }
  if (g_str_has_suffix (rest, "/"))
    rest[strlen (rest) - 1] = '\0';
  if (!split_authority (rest, &host, &port) || !host_is_valid (host))
    goto wrong;
  address->host = g_ascii_strdown (host, -1);

  if (scheme == NULL) {
    gboolean local = is_loopback (address->host);

    address->secure = fingerprint != NULL || !(local || port != NULL);
    address->port = local ? GEO_HUB_PORT : 443;
  } else if (g_str_equal (scheme, "https") || g_str_equal (scheme, "wss")) {
    address->secure = TRUE;
    address->port = 443;
  } else if (g_str_equal (scheme, "http") || g_str_equal (scheme, "ws")) {
    address->port = 80;
  } else {
    goto wrong;
  }
  if (port != NULL && !read_port (port, FALSE, &address->port))
    goto wrong;

  if (fingerprint != NULL) {
    address->fingerprint = read_fingerprint (fingerprint);
    if (address->fingerprint == NULL) {
      g_set_error (error, GEO_NET_ERROR, GEO_NET_ERROR_ADDRESS,
                   "The fingerprint is not 64 hexadecimal digits");
      return NULL;
    }
    /* Without TLS there is nothing to compare it with, and whoever gave it
     * wanted it compared. */
    if (!address->secure) {
      g_set_error (error, GEO_NET_ERROR, GEO_NET_ERROR_ADDRESS,
                   "A fingerprint can be checked on https only");
      return NULL;
    }
  }
  return g_steal_pointer (&address);

wrong:
  g_set_error (error, GEO_NET_ERROR, GEO_NET_ERROR_ADDRESS,
               "This is not the address of a hub");
  return NULL;
}

gchar *
geo_address_get_authority (const GeoAddress *address) {
  gboolean v6 = strchr (address->host, ':') != NULL;
  gboolean own_port = address->port != (address->secure ? 443 : 80);
  g_autofree gchar *port = own_port ? g_strdup_printf (":%u", address->port)
                                    : g_strdup ("");

  return g_strdup_printf ("%s%s%s%s", v6 ? "[" : "", address->host,
                          v6 ? "]" : "", port);
}

gchar *
geo_address_to_string (const GeoAddress *address) {
  g_autofree gchar *authority = geo_address_get_authority (address);

  return g_strdup_printf ("%s://%s", address->secure ? "https" : "http",
                          authority);
}

gboolean
geo_address_is_loopback (const GeoAddress *address) {
  return is_loopback (address->host);
}

gchar *
geo_certificate_get_fingerprint (GTlsCertificate *certificate) {
  g_autoptr (GByteArray) der = NULL;

  g_object_get (certificate, "certificate", &der, NULL);
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, der->data, der->len);
}

GSocketAddress *
geo_address_parse_numeric (const gchar *text, GError **error) {
  g_autofree gchar *host = NULL;
  g_autofree gchar *port_text = NULL;
  GSocketAddress *address = NULL;
  guint16 port;

  /* A zone may be of no interface here, and then there is no address. */
  if (split_authority (text, &host, &port_text) && port_text != NULL &&
      is_numeric (host) && read_port (port_text, TRUE, &port))
    address = g_inet_socket_address_new_from_string (host, port);
  if (address == NULL)
    g_set_error (error, GEO_NET_ERROR, GEO_NET_ERROR_ADDRESS,
                 "“%s” is not a numeric address with a port, such as "
                 "127.0.0.1:%d or [::1]:%d",
                 text, GEO_HUB_PORT, GEO_HUB_PORT);
  return address;
}
