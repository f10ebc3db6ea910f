"""`settings`: how a device is set, in plain words, and what differs from an earlier snapshot."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, Protocol

from collector.commands.common.chosen_device import add_device, chosen_device
from collector.commands.common.terminal import Sheet, add_json, say_json, show
from collector.commands.details.emus_settings import BatterySettings
from collector.commands.details.tristar_settings import ControllerSettings

SUMMARY = "show how a device is set, in plain words, and what differs from an earlier snapshot"


class Shown(Protocol):
    """What can be shown in both ways."""

    def as_json(self) -> dict[str, Any]:
        """As JSON."""

    def sheet(self) -> Sheet:
        """As a table."""


class Settings(Shown, Protocol):
    """The settings of one device."""

    def differences(self, path: Path) -> Shown:
        """What differs from a file.  Raises ConfigError when it holds no settings of such a device."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add_device(parser)
    parser.add_argument(
        "--diff",
        type=Path,
        metavar="FILE",
        help="what differs from a `settings --json` of before, or a .tsmppt file",
    )
    parser.add_argument(
        "--system-volts", type=int, choices=(12, 24, 48), help="of a controller; usually its switches say so"
    )
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Read and show."""
    device = chosen_device(arguments)
    settings: Settings
    if device.driver == "emus_g1":
        settings = BatterySettings.read(device)
    else:
        settings = ControllerSettings.read(device, arguments.system_volts)
    found: Shown = settings if arguments.diff is None else settings.differences(arguments.diff)
    if arguments.json:
        say_json(found.as_json())
    else:
        show(found.sheet())
    return 0
