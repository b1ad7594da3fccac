# SPDX-License-Identifier: Apache-2.0
"""The API of a real daemon over its unix socket. No VM is started."""
import http.client
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time

import api
import cli


class Reading(api.Api):
    def test_documents_are_those_that_get_prints(self):
        self.start()
        code, listed = self.ask(api.SANDBOXES)
        self.assertEqual((200, "SandboxList", "cowherd.dev/v1alpha1"), (code, listed["kind"], listed["apiVersion"]))
        self.assertGreaterEqual(int(listed["metadata"]["resourceVersion"]), int(listed["items"][0]["metadata"]["resourceVersion"]))
        document = listed["items"][0]
        self.assertEqual(document, self.ask(api.SANDBOXES + "/web")[1])
        del document["metadata"]["resourceVersion"]
        self.assertEqual(self.value("get", "sbx", "web"), document)
        self.assertEqual(["base"], [item["metadata"]["name"] for item in self.ask(api.LISTS + "/templates")[1]["items"]])
        for empty in ["snapshots", "retentionpolicies"]:
            self.assertEqual([], self.ask(f"{api.LISTS}/{empty}")[1]["items"])

    def test_it_tells_that_it_lives_is_ready_and_what_it_is(self):
        self.start()
        self.assertEqual((200, "ok"), (self.ask("/livez")[0], self.ask("/livez")[1]["status"]))
        self.assertEqual(["look", "manifests"], [check["name"] for check in self.ask("/readyz")[1]["checks"]])
        version = json.loads(self.run_program("version", "-o", "json")[1])["version"]
        self.assertEqual(version, self.ask("/version")[1]["version"])

    def test_manifests_that_cannot_be_read_are_not_ready(self):
        self.start()
        self.manifests.rename(self.root / "away")
        self.daemon.send_signal(signal.SIGHUP)
        self.wait_for(lambda: self.ask("/readyz")[0] == 503)
        failed = [check for check in self.ask("/readyz")[1]["checks"] if check["status"] == "failed"]
        self.assertEqual(["manifests"], [check["name"] for check in failed])
        self.assertIn(str(self.manifests), failed[0]["message"])
        self.assertEqual(200, self.ask("/livez")[0])
        (self.root / "away").rename(self.manifests)
        self.daemon.send_signal(signal.SIGHUP)
        self.wait_for(self.answers)

    def test_failures_are_status_objects(self):
        self.start()
        self.assert_status(404, "NotFound", self.ask(api.SANDBOXES + "/none"))
        self.assert_status(404, "NotFound", self.ask("/apis/apps/v1/deployments"))
        for method in ["POST", "PUT", "DELETE", "PATCH"]:
            self.assert_status(405, "MethodNotAllowed", self.ask(api.SANDBOXES + "/web", method, body="{}"))
        self.assert_status(410, "Expired", self.ask(api.SANDBOXES + "?watch=1&resourceVersion=1"))
        self.assert_status(400, "BadRequest", self.ask(api.SANDBOXES + "?watch=1&resourceVersion=x"))
        self.assert_status(400, "BadRequest", self.ask(api.SANDBOXES + "?labelSelector=a%3Db"))

    def test_a_watch_sees_what_comes_changes_and_goes(self):
        self.start()
        version = self.ask(api.SANDBOXES)[1]["metadata"]["resourceVersion"]
        after, everything = self.watch(f"&resourceVersion={version}"), self.watch()
        self.next_event(everything, "ADDED", "web")
        self.declare_sandbox("more")
        for stream in [after, everything]:
            added = self.next_event(stream, "ADDED", "more")
            changed = self.next_event(stream, "MODIFIED", "more")
            self.assertGreater(int(changed["metadata"]["resourceVersion"]), int(added["metadata"]["resourceVersion"]))
        (self.manifests / "more.yaml").unlink()
        for stream in [after, everything]:
            self.assertIn("deletionTimestamp", self.next_event(stream, "DELETED", "more")["metadata"])

    def test_a_watch_ends_when_its_time_is_over(self):
        self.start()
        begun = time.monotonic()
        events = [json.loads(line) for line in self.watch("&timeoutSeconds=1&fieldSelector=metadata.name%3Dweb")]
        self.assertEqual(["ADDED"], [event["type"] for event in events])
        self.assertGreaterEqual(time.monotonic() - begun, 0.9)

    def test_a_connection_is_used_again_after_an_answer_and_after_a_watch(self):
        self.start()
        connection = api.UnixConnection(self.socket)
        self.addCleanup(connection.close)
        for path in ["/livez", api.SANDBOXES + "?watch=1&timeoutSeconds=1", api.SANDBOXES + "?watch=1&timeoutSeconds=1", "/readyz"]:
            connection.request("GET", path)
            answer = connection.getresponse()
            self.assertEqual(200, answer.status)
            self.assertTrue(answer.read())


