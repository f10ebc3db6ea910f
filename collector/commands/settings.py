"""`settings`: how a device is set, in plain language, and what differs from an earlier snapshot."""

from __future__ import annotations

import argparse
from pathlib import Path

from collector.commands.common.chosen_device import add_device, chosen_device
from collector.commands.common.terminal import add_json, say_json, show
from collector.commands.common.tools import tools
from collector.drivers.tools import Shown
from data.errors import ConfigError

SUMMARY = "show how a device is set, in plain language, and what differs from an earlier snapshot"


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
        "--system-volts", type=int, choices=(12, 24, 48), help="of a controller; usually known from its switches"
    )
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Read and show."""
    device = chosen_device(arguments)
    read_settings = tools(device.driver).read_settings
    if read_settings is None:
        raise ConfigError(
            f"{device.name}: a {device.driver} has no settings that can be read; its maker's program shows them"
        )
    settings = read_settings(device, arguments.system_volts)
    answer: Shown = settings if arguments.diff is None else settings.differences(arguments.diff)
    if arguments.json:
        say_json(answer.as_json())
    else:
        show(answer.sheet())
    return 0
