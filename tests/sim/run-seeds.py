#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The GEO authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs geo-sim by seed, several at a time, and says in TAP what came of it.

First what ever failed (the file seeds), then whether each planted mistake is
noticed and whether one seed is one run, then as many new seeds as there is
time for. Every kind of fault has to have happened at least once. A long run
(--only-new) has new seeds only, says now and then how far it is, and what it
cost at the end.

usage: run-seeds.py PROGRAM [--count N] [--seconds N] [--first SEED]
                    [--nodes N] [--steps N] [--jobs N] [--only-new]
                    [--no-memo]
"""

import argparse
import concurrent.futures
import os
import re
import resource
import shlex
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))

# Which invariants may say so: what one check misses another one may meet
# first.
PLANTS = {
    "hub-debt": {"I1"},
    "hub-reserved": {"P9"},
    "hub-limit": {"I2", "frozen", "fault", "I6"},
    "hub-sends-first": {"P1"},
    "hub-disk": {"I1", "I8", "copy"},
    "hub-row": {"I1"},
    "node-sends-first": {"P1"},
    "node-votes-twice": {"P2"},
    "node-balance": {"I5", "I7", "I8"},
    "node-reserved": {"P9"},
    "node-paid": {"P4"},
    "node-line": {"I8"},
    "node-deaf": {"I5", "rest", "late"},
    "journal-bit": {"I8", "journal", "store"},
    "lie-believed": {"lie", "old"},
    "not-exact": {"I8"},
    "hub-frozen": {"frozen"},
    "hub-entry": {"I5"},
    "node-forgets": {"P9"},
    "node-silent": {"late", "P12", "rest"},
    "node-unpaid": {"paid"},
    "node-reborn": {"P2", "P9"},
    "letter-lost": {"letter"},
    "letter-unread": {"letter", "I8"},
    "letter-twice": {"invoice", "I8"},
    "copy-ignored": {"copy", "keys"},
    "hub-old-key": {"old-key"},
    "key-early": {"P1", "K6"},
    "key-untold": {"keys"},
    "key-lost": {"keys", "copy"},
    "old-believed": {"old"},
    "old-poorer": {"old"},
    "line-thawed": {"frozen", "fault", "I6"},
    "spare-beyond": {"I4", "fault", "I6"},
    "unsaid-held": {"fault", "I8"},
}
PLANT_SEEDS = 40
PLANT_OPTIONS = ("--nodes", 8)
# What shows only where a node falls between an entry and a PREPARE that was
# late: a small town and a long life have that most often, about every fourth.
RARE_SEEDS = 80
RARE_OPTIONS = {
    "node-forgets": ("--nodes", 4, "--steps", 2500),
    "node-reborn": ("--nodes", 10, "--steps", 3000),
    "hub-old-key": ("--nodes", 8),
    "line-thawed": ("--nodes", 8),
}

# What never happens in a life without storms, or only once in a hundred.
PROFILES = ("storm", "storm", "storm", "storm", "market", "storm", "storm",
            "market", "storm", "calm")
BATCH = 5
# How often a long run says how far it is, in seeds.
PROGRESS = 500


class Tap:
    def __init__(self):
        self.number = 0
        self.failed = 0

    def say(self, good, text, lines=()):
        self.number += 1
        self.failed += not good
        for line in lines:
            print("# " + line.rstrip().lstrip("# "))
        print(f"{'ok' if good else 'not ok'} {self.number} - {text}",
              flush=True)


def run(program, *arguments):
    done = subprocess.run([program, *map(str, arguments)],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          check=False)
    return done.returncode, done.stdout.decode(errors="replace").split("\n")


def counts_of(lines):
    for line in lines:
        if line.startswith("counts:"):
            return {name: int(value) for name, value
                    in (word.split("=") for word in line.split()[1:])}
    return {}


def invariant_of(lines):
    for line in lines:
        match = re.match(r"FAILED (\S+)", line)
        if match:
            return match.group(1)
    return None


def kept():
    """The lines of the file seeds: options, then # and a sentence."""
    with open(os.path.join(HERE, "seeds"), encoding="utf-8") as file:
        for line in file:
            options = line.split("#")[0].strip()
            if options:
                yield options


def town():
    path = os.path.join(os.environ.get("GEO_SHARED", "/nowhere"), "data",
                        "town-50.json")
    return path if os.path.exists(path) else None


def check_plant(program, name):
    found = set()
    seeds = RARE_SEEDS if name in RARE_OPTIONS else PLANT_SEEDS
    options = RARE_OPTIONS.get(name, PLANT_OPTIONS)
    for seed in range(1, seeds + 1):
        code, lines = run(program, "--seed", seed, "--plant", name, *options)
        if code != 0:
            found.add(invariant_of(lines))
            if found <= PLANTS[name]:
                return True, []
            return False, lines[-20:]
    return False, ["nobody noticed"]


