/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The market's folder is "market" in the profile's: what geo-hub keeps there,
 * its hub.conf, which is written here once, and the empty file "off" while it
 * is not to run.
 */
#include "config.h"

#include "node/geo-own-hub.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <signal.h>
#include <sodium.h>
#include <string.h>

#include "core/geo-amount.h"
#include "core/geo-link.h"
#include "core/geo-text.h"
#include "net/geo-address.h"
#include "node/geo-hub-process.h"

#define FOLDER "market"
#define FRESH_FOLDER "market.new"
#define OFF_FILE "off"
#define CERTIFICATE_FILE "hub.pem"
#define NAME_CHARS_MAX 100
#define CODE_LEN_MAX 16
#define ALL_ADDRESSES "0.0.0.0"
/* It is in invitations, so it stays: chosen below those that the system gives
 * to whoever asks for any, which would be taken now and then. */
#define PORT_MIN 20000
#define PORT_MAX 32767
#define PORTS_TRIED 20
/* Of an invitation: enough that nobody guesses it, and short enough to type. */
#define SECRET_LEN 16
#define WAIT_S_MIN 1
#define WAIT_S_MAX 60
/* One that ran so long was well: the next wait is short again. */
#define CLEARING_S 300
#define WELL_US (60 * G_USEC_PER_SEC)

struct _GeoOwnHub {
  GObject parent_instance;

  GeoOwnHubState state;
  gchar *detail;
  gboolean wanted; /* By this run of the program. */
  gboolean is_new; /* It has never run, and nobody was invited. */
  guint wait_s;
  guint wait_id;
  gint64 started_us;

  /* owned */
  gchar *folder;
  gchar *name;
  gchar *listen;
  gchar *code;
  GeoHubProcess *process;
  gboolean has_community;
  GeoPid community;
};

G_DEFINE_FINAL_TYPE (GeoOwnHub, geo_own_hub, G_TYPE_OBJECT)

enum {
  PROP_0,
  PROP_STATE,
  PROP_DETAIL,
  N_PROPS,
};

static GParamSpec *props[N_PROPS];

static gboolean
fail_storage (GError **error, const gchar *why) {
  g_set_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_STORAGE,
               _ ("The disk could not be written: %s"), why);
  return FALSE;
}

static gchar *
path_of (GeoOwnHub *self, const gchar *name) {
  return g_build_filename (self->folder, name, NULL);
}

static void
set_state (GeoOwnHub *self, GeoOwnHubState state, const gchar *detail) {
  GObject *object = G_OBJECT (self);

  g_object_freeze_notify (object);
  if (g_strcmp0 (self->detail, detail) != 0) {
    g_free (self->detail);
    self->detail = g_strdup (detail);
    g_object_notify_by_pspec (object, props[PROP_DETAIL]);
  }
  if (self->state != state) {
    self->state = state;
    g_object_notify_by_pspec (object, props[PROP_STATE]);
  }
  g_object_thaw_notify (object);
}

/* --- What is on disk ----------------------------------------------------- */

/* FALSE: there is none. */
static gboolean
read_config (GeoOwnHub *self) {
  g_autofree gchar *path = path_of (self, GEO_HUB_PROCESS_CONFIG);
  g_autoptr (GKeyFile) file = g_key_file_new ();

  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->listen, g_free);
  g_clear_pointer (&self->code, g_free);
  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, NULL))
    return FALSE;
  self->name = g_key_file_get_string (file, "community", "name", NULL);
  self->listen = g_key_file_get_string (file, "hub", "listen", NULL);
  self->code = g_key_file_get_string (file, "joining", "code", NULL);
  return self->name != NULL && self->listen != NULL;
}

/* The code of the invitation is in it: nobody else reads it. */
static gboolean
put_config (const gchar *path, GKeyFile *file, GError **error) {
  g_autofree gchar *text = g_key_file_to_data (file, NULL, NULL);
  g_autoptr (GError) failure = NULL;

  if (g_file_set_contents_full (path, text, -1,
                                G_FILE_SET_CONTENTS_CONSISTENT |
                                    G_FILE_SET_CONTENTS_DURABLE,
                                0600, &failure))
    return TRUE;
  return fail_storage (error, failure->message);
}

