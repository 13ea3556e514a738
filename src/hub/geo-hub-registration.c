/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Registrations of the REST contract.  It must not accept bytes that were not
 * signed as they are: nothing is trimmed, normalized or filled in before the
 * signature is checked.
 */
#include "hub/geo-hub-registration.h"

#include <string.h>

#include "core/geo-error.h"
#include "core/geo-json.h"
#include "hub/geo-hub-error.h"

void
geo_hub_rest_no_clear (GeoHubRestNo *no) {
  g_clear_pointer (&no->body, g_free);
  no->status = 0;
}

static gchar *
node_to_text (JsonNode *node) {
  gchar *text = geo_json_canonical (node, NULL, NULL);

  g_assert (text != NULL);
  return text;
}

void
geo_hub_rest_no_set (GeoHubRestNo *no,
                     guint status,
                     GeoCode code,
                     const gchar *message,
                     JsonNode *details) {
  g_autoptr (JsonNode) root = json_node_new (JSON_NODE_OBJECT);
  JsonObject *outer = json_object_new ();
  JsonObject *error = json_object_new ();

  json_object_set_string_member (error, "code", geo_code_to_string (code));
  json_object_set_string_member (error, "message", message);
  if (details != NULL)
    json_object_set_member (error, "details", details);
  else
    json_object_set_object_member (error, "details", json_object_new ());
  json_object_set_object_member (outer, "error", error);
  json_node_take_object (root, outer);
  no->status = status;
  no->body = node_to_text (root);
}

/* --- What is wrong with a body -------------------------------------------- */

static JsonArray *
place (const gchar *field) {
  JsonArray *loc = json_array_new ();

  json_array_add_string_element (loc, "body");
  if (field != NULL)
    json_array_add_string_element (loc, field);
  return loc;
}

static void
add_fault (JsonArray *faults,
           const gchar *type,
           const gchar *field,
           const gchar *message,
           JsonNode *input) {
  JsonObject *fault = json_object_new ();

  json_object_set_string_member (fault, "type", type);
  json_object_set_array_member (fault, "loc", place (field));
  json_object_set_string_member (fault, "msg", message);
  json_object_set_member (fault, "input",
                          input != NULL ? json_node_copy (input)
                                        : json_node_new (JSON_NODE_NULL));
  json_array_add_object_element (faults, fault);
}

/* Takes faults. */
static void
say_faults (GeoHubRestNo *no, JsonArray *faults) {
  JsonNode *details = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  json_object_set_array_member (object, "errors", faults);
  json_node_take_object (details, object);
  geo_hub_rest_no_set (no, 422, GEO_CODE_INVALID, "Validation error", details);
}

static void
say_no_json (GeoHubRestNo *no, const gchar *why) {
  JsonArray *faults = json_array_new ();
  JsonObject *fault = json_object_new ();
  JsonObject *context = json_object_new ();
  JsonArray *loc = place (NULL);

  json_array_add_int_element (loc, 0);
  json_object_set_string_member (context, "error", why);
  json_object_set_string_member (fault, "type", "json_invalid");
  json_object_set_array_member (fault, "loc", loc);
  json_object_set_string_member (fault, "msg", "JSON decode error");
  json_object_set_object_member (fault, "input", json_object_new ());
  json_object_set_object_member (fault, "ctx", context);
  json_array_add_object_element (faults, fault);
  say_faults (no, faults);
}

static gboolean
is_string (JsonNode *node) {
  return node != NULL && JSON_NODE_HOLDS_VALUE (node) &&
         json_node_get_value_type (node) == G_TYPE_STRING;
}

/* The text of a member, or NULL and a fault. */
static const gchar *
need_string (JsonObject *object,
             JsonNode *root,
             const gchar *name,
             JsonArray *faults) {
  JsonNode *member = json_object_get_member (object, name);

  if (member == NULL) {
    add_fault (faults, "missing", name, "Field required", root);
    return NULL;
  }
  if (!is_string (member)) {
    add_fault (faults, "string_type", name, "Input should be a valid string",
               member);
    return NULL;
  }
  return json_node_get_string (member);
}

static void
check_name (const gchar *name, JsonNode *node, JsonArray *faults) {
  if (name == NULL)
    return;
  if (name[0] == '\0')
    add_fault (faults, "string_too_short", "display_name",
               "String should have at least 1 character", node);
  else if (g_utf8_strlen (name, -1) > GEO_HUB_REST_NAME_MAX)
    add_fault (faults, "string_too_long", "display_name",
               "String should have at most 255 characters", node);
}

static void
check_type (const gchar *type, JsonNode *node, JsonArray *faults) {
  if (g_strcmp0 (type, "person") != 0 && g_strcmp0 (type, "business") != 0 &&
      g_strcmp0 (type, "hub") != 0)
    add_fault (faults, "literal_error", "type",
               "Input should be 'person', 'business' or 'hub'", node);
}

/* --- Reading -------------------------------------------------------------- */

void
geo_hub_registration_free (GeoHubRegistration *registration) {
  if (registration == NULL)
    return;
  g_free (registration->display_name);
  g_free (registration->type);
  g_clear_pointer (&registration->profile, json_node_unref);
  g_free (registration->text);
  g_free (registration);
}

/* Fields into the registration; faults says what is wrong.  The signature's
 * text is borrowed from root. */
