# SPDX-FileCopyrightText: 2026 The GEO authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the test_… functions of a file, in their order, and says so as TAP.

All are given the same scene, in a folder that is kept where one of them failed.
It decides nothing about what is right, and starts no process itself.
"""

import os
import shutil
import tempfile
import time
import traceback


def be_alone(folder):
    """No keyring, folder or language of whoever runs the tests."""
    # libsecret's own file stands for a keyring; opening one takes no time.
    os.environ.update(XDG_DATA_HOME=os.path.join(folder, "data"),
                      SECRET_BACKEND="file", SECRET_FILE_TEST_PASSWORD="pw",
                      SECRET_FILE_TEST_PATH=os.path.join(folder, "keyring"),
                      LC_ALL="C.UTF-8", G_DEBUG="fatal-criticals")
    os.environ.pop("LANGUAGE", None)
    # libsecret's file leaks a string of its own.
    os.environ["ASAN_OPTIONS"] = ":".join(
        filter(None, [os.environ.get("ASAN_OPTIONS"), "detect_leaks=0"]))


def run_one(number, name, test, scene):
    """What a test says of itself is told; a list of points is where it let
    somebody fall."""
    begin = time.monotonic()
    try:
        said = test(scene)
    except Exception:
        print("# " + traceback.format_exc().replace("\n", "\n# "))
        print(f"not ok {number} - {name}", flush=True)
        return False
    if isinstance(said, list):
        said = f"fell at {len(said)} points: {', '.join(said)}"
    if said is not None:
        print(f"# {said}")
    print(f"ok {number} - {name}")
    print(f"# {time.monotonic() - begin:.1f} s", flush=True)
    return True


def run(functions, prefix, make_scene, end_scene):
    """The exit status.  functions is globals (); make_scene is given a folder,
    whose name begins with prefix; end_scene, what make_scene made."""
    tests = [(name[5:], test) for name, test in functions.items()
             if name.startswith("test_")]
    print(f"1..{len(tests)}", flush=True)
    folder = tempfile.mkdtemp(prefix=prefix)
    be_alone(folder)
    is_good = False
    try:
        scene = make_scene(folder)
        try:
            results = [run_one(number, name, test, scene)
                       for number, (name, test) in enumerate(tests, 1)]
        finally:
            end_scene(scene)
        is_good = all(results)
    finally:
        if is_good:
            shutil.rmtree(folder)
        else:
            print(f"# the folder is kept: {folder}")
    return 0 if is_good else 1
