#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The GEO authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clearing over spare limits, for three people with the command geo around a real
geo-hub: nothing is lent before both have said so, as much as both said is, and
everybody has in all what they had.
"""

import importlib
import os
import subprocess
import sys
import time
import urllib.request

import cases

cli = importlib.import_module("test-cli")
# It looks for the largest clearing all the time.
cli.CONFIG += "\n[clearing]\ninterval_s=1\n"
WAIT_SECONDS_MAX = 120


def balances(person):
    """What each other one owes this person."""
    found = {}
    for other in person.json("balance")["people"]:
        for relation in other["relations"]:
            found[other["pid"]] = float(relation["balance"])
    return found


def owed(town):
    """What Olena owes Ivan, Ivan owes Maria, and Olena owes Maria, where both
    know the same."""
    known = {person.pid: balances(person) for person in town.people}
    olena, ivan, maria = (person.pid for person in town.people)
    found = []
    for debtor, creditor in ((olena, ivan), (ivan, maria), (olena, maria)):
        here = known[debtor].get(creditor, 0.0)
        there = known[creditor].get(debtor, 0.0)
        if here + there != 0:
            return None
        found.append(there)
    return tuple(found)


def until(town, expected):
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    while owed(town) != expected:
        assert time.monotonic() < deadline, (owed(town), expected)
        time.sleep(0.2)


def test_debts(town):
    olena, ivan, maria = town.people
    for person in town.people:
        person.pid = person.json("init", "--name", person.name)["pid"]
        person.run("join", town.hub.link)
    ivan.run("trust", olena.pid, "100", "UAH")
    maria.run("trust", ivan.pid, "100", "UAH")
    olena.run("pay", "Ivan", "20", "UAH")
    ivan.run("pay", "Maria", "30", "UAH")
    until(town, (20, 30, 0))
    town.totals = [person.total() for person in town.people]


def test_one_is_not_enough(town):
    olena, _, maria = town.people
    olena.run("trust", "Maria", "10", "UAH", "--spare", "much",
              status=cli.USAGE)
    maria.run("trust", olena.pid, "--close", "UAH", "--spare", "all",
              status=cli.USAGE)
    maria.run("trust", olena.pid, "--freeze", "UAH", "--spare", "all",
              status=cli.USAGE)
    document = maria.json("trust", olena.pid, "50", "UAH", "--spare", "25")
    assert document["spare"] == "25.00", document
    assert olena.json("trust", maria.pid, "10", "UAH")["spare"] is None
    # Another limit, and what clearing may use is as it was.
    assert maria.json("trust", olena.pid, "60", "UAH")["spare"] == "25.00"
    relation = maria.relation(olena)
    assert (relation["spare"], relation["their_spare"]) == ("25.00", None)
    assert olena.relation(maria)["their_spare"] == "25.00"
    assert "before Olena agrees" in maria.run("people")
    assert owed(town) == (20, 30, 0), owed(town)


def test_lent(town):
    olena, ivan, maria = town.people
    assert olena.json("trust", "Maria", "10", "UAH", "--spare",
                      "15")["spare"] == "10.00"
    # What closes the circle is what Maria trusts Olena with, as far as both say.
    until(town, (5, 15, 15))
    assert "agrees" not in maria.run("people")
    olena.run("trust", "Maria", "10", "UAH", "--spare", "all")
    until(town, (0, 10, 20))
    assert [person.total() for person in town.people] == town.totals
    for person in town.people:
        items = person.json("history", "--kind", "cleared")["items"]
        assert [item["amount"] for item in items] == ["5.00", "15.00"], items
    assert "left of limits" in olena.run("history")
    assert "left of limits" in maria.run("history")
    # Whoever runs the hub sees how much of its clearing is of this kind.
    with urllib.request.urlopen(town.hub.address + "/metrics",
                                timeout=WAIT_SECONDS_MAX) as answer:
        figures = answer.read().decode().splitlines()
    assert "geo_hub_clearings_total 2" in figures, figures
    assert "geo_hub_spare_clearings_total 2" in figures, figures
    # Ivan owes less, and is owed less: for him it is as ever.
    assert "left of limits" not in ivan.run("history")


def test_proof(town):
    olena, ivan, maria = town.people
    for person in town.people:
        key = person.json("history", "--kind", "cleared")["items"][0]["receipt"]
        path = os.path.join(town.folder, "receipt-" + person.name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(person.run("receipt", key))
        assert "nobody's balance changed" in ivan.run("verify", path)
        person.run("verify", os.path.join(person.profile, town.hub.community,
                                          "journal.db"))
    town.hub.stop()
    checked = subprocess.run([cli.HUB, "check", "--data-dir", town.hub.folder],
                             check=False, capture_output=True, text=True)
    assert checked.returncode == 0, checked
    town.hub.start()


def test_no_more(town):
    olena, _, maria = town.people
    assert maria.json("trust", olena.pid, "60", "UAH", "--spare",
                      "none")["spare"] is None
    assert maria.relation(olena)["spare"] is None
    # Closed and opened again, it says nothing.
    olena.run("trust", maria.pid, "--close", "UAH")
    assert olena.json("trust", maria.pid, "10", "UAH")["spare"] is None
    assert owed(town) == (0, 10, 20), owed(town)


if __name__ == "__main__":
    sys.exit(cases.run(globals(), "geo-spare-", cli.Town, cli.end))
