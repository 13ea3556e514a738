#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The GEO authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""gen-messages refuses tables that make no sense, and says where."""

import copy
import json
import os
import subprocess
import sys
import tempfile

GOOD = {
    "enums": {"colour": ["red", "green"]},
    "objects": {
        "part": {"kind": "plain", "doc": "A part.", "fields": {
            "default": "bool", "names": "list 3 pid"}},
        "whole": {"kind": "signed", "doc": "A whole.", "fields": {
            "part?": "object part", "parts": "list 2 part",
            "colour?": "enum colour", "size?": "int 0 max",
            "more?": "list 2 part", "seen": "signature"}},
    },
    "messages": {
        "SEND": {"code": 1, "doc": "Sends.", "fields": {
            "whole": "object whole"}},
        "NOTHING": {"code": 2, "doc": "Empty.", "fields": {}},
    },
}

# What is wrong, where it is put, and what the answer has to name.
BAD = [
    (["objects", "part", "fields", "x"], "nonsense", "part.x"),
    (["objects", "part", "fields", "x"], "int 2 1", "part.x"),
    (["objects", "part", "fields", "x"], "int 0", "part.x"),
    (["objects", "part", "fields", "x"], "int 0 9007199254740992", "part.x"),
    (["objects", "part", "fields", "x"], "int -1 5", "part.x"),
    (["objects", "part", "fields", "x"], "text", "part.x"),
    (["objects", "part", "fields", "x"], "text ten", "part.x"),
    (["objects", "part", "fields", "x"], "bool 1", "part.x"),
    (["objects", "part", "fields", "x"], "enum taste", "part.x"),
    (["objects", "part", "fields", "x"], "object nobody", "part.x"),
    (["objects", "part", "fields", "x"], "object part", "part: part"),
    (["objects", "part", "fields", "x"], "object whole", "part: whole"),
    (["objects", "part", "fields", "x?"], "list 3", "part.x?"),
    (["objects", "part", "fields", "x?"], "const yes", "part.x?"),
    (["objects", "part", "fields", "x-y"], "bool", "part.x-y"),
    (["objects", "part", "fields", "default_"], "bool", "part"),
    (["objects", "whole", "fields", "type"], "text 5", "whole.type"),
    (["objects", "whole", "fields", "signature?"], "hash", "whole.signature"),
    (["objects", "whole", "fields", "has_size"], "bool", "whole"),
    (["objects", "whole", "kind"], "secret", "whole"),
    (["messages", "NOTHING", "code"], 1, "NOTHING"),
    (["messages", "NOTHING", "code"], 0, "NOTHING"),
    (["messages", "NOTHING", "size"], "huge", "NOTHING"),
    (["messages", "nothing"], {"code": 3, "doc": "", "fields": {}}, "nothing"),
]


def deep_table():
    table = copy.deepcopy(GOOD)
    inner = "part"
    for depth in range(16):
        name = f"d{chr(97 + depth)}"
        table["objects"][name] = {"kind": "plain", "doc": "Deep.", "fields": {
            "x": f"object {inner}"}}
        inner = name
    return table


def run(generator, folder, text):
    path = os.path.join(folder, "table.json")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return subprocess.run(
        [generator, path]
        + [part for kind in ("header", "source", "doc")
           for part in ("--" + kind, os.path.join(folder, kind))],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        check=False)


def main():
    generator = sys.argv[1]
    failed = 0
    cases = [("good", json.dumps(GOOD), None)]
    for path, value, name in BAD:
        table = copy.deepcopy(GOOD)
        place = table
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value
        cases.append((f"{'.'.join(path)}: {value}", json.dumps(table), name))
    cases.append(("too deep", json.dumps(deep_table()), "nested too deeply"))
    cases.append(("key twice", json.dumps(GOOD).replace(
        '"GREEN"', '"RED"').replace('"NOTHING"', '"SEND"'), "SEND"))

    print(f"1..{len(cases)}")
    with tempfile.TemporaryDirectory() as folder:
        for number, (what, text, name) in enumerate(cases, 1):
            done = run(generator, folder, text)
            if name is None:
                passed = done.returncode == 0 and done.stderr == ""
            else:
                passed = done.returncode != 0 and name in done.stderr \
                    and "Traceback" not in done.stderr
            failed += not passed
            print(f"{'ok' if passed else 'not ok'} {number} {what}")
            if not passed:
                print(f"# {done.returncode} {done.stderr.strip()}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
