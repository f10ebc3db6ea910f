"""What `change` can do to an EMUS G1: each action by name, with the values it takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from collector.drivers.driver import DeviceConfig
from collector.drivers.emus import changes
from collector.drivers.emus.reader import OVERHEARD
from collector.drivers.tools import SECRET, Action, Changes, number, whole
from collector.transports.serial_line import SerialLine


def _parameter(line: Any, values: Sequence[str], _volts: int, allow: bool) -> Any:
    return changes.write_parameter(line, values[0], number(values[1]), allow).value


def _calibrate_cells(line: Any, values: Sequence[str], _volts: int, allow: bool) -> Any:
    module, beta, gamma, delta = (whole(value) for value in values)
    return changes.calibrate_cell_temperatures(line, module, beta, gamma, delta, allow)


def _can_frame(line: Any, values: Sequence[str], _volts: int, allow: bool) -> Any:
    try:
        identifier, data = int(values[0], 16), bytes.fromhex(values[1])
    except ValueError as cause:
        raise ValueError(f"{' '.join(values)!r}: write identifier and data in hexadecimal, 18FF50E5 0102") from cause
    return changes.send_can_frame(line, identifier, data, allow_changes=allow)


def _open_line(device: DeviceConfig) -> SerialLine:
    return SerialLine(device.port, overhear=OVERHEARD)


ACTIONS: Mapping[str, Action] = {
    "parameter": Action(("KEY", "VALUE"), "store a parameter", _parameter),
    "state-of-charge": Action(
        ("PERCENT",),
        "set the state of charge",
        lambda line, values, _volts, allow: changes.set_state_of_charge(line, whole(values[0]), allow),
    ),
    "zero-current": Action(
        (),
        "take the present current for zero",
        lambda line, _values, _volts, allow: changes.zero_current_sensor(line, allow),
        is_answered=False,
    ),
    "calibrate-modules": Action(
        ("CELSIUS",),
        "set the temperature that all cell modules have",
        lambda line, values, _volts, allow: changes.calibrate_module_temperatures(line, whole(values[0]), allow),
        is_answered=False,
    ),
    "calibrate-cells": Action(
        ("MODULE", "BETA", "GAMMA", "DELTA"), "calibrate an external probe", _calibrate_cells, is_answered=False
    ),
    "clear-log": Action((), "erase the event log", lambda line, _values, _volts, allow: changes.clear_log(line, allow)),
    "clear-statistics": Action(
        (),
        "erase the statistics that are not protected",
        lambda line, _values, _volts, allow: changes.clear_statistics(line, allow),
        is_answered=False,
    ),
    "set-password": Action(
        (SECRET,),
        "set the password of the present level",
        lambda line, values, _volts, allow: changes.set_password(line, values[0], allow),
    ),
    "clear-password": Action(
        (),
        "clear the password of the present level",
        lambda line, _values, _volts, allow: changes.set_password(line, None, allow),
    ),
    "can-frame": Action(
        ("IDENTIFIER", "BYTES"), "put a frame on the CAN bus, both in hexadecimal", _can_frame, is_answered=False
    ),
    "restart": Action(
        (),
        "restart the unit; its contactors may open",
        lambda line, _values, _volts, allow: changes.restart(line, allow),
        is_answered=False,
    ),
    "factory-defaults": Action(
        (),
        "erase configuration, statistics and event log",
        lambda line, _values, _volts, allow: changes.restore_factory_defaults(line, allow),
        is_answered=False,
    ),
}

CHANGES = Changes(ACTIONS, _open_line, changes.log_in)
