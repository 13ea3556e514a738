/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Puts leaves into a database, and finds how many of them hold.  It must not
 * judge where they come from (GeoGather does).
 */
#include "hub/geo-gather-write.h"

#include "hub/geo-hub-error.h"
#include "net/geo-fault.h"

static void
find_cb (const gchar *rule, const gchar *text, gpointer user_data) {
  gchar **first = user_data;

  if (*first == NULL)
    *first = g_strdup_printf ("%s: %s", rule, text);
}

static gboolean
fail (GError **error, const gchar *why) {
  g_set_error (error, GEO_HUB_ERROR, GEO_HUB_ERROR_NOT_VERIFIED,
               "What was given back does not hold together: %s", why);
  return FALSE;
}

/* I1–I8 for what was put together. */
static gboolean
inspect (GeoHubStore *store, GError **error) {
  g_autofree gchar *first = NULL;
  GeoHubInspection seen;

  return geo_hub_store_inspect (store, find_cb, &first, &seen, error) &&
         (seen.findings == 0 || fail (error, first));
}

/* One transaction.  What the database does not take is no fault of the disk's.
 */
static gboolean
write_changes (GeoHubStore *store, GPtrArray *changes, GError **error) {
  g_autoptr (GError) why = NULL;

  if (geo_hub_store_write (store, changes, &why))
    return TRUE;
  if (g_error_matches (why, GEO_STORE_ERROR, GEO_STORE_ERROR_CONFLICT) ||
      g_error_matches (why, GEO_STORE_ERROR, GEO_STORE_ERROR_VERIFY))
    return fail (error, why->message);
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

/* The first n leaves; good: how many of them heads say the same of. */
static gboolean
write_leaves (GeoHubStore *store,
              const GPtrArray *list,
              guint n,
              guint *good,
              GError **error) {
  g_autoptr (GPtrArray) changes = g_ptr_array_new ();

  for (guint i = 0; i < n; i++) {
    const GeoGathered *one = g_ptr_array_index (list, i);
    GeoHash root;
    gint64 size;

    for (guint j = 0; j < one->changes->len; j++)
      g_ptr_array_add (changes, g_ptr_array_index (one->changes, j));
    if (!one->has_root && i + 1 < n)
      continue;
    if (!write_changes (store, changes, error) ||
        !geo_hub_store_read_log (store, &size, &root, error))
      return FALSE;
    g_ptr_array_set_size (changes, 0);
    if (!one->has_root)
      continue;
    if (size != one->size || !geo_hash_equal (&root, &one->root))
      return fail (error, "a head says that something else stood there");
    *good = i + 1;
  }
  return TRUE;
}

/* Heads that are signed from now on are not earlier than those that were. */
static gboolean
write_head_time (GeoHubStore *store, const GeoGather *gather, GError **error) {
  g_autoptr (GPtrArray) changes = g_ptr_array_new ();
  g_autoptr (GeoChange) change = geo_change_new (GEO_CHANGE_HUB,
                                                 g_get_real_time () / 1000);
  GeoTime until;

  if (!geo_hub_store_read_log_until (store, &until, error))
    return FALSE;
  change->log_until = geo_gather_get_head_time (gather);
  if (change->log_until <= until)
    return TRUE;
  g_ptr_array_add (changes, change);
  return geo_hub_store_write (store, changes, error);
}

static gboolean
make (const GeoGather *gather,
      GeoHubStore *copy,
      const gchar *path,
      const GPtrArray *list,
      guint n,
      guint *good,
      GError **error) {
  g_autoptr (GeoHubStore) store = NULL;

  *good = 0;
  geo_hub_store_remove (path);
  if (!geo_hub_store_backup (copy, path, error))
    return FALSE;
  geo_fault_point ("gathering: before write");
  store = geo_hub_store_open (path, FALSE, error);
  return store != NULL && write_leaves (store, list, n, good, error) &&
         write_head_time (store, gather, error) && inspect (store, error);
}

/* Where a head says what the log was, and the end: guint, how many leaves. */
static GArray *
list_ends (const GPtrArray *list) {
  GArray *ends = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint n = 1; n <= list->len; n++)
    if (n == list->len ||
        ((GeoGathered *) g_ptr_array_index (list, n - 1))->has_root)
      g_array_append_val (ends, n);
  return ends;
}

static guint
count_up_to (const GArray *ends, guint good) {
  guint n = 0;

  while (n < ends->len && g_array_index (ends, guint, n) <= good)
    n++;
  return n;
}

gboolean
geo_gather_write (const GeoGather *gather,
                  GeoHubStore *copy,
                  const gchar *path,
                  const GPtrArray *list,
                  gboolean some_will_do,
                  gint64 *size,
                  GError **error) {
  g_autoptr (GArray) ends = list_ends (list);
  guint holds = 0; /* So many of ends: the copy was looked at before. */
  guint fails = ends->len + 1;
  guint tried = 0;
  guint good;

  /* What does not hold does not with more after it either, so that it is found
   * by halves; but most likely all of it holds, or all that a head confirms. */
  for (guint next = ends->len; next > holds;) {
    g_autoptr (GError) why = NULL;
    gboolean is_first = tried == 0;

    tried = next;
    if (make (gather, copy, path, list, g_array_index (ends, guint, tried - 1),
              &good, &why)) {
      holds = tried;
    } else if (some_will_do && g_error_matches (why, GEO_HUB_ERROR,
                                                GEO_HUB_ERROR_NOT_VERIFIED)) {
      g_warning ("%s", why->message);
      fails = MIN (tried, count_up_to (ends, good) + 1);
    } else {
      g_propagate_error (error, g_steal_pointer (&why));
      return FALSE;
    }
    next = is_first ? fails - 1 : (holds + fails) / 2;
  }
  if (holds == 0) {
    geo_hub_store_remove (path);
    *size = geo_gather_get_copied (gather);
    return TRUE;
  }
  *size = ((GeoGathered *) g_ptr_array_index (
               list, g_array_index (ends, guint, holds - 1) - 1))
              ->size;
  return tried == holds ||
         make (gather, copy, path, list, g_array_index (ends, guint, holds - 1),
               &good, error);
}
