/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a person wants of a hub of the public REST contract: to trust, to know
 * how much can be paid, to find somebody, to have its word about a payment.
 */
#include "config.h"

#include "node/geo-rest-talk-private.h"

#include <glib/gi18n-lib.h>

#include "node/geo-items-private.h"

/* --- What a person wants ------------------------------------------------ */

typedef struct {
  GTask *task;
  GListStore *found;
  gboolean has_amount;
  guint precision;
} Wish;

static Wish *
wish_new (GTask *task) {
  Wish *wish = g_new0 (Wish, 1);

  wish->task = task;
  return wish;
}

/* Ends the wish where the answer is none, or a no. */
static gboolean
wish_failed (Wish *wish, guint status, JsonObject *answer) {
  if (status >= 200 && status < 300)
    return FALSE;
  if (status == 0) {
    g_task_return_new_error (wish->task, GEO_NODE_ERROR, GEO_NODE_ERROR_TIMEOUT,
                             "%s",
                             _ ("The hub did not answer in time. Try again."));
  } else {
    g_autofree gchar *message = geo_rest_phrase_refusal (answer, NULL);

    g_task_return_new_error (wish->task, GEO_NODE_ERROR, GEO_NODE_ERROR_REFUSED,
                             "%s", message);
  }
  return TRUE;
}

static void
wish_free (Wish *wish) {
  g_clear_object (&wish->task);
  g_clear_object (&wish->found);
  g_free (wish);
}

static void
trusted_cb (GeoRest *rest, guint status, JsonObject *answer, gpointer data) {
  Wish *wish = data;

  if (!wish_failed (wish, status, answer))
    g_task_return_boolean (wish->task, TRUE);
  if (rest != NULL)
    geo_rest_poll_now (rest);
  wish_free (wish);
}

/* The number of my line that is there; NULL: there is none. */
static const gchar *
find_line (GeoRest *rest, const GeoPid *to, const gchar *equivalent) {
  JsonArray *lines = geo_rest_get_array (rest->answers, "trustlines");

  for (guint i = 0; lines != NULL && i < json_array_get_length (lines); i++) {
    JsonObject *line = geo_rest_get_element (lines, i);
    GeoPid from, other;

    if (geo_rest_get_pid (line, "from", &from) &&
        geo_rest_get_pid (line, "to", &other) &&
        geo_pid_equal (&from, &rest->node->pid) && geo_pid_equal (&other, to) &&
        g_strcmp0 (geo_rest_get_text (line, "equivalent"), equivalent) == 0 &&
        g_strcmp0 (geo_rest_get_text (line, "status"), "active") == 0)
      return geo_rest_get_text (line, "id");
  }
  return NULL;
}

void
geo_rest_trust (GeoRest *rest,
                const GeoPid *to,
                const gchar *equivalent,
                GeoAmount limit,
                gboolean close,
                GTask *task) {
  const gchar *id = find_line (rest, to, equivalent);
  gboolean known;
  g_autofree gchar *pid = geo_pid_to_string (to);
  g_autofree gchar *amount = geo_amount_to_string (
      limit, geo_rest_get_precision (rest, equivalent, &known));
  g_autofree gchar *escaped = id != NULL ? g_uri_escape_string (id, NULL, FALSE)
                                         : NULL;
  g_autofree gchar *path = g_strconcat (GEO_REST_API "/trustlines",
                                        id != NULL ? "/" : NULL, escaped, NULL);
  g_autofree gchar *body = NULL;

  if (close && id == NULL) {
    g_task_return_new_error (task, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT, "%s",
                             _ ("There is no such trust to close."));
    g_object_unref (task);
    return;
  }
  if (close)
    body = geo_rest_sign (rest, "id", id, NULL);
  else if (id != NULL)
    body = geo_rest_sign (rest, "id", id, "limit", amount, NULL);
  else
    body = geo_rest_sign (rest, "equivalent", equivalent, "limit", amount, "to",
                          pid, NULL);
  geo_rest_ask (rest,
                close        ? "DELETE"
                : id != NULL ? "PATCH"
                             : "POST",
                path, body, trusted_cb, wish_new (task));
}

static void
quoted_cb (GeoRest *rest, guint status, JsonObject *answer, gpointer data) {
  Wish *wish = data;
  GeoAmount max;

  if (!wish_failed (wish, status, answer)) {
    if (geo_rest_get_amount (answer, "max_amount", wish->precision, &max))
      g_task_return_pointer (
          wish->task,
          geo_quote_new (
              max, wish->precision,
              wish->has_amount ? json_object_get_boolean_member_with_default (
                                     answer, "can_pay", FALSE)
                               : max.minor > 0),
          g_object_unref);
    else
      g_task_return_new_error (wish->task, GEO_NODE_ERROR,
                               GEO_NODE_ERROR_REFUSED, "%s",
                               _ ("The hub's answer cannot be used."));
  }
  wish_free (wish);
}

