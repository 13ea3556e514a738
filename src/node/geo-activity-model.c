/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The history as a list.  A row's rank is its place from the oldest, which
 * stays when something new comes on top; pages are counted by rank.  The
 * journal's numbers grow with time but have gaps, and it can only be asked for
 * what is before a number: so the number at each page's beginning is remembered
 * when it is seen, and a page far below those that were seen is walked to, in
 * short jobs between which others have their turn.
 *
 * Where there is a filter, the numbers of all rows that fit are in memory,
 * eight bytes each, and a page's rows are read by their numbers.
 */
#include "config.h"

#include "node/geo-activity-model-private.h"

#include <string.h>

/* Rows of one job on the way to a page. */
#define WALK_ROWS 1024

typedef struct {
  gint64 number;
  gboolean loading;
  /* In the queue of pages, most recently used first. */
  GList link;
  GeoActivityItem *items[GEO_ACTIVITY_PAGE_ROWS];
} Page;

struct _GeoActivityModel {
  GObject parent_instance;

  /* Of a view: the model that tells it what happens; of that one: its views,
   * which it does not own. */
  GeoActivityModel *source;
  GPtrArray *views;

  GeoActivityDescribeFunc describe;
  gpointer describe_data;
  GeoWorker *worker;

  gint64 count;
  guint generation; /* Of what is shown: a row's rank is another in each. */
  GHashTable *pages; /* &Page.number → Page */
  GQueue recent; /* Page */
  GHashTable *starts; /* Page number → id of the row where it begins */
  /* The oldest row of the last look at the newest; rank 0: none yet. */
  gint64 top_rank;
  gint64 top_id;
  /* Payments that may still change: receipt key → GeoActivityItem. */
  GHashTable *open;
  gboolean refreshing;
  gboolean refresh_again;

  /* NULL: everything is shown, or is about to be. */
  GeoActivityFilter *filter;
  /* Of each rank its row's id; NULL: what is shown is everything. */
  GArray *ids;
  /* The newest row that ids was looked for among. */
  gint64 searched;
  /* Which filter is the last, also for jobs that wait for their turn. */
  gint *search;
  gboolean searching;
};

static void geo_activity_model_list_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (
    GeoActivityModel,
    geo_activity_model,
    G_TYPE_OBJECT,
    G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, geo_activity_model_list_init))

enum {
  PROP_0,
  PROP_SEARCHING,
  N_PROPS,
};

enum {
  SIGNAL_ADDED,
  N_SIGNALS,
};

static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

static void
page_free (gpointer data) {
  Page *page = data;

  for (gsize i = 0; i < G_N_ELEMENTS (page->items); i++)
    g_clear_object (&page->items[i]);
  g_free (page);
}

static void
geo_activity_model_finalize (GObject *object) {
  GeoActivityModel *self = GEO_ACTIVITY_MODEL (object);

  if (self->source != NULL)
    g_ptr_array_remove_fast (self->source->views, self);
  g_clear_object (&self->source);
  g_clear_pointer (&self->views, g_ptr_array_unref);
  g_clear_pointer (&self->filter, geo_activity_filter_free);
  g_clear_pointer (&self->ids, g_array_unref);
  g_clear_pointer (&self->search, g_atomic_rc_box_release);
  g_clear_pointer (&self->open, g_hash_table_unref);
  g_clear_pointer (&self->pages, g_hash_table_unref);
  g_clear_pointer (&self->starts, g_hash_table_unref);
  G_OBJECT_CLASS (geo_activity_model_parent_class)->finalize (object);
}

static void
geo_activity_model_get_property (GObject *object,
                                 guint prop_id,
                                 GValue *value,
                                 GParamSpec *pspec) {
  GeoActivityModel *self = GEO_ACTIVITY_MODEL (object);

  switch (prop_id) {
  case PROP_SEARCHING:
    g_value_set_boolean (value, self->searching);
    break;
  default: /* Not an enum: a number that GObject checked. */
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    break;
  }
}

static void
geo_activity_model_class_init (GeoActivityModelClass *klass) {
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = geo_activity_model_finalize;
  object_class->get_property = geo_activity_model_get_property;
  props[PROP_SEARCHING] = g_param_spec_boolean (
      "searching", NULL, NULL, FALSE,
      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, props);

  signals[SIGNAL_ADDED] = g_signal_new ("added", G_TYPE_FROM_CLASS (klass),
                                        G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 1, GEO_TYPE_ACTIVITY_ITEM);
}

