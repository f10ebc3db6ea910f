"""A reading as rows for people: group, key, value, unit, and what a code or a bit means in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from collector.drivers import sentences
from collector.drivers.emus import sentences_table, statistics
from collector.drivers.emus.statistics import Statistic
from collector.drivers.reading import Reading
from collector.drivers.tristar import registers_table

# The unit counts seconds from here by its own clock, which knows no zone.
UNIT_EPOCH = datetime(2000, 1, 1)  # noqa: DTZ001
LAST_SECOND = 0xFFFF_FFFF


@dataclass(frozen=True, slots=True)
class Row:
    """One value as a table shows it.  `words` is None where the value is no code and no set of bits."""

    group: str
    key: str
    value: Any
    unit: str = ""
    words: Sequence[str] | None = None

    def as_json(self) -> dict[str, Any]:
        """The row as JSON: names only where there are any."""
        said = {"group": self.group, "key": self.key, "value": self.value, "unit": self.unit}
        return said if self.words is None else said | {"names": list(self.words)}


def groups_of(driver: str) -> tuple[str, ...]:
    """The groups a device can be asked for."""
    if driver == "emus_g1":
        return tuple(sorted(sentences_table.REQUESTABLE))
    return tuple(dict.fromkeys(register.group for register in registers_table.ALL))


def rows_of(driver: str, reading: Reading) -> list[Row]:
    """Every value of a reading, in the order of the device's table."""
    if driver == "emus_g1":
        return [row for key, value in reading.values.items() for row in _sentence_rows(key, value)]
    return [
        Row(register.group, register.key, reading.values[register.key], register.unit, _names(register.key, reading))
        for register in registers_table.ALL
        if register.key in reading.values
    ]


def _names(key: str, reading: Reading) -> list[str] | None:
    return registers_table.names(key, reading.values[key])


def _sentence_rows(key: str, value: Any) -> Iterator[Row]:
    name, _, field = key.partition(".")
    if field:
        yield _field_row(name, field, field, value)
        return
    if key == "SS1":
        yield from (_statistic_row(statistics.interpret(fields)) for fields in value)
        return
    # Sentences that come once per group of cells or entry: a list of their fields.
    for place, fields in enumerate(value):
        entry: Mapping[str, Any] = fields
        for field, one in entry.items():
            yield _field_row(name, field, f"{place}.{field}", one)


def _statistic_row(one: Statistic) -> Row:
    words = [] if one.cell is None else [f"cell {one.cell}"]
    if one.lowest is not None and one.highest is not None:
        words.append(f"from {one.lowest:g} to {one.highest:g}")
    words += _when(one.timestamp)
    return Row("SS1", one.key, one.value, one.unit, words or None)


def _when(seconds: Any) -> list[str]:
    """A time of the unit's clock in words; none for a number that no clock shows."""
    if not isinstance(seconds, int) or seconds > LAST_SECOND:
        return []
    return [f"{UNIT_EPOCH + timedelta(seconds=seconds):%Y-%m-%d %H:%M:%S}"]


def _field_row(name: str, field: str, shown_as: str, value: Any) -> Row:
    row = next((row for row in sentences_table.SENTENCES.get(name, ()) if row.key == field), None)
    if row is None:
        return Row(name, shown_as, value)
    if field.endswith("timestamp"):
        return Row(name, shown_as, value, row.unit, _when(value) or None)
    words = sentences.names(row, value)
    return Row(name, shown_as, value, row.unit, [words] if isinstance(words, str) else words)
