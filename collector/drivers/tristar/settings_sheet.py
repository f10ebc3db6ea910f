"""The settings of a TriStar MPPT as they are shown, kept and compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from collector.drivers import registers
from collector.drivers.driver import DeviceConfig
from collector.drivers.registers import Register, Scales, Value
from collector.drivers.tools import Sheet
from collector.drivers.tristar import registers_table, settings
from collector.drivers.tristar.reader import register_source
from collector.drivers.tristar.settings import NOMINAL_VOLTS, displayed
from collector.drivers.tristar.snapshots import read_registers_file

HEADS = ("address", "setting", "value", "unit", "raw", "what it is for")
DIFF_HEADS = ("address", "setting", "now", "in the file", "unit", "what it is for")
SWITCHES = registers_table.BY_KEY["dip_switches"]
SCALING = range(4)
# In the one controller that was read these held odd numbers that mean something else in its firmware.
DOUBTFUL = range(0xE01D, 0xE022)


@dataclass(frozen=True, slots=True)
class ControllerSettings:
    """The stored settings as words, and what is needed to read them.

    `system_volts` is what they were read for; `chosen` says who chose it.
    """

    device: DeviceConfig
    words: Mapping[int, int]
    scales: Scales
    dip_switches: int
    system_volts: int
    chosen: str

    @classmethod
    def read(cls, device: DeviceConfig, system_volts: int | None) -> Self:
        """Ask a controller.  Raises TransportError when a block does not answer."""
        line = register_source(device.port, device.unit_id)
        words: dict[int, int] = {}
        first, last = registers_table.SETTINGS[0], registers_table.SETTINGS[-1]
        try:
            for span in (SCALING, SWITCHES.addresses, range(first.address, last.addresses.stop)):
                words |= registers.block(span.start, line.read_registers(span.start, len(span)))
        finally:
            line.close()
        scales = Scales.from_words([words[address] for address in SCALING])
        switches = words[SWITCHES.address]
        by_switches = settings.system_volts(switches)
        if system_volts is not None:
            volts, chosen = system_volts, "as asked"
        elif by_switches is not None:
            volts, chosen = by_switches, "as switches 2 and 3 choose"
        else:
            volts, chosen = NOMINAL_VOLTS, "assumed, the controller finds it by itself: give --system-volts"
        return cls(device, words, scales, switches, volts, chosen)

    def value(self, row: Register, words: Mapping[int, int]) -> Value:
        """One setting in its own unit, per 12 V where it is stored so; None without its words."""
        if not words.keys() >= set(row.addresses):
            return None
        return registers.decode_register(row, [words[address] for address in row.addresses], self.scales)

    def shown(self, row: Register, words: Mapping[int, int]) -> str:
        """One setting as the maker's program shows it on this system."""
        return displayed(row.key, self.value(row, words), self.system_volts)

    def as_json(self) -> dict[str, Any]:
        """A snapshot: the raw words, for a comparison later, and what they mean."""
        return {
            "device": self.device.name,
            "driver": self.device.driver,
            "read_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "system_volts": self.system_volts,
            "in_force": settings.in_force(self.dip_switches),
            "raw": {f"0x{address:04X}": word for address, word in self.words.items()},
            "settings": [self._row_as_json(row) for row in registers_table.SETTINGS],
        }

    def _row_as_json(self, row: Register) -> dict[str, Any]:
        text = settings.SETTINGS[row.key]
        value = self.value(row, self.words)
        return {
            "address": f"0x{row.address:04X}",
            "key": row.key,
            "label": text.label,
            "value": settings.on_system(row.key, value, self.system_volts),
            "unit": row.unit,
            "shown": self.shown(row, self.words),
            "meaning": text.meaning,
            "watch_out": text.watch_out,
        }

    def sheet(self) -> Sheet:
        """The settings as a table."""
        rows = [
            (
                f"0x{row.address:04X}",
                settings.SETTINGS[row.key].label,
                self.shown(row, self.words),
                row.unit or " ",
                self.words[row.address],
                _explained(row, self.words),
            )
            for row in registers_table.SETTINGS
        ]
        return Sheet(self.title("settings"), HEADS, rows, self._notes(), frozenset(("value", "raw")))

    def differences(self, path: Path) -> Differences:
        """What differs from a file.  Raises ConfigError when it holds no settings."""
        there = read_registers_file(path)
        rows = [
            row
            for row in registers_table.SETTINGS
            if [self.words.get(each) for each in row.addresses] != [there.get(each) for each in row.addresses]
        ]
        return Differences(self, path, there, rows)

    def title(self, what: str) -> str:
        """What a table is of."""
        return f"{what} of {self.device.name}, for a system of {self.system_volts} V ({self.chosen})"

    def _notes(self) -> list[str]:
        notes = []
        if not settings.in_force(self.dip_switches):
            notes.append("Not in force: switches 4, 5 and 6 are not all on, so a built-in profile rules.")
        if any(self.words[address] for address in DOUBTFUL):
            notes.append(
                "0xE01D to 0xE021: some firmware keeps something else there; do not trust these numbers alone."
            )
        return notes


@dataclass(frozen=True, slots=True)
class Differences:
    """What differs between a controller now and a file."""

    now: ControllerSettings
    path: Path
    there: Mapping[int, int]
    rows: list[Register]

    def as_json(self) -> dict[str, Any]:
        """Only what differs; null where the file has no such setting."""
        return {
            "device": self.now.device.name,
            "file": str(self.path),
            "differences": [
                {
                    "address": f"0x{row.address:04X}",
                    "key": row.key,
                    "unit": row.unit,
                    "now": self.now.words.get(row.address),
                    "in_file": self.there.get(row.address),
                    "now_shown": self.now.shown(row, self.now.words),
                    "in_file_shown": self.now.shown(row, self.there),
                }
                for row in self.rows
            ],
        }

    def sheet(self) -> Sheet:
        """Only what differs, as a table."""
        rows = [
            (
                f"0x{row.address:04X}",
                settings.SETTINGS[row.key].label,
                self.now.shown(row, self.now.words),
                self.now.shown(row, self.there),
                row.unit or " ",
                settings.SETTINGS[row.key].meaning,
            )
            for row in self.rows
        ]
        compared = f"{len(registers_table.SETTINGS)} settings compared, {len(rows)} differ"
        title = self.now.title(f"{self.path.name} against the settings")
        return Sheet(title, DIFF_HEADS, rows, [compared], frozenset(("now", "in the file")))


def _explained(row: Register, words: Mapping[int, int]) -> str:
    text = settings.SETTINGS[row.key]
    zero = f"0: {text.zero_means}." if text.zero_means and not words[row.address] else ""
    return " ".join(part for part in (text.meaning, zero, text.watch_out) if part)
