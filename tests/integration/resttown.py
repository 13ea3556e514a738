# SPDX-FileCopyrightText: 2026 The GEO authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of the REST contract share: a real geo-hub, wallets and
clients in one town, and running the tests of a file in order."""

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
import tempfile
import time
import traceback

from restclient import (BUILD, PREFIX, Client, Signer, Socket, observers,
                        request)
from restschema import Document

GEO = os.path.join(BUILD, "src", "geo")
HUB = os.path.join(BUILD, "src", "geo-hub")

TOKEN = "test-token-of-the-owner"
CONFIG = f"""\
[community]
name=Test market
equivalents=UAH:2:fiat:₴:Hryvnia;HOUR:1:time;KWH:3:commodity

[admin]
token={TOKEN}

[limits]
registrations_per_minute=1000
requests_per_second=1000000
"""

NOBODY = "2KagShR4Usj2uARXJeDw7XJEKvQ3XDr84dC47hUB3Uyd"


class Hub:
    """A geo-hub process; the address stays when it is started again."""

    running = set()

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
        Hub.running.add(self.process)
        line = self.process.stdout.readline()
        match = re.fullmatch(
            r"geo-hub: listening on (https?://(\S+)) community (\S+)\n", line)
        assert match, f"the hub says {line!r}"
        self.address, self.listen, self.community = match.groups()
        self.link = ("geo://v1/join?hub=" + self.address.replace(":", "%3A")
                     + "&community=" + self.community)
        return self

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(180)
        Hub.running.remove(self.process)
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

    def make_token(self, pid, kind="access", seconds=900, **claims):
        """As the hub itself makes them, with its key."""
        def encode(data):
            return base64.urlsafe_b64encode(data).decode().rstrip("=")
        with open(os.path.join(self.folder, "hub.key"), encoding="utf-8"
                  ) as file:
            salt = base64.b64decode(file.read().split("salt ")[1])
        key = hmac.new(salt, b"GEO REST tokens 1", hashlib.sha256).digest()
        now = int(time.time())
        text = (encode(b'{"alg":"HS256","typ":"JWT"}') + "." + encode(
            json.dumps({"exp": now + seconds, "iat": now, "jti": "0" * 32,
                        "sub": pid, "type": kind, **claims}).encode()))
        return text + "." + encode(hmac.new(key, text.encode(),
                                            hashlib.sha256).digest())

    def memory(self):
        """Kilobytes that it has in memory."""
        with open(f"/proc/{self.process.pid}/status", encoding="utf-8") as file:
            return int(re.search(r"VmRSS:\s+(\d+)", file.read())[1])

    def cpu(self):
        """Seconds of a processor that it took: what a busy machine does not
        change much."""
        with open(f"/proc/{self.process.pid}/stat", encoding="utf-8") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

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
        made = self.json("init", "--name", name)
        self.pid, self.words = made["pid"], made["words"]
        self.run("join", town.hub.link)

    def run(self, *arguments, status=0):
        done = subprocess.run([GEO, "--profile", self.profile, *arguments],
                              text=True, stdin=subprocess.DEVNULL, timeout=180,
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
        self.people = {}
        self.document = Document(request(
            self.hub.listen, "GET", PREFIX + "/openapi.json").body)
        observers.append(self.observe)

    def observe(self, address, method, path, body, answer):
        """Nothing that is answered is not described."""
        if address == self.hub.listen and path.startswith(PREFIX + "/"):
            self.document.check(method, path, body, answer)

    def client(self, name, **more):
        client = Client(self.hub, self.signer, name, **more)
        self.people[name] = client
        return client

    def listen(self, client, *events):
        """A WebSocket of client's that has asked for events."""
        listener = Socket(self.hub.listen, "bearer, " + client.token)
        assert listener.status == 101, listener.head
        assert listener.json()["type"] == "hello"
        listener.send(json.dumps({"type": "subscribe", "events": events}))
        assert listener.json() == {"type": "subscribed",
                                   "events": list(events)}
        return listener

    def admin(self, method, path, body=None, token=TOKEN):
        return request(self.hub.listen, method, PREFIX + "/admin" + path, body,
                       {"X-Admin-Token": token} if token else None)


def run(names, make_town=None):
    """The functions test_* among names, in the order they stand in."""
    tests = [(name[5:], function) for name, function in names.items()
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
        town = (make_town or Town)(folder)
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
        # Of a test that failed in the middle.
        for process in Hub.running:
            process.kill()
            process.wait()
        if broken:
            print(f"# the folder is kept: {folder}")
        else:
            shutil.rmtree(folder)
    return 1 if broken else 0
