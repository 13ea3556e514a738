#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The GEO developers
"""Plants one wrong thing after the other in a small clean tree and sees that
build-aux/check-source finds each of them, and nothing in the clean tree."""

import os
import subprocess
import sys
import tempfile

CHECK = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..",
                     "build-aux", "check-source")

SPDX = ("SPDX-License-" "Identifier: GPL-3.0-or-later",
        "SPDX-File" "CopyrightText: The GEO developers")
C_HEAD = (f"/* {SPDX[0]} */\n/* {SPDX[1]} */\n\n"
          "/* Owns a thing; must not do what others do. */\n\n")
SH_HEAD = f"# {SPDX[0]}\n# {SPDX[1]}\n"

CLEAN = {
    "meson.build": SH_HEAD + "project('x', 'c')\n",
    "src/core/geo-thing.h": C_HEAD + "int geo_thing (void);\n",
    "src/core/geo-thing.c": C_HEAD + (
        '#include "config.h"\n'
        '#include "core/geo-thing.h"\n\n'
        "#include <glib.h>\n\n"
        "/* P4: a rule that exists (S1), not like assert (this) (I1). */\n"
        "int\ngeo_thing (void) {\n"
        "  /* #include \"hub/geo-hub.h\" is not an include; double: neither. */\n"
        '  g_assert ("system (x) default: " != NULL);\n'
        "  G_STATIC_ASSERT (1);\n"
        "  switch (1) {\n"
        "  default: /* It is always one. */\n"
        "    return 1;\n  }\n}\n"),
    "src/store/geo-store.c": C_HEAD + (
        '#include "core/geo-thing.h"\n#include <sqlite3.h>\n#include <stdio.h>\n'),
    "src/wallet/geo-window.c": C_HEAD + (
        '#include "node/geo-node.h"\n#include <adwaita.h>\n'),
    "src/cli/main.c": C_HEAD + '#include "node/geo-node.h"\n',
    "src/protocol/README.md": "- **P4** A rule.\n- **S1** Another.\nI1 debts\n",
    "build-aux/tool": "#!/bin/sh\n" + SH_HEAD + "true\n",
    "tests/data/odd.json": "{ }   \n",
}

