/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The strict gate (protocol §3): one pass over bytes from outside, before any
 * tree is built of them, which notes where everything is for who wants no tree.
 * It does not recurse, and what it allocates is bounded by what it reads.  It
 * must never let through what json-glib would read differently from others:
 * json-glib by itself takes duplicate keys, comments, octal, hex and trailing
 * roots, and wraps large integers.
 */
#include "core/geo-json.h"

#include <stdlib.h>
#include <string.h>

#include "core/geo-error.h"
#include "core/geo-json-private.h"

#define KEYS_KEPT_MAX 1024

/* Keys of an object that is being read or has been read.  They are compared
 * when all is read, sorted, so that many keys cost no more than n log n. */
typedef struct {
  guint32 object;
  guint32 len;
  const gchar *text;
} Key;

typedef struct {
  guint32 object;
  guint32 members; /* Items too. */
  guint32 token;
  guint32 key; /* The last one */
  gboolean is_array;
} Level;

typedef struct {
  const gchar *start;
  const gchar *at;
  const gchar *end;
  gboolean floats_allowed;
  guint depth;
  Level levels[GEO_JSON_DEPTH_MAX];
  guint32 objects;
  GArray *keys;
  gboolean unsorted; /* Some key does not stand behind a smaller one. */
  GArray *tokens; /* GeoJsonToken, or NULL */
  /* Keys that were written with escapes, as they are without them. */
  GStringChunk *unescaped;
  GError **error;
} Gate;

static gboolean
fail (Gate *gate, GeoCoreError code, const gchar *message) {
  g_set_error_literal (gate->error, GEO_CORE_ERROR, (gint) code, message);
  return FALSE;
}

static gboolean
fail_syntax (Gate *gate) {
  return fail (gate, GEO_CORE_ERROR_SYNTAX, "Not JSON");
}

static void
skip_space (Gate *gate) {
  while (gate->at < gate->end && (*gate->at == ' ' || *gate->at == '\t' ||
                                  *gate->at == '\n' || *gate->at == '\r'))
    gate->at++;
}

/* The next character; NUL at the end, which is no character of JSON. */
static gchar
peek (Gate *gate) {
  return gate->at < gate->end ? *gate->at : '\0';
}

/* Reads the four digits after \u. */
static gboolean
read_hex (Gate *gate, gunichar *out) {
  gunichar value = 0;

  if (gate->end - gate->at < 4)
    return fail_syntax (gate);
  for (guint i = 0; i < 4; i++) {
    gint digit = g_ascii_xdigit_value (*gate->at++);

    if (digit < 0)
      return fail_syntax (gate);
    value = value << 4 | (gunichar) digit;
  }
  *out = value;
  return TRUE;
}

static gboolean
read_unicode_escape (Gate *gate, gunichar *out) {
  gunichar first = 0;
  gunichar second = 0;

  if (!read_hex (gate, &first))
    return FALSE;
  if (first == 0)
    return fail (gate, GEO_CORE_ERROR_SYNTAX, "A string has a NUL");
  if (first < 0xd800 || first > 0xdfff) {
    *out = first;
    return TRUE;
  }
  if (first > 0xdbff || gate->end - gate->at < 6 || gate->at[0] != '\\' ||
      gate->at[1] != 'u')
    return fail (gate, GEO_CORE_ERROR_SYNTAX, "A string has half a surrogate");
  gate->at += 2;
  if (!read_hex (gate, &second))
    return FALSE;
  if (second < 0xdc00 || second > 0xdfff)
    return fail (gate, GEO_CORE_ERROR_SYNTAX, "A string has half a surrogate");
  *out = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
  return TRUE;
}

/* at is behind the backslash. */
static gboolean
read_escape (Gate *gate, gunichar *out) {
  static const gchar names[] = "\"\\/bfnrt";
  static const gchar values[] = "\"\\/\b\f\n\r\t";
  gchar name = peek (gate);

  if (name == '\0')
    return fail_syntax (gate);
  gate->at++;
  if (name == 'u')
    return read_unicode_escape (gate, out);

  const gchar *found = strchr (names, name);

  if (found == NULL)
    return fail_syntax (gate);
  *out = (gunichar) values[found - names];
  return TRUE;
}

