/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Makes and reads tokens.  The header of a token is compared, never believed:
 * there is one algorithm, so that nobody can choose another.
 */
#include "hub/rest/geo-rest-token.h"

#include <sodium.h>
#include <string.h>

#include "core/geo-json.h"

#define HEADER "{\"alg\":\"HS256\",\"typ\":\"JWT\"}"
#define PURPOSE "GEO REST tokens 1"

static gchar *
encode (gconstpointer data, gsize len) {
  gsize size =
      sodium_base64_encoded_len (len, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  gchar *text = g_malloc (size);

  sodium_bin2base64 (text, size, data, len,
                     sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  return text;
}

/* NULL where it is not the one encoding of its bytes; NUL-terminated. */
static guint8 *
decode (const gchar *text, gsize len, gsize *out_len) {
  g_autofree guint8 *data = g_malloc (len + 1);
  const gchar *end;

  if (sodium_base642bin (data, len, text, len, NULL, out_len, &end,
                         sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
      end != text + len)
    return NULL;
  data[*out_len] = '\0';
  return g_steal_pointer (&data);
}

void
geo_rest_token_derive_key (const guint8 secret[32],
                           guint8 out[GEO_REST_TOKEN_KEY_LEN]) {
  G_STATIC_ASSERT (GEO_REST_TOKEN_KEY_LEN == crypto_auth_hmacsha256_BYTES);

  crypto_auth_hmacsha256 (out, (const guint8 *) PURPOSE, strlen (PURPOSE),
                          secret);
}

static const gchar *
type_word (GeoRestTokenType type) {
  switch (type) {
  case GEO_REST_TOKEN_ACCESS:
    return "access";
  case GEO_REST_TOKEN_REFRESH:
    return "refresh";
  }
  g_assert_not_reached ();
}

gchar *
geo_rest_token_make (const guint8 key[GEO_REST_TOKEN_KEY_LEN],
                     const GeoPid *pid,
                     GeoRestTokenType type,
                     GeoTime now,
                     GeoRestToken *out) {
  g_autofree gchar *pid_text = geo_pid_to_string (pid);
  g_autofree gchar *id = NULL;
  g_autofree gchar *header = encode (HEADER, strlen (HEADER));
  g_autofree gchar *claims = NULL;
  g_autofree gchar *payload = NULL;
  g_autofree gchar *signed_part = NULL;
  g_autofree gchar *tag_text = NULL;
  guint8 random[16];
  guint8 tag[crypto_auth_hmacsha256_BYTES];
  gint64 seconds = now / 1000;
  gint64 expires = seconds + (type == GEO_REST_TOKEN_ACCESS
                                  ? GEO_REST_ACCESS_SECONDS
                                  : GEO_REST_REFRESH_SECONDS);

  randombytes_buf (random, sizeof random);
  id = g_malloc (2 * sizeof random + 1);
  sodium_bin2hex (id, 2 * sizeof random + 1, random, sizeof random);
  claims = g_strdup_printf ("{\"exp\":%" G_GINT64_FORMAT
                            ",\"iat\":%" G_GINT64_FORMAT
                            ",\"jti\":\"%s\",\"sub\":\"%s\",\"type\":\"%s\"}",
                            expires, seconds, id, pid_text, type_word (type));
  payload = encode (claims, strlen (claims));
  signed_part = g_strdup_printf ("%s.%s", header, payload);
  crypto_auth_hmacsha256 (tag, (const guint8 *) signed_part,
                          strlen (signed_part), key);
  tag_text = encode (tag, sizeof tag);
  if (out != NULL) {
    *out = (GeoRestToken){ .pid = *pid, .type = type };
    out->expires = expires * 1000;
    g_strlcpy (out->id, id, sizeof out->id);
  }
  return g_strdup_printf ("%s.%s", signed_part, tag_text);
}

/* What the claims say, once the tag is known to be ours. */
static gboolean
read_claims (const guint8 *data,
             gsize len,
             GeoRestTokenType type,
             GeoTime now,
             GeoRestToken *out) {
  g_autoptr (JsonNode) root = geo_json_parse ((const gchar *) data, len,
                                              GEO_REST_TOKEN_LEN_MAX, NULL);
  JsonObject *object;
  JsonNode *expires;
  const gchar *pid, *id;

  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return FALSE;
  object = json_node_get_object (root);
  expires = json_object_get_member (object, "exp");
  pid = geo_json_get_text (object, "sub");
  id = geo_json_get_text (object, "jti");
  if (expires == NULL || !JSON_NODE_HOLDS_VALUE (expires) ||
      json_node_get_value_type (expires) != G_TYPE_INT64 || pid == NULL ||
      id == NULL || id[0] == '\0' || strlen (id) >= sizeof out->id ||
      g_strcmp0 (geo_json_get_text (object, "type"), type_word (type)) != 0)
    return FALSE;
  out->type = type;
  out->expires = json_node_get_int (expires) * 1000;
  g_strlcpy (out->id, id, sizeof out->id);
  return geo_pid_parse (pid, &out->pid, NULL) && out->expires > now;
}

gboolean
geo_rest_token_read (const guint8 key[GEO_REST_TOKEN_KEY_LEN],
                     const gchar *text,
                     GeoRestTokenType type,
                     GeoTime now,
                     GeoRestToken *out) {
  g_autofree gchar *header = encode (HEADER, strlen (HEADER));
  gsize header_len = strlen (header);
  g_autofree guint8 *tag = NULL;
  g_autofree guint8 *claims = NULL;
  const gchar *payload;
  const gchar *dot;
  gsize tag_len, claims_len;

  if (strlen (text) > GEO_REST_TOKEN_LEN_MAX ||
      strncmp (text, header, header_len) != 0 || text[header_len] != '.')
    return FALSE;
  payload = text + header_len + 1;
  dot = strchr (payload, '.');
  if (dot == NULL)
    return FALSE;
  tag = decode (dot + 1, strlen (dot + 1), &tag_len);
  if (tag == NULL || tag_len != crypto_auth_hmacsha256_BYTES ||
      crypto_auth_hmacsha256_verify (tag, (const guint8 *) text,
                                     (gsize) (dot - text), key) != 0)
    return FALSE;
  claims = decode (payload, (gsize) (dot - payload), &claims_len);
  return claims != NULL && read_claims (claims, claims_len, type, now, out);
}
