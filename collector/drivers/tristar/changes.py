"""The writes that change a TriStar MPPT: each allowed on purpose, logged, never repeated.  Reading needs none of this.

Every function takes `allow_changes`, and sends nothing unless it is True.  A TransportError after the bytes went out
means that it is not known whether the device did it: read it back.  Source:
docs/devices/tristar_mppt.md, "Changing it".
"""

from __future__ import annotations

import logging

from collector.drivers.permission import require_permission
from collector.drivers.registers import Register, Value, decode_register, encode
from collector.drivers.scalings import DECIMALS, Scales
from collector.drivers.tristar import coils, registers_table
from collector.drivers.tristar.settings import SETTINGS, multiplier
from collector.transports.modbus.line import ModbusSerial
from collector.transports.modbus.tcp import ModbusTcp
from collector.transports.modbus.writes import write_coil, write_register
from data.errors import DecodeError

TristarLine = ModbusSerial | ModbusTcp

# What the network says of itself; the settings of the network stand behind it.
READ_ONLY_NETWORK = range(0x1000, 0x1500)
# The word that ends the obedience of a controller to a master; 0 and 0xFFFF misbehave.
RELEASE = 0xFFF0
OBEYED = ("current_override", "voltage_override")

log = logging.getLogger(__name__)


def set_tristar_coil(line: TristarLine, coil: str, on: bool = True, *, allow_changes: bool = False) -> None:
    """Set one coil, or clear one that can be cleared.  Coils are by key, see tristar_coils.COILS.

    Raises ValueError for a coil that is unknown, cannot be cleared or is forbidden.
    """
    row = coils.BY_KEY.get(coil)
    if row is None:
        raise ValueError(f"there is no coil {coil!r}: there are {', '.join(coils.BY_KEY)}")
    if row.danger == "forbidden":
        raise ValueError(f"{coil} is a test of the factory: never to be set")
    if not on and row.access != "rw":
        raise ValueError(f"{coil} can only be set")
    require_permission(f"{_name(line)}: coil {coil} {'on' if on else 'off'} ({row.effect})", allow_changes)
    write_coil(line, row.address, on, allow_changes=allow_changes)


def write_tristar_setting(
    line: TristarLine, key: str, value: Value, system_volts: int = 12, *, allow_changes: bool = False
) -> Value:
    """Store one setting, in the volts of the system; returns the value read back, in the same unit.

    The controller raises the fault `settings_edited`, and may stop charging, until its coil `reset_controller` is set;
    the maker's order is: coil `charge_disconnect`, write, reset.  A setting that already has the value is not written:
    the memory wears out.  Raises ValueError for an unknown setting or an impossible value, DecodeError when another
    value is read back.
    """
    row = _stored_row(key)
    factor = multiplier(key, system_volts) if key in SETTINGS else 1
    if isinstance(value, int | float):
        limits = SETTINGS[key].limits if key in SETTINGS else None
        if limits and not limits[0] <= value <= limits[1]:
            raise ValueError(f"{key} is {limits[0]} to {limits[1]}, not {value}")
        value = value / factor if factor > 1 else value
    require_permission(f"{_name(line)}: setting {key} to {value} (per 12 V) in 0x{row.address:04X}", allow_changes)
    held = _write_row(line, row, value, allow_changes)
    return round(held * factor, DECIMALS) if factor > 1 and isinstance(held, int | float) else held


def write_tristar_override(line: TristarLine, key: str, value: float, *, allow_changes: bool = False) -> Value:
    """Impose a limit on a charger, in real volts and amperes; returns the value read back.

    From then on this program answers for the battery.  `current_override` and `voltage_override` must be written again
    every 60 s, or charging stops with a fault; `release_tristar` ends them.  0 in the other two ends those.
    """
    row = registers_table.BY_KEY.get(key)
    if row is None or row.group != "manual_control":
        keys = [each.key for each in registers_table.OVERRIDES]
        raise ValueError(f"there is no override {key!r}: there are {', '.join(keys)}")
    if value < 0 or (key in OBEYED and value == 0):
        raise ValueError(f"{key} must be above 0, not {value}; release_tristar ends it")
    require_permission(f"{_name(line)}: override {key} {value} {row.unit}", allow_changes)
    return _write_row(line, row, value, allow_changes)


def release_tristar(line: TristarLine, *, allow_changes: bool = False) -> None:
    """Let a controller charge by itself again."""
    require_permission(f"{_name(line)}: release from overrides", allow_changes)
    for key in OBEYED:
        write_register(line, registers_table.BY_KEY[key].address, RELEASE, allow_changes=allow_changes)


def _stored_row(key: str) -> Register:
    row = registers_table.BY_KEY.get(key)
    writable = row is not None and (
        row.group == "eeprom_settings" or (row.group == "network" and row.address not in READ_ONLY_NETWORK)
    )
    if row is None or not writable:
        raise ValueError(f"{key!r} is no setting that can be written")
    return row


def _write_row(line: TristarLine, row: Register, value: Value, allow_changes: bool) -> Value:
    scales = Scales.from_words(line.read_registers(0x0000, 4))
    (word,) = encode(row, value, scales)
    before = line.read_registers(row.address, 1)
    if before == (word,) and row.group != "manual_control":
        log.warning("%s: %s holds this already, not written", _name(line), row.key)
        return decode_register(row, before, scales)
    write_register(line, row.address, word, allow_changes=allow_changes)
    after = line.read_registers(row.address, 1)
    log.warning(
        "%s: %s was %s, is %s", _name(line), row.key, *(decode_register(row, held, scales) for held in (before, after))
    )
    if after != (word,):
        raise DecodeError(f"{row.key} was written as {word} and reads {after[0]}; look at the controller")
    return decode_register(row, after, scales)


def _name(line: TristarLine) -> str:
    return f"unit {line.unit_id} on {line.where}"