/* Notes a value that begins at start, to be completed when it is read. */
static void
add_token (Gate *gate, GeoJsonKind kind, const gchar *start) {
  GeoJsonToken token = { .kind = kind };

  if (gate->depth > 0 && gate->levels[gate->depth - 1].is_array)
    gate->levels[gate->depth - 1].members++;
  if (gate->tokens == NULL)
    return;
  token.start = (guint32) (start - gate->start);
  token.next = gate->tokens->len + 1;
  g_array_append_val (gate->tokens, token);
}

/* The last one noted, which was a scalar, ends here. */
static void
end_token (Gate *gate, gboolean has_escapes) {
  GeoJsonToken *token;

  if (gate->tokens == NULL)
    return;
  token = &g_array_index (gate->tokens, GeoJsonToken, gate->tokens->len - 1);
  token->len = (guint32) (gate->at - gate->start) - token->start;
  token->has_escapes = has_escapes;
  if (token->kind == GEO_JSON_STRING) {
    token->start++;
    token->len -= 2;
  }
}

/* Reads a string, and where unescaped is not NULL, what it says, into it. */
static gboolean
read_string (Gate *gate, GString *unescaped, gboolean *has_escapes) {
  gboolean escapes = FALSE;

  if (peek (gate) != '"')
    return fail_syntax (gate);
  gate->at++;
  for (;;) {
    const gchar *plain = gate->at;

    while (gate->at < gate->end && (guchar) *gate->at >= 0x20 &&
           *gate->at != '"' && *gate->at != '\\')
      gate->at++;
    if (unescaped != NULL)
      g_string_append_len (unescaped, plain, gate->at - plain);
    if (peek (gate) == '"') {
      gate->at++;
      break;
    }
    if (peek (gate) != '\\')
      return fail (gate, GEO_CORE_ERROR_SYNTAX,
                   "A string does not end, or has a control character");

    gunichar character = 0;

    gate->at++;
    escapes = TRUE;
    if (!read_escape (gate, &character))
      return FALSE;
    if (unescaped != NULL)
      g_string_append_unichar (unescaped, character);
  }
  if (has_escapes != NULL)
    *has_escapes = escapes;
  return TRUE;
}

static gint
compare_texts (const Key *one, const Key *other) {
  gint order = memcmp (one->text, other->text, MIN (one->len, other->len));

  return order != 0              ? order
         : one->len < other->len ? -1
                                 : one->len > other->len;
}

/* In what is canonical each key is larger than the one before, and so none is
 * there twice; the others are sorted in the end. */
static void
add_key (Gate *gate, const Key *key) {
  Level *level = &gate->levels[gate->depth - 1];

  if (level->members > 1 &&
      compare_texts (&g_array_index (gate->keys, Key, level->key), key) >= 0)
    gate->unsorted = TRUE;
  level->key = gate->keys->len;
  g_array_append_val (gate->keys, *key);
}

static gboolean
read_key (Gate *gate) {
  Level *level = &gate->levels[gate->depth - 1];
  Key key = { .object = level->object };
  const gchar *start = gate->at;
  gboolean has_escapes;

  if (++level->members > GEO_JSON_MEMBERS_MAX)
    return fail (gate, GEO_CORE_ERROR_SIZE, "An object has too many members");
  if (!read_string (gate, NULL, &has_escapes))
    return FALSE;
  add_token (gate, GEO_JSON_STRING, start);
  end_token (gate, has_escapes);
  key.text = start + 1;
  key.len = (guint32) (gate->at - start - 2);

  /* "a" and "\u0061" are one key. */
  if (has_escapes) {
    g_autoptr (GString) text = g_string_sized_new (key.len);
    const gchar *after = gate->at;

    gate->at = start;
    if (!read_string (gate, text, NULL))
      return FALSE;
    g_assert (gate->at == after);
    if (gate->unescaped == NULL)
      gate->unescaped = g_string_chunk_new (256);
    key.len = (guint32) text->len;
    key.text = g_string_chunk_insert_len (gate->unescaped, text->str,
                                          (gssize) text->len);
  }
  add_key (gate, &key);

  skip_space (gate);
  if (peek (gate) != ':')
    return fail_syntax (gate);
  gate->at++;
  return TRUE;
}

static gboolean
read_digits (Gate *gate) {
  if (!g_ascii_isdigit (peek (gate)))
    return fail_syntax (gate);
  while (g_ascii_isdigit (peek (gate)))
    gate->at++;
  return TRUE;
}

