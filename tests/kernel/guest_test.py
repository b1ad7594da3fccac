# SPDX-License-Identifier: Apache-2.0
"""A real guest on a real dm-snapshot disk: what it writes is its own and outlives its VM, its device and the daemon."""
import hashlib

import world
from world import devices, loops


class Guest(world.World):
    def test_what_a_guest_writes_outlives_its_vm_and_its_device(self):
        self.declare("web", grace="30s")
        self.start_daemon()
        self.wait_until("it has a directory", self.uids)
        uid, = self.uids()
        self.wait_for_boot(uid, 1)
        self.assertEqual("", self.ask(uid, "echo written by web >/marker && sync"))
        store = self.state / "sandboxes" / uid / "rootfs.cow"
        self.assertIn(b"written by web", store.read_bytes())
        image, = self.state.glob("templates/busybox/*/rootfs.ext4")
        self.assertEqual(digest(world.GUEST / "rootfs.ext4"), digest(image))

        self.declare("web", power="Stopped", grace="30s")
        self.wait_until("it is off", lambda: self.standing() == ([], {}, {}))
        self.assertIn("power button, shutting down", self.serial(uid))

        self.declare("web", grace="0s")
        self.wait_for_boot(uid, 2)
        self.assertEqual("written by web", self.ask(uid, "cat /marker"))

        self.kill_daemon()
        self.assertEqual("written by web", self.ask(uid, "cat /marker"), "the guest needs no daemon")
        world.kill(self.machines()[0])
        self.wait_until("it is dead", lambda: not self.machines())
        self.assertEqual((2, 2), (len(devices()), len(loops())), "the devices stay as they were")
        self.start_daemon()
        self.wait_for_boot(uid, 3)
        self.assertEqual("written by web", self.ask(uid, "cat /marker"))

    def test_a_guest_that_filled_its_store_waits_and_goes_on_with_a_larger_one(self):
        self.declare("web", disk="cowLimit: 4Mi")
        self.start_daemon()
        self.wait_until("it has a directory", self.uids)
        uid, = self.uids()
        self.wait_for_boot(uid, 1)
        self.assertEqual("", self.ask(uid, "echo written by web >/marker && sync"))
        self.assertEqual("", self.ask(uid, "(dd if=/dev/urandom of=/filling bs=64k count=128; sync) >/dev/null & true"))
        self.wait_until("the guest is stopped", lambda: self.fact("web", "power") == "DiskStopped")
        self.assertEqual(1, len(self.machines()), "it waits; its disk has told it nothing")

        self.declare("web", power="Stopped", disk="cowLimit: 32Mi")
        self.wait_until("it is off", lambda: self.standing() == ([], {}, {}))
        self.declare("web", disk="cowLimit: 32Mi")
        self.wait_for_boot(uid, 2)
        self.assertEqual("written by web", self.ask(uid, "cat /marker"))
        self.assertEqual("0", self.ask(uid, "dd if=/dev/urandom of=/filling bs=64k count=128 2>/dev/null; sync; echo $?"))


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    world.main()