static guint
get_port (GeoOwnHub *self) {
  const gchar *colon = self->listen != NULL ? strrchr (self->listen, ':')
                                            : NULL;
  guint64 port;

  return colon != NULL && g_ascii_string_to_unsigned (colon + 1, 10, 1,
                                                      G_MAXUINT16, &port, NULL)
             ? (guint) port
             : 0;
}

static gboolean
is_free (guint port) {
  g_autofree gchar *text = g_strdup_printf (ALL_ADDRESSES ":%u", port);
  g_autoptr (GSocketAddress) address = geo_address_parse_numeric (text, NULL);
  g_autoptr (GSocket) socket = g_socket_new (
      G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);

  return socket != NULL && address != NULL &&
         g_socket_bind (socket, address, TRUE, NULL) &&
         g_socket_listen (socket, NULL);
}

/* One that nobody listens at now, as far as can be seen. */
static guint
find_port (void) {
  guint port = 0;

  for (guint i = 0; i < PORTS_TRIED; i++) {
    port = (guint) g_random_int_range (PORT_MIN, PORT_MAX + 1);
    if (is_free (port))
      break;
  }
  return port;
}

static gchar *
make_secret (void) {
  /* Nothing that looks like something else on paper. */
  static const gchar letters[] = "abcdefghijkmnpqrstuvwxyz23456789";
  gchar *text = g_new0 (gchar, SECRET_LEN + 1);

  if (sodium_init () < 0)
    g_error ("libsodium cannot be used on this computer");
  for (guint i = 0; i < SECRET_LEN; i++)
    text[i] = letters[randombytes_uniform (sizeof letters - 1)];
  return text;
}

static const gchar *
unit_to_string (GeoOwnHubUnit unit) {
  switch (unit) {
  case GEO_OWN_HUB_MONEY:
    return "fiat";
  case GEO_OWN_HUB_TIME:
    return "time";
  case GEO_OWN_HUB_GOODS:
    return "commodity";
  case GEO_OWN_HUB_OTHER:
    return "custom";
  }
  g_assert_not_reached ();
}

gboolean
geo_own_hub_is_code (const gchar *code) {
  gsize len = strlen (code);

  for (gsize i = 0; i < len; i++)
    if (!g_ascii_isupper (code[i]) && !g_ascii_isdigit (code[i]) &&
        code[i] != '_')
      return FALSE;
  return len > 0 && len <= CODE_LEN_MAX;
}

static gboolean
is_wanted_on_disk (GeoOwnHub *self) {
  g_autofree gchar *path = path_of (self, OFF_FILE);

  return !g_file_test (path, G_FILE_TEST_EXISTS);
}

/* --- Its life ------------------------------------------------------------ */

static void start (GeoOwnHub *self);

/* Somebody else was there first. */
static void
choose_port (GeoOwnHub *self) {
  g_autofree gchar *path = path_of (self, GEO_HUB_PROCESS_CONFIG);
  g_autofree gchar *listen = g_strdup_printf (ALL_ADDRESSES ":%u",
                                              find_port ());
  g_autoptr (GKeyFile) file = g_key_file_new ();

  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, NULL))
    return;
  g_key_file_set_string (file, "hub", "listen", listen);
  /* Where it cannot be stored the old one is waited for. */
  if (put_config (path, file, NULL)) {
    g_free (self->listen);
    self->listen = g_steal_pointer (&listen);
  }
}

static gboolean
wait_over_cb (gpointer user_data) {
  GeoOwnHub *self = user_data;

  self->wait_id = 0;
  start (self);
  return G_SOURCE_REMOVE;
}

