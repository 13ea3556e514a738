/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is read and what is signed: the strict gate every byte from outside goes
 * through before a tree is built, and the canonical form (RFC 8785 subset,
 * protocol §3).  Trees are json-glib's; nothing here does I/O.
 */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define GEO_JSON_SIZE_MAX (64 * 1024)
#define GEO_JSON_SYNC_SIZE_MAX (256 * 1024)
#define GEO_JSON_DEPTH_MAX 16
/* Members of one object: bounds what a tree costs whose keys were chosen to
 * collide in a hash table. */
#define GEO_JSON_MEMBERS_MAX 1024
#define GEO_JSON_INT_MAX ((G_GINT64_CONSTANT (1) << 53) - 1)

/* Checks without building anything: valid UTF-8, one root, no duplicate keys,
 * no NUL, no lone surrogates, depth, size, integers only within ±(2^53−1), no
 * floats where floats_allowed is FALSE.  Errors: SYNTAX, SIZE, RANGE. */
gboolean geo_json_check (const gchar *data,
                         gsize len,
                         gsize size_max,
                         gboolean floats_allowed,
                         GError **error);

/* Gate and parse.  The caller owns the tree. */
JsonNode *
geo_json_parse (const gchar *data, gsize len, gsize size_max, GError **error);

/* Canonical bytes; NULL and an error for a float, a non-ASCII key or invalid
 * UTF-8 (a tree may have been made by hand). */
gchar *geo_json_canonical (JsonNode *node, gsize *len, GError **error);

/* A member that is an object, or a string; borrowed; NULL: it is not there, or
 * something else. */
JsonNode *geo_json_get_object (JsonObject *object, const gchar *name);
const gchar *geo_json_get_text (JsonObject *object, const gchar *name);

/* Appends a canonical JSON string / integer; used by the generated encoders. */
void geo_json_append_string (GString *out, const gchar *text);

G_END_DECLS
