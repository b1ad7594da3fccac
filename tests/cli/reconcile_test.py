# SPDX-License-Identifier: Apache-2.0
"""Asking a daemon that sleeps for a look now. No VM is started."""
import signal
import subprocess

import cli

# A kernel that comes back wakes nobody: only the next look finds it.
SLEEPY = cli.CONFIG + "  resync: 10m\n"


class ReconcileNow(cli.DaemonWorld):
    def setUp(self):
        super().setUp()
        self.config.write_text(SLEEPY)
        self.declare_template()
        self.kernel, self.kernel_away = self.root / "kernel", self.root / "kernel.away"
        self.kernel.rename(self.kernel_away)

    def start(self):
        self.begin()
        self.wait_for(lambda: "Template/base ready=False" in self.told())

    def test_without_a_daemon_it_says_so(self):
        self.assertIn("no daemon answers", self.here_err("reconcile", "now", expect=cli.NO_DAEMON))
        self.assertFalse(self.state.exists())

    def test_it_returns_when_what_the_look_began_is_done_and_tells_it(self):
        self.start()
        self.kernel_away.rename(self.kernel)
        told = self.here("reconcile", "now", "--timeout", "30s")
        self.assertRegex(told, r"Normal +ImportRevision +Template/base")
        self.assertEqual("nothing to do\n", self.here("reconcile", "now"))

    def test_an_edit_saved_just_before_is_part_of_it(self):
        self.start()
        self.kernel_away.rename(self.kernel)
        self.here("reconcile", "now")
        self.declare_sandbox("web")
        self.here("reconcile", "now", "--timeout", "30s")
        self.assertIn("web", self.here("get", "sandboxes"))
        self.assertIn("create sandbox 'web'", self.here("events", "--for", "sbx/web"))

    def test_a_daemon_that_hangs_or_dies_is_not_waited_for(self):
        self.start()
        self.daemon.send_signal(signal.SIGSTOP)
        self.assertIn("has not ended it within 1s", self.here_err("reconcile", "now", "--timeout", "1s", expect=cli.TIMEOUT))
        waiting = subprocess.Popen([cli.PROGRAM, "reconcile", "now", *self.where()], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=self.environment(), cwd=self.root)
        self.addCleanup(lambda: (waiting.kill(), waiting.communicate()))
        with self.assertRaises(subprocess.TimeoutExpired):
            waiting.wait(timeout=0.5)
        self.end(signal.SIGKILL)
        self.assertEqual(cli.NO_DAEMON, waiting.wait(timeout=self.deadline))


if __name__ == "__main__":
    cli.main()
