/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every template that is compiled in is that of the class of its name, and each
 * icon it names is there.  That they show well, other tests look at.
 */
#include "config.h"

#include <string.h>

#include "geo-screen.h"
#include "wallet/geo-activity-page.h"
#include "wallet/geo-activity-row.h"
#include "wallet/geo-amount-entry.h"
#include "wallet/geo-backup-dialog.h"
#include "wallet/geo-clearing-dialog.h"
#include "wallet/geo-community-dialog.h"
#include "wallet/geo-evidence-page.h"
#include "wallet/geo-help-dialog.h"
#include "wallet/geo-home-page.h"
#include "wallet/geo-invite-dialog.h"
#include "wallet/geo-join-dialog.h"
#include "wallet/geo-market-page.h"
#include "wallet/geo-my-code-dialog.h"
#include "wallet/geo-key-dialog.h"
#include "wallet/geo-own-market-dialog.h"
#include "wallet/geo-pay-dialog.h"
#include "wallet/geo-payment-view.h"
#include "wallet/geo-people-page.h"
#include "wallet/geo-person-chooser.h"
#include "wallet/geo-person-page.h"
#include "wallet/geo-person-row.h"
#include "wallet/geo-pin-dialog.h"
#include "wallet/geo-preferences-dialog.h"
#include "wallet/geo-receipt-page.h"
#include "wallet/geo-request-dialog.h"
#include "wallet/geo-request-page.h"
#include "wallet/geo-request-view.h"
#include "wallet/geo-requests-page.h"
#include "wallet/geo-start-market-page.h"
#include "wallet/geo-statement-dialog.h"
#include "wallet/geo-total-card.h"
#include "wallet/geo-trust-dialog.h"
#include "wallet/geo-unlock-page.h"
#include "wallet/geo-verify-dialog.h"
#include "wallet/geo-welcome.h"
#include "wallet/geo-window.h"
#include "wallet/geo-words-dialog.h"

#define FOLDER "/net/geocredit/Wallet/ui/"

/* "geo-pay-dialog.ui" → "GeoPayDialog" */
static gchar *
class_of_file (const gchar *file) {
  GString *name = g_string_new (NULL);
  gboolean upper = TRUE;

  for (const gchar *p = file; *p != '.' && *p != '\0'; p++) {
    if (*p == '-') {
      upper = TRUE;
      continue;
    }
    g_string_append_c (name, upper ? g_ascii_toupper (*p) : *p);
    upper = FALSE;
  }
  return g_string_free (name, FALSE);
}

static gchar *
read_template (const gchar *file) {
  g_autofree gchar *path = g_strconcat (FOLDER, file, NULL);
  g_autoptr (GBytes) bytes = g_resources_lookup_data (path, 0, NULL);
  gconstpointer data;
  gsize len;

  g_assert_nonnull (bytes);
  data = g_bytes_get_data (bytes, &len);
  return g_strndup (data, len);
}

