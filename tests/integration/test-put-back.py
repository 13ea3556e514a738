#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The GEO authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A hub whose disk is gone is put back to a copy of the day before, and gets its
own entries back from people's wallets before it goes on.

What it then has is what it had: the same entries, to the byte, and the same log;
nobody finds that anything was forgotten.  Who is away is waited for, until its
owner waits no more; what nobody gives back is lost, and found by those who hold
it.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

import cases
import town

LIMIT = 5000
FAULT = 4
KINDS = ("community", "participant", "trust_line", "certificate", "entry")
NAMES = ("a", "b", "c", "d")


def geo_hub(*arguments, status=0):
    done = subprocess.run([town.HUB_PROGRAM, *arguments], text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE,
                          timeout=town.ANSWER_SECONDS_MAX)
    assert done.returncode == status, (arguments, done)
    return done.stdout


def signed(folder):
    """What a hub has signed, and those it is about, each with its kind: but what
    was acknowledged and refused, which nobody gives back."""
    found = []
    for line in geo_hub("export", "-d", folder).splitlines():
        one = json.loads(line)
        # When somebody came is nobody's to say.
        if one["kind"] == "participant":
            del one["at_ms"]
        if one["kind"] in KINDS:
            found.append(json.dumps(one, sort_keys=True))
    return found


class Scene:
    """Four people in a row, and a copy of their hub."""

    def __init__(self, number):
        self.folder = tempfile.mkdtemp(prefix="geo-put-back-")
        self.hub = town.Hub(os.path.join(self.folder, "hub"),
                            f"127.5.{os.getpid() % 200 + 1}.{number}")
        self.nodes = {}
        self.copy = os.path.join(self.folder, "copy")
        self.log_from = 0
        self.hub.start()
        for name in NAMES:
            self.join(name)
        self.trust("a", "b")
        self.trust("b", "c")
        self.trust("c", "d")
        self.pay("c", "a", "before", 100)
        geo_hub("backup", "-d", self.hub.folder, "--with-key", self.copy)

    def join(self, name):
        node = town.Node(os.path.join(self.folder, name), name)
        self.nodes[name] = node
        node.start()
        node.join(self.hub.link)
        node.do("wait", "connected")

    def trust(self, creditor, debtor):
        self.nodes[creditor].do(
            f"trust {self.nodes[debtor].pid} {LIMIT} standing", "trusted")

    def pay(self, payer, payee, tx_id, amount):
        node = self.nodes[payer]
        node.do(f"pay {tx_id} {self.nodes[payee].pid} {amount}", "ordered")

        def is_decided():
            node.status()
            return node.states.get(tx_id, (0, ""))[0] in (town.PAID,
                                                          town.NOT_PAID)
        town.until(is_decided, f"{tx_id} is decided")
        assert node.states[tx_id][0] == town.PAID, node.states[tx_id]

    def settle(self):
        """Everybody knows what the hub told them."""
        town.until(lambda: all(self.is_whole(name) for name in self.nodes),
                   "everybody knows all")

    def is_whole(self, name):
        node = self.nodes[name]
        entries = town.audit("hub", self.hub.folder)["sequences"]
        state = node.status()
        return state[0] == town.CONNECTED and \
            state[2] == entries.get(node.pid, 0) and state[3] == 0

    def start(self, name):
        self.nodes[name].start()
        self.nodes[name].join(self.hub.link)

    def show(self, name):
        """It knows where in the log its entries stand, and is away."""
        node = self.nodes[name]
        town.until(lambda: self.is_whole(name), f"{name} knows all")

        def is_shown():
            node.stop()
            seen = town.audit("journal", node.folder)
            if seen["shown"] == seen["sequence"] > 0:
                return True
            # It asks when it has caught up.
            self.start(name)
            node.do("wait", "connected")
            time.sleep(0.2)
            return False
        town.until(is_shown, f"{name} has seen the log")

    def die(self):
        """The disk is gone; what was on it is returned."""
        self.hub.kill()
        lost = os.path.join(self.folder, "lost")
        os.rename(self.hub.folder, lost)
        os.mkdir(self.hub.folder, 0o700)
        return lost

    def put_back(self, extra=None):
        said = geo_hub("restore", "-d", self.hub.folder, self.copy)
        assert "ask people's wallets" in said, said
        # Whoever does it takes longer than the clocks may be apart.
        past = time.time() - 300
        os.utime(os.path.join(self.hub.folder, "put-back"), (past, past))
        self.start_hub(extra)

    def start_hub(self, extra=None):
        log = os.path.join(self.hub.folder, "log")
        self.log_from = os.path.getsize(log) if os.path.exists(log) else 0
        self.hub.start(extra)

    def hurry(self, *names):
        for name in names or self.nodes:
            self.nodes[name].do("hurry", "hurried")

    def gathers(self):
        return os.path.exists(os.path.join(self.hub.folder, "put-back"))

    def wait_given(self, n, of):
        def is_given():
            with open(os.path.join(self.hub.folder, "log"),
                      encoding="utf-8") as log:
                log.seek(self.log_from)
                return f"given back people={n} of={of} " in log.read()
        town.until(is_given, f"{n} of {of} have given back")

    def wait_on(self):
        town.until(lambda: not self.gathers(), "the hub goes on")
        line = self.hub.process.read()
        assert re.match("geo-hub: listening on ", line), line

    def wait_connected(self, *names):
        def are_connected():
            self.hurry(*names)
            return all(self.nodes[name].status()[0] == town.CONNECTED
                       for name in names)
        town.until(are_connected, "everybody is connected", step=0.1)

    def count_lost(self):
        with urllib.request.urlopen(self.hub.address + "/metrics",
                                    timeout=town.ANSWER_SECONDS_MAX) as answer:
            text = answer.read().decode()
        return int(re.search(r"^geo_hub_log_lost (\d+)$", text, re.M).group(1))

    def close(self):
        for node in self.nodes.values():
            if node.process is not None and not node.process.has_ended():
                node.process.kill()
        if self.hub.process is not None and not self.hub.process.has_ended():
            self.hub.process.kill()
        shutil.rmtree(self.folder)


