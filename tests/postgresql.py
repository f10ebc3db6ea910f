"""A PostgreSQL server for the tests alone: its own folder and socket, no port, gone with its process."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import ClassVar

import psycopg

USER = "arboretum"
START_SECONDS = 60
# The server refuses to run as root; these users may run it, the first that this machine has.
UNPRIVILEGED = ("postgres", "nobody")
# What a test writes need not outlive a power cut.
SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "listen_addresses": "",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "autovacuum": "off",
}


@dataclass(slots=True)
class Cluster:
    """A running server; its databases are made and dropped here."""

    TEMPLATE: ClassVar[str] = "furnished"
    folder: Path
    numbers: Iterator[int] = field(default_factory=count)

    def url(self, database: str) -> str:
        """The DATABASE_URL of that database."""
        return f"postgresql://{USER}@/{database}?host={self.folder}"

    def run(self, statement: str) -> None:
        """Run a statement that stands in no transaction."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())

    def create(self, database: str, template: str = "template0") -> str:
        """Make a database; its URL."""
        self.run(f"CREATE DATABASE {database} TEMPLATE {template}")
        return self.url(database)

    @contextmanager
    def database(self, template: str = "template0") -> Iterator[str]:
        """The URL of a database that lives as long as the block."""
        name = f"test_{next(self.numbers)}"
        try:
            yield self.create(name, template)
        finally:
            self.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@contextmanager
def running_cluster() -> Iterator[Cluster]:
    """Start a server, and end it after the block."""
    # Not in pytest's folder, which another user may not enter; and a socket's path must be short.
    folder = Path(tempfile.mkdtemp(prefix="arboretum-postgresql-"))
    data, log = folder / "data", folder / "log"
    as_user = unprivileged(folder)
    initdb = (str(program("initdb")), "-D", str(data), "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
    subprocess.run([*as_user, *initdb], check=True, capture_output=True, cwd=folder)
    settings = [f"-c{name}={value}" for name, value in SETTINGS.items()]
    with log.open("wb") as output:
        server = subprocess.Popen(
            [*as_user, str(program("postgres")), "-D", str(data), "-k", str(folder), *settings],
            stdout=output,
            stderr=output,
            cwd=folder,
        )
    try:
        cluster = Cluster(folder)
        wait_until_ready(cluster, server, log)
        yield cluster
    finally:
        server.send_signal(signal.SIGQUIT)  # an immediate stop
        server.wait(START_SECONDS)
        shutil.rmtree(folder)


def unprivileged(folder: Path) -> list[str]:
    """How a command is run as somebody who is not root; the folder becomes theirs.  Ends with this process."""
    dying = ["setpriv", "--pdeathsig", "QUIT"]
    if os.geteuid() != 0:
        return dying
    names = {entry.pw_name for entry in pwd.getpwall()}
    user = pwd.getpwnam(next(name for name in UNPRIVILEGED if name in names))
    os.chown(folder, user.pw_uid, user.pw_gid)
    return [*dying, f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]


def program(name: str) -> Path:
    """A program of PostgreSQL: Debian keeps them by version, and not in the PATH."""
    installed = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: float(path.parts[4]))
    found = installed[-1] if installed else shutil.which(name)
    if found is None:
        raise RuntimeError(
            f"there is no {name}: the tests need PostgreSQL's programs. On Debian: apt install postgresql"
        )
    return Path(found)


def wait_until_ready(cluster: Cluster, server: subprocess.Popen[bytes], log: Path) -> None:
    """Return when the server answers."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            cluster.run("SELECT 1")
        except psycopg.OperationalError as problem:
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start: {log.read_text(errors='replace')}") from problem
            time.sleep(0.05)
        else:
            return
