#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The GEO authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs one fuzz target over its corpus.

With --replay every file is given to the target once.  With --look=N libFuzzer
makes N inputs out of the corpus, the same ones every time.  The corpus itself
is never written to; an input that fails is printed, so that it can be added to
it before what it found is put right.
"""

import argparse
import base64
import pathlib
import subprocess
import sys
import tempfile


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replay", action="store_true")
    parser.add_argument("--look", type=int, metavar="N")
    parser.add_argument("--seconds", type=int, help="look this long, by chance")
    parser.add_argument("--found", help="keep what is new in this folder")
    parser.add_argument("program")
    parser.add_argument("corpus", type=pathlib.Path)
    arguments = parser.parse_args()

    files = sorted(str(path) for path in arguments.corpus.iterdir()
                   if path.suffix != ".dict")
    if not files:
        sys.exit("There is nothing in %s." % arguments.corpus)
    if arguments.replay:
        sys.exit(subprocess.run([arguments.program] + files).returncode)

    with tempfile.TemporaryDirectory(prefix="geo-fuzz-") as folder:
        found = pathlib.Path(arguments.found or folder + "/found")
        found.mkdir(exist_ok=True, parents=True)
        command = [
            arguments.program,
            "-artifact_prefix=%s/" % folder,
            # One input may take as long as it wants on a busy machine.
            "-timeout=120",
            "-rss_limit_mb=4096",
            "-max_len=65536",
            "-verbosity=%d" % (1 if arguments.seconds else 0),
        ]
        if arguments.seconds:
            command += ["-max_total_time=%d" % arguments.seconds,
                        "-print_final_stats=1"]
        else:
            command += ["-runs=%d" % arguments.look, "-seed=1"]
        dictionary = arguments.corpus.with_suffix(".dict")
        if dictionary.exists():
            command.append("-dict=%s" % dictionary)
        status = subprocess.run(command + [str(found),
                                           str(arguments.corpus)]).returncode
        for path in pathlib.Path(folder).iterdir():
            if path.is_file():
                data = path.read_bytes()
                print("%s: %d bytes\n%s" % (
                    path.name, len(data), base64.b64encode(data).decode()))
    sys.exit(status)


if __name__ == "__main__":
    main()
