/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Somebody's key changes, and what those who deal with them are told of it:
 * once, until it was accepted or compared; and that a code shows the key and
 * not only who they were at first (protocol §5a).
 */
#include "node-test.h"

#include "core/geo-key-chain.h"
#include "core/geo-words.h"
#include "node/geo-safety.h"

typedef struct {
  Fixture base;
  Town3 town;
  GeoNode *olena;
  GeoNode *ivan;
  GeoPid olena_pid;
  guint told; /* How often Ivan was. */
} Pair;

static void
changed_cb (GeoNode *node, GeoPerson *person, Pair *f) {
  g_assert_cmpstr (geo_person_get_name (person), ==, "Olena");
  f->told++;
}

static void
set_up_pair (Pair *f, gconstpointer data) {
  set_up (&f->base, NULL);
  make_town (&f->base, &f->town, 2);
  f->olena = f->town.nodes[0];
  f->ivan = f->town.nodes[1];
  pid_of (f->olena, &f->olena_pid);
  trust (f->ivan, f->olena, 10000);
  g_signal_connect (f->ivan, "key-changed", G_CALLBACK (changed_cb), f);
}

static void
tear_down_pair (Pair *f, gconstpointer data) {
  end_town (&f->town, 2);
  tear_down (&f->base, data);
}

static GeoPerson *
get_olena (Pair *f) {
  GeoPerson *person = geo_node_get_person (f->ivan, &f->olena_pid);

  g_assert_nonnull (person);
  return person;
}

static void
change (Pair *f) {
  geo_words_free (change_key (f->olena));
}

/* Ivan closes his wallet and opens it again. */
static void
open_again (Pair *f) {
  end_node (f->ivan);
  f->ivan = f->town.nodes[1] = open_node (f->town.profiles[1]);
  g_signal_connect (f->ivan, "key-changed", G_CALLBACK (changed_cb), f);
}

static void
test_told (Pair *f, gconstpointer data) {
  g_assert_true (geo_node_set_verified (f->ivan, &f->olena_pid, TRUE));
  g_assert_true (geo_person_get_verified (get_olena (f)));
  change (f);
  wait_until (f->told == 1);
  g_assert_false (geo_person_get_verified (get_olena (f)));
  g_assert_true (geo_person_get_key_changed (get_olena (f)));
  g_assert_cmpint (geo_node_get_key_doubt (f->ivan, &f->olena_pid), ==,
                   GEO_KEY_DOUBT_CHANGED);
  g_assert_true (geo_node_was_verified (f->ivan, &f->olena_pid));

  /* It is remembered, and not told again. */
  open_again (f);
  g_assert_true (geo_person_get_key_changed (get_olena (f)));
  geo_node_start (f->ivan);
  wait_connected (f->ivan);
  geo_node_accept_key (f->ivan, &f->olena_pid);
  g_assert_false (geo_person_get_key_changed (get_olena (f)));
  g_assert_false (geo_person_get_verified (get_olena (f)));
  g_assert_cmpuint (f->told, ==, 1);

  /* Each change anew; comparing ends it, too. */
  change (f);
  wait_until (f->told == 2);
  g_assert_true (geo_person_get_key_changed (get_olena (f)));
  g_assert_true (geo_node_set_verified (f->ivan, &f->olena_pid, TRUE));
  g_assert_false (geo_person_get_key_changed (get_olena (f)));
  g_assert_true (geo_person_get_verified (get_olena (f)));
}

/* Ivan is away; it is told when he is back. */
static void
test_told_later (Pair *f, gconstpointer data) {
  geo_node_stop (f->ivan);
  change (f);
  g_assert_cmpuint (f->told, ==, 0);
  geo_node_start (f->ivan);
  wait_until (f->told == 1);
  g_assert_true (geo_person_get_key_changed (get_olena (f)));
}

static gboolean
shows (Pair *f, const gchar *text) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoLink) link = geo_link_parse (text, &error);

  g_assert_no_error (error);
  return geo_node_link_shows_key (f->ivan, link);
}

