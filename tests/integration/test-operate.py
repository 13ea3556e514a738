#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The GEO authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does with a geo-hub what its owner does: invites, copies, checks, exports,
stops, and lets its disk fill up.

A hub with a few payments is made once; each test works on a copy of its folder
or on the hub as it runs.  What is planted into a database is written past all of
the program's own rules, with SQLite alone.
"""

import csv
import fcntl
import io
import json
import os
import re
import resource
import shutil
import signal
import socket
import sqlite3
import ssl
import stat
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.error
import urllib.request

import town

LIMIT = 2000
AMOUNT = 700
SECONDS_MAX = 180

DONE, FAILED, USAGE, DATA, ADDRESS, NOT_VERIFIED = 0, 1, 2, 3, 4, 6


def leave_no_room():
    """Of a process: no file gets longer than a page, as on a full disk."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))


def geo_hub(*arguments, environment=None, check=None, full=False):
    """What it printed, what it complained, and its status."""
    result = subprocess.run(
        [town.HUB_PROGRAM, *arguments], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=SECONDS_MAX,
        env={**os.environ, **(environment or {})}, restore_signals=not full,
        preexec_fn=leave_no_room if full else None)
    out, said = result.stdout.decode(), result.stderr.decode()
    if check is not None:
        assert result.returncode == check, \
            f"{arguments}: {result.returncode}, not {check}: {out}{said}"
        if check not in (DONE,):
            # One clear sentence or two, on one line.
            assert said.count("\n") == 1 and said.startswith("geo-hub: "), said
            assert said.rstrip().endswith("."), said
    return out, said, result.returncode


class Scene:
    """A hub and payer → X → payee, with lines and some payments."""

    def __init__(self, folder, number, config=""):
        self.folder = folder
        self.hub = town.Hub(os.path.join(folder, "hub"),
                            f"127.0.{os.getpid() % 200 + 1}.{number}")
        with open(os.path.join(self.hub.folder, "hub.conf"), "a",
                  encoding="utf-8") as file:
            file.write(config)
        self.nodes = [town.Node(os.path.join(folder, name), name)
                      for name in ("payer", "x", "payee")]
        self.payer, self.x, self.payee = self.nodes
        self.hub.start()
        for node in self.nodes:
            node.start()
            node.join(self.hub.link)
        for node in self.nodes:
            node.do("wait", "connected")

    def trust(self, first=LIMIT, limit=LIMIT):
        self.x.do(f"trust {self.payer.pid} {first} standing", "trusted")
        if first != limit:
            self.x.do(f"trust {self.payer.pid} {limit} standing", "trusted")
        self.payee.do(f"trust {self.x.pid} {limit} standing", "trusted")

    def pay(self, tx_id, amount):
        """The state that it ends in."""
        self.payer.do(f"pay {tx_id} {self.payee.pid} {amount}", "ordered")
        town.until(lambda: self.payer.status() is not None and
                   self.payer.states.get(tx_id, (0,))[0] in
                   (town.PAID, town.NOT_PAID), "the payment is decided")
        return self.payer.states[tx_id]

    def wait_for_acks(self):
        def all_acknowledged():
            database = sqlite3.connect(
                f"file:{self.hub.folder}/hub.db?mode=ro", uri=True)
            try:
                acked = database.execute(
                    "SELECT count(*) FROM ack JOIN (SELECT participant, "
                    "max(sequence) AS last FROM entry GROUP BY participant) "
                    "AS e ON e.participant = ack.participant AND e.last = "
                    "ack.sequence").fetchone()[0]
            finally:
                database.close()
            return acked == len(self.nodes)
        town.until(all_acknowledged, "everybody has acknowledged")

    def close(self):
        for process in self.nodes + [self.hub]:
            if process.process and not process.process.has_ended():
                process.process.kill()


def settled(folder):
    """A folder of a hub with a few payments, which does not run any more."""
    scene = Scene(folder, 3)
    try:
        scene.trust(first=100)
        assert scene.pay("one", AMOUNT)[0] == town.PAID
        assert scene.pay("two", 10 * LIMIT)[0] == town.NOT_PAID
        assert scene.pay("three", 50)[0] == town.PAID
        scene.wait_for_acks()
        for node in scene.nodes:
            node.stop()
        scene.hub.stop()
        return scene.hub.folder
    finally:
        scene.close()


