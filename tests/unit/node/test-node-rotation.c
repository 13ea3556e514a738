/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Changing the key of a whole profile (§5a), with hubs in this process: what is
 * kept, what every journal says, what hubs are told, and what a hub cannot do
 * with it.
 */
#include "node-test.h"

#include <glib/gstdio.h>
#include <sodium.h>
#include <string.h>

#include "core/geo-key-chain.h"
#include "core/geo-words.h"
#include "node/geo-node-private.h"
#include "node/geo-profile-private.h"
#include "node/geo-rotation.h"
#include "node/geo-safety.h"
#include "node/geo-state-codec-private.h"

/* One profile with its nodes, in one or two communities. */
typedef struct {
  GeoProfile *profile;
  GeoCommunities *communities;
  gchar *words;
} Owner;

static void
owner_init (Owner *owner, Fixture *f, const gchar *name) {
  owner->words = geo_profile_make_words ();
  owner->profile = make_profile (f->folder, name, owner->words);
  owner->communities = geo_communities_new (owner->profile);
}

static GeoCommunityItem *
owner_join (Owner *owner, FakeHub *hub) {
  g_autoptr (GeoNode) node = join (owner->profile, hub);

  return geo_communities_add (owner->communities, node);
}

static void
owner_clear (Owner *owner) {
  GListModel *list = G_LIST_MODEL (owner->communities);
  g_autoptr (GPtrArray) nodes = g_ptr_array_new ();

  for (guint i = 0; i < g_list_model_get_n_items (list); i++) {
    g_autoptr (GeoCommunityItem) item = g_list_model_get_item (list, i);

    if (geo_community_item_get_node (item) != NULL)
      g_ptr_array_add (nodes,
                       g_object_ref (geo_community_item_get_node (item)));
  }
  g_clear_object (&owner->communities);
  for (guint i = 0; i < nodes->len; i++)
    end_node (g_ptr_array_index (nodes, i));
  g_clear_object (&owner->profile);
  g_clear_pointer (&owner->words, geo_words_free);
}

/* NULL where it works. */
static GError *
try_rotate (Owner *owner, const gchar *words, const gchar *passphrase) {
  g_autoptr (GAsyncResult) result = NULL;
  GError *error = NULL;

  geo_communities_rotate_key_async (owner->communities, words, passphrase,
                                    keep_result_cb, &result);
  wait_until (result != NULL);
  g_assert_true (geo_communities_rotate_key_finish (owner->communities, result,
                                                    &error) == (error == NULL));
  return error;
}

static void
rotate (Owner *owner) {
  gchar *words = geo_profile_make_words ();
  g_autoptr (GError) error = try_rotate (owner, words, "passphrase");

  g_assert_no_error (error);
  geo_words_free (owner->words);
  owner->words = words;
}

static void
key_of (const gchar *words, GeoPublicKey *out) {
  g_autoptr (GeoSecret) secret = geo_words_to_secret (words, NULL);

  geo_secret_get_public (secret, out);
}

/* How many changes the hub knows of, which lead to the key in use. */
static guint
count_known (Owner *owner, FakeHub *hub, GeoNode *node) {
  const GeoParticipant *known;
  GeoPublicKey key;
  GeoPid pid;

  pid_of (node, &pid);
  known = fake_hub_get_participant (hub, &pid);
  key_of (owner->words, &key);
  return geo_public_key_equal (&known->key, &key) ? known->rotations->len : 99;
}

/* --- The profile ---------------------------------------------------------- */

static gint
unlock_error (const gchar *folder, const gchar *passphrase, GeoPid *pid) {
  g_autoptr (GeoProfile) profile = geo_profile_new (folder);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  geo_profile_unlock_async (profile, passphrase, NULL, keep_result_cb, &result);
  wait_until (result != NULL);
  if (!geo_profile_unlock_finish (profile, result, &error))
    return error->code;
  geo_secret_get_pid (geo_profile_get_secret (profile), pid);
  return 0;
}

/* K6: the key file is the new one's, under the same passphrase; who the profile
 * is of stays; and what cannot be leaves everything as it was. */