static void
start_later (GeoOwnHub *self, const gchar *why) {
  if (g_get_monotonic_time () - self->started_us > WELL_US)
    self->wait_s = 0;
  self->wait_s = CLAMP (self->wait_s * 2, WAIT_S_MIN, WAIT_S_MAX);
  self->wait_id = g_timeout_add_seconds (self->wait_s, wait_over_cb, self);
  set_state (self, GEO_OWN_HUB_WAITING, why);
}

static void
ready_cb (GeoHubProcess *process,
          const gchar *address,
          const GeoPid *community,
          gpointer user_data) {
  GeoOwnHub *self = user_data;

  self->community = *community;
  self->has_community = TRUE;
  self->is_new = FALSE;
  if (self->wanted)
    set_state (self, GEO_OWN_HUB_RUNNING, NULL);
}

static void
ended_cb (GeoHubProcess *process, gint status, gpointer user_data) {
  GeoOwnHub *self = user_data;
  g_autofree gchar *complaint = NULL;
  g_autofree gchar *why = NULL;

  g_clear_pointer (&self->process, geo_hub_process_stop);
  if (!self->wanted) {
    set_state (self, GEO_OWN_HUB_OFF, NULL);
    return;
  }
  switch (status) {
  case GEO_HUB_PROCESS_ADDRESS:
    if (self->is_new)
      choose_port (self);
    why = g_strdup_printf (
        /* Translators: %u is a number between 1 and 65535. */
        _ ("Another program uses port %u of this computer. The market starts "
           "again as soon as it is free."),
        get_port (self));
    start_later (self, why);
    break;
  case GEO_HUB_PROCESS_USAGE:
  case GEO_HUB_PROCESS_DATA:
  case GEO_HUB_PROCESS_NOT_VERIFIED:
    complaint = geo_hub_process_read_complaint (self->folder);
    why = complaint != NULL
              ? g_strdup_printf (
                    /* Translators: %s is a sentence of the program. */
                    _ ("The market on this computer cannot run: %s"), complaint)
              : g_strdup (_ ("The market on this computer cannot run."));
    set_state (self, GEO_OWN_HUB_FAILED, why);
    break;
  default: /* Not an enum: what a process ended with. */
    start_later (self, _ ("The market on this computer has stopped by itself. "
                          "It starts again in a moment; nothing that was "
                          "agreed is lost."));
    break;
  }
}

static void
start (GeoOwnHub *self) {
  g_autoptr (GError) error = NULL;

  g_clear_handle_id (&self->wait_id, g_source_remove);
  if (self->process != NULL || self->listen == NULL)
    return;
  self->started_us = g_get_monotonic_time ();
  self->process = geo_hub_process_start (self->folder, self->listen, ready_cb,
                                         ended_cb, self, &error);
  if (self->process != NULL)
    set_state (self, GEO_OWN_HUB_STARTING, NULL);
  else
    set_state (self, GEO_OWN_HUB_FAILED, error->message);
}

static void
stop (GeoOwnHub *self) {
  g_clear_handle_id (&self->wait_id, g_source_remove);
  self->wait_s = 0;
  if (self->process != NULL) {
    set_state (self, GEO_OWN_HUB_STOPPING, NULL);
    geo_hub_process_terminate (self->process);
  } else {
    set_state (self, GEO_OWN_HUB_OFF, NULL);
  }
}

void
geo_own_hub_begin (GeoOwnHub *self) {
  g_assert (GEO_IS_OWN_HUB (self));
  if (self->state != GEO_OWN_HUB_OFF || !is_wanted_on_disk (self))
    return;
  self->wanted = TRUE;
  start (self);
}

void
geo_own_hub_end (GeoOwnHub *self) {
  g_assert (GEO_IS_OWN_HUB (self));
  self->wanted = FALSE;
  g_clear_handle_id (&self->wait_id, g_source_remove);
  g_clear_pointer (&self->process, geo_hub_process_stop);
  if (self->state != GEO_OWN_HUB_NONE)
    set_state (self, GEO_OWN_HUB_OFF, NULL);
}

