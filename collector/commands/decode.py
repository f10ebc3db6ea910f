"""`decode`: what a device said, from standard input, as one JSON object a line on standard output."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from typing import BinaryIO

from collector.commands.common.tools import tools
from collector.drivers import DRIVERS
from collector.drivers.decoding import Decoder

SUMMARY = "decode what a device said from standard input to JSON lines"

READ_BYTES = 1 << 16
INTERRUPTED = 130


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """One subcommand for each kind of device."""
    devices = parser.add_subparsers(dest="device", required=True, metavar="DEVICE")
    for driver in DRIVERS:
        decoding = tools(driver).decoding
        subparser = devices.add_parser(decoding.name, help=decoding.help)
        decoding.add_arguments(subparser)
        subparser.set_defaults(decoder=decoding.decoder)


def run(arguments: argparse.Namespace) -> int:
    """Decode until the input ends: 0 when all could be decoded, 1 when a part could not."""
    try:
        return decode_stream(sys.stdin.buffer, sys.stdout.buffer, arguments.decoder(arguments))
    except BrokenPipeError:
        # Who reads us has seen enough; without this the interpreter complains when it closes standard output.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED


def decode_stream(source: BinaryIO, target: BinaryIO, decoder: Decoder) -> int:
    """Answer each part as soon as it has come.  Returns the exit code of `run`."""
    code = 0
    read: Callable[[int], bytes] = getattr(source, "read1", source.read)
    while True:
        received = read(READ_BYTES)
        for answer in decoder.feed(received) if received else decoder.finish():
            code = code or int("error" in answer)
            target.write(json.dumps(answer, allow_nan=False).encode() + b"\n")
            target.flush()
        if not received:
            return code
