#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The GEO authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Restores a wallet on an empty computer, as whoever has lost one would.

With the command geo somebody joins the practice market, trusts and pays, and
loses the computer. Then the real geo-wallet is given the twelve words and the
invitation through the accessibility bus, as in journey.py, and must have every
balance back.

usage: journey-restore.py [--pictures FOLDER] [--tap]

Runs in build-aux/with-display --a11y --keyring. It owns the folders it makes
and nothing else; exits with 1 where anything is not as it must be.
"""

import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import journey  # noqa: E402

WORDS = ("legal winner thank year wave sausage worth useful legal winner thank "
         "yellow")
# The neighbours take their time before they trust a newcomer.
WELCOME_S_MAX = 120


class Lost(journey.Journey):
    """A journey whose person was in the market before."""

    def start(self):
        super().start()
        with open(self.ready, encoding="utf-8") as file:
            self.link = file.read().strip()

    def geo(self, *arguments, check=True):
        """What the lost computer does."""
        secret = os.path.join(self.folder, "secret")
        with open(secret, "w", encoding="utf-8") as file:
            file.write("lost\n")
        return subprocess.run(
            [journey.GEO, "--profile", os.path.join(self.folder, "lost") + "/",
             "--passphrase-file", secret, *arguments], check=check,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, timeout=120)


def live_and_lose(lost):
    words = os.path.join(lost.folder, "words")
    with open(words, "w", encoding="utf-8") as file:
        file.write(WORDS + "\n")
    lost.geo("init", "--name", journey.ME, "--restore", "--words-file", words)
    lost.geo("join", lost.link, "--new")
    lost.geo("trust", journey.FRIEND, journey.TRUST, "UAH")
    end = time.monotonic() + WELCOME_S_MAX
    while True:
        done = lost.geo("pay", journey.PAYEE, journey.AMOUNT, "UAH",
                        check=False)
        if done.returncode == 0:
            break
        if time.monotonic() > end:
            raise journey.Missing(f"nobody trusts a newcomer: {done.stderr}")
        time.sleep(0.5)
    lost.say(f"{journey.ME} paid {journey.PAYEE} {journey.AMOUNT}.00 UAH, and "
             "has lost the computer.")


def open_row(window, row, page):
    """Clicks the row until the page is there.

    A row has no action, so it is clicked where it is seen; one that is still on
    its way in is somewhere else by then.
    """
    end = time.monotonic() + journey.STEP_S_MAX
    while not window.seek(journey.TEXTS, page):
        if time.monotonic() > end:
            raise journey.Missing(f"{row!r} does not lead to {page!r}")
        for found in window.seek(None, lambda text: text.startswith(row))[:1]:
            journey.press(found)
        time.sleep(1)


def walk(lost):
    window = lost.window
    lost.start()
    window.text("Welcome to Geo")
    live_and_lose(lost)

    window.click("Restore a Wallet")
    window.type("Recovery words", WORDS.replace("yellow", "legal"))
    window.text(lambda text: text.startswith("These words do not fit"))
    lost.step("restore-wrong", "Words that do not fit together are told.")
    window.type("Recovery words", WORDS)
    window.text("These words fit together.")
    window.click("Next")
    open_row(window, "From Your Community", "Where Is Your Community?")
    window.type("Invitation Link or Address", lost.link)
    lost.step("restore-where", "The words are right; the hub is to be asked. "
              "Nobody asks for her name: the hub knows it.")
    window.click("Restore")
    window.text("Your Wallet Is Back")
    debt = window.text(f"You owe {journey.AMOUNT}.00 UAH")
    lost.step("restored", f"Everything is back: “{debt}”.")
    window.click("Continue")
    mine = window.text(f"You owe others {journey.AMOUNT}.00 UAH")
    lost.step("restored-home", f"At home it says “{mine}”.")
    window.text(journey.ME)
    window.click("People", ("list item", "row"))
    window.text(f"You owe {journey.FRIEND} {journey.AMOUNT}.00 UAH")
    lost.step("restored-people", "And so are her people.")


if __name__ == "__main__":
    sys.exit(journey.main(Lost, walk, "journey-restore"))
