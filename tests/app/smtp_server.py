"""A mail server on a free port of this machine: real SMTP with STARTTLS, TLS from the start, and log-ins."""

from __future__ import annotations

import base64
import socketserver
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Office:
    """What the server is like, and what came."""

    port: int = 0
    starttls: bool = True
    at_once: bool = False
    user: tuple[str, str] | None = None
    refused: str = ""  # a recipient it does not know
    context: ssl.SSLContext | None = None
    letters: list[str] = field(default_factory=list)
    over_tls: list[bool] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)
    lines: list[bytes] = field(default_factory=list)  # all that was said in the clear


class Talk(socketserver.BaseRequestHandler):
    """One conversation."""

    def setup(self) -> None:
        """Begin with TLS where the server does."""
        self.office: Office = self.server.office  # type: ignore[attr-defined]
        self.tls = False
        self.known = False
        if self.office.at_once:
            self.begin_tls()
        else:
            self.open()

    def begin_tls(self) -> None:
        """Go on over TLS."""
        assert self.office.context is not None
        self.request = self.office.context.wrap_socket(self.request, server_side=True, suppress_ragged_eofs=True)
        self.tls = True
        self.open()

    def open(self) -> None:
        """Read and write what the line is now."""
        self.file = self.request.makefile("rwb")

    def finish(self) -> None:
        """Hang up."""
        self.file.close()
        self.request.close()

    def say(self, line: str) -> None:
        """One answer."""
        self.file.write(line.encode() + b"\r\n")
        self.file.flush()

    def read(self) -> bytes:
        """One line."""
        line = self.file.readline()
        if not self.tls:
            self.office.lines.append(line)
        return bytes(line)

    def handle(self) -> None:
        """Until the other side goes."""
        self.say("220 here")
        while line := self.read():
            word, _, rest = line.decode().strip().partition(" ")
            if word.upper() == "QUIT":
                self.say("221 bye")
                return
            self.answer(word.upper(), rest)

    def answer(self, word: str, rest: str) -> None:
        """Do what one line asks."""
        office = self.office
        if word == "EHLO":
            self.say("250-here")
            if office.user and (self.tls or not office.starttls):
                self.say("250-AUTH PLAIN")
            self.say("250 STARTTLS" if office.starttls and not self.tls else "250 8BITMIME")
        elif word == "STARTTLS" and office.starttls:
            self.say("220 go on")
            self.begin_tls()
        elif word == "AUTH":
            _, name, password = base64.b64decode(rest.partition(" ")[2]).decode().split("\0")
            office.logins.append((name, password))
            self.known = (name, password) == office.user
            self.say("235 well" if self.known else "535 wrong")
        elif word == "MAIL" and office.user and not self.known:
            self.say("530 log in first")
        elif word == "RCPT" and office.refused and office.refused in rest:
            self.say("550 nobody here of that name")
        elif word == "DATA":
            self.say("354 go on")
            body = b""
            while (line := self.read()) != b".\r\n":
                body += line
            office.letters.append(body.decode())
            office.over_tls.append(self.tls)
            self.say("250 well")
        else:
            self.say("250 well")


def certificate(folder: Path) -> Path:
    """A certificate of this machine with its key, in one file that is also its own authority."""
    path = folder / "mail.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", folder / "key.pem", "-out", path],
        check=True, capture_output=True,
    )  # fmt: skip
    path.write_bytes(path.read_bytes() + (folder / "key.pem").read_bytes())
    return path


@contextmanager
def post_office(office: Office, certificate_file: Path | None = None) -> Iterator[Office]:
    """The server, for as long as the block lasts."""
    if certificate_file is not None:
        office.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        office.context.load_cert_chain(certificate_file)
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk) as server:
        server.daemon_threads = True
        server.office = office  # type: ignore[attr-defined]
        server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a client that hangs up is no news
        office.port = int(server.server_address[1])
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield office
        server.shutdown()
