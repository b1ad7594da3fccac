# SPDX-License-Identifier: Apache-2.0
"""`cowherd apply` is killed at every stage of making and of removing a sandbox; the next run finishes what it left."""
import signal

import world
from world import devices, loops


class Kills(world.World):
    template = world.IDLE_TEMPLATE

    def is_made(self, pattern):
        return lambda: self.has(self.state, pattern)

    def runtime_has(self, pattern):
        return lambda: self.has(self.runtime, f"**/{pattern}")

    def making(self):
        return {"the template is imported": self.is_made("templates/*/*"),
                "the sandbox has a directory": self.is_made("sandboxes/*"),
                "it has a store": self.is_made("sandboxes/*/rootfs.cow"),
                "a loop is attached": loops,
                "it has a device": devices,
                "its VM has a directory": self.runtime_has("uid"),
                "its VM has a record": self.runtime_has("vm.json"),
                "its VM runs": self.machines}

    def removing(self):
        return {"its VM is asked to stop": self.runtime_has("stop.json"),
                "its VM is gone": lambda: not self.machines(),
                "its device is gone": lambda: not [uuid for uuid in devices() if uuid.endswith("-root")],
                "all devices are gone": lambda: not devices(),
                "its directory is gone": lambda: not self.uids()}

    def kill_when(self, what, holds):
        """An apply that is killed as soon as it holds; false when it ended first."""
        program = self.start("apply", "--timeout", "60s")
        self.addCleanup(program.kill)
        self.wait_until(what, lambda: holds() or program.poll() is not None, every=0)
        program.kill()
        return program.wait() == -signal.SIGKILL

    def expect_one_sandbox(self):
        self.assertEqual(1, len(self.machines()))
        self.assertEqual(1, len(self.uids()))
        self.assertEqual(["base", "root"], sorted(uuid.rpartition("-")[2] for uuid in devices()))
        self.assertEqual(2, len(loops()))

    def test_making_goes_on_where_it_was_killed(self):
        for stage, holds in self.making().items():
            with self.subTest(killed_when=stage):
                self.declare("web")
                self.assertTrue(self.kill_when(stage, holds), "it ended before it was killed")
                self.apply()
                self.expect_one_sandbox()
                self.remove_all()

    def test_removing_goes_on_where_it_was_killed(self):
        for stage, holds in self.removing().items():
            with self.subTest(killed_when=stage):
                self.declare("web")
                self.apply()
                self.retract("web")
                killed = self.kill_when(stage, holds)
                self.assertTrue(killed or stage == "its directory is gone", "it ended before it was killed")
                self.apply()
                self.assertEqual(([], {}, {}), self.standing())
                self.assertEqual([], self.uids())

    def test_many_kills_in_a_row_end_as_one_run(self):
        self.declare("web")
        for stage, holds in self.making().items():
            self.kill_when(stage, holds)
        self.apply()
        self.expect_one_sandbox()
        self.retract("web")
        for stage, holds in self.removing().items():
            self.kill_when(stage, holds)
        self.apply()
        self.assertEqual(([], {}, {}), self.standing())

    def remove_all(self):
        for manifest in self.manifests.glob("*.yaml"):
            manifest.unlink()
        self.apply()
        self.assertEqual(([], {}, {}), self.standing())
        self.assertFalse(list(self.state.glob("templates/*/*")))


if __name__ == "__main__":
    world.main()
