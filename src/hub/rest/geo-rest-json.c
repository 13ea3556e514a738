/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Members in and out.  It must not lose or change a character of what was
 * signed: nothing is trimmed, rounded or filled in here.
 */
#include "hub/rest/geo-rest-json.h"

#include <string.h>

#include "core/geo-json.h"

/* A request may name many wrong things; this many are told. */
#define FAULTS_MAX 32
#define PER_PAGE 20
#define PER_PAGE_MAX 200
#define PAGE_MAX 1000000

/* --- Answers ---------------------------------------------------------------
 */

void
geo_rest_set_text (JsonObject *object, const gchar *name, const gchar *text) {
  if (text == NULL)
    json_object_set_null_member (object, name);
  else
    json_object_set_string_member (object, name, text);
}

void
geo_rest_set_pid (JsonObject *object, const gchar *name, const GeoPid *pid) {
  g_autofree gchar *text = geo_pid_to_string (pid);

  json_object_set_string_member (object, name, text);
}

void
geo_rest_set_time (JsonObject *object, const gchar *name, GeoTime at) {
  g_autofree gchar *text = geo_time_to_string (at);

  json_object_set_string_member (object, name, text);
}

void
geo_rest_set_amount (JsonObject *object,
                     const gchar *name,
                     GeoAmount amount,
                     guint precision) {
  g_autofree gchar *text = geo_amount_to_string (amount, precision);

  json_object_set_string_member (object, name, text);
}

void
geo_rest_set_json (JsonObject *object, const gchar *name, const gchar *text) {
  JsonNode *node = text == NULL ? NULL
                                : geo_json_parse (text, strlen (text),
                                                  GEO_JSON_SIZE_MAX, NULL);

  if (node == NULL)
    json_object_set_null_member (object, name);
  else
    json_object_set_member (object, name, node);
}

gchar *
geo_rest_object_to_text (JsonObject *object) {
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  gchar *text;

  json_node_take_object (node, object);
  text = geo_json_canonical (node, NULL, NULL);
  /* What is told again of a request, or of a profile, may have keys that are
   * not ASCII: JSON, but nothing that has a canonical form. */
  if (text == NULL)
    text = json_to_string (node, FALSE);
  return text;
}

gchar *
geo_rest_error_text (GeoCode code, const gchar *message, JsonObject *details) {
  JsonObject *outer = json_object_new ();
  JsonObject *error = json_object_new ();

  json_object_set_string_member (error, "code", geo_code_to_string (code));
  json_object_set_string_member (error, "message", message);
  json_object_set_object_member (
      error, "details", details != NULL ? details : json_object_new ());
  json_object_set_object_member (outer, "error", error);
  return geo_rest_object_to_text (outer);
}

/* --- What is wrong ---------------------------------------------------------
 */

void
geo_rest_faults_init (GeoRestFaults *faults, const gchar *place) {
  faults->place = place;
  faults->faults = json_array_new ();
}

void
geo_rest_faults_clear (GeoRestFaults *faults) {
  g_clear_pointer (&faults->faults, json_array_unref);
}

gboolean
geo_rest_faults_any (const GeoRestFaults *faults) {
  return json_array_get_length (faults->faults) > 0;
}

static JsonArray *
make_place (const GeoRestFaults *faults, const gchar *field) {
  JsonArray *place = json_array_new ();
  g_auto (GStrv) parts = field == NULL ? NULL : g_strsplit (field, "/", -1);

  if (faults->place != NULL)
    json_array_add_string_element (place, faults->place);
  for (guint i = 0; parts != NULL && parts[i] != NULL; i++)
    json_array_add_string_element (place, parts[i]);
  return place;
}

void
geo_rest_faults_add (GeoRestFaults *faults,
                     const gchar *type,
                     const gchar *field,
                     const gchar *message,
                     JsonNode *input) {
  JsonObject *fault;

  if (json_array_get_length (faults->faults) >= FAULTS_MAX)
    return;
  fault = json_object_new ();
  json_object_set_string_member (fault, "type", type);
  json_object_set_array_member (fault, "loc", make_place (faults, field));
  json_object_set_string_member (fault, "msg", message);
  json_object_set_member (fault, "input",
                          input != NULL ? json_node_copy (input)
                                        : json_node_new (JSON_NODE_NULL));
  json_array_add_object_element (faults->faults, fault);
}

