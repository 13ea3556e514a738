#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The GEO authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Debts in a circle, in real processes: a owes b, b owes c, and when c pays a the
circle is cleared, or b is asked first.

First in peace, with one of them away; then the hub and the nodes are killed at
every n-th fault point of that last payment and its clearing (see
src/net/geo-fault.h) and started again.  In the end all agree, and nothing but
what was paid has changed what anybody has in all.
"""

import os
import shutil
import sys
import tempfile
import time
import traceback
from concurrent.futures import ThreadPoolExecutor

import town

LIMIT = 2000
NAMES = ("a", "b", "c")
PAID = {("a", "b"): 500, ("b", "c"): 340}
LAST = 400
# Not paid, paid, and cleared as well: what is owed around the circle.
OUTCOMES = {(500, 340, 0): "not paid", (500, 340, 400): "paid",
            (160, 0, 60): "cleared"}
PROPOSED = (500, 340, 400)
CLEARED = (160, 0, 60)
POINTS_MAX = 60
SETTLE_SECONDS_MAX = 180


class Circle:
    """asking: b lets a owe it, and wants to be asked before that is cleared; the
    hub then proposes it every second."""

    def __init__(self, number, asking=False):
        self.folder = tempfile.mkdtemp(prefix="geo-clearing-")
        self.hub = town.Hub(os.path.join(self.folder, "hub"),
                            f"127.{1 + asking}.{os.getpid() % 200 + 1}.{number}")
        self.nodes = {name: town.Node(os.path.join(self.folder, name), name)
                      for name in NAMES}
        self.disk_fails = False
        with open(os.path.join(self.hub.folder, "hub.conf"), "a",
                  encoding="utf-8") as config:
            config.write(f"[clearing]\ninterval_s={int(asking)}\n")
        try:
            self.hub.start()
            for node in self.nodes.values():
                node.start()
                node.join(self.hub.link)
            for node in self.nodes.values():
                node.do("wait", "connected")
            a, b, c = (self.nodes[name] for name in NAMES)
            b.do(f"trust-asking {a.pid} {LIMIT}" if asking else
                 f"trust {a.pid} {LIMIT} standing", "trusted")
            c.do(f"trust {b.pid} {LIMIT} standing", "trusted")
            a.do(f"trust {c.pid} {LIMIT} standing", "trusted")
            # "trust-asking" does not wait for the hub's word.
            town.until(lambda: len(town.audit("hub", self.hub.folder)["lines"])
                       == len(NAMES), "three lines", SETTLE_SECONDS_MAX, 0.02)
            for (debtor, creditor), amount in PAID.items():
                self.nodes[debtor].do(
                    f"pay {debtor} {self.nodes[creditor].pid} {amount}",
                    "ordered")
                self.settle()
            assert self.owed() == tuple(PAID.values()) + (0,), self.owed()
        except BaseException:
            self.close()
            raise

    def process(self, name):
        return (self.hub if name == "hub" else self.nodes[name]).process

    def restart(self, name, extra=None):
        if name == "hub":
            self.hub.start(extra)
            for node in self.nodes.values():
                if not node.process.has_ended():
                    try:
                        node.do("hurry", "hurried")
                    except town.Gone:
                        pass
            return
        node = self.nodes[name]
        node.start(extra)
        try:
            while node.ask("join " + self.hub.link)[0] == "failed":
                time.sleep(0.05)
        except town.Gone:
            pass

    def is_settled(self, away=()):
        for name in ("hub",) + NAMES:
            if name not in away and self.process(name).has_ended():
                assert self.process(name).was_killed() or \
                    (name == "hub" and self.disk_fails and
                     self.process(name).has_stopped_itself()), f"{name} ended"
                self.process(name).wait()
                self.restart(name)
                return False
        try:
            status = {name: node.status() for name, node in self.nodes.items()
                      if name not in away}
        except town.Gone:
            return False
        if any(one[0] != town.CONNECTED or one[1] for one in status.values()):
            return False
        sequences = town.audit("hub", self.hub.folder)["sequences"]
        return all(status[name][2] == sequences[self.nodes[name].pid]
                   for name in status)

    def settle(self, away=()):
        town.until(lambda: self.is_settled(away), "nobody is in doubt",
                   SETTLE_SECONDS_MAX, 0.02)

    def pay_last(self):
        c, a = self.nodes["c"], self.nodes["a"]
        try:
            c.ask(f"pay last {a.pid} {LAST}")
        except town.Gone:
            pass

    def owed(self):
        """What is owed around the circle, as the hub's database has it."""
        debts = {(debtor, creditor): debt for debtor, creditor, _, debt in
                 town.audit("hub", self.hub.folder)["debts"]}
        pids = [self.nodes[name].pid for name in NAMES]
        return tuple(debts.get(pair, 0)
                     for pair in zip(pids, pids[1:] + pids[:1]))

    def describe(self):
        """What can be seen of a circle that does not come to its end."""
        said = []
        for name, node in self.nodes.items():
            try:
                said.append(f"{name}: {node.status()}, {node.ask('accept')}, "
                            f"{town.audit('journal', node.folder)}")
            except (town.Gone, AssertionError) as error:
                said.append(f"{name}: {error!r}")
        said.append(f"hub: {town.audit('hub', self.hub.folder)}")
        with open(os.path.join(self.hub.folder, "log"),
                  encoding="utf-8") as log:
            said += log.read().splitlines()[-40:]
        return "\n".join(said)

    def accept(self):
        """b says yes to what it is asked; True where all is cleared."""
        self.is_settled()
        try:
            self.nodes["b"].ask("accept")
        except town.Gone:
            pass
        return self.owed() == CLEARED

    def pay_the_limit(self):
        """Nothing is held any more: a can owe b all that b allows.  It is then
        paid back, so that what was cleared is all that has changed."""
        a, b = self.nodes["a"], self.nodes["b"]
        rest = LIMIT - self.owed()[0]
        a.do(f"pay rest {b.pid} {rest}", "ordered")
        self.settle()
        assert self.owed()[0] == LIMIT, self.owed()
        b.do(f"pay back {a.pid} {rest}", "ordered")
        self.settle()

    def check(self):
        """All is down in order; what came of it."""
        for node in self.nodes.values():
            node.stop(may_fall=True)
        self.hub.stop(may_fall=True)
        hub = town.audit("hub", self.hub.folder)
        assert hub["error"] is None, "hub: " + hub["error"]
        names = {self.nodes[name].pid: name for name in NAMES}
        debts = {(names[debtor], names[creditor]): debt
                 for debtor, creditor, _, debt in hub["debts"] if debt != 0}
        seen = {}
        for name in NAMES:
            journal = town.audit("journal", self.nodes[name].folder)
            assert journal["error"] is None, f"{name}: {journal['error']}"
            assert journal["orders"] == 0 and journal["votes"] == 0
            for peer, _, balance in journal["balances"]:
                if balance > 0:
                    seen[names[peer], name] = balance
        assert seen == debts, f"journals {seen}, hub {debts}"
        circle = tuple(debts.get(pair, 0)
                       for pair in (("a", "b"), ("b", "c"), ("c", "a")))
        assert circle in OUTCOMES, f"{circle}"
        assert sum(debts.values()) == sum(circle)
        return OUTCOMES[circle]

    def close(self):
        for name in ("hub",) + NAMES:
            process = self.process(name)
            if process is not None and not process.has_ended():
                process.kill()
        shutil.rmtree(self.folder)


