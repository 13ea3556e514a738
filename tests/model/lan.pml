/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The commit rule in LAN mode, small enough that every order of events is looked
 * at: the payer makes the contracts and carries the votes, two participants are
 * in between and vote live, and the payee is the closer (P7); two contracts for
 * one order, and a deadline.
 *
 * The network is the worst there is, as in commit.pml: a message is a flag that
 * is set and never cleared.  Whoever falls between two steps has then only what
 * is on disk: the payer its order, a participant its votes, the payee what it has
 * decided.  A run that stands still before the payer knows its outcome, or while
 * somebody who has voted does not know what became of it, is an error as well.
 *
 * Mistakes can be made on purpose, each of which has to be found:
 * -DVOTE_BEFORE_STORE (P1), -DABORT_AFTER_VOTE (P4), -DCOMMIT_WITHOUT_VOTE (P3),
 * -DDEADLINE_IS_NO (P4: the payer takes the deadline for an outcome); and one by
 * which somebody waits for ever: -DONLY_WHAT_IT_KNOWS (P12).
 */

#define NONE 0
#define YES 1
#define NO 2

/* What was sent; by the contract's number, and of votes by who voted. */
bool sent_prepare[2], handed[2], asked_order, asked_contract[2];
bool sent_commit, sent_order_no, sent_contract_no[2];
bool one_yes[2], one_no[2], two_yes[2], two_no[2];

/* What is on disk. */
bool payer_has_order;
byte payer_says;
byte one_says[2], two_says[2];
bool one_knows[2], two_knows[2]; /* P9: what became of a vote */
byte committed; /* The contract's number and one; 0 for none. */
bool refused_order, refused_contract[2];

bool deadline_passed;

/* P4, P11: one outcome, for ever; and what is said is what is on disk (P1). */
#define ONE_OUTCOME \
  (!(committed != 0 && refused_order) && \
   !(committed == 1 && refused_contract[0]) && \
   !(committed == 2 && refused_contract[1]) && \
   (!sent_commit || committed != 0) && (!sent_order_no || refused_order) && \
   (payer_says != YES || committed != 0) && \
   (payer_says != NO || refused_order))
/* P2: nobody both votes for and refuses one contract. */
#define ONE_ANSWER \
  (!(one_yes[0] && one_no[0]) && !(one_yes[1] && one_no[1]) && \
   !(two_yes[0] && two_no[0]) && !(two_yes[1] && two_no[1]))
/* P3: the closer votes last, and for what everybody has voted for. */
#define CLOSER_LAST \
  ((committed != 1 || (one_yes[0] && two_yes[0])) && \
   (committed != 2 || (one_yes[1] && two_yes[1])))

ltl holds { [] (ONE_OUTCOME && ONE_ANSWER && CLOSER_LAST) }

proctype Clock () {
  deadline_passed = true
}

/* Its fall loses nothing that binds it: it may make another contract, or only
 * ask, at any time, whatever it had in hand. */
#define CARRY(c) \
  :: atomic { payer_says == NONE && sent_prepare[c] && !handed[c] && \
              one_yes[c] && two_yes[c] -> handed[c] = true }

proctype Payer () {
  do
  :: payer_says != NONE -> break
  :: !payer_has_order -> payer_has_order = true
  :: atomic { payer_has_order && !sent_prepare[0] -> sent_prepare[0] = true }
  :: atomic { sent_prepare[0] && !sent_prepare[1] -> sent_prepare[1] = true }
  CARRY (0)
  CARRY (1)
  :: payer_has_order && !asked_order -> asked_order = true
  :: payer_says == NONE && sent_commit -> payer_says = YES
  :: payer_says == NONE && sent_order_no -> payer_says = NO
#ifdef DEADLINE_IS_NO
  :: payer_says == NONE && deadline_passed -> payer_says = NO
#endif
  od
}

