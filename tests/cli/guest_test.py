# SPDX-License-Identifier: Apache-2.0
"""A real guest in QEMU, as the person sees it who runs it: its log and its console."""
import os
import pathlib
import pty
import re
import select
import signal
import subprocess
import sys
import termios
import time

import cli

GUEST = pathlib.Path(sys.argv[2]).resolve() if len(sys.argv) > 2 else None
DEADLINE = 90

CONFIG = cli.CONFIG + """\
  machine: {accel: Tcg}
  serialLogLimit: 64Ki
"""

TEMPLATE = f"""\
apiVersion: cowherd.dev/v1alpha1
kind: Template
metadata: {{name: base}}
spec:
  source: {{image: {{path: {GUEST}/rootfs.ext4}}}}
  boot: {{kernel: {{path: {GUEST}/vmlinuz}}, initrd: {{path: {GUEST}/initrd}}, args: ["console=ttyS0", "quiet"]}}
"""

SANDBOX = """\
apiVersion: cowherd.dev/v1alpha1
kind: Sandbox
metadata: {name: web}
spec: {templateRef: {name: base}, powerState: POWER, resources: {vcpus: 1, memory: 128Mi}, lifecycle: {gracefulStop: 1s}}
"""


class Guest(cli.World):
    def setUp(self):
        super().setUp()
        self.config.write_text(CONFIG)
        self.write("base", TEMPLATE)
        self.write("web", SANDBOX.replace("POWER", "Running"))
        self.log = open(self.root / "daemon.log", "w", encoding="utf-8")
        self.addCleanup(self.log.close)
        self.daemon = self.begin("run", stdout=self.log)
        self.addCleanup(self.clear_away)
        self.wait_for(lambda: "boot=1 up" in self.logged())

    def begin(self, *words, **streams):
        given = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": self.log} | streams
        program = subprocess.Popen([cli.PROGRAM, *words, *self.where()], env=self.environment(), cwd=self.root, **given)
        self.addCleanup(lambda: (program.kill(), program.communicate()))
        return program

    def clear_away(self):
        self.daemon.terminate()
        self.daemon.wait(timeout=DEADLINE)
        self.write("web", SANDBOX.replace("POWER", "Stopped"))
        self.run_program("apply", "--timeout", "30s", *self.where())

    def wait_for(self, holds):
        deadline = time.monotonic() + DEADLINE
        while not holds():
            self.assertIsNone(self.daemon.poll(), "the daemon ended")
            self.assertLess(time.monotonic(), deadline, (self.root / "daemon.log").read_text(encoding="utf-8"))
            time.sleep(0.1)

    def logged(self):
        return self.run_program("logs", "web", *self.where())[1]

    def read_until(self, fd, wanted):
        """Everything up to what matches."""
        got, deadline = b"", time.monotonic() + DEADLINE
        while not re.search(wanted, got):
            self.assertLess(time.monotonic(), deadline, got)
            if select.select([fd], [], [], 1)[0]:
                piece = os.read(fd, 65536)
                self.assertTrue(piece, got)
                got += piece
        return got

    def say(self, text):
        return self.run_program("console", "web", *self.where(), text=text)

    def test_the_log_is_followed_over_cuts_and_restarts(self):
        follower = self.begin("logs", "sbx/web", "-f", "--tail", "1")
        self.read_until(follower.stdout.fileno(), rb"boot=1 up")
        # Slowly: what is written between two looks has to fit into what is kept.
        writes = "for a in 0 1 2 3 4 5; do for b in 0 1 2 3 4 5 6 7 8 9; do for c in $(seq 10 99); do echo number $a$b$c of 5999; done; done; sleep 1; done"
        self.assertEqual(0, self.say(f"{writes}; echo all of them\n")[0])
        counted = self.read_until(follower.stdout.fileno(), rb"\nall of them\r?\n")
        # While a console is attached, QEMU logs a character twice that the socket did not take at once.
        numbers = [int(n) for n in re.findall(rb"\nnumber (\d{4}) of 5999\r?(?=\n)", counted)]
        self.assertGreater(len(numbers), 4000)  # of 5400
        self.assertEqual(sorted(set(numbers)), numbers, "nothing comes twice or out of order")
        self.assertTrue(list(self.state.glob("sandboxes/*/serial.log.1")), "it was never cut")
        self.say("echo bye; poweroff -f\n")
        self.read_until(follower.stdout.fileno(), rb"boot=2 up")
        follower.send_signal(signal.SIGINT)
        self.assertEqual(-signal.SIGINT, follower.wait(timeout=DEADLINE))
        self.assertEqual(1, len(self.here("logs", "web", "--tail", "1").splitlines()))

    def test_a_terminal_gets_no_escape_sequences_of_the_guest(self):
        self.say("printf 'a\\033[31mred\\033[2Jb\\n'\n")
        self.wait_for(lambda: "red" in self.logged())
        self.assertIn("a\x1b[31mred\x1b[2Jb", self.logged())
        ours, theirs = pty.openpty()
        self.addCleanup(os.close, ours)
        shown = self.begin("logs", "web", stdout=theirs)
        os.close(theirs)
        got = self.read_until(ours, rb"red.*b\r?\n")
        self.assertIn(b"ared^[[2Jb", got)
        self.assertNotIn(b"\x1b", got)
        self.assertEqual(0, shown.wait(timeout=DEADLINE))

    def test_the_console_answers_a_script(self):
        code, out, err = self.say("echo 6 times 7 is $((6*7))\n")
        self.assertEqual((0, ""), (code, err))
        self.assertIn("6 times 7 is 42", out)

    def test_a_terminal_is_raw_while_attached_and_as_before_afterwards(self):
        for leave in [lambda program: os.write(ours, b"\x1d"), lambda program: program.send_signal(signal.SIGTERM)]:
            ours, theirs = pty.openpty()
            self.addCleanup(os.close, ours)
            self.addCleanup(os.close, theirs)
            before = termios.tcgetattr(theirs)
            program = self.begin("console", "web", stdin=theirs, stdout=theirs, stderr=theirs)
            self.read_until(ours, rb"attached to sandbox 'web'; \^\] detaches")
            self.wait_for(lambda fd=theirs: not termios.tcgetattr(fd)[3] & termios.ICANON)
            os.write(ours, b"echo typed $((40+2))\n")
            self.read_until(ours, rb"typed 42")
            code, _, err = self.say("")
            self.assertEqual(cli.FAILURE, code)
            self.assertIn("somebody else is attached", err)
            leave(program)
            self.assertIn(program.wait(timeout=DEADLINE), (0, -signal.SIGTERM))
            self.assertEqual(before, termios.tcgetattr(theirs))
        self.assertEqual(0, self.say("")[0])

    def test_without_a_vm_it_says_so(self):
        self.write("web", SANDBOX.replace("POWER", "Stopped"))
        self.wait_for(lambda: "no VM of sandbox 'web' runs" in self.run_program("console", "web", *self.where())[2])
        self.assertIn("boot=1 up", self.logged())
        for command in ["console", "logs"]:
            self.assertIn("there is no sandbox 'wbe' on this host", self.here_err(command, "wbe", expect=cli.FAILURE))


if __name__ == "__main__":
    cli.main()
