/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * People, relations and totals as GObjects.  It keeps what it is told and
 * notifies what changed; it asks nobody and computes no balances.
 */
#include "config.h"

#include "node/geo-items-private.h"

/* --- GeoRelation -------------------------------------------------------- */

struct _GeoRelation {
  GObject parent_instance;

  gchar *equivalent;
  guint precision;
  guint rank;
  GeoRelationState state;
};

G_DEFINE_FINAL_TYPE (GeoRelation, geo_relation, G_TYPE_OBJECT)

enum {
  RELATION_PROP_0,
  RELATION_PROP_EQUIVALENT,
  RELATION_PROP_PRECISION,
  RELATION_PROP_BALANCE,
  RELATION_PROP_HAS_MY_LIMIT,
  RELATION_PROP_MY_LIMIT,
  RELATION_PROP_HAS_THEIR_LIMIT,
  RELATION_PROP_THEIR_LIMIT,
  RELATION_PROP_LIVE,
  RELATION_PROP_FROZEN,
  RELATION_PROP_THEIR_FROZEN,
  RELATION_PROP_SPARE,
  RELATION_PROP_THEIR_SPARE,
  RELATION_PROP_DAILY,
  RELATION_PROP_THEIR_DAILY,
  RELATION_PROP_PENDING,
  RELATION_N_PROPS,
};

static GParamSpec *relation_props[RELATION_N_PROPS];

static GParamSpec *
amount_spec (const gchar *name) {
  return g_param_spec_int64 (name, NULL, NULL, G_MININT64, G_MAXINT64, 0,
                             G_PARAM_READABLE | G_PARAM_STATIC_STRINGS |
                                 G_PARAM_EXPLICIT_NOTIFY);
}

static GParamSpec *
flag_spec (const gchar *name) {
  return g_param_spec_boolean (name, NULL, NULL, FALSE,
                               G_PARAM_READABLE | G_PARAM_STATIC_STRINGS |
                                   G_PARAM_EXPLICIT_NOTIFY);
}

static GParamSpec *
text_spec (const gchar *name) {
  return g_param_spec_string (name, NULL, NULL, NULL,
                              G_PARAM_READABLE | G_PARAM_STATIC_STRINGS |
                                  G_PARAM_EXPLICIT_NOTIFY);
}

static GParamSpec *
precision_spec (void) {
  return g_param_spec_uint ("precision", NULL, NULL, 0, GEO_PRECISION_MAX, 0,
                            G_PARAM_READABLE | G_PARAM_STATIC_STRINGS |
                                G_PARAM_EXPLICIT_NOTIFY);
}

static void
geo_relation_finalize (GObject *object) {
  GeoRelation *self = GEO_RELATION (object);

  g_clear_pointer (&self->equivalent, g_free);
  G_OBJECT_CLASS (geo_relation_parent_class)->finalize (object);
}

static gint64
spare_of (const GeoRelationState *state) {
  return state->has_spare ? state->spare.minor : -1;
}

static gint64
their_spare_of (const GeoRelationState *state) {
  return state->has_their_spare ? state->their_spare.minor : -1;
}

static gint64
daily_of (const GeoRelationState *state) {
  return state->has_daily ? state->daily.minor : -1;
}

static gint64
their_daily_of (const GeoRelationState *state) {
  return state->has_their_daily ? state->their_daily.minor : -1;
}

