#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The GEO authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The GEO v0.1 REST contract of a real geo-hub, with a client that knows
nothing of this project, and with wallets beside it.

Every recorded request to another hub is made here too, and the answer has the
recorded status and shape, but for the defects that are named below.
Long because the contract is: one test for each part of it, and one client.  The tests
build on each other and run in the order they stand in.
"""

import base64
import hashlib
import hmac
import json
import os
import re
import sqlite3
import sys
import threading
import time

from restclient import PREFIX, Client, Socket, canonical, request
from resttown import NOBODY, TOKEN, Hub, Town, Wallet, run

SOURCE = os.environ.get("GEO_SOURCE_ROOT", ".")
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"


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


class ContractTown(Town):
    """With what another hub answered."""

    def __init__(self, folder):
        super().__init__(folder)
        self.recordings = {
            item["name"]: item for item in json.load(open(
                os.path.join(SOURCE, "tests", "vectors", "rest-v01.json"),
                encoding="utf-8"))["recordings"]}
        self.compared = set()

    def compare(self, name, answer, status=None):
        """answer is like the recorded one.  status: where another is right."""
        recorded = self.recordings[name]
        self.compared.add(name)
        assert answer.status == (status or recorded["status"]), (name, answer)
        assert answer.headers["X-Request-ID"], name
        if status is None:
            check_shape(recorded["answer"], answer.body, name)
        return answer


# --- Who there is -----------------------------------------------------------


def test_health(town):
    for prefix in (PREFIX, ""):
        for name, path in (("health", "/health"), ("healthz", "/healthz"),
                           ("health-db", "/health/db")):
            town.compare(name, request(town.hub.listen, "GET", prefix + path))
    for path in ("/metrics", PREFIX + "/metrics"):
        answer = request(town.hub.listen, "GET", path)
        assert answer.status == 200, answer
        assert re.search(r"^geo_hub_\w+ \d+$", answer.text, re.M), answer
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
                {"spare_clearing": "-1"}, {"spare_clearing": True},
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
    assert "spare_clearing" not in answer.body["policy"]
    answer = fay.change_line(answer.body["id"], policy={"spare_clearing": 3})
    assert answer.body["policy"]["spare_clearing"] == "3.00", answer
    answer = fay.change_line(answer.body["id"], limit="8.00")
    assert answer.body["policy"]["spare_clearing"] == "3.00", answer
    answer = fay.change_line(answer.body["id"], policy={"spare_clearing": None})
    assert "spare_clearing" not in answer.body["policy"], answer
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
    # What of it is the payer's own: nobody learns what is between strangers.
    answer = alice.get("/payments/max-flow", to=bob.pid, equivalent="UAH")
    assert answer.body["bottlenecks"] == [{
        "from": bob.pid, "to": alice.pid, "limit": "150.50", "used": "0.00",
        "available": "150.50"}], answer
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
    answer = alice.pay(bob, "500")
    assert answer.body["error"]["details"]["limits"] == [
        {"neighbour": bob.pid, "available": "134.50"}], answer
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
    for query, n in (({"direction": "received"}, 0), ({"status": "ABORTED"}, 4),
                     ({"equivalent": "HOUR"}, 0),
                     ({"from_date": "2020-01-01", "to_date": "2020-12-31"}, 0),
                     ({"from_date": "2020-01-01T00:00:00+02:00"}, 9),
                     ({"to_date": "2999-01-01"}, 9),
                     ({"per_page": 3, "page": 3}, 3)):
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


# --- The whole of it ---------------------------------------------------------


def test_clearing(town):
    """A circle of debts is cleared on demand, and everybody hears of it."""
    people = [town.client("Ring " + letter).join() for letter in "ABCDEF"]
    # Short circles are cleared by themselves after each payment.
    town.admin("PATCH", "/config",
               {"updates": {"clearing.trigger_cycles_max_length": 0}})
    for person, other in zip(people, people[1:] + people[:1]):
        assert other.trust(person, "9").status == 201
    for person, other in zip(people, people[1:] + people[:1]):
        assert person.pay(other, "5.00", constraints={"max_hops": 1}
                          ).status == 200
    first = people[0]
    answer = town.compare("clearing-cycles", first.get(
        "/clearing/cycles", equivalent="UAH", max_depth=6))
    assert len(answer.body["cycles"]) == 1, answer
    assert len(answer.body["cycles"][0]) == 6
    assert {edge["amount"] for edge in answer.body["cycles"][0]} == {"5.00"}
    # Nobody is shown what is between strangers.
    assert town.people["Alice"].get(
        "/clearing/cycles", equivalent="UAH").body == {"cycles": []}
    answer = town.admin("GET", "/clearing/cycles?participant_pid=")
    assert len(answer.body["equivalents"]["UAH"]["cycles"]) == 1, answer
    assert town.admin("GET", "/clearing/cycles?participant_pid="
                      + NOBODY).body["equivalents"]["UAH"] == {"cycles": []}
    for query in ("", "?equivalent=ZZZ", "?equivalent=UAH&max_depth=99"):
        assert first.call("GET", "/clearing/cycles" + query).status in (404,
                                                                        422)
    town.admin("PATCH", "/feature-flags", {"clearing_enabled": False})
    assert first.call("POST", "/clearing/auto?equivalent=UAH").status == 403
    town.admin("PATCH", "/feature-flags", {"clearing_enabled": True})
    # Less than is worth it: in minor units, after a restart too.
    town.admin("PATCH", "/config",
               {"updates": {"clearing.min_clearing_amount": 501}})
    town.hub.restart()
    assert first.call("POST", "/clearing/auto?equivalent=UAH").body[
        "cleared_cycles"] == 0
    assert first.get("/clearing/cycles", equivalent="UAH").body[
        "cycles"] == []
    town.admin("PATCH", "/config",
               {"updates": {"clearing.min_clearing_amount": 500}})
    # Longer than is asked for.
    assert first.call("POST", "/clearing/auto?equivalent=UAH&max_depth=5"
                      ).body["cleared_cycles"] == 0
    answer = town.compare("clearing-auto", first.call(
        "POST", "/clearing/auto?equivalent=UAH&max_depth=6"))
    assert answer.body == {"equivalent": "UAH", "cleared_cycles": 1}, answer
    town.compare("clearing-cycles-after",
                 first.get("/clearing/cycles", equivalent="UAH"))
    assert first.get("/clearing/cycles", equivalent="UAH").body == {
        "cycles": []}
    for person in people:
        assert person.balance()["total_debt"] == "0.00", person.name
    town.admin("PATCH", "/config",
               {"updates": {"clearing.trigger_cycles_max_length": 4}})
    assert first.call("POST", "/clearing/auto?equivalent=UAH").body[
        "cleared_cycles"] == 0
    # Short ones are cleared by themselves after a payment, up to that length.
    town.admin("PATCH", "/config", {
        "updates": {"clearing.min_clearing_amount": 1}})
    circle = people[:4]
    for length, left in ((3, "2.00"), (4, "0.00")):
        town.admin("PATCH", "/config", {
            "updates": {"clearing.trigger_cycles_max_length": length}})
        for person, other in zip(circle, circle[1:] + circle[:1]):
            if length == 3:
                other.trust(person, "9")
            answer = person.pay(other, "2.00", constraints={"max_hops": 1})
            assert answer.status == 200, answer
        for _ in range(100):
            if circle[0].balance()["total_debt"] == left:
                break
            time.sleep(0.1)
        assert [person.balance()["total_debt"] for person in circle] \
            == [left] * 4


def test_integrity(town):
    alice = town.people["Alice"]
    answer = town.compare("integrity-checksum",
                          alice.get("/integrity/checksum/UAH"))
    assert "checkpoint for UAH" in answer.text
    answer = town.compare("integrity-status", alice.get("/integrity/status"))
    check_shape(town.recordings["integrity-status"]["answer"]["equivalents"]
                ["UAH"], answer.body["equivalents"]["UAH"], "UAH")
    assert answer.body["status"] == "healthy", answer
    answer = town.compare("integrity-verify",
                          alice.call("POST", "/integrity/verify", {}))
    uah = answer.body["equivalents"]["UAH"]
    assert re.fullmatch("[0-9a-f]{64}", uah["checksum"]), answer
    answer = alice.call("POST", "/integrity/verify", {"equivalent": "UAH"})
    assert list(answer.body["equivalents"]) == ["UAH"]
    assert alice.call("POST", "/integrity/verify",
                      {"equivalent": "ZZZ"}).status == 404
    answer = alice.get("/integrity/checksum/UAH")
    assert answer.body["checksum"] == uah["checksum"], answer
    assert alice.get("/integrity/checksum/ZZZ").status == 404
    items = alice.get("/integrity/audit-log").body["items"]
    assert all(item["object_id"] is None for item in items)


def test_integrity_can_fail(town):
    """A debt that no payment made is found."""
    hub = Hub(os.path.join(town.folder, "broken")).start()
    a = Client(hub, town.signer, "A").join()
    b = Client(hub, town.signer, "B").join()
    b.trust(a, "10")
    a.pay(b, "3")
    hub.stop()
    database = sqlite3.connect(os.path.join(hub.folder, "hub.db"))
    database.execute("UPDATE debt SET amount = amount + 1")
    database.commit()
    database.close()
    hub.start()
    try:
        a.login()
        answer = a.call("POST", "/integrity/verify", {})
        assert answer.body["status"] == "critical", answer
        invariant = answer.body["equivalents"]["UAH"]["invariants"]
        assert invariant["zero_sum"]["passed"] is False, answer
        assert answer.body["alerts"], answer
        assert a.get("/integrity/status").body["status"] == "critical"
    finally:
        hub.stop()


def test_admin_token(town):
    recorded = town.recordings["admin-equivalent-create-noauth"]
    town.compare("admin-equivalent-create-noauth", town.admin(
        "POST", "/equivalents", recorded["body"], token=None))
    for path in ("/config", "/whoami", "/participants", "/audit-log",
                 "/graph/snapshot", "/migrations", "/health/db"):
        for token in (None, "x", TOKEN + "x", TOKEN[:-1], TOKEN.upper()):
            answer = town.admin("GET", path, token=token)
            assert (answer.status, answer.code) == (403, "E006"), answer
    # A participant is no admin, and an admin no participant.
    alice = town.people["Alice"]
    assert alice.get("/admin/config").status == 403
    assert request(town.hub.listen, "GET", PREFIX + "/participants/me",
                   headers={"X-Admin-Token": TOKEN}).status == 401
    assert town.admin("GET", "/whoami").body == {"role": "admin"}
    other = Hub(os.path.join(town.folder, "no-admin"), "[community]\nname=X\n")
    other.start()
    for token in (TOKEN, "", "null"):
        assert request(other.listen, "GET", PREFIX + "/admin/whoami",
                       headers={"X-Admin-Token": token}).status == 403
    other.stop()
    path = os.path.join(town.folder, "token")
    with open(path, "w", encoding="utf-8") as file:
        file.write(TOKEN + "\n")
    other.set_config(f"[admin]\ntoken_file={path}\n[rest]\nenabled=false\n")
    other.start()
    # Switched off: nothing but how it is.
    assert request(other.listen, "GET", PREFIX + "/health").status == 200
    for path in ("/equivalents", "/admin/whoami", "/participants/me"):
        assert request(other.listen, "GET", PREFIX + path,
                       headers={"X-Admin-Token": TOKEN}).status == 404, path
    other.stop()
    other.set_config(f"[admin]\ntoken_file={os.path.join(town.folder, 'token')}"
                     "\n")
    other.start()
    assert request(other.listen, "GET", PREFIX + "/admin/whoami",
                   headers={"X-Admin-Token": TOKEN}).status == 200
    other.stop()


def test_admin_equivalents(town):
    body = {"code": "EUR", "symbol": "€", "description": "Euro",
            "precision": 2, "metadata": {"type": "fiat", "iso_code": "EUR"}}
    answer = town.compare("admin-equivalent-create",
                          town.admin("POST", "/equivalents", body))
    assert answer.body["metadata"] == body["metadata"]
    # Another hub fell over this; here it is a conflict.
    answer = town.compare("admin-equivalent-duplicate", town.admin(
        "POST", "/equivalents", {"code": "UAH", "precision": 2}), 409)
    assert answer.code == "E008"
    for bad in ({"code": "eur"}, {"code": "X" * 17}, {}, {"code": "A B"},
                {"code": "GBP", "precision": 9}, {"code": "GBP", "precision":
                "2"}, {"code": "GBP", "symbol": "x" * 9},
                {"code": "GBP", "metadata": {"type": "magic"}}):
        assert town.admin("POST", "/equivalents", bad).status == 422, bad
    alice, bob = town.people["Alice"], town.people["Bob Ж é"]
    answer = town.compare("equivalents-list", alice.get("/equivalents"))
    assert [item["code"] for item in answer.body["items"]] == [
        "UAH", "HOUR", "KWH", "EUR"]
    # It is there at once, for lines and payments.
    assert alice.trust(bob, "5", equivalent="EUR").status == 201
    assert bob.pay(alice, "2", equivalent="EUR").status == 200
    assert town.admin("GET", "/equivalents/EUR/usage").body == {
        "code": "EUR", "trustlines": 1, "debts": 1,
        "integrity_checkpoints": 0}
    for change in ({"precision": 3}, {"metadata": {"type": "time"}}):
        assert town.admin("PATCH", "/equivalents/EUR", change).status == 409
    answer = town.admin("PATCH", "/equivalents/EUR",
                        {"description": "The euro", "reason": "better"})
    assert answer.body["description"] == "The euro", answer
    assert answer.body["symbol"] == "€"
    assert town.admin("DELETE", "/equivalents/EUR",
                      {"reason": "x"}).status == 409
    assert town.admin("DELETE", "/equivalents/HOUR", {}).status == 422
    # Inactive: nothing new, what is there stays.
    town.admin("PATCH", "/equivalents/EUR", {"is_active": False})
    assert bob.pay(alice, "1", equivalent="EUR").status == 400
    assert bob.trust(alice, "1", equivalent="EUR").status == 400
    codes = [item["code"] for item in
             town.admin("GET", "/equivalents").body["items"]]
    assert "EUR" not in codes
    codes = [item["code"] for item in town.admin(
        "GET", "/equivalents?include_inactive=true").body["items"]]
    assert "EUR" in codes
    town.admin("POST", "/equivalents", {"code": "TMP", "precision": 0})
    assert town.admin("PATCH", "/equivalents/TMP",
                      {"precision": 1}).body["precision"] == 1
    answer = town.admin("DELETE", "/equivalents/TMP", {"reason": "a try"})
    assert answer.body == {"deleted": "TMP"}, answer
    answer = town.admin("DELETE", "/equivalents/KWH", {"reason": "unused"})
    assert answer.body == {"deleted": "KWH"}, answer
    assert alice.trust(bob, "5", equivalent="KWH").status == 404
    assert town.admin("DELETE", "/equivalents/KWH",
                      {"reason": "x"}).status == 404
    # All of it outlives a restart, whatever the configuration says.
    town.hub.restart()
    items = town.admin("GET", "/equivalents?include_inactive=1").body["items"]
    assert [item["code"] for item in items] == ["UAH", "HOUR", "EUR"], items
    assert items[2]["is_active"] is False
    assert bob.pay(alice, "1", equivalent="EUR").status == 400
    town.admin("PATCH", "/equivalents/EUR", {"is_active": True})
    assert bob.pay(alice, "1", equivalent="EUR").status == 200


def test_admin_config(town):
    payer, left, right, payee = (town.client("Way " + letter).join()
                                 for letter in "ABCD")
    for between in (left, right):
        between.trust(payer, "10")
        payee.trust(between, "10")
    answer = town.compare("admin-config", town.admin("GET", "/config"))
    town.compare("rate-limit-config", town.admin("GET", "/config"))
    items = {item["key"]: item for item in answer.body["items"]}
    assert items["routing.max_path_length"] == {
        "key": "routing.max_path_length", "value": 6, "mutable": True}
    assert items["community.name"]["mutable"] is False
    for bad in ({"updates": {"routing.max_path_length": 7}},
                {"updates": {"routing.max_path_length": "3"}},
                {"updates": {"community.name": "X"}}, {"updates": {}}, {},
                {"updates": {"nope": 1}}, {"updates": []},
                {"updates": {"feature_flags.multipath_enabled": 1}},
                {"updates": {"clearing.trigger_cycles_max_length": 2}}):
        assert town.admin("PATCH", "/config", bad).status == 422, bad

    def set_values(**values):
        answer = town.admin("PATCH", "/config", {
            "updates": {key.replace("__", "."): value
                        for key, value in values.items()}, "reason": "test"})
        assert answer.status == 200, answer

    def pay(amount):
        return payer.pay(payee, amount)

    def most():
        return payer.get("/payments/capacity", to=payee.pid,
                         equivalent="UAH").body["max_amount"]

    set_values(routing__max_path_length=1)
    assert pay("1").code == "E001"
    town.hub.restart()
    assert pay("1").code == "E001"
    set_values(routing__max_path_length=6)
    assert pay("1").status == 200
    # One route, or several.
    assert town.compare("admin-flags", town.admin(
        "GET", "/feature-flags")).body["multipath_enabled"] is True
    assert most() == "19.00"
    answer = town.admin("PATCH", "/feature-flags", {"multipath_enabled": False})
    assert answer.body["multipath_enabled"] is False, answer
    assert most() == "10.00"
    assert pay("11").code == "E002"
    town.admin("PATCH", "/feature-flags", {"multipath_enabled": True})
    assert pay("11").status == 200
    assert town.admin("PATCH", "/feature-flags", {}).status == 422
    # As many routes as there can be, or as many as is set.
    wide, narrow = town.client("Wide").join(), town.client("Narrow").join()
    for i in range(5):
        between = town.client(f"Lane {i}").join()
        between.trust(wide, "10")
        narrow.trust(between, "10")

    def wide_most():
        return wide.get("/payments/capacity", to=narrow.pid,
                        equivalent="UAH").body["max_amount"]

    assert wide_most() == "30.00"
    set_values(routing__max_paths_per_payment=2)
    assert wide_most() == "20.00"
    town.admin("PATCH", "/feature-flags", {"full_multipath_enabled": True})
    assert wide_most() == "50.00"
    assert wide.pay(narrow, "50", constraints={"max_paths": 10}).status == 200
    # Nobody has to say a number, neither a client nor a wallet.
    broad, wallet = town.client("Broad").join(), Wallet(town, "Broader")
    shop = town.client("Broad shop").join()
    for i in range(5):
        between = town.people[f"Lane {i}"]
        between.trust(broad, "10")
        between.trust(wallet, "10")
        shop.trust(between, "20")
    answer = broad.pay(shop, "50")
    assert answer.status == 200, answer
    assert wallet.json("pay", shop.pid, "50", "UAH")["state"] == "paid"
    town.admin("PATCH", "/feature-flags", {"full_multipath_enabled": False})
    set_values(routing__max_paths_per_payment=3)
    # Bounds in whole units.
    set_values(limits__max_payment_amount=5, limits__max_trust_line_limit=7)
    assert pay("5").status == 200
    answer = pay("5.01")
    assert (answer.status, answer.code) == (400, "E003"), answer
    answer = payer.trust(payee, "7.01")
    assert (answer.status, answer.code) == (400, "E003"), answer
    set_values(limits__max_payment_amount=0, limits__max_trust_line_limit=0)
    assert payer.trust(payee, "7.01").status == 201


def test_admin_freeze(town):
    """Who is frozen neither pays, receives, passes on nor is given lines."""
    a, b, c = (town.client("Cold " + letter).join() for letter in "ABC")
    b.trust(a, "10")
    held = c.trust(b, "10").body["id"]
    given = b.get("/trustlines", direction="outgoing").body["items"][0]["id"]
    assert a.pay(c, "1").status == 200
    answer = town.compare("admin-freeze-C", town.admin(
        "POST", f"/participants/{b.pid}/freeze", {"reason": "t"}))
    assert answer.body == {"pid": b.pid, "status": "suspended"}, answer
    for body in ({}, {"reason": ""}, {"reason": 7}, "[]"):
        assert town.admin("POST", f"/participants/{b.pid}/freeze",
                          body).status == 422
    assert town.admin("POST", f"/participants/{NOBODY}/freeze",
                      {"reason": "t"}).status == 404
    for restart in (False, True):
        if restart:
            town.hub.restart()
        answer = town.compare("payment-to-frozen-receiver", a.pay(b, "1"), 403)
        assert answer.code == "E006"
        answer = town.compare("payment-via-frozen-intermediate", a.pay(c, "1"),
                              400)
        assert answer.code == "E001"
        town.compare("trustline-to-frozen", a.trust(b, "5"), 403)
        assert b.pay(c, "1").status == 403
        assert b.trust(c, "1").status == 403
        # No more trust by what is there already; less of it always.
        assert c.change_line(held, limit="11").status == 403
        assert b.change_line(given, limit="11").status == 403
        assert c.change_line(held, limit="9" if restart else "9.50"
                             ).status == 200
        # Nor is it worth asking.
        for payer, payee in ((a, b), (b, c), (a, c)):
            answer = payer.get("/payments/capacity", to=payee.pid,
                               equivalent="UAH")
            assert answer.body["can_pay"] is False, answer
        assert a.get("/participants/" + b.pid).body["status"] == "suspended"
        # It may look, and sign in.
        assert b.get("/balance").status == 200
        assert b.login().body["participant"]["status"] == "suspended"
    town.admin("POST", f"/participants/{b.pid}/unfreeze", {"reason": "t"})
    assert a.pay(c, "1").status == 200
    answer = town.admin("POST", f"/participants/{b.pid}/ban", {"reason": "t"})
    assert answer.body["status"] == "deleted", answer
    assert a.pay(c, "1").code == "E001"
    for answer in (b.get("/balance"), b.login(), b.call(
            "POST", "/auth/refresh", {"refresh_token": b.refresh_token})):
        assert (answer.status, answer.code) == (403, "E006"), answer
    assert town.admin("POST", f"/participants/{b.pid}/unfreeze",
                      {"reason": "t"}).status == 409
    answer = town.admin("GET", "/participants?status=banned")
    assert [item["pid"] for item in answer.body["items"]] == [b.pid], answer
    town.admin("POST", f"/participants/{b.pid}/unban", {"reason": "t"})
    assert b.login().status == 200
    assert a.pay(c, "1").status == 200
    # A wallet, too.
    wallet = Wallet(town, "Frost")
    wallet.run("trust", a.pid, "5", "UAH")
    town.admin("POST", f"/participants/{wallet.pid}/ban", {"reason": "t"})
    assert a.pay(wallet.pid, "1").status == 403
    wallet.run("trust", a.pid, "9", "UAH", status=5)
    town.admin("POST", f"/participants/{wallet.pid}/unban", {"reason": "t"})
    wallet.run("trust", a.pid, "9", "UAH")


def test_admin_lists(town):
    answer = town.admin("GET", "/participants?per_page=2&page=2")
    assert (answer.body["page"], answer.body["per_page"]) == (2, 2)
    assert answer.body["total"] > 10 and len(answer.body["items"]) == 2, answer
    assert set(answer.body["items"][0]) == {
        "pid", "display_name", "type", "status", "verification_level",
        "created_at"}
    assert town.admin("GET", "/participants?q=Alice").body["total"] == 1
    assert town.admin("GET", "/participants?type=business").body["total"] == 1
    stats = town.admin("GET", "/participants/stats").body
    total = stats["total_participants"]
    assert sum(stats["participants_by_status"].values()) == total, stats
    assert sum(stats["participants_by_type"].values()) == total, stats
    alice, bob = town.people["Alice"], town.people["Bob Ж é"]
    answer = town.admin("GET", f"/participants/{alice.pid}/metrics"
                        "?equivalent=UAH")
    row = answer.body["balance_rows"][0]
    mine = alice.balance()
    assert (row["total_debt"], row["net"]) == (mine["total_debt"],
                                               mine["net_balance"]), answer
    assert town.admin("GET", f"/participants/{NOBODY}/metrics").status == 404
    answer = town.admin("GET", f"/trustlines?creditor={bob.pid}&equivalent=UAH")
    assert answer.body["total"] == 1, answer
    assert all(item["from"] == bob.pid for item in answer.body["items"])
    assert town.admin("GET", "/trustlines?creditor=x").status == 422
    answer = town.admin("GET", "/trustlines/bottlenecks?threshold=0.25&limit=3")
    assert answer.body["threshold"] == 0.25, answer
    for item in answer.body["items"]:
        assert float(item["available"]) <= float(item["limit"]) / 4, item
    assert town.admin("GET", "/trustlines/bottlenecks?threshold=x").status \
        == 422
    answer = town.admin("GET", "/liquidity/summary?equivalent=UAH")
    body = answer.body
    assert body["equivalent"] == "UAH" and body["top_debtors"], answer
    total = sum(float(item["used"]) for item in town.admin(
        "GET", "/trustlines?equivalent=UAH&status=active&per_page=200"
    ).body["items"])
    assert round(float(body["total_used"]) - total, 2) == 0, answer
    assert town.admin("GET", "/liquidity/summary").body["equivalent"] is None
    assert town.admin("GET", "/incidents").body["total"] == 0
    migrations = town.admin("GET", "/migrations").body
    assert migrations["is_up_to_date"] is True, migrations
    assert town.admin("GET", "/health/db").body["status"] == "ok"
    graph = town.admin("GET", "/graph/snapshot?equivalent=UAH").body
    assert {"participants", "trustlines", "incidents", "equivalents", "debts",
            "audit_log", "transactions"} <= set(graph)
    debts = {(debt["debtor"], debt["creditor"]): debt["amount"]
             for debt in graph["debts"]}
    assert debts[(alice.pid, bob.pid)], debts
    ego = town.admin("GET", f"/graph/ego?pid={alice.pid}&depth=1&equivalent="
                     ).body
    assert ego["root_pid"] == alice.pid
    assert bob.pid in {item["pid"] for item in ego["participants"]}
    assert len(ego["participants"]) < len(graph["participants"])
    for query in ("", "?pid=" + NOBODY, f"?pid={alice.pid}&depth=3"):
        assert town.admin("GET", "/graph/ego" + query).status in (404, 422)


def test_admin_abort(town):
    assert town.admin("POST", "/transactions/nope/abort",
                      {"reason": "t"}).status == 404
    answer = town.admin("POST", "/transactions/tx-onehop/abort",
                        {"reason": "t"})
    assert (answer.status, answer.code) == (409, "E008"), answer
    assert town.admin("POST", "/transactions/tx-onehop/abort", {}).status \
        == 422
    # One that waits for somebody who is there and says nothing.
    payer, payee = (town.client("Slow " + letter).join() for letter in "AB")
    assert payee.trust(payer, "10").status == 201
    wallet = Socket(town.hub.listen, None, path=PREFIX + "/node")
    wallet.sign_in(payee)
    for outcome in ("ABORTED", "COMMITTED"):
        answers = []
        body = payer.payment(payee, "3", tx_id="tx-" + outcome)
        thread = threading.Thread(target=lambda: answers.append(
            payer.call("POST", "/payments", body)))
        thread.start()
        while wallet.json()["msg_type"] != "PAYMENT_PREPARE":
            pass
        for path in (f"/graph/ego?pid={payee.pid}", "/graph/snapshot"):
            open_ones = town.admin("GET", path).body["transactions"]
            assert [item["tx_id"] for item in open_ones] == [body["tx_id"]]
        # Whoever pays is not told that there is no such payment.
        answer = payer.get("/payments/" + body["tx_id"])
        assert (answer.body["status"], answer.body["committed_at"],
                answer.body["routes"]) == ("PREPARED", None, []), answer
        assert payee.get("/payments/" + body["tx_id"]).status == 404
        if outcome == "ABORTED":
            answer = town.admin("POST", f"/transactions/{body['tx_id']}/abort",
                                {"reason": "t"})
            assert answer.body == {"tx_id": body["tx_id"],
                                   "status": "aborted"}, answer
        # P7: silence is not a refusal where a line says so.
        thread.join()
        assert answers[0].status == (403 if outcome == "ABORTED" else 200)
        assert town.admin("GET", "/graph/snapshot").body["transactions"] == []
        again = payer.call("POST", "/payments", body)
        assert (again.status, again.body["status"]) == (200, outcome), again
        if outcome == "ABORTED":
            assert again.body["error"]["details"]["reason"] \
                == "aborted_by_hub", again
            assert payer.balance()["total_debt"] == "0.00"
    wallet.close()
    # Aborting is too late then.
    assert town.admin("POST", "/transactions/tx-COMMITTED/abort",
                      {"reason": "t"}).status == 409
    assert payer.balance()["total_debt"] == "3.00"


def test_admin_incidents(town):
    """An equivalent that is frozen is an incident until it is thawed."""
    alice, bob = town.people["Alice"], town.people["Bob Ж é"]
    sql = "INSERT INTO incident (at, kind, equivalent, text) VALUES (?,?,?,?)"

    def note(kind):
        town.hub.stop()
        database = sqlite3.connect(os.path.join(town.hub.folder, "hub.db"))
        database.execute(sql, (int(time.time() * 1000), kind, "EUR", "A test."))
        database.commit()
        database.close()
        town.hub.start()

    note(1)
    answer = town.admin("GET", "/incidents?per_page=1")
    assert answer.body["total"] == 1, answer
    item = answer.body["items"][0]
    assert (item["equivalent"], item["text"]) == ("EUR", "A test."), item
    assert town.admin("GET", "/incidents?page=2").body["items"] == []
    assert town.admin("GET", "/liquidity/summary").body[
        "incidents_over_sla"] == 1
    assert len(town.admin("GET", "/graph/snapshot").body["incidents"]) == 1
    assert bob.pay(alice, "1", equivalent="EUR").status >= 400
    answer = alice.call("POST", "/integrity/verify", {})
    assert answer.body["status"] == "critical", answer
    assert answer.body["equivalents"]["EUR"]["status"] == "critical", answer
    assert answer.body["equivalents"]["UAH"]["status"] == "healthy", answer
    items = alice.get("/integrity/audit-log").body["items"]
    assert items[0]["action"] == "integrity.verify" and all(
        item["object_id"] is None for item in items), items
    note(2)
    assert town.admin("GET", "/incidents").body["total"] == 0
    assert bob.pay(alice, "1", equivalent="EUR").status == 200


def test_audit(town):
    town.compare("admin-audit", town.admin(
        "GET", "/audit-log?action=admin.participants.freeze&per_page=2"))
    answer = town.admin("GET", "/audit-log?page=1&per_page=2")
    total = answer.body["total"]
    assert total > 30, answer
    items = []
    for page in range(1, total // 200 + 2):
        items += town.admin("GET", f"/audit-log?per_page=200&page={page}"
                            ).body["items"]
    assert len(items) == total
    assert len({item["id"] for item in items}) == total
    actions = {item["action"] for item in items}
    assert {"admin.config.patch", "admin.feature_flags.patch",
            "admin.participants.freeze", "admin.participants.unfreeze",
            "admin.participants.ban", "admin.participants.unban",
            "admin.equivalents.create", "admin.equivalents.update",
            "admin.equivalents.delete", "admin.transactions.abort",
            "auth.login", "clearing.auto", "integrity.verify",
            } <= actions, actions
    # Everything that the owner can do has been done, and nothing is done by
    # what only looks.
    ways = {operation["operationId"] for path, operations in
            town.document.document["paths"].items() if "/admin/" in path
            for method, operation in operations.items() if method != "get"}
    assert len(ways) == len([action for action in actions
                             if action.startswith("admin.")]), (ways, actions)
    freeze = town.admin("GET", "/audit-log?action=admin.participants.freeze"
                        ).body["items"][0]
    assert freeze["reason"] == "t"
    assert freeze["before_state"] == {"status": "active"}
    assert freeze["after_state"] == {"status": "suspended"}
    assert freeze["ip_address"] == "127.0.0.1"
    assert town.admin("GET", "/audit-log?q=%25").body["total"] == 0
    # Nobody changes it, not even with the database in hand.
    database = sqlite3.connect(os.path.join(town.hub.folder, "hub.db"))
    for sql in ("DELETE FROM audit", "UPDATE audit SET action = ''"):
        try:
            database.execute(sql)
            raise AssertionError(sql)
        except sqlite3.IntegrityError:
            pass
    database.close()


def test_openapi(town):
    """Everything that there is is described, and nothing else is there."""
    answer = request(town.hub.listen, "GET", PREFIX + "/openapi.json")
    paths = answer.body["paths"]
    ids = [operation["operationId"] for operations in paths.values()
           for operation in operations.values()]
    assert len(set(ids)) == len(ids)
    # Where Debian's python3-openapi-spec-validator is, it has a look, too.
    try:
        from openapi_spec_validator import OpenAPIV31SpecValidator
    except ImportError:
        print("# without openapi-spec-validator")
    else:
        faults = [fault.message for fault in
                  OpenAPIV31SpecValidator(answer.body).iter_errors()]
        assert not faults, faults
    # What is named is there, and what is there is named.
    schemas = answer.body["components"]["schemas"]
    named = set(re.findall(r"#/components/schemas/(\w+)", answer.text))
    assert named == set(schemas), named ^ set(schemas)
    contract = """
        GET /equivalents GET /balance GET /balance/debts POST /participants
        GET /participants GET /participants/search GET /participants/me
        PATCH /participants/me GET /participants/{pid} POST /trustlines
        GET /trustlines GET /trustlines/{id} PATCH /trustlines/{id}
        DELETE /trustlines/{id} GET /payments/capacity GET /payments/max-flow
        POST /payments GET /payments GET /payments/{tx_id}
        GET /clearing/cycles POST /clearing/auto GET /integrity/status
        GET /integrity/checksum/{equivalent} POST /integrity/verify
        GET /integrity/audit-log GET /admin/config PATCH /admin/config
        GET /admin/feature-flags PATCH /admin/feature-flags GET /admin/whoami
        GET /admin/participants GET /admin/participants/stats
        POST /admin/participants/{pid}/freeze
        POST /admin/participants/{pid}/unfreeze
        POST /admin/participants/{pid}/ban
        POST /admin/participants/{pid}/unban
        GET /admin/participants/{pid}/metrics GET /admin/equivalents
        POST /admin/equivalents PATCH /admin/equivalents/{code}
        DELETE /admin/equivalents/{code} GET /admin/equivalents/{code}/usage
        GET /admin/audit-log GET /admin/trustlines
        GET /admin/trustlines/bottlenecks GET /admin/liquidity/summary
        GET /admin/incidents POST /admin/transactions/{tx_id}/abort
        GET /admin/graph/snapshot GET /admin/graph/ego
        GET /admin/clearing/cycles GET /admin/migrations GET /admin/health/db
        POST /auth/challenge POST /auth/login POST /auth/refresh
        GET /health GET /healthz GET /health/db""".split()
    for method, path in zip(contract[::2], contract[1::2]):
        operation = paths[PREFIX + path][method.lower()]
        assert "200" in operation["responses"] or \
            "201" in operation["responses"], path
    for path, operations in paths.items():
        for method, operation in operations.items():
            plain = path.replace("{", "").replace("}", "")
            answer = request(town.hub.listen, method.upper(), plain, "")
            # It is there, and asks who one is.
            if "security" in operation:
                assert answer.status in (401, 403), (path, answer)


def test_recordings(town):
    """None of the recorded requests was left out, and of what is described
    nothing was never seen."""
    left = set(town.recordings) - town.compared
    assert not left, left
    left = set(town.document.schemas) - town.document.used
    assert not left, left


if __name__ == "__main__":
    sys.exit(run(globals(), ContractTown))