def check_same(folder, other):
    """To the byte, with the hub's own signatures."""
    here, there = signed(folder), signed(other)
    assert here == there, f"{set(here) ^ set(there)}"


def everything_happens(scene):
    """After the copy: lines, payments over others, a new neighbour, and a circle
    that is cleared."""
    scene.pay("d", "a", "over-two", 300)
    scene.join("e")
    scene.trust("d", "e")
    scene.pay("e", "b", "from-new", 50)
    scene.trust("d", "a")
    scene.pay("a", "d", "circle", 30)
    scene.settle()


def test_given_back(_folder):
    scene = Scene(1)
    try:
        everything_happens(scene)
        lost = scene.die()
        scene.put_back()
        scene.hurry()
        scene.wait_on()
        scene.wait_connected(*scene.nodes)
        check_same(scene.hub.folder, lost)
        scene.pay("e", "a", "after", 10)
        scene.settle()
        for node in scene.nodes.values():
            node.stop()
        scene.hub.stop()
        geo_hub("check", "-d", scene.hub.folder)
        for node in scene.nodes.values():
            assert town.audit("journal", node.folder)["error"] is None
    finally:
        scene.close()


def test_killed(_folder):
    """Wherever it falls while it goes on, it asks once more, or has it all."""
    scene = Scene(4)
    try:
        everything_happens(scene)
        lost = scene.die()
        points = []
        count = os.path.join(scene.folder, "count")

        def crash_at(point):
            if os.path.exists(count):
                os.unlink(count)
            return {"GEO_CRASH_AT": str(point), "GEO_CRASH_COUNT": count}

        def is_over():
            scene.hurry()
            return scene.hub.process.has_ended() or not scene.gathers()

        scene.put_back(crash_at(1))
        town.until(is_over, "it falls or goes on", step=0.1)
        while scene.hub.process.has_ended():
            assert scene.hub.process.was_killed(), scene.hub.process.wait()
            scene.hub.process.wait()
            with open(count, encoding="utf-8") as file:
                points.append(file.read().strip().split(" ", 1)[1])
            if not scene.gathers():
                break
            # What was begun is not looked at.
            scene.start_hub(crash_at(len(points) + 1))
            town.until(is_over, "it falls or goes on", step=0.1)
        # It may have gone on with a point still to fall at.
        if not scene.hub.process.has_ended():
            scene.hub.stop(may_fall=True)
        scene.start_hub()
        scene.wait_connected(*scene.nodes)
        check_same(scene.hub.folder, lost)
        scene.pay("e", "a", "after", 10)
        return points
    finally:
        scene.close()


