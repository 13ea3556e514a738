#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The GEO authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must not happen through the GEO v0.1 REST contract of a real geo-hub:
requests that are wrong in every way that there is get an answer that is
described, and what other hubs of that contract were seen to do wrong is done
right.  The tests build on each other and run in the order they stand in."""

import base64
import json
import random
import re
import socket
import sys
import threading
import time

from restclient import PREFIX, canonical, request
from resttown import NOBODY, TOKEN, run


def raw(town, data, timeout=180):
    """Sends bytes; the status, the headers and the rest.  0: hung up."""
    host, port = town.hub.listen.rsplit(":", 1)
    with socket.create_connection((host, int(port)), timeout) as connection:
        try:
            connection.sendall(data)
            answer = b""
            while True:
                part = connection.recv(65536)
                if not part:
                    break
                answer += part
        except (ConnectionResetError, BrokenPipeError):
            answer = b""
    head, _, body = answer.partition(b"\r\n\r\n")
    match = re.match(rb"HTTP/1\.[01] (\d\d\d) ", head)
    return (int(match[1]) if match else 0), head.decode("latin1"), body


def ask(town, method, target, headers=(), body=b"", version="HTTP/1.1"):
    lines = [f"{method} {target} {version}", "Host: hub", *headers]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return raw(town, "\r\n".join(lines).encode() + b"\r\n\r\n" + body)


def is_well(town):
    answer = request(town.hub.listen, "GET", PREFIX + "/health")
    assert answer.status == 200, answer


def test_people(town):
    alice, bob = town.client("Alice").join(), town.client("Bob").join()
    carol = town.client("Carol").join()
    for creditor, debtor in ((bob, alice), (carol, bob), (alice, carol)):
        assert creditor.trust(debtor, "100").status == 201
    assert alice.pay(bob, "1", tx_id="first").status == 200


def test_methods(town):
    paths = town.document.document["paths"]
    assert len(paths) > 50
    for path, operations in paths.items():
        plain = path.replace("{", "").replace("}", "")
        for method in ("PUT", "OPTIONS", "TRACE", "PROPFIND", "get", "X" * 40):
            status, head, _ = ask(town, method, plain)
            allow = re.search(r"\r\nAllow: ([^\r]*)", head, re.I)
            assert status == 405 and allow, (method, path, head)
            assert {name.upper() for name in operations} <= set(
                allow[1].split(", ")), (path, allow[1])
        # Its answer without the body, whoever asks.
        status, head, body = ask(town, "HEAD", plain)
        if path.endswith("/ws"):
            assert status == 400, head
        elif "get" in operations:
            assert status in (200, 401, 403) and body == b"", (path, head)
        else:
            assert status == 405 and body == b"", (path, head)
    for method in ("CONNECT", "PRI", "", "GET GET", "\x00", "G\xc3\xa9T"):
        status, _, _ = ask(town, method, PREFIX + "/health")
        assert status in (0, 400, 404, 405), (method, status)
    is_well(town)


def test_paths(town):
    for target in ("/", "//", "*", "/api", "/api/v1", "/api/v1/", "/api/v1//",
                   "/api/v1/../v1/health/x", "/api/v1/participants/../nope",
                   "/api/v1/%2e%2e/%2e%2e/etc/passwd", "/api/v1/health%00",
                   "/api/v1/health/%00", "/api/v1/healthz/", "/api/v1/HEALTH",
                   "/api/v2/health", "/API/V1/health", "/api/v1/nope",
                   "/api/v1/health;x=1", "/api/v1/participants/%ff%fe",
                   "/api/v1/trustlines/" + "%41" * 3000,
                   "/api/v1/" + "a/" * 3000, "/api/v1/participants/%2f",
                   "/api/v1/payments/%0d%0aX-Evil:%201", "?", "#", "health",
                   "/%E2%80%AE", "/api/v1/participants/" + "x" * 60000):
        status, head, _ = ask(town, "GET", target)
        assert status in (0, 400, 401, 404), (target[:60], head)
        assert "X-Evil" not in head, head
    # The whole address, as proxies send it.
    assert ask(town, "GET", "http://hub" + PREFIX + "/healthz")[0] in (200, 400)
    for version in ("HTTP/1.0", "HTTP/1.1"):
        status, _, body = ask(town, "GET", PREFIX + "/healthz",
                              version=version)
        assert (status, body) == (200, b'{"status":"ok"}'), version
    for version in ("HTTP/9.9", "HTTP", "", "XTTP/1.1"):
        assert ask(town, "GET", PREFIX + "/healthz", version=version)[0] in (
            0, 200, 400, 505), version
    alice = town.people["Alice"]
    for tx_id in ("'%20OR%20'1'='1", "first'--", "%25", "_", "first%20",
                  "FIRST", "firs", "*"):
        answer = alice.get("/payments/" + tx_id)
        assert answer.status in (400, 404), (tx_id, answer)
    is_well(town)


def test_request_ids(town):
    for wanted, kept in (("a", True), ("x" * 64, True), ("x" * 65, False),
                         ("a b", False), ("", False), ("é", False),
                         ("a\tb", False), ("a,b", False), ("../../x", False),
                         ("%0d%0aX-Evil: 1", False), ("<script>", False),
                         ("A-1._:", True)):
        status, head, _ = ask(town, "GET", PREFIX + "/healthz",
                              [f"X-Request-ID: {wanted}"])
        told = re.findall(r"\r\nX-Request-ID: ([^\r]*)", head)
        assert status == 200 and len(told) == 1, (wanted, head)
        if kept:
            assert told[0] == wanted, head
        else:
            assert re.fullmatch("[0-9a-f]{32}", told[0]), head
    # Twice, and with lines of its own: never in the answer as it came.
    for headers in (["X-Request-ID: a", "X-Request-ID: b"],
                    ["X-Request-ID: a\r\n b"], ["X-Request-ID : a"],
                    ["X-Request-ID: a\rX-Evil: 1"]):
        status, head, _ = ask(town, "GET", PREFIX + "/healthz", headers)
        assert status in (0, 200, 400) and "X-Evil" not in head, head
    # On what is refused, too, so that a person can name it.
    for target in ("/nope", PREFIX + "/balance", PREFIX + "/admin/config"):
        _, head, _ = ask(town, "GET", target, ["X-Request-ID: find-me"])
        assert "\r\nX-Request-ID: find-me" in head, head
    town.admin("PATCH", "/feature-flags", {"clearing_enabled": True})
    line = town.admin("GET", "/audit-log?per_page=1").body["items"][0]
    assert re.fullmatch("[0-9a-f]{32}", line["request_id"]), line


def test_bodies(town):
    target = PREFIX + "/auth/challenge"
    body = json.dumps({"pid": town.people["Alice"].pid}).encode()
    json_type = "Content-Type: application/json"
    for headers in ([json_type], ["Content-Type: application/json; charset=x"],
                    ["content-type: APPLICATION/JSON"], []):
        assert ask(town, "POST", target, headers, body)[0] == 200, headers
    for wrong in ("text/plain", "application/x-www-form-urlencoded",
                  "multipart/form-data; boundary=x", "application/xml", "json",
                  "application/json2"):
        status, _, said = ask(town, "POST", target,
                              ["Content-Type: " + wrong], body)
        assert status == 422, wrong
        fault = json.loads(said)["error"]["details"]["errors"][0]
        assert fault["type"] == "content_type", said
    # In chunks, whole and cut; nothing is taken for more than it is.
    chunked = [json_type, "Transfer-Encoding: chunked"]

    def chunks(*sizes, end=b"0\r\n\r\n"):
        data, out = body, b""
        for size in sizes:
            out += b"%x\r\n%s\r\n" % (len(data[:size]), data[:size])
            data = data[size:]
        head = "\r\n".join([f"POST {target} HTTP/1.1", "Host: hub", *chunked])
        return head.encode() + b"\r\n\r\n" + out + end

    assert raw(town, chunks(len(body)))[0] == 200
    assert raw(town, chunks(1, 2, 3, 999))[0] == 200
    assert raw(town, chunks(5))[0] == 422
    for end in (b"zz\r\n", b"-1\r\n", b"ffffffffffffffffff\r\n",
                b"7fffffff\r\nx"):
        host, port = town.hub.listen.rsplit(":", 1)
        with socket.create_connection((host, int(port)), 180) as connection:
            connection.sendall(chunks(5, end=end))
            connection.shutdown(socket.SHUT_WR)
            connection.settimeout(180)
            try:
                answer = connection.recv(65536)
            except ConnectionResetError:
                answer = b""
        assert not answer or answer.split()[1] in (b"400", b"413", b"422"), (
            end, answer)
    # Two lengths, or a length and chunks: one request at most comes of it.
    for extra in (["Content-Length: 3"], ["Content-Length: -1"],
                  ["Content-Length: x"],
                  ["Transfer-Encoding: gzip"], ["Content-Encoding: gzip"],
                  ["Expect: something"]):
        status, head, said = ask(town, "POST", target, [json_type, *extra],
                                 body)
        assert said.count(b"HTTP/1.") == 0, (extra, said)
        assert status in (0, 200, 400, 415, 417, 422, 501), (extra, head)
    status, head, said = ask(
        town, "POST", target, chunked,
        b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
        + b"GET /api/v1/healthz HTTP/1.1\r\nHost: hub\r\n\r\n")
    assert status == 200 and said.count(b"HTTP/1.") == 0, (head, said)
    status, _, said = ask(town, "POST", target, [json_type],
                          b'{"pid":"' + b"x" * 70000 + b'"}')
    assert status == 413 and json.loads(said)["detail"], said
    is_well(town)


def wrong_values():
    deep = "[" * 40 + "]" * 40
    return ("null", "true", "7", "-1", "1.5", "1e400", '""', '"\\u0000"',
            '"\\ud800"', "[]", "{}", deep, '{"a":' * 20 + "1" + "}" * 20,
            '"' + "x" * 5000 + '"', '"' + "Ж" * 2000 + '"', '"\' OR 1=1 --"',
            '"%s%n%x"', '"../../etc/passwd"', '"\\u202e\\u0007"',
            "9007199254740993", "[" + ",".join(["1"] * 2000) + "]",
            '["' + "x" * 100 + '"]', '{"": ""}', '"<script>"')


def test_fields(town):
    """Every member of every body, with everything that it must not be."""
    document = town.document.document
    alice = town.people["Alice"]
    headers = {"Authorization": "Bearer " + alice.token,
               "X-Admin-Token": TOKEN}
    line = alice.get("/trustlines", direction="outgoing").body["items"][0]
    good = {"pid": alice.pid, "challenge": "A" * 43, "to": NOBODY,
            "equivalent": "UAH", "limit": "1", "amount": "1", "tx_id": "t",
            "signature": base64.b64encode(bytes(64)).decode(),
            "display_name": "X", "public_key": alice.key, "code": "XYZ",
            "refresh_token": "x", "reason": "", "updates": {}}
    tried = taken = 0
    for path, operations in document["paths"].items():
        target = path.replace("{id}", line["id"]).replace("{pid}", NOBODY) \
            .replace("{code}", "NOPE").replace("{tx_id}", "nope")
        for method, operation in operations.items():
            if "requestBody" not in operation:
                continue
            name = operation["requestBody"]["content"]["application/json"][
                "schema"]["$ref"].rsplit("/", 1)[1]
            schema = document["components"]["schemas"][name]
            base = {member: good[member] for member in schema.get(
                "required", ())}
            for member in schema["properties"]:
                for value in wrong_values():
                    rest = json.dumps({key: base[key] for key in base
                                       if key != member})[1:-1]
                    body = "{" + f'"{member}":{value}' + (
                        "," + rest if rest else "") + "}"
                    answer = request(town.hub.listen, method.upper(), target,
                                     body, headers)
                    # What is taken is as it is described: the town sees
                    # to that.
                    assert answer.status < 500, (target, body[:80], answer)
                    taken += answer.status < 300
                    tried += 1
            for body in ("", "{", "[]", "null", '"x"', "{}}", "{'a':1}",
                         '{"a":1,"a":2}', "\ufeff{}", "// x\n{}", "[" * 50000,
                         '{"a":' * 5000, "nul", "\x00", "{}\x00", "1" * 60000):
                answer = request(town.hub.listen, method.upper(), target, body,
                                 headers)
                assert answer.status in (400, 404, 422) or (
                    name == "VerifyRequest" and body == ""), (
                        target, body[:20], answer)
            answer = request(town.hub.listen, method.upper(), target,
                             b'{"a":"\xff\xfe"}', headers)
            assert answer.status in (400, 404, 422), answer
    print(f"# {tried} bodies, {taken} of them good")
    assert tried > 700 and taken < tried / 20
    is_well(town)


def test_queries(town):
    """Every parameter of every query."""
    alice = town.people["Alice"]
    headers = {"Authorization": "Bearer " + alice.token,
               "X-Admin-Token": TOKEN}
    values = ("", "0", "-1", "201", "1000001", "9" * 30, "1e3", "0x10", "1.5",
              "%2B1", "%20", "x", "%27%20OR%201%3D1%20--", "%ff", "%25",
              "true", "NaN", "x" * 8000, "2026-13-45", "%D0%96",
              "2026-11-20T00:00:00%2B99:99", "null", "[]", "%0d%0aX-Evil:1")
    tried = 0
    for path, operations in town.document.document["paths"].items():
        for operation in (operations.get("get"),):
            for parameter in (operation or {}).get("parameters", ()):
                if parameter["in"] != "query":
                    continue
                for value in values:
                    target = f"{path}?{parameter['name']}={value}"
                    answer = request(town.hub.listen, "GET", target.replace(
                        "{pid}", alice.pid), headers=headers)
                    assert answer.status < 500, (target[:80], answer)
                    assert "X-Evil" not in answer.headers
                    assert ask(town, "GET", f"{path}?{parameter['name']}=%00"
                               )[0] in (0, 400, 401, 403, 404)
                    tried += 1
                if parameter["name"] == "per_page":
                    for value in ("0", "201", "-1", "x", "1.5", ""):
                        answer = request(town.hub.listen, "GET",
                                         f"{path}?per_page={value}",
                                         headers=headers)
                        assert answer.status == 422, (path, value, answer)
    print(f"# {tried} queries")
    assert tried > 700
    # Far behind the end is empty, and not slow.
    for path in ("/payments", "/trustlines", "/participants",
                 "/admin/audit-log", "/admin/trustlines", "/admin/incidents"):
        begin = town.hub.cpu()
        answer = request(town.hub.listen, "GET",
                         f"{PREFIX}{path}?page=1000000&per_page=200",
                         headers=headers)
        assert answer.body["items"] == [], answer
        assert town.hub.cpu() - begin < 1, path
    # The same name twice, nothing but separators, thousands of names.
    for query in ("page=1&page=2", "&&&&", "=", "page", "page=1;per_page=2",
                  "&".join(f"a{i}=b" for i in range(3000))):
        answer = alice.call("GET", "/payments?" + query)
        assert answer.status in (200, 400, 422), (query[:40], answer)
    is_well(town)


def test_tokens(town):
    alice, bob = town.people["Alice"], town.people["Bob"]
    hub = town.hub
    me = "/participants/me"
    assert alice.call("GET", me, token=hub.make_token(alice.pid)).status == 200
    for token in (hub.make_token(alice.pid, seconds=-1),
                  hub.make_token(alice.pid, "refresh"),
                  hub.make_token(alice.pid, "admin"),
                  hub.make_token(NOBODY), hub.make_token(""),
                  hub.make_token(7), hub.make_token(None),
                  hub.make_token(alice.pid, exp="soon"),
                  hub.make_token(alice.pid, exp=2 ** 70),
                  hub.make_token(alice.pid, exp=None),
                  hub.make_token(alice.pid, jti=""),
                  hub.make_token(alice.pid, jti="x" * 100),
                  hub.make_token(alice.pid, padding="x" * 2000)):
        answer = alice.call("GET", me, token=token)
        assert (answer.status, answer.code) == (401, "E006"), answer
    # Another's token with one's own signature, and the other way round.
    body = alice.payment(bob, "1", tx_id="not-mine")
    answer = bob.call("POST", "/payments", body)
    assert (answer.status, answer.code) == (400, "E005"), answer
    line = alice.get("/trustlines", direction="outgoing").body["items"][0]
    assert bob.close_line(line["id"]).status in (403, 404)
    for header in ("Bearer", "Bearer ", "Bearer  " + alice.token,
                   "Bearer " + alice.token + " x", alice.token,
                   "Bearer " + alice.token + ", Bearer " + bob.token,
                   "Basic " + base64.b64encode(b"a:b").decode()):
        answer = alice.call("GET", me, token=None, Authorization=header)
        assert answer.status == 401, (header[:30], answer)
    assert alice.call("GET", me, token=None,
                      Authorization="bearer " + alice.token).status == 200


def test_device_info(town):
    """What stays for ever is small."""
    alice = town.people["Alice"]
    for device, status in (({"platform": "test"}, 200), (None, 200),
                           ({"a": "x" * 2000}, 422), ([], 422), ("x", 422)):
        challenge = alice.challenge().body["challenge"]
        answer = alice.call("POST", "/auth/login", {
            "pid": alice.pid, "challenge": challenge,
            "signature": alice.sign(challenge), "device_info": device},
            token=None)
        assert answer.status == status, (device, answer)


def test_random(town):
    """Bytes that nobody thought of, from a seed."""
    dice = random.Random(5)
    alice = town.people["Alice"]
    good = json.dumps(alice.payment(town.people["Bob"], "1")).encode()
    for number in range(400):
        body = bytearray(good)
        for _ in range(dice.randint(1, 8)):
            place = dice.randrange(len(body))
            if dice.random() < 0.3:
                del body[place]
            elif dice.random() < 0.5:
                body.insert(place, dice.randrange(256))
            else:
                body[place] = dice.randrange(256)
        if bytes(body) == good:
            continue
        answer = alice.call("POST", "/payments", bytes(body))
        assert 400 <= answer.status < 500, (number, body, answer)
    is_well(town)


# --- What other hubs were seen to do wrong ----------------------------------


def test_no_rounding(town):
    """Decimals beyond the precision are refused; amounts have those that the
    equivalent has, and no exponent."""
    alice, bob = town.people["Alice"], town.people["Bob"]
    for amount in ("0.001", "0.000000001", "1.005", "1.000"):
        assert alice.pay(bob, amount).code == "E009", amount
        assert bob.trust(town.client("Nobody " + amount).join(),
                         amount).code == "E009", amount
    bob.trust(alice, "9", equivalent="HOUR")
    bob.trust(alice, "9", equivalent="KWH")
    for code, amount, told in (("HOUR", "0.5", "0.5"), ("KWH", "2", "2.000"),
                               ("KWH", "0.001", "0.001"),
                               ("UAH", "0.01", "0.01")):
        answer = alice.pay(bob, amount, equivalent=code)
        assert answer.body["amount"] == told, answer
        assert answer.body["routes"][0]["amount"] == told, answer
    text = alice.get("/balance").text + bob.get("/trustlines").text
    assert not re.search(r'"\d+(\.\d+)?[Ee][-+]?\d+"', text), text
    precision = {"UAH": 2, "HOUR": 1, "KWH": 3}
    for item in alice.get("/balance").body["equivalents"]:
        for name, value in item.items():
            if name != "code":
                assert len(value.split(".")[1]) == precision[item["code"]]


def test_reverse_debt(town):
    """Capacity knows what would be paid back, and it can be paid, although the
    payee has no line to the payer."""
    a, b = town.client("Back A").join(), town.client("Back B").join()
    b.trust(a, "50")
    assert a.pay(b, "20").status == 200
    answer = b.get("/payments/capacity", to=a.pid, equivalent="UAH",
                   amount="20")
    assert answer.body == {"can_pay": True, "max_amount": "20.00",
                           "routes_count": 1, "estimated_hops": 1}, answer
    answer = b.get("/payments/max-flow", to=a.pid, equivalent="UAH")
    assert answer.body["max_amount"] == "20.00", answer
    assert b.pay(a, "20.01").code in ("E001", "E002")
    assert b.pay(a, "20").status == 200
    assert a.balance()["total_debt"] == "0.00"
    # Both ways at once: what is owed comes on top of the line.
    a.trust(b, "30")
    a.pay(b, "10")
    assert b.get("/payments/capacity", to=a.pid, equivalent="UAH"
                 ).body["max_amount"] == "40.00"


def test_reverse_arcs(town):
    """The most that can be paid needs a way that gives back what a shorter one
    took: s→a→d→t is the only way of fewest hops, and s→a→b→t with s→c→d→t
    carry twice as much."""
    s, a, b, c, d, t = (town.client("Arc " + name).join() for name in "sabcdt")
    for payer, payee in ((s, a), (a, d), (d, t), (a, b), (b, t), (s, c),
                         (c, d)):
        assert payee.trust(payer, "10").status == 201
    answer = s.get("/payments/max-flow", to=t.pid, equivalent="UAH")
    assert answer.body["max_amount"] == "20.00", answer
    answer = s.pay(t, "20")
    assert answer.status == 200, answer
    assert sorted(len(route["path"]) for route in answer.body["routes"]
                  ) in ([4, 4], [3, 5]), answer
    assert t.balance()["total_credit"] == "20.00"


def test_visited(town):
    """A search among people who all trust each other visits each once."""
    people = [town.client(f"Dense {i}").join() for i in range(14)]
    lost = town.client("Dense alone").join()
    for one in people:
        for other in people:
            if one is not other:
                assert one.trust(other, "5").status == 201
    begin = town.hub.cpu()
    assert people[0].get("/payments/capacity", to=lost.pid, equivalent="UAH"
                         ).body["can_pay"] is False
    answer = people[0].get("/payments/max-flow", to=people[1].pid,
                           equivalent="UAH")
    took = town.hub.cpu() - begin
    assert float(answer.body["max_amount"]) >= 15, answer
    assert people[0].pay(lost, "1").code == "E001"
    assert took < 1, took


def test_huge(town):
    """No 500 in plain text, whatever is asked for."""
    alice = town.people["Alice"]
    fay = town.client("Fay").join()
    for limit in ("9" * 15, "9" * 40, "10000000000000.01", "1" + "0" * 300):
        answer = alice.trust(fay, limit)
        assert (answer.status, answer.code) == (400, "E009"), answer
    answer = town.admin("POST", "/equivalents", {"code": "UAH",
                                                 "precision": 2})
    assert (answer.status, answer.code) == (409, "E008"), answer
    assert alice.trust(fay, "10000000000000.00").status == 201


def test_many_clients(town):
    """A payment of one of sixteen clients at once is no more work than one's alone,
    and however crowded it was, no payment is left between paid and not paid."""
    payers = [town.client(f"Payer {i}").join() for i in range(16)]
    shop = town.client("Shop").join()
    for payer in payers:
        assert shop.trust(payer, "1000").status == 201
    each = 25
    bodies = {payer.name: [payer.payment(shop, "0.01", tx_id=f"{i}-{n}")
                           for n in range(each)]
              for i, payer in enumerate(payers)}

    begin = town.hub.cpu()
    for body in bodies[payers[0].name][:each]:
        assert payers[0].call("POST", "/payments", body).status == 200
    alone = (town.hub.cpu() - begin) / each
    answers = []

    def pay(payer):
        for body in bodies[payer.name]:
            answers.append(payer.call("POST", "/payments", body))

    threads = [threading.Thread(target=pay, args=(payer,))
               for payer in payers[1:] + payers[:1]]
    begin = town.hub.cpu()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    together = (town.hub.cpu() - begin) / len(answers)
    print(f"# CPU of a payment: {alone * 1000:.2f} ms alone, "
          f"{together * 1000:.2f} ms of sixteen")
    assert len(answers) == 16 * each
    assert {answer.status for answer in answers} == {200}
    # How many a second is measured in C, on a machine that does little else.
    # CPU is counted in ticks of 10 ms.
    assert together < 4 * alone + 0.05 / each, (alone, together)
    assert shop.balance()["total_credit"] == f"{16 * each / 100:.2f}"
    assert town.admin("GET", "/graph/snapshot").body["transactions"] == []
    for payer in payers:
        items = payer.get("/payments", per_page=200).body["items"]
        assert [item["status"] for item in items] == ["COMMITTED"] * each


def test_overload(town):
    """More at once than there is money for: each is paid or not, and is told
    so again; nothing hangs."""
    payer, payee = town.client("Poor").join(), town.client("Rich").join()
    assert payee.trust(payer, "5").status == 201
    bodies = [payer.payment(payee, "1", tx_id=f"rush-{i}") for i in range(40)]
    answers = {}

    def pay(body):
        answers[body["tx_id"]] = payer.call("POST", "/payments", body)

    threads = [threading.Thread(target=pay, args=(body,)) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    paid = [name for name, answer in answers.items() if answer.status == 200]
    assert len(paid) == 5, answers
    for body in bodies:
        again = payer.call("POST", "/payments", body).body
        assert again["status"] == ("COMMITTED" if body["tx_id"] in paid
                                   else "ABORTED"), again
    assert payer.balance()["total_debt"] == "5.00"


def test_loop_is_free(town):
    """While a large market is cleared, and looked through for cycles, others
    are answered."""
    dice = random.Random(7)
    people = [town.client(f"Town {i}").join() for i in range(120)]
    town.admin("PATCH", "/config",
               {"updates": {"clearing.trigger_cycles_max_length": 0}})
    for i, one in enumerate(people):
        for other in dice.sample(people[:i] + people[i + 1:], 5):
            if other.trust(one, "100").status == 201:
                assert one.pay(other, f"{dice.randint(1, 20)}.00", constraints={
                    "max_hops": 1}).status == 200
    before = {one.pid: one.balance()["net_balance"] for one in people}
    answers = []

    def call(method, path):
        answers.append((path, people[0].call(method, path)))

    threads = [threading.Thread(target=call, args=arguments) for arguments in [
        ("GET", "/clearing/cycles?equivalent=UAH&max_depth=12"),
        ("POST", "/clearing/auto?equivalent=UAH&max_depth=12"),
        ("POST", "/clearing/auto?equivalent=UAH&max_depth=12"),
        *[("GET", "/clearing/cycles?equivalent=UAH&max_depth=6")] * 12]]
    for thread in threads:
        thread.start()
    longest = 0
    while any(thread.is_alive() for thread in threads):
        begin = time.monotonic()
        is_well(town)
        longest = max(longest, time.monotonic() - begin)
    for thread in threads:
        thread.join()
    print(f"# waited {longest * 1000:.0f} ms at most")
    # Generous, as the machine may be busy with other things.
    assert longest < 30, longest
    cleared = 0
    for path, answer in answers:
        if "auto" in path and answer.status == 200:
            cleared += answer.body["cleared_cycles"]
        else:
            assert answer.status in (200, 409, 503), (path, answer)
        if answer.status in (409, 503):
            assert answer.body["error"]["details"]["retryable"] is True
    assert cleared > 10, cleared
    # I4: clearing changes nobody's net position.
    assert before == {one.pid: one.balance()["net_balance"] for one in people}
    while people[0].call("POST", "/clearing/auto?equivalent=UAH&max_depth=12"
                         ).body["cleared_cycles"]:
        pass
    assert people[0].get("/clearing/cycles", equivalent="UAH",
                         max_depth=12).body["cycles"] == []


def test_rate_limit(town):
    """Per address, 429 with E009 and how long to wait; then it goes on."""
    town.hub.stop()
    with open(town.hub.config, encoding="utf-8") as file:
        config = file.read()
    town.hub.set_config(config + "requests_per_second=1\n")
    town.hub.start()
    statuses = []
    # A busy computer, too, asks more than once a second.
    while statuses.count(429) == 0 and len(statuses) < 1000:
        answer = request(town.hub.listen, "GET", PREFIX + "/healthz")
        statuses.append(answer.status)
    assert set(statuses) == {200, 429}, statuses
    assert (answer.status, answer.code) == (429, "E009"), answer
    time.sleep(int(answer.headers["Retry-After"]))
    is_well(town)
    town.hub.stop()
    town.hub.set_config(config)
    town.hub.start()


def test_holds(town):
    """After all that everything holds, and the signed bytes are those of the
    contract."""
    alice = town.people["Alice"]
    town.hub.stop()
    town.hub.check()
    town.hub.start()
    assert alice.get("/payments/first").body["status"] == "COMMITTED"
    answer = alice.call("POST", "/integrity/verify", {})
    assert answer.body["status"] == "healthy", answer
    assert canonical({"b": 1, "a": "é"}) == '{"a":"é","b":1}'


if __name__ == "__main__":
    sys.exit(run(globals()))
