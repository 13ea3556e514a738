/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A process of the load generator: some of the people of a made town, each with
 * a real socket and a key.  They sign everything that a wallet signs, and check
 * nothing of what the hub says: what is measured is the hub, and a machine that
 * also had to be all the wallets would measure those.
 *
 *   geo-bench load PORT COMMUNITY FIRST N TOWN
 *
 * Person i is trusted by person i + 1, all around the town, so that a payment
 * of h hops goes from i to i + h and there is no shorter way.  Commands, each
 * answered with one line: "join", "trust", "leave STEP" (whoever's number is no
 * multiple of STEP), "stock IN_FLIGHT STEP ORDERS HOPS", which signs orders for
 * the next run, "run IN_FLIGHT STEP MS HOPS" (HOPS 0: 1, 2 and 3 in turn),
 * "quit".
 */
#include "bench.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../integration/it-raw.h"

#define EVENTS_MAX 64
#define READ_LEN 65536
#define LIMIT G_GINT64_CONSTANT (100000000000000)
#define DRAIN_SECONDS_MAX 20
/* As our own wallet does: the last entry is acknowledged, after so long. */
#define ACK_SECONDS 0.5

/* A signed order as it goes over the wire. */
typedef struct {
  gchar tx_id[48];
  GByteArray *frame;
} Order;

typedef struct {
  guint number;
  ItGuest guest;
  ItRaw *raw;
  gint fd;
  GPtrArray *stock; /* Order: signed before the clock is started … */
  guint next; /* … and sent from this one on. */
  gchar tx_id[48]; /* Of the order that is under way. */
  gdouble began;
  GString *entry; /* The last that came */
  gdouble ack_at; /* When it is acknowledged; 0: it is. */
} Person;

typedef struct {
  ItHub hub;
  guint first, n, town;
  Person *people;
  GeoPid *pids; /* Of the whole town. */
  gint epoll;

  GQueue acks; /* Person, whoever acknowledges first at the head */
  gdouble until; /* No new order after this. */
  guint hops;
  guint counter;
  guint under_way;
  guint64 paid, refused;
  gdouble waited;
  gdouble longest;
} Load;

/* --- Reading without a tree -------------------------------------------------
 */

/* Where the object that begins at text ends; NULL where it does not. */
static const gchar *
skip_object (const gchar *text, const gchar *end) {
  guint depth = 0;
  gboolean quoted = FALSE;

  for (; text < end; text++) {
    if (quoted) {
      if (*text == '\\')
        text++;
      else if (*text == '"')
        quoted = FALSE;
    } else if (*text == '"') {
      quoted = TRUE;
    } else if (*text == '{') {
      depth++;
    } else if (*text == '}' && --depth == 0) {
      return text + 1;
    }
  }
  return NULL;
}

/* The object that is that member, members being in order of their names. */
static const gchar *
find_object (const gchar *text,
             const gchar *end,
             const gchar *head,
             const gchar **object_end) {
  const gchar *found = memmem (text, (gsize) (end - text), head, strlen (head));

  if (found == NULL)
    return NULL;
  found += strlen (head) - 1;
  *object_end = skip_object (found, end);
  return *object_end == NULL ? NULL : found;
}

/* --- What they send ---------------------------------------------------------
 */

static void
send_message (Person *person, const GeoMessage *message) {
  if (!it_raw_send (person->raw, message))
    g_error ("person %u cannot send", person->number);
}

static void
order_free (gpointer data) {
  Order *order = data;

  g_byte_array_unref (order->frame);
  g_free (order);
}

