/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoPersonRow: avatar, name, and what is between us in a sentence for each
 * equivalent.  It follows its person and changes nothing.
 */
#include "config.h"

#include "wallet/geo-person-row.h"

#include <glib/gi18n.h>

#include "node/geo-phrases.h"
#include "wallet/geo-person-watch.h"

struct _GeoPersonRow {
  AdwBin parent_instance;

  /* owned */
  GeoPerson *person;
  GeoPersonWatch *watch;

  /* template children */
  AdwAvatar *avatar;
  GtkLabel *name_label;
  GtkWidget *verified_icon;
  GtkWidget *warning_icon;
  GtkLabel *relation_label;
};

G_DEFINE_FINAL_TYPE (GeoPersonRow, geo_person_row, ADW_TYPE_BIN)

/* What matters most in this relation; NULL where it says nothing. */
static gchar *
phrase_relation (GeoPersonRow *self, GeoRelation *relation) {
  const gchar *name = geo_person_get_name (self->person);
  const gchar *equivalent = geo_relation_get_equivalent (relation);
  guint precision = geo_relation_get_precision (relation);
  GeoAmount balance = geo_relation_get_balance (relation);
  GeoAmount limit;

  if (geo_amount_cmp (balance, GEO_AMOUNT_ZERO) != 0)
    return geo_phrase_balance (name, balance, precision, equivalent);
  if (geo_relation_get_their_limit (relation, &limit))
    return geo_phrase_their_line (name, limit, precision, equivalent);
  if (geo_relation_get_my_limit (relation, &limit))
    return geo_phrase_my_line (name, limit, precision, equivalent);
  return NULL;
}

static void
update (GeoPersonRow *self) {
  const gchar *name = geo_person_get_name (self->person);
  GListModel *relations = geo_person_get_relations (self->person);
  gboolean is_doubtful = geo_person_get_key_changed (self->person);
  g_autoptr (GString) text = g_string_new (
      is_doubtful ? _ ("Their key is in doubt") : NULL);

  for (guint i = 0; i < g_list_model_get_n_items (relations); i++) {
    g_autoptr (GeoRelation) relation = g_list_model_get_item (relations, i);
    g_autofree gchar *phrase = phrase_relation (self, relation);

    if (phrase == NULL)
      continue;
    if (text->len > 0)
      g_string_append_c (text, '\n');
    if (geo_relation_get_frozen (relation) ||
        geo_relation_get_their_frozen (relation))
      /* Translators: a sentence about trust or what is owed, without its end.
       */
      g_string_append_printf (text, _ ("%s (frozen)"), phrase);
    else
      g_string_append (text, phrase);
  }
  if (text->len == 0)
    g_string_append (text, _ ("No trust between you yet"));

  adw_avatar_set_text (self->avatar, name);
  gtk_label_set_label (self->name_label, name);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->name_label), name);
  gtk_label_set_label (self->relation_label, text->str);
  gtk_widget_set_visible (self->verified_icon,
                          geo_person_get_verified (self->person));
  gtk_widget_set_visible (self->warning_icon, is_doubtful);
}

static void
geo_person_row_dispose (GObject *object) {
  geo_person_row_set_person (GEO_PERSON_ROW (object), NULL);
  G_OBJECT_CLASS (geo_person_row_parent_class)->dispose (object);
}

static void
geo_person_row_class_init (GeoPersonRowClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = geo_person_row_dispose;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/net/geocredit/Wallet/ui/geo-person-row.ui");
  gtk_widget_class_bind_template_child (widget_class, GeoPersonRow, avatar);
  gtk_widget_class_bind_template_child (widget_class, GeoPersonRow, name_label);
  gtk_widget_class_bind_template_child (widget_class, GeoPersonRow,
                                        verified_icon);
  gtk_widget_class_bind_template_child (widget_class, GeoPersonRow,
                                        warning_icon);
  gtk_widget_class_bind_template_child (widget_class, GeoPersonRow,
                                        relation_label);
}

static void
geo_person_row_init (GeoPersonRow *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
}

GeoPersonRow *
geo_person_row_new (void) {
  return g_object_new (GEO_TYPE_PERSON_ROW, NULL);
}

void
geo_person_row_set_person (GeoPersonRow *self, GeoPerson *person) {
  g_return_if_fail (GEO_IS_PERSON_ROW (self));

  if (self->watch != NULL)
    g_signal_handlers_disconnect_by_data (self->watch, self);
  g_clear_object (&self->watch);
  g_set_object (&self->person, person);
  if (person == NULL)
    return;
  self->watch = geo_person_watch_new (person);
  g_signal_connect_swapped (self->watch, "changed", G_CALLBACK (update), self);
  update (self);
}
