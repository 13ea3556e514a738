#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The GEO authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A hub with its own certificate, people who pay, and somebody who keeps knocking
from the same machine: connections as fast as they can be made, TLS that is never
agreed on, requests of which a byte comes now and then.

Meanwhile every payment succeeds in time, and the hub's memory stays within a
bound.  What was measured is printed.

    test-siege.py [--long]    every siege for a minute
"""

import multiprocessing
import os
import shutil
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import time
import traceback

import town

SECONDS = 60 if "--long" in sys.argv[1:] or os.environ.get("GEO_LONG") else 4
# Far above what a person waits for: a busy machine is no reason to fail, and
# neither is one that stands still (town.Patience).
PAYMENT_SECONDS_MAX = 20
ANSWER_SECONDS_MAX = 180
MEMORY_KIB_MAX = 32 * 1024
# What was decided lately is kept in memory (src/protocol/geo-closer.h).
PAYMENT_KIB = 20
SANITIZED = "sanitize" in os.environ.get("GEO_BUILD_ROOT", "") or \
    "asan" in os.environ.get("GEO_BUILD_ROOT", "")
STORMERS = 2
HELD = 900


def memory_kib(process):
    with open(f"/proc/{process.process.pid}/status", encoding="ascii") as file:
        for line in file:
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
    raise AssertionError("no VmRSS")


class Scene:
    def __init__(self, folder, number):
        self.hub = town.Hub(os.path.join(folder, "hub"),
                            f"127.3.{os.getpid() % 200 + 1}.{number}")
        with open(os.path.join(self.hub.folder, "hub.conf"), "a",
                  encoding="utf-8") as config:
            config.write("[tls]\nself_made=true\n")
        self.process = self.hub.process = town.Process(
            [town.HUB_PROGRAM, "-d", self.hub.folder, "-l",
             f"{self.hub.ip}:0"], os.path.join(self.hub.folder, "log"))
        line = self.process.read()
        address = line.split(" ")[3]
        assert address.startswith("https://"), line
        self.port = int(address.rsplit(":", 1)[1])
        link = subprocess.run(
            [town.HUB_PROGRAM, "invite", "-d", self.hub.folder, "-a", address],
            check=True, stdout=subprocess.PIPE).stdout.decode().strip()
        self.payer, self.payee = self.nodes = [
            town.Node(os.path.join(folder, name), name)
            for name in ("payer", "payee")]
        for node in self.nodes:
            node.start()
            node.join(link)
        for node in self.nodes:
            node.do("wait", "connected")
        self.payee.do(f"trust {self.payer.pid} 100000000 standing", "trusted")
        self.paid = 0

    def pay(self):
        """How long it took, in seconds."""
        self.paid += 1
        tx_id = f"p{self.paid}"
        began = time.monotonic()
        self.payer.do(f"pay {tx_id} {self.payee.pid} 1", "ordered")

        def is_over():
            self.payer.status()
            return self.payer.states.get(tx_id, (0,))[0] in (town.PAID,
                                                             town.NOT_PAID)
        town.until(is_over, "the payment is decided in time",
                   PAYMENT_SECONDS_MAX, 0.001)
        assert self.payer.states[tx_id][0] == town.PAID, self.payer.states
        return time.monotonic() - began

    def pay_for(self, seconds):
        """Pays one after the other: how many, the slowest, and the most memory
        that the hub had meanwhile."""
        end = time.monotonic() + seconds
        slowest, most, before = 0, 0, self.paid
        while time.monotonic() < end:
            slowest = max(slowest, self.pay())
            most = max(most, memory_kib(self.process))
        return self.paid - before, slowest, most

    def besieged(self, name, seconds=SECONDS):
        before = memory_kib(self.process)
        paid, slowest, most = self.pay_for(seconds)
        print(f"# {name}: {paid / seconds:.0f} payments a second beside it, "
              f"the slowest {slowest * 1000:.0f} ms; the hub's memory "
              f"{before} KiB, then at most {most} KiB")
        assert SANITIZED or most - before < \
            MEMORY_KIB_MAX + paid * PAYMENT_KIB, \
            f"{most - before} KiB more"

    def close(self):
        for process in [self.payer.process, self.payee.process, self.process]:
            if process is not None and not process.has_ended():
                process.kill()


def storm(address, until, count):
    """Connects and hangs up, as fast as it goes."""
    while time.monotonic() < until:
        with socket.socket() as one:
            # Hangs up at once, and leaves no port waiting behind.
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                           struct.pack("ii", 1, 0))
            one.settimeout(5)
            try:
                one.connect(address)
            except OSError:
                continue
            with count.get_lock():
                count.value += 1


def test_storm(scene):
    scene.besieged("nobody", 1)
    count = multiprocessing.Value("q", 0)
    until = time.monotonic() + SECONDS
    stormers = [multiprocessing.Process(
        target=storm, args=((scene.hub.ip, scene.port), until, count))
        for _ in range(STORMERS)]
    for stormer in stormers:
        stormer.start()
    scene.besieged("a storm of connections")
    for stormer in stormers:
        stormer.join()
    print(f"# {count.value / SECONDS:.0f} connections a second")
    assert count.value > 100 * SECONDS, count.value
    # All of them are forgotten.
    open_files = len(os.listdir(f"/proc/{scene.process.process.pid}/fd"))
    town.until(lambda: len(os.listdir(
        f"/proc/{scene.process.process.pid}/fd")) < 60,
        f"{open_files} files are closed")


def health(scene, source):
    """Asks from that address; how long it took, in seconds."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    began = time.monotonic()
    with socket.create_connection((scene.hub.ip, scene.port), ANSWER_SECONDS_MAX,
                                  (source, 0)) as bare:
        with context.wrap_socket(bare) as one:
            one.sendall(b"GET /health HTTP/1.1\r\nHost: h\r\n\r\n")
            assert one.recv(12) == b"HTTP/1.1 200", "not served"
    return time.monotonic() - began


