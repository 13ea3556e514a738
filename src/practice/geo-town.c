/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The town is three tables, of people, lines and first payments, and two
 * timers: one looks for newcomers, one lets somebody pay somebody.  Chance is a
 * seeded GRand, so that a seed shows the same town again.
 */
#include "practice/geo-town.h"

#include "node/geo-phrases.h"
#include "practice/geo-neighbour.h"

#define LOOK_MS 2000
/* Between two steps of a welcome, so that a newcomer sees them come. */
#define WELCOME_MS 900

static const gchar *const names[] = {
  "Olena",  "Ivan",   "Maria", "Petro",  "Sofia",
  "Andrii", "Halyna", "Taras", "Oksana",
};

enum { OLENA, IVAN, MARIA, PETRO, SOFIA, ANDRII, HALYNA, TARAS, OKSANA };

#define N_PEOPLE G_N_ELEMENTS (names)

/* from trusts to, up to a limit in minor units; both equivalents of the market
 * have two decimals. */
typedef struct {
  guint from;
  guint to;
  const gchar *equivalent;
  gint64 limit;
} Line;

/* Olena bakes, Halyna has the stall on the square and Maria teaches everybody's
 * children: they know nearly all.  The others know two or three. */
static const Line lines[] = {
  { OLENA, IVAN, "UAH", 50000 },    { IVAN, OLENA, "UAH", 80000 },
  { OLENA, HALYNA, "UAH", 100000 }, { HALYNA, OLENA, "UAH", 100000 },
  { OLENA, MARIA, "UAH", 40000 },   { MARIA, OLENA, "UAH", 30000 },
  { OLENA, SOFIA, "UAH", 30000 },   { SOFIA, OLENA, "UAH", 30000 },
  { HALYNA, IVAN, "UAH", 120000 },  { IVAN, HALYNA, "UAH", 60000 },
  { HALYNA, PETRO, "UAH", 50000 },  { PETRO, HALYNA, "UAH", 40000 },
  { HALYNA, TARAS, "UAH", 30000 },  { TARAS, HALYNA, "UAH", 30000 },
  { MARIA, SOFIA, "UAH", 50000 },   { SOFIA, MARIA, "UAH", 50000 },
  { MARIA, OKSANA, "UAH", 40000 },  { OKSANA, MARIA, "UAH", 25000 },
  { MARIA, PETRO, "UAH", 30000 },   { PETRO, MARIA, "UAH", 30000 },
  { PETRO, ANDRII, "UAH", 80000 },  { ANDRII, PETRO, "UAH", 80000 },
  { ANDRII, IVAN, "UAH", 60000 },   { IVAN, ANDRII, "UAH", 40000 },
  { TARAS, OKSANA, "UAH", 25000 },  { OKSANA, TARAS, "UAH", 25000 },
  { ANDRII, TARAS, "UAH", 30000 },  { SOFIA, OKSANA, "UAH", 20000 },
  { MARIA, OLENA, "HOUR", 800 },    { OLENA, MARIA, "HOUR", 600 },
  { MARIA, SOFIA, "HOUR", 1000 },   { SOFIA, MARIA, "HOUR", 1000 },
  { PETRO, ANDRII, "HOUR", 1500 },  { ANDRII, PETRO, "HOUR", 1500 },
  { OKSANA, MARIA, "HOUR", 500 },   { MARIA, OKSANA, "HOUR", 500 },
  { ANDRII, SOFIA, "HOUR", 400 },   { SOFIA, ANDRII, "HOUR", 400 },
};

typedef struct {
  guint from;
  guint to;
  const gchar *equivalent;
  gint64 amount;
  const gchar *note;
} FirstPayment;

/* Rings of debt among them, so that clearing has something to find. */
static const FirstPayment first_payments[] = {
  { IVAN, OLENA, "UAH", 18000, "Bread for the week" },
  { OLENA, HALYNA, "UAH", 24000, "Flour" },
  { HALYNA, IVAN, "UAH", 31000, "Potatoes, 20 kg" },
  { SOFIA, MARIA, "UAH", 9500, "Lessons" },
  { MARIA, OKSANA, "UAH", 12000, "A coat mended" },
  { OKSANA, TARAS, "UAH", 6500, "Bowls" },
  { PETRO, MARIA, "UAH", 7000, "Lessons" },
  { ANDRII, PETRO, "UAH", 33000, "Brakes" },
  { IVAN, ANDRII, "UAH", 15000, "The barn door" },
  { TARAS, HALYNA, "UAH", 4200, "Apples" },
  { SOFIA, OLENA, "UAH", 3600, "Cake" },
  { MARIA, SOFIA, "HOUR", 150, "Teeth" },
  { SOFIA, ANDRII, "HOUR", 200, "A shelf" },
  { ANDRII, PETRO, "HOUR", 300, "The van" },
  { OKSANA, MARIA, "HOUR", 100, "Lessons" },
};

