#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The GEO authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every command of geo has its place in the man page, and its synopsis there has
every option that the command's own help has, and no other.

    check-man.py SOURCE GEO
"""

import os
import re
import subprocess
import sys

# What stands before or after each command, and is described once.
COMMON = {"--profile", "--community", "--passphrase-file", "--offline", "--json",
          "--help", "--version"}


def helped(geo, *command):
    return subprocess.run([geo, *command, "--help"], check=True, text=True,
                          env={**os.environ, "LC_ALL": "C.UTF-8"},
                          stdout=subprocess.PIPE).stdout


def commands(geo):
    return re.findall(r"^  ([a-z-]+) ", re.search(
        r"^Commands:\n(.*?)\n\n", helped(geo), re.M | re.S)[1], re.M)


def options(geo, command):
    return set(re.findall(r"^  (?:-\w, )?(--[a-z-]+)",
                          helped(geo, command), re.M)) - COMMON


def synopsis(man):
    """The options of each command, as its lines in the synopsis have them."""
    found = {}
    text = man[man.index(".Sh SYNOPSIS"):man.index(".Sh DESCRIPTION")]
    for form in text.split("\n.Nm\n")[1:]:
        command = re.search(r"^\.Cm ([a-z-]+)", form, re.M)
        if command:
            found.setdefault(command[1], set()).update(
                "-" + option for option in re.findall(r"\bFl (-[a-z-]+)", form))
    return found


def main():
    source, geo = sys.argv[1:3]
    with open(os.path.join(source, "data/man/geo.1"), encoding="utf-8") as file:
        man = file.read()
    described = synopsis(man)
    known = commands(geo)
    assert len(known) > 20, known
    assert set(known) == set(described), set(known) ^ set(described)
    wrong = []
    for command in known:
        if not re.search(rf"^\.It Cm {command}\b", man, re.M):
            wrong.append(f"{command} is not described")
        for option in sorted(options(geo, command) ^ described[command]):
            wrong.append(f"{command} {option}")
    for option in COMMON - {"--help", "--version"}:
        assert f".It Fl {option[1:]}" in man, option
    assert not wrong, "\n".join(wrong)


if __name__ == "__main__":
    main()
