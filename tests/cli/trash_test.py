# SPDX-License-Identifier: Apache-2.0
"""What leaves a last snapshot, what annotations hold back, and what comes back from trash."""
import time

import cli

SANDBOX = """\
apiVersion: cowherd.dev/v1alpha1
kind: Sandbox
metadata: {{name: {name}, labels: {{team: ml}}, annotations: {{{annotations}}}}}
spec: {{templateRef: {{name: base}}, powerState: Stopped, deletionPolicy: {policy}}}
"""
SNAPSHOT = """\
apiVersion: cowherd.dev/v1alpha1
kind: Snapshot
metadata: {name: s1}
spec: {sandboxRef: {name: web}}
"""
RETAINED = """\
apiVersion: cowherd.dev/v1alpha1
kind: Snapshot
metadata: {{name: {name}, labels: {{team: ml}}}}
spec: {{sandboxRef: {{name: other}}, deletionPolicy: Retain}}
"""
POLICY = """\
apiVersion: cowherd.dev/v1alpha1
kind: RetentionPolicy
metadata: {name: one}
spec: {mode: Enforce, selector: {matchLabels: {team: ml}}, keep: {last: 1}, minAge: 0s}
"""


class Trash(cli.World):
    def setUp(self):
        super().setUp()
        self.declare_template()
        self.declare_sandbox("other")

    def declare(self, name="web", policy="Delete", annotations=""):
        self.write(name, SANDBOX.format(name=name, policy=policy, annotations=annotations))

    def apply(self, expect=cli.DONE):
        return self.here("apply", "--timeout", "50s", expect=expect)

    def withdraw(self, name):
        (self.manifests / f"{name}.yaml").unlink()

    def uid(self, name="web"):
        return self.value("get", "sbx", name)["metadata"]["uid"]

    def entries(self):
        return self.value("trash")

    def disk(self):
        return (self.state / "sandboxes" / self.uid() / "rootfs.qcow2").stat().st_ino

    def remove_web(self):
        self.declare()
        self.apply()
        before = self.uid(), self.disk()
        self.withdraw("web")
        self.apply()
        self.here_err("get", "sbx", "web", expect=cli.FAILURE)
        return before

    def test_a_policy_does_not_take_again_what_was_asked_back(self):
        for name in ["s1", "s2"]:
            self.write(name, RETAINED.format(name=name))
        self.apply()
        for name in ["s1", "s2"]:
            self.withdraw(name)
        self.write("policy", POLICY)
        self.apply()
        entry, = self.entries()
        name = entry["object"].split("/")[1]
        self.here("undelete", entry["object"])
        for _ in range(2):
            self.apply()
            self.assertEqual([], self.entries())
        self.assertIn("held by undeleted", self.here("describe", f"snapshot/{name}"))
        self.here("approve", "delete", f"Snapshot/{name}")
        self.apply()
        self.assertEqual(entry["object"], self.entries()[0]["object"])

    def test_a_removed_sandbox_comes_back_with_its_disk_and_is_adopted(self):
        uid, disk = self.remove_web()
        entry, = self.entries()
        self.assertEqual("Sandbox/web", entry["object"])
        self.assertTrue(entry["canComeBack"])
        self.assertGreater(entry["bytes"], 0)
        self.assertIn(entry["entry"], self.here("trash"))
        self.assertIn("asked for: Sandbox/web", self.here("undelete", "web"))
        self.apply()
        self.assertEqual((uid, disk), (self.uid(), self.disk()))
        self.assertIn("Retained", self.here("get", "sbx", "web"))
        self.apply()
        self.assertEqual([], self.entries())
        self.assertEqual([], list((self.state / "approvals").iterdir()))
        self.declare()
        self.apply()
        self.assertEqual((uid, disk), (self.uid(), self.disk()))
        self.assertNotIn("Retained", self.here("get", "sbx", "web"))

    def test_it_comes_back_with_its_base(self):
        self.declare()
        self.apply()
        uid = self.uid()
        for name in ("web", "other", "template-base"):
            self.withdraw(name)
        self.declare_template("second")
        self.apply()
        self.here("apply", "--timeout", "50s")
        self.assertIn("Template/base", [entry["object"] for entry in self.entries()])
        self.here("undelete", "sandbox/web")
        self.apply()
        self.assertEqual(uid, self.uid())

    def test_a_taken_name_is_refused(self):
        self.remove_web()
        self.declare()
        self.assertIn("web.yaml:3", self.here_err("undelete", "web", expect=cli.FAILURE))
        self.apply()
        self.assertIn("web.yaml:3", self.here_err("undelete", "web", expect=cli.FAILURE))

    def test_several_of_one_name_are_listed_newest_first(self):
        self.remove_web()
        while time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()) == self.entries()[0]["since"]:
            time.sleep(0.05)  # entries are told apart by the second
        self.remove_web()
        newest, oldest = self.entries()
        self.assertGreater(newest["since"], oldest["since"])
        said = self.here_err("undelete", "web", expect=cli.FAILURE)
        self.assertLess(said.index(newest["entry"]), said.index(oldest["entry"]))
        self.here("undelete", oldest["entry"])
        self.apply()
        self.assertEqual([newest["entry"]], [entry["entry"] for entry in self.entries()])

    def test_what_is_not_in_trash_is_said_so(self):
        self.remove_web()
        self.assertIn('did you mean "web"?', self.here_err("undelete", "wbe", expect=cli.FAILURE))
        self.assertEqual(cli.USAGE, self.run_program("undelete", *self.where())[0])

    def test_a_snapshot_comes_back_retained(self):
        self.declare()
        self.write("s1", SNAPSHOT)
        self.apply()
        self.withdraw("s1")
        self.apply()
        self.here("undelete", "snap/s1")
        self.apply()
        self.apply()
        self.assertIn("Retained", self.here("get", "snap", "s1"))

    def test_a_last_snapshot_is_taken_before_a_sandbox_goes(self):
        self.declare(policy="Snapshot")
        self.apply()
        uid = self.uid()
        self.withdraw("web")
        self.apply()
        self.here_err("get", "sbx", "web", expect=cli.FAILURE)
        kept = self.value("get", "snap", f"web-final-{uid[:8]}")
        self.assertEqual({"team": "ml"}, kept["metadata"]["labels"])
        self.here("approve", "delete", f"snap/web-final-{uid[:8]}")
        self.apply()
        self.assertEqual(2, len(self.entries()))

    def test_a_protected_sandbox_stays_until_it_is_declared_without(self):
        self.declare(annotations='cowherd.dev/protect: "true"')
        self.apply()
        uid = self.uid()
        self.withdraw("web")
        self.apply(cli.HELD)
        self.assertIn("Protected", self.here("get", "sbx", "web"))
        self.assertIn("protected by annotation", self.here_err("approve", "delete", "sbx/web", expect=cli.FAILURE))
        self.declare()
        self.apply()
        self.assertEqual(uid, self.uid())
        self.withdraw("web")
        self.apply()
        self.here_err("get", "sbx", "web", expect=cli.FAILURE)

    def test_a_sandbox_that_is_not_pruned_stays_until_somebody_lets_it_go(self):
        self.declare(annotations="cowherd.dev/prune: disabled")
        self.apply()
        uid = self.uid()
        self.withdraw("web")
        self.apply()
        self.assertEqual(uid, self.uid())
        self.assertIn("PruneDisabled", self.here("describe", "sbx/web"))
        self.here("approve", "delete", "sbx/web")
        self.apply()
        self.here_err("get", "sbx", "web", expect=cli.FAILURE)


if __name__ == "__main__":
    cli.main()
