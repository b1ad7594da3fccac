# SPDX-License-Identifier: Apache-2.0
"""Reads the include lines: a folder includes only what stands above it in its own half, reconciler/ also resources/,
and every library from outside is included from the folder that owns it."""
import re
import unittest

import tree

RESOURCES = ["vocabulary", "files", "process", "kinds", "manifest", "git", "block", "memory", "machine", "store", "catalog"]
RECONCILER = ["source", "retention", "desired", "observed", "lineage", "actions", "plan", "execute", "daemon", "metrics", "api", "commands"]

# What touches the world itself. Only those who put the program together may know them.
PROCESS = "resources/process"
SYSTEM = [PROCESS, "resources/git/git_program", "resources/block/kernel", "resources/block/qemu_img", "resources/machine/qemu",
          "resources/catalog/sqlite", "reconciler/api/http"]
ASSEMBLY = ["reconciler/daemon", "reconciler/commands", "reconciler/main.cc"]

# A library from outside -> the only places that include it.
OWNERS = {
    r"yaml-cpp/": ["resources/manifest"],
    r"libdevmapper\.h": ["resources/block/kernel"],
    r"linux/(loop|dm-ioctl)\.h": ["resources/block/kernel"],
    r"sqlite3\.h": ["resources/catalog/sqlite"],
    r"nlohmann/": ["resources/files"],
    r"openssl/": ["resources/files"],
    r"sys/inotify\.h": ["reconciler/source"],
    r"spdlog/": ["reconciler/daemon", "reconciler/commands", "reconciler/execute", "reconciler/main.cc"],
    r"systemd/sd-(daemon|journal)\.h": ["reconciler/daemon"],
    r"systemd/sd-bus\.h": ["resources/machine/qemu"],
    r"systemd/(?!sd-(daemon|journal|bus)\.h)": [],
    r"microhttpd\.h": ["reconciler/api/http"],
    r"prometheus/": ["reconciler/metrics"],
    r"CLI/": ["reconciler/commands", "reconciler/main.cc"],
    r"iostream": ["reconciler/source/load_paths.cc"],  # manifests from standard input
}

INCLUDE = re.compile(r'^\s*#\s*include\s*(?P<open>[<"])(?P<path>[^>"]+)[>"]')


def includes(text):
    """(line number, "<" or '"', path) of every include line."""
    for number, line in tree.numbered(text):
        if match := INCLUDE.match(line):
            yield number, match["open"], match["path"]


def below(path, folders):
    return any(path == folder or path.startswith(folder + "/") for folder in folders)


def place(path):
    """(half, position) of a file; files directly in a half stand below all of its folders."""
    parts = path.split("/")
    order = {"resources": RESOURCES, "reconciler": RECONCILER}[parts[0]]
    if len(parts) == 2:
        return parts[0], len(order)
    return parts[0], order.index(parts[1]) if parts[1] in order else None


def fault_of_own(path, included):
    """Why a product file may not include another one, or an empty string."""
    half, position = place(path)
    if not below(included, ["resources", "reconciler"]):
        return "is neither resources/ nor reconciler/"
    other_half, other_position = place(included)
    if position is None or other_position is None:
        return "is in a folder that the order does not name"
    if half == "resources" and other_half == "reconciler":
        return "resources/ never includes reconciler/"
    if half == other_half and other_position > position:
        return "stands below"
    for system in SYSTEM:
        known_to = [*(SYSTEM if system == PROCESS else [system]), *ASSEMBLY]
        if below(included, [system]) and not below(path, known_to):
            return f"{system} touches the world and is known only to {', '.join(known_to)}"
    return ""


def fault_of_foreign(path, included):
    for pattern, owners in OWNERS.items():
        if re.match(pattern, included) and not below(path, owners):
            return "is included only from " + (", ".join(owners) or "nowhere")
    return ""


def fault(path, kind, included):
    return fault_of_own(path, included) if kind == '"' else fault_of_foreign(path, included)


