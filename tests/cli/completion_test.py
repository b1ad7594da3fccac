# SPDX-License-Identifier: Apache-2.0
"""The bash script, sourced in a bash and asked as bash asks it."""
import shutil
import subprocess

import cli

ASK = """
source <("$1" completion bash)
shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_cowherd
((${#COMPREPLY[@]})) && printf '%s\\n' "${COMPREPLY[@]}"
exit 0
"""


class Bash(cli.World):
    def answers(self, *words):
        done = subprocess.run(["bash", "--norc", "-c", ASK, "bash", cli.PROGRAM, cli.PROGRAM, *words],
                              capture_output=True, text=True, timeout=60, cwd=self.root, check=False)
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        return done.stdout.splitlines()

    def test_commands_flags_and_choices(self):
        self.assertEqual(["describe"], self.answers("desc"))
        self.assertEqual(["--detailed-exitcode"], self.answers("plan", "--det"))
        self.assertEqual(["table", "wide", "json", "yaml"], self.answers("get", "-o", ""))
        self.assertEqual(["json"], self.answers("get", "--output", "=", "js"))
        self.assertEqual(["Sandbox", "Snapshot"], self.answers("get", "S"))

    def test_names_of_objects(self):
        self.declare_template()
        self.declare_sandbox("web")
        self.declare_sandbox("worker")
        where = [str(word) for word in self.where()]
        self.assertEqual(["web", "worker"], self.answers(*where, "get", "sbx", "w"))
        self.assertEqual(["Template/base"], self.answers("describe", *where, "Template/"))
        self.assertFalse(self.state.exists())

    def test_directories_and_files(self):
        self.assertEqual(["m"], self.answers("get", "--manifests", "m"))
        self.assertIn("config.yaml", self.answers("validate", "conf"))

    def test_what_cannot_be_looked_up_is_silently_left_out(self):
        self.assertEqual([], self.answers("--config", "/nowhere/config.yaml", "get", "sbx", ""))

    def test_other_shells_can_read_their_scripts(self):
        for shell in ["zsh", "fish"]:
            script = self.run_program("completion", shell)[1]
            self.assertIn("__complete", script)
            if shutil.which(shell):
                subprocess.run([shell, "-n", "/dev/stdin"], input=script, text=True, timeout=60, check=True)


if __name__ == "__main__":
    cli.main()
