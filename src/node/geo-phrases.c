/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sentences for people.  Every one is whole, so that it can be translated as a
 * whole; nothing here decides anything or keeps any state.
 */
#include "config.h"

#include "node/geo-phrases-private.h"

#include <glib/gi18n-lib.h>
#include <limits.h>
#include <locale.h>
#include <string.h>

#include "core/geo-error.h"
#include "core/geo-words.h"
#include "protocol/geo-reasons.h"

/* --- Amounts ------------------------------------------------------------ */

gchar *
geo_phrase_number (GeoAmount amount,
                   guint precision,
                   const gchar *decimal_point,
                   const gchar *thousands_sep,
                   const gchar *grouping) {
  /* Two's complement: the magnitude of the smallest one fits, too. */
  guint64 magnitude = amount.minor < 0 ? (guint64) 0 - (guint64) amount.minor
                                       : (guint64) amount.minor;
  g_autofree gchar *digits = NULL;
  const gchar *group = grouping;
  /* Where separators stand, from the right; 20 digits at most. */
  gsize places[20];
  gsize n_places = 0;
  gsize whole_len;
  gsize end;
  gsize start = 0;
  GString *out = g_string_new (NULL);

  g_assert (precision <= GEO_PRECISION_MAX);
  digits = g_strdup_printf ("%0*" G_GUINT64_FORMAT, (int) precision + 1,
                            magnitude);
  whole_len = strlen (digits) - precision;

  end = whole_len;
  while (*thousands_sep != '\0' && *group > 0 && *group != CHAR_MAX &&
         end > (gsize) *group) {
    end -= (gsize) *group;
    places[n_places++] = end;
    if (group[1] != '\0')
      group++;
  }
  while (n_places > 0) {
    end = places[--n_places];
    g_string_append_len (out, digits + start, (gssize) (end - start));
    g_string_append (out, thousands_sep);
    start = end;
  }
  g_string_append_len (out, digits + start, (gssize) (whole_len - start));

  if (precision > 0) {
    g_string_append (out, decimal_point);
    g_string_append (out, digits + whole_len);
  }
  return g_string_free (out, FALSE);
}

/* What localeconv () says is in the locale's own encoding. */
gchar *
geo_phrase_separator (const gchar *text, const gchar *otherwise) {
  gchar *utf8 = g_locale_to_utf8 (text, -1, NULL, NULL, NULL);

  return utf8 != NULL ? utf8 : g_strdup (otherwise);
}

gchar *
geo_phrase_amount (GeoAmount amount, guint precision, const gchar *unit) {
  const struct lconv *locale = localeconv ();
  g_autofree gchar *point = geo_phrase_separator (locale->decimal_point, ".");
  g_autofree gchar *thousands = geo_phrase_separator (locale->thousands_sep, "");
  g_autofree gchar *number = geo_phrase_number (amount, precision, point,
                                                thousands, locale->grouping);

  if (unit == NULL)
    return g_steal_pointer (&number);
  /* Translators: an amount and what it counts in: "1,240.00 UAH", "3 h". */
  return g_strdup_printf (C_ ("amount", "%s %s"), number, unit);
}

/* --- Two people --------------------------------------------------------- */

gchar *
geo_phrase_balance (const gchar *name,
                    GeoAmount balance,
                    guint precision,
                    const gchar *equivalent) {
  g_autofree gchar *amount = geo_phrase_amount (balance, precision, equivalent);
  gint sign = geo_amount_cmp (balance, GEO_AMOUNT_ZERO);

  if (sign > 0)
    /* Translators: a name and an amount: "Olena owes you 60.00 UAH". */
    return g_strdup_printf (_ ("%s owes you %s"), name, amount);
  if (sign < 0)
    /* Translators: a name and an amount: "You owe Olena 240.00 UAH". */
    return g_strdup_printf (_ ("You owe %s %s"), name, amount);
  /* Translators: %s is a name; neither owes the other anything. */
  return g_strdup_printf (_ ("You and %s are even"), name);
}

