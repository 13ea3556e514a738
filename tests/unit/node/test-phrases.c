/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tests of what is said to people: numbers, sentences, and that no word of a
 * refusal is without one.
 */
#include "node-test.h"

#include <locale.h>
#include <string.h>

#include "core/geo-error.h"
#include "node/geo-items-private.h"
#include "node/geo-phrases-private.h"
#include "node/geo-statement.h"
#include "protocol/geo-reasons.h"

static void
test_number (void) {
  static const struct {
    gint64 minor;
    guint precision;
    const gchar *point;
    const gchar *thousands;
    const gchar *grouping;
    const gchar *expected;
  } numbers[] = {
    { 0, 0, ".", ",", "\3", "0" },
    { 0, 2, ".", ",", "\3", "0.00" },
    { 5, 2, ".", ",", "\3", "0.05" },
    { 5, 8, ".", ",", "\3", "0.00000005" },
    { 123, 2, ".", ",", "\3", "1.23" },
    { 99999, 2, ".", ",", "\3", "999.99" },
    { 100000, 2, ".", ",", "\3", "1,000.00" },
    { 100000, 2, ".", ",", "", "1000.00" },
    { 100000, 2, ".", "", "\3", "1000.00" },
    { 124000000, 2, ",", "\u202f", "\3\3", "1\u202f240\u202f000,00" },
    { 1234567890, 0, ".", ",", "\3\2", "1,23,45,67,890" },
    { 1234567890, 0, ".", ",", "\3\177", "1234567,890" },
    { GEO_AMOUNT_MAX, 0, ".", ",", "\3", "1,000,000,000,000,000" },
    { GEO_AMOUNT_MAX, 8, ".", ",", "\3", "10,000,000.00000000" },
    /* Which way it goes, the sentence says. */
    { -24000, 2, ".", ",", "\3", "240.00" },
    { G_MININT64, 0, ".", ",", "\1", "9,2,2,3,3,7,2,0,3,6,8,5,4,7,7,5,8,0,8" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++) {
    g_autofree gchar *text = geo_phrase_number (
        GEO_AMOUNT (numbers[i].minor), numbers[i].precision, numbers[i].point,
        numbers[i].thousands, numbers[i].grouping);

    g_assert_cmpstr (text, ==, numbers[i].expected);
  }
}

static void
check (gchar *text, const gchar *expected) {
  g_assert_cmpstr (text, ==, expected);
  g_free (text);
}

static void
test_people (void) {
  check (geo_phrase_amount (GEO_AMOUNT (24000), 2, "UAH"), "240.00 UAH");
  check (geo_phrase_amount (GEO_AMOUNT (24000), 2, NULL), "240.00");
  check (geo_phrase_balance ("Olena", GEO_AMOUNT (6000), 2, "UAH"),
         "Olena owes you 60.00 UAH");
  check (geo_phrase_balance ("Olena", GEO_AMOUNT (-24000), 2, "UAH"),
         "You owe Olena 240.00 UAH");
  check (geo_phrase_balance ("Olena", GEO_AMOUNT_ZERO, 2, "UAH"),
         "You and Olena are even");
  check (geo_phrase_my_line ("Olena", GEO_AMOUNT (300), 0, "HOUR"),
         "You trust Olena up to 300 HOUR");
  check (geo_phrase_their_line ("Olena", GEO_AMOUNT (50000), 2, "UAH"),
         "Olena trusts you up to 500.00 UAH");
  check (geo_phrase_total (GEO_AMOUNT (-1), 2, "UAH"), "You owe 0.01 UAH");
  check (geo_phrase_total (GEO_AMOUNT (1), 2, "UAH"), "You are owed 0.01 UAH");
  check (geo_phrase_total (GEO_AMOUNT_ZERO, 2, "UAH"),
         "You are even: 0.00 UAH");
  check (geo_phrase_wrong_words ("zoo abot"),
         "Word 2 is no recovery word. Look how it is spelt on your paper.");
  check (geo_phrase_wrong_words ("zoo zoo"),
         "These are not twelve words that belong together. Look whether all "
         "are there, in the order of your paper.");
}

static void
test_links (void) {
  static const struct {
    gint code;
    const gchar *sentence;
  } cases[] = {
    { GEO_CORE_ERROR_SIGNATURE,
      "*changed after it was signed. Do not use it*" },
    { GEO_CORE_ERROR_VERSION, "*Update first." },
    { GEO_CORE_ERROR_SYNTAX, "*cut short or damaged.*" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) why = g_error_new_literal (GEO_CORE_ERROR, cases[i].code,
                                                  "why");

    g_assert_true (g_pattern_match_simple (cases[i].sentence,
                                           geo_phrase_wrong_link (why)));
  }
  g_assert_nonnull (geo_phrase_wrong_link (NULL));
}

static void
test_locales (void) {
  static const gchar *const names[] = {
    "en_US.UTF-8", "uk_UA.UTF-8", "pl_PL.UTF-8", "ru_RU.UTF-8", "de_DE.UTF-8",
  };
  guint found = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree gchar *text = NULL;
    g_autofree gchar *when = NULL;

    if (setlocale (LC_ALL, names[i]) == NULL)
      continue;
    found++;
    text = geo_phrase_amount (GEO_AMOUNT (-123456789), 2, "UAH");
    when = geo_phrase_date_time (G_GINT64_CONSTANT (1795000000000));
    g_test_message ("%s: %s, %s", names[i], text, when);
    g_assert_true (g_utf8_validate (text, -1, NULL));
    g_assert_true (g_utf8_validate (when, -1, NULL));
    g_assert_null (strchr (text, '-'));
    g_assert_true (g_str_has_suffix (text, " UAH"));
  }
  setlocale (LC_ALL, "C");
  if (found == 0)
    g_test_skip ("none of the locales of this test is installed");
}

