#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The GEO authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kills the hub, the payer, X and the payee at every point of a payment.

One payment goes from the payer over X to the payee, each a process of its own.
One of them is killed at its n-th fault point (see src/net/geo-fault.h), started
again, and everybody waits until nobody is in doubt.  Then all must agree on what
became of it; n grows until the payment passes without a kill.  The same for a
line that its owner changes.  Then a hub whose disk is full, and random kills in
the middle of many payments, each from a seed, and a disk whose fsync fails.  And
a client that sends the same payment again after the hub fell: it hears the same.

    test-kill.py [SEED …]     only the random runs of these seeds
    test-kill.py --disk       only the disks
"""

import http.client
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor

import restclient
import town

LIMIT = 2000
AMOUNT = 700
# A payment's deadline: what is in doubt is decided soon after.
SETTLE_SECONDS_MAX = 180
# A vote is waited for for 3 s (P7).
LATE_SECONDS = 4
TRIES_MAX = 20
POINTS_MAX = 200
SYNCS_MAX = 8
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
        self.disk_fails = False
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

    def last_words(self, name):
        path = os.path.join(self.hub.folder, "log") if name == "hub" else \
            self.nodes[name].folder + ".log"
        with open(path, encoding="utf-8") as file:
            return file.read()[-1000:]

    def revive(self):
        """Starts again who was killed; True if anybody was."""
        revived = False
        for name in ("hub",) + WALLETS:
            if self.process(name).has_ended():
                assert self.process(name).was_killed() or \
                    (name == "hub" and self.disk_fails and
                     self.process(name).has_stopped_itself()), \
                    f"{name} ended by itself: {self.process(name).wait()}, " \
                    f"{self.last_words(name)}"
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
        if any(connection != town.CONNECTED or is_open or pending
               for connection, is_open, _, pending in status.values()):
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

        self.check_lines(hub, journals)
        debts = self.check_pairs(hub, journals)
        paid = self.check_outcomes(journals, ordered)
        assert hub["transactions"] == len(paid), \
            f"{hub['transactions']} in the hub, {len(paid)} paid"
        self.check_sums(debts, ordered, paid)
        return paid

    def check_lines(self, hub, journals):
        """Both ends have the line that the hub has, and no other."""
        held = {tuple(line) for line in hub["lines"]}
        for name, journal in journals.items():
            mine = {line for line in held
                    if self.nodes[name].pid in line[:2]}
            seen = {tuple(line) for line in journal["lines"]}
            assert seen == mine, f"{name} has {seen}, the hub {mine}"

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
                # Whoever was asked for a vote and said no remembers that.
                others = set(accounts.values()) - {accounts[sender]}
                assert others <= {(town.REFUSED, town.NOT_PAID)}, \
                    f"{tx_id}: {accounts}"
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

def start_again(scene, victim, extra=None):
    """In order, and everybody is there, unless the victim falls on its way."""
    if victim == "hub":
        scene.hub.stop(may_fall=True)
    else:
        scene.nodes[victim].stop(may_fall=True)
    scene.restart(victim, extra)
    town.until(lambda: scene.process(victim).has_ended() or
               scene.is_connected(), "everybody is there")


def settle_and_stand(scene, victim):
    """Whether the victim fell; it is there and will not fall any more."""
    process = scene.process(victim)
    scene.settle()
    # What comes after the outcome: acknowledgements.  However late they are on
    # a busy computer, the one who falls at them is not there afterwards.
    time.sleep(0.2)
    scene.settle()
    if scene.process(victim) is process:
        start_again(scene, victim)
        scene.settle()
    return process.was_killed()


def pay_first(scene):
    """The payment that somebody falls in; what was ordered."""
    payee = scene.nodes["payee"]
    try:
        answer = scene.nodes["payer"].ask(f"pay first {payee.pid} {AMOUNT}")
        if answer[0] != "ordered":
            return {}
    except town.Gone:
        pass
    return {"first": ("payer", "payee", AMOUNT)}


def is_late(scene, tx_id):
    """What was not paid because somebody who has to vote was asked and silent
    for three seconds (P7)."""
    payer = scene.nodes["payer"]
    return payer.states[tx_id] == (town.NOT_PAID, "E007") and \
        payer.do(f"why {tx_id}", "why").startswith("no_vote ")


def pay_rest(scene, ordered, rest, meanwhile=None):
    """Nothing is held any more by what did not come about: all the rest can be
    paid, and then everything is as it should be.  What was paid.  meanwhile is
    called when everybody is there."""
    payee = scene.nodes["payee"]
    for number in range(TRIES_MAX):
        tx_id = f"rest-{number}"
        town.until(scene.is_connected, "everybody is there")
        before = [node.changes for node in scene.nodes.values()]
        if meanwhile is not None and number == 0:
            meanwhile()
        scene.nodes["payer"].do(f"pay {tx_id} {payee.pid} {rest}", "ordered")
        ordered[tx_id] = ("payer", "payee", rest)
        scene.settle()
        # Somebody whom a busy computer made late, or lose the hub, takes no
        # part; that says nothing about what is held.
        if scene.nodes["payer"].states[tx_id][0] == town.PAID or not (
                is_late(scene, tx_id) or
                before != [node.changes for node in scene.nodes.values()]):
            break
    state = scene.nodes["payer"].states[tx_id]
    paid = scene.check(ordered)
    assert tx_id in paid, f"something is still held: {state}"
    return paid


def be_late():
    """X, who is always asked, stands still when it is: that is waited for, and
    holds nothing afterwards."""
    scene = Scene("live")
    process = scene.nodes["x"].process.process
    timer = threading.Timer(LATE_SECONDS, process.send_signal,
                            (signal.SIGCONT,))

    def stand_still():
        process.send_signal(signal.SIGSTOP)
        timer.start()

    try:
        ordered = {}
        paid = pay_rest(scene, ordered, LIMIT, stand_still)
        timer.join()
        return f"{len(paid)} of {len(ordered)} paid"
    finally:
        scene.close()


def fall_late():
    """X, who is always asked, falls when all seems to be over."""
    scene = Scene("live")
    settle = scene.settle
    times = 0

    def settle_and_fall():
        nonlocal times
        settle()
        times += 1
        # What settle_and_stand () looks at last.
        if times == 2:
            scene.process("x").kill()

    scene.settle = settle_and_fall
    try:
        ordered = pay_first(scene)
        assert settle_and_stand(scene, "x"), "X did not fall"
        scene.settle = settle
        return f"{len(pay_rest(scene, ordered, LIMIT - AMOUNT))} paid"
    finally:
        scene.close()


def name_of(count, killed):
    if not killed:
        return None
    with open(count, encoding="utf-8") as file:
        return file.read().strip().split(" ", 1)[1]


def kill_in_payment(victim, point, consent):
    """One payment, the victim killed at that point.  Returns the point's name,
    or None where there are not so many, and what became of the payment."""
    scene = Scene(consent)
    try:
        count = os.path.join(scene.folder, "count")
        start_again(scene, victim, {"GEO_CRASH_AT": str(point),
                                    "GEO_CRASH_COUNT": count})
        ordered = pay_first(scene)
        killed = settle_and_stand(scene, victim)
        was_paid = town.audit("hub", scene.hub.folder)["transactions"] == 1
        paid = pay_rest(scene, ordered, LIMIT - (AMOUNT if was_paid else 0))
        return (name_of(count, killed),
                "paid" if "first" in paid else "not paid")
    finally:
        scene.close()


def kill_in_line(victim, point, consent):
    """The same for a line that X changes."""
    scene = Scene(consent)
    try:
        count = os.path.join(scene.folder, "count")
        start_again(scene, victim, {"GEO_CRASH_AT": str(point),
                                    "GEO_CRASH_COUNT": count})
        x, payer = scene.nodes["x"], scene.nodes["payer"]
        told = None
        try:
            told = x.ask(f"trust {payer.pid} {AMOUNT} {consent}")[0]
        except town.Gone:
            pass
        killed = settle_and_stand(scene, victim)
        lines = town.audit("hub", scene.hub.folder)["lines"]
        limit = next(line[3] for line in lines
                     if line[0] == x.pid and line[1] == payer.pid)
        assert limit == AMOUNT or (limit == LIMIT and told != "trusted"), \
            f"told {told}, and the limit is {limit}"
        pay_rest(scene, {}, limit)
        return (name_of(count, killed),
                "changed" if limit == AMOUNT else "not changed")
    finally:
        scene.close()


def every_point(kill, victim, consent):
    """Text of what happened; AssertionError where something does not hold."""
    said = []
    for point in range(1, POINTS_MAX):
        try:
            name, outcome = kill(victim, point, consent)
        except Exception as error:
            raise AssertionError(
                f"{victim} ({consent}) killed at point {point}: "
                f"{traceback.format_exc()}") from error
        if name is None:
            return f"{point - 1} points; " + "; ".join(said)
        said.append(f"{name}: {outcome}")
    raise AssertionError(f"{victim} never gets through")


def kill_and_repeat(amount, outcome):
    """A client of the REST contract pays; the hub falls at each point, and is
    asked again with the same bytes, and with others (P5).  What was refused is
    an error once, and then a payment that did not come about."""
    folder = tempfile.mkdtemp(prefix="geo-repeat-")
    signer = restclient.Signer()
    hub = town.Hub(os.path.join(folder, "hub"),
                   f"127.0.{os.getpid() % 200 + 1}."
                   f"{250 + (outcome == 'COMMITTED')}")
    fell = 0
    try:
        hub.start()
        hub.listen = f"{hub.ip}:{hub.port}"
        payer = restclient.Client(hub, signer, "payer").join()
        payee = restclient.Client(hub, signer, "payee").join()
        assert payee.trust(payer, "100.00").status == 201
        hub.stop()
        for point in range(1, POINTS_MAX):
            hub.start({"GEO_CRASH_AT": str(point)})
            body = payer.payment(payee, amount, tx_id=f"at-{point}")
            first = None
            try:
                first = payer.call("POST", "/payments", body)
            except (OSError, http.client.HTTPException):
                pass
            if not first:
                assert hub.process.wait() == -signal.SIGKILL
                fell += 1
                hub.start()
            # It may be decided only now.
            decided = payer.call("POST", "/payments", body)
            again = [payer.call("POST", "/payments", body) for _ in range(2)]
            assert again[0].text == again[1].text, again
            assert again[0].body["status"] == outcome, again
            for answer in filter(None, (first, decided)):
                if outcome == "COMMITTED":
                    assert answer.text == again[0].text, (answer, again)
                else:
                    assert answer.body["error"]["code"] == \
                        again[0].body["error"]["code"], answer
            other = payer.payment(payee, "1.01", tx_id=f"at-{point}")
            assert payer.call("POST", "/payments", other).status == 409
            hub.stop(may_fall=True)
            if first:
                hub.start()
                last = payer.call("POST", "/payments", body)
                assert last.text == again[0].text, (last, again)
                hub.stop()
                break
        assert town.audit("hub", hub.folder)["transactions"] == \
            (fell + 1 if outcome == "COMMITTED" else 0)
        return f"fell {fell} times"
    finally:
        signer.close()
        if hub.process is not None and not hub.process.has_ended():
            hub.process.kill()
        shutil.rmtree(folder)


# --- A full disk ---------------------------------------------------------------

def fill_disk():
    """The hub's files may grow by a few pages only: it stops, and sends nothing
    that it could not write."""
    said = []
    for pages in (0, 7, 14, 21, 28, 36, 48, 64):
        scene = Scene("standing")
        try:
            scene.hub.stop()
            # Too large a file is then an error, and no signal; and that the hub
            # says so is what is wanted.
            scene.hub.start({"G_DEBUG": ""}, restore_signals=False)
            town.until(scene.is_connected, "everybody is there")
            hub = scene.hub.process
            town.leave_room(scene.hub, pages)
            ordered = pay_first(scene)
            # Acknowledgements are written after the outcome.
            ended = False
            for number in range(40):
                try:
                    scene.nodes["payer"].ask(
                        f"pay more-{number} {scene.nodes['payee'].pid} 1")
                    ordered[f"more-{number}"] = ("payer", "payee", 1)
                except town.Gone:
                    break
                if hub.has_ended():
                    ended = True
                    break
                time.sleep(0.02)
            ended = ended or hub.has_ended()
            assert ended, "the hub goes on without a disk"
            assert hub.wait() == 1, f"the hub ended with {hub.wait()}"
            scene.restart("hub")
            scene.settle()
            hub_says = town.audit("hub", scene.hub.folder)
            owed = sum(debt for debtor, _, _, debt in hub_says["debts"]
                       if debtor == scene.nodes["payer"].pid)
            paid = pay_rest(scene, ordered, LIMIT - owed)
            said.append(f"{pages} pages: {len(paid) - 1} of "
                        f"{len(ordered) - 1} paid")
        except Exception as error:
            raise AssertionError(f"{pages} pages: "
                                 f"{traceback.format_exc()}") from error
        finally:
            scene.close()
    return "; ".join(said)


def fill_disk_in_line():
    """The same while a line is changed, and changed again: it is, or it is not,
    for everybody; who was told so finds it so, and who asks again hears the
    same."""
    said = []
    for pages in (0, 8, 16, 24, 40):
        scene = Scene("standing")
        try:
            scene.hub.stop()
            scene.hub.start({"G_DEBUG": ""}, restore_signals=False)
            town.until(scene.is_connected, "everybody is there")
            scene.disk_fails = True
            hub = scene.hub.process
            town.leave_room(scene.hub, pages)
            x, payer = scene.nodes["x"], scene.nodes["payer"]
            told = LIMIT
            asked = LIMIT
            # Each takes some pages more.
            for number in range(40):
                asked = AMOUNT + number
                answer = x.ask(f"trust {payer.pid} {asked} standing")[0]
                if answer == "trusted":
                    told = asked
                if answer != "trusted" or hub.has_ended():
                    break
            town.until(hub.has_ended, "the hub stops", SETTLE_SECONDS_MAX)
            assert hub.wait() == 1, f"the hub ended with {hub.wait()}"
            town.check_said_full(scene.hub)
            scene.restart("hub")
            scene.settle()
            limit = next(line[3] for line in
                         town.audit("hub", scene.hub.folder)["lines"]
                         if line[:2] == [x.pid, payer.pid])
            assert limit in (told, asked), (limit, told, asked)
            assert x.ask(f"trust {payer.pid} {limit} standing")[0] == "trusted"
            pay_rest(scene, {}, limit)
            said.append(f"{pages} pages: told {told}, is {limit}")
        except Exception as error:
            raise AssertionError(f"{pages} pages: "
                                 f"{traceback.format_exc()}") from error
        finally:
            scene.close()
    return "; ".join(said)


# --- A disk that fails ---------------------------------------------------------

def fail_sync():
    """The disk fails to keep what it was given, at one fsync after the other:
    the hub stops at the first, says so, and nobody was told what is not so."""
    said = []
    for number in range(1, SYNCS_MAX):
        scene = Scene("standing")
        try:
            trigger = os.path.join(scene.folder, "fsync")
            scene.hub.stop()
            scene.hub.start(town.failing_fsync(trigger))
            town.until(scene.is_connected, "everybody is there")
            town.arm_fsync(trigger, number)
            hub = scene.hub.process
            ordered = pay_first(scene)
            for more in range(40):
                try:
                    scene.nodes["payer"].ask(
                        f"pay more-{more} {scene.nodes['payee'].pid} 1")
                    ordered[f"more-{more}"] = ("payer", "payee", 1)
                except town.Gone:
                    break
                if hub.has_ended():
                    break
                time.sleep(0.02)
            town.until(hub.has_ended, "the hub stops", SETTLE_SECONDS_MAX)
            assert hub.wait() == 1, f"the hub ended with {hub.wait()}"
            with open(os.path.join(scene.hub.folder, "log"),
                      encoding="utf-8") as file:
                log = file.read().splitlines()
            # One sentence that says what it was.
            told = [line for line in log if " error " in line]
            assert len(told) == 1 and "so the hub stops: The disk" in told[0], \
                log
            scene.restart("hub")
            scene.settle()
            hub_says = town.audit("hub", scene.hub.folder)
            owed = sum(debt for debtor, _, _, debt in hub_says["debts"]
                       if debtor == scene.nodes["payer"].pid)
            paid = pay_rest(scene, ordered, LIMIT - owed)
            said.append(f"fsync {number}: {len(paid) - 1} of "
                        f"{len(ordered) - 1} paid")
        except Exception as error:
            raise AssertionError(f"fsync {number}: "
                                 f"{traceback.format_exc()}") from error
        finally:
            scene.close()
    return "; ".join(said)


def fail_sync_in_line():
    """The same while a line is changed: it is, or it is not, for everybody, and
    who was told so finds it so."""
    said = []
    for number in range(1, 4):
        scene = Scene("standing")
        try:
            trigger = os.path.join(scene.folder, "fsync")
            scene.hub.stop()
            scene.hub.start(town.failing_fsync(trigger))
            town.until(scene.is_connected, "everybody is there")
            scene.disk_fails = True
            town.arm_fsync(trigger, number)
            x, payer = scene.nodes["x"], scene.nodes["payer"]
            told = x.ask(f"trust {payer.pid} {AMOUNT} standing")[0]
            scene.settle()
            limit = next(line[3] for line in
                         town.audit("hub", scene.hub.folder)["lines"]
                         if line[:2] == [x.pid, payer.pid])
            assert limit == AMOUNT or (limit == LIMIT and told != "trusted"), \
                f"told {told}, and the limit is {limit}"
            # A later fsync has nothing to spoil any more.
            scene.hub.stop(disk_fails=True)
            scene.hub.start()
            scene.settle()
            pay_rest(scene, {}, limit)
            said.append(f"fsync {number}: {told}, {limit}")
        except Exception as error:
            raise AssertionError(f"fsync {number}: "
                                 f"{traceback.format_exc()}") from error
        finally:
            scene.close()
    return "; ".join(said)


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
                # Sometimes two at once.
                for victim in chance.sample(("hub",) + WALLETS,
                                            chance.choice((1, 1, 2))):
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
        disk_only = sys.argv[1:] == ["--disk"]
        if len(sys.argv) == 1:
            for victim in ("hub", "x", "payer", "payee"):
                jobs.append((f"kill {victim} at every point of a payment",
                             pool.submit(every_point, kill_in_payment, victim,
                                         "standing")))
            for victim in ("hub", "x"):
                jobs.append((f"the same with {victim}, X is always asked",
                             pool.submit(every_point, kill_in_payment, victim,
                                         "live")))
            for victim in ("hub", "x", "payer"):
                jobs.append((f"kill {victim} at every point of a line",
                             pool.submit(every_point, kill_in_line, victim,
                                         "standing")))
            jobs.append(("X falls late", pool.submit(fall_late)))
            jobs.append(("X is late", pool.submit(be_late)))
            jobs.append(("kill the hub, and repeat what is paid",
                         pool.submit(kill_and_repeat, "1.00", "COMMITTED")))
            jobs.append(("kill the hub, and repeat what is not paid",
                         pool.submit(kill_and_repeat, "1000.00", "ABORTED")))
        if len(sys.argv) == 1 or disk_only:
            jobs.append(("the hub's disk is full", pool.submit(fill_disk)))
            jobs.append(("the hub's disk fails to keep",
                         pool.submit(fail_sync)))
            jobs.append(("the hub's disk fails to keep a line",
                         pool.submit(fail_sync_in_line)))
            jobs.append(("the hub's disk is full while a line is changed",
                         pool.submit(fill_disk_in_line)))
        seeds = [] if disk_only else \
            [int(seed) for seed in sys.argv[1:]] or range(RANDOM_RUNS)
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
