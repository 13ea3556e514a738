/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoErrand: something that is to be shown as soon as it can be.  Nothing that
 * is asked for from outside the window pays, or changes anything by itself.
 */
#include "config.h"

#include "wallet/geo-errand.h"

struct _GeoErrand {
  gchar *community;
  gchar *action;
  gchar *target;
};

/* Each takes a string, and only shows something. */
static const gchar *const known[] = {
  "win.show-page",     "win.show-person",    "win.show-receipt",
  "win.show-clearing", "win.answer-request", "win.pay",
  "win.toast",         "win.show-evidence",
};

GeoErrand *
geo_errand_new (const gchar *community,
                const gchar *action,
                const gchar *target) {
  GeoErrand *errand;
  gboolean is_known = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    is_known = is_known || g_str_equal (action, known[i]);
  if (!is_known)
    return NULL;
  errand = g_new0 (GeoErrand, 1);
  errand->community = g_strdup (community);
  errand->action = g_strdup (action);
  errand->target = g_strdup (target);
  return errand;
}

GeoErrand *
geo_errand_new_from_variant (GVariant *parameter) {
  const gchar *community;
  const gchar *action;
  const gchar *target;

  g_variant_get (parameter, "(&s&s&s)", &community, &action, &target);
  return geo_errand_new (community, action, target);
}

void
geo_errand_free (GeoErrand *errand) {
  if (errand == NULL)
    return;
  g_free (errand->community);
  g_free (errand->action);
  g_free (errand->target);
  g_free (errand);
}

gboolean
geo_errand_go_there (const GeoErrand *errand, GeoWallet *wallet) {
  GeoCommunityItem *item;

  if (*errand->community == '\0')
    return TRUE;
  item = geo_communities_find (geo_wallet_get_communities (wallet),
                               errand->community, NULL);
  if (item == NULL || geo_community_item_get_node (item) == NULL)
    return FALSE;
  geo_wallet_set_current (wallet, item);
  return TRUE;
}

void
geo_errand_run (const GeoErrand *errand, GtkWidget *window) {
  gtk_widget_activate_action (window, errand->action, "s", errand->target);
}
