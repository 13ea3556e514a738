/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoMigrations: the tables of the journal and of the hub's database.  Steps
 * are only appended: tests/data holds a file of each version that must still
 * open.
 */
#include "store/geo-migrations-private.h"

/* PIDs and hashes are blobs of 32 bytes, amounts minor units, times
 * milliseconds.  What is below "Projection" follows from the records alone. */
static const gchar *const journal_steps[] = {
  /* 1 */
  "CREATE TABLE record ("
  "  sequence INTEGER PRIMARY KEY,"
  "  kind INTEGER NOT NULL,"
  "  at INTEGER NOT NULL,"
  "  previous BLOB,"
  "  body TEXT NOT NULL,"
  "  record TEXT NOT NULL,"
  "  hash BLOB NOT NULL"
  ") STRICT;"
  "CREATE TRIGGER record_is_not_changed BEFORE UPDATE ON record BEGIN"
  "  SELECT RAISE (ABORT, 'records are only appended');"
  "END;"
  "CREATE TRIGGER record_is_not_deleted BEFORE DELETE ON record BEGIN"
  "  SELECT RAISE (ABORT, 'records are only appended');"
  "END;"

  /* Projection.  joined, record, shown and proof are sequences of records. */
  "CREATE TABLE state ("
  "  id INTEGER PRIMARY KEY CHECK (id = 1),"
  "  joined INTEGER,"
  "  entry_sequence INTEGER NOT NULL,"
  "  entry_hash BLOB,"
  "  activities INTEGER NOT NULL"
  ") STRICT;"
  "CREATE TABLE line ("
  "  from_pid BLOB NOT NULL,"
  "  to_pid BLOB NOT NULL,"
  "  equivalent TEXT NOT NULL,"
  "  in_force INTEGER NOT NULL,"
  "  seq INTEGER NOT NULL,"
  "  line TEXT NOT NULL,"
  "  PRIMARY KEY (from_pid, to_pid, equivalent, in_force)"
  ") STRICT;"
  "CREATE TABLE balance ("
  "  peer BLOB NOT NULL,"
  "  equivalent TEXT NOT NULL,"
  "  balance INTEGER NOT NULL CHECK (balance <> 0),"
  "  PRIMARY KEY (peer, equivalent)"
  ") STRICT, WITHOUT ROWID;"
  "CREATE TABLE person ("
  "  pid BLOB NOT NULL PRIMARY KEY,"
  "  seq INTEGER NOT NULL,"
  "  person TEXT NOT NULL"
  ") STRICT;"
  "CREATE TABLE open_order ("
  "  order_hash BLOB PRIMARY KEY,"
  "  record INTEGER NOT NULL"
  ") STRICT, WITHOUT ROWID;"
  "CREATE TABLE open_vote ("
  "  contract BLOB PRIMARY KEY,"
  "  record INTEGER NOT NULL"
  ") STRICT, WITHOUT ROWID;"
  "CREATE TABLE verdict ("
  "  contract BLOB PRIMARY KEY,"
  "  accepted INTEGER NOT NULL"
  ") STRICT, WITHOUT ROWID;"
  "CREATE TABLE activity ("
  "  id INTEGER PRIMARY KEY,"
  "  kind INTEGER NOT NULL,"
  "  state INTEGER NOT NULL,"
  "  at INTEGER NOT NULL,"
  "  peer BLOB,"
  "  equivalent TEXT,"
  "  amount INTEGER NOT NULL,"
  "  decimals INTEGER NOT NULL,"
  "  text TEXT,"
  "  tx_id TEXT,"
  "  order_hash BLOB,"
  "  contract BLOB,"
  "  code INTEGER NOT NULL,"
  "  reason TEXT,"
  "  proof INTEGER"
  ") STRICT;"
  "CREATE INDEX activity_tx_id ON activity (tx_id)"
  "  WHERE tx_id IS NOT NULL;"
  "CREATE INDEX activity_order ON activity (order_hash)"
  "  WHERE order_hash IS NOT NULL;"
  "CREATE INDEX activity_contract ON activity (contract)"
  "  WHERE contract IS NOT NULL;"
  "INSERT INTO state VALUES (1, NULL, 0, NULL, 0);",
  /* 2: since when a line is in force is what history says of it. */
  "CREATE INDEX activity_given ON activity (peer, equivalent)"
  "  WHERE kind = 4;"
  "CREATE INDEX activity_got ON activity (peer, equivalent)"
  "  WHERE kind = 5;",
  /* 3: the note as it is searched for.  An index would make no search of a
   * million rows much faster than reading the rows does, and every append
   * slower. */
  "ALTER TABLE activity ADD COLUMN folded TEXT;"
  "UPDATE activity SET folded = geo_fold (text) WHERE text IS NOT NULL;",
  /* 4: what was refused is history.  Without its state the projection is made
   * anew of the records when the file is opened. */
  "DELETE FROM state;",
  /* 5: a payment of ours stands in history when it was ordered, so that one that
   * was restored stands at the same place: the projection is made anew.  The two
   * indexes are for what a state copy holds. */
  "CREATE INDEX activity_own_text ON activity (id)"
  "  WHERE kind = 1 AND text IS NOT NULL;"
  "CREATE INDEX activity_not_paid ON activity (id)"
  "  WHERE kind = 1 AND state = 5;"
  "DELETE FROM state;",
  /* 6: requests, and what moved each balance; made anew, too. */
  "CREATE TABLE request ("
  "  hash BLOB PRIMARY KEY,"
  "  kind INTEGER NOT NULL,"
  "  mine INTEGER NOT NULL,"
  "  peer BLOB,"
  "  id TEXT NOT NULL,"
  "  equivalent TEXT NOT NULL,"
  "  amount INTEGER,"
  "  decimals INTEGER NOT NULL,"
  "  memo TEXT,"
  "  single_use INTEGER NOT NULL,"
  "  at INTEGER NOT NULL,"
  "  expires_at INTEGER,"
  "  state INTEGER NOT NULL,"
  "  changed_at INTEGER NOT NULL,"
  "  paid INTEGER NOT NULL,"
  "  record INTEGER NOT NULL,"
  "  decided INTEGER"
  ") STRICT, WITHOUT ROWID;"
  "CREATE INDEX request_record ON request (record);"
  "CREATE INDEX request_open ON request (record) WHERE state = 1;"
  "CREATE INDEX request_peer ON request (peer, equivalent)"
  "  WHERE kind = 2 AND state = 1;"
  "CREATE TABLE outbox ("
  "  letter BLOB PRIMARY KEY,"
  "  record INTEGER NOT NULL"
  ") STRICT, WITHOUT ROWID;"
  "CREATE TABLE blocked ("
  "  pid BLOB PRIMARY KEY"
  ") STRICT, WITHOUT ROWID;"
  /* amount: how much more peer owes us after that record than before. */
  "CREATE TABLE movement ("
  "  record INTEGER NOT NULL,"
  "  peer BLOB NOT NULL,"
  "  equivalent TEXT NOT NULL,"
  "  at INTEGER NOT NULL,"
  "  amount INTEGER NOT NULL,"
  "  PRIMARY KEY (record, peer)"
  ") STRICT, WITHOUT ROWID;"
  "CREATE INDEX movement_at ON movement (equivalent, at);"
  "CREATE INDEX movement_peer ON movement (peer, equivalent, record);"
  "CREATE INDEX activity_proof ON activity (proof) WHERE proof IS NOT NULL;"
  "DELETE FROM state;",
  /* 7: which record holds which entry, which the proof that the hub's log has
   * it (NULL: none yet), the heads of that log, and what is held against the
   * hub.  All of it is made anew of the records. */
  "CREATE TABLE entry ("
  "  sequence INTEGER PRIMARY KEY,"
  "  record INTEGER NOT NULL,"
  "  hash BLOB NOT NULL,"
  "  subject BLOB NOT NULL,"
  "  leaf INTEGER,"
  "  proof INTEGER"
  ") STRICT;"
  "CREATE INDEX entry_record ON entry (record);"
  "CREATE TABLE head ("
  "  record INTEGER PRIMARY KEY,"
  "  size INTEGER NOT NULL,"
  "  root BLOB NOT NULL"
  ") STRICT;"
  "CREATE TABLE evidence (record INTEGER PRIMARY KEY) STRICT;"
  "DELETE FROM state;",

  /* 8: where our key was changed, and who else's was since they are known: which
   * record says so.  No file of before has such a record. */
  "CREATE TABLE rotation (record INTEGER PRIMARY KEY) STRICT;"
  "CREATE TABLE changed ("
  "  pid BLOB PRIMARY KEY,"
  "  record INTEGER NOT NULL"
  ") STRICT, WITHOUT ROWID;",
  /* 9: which request an open payment is for; made anew of the records. */
  "ALTER TABLE open_order ADD COLUMN invoice BLOB;"
  "DELETE FROM state;",
  /* 10: somebody with a changed key, as far as the hub has said it; made anew of
   * the records. */
  "ALTER TABLE person ADD COLUMN heard TEXT;"
  "DELETE FROM state;",
  /* 11: what payments brought in over each of our lines on the last UTC day of
   * that number; made anew of the records. */
  "CREATE TABLE inbound ("
  "  peer BLOB NOT NULL,"
  "  equivalent TEXT NOT NULL,"
  "  day INTEGER NOT NULL,"
  "  amount INTEGER NOT NULL,"
  "  PRIMARY KEY (peer, equivalent)"
  ") STRICT, WITHOUT ROWID;"
  "DELETE FROM state;",
};

