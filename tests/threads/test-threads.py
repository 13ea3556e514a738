#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The GEO authors
"""The thread sanitizer finds a race planted beside each of GLib's ways to keep
two threads apart, and finds none where they are kept apart.

usage: test-threads.py PROGRAM"""

import os
import subprocess
import sys


def run(program, *arguments):
    # A race is told here, and by how it ends, whatever the options are.
    environment = dict(os.environ)
    options = environment.get("TSAN_OPTIONS", "").split(":")
    environment["TSAN_OPTIONS"] = ":".join(
        [o for o in options if not o.startswith("log_path")] + ["exitcode=66"])
    # Meson's, which counts for all sanitizers that are in a program.
    environment.pop("UBSAN_OPTIONS", None)
    return subprocess.run([program, *arguments], env=environment, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=120, check=False)


def main():
    program = sys.argv[1]
    ways = run(program).stdout.split()
    assert len(ways) > 5, ways
    print(f"1..{len(ways) * 2}")
    number = 0
    for way in ways:
        for kind, expected in (("guarded", 0), ("bare", 66)):
            number += 1
            done = run(program, way, kind)
            good = done.returncode == expected and \
                ("data race" in done.stderr) == (expected != 0)
            print(f"{'ok' if good else 'not ok'} {number} {way}, {kind}")
            if not good:
                for line in done.stderr.splitlines():
                    print("#", line)


main()
