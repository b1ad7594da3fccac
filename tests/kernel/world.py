# SPDX-License-Identifier: Apache-2.0
"""The program on real device-mapper disks, in a kernel of its own (run_on): a state directory on TMPDIR, a manifest
directory, and looks at the host that do not go through the program."""
import glob
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAM, GUEST = (pathlib.Path(word).resolve() for word in sys.argv[1:3])

CONFIG = """\
apiVersion: config.cowherd.dev/v1alpha1
kind: CowherdConfiguration
spec:
  source: {{settle: 10ms, pruneDelay: 100ms, allowEmpty: Allow}}
  guards: {{maxPrune: {{count: 100}}}}
  disks: {{driver: DmSnapshot}}
  resync: 2s
  runtimeDir: {runtime}
"""

# Its machines halt at once: what counts is that they are there, and they leave the processor to the rest.
IDLE_TEMPLATE = """\
apiVersion: cowherd.dev/v1alpha1
kind: Template
metadata: {{name: busybox}}
spec:
  source: {{image: {{path: {root}/idle.image}}}}
  disk: {{size: 8Mi}}
  boot: {{kernel: {{path: {root}/idle.kernel}}}}
"""

TEMPLATE = """\
apiVersion: cowherd.dev/v1alpha1
kind: Template
metadata: {{name: busybox}}
spec:
  source: {{image: {{path: {guest}/rootfs.ext4}}}}
  disk: {{size: 64Mi}}
  boot:
    kernel: {{path: {guest}/vmlinuz}}
    initrd: {{path: {guest}/initrd}}
    args: [console=ttyS0, tsc_early_khz=1000000, lpj=4000000, no_timer_check]
"""

SANDBOX = """\
apiVersion: cowherd.dev/v1alpha1
kind: Sandbox
metadata: {{name: {name}}}
spec:
  templateRef: {{name: busybox}}
  powerState: {power}
  resources: {{vcpus: 1, memory: 128Mi, disk: {{{disk}}}}}
  lifecycle: {{gracefulStop: {grace}}}
"""


def text_of(path):
    """Of a file in /proc or /sys; empty when it is gone."""
    try:
        return pathlib.Path(path).read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return ""


def target_of(link):
    """Of a link in /proc; empty when it is gone."""
    try:
        return os.readlink(link)
    except OSError:
        return ""


def idle_kernel():
    """An ELF file that QEMU enters as PVH asks (Xen docs/misc/pvh.pandoc) and that does nothing but HLT."""
    base, note_at, code_at = 0x100000, 64 + 2 * 56, 64 + 2 * 56 + 24
    code = bytes.fromhex("faf4ebfd")  # cli; hlt; jmp to the hlt
    note = struct.pack("<III4sQ", 4, 8, 18, b"Xen", base + code_at)  # XEN_ELFNOTE_PHYS32_ENTRY
    size = code_at + len(code)
    header = struct.pack("<4sBBBB8xHHIQQQIHHHHHH", b"\x7fELF", 2, 1, 1, 0, 2, 62, 1, base + code_at, 64, 0, 0, 64, 56, 2,
                         0, 0, 0)
    load = struct.pack("<IIQQQQQQ", 1, 5, 0, base, base, size, size, 4096)
    notes = struct.pack("<IIQQQQQQ", 4, 4, note_at, base + note_at, base + note_at, len(note), len(note), 4)
    return header + load + notes + note + code


def devices():
    """dm uuid -> (name, number), of all devices of this kernel."""
    found = {}
    for directory in glob.glob("/sys/block/dm-*"):
        if uuid := text_of(f"{directory}/dm/uuid"):
            found[uuid] = (text_of(f"{directory}/dm/name"), text_of(f"{directory}/dev"))
    return found


def loops():
    """Number -> backing file, of all attached loops of this kernel."""
    found = {}
    for path in glob.glob("/sys/block/loop*/loop/backing_file"):
        if backing := text_of(path):
            found[path.split("/")[3]] = backing
    return found


