/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Backup files.  One is
 *
 *   "GEOBACK" 01 | id (16) | header (24) | chunks
 *
 * id is derived from the words, so that another identity's file is told from a
 * damaged one; the rest is crypto_secretstream_xchacha20poly1305 under a key
 * derived from them (crypto_kdf over the key's seed, context "geobackp": 1 is
 * the key, 2 makes the id), in chunks of 64 KiB plain, the last one with the
 * final tag.  The first eight bytes and the id are the additional data of every
 * chunk.  What is encrypted is the length of a JSON document in four bytes, the
 * largest first, the document {"journals": [{"community", "people" (whom this
 * person compared keys with, where there are any), "sha256", "size"}], "kind":
 * "geo-backup", "name", "v": 1} and the journals, which are SQLite files, one
 * after another.
 */
#include "config.h"

#include "node/geo-backup-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

#include "core/geo-json.h"
#include "net/geo-fault.h"
#include "node/geo-output.h"
#include "node/geo-profile-private.h"
#include "store/geo-journal.h"

#define MAGIC "GEOBACK\1"
#define MAGIC_LEN 8
#define ID_LEN 16
#define AD_LEN (MAGIC_LEN + ID_LEN)
#define HEADER_LEN crypto_secretstream_xchacha20poly1305_HEADERBYTES
#define EXTRA_LEN crypto_secretstream_xchacha20poly1305_ABYTES
#define CHUNK_LEN 65536
#define MANIFEST_MAX GEO_JSON_SYNC_SIZE_MAX
/* What stands beside the journals, all together. */
#define PEOPLE_FILE "people.ini"
#define PEOPLE_MAX (128 * 1024)
#define JOURNALS_MAX 256
#define KDF_CONTEXT "geobackp"
#define KDF_KEY 1
#define KDF_ID 2
#define COPIES ".backing-up"

static gboolean
fail_system (GError **error, const gchar *why) {
  g_set_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_STORAGE,
               /* Translators: %s is what the system says. */
               _ ("The backup could not be written: %s."), why);
  return FALSE;
}

gboolean
geo_backup_fail_damaged (GError **error) {
  g_set_error_literal (error, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT,
                       _ ("This backup is damaged or cut short, so nothing "
                          "was changed. Use another copy of it."));
  return FALSE;
}

gboolean
geo_backup_fail_restore (GError **error, const gchar *why) {
  g_set_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_STORAGE,
               /* Translators: %s is what the system says. */
               _ ("The backup could not be restored: %s."), why);
  return FALSE;
}

static void
make_ad (const GeoSecret *secret, guint8 ad[AD_LEN]) {
  guint8 *id = geo_secret_derive (secret, KDF_CONTEXT, KDF_ID);

  memcpy (ad, MAGIC, MAGIC_LEN);
  memcpy (ad + MAGIC_LEN, id, ID_LEN);
  sodium_free (id);
}

/* Only what this file makes is in these folders. */
void
geo_backup_remove_folder (const gchar *folder) {
  GDir *dir = g_dir_open (folder, 0, NULL);
  const gchar *name;

  if (dir != NULL) {
    while ((name = g_dir_read_name (dir)) != NULL) {
      g_autofree gchar *path = g_build_filename (folder, name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_DIR) &&
          !g_file_test (path, G_FILE_TEST_IS_SYMLINK))
        geo_backup_remove_folder (path);
      else
        g_unlink (path);
    }
    g_dir_close (dir);
  }
  g_rmdir (folder);
}

/* --- Writing -------------------------------------------------------------- */

typedef struct {
  GeoPid community;
  gchar *path;
  gint64 size;
  gchar *sha256;
  gchar *people; /* The notes beside it; NULL: none. */
} Journal;

static void
journal_free (gpointer data) {
  Journal *journal = data;

  g_free (journal->path);
  g_free (journal->sha256);
  g_free (journal->people);
  g_free (journal);
}

typedef struct {
  int fd;
  crypto_secretstream_xchacha20poly1305_state state;
  guint8 ad[AD_LEN];
  guint8 *plain; /* CHUNK_LEN, filled up to len */
  gsize len;
  gint64 done;
  gint64 total;
  GeoBackupStep step;
  gpointer user_data;
  GCancellable *cancellable;
} Writer;

static gboolean
write_bytes (int fd, const guint8 *data, gsize len, GError **error) {
  while (len > 0) {
    gssize n = write (fd, data, len);

    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return fail_system (error, g_strerror (errno));
    data += n;
    len -= (gsize) n;
  }
  return TRUE;
}