static gboolean
read_number (Gate *gate) {
  gboolean is_negative = peek (gate) == '-';
  gboolean is_float = FALSE;
  gint64 value = 0;
  gboolean fits = TRUE;

  if (is_negative)
    gate->at++;

  const gchar *start = gate->at;

  if (!read_digits (gate))
    return FALSE;
  /* 010 is ten to some and eight to others. */
  if (*start == '0' && gate->at - start > 1)
    return fail_syntax (gate);
  for (const gchar *digit = start; digit < gate->at && fits; digit++) {
    value = value * 10 + (*digit - '0');
    fits = value <= GEO_JSON_INT_MAX;
  }

  if (peek (gate) == '.') {
    is_float = TRUE;
    gate->at++;
    if (!read_digits (gate))
      return FALSE;
  }
  if (peek (gate) == 'e' || peek (gate) == 'E') {
    is_float = TRUE;
    gate->at++;
    if (peek (gate) == '+' || peek (gate) == '-')
      gate->at++;
    if (!read_digits (gate))
      return FALSE;
  }

  /* Minus zero is a float as well: as an integer it would be written as 0. */
  if (!is_float && is_negative && value == 0 && fits)
    is_float = TRUE;
  if (is_float)
    return gate->floats_allowed ||
           fail (gate, GEO_CORE_ERROR_RANGE, "A number is not an integer");
  return fits ||
         fail (gate, GEO_CORE_ERROR_RANGE, "An integer is beyond 2^53 - 1");
}

static gboolean
read_word (Gate *gate, const gchar *word) {
  gsize len = strlen (word);

  if ((gsize) (gate->end - gate->at) < len || memcmp (gate->at, word, len) != 0)
    return fail_syntax (gate);
  gate->at += len;
  return TRUE;
}

static gboolean
read_scalar (Gate *gate) {
  const gchar *start = gate->at;
  gchar first = peek (gate);
  GeoJsonKind kind = GEO_JSON_NUMBER;
  gboolean has_escapes = FALSE;
  gboolean passed;

  if (first == '"') {
    kind = GEO_JSON_STRING;
    passed = read_string (gate, NULL, &has_escapes);
  } else if (first == 't') {
    kind = GEO_JSON_TRUE;
    passed = read_word (gate, "true");
  } else if (first == 'f') {
    kind = GEO_JSON_FALSE;
    passed = read_word (gate, "false");
  } else if (first == 'n') {
    kind = GEO_JSON_NULL;
    passed = read_word (gate, "null");
  } else {
    passed = read_number (gate);
  }
  if (!passed)
    return FALSE;
  add_token (gate, kind, start);
  end_token (gate, has_escapes);
  return TRUE;
}

/* Reads a closing bracket. */
static void
close_level (Gate *gate) {
  const Level *level = &gate->levels[--gate->depth];

  gate->at++;
  if (gate->tokens != NULL) {
    GeoJsonToken *token = &g_array_index (gate->tokens, GeoJsonToken,
                                          level->token);

    token->n = level->members;
    token->next = gate->tokens->len;
  }
}

/* Reads an opening bracket, and the first key behind it.  is_open says whether
 * a value has to follow. */
static gboolean
open_level (Gate *gate, gboolean *is_open) {
  gboolean is_array = *gate->at == '[';

  if (gate->depth == GEO_JSON_DEPTH_MAX)
    return fail (gate, GEO_CORE_ERROR_SIZE, "Nested too deeply");
  add_token (gate, is_array ? GEO_JSON_ARRAY : GEO_JSON_OBJECT, gate->at);
  gate->levels[gate->depth++] = (Level){
    .object = gate->objects++,
    .token = gate->tokens != NULL ? gate->tokens->len - 1 : 0,
    .is_array = is_array,
  };
  gate->at++;
  skip_space (gate);
  *is_open = peek (gate) != (is_array ? ']' : '}');
  if (!*is_open) {
    close_level (gate);
    return TRUE;
  }
  return is_array || read_key (gate);
}

/* Reads what may follow a value: brackets that close, up to a comma and the key
 * behind it, or the end.  is_open says whether a value has to follow. */
