/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a request says, as whole sentences one after another.  It keeps no state
 * and asks nobody.
 */
#include "config.h"

#include "node/geo-phrases.h"

#include <glib/gi18n-lib.h>

static gchar *
say_payment (GeoRequestItem *item, const gchar *amount, const gchar *name) {
  gboolean mine = geo_request_item_is_mine (item);
  gboolean has_peer = geo_request_item_get_peer (item) != NULL;

  if (amount == NULL) {
    if (!mine)
      /* Translators: who asks, equivalent. */
      return g_strdup_printf (_ ("%s asks you for any amount of %s."), name,
                              geo_request_item_get_equivalent (item));
    if (has_peer)
      /* Translators: who is asked, equivalent. */
      return g_strdup_printf (_ ("You ask %s for any amount of %s."), name,
                              geo_request_item_get_equivalent (item));
    return g_strdup_printf (_ ("You ask for any amount of %s."),
                            geo_request_item_get_equivalent (item));
  }
  if (!mine)
    /* Translators: who asks, amount. */
    return g_strdup_printf (_ ("%s asks you for %s."), name, amount);
  if (has_peer)
    /* Translators: who is asked, amount. */
    return g_strdup_printf (_ ("You ask %s for %s."), name, amount);
  return g_strdup_printf (_ ("You ask for %s."), amount);
}

static gchar *
say_checkpoint (GeoRequestItem *item, const gchar *amount, const gchar *name) {
  const gchar *equivalent = geo_request_item_get_equivalent (item);
  GeoAmount owed;

  if (geo_request_item_get_amount (item, &owed) &&
      geo_amount_cmp (owed, GEO_AMOUNT_ZERO) == 0)
    return geo_request_item_is_mine (item)
               /* Translators: who, equivalent. */
               ? g_strdup_printf (_ ("You ask %s to agree that neither of you "
                                     "owes the other anything in %s."),
                                  name, equivalent)
               : g_strdup_printf (_ ("%s asks you to agree that neither of you "
                                     "owes the other anything in %s."),
                                  name, equivalent);
  if (geo_request_item_is_mine (item))
    return geo_request_item_i_owe (item)
               /* Translators: who, amount. */
               ? g_strdup_printf (_ ("You ask %s to agree that you owe them "
                                     "%s."),
                                  name, amount)
               : g_strdup_printf (_ ("You ask %s to agree that they owe you "
                                     "%s."),
                                  name, amount);
  return geo_request_item_i_owe (item)
             /* Translators: who, amount. */
             ? g_strdup_printf (_ ("%s asks you to agree that you owe them "
                                   "%s."),
                                name, amount)
             : g_strdup_printf (_ ("%s asks you to agree that they owe you "
                                   "%s."),
                                name, amount);
}

/* Only one's own is in the list: who was invited has a request to be trusted.
 */
static gchar *
say_invitation (GeoRequestItem *item, const gchar *amount) {
  const gchar *invited = geo_request_item_get_memo (item);
  const gchar *name = geo_request_item_get_peer_name (item);

  if (geo_request_item_get_peer (item) != NULL)
    /* Translators: who took up an invitation, amount. */
    return g_strdup_printf (_ ("You invited %s, and offered to trust them up "
                               "to %s."),
                            name, amount);
  if (invited != NULL)
    /* Translators: who is invited, amount. */
    return g_strdup_printf (_ ("You invite %s, and would trust them up to "
                               "%s."),
                            invited, amount);
  return g_strdup_printf (_ ("You invite somebody, and would trust them up to "
                             "%s."),
                          amount);
}

static const gchar *
say_done (GeoRequestKind kind) {
  switch (kind) {
  case GEO_REQUEST_PAYMENT:
    return _ ("It is paid.");
  case GEO_REQUEST_TRUST:
    return _ ("It is given.");
  case GEO_REQUEST_CHECKPOINT:
    return _ ("Both agreed.");
  case GEO_REQUEST_INVITATION:
    return _ ("It was taken up.");
  }
  return "";
}