static void
check_icons (const gchar *file, const gchar *text) {
  GtkIconTheme *theme =
      gtk_icon_theme_get_for_display (gdk_display_get_default ());
  g_autoptr (GRegex) regex = g_regex_new ("name=\"[a-z-]*icon-name\">([^<]+)<",
                                          0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;

  g_regex_match (regex, text, 0, &match);
  while (g_match_info_matches (match)) {
    g_autofree gchar *icon = g_match_info_fetch (match, 1);

    if (!gtk_icon_theme_has_icon (theme, icon)) {
      g_test_message ("%s: there is no icon %s", file, icon);
      g_test_fail ();
    }
    g_match_info_next (match, NULL);
  }
}

static void
test_templates (void) {
  g_auto (GStrv) files = g_resources_enumerate_children (FOLDER, 0, NULL);

  g_assert_nonnull (files);
  g_assert_cmpuint (g_strv_length (files), >=, 20);
  for (guint i = 0; files[i] != NULL; i++) {
    g_autofree gchar *name = class_of_file (files[i]);
    g_autofree gchar *text = read_template (files[i]);
    g_autofree gchar *head = g_strdup_printf ("<template class=\"%s\"", name);
    GType type = g_type_from_name (name);

    g_test_message ("%s", name);
    g_assert_nonnull (strstr (text, head));
    check_icons (files[i], text);
    if (type == 0)
      g_error ("%s is not among the classes here: add it.", name);
    g_assert_true (g_type_is_a (type, GTK_TYPE_WIDGET));
  }
}

int
main (int argc, char **argv) {
  geo_screen_init (&argc, &argv);

  /* The window makes those that its own template names. */
  g_type_class_unref (g_type_class_ref (GEO_TYPE_WINDOW));
  g_type_class_unref (g_type_class_ref (GEO_TYPE_WELCOME));
  g_type_class_unref (g_type_class_ref (GEO_TYPE_ACTIVITY_PAGE));
  g_type_class_unref (g_type_class_ref (GEO_TYPE_HOME_PAGE));
  g_type_class_unref (g_type_class_ref (GEO_TYPE_MARKET_PAGE));
  g_type_class_unref (g_type_class_ref (GEO_TYPE_PEOPLE_PAGE));
  g_type_ensure (GEO_TYPE_ACTIVITY_ROW);
  g_type_ensure (GEO_TYPE_AMOUNT_ENTRY);
  g_type_ensure (GEO_TYPE_BACKUP_DIALOG);
  g_type_ensure (GEO_TYPE_CLEARING_DIALOG);
  g_type_ensure (GEO_TYPE_HELP_DIALOG);
  g_type_ensure (GEO_TYPE_COMMUNITY_DIALOG);
  g_type_ensure (GEO_TYPE_JOIN_DIALOG);
  g_type_ensure (GEO_TYPE_OWN_MARKET_DIALOG);
  g_type_ensure (GEO_TYPE_START_MARKET_PAGE);
  g_type_ensure (GEO_TYPE_MY_CODE_DIALOG);
  g_type_ensure (GEO_TYPE_PAYMENT_VIEW);
  g_type_ensure (GEO_TYPE_PERSON_CHOOSER);
  g_type_ensure (GEO_TYPE_PERSON_PAGE);
  g_type_ensure (GEO_TYPE_PERSON_ROW);
  g_type_ensure (GEO_TYPE_PIN_DIALOG);
  g_type_ensure (GEO_TYPE_PREFERENCES_DIALOG);
  g_type_class_unref (g_type_class_ref (GEO_TYPE_PAY_DIALOG));
  g_type_class_unref (g_type_class_ref (GEO_TYPE_INVITE_DIALOG));
  g_type_class_unref (g_type_class_ref (GEO_TYPE_REQUEST_DIALOG));
  g_type_class_unref (g_type_class_ref (GEO_TYPE_REQUEST_PAGE));
  g_type_class_unref (g_type_class_ref (GEO_TYPE_REQUEST_VIEW));
  g_type_class_unref (g_type_class_ref (GEO_TYPE_REQUESTS_PAGE));
  g_type_ensure (GEO_TYPE_RECEIPT_PAGE);
  g_type_ensure (GEO_TYPE_STATEMENT_DIALOG);
  g_type_ensure (GEO_TYPE_TOTAL_CARD);
  g_type_ensure (GEO_TYPE_TRUST_DIALOG);
  g_type_ensure (GEO_TYPE_EVIDENCE_PAGE);
  g_type_ensure (GEO_TYPE_KEY_DIALOG);
  g_type_ensure (GEO_TYPE_UNLOCK_PAGE);
  g_type_ensure (GEO_TYPE_VERIFY_DIALOG);
  g_type_ensure (GEO_TYPE_WORDS_DIALOG);

  g_test_add_func ("/templates/all", test_templates);
  return g_test_run ();
}