static gboolean
flush_chunk (Writer *writer, gboolean is_last, GError **error) {
  guint8 out[CHUNK_LEN + EXTRA_LEN];

  crypto_secretstream_xchacha20poly1305_push (
      &writer->state, out, NULL, writer->plain, writer->len, writer->ad, AD_LEN,
      is_last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL
              : crypto_secretstream_xchacha20poly1305_TAG_MESSAGE);
  geo_fault_point ("backup: before write");
  if (!write_bytes (writer->fd, out, writer->len + EXTRA_LEN, error))
    return FALSE;
  writer->len = 0;
  return TRUE;
}

/* Which chunk is the last is known only at the end: a full one waits for more.
 */
static gboolean
put (Writer *writer, const guint8 *data, gsize len, GError **error) {
  while (len > 0) {
    gsize n;

    if (writer->len == CHUNK_LEN && !flush_chunk (writer, FALSE, error))
      return FALSE;
    n = MIN (len, CHUNK_LEN - writer->len);
    memcpy (writer->plain + writer->len, data, n);
    writer->len += n;
    data += n;
    len -= n;
  }
  return TRUE;
}

static gboolean
put_file (Writer *writer, const gchar *path, GError **error) {
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GError) failure = NULL;
  g_autoptr (GFileInputStream) in = g_file_read (file, NULL, &failure);
  guint8 buffer[8192];
  gssize n = 0;

  while (in != NULL &&
         (n = g_input_stream_read (G_INPUT_STREAM (in), buffer, sizeof buffer,
                                   NULL, &failure)) > 0) {
    if (g_cancellable_set_error_if_cancelled (writer->cancellable, error) ||
        !put (writer, buffer, (gsize) n, error))
      return FALSE;
    writer->done += n;
    if (writer->step != NULL)
      writer->step (writer->done, writer->total, writer->user_data);
  }
  if (failure != NULL)
    return fail_system (error, failure->message);
  return TRUE;
}

static gchar *
make_manifest (const gchar *name, GPtrArray *journals) {
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "journals");
  json_builder_begin_array (builder);
  for (guint i = 0; i < journals->len; i++) {
    const Journal *journal = g_ptr_array_index (journals, i);
    g_autofree gchar *pid = geo_pid_to_string (&journal->community);

    json_builder_begin_object (builder);
    json_builder_set_member_name (builder, "community");
    json_builder_add_string_value (builder, pid);
    if (journal->people != NULL) {
      json_builder_set_member_name (builder, "people");
      json_builder_add_string_value (builder, journal->people);
    }
    json_builder_set_member_name (builder, "sha256");
    json_builder_add_string_value (builder, journal->sha256);
    json_builder_set_member_name (builder, "size");
    json_builder_add_int_value (builder, journal->size);
    json_builder_end_object (builder);
  }
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "kind");
  json_builder_add_string_value (builder, "geo-backup");
  json_builder_set_member_name (builder, "name");
  json_builder_add_string_value (builder, name);
  json_builder_set_member_name (builder, "v");
  json_builder_add_int_value (builder, 1);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  return geo_json_canonical (root, NULL, NULL);
}

static gboolean
hash_file (const gchar *path,
           gint64 *size,
           gchar **sha256,
           GCancellable *cancellable,
           GError **error) {
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) in = g_file_read (file, NULL, error);
  guint8 buffer[8192];
  gssize n;

  *size = 0;
  if (in == NULL)
    return FALSE;
  while ((n = g_input_stream_read (G_INPUT_STREAM (in), buffer, sizeof buffer,
                                   cancellable, error)) > 0) {
    g_checksum_update (checksum, buffer, n);
    *size += n;
  }
  *sha256 = g_strdup (g_checksum_get_string (checksum));
  return n == 0;
}

/* Whom this person compared keys with; NULL where there is nothing to keep, or
 * more than anybody has written by hand. */
static gchar *
read_people (const gchar *folder, const gchar *community, gsize *left) {
  g_autofree gchar *path = g_build_filename (folder, community, PEOPLE_FILE,
                                             NULL);
  g_autofree gchar *text = NULL;
  gsize len;

  if (!g_file_get_contents (path, &text, &len, NULL) || len == 0 ||
      len > *left || !g_utf8_validate (text, (gssize) len, NULL))
    return NULL;
  *left -= len;
  return g_steal_pointer (&text);
}

