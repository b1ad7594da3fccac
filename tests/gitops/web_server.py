# SPDX-License-Identifier: Apache-2.0
"""git http-backend behind a small web server that can be told to behave badly. Answers end with their connection (HTTP/1.0)."""
import base64
import dataclasses
import gzip
import http.server
import os
import pathlib
import socket
import ssl
import struct
import subprocess
import threading
import urllib.parse

import repository


@dataclasses.dataclass
class Conduct:
    """How it answers. What is cut are answers to fetches; where early is set, to all requests."""
    password: str = ""              # asked for, of whatever user
    status: int = 0                 # instead of an answer
    redirect: str = ""              # where it sends everybody, with the path asked for behind
    stall_after: int | None = None  # bytes, then nothing more
    drop_after: int | None = None   # bytes, then the connection breaks
    end_after: int | None = None    # bytes, then it ends as if that were all
    early: bool = False
    pretend: dict = dataclasses.field(default_factory=dict)  # names of commits in the place of the real ones
    send_real: bool = False         # asked for a pretended commit it sends the real one, instead of not knowing it

    def cut(self, of_fetch):
        """(bytes, what then) of an answer that is not given whole."""
        cuts = [("stall", self.stall_after), ("drop", self.drop_after), ("end", self.end_after)]
        return next(((most, what) for what, most in cuts if most is not None and (of_fetch or self.early)), (None, ""))


class WebServer(http.server.ThreadingHTTPServer):
    """Serves the repositories below root. looks: requests for what there is; fetches: for commits."""
    daemon_threads = True

    def __init__(self, root, certificates=None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.root, self.conduct = pathlib.Path(root), Conduct()
        self.looks, self.fetches, self.authorizations, self.encodings = 0, 0, [], set()
        self.lock, self.closing = threading.Lock(), threading.Event()
        self.context = None
        if certificates:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(certificates.certificate, certificates.key)
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def finish_request(self, request, client_address):
        """In the thread of the connection, so that nobody's handshake holds up others."""
        if not self.context:
            super().finish_request(request, client_address)
            return
        with self.context.wrap_socket(request, server_side=True) as secure:
            super().finish_request(secure, client_address)
            if secure.fileno() >= 0:
                secure.unwrap()  # else nobody could tell an end from a cut

    def handle_error(self, request, client_address):
        """Clients that leave are what some tests are about."""

    def url(self, name):
        return f"{'https' if self.context else 'http'}://127.0.0.1:{self.server_address[1]}/{name}"

    def noted(self, fetch, headers):
        with self.lock:
            self.fetches += fetch
            self.looks += not fetch
            self.authorizations += headers.get_all("Authorization", [])
            self.encodings.update(headers.get_all("Content-Encoding", []) + headers.get_all("Transfer-Encoding", []))

    def close(self):
        self.closing.set()
        self.shutdown()
        self.server_close()


class Handler(http.server.BaseHTTPRequestHandler):
    timeout = 60

    def log_message(self, *_):
        """Says nothing."""

    def do_GET(self):
        self.answer(b"")

    def do_POST(self):
        body = self.body()
        self.answer(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)

    def body(self):
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        whole = b""
        while size := int(self.rfile.readline(), 16):
            whole += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return whole

    def answer(self, body):
        conduct = self.server.conduct
        fetch = b"want " in body
        self.server.noted(fetch, self.headers)
        if conduct.redirect:
            self.head_only(302, "Location", conduct.redirect + self.path)
        elif conduct.password and not self.is_let_in(conduct.password):
            self.head_only(401, "WWW-Authenticate", 'Basic realm="git"')
        elif conduct.status:
            self.send_error(conduct.status)
        else:
            self.serve(body, fetch, conduct)

    def head_only(self, code, header, value):
        self.send_response(code)
        self.send_header(header, value)
        self.end_headers()

    def is_let_in(self, password):
        kind, _, given = self.headers.get("Authorization", "").partition(" ")
        return kind == "Basic" and base64.b64decode(given).decode().partition(":")[2] == password

    def serve(self, body, fetch, conduct):
        if fetch and conduct.send_real:
            body = replaced(body, {pretended: real for real, pretended in conduct.pretend.items()})
        backend = subprocess.Popen(["git", "http-backend"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                   env=self.environment(body))
        try:
            backend.stdin.write(body)
            backend.stdin.close()
            self.send_head(backend.stdout)
            if conduct.pretend and not fetch:
                self.wfile.write(replaced(backend.stdout.read(), conduct.pretend))
            else:
                self.send_body(backend.stdout, *conduct.cut(fetch))
        finally:
            backend.kill()
            backend.stdout.close()
            backend.wait()

    def environment(self, body):
        place = urllib.parse.urlsplit(self.path)
        return repository.environment(
            self.server.root, GIT_PROJECT_ROOT=str(self.server.root), GIT_HTTP_EXPORT_ALL="1", GATEWAY_INTERFACE="CGI/1.1",
            REQUEST_METHOD=self.command, PATH_INFO=urllib.parse.unquote(place.path), QUERY_STRING=place.query,
            CONTENT_TYPE=self.headers.get("Content-Type", ""), CONTENT_LENGTH=str(len(body)), REMOTE_ADDR=self.client_address[0],
            GIT_PROTOCOL=self.headers.get("Git-Protocol", ""), PATH=os.environ["PATH"])

    def send_head(self, stream):
        fields = []
        while line := stream.readline().strip():
            name, _, value = line.decode().partition(":")
            fields.append((name, value.strip()))
        self.send_response(int(dict(fields).get("Status", "200").split()[0]))
        for name, value in fields:
            if name != "Status":
                self.send_header(name, value)
        self.end_headers()

    def send_body(self, stream, most, then):
        left = most
        while piece := stream.read1(65536):
            self.wfile.write(piece if left is None else piece[:left])
            if left is not None:
                left -= min(left, len(piece))
                if left == 0:
                    break
        if left != 0:
            return
        if then == "stall":
            self.server.closing.wait(self.timeout)
        elif then == "drop":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()


def replaced(text, names):
    for old, new in names.items():
        text = text.replace(old.encode(), new.encode())
    return text
