# SPDX-License-Identifier: Apache-2.0
"""What is held back happens after a person's word, for exactly what it was given for."""
import cli


SNAPSHOT = """\
apiVersion: cowherd.dev/v1alpha1
kind: Snapshot
metadata: {name: s1}
spec: {sandboxRef: {name: web}}
"""


class Approvals(cli.World):
    def setUp(self):
        super().setUp()
        self.declare_template()
        self.declare_template("other")

    def apply(self, expect):
        return self.here("apply", "--timeout", "50s", expect=expect)

    def uid(self, name):
        return self.value("get", "sbx", name)["metadata"]["uid"]

    def test_a_held_edit_is_replaced_after_its_approval(self):
        self.declare_sandbox("web")
        self.apply(cli.DONE)
        before = self.uid("web")
        self.declare_sandbox("web", template="other")
        self.apply(cli.HELD)
        self.assertEqual(before, self.uid("web"))
        text = self.here("describe", "sbx/web")
        self.assertIn("`cowherd approve replace Sandbox/web`", text)
        self.assertIn("approve replace", self.here_err("approve", "dataloss", "sbx/web", expect=cli.FAILURE))
        self.assertEqual("approved: replace Sandbox/web\n", self.here("approve", "replace", "sbx/web"))
        self.apply(cli.DONE)
        self.assertNotEqual(before, self.uid("web"))
        self.assertEqual([], list((self.state / "approvals").iterdir()))

    def test_an_approval_is_not_valid_for_another_edit(self):
        self.declare_sandbox("web")
        self.apply(cli.DONE)
        before = self.uid("web")
        self.declare_sandbox("web", template="other")
        self.here("approve", "replace", "sbx/web")
        self.declare_sandbox("web", template="other", policy="Retain")
        self.apply(cli.HELD)
        self.assertEqual(before, self.uid("web"))

    def test_nothing_held_is_refused_with_what_is_the_case(self):
        self.declare_sandbox("web")
        self.apply(cli.DONE)
        self.assertIn("no edit of it is held", self.here_err("approve", "replace", "sbx/web", expect=cli.FAILURE))
        self.assertIn("web.yaml:3", self.here_err("approve", "delete", "sbx/web", expect=cli.FAILURE))
        self.assertIn("no such sandbox", self.here_err("approve", "replace", "sbx/nope", expect=cli.FAILURE))
        self.assertFalse((self.state / "approvals").exists() and any((self.state / "approvals").iterdir()))

    def test_a_retained_sandbox_goes_after_its_approval(self):
        self.declare_sandbox("web", policy="Retain")
        self.apply(cli.DONE)
        (self.manifests / "web.yaml").unlink()
        self.apply(cli.DONE)
        self.assertIn("Retained", self.here("get", "sbx", "web"))
        self.here("approve", "delete", "sbx/web")
        self.apply(cli.DONE)
        self.here_err("get", "sbx", "web", expect=cli.FAILURE)

    def damage(self, path):
        path.write_text('{"apiVersion": ')

    def test_a_sandbox_whose_record_is_damaged_goes_after_its_approval(self):
        for name in ("web", "db"):
            self.declare_sandbox(name)
        self.apply(cli.DONE)
        uid, other = self.uid("web"), self.uid("db")
        self.damage(self.state / "sandboxes" / uid / "sandbox.json")
        short = f"Sandbox/{uid[:12]}"
        self.assertIn(f"`cowherd approve delete {short}` moves it to trash", self.here("plan"))
        self.apply(cli.PARTLY)
        self.assertTrue((self.state / "sandboxes" / uid / "rootfs.qcow2").exists(), "nothing is done without a word")
        self.here("approve", "delete", short)
        self.apply(cli.DONE)
        self.assertNotEqual(uid, self.uid("web"), "declared, so it is made anew")
        self.assertEqual(other, self.uid("db"))
        self.assertTrue(list((self.state / "trash").glob(f"sandbox-{uid[:12]}-*/rootfs.qcow2")), "and its disk is in trash")
        self.assertEqual([], list((self.state / "approvals").iterdir()))

    def test_a_snapshot_whose_record_is_damaged_goes_after_its_approval(self):
        self.declare_sandbox("web")
        self.write("s1", SNAPSHOT)
        self.apply(cli.DONE)
        record = self.state / "snapshots" / "s1" / "snapshot.json"
        self.damage(record)
        err = self.here_err("approve", "delete", "snap/s1", expect=cli.FAILURE)
        self.assertIn("take its document out of the manifests first", err)
        (self.manifests / "s1.yaml").unlink()
        self.apply(cli.PARTLY)
        self.assertTrue(record.exists())
        self.here("approve", "delete", "snap/s1")
        self.apply(cli.DONE)
        self.assertEqual([], list((self.state / "snapshots").iterdir()))
        self.assertTrue(list((self.state / "trash").glob("snapshot-s1-*/rootfs.qcow2")))

    def test_a_template_whose_revision_is_damaged_goes_after_its_approval(self):
        self.apply(cli.DONE)
        record, = (self.state / "templates" / "other").glob("*/revision.json")
        self.damage(record)
        (self.manifests / "template-other.yaml").unlink()
        self.apply(cli.PARTLY)
        self.assertTrue(record.exists())
        self.here("approve", "delete", "template/other")
        self.apply(cli.DONE)
        self.assertFalse((self.state / "templates" / "other").exists())
        self.assertTrue((self.state / "templates" / "base").exists())

    def test_more_prunes_than_the_cap_wait_for_approve_prune(self):
        names = [f"s{i}" for i in range(5)]
        for name in names:
            self.declare_sandbox(name)
        self.declare_sandbox("stays")
        self.apply(cli.DONE)
        for name in names:
            (self.manifests / f"{name}.yaml").unlink()
        self.apply(cli.HELD)
        self.assertEqual(6, len(self.value("get", "sbx")["items"]))
        approved = self.here("approve", "prune").splitlines()
        self.assertEqual([f"approved: delete Sandbox/{name}" for name in names], approved)
        self.apply(cli.DONE)
        self.assertEqual(["stays"], [item["metadata"]["name"] for item in self.value("get", "sbx")["items"]])

    def test_an_emptied_directory_is_held_until_it_is_approved(self):
        self.declare_sandbox("web")
        self.apply(cli.DONE)
        for file in self.manifests.iterdir():
            file.unlink()
        self.apply(cli.HELD)
        self.assertEqual(1, len(self.value("get", "sbx")["items"]))
        self.here("approve", "prune")
        self.apply(cli.DONE)
        self.assertEqual([], self.value("get", "sbx")["items"])
        self.assertEqual([], list((self.state / "approvals").iterdir()))

    def test_approving_works_beside_a_daemon(self):
        self.declare_sandbox("web")
        self.apply(cli.DONE)
        self.declare_sandbox("web", template="other")
        self.hold_lock()
        self.here("approve", "replace", "sbx/web")
        self.assertEqual(1, len(list((self.state / "approvals").iterdir())))


if __name__ == "__main__":
    cli.main()
