# SPDX-FileCopyrightText: 2026 The GEO authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real processes for the Python tests: a geo-hub, light nodes, an auditor.

It starts, kills and asks; it decides nothing about what is right.  Every
process has a time to answer in, and none outlives the test.
"""

import ctypes
import json
import os
import queue
import re
import resource
import signal
import subprocess
import threading
import time

BUILD = os.environ["GEO_BUILD_ROOT"]
HUB_PROGRAM = os.environ.get("GEO_HUB_PROGRAM",
                             os.path.join(BUILD, "src", "geo-hub"))
TOOLS = os.path.join(BUILD, "tests", "integration")

# A computer that is ten times slower, or that is looked at with a sanitizer, is
# no reason to fail.
ANSWER_SECONDS_MAX = 180

CONFIG = """\
[community]
name=Test town
equivalents={equivalents}
[joining]
open=true
[limits]
messages_per_second=1000000
"""

# The numbers of a payment's states and of an activity's kinds.
SENDING, IN_DOUBT, PAID, NOT_PAID = 2, 3, 4, 5
DID_PAY, RECEIVED, PASSED, REFUSED = 1, 2, 3, 8
CONNECTED = 3

# What a node says where nothing was done, and trying again is what helps.
TOO_LATE = ("The hub did not answer in time.", "The hub is not connected,")

_libc = ctypes.CDLL(None)


# It is the parent's thread that counts: a process is to be started by one that
# lives as long as it does.
def _die_with_parent():
    _libc.prctl(1, signal.SIGKILL)


class Gone(Exception):
    """The process ended instead of answering."""


class Patience:
    """How long is waited for something.  A computer that stands still for a
    while, and everything on it, is not waited for: nothing that is looked at
    once counts for more than a second."""

    def __init__(self, seconds=ANSWER_SECONDS_MAX):
        self.left = seconds
        self.looked = time.monotonic()

    def is_over(self):
        now = time.monotonic()
        self.left -= min(now - self.looked, 1)
        self.looked = now
        return self.left <= 0

    def lend(self, wait):
        """What wait returns, which is given a time to wait, and raises one of
        these where it was too short."""
        while True:
            try:
                return wait(0.5)
            except (queue.Empty, subprocess.TimeoutExpired):
                if self.is_over():
                    raise


class Process:
    """A process that is told things line by line."""

    def __init__(self, arguments, log, extra=None, restore_signals=True):
        environment = dict(os.environ)
        for name in ("GEO_CRASH_AT", "GEO_CRASH_COUNT"):
            environment.pop(name, None)
        environment.update(extra or {})
        # One file for all of its lives.
        with open(log, "ab") as errors:
            self.process = subprocess.Popen(
                arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=errors, env=environment, preexec_fn=_die_with_parent,
                restore_signals=restore_signals)
        self.lines = queue.Queue()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line.decode().rstrip("\n"))
        self.lines.put(None)

    def read(self, seconds=ANSWER_SECONDS_MAX):
        try:
            line = Patience(seconds).lend(
                lambda wait: self.lines.get(timeout=wait))
        except queue.Empty:
            raise AssertionError("no answer in time") from None
        if line is None:
            self.lines.put(None)
            raise Gone()
        return line

    def write(self, line):
        try:
            self.process.stdin.write((line + "\n").encode())
            self.process.stdin.flush()
        except BrokenPipeError:
            raise Gone() from None

    def has_ended(self):
        return self.process.poll() is not None

    def has_stopped_itself(self):
        """As a hub does that cannot write."""
        return self.process.poll() == 1

    def was_killed(self):
        return self.process.poll() == -signal.SIGKILL

    def kill(self):
        self.process.kill()
        self.process.wait()

    def wait(self):
        Patience().lend(self.process.wait)
        self.reader.join()
        self.process.stdout.close()
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        return self.process.returncode


class Hub:
    """A geo-hub that stays at its address from one life to the next."""

    def __init__(self, folder, ip="127.0.0.1", equivalents="UAH:2:fiat"):
        self.folder = folder
        self.ip = ip
        self.port = 0
        self.process = None
        os.makedirs(folder, mode=0o700)
        with open(os.path.join(folder, "hub.conf"), "w",
                  encoding="utf-8") as config:
            config.write(CONFIG.format(equivalents=equivalents))

    def start(self, extra=None, restore_signals=True):
        self.process = Process(
            [HUB_PROGRAM, "--data-dir", self.folder, "--listen",
             f"{self.ip}:{self.port}"],
            os.path.join(self.folder, "log"), extra, restore_signals)
        line = self.process.read()
        match = re.fullmatch(
            r"geo-hub: listening on (http://[\d.]+:(\d+)) community (\w+)",
            line)
        assert match, line
        self.address = match[1]
        self.port = int(match[2])
        self.community = match[3]
        self.link = (f"geo://v1/join?hub=http%3A%2F%2F{self.ip}%3A{self.port}"
                     f"&community={self.community}")

    def stop(self, may_fall=False, disk_fails=False):
        """Ends it in order; may_fall: it has a point to fall at, disk_fails: it
        cannot write, either of which may be on the way out."""
        self.process.process.terminate()
        status = self.process.wait()
        assert status == 0 or (may_fall and self.process.was_killed()) or \
            (disk_fails and self.process.has_stopped_itself()), \
            f"the hub ended with {status}"

    def kill(self):
        self.process.kill()
        self.process.wait()


def failing_fsync(file):
    """The environment of a hub whose disk fails at the n-th fsync after n was
    written into file."""
    # An address sanitizer wants to be the first library.
    options = os.environ.get("ASAN_OPTIONS", "")
    # What is there already stays, before it.  Spaces separate libraries, and
    # the path of a checkout may have one.
    library = file + ".so"
    if not os.path.islink(library):
        os.symlink(os.path.join(TOOLS, "geo-failing-fsync.so"), library)
    preload = " ".join([os.environ.get("LD_PRELOAD", ""), library]).strip()
    return {"G_DEBUG": "", "GEO_FSYNC_FILE": file,
            "ASAN_OPTIONS": options + ":verify_asan_link_order=0",
            "LD_PRELOAD": preload}


def arm_fsync(file, number):
    # At once, or the hub may read half of it.
    with open(file + ".new", "w", encoding="utf-8") as out:
        out.write(f"{number}\n")
    os.rename(file + ".new", file)


def leave_room(hub, pages):
    """No file of this hub gets longer than its log of changes is, by that much.
    It was started with restore_signals=False: too large a file is then an error,
    and no signal."""
    sizes = {name: os.stat(os.path.join(hub.folder, name)).st_size
             for name in ("hub.db-wal", "log")}
    # What it says of it has room.
    limit = max(sizes["hub.db-wal"], sizes["log"] + 8192) + pages * 4096
    resource.prlimit(hub.process.process.pid, resource.RLIMIT_FSIZE,
                     (limit, limit))


def check_said_full(hub):
    """One sentence that says what it was."""
    with open(os.path.join(hub.folder, "log"), encoding="utf-8") as file:
        log = file.read().splitlines()
    told = [line for line in log if " error " in line]
    assert len(told) == 1 and "so the hub stops: The disk" in told[0], log


class Node:
    """A geo-test-node; states holds what it told of its payments."""

    def __init__(self, folder, name):
        self.folder = folder
        self.name = name
        self.process = None
        self.states = {}
        self.changes = 0
        self.pid = None
        os.makedirs(folder, mode=0o700)

    def start(self, extra=None):
        self.process = Process(
            [os.path.join(TOOLS, "geo-test-node"), self.folder, self.name],
            self.folder + ".log", extra)

    def ask(self, line):
        self.process.write(line)
        while True:
            answer = self.process.read().split(" ", 1)
            if answer[0] != "state":
                return answer
            self._take_state(answer[1])

    def _take_state(self, text):
        tx_id, state, code = text.split(" ")
        self.states[tx_id] = (int(state), code)

    def do(self, line, good):
        """Does it again, as a person would, where a busy hub was too late."""
        patience = Patience()
        answer = self.ask(line)
        while answer[0] == "failed" and answer[1].startswith(TOO_LATE) and \
                not patience.is_over():
            time.sleep(0.05)
            answer = self.ask(line)
        assert answer[0] == good, f"{self.name}: {line}: {' '.join(answer)}"
        return answer[1] if len(answer) > 1 else ""

    def join(self, link):
        self.pid = self.do("join " + link, "joined")

    def status(self):
        """(connection, open, sequence, pending); changes is how often the first
        of them was another."""
        *numbers, self.changes = (
            int(n) for n in self.do("status", "status").split(" "))
        return tuple(numbers)

    def stop(self, may_fall=False):
        """The same."""
        self.process.process.stdin.close()
        status = self.process.wait()
        assert status == 0 or (may_fall and self.process.was_killed()), \
            f"{self.name} ended with {status}"

    def kill(self):
        self.process.kill()
        self.process.wait()


def audit(kind, folder):
    with subprocess.Popen(
            [os.path.join(TOOLS, "geo-test-audit"), kind, folder],
            stdout=subprocess.PIPE) as process:
        out = Patience().lend(
            lambda wait: process.communicate(timeout=wait)[0])
    assert process.returncode == 0, f"{folder}: {process.returncode}"
    return json.loads(out)


def until(condition, what, seconds=ANSWER_SECONDS_MAX, step=0.01):
    patience = Patience(seconds)
    while not condition():
        assert not patience.is_over(), "waited in vain: " + what
        time.sleep(step)
