# SPDX-License-Identifier: Apache-2.0
"""What `du` says where copies share their blocks: each shared block once, and all that the file system gave."""
import json
import os
import subprocess
import unittest

import world

MIB = 1 << 20
WRITTEN = 8 * MIB


class Du(world.World):
    template = world.IDLE_TEMPLATE

    def asked(self, *words):
        done = subprocess.run([world.PROGRAM, *words, "--manifests", self.manifests, "--state-dir", self.state, "--config",
                               self.config], capture_output=True, text=True, timeout=120)
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)
        return done.stdout

    def test_blocks_that_a_snapshot_shares_with_its_sandbox_are_counted_once(self):
        self.declare("web", power="Stopped")
        self.asked("apply", "--timeout", "60s")
        store, = self.state.glob("sandboxes/*/rootfs.cow")
        with open(store, "r+b") as changes:  # behind the last chunk in use: what du counts are blocks, not exceptions
            changes.seek(MIB)
            changes.write(os.urandom(WRITTEN))
            os.fsync(changes.fileno())
        self.write("s1", "apiVersion: cowherd.dev/v1alpha1\nkind: Snapshot\nmetadata: {name: s1}\n"
                   "spec: {sandboxRef: {name: web}}\n")
        self.asked("apply", "--timeout", "60s")
        os.sync()
        told = json.loads(self.asked("du", "-o", "json"))
        owners = {owner["name"]: owner for owner in told["objects"]}
        for name, place in [("Sandbox/web", store.parent), ("Snapshot/s1", self.state / "snapshots" / "s1")]:
            given = sum(path.lstat().st_blocks * 512 for path in [place, *place.rglob("*")])
            self.assertEqual(given, owners[name]["total"], told)
            self.assertGreaterEqual(owners[name]["shared"], WRITTEN, told)
        self.assertLess(owners["Snapshot/s1"]["exclusive"], MIB, told)
        self.assertLess(told["sharedOnce"], WRITTEN + MIB)
        self.assertEqual(told["total"], told["sharedOnce"] + sum(owner["exclusive"] for owner in told["objects"]))


if __name__ == "__main__":
    world.main()
