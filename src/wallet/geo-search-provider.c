/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoSearchProvider: answers the desktop's search with people.  It asks only
 * what is on this computer: what somebody types to find a file is not told to
 * any hub.
 */
#include "config.h"

#include "wallet/geo-search-provider.h"

#include <glib/gi18n.h>

#include "node/geo-phrases.h"
#include "wallet/geo-errand.h"

#define RESULTS_MAX 8
/* What is before the person's address, where it is about paying. */
#define PAY "pay"
#define SHOW "show"

struct _GeoSearchProvider {
  GObject parent_instance;

  GApplication *application;

  /* owned */
  GeoWallet *wallet; /* May be NULL. */
  GDBusConnection *connection; /* NULL where it is not exported. */
  guint id;
  GQueue waiting; /* GDBusMethodInvocation, until the wallet is open. */
};

G_DEFINE_FINAL_TYPE (GeoSearchProvider, geo_search_provider, G_TYPE_OBJECT)

static const gchar interface_xml[] =
    "<node><interface name='org.gnome.Shell.SearchProvider2'>"
    "<method name='GetInitialResultSet'>"
    "<arg type='as' name='terms' direction='in'/>"
    "<arg type='as' name='results' direction='out'/></method>"
    "<method name='GetSubsearchResultSet'>"
    "<arg type='as' name='previous_results' direction='in'/>"
    "<arg type='as' name='terms' direction='in'/>"
    "<arg type='as' name='results' direction='out'/></method>"
    "<method name='GetResultMetas'>"
    "<arg type='as' name='identifiers' direction='in'/>"
    "<arg type='aa{sv}' name='metas' direction='out'/></method>"
    "<method name='ActivateResult'>"
    "<arg type='s' name='identifier' direction='in'/>"
    "<arg type='as' name='terms' direction='in'/>"
    "<arg type='u' name='timestamp' direction='in'/></method>"
    "<method name='LaunchSearch'>"
    "<arg type='as' name='terms' direction='in'/>"
    "<arg type='u' name='timestamp' direction='in'/></method>"
    "</interface></node>";

/* --- Finding --------------------------------------------------------- */

static gboolean
is_open (GeoSearchProvider *self) {
  return self->wallet != NULL &&
         geo_wallet_get_state (self->wallet) == GEO_WALLET_OPEN &&
         !geo_wallet_is_locked (self->wallet);
}

static gboolean
starts_with (const gchar *text, const gchar *term) {
  g_autofree gchar *folded = g_utf8_casefold (text, -1);
  g_autofree gchar *start = g_utf8_casefold (term, -1);

  return g_str_has_prefix (folded, start);
}

/* Every term begins a word of the name. */
static gboolean
matches (const gchar *name, const gchar *const *terms) {
  g_auto (GStrv) words = g_str_tokenize_and_fold (name, NULL, NULL);

  for (guint i = 0; terms[i] != NULL; i++) {
    gboolean found = FALSE;

    for (guint j = 0; !found && words[j] != NULL; j++)
      found = starts_with (words[j], terms[i]);
    if (!found)
      return FALSE;
  }
  return terms[0] != NULL;
}

static void
find_in (GeoCommunityItem *item,
         const gchar *const *terms,
         const gchar *what,
         GPtrArray *found) {
  GeoNode *node = geo_community_item_get_node (item);
  GListModel *people = node != NULL ? geo_node_get_people (node) : NULL;
  guint n = people != NULL ? g_list_model_get_n_items (people) : 0;

  for (guint i = 0; i < n && found->len < RESULTS_MAX; i++) {
    g_autoptr (GeoPerson) person = g_list_model_get_item (people, i);

    if (matches (geo_person_get_name (person), terms))
      g_ptr_array_add (found,
                       g_strdup_printf ("%s:%s:%s", what,
                                        geo_community_item_get_pid_text (item),
                                        geo_person_get_pid_text (person)));
  }
}

static GPtrArray *
find (GeoSearchProvider *self, const gchar *const *terms) {
  GPtrArray *found = g_ptr_array_new_with_free_func (g_free);
  const gchar *what = SHOW;
  GListModel *list;

  if (!is_open (self) || terms[0] == NULL)
    return found;
  list = G_LIST_MODEL (geo_wallet_get_communities (self->wallet));
  /* Translators: what somebody types before a name in the desktop's search to
   * pay them: one word, in small letters. */
  if (terms[1] != NULL &&
      g_utf8_collate (terms[0], C_ ("search", "pay")) == 0) {
    what = PAY;
    terms++;
  }
  for (guint i = 0; i < g_list_model_get_n_items (list); i++) {
    g_autoptr (GeoCommunityItem) item = g_list_model_get_item (list, i);

    find_in (item, terms, what, found);
  }
  return found;
}

