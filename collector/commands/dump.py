"""`dump`: one reading as the document that the site takes, or everything a device holds as it came."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from collector.commands.common.chosen_device import add_device, chosen_device
from collector.commands.common.terminal import add_json, say_json, show
from collector.commands.common.tools import tools
from collector.daemon.clock import SYNCED, Stamp
from collector.daemon.device import PolledDevice
from collector.drivers import DRIVERS
from collector.drivers.documents import compact
from collector.drivers.driver import DeviceConfig
from collector.drivers.tools import Sheet
from data.errors import ConfigError, TransportError

SUMMARY = "write one reading as the site's document, or with --raw every register or sentence as it came"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add_device(parser)
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--daily", action="store_true", help="a controller's document of the day, with its settings")
    kind.add_argument("--raw", action="store_true", help="every register or sentence as it came")
    parser.add_argument("--out", type=Path, help="write to this file instead of standard output")
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Read and write; 1 when a part did not come."""
    device = chosen_device(arguments)
    if not arguments.raw:
        return _write(arguments.out, _document(device, arguments.daily))
    content = raw(device)
    if arguments.out is not None:
        _write(arguments.out, compact(content))
    elif arguments.json:
        say_json(content)
    else:
        show(_sheet(content))
    return 1 if content["failed"] else 0


def _document(device: DeviceConfig, daily: bool) -> str:
    polled = PolledDevice(device, DRIVERS[device.driver].open(device.port, device.unit_id), ZoneInfo("UTC"))
    now = datetime.now().astimezone()
    try:
        reading = polled.read()
        if not daily:
            return polled.document(reading, Stamp(now.astimezone(UTC), SYNCED, "", 0.0))
        if polled.day_log is None:
            raise ConfigError(f"{device.name} keeps no daily log")
        document = polled.daily_document({**reading.values, **polled.read_settings()}, now.date())
    finally:
        polled.close()
    if document is None:
        raise TransportError(f"{device.name} did not send its daily log; try again")
    return document


def _write(path: Path | None, text: str) -> int:
    if path is None:
        print(text)
        return 0
    try:
        path.write_text(text + "\n", encoding="utf-8")
    except OSError as cause:
        raise ConfigError(f"cannot write {path}: {cause.strerror}") from cause
    print(f"written: {path}", file=sys.stderr)
    return 0


def raw(device: DeviceConfig) -> dict[str, Any]:
    """The undecoded content of a device, and why parts of it did not come.  Raises TransportError when nothing came."""
    content = tools(device.driver).dump_raw(device)
    if not content["raw"]:
        raise TransportError("; ".join(dict.fromkeys(content["failed"].values())))
    at = datetime.now(UTC).isoformat(timespec="seconds")
    return {"device": device.name, "driver": device.driver, "read_at": at, **content}


def _sheet(content: Mapping[str, Any]) -> Sheet:
    rows: list[tuple[object, ...]] = []
    for place, value in content["raw"].items():
        rows.extend((place, line) for line in value) if isinstance(value, list) else rows.append(
            (place, f"{value:5d}  0x{value:04X}")
        )
    notes = [f"not read: {place}: {reason}" for place, reason in content["failed"].items()]
    return Sheet(f"{content['device']} ({content['driver']}), as it came", ("place", "content"), rows, notes)
