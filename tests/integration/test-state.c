/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * State copies at a real hub, over a bare WebSocket: only the newest of each,
 * only one's own, never more than everybody may, and nothing of it is lost by
 * a crash once it was answered.
 */
#include <string.h>

#include "it-town.h"
#include "protocol/geo-reasons.h"

#define PART_MAX 32768
#define QUOTA (256 * 1024)
#define BURST 20

static GBytes *
make_part (guint8 fill, gsize len) {
  guint8 *data = g_malloc (len);

  memset (data, fill, len);
  return g_bytes_new_take (data, len);
}

static void
hash_part (GBytes *part, GeoHash *hash) {
  gsize len;
  gconstpointer data = g_bytes_get_data (part, &len);

  geo_hash_of (data, len, hash);
}

static void
send_part (ItRaw *raw, GBytes *part) {
  g_autoptr (GeoMessage) message = geo_message_new (GEO_MESSAGE_STATE_PART,
                                                    "part");

  message->u.state_part->data = g_bytes_ref (part);
  g_assert_true (it_raw_send (raw, message));
}

/* Signed by who, of whom, with n parts filled with first, first + 1, … */
static GeoMessage *
make_put (ItTown *town,
          ItGuest *who,
          ItGuest *whom,
          gint64 version,
          guint8 first,
          guint n,
          gsize len) {
  GeoMessage *message = geo_message_new (GEO_MESSAGE_STATE_PUT, "put");
  GeoStateCopy *copy = geo_state_copy_new ();

  copy->community = town->hub->community;
  copy->participant = whom->pid;
  copy->version = version;
  copy->at = it_now ();
  for (guint i = 0; i < n; i++) {
    g_autoptr (GBytes) part = make_part ((guint8) (first + i), len);
    GeoHash hash;

    hash_part (part, &hash);
    g_array_append_val (copy->parts, hash);
  }
  geo_state_copy_sign (copy, who->secret);
  message->u.state_put->copy = copy;
  return message;
}

static GeoMessage *
put (ItTown *town, gint64 version, guint8 first, guint n, gsize len) {
  g_autoptr (GeoMessage) message = make_put (town, town->payer, town->payer,
                                             version, first, n, len);

  g_assert_true (it_raw_send (town->raw, message));
  return it_raw_expect (town->raw, GEO_MESSAGE_STATE_RESULT);
}

static void
send_parts (ItTown *town, guint8 first, guint n, gsize len) {
  for (guint i = 0; i < n; i++) {
    g_autoptr (GBytes) part = make_part ((guint8) (first + i), len);

    send_part (town->raw, part);
  }
}

static GeoMessage *
get (ItRaw *raw, const GeoHash *hash) {
  g_autoptr (GeoMessage) message = geo_message_new (GEO_MESSAGE_STATE_GET,
                                                    "get");

  if (hash != NULL) {
    message->u.state_get->has_part = TRUE;
    message->u.state_get->part = *hash;
  }
  g_assert_true (it_raw_send (raw, message));
  return it_raw_expect (raw, hash != NULL ? GEO_MESSAGE_STATE_PART
                                          : GEO_MESSAGE_STATE_RESULT);
}

static gint64
version_there (ItRaw *raw) {
  g_autoptr (GeoMessage) answer = get (raw, NULL);
  const GeoStateCopy *copy = answer->u.state_result->copy;

  return copy != NULL ? copy->version : 0;
}

static void
test_keeps_the_newest (ItTown *town, gconstpointer data) {
  g_autoptr (GeoMessage) missing = NULL;
  g_autoptr (GeoMessage) one = NULL;
  g_autoptr (GeoMessage) two = NULL;
  g_autoptr (GeoMessage) same = NULL;
  g_autoptr (GeoMessage) again = NULL;
  g_autoptr (GeoMessage) old = NULL;
  g_autoptr (GeoMessage) back = NULL;
  g_autoptr (GeoMessage) gone = NULL;
  g_autoptr (GBytes) part = make_part (2, 1000);
  g_autoptr (GBytes) dropped = make_part (1, 1000);
  GeoHash hash;

  g_assert_cmpint (version_there (town->raw), ==, 0);
  missing = put (town, 5, 1, 2, 1000);
  g_assert_null (missing->u.state_result->copy);
  g_assert_cmpuint (missing->u.state_result->missing->len, ==, 2);
  send_parts (town, 1, 2, 1000);
  one = put (town, 5, 1, 2, 1000);
  g_assert_cmpint (one->u.state_result->copy->version, ==, 5);
  g_assert_cmpuint (one->u.state_result->missing->len, ==, 0);
  /* Only what is new has to be sent. */
  send_parts (town, 3, 1, 1000);
  two = put (town, 6, 2, 2, 1000);
  g_assert_cmpint (two->u.state_result->copy->version, ==, 6);

  /* What was taken is taken, however often it is put; another one is not. */
  same = geo_message_new (GEO_MESSAGE_STATE_PUT, "put");
  same->u.state_put->copy = geo_state_copy_copy (two->u.state_result->copy);
  g_assert_true (it_raw_send (town->raw, same));
  again = it_raw_expect (town->raw, GEO_MESSAGE_STATE_RESULT);
  g_assert_cmpint (again->u.state_result->copy->version, ==, 6);
  g_assert_cmpuint (again->u.state_result->missing->len, ==, 0);
  old = make_put (town, town->payer, town->payer, 6, 2, 2, 1000);
  old->u.state_put->copy->at = two->u.state_result->copy->at + 1;
  geo_state_copy_sign (old->u.state_put->copy, town->payer->secret);
  g_assert_true (it_raw_send (town->raw, old));
  it_raw_expect_error (town->raw, GEO_CODE_CONFLICT, GEO_REASON_WRONG_SEQ);

  /* What was answered is on disk. */
  it_raw_free (town->raw);
  it_hub_kill (town->hub);
  it_hub_start (town->hub);
  town->raw = it_guest_sign_in (town->payer, town->hub);
  g_assert_cmpint (version_there (town->raw), ==, 6);
  hash_part (part, &hash);
  back = get (town->raw, &hash);
  g_assert_true (g_bytes_equal (back->u.state_part->data, part));
  hash_part (dropped, &hash);
  gone = geo_message_new (GEO_MESSAGE_STATE_GET, "get");
  gone->u.state_get->has_part = TRUE;
  gone->u.state_get->part = hash;
  g_assert_true (it_raw_send (town->raw, gone));
  it_raw_expect_error (town->raw, GEO_CODE_INVALID, GEO_REASON_INVALID);
}

