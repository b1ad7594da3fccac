# SPDX-License-Identifier: Apache-2.0
"""What a real daemon measures, as a scrape reads it. No VM is started."""
import pathlib
import re
import signal
import subprocess
import time
import unittest

import api
import cli
import exposition

MONITORING = pathlib.Path(__file__).resolve().parents[2] / "examples" / "monitoring"
ROW = re.compile(r"^\| `(?P<name>\w+)` \| (?P<type>\w+) \| (?P<labels>[^|]*) \| (?P<help>.*) \|$", re.MULTILINE)

LIMITED = """\
apiVersion: cowherd.dev/v1alpha1
kind: Sandbox
metadata: {name: limited}
spec: {templateRef: {name: base}, powerState: Stopped, resources: {disk: {cowLimit: 2Mi}}}
"""

# Not ready for as long as the test takes: there is no such template.
WAITING = LIMITED.replace("limited", "waiting").replace("name: base", "name: none")


POLICY = """\
apiVersion: cowherd.dev/v1alpha1
kind: RetentionPolicy
metadata: {name: nightly}
spec: {selector: {matchLabels: {team: ml}}, keep: {last: 3}}
"""

SOURCE = """\
---
apiVersion: config.cowherd.dev/v1alpha1
kind: Source
metadata: {{name: fleet}}
spec: {{git: {{url: "{url}", branch: main}}}}
"""


class Scraped(api.Api):
    def scrape(self):
        connection = api.UnixConnection(self.socket)
        try:
            connection.request("GET", "/metrics")
            answer = connection.getresponse()
            self.assertEqual((200, "text/plain; version=0.0.4; charset=utf-8"), (answer.status, answer.headers["Content-Type"]))
            return exposition.parse(answer.read().decode("utf-8"))
        finally:
            connection.close()

    def value(self, families, name, suffix="", **labels):
        return families[name].samples[(name + suffix, tuple(sorted(labels.items())))]

    def follow_a_repository(self):
        self.root.chmod(0o755)
        fleet = self.root / "fleet"
        fleet.mkdir()
        (fleet / "policy.yaml").write_text(POLICY)
        for words in ["init -q -b main", "add .", "-c user.name=A -c user.email=a@example.org commit -q -m first"]:
            subprocess.run(["git", *words.split()], cwd=fleet, check=True, timeout=60)
        self.config.write_text(self.config.read_text() + SOURCE.format(url=fleet.as_uri()))

    def daemon_command(self):
        return cli.with_git_account(super().daemon_command(), self.root)

    def start_with_everything(self):
        """A scrape in which every family has a series."""
        self.follow_a_repository()
        (self.manifests / "limited.yaml").write_text(LIMITED)
        (self.manifests / "waiting.yaml").write_text(WAITING)
        self.start()
        self.wait_for(lambda: self.readiness("limited") == "Stopped" and self.readiness("waiting") is not None)
        self.wait_for(lambda: self.value(self.scrape(), "cowherd_source_ready", source="fleet") == 1)
        return self.scrape()


