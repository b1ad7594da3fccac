# SPDX-License-Identifier: Apache-2.0
"""What happened, told beside a daemon and without one. No VM is started."""
import json
import os
import select
import signal
import subprocess
import time

import cli

DEADLINE = 30


class Events(cli.World):
    def setUp(self):
        super().setUp()
        self.declare_template()

    def begin(self, *words):
        program = subprocess.Popen([cli.PROGRAM, *words, *self.where()], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL, env=self.environment(), cwd=self.root)
        self.addCleanup(lambda: (program.kill(), program.communicate()))
        return program

    def read_until(self, program, wanted):
        got, deadline = b"", time.monotonic() + DEADLINE
        while wanted not in got:
            self.assertLess(time.monotonic(), deadline, got)
            if select.select([program.stdout], [], [], 1)[0]:
                piece = os.read(program.stdout.fileno(), 65536)
                self.assertTrue(piece, got)
                got += piece
        return got.decode()

    def test_nothing_has_happened_where_nothing_was_done(self):
        code, out, err = self.run_program("events", *self.where())
        self.assertEqual((0, ""), (code, out))
        self.assertIn("nothing has happened", err)
        self.assertEqual([], self.value("events"))
        self.assertFalse(self.state.exists())

    def test_steps_and_their_reasons_are_told(self):
        self.declare_sandbox("web")
        self.here("apply")
        reasons = [event["reason"] for event in self.value("events", "--for", "sbx/web")]
        self.assertEqual(["CreateSandbox", "CreateDisk", "Stopped"], [reason for reason in reasons if reason != "Progressing"])
        event = self.value("events", "--for", "Sandbox/web")[0]
        self.assertEqual({"object": "Sandbox/web", "type": "Normal", "count": 1}, {key: event[key] for key in ("object", "type", "count")})
        self.assertIn("declared at web.yaml", event["message"])
        self.assertRegex(self.here("events"), r"^LAST SEEN +TYPE +REASON +OBJECT +COUNT +MESSAGE\n")
        self.assertEqual([], [e for e in self.value("events", "--for", "sbx/web") if e["object"] != "Sandbox/web"])
        before = cli.everything_below(self.state)
        self.here("events")
        self.assertEqual(before, cli.everything_below(self.state))

    def test_what_fails_is_a_warning(self):
        (self.root / "image").unlink()
        self.declare_sandbox("web")
        self.write("template-base", cli.TEMPLATE.format(name="base", image=self.root, kernel=self.root / "kernel"))
        self.here("apply", "--timeout", "3s", expect=cli.PARTLY)
        told = self.value("events", "--for", "Template/base")
        self.assertTrue(any(event["type"] == "Warning" for event in told), told)

    def test_watching_begins_before_there_is_anything_and_tells_once(self):
        watch = self.begin("events", "-w", "-o", "json")
        self.assertIsNone(watch.poll())
        daemon = self.begin("run")
        self.read_until(watch, b"ImportRevision")
        self.declare_sandbox("web")
        told = self.read_until(watch, b'"Stopped"')
        events = [json.loads(line) for line in told.splitlines()]
        keys = [(event["object"], event["reason"], event["message"], event["count"]) for event in events]
        self.assertEqual(len(keys), len(set(keys)), told)
        self.assertIn("CreateDisk", [event["reason"] for event in events])
        daemon.send_signal(signal.SIGTERM)
        self.assertEqual(0, daemon.wait(timeout=DEADLINE))

    def test_a_condition_that_begins_to_hold_is_told(self):
        self.write("web", cli.SANDBOX.format(name="web", template="base", policy="Delete").replace(
            "{name: web}", '{name: web, annotations: {cowherd.dev/protect: "true"}}', 1))
        self.here("apply")
        told = self.value("events", "--for", "sbx/web")
        self.assertIn("True, Annotated", next(event["message"] for event in told if event["reason"] == "Protected"))


if __name__ == "__main__":
    cli.main()