/* Copies of the journals as they are now. */
static GPtrArray *
copy_journals (const gchar *folder,
               const gchar *copies,
               GPtrArray *communities,
               GCancellable *cancellable,
               GError **error) {
  g_autoptr (GPtrArray) journals =
      g_ptr_array_new_with_free_func (journal_free);
  gsize left = PEOPLE_MAX;

  for (guint i = 0; i < communities->len; i++) {
    const GeoPid *pid = g_ptr_array_index (communities, i);
    g_autofree gchar *text = geo_pid_to_string (pid);
    g_autofree gchar *from = g_build_filename (folder, text, GEO_JOURNAL_FILE,
                                               NULL);
    g_autoptr (GeoJournal) journal = NULL;
    g_autoptr (GError) failure = NULL;
    Journal *copy = g_new0 (Journal, 1);

    g_ptr_array_add (journals, copy);
    copy->community = *pid;
    if (g_cancellable_set_error_if_cancelled (cancellable, error))
      return NULL;
    copy->path = g_build_filename (copies, text, NULL);
    copy->people = read_people (folder, text, &left);
    journal = geo_journal_open (from, TRUE, &failure);
    if (journal == NULL || !geo_journal_copy (journal, copy->path, &failure) ||
        !hash_file (copy->path, &copy->size, &copy->sha256, cancellable,
                    &failure)) {
      if (!g_cancellable_set_error_if_cancelled (cancellable, error))
        fail_system (error, failure->message);
      return NULL;
    }
  }
  return g_steal_pointer (&journals);
}

static gboolean
write_stream (Writer *writer,
              const gchar *manifest,
              GPtrArray *journals,
              const GeoSecret *secret,
              GError **error) {
  guint8 *key = geo_secret_derive (secret, KDF_CONTEXT, KDF_KEY);
  guint8 header[HEADER_LEN];
  guint32 len = GUINT32_TO_BE ((guint32) strlen (manifest));

  crypto_secretstream_xchacha20poly1305_init_push (&writer->state, header, key);
  sodium_free (key);
  make_ad (secret, writer->ad);
  if (!write_bytes (writer->fd, writer->ad, AD_LEN, error) ||
      !write_bytes (writer->fd, header, HEADER_LEN, error) ||
      !put (writer, (const guint8 *) &len, sizeof len, error) ||
      !put (writer, (const guint8 *) manifest, strlen (manifest), error))
    return FALSE;
  for (guint i = 0; i < journals->len; i++) {
    const Journal *journal = g_ptr_array_index (journals, i);

    if (!put_file (writer, journal->path, error))
      return FALSE;
  }
  return flush_chunk (writer, TRUE, error);
}

static gboolean
write_file (const gchar *path,
            const gchar *manifest,
            GPtrArray *journals,
            const GeoSecret *secret,
            GeoBackupStep step,
            gpointer user_data,
            GCancellable *cancellable,
            GError **error) {
  g_auto (GeoOutput) output = GEO_OUTPUT_INIT;
  Writer writer = {
    .step = step,
    .user_data = user_data,
    .cancellable = cancellable,
  };
  g_autoptr (GError) failure = NULL;
  gboolean done;

  for (guint i = 0; i < journals->len; i++)
    writer.total += ((Journal *) g_ptr_array_index (journals, i))->size;
  if (!geo_output_open (&output, path, &failure))
    return fail_system (error, failure->message);
  writer.fd = output.fd;
  writer.plain = g_malloc (CHUNK_LEN);
  done = write_stream (&writer, manifest, journals, secret, error);
  g_free (writer.plain);
  sodium_memzero (&writer.state, sizeof writer.state);
  geo_fault_point ("backup: before rename");
  /* From here on it is there, and whoever cancels is told so. */
  done = done && !g_cancellable_set_error_if_cancelled (cancellable, error);
  /* Whatever was there before is replaced only by a whole one. */
  if (done && !geo_output_finish (&output, &failure))
    done = fail_system (error, failure->message);
  return done;
}

