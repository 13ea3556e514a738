/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoHubRegistration: what a client of the REST contract registers with: read
 * strictly, its signature checked over the bytes of that contract (S2), and
 * told again in its shape.  A value: it stores nothing.
 */
#pragma once

#include <json-glib/json-glib.h>

#include "core/geo-error.h"
#include "core/geo-key.h"
#include "core/geo-time.h"

G_BEGIN_DECLS

/* Characters of a name. */
#define GEO_HUB_REST_NAME_MAX 255

typedef struct {
  GeoPid pid;
  gchar *display_name;
  gchar *type; /* "person", "business", "hub" */
  GeoPublicKey key;
  JsonNode *profile; /* An object, or NULL */
  gchar *text; /* All of it with its signature, canonical: the evidence. */
} GeoHubRegistration;

/* An answer that says no, in the contract's shape. */
typedef struct {
  guint status;
  gchar *body;
} GeoHubRestNo;

void geo_hub_rest_no_clear (GeoHubRestNo *no);
/* details (taken) may be NULL. */
void geo_hub_rest_no_set (GeoHubRestNo *no,
                          guint status,
                          GeoCode code,
                          const gchar *message,
                          JsonNode *details);

/* The body of POST /participants; NULL, and no says why. */
GeoHubRegistration *
geo_hub_registration_parse (const gchar *body, gsize len, GeoHubRestNo *no);
/* What was stored: text as it stands in a registration.  NULL and an error when
 * it is damaged. */
GeoHubRegistration *
geo_hub_registration_load (const gchar *text, GError **error);
void geo_hub_registration_free (GeoHubRegistration *registration);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GeoHubRegistration, geo_hub_registration_free)

/* The participant as REST shows it. */
gchar *
geo_hub_registration_show (const GeoHubRegistration *registration, GeoTime at);

G_END_DECLS
