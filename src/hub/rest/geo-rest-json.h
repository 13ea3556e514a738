/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the REST contract's bodies and queries are read with, and its answers
 * written with: members of agreed types, and the list of what is wrong with
 * them in the contract's shape.  It knows nothing of what a member means.
 */
#pragma once

#include <json-glib/json-glib.h>

#include "core/geo-amount.h"
#include "core/geo-error.h"
#include "core/geo-pid.h"
#include "core/geo-time.h"

G_BEGIN_DECLS

/* --- Answers: all take what they are given ---------------------------------
 */

void
geo_rest_set_text (JsonObject *object, const gchar *name, const gchar *text);
void
geo_rest_set_pid (JsonObject *object, const gchar *name, const GeoPid *pid);
void geo_rest_set_time (JsonObject *object, const gchar *name, GeoTime at);
/* Exactly `precision` decimals. */
void geo_rest_set_amount (JsonObject *object,
                          const gchar *name,
                          GeoAmount amount,
                          guint precision);
/* JSON text that was stored; null where text is NULL or no JSON. */
void
geo_rest_set_json (JsonObject *object, const gchar *name, const gchar *text);

/* Takes object. */
gchar *geo_rest_object_to_text (JsonObject *object);
/* {"error":{"code","message","details"}}; takes details, which may be NULL. */
gchar *
geo_rest_error_text (GeoCode code, const gchar *message, JsonObject *details);

/* --- What is wrong with a request ------------------------------------------
 */

/* place is "body", "query" or NULL (POST /payments says fields alone). */
typedef struct {
  const gchar *place;
  JsonArray *faults;
} GeoRestFaults;

void geo_rest_faults_init (GeoRestFaults *faults, const gchar *place);
void geo_rest_faults_clear (GeoRestFaults *faults);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (GeoRestFaults, geo_rest_faults_clear)
gboolean geo_rest_faults_any (const GeoRestFaults *faults);

/* field may be NULL (the whole), and "a/b" (b within a).  input is copied and
 * may be NULL. */
void geo_rest_faults_add (GeoRestFaults *faults,
                          const gchar *type,
                          const gchar *field,
                          const gchar *message,
                          JsonNode *input);
/* {name: [faults]}; the list is then empty. */
JsonObject *geo_rest_faults_take (GeoRestFaults *faults, const gchar *name);

/* --- Bodies ----------------------------------------------------------------
 */

/* The object in a body; NULL and a fault when it is none.  numbers (may be
 * NULL) names a member at the top that may be a number: it is read as the text
 * that it was written with, so that no digit of it is lost. */
JsonNode *geo_rest_body_parse (const gchar *body,
                               gsize len,
                               const gchar *numbers,
                               GeoRestFaults *faults);

/* Members; absent and null are the same.  A fault where it is of another type,
 * or required and not there. */
const gchar *geo_rest_get_text (JsonObject *object,
                                const gchar *name,
                                gboolean required,
                                GeoRestFaults *faults);
/* NULL where there is none. */
JsonNode *geo_rest_get_object (JsonObject *object,
                               const gchar *name,
                               GeoRestFaults *faults);
gboolean geo_rest_get_bool (JsonObject *object,
                            const gchar *name,
                            gboolean fallback,
                            GeoRestFaults *faults);
gint64 geo_rest_get_int (JsonObject *object,
                         const gchar *name,
                         gint64 fallback,
                         gint64 min,
                         gint64 max,
                         GeoRestFaults *faults);
/* Adds a list of at most GEO_REST_PIDS_MAX PIDs to out (of GeoPid); nothing
 * where there is none. */
#define GEO_REST_PIDS_MAX 64
void geo_rest_get_pids (JsonObject *object,
                        const gchar *name,
                        GArray *out,
                        GeoRestFaults *faults);
/* Characters. */
void geo_rest_check_length (const gchar *text,
                            const gchar *name,
                            glong min,
                            glong max,
                            GeoRestFaults *faults);

/* --- Queries ---------------------------------------------------------------
 */

const gchar *geo_rest_query_text (GHashTable *query,
                                  const gchar *name,
                                  gboolean required,
                                  GeoRestFaults *faults);
gint64 geo_rest_query_int (GHashTable *query,
                           const gchar *name,
                           gint64 fallback,
                           gint64 min,
                           gint64 max,
                           GeoRestFaults *faults);
gboolean geo_rest_query_bool (GHashTable *query,
                              const gchar *name,
                              gboolean fallback,
                              GeoRestFaults *faults);
/* One of words (NULL-terminated); NULL where it is not there, or a fault. */
const gchar *geo_rest_query_word (GHashTable *query,
                                  const gchar *name,
                                  const gchar *const *words,
                                  GeoRestFaults *faults);
/* RFC 3339 with any offset, or a date alone (its start, or its end). */
GeoTime geo_rest_query_time (GHashTable *query,
                             const gchar *name,
                             GeoTime fallback,
                             gboolean at_end,
                             GeoRestFaults *faults);

typedef struct {
  gint64 page;
  gint64 per_page;
  gint64 offset;
} GeoRestPage;
/* page (1), per_page (20, at most 200). */
void geo_rest_query_page (GHashTable *query,
                          GeoRestPage *page,
                          GeoRestFaults *faults);

G_END_DECLS
