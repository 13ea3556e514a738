/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the parts of the REST side share: the one table of routes, a request on
 * its way, and how it is answered.  For geo-hub-rest.c and geo-rest-*.c only.
 */
#pragma once

#include "hub/geo-hub-settings.h"
#include "hub/rest/geo-hub-rest.h"
#include "hub/rest/geo-rest-events.h"
#include "hub/rest/geo-rest-json.h"
#include "hub/rest/geo-rest-pending.h"
#include "hub/rest/geo-rest-token.h"
#include "protocol/geo-book-route.h"
#include "store/geo-hub-history.h"
#include "store/geo-hub-keeping.h"

G_BEGIN_DECLS

typedef struct _GeoRestIntegrity GeoRestIntegrity;
typedef struct _GeoRestLogins GeoRestLogins;

struct _GeoHubRest {
  GeoEngine *engine;
  const GeoHubConfig *config;
  GeoSecret *secret; /* The community's key */
  guint8 token_key[GEO_REST_TOKEN_KEY_LEN];
  gchar *path; /* Of the database */
  gint64 started_us;
  GHashTable *buckets; /* Address → GeoBucket */
  GHashTable *notes; /* Code → note of an equivalent, JSON */
  GeoRestLogins *logins;
  GeoRestPending *pending;
  GeoHubSettings *settings;
  GeoRestIntegrity *integrity;
  GeoRestEvents *events;
  gchar *openapi; /* NULL: nobody has asked for it */
  gboolean is_handling; /* A handler runs, and has read what it answers with. */
  guint looks; /* For cycles, in other threads */
  GeoHubClearing *clearing; /* Borrowed; may be NULL */
  GCancellable *stop; /* What other threads do is for nobody any more. */
};

/* --- A request -------------------------------------------------------------
 */

#define GEO_REST_ARGS_MAX 1

/* Lives until its handler returns; the reply may be taken to answer later. */
typedef struct {
  GeoHubRest *rest;
  const GeoRequest *request;
  GeoReply *reply;
  const GeoBook *book;
  GeoHubStore *reader;
  GeoPid pid; /* Who asks: GEO_REST_BEARER */
  gchar *args[GEO_REST_ARGS_MAX]; /* What stands at {…} in the path */
} GeoRestCall;

typedef void (*GeoRestFunc) (GeoRestCall *call);

typedef enum {
  GEO_REST_OPEN = 1, /* Anybody. */
  GEO_REST_BEARER = 2, /* A participant. */
  GEO_REST_ADMIN = 3, /* The hub's owner. */
} GeoRestAuth;

typedef struct {
  const gchar *method;
  const gchar *path; /* Behind the prefix; "/trustlines/{id}" */
  GeoRestAuth auth;
  GeoRestFunc func;
  const gchar *statuses; /* Beside those that auth brings, "200 404" */
  const gchar *summary;
  /* In the words of geo-rest-openapi.h; each may be NULL. */
  const gchar *query; /* Fields */
  const gchar *body; /* A name */
  const gchar *answer; /* A name */
} GeoRestRoute;

#define GEO_REST_PREFIX "/api/v1"

/* All of them; ends with a method of NULL. */
extern const GeoRestRoute geo_rest_routes[];

/* --- Answers (geo-rest-answer.c) -------------------------------------------
 */

GeoTime geo_rest_now (void);
GeoReply *geo_rest_take_reply (GeoRestCall *call);

/* The status that says that code; 404 is the caller's to know. */
guint geo_rest_status_of (GeoCode code);

/* Each is the one answer.  Takes object. */
void geo_rest_send (GeoReply *reply, guint status, JsonObject *object);
/* Takes details, which may be NULL. */
void geo_rest_refuse (GeoReply *reply,
                      guint status,
                      GeoCode code,
                      const gchar *message,
                      JsonObject *details);
/* {"items": […]}; takes items. */
void geo_rest_send_items (GeoReply *reply, JsonArray *items);
/* The same of each of list, or that the disk could not be read. */
typedef JsonObject *(*GeoRestShowFunc) (GeoRestCall *call,
                                        gconstpointer one,
                                        GError **error);
void geo_rest_send_shown (GeoRestCall *call,
                          const GPtrArray *list,
                          GeoRestShowFunc show);
/* With page, per_page and total. */
void geo_rest_send_page (GeoReply *reply,
                         JsonArray *items,
                         const GeoRestPage *page,
                         gint64 total);
