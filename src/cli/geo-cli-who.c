/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whom a name means.  Money goes there, so a name counts only where exactly one
 * person has it, letter for letter but for case; whoever else is like it is
 * listed, never chosen.
 */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "cli/geo-cli-node.h"
#include "cli/geo-wish.h"
#include "node/geo-safety.h"

/* At most as many are named in a sentence; all are in the JSON document. */
#define NAMED_MAX 8

static gchar *
fold (const gchar *name) {
  g_autofree gchar *normal = g_utf8_normalize (name, -1, G_NORMALIZE_NFC);
  g_autofree gchar *stripped = g_strdup (normal != NULL ? normal : name);

  return g_utf8_casefold (g_strstrip (stripped), -1);
}

/* The PID that was typed or stands in a link; FALSE where it is a name. */
static gboolean
parse_who (const gchar *who, gboolean *is_link, GeoPid *pid, GError **error) {
  g_autoptr (GeoLink) link = NULL;

  *is_link = g_ascii_strncasecmp (who, "geo:", 4) == 0;
  if (!*is_link)
    return geo_pid_parse (who, pid, NULL);
  link = geo_wish_parse_link (who, error);
  if (link == NULL)
    return FALSE;
  if (!link->has_pid) {
    g_set_error_literal (error, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT,
                         _ ("This link is an invitation and names nobody: "
                            "“geo join” takes it."));
    return FALSE;
  }
  *pid = link->pid;
  return TRUE;
}

static void
tell_candidates (GeoCli *cli, GListModel *found, GString *names) {
  GeoReport *report = geo_cli_detail (cli);
  guint count = g_list_model_get_n_items (found);

  geo_report_begin_array (report, "candidates");
  for (guint i = 0; i < count; i++) {
    g_autoptr (GeoPerson) person = g_list_model_get_item (found, i);

    geo_report_begin (report, NULL);
    geo_report_text (report, "name", geo_person_get_name (person));
    geo_report_text (report, "pid", geo_person_get_pid_text (person));
    geo_report_end (report);
    if (i < NAMED_MAX)
      g_string_append_printf (names, "%s%s (%s)", i > 0 ? ", " : "",
                              geo_person_get_name (person),
                              geo_person_get_pid_text (person));
    else if (i == NAMED_MAX)
      g_string_append (names, ", …");
  }
  geo_report_end_array (report);
}

/* A new list of those whose whole name it is. */
static GListStore *
filter_exact (GListModel *found, const gchar *who) {
  GListStore *exact = g_list_store_new (GEO_TYPE_PERSON);
  g_autofree gchar *wanted = fold (who);

  for (guint i = 0; i < g_list_model_get_n_items (found); i++) {
    g_autoptr (GeoPerson) person = g_list_model_get_item (found, i);
    g_autofree gchar *name = fold (geo_person_get_name (person));

    if (g_str_equal (name, wanted))
      g_list_store_append (exact, person);
  }
  return exact;
}

static GeoPerson *
choose_by_pid (GeoCli *cli, GListModel *found, const GeoPid *pid, int *status) {
  for (guint i = 0; i < g_list_model_get_n_items (found); i++) {
    g_autoptr (GeoPerson) person = g_list_model_get_item (found, i);

    if (geo_pid_equal (geo_person_get_pid (person), pid))
      return g_steal_pointer (&person);
  }
  *status = geo_cli_fail (cli, GEO_EXIT_USAGE,
                          _ ("Nobody in this community has this PID."));
  return NULL;
}

