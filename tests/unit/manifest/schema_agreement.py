# SPDX-License-Identifier: Apache-2.0
"""The JSON Schemas and the decoder say the same of the same documents: of the examples, and of thousands of documents
that differ from a good one in one place. What a schema cannot say is listed here by its code, and only that may differ."""
import copy
import json
import pathlib
import subprocess
import sys
import tempfile

import jsonschema
import yaml

SOURCE, VERDICT = pathlib.Path(sys.argv[1]), sys.argv[2]
KINDS = ["template", "sandbox", "snapshot", "retentionpolicy", "config", "source"]
SCHEMAS = {kind: json.loads((SOURCE / f"schemas/{kind}.schema.json").read_text(encoding="utf-8")) for kind in KINDS}

# E212, E226: ranges of quantities and durations, and what they are multiples of. E214-E216: numbers too large to hold. E221: bytes of all annotations together.
# E224, E219: lengths in bytes. E103: characters YAML refuses and JSON can spell.
# E234-E238: whether a URL, its access and its name fit together.
BEYOND_A_SCHEMA = {"E103", "E212", "E214", "E215", "E216", "E226", "E234", "E235", "E236", "E237", "E238"}

OF_SSH = ["sshKeyFile", "knownHostsFile"]  # the example of a URL is of https

VALUES = [None, True, False, 0, 1, -1, -2, 2, 99, 100, 101, 255, 256, 100000, 1.5, "", "x", "X", "a b", "-a", "a-", "a" * 63,
          "a" * 64, "true", "1", "010", "1.5", "512Mi", "512", "512MB", "0Mi", "1h30m", "30m1h", "30d", "1y", "2w", "5mo", "-1h",
          "/", "/a", "a/b", "/a\tb", "/" + "a" * 4094, "/" + "a" * 4095, "0" * 64, "A" * 64, "0" * 63, "Running", "running",
          "None", "Label:a", "Label:", "a\nb", "\u00e9", "a.b/c", "a/b/c", ".a", "x" * 512, "x" * 513,
          [], [[]], [None], [1], [""], ["a"], ["a", "a"], ["None"], ["None", "Sandbox"], ["Sandbox", "Label:a/b"],
          ["a" + str(i) for i in range(65)], [{}], [{"matchLabels": {}}], [{"matchLabels": {"a": "b"}}],
          {}, {"a": "b"}, {"a": None}, {"a": 1}, {"": "b"}, {"a": "b c"}, {"A/b": "c"}, {"a.b/c": ""}, {"name": "a"},
          {"path": "/a"}, {"matchLabels": {"a": "b"}}, {"l" + str(i): "x" for i in range(64)},
          {"l" + str(i): "x" for i in range(65)}]

MORE_VALUES = {"source": ["https://a/b", "https://a", "https://u:p@a/b", "ssh://u@a:22/b", "ssh://-u@a/b", "ssh://a:222222/b", "http://[::1]/b",
                          "file:///a", "file://a/b", "git@a:b", "ext::sh", "https://a/b?c", "https://u@x@a/b", "https://-a/b", "HTTPS://a/b", "a/b.lock", "a.lock/b",
                          "a//b", "a/", "a..b", "a.", "a/.b", "@", "@a", "a@{b", "refs/a", "a*b", "a~1", "a/../b", "a/..b", "..", ".git", "a/.GIT", ".gitignore",
                          "a/.", "A" * 40, "a" * 40, "a:b", "manifests"]}


def sample(schema, option):
    """A document with every property a schema knows, spelled as its examples say. Of those of which only one may be there,
    it has the one with this number, or the first."""
    if "const" in schema:
        return schema["const"]
    if "properties" in schema:
        known = {name: each for name, each in schema["properties"].items() if not each.get("deprecated")}
        options = [each["required"][0] for each in schema.get("oneOf", [])]
        options = options[:option] + options[option + 1:]
        options += [pair["required"][1] for pair in schema.get("not", {}).get("anyOf", [])]
        options += [name for name in known if name in OF_SSH]
        for name in options:
            known.pop(name, None)
        return {name: sample(each, option) for name, each in known.items()}
    for key in ["examples", "enum"]:
        if key in schema:
            return schema[key][0]
    return schema.get("default", {} if schema.get("type") == "object" else "a")