def held(scene, begin, drip):
    """As many as an address may have, each of which says little; others come
    and are served."""
    sockets = []
    try:
        for _ in range(HELD):
            one = socket.create_connection((scene.hub.ip, scene.port),
                                           ANSWER_SECONDS_MAX)
            sockets.append(one)
            one.sendall(begin)
            one.setblocking(False)
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            for one in sockets:
                try:
                    one.send(drip)
                except OSError:
                    pass
            scene.besieged(f"{HELD} of them", 1)
            took = health(scene, "127.0.0.77")
            print(f"# somebody from elsewhere is served in "
                  f"{took * 1000:.0f} ms")
    finally:
        for one in sockets:
            one.close()


def test_half_open_tls(scene):
    # A ClientHello that announces 512 bytes, of which a few come.
    held(scene, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"\x00")


def test_unfinished_tls(scene):
    """All that a client says first, and then nothing."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    said = ssl.MemoryBIO()
    try:
        context.wrap_bio(ssl.MemoryBIO(), said).do_handshake()
    except ssl.SSLWantReadError:
        pass
    held(scene, said.read(), b"")


def test_silent(scene):
    held(scene, b"", b"")


def test_slow_requests(folder):
    """Without TLS, so that a request begins with the first byte."""
    hub = town.Hub(os.path.join(folder, "plain"),
                   f"127.3.{os.getpid() % 200 + 1}.9")
    hub.start()
    sockets = []
    try:
        for _ in range(HELD):
            one = socket.create_connection((hub.ip, hub.port),
                                          ANSWER_SECONDS_MAX)
            one.sendall(b"GET /api/v1/equivalents HTTP/1.1\r\nHost: h\r\nX: ")
            one.setblocking(False)
            sockets.append(one)
        # The rest of what one address may have is enough for everybody there.
        began = time.monotonic()
        for _ in range(50):
            with socket.create_connection((hub.ip, hub.port),
                                          ANSWER_SECONDS_MAX) as one:
                one.sendall(b"GET /health HTTP/1.1\r\nHost: h\r\n\r\n")
                assert one.recv(12) == b"HTTP/1.1 200", "not served"
        print(f"# 50 requests beside {HELD} slow ones took "
              f"{time.monotonic() - began:.2f} s")
        # A byte each second does not keep them.
        patience = town.Patience(120)
        files = f"/proc/{hub.process.process.pid}/fd"
        while len(os.listdir(files)) > 100:
            assert not patience.is_over(), "slow ones are kept for ever"
            for one in sockets:
                try:
                    one.send(b"x")
                except OSError:
                    pass
            time.sleep(1)
        hub.stop()
    finally:
        for one in sockets:
            one.close()
        if not hub.process.has_ended():
            hub.process.kill()


def main():
    folder = tempfile.mkdtemp(prefix="geo-siege-")
    scene = Scene(folder, 2)
    tests = [("a storm of connections", lambda: test_storm(scene)),
             ("connections that say nothing", lambda: test_silent(scene)),
             ("TLS that is never agreed on", lambda: test_half_open_tls(scene)),
             ("TLS that is never finished", lambda: test_unfinished_tls(scene)),
             ("slow requests", lambda: test_slow_requests(folder))]
    failed = 0
    print(f"1..{len(tests)}", flush=True)
    try:
        for number, (name, test) in enumerate(tests, 1):
            try:
                test()
                print(f"ok {number} {name}", flush=True)
            except Exception:
                for line in traceback.format_exc().splitlines():
                    print("# " + line)
                print(f"not ok {number} {name}", flush=True)
                failed += 1
    finally:
        scene.close()
        shutil.rmtree(folder)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
