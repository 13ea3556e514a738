#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The GEO authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody changes their key: the command geo and a real geo-hub.

Who they are and what is owed stays; what was signed before holds; who has the
old words is nobody any more; the new words bring everything back; and a kill at
any point leaves one key that works.  The tests build on each other and run in
the order they stand in.
"""

import importlib.util
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import cases

HERE = os.path.dirname(os.path.abspath(__file__))
spec = importlib.util.spec_from_file_location(
    "keep", os.path.join(HERE, "test-keep.py"))
keep = importlib.util.module_from_spec(spec)
spec.loader.exec_module(keep)

Person = keep.Person
DONE, USAGE, REFUSED, OFFLINE, NOT_VERIFIED = (
    keep.DONE, keep.USAGE, keep.REFUSED, keep.OFFLINE, keep.NOT_VERIFIED)
POINTS_MAX = 60
HUB = os.path.join(keep.BUILD, "src", "geo-hub")


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def rotate(person, name, **more):
    """The new words; those before are person.words until then."""
    path = f"{person.profile}.{name}"
    document = json.loads(
        person.run("--json", "key", "rotate", "--save-words", path, **more))
    assert os.stat(path).st_mode & 0o777 == 0o600
    person.words = read(path).strip()
    return document


def balances(person):
    return {one["name"]: {relation["equivalent"]: relation["balance"]
                          for relation in one["relations"]}
            for one in person.json("people")["people"]}


def changed(person):
    return [one["name"] for one in person.json("people")["people"]
            if one["key_changed"]]


def rows(path, sql):
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        return database.execute(sql).fetchall()


def check_hub(scene):
    """What was signed before holds with the key of then."""
    done = subprocess.run([HUB, "check", "--data-dir", scene.hub.folder],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=180)
    assert done.returncode == 0, done


def test_before(scene):
    olena, ivan, maria = scene.olena, scene.ivan, scene.maria
    ivan.run("trust", "Olena", "100")
    maria.run("trust", "Ivan", "100")
    olena.run("trust", "Maria", "50")
    olena.run("pay", "Maria", "10", "--note", "before", "--id", "one")
    maria.run("pay", "Olena", "2", "--note", "sealed to the old key")
    olena.run("receipt", "one", "--output", scene.file("before"))
    # What is asked before is paid after.
    scene.link = olena.json("request", "3", "--once",
                            "--from", "Ivan")["link"]
    scene.old = (olena.pid, olena.words, balances(olena))


def test_changes(scene):
    olena = scene.olena
    document = rotate(olena, "second")
    assert [one["known"] for one in document["communities"]] == [True]
    assert olena.words != scene.old[1]
    assert olena.json("people")["me"]["pid"] == scene.old[0]
    assert balances(olena) == scene.old[2]
    olena.run("verify")
    versions = [json.loads(text) for (text,) in rows(
        scene.hub.folder + "/hub.db",
        "SELECT participant FROM participant_version ORDER BY seq")]
    mine = [one for one in versions if one["pid"] == olena.pid]
    assert [len(one.get("rotations", [])) for one in mine] == [0, 1]
    check_hub(scene)


def refused(person, *words):
    """Nothing is done for somebody whose key is in doubt."""
    done = person.call("--json", *words)
    assert done.returncode == REFUSED, done
    assert json.loads(done.stdout)["error"]["reason"] == "key_changed", done


def test_others_are_told(scene):
    olena, ivan, maria = scene.olena, scene.ivan, scene.maria
    # Also where this command is the first that hears of it.
    refused(ivan, "pay", "Olena", "1")
    assert changed(ivan) == ["Olena"]
    assert "another key" in ivan.run("people")
    owed = balances(ivan)
    said = ivan.run("pay", "Olena", "1", status=REFUSED)
    assert "another key" in said and f"geo key accept {olena.pid}" in said, said
    refused(ivan, "pay", "Olena", "1")
    refused(ivan, "pay", scene.link)
    refused(ivan, "trust", "Olena", "120")
    assert balances(ivan) == owed
    # What is taken away is nobody's to be asked about.
    ivan.run("trust", "Olena", "--freeze")
    ivan.run("trust", "Olena", "--unfreeze")
    ivan.run("key", "accept", "Olena")
    assert changed(ivan) == []
    # Each for themselves, and remembered.
    assert changed(maria) == ["Olena"]
    assert changed(ivan) == []


def test_life_goes_on(scene):
    olena, ivan, maria = scene.olena, scene.ivan, scene.maria
    olena.run("pay", "Maria", "4", "--note", "after", "--id", "two")
    maria.run("pay", "Olena", "1", "--note", "sealed to the new key",
              "--accept-key")
    assert changed(maria) == []
    # Whether it is still asked for is for Olena to say, once she is there.
    with ThreadPoolExecutor(1) as pool:
        waits = pool.submit(olena.run, "requests", "--all", "--wait", "60")
        end = time.monotonic() + 180
        while (done := ivan.call("pay", scene.link)).returncode != DONE:
            assert done.returncode == REFUSED and time.monotonic() < end, done
            assert "not connected" in done.stderr, done
            time.sleep(0.1)
        waits.result()
    olena.run("trust", "Maria", "60")
    texts = {row.get("text") for row in json.loads(
        keep.export(olena))["activity"]}
    assert {"before", "after", "sealed to the old key",
            "sealed to the new key"} <= texts, texts
    for person in (olena, ivan, maria):
        person.run("verify")
    check_hub(scene)


def test_files_of_before_and_after(scene):
    olena = scene.olena
    olena.run("receipt", "one", "--output", scene.file("again"))
    olena.run("receipt", "two", "--output", scene.file("after"))
    olena.run("statement", "--output", scene.file("statement"))
    stranger = Person(scene.folder, "stranger")
    for name in ("before", "again", "after", "statement"):
        stranger.run("verify", scene.file(name))
    # A time that was moved beyond the end of the old key.
    text = read(scene.file("again"))
    assert '"rotations":[' in text
    with open(scene.file("forged"), "w", encoding="utf-8") as file:
        file.write(text.replace('"number":1', '"number":2', 1))
    stranger.run("verify", scene.file("forged"), status=NOT_VERIFIED)


def test_old_words_are_nobody(scene):
    thief = Person(scene.folder, "thief")
    thief.init(scene.old[1])
    said = thief.run("join", scene.hub.link, status=REFUSED)
    assert "changed" in said, said
    check_hub(scene)


def test_copied_profile_is_nobody(scene):
    """Who has stolen the whole computer of before."""
    olena = scene.olena
    journal = olena.journal(scene.hub)
    thief = Person(scene.folder, "thief-2")
    thief.init(olena.words)
    shutil.copytree(os.path.dirname(journal),
                    os.path.dirname(thief.journal(scene.hub)))
    # Its key is the second; now the third is in force.
    with_second = olena.words
    rotate(olena, "third")
    said = thief.run("pay", "Maria", "1", status=REFUSED)
    assert "changed" in said, said
    olena.run("pay", "Maria", "0.50")
    olena.run("verify")
    assert with_second != olena.words and os.path.exists(journal)
    check_hub(scene)


def test_new_words_bring_everything_back(scene):
    olena = scene.olena
    restored = scene.again(olena, "Olena-2")
    assert restored.json("people")["me"]["pid"] == scene.old[0]
    one, other = keep.export(olena), keep.export(restored)
    assert one == other, f"{one}\n{other}"
    restored.run("verify")
    # And once more from what is on that computer alone.
    restored.run("pay", "Maria", "0.25", "--note", "from the new computer")
    assert keep.export(olena) == keep.export(restored)


def test_copy_of_a_key_that_is_lost(scene):
    """Everything is lost before the first copy under the new key is left: what
    the old one left opens for nobody, and stands in nobody's way."""
    hub = scene.hub
    nina = scene.newcomer("Nina")
    nina.run("pay", "Maria", "1", "--note", "of before")
    hub.stop()
    database = os.path.join(hub.folder, "hub.db")
    (owner, before), = [
        row for row in rows(database, "SELECT participant, copy FROM state_copy")
        if json.loads(row[1])["participant"] == nina.pid]
    version = json.loads(before)["version"]
    parts = [row for row in rows(
        database, "SELECT participant, hash, data FROM state_part")
        if row[0] == owner]
    assert parts
    hub.start()
    rotate(nina, "second")
    owed = balances(nina)
    hub.stop()
    with sqlite3.connect(database) as there:
        there.execute("DELETE FROM state_part WHERE participant = ?", (owner,))
        there.executemany("INSERT INTO state_part VALUES (?, ?, ?)", parts)
        there.execute("UPDATE state_copy SET version = ?, copy = ?"
                      " WHERE participant = ?", (version, before, owner))
    hub.start()
    restored = scene.again(nina, "Nina-2")
    assert balances(restored) == owed
    restored.run("pay", "Maria", "1", "--note", "of after")
    document = json.loads(keep.export(scene.again(nina, "Nina-3")))
    texts = {row.get("text") for row in document["activity"]}
    assert "of after" in texts and "of before" not in texts, texts


