/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reads the hub's configuration.  It must not guess: an unknown group, key or
 * value is said with its place, and the hub does not start.
 */
#include "hub/geo-hub-config.h"

#include <sodium.h>
#include <string.h>

#include "core/geo-amount.h"
#include "net/geo-address.h"
#include "protocol/geo-closer.h"

#define NAME_LEN_MAX 100
#define CODE_LEN_MAX 100
#define SYMBOL_LEN_MAX 8
#define TOKEN_LEN_MIN 16
#define TOKEN_LEN_MAX 200
#define EQUIVALENTS_MAX 64
#define EQUIVALENT_PARTS_MIN 3
#define EQUIVALENT_PARTS_MAX 5

typedef enum {
  KEY_NAME = 1,
  KEY_EQUIVALENTS,
  KEY_LISTEN,
  KEY_PUBLIC_ADDRESS,
  KEY_PEM,
  KEY_METRICS,
  KEY_BOOLEAN,
  KEY_TOKEN,
  KEY_TOKEN_FILE,
  KEY_CODE,
  KEY_NUMBER,
  KEY_NUMBER_OR_ZERO,
  KEY_CIRCLE,
} KeyKind;

typedef struct {
  const gchar *group;
  const gchar *key;
  KeyKind kind;
  gsize offset; /* KEY_NUMBER…, KEY_CIRCLE, KEY_BOOLEAN, KEY_PEM */
  guint max;
} Key;

static const Key keys[] = {
  { "community", "name", KEY_NAME, 0, 0 },
  { "community", "equivalents", KEY_EQUIVALENTS, 0, 0 },
  { "hub", "listen", KEY_LISTEN, 0, 0 },
  { "hub", "public_address", KEY_PUBLIC_ADDRESS, 0, 0 },
  { "hub", "metrics", KEY_METRICS, 0, 0 },
  { "tls", "certificate", KEY_PEM, G_STRUCT_OFFSET (GeoHubConfig, certificate),
    0 },
  { "tls", "key", KEY_PEM, G_STRUCT_OFFSET (GeoHubConfig, certificate_key), 0 },
  { "tls", "self_made", KEY_BOOLEAN, G_STRUCT_OFFSET (GeoHubConfig, self_made),
    0 },
  { "clearing", "enabled", KEY_BOOLEAN, G_STRUCT_OFFSET (GeoHubConfig, clears),
    0 },
  { "clearing", "interval_s", KEY_NUMBER_OR_ZERO,
    G_STRUCT_OFFSET (GeoHubConfig, clearing_interval_s), 604800 },
  { "clearing", "max_length", KEY_CIRCLE,
    G_STRUCT_OFFSET (GeoHubConfig, clearing_max_length),
    GEO_CLOSER_CLEARING_LENGTH_MAX },
  { "clearing", "min_amount", KEY_NUMBER,
    G_STRUCT_OFFSET (GeoHubConfig, clearing_min_amount), 1000000000 },
  { "integrity", "check_at_start", KEY_BOOLEAN,
    G_STRUCT_OFFSET (GeoHubConfig, check_at_start), 0 },
  { "rest", "enabled", KEY_BOOLEAN,
    G_STRUCT_OFFSET (GeoHubConfig, rest_enabled), 0 },
  { "admin", "token", KEY_TOKEN, 0, 0 },
  { "admin", "token_file", KEY_TOKEN_FILE, 0, 0 },
  { "joining", "open", KEY_BOOLEAN, G_STRUCT_OFFSET (GeoHubConfig, open), 0 },
  { "joining", "code", KEY_CODE, 0, 0 },
  { "limits", "connections", KEY_NUMBER,
    G_STRUCT_OFFSET (GeoHubConfig, connections_max), 1000000 },
  { "limits", "sessions", KEY_NUMBER,
    G_STRUCT_OFFSET (GeoHubConfig, sessions_max), 1000000 },
  { "limits", "sessions_per_address", KEY_NUMBER,
    G_STRUCT_OFFSET (GeoHubConfig, sessions_per_address_max), 1000000 },
  { "limits", "messages_per_second", KEY_NUMBER,
    G_STRUCT_OFFSET (GeoHubConfig, messages_per_second), 1000000 },
  { "limits", "requests_per_second", KEY_NUMBER,
    G_STRUCT_OFFSET (GeoHubConfig, requests_per_second), 1000000 },
  { "limits", "waiting", KEY_NUMBER,
    G_STRUCT_OFFSET (GeoHubConfig, waiting_max), 1000000 },
  { "limits", "registrations_per_minute", KEY_NUMBER,
    G_STRUCT_OFFSET (GeoHubConfig, registrations_per_minute), 1000000 },
  { "limits", "max_payment_amount", KEY_NUMBER,
    G_STRUCT_OFFSET (GeoHubConfig, max_payment_amount), 1000000000 },
  { "limits", "max_trust_line_limit", KEY_NUMBER,
    G_STRUCT_OFFSET (GeoHubConfig, max_trust_line_limit), 1000000000 },
  { "limits", "orders_open", KEY_NUMBER,
    G_STRUCT_OFFSET (GeoHubConfig, orders_open_max), 1000000 },
};