static const gchar *const all_reasons[] = {
  GEO_REASON_NO_ROUTE,
  GEO_REASON_UNKNOWN_PARTICIPANT,
  GEO_REASON_NOT_ENOUGH_CAPACITY,
  GEO_REASON_LIMIT_EXCEEDED,
  GEO_REASON_LINE_NOT_ACTIVE,
  GEO_REASON_BAD_SIGNATURE,
  GEO_REASON_NOT_ALLOWED,
  GEO_REASON_FROZEN,
  GEO_REASON_EQUIVALENT_FROZEN,
  GEO_REASON_ABORTED,
  GEO_REASON_GAP,
  GEO_REASON_FORGOTTEN,
  GEO_REASON_LOG,
  GEO_REASON_NOT_LOGGED,
  GEO_REASON_KEY_CHANGED,
  GEO_REASON_TWO_KEYS,
  GEO_REASON_KEY_TAKEN,
  GEO_REASON_KEY_CLOCK,
  GEO_REASON_KEY_USED,
  GEO_REASON_DEADLINE_PASSED,
  GEO_REASON_NO_VOTE,
  GEO_REASON_TX_ID_TAKEN,
  GEO_REASON_WRONG_SEQ,
  GEO_REASON_ALREADY_VOTED,
  GEO_REASON_UNKNOWN_ORDER,
  GEO_REASON_REFUSED_BY_PARTICIPANT,
  GEO_REASON_INVALID,
  GEO_REASON_FOREIGN_COMMUNITY,
  GEO_REASON_UNKNOWN_EQUIVALENT,
  GEO_REASON_PRECISION,
  GEO_REASON_AMOUNT,
  GEO_REASON_SELF,
  GEO_REASON_CLOCK,
  GEO_REASON_NOT_NEUTRAL,
  GEO_REASON_BAD_PROOF,
  GEO_REASON_TOO_OFTEN,
  GEO_REASON_INTERNAL,
  GEO_REASON_CHAIN,
  GEO_REASON_TWO_OUTCOMES,
  GEO_REASON_INVOICE_CLOSED,
  GEO_REASON_INVOICE_EXPIRED,
  GEO_REASON_INVOICE_MISMATCH,
  GEO_REASON_INVOICE_BUSY,
  GEO_REASON_PAYEE_AWAY,
  GEO_REASON_LINE_FROZEN,
  GEO_REASON_DAILY_LIMIT,
};

