# SPDX-License-Identifier: Apache-2.0
"""Asking the API of a real daemon over its unix socket."""
import http.client
import json
import socket

import cli

LISTS = "/apis/cowherd.dev/v1alpha1"
SANDBOXES = LISTS + "/sandboxes"


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout=cli.DaemonWorld.deadline):
        super().__init__("cowherd", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self.path))


class Api(cli.DaemonWorld):
    def setUp(self):
        super().setUp()
        self.socket = self.root / "api.sock"
        self.set_api(f"socket: {self.socket}")
        self.declare_template()
        self.declare_sandbox("web")

    def set_api(self, text):
        self.config.write_text(cli.CONFIG + f"  api: {{{text}}}\n")

    def start(self):
        self.begin()
        self.wait_for(lambda: self.answers() and self.readiness("web") == "Stopped")

    def answers(self):
        try:
            return self.ask("/readyz")[0] == 200
        except OSError:
            return False

    def ask(self, path, method="GET", body=None):
        connection = UnixConnection(self.socket)
        try:
            connection.request(method, path, body=body)
            answer = connection.getresponse()
            text = answer.read()
            self.assertEqual("application/json", answer.headers["Content-Type"])
            return answer.status, json.loads(text) if text else None
        finally:
            connection.close()

    def readiness(self, name):
        code, document = self.ask(f"{SANDBOXES}/{name}")
        return document["status"]["conditions"][0]["reason"] if code == 200 else None

    def watch(self, query="", path=SANDBOXES):
        connection = UnixConnection(self.socket)
        self.addCleanup(connection.close)
        connection.request("GET", f"{path}?watch=1{query}")
        return connection.getresponse()

    def next_event(self, stream, kind, name):
        """Events until one is of that kind about that object."""
        while True:
            line = stream.readline()
            self.assertNotEqual(b"", line, "the watch ended")
            event = json.loads(line)
            if event["type"] == kind and event["object"]["metadata"].get("name") == name:
                return event["object"]

    def assert_status(self, code, reason, answer):
        self.assertEqual(code, answer[0], answer)
        self.assertEqual(("Status", "Failure", reason, code), tuple(answer[1][key] for key in ["kind", "status", "reason", "code"]))
