#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The GEO authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Has spin look at every state of a model, and at each mistake in it.

usage: check-model.py MODEL COMPILER…
"""

import os
import shutil
import subprocess
import sys
import tempfile

# What is done against the rules, and whether by that somebody waits for ever,
# rather than that something holds no more.
MISTAKES = (("VOTE_BEFORE_STORE", False), ("ABORT_AFTER_VOTE", False),
            ("COMMIT_WITHOUT_VOTE", False), ("DEADLINE_IS_NO", False),
            ("ONLY_WHAT_IT_KNOWS", True))


def look(model, compiler, folder, mistake, ends):
    """The errors that were found, or None where not all was looked at.

    ends: whether anything stands still, rather than what always holds.
    """
    spin = ["spin", "-a"] + ([f"-D{mistake}"] if mistake else [])
    flags = ["-DSAFETY", "-DNOCLAIM"] if ends else []
    subprocess.run([*spin, model], cwd=folder, check=True,
                   stdout=subprocess.DEVNULL)
    subprocess.run([*compiler, "-O2", "-w", "-DCOLLAPSE", "-DMEMLIM=2000",
                    *flags, "-o", "pan", "pan.c"], cwd=folder, check=True)
    done = subprocess.run(["./pan", "-m100000"] + ([] if ends else ["-a"]),
                          cwd=folder, check=False, stdout=subprocess.PIPE)
    text = done.stdout.decode(errors="replace")
    for line in text.split("\n"):
        if "states, stored" in line:
            print("# " + line.strip())
    # A search that was cut short has found nothing out.
    if "MEMLIM" in text or "max search depth too small" in text:
        return None
    for line in text.split("\n"):
        if "errors:" in line:
            return int(line.split("errors:")[1])
    return None


def main():
    model, compiler = os.path.abspath(sys.argv[1]), sys.argv[2:]
    if shutil.which("spin") is None:
        print("TAP version 13\n1..0 # SKIP there is no spin")
        return 0
    with open(model, encoding="utf-8") as file:
        text = file.read()
    mistakes = [one for one in MISTAKES if f"#ifdef {one[0]}\n" in text]
    number = failed = 0
    print("TAP version 13")
    with tempfile.TemporaryDirectory() as folder:
        for good, what, mistake, ends in (
                (lambda n: n == 0, "one outcome, in every order of events",
                 None, False),
                (lambda n: n == 0, "nobody waits for ever", None, True),
                *((bool, f"noticed: {name}", name, ends)
                  for name, ends in mistakes)):
            number += 1
            right = good(look(model, compiler, folder, mistake, ends))
            failed += not right
            print(f"{'ok' if right else 'not ok'} {number} - {what}",
                  flush=True)
    print(f"1..{number}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
