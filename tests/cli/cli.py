# SPDX-License-Identifier: Apache-2.0
"""Runs the program on directories of its own."""
import fcntl
import json
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAM = pathlib.Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else None

DONE, FAILURE, CHANGES, PARTLY, HELD, TIMEOUT = 0, 1, 2, 3, 4, 5
USAGE, NOTHING_VALID, NO_DAEMON, LOCKED, PERMISSION, CONFIGURATION = 64, 65, 69, 75, 77, 78

NOBODY = pwd.getpwnam("nobody")

CONFIG = """\
apiVersion: config.cowherd.dev/v1alpha1
kind: CowherdConfiguration
spec:
  source: {settle: 10ms, pruneDelay: 100ms}
  disks: {driver: Qcow2}
"""

TEMPLATE = """\
apiVersion: cowherd.dev/v1alpha1
kind: Template
metadata: {{name: {name}, labels: {{lang: "12"}}, annotations: {{note: "a: b\\nc"}}}}
spec:
  source: {{image: {{path: {image}}}}}
  disk: {{size: 4Mi}}
  boot: {{kernel: {{path: {kernel}}}, args: ["console=ttyS0", "on"]}}
"""

SANDBOX = """\
apiVersion: cowherd.dev/v1alpha1
kind: Sandbox
metadata: {{name: {name}}}
spec: {{templateRef: {{name: {template}}}, powerState: Stopped, deletionPolicy: {policy}}}
"""


class World(unittest.TestCase):
    patience = 60  # seconds for one run

    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="cowherd-cli-"))
        self.addCleanup(shutil.rmtree, self.root, ignore_errors=True)
        self.manifests, self.state, self.config = self.root / "m", self.root / "s", self.root / "config.yaml"
        self.manifests.mkdir()
        self.config.write_text(CONFIG)

    def environment(self):
        return {"PATH": os.environ["PATH"], "HOME": str(self.root), "XDG_RUNTIME_DIR": str(self.root / "run")}

    def where(self):
        return ["--manifests", self.manifests, "--state-dir", self.state, "--config", self.config]

    def run_program(self, *words, text=None, preexec=None, stdin=None):
        """One run: (code, stdout, stderr)."""
        source = {"input": text} if stdin is None else {"stdin": stdin}
        done = subprocess.run([PROGRAM, *words], **source, capture_output=True, text=True, timeout=self.patience,
                              env=self.environment(), cwd=self.root, preexec_fn=preexec, check=False)
        return done.returncode, done.stdout, done.stderr

    def here(self, *words, expect=DONE):
        """A run on this world that must end with the code: its stdout."""
        code, out, err = self.run_program(*words, *self.where())
        self.assertEqual(expect, code, f"{words}\n{out}\n{err}")
        self.assertNotIn("internal error", err)
        return out

    def here_err(self, *words, expect):
        code, out, err = self.run_program(*words, *self.where())
        self.assertEqual(expect, code, f"{words}\n{out}\n{err}")
        self.assertEqual("", out)
        return err

    def value(self, *words, expect=DONE):
        return json.loads(self.here(*words, "-o", "json", expect=expect))

    def write(self, name, text):
        """As an editor saves: whole, by rename."""
        staged = self.root / f"{name}.new"
        staged.write_text(text)
        staged.rename(self.manifests / f"{name}.yaml")

    def declare_template(self, name="base"):
        image, kernel = self.root / "image", self.root / "kernel"
        if not image.exists():
            image.write_bytes(os.urandom(1 << 20))
            kernel.write_bytes(b"not a kernel")
        self.write(f"template-{name}", TEMPLATE.format(name=name, image=image, kernel=kernel))

    def declare_sandbox(self, name, template="base", policy="Delete"):
        self.write(name, SANDBOX.format(name=name, template=template, policy=policy))

    def hold_lock(self):
        """Takes the state directory's lock as another process would."""
        self.state.mkdir(exist_ok=True)
        lock = open(self.state / "lock", "w", encoding="utf-8")  # closed with the test
        self.addCleanup(lock.close)
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write('{"pid": 4242, "command": "run"}')
        lock.flush()


GIT_USER = "cowherd-git"

# A daemon of root runs git as an account that this host need not have: it is given one that only it sees.
WITH_ACCOUNT = """mount --bind "$0" /etc/passwd && exec "$@" """


def account_exists(name):
    try:
        return bool(pwd.getpwnam(name))
    except KeyError:
        return False


def with_git_account(command, root):
    """The command of a daemon that is to follow repositories; root: a directory that is there as long as it runs."""
    if os.geteuid() != 0 or account_exists(GIT_USER):
        return command
    passwd = pathlib.Path(root, "passwd")
    passwd.write_text(pathlib.Path("/etc/passwd").read_text(encoding="utf-8") + f"{GIT_USER}:x:64017:64017::/:/usr/sbin/nologin\n")
    return ["unshare", "--mount", "sh", "-c", WITH_ACCOUNT, str(passwd), *command]


class DaemonWorld(World):
    """With a daemon, which a test starts, and the log of all that it starts."""
    deadline = 30

    def daemon_command(self):
        return [PROGRAM, "run", *self.where()]

    def begin(self, preexec=None, **environment):
        with open(self.root / "daemon.log", "a", encoding="utf-8") as log:
            self.daemon = subprocess.Popen(self.daemon_command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                           env=self.environment() | environment, cwd=self.root, preexec_fn=preexec)
        self.addCleanup(self.end, signal.SIGKILL)

    def end(self, how):
        if self.daemon.poll() is None:
            self.daemon.send_signal(how)
        return self.daemon.wait(timeout=self.deadline)

    def told(self):
        return (self.root / "daemon.log").read_text(encoding="utf-8")

    def wait_for(self, holds):
        deadline = time.monotonic() + self.deadline
        while not holds():
            self.assertIsNone(self.daemon.poll(), f"the daemon ended:\n{self.told()}")
            self.assertLess(time.monotonic(), deadline, f"nothing happened:\n{self.told()}")
            time.sleep(0.02)


def become_nobody():
    """For preexec: run by root, the program is started as nobody."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY.pw_gid)
        os.setuid(NOBODY.pw_uid)


def copy_for_nobody(test, program):
    """The program may stand where nobody may not go."""
    place = pathlib.Path(tempfile.mkdtemp(prefix="cowherd-cli-program-"))
    test.addCleanup(shutil.rmtree, place, ignore_errors=True)
    place.chmod(0o755)
    return shutil.copy(program, place / "cowherd")


def everything_below(directory):
    """Names, sizes and times of a tree: equal when nothing was written. Left out is the memory in which SQLite's readers
    and writers tell each other who reads what: it holds nothing that outlives them."""
    return {str(path): (path.lstat().st_size, path.lstat().st_mtime_ns, path.lstat().st_ino)
            for path in sorted(directory.rglob("*")) if not path.name.endswith(".db-shm")}


def main():
    unittest.main(argv=[sys.argv[0]], verbosity=1)
