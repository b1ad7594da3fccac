# SPDX-License-Identifier: Apache-2.0
"""The API of a real daemon over TCP, where the configuration asks for it. No VM is started."""
import http.client
import os
import pathlib
import socket
import time

import yaml

import api
import cli

TOKEN = "0123456789abcdef" * 4


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class OverTcp(api.Api):
    def setUp(self):
        super().setUp()
        self.port = free_port()
        self.token = self.root / "token"

    def set_tcp(self, text=""):
        self.set_api(f"socket: {self.socket}, tcp: {{port: {self.port}{text}}}")

    def set_token(self, text=TOKEN, mode=0o600):
        self.token.touch()
        self.token.chmod(mode)
        self.token.write_text(text + "\n")

    def get(self, path="/livez", method="GET", host="127.0.0.1", **headers):
        connection = http.client.HTTPConnection(host, self.port, timeout=cli.DaemonWorld.deadline)
        try:
            connection.request(method, path, headers=headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status, answer.headers
        finally:
            connection.close()

    def code(self, *words, **named):
        return self.get(*words, **named)[0]

    def refused_to_start(self, word):
        self.assertIn(word, self.here_err("run", expect=cli.CONFIGURATION))


class WithoutAToken(OverTcp):
    def test_this_host_may_read_and_nobody_writes(self):
        self.set_tcp()
        self.start()
        for path in ["/livez", "/readyz", "/version", "/metrics", api.SANDBOXES]:
            self.assertEqual(200, self.code(path), path)
        for method in ["POST", "PUT", "DELETE", "PATCH"]:
            self.assertEqual(405, self.code(api.SANDBOXES + "/web", method))
        self.assertEqual(403, self.code(Host="evil.example"))
        self.assertEqual(200, self.code(Host=f"localhost:{self.port}"))

    def test_watchers_that_go_leave_their_place(self):
        self.set_tcp()
        self.start()
        for _ in range(100):  # more than an address may have at a time
            watcher = http.client.HTTPConnection("127.0.0.1", self.port, timeout=cli.DaemonWorld.deadline)
            watcher.request("GET", api.LISTS + "/retentionpolicies?watch=1")
            answer = watcher.getresponse()
            self.assertEqual(200, answer.status)
            answer.close()
            watcher.close()
        self.wait_for(lambda: self.code() == 200)

    def test_it_listens_on_loopback_alone(self):
        self.set_tcp()
        self.start()
        listening = pathlib.Path("/proc/net/tcp").read_text() + pathlib.Path("/proc/net/tcp6").read_text()
        addresses = [line.split()[1] for line in listening.splitlines() if f":{self.port:04X} " in line.split("rem")[0][:60] and " 0A " in line]
        self.assertEqual(["0100007F:%04X" % self.port], addresses)

    def test_nothing_listens_unless_it_is_asked_for(self):
        self.start()
        with self.assertRaises(ConnectionRefusedError):
            self.get()

    def test_a_port_that_is_taken_is_told_and_all_else_goes_on(self):
        self.set_tcp()
        with socket.socket() as other:
            other.bind(("127.0.0.1", self.port))
            other.listen(1)
            self.start()
        self.assertIn("the API over TCP is not served", self.told())
        self.assertIn("api.tcp.port", self.told())

    def test_any_address_without_a_token_is_refused_with_its_line(self):
        self.set_tcp(", listen: Any")
        self.refused_to_start("E228")
        told = self.here_err("run", expect=cli.CONFIGURATION)
        self.assertRegex(told, r"config\.yaml:\d+:\d+")
        self.assertIn("spec.api.tcp.listen", told)


class Scrape(OverTcp):
    def test_the_example_for_prometheus_reads_it(self):
        text = (pathlib.Path(__file__).resolve().parents[2] / "examples" / "monitoring" / "prometheus.yaml").read_text(encoding="utf-8")
        job = yaml.safe_load(text)["scrape_configs"][0]
        host, port = job["static_configs"][0]["targets"][0].split(":")
        self.assertIn(f"port: {port}", text.split("rule_files")[0])
        self.assertEqual(("cowherd", {"credentials_file"}), (job["job_name"], set(job["authorization"])))
        self.set_token()
        self.set_tcp(f", tokenFile: {self.token}")
        self.start()
        self.assertEqual(200, self.code(job.get("metrics_path", "/metrics"), host=host, Authorization=f"Bearer {TOKEN}"))


class WithAToken(OverTcp):
    def setUp(self):
        super().setUp()
        self.set_token()
        self.set_tcp(f", tokenFile: {self.token}")

    def test_the_token_opens_and_nothing_else(self):
        self.start()
        self.assertEqual(200, self.code("/metrics", Authorization=f"Bearer {TOKEN}"))
        self.assertEqual(200, self.code(api.SANDBOXES, Authorization=f"Bearer {TOKEN}"))
        self.assertEqual(405, self.code("/livez", "POST", Authorization=f"Bearer {TOKEN}"))
        for wrong in [{}, {"Authorization": "Bearer x"}, {"Authorization": f"Basic {TOKEN}"}, {"Authorization": f"Bearer {TOKEN}x"}]:
            code, headers = self.get("/livez", **wrong)
            self.assertEqual((401, 'Bearer realm="cowherd"'), (code, headers["WWW-Authenticate"]))
        self.assertEqual(200, self.ask("/livez")[0])  # who comes over the socket is known already

    def test_a_token_that_changes_counts_at_once_and_one_that_goes_closes(self):
        self.start()
        self.set_token("f" * 64)
        self.assertEqual(401, self.code(Authorization=f"Bearer {TOKEN}"))
        self.assertEqual(200, self.code(Authorization="Bearer " + "f" * 64))
        self.token.unlink()
        self.assertEqual(503, self.code(Authorization="Bearer " + "f" * 64))

    def test_a_file_that_is_no_secret_is_a_configuration_error(self):
        self.set_token(mode=0o644)
        self.refused_to_start("chmod 0640")
        self.set_token("short")
        self.refused_to_start("32")
        self.token.unlink()
        self.refused_to_start(str(self.token))
        if os.geteuid() == 0:
            self.set_token()
            os.chown(self.token, cli.NOBODY.pw_uid, 0)
            self.refused_to_start("belongs to")

    def test_any_address_answers_other_addresses_of_this_host(self):
        self.set_tcp(f", listen: Any, tokenFile: {self.token}")
        self.start()
        hosts = ["127.0.0.1", "127.0.0.2"] + (["::1"] if pathlib.Path("/proc/net/if_inet6").exists() else [])
        for host in hosts:
            self.assertEqual(200, self.code(host=host, Authorization=f"Bearer {TOKEN}"), host)
            self.assertEqual(401, self.code(host=host))


class Hostile(OverTcp):
    def raw(self):
        client = socket.create_connection(("127.0.0.1", self.port), timeout=cli.DaemonWorld.deadline)
        self.addCleanup(client.close)
        return client

    def test_an_address_has_its_share_and_the_socket_goes_on(self):
        self.set_tcp()
        self.start()
        clients = [self.raw() for _ in range(64)]
        for client in clients:
            client.sendall(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
            self.assertIn(b" 200 ", client.recv(4096))
        self.assertEqual(429, self.code())
        self.assertEqual(200, self.ask("/livez")[0])
        for client in clients:
            client.close()
        self.wait_for(lambda: self.code() == 200)

    def test_slow_and_nonsensical_clients_are_given_up(self):
        self.set_tcp()
        self.start()
        slow, nonsense = self.raw(), self.raw()
        slow.sendall(b"GET /livez HTTP/1.1\r\nHo")
        nonsense.sendall(b"\0" * 4096)
        self.assertEqual(200, self.code())
        begun = time.monotonic()
        while slow.recv(4096):
            pass
        self.assertLess(time.monotonic() - begun, 15)

    def test_a_flood_does_not_stop_those_on_the_socket(self):
        self.set_tcp()
        self.start()
        flood = [self.raw() for _ in range(300)]
        self.assertEqual(200, self.ask("/readyz")[0])
        self.declare_sandbox("more")
        self.wait_for(lambda: self.readiness("more") == "Stopped")
        for client in flood:
            client.close()


if __name__ == "__main__":
    cli.main()