static const gchar *const notes[] = {
  "Bread",  "Milk",    "Eggs",     "Honey",  "Firewood", "A haircut",
  "Apples", "Lessons", "Mending",  "A lift", "Cheese",   "Flowers",
  "Coffee", "Tools",   "Potatoes", NULL,
};

/* Nobody can ask a hub for everybody, but names have vowels; whoever has none
 * is met with the first line they open. */
static const gchar *const vowels[] = {
  "a", "e", "i", "o", "u", "y", "а", "е", "и",
  "о", "у", "і", "я", "ю", "є", "ы", "э", "ї",
};

/* How the town receives somebody new: who opens a line, in turn. */
typedef struct {
  guint from;
  const gchar *equivalent;
  gint64 limit;
} Welcome;

static const Welcome welcomes[] = {
  { OLENA, "UAH", 30000 },
  { HALYNA, "UAH", 50000 },
  { MARIA, "HOUR", 500 },
  { IVAN, "UAH", 20000 },
};

typedef struct {
  GeoTown *town;
  GeoPid pid;
  gchar *name;
  guint next_welcome;
  guint timer;
} Newcomer;

struct _GeoTown {
  guint pace_ms;
  GRand *chance;
  GeoTownTold told;
  gpointer told_data;
  GeoTownReady ready;
  gpointer ready_data;

  /* owned */
  GeoNeighbour *people[N_PEOPLE];
  GHashTable *newcomers; /* GeoPid → Newcomer */
  GError *error;

  /* What is under way before ready. */
  guint waiting;
  gboolean is_new;

  guint look_timer;
  guint pace_timer;
};

static void
newcomer_free (gpointer data) {
  Newcomer *newcomer = data;

  if (newcomer->timer != 0)
    g_source_remove (newcomer->timer);
  g_free (newcomer->name);
  g_free (newcomer);
}

GeoTown *
geo_town_new (const gchar *folder, guint pace_ms, guint32 seed) {
  GeoTown *town = g_new0 (GeoTown, 1);

  town->pace_ms = pace_ms;
  town->chance = g_rand_new_with_seed (seed);
  town->newcomers = g_hash_table_new_full (geo_pid_hash, geo_pid_equal, NULL,
                                           newcomer_free);
  for (guint i = 0; i < N_PEOPLE; i++) {
    g_autofree gchar *own = g_build_filename (folder, names[i], NULL);

    town->people[i] = geo_neighbour_new (own, names[i]);
  }
  return town;
}

void
geo_town_free (GeoTown *town) {
  if (town == NULL)
    return;
  g_clear_handle_id (&town->look_timer, g_source_remove);
  g_clear_handle_id (&town->pace_timer, g_source_remove);
  for (guint i = 0; i < N_PEOPLE; i++)
    geo_neighbour_free (town->people[i]);
  g_hash_table_unref (town->newcomers);
  g_clear_error (&town->error);
  g_rand_free (town->chance);
  g_free (town);
}

void
geo_town_set_told (GeoTown *town, GeoTownTold told, gpointer user_data) {
  town->told = told;
  town->told_data = user_data;
}

static void tell (GeoTown *town, const gchar *format, ...) G_GNUC_PRINTF (2, 3);

static void
tell (GeoTown *town, const gchar *format, ...) {
  g_autofree gchar *line = NULL;
  va_list args;

  if (town->told == NULL)
    return;
  va_start (args, format);
  line = g_strdup_vprintf (format, args);
  va_end (args);
  town->told (line, town->told_data);
}

static gchar *
amount_text (GeoNeighbour *neighbour,
             GeoAmount amount,
             const gchar *equivalent) {
  guint precision = 0;

  geo_node_get_precision (geo_neighbour_get_node (neighbour), equivalent,
                          &precision);
  return geo_phrase_amount (amount, precision, equivalent);
}

/* Somebody of the town, or a newcomer. */
static const gchar *
name_of (GeoTown *town, const GeoPid *pid) {
  Newcomer *newcomer = g_hash_table_lookup (town->newcomers, pid);

  if (newcomer != NULL)
    return newcomer->name;
  for (guint i = 0; i < N_PEOPLE; i++)
    if (geo_pid_equal (geo_neighbour_get_pid (town->people[i]), pid))
      return names[i];
  return NULL;
}

/* --- Newcomers ---------------------------------------------------------- */

typedef struct {
  Newcomer *newcomer;
  const Welcome *welcome;
} Welcoming;

