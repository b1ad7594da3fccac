# SPDX-License-Identifier: Apache-2.0
"""A webhook only means: look now. Whoever does not know the secret does not get even that."""
import hashlib
import hmac
import http.client
import json
import time

import gitops
from gitops import api, sandbox

SECRET = "0123456789abcdef" * 4
BODY = json.dumps({"ref": "refs/heads/main", "after": "f" * 40, "repository": {"clone_url": "https://evil.example/x.git"}})
HOOK = f"{api.LISTS}/sources/fleet/hook"


def signed(body, secret=SECRET):
    return {"X-Hub-Signature-256": "sha256=" + hmac.new(secret.encode(), body.encode(), hashlib.sha256).hexdigest()}


class Webhook(gitops.GitWorld):
    def setUp(self):
        super().setUp()
        self.port = gitops.free_port()
        self.settings["api"]["tcp"] = {"port": self.port, "tokenFile": self.secret_file("token", "f" * 64 + "\n")}
        self.first = self.fleet.commit({"a.yaml": sandbox("a")})
        self.follow_web(webhook={"secretFile": self.secret_file("webhook", SECRET + "\n")})
        self.start()

    def post(self, connection, path=HOOK, body=BODY, method="POST", headers=None):
        try:
            connection.request(method, path, body=body, headers={"Content-Type": "application/json", **(headers or {})})
            answer = connection.getresponse()
            answer.read()
            return answer.status
        finally:
            connection.close()

    def tcp(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.deadline)

    def unix(self):
        return api.UnixConnection(self.socket)

    def assert_looks(self, post):
        looks = self.web.looks
        self.assertEqual(202, post())
        self.wait_for(lambda: self.web.looks > looks)

    def test_a_good_one_brings_what_was_pushed(self):
        for name, connection in [("b", self.unix), ("c", self.tcp)]:
            self.fleet.commit({f"{name}.yaml": sandbox(name)})
            self.assert_looks(lambda connection=connection: self.post(connection(), headers=signed(BODY)))
            self.wait_for(lambda name=name: self.readiness(name) == "Stopped")

    def test_it_may_be_signed_in_the_header_of_bitbucket(self):
        self.assert_looks(lambda: self.post(self.tcp(), headers={"X-Hub-Signature": signed(BODY)["X-Hub-Signature-256"]}))

    def test_nothing_in_it_is_believed(self):
        self.assert_looks(lambda: self.post(self.tcp(), body="\0" * 1000, headers=signed("\0" * 1000)))
        self.reconcile()
        self.assertEqual((self.first, {"web", "a"}), (self.status()["revision"], self.uids().keys()))

    def test_bad_ones_do_nothing(self):
        looks = self.web.looks
        good = signed(BODY)["X-Hub-Signature-256"]
        for headers in [{}, signed(BODY + " "), signed(BODY, "f" * 64), {"X-Gitlab-Token": SECRET},
                        {"Authorization": "Bearer " + "f" * 64},
                        *({"X-Hub-Signature-256": text} for text in [good[7:], "sha256=", good[:-1], good + "0"])]:
            for connection in (self.unix(), self.tcp()):
                self.assertEqual(403, self.post(connection, headers=headers), headers)
        self.reconcile()  # at most once a second is asked: what the others had begun is part of it
        once = self.web.looks - looks
        looks = self.web.looks
        self.reconcile()
        self.assertEqual(self.web.looks - looks, once)

    def test_only_where_it_is_asked_for(self):
        for path in [f"{api.LISTS}/sources/navy/hook", f"{api.LISTS}/sources/fleet/hook/more"]:
            self.assertEqual(404, self.post(self.unix(), path, headers=signed(BODY)), path)
        self.assertEqual(405, self.post(self.unix(), method="GET", body=None, headers=signed("")))
        self.assertEqual(413, self.post(self.tcp(), body="x" * (2 << 20), headers=signed("x" * (2 << 20))))
        self.kill()
        self.follow(self.web.url("fleet.git"))
        self.start()
        self.assertEqual(404, self.post(self.unix(), headers=signed(BODY)))
        self.assertEqual(404, self.post(self.tcp(), headers=signed(BODY)))

    def test_a_flood_asks_the_server_now_and_then(self):
        looks = self.web.looks
        begun = time.monotonic()
        for _ in range(100):
            self.assertEqual(202, self.post(self.tcp(), headers=signed(BODY)))
        self.reconcile()
        took = time.monotonic() - begun
        self.assertLess((self.web.looks - looks) / 2, took + 2)  # one look is two requests

    def test_a_secret_that_changes_counts_at_once(self):
        self.secret_file("webhook", "f" * 64)
        self.assertEqual(403, self.post(self.tcp(), headers=signed(BODY)))
        self.assert_looks(lambda: self.post(self.tcp(), headers=signed(BODY, "f" * 64)))


if __name__ == "__main__":
    gitops.main()
