# SPDX-License-Identifier: Apache-2.0
"""The commands and the API about sources, on a host whose configuration names none. No VM is started."""
import json
import signal

import api
import cli

SOURCES = api.LISTS + "/sources"


class WithoutADaemon(cli.World):
    def test_there_is_none_and_that_is_said(self):
        self.assertIn("no document of kind Source", self.run_program("source", "list", *self.where())[2])
        self.assertEqual("", self.here("source", "list"))
        self.assertEqual(("SourceList", []), tuple(self.value("source", "list")[key] for key in ("kind", "items")))
        self.assertIn("kind: SourceList\n", self.here("source", "list", "-o", "yaml"))
        for words in [["history"], ["rollback", "--to", "a1b2c3d"]]:
            self.assertIn("no source follows a repository", self.here_err(*words, expect=cli.FAILURE))
        for words in [["history", "fleet"], ["rollback", "fleet", "--to", "a1b2c3d"], ["suspend", "Source/fleet"], ["unsuspend", "Source/fleet"]]:
            self.assertIn("there is no source 'fleet'", self.here_err(*words, expect=cli.FAILURE))
        self.assertFalse((self.state / "sources" / "fleet").exists())

    def test_only_a_daemon_asks_servers(self):
        self.assertIn("no daemon answers", self.here_err("source", "reconcile", "fleet", expect=cli.NO_DAEMON))

    def test_what_cannot_be_a_source_is_refused_at_once(self):
        for words in [["source"], ["source", "reconcile"], ["source", "reconcile", "Fleet"], ["history", "a/b"], ["rollback"], ["suspend", "Source/"],
                      ["get", "Source/fleet"], ["describe", "Source/fleet"], ["approve", "delete", "Source/fleet"]]:
            self.here_err(*words, expect=cli.USAGE)


class BesideADaemon(api.Api):
    def test_the_list_is_empty_and_there_is_no_hook(self):
        self.start()
        code, answer = self.ask(SOURCES)
        self.assertEqual((200, "SourceList", []), (code, answer["kind"], answer["items"]))
        self.assert_status(404, "NotFound", self.ask(SOURCES + "/fleet"))
        self.assert_status(404, "NotFound", self.ask(SOURCES + "/fleet/hook", "POST", body="{}"))
        self.assert_status(404, "NotFound", self.ask(SOURCES + "/fleet/hook", "POST", body="x" * (2 << 20)))
        self.assert_status(405, "MethodNotAllowed", self.ask(SOURCES + "/fleet/hook"))
        self.assert_status(400, "BadRequest", self.ask(SOURCES + "?watch=1"))
        self.assertEqual(["look", "manifests"], [check["name"] for check in self.ask("/readyz")[1]["checks"]])

    def test_orders_about_one_that_is_not_there_are_refused(self):
        self.start()
        for body in [{"order": "rollback", "source": "fleet", "revision": "a1b2c3d"}, {"order": "suspend", "object": "Source/fleet"}]:
            self.assert_status(409, "Conflict", self.ask(api.LISTS + "/orders", "POST", json.dumps(body)))
        self.assert_status(404, "NotFound", self.ask(api.LISTS + "/orders", "POST", '{"order": "look", "source": "fleet"}'))
        self.assertIn("there is no source 'fleet'", self.here_err("source", "reconcile", "fleet", expect=cli.FAILURE))
        self.assertEqual(0, self.end(signal.SIGTERM))


if __name__ == "__main__":
    cli.main()