static const gchar default_text[] = "[community]\n"
                                    "name=Community\n"
                                    "equivalents=UAH:2:fiat:₴;HOUR:2:time\n"
                                    "[hub]\n"
                                    "listen=127.0.0.1:7711\n"
                                    "metrics=local\n"
                                    "[tls]\n"
                                    "self_made=false\n"
                                    "[clearing]\n"
                                    "enabled=true\n"
                                    "interval_s=3600\n"
                                    "max_length=12\n"
                                    "min_amount=1\n"
                                    "[integrity]\n"
                                    "check_at_start=false\n"
                                    "[rest]\n"
                                    "enabled=true\n"
                                    "[joining]\n"
                                    "open=true\n"
                                    "[limits]\n"
                                    "connections=8192\n"
                                    "sessions=4096\n"
                                    "sessions_per_address=1024\n"
                                    "messages_per_second=5000\n"
                                    "requests_per_second=2000\n"
                                    "waiting=20000\n"
                                    "registrations_per_minute=60\n"
                                    "orders_open=10000\n";

/* A copy of value, which may be NULL; the one before is wiped. */
static void
take_secret (gchar **slot, const gchar *value) {
  if (*slot != NULL)
    sodium_memzero (*slot, strlen (*slot));
  g_free (*slot);
  *slot = g_strdup (value);
}

void
geo_hub_config_free (GeoHubConfig *config) {
  if (config == NULL)
    return;
  g_free (config->name);
  g_ptr_array_unref (config->equivalents);
  g_strfreev (config->listen);
  g_free (config->public_address);
  g_free (config->certificate);
  g_free (config->certificate_key);
  g_free (config->code);
  take_secret (&config->admin_token, NULL);
  g_free (config);
}

/* What a text of the protocol may be (§2): for people, on one line. */
static gboolean
is_text (const gchar *text, glong len_max) {
  g_autofree gchar *normal = NULL;

  if (!g_utf8_validate (text, -1, NULL) || text[0] == '\0' ||
      g_utf8_strlen (text, -1) > len_max)
    return FALSE;
  for (const gchar *c = text; *c != '\0'; c = g_utf8_next_char (c))
    if (g_unichar_iscntrl (g_utf8_get_char (c)))
      return FALSE;
  normal = g_utf8_normalize (text, -1, G_NORMALIZE_NFC);
  return g_strcmp0 (text, normal) == 0;
}

static gboolean
is_code (const gchar *code) {
  gsize len = strlen (code);

  if (len == 0 || len > 16)
    return FALSE;
  for (gsize i = 0; i < len; i++)
    if (!g_ascii_isupper (code[i]) && !g_ascii_isdigit (code[i]) &&
        code[i] != '_')
      return FALSE;
  return TRUE;
}

