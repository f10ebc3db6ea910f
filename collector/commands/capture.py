"""`capture`: record every byte between a device and who talks with it, with its time."""

from __future__ import annotations

import argparse
import signal
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from collector.commands.common.arguments import seconds, whole
from collector.commands.common.chosen_device import add_device, chosen_device
from collector.commands.common.terminal import add_json, complain, say_json, show
from collector.commands.read import add_groups, chosen_groups
from collector.drivers import DRIVERS
from collector.drivers.driver import DeviceConfig
from collector.drivers.tools import Sheet
from collector.transports.captures import Piece, write_piece, write_start
from collector.transports.modbus.tcp import is_networked
from collector.transports.ports import Port
from collector.transports.relay import Relay
from data.errors import ArboretumError, ConfigError

SUMMARY = "record every byte of a device's line with its time, while it is read or while another program talks"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add_device(parser)
    add_groups(parser)
    parser.add_argument("--out", type=Path, required=True, help="the file to write; it must not exist")
    parser.add_argument("--count", type=whole(1), default=1, help="how many readings to record, usually 1")
    parser.add_argument("--listen", action="store_true", help="ask nothing: record what the device sends by itself")
    parser.add_argument("--link", type=Path, help="ask nothing: record another program, which opens this name")
    parser.add_argument(
        "--seconds", type=seconds(), default=0.0, help="with --listen or --link: end after this; 0: Ctrl-C"
    )
    parser.add_argument("--note", default="", help="text to keep in the file, like model, firmware and place")
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Record; 1 when the device did not answer or its port went away."""
    device = chosen_device(arguments)
    if is_networked(device.port):
        raise ConfigError(f"{device.name} is read over a network: `capture` records serial lines; use tcpdump there")
    groups = chosen_groups(device.driver, arguments.group)
    passive = arguments.listen or arguments.link is not None
    try:
        file = arguments.out.open("x", encoding="utf-8")
    except OSError as cause:
        raise ConfigError(f"cannot write {arguments.out}: {cause.strerror}; name a new file") from cause
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # it ends a recording as Ctrl-C does
    with file:
        recorder = Recorder(file, device, arguments.note)
        try:
            relay = Relay(Port(device.port, DRIVERS[device.driver].baud), recorder.note, arguments.link)
            relay.start()
        except ArboretumError:
            arguments.out.unlink()  # nothing is recorded: the same command may be tried again
            raise
        problem: ArboretumError | None = None
        try:
            if passive:
                complain([f"recording; the device is at {arguments.link or relay.path}"])
                relay.wait(arguments.seconds or None)
            else:
                problem = _read(device, relay.path, groups, arguments.count)
        except KeyboardInterrupt:
            pass  # the usual end of a recording
        finally:
            relay.close()
    _tell(arguments, recorder)
    problem = relay.problem or problem
    if problem is not None:
        complain([str(problem)])
    return 1 if problem is not None or not recorder.bytes_from_device else 0


class Recorder:
    """Writes the bytes that pass, each piece with its seconds from the start."""

    def __init__(self, file: TextIO, device: DeviceConfig, note: str) -> None:
        self._file = file
        self._start = time.monotonic()
        self.bytes_to_device = 0
        self.bytes_from_device = 0
        write_start(
            file,
            {
                "driver": device.driver,
                "device": device.name,
                "port": device.port,
                "baud": DRIVERS[device.driver].baud,
                "unit_id": device.unit_id,
                "started_at": datetime.now(UTC).isoformat(timespec="milliseconds"),
                "note": note,
            },
        )

    def note(self, to_device: bool, data: bytes) -> None:
        """Write one piece and count its bytes."""
        write_piece(self._file, Piece(time.monotonic() - self._start, to_device, data))
        if to_device:
            self.bytes_to_device += len(data)
        else:
            self.bytes_from_device += len(data)


def _read(device: DeviceConfig, path: str, groups: Sequence[str], times: int) -> ArboretumError | None:
    """Read through the relay; returns the problem of the last reading, or None.  Failed readings are recorded too."""
    problem: ArboretumError | None = None
    reader = DRIVERS[device.driver].open(path, device.unit_id)
    try:
        for _ in range(times):
            try:
                reader.read(groups)
                problem = None
            except ArboretumError as failed:
                problem = failed
    finally:
        reader.close()
    return problem


def _tell(arguments: argparse.Namespace, recorder: Recorder) -> None:
    summary = {
        "file": str(arguments.out),
        "bytes_to_device": recorder.bytes_to_device,
        "bytes_from_device": recorder.bytes_from_device,
    }
    if arguments.json:
        say_json(summary)
    else:
        show(Sheet("captured", tuple(summary), [tuple(summary.values())]))
