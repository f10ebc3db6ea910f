"""What `change` can do to a TriStar MPPT: each action by name, with the values it takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from collector.drivers.driver import DeviceConfig
from collector.drivers.registers import Value
from collector.drivers.scalings import SHAPES
from collector.drivers.tools import Action, Changes, number
from collector.drivers.tristar import changes, coils, registers_table
from collector.drivers.tristar.reader import register_source
from collector.transports.modbus.line import ModbusSerial
from collector.transports.modbus.tcp import ModbusTcp


def _coil(line: Any, values: Sequence[str], _volts: int, allow: bool) -> Any:
    if values[1] not in ("on", "off"):
        raise ValueError(f"{values[1]!r}: write on or off")
    return changes.set_tristar_coil(line, values[0], values[1] == "on", allow_changes=allow)


def _setting(line: Any, values: Sequence[str], volts: int, allow: bool) -> Any:
    return changes.write_tristar_setting(line, values[0], _value(values[0], values[1]), volts, allow_changes=allow)


def _value(key: str, text: str) -> Value:
    """A number; a text for a setting that is one, such as an address in the network."""
    row = registers_table.BY_KEY.get(key)
    return text if row is not None and row.scale in SHAPES else number(text)


def _open_line(device: DeviceConfig) -> ModbusSerial | ModbusTcp:
    return register_source(device.port, device.unit_id)


ACTIONS: Mapping[str, Action] = {
    "coil": Action(("NAME", "on|off"), f"set a coil: {', '.join(coils.BY_KEY)}", _coil),
    "setting": Action(
        ("KEY", "VALUE"), "store a setting; the controller then wants the coil reset_controller", _setting
    ),
    "override": Action(
        ("KEY", "VALUE"),
        "impose a limit on the charger for 60 s: this program then answers for the battery",
        lambda line, values, _volts, allow: changes.write_tristar_override(
            line, values[0], number(values[1]), allow_changes=allow
        ),
    ),
    "release": Action(
        (),
        "let the charger work by itself again",
        lambda line, _values, _volts, allow: changes.release_tristar(line, allow_changes=allow),
    ),
}

CHANGES = Changes(ACTIONS, _open_line)
