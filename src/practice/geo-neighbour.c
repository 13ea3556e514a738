/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A neighbour does one thing after another, each a chain of calls of its node;
 * the chain's state is an Errand, which dies with the neighbour's cancellable.
 */
#include "practice/geo-neighbour.h"

#include <sodium.h>

#include "core/geo-words.h"
#include "node/geo-profile-private.h"

/* The least that Argon2id takes: a pretended person has nothing to protect,
 * and nine of them are to be up in a moment. */
#define PASSPHRASE "practice"
#define CONNECT_MS 10000

struct _GeoNeighbour {
  gchar *name;
  GeoPid pid;

  /* owned */
  GeoProfile *profile;
  GeoNode *node;
  GCancellable *cancellable;
};

/* One thing that a neighbour was asked to do. */
typedef struct {
  GeoNeighbour *neighbour;
  GCancellable *cancellable;
  gchar *link;
  GeoPid to;
  gchar *equivalent;
  GeoAmount amount;
  gchar *note;
  gulong handler;
  GeoNeighbourDone done;
  GeoNeighbourPaid paid;
  GeoNeighbourFound found;
  gpointer user_data;
} Errand;

static Errand *
errand_new (GeoNeighbour *neighbour, gpointer user_data) {
  Errand *errand = g_new0 (Errand, 1);

  errand->neighbour = neighbour;
  errand->cancellable = g_object_ref (neighbour->cancellable);
  errand->user_data = user_data;
  return errand;
}

static void
errand_free (Errand *errand) {
  g_object_unref (errand->cancellable);
  g_free (errand->link);
  g_free (errand->equivalent);
  g_free (errand->note);
  g_free (errand);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Errand, errand_free)

/* The neighbour is gone: its errand must not touch it. */
static gboolean
is_gone (Errand *errand) {
  return g_cancellable_is_cancelled (errand->cancellable);
}

static void
end_done (Errand *errand, const GError *error) {
  if (!is_gone (errand) && errand->done != NULL)
    errand->done (errand->neighbour, error, errand->user_data);
}

static void
end_paid (Errand *errand, GeoAmount paid, const GError *error) {
  if (!is_gone (errand) && errand->paid != NULL)
    errand->paid (errand->neighbour, paid, error, errand->user_data);
}

GeoNeighbour *
geo_neighbour_new (const gchar *folder, const gchar *name) {
  GeoNeighbour *neighbour = g_new0 (GeoNeighbour, 1);

  /* A profile's name with a "/" in it is a folder. */
  g_assert (g_path_is_absolute (folder));
  neighbour->name = g_strdup (name);
  neighbour->profile = geo_profile_new (folder);
  geo_profile_set_key_limits (neighbour->profile, crypto_pwhash_OPSLIMIT_MIN,
                              crypto_pwhash_MEMLIMIT_MIN);
  neighbour->cancellable = g_cancellable_new ();
  return neighbour;
}

void
geo_neighbour_free (GeoNeighbour *neighbour) {
  if (neighbour == NULL)
    return;
  g_cancellable_cancel (neighbour->cancellable);
  if (neighbour->node != NULL)
    geo_node_stop (neighbour->node);
  g_clear_object (&neighbour->node);
  g_clear_object (&neighbour->profile);
  g_clear_object (&neighbour->cancellable);
  g_free (neighbour->name);
  g_free (neighbour);
}

const gchar *
geo_neighbour_get_name (GeoNeighbour *neighbour) {
  return neighbour->name;
}

GeoNode *
geo_neighbour_get_node (GeoNeighbour *neighbour) {
  return neighbour->node;
}

const GeoPid *
geo_neighbour_get_pid (GeoNeighbour *neighbour) {
  g_assert (neighbour->node != NULL);
  return &neighbour->pid;
}

