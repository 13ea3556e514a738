#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The GEO authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sees debts cleared around a circle, as somebody in the middle of it would.

A newcomer to the practice market trusts one friend; two others, with the
command geo, close a circle of debts with her. The hub clears it after the last
payment. Then the real geo-wallet, pressed through the accessibility bus as in
journey.py, must say so, show who owes whom less, and prove it.

usage: journey-clear.py [--pictures FOLDER] [--tap]

Runs in build-aux/with-display --a11y --keyring. It owns the folders it makes
and nothing else; exits with 1 where anything is not as it must be.
"""

import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import journey  # noqa: E402

DEBTOR = "Zoya"
CREDITOR = "Xenia"
LIMIT = "100"
DEBT = "50"


class Circle(journey.Journey):
    """A journey with two others, who have the command line."""

    def geo(self, who, *words, until=(0,)):
        """What one of them does, again and again until the status is good."""
        secret = os.path.join(self.folder, "secret")
        with open(secret, "w", encoding="utf-8") as file:
            file.write("correct horse battery\n")
        end = time.monotonic() + journey.WELCOME_S_MAX
        while True:
            done = subprocess.run(
                [journey.GEO, "--profile", os.path.join(self.folder, who) + "/",
                 "--passphrase-file", secret, *words], check=False, text=True,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, timeout=120)
            if done.returncode in until:
                return
            # Not paid: who is to be paid may not have everything yet.
            if done.returncode != 3 or time.monotonic() > end:
                raise journey.Missing(f"geo {words[0]} of {who} ends with "
                                      f"{done.returncode}: {done.stdout}")
            time.sleep(0.5)


def trust(window, name):
    window.click("Who will you trust?")
    window.type("Find somebody by name, link or identifier", name)
    window.click(lambda text: text.startswith(name), ("list item",))
    window.type("Trust up to", LIMIT)
    window.click("Trust", last=True)


def walk(circle):
    window = circle.window
    circle.start()
    journey.join(circle)
    with open(circle.ready, encoding="utf-8") as file:
        link = file.read().strip()
    for who in (DEBTOR, CREDITOR):
        circle.geo(who, "init", "--name", who, "--no-keyring")
        circle.geo(who, "join", link)

    trust(window, DEBTOR)
    window.text(f"You trust {DEBTOR} up to {LIMIT}.00 UAH")
    circle.step("clear-trust", f"She trusts {DEBTOR}.")
    circle.geo(DEBTOR, "pay", journey.ME, DEBT, "UAH")
    window.text(f"Others owe you {DEBT}.00 UAH")

    circle.geo(CREDITOR, "trust", journey.ME, LIMIT, "UAH")
    window.text(f"{CREDITOR} trusts you up to {LIMIT}.00 UAH")
    window.click("Pay…")
    window.type("Find somebody by name, link or identifier", CREDITOR)
    window.click(lambda text: text.startswith(CREDITOR), ("list item",))
    window.type("Amount to pay", DEBT)
    window.click("Continue")
    window.click(f"Pay {DEBT}.00 UAH")
    window.text(f"You Paid {CREDITOR} {DEBT}.00 UAH")
    window.click("Close")

    # The last debt closes the circle.
    circle.geo(DEBTOR, "trust", CREDITOR, LIMIT, "UAH")
    circle.geo(CREDITOR, "pay", DEBTOR, DEBT, "UAH")
    cleared = window.text("Cleared: your balance is the same")
    window.text("Nothing is owed in UAH")
    circle.step("cleared", f"At home it says “{cleared}”, and that nothing is "
                "owed any more.")
    window.click("Show All")
    window.click("Cleared: your balance is the same", ("list item", "row"))
    window.text("Proof")
    circle.step("clear-receipt", "Its page shows the circle.")
    window.click("Verify")
    window.text("The proof holds")
    circle.step("clear-proof", "And proves it.")


if __name__ == "__main__":
    sys.exit(journey.main(Circle, walk, "journey-clear"))
