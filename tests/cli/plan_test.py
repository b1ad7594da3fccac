# SPDX-License-Identifier: Apache-2.0
"""What plan says before anything happens, in every format, and how plan and apply end when manifests are in doubt."""
import os
import pathlib
import re
import shutil
import subprocess

import cli


class Plan(cli.World):
    def setUp(self):
        super().setUp()
        self.declare_template()
        self.declare_sandbox("web")

    def test_text_names_steps_reasons_and_order(self):
        lines = self.here("plan").splitlines()
        self.assertRegex(lines[0], r"^ +1 \+ Template/base +import image '.*/image'")
        self.assertRegex(lines[1], r"^ +because: declared at template-base\.yaml:3:18$")
        self.assertTrue(any(re.match(r" +after: +1$", line) for line in lines), lines)
        self.assertRegex(lines[-1], r"^Plan: [0-9]+ steps")

    def test_json_holds_the_same_steps_and_their_edges(self):
        plan = self.value("plan")
        self.assertEqual(list(range(1, len(plan["steps"]) + 1)), [step["id"] for step in plan["steps"]])
        made = set()
        for step in plan["steps"]:
            self.assertNotEqual("", step["reason"], step)
            self.assertTrue(set(step["needs"]) <= made, f"{step} needs what nothing before it makes")
            self.assertTrue(all(before < step["id"] for before in step["after"]))
            made |= set(step["makes"])
        self.assertEqual([], plan["blocked"])

    def test_dot_is_one_graph_with_an_edge_per_dependency(self):
        text = self.here("plan", "-o", "dot")
        edges = sum(len(step["after"]) for step in self.value("plan")["steps"])
        self.assertRegex(text, r"^digraph plan \{")
        self.assertEqual(edges, text.count("->"))
        self.assertEqual(0, text.count('"') % 2)
        if shutil.which("dot"):
            subprocess.run(["dot", "-Tsvg"], input=text, text=True, capture_output=True, timeout=60, check=True)

    def test_detailed_exit_codes_tell_whether_there_is_something_to_do(self):
        self.here("plan")
        self.here("plan", "--detailed-exitcode", expect=cli.CHANGES)
        self.here("apply", "--timeout", "50s")
        self.assertEqual("Plan: nothing to do\n", self.here("plan", "--detailed-exitcode"))

    def test_a_file_saved_this_moment_is_waited_for(self):
        self.declare_sandbox("fresh")
        self.assertIn("Sandbox/fresh", self.here("plan"))

    def test_a_reference_to_nothing_blocks_its_object_alone(self):
        self.declare_sandbox("lost", template="nowhere")
        plan = self.value("plan")
        self.assertEqual([("Sandbox/lost", "TemplateNotFound")], [(each["object"], each["reason"]) for each in plan["blocked"]])
        self.assertIn("nowhere", plan["blocked"][0]["message"])
        self.assertIn("Sandbox/web", [step["object"] for step in plan["steps"]])


class GitopsExample(cli.World):
    def test_it_is_valid_and_planned(self):
        for file in (pathlib.Path(__file__).parents[2] / "examples/gitops/fleet").rglob("*.yaml"):
            self.write(f"{file.parent.name}-{file.stem}", file.read_text(encoding="utf-8").replace("/var/lib/cowherd-demo", str(self.root)))
        code, out, err = self.run_program("validate", self.manifests)
        self.assertEqual((0, ""), (code, err), out)
        for name in ["rootfs.ext4", "vmlinuz", "initrd"]:
            (self.root / name).write_bytes(os.urandom(1 << 20))
        self.config.write_text(cli.CONFIG + "  hostLabels: {environment: staging}\n")
        steps = [(step["object"], step["action"]) for step in self.value("plan")["steps"]]
        self.assertIn(("Template/busybox", "import-revision"), steps)
        self.assertIn(("Sandbox/web-staging", "create-sandbox"), steps)