def in_peace():
    circle = Circle(2)
    try:
        # b is away: its line allows clearing, and it hears of it later.
        circle.nodes["b"].stop()
        circle.pay_last()
        circle.settle(away=("b",))
        circle.restart("b")
        circle.settle()
        outcome = circle.check()
        assert outcome == "cleared", outcome
        return outcome
    finally:
        circle.close()


def killed(victim):
    said = []
    for point in range(1, POINTS_MAX):
        circle = Circle({"hub": 10, "a": 80, "c": 150}[victim] + point)
        try:
            if victim == "hub":
                circle.hub.stop()
            else:
                circle.nodes[victim].stop()
            count = os.path.join(circle.folder, "count")
            circle.restart(victim, {"GEO_CRASH_AT": str(point),
                                    "GEO_CRASH_COUNT": count})
            process = circle.process(victim)
            town.until(lambda: process.has_ended() or circle.is_settled(),
                       "everybody is there")
            circle.pay_last()
            circle.settle()
            time.sleep(0.2)
            circle.settle()
            fell = process.was_killed()
            outcome = circle.check()
            if not fell and not process.was_killed():
                assert outcome == "cleared", outcome
                return f"{point - 1} points; " + "; ".join(said)
            said.append(outcome)
        except Exception as error:
            raise AssertionError(f"{victim} at point {point}: "
                                 f"{traceback.format_exc()}") from error
        finally:
            circle.close()
    raise AssertionError(f"{victim} never gets through")