gboolean
geo_neighbour_trusts (GeoNeighbour *neighbour,
                      const GeoPid *pid,
                      const gchar *equivalent) {
  GeoPerson *person = geo_node_get_person (neighbour->node, pid);
  GListModel *relations;

  if (person == NULL)
    return FALSE;
  relations = geo_person_get_relations (person);
  for (guint i = 0; i < g_list_model_get_n_items (relations); i++) {
    g_autoptr (GeoRelation) relation = g_list_model_get_item (relations, i);
    GeoAmount limit;

    if (g_str_equal (geo_relation_get_equivalent (relation), equivalent))
      return geo_relation_get_my_limit (relation, &limit) ||
             geo_relation_get_pending (relation);
  }
  return FALSE;
}

/* --- Arriving ----------------------------------------------------------- */

static void
connected_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (Errand) errand = user_data;
  g_autoptr (GError) error = NULL;

  geo_node_wait_connected_finish (GEO_NODE (source), result, &error);
  end_done (errand, error);
}

static void
joined_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (Errand) errand = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoNode) node = geo_node_join_finish (result, &error);

  if (is_gone (errand))
    return;
  if (node == NULL) {
    end_done (errand, error);
    return;
  }
  if (!geo_profile_has_pid (errand->neighbour->profile,
                            &errand->neighbour->pid))
    g_assert_not_reached ();
  errand->neighbour->node = g_object_ref (node);
  geo_node_start (node);
  geo_node_wait_connected_async (node, CONNECT_MS, errand->cancellable,
                                 connected_cb, errand);
  errand = NULL;
}

static void
join (Errand *errand) {
  geo_node_join_async (errand->neighbour->profile, errand->link,
                       errand->cancellable, joined_cb, errand);
}

static void
unlocked_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (Errand) errand = user_data;
  g_autoptr (GError) error = NULL;

  if (is_gone (errand))
    return;
  if (geo_profile_unlock_finish (GEO_PROFILE (source), result, &error))
    join (g_steal_pointer (&errand));
  else
    end_done (errand, error);
}

static void
created_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (Errand) errand = user_data;
  g_autoptr (GError) error = NULL;

  if (is_gone (errand))
    return;
  if (geo_profile_create_finish (GEO_PROFILE (source), result, &error))
    join (g_steal_pointer (&errand));
  else
    end_done (errand, error);
}

void
geo_neighbour_arrive (GeoNeighbour *neighbour,
                      const gchar *link,
                      GeoNeighbourDone done,
                      gpointer user_data) {
  Errand *errand = errand_new (neighbour, user_data);

  g_assert (neighbour->node == NULL);
  errand->link = g_strdup (link);
  errand->done = done;
  if (geo_profile_get_key_place (neighbour->profile) == GEO_KEY_PLACE_NONE) {
    gchar *words = geo_profile_make_words ();

    geo_profile_create_async (neighbour->profile, neighbour->name, words,
                              PASSPHRASE, NULL, created_cb, errand);
    geo_words_free (words);
  } else {
    geo_profile_unlock_async (neighbour->profile, PASSPHRASE, NULL, unlocked_cb,
                              errand);
  }
}

/* --- Finding ------------------------------------------------------------ */

/* Somebody's key comes from the hub and is looked up before anything is done
 * with them. */
static void
find (Errand *errand, GAsyncReadyCallback found_cb) {
  g_autofree gchar *pid_text = geo_pid_to_string (&errand->to);

  geo_node_find_people_async (errand->neighbour->node, pid_text,
                              errand->cancellable, found_cb, errand);
}

static gboolean
is_found (Errand *errand, GObject *source, GAsyncResult *result) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) found = geo_node_find_people_finish (GEO_NODE (source),
                                                              result, &error);

  if (found != NULL)
    return !is_gone (errand);
  end_done (errand, error);
  end_paid (errand, GEO_AMOUNT_ZERO, error);
  return FALSE;
}

/* --- Trusting ----------------------------------------------------------- */

static void
trusted_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (Errand) errand = user_data;
  g_autoptr (GError) error = NULL;

  geo_node_trust_finish (GEO_NODE (source), result, &error);
  end_done (errand, error);
}

static void
debtor_found_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (Errand) errand = user_data;

  if (!is_found (errand, source, result))
    return;
  geo_node_trust_async (GEO_NODE (source), &errand->to, errand->equivalent,
                        errand->amount, FALSE, FALSE, errand->cancellable,
                        trusted_cb, errand);
  errand = NULL;
}

