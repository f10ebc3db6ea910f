"""The codes and bits that devices send: each number once, with its key, its name in documents and what it means.

The rows are in `codes.tsv`.  A key is what drivers and commands say, a name what documents and pages say; it is empty
where no document has one, and so is the sentence where nobody has defined the code.  Standard library only: the
collector reads it too.  Sources: docs/devices/tristar_mppt.md and docs/devices/emus_g1.md, "Words".
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any, NamedTuple

from data.catalogue.tables import beside, read_table
from data.folding import fold

PATH = beside(__file__, "codes.tsv")
COLUMNS = ("table", "number", "key", "name", "sentence", "label")


class Code(NamedTuple):
    """One code, or one bit of a set of flags; `label` is what screens call it where that is not its name."""

    number: int
    key: str
    name: str = ""
    sentence: str = ""
    label: str = ""


class CodeTable:
    """The codes of one register or field, in the order of the file.

    Attributes:
        keys: number -> key of every code.
        names: number -> name of the codes that have one.
    """

    def __init__(self, codes: Iterable[Code]) -> None:
        self.codes = {code.number: code for code in codes}
        self.keys: dict[Any, str] = {number: code.key for number, code in self.codes.items()}
        self.names = {number: code.name for number, code in self.codes.items() if code.name}
        self._numbers = {code.key: number for number, code in self.codes.items()}
        self._by_name: dict[str, Code] = {}
        for code in self.codes.values():
            self._by_name.setdefault(fold(code.name), code)

    def number(self, key: str) -> int:
        """The number of a key.  Raises KeyError."""
        return self._numbers[key]

    def code(self, value: float) -> Code | None:
        """The code of that number; None for one that is not among them, and for what is no whole number."""
        return self.codes.get(int(value)) if value == int(value) else None

    def name(self, value: float) -> str | None:
        """The name of that number; None where it has none."""
        code = self.code(value)
        return code.name or None if code is not None else None

    def named(self, name: str) -> Code | None:
        """The code of that name, however it is spelled; None for a name that is not among them."""
        return self._by_name.get(fold(name)) if name else None

    def meaning(self, name: str) -> str:
        """What that name means, however it is spelled; empty for a name that is not among them."""
        code = self.named(name)
        return code.sentence if code is not None else ""


def _row(table: str, number: str, key: str, name: str, sentence: str, label: str) -> tuple[str, Code]:
    if not table or not key or not number.isdecimal():
        raise ValueError(f"table {table!r}, number {number!r} and key {key!r}: all three are needed")
    return table, Code(int(number), key, name, sentence, label)


def read_codes(path: str | os.PathLike[str]) -> dict[str, CodeTable]:
    """The tables of the file by name.  Raises ValueError that names file and fault."""
    tables: dict[str, list[Code]] = {}
    names: set[tuple[str, int | str]] = set()
    for table, code in read_table(path, COLUMNS, _row):
        if (table, code.number) in names or (table, code.key) in names:
            raise ValueError(f"{path}: {table} has {code.number} {code.key} twice")
        names.update(((table, code.number), (table, code.key)))
        tables.setdefault(table, []).append(code)
    return {table: CodeTable(codes) for table, codes in tables.items()}


TABLES = read_codes(PATH)


def table(name: str) -> CodeTable:
    """The table of that name.  Raises ValueError."""
    if name not in TABLES:
        raise ValueError(f"no table of codes is named {name!r}: codes.tsv has {', '.join(TABLES)}")
    return TABLES[name]


CHARGE_STATE = table("charge_state")
FAULTS = table("faults")
ALARMS = table("alarms")
DAILY_FLAGS = table("daily_flags")
CHARGING_STAGE = table("charging_stage")
CHARGING_ERROR = table("charging_error")
CAN_STATUS = table("can_status")
LOG_EVENT = table("log_event")
STATISTIC = table("statistic")
BATTERY_STATUS = table("battery_status")  # a bit that is set means that all is well; the names say that it is not
PROTECTION = table("protection")
POWER_REDUCTION = table("power_reduction")
PIN_STATUS = table("pin_status")
# The pins on the unit's case.
INPUT_PINS = table("input_pins")
OUTPUT_PINS_1 = table("output_pins_1")
OUTPUT_PINS_3 = table("output_pins_3")

START = CHARGE_STATE.number("start")
NIGHT_CHECK = CHARGE_STATE.number("night_check")
NIGHT = CHARGE_STATE.number("night")
FAULT = CHARGE_STATE.number("fault")
MPPT = CHARGE_STATE.number("mppt")
ABSORPTION = CHARGE_STATE.number("absorption")
FLOAT = CHARGE_STATE.number("float")
CHARGING_FAILED = CHARGING_STAGE.number("charging_error")
