#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The GEO authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command geo for several people around a real geo-hub.

Three people join, trust each other and pay over two hops; then everything that
can go wrong does, each with its exit status.  Everything is a process of its
own; nothing but loopback and one temporary folder is touched.  Long because the
tests build on each other and run in the order they stand in.
"""

import csv
import json
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import cases
import seal

BUILD = os.environ.get("GEO_BUILD_ROOT", ".")
GEO = os.path.join(BUILD, "src", "geo")
HUB = os.path.join(BUILD, "src", "geo-hub")

CONFIG = """\
[community]
name=Test market
equivalents=UAH:2:fiat:₴;HOUR:2:time;PIECE:0:custom

[joining]
open=true
"""

DONE, FAILED, USAGE, REFUSED, IN_DOUBT, OFFLINE, NOT_VERIFIED, KEY = range(8)
NOBODY = "2KagShR4Usj2uARXJeDw7XJEKvQ3XDr84dC47hUB3Uyd"


class Hub:
    """A geo-hub process; the address stays when it is started again."""

    def __init__(self, folder):
        self.folder = folder
        self.listen = "127.0.0.1:0"
        self.process = None
        os.mkdir(folder, 0o700)
        self.config = os.path.join(folder, "test.conf")
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(CONFIG)

    def start(self, **environment):
        with open(os.path.join(self.folder, "log"), "ab") as log:
            self.process = subprocess.Popen(
                [HUB, "--data-dir", self.folder, "--config", self.config,
                 "--listen", self.listen],
                env={**os.environ, **environment},
                stdout=subprocess.PIPE, stderr=log, text=True)
        line = self.process.stdout.readline()
        match = re.fullmatch(
            r"geo-hub: listening on (http://(\S+)) community (\S+)\n", line)
        assert match, f"the hub says {line!r}"
        self.address, self.listen, self.community = match.groups()
        self.link = ("geo://v1/join?hub=" + self.address.replace(":", "%3A")
                     + "&community=" + self.community)

    def stop(self, may_fall=False):
        """may_fall: it has a point to fall at, which may be on the way out."""
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(180)
        assert status == 0 or (may_fall and status == -signal.SIGKILL), status
        self.process.stdout.close()
        self.process = None

    def restart(self):
        """Ends it if it did not end by itself, and starts it again."""
        if self.process.poll() is None:
            self.stop(may_fall=True)
        else:
            self.process.stdout.close()
        self.start()


class Person:
    """Somebody with a profile, who types commands."""

    def __init__(self, town, name, passphrase=None):
        self.name = name
        self.town = town
        self.profile = os.path.join(town.folder, "profile-" + name)
        self.passphrase_file = None
        if passphrase is not None:
            self.passphrase_file = self.profile + ".passphrase"
            with open(self.passphrase_file, "w", encoding="utf-8") as file:
                file.write(passphrase + "\n")

    def call(self, *arguments):
        """Runs geo; what it may print in any case is checked here."""
        command = [GEO, "--profile", self.profile]
        if self.passphrase_file is not None:
            command += ["--passphrase-file", self.passphrase_file]
        done = subprocess.run(command + list(arguments), text=True,
                              stdin=subprocess.DEVNULL, timeout=180,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              start_new_session=True)
        said = f"{arguments}: {done.returncode} {done.stdout} {done.stderr}"
        if done.returncode == DONE:
            assert done.stderr == "", said
        else:
            assert re.fullmatch(r"geo: [^\n]*[.!?…]\n", done.stderr), said
            assert done.stdout == "" or "--json" in arguments, said
        return done, said

    def run(self, *arguments, status=DONE):
        """What stdout holds; the failure's sentence where status is not 0."""
        done, said = self.call(*arguments)
        assert done.returncode == status, said
        return done.stdout if status == DONE else done.stderr

    def any_json(self, *arguments):
        """The exit status and the document."""
        done, said = self.call("--json", *arguments)
        document = json.loads(done.stdout)
        assert document["ok"] == (done.returncode == DONE), said
        if done.returncode != DONE:
            error = document["error"]
            assert error["exit"] == done.returncode, said
            assert error["message"] in done.stderr, said
        return done.returncode, document

    def json(self, *arguments, status=DONE):
        """The document, or the failure's error object."""
        got, document = self.any_json(*arguments)
        assert got == status, (arguments, got, document)
        return document if status == DONE else document["error"]

    def total(self, equivalent="UAH"):
        for total in self.json("balance")["totals"]:
            if total["equivalent"] == equivalent:
                return total["balance"]
        raise AssertionError(f"no total in {equivalent}")

    def relation(self, other, equivalent="UAH"):
        for person in self.json("balance")["people"]:
            if person["pid"] == other.pid:
                for relation in person["relations"]:
                    if relation["equivalent"] == equivalent:
                        return relation
        raise AssertionError(f"{self.name} has nothing with {other.name}")


class Town:
    def __init__(self, folder):
        self.folder = folder
        self.hub = Hub(os.path.join(folder, "hub"))
        self.hub.start()
        self.olena = Person(self, "Olena")
        self.ivan = Person(self, "Ivan")
        self.maria = Person(self, "Maria")
        self.people = [self.olena, self.ivan, self.maria]


def test_init(town):
    for person in town.people:
        document = person.json("init", "--name", person.name)
        person.pid = document["pid"]
        person.words = document["words"]
        assert len(person.words.split()) == 12
        assert document["name"] == person.name
        assert document["key_place"] == "keyring"
    assert "already" in town.olena.run("init", "--name", "Olena",
                                       status=FAILED)


def test_wrong_passphrase(town):
    person = Person(town, "Petro", "correct horse")
    document = person.json("init", "--name", "Petro", "--no-keyring")
    assert document["key_place"] == "file"
    for content, sentence in (("wrong\n", ""), ("", "empty"), ("\n", "empty")):
        path = os.path.join(town.folder, "wrong.passphrase")
        with open(path, "w", encoding="utf-8") as file:
            file.write(content)
        assert sentence in person.run("balance", "--passphrase-file", path,
                                          status=KEY)
    # There is no terminal to ask on here.
    person.passphrase_file = None
    assert "--passphrase-file" in person.run("balance", status=KEY)


