/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the parts of GeoRest share.  Nobody else may include this.
 */
#pragma once

#include "net/geo-http.h"
#include "node/geo-rest-private.h"

G_BEGIN_DECLS

#define GEO_REST_API "/api/v1"
#define GEO_REST_FILE_KIND "geo-rest-hub"

struct _GeoRest {
  GeoNode *node; /* Which owns this. */
  GeoHttp *http;
  GCancellable *cancel; /* Of all that is under way. */
  gchar *token;
  gboolean is_foreign; /* Somebody else answered last. */
  gboolean registered; /* Once a run: then an unknown PID is a fault. */
  guint poll_id;
  gboolean polling;
  gboolean poll_again;
  guint page;

  /* The hub's last answers, as they are in the file. */
  JsonObject *answers;
  JsonArray *gathered; /* Pages that are still coming. */
  guint debts_asked; /* Equivalents whose debts are there. */
  GHashTable *names; /* GeoPid → name */
  GHashTable *heard; /* What was said of each payment, to see what is new */
  GPtrArray *former; /* GPtrArray of equivalents that were others before */
  GPtrArray *pages; /* GPtrArray of GeoActivity, the newest first */
  GHashTable *sending; /* tx_id of payments that are being sent now */

  GTask *join_task;
};

/* --- geo-rest-talk.c ---------------------------------------------------- */

/* Of an answer, which may be anything: NULL or FALSE where it is not there. */
const gchar *geo_rest_get_text (JsonObject *object, const gchar *name);
JsonArray *geo_rest_get_array (JsonObject *object, const gchar *name);
JsonObject *geo_rest_get_object (JsonObject *object, const gchar *name);
JsonObject *geo_rest_get_element (JsonArray *array, guint index);
gboolean geo_rest_get_pid (JsonObject *object, const gchar *name, GeoPid *out);
gboolean geo_rest_get_amount (JsonObject *object,
                              const gchar *name,
                              guint precision,
                              GeoAmount *out);
gboolean
geo_rest_get_time (JsonObject *object, const gchar *name, GeoTime *out);
guint geo_rest_get_precision (GeoRest *rest,
                              const gchar *equivalent,
                              gboolean *known);
gchar *geo_rest_to_text (JsonNode *node);
/* fields (name, value, …, NULL): strings; a NULL value is left out.  The text
 * with its signature. */
gchar *geo_rest_sign (GeoRest *rest, ...) G_GNUC_NULL_TERMINATED;

/* status 0: no answer, or one that nobody can read.  rest is NULL there when
 * the node is going. */
typedef void (*GeoRestAnswer) (GeoRest *rest,
                               guint status,
                               JsonObject *answer,
                               gpointer data);
/* func is always called. */
void geo_rest_ask (GeoRest *rest,
                   const gchar *method,
                   const gchar *path,
                   const gchar *body,
                   GeoRestAnswer func,
                   gpointer data);
/* A sentence for people; code_out may be NULL. */
gchar *geo_rest_phrase_refusal (JsonObject *answer, gchar **code_out);

/* --- geo-rest-hear.c ---------------------------------------------------- */

typedef struct {
  gchar *path;
  gchar *text;
  GPtrArray *rows; /* GeoActivity */
  GHashTable *names; /* GeoPid → name */
} GeoRestWrite;

void geo_rest_write_free (gpointer data);
/* A job: rows and names into the journal, text into the file at path. */
gpointer geo_rest_write_job (GeoWorker *worker, gpointer data, GError **error);
gchar *geo_rest_get_file_path (const gchar *journal_path);
gchar *geo_rest_make_file (GeoRest *rest);

void geo_rest_put_name (GeoRest *rest, const GeoPid *pid, const gchar *name);
void geo_rest_take_names (GeoRest *rest, JsonObject *names);
/* FALSE: there is none that could be counted in. */
gboolean geo_rest_take_equivalents (GeoRest *rest, JsonArray *items);
/* The lists become what the answers say. */
void geo_rest_show (GeoRest *rest);
void geo_rest_count_open (GeoRest *rest);
/* NULL: it is not ours, or cannot be read. */
GeoActivity *geo_rest_read_payment (GeoRest *rest, JsonObject *item);
/* Takes rows. */
void geo_rest_hear (GeoRest *rest, GPtrArray *rows);
/* Whatever is in doubt is asked for again: with the same tx_id, it is paid once
 * at most. */
void geo_rest_settle (GeoRest *rest);

/* --- geo-rest.c --------------------------------------------------------- */

/* How do things stand? */
void geo_rest_poll_now (GeoRest *rest);

G_END_DECLS
