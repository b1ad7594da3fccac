# SPDX-License-Identifier: Apache-2.0
"""The servers and repositories that the other tests stand on, seen with git's own client: one that does not serve, or does
not misbehave as it is told to, would make those tests say nothing."""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import repository
import servers
import web_server


class Bed(unittest.TestCase):
    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="cowherd-git-"))
        self.addCleanup(shutil.rmtree, self.root, ignore_errors=True)
        self.served = self.root / "served"
        self.fleet = repository.Repository(self.served / "fleet.git")
        self.first = self.fleet.commit({"hosts/a.yaml": "a: 1\n"}, "first")

    def git(self, *words, **more):
        """(code, what it said) of git as anybody may run it."""
        done = subprocess.run(["git", *words], capture_output=True, text=True, timeout=60, check=False, cwd=self.root,
                              env=repository.environment(self.root, **more))
        return done.returncode, done.stdout + done.stderr

    def clone(self, url, *words, **more):
        shutil.rmtree(self.root / "clone", ignore_errors=True)
        return self.git(*words, "clone", "-q", url, "clone", **more)

    def assert_cloned(self, url, *words, **more):
        self.assertEqual((0, ""), self.clone(url, *words, **more))
        self.assertEqual("a: 1\n", (self.root / "clone/hosts/a.yaml").read_text())

    def assert_not_cloned(self, why, url, *words, **more):
        code, told = self.clone(url, *words, **more)
        self.assertNotEqual(0, code)
        self.assertIn(why, told)


class Web(Bed):
    def setUp(self):
        super().setUp()
        self.web = web_server.WebServer(self.served)
        self.addCleanup(self.web.close)
        self.url = self.web.url("fleet.git")

    def test_it_serves_and_counts(self):
        self.assert_cloned(self.url)
        looks = self.web.looks
        self.assertEqual(1, self.web.fetches)
        self.assertIn(self.first, self.git("ls-remote", self.url)[1])
        self.assertGreater(self.web.looks, looks)
        self.assertEqual(1, self.web.fetches)

    def test_what_is_asked_may_be_compressed_or_in_pieces(self):
        self.assert_cloned(self.url)
        known_here_alone = "".join(f"commit refs/heads/mine\ncommitter Ada <ada@example.org> {4000000000 + number} +0000\ndata 1\na\n"
                                   for number in range(200))
        subprocess.run(["git", "-C", self.root / "clone", "fast-import", "--quiet"], input=known_here_alone, text=True, check=True,
                       env=repository.environment(self.root), timeout=60)
        for words in [[], ["-c", "http.postBuffer=2000"]]:
            self.fleet.commit({"b": f"{words}\n"})
            self.assertEqual((0, ""), self.git(*words, "-c", "protocol.version=0", "-C", "clone", "fetch", "-q"))
        self.assertEqual({"gzip", "chunked"}, self.web.encodings)

    def test_a_password_is_asked_for_until_it_is_another_one(self):
        self.web.conduct.password = "horse"
        self.assert_not_cloned("could not read Username", self.url)
        self.assert_cloned(self.url.replace("//", "//ada:horse@"))
        self.web.conduct.password = "battery"
        self.assert_not_cloned("Authentication failed", self.url.replace("//", "//ada:horse@"))

    def test_answers_that_are_none(self):
        for status in (404, 500):
            self.web.conduct = web_server.Conduct(status=status)
            self.assert_not_cloned("not found" if status == 404 else "500", self.url)
        other = web_server.WebServer(self.served)
        self.addCleanup(other.close)
        self.web.conduct = web_server.Conduct(redirect=other.url("").rstrip("/"))
        self.assert_cloned(self.url)
        self.assertEqual(1, other.fetches)

    def test_answers_that_are_cut(self):
        self.web.conduct = web_server.Conduct(drop_after=200)
        self.assert_not_cloned("", self.url)
        self.web.conduct = web_server.Conduct(end_after=200)
        self.assert_not_cloned("", self.url)
        for conduct in [web_server.Conduct(stall_after=200), web_server.Conduct(stall_after=0, early=True)]:
            self.web.conduct = conduct
            self.assert_not_cloned("too slow", self.url, "-c", "http.lowSpeedLimit=1000", "-c", "http.lowSpeedTime=1")

    def test_answers_that_are_lies(self):
        nothing = "1" * 40
        self.web.conduct = web_server.Conduct(pretend={self.first: nothing})
        self.assertIn(nothing, self.git("ls-remote", self.url)[1])
        self.assert_not_cloned("not our ref", self.url)
        self.web.conduct.send_real = True
        self.assert_not_cloned("did not send all necessary objects", self.url)

    def test_over_tls_it_is_known_by_its_authority_alone(self):
        certificates = servers.Certificates(self.root / "tls")
        web = web_server.WebServer(self.served, certificates)
        self.addCleanup(web.close)
        self.assert_cloned(web.url("fleet.git"), "-c", f"http.sslCAInfo={certificates.authority}")
        self.assert_not_cloned("certificate", web.url("fleet.git"))


