# SPDX-License-Identifier: Apache-2.0
"""The least that loading a kept guest takes: the command line of its own VM, with other sockets and a copy of its disk,
its device state and its memory image, driven over QMP. It checks nothing and publishes nothing."""
import contextlib
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import time

RETRY = 0.001


class Qmp:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        while True:
            try:
                self.socket.connect(str(path))
                break
            except (FileNotFoundError, ConnectionRefusedError):
                time.sleep(RETRY)
        self.lines = self.socket.makefile("r")
        self.lines.readline()  # the greeting
        self.call("qmp_capabilities")

    def call(self, command, descriptor=None, **arguments):
        request = [json.dumps({"execute": command, "arguments": arguments}).encode() + b"\n"]
        if descriptor is None:
            self.socket.sendall(request[0])
        else:
            socket.send_fds(self.socket, request, [descriptor])
        while True:
            answer = json.loads(self.lines.readline())
            if "error" in answer:
                raise SystemExit(f"{command}: {answer['error']['desc']}")
            if "return" in answer:
                return answer["return"]

    def await_answer(self, command, key, wanted):
        while (answer := self.call(command).get(key)) != wanted:
            if answer in ("failed", "internal-error"):
                raise SystemExit(f"{command} says {answer}")
            time.sleep(RETRY)


def words_with_names(pid, directory, revision):
    """Its command line, with names for the files that it was given as descriptors. Sockets have none."""
    words = pathlib.Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8").rstrip("\0").split("\0")
    while "-add-fd" in words:
        at = words.index("-add-fd")
        del words[at:at + 2]
    for option in ["kernel", "initrd"]:
        words[words.index(f"-{option}") + 1] = str(revision / option)
    for before, name in [("mem-path=", directory / "memory/memory.flat"), ("node-name=node,filename=", directory / "rootfs.qcow2"),
                         ("logfile=", directory / "serial.log"), ('"filename":"', revision / "rootfs.ext4")]:
        words = [re.sub(f"{re.escape(before)}/(dev/fdset|proc/self/fd)/\\d+", f"{before}{name}", word) for word in words]
    return words


class Machine:
    """A VM as it is about to be kept. Its files are taken once it is."""

    def __init__(self, pid, directory, place):
        revision = next((place / "state/templates").glob("*/*"))
        self.words, self.directory, self.state = words_with_names(pid, directory, revision), directory, -1
        self.sockets = place / "bare/run"
        self.disk = place / "bare/sandboxes" / directory.name / "rootfs.qcow2"
        self.sockets.mkdir(parents=True, exist_ok=True)
        self.disk.parent.mkdir(parents=True, exist_ok=True)
        if not (place / "bare/templates").is_symlink():  # the overlay names its base relatively
            (place / "bare/templates").symlink_to(place / "state/templates")

    def take_state(self):
        """Copies what the guest will change or drop: its disk, its device state, a name for its memory image."""
        shutil.copyfile(self.directory / "rootfs.qcow2", self.disk)
        content = (self.directory / "memory/snapfile").read_bytes()
        self.state = os.memfd_create("state")
        os.write(self.state, content[:content.rindex(b"\n", 0, -1)])  # without the line that cowherd adds
        memory = self.disk.with_name("memory.flat")
        memory.unlink(missing_ok=True)
        os.link(self.directory / "memory/memory.flat", memory)

    def command(self):
        words = [re.sub(r"^socket,id=(\w+),fd=\d+", rf"socket,id=\1,path={self.sockets}/\1.sock", word)
                 .replace(str(self.directory), str(self.disk.parent)).replace("/memory/memory.flat", "/memory.flat")
                 for word in self.words]
        words[words.index("-incoming") + 1] = f"fd:{self.state}"
        return words

    @contextlib.contextmanager
    def load(self):
        """Until it says that the guest is loaded."""
        os.lseek(self.state, 0, os.SEEK_SET)
        for left in self.sockets.iterdir():
            left.unlink()
        command, begun = self.command(), time.monotonic()
        with subprocess.Popen(command, pass_fds=[self.state], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
            try:
                qmp = Qmp(self.sockets / "qmp.sock")
                qmp.await_answer("query-status", "status", "paused")
                yield Loaded(qmp, begun)
            finally:
                process.kill()


class Loaded:
    def __init__(self, qmp, begun):
        self.qmp, self.begun = qmp, begun

    def cont(self):
        """Seconds from the start of the process until the guest runs."""
        self.qmp.call("cont")
        self.qmp.await_answer("query-status", "status", "running")
        return time.monotonic() - self.begun

    def stream(self, path):
        """Everything in one durable file: the better of two, since the first one brings the memory in. Seconds, bytes."""
        self.qmp.call("migrate-set-parameters", **{"max-bandwidth": 1 << 40})
        taken = []
        for _ in range(2):
            with open(path, "wb") as file:
                begun = time.monotonic()
                self.qmp.call("getfd", file.fileno(), fdname="stream")
                self.qmp.call("migrate", uri="fd:stream")
                self.qmp.await_answer("query-migrate", "status", "completed")
                os.fsync(file.fileno())
                taken.append(time.monotonic() - begun)
            size = path.stat().st_size
            path.unlink()
            self.cont()
            self.qmp.call("stop")
        return min(taken), size