static void
welcomed_cb (GeoNeighbour *neighbour, const GError *error, gpointer user_data) {
  g_autofree Welcoming *welcoming = user_data;
  Newcomer *newcomer = welcoming->newcomer;
  const Welcome *welcome = welcoming->welcome;
  g_autofree gchar *limit = amount_text (neighbour, GEO_AMOUNT (welcome->limit),
                                         welcome->equivalent);

  if (error != NULL)
    tell (newcomer->town, "%s could not welcome %s: %s",
          geo_neighbour_get_name (neighbour), newcomer->name, error->message);
  else
    tell (newcomer->town, "%s trusts %s up to %s",
          geo_neighbour_get_name (neighbour), newcomer->name, limit);
}

static gboolean
welcome_cb (gpointer user_data) {
  Newcomer *newcomer = user_data;
  GeoTown *town = newcomer->town;

  while (newcomer->next_welcome < G_N_ELEMENTS (welcomes)) {
    const Welcome *welcome = &welcomes[newcomer->next_welcome++];
    GeoNeighbour *from = town->people[welcome->from];
    Welcoming *welcoming;

    if (geo_neighbour_trusts (from, &newcomer->pid, welcome->equivalent))
      continue;
    welcoming = g_new0 (Welcoming, 1);
    welcoming->newcomer = newcomer;
    welcoming->welcome = welcome;
    geo_neighbour_trust (from, &newcomer->pid, welcome->equivalent,
                         GEO_AMOUNT (welcome->limit), welcomed_cb, welcoming);
    return G_SOURCE_CONTINUE;
  }
  newcomer->timer = 0;
  return G_SOURCE_REMOVE;
}

static void
meet (GeoTown *town, GeoPerson *person) {
  Newcomer *newcomer = g_new0 (Newcomer, 1);

  newcomer->town = town;
  newcomer->pid = *geo_person_get_pid (person);
  newcomer->name = g_strdup (geo_person_get_name (person));
  newcomer->timer = g_timeout_add (WELCOME_MS, welcome_cb, newcomer);
  g_hash_table_insert (town->newcomers, &newcomer->pid, newcomer);
  tell (town, "%s is in the market", newcomer->name);
}

static void
meet_new (GeoTown *town, GListModel *people) {
  for (guint i = 0; i < g_list_model_get_n_items (people); i++) {
    g_autoptr (GeoPerson) person = g_list_model_get_item (people, i);

    if (name_of (town, geo_person_get_pid (person)) == NULL)
      meet (town, person);
  }
}

static void
looked_cb (GeoNeighbour *neighbour,
           GListModel *people,
           const GError *error,
           gpointer user_data) {
  GeoTown *town = user_data;

  if (people != NULL)
    meet_new (town, people);
  meet_new (town, geo_node_get_people (geo_neighbour_get_node (neighbour)));
}

static gboolean
look_cb (gpointer user_data) {
  GeoTown *town = user_data;

  for (gsize i = 0; i < G_N_ELEMENTS (vowels); i++) {
    GeoNeighbour *looker = town->people[i % N_PEOPLE];

    if (geo_node_get_connection (geo_neighbour_get_node (looker)) ==
        GEO_CONNECTION_HUB)
      geo_neighbour_look_around (looker, vowels[i], looked_cb, town);
  }
  return G_SOURCE_CONTINUE;
}

/* --- Paying now and then ------------------------------------------------ */

typedef struct {
  GeoTown *town;
  GeoPid to;
  const gchar *equivalent; /* static */
} Purchase;

static void
paid_cb (GeoNeighbour *neighbour,
         GeoAmount paid,
         const GError *error,
         gpointer user_data) {
  g_autofree Purchase *purchase = user_data;
  const gchar *name = name_of (purchase->town, &purchase->to);
  g_autofree gchar *amount = amount_text (neighbour, paid,
                                          purchase->equivalent);

  if (paid.minor > 0)
    tell (purchase->town, "%s paid %s %s", geo_neighbour_get_name (neighbour),
          name, amount);
}

static void
purchase (GeoTown *town,
          GeoNeighbour *from,
          const GeoPid *to,
          const gchar *equivalent,
          gint64 amount,
          const gchar *note) {
  Purchase *data = g_new0 (Purchase, 1);

  data->town = town;
  data->to = *to;
  data->equivalent = equivalent;
  geo_neighbour_pay (from, to, equivalent, GEO_AMOUNT (amount), note, paid_cb,
                     data);
}

/* A newcomer is paid every third time: that is what it waits for. */
static const GeoPid *
choose_payee (GeoTown *town, guint from) {
  guint count = g_hash_table_size (town->newcomers);
  guint other;

  if (count > 0 && g_rand_int_range (town->chance, 0, 3) == 0) {
    guint chosen = (guint) g_rand_int_range (town->chance, 0, (gint32) count);
    GHashTableIter iter;
    gpointer pid;

    g_hash_table_iter_init (&iter, town->newcomers);
    while (g_hash_table_iter_next (&iter, &pid, NULL))
      if (chosen-- == 0)
        return pid;
  }
  other = (guint) g_rand_int_range (town->chance, 0, N_PEOPLE - 1);
  return geo_neighbour_get_pid (
      town->people[other >= from ? other + 1 : other]);
}