static gboolean
after_value (Gate *gate, gboolean *is_open) {
  *is_open = FALSE;
  for (;;) {
    skip_space (gate);
    if (gate->depth == 0)
      return gate->at == gate->end ||
             fail (gate, GEO_CORE_ERROR_SYNTAX, "Something follows");

    gboolean is_array = gate->levels[gate->depth - 1].is_array;

    if (peek (gate) == ',') {
      gate->at++;
      skip_space (gate);
      *is_open = TRUE;
      return is_array || read_key (gate);
    }
    if (peek (gate) != (is_array ? ']' : '}'))
      return fail_syntax (gate);
    close_level (gate);
  }
}

static gint
compare_keys (gconstpointer a, gconstpointer b) {
  const Key *one = a;
  const Key *other = b;

  if (one->object != other->object)
    return one->object < other->object ? -1 : 1;
  return compare_texts (one, other);
}

static gboolean
check_keys (Gate *gate) {
  const Key *keys = (const Key *) gate->keys->data;

  if (!gate->unsorted)
    return TRUE;
  qsort (gate->keys->data, gate->keys->len, sizeof (Key), compare_keys);
  for (guint i = 1; i < gate->keys->len; i++)
    if (compare_keys (&keys[i - 1], &keys[i]) == 0)
      return fail (gate, GEO_CORE_ERROR_SYNTAX, "A key is there twice");
  return TRUE;
}

static gboolean
run (Gate *gate) {
  gboolean is_open = TRUE;

  while (is_open) {
    skip_space (gate);
    if (peek (gate) == '{' || peek (gate) == '[') {
      if (!open_level (gate, &is_open))
        return FALSE;
      if (is_open)
        continue;
    } else if (!read_scalar (gate)) {
      return FALSE;
    }
    if (!after_value (gate, &is_open))
      return FALSE;
  }
  return check_keys (gate);
}

static void
free_keys (gpointer data) {
  g_array_unref (data);
}

/* None yet, in memory of this thread's: for one text at a time. */
static GArray *
take_keys (void) {
  static GPrivate all = G_PRIVATE_INIT (free_keys);
  GArray *keys = g_private_get (&all);

  /* What one large text took is given back. */
  if (keys == NULL || keys->len > KEYS_KEPT_MAX) {
    keys = g_array_sized_new (FALSE, FALSE, sizeof (Key), 64);
    g_private_replace (&all, keys);
  }
  return g_array_set_size (keys, 0);
}

static gboolean
check (const gchar *data,
       gsize len,
       gsize size_max,
       gboolean floats_allowed,
       GArray *tokens,
       GError **error) {
  Gate gate = { .floats_allowed = floats_allowed,
                .tokens = tokens,
                .error = error };
  gboolean passed;

  if (len > size_max) {
    g_set_error (error, GEO_CORE_ERROR, GEO_CORE_ERROR_SIZE,
                 "More than %" G_GSIZE_FORMAT " bytes", size_max);
    return FALSE;
  }
  /* A NUL is not valid to g_utf8_validate_len (). */
  if (len == 0 || !g_utf8_validate_len (data, len, NULL))
    return fail (&gate, GEO_CORE_ERROR_SYNTAX, "Not UTF-8 text");

  gate.start = gate.at = data;
  gate.end = data + len;
  gate.keys = take_keys ();
  passed = run (&gate);
  if (gate.unescaped != NULL)
    g_string_chunk_free (gate.unescaped);
  return passed;
}

gboolean
geo_json_check (const gchar *data,
                gsize len,
                gsize size_max,
                gboolean floats_allowed,
                GError **error) {
  return check (data, len, size_max, floats_allowed, NULL, error);
}

GArray *
geo_json_scan (const gchar *data, gsize len, gsize size_max, GError **error) {
  GArray *tokens = NULL;

  /* So that places fit what they are kept in. */
  g_assert (size_max <= G_MAXUINT32);
  tokens = g_array_sized_new (FALSE, FALSE, sizeof (GeoJsonToken), 128);
  if (!check (data, len, size_max, FALSE, tokens, error))
    g_clear_pointer (&tokens, g_array_unref);
  return tokens;
}

void
geo_json_get_string (const gchar *data,
                     const GeoJsonToken *token,
                     GString *out) {
  const gchar *text = data + token->start;
  gboolean passed;

  g_assert (token->kind == GEO_JSON_STRING);
  g_string_truncate (out, 0);
  if (!token->has_escapes) {
    g_string_append_len (out, text, token->len);
    return;
  }

  /* With its quotes. */
  Gate gate = { .at = text - 1, .end = text + token->len + 1 };

  passed = read_string (&gate, out, NULL);
  g_assert (passed);
}
