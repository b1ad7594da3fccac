# SPDX-License-Identifier: Apache-2.0
"""What the commands that only look say, and that they only look."""
import json
import shutil

import cli


class FreshHost(cli.World):
    def test_looking_at_nothing_says_so_and_makes_nothing(self):
        before = cli.everything_below(self.root)
        for words in [["get"], ["get", "sandboxes"], ["plan"], ["plan", "--detailed-exitcode"]]:
            self.here(*words)
        self.assertEqual({"apiVersion": "v1", "kind": "List", "items": []}, self.value("get"))
        self.assertIn("Sandbox/web", self.here_err("get", "sbx", "web", expect=cli.FAILURE))
        self.assertIn("Sandbox/web", self.here_err("describe", "sbx/web", expect=cli.FAILURE))
        self.here("approve", "prune")
        self.assertEqual(before, cli.everything_below(self.root))

    def test_what_is_declared_is_seen_at_once(self):
        self.declare_template()
        self.declare_sandbox("web")
        self.assertEqual(["base", "web"], [item["metadata"]["name"] for item in self.value("get")["items"]])
        self.assertIn("web", self.here("get", "sbx"))
        self.assertFalse(self.state.exists())

    def test_a_missing_image_is_a_condition_with_its_reason(self):
        self.declare_template()
        (self.root / "image").unlink()
        ready = self.value("get", "tpl", "base")["status"]["conditions"][0]
        self.assertEqual(("Ready", "False", "SourceMissing"), (ready["type"], ready["status"], ready["reason"]))

    def test_an_invalid_configuration_ends_with_78_and_its_place(self):
        self.config.write_text(cli.CONFIG + "  nope: 1\n")
        for words in [["get"], ["plan"], ["apply"], ["describe", "sbx/web"]]:
            self.assertIn("config.yaml:6:3", self.here_err(*words, expect=cli.CONFIGURATION))

    def test_a_configuration_that_is_named_must_exist(self):
        self.config.unlink()
        self.here_err("get", expect=cli.CONFIGURATION)


class AppliedHost(cli.World):
    def setUp(self):
        super().setUp()
        self.declare_template()
        self.declare_sandbox("web")
        self.here("apply", "--timeout", "50s")

    def test_get_shows_it_in_every_format(self):
        table = self.here("get", "sandboxes").splitlines()
        self.assertEqual(["NAME", "READY", "POWER", "TEMPLATE", "CPU", "MEM", "COW%", "AGE", "STATUS"], table[0].split())
        self.assertEqual(["web", "True", "Stopped", "base", "1", "512Mi"], table[1].split()[:6])
        wide = self.here("get", "sbx", "-o", "wide")
        web = self.value("get", "sbx", "web")
        self.assertIn(web["metadata"]["uid"], wide)
        self.assertEqual("qcow2", web["status"]["diskDriver"])
        self.assertEqual(1, web["status"]["observedGeneration"])
        self.assertEqual(64, len(web["status"]["specHash"]))

    def test_get_as_yaml_is_a_manifest_again(self):
        declared = json.loads(self.here("get", "-o", "json"))["items"]
        printed = self.here("get", "-o", "yaml")
        for file, text in zip(["template-base", "web"], printed.split("---\n"), strict=True):
            self.write(file, text)
        code, out, err = self.run_program("validate", self.manifests)
        self.assertEqual(0, code, err)
        self.assertIn("2 valid documents: 0 errors", out)
        again = json.loads(self.here("get", "-o", "json"))["items"]
        for before, after in zip(declared, again, strict=True):
            self.assertEqual(before["spec"], after["spec"])
            self.assertEqual(before["metadata"], after["metadata"])
        self.assertIn("nothing to do", self.here("plan"))

    def test_a_document_that_moves_to_another_file_changes_nothing_but_the_record(self):
        (self.manifests / "web.yaml").rename(self.manifests / "moved.yaml")
        plan = self.value("plan")
        self.assertEqual(["update-sandbox"], [step["action"] for step in plan["steps"]])
        self.here("apply", "--timeout", "50s")
        self.assertIn("nothing to do", self.here("plan"))
        self.assertIn("moved.yaml", self.here("describe", "sbx/web"))

    def test_describe_tells_its_story(self):
        text = self.here("describe", "sandbox", "web")
        for part in ["UID:", "Conditions:", "Ready", "diskDriver:", "Events:", "create sandbox 'web'"]:
            self.assertIn(part, text)

    def test_looking_works_beside_a_daemon_and_writes_nothing(self):
        self.hold_lock()
        before = cli.everything_below(self.state)
        self.here("get")
        self.here("describe", "sbx/web")
        self.here("plan")
        self.here("doctor")
        self.assertEqual(before, cli.everything_below(self.state))

    def test_acting_beside_a_daemon_ends_with_75_and_names_it(self):
        self.hold_lock()
        for words in [["apply"], ["run"]]:
            self.assertIn("4242", self.here_err(*words, expect=cli.LOCKED))
        code, _, err = self.run_program("adopt-state-dir", "--state-dir", self.state)
        self.assertEqual(cli.LOCKED, code)
        self.assertIn("4242", err)

    def test_a_copied_state_directory_is_refused_until_adopted(self):
        original = (self.state / "id").read_text()
        copy = self.root / "copy"
        shutil.copytree(self.state, copy)
        self.state = copy
        self.assertIn("adopt-state-dir", self.here_err("plan", expect=cli.PERMISSION))
        self.assertIn("adopt-state-dir", self.here_err("apply", expect=cli.PERMISSION))
        self.assertEqual(0, self.run_program("adopt-state-dir", "--state-dir", copy)[0])
        self.assertNotEqual(original, (copy / "id").read_text())
        self.assertIn("nothing to do", self.here("plan"))
        self.assertIn("already", self.run_program("adopt-state-dir", "--state-dir", copy)[1])

    def test_only_a_state_directory_can_be_adopted(self):
        before = cli.everything_below(self.manifests)
        self.assertEqual(cli.FAILURE, self.run_program("adopt-state-dir", "--state-dir", self.manifests)[0])
        self.assertEqual(before, cli.everything_below(self.manifests))

    def test_an_invalid_edit_leaves_the_rest_and_is_pointed_to(self):
        self.write("web", "kind: [\n")
        code, out, err = self.run_program("get", "sbx", *self.where())
        self.assertEqual(0, code)
        self.assertIn("web", out)
        self.assertIn("cowherd validate", err)