def type_passphrases(command, *lines):
    """Runs it with a terminal of its own; what the terminal showed, status."""
    child, terminal = pty.fork()
    if child == 0:
        os.execv(command[0], command)
    shown = b""

    def see():
        """Reads on; nothing at the end."""
        nonlocal shown
        assert select.select([terminal], [], [], 60)[0], shown
        try:
            more = os.read(terminal, 1024)
        except OSError:
            more = b""
        shown += more
        return more

    for number, line in enumerate(lines, 1):
        # Each question ends with a colon; what is typed before it is dropped.
        while shown.count(b":") < number:
            assert see(), shown
        os.write(terminal, line.encode() + b"\n")
    while see():
        pass
    _, status = os.waitpid(child, 0)
    os.close(terminal)
    return shown.decode(), os.waitstatus_to_exitcode(status)


def test_open_folder(town):
    """Where anybody may write, anybody may put another key."""
    person = Person(town, "Nina", "secret")
    os.mkdir(person.profile)
    os.chmod(person.profile, 0o777)
    said = person.run("init", "--name", "Nina", "--no-keyring", status=FAILED)
    assert person.profile in said and "chmod 700" in said, said
    assert not os.listdir(person.profile)
    # Who has a group of their own makes folders for it; all may look.
    os.chmod(person.profile, 0o775)
    person.run("init", "--name", "Nina", "--no-keyring")
    assert "geo join" in person.run("balance", status=FAILED)
    os.chmod(person.profile, 0o777)
    assert "chmod 700" in person.run("balance", status=FAILED)


def test_terminal(town):
    profile = os.path.join(town.folder, "typed")
    init = [GEO, "--profile", profile, "init", "--name", "Typed",
            "--no-keyring"]
    shown, status = type_passphrases(init, "secret one", "secret two")
    assert status == KEY, shown
    assert "differ" in shown, shown
    assert not os.path.exists(os.path.join(profile, "identity.key"))

    # The last character is taken back and typed again.  Neither a word nor a PID,
    # which are shown, has a zero in it.
    shown, status = type_passphrases(init, "sé00ey\x7ft", "sé00et")
    assert status == DONE, shown
    assert "00" not in shown, shown
    balance = [GEO, "--profile", profile, "balance"]
    shown, status = type_passphrases(balance, "wrong")
    assert status == KEY, shown
    shown, status = type_passphrases(balance, "sé00et")
    assert status == FAILED and "geo join" in shown, shown
    shown, status = type_passphrases(balance, "sé00et\x03")
    assert status == KEY, shown


def test_join(town):
    assert "geo join" in town.olena.run("balance", status=FAILED)
    foreign = town.hub.link.replace(town.hub.community, NOBODY)
    assert town.olena.json("join", foreign,
                           status=NOT_VERIFIED)["kind"] == "not-verified"
    town.olena.run("join", "geo://v2/join?hub=x", status=USAGE)
    town.olena.run("join", "http://127.0.0.1:1", status=OFFLINE)

    for person in town.people:
        document = person.json("join", town.hub.link)
        assert document["pid"] == person.pid
        assert document["community"] == {"name": "Test market",
                                         "pid": town.hub.community}
        assert [e["equivalent"] for e in document["equivalents"]] \
            == ["UAH", "HOUR", "PIECE"]
        assert document["contact_link"].startswith("geo://v1/participant?")
        person.link = document["contact_link"]
    # Again, by the address alone: it is the same.
    assert "Test market" in town.olena.run("join", town.hub.address)


def test_people(town):
    found = town.olena.json("people", "iva")["people"]
    assert [(p["name"], p["pid"]) for p in found] \
        == [("Ivan", town.ivan.pid)], found
    assert town.olena.json("people", "nobody of that name")["people"] == []
    assert town.olena.json("people")["people"] == []
    assert town.olena.json("people")["me"]["pid"] == town.olena.pid


def test_trust(town):
    olena, ivan, maria = town.people
    document = ivan.json("trust", "olena", "100", "UAH")
    assert document["limit"] == "100.00"
    assert document["to"] == {"name": "Olena", "pid": olena.pid}
    assert "You trust Ivan up to 100.00 UAH." \
        in maria.run("trust", ivan.link, "100,00", "uah")
    assert ivan.relation(olena)["my_limit"] == "100.00"
    assert olena.relation(ivan)["their_limit"] == "100.00"
    assert olena.relation(ivan)["my_limit"] is None
    text = olena.run("people")
    assert "Ivan trusts you up to 100.00 UAH." in text, text


def test_trust_wrong(town):
    ivan = town.ivan
    for arguments in (["Nobody", "5", "UAH"], [NOBODY, "5", "UAH"],
                      ["Olena", "5.001", "UAH"], ["Olena", "five", "UAH"],
                      ["Olena", "5", "EUR"], ["Olena", "5"],
                      ["Olena", "1.5", "PIECE"]):
        ivan.run("trust", *arguments, status=USAGE)
    assert "UAH, HOUR, PIECE" in ivan.run("trust", "Olena", "5", status=USAGE)
    for command in ("trust", "pay"):
        said = ivan.run(command, "Olena", "-5", "UAH", status=USAGE)
        assert "cannot be below zero" in said, said
    for option in ("--spare", "--daily"):
        said = ivan.run("trust", "Olena", "5", "UAH", option, "-1",
                        status=USAGE)
        assert "Unknown" not in said, said
    # What counts in no amount is not asked for one.
    said = ivan.run("checkpoint", "Olena", status=USAGE)
    assert "in which equivalent" in said and "amount" not in said, said