class Tests:
    def __init__(self, folder):
        self.folder = folder
        self.made = settled(os.path.join(folder, "made"))
        self.copies = 0

    def copy(self):
        self.copies += 1
        path = os.path.join(self.folder, f"copy-{self.copies}")
        shutil.copytree(self.made, path)
        return path

    # --- Help and mistakes ----------------------------------------------------

    def test_help_and_mistakes(self):
        for name in ("run", "invite", "backup", "restore", "check", "export"):
            out, _, _ = geo_hub(name, "--help", check=DONE)
            assert f"geo-hub {name}" in out and "--data-dir" in out, out
            geo_hub(name, "--nonsense", check=USAGE)
        geo_hub("nonsense", check=USAGE)
        geo_hub("backup", check=USAGE)
        geo_hub("check", "too-much", check=USAGE)
        nowhere = os.path.join(self.folder, "nowhere")
        for name in ("check", "export", "invite"):
            geo_hub(name, "-d", nowhere, check=DATA)
        geo_hub("backup", "-d", nowhere, nowhere + "-copy", check=DATA)
        assert not os.path.exists(nowhere + "-copy")
        assert not os.path.exists(nowhere + "-copy.new")

    # --- Invitations ----------------------------------------------------------

    def test_invite(self):
        folder = self.copy()
        out, _, _ = geo_hub("invite", "-d", folder, check=DONE)
        assert out.startswith("geo://v1/join?hub=http%3A%2F%2F127.0.0.1%3A7711"
                              "&community="), out
        assert "code=" not in out
        with open(os.path.join(folder, "hub.conf"), "a",
                  encoding="utf-8") as config:
            config.write("[hub]\npublic_address=https://hub.example.org\n"
                         "[joining]\ncode=open sesame\n")
        out, _, _ = geo_hub("invite", "-d", folder, "-e", "UAH", check=DONE)
        assert "hub=https%3A%2F%2Fhub.example.org" in out, out
        assert "&code=open%20sesame&equivalent=UAH" in out, out
        out, _, _ = geo_hub("invite", "-d", folder, "--without-code",
                            "-a", "http://10.1.2.3:99", check=DONE)
        assert "10.1.2.3%3A99" in out and "code=" not in out, out
        geo_hub("invite", "-d", folder, "-e", "EUR", check=USAGE)
        geo_hub("invite", "-d", folder, "-a", "not an address", check=USAGE)

    def test_own_certificate(self):
        folder = self.copy()
        with open(os.path.join(folder, "hub.conf"), "a",
                  encoding="utf-8") as config:
            config.write("[tls]\nself_made=true\n")
        fingerprints = set()
        for _ in range(2):
            process = town.Process(
                [town.HUB_PROGRAM, "-d", folder, "-l", "127.0.0.1:0"],
                os.path.join(folder, "log"))
            line = process.read()
            assert "listening on https://127.0.0.1:" in line, line
            process.process.terminate()
            assert process.wait() == 0
            link, _, _ = geo_hub("invite", "-d", folder, check=DONE)
            assert "hub=https%3A%2F%2F" in link, link
            fingerprints.add(link.split("fingerprint=")[1].split("&")[0])
        # The same one after a restart; it is a SHA-256.
        assert len(fingerprints) == 1 and len(fingerprints.pop().strip()) == 64
        path = os.path.join(folder, "hub.pem")
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
        kept = os.path.join(self.folder, "kept-tls")
        geo_hub("backup", "-d", folder, kept, check=DONE)
        assert "hub.pem" not in os.listdir(kept)
        geo_hub("backup", "-d", folder, "--with-key", kept + "-2", check=DONE)
        assert "hub.pem" in os.listdir(kept + "-2")
        os.chmod(path, 0o644)
        geo_hub("-d", folder, "-l", "127.0.0.1:0", check=DATA)

    def test_open_folder(self):
        folder = self.copy()
        with open(os.path.join(folder, "hub.conf"), "a",
                  encoding="utf-8") as config:
            config.write("[tls]\nself_made=true\n")
        os.chmod(folder, 0o777)
        said = geo_hub("-d", folder, "-l", "127.0.0.1:0", check=DATA)[1]
        assert folder in said and "chmod 700" in said, said
        # Who has a group of their own makes folders for it; all may look.
        os.chmod(folder, 0o775)
        self.listens(folder)

    def test_owners_certificate(self):
        made = []
        for _ in range(2):
            folder = self.copy()
            with open(os.path.join(folder, "hub.conf"), "a",
                      encoding="utf-8") as config:
                config.write("[tls]\nself_made=true\n")
            self.listens(folder)
            with open(os.path.join(folder, "hub.pem"), encoding="utf-8") as file:
                made.append(file.read())
        # A certificate, its key, the two in one file, and another one's key.
        certificate, key = (
            re.search(f"-----BEGIN [A-Z ]*{what}-----.*?"
                      f"-----END [A-Z ]*{what}-----\n", made[0], re.S)[0]
            for what in ("CERTIFICATE", "PRIVATE KEY"))
        paths = {}
        for name, text in (("certificate", certificate), ("key", key),
                           ("both", made[0]), ("other", made[1])):
            paths[name] = os.path.join(self.folder, f"tls-{name}.pem")
            with open(paths[name], "w", encoding="utf-8") as file:
                file.write(text)

        def configured(certificate, key=None):
            folder = self.copy()
            with open(os.path.join(folder, "hub.conf"), "a",
                      encoding="utf-8") as config:
                config.write(f"[tls]\ncertificate={paths[certificate]}\n")
                if key:
                    config.write(f"key={paths[key]}\n")
            return folder

        self.listens(configured("both"))
        self.listens(configured("certificate", "key"))
        # What nobody could connect to does not start.
        for names in (("certificate",), ("certificate", "other"),
                      ("certificate", "certificate"), ("key",)):
            _, said, _ = geo_hub("-d", configured(*names), "-l", "127.0.0.1:0",
                                 check=USAGE)
            assert paths[names[0]] in said, said

    def listens(self, folder):
        """A hub comes up in folder and somebody is answered through TLS."""
        process = town.Process(
            [town.HUB_PROGRAM, "-d", folder, "-l", "127.0.0.1:0"],
            os.path.join(folder, "log"))
        try:
            address = re.search(r"https://[^ ]*", process.read())[0]
            trusting = ssl.create_default_context()
            trusting.check_hostname = False
            trusting.verify_mode = ssl.CERT_NONE
            with urllib.request.urlopen(address + "/health", context=trusting,
                                        timeout=SECONDS_MAX) as answer:
                assert answer.status == 200
        finally:
            process.process.terminate()
        assert process.wait() == 0

    def test_notify(self):
        folder = self.copy()
        path = os.path.join(self.folder, "notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
            listener.bind(path)
            listener.settimeout(SECONDS_MAX)
            process = town.Process(
                [town.HUB_PROGRAM, "-d", folder, "-l", "127.0.0.1:0"],
                os.path.join(folder, "log"),
                {"NOTIFY_SOCKET": path, "WATCHDOG_USEC": "200000"})
            assert listener.recv(100) == b"READY=1"
            assert listener.recv(100) == b"WATCHDOG=1"
            assert listener.recv(100) == b"WATCHDOG=1"
            process.process.terminate()
            while (said := listener.recv(100)) != b"STOPPING=1":
                assert said == b"WATCHDOG=1"
            assert process.wait() == 0

    def test_notify_after_gathering(self):
        """It is ready as soon as it asks for what came after a copy; to read
        and check everything after that may take long."""
        kept = os.path.join(self.folder, "notified")
        folder = kept + "-again"
        geo_hub("backup", "-d", self.made, "--with-key", kept, check=DONE)
        geo_hub("restore", "-d", folder, kept, check=DONE)
        assert is_marked(folder)
        past = time.time() - 300
        os.utime(os.path.join(folder, "put-back"), (past, past))
        path = os.path.join(self.folder, "notify-2")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
            listener.bind(path)
            listener.settimeout(SECONDS_MAX)
            process = town.Process(
                [town.HUB_PROGRAM, "-d", folder, "-l", "127.0.0.1:0"],
                os.path.join(folder, "log"),
                # That it waits for nobody is worth a warning.
                {"NOTIFY_SOCKET": path, "WATCHDOG_USEC": "60000000",
                 "G_DEBUG": ""})
            assert listener.recv(100) == b"READY=1"
            process.process.send_signal(signal.SIGUSR1)
            said = []
            town.until(lambda: said.append(listener.recv(100)) or
                       said[-1] == b"READY=1", "it serves")
            busy, usual = (b"WATCHDOG_USEC=3600000000",
                           b"WATCHDOG_USEC=60000000")
            said = [text for text in said if text != b"WATCHDOG=1"]
            assert said == [busy, usual, busy, usual, b"READY=1"], said
            process.process.terminate()
            assert process.wait() == 0

    # --- Copies ---------------------------------------------------------------

    def test_backup_and_restore(self):
        folder = self.copy()
        kept = os.path.join(self.folder, "kept")
        out, said, _ = geo_hub("backup", "-d", folder, kept, check=DONE)
        assert "payments 2" in out, out
        assert "hub.key" in said, said
        assert sorted(os.listdir(kept)) == ["hub.conf", "hub.db"]
        for name in os.listdir(kept):
            mode = stat.S_IMODE(os.stat(os.path.join(kept, name)).st_mode)
            assert mode == 0o600, f"{name} has the mode {mode:o}"
        geo_hub("check", "-d", kept, check=DONE)
        geo_hub("backup", "-d", folder, kept, check=USAGE)

        with_key = kept + "-with-key"
        geo_hub("backup", "-d", folder, "--with-key", with_key, check=DONE)
        assert "hub.key" in os.listdir(with_key)

        # Without a key nothing is put anywhere.
        empty = os.path.join(self.folder, "empty")
        geo_hub("restore", "-d", empty, kept, check=DATA)
        assert not os.path.exists(os.path.join(empty, "hub.db"))
        out, _, _ = geo_hub("restore", "-d", empty, with_key, check=DONE)
        # Who knows more is asked, unless it is said that nobody does.
        assert "wallets" in out and is_marked(empty), out
        out, _, _ = geo_hub("restore", "-d", empty, "--replace", "--complete",
                            with_key, check=DONE)
        assert "wallets" not in out and not is_marked(empty), out
        assert geo_hub("export", "-d", empty, check=DONE)[0] == \
            geo_hub("export", "-d", folder, check=DONE)[0]
        # The hub takes it for its own.
        hub = town.Hub(os.path.join(self.folder, "again"), "127.0.0.1")
        shutil.rmtree(hub.folder)
        shutil.copytree(empty, hub.folder)
        hub.start()
        hub.stop()

        # What is there stays, unless it is said; and then it is kept.
        geo_hub("restore", "-d", folder, kept, check=DATA)
        before = geo_hub("export", "-d", folder, check=DONE)[0]
        out, _, _ = geo_hub("restore", "-d", folder, "--replace", kept,
                            check=DONE)
        assert "hub.db.replaced-1" in out, out
        # Nobody was told more than is in it.
        assert "wallets" not in out and not is_marked(folder), out
        assert geo_hub("export", "-d", folder, check=DONE)[0] == before
        geo_hub("restore", "-d", folder, "--replace", kept, check=DONE)
        assert os.path.exists(os.path.join(folder, "hub.db.replaced-2"))

    def test_restore_refuses(self):
        folder = self.copy()
        kept = os.path.join(self.folder, "bad")
        geo_hub("backup", "-d", folder, kept, check=DONE)
        plant(kept, "UPDATE debt SET amount = amount + 1")
        before = read(folder)
        geo_hub("restore", "-d", folder, "--replace", kept, check=NOT_VERIFIED)
        assert read(folder) == before
        # A copy of a broken database is not made.
        plant(folder, "UPDATE debt SET amount = amount + 1")
        geo_hub("backup", "-d", folder, kept + "-2", check=NOT_VERIFIED)
        assert not os.path.exists(kept + "-2")
        # A restore that was cut short is not taken for a database.
        folder = self.copy()
        open(os.path.join(folder, "hub.db.restoring"), "wb").close()
        geo_hub("-d", folder, check=DATA)
        geo_hub("restore", "-d", folder, "--replace", self.made, check=DONE)
        geo_hub("check", "-d", folder, check=DONE)

    def test_backup_is_cut_short(self):
        """Nothing is left of it that is in anybody's way."""
        folder = self.copy()
        kept = os.path.join(self.folder, "short")
        geo_hub("backup", "-d", folder, kept, check=DATA, full=True)
        assert not os.path.exists(kept) and not os.path.exists(kept + ".new")
        # As it is left by whoever is killed amidst it: no copy of anybody's.
        os.mkdir(kept + ".new", 0o700)
        for name in ("backup.lock", "hub.db", "hub.db-journal", "hub.conf"):
            with open(os.path.join(kept + ".new", name), "wb") as file:
                file.write(b"x" * 5000)
        # It may still be at it.
        with open(os.path.join(kept + ".new", "backup.lock"), "rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            _, said, _ = geo_hub("backup", "-d", folder, kept, check=DATA)
            assert "Another" in said, said
        geo_hub("backup", "-d", folder, kept, check=DONE)
        assert sorted(os.listdir(kept)) == ["hub.conf", "hub.db"]
        assert not os.path.exists(kept + ".new")
        geo_hub("check", "-d", kept, check=DONE)
        # What somebody has under that name is theirs.
        kept += "-2"
        geo_hub("backup", "-d", folder, kept + ".new", check=DONE)
        geo_hub("backup", "-d", folder, kept, check=DATA)
        geo_hub("check", "-d", kept + ".new", check=DONE)

    def test_restore_is_cut_short(self):
        """What is there stays, and is what it was: no hub that waits for its
        people because of a copy that was never put back."""
        kept = os.path.join(self.folder, "whole")
        geo_hub("backup", "-d", self.made, "--with-key", kept, check=DONE)
        folder = os.path.join(self.folder, "no-room")
        geo_hub("restore", "-d", folder, kept, check=DATA, full=True)
        assert os.listdir(folder) == ["hub.db.lock"], os.listdir(folder)
        # What cannot be read may have known more.
        with open(os.path.join(folder, "hub.db"), "wb") as file:
            file.write(b"damaged")
        geo_hub("restore", "-d", folder, "--replace", kept, check=DATA,
                full=True)
        assert not is_marked(folder)
        with open(os.path.join(folder, "hub.db"), "rb") as file:
            assert file.read() == b"damaged"
        geo_hub("restore", "-d", folder, "--replace", kept, check=DONE)
        # Nor is one that still has to ask made to forget that.
        assert is_marked(folder)
        geo_hub("restore", "-d", folder, "--replace", "--complete", kept,
                check=DATA, full=True)
        assert is_marked(folder)
        geo_hub("restore", "-d", folder, "--replace", "--complete", kept,
                check=DONE)
        assert not is_marked(folder)

    def test_backup_while_paying(self):
        scene = Scene(os.path.join(self.folder, "paying"), 5)
        try:
            scene.trust()
            for number in range(20):
                scene.payer.do(f"pay p{number} {scene.payee.pid} 10",
                               "ordered")
                if number % 5 == 0:
                    kept = os.path.join(self.folder, f"paying-{number}")
                    geo_hub("backup", "-d", scene.hub.folder, kept, check=DONE)
                    geo_hub("check", "-d", kept, check=DONE)
            # A copy that was made meanwhile is a hub again, and holds.
            geo_hub("backup", "-d", scene.hub.folder, "--with-key",
                    kept + "-key", check=DONE)
            again = town.Hub(os.path.join(self.folder, "restored"))
            os.remove(os.path.join(again.folder, "hub.conf"))
            geo_hub("restore", "-d", again.folder, kept + "-key", check=DONE)
            geo_hub("check", "-d", again.folder, check=DONE)
            again.start()
            assert again.community == scene.hub.community
            again.stop()
            geo_hub("check", "-d", again.folder, check=DONE)
            # Nobody puts anything into the place of a hub that runs.
            _, said, _ = geo_hub("restore", "-d", scene.hub.folder,
                                 "--replace", "--forget", kept, check=DATA)
            assert "stop it first" in said, said
            # Nor is what people were told forgotten without a word.
            _, said, _ = geo_hub("restore", "-d", scene.hub.folder,
                                 "--replace", kept, check=DATA)
            assert "--forget" in said, said
            geo_hub("check", "-d", scene.hub.folder, check=DONE)
        finally:
            scene.close()

    # --- Check ----------------------------------------------------------------

    def test_check_holds(self):
        out, _, _ = geo_hub("check", "-d", self.made, check=DONE)
        assert ("participants 3, lines 3, transactions 2, refusals 1, "
                "entries 12, debts 2, leaves 5, findings 0") in out, out

    def found(self, rule, *statements):
        """A planted violation is found, and counted, and named."""
        folder = self.copy()
        plant(folder, *statements)
        out, said, status = geo_hub("check", "-d", folder)
        assert status == NOT_VERIFIED, f"{statements}: {status} {out}{said}"
        assert any(line.startswith(rule + ": ") for line in out.splitlines()), \
            f"{statements}: no {rule} in {out}"
        assert "the first: " in said and said.count("\n") == 1, said
        return out

    def test_i1_debts_are_the_replay(self):
        self.found("I1", "UPDATE debt SET amount = amount + 1")
        self.found("I1", "DELETE FROM debt")
        self.found("I1", "UPDATE hop SET amount = amount + 1 WHERE tx = 1")

    def test_i2_limits(self):
        # The version that allowed it is gone, as if it had never been.
        self.found("I2",
                   "DELETE FROM entry WHERE subject IN "
                   "(SELECT hash FROM trust_line WHERE seq = 2)",
                   "DELETE FROM trust_line WHERE seq = 2")

    def test_i3_one_direction(self):
        self.found("I3", "DROP INDEX debt_pair",
                   "INSERT INTO debt SELECT equivalent, creditor, debtor, 1 "
                   "FROM debt LIMIT 1")

    def test_i4_clearing(self):
        scene = Scene(os.path.join(self.folder, "cleared"), 13)
        try:
            scene.trust()
            scene.payer.do(f"trust {scene.payee.pid} {LIMIT} standing",
                           "trusted")
            assert scene.pay("one", AMOUNT)[0] == town.PAID
            scene.payee.do(f"pay back {scene.payer.pid} 300", "ordered")
            town.until(lambda: metrics(scene.hub)["geo_hub_clearings_total"]
                       == 1, "it is cleared")
            # Debts alone were enough for it.
            assert metrics(scene.hub)["geo_hub_spare_clearings_total"] == 0
            scene.wait_for_acks()
            for node in scene.nodes:
                node.stop()
            scene.hub.stop()
        finally:
            scene.close()
        geo_hub("check", "-d", scene.hub.folder, check=DONE)
        made, self.made = self.made, scene.hub.folder
        try:
            last = "(SELECT max(id) FROM tx)"
            # By another amount on one edge; and the other way around.
            self.found("I4", "UPDATE hop SET amount = amount + 1 "
                       f"WHERE tx = {last} AND position = 0")
            self.found("I4", "UPDATE hop SET from_pid = to_pid, to_pid = from_pid "
                       f"WHERE tx = {last}")
        finally:
            self.made = made

    def test_i5_both_or_none(self):
        self.found("I5", "DELETE FROM entry WHERE id = "
                   "(SELECT max(id) FROM entry)")
        self.found("I5", "DELETE FROM entry WHERE tx = 2")

    def test_i7_nets(self):
        self.found("I7", "UPDATE hop SET amount = amount + 1 "
                   "WHERE tx = 1 AND position = 0")

    def test_i8_nothing_acknowledged_is_lost(self):
        self.found("I8", "DELETE FROM entry WHERE tx = 2",
                   "DELETE FROM hop WHERE tx = 2",
                   "DELETE FROM tx WHERE id = 2")

    def test_signatures_and_chains(self):
        # One letter of a signature, of a name, of a hash.
        self.found("certificate",
                   "UPDATE tx SET certificate = replace(certificate, "
                   "'\"tx_id\":\"one\"', '\"tx_id\":\"0ne\"')")
        self.found("participant",
                   "UPDATE participant_version SET participant = "
                   "replace(participant, '\"name\":\"x\"', '\"name\":\"y\"')")
        self.found("line",
                   "UPDATE trust_line SET line = replace(line, '\"20.00\"', "
                   "'\"30.00\"')")
        self.found("chain",
                   "UPDATE entry SET hash = randomblob(32) WHERE id = 3")
        self.found("hops", "UPDATE hop SET salt = randomblob(16)")
        self.found("refusal",
                   "UPDATE refusal SET refusal = replace(refusal, 'E00', "
                   "'E01')")

    def test_p4_not_both(self):
        self.found("P4",
                   "INSERT INTO refusal (subject, is_contract, order_hash, at, "
                   "refusal) SELECT t.order_hash, 0, t.order_hash, r.at, "
                   "r.refusal FROM tx AS t, refusal AS r LIMIT 1")

    def test_damaged_pages(self):
        folder = self.copy()
        path = os.path.join(folder, "hub.db")
        with open(path, "r+b") as file:
            file.seek(4096 * 3)
            file.write(os.urandom(4096 * 4))
        out, said, status = geo_hub("check", "-d", folder)
        assert status in (NOT_VERIFIED, DATA), f"{status} {out}{said}"
        assert said.count("\n") == 1, said

    # --- Freezing -------------------------------------------------------------

    def test_frozen(self):
        folder = self.copy()
        out, _, _ = geo_hub("check", "-d", folder, check=DONE)
        assert "frozen" not in out
        plant(folder, "INSERT INTO incident (at, kind, equivalent, text) "
              "VALUES (1, 1, 'UAH', 'I2 would have been broken.')")
        out, _, _ = geo_hub("check", "-d", folder, check=DONE)
        assert "UAH: frozen" in out, out
        hub = town.Hub(os.path.join(self.folder, "frozen"), "127.0.0.1")
        shutil.rmtree(hub.folder)
        shutil.copytree(folder, hub.folder)
        hub.start()
        assert metrics(hub)["geo_hub_equivalents_frozen"] == 1
        geo_hub("check", "-d", hub.folder, "--thaw", "UAH", check=DATA)
        hub.stop()
        geo_hub("check", "-d", hub.folder, "--thaw", "HOUR", check=USAGE)
        geo_hub("check", "-d", hub.folder, "--thaw", "UAH", check=DONE)
        out, _, _ = geo_hub("check", "-d", hub.folder, check=DONE)
        assert "frozen" not in out
        # What does not hold is not thawed.
        plant(folder, "UPDATE debt SET amount = amount + 1")
        geo_hub("check", "-d", folder, "--thaw", "UAH")
        out, _, _ = geo_hub("check", "-d", folder)
        database = sqlite3.connect(os.path.join(folder, "hub.db"))
        assert database.execute("SELECT count(*) FROM incident"
                                ).fetchone() == (1,)
        database.close()

    def test_check_at_start(self):
        folder = self.copy()
        with open(os.path.join(folder, "hub.conf"), "a",
                  encoding="utf-8") as config:
            config.write("[integrity]\ncheck_at_start=true\n")
        hub = town.Hub(os.path.join(self.folder, "checked"), "127.0.0.1")
        shutil.rmtree(hub.folder)
        shutil.copytree(folder, hub.folder)
        hub.start()
        hub.stop()
        plant(folder, "UPDATE debt SET amount = amount + 1")
        _, said, status = geo_hub("-d", folder, "-l", "127.0.0.1:0")
        assert status == NOT_VERIFIED and "I1" in said, said

    # --- Figures and logs -----------------------------------------------------

    def test_metrics_and_log(self):
        scene = Scene(os.path.join(self.folder, "figures"), 7)
        try:
            scene.trust()
            for number in range(5):
                assert scene.pay(f"p{number}", 123)[0] == town.PAID
            assert scene.pay("toomuch", 123456)[0] == town.NOT_PAID
            # Names other than those of the fields are what everybody has.
            seen = metrics(scene.hub)
            assert seen['geo_hub_payments_total{outcome="paid",code=""}'] == 5
            assert seen['geo_hub_payments_total{outcome="not_paid",'
                        'code="E002"}'] == 1
            assert seen["geo_hub_lines_total"] == 2
            assert seen["geo_hub_sessions"] == seen["geo_hub_signed_in"] == 3
            assert seen["geo_hub_participants"] == 3
            assert seen["geo_hub_violations_total"] == 0
            assert seen["geo_hub_orders_open"] == 0
            assert seen['geo_hub_messages_total{type="PAYMENT_REQUEST"}'] == 6
            # A batch is counted when it is begun, a commit when it is done.
            for _ in range(100):
                again = metrics(scene.hub)
                if again["geo_hub_batch_changes_count"] == \
                        again["geo_hub_commits_total"] > 0:
                    break
                time.sleep(0.05)
            else:
                assert False, again
            for stage in ("order_to_prepare", "prepare_to_votes",
                          "votes_to_stored", "stored_to_sent"):
                name = f'geo_hub_stage_seconds_count{{stage="{stage}"}}'
                assert seen[name] == 5, (name, seen[name])
                # Buckets grow up to the count.
                values = [value for key, value in seen.items()
                          if "seconds_bucket" in key and stage in key]
                assert values == sorted(values) and values[-1] == 5
            assert ask(scene.hub, "/api/v1/metrics")[0] == 200
            for node in scene.nodes:
                node.stop()
            scene.hub.stop()
            with open(os.path.join(scene.hub.folder, "log"),
                      encoding="utf-8") as file:
                log = file.read()
            for line in log.splitlines():
                parts = line.split(" ", 2)
                assert parts[1] in ("info", "warning", "error"), line
            for secret in ([node.pid for node in scene.nodes] +
                           ["payer", "payee", "1.23", "1234.56", "toomuch",
                            "127.0."]):
                assert secret not in log, f"{secret} in the log: {log}"
        finally:
            scene.close()

    def test_limits_of_an_address(self):
        scene = Scene(os.path.join(self.folder, "fast"), 9,
                      "requests_per_second=10\n[hub]\nmetrics=off\n")
        try:
            assert ask(scene.hub, "/metrics")[0] == 404
            answers = []
            town.until(lambda: answers.append(ask(scene.hub, "/health")) or
                       sum(one[0] == 429 for one in answers) >= 20,
                       "it is held", step=0)
            held = [answer for answer in answers if answer[0] == 429]
            # The first ones were answered; and a moment later it may again.
            assert answers[0][0] == answers[1][0] == 200, answers[:2]
            assert held[0][1]["Retry-After"] == "1"
            assert json.loads(held[0][2])["error"]["code"] == "E009"
            town.until(lambda: ask(scene.hub, "/health")[0] == 200,
                       "it may again")
        finally:
            scene.close()

    # --- Stopping -------------------------------------------------------------

    def test_stop_in_the_middle(self):
        scene = Scene(os.path.join(self.folder, "stopped"), 11)
        try:
            scene.trust()
            for number in range(40):
                scene.payer.do(f"pay p{number} {scene.payee.pid} 10",
                               "ordered")
            began = time.monotonic()
            scene.hub.stop()
            # Not as long as the payments under way could still take.
            assert time.monotonic() - began < 30
            geo_hub("check", "-d", scene.hub.folder, check=DONE)
            decided = dict(scene.payer.states)
            scene.hub.start()
            for node in scene.nodes:
                node.do("hurry", "hurried")
            town.until(lambda: all(
                node.status()[:2] == (town.CONNECTED, 0)
                for node in scene.nodes), "nobody is in doubt", 90)
            # What somebody was told before stays so.
            for tx_id, (state, _) in decided.items():
                if state in (town.PAID, town.NOT_PAID):
                    assert scene.payer.states[tx_id][0] == state
            out, _, _ = geo_hub("check", "-d", scene.hub.folder, check=DONE)
            paid = sum(state == town.PAID
                       for state, _ in scene.payer.states.values())
            assert f"transactions {paid}," in out, (paid, out)
        finally:
            scene.close()

    # --- Export ---------------------------------------------------------------

    def test_export(self):
        out, _, _ = geo_hub("export", "-d", self.made, check=DONE)
        lines = [json.loads(line) for line in out.splitlines()]
        kinds = [line["kind"] for line in lines]
        assert {kind: kinds.count(kind) for kind in set(kinds)} == {
            "community": 1, "participant": 3, "trust_line": 3,
            "certificate": 2, "refusal": 1, "entry": 12, "entry_ack": 3}
        for line in lines:
            if line["kind"] == "certificate":
                assert len(line["hops"]) == \
                    line["object"]["contract"]["hops_count"]
        out, _, _ = geo_hub("export", "--csv", "-d", self.made, check=DONE)
        rows = list(csv.DictReader(io.StringIO(out)))
        assert [(row["debtor_name"], row["creditor_name"], row["amount"])
                for row in sorted(rows, key=lambda row: row["debtor_name"])] \
            == [("payer", "x", "7.50"), ("x", "payee", "7.50")], rows
        with open("/dev/full", "w", encoding="utf-8") as full:
            status = subprocess.run(
                [town.HUB_PROGRAM, "export", "-d", self.made], stdout=full,
                stderr=subprocess.PIPE, timeout=SECONDS_MAX)
        assert status.returncode == FAILED, status


def ask(hub, path):
    """Status, headers and body of a GET."""
    try:
        with urllib.request.urlopen(hub.address + path,
                                    timeout=SECONDS_MAX) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read().decode()


def is_marked(folder):
    """That hub will ask for what came after the copy it was put back to."""
    return os.path.exists(os.path.join(folder, "put-back"))


def metrics(hub):
    """Every sample by its name with its labels."""
    with urllib.request.urlopen(hub.address + "/metrics",
                                timeout=SECONDS_MAX) as answer:
        text = answer.read().decode()
    return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1])
            for line in text.splitlines() if not line.startswith("#")}


