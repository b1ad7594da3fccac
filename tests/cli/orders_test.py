# SPDX-License-Identifier: Apache-2.0
"""What is ordered through the API of a real daemon, and by whom. No VM is started."""
import json
import os
import signal
import stat
import subprocess
import threading

import api
import cli

ORDERS = api.LISTS + "/orders"


class Orders(api.Api):
    leaving = "abcde"

    def order(self, body, **members):
        return self.ask(ORDERS, "POST", json.dumps({"order": body, **members}))

    def hold_a_deletion(self):
        """More sandboxes leave than may go at once."""
        documents = [cli.SANDBOX.format(name=name, template="base", policy="Delete") for name in self.leaving]
        self.write("leaving", "---\n".join(documents))
        self.start()
        self.wait_for(lambda: all(self.readiness(name) == "Stopped" for name in self.leaving))
        (self.manifests / "leaving.yaml").unlink()

    def test_what_is_held_is_approved_right_after_the_edit(self):
        self.hold_a_deletion()
        code, answer = self.order("approve", verb="delete", object="sbx/a")
        self.assertEqual((200, "Success", "approved: delete Sandbox/a\n"), (code, answer["status"], answer["message"]))
        self.wait_for(lambda: self.readiness("a") is None)
        self.assertEqual("Stopped", self.readiness("web"))
        told = self.value("events", "--for", "sbx/a")
        self.assertIn(f"approved: delete Sandbox/a (ordered by uid {os.geteuid()})", [event["message"] for event in told])

    def test_the_commands_have_the_daemon_do_it(self):
        self.hold_a_deletion()
        self.assertEqual("approved: delete Sandbox/a\n", self.here("approve", "delete", "sbx/a"))
        self.wait_for(lambda: self.readiness("a") is None)
        entry = self.value("trash")[0]["entry"]
        self.assertIn("asked for: Sandbox/a", self.here("undelete", entry))
        self.wait_for(lambda: "(ordered by uid" in self.told().split("asked for: Sandbox/a")[-1])
        self.assertEqual(4, len(self.here("approve", "prune").splitlines()))

    def test_what_cannot_be_meant_is_refused_and_said(self):
        self.start()
        self.assert_status(409, "Conflict", self.order("approve", verb="delete", object="sbx/web"))
        self.assert_status(409, "Conflict", self.order("undelete", what="nothing"))
        for body in ["", "{", "[]", "{}", '{"order":"dance"}', '{"order":"approve"}', '{"order":"look","more":1}',
                     '{"order":"approve","verb":1,"object":"sbx/web"}', '{"order":"approve","verb":"delete","object":"nonsense"}']:
            code, answer = self.ask(ORDERS, "POST", body)
            self.assertIn(code, (400, 409), body)
            self.assertEqual("Failure", answer["status"])
        self.assert_status(413, "RequestEntityTooLarge", self.ask(ORDERS, "POST", '{"order":"look"}' + " " * 20000))
        self.assert_status(405, "MethodNotAllowed", self.ask(ORDERS))
        self.assertIn("web.yaml", self.here_err("approve", "delete", "sbx/web", expect=cli.FAILURE))

    def test_clients_that_leave_or_crowd_harm_nobody(self):
        self.start()
        self.daemon.send_signal(signal.SIGSTOP)
        waiting = [api.UnixConnection(self.socket) for _ in range(70)]
        for connection in waiting:
            self.addCleanup(connection.close)
            connection.request("POST", ORDERS, body='{"order":"look"}')
        for connection in waiting[:3]:
            connection.close()
        self.daemon.send_signal(signal.SIGCONT)
        codes = [connection.getresponse().status for connection in waiting[3:]]
        self.assertEqual({200}, set(codes) - {503})
        self.assertIn(200, codes)
        self.assertEqual(200, self.order("look")[0])

    def test_an_order_waits_while_others_read(self):
        self.start()
        results = []
        threads = [threading.Thread(target=lambda: results.append(self.order("look")[0])) for _ in range(8)]
        for thread in threads:
            thread.start()
        for _ in range(50):
            self.assertEqual(200, self.ask("/readyz")[0])
        for thread in threads:
            thread.join(timeout=self.deadline)
        self.assertEqual([200] * 8, results)

    def as_nobody(self, program, *words, group):
        return subprocess.run(["setpriv", "--reuid", "nobody", "--regid", str(cli.NOBODY.pw_gid), "--groups", group, program, *words,
                               "--config", self.config], capture_output=True, text=True, timeout=60, cwd="/",
                              env={"PATH": os.environ["PATH"], "HOME": "/nonexistent"}, check=False)

    def test_admins_order_viewers_read_and_strangers_do_neither(self):
        if os.geteuid() != 0:
            return  # it takes root to be somebody else
        self.set_api(f"socket: {self.socket}, adminGroup: games, viewGroup: users")
        self.root.chmod(0o755)
        program = cli.copy_for_nobody(self, cli.PROGRAM)
        self.hold_a_deletion()
        self.assertEqual(0o666, stat.S_IMODE(self.socket.stat().st_mode))
        viewer = self.as_nobody(program, "approve", "delete", "sbx/a", group="users")
        self.assertEqual(cli.PERMISSION, viewer.returncode, viewer.stderr)
        self.assertIn("api.adminGroup", viewer.stderr)
        stranger = self.as_nobody(program, "approve", "delete", "sbx/a", group="nogroup")
        self.assertEqual(cli.PERMISSION, stranger.returncode, stranger.stderr)
        self.assertEqual("Stopped", self.readiness("a"))
        admin = self.as_nobody(program, "approve", "delete", "sbx/a", group="games")
        self.assertEqual((0, "approved: delete Sandbox/a\n"), (admin.returncode, admin.stdout), admin.stderr)
        self.wait_for(lambda: self.readiness("a") is None)
        looked = self.as_nobody(program, "reconcile", "now", group="games")
        self.assertEqual(0, looked.returncode, looked.stderr)


if __name__ == "__main__":
    cli.main()