/* What Olena shows is her key of now; what she showed before is none. */
static void
test_code (Pair *f, gconstpointer data) {
  g_autofree gchar *first = geo_node_get_contact_link (f->olena);
  g_autofree gchar *second = NULL;
  g_autofree gchar *third = NULL;

  g_assert_true (shows (f, first));
  change (f);
  wait_until (f->told == 1);
  second = geo_node_get_contact_link (f->olena);
  g_assert_cmpstr (first, !=, second);
  g_assert_false (shows (f, first));
  g_assert_true (shows (f, second));
  change (f);
  wait_until (f->told == 2);
  third = geo_node_get_contact_link (f->olena);
  g_assert_false (shows (f, first));
  g_assert_false (shows (f, second));
  g_assert_true (shows (f, third));
}

/* K5: the hub shows another key that took the place of Olena's. */
static void
test_two_keys (Pair *f, gconstpointer data) {
  GeoSecret *first =
      geo_secret_ref (geo_profile_get_secret (f->town.profiles[0]));
  g_autoptr (GeoParticipant) before = geo_participant_copy (
      fake_hub_get_participant (f->base.hub, &f->olena_pid));
  g_autoptr (GeoParticipant) other = NULL;
  g_autoptr (GError) error = NULL;
  gchar *words = geo_profile_make_words ();
  GeoSecret *stolen = geo_words_to_secret (words, NULL);

  change (f);
  wait_until (f->told == 1);
  geo_node_accept_key (f->ivan, &f->olena_pid);
  other = geo_participant_rotate (before, first, stolen,
                                  g_get_real_time () / 1000, &error);
  g_assert_no_error (error);
  fake_hub_show (f->base.hub, other);
  wait_until (f->told == 2);
  g_assert_cmpint (geo_node_get_key_doubt (f->ivan, &f->olena_pid), ==,
                   GEO_KEY_DOUBT_FORKED);
  g_assert_true (geo_person_get_key_changed (get_olena (f)));
  open_again (f);
  g_assert_cmpint (geo_node_get_key_doubt (f->ivan, &f->olena_pid), ==,
                   GEO_KEY_DOUBT_FORKED);
  geo_node_accept_key (f->ivan, &f->olena_pid);
  g_assert_false (geo_person_get_key_changed (get_olena (f)));
  open_again (f);
  g_assert_false (geo_person_get_key_changed (get_olena (f)));
  geo_secret_unref (first);
  geo_secret_unref (stolen);
  geo_words_free (words);
}

/* Which keys were compared is left with the hub.  It is put once, also where
 * the hub's word that it has it is lost. */
static void
test_left_once (Pair *f, gconstpointer data) {
  static const FakeHubPuts puts[] = { FAKE_HUB_PUTS_UNANSWERED,
                                      FAKE_HUB_PUTS_REFUSED,
                                      FAKE_HUB_PUTS_ANSWERED };
  gboolean compared = FALSE;

  fake_hub_keep_states (f->base.hub);
  geo_node_stop (f->ivan);
  geo_node_start (f->ivan);
  wait_connected (f->ivan);
  for (guint i = 0; i < G_N_ELEMENTS (puts); i++) {
    guint n = fake_hub_count (f->base.hub, GEO_MESSAGE_STATE_PUT);

    fake_hub_set_puts (f->base.hub, puts[i]);
    compared = !compared;
    geo_node_set_verified (f->ivan, &f->olena_pid, compared);
    wait_until (fake_hub_count (f->base.hub, GEO_MESSAGE_STATE_PUT) > n);
    wait_until (!geo_node_has_unsaved_state (f->ivan));
    g_assert_cmpuint (fake_hub_count (f->base.hub, GEO_MESSAGE_STATE_PUT), ==,
                      n + 1);
    g_assert_cmpint (fake_hub_get_copy (f->base.hub)->version, ==, i + 1);
  }
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
#define ADD(path, test) \
  g_test_add ("/node/keys/" path, Pair, NULL, set_up_pair, test, tear_down_pair)
  ADD ("told", test_told);
  ADD ("told-later", test_told_later);
  ADD ("code", test_code);
  ADD ("two-keys", test_two_keys);
  ADD ("left-once", test_left_once);
#undef ADD
  return g_test_run ();
}