def test_lost_before_the_hub_heard(scene):
    """The old words are the ones that count then, and the new ones nobody's."""
    oleh = scene.newcomer("Oleh")
    oleh.run("pay", "Maria", "1")
    pid, old, owed = oleh.pid, oleh.words, balances(oleh)
    scene.hub.stop()
    assert "keep the old words" in oleh.run(
        "key", "rotate", "--save-words", scene.file("unheard"))
    shutil.rmtree(oleh.profile)
    scene.hub.start()
    nobody = Person(scene.folder, "nobody")
    nobody.init(read(scene.file("unheard")).strip())
    said = nobody.run("join", scene.hub.link, status=REFUSED)
    assert "has not heard of a change" in said, said
    nobody.run("join", scene.hub.link, "--new", "--name", "Nobody")
    assert nobody.pid != pid and balances(nobody) == {}
    oleh = Person(scene.folder, "Oleh-2")
    oleh.init(old)
    oleh.run("join", scene.hub.link)
    assert oleh.json("people")["me"]["pid"] == pid
    assert balances(oleh) == owed
    document = rotate(oleh, "heard")
    assert [one["known"] for one in document["communities"]] == [True]
    oleh.run("pay", "Maria", "1")
    oleh.run("verify")
    check_hub(scene)


def test_backup_opens_with_the_new_words(scene):
    olena = scene.olena
    path = scene.file("backup")
    olena.run("backup", path)
    other = Person(scene.folder, "from-backup")
    document = json.loads(other.run("--json", "restore", path, "--words-file",
                                    other.write_words(olena.words)))
    # The digest of the first key, which these words are not.
    assert document["pid"] == olena.pid, document
    with open(f"{other.profile}/identity.json", encoding="utf-8") as file:
        assert json.load(file)["pid"] == olena.pid
    assert keep.export(other, "--offline") == keep.export(olena, "--offline")
    wrong = Person(scene.folder, "from-backup-2")
    wrong.run("restore", path, "--words-file",
              wrong.write_words(scene.old[1]), status=USAGE)


