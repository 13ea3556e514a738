/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Messages: what is decoded is encoded to what is decoded to the same, and an
 * envelope that holds is told even where the payload does not.
 */
#include "core/geo-messages.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) failure = NULL;
  g_autoptr (GeoMessage) message = NULL;
  g_autoptr (GeoMessage) full = NULL;
  g_autoptr (GeoMessage) again = NULL;
  g_autoptr (GeoMessage) copy = NULL;
  g_autofree gchar *id = NULL;
  g_autofree gchar *first = NULL;
  g_autofree gchar *second = NULL;
  g_autofree gchar *third = NULL;
  g_autofree gchar *described = NULL;
  gsize len, len_second, len_third;

  message = geo_message_decode ((const gchar *) data, size, &error);
  fuzz_check_outcome (message != NULL, error);
  full = geo_message_decode_full ((const gchar *) data, size, &id, &failure);
  g_assert_true ((message != NULL) == (full != NULL));
  if (message == NULL)
    return 0;

  g_assert_cmpstr (id, ==, message->msg_id);
  first = geo_message_encode (message, &len);
  again = geo_message_decode (first, len, &error);
  g_assert_no_error (error);
  second = geo_message_encode (again, &len_second);
  g_assert_cmpmem (first, len, second, len_second);
  copy = geo_message_copy (message);
  third = geo_message_encode (copy, &len_third);
  g_assert_cmpmem (first, len, third, len_third);
  described = geo_message_describe (message);
  g_assert_true (g_utf8_validate (described, -1, NULL));
  return 0;
}
