# SPDX-License-Identifier: Apache-2.0
"""What somebody sees who may not see everything. Run by root, the program is started as nobody."""
import cli


class Permission(cli.World):
    def setUp(self):
        super().setUp()
        self.declare_template()
        self.declare_sandbox("web")
        self.root.chmod(0o755)
        before, cli.PROGRAM = cli.PROGRAM, cli.copy_for_nobody(self, cli.PROGRAM)
        self.addCleanup(setattr, cli, "PROGRAM", before)

    def as_nobody(self, *words):
        return self.run_program(*words, *self.where(), preexec=cli.become_nobody)

    def test_directories_that_may_not_be_entered_end_with_77(self):
        for directory in [self.manifests, self.state]:
            self.state.mkdir(exist_ok=True)
            directory.chmod(0)
            for words in [["get"], ["plan"], ["apply"], ["run"], ["describe", "sbx/web"], ["approve", "prune"]]:
                code, out, err = self.as_nobody(*words)
                self.assertEqual((cli.PERMISSION, ""), (code, out), err)
                self.assertIn(f"'{directory}'", err)
            directory.chmod(0o755)

    def test_offline_commands_need_no_permission(self):
        self.state.mkdir()
        self.state.chmod(0)
        self.assertEqual(0, self.run_program("validate", "--manifests", self.manifests, preexec=cli.become_nobody)[0])
        self.assertEqual(0, self.run_program("version", preexec=cli.become_nobody)[0])

    def test_what_may_not_be_read_is_told_and_the_rest_is_shown(self):
        self.here("apply", "--timeout", "50s")
        sandbox = next((self.state / "sandboxes").iterdir())
        for path in [self.state, *self.state.rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)
        sandbox.chmod(0)
        code, out, err = self.as_nobody("get")
        sandbox.chmod(0o700)
        self.assertEqual(0, code, err)
        self.assertIn("base", out)
        self.assertIn("ermission denied", out + err)
        self.assertNotIn("internal error", err)

    def test_doctor_says_what_is_forbidden(self):
        self.state.mkdir()
        self.state.chmod(0o555)
        code, out, _ = self.as_nobody("doctor")
        self.assertEqual(cli.FAILURE, code)
        self.assertRegex(out, r"fail +state directory")

    def test_doctor_says_as_whom_machines_would_run(self):
        _, out, _ = self.as_nobody("doctor")
        self.assertRegex(out, r"warn +machine users +machines run as the daemon's user: this process lacks CAP_CHOWN")
        self.config.write_text(self.config.read_text().replace("spec:", "spec:\n  confinement: {users: Always}", 1))
        code, out, _ = self.as_nobody("doctor")
        self.assertEqual(cli.FAILURE, code)
        self.assertRegex(out, r"fail +machine users +a VM cannot have a user of its own: this process lacks CAP_CHOWN")


if __name__ == "__main__":
    cli.main()