static void
test_profile (Fixture *f, gconstpointer data) {
  g_autofree gchar *folder = g_build_filename (f->folder, "Olena", NULL);
  gchar *words = geo_profile_make_words ();
  GeoPid first, of_profile, of_key, next;
  Owner olena;

  owner_init (&olena, f, "Olena");
  g_assert_true (geo_profile_has_pid (olena.profile, &first));
  for (guint i = 0; i < 4; i++) {
    g_autoptr (GError) error = NULL;

    error = i == 0   ? try_rotate (&olena, words, "wrong")
            : i == 1 ? try_rotate (&olena, words, NULL)
            : i == 2 ? try_rotate (&olena, "twelve words", "passphrase")
                     : try_rotate (&olena, olena.words, "passphrase");
    g_assert_error (error, GEO_NODE_ERROR,
                    (i < 2 ? GEO_NODE_ERROR_PASSPHRASE : GEO_NODE_ERROR_INPUT));
    g_assert_cmpint (unlock_error (folder, "passphrase", &of_key), ==, 0);
    g_assert_true (geo_pid_equal (&of_key, &first));
  }

  for (guint i = 0; i < 2; i++) {
    GeoPublicKey key;

    rotate (&olena);
    key_of (olena.words, &key);
    geo_pid_from_key (&key, &next);
    g_assert_cmpint (unlock_error (folder, "passphrase", &of_key), ==, 0);
    g_assert_true (geo_pid_equal (&of_key, &next));
    g_assert_cmpint (unlock_error (folder, "wrong", &of_key), ==,
                     GEO_NODE_ERROR_PASSPHRASE);
    g_assert_true (geo_profile_has_pid (olena.profile, &of_profile));
    g_assert_true (geo_pid_equal (&of_profile, &first));
    {
      gchar *shown = geo_profile_get_words (olena.profile);

      g_assert_cmpstr (shown, ==, olena.words);
      geo_words_free (shown);
    }
  }
  owner_clear (&olena);
  geo_words_free (words);
}

/* --- Communities ---------------------------------------------------------- */

/* Both at once; where the hub cannot be reached it hears of it later, also of
 * two changes at once; and nothing of one is in the other. */
static void
test_two_communities (Fixture *f, gconstpointer data) {
  FakeHub *other = fake_hub_new (201);
  GeoNode *here, *there;
  Owner olena;

  owner_init (&olena, f, "Olena");
  here = geo_community_item_get_node (owner_join (&olena, f->hub));
  there = geo_community_item_get_node (owner_join (&olena, other));
  rotate (&olena);
  wait_connected (here);
  wait_connected (there);
  g_assert_cmpuint (count_known (&olena, f->hub, here), ==, 1);
  g_assert_cmpuint (count_known (&olena, other, there), ==, 1);

  fake_hub_go (other);
  wait_until (geo_node_get_connection (there) == GEO_CONNECTION_OFFLINE);
  rotate (&olena);
  wait_connected (here);
  rotate (&olena);
  wait_connected (here);
  g_assert_cmpuint (count_known (&olena, f->hub, here), ==, 3);
  g_assert_cmpint (geo_node_get_connection (there), !=, GEO_CONNECTION_HUB);
  fake_hub_come_back (other);
  geo_node_hurry (there);
  wait_connected (there);
  g_assert_cmpuint (count_known (&olena, other, there), ==, 3);
  verify (here);
  verify (there);
  owner_clear (&olena);
  fake_hub_free (other);
}

/* One that was left keeps up, as often as the key is changed meanwhile. */
static void
test_left (Fixture *f, gconstpointer data) {
  FakeHub *other = fake_hub_new (201);
  g_autoptr (GError) error = NULL;
  GeoCommunityItem *item;
  GeoNode *node;
  Owner olena;

  owner_init (&olena, f, "Olena");
  owner_join (&olena, f->hub);
  item = owner_join (&olena, other);
  node = g_object_ref (geo_community_item_get_node (item));
  g_assert_true (geo_communities_leave (olena.communities, item, &error));
  g_assert_no_error (error);
  end_node (node);
  rotate (&olena);
  rotate (&olena);
  rotate (&olena);
  node = geo_community_item_get_node (owner_join (&olena, other));
  g_assert_cmpuint (count_known (&olena, other, node), ==, 3);
  verify (node);
  owner_clear (&olena);
  fake_hub_free (other);
}

