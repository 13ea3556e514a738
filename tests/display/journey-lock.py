#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The GEO authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Locks the wallet, guesses, waits and unlocks it.

Somebody in the practice market sets a PIN and locks the window, by the keyboard
and by doing nothing for a minute. The real geo-wallet, pressed through the
accessibility bus as in journey.py, must show nothing but the lock, refuse wrong
PINs, take none at all for a while after the third, and open with the right
one.

usage: journey-lock.py [--pictures FOLDER] [--tap]

Runs in build-aux/with-display --a11y --keyring. It owns the folders it makes
and nothing else; exits with 1 where anything is not as it must be.
"""

import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import journey  # noqa: E402

PIN = "2719"
WRONG = ("0000", "1111", "2222")
# The first wait is half a minute, and so long may the machine be busy besides.
WAIT_S_MAX = 180
# A person counts as gone after a minute, as she chose.
IDLE_S_MAX = 300


def menu(window, mnemonic, seen):
    """By the keyboard alone: F10 and the letter, until what it opens is there."""
    end = time.monotonic() + journey.WELCOME_S_MAX
    while True:
        window.key("F10")
        time.sleep(0.5)
        window.key(mnemonic)
        patience = time.monotonic() + 5
        while time.monotonic() < patience:
            if window.seek(journey.TEXTS, seen):
                return
            time.sleep(0.05)
        if time.monotonic() > end:
            raise journey.Missing(f"F10 and {mnemonic} do not open {seen!r}")
        window.key("Escape")
        time.sleep(0.5)


def choose_minute(window):
    """The one above what is chosen: the list opens with that."""
    def row():
        return window.seek(journey.TEXTS, "After 1 minute")

    window.click("Lock When Nobody Is Here", ("combo box",))
    window.find(journey.TEXTS, "After 30 minutes")
    window.key("Up")
    window.key("Return")
    end = time.monotonic() + journey.STEP_S_MAX
    while window.seek(journey.TEXTS, "After 30 minutes") or not row():
        if time.monotonic() > end:
            raise journey.Missing("a minute cannot be chosen")
        time.sleep(0.05)


def guess(window, pin):
    window.type("PIN", pin)
    window.click("Unlock")


def check_secret(window):
    """What a screen reader finds behind the lock, showing or not."""
    def everything(node):
        for i in range(node.get_child_count()):
            child = node.get_child_at_index(i)
            if child is not None:
                yield child
                yield from everything(child)

    said = []
    for node in everything(window.application):
        try:
            if not node.get_state_set().contains(
                    journey.Atspi.StateType.SHOWING):
                continue
            said.append(journey.words_of(node))
        except journey.GLib.Error:
            continue
    for word in ("UAH", journey.FRIEND, "Latest Activity", "Pay…"):
        found = [text for text in said if word in text]
        if found:
            raise journey.Missing(f"behind the lock one reads {found}")


def walk(person):
    window = person.window
    person.start()
    journey.join(person)
    window.text(f"{journey.FRIEND} trusts you up to 300.00 UAH",
                journey.WELCOME_S_MAX)

    menu(window, "p", "Preferences")
    window.click("Set PIN…")
    window.type("New PIN", PIN)
    window.type("New PIN again", PIN)
    person.step("lock-pin", "She sets a PIN.")
    window.click("Set PIN", last=True)
    window.text("The PIN is set")
    choose_minute(window)
    person.step("lock-after", "And locks after a minute without her.")
    window.click("Close", last=True)

    menu(window, "l", "Locked")
    person.step("locked", "She locks the window, with F10 and L.")
    check_secret(window)
    for pin in WRONG[:2]:
        guess(window, pin)
        window.text("That is not the PIN.")
    guess(window, WRONG[2])
    told = window.text(lambda text: text.startswith("Too many wrong tries."))
    person.step("lock-wait", f"After {len(WRONG)} wrong ones: “{told}”")
    check_secret(window)

    begin = time.monotonic()
    while window.seek(journey.TEXTS,
                      lambda text: text.startswith("Too many wrong tries.")):
        if time.monotonic() > begin + WAIT_S_MAX:
            raise journey.Missing("the wait does not end")
        time.sleep(0.5)
    guess(window, PIN)
    window.text("Latest Activity")
    person.step("unlocked", f"After {time.monotonic() - begin:.0f} s the right "
                "one opens it.")

    begin = time.monotonic()
    window.text("Locked", IDLE_S_MAX)
    person.step("lock-idle", f"After {time.monotonic() - begin:.0f} s without "
                "her it has locked itself.")
    check_secret(window)
    # The wrong ones before are forgiven.
    guess(window, PIN)
    window.text("Latest Activity")
    person.say("And the right PIN opens it at once.")


if __name__ == "__main__":
    sys.exit(journey.main(way=walk, name="journey-lock"))