static void
geo_activity_model_init (GeoActivityModel *self) {
  self->pages = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL,
                                       page_free);
  self->starts = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free,
                                        g_free);
  self->open = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                      g_object_unref);
  g_queue_init (&self->recent);
  self->views = g_ptr_array_new ();
  self->search = g_atomic_rc_box_new0 (gint);
}

GeoActivityModel *
geo_activity_model_new (GeoActivityDescribeFunc describe, gpointer user_data) {
  GeoActivityModel *self = g_object_new (GEO_TYPE_ACTIVITY_MODEL, NULL);

  self->describe = describe;
  self->describe_data = user_data;
  return self;
}

GeoActivityModel *
geo_activity_model_new_view (GeoActivityModel *model) {
  GeoActivityModel *self = geo_activity_model_new (model->describe,
                                                   model->describe_data);

  g_assert (model->source == NULL);
  self->source = g_object_ref (model);
  self->worker = model->worker;
  self->count = model->count;
  g_ptr_array_add (model->views, self);
  return self;
}

/* --- Rows --------------------------------------------------------------- */

static GeoItemKind
item_kind (GeoActivityKind kind) {
  switch (kind) {
  case GEO_ACTIVITY_PAID:
    return GEO_ITEM_PAID;
  case GEO_ACTIVITY_RECEIVED:
    return GEO_ITEM_RECEIVED;
  case GEO_ACTIVITY_PASSED:
    return GEO_ITEM_PASSED;
  case GEO_ACTIVITY_TRUST_GIVEN:
    return GEO_ITEM_TRUST_GIVEN;
  case GEO_ACTIVITY_TRUST_GOT:
    return GEO_ITEM_TRUST_GOT;
  case GEO_ACTIVITY_CLEARED:
    return GEO_ITEM_CLEARED;
  case GEO_ACTIVITY_JOINED:
    return GEO_ITEM_JOINED;
  case GEO_ACTIVITY_REFUSED:
    return GEO_ITEM_REFUSED;
  }
  /* The store checks its numbers when it reads them. */
  return GEO_ITEM_JOINED;
}

static void
fill (GeoActivityModel *self,
      GeoActivityItem *item,
      const GeoActivity *activity) {
  g_autofree gchar *key = NULL;
  GeoActivityRow row = {
    .id = activity->id,
    .kind = item_kind (activity->kind),
    .state = (GeoState) CLAMP (activity->state, (gint) GEO_STATE_DRAFT,
                               (gint) GEO_STATE_NOT_PAID),
    .time_ms = activity->at,
    .has_peer = activity->has_peer,
    .peer = activity->peer,
    .equivalent = activity->equivalent,
    .precision = activity->amount.decimals,
    .amount = activity->amount.amount,
    .text = activity->text,
    .tx_id = activity->tx_id,
  };

  if (activity->has_order_hash)
    key = geo_hash_to_string (&activity->order_hash);
  /* A no of ours is no proof of what became of the payment. */
  else if (activity->kind != GEO_ACTIVITY_REFUSED)
    key = g_strdup (activity->tx_id);
  row.receipt_key = key;
  if (self->describe != NULL)
    self->describe (activity, &row, self->describe_data);
  geo_activity_item_fill (item, &row);

  if (key == NULL || row.kind != GEO_ITEM_PAID)
    return;
  if (row.state == GEO_STATE_SENDING || row.state == GEO_STATE_IN_DOUBT)
    g_hash_table_replace (self->open, g_strdup (key), g_object_ref (item));
  else
    g_hash_table_remove (self->open, key);
}

/* --- Pages -------------------------------------------------------------- */

static void
activity_free (gpointer data) {
  geo_activity_free (data);
}

typedef struct {
  gint64 page;
  gint64 before; /* An id, and the rank of its row. */
  gint64 rank;
  guint max;
  guint generation;
} Question;

typedef struct {
  GeoActivityModel *model;
  Question question;
} Load;