/* One that was left and is damaged is not in the way of anybody whose key was
 * stolen. */
static void
test_left_damaged (Fixture *f, gconstpointer data) {
  FakeHub *other = fake_hub_new (201);
  g_autofree gchar *pid = geo_pid_to_string (fake_hub_get_pid (other));
  g_autofree gchar *path = g_build_filename (f->folder, "Olena", "left", pid,
                                             "journal.db", NULL);
  g_autoptr (GError) error = NULL;
  GeoCommunityItem *item;
  GeoNode *node;
  Owner olena;

  owner_init (&olena, f, "Olena");
  node = geo_community_item_get_node (owner_join (&olena, f->hub));
  item = owner_join (&olena, other);
  {
    GeoNode *left = g_object_ref (geo_community_item_get_node (item));

    g_assert_true (geo_communities_leave (olena.communities, item, &error));
    g_assert_no_error (error);
    end_node (left);
  }
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  g_file_set_contents (path, "no journal", -1, &error);
  g_assert_no_error (error);
  rotate (&olena);
  wait_connected (node);
  g_assert_cmpuint (count_known (&olena, f->hub, node), ==, 1);
  owner_clear (&olena);
  fake_hub_free (other);
}

/* --- What a hub says ------------------------------------------------------ */

/* K7: too old, it is said anew: the same keys, at another time. */
static void
test_stale (Fixture *f, gconstpointer data) {
  GeoTime first_at, now_at;
  const GeoParticipant *known;
  GeoNode *node;
  Owner olena;
  GeoPid pid;

  owner_init (&olena, f, "Olena");
  node = geo_community_item_get_node (owner_join (&olena, f->hub));
  pid_of (node, &pid);
  first_at = g_get_real_time () / 1000;
  fake_hub_find_keys_stale (f->hub, 1);
  rotate (&olena);
  wait_connected (node);
  g_assert_cmpuint (fake_hub_count_stale (f->hub), ==, 0);
  g_assert_cmpuint (count_known (&olena, f->hub, node), ==, 1);
  known = fake_hub_get_participant (f->hub, &pid);
  now_at = ((GeoKeyRotation *) g_ptr_array_index (known->rotations, 0))->at;
  g_assert_cmpint (now_at, >, first_at);
  verify (node);

  /* And so it is after the next start. */
  rotate (&olena);
  wait_connected (node);
  g_assert_cmpuint (count_known (&olena, f->hub, node), ==, 2);
  verify (node);
  owner_clear (&olena);
}

/* A hub that says so always fills no disk with it. */
static void
test_stale_for_ever (Fixture *f, gconstpointer data) {
  gint64 before, after;
  GeoNode *node;
  Owner olena;

  owner_init (&olena, f, "Olena");
  node = geo_community_item_get_node (owner_join (&olena, f->hub));
  before = verify (node);
  fake_hub_find_keys_stale (f->hub, 1000);
  rotate (&olena);
  for (guint tries = 0; tries < 4; tries++) {
    guint left = fake_hub_count_stale (f->hub);

    geo_node_hurry (node);
    wait_until (fake_hub_count_stale (f->hub) < left);
  }
  wait_until (geo_node_get_connection (node) == GEO_CONNECTION_OFFLINE);
  after = verify (node);
  /* The change, "joined"; the change anew, "joined". */
  g_assert_cmpint (after - before, <=, 4);
  fake_hub_find_keys_stale (f->hub, 0);
  geo_node_hurry (node);
  wait_connected (node);
  g_assert_cmpuint (count_known (&olena, f->hub, node), ==, 1);
  owner_clear (&olena);
}

/* K4: a hub whose clock is years ahead makes no key that was left count for
 * years. */