/* With the bound that was not kept. */
static void
add_bound (GeoRestFaults *faults,
           const gchar *type,
           const gchar *field,
           const gchar *message,
           JsonNode *input,
           const gchar *bound_name,
           gint64 bound) {
  guint n = json_array_get_length (faults->faults);
  JsonObject *context;

  geo_rest_faults_add (faults, type, field, message, input);
  if (json_array_get_length (faults->faults) == n)
    return;
  context = json_object_new ();
  json_object_set_int_member (context, bound_name, bound);
  json_object_set_object_member (
      json_array_get_object_element (faults->faults, n), "ctx", context);
}

JsonObject *
geo_rest_faults_take (GeoRestFaults *faults, const gchar *name) {
  JsonObject *object = json_object_new ();

  json_object_set_array_member (object, name,
                                g_steal_pointer (&faults->faults));
  faults->faults = json_array_new ();
  return object;
}

/* --- Bodies ----------------------------------------------------------------
 */

static void
add_no_json (GeoRestFaults *faults, const gchar *why) {
  JsonObject *fault = json_object_new ();
  JsonObject *context = json_object_new ();
  JsonArray *place = json_array_new ();

  json_array_add_string_element (place, "body");
  json_array_add_int_element (place, 0);
  json_object_set_string_member (context, "error", why);
  json_object_set_string_member (fault, "type", "json_invalid");
  json_object_set_array_member (fault, "loc", place);
  json_object_set_string_member (fault, "msg", "JSON decode error");
  json_object_set_object_member (fault, "input", json_object_new ());
  json_object_set_object_member (fault, "ctx", context);
  json_array_add_object_element (faults->faults, fault);
}

/* Behind a string that begins at at; the text went through the gate. */
static const gchar *
skip_string (const gchar *at) {
  for (at++; *at != '"'; at++)
    if (*at == '\\')
      at++;
  return at + 1;
}

static const gchar *
skip_space (const gchar *at) {
  return at + strspn (at, " \t\r\n");
}

/* The same text, with the number that is the value of the member `name` at the
 * top as a string.  body went through the gate. */
static gchar *
quote_number (const gchar *body, const gchar *name) {
  g_autofree gchar *quoted = g_strdup_printf ("\"%s\"", name);
  gsize quoted_len = strlen (quoted);
  guint depth = 0;

  for (const gchar *at = body; *at != '\0';) {
    const gchar *from = at;
    gsize len;

    if (*at == '{' || *at == '[')
      depth++;
    else if (*at == '}' || *at == ']')
      depth--;
    if (*at != '"') {
      at++;
      continue;
    }
    at = skip_string (at);
    if (depth != 1 || (gsize) (at - from) != quoted_len ||
        strncmp (from, quoted, quoted_len) != 0)
      continue;
    at = skip_space (at);
    if (*at != ':')
      continue;
    at = skip_space (at + 1);
    len = strspn (at, "-+.0123456789eE");
    if (len > 0)
      return g_strdup_printf ("%.*s\"%.*s\"%s", (int) (at - body), body,
                              (int) len, at, at + len);
  }
  return g_strdup (body);
}

JsonNode *
geo_rest_body_parse (const gchar *body,
                     gsize len,
                     const gchar *numbers,
                     GeoRestFaults *faults) {
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) root = NULL;
  g_autofree gchar *text = NULL;

  if (len == 0) {
    GeoRestFaults whole = { "body", faults->faults };

    geo_rest_faults_add (&whole, "missing", NULL, "Field required", NULL);
    return NULL;
  }
  if (!geo_json_check (body, len, GEO_JSON_SIZE_MAX, numbers != NULL, &error)) {
    add_no_json (faults, error->message);
    return NULL;
  }
  text = numbers == NULL ? g_strdup (body) : quote_number (body, numbers);
  root = geo_json_parse (text, strlen (text), GEO_JSON_SIZE_MAX, &error);
  if (root == NULL) {
    add_no_json (faults, error->message);
    return NULL;
  }
  if (!JSON_NODE_HOLDS_OBJECT (root)) {
    GeoRestFaults whole = { "body", faults->faults };

    geo_rest_faults_add (&whole, "model_attributes_type", NULL,
                         "Input should be a valid dictionary", root);
    return NULL;
  }
  return g_steal_pointer (&root);
}

/* NULL where it is null, too. */
static JsonNode *
find (JsonObject *object, const gchar *name) {
  JsonNode *node = json_object_get_member (object, name);

  return node == NULL || JSON_NODE_HOLDS_NULL (node) ? NULL : node;
}

static gboolean
holds (JsonNode *node, GType type) {
  return JSON_NODE_HOLDS_VALUE (node) &&
         json_node_get_value_type (node) == type;
}

