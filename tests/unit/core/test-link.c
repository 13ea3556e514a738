/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Links: what is read out of them, and that nothing else is believed.
 */
#include "core/geo-link.h"

#include "test-util.h"

#define PID "2KagShR4Usj2uARXJeDw7XJEKvQ3XDr84dC47hUB3Uyd"
#define KEY "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
#define HEX "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static void
test_participant (void) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoLink) link = geo_link_parse (
      "geo://v1/participant?pid=" PID "&hub=https%3A%2F%2Fhub.example%3A8443"
      "&name=%D0%96%20A%26B&amount=5&unknown=x",
      &error);
  g_autofree gchar *text = NULL;
  g_autofree gchar *pid = NULL;

  g_assert_no_error (error);
  g_assert_cmpint (link->kind, ==, GEO_LINK_PARTICIPANT);
  g_assert_true (link->has_pid);
  pid = geo_pid_to_string (&link->pid);
  g_assert_cmpstr (pid, ==, PID);
  g_assert_cmpstr (link->hub, ==, "https://hub.example:8443");
  g_assert_cmpstr (link->name, ==, "Ж A&B");
  g_assert_null (link->amount);
  g_assert_false (link->has_community);
  text = geo_link_to_string (link);
  g_assert_cmpstr (text, ==,
                   "geo://v1/participant?pid=" PID
                   "&hub=https%3A%2F%2Fhub.example%3A8443"
                   "&name=%D0%96%20A%26B");
}

/* The key in force, where it is no longer the one of the PID. */
static void
test_key (void) {
  const gchar *text = "geo://v1/participant?pid=" PID
                      "&name=Olena&key=" KEY;
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoLink) link = geo_link_parse (text, &error);
  g_autoptr (GeoLink) other = NULL;
  g_autofree gchar *again = NULL;

  g_assert_no_error (error);
  g_assert_true (link->has_key);
  g_assert_cmpint (link->key.bytes[0], ==, 0);
  g_assert_cmpint (link->key.bytes[31], ==, 31);
  again = geo_link_to_string (link);
  g_assert_cmpstr (again, ==, text);
  g_assert_null (geo_link_parse (
      "geo://v1/participant?pid=" PID "&key=AAECAw", &error));
  g_assert_error (error, GEO_CORE_ERROR, GEO_CORE_ERROR_SYNTAX);
  g_clear_error (&error);
  other = geo_link_parse ("geo://v1/participant?pid=" PID, &error);
  g_assert_no_error (error);
  g_assert_false (other->has_key);
}

static void
test_pay (void) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoLink) link = geo_link_parse (
      "GEO://v1/pay?to=" PID "&equivalent=UAH&amount=10.00&memo=a%0Ab"
      "&name=x&code=y&hub=ws://[::1]:8080/api",
      &error);
  g_autofree gchar *text = NULL;
  g_autoptr (GeoLink) again = NULL;

  g_assert_no_error (error);
  g_assert_cmpint (link->kind, ==, GEO_LINK_PAY);
  g_assert_true (link->has_pid);
  g_assert_cmpstr (link->equivalent, ==, "UAH");
  g_assert_cmpstr (link->amount, ==, "10.00");
  g_assert_cmpstr (link->memo, ==, "a\nb");
  g_assert_cmpstr (link->hub, ==, "ws://[::1]:8080/api");
  g_assert_null (link->name);
  g_assert_null (link->code);
  text = geo_link_to_string (link);
  again = geo_link_parse (text, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (again->memo, ==, link->memo);
  g_assert_cmpstr (again->hub, ==, link->hub);
  g_assert_true (geo_pid_equal (&again->pid, &link->pid));
}

static void
test_join (void) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GeoLink) link = geo_link_parse (
      "geo://v1/join?hub=wss://hub.example&community=" PID "&fingerprint="
      "E3:B0:C4:42:98:FC:1C:14:9A:FB:F4:C8:99:6F:B9:24:27:AE:41:E4:64:9B:93:4C:"
      "A4:95:99:1B:78:52:B8:55&code=apple-7&equivalent=HOUR",
      &error);
  g_autofree gchar *text = NULL;

  g_assert_no_error (error);
  g_assert_cmpint (link->kind, ==, GEO_LINK_JOIN);
  g_assert_false (link->has_pid);
  g_assert_true (link->has_community);
  g_assert_cmpstr (link->fingerprint, ==, HEX);
  g_assert_cmpstr (link->code, ==, "apple-7");
  g_assert_cmpstr (link->equivalent, ==, "HOUR");
  text = geo_link_to_string (link);
  g_assert_cmpstr (text, ==,
                   "geo://v1/join?hub=wss%3A%2F%2Fhub.example&community=" PID
                   "&fingerprint=" HEX "&code=apple-7&equivalent=HOUR");
}

