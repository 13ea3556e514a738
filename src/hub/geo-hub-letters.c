/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Letters between participants.  It must not answer that one is stored before
 * it is on disk (P1), nor let one writer fill another's box.
 */
#include "hub/geo-hub-letters.h"

#include "hub/geo-bucket.h"
#include "store/geo-hub-letters.h"

#define HOUR_US (3600 * G_TIME_SPAN_SECOND)
/* Buckets that are full say nothing: they are dropped from here on. */
#define BUCKETS_MAX 10000

/* A reader who is here. */
typedef struct {
  gint64 after; /* The last that was sent of what is on disk. */
  guint unread; /* Sent and not read. */
  gboolean more; /* There may be more on disk. */
} Reader;

struct _GeoHubLetters {
  gint ref_count; /* Itself, and each that is being stored. */
  GeoEngine *engine; /* NULL at the end */
  GeoHubLettersSendFunc send;
  gpointer user_data;
  GHashTable *readers; /* GeoPid → Reader */
  GHashTable *buckets; /* GeoPid → GeoBucket, of writers */
};

/* One that is being stored. */
typedef struct {
  GeoHubLetters *letters;
  GeoPid from;
  GeoPid to;
  gchar *msg_id;
} Stored;

static void
letters_unref (GeoHubLetters *letters) {
  if (--letters->ref_count > 0)
    return;
  g_hash_table_unref (letters->readers);
  g_hash_table_unref (letters->buckets);
  g_free (letters);
}

static void
stored_free (gpointer data) {
  Stored *stored = data;

  letters_unref (stored->letters);
  g_free (stored->msg_id);
  g_free (stored);
}

GeoHubLetters *
geo_hub_letters_new (GeoEngine *engine,
                     GeoHubLettersSendFunc send,
                     gpointer user_data) {
  GeoHubLetters *letters = g_new0 (GeoHubLetters, 1);

  letters->ref_count = 1;
  letters->engine = engine;
  letters->send = send;
  letters->user_data = user_data;
  letters->readers = g_hash_table_new_full (geo_pid_hash, geo_pid_equal, g_free,
                                            g_free);
  letters->buckets = g_hash_table_new_full (geo_pid_hash, geo_pid_equal, g_free,
                                            g_free);
  return letters;
}

void
geo_hub_letters_free (GeoHubLetters *letters) {
  if (letters == NULL)
    return;
  letters->engine = NULL;
  letters_unref (letters);
}

/* --- Delivering ----------------------------------------------------------- */

static void
deliver (GeoHubLetters *letters, const GeoPid *to, Reader *reader) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) page = NULL;

  if (!reader->more || reader->unread > 0)
    return;
  page = geo_hub_store_list_letters (geo_engine_get_reader (letters->engine),
                                     to, reader->after, GEO_HUB_LETTERS_PAGE,
                                     &error);
  if (page == NULL) {
    g_warning ("letters cannot be read: %s", error->message);
    return;
  }
  /* P1: Persist, then send. */
  if (!geo_engine_settle (letters->engine))
    return;
  reader->more = page->len == GEO_HUB_LETTERS_PAGE;
  reader->unread = page->len;
  for (guint i = 0; i < page->len; i++) {
    const GeoHubLetter *letter = g_ptr_array_index (page, i);
    g_autoptr (GeoMessage) message = geo_message_new (GEO_MESSAGE_LETTER, NULL);

    reader->after = letter->id;
    message->u.letter->from = letter->from;
    message->u.letter->at = letter->at;
    message->u.letter->sealed = g_bytes_ref (letter->sealed);
    letters->send (to, message, letters->user_data);
  }
}

void
geo_hub_letters_present (GeoHubLetters *letters,
                         const GeoPid *pid,
                         gboolean present) {
  Reader *reader;

  if (!present) {
    g_hash_table_remove (letters->readers, pid);
    return;
  }
  reader = g_new0 (Reader, 1);
  reader->more = TRUE;
  g_hash_table_replace (letters->readers, geo_pid_dup (pid), reader);
  deliver (letters, pid, reader);
}

/* --- Taking --------------------------------------------------------------- */

static void
refuse (GeoHubLetters *letters,
        const GeoPid *from,
        const gchar *msg_id,
        GeoCode code,
        const gchar *reason,
        const gchar *text) {
  g_autoptr (GeoMessage) message = geo_message_new (GEO_MESSAGE_ERROR, msg_id);

  message->u.error->code = code;
  message->u.error->reason = g_strdup (reason);
  message->u.error->message = g_strdup (text);
  letters->send (from, message, letters->user_data);
}