gchar *
geo_phrase_total (GeoAmount balance, guint precision, const gchar *equivalent) {
  g_autofree gchar *amount = geo_phrase_amount (balance, precision, equivalent);
  gint sign = geo_amount_cmp (balance, GEO_AMOUNT_ZERO);

  if (sign > 0)
    /* Translators: %s is an amount; by everybody together. */
    return g_strdup_printf (_ ("You are owed %s"), amount);
  if (sign < 0)
    /* Translators: %s is an amount; to everybody together. */
    return g_strdup_printf (_ ("You owe %s"), amount);
  /* Translators: %s is an amount of nothing: "0.00 UAH". */
  return g_strdup_printf (_ ("You are even: %s"), amount);
}

gchar *
geo_phrase_my_line (const gchar *name,
                    GeoAmount limit,
                    guint precision,
                    const gchar *equivalent) {
  g_autofree gchar *amount = geo_phrase_amount (limit, precision, equivalent);

  /* Translators: a name and an amount. */
  return g_strdup_printf (_ ("You trust %s up to %s"), name, amount);
}

gchar *
geo_phrase_their_line (const gchar *name,
                       GeoAmount limit,
                       guint precision,
                       const gchar *equivalent) {
  g_autofree gchar *amount = geo_phrase_amount (limit, precision, equivalent);

  /* Translators: a name and an amount. */
  return g_strdup_printf (_ ("%s trusts you up to %s"), name, amount);
}

gchar *
geo_phrase_daily (GeoAmount limit,
                  GeoAmount left,
                  guint precision,
                  const gchar *equivalent) {
  g_autofree gchar *amount = geo_phrase_amount (limit, precision, equivalent);
  g_autofree gchar *left_text = geo_phrase_amount (left, precision, equivalent);

  /* Translators: two amounts; of trust that has a limit for each day, too. */
  return g_strdup_printf (_ ("At most %s of it in one day; %s is left today."),
                          amount, left_text);
}

gchar *
geo_phrase_their_daily (GeoAmount limit,
                        guint precision,
                        const gchar *equivalent) {
  g_autofree gchar *amount = geo_phrase_amount (limit, precision, equivalent);

  /* Translators: %s is an amount; of trust that has a limit for each day, too. */
  return g_strdup_printf (_ ("At most %s of it in one day."), amount);
}

gchar *
geo_phrase_daily_over (const gchar *name,
                       GeoAmount left,
                       guint precision,
                       const gchar *equivalent,
                       GeoTime now) {
  g_autofree gchar *text = geo_phrase_amount (left, precision, equivalent);
  g_autofree gchar *again = geo_phrase_date_time ((now / GEO_DAY_MS + 1) *
                                                  GEO_DAY_MS);

  if (geo_amount_cmp (left, GEO_AMOUNT_ZERO) <= 0)
    /* Translators: a name, then a date and a time. */
    return g_strdup_printf (_ ("%s’s trust in you has a limit for one day, and "
                               "nothing of it is left. Pay after %s."),
                            name, again);
  /* Translators: a name, an amount, then a date and a time. */
  return g_strdup_printf (_ ("%s’s trust in you has a limit for one day, and %s "
                             "of it is left. Pay less, or the rest after %s."),
                          name, text, again);
}

/* --- Refusals ----------------------------------------------------------- */

typedef struct {
  const gchar *word;
  const gchar *sentence;
} Sentence;

