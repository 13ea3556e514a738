/* SPDX-FileCopyrightText: 2026 The GEO authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The commit rule in hub mode, small enough that every order of events is
 * looked at: one payer, one participant whose vote is needed (a live line's
 * owner, or the payee of an order that says so, P7: then its no, or its silence,
 * ends the order, which is one of the ways here), one by mandate, the closer, two
 * contracts for one order, and a deadline.
 *
 * The network is the worst there is: what was sent once may arrive never, once
 * or as often as it likes, at any time and in any order, so that a message is a
 * flag that is set and never cleared, and reading it is up to the reader.
 * Whoever falls between two steps has then only what is on disk.  A run that
 * stands still before the payer knows its outcome is an error as well.
 *
 * Three mistakes can be made on purpose, each of which has to be found:
 * -DVOTE_BEFORE_STORE (P1), -DABORT_AFTER_VOTE (P4), -DCOMMIT_WITHOUT_VOTE (P3).
 */

#define NONE 0
#define YES 1
#define NO 2

/* What was sent.  Of what participants say: by the contract's number. */
bool sent_order, sent_prepare[2], sent_commit, sent_order_no;
bool live_yes[2], live_no[2], mandate_yes[2], mandate_no[2];
bool asked_order, asked_contract[2];

/* What is on disk. */
bool payer_has_order;
byte payer_says;
byte live_says[2], mandate_says[2];
byte committed; /* The contract's number and one; 0 for none. */
bool refused_order, refused_contract[2];
byte proposed; /* So many contracts were ever made. */

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
  (!(live_yes[0] && live_no[0]) && !(live_yes[1] && live_no[1]) && \
   !(mandate_yes[0] && mandate_no[0]) && !(mandate_yes[1] && mandate_no[1]))
/* P3: the closer votes last. */
#define CLOSER_LAST \
  ((committed != 1 || live_yes[0]) && (committed != 2 || live_yes[1]))

ltl holds { [] (ONE_OUTCOME && ONE_ANSWER && CLOSER_LAST) }

proctype Clock () {
  deadline_passed = true
}

/* Its fall loses nothing: all it knows is on disk. */
proctype Payer () {
  do
  :: payer_says != NONE -> break
  :: !payer_has_order -> payer_has_order = true
  :: payer_has_order && !sent_order -> sent_order = true
  :: payer_has_order && !asked_order -> asked_order = true
  :: payer_says == NONE && sent_commit -> payer_says = YES
  :: payer_says == NONE && sent_order_no -> payer_says = NO
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

/* What a participant does about contract c. */
#define ABOUT(c, says, sent_yes, sent_no) \
  /* P2: what was said is said again; it was stored before. */ \
  :: atomic { says[c] == YES && !sent_yes[c] -> sent_yes[c] = true } \
  :: atomic { says[c] == NO && !sent_no[c] -> sent_no[c] = true } \
  /* P1: Persist, then send. */ \
  :: sent_prepare[c] && says[c] == NONE -> \
     EARLY (sent_yes[c]); says[c] = YES \
  :: sent_prepare[c] && says[c] == NONE -> \
     EARLY (sent_no[c]); says[c] = NO \
  /* P9: it asks what became of what it voted for. */ \
  :: atomic { says[c] == YES && !asked_contract[c] -> \
              asked_contract[c] = true }

proctype Live () {
  bool fell;

start:
end:
  do
  ABOUT (0, live_says, live_yes, live_no)
  ABOUT (1, live_says, live_yes, live_no)
  od
}

proctype Mandate () {
  bool fell;

start:
end:
  do
  ABOUT (0, mandate_says, mandate_yes, mandate_no)
  ABOUT (1, mandate_says, mandate_yes, mandate_no)
  od
}

#define OPEN (open != 0)
#define NEXT \
  open = proposed + 1; \
  proposed++; \
  sent_prepare[open - 1] = true

proctype Closer () {
  bool heard;
  byte open, falls;

end:
  do
  /* An order that it does not have in hand: new, or decided before (P5). */
  :: atomic { sent_order && !OPEN && committed == 0 && !refused_order &&
              !deadline_passed && proposed < 2 && !refused_contract[0] &&
              !refused_contract[1] -> NEXT }
  :: atomic { sent_order && !OPEN && committed == 0 && !refused_order &&
              (deadline_passed || proposed == 2 || refused_contract[0] ||
               refused_contract[1]) -> refused_order = true }
  :: atomic { OPEN && !heard && live_yes[open - 1] -> heard = true }
  /* Those whose vote is needed have voted, and the other has too, or is silent
   * (P7).  P11: never after the deadline.  The vote is the commit (P4). */
#ifdef COMMIT_WITHOUT_VOTE
  :: atomic { OPEN && !deadline_passed ->
#else
  :: atomic { OPEN && heard && !deadline_passed ->
#endif
              committed = open; open = 0; heard = false }
  /* A no, or a needed vote that does not come: this contract is over … */
  :: atomic { OPEN && !deadline_passed && proposed < 2 &&
              (live_no[open - 1] || mandate_no[open - 1] || !heard) ->
              refused_contract[open - 1] = true; heard = false; NEXT }
  /* … and so is the order where nothing is left to try, or the payee refused;
   * and where the deadline has passed without its vote (P12). */
  :: atomic { OPEN && (live_no[open - 1] || mandate_no[open - 1] || !heard ||
                       deadline_passed) ->
              refused_contract[open - 1] = true; refused_order = true;
              open = 0; heard = false }
  /* Answers, from disk, as often as anybody likes. */
  :: atomic { committed != 0 && !sent_commit -> sent_commit = true }
  :: atomic { refused_order && !sent_order_no -> sent_order_no = true }
  /* P12: asked about what it does not know, it refuses, and stores that. */
#ifdef ABORT_AFTER_VOTE
  :: atomic { asked_order && !OPEN && deadline_passed && !refused_order ->
#else
  :: atomic { asked_order && !OPEN && committed == 0 && !refused_order ->
#endif
              refused_order = true }
  :: atomic { asked_contract[0] && open != 1 && committed != 1 &&
              !refused_contract[0] -> refused_contract[0] = true }
  :: atomic { asked_contract[1] && open != 2 && committed != 2 &&
              !refused_contract[1] -> refused_contract[1] = true }
  /* What it had in hand it does not know any more (P12). */
  :: atomic { OPEN && falls < 3 -> falls++; heard = false; open = 0 }
  od
}

init {
  atomic {
    run Clock ();
    run Payer ();
    run Live ();
    run Mandate ();
    run Closer ()
  }
}