/* --- Describing ------------------------------------------------------ */

typedef struct {
  gboolean pays;
  GeoCommunityItem *item; /* Borrowed, as is the person. */
  GeoPerson *person;
} Result;

/* FALSE: it is not there, or not any more. */
static gboolean
look_up (GeoSearchProvider *self, const gchar *id, Result *result) {
  g_auto (GStrv) parts = g_strsplit (id, ":", 3);
  GeoNode *node;
  GeoPid pid;

  if (!is_open (self) || g_strv_length (parts) != 3 ||
      !geo_pid_parse (parts[2], &pid, NULL))
    return FALSE;
  result->pays = g_str_equal (parts[0], PAY);
  result->item = geo_communities_find (
      geo_wallet_get_communities (self->wallet), parts[1], NULL);
  node = result->item != NULL ? geo_community_item_get_node (result->item)
                              : NULL;
  result->person = node != NULL ? geo_node_get_person (node, &pid) : NULL;
  return result->person != NULL;
}

/* What is between us, in each equivalent; the community where there are more.
 */
static gchar *
describe (GeoSearchProvider *self, const Result *result) {
  GListModel *relations = geo_person_get_relations (result->person);
  g_autoptr (GString) text = g_string_new (NULL);
  GListModel *list = G_LIST_MODEL (geo_wallet_get_communities (self->wallet));

  for (guint i = 0; i < g_list_model_get_n_items (relations); i++) {
    g_autoptr (GeoRelation) relation = g_list_model_get_item (relations, i);
    g_autofree gchar *phrase =
        geo_phrase_balance (geo_person_get_name (result->person),
                            geo_relation_get_balance (relation),
                            geo_relation_get_precision (relation),
                            geo_relation_get_equivalent (relation));

    g_string_append_printf (text, "%s%s", i > 0 ? "\n" : "", phrase);
  }
  if (g_list_model_get_n_items (list) > 1)
    g_string_append_printf (text, "%s%s", text->len > 0 ? "\n" : "",
                            geo_community_item_get_name (result->item));
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
add_meta (GeoSearchProvider *self,
          GVariantBuilder *metas,
          const gchar *id,
          const Result *result) {
  const gchar *name = geo_person_get_name (result->person);
  g_autofree gchar *title = result->pays
                                /* Translators: %s is a name. */
                                ? g_strdup_printf (_ ("Pay %s"), name)
                                : g_strdup (name);
  g_autofree gchar *description = describe (self, result);
  g_autoptr (GIcon) icon = g_themed_icon_new ("avatar-default-symbolic");

  g_variant_builder_open (metas, G_VARIANT_TYPE ("a{sv}"));
  g_variant_builder_add (metas, "{sv}", "id", g_variant_new_string (id));
  g_variant_builder_add (metas, "{sv}", "name", g_variant_new_string (title));
  g_variant_builder_add (metas, "{sv}", "description",
                         g_variant_new_string (description));
  g_variant_builder_add (metas, "{sv}", "icon", g_icon_serialize (icon));
  g_variant_builder_close (metas);
}

static GVariant *
get_metas (GeoSearchProvider *self, const gchar *const *ids) {
  g_auto (GVariantBuilder) metas =
      G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));

  for (guint i = 0; ids[i] != NULL; i++) {
    Result result;

    if (look_up (self, ids[i], &result))
      add_meta (self, &metas, ids[i], &result);
  }
  return g_variant_new ("(aa{sv})", &metas);
}

/* --- Opening --------------------------------------------------------- */

static void
run_errand (GeoSearchProvider *self,
            const gchar *community,
            const gchar *action,
            const gchar *target) {
  g_action_group_activate_action (
      G_ACTION_GROUP (self->application), "errand",
      g_variant_new (GEO_ERRAND_TYPE, community, action, target));
}

static void
activate_result (GeoSearchProvider *self, const gchar *id) {
  Result result;

  if (look_up (self, id, &result))
    run_errand (self, geo_community_item_get_pid_text (result.item),
                result.pays ? "win.pay" : "win.show-person",
                geo_person_get_pid_text (result.person));
}

/* --- Being asked ----------------------------------------------------- */