/* The rows of these numbers, newest first; they never go away. */
static gpointer
load_ids_job (GeoWorker *worker, gpointer data, GError **error) {
  const GArray *ids = data;
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (activity_free);

  for (guint i = 0; i < ids->len; i++) {
    GeoActivity *row = geo_journal_get_activity (
        geo_worker_get_journal (worker), g_array_index (ids, gint64, i), error);

    if (row == NULL)
      return NULL;
    g_ptr_array_add (rows, row);
  }
  return g_steal_pointer (&rows);
}

static gpointer
load_job (GeoWorker *worker, gpointer data, GError **error) {
  const Question *question = data;

  return geo_journal_list_activity (geo_worker_get_journal (worker),
                                    question->before, question->max, error);
}

static gint64 *
int64_dup (gint64 value) {
  return g_memdup2 (&value, sizeof value);
}

/* A row was seen: where its page begins, and what it says if somebody looks. */
static void
take_row (GeoActivityModel *self, gint64 rank, const GeoActivity *activity) {
  gint64 number = rank / GEO_ACTIVITY_PAGE_ROWS;
  Page *page = g_hash_table_lookup (self->pages, &number);

  if (rank % GEO_ACTIVITY_PAGE_ROWS == 0 &&
      !g_hash_table_contains (self->starts, &number))
    g_hash_table_insert (self->starts, int64_dup (number),
                         int64_dup (activity->id));
  if (page != NULL)
    fill (self, page->items[rank % GEO_ACTIVITY_PAGE_ROWS], activity);
}

static gboolean
is_complete (GeoActivityModel *self, const Page *page) {
  gint64 first = page->number * GEO_ACTIVITY_PAGE_ROWS;

  for (guint i = 0; i < GEO_ACTIVITY_PAGE_ROWS; i++) {
    if (first + i < self->count &&
        !geo_activity_item_get_loaded (page->items[i]))
      return FALSE;
  }
  return TRUE;
}

/* The nearest row above the page whose id is known. */
static gboolean
find_anchor (GeoActivityModel *self, Question *question) {
  gint64 above = question->page + 1;
  gint64 last = self->count / GEO_ACTIVITY_PAGE_ROWS;

  for (gint64 n = above; n <= last; n++) {
    const gint64 *id = g_hash_table_lookup (self->starts, &n);

    if (id != NULL) {
      question->rank = n * GEO_ACTIVITY_PAGE_ROWS;
      question->before = *id;
      return TRUE;
    }
  }
  if (self->top_rank == 0 || self->top_rank < above * GEO_ACTIVITY_PAGE_ROWS)
    return FALSE;
  question->rank = self->top_rank;
  question->before = self->top_id;
  return TRUE;
}

static gboolean
find_rank (GeoActivityModel *self, gint64 id, gint64 *rank) {
  gint64 low = 0, high = (gint64) self->ids->len;

  while (low < high) {
    gint64 middle = low + (high - low) / 2;

    if (g_array_index (self->ids, gint64, middle) < id)
      low = middle + 1;
    else
      high = middle;
  }
  *rank = low;
  return low < (gint64) self->ids->len &&
         g_array_index (self->ids, gint64, low) == id;
}

static void load_page (GeoActivityModel *self, Page *page);

static void
loaded_cb (gpointer *result, const GError *error, gpointer user_data) {
  g_autofree Load *load = user_data;
  g_autoptr (GeoActivityModel) self = load->model;
  GPtrArray *rows = *result;
  Page *page = g_hash_table_lookup (self->pages, &load->question.page);

  if (page != NULL)
    page->loading = FALSE;
  /* Rows that cannot be read stay as they are and are asked for again when
   * somebody looks at their page anew. */
  if (error != NULL) {
    g_debug ("activity: %s", error->message);
    return;
  }
  for (guint i = 0; i < rows->len; i++) {
    const GeoActivity *row = g_ptr_array_index (rows, i);
    gint64 rank = load->question.rank - 1 - (gint64) i;

    /* What is shown may be something else by now. */
    if (self->ids != NULL ? find_rank (self, row->id, &rank)
                          : load->question.generation == self->generation)
      take_row (self, rank, row);
  }
  /* On the way only; where nobody looks any more, the way ends. */
  if (page != NULL && rows->len > 0 && !is_complete (self, page))
    load_page (self, page);
}

static void
array_unref (gpointer data) {
  g_array_unref (data);
}

