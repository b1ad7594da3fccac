# SPDX-License-Identifier: Apache-2.0
"""Suspending objects beside a real daemon, and without one. No VM is started."""
import pathlib
import signal

import cli

SLEEPY = cli.CONFIG + "  resync: 10m\n"


def condition(item, kind):
    return next((one for one in item["status"]["conditions"] if one["type"] == kind), None)


class Suspend(cli.DaemonWorld):
    def setUp(self):
        super().setUp()
        self.config.write_text(SLEEPY)
        self.declare_template()
        self.declare_sandbox("web")
        self.declare_sandbox("worker")
        self.here("apply", "--timeout", "50s")

    def start(self):
        self.begin()
        self.wait_for(lambda: self.run_program("reconcile", "now", *self.where())[0] == cli.DONE)

    def edit(self, name, annotations=""):
        text = cli.SANDBOX.format(name=name, template="base", policy="Retain")
        self.write(name, text.replace(f"{{name: {name}}}", f"{{name: {name}, labels: {{edited: once}}{annotations}}}"))

    def applied_policy(self, name):
        files = [path for path in (self.state / "sandboxes").glob("*/sandbox.json") if f'"{name}"' in path.read_text()]
        self.assertEqual(1, len(files))
        return "Retain" if '"Retain"' in files[0].read_text() else "Delete"

    def requests(self):
        return sorted(path.name for path in (self.state / "approvals").glob("suspend-*"))

    def test_a_daemon_leaves_it_alone_until_it_is_woken_by_unsuspend(self):
        self.start()
        told = self.here("suspend", "sbx/web", "--reason", "its disk is being looked at")
        self.assertIn("suspended: Sandbox/web", told)
        self.edit("web")
        self.edit("worker")
        self.wait_for(lambda: self.applied_policy("worker") == "Retain")
        self.here("reconcile", "now")
        self.assertEqual("Delete", self.applied_policy("web"))

        plan = self.here("plan", expect=cli.HELD)
        self.assertRegex(plan, r"\? Sandbox/web  held, Suspended: by `cowherd suspend` since \S+Z: its disk is being looked at; "
                               r"nothing is done to it until `cowherd unsuspend Sandbox/web`")
        self.assertRegex(self.here("get", "sbx", "web"), r"web +True +Stopped .*Stopped,Suspended")
        item = self.value("get", "sbx", "web")
        self.assertEqual("True", condition(item, "Ready")["status"])
        self.assertEqual(("True", "Requested"), tuple(condition(item, "Suspended")[key] for key in ("status", "reason")))
        self.assertLess(item["status"]["observedGeneration"], item["metadata"]["generation"])
        self.assertRegex(self.here("describe", "sbx/web"), r"Suspended +True +\S+ +Requested +by `cowherd suspend`")
        self.assertIn("Suspended", self.here("events", "--for", "sbx/web"))

        self.assertEqual(["suspend-Sandbox-web.json"], self.requests())
        self.assertEqual(0, self.end(signal.SIGTERM))
        self.start()
        self.assertEqual("Delete", self.applied_policy("web"), "it holds over a restart")
        self.assertEqual("unsuspended: Sandbox/web\n", self.here("unsuspend", "sbx/web"))
        self.wait_for(lambda: self.applied_policy("web") == "Retain")
        self.wait_for(lambda: condition(self.value("get", "sbx", "web"), "Suspended")["status"] == "False")

    def test_apply_holds_it_and_its_removal(self):
        self.here("suspend", "sbx/web")
        (self.manifests / "web.yaml").unlink()
        self.here("apply", "--timeout", "50s", expect=cli.HELD)
        self.assertEqual("Delete", self.applied_policy("web"))
        self.here("unsuspend", "sbx/web")
        self.here("apply", "--timeout", "50s")
        self.here_err("get", "sbx", "web", expect=cli.FAILURE)

    def test_a_document_suspends_and_ends_it(self):
        self.edit("web", ", annotations: {cowherd.dev/suspend: moved by hand}")
        self.here("apply", "--timeout", "50s", expect=cli.HELD)
        self.assertEqual("Delete", self.applied_policy("web"))
        self.assertRegex(self.here("plan", expect=cli.HELD), r"Suspended: by annotation cowherd.dev/suspend at web.yaml:3:\d+: moved by hand")
        err = self.here_err("unsuspend", "sbx/web", expect=cli.FAILURE)
        self.assertIn("suspended by annotation cowherd.dev/suspend at web.yaml:3", err)
        self.edit("web")
        self.here("apply", "--timeout", "50s")
        self.assertEqual("Retain", self.applied_policy("web"))

    def test_what_is_gone_is_not_suspended_any_more(self):
        self.here_err("suspend", "sbx/nope", expect=cli.FAILURE)
        self.assertEqual("Sandbox/nope is not suspended; nothing was done\n", self.here("unsuspend", "sbx/nope"))
        self.write("nightly", "apiVersion: cowherd.dev/v1alpha1\nkind: RetentionPolicy\nmetadata: {name: nightly}\n"
                              "spec: {selector: {matchLabels: {a: b}}, keep: {last: 1}}\n")
        self.here("suspend", "rp/nightly")
        self.here("apply", "--timeout", "50s", expect=cli.HELD)
        self.assertEqual(["suspend-RetentionPolicy-nightly.json"], self.requests())
        (self.manifests / "nightly.yaml").unlink()
        self.here("apply", "--timeout", "50s")
        self.assertEqual([], self.requests())

    def test_a_reason_is_one_line(self):
        self.assertIn("not one line", self.here_err("suspend", "sbx/web", "--reason", "two\nlines", expect=cli.FAILURE))
        self.here("suspend", "sbx/web", "--reason", "first")
        self.here("suspend", "sbx/web", "--reason", "second")
        self.assertIn("second", pathlib.Path(self.state / "approvals" / "suspend-Sandbox-web.json").read_text())


if __name__ == "__main__":
    cli.main()