static gchar *
say_state (GeoRequestItem *item) {
  GeoTime expires_at;

  if (geo_request_item_is_expired (item))
    return g_strdup (_ ("It has expired."));
  switch (geo_request_item_get_state (item)) {
  case GEO_REQUEST_OPEN:
    if (geo_request_item_get_expires_at (item, &expires_at)) {
      g_autofree gchar *when = geo_phrase_date_time (expires_at);

      return g_strdup_printf (_ ("It expires on %s."), when);
    }
    return NULL;
  case GEO_REQUEST_DONE:
    return g_strdup (say_done (geo_request_item_get_kind (item)));
  case GEO_REQUEST_DECLINED:
    return g_strdup (_ ("It was declined."));
  case GEO_REQUEST_WITHDRAWN:
    return g_strdup (_ ("It was taken back."));
  case GEO_REQUEST_CLOSED:
    return g_strdup (_ ("It is not open any more: it was taken back, or "
                        "somebody else has paid it."));
  }
  return NULL;
}

gchar *
geo_phrase_request_asks (GeoRequestItem *item) {
  const gchar *name = geo_request_item_get_peer_name (item);
  g_autofree gchar *amount = NULL;
  GeoAmount asked;

  if (geo_request_item_get_amount (item, &asked))
    amount = geo_phrase_amount (asked, geo_request_item_get_precision (item),
                                geo_request_item_get_equivalent (item));
  switch (geo_request_item_get_kind (item)) {
  case GEO_REQUEST_PAYMENT:
    return say_payment (item, amount, name);
  case GEO_REQUEST_TRUST:
    return geo_request_item_is_mine (item)
               /* Translators: who, amount. */
               ? g_strdup_printf (_ ("You ask %s to trust you up to %s."), name,
                                  amount)
               : g_strdup_printf (_ ("%s asks you to trust them up to %s."),
                                  name, amount);
  case GEO_REQUEST_CHECKPOINT:
    return say_checkpoint (item, amount, name);
  case GEO_REQUEST_INVITATION:
    return say_invitation (item, amount);
  }
  return g_strdup ("");
}

static gchar *
say_open (GeoRequestItem *item) {
  guint paid = geo_request_item_get_paid (item);

  if (!geo_request_item_is_mine (item))
    return g_strdup (_ ("It waits for your answer."));
  if (geo_request_item_get_kind (item) == GEO_REQUEST_INVITATION)
    return g_strdup (_ ("Nobody has taken it up yet."));
  if (geo_request_item_get_kind (item) != GEO_REQUEST_PAYMENT)
    return g_strdup (_ ("It waits for an answer."));
  if (paid > 0)
    return g_strdup_printf (ngettext ("It was paid %u time so far.",
                                      "It was paid %u times so far.", paid),
                            paid);
  return g_strdup (_ ("It waits to be paid."));
}

gchar *
geo_phrase_request_state (GeoRequestItem *item) {
  if (geo_request_item_get_state (item) == GEO_REQUEST_OPEN &&
      !geo_request_item_is_expired (item))
    return say_open (item);
  return say_state (item);
}

gchar *
geo_phrase_request (GeoRequestItem *item) {
  const gchar *memo = geo_request_item_get_memo (item);
  g_autofree gchar *first = geo_phrase_request_asks (item);
  g_autofree gchar *state = say_state (item);
  g_autoptr (GString) out = g_string_new (first);

  /* Of an invitation it is the name, which is said already. */
  if (memo != NULL &&
      geo_request_item_get_kind (item) != GEO_REQUEST_INVITATION)
    /* Translators: what a request is for, in its writer's words. */
    g_string_append_printf (out, " “%s”", memo);
  if (state != NULL)
    g_string_append_printf (out, " %s", state);
  return g_string_free (g_steal_pointer (&out), FALSE);
}
