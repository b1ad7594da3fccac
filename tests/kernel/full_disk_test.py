# SPDX-License-Identifier: Apache-2.0
"""Guests that write more than there is room for: no guest is told of it, each stands still with the write that was
refused, and goes on with it once there is room. What they wrote is told by their own checksums."""
import contextlib
import os

import world

RAISES = 5
MEBIBYTE = 1 << 20


class FullDisks(world.World):
    def boot(self, name, disk=""):
        """A guest that runs: its uid."""
        before = set(self.uids())
        self.declare(name, disk=disk)
        if self.daemon is None:
            self.start_daemon()
        uid, = self.wait_until("it has a directory", lambda: set(self.uids()) - before)
        self.wait_for_boot(uid, 1)
        self.ask(uid, "dmesg -n 1")  # the console is for answers
        return uid

    def begin_to_write(self, uid, mebibytes):
        """The guest copies so much from its memory to its disk: the digest of it."""
        digest = self.ask(uid, f"dd if=/dev/urandom of=/run/data bs=64k count={16 * mebibytes} 2>/dev/null;"
                               " sha256sum </run/data")
        self.ask(uid, "(cp /run/data /data && sync; echo writ''ten=$? >/dev/console) >/dev/null 2>&1 & true")
        return digest

    def expect_all_written(self, uid, digest):
        self.wait_until("all is written", lambda: "written=" in self.serial(uid), every=0.2)
        self.assertEqual("0", self.serial(uid).partition("written=")[2][:1])
        self.assertEqual(digest, self.ask(uid, "echo 3 >/proc/sys/vm/drop_caches; sha256sum </data"))
        self.expect_not_told(uid)

    def expect_not_told(self, uid):
        self.assertEqual("0", self.ask(uid, "dmesg | grep -ciE 'I/O error|EXT4-fs error|Aborting'"))
        self.assertNotIn("boot=2 up", self.serial(uid), "it went on where it stood")

    def wait_for_stop(self, name):
        self.wait_until(f"{name} stands still", lambda: self.fact(name, "power") == "DiskStopped", every=0.2)

    def reason(self, name):
        """Why it is not ready."""
        return next((line for line in self.cowherd("describe", "Sandbox", name)[1].splitlines() if "Ready" in line), "")

    def test_a_limit_is_raised_again_and_again_under_a_guest_that_writes_all_the_time(self):
        limit = 4 * MEBIBYTE
        uid = self.boot("web", f"cowLimit: {limit >> 10}Ki")
        digest = self.begin_to_write(uid, 20)
        for _ in range(RAISES):
            self.wait_for_stop("web")
            self.wait_until("it says why", lambda: "CowLimitReached" in self.reason("web"), every=0.2)
            before = self.fact("web", "cowLimit")
            limit += 16 * MEBIBYTE // RAISES // 4096 * 4096
            self.declare("web", disk=f"cowLimit: {limit >> 10}Ki")
            self.wait_until("the limit is in force", lambda: self.fact("web", "cowLimit") not in (None, before))
        self.wait_for_stop("web")
        self.declare("web", disk="cowLimit: 64Mi")
        self.expect_all_written(uid, digest)
        self.settle("web")

    def fill_host(self, left):
        """All of the file system of the state directory but so much is taken by somebody else."""
        self.ballast = self.root / "ballast"
        size = 0
        with open(self.ballast, "wb") as file:
            for step in (64 * MEBIBYTE, MEBIBYTE):
                with contextlib.suppress(OSError):
                    while True:
                        os.posix_fallocate(file.fileno(), size, step)
                        size += step
            file.truncate(size - left)

    def guests_wait_for_room_on_the_host(self, reason):
        other = self.boot("other")
        web = self.boot("web")
        kept = self.ask(other, "dd if=/dev/urandom of=/kept bs=64k count=16 2>/dev/null; sync; sha256sum </kept")
        self.settle("other", "web")
        self.fill_host(left=6 * MEBIBYTE)
        digest = self.begin_to_write(web, 20)
        self.wait_for_stop("web")
        self.wait_until("it says why", lambda: reason in self.reason("web"), every=0.2)
        self.assertEqual(kept, self.ask(other, "echo 3 >/proc/sys/vm/drop_caches; sha256sum </kept"))
        self.expect_not_told(other)
        written = self.begin_to_write(other, 20)
        self.wait_for_stop("other")
        self.assertEqual(2, len(self.machines()))

        self.ballast.unlink()
        self.expect_all_written(web, digest)
        self.expect_all_written(other, written)
        self.assertEqual(kept, self.ask(other, "sha256sum </kept"))
        self.settle("other", "web")

    def test_guests_on_snapshots_wait_for_room_on_the_host(self):
        self.guests_wait_for_room_on_the_host("LowDiskSpace")

    def test_guests_on_overlays_wait_for_room_on_the_host(self):
        self.config.write_text(self.config.read_text().replace("driver: DmSnapshot", "driver: Qcow2"))
        self.guests_wait_for_room_on_the_host("DiskStopped")


if __name__ == "__main__":
    world.main()