/* hops 0: 1, 2 and 3 in turn. */
static void
stock_order (Load *load, Person *person, guint hops) {
  static const guint8 mask[4] = { 9, 8, 7, 6 };
  Order *order = g_new0 (Order, 1);
  g_autoptr (GeoOrder) object = NULL;
  g_autoptr (GeoMessage) message = NULL;
  g_autofree gchar *text = NULL;
  gsize len;

  if (hops == 0)
    hops = load->counter % 3 + 1;
  g_snprintf (order->tx_id, sizeof order->tx_id, "b-%d-%u-%u", (gint) getpid (),
              person->number, load->counter++);
  object = bench_order (person->guest.secret,
                        &load->pids[(person->number + hops) % load->town],
                        order->tx_id, 1, &load->hub.community, it_now ());
  message = geo_message_new (GEO_MESSAGE_PAYMENT_REQUEST, order->tx_id);
  message->u.payment_request->order = g_steal_pointer (&object);
  text = geo_message_encode (message, &len);
  order->frame = g_byte_array_sized_new ((guint) len + GEO_FRAME_HEAD_MAX);
  geo_frame_append (order->frame, GEO_FRAME_TEXT, text, len, mask);
  g_ptr_array_add (person->stock, order);
}

static void
send_order (Load *load, Person *person, guint hops) {
  const Order *order;

  if (person->next == person->stock->len)
    stock_order (load, person, hops);
  order = g_ptr_array_index (person->stock, person->next++);
  memcpy (person->tx_id, order->tx_id, sizeof person->tx_id);
  person->began = bench_now ();
  load->under_way++;
  if (!it_raw_write (person->raw, order->frame->data, order->frame->len))
    g_error ("person %u cannot send", person->number);
}

static void
send_vote (Load *load, Person *person, const gchar *text, const gchar *end) {
  const gchar *contract_end;
  const gchar *contract = find_object (text, end, "\"contract\":{",
                                       &contract_end);
  g_autoptr (GeoMessage) message =
      geo_message_new (GEO_MESSAGE_PAYMENT_PREPARE_ACK, "vote");
  GeoVote *vote = geo_vote_new ();

  g_assert (contract != NULL);
  vote->community = load->hub.community;
  geo_hash_of (contract, (gsize) (contract_end - contract), &vote->contract);
  vote->voter = person->guest.pid;
  g_free (vote->verdict);
  vote->verdict = g_strdup ("accept");
  geo_vote_sign (vote, person->guest.secret);
  message->u.payment_prepare_ack->vote = vote;
  send_message (person, message);
}

/* The entry's hash is that of its text without the signature. */
static void
send_ack (Load *load, Person *person) {
  GString *text = person->entry;
  g_autoptr (GeoMessage) message = geo_message_new (GEO_MESSAGE_ENTRY_ACK,
                                                    "ack");
  GeoEntryAck *ack = geo_entry_ack_new ();
  gchar *member;

  member = strstr (text->str, "\"sequence\":");
  g_assert (member != NULL);
  ack->sequence = g_ascii_strtoll (member + strlen ("\"sequence\":"), NULL, 10);
  member = strstr (text->str, "\"signature\":\"");
  g_assert (member != NULL);
  /* 88 characters of base64, the quotes and the comma. */
  g_string_erase (text, member - text->str,
                  (gssize) strlen ("\"signature\":\"") + 88 + 2);
  geo_hash_of (text->str, text->len, &ack->entry_hash);
  ack->community = load->hub.community;
  ack->participant = person->guest.pid;
  ack->at = it_now ();
  geo_entry_ack_sign (ack, person->guest.secret);
  message->u.entry_ack->ack = ack;
  send_message (person, message);
}

static void
acknowledge_soon (Load *load,
                  Person *person,
                  const gchar *text,
                  const gchar *end) {
  static const gchar head[] = "\"entry\":{\"alg\"";
  const gchar *entry = memmem (text, (gsize) (end - text), head, strlen (head));
  const gchar *entry_end;

  g_assert (entry != NULL);
  entry += strlen ("\"entry\":");
  entry_end = skip_object (entry, end);
  g_assert (entry_end != NULL);
  g_string_truncate (person->entry, 0);
  g_string_append_len (person->entry, entry, entry_end - entry);
  if (person->ack_at > 0)
    return;
  person->ack_at = bench_now () + ACK_SECONDS;
  g_queue_push_tail (&load->acks, person);
}

static void
send_acks (Load *load) {
  Person *person;

  while ((person = g_queue_peek_head (&load->acks)) != NULL &&
         bench_now () >= person->ack_at) {
    g_queue_pop_head (&load->acks);
    person->ack_at = 0;
    if (person->raw != NULL)
      send_ack (load, person);
  }
}

