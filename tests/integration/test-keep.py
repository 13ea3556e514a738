#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The GEO authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nobody is locked out: the command geo, a real geo-hub, and computers that are
lost.

What is restored says what was there, byte for byte; what cannot be used changes
nothing.  The tests build on each other and run in the order they stand in.
"""

import json
import os
import pty
import select
import shutil
import signal
import sqlite3
import subprocess
import sys

import cases
from town import Hub

BUILD = os.environ["GEO_BUILD_ROOT"]
GEO = os.path.join(BUILD, "src", "geo")

DONE, FAILED, USAGE, REFUSED, IN_DOUBT, OFFLINE, NOT_VERIFIED, KEY = range(8)


class Person:
    """Somebody with a profile; `again` makes another computer of theirs."""

    def __init__(self, folder, name):
        self.name = name
        self.profile = os.path.join(folder, name)
        self.words = None
        self.pid = None

    def call(self, *arguments, extra=None):
        return subprocess.run(
            [GEO, "--profile", self.profile, *arguments], text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, timeout=180,
            env={**os.environ, **(extra or {})})

    def run(self, *arguments, status=DONE):
        done = self.call(*arguments)
        assert done.returncode == status, \
            (arguments, done.returncode, done.stdout, done.stderr)
        return done.stdout if status == DONE else done.stderr

    def json(self, *arguments):
        return json.loads(self.run("--json", *arguments))

    def init(self, words=None):
        arguments = ["init", "--name", self.name]
        if words is not None:
            arguments += ["--words-file", self.write_words(words)]
        document = self.json(*arguments)
        self.pid = document["pid"]
        self.words = words or document["words"]

    def write_words(self, words):
        path = self.profile + ".words"
        with open(path, "w", encoding="utf-8") as file:
            file.write(words + "\n")
        return path

    def journal(self, hub):
        return os.path.join(self.profile, hub.community, "journal.db")


class Scene:
    def __init__(self, folder):
        self.folder = folder
        self.hub = Hub(os.path.join(folder, "hub"))
        self.hub.start()
        self.olena = Person(folder, "Olena")
        self.ivan = Person(folder, "Ivan")
        self.maria = Person(folder, "Maria")
        for person in (self.olena, self.ivan, self.maria):
            person.init()
            person.run("join", self.hub.link)

    def again(self, person, name):
        """Another computer: the words and the hub are all there is."""
        other = Person(self.folder, name)
        other.init(person.words)
        other.run("join", self.hub.link)
        return other

    def copies(self):
        with sqlite3.connect(
                f"file:{self.hub.folder}/hub.db?mode=ro", uri=True) as hub:
            return hub.execute(
                "SELECT version, copy FROM state_copy ORDER BY participant"
            ).fetchall()

    def parts(self):
        with sqlite3.connect(
                f"file:{self.hub.folder}/hub.db?mode=ro", uri=True) as hub:
            return [row[0] for row in hub.execute(
                "SELECT data FROM state_part")]


def export(person, *options):
    return person.run(*options, "export")


def test_something_happens(scene):
    olena, ivan, maria = scene.olena, scene.ivan, scene.maria
    ivan.run("trust", "Olena", "100")
    maria.run("trust", "Ivan", "100")
    olena.run("trust", "Maria", "5.50")
    olena.run("pay", "Maria", "10", "--note", "for bread і масло", "--id", "a")
    olena.run("pay", "Ivan", "3", "--id", "b")
    olena.run("pay", "Ivan", "1000", "--note", "too much of it",
              status=REFUSED)
    maria.run("pay", "Olena", "2.25", "--note", "so you have it back")
    olena.run("pay", "Ivan", "0.05", "--note", "the last one", "--id", "c")
    assert scene.copies(), "nothing was left with the hub"


def test_people_ask_each_other(scene):
    """What no entry tells of: requests and what became of them, whose letters
    are not wanted, and with whom keys were compared."""
    olena, ivan, maria = scene.olena, scene.ivan, scene.maria
    open_one = olena.json("request", "7", "--from", "Ivan", "--memo", "firewood")
    declined = olena.json("request", "8", "--from", "Ivan", "--memo", "ham")
    ivan.run("balance")
    ivan.run("decline", declined["id"])
    olena.run("request", "9", "--memo", "whoever likes")
    taken = olena.json("request", "4", "--from", "Maria", "--memo", "no")
    olena.run("decline", taken["id"])
    paid = ivan.json("request", "0.10", "--from", "Olena", "--memo", "a stamp")
    olena.run("balance")
    olena.run("pay", paid["id"])
    olena.run("ask-trust", "Ivan", "150", "--memo", "for the roof")
    olena.run("checkpoint", "Ivan")
    ivan.run("balance")
    olena.run("block", "Maria")
    people = {person["pid"]: person["key"]
              for person in json.loads(export(olena))["people"]}
    notes = os.path.join(olena.profile, scene.hub.community, "people.ini")
    with open(notes, "w", encoding="utf-8") as file:
        file.write(f"[{ivan.pid}]\nverified={people[ivan.pid]}\n")
    olena.run("pay", "Ivan", "0.01", "--note", "so that it is copied")
    document = json.loads(export(olena))
    assert document["blocked"] == [maria.pid], document["blocked"]
    assert document["verified"] == {ivan.pid: people[ivan.pid]}
    states = sorted((row["kind"], row["state"], row["mine"])
                    for row in document["requests"])
    assert states == [
        ("checkpoint", "open", True), ("payment", "declined", True),
        ("payment", "done", False), ("payment", "open", True),
        ("payment", "open", True), ("payment", "withdrawn", True),
        ("trust", "open", True)], states
    scene.open_request = open_one["id"]


def test_hub_reads_nothing(scene):
    for part in scene.parts():
        assert part.startswith(b"GEOS\1"), part[:8]
        for word in (b"bread", b"geo-state", b"last one", b"firewood"):
            assert word not in part


def test_restored_is_the_same(scene):
    original = export(scene.olena)
    restored = scene.again(scene.olena, "Olena-2")
    again = export(restored)
    assert restored.pid == scene.olena.pid
    assert original == again, f"{original}\n{again}"
    document = json.loads(original)
    texts = {row.get("text") for row in document["activity"]}
    assert {"for bread і масло", "too much of it", "so you have it back",
            "the last one"} <= texts, texts
    assert [row for row in document["activity"]
            if row["state"] == "not_paid"], document
    restored.run("verify")
    # They are more than a picture: what was asked for can be taken back.
    items = restored.json("requests")["requests"]
    assert scene.open_request in [item["id"] for item in items], items
    # A third one of the second one, which made no copy of its own.
    third = export(scene.again(restored, "Olena-3"))
    assert third == original
    scene.restored = restored


def test_words_are_typed(scene):
    """Nobody sees them, and without a terminal it says what to do."""
    person = Person(scene.folder, "Typed")
    child, terminal = pty.fork()
    if child == 0:
        os.execv(GEO, [GEO, "--profile", person.profile, "init", "--name",
                       "Olena", "--restore"])
    shown = b""
    while True:
        assert select.select([terminal], [], [], 60)[0], shown
        try:
            more = os.read(terminal, 1024)
        except OSError:
            more = b""
        if not more:
            break
        if shown.count(b":") == 0 and b":" in more:
            os.write(terminal, scene.olena.words.encode() + b"\n")
        shown += more
    _, status = os.waitpid(child, 0)
    os.close(terminal)
    assert os.waitstatus_to_exitcode(status) == DONE, shown
    # A single one may well be in a sentence.
    words = scene.olena.words.split()
    for pair in zip(words, words[1:]):
        assert " ".join(pair).encode() not in shown, shown
    assert scene.olena.pid.encode() in shown, shown
    person.run("join", scene.hub.link)
    assert export(person) == export(scene.olena)
    other = Person(scene.folder, "Nowhere")
    done = subprocess.run([GEO, "--profile", other.profile, "init", "--name",
                           "Olena", "--restore"], text=True,
                          stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
                          start_new_session=True, timeout=180)
    assert done.returncode == USAGE and "--words-file" in done.stderr, done


def test_export_is_canonical(scene):
    text = export(scene.olena, "--offline")
    assert text == json.dumps(json.loads(text), sort_keys=True,
                              ensure_ascii=False,
                              separators=(",", ":")) + "\n"
    path = os.path.join(scene.folder, "out.json")
    scene.olena.run("export", "--output", path)
    with open(path, encoding="utf-8") as file:
        assert file.read() == text
    scene.olena.run("export", "--output", "/nowhere/out.json", status=FAILED)


def test_goes_on_from_there(scene):
    restored = scene.restored
    restored.run("pay", "Maria", "1", "--note", "from the new computer")
    # The old one is found again under the sofa.
    assert export(scene.olena) == export(restored)
    assert "from the new computer" in export(scene.olena)


def test_old_copy_is_noticed(scene):
    """The hub is put back to an older state of its copies."""
    before = os.path.join(scene.folder, "before.db")
    scene.hub.stop()
    shutil.copy(f"{scene.hub.folder}/hub.db", before)
    with sqlite3.connect(f"{scene.hub.folder}/hub.db") as hub:
        hub.execute("DELETE FROM state_copy")
        hub.execute("DELETE FROM state_part")
    scene.hub.start()
    assert scene.copies() == []
    done = scene.restored.call("balance")
    assert done.returncode == DONE
    assert "has lost the encrypted copy of your notes" in done.stderr, done
    assert scene.restored.call("balance").stderr == ""
    # Made again of what is here.
    assert scene.copies(), "no copy was made again"
    third = scene.again(scene.olena, "Olena-4")
    assert export(third) == export(scene.olena)


def test_backup(scene):
    olena = scene.olena
    scene.backup = os.path.join(scene.folder, "geo.backup")
    olena.run("backup", scene.backup)
    assert os.stat(scene.backup).st_mode & 0o777 == 0o600
    with open(scene.backup, "rb") as file:
        data = file.read()
    assert data.startswith(b"GEOBACK\1")
    for word in (b"SQLite", b"bread", olena.pid.encode()):
        assert word not in data
    assert ".backing-up" not in os.listdir(olena.profile)
    assert olena.json("backup", scene.backup)["file"] == scene.backup
    olena.run("backup", "/nowhere/geo.backup", status=FAILED)


def restore(scene, name, path, words, status=DONE):
    person = Person(scene.folder, name)
    person.run("restore", path, "--words-file", person.write_words(words),
               status=status)
    return person


def test_backup_restored(scene):
    person = restore(scene, "Restored", scene.backup, scene.olena.words)
    # Without the hub, what was there then; with it, what happened since.
    assert export(person, "--offline") == export(scene.olena, "--offline")
    person.run("verify")
    scene.ivan.run("trust", "Maria", "7")
    scene.maria.run("pay", "Olena", "0.50", "--note", "later")
    assert export(person) == export(scene.olena)
    assert "later" in export(person, "--offline")
    # Never into a profile that is somebody's.
    before = export(scene.ivan, "--offline")
    assert "already" in scene.ivan.run(
        "restore", scene.backup, "--words-file",
        person.profile + ".words", status=FAILED)
    assert export(scene.ivan, "--offline") == before


def test_backup_is_verified(scene):
    """All of it by its owner, its shape by anybody, and never a changed one."""
    olena = scene.olena
    before = sorted(os.listdir(olena.profile))
    said = olena.json("verify", scene.backup)
    assert (said["file"], said["opened"]) == ("backup", True), said
    assert said["records"] > 3 and "Olena" in said["proves"], said
    nobody = Person(scene.folder, "Nobody")
    said = nobody.json("verify", scene.backup)
    assert (said["file"], said["opened"]) == ("backup", False), said
    assert "another identity" in scene.ivan.run("verify", scene.backup,
                                                status=NOT_VERIFIED)
    with open(scene.backup, "rb") as file:
        data = file.read()
    path = os.path.join(scene.folder, "changed.backup")
    step = max(1, len(data) // 25)
    for at in [0, 6, 7, 8, 23, 24, 47, *range(48, len(data), step),
               len(data) - 1]:
        changed = bytearray(data)
        changed[at] ^= 1
        with open(path, "wb") as file:
            file.write(changed)
        olena.run("verify", path, status=NOT_VERIFIED)
    for length in (7, 8, 40, 48, 60, 65):
        with open(path, "wb") as file:
            file.write(data[:length])
        nobody.run("verify", path, status=NOT_VERIFIED)
    with open(path, "wb") as file:
        file.write(data[:len(data) - 1])
    olena.run("verify", path, status=NOT_VERIFIED)
    # Nothing of what was in it is left lying about.
    assert sorted(os.listdir(olena.profile)) == before

    # A key with a passphrase: with it all of it, without the shape.
    person = Person(scene.folder, "Passphrase")
    secret = os.path.join(scene.folder, "passphrase")
    with open(secret, "w", encoding="utf-8") as file:
        file.write("correct horse\n")
    person.run("init", "--name", "Olena", "--no-keyring", "--passphrase-file",
               secret, "--words-file", person.write_words(olena.words))
    said = person.json("verify", scene.backup, "--passphrase-file", secret)
    assert said["opened"] and said["records"] > 3, said
    with open(secret, "w", encoding="utf-8") as file:
        file.write("wrong\n")
    person.run("verify", scene.backup, "--passphrase-file", secret, status=KEY)


def test_backup_while_in_use(scene):
    """Another process holds the journal for writing."""
    olena = scene.olena
    path = os.path.join(scene.folder, "busy.backup")
    with sqlite3.connect(olena.journal(scene.hub)) as busy:
        busy.execute("BEGIN IMMEDIATE")
        olena.run("backup", path)
        busy.rollback()
    person = restore(scene, "Busy", path, olena.words)
    assert export(person, "--offline") == export(olena, "--offline")


def test_backup_that_cannot_be_used(scene):
    """One sentence, and nothing is changed: cut short, changed, somebody
    else's, or no backup at all."""
    with open(scene.backup, "rb") as file:
        data = file.read()
    cases = [data[:0], data[:7], data[:20], data[:47], data[:48], data[:60],
             data[:len(data) // 2], data[:-1], data + b"\0",
             data[:65600], b"no backup" * 100, data[:7] + b"\2" + data[8:]]
    step = max(1, len(data) // 12)
    for at in [8, 30, 50, *range(100, len(data), step), len(data) - 1]:
        changed = bytearray(data)
        changed[at] ^= 4
        cases.append(bytes(changed))
    path = os.path.join(scene.folder, "bad.backup")
    person = Person(scene.folder, "Nobody")
    words = person.write_words(scene.olena.words)
    for number, case in enumerate(cases):
        with open(path, "wb") as file:
            file.write(case)
        said = person.run("restore", path, "--words-file", words,
                          status=USAGE)
        assert said.count("\n") == 1 and said.endswith(".\n"), (number, said)
        left = os.listdir(person.profile) \
            if os.path.exists(person.profile) else []
        assert left == [], (number, left)
    foreign = person.run("restore", scene.backup, "--words-file",
                         person.write_words(scene.ivan.words), status=USAGE)
    assert "another identity" in foreign, foreign
    person.run("restore", "/nowhere", "--words-file", words, status=USAGE)
    # The same profile is still good for the right file.
    person.run("restore", scene.backup, "--words-file",
               person.write_words(scene.olena.words))


def test_frozen_backup(scene):
    """One that was made by version 1 of the format still says what it said."""
    data = os.path.join(os.environ["GEO_SOURCE_ROOT"], "tests", "data")
    person = restore(scene, "Frozen", os.path.join(data, "backup-v1.geo"),
                     "abandon " * 11 + "about")
    with open(os.path.join(data, "backup-v1.json"), encoding="utf-8") as file:
        assert export(person, "--offline") == file.read()


def test_words_of_nobody(scene):
    """Words that were typed in and that the hub has not heard of are asked
    about before anybody new is made of them; those that it knows say who."""
    known = Person(scene.folder, "Known")
    document = known.json("init", "--words-file",
                          known.write_words(scene.olena.words))
    assert document["name"] is None, document
    assert known.json("join", scene.hub.link)["name"] == "Olena"
    other = Person(scene.folder, "Other")
    other.run("init", "--words-file",
              other.write_words("legal winner thank year wave sausage worth "
                                "useful legal winner thank yellow"))
    for _ in range(2):
        said = other.run("join", scene.hub.link, status=REFUSED)
        assert "nobody with these twelve words" in said, said
        assert "--new" in said, said
    other.run("join", scene.hub.link, "--new", status=USAGE)
    other.run("join", scene.hub.link, "--name", "Nadia", status=USAGE)
    document = other.json("join", scene.hub.link, "--new", "--name", "Nadia")
    assert document["name"] == "Nadia", document


def crash(person, number, *arguments):
    """Whether it fell at the fault point of that number."""
    done = person.call(*arguments, extra={"GEO_CRASH_AT": str(number)})
    if done.returncode == -signal.SIGKILL:
        return True
    assert done.returncode == DONE, (done.returncode, done.stderr)
    return False


def test_killed_while_backing_up(scene):
    """At every write: what was there before is there, whole."""
    olena = scene.olena
    path = os.path.join(scene.folder, "killed.backup")
    olena.run("backup", path)
    with open(path, "rb") as file:
        before = file.read()
    number = 1
    while crash(olena, number, "backup", path):
        with open(path, "rb") as file:
            assert file.read() == before, number
        number += 1
    left = [name for name in os.listdir(olena.profile) if name[0] == "."]
    assert left == [], left
    restore(scene, "After-kill", path, olena.words)
    print(f"# fell {number - 1} times")


def test_killed_while_restoring(scene):
    """It begins again, and ends as if nothing had been."""
    expected = export(scene.olena, "--offline")
    scene.olena.run("backup", scene.backup)
    number = 1
    while True:
        person = Person(scene.folder, f"Killed-{number}")
        arguments = ["restore", scene.backup, "--words-file",
                     person.write_words(scene.olena.words)]
        fell = crash(person, number, *arguments)
        if fell:
            person.run(*arguments)
        assert export(person, "--offline") == expected
        assert ".restoring" not in os.listdir(person.profile)
        if not fell:
            break
        number += 1
    print(f"# fell {number - 1} times")


def test_killed_while_remembering(scene):
    """A restore from the words, cut short at what it writes and sends."""
    expected = export(scene.olena)
    fell = 0
    number = 1
    while True:
        person = Person(scene.folder, f"Words-{number}")
        person.init(scene.olena.words)
        if crash(person, number, "join", scene.hub.link):
            fell += 1
            person.run("join", scene.hub.link)
            crash(person, 2, "balance")
        elif crash(person, number, "balance"):
            fell += 1
        else:
            break
        assert export(person) == expected, number
        person.run("verify")
        number += 1 if number < 12 else 5
    assert export(person) == expected
    print(f"# fell {fell} times")


def end(scene):
    if not scene.hub.process.has_ended():
        scene.hub.stop()


if __name__ == "__main__":
    sys.exit(cases.run(globals(), "geo-keep-", Scene, end))