class Others(Bed):
    def test_the_daemon_of_git(self):
        daemon = servers.GitDaemon(self.served)
        self.addCleanup(daemon.close)
        self.assert_cloned(daemon.url("fleet.git"))
        self.assertEqual(1, daemon.connections)
        self.assert_not_cloned("no such repository", daemon.url("other.git"))
        daemon.refusing = True
        self.assert_not_cloned("", daemon.url("fleet.git"))

    def ssh(self, server, known_hosts=None):
        hosts = self.root / "known_hosts"
        hosts.write_text(server.known_hosts() if known_hosts is None else known_hosts)
        return {"GIT_SSH_COMMAND": f"ssh -F none -i {server.key} -o IdentitiesOnly=yes -o BatchMode=yes -o UserKnownHostsFile={hosts}"
                                   " -o GlobalKnownHostsFile=none -o StrictHostKeyChecking=yes"}

    def test_ssh(self):
        server = servers.Sshd(self.served, self.root / "ssh")
        self.addCleanup(server.close)
        url = server.url("fleet.git")
        self.assert_cloned(url, **self.ssh(server))
        self.assert_not_cloned("Host key verification failed", url, **self.ssh(server, known_hosts=""))
        self.assert_not_cloned("HOST IDENTIFICATION HAS CHANGED", url, **self.ssh(server, server.known_hosts(server.key)))
        server.revoke()
        self.assert_not_cloned("Permission denied (publickey)", url, **self.ssh(server))
        server.let_in()
        self.assert_cloned(url, **self.ssh(server))

    def test_ssh_gives_repositories_and_nothing_else(self):
        server = servers.Sshd(self.served, self.root / "ssh")
        self.addCleanup(server.close)
        self.ssh(server)
        done = subprocess.run(["ssh", "-F", "none", "-i", server.key, "-p", str(server.port), "-o", "BatchMode=yes", "-o",
                               f"UserKnownHostsFile={self.root / 'known_hosts'}", f"{server.user()}@127.0.0.1", "id"],
                              capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual((1, ""), (done.returncode, done.stdout), done.stderr)

    def test_files(self):
        self.assert_cloned(f"file://{self.served}/fleet.git")


class Repositories(Bed):
    def files(self, commit):
        return self.fleet.git("ls-tree", "-r", "--name-only", commit).splitlines()

    def test_history_grows_is_rewritten_and_goes(self):
        second = self.fleet.commit({"hosts/b.yaml": "b: 1\n"})
        self.assertEqual(["hosts/a.yaml", "hosts/b.yaml"], self.files(second))
        self.assertEqual(self.first, self.fleet.git("rev-parse", f"{second}^"))
        third = self.fleet.amend({"hosts/a.yaml": None})
        self.assertEqual((["hosts/b.yaml"], self.first), (self.files(third), self.fleet.git("rev-parse", f"{third}^")))
        fresh = self.fleet.start_over({"c.yaml": "c: 1\n"})
        self.assertEqual((["c.yaml"], fresh), (self.files("main"), self.fleet.git("rev-list", "main")))
        self.fleet.delete_branch()
        self.assertEqual("", self.fleet.git("for-each-ref"))
        self.fleet.replace_with_empty()
        self.assertEqual("", self.fleet.git("for-each-ref"))

    def test_what_is_no_plain_file(self):
        commit = self.fleet.commit({"link": repository.Symlink("/etc/passwd"), "module": repository.Submodule("2" * 40),
                                    "zeroes": repository.Zeroes(100 << 20)})
        told = self.fleet.git("ls-tree", "-r", "-l", commit)
        for word in ["120000 blob", "160000 commit", " 104857600\tzeroes"]:
            self.assertIn(word, told)
        self.assertLess(sum(path.stat().st_size for path in self.fleet.path.rglob("*") if path.is_file()), 2 << 20)

    def verdict(self, commit, *words):
        done = subprocess.run(["git", "--git-dir", self.fleet.path, *words, "verify-commit", commit], capture_output=True, text=True,
                              timeout=60, check=False, env=repository.environment(self.root, GNUPGHOME=str(self.home)))
        return done.returncode == 0

    def assert_signs(self, signer, *words):
        signed = self.fleet.commit({"hosts/s.yaml": "s: 1\n"}, "signed by a hand", signer=signer)
        self.assertTrue(self.verdict(signed, *words))
        self.assertFalse(self.verdict(self.first, *words))
        self.assertFalse(self.verdict(self.fleet.alter(signed, "by a hand", "by no one"), *words))
        forged = self.fleet.forge(signed, {"hosts/s.yaml": "s: 2\n"})
        self.assertFalse(self.verdict(forged, *words))
        self.assertEqual("s: 2", self.fleet.git("show", f"{forged}:hosts/s.yaml"))

    def test_signatures_of_ssh(self):
        self.home = self.root
        signer, allowed = repository.SshSigner(self.root), self.root / "allowed"
        allowed.write_text(signer.allowed_signer())
        self.assert_signs(signer, "-c", f"gpg.ssh.allowedSignersFile={allowed}")

    def test_signatures_of_gpg(self):
        signer = repository.GpgSigner(self.root)
        self.addCleanup(signer.close)
        self.home = signer.home
        self.assert_signs(signer)
        self.assertIn(b"BEGIN PGP PUBLIC KEY BLOCK", signer.public_key())


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]])
