/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Puts a hub together and takes it apart again in order.  It must not listen
 * before everything is loaded, and not let go of the database before what was
 * decided is written.
 */
#include "hub/geo-hub.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "hub/geo-hub-clearing.h"
#include "hub/geo-hub-community.h"
#include "hub/geo-hub-gate.h"
#include "hub/geo-hub-guest.h"
#include "hub/geo-hub-listen.h"
#include "hub/geo-hub-tls.h"
#include "hub/rest/geo-hub-rest.h"
#include "hub/rest/geo-rest-events.h"
#include "net/geo-dial.h"
#include "net/geo-server.h"
#include "store/geo-hub-keeping.h"

#define DATABASE "hub.db"
#define KEY_FILE "hub.key"
/* How often stopping looks whether all is done. */
#define STOP_STEP_MS 10

typedef enum {
  PHASE_NEW = 1,
  PHASE_RUNNING = 2,
  PHASE_WRITING = 3, /* Stopping: the writer is not done. */
  PHASE_CLOSING = 4, /* Stopping: sessions and answers are under way. */
  PHASE_STOPPED = 5,
} Phase;

struct _GeoHub {
  GObject parent_instance;

  GeoHubConfig *config;
  gchar *data_dir;
  guint64 lost;
  Phase phase;

  GeoHubKey *key;
  GTlsCertificate *certificate;
  GeoEngine *engine;
  GeoHubClearing *clearing;
  GeoHubGuests *guests;
  GeoHubRest *rest;
  GeoHubGate *gate;
  GeoServer *server;
  gchar *address;

  guint stop_id;
  gint64 stop_by_us;
};