static void
test_clock (Fixture *f, gconstpointer data) {
  const GeoParticipant *known;
  GeoNode *node;
  Owner olena;
  GeoPid pid;

  owner_init (&olena, f, "Olena");
  fake_hub_set_ahead (f->hub, G_GINT64_CONSTANT (1000000000000));
  node = geo_community_item_get_node (owner_join (&olena, f->hub));
  pid_of (node, &pid);
  rotate (&olena);
  wait_connected (node);
  known = fake_hub_get_participant (f->hub, &pid);
  g_assert_cmpuint (known->rotations->len, ==, 1);
  g_assert_cmpint (
      ((GeoKeyRotation *) g_ptr_array_index (known->rotations, 0))->at, <=,
      g_get_real_time () / 1000 + GEO_CLOCK_TOLERANCE_MS);
  owner_clear (&olena);
}

/* Once the new key has left a copy with the hub, none of a former key is one:
 * whoever has that key and the hub on their side puts nothing into a wallet. */
static void
test_forged_copy (Fixture *f, gconstpointer data) {
  g_autoptr (GeoStateMemory) memory = geo_state_memory_new ();
  g_autoptr (GeoStateCopy) forged = NULL;
  g_autoptr (GPtrArray) parts = NULL;
  g_autoptr (GeoSecret) old = NULL;
  GeoNode *ivans, *olenas;
  GeoPublicKey key;
  Owner ivan, olena;
  GeoPid pid, other;
  GeoHash hash;
  gint64 version;

  fake_hub_keep_states (f->hub);
  owner_init (&olena, f, "Olena");
  owner_init (&ivan, f, "Ivan");
  ivans = geo_community_item_get_node (owner_join (&ivan, f->hub));
  pid_of (ivans, &other);
  geo_node_stop (ivans);
  olenas = geo_community_item_get_node (owner_join (&olena, f->hub));
  pid_of (olenas, &pid);
  old = geo_words_to_secret (olena.words, NULL);
  rotate (&olena);
  key_of (olena.words, &key);
  wait_connected (olenas);
  wait_until (fake_hub_get_copy (f->hub) != NULL &&
              geo_state_copy_verify (fake_hub_get_copy (f->hub), &key, NULL));
  wait_until (!geo_node_has_unsaved_state (olenas));
  geo_node_stop (olenas);

  /* Ivan's key is not this one. */
  geo_state_memory_add_mark (memory, &other, &key);
  parts = geo_state_encode (memory, old, fake_hub_get_pid (f->hub), &pid);
  g_assert_cmpuint (parts->len, ==, 1);
  forged = geo_state_copy_copy (fake_hub_get_copy (f->hub));
  version = ++forged->version;
  forged->at = 1;
  g_array_set_size (forged->parts, 0);
  {
    gsize len;
    gconstpointer bytes = g_bytes_get_data (g_ptr_array_index (parts, 0), &len);

    geo_hash_of (bytes, len, &hash);
  }
  g_array_append_val (forged->parts, hash);
  geo_state_copy_sign (forged, old);
  fake_hub_set_copy (f->hub, forged, g_ptr_array_index (parts, 0));
  geo_node_start (olenas);
  wait_connected (olenas);
  /* It is made again from what is here. */
  wait_until (geo_state_copy_verify (fake_hub_get_copy (f->hub), &key, NULL));
  g_assert_cmpint (fake_hub_get_copy (f->hub)->version, >=, version);
  g_assert_false (geo_node_was_verified (olenas, &other));
  owner_clear (&ivan);
  owner_clear (&olena);
}

static void
add_order (GeoStateMemory *memory,
           const GeoPid *community,
           const GeoPid *self,
           const gchar *tx_id,
           GeoSecret *secret) {
  GeoRecordBody *body = geo_record_body_new ();
  GeoOrder *order = body->order = geo_order_new ();

  order->community = *community;
  order->tx_id = g_strdup (tx_id);
  order->from = *self;
  order->to = (GeoPid){ { 7 } };
  order->equivalent = g_strdup ("UAH");
  order->amount = geo_decimal (GEO_AMOUNT (100), 2);
  order->constraints = geo_constraints_new ();
  order->constraints->max_hops = 6;
  order->constraints->max_routes = 3;
  order->closer = *community;
  order->created_at = g_get_real_time () / 1000 - 60000;
  order->deadline = order->created_at + 30000;
  geo_order_sign (order, secret);
  geo_state_memory_add_record (memory, GEO_RECORD_KIND_ORDER,
                               order->created_at, body);
}