gboolean
geo_backup_write (const gchar *path,
                  const gchar *folder,
                  const gchar *name,
                  GPtrArray *communities,
                  const GeoSecret *secret,
                  GeoBackupStep step,
                  gpointer user_data,
                  GCancellable *cancellable,
                  GError **error) {
  static GMutex copying;
  g_autoptr (GMutexLocker) only = NULL;
  g_autofree gchar *copies = g_build_filename (folder, COPIES, NULL);
  g_autoptr (GPtrArray) journals = NULL;
  g_autofree gchar *manifest = NULL;
  gboolean done = FALSE;

  /* One that was cancelled may still be about to take its copies away. */
  only = g_mutex_locker_new (&copying);
  /* What a former run left. */
  geo_backup_remove_folder (copies);
  if (!geo_profile_make_folder (copies, error))
    return FALSE;
  journals = copy_journals (folder, copies, communities, cancellable, error);
  if (journals != NULL) {
    manifest = make_manifest (name, journals);
    done = write_file (path, manifest, journals, secret, step, user_data,
                       cancellable, error);
  }
  geo_backup_remove_folder (copies);
  return done;
}

/* --- Reading -------------------------------------------------------------- */

typedef struct {
  GInputStream *stream;
  crypto_secretstream_xchacha20poly1305_state state;
  guint8 ad[AD_LEN];
  guint8 *plain; /* CHUNK_LEN */
  gsize at;
  gsize len;
  gboolean is_over; /* The final tag was there. */
  gint64 done;
  gint64 total;
  GeoBackupStep step;
  gpointer user_data;
  GCancellable *cancellable;
} Reader;

static gboolean
read_chunk (Reader *reader, GError **error) {
  guint8 in[CHUNK_LEN + EXTRA_LEN];
  g_autoptr (GError) failure = NULL;
  unsigned long long len;
  unsigned char tag;
  gsize n;

  if (!g_input_stream_read_all (reader->stream, in, sizeof in, &n, NULL,
                                &failure))
    return geo_backup_fail_restore (error, failure->message);
  if (reader->is_over || n < EXTRA_LEN ||
      crypto_secretstream_xchacha20poly1305_pull (&reader->state, reader->plain,
                                                  &len, &tag, in, n, reader->ad,
                                                  AD_LEN) != 0)
    return geo_backup_fail_damaged (error);
  reader->at = 0;
  reader->len = (gsize) len;
  reader->is_over = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
  return TRUE;
}

static gboolean
get (Reader *reader, guint8 *out, gsize len, GError **error) {
  while (len > 0) {
    gsize n = MIN (len, reader->len - reader->at);

    if (n == 0) {
      if (!read_chunk (reader, error))
        return FALSE;
      continue;
    }
    memcpy (out, reader->plain + reader->at, n);
    reader->at += n;
    out += n;
    len -= n;
  }
  return TRUE;
}

/* Nothing comes after the final chunk, and nothing is left of it. */
static gboolean
is_at_end (Reader *reader) {
  guint8 more;
  gsize n;

  return reader->is_over && reader->at == reader->len &&
         g_input_stream_read_all (reader->stream, &more, 1, &n, NULL, NULL) &&
         n == 0;
}

static gboolean
read_journal (const gchar *staging, JsonNode *node, GPtrArray *journals) {
  Journal *journal = g_new0 (Journal, 1);
  g_autofree gchar *text = NULL;
  const gchar *community;
  const gchar *sha256;
  JsonObject *object;

  g_ptr_array_add (journals, journal);
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return FALSE;
  object = json_node_get_object (node);
  community = json_object_get_string_member_with_default (object, "community",
                                                          "");
  sha256 = json_object_get_string_member_with_default (object, "sha256", "");
  journal->size = json_object_get_int_member_with_default (object, "size", -1);
  journal->sha256 = g_strdup (sha256);
  if (community == NULL || sha256 == NULL ||
      !geo_pid_parse (community, &journal->community, NULL) ||
      journal->size < 0)
    return FALSE;
  journal->people = g_strdup (
      json_object_get_string_member_with_default (object, "people", NULL));
  text = geo_pid_to_string (&journal->community);
  journal->path = g_build_filename (staging, text, GEO_JOURNAL_FILE, NULL);
  return TRUE;
}

