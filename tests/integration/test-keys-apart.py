#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The GEO authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys that were changed, and what stands apart from that: two communities of
one profile, a key file under a passphrase, files of before and after, hubs that
were put back, and somebody else who has the old words.

The command geo and real hubs; the tests build on each other and run in the order
they stand in.
"""

import importlib.util
import json
import os
import pty
import re
import select
import shutil
import sys

import cases

HERE = os.path.dirname(os.path.abspath(__file__))
spec = importlib.util.spec_from_file_location(
    "keep", os.path.join(HERE, "test-keep.py"))
keep = importlib.util.module_from_spec(spec)
spec.loader.exec_module(keep)

DONE, FAILED, USAGE, REFUSED, IN_DOUBT, OFFLINE, NOT_VERIFIED, KEY = range(8)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


class Person(keep.Person):
    """options: said with every command."""

    options = ()

    def call(self, *arguments, extra=None):
        return super().call(*self.options, *arguments, extra=extra)

    def rotate(self, name, *options):
        path = f"{self.profile}.{name}"
        document = self.json(*options, "key", "rotate", "--save-words", path)
        self.words = read(path).strip()
        return document


class Scene:
    def __init__(self, folder):
        self.folder = folder
        self.market = keep.Hub(os.path.join(folder, "market"))
        self.bank = keep.Hub(os.path.join(folder, "bank"))
        for hub in self.hubs():
            hub.start()
        self.olena = Person(folder, "Olena")
        self.ivan = Person(folder, "Ivan")
        self.stranger = Person(folder, "stranger")
        for person in (self.olena, self.ivan):
            person.init()
            for hub in self.hubs():
                person.run("join", hub.link)
        for hub in self.hubs():
            self.there(self.ivan, hub, "trust", "Olena", "100")

    def hubs(self):
        return self.market, self.bank

    def file(self, name):
        return os.path.join(self.folder, name)

    @staticmethod
    def there(person, hub, *arguments, **more):
        return person.run("--community", hub.community, *arguments, **more)

    @staticmethod
    def owes(person, hub):
        document = person.json("--community", hub.community, "people")
        return {one["name"]: [row["balance"] for row in one["relations"]]
                for one in document["people"]}


def test_both_at_once(scene):
    olena = scene.olena
    before = (olena.pid, olena.words)
    document = olena.rotate("second")
    assert [one["known"] for one in document["communities"]] == [True, True], \
        document
    assert olena.words != before[1]
    for hub in scene.hubs():
        assert olena.json("--community", hub.community,
                          "people")["me"]["pid"] == before[0]
        scene.there(olena, hub, "pay", "Ivan", "1")
        scene.there(olena, hub, "verify")


def test_passphrase_file(scene):
    """The new key is where the old one was, and the passphrase stays."""
    maria = Person(scene.folder, "Maria")
    for name in ("right", "wrong"):
        with open(scene.file(name), "w", encoding="utf-8") as file:
            file.write(f"{name} horse\n")
    maria.options = ("--passphrase-file", scene.file("right"))
    maria.init()
    maria.run("join", scene.market.link)
    files = sorted(os.listdir(maria.profile))
    before = (maria.pid, maria.words)
    document = maria.rotate("second")
    assert [one["known"] for one in document["communities"]] == [True]
    assert maria.words != before[1]
    assert sorted(os.listdir(maria.profile)) == files
    assert maria.json("people")["me"]["pid"] == before[0]
    # Nothing is changed, and no words are left about, for who cannot unlock it.
    maria.options = ("--passphrase-file", scene.file("wrong"))
    maria.run("balance", status=KEY)
    maria.run("key", "rotate", "--save-words", scene.file("no-words"),
              status=KEY)
    assert not os.path.exists(scene.file("no-words"))
    maria.options = ("--passphrase-file", scene.file("right"))
    maria.run("verify")


def test_one_hub_is_away(scene):
    """Each hears of it in its time; what is done in one is not in the other."""
    olena, ivan = scene.olena, scene.ivan
    scene.bank.stop()
    document = olena.rotate("third")
    assert {one["pid"]: one["known"] for one in document["communities"]} == {
        scene.market.community: True, scene.bank.community: False}
    scene.there(olena, scene.market, "pay", "Ivan", "1")
    scene.bank.start()
    scene.there(olena, scene.bank, "pay", "Ivan", "2")
    assert scene.owes(ivan, scene.market) == {"Olena": ["2.00"]}
    assert scene.owes(ivan, scene.bank) == {"Olena": ["3.00"]}
    for hub in scene.hubs():
        scene.there(olena, hub, "verify")
        scene.there(ivan, hub, "verify")


def test_left_and_joined_again(scene):
    """Who left keeps up with the key, and comes back with the journal."""
    olena, ivan = scene.olena, scene.ivan
    olena.run("leave", scene.bank.community, "--force")
    olena.rotate("fourth")
    olena.rotate("fifth")
    scene.there(olena, scene.market, "pay", "Ivan", "1")
    olena.run("join", scene.bank.link)
    scene.there(olena, scene.bank, "pay", "Ivan", "1")
    assert scene.owes(ivan, scene.bank) == {"Olena": ["4.00"]}
    scene.there(olena, scene.bank, "verify")
    scene.bank.stop()
    scene.bank.start()
    scene.there(olena, scene.bank, "pay", "Ivan", "1")


class Terminal:
    """A command that asks."""

    def __init__(self, person, *arguments):
        self.shown = ""
        self.child, self.terminal = pty.fork()
        if self.child == 0:
            os.execv(keep.GEO, [keep.GEO, "--profile", person.profile,
                                *person.options, *arguments])

    def read(self):
        assert select.select([self.terminal], [], [], 60)[0], self.shown
        try:
            more = os.read(self.terminal, 1024)
        except OSError:
            return False
        self.shown += more.decode()
        return bool(more)

    def wait_for(self, text):
        while text not in self.shown:
            assert self.read(), self.shown

    def say(self, text):
        os.write(self.terminal, text.encode() + b"\n")

    def end(self):
        while self.read():
            pass
        _, status = os.waitpid(self.child, 0)
        os.close(self.terminal)
        return os.waitstatus_to_exitcode(status)

    def words(self):
        found = re.findall(r"^ +\d+  ([a-z]+)\r?$", self.shown, re.MULTILINE)
        assert len(found) == 12, self.shown
        return found


def test_words_are_asked_back(scene):
    """Whoever cannot say them has not written them down, and keeps the key."""
    ivan = scene.ivan
    for answer in (lambda words: ivan.words,
                   lambda words: " ".join(words[:11]),
                   lambda words: " ".join(words[1:] + words[:1]),
                   lambda words: ""):
        terminal = Terminal(ivan, "key", "rotate")
        terminal.wait_for("Type the twelve words")
        terminal.say(answer(terminal.words()))
        assert terminal.end() == USAGE, terminal.shown
        assert "Nothing was changed" in terminal.shown, terminal.shown
    other = Person(scene.folder, "Ivan-2")
    other.init(ivan.words)
    other.run("join", scene.bank.link)
    terminal = Terminal(ivan, "key", "rotate")
    terminal.wait_for("Type the twelve words")
    words = " ".join(terminal.words())
    # It is not shown what is typed.
    shown = terminal.shown
    terminal.say(words)
    assert terminal.end() == DONE, terminal.shown
    assert words not in terminal.shown[len(shown):], terminal.shown
    assert "Your key is changed" in terminal.shown, terminal.shown
    # The other computer has the old ones only.
    assert "changed" in other.run("pay", "Olena", "1", status=REFUSED)
    ivan.words = words
    scene.there(ivan, scene.bank, "verify")


def test_files_across(scene):
    """What proves something keeps proving it, and what is made after proves the
    same of before."""
    olena, ivan, stranger = scene.olena, scene.ivan, scene.stranger
    market = scene.market
    scene.there(olena, market, "pay", "Ivan", "5", "--id", "early",
                "--accept-key")

    def write(name):
        paths = {kind: scene.file(f"{name}-{kind}")
                 for kind in ("receipt", "statement", "heads", "checkpoint",
                              "backup")}
        scene.there(olena, market, "receipt", "early", "--output",
                    paths["receipt"])
        scene.there(olena, market, "statement", "--output", paths["statement"])
        scene.there(olena, market, "audit", "--export", paths["heads"])
        asked = json.loads(scene.there(
            ivan, market, "--json", "checkpoint", "Olena"))
        scene.there(olena, market, "checkpoint", "accept", asked["id"])
        scene.there(ivan, market, "balance")
        scene.there(ivan, market, "checkpoint", "show", asked["id"],
                    "--output", paths["checkpoint"])
        scene.there(olena, market, "backup", paths["backup"])
        return paths

    before = write("before")
    olena.rotate("sixth")
    terminal = Terminal(ivan, "key", "rotate")
    terminal.wait_for("Type the twelve words")
    ivan.words = " ".join(terminal.words())
    terminal.say(ivan.words)
    assert terminal.end() == DONE, terminal.shown
    scene.there(olena, market, "pay", "Ivan", "6", "--id", "late",
                "--accept-key")
    after = write("after")
    for paths in (before, after):
        for kind in ("receipt", "statement", "checkpoint", "backup"):
            assert stranger.json("verify", paths[kind])["file"] == kind
    # Their logs are one, whoever signs in with what.
    for paths in (before, after):
        assert "same log" in scene.there(ivan, market, "audit", paths["heads"])
    assert "same log" in stranger.run("audit", before["heads"], after["heads"])
    # A request of before is signed with a key of then, and holds.
    for text, status in ((read(after["receipt"]), DONE),
                         (read(after["receipt"]).replace(
                             '"name":"Olena"', '"name":"Hanna"', 1),
                          NOT_VERIFIED)):
        path = scene.file("again")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        stranger.run("verify", path, status=status)


def test_hub_is_put_back(scene):
    """It has forgotten the change, and is told of it again."""
    olena, ivan = scene.olena, scene.ivan
    market = scene.market
    market.stop()
    shutil.copytree(market.folder, scene.file("copy"))
    market.start()
    olena.rotate("seventh")
    scene.there(ivan, market, "people")
    market.stop()
    for name in os.listdir(market.folder):
        if name.startswith("hub.db"):
            os.unlink(os.path.join(market.folder, name))
    for name in os.listdir(scene.file("copy")):
        if name.startswith("hub.db"):
            shutil.copy2(os.path.join(scene.file("copy"), name), market.folder)
    market.start()
    scene.there(olena, market, "pay", "Ivan", "1", "--accept-key")
    for person in (olena, ivan):
        scene.there(person, market, "verify")
        assert person.json("--community", market.community,
                           "evidence")["items"] == []


def test_somebody_was_first(scene):
    """K5: a hub that was put back took a thief's key.  Who knew the owner's
    keeps to it, and has what proves that there are two."""
    olena, ivan, market = scene.olena, scene.ivan, scene.market
    old = olena.words
    thief = Person(scene.folder, "thief")
    thief.init(old)
    thief.run("join", market.link)
    market.stop()
    shutil.rmtree(scene.file("copy"))
    shutil.copytree(market.folder, scene.file("copy"))
    market.start()
    olena.rotate("eighth")
    scene.there(ivan, market, "people")
    market.stop()
    for name in os.listdir(market.folder):
        if name.startswith("hub.db"):
            os.unlink(os.path.join(market.folder, name))
    for name in os.listdir(scene.file("copy")):
        if name.startswith("hub.db"):
            shutil.copy2(os.path.join(scene.file("copy"), name), market.folder)
    market.start()
    document = thief.rotate("thiefs")
    assert [one["known"] for one in document["communities"]] == [True]
    said = scene.there(olena, market, "pay", "Ivan", "1", status=REFUSED)
    assert "Somebody else has changed this key" in said, said
    scene.there(ivan, market, "people")
    items = ivan.json("--community", market.community, "evidence")["items"]
    assert len(items) == 1, items
    path = scene.file("two-keys")
    scene.there(ivan, market, "evidence", str(items[0]["number"]), "--output",
                path)
    document = scene.stranger.json("verify", path)
    assert document["file"] == "evidence" and olena.pid in document["proves"], \
        document
    # Once, however often it is shown.
    scene.there(ivan, market, "people")
    assert len(ivan.json("--community", market.community,
                         "evidence")["items"]) == 1
    scene.there(ivan, market, "verify")
    # Nobody pays either of them unasked.
    done = ivan.call("--community", market.community, "--json", "pay", "Olena",
                     "1")
    assert done.returncode == REFUSED, done
    assert json.loads(done.stdout)["error"]["reason"] == "two_keys", done
    # The other community knows nothing of it.
    scene.there(olena, scene.bank, "pay", "Ivan", "1", "--accept-key")


def end(scene):
    for hub in scene.hubs():
        if not hub.process.has_ended():
            hub.stop()


if __name__ == "__main__":
    sys.exit(cases.run(globals(), "geo-keys-apart-", Scene, end))
