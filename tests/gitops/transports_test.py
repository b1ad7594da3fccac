# SPDX-License-Identifier: Apache-2.0
"""What is pushed is applied, whichever way it is had; and what was had goes on without its server."""
import shutil

import gitops
from gitops import sandbox


class Transports(gitops.GitWorld):
    def assert_followed(self):
        self.fleet.commit({"a.yaml": sandbox("a")}, "first")
        self.start()
        self.assert_ready()
        self.assertEqual({"web", "a"}, self.uids().keys())
        self.push({"b.yaml": sandbox("b")}, subject="second")
        self.assertEqual("Stopped", self.readiness("b"))
        self.push({"a.yaml": None})
        self.wait_until_gone("a")
        self.assertEqual({"web", "b"}, self.uids().keys())

    def test_http(self):
        self.follow_web()
        self.assert_followed()

    def test_https_of_an_authority_of_its_own_with_a_password(self):
        certificates = gitops.servers.Certificates(self.root / "tls")
        self.web = self.serve_web(certificates=certificates)
        self.web.conduct.password = "correct horse: 100% battery@staple"
        self.follow(self.web.url("fleet.git"), auth={"caFile": str(certificates.authority), "username": "ada",
                                                     "passwordFile": self.secret_file("password", self.web.conduct.password + "\n")})
        self.assert_followed()

    def test_the_daemon_of_git(self):
        daemon = gitops.servers.GitDaemon(self.served)
        self.addCleanup(daemon.close)
        self.follow(daemon.url("fleet.git"))
        self.assert_followed()

    def test_ssh(self):
        server = gitops.servers.Sshd(self.served, self.root / "ssh")
        self.addCleanup(server.close)
        self.follow(server.url("fleet.git"), auth={"sshKeyFile": str(server.key),
                                                   "knownHostsFile": self.secret_file("known_hosts", server.known_hosts())})
        self.assert_followed()

    def test_files(self):
        self.follow(f"file://{self.fleet.path}")
        self.assert_followed()

    def test_a_repository_that_names_its_objects_by_sha256(self):
        self.fleet = gitops.repository.Repository(self.served / "longer.git", object_format="sha256")
        self.web = self.serve_web()
        self.follow(self.web.url("longer.git"))
        self.assert_followed()


class WhatIsFollowed(gitops.GitWorld):
    def test_only_what_is_below_the_path_counts(self):
        self.fleet.commit({"hosts/a/a.yaml": sandbox("a"), "hosts/b/b.yaml": sandbox("b"), "README.md": "not a manifest"})
        self.follow_web(path="hosts/a")
        self.start()
        self.assertEqual({"web", "a"}, self.uids().keys())
        self.assertIn("fleet:hosts/a/a.yaml:3:", self.here("describe", "sbx/a"))

    def test_a_tag_and_a_commit(self):
        first = self.fleet.commit({"a.yaml": sandbox("a")})
        self.fleet.tag("v1", first, annotated=True)
        second = self.fleet.commit({"b.yaml": sandbox("b")})
        self.web = self.serve_web()
        self.follow(self.web.url("fleet.git"), tag="v1")
        self.start()
        self.assertEqual((first, {"web", "a"}), (self.status()["revision"], self.uids().keys()))
        self.fleet.tag("v1", second)
        self.reconcile()
        self.assertEqual((second, {"web", "a", "b"}), (self.status()["revision"], self.uids().keys()))

    def test_one_commit_by_its_name(self):
        first = self.fleet.commit({"a.yaml": sandbox("a")})
        self.fleet.commit({"b.yaml": sandbox("b")})
        self.web = self.serve_web()
        self.follow(self.web.url("fleet.git"), commit=first)
        self.start()
        self.assertEqual((first, {"web", "a"}), (self.status()["revision"], self.uids().keys()))

    def test_a_directory_may_be_a_source_too(self):
        more = self.root / "more"
        more.mkdir()
        (more / "c.yaml").write_text(sandbox("c"))
        self.sources["more"] = {"directory": {"path": str(more)}}
        self.configure()
        self.start()
        self.wait_for(lambda: self.readiness("c") == "Stopped")
        self.assertIn("more:c.yaml:3:", self.here("describe", "sbx/c"))


class WithoutItsServer(gitops.GitWorld):
    def setUp(self):
        super().setUp()
        self.fleet.commit({"a.yaml": sandbox("a"), "b.yaml": sandbox("b")})
        self.follow_web()
        self.start()

    def test_what_was_in_force_is_so_after_a_kill_and_is_healed(self):
        uids, revision = self.uids(), self.status()["revision"]
        self.web.close()
        self.kill()
        disk = next(self.state.glob(f"sandboxes/{uids['a']}/rootfs.qcow2"))
        disk.unlink()
        self.start()
        self.assert_not_ready("NoAnswer", self.web.url("fleet.git"))
        self.wait_for(disk.exists)
        self.assertEqual((revision, uids), (self.status()["revision"], self.uids()))
        self.assertEqual([], self.trash())

    def test_it_is_told_and_ends_when_the_server_is_back(self):
        self.web.conduct.status = 500
        self.fleet.commit({"c.yaml": sandbox("c")})
        self.assert_refused("NoAnswer", "500")
        self.web.conduct.status = 404
        self.assert_refused("NotFound", "fleet.git")
        self.web.conduct.status = 0
        self.reconcile()
        self.assert_ready()
        self.assertEqual({"web", "a", "b", "c"}, self.uids().keys())

    def test_nothing_is_removed_when_all_it_ever_had_is_lost(self):
        """The state of the source is gone and so is the server: what it declared is unknown, not absent."""
        uids = self.uids()
        self.kill()
        self.web.close()
        shutil.rmtree(self.state / "sources")
        self.start()
        self.assert_not_ready("NoAnswer")
        self.here("reconcile", "now")
        self.assertEqual((uids, []), (self.uids(), self.trash()))


if __name__ == "__main__":
    gitops.main()
