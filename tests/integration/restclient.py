# SPDX-FileCopyrightText: 2026 The GEO authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client of the GEO v0.1 REST contract as somebody else would write it: it
signs canonical JSON, keeps its tokens, and knows nothing of this project."""

import base64
import hashlib
import http.client
import json
import os
import socket
import ssl
import subprocess
import threading
import urllib.parse
import uuid

BUILD = os.environ.get("GEO_BUILD_ROOT", ".")
PREFIX = "/api/v1"


def canonical(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"),
                      sort_keys=True)


class Signer:
    """The program that signs, since Python itself cannot."""

    def __init__(self):
        self.process = subprocess.Popen(
            [os.path.join(BUILD, "tests", "integration", "geo-test-sign")],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.lock = threading.Lock()

    def sign(self, seed, text):
        """Key, PID and signature."""
        data = base64.b64encode(text.encode()).decode()
        with self.lock:
            self.process.stdin.write(f"{seed.hex()} {data}\n")
            self.process.stdin.flush()
            return self.process.stdout.readline().split()

    def close(self):
        self.process.stdin.close()
        self.process.wait(180)
        self.process.stdout.close()


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.text = response.read().decode()
        kind = self.headers.get("Content-Type", "")
        self.body = (json.loads(self.text)
                     if kind.startswith("application/json") else self.text)

    def __repr__(self):
        return f"{self.status} {self.text}"

    @property
    def code(self):
        return self.body["error"]["code"]


# Called with (address, method, path, body, answer) of every request.
observers = []


def request(address, method, path, body=None, headers=None):
    """body: text as it is, or a value as JSON."""
    asked = body
    connection = http.client.HTTPConnection(address, timeout=180)
    if body is not None and not isinstance(body, (str, bytes)):
        body = json.dumps(body, ensure_ascii=False)
    if isinstance(body, str):
        body = body.encode()
    all_headers = {"Content-Type": "application/json", **(headers or {})}
    try:
        connection.request(method, path, body, all_headers)
        answer = Answer(connection.getresponse())
        for observe in observers:
            observe(address, method, path, asked, answer)
        return answer
    finally:
        connection.close()


class Client:
    """One participant."""

    def __init__(self, hub, signer, name, seed=None, type=None, profile=None):
        self.hub = hub
        self.signer = signer
        self.name = name
        self.type = type
        self.profile = profile
        self.seed = seed or hashlib.sha256(name.encode()).digest()
        self.key, self.pid, _ = signer.sign(self.seed, "")
        self.token = None
        self.refresh_token = None

    def sign(self, text):
        return self.signer.sign(self.seed, text)[2]

    def signed(self, fields):
        """fields with their signature; null ones are not signed."""
        text = canonical({name: value for name, value in fields.items()
                          if value is not None})
        return {**fields, "signature": self.sign(text)}

    def call(self, method, path, body=None, token=True, **headers):
        if token is True:
            token = self.token
        if token:
            headers["Authorization"] = "Bearer " + token
        return request(self.hub.listen, method, PREFIX + path, body,
                       {name.replace("_", "-"): value
                        for name, value in headers.items()})

    def get(self, path, **query):
        if query:
            path += "?" + urllib.parse.urlencode(query)
        return self.call("GET", path)

    def registration(self, **changes):
        fields = {"display_name": self.name, "public_key": self.key,
                  "type": self.type or "person", **changes}
        if self.profile is not None:
            fields["profile"] = self.profile
        body = self.signed(fields)
        if self.type is None and "type" not in changes:
            del body["type"]
        return body

    def register(self):
        return self.call("POST", "/participants", self.registration(),
                         token=None)

    def challenge(self):
        return self.call("POST", "/auth/challenge", {"pid": self.pid},
                         token=None)

    def login(self):
        challenge = self.challenge().body["challenge"]
        answer = self.call("POST", "/auth/login", {
            "pid": self.pid, "challenge": challenge,
            "signature": self.sign(challenge),
            "device_info": {"platform": "test"}}, token=None)
        if answer.status == 200:
            self.token = answer.body["access_token"]
            self.refresh_token = answer.body["refresh_token"]
        return answer

    def join(self):
        answer = self.register()
        assert answer.status == 201, answer
        answer = self.login()
        assert answer.status == 200, answer
        return self

    def trust(self, to, limit, equivalent="UAH", **more):
        return self.call("POST", "/trustlines", self.signed(
            {"to": getattr(to, "pid", to), "equivalent": equivalent,
             "limit": limit, **more}))

    def change_line(self, line_id, **fields):
        body = self.signed({"id": line_id, **fields})
        del body["id"]
        return self.call("PATCH", "/trustlines/" + line_id, body)

    def close_line(self, line_id):
        body = self.signed({"id": line_id})
        del body["id"]
        return self.call("DELETE", "/trustlines/" + line_id, body)

    def payment(self, to, amount, equivalent="UAH", tx_id=None, **more):
        return self.signed(
            {"tx_id": tx_id or str(uuid.uuid4()), "to": getattr(to, "pid", to),
             "equivalent": equivalent, "amount": amount, **more})

    def pay(self, to, amount, **more):
        return self.call("POST", "/payments", self.payment(to, amount, **more))

    def balance(self, equivalent="UAH"):
        for item in self.get("/balance").body["equivalents"]:
            if item["code"] == equivalent:
                return item
        return None


class Socket:
    """/api/v1/ws, frame by frame."""

    def __init__(self, address, protocols, path=PREFIX + "/ws",
                 receive_buffer=None, tls=False):
        host, port = address.rsplit(":", 1)
        self.reason = None
        self.socket = socket.socket()
        if receive_buffer is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF,
                                   receive_buffer)
        self.socket.settimeout(180)
        self.socket.connect((host, int(port)))
        if tls:
            # A hub's own certificate is known by its fingerprint.
            context = ssl.create_default_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            self.socket = context.wrap_socket(self.socket)
        lines = [f"GET {path} HTTP/1.1", "Host: hub", "Upgrade: websocket",
                 "Connection: Upgrade", "Sec-WebSocket-Version: 13",
                 "Sec-WebSocket-Key: " + base64.b64encode(bytes(16)).decode()]
        if protocols is not None:
            lines.append("Sec-WebSocket-Protocol: " + protocols)
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        head = b""
        while b"\r\n\r\n" not in head:
            part = self.socket.recv(1)
            if not part:
                break
            head += part
        self.head = head.decode()
        self.status = int(self.head.split(" ")[1])
        assert self.status != 101 or self.head.endswith("\r\n\r\n")

    @staticmethod
    def frame(kind, data, final=True):
        mask = b"\1\2\3\4"
        head = bytes([(0x80 if final else 0) | kind])
        if len(data) < 126:
            head += bytes([0x80 | len(data)])
        elif len(data) < 65536:
            head += bytes([0x80 | 126]) + len(data).to_bytes(2, "big")
        else:
            head += bytes([0x80 | 127]) + len(data).to_bytes(8, "big")
        return head + mask + bytes(byte ^ mask[i % 4]
                                   for i, byte in enumerate(data))

    def send_frame(self, kind, data, final=True):
        self.socket.sendall(self.frame(kind, data, final))

    def send(self, text):
        self.send_frame(1, text.encode())

    def read(self, n):
        data = b""
        while len(data) < n:
            part = self.socket.recv(n - len(data))
            if not part:
                raise EOFError
            data += part
        return data

    def receive(self):
        """The next text; None when it is closed."""
        while True:
            first, second = self.read(2)
            length = second & 0x7f
            if length == 126:
                length = int.from_bytes(self.read(2), "big")
            elif length == 127:
                length = int.from_bytes(self.read(8), "big")
            data = self.read(length)
            if first & 15 == 1:
                return data.decode()
            if first & 15 == 8:
                self.reason = data[2:].decode()
                return None

    def json(self):
        return json.loads(self.receive())

    def sign_in(self, client):
        """As a wallet, on /api/v1/node, with client's key."""
        def ask(kind, payload):
            self.send(json.dumps({"msg_id": kind, "msg_type": kind,
                                  "payload": payload}))
            return self.json()
        answer = ask("HELLO", {"pid": client.pid, "client": "test", "v": 1})
        challenge = answer["payload"]
        login = {"type": "login", "v": 1, "alg": "ed25519",
                 "community": challenge["community"]["community"],
                 "pid": client.pid, "challenge": challenge["challenge"],
                 "at": challenge["time"]}
        login["signature"] = client.sign(canonical(login))
        answer = ask("AUTH", {"login": login})
        assert answer["msg_type"] == "WELCOME", answer
        return self

    def close(self):
        self.socket.close()
