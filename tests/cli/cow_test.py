# SPDX-License-Identifier: Apache-2.0
"""cowherd cow: stores that are looked into, checked, compared and flattened without a device."""
import json
import signal
import struct
import subprocess
import time

import cli

CHUNK = 4096


def store(*chunks, valid=1):
    """The bytes of a store: (disk chunk, letter) in the order of writing; fewer than an area holds."""
    header = struct.pack("<IIII", 0x70416E53, valid, 1, 8).ljust(CHUNK, b"\0")
    area = b"".join(struct.pack("<QQ", old, 2 + at) for at, (old, _) in enumerate(chunks)).ljust(CHUNK, b"\0")
    return header + area + b"".join(letter * CHUNK for _, letter in chunks)


class Cow(cli.World):
    def setUp(self):
        super().setUp()
        self.base, self.cow, self.out = self.root / "base", self.root / "cow", self.root / "out"
        self.base.write_bytes(b"i" * 3 * CHUNK)
        self.cow.write_bytes(store((5, b"b"), (1, b"a"), (2, b"\0")))

    def run_cow(self, *words, expect=cli.DONE):
        code, out, err = self.run_program("cow", *words)
        self.assertEqual(expect, code, f"{words}\n{out}\n{err}")
        self.assertNotIn("internal error", err)
        return out, err

    def merge(self, *words, expect=cli.DONE):
        return self.run_cow("merge", "--base", self.base, *words, expect=expect)

    def left(self):
        return {path.name for path in self.root.iterdir()} - {"m", "config.yaml"}

    def test_inspect_sums_up_and_lists(self):
        out, err = self.run_cow("inspect", "cow")
        self.assertEqual("", err)
        self.assertIn("12Ki in 3 chunks of 4Ki, 2 ranges", out)
        self.assertRegex(out, r"In use: +no\n")
        report = json.loads(self.run_cow("inspect", "-o", "json", "cow")[0])
        self.assertEqual((3, 2, 0, True), tuple(report[key] for key in ("exceptions", "ranges", "problems", "valid")))
        self.assertEqual("4096 8192\n20480 4096\n", self.run_cow("inspect", "--ranges", "cow")[0])

    def test_verify_accepts_a_good_store(self):
        self.assertEqual(("nothing wrong: 3 exceptions in 1 metadata areas\n", ""), self.run_cow("verify", "cow"))
        self.run_cow("verify", "--disk-size", "24Ki", "cow")

    def test_verify_ends_with_65_and_tells_what_is_wrong(self):
        damaged = {"short": store((5, b"b"))[:-1], "zeroed": bytes(3 * CHUNK), "given-up": store((1, b"a"), valid=0),
                   "twice": store((1, b"a"), (1, b"b")), "empty": b"", "text": b"hello" * 2000}
        for name, content in damaged.items():
            (self.root / name).write_bytes(content)
            out, err = self.run_cow("verify", name, expect=cli.NOTHING_VALID)
            self.assertNotEqual("", out + err, name)
        self.assertIn("disk chunk 5 is outside the disk", self.run_cow("verify", "--disk-size", "20Ki", "cow", expect=65)[0])
        report = json.loads(self.run_cow("verify", "-o", "json", "twice", expect=65)[0])
        self.assertEqual(["disk chunk 1 is changed twice"], report["problems"])

    def test_diff_tells_presence_and_content(self):
        (self.root / "other").write_bytes(store((1, b"a"), (2, b"x"), (9, b"y")))
        out, _ = self.run_cow("diff", "--ranges", "cow", "other")
        self.assertEqual("8192 4096 content\n20480 4096 first\n36864 4096 second\n", out)
        report = json.loads(self.run_cow("diff", "-o", "json", "cow", "other")[0])
        self.assertEqual((1, 1, 1, 1), tuple(report[key] for key in (
            "sameChunks", "onlyFirstChunks", "onlySecondChunks", "contentChunks")))
        self.assertEqual("", self.run_cow("diff", "--ranges", "cow", "cow")[0])

    def test_merge_makes_the_flat_image(self):
        out, err = self.merge("--size", "28Ki", "cow", "out")
        self.assertIn("8Ki laid over it, 4Ki zeroed", out)
        expected = b"i" * CHUNK + b"a" * CHUNK + bytes(3 * CHUNK) + b"b" * CHUNK + bytes(CHUNK)
        self.assertEqual(expected, self.out.read_bytes())
        self.assertEqual({"base", "cow", "out"}, self.left())
        self.assertEqual("", err)

    def test_merge_never_overwrites(self):
        self.out.write_text("mine")
        self.assertIn("it exists", self.merge("--size", "28Ki", "cow", "out", expect=cli.FAILURE)[1])
        self.assertEqual("mine", self.out.read_text())

    def test_merge_refuses_what_it_cannot_make_whole(self):
        (self.root / "given-up").write_bytes(store((1, b"a"), valid=0))
        self.assertIn("--size", self.merge("cow", "out", expect=cli.USAGE)[1])
        self.merge("--size", "8Ki", "cow", "out", expect=cli.NOTHING_VALID)
        self.assertIn("--rescue", self.merge("given-up", "out", expect=cli.NOTHING_VALID)[1])
        self.merge("cow", "nowhere/out", "--size", "28Ki", expect=cli.FAILURE)
        self.merge("nowhere", "out", expect=cli.FAILURE)
        self.merge(".", "out", expect=cli.USAGE)
        self.assertEqual({"base", "cow", "given-up"}, self.left())
        self.merge("--rescue", "given-up", "out")
        self.assertEqual(b"i" * CHUNK + b"a" * CHUNK + b"i" * CHUNK, self.out.read_bytes())

    def test_a_store_in_use_is_refused_and_only_looked_at(self):
        with open(self.cow, "r+b"):
            self.assertIn("open for writing", self.merge("--size", "28Ki", "cow", "out", expect=cli.FAILURE)[1])
            self.run_cow("verify", "cow", expect=cli.FAILURE)
            self.run_cow("diff", "cow", "cow", expect=cli.FAILURE)
            self.assertRegex(self.run_cow("inspect", "cow")[0], r"In use: +yes")
        self.merge("--size", "28Ki", "cow", "out")

    def test_a_command_line_that_is_not_understood_ends_with_64(self):
        for words in [[], ["inspekt", "cow"], ["inspect"], ["inspect", "--nope", "cow"], ["inspect", "cow", "more"],
                      ["verify", "--disk-size", "5", "cow"], ["diff", "cow"], ["merge", "cow", "out"],
                      ["merge", "--base", "", "cow", "out"]]:
            out, err = self.run_cow(*words, expect=cli.USAGE)
            self.assertEqual("", out, words)
            self.assertIn("see 'cowherd cow", err, words)
        self.assertIn('did you mean "inspect"', self.run_cow("inspekt", "cow", expect=cli.USAGE)[1])

    def test_an_interrupted_merge_leaves_nothing(self):
        with open(self.base, "r+b") as base:  # gigabytes of data that need no room: copying them takes a while
            for at in range(0, 8 << 30, 1 << 20):
                base.seek(at)
                base.write(b"x")
            base.truncate(8 << 30)
        child = subprocess.Popen([cli.PROGRAM, "cow", "merge", "--base", "base", "cow", "out"], cwd=self.root,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        deadline = time.monotonic() + 30
        while ".staging-out" not in self.left() and child.poll() is None:
            self.assertLess(time.monotonic(), deadline)
        child.send_signal(signal.SIGINT)
        _, err = child.communicate(timeout=60)
        if child.returncode == cli.DONE:  # the signal came after all was done
            return self.assertEqual({"base", "cow", "out"}, self.left())
        self.assertEqual(cli.FAILURE, child.returncode, err)
        self.assertIn("cancelled", err)
        self.assertEqual({"base", "cow"}, self.left())


if __name__ == "__main__":
    cli.main()
