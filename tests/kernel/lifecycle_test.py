# SPDX-License-Identifier: Apache-2.0
"""Sandboxes on dm-snapshot disks from manifest to removal. The guests are started, not awaited: what counts is whose
processes, devices and loops there are."""
import pathlib
import subprocess

import world
from world import devices, loops


class Lifecycle(world.World):
    template = world.IDLE_TEMPLATE

    def test_sandboxes_of_one_template_share_its_loop(self):
        self.declare("web", "worker")
        self.apply()
        self.assertEqual(2, len(self.machines()))
        roots = {uuid: number for uuid, (_, number) in devices().items() if uuid.endswith("-root")}
        self.assertEqual(2, len(roots), devices())
        for uid in self.uids():
            self.assertTrue([uuid for uuid in roots if f"-{uid}-" in uuid], devices())
        held = [self.open_devices(pid) for pid in self.machines()]
        self.assertEqual(sorted(roots.values()), sorted(number for numbers in held for number in numbers))
        stores = [backing for backing in loops().values() if backing.endswith("/rootfs.cow")]
        images = [backing for backing in loops().values() if backing.endswith("/rootfs.ext4")]
        self.assertEqual((2, 1), (len(stores), len(images)), loops())

    def test_applied_twice_nothing_changes(self):
        self.declare("web", "worker")
        self.apply()
        before = self.standing()
        self.assertTrue(self.nothing_to_do())
        self.apply()
        self.assertEqual(before, self.standing())

    def test_a_killed_daemon_finds_everything_again(self):
        self.declare("web", "worker")
        self.run_and_settle("web", "worker")
        before = self.standing()
        for _ in range(2):
            self.kill_daemon()
            self.assertEqual(before, self.standing())
            steps = self.steps()
            self.run_and_settle("web", "worker")
            self.assertEqual(before, self.standing())
            self.assertEqual(steps, self.steps(), "the new daemon found something to do")
            self.assertEqual(before[0], sorted(int(self.fact(name, "vmPid")) for name in ("web", "worker")))

    def test_a_killed_vm_is_started_again_on_the_same_disk(self):
        self.declare("web")
        self.run_and_settle("web")
        first, = self.machines()
        stores = self.stores()
        world.kill(first)
        self.wait_until("another runs", lambda: self.machines() not in ([], [first]))
        self.settle("web")
        self.assertEqual((stores, 1), (self.stores(), len(self.roots())))
        self.assertEqual(1, len(self.open_devices(self.machines()[0])))

    def test_a_removed_sandbox_goes_vm_first_then_device_then_loop(self):
        self.declare("web", "worker")
        self.apply()
        kept = self.uids()
        self.retract("worker")
        program = self.start("apply", "--timeout", "60s")
        gone = self.watch_what_goes(program, machines=2, roots=2)
        self.assertEqual(0, program.returncode, self.log.read_text())
        self.assertEqual(["machine", "device", "loop"], gone)
        self.assertEqual(1, len(set(kept) & set(self.uids())))
        self.assertEqual((1, 1), (len(self.machines()), len(self.roots())))
        self.assertEqual(1, len(self.stores()))

    def watch_what_goes(self, program, machines, roots):
        """In which order the counts fall, looked at backwards: what goes last is looked at first, so that a look
        across a change never shows a wrong order."""
        gone = []
        while program.poll() is None:
            few = {"loop": len(self.stores()) < roots, "device": len(self.roots()) < roots,
                   "machine": len(self.machines()) < machines}
            for what in ("machine", "device", "loop"):
                if few[what] and what not in gone:
                    gone.append(what)
        for what, few in (("machine", len(self.machines()) < machines), ("device", len(self.roots()) < roots),
                          ("loop", len(self.stores()) < roots)):
            if few and what not in gone:
                gone.append(what)
        return gone

    def steps(self):
        return self.log.read_text().count(" step=")

    @staticmethod
    def roots():
        return [uuid for uuid in devices() if uuid.endswith("-root")]

    @staticmethod
    def stores():
        return [backing for backing in loops().values() if "/rootfs.cow" in backing]

    def test_a_stopped_sandbox_has_no_device_and_keeps_its_store(self):
        self.declare("web")
        self.apply()
        self.declare("web", power="Stopped")
        self.apply()
        self.assertEqual(([], {}, {}), self.standing())
        self.assertTrue((self.state / "sandboxes" / self.uids()[0] / "rootfs.cow").exists())

    def test_a_device_that_is_held_open_goes_as_soon_as_it_is_closed(self):
        self.declare("web")
        self.run_and_settle("web")
        number, = self.open_devices(self.machines()[0])
        with open(f"/dev/dm-{number.split(':')[1]}", "rb"):
            self.retract("web")
            self.wait_until("the VM is gone", lambda: not self.machines())
            self.wait_until("the daemon tells of it", lambda: "EBUSY" in self.log.read_text())
            self.assertEqual(1, len(self.roots()))
            self.assertEqual(1, len(self.uids()), "its directory stays as long as its device")
        self.wait_until("all is gone", lambda: not self.uids() and not devices() and not loops())

    def half_removed(self):
        """A sandbox whose deactivation was cut off: its root device is gone, the device below it is not."""
        self.declare("web")
        self.apply()
        world.kill(self.machines()[0])
        self.wait_until("its VM is gone", lambda: not self.machines())
        root, = [name for uuid, (name, _) in devices().items() if uuid.endswith("-root")]
        run("dmsetup", "remove", root)
        self.assertEqual((1, 1), (len(devices()), len(loops())))

    def test_a_half_removed_disk_of_a_stopped_sandbox_goes(self):
        self.half_removed()
        self.declare("web", power="Stopped")
        self.apply()
        self.assertEqual(([], {}, {}), self.standing())

    def test_a_half_removed_disk_of_a_removed_sandbox_goes(self):
        self.half_removed()
        self.retract("web")
        self.apply()
        self.assertEqual(([], {}, {}), self.standing())

    def test_a_half_removed_disk_is_used_again(self):
        self.half_removed()
        self.apply()
        self.assertEqual((1, 2, 2), tuple(map(len, self.standing())))

    def test_devices_and_loops_of_others_stay(self):
        foreign = pathlib.Path(self.root / "foreign")
        foreign.write_bytes(b"x" * 65536)
        loop = run("losetup", "-f", "--show", foreign)
        self.addCleanup(run, "losetup", "-d", loop)
        names = {"cowherd-0123456789ab-root": "", "foreign": f"COWHERD-00000000-{'1' * 32}-root"}
        for name, uuid in names.items():
            run("dmsetup", "create", name, "--table", f"0 64 linear {loop} 0", *(["--uuid", uuid] if uuid else []))
            self.addCleanup(run, "dmsetup", "remove", name)
        before = run("dmsetup", "table"), loops()
        self.declare("web")
        self.apply()
        self.retract("web")
        self.apply()
        self.retract("template")
        self.apply()
        self.assertEqual(before, (run("dmsetup", "table"), loops()))


def run(*words):
    environment = {"DM_DISABLE_UDEV": "1", "PATH": "/usr/sbin:/sbin:/usr/bin:/bin"}
    return subprocess.run(words, check=True, capture_output=True, text=True, env=environment).stdout.strip()


if __name__ == "__main__":
    world.main()
