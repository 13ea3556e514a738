/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoMarketPage: makes the graph of what this wallet knows, lets a worker place
 * it, and shows it as a picture, and the same as a list.
 *
 * What may be shown: nobody but two people and their hub knows the line between
 * them, and the hub tells nobody else.  So there are my own lines and debts, and
 * the people I paid or was paid by; of a circle that was cleared I hold the
 * proof, which names my two neighbours on it and says how many took part.  The
 * rest of it is drawn as people without names.
 */
#include "config.h"

#include "wallet/geo-market-page.h"

#include <glib/gi18n.h>

#include "node/geo-phrases.h"
#include "wallet/geo-activity-row.h"
#include "wallet/geo-market-view.h"
#include "wallet/geo-person-row.h"
#include "wallet/geo-person-watch.h"
#include "wallet/geo-receipt-facts.h"

/* The newest ones; older ones are in Activity. */
#define CIRCLES_MAX 12
/* Changes come in swarms. */
#define REFRESH_DELAY_MS 150
/* More people are not watched one by one; my totals still are. */
#define WATCHES_MAX GEO_MARKET_POINTS_MAX

struct _GeoMarketPage {
  AdwBin parent_instance;

  guint refresh_id;
  gboolean is_stale;
  gboolean is_arranging;
  gboolean is_reading;

  /* owned */
  GeoNode *node;
  GCancellable *cancellable;
  GeoMarketGraph *graph; /* What is shown. */
  GPtrArray *watches; /* GeoPersonWatch */
  GtkSliceListModel *circles; /* GeoActivityItem, the newest first */
  GHashTable *facts; /* Receipt key → GeoReceiptFacts; NULL: nothing there */
  GListStore *sections;
  gchar *equivalent; /* NULL before there is a node. */

  /* template children */
  GtkStack *stack;
  AdwToggleGroup *modes;
  GtkDropDown *equivalents;
  GtkStack *mode_stack;
  GeoMarketView *view;
  GtkButton *in_button;
  GtkButton *out_button;
  GtkButton *fit_button;
  GtkWidget *spinner;
  GtkLabel *more_label;
  GtkRevealer *card_revealer;
  AdwAvatar *card_avatar;
  GtkLabel *card_name;
  GtkLabel *card_label;
  GtkButton *card_open;
  GtkButton *card_pay;
  GtkListView *list_view;
};

G_DEFINE_FINAL_TYPE (GeoMarketPage, geo_market_page, ADW_TYPE_BIN)

static void refresh (GeoMarketPage *self);

/* --- The graph ---------------------------------------------------------- */

/* A new reference; NULL: nothing is between us in this equivalent. */
static GeoRelation *
find_relation (GeoMarketPage *self, GeoPerson *person) {
  GListModel *relations = geo_person_get_relations (person);

  for (guint i = 0; i < g_list_model_get_n_items (relations); i++) {
    g_autoptr (GeoRelation) relation = g_list_model_get_item (relations, i);

    if (g_strcmp0 (geo_relation_get_equivalent (relation), self->equivalent) ==
        0)
      return g_steal_pointer (&relation);
  }
  return NULL;
}

static gchar *
phrase_person (GeoPerson *person, GeoRelation *relation) {
  const gchar *name = geo_person_get_name (person);
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  const gchar *equivalent;
  guint precision;
  GeoAmount limit;

  if (relation == NULL)
    /* Translators: %s is a name. */
    return g_strdup_printf (_ ("There is no trust between you and %s, and "
                               "nothing is owed."),
                            name);
  equivalent = geo_relation_get_equivalent (relation);
  precision = geo_relation_get_precision (relation);
  g_ptr_array_add (lines, geo_phrase_balance (
                              name, geo_relation_get_balance (relation),
                              precision, equivalent));
  if (geo_relation_get_their_limit (relation, &limit))
    g_ptr_array_add (lines, geo_phrase_their_line (name, limit, precision,
                                                   equivalent));
  if (geo_relation_get_my_limit (relation, &limit))
    g_ptr_array_add (lines,
                     geo_phrase_my_line (name, limit, precision, equivalent));
  g_ptr_array_add (lines, NULL);
  return g_strjoinv ("\n", (gchar **) lines->pdata);
}