def places(value, path=()):
    """The paths to everything in a document, itself excluded."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else []
    for key, below in members:
        yield path + (key,)
        yield from places(below, path + (key,))


def mutants(document, kind):
    for path in places(document):
        for value in VALUES + MORE_VALUES.get(kind, []):
            mutant = copy.deepcopy(document)
            holder(mutant, path)[path[-1]] = value
            yield mutant
        without = copy.deepcopy(document)
        del holder(without, path)[path[-1]]
        yield without
    for path in [(), *places(document)]:
        mutant = copy.deepcopy(document)
        target = mutant
        for key in path:
            target = target[key]
        if isinstance(target, dict):
            target["nope"] = 1
            yield mutant


def with_another(document, other):
    """Documents that hold something more, which stands in the other one."""
    for path in places(other):
        try:
            mutant = copy.deepcopy(document)
            target = holder(mutant, path)
            if path[-1] in target:
                continue
            target[path[-1]] = holder(other, path)[path[-1]]
            yield mutant
        except (KeyError, IndexError, TypeError):
            continue


def holder(document, path):
    for key in path[:-1]:
        document = document[key]
    return document


def verdicts(kind, documents):
    """The decoder's word on each: the set of its error codes."""
    ending = ".config.json" if kind in ["config", "source"] else ".json"
    with tempfile.TemporaryDirectory() as directory:
        files = []
        for number, document in enumerate(documents):
            files.append(f"{directory}/{number}{ending}")
            pathlib.Path(files[-1]).write_text(json.dumps(document), encoding="utf-8")
        lines = []
        for begin in range(0, len(files), 1000):
            done = subprocess.run([VERDICT, *files[begin:begin + 1000]], capture_output=True, text=True, check=True, timeout=120)
            lines += done.stdout.splitlines()
    assert len(lines) == len(documents), "one line per document"
    return lines


def disagreement(valid, line):
    accepted = line == "ok"
    if valid == accepted:
        return None
    codes = {word[:4] for word in line.split()[1:]}
    if valid and codes <= BEYOND_A_SCHEMA:
        return None
    return "the schema accepts it, the decoder does not" if valid else "the decoder accepts it, the schema does not"


def compare(kind, option):
    validator = jsonschema.Draft202012Validator(SCHEMAS[kind])
    base = sample(SCHEMAS[kind], option)
    documents = [base, *mutants(base, kind), *with_another(base, sample(SCHEMAS[kind], 1 - option))]
    bad = []
    for document, line in zip(documents, verdicts(kind, documents), strict=True):
        why = disagreement(validator.is_valid(document), line)
        if why:
            bad.append(f"{kind}: {why}: {line}\n  {json.dumps(document)[:1500]}")
    if verdicts(kind, [base]) != ["ok"]:
        bad.append(f"{kind}: the document of all examples is refused: {verdicts(kind, [base])[0]}\n  {json.dumps(base)}")
    print(f"{kind}: {len(documents)} documents, {len(bad)} disagreements")
    return bad


def check_examples():
    bad = []
    for file in sorted([*(SOURCE / "examples/manifests").glob("*.yaml"), *(SOURCE / "examples/gitops/fleet").rglob("*.yaml")]):
        for document in yaml.safe_load_all(file.read_text(encoding="utf-8")):
            for error in jsonschema.Draft202012Validator(SCHEMAS[document["kind"].lower()]).iter_errors(document):
                bad.append(f"{file.name}: {error.json_path}: {error.message}")
        modeline = file.read_text(encoding="utf-8").splitlines()[0]
        schema = modeline.removeprefix("# yaml-language-server: $schema=")
        if not (file.parent / schema).resolve().is_file():
            bad.append(f"{file.name}: its first line names no schema: {modeline}")
    return bad


def main():
    bad = check_examples()
    for kind, schema in SCHEMAS.items():
        jsonschema.Draft202012Validator.check_schema(schema)
        for option in [0, 1]:
            bad += compare(kind, option)
    for each in bad[:40]:
        print(each, file=sys.stderr)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