def test_no_terminal(scene):
    """Words that nobody can be asked for are not even shown."""
    olena = scene.olena
    said = olena.run("key", "rotate", status=USAGE)
    assert "--save-words" in said, said
    olena.run("verify")


def test_offline(scene):
    """The hub hears of it later, and what was on its way then goes there."""
    olena = scene.olena
    scene.hub.stop()
    path = f"{olena.profile}.fourth"
    document = json.loads(olena.run("--json", "--offline", "key", "rotate",
                                    "--save-words", path))
    assert [one["known"] for one in document["communities"]] == [False]
    olena.words = read(path).strip()
    assert olena.json("--offline", "balance")["ok"]
    scene.hub.start()
    olena.run("trust", "Maria", "70")
    olena.run("verify")
    check_hub(scene)


def crash(person, point, *arguments):
    count = person.profile + ".count"
    if os.path.exists(count):
        os.unlink(count)
    done = person.call(*arguments, extra={"GEO_CRASH_AT": str(point),
                                          "GEO_CRASH_COUNT": count})
    if done.returncode != -signal.SIGKILL:
        assert done.returncode == DONE, (arguments, point, done)
        return None
    return read(count).strip().split(" ", 1)[1]


def digest_of(scene, words, name):
    """Of the key that these words are: the PID of whoever begins with it."""
    person = Person(scene.folder, f"digest-{name}")
    person.init(words)
    return person.pid