/* The journal part is only appended; debt is its projection (I1).  Tables that
 * get a row with every payment have a rowid, so that their texts lie in the
 * order in which they were written. */
static const gchar *const hub_steps[] = {
  /* 1 */
  "CREATE TABLE community ("
  "  seq INTEGER PRIMARY KEY,"
  "  community TEXT NOT NULL"
  ") STRICT;"
  "CREATE TABLE participant ("
  "  pid BLOB PRIMARY KEY,"
  "  frozen INTEGER NOT NULL DEFAULT 0"
  ") STRICT, WITHOUT ROWID;"
  "CREATE TABLE participant_version ("
  "  pid BLOB NOT NULL REFERENCES participant (pid),"
  "  seq INTEGER NOT NULL,"
  "  at INTEGER NOT NULL,"
  "  participant TEXT NOT NULL,"
  "  PRIMARY KEY (pid, seq)"
  ") STRICT;"
  "CREATE TABLE trust_line ("
  "  id INTEGER PRIMARY KEY,"
  "  from_pid BLOB NOT NULL REFERENCES participant (pid),"
  "  to_pid BLOB NOT NULL REFERENCES participant (pid),"
  "  equivalent TEXT NOT NULL,"
  "  seq INTEGER NOT NULL,"
  "  hash BLOB NOT NULL UNIQUE,"
  "  at INTEGER NOT NULL,"
  "  line TEXT NOT NULL,"
  "  UNIQUE (from_pid, to_pid, equivalent, seq)"
  ") STRICT;"
  "CREATE TABLE tx ("
  "  id INTEGER PRIMARY KEY,"
  "  contract BLOB NOT NULL UNIQUE,"
  "  order_hash BLOB UNIQUE,"
  "  payer BLOB,"
  "  tx_id TEXT NOT NULL,"
  "  at INTEGER NOT NULL,"
  "  certificate TEXT NOT NULL"
  ") STRICT;"
  "CREATE UNIQUE INDEX tx_payer ON tx (payer, tx_id)"
  "  WHERE payer IS NOT NULL;"
  "CREATE TABLE hop ("
  "  tx INTEGER NOT NULL REFERENCES tx (id),"
  "  position INTEGER NOT NULL,"
  "  from_pid BLOB NOT NULL,"
  "  to_pid BLOB NOT NULL,"
  "  equivalent TEXT NOT NULL,"
  "  amount INTEGER NOT NULL,"
  "  decimals INTEGER NOT NULL,"
  "  lane INTEGER NOT NULL,"
  "  salt BLOB NOT NULL,"
  "  PRIMARY KEY (tx, position)"
  ") STRICT, WITHOUT ROWID;"
  "CREATE TABLE refusal ("
  "  id INTEGER PRIMARY KEY,"
  "  subject BLOB NOT NULL UNIQUE,"
  "  is_contract INTEGER NOT NULL,"
  "  order_hash BLOB,"
  "  payer BLOB,"
  "  tx_id TEXT,"
  "  at INTEGER NOT NULL,"
  "  refusal TEXT NOT NULL"
  ") STRICT;"
  "CREATE UNIQUE INDEX refusal_payer ON refusal (payer, tx_id)"
  "  WHERE is_contract = 0 AND payer IS NOT NULL;"
  "CREATE TABLE entry ("
  "  id INTEGER PRIMARY KEY,"
  "  participant BLOB NOT NULL REFERENCES participant (pid),"
  "  sequence INTEGER NOT NULL,"
  "  tx INTEGER REFERENCES tx (id),"
  "  subject BLOB NOT NULL,"
  "  hash BLOB NOT NULL,"
  "  entry TEXT NOT NULL,"
  "  UNIQUE (participant, sequence)"
  ") STRICT;"
  "CREATE INDEX entry_tx ON entry (tx) WHERE tx IS NOT NULL;"
  "CREATE TABLE ack ("
  "  participant BLOB NOT NULL PRIMARY KEY REFERENCES participant (pid),"
  "  sequence INTEGER NOT NULL,"
  "  ack TEXT NOT NULL"
  ") STRICT;"

  /* I3: the second index holds one row for a pair, whichever direction. */
  "CREATE TABLE debt ("
  "  equivalent TEXT NOT NULL,"
  "  debtor BLOB NOT NULL,"
  "  creditor BLOB NOT NULL,"
  "  amount INTEGER NOT NULL CHECK (amount > 0),"
  "  PRIMARY KEY (equivalent, debtor, creditor),"
  "  CHECK (debtor <> creditor)"
  ") STRICT, WITHOUT ROWID;"
  "CREATE UNIQUE INDEX debt_pair ON debt"
  "  (equivalent, min (debtor, creditor), max (debtor, creditor));"

  "CREATE TRIGGER participant_version_is_not_changed"
  " BEFORE UPDATE ON participant_version BEGIN"
  "  SELECT RAISE (ABORT, 'the journal is only appended');"
  "END;"
  "CREATE TRIGGER participant_version_is_not_deleted"
  " BEFORE DELETE ON participant_version BEGIN"
  "  SELECT RAISE (ABORT, 'the journal is only appended');"
  "END;"
  "CREATE TRIGGER trust_line_is_not_changed BEFORE UPDATE ON trust_line BEGIN"
  "  SELECT RAISE (ABORT, 'the journal is only appended');"
  "END;"
  "CREATE TRIGGER trust_line_is_not_deleted BEFORE DELETE ON trust_line BEGIN"
  "  SELECT RAISE (ABORT, 'the journal is only appended');"
  "END;"
  "CREATE TRIGGER tx_is_not_changed BEFORE UPDATE ON tx BEGIN"
  "  SELECT RAISE (ABORT, 'the journal is only appended');"
  "END;"
  "CREATE TRIGGER tx_is_not_deleted BEFORE DELETE ON tx BEGIN"
  "  SELECT RAISE (ABORT, 'the journal is only appended');"
  "END;"
  "CREATE TRIGGER hop_is_not_changed BEFORE UPDATE ON hop BEGIN"
  "  SELECT RAISE (ABORT, 'the journal is only appended');"
  "END;"
  "CREATE TRIGGER hop_is_not_deleted BEFORE DELETE ON hop BEGIN"
  "  SELECT RAISE (ABORT, 'the journal is only appended');"
  "END;"
  "CREATE TRIGGER refusal_is_not_changed BEFORE UPDATE ON refusal BEGIN"
  "  SELECT RAISE (ABORT, 'the journal is only appended');"
  "END;"
  "CREATE TRIGGER refusal_is_not_deleted BEFORE DELETE ON refusal BEGIN"
  "  SELECT RAISE (ABORT, 'the journal is only appended');"
  "END;"
  "CREATE TRIGGER entry_is_not_changed BEFORE UPDATE ON entry BEGIN"
  "  SELECT RAISE (ABORT, 'the journal is only appended');"
  "END;"
  "CREATE TRIGGER entry_is_not_deleted BEFORE DELETE ON entry BEGIN"
  "  SELECT RAISE (ABORT, 'the journal is only appended');"
  "END;",

  /* 2 */
  "CREATE TABLE registration ("
  "  pid BLOB NOT NULL PRIMARY KEY,"
  "  at INTEGER NOT NULL,"
  "  registration TEXT NOT NULL"
  ") STRICT;"
  "CREATE TRIGGER registration_is_not_changed"
  " BEFORE UPDATE ON registration BEGIN"
  "  SELECT RAISE (ABORT, 'the journal is only appended');"
  "END;"
  "CREATE TRIGGER registration_is_not_deleted"
  " BEFORE DELETE ON registration BEGIN"
  "  SELECT RAISE (ABORT, 'the journal is only appended');"
  "END;",

  /* 3: who registers through the REST contract is a participant like any other;
   * what was kept apart in version 2 came from programs that were never
   * released.  payment is what payer and payee are shown: it follows from tx
   * and, for what was refused, from the order.  frozen is a GeoStatus. */
  "DROP TABLE registration;"
  "CREATE TABLE payment ("
  "  id INTEGER PRIMARY KEY,"
  "  payer BLOB NOT NULL,"
  "  payee BLOB NOT NULL,"
  "  tx_id TEXT NOT NULL,"
  "  equivalent TEXT NOT NULL,"
  "  amount INTEGER NOT NULL,"
  "  decimals INTEGER NOT NULL,"
  "  tx INTEGER UNIQUE REFERENCES tx (id),"
  "  refusal INTEGER UNIQUE REFERENCES refusal (id),"
  "  created_at INTEGER NOT NULL,"
  "  at INTEGER NOT NULL,"
  "  signed BLOB,"
  "  CHECK ((tx IS NULL) <> (refusal IS NULL))"
  ") STRICT;"
  "CREATE INDEX payment_payer ON payment (payer);"
  "CREATE INDEX payment_payee ON payment (payee);"
  "CREATE INDEX payment_tx_id ON payment (tx_id);"
  /* What everybody's hops come to is nothing but for the two ends. */
  "WITH side (tx, pid, amount) AS ("
  "  SELECT tx, to_pid, amount FROM hop"
  "  UNION ALL SELECT tx, from_pid, -amount FROM hop"
  "), net (tx, pid, amount) AS ("
  "  SELECT tx, pid, sum (amount) FROM side GROUP BY tx, pid"
  ") INSERT INTO payment (payer, payee, tx_id, equivalent, amount, decimals,"
  "                       tx, created_at, at)"
  " SELECT t.payer, n.pid, t.tx_id, h.equivalent, n.amount, h.decimals, t.id,"
  "        t.at, t.at"
  " FROM tx AS t JOIN net AS n ON n.tx = t.id AND n.amount > 0"
  " JOIN hop AS h ON h.tx = t.id AND h.position = 0"
  " WHERE t.payer IS NOT NULL ORDER BY t.id;"
  "CREATE TABLE setting ("
  "  name TEXT PRIMARY KEY,"
  "  value TEXT NOT NULL"
  ") STRICT, WITHOUT ROWID;"
  "CREATE TABLE used_token ("
  "  id TEXT PRIMARY KEY,"
  "  until INTEGER NOT NULL"
  ") STRICT, WITHOUT ROWID;"
  "CREATE TABLE equivalent_note ("
  "  code TEXT PRIMARY KEY,"
  "  note TEXT NOT NULL"
  ") STRICT, WITHOUT ROWID;"
  "CREATE TABLE audit ("
  "  id INTEGER PRIMARY KEY,"
  "  name TEXT NOT NULL UNIQUE,"
  "  at INTEGER NOT NULL,"
  "  role TEXT,"
  "  action TEXT NOT NULL,"
  "  object_type TEXT,"
  "  object_id TEXT,"
  "  reason TEXT,"
  "  before TEXT,"
  "  after TEXT,"
  "  request_id TEXT,"
  "  address TEXT"
  ") STRICT;"
  "CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN"
  "  SELECT RAISE (ABORT, 'the journal is only appended');"
  "END;"
  "CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit BEGIN"
  "  SELECT RAISE (ABORT, 'the journal is only appended');"
  "END;",

  /* 4: what went wrong in an equivalent. */
  "CREATE TABLE incident ("
  "  id INTEGER PRIMARY KEY,"
  "  at INTEGER NOT NULL,"
  "  kind INTEGER NOT NULL,"
  "  equivalent TEXT NOT NULL,"
  "  text TEXT NOT NULL"
  ") STRICT;"
  "CREATE TRIGGER incident_is_not_changed BEFORE UPDATE ON incident BEGIN"
  "  SELECT RAISE (ABORT, 'the journal is only appended');"
  "END;"
  "CREATE TRIGGER incident_is_not_deleted BEFORE DELETE ON incident BEGIN"
  "  SELECT RAISE (ABORT, 'the journal is only appended');"
  "END;",

  /* 5: the log (§9): which entry is the first about each leaf's subject, and
   * the hashes of the subtrees that the leaf completes, its own first.  filled
   * says that what was there before is in it. */
  "CREATE TABLE leaf ("
  "  position INTEGER PRIMARY KEY,"
  "  entry INTEGER NOT NULL UNIQUE REFERENCES entry (id),"
  "  nodes BLOB NOT NULL"
  ") STRICT;"
  "CREATE TABLE log ("
  "  id INTEGER PRIMARY KEY CHECK (id = 1),"
  "  filled INTEGER NOT NULL,"
  "  until INTEGER NOT NULL"
  ") STRICT;"
  "INSERT INTO log VALUES (1, 0, 0);"
  "CREATE TRIGGER leaf_is_not_changed BEFORE UPDATE ON leaf BEGIN"
  "  SELECT RAISE (ABORT, 'the log is only appended');"
  "END;"
  "CREATE TRIGGER leaf_is_not_deleted BEFORE DELETE ON leaf BEGIN"
  "  SELECT RAISE (ABORT, 'the log is only appended');"
  "END;",
  /* 6: what participants leave with the hub: the newest copy of each, and bytes
   * that nobody here can read. */
  "CREATE TABLE state_copy ("
  "  participant BLOB NOT NULL PRIMARY KEY REFERENCES participant (pid),"
  "  version INTEGER NOT NULL,"
  "  copy TEXT NOT NULL"
  ") STRICT;"
  "CREATE TABLE state_part ("
  "  participant BLOB NOT NULL REFERENCES participant (pid),"
  "  hash BLOB NOT NULL,"
  "  data BLOB NOT NULL,"
  "  PRIMARY KEY (participant, hash)"
  ") STRICT;",

  /* 7: what people write to each other, until it is read.  No journal: it is
   * sealed, and nothing of the hub's depends on it. */
  "CREATE TABLE letter ("
  "  id INTEGER PRIMARY KEY,"
  "  to_pid BLOB NOT NULL REFERENCES participant (pid),"
  "  from_pid BLOB NOT NULL,"
  "  hash BLOB NOT NULL,"
  "  at INTEGER NOT NULL,"
  "  sealed BLOB NOT NULL,"
  "  UNIQUE (to_pid, hash)"
  ") STRICT;"
  "CREATE INDEX letter_at ON letter (at);",

  /* 8: a letter's number is given once: whoever has seen those up to one is
   * sent those after it, and the number of what was read and is gone came
   * again. */
  "CREATE TABLE letter_8 ("
  "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
  "  to_pid BLOB NOT NULL REFERENCES participant (pid),"
  "  from_pid BLOB NOT NULL,"
  "  hash BLOB NOT NULL,"
  "  at INTEGER NOT NULL,"
  "  sealed BLOB NOT NULL,"
  "  UNIQUE (to_pid, hash)"
  ") STRICT;"
  "INSERT INTO letter_8 SELECT * FROM letter;"
  "DROP TABLE letter;"
  "ALTER TABLE letter_8 RENAME TO letter;"
  "CREATE INDEX letter_at ON letter (at);",

  /* 9: each index in no order of time is a page more to be written with every
   * payment.  What was paid is found along the entries of whoever asks, and by
   * its tx_id along the index that keeps a payer from using one twice (P5). */
  "DROP INDEX payment_payer;"
  "DROP INDEX payment_payee;"
  "DROP INDEX payment_tx_id;"
  "CREATE INDEX payment_refused ON payment (payer) WHERE tx IS NULL;"
  "CREATE INDEX payment_refused_tx_id ON payment (tx_id) WHERE tx IS NULL;"
  "DROP INDEX tx_payer;"
  "CREATE UNIQUE INDEX tx_payer ON tx (tx_id, payer)"
  "  WHERE payer IS NOT NULL;",

  /* 10: whom an entry names, where what they say of themselves is in
   * participant_version: it was half of what was written with a payment. */
  "ALTER TABLE entry ADD COLUMN people BLOB;",
};

