#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The GEO authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One profile in two communities, and two programs with one profile.

Olena and Ivan are in two markets, each with a hub of its own: nothing of one is
seen in the other.  Then one is left and joined again; and while one command is
in the middle of a payment, others look, and are told not to pay; and somebody is
invited into a third market.  The tests build on each other and run in the order
they stand in.
"""

import importlib.util
import os
import signal
import subprocess
import sys
import time

import cases

HERE = os.path.dirname(os.path.abspath(__file__))
spec = importlib.util.spec_from_file_location(
    "cli", os.path.join(HERE, "test-cli.py"))
cli = importlib.util.module_from_spec(spec)
spec.loader.exec_module(cli)

UNKNOWN = "tx-that-never-was"


class Towns:
    def __init__(self, folder):
        self.folder = folder
        self.hubs = {}
        for name, where in (("Market", "market"), ("Hour bank", "hours")):
            hub = cli.Hub(os.path.join(folder, where))
            with open(hub.config, "w", encoding="utf-8") as file:
                file.write(cli.CONFIG.replace("Test market", name))
            hub.start()
            self.hubs[name] = hub
        self.olena = cli.Person(self, "Olena")
        self.ivan = cli.Person(self, "Ivan")


def names(person):
    return [(one["name"], one["default"])
            for one in person.json("communities")["communities"]]


def test_join(town):
    market, hours = town.hubs["Market"], town.hubs["Hour bank"]
    for person in (town.olena, town.ivan):
        person.pid = person.json("init", "--name", person.name)["pid"]
        person.json("communities", status=cli.FAILED)
        person.json("join", market.link)
        assert names(person) == [("Market", True)]
        person.json("join", hours.link)
        # The choice is by PID until somebody chooses.
        person.json("communities", "--default", "market")
        assert names(person) == [("Hour bank", False), ("Market", True)]
    said = town.olena.run("communities")
    assert "Market (the default)" in said and hours.community in said


def test_apart(town):
    """What is done in one is seen in that one only."""
    olena, ivan = town.olena, town.ivan
    ivan.run("trust", "Olena", "500", "UAH")
    ivan.run("--community", "HOUR BANK", "trust", "Olena", "20", "HOUR")
    olena.run("pay", "Ivan", "120", "UAH", "--id", "in-market")
    olena.run("--community", town.hubs["Hour bank"].community,
              "pay", "Ivan", "3", "HOUR", "--id", "in-hours")
    ones = {one["name"]: {total["equivalent"]: total["balance"]
                          for total in one["totals"]}
            for one in olena.json("communities")["communities"]}
    assert ones["Market"]["UAH"] == "-120.00" and ones["Market"]["HOUR"] == "0.00"
    assert ones["Hour bank"]["HOUR"] == "-3.00"
    assert ones["Hour bank"]["UAH"] == "0.00"
    assert olena.json("status", "in-market")["state"] == "paid"
    olena.json("status", "in-hours", status=cli.USAGE)
    assert olena.json("--community", "Hour bank", "status",
                      "in-hours")["state"] == "paid"
    for name in ("Nowhere", town.olena.pid):
        olena.json("--community", name, "balance",
                   status=cli.USAGE if name == "Nowhere" else cli.FAILED)
    # Ivan has not looked since.
    ivan.run("balance")
    unread = {one["name"]: one["unread"]
              for one in ivan.json("communities")["communities"]}
    assert unread == {"Market": 1, "Hour bank": 0}, unread
    for person in (olena, ivan):
        for name in town.hubs:
            person.json("--community", name, "verify")


def test_leave(town):
    olena = town.olena
    assert "You owe 3.00 HOUR" in olena.run("leave", "Hour bank",
                                            status=cli.REFUSED)
    assert len(names(olena)) == 2
    assert "Your journal is kept" in olena.run("leave", "hour bank", "--force")
    assert names(olena) == [("Market", True)]
    hours = town.hubs["Hour bank"]
    assert olena.json("communities")["left"] == [hours.community]
    olena.json("--community", "Hour bank", "balance", status=cli.USAGE)
    # With it, everything comes back from this computer.
    olena.run("join", hours.link)
    assert olena.json("communities")["left"] == []
    assert olena.json("--offline", "--community", "Hour bank", "status",
                      "in-hours")["state"] == "paid"
    assert olena.json("--community", "Hour bank",
                      "balance")["totals"][1]["balance"] == "-3.00"
    olena.json("--community", "Hour bank", "verify")


def test_two_programs(town):
    """One is paying; the others look at what it stored, and do not pay."""
    olena, hub = town.olena, town.hubs["Market"]
    command = [cli.GEO, "--profile", olena.profile, "--json", "pay", "Ivan",
               "1", "UAH", "--id", "slow", "--wait", "60"]
    # Both stand still, the one that pays when it waits for the hub: for as long
    # as the others take.
    let_stand(hub.process)
    try:
        with subprocess.Popen(command, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True) as paying:
            while paying.poll() is None and not is_calling(paying, hub):
                time.sleep(0.001)
            let_stand(paying)
            try:
                look_and_keep_off(town)
            finally:
                paying.send_signal(signal.SIGCONT)
                hub.process.send_signal(signal.SIGCONT)
            out, err = paying.communicate(timeout=180)
            assert paying.returncode in (cli.DONE, cli.OFFLINE), (out, err)
    finally:
        hub.process.send_signal(signal.SIGCONT)
    # Whatever it was, it can be asked for, and never paid twice.
    olena.json("pay", "Ivan", "1", "UAH", "--id", "slow")
    document = olena.json("status", "slow")
    assert document["state"] == "paid" and not document["may_pay_again"]
    assert "pay twice" in document["advice"]
    assert olena.json("balance")["totals"][0]["balance"] == "-121.00"


def is_calling(process, hub):
    """Whether it is connected to that hub, which comes when its journal is
    open."""
    port = f":{int(hub.listen.rsplit(':', 1)[1]):04X}"
    folder = f"/proc/{process.pid}/fd"
    try:
        mine = {os.readlink(f"{folder}/{number}")
                for number in os.listdir(folder)}
    except OSError:
        return False  # Something was closed meanwhile.
    with open("/proc/net/tcp", encoding="ascii") as file:
        rows = [line.split() for line in file]
    return any(row[2].endswith(port) and row[3] == "01" and
               f"socket:[{row[9]}]" in mine for row in rows[1:])


def let_stand(process):
    """It stands still, or has ended, when this is over."""
    process.send_signal(signal.SIGSTOP)
    while process.poll() is None:
        with open(f"/proc/{process.pid}/stat", encoding="ascii") as file:
            if file.read().rpartition(")")[2].split()[0] == "T":
                return
        time.sleep(0.001)


def look_and_keep_off(town):
    olena = town.olena
    assert olena.json("balance")["totals"][0]["balance"] == "-120.00"
    assert "Another program" in olena.run("history", "--limit", "1")
    assert "Another program" in olena.run("people")
    assert '"geo-receipt"' in olena.run("receipt", "in-market")
    olena.json("verify")
    assert len(names(olena)) == 2
    for words in (("pay", "Ivan", "1", "UAH"), ("trust", "Ivan", "1", "UAH"),
                  ("leave", "Market")):
        assert olena.run(*words, status=cli.FAILED) == \
            "geo: Another program has this profile open. Close it and try " \
            "again.\n"
    # The other community is nobody's.
    olena.json("--community", "Hour bank", "pay", "Ivan", "1", "HOUR")


def test_search(town):
    olena = town.olena
    olena.run("pay", "Ivan", "2", "UAH", "--note", "За мед", "--id", "honey")

    def found(*words):
        return [item["tx_id"] for item in
                olena.json("history", *words)["items"]]

    assert found("--search", "МЕД") == ["honey"]
    assert found("--search", "iVaN", "--kind", "paid") == \
        ["honey", "slow", "in-market"]
    assert found("--with", "Ivan", "--kind", "trust-got") == [None]
    assert found("--kind", "refused") == []
    assert found("--state", "in-doubt,sending") == []
    assert found("--since", "2100-01-01") == []
    assert found("--until", "2000-01-01") == []
    assert found("--since", "2000-01-01", "--equivalent", "UAH", "--kind",
                 "paid", "--limit", "1") == ["honey"]
    for words in (("--kind", "odd"), ("--state", "paid,odd"),
                  ("--since", "yesterday"), ("--equivalent", "XYZ")):
        olena.run("history", *words, status=cli.USAGE)


def test_status(town):
    olena, hub = town.olena, town.hubs["Market"]
    assert "nothing was ever sent" in olena.run("status", UNKNOWN,
                                                status=cli.USAGE)
    assert "No payment is in doubt." in olena.run("status")
    hub.process.send_signal(signal.SIGSTOP)
    try:
        document = olena.json("--offline", "status")
    finally:
        hub.process.send_signal(signal.SIGCONT)
    assert document["payments"] == [] and document["open"] == 0
    olena.json("pay", "Ivan", "9999", "UAH", "--id", "too-much",
               status=cli.REFUSED)
    document = olena.json("status", "too-much")
    assert document["state"] == "not-paid" and document["may_pay_again"]
    assert "you can pay again" in document["advice"]


def test_invite(town):
    """Somebody is invited to a market that asks for a code, and to be trusted."""
    hub = cli.Hub(os.path.join(town.folder, "closed"))
    with open(hub.config, "a", encoding="utf-8") as file:
        file.write("code=apple-7\n")
    hub.start()
    try:
        vera, petro = cli.Person(town, "Vera"), cli.Person(town, "Invited")
        vera.pid = vera.json("init", "--name", "Vera")["pid"]
        petro.pid = petro.json("init", "--name", "Petro")["pid"]
        # Who joined before there was one has no code to pass on, until told.
        vera.run("join", hub.link, status=cli.REFUSED)
        vera.run("join", hub.link + "&code=apple-7")
        vera.run("invite", "0", "UAH", status=cli.USAGE)
        vera.run("invite", "5", "UAH", "--expires", "soon", status=cli.USAGE)
        vera.run("invite", "5", "EUR", status=cli.USAGE)
        made = vera.json("invite", "500", "UAH", "--name", "Petro",
                         "--asks", "20", "--expires", "7d")
        assert (made["kind"], made["mine"], made["state"], made["amount"],
                made["memo"]) == ("invitation", True, "open", "500.00",
                                  "Petro"), made
        link = made["link"]
        assert "&code=apple-7&" in link and "&limit=500.00&" in link, link
        assert vera.run("invite", "1", "UAH").count("geo://v1/join?") == 1

        changed = link.replace("&limit=500.00&", "&limit=900.00&")
        petro.run("join", changed, status=cli.USAGE)
        # It is stopped at each step of joining, and goes on.
        for step in range(1, 100):
            os.environ["GEO_CRASH_AT"] = str(step)
            try:
                done, said = petro.call("join", link)
            except AssertionError as error:
                assert ": -9 " in str(error), error
                continue
            finally:
                del os.environ["GEO_CRASH_AT"]
            assert done.returncode == cli.DONE, said
            break
        assert step < 99
        assert "Vera invites you, and would trust you up to 500.00 UAH." \
            in done.stdout, said
        assert "You ask Vera to trust you up to 500.00 UAH." in done.stdout, said
        again = petro.json("join", link)["invitation"]
        assert (again["name"], again["pid"], again["limit"], again["asked"]) \
            == ("Vera", vera.pid, "500.00", "20.00"), again
        mine = petro.json("requests")["requests"]
        assert [(r["kind"], r["amount"]) for r in mine if r["mine"]] \
            == [("trust", "500.00")], mine
        assert again["request"] == [r["key"] for r in mine if r["mine"]][0]

        # It is taken up, and each is asked by the other.
        seen = {r["id"]: r for r in vera.json("requests", "--all")["requests"]}
        assert seen[made["id"]]["mine"] and len(seen) == 3, seen
        shown = vera.json("requests", "--all")["requests"]
        taken = [r for r in shown if r["key"] == made["key"]][0]
        assert (taken["state"], taken["peer"]["pid"]) == ("done", petro.pid)
        assert "You invited Petro, and offered to trust them up to 500.00 UAH. " \
            "It was taken up." in vera.run("requests", "--all")
        vera.run("trust", "Petro", "500", "UAH")
        back = [r for r in petro.json("requests")["requests"] if not r["mine"]]
        assert [(r["kind"], r["amount"]) for r in back] \
            == [("trust", "20.00")], back
        petro.run("trust", "Vera", "20", "UAH")
        petro.json("pay", "Vera", "120", "UAH")
        vera.json("balance")
        assert vera.json("requests")["requests"][0]["kind"] == "invitation"
        # Petro passes the code on.
        assert "&code=apple-7&" in petro.json("invite", "1", "UAH")["link"]
    finally:
        hub.stop()


def end(towns):
    for hub in towns.hubs.values():
        hub.process.send_signal(signal.SIGCONT)
        hub.stop()


if __name__ == "__main__":
    sys.exit(cases.run(globals(), "geo-communities-", Towns, end))
