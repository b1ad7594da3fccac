# SPDX-License-Identifier: Apache-2.0
"""Repositories as a server has them: bare, written commit by commit without a working copy. A commit's files are changes
to those of the commit before: text, one of the values below, or None for a file that goes."""
import dataclasses
import os
import pathlib
import shutil
import subprocess

AUTHOR = "Ada <ada@example.org>"


@dataclasses.dataclass(frozen=True)
class Symlink:
    target: str


@dataclasses.dataclass(frozen=True)
class Submodule:
    commit: str


@dataclasses.dataclass(frozen=True)
class Zeroes:
    """A blob that takes next to nothing on the way and all of its size when it is unpacked."""
    size: int


@dataclasses.dataclass(frozen=True)
class Moved:
    """What another file held in the commit before; that one goes."""
    path: str


def environment(home, **more):
    """Nothing of who runs the test; what is written need not outlive it."""
    name, address = AUTHOR.rstrip(">").split(" <")
    people = {f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER") for what, value in (("NAME", name), ("EMAIL", address))}
    return {"PATH": os.environ["PATH"], "HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.fsync", "GIT_CONFIG_VALUE_0": "none",
            "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C", **people, **more}


class SshSigner:
    def __init__(self, place, identity="ada@example.org"):
        self.identity, self.key = identity, pathlib.Path(place) / f"sign-{identity}"
        make_ssh_key(self.key)

    def arguments(self):
        return ["-c", "gpg.format=ssh", "-c", f"user.signingkey={self.key}"]

    def environment(self):
        return {}

    def allowed_signer(self):
        """Its line of a file of allowed signers."""
        return f"{self.identity} namespaces=\"git\" {self.key.with_suffix(self.key.suffix + '.pub').read_text().strip()}\n"


class GpgSigner:
    """A key in a keyring of its own. close() ends the agent that gpg has started."""

    def __init__(self, place, identity="ada@example.org"):
        self.identity, self.home = identity, pathlib.Path(place) / f"gpg-{identity}"
        self.home.mkdir(mode=0o700)
        self.gpg("--passphrase", "", "--quick-generate-key", f"Ada <{identity}>", "ed25519", "sign", "never")

    def gpg(self, *words):
        return subprocess.run(["gpg", "--batch", "--quiet", "--homedir", self.home, *words], capture_output=True, check=True,
                              stdin=subprocess.DEVNULL, timeout=60).stdout

    def arguments(self):
        return ["-c", "gpg.format=openpgp", "-c", f"user.signingkey={self.identity}"]

    def environment(self):
        return {"GNUPGHOME": str(self.home)}

    def public_key(self):
        return self.gpg("--armor", "--export")

    def close(self):
        subprocess.run(["gpgconf", "--homedir", self.home, "--kill", "all"], capture_output=True, check=False, timeout=60)


def make_ssh_key(path):
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", path.name, "-f", path], check=True, timeout=60,
                   stdin=subprocess.DEVNULL)


