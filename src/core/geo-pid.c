/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * PIDs and their base58 text (protocol §1).  The digest is held as eight 32-bit
 * limbs while it is converted, most significant first.
 */
#include "core/geo-pid.h"

#include <string.h>

#include "core/geo-codec-private.h"
#include "core/geo-error.h"

#define LIMBS (GEO_HASH_LEN / 4)

/* Five digits are divided off at a time: 58^5 still fits a limb. */
#define CHUNK_DIGITS 5
#define CHUNK_BASE 656356768u
#define CHUNKS 9

/* PIDs that a thread remembers the text of: a power of two, at most 256. */
#define WRITTEN_N 128

static const gchar alphabet[] =
    "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

gboolean
geo_pid_equal (gconstpointer a, gconstpointer b) {
  return memcmp (a, b, GEO_HASH_LEN) == 0;
}

guint
geo_pid_hash (gconstpointer pid) {
  return geo_hash_hash (pid);
}

int
geo_pid_cmp (gconstpointer a, gconstpointer b) {
  return memcmp (a, b, GEO_HASH_LEN);
}

GeoPid *
geo_pid_dup (const GeoPid *pid) {
  return pid != NULL ? g_memdup2 (pid, sizeof *pid) : NULL;
}

gboolean
geo_pid_is_zero (const GeoPid *pid) {
  static const GeoPid zero;

  return geo_pid_equal (pid, &zero);
}

static gsize
count_zeros (const GeoPid *pid) {
  gsize zeros = 0;

  while (zeros < GEO_HASH_LEN && pid->bytes[zeros] == 0)
    zeros++;
  return zeros;
}

/* Returns the length; text is not terminated. */
static gsize
convert_pid (gchar text[CHUNKS * CHUNK_DIGITS], const GeoPid *pid) {
  guint32 limbs[LIMBS];
  gchar digits[CHUNKS * CHUNK_DIGITS];
  gchar *end = digits + sizeof digits;
  gchar *at = end;
  gsize zeros = count_zeros (pid);

  for (gsize i = 0; i < LIMBS; i++) {
    guint32 limb;

    memcpy (&limb, pid->bytes + 4 * i, 4);
    limbs[i] = GUINT32_FROM_BE (limb);
  }

  for (guint chunk = 0; chunk < CHUNKS; chunk++) {
    guint64 rest = 0;

    for (gsize i = 0; i < LIMBS; i++) {
      rest = rest << 32 | limbs[i];
      limbs[i] = (guint32) (rest / CHUNK_BASE);
      rest %= CHUNK_BASE;
    }
    for (guint i = 0; i < CHUNK_DIGITS; i++) {
      *--at = alphabet[rest % 58];
      rest /= 58;
    }
  }

  /* Zeros before the number are not digits of it: each zero byte before it is
   * one zero in the text. */
  while (at < end && *at == alphabet[0])
    at++;
  memset (text, alphabet[0], zeros);
  memcpy (text + zeros, at, (gsize) (end - at));
  return zeros + (gsize) (end - at);
}

/* A payment writes the same few PIDs dozens of times, its community's in every
 * object.  Each thread remembers what it wrote last where a PID's own bits say;
 * a digest is as good as any hash. */
typedef struct {
  GeoPid pid;
  guint8 len; /* 0: nothing is here. */
  gchar text[CHUNKS * CHUNK_DIGITS];
} Written;

static gsize
write_pid (gchar text[CHUNKS * CHUNK_DIGITS], const GeoPid *pid) {
  static _Thread_local Written written[WRITTEN_N];
  Written *slot = &written[pid->bytes[0] % WRITTEN_N];

  if (slot->len == 0 || !geo_pid_equal (&slot->pid, pid)) {
    slot->len = (guint8) convert_pid (slot->text, pid);
    slot->pid = *pid;
  }
  memcpy (text, slot->text, slot->len);
  return slot->len;
}

void
geo_pid_append (GString *out, const GeoPid *pid) {
  gchar text[CHUNKS * CHUNK_DIGITS];

  g_string_append_len (out, text, (gssize) write_pid (text, pid));
}

gchar *
geo_pid_to_string (const GeoPid *pid) {
  gchar text[CHUNKS * CHUNK_DIGITS];

  return g_strndup (text, write_pid (text, pid));
}

/* The alphabet leaves out 0, I, O and l. */
static gint
find_digit (gchar character) {
  if (character >= '1' && character <= '9')
    return character - '1';
  if (character >= 'A' && character <= 'Z' && character != 'I' &&
      character != 'O')
    return character - 'A' + 9 - (character > 'I') - (character > 'O');
  if (character >= 'a' && character <= 'z' && character != 'l')
    return character - 'a' + 33 - (character > 'l');
  return -1;
}

/* limbs = limbs × factor + more; FALSE where they do not hold that. */
static gboolean
multiply (guint32 limbs[LIMBS], guint32 factor, guint32 more) {
  guint64 carry = more;

  for (gsize limb = LIMBS; limb > 0; limb--) {
    carry += (guint64) limbs[limb - 1] * factor;
    limbs[limb - 1] = (guint32) carry;
    carry >>= 32;
  }
  return carry == 0;
}

gboolean
geo_pid_parse (const gchar *text, GeoPid *out, GError **error) {
  guint32 limbs[LIMBS] = { 0 };
  guint32 chunk = 0;
  guint32 base = 1;
  gboolean fits = TRUE;
  gsize ones = 0;
  GeoPid pid;

  while (text[ones] == alphabet[0])
    ones++;

  for (gsize i = 0; text[i] != '\0'; i++) {
    gint digit = find_digit (text[i]);

    if (digit < 0) {
      g_set_error_literal (error, GEO_CORE_ERROR, GEO_CORE_ERROR_SYNTAX,
                           "A PID is letters and digits of base58");
      return FALSE;
    }
    if (i >= GEO_PID_STRING_MAX - 1) {
      g_set_error_literal (error, GEO_CORE_ERROR, GEO_CORE_ERROR_SIZE,
                           "A PID has at most 44 characters");
      return FALSE;
    }
    chunk = chunk * 58 + (guint32) digit;
    base *= 58;
    if (base == CHUNK_BASE || text[i + 1] == '\0') {
      fits = fits && multiply (limbs, base, chunk);
      chunk = 0;
      base = 1;
    }
  }
  if (!fits) {
    g_set_error_literal (error, GEO_CORE_ERROR, GEO_CORE_ERROR_SIZE,
                         "A PID has 32 bytes");
    return FALSE;
  }

  for (gsize i = 0; i < LIMBS; i++) {
    guint32 limb = GUINT32_TO_BE (limbs[i]);

    memcpy (pid.bytes + 4 * i, &limb, 4);
  }
  /* A digest of another length would have other zeros before it. */
  if (count_zeros (&pid) != ones) {
    g_set_error_literal (error, GEO_CORE_ERROR, GEO_CORE_ERROR_SIZE,
                         "A PID has 32 bytes");
    return FALSE;
  }
  *out = pid;
  return TRUE;
}