/* CODE:PRECISION:KIND[:SYMBOL[:NAME]] */
static GeoEquivalent *
parse_equivalent (const gchar *text, const gchar **why) {
  g_auto (GStrv) parts = g_strsplit (text, ":", EQUIVALENT_PARTS_MAX);
  guint n = g_strv_length (parts);
  g_autoptr (GeoEquivalent) equivalent = geo_equivalent_new ();
  guint64 precision;

  *why = "is not CODE:PRECISION:KIND[:SYMBOL[:NAME]]";
  if (n < EQUIVALENT_PARTS_MIN)
    return NULL;
  *why = "has a code that is not 1 to 16 of A-Z, 0-9 and _";
  if (!is_code (parts[0]))
    return NULL;
  *why = "has a precision that is not 0 to 8";
  if (!g_ascii_string_to_unsigned (parts[1], 10, 0, GEO_PRECISION_MAX,
                                   &precision, NULL))
    return NULL;
  *why = "has a kind that is not fiat, time, commodity or custom";
  if (!geo_equivalent_kind_from_string (parts[2], &equivalent->kind))
    return NULL;
  *why = "has a symbol that is not 1 to 8 characters";
  if (n > 3 && !is_text (parts[3], SYMBOL_LEN_MAX))
    return NULL;
  *why = "has a name that is not 1 to 100 characters";
  if (n > 4 && !is_text (parts[4], NAME_LEN_MAX))
    return NULL;

  equivalent->code = g_strdup (parts[0]);
  equivalent->precision = (gint64) precision;
  equivalent->symbol = n > 3 ? g_strdup (parts[3]) : NULL;
  equivalent->name = n > 4 ? g_strdup (parts[4]) : NULL;
  return g_steal_pointer (&equivalent);
}

/* The reason why value is not one for this key, or NULL when it was taken. */
static gchar *
take_equivalents (GeoHubConfig *config, const gchar *value) {
  g_auto (GStrv) parts = g_strsplit (value, ";", -1);
  g_autoptr (GPtrArray) list =
      g_ptr_array_new_with_free_func ((GDestroyNotify) geo_equivalent_free);

  for (guint i = 0; parts[i] != NULL; i++) {
    GeoEquivalent *equivalent;
    const gchar *why;

    g_strstrip (parts[i]);
    if (parts[i][0] == '\0')
      continue;
    equivalent = parse_equivalent (parts[i], &why);
    if (equivalent == NULL)
      return g_strdup_printf ("“%s” %s", parts[i], why);
    for (guint j = 0; j < list->len; j++) {
      const GeoEquivalent *other = g_ptr_array_index (list, j);

      if (g_str_equal (other->code, equivalent->code)) {
        geo_equivalent_free (equivalent);
        return g_strdup_printf ("%s is there twice", other->code);
      }
    }
    g_ptr_array_add (list, equivalent);
  }
  if (list->len == 0 || list->len > EQUIVALENTS_MAX)
    return g_strdup_printf ("there must be 1 to %d", EQUIVALENTS_MAX);
  g_ptr_array_unref (config->equivalents);
  config->equivalents = g_steal_pointer (&list);
  return NULL;
}

static gchar *
take_listen (GeoHubConfig *config, const gchar *value) {
  g_auto (GStrv) parts = g_strsplit (value, ";", -1);
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; parts[i] != NULL; i++) {
    g_autoptr (GSocketAddress) address = NULL;
    g_autoptr (GError) error = NULL;

    g_strstrip (parts[i]);
    if (parts[i][0] == '\0')
      continue;
    address = geo_address_parse_numeric (parts[i], &error);
    if (address == NULL)
      return g_strdup (error->message);
    g_ptr_array_add (list, g_strdup (parts[i]));
  }
  if (list->len == 0)
    return g_strdup ("there must be at least one address");
  g_ptr_array_add (list, NULL);
  g_strfreev (config->listen);
  config->listen = (gchar **) g_ptr_array_free (g_steal_pointer (&list), FALSE);
  return NULL;
}

static void
take_string (gchar **slot, const gchar *value) {
  g_free (*slot);
  *slot = g_strdup (value);
}