static const GeoMigrations journal_migrations = {
  .kind = "journal",
  .application_id = 0x47454f4a, /* GEOJ */
  .steps = journal_steps,
  .n_steps = G_N_ELEMENTS (journal_steps),
  .sealed = TRUE,
};

static const GeoMigrations hub_migrations = {
  .kind = "hub database",
  .application_id = 0x47454f48, /* GEOH */
  .steps = hub_steps,
  .n_steps = G_N_ELEMENTS (hub_steps),
};

const GeoMigrations *
geo_migrations_get_journal (void) {
  return &journal_migrations;
}

const GeoMigrations *
geo_migrations_get_hub (void) {
  return &hub_migrations;
}

/* One number that a statement without parameters answers. */
static gboolean
ask (GeoDatabase *database, const gchar *sql, gint64 *out, GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;
  gboolean row;

  if (!geo_query_prepare (&query, database, sql, error) ||
      !geo_query_step (&query, &row, error))
    return FALSE;
  *out = row ? geo_query_get_int (&query, 0) : 0;
  return TRUE;
}

static gboolean
apply_step (const GeoMigrations *migrations,
            GeoDatabase *database,
            guint version,
            GError **error) {
  g_auto (GeoQuery) query = GEO_QUERY_INIT;

  if (version == 1) {
    g_autofree gchar *sql = g_strdup_printf ("PRAGMA application_id = %u;"
                                             "CREATE TABLE migration ("
                                             "  version INTEGER PRIMARY KEY"
                                             ") STRICT;",
                                             migrations->application_id);
    if (!geo_database_execute (database, sql, error))
      return FALSE;
  }
  if (!geo_database_execute (database, migrations->steps[version - 1], error) ||
      !geo_query_prepare (&query, database, "INSERT INTO migration VALUES (?)",
                          error))
    return FALSE;
  geo_query_bind_int (&query, version);
  return geo_query_run (&query, error);
}