void
geo_own_hub_set_wanted (GeoOwnHub *self, gboolean wanted) {
  g_autofree gchar *off = NULL;

  g_assert (GEO_IS_OWN_HUB (self));
  if (self->state == GEO_OWN_HUB_NONE)
    return;
  off = path_of (self, OFF_FILE);
  /* Where this cannot be kept it is only forgotten at the next start. */
  if (wanted)
    g_unlink (off);
  else
    g_file_set_contents (off, "", 0, NULL);
  self->wanted = wanted;
  if (wanted)
    start (self);
  else
    stop (self);
}

gboolean
geo_own_hub_get_wanted (GeoOwnHub *self) {
  g_assert (GEO_IS_OWN_HUB (self));
  return self->wanted;
}

/* --- Making one ---------------------------------------------------------- */

static gboolean
write_config (GeoOwnHub *self,
              const gchar *name,
              const gchar *equivalent,
              GError **error) {
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree gchar *path = path_of (self, GEO_HUB_PROCESS_CONFIG);
  g_autofree gchar *listen = g_strdup_printf (ALL_ADDRESSES ":%u",
                                              find_port ());
  g_autofree gchar *code = make_secret ();

  g_key_file_set_string (file, "community", "name", name);
  g_key_file_set_string (file, "community", "equivalents", equivalent);
  g_key_file_set_string (file, "hub", "listen", listen);
  g_key_file_set_boolean (file, "tls", "self_made", TRUE);
  g_key_file_set_boolean (file, "joining", "open", TRUE);
  g_key_file_set_string (file, "joining", "code", code);
  /* Who wants to be asked before clearing is asked while they still think of
   * the payment; among so few it costs nothing. */
  g_key_file_set_integer (file, "clearing", "interval_s", CLEARING_S);
  if (g_mkdir_with_parents (self->folder, 0700) != 0)
    return fail_storage (error, g_strerror (errno));
  return put_config (path, file, error);
}

/* It has just been put there. */
static gboolean
take_up (GeoOwnHub *self, GError **error) {
  if (!read_config (self)) {
    g_set_error_literal (error, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT,
                         _ ("The settings of this market cannot be read."));
    return FALSE;
  }
  geo_own_hub_set_wanted (self, TRUE);
  return TRUE;
}

static gboolean
may_make (GeoOwnHub *self, GError **error) {
  if (self->state == GEO_OWN_HUB_NONE)
    return TRUE;
  g_set_error_literal (error, GEO_NODE_ERROR, GEO_NODE_ERROR_EXISTS,
                       _ ("There is a market on this computer already."));
  return FALSE;
}

gboolean
geo_own_hub_make (GeoOwnHub *self,
                  const gchar *name,
                  const gchar *code,
                  GeoOwnHubUnit unit,
                  guint decimals,
                  GError **error) {
  g_autofree gchar *clean = NULL;
  g_autofree gchar *equivalent = NULL;

  g_assert (GEO_IS_OWN_HUB (self) && name != NULL && code != NULL);
  if (!may_make (self, error))
    return FALSE;
  clean = geo_text_from_typed (name, NAME_CHARS_MAX, GEO_TEXT_LINE);
  if (*clean == '\0') {
    g_set_error_literal (error, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT,
                         _ ("The market needs a name."));
    return FALSE;
  }
  if (!geo_own_hub_is_code (code) || decimals > GEO_PRECISION_MAX) {
    g_set_error_literal (error, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT,
                         _ ("A unit has 1 to 16 letters from A to Z or digits, "
                            "and at most 8 decimals."));
    return FALSE;
  }
  equivalent = g_strdup_printf ("%s:%u:%s", code, decimals,
                                unit_to_string (unit));
  if (!write_config (self, clean, equivalent, error))
    return FALSE;
  self->is_new = TRUE;
  self->state = GEO_OWN_HUB_OFF;
  if (take_up (self, error))
    return TRUE;
  self->state = GEO_OWN_HUB_NONE;
  return FALSE;
}

/* --- Invitations --------------------------------------------------------- */

