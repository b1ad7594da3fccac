# SPDX-License-Identifier: Apache-2.0
"""examples/in-uml, which everything here stands on: it tells how the command ended, and it always ends."""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

IN_UML = pathlib.Path(sys.argv[1]).resolve()


class InUml(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="in-uml-test-")
        self.addCleanup(temporary.cleanup)
        self.directory = pathlib.Path(temporary.name)
        self.jobs = self.directory / "jobs"
        self.jobs.mkdir()

    def run_in(self, *words, **environment):
        done = subprocess.run([IN_UML, *words], capture_output=True, text=True, timeout=100, check=False,
                              env={**os.environ, "TMPDIR": str(self.jobs), **environment}, cwd=self.directory)
        self.assertEqual([], list(self.jobs.iterdir()), "its files are left")
        self.assertNotIn(str(self.jobs), processes(), "its processes are left")
        return done.returncode, done.stdout, done.stderr

    def test_output_exit_code_environment_and_directory_are_the_commands(self):
        script = 'echo "$1|$2|$WORD|$PWD"; echo error >&2; id -u; seq 30000 | tail -n 1; exit 7'
        code, out, err = self.run_in("bash", "-c", script, "x", "", "a b\n*", WORD="x'y \"z\"")
        self.assertEqual(f"|a b\n*|x'y \"z\"|{self.directory}\nerror\n0\n30000\n", out)
        self.assertEqual((7, ""), (code, err))

    def test_there_is_device_mapper(self):
        code, out, err = self.run_in("dmsetup", "targets")
        self.assertEqual(0, code, err)
        for target in ("linear", "snapshot", "zero"):
            self.assertIn(target, out)

    def test_a_command_that_does_not_end_is_killed(self):
        code, out, err = self.run_in("--timeout", "8", "bash", "-c", "echo begun; sleep 1000")
        self.assertEqual((124, "begun\n", "in-uml: killed after 8 s\n"), (code, out, err))

    def test_what_a_command_leaves_running_delays_nobody(self):
        code, out, err = self.run_in("--timeout", "60", "bash", "-c", "sleep 1000 & echo done")
        self.assertEqual((0, "done\n", ""), (code, out, err))

    def test_a_disk_outlives_the_kernel(self):
        disk = self.directory / "disk"
        disk.write_bytes(b"\0" * (1 << 20))
        script = "head -c 5 /dev/ubda; printf hello | dd of=/dev/ubda conv=notrunc,fsync status=none"
        self.assertEqual((0, "\0" * 5, ""), self.run_in("--disk", disk, "bash", "-c", script))
        self.assertEqual((0, "hello", ""), self.run_in("--disk", disk, "bash", "-c", script))

    def test_a_kernel_that_does_not_come_up_is_told(self):
        code, out, err = self.run_in("--memory", "8M", "true")
        self.assertEqual((125, ""), (code, out))
        self.assertIn("the kernel ended early", err)


def processes():
    lines = []
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines.append(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:
            continue
    return "\n".join(lines)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]], verbosity=2)