const gchar *
geo_rest_get_text (JsonObject *object,
                   const gchar *name,
                   gboolean required,
                   GeoRestFaults *faults) {
  JsonNode *node = find (object, name);

  if (node == NULL) {
    if (required && !json_object_has_member (object, name)) {
      g_autoptr (JsonNode) root = json_node_init_object (json_node_alloc (),
                                                         object);

      geo_rest_faults_add (faults, "missing", name, "Field required", root);
    } else if (required) {
      geo_rest_faults_add (faults, "string_type", name,
                           "Input should be a valid string", NULL);
    }
    return NULL;
  }
  if (!holds (node, G_TYPE_STRING)) {
    geo_rest_faults_add (faults, "string_type", name,
                         "Input should be a valid string", node);
    return NULL;
  }
  return json_node_get_string (node);
}

JsonNode *
geo_rest_get_object (JsonObject *object,
                     const gchar *name,
                     GeoRestFaults *faults) {
  JsonNode *node = find (object, name);

  if (node == NULL || JSON_NODE_HOLDS_OBJECT (node))
    return node;
  geo_rest_faults_add (faults, "dict_type", name,
                       "Input should be a valid dictionary", node);
  return NULL;
}

gboolean
geo_rest_get_bool (JsonObject *object,
                   const gchar *name,
                   gboolean fallback,
                   GeoRestFaults *faults) {
  JsonNode *node = find (object, name);

  if (node == NULL)
    return fallback;
  if (holds (node, G_TYPE_BOOLEAN))
    return json_node_get_boolean (node);
  geo_rest_faults_add (faults, "bool_type", name,
                       "Input should be a valid boolean", node);
  return fallback;
}

/* FALSE and a fault when it is too little or too much. */
static gboolean
check_range (gint64 value,
             const gchar *name,
             gint64 min,
             gint64 max,
             JsonNode *input,
             GeoRestFaults *faults) {
  g_autofree gchar *message = NULL;

  if (value < min) {
    message = g_strdup_printf (
        "Input should be greater than or equal to %" G_GINT64_FORMAT, min);
    add_bound (faults, "greater_than_equal", name, message, input, "ge", min);
    return FALSE;
  }
  if (value > max) {
    message = g_strdup_printf (
        "Input should be less than or equal to %" G_GINT64_FORMAT, max);
    add_bound (faults, "less_than_equal", name, message, input, "le", max);
    return FALSE;
  }
  return TRUE;
}

gint64
geo_rest_get_int (JsonObject *object,
                  const gchar *name,
                  gint64 fallback,
                  gint64 min,
                  gint64 max,
                  GeoRestFaults *faults) {
  const gchar *within = strrchr (name, '/');
  JsonNode *node = find (object, within == NULL ? name : within + 1);

  if (node == NULL)
    return fallback;
  if (!holds (node, G_TYPE_INT64)) {
    geo_rest_faults_add (faults, "int_type", name,
                         "Input should be a valid integer", node);
    return fallback;
  }
  return check_range (json_node_get_int (node), name, min, max, node, faults)
             ? json_node_get_int (node)
             : fallback;
}

void
geo_rest_get_pids (JsonObject *object,
                   const gchar *name,
                   GArray *out,
                   GeoRestFaults *faults) {
  const gchar *within = strrchr (name, '/');
  JsonNode *node = json_object_get_member (object,
                                           within == NULL ? name : within + 1);
  JsonArray *array;

  if (node == NULL)
    return;
  if (!JSON_NODE_HOLDS_ARRAY (node) ||
      json_array_get_length (json_node_get_array (node)) > GEO_REST_PIDS_MAX) {
    geo_rest_faults_add (faults, "list_type", name,
                         "Input should be a list of at most 64 PIDs", node);
    return;
  }
  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++) {
    JsonNode *element = json_array_get_element (array, i);
    GeoPid pid;

    if (!holds (element, G_TYPE_STRING) ||
        !geo_pid_parse (json_node_get_string (element), &pid, NULL)) {
      geo_rest_faults_add (faults, "value_error", name, "Input should be a PID",
                           element);
      return;
    }
    g_array_append_val (out, pid);
  }
}

