#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The GEO authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The practice market: it starts, welcomes a newcomer, pays, and ends cleanly.

Everything is in one temporary folder; the market's hub listens on loopback.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback

BUILD = os.environ.get("GEO_BUILD_ROOT", ".")
GEO = os.path.join(BUILD, "src", "geo")
PRACTICE = os.path.join(BUILD, "src", "practice", "geo-practice")

# Generous for a busy machine with sanitizers; usually below one second.
READY_S_MAX = 250


def market(folder, *arguments, **more):
    return [PRACTICE, "--folder", os.path.join(folder, "market"), "--seed",
            "7", "--pace", "100", *arguments]


def run(command, **more):
    return subprocess.run(command, text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=120, **more)


def test_program(folder):
    begin = time.monotonic()
    done = run(market(
        folder, "--fresh", "--", "sh", "-c",
        'printf "%s %s" "$GEO_PRACTICE_HUB" "$GEO_PRACTICE_LINK"; exit 7'))
    print(f"# from nothing to the end in {time.monotonic() - begin:.1f} s")
    assert done.returncode == 7, done
    assert done.stderr == "", done
    address, link = done.stdout.split()
    assert address.startswith("http://127.0.0.1:"), done
    assert link.startswith("geo://v1/join?"), done
    return address


def test_again_is_the_same_market(folder):
    first = run(market(folder, "sh", "-c", 'echo "$GEO_PRACTICE_LINK"'))
    second = run(market(folder, "sh", "-c", 'echo "$GEO_PRACTICE_LINK"'))
    assert first.returncode == second.returncode == 0, (first, second)
    assert first.stdout == second.stdout
    fresh = run(market(folder, "--fresh", "sh", "-c",
                       'echo "$GEO_PRACTICE_LINK"'))
    assert fresh.stdout.split("community=")[1] \
        != first.stdout.split("community=")[1]


def test_bad_usage(folder):
    for arguments in (["--pace", "0"], ["--frobnicate"], ["--seed", "x"]):
        done = run(market(folder, *arguments))
        assert done.returncode == 2, done
        assert done.stderr.startswith("geo-practice: "), done
    done = run(market(folder, "--", "/nonexistent/program"))
    assert done.returncode == 1, done


def test_killed_by_signal(folder):
    done = run(market(folder, "--", "sh", "-c", "kill -TERM $$"))
    assert done.returncode == 128 + signal.SIGTERM, done


class Market:
    """A market that stays."""

    def __init__(self, folder):
        ready = os.path.join(folder, "ready")
        if os.path.exists(ready):
            os.unlink(ready)
        self.process = subprocess.Popen(
            market(folder, "--ready-file", ready), text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.end = time.monotonic() + READY_S_MAX
        while not os.path.exists(ready):
            assert self.process.poll() is None, self.process.communicate()
            assert time.monotonic() < self.end, "the market is not ready"
            time.sleep(0.05)
        with open(ready, encoding="utf-8") as file:
            self.link = file.read().strip()

    def hub(self):
        """The hub's process id: the market's only child."""
        path = f"/proc/{self.process.pid}/task/{self.process.pid}/children"
        with open(path, encoding="utf-8") as file:
            child, = file.read().split()
        return int(child)

    def finish(self):
        out, err = self.process.communicate(timeout=180)
        return self.process.returncode, out, err


def geo(profile, passphrase, *arguments):
    done = run([GEO, "--profile", profile, "--passphrase-file", passphrase,
                "--json", *arguments])
    assert done.returncode == 0, done
    return json.loads(done.stdout)


def test_newcomer(folder):
    place = Market(folder)
    profile = os.path.join(folder, "newcomer")
    passphrase = profile + ".passphrase"
    with open(passphrase, "w", encoding="utf-8") as file:
        file.write("x\n")
    geo(profile, passphrase, "init", "--name", "Nadia")
    geo(profile, passphrase, "join", place.link)
    geo(profile, passphrase, "trust", "Olena", "200", "UAH")
    geo(profile, passphrase, "trust", "Halyna", "200", "UAH")

    # They open lines for her, and somebody pays her sooner or later.
    lines, received = set(), []
    while len(lines) < 3 or not received:
        assert time.monotonic() < place.end, (lines, received)
        items = geo(profile, passphrase, "history", "--limit",
                    "200")["items"]
        lines = {i["name"] for i in items if i["kind"] == "trust-got"}
        received = [i for i in items if i["kind"] == "received"]
        time.sleep(0.3)
    assert {"Olena", "Halyna", "Maria"} <= lines, lines
    paid = geo(profile, passphrase, "pay", "Ivan", "5", "UAH")
    assert paid["state"] == "paid"
    geo(profile, passphrase, "verify")

    place.process.send_signal(signal.SIGINT)
    status, out, err = place.finish()
    assert status == 0 and err == "", (status, out, err)
    told = out.splitlines()
    assert told[0] == place.link, told[0]
    assert "Nadia is in the market" in told
    assert any(" paid Nadia " in line for line in told), told
    assert "Halyna trusts Nadia up to 500.00 UAH" in told, told


def test_hub_dies(folder):
    place = Market(folder)
    os.kill(place.hub(), signal.SIGKILL)
    status, _, err = place.finish()
    assert status == 1, status
    assert "the hub ended" in err and err.count("\n") == 1, err


def test_no_process_stays(folder):
    place = Market(folder)
    hub = place.hub()
    place.process.kill()
    place.finish()
    end = time.monotonic() + 180
    while os.path.exists(f"/proc/{hub}"):
        try:
            with open(f"/proc/{hub}/stat", encoding="utf-8") as file:
                if file.read().rpartition(")")[2].split()[0] == "Z":
                    break
        except (FileNotFoundError, ProcessLookupError):
            break  # It went between the two looks.
        assert time.monotonic() < end, "the hub outlives its market"
        time.sleep(0.1)


def main():
    tests = [(name[5:], function) for name, function in globals().items()
             if name.startswith("test_")]
    print(f"1..{len(tests)}", flush=True)
    folder = tempfile.mkdtemp(prefix="geo-practice-")
    os.environ.update(XDG_DATA_HOME=os.path.join(folder, "data"),
                      LC_ALL="C.UTF-8", G_DEBUG="fatal-criticals")
    os.environ.pop("LANGUAGE", None)
    broken = False
    for number, (name, function) in enumerate(tests, 1):
        try:
            function(folder)
        except Exception:
            broken = True
            print("# " + traceback.format_exc().replace("\n", "\n# "))
            print(f"not ok {number} - {name}", flush=True)
        else:
            print(f"ok {number} - {name}", flush=True)
    if broken:
        print(f"# the folder is kept: {folder}")
    else:
        shutil.rmtree(folder)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