static void
load_page_by_ids (GeoActivityModel *self, Page *page) {
  gint64 first = page->number * GEO_ACTIVITY_PAGE_ROWS;
  gint64 end = MIN (first + GEO_ACTIVITY_PAGE_ROWS, (gint64) self->ids->len);
  GArray *ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  Load *load = g_new0 (Load, 1);

  for (gint64 rank = end; rank > first; rank--)
    g_array_append_val (ids, g_array_index (self->ids, gint64, rank - 1));
  page->loading = TRUE;
  load->model = g_object_ref (self);
  load->question.page = page->number;
  load->question.generation = self->generation;
  geo_worker_push (self->worker, load_ids_job, ids, array_unref,
                   (GDestroyNotify) g_ptr_array_unref, loaded_cb, load);
}

static void
load_page (GeoActivityModel *self, Page *page) {
  Question question = { .page = page->number, .generation = self->generation };
  Load *load;

  if (page->loading || self->worker == NULL)
    return;
  if (self->ids != NULL) {
    load_page_by_ids (self, page);
    return;
  }
  if (!find_anchor (self, &question)) {
    /* It is at the top: the newest rows are looked at, then the page again. */
    geo_activity_model_refresh (self);
    return;
  }
  page->loading = TRUE;
  question.max =
      (guint) MIN (question.rank - page->number * GEO_ACTIVITY_PAGE_ROWS,
                   (gint64) WALK_ROWS);
  load = g_new0 (Load, 1);
  load->model = g_object_ref (self);
  load->question = question;
  geo_worker_push (self->worker, load_job,
                   g_memdup2 (&question, sizeof question), g_free,
                   (GDestroyNotify) g_ptr_array_unref, loaded_cb, load);
}

/* Where a whole page may be missing, it is made of placeholders. */
static Page *
get_page (GeoActivityModel *self, gint64 number) {
  Page *page = g_hash_table_lookup (self->pages, &number);

  if (page != NULL) {
    g_queue_unlink (&self->recent, &page->link);
  } else {
    page = g_new0 (Page, 1);
    page->number = number;
    page->link.data = page;
    for (gsize i = 0; i < G_N_ELEMENTS (page->items); i++)
      page->items[i] = geo_activity_item_new ();
    g_hash_table_insert (self->pages, &page->number, page);
  }
  g_queue_push_head_link (&self->recent, &page->link);

  if (g_hash_table_size (self->pages) > GEO_ACTIVITY_PAGES_MAX) {
    Page *oldest = g_queue_peek_tail (&self->recent);

    g_queue_unlink (&self->recent, &oldest->link);
    g_hash_table_remove (self->pages, &oldest->number);
  }
  return page;
}

/* Pages that wait for the newest rows. */
static void
load_incomplete (GeoActivityModel *self) {
  for (GList *l = self->recent.head; l != NULL; l = l->next) {
    Page *page = l->data;

    if (!page->loading && !is_complete (self, page))
      load_page (self, page);
  }
}

static GType
geo_activity_model_get_item_type (GListModel *list) {
  return GEO_TYPE_ACTIVITY_ITEM;
}

static guint
geo_activity_model_get_n_items (GListModel *list) {
  GeoActivityModel *self = GEO_ACTIVITY_MODEL (list);

  return (guint) MIN (self->count, (gint64) G_MAXUINT);
}

static gpointer
geo_activity_model_get_item (GListModel *list, guint position) {
  GeoActivityModel *self = GEO_ACTIVITY_MODEL (list);
  gint64 rank;
  GeoActivityItem *item;
  Page *page;

  if ((gint64) position >= self->count)
    return NULL;
  rank = self->count - 1 - (gint64) position;
  page = get_page (self, rank / GEO_ACTIVITY_PAGE_ROWS);
  item = page->items[rank % GEO_ACTIVITY_PAGE_ROWS];
  if (!geo_activity_item_get_loaded (item))
    load_page (self, page);
  return g_object_ref (item);
}

static void
geo_activity_model_list_init (GListModelInterface *iface) {
  iface->get_item_type = geo_activity_model_get_item_type;
  iface->get_n_items = geo_activity_model_get_n_items;
  iface->get_item = geo_activity_model_get_item;
}

/* --- Searching ---------------------------------------------------------- */

typedef struct {
  GeoActivityFilter *filter;
  gint64 after;
  gint *latest; /* Shared with the model: another number, and nobody waits. */
  gint search;
} Search;