/* --- What they are told -----------------------------------------------------
 */

static gboolean
has_id (const gchar *text, const gchar *id) {
  gsize len = strlen (id);

  return len > 0 && strncmp (text, "{\"msg_id\":\"", 11) == 0 &&
         strncmp (text + 11, id, len) == 0 && text[11 + len] == '"';
}

static void
finish_order (Load *load, Person *person, gboolean paid) {
  gdouble waited = bench_now () - person->began;

  person->tx_id[0] = '\0';
  load->under_way--;
  if (paid)
    load->paid++;
  else
    load->refused++;
  load->waited += waited;
  load->longest = MAX (load->longest, waited);
  if (bench_now () < load->until)
    send_order (load, person, load->hops);
}

static void
take (Load *load, Person *person, const gchar *text, gsize len) {
  const gchar *end = text + len;
  const gchar *type = memmem (text, MIN (len, 200), "\"msg_type\":\"", 12);

  g_assert (type != NULL);
  type += 12;
  if (g_str_has_prefix (type, "PAYMENT_PREPARE\"")) {
    send_vote (load, person, text, end);
  } else if (g_str_has_prefix (type, "PAYMENT_COMMIT\"")) {
    acknowledge_soon (load, person, text, end);
    if (has_id (text, person->tx_id))
      finish_order (load, person, TRUE);
  } else if (g_str_has_prefix (type, "PAYMENT_ABORT\"")) {
    if (has_id (text, person->tx_id))
      finish_order (load, person, FALSE);
  } else if (g_str_has_prefix (type, "ERROR\"")) {
    g_error ("person %u is told %.*s", person->number, (gint) len, text);
  }
}

static void
read_frames (Load *load, Person *person) {
  GeoFrame frame;
  GeoFrameCloseCode code;

  for (;;) {
    GeoFrameStatus status = geo_frame_reader_next (person->raw->reader, &frame,
                                                   &code);

    if (status == GEO_FRAME_STATUS_MORE)
      return;
    if (status == GEO_FRAME_STATUS_BAD || frame.kind == GEO_FRAME_CLOSE)
      g_error ("person %u was left", person->number);
    if (frame.kind == GEO_FRAME_TEXT)
      take (load, person, (const gchar *) frame.data, frame.len);
  }
}

static void
turn (Load *load, gint wait_ms) {
  static guint8 buffer[READ_LEN];
  struct epoll_event events[EVENTS_MAX];
  gint n = epoll_wait (load->epoll, events, EVENTS_MAX, wait_ms);

  for (gint i = 0; i < n; i++) {
    Person *person = events[i].data.ptr;
    gssize len = recv (person->fd, buffer, sizeof buffer, MSG_DONTWAIT);

    if (len < 0 && (errno == EAGAIN || errno == EINTR))
      continue;
    if (len <= 0)
      g_error ("person %u lost the hub", person->number);
    geo_frame_reader_feed (person->raw->reader, buffer, (gsize) len);
    read_frames (load, person);
  }
  send_acks (load);
}

/* --- Commands ---------------------------------------------------------------
 */

static void
join (Load *load) {
  gint on = 1;

  for (guint i = 0; i < load->n; i++) {
    Person *person = &load->people[i];
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = person };

    person->raw = it_guest_sign_in (&person->guest, &load->hub);
    person->fd = g_socket_get_fd (
        g_socket_connection_get_socket (person->raw->connection));
    /* As our own client does: a vote does not wait for the one before. */
    setsockopt (person->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    epoll_ctl (load->epoll, EPOLL_CTL_ADD, person->fd, &event);
  }
}

static void
trust (Load *load) {
  for (guint i = 0; i < load->n; i++) {
    Person *person = &load->people[i];
    guint debtor = (person->number + load->town - 1) % load->town;

    geo_trust_line_free (it_guest_trust (
        &person->guest, person->raw, &load->hub, &load->pids[debtor], LIMIT));
  }
}