static gchar *
phrase_me (GeoMarketPage *self) {
  GListModel *totals = geo_node_get_totals (self->node);

  for (guint i = 0; i < g_list_model_get_n_items (totals); i++) {
    g_autoptr (GeoTotal) total = g_list_model_get_item (totals, i);

    if (g_strcmp0 (geo_total_get_equivalent (total), self->equivalent) == 0)
      return geo_phrase_total (geo_total_get_balance (total),
                               geo_total_get_precision (total),
                               geo_total_get_equivalent (total));
  }
  return g_strdup ("");
}

static GeoMarketTieKind
find_tie (GeoRelation *relation) {
  if (relation == NULL)
    return GEO_MARKET_KNOWS;
  return geo_amount_cmp (geo_relation_get_balance (relation),
                         GEO_AMOUNT_ZERO) != 0
             ? GEO_MARKET_OWES
             : GEO_MARKET_TRUSTS;
}

/* TRUE: there is room for more. */
static gboolean
add_person (GeoMarketPage *self,
            GeoMarketGraph *graph,
            GeoPerson *person,
            GeoRelation *relation,
            GeoMarketTieKind kind) {
  g_autofree gchar *sentence = phrase_person (person, relation);
  guint number = geo_market_graph_add (graph, geo_person_get_pid_text (person),
                                       geo_person_get_name (person), sentence);

  if (number == G_MAXUINT)
    return FALSE;
  if (kind == GEO_MARKET_OWES &&
      geo_amount_cmp (geo_relation_get_balance (relation), GEO_AMOUNT_ZERO) < 0)
    geo_market_graph_tie (graph, kind, 0, number);
  else
    geo_market_graph_tie (graph, kind, number, 0);
  return TRUE;
}

/* Those with debts first, so that they are the last to be left out. */
static void
add_people (GeoMarketPage *self, GeoMarketGraph *graph) {
  static const GeoMarketTieKind kinds[] = { GEO_MARKET_OWES, GEO_MARKET_TRUSTS,
                                            GEO_MARKET_KNOWS };
  GListModel *people = geo_node_get_people (self->node);
  guint n = g_list_model_get_n_items (people);

  for (gsize k = 0; k < G_N_ELEMENTS (kinds); k++) {
    for (guint i = 0; i < n; i++) {
      g_autoptr (GeoPerson) person = g_list_model_get_item (people, i);
      g_autoptr (GeoRelation) relation = find_relation (self, person);

      if (find_tie (relation) == kinds[k] &&
          !add_person (self, graph, person, relation, kinds[k]))
        return;
    }
  }
}

static void
add_circle (GeoMarketGraph *graph,
            const GeoPid *debtor,
            const GeoPid *creditor,
            guint others,
            gboolean is_proposal,
            GHashTable *seen) {
  g_autofree gchar *debtor_key = geo_pid_to_string (debtor);
  g_autofree gchar *creditor_key = geo_pid_to_string (creditor);
  guint from = geo_market_graph_find (graph, debtor_key);
  guint to = geo_market_graph_find (graph, creditor_key);

  /* The same circle is cleared again and again; it is drawn once. */
  if (from == G_MAXUINT || to == G_MAXUINT ||
      !g_hash_table_add (seen, g_strdup_printf ("%u %u %u %d", from, to, others,
                                                is_proposal)))
    return;
  geo_market_graph_add_circle (graph, from, to, others, is_proposal);
}

