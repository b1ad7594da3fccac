# SPDX-License-Identifier: Apache-2.0
"""Hosts with labels of their own on one repository: each has what is placed on it, and nothing else of it."""
import socket

import gitops
from gitops import sandbox


def placed(name, labels):
    text = ", ".join(f"{key}: {value}" for key, value in labels.items())
    return sandbox(name).replace("spec: {", f"spec: {{placement: {{nodeSelector: {{{text}}}}}, ")


class OneHost(gitops.GitWorld):
    def test_what_is_placed_elsewhere_is_not_here_and_is_told(self):
        self.settings["hostLabels"] = {"pool": "blue"}
        here = socket.gethostname().lower()
        self.fleet.commit({"blue.yaml": placed("blue", {"pool": "blue"}), "green.yaml": placed("green", {"pool": "green"}),
                           "here.yaml": placed("here", {"kubernetes.io/hostname": here}),
                           "both.yaml": placed("both", {"pool": "blue", "kubernetes.io/hostname": "nowhere"})})
        self.follow_web()
        self.start()
        self.assert_ready()
        self.assertEqual({"web", "blue", "here"}, self.uids().keys())
        self.assertIn("2 objects", self.here("plan"))
        _, out, err = self.run_program("describe", "sbx/green", *self.where())
        for words in ["fleet:green.yaml:3:", "pool", "blue", "green"]:
            self.assertIn(words, out + err)

    def test_an_error_in_what_is_placed_elsewhere_is_an_error_here(self):
        self.settings["hostLabels"] = {"pool": "blue"}
        first = self.fleet.commit({"blue.yaml": placed("blue", {"pool": "blue"})})
        self.follow_web()
        self.start()
        self.fleet.commit({"green.yaml": placed("green", {"pool": "green"}).replace("Stopped", "Asleep")})
        self.assertIn("fleet:green.yaml:4:", self.reconcile(expect=gitops.cli.PARTLY) + self.ready()[2])
        self.assertEqual(first, self.status()["revision"])

    def test_an_edit_of_its_placement_moves_an_object_away(self):
        self.settings["hostLabels"] = {"pool": "blue"}
        self.fleet.commit({"a.yaml": placed("a", {"pool": "blue"}), "b.yaml": sandbox("b")})
        self.follow_web()
        self.start()
        self.push({"a.yaml": placed("a", {"pool": "green"})})
        self.wait_until_gone("a")
        self.assertEqual({"web", "b"}, self.uids().keys())


class TwoHosts(gitops.GitWorld):
    def test_each_has_its_own_of_one_commit(self):
        self.fleet.commit({"all.yaml": sandbox("all"), "blue.yaml": placed("blue", {"pool": "blue"}),
                           "green.yaml": placed("green", {"pool": "green"})})
        web = self.serve_web()
        hosts = {}
        for pool in ["blue", "green"]:
            hosts[pool] = host = gitops.GitWorld()
            host.setUp()
            self.addCleanup(host.doCleanups)
            host.settings["hostLabels"] = {"pool": pool}
            host.follow(web.url("fleet.git"))
            host.start()
        for pool, host in hosts.items():
            self.assertEqual({"web", "all", pool}, host.uids().keys())
        self.fleet.commit({"blue.yaml": placed("blue", {"pool": "green"})})
        for host in hosts.values():
            host.reconcile()
        hosts["blue"].wait_until_gone("blue")
        self.assertEqual({"web", "all", "green", "blue"}, hosts["green"].uids().keys())


if __name__ == "__main__":
    gitops.main()
