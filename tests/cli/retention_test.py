# SPDX-License-Identifier: Apache-2.0
"""cowherd retention preview, and a policy on a host without snapshots."""
import datetime
import hashlib
import json
import sqlite3

import cli

POLICY = """\
apiVersion: cowherd.dev/v1alpha1
kind: RetentionPolicy
metadata: {{name: {name}}}
spec: {{mode: Enforce, selector: {{matchLabels: {{team: ml}}}}, keep: {keep}, minAge: {age}, minKeep: {least}}}
"""
AT = "2026-11-21T00:00:00Z"


def snapshot(day, **more):
    return {"name": f"s{day}", "sandbox": "web", "capturedAt": f"2026-11-{day:02}T12:00:00Z", "labels": {"team": "ml"}, **more}


class Preview(cli.World):
    def policy(self, keep="{daily: 2}", name="nightly", age="1h", least=1):
        return POLICY.format(name=name, keep=keep, age=age, least=least)

    def file(self, name, text):
        path = self.root / name
        path.write_text(text if isinstance(text, str) else json.dumps(text))
        return path

    def preview(self, policy, snapshots, *words):
        """Both in files: (code, stdout, stderr)."""
        return self.run_program("retention", "preview", self.file("policy.yaml", policy), "--snapshots",
                                self.file("list.json", snapshots), "--at", AT, *words)

    def decided(self, policy, snapshots):
        code, out, err = self.preview(policy, snapshots, "-o", "json")
        self.assertEqual((0, ""), (code, err))
        return json.loads(out)

    def test_json_holds_both_lists_newest_first_and_nothing_else(self):
        self.assertEqual(
            {"keep": [{"name": "s20", "reasons": ["daily 2026-11-20 (1 of 2)", "among the newest 1 (minKeep)"]},
                      {"name": "s19", "reasons": ["daily 2026-11-19 (2 of 2)"]}],
             "remove": [{"name": "s18", "reasons": ["no rule keeps it"]}, {"name": "s17", "reasons": ["no rule keeps it"]}]},
            self.decided(self.policy(), [snapshot(18), snapshot(20), snapshot(17), snapshot(19)]))

    def test_optional_keys_count(self):
        report = self.decided(self.policy("{last: 1}"), [snapshot(20, mode="Full", bytes=5), snapshot(19, declared=True),
                                                         snapshot(18, holds=["legal"]), snapshot(17)])
        self.assertEqual(["s17"], [one["name"] for one in report["remove"]])
        self.assertEqual({"declared", "held by legal"}, {one["reasons"][0] for one in report["keep"][1:]})

    def test_floors_are_measured_at_the_given_time(self):
        report = self.decided(self.policy("{last: 1}", age="2d"), [snapshot(20), snapshot(19), snapshot(18)])
        self.assertEqual(["s18"], [one["name"] for one in report["remove"]])

    def test_the_table_ends_with_a_count(self):
        code, out, _ = self.preview(self.policy(), [snapshot(20), snapshot(18), snapshot(17)])
        self.assertEqual(0, code)
        self.assertIn("SNAPSHOT", out)
        self.assertTrue(out.endswith("3 selected: 2 kept, 1 removed\n"), out)

    def test_what_is_not_selected_is_told_beside(self):
        code, out, err = self.preview(self.policy(), [snapshot(20), snapshot(19, labels={"team": "web"})], "-o", "json")
        self.assertEqual((0, ["s20"]), (code, [one["name"] for one in json.loads(out)["keep"]]))
        self.assertIn("not selected, and kept: 1", err)

    def test_times_may_have_an_offset(self):
        report = self.decided(self.policy("{last: 1}", age="0h", least=0), [
            snapshot(20, capturedAt="2026-11-20T12:00:00+02:00"), snapshot(19, capturedAt="2026-11-20T10:30:00Z")])
        self.assertEqual("s19", report["keep"][0]["name"])

    def test_one_of_several_policies_is_named(self):
        both = self.policy() + "---\n" + self.policy("{last: 1}", "short")
        code, out, err = self.preview(both, [snapshot(20), snapshot(19)])
        self.assertEqual((cli.USAGE, ""), (code, out))
        self.assertIn("nightly, short", err)
        code, out, _ = self.preview(both, [snapshot(20), snapshot(19)], "--name", "short", "-o", "json")
        self.assertEqual((0, ["s19"]), (code, [one["name"] for one in json.loads(out)["remove"]]))
        self.assertEqual(cli.USAGE, self.preview(both, [], "--name", "other")[0])

    def test_a_policy_that_is_wrong_is_shown_where(self):
        code, out, err = self.preview(self.policy("{dayly: 2}"), [])
        self.assertEqual((cli.NOTHING_VALID, ""), (code, out))
        self.assertIn("policy.yaml:4:", err)
        self.assertIn("daily", err)
        self.assertEqual(cli.NOTHING_VALID, self.preview(self.policy("{}"), [])[0])
        self.assertEqual(cli.NOTHING_VALID, self.preview(cli.SANDBOX.format(name="a", template="b", policy="Delete"), [])[0])

    def test_a_list_that_is_wrong_is_shown_where(self):
        for wrong, place in [([snapshot(20), snapshot(19, capturedAt="yesterday")], "[1].capturedAt"),
                             ([{**snapshot(20), "label": {}}], "[0]: unknown key 'label'"), ([{"name": "a"}], "'sandbox' is missing"),
                             ([snapshot(20), snapshot(20)], "[1].name"), ({}, "no JSON list"), ("[", "list.json")]:
            code, out, err = self.preview(self.policy(), wrong)
            self.assertEqual((cli.NOTHING_VALID, ""), (code, out), wrong)
            self.assertIn(place, err)
        self.assertIn('did you mean "labels"', self.preview(self.policy(), [{**snapshot(20), "label": {}}])[2])

    def test_the_command_line_is_checked(self):
        for words in [["retention"], ["retention", "preview"], ["retention", "preview", "x.yaml", "--at", "noon"],
                      ["retention", "preview", "x.yaml", "-o", "yaml"]]:
            code, out, err = self.run_program(*words)
            self.assertEqual((cli.USAGE, ""), (code, out), words)
            self.assertNotEqual("", err)

    def test_a_policy_that_keeps_nothing_removes_nothing(self):
        code, out, err = self.preview(self.policy("{daily: 0}"), [snapshot(20), snapshot(19)], "-o", "json")
        self.assertEqual((cli.HELD, []), (code, json.loads(out)["remove"]))
        self.assertIn("EmptyKeep", err)


