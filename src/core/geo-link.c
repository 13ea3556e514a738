/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Links geo://v1/… (protocol §13).  A link comes from anywhere, so every
 * parameter is checked before it is believed to be what it says.
 */
#include "core/geo-link.h"

#include <string.h>

#include "core/geo-error.h"
#include "core/geo-text.h"

/* What still fits a QR code that a telephone reads. */
#define LINK_LEN_MAX 2048

#define NAME_LEN_MAX 100
#define HUB_LEN_MAX 200
#define CODE_LEN_MAX 100
#define MEMO_LEN_MAX 1024
#define FINGERPRINT_BYTES 32

#define PREFIX "geo://"
#define PREFIX_V1 "geo://v1/"

static const gchar *const kind_names[] = { "participant", "pay", "join" };

static gboolean
fail (GError **error, GeoCoreError code, const gchar *message) {
  g_set_error_literal (error, GEO_CORE_ERROR, (gint) code, message);
  return FALSE;
}

GeoLink *
geo_link_new (GeoLinkKind kind) {
  GeoLink *link = g_new0 (GeoLink, 1);

  link->kind = kind;
  return link;
}

void
geo_link_free (GeoLink *link) {
  if (link == NULL)
    return;
  g_free (link->name);
  g_free (link->hub);
  g_free (link->fingerprint);
  g_free (link->code);
  g_free (link->equivalent);
  g_free (link->amount);
  g_free (link->memo);
  g_free (link);
}

static gboolean
check_text (const gchar *text,
            glong len_max,
            GeoTextKind kind,
            GError **error) {
  if (*text == '\0' || g_utf8_strlen (text, -1) > len_max)
    return fail (error, GEO_CORE_ERROR_SIZE,
                 "The link has a text that is empty or too long");
  if (!geo_text_is_valid (text, kind))
    return fail (error, GEO_CORE_ERROR_SYNTAX,
                 "The link has a text with control characters, or not in NFC");
  return TRUE;
}

/* An address that the wallet can open a connection to, and nothing cleverer. */
static gboolean
check_hub (const gchar *hub, GError **error) {
  static const gchar *const schemes[] = { "http", "https", "ws", "wss" };
  g_autoptr (GUri) uri = NULL;

  if (!check_text (hub, HUB_LEN_MAX, GEO_TEXT_LINE, error))
    return FALSE;
  uri = g_uri_parse (hub, G_URI_FLAGS_NONE, NULL);
  if (uri == NULL || g_uri_get_host (uri) == NULL ||
      *g_uri_get_host (uri) == '\0' || g_uri_get_userinfo (uri) != NULL)
    return fail (error, GEO_CORE_ERROR_SYNTAX,
                 "The hub in the link is not an address");
  for (gsize i = 0; i < G_N_ELEMENTS (schemes); i++)
    if (g_str_equal (g_uri_get_scheme (uri), schemes[i]))
      return TRUE;
  return fail (error, GEO_CORE_ERROR_SYNTAX,
               "The hub in the link is not an address");
}

/* Hex, with colons between bytes or without; kept small and without. */
static gchar *
parse_fingerprint (const gchar *text, GError **error) {
  g_autoptr (GString) plain = g_string_new (NULL);
  gboolean colons = strchr (text, ':') != NULL;

  for (const gchar *at = text; *at != '\0'; at++) {
    if (colons && (at - text) % 3 == 2) {
      if (*at != ':')
        break;
    } else if (g_ascii_isxdigit (*at)) {
      g_string_append_c (plain, g_ascii_tolower (*at));
    } else {
      break;
    }
  }
  if (plain->len != 2 * FINGERPRINT_BYTES ||
      strlen (text) !=
          (colons ? 3 * FINGERPRINT_BYTES - 1 : 2 * FINGERPRINT_BYTES)) {
    fail (error, GEO_CORE_ERROR_SYNTAX,
          "The fingerprint in the link is not SHA-256 in hex");
    return NULL;
  }
  return g_string_free (g_steal_pointer (&plain), FALSE);
}

/* Each of these takes value where the link's kind has that parameter; a kind
 * that does not have it ignores it, like any unknown one. */
static gboolean
take_pid (gboolean *has, GeoPid *pid, const gchar *value, GError **error) {
  if (!geo_pid_parse (value, pid, error))
    return FALSE;
  *has = TRUE;
  return TRUE;
}

static gboolean
take_parameter (GeoLink *link,
                const gchar *name,
                const gchar *value,
                GError **error) {
  gboolean is_pay = link->kind == GEO_LINK_PAY;
  gboolean is_join = link->kind == GEO_LINK_JOIN;
  gboolean is_participant = link->kind == GEO_LINK_PARTICIPANT;

  if (g_str_equal (name, is_pay ? "to" : "pid") && !is_join)
    return take_pid (&link->has_pid, &link->pid, value, error);
  if (g_str_equal (name, "community") && is_join)
    return take_pid (&link->has_community, &link->community, value, error);
  if (g_str_equal (name, "name") && is_participant) {
    if (!check_text (value, NAME_LEN_MAX, GEO_TEXT_LINE, error))
      return FALSE;
    link->name = g_strdup (value);
  } else if (g_str_equal (name, "hub")) {
    if (!check_hub (value, error))
      return FALSE;
    link->hub = g_strdup (value);
  } else if (g_str_equal (name, "fingerprint") && is_join) {
    link->fingerprint = parse_fingerprint (value, error);
    return link->fingerprint != NULL;
  } else if (g_str_equal (name, "code") && is_join) {
    if (!check_text (value, CODE_LEN_MAX, GEO_TEXT_LINE, error))
      return FALSE;
    link->code = g_strdup (value);
  } else if (g_str_equal (name, "equivalent")) {
    if (!geo_equivalent_code_is_valid (value))
      return fail (error, GEO_CORE_ERROR_SYNTAX,
                   "The equivalent in the link is not a code");
    link->equivalent = g_strdup (value);
  } else if (g_str_equal (name, "amount") && is_pay) {
    GeoDecimal decimal;

    if (!geo_decimal_parse (value, &decimal, error))
      return FALSE;
    link->amount = g_strdup (value);
  } else if (g_str_equal (name, "memo") && is_pay) {
    if (!check_text (value, MEMO_LEN_MAX, GEO_TEXT_LINES, error))
      return FALSE;
    link->memo = g_strdup (value);
  }
  return TRUE;
}