def test_away(_folder):
    """b, over whom most of it went, is on a journey: the ends of its hops know
    them."""
    scene = Scene(2)
    try:
        everything_happens(scene)
        lost = scene.die()
        scene.nodes["b"].stop()
        scene.put_back()
        others = [name for name in scene.nodes if name != "b"]
        scene.hurry(*others)
        scene.wait_given(4, 5)
        assert scene.gathers()
        # It starts anew, and asks anew.
        scene.hub.stop()
        scene.start_hub()
        scene.hurry(*others)
        scene.wait_given(4, 5)
        scene.hub.process.process.send_signal(signal.SIGUSR1)
        scene.wait_on()
        scene.wait_connected(*others)
        check_same(scene.hub.folder, lost)
        # Afterwards it is only a signal that says nothing.
        scene.hub.process.process.send_signal(signal.SIGUSR1)
        scene.start("b")
        scene.nodes["b"].do("wait", "connected")
        scene.pay("e", "a", "after", 10)
        scene.settle()
    finally:
        scene.close()


def test_lost(_folder):
    """What only two people were told last is lost where neither gives it back:
    the others go on, and those two can prove it."""
    scene = Scene(3)
    try:
        scene.pay("d", "c", "known", 30)
        scene.settle()
        for name in ("c", "d"):
            scene.nodes[name].stop()
        scene.trust("b", "a")
        for name in ("a", "b"):
            scene.nodes[name].stop()
        scene.die()
        scene.put_back()
        for name in ("c", "d"):
            scene.start(name)
        scene.wait_given(2, 4)
        scene.hub.process.process.send_signal(signal.SIGUSR1)
        scene.wait_on()
        scene.wait_connected("c", "d")
        # What nobody who is here was told of cannot be counted.
        assert scene.count_lost() == 0
        scene.pay("d", "c", "after", 10)
        scene.start("b")
        town.until(lambda: scene.nodes["b"].status()[0] == FAULT,
                   "b finds that something was forgotten")
    finally:
        scene.close()


def test_gap(_folder):
    """What stood after a gap does not follow from what came before it: those who
    hold it can prove it, and the hub goes on with what comes before."""
    scene = Scene(5)
    try:
        scene.pay("d", "c", "known", 30)
        scene.settle()
        scene.trust("b", "a")
        scene.settle()
        for name in ("a", "b"):
            scene.nodes[name].stop()
        scene.pay("d", "c", "behind", 20)
        scene.show("c")
        scene.show("d")
        scene.die()
        scene.put_back()
        for name in ("c", "d"):
            scene.start(name)
        scene.wait_given(2, 4)
        scene.hub.process.process.send_signal(signal.SIGUSR1)
        scene.wait_on()
        assert scene.count_lost() == 2
        for name in ("c", "d"):
            scene.hurry(name)
            town.until(lambda node=scene.nodes[name]:
                       node.status()[0] == FAULT,
                       "it finds that something was forgotten")
        scene.hub.stop()
        geo_hub("check", "-d", scene.hub.folder)
    finally:
        scene.close()


if __name__ == "__main__":
    sys.exit(cases.run(globals(), "geo-put-back-", lambda folder: folder,
                       lambda folder: None))