static GPtrArray *
read_manifest (Reader *reader,
               const gchar *staging,
               gchar **name_out,
               GError **error) {
  g_autoptr (GPtrArray) journals =
      g_ptr_array_new_with_free_func (journal_free);
  g_autofree gchar *text = NULL;
  g_autoptr (JsonNode) root = NULL;
  JsonObject *object;
  JsonNode *list;
  JsonArray *array;
  guint32 len;

  if (!get (reader, (guint8 *) &len, sizeof len, error))
    return NULL;
  len = GUINT32_FROM_BE (len);
  if (len > MANIFEST_MAX) {
    geo_backup_fail_damaged (error);
    return NULL;
  }
  text = g_malloc (len + 1);
  if (!get (reader, (guint8 *) text, len, error))
    return NULL;
  text[len] = '\0';
  root = geo_json_parse (text, len, MANIFEST_MAX, NULL);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root)) {
    geo_backup_fail_damaged (error);
    return NULL;
  }
  object = json_node_get_object (root);
  list = json_object_get_member (object, "journals");
  if (json_object_get_int_member_with_default (object, "v", 0) != 1 ||
      list == NULL || !JSON_NODE_HOLDS_ARRAY (list) ||
      json_array_get_length (json_node_get_array (list)) > JOURNALS_MAX) {
    geo_backup_fail_damaged (error);
    return NULL;
  }
  array = json_node_get_array (list);
  for (guint i = 0; i < json_array_get_length (array); i++)
    if (!read_journal (staging, json_array_get_element (array, i), journals)) {
      geo_backup_fail_damaged (error);
      return NULL;
    }
  *name_out = g_strdup (
      json_object_get_string_member_with_default (object, "name", ""));
  return g_steal_pointer (&journals);
}

static gboolean
unpack_people (const Journal *journal, const gchar *folder, GError **error) {
  g_autofree gchar *path = g_build_filename (folder, PEOPLE_FILE, NULL);
  g_autoptr (GError) failure = NULL;

  return journal->people == NULL ||
         g_file_set_contents_full (path, journal->people, -1,
                                   G_FILE_SET_CONTENTS_DURABLE, 0600,
                                   &failure) ||
         geo_backup_fail_restore (error, failure->message);
}

static gboolean
unpack_journal (Reader *reader, const Journal *journal, GError **error) {
  g_autofree gchar *folder = g_path_get_dirname (journal->path);
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  gint64 left = journal->size;
  gboolean done = TRUE;
  int fd;

  if (!geo_profile_make_folder (folder, error))
    return FALSE;
  geo_fault_point ("restore: before unpacking");
  fd = g_open (journal->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0)
    return geo_backup_fail_restore (error, g_strerror (errno));
  while (done && left > 0) {
    guint8 buffer[8192];
    gsize n = (gsize) MIN (left, (gint64) sizeof buffer);

    done = !g_cancellable_set_error_if_cancelled (reader->cancellable, error) &&
           get (reader, buffer, n, error);
    if (!done || !write_bytes (fd, buffer, n, error)) {
      done = FALSE;
      break;
    }
    g_checksum_update (checksum, buffer, (gssize) n);
    left -= (gint64) n;
    reader->done += (gint64) n;
    if (reader->step != NULL)
      reader->step (reader->done, reader->total, reader->user_data);
  }
  if (done && fsync (fd) != 0)
    done = geo_backup_fail_restore (error, g_strerror (errno));
  close (fd);
  if (done &&
      g_strcmp0 (g_checksum_get_string (checksum), journal->sha256) != 0)
    done = geo_backup_fail_damaged (error);
  return done && unpack_people (journal, folder, error);
}

/* What the first n bytes say about what it is. */
static gboolean
check_head (const guint8 *head, gsize n, GError **error) {
  if (!geo_backup_is_one (head, n)) {
    g_set_error_literal (error, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT,
                         _ ("This is no backup of Geo, so nothing was "
                            "changed."));
    return FALSE;
  }
  if (head[MAGIC_LEN - 1] != MAGIC[MAGIC_LEN - 1]) {
    g_set_error_literal (error, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT,
                         _ ("This backup was made by a newer version. Update "
                            "first."));
    return FALSE;
  }
  return TRUE;
}

