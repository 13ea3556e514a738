/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoTrustRemedy: a button, and what came of it.  The node asks.
 */
#include "config.h"

#include "wallet/geo-trust-remedy.h"

#include <glib/gi18n.h>

#include "node/geo-phrases.h"
#include "wallet/geo-say.h"

struct _GeoTrustRemedy {
  AdwBin parent_instance;

  GeoPid pid;
  GeoAmount limit; /* What they are asked to trust me up to. */

  /* owned */
  GeoNode *node;
  gchar *name;
  gchar *equivalent;
  GCancellable *cancellable; /* NULL once disposed. */

  /* template children */
  GtkButton *ask_button;
  GtkLabel *told_label;
};

G_DEFINE_FINAL_TYPE (GeoTrustRemedy, geo_trust_remedy, ADW_TYPE_BIN)

static void
tell (GeoTrustRemedy *self, const gchar *sentence) {
  gtk_label_set_label (self->told_label, sentence);
  gtk_widget_set_visible (GTK_WIDGET (self->told_label), TRUE);
  gtk_widget_set_visible (GTK_WIDGET (self->ask_button), FALSE);
}

static void
tell_asked (GeoTrustRemedy *self) {
  g_autofree gchar *text = g_strdup_printf (
      /* Translators: %s is a name. */
      _ ("%s is asked. You can pay as soon as they say yes."), self->name);

  tell (self, text);
}

static void
asked_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (GeoTrustRemedy) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoRequestItem) item = geo_node_request_finish (GEO_NODE (source),
                                                             result, &error);

  if (self->cancellable == NULL)
    return;
  gtk_widget_set_sensitive (GTK_WIDGET (self->ask_button), TRUE);
  if (item != NULL)
    tell_asked (self);
  else
    tell (self, error->message);
  geo_say (GTK_WIDGET (self), gtk_label_get_label (self->told_label));
}

static void
ask_cb (GeoTrustRemedy *self) {
  if (self->node == NULL)
    return;
  gtk_widget_set_sensitive (GTK_WIDGET (self->ask_button), FALSE);
  geo_node_ask_trust_async (self->node, &self->pid, self->equivalent,
                            self->limit, NULL, self->cancellable, asked_cb,
                            g_object_ref (self));
}

/* --- Whom, and for how much --------------------------------------------- */

static GeoAmount
find_their_limit (GeoPerson *person, const gchar *equivalent) {
  GListModel *relations = person != NULL ? geo_person_get_relations (person)
                                         : NULL;
  guint n = relations != NULL ? g_list_model_get_n_items (relations) : 0;

  for (guint i = 0; i < n; i++) {
    g_autoptr (GeoRelation) relation = g_list_model_get_item (relations, i);
    GeoAmount limit;

    if (g_str_equal (geo_relation_get_equivalent (relation), equivalent) &&
        geo_relation_get_their_limit (relation, &limit))
      return limit;
  }
  return GEO_AMOUNT_ZERO;
}

/* The one whose trust ends first; where it is nobody's I know, whoever is to be
 * paid can trust me directly. */
static void
find_whom (GeoTrustRemedy *self, GeoPerson *payee, GeoQuote *quote) {
  if (geo_quote_get_n_limits (quote) > 0) {
    g_set_str (&self->name, geo_quote_get_limit (quote, 0, &self->pid, NULL));
    return;
  }
  self->pid = *geo_person_get_pid (payee);
  g_set_str (&self->name, geo_person_get_name (payee));
}

/* Asking twice for what is asked already helps nobody. */
static gboolean
is_asked (GeoTrustRemedy *self) {
  GListModel *requests = geo_node_get_requests (self->node);
  guint n = g_list_model_get_n_items (requests);

  for (guint i = 0; i < n; i++) {
    g_autoptr (GeoRequestItem) item = g_list_model_get_item (requests, i);
    GeoAmount limit;

    if (geo_request_item_is_mine (item) &&
        geo_request_item_get_kind (item) == GEO_REQUEST_TRUST &&
        geo_request_item_get_state (item) == GEO_REQUEST_OPEN &&
        geo_pid_equal (geo_request_item_get_peer (item), &self->pid) &&
        g_str_equal (geo_request_item_get_equivalent (item),
                     self->equivalent) &&
        geo_request_item_get_amount (item, &limit) &&
        geo_amount_cmp (limit, self->limit) >= 0)
      return TRUE;
  }
  return FALSE;
}

void
geo_trust_remedy_offer (GeoTrustRemedy *self,
                        GeoNode *node,
                        GeoPerson *payee,
                        const gchar *equivalent,
                        GeoAmount amount,
                        GeoQuote *quote) {
  g_autofree gchar *missing_text = NULL;
  g_autofree gchar *label = NULL;
  g_autofree gchar *daily = NULL;
  GeoAmount missing;

  g_return_if_fail (GEO_IS_TRUST_REMEDY (self));

  g_set_object (&self->node, node);
  g_set_str (&self->equivalent, equivalent);
  find_whom (self, payee, quote);
  daily = geo_quote_phrase_daily (quote, equivalent);
  /* More trust would not make the day's limit larger. */
  if (daily != NULL ||
      !geo_amount_sub (amount, geo_quote_get_max_amount (quote), &missing) ||
      geo_amount_cmp (missing, GEO_AMOUNT_ZERO) <= 0 ||
      !geo_amount_add (
          find_their_limit (geo_node_get_person (node, &self->pid), equivalent),
          missing, &self->limit)) {
    geo_trust_remedy_hide (self);
    return;
  }
  gtk_widget_set_visible (GTK_WIDGET (self), TRUE);
  if (is_asked (self)) {
    tell_asked (self);
    return;
  }
  missing_text = geo_phrase_amount (missing, geo_quote_get_precision (quote),
                                    equivalent);
  /* Translators: a name and an amount; a button. */
  label = g_strdup_printf (_ ("Ask %s to Trust You with %s More"), self->name,
                           missing_text);
  gtk_label_set_label (GTK_LABEL (gtk_button_get_child (self->ask_button)),
                       label);
  gtk_widget_set_visible (GTK_WIDGET (self->told_label), FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->ask_button), TRUE);
}

void
geo_trust_remedy_hide (GeoTrustRemedy *self) {
  g_return_if_fail (GEO_IS_TRUST_REMEDY (self));

  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}

/* --- Life --------------------------------------------------------------- */

static void
geo_trust_remedy_dispose (GObject *object) {
  GeoTrustRemedy *self = GEO_TRUST_REMEDY (object);

  g_clear_object (&self->cancellable);
  g_clear_object (&self->node);
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->equivalent, g_free);
  G_OBJECT_CLASS (geo_trust_remedy_parent_class)->dispose (object);
}

static void
geo_trust_remedy_class_init (GeoTrustRemedyClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = geo_trust_remedy_dispose;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/net/geocredit/Wallet/ui/geo-trust-remedy.ui");
  gtk_widget_class_bind_template_child (widget_class, GeoTrustRemedy,
                                        ask_button);
  gtk_widget_class_bind_template_child (widget_class, GeoTrustRemedy,
                                        told_label);
}

static void
geo_trust_remedy_init (GeoTrustRemedy *self) {
  self->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_swapped (self->ask_button, "clicked", G_CALLBACK (ask_cb),
                            self);
}
