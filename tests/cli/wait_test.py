# SPDX-License-Identifier: Apache-2.0
"""The commands that ask the daemon: wait, and get -w. No VM is started."""
import json
import os
import signal
import subprocess
import threading
import time

import cli

READY = "--for=condition=Ready"


class Wait(cli.DaemonWorld):
    def setUp(self):
        super().setUp()
        self.socket = self.root / "api.sock"
        self.config.write_text(cli.CONFIG + f"  api: {{socket: {self.socket}}}\n")
        self.declare_template()
        self.declare_sandbox("web")

    def start(self):
        self.begin()
        self.wait_for(self.socket.exists)

    def wait(self, *words):
        begun = time.monotonic()
        code, out, err = self.run_program("wait", *words, "--state-dir", self.state, "--config", self.config)
        self.took = time.monotonic() - begun
        return code, out, err

    def soon(self, act):
        timer = threading.Timer(0.5, act)
        timer.start()
        self.addCleanup(timer.join)

    def follow(self, *words):
        child = subprocess.Popen([cli.PROGRAM, "get", "-w", *words, *self.where()], stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, text=True, env=self.environment(), cwd=self.root)
        self.addCleanup(child.communicate)
        self.addCleanup(child.kill)
        return child

    def test_until_it_is_ready(self):
        self.start()
        code, out, err = self.wait("Sandbox/web", "tpl/base", READY, "--timeout", "30s")
        self.assertEqual((0, "Sandbox/web: Ready is True\nTemplate/base: Ready is True\n", ""), (code, out, err))

    def test_of_something_that_is_declared_only_later(self):
        self.start()
        self.soon(lambda: self.declare_sandbox("more"))
        self.assertEqual(0, self.wait("sbx/more", READY, "--timeout", "30s")[0])
        self.assertGreaterEqual(self.took, 0.4)

    def test_until_it_is_gone(self):
        self.start()
        self.declare_sandbox("more")
        self.assertEqual(0, self.wait("sbx/more", "--for=condition=Ready=True", "--timeout", "30s")[0])
        self.soon((self.manifests / "more.yaml").unlink)
        code, out, err = self.wait("sbx/more", "--for=delete", "--timeout", "30s")
        self.assertEqual((0, "Sandbox/more: is gone\n", ""), (code, out, err))
        self.assertNotEqual(0, self.run_program("get", "sbx", "more", *self.where())[0])

    def test_what_never_was_is_gone(self):
        self.start()
        self.assertEqual(0, self.wait("sbx/none", "--for=delete", "--timeout", "20s")[0])

    def test_time_that_is_over_ends_with_5_and_says_how_it_is(self):
        self.start()
        self.assertEqual(0, self.wait("sbx/web", READY, "--timeout", "30s")[0])
        for words, how in [(["sbx/web", "--for=condition=Ready=False"], "Ready is True"), (["sbx/none", READY], "neither declared"),
                           (["sbx/web", "--for=delete"], "still there")]:
            code, out, err = self.wait(*words, "--timeout", "300ms")
            self.assertEqual((cli.TIMEOUT, ""), (code, out), err)
            self.assertIn(how, err)
            self.assertLess(self.took, 10)

    def test_a_daemon_that_is_started_again_is_waited_for(self):
        self.start()
        self.assertEqual(0, self.wait("sbx/web", READY, "--timeout", "30s")[0])

        def again():
            self.end(signal.SIGKILL)
            self.socket.unlink()
            self.start()
            self.declare_sandbox("more")
        self.soon(again)
        self.assertEqual(0, self.wait("sbx/more", READY, "--timeout", "30s")[0])

    def test_without_a_daemon_it_says_so(self):
        for words in [["wait", "sbx/web", READY], ["get", "-w"], ["get", "-w", "-o", "json", "sbx/web"]]:
            code, out, err = self.run_program(*words, "--state-dir", self.state, "--config", self.config)
            self.assertEqual((cli.NO_DAEMON, ""), (code, out), err)
            self.assertIn("cowherd run", err)
        self.config.write_text(cli.CONFIG)  # and when it has to find the socket by the state directory
        self.assertEqual(cli.NO_DAEMON, self.wait("sbx/web", READY)[0])
        self.here("apply", "--timeout", "50s")
        self.assertEqual(cli.NO_DAEMON, self.wait("sbx/web", READY)[0])

    def test_a_daemon_that_goes_for_good_ends_it_with_69(self):
        self.start()
        self.assertEqual(0, self.wait("sbx/web", READY, "--timeout", "30s")[0])
        self.soon(lambda: self.end(signal.SIGTERM))
        code, _, err = self.wait("sbx/web", "--for=delete", "--timeout", "3s")
        self.assertEqual(cli.NO_DAEMON, code, err)

    def test_a_wrong_command_line_is_told(self):
        for words in [["wait", "sbx/web"], ["wait", READY], ["wait", "web", READY], ["wait", "sbx/web", "--for=ready"],
                      ["wait", "sbx/web", "--for=condition=Ready=Yes"], ["wait", "sbx/web", READY, "--timeout", "0s"],
                      ["get", "-w", "-o", "yaml"], ["get", "-w", "-o", "wide"]]:
            self.assertEqual(cli.USAGE, self.run_program(*words)[0], words)

    def test_get_w_prints_what_is_there_and_each_change(self):
        self.start()
        self.assertEqual(0, self.wait("sbx/web", READY, "--timeout", "30s")[0])
        rows, documents = self.follow(), self.follow("sbx", "-o", "json")
        self.assertRegex(rows.stdout.readline(), r"^OBJECT +READY +STATUS +MESSAGE")
        self.assertIn("web", json.loads(documents.stdout.readline())["metadata"]["name"])
        self.declare_sandbox("more")
        self.assertEqual(0, self.wait("sbx/more", READY, "--timeout", "30s")[0])
        (self.manifests / "more.yaml").unlink()

        def until(stream, holds):
            while line := stream.readline():
                if holds(line):
                    return line
            self.fail("it ended")
        until(rows.stdout, lambda line: line.split()[:3] == ["Sandbox/more", "True", "Stopped"])
        until(rows.stdout, lambda line: line.split()[:3] == ["Sandbox/more", "-", "Gone"])
        until(documents.stdout, lambda line: json.loads(line)["metadata"]["name"] == "more")
        until(documents.stdout, lambda line: "deletionTimestamp" in json.loads(line)["metadata"])

    def test_another_uid_is_told_that_it_may_not(self):
        if os.geteuid() != 0:
            return  # it takes root to be somebody else
        self.start()
        self.root.chmod(0o755)
        program = cli.copy_for_nobody(self, cli.PROGRAM)
        for mode, word in [(0o660, "ermission denied"), (0o666, f"uid {cli.NOBODY.pw_uid}")]:
            self.socket.chmod(mode)
            refused = subprocess.run([program, "wait", "sbx/web", READY, "--config", self.config], capture_output=True, text=True,
                                     timeout=60, env=self.environment(), cwd="/", preexec_fn=cli.become_nobody, check=False)
            self.assertEqual((cli.PERMISSION, ""), (refused.returncode, refused.stdout), refused.stderr)
            self.assertIn(word, refused.stderr)
            self.assertIn("viewGroup", refused.stderr)


if __name__ == "__main__":
    cli.main()
