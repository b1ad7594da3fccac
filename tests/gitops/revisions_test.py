# SPDX-License-Identifier: Apache-2.0
"""One commit is one declaration: whole or not at all. History, and going back in it."""
import gitops
from gitops import cli, sandbox

BROKEN = sandbox("b").replace("powerState", "powerstate")


class Atomic(gitops.GitWorld):
    def setUp(self):
        super().setUp()
        self.first = self.fleet.commit({"hosts/a.yaml": sandbox("a")})
        self.follow_web()
        self.start()

    def test_files_of_one_commit_come_into_force_together_or_not_at_all(self):
        told = self.break_it({"hosts/b.yaml": BROKEN, "hosts/c.yaml": sandbox("c"), "hosts/a.yaml": None})
        self.assertIn("fleet:hosts/b.yaml:4:", told)
        self.assertEqual({"web", "a"}, self.uids().keys())
        self.fleet.commit({"hosts/b.yaml": sandbox("b")})
        self.reconcile()
        self.assert_ready()
        self.wait_until_gone("a")
        self.assertEqual({"web", "b", "c"}, self.uids().keys())

    def break_it(self, files):
        """A commit that cannot be in force: what is told of it."""
        bad = self.fleet.commit(files)
        told = self.reconcile(expect=cli.PARTLY)
        status, _, message = self.ready()
        self.assertEqual("False", status)
        self.assertEqual((self.first, bad), (self.status()["revision"], self.status()["newest"]))
        return told + message

    def test_the_same_bad_commit_is_not_fetched_again(self):
        self.break_it({"hosts/b.yaml": BROKEN})
        fetches, looks = self.web.fetches, self.web.looks
        self.reconcile(expect=cli.PARTLY)
        self.assertGreater(self.web.looks, looks)
        self.assertEqual(fetches, self.web.fetches)
        self.kill()
        super().start()
        self.assertEqual((fetches, self.first), (self.web.fetches, self.status()["revision"]))
        self.assertEqual("False", self.ready()[0])

    def test_the_same_good_commit_is_not_fetched_again(self):
        fetches = self.web.fetches
        self.reconcile()
        self.kill()
        super().start()
        self.assertEqual(fetches, self.web.fetches)

    def test_two_documents_of_one_name_in_one_commit(self):
        self.break_it({"hosts/b.yaml": sandbox("b"), "hosts/c.yaml": sandbox("b")})
        told = self.planned()
        for place in ["fleet:hosts/b.yaml", "fleet:hosts/c.yaml"]:
            self.assertIn(place, told)

    def test_what_is_no_text(self):
        for files in [{"hosts/b.yaml": "kind: [\n"}, {"hosts/b.yaml": b"\xff\xfe"}, {"hosts/b.yaml": "a: " + "x" * (2 << 20)}]:
            self.assertIn("hosts/b.yaml", self.break_it(files))
        self.assertEqual({"web", "a"}, self.uids().keys())

    def test_other_commands_tell_of_it(self):
        self.break_it({"hosts/b.yaml": BROKEN})
        self.assertIn("fleet:hosts/b.yaml:4:", self.planned())
        self.kill()
        listed = self.here("source", "list")
        self.assertIn("fleet:hosts/b.yaml:4:", listed)
        self.assertIn(self.first[:7], listed)


class Emptied(gitops.GitWorld):
    def setUp(self):
        super().setUp()
        self.fleet.commit({"hosts/a.yaml": sandbox("a"), "hosts/b.yaml": sandbox("b"), "README.md": "hello"})
        self.follow_web(path="hosts")
        self.start()

    def test_a_path_without_manifests(self):
        self.fleet.commit({"hosts/a.yaml": None, "hosts/b.yaml": None, "hosts/README.md": "none here"})
        self.reconcile(expect=cli.PARTLY)
        self.assertEqual("False", self.ready()[0])
        self.assertEqual({"web", "a", "b"}, self.uids().keys())

    def test_a_path_that_is_gone(self):
        self.fleet.commit({"hosts/a.yaml": None, "hosts/b.yaml": None})
        self.assert_refused("PathMissing", "hosts")

    def test_a_path_that_is_a_file_now(self):
        self.fleet.commit({"hosts/a.yaml": None, "hosts/b.yaml": None, "hosts": "a file"})
        self.assert_refused("PathMissing", "hosts")

    def test_documents_that_are_all_gone(self):
        self.fleet.commit({"hosts/a.yaml": "# nothing any more\n", "hosts/b.yaml": None})
        self.reconcile(expect=cli.PARTLY)
        self.assertEqual("False", self.ready()[0])
        self.assertEqual({"web", "a", "b"}, self.uids().keys())


