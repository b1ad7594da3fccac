# SPDX-License-Identifier: Apache-2.0
"""Servers that do not keep to what they promise, and commits that nobody means well with. Each is a condition of the source:
what was in force stays, the daemon goes on, and the next good commit is taken."""
import os
import subprocess
import time

import gitops
from gitops import repository, sandbox, web_server

NOTHING = "1" * 40


class Hostile(gitops.GitWorld):
    timeout = "20s"

    def setUp(self):
        super().setUp()
        self.first = self.fleet.commit({"hosts/a.yaml": sandbox("a")})
        self.follow_web(timeout=self.timeout, path="hosts")
        self.start()
        self.assertEqual({"web", "a"}, self.uids().keys())

    def assert_good_is_taken(self):
        self.web.conduct = web_server.Conduct()
        self.push({"hosts/b.yaml": sandbox("b")})
        self.assertEqual({"web", "a", "b"}, self.uids().keys())


class Servers(Hostile):
    timeout = "4s"

    def assert_slow(self, conduct):
        self.fleet.commit({"hosts/c.yaml": sandbox("c")})
        self.web.conduct = conduct
        begun = time.monotonic()
        self.assert_refused("NoAnswer", self.web.url("fleet.git"))
        self.assertLess(time.monotonic() - begun, 30)
        self.fleet.commit({"hosts/c.yaml": None})

    def test_one_that_stalls(self):
        self.assert_slow(web_server.Conduct(stall_after=0, early=True))
        self.assert_slow(web_server.Conduct(stall_after=0))
        self.assert_slow(web_server.Conduct(stall_after=300))
        self.assert_good_is_taken()

    def test_others_go_on_while_it_stalls(self):
        self.web.conduct = web_server.Conduct(stall_after=0, early=True)
        asked = subprocess.Popen([gitops.cli.PROGRAM, "source", "reconcile", "fleet", *self.where()], env=self.environment(),
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.root)
        self.addCleanup(gitops.servers.end_process, asked)
        self.declare_sandbox("more")
        begun = time.monotonic()
        self.wait_for(lambda: self.readiness("more") == "Stopped")
        self.assertIsNone(asked.poll(), f"the server was given up after {time.monotonic() - begun}s")

    def test_one_that_breaks_off(self):
        self.fleet.commit({"hosts/c.yaml": sandbox("c")})
        for conduct in [web_server.Conduct(drop_after=300), web_server.Conduct(drop_after=10, early=True),
                        web_server.Conduct(end_after=300), web_server.Conduct(end_after=100, early=True)]:
            with self.subTest(conduct):
                self.web.conduct = conduct
                self.reconcile(expect=gitops.cli.PARTLY)
                self.assertEqual("False", self.ready()[0])
                self.assertEqual({"web", "a"}, self.uids().keys())
        self.fleet.commit({"hosts/c.yaml": None})
        self.assert_good_is_taken()


class Liars(Hostile):
    def test_one_that_names_what_it_does_not_have(self):
        self.web.conduct = web_server.Conduct(pretend={self.first: NOTHING})
        self.reconcile(expect=gitops.cli.PARTLY)
        self.assertEqual("False", self.ready()[0])
        self.assertEqual((self.first, {"web", "a"}), (self.status()["revision"], self.uids().keys()))
        self.assert_good_is_taken()

    def test_one_that_sends_another_commit_than_it_names(self):
        second = self.fleet.commit({"hosts/c.yaml": sandbox("c")})
        self.web.conduct = web_server.Conduct(pretend={second: NOTHING}, send_real=True)
        self.assert_refused("ServerLies")
        self.fleet.commit({"hosts/c.yaml": None})
        self.assert_good_is_taken()

    def test_a_redirect_to_somewhere_else_is_not_followed(self):
        other = self.serve_web()
        self.web.conduct = web_server.Conduct(redirect=other.url("").rstrip("/"))
        self.fleet.commit({"hosts/c.yaml": sandbox("c")})
        self.reconcile(expect=gitops.cli.PARTLY)
        self.assertEqual((0, 0), (other.looks, other.fetches))
        self.fleet.commit({"hosts/c.yaml": None})
        self.assert_good_is_taken()


class Commits(Hostile):
    timeout = "2m"

    def refused(self, files, reason, *words):
        self.fleet.commit(files)
        self.assert_refused(reason, *words)
        self.fleet.commit({path: None for path in files})

    def test_links_and_submodules_below_the_path(self):
        self.refused({"hosts/link.yaml": repository.Symlink("/etc/passwd")}, "NotPlainFiles", "hosts/link.yaml")
        self.refused({"hosts/more": repository.Symlink("../elsewhere")}, "NotPlainFiles", "hosts/more")
        self.refused({"hosts/module": repository.Submodule(NOTHING)}, "NotPlainFiles", "hosts/module")
        self.assert_good_is_taken()

    def test_links_and_submodules_beside_the_path(self):
        self.fleet.commit({"link.yaml": repository.Symlink("/etc/passwd"), "module": repository.Submodule(NOTHING)})
        self.assert_good_is_taken()

    def test_two_gigabytes_that_take_two_megabytes_on_the_way(self):
        self.fleet.commit({"hosts/zeroes.yaml": repository.Zeroes(2 << 30)})
        self.assert_refused("TooLarge", "hosts/zeroes.yaml")
        self.push({"beside": repository.Moved("hosts/zeroes.yaml")})
        self.assert_good_is_taken()

    def test_what_does_not_shrink_and_is_too_much(self):
        self.fleet.commit({"noise": os.urandom(257 << 20)})
        self.assert_refused("TooLarge", self.web.url("fleet.git"))
        self.assertLess(sum(path.stat().st_size for path in self.state.rglob("*") if path.is_file()), 64 << 20)


if __name__ == "__main__":
    gitops.main()
