# SPDX-License-Identifier: Apache-2.0
"""The packaged unit under a real systemd: what becomes of guests when their daemon is restarted, hangs, dies or is stopped.

service_test.py PROGRAM (run by under_systemd)
"""
import json
import os
import pathlib
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "kernel"))
PROGRAM = sys.argv[1]
sys.argv[1:] = [PROGRAM, "/nowhere"]  # as world reads it
from world import idle_kernel, text_of  # noqa: E402

MANIFEST = """\
apiVersion: cowherd.dev/v1alpha1
kind: Template
metadata: {name: idle}
spec:
  source: {image: {path: /root/idle.image}}
  boot: {kernel: {path: /root/idle.kernel}}
---
apiVersion: cowherd.dev/v1alpha1
kind: Sandbox
metadata: {name: web}
spec: {templateRef: {name: idle}, resources: {memory: 64Mi}, lifecycle: {gracefulStop: 0s}}
"""

CONFIG = """\
apiVersion: config.cowherd.dev/v1alpha1
kind: CowherdConfiguration
spec:
  source: {settle: 10ms, pruneDelay: 100ms, allowEmpty: Allow}
  resync: 2s
"""

POLICY = """\
apiVersion: cowherd.dev/v1alpha1
kind: RetentionPolicy
metadata: {name: nightly}
spec: {selector: {matchLabels: {team: ml}}, keep: {last: 3}}
"""

SOURCE = """\
---
apiVersion: config.cowherd.dev/v1alpha1
kind: Source
metadata: {name: fleet}
spec: {git: {url: "file:///srv/fleet", branch: main}}
"""

SYSUSERS = pathlib.Path(__file__).resolve().parents[2] / "examples" / "systemd" / "cowherd.sysusers"

# As packaged, but for the time until a daemon without a sign of life is given up.
DROP_IN = "[Service]\nWatchdogSec=20\n"


def systemctl(*words, check=True):
    done = subprocess.run(["systemctl", *words], capture_output=True, text=True, timeout=200)
    if check and done.returncode != 0:
        log = subprocess.run(["systemctl", "status", "-l", "--no-pager", "cowherd"], capture_output=True, text=True, timeout=60)
        raise AssertionError(f"systemctl {' '.join(words)}: {done.stderr}{log.stdout}")
    return done.stdout.strip()


def shown(name):
    return systemctl("show", "--value", "-p", name, "cowherd")