static void
add_circles (GeoMarketPage *self, GeoMarketGraph *graph) {
  GListModel *proposals = geo_node_get_proposals (self->node);
  GListModel *circles = G_LIST_MODEL (self->circles);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal,
                                                       g_free, NULL);

  for (guint i = 0; i < g_list_model_get_n_items (proposals); i++) {
    g_autoptr (GeoProposalItem) item = g_list_model_get_item (proposals, i);

    if (g_strcmp0 (geo_proposal_item_get_equivalent (item),
                   self->equivalent) == 0)
      add_circle (graph, geo_proposal_item_get_debtor_pid (item),
                  geo_proposal_item_get_creditor_pid (item),
                  geo_proposal_item_get_others (item), TRUE, seen);
  }
  for (guint i = 0; i < g_list_model_get_n_items (circles); i++) {
    g_autoptr (GeoActivityItem) item = g_list_model_get_item (circles, i);
    const gchar *key = geo_activity_item_get_receipt_key (item);
    const GeoReceiptFacts *facts =
        key != NULL ? g_hash_table_lookup (self->facts, key) : NULL;

    if (facts != NULL && facts->has_circle &&
        g_strcmp0 (facts->equivalent, self->equivalent) == 0)
      add_circle (graph, &facts->debtor, &facts->creditor, facts->others, FALSE,
                  seen);
  }
}

/* --- Circles that were cleared ------------------------------------------ */

static void read_circles (GeoMarketPage *self);

static void
facts_free (gpointer data) {
  geo_receipt_facts_free (data);
}

typedef struct {
  GeoMarketPage *page;
  gchar *key;
} Reading;

static void
receipt_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  Reading *reading = user_data;
  g_autoptr (GeoMarketPage) self = reading->page;
  g_autofree gchar *key = reading->key;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *receipt = geo_node_get_receipt_finish (GEO_NODE (source),
                                                           result, &error);
  GeoReceiptFacts *facts = NULL;
  GeoPid me;

  g_free (reading);
  self->is_reading = FALSE;
  if (self->node != GEO_NODE (source))
    return;
  if (receipt != NULL &&
      geo_pid_parse (geo_node_get_pid (self->node), &me, NULL))
    facts = geo_receipt_facts_read (receipt, &me, NULL);
  g_hash_table_replace (self->facts, g_steal_pointer (&key), facts);
  refresh (self);
  read_circles (self);
}

/* The proofs say who was on them; one is read after the other. */
static void
read_circles (GeoMarketPage *self) {
  GListModel *circles = G_LIST_MODEL (self->circles);

  for (guint i = 0;
       self->node != NULL && !self->is_reading && i < g_list_model_get_n_items (circles); i++) {
    g_autoptr (GeoActivityItem) item = g_list_model_get_item (circles, i);
    const gchar *key = geo_activity_item_get_receipt_key (item);
    Reading *reading;

    if (!geo_activity_item_get_loaded (item)) {
      /* It is on its way from the disk. */
      g_signal_handlers_disconnect_by_data (item, self);
      g_signal_connect_object (item, "notify::loaded",
                               G_CALLBACK (read_circles), self,
                               G_CONNECT_SWAPPED);
      continue;
    }
    if (key == NULL || g_hash_table_contains (self->facts, key))
      continue;
    self->is_reading = TRUE;
    reading = g_new0 (Reading, 1);
    reading->page = g_object_ref (self);
    reading->key = g_strdup (key);
    geo_node_get_receipt_async (self->node, key, NULL, receipt_cb, reading);
  }
}

/* --- Showing it --------------------------------------------------------- */

static void
show_card (GeoMarketPage *self) {
  const GeoMarketPoint *point = geo_market_view_get_selected (self->view);
  gboolean is_person = point != NULL && point->kind == GEO_MARKET_PERSON;
  /* Its buttons go with it: they are not to keep the focus. */
  gtk_revealer_set_reveal_child (self->card_revealer, point != NULL);
  if (point == NULL)
    return;
  adw_avatar_set_text (self->card_avatar, point->name);
  gtk_label_set_label (self->card_name, point->name);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->card_name), point->name);
  gtk_label_set_label (self->card_label, point->sentence);
  gtk_widget_set_visible (GTK_WIDGET (self->card_open), is_person);
  gtk_widget_set_visible (GTK_WIDGET (self->card_pay), is_person);
  if (!is_person)
    return;
  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->card_open), "s",
                                    point->key);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->card_pay), "s",
                                    point->key);
}

