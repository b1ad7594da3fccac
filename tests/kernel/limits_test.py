# SPDX-License-Identifier: Apache-2.0
"""Machines in control groups of their own where no systemd runs: directories of a real cgroup v2."""
import pathlib
import subprocess

import world
from world import text_of

CGROUP = pathlib.Path("/sys/fs/cgroup")


class Limits(world.World):
    template = world.IDLE_TEMPLATE

    @classmethod
    def setUpClass(cls):
        subprocess.run(["mount", "-t", "cgroup2", "cgroup2", CGROUP], check=True)
        cls.addClassCleanup(subprocess.run, ["umount", CGROUP], check=True)

    def setUp(self):
        super().setUp()
        self.declare("web")
        self.run_and_settle("web")
        self.guest, = self.machines()

    def expect_nothing_left(self):
        super().expect_nothing_left()
        self.assertEqual([], self.leaves())

    def leaves(self):
        return [path for path in CGROUP.glob("cowherd/*/*") if path.is_dir()]

    def expect_bounded(self):
        leaf, = self.leaves()
        self.assertEqual(f"0::/{leaf.relative_to(CGROUP)}", text_of(f"/proc/{self.guest}/cgroup"))
        limits = [text_of(leaf / name) for name in ("cpu.max", "memory.max", "pids.max")]
        self.assertEqual(["100000 100000", str((128 + 384) << 20), "129"], limits)
        return leaf

    def expect_another(self):
        self.wait_until("another runs", lambda: self.machines() not in ([], [self.guest]))
        self.settle("web")
        self.guest, = self.machines()

    def test_a_machine_is_bounded_by_a_leaf_of_its_own_which_outlives_the_daemon(self):
        leaf = self.expect_bounded()
        self.assertEqual("0::/", text_of(f"/proc/{self.daemon.pid}/cgroup"))
        self.assertIn(str(leaf), self.fact("web", "limits"))
        self.kill_daemon()
        self.run_and_settle("web")
        self.assertEqual([self.guest], self.machines())
        self.assertEqual(leaf, self.expect_bounded())

    def test_what_the_kernel_kills_for_memory_is_told_as_such_and_begins_anew(self):
        (self.expect_bounded() / "memory.max").write_text("4M")
        self.expect_another()
        self.assertRegex(self.fact("web", "lastExit"), "^OutOfMemory ")
        self.assertIn("oom_kill 0", text_of(self.expect_bounded() / "memory.events"))

    def test_what_died_while_no_daemon_ran_is_told_too_and_leaves_no_leaf(self):
        leaf = self.expect_bounded()
        self.kill_daemon()
        (leaf / "memory.max").write_text("4M")
        self.wait_until("it is dead", lambda: not self.machines())
        self.start_daemon()
        self.expect_another()
        self.assertRegex(self.fact("web", "lastExit"), "^OutOfMemory ")
        self.expect_bounded()


if __name__ == "__main__":
    world.main()