/* 422, what is wrong; the faults are then empty. */
void geo_rest_send_faults (GeoReply *reply, GeoRestFaults *faults);
/* The disk could not be read: 500. */
void geo_rest_send_unreadable (GeoReply *reply, const GError *error);
/* 404 E001 "<what> <name> not found"; name may be NULL. */
void
geo_rest_send_missing (GeoReply *reply, const gchar *what, const gchar *name);

/* An answer that waits for the disk: make is called when that is done.  To be
 * given to the engine with the two functions below. */
typedef void (*GeoRestLaterFunc) (GeoHubRest *rest,
                                  GeoReply *reply,
                                  gpointer data);
typedef struct {
  GeoHubRest *rest;
  GeoReply *reply; /* NULL when it is answered. */
  GeoRestLaterFunc func;
  gpointer data;
  GDestroyNotify destroy;
} GeoRestLater;
GeoRestLater *geo_rest_later_new (GeoRestCall *call,
                                  GeoRestLaterFunc func,
                                  gpointer data,
                                  GDestroyNotify destroy);
void geo_rest_later_done (gpointer later);
/* What was not done is answered 500: the hub stops. */
void geo_rest_later_free (gpointer later);

/* The body of a request as an object, or NULL, and it is answered.  numbers:
 * see geo_rest_body_parse (). */
JsonNode *geo_rest_read_body (GeoRestCall *call,
                              const gchar *numbers,
                              GeoRestFaults *faults);
/* TRUE when there were faults, and it is answered. */
gboolean geo_rest_is_faulty (GeoRestCall *call, GeoRestFaults *faults);
/* Why the hub's owner does it; borrowed, NULL where it is not there. */
const gchar *geo_rest_read_reason (JsonObject *object,
                                   gboolean required,
                                   GeoRestFaults *faults);

/* Canonical bytes of what was signed (taken), or NULL where it has no such
 * form. */
GBytes *geo_rest_signed_bytes (JsonObject *object);

/* Who did what; every text is copied.  before and after are taken and may be
 * NULL. */
GeoAudit *geo_rest_audit (const GeoRestCall *call,
                          const gchar *role,
                          const gchar *action,
                          const gchar *object_type,
                          const gchar *object_id,
                          const gchar *reason,
                          JsonObject *before,
                          JsonObject *after);

/* --- Parts -----------------------------------------------------------------
 */

/* geo-rest-auth.c */
GeoRestLogins *geo_rest_logins_new (GHashTable *used_tokens);
void geo_rest_logins_free (GeoRestLogins *logins);
/* FALSE: it is answered. */
gboolean geo_rest_sign_in (GeoRestCall *call);
/* An access token, and whose it is; FALSE: it is none, or over. */
gboolean
geo_rest_read_access (GeoHubRest *rest, const gchar *token, GeoRestToken *out);
/* FALSE and an error where the disk fails. */
gboolean geo_rest_read_banned (GeoHubRest *rest,
                               const GeoPid *pid,
                               gboolean *banned,
                               GError **error);

/* geo-rest-admin.c */
JsonObject *geo_rest_show_audit (const GeoHubAudit *line);
/* NULL and an error where the disk fails. */
JsonArray *geo_rest_show_incidents (GeoRestCall *call, GError **error);

/* geo-rest-integrity.c */
GeoRestIntegrity *geo_rest_integrity_new (void);
/* Those that wait are answered. */
void geo_rest_integrity_free (GeoRestIntegrity *integrity);

/* geo-rest-participants.c */
const gchar *geo_rest_status_word (GeoStatus status);
/* A participant as REST shows it; NULL and an error where the disk fails. */
JsonObject *
geo_rest_show_participant (GeoHubRest *rest, const GeoPid *pid, GError **error);
/* What it calls itself, as it was written; "" where it is not known. */
gchar *geo_rest_display_name (GeoHubRest *rest, const GeoPid *pid);

/* geo-rest-payments.c */
/* FALSE: it is answered. */
gboolean
geo_rest_read_payee (GeoRestCall *call, const gchar *text, GeoPid *out);
gboolean geo_rest_read_amount (GeoRestCall *call,
                               const gchar *text,
                               const GeoEquivalent *equivalent,
                               GeoAmount *out);

/* geo-rest-trustlines.c */
/* A line as REST shows it; NULL and an error where the disk fails. */
JsonObject *
geo_rest_show_line (GeoHubRest *rest, const GeoTrustLine *line, GError **error);