static void
arranged_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GeoMarketPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoMarketGraph) graph = geo_market_graph_arrange_finish (result,
                                                                      &error);

  self->is_arranging = FALSE;
  if (graph == NULL || self->node == NULL)
    return;
  g_clear_pointer (&self->graph, geo_market_graph_unref);
  self->graph = g_steal_pointer (&graph);
  gtk_widget_set_visible (self->spinner, FALSE);
  geo_market_view_set_graph (self->view, self->graph);
  if (self->is_stale)
    refresh (self);
}

static void
show_more (GeoMarketPage *self, GeoMarketGraph *graph) {
  guint all = g_list_model_get_n_items (geo_node_get_people (self->node));
  guint drawn = graph->points->len - 1;
  guint more = all > drawn ? all - drawn : 0;
  g_autofree gchar *text = g_strdup_printf (
      /* Translators: people for whom the picture has no room. */
      ngettext ("%u more person is in the list", "%u more people are in the list",
                more),
      more);

  gtk_label_set_label (self->more_label, text);
  gtk_widget_set_visible (GTK_WIDGET (self->more_label), more > 0);
}

static void
arrange (GeoMarketPage *self) {
  g_autofree gchar *sentence = phrase_me (self);
  g_autoptr (GeoMarketGraph) graph = geo_market_graph_new (
      geo_node_get_pid (self->node), geo_node_get_name (self->node), sentence);

  add_people (self, graph);
  show_more (self, graph);
  add_circles (self, graph);
  if (self->graph != NULL)
    geo_market_graph_follow (graph, self->graph);
  self->is_arranging = TRUE;
  geo_market_graph_arrange_async (graph, self->cancellable, arranged_cb,
                                  g_object_ref (self));
}

static void
watch_people (GeoMarketPage *self) {
  GListModel *people = geo_node_get_people (self->node);
  guint n = MIN (g_list_model_get_n_items (people), WATCHES_MAX);

  g_ptr_array_set_size (self->watches, 0);
  for (guint i = 0; i < n; i++) {
    g_autoptr (GeoPerson) person = g_list_model_get_item (people, i);
    GeoPersonWatch *watch = geo_person_watch_new (person);

    g_signal_connect_object (watch, "changed", G_CALLBACK (refresh), self,
                             G_CONNECT_SWAPPED);
    g_ptr_array_add (self->watches, watch);
  }
}

static gboolean
refresh_cb (gpointer user_data) {
  GeoMarketPage *self = user_data;
  gboolean is_empty;

  self->refresh_id = 0;
  is_empty = g_list_model_get_n_items (geo_node_get_people (self->node)) == 0;
  gtk_stack_set_visible_child_name (self->stack, is_empty ? "empty" : "market");
  /* One at a time: what has changed meanwhile comes after it. */
  if (self->is_arranging)
    return G_SOURCE_REMOVE;
  self->is_stale = FALSE;
  arrange (self);
  return G_SOURCE_REMOVE;
}

/* Nobody looks: it is made when somebody does. */
static void
refresh (GeoMarketPage *self) {
  self->is_stale = TRUE;
  if (self->node != NULL && self->refresh_id == 0 &&
      gtk_widget_get_mapped (GTK_WIDGET (self)))
    self->refresh_id = g_timeout_add (self->graph != NULL ? REFRESH_DELAY_MS
                                                          : 0,
                                      refresh_cb, self);
}

static void
people_changed_cb (GeoMarketPage *self) {
  watch_people (self);
  refresh (self);
}

static void
mode_cb (GeoMarketPage *self) {
  gtk_stack_set_visible_child_name (
      self->mode_stack, adw_toggle_group_get_active_name (self->modes));
}

