#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The GEO authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Locks the wallet, guesses, waits and unlocks it.

Somebody in the practice market sets a PIN and locks the window, by the keyboard
and by doing nothing for a minute. The real geo-wallet, pressed through the
accessibility bus as in journey.py, must show nothing but the lock, refuse wrong
PINs, take none at all for a while after the third, a longer while after the
fourth, and open with the right one. The wallet's clock is moved on where it
would have to be waited.

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
WRONG = ("0000", "1111", "2222", "3333")
# How long it is waited after the third, and after the fourth.
WAITS_S = (30, 60)
# A person counts as gone after a minute, as she chose.
IDLE_S = 60
# So long may the machine be busy besides, before the clock is moved.
BUSY_S = 15


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


def left(text):
    """Seconds, of what ends with “in 0:29.”"""
    minutes, seconds = text.rstrip(".").split(" ")[-1].split(":")
    return int(minutes) * 60 + int(seconds)


def gone(window, beginning):
    end = time.monotonic() + journey.STEP_S_MAX
    while window.seek(journey.TEXTS, lambda text: text.startswith(beginning)):
        if time.monotonic() > end:
            raise journey.Missing("the wait does not end")
        time.sleep(0.05)


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
    person.move_clock()
    person.start()
    journey.join(person)
    journey.trust(person)

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
    gone(window, "Lock When Nobody Is Here")

    menu(window, "l", "Locked")
    person.step("locked", "She locks the window, with F10 and L.")
    check_secret(window)
    for pin in WRONG[:2]:
        guess(window, pin)
        window.text("That is not the PIN.")
    for pin, wait in zip(WRONG[2:], WAITS_S):
        guess(window, pin)
        told = window.text(lambda text: text.startswith("Too many wrong"))
        person.step(f"lock-wait-{wait}", f"After {pin}: “{told}”")
        check_secret(window)
        person.move_clock(wait - BUSY_S)
        # Said anew, and not over: not even the right one is taken.
        window.text(lambda text, was=told: text.startswith("Too many wrong")
                    and left(text) < left(was))
        if left(told) > wait or left(told) < wait - BUSY_S:
            raise journey.Missing(f"after {pin} it says “{told}”")
        window.type("PIN", PIN)
        if window.is_sensitive("Unlock"):
            raise journey.Missing("the wait is over before its time")
        person.move_clock(BUSY_S + 1)
        gone(window, "Too many wrong")
    guess(window, PIN)
    window.text("Latest Activity")
    person.step("unlocked", "After the waits the right one opens it.")

    person.move_clock(IDLE_S - BUSY_S)
    window.text("Latest Activity")
    person.move_clock(BUSY_S + 1)
    window.text("Locked")
    person.step("lock-idle", f"After {IDLE_S} s without her it has locked "
                "itself.")
    check_secret(window)
    # The wrong ones before are forgiven.
    guess(window, PIN)
    window.text("Latest Activity")
    person.say("And the right PIN opens it at once.")


if __name__ == "__main__":
    sys.exit(journey.main(way=walk, name="journey-lock"))
