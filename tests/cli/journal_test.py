# SPDX-License-Identifier: Apache-2.0
"""Log lines where standard error is the stream of a journal: they come to its socket with priority and fields. Run as root,
in a mount namespace of its own with a socket of its own."""
import ctypes
import os
import pathlib
import signal
import socket
import struct
import subprocess
import tempfile
import time
import unittest

import cli

DEADLINE = 30
CLONE_NEWNS = 0x00020000
MS_REC_PRIVATE = 0x4000 | (1 << 18)


def enter_mount_namespace():
    """So that /run/systemd/journal/socket is ours; the address cannot be chosen."""
    libc = ctypes.CDLL(None, use_errno=True)
    for result in (libc.unshare(CLONE_NEWNS), libc.mount(b"none", b"/", None, MS_REC_PRIVATE, None),
                   libc.mount(b"none", b"/run", b"tmpfs", 0, None)):
        if result != 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    pathlib.Path("/run/systemd/journal").mkdir(parents=True)


def fields_of(datagram):
    """One entry of the native protocol: NAME=value lines, or NAME, size and bytes."""
    fields = {}
    while datagram:
        line, _, rest = datagram.partition(b"\n")
        if b"=" in line:
            name, _, value = line.partition(b"=")
        else:
            size, = struct.unpack("<Q", rest[:8])
            name, value, rest = line, rest[8:8 + size], rest[8 + size + 1:]
        fields[name.decode()] = value.decode()
        datagram = rest
    return fields


@unittest.skipUnless(os.geteuid() == 0, "only root has mount namespaces")
class Journal(cli.World):
    def setUp(self):
        super().setUp()
        enter_mount_namespace()
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(self.socket.close)
        self.socket.bind("/run/systemd/journal/socket")
        self.socket.settimeout(DEADLINE)
        self.stream = tempfile.TemporaryFile(mode="w+")  # stands for the journal's stream
        self.addCleanup(self.stream.close)
        self.declare_template()

    def environment(self):
        status = os.fstat(self.stream.fileno())
        return {**super().environment(), "JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino}"}

    def start(self, stderr):
        daemon = subprocess.Popen([cli.PROGRAM, "run", *self.where()], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                  stderr=stderr, env=self.environment(), cwd=self.root)
        self.addCleanup(lambda: (daemon.kill(), daemon.wait(timeout=DEADLINE)))
        return daemon

    def entry(self, **wanted):
        deadline = time.monotonic() + DEADLINE
        while time.monotonic() < deadline:
            fields = fields_of(self.socket.recv(1 << 20))
            if all(fields.get(name) == value for name, value in wanted.items()):
                return fields
        self.fail(f"no entry with {wanted}")

    def test_lines_have_their_fields(self):
        daemon = self.start(self.stream)
        self.assertEqual("6", self.entry(SYSLOG_IDENTIFIER="cowherd")["PRIORITY"])
        step = self.entry(COWHERD_OBJECT="Template/base", COWHERD_STEP="import-revision")
        self.assertEqual(("6", "done"), (step["PRIORITY"], step["COWHERD_OUTCOME"]))
        self.assertRegex(step["COWHERD_PLAN"], r"^\d+$")
        self.assertTrue(step["MESSAGE"].startswith("object=Template/base step=import-revision outcome=done"), step)
        self.write("db", cli.SANDBOX.format(name="db", template="nowhere", policy="Delete"))
        waits = self.entry(COWHERD_OBJECT="Sandbox/db", COWHERD_READY="False")
        self.assertEqual(("4", "TemplateNotFound"), (waits["PRIORITY"], waits["COWHERD_REASON"]))
        self.assertIn("template 'nowhere' is not declared", waits["COWHERD_MESSAGE"])
        daemon.send_signal(signal.SIGTERM)
        self.assertEqual(0, daemon.wait(timeout=DEADLINE))
        self.stream.seek(0)
        self.assertEqual("", self.stream.read())

    def test_another_standard_error_gets_text(self):
        with open(self.root / "log", "w+", encoding="utf-8") as log:
            daemon = self.start(log)
            deadline = time.monotonic() + DEADLINE
            while "Z info object=Template/base step=import-revision" not in (self.root / "log").read_text(encoding="utf-8"):
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.05)
            daemon.kill()
        self.socket.setblocking(False)
        self.assertRaises(BlockingIOError, self.socket.recv, 1)

    def test_a_journal_without_a_socket_gets_text_on_its_stream(self):
        self.socket.close()
        os.unlink("/run/systemd/journal/socket")
        self.start(self.stream)
        deadline = time.monotonic() + DEADLINE
        while True:
            self.stream.seek(0)
            if "object=Template/base step=import-revision" in self.stream.read():
                return
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)


if __name__ == "__main__":
    cli.main()