static void
geo_relation_get_property (GObject *object,
                           guint prop_id,
                           GValue *value,
                           GParamSpec *pspec) {
  GeoRelation *self = GEO_RELATION (object);

  switch (prop_id) {
  case RELATION_PROP_EQUIVALENT:
    g_value_set_string (value, self->equivalent);
    break;
  case RELATION_PROP_PRECISION:
    g_value_set_uint (value, self->precision);
    break;
  case RELATION_PROP_BALANCE:
    g_value_set_int64 (value, self->state.balance.minor);
    break;
  case RELATION_PROP_HAS_MY_LIMIT:
    g_value_set_boolean (value, self->state.has_my_limit);
    break;
  case RELATION_PROP_MY_LIMIT:
    g_value_set_int64 (value, self->state.my_limit.minor);
    break;
  case RELATION_PROP_HAS_THEIR_LIMIT:
    g_value_set_boolean (value, self->state.has_their_limit);
    break;
  case RELATION_PROP_THEIR_LIMIT:
    g_value_set_int64 (value, self->state.their_limit.minor);
    break;
  case RELATION_PROP_LIVE:
    g_value_set_boolean (value, self->state.live);
    break;
  case RELATION_PROP_FROZEN:
    g_value_set_boolean (value, self->state.frozen);
    break;
  case RELATION_PROP_THEIR_FROZEN:
    g_value_set_boolean (value, self->state.their_frozen);
    break;
  case RELATION_PROP_SPARE:
    g_value_set_int64 (value, spare_of (&self->state));
    break;
  case RELATION_PROP_THEIR_SPARE:
    g_value_set_int64 (value, their_spare_of (&self->state));
    break;
  case RELATION_PROP_DAILY:
    g_value_set_int64 (value, daily_of (&self->state));
    break;
  case RELATION_PROP_THEIR_DAILY:
    g_value_set_int64 (value, their_daily_of (&self->state));
    break;
  case RELATION_PROP_PENDING:
    g_value_set_boolean (value, self->state.pending);
    break;
  default: /* Not an enum: a number that GObject checked. */
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    break;
  }
}

static void
geo_relation_class_init (GeoRelationClass *klass) {
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = geo_relation_finalize;
  object_class->get_property = geo_relation_get_property;

  relation_props[RELATION_PROP_EQUIVALENT] = text_spec ("equivalent");
  relation_props[RELATION_PROP_PRECISION] = precision_spec ();
  relation_props[RELATION_PROP_BALANCE] = amount_spec ("balance");
  relation_props[RELATION_PROP_HAS_MY_LIMIT] = flag_spec ("has-my-limit");
  relation_props[RELATION_PROP_MY_LIMIT] = amount_spec ("my-limit");
  relation_props[RELATION_PROP_HAS_THEIR_LIMIT] = flag_spec ("has-their-limit");
  relation_props[RELATION_PROP_THEIR_LIMIT] = amount_spec ("their-limit");
  relation_props[RELATION_PROP_LIVE] = flag_spec ("live");
  relation_props[RELATION_PROP_FROZEN] = flag_spec ("frozen");
  relation_props[RELATION_PROP_THEIR_FROZEN] = flag_spec ("their-frozen");
  relation_props[RELATION_PROP_SPARE] = amount_spec ("spare");
  relation_props[RELATION_PROP_THEIR_SPARE] = amount_spec ("their-spare");
  relation_props[RELATION_PROP_DAILY] = amount_spec ("daily");
  relation_props[RELATION_PROP_THEIR_DAILY] = amount_spec ("their-daily");
  relation_props[RELATION_PROP_PENDING] = flag_spec ("pending");
  g_object_class_install_properties (object_class, RELATION_N_PROPS,
                                     relation_props);
}

static void
geo_relation_init (GeoRelation *self) {
}

static GeoRelation *
geo_relation_new (const gchar *equivalent, guint precision, guint rank) {
  GeoRelation *self = g_object_new (GEO_TYPE_RELATION, NULL);

  self->equivalent = g_strdup (equivalent);
  self->precision = precision;
  self->rank = rank;
  return self;
}