def test_what_to_do(town):
    """What cannot be used is told with what to type instead."""
    words = os.path.join(town.folder, "wrong.words")
    with open(words, "w", encoding="utf-8") as file:
        file.write("zoo zoo nosuchword")
    damaged = "cut short or damaged. Copy all of it again"
    for arguments, sentence in (
            ("trust Olena five UAH", "“five” is no amount: write it as 12.5."),
            ("trust Olena five PIECE", "“five” is no amount: write it as 12."),
            ("trust Olena 5.001 UAH", "too many decimals: the most that "
                                      "count here is 2."),
            ("trust Olena 99999999999999999999 UAH", "give a smaller one."),
            ("trust Olena 5 UAH --daily x", "“x” is no amount"),
            ("pay geo://v1/pay?to=x", damaged),
            ("trust geo://v1/nothing?of=it 5 UAH", damaged),
            (f"pay geo://v1/pay?to={town.olena.pid}&equivalent=UAH&amount=4",
             "does not have the decimals that count here"),
            ("trust geo://v2/participant?pid=x 5 UAH", "Update first."),
            ("join geo://v2/join?hub=x", "Update first."),
            ("join geo://v1/join", damaged),
            ("join geo://v1/pay?to=x", "It begins with geo://v1/join."),
            ("join https://", "One is like https://hub.example."),
            ("request 0 UAH", "an amount above zero"),
            ("invite 0 UAH", "an amount above zero"),
            ("invite 5 UAH --asks 0", "an amount above zero"),
            ("ask-trust Olena 0 UAH", "an amount above zero"),
            ("evidence -1", "A number cannot be below zero."),
            ("history --since 2026-12-01 --until 2026-11-01",
             "ends before it begins")):
        said = town.ivan.run(*arguments.split(" "), status=USAGE)
        assert sentence in said, said
    assert "“geo evidence” lists" in town.ivan.run("evidence", "5",
                                                   status=FAILED)
    assert damaged in town.ivan.run("verify", "geo://v1/pay?to=x",
                                    status=NOT_VERIFIED)
    assert "nothing to accept" in town.ivan.run("key", "accept", "Olena")
    nobody = Person(town, "Nobody", "secret")
    assert "Word 3 is no recovery word." in nobody.run(
        "init", "--no-keyring", "--words-file", words, status=USAGE)


def test_pay_over_two_hops(town):
    olena, ivan, maria = town.people
    document = olena.json("pay", "Maria", "10", "UAH", "--id", "first",
                          "--note", "for “bread”")
    assert document["state"] == "paid"
    assert document["tx_id"] == "first"
    assert document["amount"] == "10.00"
    assert document["to"]["pid"] == maria.pid
    assert olena.total() == "-10.00"
    assert ivan.total() == "0.00"
    assert maria.total() == "10.00"
    assert olena.relation(ivan)["balance"] == "-10.00"
    assert ivan.relation(olena)["balance"] == "10.00"
    assert ivan.relation(maria)["balance"] == "-10.00"
    for line in ivan.run("history").splitlines():
        assert line.count(": ") < 2, line
    text = ivan.run("balance")
    assert "Olena owes you 10.00 UAH." in text, text
    assert "You owe Maria 10.00 UAH." in text, text


def test_pay_again(town):
    olena = town.olena
    again = olena.json("pay", "Maria", "10.00", "UAH", "--id", "first")
    assert again["state"] == "paid"
    olena.run("pay", "Maria", "11.00", "UAH", "--id", "first", status=USAGE)
    olena.run("pay", "Ivan", "10.00", "UAH", "--id", "first", status=USAGE)
    assert olena.total() == "-10.00"


def test_pay_too_much(town):
    failure = town.olena.json("pay", "Maria", "90.01", "UAH", status=REFUSED)
    assert failure["state"] == "not-paid"
    assert failure["code"] == "E002", failure
    assert failure["max_amount"] == "90.00", failure
    assert "90.00" in failure["message"], failure
    failure = town.maria.json("pay", "Olena", "1", "HOUR", status=REFUSED)
    assert failure["code"] == "E001", failure
    assert town.olena.total() == "-10.00"


def test_pay_wrong(town):
    olena = town.olena
    for arguments in (["Nobody", "5", "UAH"], [NOBODY, "5", "UAH"],
                      ["Maria", "0", "UAH"], ["Maria", "5.001", "UAH"],
                      ["Maria", "5"], ["Maria", "5", "EUR"],
                      [town.hub.link, "5", "UAH"]):
        olena.run("pay", *arguments, status=USAGE)
    for me in ("Olena", olena.pid):
        error = olena.json("pay", me, "5", "UAH", status=USAGE)
        assert error["kind"] == "usage" and "you" in error["message"], error


def test_pay_back_by_link(town):
    olena, ivan, maria = town.people
    # Through Ivan it goes only by his mandate: a line of his, however small.
    ivan.run("trust", "Maria", "0.01", "UAH")
    link = (f"geo://v1/pay?to={olena.pid}&equivalent=UAH&amount=4.00"
            "&memo=back%20again")
    text = maria.run("pay", link)
    assert "Paid 4.00 UAH to Olena." in text, text
    assert olena.total() == "-6.00"
    assert ivan.total() == "0.00"
    assert maria.total() == "6.00"


def test_in_doubt(town):
    """The hub dies at one point after another of a payment."""
    olena, _, maria = town.people
    doubts = 0
    for point in range(1, 5):
        before = olena.total()
        town.hub.stop()
        town.hub.start(GEO_CRASH_AT=str(point))
        tx_id = f"doubt-{point}"
        pay = ["pay", maria.pid, "1", "UAH", "--id", tx_id]
        status, document = olena.any_json(*pay, "--wait", "2")
        if status == IN_DOUBT:
            doubts += 1
            failure = document["error"]
            assert failure["state"] == "in-doubt", failure
            assert "do not pay again" in failure["message"], failure
            assert tx_id in failure["message"], failure
        else:
            assert status in (DONE, OFFLINE, REFUSED), document
        town.hub.restart()

        # The same command tells what became of it, and pays once.
        status, document = olena.any_json(*pay)
        assert status in (DONE, REFUSED), document
        for _ in range(2):
            assert olena.any_json(*pay)[0] == status
        after = f"{float(before) - (status == DONE):.2f}"
        assert olena.total() == after, (before, after, status)
        assert olena.json("balance")["open"] == 0
    print(f"# {doubts} of 4 were in doubt")
    town.paid = olena.total()