static void
test_refused (void) {
  g_autofree gchar *long_text = g_strnfill (3000, 'a');
  g_autofree gchar *too_long =
      g_strconcat ("geo://v1/join?hub=http://h&x=", long_text, NULL);
  const struct {
    const gchar *text;
    GeoCoreError code;
  } cases[] = {
    { "", GEO_CORE_ERROR_SYNTAX },
    { "https://hub.example", GEO_CORE_ERROR_SYNTAX },
    { "geo:48.2,16.4", GEO_CORE_ERROR_SYNTAX },
    { "geo://", GEO_CORE_ERROR_VERSION },
    { "geo://v2/pay?to=" PID, GEO_CORE_ERROR_VERSION },
    { "geo://v1", GEO_CORE_ERROR_VERSION },
    { "geo://v11/pay?to=" PID, GEO_CORE_ERROR_VERSION },
    { "geo://v1/", GEO_CORE_ERROR_SYNTAX },
    { "geo://v1/PAY?to=" PID, GEO_CORE_ERROR_SYNTAX },
    { "geo://v1/pay/?to=" PID, GEO_CORE_ERROR_SYNTAX },
    { "geo://v1/lan?pid=" PID, GEO_CORE_ERROR_SYNTAX },
    { "geo://v1/pay", GEO_CORE_ERROR_FIELD },
    { "geo://v1/pay?", GEO_CORE_ERROR_FIELD },
    { "geo://v1/pay?pid=" PID, GEO_CORE_ERROR_FIELD },
    { "geo://v1/participant?to=" PID, GEO_CORE_ERROR_FIELD },
    { "geo://v1/participant?pid=", GEO_CORE_ERROR_FIELD },
    { "geo://v1/join?community=" PID, GEO_CORE_ERROR_FIELD },
    { "geo://v1/pay?to", GEO_CORE_ERROR_SYNTAX },
    { "geo://v1/pay?to=" PID "&to=" PID, GEO_CORE_ERROR_SYNTAX },
    { "geo://v1/pay?to=" PID "&%74o=" PID, GEO_CORE_ERROR_SYNTAX },
    { "geo://v1/pay?to=0" PID, GEO_CORE_ERROR_SYNTAX },
    { "geo://v1/pay?to=" PID "&amount=1e3", GEO_CORE_ERROR_SYNTAX },
    { "geo://v1/pay?to=" PID "&amount=-1", GEO_CORE_ERROR_SYNTAX },
    { "geo://v1/pay?to=" PID "&amount=10000000000000000",
      GEO_CORE_ERROR_RANGE },
    { "geo://v1/pay?to=" PID "&equivalent=uah", GEO_CORE_ERROR_SYNTAX },
    { "geo://v1/pay?to=" PID "&memo=%00", GEO_CORE_ERROR_SYNTAX },
    { "geo://v1/pay?to=" PID "&memo=%ff", GEO_CORE_ERROR_SYNTAX },
    { "geo://v1/pay?to=" PID "&memo=%zz", GEO_CORE_ERROR_SYNTAX },
    { "geo://v1/pay?to=" PID "&memo=%1b", GEO_CORE_ERROR_SYNTAX },
    { "geo://v1/pay?to=" PID "&memo=e%CC%81", GEO_CORE_ERROR_SYNTAX },
    { "geo://v1/participant?pid=" PID "&name=a%0Ab", GEO_CORE_ERROR_SYNTAX },
    { "geo://v1/join?hub=javascript:alert(1)", GEO_CORE_ERROR_SYNTAX },
    { "geo://v1/join?hub=file:///etc/passwd", GEO_CORE_ERROR_SYNTAX },
    { "geo://v1/join?hub=hub.example", GEO_CORE_ERROR_SYNTAX },
    { "geo://v1/join?hub=https://", GEO_CORE_ERROR_SYNTAX },
    { "geo://v1/join?hub=https://u:p@hub.example", GEO_CORE_ERROR_SYNTAX },
    { "geo://v1/join?hub=https://h&fingerprint=12", GEO_CORE_ERROR_SYNTAX },
    { "geo://v1/join?hub=https://h&fingerprint=" HEX "0",
      GEO_CORE_ERROR_SYNTAX },
    { "geo://v1/join?hub=https://h&community=x", GEO_CORE_ERROR_SIZE },
    { too_long, GEO_CORE_ERROR_SIZE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;

    g_test_message ("%.60s", cases[i].text);
    g_assert_null (geo_link_parse (cases[i].text, &error));
    assert_core_error (error, cases[i].code);
  }
  geo_link_free (NULL);
}

/* A signed request is a link as a whole, or none. */
static void
test_invoice (void) {
  guint8 seed[GEO_SEED_LEN] = { 7 };
  g_autoptr (GeoSecret) secret = geo_secret_new_from_seed (seed);
  g_autoptr (GeoInvoice) invoice = geo_invoice_new ();
  g_autoptr (GeoLink) link = NULL;
  g_autofree gchar *text = NULL;
  GeoPublicKey key;

  geo_secret_get_public (secret, &key);
  geo_secret_get_pid (secret, &invoice->to);
  invoice->community = invoice->to;
  invoice->invoice_id = g_strdup ("bread-1");
  invoice->equivalent = g_strdup ("UAH");
  invoice->has_amount = TRUE;
  invoice->amount = geo_decimal (GEO_AMOUNT (1250), 2);
  invoice->memo = g_strdup ("хліб & сіль");
  invoice->single_use = TRUE;
  invoice->has_expires_at = TRUE;
  invoice->expires_at = 1795235693449;
  invoice->created_at = 1795235600000;
  geo_invoice_sign (invoice, secret);
  link = geo_link_new_invoice (invoice, &key, "https://hub.example");
  text = geo_link_to_string (link);

  for (gsize i = 0; text[i] != '\0'; i++) {
    g_autofree gchar *changed = g_strdup (text);
    g_autoptr (GeoLink) again = NULL;

    /* Of the hub's address nothing is signed: it only says where to ask. */
    changed[i] = changed[i] == 'x' ? 'y' : 'x';
    again = geo_link_parse (changed, NULL);
    if (again != NULL && again->invoice != NULL) {
      g_autofree gchar *same = geo_invoice_to_text (again->invoice, NULL);
      g_autofree gchar *before = geo_invoice_to_text (invoice, NULL);

      g_assert_cmpstr (same, ==, before);
      g_assert_cmpstr (again->memo, ==, invoice->memo);
      g_assert_cmpstr (again->amount, ==, "12.50");
    }
  }
  {
    g_autoptr (GeoLink) again = geo_link_parse (text, NULL);
    g_autofree gchar *same = NULL;

    g_assert_nonnull (again);
    g_assert_nonnull (again->invoice);
    same = geo_link_to_string (again);
    g_assert_cmpstr (same, ==, text);
    g_assert_true (again->invoice->single_use);
    g_assert_cmpint (again->invoice->expires_at, ==, invoice->expires_at);
  }
}

static GeoLink *
make_invitation (const GeoSecret *secret) {
  GeoLink *link = geo_link_new (GEO_LINK_JOIN);
  GeoInvitation *invitation = link->invitation = geo_invitation_new ();

  link->hub = g_strdup ("https://hub.example:8443");
  link->has_community = TRUE;
  geo_secret_get_pid (secret, &link->community);
  link->fingerprint = g_strdup (HEX);
  link->code = g_strdup ("apple-7");
  link->equivalent = g_strdup ("UAH");
  invitation->community = link->community;
  invitation->invitation_id = g_strdup ("1c9a-4d");
  geo_secret_get_pid (secret, &invitation->from);
  invitation->name = g_strdup ("Олена & co");
  invitation->invited = g_strdup ("Петро");
  invitation->equivalent = g_strdup ("UAH");
  invitation->limit = geo_decimal (GEO_AMOUNT (50000), 2);
  invitation->has_asked = TRUE;
  invitation->asked = geo_decimal (GEO_AMOUNT (10000), 2);
  invitation->has_expires_at = TRUE;
  invitation->expires_at = 1795235693449;
  invitation->created_at = 1795235600000;
  geo_invitation_sign (invitation, secret);
  geo_secret_get_public (secret, &link->invitation_key);
  return link;
}

/* An invitation is what was signed, or the link is none. */
static void
test_invitation (void) {
  guint8 seed[GEO_SEED_LEN] = { 7 };
  g_autoptr (GeoSecret) secret = geo_secret_new_from_seed (seed);
  g_autoptr (GeoLink) link = make_invitation (secret);
  g_autofree gchar *text = geo_link_to_string (link);
  g_autofree gchar *before = geo_invitation_to_text (link->invitation, NULL);
  g_autoptr (GeoLink) whole = geo_link_parse (text, NULL);
  g_autofree gchar *same = NULL;
  static const gchar *const needed[] = {
    "community", "equivalent", "invitation", "from",  "name",    "limit",
    "at",        "key",        "sig",        "asked", "expires", "invited"
  };
  g_auto (GStrv) parts = g_strsplit_set (text, "?&", -1);

  g_assert_nonnull (whole);
  g_assert_nonnull (whole->invitation);
  same = geo_link_to_string (whole);
  g_assert_cmpstr (same, ==, text);
  g_assert_cmpstr (whole->code, ==, "apple-7");
  g_assert_cmpint (whole->invitation->limit.amount.minor, ==, 50000);

  for (gsize i = 0; text[i] != '\0'; i++) {
    g_autofree gchar *changed = g_strdup (text);
    g_autoptr (GeoLink) again = NULL;

    /* Where the hub is, how it is known and its code are not the inviter's. */
    changed[i] = changed[i] == 'x' ? 'y' : 'x';
    again = geo_link_parse (changed, NULL);
    if (again != NULL && again->invitation != NULL) {
      g_autofree gchar *now = geo_invitation_to_text (again->invitation, NULL);

      g_assert_cmpstr (now, ==, before);
    }
  }
  /* Nothing may be left out of it. */
  for (gsize i = 0; i < G_N_ELEMENTS (needed); i++) {
    g_autofree gchar *prefix = g_strconcat (needed[i], "=", NULL);
    g_autoptr (GString) less = g_string_new (parts[0]);
    gboolean was_there = FALSE;

    for (gsize j = 1; parts[j] != NULL; j++) {
      if (g_str_has_prefix (parts[j], prefix))
        was_there = TRUE;
      else
        g_string_append_printf (less, "%c%s",
                                strchr (less->str, '?') ? '&' : '?', parts[j]);
    }
    g_test_message ("without %s", needed[i]);
    g_assert_true (was_there);
    g_assert_null (geo_link_parse (less->str, NULL));
  }
}

static void
test_invitation_refused (void) {
  guint8 seed[GEO_SEED_LEN] = { 7 };
  g_autoptr (GeoSecret) secret = geo_secret_new_from_seed (seed);
  g_autoptr (GeoLink) link = make_invitation (secret);
  g_autofree gchar *text = geo_link_to_string (link);
  static const struct {
    const gchar *name;
    const gchar *value;
    GeoCoreError code;
  } cases[] = {
    { "invitation", "a%20b", GEO_CORE_ERROR_SYNTAX },
    { "from", "x", GEO_CORE_ERROR_SIZE },
    { "name", "a%0Ab", GEO_CORE_ERROR_SYNTAX },
    { "name",
      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
      GEO_CORE_ERROR_SIZE },
    { "invited", "%C2%9B", GEO_CORE_ERROR_SYNTAX },
    { "limit", "-5.00", GEO_CORE_ERROR_SYNTAX },
    { "limit", "1e9", GEO_CORE_ERROR_SYNTAX },
    { "limit", "500.01", GEO_CORE_ERROR_SIGNATURE },
    { "asked", "0.00", GEO_CORE_ERROR_SIGNATURE },
    { "asked", "9999999999999999999", GEO_CORE_ERROR_RANGE },
    { "expires", "0", GEO_CORE_ERROR_RANGE },
    { "at", "yesterday", GEO_CORE_ERROR_RANGE },
    { "key", "AA", GEO_CORE_ERROR_SYNTAX },
    { "sig", "AA", GEO_CORE_ERROR_SYNTAX },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *pattern = g_strdup_printf ("([?&])%s=[^&]*",
                                                 cases[i].name);
    g_autofree gchar *by = g_strdup_printf ("\\1%s=%s", cases[i].name,
                                            cases[i].value);
    g_autoptr (GRegex) regex = g_regex_new (pattern, 0, 0, NULL);
    g_autofree gchar *changed = g_regex_replace (regex, text, -1, 0, by, 0,
                                                 NULL);
    g_autoptr (GError) error = NULL;

    g_test_message ("%s=%s", cases[i].name, cases[i].value);
    g_assert_cmpstr (changed, !=, text);
    g_assert_null (geo_link_parse (changed, &error));
    assert_core_error (error, cases[i].code);
  }
}

int
main (int argc, char *argv[]) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/link/participant", test_participant);
  g_test_add_func ("/link/key", test_key);
  g_test_add_func ("/link/pay", test_pay);
  g_test_add_func ("/link/join", test_join);
  g_test_add_func ("/link/refused", test_refused);
  g_test_add_func ("/link/invoice", test_invoice);
  g_test_add_func ("/link/invitation", test_invitation);
  g_test_add_func ("/link/invitation-refused", test_invitation_refused);
  return g_test_run ();
}
