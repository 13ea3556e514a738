/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The machine-readable reasons that go with the codes of protocol §12.  Words on
 * the wire: only appended, never changed.  They hold no text for people.
 */
#pragma once

#include "core/geo-letter.h"

#define GEO_REASON_NO_ROUTE "no_route"                     /* E001 */
#define GEO_REASON_UNKNOWN_PARTICIPANT "unknown_participant" /* E001 */
#define GEO_REASON_NOT_ENOUGH_CAPACITY "not_enough_capacity" /* E002 */
#define GEO_REASON_DAILY_LIMIT "daily_limit" /* E002: of a line to the payer (§5) */
#define GEO_REASON_LIMIT_EXCEEDED "limit_exceeded"         /* E003 */
#define GEO_REASON_LINE_NOT_ACTIVE "line_not_active"       /* E004 */
#define GEO_REASON_BAD_SIGNATURE "bad_signature"           /* E005 */
#define GEO_REASON_NOT_ALLOWED "not_allowed"               /* E006 */
#define GEO_REASON_FROZEN "frozen"                         /* E006 */
#define GEO_REASON_EQUIVALENT_FROZEN "equivalent_frozen"   /* E006: after a violation (§14) */
#define GEO_REASON_DEADLINE_PASSED "deadline_passed"       /* E007 */
#define GEO_REASON_NO_VOTE "no_vote"                       /* E007: a required voter was silent */
#define GEO_REASON_TX_ID_TAKEN "tx_id_taken"               /* E008 */
#define GEO_REASON_WRONG_SEQ "wrong_seq"                   /* E008 */
#define GEO_REASON_ALREADY_VOTED "already_voted"           /* E008 */
#define GEO_REASON_UNKNOWN_ORDER "unknown_order"           /* E008: P12 */
#define GEO_REASON_REFUSED_BY_PARTICIPANT "refused_by_participant" /* E006 */
#define GEO_REASON_INVALID "invalid"                       /* E009 */
#define GEO_REASON_FOREIGN_COMMUNITY "foreign_community"   /* E009 */
#define GEO_REASON_UNKNOWN_EQUIVALENT "unknown_equivalent" /* E009 */
#define GEO_REASON_PRECISION "precision"                   /* E009 */
#define GEO_REASON_AMOUNT "amount"                         /* E009: zero or too large */
#define GEO_REASON_SELF "self"                             /* E009 */
#define GEO_REASON_CLOCK "clock"                           /* E009: created_at too far off */
#define GEO_REASON_ABORTED "aborted_by_hub"             /* E006 */
#define GEO_REASON_NOT_NEUTRAL "not_neutral"               /* E006: P8 */
#define GEO_REASON_BAD_PROOF "bad_proof"                   /* E009: P8 */
#define GEO_REASON_TOO_OFTEN "too_often" /* E009: P12: about what nobody knows */
#define GEO_REASON_INTERNAL "internal"                     /* E010 */
#define GEO_REASON_CHAIN "chain" /* E008: told: not the next entry */
#define GEO_REASON_TWO_OUTCOMES "two_outcomes"             /* E008: told: P4 */
#define GEO_REASON_INVOICE_CLOSED GEO_LETTER_CLOSED /* E008: P8: not asked for, or settled */
#define GEO_REASON_INVOICE_EXPIRED "invoice_expired" /* E007 */
#define GEO_REASON_INVOICE_MISMATCH "invoice_mismatch" /* E009: another amount, payer … */
#define GEO_REASON_INVOICE_BUSY "invoice_busy" /* E008: another payment of it is open */
#define GEO_REASON_PAYEE_AWAY "payee_away" /* E007: P7: and it would have to vote */
#define GEO_REASON_LINE_FROZEN "line_frozen" /* E004: by its owner (§1) */
#define GEO_REASON_GAP "gap" /* E008: told: an entry is kept back (§8) */
#define GEO_REASON_FORGOTTEN "forgotten" /* E008: told: it had more entries (§8) */
#define GEO_REASON_LOG "log" /* E008: told: heads that do not fit (§9) */
#define GEO_REASON_KEY_CHANGED "key_changed" /* E006: signed with a former key */
#define GEO_REASON_TWO_KEYS "two_keys" /* E008: another key took its place (K5) */
#define GEO_REASON_KEY_TAKEN "key_taken" /* E008: it is somebody's (K7) */
#define GEO_REASON_KEY_CLOCK "key_clock" /* E009: K7: changed at another time */
#define GEO_REASON_KEY_USED "key_used" /* E009: K7: the former key signed since */
#define GEO_REASON_NOT_LOGGED "not_logged" /* E009: told: an entry is not in the log (§9) */