typedef struct {
  gint64 newest;
  GArray *ids;
} Found;

typedef struct {
  GeoActivityModel *model;
  gint search;
  gboolean whole;
} Asked;

static void
search_free (gpointer data) {
  Search *search = data;

  geo_activity_filter_free (search->filter);
  g_atomic_rc_box_release (search->latest);
  g_free (search);
}

static void
found_free (gpointer data) {
  Found *found = data;

  g_clear_pointer (&found->ids, g_array_unref);
  g_free (found);
}

static gpointer
search_job (GeoWorker *worker, gpointer data, GError **error) {
  const Search *search = data;
  GeoJournal *journal = geo_worker_get_journal (worker);
  g_autoptr (GPtrArray) newest = NULL;
  g_autoptr (GArray) ids = NULL;
  Found *found;

  if (g_atomic_int_get (search->latest) != search->search)
    return NULL;
  newest = geo_journal_list_activity (journal, 0, 1, error);
  if (newest == NULL)
    return NULL;
  ids = geo_journal_find_activity_ids (journal, search->filter, search->after,
                                       error);
  if (ids == NULL)
    return NULL;
  found = g_new0 (Found, 1);
  found->ids = g_steal_pointer (&ids);
  found->newest = search->after;
  if (newest->len > 0)
    found->newest = ((GeoActivity *) newest->pdata[0])->id;
  return found;
}

static void
set_searching (GeoActivityModel *self, gboolean searching) {
  if (self->searching == searching)
    return;
  self->searching = searching;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_SEARCHING]);
}

/* Something else is shown from now on.  Takes ids. */
static void
show (GeoActivityModel *self, GArray *ids, gint64 count) {
  guint was = geo_activity_model_get_n_items (G_LIST_MODEL (self));

  g_clear_pointer (&self->ids, g_array_unref);
  self->ids = ids;
  self->count = count;
  self->generation++;
  self->top_rank = 0;
  g_hash_table_remove_all (self->open);
  g_hash_table_remove_all (self->starts);
  /* The links are in the pages. */
  g_queue_init (&self->recent);
  g_hash_table_remove_all (self->pages);
  g_list_model_items_changed (
      G_LIST_MODEL (self), 0, was,
      geo_activity_model_get_n_items (G_LIST_MODEL (self)));
}

/* The first n are the same. */
static gboolean
begins_with (const GArray *ids, const GArray *former) {
  return ids->len >= former->len &&
         (former->len == 0 ||
          memcmp (ids->data, former->data, former->len * sizeof (gint64)) == 0);
}

/* Those of ids that come after the first `from`. */
static void
add_ids (GeoActivityModel *self, const GArray *ids, guint from) {
  guint n = ids->len - from;

  /* An array that never held anything has no memory to point into. */
  if (n == 0)
    return;
  g_array_append_vals (self->ids, &g_array_index (ids, gint64, from), n);
  self->count = (gint64) self->ids->len;
  g_list_model_items_changed (G_LIST_MODEL (self), 0, 0, n);
  load_incomplete (self);
}

static void
searched_cb (gpointer *result, const GError *error, gpointer user_data) {
  g_autofree Asked *asked = user_data;
  g_autoptr (GeoActivityModel) self = asked->model;
  Found *found = *result;

  if (asked->search != *self->search)
    return;
  if (error != NULL) {
    g_debug ("activity: %s", error->message);
    if (asked->whole)
      show (self, g_array_new (FALSE, FALSE, sizeof (gint64)), 0);
  }
  if (found != NULL && asked->whole &&
      (self->ids == NULL || !begins_with (found->ids, self->ids))) {
    guint n = found->ids->len;

    show (self, g_steal_pointer (&found->ids), n);
  } else if (found != NULL) {
    guint from = asked->whole ? self->ids->len : 0;

    add_ids (self, found->ids, from);
  }
  if (found != NULL)
    self->searched = found->newest;
  self->refreshing = FALSE;
  set_searching (self, FALSE);
  if (self->refresh_again)
    geo_activity_model_refresh (self);
}

