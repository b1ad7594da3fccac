# SPDX-License-Identifier: Apache-2.0
"""The power fails while a guest writes, and the host boots again on the same disk: nothing of the machine is left but
its files, and the daemon makes VM and devices anew. Even the runtime directory is on the disk here, so that the
records of VMs which no longer exist are found. Nobody syncs the manifests: they may come back without content."""
import os
import pathlib

import world
from world import devices, loops


class Machine(world.World):
    def setUp(self):
        root = pathlib.Path(os.environ["TMPDIR"], "world")
        (root / "run").mkdir(parents=True, exist_ok=True)
        self.lay_out(root, root / "run")


class BeforeThePowerFails(Machine):
    def test_a_guest_writes(self):
        self.declare("web")
        self.declare("idle", power="Stopped")
        self.run_and_settle("web")
        uid = self.fact("web", "uid")
        self.wait_for_boot(uid, 1)
        self.assertEqual("", self.ask(uid, "echo written by web >/marker && sync"))
        self.assertEqual("", self.ask(uid, "(while :; do echo noise >>/noise; sync; done) & true"))
        self.assertEqual(1, len(self.machines()))


class WhenTheHostIsUpAgain(Machine):
    def test_vm_and_devices_are_made_anew_on_the_same_disk(self):
        self.addCleanup(self.expect_nothing_left)
        self.addCleanup(self.end)
        self.assertEqual(([], {}, {}), self.standing(), "a fresh kernel")
        before = self.uids()
        self.assertEqual(2, len(before))
        self.assertTrue(list(self.runtime.glob("**/vm.json")), "the record of the VM that was")
        self.start_daemon()
        self.wait_until("web is found", lambda: self.fact("web", "uid"))
        uid = self.fact("web", "uid")
        self.wait_for_boot(uid, 2)
        self.assertEqual("written by web", self.ask(uid, "cat /marker"))
        self.assertEqual((2, 2), (len(devices()), len(loops())))
        self.declare("web")
        self.declare("idle", power="Stopped")
        self.settle("web")
        self.assertEqual(before, self.uids(), "nothing was made anew but VM and devices")


if __name__ == "__main__":
    world.main({"1": "BeforeThePowerFails", "2": "WhenTheHostIsUpAgain"}[os.environ["BOOT"]])
