# SPDX-License-Identifier: Apache-2.0
"""The daemon as a process: one per state directory, looked at from beside, told by signals. No VM is started."""
import os
import signal
import socket
import subprocess
import time

import cli


class Daemon(cli.DaemonWorld):
    def setUp(self):
        super().setUp()
        self.declare_template()
        self.declare_sandbox("web")

    def start(self, preexec=None, **environment):
        self.begin(preexec, **environment)
        self.wait_for(lambda: self.ready("web") and "object=Sandbox/web ready=True" in self.told())

    def ready(self, name):
        code, out, _ = self.run_program("get", "sbx", name, "-o", "json", *self.where())
        return code == 0 and '"status": "True",\n        "reason": "Stopped"' in out

    def test_what_is_declared_while_it_starts_is_found(self):
        self.config.write_text(cli.CONFIG + "  resync: 10m\n")
        for late in range(8):
            self.begin()
            time.sleep(late * 0.02)
            self.declare_sandbox(f"late-{late}")
            self.wait_for(lambda: list(self.state.glob("sandboxes/*/rootfs.qcow2"))[late + 1:])
            self.assertEqual(0, self.end(signal.SIGTERM))

    def test_it_holds_no_more_after_many_sandboxes_came_and_went(self):
        self.start()

        def rounds(count):
            for _ in range(count):
                for name in "abc":
                    self.declare_sandbox(name)
                self.wait_for(lambda: len(list(self.state.glob("sandboxes/*/rootfs.qcow2"))) == 4)
                for name in "abc":
                    (self.manifests / f"{name}.yaml").unlink()
                self.wait_for(lambda: len(list(self.state.glob("sandboxes/*"))) == 1)

        def descriptors():
            return len(os.listdir(f"/proc/{self.daemon.pid}/fd"))

        def resident():
            with open(f"/proc/{self.daemon.pid}/statm", encoding="ascii") as pages:
                return int(pages.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

        rounds(5)
        before, bytes_before = descriptors(), resident()
        rounds(15)
        self.wait_for(lambda: descriptors() == before)
        self.assertLess(resident(), bytes_before + (4 << 20))

    def test_a_second_writer_is_told_who_is_first(self):
        self.start()
        for words in [["run"], ["apply"], ["apply", "--timeout", "1s"]]:
            err = self.here_err(*words, expect=cli.LOCKED)
            self.assertIn(f"pid {self.daemon.pid}", err)
            self.assertIn("run", err)
        self.assertIsNone(self.daemon.poll())

    def test_the_service_manager_is_told(self):
        address = str(self.root / "notify")
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(listener.close)
        listener.bind(address)
        listener.settimeout(self.deadline)

        def hear(*wanted):
            told = {}
            while not set(wanted) <= told.keys():
                told.update(word.split("=", 1) for word in listener.recv(4096).decode().split("\n"))
            return told

        self.start(NOTIFY_SOCKET=address, WATCHDOG_USEC="600000")
        hear("READY")
        while hear("STATUS")["STATUS"] != "2 of 2 ready":
            pass
        for _ in range(3):
            hear("WATCHDOG")
        self.daemon.send_signal(signal.SIGHUP)
        self.assertGreater(int(hear("RELOADING", "MONOTONIC_USEC", "READY")["MONOTONIC_USEC"]), 0)
        self.assertEqual(0, self.end(signal.SIGTERM))
        hear("STOPPING")

    def test_a_daemon_that_hangs_shows_no_sign_of_life(self):
        address = str(self.root / "notify")
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(listener.close)
        listener.bind(address)
        self.start(NOTIFY_SOCKET=address, WATCHDOG_USEC="300000")
        self.daemon.send_signal(signal.SIGSTOP)
        listener.settimeout(1)
        with self.assertRaises(TimeoutError):
            while True:
                listener.recv(4096)
        self.daemon.send_signal(signal.SIGCONT)
        self.assertTrue(listener.recv(4096))

    def test_looking_works_beside_it(self):
        self.start()
        self.assertIn("nothing to do", self.here("plan"))
        self.assertIn("web", self.here("get"))
        self.assertIn("create sandbox 'web'", self.here("describe", "sbx/web"))
        self.assertIn(str(self.daemon.pid), self.here("doctor"))

    def test_files_that_come_change_and_go_are_followed(self):
        self.start()
        self.declare_sandbox("more")
        self.wait_for(lambda: self.ready("more"))
        (self.manifests / "more.yaml").unlink()
        self.wait_for(lambda: self.run_program("get", "sbx", "more", *self.where())[0] == cli.FAILURE)
        self.assertTrue(self.ready("web"))

    def test_a_broken_file_is_told_once_and_stops_nothing(self):
        self.start()
        self.write("broken", "kind: [\n")
        self.wait_for(lambda: "broken.yaml:1:7" in self.told())
        self.declare_sandbox("more")
        self.wait_for(lambda: self.ready("more"))
        self.assertEqual(1, self.told().count("broken.yaml:1:7"), self.told())

    def test_it_is_silent_while_nothing_changes(self):
        self.start()
        before = self.told()
        self.daemon.send_signal(signal.SIGHUP)
        self.here("plan")
        self.declare_sandbox("web")  # the same text in a new file
        time.sleep(1)
        self.assertEqual(before, self.told())

    def test_sigterm_ends_it_well_and_frees_the_lock(self):
        self.start()
        self.assertEqual(0, self.end(signal.SIGTERM), self.told())
        self.here("apply", "--timeout", "20s")

    def test_after_a_kill_the_next_one_carries_on(self):
        self.start()
        uid = self.value("get", "sbx", "web")["metadata"]["uid"]
        self.end(signal.SIGKILL)
        self.start()
        self.assertEqual(uid, self.value("get", "sbx", "web")["metadata"]["uid"])

    def test_two_that_start_at_once_leave_one(self):
        words = [cli.PROGRAM, "run", *self.where()]
        both = [subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                                 env=self.environment(), cwd=self.root) for _ in range(2)]
        for each in both:
            self.addCleanup(each.communicate)
            self.addCleanup(each.kill)
        deadline = time.monotonic() + self.deadline
        while all(each.poll() is None for each in both):
            self.assertLess(time.monotonic(), deadline, "both run")
            time.sleep(0.05)
        loser = next(each for each in both if each.poll() is not None)
        winner = next(each for each in both if each is not loser)
        self.assertEqual(cli.LOCKED, loser.returncode)
        self.assertIn(f"pid {winner.pid}", loser.stderr.read())

    def test_an_ordinary_user_can_run_it(self):
        if os.geteuid() != 0:
            return  # every other test here has shown it
        for path in [self.root, *self.root.rglob("*")]:
            os.chown(path, cli.NOBODY.pw_uid, cli.NOBODY.pw_gid)
        self.root.chmod(0o755)
        program, cli.PROGRAM = cli.PROGRAM, cli.copy_for_nobody(self, cli.PROGRAM)
        self.addCleanup(setattr, cli, "PROGRAM", program)
        self.start(preexec=cli.become_nobody)
        code, out, err = self.run_program("describe", "sbx/web", *self.where(), preexec=cli.become_nobody)
        self.assertEqual((0, ""), (code, err), out)
        self.assertIn("qcow2", out)


if __name__ == "__main__":
    cli.main()
