# SPDX-License-Identifier: Apache-2.0
"""The power fails at every stage of pausing a real guest and of resuming it: each boot of this kernel sees what the one
before left, has the guest run, and is cut at the next stage. The guest goes on with its memory, or starts anew from all
that it had synced; what ran on once is never resumed again. Nothing becomes durable here by the passing of time."""
import json
import os
import pathlib
import signal
import subprocess

import world
from world import devices

BOOT = int(os.environ["BOOT"])


class PowerCut(world.World):
    def setUp(self):
        root = pathlib.Path(os.environ["TMPDIR"], "world")
        subprocess.run(["mount", "-o", "remount,commit=3600", os.environ["TMPDIR"]], check=True)
        pathlib.Path("/proc/sys/vm/dirty_writeback_centisecs").write_text("0")
        (root / "run").mkdir(parents=True, exist_ok=True)
        self.lay_out(root, root / "run")
        self.notes = root / "notes.json"
        # What a stage is seen by, and whether the guest must be resumed then; None: both are right.
        self.stages = [
            ("pause", "its memory is staged", self.has(".staging-memory"), None),
            ("pause", "its devices are staged", self.has(".staging-memory/snapfile"), None),
            ("pause", "its image is whole", self.has(".staging-memory/pause.json", "memory/pause.json"), None),
            ("pause", "its image is published", self.is_kept, None),
            ("pause", "its VM is gone", lambda: not self.machines(), True),
            ("pause", "its devices are gone", lambda: not devices(), True),
            ("resume", "it has one flat image", self.has("memory/memory.flat"), True),
            ("resume", "its device is there", devices, True),
            ("resume", "its VM is there", self.machines, True),
            ("resume", "its image is marked", self.has("memory/consumed"), None),
            ("resume", "it ran on", None, False),
        ]

    def has(self, *names):
        return lambda: any(True for name in names for _ in self.state.glob(f"sandboxes/*/{name}"))

    def is_kept(self):
        return self.has("memory/pause.json")() and not self.has("memory/consumed")()

    def begin(self):
        self.declare("web")
        self.apply()
        uid, = self.uids()
        self.wait_for_boot(uid, 1)
        return uid

    def see_what_is_left(self, stage):
        """After the cut: the guest runs again."""
        _, what, _, must_resume = stage
        before = json.loads(self.notes.read_text())
        self.assertEqual(([], {}), (self.machines(), devices()), "a fresh kernel")
        self.declare("web")
        plan = self.cowherd("plan")[1]
        resumes = "load the kept memory" in plan
        if must_resume is not None:
            self.assertEqual(must_resume, resumes, f"cut when {what}: {plan}")
        self.apply()
        uid, = self.uids()
        self.assertEqual(before["uid"], uid)
        if not resumes:
            self.wait_for_boot(uid, before["boots"] + 1)
        self.assertEqual(1, len(self.machines()))
        self.assertEqual(before["boots"] + (not resumes), int(self.ask(uid, "cat /boots")))
        self.assertEqual(before["word"] if resumes else "", self.ask(uid, "cat /run/word 2>/dev/null"))
        self.assertEqual(before["word"], self.ask(uid, "cat /word"))
        self.assertEqual(before["word"] if what == "it ran on" else "", self.ask(uid, "cat /ran 2>/dev/null; rm -f /ran"))
        self.assertEqual("0", self.ask(uid, "dmesg | grep -cE 'I/O error|EXT4-fs error'"))
        print(f"cut when {what}: {'resumed' if resumes else 'booted'}")
        return uid

    def cut(self, uid, stage):
        verb, what, holds, _ = stage
        word = os.urandom(8).hex()
        self.assertEqual("", self.ask(uid, f"echo {word} | tee /run/word >/word; sync"))
        with open(self.notes, "w", encoding="utf-8") as notes:
            json.dump({"uid": uid, "word": word, "boots": int(self.ask(uid, "cat /boots"))}, notes)
            notes.flush()
            os.fsync(notes.fileno())
        if verb == "resume":
            self.declare("web", power="Paused")
            self.apply()
        self.declare("web", power="Running" if verb == "resume" else "Paused")
        if holds is None:
            self.apply()
            self.assertEqual("", self.ask(uid, "cat /run/word >/ran; sync"))
            return
        program = self.start("apply", "--timeout", "60s")
        while not holds():  # a VMM that is too slow for a look is left alone: then it is looked at again
            self.wait_until(what, lambda: holds() or program.poll() is not None, every=0)
            program = program if program.poll() is None else self.start("apply", "--timeout", "60s")
        # Nothing more happens from here to the end of this kernel.
        program.send_signal(signal.SIGSTOP)
        for pid in self.machines():
            os.kill(pid, signal.SIGSTOP)
        self.assertTrue(holds(), f"{what}: it was not seen")

    def test_a_guest_is_resumed_or_boots_wherever_the_power_fails(self):
        uid = self.begin() if BOOT == 1 else self.see_what_is_left(self.stages[BOOT - 2])
        if BOOT <= len(self.stages):
            self.cut(uid, self.stages[BOOT - 1])
            return
        self.end()
        self.expect_nothing_left()


if __name__ == "__main__":
    world.main()
