/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Looks through a participant's entries, the newest first.
 */
#include "hub/geo-hub-signed.h"

#define PAGE 64
#define PAGES_MAX 64

/* P6: an order is its payer's vote. */
static gboolean
is_signed_since (const GeoProvenEntry *entry, const GeoPid *pid, GeoTime since) {
  const GeoCertificate *certificate = entry->certificate;

  if (entry->line != NULL)
    return geo_pid_equal (&entry->line->from, pid) &&
           entry->line->signed_at > since;
  if (certificate == NULL)
    return FALSE;
  if (certificate->order != NULL &&
      geo_pid_equal (&certificate->order->from, pid) &&
      certificate->order->created_at > since)
    return TRUE;
  for (guint i = 0; i < certificate->votes->len; i++) {
    const GeoVote *vote = g_ptr_array_index (certificate->votes, i);

    if (geo_pid_equal (&vote->voter, pid) &&
        certificate->contract->created_at > since)
      return TRUE;
  }
  return FALSE;
}

gboolean
geo_hub_has_signed_since (GeoHubStore *reader,
                          const GeoBook *book,
                          const GeoCloser *closer,
                          const GeoPid *pid,
                          GeoTime since) {
  gint64 left = geo_book_get_sequence (book, pid, NULL);

  if (closer != NULL && geo_closer_has_open_of (closer, pid))
    return TRUE;
  for (guint n = 0; n < PAGES_MAX && left > 0; n++) {
    g_autoptr (GError) error = NULL;
    const gint64 after = MAX (left - PAGE, 0);
    g_autoptr (GPtrArray) entries = geo_hub_store_list_entries (
        reader, pid, after, (guint) (left - after), &error);

    /* What is not on disk yet is of now. */
    if (entries == NULL || (gint64) entries->len < left - after)
      return TRUE;
    for (guint i = entries->len; i > 0; i--) {
      const GeoProvenEntry *entry = g_ptr_array_index (entries, i - 1);

      if (is_signed_since (entry, pid, since))
        return TRUE;
      /* What was taken before then said no later time than that (K4). */
      if (entry->entry->at + GEO_CLOCK_TOLERANCE_MS < since)
        return FALSE;
    }
    left = after;
  }
  return left > 0;
}