static void plan_next (GeoTown *town);

static gboolean
pace_cb (gpointer user_data) {
  GeoTown *town = user_data;
  guint from = (guint) g_rand_int_range (town->chance, 0, N_PEOPLE);
  GeoNeighbour *payer = town->people[from];
  const GeoPid *payee = choose_payee (town, from);
  gboolean is_time = g_rand_int_range (town->chance, 0, 4) == 0;
  const gchar *note =
      notes[g_rand_int_range (town->chance, 0, G_N_ELEMENTS (notes))];
  gint32 steps = g_rand_int_range (town->chance, 1, is_time ? 5 : 60);

  town->pace_timer = 0;
  if (geo_node_get_connection (geo_neighbour_get_node (payer)) ==
      GEO_CONNECTION_HUB)
    /* Quarters of an hour, or halves of ten. */
    purchase (town, payer, payee, is_time ? "HOUR" : "UAH",
              is_time ? steps * 25 : steps * 250, note);
  plan_next (town);
  return G_SOURCE_REMOVE;
}

static void
plan_next (GeoTown *town) {
  guint half = MAX (town->pace_ms / 2, 1);

  town->pace_timer = g_timeout_add (
      half + (guint) g_rand_int_range (town->chance, 0, (gint32) half * 2),
      pace_cb, town);
}

/* --- Opening ------------------------------------------------------------ */

static void
end_opening (GeoTown *town) {
  GeoTownReady ready = town->ready;

  if (town->error == NULL) {
    town->look_timer = g_timeout_add (LOOK_MS, look_cb, town);
    plan_next (town);
  }
  town->ready = NULL;
  if (ready != NULL)
    ready (town, town->error, town->ready_data);
}

static void
first_paid_cb (GeoNeighbour *neighbour,
               GeoAmount paid,
               const GError *error,
               gpointer user_data) {
  GeoTown *town = user_data;

  if (error != NULL && town->error == NULL)
    town->error = g_error_copy (error);
  if (--town->waiting == 0)
    end_opening (town);
}

/* Nobody waits for anybody here: each payment is between two who trust each
 * other directly. */
static void
pay_first (GeoTown *town) {
  town->waiting = G_N_ELEMENTS (first_payments);
  for (gsize i = 0; i < G_N_ELEMENTS (first_payments); i++) {
    const FirstPayment *payment = &first_payments[i];

    geo_neighbour_pay (town->people[payment->from],
                       geo_neighbour_get_pid (town->people[payment->to]),
                       payment->equivalent, GEO_AMOUNT (payment->amount),
                       payment->note, first_paid_cb, town);
  }
}

static void
lines_done (GeoTown *town) {
  if (town->error == NULL && town->is_new)
    pay_first (town);
  else
    end_opening (town);
}

static void
trusted_cb (GeoNeighbour *neighbour, const GError *error, gpointer user_data) {
  GeoTown *town = user_data;

  if (error != NULL && town->error == NULL)
    town->error = g_error_copy (error);
  if (--town->waiting == 0)
    lines_done (town);
}

static void
draw_lines (GeoTown *town) {
  town->waiting = 1;
  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++) {
    const Line *line = &lines[i];
    GeoNeighbour *from = town->people[line->from];
    const GeoPid *to = geo_neighbour_get_pid (town->people[line->to]);

    if (geo_neighbour_trusts (from, to, line->equivalent))
      continue;
    town->waiting++;
    geo_neighbour_trust (from, to, line->equivalent, GEO_AMOUNT (line->limit),
                         trusted_cb, town);
  }
  /* Where there is a line already, there were first payments, too. */
  town->is_new = town->waiting == 1 + G_N_ELEMENTS (lines);
  if (--town->waiting == 0)
    lines_done (town);
}

static void
arrived_cb (GeoNeighbour *neighbour, const GError *error, gpointer user_data) {
  GeoTown *town = user_data;

  if (error != NULL && town->error == NULL)
    town->error = g_error_copy (error);
  if (--town->waiting > 0)
    return;
  if (town->error == NULL)
    draw_lines (town);
  else
    end_opening (town);
}

void
geo_town_open (GeoTown *town,
               const gchar *link,
               GeoTownReady ready,
               gpointer user_data) {
  g_assert (town->ready == NULL && town->waiting == 0);
  town->ready = ready;
  town->ready_data = user_data;
  town->waiting = N_PEOPLE;
  for (guint i = 0; i < N_PEOPLE; i++)
    geo_neighbour_arrive (town->people[i], link, arrived_cb, town);
}
