# SPDX-License-Identifier: Apache-2.0
"""The daemon is killed at every step of a look at a server. The next one converges, nothing was removed, and neither a process
nor a work directory of the killed one is left."""
import os
import pathlib
import time

import gitops
from gitops import repository, sandbox, web_server

# In the place of /usr/bin/git, as the daemon and its children see it: stands still before and after the real one, until the
# step is among those that were seen. It cannot write anywhere, so its command line tells where it stands.
STANDS_STILL = """#!/bin/sh
stand() {{ case '{seen}' in *"<$1>"*) ;; *) exec /bin/sh -c 'while :; do sleep 1; done' stands-still "<$1>" ;; esac; }}
step=$1 && case ${{2-}} in -*) step="$1 $2" ;; esac
stand "before $step"
/usr/lib/git-core/git "$@"
status=$?
stand "after $step"
exit $status
"""

IN_ITS_PLACE = """mount --bind "$0" /usr/bin/git && exec "$@" """


class Killed(gitops.GitWorld):
    def setUp(self):
        super().setUp()
        self.signer = repository.SshSigner(self.root)
        allowed = self.root / "allowed"
        allowed.write_text(self.signer.allowed_signer())
        self.first = self.fleet.commit({"hosts/a.yaml": sandbox("a"), "hosts/b.yaml": sandbox("b")}, signer=self.signer)
        self.follow_web(path="hosts", verify={"allowedSignersFile": str(allowed)})
        self.wrapper = None
        self.start()
        self.before = self.uids()
        self.assertEqual({"web", "a", "b"}, self.before.keys())

    def daemon_command(self):
        command = super().daemon_command()
        if not self.wrapper:
            return command
        return ["unshare", "--mount", "sh", "-c", IN_ITS_PLACE, str(self.wrapper), *command]

    def of_the_daemon(self):
        """Processes that were started for the daemon: those that mention its state directory, or that the wrapper holds."""
        found = []
        for place in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                command = (place / "cmdline").read_bytes()
                told = command + (place / "environ").read_bytes() + os.readlink(place / "cwd").encode()
            except OSError:
                continue  # it has ended
            if int(place.name) not in (self.daemon.pid, os.getpid()) and f"{self.state}/".encode() in told:
                found.append(command.decode(errors="replace"))
        return found

    def assert_nothing_is_left(self):
        self.wait_until(lambda: not self.of_the_daemon())
        self.assertEqual([], self.repositories())

    def wait_until(self, holds):
        deadline = time.monotonic() + 10
        while not holds():
            self.assertLess(time.monotonic(), deadline, self.of_the_daemon())
            time.sleep(0.05)

    def repositories(self):
        return [str(path) for path in self.state.rglob("HEAD")]

    def standing(self):
        """The step at which the wrapper stands still; nothing: it does not."""
        for command in self.of_the_daemon():
            words = command.split("\0")
            if "stands-still" in words:
                return words[words.index("stands-still") + 1]
        return None

    def test_at_every_step_of_git(self):
        if os.geteuid() != 0:
            return  # only root may put the wrapper in the place of git
        self.kill()
        second = self.fleet.commit({"hosts/c.yaml": sandbox("c"), "hosts/a.yaml": sandbox("a") + "# edited\n"}, signer=self.signer)
        self.wrapper = self.root / "git"
        seen = []
        while True:
            self.wrapper.write_text(STANDS_STILL.format(seen="".join(seen)))
            self.wrapper.chmod(0o755)
            self.begin()
            self.wait_for(lambda: self.standing() or (self.answers() and self.ask("/readyz")[0] == 200 and self.status().get("revision") == second))
            step = self.standing()
            if not step:
                break
            self.assertNotIn(step, seen)
            seen.append(step)
            self.kill()
            self.wait_until(lambda: not self.of_the_daemon())
        for step in ["<before ls-remote", "<after init", "<before fetch", "<after fetch", "<before ls-tree", "<after cat-file"]:
            self.assertTrue(any(each.startswith(step) for each in seen), seen)
        self.wait_for(lambda: self.uids() == {**self.before, "c": self.uids().get("c", "")})
        self.assertEqual([], self.trash())
        self.assert_nothing_is_left()

    def test_while_the_server_answers(self):
        self.fleet.commit({"hosts/c.yaml": sandbox("c"), "noise": os.urandom(1 << 20)}, signer=self.signer)
        self.kill()
        for conduct in [web_server.Conduct(stall_after=0, early=True), web_server.Conduct(stall_after=0),
                        web_server.Conduct(stall_after=100_000)]:
            self.web.conduct = conduct
            looks, fetches = self.web.looks, self.web.fetches
            self.begin()
            self.wait_for(lambda: self.web.looks > looks if conduct.early else self.web.fetches > fetches)
            self.assertTrue(self.of_the_daemon())
            self.kill()
            self.wait_until(lambda: not self.of_the_daemon())
        self.web.conduct = web_server.Conduct()
        self.start()
        self.assert_ready()
        self.assertEqual(self.before, {name: uid for name, uid in self.uids().items() if name != "c"})
        self.assertIn("c", self.uids())
        self.assertEqual([], self.trash())
        self.assert_nothing_is_left()


if __name__ == "__main__":
    gitops.main()
