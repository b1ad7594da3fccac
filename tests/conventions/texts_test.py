# SPDX-License-Identifier: Apache-2.0
"""What a reader meets beside the code: links that lead somewhere, scripts that parse, no traces of a workplace."""
import re
import subprocess
import unittest

import tree

# Words of the place a change was made at, not of the product.
WORKPLACE = {
    r"(?<![\w.$}])/work/": "a path of one machine",
    r"\b(deb|ftp|snapshot|security)\.debian\.org\b": "packages come from wherever apt is set up to get them",
    r"\b[Ii]ssues?\s+#?\d": "code outlives the tracker",
    r"\b(TODO|FIXME|XXX)\b": "finish it or leave it out",
    r"/tmp/build-": "a path of one machine",
}
TEXT = {".h", ".cc", ".md", ".sh", ".py", ".yaml", ".yml", ".json", ".txt", ".cmake", ".service", ""}
LINK = re.compile(r"\[[^\]\n]*\]\((?P<to>[^)\s]+)\)")
HERE = "tests/conventions/"


def texts():
    for path in tree.files():
        if path.suffix in TEXT and not str(path).startswith(HERE):
            try:
                yield path, tree.read(path)
            except UnicodeDecodeError:
                continue  # a test's hostile input


class Texts(unittest.TestCase):
    def test_nothing_tells_of_the_place_it_was_made_at(self):
        faults = []
        for path, text in texts():
            for number, line in tree.numbered(text):
                for pattern, why in WORKPLACE.items():
                    if re.search(pattern, line):
                        faults.append(f"{path}:{number}: {line.strip()}: {why}")
        tree.assert_none(self, faults)

    def test_links_in_readmes_lead_somewhere(self):
        faults = []
        for path in tree.files():
            if path.suffix != ".md":
                continue
            for match in LINK.finditer(tree.read(path)):
                to = match["to"].split("#", 1)[0]
                if to and "://" not in to and not (tree.ROOT / path.parent / to).exists():
                    faults.append(f"{path}: {match['to']}")
        tree.assert_none(self, faults)

    def test_shell_scripts_parse(self):
        scripts = [path for path in tree.files() if tree.is_bash(path)]
        self.assertGreaterEqual(len(scripts), 4)
        for path in scripts:
            checked = subprocess.run(["bash", "-n", tree.ROOT / path], capture_output=True, text=True, timeout=30)
            self.assertEqual(("", 0), (checked.stderr, checked.returncode), str(path))

    def test_commands_of_the_tree_can_be_run(self):
        for name in ["examples/demo", "examples/build-guest", "tests/run"]:
            self.assertTrue((tree.ROOT / name).stat().st_mode & 0o100, f"{name} is not executable")


if __name__ == "__main__":
    unittest.main()
