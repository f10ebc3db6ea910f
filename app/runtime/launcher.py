"""`make run`: sets the site up, starts all its parts, says when it is ready, and ends them together."""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from app.addresses import bracketed, local_url
from app.config import GOOD_ONCE, PROJECT, Config
from app.runtime.demonstration import demonstration_parts, prepare_demonstration, python
from app.runtime.gunicorn import check_port, gunicorn_command
from app.runtime.supervisor import Part, Running, Supervisor, tail
from app.version import VERSION
from data.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

START_SECONDS = 120.0
TURN_SECONDS = 0.5


def say(line: str) -> None:
    """One line to whoever started this, at once; when nobody reads any more the site goes on in silence."""
    try:
        print(line, flush=True)
    except BrokenPipeError:
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, sys.stdout.fileno())
        os.close(silence)


def up(config: Config) -> int:
    """Run the site until SIGINT, SIGTERM or SIGHUP; 0 after those, 1 when it could not start."""
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:  # nohup means: stay
            signal.signal(number, lambda *_: stopping.set())
    check_port(config.host, config.port)
    with only_one(config.data_dir):
        say(f"Arboretum {VERSION}, data in {config.data_dir}")
        password = set_up(config)
        if password is not None:
            say(f"admin password: {password}")
            say(GOOD_ONCE)
        supervisor = Supervisor(config.data_dir / "log", PROJECT, environment(config), say)
        try:
            return run(config, supervisor, stopping)
        finally:
            say("stopping")
            supervisor.stop()
            say("stopped")


def set_up(config: Config) -> str | None:
    """Migrate and bootstrap the database; admin's password the first time."""
    from app.runtime.installation import open_database, prepare
    from app.security.secret_key import secret_key

    say("database: preparing")
    secret_key(config)
    engine, sessions = open_database(config)
    try:
        return prepare(config, engine, sessions)
    finally:
        engine.dispose()


def run(config: Config, supervisor: Supervisor, stopping: threading.Event) -> int:
    """Start the parts, and look after them until somebody says stop."""
    say("web server: starting")
    web = supervisor.add(Part(name="web", commands=(gunicorn_command(config),), orphan_signal=signal.SIGTERM))
    if not wait_for_site(config, web, stopping):
        if stopping.is_set():
            return 0
        log = supervisor.log_path(web.part)
        say(f"the web server did not start; the end of {log}:\n{tail(log)}")
        return 1
    supervisor.add(Part(name="worker", commands=(python("-m", "app", "worker"),)))
    if config.demo:
        say("demonstration: starting virtual devices, collector, sensors and a year of history")
        prepare_demonstration(config)
        for part in demonstration_parts(config):
            supervisor.add(part)
    say(f"ready: http://{bracketed(config.host)}:{config.port}/")
    while not stopping.wait(TURN_SECONDS):
        supervisor.turn()
    return 0


def wait_for_site(config: Config, web: Running, stopping: threading.Event) -> bool:
    """Wait until the site answers; False when its server ended, or was too slow, or a stop came first."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and not stopping.wait(0.1):
        if any(process.poll() is not None for process in web.processes):
            return False
        try:
            with opener.open(f"{local_url(config)}/healthz", timeout=10):
                return True
        except (urllib.error.URLError, OSError):
            continue
    return False


def environment(config: Config) -> dict[str, str]:
    """The environment of the parts: ours, with the settings that were resolved here."""
    return {
        **os.environ,
        "DATA_DIR": str(config.data_dir),
        "HOST": config.host,
        "PORT": str(config.port),
        "PYTHONUNBUFFERED": "1",
    }


@contextmanager
def only_one(data_dir: Path) -> Iterator[IO[str]]:
    """Hold the data folder's lock; ConfigError when another launcher does."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        lock = (data_dir / "launcher.lock").open("a+", encoding="ascii")
    except OSError as cause:
        raise ConfigError(f"DATA_DIR: {data_dir} cannot be written ({cause}); name another folder") from cause
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as cause:
            lock.seek(0)
            raise ConfigError(
                f"another Arboretum runs with the data in {data_dir} (process {lock.read().strip() or 'unknown'}).\n"
                "Stop it, or use another folder: make run DATA_DIR=/some/folder PORT=8051"
            ) from cause
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield lock
