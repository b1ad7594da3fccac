# SPDX-License-Identifier: Apache-2.0
"""A branch that does not go on where it was: nothing is removed for it unless the configuration allows that."""
import gitops
from gitops import sandbox


class Rewritten(gitops.GitWorld):
    def begin_with(self, **git):
        self.first = self.fleet.commit({"a.yaml": sandbox("a")})
        self.second = self.fleet.commit({"b.yaml": sandbox("b")})
        self.follow_web(**git)
        self.start()
        self.assertEqual({"web", "a", "b"}, self.uids().keys())

    def test_a_force_push_is_refused(self):
        self.begin_with()
        self.fleet.amend({"b.yaml": None})
        self.assert_refused("Rewound", self.second[:7], self.fleet.head()[:7])
        fetches = self.web.fetches
        self.kill()
        self.start_again()
        self.assertEqual((fetches, self.second), (self.web.fetches, self.status()["revision"]))

    def test_an_older_commit_is_refused(self):
        self.begin_with()
        self.fleet.set_branch(self.first)
        self.assert_refused("Rewound", self.first[:7])

    def test_a_history_that_begins_anew_is_refused(self):
        self.begin_with()
        self.fleet.start_over({"c.yaml": sandbox("c")})
        self.assert_refused("Rewound")

    def test_what_descends_again_is_taken(self):
        self.begin_with()
        self.fleet.amend({"b.yaml": None})
        self.assert_refused("Rewound")
        self.fleet.set_branch(self.second)
        self.reconcile()
        self.assert_ready()

    def test_many_commits_at_once_are_still_a_descent(self):
        self.begin_with()
        for number in range(40):
            self.fleet.commit({"README.md": f"{number}\n"})
        self.push({"c.yaml": sandbox("c")})
        self.assertEqual({"web", "a", "b", "c"}, self.uids().keys())

    def test_where_it_is_allowed_it_is_taken(self):
        self.begin_with(rewrites="Allow")
        head = self.fleet.start_over({"a.yaml": sandbox("a"), "c.yaml": sandbox("c")})
        self.reconcile()
        self.assert_ready()
        self.assertEqual(head, self.status()["revision"])
        self.wait_until_gone("b")
        self.assertEqual({"web", "a", "c"}, self.uids().keys())

    def test_a_branch_that_vanished(self):
        self.begin_with(rewrites="Allow")
        self.fleet.delete_branch()
        self.assert_refused("NotFound", "main")
        self.fleet.set_branch(self.second)
        self.push({"c.yaml": sandbox("c")})

    def test_a_repository_that_was_replaced_by_an_empty_one(self):
        self.begin_with(rewrites="Allow")
        self.fleet.replace_with_empty()
        self.assert_refused("NotFound", "main")


if __name__ == "__main__":
    gitops.main()
