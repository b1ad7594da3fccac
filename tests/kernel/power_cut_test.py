# SPDX-License-Identifier: Apache-2.0
"""The power fails while a real guest is paused, resumed or captured: each boot of this kernel sees what the one before
left, has the guest run, and is cut at the next stage. The guest goes on with its memory, or starts anew from all that
it had synced; what ran on once is never resumed again; a snapshot that has its name is whole. Nothing becomes durable
here by the passing of time."""
import contextlib
import glob
import json
import os
import pathlib
import signal
import subprocess

import world
from world import devices

BOOT = int(os.environ["BOOT"])

SNAPSHOT = """\
apiVersion: cowherd.dev/v1alpha1
kind: Snapshot
metadata: {{name: {name}}}
spec: {{sandboxRef: {{name: web}}, mode: Full}}
"""


class PowerCut(world.World):
    patience = 360

    def setUp(self):
        root = pathlib.Path(os.environ["TMPDIR"], "world")
        subprocess.run(["mount", "-o", "remount,commit=3600", os.environ["TMPDIR"]], check=True)
        pathlib.Path("/proc/sys/vm/dirty_writeback_centisecs").write_text("0")
        (root / "run").mkdir(parents=True, exist_ok=True)
        self.lay_out(root, root / "run")
        self.config.write_text(self.config.read_text() + "  limits: {freezeBudget: 60s}\n")
        self.notes = root / "notes.json"
        memory, staged = "sandboxes/*/memory", "sandboxes/*/.staging-memory"
        # What a stage is seen by, and whether the guest must be resumed then; None: both are right.
        self.stages = [
            ("pause", "its devices are staged", lambda: self.keeps(f"{staged}/snapfile") and not self.keeps(memory), False),
            ("pause", "its memory is staged", lambda: self.keeps(f"{staged}/memfile.*") and not self.keeps(memory), False),
            ("pause", "its image is published", self.is_kept, None),
            ("pause", "its VM is gone", lambda: not self.machines(), True),
            ("resume", "its VM is there", lambda: self.machines() and self.is_kept(), True),
            ("resume", "its image is marked", lambda: self.keeps(f"{memory}/consumed"), None),
            ("capture", "its devices are captured", lambda: self.keeps("snapshots/.staging-*/snapfile"), False),
            ("capture", "its snapshot is published", lambda: self.keeps(f"snapshots/{self.snapshot(BOOT)}"), False),
        ]

    def keeps(self, pattern):
        return self.has(self.state, pattern)

    def is_kept(self):
        return self.keeps("sandboxes/*/memory/pause.json") and not self.keeps("sandboxes/*/memory/consumed")

    def snapshot(self, boot):
        return f"of-boot-{boot}"

    def declare_snapshot(self, boot):
        self.write("snapshot", SNAPSHOT.format(name=self.snapshot(boot)))

    def begin(self):
        self.declare("web")
        self.apply()
        uid, = self.uids()
        self.wait_for_boot(uid, 1)
        return uid

    # --- after the cut

    def see_what_is_left(self, stage):
        """The guest runs again, and its snapshot is there."""
        verb, what, _, must_resume = stage
        before = json.loads(self.notes.read_text())
        self.assertEqual(([], {}), (self.machines(), devices()), "a fresh kernel")
        self.declare("web")
        if verb == "capture":
            self.declare_snapshot(BOOT - 1)
            if self.keeps(f"snapshots/{self.snapshot(BOOT - 1)}"):
                self.expect_whole_snapshot()
        plan = self.cowherd("plan")[1]
        resumes = "load the kept memory" in plan
        if must_resume is not None:
            self.assertEqual(must_resume, resumes, f"cut when {what}: {plan}")
        self.apply()
        uid, = self.uids()
        self.assertEqual(before["uid"], uid)
        self.expect_guest(uid, before, resumes)
        if verb == "capture":
            self.expect_whole_snapshot()
        self.assertEqual([], list(self.state.glob("**/.staging-*")))
        print(f"cut when {what}: {'resumed' if resumes else 'booted'}")
        return uid

    def expect_guest(self, uid, before, resumed):
        if not resumed:
            self.wait_for_boot(uid, before["boots"] + 1)
        self.assertEqual(1, len(self.machines()))
        self.assertEqual(before["boots"] + (not resumed), int(self.ask(uid, "cat /boots")))
        self.assertEqual(before["word"] if resumed else "", self.ask(uid, "cat /run/word 2>/dev/null"))
        self.assertEqual(before["word"], self.ask(uid, "cat /word"))
        self.assertEqual("0", self.ask(uid, "dmesg | grep -cE 'I/O error|EXT4-fs error'"))

    def expect_whole_snapshot(self):
        name = self.snapshot(BOOT - 1)
        verified = subprocess.run([world.PROGRAM, "verify", "snapshot", name, "--state-dir", self.state], check=False,
                                  capture_output=True, text=True, timeout=self.patience)
        self.assertEqual((0, f"nothing wrong with snapshot '{name}'\n"), (verified.returncode, verified.stdout))
        self.assertIn("memory", json.loads((self.state / "snapshots" / name / "snapshot.json").read_text()))

    # --- the cut

    def cut(self, uid, stage):
        verb, what, holds, _ = stage
        self.note(uid, os.urandom(8).hex())
        if verb != "pause":
            self.declare("web", power="Paused")
            self.apply()
        if verb == "capture":
            self.declare("web")
            self.apply()
            self.note(uid, os.urandom(8).hex())
            self.declare_snapshot(BOOT)
        self.declare("web", power="Paused" if verb == "pause" else "Running")
        program = self.start("apply", "--timeout", "60s")

        def seen():
            nonlocal program  # a VMM that is too slow for a look is left alone: then it is looked at again
            program = program if program.poll() is None else self.start("apply", "--timeout", "60s")
            return holds()

        self.wait_until(what, seen, every=0)
        self.halt([program.pid, *self.machines()])
        self.assertTrue(holds(), f"{what}: it was not seen")

    def note(self, uid, word):
        """What the guest holds from here on, in memory and synced on its disk."""
        self.assertEqual("", self.ask(uid, f"echo {word} | tee /run/word >/word; sync"))
        with open(self.notes, "w", encoding="utf-8") as notes:
            json.dump({"uid": uid, "word": word, "boots": int(self.ask(uid, "cat /boots"))}, notes)
            notes.flush()
            os.fsync(notes.fileno())

    def halt(self, pids):
        """From here to the end of this kernel they do nothing more."""
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
        self.wait_until("they stand still", lambda: not any(self.runs(path) for pid in pids
                                                            for path in glob.glob(f"/proc/{pid}/task/*/stat")))

    def runs(self, path):
        """Whether this thread does; one that ends in between does not."""
        return world.text_of(path).rpartition(")")[2][1:2] not in ("T", "Z", "X", "")

    def test_a_guest_and_its_snapshots_are_as_before_wherever_the_power_fails(self):
        uid = self.begin() if BOOT == 1 else self.see_what_is_left(self.stages[BOOT - 2])
        if BOOT <= len(self.stages):
            self.cut(uid, self.stages[BOOT - 1])
            return
        self.end()
        self.expect_nothing_left()


if __name__ == "__main__":
    world.main()
