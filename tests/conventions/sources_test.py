# SPDX-License-Identifier: Apache-2.0
"""What every C++ file keeps to: licence line, size, names, and what is not used here."""
import re
import unittest

import tree

SPDX = "SPDX-License-Identifier: Apache-2.0"
LINES_MOST, TEST_LINES_MOST = 400, 600
VAGUE = re.compile(r"(^|_)(utils?|helpers?|common|managers?|misc)(_|\.|$)")

# Pattern in code (comments and literals blanked) -> why not.
EVERYWHERE = {
    r"\bdynamic_cast\b": "closed sets are std::variant",
    r"\b(std::|::)?(system|popen)\s*\(": "no shell",
    r"\bstd::endl\b": "flushes for no reason",
    r"\b(sprintf|strcpy|strcat|gets)\s*\(": "no bounds",
    r"(?<!operator )(?<!operator)\bdelete\s+\w|\bdelete\s*\[": "ownership is RAII",
}
PRODUCT = {
    r"\bgetenv_s\b|\bsetenv\s*\(": "the environment is not ours to change",
    r"\bsleep_for\b|\bsleep_until\b|\busleep\s*\(": "wait on what happens, with a deadline",
    r"\bstd::cout\b|\bstd::cerr\b": "commands print with stdio, the daemon logs",
    r"\bcatch\s*\(\s*\.\.\.\s*\)\s*\{\s*\}": "never swallow",
}
UNIT = {r"\bsleep_for\b|\bsleep_until\b|\b(u|nano)?sleep\s*\(": "tests do not sleep"}
HEADERS = {r"\busing\s+namespace\b": "leaks into every reader"}

# A naked new; the one good use hands it to its owner in the same expression, for private constructors.
NEW = re.compile(r"\bnew\b(?!\s*\()")
OWNED_NEW = re.compile(r"unique_ptr<[^;]*>\s*\w*[({]\s*new\b")


def rules_for(path):
    rules = dict(EVERYWHERE)
    if path.parts[0] in ("resources", "reconciler"):
        rules.update(PRODUCT)
    if path.parts[:2] == ("tests", "unit"):
        rules.update(UNIT)
    if path.suffix == ".h":
        rules.update(HEADERS)
    return rules


def faults_in(path, text):
    code = tree.without_comments_and_strings(text)
    for number, line in tree.numbered(code):
        for pattern, why in rules_for(path).items():
            if re.search(pattern, line):
                yield f"{path}:{number}: {line.strip()}: {why}"
        if NEW.search(line) and not OWNED_NEW.search(line):
            yield f"{path}:{number}: {line.strip()}: naked new"


class Sources(unittest.TestCase):
    def test_first_line_names_the_licence(self):
        faults = [str(path) for path in tree.sources() if SPDX not in tree.read(path).split("\n", 1)[0]]
        for path in tree.files():
            if tree.is_bash(path) or tree.is_python(path):
                if SPDX not in "".join(tree.read(path).splitlines(True)[:2]):
                    faults.append(str(path))
        tree.assert_none(self, faults)

    def test_files_are_short(self):
        faults = []
        for path in tree.sources():
            most = TEST_LINES_MOST if path.parts[0] == "tests" else LINES_MOST
            lines = len(tree.read(path).splitlines())
            if lines > most:
                faults.append(f"{path}: {lines} lines, at most {most}")
        tree.assert_none(self, faults)

    def test_headers_are_guarded_by_pragma_once(self):
        faults = [str(p) for p in tree.sources() if p.suffix == ".h" and "#pragma once\n" not in tree.read(p)]
        tree.assert_none(self, faults)

    def test_names_say_what_is_in_a_file(self):
        faults = []
        for path in tree.sources():
            if not re.fullmatch(r"[a-z][a-z0-9_]*\.(h|cc)", path.name) or VAGUE.search(path.name):
                faults.append(str(path))
        tree.assert_none(self, faults)

    def test_nothing_is_used_that_is_not_used_here(self):
        faults = [fault for path in tree.sources() for fault in faults_in(path, tree.read(path))]
        tree.assert_none(self, faults)


class TheRulesThemselves(unittest.TestCase):
    def faults(self, path, code):
        return list(faults_in(tree.pathlib.Path(path), code))

    def test_each_rule_refuses_what_it_is_there_for(self):
        for code in ["auto x = dynamic_cast<A*>(b);", 'std::system("ls");', "popen(a, b);", "auto* p = new int{1};",
                     "delete p;", "delete[] p;", "out << std::endl;", "std::this_thread::sleep_for(x);",
                     "try { a(); } catch (...) {}"]:
            self.assertEqual(1, len(self.faults("resources/files/x.cc", code)), code)
        self.assertEqual(1, len(self.faults("resources/files/x.h", "using namespace std;")))

    def test_good_code_passes(self):
        for code in ["X(const X&) = delete;", "// a new thing, system(1)", 'say("new system()");',
                     "return std::unique_ptr<X>(new X(1));", "std::unique_ptr<X> x(new X(1));", "int new_size = 1'000'000;  // delete me",
                     "file_system(x);"]:
            self.assertEqual([], self.faults("resources/files/x.cc", code), code)


if __name__ == "__main__":
    unittest.main()