static void
equivalent_cb (GeoMarketPage *self) {
  GtkStringObject *chosen = gtk_drop_down_get_selected_item (self->equivalents);

  if (chosen != NULL &&
      g_set_str (&self->equivalent, gtk_string_object_get_string (chosen)))
    refresh (self);
}

/* The buttons lie beside the picture, so its own actions are out of their
 * reach. */
static void
zoom_button_cb (GtkButton *button, GeoMarketPage *self) {
  if (button == self->fit_button)
    geo_market_view_fit (self->view);
  else
    geo_market_view_zoom (self->view, button == self->in_button ? 1.25 : 0.8);
}

static void
activated_cb (GeoMarketView *view, const gchar *key, GeoMarketPage *self) {
  gtk_widget_activate_action (GTK_WIDGET (self), "win.show-person", "s", key);
}

/* --- The list ----------------------------------------------------------- */

static void
row_bind_cb (GtkSignalListItemFactory *factory,
             GtkListItem *list_item,
             gpointer user_data) {
  gpointer item = gtk_list_item_get_item (list_item);

  if (GEO_IS_PERSON (item)) {
    GeoPersonRow *row = geo_person_row_new ();

    geo_person_row_set_person (row, item);
    gtk_list_item_set_child (list_item, GTK_WIDGET (row));
    gtk_list_item_set_accessible_label (list_item, geo_person_get_name (item));
  } else if (GEO_IS_ACTIVITY_ITEM (item)) {
    GeoActivityRow *row = geo_activity_row_new ();
    g_autofree gchar *phrase = geo_phrase_activity (item);

    geo_activity_row_set_item (row, item);
    gtk_list_item_set_child (list_item, GTK_WIDGET (row));
    gtk_list_item_set_accessible_label (list_item, phrase);
  } else {
    g_autofree gchar *phrase = geo_phrase_proposal (item);
    GtkWidget *label = gtk_label_new (phrase);

    gtk_label_set_wrap (GTK_LABEL (label), TRUE);
    gtk_label_set_xalign (GTK_LABEL (label), 0);
    gtk_widget_set_margin_top (label, 6);
    gtk_widget_set_margin_bottom (label, 6);
    gtk_list_item_set_child (list_item, label);
    gtk_list_item_set_accessible_label (list_item, phrase);
  }
}

static void
row_unbind_cb (GtkSignalListItemFactory *factory,
               GtkListItem *list_item,
               gpointer user_data) {
  gtk_list_item_set_child (list_item, NULL);
}

static void
activate_cb (GtkListView *view, guint position, GeoMarketPage *self) {
  g_autoptr (GObject) item = g_list_model_get_item (
      G_LIST_MODEL (gtk_list_view_get_model (view)), position);
  g_autoptr (GVariant) target = NULL;
  const gchar *action;

  if (GEO_IS_PERSON (item)) {
    gtk_widget_activate_action (GTK_WIDGET (self), "win.show-person", "s",
                                geo_person_get_pid_text (GEO_PERSON (item)));
  } else if (GEO_IS_ACTIVITY_ITEM (item)) {
    action = geo_activity_row_find_action (GEO_ACTIVITY_ITEM (item), &target);
    if (action == NULL)
      return;
    g_variant_ref_sink (target);
    gtk_widget_activate_action_variant (GTK_WIDGET (self), action, target);
  } else {
    gtk_widget_activate_action (
        GTK_WIDGET (self), "win.show-clearing", "s",
        geo_proposal_item_get_id (GEO_PROPOSAL_ITEM (item)));
  }
}

static void
header_bind_cb (GtkSignalListItemFactory *factory,
                GtkListHeader *header,
                gpointer user_data) {
  gpointer item = gtk_list_header_get_item (header);
  GtkWidget *label = gtk_label_new (
      GEO_IS_PERSON (item)          ? _ ("People")
      : GEO_IS_ACTIVITY_ITEM (item) ? _ ("Circles That Were Cleared")
                                    : _ ("Circles That Could Be Cleared"));

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_widget_set_margin_start (label, 12);
  gtk_widget_add_css_class (label, "heading");
  gtk_list_header_set_child (header, label);
}