class Repository:
    def __init__(self, path, branch="main", object_format="sha1"):
        self.path, self.branch, self.object_format = pathlib.Path(path), branch, object_format
        self.entries = {}  # of the last commit: (mode, object) by path
        self._init()

    def _init(self):
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "--bare", f"--object-format={self.object_format}", f"--initial-branch={self.branch}", self.path, at=None)
        # As forges do: any commit that is there may be asked for by its name.
        self.git("config", "uploadpack.allowAnySHA1InWant", "true")
        # Compressed is only what was so before: large files that are meant to be large shall not take long.
        self.git("config", "core.compression", "0")

    def git(self, *words, text=None, at="self", signer=None, **more):
        place = [] if at is None else ["--git-dir", self.path]
        signing = signer.arguments() if signer else []
        done = subprocess.run(["git", *signing, *place, *words], input=text, capture_output=True, timeout=300, check=False,
                              env=environment(self.path, **(signer.environment() if signer else {}), **more))
        if done.returncode != 0:
            raise AssertionError(f"git {words}: {done.stderr.decode(errors='replace')}")
        return done.stdout.decode(errors="replace").strip()

    def commit(self, files, subject="a change", parents=None, signer=None, branch=None):
        """A commit on the branch, which then names it; parents: of that one instead of the branch's."""
        self._change(files)
        commit = self._write_commit(subject, self._parents(branch) if parents is None else parents, signer)
        self.set_branch(commit, branch)
        return commit

    def start_over(self, files, subject="a new beginning", signer=None):
        """History rewritten: a commit that nothing comes before, with these files only."""
        self.entries = {}
        return self.commit(files, subject, parents=[], signer=signer)

    def amend(self, files, subject="amended", signer=None):
        """A force push of another commit in the place of the last one."""
        before = self.git("rev-parse", "-q", "--verify", f"refs/heads/{self.branch}^") if self._has_parent() else None
        return self.commit(files, subject, parents=[before] if before else [], signer=signer)

    def set_branch(self, commit, branch=None):
        self.git("update-ref", f"refs/heads/{branch or self.branch}", commit)

    def delete_branch(self, branch=None):
        self.git("update-ref", "-d", f"refs/heads/{branch or self.branch}")

    def tag(self, name, commit, signer=None, annotated=False):
        if signer or annotated:
            self.git("tag", "-f", "-m", name, *(["-s"] if signer else ["-a"]), name, commit, signer=signer)
        else:
            self.git("tag", "-f", name, commit)

    def forge(self, signed, files):
        """A commit with the signature of another one, and other files."""
        self._change(files)
        text = self.git("cat-file", "commit", signed)
        _, after = text.split("\n", 1)
        return self._take_as_commit(f"tree {self._write_tree()}\n{after}\n")

    def alter(self, signed, old, new):
        """That commit with another word in it."""
        text = self.git("cat-file", "commit", signed) + "\n"
        assert old in text
        return self._take_as_commit(text.replace(old, new))

    def replace_with_empty(self):
        shutil.rmtree(self.path)
        self.entries = {}
        self._init()

    def head(self, branch=None):
        return self.git("rev-parse", f"refs/heads/{branch or self.branch}")

    def _has_parent(self):
        return len(self.git("rev-list", "--parents", "-n1", self.branch).split()) > 1

    def _parents(self, branch):
        known = self.git("for-each-ref", "--format=%(objectname)", f"refs/heads/{branch or self.branch}")
        return known.split()

    def _change(self, files):
        for path, content in files.items():
            if content is None:
                del self.entries[path]
            elif isinstance(content, Moved):
                self.entries[path] = self.entries.pop(content.path)
            else:
                self.entries[path] = self._entry(content)

    def _entry(self, content):
        if isinstance(content, Symlink):
            return "120000", self.git("hash-object", "-w", "--stdin", text=content.target.encode())
        if isinstance(content, Submodule):
            return "160000", content.commit
        if isinstance(content, Zeroes):
            return "100644", self._blob_of_zeroes(content.size)
        raw = content if isinstance(content, bytes) else content.encode()
        return "100644", self.git("hash-object", "-w", "--stdin", text=raw)

    def _blob_of_zeroes(self, size):
        sparse = self.path / "zeroes"
        with open(sparse, "wb") as file:
            file.truncate(size)
        try:
            return self.git("-c", "core.compression=1", "-c", "core.bigFileThreshold=1m", "hash-object", "-w", "--no-filters", sparse)
        finally:
            sparse.unlink()

    def _write_tree(self):
        index = self.path / "index.of.test"
        index.unlink(missing_ok=True)
        listing = "".join(f"{mode} {name}\t{path}\n" for path, (mode, name) in self.entries.items())
        self.git("update-index", "--add", "--index-info", text=listing.encode(), GIT_INDEX_FILE=str(index))
        return self.git("write-tree", "--missing-ok", GIT_INDEX_FILE=str(index))

    def _write_commit(self, subject, parents, signer):
        words = [word for parent in parents for word in ("-p", parent)]
        return self.git("commit-tree", *(["-S"] if signer else []), *words, "-m", subject, self._write_tree(), signer=signer)

    def _take_as_commit(self, text):
        commit = self.git("hash-object", "-w", "-t", "commit", "--stdin", text=text.encode())
        self.set_branch(commit)
        return commit
