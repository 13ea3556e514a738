#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The GEO authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The WebSocket of the GEO v0.1 REST contract, /api/v1/ws, of a real geo-hub:
who is told what, who is not, and what becomes of those who do not listen.  The
tests build on each other and run in the order they stand in."""

import hashlib
import hmac
import json
import os
import re
import select
import socket
import struct
import sys
import threading
import time

from restclient import PREFIX, Client, Socket, request
from resttown import CONFIG, HUB, Hub, Wallet, run

EVENTS = ("payment.received", "trustline.updated", "clearing.completed")
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"


def is_silent(listener, seconds=0.3):
    return not select.select([listener.socket], [], [], seconds)[0]


def wait_closed(listener):
    """The reason in the close frame, or "" where it was cut."""
    listener.socket.settimeout(180)
    try:
        while listener.receive() is not None:
            pass
    except (EOFError, ConnectionResetError):
        return ""
    return listener.reason


def test_recorded(town):
    """Word for word as another hub did."""
    alice = town.client("Alice").join()
    bob = town.client("Bob").join()
    assert bob.trust(alice, "100").status == 201
    listener = Socket(town.hub.listen, "bearer, " + bob.token)
    assert listener.status == 101, listener.head
    assert "\r\nsec-websocket-protocol: bearer\r\n" in listener.head.lower()
    assert bob.token not in listener.head
    hello = listener.json()
    assert set(hello) == {"type", "pid", "ts"}, hello
    assert (hello["type"], hello["pid"]) == ("hello", bob.pid)
    assert re.fullmatch(TIME, hello["ts"]), hello
    listener.send("ping")
    assert listener.receive() == "pong"
    listener.send("notjson")
    assert listener.json() == {"type": "error", "error": "invalid_json"}
    wanted = ["payment.received", "trustline.updated"]
    listener.send(json.dumps({"type": "subscribe", "events": wanted}))
    assert listener.json() == {"type": "subscribed", "events": wanted}
    listener.send('{"type":"zzz"}')
    assert listener.json() == {"type": "error", "error": "unknown_message"}
    assert alice.pay(bob, "0.50", tx_id="recorded").status == 200
    assert listener.json() == {"event": "payment.received", "payload": {
        "tx_id": "recorded", "from": alice.pid, "to": bob.pid,
        "equivalent": "UAH", "amount": "0.50"}}
    listener.close()


def test_no_token(town):
    alice, bob = town.people["Alice"], town.people["Bob"]
    head, claims, tag = alice.token.split(".")
    for protocols in (None, "", "bearer", "bearer,", "bearer, x",
                      alice.token, alice.token + ", bearer",
                      "bearer, " + alice.token + ", x",
                      "Basic, " + alice.token,
                      "bearer, " + alice.refresh_token,
                      f"bearer, {head}.{claims}.",
                      "bearer, " + "x" * 3000,
                      "bearer, " + town.hub.make_token(alice.pid, "refresh"),
                      "bearer, " + town.hub.make_token(alice.pid, seconds=-1),
                      "bearer, " + town.hub.make_token("nobody")):
        stranger = Socket(town.hub.listen, protocols)
        assert stranger.status == 403, (protocols, stranger.head)
        stranger.close()
    # Neither in the address nor in a header of its own.
    stranger = Socket(town.hub.listen, None,
                      path=PREFIX + "/ws?token=" + alice.token)
    assert stranger.status == 403
    for path in ("/ws", PREFIX + "/ws/", PREFIX + "/WS"):
        stranger = Socket(town.hub.listen, "bearer, " + alice.token, path=path)
        assert stranger.status == 404, (path, stranger.head)
    # Something that is no WebSocket.
    answer = request(town.hub.listen, "GET", PREFIX + "/ws")
    assert answer.status == 403, answer
    answer = request(town.hub.listen, "GET", PREFIX + "/ws", headers={
        "Sec-WebSocket-Protocol": "bearer, " + alice.token})
    assert answer.status == 400, answer
    answer = request(town.hub.listen, "POST", PREFIX + "/ws", "{}")
    assert answer.status == 405 and "GET" in answer.headers["Allow"], answer
    # What the hub makes itself is good, which shows that the above is not
    # refused for how it was made.
    listener = Socket(town.hub.listen,
                      "bearer, " + town.hub.make_token(bob.pid))
    assert listener.json()["pid"] == bob.pid
    listener.close()


def test_who_is_told(town):
    alice, bob = town.people["Alice"], town.people["Bob"]
    carol = town.client("Carol").join()
    lists = {person.name: town.listen(person, *EVENTS)
             for person in (alice, bob, carol)}
    second = town.listen(bob, "payment.received")
    none = Socket(town.hub.listen, "bearer, " + bob.token)
    assert none.json()["type"] == "hello"
    alice.pay(bob, "1.25", tx_id="told")
    for listener in (lists["Bob"], second):
        event = listener.json()
        assert event["payload"]["tx_id"] == "told", event
        assert event["payload"]["amount"] == "1.25", event
    # A line's two ends, whatever becomes of it; nobody else.
    line = bob.trust(carol, "7.00").body["id"]
    for status, limit in (("active", "7.00"), ("active", "8.50"),
                          ("closed", "0.00")):
        for name in ("Bob", "Carol"):
            assert lists[name].json() == {
                "event": "trustline.updated", "payload": {
                    "id": line, "from": bob.pid, "to": carol.pid,
                    "equivalent": "UAH", "limit": limit, "status": status}}
        if limit == "7.00":
            assert bob.change_line(line, limit="8.5").status == 200
        elif limit == "8.50":
            assert bob.close_line(line).status == 200
    # What was refused is no event, and what was paid is the payee's alone.
    assert alice.pay(bob, "1000").code == "E002"
    for listener in (*lists.values(), second, none):
        assert is_silent(listener), listener
    # The last subscription counts.
    lists["Bob"].send('{"type":"subscribe","events":[]}')
    assert lists["Bob"].json() == {"type": "subscribed", "events": []}
    alice.pay(bob, "1", tx_id="not-told")
    assert second.json()["payload"]["tx_id"] == "not-told"
    assert is_silent(lists["Bob"])
    for listener in (*lists.values(), second, none):
        listener.close()


def test_clearing(town):
    ring = [town.client("Ring " + letter).join() for letter in "ABC"]
    alice = town.people["Alice"]
    town.admin("PATCH", "/config",
               {"updates": {"clearing.trigger_cycles_max_length": 0}})
    for person, other in zip(ring, ring[1:] + ring[:1]):
        assert other.trust(person, "9").status == 201
    for person, other in zip(ring, ring[1:] + ring[:1]):
        assert person.pay(other, "5", constraints={"max_hops": 1}
                          ).status == 200
    lists = [town.listen(person, "clearing.completed") for person in ring]
    stranger = town.listen(alice, *EVENTS)
    answer = ring[0].call("POST", "/clearing/auto?equivalent=UAH")
    assert answer.body["cleared_cycles"] == 1, answer
    told = [listener.json() for listener in lists]
    assert told[0] == told[1] == told[2], told
    assert told[0]["event"] == "clearing.completed"
    assert set(told[0]["payload"]) == {"tx_id", "equivalent", "amount"}
    assert told[0]["payload"]["amount"] == "5.00"
    assert is_silent(stranger) and is_silent(lists[0])
    for listener in (*lists, stranger):
        listener.close()
    town.admin("PATCH", "/config",
               {"updates": {"clearing.trigger_cycles_max_length": 4}})


def test_words(town):
    alice = town.people["Alice"]
    listener = town.listen(alice)
    for text, answer in (
            ('{"type":"subscribe","events":["payment.received","x",7,null,'
             '"payment.received"]}',
             {"type": "subscribed", "events": ["payment.received"]}),
            ('{"type":"subscribe"}', "unknown_message"),
            ('{"type":"subscribe","events":"payment.received"}',
             "unknown_message"),
            ('{"type":["subscribe"],"events":[]}', "unknown_message"),
            ("[]", "unknown_message"), ("5", "unknown_message"),
            ('{"events":[]}', "unknown_message"),
            ("", "invalid_json"), ("PING", "invalid_json"),
            ('{"type":"subscribe","type":"x"}', "invalid_json"),
            ("[" * 2000, "invalid_json")):
        listener.send(text)
        if isinstance(answer, str):
            answer = {"type": "error", "error": answer}
        assert listener.json() == answer, text
    # Who goes on and on is shown the door.
    for _ in range(17):
        listener.send("x")
    assert wait_closed(listener) == "malformed messages"
    for kind, data, reason in ((1, b"\xff\xfe", ""), (2, b"ping", ""),
                               (1, b"a\0b", ""), (1, b"x" * 70000, "")):
        listener = town.listen(alice)
        listener.send_frame(kind, data)
        assert wait_closed(listener) == reason, data[:10]
    # What is split, and what a control frame is in the middle of.
    listener = town.listen(alice)
    listener.send_frame(1, b"pi", final=False)
    listener.send_frame(9, b"there?")
    listener.send_frame(0, b"ng")
    assert listener.receive() == "pong"
    listener.close()


def wait_listeners(town, n):
    for _ in range(200):
        figures = request(town.hub.listen, "GET", "/metrics").text
        if f"\ngeo_hub_listeners {n}\n" in figures:
            return
        time.sleep(0.05)
    raise AssertionError(figures)


def test_many(town):
    """So many of one participant, and no more."""
    alice = town.people["Alice"]
    listeners = [town.listen(alice) for _ in range(16)]
    wait_listeners(town, 16)
    more = Socket(town.hub.listen, "bearer, " + alice.token)
    assert wait_closed(more).startswith("Too many"), more.reason
    listeners.pop().close()
    wait_listeners(town, 15)
    listeners.append(town.listen(alice))
    for listener in listeners:
        listener.close()


def test_token_is_over(town):
    bob = town.people["Bob"]
    listener = Socket(town.hub.listen, "bearer, " + town.hub.make_token(
        bob.pid, seconds=2))
    assert listener.json()["type"] == "hello"
    assert wait_closed(listener) == "token expired"


def test_ban(town):
    """Who is banned hears no more, with a wallet neither; who is frozen does."""
    alice, carol = town.people["Alice"], town.people["Carol"]
    listener = town.listen(carol, *EVENTS)
    for verb in ("freeze", "unfreeze"):
        assert town.admin("POST", f"/participants/{carol.pid}/{verb}",
                          {"reason": "t"}).status == 200
    assert is_silent(listener)
    wallet = Socket(town.hub.listen, None, path=PREFIX + "/node")
    wallet.sign_in(carol)
    town.admin("POST", f"/participants/{carol.pid}/ban", {"reason": "t"})
    assert wait_closed(listener) == "banned"
    assert wallet.json()["payload"]["reason"] == "frozen"
    assert wait_closed(wallet) == "banned"
    stranger = Socket(town.hub.listen, "bearer, " + carol.token)
    assert stranger.status == 403
    town.admin("POST", f"/participants/{carol.pid}/unban", {"reason": "t"})
    town.listen(carol).close()
    assert alice.get("/balance").status == 200


def test_not_read(town):
    """A client that never reads loses its connection, not the hub its memory.
    """
    hub = Hub(os.path.join(town.folder, "unread"),
              CONFIG + "messages_per_second=1000000\n").start()
    alice = Client(hub, town.signer, "Alice").join()
    before = hub.memory()
    listeners = []
    for _ in range(4):
        listener = Socket(hub.listen, "bearer, " + alice.token,
                          receive_buffer=4096)
        listener.socket.settimeout(60)
        listeners.append(listener)

    def flood(listener):
        data = listener.frame(1, b"ping") * 4096
        sent = 0
        try:
            while sent < 1 << 30:
                listener.socket.sendall(data)
                sent += len(data)
        except (BrokenPipeError, ConnectionResetError):
            listener.lost = True

    threads = [threading.Thread(target=flood, args=(listener,))
               for listener in listeners]
    for thread in threads:
        thread.start()
    most = 0
    while any(thread.is_alive() for thread in threads):
        # Meanwhile it is there for everybody else.
        begin = time.monotonic()
        assert alice.get("/balance").status == 200
        assert time.monotonic() - begin < 30
        most = max(most, hub.memory())
        time.sleep(0.05)
    for thread in threads:
        thread.join()
    assert all(getattr(listener, "lost", False) for listener in listeners)
    print(f"# {most - before} kB more for 4 who did not read")
    with open(HUB, "rb") as file:
        sanitized = b"__asan_init" in file.read()
    # What the sanitizer keeps is not the hub's.
    assert sanitized or most - before < 8 * 1024, (before, most)
    hub.stop()


def test_asleep(town):
    """One that went without a word, and one that is only quiet."""
    bob = town.people["Bob"]
    gone = town.listen(bob, *EVENTS)
    gone.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                           b"\1\0\0\0\0\0\0\0")
    gone.close()
    quiet = town.listen(bob, "payment.received")
    town.people["Alice"].pay(bob, "1", tx_id="quiet")
    assert quiet.json()["payload"]["tx_id"] == "quiet"
    quiet.close()


def test_tls(town):
    """The same over TLS, with many events at once."""
    hub = Hub(os.path.join(town.folder, "tls")).start()
    alice = Client(hub, town.signer, "Alice").join()
    hub.stop()
    hub.set_config(CONFIG + "messages_per_second=1000\n"
                   "[tls]\nself_made=true\n")
    hub.start()
    listener = Socket(hub.listen, "bearer, " + alice.token, tls=True)
    assert listener.status == 101, listener.head
    assert listener.json()["pid"] == alice.pid
    # Who says more than it may waits, and nothing of it is lost.
    begin = time.monotonic()
    listener.socket.sendall(listener.frame(1, b"ping") * 3000)
    assert {listener.receive() for _ in range(3000)} == {"pong"}
    assert time.monotonic() - begin > 0.5
    listener.close()
    stranger = Socket(hub.listen, "bearer, x", tls=True)
    assert stranger.status == 403, stranger.head
    hub.stop()


def test_limits(town):
    """Those who listen count like wallets: together, and at one address."""
    hub = Hub(os.path.join(town.folder, "small"),
              CONFIG + "sessions_per_address=3\nsessions=4\n").start()
    alice = Client(hub, town.signer, "Alice").join()
    node = Socket(hub.listen, None, path=PREFIX + "/node").sign_in(alice)
    both = [Socket(hub.listen, "bearer, " + alice.token) for _ in range(2)]
    assert {one.status for one in both} == {101}
    for protocols, path in (("bearer, " + alice.token, PREFIX + "/ws"),
                            (None, PREFIX + "/node")):
        more = Socket(hub.listen, protocols, path=path)
        assert more.status == 429, more.head
    for one in (node, *both):
        one.close()
    hub.stop()


def test_switched_off(town):
    hub = Hub(os.path.join(town.folder, "off"),
              CONFIG + "[rest]\nenabled=false\n").start()
    stranger = Socket(hub.listen, "bearer, " + hub.make_token(
        town.people["Bob"].pid))
    assert stranger.status == 404, stranger.head
    hub.stop()


def test_wallet_and_client(town):
    """A wallet and a client pay each other through one hub, which is started
    again between; each hears of it, and one tx_id has one answer."""
    bob = town.people["Bob"]
    olena = Wallet(town, "Olena")
    assert bob.trust(olena.pid, "50").status == 201
    olena.run("trust", bob.pid, "40", "UAH")
    listener = town.listen(bob, *EVENTS)
    olena.run("pay", bob.pid, "12.34", "UAH", "--note", "Дякую")
    event = listener.json()
    assert event["event"] == "payment.received", event
    assert (event["payload"]["from"], event["payload"]["amount"]) == (
        olena.pid, "12.34"), event
    # The same in the list of payments as in the event.
    paid = bob.get("/payments/" + event["payload"]["tx_id"])
    assert paid.body["status"] == "COMMITTED", paid
    body = bob.payment(olena.pid, "20", tx_id="there-and-back",
                       description="за хліб")
    first = bob.call("POST", "/payments", body)
    assert first.status == 200, first
    too_much = bob.payment(olena.pid, "5000", tx_id="too-much")
    refused = bob.call("POST", "/payments", too_much)
    assert refused.code == "E002", refused
    town.hub.stop()
    assert wait_closed(listener) == "The hub is going down"
    town.hub.check()
    town.hub.start()
    # P5: same tx_id, same bytes: the same answer, for ever.
    assert bob.call("POST", "/payments", body).text == first.text
    assert bob.get("/payments/there-and-back").text == first.text
    assert bob.call("POST", "/payments", too_much).body["status"] == "ABORTED"
    assert bob.pay(olena.pid, "20.01", tx_id="there-and-back").status == 409
    # The token outlives the restart, and what happens goes on.
    listener = town.listen(bob, *EVENTS)
    assert "7.66" in json.dumps(olena.json("balance"))
    olena.run("pay", bob.pid, "1", "UAH")
    assert listener.json()["payload"]["amount"] == "1.00"
    olena.run("trust", bob.pid, "41", "UAH")
    assert listener.json()["payload"]["limit"] == "41.00"
    history = olena.run("history")
    assert "за хліб" in history and "Дякую" in history, history
    olena.run("verify")
    listener.close()


def seed_of(words):
    """The words' seed (BIP-39), and the key's (SLIP-0010)."""
    seed = hashlib.pbkdf2_hmac("sha512", words.encode(), b"mnemonic", 2048)
    both = hmac.digest(b"ed25519 seed", seed, "sha512")
    for index in (44, 4671823, 0):
        both = hmac.digest(both[32:], b"\0" + both[:32] + struct.pack(
            ">I", 0x80000000 | index), "sha512")
    return both[:32]


def test_key_is_changed(town):
    """K7: tokens of before are over, and who listens with one hears no more."""
    olena = Wallet(town, "Olena-keys")
    old = Client(town.hub, town.signer, "Olena", seed=seed_of(olena.words))
    assert old.pid == olena.pid
    assert old.login().status == 200
    assert old.get("/balance").status == 200
    listener = town.listen(old, *EVENTS)
    words = os.path.join(town.folder, "words")
    olena.run("key", "rotate", "--save-words", words)
    assert wait_closed(listener) == "key changed"
    assert old.get("/balance").status == 401
    assert old.call("POST", "/auth/refresh",
                    {"refresh_token": old.refresh_token},
                    token=None).status == 401
    assert Socket(town.hub.listen, "bearer, " + old.token).status != 101
    assert old.login().status != 200
    with open(words, encoding="ascii") as file:
        new = Client(town.hub, town.signer, "Olena",
                     seed=seed_of(file.read().strip()))
    new.pid = olena.pid
    # Tokens count whole seconds, and one of that very second is over, too.
    end = time.monotonic() + 180
    while new.login().status == 200 and new.get("/balance").status != 200:
        assert time.monotonic() < end
        time.sleep(0.1)
    listener = town.listen(new, *EVENTS)
    # Another name is no other key.
    changed = new.call("PATCH", "/participants/me",
                       new.signed({"display_name": "Olena K."}))
    assert changed.status == 200, changed
    assert is_silent(listener)
    listener.close()
    assert new.get("/balance").status == 200
    olena.run("balance")
    olena.run("verify")


if __name__ == "__main__":
    sys.exit(run(globals()))