static void
geo_relation_set_state (GeoRelation *self, const GeoRelationState *state) {
  GObject *object = G_OBJECT (self);
  GeoRelationState was = self->state;

  self->state = *state;
  if (!state->has_my_limit) {
    self->state.my_limit = GEO_AMOUNT_ZERO;
    self->state.live = FALSE;
    self->state.asks_clearing = FALSE;
    self->state.frozen = FALSE;
    self->state.has_spare = FALSE;
    self->state.has_daily = FALSE;
  }
  if (!state->has_their_limit) {
    self->state.their_limit = GEO_AMOUNT_ZERO;
    self->state.their_frozen = FALSE;
    self->state.has_their_spare = FALSE;
    self->state.has_their_daily = FALSE;
  }

  g_object_freeze_notify (object);
  if (geo_amount_cmp (was.balance, self->state.balance) != 0)
    g_object_notify_by_pspec (object, relation_props[RELATION_PROP_BALANCE]);
  if (was.has_my_limit != self->state.has_my_limit)
    g_object_notify_by_pspec (object,
                              relation_props[RELATION_PROP_HAS_MY_LIMIT]);
  if (geo_amount_cmp (was.my_limit, self->state.my_limit) != 0)
    g_object_notify_by_pspec (object, relation_props[RELATION_PROP_MY_LIMIT]);
  if (was.has_their_limit != self->state.has_their_limit)
    g_object_notify_by_pspec (object,
                              relation_props[RELATION_PROP_HAS_THEIR_LIMIT]);
  if (geo_amount_cmp (was.their_limit, self->state.their_limit) != 0)
    g_object_notify_by_pspec (object,
                              relation_props[RELATION_PROP_THEIR_LIMIT]);
  if (was.live != self->state.live)
    g_object_notify_by_pspec (object, relation_props[RELATION_PROP_LIVE]);
  if (was.frozen != self->state.frozen)
    g_object_notify_by_pspec (object, relation_props[RELATION_PROP_FROZEN]);
  if (was.their_frozen != self->state.their_frozen)
    g_object_notify_by_pspec (object,
                              relation_props[RELATION_PROP_THEIR_FROZEN]);
  if (spare_of (&was) != spare_of (&self->state))
    g_object_notify_by_pspec (object, relation_props[RELATION_PROP_SPARE]);
  if (their_spare_of (&was) != their_spare_of (&self->state))
    g_object_notify_by_pspec (object,
                              relation_props[RELATION_PROP_THEIR_SPARE]);
  if (daily_of (&was) != daily_of (&self->state) ||
      (was.has_daily &&
       (was.day != self->state.day ||
        geo_amount_cmp (was.inbound, self->state.inbound) != 0)))
    g_object_notify_by_pspec (object, relation_props[RELATION_PROP_DAILY]);
  if (their_daily_of (&was) != their_daily_of (&self->state))
    g_object_notify_by_pspec (object,
                              relation_props[RELATION_PROP_THEIR_DAILY]);
  if (was.pending != self->state.pending)
    g_object_notify_by_pspec (object, relation_props[RELATION_PROP_PENDING]);
  g_object_thaw_notify (object);
}

const gchar *
geo_relation_get_equivalent (GeoRelation *relation) {
  g_assert (GEO_IS_RELATION (relation));
  return relation->equivalent;
}

guint
geo_relation_get_precision (GeoRelation *relation) {
  g_assert (GEO_IS_RELATION (relation));
  return relation->precision;
}

GeoAmount
geo_relation_get_balance (GeoRelation *relation) {
  g_assert (GEO_IS_RELATION (relation));
  return relation->state.balance;
}

gboolean
geo_relation_get_my_limit (GeoRelation *relation, GeoAmount *limit) {
  g_assert (GEO_IS_RELATION (relation));
  if (relation->state.has_my_limit && limit != NULL)
    *limit = relation->state.my_limit;
  return relation->state.has_my_limit;
}

gboolean
geo_relation_get_their_limit (GeoRelation *relation, GeoAmount *limit) {
  g_assert (GEO_IS_RELATION (relation));
  if (relation->state.has_their_limit && limit != NULL)
    *limit = relation->state.their_limit;
  return relation->state.has_their_limit;
}