def key_in_use(person):
    identity = json.loads(read(os.path.join(person.profile, "identity.json")))
    keys = identity.get("keys", [identity["pid"]])
    assert len(keys) == 1, identity
    return keys[0]


def test_killed_at_each_point(scene):
    """Whichever key is there then works, and the next change does, too."""
    olena = scene.olena
    fell = []
    # Each of the change itself; of signing in afterwards, as it is tested
    # elsewhere, some.
    for point in [*range(1, 10), *range(10, POINTS_MAX, 4)]:
        path = f"{olena.profile}.point-{point}"
        where = crash(olena, point, "key", "rotate", "--save-words", path)
        told = olena.call("--offline", "verify")
        assert told.returncode == DONE, told
        # It says which of the two papers counts, once, and that is true.
        is_new = os.path.exists(path) and digest_of(
            scene, read(path).strip(), point) == key_in_use(olena)
        cut = where is not None and where.startswith("rotate: ") and \
            where not in ("rotate: before announcing the key",
                          "rotate: after settling the key")
        assert ("new ones are nothing" in told.stderr) == \
            (cut and not is_new), (told, where)
        assert ("words are yours now" in told.stderr) == (cut and is_new), \
            (told, where)
        assert olena.call("--offline", "verify").stderr == "", where
        if is_new:
            olena.words = read(path).strip()
        olena.run("pay", "Maria", "0.01")
        olena.run("verify")
        # Who they are stays, and every key that was replaced is on record.
        number = len(rotations(scene, olena))
        assert number > 0 or point < 5, point
        if number > 14:
            olena = scene.olena = scene.newcomer(f"Olena-{point}")
        if where is None:
            break
        fell.append(where)
    else:
        raise AssertionError("it never passed")
    print(f"# fell {len(fell)} times: {', '.join(sorted(set(fell)))}")
    for place in ("rotate: before record", "rotate: after record",
                  "rotate: before announcing the key",
                  "rotate: before replacing the key",
                  "rotate: after replacing the key",
                  "rotate: after settling the key"):
        assert place in fell, (place, fell)
    check_hub(scene)


def rotations(scene, person):
    pid = person.json("people")["me"]["pid"]
    versions = [json.loads(text) for (text,) in rows(
        scene.hub.folder + "/hub.db",
        "SELECT participant FROM participant_version ORDER BY seq")]
    return [one for one in versions if one["pid"] == pid][-1].get(
        "rotations", [])


class Scene(keep.Scene):
    def file(self, name):
        return os.path.join(self.folder, name)

    def newcomer(self, name):
        person = Person(self.folder, name)
        person.init()
        person.run("join", self.hub.link)
        self.maria.run("trust", name, "10")
        self.old = (person.pid, person.words, None)
        return person


def end(scene):
    if not scene.hub.process.has_ended():
        scene.hub.stop()


if __name__ == "__main__":
    sys.exit(cases.run(globals(), "geo-keys-", Scene, end))
