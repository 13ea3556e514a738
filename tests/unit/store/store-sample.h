/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A small community for the store's tests: people with fixed keys, and the
 * objects that a hub and its participants would make.  It plays no protocol: a
 * test says what is made, and gets it signed and linked as it has to be.
 */
#pragma once

#include "core/geo-change.h"
#include "core/geo-contract.h"
#include "store/geo-hub-store.h"
#include "store/geo-journal.h"

typedef struct {
  GeoSecret *secret;
  GeoParticipant *person;
  GeoPid pid;
  /* The end of the chain of its entries. */
  gint64 sequence;
  GeoHash entry_hash;
} SamplePerson;

typedef struct {
  GeoSecret *secret;
  GeoCommunity *community;
  SamplePerson *people;
  guint n_people;
  /* owed[i * n_people + j]: what j owes i; negative: the other way. */
  gint64 *owed;
  GeoTime now;
  guint64 salt;
} Sample;

#define SAMPLE_EQUIVALENT "UAH"

Sample *sample_new (guint n_people);
void sample_free (Sample *sample);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Sample, sample_free)

/* A folder that is new and empty; remove () takes what is in it away too. */
gchar *sample_folder_new (void);
void sample_folder_remove (const gchar *folder);
/* The database with what stands beside it. */
void sample_copy_database (const gchar *from, const gchar *to);

GeoParticipant *sample_rename (Sample *sample, guint who, const gchar *name);
GeoTrustLine *sample_line (Sample *sample,
                           guint from,
                           guint to,
                           gint64 limit,
                           const GeoTrustLine *previous);
GeoOrder *sample_order (Sample *sample,
                        guint from,
                        guint to,
                        gint64 amount,
                        const gchar *tx_id,
                        const gchar *text);
/* Hops along route, and the contract over them; hops is GeoHop. */
GPtrArray *sample_hops (Sample *sample,
                        const GeoOrder *order,
                        const guint *route,
                        guint n_route);
GeoContract *
sample_contract (Sample *sample, const GeoOrder *order, GPtrArray *hops);
GeoVote *sample_vote (Sample *sample, guint voter, const GeoContract *contract);
/* By the community, which is the closer. */
GeoRefusal *sample_refuse_order (Sample *sample, const GeoHash *order);
GeoRefusal *sample_refuse_contract (Sample *sample, const GeoHash *contract);
GeoRefusal *sample_refuse_contract_by (Sample *sample,
                                       guint voter,
                                       const GeoHash *contract);
GeoCertificate *sample_certificate (Sample *sample,
                                    const GeoOrder *order,
                                    const GeoContract *contract);

/* The next entry of who. */
GeoProvenEntry *
sample_line_entry (Sample *sample, guint who, const GeoTrustLine *line);
GeoProvenEntry *sample_payment_entry (Sample *sample,
                                      guint who,
                                      const GeoCertificate *certificate,
                                      GPtrArray *hops);

GeoProvenEntry *sample_clearing_entry (Sample *sample,
                                       guint who,
                                       const GeoCertificate *certificate,
                                       GPtrArray *hops);

/* Bodies of records. */
GeoRecordBody *sample_joined (Sample *sample, guint who);
GeoRecordBody *sample_body_line (const GeoTrustLine *line);
GeoRecordBody *sample_body_order (const GeoOrder *order, const gchar *text);
GeoRecordBody *sample_body_vote (Sample *sample,
                                 guint who,
                                 const GeoContract *contract,
                                 const GeoOrder *order,
                                 GPtrArray *hops);
/* Of kind refusal or refused. */
GeoRecordBody *sample_body_refusal (GeoRefusal *refusal);
GeoRecordBody *sample_body_entry (GeoProvenEntry *entry, const gchar *text);

/* Appends; the body is taken.  Fails the test where it fails. */
gint64 sample_append (Sample *sample,
                      GeoJournal *journal,
                      guint who,
                      GeoRecordKind kind,
                      GeoRecordBody *body);
/* Expects the failure. */
void sample_append_fails (Sample *sample,
                          GeoJournal *journal,
                          guint who,
                          GeoRecordKind kind,
                          GeoRecordBody *body,
                          GeoStoreError code);

/* A payment from people[0], who is `who`, through the others of route, ready to
 * be appended at `who`: order, hops, contract, certificate. */
typedef struct {
  GeoOrder *order;
  GPtrArray *hops;
  GeoContract *contract;
  GeoCertificate *certificate;
  GeoHash order_hash;
  GeoHash contract_hash;
} SamplePayment;

SamplePayment *sample_payment (Sample *sample,
                               const guint *route,
                               guint n_route,
                               gint64 amount,
                               const gchar *tx_id,
                               const gchar *text);
void sample_payment_free (SamplePayment *payment);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SamplePayment, sample_payment_free)

/* Changes for a hub. */
GeoChange *sample_change_participant (Sample *sample, guint who);
GeoChange *sample_change_line (Sample *sample,
                               guint from,
                               guint to,
                               const GeoTrustLine *line);
GeoChange *sample_change_commit (Sample *sample,
                                 const SamplePayment *payment,
                                 const guint *route,
                                 guint n_route);
GeoChange *sample_change_refusal (Sample *sample,
                                  GeoRefusal *refusal,
                                  const GeoOrder *order,
                                  const GeoContract *contract);
GeoChange *sample_change_ack (Sample *sample, guint who);
/* All people, in one group. */
void sample_write_people (Sample *sample, GeoHubStore *store);
void sample_write (GeoHubStore *store, GeoChange *change);
void
sample_write_fails (GeoHubStore *store, GeoChange *change, GeoStoreError code);

/* A record of each kind, twelve in all, and something in each part of the
 * projection of people[0] among three. */
void sample_fill_journal (Sample *sample, GeoJournal *journal);
/* A journal in a folder of its own, filled so. */
typedef struct {
  Sample *sample;
  gchar *folder;
  gchar *path;
  GeoJournal *journal;
} SampleJournal;

void sample_journal_set_up (SampleJournal *fixture, gconstpointer data);
void sample_journal_tear_down (SampleJournal *fixture, gconstpointer data);
/* Something in each table: two payments, one that was refused. */
void sample_fill_hub (Sample *sample, GeoHubStore *store);

#define SAMPLE_ROUTE(...)           \
  ((const guint[]){ __VA_ARGS__ }), \
      (sizeof ((const guint[]){ __VA_ARGS__ }) / sizeof (guint))
