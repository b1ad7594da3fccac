# SPDX-License-Identifier: Apache-2.0
"""Manifests nobody means well with: each ends soon, in little memory, in a finding with its place."""
import resource
import time

import cli

MOST_MEMORY = 512 << 20  # of address space: libraries take most of it
SECONDS = 5              # one on a quiet machine

HEADER = "apiVersion: cowherd.dev/v1alpha1\nkind: Sandbox\nmetadata: {name: web}\nspec:\n  templateRef: {name: base}\n"
BOMB = "a: &a [x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi"))

HOSTILE = {
    "deep nesting in brackets": HEADER + "  resources: " + "[" * 300_000,
    "deep nesting closed": HEADER + "  resources: " + "[" * 5_000 + "]" * 5_000,
    "deep nesting of keys": HEADER + "".join("  " * depth + "a:\n" for depth in range(1, 700)),
    "deep nesting of lists": HEADER + "  x: " + "- " * 10_000,
    "one byte too many": "#" * 100 + "\n" * (1 << 20),
    "10,001 documents": "--- ~\n" * 10_001,
    "10,001 small documents": "a: b\n---\n" * 10_001,
    "an alias bomb": BOMB,
    "an anchor": HEADER + "  powerState: &x Running\n",
    "an undefined alias": HEADER + "  powerState: *x\n",
    "a merge key": HEADER + "  <<: {powerState: Running}\n",
    "a tag": HEADER + "  powerState: !!python/object/apply:os.system [id]\n",
    "a huge scalar": HEADER + "  powerState: " + "x" * 900_000 + "\n",
    "a huge block text": HEADER + "  powerState: |\n" + "    x\n" * 150_000,
    "a huge quoted text": HEADER + '  powerState: "' + "x\n   " * 150_000 + '"\n',
    "a huge key": HEADER + "  " + "k" * 30_000 + ": 1\n",
    "a huge number": HEADER + "  resources: {vcpus: " + "9" * 30_000 + "}\n",
    "NUL": HEADER + "  powerState: Run\0ning\n",
    "nothing but NUL": "\0" * 1000,
    "invalid UTF-8": b"a: \xff\xfe\xfa\n",
    "UTF-16": (HEADER.encode("utf-16")),
    "a lone carriage return": HEADER + "  powerState: Running\r  deletionPolicy: Retain\n",
    "only carriage returns": HEADER.replace("\n", "\r"),
    "text turned around": HEADER + "  # \u202e }{ \n",
    "an escape sequence": HEADER + "  powerState: \x1b[2J\n",
    "an escaped escape sequence": HEADER + '  powerState: "\\x1b[2J"\n',
    "a key twice": HEADER + "  powerState: Running\n  powerState: Stopped\n",
    "an object twice": HEADER + "---\n" + HEADER,
    "only commas": ",",
    "many commas": ",\n" * 400_000,
    "an open quote": HEADER + '  powerState: "Running\n' + "x: y\n" * 100_000,
    "a directive": "%YAML 1.1\n---\n" + HEADER,
    "byte 04": HEADER + "\x04\n---\n" + HEADER,
    "many keys": HEADER + "".join(f"  k{i}: 1\n" for i in range(80_000)),
    "many labels": HEADER.replace("name: web", "name: web, labels: {" + "".join(f"l{i}: x, " for i in range(2_000)) + "}"),
    "a bare word": "kin\n",
    "a cut": (HEADER * 1)[:-14],
    "a list": "- a\n- b\n",
    "JSON cut short": '{"apiVersion": "cowherd.dev/v1alpha1", "kind": "Sandbox", "metadata": {"name": ',
    "an ELF file": b"\x7fELF\x02\x01\x01" + bytes(200),
}
HARMLESS = {
    "a byte order mark": "\ufeff" + HEADER,
    "DOS line ends": HEADER.replace("\n", "\r\n"),
    "nothing": "",
    "only a comment": "# nothing\n",
    "empty documents": "---\n---\n# more\n---\n" + HEADER,
}


def with_limits():
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class Hostile(cli.World):
    def validate(self, content):
        self.file = self.root / "hostile.yaml"
        self.file.write_bytes(content if isinstance(content, bytes) else content.encode())
        begun = time.monotonic()
        ended = self.run_program("validate", self.file, preexec=with_limits)
        self.assertLess(time.monotonic() - begun, SECONDS)
        return ended

    def test_each_ends_soon_in_a_finding_with_its_place(self):
        for name, content in HOSTILE.items():
            with self.subTest(name):
                code, out, err = self.validate(content)
                self.assertEqual(cli.NOTHING_VALID, code, f"{code} {out} {err[:2000]}")
                self.assertRegex(err, r"(?m)^error\[E\d+\]: \S")
                self.assertRegex(err, rf"(?m)^ *--> {self.file}:\d+:\d+$")
                self.assertRegex(out, r"^1 file, 0 valid documents: \d+ errors?, \d+ warnings?\n$")
                self.assertLess(len(err), 500_000)
                self.assertNotRegex(err, r"[\x00-\x08\x0b-\x1f\x7f]", "a control character reaches the terminal")

    def test_what_only_looks_strange_is_accepted(self):
        for name, content in HARMLESS.items():
            with self.subTest(name):
                code, out, err = self.validate(content)
                self.assertEqual((0, ""), (code, err), out)

    def test_standard_input_that_never_ends_is_cut_off(self):
        with open("/dev/zero", "rb") as endless:
            code, _, err = self.run_program("validate", "-", preexec=with_limits, stdin=endless)
        self.assertEqual(cli.NOTHING_VALID, code)
        self.assertIn("larger than 1Mi", err)

    def test_an_empty_argument_is_not_the_default(self):
        for words in [["get", "--manifests", ""], ["apply", "--state-dir", ""], ["plan", "--config", ""], ["validate", ""]]:
            code, out, err = self.run_program(*words)
            self.assertEqual((cli.USAGE, ""), (code, out), words)
            self.assertIn("empty", err)

    def test_hostile_names_are_shown_harmlessly(self):
        (self.manifests / "\x1b[2J.yaml").write_text(HEADER, encoding="utf-8")
        (self.manifests / "a\nb.yaml").write_text(HEADER, encoding="utf-8")
        code, _, err = self.run_program("validate", self.manifests)
        self.assertEqual(cli.NOTHING_VALID, code)
        self.assertNotIn("\x1b", err)


if __name__ == "__main__":
    cli.main()
