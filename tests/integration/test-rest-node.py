#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The GEO authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""geo in a community whose hub speaks nothing but the public REST contract.

Between geo and a real geo-hub stands somebody who lets that contract through
and nothing of the nodes' own protocol.  Olena and Ivan join, trust and pay;
answers get lost, and geo falls at every point of a payment: what is paid is
paid once.  Everything is marked as what it is: the hub's word.
"""

import hashlib
import http.server
import importlib.util
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading

import cases
import resttown

HERE = os.path.dirname(os.path.abspath(__file__))
spec = importlib.util.spec_from_file_location(
    "cli", os.path.join(HERE, "test-cli.py"))
cli = importlib.util.module_from_spec(spec)
spec.loader.exec_module(cli)

SOURCE = os.environ["GEO_SOURCE_ROOT"]
POINTS_MAX = 40
# Who the recorded lists belong to.
BOB = "EJSktkbQH3LkfbKa4nkrgNESxMwqjeUznSkNRN625UxQ"
USED = ("register", "auth-challenge", "auth-login", "equivalents-list",
        "trustlines-list", "balance-debts", "payments-list",
        "payment-one-hop", "payment-bad-amount", "participants-search",
        "capacity", "not-found-route")


class Gate:
    """Lets bytes through, but no request to the nodes' own path; and, where it is
    told to, no answer from a payment on.  certificate: TLS outside."""

    def __init__(self, listen, certificate=None):
        self.tls = None
        if certificate is not None:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.show(certificate)
        host, port = listen.rsplit(":", 1)
        self.target = (host, int(port))
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.socket.getsockname()[1]}"
        self.refused = 0
        self.turned_away = 0
        self.lose = False
        self.lost = False
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                client, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.carry, args=(client,),
                             daemon=True).start()

    def show(self, certificate):
        self.tls.load_cert_chain(certificate)

    def carry(self, client):
        if self.tls is not None:
            try:
                client = self.tls.wrap_socket(client, server_side=True)
            except (OSError, ssl.SSLError):
                client.close()
                self.turned_away += 1
                return
        hub = socket.create_connection(self.target)
        def back():
            try:
                while data := hub.recv(65536):
                    if self.lost:
                        break
                    client.sendall(data)
            except OSError:
                pass
            finally:
                self.end(client, hub)

        threading.Thread(target=back, daemon=True).start()
        try:
            while data := client.recv(65536):
                if b"/api/v1/node" in data:
                    self.refused += 1
                    break
                if self.lose and data.startswith(b"POST /api/v1/payments"):
                    self.lost = True
                hub.sendall(data)
        except OSError:
            pass
        finally:
            self.end(client, hub)

    @staticmethod
    def end(*ends):
        for one in ends:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            one.close()


def print_of(name):
    """A certificate of the tests, and its fingerprint."""
    path = os.path.join(SOURCE, "tests", "unit", "net", name)
    with open(path, encoding="ascii") as file:
        text = file.read()
    der = ssl.PEM_cert_to_DER_cert(
        text[text.index("-----BEGIN CERTIFICATE"):])
    return path, hashlib.sha256(der).hexdigest()


class Recorded(http.server.BaseHTTPRequestHandler):
    """A hub that says what a public one said: to whom it is said is put into
    its words."""

    recordings = {}
    person = None
    seen = []
    payments = []

    def answer(self, name, status=None):
        recorded = self.recordings[name]
        text = json.dumps(recorded["answer"], ensure_ascii=False)
        if self.person is not None:
            text = text.replace(BOB, self.person)
        return status or recorded["status"], text

    def choose(self, path, body):
        if path == "/api/v1/participants" and self.command == "POST":
            return self.answer("register")
        if path == "/api/v1/auth/challenge":
            return self.answer("auth-challenge")
        if path == "/api/v1/auth/login":
            return self.answer("auth-login")
        if path == "/api/v1/equivalents":
            return self.answer("equivalents-list")
        if path == "/api/v1/trustlines":
            return self.answer("trustlines-list")
        if path == "/api/v1/balance/debts":
            return self.answer("balance-debts")
        if path == "/api/v1/payments" and self.command == "GET":
            items = [json.loads(self.answer(name)[1])
                     for name in ("payments-list", "payment-one-hop")]
            return 200, json.dumps({"items": items[0]["items"] + items[1:]})
        if path == "/api/v1/payments":
            return self.answer("payment-bad-amount")
        if path == "/api/v1/participants/search":
            return self.answer("participants-search")
        if path == "/api/v1/payments/capacity":
            return self.answer("capacity")
        return self.answer("not-found-route")

    def serve(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path = self.path.split("?")[0]
        Recorded.seen.append((self.command, path,
                              json.loads(body) if body else None))
        status, text = self.choose(path, body)
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = serve

    def log_message(self, format, *arguments):
        pass


class Town:
    def __init__(self, folder):
        self.folder = folder
        self.hub = resttown.Hub(os.path.join(folder, "hub")).start()
        self.gate = Gate(self.hub.listen)
        self.olena = cli.Person(self, "Olena")
        self.ivan = cli.Person(self, "Ivan")
        self.maria = cli.Person(self, "Maria")


def test_join(town):
    for person in (town.olena, town.ivan, town.maria):
        person.pid = person.json("init", "--name", person.name)["pid"]
        document = person.json("join", "rest:" + town.gate.address)
        assert document["hub"] == "http://" + town.gate.address, document
        assert sorted(one["equivalent"] for one in document["equivalents"]) \
            == ["HOUR", "KWH", "UAH"], document
    # Again is no other community.
    town.olena.json("join", "rest:" + town.gate.address)
    assert len(town.olena.json("communities")["communities"]) == 1
    # By the nodes' own protocol nobody gets through here.
    assert "no hub" in town.maria.run("join", town.gate.address,
                                      status=cli.OFFLINE)
    assert town.gate.refused == 1
    town.gate.refused = 0
    town.olena.run("join", "rest:127.0.0.1:1", status=cli.OFFLINE)


def test_trust(town):
    olena, ivan, maria = town.olena, town.ivan, town.maria
    ivan.run("trust", "Olena", "500", "UAH")
    maria.run("trust", ivan.pid, "400", "UAH")
    assert olena.relation(ivan)["their_limit"] == "500.00"
    ivan.run("trust", "Olena", "600", "UAH")
    assert olena.relation(ivan)["their_limit"] == "600.00"
    olena.run("trust", "Ivan", "5", "HOUR")
    olena.run("trust", "Ivan", "--close", "HOUR")
    assert [one["equivalent"] for person in ivan.json("balance")["people"]
            if person["pid"] == olena.pid for one in person["relations"]] == \
        ["UAH"]


def test_pay(town):
    olena, ivan, maria = town.olena, town.ivan, town.maria
    document = olena.json("pay", "Maria", "120", "UAH", "--id", "first",
                          "--note", "За мед")
    assert document["state"] == "paid", document
    # Again is the same; with another amount it is another.
    olena.json("pay", "Maria", "120", "UAH", "--id", "first")
    olena.json("pay", "Maria", "121", "UAH", "--id", "first",
               status=cli.USAGE)
    assert olena.total() == "-120.00" and ivan.total() == "0.00"
    assert maria.total() == "120.00"
    failure = olena.json("pay", "Maria", "9999", "UAH", "--id", "too-much",
                         status=cli.REFUSED)
    assert failure["code"] in ("E001", "E002"), failure
    assert olena.json("status", "too-much")["may_pay_again"]
    assert not olena.json("status", "first")["may_pay_again"]


def test_hearsay(town):
    """Nothing looks as if it were proven."""
    olena, maria = town.olena, town.maria
    items = olena.json("history", "--search", "МЕД")["items"]
    assert [one["tx_id"] for one in items] == ["first"]
    assert items[0]["name"] == "Maria" and items[0]["proven"] is False
    assert "(the hub says)" in maria.run("history", "--kind", "received")
    assert "proves nothing" in olena.run("verify", status=cli.NOT_VERIFIED)
    receipt = olena.json("receipt", "first", "--output",
                         os.path.join(town.folder, "said.json"))
    assert receipt["file"]
    assert "does not hold" in olena.run(
        "verify", os.path.join(town.folder, "said.json"),
        status=cli.NOT_VERIFIED)


def test_lost_answer(town):
    """In doubt while nobody knows; the same number is paid once."""
    olena = town.olena
    town.gate.lose = True
    try:
        document = olena.json("pay", "Maria", "10", "UAH", "--id", "lost",
                              "--wait", "2", status=cli.IN_DOUBT)
        assert document["state"] == "in-doubt"
        document = olena.json("--offline", "status")
        assert [one["tx_id"] for one in document["payments"]] == ["lost"]
        assert not document["payments"][0]["may_pay_again"]
    finally:
        assert town.gate.lost
        town.gate.lose = town.gate.lost = False
    assert olena.json("status", "lost")["state"] == "paid"
    olena.json("pay", "Maria", "10", "UAH", "--id", "lost")
    assert olena.total() == "-130.00"


def test_fall(town):
    """Killed at every point of a payment, and asked again."""
    olena = town.olena
    count = os.path.join(town.folder, "count")
    points = []
    for point in range(1, POINTS_MAX):
        if os.path.exists(count):
            os.unlink(count)
        words = ["pay", "Maria", "1", "UAH", "--id", f"at-{point}"]
        done = subprocess.run(
            [cli.GEO, "--profile", olena.profile, *words],
            env={**os.environ, "GEO_CRASH_AT": str(point),
                 "GEO_CRASH_COUNT": count}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=180)
        fell = done.returncode == -signal.SIGKILL
        olena.json(*words)
        if not fell:
            assert done.returncode == cli.DONE, done
            break
        with open(count, encoding="utf-8") as file:
            points.append(file.read().strip().split(" ", 1)[1])
    # A release build falls nowhere.
    print(f"# fell at {len(points)} points: {', '.join(points)}")
    assert len(points) != 1 and len(points) < POINTS_MAX - 2
    assert olena.total() == f"-{130 + len(points) + 1}.00"
    assert town.maria.total() == f"{130 + len(points) + 1}.00"


def test_two_communities(town):
    """Beside one that proves everything."""
    olena = town.olena
    olena.run("join", town.hub.link)
    ones = olena.json("communities")["communities"]
    assert len(ones) == 2 and town.gate.refused == 0
    name = town.gate.address
    olena.json("--community", name, "balance")
    olena.json("--community", "Test market", "verify")
    olena.run("--community", name, "leave", name, "--force")
    assert len(olena.json("communities")["communities"]) == 1
    olena.run("join", "rest:" + town.gate.address)
    items = olena.json("--community", name, "--offline", "history", "--kind",
                       "paid", "--search", "мед")["items"]
    assert [one["tx_id"] for one in items] == ["first"]


def test_pinned(town):
    """The certificate that was named, and no other, whoever signed it."""
    mine, print_mine = print_of("hub-local.pem")
    other, print_other = print_of("hub-one.pem")
    gate = Gate(town.hub.listen, mine)
    address = "https://" + gate.address
    person = cli.Person(town, "Pinned")
    person.pid = person.json("init", "--name", "Pinned")["pid"]
    # Nobody knows who signed it, and it is not the one that was named.
    person.run("join", "rest:" + address, status=cli.NOT_VERIFIED)
    said = person.run("join", f"rest:{address}#{print_other}",
                      status=cli.NOT_VERIFIED)
    assert "Another hub" in said, said
    person.run("join", f"rest:{address}#abc", status=cli.USAGE)
    person.run("join", f"rest:http://{gate.address}#{print_mine}",
               status=cli.USAGE)
    assert gate.turned_away > 0
    shown = ":".join(print_mine[i:i + 2] for i in range(0, 64, 2)).upper()
    document = person.json("join", f"rest:{address}#{shown}")
    assert document["hub"] == address, document
    person.run("trust", "Olena", "5", "UAH")
    assert person.relation(town.olena)["my_limit"] == "5.00"
    # It stays pinned: somebody else there is told nothing.
    gate.show(other)
    said = person.run("trust", "Olena", "6", "UAH", status=cli.NOT_VERIFIED)
    assert "Another hub" in said, said
    assert person.relation(town.olena)["my_limit"] == "5.00"
    # The hub has a new one, and its owner said so.
    person.json("join", f"rest:{address}#{print_other}")
    person.run("trust", "Olena", "7", "UAH")
    assert person.relation(town.olena)["my_limit"] == "7.00"
    gate.show(mine)
    person.run("trust", "Olena", "8", "UAH", status=cli.NOT_VERIFIED)
    assert person.relation(town.olena)["my_limit"] == "7.00"
    gate.socket.close()


def test_recordings(town):
    """What a public hub answers is understood: amounts with any zeros behind
    them, what is finer than can be owed, names of other letters."""
    with open(os.path.join(SOURCE, "tests", "vectors", "rest-v01.json"),
              encoding="utf-8") as file:
        copied = {one["name"]: one for one in json.load(file)["recordings"]}
    folder = os.path.join(os.environ.get("GEO_SHARED", "/nowhere"), "contract",
                          "recordings")
    if os.path.isdir(folder):
        compared = 0
        for name in sorted(os.listdir(folder)):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                one = json.load(file)
            if isinstance(one, dict) and one["name"] in USED:
                ours = copied[one["name"]]
                assert ours["answer"] == one["response"]["body"], name
                assert ours["status"] == one["response"]["status"], name
                compared += 1
        assert compared == len(USED), compared
    else:
        print("# the contract's own recordings are not here: only our copies")
    Recorded.recordings = copied
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Recorded)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        person = cli.Person(town, "Bob")
        person.pid = Recorded.person = \
            person.json("init", "--name", "Bob Ж é")["pid"]
        address = f"rest:127.0.0.1:{server.server_address[1]}"
        document = person.json("join", address)
        assert [one["equivalent"] for one in document["equivalents"]] \
            == ["UAH"], document
        people = {one["name"]: one["relations"][0]
                  for one in person.json("balance")["people"]}
        assert people["Dave"]["their_limit"] == "30.50", people
        assert people["Dave"]["balance"] == "-30.50", people
        assert people["Carol"]["their_limit"] == "60.00", people
        assert people["Carol"]["balance"] == "-44.50", people
        # 85.001 of an equivalent with two decimals is owed by nobody.
        assert "Alice 2" not in people or \
            people["Alice 2"]["balance"] == "0.00", people
        items = person.json("history")["items"]
        assert [(one["amount"], one["tx_id"], one["proven"])
                for one in items] \
            == [("10.00", "tx-onehop-6d343839", False)], items
        # What is sent is what the contract knows, and is signed.
        person.run("pay", "Dave", "1", "UAH", "--id", "recorded",
                   status=cli.REFUSED)
        sent = {}
        for method, path, body in Recorded.seen:
            if body is not None:
                sent[path] = body
        for path, name in (("/api/v1/participants", "register"),
                           ("/api/v1/auth/challenge", "auth-challenge"),
                           ("/api/v1/auth/login", "auth-login"),
                           ("/api/v1/payments", "payment-one-hop")):
            if path == "/api/v1/participants" and path not in sent:
                continue  # It was known there already.
            assert set(sent[path]) <= set(copied[name]["body"]), (path, sent)
            if path != "/api/v1/auth/challenge":
                assert len(sent[path]["signature"]) == 88, sent[path]
        assert sent["/api/v1/payments"]["amount"] == "1.00"
    finally:
        server.shutdown()
        server.server_close()


def end(town):
    town.gate.socket.close()
    town.hub.stop()


if __name__ == "__main__":
    sys.exit(cases.run(globals(), "geo-rest-node-", Town, end))
