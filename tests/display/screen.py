# SPDX-FileCopyrightText: 2026 The GEO authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The picture of a display that draws into a file (XWD), as a PNG.

Only what Xvfb writes with 24 bits of colour in 32, and only Python's own
library.
"""

import struct
import zlib

HEADER_WORDS = 25
COLOR_BYTES = 12


def chunk(kind, data):
    return (struct.pack(">I", len(data)) + kind + data
            + struct.pack(">I", zlib.crc32(kind + data)))


def save(display, path, size=None):
    """size: of the upper left corner that is wanted; all of it otherwise."""
    with open(display, "rb") as file:
        raw = file.read()
    words = struct.unpack(f">{HEADER_WORDS}I", raw[:HEADER_WORDS * 4])
    header_bytes, width, height = words[0], words[4], words[5]
    little, bits, line_bytes = words[7] == 0, words[11], words[12]
    if bits != 32:
        raise ValueError(f"a display with {bits} bits for each point")
    begin = header_bytes + words[19] * COLOR_BYTES
    red, green, blue = (2, 1, 0) if little else (1, 2, 3)
    if size is not None:
        width, height = min(width, size[0]), min(height, size[1])
    lines = []
    for y in range(height):
        line = raw[begin + y * line_bytes:begin + y * line_bytes + width * 4]
        points = bytearray(width * 3)
        points[0::3] = line[red::4]
        points[1::3] = line[green::4]
        points[2::3] = line[blue::4]
        lines.append(b"\0" + bytes(points))
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n")
        file.write(chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2,
                                              0, 0, 0)))
        file.write(chunk(b"IDAT", zlib.compress(b"".join(lines), 6)))
        file.write(chunk(b"IEND", b""))
