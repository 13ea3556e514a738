/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Waits without a thread until the first record is whole, then for a free
 * place, and only then lets GLib begin.  It must not read what is TLS's.
 */
#include "net/geo-greeter.h"

#include <sys/socket.h>

/* A TLS record: its type, its version, and two bytes of how long the rest is;
 * the first is a handshake's (RFC 8446 §5.1). */
#define HEAD_LEN 5
#define TYPE_HANDSHAKE 22
#define RECORD_LEN_MAX 16384

typedef struct {
  GeoGreeter *greeter; /* NULL: it is gone, and GLib is not done yet. */
  GSocketConnection *connection;
  GTlsCertificate *certificate;
  gchar *address;
  GSource *source; /* While the first record is not whole. */
  gsize wanted; /* So many bytes make it. */
  GIOStream *stream; /* While TLS is being agreed on. */
  guint timeout_id;
} Guest;

struct _GeoGreeter {
  GeoGreeterFunc func;
  gpointer user_data;
  GHashTable *silent; /* Guest, owned: bytes are missing. */
  GQueue waiting; /* Guest, owned: all but a place. */
  GPtrArray *busy; /* Guest, owned by their handshakes. */
};

static GSocket *
socket_of (const Guest *guest) {
  return g_socket_connection_get_socket (guest->connection);
}

static void
stop_listening (Guest *guest) {
  if (guest->source == NULL)
    return;
  g_source_destroy (guest->source);
  g_clear_pointer (&guest->source, g_source_unref);
}

static void
guest_free (gpointer data) {
  Guest *guest = data;

  stop_listening (guest);
  g_clear_handle_id (&guest->timeout_id, g_source_remove);
  g_clear_object (&guest->stream);
  g_object_unref (guest->connection);
  g_object_unref (guest->certificate);
  g_free (guest->address);
  g_free (guest);
}

/* --- Handshakes -------------------------------------------------------------
 */

static void begin_some (GeoGreeter *greeter);

static gboolean
too_long_cb (gpointer user_data) {
  Guest *guest = user_data;

  guest->timeout_id = 0;
  /* GLib finds its end, and says so. */
  g_socket_shutdown (socket_of (guest), TRUE, TRUE, NULL);
  return G_SOURCE_REMOVE;
}

static void
agreed_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  Guest *guest = user_data;
  GeoGreeter *greeter = guest->greeter;
  gboolean agreed = g_tls_connection_handshake_finish (
      G_TLS_CONNECTION (source), result, NULL);

  if (greeter != NULL) {
    g_ptr_array_remove_fast (greeter->busy, guest);
    if (agreed)
      greeter->func (guest->connection, guest->stream, greeter->user_data);
    begin_some (greeter);
  }
  guest_free (guest);
}

/* FALSE: there is no TLS here. */
static gboolean
begin (GeoGreeter *greeter, Guest *guest) {
  /* Without a database: what clients are signed by is of no interest, and GLib
   * would read the system's for every one of them, megabytes each. */
  guest->stream = g_initable_new (
      g_tls_backend_get_server_connection_type (g_tls_backend_get_default ()),
      NULL, NULL, "base-io-stream", guest->connection, "certificate",
      guest->certificate, "database", NULL, NULL);
  if (guest->stream == NULL)
    return FALSE;
  g_ptr_array_add (greeter->busy, guest);
  guest->timeout_id = g_timeout_add (GEO_GREETER_MS_MAX, too_long_cb, guest);
  g_tls_connection_handshake_async (G_TLS_CONNECTION (guest->stream),
                                    G_PRIORITY_DEFAULT, NULL, agreed_cb, guest);
  return TRUE;
}

static guint
count_busy (const GeoGreeter *greeter, const gchar *address) {
  guint n = 0;

  for (guint i = 0; i < greeter->busy->len; i++)
    n += g_str_equal (((Guest *) g_ptr_array_index (greeter->busy, i))->address,
                      address);
  return n;
}

