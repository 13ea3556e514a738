#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The GEO authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks the screenshots that the metainfo names.

usage: screenshots-test.py SOURCE APPLICATION-ID VERSION

Each of them is in data/screenshots, is what build-aux/screenshots makes, and has
a size that a software centre shows; and the metainfo is valid with them, as it
is where they are published.
"""
import os
import re
import struct
import subprocess
import sys
import tempfile

SOURCE, ID, VERSION = sys.argv[1:]
URL = "https://example.org/screenshots"


def read(*path):
    with open(os.path.join(SOURCE, *path), encoding="utf-8") as file:
        return file.read()


def size_of(path):
    """Width and height of a PNG."""
    with open(path, "rb") as file:
        head = file.read(24)
    assert head[:8] == b"\x89PNG\r\n\x1a\n", path
    return struct.unpack(">II", head[16:24])


def made():
    """What the script makes, from its table of steps and names."""
    table = re.search(r"<< 'EOT'\n([a-z -]+\n(?:[a-z -]+\n)*)EOT\n}",
                      read("build-aux", "screenshots")).group(1)
    names = [line.split()[1] for line in table.splitlines()]
    return {f"{name}{suffix}.png" for name in names for suffix in ("", "-dark")}


def validate(text):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, ID + ".metainfo.xml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        run = subprocess.run(
            ["appstreamcli", "validate", "--no-net", "--explain",
             "--override=url-homepage-missing=info", path],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
            encoding="utf-8")
    return run.returncode, run.stdout


def main():
    text = read("data", "net.geocredit.Wallet.metainfo.xml.in.in")
    named = re.findall(r"<image>@SCREENSHOTS_URL@/([^<]+)</image>", text)
    failed = 0
    print("1..3")

    def tell(number, holds, what, why=""):
        nonlocal failed
        failed += not holds
        for line in why.splitlines():
            print("#", line)
        print("ok" if holds else "not ok", number, what)

    wrong = [name for name in named if name not in made()]
    tell(1, bool(named) and not wrong, "build-aux/screenshots makes each",
         "\n".join(wrong))
    wrong = []
    for name in sorted(made()):
        path = os.path.join(SOURCE, "data", "screenshots", name)
        if not os.path.exists(path):
            wrong.append(name + " is not there")
        elif min(size_of(path)) < 300:
            wrong.append(name + " is too small")
    tell(2, not wrong, "all are in data/screenshots", "\n".join(wrong))
    for word, value in {"APPLICATION_ID": ID, "VERSION": VERSION,
                        "NAME_SUFFIX": "", "SCREENSHOTS_BEGIN": "",
                        "SCREENSHOTS_END": "", "SCREENSHOTS_URL": URL}.items():
        text = text.replace(f"@{word}@", value)
    status, said = validate(text)
    tell(3, status == 0, "the metainfo is valid with them",
         "" if status == 0 else said)
    return failed


sys.exit(main())
