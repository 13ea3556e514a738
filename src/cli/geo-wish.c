/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Puts words and a link together and refuses what they say twice: of two
 * amounts, neither is guessed to be the one that was meant.
 */
#include "config.h"

#include "cli/geo-wish.h"

#include <glib/gi18n-lib.h>

#include "core/geo-error.h"
#include "node/geo-phrases.h"
#include "node/geo-profile.h"

void
geo_wish_free (GeoWish *wish) {
  if (wish == NULL)
    return;
  g_free (wish->who);
  g_free (wish->amount);
  g_free (wish->equivalent);
  g_free (wish->note);
  g_free (wish);
}

static gboolean
fail (GError **error, const gchar *sentence) {
  g_set_error_literal (error, GEO_NODE_ERROR, GEO_NODE_ERROR_INPUT, sentence);
  return FALSE;
}

gboolean
geo_wish_parse_amount (const gchar *text,
                       guint precision,
                       GeoAmount *out,
                       GError **error) {
  g_autoptr (GError) failure = NULL;
  g_autofree gchar *sentence = NULL;

  if (geo_amount_parse_typed (text, precision, out, &failure))
    return TRUE;
  if (g_error_matches (failure, GEO_CORE_ERROR, GEO_CORE_ERROR_PRECISION))
    sentence = g_strdup_printf (
        /* Translators: what was typed, and a number: “1.234”, 2. */
        _ ("“%s” has too many decimals: the most that count here is %u."), text,
        precision);
  else if (g_error_matches (failure, GEO_CORE_ERROR, GEO_CORE_ERROR_RANGE) ||
           g_error_matches (failure, GEO_CORE_ERROR, GEO_CORE_ERROR_SIZE))
    sentence = g_strdup (_ ("The amount is too large: give a smaller one."));
  else
    sentence = g_strdup_printf (_ ("“%s” is no amount: write it as %s."), text,
                                precision > 0 ? "12.5" : "12");
  return fail (error, sentence);
}

GeoLink *
geo_wish_parse_link (const gchar *text, GError **error) {
  g_autoptr (GError) failure = NULL;
  GeoLink *link = geo_link_parse (text, &failure);

  if (link == NULL)
    fail (error, geo_phrase_wrong_link (failure));
  return link;
}

/* What the link leaves open, the words say. */
static gboolean
take_link (GeoWish *wish, gchar **arguments, GError **error) {
  g_autoptr (GeoLink) link = geo_wish_parse_link (arguments[0], error);
  guint count = g_strv_length (arguments);

  if (link == NULL)
    return FALSE;
  if (link->kind != GEO_LINK_PAY)
    return TRUE;
  if (link->amount != NULL && count > 1)
    return fail (error, _ ("The link says how much to pay already: give "
                           "nothing after it."));
  if (link->equivalent != NULL && count > 2)
    return fail (error,
                 _ ("The link says which equivalent to pay in already."));
  wish->amount = g_steal_pointer (&link->amount);
  wish->is_exact = wish->amount != NULL;
  wish->equivalent = g_steal_pointer (&link->equivalent);
  wish->note = g_steal_pointer (&link->memo);
  return TRUE;
}

GeoWish *
geo_wish_new (gchar **arguments, const gchar *note, GError **error) {
  g_autoptr (GeoWish) wish = g_new0 (GeoWish, 1);
  guint count = g_strv_length (arguments);

  g_assert (count >= 1 && count <= 3);
  wish->who = g_strdup (arguments[0]);
  if (g_ascii_strncasecmp (arguments[0], "geo:", 4) == 0 &&
      !take_link (wish, arguments, error))
    return NULL;
  if (count > 1)
    wish->amount = g_strdup (arguments[1]);
  if (count > 2)
    wish->equivalent = g_strdup (arguments[2]);
  if (note != NULL) {
    g_free (wish->note);
    wish->note = *note != '\0' ? g_strdup (note) : NULL;
  }
  if (wish->amount == NULL) {
    fail (error, _ ("Say how much to pay."));
    return NULL;
  }
  return g_steal_pointer (&wish);
}

static gboolean
parse_exact (const gchar *text,
             guint precision,
             GeoAmount *out,
             GError **error) {
  GeoDecimal decimal;

  return geo_decimal_parse (text, &decimal, error) &&
         geo_decimal_get (decimal, precision, out, error);
}

gboolean
geo_wish_get_amount (const GeoWish *wish,
                     guint precision,
                     GeoAmount *out,
                     GError **error) {
  GeoAmount amount;

  /* A link's amount is as it stands on the wire (protocol §2); a person may
   * leave decimals away. */
  if (wish->is_exact && !parse_exact (wish->amount, precision, &amount, NULL))
    return fail (error, _ ("The link’s amount does not have the decimals that "
                           "count here. Ask for another one."));
  if (!wish->is_exact &&
      !geo_wish_parse_amount (wish->amount, precision, &amount, error))
    return FALSE;
  if (geo_amount_cmp (amount, GEO_AMOUNT_ZERO) == 0)
    return fail (error, _ ("Nothing is no amount to pay."));
  *out = amount;
  return TRUE;
}
