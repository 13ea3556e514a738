/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * geo-hub invite: the link with which people join (protocol §13).  It changes
 * nothing: whoever has the link may use it for as long as its code is the
 * configured one.
 */
#include <stdio.h>
#include <string.h>

#include "core/geo-contract.h"
#include "core/geo-link.h"
#include "hub/geo-hub-command.h"
#include "net/geo-address.h"

typedef struct {
  gchar *address;
  gchar *equivalent;
  gboolean without_code;
} Options;

static void
options_clear (Options *options) {
  g_free (options->address);
  g_free (options->equivalent);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* Where others reach the hub, or NULL: the first that is known.  An address
 * that means "all of this machine's" is nobody's to connect to. */
static gchar *
find_address (const Options *options,
              const GeoHubConfig *config,
              const GeoCommunity *community,
              GError **error) {
  g_autoptr (GeoAddress) address = NULL;
  const gchar *listen = config->listen[0];

  if (options->address != NULL) {
    address = geo_address_parse (options->address, NULL, error);
    return address == NULL ? NULL : geo_address_to_string (address);
  }
  if (config->public_address != NULL)
    return g_strdup (config->public_address);
  if (community->hub != NULL)
    return g_strdup (community->hub);
  if (g_str_has_prefix (listen, "0.0.0.0:") ||
      g_str_has_prefix (listen, "[::]:") || g_str_has_suffix (listen, ":0")) {
    g_set_error_literal (error, GEO_HUB_ERROR, GEO_HUB_ERROR_CONFIG,
                         "Where others reach the hub is not known: say it "
                         "with --address, or as [hub] public_address in the "
                         "configuration.");
    return NULL;
  }
  return g_strdup_printf (
      "%s://%s", community->fingerprint != NULL ? "https" : "http", listen);
}

static GeoHubExit
invite (const Options *options,
        const GeoHubConfig *config,
        const GeoCommunity *community) {
  g_autoptr (GeoLink) link = geo_link_new (GEO_LINK_JOIN);
  g_autoptr (GError) error = NULL;
  g_autofree gchar *text = NULL;

  if (options->equivalent != NULL &&
      geo_community_find_equivalent (community, options->equivalent) == NULL)
    return geo_hub_complain (GEO_HUB_EXIT_USAGE,
                             "The community has no equivalent “%s”.",
                             options->equivalent);
  link->hub = find_address (options, config, community, &error);
  if (link->hub == NULL)
    return geo_hub_complain (GEO_HUB_EXIT_USAGE, "%s", error->message);
  link->has_community = TRUE;
  link->community = community->community;
  link->fingerprint = g_strdup (community->fingerprint);
  link->equivalent = g_strdup (options->equivalent);
  if (!options->without_code)
    link->code = g_strdup (config->code);
  if (!config->open)
    g_printerr ("geo-hub: Nobody can join for now: [joining] open is false.\n");

  text = geo_link_to_string (link);
  printf ("%s\n", text);
  return GEO_HUB_EXIT_DONE;
}

GeoHubExit
geo_hub_command_invite (int argc, char **argv) {
  g_auto (GeoHubPlace) place = { NULL };
  g_auto (Options) options = { NULL };
  g_autoptr (GeoHubConfig) config = NULL;
  g_autoptr (GeoHubStore) store = NULL;
  g_autoptr (GeoCommunity) community = NULL;
  g_autoptr (GError) error = NULL;
  const GOptionEntry entries[] = {
    { "address", 'a', 0, G_OPTION_ARG_STRING, &options.address,
      "Where others reach the hub, if the configuration does not say it",
      "URL" },
    { "equivalent", 'e', 0, G_OPTION_ARG_STRING, &options.equivalent,
      "What the wallet is to propose amounts in", "CODE" },
    { "without-code", 0, 0, G_OPTION_ARG_NONE, &options.without_code,
      "Leave the code out: it is told in another way", NULL },
    G_OPTION_ENTRY_NULL,
  };

  if (!geo_hub_command_parse (
          &argc, &argv, NULL, 0,
          "Prints the link with which people join: where the hub is, which "
          "community it has,\nthe fingerprint of its certificate, and the code "
          "that it asks for.",
          entries, &place))
    return GEO_HUB_EXIT_USAGE;
  config = geo_hub_place_read_config (&place, &error);
  if (config == NULL)
    return geo_hub_complain (GEO_HUB_EXIT_USAGE, "%s", error->message);
  store = geo_hub_place_open (&place, &error);
  if (store == NULL ||
      (community = geo_hub_store_get_community (store, &error)) == NULL)
    return geo_hub_complain (GEO_HUB_EXIT_DATA,
                             "%s Start the hub once: that makes its community.",
                             error->message);
  return invite (&options, config, community);
}
