#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The GEO authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Catching up with a long history, killed on the way again and again.

A hub has some hundred entries for somebody who only has twelve words left.  One
computer catches up in one go; another falls at a point of storing them (see
src/net/geo-fault.h), is started again and goes on from there, until it is
through.  Each time the journal holds and is never shorter than before; in the
end both export the same bytes.

`--long` (GEO_LONG) makes a hundred thousand, and says how long it took, and how
long a statement of them takes.
"""

import importlib.util
import os
import pty
import signal
import subprocess
import sys
import time

import cases
import town as tools

HERE = os.path.dirname(os.path.abspath(__file__))
spec = importlib.util.spec_from_file_location(
    "cli", os.path.join(HERE, "test-cli.py"))
cli = importlib.util.module_from_spec(spec)
spec.loader.exec_module(cli)

LONG = bool(os.environ.get("GEO_LONG"))
MANY = 100_000 if LONG else 1_500
# Where it falls: what is stored before that stays, so that it gets on.
POINTS = (5, 8, 14)
FALLS_MAX = 400 if LONG else 60
WORDS = "abandon " * 11 + "about"


class Town:
    def __init__(self, folder):
        self.folder = folder
        self.hub = cli.Hub(os.path.join(folder, "hub"))
        began = time.monotonic()
        subprocess.run([os.path.join(tools.TOOLS, "geo-test-history"),
                        self.hub.folder, str(MANY), *WORDS.split()], check=True)
        print(f"# {MANY} payments made in {time.monotonic() - began:.1f} s",
              flush=True)
        self.hub.config = os.path.join(self.hub.folder, "hub.conf")
        self.hub.start()
        self.words = os.path.join(folder, "words")
        with open(self.words, "w", encoding="utf-8") as file:
            file.write(WORDS + "\n")
        self.entries = MANY + 16

    def restore(self, name):
        person = cli.Person(self, name)
        person.run("init", "--name", "Olena", "--words-file", self.words)
        person.run("join", self.hub.link)
        return person


def sequence(person):
    found = tools.audit("journal", person.profile)
    assert found["error"] is None, found
    return found["sequence"]


def balance(person, point=None):
    """Whether it got through."""
    environment = dict(os.environ)
    if point is not None:
        environment["GEO_CRASH_AT"] = str(point)
    done = subprocess.run(
        [cli.GEO, "--profile", person.profile, "--json", "balance"],
        env=environment,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, timeout=600)
    if done.returncode == -signal.SIGKILL:
        return False
    assert done.returncode == cli.DONE, done
    return True


def test_in_one_go(town):
    """On a terminal somebody sees how far it is."""
    town.whole = town.restore("whole")
    began = time.monotonic()
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [cli.GEO, "--profile", town.whole.profile, "balance"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=slave)
    os.close(slave)
    said = b""
    try:
        while chunk := os.read(master, 4096):
            said += chunk
    except OSError:  # The other end is closed.
        pass
    os.close(master)
    out = process.stdout.read().decode()
    process.stdout.close()
    assert process.wait(180) == 0
    print(f"# caught up in {time.monotonic() - began:.1f} s", flush=True)
    assert "was not asked" not in out, out
    assert b"Catching up with the hub: 0 of " in said, said
    assert said.endswith(b"\r\x1b[K"), said
    assert sequence(town.whole) == town.entries
    document = town.whole.json("verify")
    assert document["ok"], document
    town.export = town.whole.run("--offline", "export")


def test_statement(town):
    """All of it on paper, and how long that takes."""
    for option, name in (("--csv", "all.csv"), ("--output", "all.json"),
                         ("--pdf", "all.pdf")):
        path = os.path.join(town.folder, name)
        began = time.monotonic()
        document = town.whole.json("--offline", "statement", option, path)
        assert document["rows"] == MANY, document
        print(f"# {name} of {MANY} rows: {time.monotonic() - began:.1f} s, "
              f"{os.path.getsize(path) // 1024} KiB", flush=True)


def test_falling(town):
    person = town.restore("fallen")
    reached = [sequence(person)]
    while not balance(person, POINTS[len(reached) % len(POINTS)]):
        reached.append(sequence(person))
        assert reached[-1] >= reached[-2], reached
        assert len(reached) < FALLS_MAX, reached
        if reached[-1] == town.entries:
            # What is left is looking at the hub's log.
            break
    print(f"# fell at {reached}", flush=True)
    assert any(0 < n < town.entries for n in reached), reached
    assert balance(person)
    assert sequence(person) == town.entries
    assert person.run("--offline", "export") == town.export
    person.run("--offline", "verify")


def end(town):
    if town.hub.process is not None:
        town.hub.stop()


if __name__ == "__main__":
    sys.exit(cases.run(globals(), "geo-catch-up-", Town, end))
