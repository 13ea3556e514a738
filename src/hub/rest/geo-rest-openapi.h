/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The OpenAPI description of the REST side, made of its table of routes and of
 * short descriptions of bodies and answers:
 *
 *   fields  name:type, separated by spaces; name?:type may be missing
 *   type    text, int, number, bool, time, pid, key, signature, tx_id, amount,
 *           decimal (an amount as text or number), object (with any members),
 *           anything; one/or/another (words); Name (of such a description);
 *           [type] a list; {type} an object whose members are all of a type;
 *           type? may be null
 *
 * Values: it knows no request and no hub.
 */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* The owner's. */
JsonObject *geo_rest_openapi_make (void);

G_END_DECLS