class OnAHost(cli.World):
    def setUp(self):
        super().setUp()
        self.declare_template()
        self.here("apply")

    def keep_snapshot(self, name, days_ago):
        """One of cowherd's own that no document declares any more, and that is kept."""
        directory = self.state / "snapshots" / name
        directory.mkdir(parents=True)
        (directory / "rootfs.qcow2").write_bytes(b"disk")
        captured = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=days_ago)
        (directory / "snapshot.json").write_text(json.dumps({
            "formatVersion": 1, "kind": "Snapshot", "name": name, "uid": hashlib.sha256(name.encode()).hexdigest()[:32],
            "origin": "a.yaml", "labels": {"team": "ml"}, "spec": {"sandboxRef": {"name": "web"}, "mode": "Disk"},
            "specHash": "0" * 64, "sandbox": "web", "sandboxUid": "1" * 32, "template": "base", "revision": "ab" * 32,
            "driver": "qcow2", "diskSize": 4096, "captured": captured.strftime("%Y-%m-%dT%H:%M:%SZ"), "power": "Running",
            "parts": [{"name": "rootfs.qcow2", "size": 4, "sha256": hashlib.sha256(b"disk").hexdigest()}], "retained": True}))

    def names(self):
        return sorted(path.name for path in (self.state / "snapshots").iterdir())

    def declare_policy(self, keep, mode="Enforce"):
        text = POLICY.format(name="nightly", keep=keep, age="1h", least=1)
        self.write("policy", text.replace("Enforce", mode))

    def test_what_no_rule_keeps_goes_to_trash(self):
        self.declare_policy("{last: 2}", mode="DryRun")
        self.here("apply")
        for name, days_ago in [("s1", 3), ("s2", 2), ("s3", 1)]:
            self.keep_snapshot(name, days_ago)
        self.assertEqual([], self.value("plan")["steps"])
        self.assertIn("would remove 1 of 3", self.here("describe", "rp/nightly"))
        self.assertIn("nightly lets it go: no rule keeps it, only told (DryRun)", self.here("describe", "snap/s1"))
        self.declare_policy("{last: 2}")
        step = self.value("plan")["steps"][0]
        self.assertEqual(("Snapshot/s1", "policy 'nightly': no rule keeps it"), (step["object"], step["reason"]))
        self.assertIn("nightly keeps it: last (2 of 2)", self.here("describe", "snap/s2"))
        self.here("apply")
        self.assertEqual(["s2", "s3"], self.names())
        self.assertEqual(1, len([one for one in (self.state / "trash").iterdir() if one.name.startswith("snapshot-s1-")]))
        self.assertIn("policy 'nightly': no rule keeps it", self.here("describe", "rp/nightly") + self.events_of("s1"))

    def events_of(self, name):
        with sqlite3.connect(f"file:{self.state}/catalog.db?mode=ro", uri=True) as catalog:
            return "\n".join(row[0] for row in catalog.execute("SELECT message FROM events WHERE object = ?", (f"Snapshot/{name}",)))

    def test_more_than_the_cap_waits_or_is_approved(self):
        self.declare_policy("{last: 1}")
        for day in range(1, 8):
            self.keep_snapshot(f"s{day}", 10 - day)
        self.here("apply", expect=cli.HELD)
        self.assertEqual(["s4", "s5", "s6", "s7"], self.names())
        self.here("approve", "prune")
        self.here("apply")
        self.assertEqual(["s7"], self.names())

    def test_an_unreadable_snapshot_blocks_the_policy(self):
        self.declare_policy("{last: 1}")
        self.keep_snapshot("s1", 3)
        self.keep_snapshot("s2", 2)
        (self.state / "snapshots" / "s2" / "snapshot.json").write_text("{")
        self.here("apply", expect=cli.PARTLY)
        self.assertEqual(["s1", "s2"], self.names())
        status = self.value("get", "rp", "nightly")["status"]
        self.assertEqual("IncompleteLook", next(c for c in status["conditions"] if c["type"] == "Blocked")["reason"])
        self.value("retention", "preview", "nightly", expect=cli.HELD)

    def test_a_declared_policy_is_previewed_and_told(self):
        self.write("policy", POLICY.format(name="nightly", keep="{last: 1}", age="1h", least=1))
        self.here("apply")
        before = cli.everything_below(self.state)
        self.assertEqual({"keep": [], "remove": []}, self.value("retention", "preview", "nightly"))
        self.assertIn("nightlies", self.here_err("retention", "preview", "nightlies", expect=cli.FAILURE))
        self.assertEqual(before, cli.everything_below(self.state))
        status = self.value("get", "rp", "nightly")["status"]
        self.assertEqual((0, 0, "Enforce"), (status["kept"], status["removed"], status["mode"]))
        self.assertEqual("True", next(c for c in status["conditions"] if c["type"] == "Ready")["status"])
        self.assertRegex(self.here("get", "rp"), r"NAME +READY +MODE +KEPT +REMOVED +SIZE +STATUS\nnightly +True +Enforce +0 +0")


if __name__ == "__main__":
    cli.main()