gboolean
geo_migrations_apply (const GeoMigrations *migrations,
                      GeoDatabase *database,
                      gboolean read_only,
                      GError **error) {
  gint64 application_id;
  gint64 tables;
  gint64 version = 0;

  if (!ask (database, "PRAGMA application_id", &application_id, error) ||
      !ask (database, "SELECT count(*) FROM sqlite_schema", &tables, error))
    return FALSE;
  /* An empty file is new, or was left so by a crash before its first step. */
  if (tables > 0 || application_id != 0) {
    if (application_id != migrations->application_id) {
      g_set_error (error, GEO_STORE_ERROR, GEO_STORE_ERROR_OPEN,
                   "The file is no %s.", migrations->kind);
      return FALSE;
    }
    if (!ask (database, "SELECT max(version) FROM migration", &version, error))
      return FALSE;
  }
  if (version > migrations->n_steps) {
    g_set_error (error, GEO_STORE_ERROR, GEO_STORE_ERROR_NEWER,
                 "This %s was written by a newer version of the program.",
                 migrations->kind);
    return FALSE;
  }
  if (version < 0 || (version == 0 && tables > 0)) {
    geo_store_set_corrupt (error, "The version in the file");
    return FALSE;
  }
  if (read_only && version < migrations->n_steps) {
    g_set_error (error, GEO_STORE_ERROR, GEO_STORE_ERROR_OPEN,
                 "This %s has to be opened for writing once before it can be "
                 "read.",
                 migrations->kind);
    return FALSE;
  }
  for (; version < migrations->n_steps; version++) {
    if (!geo_database_begin (database, error))
      return FALSE;
    if (!apply_step (migrations, database, (guint) version + 1, error)) {
      geo_database_rollback (database);
      return FALSE;
    }
    if (!geo_database_commit (database, error))
      return FALSE;
  }
  return TRUE;
}