static gchar *
make_link (GeoOwnHub *self, const gchar *host) {
  g_autofree gchar *path = path_of (self, CERTIFICATE_FILE);
  g_autoptr (GTlsCertificate) certificate =
      g_tls_certificate_new_from_file (path, NULL);
  g_autoptr (GeoLink) link = geo_link_new (GEO_LINK_JOIN);

  if (certificate == NULL || !self->has_community)
    return NULL;
  link->hub = g_strdup_printf ("https://%s:%u", host, get_port (self));
  link->has_community = TRUE;
  link->community = self->community;
  link->fingerprint = geo_certificate_get_fingerprint (certificate);
  link->code = g_strdup (self->code);
  return geo_link_to_string (link);
}

gchar *
geo_own_hub_get_own_link (GeoOwnHub *self) {
  g_assert (GEO_IS_OWN_HUB (self));
  return make_link (self, "127.0.0.1");
}

/* An address that others reach this computer at, or NULL. */
static gchar *
get_host (GSocketAddress *address) {
  GInetAddress *inet;

  if (!G_IS_INET_SOCKET_ADDRESS (address))
    return NULL;
  inet = g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address));
  /* One that a computer gives itself, where nobody gives it one, is none. */
  if (g_inet_address_get_is_loopback (inet) ||
      g_inet_address_get_is_link_local (inet) ||
      g_inet_address_get_is_any (inet))
    return NULL;
  return g_inet_address_to_string (inet);
}

/* The address with which this computer would speak to one far away; nothing is
 * sent. */
static gchar *
find_main_host (void) {
  g_autoptr (GSocketAddress) far_away =
      g_inet_socket_address_new_from_string ("192.0.2.1", 9);
  g_autoptr (GSocketAddress) local = NULL;
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_IPV4,
                                             G_SOCKET_TYPE_DATAGRAM,
                                             G_SOCKET_PROTOCOL_UDP, NULL);

  if (socket == NULL || !g_socket_connect (socket, far_away, NULL, NULL))
    return NULL;
  local = g_socket_get_local_address (socket, NULL);
  return local != NULL ? get_host (local) : NULL;
}

GPtrArray *
geo_own_hub_list_links (GeoOwnHub *self) {
  GPtrArray *links = g_ptr_array_new_with_free_func (g_free);
  g_autofree gchar *main_host = find_main_host ();
  struct ifaddrs *all = NULL;

  g_assert (GEO_IS_OWN_HUB (self));
  if (getifaddrs (&all) != 0)
    return links;
  for (const struct ifaddrs *one = all; one != NULL; one = one->ifa_next) {
    g_autoptr (GSocketAddress) address = NULL;
    g_autofree gchar *host = NULL;
    gchar *link;

    if (one->ifa_addr == NULL || one->ifa_addr->sa_family != AF_INET)
      continue;
    address = g_socket_address_new_from_native (one->ifa_addr,
                                                sizeof (struct sockaddr_in));
    host = get_host (address);
    link = host != NULL ? make_link (self, host) : NULL;
    if (link != NULL)
      g_ptr_array_insert (links, g_strcmp0 (host, main_host) == 0 ? 0 : -1,
                          link);
  }
  freeifaddrs (all);
  return links;
}

/* --- Copies -------------------------------------------------------------- */

/* What geo-hub says is a sentence already. */
static void
told_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GTask) task = user_data;
  GSubprocess *child = G_SUBPROCESS (source);
  g_autofree gchar *said = NULL;
  const gchar *sentence = NULL;
  GError *error = NULL;

  if (!g_subprocess_communicate_utf8_finish (child, result, NULL, &said,
                                             &error)) {
    /* The child would go on by itself. */
    g_subprocess_send_signal (child, SIGTERM);
    g_task_return_error (task, error);
    return;
  }
  if (g_subprocess_get_successful (child)) {
    g_task_return_boolean (task, TRUE);
    return;
  }
  sentence = said != NULL ? g_strrstr (said, "geo-hub: ") : NULL;
  if (sentence != NULL)
    sentence += strlen ("geo-hub: ");
  g_task_return_new_error (
      task, GEO_NODE_ERROR, GPOINTER_TO_INT (g_task_get_task_data (task)), "%s",
      sentence != NULL ? g_strchomp ((gchar *) sentence)
                       : _ ("The market's program ended unexpectedly."));
}

