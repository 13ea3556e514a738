/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Keys: the vectors of RFC 8032, sealed texts and challenges.
 */
#include "core/geo-key.h"

#include "test-util.h"

static void
test_rfc8032 (void) {
  static const struct {
    const gchar *seed;
    const gchar *key;
    const gchar *message;
    const gchar *signature;
  } cases[] = {
    { "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
      "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
      "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b" },
    { "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
      "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
      "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00" },
    { "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
      "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
      "af82",
      "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
      "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a" },
    { "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
      "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
      "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
      "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
      "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589"
      "09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    guint8 seed[GEO_SEED_LEN], copy[GEO_SEED_LEN], message[64];
    gsize len = from_hex (cases[i].message, message, sizeof message);
    GeoPublicKey key;
    GeoSignature signature;

    from_hex (cases[i].seed, seed, sizeof seed);

    g_autoptr (GeoSecret) secret = geo_secret_new_from_seed (seed);

    geo_secret_get_public (secret, &key);
    assert_hex (key.bytes, sizeof key.bytes, cases[i].key);
    geo_secret_sign (secret, message, len, &signature);
    assert_hex (signature.bytes, sizeof signature.bytes, cases[i].signature);
    g_assert_true (geo_public_key_verify (&key, message, len, &signature));
    geo_secret_get_seed (secret, copy);
    g_assert_cmpmem (seed, sizeof seed, copy, sizeof copy);

    for (gsize bit = 0; bit < 8 * sizeof signature.bytes; bit++) {
      GeoSignature other = signature;

      other.bytes[bit / 8] ^= (guint8) (1 << bit % 8);
      g_assert_false (geo_public_key_verify (&key, message, len, &other));
    }
  }
}

static void
test_text_forms (void) {
  g_autoptr (GeoSecret) secret = make_secret (1);
  g_autoptr (GeoSecret) again = geo_secret_ref (secret);
  g_autoptr (GError) error = NULL;
  g_autofree gchar *key_text = NULL;
  g_autofree gchar *signature_text = NULL;
  GeoPublicKey key, key_back;
  GeoSignature signature, signature_back;
  GeoPid pid, of_key;

  geo_secret_get_public (again, &key);
  key_text = geo_public_key_to_string (&key);
  g_assert_true (geo_public_key_parse (key_text, &key_back, &error));
  g_assert_true (geo_public_key_equal (&key, &key_back));
  geo_secret_sign (secret, "x", 1, &signature);
  signature_text = geo_signature_to_string (&signature);
  g_assert_true (geo_signature_parse (signature_text, &signature_back, &error));
  g_assert_cmpmem (signature.bytes, sizeof signature.bytes,
                   signature_back.bytes, sizeof signature_back.bytes);
  g_assert_false (geo_public_key_parse (signature_text, &key_back, &error));
  assert_core_error (error, GEO_CORE_ERROR_SIZE);
  g_assert_false (geo_signature_parse (key_text, &signature_back, &error));
  assert_core_error (error, GEO_CORE_ERROR_SIZE);
  g_assert_false (geo_signature_parse ("AAA", &signature_back, &error));
  assert_core_error (error, GEO_CORE_ERROR_SYNTAX);
  geo_secret_get_pid (secret, &pid);
  geo_pid_from_key (&key, &of_key);
  g_assert_true (geo_pid_equal (&pid, &of_key));
}

/* A key of small order would verify a signature over anything. */
static void
test_weak_keys (void) {
  GeoPublicKey key = { { 0 } };
  GeoSignature signature = { { 0 } };

  g_assert_false (geo_public_key_verify (&key, "x", 1, &signature));
  key.bytes[0] = 1;
  signature.bytes[0] = 1;
  g_assert_false (geo_public_key_verify (&key, "x", 1, &signature));
}

/* S3 */
static void
test_challenge (void) {
  g_assert_true (
      geo_challenge_is_valid ("DcOcJSlF4oOlSh5XocSx9AlYbdXvPOp66U3Vt7JCW20"));
  g_assert_true (
      geo_challenge_is_valid ("-_OcJSlF4oOlSh5XocSx9AlYbdXvPOp66U3Vt7JCW20"));
  g_assert_false (geo_challenge_is_valid (""));
  g_assert_false (geo_challenge_is_valid ("bogus"));
  g_assert_false (
      geo_challenge_is_valid ("DcOcJSlF4oOlSh5XocSx9AlYbdXvPOp66U3Vt7JCW2"));
  g_assert_false (
      geo_challenge_is_valid ("DcOcJSlF4oOlSh5XocSx9AlYbdXvPOp66U3Vt7JCW200"));
  g_assert_false (
      geo_challenge_is_valid ("DcOcJSlF4oOlSh5XocSx9AlYbdXvPOp66U3Vt7JCW2="));
  g_assert_false (geo_challenge_is_valid (
      "{\"a\":1,\"b\":2,\"c\":3,\"d\":4,\"e\":5,\"f\":6}"));
  g_assert_false (
      geo_challenge_is_valid ("+/OcJSlF4oOlSh5XocSx9AlYbdXvPOp66U3Vt7JCW20"));
}

static void
test_seal (void) {
  g_autoptr (GeoSecret) reader = make_secret (1);
  g_autoptr (GeoSecret) other = make_secret (2);
  g_autoptr (GError) error = NULL;
  g_autofree gchar *longest = g_strnfill (1024, 'a');
  g_autofree gchar *longer = g_strnfill (1025, 'a');
  const gchar *texts[] = { "", "хліб", longest };
  GeoPublicKey key;
  GeoPublicKey no_key = { { 0 } };

  geo_secret_get_public (reader, &key);
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (GBytes) sealed = geo_seal (&key, texts[i], &error);
    g_autoptr (GBytes) again = geo_seal (&key, texts[i], &error);
    g_autofree gchar *text = geo_unseal (reader, sealed, &error);

    g_assert_no_error (error);
    g_assert_cmpstr (text, ==, texts[i]);
    /* Nobody can tell two texts from one text twice. */
    g_assert_false (g_bytes_equal (sealed, again));
    g_assert_null (geo_unseal (other, sealed, &error));
    assert_core_error (error, GEO_CORE_ERROR_SIGNATURE);

    gsize size;
    g_autofree guint8 *bytes = g_memdup2 (g_bytes_get_data (sealed, &size),
                                          g_bytes_get_size (sealed));

    bytes[size - 1] ^= 1;

    g_autoptr (GBytes) changed = g_bytes_new (bytes, size);
    g_autoptr (GBytes) cut = g_bytes_new (bytes, 47);

    g_assert_null (geo_unseal (reader, changed, &error));
    assert_core_error (error, GEO_CORE_ERROR_SIGNATURE);
    g_assert_null (geo_unseal (reader, cut, &error));
    assert_core_error (error, GEO_CORE_ERROR_SIZE);
  }
  g_assert_null (geo_seal (&key, longer, &error));
  assert_core_error (error, GEO_CORE_ERROR_SIZE);
  g_assert_null (geo_seal (&key, "\xff", &error));
  assert_core_error (error, GEO_CORE_ERROR_SYNTAX);
  g_assert_null (geo_seal (&key, "a\tb", &error));
  assert_core_error (error, GEO_CORE_ERROR_SYNTAX);
  g_assert_null (geo_seal (&no_key, "x", &error));
  assert_core_error (error, GEO_CORE_ERROR_SYNTAX);
}

int
main (int argc, char *argv[]) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/key/rfc8032", test_rfc8032);
  g_test_add_func ("/key/text-forms", test_text_forms);
  g_test_add_func ("/key/weak-keys", test_weak_keys);
  g_test_add_func ("/key/challenge", test_challenge);
  g_test_add_func ("/key/seal", test_seal);
  return g_test_run ();
}