#ifdef VOTE_BEFORE_STORE
#define EARLY(sent) \
     sent = true; \
     if \
     :: !fell -> fell = true; goto start \
     :: true \
     fi
#else
#define EARLY(sent) skip
#endif

#define KNOWN(c, says, knows) (says[c] != YES || knows[c])

/* What a participant does about contract c. */
#define ABOUT(c, says, knows, sent_yes, sent_no) \
  /* P2: what was said is said again; it was stored before. */ \
  :: atomic { says[c] == YES && !sent_yes[c] -> sent_yes[c] = true } \
  :: atomic { says[c] == NO && !sent_no[c] -> sent_no[c] = true } \
  /* P1: Persist, then send. */ \
  :: sent_prepare[c] && says[c] == NONE -> \
     EARLY (sent_yes[c]); says[c] = YES \
  :: sent_prepare[c] && says[c] == NONE -> \
     EARLY (sent_no[c]); says[c] = NO \
  /* P9: it asks the closer what became of what it voted for, and only that, or
   * a certificate that is passed on, lifts its reservation. */ \
  :: atomic { !KNOWN (c, says, knows) && !asked_contract[c] -> \
              asked_contract[c] = true } \
  :: atomic { !KNOWN (c, says, knows) && \
              ((sent_commit && committed == c + 1) || sent_contract_no[c]) -> \
              knows[c] = true }

proctype One () {
  bool fell;

start:
  do
  ABOUT (0, one_says, one_knows, one_yes, one_no)
  ABOUT (1, one_says, one_knows, one_yes, one_no)
  :: payer_says != NONE && KNOWN (0, one_says, one_knows) &&
     KNOWN (1, one_says, one_knows) -> break
  od
}

proctype Two () {
  bool fell;

start:
  do
  ABOUT (0, two_says, two_knows, two_yes, two_no)
  ABOUT (1, two_says, two_knows, two_yes, two_no)
  :: payer_says != NONE && KNOWN (0, two_says, two_knows) &&
     KNOWN (1, two_says, two_knows) -> break
  od
}

#ifdef COMMIT_WITHOUT_VOTE
#define CAN_VOTE(c) sent_prepare[c]
#else
#define CAN_VOTE(c) handed[c]
#endif

#ifdef ONLY_WHAT_IT_KNOWS
#define IS_ASKED(c) false
#else
#define IS_ASKED(c) asked_contract[c]
#endif

/* What the payee does about contract c. */
#define CLOSE(c) \
  /* P11: one contract at most, and never after the deadline.  The vote is the
   * commit (P4). */ \
  :: atomic { CAN_VOTE (c) && committed == 0 && !refused_order && \
              !refused_contract[c] && !deadline_passed -> committed = c + 1 } \
  /* What does not fit its own books, and what it is asked about and has not
   * decided (P12). */ \
  :: atomic { (handed[c] || IS_ASKED (c)) && committed != c + 1 && \
              !refused_contract[c] -> refused_contract[c] = true } \
  :: atomic { refused_contract[c] && !sent_contract_no[c] -> \
              sent_contract_no[c] = true }

/* All it knows for sure is on disk, so its fall loses nothing. */
proctype Payee () {
end:
  do
  CLOSE (0)
  CLOSE (1)
  /* It does not want it, or is asked and has not decided (P12). */
#ifdef ABORT_AFTER_VOTE
  :: atomic { (handed[0] || handed[1] || asked_order) && !refused_order &&
              (committed == 0 || deadline_passed) -> refused_order = true }
#else
  :: atomic { (handed[0] || handed[1] || asked_order) && !refused_order &&
              committed == 0 -> refused_order = true }
#endif
  :: atomic { committed != 0 && !sent_commit -> sent_commit = true }
  :: atomic { refused_order && !sent_order_no -> sent_order_no = true }
  od
}

init {
  atomic {
    run Clock ();
    run Payer ();
    run One ();
    run Two ();
    run Payee ()
  }
}
