#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The GEO authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every key that the hub's configuration can have is in the man page and in the
example, and nothing else is; so is what its owner may set while it runs in the
man page; the example is what holds where nothing is said;
the systemd unit is one.

    check-hub-files.py SOURCE BUILD
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile

KEY = re.compile(r'^  \{ "(\w+)", "(\w+)", KEY_', re.M)


def read(*parts):
    with open(os.path.join(*parts), encoding="utf-8") as file:
        return file.read()


def parsed_keys(source):
    return set(KEY.findall(read(source, "src/hub/geo-hub-config.c")))


def example_keys(source):
    keys = set()
    group = None
    for line in read(source, "data/geo-hub.conf.example").splitlines():
        match = re.fullmatch(r"\[(\w+)\]", line)
        if match:
            group = match[1]
        match = re.match(r"#?(\w+)=", line)
        if match and group:
            keys.add((group, match[1]))
    return keys


def man_keys(source):
    return set(re.findall(r"^\.It Sy \[(\w+)\] (\w+)$",
                          read(source, "data/man/geo-hub.8"), re.M))


def settings(source):
    return set(re.findall(r'"([a-z_]+\.[a-z_]+)"',
                          read(source, "src/hub/geo-hub-settings.c") +
                          read(source, "src/hub/geo-hub-settings.h")))


def man_settings(source):
    lines = re.findall(r"^\.It Sy ([a-z_]+\..*)$",
                       read(source, "data/man/geo-hub.8"), re.M)
    return {name for line in lines for name in line.split(" , ")}


def default_values(source):
    text = read(source, "src/hub/geo-hub-config.c")
    text = text[text.index("default_text[]"):]
    text = text[:text.index('\\n";') + 3]
    text = "\n".join(re.findall(r'"(.*?)\\n"', text))
    return {line for line in text.splitlines() if "=" in line}


def main():
    source, build = sys.argv[1:3]
    keys = parsed_keys(source)
    assert len(keys) > 15, keys
    assert example_keys(source) == keys, example_keys(source) ^ keys
    assert man_keys(source) == keys, man_keys(source) ^ keys
    assert len(settings(source)) > 5, settings(source)
    assert man_settings(source) == settings(source), \
        man_settings(source) ^ settings(source)
    example = set(read(source, "data/geo-hub.conf.example").splitlines())
    defaults = default_values(source)
    assert len(defaults) > 10, defaults
    assert defaults <= example, defaults - example

    # Every subcommand has its place in the man page.
    names = re.findall(r'\{ "(\w+)", geo_hub_command_',
                       read(source, "src/hub/geo-hub-main.c"))
    assert len(names) == 6, names
    for name in names:
        assert f".It Cm {name}" in read(source, "data/man/geo-hub.8"), name

    unit = os.path.join(build, "data", "geo-hub.service")
    if shutil.which("systemd-analyze") and os.path.exists(unit):
        with tempfile.TemporaryDirectory() as folder:
            # The program need not be installed to look at the unit.
            text = read(unit)
            text = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", text,
                          flags=re.M)
            path = os.path.join(folder, "geo-hub.service")
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            result = subprocess.run(
                ["systemd-analyze", "verify", "--man=no", path],
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
            said = [line for line in result.stdout.decode().splitlines()
                    if "geo-hub" in line]
            assert result.returncode == 0 and not said, said
    print("hub files: all keys documented")


if __name__ == "__main__":
    main()