static void
push_search (GeoActivityModel *self, gboolean whole) {
  Search *search;
  Asked *asked;

  self->refresh_again = FALSE;
  self->refreshing = TRUE;
  whole = whole || self->ids == NULL;
  if (whole)
    g_atomic_int_inc (self->search);
  search = g_new0 (Search, 1);
  search->filter = geo_activity_filter_copy (self->filter);
  search->after = whole ? 0 : self->searched;
  search->latest = g_atomic_rc_box_acquire (self->search);
  search->search = *self->search;
  asked = g_new0 (Asked, 1);
  asked->model = g_object_ref (self);
  asked->search = *self->search;
  asked->whole = whole;
  geo_worker_push (self->worker, search_job, search, search_free, found_free,
                   searched_cb, asked);
}

void
geo_activity_model_set_filter (GeoActivityModel *model,
                               const GeoActivityFilter *filter) {
  g_assert (GEO_IS_ACTIVITY_MODEL (model) && model->source != NULL);

  g_clear_pointer (&model->filter, geo_activity_filter_free);
  if (!geo_activity_filter_is_empty (filter)) {
    model->filter = geo_activity_filter_copy (filter);
    if (model->worker == NULL)
      return;
    push_search (model, TRUE);
    set_searching (model, TRUE);
    return;
  }
  g_atomic_int_inc (model->search);
  model->refreshing = FALSE;
  if (model->ids != NULL)
    show (model, NULL, model->source->count);
  set_searching (model, FALSE);
  geo_activity_model_refresh (model);
}

gboolean
geo_activity_model_get_searching (GeoActivityModel *model) {
  g_assert (GEO_IS_ACTIVITY_MODEL (model));
  return model->searching;
}

/* --- Growing ------------------------------------------------------------ */

typedef struct {
  gint64 count;
  GPtrArray *newest; /* GeoActivity */
} Growth;

static void
growth_free (gpointer data) {
  Growth *growth = data;

  g_clear_pointer (&growth->newest, g_ptr_array_unref);
  g_free (growth);
}

static gpointer
growth_job (GeoWorker *worker, gpointer data, GError **error) {
  GeoJournal *journal = geo_worker_get_journal (worker);
  Growth *growth = g_new0 (Growth, 1);

  growth->count = geo_journal_count_activity (journal, error);
  if (growth->count >= 0)
    growth->newest = geo_journal_list_activity (journal, 0,
                                                GEO_ACTIVITY_PAGE_ROWS, error);
  if (growth->newest == NULL)
    g_clear_pointer (&growth, growth_free);
  return growth;
}

static void
grow (GeoActivityModel *self, const Growth *growth) {
  gint64 was = self->count;
  guint n = growth->newest->len;
  g_autoptr (GPtrArray) added = g_ptr_array_new_with_free_func (g_object_unref);

  /* The journal is append-only: it never shrinks. */
  if (growth->count < was || (gint64) n > growth->count)
    return;
  self->count = growth->count;
  if (n > 0) {
    const GeoActivity *oldest = g_ptr_array_index (growth->newest, n - 1);

    self->top_rank = growth->count - (gint64) n;
    self->top_id = oldest->id;
  }

  /* Newest first on disk; those who listen hear the oldest first. */
  for (guint i = n; i > 0; i--) {
    const GeoActivity *activity = g_ptr_array_index (growth->newest, i - 1);
    gint64 rank = growth->count - (gint64) i;

    if (rank >= was) {
      Page *page = get_page (self, rank / GEO_ACTIVITY_PAGE_ROWS);

      g_ptr_array_add (
          added, g_object_ref (page->items[rank % GEO_ACTIVITY_PAGE_ROWS]));
    }
    take_row (self, rank, activity);
  }
  if (self->count > was)
    g_list_model_items_changed (G_LIST_MODEL (self), 0, 0,
                                (guint) (self->count - was));
  if (n > 0)
    load_incomplete (self);
  for (guint i = 0; i < added->len; i++)
    g_signal_emit (self, signals[SIGNAL_ADDED], 0,
                   g_ptr_array_index (added, i));
}

static void
grown_cb (gpointer *result, const GError *error, gpointer user_data) {
  g_autoptr (GeoActivityModel) self = user_data;
  gboolean again = self->refresh_again;

  /* It was about to show everything when it was given a filter. */
  if (self->filter != NULL)
    return;
  self->refreshing = FALSE;
  self->refresh_again = FALSE;
  if (error != NULL)
    g_debug ("activity: %s", error->message);
  else
    grow (self, *result);
  if (again)
    geo_activity_model_refresh (self);
}