/* There is an answer in every state, and only one of them is yes. */
static void
test_pay_again (void) {
  for (gint state = GEO_STATE_DRAFT; state <= GEO_STATE_NOT_PAID + 1; state++) {
    g_autofree gchar *advice = geo_phrase_pay_again ((GeoState) state);

    g_assert_cmpint (strlen (advice), >, 20);
    g_assert_true ((strstr (advice, "you can pay again") != NULL) ==
                   (state == GEO_STATE_NOT_PAID));
    g_assert_true ((strstr (advice, "Do not pay again") != NULL) ==
                   (state == GEO_STATE_SENDING || state == GEO_STATE_IN_DOUBT ||
                    state > GEO_STATE_NOT_PAID));
  }
}

/* Every word with which P8 refuses says something of its own. */
static void
test_refused_votes (void) {
  static const gchar *const words[] = {
    GEO_REASON_LIMIT_EXCEEDED,  GEO_REASON_LINE_NOT_ACTIVE,
    GEO_REASON_NOT_NEUTRAL,     GEO_REASON_BAD_PROOF,
    GEO_REASON_BAD_SIGNATURE,   GEO_REASON_UNKNOWN_ORDER,
    GEO_REASON_NOT_ALLOWED,     GEO_REASON_REFUSED_BY_PARTICIPANT,
    GEO_REASON_DEADLINE_PASSED, GEO_REASON_INVOICE_CLOSED,
    GEO_REASON_INVOICE_BUSY,    GEO_REASON_INVOICE_EXPIRED,
    GEO_REASON_INVOICE_MISMATCH, GEO_REASON_LINE_FROZEN,
  };
  g_autofree gchar *other = geo_phrase_refused_vote ("something-new");
  g_autofree gchar *none = geo_phrase_refused_vote (NULL);

  g_assert_cmpstr (other, ==, none);
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++) {
    g_autofree gchar *sentence = geo_phrase_refused_vote (words[i]);

    g_assert_cmpstr (sentence, !=, other);
    g_assert_true (g_str_has_suffix (sentence, "."));
  }
}

static void
test_refusals (void) {
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal,
                                                       g_free, NULL);
  g_autofree gchar *unknown = geo_phrase_refusal (NULL, NULL, NULL);
  g_autofree gchar *limited = NULL;

  g_hash_table_add (seen, g_strdup (unknown));
  for (gsize i = 0; i < G_N_ELEMENTS (all_reasons); i++) {
    gchar *text = geo_phrase_refusal ("E010", all_reasons[i], NULL);

    g_test_message ("%s: %s", all_reasons[i], text);
    g_assert_true (g_str_has_suffix (text, "."));
    /* No two words mean the same. */
    g_assert_true (g_hash_table_add (seen, text));
  }
  for (guint code = GEO_CODE_NO_ROUTE; code <= GEO_CODE_INTERNAL; code++) {
    gchar *text = geo_phrase_refusal (geo_code_to_string (code), "a_newer_word",
                                      NULL);

    g_assert_true (g_str_has_suffix (text, "."));
    g_assert_true (g_hash_table_add (seen, text));
  }
  limited = geo_phrase_refusal ("E002", GEO_REASON_NOT_ENOUGH_CAPACITY,
                                "12.00 UAH");
  g_assert_nonnull (strstr (limited, "up to 12.00 UAH"));
}

