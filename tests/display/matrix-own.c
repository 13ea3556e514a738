/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The market on this computer: open, closed, and when it cannot run.
 */
#include "matrix.h"

static void
begin (Matrix *m) {
  GeoOwnHub *hub = geo_wallet_get_own_hub (m->wallet);
  g_autoptr (GError) error = NULL;

  matrix_join (m, 1);
  geo_own_hub_make (hub, "Our street", "EUR", GEO_OWN_HUB_MONEY, 2, &error);
  g_assert_no_error (error);
  geo_own_hub_set_wanted (hub, TRUE);
  wait_until (geo_own_hub_get_state (hub) == GEO_OWN_HUB_RUNNING);
}

static void
show_open (Matrix *m) {
  matrix_do (m, "win.own-market", NULL);
  /* Where there is no network there is no address to invite anybody to. */
  wait_until (is_seen (matrix_front (m), "invite_group") ||
              is_seen (matrix_front (m), "alone_group"));
}

static void
close_hub (Matrix *m) {
  GeoOwnHub *hub = geo_wallet_get_own_hub (m->wallet);

  geo_own_hub_set_wanted (hub, FALSE);
  wait_until (geo_own_hub_get_state (hub) == GEO_OWN_HUB_OFF);
}

static gchar *
config_path (Matrix *m) {
  return g_build_filename (
      geo_own_hub_get_folder (geo_wallet_get_own_hub (m->wallet)), "hub.conf",
      NULL);
}

static void
open_hub (Matrix *m) {
  GeoOwnHub *hub = geo_wallet_get_own_hub (m->wallet);

  geo_own_hub_set_wanted (hub, TRUE);
  wait_until (geo_own_hub_get_state (hub) == GEO_OWN_HUB_RUNNING);
}

static void
show_closed (Matrix *m) {
  close_hub (m);
  matrix_do (m, "win.own-market", NULL);
}

static gchar *good;

/* Its settings were spoilt by hand. */
static void
fail_hub (Matrix *m) {
  GeoOwnHub *hub = geo_wallet_get_own_hub (m->wallet);
  g_autofree gchar *path = config_path (m);

  close_hub (m);
  g_assert_true (g_file_get_contents (path, &good, NULL, NULL));
  g_assert_true (g_file_set_contents (path, "[nonsense\n", -1, NULL));
  geo_own_hub_set_wanted (hub, TRUE);
  wait_until (geo_own_hub_get_state (hub) == GEO_OWN_HUB_FAILED);
}

static void
show_failed (Matrix *m) {
  fail_hub (m);
  matrix_do (m, "win.own-market", NULL);
}

static void
show_banner (Matrix *m) {
  fail_hub (m);
  matrix_do (m, "win.show-page", "home");
  wait_until (adw_banner_get_revealed (child_of (m->scene.window,
                                                 "market_banner")));
}

static void
mend (Matrix *m) {
  g_autofree gchar *path = config_path (m);

  g_assert_true (g_file_set_contents (path, good, -1, NULL));
  g_clear_pointer (&good, g_free);
  close_hub (m);
  open_hub (m);
}

static void
show_backup (Matrix *m) {
  matrix_do (m, "win.backup", NULL);
  wait_until (is_seen (matrix_front (m), "market_row"));
}

static const MatrixCase cases[] = {
  { "open", "GeoOwnMarketDialog", show_open, NULL },
  { "closed", "GeoOwnMarketDialog", show_closed, open_hub },
  { "failed", "GeoOwnMarketDialog", show_failed, mend },
  { "banner", "GeoHomePage", show_banner, mend },
  { "backup", "GeoBackupDialog", show_backup, NULL },
};

const MatrixWorld matrix_own = { "own", begin, cases, G_N_ELEMENTS (cases) };
