#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The GEO authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Walks through the wallet as a newcomer to the practice market would.

Starts the practice market with the real geo-wallet in it, presses its buttons
and types into its entries through the accessibility bus as a screen reader
does, and checks what comes of it: a new wallet, a line of trust, a payment that
goes through somebody else to a stranger, its receipt and its line in
Activity; a request that somebody else pays by its code, and one that she pays.
Keeps a picture of each step and prints who owes whom before and after.

usage: journey.py [--pictures FOLDER] [--tap]

Runs in build-aux/with-display --a11y --keyring. It owns the folders it makes
and nothing else; exits with 1 where anything is not as it must be.
"""

import argparse
import glob
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import traceback
import warnings

# A screen reader that asks for what has just gone is told so, and that is no
# fault: warnings are fatal to the wallet (see below), not to who presses its
# buttons.
os.environ.pop("G_DEBUG", None)

import gi  # noqa: E402

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

# The new names are not in every version that there is.
warnings.simplefilter("ignore", DeprecationWarning)
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import screen  # noqa: E402

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.environ.get("GEO_BUILD_ROOT", ".")
PRACTICE = os.path.join(BUILD, "src", "practice", "geo-practice")
WALLET = os.path.join(BUILD, "src", "geo-wallet")
CLOCK = os.path.join(BUILD, "tests", "integration", "geo-moved-clock.so")
GEO = os.path.join(BUILD, "src", "geo")

# Generous for a busy machine; usually well below a second.
STEP_S_MAX = 120
# The neighbours look around every two seconds and take their time.
WELCOME_S_MAX = 180

ME = "Nadia"
FRIEND = "Olena"
PAYEE = "Sofia"
TRUST = "300"
AMOUNT = "120"
NOTE = "Two jars of honey"
# Somebody with the command line.
OTHER = "Zoya"
ASKED = "40"
ASKED_BACK = "15"


class Missing(Exception):
    """What must be in the window is not."""


class Window:
    """The wallet's window as the accessibility bus tells it."""

    def __init__(self):
        self.application = None

    def find_application(self):
        desktop = Atspi.get_desktop(0)
        for i in range(desktop.get_child_count()):
            child = desktop.get_child_at_index(i)
            if child is not None and child.get_name() == "geo-wallet":
                self.application = child
                return True
        return False

    def walk(self, node=None):
        """Every showing widget, top down."""
        node = node or self.application
        try:
            count = node.get_child_count()
            for i in range(count):
                child = node.get_child_at_index(i)
                if child is None:
                    continue
                states = child.get_state_set()
                if not states.contains(Atspi.StateType.SHOWING):
                    continue
                yield child
                yield from self.walk(child)
        except GLib.Error:
            # It went away while it was looked at.
            return

    def seek(self, role, name, editable=False):
        """The widgets that match; name is text, or a function of text."""
        found = []
        for node in self.walk():
            try:
                if role is not None and node.get_role_name() not in role:
                    continue
                text = words_of(node)
                good = name(text) if callable(name) else text == name
                if good and (not editable or is_editable(node)):
                    found.append(node)
            except GLib.Error:
                continue
        return found

    def find(self, role, name, seconds=STEP_S_MAX, what=None, last=False):
        end = time.monotonic() + seconds
        while True:
            found = self.seek(role, name)
            if found:
                return found[-1 if last else 0]
            if time.monotonic() > end:
                raise Missing(f"there is no {what or name!r} ({role})")
            time.sleep(0.05)

    def text(self, wanted, seconds=STEP_S_MAX, what=None):
        """Waits for a text, and returns what it says."""
        end = time.monotonic() + seconds
        while True:
            node = self.find(TEXTS, wanted, seconds, what)
            try:
                return words_of(node)
            except GLib.Error:
                # A list that moves on drops the label just found.
                if time.monotonic() > end:
                    raise

    def entry(self, name):
        """What can be typed into, by its own name or that of its row."""
        end = time.monotonic() + STEP_S_MAX
        while True:
            for node in self.walk():
                try:
                    if is_editable(node) and name in names_of(node):
                        return node
                except GLib.Error:
                    continue
            if time.monotonic() > end:
                raise Missing(f"nothing called {name!r} can be typed into")
            time.sleep(0.05)

    def type(self, name, text):
        node = self.entry(name)
        node.get_editable_text_iface().set_text_contents(text)

    def click(self, name, role=("button", "push button", "toggle button",
                                "list item", "row"), last=False):
        node = self.find(role, name, last=last)
        end = time.monotonic() + STEP_S_MAX
        while not node.get_state_set().contains(Atspi.StateType.SENSITIVE):
            if time.monotonic() > end:
                raise Missing(f"{name!r} stays insensitive")
            time.sleep(0.05)
        press(node)

    def is_sensitive(self, name):
        node = self.find(("button", "push button"), name)
        return node.get_state_set().contains(Atspi.StateType.SENSITIVE)

    def key(self, name):
        """As if it were typed; the pointer is over the window then."""
        width, height = self.size()
        Atspi.generate_mouse_event(width // 2, height // 2, "abs")
        Atspi.generate_keyboard_event(KEYS.get(name) or ord(name), None,
                                      Atspi.KeySynthType.SYM)

    def size(self):
        frame = self.application.get_child_at_index(0)
        box = frame.get_component_iface().get_extents(Atspi.CoordType.WINDOW)
        return box.width, box.height

    def tell(self):
        """What is in the window, for whoever reads a failure."""
        lines = []
        for node in self.walk():
            try:
                if words_of(node):
                    lines.append(f"{node.get_role_name()}: {words_of(node)}")
            except GLib.Error:
                continue
        return "\n".join(lines)


# Keys without a letter, as X counts them.
KEYS = {"Escape": 0xff1b, "F10": 0xffc7, "Return": 0xff0d, "Up": 0xff52}
# Labels, and what a screen reader is told by itself.
TEXTS = ("label", "heading", "alert", "notification", "status bar", "info bar")


def words_of(node):
    """Its name; or its text, which is no name for what speaks by itself."""
    name = node.get_name()
    text = None if name or is_editable(node) else node.get_text_iface()
    if text is not None:
        name = Atspi.Text.get_text(text, 0,
                                   Atspi.Text.get_character_count(text))
    # An amount and its unit are never parted.
    return (name or "").replace("\u00a0", " ")


def is_editable(node):
    return node.get_state_set().contains(Atspi.StateType.EDITABLE) \
        and node.get_editable_text_iface() is not None


def names_of(node):
    """A node's own name and those of what it is in, up to its row."""
    names = []
    for _ in range(6):
        if node is None:
            break
        names.append(node.get_name())
        if node.get_role_name() in ("list item", "row"):
            break
        node = node.get_parent()
    return names


def press(node):
    action = node.get_action_iface()
    if action is not None:
        for i in range(action.get_n_actions()):
            if Atspi.Action.get_action_name(action, i) in ("click", "activate"):
                if action.do_action(i):
                    return
    # A row has no action: as a finger would.  Nobody moves windows here, so
    # the window is at the display's corner.
    box = node.get_component_iface().get_extents(Atspi.CoordType.WINDOW)
    Atspi.generate_mouse_event(box.x + box.width // 2, box.y + box.height // 2,
                               "b1c")


class Journey:
    def __init__(self, pictures, prefix):
        self.prefix = prefix
        self.pictures = pictures
        self.window = Window()
        self.folder = tempfile.mkdtemp(prefix="geo-journey-")
        self.market = os.path.join(self.folder, "market")
        self.ready = os.path.join(self.folder, "ready")
        self.process = None
        self.market_arguments = []
        self.wrapper = []  # What starts the wallet, and it alone.
        self.number = 0
        self.begin = time.monotonic()
        self.heard = ""

    def say(self, text):
        self.write(f"[{time.monotonic() - self.begin:5.1f} s] {text}")

    def write(self, text=""):
        for line in text.split("\n"):
            print(self.prefix + line, flush=True)

    def step(self, name, text):
        """Says what is seen, and keeps a picture of it."""
        self.number += 1
        # The window may still be on its way from one page to the next.
        time.sleep(0.5)
        self.say(text)
        if "GEO_SCREEN" in os.environ:
            screen.save(os.environ["GEO_SCREEN"], os.path.join(
                self.pictures, f"{self.number:02d}-{name}.png"),
                self.window.size())

    def start(self):
        env = dict(os.environ, G_DEBUG="fatal-warnings", LANGUAGE="C")
        self.process = subprocess.Popen(
            [PRACTICE, "--fresh", "--folder", self.market, "--quiet", "--seed",
             "1", "--pace", "3600000", "--ready-file", self.ready,
             *self.wrapper, WALLET], env=env)
        end = time.monotonic() + STEP_S_MAX
        while not self.window.find_application():
            if self.process.poll() is not None:
                raise Missing("the practice market ended with status "
                              f"{self.process.returncode}")
            if time.monotonic() > end:
                raise Missing("the wallet does not open")
            time.sleep(0.05)

    def move_clock(self, seconds=0, shown=0):
        """Of the wallet alone: all of its clocks, and the one that is shown.

        To be called once before it is started.
        """
        path = os.path.join(self.folder, "clock")
        if not self.wrapper:
            self.wrapper = ["env", f"LD_PRELOAD={CLOCK}",
                            f"GEO_CLOCK_FILE={path}"]
            with open(path, "wb") as file:
                file.write(bytes(16))
        # In its place: the wallet looks at these bytes all the time.
        with open(path, "r+b") as file:
            old = struct.unpack("=2q", file.read(16))
            file.seek(0)
            file.write(struct.pack("=2q", old[0] + seconds * 10 ** 9,
                                   old[1] + shown * 10 ** 9))

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    # Somebody else ---------------------------------------------------------
    def other(self, *words):
        """The command geo, as the one who has no window; its exit status."""
        secret = os.path.join(self.folder, "secret")
        with open(secret, "w", encoding="utf-8") as file:
            file.write("correct horse battery\n")
        done = subprocess.run(
            [GEO, "--profile", os.path.join(self.folder, "other") + "/",
             "--passphrase-file", secret, *words], check=False, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)
        self.heard = done.stdout
        return done.returncode

    def let_other(self, *words, seconds=0, again=()):
        """The same, until it is done; again: what is worth another try."""
        end = time.monotonic() + seconds
        while True:
            status = self.other(*words)
            if status == 0:
                return
            if status not in again or time.monotonic() > end:
                raise Missing(f"geo {words[0]} ends with {status}: "
                              f"{self.heard}")
            time.sleep(0.5)

    # Who owes whom ---------------------------------------------------------
    def balance(self, name):
        """What a neighbour's own journal says, read from a copy of it."""
        copy = os.path.join(self.folder, "copy")
        secret = os.path.join(self.folder, "passphrase")
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(os.path.join(self.market, "people", name), copy)
        with open(secret, "w", encoding="utf-8") as file:
            file.write("practice\n")
        done = subprocess.run(
            [GEO, "--profile", copy + "/", "--passphrase-file", secret,
             "--offline", "--json", "balance"], check=True,
            stdout=subprocess.PIPE, text=True, timeout=60)
        return json.loads(done.stdout)


def join(journey):
    """The first five minutes, up to the practice market."""
    window = journey.window
    window.text("Welcome to Geo")
    journey.step("welcome", "A new wallet opens with a welcome.")
    window.click("Create a New Wallet")
    window.type("Name", ME)
    journey.step("name", f"She is called {ME}.")
    window.click("Next")
    words = read_words(window)
    journey.step("words", f"Twelve recovery words are shown: {len(words)}.")
    window.click("I Have Written Them Down")
    asked = answer(window, words)
    journey.step("check", f"Words {asked} are asked back.")
    window.click("Check")
    window.text("Join a Community")
    journey.step("join", "There is a keyring, so she is asked nothing about "
                 "the key; she is to join a community.")
    window.click("Join the Practice Market")
    window.text("Latest Activity")
    window.text("You joined")
    journey.step("home", "She is at home; nothing is owed, nobody is trusted.")


def trust(journey):
    """A line of trust, which is in force at once."""
    window = journey.window
    window.click("Who will you trust?")
    window.type("Find somebody by name, link or identifier", FRIEND)
    window.click(lambda text: text.startswith(FRIEND), ("list item",))
    window.type("Trust up to", TRUST)
    window.text(lambda text: text.startswith(f"{FRIEND} may owe you up to"))
    journey.step("trust", f"She will trust {FRIEND} with up to {TRUST}.")
    window.click("Trust")
    window.text(f"You trust {FRIEND} up to {TRUST}.00 UAH")


def walk(journey):
    window = journey.window
    journey.start()
    join(journey)

    trust(journey)
    window.text(f"{FRIEND} trusts you up to 300.00 UAH", WELCOME_S_MAX)
    # All of them, so that nothing changes by itself any more.
    window.text("Ivan trusts you up to 200.00 UAH", WELCOME_S_MAX)
    journey.step("trusted", f"The line is in force, and {FRIEND}, Halyna, Maria "
                 "and Ivan trust her.")

    before = {name: journey.balance(name) for name in (FRIEND, PAYEE)}

    # A payment to somebody who does not know her.
    window.click("Pay…")
    window.type("Find somebody by name, link or identifier", PAYEE)
    window.click(lambda text: text.startswith(PAYEE), ("list item",))
    window.type("Amount to pay", AMOUNT)
    window.type("Note for the Payee", NOTE)
    window.text(lambda text: text.startswith("You can pay up to "))
    journey.step("amount", f"She will pay {PAYEE}, who does not know her, "
                 f"{AMOUNT}.")
    window.click("Continue")
    window.text(f"Pay to {PAYEE}?")
    journey.step("confirm", "She is told what it does to what she owes.")
    window.click(f"Pay {AMOUNT}.00 UAH")
    window.text(f"You Paid {PAYEE} {AMOUNT}.00 UAH")
    journey.step("paid", "It is paid, and final.")

    # Its proof.
    window.click("Show Receipt")
    window.text("Proof")
    window.click("Verify")
    window.text("The proof holds")
    proof = window.text(lambda text: text.startswith(
        f"Paid: {ME} paid {AMOUNT}.00 UAH to {PAYEE}"))
    journey.step("receipt", f"The receipt proves it. “{proof}”")
    window.click("Back")

    window.click("Activity", ("list item", "row"))
    window.text(f"Paid to {PAYEE}")
    journey.step("activity", "It is the newest line of Activity.")
    window.click("People", ("list item", "row"))
    debt = window.text(f"You owe {FRIEND} {AMOUNT}.00 UAH")
    journey.step("people", f"{debt}: the payment went through {FRIEND}.")
    window.click("Home", ("list item", "row"))
    mine = window.text(f"You owe others {AMOUNT}.00 UAH")
    journey.step("home-again", f"At home it says “{mine}”.")

    settle(journey, before)
    ask(journey)


def ask(journey):
    """She asks to be paid, and is; then somebody asks her."""
    window = journey.window
    with open(journey.ready, encoding="utf-8") as file:
        link = file.read().strip()
    journey.let_other("init", "--name", OTHER, "--no-keyring")
    journey.let_other("join", link)

    window.click("Request…")
    window.type("Amount to ask for", ASKED)
    window.type("What For", "A loaf of bread")
    journey.step("request", f"She asks for {ASKED}.")
    window.click("Request")
    window.text("It waits to be paid.")
    code = window.find(("image", "img", "icon"), "QR code").get_description()
    journey.step("code", f"There is a code; it says {code[:40]}…")

    # Nothing but exit status 3 says that nobody trusts the payer yet.
    journey.let_other("pay", code, "--wait", "30", seconds=WELCOME_S_MAX,
                      again=(3,))
    window.text("It is paid.")
    journey.step("is-paid", f"{OTHER} has the code, and pays.")
    window.click("Close")
    owed = f"{int(AMOUNT) - int(ASKED)}.00"
    mine = window.text(f"You owe others {owed} UAH")
    journey.step("less", f"At home it says “{mine}”.")

    journey.let_other("request", ASKED_BACK, "UAH", "--from", ME, "--memo",
                      "Apples", "--once")
    window.click(lambda text: text.startswith(
        f"{OTHER} asks you for {ASKED_BACK}.00 UAH."))
    window.text("You Are Asked")
    journey.step("asked", f"{OTHER} asks her for {ASKED_BACK}.")
    window.click("Pay…", last=True)
    window.text("This was asked of you")
    window.click("Continue")
    window.text(f"Pay to {OTHER}?")
    window.click(f"Pay {ASKED_BACK}.00 UAH")
    window.text(f"You Paid {OTHER} {ASKED_BACK}.00 UAH")
    journey.step("paid-back", "She pays it.")
    window.click("Close", last=True)


def settle(journey, before):
    """Who owed whom before and after; all of it must fit."""
    def minor(text):
        return int(text.replace(".", ""))

    def total(balance):
        return next(minor(total["balance"]) for total in balance["totals"]
                    if total["equivalent"] == "UAH")

    def between(balance, name):
        return sum(minor(relation["balance"]) for person in balance["people"]
                   if person["name"] == name
                   for relation in person["relations"]
                   if relation["equivalent"] == "UAH")

    def text(amount):
        if amount == 0:
            return "is even"
        return (f"owes {-amount / 100:.2f}" if amount < 0
                else f"is owed {amount / 100:.2f}")

    # Each has a journal of its own; what is on its way to one of them, as the
    # clearing of a circle may be, comes a moment later.
    for _ in range(20):
        after = {name: journey.balance(name) for name in before}
        agree = between(after[FRIEND], PAYEE) == -between(after[PAYEE], FRIEND)
        if agree:
            break
        time.sleep(0.5)
    amount = int(AMOUNT) * 100
    rows = [(ME, 0, -amount)]
    rows += [(name, total(before[name]), total(after[name]))
             for name in (FRIEND, PAYEE)]
    journey.write("\nUAH in total      before          after")
    for name, old, new in rows:
        journey.write(f"{name:15}   {text(old):14}  {text(new)}")
    journey.write(f"\n{FRIEND} and {ME}, {FRIEND} and {PAYEE}, as {FRIEND}'s "
                  "journal has it:")
    for name in (ME, PAYEE):
        journey.write(f"{name:15}   {text(-between(before[FRIEND], name)):14}  "
                      f"{text(-between(after[FRIEND], name))}")
    journey.write()

    checks = {
        f"{FRIEND} in between is as before":
            total(after[FRIEND]) == total(before[FRIEND]),
        f"{PAYEE} has what was paid":
            total(after[PAYEE]) == total(before[PAYEE]) + amount,
        f"{ME} owes {FRIEND} what was paid":
            between(after[FRIEND], ME) == amount,
        f"{FRIEND} and {PAYEE} say the same of each other": agree,
    }
    for what, holds in checks.items():
        journey.say(("Yes: " if holds else "NO: ") + what + ".")
    if not all(checks.values()):
        raise Missing("the balances do not fit")


def read_words(window):
    end = time.monotonic() + STEP_S_MAX
    words = {}
    # A page that is on its way in shows some of them.
    while sorted(words) != list(range(1, 13)):
        if time.monotonic() > end:
            raise Missing(f"twelve words are to be read, not {sorted(words)}")
        for node in window.seek(None, lambda text: text.startswith("Word ")
                                and ": " in text):
            number, word = words_of(node)[len("Word "):].split(": ")
            words[int(number)] = word
    return words


def answer(window, words):
    """Types what is asked back; the numbers that were."""
    end = time.monotonic() + STEP_S_MAX
    asked = []
    while len(asked) != 3:
        if time.monotonic() > end:
            raise Missing(f"three words are to be asked back, not {asked}")
        titles = {words_of(node) for node in window.seek(
            ("label",), lambda text: text.startswith("Word "))}
        asked = sorted(int(title[len("Word "):]) for title in titles)
    for number in asked:
        window.type(f"Word {number}", words[number])
    return asked


def main(kind=Journey, way=walk, name="journey"):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pictures", default=os.path.join(
        TOP, "_build", "practice"))
    parser.add_argument("--tap", action="store_true")
    options, _ = parser.parse_known_args()
    os.makedirs(options.pictures, exist_ok=True)
    for old in glob.glob(os.path.join(options.pictures, "[0-9][0-9]-*.png")):
        os.remove(old)
    journey = kind(options.pictures, "# " if options.tap else "")
    failed = None
    try:
        way(journey)
    except Exception:  # pylint: disable=broad-except
        failed = traceback.format_exc()
        print(failed, file=sys.stderr)
        if journey.window.application is not None:
            print(journey.window.tell(), file=sys.stderr)
            journey.step("failed", "This is where it went wrong.")
    finally:
        journey.stop()
    if "GEO_SCREEN" in os.environ:
        journey.write(f"A picture of each step is in {options.pictures}.")
    if options.tap:
        print("1..1")
        print(("not ok" if failed else "ok") + f" 1 {name}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