gboolean
geo_relation_get_asks_clearing (GeoRelation *relation) {
  g_assert (GEO_IS_RELATION (relation));
  return relation->state.asks_clearing;
}

gboolean
geo_relation_get_spare (GeoRelation *relation, GeoAmount *bound) {
  g_assert (GEO_IS_RELATION (relation));
  if (bound != NULL)
    *bound = relation->state.spare;
  return relation->state.has_spare;
}

gboolean
geo_relation_get_their_spare (GeoRelation *relation, GeoAmount *bound) {
  g_assert (GEO_IS_RELATION (relation));
  if (bound != NULL)
    *bound = relation->state.their_spare;
  return relation->state.has_their_spare;
}

gboolean
geo_relation_get_daily (GeoRelation *relation,
                        GeoAmount *limit,
                        GeoAmount *left) {
  const GeoRelationState *state;
  gint64 today = g_get_real_time () / 1000 / GEO_DAY_MS;

  g_assert (GEO_IS_RELATION (relation));
  state = &relation->state;
  if (!state->has_daily)
    return FALSE;
  if (limit != NULL)
    *limit = state->daily;
  if (left != NULL) {
    *left = state->daily;
    if (state->day >= today)
      left->minor = MAX (left->minor - state->inbound.minor, 0);
  }
  return TRUE;
}

gboolean
geo_relation_get_their_daily (GeoRelation *relation, GeoAmount *limit) {
  g_assert (GEO_IS_RELATION (relation));
  if (relation->state.has_their_daily && limit != NULL)
    *limit = relation->state.their_daily;
  return relation->state.has_their_daily;
}

gboolean
geo_relation_get_frozen (GeoRelation *relation) {
  g_assert (GEO_IS_RELATION (relation));
  return relation->state.frozen;
}

gboolean
geo_relation_get_their_frozen (GeoRelation *relation) {
  g_assert (GEO_IS_RELATION (relation));
  return relation->state.their_frozen;
}

gboolean
geo_relation_get_live (GeoRelation *relation) {
  g_assert (GEO_IS_RELATION (relation));
  return relation->state.live;
}

gboolean
geo_relation_get_pending (GeoRelation *relation) {
  g_assert (GEO_IS_RELATION (relation));
  return relation->state.pending;
}

/* --- GeoPerson ---------------------------------------------------------- */

struct _GeoPerson {
  GObject parent_instance;

  GeoPid pid;
  gchar *pid_text;
  gchar *name;
  gboolean verified;
  gboolean key_changed;
  GListStore *relations;
};

G_DEFINE_FINAL_TYPE (GeoPerson, geo_person, G_TYPE_OBJECT)

enum {
  PERSON_PROP_0,
  PERSON_PROP_NAME,
  PERSON_PROP_PID,
  PERSON_PROP_VERIFIED,
  PERSON_PROP_KEY_CHANGED,
  PERSON_N_PROPS,
};

static GParamSpec *person_props[PERSON_N_PROPS];

static void
geo_person_finalize (GObject *object) {
  GeoPerson *self = GEO_PERSON (object);

  g_clear_pointer (&self->pid_text, g_free);
  g_clear_pointer (&self->name, g_free);
  g_clear_object (&self->relations);
  G_OBJECT_CLASS (geo_person_parent_class)->finalize (object);
}

static void
geo_person_get_property (GObject *object,
                         guint prop_id,
                         GValue *value,
                         GParamSpec *pspec) {
  GeoPerson *self = GEO_PERSON (object);

  switch (prop_id) {
  case PERSON_PROP_NAME:
    g_value_set_string (value, self->name);
    break;
  case PERSON_PROP_PID:
    g_value_set_string (value, self->pid_text);
    break;
  case PERSON_PROP_VERIFIED:
    g_value_set_boolean (value, self->verified);
    break;
  case PERSON_PROP_KEY_CHANGED:
    g_value_set_boolean (value, self->key_changed);
    break;
  default: /* Not an enum: a number that GObject checked. */
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    break;
  }
}

