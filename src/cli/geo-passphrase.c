/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reads a passphrase into one buffer of fixed size that never moves, so that
 * wiping it leaves no copy (S4).
 */
#include "config.h"

#include "cli/geo-passphrase.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "node/geo-profile.h"

#define KEY_INTERRUPT 0x03
#define KEY_END 0x04
#define KEY_BACKSPACE 0x08
#define KEY_CLEAR 0x15
#define KEY_DELETE 0x7f

static gboolean
fail (GError **error, const gchar *sentence) {
  g_set_error_literal (error, GEO_NODE_ERROR, GEO_NODE_ERROR_PASSPHRASE,
                       sentence);
  return FALSE;
}

void
geo_passphrase_free (gchar *passphrase) {
  if (passphrase == NULL)
    return;
  explicit_bzero (passphrase, strlen (passphrase));
  g_free (passphrase);
}

static gboolean
check (const gchar *passphrase, GError **error) {
  if (*passphrase == '\0')
    return fail (error, _ ("The passphrase is empty."));
  if (!g_utf8_validate (passphrase, -1, NULL))
    return fail (error, _ ("The passphrase is not UTF-8."));
  return TRUE;
}

/* One byte; 0 at the end, -1 where reading fails. */
static gssize
read_byte (int fd, gchar *byte) {
  gssize got;

  do
    got = read (fd, byte, 1);
  while (got < 0 && errno == EINTR);
  return got;
}

gchar *
geo_passphrase_read (const gchar *path, GError **error) {
  gchar buffer[GEO_PASSPHRASE_LEN_MAX + 1];
  gchar *passphrase = NULL;
  gboolean is_good = TRUE;
  gsize len = 0;
  int fd = open (path, O_RDONLY | O_CLOEXEC);

  if (fd < 0) {
    g_set_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_PASSPHRASE,
                 _ ("The passphrase file cannot be read: %s."),
                 g_strerror (errno));
    return NULL;
  }
  for (;;) {
    gchar byte;
    gssize got = read_byte (fd, &byte);

    if (got < 0) {
      is_good = fail (error, _ ("The passphrase file cannot be read."));
      break;
    }
    if (got == 0 || byte == '\n')
      break;
    if (len == GEO_PASSPHRASE_LEN_MAX) {
      is_good = fail (error, _ ("The passphrase is too long."));
      break;
    }
    buffer[len++] = byte;
  }
  close (fd);
  if (len > 0 && buffer[len - 1] == '\r')
    len--;
  buffer[len] = '\0';
  /* A NUL would cut the passphrase short unseen. */
  if (is_good && strlen (buffer) != len)
    is_good = fail (error, _ ("The passphrase is not UTF-8."));
  if (is_good && check (buffer, error))
    passphrase = g_strdup (buffer);
  explicit_bzero (buffer, sizeof buffer);
  return passphrase;
}

/* A character of several bytes goes as one. */
static gsize
drop_last_character (const gchar *buffer, gsize len) {
  while (len > 0 && ((guchar) buffer[len - 1] & 0xc0) == 0x80)
    len--;
  return len > 0 ? len - 1 : 0;
}

static gboolean
read_typed (int terminal, gchar *buffer, GError **error) {
  gsize len = 0;

  for (;;) {
    gchar byte;

    if (read_byte (terminal, &byte) <= 0 || byte == KEY_INTERRUPT ||
        (byte == KEY_END && len == 0))
      return fail (error, _ ("No passphrase was typed."));
    if (byte == '\r' || byte == '\n' || byte == KEY_END) {
      buffer[len] = '\0';
      return TRUE;
    }
    if (byte == KEY_DELETE || byte == KEY_BACKSPACE) {
      len = drop_last_character (buffer, len);
    } else if (byte == KEY_CLEAR) {
      len = 0;
    } else if ((guchar) byte >= 0x20) {
      if (len == GEO_PASSPHRASE_LEN_MAX)
        return fail (error, _ ("The passphrase is too long."));
      buffer[len++] = byte;
    }
  }
}

static void
write_terminal (int terminal, const gchar *text) {
  gsize len = strlen (text);

  while (len > 0) {
    gssize written = write (terminal, text, len);

    if (written < 0 && errno == EINTR)
      continue;
    if (written <= 0)
      return;
    text += written;
    len -= (gsize) written;
  }
}

gboolean
geo_passphrase_can_ask (void) {
  int terminal = open ("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);

  if (terminal < 0)
    return FALSE;
  close (terminal);
  return TRUE;
}

gchar *
geo_passphrase_ask (const gchar *question, GError **error) {
  gchar buffer[GEO_PASSPHRASE_LEN_MAX + 1];
  gchar *passphrase = NULL;
  struct termios before, quiet;
  gboolean is_good;
  int terminal = open ("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);

  if (terminal < 0 || tcgetattr (terminal, &before) != 0) {
    if (terminal >= 0)
      close (terminal);
    fail (error, _ ("A passphrase is needed, and there is no terminal to ask "
                    "on: give it with --passphrase-file."));
    return NULL;
  }

  /* Signals of the keyboard are read as keys, so that nothing ends the program
   * while the terminal is mute. */
  quiet = before;
  quiet.c_lflag &= (tcflag_t) ~(ECHO | ECHOE | ECHOK | ECHONL | ICANON | ISIG);
  quiet.c_cc[VMIN] = 1;
  quiet.c_cc[VTIME] = 0;
  tcsetattr (terminal, TCSAFLUSH, &quiet);
  write_terminal (terminal, question);
  write_terminal (terminal, " ");
  is_good = read_typed (terminal, buffer, error);
  write_terminal (terminal, "\n");
  tcsetattr (terminal, TCSAFLUSH, &before);
  close (terminal);

  if (is_good && check (buffer, error))
    passphrase = g_strdup (buffer);
  explicit_bzero (buffer, sizeof buffer);
  return passphrase;
}