enum { SIGNAL_FAILED, SIGNAL_STOPPED, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (GeoHub, geo_hub, G_TYPE_OBJECT)

/* In this order: answers that wait for the engine go through the server, and
 * what the engine drops is told to the REST side. */
static void
take_apart (GeoHub *self) {
  g_clear_handle_id (&self->stop_id, g_source_remove);
  g_clear_pointer (&self->clearing, geo_hub_clearing_free);
  g_clear_pointer (&self->guests, geo_hub_guests_free);
  g_clear_pointer (&self->engine, geo_engine_free);
  g_clear_pointer (&self->rest, geo_hub_rest_free);
  g_clear_pointer (&self->gate, geo_hub_gate_free);
  if (self->server != NULL)
    geo_server_stop (self->server);
  g_clear_object (&self->server);
  g_clear_object (&self->certificate);
  g_clear_pointer (&self->key, geo_hub_key_free);
}

static void
geo_hub_dispose (GObject *object) {
  take_apart (GEO_HUB (object));

  G_OBJECT_CLASS (geo_hub_parent_class)->dispose (object);
}

static void
geo_hub_finalize (GObject *object) {
  GeoHub *self = GEO_HUB (object);

  g_clear_pointer (&self->config, geo_hub_config_free);
  g_clear_pointer (&self->data_dir, g_free);
  g_clear_pointer (&self->address, g_free);

  G_OBJECT_CLASS (geo_hub_parent_class)->finalize (object);
}

static void
geo_hub_class_init (GeoHubClass *class) {
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->dispose = geo_hub_dispose;
  object_class->finalize = geo_hub_finalize;

  signals[SIGNAL_FAILED] = g_signal_new ("failed", G_TYPE_FROM_CLASS (class),
                                         G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SIGNAL_STOPPED] = g_signal_new ("stopped", G_TYPE_FROM_CLASS (class),
                                          G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                          NULL, G_TYPE_NONE, 0);
}

static void
geo_hub_init (GeoHub *self) {
  self->phase = PHASE_NEW;
}

GeoHub *
geo_hub_new (GeoHubConfig *config, const gchar *data_dir) {
  GeoHub *self = g_object_new (GEO_TYPE_HUB, NULL);

  self->config = config;
  self->data_dir = g_strdup (data_dir);
  return self;
}

void
geo_hub_set_lost (GeoHub *self, guint64 lost) {
  g_return_if_fail (GEO_IS_HUB (self));

  self->lost = lost;
}

/* --- Stopping ------------------------------------------------------------- */

/* What one run cost: commits are what waited for the disk. */
static void
log_figures (GeoHub *self) {
  GeoEngineFigures figures;

  geo_engine_get_figures (self->engine, &figures);
  g_info ("stopped commits=%" G_GUINT64_FORMAT " changes=%" G_GUINT64_FORMAT
          " violations=%" G_GUINT64_FORMAT,
          figures.commits, figures.changes, figures.violations);
}

static gboolean
stop_step_cb (gpointer user_data) {
  GeoHub *self = user_data;
  gboolean late = g_get_monotonic_time () > self->stop_by_us;

  if (self->phase == PHASE_WRITING) {
    /* However long the disk takes: what was decided is written. */
    if (!geo_engine_is_idle (self->engine))
      return G_SOURCE_CONTINUE;
    self->phase = PHASE_CLOSING;
    self->stop_by_us = g_get_monotonic_time () +
                       GEO_HUB_STOP_MS_MAX * G_GINT64_CONSTANT (1000);
    /* Answers that the last write brought are given to the system before
     * connections are cut: one turn of the loop. */
    return G_SOURCE_CONTINUE;
  }
  geo_server_close_sessions (self->server);
  if (geo_server_get_n_sessions (self->server) > 0 && !late)
    return G_SOURCE_CONTINUE;

  self->stop_id = 0;
  self->phase = PHASE_STOPPED;
  log_figures (self);
  take_apart (self);
  g_signal_emit (self, signals[SIGNAL_STOPPED], 0);
  return G_SOURCE_REMOVE;
}

void
geo_hub_stop (GeoHub *self) {
  g_return_if_fail (GEO_IS_HUB (self));

  if (self->phase != PHASE_RUNNING)
    return;
  self->phase = PHASE_WRITING;
  geo_server_stop_listening (self->server);
  geo_hub_rest_set_clearing (self->rest, NULL);
  g_clear_pointer (&self->clearing, geo_hub_clearing_free);
  geo_hub_guests_stop (self->guests);
  self->stop_id = g_timeout_add (STOP_STEP_MS, stop_step_cb, self);
}

/* --- What comes in and goes out ------------------------------------------- */

static void
send_cb (const GeoPid *to, GeoMessage *message, gpointer user_data) {
  GeoHub *self = user_data;

  if (self->rest != NULL && geo_hub_rest_take_message (self->rest, to, message))
    return;
  if (self->guests != NULL)
    geo_hub_guests_send (self->guests, to, message);
}

/* Something is on disk. */
static void
changed_cb (const GeoChange *change, gpointer user_data) {
  GeoHub *self = user_data;

  geo_hub_rest_stored (self->rest, change);
  if (change->has_status && change->status == GEO_STATUS_BANNED)
    geo_hub_guests_ban (self->guests, &change->pid);
}

/* A hub that cannot write stops. */
static void
failed_cb (const GError *error, gpointer user_data) {
  GeoHub *self = user_data;

  g_critical ("the database cannot be written, so the hub stops: %s",
              error->message);
  g_signal_emit (self, signals[SIGNAL_FAILED], 0, error->message);
  geo_hub_stop (self);
}

/* FALSE when that address has to wait. */
static gboolean
may_ask (GeoHub *self, const gchar *address, guint *wait_seconds) {
  if (address == NULL ||
      geo_hub_gate_take (self->gate, address, g_get_monotonic_time (),
                         wait_seconds))
    return TRUE;
  geo_hub_metrics_held_back (geo_engine_get_metrics (self->engine));
  return FALSE;
}

static void
session_cb (GeoSession *session, gpointer user_data) {
  GeoHub *self = user_data;
  guint wait;

  if (self->phase != PHASE_RUNNING)
    geo_session_close (session, "The hub is going down");
  else if (!may_ask (self, geo_session_get_peer_address (session), &wait))
    geo_session_close (session, "Too many sessions at once");
  else
    geo_hub_guests_add (self->guests, session);
}

static const gchar *
may_listen_cb (const gchar *protocols, gpointer user_data) {
  GeoHub *self = user_data;

  return geo_hub_rest_may_open (self->rest, protocols);
}

static void
listener_cb (GeoSession *session, const gchar *protocols, gpointer user_data) {
  GeoHub *self = user_data;
  guint wait;

  if (self->phase != PHASE_RUNNING)
    geo_session_close (session, "The hub is going down");
  else if (!may_ask (self, geo_session_get_peer_address (session), &wait))
    geo_session_close (session, "Too many sessions at once");
  else
    geo_hub_rest_open (self->rest, session, protocols);
}

static void
send_metrics (GeoHub *self, GeoReply *reply) {
  GeoHubFigures figures;
  GeoHubGauges gauges = { 0 };
  g_autofree gchar *text = NULL;

  geo_hub_get_figures (self, &figures);
  gauges.commits = figures.engine.commits;
  gauges.violations = figures.engine.violations;
  gauges.open = figures.engine.open;
  gauges.waiting = figures.engine.waiting;
  gauges.sessions = figures.sessions;
  gauges.signed_in = figures.signed_in;
  gauges.listeners = geo_hub_rest_count_listeners (self->rest);
  gauges.participants = figures.participants;
  gauges.frozen_equivalents =
      geo_book_count_frozen_equivalents (geo_engine_get_book (self->engine));
  gauges.lost = self->lost;
  text = geo_hub_metrics_print (geo_engine_get_metrics (self->engine), &gauges);
  geo_reply_send (reply, 200, "text/plain; version=0.0.4; charset=utf-8", text,
                  -1);
}

static gboolean
is_local (const gchar *address) {
  g_autoptr (GInetAddress) parsed =
      address != NULL ? g_inet_address_new_from_string (address) : NULL;

  return parsed != NULL && g_inet_address_get_is_loopback (parsed);
}

/* The figures tell how busy a community is, so not everybody reads them. */
static gboolean
is_metrics (GeoHub *self, const GeoRequest *request) {
  if ((!g_str_equal (request->method, "GET") &&
       !g_str_equal (request->method, "HEAD")) ||
      (!g_str_equal (request->path, "/metrics") &&
       !g_str_equal (request->path, "/api/v1/metrics")))
    return FALSE;
  switch (self->config->metrics) {
  case GEO_HUB_WHO_NOBODY:
    return FALSE;
  case GEO_HUB_WHO_LOCAL:
    return is_local (request->peer_address);
  case GEO_HUB_WHO_ALL:
    return TRUE;
  }
  return FALSE;
}

static void
send_wait (GeoReply *reply, guint seconds) {
  g_autofree gchar *text = g_strdup_printf ("%u", seconds);

  geo_reply_set_header (reply, "Retry-After", text);
  geo_reply_send (reply, 429, "application/json",
                  "{\"error\":{\"code\":\"E009\",\"message\":\"Too many "
                  "requests\",\"details\":{}}}",
                  -1);
}

static void
request_cb (const GeoRequest *request, GeoReply *reply, gpointer user_data) {
  GeoHub *self = user_data;
  guint wait;

  if (self->phase == PHASE_RUNNING &&
      !may_ask (self, request->peer_address, &wait))
    send_wait (reply, wait);
  else if (self->phase == PHASE_RUNNING && is_metrics (self, request))
    send_metrics (self, reply);
  else if (self->phase == PHASE_RUNNING)
    geo_hub_rest_handle (self->rest, request, reply);
  else
    geo_reply_send (reply, 503, "application/json",
                    "{\"detail\":\"Going down\"}", -1);
}

/* --- Starting ------------------------------------------------------------- */

static gboolean
make_folder (GeoHub *self, GError **error) {
  if (g_mkdir_with_parents (self->data_dir, 0700) == 0)
    return TRUE;
  g_set_error (error, GEO_HUB_ERROR, GEO_HUB_ERROR_DATA,
               "Cannot make the data folder %s: %s", self->data_dir,
               g_strerror (errno));
  return FALSE;
}

/* Takes why. */
static gboolean
fail_store (GeoHub *self, GError **error, GError *why) {
  if (g_error_matches (why, GEO_STORE_ERROR, GEO_STORE_ERROR_LOCKED))
    g_set_error (error, GEO_HUB_ERROR, GEO_HUB_ERROR_LOCKED,
                 "Another hub runs on the data folder %s", self->data_dir);
  else
    g_set_error (error, GEO_HUB_ERROR, GEO_HUB_ERROR_DATA,
                 "The database in the data folder %s cannot be used: %s",
                 self->data_dir, why->message);
  g_error_free (why);
  return FALSE;
}

static gboolean
open_certificate (GeoHub *self, gchar **fingerprint, GError **error) {
  g_autoptr (GError) why = NULL;

  self->certificate = geo_hub_tls_open (self->config, self->data_dir, &why);
  if (why != NULL) {
    g_propagate_error (error, g_steal_pointer (&why));
    return FALSE;
  }
  if (self->certificate != NULL)
    *fingerprint = geo_certificate_get_fingerprint (self->certificate);
  return TRUE;
}

/* The community in force, with the key that it belongs to. */
static GeoCommunity *
open_community (GeoHub *self, GeoHubStore *writer, GError **error) {
  g_autofree gchar *path = g_build_filename (self->data_dir, KEY_FILE, NULL);
  g_autofree gchar *fingerprint = NULL;
  g_autoptr (GeoCommunity) before = NULL;
  g_autoptr (GeoCommunity) community = NULL;
  GError *why = NULL;

  before = geo_hub_store_get_community (writer, &why);
  if (before == NULL &&
      !g_error_matches (why, GEO_STORE_ERROR, GEO_STORE_ERROR_NOT_FOUND)) {
    fail_store (self, error, why);
    return NULL;
  }
  g_clear_error (&why);
  /* A database without its key is no reason for a new one. */
  self->key = geo_hub_key_open (path, before == NULL, error);
  if (self->key == NULL || !open_certificate (self, &fingerprint, error))
    return NULL;
  if (before != NULL) {
    g_autoptr (GHashTable) notes = geo_hub_store_load_notes (writer, &why);

    if (notes == NULL) {
      fail_store (self, error, why);
      return NULL;
    }
    geo_hub_community_apply_notes (self->config, before, notes);
  }
  community = geo_hub_community_make (self->config, fingerprint,
                                      self->key->secret, before,
                                      g_get_real_time () / 1000, error);
  if (community == NULL)
    return NULL;
  if (!geo_hub_store_set_community (writer, community, &why)) {
    fail_store (self, error, why);
    return NULL;
  }
  return g_steal_pointer (&community);
}

typedef struct {
  const GeoBook *book;
  guint debts;
  guint above;
} Debts;

static void
count_debt_cb (const GeoPid *debtor,
               const GeoPid *creditor,
               const gchar *equivalent,
               GeoAmount debt,
               gpointer user_data) {
  Debts *debts = user_data;
  const GeoTrustLine *line = geo_book_get_line (debts->book, creditor, debtor,
                                                equivalent);

  debts->debts++;
  /* I2: only where the limit was lowered afterwards. */
  if (line == NULL || line->status != GEO_LINE_STATUS_ACTIVE ||
      geo_amount_cmp (debt, line->limit.amount) > 0)
    debts->above++;
}

typedef struct {
  gchar *first;
} Findings;

static void
finding_cb (const gchar *rule, const gchar *text, gpointer user_data) {
  Findings *findings = user_data;

  if (findings->first == NULL)
    findings->first = g_strdup_printf ("%s: %s", rule, text);
}

/* I1–I8, as far as they can be seen in the file. */
static gboolean
inspect (GeoHubStore *reader, GError **error) {
  Findings findings = { NULL };
  g_autofree gchar *first = NULL;
  g_autoptr (GError) why = NULL;
  GeoHubInspection seen;
  gint64 began_us = g_get_monotonic_time ();
  gboolean read = geo_hub_store_inspect (reader, finding_cb, &findings, &seen,
                                         &why);

  first = findings.first;
  if (seen.findings > 0) {
    g_set_error (error, GEO_HUB_ERROR, GEO_HUB_ERROR_NOT_VERIFIED,
                 "The database does not hold (%" G_GUINT64_FORMAT
                 " findings, see geo-hub check); the first: %s",
                 seen.findings, first);
    return FALSE;
  }
  if (!read) {
    g_set_error (error, GEO_HUB_ERROR, GEO_HUB_ERROR_DATA,
                 "The database cannot be checked: %s", why->message);
    return FALSE;
  }
  g_info ("checked transactions=%" G_GUINT64_FORMAT
          " entries=%" G_GUINT64_FORMAT " ms=%" G_GINT64_FORMAT,
          seen.transactions, seen.entries,
          (g_get_monotonic_time () - began_us) / 1000);
  return TRUE;
}

static gboolean
open_engine (GeoHub *self, GError **error) {
  g_autofree gchar *path = g_build_filename (self->data_dir, DATABASE, NULL);
  g_autoptr (GeoHubStore) writer = NULL;
  g_autoptr (GeoHubStore) reader = NULL;
  g_autoptr (GeoCommunity) community = NULL;
  GeoCloserLimits limits;
  Debts debts = { 0 };
  GError *why = NULL;

  writer = geo_hub_store_open (path, FALSE, &why);
  if (writer == NULL)
    return fail_store (self, error, why);
  community = open_community (self, writer, error);
  if (community == NULL)
    return FALSE;
  reader = geo_hub_store_open (path, TRUE, &why);
  if (reader == NULL)
    return fail_store (self, error, why);
  if (self->config->check_at_start && !inspect (reader, error))
    return FALSE;
  geo_closer_limits_init (&limits);
  limits.orders_max = self->config->orders_open_max;
  limits.payment_units_max = self->config->max_payment_amount;
  limits.line_units_max = self->config->max_trust_line_limit;
  limits.clears = self->config->clears;
  limits.min_clearing_amount = GEO_AMOUNT (self->config->clearing_min_amount);
  /* I3 and the rest of what the book cannot hold is found by loading it. */
  self->engine = geo_engine_new (g_steal_pointer (&writer),
                                 g_steal_pointer (&reader), community,
                                 self->key, &limits, &why);
  if (self->engine == NULL)
    return fail_store (self, error, why);
  geo_engine_set_funcs (self->engine, send_cb, failed_cb, self);

  debts.book = geo_engine_get_book (self->engine);
  geo_book_foreach_debt (debts.book, count_debt_cb, &debts);
  g_info (
      "loaded participants=%u debts=%u above_limit=%u seq=%" G_GINT64_FORMAT,
      geo_book_n_participants (debts.book), debts.debts, debts.above,
      community->seq);
  return TRUE;
}

static gboolean
start_listening (GeoHub *self, GError **error) {
  self->server = geo_server_new ();
  geo_server_set_session_handler (self->server, GEO_NODE_PATH, session_cb,
                                  self);
  geo_server_set_request_handler (self->server, request_cb, self);
  if (self->config->rest_enabled)
    geo_server_set_text_handler (self->server, GEO_REST_EVENTS_PATH,
                                 may_listen_cb, listener_cb, self);
  self->address = geo_hub_listen (self->server, self->config, self->certificate,
                                  error);
  return self->address != NULL;
}

static gboolean
open_rest (GeoHub *self, GError **error) {
  g_autofree gchar *path = g_build_filename (self->data_dir, DATABASE, NULL);
  GError *why = NULL;

  self->rest = geo_hub_rest_new (self->engine, self->config, self->key, path,
                                 &why);
  if (self->rest == NULL)
    return fail_store (self, error, why);
  geo_engine_set_change_func (self->engine, changed_cb, self);
  return TRUE;
}

gboolean
geo_hub_start (GeoHub *self, GError **error) {
  g_return_val_if_fail (GEO_IS_HUB (self), FALSE);
  g_return_val_if_fail (self->phase == PHASE_NEW, FALSE);

  if (!make_folder (self, error) || !open_engine (self, error)) {
    take_apart (self);
    return FALSE;
  }
  self->guests = geo_hub_guests_new (self->engine, self->config);
  if (!open_rest (self, error)) {
    take_apart (self);
    return FALSE;
  }
  /* Whether it clears can be switched while the hub runs: the closer knows. */
  self->clearing = geo_hub_clearing_new (self->engine,
                                         self->config->clearing_interval_s,
                                         self->config->clearing_max_length);
  geo_hub_rest_set_clearing (self->rest, self->clearing);
  self->gate = geo_hub_gate_new (self->config->requests_per_second);
  if (!start_listening (self, error)) {
    take_apart (self);
    return FALSE;
  }
  self->phase = PHASE_RUNNING;
  return TRUE;
}

/* --- Looking -------------------------------------------------------------- */

const gchar *
geo_hub_get_address (GeoHub *self) {
  g_return_val_if_fail (GEO_IS_HUB (self), NULL);

  return self->address;
}

const GeoCommunity *
geo_hub_get_community (GeoHub *self) {
  g_return_val_if_fail (GEO_IS_HUB (self), NULL);
  g_return_val_if_fail (self->engine != NULL, NULL);

  return geo_book_get_community (geo_engine_get_book (self->engine));
}

void
geo_hub_get_figures (GeoHub *self, GeoHubFigures *out) {
  g_return_if_fail (GEO_IS_HUB (self));
  g_return_if_fail (self->engine != NULL);

  geo_engine_get_figures (self->engine, &out->engine);
  out->sessions = geo_hub_guests_count (self->guests, &out->signed_in);
  out->participants =
      geo_book_n_participants (geo_engine_get_book (self->engine));
}
