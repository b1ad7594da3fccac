# SPDX-License-Identifier: Apache-2.0
"""The Debian package in a scratch root: maintainer scripts run, nothing of the host is touched.

package_test.py BUILD_DIRECTORY
"""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

BUILD = pathlib.Path(sys.argv.pop(1)).resolve()
GUEST = BUILD / "guest"

CONFIG = """\
apiVersion: config.cowherd.dev/v1alpha1
kind: CowherdConfiguration
spec: {{source: {{settle: 10ms}}, disks: {{driver: Qcow2}}, runtimeDir: {runtime}}}
"""

MANIFEST = """\
apiVersion: cowherd.dev/v1alpha1
kind: Template
metadata: {{name: base}}
spec:
  source: {{image: {{path: {guest}/rootfs.ext4}}}}
  boot: {{kernel: {{path: {guest}/vmlinuz}}, initrd: {{path: {guest}/initrd}}, args: ["console=ttyS0"]}}
---
apiVersion: cowherd.dev/v1alpha1
kind: Sandbox
metadata: {{name: web}}
spec: {{templateRef: {{name: base}}, resources: {{memory: 128Mi}}}}
"""


def run(*words, **more):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=300, **more)
    if done.returncode != 0:
        raise AssertionError(f"{words}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.made = pathlib.Path(tempfile.mkdtemp(prefix="cowherd-package-"))
        cls.addClassCleanup(shutil.rmtree, cls.made)
        cls.first, cls.next = cls.build("1.0"), cls.build("1.1")

    @classmethod
    def build(cls, version):
        run("cpack", "-G", "DEB", "--config", BUILD / "CPackConfig.cmake", "-B", cls.made / version, "-D",
            f"CPACK_PACKAGE_VERSION={version}", cwd=cls.made)
        (package,) = (cls.made / version).glob("*.deb")
        return package

    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="cowherd-root-", dir=self.made))
        (self.root / "var/lib/dpkg").mkdir(parents=True)
        (self.root / "var/lib/dpkg/status").touch()

    def dpkg(self, *words):
        return run("dpkg", f"--root={self.root}", "--force-depends", "--force-not-root", "--force-script-chrootless",
                   "--force-confold", *words)

    def at(self, path):
        return self.root / path.lstrip("/")

    def test_what_is_installed_works(self):
        self.dpkg("--install", self.first)
        program = self.at("/usr/bin/cowherd")
        self.assertIn("cowherd", run(program, "version"))
        run(program, "validate", "--manifests", self.at("/usr/share/doc/cowherd/examples/manifests"))
        run(program, "validate", "--manifests", self.at("/usr/share/doc/cowherd/examples/gitops/fleet"))
        run(program, "plan", "--manifests", self.at("/etc/cowherd/manifests"), "--config", self.at("/etc/cowherd/cowherd.yaml"),
            "--state-dir", self.made / "none")
        for page in ["man1/cowherd.1.gz", "man5/cowherd.yaml.5.gz"]:
            self.assertIn("DESCRIPTION", run("man", "-l", self.at(f"/usr/share/man/{page}")))
        for shell, path in [("bash", "bash-completion/completions/cowherd"), ("zsh", "zsh/vendor-completions/_cowherd"),
                            ("fish", "fish/vendor_completions.d/cowherd.fish")]:
            self.assertEqual(run(program, "completion", shell), self.at(f"/usr/share/{path}").read_text())
        for schema in self.at("/usr/share/cowherd/schemas").iterdir():
            json.loads(schema.read_text())
        needs = run("dpkg-deb", "--field", self.first, "Depends")
        for package in ["qemu-system-x86", "qemu-utils", "libdevmapper1.02.1", "libsqlite3-0", "libmicrohttpd12", "libprometheus-cpp-core1.0", "libyaml-cpp"]:
            self.assertIn(package, needs)
        self.assertIn("git (>= 1:2.34)", run("dpkg-deb", "--field", self.first, "Recommends"))

    def test_git_gets_a_user_of_its_own(self):
        self.dpkg("--install", self.first)
        self.at("/etc/passwd").touch()
        self.at("/etc/group").touch()
        run("systemd-sysusers", f"--root={self.root}", "cowherd.conf")
        (user,) = [line for line in self.at("/etc/passwd").read_text().splitlines() if line.startswith("cowherd-git:")]
        self.assertTrue(user.endswith(":/:/usr/sbin/nologin"), user)

    def test_systemd_takes_the_unit(self):
        self.dpkg("--install", self.first)
        units = pathlib.Path("usr/lib/systemd/system")
        shutil.copytree("/" / units, self.root / units, symlinks=True, dirs_exist_ok=True)  # those it stands on
        self.at("/bin").symlink_to("usr/bin")
        shutil.copy("/usr/bin/kill", self.at("/usr/bin/kill"))
        told = run("systemd-analyze", "verify", "--man=no", f"--root={self.root}", "cowherd.service")
        self.assertNotIn("cowherd.service", told)

    def test_an_upgrade_keeps_settings_and_manifests(self):
        self.dpkg("--install", self.first)
        settings, manifest = self.at("/etc/cowherd/cowherd.yaml"), self.at("/etc/cowherd/manifests/mine.yaml")
        settings.write_text("# mine\n" + settings.read_text())
        manifest.write_text("# mine\n")
        self.dpkg("--install", self.next)
        self.assertIn("1.1", run("dpkg-query", f"--admindir={self.root}/var/lib/dpkg", "-W", "cowherd"))
        self.assertTrue(settings.read_text().startswith("# mine"))
        self.assertTrue(manifest.exists())

    def test_a_removal_keeps_settings_and_a_purge_keeps_data(self):
        self.dpkg("--install", self.first)
        disk = self.at("/var/lib/cowherd/sandboxes/1/rootfs.cow")
        disk.parent.mkdir(parents=True)
        disk.touch()
        self.dpkg("--remove", "cowherd")
        self.assertFalse(self.at("/usr/bin/cowherd").exists())
        self.assertTrue(self.at("/etc/cowherd/cowherd.yaml").exists())
        told = self.dpkg("--purge", "cowherd")
        self.assertIn("/var/lib/cowherd holds disks or snapshots and stays", told)
        self.assertTrue(disk.exists())
        self.assertFalse(self.at("/etc/cowherd").exists())

    def test_a_purge_takes_what_holds_no_data(self):
        self.dpkg("--install", self.first)
        for place in ["sandboxes", "snapshots", "declared"]:
            self.at(f"/var/lib/cowherd/{place}").mkdir(parents=True)
        self.dpkg("--purge", "cowherd")
        self.assertFalse(self.at("/var/lib/cowherd").exists())

    def test_a_guest_outlives_an_upgrade(self):
        self.dpkg("--install", self.first)
        manifests, config = self.at("/etc/cowherd/manifests"), self.at("/etc/cowherd/cowherd.yaml")
        config.write_text(CONFIG.format(runtime=self.root / "run"))
        (manifests / "all.yaml").write_text(MANIFEST.format(guest=GUEST))
        where = ["--manifests", manifests, "--config", config, "--state-dir", self.root / "state"]
        program = self.at("/usr/bin/cowherd")
        daemon = self.start(program, where)
        before = self.pid_of_guest(program, where)
        self.stop(daemon)
        self.dpkg("--install", self.next)
        os.kill(before, 0)
        daemon = self.start(program, where)
        self.assertEqual(before, self.pid_of_guest(program, where))
        (manifests / "all.yaml").write_text(MANIFEST.format(guest=GUEST).replace("spec: {", "spec: {powerState: Stopped, "))
        self.wait_for(lambda: not pathlib.Path(f"/proc/{before}").exists())
        self.stop(daemon)

    def start(self, program, where):
        log = open(self.root / "log", "ab")
        self.addCleanup(log.close)
        daemon = subprocess.Popen([str(word) for word in [program, "run", *where]], stdout=log, stderr=log)
        self.addCleanup(lambda: daemon.poll() is None and daemon.kill())
        return daemon

    def stop(self, daemon):
        daemon.send_signal(signal.SIGTERM)
        self.assertEqual(0, daemon.wait(timeout=60))

    # Of the guest that runs as declared; once it does.
    def pid_of_guest(self, program, where):
        def look():
            words = [str(word) for word in [program, "get", "sandbox/web", "-o", "json", *where]]
            told = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False).stdout
            status = json.loads(told).get("status", {}) if told.startswith("{") else {}
            return status.get("vmPid") or status.get("facts", {}).get("vmPid")
        return int(self.wait_for(look))

    def wait_for(self, look, seconds=120):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if found := look():
                return found
            time.sleep(0.2)
        self.fail("waited in vain; the daemon said:\n" + (self.root / "log").read_text()[-4000:])


if __name__ == "__main__":
    unittest.main(verbosity=2)