class History(gitops.GitWorld):
    def setUp(self):
        super().setUp()
        self.commits = [self.fleet.commit({"a.yaml": sandbox("a")}, "add a")]
        self.follow_web()
        self.start()
        self.commits.append(self.push({"b.yaml": sandbox("b")}, subject="add b"))
        self.commits.append(self.push({"c.yaml": sandbox("c"), "a.yaml": None}, subject="a for c"))
        self.wait_until_gone("a")

    def history(self, *words):
        return self.here("history", *words).splitlines()

    def test_it_tells_what_was_in_force_newest_first(self):
        lines = self.history()
        self.assertEqual([commit[:7] for commit in reversed(self.commits)], [line.split()[0][:7] for line in lines[1:]])
        for subject, line in zip(["a for c", "add b", "add a"], lines[1:]):
            self.assertIn(subject, line)
            self.assertIn("Ada", line)
        self.assertIn("InForce", lines[1])
        self.kill()
        self.assertEqual(lines, self.history("fleet"))

    def test_a_rollback_holds_until_it_is_lifted(self):
        told = self.here("rollback", "--to", self.commits[1][:8], "--reason", "c is bad")
        self.assertIn("cowherd unsuspend Source/fleet", told)
        self.wait_for(lambda: self.uids().keys() == {"web", "a", "b"})
        self.assertEqual(self.commits[1], self.status()["revision"])
        self.fleet.commit({"d.yaml": sandbox("d")}, "meanwhile")
        self.reconcile()
        self.assertEqual({"web", "a", "b"}, self.uids().keys())
        self.kill()
        super().start()
        self.assertEqual((self.commits[1], {"web", "a", "b"}), (self.status()["revision"], self.uids().keys()))
        self.assertIn("c is bad", self.here("source", "list"))
        self.here("unsuspend", "Source/fleet")
        self.reconcile()
        self.wait_until_gone("a")
        self.assertEqual({"web", "b", "c", "d"}, self.uids().keys())

    def test_a_rollback_needs_no_server_and_no_daemon(self):
        self.web.close()
        self.kill()
        self.here("rollback", "--to", self.commits[0])
        super().start()
        self.wait_for(lambda: self.uids().keys() == {"web", "a"})
        self.assertEqual(self.commits[0], self.status()["revision"])

    def test_a_rollback_to_what_is_not_there_says_what_is(self):
        self.assertIn(self.commits[0][:7], self.here_err("rollback", "--to", "abcdef0", expect=cli.FAILURE))
        self.here_err("rollback", "--to", self.commits[0], "nobody", expect=cli.FAILURE)
        self.assertEqual(self.commits[2], self.status()["revision"])

    def test_suspended_it_stays_at_what_is_in_force(self):
        self.here("suspend", "Source/fleet", "--reason", "until monday")
        self.fleet.commit({"d.yaml": sandbox("d")})
        self.reconcile()
        self.assertEqual(({"web", "b", "c"}, self.commits[2]), (self.uids().keys(), self.status()["revision"]))
        self.here("unsuspend", "Source/fleet")
        self.reconcile()
        self.assertEqual({"web", "b", "c", "d"}, self.uids().keys())


class Asking(gitops.GitWorld):
    def test_only_a_daemon_is_asked_and_only_for_what_there_is(self):
        self.fleet.commit({"a.yaml": sandbox("a")})
        self.follow_web()
        self.here_err("source", "reconcile", "fleet", expect=cli.NO_DAEMON)
        self.start()
        self.assertIn("fleet", self.here_err("source", "reconcile", "navy", expect=cli.FAILURE))


if __name__ == "__main__":
    gitops.main()
