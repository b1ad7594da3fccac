# SPDX-License-Identifier: Apache-2.0
"""A strict reader of the Prometheus text format 0.0.4: what it does not allow, or what is allowed and misleads, is an error."""
import math
import re

NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*\Z")
SAMPLE = re.compile(r"(?P<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(?P<labels>.*)\})? (?P<value>\S+)\Z")
LABEL = re.compile(r'(?P<name>[a-zA-Z_][a-zA-Z0-9_]*)="(?P<value>(?:[^"\\\n]|\\["\\n])*)"(?:,|\Z)')
TYPES = {"counter", "gauge", "histogram"}
ESCAPES = {r"\\": "\\", r"\"": '"', r"\n": "\n"}


class Wrong(Exception):
    pass


class Family:
    def __init__(self, name, help_text):
        self.name, self.help, self.type = name, help_text, None
        self.samples = {}  # (name, ((label, value), …)) -> value

    def labels(self):
        """Names of labels, but for the bound of a bucket."""
        return {label for _, labels in self.samples for label, _ in labels if label != "le"}

    def values_of(self, label):
        return {value for _, labels in self.samples for name, value in labels if name == label}


def require(holds, line, why):
    if not holds:
        raise Wrong(f"{why}: {line!r}")


def read_labels(text, line):
    labels, at = [], 0
    while at < len(text):
        match = LABEL.match(text, at)
        require(match, line, "labels")
        require(match["name"] not in dict(labels), line, "a label twice")
        labels.append((match["name"], re.sub(r'\\[\\"n]', lambda escape: ESCAPES[escape[0]], match["value"])))
        at = match.end()
    return tuple(sorted(labels))


def own_name(family, name):
    suffixes = ("_bucket", "_sum", "_count") if family.type == "histogram" else ("",)
    return any(name == family.name + suffix for suffix in suffixes)


def read_sample(family, line):
    match = SAMPLE.match(line)
    require(match, line, "no sample")
    require(family and family.type, line, "a sample without HELP and TYPE")
    require(own_name(family, match["name"]), line, f"a sample among those of {family.name}")
    key = (match["name"], read_labels(match["labels"] or "", line))
    require(key not in family.samples, line, "a series twice")
    family.samples[key] = float(match["value"])


def check_histogram(family):
    series = {}
    for (name, labels), value in family.samples.items():
        rest = tuple(label for label in labels if label[0] != "le")
        series.setdefault(rest, {"buckets": []})
        if name.endswith("_bucket"):
            series[rest]["buckets"].append((float(dict(labels)["le"]), value))
        else:
            series[rest][name[len(family.name):]] = value
    for labels, parts in series.items():
        bounds = [bound for bound, _ in parts["buckets"]]
        counts = [count for _, count in parts["buckets"]]
        require(bounds == sorted(set(bounds)) and bounds[-1] == math.inf, labels, f"bounds of {family.name}")
        require(counts == sorted(counts) and counts[-1] == parts["_count"], labels, f"buckets of {family.name}")
        require("_sum" in parts, labels, f"no sum of {family.name}")


def check(family):
    require(family.type in TYPES, family.name, "a type that is not used here")
    require(family.help.strip(), family.name, "an empty help")
    require((family.type == "counter") == family.name.endswith("_total"), family.name, "counters, and no others, end in _total")
    require(not re.search(r"_(ms|millis|minutes|hours|mib|gib|kib|percent)(_|\Z)", family.name), family.name, "not in a base unit")
    if family.type == "counter":
        require(all(value >= 0 for value in family.samples.values()), family.name, "a negative counter")
    if family.type == "histogram":
        check_histogram(family)


def parse(text):
    """Families by name."""
    families, family = {}, None
    require(text.endswith("\n"), text[-40:], "no end of line")
    for line in text[:-1].split("\n"):
        if line.startswith("# HELP "):
            name, _, help_text = line[7:].partition(" ")
            require(NAME.match(name) and name not in families, line, "a family twice, or no name")
            family = families[name] = Family(name, help_text)
        elif line.startswith("# TYPE "):
            require(family and line[7:].split(" ")[0] == family.name and not family.type, line, "TYPE does not follow HELP")
            family.type = line[7:].split(" ")[1]
        else:
            read_sample(family, line)
    for one in families.values():
        check(one)
    return families
