# SPDX-License-Identifier: Apache-2.0
"""The pages of the manual: groff takes them without a word, and nothing that can be typed or written is missing."""
import re
import subprocess

import cli


class Manual(cli.World):
    def page(self, *words):
        code, out, err = self.run_program("manual", *words)
        self.assertEqual((0, ""), (code, err))
        return out

    def rendered(self, page):
        made = subprocess.run(["groff", "-man", "-Tascii", "-ww", "-P-cbou", "-rLL=300n"], input=page, text=True,
                              capture_output=True, timeout=60)
        self.assertEqual((0, ""), (made.returncode, made.stderr))
        return made.stdout

    def test_every_command_is_in_the_page_of_the_program(self):
        text = self.rendered(self.page())
        help_text = self.run_program("--help")[1]
        commands = re.findall(r"^  ([a-z-]+) {2,}", help_text.split("Subcommands:")[1], re.M)
        self.assertGreater(len(commands), 10)
        for command in commands:
            self.assertIn(f"cowherd {command}", text)
        self.assertEqual(text, self.rendered(self.page("cowherd")))

    def test_every_field_is_in_the_page_of_the_manifests(self):
        text = self.rendered(self.page("cowherd.yaml"))
        for kind in ["template", "sandbox", "snapshot", "retentionpolicy", "config", "source"]:
            fields = re.findall(r"^  ((?:spec|metadata)\.[A-Za-z0-9.]+) <", self.run_program("explain", kind)[1], re.M)
            self.assertGreater(len(fields), 4, kind)
            for field in fields:
                self.assertIn(f"{field} <", text, kind)

    def test_there_is_no_other_page(self):
        code, out, err = self.run_program("manual", "cowherd.json")
        self.assertEqual((cli.USAGE, ""), (code, out))
        self.assertIn("cowherd|cowherd.yaml", err)


if __name__ == "__main__":
    cli.main()