static void
geo_person_class_init (GeoPersonClass *klass) {
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = geo_person_finalize;
  object_class->get_property = geo_person_get_property;

  person_props[PERSON_PROP_NAME] = text_spec ("name");
  person_props[PERSON_PROP_PID] = text_spec ("pid");
  person_props[PERSON_PROP_VERIFIED] = g_param_spec_boolean (
      "verified", NULL, NULL, FALSE,
      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  person_props[PERSON_PROP_KEY_CHANGED] = flag_spec ("key-changed");
  g_object_class_install_properties (object_class, PERSON_N_PROPS,
                                     person_props);
}

static void
geo_person_init (GeoPerson *self) {
  self->relations = g_list_store_new (GEO_TYPE_RELATION);
}

gchar *
geo_pid_shorten (const GeoPid *pid) {
  g_autofree gchar *text = geo_pid_to_string (pid);
  gsize len = strlen (text);

  /* 32 bytes are at least 32 characters. */
  g_assert (len >= 32);
  return g_strdup_printf ("%.6s…%s", text, text + len - 4);
}

GeoPerson *
geo_person_new (const GeoPid *pid, const gchar *name) {
  GeoPerson *self = g_object_new (GEO_TYPE_PERSON, NULL);

  self->pid = *pid;
  self->pid_text = geo_pid_to_string (pid);
  self->name = name != NULL ? g_strdup (name) : geo_pid_shorten (pid);
  return self;
}

gboolean
geo_person_set_name (GeoPerson *person, const gchar *name) {
  if (g_str_equal (person->name, name))
    return FALSE;
  g_free (person->name);
  person->name = g_strdup (name);
  g_object_notify_by_pspec (G_OBJECT (person), person_props[PERSON_PROP_NAME]);
  return TRUE;
}

static GeoRelation *
find_relation (GeoPerson *person,
               const gchar *equivalent,
               guint rank,
               guint *index_out) {
  GListModel *model = G_LIST_MODEL (person->relations);
  guint i;

  for (i = 0; i < g_list_model_get_n_items (model); i++) {
    g_autoptr (GeoRelation) relation = g_list_model_get_item (model, i);

    if (g_str_equal (relation->equivalent, equivalent)) {
      *index_out = i;
      /* The store keeps it. */
      return relation;
    }
    if (relation->rank > rank)
      break;
  }
  *index_out = i;
  return NULL;
}

void
geo_person_set_relation (GeoPerson *person,
                         const gchar *equivalent,
                         guint precision,
                         guint rank,
                         const GeoRelationState *state) {
  guint index;
  GeoRelation *there = find_relation (person, equivalent, rank, &index);

  if (there != NULL && state != NULL) {
    geo_relation_set_state (there, state);
  } else if (there != NULL) {
    g_list_store_remove (person->relations, index);
  } else if (state != NULL) {
    g_autoptr (GeoRelation) relation = geo_relation_new (equivalent, precision,
                                                         rank);

    geo_relation_set_state (relation, state);
    g_list_store_insert (person->relations, index, relation);
  }
}

GeoRelation *
geo_person_find_relation (GeoPerson *person, const gchar *equivalent) {
  guint index;

  return find_relation (person, equivalent, G_MAXUINT, &index);
}

void
geo_person_set_verified (GeoPerson *person, gboolean verified) {
  if (person->verified == verified)
    return;
  person->verified = verified;
  g_object_notify_by_pspec (G_OBJECT (person),
                            person_props[PERSON_PROP_VERIFIED]);
}

gboolean
geo_person_get_verified (GeoPerson *person) {
  g_assert (GEO_IS_PERSON (person));
  return person->verified;
}

void
geo_person_set_key_changed (GeoPerson *person, gboolean changed) {
  if (person->key_changed == changed)
    return;
  person->key_changed = changed;
  g_object_notify_by_pspec (G_OBJECT (person),
                            person_props[PERSON_PROP_KEY_CHANGED]);
}

gboolean
geo_person_get_key_changed (GeoPerson *person) {
  g_assert (GEO_IS_PERSON (person));
  return person->key_changed;
}

const gchar *
geo_person_get_name (GeoPerson *person) {
  g_assert (GEO_IS_PERSON (person));
  return person->name;
}

const gchar *
geo_person_get_pid_text (GeoPerson *person) {
  g_assert (GEO_IS_PERSON (person));
  return person->pid_text;
}

const GeoPid *
geo_person_get_pid (GeoPerson *person) {
  g_assert (GEO_IS_PERSON (person));
  return &person->pid;
}

GListModel *
geo_person_get_relations (GeoPerson *person) {
  g_assert (GEO_IS_PERSON (person));
  return G_LIST_MODEL (person->relations);
}

gboolean
geo_person_is_trusted (GeoPerson *person) {
  GListModel *relations = geo_person_get_relations (person);

  for (guint i = 0; i < g_list_model_get_n_items (relations); i++) {
    g_autoptr (GeoRelation) relation = g_list_model_get_item (relations, i);

    if (geo_relation_get_my_limit (relation, NULL))
      return TRUE;
  }
  return FALSE;
}

/* --- GeoTotal ----------------------------------------------------------- */

struct _GeoTotal {
  GObject parent_instance;

  gchar *equivalent;
  gchar *symbol;
  guint precision;
  GeoTotalSums sums;
};

G_DEFINE_FINAL_TYPE (GeoTotal, geo_total, G_TYPE_OBJECT)

enum {
  TOTAL_PROP_0,
  TOTAL_PROP_EQUIVALENT,
  TOTAL_PROP_SYMBOL,
  TOTAL_PROP_PRECISION,
  TOTAL_PROP_BALANCE,
  TOTAL_PROP_OWED_TO_ME,
  TOTAL_PROP_I_OWE,
  TOTAL_PROP_CAN_PAY,
  TOTAL_PROP_CAN_RECEIVE,
  TOTAL_N_PROPS,
};

static GParamSpec *total_props[TOTAL_N_PROPS];

static void
geo_total_finalize (GObject *object) {
  GeoTotal *self = GEO_TOTAL (object);

  g_clear_pointer (&self->equivalent, g_free);
  g_clear_pointer (&self->symbol, g_free);
  G_OBJECT_CLASS (geo_total_parent_class)->finalize (object);
}

static void
geo_total_get_property (GObject *object,
                        guint prop_id,
                        GValue *value,
                        GParamSpec *pspec) {
  GeoTotal *self = GEO_TOTAL (object);

  switch (prop_id) {
  case TOTAL_PROP_EQUIVALENT:
    g_value_set_string (value, self->equivalent);
    break;
  case TOTAL_PROP_SYMBOL:
    g_value_set_string (value, self->symbol);
    break;
  case TOTAL_PROP_PRECISION:
    g_value_set_uint (value, self->precision);
    break;
  case TOTAL_PROP_BALANCE:
    g_value_set_int64 (value, self->sums.balance.minor);
    break;
  case TOTAL_PROP_OWED_TO_ME:
    g_value_set_int64 (value, self->sums.owed_to_me.minor);
    break;
  case TOTAL_PROP_I_OWE:
    g_value_set_int64 (value, self->sums.i_owe.minor);
    break;
  case TOTAL_PROP_CAN_PAY:
    g_value_set_int64 (value, self->sums.can_pay.minor);
    break;
  case TOTAL_PROP_CAN_RECEIVE:
    g_value_set_int64 (value, self->sums.can_receive.minor);
    break;
  default: /* Not an enum: a number that GObject checked. */
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    break;
  }
}

static void
geo_total_class_init (GeoTotalClass *klass) {
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = geo_total_finalize;
  object_class->get_property = geo_total_get_property;

  total_props[TOTAL_PROP_EQUIVALENT] = text_spec ("equivalent");
  total_props[TOTAL_PROP_SYMBOL] = text_spec ("symbol");
  total_props[TOTAL_PROP_PRECISION] = precision_spec ();
  total_props[TOTAL_PROP_BALANCE] = amount_spec ("balance");
  total_props[TOTAL_PROP_OWED_TO_ME] = amount_spec ("owed-to-me");
  total_props[TOTAL_PROP_I_OWE] = amount_spec ("i-owe");
  total_props[TOTAL_PROP_CAN_PAY] = amount_spec ("can-pay");
  total_props[TOTAL_PROP_CAN_RECEIVE] = amount_spec ("can-receive");
  g_object_class_install_properties (object_class, TOTAL_N_PROPS, total_props);
}

static void
geo_total_init (GeoTotal *self) {
}

GeoTotal *
geo_total_new (const gchar *equivalent, const gchar *symbol, guint precision) {
  GeoTotal *self = g_object_new (GEO_TYPE_TOTAL, NULL);

  self->equivalent = g_strdup (equivalent);
  self->symbol = g_strdup (symbol);
  self->precision = precision;
  return self;
}

void
geo_total_set_sums (GeoTotal *total, const GeoTotalSums *sums) {
  GObject *object = G_OBJECT (total);
  GeoTotalSums was = total->sums;

  total->sums = *sums;
  g_object_freeze_notify (object);
  if (geo_amount_cmp (was.balance, sums->balance) != 0)
    g_object_notify_by_pspec (object, total_props[TOTAL_PROP_BALANCE]);
  if (geo_amount_cmp (was.owed_to_me, sums->owed_to_me) != 0)
    g_object_notify_by_pspec (object, total_props[TOTAL_PROP_OWED_TO_ME]);
  if (geo_amount_cmp (was.i_owe, sums->i_owe) != 0)
    g_object_notify_by_pspec (object, total_props[TOTAL_PROP_I_OWE]);
  if (geo_amount_cmp (was.can_pay, sums->can_pay) != 0)
    g_object_notify_by_pspec (object, total_props[TOTAL_PROP_CAN_PAY]);
  if (geo_amount_cmp (was.can_receive, sums->can_receive) != 0)
    g_object_notify_by_pspec (object, total_props[TOTAL_PROP_CAN_RECEIVE]);
  g_object_thaw_notify (object);
}

const gchar *
geo_total_get_equivalent (GeoTotal *total) {
  g_assert (GEO_IS_TOTAL (total));
  return total->equivalent;
}

const gchar *
geo_total_get_symbol (GeoTotal *total) {
  g_assert (GEO_IS_TOTAL (total));
  return total->symbol;
}

guint
geo_total_get_precision (GeoTotal *total) {
  g_assert (GEO_IS_TOTAL (total));
  return total->precision;
}

GeoAmount
geo_total_get_balance (GeoTotal *total) {
  g_assert (GEO_IS_TOTAL (total));
  return total->sums.balance;
}

GeoAmount
geo_total_get_owed_to_me (GeoTotal *total) {
  g_assert (GEO_IS_TOTAL (total));
  return total->sums.owed_to_me;
}

GeoAmount
geo_total_get_i_owe (GeoTotal *total) {
  g_assert (GEO_IS_TOTAL (total));
  return total->sums.i_owe;
}

GeoAmount
geo_total_get_can_pay (GeoTotal *total) {
  g_assert (GEO_IS_TOTAL (total));
  return total->sums.can_pay;
}

GeoAmount
geo_total_get_can_receive (GeoTotal *total) {
  g_assert (GEO_IS_TOTAL (total));
  return total->sums.can_receive;
}