def test_history(town):
    olena, ivan, maria = town.people
    items = olena.json("history")["items"]
    ids = [item["id"] for item in items]
    assert ids == sorted(ids, reverse=True)
    paid = [i for i in items if i["tx_id"] == "first"]
    assert len(paid) == 1
    assert paid[0]["kind"] == "paid" and paid[0]["state"] == "paid"
    assert paid[0]["amount"] == "10.00" and paid[0]["name"] == "Maria"
    assert paid[0]["note"] == "for “bread”"
    not_paid = [i for i in items if i["state"] == "not-paid"]
    assert not_paid and all(i["reason"] for i in not_paid), items
    received = [i for i in items if i["kind"] == "received"]
    assert [i["note"] for i in received] == ["back again"], received
    assert items[-1]["kind"] == "joined"

    pages, before = [], None
    while True:
        page = olena.json("history", "--limit", "2",
                          *([] if before is None else ["--before",
                                                       str(before)]))["items"]
        if not page:
            break
        assert len(page) <= 2
        pages += page
        before = page[-1]["id"]
    assert pages == items

    # What passed through says neither who nor what for.
    passed = [i for i in ivan.json("history")["items"]
              if i["kind"] == "passed"]
    assert len(passed) >= 2, passed
    assert all(item["note"] is None for item in passed)
    text = maria.run("history")
    assert "for “bread”" in text and "10.00 UAH" in text, text


def test_receipt(town):
    olena, ivan, maria = town.people
    path = os.path.join(town.folder, "receipt.json")
    receipt = olena.run("receipt", "first")
    olena.run("receipt", "first", "--output", path)
    with open(path, encoding="utf-8") as file:
        assert file.read() == receipt.rstrip("\n")
    assert os.stat(path).st_mode & 0o777 == 0o600
    document = olena.json("receipt", "first", "--output", path)
    assert document["file"] == path
    olena.run("receipt", "no-such-thing", status=USAGE)

    # Nobody's profile, no network: the receipt alone.
    stranger = Person(town, "Stranger")
    text = stranger.run("verify", path)
    assert "10.00 UAH" in text and "Maria" in text and "Olena" in text, text
    # The payee has one, too, and so has who was in between.
    for person in (ivan, maria):
        key = [i["receipt"] for i in person.json("history")["items"]
               if i["receipt"] and i["amount"] == "10.00"][0]
        person.run("receipt", key, "--output", path)
        stranger.json("verify", path)


def test_output_places(town):
    """A file is replaced, a link and a device stay what they are."""
    olena = town.olena
    commands = {
        ("receipt", "first", "--output"): '"kind":"geo-receipt"',
        ("statement", "--output"): '"kind":"geo-statement"',
        ("statement", "--csv"): ",",
        ("statement", "--pdf"): "%PDF",
        ("--offline", "export", "--output"): '"geo-export"',
        ("backup",): "GEOBACK",
    }
    target = os.path.join(town.folder, "place")
    link = os.path.join(town.folder, "link-to-place")
    folder = os.path.join(town.folder, "folder-place")
    pipe = os.path.join(town.folder, "pipe-place")
    os.symlink("place", link)
    os.mkdir(folder)
    os.mkfifo(pipe)
    for command, begin in commands.items():
        command = [GEO, "--profile", olena.profile, *command]

        def write(name, command=command):
            return subprocess.run([*command, name], timeout=180, check=False,
                                  stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE)

        # What is printed is that, and nothing about it.
        done = write("/dev/stdout")
        assert done.returncode == DONE and done.stderr == b"", (command, done)
        assert begin.encode() in done.stdout, (command, done.stdout[:200])
        assert b"/dev/stdout" not in done.stdout, command
        done = write(link)
        assert done.returncode == DONE, (command, done)
        assert os.path.islink(link) and os.path.isfile(target), command
        assert os.stat(target).st_mode & 0o777 == 0o600
        with open(target, "rb") as file:
            whole = file.read()
        assert begin.encode() in whole, command
        with open(target + ".read", "w+b") as file:
            with subprocess.Popen(["cat", pipe], stdout=file):
                done = write(pipe)
                assert done.returncode == DONE, (command, done)
            file.seek(0)
            assert begin.encode() in file.read(), command
        for name in (folder, "/dev/full", os.path.join(target, "under-a-file"),
                     os.path.join(folder, "none", "file")):
            done = write(name)
            assert done.returncode == FAILED, (command, name, done)
            assert re.fullmatch(rb"geo: [^\n]+\.\n", done.stderr), done
        assert os.path.isdir(folder) and not os.listdir(folder)
        with open(target, "rb") as file:
            assert file.read() == whole
        os.unlink(target)
    for name in (target, target + ".read", link, pipe):
        if os.path.lexists(name):
            os.unlink(name)
    assert not [name for name in os.listdir(town.folder) if ".part" in name]


def test_receipt_corrupted(town):
    stranger = Person(town, "Stranger")
    path = os.path.join(town.folder, "corrupted.json")
    receipt = town.olena.run("receipt", "first").rstrip("\n")
    changed = set()
    for match in re.finditer(r'"(signature|amount|name|salt)":"([^"]{2,})"',
                             receipt):
        at = match.start(2) + 1
        wrong = "1" if receipt[at] != "1" else "2"
        if receipt[at] == ".":
            continue
        changed.add(match.group(1))
        with open(path, "w", encoding="utf-8") as file:
            file.write(receipt[:at] + wrong + receipt[at + 1:])
        failure = stranger.json("verify", path, status=NOT_VERIFIED)
        assert failure["kind"] == "not-verified"
        assert "(" not in failure["message"], failure
    assert {"signature", "amount", "name"} <= changed, changed
    for text in ("", "{}", "no JSON", receipt[:-1], receipt + receipt):
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        failure = stranger.json("verify", path, status=NOT_VERIFIED)
        # Nothing for programmers, which is in no other language.
        assert failure["message"] == \
            "This does not hold: This is nothing that can be checked.", failure
    with open(path, "w", encoding="utf-8") as file:
        file.write(receipt.replace(":", ": ", 1))
    failure = stranger.json("verify", path, status=NOT_VERIFIED)
    assert "It is not written as it was signed." in failure["message"], failure
    stranger.run("verify", path + ".missing", status=FAILED)


def test_verify_journal(town):
    for person in town.people:
        assert person.json("verify")["records"] > 3
    assert "records" in town.olena.run("verify")