/* What each word of protocol's geo-reasons.h means, and what to do. */
static const Sentence reasons[] = {
  { GEO_REASON_NO_ROUTE,
    N_ ("There is no chain of trust from you to this person. Ask somebody you "
        "both know to trust you, or to trust this person.") },
  { GEO_REASON_UNKNOWN_PARTICIPANT,
    N_ ("This community does not know this person. Check who it is for, or "
        "ask them to join.") },
  { GEO_REASON_NOT_ENOUGH_CAPACITY,
    N_ ("There is not enough trust for this amount. Pay less, or ask people "
        "to trust you with more.") },
  { GEO_REASON_DAILY_LIMIT,
    N_ ("Somebody’s trust in you has a limit for one day, and this is more "
        "than was left of it. Pay less, or the rest on another day.") },
  { GEO_REASON_LIMIT_EXCEEDED,
    N_ ("This is more than a limit allows. Pay less, or ask for a higher "
        "limit.") },
  { GEO_REASON_LINE_NOT_ACTIVE,
    N_ ("A trust this needs has been closed. Try again, or ask for it to be "
        "opened.") },
  { GEO_REASON_BAD_SIGNATURE,
    N_ ("The signature did not fit. Check that this is your own profile, and "
        "restore it from your words if it is not.") },
  { GEO_REASON_NOT_ALLOWED,
    N_ ("The hub does not allow this. Ask whoever runs it.") },
  { GEO_REASON_FROZEN,
    N_ ("One of you is frozen in this community for now. Ask whoever runs "
        "the hub.") },
  { GEO_REASON_EQUIVALENT_FROZEN,
    N_ ("The hub found a mistake in its own books and stopped all payments in "
        "this currency. Nothing was changed. Ask whoever runs the hub.") },
  { GEO_REASON_ABORTED,
    N_ ("Whoever runs the hub stopped this payment. Nothing was paid; ask them "
        "why before you pay again.") },
  { GEO_REASON_DEADLINE_PASSED,
    N_ ("It took too long, so nothing was done. Try again.") },
  { GEO_REASON_NO_VOTE,
    N_ ("Somebody whose consent is needed did not answer. Ask them to connect, "
        "then try again.") },
  { GEO_REASON_TX_ID_TAKEN,
    N_ ("Another payment has this number already. Nothing was done; use a new "
        "number.") },
  { GEO_REASON_WRONG_SEQ,
    N_ ("This trust was changed elsewhere in the meantime. Look at it again, "
        "then change it.") },
  { GEO_REASON_ALREADY_VOTED,
    N_ ("This was decided already, and that stands.") },
  { GEO_REASON_UNKNOWN_ORDER,
    N_ ("The hub never had this payment, and now never will. You can pay "
        "again.") },
  { GEO_REASON_REFUSED_BY_PARTICIPANT,
    N_ ("Somebody it would have gone through refused. Try again later, or "
        "another amount.") },
  { GEO_REASON_INVALID,
    N_ ("The hub could not read this. Both sides may need the same version; "
        "update and try again.") },
  { GEO_REASON_FOREIGN_COMMUNITY,
    N_ ("This belongs to another community. Check the link it came from.") },
  { GEO_REASON_UNKNOWN_EQUIVALENT,
    N_ ("This community does not count in that. Choose one it has.") },
  { GEO_REASON_PRECISION,
    N_ ("The amount has more decimals than this community counts. Round it, "
        "then try again.") },
  { GEO_REASON_AMOUNT,
    N_ ("This amount cannot be used: it is nothing, or too large. Choose "
        "another.") },
  { GEO_REASON_SELF, N_ ("That is you. Choose somebody else.") },
  { GEO_REASON_CLOCK,
    N_ ("The clocks of this computer and of the hub differ too much. Set "
        "this one right, then try again.") },
  { GEO_REASON_NOT_NEUTRAL,
    N_ ("Somebody on the way would have gained or lost by it, so it was "
        "refused. Try again.") },
  { GEO_REASON_BAD_PROOF,
    N_ ("A proof did not hold, so it was refused. Try again, and tell "
        "whoever runs the hub if it happens again.") },
  { GEO_REASON_INVOICE_CLOSED,
    N_ ("This request is paid already, or was taken back. Ask for a new "
        "one.") },
  { GEO_REASON_INVOICE_EXPIRED,
    N_ ("This request has expired. Ask for a new one.") },
  { GEO_REASON_INVOICE_MISMATCH,
    N_ ("The request asks for something else. Open it again and pay what it "
        "says.") },
  { GEO_REASON_INVOICE_BUSY,
    N_ ("Another payment of this request is under way. Nothing was paid; wait "
        "a minute, then try again.") },
  { GEO_REASON_PAYEE_AWAY,
    N_ ("Whoever asks for this is not connected now, and only they can say "
        "whether it is still open. Nothing was paid; try again later.") },
  { GEO_REASON_LINE_FROZEN,
    N_ ("Somebody has frozen the trust that this would use. Nothing was done; "
        "ask them to unfreeze it.") },
  { GEO_REASON_CHAIN,
    N_ ("The hub's entries do not follow one another. Keep your journal, and "
        "ask whoever runs the hub what happened.") },
  { GEO_REASON_TWO_OUTCOMES,
    N_ ("The hub says both yes and no to one payment. Keep your journal: it "
        "proves that.") },
  { GEO_REASON_GAP,
    N_ ("The hub keeps back an entry of yours. Keep your journal, and ask "
        "whoever runs the hub what happened.") },
  { GEO_REASON_FORGOTTEN,
    N_ ("The hub has forgotten entries that it signed. Keep your journal: it "
        "proves that.") },
  { GEO_REASON_LOG,
    N_ ("The hub's log is another than the one it showed before. Keep your "
        "journal, and compare with others.") },
  { GEO_REASON_NOT_LOGGED,
    N_ ("The hub's log does not show one of your entries. Keep your journal, "
        "and ask whoever runs the hub what happened.") },
  { GEO_REASON_KEY_CHANGED,
    N_ ("This key was changed, so the hub takes nothing more that is signed "
        "with it. Use the twelve words of the new one. If you did not change "
        "it, somebody else did: tell the people you deal with.") },
  { GEO_REASON_TWO_KEYS,
    N_ ("Somebody else has changed this key already. Tell the people you deal "
        "with, and whoever runs the hub.") },
  { GEO_REASON_KEY_TAKEN,
    N_ ("This key is somebody’s already. Change yours once more.") },
  { GEO_REASON_KEY_CLOCK,
    N_ ("Your clock and the hub’s are too far apart to change your key.") },
  { GEO_REASON_KEY_USED,
    N_ ("The hub did not know that you changed your key, and your former key "
        "was used there since. Tell whoever runs the hub.") },
  { GEO_REASON_TOO_OFTEN,
    N_ ("The hub was asked too often. It answers again in a while.") },
  { GEO_REASON_INTERNAL,
    N_ ("The hub has a fault. Nothing was done; try again later.") },
};

