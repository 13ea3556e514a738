/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tests of what people may type as an amount, and of how a moment is said.
 */
#include "wallet-test.h"

#include <locale.h>

#include "wallet/geo-amount-entry.h"
#include "wallet/geo-when.h"

static void
type (GeoAmountEntry *entry, const gchar *text) {
  gtk_editable_set_text (GTK_EDITABLE (child_of (entry, "entry")), text);
}

static void
count_cb (guint *count) {
  (*count)++;
}

static void
test_typed (Scene *scene, gconstpointer data) {
  static const struct {
    const gchar *text;
    gint64 uah; /* Minor units; 0: no amount. */
    gint64 hour;
  } cases[] = {
    { "5", 500, 5 },
    { "5.5", 550, 0 },
    { "5,05", 505, 0 },
    { " 1 240.00 ", 124000, 0 },
    { "1\u00a0240,50", 124050, 0 },
    { "1,240", 0, 0 },
    { "1.240,00", 0, 0 },
    { "0", 0, 0 },
    { "0.00", 0, 0 },
    { "-5", 0, 0 },
    { "5.", 0, 0 },
    { "five", 0, 0 },
    { "99999999999999999999", 0, 0 },
    { "1e3", 0, 0 },
  };
  GeoAmountEntry *entry = GEO_AMOUNT_ENTRY (
      scene_show (scene, GTK_WIDGET (geo_amount_entry_new ())));
  GeoAmount amount;

  geo_amount_entry_set_node (entry, scene->nodes[MARTA]);
  geo_amount_entry_set_label (entry, "Amount");
  g_assert_true (geo_amount_entry_is_empty (entry));
  g_assert_cmpstr (geo_amount_entry_get_equivalent (entry), ==, "UAH");
  g_assert_null (geo_amount_entry_find_problem (entry));
  g_assert_false (geo_amount_entry_get_amount (entry, &amount));

  for (guint round = 0; round < 2; round++) {
    const gchar *equivalent = round == 0 ? "UAH" : "HOUR";

    g_assert_true (geo_amount_entry_set_equivalent (entry, equivalent));
    g_assert_cmpstr (geo_amount_entry_get_equivalent (entry), ==, equivalent);
    for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
      gint64 wanted = round == 0 ? cases[i].uah : cases[i].hour;
      g_autofree gchar *problem = NULL;

      g_test_message ("“%s” in %s", cases[i].text, equivalent);
      amount = GEO_AMOUNT (-1);
      type (entry, cases[i].text);
      problem = geo_amount_entry_find_problem (entry);
      g_assert_cmpint (geo_amount_entry_get_amount (entry, &amount), ==,
                       wanted != 0);
      g_assert_cmpint (amount.minor, ==, wanted != 0 ? wanted : -1);
      g_assert_cmpint (problem == NULL, ==, wanted != 0);
    }
  }
  g_assert_false (geo_amount_entry_set_equivalent (entry, "EUR"));
}

static void
test_signals (Scene *scene, gconstpointer data) {
  GeoAmountEntry *entry = GEO_AMOUNT_ENTRY (
      scene_show (scene, GTK_WIDGET (geo_amount_entry_new ())));
  guint changed = 0;
  guint activated = 0;
  GeoAmount amount;

  geo_amount_entry_set_node (entry, scene->nodes[MARTA]);
  g_signal_connect_swapped (entry, "changed", G_CALLBACK (count_cb), &changed);
  g_signal_connect_swapped (entry, "activate", G_CALLBACK (count_cb),
                            &activated);
  geo_amount_entry_set_amount (entry, GEO_AMOUNT (124000));
  g_assert_cmpuint (changed, >, 0);
  g_assert_true (geo_amount_entry_get_amount (entry, &amount));
  g_assert_cmpint (amount.minor, ==, 124000);

  changed = 0;
  gtk_drop_down_set_selected (child_of (entry, "unit_drop_down"), 1);
  g_assert_cmpuint (changed, ==, 1);
  g_assert_cmpuint (geo_amount_entry_get_precision (entry), ==, 0);

  g_signal_emit_by_name (child_of (entry, "entry"), "activate");
  g_assert_cmpuint (activated, ==, 1);

  geo_amount_entry_set_wrong (entry, TRUE);
  g_assert_true (gtk_widget_has_css_class (child_of (entry, "entry"), "error"));
  geo_amount_entry_set_wrong (entry, FALSE);
  g_assert_false (
      gtk_widget_has_css_class (child_of (entry, "entry"), "error"));
}

static void
test_locale (Scene *scene, gconstpointer data) {
  GeoAmountEntry *entry = geo_amount_entry_new ();
  const gchar *before = setlocale (LC_NUMERIC, "uk_UA.UTF-8");
  GeoAmount amount;

  g_assert_nonnull (before);
  scene_show (scene, GTK_WIDGET (entry));
  geo_amount_entry_set_node (entry, scene->nodes[MARTA]);
  geo_amount_entry_set_amount (entry, GEO_AMOUNT (124050));
  g_assert_cmpstr (gtk_editable_get_text (child_of (entry, "entry")), ==,
                   "1240,50");
  g_assert_true (geo_amount_entry_get_amount (entry, &amount));
  g_assert_cmpint (amount.minor, ==, 124050);
  setlocale (LC_NUMERIC, "C.UTF-8");
}

static GeoTime
local_ms (gint year, gint month, gint day, gint hour, gint minute) {
  g_autoptr (GDateTime) time = g_date_time_new_local (year, month, day, hour,
                                                      minute, 0);

  return g_date_time_to_unix (time) * 1000;
}

static void
test_when (void) {
  GeoTime now = local_ms (2026, 3, 14, 15, 0);
  g_autoptr (GDateTime) year_before = g_date_time_new_local (2025, 12, 31, 10,
                                                             42, 0);
  g_autofree gchar *long_ago = g_date_time_format (year_before, "%x");
  const struct {
    gint at[5];
    const gchar *text;
  } cases[] = {
    { { 2026, 3, 14, 10, 42 }, "10:42" },
    { { 2026, 3, 14, 0, 0 }, "00:00" },
    { { 2026, 3, 13, 23, 59 }, "Yesterday" },
    { { 2026, 3, 12, 10, 42 }, "12 Mar" },
    { { 2026, 1, 2, 10, 42 }, "2 Jan" },
    { { 2025, 12, 31, 10, 42 }, long_ago },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    const gint *at = cases[i].at;
    g_autofree gchar *text =
        geo_when_phrase_at (local_ms (at[0], at[1], at[2], at[3], at[4]), now);

    g_assert_cmpstr (text, ==, cases[i].text);
  }
}

int
main (int argc, char **argv) {
  geo_screen_init (&argc, &argv);

  g_test_add ("/wallet/amount-entry/typed", Scene, GUINT_TO_POINTER (1),
              scene_set_up, test_typed, scene_tear_down);
  g_test_add ("/wallet/amount-entry/signals", Scene, GUINT_TO_POINTER (1),
              scene_set_up, test_signals, scene_tear_down);
  g_test_add ("/wallet/amount-entry/locale", Scene, GUINT_TO_POINTER (1),
              scene_set_up, test_locale, scene_tear_down);
  g_test_add_func ("/wallet/when", test_when);
  return g_test_run ();
}
