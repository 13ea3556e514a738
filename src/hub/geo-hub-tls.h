/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The hub's certificate: where it is.
 */
#pragma once

#define GEO_HUB_TLS_FILE "hub.pem"