def plant(folder, *statements):
    """Writes past every rule of the program."""
    database = sqlite3.connect(os.path.join(folder, "hub.db"))
    triggers = database.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall()
    for (name,) in triggers:
        database.execute(f"DROP TRIGGER {name}")
    changed = 0
    for statement in statements:
        changed += max(database.execute(statement).rowcount, 0)
    assert changed > 0, statements
    database.commit()
    database.close()


def read(folder):
    """All rows of all tables."""
    database = sqlite3.connect(os.path.join(folder, "hub.db"))
    rows = list(database.iterdump())
    database.close()
    return rows


def main():
    began = time.monotonic()
    folder = tempfile.mkdtemp(prefix="geo-operate-")
    names = sys.argv[1:] or [name for name in vars(Tests)
                             if name.startswith("test_")]
    failed = 0
    print(f"1..{len(names)}", flush=True)
    try:
        tests = Tests(folder)
        for number, name in enumerate(names, 1):
            try:
                getattr(tests, name)()
                result = "ok"
            except Exception:
                for line in traceback.format_exc().splitlines():
                    print("# " + line)
                result = "not ok"
                failed += 1
            print(f"{result} {number} {name[5:].replace('_', ' ')}",
                  flush=True)
    finally:
        shutil.rmtree(folder)
    print(f"# {time.monotonic() - began:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