void
geo_activity_model_refresh (GeoActivityModel *model) {
  if (model->worker == NULL)
    return;
  for (guint i = 0; i < model->views->len; i++)
    geo_activity_model_refresh (model->views->pdata[i]);
  /* While one is on its way, one more is enough for all that comes after it. */
  if (model->refreshing) {
    model->refresh_again = TRUE;
    return;
  }
  if (model->filter != NULL) {
    push_search (model, FALSE);
    return;
  }
  model->refreshing = TRUE;
  geo_worker_push (model->worker, growth_job, NULL, NULL, growth_free, grown_cb,
                   g_object_ref (model));
}

void
geo_activity_model_set_worker (GeoActivityModel *model,
                               GeoWorker *worker,
                               gint64 count) {
  gint64 was = model->count;

  for (guint i = 0; i < model->views->len; i++)
    geo_activity_model_set_worker (model->views->pdata[i], worker, count);
  model->worker = worker;
  if (worker == NULL) {
    model->describe = NULL;
    return;
  }
  if (model->filter != NULL) {
    push_search (model, TRUE);
  } else if (count > was) {
    model->count = count;
    g_list_model_items_changed (G_LIST_MODEL (model), 0, 0,
                                (guint) (count - was));
  }
}

/* --- Single rows -------------------------------------------------------- */

typedef struct {
  GeoActivityModel *model;
  GeoActivityItem *item;
} Touch;

static gpointer
touch_job (GeoWorker *worker, gpointer data, GError **error) {
  const gint64 *id = data;

  return geo_journal_get_activity (geo_worker_get_journal (worker), *id, error);
}

static void
touched_cb (gpointer *result, const GError *error, gpointer user_data) {
  g_autofree Touch *touch = user_data;
  g_autoptr (GeoActivityModel) self = touch->model;
  g_autoptr (GeoActivityItem) item = touch->item;

  if (error != NULL)
    g_debug ("activity: %s", error->message);
  else
    fill (self, item, *result);
}

void
geo_activity_model_touch (GeoActivityModel *model, const gchar *key) {
  GeoActivityItem *item = g_hash_table_lookup (model->open, key);
  gint64 id;
  Touch *touch;

  for (guint i = 0; i < model->views->len; i++)
    geo_activity_model_touch (model->views->pdata[i], key);
  /* It may fit now, or not any more. */
  if (model->filter != NULL && model->filter->states != 0 &&
      model->worker != NULL)
    push_search (model, TRUE);
  if (item == NULL || model->worker == NULL)
    return;
  id = geo_activity_item_get_id (item);
  touch = g_new0 (Touch, 1);
  touch->model = g_object_ref (model);
  touch->item = g_object_ref (item);
  geo_worker_push (model->worker, touch_job, g_memdup2 (&id, sizeof id), g_free,
                   activity_free, touched_cb, touch);
}

void
geo_activity_model_set_state (GeoActivityModel *model,
                              const gchar *key,
                              GeoState state) {
  GeoActivityItem *item = g_hash_table_lookup (model->open, key);

  for (guint i = 0; i < model->views->len; i++)
    geo_activity_model_set_state (model->views->pdata[i], key, state);
  if (item != NULL)
    geo_activity_item_set_state (item, state);
}

void
geo_activity_model_rename (GeoActivityModel *model,
                           const GeoPid *peer,
                           const gchar *name) {
  g_autofree gchar *pid = geo_pid_to_string (peer);

  for (guint i = 0; i < model->views->len; i++)
    geo_activity_model_rename (model->views->pdata[i], peer, name);
  if (model->filter != NULL && model->filter->text != NULL &&
      model->worker != NULL)
    push_search (model, TRUE);
  for (GList *l = model->recent.head; l != NULL; l = l->next) {
    Page *page = l->data;

    for (gsize i = 0; i < G_N_ELEMENTS (page->items); i++) {
      if (g_str_equal (geo_activity_item_get_peer_pid (page->items[i]), pid))
        geo_activity_item_set_peer_name (page->items[i], name);
    }
  }
}

guint
geo_activity_model_count_pages (GeoActivityModel *model) {
  return g_hash_table_size (model->pages);
}