static gboolean
knows_payment (GeoNode *node, const gchar *tx_id) {
  g_autoptr (GAsyncResult) result = NULL;

  geo_node_find_payment_async (node, tx_id, NULL, keep_result_cb, &result);
  wait_until (result != NULL);
  return geo_node_find_payment_finish (node, result, NULL) != NULL;
}

/* What a copy brings is looked at as what comes from anywhere: an order that we
 * did not sign is none of ours. */
static void
test_forged_order (Fixture *f, gconstpointer data) {
  const guint8 seed[GEO_SEED_LEN] = { 78 };
  g_autoptr (GeoStateMemory) memory = geo_state_memory_new ();
  g_autoptr (GeoStateCopy) copy = geo_state_copy_new ();
  g_autoptr (GeoSecret) thiefs = geo_secret_new_from_seed (seed);
  g_autoptr (GeoSecret) secret = NULL;
  g_autoptr (GPtrArray) parts = NULL;
  const GeoPid *community = fake_hub_get_pid (f->hub);
  gconstpointer bytes;
  GeoNode *node;
  Owner olena;
  GeoHash hash;
  gsize len;

  fake_hub_keep_states (f->hub);
  owner_init (&olena, f, "Olena");
  node = geo_community_item_get_node (owner_join (&olena, f->hub));
  pid_of (node, &copy->participant);
  secret = geo_words_to_secret (olena.words, NULL);
  geo_node_stop (node);
  add_order (memory, community, &copy->participant, "first", secret);
  add_order (memory, community, &copy->participant, "last", secret);
  add_order (memory, community, &copy->participant, "forged", thiefs);
  parts = geo_state_encode (memory, secret, community, &copy->participant);
  g_assert_cmpuint (parts->len, ==, 1);
  bytes = g_bytes_get_data (g_ptr_array_index (parts, 0), &len);
  geo_hash_of (bytes, len, &hash);
  copy->community = *community;
  copy->version = 1000;
  copy->at = g_get_real_time () / 1000;
  g_array_append_val (copy->parts, hash);
  geo_state_copy_sign (copy, secret);
  fake_hub_set_copy (f->hub, copy, g_ptr_array_index (parts, 0));
  geo_node_start (node);
  wait_connected (node);
  wait_until (knows_payment (node, "last"));
  g_assert_true (knows_payment (node, "first"));
  g_assert_false (knows_payment (node, "forged"));
  verify (node);
  owner_clear (&olena);
}

/* K4: what the hub took last under the former key is not of after its end, also
 * where the hub says by another clock what time it is. */
static void
test_after_last_word (Fixture *f, gconstpointer data) {
  const GeoParticipant *known;
  GeoNode *ivans, *olenas;
  GeoTime before;
  Owner ivan, olena;
  GeoPid pid;

  fake_hub_set_ahead (f->hub, 20000 - GEO_CLOCK_TOLERANCE_MS);
  owner_init (&olena, f, "Olena");
  owner_init (&ivan, f, "Ivan");
  olenas = geo_community_item_get_node (owner_join (&olena, f->hub));
  ivans = geo_community_item_get_node (owner_join (&ivan, f->hub));
  pid_of (olenas, &pid);
  before = g_get_real_time () / 1000;
  find (olenas, ivans);
  trust (olenas, ivans, 10000);
  rotate (&olena);
  wait_connected (olenas);
  known = fake_hub_get_participant (f->hub, &pid);
  g_assert_cmpuint (known->rotations->len, ==, 1);
  g_assert_cmpint (
      ((GeoKeyRotation *) g_ptr_array_index (known->rotations, 0))->at, >=,
      before);
  owner_clear (&ivan);
  owner_clear (&olena);
}

/* --- Others --------------------------------------------------------------- */

static void
count_cb (GeoNode *node, gpointer what, gpointer user_data) {
  guint *n = user_data;

  (*n)++;
}

/* K5: the chain that was known first stays, with its person, and both are
 * evidence that anybody can check. */
