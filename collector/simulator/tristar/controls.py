"""What a virtual TriStar MPPT does when it is written to, as docs/devices/tristar_mppt.md, "Changing it", describes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from collector.drivers.registers import Value, decode_register
from collector.drivers.scalings import Scales
from collector.drivers.tristar import registers_table
from collector.drivers.tristar.coils import COILS
from collector.simulator.modbus import pdu as pdus

DIP_8 = 0x80
SETTINGS_EDITED = 0x40
DIP_CHANGED = 0x20
CONTROLLER_RESET = 0x80000
RESET_TODAY = 0x1
DISCONNECT, FAULT, MPPT, EQUALIZE, SLAVE = 2, 4, 5, 8, 9
STORED_GROUPS = ("eeprom_settings", "network")
WRITABLE = {
    row.address: row
    for row in registers_table.ALL
    if row.group in ("eeprom_settings", "manual_control") or (row.address >= 0x151B and row.group == "network")
}
ETHERNET_COILS = range(0x1000, 0x1100)
FACTORY_TEST = 0x00F0
LOWEST_AND_HIGHEST = ("battery_voltage_min", "battery_voltage_max")


class Held(Protocol):
    """The device whose controls these are."""

    has_ethernet: bool
    unit_id: int

    def value(self, key: str) -> Value:
        """One value."""

    def change(self, values: Mapping[str, Value]) -> None:
        """Take new values."""

    def scales(self) -> Scales:
        """What its full scale is."""


class Controls:
    """Coils and writable registers.  `written` has all that was written; `blocked` answers what is not let in."""

    def __init__(self, device: Held) -> None:
        self._device = device
        self._equalizing = False
        self._disconnected = False
        self.written: list[tuple[int, int, int]] = []
        # Whether a write over Ethernet that switch 8 forbids is refused or met with silence is not documented.
        self.blocked: bytes | None = bytes([pdus.DEVICE_FAILURE])

    def coils(self) -> dict[int, bool]:
        """Every coil as it reads: those that only set something read 0."""
        present = {coil.address for coil in COILS if coil.address not in ETHERNET_COILS or self._device.has_ethernet}
        bits = dict.fromkeys((*range(26), *present), False)
        return bits | {0x0000: self._equalizing, 0x0002: self._disconnected}

    def write(self, pdu: bytes, over_ethernet: bool) -> bytes | None:
        """Do what functions 5 and 6 ask; the answer repeats the request."""
        function, (address, value) = pdu[0], pdus.two_words(pdu)
        if function == pdus.WRITE_COIL:
            if address not in {coil.address for coil in COILS} & self.coils().keys():
                return pdus.exception(function, pdus.ILLEGAL_ADDRESS)
            if value not in (pdus.COIL_ON, pdus.COIL_OFF):
                return pdus.exception(function, pdus.ILLEGAL_VALUE)
        elif address not in WRITABLE or (WRITABLE[address].group == "network" and not self._device.has_ethernet):
            return pdus.exception(function, pdus.ILLEGAL_ADDRESS)
        elif over_ethernet and not self._number("dip_switches") & DIP_8 and WRITABLE[address].group in STORED_GROUPS:
            return self.blocked and bytes([function | 0x80]) + self.blocked
        self.written.append((function, address, value))
        if function == pdus.WRITE_COIL:
            self._set(address, value == pdus.COIL_ON)
        else:
            self._store(address, value)
        return pdu

    def _store(self, address: int, word: int) -> None:
        row = WRITABLE[address]
        changes: dict[str, Value] = {row.key: decode_register(row, [word], self._device.scales())}
        if row.group in STORED_GROUPS:
            changes |= {"faults": self._number("faults") | SETTINGS_EDITED, "charge_state": FAULT}
        elif row.key in ("current_override", "voltage_override"):
            positive = 0 < word < 0x8000
            changes["charge_state"] = SLAVE if positive else MPPT
        self._device.change(changes)

    def _set(self, address: int, on: bool) -> None:
        change = self._device.change
        match address:
            case 0x0000:
                self._equalizing = on
                change({"charge_state": EQUALIZE if on else MPPT})
            case 0x0002:
                self._disconnected = on
                change({"charge_state": DISCONNECT if on else MPPT})
            case 0x0010 if on:
                change({"charge_ah_resettable": 0.0} | self._both_extremes())
            case 0x0011 if on:
                change({"charge_ah_total": 0.0})
            case 0x0012 if on:
                change({"charge_kwh_resettable": 0})
            case 0x0013 if on:
                change({"days_since_service": 0})
            case 0x0014 if on:
                change({"faults": self._number("faults") & SETTINGS_EDITED})
            case 0x0015 if on:
                change({"alarms": 0})
            case 0x0018 if on:
                change({"charge_kwh_total": 0})
            case 0x0019 if on:
                change(self._both_extremes())
            case 0x00FF if on:
                self._restart()

    def _restart(self) -> None:
        today = {row.key: 0 for row in registers_table.REGISTERS if row.group == "logger_daily"}
        self._equalizing = self._disconnected = False
        self._device.change(
            today
            | self._both_extremes("_daily")
            | {
                "faults": self._number("faults") & ~(SETTINGS_EDITED | DIP_CHANGED),
                "alarms": self._number("alarms") | CONTROLLER_RESET,
                "flags_daily": RESET_TODAY,
                "charge_state": MPPT,
                "current_override": 0,
                "voltage_override": 0,
            }
        )
        self._device.unit_id = self._number("modbus_id")

    def _both_extremes(self, ending: str = "") -> dict[str, Value]:
        return dict.fromkeys((key + ending for key in LOWEST_AND_HIGHEST), self._device.value("battery_voltage"))

    def _number(self, key: str) -> int:
        value = self._device.value(key)
        assert isinstance(value, int), f"{key} is a number"
        return value