void
geo_neighbour_trust (GeoNeighbour *neighbour,
                     const GeoPid *to,
                     const gchar *equivalent,
                     GeoAmount limit,
                     GeoNeighbourDone done,
                     gpointer user_data) {
  Errand *errand = errand_new (neighbour, user_data);

  errand->to = *to;
  errand->equivalent = g_strdup (equivalent);
  errand->amount = limit;
  errand->done = done;
  find (errand, debtor_found_cb);
}

/* --- Paying ------------------------------------------------------------- */

static void
payment_changed_cb (GeoPayment *payment, GParamSpec *spec, gpointer user_data) {
  Errand *errand = user_data;

  switch (geo_payment_get_state (payment)) {
  case GEO_STATE_DRAFT:
  case GEO_STATE_SENDING:
  case GEO_STATE_IN_DOUBT:
    return;
  case GEO_STATE_PAID:
    end_paid (errand, geo_payment_get_amount (payment), NULL);
    break;
  case GEO_STATE_NOT_PAID:
    end_paid (errand, GEO_AMOUNT_ZERO, NULL);
    break;
  }
  /* Frees the errand, which is the handler's. */
  g_signal_handler_disconnect (payment, errand->handler);
}

static void
errand_closure_free (gpointer data, GClosure *closure) {
  errand_free (data);
}

static void
order (Errand *errand) {
  g_autoptr (GError) error = NULL;
  GeoPayment *payment = geo_node_pay (errand->neighbour->node, NULL,
                                      &errand->to, errand->equivalent,
                                      errand->amount, errand->note, &error);

  if (payment == NULL) {
    end_paid (errand, GEO_AMOUNT_ZERO, error);
    errand_free (errand);
    return;
  }
  errand->handler = g_signal_connect_data (payment, "notify::state",
                                           G_CALLBACK (payment_changed_cb),
                                           errand, errand_closure_free, 0);
}

static void
quoted_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (Errand) errand = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoQuote) quote = geo_node_quote_finish (GEO_NODE (source), result,
                                                      &error);

  if (is_gone (errand))
    return;
  if (quote != NULL)
    errand->amount = geo_amount_min (errand->amount,
                                     geo_quote_get_max_amount (quote));
  if (quote == NULL || errand->amount.minor == 0)
    end_paid (errand, GEO_AMOUNT_ZERO, error);
  else
    order (g_steal_pointer (&errand));
}

static void
payee_found_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (Errand) errand = user_data;

  if (!is_found (errand, source, result))
    return;
  geo_node_quote_async (GEO_NODE (source), &errand->to, errand->equivalent,
                        NULL, errand->cancellable, quoted_cb, errand);
  errand = NULL;
}

void
geo_neighbour_pay (GeoNeighbour *neighbour,
                   const GeoPid *to,
                   const gchar *equivalent,
                   GeoAmount amount,
                   const gchar *note,
                   GeoNeighbourPaid paid,
                   gpointer user_data) {
  Errand *errand = errand_new (neighbour, user_data);

  errand->to = *to;
  errand->equivalent = g_strdup (equivalent);
  errand->amount = amount;
  errand->note = g_strdup (note);
  errand->paid = paid;
  find (errand, payee_found_cb);
}

/* --- Looking around ----------------------------------------------------- */

static void
looked_cb (GObject *source, GAsyncResult *result, gpointer user_data) {
  g_autoptr (Errand) errand = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) people =
      geo_node_find_people_finish (GEO_NODE (source), result, &error);

  if (!is_gone (errand))
    errand->found (errand->neighbour, people, error, errand->user_data);
}

void
geo_neighbour_look_around (GeoNeighbour *neighbour,
                           const gchar *text,
                           GeoNeighbourFound found,
                           gpointer user_data) {
  Errand *errand = errand_new (neighbour, user_data);

  errand->found = found;
  geo_node_find_people_async (neighbour->node, text, errand->cancellable,
                              looked_cb, errand);
}