/* The one that has waited longest of those whose address may. */
static void
begin_some (GeoGreeter *greeter) {
  GList *link = greeter->waiting.head;

  while (link != NULL && greeter->busy->len < GEO_GREETER_MAX) {
    GList *next = link->next;
    Guest *guest = link->data;

    if (count_busy (greeter, guest->address) < GEO_GREETER_PER_ADDRESS_MAX) {
      g_queue_delete_link (&greeter->waiting, link);
      if (!begin (greeter, guest))
        guest_free (guest);
    }
    link = next;
  }
}

/* --- The first word ---------------------------------------------------------
 */

/* Is not woken before so much is there: no other byte costs anything. */
static gboolean
want (Guest *guest, gsize wanted) {
  guest->wanted = wanted;
  return g_socket_set_option (socket_of (guest), SOL_SOCKET, SO_RCVLOWAT,
                              (gint) wanted, NULL);
}

/* How many bytes the first record has in all; 0: this is no TLS. */
static gsize
record_len (const guint8 *head) {
  gsize len = (gsize) head[3] << 8 | head[4];

  if (head[0] != TYPE_HANDSHAKE || len == 0 || len > RECORD_LEN_MAX)
    return 0;
  return HEAD_LEN + len;
}

static gboolean
heard_cb (GSocket *socket, GIOCondition condition, gpointer user_data) {
  Guest *guest = user_data;
  GeoGreeter *greeter = guest->greeter;
  guint8 head[HEAD_LEN];
  gssize n = recv (g_socket_get_fd (socket), head, sizeof head,
                   MSG_PEEK | MSG_DONTWAIT);
  gsize len;

  if (n == HEAD_LEN && guest->wanted == HEAD_LEN &&
      (condition & (G_IO_HUP | G_IO_ERR)) == 0) {
    len = record_len (head);
    if (len > 0 && want (guest, len))
      return G_SOURCE_CONTINUE;
    n = 0;
  }
  g_hash_table_steal (greeter->silent, guest);
  stop_listening (guest);
  if (n < HEAD_LEN || !want (guest, 1)) {
    guest_free (guest);
    return G_SOURCE_REMOVE;
  }
  g_queue_push_tail (&greeter->waiting, guest);
  begin_some (greeter);
  return G_SOURCE_REMOVE;
}

void
geo_greeter_take (GeoGreeter *greeter,
                  GSocketConnection *connection,
                  GTlsCertificate *certificate,
                  const gchar *address) {
  Guest *guest = g_new0 (Guest, 1);

  guest->greeter = greeter;
  guest->connection = g_object_ref (connection);
  guest->certificate = g_object_ref (certificate);
  guest->address = g_strdup (address);
  if (!want (guest, HEAD_LEN)) {
    guest_free (guest);
    return;
  }
  guest->source = g_socket_create_source (socket_of (guest), G_IO_IN, NULL);
  g_source_set_callback (guest->source, G_SOURCE_FUNC (heard_cb), guest, NULL);
  g_source_attach (guest->source, g_main_context_get_thread_default ());
  g_hash_table_add (greeter->silent, guest);
}

/* --- The greeter ------------------------------------------------------------
 */

GeoGreeter *
geo_greeter_new (GeoGreeterFunc func, gpointer user_data) {
  GeoGreeter *greeter = g_new0 (GeoGreeter, 1);

  greeter->func = func;
  greeter->user_data = user_data;
  greeter->silent = g_hash_table_new_full (NULL, NULL, guest_free, NULL);
  g_queue_init (&greeter->waiting);
  greeter->busy = g_ptr_array_new ();
  return greeter;
}

void
geo_greeter_free (GeoGreeter *greeter) {
  if (greeter == NULL)
    return;
  g_hash_table_unref (greeter->silent);
  g_queue_clear_full (&greeter->waiting, guest_free);
  for (guint i = 0; i < greeter->busy->len; i++) {
    Guest *guest = g_ptr_array_index (greeter->busy, i);

    guest->greeter = NULL;
    g_socket_shutdown (socket_of (guest), TRUE, TRUE, NULL);
  }
  g_ptr_array_unref (greeter->busy);
  g_free (greeter);
}
