# SPDX-License-Identifier: Apache-2.0
"""Git servers on loopback, each on a port that the kernel chose: the web server of web_server.py, git's daemon, and sshd.
The last two are started anew for each connection that comes, so that they can be counted, refused and cut."""
import os
import pathlib
import pwd
import shlex
import socket
import subprocess
import threading

import repository

SSHD = "/usr/sbin/sshd"

# sshd run by root wants its directory, and an account that may log in; a host need not have either.
AS_ROOT = """mount -t tmpfs tmpfs /run && mkdir -m 0755 /run/sshd && mount --bind "$0" /etc/passwd && exec "$@" """


def end_process(process):
    """Ends one that still runs, and its streams."""
    if process.poll() is None:
        process.kill()
    process.communicate()


class PerConnection:
    """Accepts on loopback and gives each connection to a program of its own as its standard input and output."""

    def __init__(self):
        self.connections = 0
        self.children = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.refusing = False
        threading.Thread(target=self._accept, daemon=True).start()

    def command(self):
        raise NotImplementedError

    def environment(self):
        return {"PATH": os.environ["PATH"], "LC_ALL": "C"}

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            with client:
                if not self.refusing:
                    self.children.append(self._serve(client))

    def _serve(self, client):
        return subprocess.Popen(self.command(), stdin=client, stdout=client, stderr=subprocess.DEVNULL, env=self.environment())

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for child in self.children:
            end_process(child)


class GitDaemon(PerConnection):
    def __init__(self, root):
        self.root = root
        super().__init__()

    def command(self):
        return ["git", "daemon", "--inetd", "--export-all", "--informative-errors", f"--base-path={self.root}", self.root]

    def environment(self):
        return repository.environment(self.root)

    def url(self, name):
        return f"git://127.0.0.1:{self.port}/{name}"


class Sshd(PerConnection):
    """Serves repositories below root, for reading, to whoever has the key; revoke() takes that back."""

    def __init__(self, root, place):
        self.root, self.place = pathlib.Path(root), pathlib.Path(place)
        self.place.mkdir(mode=0o700)
        self.host_key, self.key = self.place / "host", self.place / "client"
        for key in (self.host_key, self.key):
            repository.make_ssh_key(key)
        self.authorized = self.place / "authorized"
        self._write_configuration()
        self.let_in()
        super().__init__()

    def _write_configuration(self):
        self.config = self.place / "sshd_config"
        self.config.write_text(f"""\
HostKey {self.host_key}
AuthorizedKeysFile {self.authorized}
AuthenticationMethods publickey
PermitRootLogin forced-commands-only
StrictModes no
UsePAM no
PidFile none
""")
        self.forced = self.place / "forced"
        self.forced.write_text(f"""#!/bin/sh
# The one thing that a client may do, whatever it asks for.
case $SSH_ORIGINAL_COMMAND in git-upload-pack\\ *) ;; *) exit 1 ;; esac
cd {shlex.quote(str(self.root))} && eval "set -- $SSH_ORIGINAL_COMMAND" && exec git-upload-pack ".$2"
""")
        self.forced.chmod(0o755)
        self.passwd = self.place / "passwd"
        self.passwd.write_text("git:*:0:0::/:/bin/sh\n" + pathlib.Path("/etc/passwd").read_text(encoding="utf-8"))

    def command(self):
        sshd = [SSHD, "-i", "-e", "-f", str(self.config)]
        return ["unshare", "--mount", "sh", "-c", AS_ROOT, str(self.passwd), *sshd] if os.geteuid() == 0 else sshd

    def user(self):
        return "git" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name

    def url(self, name):
        return f"ssh://{self.user()}@127.0.0.1:{self.port}/{name}"

    def known_hosts(self, host_key=None):
        """Line of a file of known hosts for it; with the key of another one, a host that is somebody else."""
        public = (host_key or self.host_key).with_suffix(".pub").read_text().split()
        return f"[127.0.0.1]:{self.port} {public[0]} {public[1]}\n"

    def let_in(self):
        self.authorized.write_text(f'restrict,command="{self.forced}" {self.key.with_suffix(".pub").read_text()}')

    def revoke(self):
        self.authorized.write_text("")


class Certificates:
    """An authority that is made for a test, and a certificate of it for 127.0.0.1."""

    def __init__(self, place):
        self.place = pathlib.Path(place)
        self.place.mkdir(mode=0o755)
        self.authority, self.certificate, self.key = (self.place / name for name in ("ca.pem", "server.pem", "server.key"))
        self._openssl("-subj", "/CN=an authority", "-keyout", "ca.key", "-out", "ca.pem", "-addext", "basicConstraints=critical,CA:TRUE")
        self._openssl("-subj", "/CN=127.0.0.1", "-keyout", "server.key", "-out", "server.pem", "-CA", "ca.pem", "-CAkey", "ca.key",
                      "-addext", "subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:FALSE")

    def _openssl(self, *words):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                        *words], cwd=self.place, check=True, capture_output=True, timeout=60)
