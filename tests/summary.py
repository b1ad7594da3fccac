# SPDX-License-Identifier: Apache-2.0
"""Counts what tests/run left in its results directory, names what failed, and ends with "N passed, N failed".

A test that did not run, or skipped a case, failed: a missing test bed must not look like success."""
import pathlib
import re
import sys
import xml.etree.ElementTree as xml

SKIPPED = re.compile(r"\[  SKIPPED \]|^OK \(.*skipped=\d", re.MULTILINE)


def why_failed(case):
    status = case.get("status")
    if status == "run" and SKIPPED.search(case.findtext("system-out") or ""):
        return "skipped some of its cases"
    return {"run": "", "fail": "failed", "notrun": "did not run", "disabled": "is disabled"}.get(status, str(status))


def from_ctest(path):
    for case in xml.parse(path).getroot().iter("testcase"):
        yield case.get("name"), why_failed(case)


def from_lines(path):
    for line in path.read_text().splitlines():
        verdict, _, rest = line.partition(" ")
        name, _, why = rest.partition(": ")
        yield name, "" if verdict == "pass" else why or "failed"


def main(directory):
    results = []
    for path in sorted(pathlib.Path(directory).iterdir()):
        if path.suffix == ".xml":
            results += from_ctest(path)
        elif path.name == "more.txt":
            results += from_lines(path)
    failed = [(name, why) for name, why in results if why]
    print()
    for name, why in failed:
        print(f"FAILED {name}: {why}")
    print(f"{len(results) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed or not results else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