static gboolean
read_stream (Reader *reader,
             const gchar *staging,
             const GeoSecret *secret,
             gchar **name_out,
             GError **error) {
  g_autoptr (GPtrArray) journals = NULL;
  guint8 head[AD_LEN + HEADER_LEN];
  guint8 *key;
  gsize n;
  int failed;

  if (!g_input_stream_read_all (reader->stream, head, sizeof head, &n, NULL,
                                NULL))
    n = 0;
  if (!check_head (head, n, error))
    return FALSE;
  if (n < sizeof head)
    return geo_backup_fail_damaged (error);
  make_ad (secret, reader->ad);
  if (sodium_memcmp (head, reader->ad, AD_LEN) != 0) {
    g_set_error_literal (error, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT,
                         _ ("These twelve words do not open this backup: it is "
                            "of another identity, or damaged. Nothing was "
                            "changed."));
    return FALSE;
  }
  key = geo_secret_derive (secret, KDF_CONTEXT, KDF_KEY);
  failed = crypto_secretstream_xchacha20poly1305_init_pull (&reader->state,
                                                            head + AD_LEN, key);
  sodium_free (key);
  if (failed != 0)
    return geo_backup_fail_damaged (error);

  journals = read_manifest (reader, staging, name_out, error);
  if (journals == NULL)
    return FALSE;
  for (guint i = 0; i < journals->len; i++) {
    const Journal *journal = g_ptr_array_index (journals, i);

    if (journal->size > G_MAXINT64 - reader->total)
      return geo_backup_fail_damaged (error);
    reader->total += journal->size;
  }
  for (guint i = 0; i < journals->len; i++)
    if (!unpack_journal (reader, g_ptr_array_index (journals, i), error))
      return FALSE;
  return is_at_end (reader) || geo_backup_fail_damaged (error);
}

gboolean
geo_backup_read (GInputStream *stream,
                 const gchar *staging,
                 const GeoSecret *secret,
                 gchar **name_out,
                 GeoBackupStep step,
                 gpointer user_data,
                 GCancellable *cancellable,
                 GError **error) {
  Reader reader = {
    .stream = stream,
    .step = step,
    .user_data = user_data,
    .cancellable = cancellable,
  };
  gboolean done;

  *name_out = NULL;
  reader.plain = g_malloc (CHUNK_LEN);
  done = read_stream (&reader, staging, secret, name_out, error);
  g_free (reader.plain);
  sodium_memzero (&reader.state, sizeof reader.state);
  if (!done)
    g_clear_pointer (name_out, g_free);
  return done;
}

/* --- Looking at one ------------------------------------------------------- */

GInputStream *
geo_backup_open (const gchar *path, GError **error) {
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GError) failure = NULL;
  GFileInputStream *in = g_file_read (file, NULL, &failure);

  if (in == NULL)
    g_set_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT,
                 /* Translators: %s is what the system says. */
                 _ ("The backup could not be read: %s."), failure->message);
  return (GInputStream *) in;
}

/* Here nobody has typed any words. */
gboolean
geo_backup_is_of (const gchar *path, const GeoSecret *secret, GError **error) {
  g_autoptr (GInputStream) in = geo_backup_open (path, error);
  guint8 head[AD_LEN];
  guint8 ad[AD_LEN];
  gsize n = 0;

  if (in == NULL)
    return FALSE;
  make_ad (secret, ad);
  if (g_input_stream_read_all (in, head, sizeof head, &n, NULL, NULL) &&
      n == sizeof head &&
      sodium_memcmp (head + MAGIC_LEN, ad + MAGIC_LEN, ID_LEN) == 0)
    return TRUE;
  g_set_error_literal (error, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT,
                       _ ("This backup is damaged, or of another identity "
                          "than this profile."));
  return FALSE;
}

gboolean
geo_backup_is_one (const guint8 *head, gsize len) {
  return len >= MAGIC_LEN && memcmp (head, MAGIC, MAGIC_LEN - 1) == 0;
}

gboolean
geo_backup_check_shape (const gchar *path, GError **error) {
  g_autoptr (GInputStream) in = geo_backup_open (path, error);
  g_autoptr (GFileInfo) info = NULL;
  g_autoptr (GError) failure = NULL;
  guint8 head[AD_LEN + HEADER_LEN];
  goffset last;
  gsize n;

  if (in == NULL)
    return FALSE;
  if (!g_input_stream_read_all (in, head, sizeof head, &n, NULL, &failure))
    return geo_backup_fail_restore (error, failure->message);
  if (!check_head (head, n, error))
    return FALSE;
  info = g_file_input_stream_query_info (
      G_FILE_INPUT_STREAM (in), G_FILE_ATTRIBUTE_STANDARD_SIZE, NULL, &failure);
  if (info == NULL)
    return geo_backup_fail_restore (error, failure->message);
  /* All chunks are full but the last, which holds something. */
  last = (g_file_info_get_size (info) - (goffset) sizeof head) %
         (CHUNK_LEN + EXTRA_LEN);
  return n == sizeof head && (last == 0 || last > (goffset) EXTRA_LEN) &&
                 g_file_info_get_size (info) > (goffset) sizeof head
             ? TRUE
             : geo_backup_fail_damaged (error);
}