/* Long enough that nobody guesses it, and what a header can carry. */
static gchar *
take_token (GeoHubConfig *config, const gchar *value) {
  gsize len = strlen (value);

  if (config->admin_token != NULL)
    return g_strdup ("there is a token already");
  if (len < TOKEN_LEN_MIN || len > TOKEN_LEN_MAX)
    return g_strdup_printf ("a token has %d to %d characters", TOKEN_LEN_MIN,
                            TOKEN_LEN_MAX);
  for (gsize i = 0; i < len; i++)
    if (!g_ascii_isgraph (value[i]))
      return g_strdup ("a token has no spaces, and ASCII only");
  take_secret (&config->admin_token, value);
  return NULL;
}

static gchar *
take_token_file (GeoHubConfig *config, const gchar *value) {
  g_autoptr (GError) error = NULL;
  g_autofree gchar *text = NULL;
  gchar *why;
  gsize len;

  if (!g_path_is_absolute (value))
    return g_strdup ("the file is to be named from / on");
  if (!g_file_get_contents (value, &text, &len, &error))
    return g_strdup (error->message);
  why = take_token (config, g_strstrip (text));
  sodium_memzero (text, len);
  return why;
}

static gchar *
take (GeoHubConfig *config, const Key *key, const gchar *value) {
  g_autoptr (GeoAddress) address = NULL;
  g_autofree gchar *normal = NULL;
  guint64 number;
  guint min;

  switch (key->kind) {
  case KEY_NAME:
    if (!is_text (value, NAME_LEN_MAX))
      return g_strdup ("a name has 1 to 100 characters");
    take_string (&config->name, value);
    return NULL;
  case KEY_EQUIVALENTS:
    return take_equivalents (config, value);
  case KEY_LISTEN:
    return take_listen (config, value);
  case KEY_PUBLIC_ADDRESS:
    address = geo_address_parse (value, NULL, NULL);
    if (address == NULL)
      return g_strdup_printf ("“%s” is not the address of a hub", value);
    normal = geo_address_to_string (address);
    take_string (&config->public_address, normal);
    return NULL;
  case KEY_PEM:
    if (!g_path_is_absolute (value))
      return g_strdup ("the file is to be named from / on");
    take_string (G_STRUCT_MEMBER_P (config, key->offset), value);
    return NULL;
  case KEY_METRICS:
    if (g_str_equal (value, "off"))
      config->metrics = GEO_HUB_WHO_NOBODY;
    else if (g_str_equal (value, "local"))
      config->metrics = GEO_HUB_WHO_LOCAL;
    else if (g_str_equal (value, "all"))
      config->metrics = GEO_HUB_WHO_ALL;
    else
      return g_strdup_printf ("“%s” is none of off, local and all", value);
    return NULL;
  case KEY_TOKEN:
    return take_token (config, value);
  case KEY_TOKEN_FILE:
    return take_token_file (config, value);
  case KEY_BOOLEAN:
    if (!g_str_equal (value, "true") && !g_str_equal (value, "false"))
      return g_strdup_printf ("“%s” is neither true nor false", value);
    G_STRUCT_MEMBER (gboolean, config, key->offset) = g_str_equal (value,
                                                                   "true");
    return NULL;
  case KEY_CODE:
    if (!is_text (value, CODE_LEN_MAX))
      return g_strdup ("a code has 1 to 100 characters");
    take_string (&config->code, value);
    return NULL;
  case KEY_NUMBER:
  case KEY_NUMBER_OR_ZERO:
  case KEY_CIRCLE:
    /* I3: One direction per pair, so a circle has three debts or more. */
    min = key->kind == KEY_CIRCLE ? 3 : key->kind == KEY_NUMBER ? 1 : 0;
    if (!g_ascii_string_to_unsigned (value, 10, min, key->max, &number, NULL))
      return g_strdup_printf ("“%s” is not a number from %u to %u", value, min,
                              key->max);
    G_STRUCT_MEMBER (guint, config, key->offset) = (guint) number;
    return NULL;
  }
  g_assert_not_reached ();
}

