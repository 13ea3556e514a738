# SPDX-FileCopyrightText: 2026 The GEO authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing to a journal behind the program's back, with seals that fit
afterwards: the checksum of each page as src/store/geo-seal-sum-private.h says
it, written a second time, so that the one is checked against the other. It
knows no table."""

import sqlite3
import struct

PAGE = 4096
MARK = b"GEO seal"
ALL = (1 << 64) - 1


def step(state, word):
    state = (state ^ word) * 0x9e3779b97f4a7c15 & ALL
    return state ^ state >> 29


def page_sum(page, number):
    lanes = [number, number + 1, number + 2, number + 3]
    words = struct.unpack("<511Q", page[:PAGE - 8])
    for i, word in enumerate(words):
        lanes[i % 4] = step(lanes[i % 4], word)
    total = PAGE - 8
    for lane in lanes:
        total = step(total, lane)
    return total


def seal(path):
    """Each page anew; whether they fitted before."""
    fitted = True
    with open(path, "r+b") as file:
        number = 0
        while page := file.read(PAGE):
            number += 1
            if not any(page):
                continue
            sealed = page[:PAGE - 16] + MARK
            sealed += struct.pack("<Q", page_sum(sealed + bytes(8), number))
            if sealed != page:
                fitted = False
                file.seek(-PAGE, 1)
                file.write(sealed)
    return fitted


def rewrite(path, *statements):
    """Carries them out on a journal that nobody has open; how many rows the
    last one changed."""
    assert seal(path), path
    base = sqlite3.connect(path)
    with base:
        for statement in statements:
            changed = base.execute(statement).rowcount
    base.execute("PRAGMA wal_checkpoint (TRUNCATE)")
    base.close()
    seal(path)
    return changed