void
geo_rest_check_length (const gchar *text,
                       const gchar *name,
                       glong min,
                       glong max,
                       GeoRestFaults *faults) {
  g_autoptr (JsonNode) input = NULL;
  g_autofree gchar *message = NULL;
  glong len;

  if (text == NULL)
    return;
  len = g_utf8_strlen (text, -1);
  if (len >= min && len <= max)
    return;
  input = json_node_init_string (json_node_alloc (), text);
  message = g_strdup_printf (
      "String should have at %s %ld character%s", len < min ? "least" : "most",
      len < min ? min : max, (len < min ? min : max) == 1 ? "" : "s");
  add_bound (faults, len < min ? "string_too_short" : "string_too_long", name,
             message, input, len < min ? "min_length" : "max_length",
             len < min ? min : max);
}

/* --- Queries ---------------------------------------------------------------
 */

const gchar *
geo_rest_query_text (GHashTable *query,
                     const gchar *name,
                     gboolean required,
                     GeoRestFaults *faults) {
  const gchar *text = query == NULL ? NULL : g_hash_table_lookup (query, name);

  if (text == NULL && required)
    geo_rest_faults_add (faults, "missing", name, "Field required", NULL);
  return text;
}

static JsonNode *
text_node (const gchar *text) {
  return json_node_init_string (json_node_alloc (), text);
}

gint64
geo_rest_query_int (GHashTable *query,
                    const gchar *name,
                    gint64 fallback,
                    gint64 min,
                    gint64 max,
                    GeoRestFaults *faults) {
  const gchar *text = geo_rest_query_text (query, name, FALSE, faults);
  g_autoptr (JsonNode) input = NULL;
  gint64 value;

  if (text == NULL)
    return fallback;
  input = text_node (text);
  if (!g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, &value,
                                 NULL)) {
    geo_rest_faults_add (faults, "int_parsing", name,
                         "Input should be a valid integer", input);
    return fallback;
  }
  return check_range (value, name, min, max, input, faults) ? value : fallback;
}

gboolean
geo_rest_query_bool (GHashTable *query,
                     const gchar *name,
                     gboolean fallback,
                     GeoRestFaults *faults) {
  const gchar *text = geo_rest_query_text (query, name, FALSE, faults);
  g_autoptr (JsonNode) input = NULL;

  if (text == NULL)
    return fallback;
  if (g_str_equal (text, "true") || g_str_equal (text, "1"))
    return TRUE;
  if (g_str_equal (text, "false") || g_str_equal (text, "0"))
    return FALSE;
  input = text_node (text);
  geo_rest_faults_add (faults, "bool_parsing", name,
                       "Input should be a valid boolean", input);
  return fallback;
}

const gchar *
geo_rest_query_word (GHashTable *query,
                     const gchar *name,
                     const gchar *const *words,
                     GeoRestFaults *faults) {
  const gchar *text = geo_rest_query_text (query, name, FALSE, faults);
  g_autoptr (JsonNode) input = NULL;
  g_autofree gchar *list = NULL;
  g_autofree gchar *message = NULL;

  if (text == NULL || g_strv_contains (words, text))
    return text;
  input = text_node (text);
  list = g_strjoinv (", ", (gchar **) words);
  message = g_strdup_printf ("Input should be one of: %s", list);
  geo_rest_faults_add (faults, "literal_error", name, message, input);
  return NULL;
}

GeoTime
geo_rest_query_time (GHashTable *query,
                     const gchar *name,
                     GeoTime fallback,
                     gboolean at_end,
                     GeoRestFaults *faults) {
  const gchar *text = geo_rest_query_text (query, name, FALSE, faults);
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autoptr (GDateTime) time = NULL;
  g_autoptr (JsonNode) input = NULL;
  g_autofree gchar *full = NULL;

  if (text == NULL)
    return fallback;
  if (strlen (text) == strlen ("2026-11-20"))
    full = g_strconcat (text, at_end ? "T23:59:59.999Z" : "T00:00:00Z", NULL);
  else
    full = g_strdup (text);
  /* A "+" that was not percent-encoded is a space by now. */
  g_strdelimit (full, " ", '+');
  time = g_date_time_new_from_iso8601 (full, utc);
  if (time != NULL)
    return g_date_time_to_unix (time) * 1000 +
           g_date_time_get_microsecond (time) / 1000;
  input = text_node (text);
  geo_rest_faults_add (faults, "datetime_parsing", name,
                       "Input should be a valid datetime", input);
  return fallback;
}

void
geo_rest_query_page (GHashTable *query,
                     GeoRestPage *page,
                     GeoRestFaults *faults) {
  page->page = geo_rest_query_int (query, "page", 1, 1, PAGE_MAX, faults);
  page->per_page = geo_rest_query_int (query, "per_page", PER_PAGE, 1,
                                       PER_PAGE_MAX, faults);
  page->offset = (page->page - 1) * page->per_page;
}