/* For words that are newer than this. */
static const Sentence codes[] = {
  { "E001", N_ ("There is no way from you to this person.") },
  { "E002", N_ ("There is not enough trust for this amount. Pay less.") },
  { "E003", N_ ("This is more than a limit allows. Pay less.") },
  { "E004", N_ ("A trust this needs has been closed.") },
  { "E005", N_ ("The signature did not fit.") },
  { "E006", N_ ("This is not allowed.") },
  { "E007", N_ ("It took too long to answer. Try again.") },
  { "E008", N_ ("It contradicts something that was done before.") },
  { "E009", N_ ("The hub could not use this.") },
  { "E010", N_ ("The hub has a fault. Try again later.") },
};

static const gchar *
find_sentence (const Sentence *sentences, gsize n, const gchar *word) {
  if (word == NULL)
    return NULL;
  for (gsize i = 0; i < n; i++) {
    if (g_str_equal (sentences[i].word, word))
      return _ (sentences[i].sentence);
  }
  return NULL;
}

gchar *
geo_phrase_refusal (const gchar *code,
                    const gchar *reason,
                    const gchar *max_amount_text) {
  const gchar *sentence;

  if (max_amount_text != NULL && g_strcmp0 (code, "E002") == 0 &&
      g_strcmp0 (reason, GEO_REASON_DAILY_LIMIT) != 0) {
    return g_strdup_printf (
        /* Translators: %s is an amount. */
        _ ("There is not enough trust for this amount. You can pay up to %s; "
           "pay less, or ask people to trust you with more."),
        max_amount_text);
  }

  sentence = find_sentence (reasons, G_N_ELEMENTS (reasons), reason);
  if (sentence == NULL)
    sentence = find_sentence (codes, G_N_ELEMENTS (codes), code);
  if (sentence == NULL)
    sentence = _ ("It was refused, and the reason is not known here.");
  return g_strdup (sentence);
}

const gchar *
geo_phrase_frozen (void) {
  return _ ("Frozen: nothing more is owed over it, either way.");
}