# What is planted: a file, what is added to it (or, starting with "=", what it
# becomes), and a word of what has to be said about it.
PLANTED = [
    # The rooms.
    ("src/core/geo-thing.c", '#include "store/geo-store.h"\n', "must not use store"),
    ("src/graph/a.c", C_HEAD + '#include "protocol/a.h"\n', "must not use protocol"),
    ("src/protocol/a.c", C_HEAD + '#include "store/a.h"\n', "must not use store"),
    ("src/store/geo-store.c", '#include "net/a.h"\n', "must not use net"),
    ("src/net/a.c", C_HEAD + '#include "store/a.h"\n', "must not use store"),
    ("src/node/a.c", C_HEAD + '#include "hub/a.h"\n', "must not use hub"),
    ("src/hub/a.c", C_HEAD + '#include "node/a.h"\n', "must not use node"),
    ("src/pos/a.c", C_HEAD + '#include "net/a.h"\n', "must not use net"),
    ("src/cli/main.c", '#include "store/a.h"\n', "must not use store"),
    ("src/wallet/geo-window.c", '#include "net/a.h"\n', "must not use net"),
    ("src/wallet/geo-window.c", '  #  include "store/a.h"\n', "must not use store"),
    ("src/attic/a.c", C_HEAD, "no room attic"),
    ("src/core/geo-thing.c", '#include "geo-thing.h"\n', "does not name its room"),
    ("src/cli/main.c", "#include <core/geo-thing.h>\n", "with quotes"),
    # The libraries.
    ("src/node/a.c", C_HEAD + "#include <gtk/gtk.h>\n", "must not include"),
    ("src/hub/a.c", C_HEAD + "#include <sqlite3.h>\n", "must not include"),
    ("src/node/a.c", C_HEAD + "#include <libsoup/soup.h>\n", "must not include"),
    ("src/store/geo-store.c", "#include <libsecret/secret.h>\n", "must not include"),
    ("src/wallet/geo-window.c", "#include <sodium.h>\n", "must not include"),
    ("src/core/geo-thing.c", "#include <gio/gio.h>\n", "must not include"),
    ("src/graph/a.c", C_HEAD + "#include <stdio.h>\n", "must not include"),
    # What is pure.
    ("src/protocol/a.c", C_HEAD + "int x = g_get_real_time ();\n", "g_get_real_time"),
    ("src/core/geo-thing.c", "int x = g_random_int ();\n", "g_random_int"),
    ("src/graph/a.c", C_HEAD + "long x = time (NULL);\n", "time"),
    ("src/core/geo-thing.c", "void f (FILE *out);\n", "FILE"),
    ("src/protocol/a.h", C_HEAD + "double a;\n", "no floating point"),
    ("src/graph/a.c", C_HEAD + "static float a;\n", "no floating point"),
    # What is banned.
    ("src/hub/a.c", C_HEAD + "int a = strcpy (b, c);\n", "strcpy is banned"),
    ("src/hub/a.c", C_HEAD + "int a = sprintf (b, c);\n", "sprintf is banned"),
    ("src/hub/a.c", C_HEAD + "int a = atoi (b);\n", "atoi is banned"),
    ("src/hub/a.c", C_HEAD + "int a = system (b);\n", "system is banned"),
    ("tests/unit/a.c", C_HEAD + "int a = rand ();\n", "rand is banned"),
    ("src/hub/a.c", C_HEAD + "int a = alloca (1);\n", "alloca is banned"),
    ("src/hub/a.c", C_HEAD + "int a = strtok (b, c);\n", "strtok is banned"),
    ("src/hub/a.c", C_HEAD + "void f (void) { assert (1); }\n", "use g_assert"),
    ("src/hub/a.c", C_HEAD + "#define G_DISABLE_ASSERT\n", "never compiled out"),
    ("meson.build", "x = '-DNDEBUG'\n", "never compiled out"),
    ("src/net/a.c", C_HEAD + 'int a = g_print ("x");\n', "prints"),
    ("src/store/geo-store.c", "int f (int a) { switch (a) { default: } }\n",
     "default: hides"),
    # Heads.
    ("src/hub/a.c", "/* Owns nothing; must not do anything. */\n", "SPDX-License"),
    ("build-aux/tool", "=#!/bin/sh\ntrue\n", "SPDX-License"),
    ("meson.build", f"=# {SPDX[0]}\n", "SPDX-File"),
    ("resources/ui/a.ui", "<interface/>\n", "SPDX-License"),
    ("resources/style.css", "a { }\n", "SPDX-License"),
    ("tests/a.py", "pass\n", "SPDX-License"),
    ("src/hub/a.c", f"/* {SPDX[0]} */\n/* {SPDX[1]} */\nint a;\n", "what it owns"),
    ("src/hub/a.c", C_HEAD + "int a;\n" * 1001, "Long because"),
    # Rules, places, looks.
    ("src/hub/a.c", C_HEAD + "/* P99: no such rule. */\n", "no rule P99"),
    ("src/hub/a.c", C_HEAD + "/* As it says (S77).\n */\n", "no rule S77"),
    ("src/hub/a.c", C_HEAD + "/* K99: no such rule. */\n", "no rule K99"),
    ("src/protocol/README.md", "- **K1** A third.\n", "quotes rule K1"),
    ("src/protocol/README.md", "I2 debt\n", "quotes rule I2"),
    ("README.md", "See /" "work/main for more.\n", "path of one machine"),
    ("README.md", "See /" "home/me for more.\n", "path of one machine"),
    ("README.md", "Get it at deb." "debian.org.\n", "package registry"),
    ("src/hub/a.c", C_HEAD + "\tint a;\n", "a tab"),
    ("src/hub/a.c", C_HEAD + "int a; \n", "space at the end"),
    ("src/hub/a.c", C_HEAD + "int " + "a" * 100 + ";\n", "longer than"),
]


def plant(top, files):
    for path, text in files.items():
        full = os.path.join(top, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as file:
            file.write(text)


def check(top):
    done = subprocess.run([CHECK, top], stdout=subprocess.PIPE, text=True)
    return done.returncode, done.stdout


def main():
    failures = 0
    number = 0

    def result(good, name, said):
        nonlocal failures, number
        number += 1
        print(f"{'ok' if good else 'not ok'} {number} - {name}")
        if not good:
            failures += 1
            for line in said.splitlines() or ["(it said nothing)"]:
                print(f"# {line}")

    print(f"1..{len(PLANTED) + 2}")
    with tempfile.TemporaryDirectory() as top:
        subprocess.run(["git", "-C", top, "init", "-q"], check=True)
        plant(top, CLEAN)
        status, said = check(top)
        result(status == 0 and said == "", "a clean tree passes", said)

        for path, text, word in PLANTED:
            before = CLEAN.get(path)
            if text.startswith("="):
                after = text[1:]
            else:
                after = (before or "") + text
            plant(top, {path: after})
            status, said = check(top)
            right = [line for line in said.splitlines()
                     if line.startswith(path + ":") and word in line]
            result(status == 1 and right != [] and
                   len(said.splitlines()) <= 2,
                   f"{path}: {word}", said)
            if before is None:
                os.remove(os.path.join(top, path))
            else:
                plant(top, {path: before})

        plant(top, {".gitignore": "_build/\n",
                    "_build/a.c": "int a = atoi (b);\n"})
        status, said = check(top)
        result(status == 0, "what git ignores is not looked at", said)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