static void
stored_cb (gpointer user_data) {
  const Stored *stored = user_data;
  GeoHubLetters *letters = stored->letters;
  g_autoptr (GeoMessage) message = NULL;
  Reader *reader;

  if (letters->engine == NULL)
    return;
  message = geo_message_new (GEO_MESSAGE_LETTER_STORED, stored->msg_id);
  letters->send (&stored->from, message, letters->user_data);
  reader = g_hash_table_lookup (letters->readers, &stored->to);
  if (reader == NULL)
    return;
  reader->more = TRUE;
  deliver (letters, &stored->to, reader);
}

static gboolean
is_full (gpointer key, gpointer value, gpointer now_us) {
  return geo_bucket_is_full (value, *(gint64 *) now_us);
}

static gboolean
may_write (GeoHubLetters *letters, const GeoPid *from) {
  gint64 now_us = g_get_monotonic_time ();
  GeoBucket *bucket = g_hash_table_lookup (letters->buckets, from);

  if (bucket == NULL) {
    if (g_hash_table_size (letters->buckets) >= BUCKETS_MAX)
      g_hash_table_foreach_remove (letters->buckets, is_full, &now_us);
    bucket = g_new0 (GeoBucket, 1);
    geo_bucket_init (bucket, GEO_HUB_LETTERS_PER_HOUR, HOUR_US,
                     GEO_HUB_LETTERS_BURST, now_us);
    g_hash_table_insert (letters->buckets, geo_pid_dup (from), bucket);
  }
  return geo_bucket_take (bucket, now_us);
}

static void
take_send (GeoHubLetters *letters,
           const GeoPid *from,
           const GeoMessage *message) {
  const GeoMsgLetterSend *send = message->u.letter_send;
  const GeoBook *book = geo_engine_get_book (letters->engine);
  g_autoptr (GError) error = NULL;
  GeoChange *change;
  gconstpointer data;
  Stored *stored;
  gint64 of_one;
  gint64 all;
  gsize len;

  if (geo_pid_equal (&send->to, from) ||
      geo_book_get_participant (book, &send->to) == NULL) {
    refuse (letters, from, message->msg_id, GEO_CODE_NO_ROUTE,
            GEO_REASON_UNKNOWN_PARTICIPANT,
            "There is nobody to pass this on to.");
    return;
  }
  if (geo_book_is_frozen (book, from)) {
    refuse (letters, from, message->msg_id, GEO_CODE_NOT_ALLOWED,
            GEO_REASON_FROZEN, "The hub's owner has frozen you.");
    return;
  }
  if (!geo_hub_store_count_letters (geo_engine_get_reader (letters->engine),
                                    &send->to, from, &all, &of_one, &error)) {
    g_warning ("letters cannot be counted: %s", error->message);
    refuse (letters, from, message->msg_id, GEO_CODE_INTERNAL,
            GEO_REASON_INTERNAL, "The hub cannot read its database.");
    return;
  }
  if (all >= GEO_HUB_LETTERS_MAX || of_one >= GEO_HUB_LETTERS_OF_ONE_MAX ||
      !may_write (letters, from)) {
    refuse (letters, from, message->msg_id, GEO_CODE_LIMIT,
            GEO_REASON_LIMIT_EXCEEDED,
            "Too much waits to be read already; try again later.");
    return;
  }

  change = geo_change_new (GEO_CHANGE_LETTER, g_get_real_time () / 1000);
  change->pid = send->to;
  change->from = *from;
  change->sealed = g_bytes_ref (send->sealed);
  data = g_bytes_get_data (send->sealed, &len);
  geo_hash_of (data, len, &change->hash);
  stored = g_new0 (Stored, 1);
  stored->letters = letters;
  letters->ref_count++;
  stored->from = *from;
  stored->to = send->to;
  stored->msg_id = g_strdup (message->msg_id);
  geo_engine_store (letters->engine, change, stored_cb, stored, stored_free);
}

static void
take_read (GeoHubLetters *letters,
           const GeoPid *from,
           const GeoMessage *message) {
  GeoChange *change = geo_change_new (GEO_CHANGE_LETTER_READ,
                                      g_get_real_time () / 1000);
  Reader *reader = g_hash_table_lookup (letters->readers, from);

  change->pid = *from;
  change->hash = message->u.letter_read->letter;
  geo_engine_store (letters->engine, change, NULL, NULL, NULL);
  if (reader == NULL)
    return;
  if (reader->unread > 0)
    reader->unread--;
  deliver (letters, from, reader);
}

gboolean
geo_hub_letters_take (GeoHubLetters *letters,
                      const GeoPid *from,
                      const GeoMessage *message) {
  if (message->type == GEO_MESSAGE_LETTER_SEND)
    take_send (letters, from, message);
  else if (message->type == GEO_MESSAGE_LETTER_READ)
    take_read (letters, from, message);
  else
    return FALSE;
  return TRUE;
}
