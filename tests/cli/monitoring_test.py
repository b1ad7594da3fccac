# SPDX-License-Identifier: Apache-2.0
"""The dashboard and the alerts in examples/monitoring ask only for what a real daemon measures."""
import json
import re
import shutil
import subprocess

import yaml

import cli
import metrics_test

METRIC = re.compile(r"\b(?:cowherd|process)_[a-z0-9_]+\b")
SELECTOR = re.compile(r"(?P<metric>\b[a-z_]+)\{(?P<matchers>[^{}]*)\}")
MATCHER = re.compile(r'(?P<label>\w+)\s*(?P<how>=~|!=|!~|=)\s*"(?P<value>[^"]*)"')
GROUPING = re.compile(r"\b(?:by|on|ignoring|without)\s*\((?P<labels>[^()]*)\)")
LEGEND = re.compile(r"\{\{\s*(?:\$labels\.)?(?P<label>[a-z_]+)\s*\}\}")
COMMAND = re.compile(r"`cowherd (?P<line>[^`]+)`")

# What Prometheus adds itself.
ADDED = {"instance", "job"}
OF_PROMETHEUS = {"up"}


def dashboard():
    return json.loads((metrics_test.MONITORING / "dashboard.json").read_text(encoding="utf-8"))


def alerts():
    groups = yaml.safe_load((metrics_test.MONITORING / "alerts.yaml").read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def queries():
    """(where, expression, texts that name labels)"""
    for panel in dashboard()["panels"]:
        for target in panel.get("targets", []):
            yield f"panel '{panel['title']}'", target["expr"], [target["legendFormat"]]
    for rule in alerts():
        yield f"alert {rule['alert']}", rule["expr"], list(rule["annotations"].values())


class Faults:
    """What an expression asks for that no scrape has."""

    def __init__(self, families):
        self.families = families
        self.series = {name for family in families.values() for name, _ in family.samples}

    def family_of(self, metric):
        return self.families.get(metric) or self.families.get(re.sub(r"_(bucket|sum|count)$", "", metric))

    def of_matcher(self, metric, match):
        family, label, value = self.family_of(metric), match["label"], match["value"]
        if label in ADDED or not family:
            return
        known = family.values_of(label)
        if not known:
            yield f"{metric} has no label {label}"
        wanted = value.split("|") if match["how"] in ("=~", "!~") else [value]
        yield from (f"{metric} has no {label}=\"{one}\"" for one in wanted if known and one not in known)

    def of(self, expression, texts):
        metrics = set(METRIC.findall(expression))
        yield from (f"{metric} is not measured" for metric in metrics if metric not in self.series)
        labels = ADDED | {"le"}
        for metric in metrics:
            labels |= self.family_of(metric).labels() if self.family_of(metric) else set()
        for selector in SELECTOR.finditer(expression):
            for match in MATCHER.finditer(selector["matchers"]):
                yield from self.of_matcher(selector["metric"], match)
        named = {label.strip() for group in GROUPING.finditer(expression) for label in group["labels"].split(",")}
        named |= {match["label"] for text in texts for match in LEGEND.finditer(text)} - {"value"}
        yield from (f"nothing here has the label {label}" for label in named - labels)


class Monitoring(metrics_test.Scraped):
    def test_everything_that_is_asked_for_is_measured(self):
        faults = Faults(self.start_with_everything())
        found = [f"{where}: {fault}" for where, expression, texts in queries() for fault in faults.of(expression, texts)]
        self.assertEqual([], found)

    def test_everything_that_is_measured_is_shown_or_watched(self):
        asked = {metric for _, expression, _ in queries() for metric in METRIC.findall(expression)}
        asked |= {re.sub(r"_(bucket|sum|count)$", "", metric) for metric in asked}
        rest = set(self.start_with_everything()) - asked
        self.assertEqual({"process_threads", "process_virtual_memory_bytes"}, rest)

    def test_faults_are_found(self):
        faults = Faults(self.start_with_everything())
        for expression in ["cowherd_none", 'cowherd_objects{phase="x"}', 'cowherd_steps_total{outcome="failing"}',
                           "sum by (verb) (cowherd_objects)", 'cowherd_steps_total{verb=~"start-machine|boot"}']:
            self.assertNotEqual([], list(faults.of(expression, [])), expression)
        self.assertNotEqual([], list(faults.of("cowherd_objects", ["{{ $labels.sandbox }}"])))

    def test_every_alert_says_what_to_do(self):
        names = [rule["alert"] for rule in alerts()]
        self.assertEqual(len(set(names)), len(names))
        for rule in alerts():
            self.assertIn(rule["labels"]["severity"], ["info", "warning", "critical"], rule["alert"])
            self.assertTrue(rule["annotations"]["summary"], rule["alert"])
            self.assertRegex(rule["annotations"]["description"], r"`[^`]+`", rule["alert"])

    def test_the_commands_that_alerts_name_exist(self):
        """Each parses: what fails is that there is no such object, or no daemon."""
        for rule in alerts():
            for match in COMMAND.finditer(" ".join(rule["annotations"].values())):
                words = re.sub(r"\{\{[^}]*\}\}|NAME|PATH", "web", match["line"].replace("{{ $labels.kind }}", "Sandbox"))
                words = words.replace("KIND", "Sandbox").split()
                where = ["--manifests", self.manifests] if words[0] == "validate" else self.where()
                code, out, err = self.run_program(*words, *where)
                self.assertNotEqual(cli.USAGE, code, f"{rule['alert']}: cowherd {' '.join(words)}: {err or out}")

    def test_promtool_agrees(self):
        promtool = shutil.which("promtool")
        if not promtool:
            return  # the reader of this test stands in for it
        checked = subprocess.run([promtool, "check", "rules", metrics_test.MONITORING / "alerts.yaml"], capture_output=True, text=True,
                                 timeout=60, check=False)
        self.assertEqual(0, checked.returncode, checked.stdout + checked.stderr)


if __name__ == "__main__":
    cli.main()