def asked(victim):
    """b is asked; somebody falls at every point from the proposal to its end.
    It is proposed again and again, so in the end it is cleared."""
    for point in range(0, POINTS_MAX):
        circle = Circle({"hub": 10, "b": 80, "a": 150}[victim] + point,
                        asking=True)
        try:
            circle.pay_last()
            circle.settle()
            assert circle.owed() == PROPOSED, circle.owed()
            if victim == "hub":
                circle.hub.stop()
            else:
                circle.nodes[victim].stop()
            circle.restart(victim, {"GEO_CRASH_AT": str(point)})
            process = circle.process(victim)
            town.until(circle.accept, "it is cleared", SETTLE_SECONDS_MAX,
                       0.02)
            circle.settle()
            time.sleep(0.2)
            circle.settle()
            if not process.has_ended():
                # It will not fall any more.
                (circle.hub if victim == "hub" else
                 circle.nodes[victim]).stop(may_fall=True)
                circle.restart(victim)
            # It may have fallen since they were settled: it is started again.
            circle.settle()
            fell = process.was_killed()
            circle.pay_the_limit()
            outcome = circle.check()
            assert outcome == "cleared", outcome
            if point > 0 and not fell:
                return f"{point - 1} points"
        except Exception as error:
            raise AssertionError(f"{victim} at point {point}: "
                                 f"{traceback.format_exc()}\n"
                                 f"{circle.describe()}") from error
        finally:
            circle.close()
    raise AssertionError(f"{victim} never gets through")


def disk_fails():
    """The hub's disk fails at each fsync from the proposal to the end."""
    for number in range(1, POINTS_MAX):
        circle = Circle(200 + number, asking=True)
        trigger = os.path.join(circle.folder, "fsync")
        try:
            circle.pay_last()
            circle.settle()
            assert circle.owed() == PROPOSED, circle.owed()
            circle.hub.stop()
            circle.disk_fails = True
            circle.restart("hub", town.failing_fsync(trigger))
            town.until(circle.is_settled, "everybody is there")
            process = circle.process("hub")
            town.arm_fsync(trigger, number)
            town.until(circle.accept, "it is cleared", SETTLE_SECONDS_MAX,
                       0.02)
            circle.settle()
            failed = process.has_stopped_itself()
            if not failed:
                circle.hub.stop(disk_fails=True)
                failed = process.has_stopped_itself()
                circle.restart("hub")
                circle.settle()
            circle.pay_the_limit()
            outcome = circle.check()
            assert outcome == "cleared", outcome
            if not failed:
                return f"{number - 1} fsyncs"
        except Exception as error:
            raise AssertionError(f"fsync {number}: "
                                 f"{traceback.format_exc()}\n"
                                 f"{circle.describe()}") from error
        finally:
            circle.close()
    raise AssertionError("the hub never gets through")


def disk_is_full():
    """The hub finds no room somewhere from the proposal to the end: it stops,
    and with room again it is cleared once."""
    for pages in (0, 2, 4, 8, 16, 32, 64, 128):
        circle = Circle(230 + pages.bit_length(), asking=True)
        try:
            circle.pay_last()
            circle.settle()
            assert circle.owed() == PROPOSED, circle.owed()
            circle.hub.stop()
            circle.disk_fails = True
            circle.hub.start({"G_DEBUG": ""}, restore_signals=False)
            for node in circle.nodes.values():
                node.do("hurry", "hurried")
            town.until(circle.is_settled, "everybody is there",
                       SETTLE_SECONDS_MAX, 0.02)
            process = circle.process("hub")
            town.leave_room(circle.hub, pages)
            town.until(circle.accept, "it is cleared", SETTLE_SECONDS_MAX,
                       0.02)
            circle.settle()
            full = process.has_stopped_itself()
            if full:
                town.check_said_full(circle.hub)
            else:
                circle.hub.stop(disk_fails=True)
                circle.restart("hub")
                circle.settle()
            assert circle.owed() == CLEARED, circle.owed()
            circle.pay_the_limit()
            outcome = circle.check()
            assert outcome == "cleared", outcome
            if not full:
                assert pages > 0, "there is always room"
                return f"room for it with {pages} pages"
        except Exception as error:
            raise AssertionError(f"{pages} pages: "
                                 f"{traceback.format_exc()}\n"
                                 f"{circle.describe()}") from error
        finally:
            circle.close()
    raise AssertionError("there is never room for it")


def main():
    tests = [("in peace", in_peace)]
    tests += [(f"{victim} killed", lambda victim=victim: killed(victim))
              for victim in ("hub", "a", "c")]
    tests += [(f"{victim} killed while b is asked",
               lambda victim=victim: asked(victim))
              for victim in ("hub", "b", "a")]
    tests += [("the disk fails", disk_fails), ("the disk is full", disk_is_full)]
    if len(sys.argv) > 1:
        tests = [test for test in tests if test[0] in sys.argv[1:]]
    print(f"1..{len(tests)}", flush=True)
    failed = 0
    with ThreadPoolExecutor(len(tests)) as pool:
        runs = [pool.submit(test) for _, test in tests]
        for number, (name, run) in enumerate(zip(tests, runs), 1):
            try:
                print(f"# {name[0]}: {run.result()}")
                print(f"ok {number} {name[0]}", flush=True)
            except Exception:
                failed += 1
                for line in traceback.format_exc().splitlines():
                    print("# " + line)
                print(f"not ok {number} {name[0]}", flush=True)
    raise SystemExit(failed > 0)


if __name__ == "__main__":
    main()