def check_same(program):
    """The same seed is the same run, alone, after another one, and where
    nothing is remembered."""
    alone = run(program, "--seed", 8, "--steps", 800)[1][0]
    after = run(program, "--seed", 7, "--count", 2, "--steps", 800)[1][1]
    anew = run(program, "--seed", 8, "--steps", 800, "--no-memo")[1][0]
    return alone == after == anew and "hash" in alone, [alone, after, anew]


def batch(program, first, count, options):
    """Seeds first … first + count − 1; a failure does not stop the rest."""
    sums, failures, seed = {}, [], first
    while seed < first + count:
        code, lines = run(program, "--seed", seed, "--count",
                          first + count - seed, *options)
        for name, value in counts_of(lines).items():
            sums[name] = sums.get(name, 0) + value
        if code == 0:
            break
        # Those before it went well.
        seed += 1 + sum(line.startswith("seed ") for line in lines)
        failures.append(lines[-40:])
    return sums, failures, count


def check_known(tap, pool, program):
    """What failed once, each planted mistake, one seed, and the town."""
    old = [(line, pool.submit(run, program, *shlex.split(line)))
           for line in kept()]
    plants = [(name, pool.submit(check_plant, program, name))
              for name in PLANTS]
    same = pool.submit(check_same, program)
    file = town()
    if file:
        market_town = pool.submit(run, program, "--profile", "town", "--town",
                                  file, "--nodes", 50, "--steps", 1500)

    for line, result in old:
        code, lines = result.result()
        tap.say(code == 0, "again: " + line.replace("#", ""),
                lines[-30:] if code else ())
    for name, result in plants:
        good, lines = result.result()
        tap.say(good, f"planted and noticed: {name}", () if good else lines)
    good, lines = same.result()
    tap.say(good, "one seed is one run", () if good else lines)
    if file:
        code, lines = market_town.result()
        tap.say(code == 0, "a town of 50", lines[-30:] if code else ())
    else:
        tap.say(True, "a town of 50 # SKIP there is no GEO_SHARED")


def words(sums):
    return " ".join(f"{name}={value}" for name, value in sums.items())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seconds", type=int, default=0)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--nodes", type=int, default=10)
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only-new", action="store_true")
    parser.add_argument("--no-memo", action="store_true")
    options = parser.parse_args()
    program, tap = options.program, Tap()
    memo = ("--no-memo",) if options.no_memo else ()
    # A long run looks where nobody has looked yet.
    first = options.first or (int(time.time()) if options.seconds else 1)
    count = 10 ** 9 if options.seconds else options.count
    begun = time.monotonic()
    end = begun + options.seconds if options.seconds else None

    print("TAP version 13")
    pool = concurrent.futures.ThreadPoolExecutor(options.jobs)
    if not options.only_new:
        check_known(tap, pool, program)

    sums, failures, runs, ended, waiting = {}, 0, 0, 0, set()
    seed, number = first, 0
    while waiting or seed < first + count:
        while len(waiting) < options.jobs and seed < first + count \
                and (end is None or time.monotonic() < end):
            n = min(BATCH, first + count - seed)
            waiting.add(pool.submit(
                batch, program, seed, n,
                ("--profile", PROFILES[number % len(PROFILES)], "--nodes",
                 options.nodes, "--steps", options.steps, *memo)))
            seed, number, runs = seed + n, number + 1, runs + n
        if not waiting:
            break
        done, waiting = concurrent.futures.wait(
            waiting, return_when=concurrent.futures.FIRST_COMPLETED)
        for result in done:
            some, wrong, n = result.result()
            ended += n
            for name, value in some.items():
                sums[name] = sums.get(name, 0) + value
            for lines in wrong:
                failures += 1
                tap.say(False, "a new seed", lines)
            if options.only_new and ended // PROGRESS > (ended - n) // PROGRESS:
                print(f"# {ended} seeds in {time.monotonic() - begun:.0f} s: "
                      + words(sums), flush=True)
    tap.say(failures == 0, f"{runs} seeds from {first}")
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print("# " + words(sums))
    print(f"# {time.monotonic() - begun:.0f} s, "
          f"{used.ru_utime + used.ru_stime:.0f} s of CPU")
    never = [name for name, value in sums.items() if value == 0]
    tap.say(not never and bool(sums), "everything happened at least once",
            ["never: " + " ".join(never)] if never else ())
    print(f"1..{tap.number}")
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main())
