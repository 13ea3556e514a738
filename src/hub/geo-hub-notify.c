/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The datagrams of sd_notify, by hand: they are one line of text to a socket,
 * which is not worth a library.
 */
#include "hub/geo-hub-notify.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* How often it is said within the time after which it would be missed. */
#define WATCHDOG_TIMES 2
/* An hour: to read the largest database, and write what comes to it. */
#define BUSY_USEC "3600000000"

gboolean
geo_hub_notify (const gchar *state) {
  const gchar *path = g_getenv ("NOTIFY_SOCKET");
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  gsize len = path != NULL ? strlen (path) : 0;
  gboolean sent;
  gint fd;

  if (len < 2 || len >= sizeof address.sun_path ||
      (path[0] != '/' && path[0] != '@'))
    return FALSE;
  memcpy (address.sun_path, path, len);
  /* An abstract socket: its name begins with NUL. */
  if (path[0] == '@')
    address.sun_path[0] = '\0';
  fd = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return FALSE;
  sent = sendto (fd, state, strlen (state), MSG_NOSIGNAL,
                 (struct sockaddr *) &address,
                 (socklen_t) (offsetof (struct sockaddr_un, sun_path) + len)) ==
         (gssize) strlen (state);
  close (fd);
  return sent;
}

static gboolean
watchdog_cb (gpointer user_data) {
  geo_hub_notify ("WATCHDOG=1");
  return G_SOURCE_CONTINUE;
}

void
geo_hub_notify_busy (gboolean is_busy) {
  const gchar *usual = g_getenv ("WATCHDOG_USEC");
  g_autofree gchar *state = NULL;

  if (usual == NULL)
    return;
  state = g_strconcat ("WATCHDOG_USEC=", is_busy ? BUSY_USEC : usual, NULL);
  geo_hub_notify (state);
}

void
geo_hub_notify_watchdog (void) {
  const gchar *wanted = g_getenv ("WATCHDOG_USEC");
  const gchar *whom = g_getenv ("WATCHDOG_PID");
  guint64 pid;
  guint64 us;

  if (wanted == NULL ||
      !g_ascii_string_to_unsigned (wanted, 10, 1, G_MAXINT64, &us, NULL))
    return;
  if (whom != NULL &&
      (!g_ascii_string_to_unsigned (whom, 10, 1, G_MAXINT, &pid, NULL) ||
       pid != (guint64) getpid ()))
    return;
  g_timeout_add ((guint) CLAMP (us / WATCHDOG_TIMES / 1000,
                                G_GUINT64_CONSTANT (1), (guint64) G_MAXINT),
                 watchdog_cb, NULL);
}
