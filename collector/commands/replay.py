"""`replay`: a virtual device that answers as a captured one did."""

from __future__ import annotations

import argparse
import signal
import threading
from pathlib import Path

from collector.commands.common.terminal import add_json, say_json, show
from collector.drivers import DRIVERS
from collector.drivers.tools import Sheet
from collector.transports.captures import read_capture
from collector.transports.replay import Replay, ReplayLine
from data.errors import ConfigError, DecodeError

SUMMARY = "answer on a virtual serial line as a captured device did; Ctrl-C ends it"
DETAILS = (
    "It answers the questions that were recorded, byte for byte, and no other: to those it is silent. A controller's"
    " registers are asked for in blocks, so read the groups that were captured; `capture DEVICE all` records most."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.epilog = DETAILS
    parser.add_argument("capture", type=Path, metavar="FILE", help="a file that `capture` wrote")
    parser.add_argument("--link", type=Path, help="a name for the line, like /tmp/dev/tristar_1")
    parser.add_argument("--fast", action="store_true", help="answer at once, without the recorded pauses")
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Answer until SIGTERM or SIGINT; 2 for a file that is no capture."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        capture = read_capture(arguments.capture)
    except DecodeError as cause:
        raise ConfigError(str(cause)) from cause
    driver = DRIVERS.get(capture.driver)
    replay = Replay(capture, driver is not None and driver.asks_lines)
    if not (replay.questions or replay.opening):
        raise ConfigError(f"{arguments.capture} holds nothing to replay; give a capture in which something was said")
    line = ReplayLine(replay, arguments.link, arguments.fast)
    line.start()
    try:
        content = {
            "port": str(arguments.link or line.path),
            "driver": capture.driver,
            "recorded_at": capture.about.get("started_at"),
            "questions": replay.questions,
        }
        if arguments.json:
            say_json(content)
        else:
            show(Sheet("replaying", tuple(content), [tuple(content.values())]))
        stop.wait()
    finally:
        line.close()
    return 0
