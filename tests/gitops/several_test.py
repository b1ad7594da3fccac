# SPDX-License-Identifier: Apache-2.0
"""Several places that manifests come from: one declared set, and no object of two of them."""
import os

import gitops
from gitops import cli, repository, sandbox


class DirectoryAndGit(gitops.GitWorld):
    def setUp(self):
        super().setUp()
        self.first = self.fleet.commit({"a.yaml": sandbox("a")})
        self.follow_web()
        self.start()

    def test_a_commit_that_declares_what_the_directory_does(self):
        self.fleet.commit({"x.yaml": sandbox("web"), "b.yaml": sandbox("b")})
        uids = self.uids()
        self.reconcile(expect=cli.PARTLY)
        told = self.planned()
        for place in ["fleet:x.yaml:", " web.yaml:"]:
            self.assertIn(place, told)
        self.assertEqual((self.first, uids), (self.status()["revision"], self.uids()))
        self.assertTrue(self.origin("web").startswith("web.yaml:"))
        self.push({"x.yaml": None})
        self.assertEqual(uids, {name: uid for name, uid in self.uids().items() if name != "b"})

    def test_a_file_that_declares_what_the_commit_does(self):
        uids = self.uids()
        self.write("mine", sandbox("a"))
        self.look()
        told = self.planned()
        for place in ["mine.yaml:", "fleet:a.yaml:"]:
            self.assertIn(place, told)
        self.assertEqual((self.first, uids), (self.status()["revision"], self.uids()))
        self.assertTrue(self.origin("a").startswith("fleet:a.yaml:"))

    def test_a_document_moves_from_the_directory_to_git_and_back(self):
        uids = self.uids()
        self.fleet.commit({"web.yaml": sandbox("web")})
        self.reconcile(expect=cli.PARTLY)
        (self.manifests / "web.yaml").unlink()
        self.reconcile()
        self.wait_for(lambda: self.origin("web").startswith("fleet:web.yaml:"))
        self.write("web", sandbox("web"))
        self.look()
        self.fleet.commit({"web.yaml": None})
        self.reconcile()
        self.wait_for(lambda: self.origin("web").startswith("web.yaml:"))
        self.here("reconcile", "now")
        self.assertEqual((uids, []), (self.uids(), self.trash()))


class TwoRepositories(gitops.GitWorld):
    def setUp(self):
        super().setUp()
        self.navy = repository.Repository(self.served / "navy.git")
        self.fleet.commit({"a.yaml": sandbox("a")})
        self.navy.commit({"n.yaml": sandbox("n")})
        self.follow_web()
        self.follow(self.web.url("navy.git"), source="navy")
        self.start()
        self.assertEqual({"web", "a", "n"}, self.uids().keys())

    def test_what_both_declare_stays_where_it_was_first(self):
        uids, revision = self.uids(), self.status("navy")["revision"]
        self.navy.commit({"x.yaml": sandbox("a"), "y.yaml": sandbox("y")})
        self.reconcile("navy", expect=cli.PARTLY)
        told = self.planned()
        for place in ["fleet:a.yaml:", "navy:x.yaml:"]:
            self.assertIn(place, told)
        self.assert_ready("fleet")
        self.assertEqual((uids, revision), (self.uids(), self.status("navy")["revision"]))
        self.kill()
        super().start()
        self.assertEqual((uids, revision), (self.uids(), self.status("navy")["revision"]))

    def test_an_object_moves_from_the_one_to_the_other(self):
        uids = self.uids()
        self.navy.commit({"a.yaml": sandbox("a")})
        self.reconcile("navy", expect=cli.PARTLY)
        self.fleet.commit({"a.yaml": None, "b.yaml": sandbox("b")})
        self.reconcile()
        self.wait_for(lambda: self.origin("a").startswith("navy:a.yaml:"))
        self.reconcile("navy")
        self.assertEqual((uids, []), ({name: uid for name, uid in self.uids().items() if name != "b"}, self.trash()))

    def test_one_that_does_not_answer_holds_up_nobody(self):
        self.navy.path.rename(self.served / "away.git")
        self.reconcile("navy", expect=cli.PARTLY)
        self.push({"b.yaml": sandbox("b")})
        self.assertEqual({"web", "a", "n", "b"}, self.uids().keys())


class DirectoryThatIsALink(gitops.GitWorld):
    """As git-sync and mounted ConfigMaps publish: a link is put in the place of another by rename."""

    def setUp(self):
        super().setUp()
        self.declared, self.manifests = self.manifests, self.root / "current"
        self.publish("one", "web")
        self.fleet.commit({"a.yaml": sandbox("a")})
        self.follow_web()

    def publish(self, version, *names):
        place = self.root / version
        place.mkdir()
        (place / "template.yaml").write_text((self.declared / "template-base.yaml").read_text())
        for name in names:
            (place / f"{name}.yaml").write_text(sandbox(name))
        staged = self.root / "staged"
        staged.symlink_to(version)
        os.rename(staged, self.manifests)

    def test_it_is_swapped_beside_a_repository(self):
        self.start()
        uids = self.uids()
        self.publish("two", "web", "more")
        self.here("reconcile", "now")
        self.wait_for(lambda: self.readiness("more") == "Stopped")
        self.push({"b.yaml": sandbox("b")})
        self.publish("three", "web")
        self.here("reconcile", "now")
        self.wait_until_gone("more")
        self.assertEqual(uids, {name: uid for name, uid in self.uids().items() if name != "b"})


if __name__ == "__main__":
    gitops.main()