static GeoPerson *
choose_by_name (GeoCli *cli, GListModel *found, const gchar *who, int *status) {
  g_autoptr (GListStore) exact = filter_exact (found, who);
  g_autoptr (GString) names = g_string_new (NULL);
  guint count = g_list_model_get_n_items (G_LIST_MODEL (exact));

  if (count == 1)
    return g_list_model_get_item (G_LIST_MODEL (exact), 0);
  if (count > 1) {
    tell_candidates (cli, G_LIST_MODEL (exact), names);
    *status = geo_cli_fail_printf (
        cli, GEO_EXIT_USAGE,
        _ ("More than one person is called “%s”, give the PID of one: %s."),
        who, names->str);
  } else if (g_list_model_get_n_items (found) > 0) {
    tell_candidates (cli, found, names);
    *status = geo_cli_fail_printf (
        cli, GEO_EXIT_USAGE, _ ("Nobody here is called “%s”; there is: %s."),
        who, names->str);
  } else {
    *status = geo_cli_fail_printf (cli, GEO_EXIT_USAGE,
                                   _ ("Nobody here is called “%s”."), who);
  }
  return NULL;
}

/* Nobody else is found by our own name or PID. */
static gboolean
is_me (GeoNode *node, const gchar *who) {
  g_autofree gchar *name = fold (geo_node_get_name (node));
  g_autofree gchar *wanted = fold (who);

  return g_str_equal (name, wanted) ||
         g_str_equal (geo_node_get_pid (node), who);
}

GeoPerson *
geo_cli_find_person (GeoCli *cli,
                     GeoNode *node,
                     const gchar *who,
                     int *status) {
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GListModel) found = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *text = NULL;
  gboolean is_link, has_pid;
  GeoPid pid;

  has_pid = parse_who (who, &is_link, &pid, &error);
  if (error != NULL) {
    *status = geo_cli_fail_error (cli, error);
    return NULL;
  }
  text = has_pid ? geo_pid_to_string (&pid) : g_strdup (who);
  if (*g_strstrip (text) == '\0') {
    *status = geo_cli_fail (cli, GEO_EXIT_USAGE,
                            _ ("Say who: a name, a PID or a contact link."));
    return NULL;
  }

  /* A known PID is asked for, too: the node has to know the person's key. */
  geo_node_find_people_async (node, text, NULL, geo_cli_result_cb, &result);
  found = geo_node_find_people_finish (node, geo_cli_wait_result (&result),
                                       &error);
  if (found == NULL) {
    *status = geo_cli_fail_error (cli, error);
    return NULL;
  }
  if (g_list_model_get_n_items (found) == 0 && is_me (node, text)) {
    *status = geo_cli_fail (cli, GEO_EXIT_USAGE,
                            _ ("That is you; it takes somebody else."));
    return NULL;
  }
  return has_pid ? choose_by_pid (cli, found, &pid, status)
                 : choose_by_name (cli, found, text, status);
}

gboolean
geo_cli_check_key (GeoCli *cli, GeoNode *node, GeoPerson *person, int *status) {
  const GeoPid *pid = geo_person_get_pid (person);
  GeoKeyDoubt doubt = geo_node_look_at_key (node, pid);
  const gchar *name = geo_person_get_name (person);
  const gchar *pid_text = geo_person_get_pid_text (person);

  if (doubt == GEO_KEY_DOUBT_NONE)
    return TRUE;
  if (cli->accept_key) {
    geo_node_accept_key (node, pid);
    return TRUE;
  }
  geo_report_text (geo_cli_detail (cli), "reason",
                   doubt == GEO_KEY_DOUBT_FORKED ? "two_keys" : "key_changed");
  *status = geo_cli_fail_printf (
      cli, GEO_EXIT_REFUSED,
      doubt == GEO_KEY_DOUBT_FORKED
          /* Translators: a name, and their PID. */
          ? _ ("Nothing was done: two different keys of %s were shown, so "
               "somebody else has had one, too. Ask them, by another way than "
               "this, which is theirs; then “geo key accept %s” takes the one "
               "that is known here, or --accept-key with this command.")
          /* Translators: a name, and their PID. */
          : _ ("Nothing was done: %s uses another key than before. Ask them, "
               "by "
               "another way than this, whether it is theirs; then “geo key "
               "accept %s” takes it, or --accept-key with this command."),
      name, pid_text);
  return FALSE;
}
