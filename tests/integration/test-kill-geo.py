#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The GEO authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kills the command geo at every point of everything it does.

Each thing a person does is done over and over, killed at its first point, its
second, and so on (see src/net/geo-fault.h), and done again after each kill, as
somebody would; until it passes without a kill.  Then the journal holds, the hub
and both journals say the same, and what was meant once was done once (P1, P5,
I8).
"""

import importlib.util
import json
import os
import signal
import subprocess
import sys

import cases
import town as tools

HERE = os.path.dirname(os.path.abspath(__file__))
spec = importlib.util.spec_from_file_location(
    "cli", os.path.join(HERE, "test-cli.py"))
cli = importlib.util.module_from_spec(spec)
spec.loader.exec_module(cli)

POINTS_MAX = 60
# Signing in falls in everything else that is done here.
FIRST_ASKED = 9
EXPECT_MAX = 30


class Town:
    def __init__(self, folder):
        self.folder = folder
        self.hub = cli.Hub(os.path.join(folder, "hub"))
        self.hub.start()
        self.olena = cli.Person(self, "Olena")
        self.ivan = cli.Person(self, "Ivan")


def fall_once(person, point, *words):
    """The name of the point where it fell; None where it did not, and passed."""
    count = os.path.join(person.town.folder, "count")
    if os.path.exists(count):
        os.unlink(count)
    done = subprocess.run(
        [cli.GEO, "--profile", person.profile, *words],
        env={**os.environ, "GEO_CRASH_AT": str(point),
             "GEO_CRASH_COUNT": count},
        stdin=subprocess.DEVNULL, timeout=180, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode != -signal.SIGKILL:
        assert done.returncode == cli.DONE, (words, point, done)
        return None
    with open(count, encoding="utf-8") as file:
        name = file.read().strip().split(" ", 1)[1]
    # Whatever is left of it holds.
    status, document = person.any_json("--offline", "verify")
    assert status == cli.DONE or "joined no community" in \
        document["error"]["message"], (words, point, document)
    return name


def fall(person, *words):
    """Until it passes; the names of the points where it fell."""
    points = []
    while len(points) < POINTS_MAX:
        name = fall_once(person, len(points) + 1, *words)
        if name is None:
            return points
        points.append(name)
    raise AssertionError(f"{words} never gets through: {points}")


def same_everywhere(town):
    """The hub and both journals agree, and nothing is open."""
    town.hub.stop()
    try:
        hub = tools.audit("hub", town.hub.folder)
        journals = {person.pid: tools.audit("journal", person.profile)
                    for person in (town.olena, town.ivan)}
    finally:
        town.hub.start()
    assert hub["error"] is None, hub
    debts = {}
    for debtor, creditor, equivalent, debt in hub["debts"]:
        debts[debtor, creditor, equivalent] = -debt
        debts[creditor, debtor, equivalent] = debt
    for pid, journal in journals.items():
        assert journal["error"] is None, journal
        assert journal["orders"] == 0 and journal["votes"] == 0, journal
        assert journal["sequence"] == hub["sequences"][pid], (journal, hub)
        for peer, equivalent, balance in journal["balances"]:
            assert debts.pop((pid, peer, equivalent)) == balance, (pid, debts)
    assert all(debt == 0 for debt in debts.values()), debts
    return hub, journals


def test_init_and_join(town):
    said = []
    for person in (town.olena, town.ivan):
        person.pid = person.json("init", "--name", person.name)["pid"]
        said = fall(person, "join", town.hub.link)
        document = person.json("history")
        assert [item["kind"] for item in document["items"]] == ["joined"]
    hub, _ = same_everywhere(town)
    return said


def test_trust(town):
    town.olena.run("people", "Ivan")
    said = fall(town.ivan, "trust", "Olena", "500", "UAH")
    town.olena.run("balance")
    hub, journals = same_everywhere(town)
    assert len(hub["lines"]) == 1, hub["lines"]
    # Each time that was meant was one version of the one line.
    assert town.ivan.relation(town.olena)["my_limit"] == "500.00"
    return said


def test_pay(town):
    """One id is one payment, paid once or never, wherever it fell."""
    olena = town.olena
    points, paid, asked = [], [], set()
    while len(points) < POINTS_MAX:
        tx_id = f"at-{len(points) + 1}"
        words = ("pay", "Ivan", "7", "UAH", "--id", tx_id, "--note", "for honey")
        name = fall_once(olena, len(points) + 1, *words)
        # The same again tells what became of it; where the order was stored and
        # never sent, the hub has refused it for ever by then (P12).
        status, document = olena.any_json(*words)
        state = olena.json("status", tx_id)
        if status == cli.DONE:
            paid.append(tx_id)
        else:
            assert status == cli.REFUSED and \
                document["error"]["reason"] == "unknown_order", document
        asked.add(status)
        assert state["may_pay_again"] == (status != cli.DONE), state
        if name is None:
            break
        points.append(name)
    assert asked == {cli.DONE, cli.REFUSED}, asked
    town.ivan.run("balance")
    _, journals = same_everywhere(town)
    town.paid = 7 * len(paid)
    assert olena.total() == f"-{town.paid}.00"
    assert town.ivan.total() == f"{town.paid}.00"
    assert [item["tx_id"] for item in olena.json(
        "history", "--kind", "paid", "--state", "paid",
        "--limit", "500")["items"]] == paid[::-1]
    return points


def test_catch_up(town):
    """Who was away receives, and acknowledges, at last."""
    for number in range(3):
        town.olena.run("pay", "Ivan", "1", "UAH", "--id", f"away-{number}")
    said = fall(town.ivan, "balance")
    same_everywhere(town)
    assert town.ivan.total() == f"{town.paid + 3}.00"
    assert len(town.ivan.json("history", "--kind", "received",
                              "--limit", "500")["items"]) == town.paid // 7 + 3
    return said


def test_history(town):
    """What is asked about in doubt."""
    return fall(town.olena, "history") + fall(town.olena, "status")


def test_change_trust(town):
    said = fall(town.ivan, "trust", "Olena", "200", "UAH")
    town.olena.run("balance")
    same_everywhere(town)
    assert town.ivan.relation(town.olena)["my_limit"] == "200.00"
    return said


def expect(town, key, kind, state):
    """Both say so, when what was said has come: a command that ends may end
    before a letter is there."""
    for _ in range(EXPECT_MAX):
        found = [(item["kind"], item["state"])
                 for person in (town.olena, town.ivan)
                 for item in person.json("requests", "--all")["requests"]
                 if item["id"] == key]
        if found == [(kind, state)] * 2:
            return
        town.olena.run("balance")
        town.ivan.run("balance")
    raise AssertionError((key, kind, state, found))


def ask(person, *words):
    """As fall (), from signing in on; what was stored before it fell is with the
    hub before it is asked again, so that it is asked a few times and no more
    (a hub takes thirty letters at once)."""
    points = []
    while len(points) < POINTS_MAX:
        name = fall_once(person, len(points) + FIRST_ASKED, *words)
        if name is None:
            return points
        points.append(name)
        person.run("balance")
    raise AssertionError(f"{words} never gets through: {points}")


def asked(person, kind):
    return [item for item in person.json("requests", "--all")["requests"]
            if item["kind"] == kind]


def settle(person, key, state, *words):
    """Says it until it is so, falling each time; the last time it may not."""
    points = []
    while (name := fall_once(person, len(points) + FIRST_ASKED,
                             *words)) is not None:
        points.append(name)
        if [item["state"] for item in person.json("requests", "--all")[
                "requests"] if item["id"] == key] == [state]:
            break
    person.run("balance")
    return points


def test_letters(town):
    """What is asked is asked and heard once, wherever either falls."""
    olena, ivan = town.olena, town.ivan
    said = ask(olena, "request", "3", "UAH", "--from", "Ivan")
    mine = asked(olena, "payment")
    print(f"# asked {len(mine)} times", flush=True)
    # Stored, or never asked: at most one for each try.
    assert 1 <= len(mine) <= len(said) + 1, (said, mine)
    said += fall(ivan, "balance")
    for item in mine:
        expect(town, item["id"], "payment", "open")
    theirs = asked(ivan, "payment")
    assert len(theirs) == len(mine), (mine, theirs)
    key = theirs[0]["id"]
    said += settle(ivan, key, "declined", "decline", key)
    said += fall(olena, "balance")
    expect(town, key, "payment", "declined")
    for item in theirs[1:]:
        expect(town, item["id"], "payment", "open")
    same_everywhere(town)
    return said


def test_checkpoint(town):
    olena, ivan = town.olena, town.ivan
    said = ask(ivan, "checkpoint", "Olena", "UAH")
    key = asked(ivan, "checkpoint")[0]["id"]
    expect(town, key, "checkpoint", "open")
    said += settle(olena, key, "done", "checkpoint", "accept", key)
    expect(town, key, "checkpoint", "done")
    assert olena.run("checkpoint", "show", key) == \
        ivan.run("checkpoint", "show", key)
    return said


def test_block(town):
    points = fall(town.ivan, "block", "Olena")
    document = json.loads(town.ivan.run("export"))
    assert document["blocked"] == [town.olena.pid], document["blocked"]
    points += fall(town.ivan, "block", "Olena", "--off")
    document = json.loads(town.ivan.run("export"))
    assert document["blocked"] == [], document["blocked"]
    return points


def forgets(folder):
    """A file without a name can be made there."""
    try:
        os.close(os.open(folder, os.O_TMPFILE | os.O_WRONLY, 0o600))
    except OSError:
        return False
    return True


def test_statement(town):
    """A file is the one that was there until the new one is whole."""
    olena = town.olena
    folder = os.path.join(town.folder, "papers")
    os.mkdir(folder)
    points = []
    for option, name in (("--output", "a.json"), ("--csv", "a.csv"),
                         ("--pdf", "a.pdf")):
        path = os.path.join(folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write("what was there")
        number = 1
        while fall_once(olena, number, "--offline", "statement", option,
                        path) is not None:
            with open(path, "rb") as file:
                assert file.read() == b"what was there", path
            points.append(name)
            number += 1
        assert whole(olena, path), path
        # What was never finished is gone, where the disk can do that; else it
        # lies beside it under another name.
        for left in os.listdir(folder):
            assert left == name or (not forgets(folder) and
                                    left.startswith(name + ".part-")), left
            os.unlink(os.path.join(folder, left))
    assert len(points) >= 6, points
    return points


def whole(person, path):
    with open(path, "rb") as file:
        data = file.read()
    if path.endswith(".json"):
        return person.json("verify", path)["ok"]
    if path.endswith(".pdf"):
        return data.startswith(b"%PDF") and data.rstrip().endswith(b"%%EOF")
    return data.count(b"\n") > 1 and data.endswith(b"\n")


def test_leave_and_return(town):
    """Forgetting a community moves its journal whole, or not at all."""
    before = town.olena.json("--offline", "history")["items"]
    points = []
    while (name := fall_once(town.olena, len(points) + 1, "leave",
                             "Test market", "--force")) is not None:
        points.append(name)
        town.olena.run("join", town.hub.link)
        assert town.olena.json("--offline", "history")["items"] == before
    assert points
    town.olena.json("balance", status=cli.FAILED)
    said = fall(town.olena, "join", town.hub.link)
    assert town.olena.json("--offline", "history")["items"] == before
    same_everywhere(town)
    return points + said


def end(town):
    if town.hub.process is not None:
        town.hub.stop()


if __name__ == "__main__":
    sys.exit(cases.run(globals(), "geo-kill-geo-", Town, end))