/* The header says every word; this test must know each of them. */
static void
test_reasons_are_all_here (void) {
  const gchar *root = g_getenv ("GEO_SOURCE_ROOT");
  g_autofree gchar *path = NULL;
  g_autofree gchar *text = NULL;
  guint n = 0;

  if (root == NULL) {
    g_test_skip ("GEO_SOURCE_ROOT is not set");
    return;
  }
  path = g_build_filename (root, "src", "protocol", "geo-reasons.h", NULL);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  for (const gchar *p = text; (p = strstr (p, "#define GEO_REASON_")) != NULL;
       p++)
    n++;
  g_assert_cmpuint (n, ==, G_N_ELEMENTS (all_reasons));
}

static GeoActivityItem *
make_item (GeoItemKind kind, GeoState state, gint64 amount) {
  GeoActivityItem *item = geo_activity_item_new ();
  GeoActivityRow row = {
    .id = 1,
    .kind = kind,
    .state = state,
    .has_peer = kind != GEO_ITEM_JOINED,
    .peer_name = "Olena",
    .equivalent = "UAH",
    .precision = 2,
    .amount = GEO_AMOUNT (amount),
  };

  geo_activity_item_fill (item, &row);
  return item;
}

static void
test_activity (void) {
  static const struct {
    GeoItemKind kind;
    GeoState state;
    gint64 amount;
    const gchar *expected;
  } rows[] = {
    { GEO_ITEM_PAID, GEO_STATE_DRAFT, 1, "To pay to Olena" },
    { GEO_ITEM_PAID, GEO_STATE_SENDING, 1, "Paying to Olena…" },
    { GEO_ITEM_PAID, GEO_STATE_IN_DOUBT, 1, "In doubt: to Olena" },
    { GEO_ITEM_PAID, GEO_STATE_PAID, 1, "Paid to Olena" },
    { GEO_ITEM_PAID, GEO_STATE_NOT_PAID, 1, "Not paid to Olena" },
    { GEO_ITEM_RECEIVED, GEO_STATE_PAID, 1, "Received from Olena" },
    { GEO_ITEM_PASSED, GEO_STATE_PAID, 1,
      "Passed through you: your balance is the same" },
    { GEO_ITEM_TRUST_GIVEN, GEO_STATE_PAID, 30000,
      "You trust Olena up to 300.00 UAH" },
    { GEO_ITEM_TRUST_GIVEN, GEO_STATE_PAID, 0,
      "You no longer trust Olena in UAH" },
    { GEO_ITEM_TRUST_GOT, GEO_STATE_PAID, 30000,
      "Olena trusts you up to 300.00 UAH" },
    { GEO_ITEM_TRUST_GOT, GEO_STATE_PAID, 0,
      "Olena no longer trusts you in UAH" },
    { GEO_ITEM_CLEARED, GEO_STATE_PAID, 1,
      "Cleared: your balance is the same" },
    { GEO_ITEM_JOINED, GEO_STATE_PAID, 0, "You joined" },
    { GEO_ITEM_REFUSED, GEO_STATE_NOT_PAID, 1,
      "You refused a payment from Olena" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GeoActivityItem) item = make_item (rows[i].kind, rows[i].state,
                                                  rows[i].amount);

    check (geo_phrase_activity (item), rows[i].expected);
  }
  g_assert_cmpstr (geo_phrase_state (GEO_STATE_IN_DOUBT), ==, "In doubt");
  g_assert_cmpstr (geo_phrase_state (GEO_STATE_NOT_PAID), ==, "Not paid");
  {
    g_autofree gchar *doubt = geo_phrase_in_doubt (0);

    g_assert_nonnull (strstr (doubt, "do not pay again"));
  }
  check (geo_phrase_date_time (G_MAXINT64), "");
}

/* --- Items ---------------------------------------------------------------- */

static void
count_cb (GObject *object, GParamSpec *pspec, gpointer user_data) {
  guint *count = user_data;

  (*count)++;
}

