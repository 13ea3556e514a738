/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where the focus goes when what had it is gone: not to a toast, which stays as
 * long as it has the focus.  It shows no toasts itself.
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* Watches as long as the window is there.  Whoever goes to a toast by keyboard
 * from what the window shows, stays there. */
void geo_toast_focus_watch (GtkWindow *window, AdwToastOverlay *toasts);

G_END_DECLS