void
geo_rest_quote (GeoRest *rest,
                const GeoPid *to,
                const gchar *equivalent,
                const GeoAmount *amount,
                guint precision,
                GTask *task) {
  Wish *wish = wish_new (task);
  g_autofree gchar *pid = geo_pid_to_string (to);
  g_autofree gchar *path = NULL;

  wish->precision = precision;
  wish->has_amount = amount != NULL && amount->minor > 0;
  if (wish->has_amount) {
    g_autofree gchar *text = geo_amount_to_string (*amount, precision);

    path = g_strdup_printf (GEO_REST_API
                            "/payments/capacity?to=%s&equivalent=%s&amount=%s",
                            pid, equivalent, text);
  } else {
    path = g_strdup_printf (
        GEO_REST_API "/payments/max-flow?to=%s&equivalent=%s", pid, equivalent);
  }
  geo_rest_ask (rest, "GET", path, NULL, quoted_cb, wish);
}

static void
add_found (GeoRest *rest, GListStore *found, JsonObject *item) {
  GListModel *model = G_LIST_MODEL (found);
  g_autoptr (GeoPerson) made = NULL;
  GeoPerson *person;
  GeoPid pid;

  if (!geo_rest_get_pid (item, "pid", &pid) ||
      geo_pid_equal (&pid, &rest->node->pid) ||
      g_list_model_get_n_items (model) >= GEO_NODE_FOUND_MAX)
    return;
  geo_rest_put_name (rest, &pid, geo_rest_get_text (item, "display_name"));
  for (guint i = 0; i < g_list_model_get_n_items (model); i++) {
    g_autoptr (GeoPerson) there = g_list_model_get_item (model, i);

    if (geo_pid_equal (geo_person_get_pid (there), &pid))
      return;
  }
  person = geo_node_get_person (rest->node, &pid);
  if (person == NULL)
    person = made = geo_person_new (&pid, geo_rest_find_name (rest, &pid));
  g_list_store_append (found, person);
}

static void
people_cb (GeoRest *rest, guint status, JsonObject *answer, gpointer data) {
  Wish *wish = data;
  JsonArray *items = geo_rest_get_array (answer, "items");

  if (rest != NULL && status == 200 && items != NULL)
    for (guint i = 0; i < json_array_get_length (items); i++)
      add_found (rest, wish->found, geo_rest_get_element (items, i));
  else if (rest != NULL && status == 200)
    add_found (rest, wish->found, answer);
  /* Whoever is known here was found without the hub. */
  g_task_return_pointer (wish->task, g_steal_pointer (&wish->found),
                         g_object_unref);
  wish_free (wish);
}

void
geo_rest_find_people (GeoRest *rest,
                      const gchar *text,
                      GListStore *found,
                      GTask *task) {
  Wish *wish = wish_new (task);
  g_autofree gchar *escaped = g_uri_escape_string (text, NULL, FALSE);
  g_autofree gchar *path = NULL;
  GeoPid pid;

  wish->found = found;
  path = geo_pid_parse (text, &pid, NULL)
             ? g_strconcat (GEO_REST_API "/participants/", text, NULL)
             : g_strdup_printf (GEO_REST_API
                                "/participants/search?q=%s&limit=%d",
                                escaped, GEO_NODE_FOUND_MAX);
  geo_rest_ask (rest, "GET", path, NULL, people_cb, wish);
}

static void
statement_cb (GeoRest *rest, guint status, JsonObject *answer, gpointer data) {
  Wish *wish = data;

  if (!wish_failed (wish, status, answer)) {
    g_autoptr (JsonNode) said = json_node_new (JSON_NODE_OBJECT);
    g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
    JsonObject *object = json_object_new ();
    g_autofree gchar *at = geo_time_to_string (geo_node_now ());

    /* It says by itself that nobody signed it. */
    json_object_set_string_member (object, "kind", "hub-says");
    json_object_set_boolean_member (object, "proven", FALSE);
    json_object_set_string_member (
        object, "hub", rest != NULL ? geo_http_get_address (rest->http) : NULL);
    json_object_set_string_member (object, "at", at);
    json_node_set_object (said, answer);
    json_object_set_member (object, "said", g_steal_pointer (&said));
    json_node_take_object (node, object);
    g_task_return_pointer (wish->task, geo_rest_to_text (node), g_free);
  }
  wish_free (wish);
}

void
geo_rest_statement (GeoRest *rest, const gchar *tx_id, GTask *task) {
  g_autofree gchar *escaped = g_uri_escape_string (tx_id, NULL, FALSE);
  g_autofree gchar *path = g_strconcat (GEO_REST_API "/payments/", escaped,
                                        NULL);

  geo_rest_ask (rest, "GET", path, NULL, statement_cb, wish_new (task));
}
