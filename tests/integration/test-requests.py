#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The GEO authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked for by a link that anybody may have (protocol §8a).

Only who asks knows whether it still is: so nothing of it is paid while they are
away, and what can be paid once is paid once, by whomever, wherever who asks
falls meanwhile.  Why nothing was paid is told to the payer in words.
"""

import os
import sys

import cases
import town as tools

OPEN, DONE, WITHDRAWN, CLOSED = 1, 2, 4, 5
POINTS_MAX = 60
TRIES_MAX = 20
LIMIT = 1000000


class Town:
    """Olena asks; she trusts Ivan and Maria, who can pay her so."""

    def __init__(self, folder):
        self.hub = tools.Hub(os.path.join(folder, "hub"))
        self.hub.start()
        self.olena, self.ivan, self.maria = self.nodes = [
            tools.Node(os.path.join(folder, name), name)
            for name in ("Olena", "Ivan", "Maria")]
        self.n_paid = 0
        for node in self.nodes:
            node.start()
            node.join(self.hub.link)
            node.do("wait", "connected")
        for payer in (self.ivan, self.maria):
            self.olena.do(f"trust {payer.pid} {LIMIT} standing", "trusted")

    def close(self):
        for node in self.nodes:
            node.stop()
        self.hub.stop()


def come_back(town, node, extra=None):
    node.start(extra)
    node.join(town.hub.link)
    node.do("wait", "connected")


def ask(town, times, amount=100):
    key, link = town.olena.do(f"ask {amount} {times}", "asked").split(" ")
    for payer in (town.ivan, town.maria):
        assert payer.do("take " + link, "taken") == key
    return key


def order(node, town, key):
    """The number of a payment of that request."""
    town.n_paid += 1
    tx_id = f"{node.name}-{town.n_paid}"
    node.do(f"pay-asked {tx_id} {key}", "ordered")
    return tx_id


def state(node, tx_id):
    node.status()
    return node.states.get(tx_id, (tools.SENDING, ""))[0]


def outcome(node, tx_id):
    tools.until(lambda: state(node, tx_id) in (tools.PAID, tools.NOT_PAID),
                f"{tx_id} is decided")
    return state(node, tx_id)


def why(node, tx_id):
    """The word and the sentence."""
    return node.do("why " + tx_id, "why").split(" ", 1)


def pay(node, town, key):
    """Its number, when it is decided, with who asks there: on a busy computer
    they may once be too slow to vote, and then it is paid again."""
    for _ in range(TRIES_MAX):
        tx_id = order(node, town, key)
        if outcome(node, tx_id) == tools.PAID or \
                why(node, tx_id)[0] != "payee_away":
            return tx_id
    raise AssertionError("who asks never votes")


def check_not_paid(node, tx_id, reason, words):
    assert outcome(node, tx_id) == tools.NOT_PAID, node.states
    said, sentence = why(node, tx_id)
    assert said == reason and words in sentence, (said, sentence)


def expect(node, key, *wanted):
    """What a request has become: its state, and how often it was paid."""
    tools.until(lambda: node.do("asked " + key, "asked") ==
                " ".join(str(n) for n in wanted),
                f"{node.name} has {key} as {wanted}")


def test_once(town):
    """While who asks is away nobody pays; then one of two, once."""
    key = ask(town, "once")
    town.olena.stop()
    for payer in (town.ivan, town.maria):
        check_not_paid(payer, order(payer, town, key), "payee_away",
                       "is not connected")
        expect(payer, key, OPEN, 0)
    come_back(town, town.olena)
    assert outcome(town.ivan, pay(town.ivan, town, key)) == tools.PAID
    expect(town.olena, key, DONE, 1)
    check_not_paid(town.maria, pay(town.maria, town, key), "invoice_closed",
                   "paid already")
    expect(town.maria, key, CLOSED, 0)
    answer = town.maria.ask(f"pay-asked again {key}")
    assert answer[0] == "failed", answer
    expect(town.olena, key, DONE, 1)


def test_at_once(town):
    """Two who pay at the same moment."""
    for _ in range(5):
        key = ask(town, "once")
        paid = []
        for _ in range(TRIES_MAX):
            orders = [(payer, order(payer, town, key))
                      for payer in (town.ivan, town.maria)]
            paid = [payer for payer, tx_id in orders
                    if outcome(payer, tx_id) == tools.PAID]
            if paid:
                break
        assert len(paid) == 1, paid
        expect(town.olena, key, DONE, 1)


def test_taken_back(town):
    """What can be paid any number of times, until it is taken back."""
    key = ask(town, "many")
    for _ in range(2):
        assert outcome(town.ivan, pay(town.ivan, town, key)) == tools.PAID
    expect(town.olena, key, OPEN, 2)
    town.olena.do("take-back " + key, "done")
    check_not_paid(town.maria, pay(town.maria, town, key), "invoice_closed",
                   "taken back")
    expect(town.maria, key, CLOSED, 0)
    expect(town.olena, key, WITHDRAWN, 2)
    # Also after a restart of everybody.
    for node in town.nodes:
        node.stop()
        come_back(town, node)
    expect(town.maria, key, CLOSED, 0)
    expect(town.olena, key, WITHDRAWN, 2)


def fall(town, point):
    """One request, which Ivan pays while Olena falls at that point of hers, and
    then Maria; whether Olena fell."""
    key = ask(town, "once")
    town.olena.stop()
    fell = False
    try:
        come_back(town, town.olena, {"GEO_CRASH_AT": str(point)})
    except tools.Gone:
        fell = True
    first = order(town.ivan, town, key)
    if not fell:
        paid = outcome(town.ivan, first)
        try:
            if paid == tools.PAID:
                expect(town.olena, key, DONE, 1)
            town.olena.stop(may_fall=True)
        except tools.Gone:
            pass
        fell = town.olena.process.was_killed()
    town.olena.process.wait()
    come_back(town, town.olena)
    times = int(outcome(town.ivan, first) == tools.PAID)
    second = pay(town.maria, town, key)
    times += outcome(town.maria, second) == tools.PAID
    assert times == 1, (point, town.ivan.states[first],
                        town.maria.states[second])
    expect(town.olena, key, DONE, 1)
    return fell, first


def test_falls(town):
    """Who asks falls at each point of being paid."""
    decided = set()
    for point in range(1, POINTS_MAX):
        fell, first = fall(town, point)
        decided.add(town.ivan.states[first][0])
        if not fell and point == 1:
            return "there are no fault points"
        if not fell:
            # It fell before the vote, and after it.
            assert decided == {tools.PAID, tools.NOT_PAID}, decided
            return f"fell at {point - 1} points"
    raise AssertionError("it never gets through")


if __name__ == "__main__":
    sys.exit(cases.run(globals(), "geo-requests-", Town, Town.close))
