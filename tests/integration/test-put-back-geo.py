#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The GEO authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The same command geo again, at a hub that was put back to a copy of long ago.

Olena pays Ivan, and pays once more and is never told what became of it, as the
hub keeps that from her.  Then its disk is gone, and it is put back to a copy
that knows neither, so late that no order of then could be taken any more.  What
she types again never pays twice, and is never said to be unpaid while somebody
may prove that it was paid.
"""

import importlib.util
import os
import re
import shutil
import signal
import struct
import subprocess
import sys
import time

import cases
import town

HERE = os.path.dirname(os.path.abspath(__file__))
CHEAT = os.path.join(town.TOOLS, "geo-cheat-hub")
CLOCK = os.path.join(town.TOOLS, "geo-moved-clock.so")

_spec = importlib.util.spec_from_file_location(
    "test_cli", os.path.join(HERE, "test-cli.py"))
cli = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(cli)

# Longer than clocks may be apart, than an order holds, and than a hub that was
# put back waits in any case (protocol §9).
LATER_S = 1800
NS = 10 ** 9
PAID = ("pay", "Ivan", "5", "UAH", "--id", "paid", "--wait", "40")
UNTOLD = ("pay", "Ivan", "7", "UAH", "--id", "untold", "--wait")
NEW = ("pay", "Ivan", "1", "UAH", "--id", "new", "--wait", "40")
# Of what is not told, and of what is.
SHORT, LONG = "1", "40"


class Town:
    """Olena may owe Ivan, and a copy of their hub knows no payment."""

    def __init__(self, folder):
        self.folder = folder
        os.mkdir(folder, 0o700)
        self.lie_file = os.path.join(folder, "lie")
        self.clock_file = os.path.join(folder, "clock")
        self.set_clock(0)
        # For all processes from here on, whose time is one.
        library = os.path.join(folder, "clock.so")
        os.symlink(CLOCK, library)
        self.before = {name: os.environ.get(name)
                       for name in ("LD_PRELOAD", "GEO_CLOCK_FILE",
                                    "ASAN_OPTIONS")}
        os.environ["LD_PRELOAD"] = " ".join(
            filter(None, [os.environ.get("LD_PRELOAD"), library]))
        os.environ["GEO_CLOCK_FILE"] = self.clock_file
        os.environ["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + \
            ":verify_asan_link_order=0"
        self.hub = cli.Hub(os.path.join(folder, "hub"))
        self.start(CHEAT)
        self.olena = self.join("Olena")
        self.ivan = self.join("Ivan")
        self.ivan.run("trust", "Olena", "100", "UAH")
        # Nothing but the two payments comes after the copy.
        for person in (self.olena, self.ivan):
            person.run("balance")
        self.copy = os.path.join(folder, "copy")
        subprocess.run([cli.HUB, "backup", "-d", self.hub.folder, "--with-key",
                        self.copy], check=True, stdout=subprocess.DEVNULL)

    def set_clock(self, ahead_s):
        with open(self.clock_file, "r+b" if os.path.exists(self.clock_file)
                  else "wb") as file:
            file.write(struct.pack("qq", 0, ahead_s * NS))

    def start(self, program):
        honest, cli.HUB = cli.HUB, program
        self.hub.start(GEO_CHEAT_FILE=self.lie_file, G_DEBUG="")
        cli.HUB = honest

    def join(self, name):
        person = cli.Person(self, name)
        person.pid = person.json("init", "--name", name)["pid"]
        person.run("join", self.hub.link)
        return person

    def owed(self, person):
        """What the books of this person say, without the hub."""
        return person.json("balance", "--offline")["totals"][0]["balance"]

    def pay_and_lose_the_disk(self):
        olena, hub = self.olena, self.hub
        olena.json(*PAID)
        self.ivan.run("balance")
        with open(self.lie_file, "w", encoding="utf-8") as file:
            file.write(f"withhold {olena.pid}\n")

        def ivan_is_told():
            olena.json(*UNTOLD, SHORT, status=cli.IN_DOUBT)
            return self.ivan.total() == "12.00"
        town.until(ivan_is_told, "Ivan is paid")
        hub.process.kill()
        hub.process.wait()
        hub.process.stdout.close()
        shutil.rmtree(hub.folder)
        os.mkdir(hub.folder, 0o700)
        with open(hub.config, "w", encoding="utf-8") as file:
            file.write(cli.CONFIG)
        subprocess.run([cli.HUB, "restore", "-d", hub.folder, self.copy],
                       check=True, stdout=subprocess.DEVNULL)
        self.set_clock(LATER_S)
        self.start(cli.HUB)

    def gathers(self):
        return os.path.exists(os.path.join(self.hub.folder, "put-back"))

    def wait_on(self):
        town.until(lambda: not self.gathers(), "the hub goes on")
        line = self.hub.process.stdout.readline()
        assert re.match("geo-hub: listening on ", line), line

    def check_again_while_it_gathers(self):
        """However often: it is known without the hub, or is not known yet."""
        olena = self.olena
        for _ in range(3):
            assert olena.json(*PAID)["state"] == "paid"
            said = olena.json(*UNTOLD, SHORT, status=cli.IN_DOUBT)
            assert said["may_pay_again"] is False, said
        # What is new is not begun.
        olena.json(*NEW, status=cli.OFFLINE)
        assert self.owed(olena) == "-5.00"

    def close(self):
        if self.hub.process is not None and self.hub.process.poll() is None:
            self.hub.process.kill()
            self.hub.process.wait()
        for name, value in self.before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def test_given_back(folder):
    """Ivan gives back what Olena was never told: then she is."""
    scene = Town(os.path.join(folder, "given"))
    try:
        olena, ivan = scene.olena, scene.ivan
        scene.pay_and_lose_the_disk()
        scene.check_again_while_it_gathers()
        assert scene.gathers()
        # One look of his is enough.
        ivan.any_json("balance")
        scene.wait_on()
        for _ in range(2):
            assert olena.json(*UNTOLD, LONG)["state"] == "paid"
            assert olena.json(*PAID)["state"] == "paid"
        # Nothing of it is there twice, and a new one is only itself.
        assert olena.total() == "-12.00" and ivan.total() == "12.00"
        assert olena.json(*NEW)["state"] == "paid"
        assert ivan.total() == "13.00"
        for person in (olena, ivan):
            assert person.json("evidence")["items"] == []
            person.json("verify")
        scene.hub.stop()
        subprocess.run([cli.HUB, "check", "-d", scene.hub.folder], check=True,
                       stdout=subprocess.DEVNULL)
    finally:
        scene.close()


def test_lost(folder):
    """Nobody waits for Ivan: what is not known any more can never be paid
    either, and he has what proves that it was."""
    scene = Town(os.path.join(folder, "lost"))
    try:
        olena, ivan = scene.olena, scene.ivan
        scene.pay_and_lose_the_disk()
        scene.check_again_while_it_gathers()
        scene.hub.process.send_signal(signal.SIGUSR1)
        scene.wait_on()
        for _ in range(2):
            said = olena.json(*UNTOLD, LONG, status=cli.REFUSED)
            assert said["state"] == "not-paid", said
            assert olena.json(*PAID)["state"] == "paid"
        assert olena.total() == "-5.00"
        town.until(lambda: "fault" in ivan.any_json("balance")[1],
                   "Ivan finds that it was forgotten")
        assert scene.owed(ivan) == "12.00"
        assert ivan.json("evidence")["items"]
        for person in (olena, ivan):
            person.json("verify")
    finally:
        scene.close()


if __name__ == "__main__":
    sys.exit(cases.run(globals(), "geo-put-back-geo-", lambda folder: folder,
                       lambda folder: None))