static gboolean
parse_query (GeoLink *link, const gchar *query, GError **error) {
  g_auto (GStrv) pairs = g_strsplit (query, "&", -1);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal,
                                                       g_free, NULL);

  for (gsize i = 0; pairs[i] != NULL; i++) {
    gchar *equals = strchr (pairs[i], '=');

    if (equals == NULL) {
      if (*pairs[i] == '\0')
        continue;
      return fail (error, GEO_CORE_ERROR_SYNTAX,
                   "The link has a parameter without a value");
    }
    *equals = '\0';

    /* Both refuse %00 and what is not UTF-8 after decoding. */
    g_autofree gchar *name = g_uri_unescape_string (pairs[i], NULL);
    g_autofree gchar *value = g_uri_unescape_string (equals + 1, NULL);

    if (name == NULL || value == NULL || !g_utf8_validate (name, -1, NULL) ||
        !g_utf8_validate (value, -1, NULL))
      return fail (error, GEO_CORE_ERROR_SYNTAX,
                   "The link is not percent-encoded UTF-8");
    /* Two readers could each take another one of the two. */
    if (g_hash_table_contains (seen, name))
      return fail (error, GEO_CORE_ERROR_SYNTAX,
                   "The link has a parameter twice");
    if (*value != '\0' && !take_parameter (link, name, value, error))
      return FALSE;
    g_hash_table_add (seen, g_steal_pointer (&name));
  }
  return TRUE;
}

static gboolean
check_needed (const GeoLink *link, GError **error) {
  if (link->kind == GEO_LINK_JOIN)
    return link->hub != NULL ||
           fail (error, GEO_CORE_ERROR_FIELD, "The link names no hub");
  return link->has_pid ||
         fail (error, GEO_CORE_ERROR_FIELD, "The link names nobody");
}

static gboolean
find_kind (const gchar *name, gsize len, GeoLinkKind *out) {
  for (gsize i = 0; i < G_N_ELEMENTS (kind_names); i++) {
    if (strlen (kind_names[i]) == len &&
        memcmp (kind_names[i], name, len) == 0) {
      *out = (GeoLinkKind) (i + 1);
      return TRUE;
    }
  }
  return FALSE;
}

GeoLink *
geo_link_parse (const gchar *text, GError **error) {
  GeoLinkKind kind;

  if (strlen (text) > LINK_LEN_MAX) {
    fail (error, GEO_CORE_ERROR_SIZE, "The link is too long");
    return NULL;
  }
  if (g_ascii_strncasecmp (text, PREFIX, strlen (PREFIX)) != 0) {
    fail (error, GEO_CORE_ERROR_SYNTAX, "Not a geo:// link");
    return NULL;
  }
  if (g_ascii_strncasecmp (text, PREFIX_V1, strlen (PREFIX_V1)) != 0) {
    fail (error, GEO_CORE_ERROR_VERSION, "The link is of an unknown version");
    return NULL;
  }

  const gchar *name = text + strlen (PREFIX_V1);
  gsize len = strcspn (name, "?");

  if (!find_kind (name, len, &kind)) {
    fail (error, GEO_CORE_ERROR_SYNTAX, "The link is of an unknown kind");
    return NULL;
  }

  g_autoptr (GeoLink) link = geo_link_new (kind);

  if (name[len] == '?' && !parse_query (link, name + len + 1, error))
    return NULL;
  if (!check_needed (link, error))
    return NULL;
  return g_steal_pointer (&link);
}

static void
append_parameter (GString *out, const gchar *name, const gchar *value) {
  if (value == NULL)
    return;
  g_string_append_c (out, strchr (out->str, '?') != NULL ? '&' : '?');
  g_string_append (out, name);
  g_string_append_c (out, '=');
  g_string_append_uri_escaped (out, value, NULL, FALSE);
}

gchar *
geo_link_to_string (const GeoLink *link) {
  GString *out = g_string_new (PREFIX_V1);
  g_autofree gchar *pid = link->has_pid ? geo_pid_to_string (&link->pid) : NULL;
  g_autofree gchar *community = link->has_community
                                    ? geo_pid_to_string (&link->community)
                                    : NULL;

  g_string_append (out, kind_names[link->kind - 1]);
  switch (link->kind) {
  case GEO_LINK_PARTICIPANT:
    append_parameter (out, "pid", pid);
    append_parameter (out, "hub", link->hub);
    append_parameter (out, "name", link->name);
    append_parameter (out, "equivalent", link->equivalent);
    break;
  case GEO_LINK_PAY:
    append_parameter (out, "to", pid);
    append_parameter (out, "equivalent", link->equivalent);
    append_parameter (out, "amount", link->amount);
    append_parameter (out, "memo", link->memo);
    append_parameter (out, "hub", link->hub);
    break;
  case GEO_LINK_JOIN:
    append_parameter (out, "hub", link->hub);
    append_parameter (out, "community", community);
    append_parameter (out, "fingerprint", link->fingerprint);
    append_parameter (out, "code", link->code);
    append_parameter (out, "equivalent", link->equivalent);
    break;
  }
  return g_string_free (out, FALSE);
}
