#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The GEO authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole towns through a real hub, and their debts worked out once more.

geo-test-town plays a town: everybody signed in over a WebSocket of their own,
lines, debts, payments.  What each of them was sent is judged here with nothing
of the engine: canonical JSON, SHA-256, Merkle proofs and sums are Python's own.
Every pair's debt from the hops in the certificates must be the hub's, and what
both of its ends say.

Where GEO_SHARED names a folder with data/town-50.json, that town is played too.
"""

import base64
import functools
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict

import town as processes

PLAY_SECONDS_MAX = 550
SMALL_PEOPLE = 9
SMALL_PAYMENTS = 150
BOTTLENECK_PAYERS = 64
# For a minute where there is time.
BOTTLENECK_PAYMENTS = 20000 if os.environ.get("GEO_LONG") else 600


# --- A small town, the same every time ----------------------------------------

def make_small_town(n_payments=SMALL_PAYMENTS):
    chance = random.Random(7)
    people = range(SMALL_PEOPLE)
    lines, debts, payments = [], [], []
    for creditor in people:
        for debtor in people:
            if creditor == debtor or chance.random() > 0.35:
                continue
            equivalent = chance.choice(("UAH", "UAH", "UAH", "HOUR"))
            limit = chance.randint(20, 400)
            policy = {"auto_clearing": True,
                      "can_be_intermediate": chance.random() > 0.15,
                      "consent": chance.choice(("standing", "live"))}
            lines.append([creditor, debtor, equivalent,
                          write(limit * 100, equivalent), policy])
            owed_back = any(d[0] == creditor and d[1] == debtor
                            and d[2] == equivalent for d in debts)
            if chance.random() < 0.3 and not owed_back:
                debts.append([debtor, creditor, equivalent,
                              write(chance.randint(1, limit) * 50, equivalent)])
    while len(payments) < n_payments:
        payer, payee = chance.sample(people, 2)
        equivalent = chance.choice(("UAH", "UAH", "UAH", "HOUR"))
        payments.append([payer, payee, equivalent,
                         write(chance.randint(1, 9000), equivalent)])
    return {"n": SMALL_PEOPLE, "equivalents": [["UAH", 2], ["HOUR", 0]],
            "trust_lines": lines, "debts": debts, "payments": payments}


def make_bottleneck(limit):
    """Everybody pays the last one over the line of the last but one, and some
    of it comes back."""
    chance = random.Random(64)
    people = range(BOTTLENECK_PAYERS)
    x, y = BOTTLENECK_PAYERS, BOTTLENECK_PAYERS + 1
    policy = {"auto_clearing": True, "can_be_intermediate": True,
              "consent": "standing"}
    lines = [[*ends, "UAH", "1000000.00", policy] for payer in people
             for ends in ((x, payer), (payer, x))]
    lines.append([y, x, "UAH", limit, policy])
    # Who has no line to somebody passes nothing of theirs on.
    lines.append([x, y, "UAH", "0.01", policy])
    payments = []
    for number in range(BOTTLENECK_PAYMENTS):
        payer, amount = number % BOTTLENECK_PAYERS, chance.randint(1, 300)
        # What is paid back makes room again.
        ends = [y, payer] if chance.random() < 0.45 else [payer, y]
        payments.append(ends + ["UAH", write(amount, "UAH")])
    return {"n": BOTTLENECK_PAYERS + 2, "equivalents": [["UAH", 2]],
            "trust_lines": lines, "debts": [], "payments": payments}


def write(hundredths, equivalent):
    if equivalent == "HOUR":
        return str(hundredths // 100 + 1)
    return f"{hundredths // 100}.{hundredths % 100:02}"


def minor(text):
    return int(text.replace(".", ""))


# --- The evidence, without the engine -------------------------------------------

def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"),
                      ensure_ascii=False).encode()


def digest(value):
    """Of an object that is signed or hashed."""
    bare = {key: item for key, item in value.items() if key != "signature"}
    return hashlib.sha256(canonical(bare)).digest()


def leaf(value):
    return hashlib.sha256(b"\0" + canonical(value)).digest()


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def root_of(value, index, size, proof):
    """RFC 6962 §2.1.1, the way RFC 9162 §2.1.3.2 walks it."""
    here, last = index, size - 1
    result = leaf(value)
    for step in proof:
        assert last > 0, "the proof is too long"
        if here & 1 or here == last:
            result = node(step, result)
            while not here & 1 and here:
                here >>= 1
                last >>= 1
        else:
            result = node(result, step)
        here >>= 1
        last >>= 1
    assert last == 0, "the proof is too short"
    return result


class Evidence:
    """All that the members were sent."""

    def __init__(self, people):
        self.people = people
        self.numbers = {pid: number for number, pid in enumerate(people)}
        self.chains = defaultdict(list)
        self.contracts = {}
        self.hops = defaultdict(dict)
        self.seen_by = defaultdict(set)
        # What each was owed by whom, entry after entry, and the most of it.
        self.owed = Counter()
        self.most_owed = Counter()

    def read(self, path):
        with open(path, encoding="utf-8") as file:
            for line in file:
                number, text = line.split(" ", 1)
                self.take(int(number), json.loads(text))

    def take(self, number, proven):
        entry = proven["entry"]
        chain = self.chains[number]
        assert entry["participant"] == self.people[number]
        assert entry["sequence"] == len(chain) + 1, "a gap"
        if chain:
            assert entry["previous"] == text_of(chain[-1]), "another chain"
        else:
            assert entry.get("previous") is None
        chain.append(digest(entry))
        if entry["kind"] in ("payment", "clearing"):
            self.take_contract(number, entry, proven)
        else:
            assert entry["kind"] == "trust_line"
            assert entry["subject"] == text_of(digest(proven["line"]))

    def take_contract(self, number, entry, proven):
        certificate = proven["certificate"]
        contract = certificate["contract"]
        key = text_of(digest(contract))
        assert entry["subject"] == key
        assert contract["kind"] == entry["kind"]
        if contract["kind"] == "payment":
            assert contract["order"] == text_of(digest(certificate["order"]))
        else:
            assert not {"order", "payer", "payee"} & set(contract)
            assert "order" not in certificate
        # I5: everybody holds the same certificate.
        known = self.contracts.setdefault(key, certificate)
        assert known == certificate, "two certificates of one contract"
        voters = {vote["voter"] for vote in certificate["votes"]}
        assert voters == set(contract["voters"]) - {contract.get("payer")}
        assert all(vote["contract"] == key and vote["verdict"] == "accept"
                   for vote in certificate["votes"])
        mine = self.people[number]
        assert proven["hops"], "no hops"
        for hop in proven["hops"]:
            assert mine in (hop["hop"]["from"], hop["hop"]["to"])
            proof = [base64.b64decode(step) for step in hop["proof"]]
            root = root_of(hop["hop"], hop["index"], contract["hops_count"],
                           proof)
            assert text_of(root) == contract["hops_root"]
            same = self.hops[key].setdefault(hop["index"], hop["hop"])
            assert same == hop["hop"]
            self.seen_by[key, hop["index"]].add(mine)
            other = self.numbers[hop["hop"]["from"]]
            sign = 1
            if other == number:
                other, sign = self.numbers[hop["hop"]["to"]], -1
            pair = (number, other, contract["equivalent"])
            self.owed[pair] += sign * minor(hop["hop"]["amount"])
        for pair in {pair for pair in self.owed if pair[0] == number}:
            self.most_owed[pair] = max(self.most_owed[pair], self.owed[pair])

    def debts(self):
        """{(debtor, creditor, equivalent): minor units} of all hops."""
        net = Counter()
        for key, certificate in self.contracts.items():
            contract = certificate["contract"]
            hops = self.hops[key]
            assert sorted(hops) == list(range(contract["hops_count"])), \
                "a hop that nobody was shown"
            change = Counter()
            for index, hop in hops.items():
                assert hop["tx_id"] == contract["tx_id"]
                assert hop["equivalent"] == contract["equivalent"]
                ends = {hop["from"], hop["to"]}
                assert self.seen_by[key, index] == ends, "one end has no entry"
                amount = minor(hop["amount"])
                assert amount > 0
                change[hop["from"]] -= amount
                change[hop["to"]] += amount
                # u pays v: what v owes u shrinks, the rest u owes v.
                u, v = self.numbers[hop["from"]], self.numbers[hop["to"]]
                net[min(u, v), max(u, v), hop["equivalent"]] += \
                    amount if u < v else -amount
            # I7: the payer's loss is the payee's gain, and nobody else's; I4:
            # clearing is neither.
            amount = minor(contract["amount"])
            change = {pid: sum_ for pid, sum_ in change.items() if sum_}
            assert change == ({contract["payer"]: -amount,
                               contract["payee"]: amount}
                              if contract["kind"] == "payment" else {})
        return {(a, b, e) if amount > 0 else (b, a, e): abs(amount)
                for (a, b, e), amount in net.items() if amount}


def text_of(digest_):
    return base64.b64encode(digest_).decode()


# --- Playing ----------------------------------------------------------------------

def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def commits_of(folder):
    """Of the last run: one that was killed does not say."""
    commits = None
    with open(os.path.join(folder, "log"), encoding="utf-8") as file:
        for line in file:
            if " stopped commits=" in line:
                figures = dict(word.split("=") for word in line.split()
                               if "=" in word)
                assert figures["violations"] == "0"
                commits = int(figures["commits"])
    if commits is not None:
        return commits
    raise AssertionError("the hub does not say what it wrote")


def say(text):
    print("# " + text, flush=True)


def run_clients(arguments, hub, kills, chance):
    """Until they have ended; the hub is killed meanwhile, and started again."""
    end = time.monotonic() + PLAY_SECONDS_MAX
    killed = 0
    with subprocess.Popen(arguments) as clients:
        try:
            while clients.poll() is None:
                assert time.monotonic() < end, "the clients do not end"
                time.sleep(0.15 + chance.random() * 0.3 if killed < kills
                           else 0.01)
                if killed < kills and clients.poll() is None:
                    hub.kill()
                    killed += 1
                    hub.start()
        finally:
            clients.kill()
    assert clients.returncode == 0, f"clients ended with {clients.returncode}"
    if kills:
        say(f"the hub was killed {killed} times")
        assert killed > 0


def play_story(story, window, kills=0):
    """Plays it and compares everything; says what came of it."""
    folder = tempfile.mkdtemp(prefix="geo-town-")
    equivalents = ";".join(f"{code}:{precision}:custom"
                           for code, precision in story["equivalents"])
    hub = processes.Hub(os.path.join(folder, "hub"), equivalents=equivalents)
    try:
        path = os.path.join(folder, "town.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(story, file)
        hub.start()
        run_clients([os.path.join(processes.TOOLS, "geo-test-town"),
                     hub.address, path, folder, str(window)], hub, kills,
                    random.Random(window))
        cpu = cpu_seconds(hub.process.process.pid)
        hub.stop()
        with open(os.path.join(folder, "result.json"),
                  encoding="utf-8") as file:
            result = json.load(file)
        judge(story, hub, folder, result)
        report(story, hub, result, window, cpu, kills)
        return len(result["payments"]) * 1e6 / result["payments_us"]
    finally:
        if hub.process is not None and not hub.process.has_ended():
            hub.kill()
        shutil.rmtree(folder)


def judge(story, hub, folder, result):
    people = result["people"]
    evidence = Evidence(people)
    evidence.read(os.path.join(folder, "entries.jsonl"))
    replayed = evidence.debts()

    audit = processes.audit("hub", hub.folder)
    assert audit["error"] is None, audit["error"]
    assert audit["transactions"] == len(evidence.contracts)
    for number, pid in enumerate(people):
        assert audit["sequences"][pid] == len(evidence.chains[number])
    held = {(evidence.numbers[debtor], evidence.numbers[creditor], equivalent):
            debt for debtor, creditor, equivalent, debt in audit["debts"]
            if debt}
    assert held == replayed, differences(held, replayed)

    # Both ends of every pair say the same as the replay.
    expected = {}
    for (debtor, creditor, equivalent), debt in replayed.items():
        expected[debtor, creditor, equivalent] = -debt
        expected[creditor, debtor, equivalent] = debt
    said = {(me, peer, equivalent): balance
            for me, peer, equivalent, balance in result["balances"]}
    assert said == expected, differences(said, expected)

    # I2: nobody owes more than is trusted.
    limits = {(creditor, debtor, equivalent): minor(limit)
              for creditor, debtor, equivalent, limit, _ in
              story["trust_lines"]}
    for (creditor, debtor, equivalent), debt in evidence.most_owed.items():
        assert debt <= limits.get((creditor, debtor, equivalent), 0), \
            "at some time more was owed than was trusted"
    for (debtor, creditor, equivalent), debt in replayed.items():
        assert debt <= limits.get((creditor, debtor, equivalent), 0)

    # Who was told that it is paid has a certificate, and nobody else.
    certificates = Counter(item["contract"]["tx_id"] + " " +
                           str(evidence.numbers[item["contract"]["payer"]])
                           for item in evidence.contracts.values()
                           if item["contract"]["kind"] == "payment")
    say(f"{len(evidence.contracts) - certificates.total()} circles of debt "
        "were cleared on the way")
    paid = Counter()
    for kind in ("debt", "payment"):
        for index, (order, outcome) in enumerate(zip(story[kind + "s"],
                                                     result[kind + "s"])):
            if outcome[0]:
                paid[f"{kind}-{index} {order[0]}"] += 1
    assert certificates == paid


def differences(one, other):
    keys = [key for key in set(one) | set(other)
            if one.get(key) != other.get(key)]
    return f"{len(keys)} pairs differ, such as " + ", ".join(
        f"{key}: {one.get(key)} and {other.get(key)}" for key in keys[:3])


def report(story, hub, result, window, cpu, kills):
    debts = sum(outcome[0] for outcome in result["debts"])
    payments = result["payments"]
    paid = [outcome for outcome in payments if outcome[0]]
    why = Counter(f"{code} {reason}" for was_paid, code, reason, _ in payments
                  if not was_paid)
    seconds = result["payments_us"] / 1e6
    times = sorted(outcome[3] for outcome in payments)
    commits = commits_of(hub.folder)
    changes = len(story["trust_lines"]) + len(result["debts"]) + len(payments)
    say(f"{story['n']} people, {len(story['trust_lines'])} lines, "
        f"{debts} of {len(result['debts'])} debts, {window} payments at once")
    say(f"{len(paid)} of {len(payments)} paid; not paid: " +
        (", ".join(f"{number} {text}" for text, number in why.most_common())
         or "none"))
    say(f"{len(payments) / seconds:.0f} payments a second; each took "
        f"{times[len(times) // 2] / 1000:.1f} ms (half of them), "
        f"{times[len(times) * 99 // 100] / 1000:.1f} ms (99 of 100)")
    if not kills:
        say(f"the hub made {commits} commits for {changes} lines and payments "
            f"and their acknowledgements, and used {cpu:.2f} s of processor "
            "time")
        assert debts == len(result["debts"]), "a debt did not come about"


# --- TAP ----------------------------------------------------------------------------

def play_bottleneck(limit):
    """One client, then 64 at once, through the same line: nobody is stuck. That
    together they get no less done than one alone is said in every run and held
    to in the long one: a second on a busy computer measures the computer."""
    alone = play_story(make_bottleneck(limit), 1)
    together = play_story(make_bottleneck(limit), BOTTLENECK_PAYERS)
    say(f"{BOTTLENECK_PAYERS} clients do {together / alone:.1f} times what one "
        "does")
    assert together >= alone or not os.environ.get("GEO_LONG"), \
        f"{together:.0f} a second, and {alone:.0f} alone"


def large_town():
    shared = os.environ.get("GEO_SHARED")
    path = os.path.join(shared, "data", "town-50.json") if shared else None
    if path is None or not os.path.exists(path):
        return None
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def main():
    large = large_town()
    tests = [("a small town, one payment at a time", make_small_town(), 1, 0),
             ("a small town, many payments at once", make_small_town(), 32, 0),
             ("a small town, the hub killed meanwhile",
              make_small_town(10 * SMALL_PAYMENTS), 16, 4),
             ("64 clients and one line", None, "1000000.00", 0),
             ("64 clients and one line that is always full", None, "20.00", 0),
             ("town-50, one payment at a time", large, 1, 0),
             ("town-50, many payments at once", large, 64, 0),
             ("town-50, the hub killed meanwhile", large, 64, 10)]
    failed = 0
    print(f"1..{len(tests)}", flush=True)
    for number, (name, story, window, kills) in enumerate(tests, 1):
        if isinstance(window, str):
            play = functools.partial(play_bottleneck, window)
        elif story is None:
            print(f"ok {number} {name} # SKIP there is no GEO_SHARED with "
                  "data/town-50.json")
            continue
        else:
            play = functools.partial(play_story, story, window, kills)
        began = time.monotonic()
        try:
            play()
            print(f"ok {number} {name}", flush=True)
            say(f"{time.monotonic() - began:.1f} s")
        except (AssertionError, processes.Gone,
                subprocess.SubprocessError) as error:
            failed += 1
            say(f"{type(error).__name__}: {error}")
            print(f"not ok {number} {name}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