static void
test_only_its_own (ItTown *town, gconstpointer data) {
  g_autoptr (ItRaw) other = it_guest_sign_in (town->stranger, town->hub);
  g_autoptr (GeoMessage) stolen = NULL;
  g_autoptr (GeoMessage) forged = NULL;
  g_autoptr (GeoMessage) changed = NULL;
  g_autoptr (GeoMessage) twice = NULL;
  g_autoptr (GeoMessage) kept = NULL;
  g_autoptr (GeoMessage) ask = NULL;
  g_autoptr (GBytes) part = make_part (1, 100);
  GeoHash hash;

  send_parts (town, 1, 1, 100);
  kept = put (town, 1, 1, 1, 100);
  /* Nobody else sees it, nor writes it. */
  g_assert_cmpint (version_there (other), ==, 0);
  hash_part (part, &hash);
  ask = geo_message_new (GEO_MESSAGE_STATE_GET, "get");
  ask->u.state_get->has_part = TRUE;
  ask->u.state_get->part = hash;
  g_assert_true (it_raw_send (other, ask));
  it_raw_expect_error (other, GEO_CODE_INVALID, GEO_REASON_INVALID);
  stolen = make_put (town, town->stranger, town->payer, 2, 1, 0, 0);
  g_assert_true (it_raw_send (other, stolen));
  it_raw_expect_error (other, GEO_CODE_SIGNATURE, GEO_REASON_BAD_SIGNATURE);
  forged = make_put (town, town->stranger, town->payer, 2, 1, 0, 0);
  g_assert_true (it_raw_send (town->raw, forged));
  it_raw_expect_error (town->raw, GEO_CODE_SIGNATURE, GEO_REASON_BAD_SIGNATURE);
  changed = make_put (town, town->payer, town->payer, 2, 1, 1, 100);
  changed->u.state_put->copy->version = 3;
  g_assert_true (it_raw_send (town->raw, changed));
  it_raw_expect_error (town->raw, GEO_CODE_SIGNATURE, GEO_REASON_BAD_SIGNATURE);
  twice = make_put (town, town->payer, town->payer, 2, 1, 1, 100);
  g_array_append_val (twice->u.state_put->copy->parts, hash);
  geo_state_copy_sign (twice->u.state_put->copy, town->payer->secret);
  g_assert_true (it_raw_send (town->raw, twice));
  it_raw_expect_error (town->raw, GEO_CODE_INVALID, GEO_REASON_INVALID);
  g_assert_cmpint (version_there (town->raw), ==, 1);
}

static void
test_quota (ItTown *town, gconstpointer data) {
  const guint n = QUOTA / PART_MAX;
  g_autoptr (GeoMessage) full = NULL;
  g_autoptr (GeoMessage) more = NULL;
  g_autoptr (GBytes) one = make_part (200, PART_MAX);

  send_parts (town, 1, n, PART_MAX);
  full = put (town, 1, 1, n, PART_MAX);
  g_assert_cmpint (full->u.state_result->copy->version, ==, 1);
  /* One part more than the hub keeps, with what it has. */
  send_parts (town, (guint8) (n + 1), 1, PART_MAX);
  more = make_put (town, town->payer, town->payer, 2, 1, n + 1, PART_MAX);
  g_assert_true (it_raw_send (town->raw, more));
  it_raw_expect_error (town->raw, GEO_CODE_LIMIT, GEO_REASON_LIMIT_EXCEEDED);
  /* Parts that no list names do not pile up: the one that is too much drops
   * those before it. */
  send_parts (town, 100, n, PART_MAX);
  it_raw_expect_error (town->raw, GEO_CODE_LIMIT, GEO_REASON_LIMIT_EXCEEDED);
  g_assert_cmpint (version_there (town->raw), ==, 1);
}

static void
test_not_too_often (ItTown *town, gconstpointer data) {
  guint taken = 0;
  guint held = 0;

  for (guint i = 1; i <= 2 * BURST; i++) {
    g_autoptr (GeoMessage) message = make_put (town, town->payer, town->payer,
                                               i, 1, 0, 0);
    g_autoptr (GeoMessage) answer = NULL;

    g_assert_true (it_raw_send (town->raw, message));
    answer = it_raw_receive (town->raw, 10000);
    g_assert_nonnull (answer);
    if (answer->type == GEO_MESSAGE_STATE_RESULT)
      taken++;
    else
      held++;
  }
  g_assert_cmpuint (taken, >=, BURST);
  g_assert_cmpuint (held, >=, BURST - 5);
  /* Everything else goes on. */
  geo_proven_entry_free (it_town_pay_well (town, "meanwhile"));
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  IT_TOWN_ADD ("/state/keeps-the-newest", test_keeps_the_newest);
  IT_TOWN_ADD ("/state/only-its-own", test_only_its_own);
  IT_TOWN_ADD ("/state/quota", test_quota);
  IT_TOWN_ADD ("/state/not-too-often", test_not_too_often);
  return g_test_run ();
}
