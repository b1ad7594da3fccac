# SPDX-License-Identifier: Apache-2.0
"""A daemon that follows repositories beside its manifest directory, in which a template and the sandbox 'web' are declared."""
import pathlib
import signal
import socket
import sys
import time

import yaml

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cli"))

import api
import cli
import repository
import servers
import web_server


def sandbox(name, template="base"):
    return cli.SANDBOX.format(name=name, template=template, policy="Delete")


def policy(name, **spec):
    return yaml.safe_dump({"apiVersion": "cowherd.dev/v1alpha1", "kind": "RetentionPolicy", "metadata": {"name": name},
                           "spec": {"selector": {"matchLabels": {"team": "ml"}}, "keep": {"last": 1}, **spec}})


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class GitWorld(api.Api):
    deadline, patience = 120, 150

    def setUp(self):
        self.sources, self.settings = {}, {}
        super().setUp()
        self.root.chmod(0o755)
        self.served = self.root / "served"
        self.fleet = repository.Repository(self.served / "fleet.git")

    def set_api(self, text):
        self.settings["api"] = yaml.safe_load("{" + text + "}")
        self.configure()

    def configure(self):
        """Writes the configuration. It is read when a daemon begins."""
        config = yaml.safe_load(cli.CONFIG)
        config["spec"].update(self.settings)
        sources = [{"apiVersion": config["apiVersion"], "kind": "Source", "metadata": {"name": name}, "spec": spec}
                   for name, spec in self.sources.items()]
        self.config.write_text(yaml.safe_dump_all([config, *sources]))

    def follow(self, url, source="fleet", **git):
        """The repository as a source that is asked at the start and when somebody says so."""
        ref = {} if {"tag", "commit"} & git.keys() else {"branch": "main"}
        self.sources[source] = {"git": {"url": url, **ref, "interval": "1d", "timeout": "20s", **git}}
        self.configure()

    def serve_web(self, **named):
        web = web_server.WebServer(self.served, **named)
        self.addCleanup(web.close)
        return web

    def follow_web(self, **git):
        self.web = self.serve_web()
        self.follow(self.web.url("fleet.git"), **git)

    def secret_file(self, name, text):
        path = self.root / name
        path.touch()
        path.chmod(0o600)
        path.write_text(text)
        return str(path)

    def daemon_command(self):
        return cli.with_git_account(super().daemon_command(), self.root)

    def start(self):
        """Begins a daemon and waits until each repository was asked once and what is declared is there."""
        super().start()
        for name, spec in self.sources.items():
            if "git" in spec:
                self.reconcile(name, expect=None)

    def start_again(self):
        """After a kill; nobody says that a repository is to be asked."""
        began = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime())
        looks = self.web.looks
        super().start()
        self.wait_for(lambda: self.web.looks > looks and self.status().get("checked", "") >= began)

    def answers(self):
        """Ready it is only when each repository was had once."""
        try:
            return self.ask("/livez")[0] == 200
        except OSError:
            return False

    def reconcile(self, source="fleet", expect=cli.DONE):
        """Has its server asked; returns when what came of it is done: what the command says."""
        code, out, err = self.run_program("source", "reconcile", source, "--timeout", f"{self.deadline}s", *self.where())
        if expect is not None:
            self.assertEqual(expect, code, f"{out}\n{err}\n{self.told()}")
        return out + err

    def look(self):
        """A look of the daemon that began after what was just saved; what it warns of is for the caller to judge."""
        code, out, err = self.run_program("reconcile", "now", *self.where())
        self.assertIn(code, [cli.DONE, cli.PARTLY], f"{out}\n{err}")

    def push(self, files, **named):
        """A commit that comes into force."""
        commit = self.fleet.commit(files, **named)
        self.reconcile()
        self.assertEqual(commit, self.status()["revision"], self.told())
        return commit

    def status(self, source="fleet"):
        code, document = self.ask(f"{api.LISTS}/sources/{source}")
        self.assertEqual(200, code, document)
        return document["status"]

    def ready(self, source="fleet"):
        """(status, reason, message) of the condition."""
        condition = next(each for each in self.status(source)["conditions"] if each["type"] == "Ready")
        return condition["status"], condition["reason"], condition.get("message", "")

    def assert_ready(self, source="fleet"):
        self.assertEqual("True", self.ready(source)[0], self.ready(source))

    def assert_not_ready(self, reason, *words, source="fleet"):
        """Not ready for that reason, the words in its message."""
        status, told, message = self.ready(source)
        self.assertEqual(("False", reason), (status, told), message)
        for word in words:
            self.assertIn(word, message)

    def assert_refused(self, reason, *words, source="fleet"):
        """A look that brings nothing into force and says why; what was in force stays and so does all that it declares."""
        revision, uids = self.status(source).get("revision"), self.uids()
        told = self.reconcile(source, expect=cli.PARTLY)
        self.assert_not_ready(reason, *words, source=source)
        self.assertIn(reason, told)
        self.here("reconcile", "now")
        self.assertEqual((revision, uids), (self.status(source).get("revision"), self.uids()))
        return told

    def uids(self):
        """Of the sandboxes that are there, by name."""
        _, listed = self.ask(api.SANDBOXES)
        return {item["metadata"]["name"]: item["metadata"].get("uid") for item in listed["items"]}

    def wait_until_gone(self, name):
        self.wait_for(lambda: name not in self.uids())

    def kill(self):
        self.end(signal.SIGKILL)

    def origin(self, name):
        """Where the sandbox is declared."""
        return self.here("get", "sbx", name, "-o", "wide").split()[-1]

    def planned(self):
        """What `plan` tells, where something is not taken."""
        code, out, err = self.run_program("plan", *self.where())
        self.assertEqual(cli.PARTLY, code, out + err)
        return out + err

    def trash(self):
        return [entry["entry"] for entry in self.value("trash")]


def main():
    cli.main()


__all__ = ["GitWorld", "api", "cli", "free_port", "main", "policy", "repository", "sandbox", "servers", "web_server"]
