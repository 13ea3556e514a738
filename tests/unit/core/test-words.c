/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Recovery words: the vectors of BIP-39 and SLIP-0010, and what is forgiven
 * when words are typed.
 */
#include "core/geo-words.h"

#include "test-util.h"

#define ABOUT                                                                \
  "abandon abandon abandon abandon abandon abandon abandon abandon abandon " \
  "abandon abandon about"

static void
test_bip39 (void) {
  static const struct {
    const gchar *entropy;
    const gchar *words;
    const gchar *seed;
  } cases[] = {
    { "00000000000000000000000000000000", ABOUT,
      "c55257c360c07c72029aebc1b53c05ed0362ada38ead3e3e9efa3708e5349553"
      "1f09a6987599d18264c1e1c92f2cf141630c7a3c4ab7c81b2f001698e7463b04" },
    { "7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f",
      "legal winner thank year wave sausage worth useful legal winner thank "
      "yellow",
      "2e8905819b8723fe2c1d161860e5ee1830318dbf49a83bd451cfb8440c28bd6f"
      "a457fe1296106559a3c80937a1c1069be3a3a5bd381ee6260e8d9739fce1f607" },
    { "80808080808080808080808080808080",
      "letter advice cage absurd amount doctor acoustic avoid letter advice "
      "cage above",
      "d71de856f81a8acc65e6fc851a38d4d7ec216fd0796d0a6827a3ad6ed5511a30"
      "fa280f12eb2e47ed2ac03b5c462a0358d18d69fe4f985ec81778c1b370b652a8" },
    { "ffffffffffffffffffffffffffffffff",
      "zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo wrong",
      "ac27495480225222079d7be181583751e86f571027b0497b5b5d11218e0a8a13"
      "332572917f0f8e5a589620c6f15b11c61dee327651a14c34e18231052e48c069" },
    { "9e885d952ad362caeb4efe34a8e91bd2",
      "ozone drill grab fiber curtain grace pudding thank cruise elder eight "
      "picnic",
      "274ddc525802f7c828d8ef7ddbcdc5304e87ac3535913611fbbfa986d0c9e547"
      "6c91689f9c8a54fd55bd38606aa6a8595ad213d4c9c9f9aca3fb217069a41028" },
    { "c0ba5a8e914111210f2bd131f3d5e08d",
      "scheme spot photo card baby mountain device kick cradle pact join "
      "borrow",
      "ea725895aaae8d4c1cf682c1bfd2d358d52ed9f0f0591131b559e2724bb234fc"
      "a05aa9c02c57407e04ee9dc3b454aa63fbff483a8b11de949624b9f1831a9612" },
    { "23db8160a31d3e0dca3688ed941adbf3",
      "cat swing flag economy stadium alone churn speed unique patch report "
      "train",
      "deb5f45449e615feff5640f2e49f933ff51895de3b4381832b3139941c57b592"
      "05a42480c52175b6efcffaa58a2503887c1e8b363a707256bdd2b587b46541f5" },
    { "f30f8c1da665478f49b001d94c5fc452",
      "vessel ladder alter error federal sibling chat ability sun glass valve "
      "picture",
      "2aaa9242daafcee6aa9d7269f17d4efe271e1b9a529178d7dc139cd18747090b"
      "f9d60295d0ce74309a78852a9caadf0af48aae1c6253839624076224374bc63f" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    guint8 entropy[GEO_WORDS_ENTROPY_LEN], back[GEO_WORDS_ENTROPY_LEN];
    guint8 seed[64];
    gchar *words;

    from_hex (cases[i].entropy, entropy, sizeof entropy);
    words = geo_words_from_entropy (entropy);
    g_assert_cmpstr (words, ==, cases[i].words);
    g_assert_true (geo_words_to_entropy (words, back, NULL));
    g_assert_cmpmem (entropy, sizeof entropy, back, sizeof back);
    geo_bip39_seed (words, "TREZOR", seed);
    assert_hex (seed, sizeof seed, cases[i].seed);
    geo_words_free (words);
  }
}

static void
test_slip10 (void) {
  static const struct {
    const gchar *seed;
    struct {
      guint32 index; /* Of the child that was gone to; not of the first. */
      const gchar *chain;
      const gchar *key;
    } steps[6];
  } cases[] = {
    { "000102030405060708090a0b0c0d0e0f",
      {
          { 0,
            "90046a93de5380a72b5e45010748567d5ea02bbf6522f979e05c0d8d8ca9fffb",
            "2b4be7f19ee27bbf30c667b642d5f4aa69fd169872f8fc3059c08ebae2eb19e"
            "7" },
          { 0,
            "8b59aa11380b624e81507a27fedda59fea6d0b779a778918a2fd3590e16e9c69",
            "68e0fe46dfb67e368c75379acec591dad19df3cde26e63b93a8e704f1dade7a"
            "3" },
          { 1,
            "a320425f77d1b5c2505a6b1b27382b37368ee640e3557c315416801243552f14",
            "b1d0bad404bf35da785a64ca1ac54b2617211d2777696fbffaf208f746ae84f"
            "2" },
          { 2,
            "2e69929e00b5ab250f49c3fb1c12f252de4fed2c1db88387094a0f8c4c9ccd6c",
            "92a5b23c0b8a99e37d07df3fb9966917f5d06e02ddbd909c7e184371463e9fc"
            "9" },
          { 2,
            "8f6d87f93d750e0efccda017d662a1b31a266e4a6f5993b15f5c1f07f74dd5cc",
            "30d1dc7e5fc04c31219ab25a27ae00b50f6fd66622f6e9c913253d6511d1e66"
            "2" },
          { 1000000000,
            "68789923a0cac2cd5a29172a475fe9e0fb14cd6adb5ad98a3fa70333e7afa230",
            "8f94d394a8e8fd6b1bc2f3f49f5c47e385281d5c17e65324b0f62483e37e879"
            "3" },
      } },
    { "fffcf9f6f3f0edeae7e4e1dedbd8d5d2cfccc9c6c3c0bdbab7b4b1aeaba8a5a2"
      "9f9c999693908d8a8784817e7b7875726f6c696663605d5a5754514e4b484542",
      {
          { 0,
            "ef70a74db9c3a5af931b5fe73ed8e1a53464133654fd55e7a66f8570b8e33c3b",
            "171cb88b1b3c1db25add599712e36245d75bc65a1a5c9e18d76f9f2b1eab401"
            "2" },
          { 0,
            "0b78a3226f915c082bf118f83618a618ab6dec793752624cbeb622acb562862d",
            "1559eb2bbec5790b0c65d8693e4d0875b1747f4970ae8b650486ed747084563"
            "5" },
          { 2147483647,
            "138f0b2551bcafeca6ff2aa88ba8ed0ed8de070841f0c4ef0165df8181eaad7f",
            "ea4f5bfe8694d8bb74b7b59404632fd5968b774ed545e810de9c32a4fb4192f"
            "4" },
          { 1,
            "73bd9fff1cfbde33a1b846c27085f711c0fe2d66fd32e139d3ebc28e5a4a6b90",
            "3757c7577170179c7868353ada796c839135b3d30554bbb74a4b1e4a5a58505"
            "c" },
          { 2147483646,
            "0902fe8a29f9140480a00ef244bd183e8a13288e4412d8389d140aac1794825a",
            "5837736c89570de861ebc173b1086da4f505d4adb387c6a1b1342d5e4ac9ec7"
            "2" },
          { 2,
            "5d70af781f3a37b829f0d060924d5e960bdc02e85423494afc0b1a41bbe196d4",
            "551d333177df541ad876a60ea71f00447931c0a9da16f227c11ea080d7391b8"
            "d" },
      } },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    guint8 seed[64], key[32], chain[32];
    gsize len = from_hex (cases[i].seed, seed, sizeof seed);

    geo_slip10_master (seed, len, key, chain);
    for (gsize step = 0; step < 6; step++) {
      if (step > 0)
        geo_slip10_child (key, chain, cases[i].steps[step].index);
      assert_hex (chain, sizeof chain, cases[i].steps[step].chain);
      assert_hex (key, sizeof key, cases[i].steps[step].key);
    }
  }
}

/* Computed with another implementation of both standards. */
static void
test_to_secret (void) {
  static const struct {
    const gchar *words;
    const gchar *key;
  } cases[] = {
    { ABOUT,
      "2c6ac073830d9e399e3ba5d13f7925b1874c717e1ab4cd7efa0e7c286755f567" },
    { "ozone drill grab fiber curtain grace pudding thank cruise elder eight "
      "picnic",
      "192cc7bacd51652d6fbd203d72082ba4b2d57cbf77a8e3d868554d3492b02407" },
    { "\n Ozone  drill GRAB fiber curtain grace pudding thank\tcruise elder "
      "eight picnic ",
      "192cc7bacd51652d6fbd203d72082ba4b2d57cbf77a8e3d868554d3492b02407" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GeoSecret) secret = geo_words_to_secret (cases[i].words, &error);
    GeoPublicKey key;

    g_assert_no_error (error);
    geo_secret_get_public (secret, &key);
    assert_hex (key.bytes, sizeof key.bytes, cases[i].key);
  }
}

static void
test_refused (void) {
  g_autofree gchar *endless = g_strnfill (100000, 'a');
  const gchar *cases[] = {
    "",
    "abandon",
    "abandon abandon abandon abandon abandon abandon abandon abandon abandon "
    "abandon abandon",
    ABOUT " about",
    ABOUT " unknown",
    /* Checksum. */
    "abandon abandon abandon abandon abandon abandon abandon abandon abandon "
    "abandon abandon abandon",
    /* The last word. */
    "abandon abandon abandon abandon abandon abandon abandon abandon abandon "
    "abandon abandon aboutt",
    "abandon abandon abandon abandon abandon abandon abandon abandon abandon "
    "abandon abandon ab",
    endless,
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    guint8 entropy[GEO_WORDS_ENTROPY_LEN];

    g_assert_false (geo_words_to_entropy (cases[i], entropy, &error));
    assert_core_error (error, GEO_CORE_ERROR_WORDS);
    g_assert_null (geo_words_to_secret (cases[i], &error));
    assert_core_error (error, GEO_CORE_ERROR_WORDS);
  }
  g_assert_cmpuint (geo_words_find_unknown (ABOUT), ==, 0);
  g_assert_cmpuint (geo_words_find_unknown (ABOUT " zooo"), ==, 13);
  g_assert_cmpuint (geo_words_find_unknown ("  About abot zoo"), ==, 2);
  g_assert_cmpuint (geo_words_find_unknown (""), ==, 0);
  geo_words_free (NULL);
}

static void
test_complete (void) {
  g_autoptr (GPtrArray) one = geo_words_complete ("zoo");
  g_autoptr (GPtrArray) some = geo_words_complete ("ZO");
  g_autoptr (GPtrArray) many = geo_words_complete ("");
  g_autoptr (GPtrArray) none = geo_words_complete ("geo ");

  g_assert_cmpuint (one->len, ==, 1);
  g_assert_cmpstr (one->pdata[0], ==, "zoo");
  g_assert_cmpuint (some->len, ==, 2);
  g_assert_cmpstr (some->pdata[0], ==, "zone");
  g_assert_cmpuint (many->len, ==, 8);
  g_assert_cmpstr (many->pdata[0], ==, "abandon");
  g_assert_cmpuint (none->len, ==, 0);
}

int
main (int argc, char *argv[]) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/words/bip39", test_bip39);
  g_test_add_func ("/words/slip10", test_slip10);
  g_test_add_func ("/words/to-secret", test_to_secret);
  g_test_add_func ("/words/refused", test_refused);
  g_test_add_func ("/words/complete", test_complete);
  return g_test_run ();
}
