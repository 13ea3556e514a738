/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GeoLogAudit: what two wallets were shown of one hub's log (protocol §9), put
 * together: up to where it is the same, or the evidence that it is not.  It
 * checks what it is given, believes nothing else, and knows no files.
 */
#pragma once

#include "core/geo-evidence.h"

G_BEGIN_DECLS

typedef struct _GeoLogAudit GeoLogAudit;

#define GEO_LOG_SIDES 2

/* community and key: whose log it is. */
GeoLogAudit *geo_log_audit_new (const GeoPid *community,
                                const GeoPublicKey *key);
void geo_log_audit_free (GeoLogAudit *audit); /* NULL is safe. */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GeoLogAudit, geo_log_audit_free)

/* What one side was shown at one time, the earliest first.  FALSE: it is not
 * what the hub signed, and nothing of it counts. */
gboolean geo_log_audit_add (GeoLogAudit *audit,
                            guint side,
                            const GeoLogSight *sight,
                            GError **error);
/* The same of a head alone. */
gboolean geo_log_audit_add_head (GeoLogAudit *audit,
                                 guint side,
                                 const GeoTreeHead *head,
                                 GError **error);

/* The largest that the side was shown; 0: it was shown nothing. */
gint64 geo_log_audit_get_size (const GeoLogAudit *audit, guint side);
/* What excludes each other, whichever side was shown it; NULL: nothing does. */
GeoEvidence *geo_log_audit_find (GeoLogAudit *audit);
/* Both were shown the same log up to there; 0: they were shown nothing that
 * could be compared. */
gint64 geo_log_audit_get_common (const GeoLogAudit *audit);

G_END_DECLS