static const Key *
find_key (const gchar *group, const gchar *name) {
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    if (g_str_equal (keys[i].group, group) && g_str_equal (keys[i].key, name))
      return &keys[i];
  return NULL;
}

static gboolean
is_group (const gchar *group) {
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    if (g_str_equal (keys[i].group, group))
      return TRUE;
  return FALSE;
}

static gboolean
take_group (GeoHubConfig *config,
            GKeyFile *file,
            const gchar *group,
            const gchar *path,
            GError **error) {
  g_auto (GStrv) names = g_key_file_get_keys (file, group, NULL, NULL);

  if (!is_group (group)) {
    g_set_error (error, GEO_HUB_ERROR, GEO_HUB_ERROR_CONFIG,
                 "%s: there is no group [%s]", path, group);
    return FALSE;
  }
  for (guint i = 0; names != NULL && names[i] != NULL; i++) {
    const Key *key = find_key (group, names[i]);
    g_autoptr (GError) local_error = NULL;
    g_autofree gchar *value = NULL;
    g_autofree gchar *why = NULL;

    if (key == NULL) {
      g_set_error (error, GEO_HUB_ERROR, GEO_HUB_ERROR_CONFIG,
                   "%s: group [%s] has no key %s", path, group, names[i]);
      return FALSE;
    }
    value = g_key_file_get_string (file, group, names[i], &local_error);
    if (value == NULL)
      why = g_strdup (local_error->message);
    else
      why = take (config, key, g_strstrip (value));
    if (why != NULL) {
      g_set_error (error, GEO_HUB_ERROR, GEO_HUB_ERROR_CONFIG,
                   "%s: group [%s], key %s: %s", path, group, names[i], why);
      return FALSE;
    }
  }
  return TRUE;
}

static gboolean
take_text (GeoHubConfig *config,
           const gchar *text,
           const gchar *path,
           GError **error) {
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) local_error = NULL;
  g_auto (GStrv) groups = NULL;

  if (!g_key_file_load_from_data (file, text, strlen (text), G_KEY_FILE_NONE,
                                  &local_error)) {
    g_set_error (error, GEO_HUB_ERROR, GEO_HUB_ERROR_CONFIG, "%s: %s", path,
                 local_error->message);
    return FALSE;
  }
  groups = g_key_file_get_groups (file, NULL);
  for (guint i = 0; groups[i] != NULL; i++)
    if (!take_group (config, file, groups[i], path, error))
      return FALSE;
  return TRUE;
}

GeoHubConfig *
geo_hub_config_new (void) {
  GeoHubConfig *config = g_new0 (GeoHubConfig, 1);
  gboolean taken;

  config->equivalents = g_ptr_array_new ();
  taken = take_text (config, default_text, "defaults", NULL);
  g_assert (taken);
  return config;
}

GeoHubConfig *
geo_hub_config_parse (const gchar *text, const gchar *path, GError **error) {
  g_autoptr (GeoHubConfig) config = geo_hub_config_new ();

  if (!take_text (config, text, path, error))
    return NULL;
  /* Whoever names a key wants TLS, and would be without. */
  if (config->certificate_key != NULL && config->certificate == NULL) {
    g_set_error (error, GEO_HUB_ERROR, GEO_HUB_ERROR_CONFIG,
                 "%s: group [tls]: there is no certificate for the key", path);
    return NULL;
  }
  return g_steal_pointer (&config);
}

GeoHubConfig *
geo_hub_config_read (const gchar *path, GError **error) {
  g_autofree gchar *text = NULL;
  g_autoptr (GError) local_error = NULL;

  if (!g_file_get_contents (path, &text, NULL, &local_error)) {
    g_set_error (error, GEO_HUB_ERROR, GEO_HUB_ERROR_CONFIG, "%s: %s", path,
                 local_error->message);
    return NULL;
  }
  return geo_hub_config_parse (text, path, error);
}
