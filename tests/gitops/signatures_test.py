# SPDX-License-Identifier: Apache-2.0
"""Only commits that the named people signed come into force."""
import gitops
from gitops import repository, sandbox


class Signed(gitops.GitWorld):
    """Begins with a good commit in force. Sets signer and foreign."""

    def begin_with(self, **verify):
        self.first = self.fleet.commit({"a.yaml": sandbox("a")}, "by a hand", signer=self.signer)
        self.follow_web(verify=verify, rewrites="Allow")
        self.start()
        self.assert_ready()
        self.assertEqual({"web", "a"}, self.uids().keys())

    def assert_only_the_good_are_taken(self):
        begun = dict(self.fleet.entries)
        bad = {"unsigned": lambda: self.fleet.commit({"b.yaml": sandbox("b")}),
               "foreign": lambda: self.fleet.commit({"b.yaml": sandbox("b")}, signer=self.foreign),
               "forged": lambda: self.fleet.forge(self.first, {"b.yaml": sandbox("b")}),
               "altered": lambda: self.fleet.alter(self.first, "by a hand", "by no one")}
        for what, push in bad.items():
            with self.subTest(what):
                push()
                self.assert_refused("NotVerified", self.fleet.head()[:7])
                self.fleet.set_branch(self.first)
                self.fleet.entries = dict(begun)
        self.push({"b.yaml": sandbox("b")}, signer=self.signer)
        self.assertEqual({"web", "a", "b"}, self.uids().keys())
        self.assertIn(self.signer.identity, self.here("history", "-o", "json"))


class BySsh(Signed):
    def setUp(self):
        super().setUp()
        self.signer, self.foreign = repository.SshSigner(self.root), repository.SshSigner(self.root, "mallory@example.org")
        self.allowed = self.root / "allowed"
        self.allowed.write_text(self.signer.allowed_signer())

    def test_only_the_good_are_taken(self):
        self.begin_with(allowedSignersFile=str(self.allowed))
        self.assert_only_the_good_are_taken()

    def test_somebody_who_is_let_in_later(self):
        self.begin_with(allowedSignersFile=str(self.allowed))
        self.fleet.commit({"b.yaml": sandbox("b")}, signer=self.foreign)
        self.assert_refused("NotVerified")
        self.allowed.write_text(self.signer.allowed_signer() + self.foreign.allowed_signer())
        self.reconcile()
        self.assertEqual({"web", "a", "b"}, self.uids().keys())

    def test_a_signed_tag_of_an_unsigned_commit_will_do(self):
        self.first = self.fleet.commit({"a.yaml": sandbox("a")})
        self.fleet.tag("v1", self.first, signer=self.signer)
        self.follow_web(tag="v1", verify={"allowedSignersFile": str(self.allowed)})
        self.start()
        self.assert_ready()
        self.assertEqual({"web", "a"}, self.uids().keys())

    def test_a_file_of_signers_that_is_gone_lets_nobody_in(self):
        self.begin_with(allowedSignersFile=str(self.allowed))
        self.allowed.unlink()
        self.fleet.commit({"b.yaml": sandbox("b")})
        self.assert_refused("Misconfigured", str(self.allowed))


class ByGpg(Signed):
    def setUp(self):
        super().setUp()
        self.signer, self.foreign = repository.GpgSigner(self.root), repository.GpgSigner(self.root, "mallory@example.org")
        for signer in (self.signer, self.foreign):
            self.addCleanup(signer.close)
        self.keyring = self.root / "signers.asc"
        self.keyring.write_bytes(self.signer.public_key())

    def test_only_the_good_are_taken(self):
        self.begin_with(gpgKeyringFile=str(self.keyring))
        self.assert_only_the_good_are_taken()


if __name__ == "__main__":
    gitops.main()