static void
make_list (GeoMarketPage *self) {
  g_autoptr (GtkListItemFactory) rows = gtk_signal_list_item_factory_new ();
  g_autoptr (GtkListItemFactory) headers = gtk_signal_list_item_factory_new ();
  g_autoptr (GtkNoSelection) selection = NULL;

  g_signal_connect (rows, "bind", G_CALLBACK (row_bind_cb), NULL);
  g_signal_connect (rows, "unbind", G_CALLBACK (row_unbind_cb), NULL);
  gtk_list_view_set_factory (self->list_view, rows);
  g_signal_connect (headers, "bind", G_CALLBACK (header_bind_cb), NULL);
  gtk_list_view_set_header_factory (self->list_view, headers);
  selection = gtk_no_selection_new (G_LIST_MODEL (gtk_flatten_list_model_new (
      g_object_ref (G_LIST_MODEL (self->sections)))));
  gtk_list_view_set_model (self->list_view, GTK_SELECTION_MODEL (selection));
  g_signal_connect (self->list_view, "activate", G_CALLBACK (activate_cb),
                    self);
}

/* --- Life --------------------------------------------------------------- */

static void
geo_market_page_map (GtkWidget *widget) {
  GeoMarketPage *self = GEO_MARKET_PAGE (widget);

  GTK_WIDGET_CLASS (geo_market_page_parent_class)->map (widget);
  if (self->is_stale)
    refresh (self);
}

static void
forget_node (GeoMarketPage *self) {
  g_clear_handle_id (&self->refresh_id, g_source_remove);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_ptr_array_set_size (self->watches, 0);
  g_hash_table_remove_all (self->facts);
  gtk_slice_list_model_set_model (self->circles, NULL);
  g_list_store_remove_all (self->sections);
  if (self->node == NULL)
    return;
  g_signal_handlers_disconnect_by_data (geo_node_get_people (self->node), self);
  g_signal_handlers_disconnect_by_data (geo_node_get_proposals (self->node),
                                        self);
  g_clear_object (&self->node);
}

static void
geo_market_page_dispose (GObject *object) {
  GeoMarketPage *self = GEO_MARKET_PAGE (object);

  if (self->watches != NULL)
    forget_node (self);
  g_clear_pointer (&self->watches, g_ptr_array_unref);
  g_clear_pointer (&self->facts, g_hash_table_unref);
  g_clear_pointer (&self->graph, geo_market_graph_unref);
  g_clear_pointer (&self->equivalent, g_free);
  g_clear_object (&self->circles);
  g_clear_object (&self->sections);
  G_OBJECT_CLASS (geo_market_page_parent_class)->dispose (object);
}

static void
geo_market_page_class_init (GeoMarketPageClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = geo_market_page_dispose;
  widget_class->map = geo_market_page_map;
  g_type_ensure (GEO_TYPE_MARKET_VIEW);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/net/geocredit/Wallet/ui/geo-market-page.ui");
  gtk_widget_class_bind_template_child (widget_class, GeoMarketPage, stack);
  gtk_widget_class_bind_template_child (widget_class, GeoMarketPage, modes);
  gtk_widget_class_bind_template_child (widget_class, GeoMarketPage,
                                        equivalents);
  gtk_widget_class_bind_template_child (widget_class, GeoMarketPage,
                                        mode_stack);
  gtk_widget_class_bind_template_child (widget_class, GeoMarketPage, view);
  gtk_widget_class_bind_template_child (widget_class, GeoMarketPage, in_button);
  gtk_widget_class_bind_template_child (widget_class, GeoMarketPage,
                                        out_button);
  gtk_widget_class_bind_template_child (widget_class, GeoMarketPage,
                                        fit_button);
  gtk_widget_class_bind_template_child (widget_class, GeoMarketPage, spinner);
  gtk_widget_class_bind_template_child (widget_class, GeoMarketPage,
                                        more_label);
  gtk_widget_class_bind_template_child (widget_class, GeoMarketPage,
                                        card_revealer);
  gtk_widget_class_bind_template_child (widget_class, GeoMarketPage,
                                        card_avatar);
  gtk_widget_class_bind_template_child (widget_class, GeoMarketPage, card_name);
  gtk_widget_class_bind_template_child (widget_class, GeoMarketPage,
                                        card_label);
  gtk_widget_class_bind_template_child (widget_class, GeoMarketPage, card_open);
  gtk_widget_class_bind_template_child (widget_class, GeoMarketPage, card_pay);
  gtk_widget_class_bind_template_child (widget_class, GeoMarketPage, list_view);
}