/* What P8 refused, seen from this side. */
static const Sentence refused_votes[] = {
  { GEO_REASON_LIMIT_EXCEEDED,
    N_ ("It would have gone beyond a limit that you set or were given.") },
  { GEO_REASON_LINE_NOT_ACTIVE,
    N_ ("It needed trust that is closed, or was never given.") },
  { GEO_REASON_NOT_NEUTRAL,
    N_ ("You would have gained or lost by a payment that is not yours.") },
  { GEO_REASON_BAD_PROOF,
    N_ ("The hub did not prove your part of it. Tell whoever runs the hub if "
        "it happens again.") },
  { GEO_REASON_BAD_SIGNATURE,
    N_ ("The payer's signature was missing or not genuine.") },
  { GEO_REASON_UNKNOWN_ORDER,
    N_ ("The hub said that you had ordered it, and you had not.") },
  { GEO_REASON_LINE_FROZEN, N_ ("It needed trust that is frozen.") },
  { GEO_REASON_NOT_ALLOWED, N_ ("Your own rules do not let it pass.") },
  { GEO_REASON_REFUSED_BY_PARTICIPANT, N_ ("You said no.") },
  { GEO_REASON_DEADLINE_PASSED, N_ ("It came too late.") },
  { GEO_REASON_INVOICE_CLOSED,
    N_ ("What you asked for was paid already, or you took it back.") },
  { GEO_REASON_INVOICE_BUSY,
    N_ ("Somebody else was just paying what you asked for once.") },
  { GEO_REASON_INVOICE_EXPIRED, N_ ("Your request had expired.") },
  { GEO_REASON_INVOICE_MISMATCH,
    N_ ("It was not what you had asked for.") },
};

gchar *
geo_phrase_refused_vote (const gchar *reason) {
  const gchar *sentence = find_sentence (refused_votes,
                                         G_N_ELEMENTS (refused_votes), reason);

  return g_strdup (sentence != NULL
                       ? sentence
                       : _ ("It did not fit this community or its own "
                            "order."));
}

gchar *
geo_phrase_pay_again (GeoState state) {
  switch (state) {
  case GEO_STATE_DRAFT:
    return g_strdup (_ ("Nothing was sent yet: you can pay."));
  case GEO_STATE_SENDING:
    return g_strdup (_ ("Do not pay again: it is on its way."));
  case GEO_STATE_IN_DOUBT:
    return g_strdup (_ ("Do not pay again: it may have been paid. You can "
                        "leave safely; the hub is asked again whenever it is "
                        "there."));
  case GEO_STATE_PAID:
    return g_strdup (_ ("It is paid. Paying again would pay twice."));
  case GEO_STATE_NOT_PAID:
    return g_strdup (_ ("It was not paid and never will be: you can pay "
                        "again."));
  }
  /* A number from a newer version's disk. */
  return g_strdup (_ ("Do not pay again: it may have been paid. You can "
                      "leave safely; the hub is asked again whenever it is "
                      "there."));
}

/* --- Payments and activity ---------------------------------------------- */

const gchar *
geo_phrase_state (GeoState state) {
  switch (state) {
  case GEO_STATE_DRAFT:
    return C_ ("payment", "Draft");
  case GEO_STATE_SENDING:
    return C_ ("payment", "Sending…");
  case GEO_STATE_IN_DOUBT:
    return C_ ("payment", "In doubt");
  case GEO_STATE_PAID:
    return C_ ("payment", "Paid");
  case GEO_STATE_NOT_PAID:
    return C_ ("payment", "Not paid");
  }
  /* A number from a newer version's disk. */
  return "";
}

gchar *
geo_phrase_in_doubt (GeoTime since_ms) {
  g_autofree gchar *since = geo_phrase_date_time (since_ms);

  /* Translators: %s is a date and a time. */
  return g_strdup_printf (_ ("Waiting for the hub since %s. You can leave "
                             "safely; do not pay again."),
                          since);
}

static gchar *
phrase_paid (GeoState state, const gchar *name) {
  switch (state) {
  case GEO_STATE_DRAFT:
    /* Translators: %s is a name. */
    return g_strdup_printf (_ ("To pay to %s"), name);
  case GEO_STATE_SENDING:
    /* Translators: %s is a name. */
    return g_strdup_printf (_ ("Paying to %s…"), name);
  case GEO_STATE_IN_DOUBT:
    /* Translators: %s is a name. */
    return g_strdup_printf (_ ("In doubt: to %s"), name);
  case GEO_STATE_PAID:
    /* Translators: %s is a name. */
    return g_strdup_printf (_ ("Paid to %s"), name);
  case GEO_STATE_NOT_PAID:
    /* Translators: %s is a name. */
    return g_strdup_printf (_ ("Not paid to %s"), name);
  }
  return g_strdup (name);
}

