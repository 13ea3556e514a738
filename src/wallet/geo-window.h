/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoWindow: the one window: shows onboarding, unlocking or the pages, as the
 * wallet stands, and offers the actions that pages ask for by name:
 *
 *   win.show-page ("home" | "activity" | "people" | "market")
 *   win.show-person (PID, of a stranger too)
 *   win.show-activity (PID: only what was between us)
 *   win.show-receipt (receipt key)
 *   win.show-clearing (a proposal's id)
 *   win.show-evidence ("")
 *   win.answer-request (the key of one that waits for me)
 *   win.pay (PID or geo://v1/ link, or "" to choose)
 *   win.trust (the same)
 *   win.request (the same; "": whoever has the link)
 *   win.show-requests
 *   win.show-request (a request's key)
 *   win.pay-request (the same)
 *   win.show-code
 *   win.read-code
 *   win.scan-code (where there is a camera)
 *   win.reconnect
 *   win.show-help
 *   win.lock (where there is a PIN)
 *   win.lock-keys (the same; says so where there is none)
 *   win.preferences
 *   win.save-statement
 *   and those of geo-community-actions.h
 *   win.toast (a sentence)
 *   win.open-link (geo://v1/…)
 *
 * Pages never know each other.
 */
#pragma once

#include "node/geo-node.h"
#include "wallet/geo-application.h"
#include "wallet/geo-errand.h"

G_BEGIN_DECLS

#define GEO_TYPE_WINDOW (geo_window_get_type ())
G_DECLARE_FINAL_TYPE (GeoWindow, geo_window, GEO, WINDOW, AdwApplicationWindow)

GeoWindow *geo_window_new (GeoApplication *application);

/* What its pages show; NULL until there is something. */
GeoNode *geo_window_get_node (GeoWindow *self);

/* Shown as soon as it can be, once; takes errand, which may be NULL. */
void geo_window_run_errand (GeoWindow *self, GeoErrand *errand);

/* On top of the page that is shown; from there one goes back. */
void geo_window_push_page (GeoWindow *self, AdwNavigationPage *page);

/* One short sentence that goes away by itself. */
void geo_window_toast (GeoWindow *self, const gchar *text);

/* Opens a geo:// link, as soon as the wallet is open and no dialog is in the
 * way; an invitation also where there is no wallet yet. */
void geo_window_open_link (GeoWindow *self, const gchar *text);

G_END_DECLS