class Examples(cli.World):
    def setUp(self):
        super().setUp()
        for file in (pathlib.Path(__file__).parents[2] / "examples/manifests").iterdir():
            self.write(file.stem, file.read_text(encoding="utf-8").replace("/var/lib/cowherd-demo", str(self.root)))

    def test_they_are_valid_and_explain_what_is_missing(self):
        code, out, err = self.run_program("validate", self.manifests)
        self.assertEqual((0, ""), (code, err), out)
        plan = self.value("plan")
        self.assertEqual([], plan["steps"])
        self.assertEqual({"Template/busybox": "SourceMissing", "Template/busybox-warm": "SourceMissing", "Sandbox/web": "TemplateNotReady",
                          "Sandbox/ledger": "TemplateNotReady",
                          "Sandbox/worker": "TemplateNotReady", "Sandbox/idle": "TemplateNotReady",
                          "Sandbox/web-again": "SnapshotNotReady", "Snapshot/web-fresh": "SandboxNotReady"},
                         {each["object"]: each["reason"] for each in plan["blocked"]})

    def test_with_their_files_they_make_two_machines_on_one_template(self):
        for name in ["rootfs.ext4", "vmlinuz", "initrd"]:
            (self.root / name).write_bytes(os.urandom(1 << 20))
        plan = self.value("plan")
        actions = [(step["object"], step["action"]) for step in plan["steps"]]
        self.assertEqual(1, [action for _, action in actions].count("import-revision"), actions)
        for name in ["web", "worker"]:
            for action in ["create-sandbox", "create-disk", "start-machine"]:
                self.assertIn((f"Sandbox/{name}", action), actions)
        self.assertEqual([("Sandbox/web-again", "SnapshotNotReady"), ("Snapshot/web-fresh", "SandboxNotReady"),
                          ("Template/busybox-warm", "SourceMissing")],
                         [(each["object"], each["reason"]) for each in plan["blocked"]])


class Doubt(cli.World):
    def ends_alike(self, code, part):
        for words in [["plan"], ["apply", "--timeout", "20s"]]:
            got, out, err = self.run_program(*words, *self.where())
            self.assertEqual(code, got, f"{words}: {out}{err}")
            self.assertIn(part, err)
            self.assertEqual(1, err.count(part), f"{words} says it more than once:\n{err}")

    def test_nothing_valid_is_65(self):
        self.write("web", "apiVersion: cowherd.dev/v1alpha1\nkind: Sandbox\nmetadata: {name: web}\nspec: {templateRf: 1}\n")
        self.ends_alike(cli.NOTHING_VALID, "unknown field 'templateRf'")

    def test_no_directory_is_65_and_says_what_to_do(self):
        self.manifests.rmdir()
        for words in [["plan"], ["apply", "--timeout", "20s"]]:
            err = self.run_program(*words, *self.where())[2]
            self.assertIn("--manifests", err)
            self.assertEqual(cli.NOTHING_VALID, self.run_program(*words, *self.where())[0])

    def test_some_invalid_is_3_and_the_rest_goes_on(self):
        self.declare_template()
        self.write("web", "apiVersion: cowherd.dev/v1alpha1\nkind: Sandbox\nmetadata: {name: web}\nspec: {templateRf: 1}\n")
        self.assertIn("Template/base", self.here("plan", expect=cli.PARTLY))
        self.here("apply", "--timeout", "20s", expect=cli.PARTLY)
        self.assertEqual("True", self.value("get", "tpl", "base")["status"]["conditions"][0]["status"])

    def test_an_edit_that_breaks_a_file_keeps_its_last_good_version(self):
        self.declare_template()
        self.declare_sandbox("web")
        self.here("apply", "--timeout", "50s")
        self.write("web", "kind: [\n")
        self.assertIn("nothing to do", self.here("plan", expect=cli.PARTLY))
        self.here("apply", "--timeout", "20s", expect=cli.PARTLY)
        self.assertEqual("web", self.value("get", "sbx", "web")["metadata"]["name"])

    def test_too_little_time_is_5(self):
        self.declare_template()
        self.declare_sandbox("web")
        code, _, err = self.run_program("apply", "--timeout", "1ms", *self.where())
        self.assertEqual(cli.TIMEOUT, code, err)
        self.assertIn("within 1ms", err)
        self.here("apply", "--timeout", "50s")

    def test_a_directory_that_became_empty_is_held(self):
        self.declare_template()
        self.declare_sandbox("web")
        self.here("apply", "--timeout", "50s")
        for file in list(self.manifests.iterdir()):
            file.unlink()
        self.here("plan", expect=cli.HELD)
        self.here("apply", "--timeout", "20s", expect=cli.HELD)
        self.assertIn("web", self.here("get", "sbx"))


if __name__ == "__main__":
    cli.main()