class Service(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        root = pathlib.Path("/root")
        (root / "idle.kernel").write_bytes(idle_kernel())
        (root / "idle.image").write_bytes(b"an image" * (4 << 17))
        pathlib.Path("/etc/cowherd/cowherd.yaml").write_text(CONFIG)
        more = pathlib.Path("/etc/systemd/system/cowherd.service.d/test.conf")
        more.parent.mkdir()
        more.write_text(DROP_IN)
        systemctl("daemon-reload")

    def setUp(self):
        self.manifest = pathlib.Path("/etc/cowherd/manifests/all.yaml")
        self.manifest.write_text(MANIFEST)
        systemctl("start", "cowherd")
        self.wait_until("all is ready", lambda: shown("StatusText") == "2 of 2 ready")
        self.daemon, self.guest = int(shown("MainPID")), self.pid_of_guest()
        self.addCleanup(self.end)

    def end(self):
        systemctl("reset-failed", "cowherd", check=False)
        systemctl("start", "cowherd")
        self.manifest.unlink()
        self.wait_until("nothing is left", lambda: shown("StatusText") == "0 of 0 ready")
        self.assertFalse(self.lives())
        self.assertEqual([], list(pathlib.Path("/sys/fs/cgroup/cowherd.slice").glob("cowherd-*")))
        systemctl("stop", "cowherd")

    def wait_until(self, what, holds, seconds=120):
        deadline = time.monotonic() + seconds
        while not holds():
            self.assertLess(time.monotonic(), deadline, f"not in time: {what}\n" + systemctl("status", "-l", "--no-pager", "cowherd", check=False))
            time.sleep(0.2)

    def status(self):
        told = subprocess.run([PROGRAM, "get", "sandbox/web", "-o", "json"], capture_output=True, text=True, timeout=60)
        return json.loads(told.stdout)["status"]

    def pid_of_guest(self):
        return int(self.status()["vmPid"])

    def lives(self):
        return "qemu" in text_of(f"/proc/{self.guest}/comm")

    # Another daemon, with the same guest, which is as ready as it was.
    def expect_adopted(self):
        self.wait_until("another daemon", lambda: int(shown("MainPID")) not in (0, self.daemon))
        self.wait_until("all is ready", lambda: shown("StatusText") == "2 of 2 ready")
        self.assertTrue(self.lives())
        self.assertEqual(self.guest, self.pid_of_guest())

    def run_with(self, config):
        pathlib.Path("/etc/cowherd/cowherd.yaml").write_text(config)
        systemctl("restart", "cowherd")

    def conditions_of_source(self):
        told = subprocess.run([PROGRAM, "source", "list", "-o", "json"], capture_output=True, text=True, timeout=60)
        return {each["type"]: each["status"] for each in json.loads(told.stdout)["items"][0]["status"]["conditions"]}

    def test_a_repository_is_followed_by_git_as_a_user_of_its_own(self):
        subprocess.run(["systemd-sysusers", SYSUSERS], check=True, timeout=60)
        fleet = pathlib.Path("/srv/fleet")
        fleet.mkdir(parents=True)
        (fleet / "policy.yaml").write_text(POLICY)
        for words in ["init -q -b main", "add .", "-c user.name=A -c user.email=a@example.org commit -q -m first"]:
            subprocess.run(["git", *words.split()], cwd=fleet, check=True, timeout=60)
        self.addCleanup(self.run_with, CONFIG)
        self.run_with(CONFIG + SOURCE)
        self.wait_until("the policy of the commit is in force", lambda: shown("StatusText") == "3 of 3 ready")
        self.assertEqual({"Ready": "True", "Pinned": "False"}, self.conditions_of_source())
        self.assertEqual([], list(pathlib.Path("/var/lib/cowherd/fetching").glob("*")))
        self.run_with(CONFIG)
        self.wait_until("what only the commit declared is gone", lambda: shown("StatusText") == "2 of 2 ready")

    def test_it_is_ready_when_it_has_looked_and_says_how_things_stand(self):
        self.assertEqual(("notify", "active", "running"), (shown("Type"), shown("ActiveState"), shown("SubState")))
        systemctl("reload", "cowherd")
        self.assertEqual(str(self.daemon), shown("MainPID"))

    def test_the_hardened_unit_may_do_what_disks_and_memory_need(self):
        self.assertEqual("dm-snapshot", self.status()["diskDriver"])
        self.manifest.write_text(MANIFEST.replace("spec: {templateRef", "spec: {powerState: Paused, templateRef"))
        # It is called paused as soon as it stands still; its VM ends when its memory is written.
        self.wait_until("it is paused", lambda: self.status()["power"] == "Paused" and not self.lives())
        self.manifest.write_text(MANIFEST)
        self.wait_until("it goes on", lambda: self.status()["power"] == "Running")
        self.guest = self.pid_of_guest()

    def test_it_answers_who_asks(self):
        for words in [["wait", "sbx/web", "--for=condition=Ready"], ["reconcile", "now"], ["get", "sbx/web"]]:
            asked = subprocess.run([PROGRAM, *words], capture_output=True, text=True, timeout=120)
            self.assertEqual((0, ""), (asked.returncode, asked.stderr), words)
        refused = subprocess.run([PROGRAM, "approve", "delete", "sbx/web"], capture_output=True, text=True, timeout=120)
        self.assertEqual(1, refused.returncode, refused.stderr)
        self.assertIn("it is declared at", refused.stderr)

    def test_the_journal_tells_of_one_object(self):
        def told():
            shown = subprocess.run(["journalctl", "-u", "cowherd", "-o", "json", "COWHERD_OBJECT=Sandbox/web", "COWHERD_STEP=start-machine"],
                                   capture_output=True, text=True, timeout=60, check=True)
            return [json.loads(line) for line in shown.stdout.splitlines()]

        self.wait_until("the start of its VM is told", told)
        for entry in told():
            self.assertEqual(("6", "cowherd", "done"), tuple(entry[name] for name in ("PRIORITY", "SYSLOG_IDENTIFIER", "COWHERD_OUTCOME")))
            self.assertTrue(entry["MESSAGE"].startswith("object=Sandbox/web step=start-machine"), entry)
            self.assertGreater(int(entry["COWHERD_PLAN"]), 0)

    def test_a_guest_runs_as_a_user_of_its_own_without_privileges(self):
        status = dict(line.split(":\t", 1) for line in text_of(f"/proc/{self.guest}/status").splitlines() if ":\t" in line)
        users = {int(user) for user in status["Uid"].split() + status["Gid"].split()}
        self.assertEqual(1, len(users))
        self.assertGreaterEqual(users.pop(), 2_100_000_000)
        self.assertEqual(("", "1"), (status["Groups"].strip(), status["NoNewPrivs"]))
        self.assertEqual({0}, {int(status[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")})

    def group_of_guest(self):
        return text_of(f"/proc/{self.guest}/cgroup").split("::")[1]

    def test_a_guest_is_bounded_by_a_scope_of_its_own_which_outlives_the_daemon(self):
        group = self.group_of_guest()
        self.assertRegex(group, r"^/cowherd\.slice/(cowherd-[0-9a-f]{20})\.slice/\1\.scope$")
        limits = [text_of(f"/sys/fs/cgroup{group}/{name}") for name in ("cpu.max", "memory.max", "pids.max")]
        self.assertEqual(["100000 100000", str((64 + 384) << 20), "129"], limits)
        self.assertIn(group.split("/")[-1], self.status()["limits"])
        systemctl("restart", "cowherd")
        self.expect_adopted()
        self.assertEqual(group, self.group_of_guest())

    def test_a_guest_that_the_kernel_kills_for_memory_is_told_as_such_and_started_again(self):
        systemctl("set-property", "--runtime", self.group_of_guest().split("/")[-1], "MemoryMax=4M")
        self.wait_until("another runs", lambda: self.status().get("vmPid", self.guest) != self.guest)
        self.wait_until("all is ready", lambda: shown("StatusText") == "2 of 2 ready")
        self.assertRegex(self.status()["lastExit"], "^OutOfMemory ")
        self.guest = self.pid_of_guest()
        self.assertEqual(str((64 + 384) << 20), text_of(f"/sys/fs/cgroup{self.group_of_guest()}/memory.max"))

    def test_guests_outlive_a_restart(self):
        systemctl("restart", "cowherd")
        self.expect_adopted()

    def test_guests_outlive_a_stop(self):
        systemctl("stop", "cowherd")
        self.assertTrue(self.lives())
        systemctl("start", "cowherd")
        self.expect_adopted()

    def test_guests_outlive_a_daemon_that_is_killed(self):
        os.kill(self.daemon, signal.SIGKILL)
        self.expect_adopted()

    def test_a_daemon_that_hangs_is_replaced(self):
        os.kill(self.daemon, signal.SIGSTOP)
        self.expect_adopted()
        self.assertEqual("1", shown("NRestarts"))

    def test_a_bad_configuration_is_not_tried_again_and_again(self):
        config = pathlib.Path("/etc/cowherd/cowherd.yaml")
        self.addCleanup(config.write_text, CONFIG)
        config.write_text("nonsense: [")
        systemctl("restart", "cowherd", check=False)
        self.wait_until("it gave up", lambda: shown("ActiveState") == "failed")
        self.assertEqual(("78", "0"), (shown("ExecMainStatus"), shown("NRestarts")))
        self.assertTrue(self.lives())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
