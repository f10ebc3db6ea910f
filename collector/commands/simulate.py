"""`simulate`: two charge controllers and a battery manager on virtual lines, with real bytes and real troubles."""

from __future__ import annotations

import argparse
import json
import math
import os
import select
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

from collector.commands.common.tools import tools
from collector.drivers import DRIVERS
from collector.simulator.emus.faults import EmusFault
from collector.simulator.modbus.faults import FAULTS
from collector.simulator.site import VirtualSite, take_state
from collector.simulator.tristar.values import MODELS, VOLTAGE_SWITCHES, WITH_ETHERNET
from collector.simulator.unplugging import IN_SECONDS, OTHER_NAME, OUT_SECONDS, RENAMES, VANISHES
from data.errors import ConfigError

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
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="LINE:FAULT",
        help="spoil every answer of a line, like 'tristar_1:late + bad crc' or emus:no-cells; faults of a controller: "
        f"{', '.join(FAULTS)}; of the battery manager: {', '.join(fault.value for fault in EmusFault)}; of each line: "
        f"{VANISHES} (its adapter is out {OUT_SECONDS:.0f} s of {IN_SECONDS + OUT_SECONDS:.0f}), "
        f"{RENAMES} (and comes back as NAME{OTHER_NAME}, then as NAME)",
    )
    parser.add_argument(
        "--tcp",
        type=int,
        nargs="?",
        const=0,
        metavar="PORT",
        help="the controllers answer over Modbus TCP too, on this port and the next of 127.0.0.1, or on any",
    )
    parser.add_argument(
        "--amperes", type=int, choices=sorted(MODELS), default=WITH_ETHERNET, help="the model, usually 60"
    )
    parser.add_argument(
        "--volts", type=int, choices=sorted(VOLTAGE_SWITCHES), default=12, help="of the system, usually 12"
    )
    parser.add_argument(
        "--with",
        action="append",
        default=[],
        dest="further",
        choices=[driver for driver in DRIVERS if tools(driver).virtual is not None],
        help="a device of this driver too, on a line of the driver's name",
    )
    parser.add_argument("--json", action="store_true", help="print where the devices are as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Answer until SIGTERM, SIGINT, or the end of the states; 2 for an unknown fault or model."""
    stopped, stop = os.pipe()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: os.write(stop, b"x"))
    try:
        site = VirtualSite(
            arguments.links,
            max(arguments.every_seconds, 0.0),
            bool(arguments.state),
            arguments.amperes,
            arguments.volts,
            {driver: virtual() for driver in arguments.further if (virtual := tools(driver).virtual) is not None},
        )
    except OSError as wrong:
        raise ConfigError(
            f"cannot simulate this: {wrong.strerror} ({arguments.links}); give another --links"
        ) from wrong
    try:
        prepare(site, arguments)
        print(started(site, arguments), flush=True)
        states = sys.stdin.fileno() if arguments.state else None
        for line in lines_until(stopped, states):
            take_state(site, line, complain)
    finally:
        site.close()
        os.close(stopped)
        os.close(stop)
    return 0


def prepare(site: VirtualSite, arguments: argparse.Namespace) -> None:
    """Put the faults on the lines and listen in the network.  Raises ConfigError for an unknown fault or model."""
    try:
        if not math.isfinite(arguments.every_seconds):
            raise ValueError(f"--every-seconds {arguments.every_seconds} is not a number of seconds")
        for text in arguments.fault:
            line, _, faults = text.partition(":")
            if not faults:
                raise ValueError(f"{text!r}: write LINE:FAULT")
            site.spoil(line, faults)
        if arguments.tcp is not None:
            site.listen(arguments.tcp)
    except (ValueError, OSError, OverflowError) as wrong:
        raise ConfigError(f"cannot simulate this: {wrong}") from wrong


def started(site: VirtualSite, arguments: argparse.Namespace) -> str:
    """The addresses of the devices, as JSON or as text."""
    network = {name: link.address for name, link in site.network.items()}
    if arguments.json:
        return json.dumps({"lines": {name: str(line.path) for name, line in site.lines.items()}, "network": network})
    return "\n".join((f"simulating: {arguments.links}", *(f"{name}: {address}" for name, address in network.items())))


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


def complain(text: str) -> None:
    """Print what is wrong with a state."""
    print(text, file=sys.stderr, flush=True)
