# SPDX-License-Identifier: Apache-2.0
"""The bash script, sourced in a bash and asked as bash asks it."""
import os
import pty
import select
import shutil
import signal
import subprocess
import time

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
        self.assertEqual(["Sandbox/", "Snapshot/"], self.answers("why", "S"))
        self.assertEqual(["--dry-run"], self.answers("gc", "--dr"))
        self.assertEqual(["rebuild"], self.answers("catalog", ""))

    def test_names_of_objects(self):
        self.declare_template()
        self.declare_sandbox("web")
        self.declare_sandbox("worker")
        where = [str(word) for word in self.where()]
        deadline = time.monotonic() + 20  # files of this moment are not listed yet: nobody wants to wait for a Tab
        while self.answers(*where, "get", "sbx", "w") != ["web", "worker"]:
            self.assertLess(time.monotonic(), deadline, self.answers(*where, "get", "sbx", "w"))
        self.assertEqual(["Template/base"], self.answers("describe", *where, "Template/"))
        self.assertFalse(self.state.exists())

    def test_directories_and_files(self):
        self.assertEqual(["m"], self.answers("get", "--manifests", "m"))
        self.assertIn(f"{self.root}/config.yaml", self.answers("why", f"{self.root}/conf"))
        self.assertIn("config.yaml", self.answers("validate", "conf"))

    def test_what_cannot_be_looked_up_is_silently_left_out(self):
        self.assertEqual([], self.answers("--config", "/nowhere/config.yaml", "get", "sbx", ""))

    def test_the_tab_key_in_a_terminal(self):
        (self.root / "bin").mkdir()
        (self.root / "bin/cowherd").symlink_to(cli.PROGRAM)
        environment = {**self.environment(), "PATH": f"{self.root}/bin:/usr/bin:/bin", "TERM": "dumb", "PS1": "ready> "}
        child, terminal = pty.fork()
        if child == 0:
            os.chdir(self.root)
            os.execvpe("bash", ["bash", "--norc", "--noprofile"], environment)
        self.addCleanup(os.waitpid, child, 0)
        self.addCleanup(os.kill, child, signal.SIGKILL)
        self.read_until(terminal, b"ready> ")
        os.write(terminal, b"source <(cowherd completion bash); echo do''ne\n")
        self.read_until(terminal, b"done")
        os.write(terminal, b"cowherd desc\t")
        self.read_until(terminal, b"cowherd describe ")

    def read_until(self, terminal, wanted):
        seen = b""
        while wanted not in seen:
            self.assertTrue(select.select([terminal], [], [], 20)[0], f"{wanted} did not come: {seen}")
            seen += os.read(terminal, 4096)

    def test_other_shells_can_read_their_scripts(self):
        for shell in ["zsh", "fish"]:
            script = self.run_program("completion", shell)[1]
            self.assertIn("__complete", script)
            if shutil.which(shell):
                subprocess.run([shell, "-n", "/dev/stdin"], input=script, text=True, timeout=60, check=True)


if __name__ == "__main__":
    cli.main()