static void
geo_market_page_init (GeoMarketPage *self) {
  self->watches = g_ptr_array_new_with_free_func (g_object_unref);
  self->facts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                       facts_free);
  self->circles = gtk_slice_list_model_new (NULL, 0, CIRCLES_MAX);
  self->sections = g_list_store_new (G_TYPE_LIST_MODEL);
  gtk_widget_init_template (GTK_WIDGET (self));
  make_list (self);
  g_signal_connect_object (self->circles, "items-changed",
                           G_CALLBACK (read_circles), self, G_CONNECT_SWAPPED);
  g_signal_connect_swapped (self->modes, "notify::active-name",
                            G_CALLBACK (mode_cb), self);
  g_signal_connect_swapped (self->equivalents, "notify::selected-item",
                            G_CALLBACK (equivalent_cb), self);
  g_signal_connect_swapped (self->view, "selected", G_CALLBACK (show_card),
                            self);
  g_signal_connect (self->view, "activated", G_CALLBACK (activated_cb), self);
  g_signal_connect (self->in_button, "clicked", G_CALLBACK (zoom_button_cb),
                    self);
  g_signal_connect (self->out_button, "clicked", G_CALLBACK (zoom_button_cb),
                    self);
  g_signal_connect (self->fit_button, "clicked", G_CALLBACK (zoom_button_cb),
                    self);
}

static void
show_equivalents (GeoMarketPage *self) {
  guint n = geo_node_get_n_equivalents (self->node);
  g_autoptr (GtkStringList) codes = gtk_string_list_new (NULL);

  for (guint i = 0; i < n; i++)
    gtk_string_list_append (codes, geo_node_get_equivalent (self->node, i, NULL,
                                                            NULL));
  gtk_widget_set_visible (GTK_WIDGET (self->equivalents), n > 1);
  gtk_drop_down_set_model (self->equivalents, G_LIST_MODEL (codes));
  equivalent_cb (self);
}

void
geo_market_page_set_node (GeoMarketPage *self, GeoNode *node) {
  GListModel *people = geo_node_get_people (node);
  GListModel *proposals = geo_node_get_proposals (node);
  g_autoptr (GeoActivityModel) cleared = geo_node_make_activity (node);
  const GeoActivityFilter filter = { .kinds = 1 << GEO_ITEM_CLEARED };

  g_return_if_fail (GEO_IS_MARKET_PAGE (self));

  forget_node (self);
  self->node = g_object_ref (node);
  self->cancellable = g_cancellable_new ();
  geo_activity_model_set_filter (cleared, &filter);
  gtk_slice_list_model_set_model (self->circles, G_LIST_MODEL (cleared));
  g_list_store_append (self->sections, proposals);
  g_list_store_append (self->sections, self->circles);
  g_list_store_append (self->sections, people);
  show_equivalents (self);
  g_signal_connect_swapped (people, "items-changed",
                            G_CALLBACK (people_changed_cb), self);
  g_signal_connect_swapped (proposals, "items-changed", G_CALLBACK (refresh),
                            self);
  people_changed_cb (self);
}