static void
test_fork_is_shown (Fixture *f, gconstpointer data) {
  g_autoptr (GeoParticipant) former = NULL;
  g_autoptr (GeoParticipant) other = NULL;
  g_autoptr (GeoSecret) stolen = NULL;
  g_autoptr (GeoSecret) thiefs = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) evidence = NULL;
  g_autoptr (GError) error = NULL;
  const guint8 seed[GEO_SEED_LEN] = { 77 };
  guint notices = 0;
  guint changes = 0;
  GeoNode *ivans, *olenas;
  Owner ivan, olena;
  GeoPid pid;

  owner_init (&olena, f, "Olena");
  owner_init (&ivan, f, "Ivan");
  olenas = geo_community_item_get_node (owner_join (&olena, f->hub));
  ivans = geo_community_item_get_node (owner_join (&ivan, f->hub));
  pid_of (olenas, &pid);
  find (ivans, olenas);
  trust (ivans, olenas, 10000);
  former = geo_participant_copy (fake_hub_get_participant (f->hub, &pid));
  stolen = geo_words_to_secret (olena.words, NULL);
  g_signal_connect (ivans, "key-changed", G_CALLBACK (count_cb), &changes);
  g_signal_connect (ivans, "notice", G_CALLBACK (count_cb), &notices);
  rotate (&olena);
  wait_connected (olenas);
  wait_until (changes == 1);
  g_assert_true (geo_node_get_key_changed (ivans, &pid));
  geo_node_accept_key (ivans, &pid);
  g_assert_false (geo_node_get_key_changed (ivans, &pid));

  /* An older form, as a hub has it that was put back, changes nothing. */
  fake_hub_show (f->hub, former);
  thiefs = geo_secret_new_from_seed (seed);
  other = geo_participant_rotate (former, stolen, thiefs,
                                  g_get_real_time () / 1000, &error);
  g_assert_no_error (error);
  fake_hub_show (f->hub, other);
  wait_until (notices == 1);
  fake_hub_show (f->hub, other);
  g_assert_cmpint (geo_node_get_key_doubt (ivans, &pid), ==,
                   GEO_KEY_DOUBT_FORKED);
  g_assert_cmpint (geo_node_get_connection (ivans), ==, GEO_CONNECTION_HUB);

  geo_node_list_evidence_async (ivans, NULL, keep_result_cb, &result);
  wait_until (result != NULL);
  evidence = geo_node_list_evidence_finish (ivans, result, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (evidence->len, ==, 1);
  {
    const GeoEvidenceItem *item = g_ptr_array_index (evidence, 0);
    g_autofree gchar *sentence =
        geo_evidence_verify (item->file, strlen (item->file), &error);

    g_assert_no_error (error);
    g_assert_nonnull (strstr (sentence, geo_node_get_pid (olenas)));
  }
  verify (ivans);
  g_assert_cmpuint (notices, ==, 1);
  g_assert_cmpuint (changes, ==, 2);

  g_clear_object (&result);

  /* And they deal with each other as before. */
  trust (ivans, olenas, 20000);
  owner_clear (&ivan);
  owner_clear (&olena);
}

/* --- On its way ----------------------------------------------------------- */

/* An order that the hub never had ends, whoever signed it. */
static void
test_open_order (Fixture *f, gconstpointer data) {
  GeoPayment *payment;
  GeoNode *ivans, *olenas;
  Owner ivan, olena;

  owner_init (&olena, f, "Olena");
  owner_init (&ivan, f, "Ivan");
  olenas = geo_community_item_get_node (owner_join (&olena, f->hub));
  ivans = geo_community_item_get_node (owner_join (&ivan, f->hub));
  find (ivans, olenas);
  trust (ivans, olenas, 10000);
  wait_until (geo_total_get_can_pay (get_total (olenas, 0)).minor == 10000);
  fake_hub_ignore (f->hub, GEO_MESSAGE_PAYMENT_REQUEST);
  payment = pay (olenas, ivans, 100, "before");
  wait_until (fake_hub_count (f->hub, GEO_MESSAGE_PAYMENT_REQUEST) > 0);
  rotate (&olena);
  fake_hub_ignore (f->hub, 0);
  wait_connected (olenas);
  wait_until (is_over (payment));
  verify (olenas);
  owner_clear (&ivan);
  owner_clear (&olena);
}