static gchar *
phrase_trust (GeoActivityItem *item, gboolean given) {
  const gchar *name = geo_activity_item_get_peer_name (item);
  const gchar *equivalent = geo_activity_item_get_equivalent (item);
  guint precision = geo_activity_item_get_precision (item);
  GeoAmount limit = geo_activity_item_get_amount (item);

  if (geo_amount_cmp (limit, GEO_AMOUNT_ZERO) > 0)
    return given ? geo_phrase_my_line (name, limit, precision, equivalent)
                 : geo_phrase_their_line (name, limit, precision, equivalent);
  /* Translators: a name and an equivalent's code: "UAH". */
  return given ? g_strdup_printf (_ ("You no longer trust %s in %s"), name,
                                  equivalent)
               /* Translators: a name and an equivalent's code: "UAH". */
               : g_strdup_printf (_ ("%s no longer trusts you in %s"), name,
                                  equivalent);
}

static gchar *
phrase_kind (GeoActivityItem *item) {
  const gchar *name = geo_activity_item_get_peer_name (item);
  GeoMoved in, out;

  switch (geo_activity_item_get_kind (item)) {
  case GEO_ITEM_PAID:
    return phrase_paid (geo_activity_item_get_state (item), name);
  case GEO_ITEM_RECEIVED:
    /* Translators: %s is a name. */
    return g_strdup_printf (_ ("Received from %s"), name);
  case GEO_ITEM_PASSED:
    return g_strdup (_ ("Passed through you: your balance is the same"));
  case GEO_ITEM_TRUST_GIVEN:
    return phrase_trust (item, TRUE);
  case GEO_ITEM_TRUST_GOT:
    return phrase_trust (item, FALSE);
  case GEO_ITEM_CLEARED:
    if (geo_activity_item_get_moved (item, &in, &out))
      return g_strdup (_ ("Cleared with what was left of limits: your balance "
                          "is the same"));
    return g_strdup (_ ("Cleared: your balance is the same"));
  case GEO_ITEM_JOINED:
    return g_strdup (_ ("You joined"));
  case GEO_ITEM_REFUSED:
    if (*name == '\0')
      return g_strdup (_ ("You refused a clearing"));
    /* Translators: %s is the name of whoever wanted to pay. */
    return g_strdup_printf (_ ("You refused a payment from %s"), name);
  }
  return g_strdup ("");
}

gchar *
geo_phrase_activity (GeoActivityItem *item) {
  g_autofree gchar *phrase = NULL;

  if (!geo_activity_item_get_loaded (item))
    return g_strdup ("");
  phrase = phrase_kind (item);
  if (geo_activity_item_get_proven (item))
    return g_steal_pointer (&phrase);
  /* Translators: %s is a line of history, "Paid to Olena", that nothing proves
   * but the hub's word. */
  return g_strdup_printf (_ ("%s (the hub says)"), phrase);
}

static gchar *
phrase_moved_in (const gchar *name, GeoMoved moved, const gchar *amount) {
  switch (moved) {
  case GEO_MOVED_LESS:
    /* Translators: a name and an amount. */
    return g_strdup_printf (_ ("You owe %s %s less."), name, amount);
  case GEO_MOVED_MORE:
    /* Translators: a name and an amount. */
    return g_strdup_printf (_ ("%s now owes you %s more."), name, amount);
  case GEO_MOVED_TURNED:
    return g_strdup_printf (
        /* Translators: a name and an amount. */
        _ ("What you owed %s is cleared; it went towards %s, and they owe you "
           "the rest."),
        name, amount);
  }
  return g_strdup ("");
}

