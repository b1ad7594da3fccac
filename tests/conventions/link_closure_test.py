# SPDX-License-Identifier: Apache-2.0
"""Reads what the link_<folder> programs need at run time. Each holds one folder's whole library and was linked with
--no-as-needed, so that every library of the link line is listed, used or not.

  link_closure_test.py PROGRAM…"""
import re
import subprocess
import sys

WORLD = re.compile(r"devmapper|sqlite|systemd|microhttpd|prometheus|spdlog|fmt|yaml-cpp")
ALLOWED = {"yaml-cpp": ["manifest", "source", "desired", "observed", "lineage", "actions", "plan"]}


def needed(program):
    text = subprocess.run(["readelf", "-d", program], capture_output=True, text=True, check=True, timeout=60).stdout
    return re.findall(r"\(NEEDED\).*\[(.*)\]", text)


def faults(program):
    libraries = needed(program)
    if not any("libstdc++" in library for library in libraries):
        return [f"{program}: readelf names no libstdc++, so this test sees nothing"]
    folder = program.rsplit("link_", 1)[1]
    found = [(library, WORLD.search(library)) for library in libraries]
    return [
        f"{folder} is linked with {library}"
        for library, match in found
        if match and folder not in ALLOWED.get(match.group(0), [])
    ]


def main():
    found = [fault for program in sys.argv[1:] for fault in faults(program)]
    for fault in found:
        print(fault)
    print(f"{len(sys.argv) - 1} programs looked at, {len(found)} faults")
    return 1 if found or len(sys.argv) < 2 else 0


if __name__ == "__main__":
    sys.exit(main())