class Layering(unittest.TestCase):
    def test_a_folder_includes_only_what_stands_above_it(self):
        faults, looked_at = [], 0
        for path in tree.sources("resources", "reconciler"):
            for number, kind, included in includes(tree.read(path)):
                looked_at += 1
                if why := fault(str(path), kind, included):
                    faults.append(f"{path}:{number}: {included}: {why}")
        self.assertGreater(looked_at, 100)
        tree.assert_none(self, faults)

    def test_included_files_exist_and_are_spelled_from_the_top(self):
        faults = []
        for path in tree.sources():
            for number, kind, included in includes(tree.read(path)):
                if kind == '"' and not (tree.ROOT / included).is_file():
                    faults.append(f"{path}:{number}: no file {included} below the top")
        tree.assert_none(self, faults)

    def test_a_source_file_includes_its_own_header_first(self):
        faults = []
        for path in tree.sources("resources", "reconciler"):
            own = str(path.with_suffix(".h"))
            if path.suffix != ".cc" or not (tree.ROOT / own).is_file():
                continue
            first = next(includes(tree.read(path)), (0, "", ""))
            if first[2] != own:
                faults.append(f"{path}: the first include is '{first[2]}', not '{own}'")
        tree.assert_none(self, faults)

    def test_every_folder_has_its_place_in_the_order(self):
        unknown = {str(path.parent) for path in tree.sources("resources", "reconciler") if place(str(path))[1] is None}
        self.assertEqual(set(), unknown)


class TheRulesThemselves(unittest.TestCase):
    """The test above can fail: each rule refuses what it is there for."""

    def refuses(self, path, kind, included):
        self.assertNotEqual("", fault(path, kind, included), f"{path} including {included}")

    def allows(self, path, kind, included):
        self.assertEqual("", fault(path, kind, included), f"{path} including {included}")

    def test_directions(self):
        self.refuses("resources/files/x.cc", '"', "resources/kinds/template.h")
        self.refuses("resources/store/x.cc", '"', "reconciler/plan/plan.h")
        self.refuses("reconciler/plan/x.cc", '"', "reconciler/execute/executor.h")
        self.refuses("reconciler/plan/x.cc", '"', "tests/fakes/faults.h")
        self.allows("reconciler/plan/x.cc", '"', "reconciler/actions/action.h")
        self.allows("reconciler/plan/x.cc", '"', "resources/store/store.h")
        self.allows("resources/store/x.cc", '"', "resources/block/disk.h")

    def test_systems(self):
        self.refuses("resources/store/x.cc", '"', "resources/machine/qemu/qmp.h")
        self.refuses("resources/block/x.cc", '"', "resources/block/kernel/loops.h")
        self.refuses("reconciler/plan/x.cc", '"', "resources/catalog/sqlite/schema.h")
        self.refuses("resources/block/x.cc", '"', "resources/process/child_process.h")
        self.allows("resources/block/qemu_img/x.cc", '"', "resources/process/child_process.h")
        self.allows("resources/machine/qemu/x.cc", '"', "resources/machine/machine.h")
        self.allows("reconciler/commands/x.cc", '"', "resources/machine/qemu/qmp.h")

    def test_libraries(self):
        self.refuses("reconciler/plan/x.cc", "<", "spdlog/spdlog.h")
        self.refuses("resources/kinds/x.cc", "<", "yaml-cpp/eventhandler.h")
        self.refuses("resources/block/x.cc", "<", "libdevmapper.h")
        self.refuses("reconciler/daemon/x.cc", "<", "sqlite3.h")
        self.refuses("reconciler/api/board.cc", "<", "microhttpd.h")
        self.refuses("reconciler/api/http/server.cc", "<", "prometheus/registry.h")
        self.refuses("reconciler/main.cc", "<", "iostream")
        self.allows("resources/manifest/x.cc", "<", "yaml-cpp/eventhandler.h")
        self.allows("reconciler/main.cc", "<", "CLI/CLI.hpp")


if __name__ == "__main__":
    unittest.main()
