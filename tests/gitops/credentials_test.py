# SPDX-License-Identifier: Apache-2.0
"""Passwords and keys: taken back they open nothing, and nobody else gets to see them."""
import pathlib
import stat
import subprocess
import threading

import gitops
from gitops import api, cli, sandbox, servers, web_server

PASSWORD = "correct-horse-battery-staple"


class TakenBack(gitops.GitWorld):
    def setUp(self):
        super().setUp()
        self.fleet.commit({"a.yaml": sandbox("a")})

    def test_a_password(self):
        self.web = self.serve_web()
        self.web.conduct.password = PASSWORD
        self.follow(self.web.url("fleet.git"), auth={"passwordFile": self.secret_file("password", PASSWORD)})
        self.start()
        self.assert_ready()
        self.web.conduct.password = "another"
        self.fleet.commit({"b.yaml": sandbox("b")})
        told = self.assert_refused("AuthenticationFailed", self.web.url("fleet.git"))
        self.assertNotIn(PASSWORD, told)
        self.secret_file("password", "another\n")
        self.reconcile()
        self.assertEqual({"web", "a", "b"}, self.uids().keys())

    def follow_ssh(self, **auth):
        self.server = servers.Sshd(self.served, self.root / "ssh")
        self.addCleanup(self.server.close)
        hosts = self.secret_file("known_hosts", self.server.known_hosts())
        self.follow(self.server.url("fleet.git"), auth={"sshKeyFile": str(self.server.key), "knownHostsFile": hosts, **auth})

    def test_a_key(self):
        self.follow_ssh()
        self.start()
        self.assert_ready()
        self.server.revoke()
        self.fleet.commit({"b.yaml": sandbox("b")})
        self.assert_refused("AuthenticationFailed", "publickey")
        self.server.let_in()
        self.reconcile()
        self.assertEqual({"web", "a", "b"}, self.uids().keys())

    def test_a_key_file_that_is_gone(self):
        self.follow_ssh()
        self.start()
        self.server.key.rename(self.root / "away")
        self.assert_refused("Misconfigured", str(self.server.key))

    def test_a_server_that_is_not_known_or_is_another_one(self):
        self.follow_ssh(knownHostsFile=str(self.root / "unknown"))
        self.secret_file("unknown", self.server.known_hosts().replace("127.0.0.1", "192.0.2.1"))
        self.start()
        self.assertEqual({"web"}, self.uids().keys())
        self.assert_not_ready("AuthenticationFailed", "knownHostsFile")
        self.secret_file("unknown", self.server.known_hosts(self.server.key))
        self.assert_refused("AuthenticationFailed", "knownHostsFile")
        self.secret_file("unknown", self.server.known_hosts())
        self.reconcile()
        self.assertEqual({"web", "a"}, self.uids().keys())

    def test_a_password_is_not_brought_to_another_server(self):
        self.web, other = self.serve_web(), self.serve_web()
        other.conduct.password = PASSWORD
        self.web.conduct.redirect = other.url("").rstrip("/")
        self.follow(self.web.url("fleet.git"), auth={"passwordFile": self.secret_file("password", PASSWORD)})
        self.start()
        self.assertEqual([], other.authorizations)
        self.assertEqual({"web"}, self.uids().keys())


class Secret(gitops.GitWorld):
    def test_it_shows_nowhere(self):
        self.web = self.serve_web()
        self.web.conduct.password = PASSWORD
        self.fleet.commit({"a.yaml": sandbox("a")})
        self.settings["api"]["tcp"] = {"port": gitops.free_port()}
        self.follow(self.web.url("fleet.git"), auth={"username": "ada", "passwordFile": self.secret_file("password", PASSWORD)})
        self.start()
        self.look_at_it_while_it_is_used()
        self.web.conduct = web_server.Conduct(password="another")
        told = self.reconcile(expect=cli.PARTLY)
        for words in [["source", "list", "-o", "yaml"], ["history"], ["events"], ["get", "-o", "yaml"], ["describe", "sbx/a"], ["doctor"]]:
            told += "".join(self.run_program(*words, *self.where())[1:])
        for path in ["/readyz", f"{api.LISTS}/sources", f"{api.LISTS}/sources/fleet", f"{api.LISTS}/sandboxes/a"]:
            told += str(self.ask(path))
        self.assertNotIn(PASSWORD, told + self.told() + self.metrics())
        self.assertEqual([], self.files_that_tell())

    def metrics(self):
        connection = api.UnixConnection(self.socket)
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
        connection.close()
        self.assertIn("cowherd_", text)
        return text

    def look_at_it_while_it_is_used(self):
        """The server has the password and does not answer: git stands still with it."""
        seen = self.web.fetches
        self.web.conduct = web_server.Conduct(password=PASSWORD, stall_after=0)
        self.fleet.commit({"b.yaml": sandbox("b")})
        asking = threading.Thread(target=self.reconcile, kwargs={"expect": None})
        asking.start()
        self.wait_for(lambda: self.web.fetches > seen and self.processes("git"))
        self.assertEqual([], [process for process in self.processes("") if PASSWORD in process])
        for path in self.files_that_tell():
            self.assertEqual(0, stat.S_IMODE(path.stat().st_mode) & 0o077, path)
        self.web.conduct = web_server.Conduct(password=PASSWORD)
        self.web.closing.set()
        asking.join()
        self.assertIn(b"Basic", self.web.authorizations[-1].encode())

    def processes(self, word):
        """Command line and environment of each process whose command line has the word."""
        found = []
        for place in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                command = (place / "cmdline").read_bytes().decode(errors="replace")
                if word in command:
                    found.append(command + (place / "environ").read_bytes().decode(errors="replace"))
            except OSError:
                continue  # it ended, or is of another user
        return found

    def files_that_tell(self):
        done = subprocess.run(["grep", "-rlaF", PASSWORD, self.state], capture_output=True, text=True, timeout=60, check=False)
        return [pathlib.Path(line) for line in done.stdout.splitlines()]


if __name__ == "__main__":
    gitops.main()
