#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The GEO authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A hub that lies, and people with the command geo who find it out.

Each lie is told to somebody new, whom Olena pays.  It is found by that person's
own wallet, or where two compare; it is said in one sentence; what proves it can
be checked by a stranger with an empty profile and no network; and the balances
stay what they were.  The same hub, while it is honest, is never accused:
whatever is lost, killed or put back.
"""

import importlib.util
import os
import subprocess
import sys
import time

import cases

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.environ.get("GEO_BUILD_ROOT", ".")
CHEAT = os.path.join(BUILD, "tests", "integration", "geo-cheat-hub")

_spec = importlib.util.spec_from_file_location(
    "test_cli", os.path.join(HERE, "test-cli.py"))
cli = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(cli)
UNKNOWN = 8


class Town:
    """Olena, a stranger, and a hub that may lie."""

    def __init__(self, folder):
        self.folder = folder
        self.lie_file = os.path.join(folder, "lie")
        self.hub = cli.Hub(os.path.join(folder, "hub"))
        self.start()
        self.olena = self.join("Olena")
        self.stranger = cli.Person(self, "Stranger")
        self.payments = 0

    def start(self):
        honest, cli.HUB = cli.HUB, CHEAT
        self.hub.start(GEO_CHEAT_FILE=self.lie_file)
        cli.HUB = honest

    def join(self, name):
        person = cli.Person(self, name)
        person.pid = person.json("init", "--name", name)["pid"]
        person.run("join", self.hub.link)
        return person

    def lie(self, lie, person):
        with open(self.lie_file + ".new", "w", encoding="utf-8") as file:
            file.write(f"{lie} {person.pid}\n")
        os.rename(self.lie_file + ".new", self.lie_file)

    def pay(self, person, amount="5"):
        self.payments += 1
        tx_id = f"tx-{self.payments}"
        self.olena.json("pay", person.pid, amount, "UAH", "--id", tx_id)
        return tx_id

    def meet(self, name):
        """Somebody who was paid 5.00 and has seen that, honestly."""
        person = self.join(name)
        self.lie("honest", person)
        person.json("trust", self.olena.pid, "100", "UAH")
        self.pay(person)
        self.check(person)
        return person

    def check(self, person, total="5.00"):
        """Nothing is held against the hub, and that much is there."""
        assert person.total() == total, person.json("balance")
        assert person.json("evidence")["items"] == []

    def caught(self, person, sentence, before="5.00", is_same=True):
        """The wallet finds it at its next look; the newest evidence."""
        document = person.json("balance")
        assert document["connected"] is False, document
        assert sentence in document["fault"], document
        assert sentence in person.run("balance")
        return self.held(person, before, is_same)

    def held(self, person, before="5.00", is_same=True):
        """What is held against the hub, as anybody can check it.  is_same: the
        same lie is the same evidence whatever time the hub says it is."""
        items = person.json("evidence")["items"]
        assert items, "nothing is held against it"
        path = os.path.join(self.folder, person.name + ".json")
        person.json("evidence", str(items[0]["number"]), "--output", path)
        document = self.stranger.json("verify", path)
        assert document["file"] == "evidence", document
        assert document["proves"] == items[0]["says"], document
        # Whatever the hub said, the books are what they were, and whole.
        total = person.json("balance", "--offline")["totals"][0]["balance"]
        assert total == before, total
        person.json("verify")
        # The same lie again is the same evidence.
        if is_same:
            person.any_json("balance")
            assert len(person.json("evidence")["items"]) == len(items)
            self.change_key(person, items, path)
        return document["proves"]

    def change_key(self, person, items, path):
        """It is the same evidence, and the same file, whatever key its owner
        has by now."""
        person.json("key", "rotate", "--save-words", path + ".words")
        os.unlink(path + ".words")
        assert person.json("evidence")["items"] == items
        again = path + ".again"
        person.json("evidence", str(items[0]["number"]), "--output", again)
        with open(path, "rb") as one, open(again, "rb") as other:
            assert one.read() == other.read()
        os.unlink(again)
        assert self.stranger.json("verify", path)["proves"] == items[0]["says"]
        person.json("verify")


def test_honest(town):
    """Killed, started again, a backup put back: nobody is accused."""
    hub = town.hub
    person = town.meet("Honest")
    hub.process.kill()
    hub.process.wait()
    hub.process.stdout.close()
    town.start()
    town.check(person)
    town.pay(person)
    town.check(person, "10.00")
    # A backup in which everything is that people were told.
    copy = os.path.join(town.folder, "copy")
    subprocess.run([cli.HUB, "backup", "-d", hub.folder, copy], check=True,
                   stdout=subprocess.DEVNULL)
    hub.stop()
    subprocess.run([cli.HUB, "restore", "-d", hub.folder, "--replace", copy],
                   check=True, stdout=subprocess.DEVNULL)
    town.start()
    town.check(person, "10.00")
    town.pay(person)
    town.check(person, "15.00")
    town.olena.json("balance")
    assert town.olena.json("evidence")["items"] == []
    # What two of them were shown is the same.
    document = person.json("audit", town.olena.profile)
    assert document["outcome"] == "fit" and document["common"] > 0, document
    path = os.path.join(town.folder, "olena.heads")
    assert town.olena.json("audit", "--export", path)["heads"] > 0
    assert person.json("audit", path)["common"] == document["common"]
    assert town.stranger.json("audit", path, person.profile)["common"] == \
        document["common"]
    assert "same log" in person.run("audit", path)


def test_dropped_entry(town):
    person = town.meet("Dropped")
    town.lie("drop", person)
    town.pay(person)
    town.pay(person)
    proves = town.caught(person, "It keeps back an entry of yours.")
    assert "has to show the one before it" in proves, proves


def test_reordered_entries(town):
    person = town.meet("Reordered")
    town.lie("reorder", person)
    town.pay(person, "1")
    town.pay(person, "2")
    # Both were genuine, so both are in the books; only the log tells.
    proves = town.caught(person, "Its log does not show one of your entries.",
                         "8.00")
    assert "has to show it in its log" in proves, proves


def test_changed_amount(town):
    person = town.meet("Changed")
    town.lie("amount", person)
    town.pay(person)
    proves = town.caught(person, "It contradicts your own records.")
    assert "has to show better evidence" in proves, proves


def test_forged_order(town):
    person = town.meet("Forged")
    town.lie("vote", person)
    town.pay(person)
    proves = town.caught(person, "A signature in it is not genuine.")
    assert "has to show better evidence" in proves, proves


def test_forged_line(town):
    person = town.meet("Trusted")
    town.lie("line", person)
    town.olena.json("trust", person.pid, "7", "UAH")
    proves = town.caught(person, "A signature in it is not genuine.")
    assert "has to show better evidence" in proves, proves


def test_forged_vote(town):
    person = town.meet("Asked")
    town.lie("yes", person)
    town.pay(person)
    proves = town.caught(person, "A signature in it is not genuine.")
    assert "has to show better evidence" in proves, proves


def mandate(town, lie, *words):
    """What is done over a line against the word of its owner, who is away."""
    payer = town.join("Payer of " + lie)
    person = town.join(lie.title())
    town.lie("honest", person)
    person.json("trust", payer.pid, "100", "UAH")
    payer.json("pay", person.pid, "5", "UAH")
    town.check(person)
    town.lie(lie, person)
    person.json("trust", payer.pid, *words)
    # Whoever pays may see it, too, and then never hears of their payment.
    payer.any_json("pay", person.pid, "5", "UAH", "--wait", "3")
    end = time.monotonic() + 180
    while not person.json("balance").get("fault"):
        assert time.monotonic() < end, "nothing is found"
    return person


def test_beyond_limit(town):
    person = mandate(town, "beyond", "9.99", "UAH")
    proves = town.caught(person, "It goes beyond what was allowed.")
    assert "has to show the trust that allowed" in proves, proves


def test_unasked(town):
    person = mandate(town, "unasked", "100", "UAH", "--live")
    proves = town.caught(person, "It goes beyond what was allowed.")
    assert "has to show the trust that allowed" in proves, proves


def test_frozen_all_the_same(town):
    person = mandate(town, "thaw", "--freeze", "UAH")
    proves = town.caught(person, "It goes beyond what was allowed.")
    assert "has to show the trust that allowed" in proves, proves


def test_beyond_a_day(town):
    """What has come in today counts, also what was before the limit."""
    cli.stay_within_a_day()
    person = town.meet("Today")
    person.json("trust", town.olena.pid, "100", "UAH", "--daily", "8")
    town.payments += 1
    failure = town.olena.json("pay", person.pid, "5", "UAH", status=cli.REFUSED)
    assert failure["reason"] == "daily_limit", failure
    town.check(person)
    person = mandate(town, "daily", "100", "UAH", "--daily", "8")
    proves = town.caught(person, "It goes beyond what was allowed.")
    assert "has to show the trust that allowed" in proves, proves


def test_yes_and_no(town):
    person = town.meet("Refused")
    town.lie("both", person)
    person.json("pay", town.olena.pid, "2", "UAH", status=cli.REFUSED)
    proves = town.caught(person, "It says both yes and no to one payment.")
    assert "both committed and refused one payment" in proves, proves


def test_two_entries_of_one_number(town):
    person = town.meet("Forked")
    town.lie("fork", person)
    proves = town.caught(person, "Its entries do not follow one another.")
    assert "two different entries of one number" in proves, proves


def test_two_logs(town):
    """No wallet sees it alone; two that compare do."""
    person = town.join("Logs")
    town.lie("logs", person)
    person.json("trust", town.olena.pid, "100", "UAH")
    town.pay(person)
    town.check(person)
    town.pay(person)
    town.check(person, "10.00")
    town.olena.json("balance")
    assert town.olena.json("evidence")["items"] == []
    path = os.path.join(town.folder, "olena.heads")
    proof = os.path.join(town.folder, "two-logs.json")
    town.olena.json("audit", "--export", path)
    error = person.json("audit", path, "--output", proof,
                        status=cli.NOT_VERIFIED)
    assert "keeps two logs" in error["message"], error
    document = town.stranger.json("verify", proof)
    assert document["proves"] == error["message"], document
    with open(proof, encoding="utf-8") as file:
        text = file.read()
    # Without --output the proof is the output.
    done = subprocess.run([cli.GEO, "--profile", person.profile, "audit", path],
                          text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=180)
    assert done.returncode == cli.NOT_VERIFIED, done
    assert done.stdout == text + "\n", done
    # One that was changed proves nothing.
    at = text.index('"root":"') + 8
    with open(proof, "w", encoding="utf-8") as file:
        file.write(text[:at] + ("A" if text[at] != "A" else "B")
                   + text[at + 1:])
    town.stranger.run("verify", proof, status=cli.NOT_VERIFIED)
    # Receipts show where in which log they are.
    key = person.json("history")["items"][0]["receipt"]
    receipts = [os.path.join(town.folder, name) for name in ("one", "other")]
    town.olena.json("receipt", f"tx-{town.payments}", "--output", receipts[0])
    person.json("receipt", key, "--output", receipts[1])
    error = town.stranger.json("audit", *receipts, status=cli.NOT_VERIFIED)
    assert "keeps two logs" in error["message"], error


def test_audit_input(town):
    """What cannot be compared is said so, and which it is."""
    person = town.join("Nobody")
    error = person.json("audit", town.olena.profile, status=UNKNOWN)
    assert "Nothing can be concluded" in error["message"], error
    person.run("audit", status=cli.USAGE)
    person.run("audit", os.path.join(town.folder, "none"), status=cli.FAILED)
    person.run("audit", "--export", os.path.join(town.folder, "no", "where"),
               status=cli.FAILED)
    person.run("audit", "--export", "x", "y", status=cli.USAGE)
    path = os.path.join(town.folder, "broken.heads")
    good = os.path.join(town.folder, "good.heads")
    town.olena.json("audit", "--export", good)
    with open(good, encoding="utf-8") as file:
        lines = file.read().splitlines()
    at = lines[1].index('"root":"') + 8
    changed = "A" if lines[1][at] != "A" else "B"
    for content in ("", "{}", "x\n", lines[0] + "\nx\n", "\n".join(lines[1:]),
                    lines[0].replace(town.hub.community, cli.NOBODY),
                    lines[0] + "\n" + lines[1][:at] + changed
                    + lines[1][at + 1:] + "\n"):
        with open(path, "w", encoding="utf-8") as file:
            file.write(content)
        person.run("audit", good, path, status=cli.USAGE)
    # What somebody else signed is no word of this hub's.
    other = cli.Hub(os.path.join(town.folder, "other-hub"))
    other.start()
    try:
        foreign = cli.Person(town, "Foreign")
        foreign.json("init", "--name", "Foreign")
        foreign.run("join", other.link)
        person.run("audit", foreign.profile, town.olena.profile,
                   status=cli.USAGE)
    finally:
        other.stop()


def test_withheld_commit(town):
    """Whoever is not told has nothing to hold up, but who paid has."""
    person = town.meet("Withheld")
    town.lie("withhold", person)
    tx_id = town.pay(person)
    town.check(person)
    path = os.path.join(town.folder, "withheld.json")
    town.olena.json("receipt", tx_id, "--output", path)
    assert "Withheld" in town.stranger.json("verify", path)["proves"]
    # What is told later shows that something is missing.
    town.pay(person)
    town.lie("drop", person)
    town.pay(person)
    town.caught(person, "It keeps back an entry of yours.")


def test_lent(town):
    """A circle is closed over a limit whose owner never agreed to that.  From
    here on the hub looks for circles all the time."""
    anna, bo, person = (town.join(name) for name in ("Anna", "Bo", "Lent"))
    bo.json("trust", anna.pid, "100", "UAH")
    person.json("trust", bo.pid, "100", "UAH")
    anna.json("pay", bo.pid, "20", "UAH")
    bo.json("pay", person.pid, "20", "UAH")
    person.json("trust", anna.pid, "50", "UAH")
    anna.json("trust", person.pid, "10", "UAH", "--spare", "all")
    assert anna.relation(person)["their_spare"] is None
    town.check(person, "20.00")
    with open(town.hub.config, "a", encoding="utf-8") as file:
        file.write("\n[clearing]\ninterval_s=1\n")
    town.hub.stop()
    town.start()
    town.lie("lend", person)
    person.json("trust", anna.pid, "51", "UAH")
    deadline = time.monotonic() + 240
    while person.any_json("balance")[1].get("fault") is None:
        assert time.monotonic() < deadline, "nothing was cleared"
        time.sleep(0.2)
    proves = town.caught(person, "It goes beyond what was allowed.", "20.00")
    assert "has to show the trust that allowed" in proves, proves


def test_replayed(town):
    """An older state is put back over what people were told."""
    hub = town.hub
    person = town.meet("Replayed")
    copy = os.path.join(town.folder, "old")
    subprocess.run([cli.HUB, "backup", "-d", hub.folder, copy], check=True,
                   stdout=subprocess.DEVNULL)
    town.pay(person)
    town.check(person, "10.00")
    hub.stop()
    # Whoever means well is told what it would look like.
    restore = [cli.HUB, "restore", "-d", hub.folder, "--replace", copy]
    done = subprocess.run(restore, stderr=subprocess.PIPE, text=True)
    assert done.returncode != 0 and "has not: 1." in done.stderr, done
    town.start()
    town.check(person, "10.00")
    hub.stop()
    # Whoever does not is not helped by saying that nothing came after it.
    subprocess.run(restore + ["--forget", "--complete"], check=True,
                   stdout=subprocess.DEVNULL)
    town.start()
    town.caught(person, "Its log is another than the one it showed before.",
                "10.00", is_same=False)
    says = [item["says"] for item in person.json("evidence")["items"]]
    # Which of the two it is, or both, is a matter of what its clock says.
    assert "became smaller" in says[0] or "are of one log" in says[0], says
    assert "has to say where it is now" in says[-1], says


def end(town):
    if town.hub.process is not None:
        town.hub.stop()


if __name__ == "__main__":
    sys.exit(cases.run(globals(), "geo-cheat-", Town, end))