class Doctor(cli.World):
    def test_every_check_has_a_finding_and_what_is_not_well_an_advice(self):
        code, out, _ = self.run_program("doctor", "-o", "json", *self.where())
        checks = json.loads(out)["checks"]
        for name in ["kernel", "device-mapper", "loop devices", "QEMU", "qemu-img", "KVM", "memory", "inotify",
                     "machine-id", "manifests", "state directory", "free space", "reflink", "lock", "leftovers"]:
            self.assertIn(name, [check["name"] for check in checks])
        for check in checks:
            self.assertIn(check["health"], ["ok", "warn", "fail"])
            self.assertNotEqual("", check["finding"], check)
            if check["health"] == "fail":
                self.assertNotEqual("", check["advice"], check)
        self.assertEqual("fail" in [check["health"] for check in checks], code == cli.FAILURE)

    def test_what_is_essential_and_missing_fails(self):
        self.config.write_text(cli.CONFIG + "  machine: {qemu: /nowhere/qemu-system-x86_64}\n")
        out = self.here("doctor", expect=cli.FAILURE)
        self.assertRegex(out, r"fail +QEMU")
        self.assertIn("-> install it", out)

    def test_what_sources_need_is_looked_for(self):
        secret = self.root / "token"
        secret.write_text("secret\n")
        secret.chmod(0o644)
        self.config.write_text(f"""{cli.CONFIG}---
apiVersion: config.cowherd.dev/v1alpha1
kind: Source
metadata: {{name: fleet}}
spec:
  git:
    url: https://127.0.0.1:1/fleet.git
    branch: main
    auth: {{passwordFile: {secret}, caFile: {self.root}/missing.pem}}
""")
        code, out, _ = self.run_program("doctor", "-o", "json", *self.where())
        told = [(check["name"], check["health"], check["finding"] + check["advice"]) for check in json.loads(out)["checks"]]
        self.assertEqual(cli.FAILURE, code)
        self.assertTrue([text for name, health, text in told if (name, health) == ("git", "ok") and "git version" in text], told)
        self.assertTrue([text for name, health, text in told if (name, health) == ("Source/fleet", "warn") and f"chmod 0600 {secret}" in text], told)
        self.assertTrue([text for name, health, text in told if (name, health) == ("Source/fleet", "fail") and "missing.pem" in text], told)

    def test_a_broken_configuration_is_a_finding_not_the_end(self):
        self.config.write_text("nonsense\n")
        self.assertRegex(self.here("doctor", expect=cli.FAILURE), r"fail +configuration")

    def test_nothing_is_made(self):
        before = cli.everything_below(self.root)
        self.run_program("doctor", *self.where())
        self.assertEqual(before, cli.everything_below(self.root))

    def test_the_holder_of_the_lock_is_named(self):
        self.hold_lock()
        self.assertIn("4242", self.here("doctor"))


if __name__ == "__main__":
    cli.main()
