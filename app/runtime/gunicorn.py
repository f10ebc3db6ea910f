"""The web server's command line, and the port it listens on."""

from __future__ import annotations

import errno
import os
import socket
import sys

from app.addresses import bracketed, is_loopback
from app.config import Config
from data.errors import ConfigError

WILDCARDS = ("0.0.0.0", "::", "")


def gunicorn_command(config: Config) -> tuple[str, ...]:
    """gunicorn with threads; a second, local address when HOST is one that is not loopback.

    The application is built once, before the workers are forked: they answer at once, and share what they only read.
    """
    binds = [f"{bracketed(config.host)}:{config.port}"]
    if not answers_locally(config.host):
        binds.append(f"127.0.0.1:{config.port}")
    return (
        sys.executable,
        "-m",
        "gunicorn",
        "--no-control-socket",
        "--preload",
        "--worker-class=app.runtime.gunicorn_worker.Worker",
        "--limit-request-line=8190",  # its most; the application answers from LONGEST_ADDRESS on
        f"--workers={config.workers}",
        f"--threads={config.threads}",
        "--timeout=90",
        "--graceful-timeout=4",
        "--keep-alive=5",
        "--log-level=warning",
        *(f"--bind={bind}" for bind in binds),
        "wsgi:server",
    )


def serve(config: Config) -> None:
    """Become gunicorn; does not return."""
    command = gunicorn_command(config)
    os.execv(command[0], command)


def check_port(host: str, port: int) -> None:
    """Raises ConfigError with the way out when nobody can listen there."""
    try:
        try_port(host, port)
    except socket.gaierror as cause:
        raise ConfigError(
            f"HOST: {host!r} is no address of this machine ({cause}); use 127.0.0.1 or 0.0.0.0"
        ) from cause
    except PermissionError as cause:
        raise ConfigError(f"port {port} needs more rights: take one above 1023, like make run PORT=8050") from cause
    except OSError as cause:
        if cause.errno != errno.EADDRINUSE:
            raise ConfigError(f"cannot listen on {host} port {port} ({cause.strerror}); check HOST and PORT") from cause
        raise ConfigError(
            f"port {port} is busy: another program, or another Arboretum, listens there.\n"
            f"Stop it, or take another port: make run PORT={free_port_after(host, port)}"
        ) from cause


def try_port(host: str, port: int) -> None:
    """Listen for a moment.  Raises OSError when that cannot be done."""
    family, kind, protocol, _, address = socket.getaddrinfo(
        host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    with socket.socket(family, kind, protocol) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        trial.bind(address)
        trial.listen(1)


def free_port_after(host: str, port: int) -> int:
    """The next port that somebody can listen on, among the next hundred."""
    for candidate in range(port + 1, min(port + 100, 65535)):
        try:
            try_port(host, candidate)
        except OSError:
            continue
        return candidate
    return port + 1 if port < 65535 else 8050


def answers_locally(host: str) -> bool:
    """Whether a server on that host is reached over loopback."""
    return host in WILDCARDS or is_loopback(host)