class Metrics(Scraped):
    def test_every_family_has_a_series_and_is_documented_as_it_is(self):
        families = self.start_with_everything()
        self.assertEqual([], [name for name, family in families.items() if not family.samples])
        documented = {row["name"]: row for row in ROW.finditer((MONITORING / "README.md").read_text(encoding="utf-8"))}
        self.assertEqual(sorted(documented), sorted(families))
        for name, family in families.items():
            row = documented[name]
            labels = set(re.findall(r"`(\w+)`", row["labels"]))
            self.assertEqual((family.type, family.labels(), family.help), (row["type"], labels, row["help"]), name)

    def test_what_was_done_is_counted(self):
        families = self.start_with_everything()
        done = {verb: self.value(families, "cowherd_steps_total", verb=verb, outcome="done")
                for verb in ["import-revision", "create-sandbox", "start-machine"]}
        self.assertEqual({"import-revision": 1, "create-sandbox": 2, "start-machine": 0}, done)
        self.assertEqual(2, self.value(families, "cowherd_step_duration_seconds", "_count", verb="create-sandbox"))
        self.assertEqual(2, self.value(families, "cowherd_objects", kind="Sandbox", ready="True"))
        self.assertEqual(1, sum(self.value(families, "cowherd_objects", kind="Sandbox", ready=ready) for ready in ["False", "Unknown"]))
        since = families["cowherd_object_not_ready_since_timestamp_seconds"].samples
        self.assertEqual([(("kind", "Sandbox"), ("name", "waiting"))], [labels for _, labels in since])
        self.assertAlmostEqual(time.time(), *since.values(), delta=60)
        self.assertEqual(2 << 20, self.value(families, "cowherd_sandbox_cow_limit_bytes", sandbox="limited"))
        passes = self.value(families, "cowherd_pass_duration_seconds", "_count")
        self.assertGreaterEqual(passes, 2)
        self.assertEqual(passes, self.value(families, "cowherd_pass_part_duration_seconds", "_count", part="look"))
        self.assertAlmostEqual(time.time(), self.value(families, "cowherd_last_pass_timestamp_seconds"), delta=60)
        self.assertAlmostEqual(time.time(), self.value(families, "cowherd_last_complete_look_timestamp_seconds"), delta=60)
        self.assertEqual(0, self.value(families, "cowherd_manifest_errors"))

    def test_what_is_purged_is_counted_as_it_was_when_it_came(self):
        self.config.write_text(self.config.read_text() + "  guards: {trashGrace: 2s}\n")
        self.start()
        kept = (self.state / "sandboxes").iterdir().__next__() / "serial.log"
        kept.write_bytes(b"x" * 100_000)
        size = kept.stat().st_blocks * 512
        (self.manifests / "web.yaml").unlink()
        self.wait_for(lambda: self.value(self.scrape(), "cowherd_trash_entries") == 1)
        families = self.scrape()
        trashed = self.value(families, "cowherd_trashed_bytes_total")
        self.assertGreaterEqual(trashed, size)
        self.assertEqual(trashed, self.value(families, "cowherd_trash_bytes"))
        self.assertGreater(self.value(families, "cowherd_trash_oldest_timestamp_seconds"), time.time() - 60)
        self.wait_for(lambda: self.value(self.scrape(), "cowherd_purged_bytes_total") == trashed)
        families = self.scrape()
        self.assertEqual((0, 0), (self.value(families, "cowherd_trash_entries"), self.value(families, "cowherd_trash_bytes")))

    def test_errors_in_manifests_and_answers_are_counted(self):
        self.start()
        (self.manifests / "broken.yaml").write_text("kind: [\n")
        self.wait_for(lambda: self.value(self.scrape(), "cowherd_manifest_errors") >= 1)
        before = self.value(self.scrape(), "cowherd_api_requests_total", code="404")
        self.ask("/none")
        self.assertEqual(before + 1, self.value(self.scrape(), "cowherd_api_requests_total", code="404"))

    def test_watchers_are_counted(self):
        self.start()
        streams = [self.watch() for _ in range(3)]
        for stream in streams:
            self.next_event(stream, "ADDED", "web")
        families = self.scrape()
        self.assertEqual((3, 0), (self.value(families, "cowherd_api_watchers"), self.value(families, "cowherd_api_watch_lag_changes")))
        self.assertGreaterEqual(self.value(families, "cowherd_api_connections"), 4)

    def test_counters_are_there_before_anything_was_counted(self):
        for held in self.manifests.iterdir():
            held.unlink()
        self.begin()
        self.wait_for(self.answers)
        families = self.scrape()
        self.assertEqual({0}, set(families["cowherd_steps_total"].samples.values()))
        self.assertEqual(0, self.value(families, "cowherd_capture_freeze_seconds", "_count"))
        self.assertEqual(0, self.value(families, "cowherd_objects", kind="Sandbox", ready="False"))
        self.assertEqual(0, self.value(families, "cowherd_blocked_objects", cause="held", reason="LowDiskSpace"))

    def test_only_a_get_reads_it(self):
        self.start()
        self.assert_status(405, "MethodNotAllowed", self.ask("/metrics", "POST", body="{}"))


class TheReaderItself(unittest.TestCase):
    """The strict reader refuses what it is there for."""

    HEAD = "# HELP a_total Text.\n# TYPE a_total counter\n"

    def test_what_is_wrong_is_refused(self):
        for text in ["a 1\n", self.HEAD + "a_total 1", self.HEAD + "a_total 1\na_total 2\n", self.HEAD + "b 1\n", self.HEAD + "a_total -1\n",
                     self.HEAD + 'a_total{x="1",x="2"} 1\n', self.HEAD + 'a_total{x=1} 1\n', self.HEAD + "a_total one\n", self.HEAD * 2,
                     "# HELP a Text.\n# TYPE a counter\na 1\n", "# TYPE a gauge\na 1\n", "# HELP a_ms Text.\n# TYPE a_ms gauge\na_ms 1\n",
                     "# HELP h H.\n# TYPE h histogram\nh_bucket{le=\"+Inf\"} 2\nh_sum 1\nh_count 1\n"]:
            with self.assertRaises((exposition.Wrong, ValueError), msg=text):
                exposition.parse(text)

    def test_what_is_right_is_read(self):
        families = exposition.parse(self.HEAD + 'a_total{x="a\\"b\\n"} 1\na_total{x="c"} 2e3\n')
        self.assertEqual({'a"b\n', "c"}, families["a_total"].values_of("x"))


if __name__ == "__main__":
    cli.main()