static gchar *
phrase_moved_out (const gchar *name, GeoMoved moved, const gchar *amount) {
  switch (moved) {
  case GEO_MOVED_LESS:
    /* Translators: a name and an amount. */
    return g_strdup_printf (_ ("%s owes you %s less."), name, amount);
  case GEO_MOVED_MORE:
    /* Translators: a name and an amount. */
    return g_strdup_printf (_ ("You now owe %s %s more."), name, amount);
  case GEO_MOVED_TURNED:
    return g_strdup_printf (
        /* Translators: a name and an amount. */
        _ ("What %s owed you is cleared; it went towards %s, and you owe them "
           "the rest."),
        name, amount);
  }
  return g_strdup ("");
}

gchar *
geo_phrase_moved (const gchar *payer,
                  GeoMoved in,
                  const gchar *payee,
                  GeoMoved out,
                  GeoAmount amount,
                  guint precision,
                  const gchar *equivalent) {
  g_autofree gchar *text = geo_phrase_amount (amount, precision, equivalent);
  g_autofree gchar *first = phrase_moved_in (payer, in, text);
  g_autofree gchar *second = phrase_moved_out (payee, out, text);

  /* Translators: two sentences, each about what is owed between me and one
   * person. */
  return g_strdup_printf (_ ("%s %s Your balance is the same."), first, second);
}

gchar *
geo_phrase_proposal (GeoProposalItem *item) {
  g_autofree gchar *less =
      geo_phrase_amount (geo_proposal_item_get_amount (item),
                         geo_proposal_item_get_precision (item),
                         geo_proposal_item_get_equivalent (item));
  guint others = geo_proposal_item_get_others (item);

  return g_strdup_printf (
      /* Translators: how many others, an amount that each of them owes less,
       * who owes you, and whom you owe. */
      g_dngettext (GETTEXT_PACKAGE,
                   "You and %u other could owe %s less: %s would owe you less, "
                   "and you would owe %s less. Your balance stays the same.",
                   "You and %u others could owe %s less: %s would owe you "
                   "less, and you would owe %s less. Your balance stays the "
                   "same.",
                   others),
      others, less, geo_proposal_item_get_debtor (item),
      geo_proposal_item_get_creditor (item));
}

gchar *
geo_phrase_date_time (GeoTime time_ms) {
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (time_ms / 1000);
  g_autoptr (GDateTime) local = NULL;
  gchar *text = NULL;

  if (utc != NULL)
    local = g_date_time_to_local (utc);
  if (local != NULL)
    /* Translators: the locale's own date (%x), then its time of day (%X); only
     * their order and what is between them is yours. */
    text = g_date_time_format (local, C_ ("date and time", "%x %X"));
  return text != NULL ? text : g_strdup ("");
}

const gchar *
geo_phrase_wrong_link (const GError *why) {
  if (g_error_matches (why, GEO_CORE_ERROR, GEO_CORE_ERROR_SIGNATURE))
    return _ ("This link was changed after it was signed. Do not use it: ask "
              "for another one.");
  if (g_error_matches (why, GEO_CORE_ERROR, GEO_CORE_ERROR_VERSION))
    return _ ("This link was made by a newer version. Update first.");
  return _ ("This link is cut short or damaged. Copy all of it again, or ask "
            "for another one.");
}

gchar *
geo_phrase_wrong_words (const gchar *words) {
  guint unknown = geo_words_find_unknown (words);

  if (unknown > 0)
    /* Translators: which of the twelve words it is: "3". */
    return g_strdup_printf (_ ("Word %u is no recovery word. Look how it is "
                               "spelt on your paper."),
                            unknown);
  return g_strdup (_ ("These are not twelve words that belong together. Look "
                      "whether all are there, in the order of your paper."));
}

const gchar *
geo_phrase_key_change (GeoKeyChange change) {
  switch (change) {
  case GEO_KEY_CHANGE_NONE:
    break;
  case GEO_KEY_CHANGE_DONE:
    return _ ("Your key was changed before the program was stopped. The new "
              "twelve words are yours now. The old ones are only good for "
              "backups that were made before.");
  case GEO_KEY_CHANGE_UNDONE:
    return _ ("The program was stopped before your key was changed. The old "
              "twelve words are still yours. The new ones are nothing: destroy "
              "what you wrote them on.");
  }
  return NULL;
}
