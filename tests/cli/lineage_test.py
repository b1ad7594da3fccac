# SPDX-License-Identifier: Apache-2.0
"""cowherd why, tree, du and gc, on disks that were really made."""
import contextlib
import json
import os
import shutil
import sqlite3
import subprocess

import cli

SNAPSHOT = """\
apiVersion: cowherd.dev/v1alpha1
kind: Snapshot
metadata: {{name: {name}}}
spec: {{sandboxRef: {{name: {sandbox}}}, mode: Disk}}
"""


class Lineage(cli.World):
    def setUp(self):
        super().setUp()
        self.declare_template()
        self.declare_sandbox("web")
        self.here("apply")

    def revisions(self, template="base"):
        return sorted(path for path in (self.state / "templates" / template).iterdir() if not path.name.startswith("."))

    def sandbox_directory(self):
        return next(path for path in (self.state / "sandboxes").iterdir())

    def supersede(self):
        """The template gets another revision; 'web' keeps the old one: its directory."""
        old, = self.revisions()
        (self.root / "image").write_bytes(os.urandom(1 << 20))
        self.here("apply")
        self.assertEqual(2, len(self.revisions()))
        return old

    # --- why

    def test_why_names_the_chain_up_to_what_keeps_it(self):
        old = self.supersede()
        out = self.here("why", str(old / "rootfs.ext4"))
        self.assertRegex(out, rf"^Revision/base@{old.name[:12]}\n")
        self.assertRegex(out, r"kept by: +Sandbox/web stands on it, recorded in sandbox.json\n +Sandbox/web: it is declared in web.yaml")
        self.assertIn("clone-base", out)
        self.assertIn("goes:        when nothing stands on it any more", out)
        current, = [path for path in self.revisions() if path != old]
        self.assertIn("it is the current revision of template 'base'", self.here("why", str(current)))

    def test_why_takes_objects_paths_images_and_handles(self):
        out = self.here("why", "Sandbox/web")
        self.assertEqual(out, self.here("why", "sbx/web"))
        self.assertEqual(out, self.here("why", str(self.sandbox_directory())))
        self.assertRegex(self.here("why", str(self.sandbox_directory() / "rootfs.qcow2")), r"disk of Sandbox/web\n")
        image = self.here("why", str(self.root / "image"))
        self.assertRegex(image, r"^Revision/base@")
        handle = [line.split()[-1] for line in image.splitlines() if line.startswith("  base:")][0]
        self.assertRegex(handle, r"^[0-9A-Za-z]{8}$")
        self.assertEqual(image, self.here("why", handle))

    def test_why_says_what_is_foreign_and_what_is_not_there(self):
        self.assertIn("is not cowherd's", self.here("why", "/dev/null"))
        self.assertIn("is not cowherd's", self.here("why", str(self.config)))
        self.assertIn("no object's", self.here("why", str(self.state / "lock")))
        err = self.here_err("why", "Sandbox/wbe", expect=cli.FAILURE)
        self.assertIn('did you mean "Sandbox/web"?', err)
        self.here_err("why", "/nowhere/at/all", expect=cli.FAILURE)
        self.here_err("why", "", expect=cli.USAGE)
        self.here_err("why", expect=cli.USAGE)

    # --- tree

    def test_tree_shows_what_stands_on_what(self):
        self.write("snapshot", SNAPSHOT.format(name="before", sandbox="web"))
        self.here("apply")
        names = [line.split("   ")[0] if not line.startswith(" ") else line[:len(line) - len(line.lstrip())] + line.split()[0]
                 for line in self.here("tree").splitlines()]
        revision, = self.revisions()
        self.assertEqual(["NAME", "Template/base", f"  Revision/base@{revision.name[:12]}", "    Sandbox/web", "    Snapshot/before"], names)
        tree = self.value("tree")
        self.assertTrue(tree["complete"])
        base = tree["nodes"][0]["below"][0]
        self.assertEqual(["Sandbox/web", "Snapshot/before"], sorted(node["name"] for node in base["below"]))
        self.assertIn("captured of it: Sandbox/web", [node["remark"] for node in base["below"] if node["kind"] == "snapshot"][0])
        self.assertGreater(base["exclusive"], 1 << 20)

    # --- du

    def test_du_adds_up_and_agrees_with_the_file_system(self):
        report = self.value("du")
        exclusive = sum(row["exclusive"] for row in report["objects"])
        self.assertEqual(report["total"], exclusive + report["sharedOnce"])
        du = subprocess.run(["du", "-s", "--block-size=1", self.state], capture_output=True, text=True, check=True)
        self.assertEqual(int(du.stdout.split()[0]), report["total"])
        self.assertIn(f"({report['total']} bytes)", self.here("du"))

    def test_du_counts_hard_links_once_and_as_shared(self):
        revision, = self.revisions()
        os.link(revision / "rootfs.ext4", self.sandbox_directory() / "link")
        rows = {row["name"]: row for row in self.value("du")["objects"]}
        self.assertGreaterEqual(rows["Sandbox/web"]["shared"], 1 << 20)
        self.assertEqual(rows["Sandbox/web"]["shared"], rows[f"Revision/base@{revision.name[:12]}"]["shared"])
        self.assertEqual(self.value("du")["sharedOnce"], rows["Sandbox/web"]["shared"])

    # --- gc

    def test_gc_shows_what_goes_now_and_later_and_does_it(self):
        self.supersede()
        rows = self.value("gc", "--dry-run")["collect"]
        self.assertEqual(["with its last user"], [row["when"] for row in rows])
        self.assertGreaterEqual(rows[0]["bytes"], 1 << 20)
        (self.manifests / "web.yaml").unlink()
        self.here("apply")
        rows = self.value("gc", "--dry-run")["collect"]
        self.assertEqual(["purge Sandbox/web from trash", "purge Template/base from trash"], sorted(row["what"] for row in rows))
        self.assertTrue(all(row["when"] > "2026" for row in rows), rows)
        self.assertIn("0 collected, 0 failed", self.here("gc"))
        self.config.write_text(cli.CONFIG + "  guards: {trashGrace: 1ms}\n")
        before = cli.everything_below(self.state)
        self.assertEqual({"now"}, {row["when"] for row in self.value("gc", "--dry-run")["collect"]})
        self.assertEqual(before, cli.everything_below(self.state))
        self.assertIn("2 collected, 0 failed", self.here("gc"))
        self.assertEqual([], list((self.state / "trash").iterdir()))

    def test_gc_leaves_what_documents_ask_for_to_others(self):
        (self.manifests / "web.yaml").unlink()
        self.assertIn("0 collected", self.here("gc"))
        self.assertTrue(self.sandbox_directory().is_dir())

    def test_gc_beside_a_daemon_says_who_does_it(self):
        self.hold_lock()
        err = self.here_err("gc", expect=cli.LOCKED)
        self.assertIn("a daemon collects by itself", err)
        for words in (["gc", "--dry-run"], ["tree"], ["du"], ["why", "Sandbox/web"]):
            self.here(*words)

    # --- nothing goes while something could not be seen

    def test_a_backing_chain_cut_short_keeps_every_base(self):
        old = self.supersede()
        self.declare_sandbox("other")
        self.here("apply")
        hidden = self.root / "hidden"
        current, = [path for path in self.revisions() if path != old]
        (current / "rootfs.ext4").rename(hidden)
        (self.manifests / "web.yaml").unlink()
        self.config.write_text(cli.CONFIG + "  guards: {trashGrace: 1ms}\n")
        self.run_program("apply", *self.where())
        self.assertTrue(old.is_dir())
        _, out, _ = self.run_program("gc", "--dry-run", *self.where())
        self.assertRegex(out, r"stays: .*on which '.*rootfs.qcow2' stands: it is missing")
        hidden.rename(current / "rootfs.ext4")
        self.here("apply")
        self.assertFalse(old.exists())

    def test_a_base_that_went_to_trash_under_a_sandbox_is_never_purged(self):
        revision, = self.revisions()
        entry = self.state / "trash" / f"revision-base-{revision.name[:8]}-20261120T180300Z"
        revision.rename(entry)
        self.config.write_text(cli.CONFIG + "  guards: {trashGrace: 1ms}\n")
        self.run_program("gc", *self.where())
        self.assertTrue(entry.is_dir())
        self.assertRegex(self.here("why", f"{entry}/rootfs.ext4"), r"Sandbox/web stands on it")
        revision.parent.mkdir(exist_ok=True)  # as an empty one it was a leftover
        entry.rename(revision)
        self.here("apply")

    def test_a_directory_that_cannot_be_read_keeps_every_base(self):
        old = self.supersede()
        (self.state / "sandboxes" / ("e" * 32)).mkdir()
        (self.manifests / "web.yaml").unlink()
        self.run_program("apply", *self.where())
        self.assertTrue(old.is_dir())
        shutil.rmtree(self.state / "sandboxes" / ("e" * 32))
        self.here("apply")
        self.assertFalse(old.exists())

    # --- the catalog

    def rows(self, sql):
        with contextlib.closing(sqlite3.connect(self.state / "catalog.db")) as catalog:
            return catalog.execute(sql).fetchall()

    def index(self):
        return (self.rows("SELECT key, id, kind, object FROM bases ORDER BY key"),
                self.rows("SELECT * FROM base_parents ORDER BY base, parent"),
                self.rows("SELECT * FROM base_dependants ORDER BY base, object"))

    def reasons(self):
        return [reason for reason, in self.rows("SELECT reason FROM events WHERE object = 'Daemon' ORDER BY id")]

    def lose_catalog(self):
        for file in self.state.glob("catalog.db*"):
            file.unlink()

    def take_snapshot(self):
        self.write("snapshot", SNAPSHOT.format(name="before", sandbox="web"))
        self.here("apply")
        return self.state / "snapshots" / "before"

    def files_left(self):
        return {path: path.lstat().st_ino for path in self.state.rglob("*") if not path.name.startswith("catalog.db")}

    def test_the_index_is_kept_and_comes_back_the_same(self):
        self.take_snapshot()
        old = self.supersede()
        before = self.index()
        self.assertEqual(["clone-base", "rootfs", "snapshot"], sorted(kind for _, _, kind, _ in before[0]))
        self.assertIn((f"base/{old.name}", "Sandbox/web"), before[2])
        self.assertEqual(1, len(before[1]))
        files = self.files_left()
        self.lose_catalog()
        self.assertIn("1 captures and 3 bases read back", self.here("catalog", "rebuild"))
        self.assertEqual(files, self.files_left())
        self.here("apply")
        self.assertEqual(before, self.index())
        self.assertEqual(files, self.files_left())
        self.assertIn("CatalogRebuilt", self.reasons())

    def test_a_snapshot_lost_after_the_catalog_is_not_captured_again(self):
        directory = self.take_snapshot()
        self.lose_catalog()
        self.here("catalog", "rebuild")
        shutil.rmtree(directory)
        self.run_program("apply", "--timeout", "20s", *self.where())
        self.assertFalse(directory.exists())
        self.assertIn("Lost", self.here("get", "snap", "before"))

    def test_a_damaged_catalog_is_put_aside_and_read_back(self):
        self.take_snapshot()
        files = self.files_left()
        self.lose_catalog()
        (self.state / "catalog.db").write_bytes(b"no database " * 1000)
        self.here("apply")
        aside, = self.state.glob("catalog.db.broken-*")
        self.assertEqual(b"no database " * 1000, aside.read_bytes())
        self.assertEqual(["CatalogDamaged", "CatalogRebuilt"], [reason for reason in self.reasons() if "Catalog" in reason])
        self.assertEqual(files, self.files_left())

    def test_an_empty_or_old_catalog_decides_nothing(self):
        old = self.supersede()
        empty = self.state / "catalog.db"
        self.lose_catalog()
        self.assertIn("Sandbox/web stands on it", self.here("why", str(old)))
        self.assertIn("with its last user", self.here("gc", "--dry-run"))
        self.assertFalse(empty.exists())
        self.here("gc")
        self.assertTrue(old.is_dir())
        with contextlib.closing(sqlite3.connect(empty)) as catalog:
            catalog.execute("DELETE FROM base_dependants")
            catalog.commit()
        self.here("gc")
        self.here("apply")
        self.assertTrue(old.is_dir())

    def test_what_cannot_be_read_back_is_told(self):
        self.take_snapshot()
        (self.state / "snapshots" / "before" / "snapshot.json").write_text("{")
        code, out, err = self.run_program("catalog", "rebuild", *self.where())
        self.assertEqual(cli.FAILURE, code, err)
        self.assertIn("0 captures and 1 bases", out)
        self.assertIn("not whole", err)
        self.assertIn("CatalogIncomplete", self.reasons())

    def test_rebuild_takes_the_lock(self):
        self.hold_lock()
        self.here_err("catalog", "rebuild", expect=cli.LOCKED)
        self.here_err("catalog", expect=cli.USAGE)

    def test_json_is_json(self):
        for words in (["tree"], ["du"], ["gc", "--dry-run"]):
            json.loads(self.here(*words, "-o", "json"))


if __name__ == "__main__":
    cli.main()