static void
leave (Load *load, guint step) {
  for (guint i = 0; i < load->n; i++) {
    Person *person = &load->people[i];

    if (person->number % step == 0 || person->raw == NULL)
      continue;
    g_io_stream_close (G_IO_STREAM (person->raw->connection), NULL, NULL);
    g_clear_pointer (&person->raw, it_raw_free);
  }
}

/* Whoever is to pay signs so many orders together. */
static void
stock (Load *load, guint in_flight, guint step, guint orders, guint hops) {
  guint payers = 0;

  for (guint i = 0; i < load->n && payers < in_flight; i++) {
    Person *person = &load->people[i];

    if (person->number % step != 0)
      continue;
    payers++;
    g_ptr_array_set_size (person->stock, 0);
    person->next = 0;
    while (person->stock->len < orders / in_flight)
      stock_order (load, person, hops);
  }
}

static void
run (Load *load, guint in_flight, guint step, guint ms, guint hops) {
  gdouble began = bench_now ();
  gdouble cpu = bench_process_cpu ();
  gdouble took;
  guint started = 0;

  load->until = began + ms / 1000.0;
  load->hops = hops;
  load->paid = load->refused = 0;
  load->waited = load->longest = 0;
  for (guint i = 0; i < load->n && started < in_flight; i++) {
    if (load->people[i].number % step != 0)
      continue;
    send_order (load, &load->people[i], hops);
    started++;
  }
  g_assert (started == in_flight);
  while (load->under_way > 0) {
    if (bench_now () > load->until + DRAIN_SECONDS_MAX)
      g_error ("%u payments are never decided", load->under_way);
    turn (load, 100);
  }
  took = bench_now () - began;
  printf ("%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %.6f %.6f %.6f %.6f\n",
          load->paid, load->refused, took, load->waited, load->longest,
          bench_process_cpu () - cpu);
}

/* Between commands others pay over these people too. */
static void
serve (Load *load) {
  struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
  gchar line[200];

  for (;;) {
    guint a, b, c, d;

    while (poll (&input, 1, 0) == 0)
      turn (load, 2);
    if (fgets (line, sizeof line, stdin) == NULL ||
        g_str_has_prefix (line, "quit"))
      return;
    if (g_str_has_prefix (line, "join"))
      join (load);
    else if (g_str_has_prefix (line, "trust"))
      trust (load);
    else if (sscanf (line, "leave %u", &a) == 1)
      leave (load, a);
    else if (sscanf (line, "stock %u %u %u %u", &a, &b, &c, &d) == 4)
      stock (load, a, b, c, d);
    else if (sscanf (line, "run %u %u %u %u", &a, &b, &c, &d) == 4)
      run (load, a, b, c, d);
    else
      g_error ("what is %s", line);
    if (!g_str_has_prefix (line, "run"))
      puts ("done");
    fflush (stdout);
  }
}

int
bench_load_main (int argc, char **argv) {
  Load load = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert (argc == 6);
  load.hub.port = (guint16) g_ascii_strtoull (argv[1], NULL, 10);
  geo_pid_parse (argv[2], &load.hub.community, &error);
  g_assert_no_error (error);
  load.first = (guint) g_ascii_strtoull (argv[3], NULL, 10);
  load.n = (guint) g_ascii_strtoull (argv[4], NULL, 10);
  load.town = (guint) g_ascii_strtoull (argv[5], NULL, 10);
  load.epoll = epoll_create1 (EPOLL_CLOEXEC);
  load.people = g_new0 (Person, load.n);
  load.pids = g_new (GeoPid, load.town);
  for (guint i = 0; i < load.town; i++)
    bench_pid (i, &load.pids[i]);
  for (guint i = 0; i < load.n; i++) {
    Person *person = &load.people[i];

    person->number = load.first + i;
    person->guest.name = g_strdup_printf ("Person %u", person->number);
    person->guest.secret = bench_secret (person->number);
    person->guest.pid = load.pids[person->number];
    person->entry = g_string_new (NULL);
    person->stock = g_ptr_array_new_with_free_func (order_free);
  }
  setvbuf (stdin, NULL, _IONBF, 0);
  serve (&load);
  return 0;
}