/* The folder with identity.json as it is, and nobody who knows the key. */
static GeoProfile *
lose_key (GeoProfile *profile) {
  g_autofree gchar *folder = g_strdup (geo_profile_get_folder (profile));
  g_autofree gchar *path = g_build_filename (folder, "identity.key", NULL);

  geo_profile_wait_written (profile);
  g_object_unref (profile);
  g_assert_cmpint (g_unlink (path), ==, 0);
  return geo_profile_new (folder);
}

/* NULL where it works. */
static GError *
put_back (GeoProfile *profile, const gchar *words) {
  g_autoptr (GAsyncResult) result = NULL;
  GError *error = NULL;

  geo_profile_set_key_limits (profile, crypto_pwhash_OPSLIMIT_MIN,
                              crypto_pwhash_MEMLIMIT_MIN);
  geo_profile_put_key_back_async (profile, words, "passphrase", keep_result_cb,
                                  &result);
  wait_until (result != NULL);
  geo_profile_put_key_back_finish (profile, result, &error);
  return error;
}

static void
assert_refused (GeoProfile *profile, const gchar *words, const gchar *says) {
  g_autoptr (GError) error = put_back (profile, words);

  g_assert_error (error, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT);
  g_assert_nonnull (strstr (error->message, says));
  g_assert_false (geo_profile_is_unlocked (profile));
}

/* As it is on disk between the two writes of a change. */
static void
know_both_keys (GeoProfile *profile, const gchar *old, const gchar *next) {
  g_autofree gchar *path = g_build_filename (geo_profile_get_folder (profile),
                                             "identity.json", NULL);
  g_autoptr (GString) text = NULL;
  g_autoptr (GeoSecret) old_secret = geo_words_to_secret (old, NULL);
  g_autoptr (GeoSecret) next_secret = geo_words_to_secret (next, NULL);
  g_autofree gchar *first = NULL;
  g_autofree gchar *second = NULL;
  g_autofree gchar *both = NULL;
  gchar *content;
  GeoPid pid;

  geo_secret_get_pid (old_secret, &pid);
  first = geo_pid_to_string (&pid);
  geo_secret_get_pid (next_secret, &pid);
  second = geo_pid_to_string (&pid);
  both = g_strdup_printf ("%s\", \"%s", first, second);
  geo_profile_wait_written (profile);
  g_assert_true (g_file_get_contents (path, &content, NULL, NULL));
  text = g_string_new (content);
  g_free (content);
  g_assert_cmpuint (g_string_replace (text, second, both, 0), ==, 1);
  g_assert_true (g_file_set_contents (path, text->str, -1, NULL));
}

/* The change was cut short and the key is lost with it: no journal has been
 * told, so the new words are nothing. */
static void
test_lost_before_told (Fixture *f, gconstpointer data) {
  Owner owner = { 0 };
  gchar *next = geo_profile_make_words ();
  g_autoptr (GeoSecret) secret = geo_words_to_secret (next, NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GeoProfile) lost = NULL;
  g_autoptr (GError) error = NULL;

  owner_init (&owner, f, "Olena");
  owner_join (&owner, f->hub);
  geo_profile_announce_key_async (owner.profile, secret, keep_result_cb,
                                  &result);
  wait_until (result != NULL);
  geo_profile_announce_key_finish (owner.profile, result, &error);
  g_assert_no_error (error);
  g_clear_object (&result);
  lost = lose_key (g_object_ref (owner.profile));
  assert_refused (lost, next, "Use the words of before.");
  error = put_back (lost, owner.words);
  g_assert_no_error (error);
  g_assert_cmpint (geo_profile_get_key_change (lost), ==,
                   GEO_KEY_CHANGE_UNDONE);
  geo_words_free (next);
  owner_clear (&owner);
}