static void
answer (GeoSearchProvider *self, GDBusMethodInvocation *invocation) {
  const gchar *method = g_dbus_method_invocation_get_method_name (invocation);
  GVariant *parameters = g_dbus_method_invocation_get_parameters (invocation);
  g_autofree const gchar **strings = NULL;
  const gchar *id;

  if (g_str_equal (method, "GetResultMetas")) {
    g_variant_get (parameters, "(^a&s)", &strings);
    g_dbus_method_invocation_return_value (invocation,
                                           get_metas (self, strings));
  } else if (g_str_equal (method, "ActivateResult")) {
    g_variant_get (parameters, "(&s^a&su)", &id, &strings, NULL);
    activate_result (self, id);
    g_dbus_method_invocation_return_value (invocation, NULL);
  } else if (g_str_equal (method, "LaunchSearch")) {
    run_errand (self, "", "win.show-page", "people");
    g_dbus_method_invocation_return_value (invocation, NULL);
  } else {
    g_autoptr (GPtrArray) found = NULL;

    if (g_str_equal (method, "GetSubsearchResultSet"))
      g_variant_get (parameters, "(^a&s^a&s)", NULL, &strings);
    else
      g_variant_get (parameters, "(^a&s)", &strings);
    found = find (self, strings);
    g_dbus_method_invocation_return_value (
        invocation,
        g_variant_new ("(@as)",
                       g_variant_new_strv ((const gchar *const *) found->pdata,
                                           (gssize) found->len)));
  }
}

static void
answer_waiting (GeoSearchProvider *self) {
  GDBusMethodInvocation *invocation;

  if (geo_wallet_get_state (self->wallet) == GEO_WALLET_OPENING)
    return;
  while ((invocation = g_queue_pop_head (&self->waiting)) != NULL) {
    answer (self, invocation);
    g_application_release (self->application);
  }
}

/* A wallet with a PIN would be locked then, and one that needs a passphrase
 * asks for it in a window only. */
static gboolean
is_worth_opening (GeoSearchProvider *self) {
  return self->wallet != NULL &&
         !geo_lock_has_pin (geo_wallet_get_lock (self->wallet)) &&
         geo_profile_get_key_place (geo_wallet_get_profile (self->wallet)) ==
             GEO_KEY_PLACE_KEYRING;
}

static void
method_call_cb (GDBusConnection *connection,
                const gchar *sender,
                const gchar *object_path,
                const gchar *interface_name,
                const gchar *method_name,
                GVariant *parameters,
                GDBusMethodInvocation *invocation,
                gpointer user_data) {
  GeoSearchProvider *self = user_data;

  if (is_worth_opening (self) &&
      geo_wallet_get_state (self->wallet) == GEO_WALLET_CLOSED)
    geo_wallet_look (self->wallet);
  if (self->wallet == NULL ||
      geo_wallet_get_state (self->wallet) != GEO_WALLET_OPENING) {
    answer (self, invocation);
    return;
  }
  g_application_hold (self->application);
  g_queue_push_tail (&self->waiting, invocation);
}

gboolean
geo_search_provider_export (GeoSearchProvider *self,
                            GDBusConnection *connection,
                            const gchar *path,
                            GError **error) {
  static const GDBusInterfaceVTable vtable = { .method_call = method_call_cb };
  g_autoptr (GDBusNodeInfo) info = g_dbus_node_info_new_for_xml (interface_xml,
                                                                 NULL);

  g_return_val_if_fail (GEO_IS_SEARCH_PROVIDER (self), FALSE);

  g_assert (info != NULL);
  self->id = g_dbus_connection_register_object (
      connection, path, info->interfaces[0], &vtable, self, NULL, error);
  if (self->id == 0)
    return FALSE;
  g_set_object (&self->connection, connection);
  return TRUE;
}

void
geo_search_provider_unexport (GeoSearchProvider *self) {
  g_return_if_fail (GEO_IS_SEARCH_PROVIDER (self));

  if (self->connection != NULL)
    g_dbus_connection_unregister_object (self->connection, self->id);
  g_clear_object (&self->connection);
}

/* --- Life ------------------------------------------------------------ */

static void
geo_search_provider_dispose (GObject *object) {
  GeoSearchProvider *self = GEO_SEARCH_PROVIDER (object);

  geo_search_provider_unexport (self);
  g_queue_clear_full (&self->waiting, g_object_unref);
  g_clear_object (&self->wallet);
  G_OBJECT_CLASS (geo_search_provider_parent_class)->dispose (object);
}

static void
geo_search_provider_class_init (GeoSearchProviderClass *klass) {
  G_OBJECT_CLASS (klass)->dispose = geo_search_provider_dispose;
}

static void
geo_search_provider_init (GeoSearchProvider *self) {
  g_queue_init (&self->waiting);
}

GeoSearchProvider *
geo_search_provider_new (GApplication *application) {
  GeoSearchProvider *self = g_object_new (GEO_TYPE_SEARCH_PROVIDER, NULL);

  self->application = application;
  return self;
}

void
geo_search_provider_set_wallet (GeoSearchProvider *self, GeoWallet *wallet) {
  g_return_if_fail (GEO_IS_SEARCH_PROVIDER (self));

  g_set_object (&self->wallet, wallet);
  g_signal_connect_object (wallet, "notify::state", G_CALLBACK (answer_waiting),
                           self, G_CONNECT_SWAPPED);
}
