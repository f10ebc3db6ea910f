"""`probe`: find what is on which port by a question that proves it, and remember it by serial number."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict

from collector.commands.common.arguments import modbus_address
from collector.commands.common.chosen_device import add_memory, check_address
from collector.commands.common.known_devices import KnownDevice, call, read_memory, recognise, remember, write_memory
from collector.commands.common.terminal import add_json, complain, say_json, show
from collector.commands.common.tools import tools
from collector.drivers import DRIVERS
from collector.drivers.tools import Found, Sheet
from collector.transports.adapters import Adapter, adapters, candidates
from collector.transports.modbus.tcp import SCHEME, is_networked
from data.errors import ArboretumError, ConfigError
from data.names import SLUG

SUMMARY = "find which device is on which serial port, and remember it by its serial number"
HEADS = ("name", "driver", "port", "adapter", "device's number", "model", "firmware")
PORTS_AT_ONCE = 8

Outcome = Found | str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--ports", metavar="PATTERN", help="look at these ports, like '/dev/ttyACM*'")
    parser.add_argument(
        "--hosts", nargs="+", default=[], metavar="HOST", help="ask these controllers in the network as well"
    )
    parser.add_argument(
        "--unit-ids",
        type=modbus_address,
        nargs="+",
        default=[1],
        metavar="ID",
        help="Modbus addresses to ask, usually 1",
    )
    parser.add_argument(
        "--call", action="append", default=[], metavar="NAME=SERIAL", help="name the device with this serial number"
    )
    parser.add_argument("--toml", action="store_true", help="print [[device]] tables for the collector's settings")
    add_memory(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Ask every port, name what answers, remember it; 1 when nothing did."""
    wishes = [_wish(text) for text in arguments.call]
    ports = [*candidates(pattern=arguments.ports), *(_address(host) for host in arguments.hosts)]
    remembered = read_memory(arguments.memory)
    present = {adapter.port: adapter for adapter in adapters()}
    with ThreadPoolExecutor(PORTS_AT_ONCE) as pool:
        answers = [pool.submit(ask, port, arguments.unit_ids, present.get(port)) for port in ports]
        outcomes = [outcome for answer in answers for outcome in answer.result()]
    answering = [outcome for outcome in outcomes if isinstance(outcome, Found)]
    devices = recognise(answering, remembered)
    memory = remember(devices, remembered)
    for name, serial_number in wishes:
        memory = call(memory, name, serial_number)
        devices = call(devices, name, serial_number)
    if memory != remembered:
        write_memory(arguments.memory, memory)
    silent = [outcome for outcome in outcomes if isinstance(outcome, str)]
    if arguments.json:
        say_json(
            {
                "devices": [
                    asdict(proof) | {"name": device.name} for proof, device in zip(answering, devices, strict=True)
                ],
                "nothing": silent,
            }
        )
    elif arguments.toml:
        complain(silent)
        print("\n".join(_toml(device) for device in devices))
    else:
        show(_sheet(answering, devices, ports, silent))
    return 0 if answering else 1


def ask(port: str, unit_ids: Sequence[int], adapter: Adapter | None) -> list[Outcome]:
    """The device that answers the question of a driver, asked one after the other; else the reasons why none does."""
    number = adapter.serial_number if adapter is not None else ""
    reasons: list[str] = []
    for driver in DRIVERS.values():
        if is_networked(port) and not driver.has_unit_id:
            continue
        devices: list[Outcome] = []
        for unit_id in unit_ids if driver.has_unit_id else (1,):
            try:
                devices.append(tools(driver.name).prove(port, unit_id, number))
            except ArboretumError as problem:
                reasons.append(str(problem))
        if devices:
            return devices
    # A port that cannot be opened says so to each, and to the second when it is tried again.
    return [f"{port}: " + "; ".join(dict.fromkeys(reason.partition("; tried again in")[0] for reason in reasons))]


def _address(host: str) -> str:
    address = f"{SCHEME}://{host}"
    check_address(address)
    return address


def _wish(text: str) -> tuple[str, str]:
    name, equals, serial_number = text.partition("=")
    if not (equals and serial_number and SLUG.fullmatch(name)):
        raise ConfigError(f"--call {text!r}: write NAME=SERIAL, the name in small letters, like tristar-1=10491234")
    return name, serial_number


def _sheet(
    answering: Sequence[Found], devices: Sequence[KnownDevice], ports: Sequence[str], silent: Sequence[str]
) -> Sheet:
    rows = [
        (device.name, proof.driver, proof.port, proof.adapter, proof.serial_number, proof.model, proof.firmware)
        for proof, device in zip(answering, devices, strict=True)
    ]
    looked = (
        f"{len(ports)} ports looked at" if ports else "there is no serial port: plug an adapter in, or give --ports"
    )
    notes = [f"{device.name} {proof.note}" for proof, device in zip(answering, devices, strict=True) if proof.note]
    return Sheet("devices", HEADS, rows, [*notes, *silent, looked])


def _toml(device: KnownDevice) -> str:
    lines = [
        "[[device]]",
        f'name = "{device.name}"',
        f'driver = "{device.driver}"',
        f"port = {json.dumps(device.where)}",
        f"unit_id = {device.unit_id}",
    ]
    return "\n".join(lines) + "\n"