/* As the change would have told it, had it not been cut short there. */
static void
tell_journal (const gchar *path, const gchar *words, const gchar *next) {
  g_autoptr (GeoRecordBody) body = geo_record_body_new ();
  g_autoptr (GeoSecret) now_secret = geo_words_to_secret (words, NULL);
  g_autoptr (GeoSecret) next_secret = geo_words_to_secret (next, NULL);
  g_autoptr (GeoParticipant) self = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoJournal) journal = geo_journal_open (path, FALSE, &error);

  g_assert_no_error (error);
  geo_journal_get_joined (journal, NULL, &self, NULL, &error);
  g_assert_no_error (error);
  body->person = geo_participant_rotate (self, now_secret, next_secret,
                                         geo_node_now (), &error);
  g_assert_no_error (error);
  body->former = g_bytes_new_static ("none", 4);
  geo_journal_append (journal, now_secret, GEO_RECORD_KIND_ROTATION, body,
                      geo_node_now (), NULL, &error);
  g_assert_no_error (error);
}

/* All journals have been told: both can go on. */
static void
test_lost_after_told (Fixture *f, gconstpointer data) {
  Owner owner = { 0 };
  gchar *words;
  gchar *next = geo_profile_make_words ();
  g_autoptr (GeoSecret) secret = geo_words_to_secret (next, NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GeoProfile) lost = NULL;
  g_autofree gchar *path = NULL;

  owner_init (&owner, f, "Olena");
  owner_join (&owner, f->hub);
  words = g_strdup (owner.words);
  path = geo_profile_get_journal_path (owner.profile,
                                       fake_hub_get_pid (f->hub));
  geo_profile_announce_key_async (owner.profile, secret, keep_result_cb,
                                  &result);
  wait_until (result != NULL);
  g_assert_true (geo_profile_announce_key_finish (owner.profile, result, NULL));
  g_clear_object (&result);
  lost = g_object_ref (owner.profile);
  owner_clear (&owner);
  tell_journal (path, words, next);
  for (guint i = 0; i < 2; i++) {
    g_autoptr (GError) error = NULL;

    lost = lose_key (g_steal_pointer (&lost));
    error = put_back (lost, i == 0 ? words : next);
    g_assert_no_error (error);
    g_assert_cmpint (geo_profile_get_key_change (lost), ==,
                     i == 0 ? GEO_KEY_CHANGE_UNDONE : GEO_KEY_CHANGE_DONE);
  }
  geo_words_free (words);
  geo_words_free (next);
}

/* The new key is in use in a journal: the old one is over. */
static void
test_lost_after_used (Fixture *f, gconstpointer data) {
  Owner owner = { 0 };
  GeoCommunityItem *item;
  gchar *next = geo_profile_make_words ();
  g_autoptr (GeoProfile) lost = NULL;
  g_autoptr (GError) error = NULL;

  owner_init (&owner, f, "Olena");
  item = owner_join (&owner, f->hub);
  error = try_rotate (&owner, next, "passphrase");
  g_assert_no_error (error);
  wait_connected (geo_community_item_get_node (item));
  know_both_keys (owner.profile, owner.words, next);
  lost = lose_key (g_object_ref (owner.profile));
  assert_refused (lost, owner.words, "Use the new ones.");
  error = put_back (lost, next);
  g_assert_no_error (error);
  g_assert_cmpint (geo_profile_get_key_change (lost), ==, GEO_KEY_CHANGE_DONE);
  geo_words_free (next);
  owner_clear (&owner);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) \
  g_test_add ("/node/rotation/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("profile", test_profile);
  ADD ("two-communities", test_two_communities);
  ADD ("left", test_left);
  ADD ("left-damaged", test_left_damaged);
  ADD ("stale", test_stale);
  ADD ("stale-for-ever", test_stale_for_ever);
  ADD ("clock", test_clock);
  ADD ("forged-copy", test_forged_copy);
  ADD ("forged-order", test_forged_order);
  ADD ("after-last-word", test_after_last_word);
  ADD ("fork-is-shown", test_fork_is_shown);
  ADD ("open-order", test_open_order);
  ADD ("lost-before-told", test_lost_before_told);
  ADD ("lost-after-told", test_lost_after_told);
  ADD ("lost-after-used", test_lost_after_used);
  return g_test_run ();
}