/* Runs geo-hub with these words; a failure is of the kind that code names. */
static void
run (GTask *task, GeoNodeError code, const gchar *const *words) {
  g_autofree gchar *program = geo_hub_process_find_program ();
  g_autoptr (GPtrArray) arguments = g_ptr_array_new ();
  g_autoptr (GSubprocess) child = NULL;
  GError *error = NULL;

  g_task_set_task_data (task, GINT_TO_POINTER (code), NULL);
  if (program == NULL) {
    g_task_return_new_error (task, GEO_NODE_ERROR, GEO_NODE_ERROR_STORAGE, "%s",
                             _ ("The program geo-hub is not installed."));
    g_object_unref (task);
    return;
  }
  g_ptr_array_add (arguments, program);
  for (guint i = 0; words[i] != NULL; i++)
    g_ptr_array_add (arguments, (gpointer) words[i]);
  g_ptr_array_add (arguments, NULL);
  child = g_subprocess_newv ((const gchar *const *) arguments->pdata,
                             G_SUBPROCESS_FLAGS_STDOUT_SILENCE |
                                 G_SUBPROCESS_FLAGS_STDERR_PIPE,
                             &error);
  if (child == NULL) {
    g_task_return_error (task, error);
    g_object_unref (task);
    return;
  }
  g_subprocess_communicate_utf8_async (
      child, NULL, g_task_get_cancellable (task), told_cb, task);
}

void
geo_own_hub_copy_async (GeoOwnHub *self,
                        const gchar *folder,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data) {
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_assert (GEO_IS_OWN_HUB (self) && folder != NULL);
  if (g_file_test (folder, G_FILE_TEST_EXISTS)) {
    g_task_return_new_error (task, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT,
                             _ ("There is something called %s already. A copy "
                                "makes a new folder."),
                             folder);
    g_object_unref (task);
    return;
  }
  run (task, GEO_NODE_ERROR_STORAGE,
       (const gchar *const[]){ "backup", "--data-dir", self->folder,
                               "--with-key", folder, NULL });
}

gboolean
geo_own_hub_copy_finish (GeoOwnHub *self,
                         GAsyncResult *result,
                         GError **error) {
  g_assert (g_task_is_valid (result, self));
  return g_task_propagate_boolean (G_TASK (result), error);
}

static gchar *
fresh_folder (GeoOwnHub *self) {
  g_autofree gchar *parent = g_path_get_dirname (self->folder);

  return g_build_filename (parent, FRESH_FOLDER, NULL);
}

/* Only what geo-hub makes is in it. */
static void
remove_fresh (GeoOwnHub *self) {
  g_autofree gchar *folder = fresh_folder (self);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const gchar *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree gchar *path = g_build_filename (folder, name, NULL);

    g_unlink (path);
  }
  g_rmdir (folder);
}

static void
brought_back_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GTask) task = user_data;
  GeoOwnHub *self = GEO_OWN_HUB (source);
  g_autofree gchar *fresh = fresh_folder (self);
  GError *error = NULL;

  /* Whole in its folder, or not at all. */
  if (!g_task_propagate_boolean (G_TASK (result), &error) ||
      !may_make (self, &error)) {
    remove_fresh (self);
    g_task_return_error (task, error);
    return;
  }
  if (g_rename (fresh, self->folder) != 0) {
    fail_storage (&error, g_strerror (errno));
    remove_fresh (self);
    g_task_return_error (task, error);
    return;
  }
  self->state = GEO_OWN_HUB_OFF;
  if (take_up (self, &error)) {
    g_task_return_boolean (task, TRUE);
    return;
  }
  self->state = GEO_OWN_HUB_NONE;
  g_rename (self->folder, fresh);
  remove_fresh (self);
  g_task_return_error (task, error);
}

