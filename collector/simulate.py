"""`simulate`: two charge controllers and a battery manager on virtual serial lines, with real bytes."""

from __future__ import annotations

import argparse
import os
import select
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

from collector.simulator.site import VirtualSite, take_state

SUMMARY = "answer as two charge controllers and a battery manager on virtual serial lines"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--links", type=Path, required=True, help="folder for the names tristar_1, tristar_2 and emus")
    parser.add_argument(
        "--state",
        choices=["-"],
        help="read a state from standard input, JSON on each line; silent until the first, ends with the last",
    )
    parser.add_argument(
        "--every-seconds", type=float, default=5.0, help="how often the battery manager speaks unasked; 0: never"
    )


def run(arguments: argparse.Namespace) -> int:
    """Answer until SIGTERM, SIGINT, or the end of the states."""
    stopped, stop = os.pipe()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: os.write(stop, b"x"))
    site = VirtualSite(arguments.links, max(arguments.every_seconds, 0.0), waits=bool(arguments.state))
    try:
        print(f"simulating: {arguments.links}", flush=True)
        states = sys.stdin.fileno() if arguments.state else None
        for line in lines_until(stopped, states):
            take_state(site, line, complain)
    finally:
        site.close()
        os.close(stopped)
        os.close(stop)
    return 0


def lines_until(stopped: int, source: int | None) -> Iterator[str]:
    """The lines of `source` as they come, until it ends or `stopped` can be read; without a source, no line."""
    rest = b""
    while True:
        ready, _, _ = select.select([stopped] if source is None else [stopped, source], [], [])
        if stopped in ready or source is None:
            return
        data = os.read(source, 65536)
        if not data:
            return
        *lines, rest = (rest + data).split(b"\n")
        yield from (line.decode("utf-8", "replace") for line in lines if line.strip())


def complain(words: str) -> None:
    """Say what is wrong with a state."""
    print(words, file=sys.stderr, flush=True)