static void
take_fields (GeoHubRegistration *registration,
             JsonNode *root,
             const gchar **signature,
             JsonArray *faults) {
  JsonObject *object = json_node_get_object (root);
  const gchar *name = need_string (object, root, "display_name", faults);
  JsonNode *type = json_object_get_member (object, "type");
  JsonNode *profile;
  const gchar *key;

  check_name (name, json_object_get_member (object, "display_name"), faults);
  registration->display_name = g_strdup (name);
  /* It defaults to person, and is signed all the same. */
  registration->type = g_strdup (type == NULL ? "person"
                                 : is_string (type)
                                     ? json_node_get_string (type)
                                     : NULL);
  check_type (registration->type, type, faults);
  key = need_string (object, root, "public_key", faults);
  if (key != NULL && !geo_public_key_parse (key, &registration->key, NULL))
    add_fault (faults, "value_error", "public_key",
               "Input should be the base64 of 32 bytes",
               json_object_get_member (object, "public_key"));
  profile = json_object_get_member (object, "profile");
  if (profile != NULL && JSON_NODE_HOLDS_OBJECT (profile))
    registration->profile = json_node_copy (profile);
  else if (profile != NULL && !JSON_NODE_HOLDS_NULL (profile))
    add_fault (faults, "dict_type", "profile",
               "Input should be a valid dictionary", profile);
  *signature = need_string (object, root, "signature", faults);
}

/* S2: the bytes of the contract: {display_name, public_key, type[, profile]}.
 */
static JsonNode *
signed_node (const GeoHubRegistration *registration) {
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  g_autofree gchar *key = geo_public_key_to_string (&registration->key);

  json_object_set_string_member (object, "display_name",
                                 registration->display_name);
  json_object_set_string_member (object, "public_key", key);
  json_object_set_string_member (object, "type", registration->type);
  if (registration->profile != NULL)
    json_object_set_member (object, "profile",
                            json_node_copy (registration->profile));
  json_node_take_object (node, object);
  return node;
}

static gboolean
check_signature (GeoHubRegistration *registration, const gchar *text) {
  g_autoptr (JsonNode) node = signed_node (registration);
  g_autofree gchar *bytes = NULL;
  GeoSignature signature;
  gsize len;

  bytes = geo_json_canonical (node, &len, NULL);
  if (bytes == NULL || !geo_signature_parse (text, &signature, NULL) ||
      !geo_public_key_verify (&registration->key, bytes, len, &signature))
    return FALSE;
  json_object_set_string_member (json_node_get_object (node), "signature",
                                 text);
  registration->text = node_to_text (node);
  geo_pid_from_key (&registration->key, &registration->pid);
  return TRUE;
}

GeoHubRegistration *
geo_hub_registration_parse (const gchar *body, gsize len, GeoHubRestNo *no) {
  g_autoptr (GeoHubRegistration) registration = g_new0 (GeoHubRegistration, 1);
  g_autoptr (JsonArray) faults = json_array_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autoptr (GError) error = NULL;
  const gchar *signature = NULL;

  if (len == 0) {
    add_fault (faults, "missing", NULL, "Field required", NULL);
    say_faults (no, g_steal_pointer (&faults));
    return NULL;
  }
  root = geo_json_parse (body, len, GEO_JSON_SIZE_MAX, &error);
  if (root == NULL) {
    say_no_json (no, error->message);
    return NULL;
  }
  if (!JSON_NODE_HOLDS_OBJECT (root)) {
    add_fault (faults, "model_attributes_type", NULL,
               "Input should be a valid dictionary", root);
    say_faults (no, g_steal_pointer (&faults));
    return NULL;
  }
  take_fields (registration, root, &signature, faults);
  if (json_array_get_length (faults) > 0) {
    say_faults (no, g_steal_pointer (&faults));
    return NULL;
  }
  if (!check_signature (registration, signature)) {
    geo_hub_rest_no_set (no, 400, GEO_CODE_SIGNATURE, "Invalid signature",
                         NULL);
    return NULL;
  }
  return g_steal_pointer (&registration);
}

GeoHubRegistration *
geo_hub_registration_load (const gchar *text, GError **error) {
  GeoHubRestNo no = { 0 };
  GeoHubRegistration *registration =
      geo_hub_registration_parse (text, strlen (text), &no);

  if (registration == NULL)
    g_set_error (error, GEO_HUB_ERROR, GEO_HUB_ERROR_DATA,
                 "A stored registration is damaged");
  geo_hub_rest_no_clear (&no);
  return registration;
}

/* --- Showing -------------------------------------------------------------- */

static void
copy_member (JsonObject *to, JsonObject *from, const gchar *name) {
  if (json_object_has_member (from, name))
    json_object_set_member (to, name, json_object_dup_member (from, name));
  else
    json_object_set_null_member (to, name);
}

gchar *
geo_hub_registration_show (const GeoHubRegistration *registration, GeoTime at) {
  g_autoptr (JsonNode) node = signed_node (registration);
  JsonObject *object = json_node_get_object (node);
  g_autofree gchar *pid = geo_pid_to_string (&registration->pid);
  g_autofree gchar *time = geo_time_to_string (at);

  if (registration->profile != NULL) {
    JsonObject *given = json_node_get_object (registration->profile);
    JsonObject *profile = json_object_new ();

    copy_member (profile, given, "type");
    copy_member (profile, given, "description");
    copy_member (profile, given, "contacts");
    json_object_set_object_member (object, "profile", profile);
  } else {
    json_object_set_null_member (object, "profile");
  }
  json_object_set_string_member (object, "pid", pid);
  json_object_set_string_member (object, "status", "active");
  json_object_set_int_member (object, "verification_level", 0);
  json_object_set_string_member (object, "created_at", time);
  json_object_set_string_member (object, "updated_at", time);
  json_object_set_null_member (object, "public_stats");
  return node_to_text (node);
}