void
geo_own_hub_bring_back_async (GeoOwnHub *self,
                              const gchar *folder,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data) {
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  g_autofree gchar *fresh = NULL;
  GError *error = NULL;

  g_assert (GEO_IS_OWN_HUB (self) && folder != NULL);
  if (!may_make (self, &error)) {
    g_task_return_error (task, error);
    g_object_unref (task);
    return;
  }
  remove_fresh (self);
  fresh = fresh_folder (self);
  run (g_task_new (self, cancellable, brought_back_cb, task),
       GEO_NODE_ERROR_INPUT,
       (const gchar *const[]){ "restore", "--complete", "--data-dir", fresh,
                               folder, NULL });
}

gboolean
geo_own_hub_bring_back_finish (GeoOwnHub *self,
                               GAsyncResult *result,
                               GError **error) {
  g_assert (g_task_is_valid (result, self));
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* --- The object ---------------------------------------------------------- */

static void
geo_own_hub_get_property (GObject *object,
                          guint prop_id,
                          GValue *value,
                          GParamSpec *pspec) {
  GeoOwnHub *self = GEO_OWN_HUB (object);

  switch (prop_id) {
  case PROP_STATE:
    g_value_set_int (value, (gint) self->state);
    break;
  case PROP_DETAIL:
    g_value_set_string (value, self->detail);
    break;
  default: /* Not an enum: a number that GObject checked. */
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    break;
  }
}

static void
geo_own_hub_finalize (GObject *object) {
  GeoOwnHub *self = GEO_OWN_HUB (object);

  g_clear_handle_id (&self->wait_id, g_source_remove);
  g_clear_pointer (&self->process, geo_hub_process_stop);
  g_free (self->folder);
  g_free (self->name);
  g_free (self->listen);
  g_free (self->code);
  g_free (self->detail);
  G_OBJECT_CLASS (geo_own_hub_parent_class)->finalize (object);
}

static void
geo_own_hub_class_init (GeoOwnHubClass *klass) {
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS |
                            G_PARAM_EXPLICIT_NOTIFY;

  object_class->finalize = geo_own_hub_finalize;
  object_class->get_property = geo_own_hub_get_property;
  props[PROP_STATE] = g_param_spec_int ("state", NULL, NULL, GEO_OWN_HUB_NONE,
                                        GEO_OWN_HUB_FAILED, GEO_OWN_HUB_NONE,
                                        flags);
  props[PROP_DETAIL] = g_param_spec_string ("detail", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
geo_own_hub_init (GeoOwnHub *self) {
  self->state = GEO_OWN_HUB_NONE;
}

GeoOwnHub *
geo_own_hub_new (GeoProfile *profile) {
  GeoOwnHub *self = g_object_new (GEO_TYPE_OWN_HUB, NULL);

  g_assert (GEO_IS_PROFILE (profile));
  self->folder = g_build_filename (geo_profile_get_folder (profile), FOLDER,
                                   NULL);
  if (read_config (self))
    self->state = GEO_OWN_HUB_OFF;
  return self;
}

GeoOwnHubState
geo_own_hub_get_state (GeoOwnHub *self) {
  g_assert (GEO_IS_OWN_HUB (self));
  return self->state;
}

const gchar *
geo_own_hub_get_detail (GeoOwnHub *self) {
  g_assert (GEO_IS_OWN_HUB (self));
  return self->detail;
}

const gchar *
geo_own_hub_get_name (GeoOwnHub *self) {
  g_assert (GEO_IS_OWN_HUB (self));
  return self->name;
}

const gchar *
geo_own_hub_get_folder (GeoOwnHub *self) {
  g_assert (GEO_IS_OWN_HUB (self));
  return self->folder;
}

gboolean
geo_own_hub_is_possible (void) {
  g_autofree gchar *program = geo_hub_process_find_program ();

  return program != NULL;
}