/* geo-rest-equivalents.c */
/* NULL, and it is answered 404. */
const GeoEquivalent *
geo_rest_need_equivalent (GeoRestCall *call, const gchar *code);
/* The one that totals are counted in; NULL where there is none. */
const GeoEquivalent *geo_rest_main_equivalent (const GeoBook *book);
JsonObject *geo_rest_show_equivalent (GeoHubRest *rest, const gchar *code);
/* Whether it is active: tells the closer. */
void geo_rest_apply_note (GeoHubRest *rest, const gchar *code);

/* --- Handlers --------------------------------------------------------------
 */

void geo_rest_get_health (GeoRestCall *call);
void geo_rest_get_healthz (GeoRestCall *call);
void geo_rest_get_health_db (GeoRestCall *call);
void geo_rest_get_openapi (GeoRestCall *call);
void geo_rest_get_metrics (GeoRestCall *call);
void geo_rest_get_ws (GeoRestCall *call);

void geo_rest_post_challenge (GeoRestCall *call);
void geo_rest_post_login (GeoRestCall *call);
void geo_rest_post_refresh (GeoRestCall *call);

void geo_rest_post_participants (GeoRestCall *call);
void geo_rest_get_participants (GeoRestCall *call);
void geo_rest_search_participants (GeoRestCall *call);
void geo_rest_get_me (GeoRestCall *call);
void geo_rest_patch_me (GeoRestCall *call);
void geo_rest_get_participant (GeoRestCall *call);

void geo_rest_get_equivalents (GeoRestCall *call);

void geo_rest_get_balance (GeoRestCall *call);
void geo_rest_get_debts (GeoRestCall *call);

void geo_rest_post_trustlines (GeoRestCall *call);
void geo_rest_get_trustlines (GeoRestCall *call);
void geo_rest_get_trustline (GeoRestCall *call);
void geo_rest_patch_trustline (GeoRestCall *call);
void geo_rest_delete_trustline (GeoRestCall *call);

void geo_rest_get_capacity (GeoRestCall *call);
void geo_rest_get_max_flow (GeoRestCall *call);
void geo_rest_post_payments (GeoRestCall *call);
void geo_rest_get_payments (GeoRestCall *call);
void geo_rest_get_payment (GeoRestCall *call);

void geo_rest_get_cycles (GeoRestCall *call);
void geo_rest_post_clearing (GeoRestCall *call);

void geo_rest_get_integrity (GeoRestCall *call);
void geo_rest_post_verify (GeoRestCall *call);
void geo_rest_get_checksum (GeoRestCall *call);
void geo_rest_get_integrity_log (GeoRestCall *call);

void geo_rest_get_config (GeoRestCall *call);
void geo_rest_patch_config (GeoRestCall *call);
void geo_rest_get_flags (GeoRestCall *call);
void geo_rest_patch_flags (GeoRestCall *call);
void geo_rest_get_whoami (GeoRestCall *call);
void geo_rest_admin_participants (GeoRestCall *call);
void geo_rest_admin_participants_stats (GeoRestCall *call);
void geo_rest_admin_freeze (GeoRestCall *call);
void geo_rest_admin_unfreeze (GeoRestCall *call);
void geo_rest_admin_ban (GeoRestCall *call);
void geo_rest_admin_unban (GeoRestCall *call);
void geo_rest_admin_metrics (GeoRestCall *call);
void geo_rest_admin_get_equivalents (GeoRestCall *call);
void geo_rest_admin_post_equivalent (GeoRestCall *call);
void geo_rest_admin_patch_equivalent (GeoRestCall *call);
void geo_rest_admin_delete_equivalent (GeoRestCall *call);
void geo_rest_admin_usage (GeoRestCall *call);
void geo_rest_admin_audit_log (GeoRestCall *call);
void geo_rest_admin_trustlines (GeoRestCall *call);
void geo_rest_admin_bottlenecks (GeoRestCall *call);
void geo_rest_admin_liquidity (GeoRestCall *call);
void geo_rest_admin_incidents (GeoRestCall *call);
void geo_rest_admin_abort (GeoRestCall *call);
void geo_rest_admin_graph (GeoRestCall *call);
void geo_rest_admin_ego (GeoRestCall *call);
void geo_rest_admin_cycles (GeoRestCall *call);
void geo_rest_admin_migrations (GeoRestCall *call);

G_END_DECLS
