/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Words that would be cut, or make a window wider than the screen, where text
 * is large and room is little.
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* From now on, in the whole program: titles of pages, groups and rows and the
 * words on buttons go on in another line, and of what has only one the whole is
 * its tooltip.  Once. */
void geo_fit_text_begin (void);

/* An AdwAlertDialog whose heading may go on in another line. */
AdwDialog *geo_fit_text_new_alert (const gchar *heading, const gchar *body);

/* The style class of a window where even single words may be wider than their
 * place: text is large and the window narrow. */
#define GEO_FIT_TEXT_CRAMPED "cramped"

/* The window has the class while the breakpoint is. */
void geo_fit_text_cramp (GtkWidget *window, AdwBreakpoint *breakpoint);

G_END_DECLS