static void
test_items (void) {
  GeoPid pid = { { 9 } };
  g_autoptr (GeoPerson) person = geo_person_new (&pid, NULL);
  g_autoptr (GeoTotal) total = geo_total_new ("UAH", "₴", 2);
  GeoRelationState state = { .balance = { 5 } };
  GeoTotalSums sums = { .balance = { 7 } };
  GListModel *relations = geo_person_get_relations (person);
  g_autoptr (GeoRelation) first = NULL;
  g_autofree gchar *code = NULL;
  gint64 balance;
  guint notified = 0;

  /* Nobody is without a name. */
  g_assert_nonnull (strstr (geo_person_get_name (person), "…"));
  g_assert_true (geo_person_set_name (person, "Olena"));
  g_assert_false (geo_person_set_name (person, "Olena"));

  /* In the community's order, whichever comes first. */
  geo_person_set_relation (person, "UAH", 2, 1, &state);
  geo_person_set_relation (person, "HOUR", 0, 0, &state);
  geo_person_set_relation (person, "KWH", 3, 2, NULL);
  g_assert_cmpuint (g_list_model_get_n_items (relations), ==, 2);
  first = g_list_model_get_item (relations, 0);
  g_object_get (first, "equivalent", &code, "balance", &balance, NULL);
  g_assert_cmpstr (code, ==, "HOUR");
  g_assert_cmpint (balance, ==, 5);
  g_signal_connect (first, "notify", G_CALLBACK (count_cb), &notified);
  geo_person_set_relation (person, "HOUR", 0, 0, &state);
  g_assert_cmpuint (notified, ==, 0);
  state.has_my_limit = TRUE;
  state.my_limit = GEO_AMOUNT (9);
  geo_person_set_relation (person, "HOUR", 0, 0, &state);
  g_assert_cmpuint (notified, ==, 2);
  geo_person_set_relation (person, "HOUR", 0, 0, NULL);
  g_assert_cmpuint (g_list_model_get_n_items (relations), ==, 1);
  g_assert_null (geo_person_find_relation (person, "HOUR"));
  g_assert_nonnull (geo_person_find_relation (person, "UAH"));

  notified = 0;
  g_signal_connect (total, "notify::balance", G_CALLBACK (count_cb), &notified);
  geo_total_set_sums (total, &sums);
  geo_total_set_sums (total, &sums);
  g_assert_cmpuint (notified, ==, 1);
  g_assert_cmpstr (geo_total_get_symbol (total), ==, "₴");
}

/* No text of somebody's is carried out by a spreadsheet. */
static void
test_csv_field (void) {
  const gchar *const fields[][2] = {
    { "bread", "bread" },
    { "", "" },
    { "=1+1", "'=1+1" },
    { "+380", "'+380" },
    { "-2", "'-2" },
    { "@x", "'@x" },
    { " =1", "' =1" },
    { "\t=1", "\"'\t=1\"" },
    { "a,b", "\"a,b\"" },
    { "say \"x\"", "\"say \"\"x\"\"\"" },
    { "two\nlines", "\"two\nlines\"" },
    { "=a,\"b\"", "\"'=a,\"\"b\"\"\"" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++) {
    g_autofree gchar *field = geo_statement_csv_field (fields[i][0]);

    g_assert_cmpstr (field, ==, fields[i][1]);
  }
}

int
main (int argc, char *argv[]) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/phrases/pay-again", test_pay_again);
  g_test_add_func ("/phrases/refused-votes", test_refused_votes);
  g_test_add_func ("/phrases/number", test_number);
  g_test_add_func ("/phrases/people", test_people);
  g_test_add_func ("/phrases/links", test_links);
  g_test_add_func ("/phrases/locales", test_locales);
  g_test_add_func ("/phrases/refusals", test_refusals);
  g_test_add_func ("/phrases/reasons-are-all-here", test_reasons_are_all_here);
  g_test_add_func ("/phrases/activity", test_activity);
  g_test_add_func ("/phrases/items", test_items);
  g_test_add_func ("/phrases/csv-field", test_csv_field);
  return g_test_run ();
}
