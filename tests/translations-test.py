#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The GEO authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every sentence of the wallet and of the command is translated, and into the same places.

po/POTFILES.in names every file that has sentences; no language lacks one, has
one that nobody says any more, or one that is only guessed; what is filled in
(%s), mnemonics and the ends of sentences are those of the original.
"""

import os
import re
import subprocess
import sys
import tempfile

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), ".."))
PO = os.path.join(TOP, "po")
ROOMS = ("cli", "node", "paper", "wallet")
SAYS = re.compile(r'\b(?:_|N_|C_|NC_|ngettext) \(')
FILLED = re.compile(r"%(?:\d+\$)?[-+ #0']*\d*(?:\.\d+)?(?:l|ll|z|j)?[a-zA-Z%]")


def listed(name):
    with open(os.path.join(PO, name), encoding="utf-8") as file:
        return [line.strip() for line in file
                if line.strip() and not line.startswith("#")]


def run(*command):
    return subprocess.run(command, cwd=TOP, check=True, text=True,
                          stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE).stdout


def speaking_files():
    """The sources and templates that have something to translate."""
    found = {"data/net.geocredit.Wallet.desktop.in.in",
             "data/net.geocredit.Wallet.metainfo.xml.in.in"}
    for room in ROOMS:
        folder = os.path.join("src", room)
        for name in os.listdir(os.path.join(TOP, folder)):
            path = os.path.join(folder, name)
            if name.endswith(".c"):
                with open(os.path.join(TOP, path), encoding="utf-8") as file:
                    if SAYS.search(file.read()):
                        found.add(path)
    for base, _, names in os.walk(os.path.join(TOP, "resources")):
        for name in names:
            path = os.path.relpath(os.path.join(base, name), TOP)
            if name.endswith(".ui"):
                with open(os.path.join(TOP, path), encoding="utf-8") as file:
                    if 'translatable="yes"' in file.read():
                        found.add(path)
    return found


def unquote(text):
    return re.sub(r"\\(.)", lambda match: {"n": "\n", "t": "\t"}.get(
        match.group(1), match.group(1)), text)


def entries(text):
    """(msgid, msgid_plural or None, [msgstr…]) of each but the head."""
    for block in re.split(r"\n\s*\n", text):
        values = {}
        for key, first, more in re.findall(
                r'^(msgid_plural|msgid|msgstr(?:\[\d\])?) "(.*)"$'
                r'((?:\n".*"$)*)', block, re.M):
            values[key] = unquote(first + "".join(
                re.findall(r'^"(.*)"$', more, re.M)))
        if values.get("msgid"):
            yield (values["msgid"], values.get("msgid_plural"),
                   [value for key, value in values.items()
                    if key.startswith("msgstr")])


def check_listed():
    files = listed("POTFILES.in")
    assert files == sorted(set(files)), "POTFILES.in is not in order"
    there = speaking_files()
    assert not there - set(files), \
        f"not in POTFILES.in: {sorted(there - set(files))}"
    assert not set(files) - there, \
        f"nothing to translate in: {sorted(set(files) - there)}"


def make_template(folder):
    template = os.path.join(folder, "geo.pot")
    run("xgettext", "--from-code=UTF-8", "--keyword=_", "--keyword=N_",
        "--keyword=C_:1c,2", "--keyword=NC_:1c,2",
        "--keyword=g_dngettext:2,3", "-o", template,
        *listed("POTFILES.in"))
    return template


def check_language(language, template, folder):
    own = os.path.join(PO, language + ".po")
    merged = os.path.join(folder, language + ".po")
    run("msgfmt", "--check", "--check-accelerators=_", "-o", os.devnull, own)
    run("msgmerge", "-q", "--no-fuzzy-matching", "-o", merged, own, template)
    for what, options in (("untranslated", ["--untranslated"]),
                          ("only guessed", ["--only-fuzzy"]),
                          ("said by nobody", ["--only-obsolete"])):
        text = run("msgattrib", "--no-wrap", *options, merged)
        left = [entry[0] for entry in entries(text.replace("#~ ", ""))]
        assert not left, f"{what}: {left}"
    with open(merged, encoding="utf-8") as file:
        said = list(entries(file.read()))
    assert len(said) > 300, f"only {len(said)} sentences"
    for original, plural, translations in said:
        for translation in translations:
            check_entry(original, plural, translation)
    return len(said)


def check_entry(original, plural, translation):
    where = f"{original!r}: {translation!r}"
    # A form for one may leave the number out, and a plural names it.
    wanted = [FILLED.findall(text) for text in (original, plural)
              if text is not None]
    assert FILLED.findall(translation) in wanted, f"filled in: {where}"
    for end in ".…?:":
        assert original.endswith(end) == translation.endswith(end), \
            f"ends otherwise: {where}"
    assert translation == translation.strip(), f"space at an end: {where}"


def main():
    tests = [("every file that speaks is listed", check_listed)]
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        template = make_template(folder)
        for language in listed("LINGUAS"):
            tests.append((f"{language} says it all", lambda language=language:
                          check_language(language, template, folder)))
        print(f"1..{len(tests)}")
        for number, (name, test) in enumerate(tests, 1):
            try:
                count = test()
                print(f"ok {number} {name}")
                if count is not None:
                    print(f"# {count} sentences")
            except (AssertionError, subprocess.CalledProcessError) as error:
                failed += 1
                print(f"not ok {number} {name}")
                text = getattr(error, "stderr", None) or str(error)
                print("# " + text.strip().replace("\n", "\n# "))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
