# SPDX-License-Identifier: Apache-2.0
"""The files of the source tree as the convention tests see them: no build directories, nothing hidden but .ci."""
import os
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]


def files():
    """Every file of the tree, as a path relative to its top."""
    for folder, folders, names in os.walk(ROOT):
        at_top = pathlib.Path(folder) == ROOT
        folders[:] = sorted(name for name in folders if not skipped(name, at_top))
        for name in sorted(names):
            yield pathlib.Path(folder, name).relative_to(ROOT)


def skipped(name, at_top):
    if at_top and re.fullmatch(r"build(-.*)?", name):
        return True
    return name == "__pycache__" or (name.startswith(".") and name != ".ci")


def sources(*tops):
    """C++ files below the given folders, all of them without one."""
    for path in files():
        if path.suffix in (".h", ".cc") and (not tops or path.parts[0] in tops):
            yield path


def read(path):
    return (ROOT / path).read_text(encoding="utf-8")


def shebang(path):
    with open(ROOT / path, "rb") as file:
        line = file.readline(200)
    return line.decode("utf-8", "replace").strip() if line.startswith(b"#!") else ""


def is_bash(path):
    return path.suffix == ".sh" or "bash" in shebang(path)


def is_python(path):
    return path.suffix == ".py" or "python" in shebang(path)


def without_comments_and_strings(text):
    """C++ with every comment and literal blanked, its lines kept: what is left is code."""
    pattern = re.compile(
        r'//[^\n]*|/\*.*?\*/|R"(?P<mark>[^(\s]{0,16})\(.*?\)(?P=mark)"|"(?:\\.|[^"\\\n])*"'
        r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])*'",
        re.DOTALL,
    )
    return pattern.sub(lambda match: "\n" * match.group(0).count("\n") or " ", text)


def numbered(text):
    return enumerate(text.splitlines(), start=1)


def assert_none(case, faults):
    """Fails the test case with one line per fault."""
    if faults:
        case.fail(f"{len(faults)} faults\n" + "\n".join(faults))
