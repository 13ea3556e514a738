#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The GEO authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kills the hub, the payer, X and the payee at every point of a payment.

One payment goes from the payer over X to the payee, each a process of its own.
One of them is killed at its n-th fault point (see src/net/geo-fault.h), started
again, and everybody waits until nobody is in doubt.  Then all must agree on what
became of it; n grows until the payment passes without a kill.  After that,
random kills in the middle of many payments, each from a seed.

    test-kill.py [SEED …]     only the random runs of these seeds
"""

import os
import random
import shutil
import sys
import tempfile
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor

import town

LIMIT = 2000
AMOUNT = 700
# A payment's deadline: what is in doubt is decided soon after.
SETTLE_SECONDS_MAX = 90
POINTS_MAX = 200
RANDOM_RUNS = 20
RANDOM_PAYMENTS = 14
AT_ONCE = 4

WALLETS = ("payer", "x", "payee")


class Scene:
    """A hub and three light nodes, with lines for payer → X → payee."""

    numbers = iter(range(10, 250))
    lock = threading.Lock()

    def __init__(self, consent, both_ways=False):
        self.folder = tempfile.mkdtemp(prefix="geo-kill-")
        # An address of its own: nobody else takes the port while the hub is
        # down.
        with Scene.lock:
            number = next(Scene.numbers, None)
            if number is None:
                Scene.numbers = iter(range(10, 250))
                number = next(Scene.numbers)
        self.hub = town.Hub(os.path.join(self.folder, "hub"),
                            f"127.0.{os.getpid() % 200 + 1}.{number}")
        self.nodes = {name: town.Node(os.path.join(self.folder, name), name)
                      for name in WALLETS}
        try:
            self.set_up(consent, both_ways)
        except BaseException:
            self.close()
            raise

    def set_up(self, consent, both_ways):
        self.hub.start()
        for node in self.nodes.values():
            node.start()
            node.join(self.hub.link)
        for node in self.nodes.values():
            node.do("wait", "connected")
        payer, x, payee = (self.nodes[name] for name in WALLETS)
        x.do(f"trust {payer.pid} {LIMIT} {consent}", "trusted")
        payee.do(f"trust {x.pid} {LIMIT} standing", "trusted")
        if both_ways:
            x.do(f"trust {payee.pid} {LIMIT} standing", "trusted")
            payer.do(f"trust {x.pid} {LIMIT} {consent}", "trusted")

    # --- Lives ---------------------------------------------------------------

    def restart(self, name, extra=None):
        """name is down; it comes back as a person or a service manager would
        bring it back."""
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
            answer = node.ask("join " + self.hub.link)
            # Joining needs the hub, which may be down as well.
            while answer[0] == "failed":
                time.sleep(0.05)
                answer = node.ask("join " + self.hub.link)
        except town.Gone:
            # Killed while it joined.
            pass

    def process(self, name):
        return (self.hub if name == "hub" else self.nodes[name]).process

    def revive(self):
        """Starts again who was killed; True if anybody was."""
        revived = False
        for name in ("hub",) + WALLETS:
            if self.process(name).has_ended():
                assert self.process(name).was_killed(), \
                    f"{name} ended by itself: {self.process(name).wait()}"
                self.process(name).wait()
                self.restart(name)
                revived = True
        return revived

    def is_connected(self):
        try:
            return all(node.status()[0] == town.CONNECTED
                       for node in self.nodes.values())
        except town.Gone:
            return False

    def is_settled(self):
        if self.revive():
            return False
        try:
            status = {name: node.status() for name, node in self.nodes.items()}
        except town.Gone:
            return False
        if any(connection != town.CONNECTED or is_open
               for connection, is_open, _ in status.values()):
            return False
        sequences = town.audit("hub", self.hub.folder)["sequences"]
        return all(status[name][2] == sequences[self.nodes[name].pid]
                   for name in WALLETS)

    def settle(self):
        town.until(self.is_settled, "nobody is in doubt", SETTLE_SECONDS_MAX,
                   0.02)

    def close(self):
        for name in ("hub",) + WALLETS:
            process = self.process(name)
            if process is not None and not process.has_ended():
                process.kill()
        shutil.rmtree(self.folder)

    # --- Truth ---------------------------------------------------------------

    def check(self, ordered):
        """All is down in order.  ordered: {tx_id: (from, to, amount)}; what was
        paid of it is returned."""
        for node in self.nodes.values():
            node.stop()
        self.hub.stop()
        hub = town.audit("hub", self.hub.folder)
        journals = {name: town.audit("journal", self.nodes[name].folder)
                    for name in WALLETS}
        assert hub["error"] is None, "hub: " + hub["error"]
        for name, journal in journals.items():
            assert journal["error"] is None, f"{name}: {journal['error']}"
            assert journal["orders"] == 0 and journal["votes"] == 0, \
                f"{name} is in doubt"
            assert journal["sequence"] == \
                hub["sequences"][self.nodes[name].pid], f"{name} misses entries"

        debts = self.check_pairs(hub, journals)
        paid = self.check_outcomes(journals, ordered)
        assert hub["transactions"] == len(paid), \
            f"{hub['transactions']} in the hub, {len(paid)} paid"
        self.check_sums(debts, ordered, paid)
        return paid

    def check_pairs(self, hub, journals):
        """I5, I7: both ends of a pair and the hub have the same debt, and the
        sum of all is zero."""
        debts = {}
        for debtor, creditor, equivalent, debt in hub["debts"]:
            if debt == 0:
                continue
            assert (creditor, debtor) not in debts, "both owe each other"
            debts[debtor, creditor] = debt
            debts[creditor, debtor] = -debt
        seen = {}
        for name, journal in journals.items():
            for peer, equivalent, balance in journal["balances"]:
                seen[peer, self.nodes[name].pid] = balance
        assert seen == debts, f"journals {seen}, hub {debts}"
        assert sum(debts.values()) == 0
        return debts

    def check_outcomes(self, journals, ordered):
        """Paid by everybody's account, or by nobody's."""
        pids = {self.nodes[name].pid: name for name in WALLETS}
        found = {}
        for name, journal in journals.items():
            for tx_id, kind, state in journal["payments"]:
                found.setdefault(tx_id, {})[name] = (kind, state)
        assert set(found) <= set(ordered), "a payment that nobody ordered"
        paid = []
        for tx_id, (sender, receiver, _) in ordered.items():
            accounts = found.get(tx_id, {})
            if sender not in accounts:
                # Killed before the order was stored.
                assert not accounts, f"{tx_id}: {accounts}"
                continue
            kind, state = accounts[sender]
            assert kind == town.DID_PAY
            told = self.nodes[sender].states.get(tx_id)
            if state == town.PAID:
                assert len(accounts) == 3, f"{tx_id}: {accounts}"
                assert accounts[receiver][0] == town.RECEIVED
                assert accounts["x"][0] == town.PASSED
                assert told is None or told[0] != town.NOT_PAID, \
                    f"{tx_id}: told not paid, and paid"
                paid.append(tx_id)
            else:
                assert state == town.NOT_PAID, f"{tx_id}: state {state}"
                assert len(accounts) == 1, f"{tx_id}: {accounts}"
                assert told is None or told[0] != town.PAID, \
                    f"{tx_id}: told paid, and not paid"
        assert len(pids) == 3
        return paid

    def check_sums(self, debts, ordered, paid):
        """The debts are what was paid, and nothing else."""
        net = sum(ordered[tx_id][2] * (1 if ordered[tx_id][0] == "payer" else -1)
                  for tx_id in paid)
        payer, x, payee = (self.nodes[name].pid for name in WALLETS)
        for pair in ((payer, x), (x, payee)):
            assert debts.get(pair, 0) == net, f"{net} paid, debts {debts}"


# --- Every point -------------------------------------------------------------

def kill_at(victim, point, consent):
    """One payment, the victim killed at that point.  Returns the point's name,
    or None where there are not so many, and what became of the payment."""
    scene = Scene(consent)
    try:
        count = os.path.join(scene.folder, "count")
        extra = {"GEO_CRASH_AT": str(point), "GEO_CRASH_COUNT": count}
        if victim == "hub":
            scene.hub.stop()
            scene.restart("hub", extra)
        else:
            scene.nodes[victim].stop()
            scene.restart(victim, extra)
        # Everybody is there, unless the victim falls on its way.
        town.until(lambda: scene.process(victim).has_ended() or
                   scene.is_connected(), "everybody is there")

        ordered = {}
        payer = scene.nodes["payer"]
        payee = scene.nodes["payee"]
        try:
            if payer.ask(f"pay first {payee.pid} {AMOUNT}")[0] == "ordered":
                ordered["first"] = ("payer", "payee", AMOUNT)
        except town.Gone:
            ordered["first"] = ("payer", "payee", AMOUNT)
        process = scene.process(victim)
        scene.settle()
        # What comes after the outcome: acknowledgements.
        time.sleep(0.2)
        scene.settle()
        killed = process.was_killed()
        if not killed:
            # It is not to fall at what follows.
            if victim == "hub":
                scene.hub.stop()
            else:
                scene.nodes[victim].stop()
            scene.restart(victim)
            scene.settle()

        # Nothing is held any more by what did not come about: all the rest can
        # be paid.
        was_paid = town.audit("hub", scene.hub.folder)["transactions"] == 1
        rest = LIMIT - (AMOUNT if was_paid else 0)
        payer.do(f"pay rest {payee.pid} {rest}", "ordered")
        ordered["rest"] = ("payer", "payee", rest)
        scene.settle()
        paid = scene.check(ordered)
        assert "rest" in paid, "something is still held"
        name = None
        if killed:
            with open(count, encoding="utf-8") as file:
                name = file.read().strip().split(" ", 1)[1]
        return name, "paid" if "first" in paid else "not paid"
    finally:
        scene.close()


def every_point(victim, consent):
    """Text of what happened; AssertionError where something does not hold."""
    said = []
    for point in range(1, POINTS_MAX):
        try:
            name, outcome = kill_at(victim, point, consent)
        except Exception as error:
            raise AssertionError(
                f"{victim} ({consent}) killed at point {point}: "
                f"{traceback.format_exc()}") from error
        if name is None:
            return f"{point - 1} points; " + "; ".join(said)
        said.append(f"{name}: {outcome}")
    raise AssertionError(f"{victim} never gets through")


# --- Random moments ----------------------------------------------------------

def kill_randomly(seed):
    """Payments both ways, and three kills of anybody among them."""
    chance = random.Random(seed)
    scene = Scene(chance.choice(("standing", "live")), both_ways=True)
    victims = []
    try:
        ordered = {}
        kills = sorted(chance.sample(range(1, RANDOM_PAYMENTS), 3))
        for number in range(RANDOM_PAYMENTS):
            sender, receiver = chance.choice((("payer", "payee"),
                                              ("payee", "payer")))
            amount = chance.randint(1, LIMIT // 3)
            tx_id = f"tx-{number}"
            try:
                answer = scene.nodes[sender].ask(
                    f"pay {tx_id} {scene.nodes[receiver].pid} {amount}")
                if answer[0] == "ordered":
                    ordered[tx_id] = (sender, receiver, amount)
            except town.Gone:
                ordered[tx_id] = (sender, receiver, amount)
            if number in kills:
                time.sleep(chance.random() * 0.02)
                victim = chance.choice(("hub",) + WALLETS)
                victims.append(victim)
                scene.process(victim).kill()
                time.sleep(chance.random() * 0.1)
                scene.revive()
                # Some payments are tried before it is back.
                if chance.random() < 0.5:
                    town.until(scene.is_connected, "everybody is back")
        scene.settle()
        paid = scene.check(ordered)
        return (f"seed {seed}: killed {', '.join(victims)}; {len(paid)} of "
                f"{len(ordered)} paid")
    except Exception as error:
        raise AssertionError(f"seed {seed}, killed {victims}: "
                             f"{traceback.format_exc()}") from error
    finally:
        scene.close()


# --- TAP ---------------------------------------------------------------------

def main():
    began = time.monotonic()
    jobs = []
    with ThreadPoolExecutor(AT_ONCE) as pool:
        if len(sys.argv) == 1:
            for victim in ("hub", "x", "payer", "payee"):
                jobs.append((f"kill {victim} at every point",
                             pool.submit(every_point, victim, "standing")))
            for victim in ("hub", "x"):
                jobs.append((f"kill {victim} at every point, X is asked",
                             pool.submit(every_point, victim, "live")))
        seeds = [int(seed) for seed in sys.argv[1:]] or range(RANDOM_RUNS)
        for seed in seeds:
            jobs.append((f"random kills {seed}",
                         pool.submit(kill_randomly, seed)))
        print(f"1..{len(jobs)}", flush=True)
        failed = 0
        for number, (name, job) in enumerate(jobs, 1):
            error = job.exception()
            text = (f"{type(error).__name__}: {error}" if error
                    else job.result())
            for line in text.splitlines():
                print("# " + line)
            failed += error is not None
            print(f"{'not ok' if error else 'ok'} {number} {name}", flush=True)
    print(f"# {time.monotonic() - began:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
