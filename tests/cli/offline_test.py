# SPDX-License-Identifier: Apache-2.0
"""Commands that need no daemon and no state directory."""
import json
import subprocess

import cli


class Offline(cli.World):
    def test_help_is_on_stdout_and_succeeds(self):
        for words in [["--help"], ["get", "--help"], ["approve", "-h"]]:
            code, out, err = self.run_program(*words)
            self.assertEqual((0, ""), (code, err))
            self.assertIn("Usage:", out)

    def test_what_is_not_understood_ends_with_64_and_empty_stdout(self):
        for words in [[], ["gte"], ["get", "--nope"], ["plan", "-o", "xml"], ["approve", "delete"], ["explain"],
                      ["explain", "Sandbox.spec.nope"], ["explain", "E999"], ["schema", "pod"], ["completion", "tcsh"]]:
            code, out, err = self.run_program(*words)
            self.assertEqual((cli.USAGE, ""), (code, out), words)
            self.assertNotEqual("", err)

    def test_validate_accepts_good_manifests(self):
        self.declare_template()
        self.declare_sandbox("web")
        code, out, err = self.run_program("validate", self.manifests)
        self.assertEqual((0, "2 files, 2 valid documents: 0 errors, 0 warnings\n", ""), (code, out, err))

    def test_validate_tells_file_line_and_column(self):
        self.write("bad", "apiVersion: cowherd.dev/v1alpha1\nkind: Sandbox\nmetadata: {name: web}\nspec: {templatRef: {name: x}}\n")
        code, out, err = self.run_program("validate", self.manifests)
        self.assertEqual(cli.NOTHING_VALID, code)
        self.assertIn("bad.yaml:4:8", err)
        self.assertIn("templateRef", err)
        self.assertIn("1 file, 0 valid documents:", out)

    def test_validate_speaks_json(self):
        self.write("bad", "kind: Sandbox\n")
        code, out, err = self.run_program("validate", "-o", "json", self.manifests)
        self.assertEqual((cli.NOTHING_VALID, ""), (code, err))
        report = json.loads(out)
        self.assertEqual((1, 1, 0), (report["files"], report["invalidFiles"], report["documents"]))
        self.assertEqual(report["errors"] + report["warnings"], len(report["diagnostics"]))

    def test_validate_reads_standard_input(self):
        good = cli.SANDBOX.format(name="web", template="base", policy="Delete")
        self.assertEqual(0, self.run_program("validate", "-", text=good)[0])
        self.assertEqual(cli.NOTHING_VALID, self.run_program("validate", "-", text="[")[0])

    def test_validate_says_when_it_found_nothing(self):
        code, out, _ = self.run_program("validate", "--manifests", self.manifests)
        self.assertEqual(0, code)
        self.assertIn("no manifests found in", out)
        self.assertEqual(cli.NOTHING_VALID, self.run_program("validate", self.root / "missing.yaml")[0])

    def test_validate_leaves_nothing_behind(self):
        self.declare_sandbox("web")
        before = cli.everything_below(self.root)
        self.run_program("validate", "--manifests", self.manifests)
        self.assertEqual(before, cli.everything_below(self.root))

    def test_explain_knows_fields_and_codes(self):
        for topic, part in [("Sandbox", "spec"), ("sbx.spec.resources.memory", "quantity"), ("config.limits", "boots"),
                            ("E214", "quantity"), ("e802", "symlink"), ("W803", "state directory")]:
            code, out, err = self.run_program("explain", topic)
            self.assertEqual((0, ""), (code, err), topic)
            self.assertIn(part, out.lower() if part.islower() else out, topic)

    def test_every_diagnostic_can_be_explained(self):
        self.write("bad", "kind: Sandbox\nspec: {a: 1, a: 2}\n")
        (self.manifests / "away.yaml").symlink_to("/etc/hostname")
        report = json.loads(self.run_program("validate", "-o", "json", self.manifests)[1])
        codes = {found["code"] for found in report["diagnostics"]}
        self.assertGreaterEqual(len(codes), 2)
        for code in codes:
            self.assertEqual(0, self.run_program("explain", code)[0], code)

    def test_schemas_are_json_schemas(self):
        for kind in ["Template", "sbx", "Snapshot", "rp", "config", "source"]:
            code, out, err = self.run_program("schema", kind)
            self.assertEqual((0, ""), (code, err))
            self.assertEqual("https://json-schema.org/draft/2020-12/schema", json.loads(out)["$schema"])

    def test_version_is_told_in_both_formats(self):
        self.assertIn("cowherd", self.run_program("version")[1])
        version = json.loads(self.run_program("version", "-o", "json")[1])
        self.assertEqual(f"cowherd {version['version']}\n", self.run_program("--version")[1])
        for library in ["yaml-cpp", "sqlite", "libdevmapper", "spdlog"]:
            self.assertRegex(version["libraries"][library], r"^\d+\.\d+")

    def test_a_full_disk_under_stdout_is_a_failure(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = subprocess.run([cli.PROGRAM, "schema", "sbx"], stdout=full, stderr=subprocess.PIPE, text=True,
                                  timeout=60, check=False)
        self.assertEqual(cli.FAILURE, done.returncode)
        self.assertIn("standard output", done.stderr)


if __name__ == "__main__":
    cli.main()
