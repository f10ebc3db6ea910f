"""What `change` can do to a device: each action by name, with the words it takes.  Only `change` calls it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from collector.commands.common.chosen_device import register_source
from collector.config import DeviceConfig
from collector.drivers.emus import changes as emus_changes
from collector.drivers.emus.reader import OVERHEARD
from collector.drivers.registers import Value
from collector.drivers.scalings import SHAPES
from collector.drivers.tristar import changes, coils, registers_table
from collector.transports.modbus.line import ModbusSerial
from collector.transports.modbus.tcp import ModbusTcp
from collector.transports.serial_line import SerialLine

# A secret is asked for at the terminal and never stands on a command line.
SECRET = "PASSWORD"

Do = Callable[[Any, Sequence[str], int, bool], Any]


@dataclass(frozen=True, slots=True)
class Action:
    """One change: `takes` names its words, `do(line, words, system_volts, allow_changes)` makes it.

    Some have no documented answer: whether these were done cannot be known from the line.
    """

    takes: tuple[str, ...]
    summary: str
    do: Do
    is_answered: bool = True


def _coil(line: Any, words: Sequence[str], _volts: int, allow: bool) -> Any:
    if words[1] not in ("on", "off"):
        raise ValueError(f"{words[1]!r}: write on or off")
    return changes.set_tristar_coil(line, words[0], words[1] == "on", allow_changes=allow)


def _setting(line: Any, words: Sequence[str], volts: int, allow: bool) -> Any:
    return changes.write_tristar_setting(line, words[0], _value(words[0], words[1]), volts, allow_changes=allow)


def _parameter(line: Any, words: Sequence[str], _volts: int, allow: bool) -> Any:
    return emus_changes.write_parameter(line, words[0], _number(words[1]), allow).value


def _calibrate_cells(line: Any, words: Sequence[str], _volts: int, allow: bool) -> Any:
    module, beta, gamma, delta = (_whole(word) for word in words)
    return emus_changes.calibrate_cell_temperatures(line, module, beta, gamma, delta, allow)


def _can_frame(line: Any, words: Sequence[str], _volts: int, allow: bool) -> Any:
    try:
        identifier, data = int(words[0], 16), bytes.fromhex(words[1])
    except ValueError as cause:
        raise ValueError(f"{' '.join(words)!r}: write identifier and data in hexadecimal, 18FF50E5 0102") from cause
    return emus_changes.send_can_frame(line, identifier, data, allow_changes=allow)


ACTIONS: Mapping[str, Mapping[str, Action]] = {
    "tristar_mppt": {
        "coil": Action(("NAME", "on|off"), f"set a coil: {', '.join(coils.BY_KEY)}", _coil),
        "setting": Action(
            ("KEY", "VALUE"), "store a setting; the controller then wants the coil reset_controller", _setting
        ),
        "override": Action(
            ("KEY", "VALUE"),
            "impose a limit on the charger for 60 s: this program then answers for the battery",
            lambda line, words, _volts, allow: changes.write_tristar_override(
                line, words[0], _number(words[1]), allow_changes=allow
            ),
        ),
        "release": Action(
            (),
            "let the charger work by itself again",
            lambda line, _words, _volts, allow: changes.release_tristar(line, allow_changes=allow),
        ),
    },
    "emus_g1": {
        "parameter": Action(("KEY", "VALUE"), "store a parameter", _parameter),
        "state-of-charge": Action(
            ("PERCENT",),
            "say how full the battery is",
            lambda line, words, _volts, allow: emus_changes.set_state_of_charge(line, _whole(words[0]), allow),
        ),
        "zero-current": Action(
            (),
            "take the present current for zero",
            lambda line, _words, _volts, allow: emus_changes.zero_current_sensor(line, allow),
            is_answered=False,
        ),
        "calibrate-modules": Action(
            ("CELSIUS",),
            "say what temperature all cell modules have",
            lambda line, words, _volts, allow: emus_changes.calibrate_module_temperatures(
                line, _whole(words[0]), allow
            ),
            is_answered=False,
        ),
        "calibrate-cells": Action(
            ("MODULE", "BETA", "GAMMA", "DELTA"), "calibrate an external probe", _calibrate_cells, is_answered=False
        ),
        "clear-log": Action(
            (), "erase the event log", lambda line, _words, _volts, allow: emus_changes.clear_log(line, allow)
        ),
        "clear-statistics": Action(
            (),
            "erase the statistics that are not protected",
            lambda line, _words, _volts, allow: emus_changes.clear_statistics(line, allow),
            is_answered=False,
        ),
        "set-password": Action(
            (SECRET,),
            "set the password of the present level",
            lambda line, words, _volts, allow: emus_changes.set_password(line, words[0], allow),
        ),
        "clear-password": Action(
            (),
            "clear the password of the present level",
            lambda line, _words, _volts, allow: emus_changes.set_password(line, None, allow),
        ),
        "can-frame": Action(
            ("IDENTIFIER", "BYTES"), "put a frame on the CAN bus, both in hexadecimal", _can_frame, is_answered=False
        ),
        "restart": Action(
            (),
            "restart the unit; its contactors may open",
            lambda line, _words, _volts, allow: emus_changes.restart(line, allow),
            is_answered=False,
        ),
        "factory-defaults": Action(
            (),
            "erase configuration, statistics and event log",
            lambda line, _words, _volts, allow: emus_changes.restore_factory_defaults(line, allow),
            is_answered=False,
        ),
    },
}


def open_line(device: DeviceConfig) -> ModbusSerial | ModbusTcp | SerialLine:
    """The line over which a device can be told something; opened at its first use."""
    if device.driver == "emus_g1":
        return SerialLine(device.port, overhear=OVERHEARD)
    return register_source(device)


def log_in(line: SerialLine, password: str) -> int:
    """The access level after it."""
    return emus_changes.log_in(line, password)


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError as cause:
        raise ValueError(f"{text!r} is not a whole number") from cause


def _number(text: str) -> int | float:
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError as cause:
        raise ValueError(f"{text!r} is not a number") from cause


def _value(key: str, text: str) -> Value:
    """A number; a text for a setting that is one, such as an address in the network."""
    row = registers_table.BY_KEY.get(key)
    return text if row is not None and row.scale in SHAPES else _number(text)
