"""`read`: ask a device once and show every value with its unit and meaning."""

from __future__ import annotations

import argparse

from collector.commands.common.chosen_device import add_device, chosen_device
from collector.commands.common.terminal import add_json, say_json, show
from collector.commands.common.tools import tools
from collector.drivers import DRIVERS
from collector.drivers.driver import DeviceConfig
from collector.drivers.reading import Reading
from collector.drivers.tools import Row, Sheet
from data.errors import ConfigError

SUMMARY = "read a device once: every value with its unit, and the meaning of codes and bits"
HEADS = ("group", "key", "value", "unit", "meaning")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add_device(parser)
    add_groups(parser)
    add_json(parser)


def add_groups(parser: argparse.ArgumentParser) -> None:
    """Add GROUP, none or several."""
    parser.add_argument(
        "group", nargs="*", default=[], metavar="GROUP", help="blocks of its map or names of sentences, or `all`"
    )


def chosen_groups(driver: str, names: list[str]) -> tuple[str, ...]:
    """The groups to read; the daemon's when none is given.  Raises ConfigError for a group that the device lacks."""
    if not names:
        return DRIVERS[driver].live
    groups = DRIVERS[driver].groups
    if names == ["all"]:
        return groups
    wrong = [group for group in names if group not in groups]
    if wrong:
        raise ConfigError(f"{driver} has no {', '.join(wrong)}; it has: all, {', '.join(groups)}")
    return tuple(names)


def run(arguments: argparse.Namespace) -> int:
    """Read and show; 1 when a part did not come."""
    device = chosen_device(arguments)
    groups = chosen_groups(device.driver, arguments.group)
    reader = DRIVERS[device.driver].open(device.port, device.unit_id)
    try:
        reading = reader.read(groups)
    finally:
        reader.close()
    rows = tools(device.driver).rows(reading)
    if arguments.json:
        say_json(as_json(device, rows, reading))
    else:
        show(sheet_of(device, rows, reading))
    return 1 if reading.failed else 0


def as_json(device: DeviceConfig, rows: list[Row], reading: Reading) -> dict[str, object]:
    """One reading as JSON."""
    return {
        "device": device.name,
        "driver": device.driver,
        "values": [row.as_json() for row in rows],
        "failed": dict(reading.failed),
    }


def sheet_of(device: DeviceConfig, rows: list[Row], reading: Reading, marked: frozenset[int] = frozenset()) -> Sheet:
    """One reading as a table, with the groups that failed below it."""
    return Sheet(
        f"{device.name} ({device.driver})",
        HEADS,
        [(row.group, row.key, row.value, row.unit or " ", " " if row.meaning is None else row.meaning) for row in rows],
        [f"not read: {group}: {reason}" for group, reason in reading.failed.items()],
        numbers=frozenset({"value"}),
        marked=marked,
    )
