#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The GEO authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The GEO v0.1 REST contract of a real geo-hub, with a client that knows
nothing of this project, and with wallets beside it.

Every recorded request to another hub is made here too, and the answer has the
recorded status and shape, but for the defects that are named below.  The tests
build on each other and run in the order they stand in.
"""

import base64
import hashlib
import hmac
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import uuid

from restclient import (BUILD, PREFIX, Client, Signer, Socket, canonical,
                        request)

GEO = os.path.join(BUILD, "src", "geo")
HUB = os.path.join(BUILD, "src", "geo-hub")
SOURCE = os.environ.get("GEO_SOURCE_ROOT", ".")

TOKEN = "test-token-of-the-owner"
CONFIG = f"""\
[community]
name=Test market
equivalents=UAH:2:fiat:₴:Hryvnia;HOUR:1:time;KWH:3:commodity

[admin]
token={TOKEN}

[limits]
registrations_per_minute=1000
"""

NOBODY = "2KagShR4Usj2uARXJeDw7XJEKvQ3XDr84dC47hUB3Uyd"
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"


class Hub:
    """A geo-hub process; the address stays when it is started again."""

    def __init__(self, folder, config=CONFIG):
        self.folder = folder
        self.listen = "127.0.0.1:0"
        self.process = None
        os.mkdir(folder, 0o700)
        self.config = os.path.join(folder, "test.conf")
        self.set_config(config)

    def set_config(self, text):
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(text)

    def start(self):
        with open(os.path.join(self.folder, "log"), "ab") as log:
            self.process = subprocess.Popen(
                [HUB, "--data-dir", self.folder, "--config", self.config,
                 "--listen", self.listen],
                stdout=subprocess.PIPE, stderr=log, text=True)
        line = self.process.stdout.readline()
        match = re.fullmatch(
            r"geo-hub: listening on (http://(\S+)) community (\S+)\n", line)
        assert match, f"the hub says {line!r}"
        self.address, self.listen, self.community = match.groups()
        self.link = ("geo://v1/join?hub=" + self.address.replace(":", "%3A")
                     + "&community=" + self.community)
        return self

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(20)
        assert status == 0, status
        self.process.stdout.close()
        self.process = None

    def restart(self):
        self.stop()
        self.start()

    def database(self):
        return sqlite3.connect(
            "file:" + os.path.join(self.folder, "hub.db") + "?mode=ro",
            uri=True)

    def check(self):
        """Everything that can be seen in the database holds."""
        done = subprocess.run([HUB, "check", "--data-dir", self.folder,
                               "--config", self.config], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert done.returncode == 0, done.stdout + done.stderr


class Wallet:
    """Somebody with the command geo."""

    def __init__(self, town, name):
        self.profile = os.path.join(town.folder, "profile-" + name)
        self.name = name
        self.pid = self.json("init", "--name", name)["pid"]
        self.run("join", town.hub.link)

    def run(self, *arguments, status=0):
        done = subprocess.run([GEO, "--profile", self.profile, *arguments],
                              text=True, stdin=subprocess.DEVNULL, timeout=60,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              start_new_session=True)
        assert done.returncode == status, (arguments, done)
        return done.stdout

    def json(self, *arguments):
        return json.loads(self.run(*arguments, "--json"))


class Town:
    """What all tests share."""

    def __init__(self, folder):
        self.folder = folder
        self.signer = Signer()
        self.hub = Hub(os.path.join(folder, "hub")).start()
        self.recordings = {
            item["name"]: item for item in json.load(open(
                os.path.join(SOURCE, "tests", "vectors", "rest-v01.json"),
                encoding="utf-8"))["recordings"]}
        self.compared = set()
        self.people = {}

    def client(self, name, **more):
        client = Client(self.hub, self.signer, name, **more)
        self.people[name] = client
        return client

    def admin(self, method, path, body=None, token=TOKEN):
        return request(self.hub.listen, method, PREFIX + "/admin" + path, body,
                       {"X-Admin-Token": token} if token else None)

    def compare(self, name, answer, status=None, shape=True):
        """answer is like the recorded one.  status: where another is right."""
        recorded = self.recordings[name]
        self.compared.add(name)
        assert answer.status == (status or recorded["status"]), (name, answer)
        assert answer.headers["X-Request-ID"], name
        if shape and status is None:
            check_shape(recorded["answer"], answer.body, name)
        return answer


def kind(value):
    if isinstance(value, bool) or value is None:
        return type(value).__name__
    if isinstance(value, (int, float)):
        return "number"
    return type(value).__name__


# Members that say why, each hub in its own way.
NULLABLE = {"error", "committed_at", "reason", "object_id", "last_verified",
            "contacts"}
OPEN = {"details", "policy", "device_info", "after_state", "before_state"}


def check_shape(recorded, got, place):
    """The same members of the same types, all the way down."""
    name = place.rsplit(".", 1)[-1]
    if name == "details" and isinstance(recorded, dict):
        check_details(recorded, got, place)
        return
    if recorded is None or got is None:
        # What is null in one may be there in the other.
        assert recorded is None or name in NULLABLE, place
        return
    assert kind(recorded) == kind(got), (place, recorded, got)
    if isinstance(recorded, dict) and name not in OPEN:
        if name == "equivalents" or place.endswith("config"):
            return
        assert recorded.keys() <= got.keys(), (place, recorded.keys()
                                               - got.keys())
        assert got.keys() <= recorded.keys(), (place, got.keys()
                                               - recorded.keys())
        for member in recorded:
            check_shape(recorded[member], got[member], f"{place}.{member}")
    elif isinstance(recorded, list) and recorded and got:
        check_shape(recorded[0], got[0], place)
    elif name.endswith("_at") or name in ("timestamp", "last_check",
                                          "member_since"):
        assert re.fullmatch(TIME, got), (place, got)
    elif name == "code" and recorded[0] == "E":
        assert recorded == got, (place, recorded, got)


def check_details(recorded, got, place):
    for name in ("errors", "validation"):
        if name not in recorded:
            continue
        first, other = recorded[name][0], got[name][0]
        assert first["type"] == other["type"], (place, first, other)
        if first["type"] != "json_invalid":
            assert first["loc"] == other["loc"], (place, first, other)
        assert other["msg"], place


# --- Who there is -----------------------------------------------------------


def test_health(town):
    for prefix in (PREFIX, ""):
        for name, path in (("health", "/health"), ("healthz", "/healthz"),
                           ("health-db", "/health/db")):
            town.compare(name, request(town.hub.listen, "GET", prefix + path))
    town.compare("not-found-route",
                 request(town.hub.listen, "GET", PREFIX + "/nope"))
    for path in ("/equivalents", "/", "/api/v1", "/api/v1/", "/api/v2/health",
                 PREFIX + "//health", PREFIX + "/health/", PREFIX + "/../x",
                 PREFIX + "/participants/a%2fb", PREFIX + "/%00",
                 PREFIX + "/trustlines/" + "x" * 3000):
        answer = request(town.hub.listen, "GET", path)
        assert answer.status in (400, 401, 404), (path, answer)
    # The id of a request is told again, or made.
    answer = request(town.hub.listen, "GET", PREFIX + "/healthz",
                     headers={"X-Request-ID": "my-request.7"})
    assert answer.headers["X-Request-ID"] == "my-request.7"
    answer = request(town.hub.listen, "GET", PREFIX + "/healthz",
                     headers={"X-Request-ID": "a b<script>"})
    assert re.fullmatch("[0-9a-f]{32}", answer.headers["X-Request-ID"])


def test_registration(town):
    alice = town.client("Alice")
    bob = town.client("Bob Ж é", type="business",
                      profile={"description": "Бакалея",
                               "contacts": {"email": "b@x"}})
    answer = town.compare("register", alice.register())
    assert answer.body["pid"] == alice.pid
    answer = town.compare("register-with-profile", bob.register())
    assert answer.body["type"] == "business", answer
    assert answer.body["profile"] == {"type": None, "description": "Бакалея",
                                      "contacts": {"email": "b@x"}}
    town.compare("register-duplicate", alice.register())
    # Nobody else's signature, nor one over something else.
    town.compare("register-bad-signature", alice.call(
        "POST", "/participants",
        {**alice.registration(), "display_name": "X"}, token=None))
    body = alice.registration()
    body["signature"] = "A" * 88
    assert alice.call("POST", "/participants", body).status == 400
    town.compare("register-invalid-body", alice.call(
        "POST", "/participants", {"display_name": "x"}, token=None))
    probe = town.client("tab\t\"q\"\\ \u2028 😀 /")
    answer = town.compare("register-escape-probe", probe.register())
    assert answer.body["display_name"] == probe.name
    for name in ("", "x" * 256, "\x00", 7, None, " \t"):
        stranger = town.client("Stranger")
        answer = stranger.call("POST", "/participants",
                               stranger.registration(display_name=name))
        assert answer.status == 422, (name, answer)
    for wrong in ({"type": "robot"}, {"public_key": "AAAA"}, {"profile": []},
                  {"public_key": "!" * 44}, {"profile": {"a": "x" * 4000}}):
        answer = stranger.call("POST", "/participants",
                               stranger.registration(**wrong))
        assert answer.status == 422, (wrong, answer)
    # A float has no canonical form.
    answer = stranger.call("POST", "/participants",
                           stranger.registration(profile={"a": 1.5}))
    assert answer.status == 422, answer


def test_login(town):
    alice, bob = town.people["Alice"], town.people["Bob Ж é"]
    town.compare("auth-challenge-unknown-pid", alice.call(
        "POST", "/auth/challenge", {"pid": "nobody"}, token=None))
    answer = town.compare("auth-challenge", alice.challenge())
    challenge = answer.body["challenge"]
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", challenge)
    assert alice.challenge().body["challenge"] != challenge
    town.compare("auth-login-replayed-challenge", alice.call(
        "POST", "/auth/login",
        {"pid": alice.pid, "challenge": "bogus", "signature": "AAAA"},
        token=None))
    # Somebody else's challenge, and a wrong signature, which uses it up.
    body = {"pid": bob.pid, "challenge": challenge,
            "signature": bob.sign(challenge)}
    assert alice.call("POST", "/auth/login", body).status == 401
    challenge = alice.challenge().body["challenge"]
    body = {"pid": alice.pid, "challenge": challenge,
            "signature": bob.sign(challenge)}
    answer = alice.call("POST", "/auth/login", body)
    assert (answer.status, answer.code) == (400, "E005"), answer
    body["signature"] = alice.sign(challenge)
    assert alice.call("POST", "/auth/login", body).status == 401
    answer = town.compare("auth-login", alice.login())
    assert answer.body["participant"] == {
        "pid": alice.pid, "display_name": "Alice", "status": "active"}
    # The same challenge is good once.
    challenge = alice.challenge().body["challenge"]
    body = {"pid": alice.pid, "challenge": challenge,
            "signature": alice.sign(challenge)}
    assert alice.call("POST", "/auth/login", body).status == 200
    assert alice.call("POST", "/auth/login", body).status == 401
    assert bob.login().status == 200
    assert bob.login().body["participant"]["display_name"] == "Bob Ж é"


def forge(token, header=None, key=b"x", **claims):
    """A token with other claims, signed with another key."""
    def encode(value):
        return base64.urlsafe_b64encode(json.dumps(
            value, separators=(",", ":")).encode()).decode().rstrip("=")
    parts = token.split(".")
    old = json.loads(base64.urlsafe_b64decode(parts[1] + "=="))
    head = encode(header or {"alg": "HS256", "typ": "JWT"})
    text = head + "." + encode({**old, **claims})
    tag = hmac.new(key, text.encode(), hashlib.sha256).digest()
    return text + "." + base64.urlsafe_b64encode(tag).decode().rstrip("=")


def test_tokens(town):
    alice, bob = town.people["Alice"], town.people["Bob Ж é"]
    town.compare("no-auth-header",
                 alice.call("GET", "/participants/me", token=None))
    town.compare("bad-token",
                 alice.call("GET", "/participants/me", token="x"))
    # Wrong kinds, strange algorithms, changed claims, other hubs' tokens.
    head, claims, tag = alice.token.split(".")
    none = base64.urlsafe_b64encode(
        b'{"alg":"none","typ":"JWT"}').decode().rstrip("=")
    other = Hub(os.path.join(town.folder, "other")).start()
    stranger = Client(other, town.signer, "Alice").join()
    other.stop()
    for bad in (alice.refresh_token, stranger.token, "", "a.b.c", "a.b",
                alice.token + "x", alice.token[:-1], alice.token + ".x",
                f"{none}.{claims}.", f"{none}.{claims}.{tag}",
                f"{head}.{claims}.", f"{head}..{tag}", f"{head}.{claims}",
                forge(alice.token), forge(alice.token, sub=bob.pid),
                forge(alice.token, exp=2 ** 40),
                forge(alice.token, header={"typ": "JWT", "alg": "HS256"}),
                forge(alice.token, header={"alg": "HS512", "typ": "JWT"}),
                "x" * 5000, "%s" * 20, "' OR 1=1 --"):
        answer = alice.call("GET", "/participants/me", token=bad)
        assert answer.status == 401, (bad, answer)
    for scheme in ("Basic", "bearer2", "Token"):
        answer = alice.call("GET", "/participants/me", token=None,
                            Authorization=f"{scheme} {alice.token}")
        assert answer.status == 401, scheme
    # A refresh token is good once, also after a restart.
    old = alice.refresh_token
    answer = town.compare("auth-refresh", alice.call(
        "POST", "/auth/refresh", {"refresh_token": old}, token=None))
    assert answer.body["refresh_token"] != old
    assert alice.call("GET", "/participants/me",
                      token=answer.body["access_token"]).status == 200
    town.hub.restart()
    for bad in (old, alice.token, "x"):
        again = alice.call("POST", "/auth/refresh", {"refresh_token": bad},
                           token=None)
        assert again.status == 401, again
    alice.refresh_token = answer.body["refresh_token"]
    # Tokens outlive a restart: the key is the hub's own.
    assert alice.get("/participants/me").status == 200


def test_participants(town):
    alice, bob = town.people["Alice"], town.people["Bob Ж é"]
    # The totals are in the community's first equivalent.
    answer = town.compare("me", alice.get("/participants/me"))
    assert answer.body["stats"]["net_balance"] == "0.00"
    body = alice.signed({"display_name": "Alice 2"})
    answer = town.compare("me-patch",
                          alice.call("PATCH", "/participants/me", body))
    assert answer.body["display_name"] == "Alice 2"
    # The same bytes again are a change again; somebody else's are not.
    assert alice.call("PATCH", "/participants/me",
                      bob.signed({"display_name": "B"})).code == "E005"
    assert alice.call("PATCH", "/participants/me",
                      alice.signed({})).status == 422
    answer = bob.call("PATCH", "/participants/me",
                      bob.signed({"profile": {"description": "Bread"}}))
    assert answer.body["profile"]["description"] == "Bread"
    assert answer.body["display_name"] == "Bob Ж é"
    assert answer.body["type"] == "business"
    town.compare("participants-search",
                 alice.get("/participants/search", q="Bob", page=1,
                           per_page=5))
    for query, n in (({"q": "ж"}, 1), ({"q": "Bob", "type": "business"}, 1),
                     ({"q": "Bob", "type": "person"}, 0),
                     ({"q": "' OR '1'='1"}, 0), ({"q": "_"}, 0),
                     ({"q": "b", "limit": 1}, 1)):
        answer = alice.get("/participants/search", **query)
        assert len(answer.body["items"]) == n, (query, answer)
    # A wildcard is a character like any other.
    answer = alice.get("/participants/search", q="%")
    town.compare("participant-search-wildcard", answer)
    assert answer.body["items"] == []
    assert alice.get("/participants/search").status == 422
    assert alice.get("/participants/search", q="x", limit=500).status == 422
    answer = town.compare("participant-get",
                          alice.get("/participants/" + bob.pid))
    assert answer.body["public_key"] == bob.key
    assert alice.get("/participants/" + NOBODY).status == 404
    answer = town.compare("participants-list",
                          alice.get("/participants", page=1, per_page=2))
    assert [item["pid"] for item in answer.body["items"]] == [alice.pid,
                                                              bob.pid]
    answer = alice.get("/participants", page=2, per_page=2)
    assert len(answer.body["items"]) == 1
    assert alice.get("/participants", page=9).body["items"] == []
    for page in ({"page": 0}, {"per_page": 201}, {"per_page": 0},
                 {"page": "x"}, {"page": "1; DROP TABLE tx"},
                 {"page": 10 ** 30}):
        assert alice.get("/participants", **page).status == 422, page


# --- Lines ------------------------------------------------------------------


def test_trustlines(town):
    alice, bob = town.people["Alice"], town.people["Bob Ж é"]
    carol, dave = town.client("Carol").join(), town.client("Dave").join()
    fay = town.client("Fay").join()
    answer = town.compare("trustline-create", bob.trust(alice, "100.00"))
    assert (answer.body["limit"], answer.body["used"],
            answer.body["available"]) == ("100.00", "0.00", "100.00"), answer
    line = answer.body["id"]
    town.compare("trustline-create-duplicate", bob.trust(alice, "100.00"))
    town.compare("trustline-self", bob.trust(bob, "1"))
    policy = {"auto_clearing": True, "can_be_intermediate": True,
              "daily_limit": None, "blocked_participants": []}
    town.compare("trustline-create-with-policy",
                 carol.trust(bob, "60.00", policy=policy))
    town.compare("trustline-unknown-equivalent",
                 carol.trust(bob, "60.00", equivalent="ZZZ"))
    assert carol.trust(NOBODY, "1").status == 404
    town.compare("trustline-get", alice.get("/trustlines/" + line))
    town.compare("trustline-get", bob.get("/trustlines/" + line))
    town.compare("trustline-get-foreign", carol.get("/trustlines/" + line))
    dave.trust(bob, "30.50")
    carol.trust(dave, "30.50")
    answer = town.compare("trustlines-list",
                          bob.get("/trustlines", direction="all",
                                  equivalent="UAH", page=1, per_page=2))
    assert [item["from"] for item in answer.body["items"]] == [dave.pid,
                                                               carol.pid]
    for query, n in (({"direction": "outgoing"}, 1),
                     ({"direction": "incoming"}, 2), ({"status": "closed"}, 0),
                     ({"equivalent": "HOUR"}, 0),
                     ({"equivalent": "' OR 1=1"}, 0), ({"page": 2}, 0)):
        answer = bob.get("/trustlines", **query)
        assert len(answer.body["items"]) == n, (query, answer)
    assert bob.get("/trustlines", direction="up").status == 422
    answer = town.compare("trustline-update",
                          bob.change_line(line, limit="150.5"))
    assert answer.body["limit"] == "150.50"
    # A number counts as what was written; the signature is over the text.
    body = fay.signed({"to": alice.pid, "equivalent": "UAH", "limit": "100.5"})
    text = json.dumps(body).replace('"100.5"', "100.5")
    answer = town.compare("trustline-limit-as-number",
                          fay.call("POST", "/trustlines", text))
    assert answer.body["limit"] == "100.50"
    # More decimals than the equivalent has are refused, never rounded.
    town.compare("trustline-limit-3-decimals", fay.trust(bob, "1.000"), 400)
    town.compare("trustline-limit-12-decimals",
                 fay.trust(carol, "0.123456789012"), 400)
    for limit in ("", "-1", "1e3", "NaN", "1,5", "01", "1" * 40,
                  "10000000000000.01", " 1", "١"):
        answer = fay.trust(bob, limit)
        assert (answer.status, answer.code) == (400, "E009"), (limit, answer)
    for limit in (None, True, [], {}):
        assert fay.trust(bob, limit).status == 422, limit
    for bad in ({"unknown": 1}, {"auto_clearing": "yes"}, {"daily_limit": "x"},
                {"blocked_participants": ["nobody"]},
                {"blocked_participants": [bob.pid] * 65},
                {"max_hop_usage": 3}, {"consent": "maybe"},
                {"daily_limit": "0.001"}):
        assert fay.trust(bob, "1", policy=bad).status == 422, bad
    # What is signed is what is meant.
    body = {**fay.signed({"to": bob.pid, "equivalent": "UAH", "limit": "5"}),
            "limit": "6"}
    assert fay.call("POST", "/trustlines", body).code == "E005"
    answer = fay.trust(bob, "8", policy={"daily_limit": "2",
                                         "can_be_intermediate": False,
                                         "blocked_participants": [dave.pid]})
    assert answer.body["policy"] == {
        "daily_limit": "2.00", "can_be_intermediate": False,
        "auto_clearing": True, "blocked_participants": [dave.pid]}, answer
    # Fields that are not named stay.
    answer = fay.change_line(answer.body["id"], policy={"daily_limit": None})
    assert answer.body["policy"]["daily_limit"] is None
    assert answer.body["policy"]["can_be_intermediate"] is False
    assert answer.body["limit"] == "8.00"
    # {id} alone closes, so it changes nothing.
    assert fay.call("PATCH", "/trustlines/" + answer.body["id"],
                    {"signature": fay.sign(canonical(
                        {"id": answer.body["id"]}))}).status == 422
    # Only the creditor changes a line.
    assert alice.change_line(line, limit="1").status == 403
    assert alice.close_line(line).status == 403
    assert alice.change_line("nope", limit="1").status == 404
    assert alice.change_line("x'%20OR%20'1'='1", limit="1").status == 404


# --- Payments ---------------------------------------------------------------


def test_payments(town):
    people = town.people
    alice, bob = people["Alice"], people["Bob Ж é"]
    carol, dave = people["Carol"], people["Dave"]
    answer = town.compare("capacity", alice.get(
        "/payments/capacity", to=carol.pid, equivalent="UAH", amount="70.00"))
    assert answer.body == {"can_pay": True, "max_amount": "90.50",
                           "routes_count": 2, "estimated_hops": 3}, answer
    answer = town.compare("max-flow", alice.get(
        "/payments/max-flow", to=carol.pid, equivalent="UAH"))
    assert answer.body["max_amount"] == "90.50", answer
    assert all(path["path"][0] == alice.pid and path["path"][-1] == carol.pid
               for path in answer.body["paths"])
    for query in ({"to": carol.pid}, {"equivalent": "UAH"}):
        assert alice.get("/payments/capacity", **query).status == 422
    assert alice.get("/payments/capacity", to=NOBODY,
                     equivalent="UAH").status == 404
    assert alice.get("/payments/capacity", to=carol.pid,
                     equivalent="ZZZ").status == 404
    answer = alice.get("/payments/capacity", to=carol.pid, equivalent="UAH",
                       amount="1000000")
    assert answer.body["can_pay"] is False
    assert answer.body["max_amount"] == "90.50"

    body = alice.payment(bob, "10.00", tx_id="tx-onehop", description="хліб")
    first = town.compare("payment-one-hop",
                         alice.call("POST", "/payments", body))
    assert first.body["status"] == "COMMITTED"
    assert first.body["routes"] == [{"path": [alice.pid, bob.pid],
                                     "amount": "10.00"}]
    # P5: the same bytes, the same answer.
    again = town.compare("payment-idempotent-replay",
                         alice.call("POST", "/payments", body))
    assert again.text == first.text
    answer = town.compare("payment-get", alice.get("/payments/tx-onehop"))
    assert answer.text == first.text
    assert bob.get("/payments/tx-onehop").text == first.text
    assert carol.get("/payments/tx-onehop").status == 404
    answer = alice.pay(bob, "10.01", tx_id="tx-onehop")
    assert (answer.status, answer.code) == (409, "E008"), answer
    answer = bob.pay(carol, "1", tx_id="tx-onehop")
    assert (answer.status, answer.code) == (409, "E008"), answer

    # A whole amount is filled up.
    answer = town.compare("payment-two-hop", alice.pay(carol, "5"))
    assert answer.body["amount"] == "5.00"
    assert answer.body["routes"] == [
        {"path": [alice.pid, bob.pid, carol.pid], "amount": "5.00"}]
    town.compare("payment-bad-amount", alice.pay(bob, "1e3"))
    town.compare("payment-negative", alice.pay(bob, "-1"))
    town.compare("payment-subprecision-0.001", alice.pay(bob, "0.001"), 400)
    town.compare("payment-1e-9", alice.pay(bob, "0.000000001"), 400)
    town.compare("payment-self", alice.pay(alice, "1"))
    town.compare("payment-bad-signature", alice.call(
        "POST", "/payments", {**alice.payment(bob, "1"), "amount": "2"}))
    town.compare("payment-bad-txid", alice.pay(bob, "1", tx_id="bad id!"))
    town.compare("payment-unknown-constraint",
                 alice.pay(bob, "1", constraints={"unknown": 1}))
    town.compare("payment-huge", alice.pay(bob, "99999999999999999999"))
    town.compare("payment-amount-number", alice.pay(bob, 10))
    town.compare("payment-null-description-signed-without",
                 alice.pay(bob, "1", description=None))
    town.compare("malformed-json", alice.call("POST", "/payments", "{"))
    for amount in ("0", "0.00", "01", "+1", "", " 1", "1,0", "NaN", "0x1"):
        answer = alice.pay(bob, amount)
        assert (answer.status, answer.code) == (400, "E009"), (amount, answer)
    assert alice.pay(NOBODY, "1").status == 404
    assert alice.pay("nobody", "1").status == 404
    assert alice.pay(bob, "1", equivalent="ZZZ").status == 404
    for bad in ({"tx_id": "x" * 65}, {"tx_id": 7}, {"description": 7},
                {"description": "x" * 1025}, {"constraints": []},
                {"constraints": {"max_hops": 0}},
                {"constraints": {"max_hops": "6"}},
                {"constraints": {"timeout_ms": 10 ** 9}},
                {"constraints": {"avoid": ["nobody"]}}):
        answer = alice.pay(bob, "1", **bad)
        assert (answer.status, answer.code) == (400, "E009"), (bad, answer)

    # E002 says what could be paid; the refusal is stored and told again.
    body = alice.payment(carol, "500", tx_id="tx-too-much")
    answer = alice.call("POST", "/payments", body)
    assert (answer.status, answer.code) == (400, "E002"), answer
    assert answer.body["error"]["details"]["max_amount"] == "85.50", answer
    answer = alice.call("POST", "/payments", body)
    assert (answer.status, answer.body["status"]) == (200, "ABORTED"), answer
    assert answer.body["error"]["code"] == "E002"
    assert answer.body["committed_at"] is None
    assert alice.get("/payments/tx-too-much").text == answer.text
    # Nobody is told of what they were not paid.
    assert carol.get("/payments/tx-too-much").status == 404
    answer = carol.pay(dave, "1", equivalent="HOUR")
    assert (answer.status, answer.code) == (400, "E001"), answer

    # What the payer asks of the routes.
    answer = alice.pay(carol, "1", constraints={"avoid": [dave.pid],
                                                "max_hops": 2, "max_paths": 1,
                                                "timeout_ms": 5000})
    assert answer.status == 200, answer
    answer = alice.pay(carol, "1", constraints={"avoid": [bob.pid]})
    assert answer.code == "E001", answer
    answer = alice.pay(carol, "1", constraints={"max_hops": 1})
    assert answer.code == "E001", answer
    # Several routes at once, and their hops add up.
    answer = alice.pay(carol, "80")
    assert answer.status == 200, answer
    assert len(answer.body["routes"]) == 2, answer
    assert sum(float(route["amount"])
               for route in answer.body["routes"]) == 80

    answer = town.compare("payments-list", alice.get(
        "/payments", direction="sent", status="COMMITTED", page=1, per_page=2))
    assert answer.body["items"][0]["amount"] == "80.00"
    for query, n in (({"direction": "received"}, 0), ({"status": "ABORTED"}, 3),
                     ({"equivalent": "HOUR"}, 0),
                     ({"from_date": "2020-01-01", "to_date": "2020-12-31"}, 0),
                     ({"from_date": "2020-01-01T00:00:00+02:00"}, 8),
                     ({"to_date": "2999-01-01"}, 8),
                     ({"per_page": 3, "page": 3}, 2)):
        answer = alice.get("/payments", **query)
        assert len(answer.body["items"]) == n, (query, answer)
    assert len(carol.get("/payments", direction="received").body["items"]) == 3
    assert alice.get("/payments", from_date="soon").status == 422
    town.compare("validation-error-query", alice.get("/payments",
                                                     per_page=500))
    answer = alice.pay(bob, "0.05", equivalent="HOUR")
    # One decimal is what this equivalent has.
    town.compare("payment-below-equivalent-precision", answer, 400)


def test_balance(town):
    alice, bob = town.people["Alice"], town.people["Bob Ж é"]
    answer = town.compare("balance", alice.get("/balance"))
    assert answer.body["equivalents"] == [
        {"code": "UAH", "total_debt": "97.00", "total_credit": "0.00",
         "net_balance": "-97.00", "available_to_spend": "154.00",
         "available_to_receive": "97.00"}], answer
    answer = town.compare("balance-debts",
                          bob.get("/balance/debts", equivalent="UAH"))
    debts = answer.body
    assert [item["amount"] for item in debts["incoming"]] == ["97.00"]
    assert sorted(item["amount"] for item in debts["outgoing"]) == ["26.00",
                                                                    "60.00"]
    assert debts["incoming"][0]["debtor_name"] == "Alice 2"
    assert bob.get("/balance/debts", direction="outgoing").body["incoming"] \
        == []
    assert bob.get("/balance/debts", equivalent="ZZZ").status == 404
    answer = alice.get("/participants/me")
    assert answer.body["stats"] == {
        "total_incoming_trust": "251.00", "total_outgoing_trust": "0.00",
        "total_debt": "97.00", "total_credit": "0.00",
        "net_balance": "-97.00"}, answer


def test_debts_and_lines(town):
    """A debt can be paid back where the payee has no line to the payer."""
    alice, bob = town.people["Alice"], town.people["Bob Ж é"]
    carol = town.people["Carol"]
    line = bob.get("/trustlines", direction="outgoing").body["items"][0]
    town.compare("trustline-close-with-debt", bob.close_line(line["id"]))
    answer = town.compare("trustline-update-below-used",
                          bob.change_line(line["id"], limit="1"))
    assert answer.body["error"]["details"] == {"used": "97.00",
                                               "limit": "1.00"}, answer
    answer = town.compare("payment-cycle-closer", bob.pay(alice, "7.25"))
    assert answer.body["routes"][0]["path"] == [bob.pid, alice.pid]
    assert alice.balance()["total_debt"] == "89.75"
    # A line that nobody owes over is closed, and opened again.
    answer = alice.trust(carol, "3")
    line = answer.body["id"]
    answer = town.compare("trustline-close", alice.close_line(line))
    answer = alice.get("/trustlines/" + line)
    assert (answer.body["status"], answer.body["limit"]) == ("closed", "0.00")
    assert alice.change_line(line, limit="4").code == "E004"
    assert alice.close_line(line).code == "E004"
    answer = alice.trust(carol, "4")
    assert answer.status == 201 and answer.body["id"] != line, answer
    assert alice.close_line(answer.body["id"]).status == 200


def test_concurrent(town):
    """One tx_id, many times at once: one payment, one answer."""
    alice, bob = town.people["Alice"], town.people["Bob Ж é"]
    before = float(alice.balance()["total_debt"])
    body = alice.payment(bob, "0.01", tx_id="tx-many")
    answers = []
    threads = [threading.Thread(
        target=lambda: answers.append(alice.call("POST", "/payments", body)))
        for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.text for answer in answers} == {answers[0].text}, answers
    assert answers[0].status == 200
    assert round(float(alice.balance()["total_debt"]) - before, 2) == 0.01


def test_wallets(town):
    """A wallet and a client of the contract pay each other; each holds what
    convinces a stranger."""
    alice = town.people["Alice"]
    wallet = Wallet(town, "Olena")
    pid = wallet.pid
    answer = alice.get("/participants/" + pid)
    assert answer.body["display_name"] == "Olena", answer
    assert answer.body["type"] == "person"
    answer = alice.trust(pid, "50", policy={"daily_limit": None})
    assert answer.status == 201, answer
    wallet.run("trust", alice.pid, "40.00", "UAH")
    wallet.run("pay", alice.pid, "12.34", "UAH", "--note", "Дякую")
    answer = alice.get("/payments", direction="received")
    assert answer.body["items"][0]["amount"] == "12.34", answer
    assert answer.body["items"][0]["from"] == pid
    answer = alice.pay(pid, "20", description="за хліб", tx_id="to-wallet")
    assert answer.status == 200, answer
    # The debt is paid back first.
    assert answer.body["routes"] == [{"path": [alice.pid, pid],
                                      "amount": "20.00"}]
    balances = wallet.json("balance")
    assert json.dumps(balances).count("7.66") >= 1, balances
    history = wallet.run("history")
    assert "за хліб" in history and "Дякую" in history, history
    wallet.run("verify")
    lines = alice.get("/trustlines", direction="incoming").body["items"]
    assert {"40.00", "7.66"} <= {lines[0]["limit"], lines[0]["used"]}, lines
    # Its description is sealed, and its order is known by its tx_id.
    town.hub.stop()
    town.hub.check()
    town.hub.start()
    answer = alice.get("/payments/to-wallet")
    assert answer.body["status"] == "COMMITTED", answer


def main():
    tests = [(name[5:], function) for name, function in globals().items()
             if name.startswith("test_")]
    print(f"1..{len(tests)}", flush=True)
    folder = tempfile.mkdtemp(prefix="geo-rest-")
    os.environ.update(XDG_DATA_HOME=os.path.join(folder, "data"),
                      SECRET_BACKEND="file", SECRET_FILE_TEST_PASSWORD="pw",
                      SECRET_FILE_TEST_PATH=os.path.join(folder, "keyring"),
                      LC_ALL="C.UTF-8", G_DEBUG="fatal-criticals")
    os.environ.pop("LANGUAGE", None)
    # libsecret's file leaks a string of its own.
    os.environ["ASAN_OPTIONS"] = ":".join(
        filter(None, [os.environ.get("ASAN_OPTIONS"), "detect_leaks=0"]))
    town = None
    broken = False
    try:
        town = Town(folder)
        for number, (name, function) in enumerate(tests, 1):
            begin = time.monotonic()
            try:
                function(town)
            except Exception:
                broken = True
                print("# " + traceback.format_exc().replace("\n", "\n# "))
                print(f"not ok {number} - {name}", flush=True)
            else:
                print(f"ok {number} - {name}", flush=True)
            print(f"# {time.monotonic() - begin:.1f} s", flush=True)
    finally:
        if town is not None and town.hub.process is not None:
            town.hub.stop()
        if town is not None:
            town.signer.close()
        if broken:
            print(f"# the folder is kept: {folder}")
        else:
            shutil.rmtree(folder)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
