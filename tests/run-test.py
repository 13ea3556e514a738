#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The GEO authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the wallet that build-aux/run opens finds and leaves people's files.

usage: run-test.py SOURCE

Nothing is built and no tree is entered: what would do that is replaced by what
says with which words, and from where, it was called.
"""
import os
import shutil
import subprocess
import sys
import tempfile

SOURCE = sys.argv[1]

# Instead of environment.sh, once it is inside.
INSIDE = """
geo_top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
geo_say () { :; }
geo_die () { echo "$@"; exit 1; }
geo_wallet_option () { :; }
geo_build () { geo_build_dir=$geo_top/_build; }
"""

OUTSIDE = """
. "$0"
bwrap () { printf '%s\\n' "$@"; }
geo_environment=trixie
geo_enter "$@" true
"""


def call(words, home, **more):
    environment = {"PATH": os.environ["PATH"], "HOME": home, **more}
    return subprocess.run(words, env=environment, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False,
                          encoding="utf-8").stdout.splitlines()


def has(words, *wanted):
    """Whether these words follow one another."""
    n = len(wanted)
    return any(tuple(words[i:i + n]) == wanted
               for i in range(len(words) - n + 1))


def begins_at_home(folder, home):
    """The program's own folder, where file dialogs begin."""
    aux = os.path.join(folder, "build-aux")
    program = os.path.join(folder, "_build", "src", "practice", "geo-practice")
    os.mkdir(aux)
    os.makedirs(os.path.dirname(program))
    shutil.copy(os.path.join(SOURCE, "build-aux", "run"), aux)
    with open(os.path.join(aux, "environment.sh"), "w", encoding="utf-8") as f:
        f.write(INSIDE)
    with open(program, "w", encoding="utf-8") as f:
        f.write("#!/bin/sh\npwd\necho \"$@\"\n")
    os.chmod(program, 0o700)
    said = call(["bash", os.path.join(aux, "run")], home, DISPLAY=":9",
                GEO_ENVIRONMENT="trixie")
    return said == [home, "geo-wallet"], said


def enters(home, *options):
    return call(["bash", "-c", OUTSIDE,
                 os.path.join(SOURCE, "build-aux", "environment.sh"),
                 *options], home)


def main():
    failed = 0

    def tell(number, good, what, why):
        nonlocal failed
        failed += not good
        print("ok" if good else "not ok", number, "-", what)
        for line in [] if good else why:
            print("#", line)

    print("1..3")
    with tempfile.TemporaryDirectory() as folder:
        folder = os.path.realpath(folder)
        home = os.path.join(folder, "home")
        os.mkdir(home)
        good, said = begins_at_home(folder, home)
        tell(1, good, "it begins in the home folder", said)
        said = enters(home, "--data")
        tell(2, has(said, "--bind", home, home),
             "what is saved in the home folder stays there", said)
        said = enters(home)
        tell(3, has(said, "--setenv", "HOME", home)
             and not has(said, "--bind", home, home),
             "tests never see it", said)
    return failed


sys.exit(main())
