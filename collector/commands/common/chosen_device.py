"""Which device a command means: a name from the settings or from `probe`, or a driver and a port."""

from __future__ import annotations

import argparse
from pathlib import Path

from collector.commands.common.arguments import modbus_address
from collector.commands.common.known_devices import MEMORY, read_memory
from collector.config import read_config
from collector.drivers import DRIVERS
from collector.drivers.driver import DeviceConfig
from collector.transports.modbus.tcp import ModbusTcp, is_networked
from data.errors import ConfigError


def add_device(parser: argparse.ArgumentParser) -> None:
    """Add DEVICE and the options that find it."""
    parser.add_argument(
        "device",
        metavar="DEVICE",
        help="a name from --config or from what `probe` found, or DRIVER@PORT like tristar_mppt@/dev/ttyUSB0 or tristar_mppt@tcp://192.168.1.253",
    )
    parser.add_argument("--config", type=Path, help="the collector's TOML file, for the names in it")
    add_memory(parser)
    parser.add_argument(
        "--unit-id", type=modbus_address, default=1, help="the Modbus address with DRIVER@PORT, usually 1"
    )


def add_memory(parser: argparse.ArgumentParser) -> None:
    """Add `--memory`, the file in which `probe` keeps what it found."""
    parser.add_argument("--memory", type=Path, default=MEMORY, help=f"what `probe` found, usually {MEMORY}")


def chosen_device(arguments: argparse.Namespace) -> DeviceConfig:
    """The device that the command means.  Raises ConfigError with the known names when it is none of them."""
    text: str = arguments.device
    driver, at, port = text.partition("@")
    if at:
        if driver not in DRIVERS or not port:
            raise ConfigError(f"{text!r}: write DRIVER@PORT with one of the drivers {', '.join(DRIVERS)}")
        if is_networked(port):
            check_address(port)
        return DeviceConfig(text, driver, port, arguments.unit_id, None, 60.0)
    if arguments.config is not None:
        devices = list(read_config(arguments.config).devices)
        source = str(arguments.config)
    else:
        devices = [
            DeviceConfig(kept.name, kept.driver, kept.where, kept.unit_id, None, 60.0)
            for kept in read_memory(arguments.memory)
        ]
        source = f"the devices that `probe` found ({arguments.memory})"
    for device in devices:
        if device.name == text:
            return device
    named = ", ".join(device.name for device in devices) or "none"
    raise ConfigError(f"there is no device {text!r} in {source}, which has: {named}; or write DRIVER@PORT")


def check_address(port: str) -> None:
    """Raises ConfigError unless it is the address of a controller in the network."""
    try:
        ModbusTcp.at(port)
    except ValueError as cause:
        raise ConfigError(str(cause)) from cause
