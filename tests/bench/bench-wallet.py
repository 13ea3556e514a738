#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The GEO authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Figures of the wallet's window, each a ratio to an empty one of the same run.

Makes people in a practice market, gives the journal of one a million lines of
history and another's ten thousand, and lets geo-bench-wallet show them. It is
no test: "short" says that a figure misses its goal.
"""

import json
import os
import re
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "integration"))
import seal  # noqa: E402, it lies beside the tests that use it

BUILD = os.environ["GEO_BUILD_ROOT"]
BENCH = os.path.join(BUILD, "tests", "bench", "geo-bench-wallet")
GEO = os.path.join(BUILD, "src", "geo")
HUB = os.path.join(BUILD, "src", "geo-hub")
HISTORY = os.path.join(BUILD, "tests", "integration", "geo-test-history")
PRACTICE = os.path.join(BUILD, "src", "practice", "geo-practice")
SHORT = "--short" in sys.argv
JSON = "--json" in sys.argv
MANY = 100_000 if SHORT else 1_000_000
FEW = 10_000
RUNS = 3 if SHORT else 7
# Each of these says something of hundreds of moments already.
LOOPS = 1 if SHORT else 3
ENTRIES = 2_000 if SHORT else 10_000
WORDS = ["abandon"] * 11 + ["about"]
# A frame, and a little less: the longest that nobody sees.
FRAME_US = 16_000


def show(what, *arguments, settled=None):
    """What one run says: {figure: value}.  settled () is called when it says
    that its window has come to rest."""
    environment = dict(os.environ)
    environment["BENCH_BEGAN_US"] = str(time.monotonic_ns() // 1000)
    said = {}
    with subprocess.Popen([BENCH, what, *arguments], env=environment,
                          stdout=subprocess.PIPE, text=True) as process:
        end = threading.Timer(180, process.kill)
        end.start()
        for line in process.stdout:
            name, value = line.split()
            said[name] = int(value)
            if name == "settled" and settled is not None:
                settled()
        status = process.wait()
        end.cancel()
    if status != 0:
        raise RuntimeError(f"{what} ended with {status}")
    return said


def median(what, figure, *arguments, runs=None):
    return statistics.median(show(what, *arguments)[figure]
                             for _ in range(runs or RUNS))


def figure(name, unit, value, base, goal):
    """goal None: it is told, and has none."""
    ratio = value / base if base else value
    good = goal is None or ratio <= goal
    if JSON:
        print(json.dumps({"figure": name, "value": value, "unit": unit,
                          "base": base, "ratio": round(ratio, 3), "goal": goal,
                          "ok": good}))
        return
    word = "" if goal is None else "ok" if good else "short"
    print(f"{name:24} {value:12.0f} {unit:5} {base or 0:12.0f} {ratio:10.2f} "
          f"<= {goal or '-':<6} {word}", flush=True)


def fill(profile, rows):
    """History as it looks after years; it is shown, and proves nothing.  The
    newest rows look alike however many there are."""
    journal = next(os.path.join(folder, name)
                   for folder, _, names in os.walk(profile)
                   for name in names if name.endswith(".db"))
    base = sqlite3.connect(journal)
    # The line for a friend's trust says who they are.
    peer = base.execute("SELECT peer FROM activity WHERE peer IS NOT NULL"
                        ).fetchone()[0]
    first, at = base.execute("SELECT max(id), max(at) FROM activity").fetchone()
    base.execute(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
        " WHERE i < ?) INSERT INTO activity (id, kind, state, at, peer,"
        " equivalent, amount, decimals, text, tx_id, code, folded)"
        " SELECT ? + i, 1 + i % 2, 4, ? + i * 60000, ?, 'UAH', 100 + i % 1000,"
        " 2, 'honey ' || i % 1000, 'bench-' || ? || '-' || i, 0,"
        " 'honey ' || i % 1000 FROM n",
        (rows, first, at - rows * 60000, peer, rows))
    # What is not counted is not shown.
    base.execute("UPDATE state SET activities = (SELECT count(*) FROM"
                 " activity)")
    last = base.execute("SELECT max(id) FROM activity").fetchone()[0]
    base.commit()
    base.execute("PRAGMA wal_checkpoint (TRUNCATE)")
    base.close()
    seal.seal(journal)
    # Years of it are no news.
    with open(os.path.join(os.path.dirname(journal), "seen"), "w",
              encoding="utf-8") as file:
        file.write(f"{last}\n")


def wait_file(path):
    for _ in range(600):
        if os.path.exists(path):
            return
        time.sleep(0.1)
    raise TimeoutError(path)


def wait_friend(profile):
    """Until somebody trusts us: there is somebody to pay."""
    for _ in range(300):
        text = subprocess.run([GEO, "--profile", profile, "--json", "balance"],
                              stdout=subprocess.PIPE, text=True,
                              check=False).stdout
        if '"their_limit"' in text or '"people":[{' in text.replace(" ", ""):
            return
        time.sleep(0.2)


def join(profile, link):
    """Somebody new in the market whom one other trusts."""
    for command in (["init", "--name", "Nadia"], ["join", link],
                    ["trust", "Olena", "5000", "UAH"]):
        subprocess.run([GEO, "--profile", profile, *command],
                       stdout=subprocess.DEVNULL, check=True)
    wait_friend(profile)


def opening(profile):
    """An empty window and the wallet's by turns: the machine's speed is another
    from minute to minute."""
    empty, whole = [], []
    for _ in range(RUNS):
        empty.append(show("empty"))
        whole.append(show("window", "--profile", profile))

    def of(runs, name):
        return statistics.median(run[name] for run in runs)

    frame = of(empty, "first-frame-us")
    figure("first-frame", "us", of(whole, "first-frame-us"), frame, 1.6)
    figure("content", "us", of(whole, "content-us"), frame, None)
    figure("memory", "KiB", of(whole, "memory-kib"), of(empty, "memory-kib"),
           1.5)


def scroll(few, many):
    """Both by turns, too."""
    costs = {few: [], many: []}
    counts = {few: [], many: []}
    for _ in range(RUNS):
        for profile, rows in ((few, FEW), (many, MANY)):
            said = show("scroll", "--profile", profile)
            # It did scroll, and through that many rows.
            assert said["scroll-rows"] > rows, said
            assert said["scroll-pixels"] > 60000, said
            costs[profile].append(said["scroll-cpu-us"])
            counts[profile].append(said["scroll-instructions"])
    figure("scroll-cpu", "us", statistics.median(costs[many]),
           statistics.median(costs[few]), 1.1)
    if statistics.median(counts[few]):
        figure("scroll-instructions", "1000",
               statistics.median(counts[many]) / 1000,
               statistics.median(counts[few]) / 1000, 1.1)


def held_up(name, goal, runs):
    """How late 99 of 100 were, and what the longest of all runs was."""
    figure(name, "us", statistics.median(run["held-up-p99-us"]
                                         for run in runs), None, goal)
    print(f"# {name}: longest {max(run['held-up-max-us'] for run in runs)} us",
          file=sys.stderr)


def loop_while_paying(profile):
    held_up("main-loop-bare-p99", None, [show("bare") for _ in range(LOOPS)])
    held_up("main-loop-pay-p99", FRAME_US,
            [show("pay", "--profile", profile) for _ in range(LOOPS)])


def pages_a_second(profile, runs):
    """Pages as PDF, against the same rows read and written as a table."""
    path = profile + ".pdf"
    subprocess.run([GEO, "--profile", profile, "--offline", "statement",
                    "--pdf", path], stdout=subprocess.DEVNULL, check=True)
    told = subprocess.run(["pdfinfo", path], stdout=subprocess.PIPE, text=True,
                          check=True).stdout
    pages = int(re.search(r"^Pages: *([0-9]+)$", told, re.M).group(1))
    figure("pdf-pages", "/s",
           statistics.median(pages * 1e6 / run["pdf-us"] for run in runs),
           statistics.median(pages * 1e6 / run["csv-us"] for run in runs), None)


class Hub:
    """With a long history of somebody; the address stays."""

    def __init__(self, folder):
        self.folder = folder
        self.listen = "127.0.0.1:0"
        self.process = None
        os.mkdir(folder, 0o700)
        self.config = os.path.join(folder, "hub.conf")
        with open(self.config, "w", encoding="utf-8") as file:
            file.write("[community]\nname=Market\nequivalents=UAH:2:fiat\n"
                       "[joining]\nopen=true\n"
                       "[limits]\nmessages_per_second=1000000\n")
        subprocess.run([HISTORY, folder, str(ENTRIES), *WORDS], check=True,
                       stdout=subprocess.DEVNULL)

    def start(self):
        self.process = subprocess.Popen(
            [HUB, "--data-dir", self.folder, "--config", self.config,
             "--listen", self.listen], stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True)
        address = self.process.stdout.readline().split()[3]
        self.listen = address.removeprefix("http://")
        return address

    def stop(self):
        if self.process is not None:
            self.process.terminate()
            self.process.wait()
            self.process.stdout.close()
        self.process = None


def loop_while_catching_up(home):
    """Somebody with a long history and nothing but their words comes back, and
    wants it on paper."""
    words = os.path.join(home, "words")
    with open(words, "w", encoding="utf-8") as file:
        file.write(" ".join(WORDS) + "\n")
    hub = Hub(os.path.join(home, "hub"))
    try:
        synced, papers = [], []
        for i in range(LOOPS):
            profile = os.path.join(home, f"olena-{i}")
            address = hub.start()
            for command in (["init", "--name", "Olena", "--words-file", words],
                            ["join", address]):
                subprocess.run([GEO, "--profile", profile, *command],
                               stdout=subprocess.DEVNULL, check=True)
            hub.stop()
            synced.append(show("sync", "--profile", profile,
                               settled=hub.start))
            assert synced[-1]["entries"] >= ENTRIES, synced
            hub.stop()
            papers.append(show("pdf", "--profile", profile))
            assert papers[-1]["rows"] == ENTRIES, papers
        held_up("main-loop-sync-p99", FRAME_US, synced)
        held_up("main-loop-pdf-p99", FRAME_US, papers)
        pages_a_second(profile, papers)
    finally:
        hub.stop()


def drawing():
    bare = median("redraw", "frame-p99-us", runs=LOOPS)
    figure("market-500-frame-p99", "us",
           median("market", "frame-p99-us", runs=LOOPS), None, FRAME_US)
    figure("bare-frame-p99", "us", bare, None, None)


def main():
    home = tempfile.mkdtemp(prefix="geo-bench-wallet-")
    ready = os.path.join(home, "ready")
    few = os.path.join(home, "few")
    many = os.path.join(home, "many")
    market = subprocess.Popen(
        [PRACTICE, "--fresh", "--quiet", "--folder",
         os.path.join(home, "market"), "--pace", "3600000", "--ready-file",
         ready], stdout=subprocess.DEVNULL)
    try:
        wait_file(ready)
        with open(ready, encoding="utf-8") as file:
            link = file.read().strip()
        join(few, link)
        join(many, link)
        loop_while_paying(few)
        figure("payable-p99", "us",
               median("payable", "payable-p99-us", "--profile", few,
                      runs=LOOPS), None, 50_000)
        market.terminate()
        market.wait()
        loop_while_catching_up(home)
        drawing()
        fill(few, FEW)
        fill(many, MANY)

        opening(many)
        scroll(few, many)
    finally:
        market.kill()
        market.wait()
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
