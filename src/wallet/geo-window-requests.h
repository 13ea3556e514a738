/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The window's actions about requests and codes: win.request, win.pay-request,
 * win.show-requests, win.show-request, win.show-code, win.read-code,
 * win.scan-code and win.invite.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

void geo_window_requests_install (GtkWidgetClass *klass);

G_END_DECLS
