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
/* As the objects have it. */
#define INVOICE_MEMO_LEN_MAX 300
#define INVITED_LEN_MAX 50
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
  geo_invoice_free (link->invoice);
  geo_invitation_free (link->invitation);
  g_free (link);
}

GeoLink *
geo_link_new_invoice (const GeoInvoice *invoice,
                      const GeoPublicKey *key,
                      const gchar *hub) {
  GeoLink *link = geo_link_new (GEO_LINK_PAY);

  link->has_pid = TRUE;
  link->pid = invoice->to;
  link->equivalent = g_strdup (invoice->equivalent);
  if (invoice->has_amount)
    link->amount = geo_decimal_to_string (invoice->amount);
  link->memo = g_strdup (invoice->memo);
  link->hub = g_strdup (hub);
  link->invoice = geo_invoice_copy (invoice);
  link->invoice_key = *key;
  return link;
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

/* What a link says of a signed request or invitation, before it is one. */
typedef struct {
  GeoInvoice *invoice; /* of a pay link; owned */
  GeoInvitation *invitation; /* of a join link; owned */
  gboolean has_id, has_key, has_signature, has_community, has_at;
  gboolean has_from, has_limit;
} Signed;

static void
signed_clear (Signed *said) {
  geo_invoice_free (said->invoice);
  geo_invitation_free (said->invitation);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Signed, signed_clear)

/* 32 or 64 bytes as base64url without padding, which needs no escaping. */
static gboolean
parse_bytes (const gchar *value, guint8 *out, gsize len, GError **error) {
  g_autofree gchar *padded = g_strdup_printf ("%s===", value);
  g_autofree guint8 *bytes = NULL;
  g_autofree gchar *again = NULL;
  gsize n;

  if (strlen (value) != (len * 4 + 2) / 3)
    return fail (error, GEO_CORE_ERROR_SYNTAX,
                 "The link has a key or signature of a wrong length");
  for (gchar *at = padded; *at != '\0'; at++) {
    if (*at == '+' || *at == '/')
      return fail (error, GEO_CORE_ERROR_SYNTAX,
                   "The link has a key or signature that is not base64url");
    *at = *at == '-' ? '+' : *at == '_' ? '/' : *at;
  }
  padded[(len + 2) / 3 * 4] = '\0';
  bytes = g_base64_decode (padded, &n);
  /* One text for one value. */
  again = n == len ? g_base64_encode (bytes, n) : NULL;
  if (g_strcmp0 (again, padded) != 0)
    return fail (error, GEO_CORE_ERROR_SYNTAX,
                 "The link has a key or signature that is not base64url");
  memcpy (out, bytes, len);
  return TRUE;
}

static gchar *
write_bytes (const guint8 *bytes, gsize len) {
  gchar *text = g_base64_encode (bytes, len);

  for (gchar *at = text; *at != '\0'; at++) {
    if (*at == '=') {
      *at = '\0';
      break;
    }
    *at = *at == '+' ? '-' : *at == '/' ? '_' : *at;
  }
  return text;
}

static gboolean
parse_time (const gchar *value, GeoTime *out, GError **error) {
  guint64 number;

  if (value[0] == '0' ||
      !g_ascii_string_to_unsigned (value, 10, 1, G_GINT64_CONSTANT (1) << 47,
                                   &number, NULL))
    return fail (error, GEO_CORE_ERROR_RANGE, "The link has no such time");
  *out = (GeoTime) number;
  return TRUE;
}

static gboolean
take_id (gchar **id, gboolean *has, const gchar *value, GError **error) {
  if (!geo_tx_id_is_valid (value))
    return fail (error, GEO_CORE_ERROR_SYNTAX,
                 "What the link carries has no identifier");
  *id = g_strdup (value);
  *has = TRUE;
  return TRUE;
}

static gboolean
take_name (gchar **name, const gchar *value, GError **error) {
  if (!check_text (value, INVITED_LEN_MAX, GEO_TEXT_LINE, error))
    return FALSE;
  *name = g_strdup (value);
  return TRUE;
}

/* *taken: it is one of a signed invitation's. */
static gboolean
take_of_invitation (GeoLink *link,
                    Signed *said,
                    const gchar *name,
                    const gchar *value,
                    gboolean *taken,
                    GError **error) {
  GeoInvitation *invitation = said->invitation;

  *taken = TRUE;
  if (g_str_equal (name, "invitation"))
    return take_id (&invitation->invitation_id, &said->has_id, value, error);
  if (g_str_equal (name, "from"))
    return take_pid (&said->has_from, &invitation->from, value, error);
  if (g_str_equal (name, "name"))
    return take_name (&invitation->name, value, error);
  if (g_str_equal (name, "invited"))
    return take_name (&invitation->invited, value, error);
  if (g_str_equal (name, "limit")) {
    said->has_limit = TRUE;
    return geo_decimal_parse (value, &invitation->limit, error);
  }
  if (g_str_equal (name, "asked")) {
    invitation->has_asked = TRUE;
    return geo_decimal_parse (value, &invitation->asked, error);
  }
  if (g_str_equal (name, "expires")) {
    invitation->has_expires_at = TRUE;
    return parse_time (value, &invitation->expires_at, error);
  }
  if (g_str_equal (name, "at")) {
    said->has_at = TRUE;
    return parse_time (value, &invitation->created_at, error);
  }
  if (g_str_equal (name, "key")) {
    said->has_key = TRUE;
    return parse_bytes (value, link->invitation_key.bytes, GEO_PUBLIC_KEY_LEN,
                        error);
  }
  if (g_str_equal (name, "sig")) {
    said->has_signature = TRUE;
    return parse_bytes (value, invitation->signature.bytes, GEO_SIGNATURE_LEN,
                        error);
  }
  *taken = FALSE;
  return TRUE;
}

/* *taken: it is one of a signed request's. */
static gboolean
take_of_invoice (GeoLink *link,
                 Signed *said,
                 const gchar *name,
                 const gchar *value,
                 gboolean *taken,
                 GError **error) {
  GeoInvoice *invoice = said->invoice;

  *taken = TRUE;
  if (g_str_equal (name, "invoice")) {
    return take_id (&invoice->invoice_id, &said->has_id, value, error);
  } else if (g_str_equal (name, "community")) {
    said->has_community = TRUE;
    return geo_pid_parse (value, &invoice->community, error);
  } else if (g_str_equal (name, "from")) {
    return take_pid (&invoice->has_from, &invoice->from, value, error);
  } else if (g_str_equal (name, "once")) {
    if (!g_str_equal (value, "1"))
      return fail (error, GEO_CORE_ERROR_SYNTAX,
                   "The link says neither once nor not");
    invoice->single_use = TRUE;
  } else if (g_str_equal (name, "expires")) {
    invoice->has_expires_at = TRUE;
    return parse_time (value, &invoice->expires_at, error);
  } else if (g_str_equal (name, "at")) {
    said->has_at = TRUE;
    return parse_time (value, &invoice->created_at, error);
  } else if (g_str_equal (name, "key")) {
    said->has_key = TRUE;
    return parse_bytes (value, link->invoice_key.bytes, GEO_PUBLIC_KEY_LEN,
                        error);
  } else if (g_str_equal (name, "sig")) {
    said->has_signature = TRUE;
    return parse_bytes (value, invoice->signature.bytes, GEO_SIGNATURE_LEN,
                        error);
  } else {
    *taken = FALSE;
  }
  return TRUE;
}

/* A link with a signature is that signed request or no link. */
static gboolean
take_invoice (GeoLink *link, Signed *said, GError **error) {
  GeoInvoice *invoice = said->invoice;

  if (!said->has_id && !said->has_signature)
    return TRUE;
  if (!said->has_id || !said->has_signature || !said->has_key ||
      !said->has_community || !said->has_at || !link->has_pid ||
      link->equivalent == NULL)
    return fail (error, GEO_CORE_ERROR_FIELD,
                 "The link's request is not complete");
  invoice->to = link->pid;
  invoice->equivalent = g_strdup (link->equivalent);
  if (link->amount != NULL) {
    invoice->has_amount = TRUE;
    if (!geo_decimal_parse (link->amount, &invoice->amount, error))
      return FALSE;
  }
  if (link->memo != NULL &&
      !check_text (link->memo, INVOICE_MEMO_LEN_MAX, GEO_TEXT_LINE, error))
    return FALSE;
  invoice->memo = g_strdup (link->memo);
  if (!geo_invoice_verify (invoice, &link->invoice_key, NULL))
    return fail (error, GEO_CORE_ERROR_SIGNATURE,
                 "The link is not what its payee signed");
  link->invoice = g_steal_pointer (&said->invoice);
  return TRUE;
}

/* The same of an invitation: who would trust, and how far. */
static gboolean
take_invitation (GeoLink *link, Signed *said, GError **error) {
  GeoInvitation *invitation = said->invitation;

  if (!said->has_id && !said->has_signature)
    return TRUE;
  if (!said->has_id || !said->has_signature || !said->has_key ||
      !said->has_at || !said->has_from || !said->has_limit ||
      !link->has_community || link->equivalent == NULL ||
      invitation->name == NULL)
    return fail (error, GEO_CORE_ERROR_FIELD,
                 "The link's invitation is not complete");
  invitation->community = link->community;
  invitation->equivalent = g_strdup (link->equivalent);
  if (!geo_invitation_verify (invitation, &link->invitation_key, NULL))
    return fail (error, GEO_CORE_ERROR_SIGNATURE,
                 "The link is not what the one who invites signed");
  link->invitation = g_steal_pointer (&said->invitation);
  return TRUE;
}

static gboolean
take_signed (GeoLink *link,
             Signed *said,
             const gchar *name,
             const gchar *value,
             gboolean *taken,
             GError **error) {
  *taken = FALSE;
  if (said->invoice != NULL)
    return take_of_invoice (link, said, name, value, taken, error);
  if (said->invitation != NULL)
    return take_of_invitation (link, said, name, value, taken, error);
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
  } else if (g_str_equal (name, "key") && is_participant) {
    link->has_key = TRUE;
    return parse_bytes (value, link->key.bytes, GEO_PUBLIC_KEY_LEN, error);
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
parse_query (GeoLink *link,
             Signed *said,
             const gchar *query,
             GError **error) {
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
    if (*value != '\0') {
      gboolean taken = FALSE;

      if (!take_signed (link, said, name, value, &taken, error))
        return FALSE;
      if (!taken && !take_parameter (link, name, value, error))
        return FALSE;
    }
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
  g_auto (Signed) said = {
    .invoice = kind == GEO_LINK_PAY ? geo_invoice_new () : NULL,
    .invitation = kind == GEO_LINK_JOIN ? geo_invitation_new () : NULL,
  };

  if ((name[len] == '?' && !parse_query (link, &said, name + len + 1, error)) ||
      !check_needed (link, error) ||
      (said.invoice != NULL && !take_invoice (link, &said, error)) ||
      (said.invitation != NULL && !take_invitation (link, &said, error)))
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

/* What the plain fields do not say already. */
static void
append_invoice (GString *out, const GeoLink *link) {
  const GeoInvoice *invoice = link->invoice;
  g_autofree gchar *community = geo_pid_to_string (&invoice->community);
  g_autofree gchar *from = invoice->has_from
                               ? geo_pid_to_string (&invoice->from)
                               : NULL;
  g_autofree gchar *at = g_strdup_printf ("%" G_GINT64_FORMAT,
                                          invoice->created_at);
  g_autofree gchar *expires =
      invoice->has_expires_at
          ? g_strdup_printf ("%" G_GINT64_FORMAT, invoice->expires_at)
          : NULL;
  g_autofree gchar *key = write_bytes (link->invoice_key.bytes,
                                       GEO_PUBLIC_KEY_LEN);
  g_autofree gchar *signature = write_bytes (invoice->signature.bytes,
                                             GEO_SIGNATURE_LEN);

  append_parameter (out, "invoice", invoice->invoice_id);
  append_parameter (out, "community", community);
  append_parameter (out, "from", from);
  append_parameter (out, "once", invoice->single_use ? "1" : NULL);
  append_parameter (out, "expires", expires);
  append_parameter (out, "at", at);
  append_parameter (out, "key", key);
  append_parameter (out, "sig", signature);
}

static void
append_invitation (GString *out, const GeoLink *link) {
  const GeoInvitation *invitation = link->invitation;
  g_autofree gchar *from = geo_pid_to_string (&invitation->from);
  g_autofree gchar *limit = geo_decimal_to_string (invitation->limit);
  g_autofree gchar *asked = invitation->has_asked
                                ? geo_decimal_to_string (invitation->asked)
                                : NULL;
  g_autofree gchar *at = g_strdup_printf ("%" G_GINT64_FORMAT,
                                          invitation->created_at);
  g_autofree gchar *expires = invitation->has_expires_at
                                  ? g_strdup_printf ("%" G_GINT64_FORMAT,
                                                     invitation->expires_at)
                                  : NULL;
  g_autofree gchar *key = write_bytes (link->invitation_key.bytes,
                                       GEO_PUBLIC_KEY_LEN);
  g_autofree gchar *signature = write_bytes (invitation->signature.bytes,
                                             GEO_SIGNATURE_LEN);

  append_parameter (out, "invitation", invitation->invitation_id);
  append_parameter (out, "from", from);
  append_parameter (out, "name", invitation->name);
  append_parameter (out, "invited", invitation->invited);
  append_parameter (out, "limit", limit);
  append_parameter (out, "asked", asked);
  append_parameter (out, "expires", expires);
  append_parameter (out, "at", at);
  append_parameter (out, "key", key);
  append_parameter (out, "sig", signature);
}

gchar *
geo_link_to_string (const GeoLink *link) {
  GString *out = g_string_new (PREFIX_V1);
  g_autofree gchar *pid = link->has_pid ? geo_pid_to_string (&link->pid) : NULL;
  g_autofree gchar *community = link->has_community
                                    ? geo_pid_to_string (&link->community)
                                    : NULL;

  g_autofree gchar *key =
      link->has_key ? write_bytes (link->key.bytes, GEO_PUBLIC_KEY_LEN) : NULL;

  g_string_append (out, kind_names[link->kind - 1]);
  switch (link->kind) {
  case GEO_LINK_PARTICIPANT:
    append_parameter (out, "pid", pid);
    append_parameter (out, "hub", link->hub);
    append_parameter (out, "name", link->name);
    append_parameter (out, "key", key);
    append_parameter (out, "equivalent", link->equivalent);
    break;
  case GEO_LINK_PAY:
    append_parameter (out, "to", pid);
    append_parameter (out, "equivalent", link->equivalent);
    append_parameter (out, "amount", link->amount);
    append_parameter (out, "memo", link->memo);
    append_parameter (out, "hub", link->hub);
    if (link->invoice != NULL)
      append_invoice (out, link);
    break;
  case GEO_LINK_JOIN:
    append_parameter (out, "hub", link->hub);
    append_parameter (out, "community", community);
    append_parameter (out, "fingerprint", link->fingerprint);
    append_parameter (out, "code", link->code);
    append_parameter (out, "equivalent", link->equivalent);
    if (link->invitation != NULL)
      append_invitation (out, link);
    break;
  }
  return g_string_free (out, FALSE);
}