class Hostile(api.Api):
    def raw(self):
        client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.addCleanup(client.close)
        client.settimeout(self.deadline)
        client.connect(str(self.socket))
        return client

    def test_a_body_that_does_not_end_is_given_up(self):
        self.start()
        client = self.raw()
        client.sendall(b"POST /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n")
        begun = time.monotonic()
        try:
            while time.monotonic() - begun < self.deadline:
                client.sendall(b"x" * 100)
                time.sleep(0.1)
        except (BrokenPipeError, ConnectionResetError):
            pass
        self.assertLess(time.monotonic() - begun, 15)

    def test_half_a_request_is_given_up(self):
        self.start()
        client = self.raw()
        client.sendall(b"GET /livez HTTP/1.1\r\nHo")
        self.assertEqual(200, self.ask("/livez")[0])
        begun = time.monotonic()
        while client.recv(4096):
            pass
        self.assertLess(time.monotonic() - begun, 15)

    def test_huge_heads_and_lines_are_refused(self):
        self.start()
        for head in [b"GET /livez HTTP/1.1\r\nX: " + b"a" * (1 << 20), b"GET /" + b"a" * (1 << 20)]:
            client = self.raw()
            try:
                client.sendall(head + b"\r\n\r\n")
                self.assertRegex(client.recv(4096), rb"^HTTP/1\.1 4(14|31) ")
            except (BrokenPipeError, ConnectionResetError):
                pass  # it had heard enough
        self.assertEqual(200, self.ask("/livez")[0])

    def test_what_is_no_http_harms_nobody(self):
        self.start()
        for nonsense in [b"\0" * 4096, b"\r\n" * 100, b"GET\r\n\r\n", b"GET /%zz?watch&&==& HTTP/1.1\r\nHost: x\r\n\r\n",
                         b"GET /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n"]:
            client = self.raw()
            client.sendall(nonsense)
            client.shutdown(socket.SHUT_WR)
            try:
                client.recv(4096)
            except ConnectionResetError:
                pass
        self.assertEqual(200, self.ask("/livez")[0])

    def measure(self):
        begun = time.monotonic()
        for _ in range(50):
            self.assertEqual(200, self.ask("/readyz")[0])
        return (time.monotonic() - begun) / 50

    def test_two_hundred_watchers_do_not_slow_it_and_all_are_told(self):
        self.start()
        alone = self.measure()
        streams = [self.watch() for _ in range(200)]
        for stream in streams:
            self.next_event(stream, "ADDED", "web")
        beside = self.measure()
        print(f"readyz: {alone * 1000:.2f} ms alone, {beside * 1000:.2f} ms beside 200 watchers")
        self.assertLess(beside, 10 * alone + 0.02)
        self.declare_sandbox("more")
        for stream in streams:
            self.next_event(stream, "ADDED", "more")

    def test_one_uid_has_its_share_and_gets_it_back(self):
        self.start()
        clients = [self.raw() for _ in range(256)]
        for client in clients:  # each has been counted in when it is answered
            client.sendall(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
            self.assertIn(b"200", client.recv(4096))
        self.assert_status(429, "TooManyRequests", self.ask("/livez"))
        for client in clients:
            client.close()
        self.wait_for(lambda: self.ask("/livez")[0] == 200)


class Doors(api.Api):
    def test_the_socket_is_for_its_owner(self):
        self.start()
        found = self.socket.stat()
        self.assertEqual((os.geteuid(), 0o660), (found.st_uid, stat.S_IMODE(found.st_mode)))

    def ask_as_nobody(self, *groups):
        """What somebody else is answered: a status code, or why there is none."""
        script = ("import http.client, socket, sys\n"
                  "connection = http.client.HTTPConnection('cowherd')\n"
                  "connection.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)\n"
                  "try:\n"
                  "    connection.sock.connect(sys.argv[1])\n"
                  "    connection.request('GET', sys.argv[2])\n"
                  "    print(connection.getresponse().status)\n"
                  "except PermissionError:\n"
                  "    print('no permission')\n")
        other_groups = ["--groups", ",".join(groups)] if groups else ["--clear-groups"]
        return subprocess.run(["setpriv", "--reuid", "nobody", "--regid", str(cli.NOBODY.pw_gid), *other_groups,
                               sys.executable, "-c", script, self.socket, api.SANDBOXES],
                              capture_output=True, text=True, timeout=60, cwd="/", check=True).stdout.strip()

    def test_another_uid_is_refused(self):
        if os.geteuid() != 0:
            return  # it takes root to be somebody else
        self.start()
        self.root.chmod(0o755)
        self.assertEqual("no permission", self.ask_as_nobody())
        self.socket.chmod(0o666)  # whoever gets that far is judged by the kernel's word
        self.assertEqual("403", self.ask_as_nobody())
        self.assertEqual("403", self.ask_as_nobody("games"))

    def test_members_of_the_group_may_read(self):
        if os.geteuid() != 0:
            return
        self.set_api(f"socket: {self.socket}, viewGroup: games")
        self.start()
        self.root.chmod(0o755)
        self.assertEqual(0o660, stat.S_IMODE(self.socket.stat().st_mode))
        self.assertEqual("200", self.ask_as_nobody("games"))
        self.assertEqual("no permission", self.ask_as_nobody())

    def test_a_group_that_is_not_there_or_of_no_use_is_a_configuration_error(self):
        for text, word in [(f"socket: {self.socket}, viewGroup: no-such-group", "no-such-group"), ("viewGroup: games", "api.socket")]:
            self.set_api(text)
            self.assertIn(word, self.here_err("run", expect=cli.CONFIGURATION))

    def test_what_a_killed_daemon_left_is_replaced(self):
        self.start()
        inode = self.socket.stat().st_ino
        self.end(signal.SIGKILL)
        self.assertTrue(self.socket.is_socket())
        self.start()
        self.assertNotEqual(inode, self.socket.stat().st_ino)
        self.assertEqual(0, self.end(signal.SIGTERM))
        self.assertFalse(self.socket.exists())

    def test_versions_of_a_daemon_before_are_gone(self):
        self.start()
        version = self.ask(api.SANDBOXES)[1]["metadata"]["resourceVersion"]
        self.end(signal.SIGKILL)
        self.start()
        self.assert_status(410, "Expired", self.ask(f"{api.SANDBOXES}?watch=1&resourceVersion={version}"))

    def test_what_somebody_answers_at_is_left_alone_and_the_daemon_goes_on(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as other:
            other.bind(str(self.socket))
            other.listen(1)
            inode = self.socket.stat().st_ino
            self.begin()
            self.wait_for(lambda: "object=Sandbox/web ready=True" in self.told())
            self.assertIn("the API is not served", self.told())
            self.assertEqual(inode, self.socket.stat().st_ino)
            self.assertEqual(0, self.end(signal.SIGTERM))
            self.assertEqual(inode, self.socket.stat().st_ino)

    def test_a_file_in_its_place_is_left_alone(self):
        self.socket.write_text("precious")
        self.begin()
        self.wait_for(lambda: "the API is not served" in self.told())
        self.assertEqual("precious", self.socket.read_text())

    def test_without_a_setting_it_is_in_the_runtime_directory(self):
        self.config.write_text(cli.CONFIG + f"  runtimeDir: {self.root}/run\n")
        self.begin()
        self.wait_for(lambda: list((self.root / "run").glob("*/api.sock")))
        self.socket = next((self.root / "run").glob("*/api.sock"))
        self.wait_for(self.answers)

    def test_it_ends_beside_watchers(self):
        self.start()
        streams = [self.watch() for _ in range(20)]
        begun = time.monotonic()
        self.assertEqual(0, self.end(signal.SIGTERM), self.told())
        self.assertLess(time.monotonic() - begun, 10)
        for stream in streams:
            try:
                stream.read()
            except (http.client.IncompleteRead, ConnectionResetError):
                pass


if __name__ == "__main__":
    cli.main()