def test_journal_corrupted(town):
    copy = Person(town, "Maria-copy")
    shutil.copytree(town.maria.profile, copy.profile)
    # The key is in the keyring by the profile's folder: restored, it is there.
    words = os.path.join(town.folder, "words-maria")
    with open(words, "w", encoding="utf-8") as file:
        file.write(town.maria.words)
    os.unlink(os.path.join(copy.profile, "identity.json"))
    copy.run("init", "--name", "Maria", "--words-file", words)
    assert copy.json("verify")["records"] > 3

    path = os.path.join(copy.profile, town.hub.community, "journal.db")
    # One bit of the file, wherever it is: the page is named.
    with open(path, "rb") as file:
        whole = file.read()
    assert len(whole) % 4096 == 0
    for at in (0, 20, 97, 4095, 4096, len(whole) // 2, len(whole) - 1):
        changed = bytearray(whole)
        changed[at] ^= 1
        with open(path, "wb") as file:
            file.write(changed)
        if at >= 16:
            failure = copy.json("verify", path, status=NOT_VERIFIED)
            assert f"Page {at // 4096 + 1} " in failure["message"], failure
        else:  # It does not say any more that it is a journal.
            copy.run("verify", path, status=NOT_VERIFIED)
        assert copy.call("verify")[0].returncode != DONE
        with open(path, "rb") as file:
            assert file.read() == changed
    with open(path, "wb") as file:
        file.write(whole)
    assert copy.json("verify", path)["records"] > 3

    # A journal that somebody wrote anew, with seals that fit.
    assert seal.rewrite(
        path, "DROP TRIGGER record_is_not_changed",
        "UPDATE record SET body = replace (body, '10.00', '10.01')"
        " WHERE body LIKE '%10.00%'") > 0
    failure = copy.json("verify", status=NOT_VERIFIED)
    assert failure["kind"] == "not-verified"
    assert failure["records"] >= 1, failure


def pay_when_there(payer, link):
    """The payment, once who asks is connected."""
    end = time.monotonic() + 180
    while True:
        status, document = payer.any_json("pay", link)
        if status == DONE:
            return document
        assert document["error"]["reason"] == "payee_away", document
        assert time.monotonic() < end, "they never are there"


def test_request_by_link(town):
    olena, ivan, maria = town.people
    asked = maria.json("request", "1.50", "UAH", "--memo", "bread", "--once",
                       "--expires", "2h")
    assert asked["link"].startswith("geo://v1/pay?"), asked
    assert (asked["state"], asked["mine"], asked["once"]) \
        == ("open", True, True)
    before = maria.total()
    # Of what was signed, nothing may be another.
    failure = ivan.run("pay", asked["link"].replace("1.50", "1.40"),
                       status=USAGE)
    assert "changed" in failure or "signed" in failure, failure
    ivan.run("pay", asked["link"], "2", status=USAGE)
    # Whether it is still asked for is for Maria to say, who is not there.
    failure = ivan.json("pay", asked["link"], status=REFUSED)
    assert failure["reason"] == "payee_away", failure
    assert maria.total() == before
    maria.run("requests", "--wait", "-1", status=USAGE)
    with ThreadPoolExecutor(1) as pool:
        waits = pool.submit(maria.json, "requests", "--all", "--wait", "50")
        paid = pay_when_there(ivan, asked["link"])
        shown = [r for r in waits.result()["requests"]
                 if r["id"] == asked["id"]]
        assert [(r["state"], r["paid"]) for r in shown] == [("done", 1)], shown
    assert (paid["state"], paid["amount"]) == ("paid", "1.50"), paid
    assert float(maria.total()) == float(before) + 1.5
    # Once is once, for Ivan and for everybody.
    ivan.run("pay", asked["link"], status=USAGE)
    shown = [r for r in maria.json("requests", "--all")["requests"]
             if r["id"] == asked["id"]]
    assert [(r["state"], r["paid"]) for r in shown] == [("done", 1)], shown
    receipt = json.loads(ivan.run("receipt", paid["tx_id"]))
    order = receipt["body"]["entry"]["certificate"]["order"]
    assert order["invoice"] == asked["key"]


def test_request_sent(town):
    olena, ivan, maria = town.people
    asked = maria.json("request", "2", "UAH", "--from", "Ivan",
                       "--memo", "the cinema")
    assert not asked["waits"], asked
    waiting = ivan.json("requests")["requests"]
    assert [(r["id"], r["amount"], r["memo"], r["peer"]["name"], r["mine"])
            for r in waiting] \
        == [(asked["id"], "2.00", "the cinema", "Maria", False)], waiting
    assert "Maria asks you for 2.00 UAH" in ivan.run("requests")
    assert ivan.json("pay", asked["id"][:8])["state"] == "paid"
    assert ivan.json("requests")["requests"] == []
    assert maria.json("requests")["requests"] == []
    history = maria.json("history", "--limit", "1")["items"]
    assert history[0]["note"] == "the cinema", history

    # No is told; a request of one's own is taken back.
    asked = maria.json("request", "any", "UAH", "--from", "Ivan")
    assert "declined" in ivan.run("decline", asked["id"])
    shown = maria.json("requests", "--all")["requests"][0]
    assert (shown["id"], shown["state"]) == (asked["id"], "declined"), shown
    asked = maria.json("request", "3", "UAH")
    assert "taken back" in maria.run("decline", asked["id"])


def test_request_while_away(town):
    """Who asks needs no hub, and who is asked need not be there."""
    olena, ivan, maria = town.people
    town.hub.stop()
    asked = maria.json("request", "1", "UAH", "--from", ivan.pid)
    assert asked["waits"]
    town.hub.start()
    assert not [r for r in ivan.json("requests")["requests"]]
    maria.json("requests")
    waiting = ivan.json("requests")["requests"]
    assert [r["id"] for r in waiting] == [asked["id"]], waiting
    ivan.run("block", "Maria")
    ivan.json("decline", asked["id"])
    maria.json("request", "1", "UAH", "--from", "Ivan")
    assert ivan.json("requests")["requests"] == []
    ivan.run("block", "Maria", "--off")


def test_ask_trust(town):
    olena, ivan, maria = town.people
    asked = maria.json("ask-trust", "Ivan", "5", "HOUR", "--memo", "harvest")
    waiting = ivan.json("requests")["requests"]
    assert [(r["kind"], r["amount"], r["memo"]) for r in waiting] \
        == [("trust", "5.00", "harvest")], waiting
    ivan.run("trust", "Maria", "5", "HOUR")
    assert ivan.json("requests")["requests"] == []
    shown = maria.json("requests", "--all")["requests"][0]
    assert (shown["id"], shown["state"]) == (asked["id"], "done"), shown
    ivan.run("trust", "Maria", "--close", "HOUR")


def test_checkpoint(town):
    olena, ivan, maria = town.people
    owed = ivan.relation(maria)["balance"].lstrip("-")
    asked = ivan.json("checkpoint", "Maria", "UAH")
    assert (asked["kind"], asked["amount"]) == ("checkpoint", owed), asked
    ivan.run("checkpoint", "show", asked["id"], status=FAILED)
    done = maria.json("checkpoint", "accept", asked["id"])
    assert done["state"] == "done", done
    proof = json.loads(ivan.run("checkpoint", "show", asked["id"]))
    assert proof["checkpoint"]["amount"] == owed
    assert len(proof["responses"]) == 2
    assert proof == json.loads(maria.run("checkpoint", "show", asked["id"]))

    # What is not the same any more is said, and not signed.
    settled = asked["id"]
    asked = ivan.json("checkpoint", "Maria", "UAH")
    maria.json("pay", "Ivan", "0.50", "UAH")
    # What was signed by both stays so.
    assert maria.json("checkpoint", "accept", settled)["state"] == "done"
    failure = maria.json("checkpoint", "accept", asked["id"],
                         status=NOT_VERIFIED)
    assert "Only your journal has 0.50" in failure["difference"], failure
    maria.run("decline", asked["id"])
    maria.json("pay", "Ivan", "0.50", "UAH")
    ivan.json("pay", "Maria", "1.00", "UAH")


def test_checkpoint_of_nothing(town):
    """Where nothing is owed, nobody is said to owe it."""
    olena, ivan, maria = town.people
    ivan.run("trust", "Maria", "3", "HOUR")
    neither = "neither of you owes the other anything in HOUR"
    said = ivan.run("checkpoint", "Maria", "HOUR")
    assert f"You ask Maria to agree that {neither}." in said, said
    asked = [request for request in maria.json("requests")["requests"]
             if request["kind"] == "checkpoint"
             and request["equivalent"] == "HOUR"][0]
    listed = maria.run("requests")
    assert f"Ivan asks you to agree that {neither}." in listed, listed
    maria.json("checkpoint", "accept", asked["id"])
    path = os.path.join(town.folder, "nothing.checkpoint")
    ivan.run("checkpoint", "show", asked["id"], "--output", path)
    said = olena.run("verify", path)
    assert "neither owes the other anything in HOUR on" in said, said
    ivan.run("trust", "Maria", "--close", "HOUR")


def test_statement(town):
    olena, ivan, maria = town.people
    path = os.path.join(town.folder, "maria.statement")
    done = maria.json("statement", "--output", path)
    with open(path, encoding="utf-8") as file:
        text = file.read()
    lines = text.splitlines()
    head = json.loads(lines[0])
    assert head["kind"] == "geo-statement"
    assert head["statement"]["records"] == len(lines) - 1 == done["rows"]
    closing = [(b["peer"], b.get("closing_claim"))
               for b in head["statement"]["balances"]]
    assert (ivan.pid, maria.relation(ivan)["balance"]) in closing, closing
    # Anybody can check it, and finds the first record that does not hold.
    checked = olena.json("verify", path)
    assert (checked["file"], checked["records"]) \
        == ("statement", done["rows"]), checked
    broken = os.path.join(town.folder, "broken.statement")
    for number, wrong in ((1, lines[:1] + lines[2:]),
                          (2, lines[:2] + lines[3:]),
                          (3, lines[:2] + [lines[2].replace("UAH", "UAX")]
                           + lines[3:]),
                          (4, lines[:1] + [lines[2], lines[1]] + lines[3:]),
                          (5, lines + [lines[-1]])):
        with open(broken, "w", encoding="utf-8") as file:
            file.write("\n".join(wrong) + "\n")
        failure = olena.json("verify", broken, status=NOT_VERIFIED)
        assert number != 3 or "Record 2 " in failure["message"], failure
    # Every byte counts.
    data = bytearray(text.encode())
    for place in range(0, len(data), max(1, len(data) // 60)):
        data[place] ^= 1
        with open(broken, "wb") as file:
            file.write(data)
        data[place] ^= 1
        assert olena.call("verify", broken)[0].returncode \
            == NOT_VERIFIED, place

    # With one person, in one equivalent, of a day.
    ivans = maria.json("statement", "--person", "Ivan", "--equivalent", "UAH",
                       "--output", path)
    assert olena.json("verify", path)["records"] == ivans["rows"]
    assert maria.json("statement", "--from", "2020-01-01", "--to",
                      "2020-01-02", "--output", path)["rows"] == 0
    olena.json("verify", path)
    maria.run("statement", "--from", "2020-02-01", "--to", "2020-01-02",
              status=USAGE)


def test_statement_csv(town):
    """A note is text, whatever a spreadsheet would make of it."""
    olena, ivan, maria = town.people
    ivan.json("pay", "Maria", "0.25", "UAH", "--note", "=1+1,\"x\"")
    path = os.path.join(town.folder, "maria.csv")
    rows = maria.json("statement", "--csv", path)["rows"]
    with open(path, encoding="utf-8-sig", newline="") as file:
        table = list(csv.DictReader(file))
    assert len(table) == rows
    last = table[-1]
    assert (last["note"], last["amount"], last["person"], last["kind"]) \
        == ("'=1+1,\"x\"", "0.25", "Ivan", "received"), last
    assert last["balance"] == maria.total()
    assert all(re.fullmatch(r"-?[0-9]+\.[0-9]{2}", row["amount"])
               for row in table if row["equivalent"] == "UAH")
    maria.json("pay", "Ivan", "0.25", "UAH")


def test_statement_pdf(town):
    """Pages whose words can be read out again, whole or not there."""
    olena, ivan, maria = town.people
    note = "Хліб, молоко й дещо ще " * 6
    ivan.json("pay", "Maria", "0.25", "UAH", "--note", note.strip())
    path = os.path.join(town.folder, "maria.pdf")
    rows = maria.json("statement", "--pdf", path)["rows"]
    assert rows == maria.json("statement", "--csv", path + ".csv")["rows"]
    with open(path, "rb") as file:
        data = file.read()
    assert data.startswith(b"%PDF-") and data.endswith(b"%%EOF\n")
    if shutil.which("pdftotext"):
        text = pdf_text(path)
        assert text.count("Хліб") >= 6 and "Page 1 of" in text, text
        assert "+0.25\u00a0UAH" in text.replace(" ", "\u00a0"), text
        assert maria.pid in text and "Totals" in text, text
    # An empty period has its page, too.
    assert maria.json("statement", "--from", "2020-01-01", "--to",
                      "2020-01-02", "--pdf", path)["rows"] == 0
    if shutil.which("pdftotext"):
        text = pdf_text(path)
        assert "Page 1 of 1" in text and "Nothing" in text, text
    maria.run("statement", "--pdf", os.path.join(town.folder, "no", "x.pdf"),
              status=FAILED)
    maria.run("statement", "--pdf", path, "--csv", path, status=USAGE)
    maria.json("pay", "Ivan", "0.25", "UAH")


def pdf_text(path):
    return subprocess.run(["pdftotext", "-layout", path, "-"], check=True,
                          stdout=subprocess.PIPE).stdout.decode()


def test_verify_all(town):
    """One command for every kind of file."""
    olena, ivan, maria = town.people
    asked = maria.json("request", "1", "UAH")
    assert olena.json("verify", asked["link"])["file"] == "request"
    olena.run("verify", asked["link"].replace("1.00", "2.00"),
              status=NOT_VERIFIED)
    maria.run("decline", asked["id"])
    agreed = ivan.json("checkpoint", "Maria", "UAH")
    maria.json("checkpoint", "accept", agreed["id"])
    path = os.path.join(town.folder, "checkpoint.json")
    ivan.run("checkpoint", "show", agreed["id"], "--output", path)
    assert olena.json("verify", path)["file"] == "checkpoint"
    with open(path, "rb") as file:
        data = bytearray(file.read())
    for place in range(0, len(data) - 1, max(1, len(data) // 60)):
        data[place] ^= 1
        with open(path, "wb") as file:
            file.write(data)
        data[place] ^= 1
        assert olena.call("verify", path)[0].returncode \
            == NOT_VERIFIED, place
    journal = os.path.join(maria.profile, town.hub.community, "journal.db")
    assert olena.json("verify", journal)["file"] == "journal"


def test_ambiguous_name(town):
    other = Person(town, "ivan-two", "another")
    other.pid = other.json("init", "--name", "IVAN")["pid"]
    other.run("join", town.hub.link)
    failure = town.olena.json("pay", "ivan", "1", "UAH", status=USAGE)
    assert {c["pid"] for c in failure["candidates"]} \
        == {town.ivan.pid, other.pid}
    assert town.ivan.pid in failure["message"]
    # A part of a name chooses nobody.
    failure = town.olena.json("trust", "Mari", "1", "UAH", status=USAGE)
    assert [c["name"] for c in failure["candidates"]] == ["Maria"]
    # A PID does.
    town.olena.json("pay", town.ivan.pid, "1", "UAH")
    town.paid = f"{float(town.paid) - 1:.2f}"
    assert town.olena.total() == town.paid


def test_trust_close(town):
    olena, ivan, _ = town.people
    document = ivan.json("trust", olena.pid, "--close", "UAH")
    assert document["status"] == "closed"
    failure = olena.json("pay", ivan.pid, "1", "UAH", status=REFUSED)
    assert failure["code"] in ("E001", "E002", "E004"), failure
    # What is owed stays owed.
    assert olena.relation(ivan)["balance"] == town.paid
    document = ivan.json("trust", olena.pid, "50", "UAH", "--live")
    assert document["consent"] == "live"
    # Asked before debts are cleared, until somebody says otherwise.
    assert document["clearing"] == "auto"
    document = ivan.json("trust", olena.pid, "50", "UAH", "--clearing", "ask")
    assert document["clearing"] == "ask"
    document = ivan.json("trust", olena.pid, "60", "UAH")
    assert document["clearing"] == "ask"
    assert ivan.relation(olena)["clearing"] == "ask"
    assert "asked before" in ivan.run("balance")
    document = ivan.json("trust", olena.pid, "50", "UAH", "--clearing", "auto",
                         "--live")
    assert (document["clearing"], document["consent"]) == ("auto", "live")
    assert "asked before" not in ivan.run("balance")
    ivan.run("trust", olena.pid, "50", "UAH", "--clearing", "no", status=USAGE)


def test_freeze(town):
    """Nothing more is owed either way; then it is as it was."""
    olena, ivan, maria = town.people
    maria.run("trust", "Olena", "--freeze", "HOUR", status=USAGE)
    maria.run("trust", "Olena", "7", "HOUR")
    maria.run("trust", "Olena", "--freeze", "--close", "HOUR", status=USAGE)
    maria.run("trust", "Olena", "7", "HOUR", "--freeze", status=USAGE)
    assert maria.json("trust", "Olena", "--freeze", "HOUR")["frozen"]
    relation = maria.relation(olena, "HOUR")
    assert relation["frozen"] and relation["my_limit"] == "7.00", relation
    assert olena.relation(maria, "HOUR")["their_frozen"]
    assert "You have frozen it" in maria.run("people")
    assert "They have frozen it" in olena.run("people")
    failure = olena.json("pay", "Maria", "1", "HOUR", status=REFUSED)
    assert failure["code"] in ("E001", "E002"), failure
    assert not maria.json("trust", "Olena", "--unfreeze", "HOUR")["frozen"]
    assert olena.json("pay", "Maria", "1", "HOUR")["state"] == "paid"
    maria.run("trust", "Olena", "--freeze", "HOUR")
    # What is owed is paid back.
    assert maria.json("pay", "Olena", "1", "HOUR")["state"] == "paid"
    maria.run("trust", "Olena", "--close", "HOUR")


def stay_within_a_day():
    """A day begins at midnight, UTC."""
    while time.time() % 86400 > 86400 - 60:
        time.sleep(1)


def test_daily(town):
    olena, maria = town.olena, town.maria
    stay_within_a_day()
    maria.run("trust", "Olena", "5", "HOUR", "--daily", "much", status=USAGE)
    maria.run("trust", "Olena", "--close", "HOUR", "--daily", "5", status=USAGE)
    maria.run("trust", "Olena", "--freeze", "HOUR", "--daily", "5",
              status=USAGE)
    document = maria.json("trust", olena.pid, "100", "HOUR", "--daily", "31")
    assert document["daily"] == "31.00", document
    assert olena.relation(maria, "HOUR")["their_daily"] == "31.00"
    # 1.00 came in today before there was a limit.
    olena.json("pay", "Maria", "20", "HOUR")
    relation = maria.relation(olena, "HOUR")
    assert (relation["daily"], relation["daily_left"]) == ("31.00", "10.00"), \
        relation
    assert "At most 31.00 HOUR of it in one day; 10.00 HOUR is left today." \
        in maria.run("people")
    assert "At most 31.00 HOUR of it in one day." in olena.run("people")
    failure = olena.json("pay", "Maria", "11", "HOUR", status=REFUSED)
    assert (failure["code"], failure["reason"]) == ("E002", "daily_limit")
    assert failure["max_amount"] == "10.00", failure
    assert "Maria’s trust in you has a limit for one day, and 10.00 HOUR of " \
        "it is left." in failure["message"], failure
    assert "limit for one day" in olena.run("history", "--limit", "1")
    olena.json("pay", "Maria", "10", "HOUR")
    failure = olena.json("pay", "Maria", "1", "HOUR", status=REFUSED)
    assert failure["reason"] == "daily_limit", failure
    assert "nothing of it is left" in failure["message"], failure
    # Another limit, and the day's is as it was; then none, and another line.
    document = maria.json("trust", olena.pid, "200", "HOUR")
    assert document["daily"] == "31.00", document
    olena.run("pay", "Maria", "1", "HOUR", status=REFUSED)
    document = maria.json("trust", olena.pid, "200", "HOUR", "--daily", "none")
    assert document["daily"] is None, document
    olena.json("pay", "Maria", "1", "HOUR")
    maria.json("pay", "Olena", "31", "HOUR")
    maria.run("trust", "Olena", "5", "HOUR", "--daily", "1")
    maria.run("trust", "Olena", "--close", "HOUR")
    assert maria.json("trust", olena.pid, "5", "HOUR")["daily"] is None
    maria.run("trust", "Olena", "--close", "HOUR")


def test_restore(town):
    words = os.path.join(town.folder, "words")
    with open(words, "w", encoding="utf-8") as file:
        file.write(town.olena.words.replace(" ", "\n") + "\n")
    again = Person(town, "Olena-again", "new")
    document = again.json("init", "--name", "Olena", "--words-file", words)
    assert document["pid"] == town.olena.pid
    assert document["words"] is None
    again.run("join", town.hub.link)
    assert again.total() == town.paid
    assert again.json("verify")["records"] > 1


def test_hub_down(town):
    olena = town.olena
    town.hub.stop()
    failure = olena.json("pay", "Maria", "1", "UAH", status=OFFLINE)
    assert failure["kind"] == "offline"
    document = olena.json("balance")
    assert document["connected"] is False
    assert document["totals"][0]["balance"] == town.paid
    assert "what this computer knows" in olena.run("balance", "--offline")
    olena.json("history", "--limit", "1")
    olena.json("receipt", "first", "--output",
               os.path.join(town.folder, "offline.json"))
    olena.json("verify")
    # A payment that was made before is told without the hub, too.
    olena.json("pay", "Maria", "10", "UAH", "--id", "first")
    olena.run("pay", "Maria", "12", "UAH", "--id", "first", status=USAGE)
    town.hub.start()
    assert olena.json("balance")["connected"] is True


def test_log(town):
    for person in town.people:
        person.json("balance")
        assert person.json("evidence")["items"] == []
        person.json("verify")
    receipt = json.loads(town.olena.run("receipt", "first"))
    assert receipt["head"]["size"] > receipt["leaf"]["index"], receipt["leaf"]
    # What was just paid can be shown to be in the log.
    town.maria.json("trust", town.olena.pid, "1000", "UAH")
    town.olena.json("pay", "Maria", "1", "UAH", "--id", "logged")
    path = os.path.join(town.folder, "logged.json")
    text = town.olena.run("receipt", "logged")
    receipt = json.loads(text)
    assert "leaf" in receipt, receipt.keys()
    assert town.olena.json("evidence")["items"] == []
    # Another place in the log is another claim, and does not hold.
    receipt["leaf"]["index"] ^= 1
    with open(path, "w", encoding="utf-8") as file:
        json.dump(receipt, file, ensure_ascii=False)
    town.olena.run("verify", path, status=NOT_VERIFIED)


def test_replayed(town):
    """A hub that goes on from an older state is caught, and can be shown."""
    olena, hub = town.olena, town.hub
    database = os.path.join(hub.folder, "hub.db")
    hub.stop()
    shutil.copy(database, database + ".old")
    hub.start()
    olena.json("pay", "Maria", "1", "UAH", "--id", "undone")
    hub.stop()
    shutil.copy(database + ".old", database)
    for end in ("-wal", "-shm"):
        if os.path.exists(database + end):
            os.remove(database + end)
    hub.start()
    olena.any_json("balance")
    items = olena.json("evidence")["items"]
    assert items, "nothing is held against it"
    path = os.path.join(town.folder, "evidence.json")
    stranger = Person(town, "Stranger")
    for item in items:
        number = str(item["number"])
        olena.json("evidence", number, "--output", path)
        assert stranger.json("verify", path)["proves"] == item["says"], item
    with open(path, encoding="utf-8") as file:
        evidence = file.read()
    assert olena.run("evidence", number).rstrip("\n") == evidence
    at = evidence.index('"signature":"', evidence.index('"evidence"')) + 20
    wrong = "A" if evidence[at] != "A" else "B"
    with open(path, "w", encoding="utf-8") as file:
        file.write(evidence[:at] + wrong + evidence[at + 1:])
    stranger.run("verify", path, status=NOT_VERIFIED)
    olena.run("evidence", "999999", status=FAILED)


def end(town):
    if town.hub.process is not None:
        town.hub.stop()


if __name__ == "__main__":
    sys.exit(cases.run(globals(), "geo-cli-", Town, end))