class World(unittest.TestCase):
    template = TEMPLATE
    patience = 120  # seconds; QEMU is an emulation in an emulation here

    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="kernel-"))
        self.addCleanup(shutil.rmtree, self.root, ignore_errors=True)
        self.lay_out(self.root, pathlib.Path(tempfile.mkdtemp(prefix="k-", dir="/run")))
        self.addCleanup(self.expect_nothing_left)
        self.addCleanup(self.end)

    def lay_out(self, root, runtime):
        self.root, self.runtime = root, runtime
        self.manifests, self.state = root / "manifests", root / "state"
        self.config, self.log = root / "config.yaml", root / "daemon.log"
        self.daemon = None
        self.manifests.mkdir(exist_ok=True)
        (root / "idle.kernel").write_bytes(idle_kernel())
        (root / "idle.image").write_bytes(b"an image" * (4 << 17))
        self.config.write_text(CONFIG.format(runtime=runtime))

    def end(self):
        """Takes everything away, the way the program does it."""
        self.kill_daemon()
        for manifest in self.manifests.glob("*.yaml"):
            manifest.unlink()
        self.apply()

    def _callTestMethod(self, method):
        try:
            super()._callTestMethod(method)
        except Exception:
            print("--- the daemon's log", text_of(self.log), sep="\n")
            raise

    def expect_nothing_left(self):
        self.assertEqual([], self.machines())
        self.assertEqual({}, devices())
        self.assertEqual({}, loops())

    # --- the program

    def where(self):
        return ["--manifests", self.manifests, "--state-dir", self.state, "--config", self.config]

    def cowherd(self, *words):
        """One run: (code, stdout, stderr)."""
        done = subprocess.run([PROGRAM, *words, *self.where()], capture_output=True, text=True, check=False,
                              timeout=self.patience)
        return done.returncode, done.stdout, done.stderr

    def apply(self):
        """Until it is done. A VMM that is too slow for a look is left alone and looked at again: it is an emulation
        in an emulation."""
        deadline = time.monotonic() + self.patience
        code, out, err = self.cowherd("apply", "--timeout", "60s")
        while (code == 5 or code == 3 and "VmmUnresponsive" in err) and time.monotonic() < deadline:
            code, out, err = self.cowherd("apply", "--timeout", "60s")
        self.assertEqual(0, code, f"{out}\n{err}")

    def start(self, *words):
        with open(self.log, "a", encoding="utf-8") as log:
            return subprocess.Popen([PROGRAM, *words, *self.where()], stdout=log, stderr=log,
                                    stdin=subprocess.DEVNULL)

    def start_daemon(self):
        self.daemon = self.start("run")

    def kill_daemon(self):
        if self.daemon is not None:
            self.daemon.kill()
            self.daemon.wait()
            self.daemon = None

    def fact(self, name, key):
        code, out, _ = self.cowherd("get", "Sandbox", name, "-o", "json")
        if code != 0:
            return None
        document = json.loads(out)
        facts = {**document["status"], "uid": document["metadata"].get("uid")}
        facts.update({one["type"]: one["status"] for one in document["status"].get("conditions", [])})
        return facts.get(key)

    def nothing_to_do(self):
        return self.cowherd("plan", "--detailed-exitcode")[0] == 0

    def run_and_settle(self, *names):
        """A daemon that has brought these sandboxes up and found nothing else to do."""
        self.start_daemon()
        self.settle(*names)

    def settle(self, *names):
        self.wait_until(f"{names} run", lambda: all(self.fact(name, "Ready") == "True" for name in names)
                        and len(self.machines()) == len(names) and self.nothing_to_do(), every=0.3)

    def wait_until(self, what, holds, every=0.05):
        deadline = time.monotonic() + self.patience
        while not (answer := holds()):
            if time.monotonic() > deadline:
                self.fail(f"waited {self.patience} s in vain until {what}")
            if self.daemon is not None and self.daemon.poll() is not None:
                self.fail(f"cowherd run has ended with {self.daemon.returncode}")
            time.sleep(every)
        return answer

    # --- manifests

    def declare(self, *names, power="Running", grace="0s", disk=""):
        self.write("template", self.template.format(guest=GUEST, root=self.root))
        for name in names:
            self.write(name, SANDBOX.format(name=name, power=power, grace=grace, disk=disk))

    def write(self, name, text):
        staged = self.root / "staged"
        staged.write_text(text)
        staged.rename(self.manifests / f"{name}.yaml")

    def retract(self, name):
        (self.manifests / f"{name}.yaml").unlink()

    # --- what is there

    @staticmethod
    def has(directory, pattern):
        """Whether a file is there by that pattern, in a tree that others change (pathlib's glob fails on what goes)."""
        return any(glob.iglob(f"{directory}/{pattern}", recursive=True))

    def uids(self):
        return sorted(path.name for path in self.state.glob("sandboxes/*") if re.fullmatch("[0-9a-f]{32}", path.name))

    def machines(self):
        """Pids of the VMs of this world: QEMUs that write their events below its runtime directory."""
        mark = f"{self.runtime}/"
        return sorted(pid for pid in (int(path.split("/")[2]) for path in glob.glob("/proc/[0-9]*/cmdline")
                                      if re.match("[^ ]*qemu-system", text_of(path)))
                      if target_of(f"/proc/{pid}/fd/1").startswith(mark))

    def standing(self):
        """Everything of this world that would differ if something was made anew."""
        return self.machines(), devices(), loops()

    def open_devices(self, pid):
        """Numbers of the block devices that a process has open."""
        numbers = set()
        for link in glob.glob(f"/proc/{pid}/fd/*"):
            try:
                status = os.stat(link)
            except OSError:
                continue
            if status.st_mode & 0o170000 == 0o060000:
                numbers.add(f"{os.major(status.st_rdev)}:{os.minor(status.st_rdev)}")
        return numbers

    # --- the guest

    def serial(self, uid):
        return text_of(self.state / "sandboxes" / uid / "serial.log")

    def wait_for_boot(self, uid, count):
        self.wait_until(f"the guest says that its disk has seen {count} boots",
                        lambda: f"boot={count} up" in self.serial(uid), every=0.2)

    def ask(self, uid, command):
        """Types a command on the guest's console: its answer."""
        begin, end = os.urandom(4).hex(), os.urandom(4).hex()
        # Written in two parts, so that the console's echo of the question is not taken for the answer.
        question = f'echo {begin[:4]}""{begin[4:]}; {{ {command}; }} 2>&1; echo {end[:4]}""{end[4:]}\n'
        path, = glob.glob(f"{self.runtime}/**/{uid[:12]}/serial.sock", recursive=True)
        heard = ""
        with socket.socket(socket.AF_UNIX) as console:
            console.settimeout(self.patience / 2)
            console.connect(path)
            console.sendall(question.encode())
            while end not in heard:
                heard += console.recv(4096).decode(errors="replace")
        return heard.replace("\r", "").partition(begin)[2].partition(end)[0].strip()


def kill(pid):
    os.kill(pid, signal.SIGKILL)


def main(*tests):
    unittest.main(argv=[sys.argv[0], *(tests or sys.argv[3:])], verbosity=2, warnings="ignore")
