/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoFinding, and the list of them: read when the journal is opened, and again
 * when evidence was stored.  Which of them were looked at is a note like that of
 * who was compared with (geo-safety.c).
 */
#include "config.h"

#include "node/geo-finding.h"

#include "node/geo-node-private.h"

#define GROUP "evidence"
#define KEY_SEEN "seen"

struct _GeoFinding {
  GObject parent_instance;

  GeoEvidenceItem *item;
};

G_DEFINE_FINAL_TYPE (GeoFinding, geo_finding, G_TYPE_OBJECT)

static void
geo_finding_finalize (GObject *object) {
  geo_evidence_item_free (GEO_FINDING (object)->item);
  G_OBJECT_CLASS (geo_finding_parent_class)->finalize (object);
}

static void
geo_finding_class_init (GeoFindingClass *klass) {
  G_OBJECT_CLASS (klass)->finalize = geo_finding_finalize;
}

static void
geo_finding_init (GeoFinding *self) {
}

gint64
geo_finding_get_number (GeoFinding *finding) {
  g_assert (GEO_IS_FINDING (finding));
  return finding->item->number;
}

gint64
geo_finding_get_time (GeoFinding *finding) {
  g_assert (GEO_IS_FINDING (finding));
  return finding->item->at;
}

const gchar *
geo_finding_get_title (GeoFinding *finding) {
  g_assert (GEO_IS_FINDING (finding));
  return finding->item->title;
}

const gchar *
geo_finding_get_sentence (GeoFinding *finding) {
  g_assert (GEO_IS_FINDING (finding));
  return finding->item->sentence;
}

const gchar *
geo_finding_get_file (GeoFinding *finding) {
  g_assert (GEO_IS_FINDING (finding));
  return finding->item->file;
}

/* --- All of them ---------------------------------------------------------- */

static GListStore *
get_store (GeoNode *node) {
  if (node->findings == NULL)
    node->findings = g_list_store_new (GEO_TYPE_FINDING);
  return node->findings;
}

GListModel *
geo_node_get_findings (GeoNode *node) {
  g_assert (GEO_IS_NODE (node));
  return G_LIST_MODEL (get_store (node));
}

static gint64
get_newest (GeoNode *node) {
  g_autoptr (GeoFinding) newest =
      g_list_model_get_item (geo_node_get_findings (node), 0);

  return newest != NULL ? newest->item->number : 0;
}

static gint64
get_seen (GeoNode *node) {
  return node->notes != NULL
             ? g_key_file_get_int64 (node->notes, GROUP, KEY_SEEN, NULL)
             : 0;
}

guint
geo_node_get_new_findings (GeoNode *node) {
  GListModel *list;
  guint count = 0;

  g_assert (GEO_IS_NODE (node));
  list = geo_node_get_findings (node);
  for (guint i = 0; i < g_list_model_get_n_items (list); i++) {
    g_autoptr (GeoFinding) finding = g_list_model_get_item (list, i);

    if (finding->item->number > get_seen (node))
      count++;
  }
  return count;
}

void
geo_node_mark_findings (GeoNode *node) {
  g_assert (GEO_IS_NODE (node));
  if (node->notes == NULL || node->journal_path == NULL ||
      get_seen (node) >= get_newest (node))
    return;
  g_key_file_set_int64 (node->notes, GROUP, KEY_SEEN, get_newest (node));
  geo_node_notes_save (node);
  g_object_notify (G_OBJECT (node), "new-findings");
}

/* Takes what is newer than what is there. */
static guint
take (GeoNode *node, GPtrArray *items) {
  gint64 newest = get_newest (node);
  guint n = 0;

  while (n < items->len &&
         ((GeoEvidenceItem *) g_ptr_array_index (items, n))->number > newest)
    n++;
  for (guint i = n; i > 0; i--) {
    g_autoptr (GeoFinding) finding = g_object_new (GEO_TYPE_FINDING, NULL);

    finding->item = g_ptr_array_index (items, i - 1);
    items->pdata[i - 1] = NULL;
    g_list_store_insert (get_store (node), 0, finding);
  }
  if (n > 0)
    g_object_notify (G_OBJECT (node), "new-findings");
  return n;
}

void
geo_node_findings_load (GeoNode *node, const GeoNodeData *data) {
  g_autoptr (GPtrArray) items =
      geo_evidence_make_items (node->community, data->evidence);

  take (node, items);
}

static void
listed_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  GeoNode *node = GEO_NODE (source);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) items = geo_node_list_evidence_finish (node, result,
                                                               &error);
  guint n;

  /* It is there at the next start. */
  if (items == NULL) {
    g_debug ("evidence: %s", error->message);
    return;
  }
  n = take (node, items);
  for (guint i = n; i > 0; i--) {
    g_autoptr (GeoFinding) finding =
        g_list_model_get_item (geo_node_get_findings (node), i - 1);

    g_signal_emit_by_name (node, "found", finding);
  }
}

void
geo_node_findings_refresh (GeoNode *node) {
  geo_node_list_evidence_async (node, NULL, listed_cb, NULL);
}
