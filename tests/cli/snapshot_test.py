# SPDX-License-Identifier: Apache-2.0
"""cowherd verify snapshot and cowherd flatten, on snapshots as they stand on disk."""
import hashlib
import json
import os
import pathlib
import resource
import signal
import subprocess
import time

import cli
from cow_test import CHUNK, store


class Snapshots(cli.World):
    def setUp(self):
        super().setUp()
        self.golden = self.state / "snapshots" / "golden"
        self.golden.mkdir(parents=True)
        self.disk = self.golden / "rootfs.ext4"
        self.disk.write_bytes(os.urandom(3 * CHUNK))
        self.out = self.root / "out"

    def at_state(self, *words, expect=cli.DONE):
        code, out, err = self.run_program(*words, "--state-dir", self.state, "--config", self.config)
        self.assertEqual(expect, code, f"{words}\n{out}\n{err}")
        self.assertNotIn("internal error", err)
        return out, err

    def verify(self, *words, expect=cli.DONE):
        return self.at_state("verify", "snapshot", *words, expect=expect)

    def flatten(self, *words, expect=cli.DONE):
        return self.at_state("flatten", *words, expect=expect)

    def make_store(self, name="stored", **meta):
        (self.root / "base").write_bytes(b"i" * 3 * CHUNK)
        directory = self.state / "snapshots" / name
        directory.mkdir()
        (directory / "rootfs.cow").write_bytes(store((2, b"b"), (1, b"a")))
        (directory / "rootfs.meta").write_text(json.dumps({"base_template": str(self.root / "base"), **meta}))
        return directory

    def make_own(self):
        """One of cowherd's own: a store on a revision's image, with a record of both files."""
        directory, revision = self.make_store("own"), self.state / "templates" / "base" / ("ab" * 32)
        revision.mkdir(parents=True)
        (self.root / "base").rename(revision / "rootfs.ext4")
        parts = [{"name": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
                 for name, content in ((name, (directory / name).read_bytes()) for name in ("rootfs.cow", "rootfs.meta"))]
        (directory / "snapshot.json").write_text(json.dumps({
            "formatVersion": 1, "kind": "Snapshot", "name": "own", "uid": "0" * 32, "origin": "a.yaml", "labels": {},
            "spec": {"sandboxRef": {"name": "web"}, "mode": "Disk"}, "specHash": "0" * 64, "sandbox": "web",
            "sandboxUid": "1" * 32, "template": "base", "revision": "ab" * 32, "driver": "dm-snapshot",
            "diskSize": 4 * CHUNK, "captured": "2026-11-20T12:00:00Z", "power": "Running", "parts": parts,
            "retained": False}))
        return directory

    def left(self):
        return {path.name for path in self.root.iterdir()} - {"m", "s", "config.yaml"}

    def begin(self, *words):
        return subprocess.Popen([cli.PROGRAM, *words, "--state-dir", self.state, "--config", self.config], cwd=self.root,
                                env=self.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def wait_until(self, child, seen):
        deadline = time.monotonic() + 30
        while not seen() and child.poll() is None:
            self.assertLess(time.monotonic(), deadline)

    def opened_by(self, child):
        names = set()
        for link in (pathlib.Path("/proc") / str(child.pid) / "fd").iterdir():
            try:
                names.add(link.readlink().name)
            except OSError:  # closed meanwhile
                pass
        return names

    def fill_disk(self, gigabytes):
        with open(self.disk, "r+b") as disk:  # data here and there in a large hole
            for at in range(0, gigabytes << 30, 1 << 20):
                disk.seek(at)
                disk.write(b"x")

    # --- verify

    def test_a_whole_one_has_nothing_wrong(self):
        self.make_store()
        before = cli.everything_below(self.state)
        self.assertEqual(("nothing wrong with snapshot 'golden'\n", ""), self.verify("golden"))
        self.verify("stored")
        self.assertEqual({"snapshot": "stored", "problems": []}, json.loads(self.verify("stored", "-o", "json")[0]))
        self.assertEqual(before, cli.everything_below(self.state))

    def test_every_problem_is_a_line(self):
        directory = self.make_store()
        (self.root / "base").unlink()
        (directory / "rootfs.cow").write_bytes(store((1, b"a"), (1, b"b")))
        (directory / "snapfile").write_text("state")
        out, err = self.verify("stored", expect=cli.FAILURE)
        self.assertEqual("", err)
        self.assertEqual([f"base image '{self.root}/base' is not there",
                          "memfile.header is missing: nothing says what the memory files hold",
                          "rootfs.cow: disk chunk 1 is changed twice"], out.splitlines())
        self.assertEqual(out.splitlines(), json.loads(self.verify("stored", "-o", "json", expect=cli.FAILURE)[0])["problems"])

    def test_one_of_cowherds_own_is_compared_with_its_record(self):
        directory = self.make_own()
        self.verify("own")
        with open(directory / "rootfs.cow", "r+b") as damaged:
            damaged.seek(2 * CHUNK)
            damaged.write(b"z")
        (directory / "rootfs.meta").unlink()
        out, _ = self.verify("own", expect=cli.FAILURE)
        self.assertRegex(out, r"rootfs.cow has sha256 [0-9a-f]{64}, it had [0-9a-f]{64}\n")
        self.assertIn("rootfs.meta is missing\n", out)
        self.flatten("own", "-o", "out")
        self.assertEqual(4 * CHUNK, self.out.stat().st_size)

    def test_an_interrupted_verify_says_so(self):
        directory = self.make_own()
        record = json.loads((directory / "snapshot.json").read_text())
        record["parts"][0]["size"] = 1 << 40
        (directory / "snapshot.json").write_text(json.dumps(record))
        os.truncate(directory / "rootfs.cow", 1 << 40)  # to read it takes hours
        child = self.begin("verify", "snapshot", "own")
        self.wait_until(child, lambda: "rootfs.cow" in self.opened_by(child))
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=60)
        self.assertEqual((cli.FAILURE, ""), (child.returncode, out), err)
        self.assertIn("cancelled", err)

    def test_a_damaged_record_is_told(self):
        (self.golden / "snapshot.json").write_text("{")
        self.assertIn("snapshot.json: ", self.verify("golden", expect=cli.FAILURE)[0])

    def test_an_unknown_name_has_the_nearest_one_suggested(self):
        for run in (self.verify, lambda *words, expect: self.flatten(*words, "-o", "out", expect=expect)):
            out, err = run("goldne", expect=cli.FAILURE)
            self.assertEqual("", out)
            self.assertIn("there is no snapshot 'goldne'", err)
            self.assertIn('did you mean "golden"?', err)
        self.assertEqual(set(), self.left())

    def test_no_state_directory_is_no_snapshot(self):
        self.state = self.root / "nowhere"
        self.assertIn("there is no snapshot 'golden'", self.verify("golden", expect=cli.FAILURE)[1])

    def test_the_lock_is_not_asked_for(self):
        self.hold_lock()
        self.verify("golden")
        self.flatten("golden", "-o", "out")

    def test_a_command_line_that_is_not_understood_ends_with_64(self):
        for words in [["verify"], ["verify", "golden"], ["verify", "snapshot"], ["verify", "snapshot", "../golden"],
                      ["verify", "snapshot", ""], ["verify", "snapshot", "golden", "-o", "yaml"], ["flatten"],
                      ["flatten", "golden"], ["flatten", "golden", "-o", ""], ["flatten", "golden", "-o", "a", "b"]]:
            out, err = self.at_state(*words, expect=cli.USAGE)
            self.assertEqual("", out, words)
            self.assertIn(f"see 'cowherd {words[0]}", err, words)

    # --- flatten

    def test_flatten_makes_the_image(self):
        self.assertEqual(("made 'out' of 12Ki from snapshot 'golden'\n", ""), self.flatten("golden", "-o", "out"))
        self.assertEqual(self.disk.read_bytes(), self.out.read_bytes())
        self.make_store()
        self.flatten("stored", "-o", self.root / "other")
        self.assertEqual(b"i" * CHUNK + b"a" * CHUNK + b"b" * CHUNK, (self.root / "other").read_bytes())
        self.assertEqual({"base", "out", "other"}, self.left())

    def test_flatten_overwrites_only_with_force(self):
        self.make_store()
        for name in ("golden", "stored"):
            self.out.write_text("mine")
            self.assertIn("--force", self.flatten(name, "-o", "out", expect=cli.FAILURE)[1])
            self.assertEqual("mine", self.out.read_text())
            self.flatten(name, "-o", "out", "--force")
            self.assertEqual(3 * CHUNK, self.out.stat().st_size)
        self.assertEqual({"base", "out"}, self.left())

    def test_force_replaces_files_only(self):
        (self.root / "directory").mkdir()
        (self.root / "link").symlink_to(self.config)
        for name in ("directory", "link"):
            self.assertIn("no regular file", self.flatten("golden", "-o", name, "--force", expect=cli.FAILURE)[1])
        self.assertEqual(cli.CONFIG, self.config.read_text())
        self.assertEqual({"directory", "link"}, self.left())

    def test_flatten_keeps_out_of_the_state_directory(self):
        (self.root / "way-in").symlink_to(self.state)
        before = cli.everything_below(self.state)
        for name in ("s/out", "s/snapshots/golden/rootfs.ext4", "m/../s/out", "way-in/out", "way-in/snapshots/out"):
            self.assertIn("state directory", self.flatten("golden", "-o", name, "--force", expect=cli.USAGE)[1], name)
        self.assertEqual(before, cli.everything_below(self.state))
        self.flatten("golden", "-o", "s-beside")

    def test_flatten_refuses_what_it_cannot_make_whole(self):
        directory = self.make_store()
        self.flatten("golden", "-o", "nowhere/out", expect=cli.FAILURE)
        with open(directory / "rootfs.cow", "r+b"):
            self.assertIn("open for writing", self.flatten("stored", "-o", "out", expect=cli.FAILURE)[1])
        (directory / "rootfs.cow").write_bytes(store((1, b"a"), valid=0))
        self.assertIn("gave it up", self.flatten("stored", "-o", "out", expect=cli.FAILURE)[1])
        (self.root / "base").unlink()
        self.flatten("stored", "-o", "out", expect=cli.FAILURE)
        (directory / "rootfs.meta").unlink()
        self.assertIn("rootfs.meta is missing", self.flatten("stored", "-o", "out", expect=cli.FAILURE)[1])
        self.disk.unlink()
        self.assertIn("there is no disk", self.flatten("golden", "-o", "out", expect=cli.FAILURE)[1])
        self.assertEqual(set(), self.left())

    def test_what_does_not_fit_leaves_nothing_and_the_old_image(self):
        def limit():  # larger files cannot be written, as on a full disk
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (2 * CHUNK, 2 * CHUNK))

        self.make_store()
        self.out.write_text("mine")
        for name in ("golden", "stored"):
            code, out, err = self.run_program("flatten", name, "-o", "out", "--force", "--state-dir", self.state,
                                              "--config", self.config, preexec=limit)
            self.assertEqual((cli.FAILURE, ""), (code, out), err)
            self.assertIn("File too large", err)
            self.assertEqual("mine", self.out.read_text())
        self.assertEqual({"base", "out"}, self.left())

    def test_an_interrupted_flatten_leaves_nothing(self):
        self.fill_disk(8)
        child = self.begin("flatten", "golden", "-o", "out")
        self.wait_until(child, lambda: ".staging-out" in self.left())
        child.send_signal(signal.SIGINT)
        _, err = child.communicate(timeout=60)
        if child.returncode == cli.DONE:  # the signal came after all was done
            return self.assertEqual({"out"}, self.left())
        self.assertEqual(cli.FAILURE, child.returncode, err)
        self.assertIn("cancelled", err)
        self.assertEqual(set(), self.left())


if __name__ == "__main__":
    cli.main()
